//! Where a leaf of a value is written: into blocks, lists and conditionals, as deep as the source goes.

use crate::inst::{Env, Inst};
use crate::layer::layers;
use ivs_grammar::ast::Span;
use ivs_model::ir::{BlockIr, Body, ExprId, KeyIr, MarkId, OpIr, TExpr};
use ivs_model::{Schema, Ty, body, decl_schema, schema, source_map};
use ivs_source::{Db, ItemId, Place};
use ivs_value::Value;
use smol_str::SmolStr;

/// What stands in the source for the deepest part of a path that has a place of its own.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Spot {
    /// The name of the deepest entry, where it has one.
    pub key: Option<Place<ItemId>>,
    /// Its value, if it is written as one expression.
    pub value: Option<Place<ItemId>>,
    /// How many names of the path lead there.
    pub depth: usize,
}

/// What is known of a spot while the source is walked.
#[derive(Clone, Copy, Default)]
struct Found {
    key: Option<MarkId>,
    value: Option<ExprId>,
    depth: usize,
}

/// The topmost layer's entry for the longest part of a path that is written. Names of a path are fields, keys, and
/// numbers of elements from 0.
pub fn locate(db: &dyn Db, env: Env, inst: Inst, path: &[SmolStr]) -> Option<Spot> {
    let decl = inst.decl(db);
    let mut best: Option<Spot> = None;
    for layer in layers(db, env, inst).iter().rev() {
        let ir = body(db, layer.item);
        let Some(block) = ir.roots.get(layer.root as usize).and_then(|r| ir.blocks.get(*r as usize)) else {
            continue;
        };
        let found = in_block(db, ir, block, &Ty::RefTo(decl), path, 0);
        if found.depth > best.as_ref().map_or(0, |b| b.depth) {
            let map = source_map(db, layer.item);
            let place = |span: Option<&Span>| span.map(|s| Place { of: layer.item, span: *s });
            best = Some(Spot {
                key: place(found.key.and_then(|m| map.marks.get(m as usize))),
                value: place(found.value.and_then(|e| map.exprs.get(e as usize))),
                depth: found.depth,
            });
        }
        // A whole value replaces what lies below.
        if found.value.is_some() {
            break;
        }
    }
    best
}

fn in_block(db: &dyn Db, ir: &Body, block: &BlockIr, ty: &Ty, path: &[SmolStr], depth: usize) -> Found {
    let here = Found { depth, ..Found::default() };
    let Some((name, rest)) = path.split_first() else { return here };
    let fields: Option<&std::sync::Arc<Schema>> = match ty.core() {
        Ty::RefTo(d) => Some(decl_schema(db, *d)),
        Ty::Struct(s) | Ty::Ref(s) => Some(schema(db, *s)),
        _ => None,
    };
    let inner_ty = |key: &KeyIr| match (key, ty.core()) {
        (KeyIr::Field(i), _) => {
            fields.as_ref().and_then(|s| s.fields.get(*i as usize)).map_or(Ty::Error, |f| f.ty.clone())
        }
        (_, Ty::Map(kv)) => kv.1.clone(),
        _ => Ty::Object,
    };
    let is = |key: &KeyIr| match key {
        KeyIr::Field(i) => {
            fields.as_ref().and_then(|s| s.fields.get(*i as usize)).is_some_and(|f| f.name == *name)
        }
        KeyIr::Key(v) => crate::node::is_key(v, name),
        KeyIr::Decl(d) => d.key(db).name == *name,
    };
    let mut best = here;
    let whens = block.whens.iter().filter_map(|(_, b)| ir.blocks.get(*b as usize));
    let entries = whens.flat_map(|b| b.entries.iter()).chain(&block.entries);
    for e in entries.filter(|e| is(&e.key)) {
        let entry = Found { key: Some(e.mark), value: None, depth: depth + 1 };
        let found = match &e.op {
            OpIr::Set(x) | OpIr::Append(x) => {
                let entry = Found { value: Some(*x), ..entry };
                deeper(entry, in_expr(db, ir, *x, rest, depth + 1))
            }
            OpIr::Merge(b) => match ir.blocks.get(*b as usize) {
                Some(inner) => deeper(entry, in_block(db, ir, inner, &inner_ty(&e.key), rest, depth + 1)),
                None => entry,
            },
            OpIr::Remove => entry,
        };
        best = deeper(best, found);
    }
    best
}

fn in_expr(db: &dyn Db, ir: &Body, expr: ExprId, path: &[SmolStr], depth: usize) -> Found {
    let here = Found { key: None, value: Some(expr), depth };
    let Some((name, rest)) = path.split_first() else { return here };
    let step = |e: ExprId| {
        let inner = Found { key: None, value: Some(e), depth: depth + 1 };
        deeper(inner, in_expr(db, ir, e, rest, depth + 1))
    };
    let found = match ir.exprs.get(expr as usize) {
        Some(TExpr::List(items)) => {
            let at = name.parse::<usize>().ok().and_then(|i| items.get(i));
            at.map(|e| step(*e))
        }
        Some(TExpr::Record(shape, values)) => {
            let at = shape.fields.iter().position(|f| f == name).and_then(|i| values.get(i));
            at.map(|e| step(*e))
        }
        Some(TExpr::Map(ty, block)) => {
            ir.blocks.get(*block as usize).map(|b| in_block(db, ir, b, ty, path, depth))
        }
        Some(TExpr::Struct(item, block)) => {
            ir.blocks.get(*block as usize).map(|b| in_block(db, ir, b, &Ty::Struct(*item), path, depth))
        }
        Some(TExpr::Convert { value, .. } | TExpr::Conform { value, .. } | TExpr::CheckDim { value, .. }) => {
            Some(in_expr(db, ir, *value, path, depth))
        }
        // Written once for all: the body of the loop.
        Some(TExpr::ListFor { body, .. }) if name.parse::<usize>().is_ok() => Some(step(*body)),
        Some(TExpr::MapFor { key, value, .. }) => {
            let constant = matches!(ir.exprs.get(*key as usize), Some(TExpr::Const(Value::Str(_))));
            (!constant).then(|| step(*value))
        }
        _ => None,
    };
    found.map_or(here, |f| deeper(here, f))
}

/// The deeper of the two; the first of equals.
fn deeper(a: Found, b: Found) -> Found {
    if b.depth > a.depth { b } else { a }
}
