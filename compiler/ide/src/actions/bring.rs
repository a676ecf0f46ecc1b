//! Brings an unknown name into sight: from each module that has it.

use super::{Action, Change, Deed};
use crate::import::import;
use crate::place::item_at;
use ivs_model::{Module, code, item_diagnostics, module_index, modules};
use ivs_source::{Db, SourceFile};

/// What names may lie elsewhere.
const UNKNOWN: &[&str] =
    &[code::UNKNOWN_NAME, code::UNKNOWN_KIND, code::UNKNOWN_TYPE, code::UNKNOWN_BASE, code::UNKNOWN_UNIT];

/// A `use` of each module that has the unknown name at an offset.
pub fn bring(db: &dyn Db, file: SourceFile, offset: u32) -> Vec<Action> {
    let Some(at) = item_at(db, file, offset) else { return Vec::new() };
    let span = item_diagnostics(db, at.item).iter().find_map(|d| {
        let span = d.primary.place.span;
        let here = d.primary.place.of == at.item && span.start <= at.offset && at.offset <= span.end;
        (here && UNKNOWN.contains(&d.code)).then_some(span)
    });
    let Some(span) = span else { return Vec::new() };
    let name = file.text(db).get((span.start + at.base) as usize..(span.end + at.base) as usize);
    let Some(name) = name.filter(|n| !n.is_empty() && !n.contains(['.', ' '])) else { return Vec::new() };
    let mut out = Vec::new();
    for module in modules(db).files.keys().filter(|m| *m != file.module(db)) {
        let index = module_index(db, Module::new(db, module.clone()));
        if !index.named(name).any(|i| !index.private.contains(&i)) {
            continue;
        }
        if let Some((range, text)) = import(db, file, module, name) {
            let title = format!("Use `{name}` of `{module}`");
            out.push(Action { title, deed: Deed::Fix, changes: vec![Change { file, range, text }] });
        }
    }
    out
}
