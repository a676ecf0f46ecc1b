//! Any text in any free field of the kinds of federation, industry and chains reaches its file as the same text, read by
//! independent parsers. Fields that formats restrict are restricted by their kinds: see `tests/literate`.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod support;

use proptest::prelude::*;
use serde_json::Value as Json;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use support::{render, session, source};

/// Texts that formats stumble over.
const AWKWARD: &[&str] = &[
    "${x}",
    "%{y}",
    "$${z}",
    "no",
    "on",
    "0755",
    "1.20",
    "12:30",
    "~",
    "null",
    "- a",
    "key: value",
    "# c",
    "\"",
    "'",
    "\\",
    "a\nb",
    "a\tb",
    " a ",
    "<script>alert(1)</script>",
    "&amp;",
    "'; DROP TABLE x; --",
    "{{ x }}",
    "{% if %}",
    "日本語",
    "é",
    "e\u{301}",
    "\u{2028}",
    "\u{feff}",
    "😀",
    "../../etc/passwd",
    "@context",
    "$ref",
    "$schema",
    "*",
    "/",
    "a/b",
    "\u{7f}",
];

/// The text as a string of the language.
fn literal(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' | '$' => {
                out.push('\\');
                out.push(c);
            }
            c if c.is_ascii_graphic() || c == ' ' => out.push(c),
            c => write!(out, "\\u{{{:x}}}", u32::from(c)).unwrap(),
        }
    }
    out + "\""
}

/// Every file that a source with the text everywhere gives.
fn files(text: &str) -> BTreeMap<String, String> {
    let t = literal(text);
    let source_text = format!(
        r#"
data-domain design {{ }}
partner a {{ host = "a.example", title = {t} }}
partner b {{ host = "b.example", title = {t} }}
federation-role r {{ title = {t}, reads = every }}
namespace n {{ }}
endpoint e {{
  title = {t}
  organisation = a
  uri = "fe://a.example/x"
  role = r
  namespace = n
  bus {{ cluster = "events", brokers = "a.example:9094" }}
  export x {{ domains = [design], to = [b] }}
  annotations_are = 0
}}
industry i {{ title = {t} }}
industry j {{ title = {t} }}
data-model m {{
  title = {t}
  means = {t}
  field f {{ means = {t}, one_of = [{t}], pattern = {t} }}
  field g {{ unit = {t}, type = decimal }}
}}
bridge br {{
  title = {t}
  from {{ protocol = mqtt, host = "a.example" }}
  to {{ protocol = mqtt, host = "b.example" }}
  channel c {{ address = {t}, message = m, becomes = {t}, semantic = {t} }}
}}
handoff h {{ title = {t}, from = i, to = j, contract = m, brokers = "a.example:9092" }}
asset tw {{
  title = {t}
  id = "https://a.example/1"
  submodel s {{ id = "https://a.example/1/s", property p {{ value = {t} }} }}
}}
production-line l {{
  enterprise = "e", site = "s", area = "a"
  device d {{ metric {t} {{ type = double, unit = {t} }} }}
}}
energy-resource er {{ title = {t}, mrid = "0e2b6a3c-7d1f-4a59-9c57-3c0a6d1b2f10", class = battery, rated = 1kW }}
data-module dm {{ title = {t}, model = "AB", system = "28", info = "520" }}
fleet fl {{ title = {t}, tails = ["D-A"], overhaul {t} {{ every = 1FH, module = dm }} }}
chain ch {{ title = {t}, id = 1, rpc = [public(at = "https://a.example")], confirmations = 1 }}
chain ci {{ id = 2, rpc = [public(at = "https://a.example")], confirmations = 1 }}
chain-messages cm {{ title = {t}, route {t} {{ from = ch, to = ci, within = 1s }} }}
"#
    )
    .replace("  annotations_are = 0\n", "");
    let mut session = session(&[source("main.ivs", &source_text)], 1);
    let (report, files) = session.build(None);
    assert!(
        !report.has_errors(),
        "{text:?}\n{}",
        render(&support::check(&[source("main.ivs", &source_text)]))
    );
    files.into_iter().map(|f| (f.path, f.text.to_string())).collect()
}

/// What stands at a path of a JSON file.
fn at(files: &BTreeMap<String, String>, file: &str, path: &str) -> String {
    let json: Json = serde_json::from_str(&files[file]).unwrap_or_else(|e| panic!("{file}: {e}"));
    let found = json.pointer(path).unwrap_or_else(|| panic!("{file} has no {path}: {json:#}"));
    found.as_str().unwrap_or_else(|| panic!("{file} {path}: {found}")).to_owned()
}

fn arrives(text: &str) {
    let files = files(text);
    for (path, content) in &files {
        assert!(!path.contains("..") && !path.starts_with('/'), "{path}");
        if path.ends_with(".json") {
            serde_json::from_str::<Json>(content).unwrap_or_else(|e| panic!("{path}: {e}"));
        } else if path.ends_with(".yaml") {
            serde_saphyr::from_multiple::<Json>(content).unwrap_or_else(|e| panic!("{path}: {e}"));
        }
    }
    for (file, path) in [
        ("industry/profiles/i/profile.json", "/industry"),
        ("industry/models/m.schema.json", "/title"),
        ("industry/models/m.schema.json", "/description"),
        ("industry/models/m.schema.json", "/properties/f/description"),
        ("industry/models/m.schema.json", "/properties/f/enum/0"),
        ("industry/models/m.schema.json", "/properties/f/pattern"),
        ("industry/bridges/br.asyncapi.json", "/info/title"),
        ("industry/bridges/br.asyncapi.json", "/channels/c.from/address"),
        ("industry/bridges/br.asyncapi.json", "/channels/c.to/address"),
        ("industry/bridges/br.asyncapi.json", "/components/messages/c/x-semantic-id"),
        ("industry/handoffs/h.asyncapi.json", "/info/title"),
        ("industry/shells/tw.aas.json", "/submodels/0/submodelElements/0/value"),
        ("industry/lines/l.sparkplug.json", "/devices/0/metrics/0/name"),
        ("industry/lines/l.sparkplug.json", "/devices/0/metrics/0/unit"),
        ("industry/grid/er.cim.json", "/cim:IdentifiedObject.name"),
        ("industry/modules/dm.s1000d.json", "/title"),
        ("industry/fleets/fl.json", "/fleet"),
        ("industry/fleets/fl.json", "/overhauls/0/name"),
        ("chains/evm/ch.json", "/name"),
        ("chains/messages/cm.json", "/name"),
        ("chains/messages/cm.json", "/routes/0/name"),
    ] {
        assert_eq!(at(&files, file, path), text, "{file} {path}");
    }
    let unit = at(&files, "industry/models/m.schema.json", "/properties/g/description");
    assert_eq!(unit, format!("[{text}]"));
}

#[test]
fn awkward_texts_arrive_as_they_are() {
    for text in AWKWARD {
        arrives(text);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn any_text_arrives_as_it_is(text in "[\\PC\\n\\t]{1,60}") {
        arrives(&text);
    }

    /// Exact or refused: what a JSON file says of a bound is what was declared, digit by digit.
    #[test]
    fn numbers_arrive_exactly(whole in 0u32..1_000_000, fraction in 0u32..1_000_000) {
        let number = format!("{whole}.{fraction:06}");
        let text = format!("data-model m {{ field f {{ type = decimal, max = {number} }} }}");
        let (report, files) = session(&[source("main.ivs", &text)], 1).build(None);
        prop_assert!(!report.has_errors());
        let file = files.iter().find(|f| f.path == "industry/models/m.schema.json").unwrap().text.to_string();
        let written = file.lines().find_map(|l| l.trim().strip_prefix("\"maximum\": ")).unwrap().to_owned();
        let trimmed = number.trim_end_matches('0').trim_end_matches('.');
        // 1.0 and 1 are one number.
        let written = written.strip_suffix(".0").unwrap_or(&written);
        prop_assert_eq!(written, trimmed);
    }
}

/// Names of every length stay within the formats' limits, and apart.
#[test]
fn long_names_fit() {
    let long = "x".repeat(200);
    let text = format!(
        "data-domain {long} {{ }}\npartner p{long} {{ host = \"a.example\" }}\npartner q{long} {{ host = \"b.example\" }}\n\
         federation-role r {{ reads = every }}\nnamespace n {{ }}\n\
         endpoint e{long} {{ organisation = p{long}, uri = \"fe://a.example/x\", role = r, namespace = n\n\
         bus {{ cluster = \"events\", brokers = \"a.example:9094\" }}\n\
         export {} {{ domains = [{long}], to = [q{long}] }} }}\n",
        "y".repeat(63)
    );
    let (report, files) = session(&[source("main.ivs", &text)], 1).build(None);
    assert!(!report.has_errors());
    let mut seen = 0;
    for file in files
        .iter()
        .filter(|f| f.path.starts_with("kubernetes/n/") && !f.path.ends_with("kustomization.yaml"))
    {
        for object in serde_saphyr::from_multiple::<Json>(&file.text.to_string()).unwrap() {
            let name = object["metadata"]["name"].as_str().unwrap();
            let limit = if object["kind"] == "KafkaUser" { 64 } else { 249 };
            assert!(name.len() <= limit, "{} {name}", object["kind"]);
            seen += 1;
        }
    }
    assert!(seen >= 4, "{seen}");
    for file in &files {
        assert!(file.path.rsplit('/').next().unwrap().len() <= 255, "{}", file.path);
    }
}
