//! What is wrong, told after each edit and when it is asked for.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod harness;

use harness::{Client, capabilities, package};
use insta::assert_snapshot;
use serde_json::json;

const SERVICE: &str = "\
service web {
  image = \"registry.example/shop/web:1.0.0\"
  resources { cpu = 100m..500m, memory = 128Mi..256Mi }
  scaling {
    replicas = 3..2
    target cpu { utilization = 70% }
  }
}
";

#[test]
fn an_error_stands_at_its_place() {
    let mut c = Client::new(&[("main.ivs", SERVICE)]);
    c.open("main.ivs");
    assert_snapshot!(c.drawn("main.ivs"));
}

#[test]
fn an_edit_mends_and_breaks() {
    let mut c = Client::new(&[("main.ivs", SERVICE)]);
    c.open("main.ivs");
    c.replace("main.ivs", "3..2", "3..20");
    assert_eq!(c.found("main.ivs"), json!([]));
    c.replace("main.ivs", "3..20", "3..many");
    assert_snapshot!(c.drawn("main.ivs"));
}

#[test]
fn a_file_that_is_not_open_is_told_of_too() {
    let mut c = Client::new(&[("main.ivs", "let x = 1\n"), ("other.ivs", "let y: int = \"a\"\n")]);
    c.open("main.ivs");
    assert_snapshot!(c.drawn("other.ivs"));
}

#[test]
fn a_mistake_in_a_template_is_told_where_it_is_written_and_goes_with_it() {
    let base = "template service base { scaling { replicas = 1..lots, target cpu { utilization = 70% } } }\n";
    let web = "service web from base { image = \"registry.example/shop/web:1.0.0\" }\n";
    let mut c = Client::new(&[("base.ivs", base), ("web.ivs", web)]);
    c.open("web.ivs");
    assert_snapshot!(c.drawn("base.ivs"));
    c.open("base.ivs");
    c.replace("base.ivs", "lots", "9");
    assert_eq!(c.found("base.ivs"), json!([]));
}

#[test]
fn places_that_belong_to_a_finding_come_with_it() {
    let mut c = Client::new(&[("a.ivs", "let x = 1\n"), ("b.ivs", "let x = 2\n")]);
    c.open("a.ivs");
    assert_snapshot!(c.drawn("b.ivs"));
}

#[test]
fn a_client_that_knows_no_related_places_gets_none() {
    let files = package(&[("a.ivs", "let x = 1\n"), ("b.ivs", "let x = 2\n")]);
    let mut c = Client::with(files, json!({}), json!({}), ivs_lsp::Options::default());
    c.open("b.ivs");
    let found = c.found("b.ivs");
    assert_eq!(found[0]["code"], "IVS1006");
    assert!(found[0].get("relatedInformation").is_none());
}

#[test]
fn codes_lead_to_their_pages_and_what_is_deprecated_says_so() {
    let text = "let x: int = \"a\"\nkind gate { @deprecated(\"use `new`\") old: int = 1, new: int = 1 }\ngate g { old = 2 }\n";
    let explain: fn(&str) -> Option<&'static str> =
        |code| (code == "IVS2001").then_some("# IVS2001: wrong type\n");
    let cache = tempfile::TempDir::new().unwrap();
    let options = ivs_lsp::Options {
        explain: Some(explain),
        cache: Some(cache.path().to_path_buf()),
        ..ivs_lsp::Options::default()
    };
    let mut c = Client::with(package(&[("main.ivs", text)]), capabilities(), json!({}), options.clone());
    c.open("main.ivs");
    let found = c.found("main.ivs");
    assert_eq!(found[0]["code"], "IVS2001");
    let href = found[0]["codeDescription"]["href"].as_str().unwrap();
    let file = href.strip_prefix("file://").unwrap();
    assert_eq!(std::fs::read_to_string(file).unwrap(), "# IVS2001: wrong type\n");
    assert_eq!(found[1]["code"], "IVS1208");
    assert_eq!(found[1]["tags"], json!([2]));

    // An editor that asks for texts gets an address in place of a file.
    let asks = json!({ "virtualDocuments": true });
    let mut c = Client::with(package(&[("main.ivs", text)]), capabilities(), asks, options);
    c.open("main.ivs");
    let found = c.found("main.ivs");
    let href = found[0]["codeDescription"]["href"].as_str().unwrap();
    assert_eq!(href, "ivs-explain:/IVS2001.md");
    assert_eq!(c.request("ivs/content", json!({ "uri": href }))["text"], "# IVS2001: wrong type\n");
    let library = c.request("ivs/content", json!({ "uri": "ivs-std:/std/platform/service.ivs" }));
    assert!(library["text"].as_str().unwrap().contains("kind service"));
    assert_eq!(c.refused("ivs/content", json!({ "uri": "ivs-std:/std/nothing.ivs" })), -32602);
}

#[test]
fn an_editor_that_asks_is_answered_and_told_nothing() {
    let files = package(&[("main.ivs", SERVICE), ("other.ivs", "let y: int = \"a\"\n")]);
    let pull = json!({ "diagnostics": "pull" });
    let mut c = Client::with(files, capabilities(), pull, ivs_lsp::Options::default());
    assert_eq!(c.can["diagnosticProvider"]["workspaceDiagnostics"], true);
    c.open("main.ivs");
    let document = json!({ "textDocument": { "uri": c.uri("main.ivs") } });
    let first = c.request("textDocument/diagnostic", document.clone());
    assert_eq!(first["kind"], "full");
    assert_eq!(first["items"][0]["code"], "IVS2018");

    // The same again is not said again, until it is something else.
    let mut again = document.clone();
    again["previousResultId"] = first["resultId"].clone();
    let second = c.request("textDocument/diagnostic", again.clone());
    assert_eq!(second, json!({ "kind": "unchanged", "resultId": first["resultId"] }));
    c.replace("main.ivs", "3..2", "3..4");
    let third = c.request("textDocument/diagnostic", again);
    assert_eq!((third["kind"].clone(), third["items"].clone()), (json!("full"), json!([])));

    let all = c.request("workspace/diagnostic", json!({ "previousResultIds": [] }));
    let items = all["items"].as_array().unwrap();
    assert_eq!(items.len(), 1);
    assert_eq!(items[0]["uri"], c.uri("other.ivs"));
    let ids = json!([{ "uri": items[0]["uri"], "value": items[0]["resultId"] }]);
    let again = c.request("workspace/diagnostic", json!({ "previousResultIds": ids }));
    assert_eq!(again["items"][0]["kind"], "unchanged");
    assert!(c.diagnostics.is_empty(), "nothing was pushed");
}

#[test]
fn what_nothing_reads_is_faded_and_goes_by_an_action() {
    let text = "\
use shop.lib.{limit, other}

/// A guard.
private fn guard(amount: int, spare: int) -> int = amount
private let factor = limit

check small for s in service for i, r in s.regions {
  let most = 5
  require s.name != \"\" { message = \"it has no name\" }
}
";
    let mut c = Client::new(&[("main.ivs", text), ("lib/things.ivs", "let limit = 3\nlet other = 4\n")]);
    c.open("main.ivs");
    assert_snapshot!(c.drawn("main.ivs"));
    let found = c.found_now("main.ivs");
    assert!(
        found.as_array().unwrap().iter().all(|d| d["severity"] == 4 && d["tags"] == json!([1])),
        "{found}"
    );
    for (at, title) in
        [("other", "Remove `other`, which nothing reads"), ("most", "Remove `most`, which nothing reads")]
    {
        let actions = c.actions("main.ivs", at);
        c.choose(&actions, title);
    }
    c.replace("main.ivs", "factor", "_factor");
    assert_snapshot!("read", c.drawn("main.ivs"));
}

#[test]
fn the_server_pushes_unless_it_is_told_otherwise() {
    let c = Client::new(&[("main.ivs", SERVICE)]);
    assert!(c.can.get("diagnosticProvider").is_none());
}
