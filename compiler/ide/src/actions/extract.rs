//! Makes a template of entries of a declaration, which then derives from it.

use super::{Action, Change, Deed, free_name, gone_with, indent_of, indented};
use crate::place::item_at;
use ivs_grammar::ast::{Entry, EntryKind, ItemKind, Span};
use ivs_source::{Db, SourceFile, parse_item};

/// The entries of a body that a range covers or touches, in order.
pub(super) fn selected(entries: &[Entry], range: Span) -> Vec<&Entry> {
    entries.iter().filter(|e| e.span.start < range.end && range.start < e.span.end).collect()
}

/// The template of the selected entries. Entries that only mean something in a body of their own are refused.
pub fn extract(db: &dyn Db, file: SourceFile, range: Span) -> Option<Action> {
    if range.start == range.end || !file.own(db) {
        return None;
    }
    let at = item_at(db, file, range.start)?;
    let parsed = parse_item(db, at.item);
    let tree = parsed.item()?;
    let ItemKind::Decl(d) = &tree.kind else { return None };
    let inside = Span::new(range.start.saturating_sub(at.base), range.end.saturating_sub(at.base));
    let chosen = selected(&d.block.entries, inside);
    let plain = |e: &&Entry| matches!(e.kind, EntryKind::Set { .. } | EntryKind::Nest { .. });
    if chosen.is_empty() || !chosen.iter().all(plain) || d.family.is_some() || d.template.is_some() {
        return None;
    }
    let text = file.text(db);
    let moved = |span: Span| Span::new(span.start + at.base, span.end + at.base);
    let name = free_name(db, file, &format!("{}-base", d.name.text));
    let kind = moved(d.kind.span).text(text);
    let from = d.base.as_ref().map_or(String::new(), |b| format!(" {}", moved(b.span).text(text)));
    let from = match from.trim().is_empty() || from.trim_start().starts_with("from") {
        true => from,
        false => format!(" from{from}"),
    };
    let mut body = String::new();
    let mut changes = Vec::new();
    for entry in &chosen {
        let span = moved(whole(entry));
        let taken = span.text(text);
        let indent = indent_of(text, span.start as usize);
        body += &format!("  {}\n", indented(taken.trim(), indent, "  "));
        changes.push(Change { file, range: gone_with(text, span), text: String::new() });
    }
    let start = moved(Span::new(tree.span.start, tree.span.start)).start;
    let docs = tree.docs.first().map_or(start, |d| d.span.start + at.base);
    let line = text.get(..docs as usize).and_then(|t| t.rfind('\n')).map_or(0, |n| n + 1) as u32;
    let template = format!("template {kind} {name}{from} {{\n{body}}}\n\n");
    changes.insert(0, Change { file, range: Span::new(line, line), text: template });
    let (range, text) = match &d.base {
        Some(base) => {
            let path = moved(base.span);
            let keyword = path.text(text).starts_with("from");
            (path, if keyword { format!("from {name}") } else { name.clone() })
        }
        None => {
            let end = moved(d.name.span).end;
            (Span::new(end, end), format!(" from {name}"))
        }
    };
    changes.push(Change { file, range, text });
    changes.sort_by_key(|c| c.range);
    Some(Action { title: format!("Extract template `{name}`"), deed: Deed::Extract, changes })
}

/// An entry with its documentation and attributes.
pub(super) fn whole(entry: &Entry) -> Span {
    let docs = entry.docs.first().map(|d| d.span);
    let attrs = entry.attrs.first().map(|a| a.span);
    [docs, attrs].into_iter().flatten().fold(entry.span, Span::to)
}
