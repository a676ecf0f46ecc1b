//! Texts as both sides have them: positions that count bytes, edits, and marks drawn below what they are about.

use serde_json::{Value, json};

/// The position of a byte, counted in bytes.
pub fn position(text: &str, at: usize) -> Value {
    let line = text[..at].matches('\n').count();
    let start = text[..at].rfind('\n').map_or(0, |n| n + 1);
    json!({ "line": line, "character": at - start })
}

/// The byte of a position that counts bytes.
pub fn offset(text: &str, position: &Value) -> usize {
    let line = position["line"].as_u64().unwrap() as usize;
    let start = text.split_inclusive('\n').take(line).map(str::len).sum::<usize>();
    start + position["character"].as_u64().unwrap() as usize
}

/// A text with edits applied.
pub fn edited(text: &str, edits: &[Value]) -> String {
    let place = |e: &Value| (offset(text, &e["range"]["start"]), offset(text, &e["range"]["end"]));
    let mut edits: Vec<_> = edits.iter().map(|e| (place(e), e["newText"].as_str().unwrap())).collect();
    edits.sort_by_key(|(place, _)| *place);
    let mut out = String::new();
    let mut at = 0;
    for ((start, end), new) in edits {
        assert!(start >= at, "edits overlap");
        out += &text[at..start];
        out += new;
        at = end;
    }
    out + &text[at..]
}

/// A text with marks below the places that they are about. Lines far from any mark are left out.
pub fn draw(text: &str, marks: &[(Value, String)]) -> String {
    let mut out = String::new();
    let lines: Vec<&str> = text.lines().collect();
    let line_of = |v: &Value| v["line"].as_u64().unwrap() as usize;
    for (n, line) in lines.iter().enumerate() {
        let near =
            marks.iter().any(|(r, _)| line_of(&r["start"]).abs_diff(n) <= 1 || line_of(&r["end"]) == n);
        if !near {
            if !out.ends_with("…\n") {
                out += "…\n";
            }
            continue;
        }
        out += &format!("{line}\n");
        for (range, text) in marks.iter().filter(|(r, _)| line_of(&r["start"]) == n) {
            let column = |v: &Value| v["character"].as_u64().unwrap() as usize;
            let start = column(&range["start"]);
            let end = if line_of(&range["end"]) == n { column(&range["end"]) } else { line.len() };
            let width = line.get(start..end).map_or(1, |t| t.chars().count().max(1));
            let before = line.get(..start).map_or(start, |t| t.chars().count());
            out += &format!("{}{}", " ".repeat(before), "^".repeat(width));
            for (i, part) in text.lines().enumerate() {
                let indent = if i == 0 { " ".to_owned() } else { " ".repeat(before + 2) };
                out += &format!("{indent}{part}\n");
            }
        }
    }
    for (range, text) in marks.iter().filter(|(r, _)| line_of(&r["start"]) >= lines.len()) {
        out += &format!("(line {}) {text}\n", line_of(&range["start"]) + 1);
    }
    out
}
