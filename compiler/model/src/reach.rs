//! What walking along references comes to.

use crate::ty::Ty;
use crate::{decl_kind, decl_schema, schema};
use ivs_source::{Db, ItemId};
use smol_str::SmolStr;
use std::sync::Arc;

/// The kinds that a field leads to, from a reference (or a list of them) and from all that it leads to; not the start's own,
/// unless it leads back to it. A kind without the field leads nowhere.
pub(crate) fn walked(db: &dyn Db, from: &Ty, field: &[SmolStr]) -> Ty {
    let mut open = vec![from.clone()];
    let mut seen: Vec<Ty> = Vec::new();
    let mut found: Vec<Ty> = Vec::new();
    while let Some(ty) = open.pop() {
        if seen.contains(&ty) {
            continue;
        }
        seen.push(ty.clone());
        let inside = match ty.core() {
            Ty::Union(ts) => {
                open.extend(ts.iter().rev().cloned());
                continue;
            }
            Ty::List(t) => {
                open.push((**t).clone());
                continue;
            }
            // Any declaration: anything may follow.
            Ty::AnyRef => return Ty::AnyRef,
            Ty::Ref(_) | Ty::RefTo(_) => inside(db, ty.core(), field),
            _ => None,
        };
        let mut targets = Vec::new();
        references(inside.as_ref().unwrap_or(&Ty::Never), &mut targets);
        for target in targets {
            let kind = match &target {
                Ty::RefTo(d) => decl_kind(db, *d).map(Ty::Ref),
                t => Some(t.clone()),
            };
            let Some(kind) = kind else { continue };
            if !found.contains(&kind) {
                found.push(kind);
            }
            // What a template adds may lead on.
            open.push(target);
        }
    }
    joined(found)
}

/// Two sets of references as one type.
pub(crate) fn with(db: &dyn Db, a: &Ty, b: &Ty) -> Ty {
    let mut all = Vec::new();
    references(a, &mut all);
    references(b, &mut all);
    let mut kinds: Vec<Ty> = Vec::new();
    for t in all {
        let kind = match t {
            Ty::RefTo(d) => decl_kind(db, d).map_or(Ty::AnyRef, Ty::Ref),
            t => t,
        };
        if kind == Ty::AnyRef {
            return Ty::AnyRef;
        }
        if !kinds.contains(&kind) {
            kinds.push(kind);
        }
    }
    joined(kinds)
}

fn joined(mut kinds: Vec<Ty>) -> Ty {
    match kinds.len() {
        _ if kinds.contains(&Ty::AnyRef) => Ty::AnyRef,
        0 => Ty::Never,
        1 => kinds.swap_remove(0),
        _ => Ty::Union(Arc::from(kinds)),
    }
}

/// The references that a type is, or lists, or has as keys.
fn references(ty: &Ty, out: &mut Vec<Ty>) {
    match ty.core() {
        t @ (Ty::Ref(_) | Ty::RefTo(_) | Ty::AnyRef) => out.push(t.clone()),
        Ty::Union(ts) => ts.iter().for_each(|t| references(t, out)),
        Ty::List(t) => references(t, out),
        Ty::Map(kv) => references(&kv.0, out),
        _ => {}
    }
}

/// The type of a field of a declaration, by path.
fn inside(db: &dyn Db, of: &Ty, path: &[SmolStr]) -> Option<Ty> {
    let mut ty = of.clone();
    for name in path {
        let found = |item: ItemId| schema(db, item).field(name).map(|(_, f)| f.ty.clone());
        ty = match ty.core() {
            Ty::Ref(k) | Ty::Struct(k) => found(*k)?,
            Ty::RefTo(d) => decl_schema(db, *d).field(name).map(|(_, f)| f.ty.clone())?,
            _ => return None,
        };
    }
    Some(ty)
}
