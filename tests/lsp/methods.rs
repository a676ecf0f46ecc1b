//! Every method that `docs/editors.md` lists, asked by an editor over the pipes of `ivs lsp` about the example
//! `online-shop`. Each answer is drawn into the sources that it is about; read the difference before accepting it.

use super::deeds::{actions, formatting, on_type_formatting, range_formatting, resolved_action};
use super::editor::{Editor, said};
use super::names::{calls, goto, highlight, prepare_rename, references, rename, search, symbols, types};
use super::shape::{colors, folds, linked, links, selections, tokens, tokens_delta, tokens_range};
use super::workspace::{configured, created, folders, watched};
use insta::assert_snapshot;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::fmt::Write as _;

pub const FRONT: &str = "services/front.ivs";
pub const BASE: &str = "services/base.ivs";
pub const CORE: &str = "services/core.ivs";
pub const LOAD: &str = "foundation/load.ivs";
pub const STAGING: &str = "environments/staging.ivs";

/// Asks, and draws the answer.
type Question = fn(&mut Editor) -> String;

/// A question of each method, in the order of the table.
const METHODS: &[(&str, Question)] = &[
    ("textDocument/didChange", edits),
    ("textDocument/publishDiagnostics", pushed),
    ("textDocument/completion", completion),
    ("completionItem/resolve", resolved),
    ("textDocument/hover", hover),
    ("textDocument/signatureHelp", signature),
    ("textDocument/definition", |e| {
        goto(e, "definition", BASE, "use online-shop.§platform.{", "from §shop-service")
    }),
    ("textDocument/declaration", |e| {
        goto(e, "declaration", FRONT, "§availability = 99.9%", "resources { §cpu = 500m")
    }),
    ("textDocument/typeDefinition", |e| {
        goto(e, "typeDefinition", FRONT, "[§products, search", "sessions§]\n  slo")
    }),
    ("textDocument/implementation", |e| {
        goto(e, "implementation", BASE, "service §shop-service {", "service §customer-service")
    }),
    ("textDocument/references", references),
    ("textDocument/documentHighlight", highlight),
    ("textDocument/rename", rename),
    ("textDocument/prepareRename", prepare_rename),
    ("textDocument/documentSymbol", symbols),
    ("workspace/symbol", search),
    ("textDocument/codeAction", actions),
    ("codeAction/resolve", resolved_action),
    ("textDocument/formatting", formatting),
    ("textDocument/rangeFormatting", range_formatting),
    ("textDocument/onTypeFormatting", on_type_formatting),
    ("textDocument/semanticTokens/full", tokens),
    ("textDocument/semanticTokens/full/delta", tokens_delta),
    ("textDocument/semanticTokens/range", tokens_range),
    ("textDocument/inlayHint", hints),
    ("inlayHint/resolve", hint_resolved),
    ("textDocument/codeLens", lenses),
    ("codeLens/resolve", counted),
    ("textDocument/documentLink", links),
    ("textDocument/foldingRange", folds),
    ("textDocument/selectionRange", selections),
    ("textDocument/linkedEditingRange", linked),
    ("textDocument/documentColor", colors),
    ("textDocument/prepareCallHierarchy", calls),
    ("textDocument/prepareTypeHierarchy", types),
    ("workspace/executeCommand", commands),
    ("workspace/didChangeWorkspaceFolders", folders),
    ("workspace/didChangeConfiguration", configured),
    ("workspace/didChangeWatchedFiles", watched),
    ("workspace/didCreateFiles", created),
];

/// Those of an editor that would rather ask what is wrong.
const ASKING: &[(&str, Question)] =
    &[("textDocument/diagnostic", pulled), ("workspace/diagnostic", all_pulled)];

#[test]
fn every_method_answers_about_an_example() {
    let mut editor = Editor::of("online-shop", json!({}));
    for (method, ask) in METHODS {
        editor.open(FRONT);
        assert_snapshot!(name(method), ask(&mut editor));
        editor.close_all();
    }
    let mut editor = Editor::of("online-shop", json!({ "diagnostics": "pull" }));
    for (method, ask) in ASKING {
        assert_snapshot!(name(method), ask(&mut editor));
        editor.close_all();
    }
}

#[test]
fn the_table_of_methods_is_that_of_the_documentation() {
    let page = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/editors.md");
    let page = std::fs::read_to_string(page).unwrap();
    let rows = page.lines().filter_map(|l| l.strip_prefix("| ")?.split_once(": `")?.1.split_once("` |"));
    let mut told: Vec<&str> = rows.map(|(method, _)| method).collect();
    let mut asked: Vec<&str> = METHODS.iter().chain(ASKING).map(|(method, _)| *method).collect();
    told.sort_unstable();
    asked.sort_unstable();
    assert_eq!(told, asked);
}

fn name(method: &str) -> String {
    method.replace('/', "_")
}

pub fn array(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

pub fn text<'v>(value: &'v Value, key: &str) -> &'v str {
    value[key].as_str().unwrap_or_default()
}

/// Places of an answer: locations, or links to them.
pub fn places(editor: &Editor, answer: &Value, said: &str) -> String {
    let place = |p: &Value| {
        let (uri, range) = match p.get("targetUri") {
            Some(uri) => (uri, &p["targetSelectionRange"]),
            None => (&p["uri"], &p["range"]),
        };
        (uri.as_str().unwrap().to_owned(), range.clone(), said.to_owned())
    };
    match array(answer) {
        [] => "nowhere\n".to_owned(),
        all => editor.drawn(&all.iter().map(place).collect::<Vec<_>>()),
    }
}

// --- documents

fn edits(editor: &mut Editor) -> String {
    let mut out = editor.found();
    editor.replace(FRONT, "size    = 6..80", "size    = 60..8");
    out += &editor.found();
    editor.replace(FRONT, "60..8", "6..80");
    out + &editor.found()
}

fn pushed(editor: &mut Editor) -> String {
    editor.replace(FRONT, "share = 80%", "share = 0.8");
    editor.replace(FRONT, "[catalog, products]", "[catalog, product]");
    editor.append(LOAD, "\nlet sale-factor = 7\n");
    editor.found()
}

fn pulled(editor: &mut Editor) -> String {
    let document = editor.at(FRONT, "§//!");
    editor.replace(FRONT, "share = 80%", "share = 0.8");
    let first = editor.request("textDocument/diagnostic", document.clone());
    let mut out = format!("{}\n", text(&first, "kind"));
    let uri = text(&document["textDocument"], "uri").to_owned();
    let marks: Vec<_> =
        array(&first["items"]).iter().map(|d| (uri.clone(), d["range"].clone(), said(d))).collect();
    out += &editor.drawn(&marks);
    let mut again = document;
    again["previousResultId"] = first["resultId"].clone();
    let second = editor.request("textDocument/diagnostic", again.clone());
    let _ = writeln!(out, "asked again: {}", text(&second, "kind"));
    editor.replace(FRONT, "0.8", "80%");
    let third = editor.request("textDocument/diagnostic", again);
    let _ = writeln!(out, "mended: {}, {} items", text(&third, "kind"), array(&third["items"]).len());
    out
}

fn all_pulled(editor: &mut Editor) -> String {
    editor.replace(BASE, "\"^1.0\"", "\"^2.0\"");
    let all = editor.request("workspace/diagnostic", json!({ "previousResultIds": [] }));
    let mut marks = Vec::new();
    for document in array(&all["items"]) {
        let uri = text(document, "uri").to_owned();
        marks.extend(array(&document["items"]).iter().map(|d| (uri.clone(), d["range"].clone(), said(d))));
    }
    let mut out = editor.drawn(&marks);
    let known: Vec<Value> =
        array(&all["items"]).iter().map(|d| json!({ "uri": d["uri"], "value": d["resultId"] })).collect();
    let again = editor.request("workspace/diagnostic", json!({ "previousResultIds": known }));
    let kinds: Vec<&str> = array(&again["items"]).iter().map(|d| text(d, "kind")).collect();
    let _ = writeln!(out, "asked again: {}", kinds.join(", "));
    out
}

// --- what is proposed and shown

fn proposals(editor: &mut Editor, path: &str, typed: &str) -> String {
    let at = editor.at(path, typed);
    let column = at["position"]["character"].as_u64().unwrap();
    let answer = editor.request("textDocument/completion", at);
    let items = array(&answer["items"]);
    // Editors keep those that fit what is typed.
    let begun = |i: &Value| {
        let start = i["textEdit"]["range"]["start"]["character"].as_u64().unwrap() as usize;
        let before = typed.split('§').next().unwrap();
        let long = column as usize - start;
        before[before.len() - long..].to_owned()
    };
    let fits =
        |i: &&Value| text(i, "filterText").starts_with(&begun(i)) || text(i, "label").starts_with(&begun(i));
    let mut sorted: Vec<&Value> = items.iter().filter(fits).collect();
    sorted.sort_by_key(|i| text(i, "sortText").to_owned());
    let mut out = format!("{}\n", typed.replace('§', "▏").trim());
    // The library, whose names come last, has its own reasons to change.
    for item in sorted.iter().take(3) {
        let new = text(&item["textEdit"], "newText").replace('\n', "⏎");
        let _ = writeln!(out, "  {} · {} → {new}", text(item, "label"), text(item, "detail"));
    }
    if sorted.len() > 3 {
        out += "  …\n";
    }
    out
}

fn completion(editor: &mut Editor) -> String {
    let mut out = String::new();
    let mut typed = |old: &str, new: &str, at: &str| {
        editor.replace(FRONT, old, new);
        out += &proposals(editor, FRONT, at);
        editor.replace(FRONT, new, old);
    };
    typed("  release = \"3.3.0\"\n", "  re\n", "  re§\n");
    typed("[catalog, products]", "[catalog, pro]", "[catalog, pro§]");
    typed("9_000req/min", "9_000req/m", "9_000req/m§");
    typed("9_000req/min", "9_000r", "= 9_000r§");
    typed("slo { availability = 99.75% }", "slo { late }", "slo { late§ }");
    typed("schedule sale {", "schedule sale { st", "sale { st§");
    typed("sessions]\n  slo", "sess\n  slo", "recommendations, sess§\n");
    typed("service seller-portal from shop-service @ \"^1.0\"", "service seller-portal from sh", "from sh§");
    out
}

fn resolved(editor: &mut Editor) -> String {
    let at = editor.at(FRONT, "  §throughput = 9_000");
    let answer = editor.request("textDocument/completion", at);
    let item = array(&answer["items"]).iter().find(|i| i["label"] == "throughput").unwrap().clone();
    let item = editor.request("completionItem/resolve", item);
    text(&item["documentation"], "value").to_owned()
}

fn hover(editor: &mut Editor) -> String {
    let mut out = String::new();
    for (path, marked) in [
        (FRONT, "  §size    = 6..80"),
        (FRONT, "demand §peak = 0.6"),
        (FRONT, "[§products, search"),
        (FRONT, "service §storefront"),
        (FRONT, "@allow(§IVS3012"),
        (LOAD, "let §peak-orders"),
    ] {
        let at = editor.at(path, marked);
        let answer = editor.request("textDocument/hover", at);
        assert!(answer.is_object(), "nothing is said at `{marked}`");
        let place = (editor.uri(path), answer["range"].clone(), "hovered".to_owned());
        out += &editor.drawn(&[place]);
        // The folder is another one in each run.
        let told = text(&answer["contents"], "value").replace(&editor.uri(""), "");
        let library = concat!("/.cache/library-", env!("CARGO_PKG_VERSION"));
        let library =
            format!("file://{}{library}/", editor.beside("").display().to_string().trim_end_matches('/'));
        let told = told.replace(&library, "");
        let told = told.lines().map(|l| format!("    {l}").trim_end().to_owned());
        out += &(told.collect::<Vec<_>>().join("\n") + "\n\n");
    }
    out
}

fn signature(editor: &mut Editor) -> String {
    let jobs = "work/jobs.ivs";
    let mut out = String::new();
    for (path, marked) in [
        (jobs, "secret(§\"vault"),
        ("platform/gateway.ivs", "jwt(issuer = \"https://id.shop.example\", §keys"),
    ] {
        let at = editor.at(path, marked);
        let help = editor.request("textDocument/signatureHelp", at);
        let _ = writeln!(out, "{}", marked.replace('§', "▏"));
        for s in array(&help["signatures"]) {
            let active = s["activeParameter"].as_u64().map(|n| text(&s["parameters"][n as usize], "label"));
            let _ = writeln!(out, "  {} · {}", text(s, "label"), active.unwrap_or("no parameter"));
        }
    }
    out
}

const HINTED: &[(&str, &str)] = &[
    (
        FRONT,
        "service storefront from customer-service @ \"^1.0\" {\n  release = \"8.4.0\"\n  size    = 6..80\n  resources { cpu = 500m..2, memory = 1Gi..1Gi }\n  throughput = 9_000req/min\n  demand peak = 0.6 * peak-requests\n",
    ),
    (LOAD, "let peak-requests = sale-factor * visitors / 1visitor * requests-each"),
    (STAGING, "  service storefront { size = 2..6, demand = none, scaling { remove schedule sale } }"),
];

/// What a hint says.
pub fn label(hint: &Value) -> &str {
    hint["label"].as_str().or(hint["label"][0]["value"].as_str()).unwrap()
}

fn hints(editor: &mut Editor) -> String {
    let mut out = String::new();
    for (path, part) in HINTED {
        let range = editor.over(path, part);
        let answer = editor.request("textDocument/inlayHint", range);
        let mut lines: Vec<String> = editor.text(path).lines().map(str::to_owned).collect();
        let mut touched = BTreeSet::new();
        for hint in array(&answer).iter().rev() {
            let (line, at) = (&hint["position"]["line"], &hint["position"]["character"]);
            let (line, at) = (line.as_u64().unwrap() as usize, at.as_u64().unwrap() as usize);
            lines[line].insert_str(at, &format!("⟦{}⟧", label(hint)));
            touched.insert(line);
        }
        for line in touched {
            let _ = writeln!(out, "{}", lines[line]);
        }
    }
    out
}

fn hint_resolved(editor: &mut Editor) -> String {
    let mut out = String::new();
    for (path, part) in HINTED {
        let range = editor.over(path, part);
        for hint in array(&editor.request("textDocument/inlayHint", range)) {
            let full = editor.request("inlayHint/resolve", hint.clone());
            if full["tooltip"] != hint["tooltip"] {
                let _ = writeln!(out, "{}\n{}", label(&full), text(&full["tooltip"], "value"));
            }
        }
    }
    out
}

/// The lenses of a file; `all`: those with numbers, too, which are counted for them.
fn lensed(editor: &mut Editor, path: &str, all: bool) -> String {
    let at = editor.at(path, "§//!");
    let lenses = editor.request("textDocument/codeLens", json!({ "textDocument": at["textDocument"] }));
    let mut marks = Vec::new();
    for lens in array(&lenses) {
        let lens = match lens.get("command") {
            Some(_) => lens.clone(),
            None if all => editor.request("codeLens/resolve", lens.clone()),
            None => continue,
        };
        marks.push((editor.uri(path), lens["range"].clone(), text(&lens["command"], "title").to_owned()));
    }
    editor.drawn(&marks)
}

fn lenses(editor: &mut Editor) -> String {
    lensed(editor, "work/jobs.ivs", false)
}

fn counted(editor: &mut Editor) -> String {
    lensed(editor, BASE, true)
}

fn commands(editor: &mut Editor) -> String {
    let offered = editor.can["executeCommandProvider"]["commands"].to_string();
    let mut out = format!("{offered}\n");
    let place = |editor: &mut Editor| {
        let at = editor.at(FRONT, "service §media");
        json!([{ "uri": at["textDocument"]["uri"], "position": at["position"] }])
    };
    let at = place(editor);
    let shown =
        editor.request("workspace/executeCommand", json!({ "command": "ivs.showOutput", "arguments": at }));
    let objects = text(&shown, "text").lines().filter(|l| l.starts_with("# ") || l.starts_with("kind: "));
    out += &format!("{}\n{}\n", text(&shown, "name"), objects.collect::<Vec<_>>().join("\n"));
    let page = json!({ "command": "ivs.explain", "arguments": ["IVS3012"] });
    let page = editor.request("workspace/executeCommand", page);
    out += &format!("{}: {}\n", text(&page, "name"), text(&page, "text").lines().next().unwrap());
    let all = json!([{ "uri": at[0]["uri"] }]);
    let tests =
        editor.request("workspace/executeCommand", json!({ "command": "ivs.runTest", "arguments": all }));
    out += &format!("tests: {}\n", text(&tests, "message"));
    let graph =
        editor.request("workspace/executeCommand", json!({ "command": "ivs.showGraph", "arguments": all }));
    let head: Vec<&str> = text(&graph, "text").lines().take(4).collect();
    out + &format!("{}\n{}\n", text(&graph, "name"), head.join("\n"))
}
