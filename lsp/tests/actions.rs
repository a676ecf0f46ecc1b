//! Code actions: what is offered where, and what it makes of the text.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod harness;

use harness::Client;
use insta::assert_snapshot;
use serde_json::json;

fn codes(found: &serde_json::Value) -> Vec<&str> {
    found.as_array().unwrap().iter().map(|d| d["code"].as_str().unwrap()).collect()
}

fn titles(actions: &[serde_json::Value]) -> Vec<&str> {
    actions.iter().map(|a| a["title"].as_str().unwrap()).collect()
}

#[test]
fn the_fix_of_a_finding_is_offered_where_it_stands_and_mends_it() {
    let mut c = Client::new(&[("main.ivs", "let share: percent = 0.7\n")]);
    c.open("main.ivs");
    let actions = c.actions("main.ivs", "0.7");
    assert_eq!(titles(&actions), ["Write `70%`", "Apply all fixes that are certain"]);
    assert_eq!(actions[0]["isPreferred"], true);
    assert_eq!(actions[0]["diagnostics"][0]["code"], "IVS2004");
    c.apply_action(&actions[0]);
    assert_eq!(c.text("main.ivs"), "let share: percent = 70%\n");
    assert_eq!(c.found("main.ivs"), json!([]));
}

#[test]
fn one_action_mends_every_mistake_of_a_kind() {
    let mut c = Client::new(&[
        ("a.ivs", "let x: percent = 0.7\nlet y: percent = 0.2\n"),
        ("b.ivs", "let z: percent = 0.5\n"),
    ]);
    c.open("a.ivs");
    let actions = c.actions("a.ivs", "0.7");
    let all = actions.iter().find(|a| a["title"] == "Fix all IVS2004 of the package").unwrap();
    c.apply_action(all);
    assert_eq!(c.text("a.ivs"), "let x: percent = 70%\nlet y: percent = 20%\n");
    assert_eq!(c.text("b.ivs"), "let z: percent = 50%\n");
}

#[test]
fn what_is_certain_is_applied_at_once() {
    let text = "let x: percent = 0.7\nlet y = 10 req/s\n";
    let mut c = Client::new(&[("a.ivs", text)]);
    c.open("a.ivs");
    let params = json!({
        "textDocument": { "uri": c.uri("a.ivs") },
        "range": { "start": { "line": 0, "character": 0 }, "end": { "line": 0, "character": 0 } },
        "context": { "diagnostics": [], "only": ["source.fixAll"] },
    });
    let actions = c.request("textDocument/codeAction", params);
    let actions = actions.as_array().unwrap();
    assert_eq!(actions.len(), 1);
    c.apply_action(&actions[0]);
    assert_eq!(c.text("a.ivs"), "let x: percent = 70%\nlet y = 10req/s\n");
    assert_eq!(c.found("a.ivs"), json!([]));
}

#[test]
fn a_document_is_laid_out_with_edits_of_what_differs() {
    let text = "let a   = 1\n\nservice web {\nimage = \"registry.example/shop/web:1.0.0\"\n  listen=8080\n}\n// the end\n";
    let mut c = Client::new(&[("main.ivs", text)]);
    c.open("main.ivs");
    let options = json!({ "tabSize": 2, "insertSpaces": true });
    let params = json!({ "textDocument": { "uri": c.uri("main.ivs") }, "options": options });
    let edits = c.request("textDocument/formatting", params.clone());
    let edits = edits.as_array().unwrap();
    let after = harness::edited(text, edits);
    assert_snapshot!(after);
    assert!(
        edits.iter().all(|e| !e["newText"].as_str().unwrap().contains("the end")),
        "what is right is left alone"
    );
    c.set("main.ivs", &after);
    assert_eq!(c.request("textDocument/formatting", params), json!([]));
}

#[test]
fn a_range_is_laid_out_alone_and_crlf_stays() {
    let text = "let a   = 1\r\nlet b   = 2\r\nlet c   = 3\r\n";
    let mut c = Client::new(&[("main.ivs", text)]);
    c.open("main.ivs");
    let params = json!({
        "textDocument": { "uri": c.uri("main.ivs") },
        "range": { "start": { "line": 1, "character": 0 }, "end": { "line": 1, "character": 5 } },
        "options": { "tabSize": 2, "insertSpaces": true },
    });
    // The three lines are one block of text that differs.
    let edits = c.request("textDocument/rangeFormatting", params);
    assert_eq!(harness::edited(text, edits.as_array().unwrap()), "let a = 1\r\nlet b = 2\r\nlet c = 3\r\n");
}

#[test]
fn a_new_line_is_indented_and_a_brace_lays_out_its_item() {
    let text = "service web {\nimage   = \"x\"\n\n";
    let mut c = Client::new(&[("main.ivs", text)]);
    c.open("main.ivs");
    let params = |c: &Client, line: u32, character: u32, ch: &str| {
        json!({
            "textDocument": { "uri": c.uri("main.ivs") },
            "position": { "line": line, "character": character },
            "ch": ch,
            "options": { "tabSize": 2, "insertSpaces": true },
        })
    };
    c.set("main.ivs", "service web {\n\n}\n");
    let p = params(&c, 1, 0, "\n");
    let edits = c.request("textDocument/onTypeFormatting", p);
    assert_eq!(harness::edited("service web {\n\n}\n", edits.as_array().unwrap()), "service web {\n  \n}\n");

    let text = "let a   = 1\nservice web {\nimage   = \"x\"\n}\n";
    c.set("main.ivs", text);
    let p = params(&c, 3, 1, "}");
    let edits = c.request("textDocument/onTypeFormatting", p);
    let after = harness::edited(text, edits.as_array().unwrap());
    assert_eq!(after, "let a   = 1\nservice web {\n  image = \"x\"\n}\n");
}

#[test]
fn the_library_is_not_to_be_changed() {
    let mut c = Client::with(
        harness::package(&[("main.ivs", "let a = 1\n")]),
        harness::capabilities(),
        json!({ "virtualDocuments": true }),
        ivs_lsp::Options::default(),
    );
    let uri = "ivs-std:/std/platform/service.ivs";
    let text = c.request("ivs/content", json!({ "uri": uri }))["text"].as_str().unwrap().to_owned();
    c.open_with(uri, &text);
    let params = json!({ "textDocument": { "uri": uri }, "options": { "tabSize": 2, "insertSpaces": true } });
    assert_eq!(c.request("textDocument/formatting", params), json!(null));
}

/// A file of a package, and what an action makes of it.
fn after(text: &str, choose: impl Fn(&mut Client) -> (Vec<serde_json::Value>, String)) -> (Client, String) {
    let mut c = Client::new(&[("main.ivs", text), ("lib/things.ivs", "let limit = 3\nlet other = 4\n")]);
    c.open("main.ivs");
    let (actions, title) = choose(&mut c);
    c.choose(&actions, &title);
    let text = c.text("main.ivs");
    (c, text)
}

#[test]
fn missing_fields_are_added_with_a_value_of_their_sort() {
    let text = "kind gate {\n  width: length\n  open: bool\n  label: string\n  size: size\n}\nstruct size { depth: int, height: int = 1 }\n\ngate g {\n  open = true\n}\ngate h { }\n";
    let (mut c, first) =
        after(text, |c| (c.actions("main.ivs", "g {\n  open"), "Add missing fields".to_owned()));
    assert_snapshot!(first);
    let actions = c.actions("main.ivs", "h {");
    c.choose(&actions, "Add missing fields");
    let actions = c.actions("main.ivs", "h {");
    assert!(!titles(&actions).contains(&"Add missing fields"), "nothing is missing any more");
}

#[test]
fn an_unknown_name_is_brought_from_the_module_that_has_it() {
    let (mut c, text) = after("let x = limit + 1\n", |c| {
        (c.actions("main.ivs", "limit"), "Use `limit` of `shop.lib`".to_owned())
    });
    assert_eq!(text, "use shop.lib.{limit}\n\nlet x = limit + 1\n");
    assert_eq!(c.found("main.ivs"), json!([]));
}

#[test]
fn uses_are_sorted_joined_and_those_of_nothing_go() {
    let text = "use shop.lib.{other}\nuse std.aws.{us-east-1, eu-west-1}\nuse shop.lib.{limit}\n\nlet x = limit + other\nlet r = [eu-west-1]\n";
    let (mut c, text) = after(text, |c| (c.actions("main.ivs", "use"), "Organize `use`".to_owned()));
    assert_eq!(
        text,
        "use shop.lib.{limit, other}\nuse std.aws.{eu-west-1}\n\nlet x = limit + other\nlet r = [eu-west-1]\n"
    );
    assert_eq!(c.found("main.ivs"), json!([]));
    let actions = c.actions("main.ivs", "use");
    assert!(!titles(&actions).contains(&"Organize `use`"), "they are in order");
}

const TWO: &str = "\
environment staging {}

/// The web.
service web {
  image = \"registry.example/shop/web:1.0.0\"
  /// Small.
  resources { cpu = 100m..500m, memory = 128Mi..256Mi }
  grace = 30s
}
";

#[test]
fn a_template_is_extracted_and_put_back() {
    let (mut c, text) = after(TWO, |c| {
        let selected = "resources { cpu = 100m..500m, memory = 128Mi..256Mi }\n  grace";
        (c.actions_over("main.ivs", selected), "Extract template `web-base`".to_owned())
    });
    assert_snapshot!(text);
    assert_eq!(c.found("main.ivs"), json!([]));
    let actions = c.actions("main.ivs", "from web-base");
    c.choose(&actions, "Inline `web-base`");
    assert_snapshot!("inlined", c.text("main.ivs"));
    assert_eq!(c.found("main.ivs"), json!([]));
}

#[test]
fn entries_move_to_the_overlay_of_an_environment() {
    let (mut c, text) =
        after(TWO, |c| (c.actions_over("main.ivs", "grace = 30s"), "Move to overlay `staging`".to_owned()));
    assert_snapshot!(text);
    assert_eq!(c.found("main.ivs"), json!([]));
    // The next goes into the same overlay.
    let actions = c.actions_over("main.ivs", "resources");
    c.choose(&actions, "Move to overlay `staging`");
    assert_snapshot!("overlay_again", c.text("main.ivs"));
    assert_eq!(codes(&c.found("main.ivs")), ["IVS2101", "IVS2101"], "the base needs its resources");
}

#[test]
fn what_a_check_finds_is_excused_with_a_reason() {
    let text = "check short for s in service {\n  severity = warning\n  require s.name == \"w\" { message = \"`${s.name}` is long\" }\n}\n\nservice web {\n  image = \"registry.example/shop/web:1.0.0\"\n  resources { cpu = 100m..500m, memory = 128Mi..256Mi }\n}\n";
    let (mut c, text) = after(text, |c| {
        c.settle();
        let found = c.found_now("main.ivs");
        assert_eq!(found.as_array().unwrap().len(), 1, "{found}");
        let at = found[0]["range"]["start"].clone();
        let params = json!({
            "textDocument": { "uri": c.uri("main.ivs") },
            "range": { "start": at, "end": at },
            "context": { "diagnostics": [] },
        });
        let actions = c.request("textDocument/codeAction", params);
        (actions.as_array().unwrap().clone(), "Excuse `short` here, with a reason".to_owned())
    });
    assert!(text.contains("\n@allow(short, reason = \"\")\nservice web {"), "{text}");
    c.replace("main.ivs", "reason = \"\"", "reason = \"it is\"");
    assert_eq!(c.found("main.ivs"), json!([]));
}
