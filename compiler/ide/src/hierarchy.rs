//! Who depends on whom, and what derives from what.

use crate::find::of_symbols;
use crate::goto::derived;
use crate::outline::{SymbolSort, sort_of};
use crate::place::{Location, home, item_at, location, named};
use ivs_model::{Module, Symbol, decl_kind, module_index, modules, resolve_base, traced};
use ivs_source::{Db, ItemId, SourceFile, item_text};

/// Something that depends or derives.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Node {
    /// What it is.
    pub item: ItemId,
    /// Its name.
    pub name: String,
    /// Its kind and module.
    pub detail: String,
    /// What sort of thing it is.
    pub sort: SymbolSort,
    /// Where.
    pub place: Location,
}

/// A node, and the places that make the link: in the file of the one that depends.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Linked {
    /// The other end.
    pub node: Node,
    /// Where it is named.
    pub places: Vec<Location>,
}

fn node(db: &dyn Db, item: ItemId) -> Option<Node> {
    let key = item.key(db);
    let kind = if key.kind.is_empty() { key.keyword } else { key.kind.as_str() };
    Some(Node {
        item,
        name: key.name.to_string(),
        detail: format!("{kind} in {}", item.file(db).module(db)),
        sort: sort_of(db, item),
        place: home(db, &Symbol::Item(item))?,
    })
}

/// The nodes of what the word at an offset names; of the item around it, where it names none.
pub fn nodes(db: &dyn Db, file: SourceFile, offset: u32) -> Vec<Node> {
    let named = named(db, file, offset);
    let items = named.iter().flat_map(|n| &n.symbols).filter_map(|s| match s {
        Symbol::Item(item) => Some(*item),
        _ => None,
    });
    let found: Vec<Node> = items.filter_map(|i| node(db, i)).collect();
    if !found.is_empty() {
        return found;
    }
    item_at(db, file, offset).and_then(|at| node(db, at.item)).into_iter().collect()
}

/// Items that are a node of their own: what an overlay says is said of what it amends.
fn owners(db: &dyn Db, item: ItemId, at: u32) -> Vec<ItemId> {
    if item.key(db).keyword != "overlay" {
        return vec![item];
    }
    let parsed = ivs_source::parse_item(db, item);
    let Some(tree) = parsed.item() else { return Vec::new() };
    let bodies = crate::tree::bodies(db, item, tree);
    bodies.iter().filter(|b| b.block.span.start <= at && at <= b.block.span.end).map(|b| b.decl).collect()
}

fn counts(db: &dyn Db, item: ItemId) -> bool {
    matches!(item.key(db).keyword, "decl" | "let" | "fn" | "check")
}

/// What an item depends on: the declarations, constants and functions that it and its overlays name.
pub fn outgoing(db: &dyn Db, item: ItemId) -> Vec<Linked> {
    let mut out: Vec<Linked> = Vec::new();
    let overlays = ivs_model::overlays_of(db, item).iter().map(|(_, o, _)| *o);
    let mut texts: Vec<ItemId> = std::iter::once(item).chain(overlays).collect();
    texts.sort();
    texts.dedup();
    for text in texts {
        for m in traced(db, text).mentions.iter().filter(|m| !m.defines) {
            let Symbol::Item(other) = m.symbol else { continue };
            if other == item || !counts(db, other) || !owners(db, text, m.span.start).contains(&item) {
                continue;
            }
            add(db, &mut out, other, location(db, text, m.span, m.span));
        }
    }
    out
}

/// What depends on an item.
pub fn incoming(db: &dyn Db, item: ItemId) -> Vec<Linked> {
    let mut out: Vec<Linked> = Vec::new();
    for r in of_symbols(db, &[Symbol::Item(item)], false) {
        let Some(at) = item_at(db, r.place.file, r.place.range.start) else { continue };
        for owner in owners(db, at.item, at.offset) {
            if owner != item && counts(db, owner) {
                add(db, &mut out, owner, r.place);
            }
        }
    }
    out
}

fn add(db: &dyn Db, out: &mut Vec<Linked>, item: ItemId, place: Location) {
    match out.iter_mut().find(|l| l.node.item == item) {
        Some(known) => known.places.push(place),
        None => out.extend(node(db, item).map(|node| Linked { node, places: vec![place] })),
    }
}

/// What an item derives from: the base of a declaration, else its kind.
pub fn supertypes(db: &dyn Db, item: ItemId) -> Vec<Node> {
    if item.key(db).keyword != "decl" {
        return Vec::new();
    }
    let base = match resolve_base(db, item) {
        Some(Ok(base)) => Some(base),
        _ => decl_kind(db, item),
    };
    base.and_then(|b| node(db, b)).into_iter().collect()
}

/// What derives from an item: of a kind, its templates and the declarations without a base.
pub fn subtypes(db: &dyn Db, item: ItemId) -> Vec<Node> {
    let mut found: Vec<ItemId> = match item.key(db).keyword {
        "decl" => derived(db).get(&item).cloned().unwrap_or_default(),
        "kind" => {
            let all = modules(db);
            let mut found = Vec::new();
            for name in all.files.keys() {
                let module = Module::new(db, name.clone());
                if all.library.contains(&module) || all.catalogues.contains(&module) {
                    continue;
                }
                let index = module_index(db, module);
                let of_kind = index.templates.iter().chain(&index.instances);
                found.extend(of_kind.copied().filter(|d| {
                    decl_kind(db, *d) == Some(item) && !matches!(resolve_base(db, *d), Some(Ok(_)))
                }));
            }
            found
        }
        _ => Vec::new(),
    };
    found.retain(|i| !item_text(db, *i).is_empty());
    found.into_iter().filter_map(|i| node(db, i)).collect()
}
