//! What a definition says of every declaration alike.

use crate::conform::Site;
use crate::inst::{Env, Inst};
use crate::layer::layers;
use crate::machine::{Machine, Slot};
use ivs_model::ir::{KeyIr, RequireIr, TExpr};
use ivs_model::{Field, Schema, Ty, body, decl_kind, decl_schema, schema};
use ivs_source::{Db, ItemId};
use ivs_value::Value;
use smol_str::SmolStr;
use std::sync::Arc;

fn none_constant(_: &dyn Db, _: salsa::Id, _: Env, _: ItemId) -> Arc<[Option<Value>]> {
    Arc::from(Vec::new())
}

/// Defaults of a kind or struct that no declaration can change: literals, absent optional fields, and structs of
/// nothing but such. By the order of definitions; `None` where a default has to be evaluated for each declaration.
#[salsa::tracked(returns(clone), cycle_result = none_constant)]
pub(crate) fn constants(db: &dyn Db, env: Env, item: ItemId) -> Arc<[Option<Value>]> {
    let ir = body(db, item);
    let schema = schema(db, item);
    let own: Vec<&Field> = schema.fields.iter().filter(|f| f.owner.is_some_and(|(o, _)| o == item)).collect();
    let mut out: Vec<Option<Value>> = vec![None; ir.defaults.len()];
    for f in own {
        let Some((_, ordinal)) = f.owner else { continue };
        let Some(slot) = out.get_mut(ordinal as usize) else { continue };
        let default = ir.defaults.get(ordinal as usize).copied().flatten();
        *slot = match default.and_then(|e| Some((e, ir.exprs.get(e as usize)?))) {
            Some((e, TExpr::Const(v))) => {
                let mut machine = Machine::detached(db, env, item);
                let v = machine.conform_field(v.clone(), f, Site { item, expr: e });
                (machine.diagnostics.is_empty() && !v.is_unknown()).then_some(v)
            }
            Some((_, TExpr::List(items))) if items.is_empty() => Some(Value::List(Arc::from([]))),
            Some((_, TExpr::Map(_, block)))
                if ir
                    .blocks
                    .get(*block as usize)
                    .is_some_and(|b| b.entries.is_empty() && b.whens.is_empty()) =>
            {
                Some(Value::Map(Arc::default()))
            }
            Some(_) => None,
            None if f.optional => Some(Value::None),
            None => match f.ty.core() {
                Ty::Struct(s) => whole_default(db, env, *s),
                _ => None,
            },
        };
    }
    out.into()
}

/// The value of a struct that nobody sets, if its definition is enough to make one.
fn whole_default(db: &dyn Db, env: Env, s: ItemId) -> Option<Value> {
    if has_requirements(db, s) {
        return None;
    }
    let schema = schema(db, s);
    let constants = constants(db, env, s);
    let fields: Option<Box<[Value]>> = schema
        .fields
        .iter()
        .map(|f| {
            let (_, ordinal) = f.owner?;
            constants.get(ordinal as usize).cloned().flatten()
        })
        .collect();
    let value = ivs_value::StructValue { shape: schema.shape.clone(), fields: fields? };
    Some(Value::Struct(Arc::new(value)))
}

/// Whether a kind or struct has requirements.
#[salsa::tracked(returns(copy))]
pub(crate) fn has_requirements(db: &dyn Db, item: ItemId) -> bool {
    let ir = body(db, item);
    ir.roots.iter().any(|r| ir.blocks.get(*r as usize).is_some_and(|b| !b.requires.is_empty()))
}

fn none_settled(_: &dyn Db, _: salsa::Id, _: Env, _: ItemId) -> Box<[Option<Box<[u16]>>]> {
    Box::default()
}

/// Of each requirement of a kind or struct, the fields that it reads where it holds of their defaults alone: whatever sets
/// none of them fulfils it. `None` where it takes a declaration to tell.
#[salsa::tracked(returns(deref), cycle_result = none_settled)]
pub(crate) fn settled(db: &dyn Db, env: Env, item: ItemId) -> Box<[Option<Box<[u16]>>]> {
    let ir = body(db, item);
    let root = ir.roots.first().and_then(|r| ir.blocks.get(*r as usize));
    let constants = constants(db, env, item);
    let fields = &schema(db, item).fields;
    let constant = |slot: usize| {
        let owner = fields.get(slot).and_then(|f| f.owner).filter(|(owner, _)| *owner == item);
        owner.is_some_and(|(_, ordinal)| constants.get(ordinal as usize).is_some_and(Option::is_some))
    };
    let of = |r: &RequireIr| {
        let mut machine = Machine::detached(db, env, item);
        machine.quiet = true;
        let node = machine.struct_node(item, &[], None, None);
        let contrib = machine.definition_contrib(node, item)?;
        let mut frame = machine.frame(contrib)?;
        if machine.eval(&mut frame, r.cond) != Value::Bool(true) {
            return None;
        }
        let slots = machine.node(node)?.slots.iter().enumerate();
        let read: Vec<usize> = slots.filter(|(_, s)| !matches!(s, Slot::Unsaid)).map(|(i, _)| i).collect();
        read.iter().all(|i| constant(*i)).then(|| read.iter().map(|i| *i as u16).collect())
    };
    root.map(|block| block.requires.iter().map(of).collect()).unwrap_or_default()
}

/// What is known of a declaration's fields before one is evaluated.
#[derive(PartialEq, Eq, Debug)]
struct Outset {
    kind: ItemId,
    schema: Arc<Schema>,
    constants: Arc<[Option<Value>]>,
    /// The fields of which some body says something, in order.
    said: Box<[u16]>,
}

fn no_outset(_: &dyn Db, _: salsa::Id, _: Env, _: Inst) -> Option<Outset> {
    None
}

/// One question for all fields: dozens of values of each declaration stand on the answer.
#[salsa::tracked(returns(ref), cycle_result = no_outset)]
fn outset(db: &dyn Db, env: Env, inst: Inst) -> Option<Outset> {
    let decl = inst.decl(db);
    let kind = decl_kind(db, decl)?;
    let mut said: Vec<u16> = Vec::new();
    for layer in layers(db, env, inst).iter() {
        let body = body(db, layer.item);
        let block = body.blocks.get(*body.roots.get(layer.root as usize)? as usize)?;
        let whens = block.whens.iter().filter_map(|(_, when)| body.blocks.get(*when as usize));
        let entries = std::iter::once(block).chain(whens).flat_map(|b| &b.entries);
        said.extend(entries.filter_map(|e| if let KeyIr::Field(i) = e.key { Some(i) } else { None }));
    }
    said.sort_unstable();
    said.dedup();
    Some(Outset {
        kind,
        schema: decl_schema(db, decl).clone(),
        constants: constants(db, env, kind),
        said: said.into_boxed_slice(),
    })
}

/// The value of a path of which no body of a declaration says anything and the kind everything: most fields of most
/// declarations, for which no object has to be laid out. `None` where it takes one.
pub(crate) fn undisturbed(db: &dyn Db, env: Env, inst: Inst, path: &[SmolStr]) -> Option<Value> {
    let (first, rest) = path.split_first()?;
    let Outset { kind, schema, constants, said } = outset(db, env, inst).as_ref()?;
    let (field, definition) = schema.field(first)?;
    let (owner, ordinal) = definition.owner?;
    if owner != *kind || said.binary_search(&field).is_ok() {
        return None;
    }
    let mut value = constants.get(ordinal as usize)?.clone()?;
    for name in rest {
        value = match &value {
            Value::None => Value::None,
            Value::Struct(s) => s.get(name)?.clone(),
            _ => return None,
        };
    }
    Some(value)
}
