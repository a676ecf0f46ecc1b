//! Ordered trees, printed as JSON and YAML. Numbers are kept as text, so that none passes through floating point.
use std::fmt::Write as _;

/// A node.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Node {
    /// `true`, `false`.
    Bool(bool),
    /// A number in decimal notation.
    Number(String),
    /// Text.
    Text(String),
    /// A sequence.
    List(Vec<Node>),
    /// Names with values, in order.
    Map(Map),
    /// An action of a template, which [`template`] prints between `{{ ` and ` }}`.
    Action(String),
}

/// Names with values, in order.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Map(pub Vec<(String, Node)>);

impl Map {
    /// Without entries.
    pub fn new() -> Self {
        Map::default()
    }

    /// With one more entry.
    #[must_use]
    pub fn with(mut self, key: impl Into<String>, value: impl Into<Node>) -> Self {
        self.0.push((key.into(), value.into()));
        self
    }

    /// With one more entry, if there is a value.
    #[must_use]
    pub fn and(self, key: &str, value: Option<impl Into<Node>>) -> Self {
        match value {
            Some(value) => self.with(key, value),
            None => self,
        }
    }

    /// With one more entry, unless the list is empty.
    #[must_use]
    pub fn unless_empty(self, key: &str, value: Vec<Node>) -> Self {
        if value.is_empty() { self } else { self.with(key, value) }
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl<K: Into<String>, V: Into<Node>> FromIterator<(K, V)> for Map {
    fn from_iter<I: IntoIterator<Item = (K, V)>>(entries: I) -> Self {
        Map(entries.into_iter().map(|(k, v)| (k.into(), v.into())).collect())
    }
}

impl<T: Into<Node>> FromIterator<T> for Node {
    fn from_iter<I: IntoIterator<Item = T>>(items: I) -> Self {
        Node::List(items.into_iter().map(Into::into).collect())
    }
}

impl From<&str> for Node {
    fn from(text: &str) -> Self {
        Node::Text(text.to_owned())
    }
}
impl From<&String> for Node {
    fn from(text: &String) -> Self {
        Node::Text(text.clone())
    }
}
impl From<String> for Node {
    fn from(text: String) -> Self {
        Node::Text(text)
    }
}
impl From<bool> for Node {
    fn from(value: bool) -> Self {
        Node::Bool(value)
    }
}
impl From<i64> for Node {
    fn from(value: i64) -> Self {
        Node::Number(value.to_string())
    }
}
impl From<Map> for Node {
    fn from(map: Map) -> Self {
        Node::Map(map)
    }
}
impl<T: Into<Node>> From<Vec<T>> for Node {
    fn from(items: Vec<T>) -> Self {
        items.into_iter().collect()
    }
}

/// As JSON, two spaces a level, ending in a newline.
pub fn json(node: &Node) -> String {
    let mut out = String::new();
    put_json(&mut out, node, 0);
    out.push('\n');
    out
}

fn put_json(out: &mut String, node: &Node, depth: usize) {
    match node {
        Node::Bool(b) => out.push_str(if *b { "true" } else { "false" }),
        Node::Number(n) => out.push_str(n),
        Node::Text(t) | Node::Action(t) => quote(out, t),
        Node::List(items) if items.is_empty() => out.push_str("[]"),
        Node::List(items) => {
            out.push('[');
            for (i, item) in items.iter().enumerate() {
                out.push_str(if i == 0 { "\n" } else { ",\n" });
                indent(out, depth + 1);
                put_json(out, item, depth + 1);
            }
            out.push('\n');
            indent(out, depth);
            out.push(']');
        }
        Node::Map(map) if map.is_empty() => out.push_str("{}"),
        Node::Map(map) => {
            out.push('{');
            for (i, (key, value)) in map.0.iter().enumerate() {
                out.push_str(if i == 0 { "\n" } else { ",\n" });
                indent(out, depth + 1);
                quote(out, key);
                out.push_str(": ");
                put_json(out, value, depth + 1);
            }
            out.push('\n');
            indent(out, depth);
            out.push('}');
        }
    }
}

/// As a document of YAML, without `---`, ending in a newline.
pub fn yaml(node: &Node) -> String {
    let mut out = String::new();
    match node {
        Node::Map(map) if !map.is_empty() => put_entries(&mut out, map, 0),
        Node::List(items) if !items.is_empty() => put_items(&mut out, items, 0),
        _ => {
            put_scalar(&mut out, node);
            out.push('\n');
        }
    }
    out
}

/// Brackets of actions while a template is printed. Text never has them bare: [`quote`] writes them as escapes.
const OPEN: char = '\u{1}';
const CLOSE: char = '\u{2}';

/// As [`yaml`], for Go templates: actions are left to be carried out, and text stays text even if it looks like one.
pub fn template(node: &Node) -> String {
    yaml(node).replace("{{", "{{ \"{{\" }}").replace(OPEN, "{{").replace(CLOSE, "}}")
}

fn put_entries(out: &mut String, map: &Map, depth: usize) {
    for (i, (key, value)) in map.0.iter().enumerate() {
        if i > 0 {
            indent(out, depth);
        }
        put_text(out, key);
        out.push(':');
        put_value(out, value, depth);
    }
}

/// What stands after `key:`.
fn put_value(out: &mut String, value: &Node, depth: usize) {
    match value {
        Node::Map(map) if !map.is_empty() => {
            out.push('\n');
            indent(out, depth + 1);
            put_entries(out, map, depth + 1);
        }
        Node::List(items) if !items.is_empty() => {
            out.push('\n');
            indent(out, depth);
            put_items(out, items, depth);
        }
        _ => {
            out.push(' ');
            put_scalar(out, value);
            out.push('\n');
        }
    }
}

fn put_items(out: &mut String, items: &[Node], depth: usize) {
    for (i, item) in items.iter().enumerate() {
        if i > 0 {
            indent(out, depth);
        }
        out.push_str("- ");
        match item {
            Node::Map(map) if !map.is_empty() => put_entries(out, map, depth + 1),
            Node::List(inner) if !inner.is_empty() => put_items(out, inner, depth + 1),
            _ => {
                put_scalar(out, item);
                out.push('\n');
            }
        }
    }
}

fn put_scalar(out: &mut String, node: &Node) {
    match node {
        Node::Text(t) => put_text(out, t),
        Node::Action(a) => {
            let _ = write!(out, "{OPEN} {a} {CLOSE}");
        }
        other => put_json(out, other, 0),
    }
}

/// Bare where every reader of YAML takes it for text, else in quotes.
fn put_text(out: &mut String, text: &str) {
    if is_bare(text) { out.push_str(text) } else { quote(out, text) }
}

/// Words of letters, digits and `-_./`, one space between two; nothing that is a boolean, nothing or a number somewhere.
fn is_bare(text: &str) -> bool {
    const TAKEN: [&str; 12] =
        ["true", "false", "yes", "no", "on", "off", "y", "n", "null", "none", "inf", "nan"];
    text.bytes().next().is_some_and(|b| b.is_ascii_alphabetic())
        && text.bytes().last().is_some_and(|b| b.is_ascii_alphanumeric())
        && !text.contains("  ")
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.' | b'/' | b' '))
        && !TAKEN.contains(&text.to_ascii_lowercase().as_str())
}

/// A string of JSON that is one of YAML, too.
fn quote(out: &mut String, text: &str) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\0'..='\u{1f}' | '\u{7f}'..='\u{9f}' | '\u{2028}' | '\u{2029}' | '\u{feff}' => {
                let _ = write!(out, "\\u{:04x}", u32::from(c));
            }
            // Not characters: no reader of YAML has to take them.
            '\u{fffe}' | '\u{ffff}' => {
                let _ = write!(out, "\\u{:04x}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out.push('"');
}

fn indent(out: &mut String, depth: usize) {
    for _ in 0..depth {
        out.push_str("  ");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_taken_for_something_else() {
        for text in [
            "no", "1.20", "0755", "12:30", "", " a", "a ", "a: b", "# a", "- a", "~", "{a}", "a#b", "on", "Y",
        ] {
            assert!(yaml(&text.into()).starts_with('"'), "{text}");
        }
        assert_eq!(yaml(&"docs/a-b_c 1.2".into()), "docs/a-b_c 1.2\n");
    }

    #[test]
    fn a_tree_in_both_forms() {
        let tree: Node = Map::new()
            .with("a", vec!["x", "1"])
            .with(
                "b",
                Map::new().with("c", vec![Map::new().with("d", true).with("e", Node::Number("0.10".into()))]),
            )
            .with("f", Map::new())
            .into();
        assert_eq!(yaml(&tree), "a:\n- x\n- \"1\"\nb:\n  c:\n  - d: true\n    e: 0.10\nf: {}\n");
        assert!(json(&tree).contains("\"e\": 0.10\n"));
    }
}
