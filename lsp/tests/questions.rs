//! What is asked about a place: completion, hover, definitions, references and the like, as an editor sees them.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod harness;

use harness::Client;
use serde_json::{Value, json};

const SHOP: &str = "environment staging { }\n\n/// What all have.\ntemplate service base {\n  team: string\n  scaling { replicas = 2..10 }\n}\n\nservice web from base {\n  image = \"registry.example/shop/web:1.0.0\"\n  resources { cpu = 500m..2, memory = 1Gi..2Gi }\n  team  = \"a\"\n  scaling { replicas = 3..100 }\n}\n";
const OTHER: &str = "service cart from base {\n  image = web.image\n  resources { cpu = 1..2, memory = 1Gi..2Gi }\n  team = \"b\"\n}\n\noverlay staging {\n  service web { scaling { replicas = 1..2 } }\n}\n";

fn client() -> Client {
    let mut c = Client::new(&[("main.ivs", SHOP), ("other.ivs", OTHER)]);
    c.open("main.ivs");
    c
}

/// `other.ivs:2 web`: the places of an answer.
fn places(c: &Client, answer: &Value) -> Vec<String> {
    let one = |p: &Value| {
        let (uri, range) = match p.get("targetUri") {
            Some(uri) => (uri, &p["targetSelectionRange"]),
            None => (&p["uri"], &p["range"]),
        };
        let uri = uri.as_str().unwrap();
        let path = uri.strip_prefix(&format!("{}/", c.root_uri())).map_or("library", |p| p);
        let line = range["start"]["line"].as_u64().unwrap() + 1;
        format!("{path}:{line}:{}", range["start"]["character"].as_u64().unwrap() + 1)
    };
    answer.as_array().unwrap().iter().map(one).collect()
}

fn labels(answer: &Value) -> Vec<&str> {
    answer["items"].as_array().unwrap().iter().map(|i| i["label"].as_str().unwrap()).collect()
}

#[test]
fn completion_offers_what_is_missing_and_resolves_its_documentation() {
    let mut c = client();
    c.replace("main.ivs", "  team  = \"a\"\n", "  te\n");
    let mut at = c.at("main.ivs", "  te\n");
    at["position"]["character"] = json!(4);
    let answer = c.request("textDocument/completion", at);
    assert_eq!(answer["isIncomplete"], false);
    let team = answer["items"].as_array().unwrap().iter().find(|i| i["label"] == "team").unwrap().clone();
    assert_eq!(team["textEdit"]["newText"], "team = $0");
    assert_eq!(team["textEdit"]["range"]["start"]["character"], 2);
    assert_eq!(team["detail"], "string, required");
    let resolved = c.request("completionItem/resolve", team);
    let docs = resolved["documentation"]["value"].as_str().unwrap();
    assert!(docs.contains("team: string") && docs.contains("field of `base`"), "{docs}");
}

#[test]
fn completion_brings_what_it_names_into_sight() {
    let mut c = client();
    c.replace("main.ivs", "  team  = \"a\"\n", "  regions = [us-east-]\n");
    let mut at = c.at("main.ivs", "us-east-]");
    at["position"]["character"] = json!(21);
    let answer = c.request("textDocument/completion", at);
    let first = answer["items"].as_array().unwrap().iter().find(|i| i["label"] == "us-east-1").unwrap();
    assert_eq!(first["additionalTextEdits"][0]["newText"], "use std.aws.{us-east-1}\n\n");
    assert_eq!(first["additionalTextEdits"][0]["range"]["start"]["line"], 0);
}

#[test]
fn snippets_are_plain_texts_for_who_cannot_show_them() {
    let mut capabilities = harness::capabilities();
    capabilities["textDocument"]["completion"]["completionItem"]["snippetSupport"] = json!(false);
    let folder = harness::package(&[("main.ivs", "serv\n")]);
    let mut c = Client::with(folder, capabilities, json!({}), ivs_lsp::Options::default());
    c.open("main.ivs");
    let mut at = c.at("main.ivs", "serv");
    at["position"]["character"] = json!(4);
    let answer = c.request("textDocument/completion", at);
    assert!(labels(&answer).contains(&"service"));
    let texts =
        answer["items"].as_array().unwrap().iter().map(|i| i["textEdit"]["newText"].as_str().unwrap());
    for text in texts {
        assert!(!text.contains('$'), "{text}");
    }
}

#[test]
fn a_hover_shows_the_value_in_each_environment_and_where_it_comes_from() {
    let mut c = client();
    let at = c.at("main.ivs", "replicas = 3..100");
    let hover = c.request("textDocument/hover", at);
    let text = hover["contents"]["value"].as_str().unwrap();
    for line in [
        "replicas: int..int",
        "- base: `3..100`",
        "- staging: `1..2`",
        "2. from base `base`, overridden: `2..10`",
    ] {
        assert!(text.contains(line), "{line} in\n{text}");
    }
    assert!(text.contains("main.ivs#L13"), "{text}");
}

#[test]
fn places_lead_across_files() {
    let mut c = client();
    c.open("other.ivs");
    let web = c.at("other.ivs", "web.image");
    let answer = c.request("textDocument/definition", web.clone());
    assert_eq!(places(&c, &answer), ["main.ivs:9:9"]);
    let mut params = web.clone();
    params["context"] = json!({ "includeDeclaration": true });
    let answer = c.request("textDocument/references", params);
    assert_eq!(places(&c, &answer), ["main.ivs:9:9", "other.ivs:2:11", "other.ivs:8:11"]);
    let answer = c.request("textDocument/typeDefinition", web.clone());
    assert_eq!(answer.as_array().unwrap().len(), 1);
    let answer = c.request("textDocument/documentHighlight", web);
    assert_eq!(answer.as_array().unwrap().len(), 2);
    let base = c.at("main.ivs", "base {");
    let answer = c.request("textDocument/implementation", base);
    assert_eq!(places(&c, &answer), ["main.ivs:9:9", "other.ivs:1:9"]);
    let replicas = c.at("main.ivs", "replicas = 3..100");
    let answer = c.request("textDocument/declaration", replicas);
    assert_eq!(places(&c, &answer), ["main.ivs:6:24"]);
}

#[test]
fn a_call_shows_its_parameters() {
    let text = "fn price(amount: int, factor: int = 1) -> int = amount * factor\nlet x = price(5, )\n";
    let mut c = Client::new(&[("main.ivs", text)]);
    c.open("main.ivs");
    let mut at = c.at("main.ivs", "price(5");
    at["position"]["character"] = json!(17);
    let help = c.request("textDocument/signatureHelp", at);
    assert_eq!(help["signatures"][0]["label"], "price(amount: int, factor: int = …) -> int");
    assert_eq!(help["activeParameter"], 1);
    let n = c.at("main.ivs", "amount:");
    assert_eq!(
        c.request("textDocument/linkedEditingRange", n),
        Value::Null,
        "a parameter may be given by name elsewhere"
    );
}

#[test]
fn local_names_are_edited_together_and_links_lead_somewhere() {
    let text = "use std.aws.{us-east-1}\nlet xs = [for n in 1..3: n * n]\n";
    let mut c = Client::new(&[("main.ivs", text)]);
    c.open("main.ivs");
    let n = c.at("main.ivs", "n in");
    let linked = c.request("textDocument/linkedEditingRange", n);
    assert_eq!(linked["ranges"].as_array().unwrap().len(), 3);
    let document = json!({ "textDocument": { "uri": c.uri("main.ivs") } });
    let links = c.request("textDocument/documentLink", document);
    assert!(links[0]["target"].as_str().unwrap().contains("regions.ivs"), "{links:#}");
}
