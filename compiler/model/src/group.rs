//! Groups: kinds marked `@group(members)`, whose declarations stand for those that the field lists.

use crate::ty::Ty;
use crate::{decl_kind, schema};
use ivs_grammar::ast::{Attr, ExprKind, Item, Word};
use ivs_source::{Db, ItemId, parse_item};
use smol_str::SmolStr;
use std::sync::Arc;

/// The field that `@group(field)` names, if it is written so.
pub(crate) fn named_field(attr: &Attr) -> Option<Word> {
    match &attr.args[..] {
        [one] if one.name.is_none() => match &one.value.kind {
            ExprKind::Name(n) => Some(Word { text: n.clone(), span: one.value.span }),
            _ => None,
        },
        _ => None,
    }
}

pub(crate) fn group_attribute(tree: &Item) -> Option<&Attr> {
    tree.attrs.iter().find(|a| a.name.text == "group")
}

/// The type of the members that a field of this type lists.
pub(crate) fn member_type(ty: &Ty) -> Option<&Ty> {
    let Ty::List(element) = ty.core() else { return None };
    let reference = |t: &Ty| matches!(t.core(), Ty::Ref(_) | Ty::RefTo(_) | Ty::AnyRef);
    let fine = match element.plain() {
        Ty::Union(ts) => ts.iter().all(reference),
        t => !matches!(t, Ty::Opt(_)) && reference(t),
    };
    fine.then_some(element)
}

/// The field that lists the members of a kind's declarations; `None` if the kind's declarations are no groups.
#[salsa::tracked(returns(clone))]
pub fn group_field(db: &dyn Db, kind: ItemId) -> Option<SmolStr> {
    let parsed = parse_item(db, kind);
    let name = named_field(group_attribute(parsed.item()?)?)?.text;
    let schema = schema(db, kind);
    let (_, field) = schema.field(&name)?;
    member_type(&field.ty).is_some().then_some(name)
}

/// What `expand` gives of a reference: each kind that is no group, and the members' of those that are.
pub(crate) fn expanded(db: &dyn Db, of: &Ty) -> Option<Ty> {
    let mut open = vec![of.clone()];
    let mut seen: Vec<Ty> = Vec::new();
    let mut found: Vec<Ty> = Vec::new();
    while let Some(ty) = open.pop() {
        let kind = match ty.core() {
            _ if matches!(ty.plain(), Ty::Opt(_)) => return None,
            Ty::Never => continue,
            Ty::Union(ts) => {
                open.extend(ts.iter().rev().cloned());
                continue;
            }
            Ty::AnyRef => None,
            Ty::Ref(k) => Some(*k),
            Ty::RefTo(d) => decl_kind(db, *d),
            _ => return None,
        };
        if seen.contains(&ty) {
            continue;
        }
        seen.push(ty.clone());
        let field = kind.and_then(|k| group_field(db, k).map(|f| (k, f)));
        match field.and_then(|(k, f)| schema(db, k).field(&f).map(|(_, f)| f.ty.clone())) {
            Some(list) => open.extend(member_type(&list).cloned()),
            None => found.push(ty.core().clone()),
        }
    }
    // A declaration of a kind says no more than the kind.
    let all = found.clone();
    found.retain(|t| !all.iter().any(|o| o != t && t.fits(db, o)));
    Some(match found.len() {
        0 => Ty::Never,
        1 => found.swap_remove(0),
        _ => Ty::Union(Arc::from(found)),
    })
}
