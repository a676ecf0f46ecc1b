//! What observability, data, traffic and delivery emit, read back by independent parsers: whatever text stands in a declaration is the
//! text that they find. (That queries are PromQL is judged by a parser of it in `tests/oracle`.)
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod examples;
mod support;

use ivs_plan::OutputFile;
use proptest::prelude::*;
use serde_json::Value as Json;
use std::collections::BTreeSet;

/// Every document of every YAML file; a chart's templates are none.
fn documents(files: &[OutputFile]) -> Vec<(String, Json)> {
    let yaml = files.iter().filter(|f| f.path.ends_with(".yaml") && !f.path.contains("/templates/"));
    yaml.flat_map(|f| {
        let all: Vec<Json> = serde_saphyr::from_multiple(&f.text.to_string()).unwrap();
        all.into_iter().map(|d| (f.path.clone(), d))
    })
    .collect()
}

/// Every query: of rules, dashboards and OpenSLO documents.
fn queries(files: &[OutputFile]) -> Vec<String> {
    let mut found = Vec::new();
    for (_, document) in documents(files) {
        match document["kind"].as_str() {
            Some("ConfigMap") => {
                for text in document["data"].as_object().into_iter().flatten().map(|(_, v)| v) {
                    if let Ok(dashboard) = serde_json::from_str(text.as_str().unwrap_or_default()) {
                        under(&dashboard, "expr", &mut found);
                    }
                }
            }
            Some("PrometheusRule") => under(&document, "expr", &mut found),
            Some("SLO") => under(&document, "query", &mut found),
            _ => {}
        }
    }
    found
}

fn under(value: &Json, key: &str, found: &mut Vec<String>) {
    match value {
        Json::Object(fields) => {
            for (name, value) in fields {
                match value {
                    Json::String(text) if name == key => found.push(text.clone()),
                    value => under(value, key, found),
                }
            }
        }
        Json::Array(items) => items.iter().for_each(|i| under(i, key, found)),
        _ => {}
    }
}

/// What an alert or panel looks at is recorded by a rule of the same output.
#[test]
fn what_is_looked_at_is_recorded() {
    let mut count = 0;
    for example in examples::all() {
        let files = example.build(examples::BASE);
        let mut recorded = BTreeSet::new();
        for (_, document) in documents(&files).iter().filter(|(_, d)| d["kind"] == "PrometheusRule") {
            let mut names = Vec::new();
            under(document, "record", &mut names);
            recorded.extend(names);
        }
        for query in queries(&files) {
            // A name ends where its labels begin.
            for (at, _) in query.match_indices("slo:") {
                let name: String = query[at..].chars().take_while(|c| !"{ )[".contains(*c)).collect();
                if query[..at].ends_with('"') {
                    continue;
                }
                assert!(recorded.contains(&name), "{}: nothing records {name}: {query}", example.name);
                count += 1;
            }
        }
    }
    assert!(count > 100, "{count}");
}

/// OpenSLO v1: what its schemas demand (openslo.com/schemas/v1).
#[test]
fn promises_fit_the_interchange_format() {
    let mut count = 0;
    for example in examples::all() {
        let files = example.build(examples::BASE);
        let all = documents(&files);
        let slos = all.iter().filter(|(path, _)| path.starts_with("openslo/"));
        for (path, document) in slos {
            assert_eq!(document["apiVersion"], "openslo/v1", "{path}");
            let name = document["metadata"]["name"].as_str().unwrap();
            let label = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
            assert!(name.len() <= 63 && name.chars().all(label), "{path}: {name}");
            if document["kind"] == "Service" {
                continue;
            }
            let spec = &document["spec"];
            let target = spec["objectives"][0]["target"].as_f64().unwrap();
            assert!((0.0..1.0).contains(&target), "{path}: {target}");
            let ratio = spec["indicator"]["spec"]["ratioMetric"].as_object().unwrap();
            assert!(
                ratio.contains_key("total") && ratio.contains_key("good") != ratio.contains_key("bad"),
                "{path}"
            );
            assert_eq!(spec["budgetingMethod"], "Occurrences");
            assert_eq!(spec["timeWindow"].as_array().unwrap().len(), 1);
            assert!(spec["description"].as_str().unwrap().chars().count() <= 1050);
            count += 1;
        }
    }
    assert!(count > 0);
}

const SOURCE: &str = r#"
let t: [string] = load("texts.json")

metric wait_seconds { type = histogram, unit = 1s, by = ["queue"], buckets = [1s] }
metric jobs_total { type = counter }
alert waits { title = t[0], metric = wait_seconds, quantile = 99%, above = 1s, select { queue = t[1] } }
objective waiting {
  title = t[0]
  slo {
    availability = 99%
    latency p95 { at_most = 1s }
    measured { requests = jobs_total, failed { result = t[1] }, duration = wait_seconds, select { queue = t[2] } }
  }
}
dashboard board { title = t[0], folder = t[1], panel "x" { metric = jobs_total, select { queue = t[2] } } }

gateway edge { class = t[0], listener http { port = 80, protocol = http } }
service api {
  image = "registry.example/api:1.0.0"
  resources { cpu = 1, memory = 1Gi }
  port http { container = 8080, service = 80 }
  expose {
    gateway = edge
    hosts   = ["a.example"]
    auth    = jwt(issuer = "https://id.example", keys = "https://id.example/keys", audiences = [t[0]], claims = { "x-a" = t[1] })
    traffic { limit a { requests = 1req/s, headers { "x-plan" = t[2] } } }
  }
}
database store { engine = postgres, runs = cluster, storage = 1Gi, resources { cpu = 1, memory = 1Gi }, parameters { search_path = t[0] }, shards { count = 2, key = t[1] } }
database-schema rooms {
  database  = store
  schema    = t[3]
  isolation = row-level(column = "tenant")
  tenant a { role = t[4], key = t[0] }
  table notes { column tenant { type = text } }
}
application app { title = t[0], source = git(repo = "https://git.example/a.git"), target a { } }
workflow work {
  parameters { p = t[0] }
  step a { does = t[1], image = "registry.example/a:1.0.0", command = [t[2]], args = [t[0], t[1]], env { X = t[2] } }
}
"#;

/// Texts that a careless printer would break at.
fn awkward() -> impl Strategy<Value = String> {
    prop_oneof![
        prop::sample::select(vec![
            "${x}",
            "%{x}",
            "{{ .x }}",
            "{{",
            "no",
            "0x1F",
            "1.20",
            "12:30",
            "- a",
            "a: b",
            "# c",
            "'",
            "\"",
            "\\",
            "`",
            "it's \"odd\"; DROP TABLE x; --",
            "$ivs$",
            "<script>",
            "ünïcödé 名",
            "a\nb",
            "\t",
            "\u{7f}",
            "\u{85}",
            "\u{2028}",
            "\u{feff}x",
            "~",
            "null",
            "&a",
            "*a",
            "!t",
            "|",
            ">",
            "@x",
            "%x",
            "a#b",
            " x ",
            "=~",
            "}",
            "x{y=\"z\"}",
        ])
        .prop_map(str::to_owned),
        "\\PC{1,40}",
    ]
}

fn built(texts: &[String]) -> Vec<OutputFile> {
    let json = serde_json::to_string(texts).unwrap();
    let sources = [support::source("main.ivs", SOURCE), support::source("texts.json", &json)];
    let mut session = support::session(&sources, 1);
    let (report, files) = session.build(None);
    assert!(!files.is_empty(), "{}", support::render(&report));
    files
}

/// The documents of a kind, in one file.
fn of<'a>(all: &'a [(String, Json)], kind: &str) -> &'a Json {
    &all.iter().find(|(_, d)| d["kind"] == kind).unwrap_or_else(|| panic!("no {kind}")).1
}

/// The values that a query compares a label with, read as Go reads strings.
fn compared(query: &str, label: &str, found: &mut BTreeSet<String>) {
    let mut rest = query;
    while let Some(at) = rest.find('"') {
        let is_it =
            [format!("{label}="), format!("{label}=~")].iter().any(|l| rest[..at].ends_with(l.as_str()));
        let mut text = String::new();
        let mut chars = rest[at + 1..].char_indices();
        let end = loop {
            match chars.next().unwrap() {
                (i, '"') => break at + 1 + i + 1,
                (_, '\\') => match chars.next().unwrap().1 {
                    'n' => text.push('\n'),
                    'u' => {
                        let digits: String = chars.by_ref().take(4).map(|(_, c)| c).collect();
                        text.push(char::from_u32(u32::from_str_radix(&digits, 16).unwrap()).unwrap());
                    }
                    c => text.push(c),
                },
                (_, c) => text.push(c),
            }
        };
        if is_it {
            found.insert(text);
        }
        rest = &rest[end..];
    }
}

/// As Go's templates print a text that has nothing but `{{ "{{" }}` in it.
fn templated(text: &str) -> String {
    text.replace("{{ \"{{\" }}", "{{")
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn texts_stay_what_they_are(
        texts in prop::collection::vec(awkward(), 3),
        names in prop::collection::vec("[ -~é]{1,40}", 2),
    ) {
        prop_assume!(names[1] != "app" && names[0] != names[1]);
        let all: Vec<String> = texts.iter().chain(&names).cloned().collect();
        let files = built(&all);
        let found = documents(&files);
        let t = |i: usize| Json::from(all[i].clone());

        for file in ["waits", "waiting"] {
            let path = format!("kubernetes/default/{file}.yaml");
            let rule = &found.iter().find(|(p, d)| *p == path && d["kind"] == "PrometheusRule").unwrap().1;
            let mut values = BTreeSet::new();
            let mut queries = Vec::new();
            under(rule, "expr", &mut queries);
            for query in queries {
                compared(&query, "queue", &mut values);
            }
            prop_assert_eq!(values, BTreeSet::from([all[if file == "waits" { 1 } else { 2 }].clone()]));
        }
        let alert = &found.iter().find(|(p, _)| p == "kubernetes/default/waits.yaml").unwrap().1;
        let summary = alert["spec"]["groups"][0]["rules"][0]["annotations"]["summary"].as_str().unwrap();
        prop_assert_eq!(templated(summary), all[0].clone());

        let board = &found.iter().find(|(p, _)| p == "kubernetes/default/board.yaml").unwrap().1;
        let dashboard: Json = serde_json::from_str(board["data"]["board.json"].as_str().unwrap()).unwrap();
        prop_assert_eq!(&dashboard["title"], &t(0));
        prop_assert_eq!(&board["metadata"]["annotations"]["grafana_folder"], &t(1));

        let provider = &of(&found, "SecurityPolicy")["spec"]["jwt"]["providers"][0];
        prop_assert_eq!(&provider["audiences"][0], &t(0));
        prop_assert_eq!(&provider["claimToHeaders"][0]["claim"], &t(1));
        let limit = &of(&found, "BackendTrafficPolicy")["spec"]["rateLimit"]["global"]["rules"][0];
        prop_assert_eq!(&limit["clientSelectors"][0]["headers"][0]["value"], &t(2));

        prop_assert_eq!(&of(&found, "Cluster")["spec"]["postgresql"]["parameters"]["search_path"], &t(0));
        let map = found.iter().find(|(_, d)| d["metadata"]["name"] == "store-shards").unwrap();
        let map: Json = serde_json::from_str(map.1["data"]["shards.json"].as_str().unwrap()).unwrap();
        prop_assert_eq!(&map["key"], &t(1));

        let steps = &of(&found, "WorkflowTemplate")["spec"];
        prop_assert_eq!(&steps["arguments"]["parameters"][0]["value"], &t(0));
        prop_assert_eq!(&steps["templates"][1]["metadata"]["annotations"]["ivs.dev/does"], &t(1));
        prop_assert_eq!(&steps["templates"][1]["container"]["args"], &Json::from(vec![t(0), t(1)]));
        prop_assert_eq!(&steps["templates"][1]["container"]["env"][0]["value"], &t(2));
        prop_assert_eq!(&of(&found, "AppProject")["spec"]["description"], &t(0));

        let sql = files.iter().find(|f| f.path == "sql/store/rooms.sql").unwrap().text.to_string();
        let (names_in, texts_in) = quoted(&sql);
        prop_assert!(names_in.contains(&all[3]) && names_in.contains(&all[4]), "{}", sql);
        prop_assert!(texts_in.contains(&all[0]), "{}", sql);
    }
}

/// Names and texts of a script, as PostgreSQL reads them outside of dollar quotes. What is left has no quote in it.
fn quoted(sql: &str) -> (BTreeSet<String>, BTreeSet<String>) {
    let (mut names, mut texts) = (BTreeSet::new(), BTreeSet::new());
    let mut rest = sql;
    while let Some(at) = rest.find(['"', '\'', '$']) {
        let mark = rest[at..].chars().next().unwrap();
        rest = &rest[at + 1..];
        if mark == '$' {
            let (tag, after) = rest.split_once('$').unwrap();
            rest = after.split_once(&format!("${tag}$")).unwrap().1;
            continue;
        }
        let mut text = String::new();
        loop {
            let (part, after) = rest.split_once(mark).unwrap();
            text.push_str(part);
            rest = after;
            match rest.strip_prefix(mark) {
                Some(more) => {
                    text.push(mark);
                    rest = more;
                }
                None => break,
            }
        }
        if mark == '"' {
            names.insert(text)
        } else {
            texts.insert(text)
        };
    }
    (names, texts)
}
