//! Many edits, and many at once.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod harness;

use harness::{Client, capabilities, copy_of, package};
use serde_json::{Value, json};

/// Numbers that are the same in every run.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, below: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % below.max(1) as u64) as usize
    }
}

/// A text as an editor has it: units of the encoding that was agreed on, in lines.
trait Editor {
    fn text(&self) -> String;
    /// Replaces what lies between two positions, wherever they are.
    fn replace(&mut self, start: (usize, usize), end: (usize, usize), new: &str);
    fn lines(&self) -> Vec<usize>;
}

/// Units of sixteen bits: what most editors count.
struct Wide(Vec<u16>);
/// Bytes.
struct Narrow(Vec<u8>);

/// The index of a position: the first unit of a character, in the text, before its line's end.
fn index<T: Copy + PartialEq + From<u8>>(
    units: &[T],
    (line, column): (usize, usize),
    inside: impl Fn(&[T], usize) -> bool,
) -> usize {
    let (lf, cr) = (T::from(b'\n'), T::from(b'\r'));
    let mut at = 0;
    for _ in 0..line {
        loop {
            match units.get(at) {
                None => return units.len(),
                Some(u) => {
                    at += 1;
                    if *u == lf || (*u == cr && units.get(at) != Some(&lf)) {
                        break;
                    }
                }
            }
        }
    }
    let length = units[at..].iter().take_while(|u| **u != lf && **u != cr).count();
    let mut at = at + column.min(length);
    while inside(units, at) {
        at -= 1;
    }
    at
}

fn lengths<T: Copy + PartialEq + From<u8>>(units: &[T]) -> Vec<usize> {
    let (lf, cr) = (T::from(b'\n'), T::from(b'\r'));
    let mut out = vec![0];
    for (i, u) in units.iter().enumerate() {
        if *u == lf || (*u == cr && units.get(i + 1) != Some(&lf)) {
            out.push(0);
        } else {
            *out.last_mut().unwrap() += 1;
        }
    }
    out
}

impl Editor for Wide {
    fn text(&self) -> String {
        String::from_utf16(&self.0).unwrap()
    }
    fn replace(&mut self, start: (usize, usize), end: (usize, usize), new: &str) {
        let low = |u: &[u16], at: usize| u.get(at).is_some_and(|u| (0xdc00..0xe000).contains(u));
        let (start, end) = (index(&self.0, start, low), index(&self.0, end, low));
        self.0.splice(start..end.max(start), new.encode_utf16());
    }
    fn lines(&self) -> Vec<usize> {
        lengths(&self.0)
    }
}

impl Editor for Narrow {
    fn text(&self) -> String {
        String::from_utf8(self.0.clone()).unwrap()
    }
    fn replace(&mut self, start: (usize, usize), end: (usize, usize), new: &str) {
        let later = |u: &[u8], at: usize| u.get(at).is_some_and(|u| (0x80..0xc0).contains(u));
        let (start, end) = (index(&self.0, start, later), index(&self.0, end, later));
        self.0.splice(start..end.max(start), new.bytes());
    }
    fn lines(&self) -> Vec<usize> {
        lengths(&self.0)
    }
}

const START: &str = "\
use std.aws.{us-east-1}

/// Grüße aus dem Norden 😀.
service web {
  image   = \"registry.example/shop/web:1.0.0\"
  regions = [us-east-1]
  resources { cpu = 100m..500m, memory = 128Mi..256Mi }
}

let limit: int = 12
let name = \"größer ${limit} 𝒳\"
";

const PIECES: &[&str] = &[
    "x",
    " ",
    "\n",
    "\r\n",
    "\r",
    "{",
    "}",
    "\"",
    "é",
    "😀",
    "𝒳",
    "= ",
    "12",
    "10req/s",
    "// ",
    "/*",
    "*/",
    "${",
    "service a {\n}\n",
    "let b = limit + 1\n",
    "\u{feff}",
    "\u{301}",
    "check c for s in service { require false }\n",
    ",",
    "..",
    "overlay staging {\n",
];

/// Edits a document at random, in messages of several edits, and compares what both sides have.
fn random_edits(encoding: &str, mut editor: impl Editor, edits: usize, seed: u64) {
    let mut capabilities = capabilities();
    capabilities["general"]["positionEncodings"] = json!([encoding]);
    let options = ivs_lsp::Options::default();
    let mut c =
        Client::with(package(&[("main.ivs", START)]), capabilities.clone(), json!({}), options.clone());
    assert_eq!(c.can["positionEncoding"], encoding);
    c.open("main.ivs");
    let mut dice = Dice(seed);
    let mut done = 0;
    let mut messages = 0;
    while done < edits {
        let mut changes = Vec::new();
        for _ in 0..=dice.roll(100) {
            done += 1;
            if dice.roll(500) == 0 {
                let lines = editor.lines();
                editor.replace((0, 0), (lines.len(), 0), START);
                changes.push(json!({ "text": START }));
                continue;
            }
            let lines = editor.lines();
            // Past the end of the line, of the text, and into the middle of characters.
            let line = dice.roll(lines.len() + 1);
            let column = dice.roll(lines.get(line).copied().unwrap_or(0) + 3);
            let (last, end) = match dice.roll(4) {
                0 => (line + dice.roll(3), dice.roll(40)),
                1 => (line, column),
                2 => (line, column + 1 + dice.roll(4)),
                // The end before the start: nothing is replaced.
                _ => (line, column.saturating_sub(1)),
            };
            let long = lines.len() > 60;
            let new = if long && dice.roll(2) == 0 { "" } else { PIECES[dice.roll(PIECES.len())] };
            let (last, end) = if long { (line + 4, end) } else { (last, end) };
            editor.replace((line, column), (last, end), new);
            let at = |(line, character): (usize, usize)| json!({ "line": line, "character": character });
            changes.push(
                json!({ "range": { "start": at((line, column)), "end": at((last, end)) }, "text": new }),
            );
        }
        c.change("main.ivs", Value::Array(changes));
        messages += 1;
        if messages % 20 == 0 {
            let has = c.request("ivs/content", json!({ "uri": c.uri("main.ivs") }));
            assert_eq!(has["text"].as_str().unwrap(), editor.text(), "after {done} edits");
        }
    }
    let has = c.request("ivs/content", json!({ "uri": c.uri("main.ivs") }));
    assert_eq!(has["text"].as_str().unwrap(), editor.text());
    let found = c.found("main.ivs");

    let mut fresh = Client::with(package(&[("main.ivs", "")]), capabilities, json!({}), options);
    fresh.open_with("main.ivs", &editor.text());
    let expected = fresh.found("main.ivs");
    // Related places are in another folder there.
    let without = |found: &Value, c: &Client| found.to_string().replace(&c.root_uri(), "");
    assert_eq!(without(&found, &c), without(&expected, &fresh));
}

#[test]
fn fifty_thousand_edits_in_sixteen_bit_units() {
    random_edits("utf-16", Wide(START.encode_utf16().collect()), 50_000, 0x9e37_79b9);
}

#[test]
fn fifty_thousand_edits_in_bytes() {
    random_edits("utf-8", Narrow(START.as_bytes().to_vec()), 50_000, 0x1234_5678);
}

/// Kibibytes of memory that this process holds.
fn resident() -> usize {
    let status = std::fs::read_to_string("/proc/self/statm").unwrap_or_default();
    status.split(' ').nth(1).and_then(|n| n.parse::<usize>().ok()).unwrap_or(0) * 4
}

#[test]
fn ten_thousand_edits_with_requests_between_them_are_all_answered() {
    let folder = copy_of("examples/pluma");
    let file = "services/mal.ivs".to_owned();
    let mut c = Client::with(folder, capabilities(), json!({}), ivs_lsp::Options::default());
    c.open(&file);
    let before = c.found(&file);
    let held = resident();
    let start = json!({ "line": 0, "character": 0 });
    let after = json!({ "line": 0, "character": 1 });
    let document = json!({ "uri": c.uri(&file) });
    let mut asked = Vec::new();
    for i in 0..5_000 {
        // A character comes and goes: two edits.
        c.change(&file, json!([{ "range": { "start": start, "end": start }, "text": "#" }]));
        if i % 5 == 0 {
            let range = json!({ "start": start, "end": after });
            let options = json!({ "tabSize": 2, "insertSpaces": true });
            let params = json!({ "textDocument": document, "range": range, "options": options, "context": { "diagnostics": [] } });
            let method =
                ["textDocument/formatting", "textDocument/codeAction", "textDocument/diagnostic"][i / 5 % 3];
            let id = c.ask(method, params);
            asked.push(id);
            if i % 25 == 0 {
                c.notify("$/cancelRequest", json!({ "id": id }));
            }
        }
        c.change(&file, json!([{ "range": { "start": start, "end": after }, "text": "" }]));
    }
    let mut codes = std::collections::BTreeMap::new();
    for id in &asked {
        let answer = c.answer(*id);
        *codes.entry(answer["error"]["code"].as_i64().unwrap_or(0)).or_insert(0) += 1;
    }
    // Answered, cancelled, or given up because of edits; nothing else.
    assert!(codes.keys().all(|code| [0, -32800, -32801].contains(code)), "{codes:?}");
    assert!(codes.contains_key(&0), "{codes:?}");
    assert_eq!(c.found(&file), before);
    let grown = resident().saturating_sub(held) >> 10;
    assert!(grown < 256, "{grown} MiB more are held");
}
