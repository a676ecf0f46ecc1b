//! A graph for a person at a terminal.

use super::{Shown, label};
use crate::command::{count, graph::sorts};
use crate::terminal::{Style, clean, paint};
use ivs_driver::{EdgeSort, Impact, NodeRole, Step};
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// More names than this are counted.
const MANY: usize = 20;

/// A declaration's name.
pub fn name(shown: &Shown, i: usize) -> String {
    clean(&shown.name(i)).into_owned()
}

fn marked(shown: &Shown, i: usize) -> String {
    let role = shown.node(i).map_or("", |n| mark(n.role));
    format!("{}{role}", name(shown, i))
}

fn mark(role: NodeRole) -> &'static str {
    match role {
        NodeRole::Disabled => " (disabled)",
        NodeRole::Template => " (template)",
        NodeRole::Declared | NodeRole::Elsewhere => "",
    }
}

/// Every kind with its declarations, each with what its fields lead to; then what is odd about the graph.
pub fn whole(shown: &Shown, color: bool) -> String {
    let graph = &shown.graph;
    let mut out = String::new();
    let mut kind = "";
    let mut edges = graph.edges.iter().peekable();
    for (i, node) in graph.nodes.iter().enumerate() {
        let mut by_field: BTreeMap<String, Vec<String>> = BTreeMap::new();
        let mut fields: Vec<String> = Vec::new();
        while let Some(e) = edges.next_if(|e| e.from <= i) {
            let field = match e.sort {
                EdgeSort::Derives => "from".to_owned(),
                EdgeSort::Reads => format!("{} reads", e.path),
                EdgeSort::Refers => e.path.clone(),
            };
            let target = match (&e.sort, &e.read) {
                (EdgeSort::Reads, Some(read)) if !read.is_empty() => {
                    format!("{}.{read}", marked(shown, e.to))
                }
                _ => marked(shown, e.to),
            };
            if !by_field.contains_key(&field) {
                fields.push(field.clone());
            }
            by_field.entry(field).or_default().push(target);
        }
        if node.role == NodeRole::Elsewhere && by_field.is_empty() {
            continue;
        }
        if node.kind != kind {
            kind = &node.kind;
            let _ = writeln!(out, "{}", paint(color, Style::Note, &clean(kind)));
        }
        let _ = writeln!(out, "  {}{}", clean(&node.name), mark(node.role));
        for field in fields {
            let targets = by_field.remove(&field).unwrap_or_default();
            let more = targets.len().saturating_sub(MANY);
            let mut list = targets.into_iter().take(MANY).collect::<Vec<_>>().join(", ");
            if more > 0 {
                let _ = write!(list, ", … {more} more");
            }
            let field = paint(color, Style::Help, &clean(&field));
            let _ = writeln!(out, "    {field} → {}", clean(&list));
        }
    }
    if !out.is_empty() {
        out.push('\n');
    }
    let declared = graph.nodes.iter().filter(|n| n.role == NodeRole::Declared).count();
    let _ = writeln!(out, "{}, {}", count(declared, "declaration"), sorts(graph));
    for cycle in graph.cycles() {
        let from = cycle.first().and_then(|s| s.first()).and_then(|e| shown.edge(*e)).map(|e| e.from);
        let head = paint(color, Style::Warning, "a circle");
        let _ = writeln!(out, "{head}: {}", line(shown, from.unwrap_or_default(), &cycle, color));
    }
    for d in &graph.dangling {
        let head = paint(color, Style::Warning, "leads nowhere");
        let _ = writeln!(out, "{head}: {}.{}: {}", name(shown, d.from), clean(&d.path), clean(&d.why));
    }
    let orphans = graph.orphans();
    if !orphans.is_empty() {
        let more = orphans.len().saturating_sub(MANY);
        let mut list = orphans.iter().take(MANY).map(|i| name(shown, *i)).collect::<Vec<_>>().join(", ");
        if more > 0 {
            let _ = write!(list, ", … {more} more");
        }
        let _ = writeln!(out, "alone, with no reference to or from them: {list}");
    }
    out
}

/// `a —depends_on→ b —namespace→ c`
fn line(shown: &Shown, from: usize, way: &[Step], color: bool) -> String {
    let mut out = marked(shown, from);
    for step in way {
        let Some(to) = step.first().and_then(|e| shown.edge(*e)).map(|e| e.to) else { continue };
        let _ = write!(out, " —{}→ {}", paint(color, Style::Help, &labels(shown, step)), marked(shown, to));
    }
    out
}

/// What leads from one declaration to another: references first; what is read beside them is counted.
fn labels(shown: &Shown, step: &Step) -> String {
    const SHOWN: usize = 3;
    let mut all: Vec<_> = step.iter().filter_map(|e| shown.edge(*e)).collect();
    all.sort_by_key(|e| e.sort);
    let mut names: Vec<String> = all.iter().take(SHOWN).map(|e| clean(&label(e)).into_owned()).collect();
    if all.len() > SHOWN {
        names.push(format!("{} more", all.len() - SHOWN));
    }
    names.join("; ")
}

/// A way, one line for each declaration on it.
pub fn way(shown: &Shown, from: usize, way: &[Step], color: bool) -> String {
    let mut out = format!("{}\n", marked(shown, from));
    for step in way {
        let Some(to) = step.first().and_then(|e| shown.edge(*e)).map(|e| e.to) else { continue };
        let _ =
            writeln!(out, "  —{}→ {}", paint(color, Style::Help, &labels(shown, step)), marked(shown, to));
    }
    out
}

/// What a change reaches, as a tree: below each declaration what depends on it and was not nearer.
pub fn impact(shown: &Shown, reached: &[Impact], color: bool) -> String {
    let Some((start, rest)) = reached.split_first() else { return String::new() };
    let subject = name(shown, start.node);
    if rest.is_empty() {
        return format!("nothing depends on `{subject}`\n");
    }
    let direct = rest.iter().filter(|r| r.distance == 1).count();
    let mut out = format!(
        "a change of `{subject}` reaches {}, {direct} of them directly\n",
        count(rest.len(), "declaration")
    );
    let mut below: BTreeMap<usize, Vec<&Impact>> = BTreeMap::new();
    for r in rest {
        if let Some(through) = r.through {
            below.entry(through).or_default().push(r);
        }
    }
    let mut open: Vec<&Impact> = below.get(&start.node).into_iter().flatten().rev().copied().collect();
    while let Some(r) = open.pop() {
        let kind = shown.node(r.node).map_or("", |n| n.kind.as_str());
        let _ = writeln!(
            out,
            "{}{} ({kind}) — {}",
            "  ".repeat(r.distance),
            marked(shown, r.node),
            paint(color, Style::Help, &labels(shown, &r.edges)),
        );
        open.extend(below.get(&r.node).into_iter().flatten().rev().copied());
    }
    out
}
