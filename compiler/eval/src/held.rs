//! Objects that are held for the checks that read them: of a process that asks once, which keeps no query's answer.

use crate::inst::{Env, Inst, inst_of};
use ivs_model::ir::TExpr;
use ivs_model::{body, decl_kind, schema};
use ivs_source::{Db, ItemId};
use ivs_value::{Shape, StructValue, Value};
use rustc_hash::{FxHashMap, FxHashSet};
use smol_str::SmolStr;
use std::any::Any;
use std::sync::Arc;

/// Of objects without unknown parts, of declarations that are enabled: the fields that checks may read. Checks read a
/// dozen fields of each; of an object, that is a look, where a query would evaluate and note each by itself.
#[derive(Default)]
pub struct Held(FxHashMap<(Env, Inst), Arc<StructValue>>);

impl Held {
    /// Whether nothing is held.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Takes over objects of an environment.
    pub fn extend(&mut self, env: Env, objects: impl IntoIterator<Item = (Inst, Arc<StructValue>)>) {
        self.0.extend(objects.into_iter().map(|(inst, object)| ((env, inst), object)));
    }
}

/// Which fields of objects are worth holding, by kind.
pub struct Holding(FxHashMap<ItemId, (Arc<Shape>, Box<[usize]>)>);

impl Holding {
    /// For some checks, which read declarations of some kinds. What is missed costs time, and nothing else.
    pub fn new(db: &dyn Db, checks: &[ItemId], kinds: impl IntoIterator<Item = ItemId>) -> Holding {
        let names = names_read(db, checks);
        let mut by_kind = FxHashMap::default();
        for kind in kinds {
            by_kind.entry(kind).or_insert_with(|| {
                let schema = schema(db, kind);
                let read = schema.fields.iter().enumerate().filter(|(_, f)| names.contains(&f.name));
                let (places, fields): (Vec<usize>, Vec<SmolStr>) =
                    read.map(|(i, f)| (i, f.name.clone())).unzip();
                (Arc::new(Shape::new(schema.name.clone(), fields)), places.into_boxed_slice())
            });
        }
        Holding(by_kind)
    }

    /// What is worth holding of an object.
    pub fn of(&self, db: &dyn Db, inst: Inst, object: &StructValue) -> Option<Arc<StructValue>> {
        let (shape, places) = self.0.get(&decl_kind(db, inst.decl(db))?)?;
        let fields: Option<Box<[Value]>> = places.iter().map(|i| object.fields.get(*i).cloned()).collect();
        Some(Arc::new(StructValue { shape: shape.clone(), fields: fields? }))
    }
}

/// The names of members that items read of values, and whatever these call.
fn names_read(db: &dyn Db, items: &[ItemId]) -> FxHashSet<SmolStr> {
    let mut names = FxHashSet::default();
    let mut seen: FxHashSet<ItemId> = items.iter().copied().collect();
    let mut open = items.to_vec();
    while let Some(item) = open.pop() {
        for e in &body(db, item).exprs {
            match e {
                TExpr::Member { name, .. } | TExpr::Key { name, .. } => {
                    names.insert(name.clone());
                }
                TExpr::Selector(path) => names.extend(path.iter().cloned()),
                TExpr::CallFn { function: item, .. } | TExpr::Global(item) => {
                    open.extend(seen.insert(*item).then_some(*item));
                }
                _ => {}
            }
        }
    }
    names
}

/// The value of a path, if it is held and leads through structs and references alone: of what else may lie on it, the
/// query knows what to say.
pub(crate) fn held(db: &dyn Db, env: Env, inst: Inst, path: &[SmolStr]) -> Option<Value> {
    let any: &dyn Any = db.held()?;
    let Held(objects) = any.downcast_ref()?;
    let (last, front) = path.split_last()?;
    let mut object = objects.get(&(env, inst))?;
    // What an edit changes is not read from here: whoever reads this is asked again then.
    db.report_untracked_read();
    for name in front {
        object = match object.get(name)? {
            Value::Struct(s) => s,
            Value::Ref(r) => objects.get(&(env, inst_of(r)))?,
            Value::None => return Some(Value::None),
            _ => return None,
        };
    }
    object.get(last).cloned()
}
