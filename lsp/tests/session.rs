//! How a server begins, ends, and what it makes of messages that are none.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod harness;

use harness::{Client, package};
use ivs_lsp::{Ended, Options};
use serde_json::{Value, json};
use std::sync::Arc;

const MAIN: &[(&str, &str)] = &[("main.ivs", "let a = 1\n")];

fn format(c: &Client, path: &str) -> Value {
    json!({ "textDocument": { "uri": c.uri(path) }, "options": { "tabSize": 2, "insertSpaces": true } })
}

#[test]
fn an_orderly_end_is_one_and_any_other_is_not() {
    assert_eq!(Client::new(MAIN).end(), Ended::Orderly);
    assert_eq!(Client::new(MAIN).vanish(), Ended::Abruptly);
    let mut c = Client::new(MAIN);
    c.notify("exit", Value::Null);
    assert_eq!(c.vanish(), Ended::Abruptly);
}

#[test]
fn nothing_is_answered_before_the_beginning_and_after_the_end() {
    let mut c = Client::unintroduced(package(MAIN), Options::default());
    let p = format(&c, "main.ivs");
    assert_eq!(c.refused("textDocument/formatting", p.clone()), -32002);
    c.introduce(json!({}), json!({}));
    c.request("shutdown", Value::Null);
    assert_eq!(c.refused("textDocument/formatting", p), -32600);
}

#[test]
fn what_is_no_message_is_answered_as_such_and_serving_goes_on() {
    let mut c = Client::new(MAIN);
    for (body, code) in [
        ("{ \"jsonrpc\": ", -32700),
        ("", -32700),
        ("\u{0}", -32700),
        ("[]", -32600),
        ("{\"jsonrpc\":\"1.0\",\"method\":\"x\",\"id\":-1}", -32600),
        ("{\"method\":7,\"jsonrpc\":\"2.0\",\"id\":-1}", -32600),
        ("{\"jsonrpc\":\"2.0\",\"id\":-1,\"method\":\"no/such\"}", -32601),
        ("{\"jsonrpc\":\"2.0\",\"id\":-1,\"method\":\"textDocument/formatting\",\"params\":{}}", -32602),
    ] {
        c.raw(body.as_bytes());
        assert_eq!(c.answer(-1)["error"]["code"], code, "{body}");
    }
    c.raw(b"\xff\xfe");
    assert_eq!(c.answer(-1)["error"]["code"], -32700);
    c.open("main.ivs");
    assert_eq!(c.found("main.ivs"), json!([]));
}

#[test]
fn a_request_that_panics_is_answered_with_one_error() {
    let hook: ivs_lsp::Hook = Arc::new(|method| assert!(method != "range_formatting", "injected"));
    let options = Options { before: Some(hook), ..Options::default() };
    let mut c = Client::with(package(MAIN), harness::capabilities(), json!({}), options);
    c.open("main.ivs");
    let mut p = format(&c, "main.ivs");
    p["range"] = json!({ "start": { "line": 0, "character": 0 }, "end": { "line": 0, "character": 1 } });
    for _ in 0..20 {
        assert_eq!(c.refused("textDocument/rangeFormatting", p.clone()), -32603);
        assert_eq!(c.request("textDocument/formatting", p.clone()), json!([]));
    }
    assert_eq!(c.found("main.ivs"), json!([]));
}

#[test]
fn a_cancelled_request_is_answered_as_such() {
    // The request waits until it is told to go on, so that it is certainly under way.
    let (go, wait) = std::sync::mpsc::channel::<()>();
    let wait = std::sync::Mutex::new(wait);
    let hook: ivs_lsp::Hook = Arc::new(move |method| {
        if method == "formatting" {
            let _ = wait.lock().unwrap().recv();
        }
    });
    let options = Options { before: Some(hook), ..Options::default() };
    let mut c = Client::with(package(MAIN), harness::capabilities(), json!({}), options);
    c.open("main.ivs");
    let p = format(&c, "main.ivs");
    let id = c.ask("textDocument/formatting", p);
    c.notify("$/cancelRequest", json!({ "id": id }));
    assert_eq!(c.answer(id)["error"]["code"], -32800);
    go.send(()).unwrap();
    assert_eq!(c.found("main.ivs"), json!([]));
}

#[test]
fn a_document_that_nobody_opened_is_no_reason_to_stop() {
    let mut c = Client::new(MAIN);
    let p = format(&c, "missing.ivs");
    assert_eq!(c.refused("textDocument/formatting", p), -32602);
    c.notify("textDocument/didClose", json!({ "textDocument": { "uri": c.uri("missing.ivs") } }));
    let change = json!([{ "text": "x" }]);
    let document = json!({ "uri": c.uri("missing.ivs"), "version": 3 });
    c.notify("textDocument/didChange", json!({ "textDocument": document, "contentChanges": change }));
    c.open("main.ivs");
    assert_eq!(c.found("main.ivs"), json!([]));
}
