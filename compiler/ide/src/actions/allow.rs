//! Excuses a finding of a check: `@allow(CHECK, reason = "…")` above the declaration.

use super::{Action, Change, Deed, indent_of};
use crate::place::item_at;
use ivs_grammar::ast::{ItemKind, Span};
use ivs_source::{Db, SourceFile, parse_item};

/// The attribute that excuses what a check (its name, or its code) finds at an offset; the reason is left to be written.
pub fn allow(db: &dyn Db, file: SourceFile, offset: u32, check: &str) -> Option<Action> {
    let at = item_at(db, file, offset)?;
    let parsed = parse_item(db, at.item);
    let tree = parsed.item()?;
    if !matches!(tree.kind, ItemKind::Decl(_)) || !file.own(db) {
        return None;
    }
    let start = tree.span.start + at.base;
    let indent = indent_of(file.text(db), start as usize);
    let name = check.rsplit('.').next().unwrap_or(check);
    let text = format!("@allow({name}, reason = \"\")\n{indent}");
    let title = format!("Excuse `{name}` here, with a reason");
    let changes = vec![Change { file, range: Span::new(start, start), text }];
    Some(Action { title, deed: Deed::Fix, changes })
}
