//! Places and names: where words lead, what they are called.

use super::editor::Editor;
use super::methods::{BASE, CORE, FRONT, array, places, text};
use serde_json::{Value, json};
use std::fmt::Write as _;

/// Two places that something leads from.
pub fn goto(editor: &mut Editor, what: &str, path: &str, one: &str, other: &str) -> String {
    let mut out = String::new();
    for marked in [one, other] {
        let at = editor.at(path, marked);
        let answer = editor.request(&format!("textDocument/{what}"), at);
        let _ = writeln!(out, "{path}: {}", marked.replace('§', "▏").replace('\n', "⏎"));
        out += &places(editor, &answer, what);
    }
    out
}

pub fn references(editor: &mut Editor) -> String {
    let mut at = editor.at("data/stores.ivs", "database §catalog");
    at["context"] = json!({ "includeDeclaration": true });
    let answer = editor.request("textDocument/references", at);
    places(editor, &answer, "names it")
}

pub fn highlight(editor: &mut Editor) -> String {
    let at = editor.at(FRONT, "0.6 * §peak-requests");
    let uri = text(&at["textDocument"], "uri").to_owned();
    let answer = editor.request("textDocument/documentHighlight", at);
    let how = |h: &Value| ["", "text", "reads", "sets"][h["kind"].as_u64().unwrap() as usize].to_owned();
    let marks: Vec<_> = array(&answer).iter().map(|h| (uri.clone(), h["range"].clone(), how(h))).collect();
    editor.drawn(&marks)
}

pub fn rename(editor: &mut Editor) -> String {
    let mut at = editor.at(FRONT, "service §media");
    at["newName"] = json!("pictures");
    let edit = editor.request("textDocument/rename", at);
    editor.changed(&edit)
}

pub fn prepare_rename(editor: &mut Editor) -> String {
    let at = editor.at(FRONT, "service §media");
    let uri = text(&at["textDocument"], "uri").to_owned();
    let answer = editor.request("textDocument/prepareRename", at);
    editor.drawn(&[(uri, answer["range"].clone(), text(&answer, "placeholder").to_owned())])
}

pub fn symbols(editor: &mut Editor) -> String {
    fn tree(all: &Value, depth: usize, out: &mut String) {
        for s in array(all) {
            let (name, detail, kind) = (text(s, "name"), text(s, "detail"), &s["kind"]);
            let _ = writeln!(out, "{}{name} · {detail} · {kind}", "  ".repeat(depth));
            tree(&s["children"], depth + 1, out);
        }
    }
    let mut out = String::new();
    let at = editor.at("data/sellers.ivs", "§//!");
    let all = editor.request("textDocument/documentSymbol", json!({ "textDocument": at["textDocument"] }));
    tree(&all, 0, &mut out);
    out
}

pub fn search(editor: &mut Editor) -> String {
    let mut out = String::new();
    for query in ["pay", "shop-s"] {
        let found = editor.request("workspace/symbol", json!({ "query": query }));
        let own = array(&found).iter().filter(|s| text(s, "containerName").starts_with("online-shop"));
        for s in own {
            let place = editor.path_of(text(&s["location"], "uri"));
            let _ = writeln!(out, "{query}: {} · {} · {place}", text(s, "name"), text(s, "containerName"));
        }
    }
    out
}

pub fn calls(editor: &mut Editor) -> String {
    let at = editor.at(CORE, "service §search");
    let item = editor.request("textDocument/prepareCallHierarchy", at)[0].clone();
    let mut out = String::new();
    for (method, end) in [("incomingCalls", "from"), ("outgoingCalls", "to")] {
        for call in array(&editor.request(&format!("callHierarchy/{method}"), json!({ "item": item }))) {
            let (there, ranges) = (&call[end], array(&call["fromRanges"]).len());
            let path = editor.path_of(text(there, "uri"));
            let _ = writeln!(
                out,
                "{end} {} · {} · {path} · {ranges}",
                text(there, "name"),
                text(there, "detail")
            );
        }
    }
    out
}

pub fn types(editor: &mut Editor) -> String {
    let at = editor.at(BASE, "service §customer-service");
    let item = editor.request("textDocument/prepareTypeHierarchy", at)[0].clone();
    let mut out = String::new();
    for method in ["supertypes", "subtypes"] {
        for there in array(&editor.request(&format!("typeHierarchy/{method}"), json!({ "item": item }))) {
            let path = editor.path_of(text(there, "uri"));
            let _ = writeln!(out, "{method}: {} · {} · {path}", text(there, "name"), text(there, "detail"));
        }
    }
    out
}
