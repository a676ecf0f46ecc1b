//! Moves entries of a declaration into the overlay of an environment: they hold there alone from then on.

use super::extract::{selected, whole};
use super::{Action, Change, Deed, gone_with, indent_of, indented};
use crate::place::item_at;
use ivs_eval::environments;
use ivs_grammar::ast::{Entry, EntryKind, ItemKind, Span};
use ivs_source::{Db, SourceFile, item_offset, items, parse_item};

/// An action for each environment.
pub fn overlays(db: &dyn Db, file: SourceFile, range: Span) -> Vec<Action> {
    if range.start == range.end || !file.own(db) {
        return Vec::new();
    }
    environments(db).iter().filter_map(|env| to_overlay(db, file, range, env)).collect()
}

fn to_overlay(db: &dyn Db, file: SourceFile, range: Span, env: &str) -> Option<Action> {
    let at = item_at(db, file, range.start)?;
    let parsed = parse_item(db, at.item);
    let ItemKind::Decl(d) = &parsed.item()?.kind else { return None };
    let inside = Span::new(range.start.saturating_sub(at.base), range.end.saturating_sub(at.base));
    let chosen = selected(&d.block.entries, inside);
    let plain = |e: &&Entry| matches!(e.kind, EntryKind::Set { .. } | EntryKind::Nest { .. });
    if chosen.is_empty() || !chosen.iter().all(plain) || d.index.is_some() {
        return None;
    }
    let text = file.text(db);
    let moved = |span: Span| Span::new(span.start + at.base, span.end + at.base);
    let mut body = String::new();
    let mut changes = Vec::new();
    for entry in &chosen {
        let span = moved(whole(entry));
        let indent = indent_of(text, span.start as usize);
        body += &format!("    {}\n", indented(span.text(text).trim(), indent, "    "));
        changes.push(Change { file, range: gone_with(text, span), text: String::new() });
    }
    let kind = moved(d.kind.span).text(text);
    let amendment = format!("  {kind} {} {{\n{body}  }}\n", d.name.text);
    // Into the overlay that the file has, else into one of its own.
    let known = items(db, file).ids.iter().find(|i| i.key(db).keyword == "overlay" && i.key(db).name == env);
    let (at, new) = match known {
        Some(overlay) => {
            let there = parse_item(db, *overlay);
            let tree = there.item()?;
            let ItemKind::Overlay { items, .. } = &tree.kind else { return None };
            let amends = items.iter().find_map(|i| match &i.kind {
                ItemKind::Decl(a) if a.name.text == d.name.text && a.index.is_none() => Some(a),
                _ => None,
            });
            let same = amends
                .filter(|a| a.kind.words.last().map(|w| &w.text) == d.kind.words.last().map(|w| &w.text));
            // Before the brace that ends the amendment, or the overlay.
            let (span, new) = match same {
                Some(a) => (a.block.span, body),
                None => (tree.span, amendment),
            };
            let end = item_offset(db, *overlay) + span.end - 1;
            let line = text.get(..end as usize).and_then(|t| t.rfind('\n')).map_or(0, |n| n + 1) as u32;
            let own_line = text.get(line as usize..end as usize).is_some_and(|t| t.trim().is_empty());
            match own_line {
                true => (line, new),
                false => (end, format!("\n{new}")),
            }
        }
        None => {
            let gap = if text.ends_with('\n') { "\n" } else { "\n\n" };
            (text.len() as u32, format!("{gap}overlay {env} {{\n{amendment}}}\n"))
        }
    };
    changes.push(Change { file, range: Span::new(at, at), text: new });
    changes.sort_by_key(|c| c.range);
    Some(Action { title: format!("Move to overlay `{env}`"), deed: Deed::Move, changes })
}
