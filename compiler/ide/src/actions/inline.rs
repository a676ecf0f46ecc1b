//! Puts what a template says in the place of its name.

use super::{Action, Change, Deed, indent_of, indented};
use crate::actions::extract::whole;
use crate::place::item_at;
use ivs_grammar::ast::{Block, Entry, EntryKind, EntryPath, ItemKind, SetOp, Span};
use ivs_model::resolve_base;
use ivs_source::{Db, SourceFile, item_offset, parse_item};
use smol_str::SmolStr;

/// The declaration at an offset, of whose head the offset is in, without its base: what the base says is said in it.
/// Offered where that is the same: a template of the same file, of entries that only set something.
pub fn inline(db: &dyn Db, file: SourceFile, offset: u32) -> Option<Action> {
    let at = item_at(db, file, offset)?;
    let parsed = parse_item(db, at.item);
    let tree = parsed.item()?;
    let ItemKind::Decl(d) = &tree.kind else { return None };
    let base = d.base.as_ref()?;
    let on_base = (base.span.start..=base.span.end).contains(&at.offset);
    if !(file.own(db) && on_base && base.index.is_none()) {
        return None;
    }
    let target = resolve_base(db, at.item)?.ok()?;
    let there = parse_item(db, target);
    let ItemKind::Decl(template) = &there.item()?.kind else { return None };
    let inherits = Span::new(d.block.span.start + at.base, d.block.span.end + at.base).text(file.text(db));
    let simple = template.template.is_some()
        && target.file(db) == file
        && template.block.entries.iter().all(plain)
        && d.block.entries.iter().all(plain)
        && !inherits.contains("inherited");
    if !simple {
        return None;
    }
    let text = file.text(db);
    let from = item_offset(db, target);
    let span = |s: Span| Span::new(s.start + at.base, s.end + at.base);
    let mut own = Vec::new();
    paths(&d.block, &mut Vec::new(), &mut own);
    let open = span(d.block.span).start as usize;
    let outer = indent_of(text, open);
    let indent = format!("{outer}  ");
    let mut taken: Vec<String> = Vec::new();
    for entry in &template.block.entries {
        let mut set = Vec::new();
        let block = Block { entries: vec![entry.clone()], span: entry.span };
        paths(&block, &mut Vec::new(), &mut set);
        let hidden = |p: &Vec<SmolStr>| own.iter().any(|o| o.starts_with(p) || p.starts_with(o));
        match set.iter().filter(|p| hidden(p)).count() {
            0 => {
                let written = Span::new(whole(entry).start + from, whole(entry).end + from).text(text);
                let old = indent_of(text, (whole(entry).start + from) as usize);
                taken.push(indented(written.trim(), old, &indent));
            }
            n if n == set.len() => {}
            // A part of a block is said anew: which lines stay is for the author to say.
            _ => return None,
        }
    }
    let behind = template.base.as_ref().map(|b| Span::new(b.span.start + from, b.span.end + from).text(text));
    let head = Span::new(d.name.span.end + at.base, span(d.block.span).start);
    let clause = match behind {
        Some(b) if b.starts_with("from") => format!(" {b} "),
        Some(b) => format!(" from {b} "),
        None => " ".to_owned(),
    };
    let (first, last) = (open as u32 + 1, span(d.block.span).end - 1);
    let rest = Span::new(first, last).text(text);
    let (inside, entries) = match rest.contains('\n') || taken.is_empty() {
        true => (Span::new(first, first), taken.iter().map(|t| format!("\n{indent}{t}")).collect()),
        // A body on one line stays on one if all that comes into it is.
        false => {
            let own = Some(rest.trim()).filter(|own| !own.is_empty());
            let short = taken.iter().all(|t| !t.contains('\n') && !t.starts_with("//"));
            let parts: Vec<&str> = taken.iter().map(String::as_str).chain(own).collect();
            let entries = match short {
                true => format!(" {} ", parts.join(", ")),
                false => format!("\n{indent}{}\n{outer}", parts.join(&format!("\n{indent}"))),
            };
            (Span::new(first, last), entries)
        }
    };
    let changes =
        vec![Change { file, range: head, text: clause }, Change { file, range: inside, text: entries }];
    Some(Action { title: format!("Inline `{}`", template.name.text), deed: Deed::Inline, changes })
}

fn plain(entry: &Entry) -> bool {
    match &entry.kind {
        EntryKind::Set { op, is_final, .. } => *op == SetOp::Set && !is_final,
        EntryKind::Nest { block, is_final, .. } => !is_final && block.entries.iter().all(plain),
        _ => false,
    }
}

/// The paths that a block sets.
fn paths(block: &Block, front: &mut Vec<SmolStr>, out: &mut Vec<Vec<SmolStr>>) {
    let keys = |path: &EntryPath| -> Vec<SmolStr> {
        std::iter::once(&path.first).chain(&path.second).map(|k| k.text.clone()).collect()
    };
    for entry in &block.entries {
        match &entry.kind {
            EntryKind::Set { path, .. } => out.push(front.iter().cloned().chain(keys(path)).collect()),
            EntryKind::Nest { path, block, .. } => {
                let keys = keys(path);
                let depth = front.len();
                front.extend(keys);
                if block.entries.is_empty() {
                    out.push(front.clone());
                }
                paths(block, front, out);
                front.truncate(depth);
            }
            _ => {}
        }
    }
}
