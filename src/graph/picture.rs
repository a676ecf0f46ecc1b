//! A graph in the languages of Graphviz and Mermaid, which draw it.

use super::{Shown, label};
use ivs_driver::{EdgeSort, NodeRole};
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// Edges between the same two declarations, as one: what it says, and whether any is a reference.
fn joined(shown: &Shown) -> BTreeMap<(usize, usize), (Vec<String>, bool)> {
    let mut out: BTreeMap<(usize, usize), (Vec<String>, bool)> = BTreeMap::new();
    for e in &shown.graph.edges {
        let entry = out.entry((e.from, e.to)).or_default();
        entry.0.push(label(e));
        entry.1 |= e.sort == EdgeSort::Refers;
    }
    out
}

fn grouped(shown: &Shown) -> BTreeMap<&str, Vec<usize>> {
    let mut out: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (i, n) in shown.graph.nodes.iter().enumerate() {
        out.entry(n.kind.as_str()).or_default().push(i);
    }
    out
}

/// For `dot -Tsvg`.
pub fn dot(shown: &Shown) -> String {
    let mut out = format!("digraph {} {{\n", quoted(&shown.title));
    out.push_str("  rankdir = LR\n  node [shape = box, style = rounded, fontname = \"sans-serif\"]\n  edge [fontname = \"sans-serif\", fontsize = 10]\n");
    for (kind, nodes) in grouped(shown) {
        let _ = writeln!(out, "  subgraph {} {{", quoted(&format!("cluster {kind}")));
        let _ = writeln!(out, "    label = {}", quoted(kind));
        for i in nodes {
            let Some(node) = shown.node(i) else { continue };
            let style = match node.role {
                NodeRole::Declared => "",
                NodeRole::Disabled => ", style = \"rounded,dotted\"",
                NodeRole::Template | NodeRole::Elsewhere => ", style = \"rounded,dashed\"",
            };
            let tip = match &node.title {
                Some(title) => format!(", tooltip = {}", quoted(title)),
                None => String::new(),
            };
            let _ = writeln!(out, "    n{i} [label = {}{style}{tip}]", quoted(&node.name));
        }
        out.push_str("  }\n");
    }
    for ((from, to), (labels, refers)) in joined(shown) {
        let style = if refers { "" } else { ", style = dashed" };
        let _ = writeln!(out, "  n{from} -> n{to} [label = {}{style}]", quoted(&labels.join("\n")));
    }
    out.push_str("}\n");
    out
}

/// A string of DOT.
fn quoted(text: &str) -> String {
    let text = text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n");
    format!("\"{}\"", crate::terminal::clean(&text))
}

/// For Markdown, where it is drawn.
pub fn mermaid(shown: &Shown) -> String {
    let mut out = String::from("flowchart LR\n");
    for (g, (kind, nodes)) in grouped(shown).into_iter().enumerate() {
        let _ = writeln!(out, "  subgraph g{g} [{}]", entity(kind));
        for i in nodes {
            let Some(node) = shown.node(i) else { continue };
            let (open, close) = if node.role == NodeRole::Declared { ("[", "]") } else { ("([", "])") };
            let _ = writeln!(out, "    n{i}{open}{}{close}", entity(&node.name));
        }
        out.push_str("  end\n");
    }
    for ((from, to), (labels, refers)) in joined(shown) {
        let arrow = if refers { "-->" } else { "-.->" };
        let _ = writeln!(out, "  n{from} {arrow}|{}| n{to}", entity(&labels.join(", ")));
    }
    out
}

/// A string of Mermaid: entities for what would end it, or be read as markup.
fn entity(text: &str) -> String {
    let mut out = String::from("\"");
    for c in crate::terminal::clean(text).chars() {
        match c {
            '"' | '#' | '<' | '>' | '&' | '`' | '|' | ';' | '\\' => {
                let _ = write!(out, "#{};", u32::from(c));
            }
            '\n' => out.push(' '),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}
