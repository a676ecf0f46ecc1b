//! The shape of a text: colours, folds, links, and the like.

use super::editor::Editor;
use super::methods::{FRONT, LOAD, STAGING, array, text};
use serde_json::{Value, json};
use std::fmt::Write as _;

/// `keyword`, `class.declaration`: what tokens are, under their words.
pub fn colored(editor: &Editor, uri: &str, data: &Value) -> String {
    let legend = &editor.can["semanticTokensProvider"]["legend"];
    let (types, modifiers) = (array(&legend["tokenTypes"]), array(&legend["tokenModifiers"]));
    let numbers: Vec<u64> = array(data).iter().map(|n| n.as_u64().unwrap()).collect();
    let (mut line, mut column) = (0, 0);
    let mut marks = Vec::new();
    for t in numbers.chunks(5) {
        (line, column) = if t[0] == 0 { (line, column + t[1]) } else { (line + t[0], t[1]) };
        let mut told = types[t[3] as usize].as_str().unwrap().to_owned();
        for (i, m) in modifiers.iter().enumerate().filter(|(i, _)| t[4] >> i & 1 == 1) {
            let _ = (i, write!(told, ".{}", m.as_str().unwrap()));
        }
        let at = |character: u64| json!({ "line": line, "character": character });
        marks.push((uri.to_owned(), json!({ "start": at(column), "end": at(column + t[2]) }), told));
    }
    editor.drawn(&marks)
}

pub fn tokens(editor: &mut Editor) -> String {
    let at = editor.at("foundation/units.ivs", "§//!");
    let full =
        editor.request("textDocument/semanticTokens/full", json!({ "textDocument": at["textDocument"] }));
    colored(editor, text(&at["textDocument"], "uri"), &full["data"])
}

pub fn tokens_range(editor: &mut Editor) -> String {
    let over = editor.over(FRONT, "demand peak = 0.6 * peak-requests\n  depends_on = [products, search");
    let range = editor.request("textDocument/semanticTokens/range", over.clone());
    colored(editor, text(&over["textDocument"], "uri"), &range["data"])
}

pub fn tokens_delta(editor: &mut Editor) -> String {
    let at = editor.at(FRONT, "§//!");
    let document = json!({ "textDocument": at["textDocument"] });
    let full = editor.request("textDocument/semanticTokens/full", document.clone());
    editor.replace(FRONT, "6..80", "6..8 * 10");
    let mut params = document;
    params["previousResultId"] = full["resultId"].clone();
    let delta = editor.request("textDocument/semanticTokens/full/delta", params);
    let edits = array(&delta["edits"]);
    let counted = |e: &Value| format!("{} numbers gone, {} come", e["deleteCount"], array(&e["data"]).len());
    edits.iter().map(counted).collect::<Vec<_>>().join("\n")
}

pub fn links(editor: &mut Editor) -> String {
    let mut out = String::new();
    for path in [FRONT, "observe/metrics.ivs"] {
        let at = editor.at(path, "§//!");
        for link in
            array(&editor.request("textDocument/documentLink", json!({ "textDocument": at["textDocument"] })))
        {
            let target = text(link, "target");
            let target = if target.starts_with("http") { target.to_owned() } else { editor.path_of(target) };
            let place = (editor.uri(path), link["range"].clone(), target);
            out += &editor.drawn(&[place]);
        }
    }
    out
}

pub fn folds(editor: &mut Editor) -> String {
    let at = editor.at(STAGING, "§//!");
    let all = editor.request("textDocument/foldingRange", json!({ "textDocument": at["textDocument"] }));
    let source = editor.text(STAGING);
    let lines: Vec<&str> = source.lines().collect();
    let line = |n: &Value| lines[n.as_u64().unwrap() as usize];
    let fold = |f: &Value| format!("{} … {}\n", line(&f["startLine"]), line(&f["endLine"]).trim());
    array(&all).iter().map(fold).collect()
}

pub fn selections(editor: &mut Editor) -> String {
    let at = editor.at(FRONT, "sha§re = 80%");
    let params = json!({ "textDocument": at["textDocument"], "positions": [at["position"]] });
    let all = editor.request("textDocument/selectionRange", params);
    let uri = text(&at["textDocument"], "uri").to_owned();
    let (mut out, mut now) = (String::new(), &all[0]);
    while now.is_object() {
        let (start, end) = (&now["range"]["start"], &now["range"]["end"]);
        if start["line"] == end["line"] {
            out += &editor.drawn(&[(uri.clone(), now["range"].clone(), "then".to_owned())]);
        } else {
            let _ = writeln!(out, "then lines {} to {}", start["line"], end["line"]);
        }
        now = &now["parent"];
    }
    out
}

pub fn linked(editor: &mut Editor) -> String {
    editor.append(LOAD, "\nlet doubled = [for n in 1..3: n * n]\n");
    let at = editor.at(LOAD, "for §n in");
    let uri = text(&at["textDocument"], "uri").to_owned();
    let answer = editor.request("textDocument/linkedEditingRange", at);
    let marks: Vec<_> =
        array(&answer["ranges"]).iter().map(|r| (uri.clone(), r.clone(), "together".to_owned())).collect();
    editor.drawn(&marks)
}

pub fn colors(editor: &mut Editor) -> String {
    editor.append(LOAD, "\nkind poster { color: string }\nposter sale { color = \"#1f6feb\" }\n");
    let at = editor.at(LOAD, "§//!");
    let document = json!({ "textDocument": at["textDocument"] });
    let all = editor.request("textDocument/documentColor", document.clone());
    let mut out = String::new();
    for c in array(&all) {
        let mut params = document.clone();
        params["range"] = c["range"].clone();
        params["color"] = json!({ "red": 1.0, "green": 0.5, "blue": 0.0, "alpha": 1.0 });
        let shown = editor.request("textDocument/colorPresentation", params);
        let place = (editor.uri(LOAD), c["range"].clone(), format!("orange is {}", text(&shown[0], "label")));
        out += &editor.drawn(&[place]);
    }
    out
}
