use super::print;
use proptest::prelude::*;
use serde::Serialize;
use std::collections::BTreeMap;
use std::process::{Command, Stdio};

#[derive(Serialize)]
struct Sample {
    name: &'static str,
    empty_map: BTreeMap<String, String>,
    empty_list: Vec<i32>,
    list: Vec<BTreeMap<&'static str, Vec<i64>>>,
    nested: Vec<Vec<bool>>,
    nothing: Option<i32>,
    ratio: f64,
    text: &'static str,
    unended: &'static str,
    indented: &'static str,
}

#[test]
fn layout() {
    let sample = Sample {
        name: "a",
        empty_map: BTreeMap::new(),
        empty_list: vec![],
        list: vec![BTreeMap::from([("x", vec![1, 2]), ("z", vec![])]), BTreeMap::new()],
        nested: vec![vec![true, false], vec![]],
        nothing: None,
        ratio: 1.0,
        text: "first\n  second\n\n# third\n",
        unended: "a: b\nc",
        indented: " a\nb",
    };
    insta::assert_snapshot!(print(&sample).unwrap(), @r##"
    name: a
    empty_map: {}
    empty_list: []
    list:
    - x:
      - 1
      - 2
      z: []
    - {}
    nested:
    - - true
      - false
    - []
    nothing: null
    ratio: 1.0
    text: |
      first
        second

      # third
    unended: |-
      a: b
      c
    indented: " a\nb"
    "##);
}

#[test]
fn only_names_stand_without_quotes() {
    for plain in ["a", "apps/v1", "RuntimeDefault", "a.b-c_d/e", "Null-able", "yesterday", "e3"] {
        assert_eq!(*print(&plain).unwrap(), format!("{plain}\n"));
    }
    for quoted in [
        "", "y", "N", "Yes", "OFF", "null", "NaN", "1", "500m", "1e3", "0x1", "~", "a:", "a b", "-",
        "nmox/a:1", "ä", "12:30",
    ] {
        assert_eq!(*print(&quoted).unwrap(), format!("\"{quoted}\"\n"));
    }
    assert_eq!(&*print(&"a\u{85}\u{feff}\u{7}\"\\\t").unwrap(), "\"a\\u0085\\ufeff\\u0007\\\"\\\\\\t\"\n");
    assert_eq!(&*print(&"𝒳 é").unwrap(), "\"𝒳 é\"\n");
}

#[test]
fn keys_are_text_of_bounded_length() {
    assert!(print(&BTreeMap::from([(1, 2)])).is_err());
    assert!(print(&BTreeMap::from([("x".repeat(1001), 2)])).is_err());
    assert!(print(&BTreeMap::from([("x".repeat(1000), 2)])).is_ok());
    assert!(print(&f64::NAN).is_err());
}

/// What some parser takes for something else, or loses.
fn awkward() -> Vec<String> {
    let words = "y Y yes Yes YES n N no NO on On ON off OFF true True false null Null NULL ~ = << * & ! % @ ` | > - ? : , [ ] { } # \
        1 1.0 1e3 +1 -1 .5 5. 0o14 014 0x1F 0b1 1_000 12:30 12:30:00 2001-01-01 2001-12-14t21:59:43.10-05:00 .inf -.INF .nan NaN inf \
        --- ... a:b a:\tb :a a# #a a,b [a] {a} 'a' \"a\" \\ \\n $a ${a} %20 !!str &a *a <<: é ß 日本 🙂 𝒳 undefined";
    let mut all: Vec<String> = words.split(' ').filter(|w| !w.is_empty()).map(str::to_owned).collect();
    all.extend(
        [
            "",
            " ",
            "  a",
            "a ",
            "a b",
            "a: b",
            "a #b",
            "\t",
            "\ta",
            "a\t",
            "\n",
            "\n\n",
            "a\n",
            "a\nb",
            "a\nb\n",
            "a\nb\n\n",
            "\na",
            " a\nb",
            "a\n b",
            "a \nb",
            "a\n\tb",
            "a\n\n\nb\n",
            "a\n---\nb",
            "a\n...\nb\n",
            "a\r\nb",
            "a\rb",
            "\u{0}",
            "\u{7}",
            "\u{7f}",
            "\u{80}",
            "\u{85}",
            "a\u{85}b\nc",
            "\u{a0}",
            "\u{2028}",
            "a\u{2029}b\nc",
            "\u{feff}a",
            "\u{fffe}",
            "\u{ffff}",
            "- a\n- b",
            "a: b\nc: d\n",
            "# a\nb",
            "| a\nb",
            "%YAML 1.2\n---\na",
        ]
        .map(str::to_owned),
    );
    let ascii: Vec<char> = (' '..='~').collect();
    all.extend(ascii.iter().map(char::to_string));
    for a in &ascii {
        all.extend(ascii.iter().map(|b| format!("{a}{b}")));
    }
    all
}

fn document(texts: &[String]) -> std::sync::Arc<str> {
    #[derive(Serialize)]
    struct All<'a> {
        values: &'a [String],
        nested: Vec<BTreeMap<&'a str, &'a str>>,
        keys: BTreeMap<&'a str, &'a str>,
    }
    let pairs: BTreeMap<&str, &str> = texts.iter().map(|t| (t.as_str(), t.as_str())).collect();
    let nested = texts.iter().map(|t| BTreeMap::from([("key", t.as_str())])).collect();
    print(&All { values: texts, nested, keys: pairs }).unwrap()
}

#[test]
fn awkward_text_is_read_back_by_serde_saphyr() {
    let texts = awkward();
    let back: serde_json::Value = serde_saphyr::from_str(&document(&texts)).unwrap();
    for (i, text) in texts.iter().enumerate() {
        assert_eq!(back["values"][i], serde_json::json!(text), "value {text:?}");
        assert_eq!(back["nested"][i]["key"], serde_json::json!(text), "nested {text:?}");
        assert_eq!(back["keys"][text], serde_json::json!(text), "key {text:?}");
    }
}

#[test]
fn awkward_text_is_read_back_by_pyyaml() {
    let program =
        "import sys, json, yaml\njson.dump(yaml.safe_load(sys.stdin.buffer.read().decode()), sys.stdout)";
    let has = Command::new("python3").args(["-c", "import yaml"]).stderr(Stdio::null()).status();
    if !has.is_ok_and(|s| s.success()) {
        println!("skipped: no python3 with PyYAML");
        return;
    }
    let texts = awkward();
    let mut child = Command::new("python3")
        .args(["-c", program])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let input = document(&texts);
    let writer = std::thread::spawn(move || std::io::Write::write_all(&mut stdin, input.as_bytes()).unwrap());
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap();
    assert!(output.status.success());
    let back: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    for (i, text) in texts.iter().enumerate() {
        assert_eq!(back["values"][i], serde_json::json!(text), "value {text:?}");
        assert_eq!(back["nested"][i]["key"], serde_json::json!(text), "nested {text:?}");
        assert_eq!(back["keys"][text], serde_json::json!(text), "key {text:?}");
    }
}

proptest! {
    #[test]
    fn any_text_is_read_back(texts in prop::collection::vec(any::<String>(), 1..8)) {
        let back: serde_json::Value = serde_saphyr::from_str(&document(&texts)).unwrap();
        for (i, text) in texts.iter().enumerate() {
            prop_assert_eq!(&back["values"][i], &serde_json::json!(text));
            prop_assert_eq!(&back["keys"][text], &serde_json::json!(text));
        }
    }

    #[test]
    fn any_lines_are_read_back(lines in prop::collection::vec("[ -~\t]{0,6}", 1..6)) {
        let text = lines.join("\n");
        let back: serde_json::Value = serde_saphyr::from_str(&document(std::slice::from_ref(&text))).unwrap();
        prop_assert_eq!(&back["values"][0], &serde_json::json!(text));
        prop_assert_eq!(&back["nested"][0]["key"], &serde_json::json!(text));
    }
}
