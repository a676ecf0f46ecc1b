//! Every method that `docs/editors.md` lists, asked by an editor over the pipes of `ivs lsp` about the example
//! `online-shop`. Each answer is drawn into the sources that it is about; read the difference before accepting it.

use super::editor::{Editor, said};
use insta::assert_snapshot;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::fmt::Write as _;

const FRONT: &str = "services/front.ivs";
const BASE: &str = "services/base.ivs";
const CORE: &str = "services/core.ivs";
const LOAD: &str = "foundation/load.ivs";
const STAGING: &str = "environments/staging.ivs";

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

fn array(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

fn text<'v>(value: &'v Value, key: &str) -> &'v str {
    value[key].as_str().unwrap_or_default()
}

/// Places of an answer: locations, or links to them.
fn places(editor: &Editor, answer: &Value, said: &str) -> String {
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
    let count = sorted.len();
    sorted.sort_by_key(|i| text(i, "sortText").to_owned());
    let mut out = format!("{}\n", typed.replace('§', "▏").trim());
    for item in sorted.iter().take(6) {
        let new = text(&item["textEdit"], "newText").replace('\n', "⏎");
        let _ = writeln!(out, "  {} · {} → {new}", text(item, "label"), text(item, "detail"));
    }
    if count > 6 {
        let _ = writeln!(out, "  and {} more", count - 6);
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
fn label(hint: &Value) -> &str {
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

// --- places and names

/// Two places that something leads from.
fn goto(editor: &mut Editor, what: &str, path: &str, one: &str, other: &str) -> String {
    let mut out = String::new();
    for marked in [one, other] {
        let at = editor.at(path, marked);
        let answer = editor.request(&format!("textDocument/{what}"), at);
        let _ = writeln!(out, "{path}: {}", marked.replace('§', "▏").replace('\n', "⏎"));
        out += &places(editor, &answer, what);
    }
    out
}

fn references(editor: &mut Editor) -> String {
    let mut at = editor.at("data/stores.ivs", "database §catalog");
    at["context"] = json!({ "includeDeclaration": true });
    let answer = editor.request("textDocument/references", at);
    places(editor, &answer, "names it")
}

fn highlight(editor: &mut Editor) -> String {
    let at = editor.at(FRONT, "0.6 * §peak-requests");
    let uri = text(&at["textDocument"], "uri").to_owned();
    let answer = editor.request("textDocument/documentHighlight", at);
    let how = |h: &Value| ["", "text", "reads", "sets"][h["kind"].as_u64().unwrap() as usize].to_owned();
    let marks: Vec<_> = array(&answer).iter().map(|h| (uri.clone(), h["range"].clone(), how(h))).collect();
    editor.drawn(&marks)
}

fn rename(editor: &mut Editor) -> String {
    let mut at = editor.at(FRONT, "service §media");
    at["newName"] = json!("pictures");
    let edit = editor.request("textDocument/rename", at);
    editor.changed(&edit)
}

fn prepare_rename(editor: &mut Editor) -> String {
    let at = editor.at(FRONT, "service §media");
    let uri = text(&at["textDocument"], "uri").to_owned();
    let answer = editor.request("textDocument/prepareRename", at);
    editor.drawn(&[(uri, answer["range"].clone(), text(&answer, "placeholder").to_owned())])
}

fn symbols(editor: &mut Editor) -> String {
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

fn search(editor: &mut Editor) -> String {
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

fn calls(editor: &mut Editor) -> String {
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

fn types(editor: &mut Editor) -> String {
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

// --- actions and layout

/// The actions for a part of a file, and what the one of a title makes of it.
fn acted(editor: &mut Editor, path: &str, part: &str, title: &str) -> String {
    editor.settle();
    let mut params = editor.over(path, part);
    params["context"] = json!({ "diagnostics": [] });
    let offered = editor.request("textDocument/codeAction", params);
    let titles: Vec<&str> = array(&offered).iter().map(|a| text(a, "title")).collect();
    let action = array(&offered).iter().find(|a| a["title"] == title);
    let mut action = action.unwrap_or_else(|| panic!("`{title}` is not among {titles:?}")).clone();
    if action.get("edit").is_none() {
        action = editor.request("codeAction/resolve", action);
    }
    let out = format!("{} · {}\n  of {}\n", title, text(&action, "kind"), titles.join(" · "));
    out + &editor.changed(&action["edit"])
}

fn actions(editor: &mut Editor) -> String {
    let mut out = String::new();
    // A fix, those of the same mistake, and all that are certain.
    editor.replace(FRONT, "share = 80%", "share = 0.8");
    editor.replace(FRONT, "throughput = 9_000req/min", "throughput = 9_000 req/min");
    editor.replace(CORE, "availability = 99.85%", "availability = 0.9985");
    out += &acted(editor, FRONT, "0.8", "Write `80%`");
    out += &acted(editor, FRONT, "0.8", "Fix all IVS2004 of the package");
    editor.close_all();
    // What a name may mean is for its author to say.
    editor.append(LOAD, "\nkind desk { }\ndesk peak-orders { }\nlet half = peak-orders / 2\n");
    out += &acted(editor, LOAD, "peak-orders / 2", "Write `online-shop.foundation.peak-orders`");
    editor.close_all();
    // What is missing.
    editor.append(FRONT, "\nservice help-desk { }\n");
    out += &acted(editor, FRONT, "help-desk", "Add missing fields");
    editor.close_all();
    editor.append(BASE, "\nlet calm = sale-factor - 1\n");
    out += &acted(editor, BASE, "sale-factor", "Use `sale-factor` of `online-shop.foundation`");
    editor.close_all();
    editor.replace(FRONT, "{catalog, sessions}", "{sessions, orders, catalog}");
    out += &acted(editor, FRONT, "use", "Organize `use`");
    editor.close_all();
    // Declarations made of parts of others, and the way back.
    out += &acted(editor, FRONT, "release = \"3.3.0\"\n  size    = 3..30", "Extract template `media-base`");
    out += &acted(editor, FRONT, "spot { share = 80% }", "Move to overlay `staging`");
    editor.append(FRONT, "\ntemplate namespace quiet { network = closed }\nnamespace attic from quiet { isolation = restricted }\n");
    out += &acted(editor, FRONT, "quiet { isolation", "Inline `quiet`");
    editor.close_all();
    // A finding that is meant to stay.
    editor.replace(FRONT, "@allow(IVS3012, reason = \"pictures are kept at the edge: while nodes come back, one replica answers what is not\")\n", "");
    out + &acted(editor, FRONT, "share = 80%", "Excuse `spot-floor` here, with a reason")
}

fn resolved_action(editor: &mut Editor) -> String {
    editor.replace(FRONT, "share = 80%", "share = 0.8");
    editor.replace(FRONT, "throughput = 9_000req/min", "throughput = 9_000 req/min");
    acted(editor, FRONT, "0.8", "Apply all fixes that are certain")
}

fn layout(editor: &mut Editor, method: &str, mut params: Value) -> String {
    params["options"] = json!({ "tabSize": 2, "insertSpaces": true });
    let edits = editor.request(&format!("textDocument/{method}"), params.clone());
    editor.difference(text(&params["textDocument"], "uri"), &edits)
}

fn formatting(editor: &mut Editor) -> String {
    editor.replace(FRONT, "  release = \"8.4.0\"", "release=\"8.4.0\"");
    editor.replace(FRONT, "spot { share = 80% }", "spot {share=80%}");
    let at = editor.at(FRONT, "§//!");
    layout(editor, "formatting", json!({ "textDocument": at["textDocument"] }))
}

fn range_formatting(editor: &mut Editor) -> String {
    editor.replace(FRONT, "  release = \"8.4.0\"", "release=\"8.4.0\"");
    editor.replace(FRONT, "spot { share = 80% }", "spot {share=80%}");
    let over = editor.over(FRONT, "spot {share=80%}");
    layout(editor, "rangeFormatting", over)
}

fn on_type_formatting(editor: &mut Editor) -> String {
    editor.replace(FRONT, "spot { share = 80% }\n}", "spot {share=80%}\n}");
    let mut at = editor.at(FRONT, "spot {share=80%}\n}§");
    at["ch"] = json!("}");
    let brace = layout(editor, "onTypeFormatting", at);
    editor.replace(FRONT, "    // The sale begins", "\n    // The sale begins");
    let mut at = editor.at(FRONT, "  scaling {\n§\n");
    at["ch"] = json!("\n");
    brace + &layout(editor, "onTypeFormatting", at)
}

// --- the shape of a text

/// `keyword`, `class.declaration`: what tokens are, under their words.
fn colored(editor: &Editor, uri: &str, data: &Value) -> String {
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

fn tokens(editor: &mut Editor) -> String {
    let at = editor.at("foundation/units.ivs", "§//!");
    let full =
        editor.request("textDocument/semanticTokens/full", json!({ "textDocument": at["textDocument"] }));
    colored(editor, text(&at["textDocument"], "uri"), &full["data"])
}

fn tokens_range(editor: &mut Editor) -> String {
    let over = editor.over(FRONT, "demand peak = 0.6 * peak-requests\n  depends_on = [products, search");
    let range = editor.request("textDocument/semanticTokens/range", over.clone());
    colored(editor, text(&over["textDocument"], "uri"), &range["data"])
}

fn tokens_delta(editor: &mut Editor) -> String {
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

fn links(editor: &mut Editor) -> String {
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

fn folds(editor: &mut Editor) -> String {
    let at = editor.at(STAGING, "§//!");
    let all = editor.request("textDocument/foldingRange", json!({ "textDocument": at["textDocument"] }));
    let source = editor.text(STAGING);
    let lines: Vec<&str> = source.lines().collect();
    let line = |n: &Value| lines[n.as_u64().unwrap() as usize];
    let fold = |f: &Value| format!("{} … {}\n", line(&f["startLine"]), line(&f["endLine"]).trim());
    array(&all).iter().map(fold).collect()
}

fn selections(editor: &mut Editor) -> String {
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

fn linked(editor: &mut Editor) -> String {
    editor.append(LOAD, "\nlet doubled = [for n in 1..3: n * n]\n");
    let at = editor.at(LOAD, "for §n in");
    let uri = text(&at["textDocument"], "uri").to_owned();
    let answer = editor.request("textDocument/linkedEditingRange", at);
    let marks: Vec<_> =
        array(&answer["ranges"]).iter().map(|r| (uri.clone(), r.clone(), "together".to_owned())).collect();
    editor.drawn(&marks)
}

fn colors(editor: &mut Editor) -> String {
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

// --- the workspace

/// What is wrong once something is told, and once it is told that it is as before.
fn told(editor: &mut Editor, change: impl Fn(&mut Editor, bool)) -> String {
    editor.settle();
    change(editor, true);
    let broken = editor.found();
    change(editor, false);
    broken + &editor.found()
}

fn watched(editor: &mut Editor) -> String {
    let text = editor.text(LOAD);
    told(editor, |editor, breaks| {
        let new = if breaks { text.replace("let peak-requests", "let requests") } else { text.clone() };
        std::fs::write(editor.root().join(LOAD), new).unwrap();
        let uri = editor.uri(LOAD);
        editor.notify("workspace/didChangeWatchedFiles", json!({ "changes": [{ "uri": uri, "type": 2 }] }));
    })
}

fn created(editor: &mut Editor) -> String {
    told(editor, |editor, breaks| {
        let (path, uri) = (editor.root().join("services/extra.ivs"), editor.uri("services/extra.ivs"));
        let files = json!({ "files": [{ "uri": uri }] });
        match breaks {
            true => {
                std::fs::write(path, "service media from shop-service { release = \"1.0.0\" }\n").unwrap();
                editor.notify("workspace/didCreateFiles", files);
            }
            false => {
                std::fs::remove_file(path).unwrap();
                editor.notify("workspace/didDeleteFiles", files);
            }
        }
    })
}

fn folders(editor: &mut Editor) -> String {
    let folder = editor.beside("two");
    std::fs::create_dir_all(&folder).unwrap();
    let config = "[package]\nname = \"two\"\nversion = \"0.1.0\"\nivs = \"1\"\n";
    std::fs::write(folder.join("ivs.toml"), config).unwrap();
    std::fs::write(folder.join("main.ivs"), "let x: int = \"two\"\n").unwrap();
    let uri = format!("file://{}", folder.display());
    let (two, main) = (json!([{ "uri": uri, "name": "two" }]), format!("{uri}/main.ivs"));
    let event = json!({ "event": { "added": two, "removed": [] } });
    editor.notify("workspace/didChangeWorkspaceFolders", event);
    let mut out = editor.told_of(&main);
    let event = json!({ "event": { "added": [], "removed": two } });
    editor.notify("workspace/didChangeWorkspaceFolders", event);
    out += &editor.told_of(&main);
    out
}
