//! What is asked about a place: completion, hover, definitions, references and the like, as an editor sees them.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod harness;

use harness::Client;
use serde_json::{Value, json};

const SHOP: &str = "environment staging { }\n\n/// What all have.\ntemplate service base {\n  team: string\n  scaling { replicas = 2..10, target cpu { utilization = 70% } }\n}\n\nservice web from base {\n  image = \"registry.example/shop/web:1.0.0\"\n  resources { cpu = 500m..2, memory = 1Gi..2Gi }\n  team  = \"a\"\n  scaling { replicas = 3..100 }\n}\n";
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

#[test]
fn a_document_is_outlined_and_its_symbols_are_found() {
    let mut c = client();
    let document = json!({ "textDocument": { "uri": c.uri("main.ivs") } });
    let tree = c.request("textDocument/documentSymbol", document);
    let names: Vec<&str> = tree.as_array().unwrap().iter().map(|s| s["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["staging", "base", "web"]);
    assert_eq!(tree[1]["children"][1]["children"][0]["name"], "replicas");
    let found = c.request("workspace/symbol", json!({ "query": "ca" }));
    assert_eq!(found[0]["name"], "cart");
    assert_eq!(found[0]["containerName"], "shop");
}

#[test]
fn tokens_come_whole_as_differences_and_of_a_range() {
    let mut c = Client::new(&[("main.ivs", "let a = 1\nlet b = 2\nlet c = 3\n")]);
    c.open("main.ivs");
    let document = json!({ "textDocument": { "uri": c.uri("main.ivs") } });
    let full = c.request("textDocument/semanticTokens/full", document.clone());
    assert_eq!(full["data"].as_array().unwrap().len(), 12 * 5);
    c.replace("main.ivs", "let b = 2", "let b = 2 + 2");
    let mut params = document.clone();
    params["previousResultId"] = full["resultId"].clone();
    let delta = c.request("textDocument/semanticTokens/full/delta", params);
    assert_eq!(delta["edits"].as_array().unwrap().len(), 1);
    assert_eq!(delta["edits"][0]["start"], 8 * 5);
    assert_eq!(delta["edits"][0]["data"].as_array().unwrap().len(), 2 * 5);
    // Of an answer that is not known, everything.
    let mut params = document.clone();
    params["previousResultId"] = json!("x");
    let again = c.request("textDocument/semanticTokens/full/delta", params);
    assert_eq!(again["data"].as_array().unwrap().len(), 14 * 5);
    let mut params = document;
    params["range"] = json!({ "start": { "line": 2, "character": 0 }, "end": { "line": 3, "character": 0 } });
    let range = c.request("textDocument/semanticTokens/range", params);
    assert_eq!(range["data"].as_array().unwrap().len(), 4 * 5);
    assert_eq!(range["data"][0], 2);
}

#[test]
fn hints_show_what_is_computed_and_taken_over() {
    let mut c = client();
    c.replace("main.ivs", "replicas = 3..100", "replicas = inherited.min..2 * 50");
    let range = json!({ "start": { "line": 0, "character": 0 }, "end": { "line": 99, "character": 0 } });
    let params = json!({ "textDocument": { "uri": c.uri("main.ivs") }, "range": range });
    let hints = c.request("textDocument/inlayHint", params);
    let label = |h: &Value| match h["label"].as_str() {
        Some(text) => text.to_owned(),
        None => h["label"][0]["value"].as_str().unwrap().to_owned(),
    };
    let labels: Vec<String> = hints.as_array().unwrap().iter().map(label).collect();
    assert_eq!(labels, ["core", "= 2..100", "was 2..10"]);
    assert_eq!(hints[2]["label"][0]["location"]["range"]["start"]["line"], 5);
}

#[test]
fn what_can_be_folded_and_what_grows_around_a_cursor() {
    let mut c = client();
    let document = json!({ "textDocument": { "uri": c.uri("main.ivs") } });
    let folds = c.request("textDocument/foldingRange", document.clone());
    let lines: Vec<(u64, u64)> = (folds.as_array().unwrap().iter())
        .map(|f| (f["startLine"].as_u64().unwrap(), f["endLine"].as_u64().unwrap()))
        .collect();
    assert_eq!(lines, [(3, 5), (8, 12)]);
    let mut params = document;
    params["positions"] = json!([c.position_of("main.ivs", "replicas = 3..100")]);
    let ranges = c.request("textDocument/selectionRange", params);
    let mut depth = 0;
    let mut at = &ranges[0];
    while at.is_object() {
        depth += 1;
        at = &at["parent"];
    }
    assert!(depth >= 5, "{ranges:#}");
}

#[test]
fn a_name_is_changed_in_every_file_or_not_at_all() {
    let mut c = client();
    let at = c.at("main.ivs", "web from");
    let prepared = c.request("textDocument/prepareRename", at.clone());
    assert_eq!(prepared["placeholder"], "web");
    let mut params = at.clone();
    params["newName"] = json!("site");
    let edit = c.request("textDocument/rename", params);
    c.apply(&edit);
    assert!(c.text("main.ivs").contains("service site from base"));
    assert!(c.text("other.ivs").contains("image = site.image"));
    assert!(c.text("other.ivs").contains("service site { scaling"));
    assert_eq!(c.found("other.ivs"), json!([]));
    let mut params = c.at("main.ivs", "site from");
    params["newName"] = json!("cart");
    assert_eq!(c.refused("textDocument/rename", params), -32803);
    let image = c.at("main.ivs", "image =");
    assert_eq!(c.refused("textDocument/prepareRename", image), -32803);
}

#[test]
fn hierarchies_lead_from_item_to_item() {
    let mut c = client();
    let at = c.at("main.ivs", "web from");
    let calls = c.request("textDocument/prepareCallHierarchy", at.clone());
    let incoming = c.request("callHierarchy/incomingCalls", json!({ "item": calls[0] }));
    assert_eq!(incoming[0]["from"]["name"], "cart");
    assert_eq!(incoming[0]["fromRanges"][0]["start"]["line"], 1);
    let outgoing = c.request("callHierarchy/outgoingCalls", json!({ "item": incoming[0]["from"] }));
    let names: Vec<&str> =
        (outgoing.as_array().unwrap().iter()).map(|o| o["to"]["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["base", "web"]);
    let types = c.request("textDocument/prepareTypeHierarchy", at);
    let above = c.request("typeHierarchy/supertypes", json!({ "item": types[0] }));
    assert_eq!(above[0]["name"], "base");
    let below = c.request("typeHierarchy/subtypes", json!({ "item": above[0] }));
    assert_eq!(below.as_array().unwrap().len(), 2);
}

#[test]
fn texts_that_are_colors_are_told() {
    let text = "kind shop { color: string }\nshop a { color = \"#ff0000\" }\n";
    let mut c = Client::new(&[("main.ivs", text)]);
    c.open("main.ivs");
    let document = json!({ "textDocument": { "uri": c.uri("main.ivs") } });
    let colors = c.request("textDocument/documentColor", document.clone());
    assert_eq!(colors[0]["color"]["red"], 1.0);
    let mut params = document;
    params["range"] = colors[0]["range"].clone();
    params["color"] = json!({ "red": 0.0, "green": 1.0, "blue": 0.0, "alpha": 1.0 });
    let shown = c.request("textDocument/colorPresentation", params);
    assert_eq!(shown[0]["label"], "#00ff00");
}

#[test]
fn a_client_that_cannot_be_told_later_is_told_of_types_at_once() {
    let announced = |types: Value| {
        let capabilities = json!({ "textDocument": { "typeHierarchy": types } });
        let mut c =
            Client::unintroduced(harness::package(&[("main.ivs", SHOP)]), ivs_lsp::Options::default());
        c.introduce(capabilities, json!({}));
        c.can["typeHierarchyProvider"].clone()
    };
    assert_eq!(announced(json!({})), true);
    assert_eq!(announced(json!({ "dynamicRegistration": true })), Value::Null);
}

const SCHEMA: &str = r#"{ "provider_schemas": { "registry.terraform.io/hashicorp/null": { "resource_schemas": { "null_thing": { "block": {
  "attributes": {
    "id": { "type": "string", "computed": true },
    "name": { "type": "string", "required": true, "description": "What it is called." },
    "number": { "type": ["list", "number"], "optional": true }
  },
  "block_types": { "rule": { "nesting_mode": "list", "block": { "attributes": { "port": { "type": "number", "required": true } } } } }
} } } } } }"#;

#[test]
fn arguments_of_a_resource_are_those_of_its_providers_schema() {
    let text = "resource thing {\n  type = \"null_thing\"\n  body {\n    n\n    rule { port = 1 }\n  }\n}\n";
    let config = "[package]\nname = \"shop\"\nversion = \"0.1.0\"\nivs = \"1\"\n[targets.terraform]\nschemas = [\"schemas/*.json\"]\n";
    let mut c = Client::new(&[("ivs.toml", config), ("schemas/null.json", SCHEMA), ("main.ivs", text)]);
    c.open("main.ivs");
    let at = |c: &mut Client, line: usize, character: usize, method: &str| {
        let position = json!({ "line": line, "character": character });
        c.request(method, json!({ "textDocument": { "uri": c.uri("main.ivs") }, "position": position }))
    };
    let top = at(&mut c, 3, 5, "textDocument/completion");
    let detail = |label: &str| {
        let found = top["items"].as_array().unwrap().iter().find(|i| i["label"] == label);
        found.map(|i| i["detail"].as_str().unwrap_or_default())
    };
    let details = ["name", "number", "id", "rule"].map(detail);
    assert_eq!(details, [Some("string, required"), Some("[number]"), None, None], "{top}");
    c.replace("main.ivs", "    n\n    rule { port = 1 }", "    name = \"a\"\n    rule { po }");
    let inner = at(&mut c, 4, 13, "textDocument/completion");
    assert_eq!(labels(&inner)[0], "port");
    let hover = at(&mut c, 3, 6, "textDocument/hover");
    let said = hover["contents"]["value"].as_str().unwrap();
    assert!(said.contains("name: string") && said.contains("What it is called."), "{said}");
}

const SCHEMAS: &str = r#"{ "provider_schemas": { "registry.terraform.io/hashicorp/null": { "resource_schemas": {
  "null_thing": { "block": { "description": "A thing.", "attributes": {
    "size": { "type": "number", "required": true },
    "arn": { "type": "string", "computed": true, "description": "What it is called everywhere." }
  } } },
  "null_other": { "block": { "attributes": { "of": { "type": "string", "optional": true } } } }
} } } }"#;

#[test]
fn texts_that_a_providers_schema_knows_are_completed() {
    let config = "[package]\nname = \"shop\"\nversion = \"1.0.0\"\nivs = \"1\"\n\n[targets.terraform]\nschemas = [\"schemas/*.json\"]\n";
    let main = "resource logs { type = \"null_thing\", body { size = 1 } }\nresource other {\n  type = \"null_other\"\n  body { of = attr(logs, \"arn\") }\n}\n";
    let mut c = Client::new(&[("ivs.toml", config), ("schemas/null.json", SCHEMAS), ("main.ivs", main)]);
    c.open("main.ivs");
    assert_eq!(c.found("main.ivs"), json!([]));
    // The type of a resource, with its documentation.
    let mut at = c.at("main.ivs", "null_other");
    at["position"]["character"] = json!(15);
    let answer = c.request("textDocument/completion", at);
    assert_eq!(labels(&answer), ["null_other", "null_thing"]);
    assert_eq!(answer["items"][1]["textEdit"]["newText"], "null_thing");
    let thing = c.request("completionItem/resolve", answer["items"][1].clone());
    assert!(thing["documentation"]["value"].as_str().unwrap().contains("A thing."), "{thing}");
    // What a resource has once it is made: of what its schema says, also what only the provider can.
    let mut at = c.at("main.ivs", "arn\")");
    at["position"]["character"] = json!(26);
    let answer = c.request("textDocument/completion", at);
    assert_eq!(labels(&answer), ["arn", "size"]);
    // Before the text: what it can be asked of, first.
    c.replace("main.ivs", "attr(logs, \"arn\")", "attr(lo)");
    let mut at = c.at("main.ivs", "lo)");
    at["position"]["character"] = json!(21);
    let answer = c.request("textDocument/completion", at);
    assert_eq!(&labels(&answer)[..2], ["logs", "other"]);
}
