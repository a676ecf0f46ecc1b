//! Where a value comes from.

use crate::inst::{Env, Inst};
use crate::layer::{LayerKind, layers, overlay_said};
use ivs_model::ir::{BlockIr, Body, KeyIr, OpIr, TExpr};
use ivs_model::{Ty, body, decl_schema, schema, source_map};
use ivs_source::{Db, ItemId, Place};
use smol_str::SmolStr;

/// Whether an entry's key is the one that a path names.
type KeyTest = Box<dyn Fn(&KeyIr) -> bool>;

/// One layer that says something of a path.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Link {
    /// Where.
    pub place: Place<ItemId>,
    /// In words: `set here`, `from base mal`, `default of service`, `overlay staging`.
    pub origin: String,
}

/// The layers that set a path (or an enclosing whole value), the deciding one first.
pub fn provenance(db: &dyn Db, env: Env, inst: Inst, path: &[SmolStr]) -> Vec<Link> {
    let mut out = Vec::new();
    let decl = inst.decl(db);
    for layer in layers(db, env, inst).iter().rev() {
        let ir = body(db, layer.item);
        let Some(block) = ir.roots.get(layer.root as usize).and_then(|r| ir.blocks.get(*r as usize)) else {
            continue;
        };
        let root = Ty::RefTo(decl);
        for (mark, value) in places(db, ir, block, &root, path) {
            let map = source_map(db, layer.item);
            let span = match value {
                Some(e) => map.exprs.get(e as usize).copied(),
                None => map.marks.get(mark as usize).copied(),
            };
            let Some(span) = span else { continue };
            let origin = match &layer.kind {
                LayerKind::Own => "set here".to_owned(),
                LayerKind::Base => format!("from base `{}`", layer.item.key(db).name),
                LayerKind::Overlay(env) => overlay_said(env),
            };
            out.push(Link { place: Place { of: layer.item, span }, origin });
        }
    }
    if let Some(link) = default_link(db, decl, path) {
        out.push(link);
    }
    out
}

/// The entries of a block that set a path: the mark of the key, and the formula if it is set here.
fn places(db: &dyn Db, ir: &Body, block: &BlockIr, ty: &Ty, path: &[SmolStr]) -> Vec<(u32, Option<u32>)> {
    let Some((name, rest)) = path.split_first() else { return Vec::new() };
    let (key_is, inner): (KeyTest, Ty) = match ty.core() {
        Ty::RefTo(d) => field_key(decl_schema(db, *d), name),
        Ty::Struct(s) | Ty::Ref(s) => field_key(schema(db, *s), name),
        Ty::Map(kv) => (key_called(name), kv.1.clone()),
        Ty::Object | Ty::LateObject => (key_called(name), ty.clone()),
        _ => return Vec::new(),
    };
    let mut out = Vec::new();
    let plain = block.entries.iter();
    let whens =
        block.whens.iter().filter_map(|(_, b)| ir.blocks.get(*b as usize)).flat_map(|b| b.entries.iter());
    for e in whens.chain(plain) {
        if !key_is(&e.key) {
            continue;
        }
        match &e.op {
            OpIr::Set(x) | OpIr::Append(x) => out.push((e.mark, Some(*x))),
            OpIr::Merge(_) if rest.is_empty() => out.push((e.mark, None)),
            OpIr::Merge(b) => {
                if let Some(inner_block) = ir.blocks.get(*b as usize) {
                    out.extend(places(db, ir, inner_block, &inner, rest));
                }
            }
            OpIr::Remove => out.push((e.mark, None)),
        }
    }
    out
}

fn key_called(name: &SmolStr) -> KeyTest {
    let name = name.clone();
    Box::new(move |k| matches!(k, KeyIr::Key(v) if crate::node::is_key(v, &name)))
}

fn field_key(schema: &ivs_model::Schema, name: &str) -> (KeyTest, Ty) {
    match schema.field(name) {
        Some((i, f)) => (Box::new(move |k| *k == KeyIr::Field(i)), f.ty.clone()),
        None => (Box::new(|_| false), Ty::Error),
    }
}

/// The default that gives a path its value where no layer does: the innermost one, unless one around it says more.
pub(crate) fn default_link(db: &dyn Db, decl: ItemId, path: &[SmolStr]) -> Option<Link> {
    let mut ty = Ty::RefTo(decl);
    let mut found = None;
    for (i, name) in path.iter().enumerate() {
        let schema = match ty.core() {
            Ty::RefTo(d) => decl_schema(db, *d),
            Ty::Struct(s) => schema(db, *s),
            Ty::Map(kv) => {
                ty = kv.1.clone();
                continue;
            }
            _ => break,
        };
        let field = schema.field(name).map(|(_, f)| f.clone())?;
        found = field.owner.and_then(|(owner, ordinal)| {
            Some((owner, body(db, owner).defaults.get(ordinal as usize).copied().flatten()?))
        });
        if let Some((owner, e)) = found
            && path.get(i + 1).is_some_and(|next| says(db, owner, e, &field.ty, next))
        {
            break;
        }
        ty = field.ty.clone();
    }
    let (owner, e) = found?;
    let span = source_map(db, owner).exprs.get(e as usize).copied()?;
    let name = &owner.key(db).name;
    Some(Link { place: Place { of: owner, span }, origin: format!("default of `{name}`") })
}

/// Whether a default decides what is in it: all but a block that says nothing of a field or key.
fn says(db: &dyn Db, owner: ItemId, e: u32, ty: &Ty, name: &SmolStr) -> bool {
    let ir = body(db, owner);
    let Some(TExpr::Struct(_, b) | TExpr::Map(_, b)) = ir.exprs.get(e as usize) else { return true };
    let block = ir.blocks.get(*b as usize);
    block.is_some_and(|b| !places(db, ir, b, ty, std::slice::from_ref(name)).is_empty())
}
