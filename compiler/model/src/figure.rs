//! Figures: functions marked `@figure`, which tell something of each declaration of a kind. Nothing evaluates them but
//! whoever shows them.

use crate::names::{Module, module_index, modules};
use crate::ty::Ty;
use ivs_grammar::ast::{Attr, ExprKind, Item};
use ivs_source::{Db, ItemId, parse_item};
use rustc_hash::FxHashMap;

/// A figure of a kind.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Figure {
    /// The function: its first parameter takes a declaration of the kind.
    pub function: ItemId,
    /// Whether it is shown above each declaration: `@figure(lens)`.
    pub lens: bool,
}

pub(crate) fn figure_attribute(tree: &Item) -> Option<&Attr> {
    tree.attrs.iter().find(|a| a.name.text == "figure")
}

/// Whether `@figure` is meant for a lens, too; `None` if it says anything else.
pub(crate) fn wants_lens(attr: &Attr) -> Option<bool> {
    match &attr.args[..] {
        [] => Some(false),
        [one] if one.name.is_none() => match &one.value.kind {
            ExprKind::Name(n) if n == "lens" => Some(true),
            _ => None,
        },
        _ => None,
    }
}

/// The kind whose declarations a function can be called with alone.
pub(crate) fn kind_of(db: &dyn Db, function: ItemId) -> Option<ItemId> {
    let params = crate::fn_params(db, function);
    let (first, rest) = params.split_first()?;
    match first.ty.core() {
        Ty::Ref(kind) if rest.iter().all(|p| p.has_default || p.optional) => Some(*kind),
        _ => None,
    }
}

/// The figures of each kind, in the order of modules, files and places.
#[salsa::tracked(returns(ref))]
pub fn figures(db: &dyn Db) -> FxHashMap<ItemId, Vec<Figure>> {
    let mut out: FxHashMap<ItemId, Vec<Figure>> = FxHashMap::default();
    let all = modules(db);
    for (name, files) in &all.files {
        let module = Module::new(db, name.clone());
        // Most files have none, and need not be taken apart for it.
        if all.catalogues.contains(&module) || !files.iter().any(|f| f.text(db).contains("@figure")) {
            continue;
        }
        for item in module_index(db, module).all.iter().filter(|i| i.key(db).keyword == "fn") {
            let parsed = parse_item(db, *item);
            let Some(attr) = parsed.item().and_then(figure_attribute) else { continue };
            if let (Some(lens), Some(kind)) = (wants_lens(attr), kind_of(db, *item)) {
                out.entry(kind).or_default().push(Figure { function: *item, lens });
            }
        }
    }
    out
}
