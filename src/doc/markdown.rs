//! A reference as one Markdown file.

use super::{by_sort, is_brief};
use ivs_driver::{FieldDoc, ItemDoc, Piece, Reference};
use std::fmt::Write as _;

/// The whole reference. `title` is its heading.
pub fn markdown(reference: &Reference, title: &str, note: &str) -> String {
    let mut out = format!("# {title}\n\n{note}\n");
    out.push_str("\n## Contents\n\n");
    for m in &reference.modules {
        let _ = writeln!(out, "- [{0}](#module-{0})", m.name);
        for (_, title, items) in by_sort(m).into_iter().filter(|(sort, ..)| !is_brief(sort)) {
            let links: Vec<String> = items.iter().map(|i| format!("[{}](#{})", i.name, i.id)).collect();
            let _ = writeln!(out, "  - {title}: {}", links.join(", "));
        }
    }
    if !reference.functions.is_empty() {
        out.push_str("- [Functions of the language](#functions)\n");
    }
    for m in &reference.modules {
        let _ = write!(out, "\n<a id=\"module-{0}\"></a>\n\n## {0}\n", m.name);
        paragraph(&m.docs, &mut out);
        for (sort, title, items) in by_sort(m) {
            if is_brief(sort) {
                brief(title, &items, &mut out);
                continue;
            }
            for i in items {
                item(i, &mut out);
            }
        }
    }
    if !reference.functions.is_empty() {
        out.push_str("\n<a id=\"functions\"></a>\n\n## Functions of the language\n\n");
        out.push_str("| function | |\n| --- | --- |\n");
        for f in &reference.functions {
            let _ = writeln!(out, "| {} | {} |", cell(&format!("`{}`", f.signature)), cell(&f.docs));
        }
    }
    out
}

fn paragraph(docs: &str, out: &mut String) {
    let docs = docs.trim();
    if !docs.is_empty() {
        let _ = write!(out, "\n{}\n", plain(docs));
    }
}

fn item(i: &ItemDoc, out: &mut String) {
    let _ = write!(out, "\n<a id=\"{}\"></a>\n\n### {} {}\n", i.id, i.sort, i.name);
    if let Some(d) = &i.deprecated {
        let _ = write!(out, "\n**Deprecated.** {}\n", plain(d));
    }
    paragraph(&i.docs, out);
    if matches!(i.sort, "fn" | "template") {
        let _ = write!(out, "\n{}\n", pieces(&i.head));
    }
    if !i.emits.is_empty() {
        let _ = write!(out, "\nIs written by: `{}`.\n", i.emits.join("`, `"));
    }
    if !i.fields.is_empty() {
        let (what, of) = match i.sort {
            "enum" => ("member", "fields | in outputs"),
            "fn" => ("parameter", "type | default"),
            "template" => ("parameter", "type | default"),
            _ => ("field", "type | default"),
        };
        let _ = write!(out, "\n| {what} | {of} | |\n| --- | --- | --- | --- |\n");
        for f in &i.fields {
            field(i, f, out);
        }
    }
    if !i.rules.is_empty() {
        out.push_str("\nIts values fulfil:\n\n");
        for rule in &i.rules {
            let _ = writeln!(out, "- {}", plain(rule));
        }
    }
}

fn field(i: &ItemDoc, f: &FieldDoc, out: &mut String) {
    let mark = if f.optional { "?" } else { "" };
    let default = match &f.default {
        Some(d) => cell(&format!("`{d}`")),
        None if i.sort == "enum" => String::new(),
        None if f.optional => "none".to_owned(),
        None if f.required => "required".to_owned(),
        None => String::new(),
    };
    let mut docs = cell(&f.docs);
    if let Some(d) = &f.deprecated {
        docs = format!("**Deprecated.** {} {docs}", cell(d));
    }
    let _ = writeln!(out, "| `{}{mark}` | {} | {default} | {} |", f.name, cell(&pieces(&f.ty)), docs.trim());
}

fn brief(title: &str, items: &[&ItemDoc], out: &mut String) {
    let _ = write!(out, "\n### {title}\n\n| | |\n| --- | --- |\n");
    for i in items {
        let docs = match &i.deprecated {
            Some(d) => format!("**Deprecated.** {} {}", cell(d), cell(&i.docs)),
            None => cell(&i.docs),
        };
        let _ = writeln!(out, "| <a id=\"{}\"></a>{} | {} |", i.id, cell(&pieces(&i.head)), docs.trim());
    }
}

/// Code with links. A piece that names something is a link of its own.
fn pieces(list: &[Piece]) -> String {
    let piece = |p: &Piece| match &p.to {
        Some(to) => format!("[`{}`](#{to})", p.text),
        None if p.text.trim().is_empty() => p.text.clone(),
        None => {
            let inner = p.text.trim();
            let (before, after) = p.text.split_once(inner).unwrap_or_default();
            format!("{before}`{inner}`{after}")
        }
    };
    list.iter().map(piece).collect()
}

/// What fits into a cell of a table.
fn cell(text: &str) -> String {
    plain(text).replace('|', "\\|").split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Docs may hold Markdown, and no HTML: a `<` outside of code is a character.
fn plain(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut code = false;
    for c in text.chars() {
        match c {
            '`' => {
                code = !code;
                out.push(c);
            }
            '<' if !code => out.push_str("&lt;"),
            c => out.push(c),
        }
    }
    out
}
