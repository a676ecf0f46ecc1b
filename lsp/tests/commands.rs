//! Lenses, commands, and texts that are no files.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod harness;

use harness::{Client, capabilities, draw, package};
use insta::assert_snapshot;
use ivs_lsp::Options;
use serde_json::{Value, json};

const SHOP: &str = "\
environment staging {}

template service base {
  resources { cpu = 100m..500m, memory = 128Mi..256Mi }
}
service web from base {
  image = \"registry.example/shop/web:1.0.0\"
}
service api from base {
  image      = \"registry.example/shop/api:1.0.0\"
  depends_on = [web]
}
overlay staging {
  service web { scaling { replicas = 2 } }
}
test \"there are two\" {
  assert length(service) == 2
}
test \"there are three\" {
  assert length(service) == 3
}
";

fn client(options: Value) -> Client {
    let mut c = Client::with(package(&[("main.ivs", SHOP)]), capabilities(), options, Options::default());
    c.open("main.ivs");
    assert_eq!(c.found("main.ivs"), json!([]));
    c
}

fn execute(c: &mut Client, command: &str, argument: Value) -> Value {
    c.request("workspace/executeCommand", json!({ "command": command, "arguments": [argument] }))
}

fn place(c: &Client, needle: &str) -> Value {
    json!({ "uri": c.uri("main.ivs"), "position": c.position_of("main.ivs", needle) })
}

#[test]
fn lenses_stand_above_declarations_and_tests() {
    let mut c = client(json!({}));
    let params = json!({ "textDocument": { "uri": c.uri("main.ivs") } });
    let lenses = c.request("textDocument/codeLens", params);
    let mut marks = Vec::new();
    for lens in lenses.as_array().unwrap() {
        let lens = match lens.get("command") {
            Some(_) => lens.clone(),
            None => c.request("codeLens/resolve", lens.clone()),
        };
        marks.push((lens["range"].clone(), lens["command"]["title"].as_str().unwrap().to_owned()));
    }
    assert_snapshot!(draw(SHOP, &marks));
}

const PRICED: &str = "\
use std.aws.{us-east-1}
node-pool general {
  region  = us-east-1
  cluster = \"studio\"
  cpu     = 4..4
  size    = 0..10
}
service web {
  image = \"registry.example/shop/web:1.0.0\"
  nodes = general
  resources { cpu = 1..2, memory = 1Gi..2Gi }
  scaling { replicas = 2..8, target cpu { utilization = 70% } }
}
environment staging {}
overlay staging {
  service web { scaling { replicas = 1..2 } }
}
";

#[test]
fn what_a_service_costs_in_a_month_stands_above_it() {
    let told = |environment: &str| -> Vec<String> {
        let options = json!({ "environment": environment });
        let mut c =
            Client::with(package(&[("main.ivs", PRICED)]), capabilities(), options, Options::default());
        c.open("main.ivs");
        let lenses =
            c.request("textDocument/codeLens", json!({ "textDocument": { "uri": c.uri("main.ivs") } }));
        let titles = lenses.as_array().unwrap().iter().filter_map(|l| l["command"]["title"].as_str());
        titles.filter(|t| t.contains('$')).map(str::to_owned).collect()
    };
    // Ten machines at $0.1785/h; eight replicas of a quarter of one each.
    assert_eq!(told(""), ["monthly cost $1303.05", "monthly cost $260.61"]);
    assert_eq!(told("staging"), ["monthly cost $1303.05", "monthly cost ≈ $65.15"]);
}

#[test]
fn lenses_that_are_not_wanted_are_not_shown() {
    let mut c = client(json!({ "lenses": { "references": false, "output": false, "tests": false } }));
    let params = json!({ "textDocument": { "uri": c.uri("main.ivs") } });
    let lenses = c.request("textDocument/codeLens", params.clone());
    assert_eq!(lenses.as_array().unwrap().len(), 1, "instances of the template");
    let settings = json!({ "settings": { "ivs": { "lenses": { "instances": false } } } });
    c.notify("workspace/didChangeConfiguration", settings);
    let lenses = c.request("textDocument/codeLens", params);
    assert!(lenses.as_array().unwrap().iter().all(|l| !l["data"].to_string().contains("Instances")));
}

#[test]
fn the_output_of_the_declaration_at_a_place_is_shown() {
    let mut c = client(json!({}));
    let at = place(&c, "web from");
    let shown = execute(&mut c, "ivs.showOutput", at);
    assert_eq!((&shown["name"], &shown["language"]), (&json!("web.yaml"), &json!("yaml")));
    assert!(shown.get("uri").is_none(), "this editor cannot ask for texts");
    assert_snapshot!(shown["text"].as_str().unwrap());
    let at = place(&c, "base {");
    let shown = execute(&mut c, "ivs.showOutput", at);
    assert_eq!(shown["text"], "# `base` is a template: only what derives from it makes something\n");
    let at = place(&c, "test \"there are two\"");
    let shown = execute(&mut c, "ivs.showOutput", at);
    assert_eq!(shown["message"], "There is no declaration here.");
}

#[test]
fn an_editor_that_asks_for_texts_gets_an_output_that_follows_the_sources() {
    let mut can = capabilities();
    can["workspace"]["textDocumentContent"] = json!({ "dynamicRegistration": true });
    let files = package(&[("main.ivs", SHOP)]);
    let mut c = Client::with(files, can, json!({ "environment": "staging" }), Options::default());
    c.open("main.ivs");
    c.settle();
    let registered = |c: &Client| c.asked.iter().any(|a| a.to_string().contains("ivs-output"));
    c.until(registered);
    let at = place(&c, "web from");
    let shown = execute(&mut c, "ivs.showOutput", at);
    let uri = shown["uri"].as_str().unwrap().to_owned();
    assert_eq!(uri, format!("ivs-output:{}/service/web.yaml?env=staging", c.root().display()));
    let text = c.request("workspace/textDocumentContent", json!({ "uri": uri }));
    assert_eq!(text["text"], shown["text"]);
    assert!(text["text"].as_str().unwrap().contains("replicas: 2\n"));

    c.asked.clear();
    c.replace("main.ivs", "replicas = 2", "replicas = 5");
    c.until(|c| c.asked.iter().any(|a| a["method"] == "workspace/textDocumentContent/refresh"));
    let text = c.request("workspace/textDocumentContent", json!({ "uri": uri }));
    assert!(text["text"].as_str().unwrap().contains("replicas: 5\n"));
    // A mistake says why there is nothing.
    c.replace("main.ivs", "replicas = 5", "replicas = many");
    let text = c.request("workspace/textDocumentContent", json!({ "uri": uri }));
    assert_eq!(text["text"], "# `web` has values that are not known: mend its errors first\n");
}

#[test]
fn tests_run_from_the_editor() {
    let mut c = client(json!({}));
    let uri = c.uri("main.ivs");
    let run = |c: &mut Client, argument| execute(c, "ivs.runTest", argument);
    let passed = run(&mut c, json!({ "uri": uri, "name": "there are two" }));
    assert_eq!(passed["message"], "`there are two` passed.");
    let failed = run(&mut c, json!({ "uri": uri, "name": "there are three" }));
    assert!(failed["message"].as_str().unwrap().starts_with("`there are three` failed: "), "{failed}");
    let all = run(&mut c, json!({ "uri": uri }));
    assert_eq!(all["outcomes"].as_array().unwrap().len(), 2);
    let none = run(&mut c, json!({ "uri": uri, "name": "none" }));
    assert_eq!(none["message"], "There is no such test.");
}

#[test]
fn a_code_is_explained() {
    let explain: fn(&str) -> Option<&'static str> =
        |code| (code == "IVS1001").then_some("# IVS1001: unknown name\n");
    let options = Options { explain: Some(explain), ..Options::default() };
    let files = package(&[("main.ivs", "let a = b\n")]);
    let mut c = Client::with(files, capabilities(), json!({}), options);
    c.open("main.ivs");
    c.settle();
    let page = execute(&mut c, "ivs.explain", json!("IVS1001"));
    assert_eq!(page["text"], "# IVS1001: unknown name\n");
    let at = place(&c, "b\n");
    assert_eq!(execute(&mut c, "ivs.explain", at)["text"], page["text"]);
    let at = place(&c, "let");
    assert_eq!(execute(&mut c, "ivs.explain", at)["message"], "Nothing is wrong here.");
    assert_eq!(execute(&mut c, "ivs.explain", json!("IVS9"))["message"], "There is no page about `IVS9`.");
    assert_eq!(c.refused("workspace/executeCommand", json!({ "command": "rm", "arguments": [] })), -32602);
}

#[test]
fn a_server_that_can_draw_shows_the_graph_of_a_package() {
    let draw: ivs_lsp::Draw =
        |graph, package, env| format!("{package} {env:?}: {} declarations", graph.nodes.len());
    let options = Options { draw: Some(draw), ..Options::default() };
    let settings = json!({ "environment": "staging" });
    let mut c = Client::with(package(&[("main.ivs", SHOP)]), capabilities(), settings, options);
    c.open("main.ivs");
    let uri = c.uri("main.ivs");
    let shown = execute(&mut c, "ivs.showGraph", json!({ "uri": uri }));
    assert_eq!(shown["language"], "mermaid");
    assert_eq!(shown["text"], "shop Some(\"staging\"): 4 declarations");
    let commands = &c.can["executeCommandProvider"]["commands"];
    assert!(commands.as_array().unwrap().contains(&json!("ivs.showGraph")));
}
