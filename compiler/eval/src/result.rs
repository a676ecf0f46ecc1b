//! The values of declarations, as queries.

use crate::constants::undisturbed;
use crate::depth;
use crate::inst::{Env, Inst};
use crate::machine::Machine;
use crate::pool::Pool;
use ivs_source::{Db, ItemDiagnostic};
use ivs_value::{StructValue, Value};
use smol_str::SmolStr;
use std::sync::Arc;

/// A path inside a declaration: `["scaling", "replicas"]`.
#[derive(Clone, PartialEq, Eq, Hash, Debug, salsa::SalsaValue)]
pub struct PathKey(pub Box<[SmolStr]>);

impl PathKey {
    /// From its names.
    pub fn of<'a>(names: impl IntoIterator<Item = &'a str>) -> PathKey {
        PathKey(names.into_iter().map(SmolStr::new).collect())
    }
}

/// The value of a declaration and what is wrong with it.
#[derive(PartialEq, Eq, Debug)]
pub struct ObjectResult {
    /// All fields; unknown where something failed.
    pub value: Arc<StructValue>,
    /// Findings, each reported once.
    pub diagnostics: Arc<[ItemDiagnostic]>,
    /// Whether no part of it is unknown.
    pub whole: bool,
    /// The other declarations of which it read something unknown, in order: what a loop through several of them may go
    /// through.
    pub waits: Box<[Inst]>,
}

pub(crate) fn has_unknown(v: &Value) -> bool {
    match v {
        Value::Unknown => true,
        Value::List(xs) => xs.iter().any(has_unknown),
        Value::Map(m) => m.entries.iter().any(|(k, v)| has_unknown(k) || has_unknown(v)),
        Value::Struct(s) => s.fields.iter().any(has_unknown),
        Value::Member(m) => m.fields.as_ref().is_some_and(|f| f.fields.iter().any(has_unknown)),
        Value::Range(r) => has_unknown(&r.0) || has_unknown(&r.1),
        _ => false,
    }
}

/// Evaluates a whole declaration in an environment. All answers are kept, unless [`keep_objects`] says how many.
#[salsa::tracked(returns(clone), lru = 0)]
pub fn object(db: &dyn Db, env: Env, inst: Inst) -> Arc<ObjectResult> {
    let mut result = object_once(db, env, inst);
    if let Some(pool) = Pool::of(db) {
        result.value = pool.with_parts(result.value);
    }
    Arc::new(result)
}

/// How many answers of [`object`] are kept from one state of the sources to the next, those asked for last; 0: all.
pub fn keep_objects(db: &mut dyn Db, most: usize) {
    object::set_lru_capacity(db, most);
}

/// [`object`], not kept: for a process that asks once.
pub fn object_once(db: &dyn Db, env: Env, inst: Inst) -> ObjectResult {
    let mut machine = Machine::of(db, env, inst);
    let value = machine.whole(0);
    let value = match value {
        Value::Struct(s) => s,
        _ => Arc::new(StructValue { shape: Arc::default(), fields: Box::new([]) }),
    };
    let whole = !value.fields.iter().any(has_unknown);
    machine.waits.sort();
    machine.waits.dedup();
    ObjectResult { value, diagnostics: machine.diagnostics.into(), whole, waits: machine.waits.into() }
}

mod measured {
    use super::{Env, Inst, Machine, PathKey, Value, depth, undisturbed};
    use ivs_source::Db;

    /// A value that was read.
    #[derive(Clone, PartialEq, Eq, Debug)]
    pub(super) struct Read {
        pub value: Value,
        /// How deep what it reads is.
        pub height: u32,
        /// Whether the declaration takes part; of what is known of those that do not, too, this is not asked.
        pub enabled: bool,
    }

    fn no_value(_: &dyn Db, _: salsa::Id, _: Env, _: Inst, _: PathKey) -> Read {
        // A loop through several declarations; `cycle_report` names it.
        Read { value: Value::Unknown, height: 0, enabled: true }
    }

    #[salsa::tracked(returns(clone), cycle_result = no_value)]
    pub(super) fn value(db: &dyn Db, env: Env, inst: Inst, path: PathKey) -> Read {
        let exempt = matches!(path.0.first().map(|n| n.as_str()), Some("enabled" | "name"));
        let enabled = exempt || crate::is_enabled(db, env, inst);
        if let Some(value) = undisturbed(db, env, inst, &path.0) {
            return Read { value, height: 0, enabled };
        }
        let (value, height) = depth::measured(|| {
            let mut machine = Machine::of(db, env, inst);
            machine.quiet = true;
            machine.read_path(&path.0)
        });
        Read { value, height, enabled }
    }
}

/// One value of a declaration, for another declaration that reads it. Failures are reported by [`object`].
pub fn value(db: &dyn Db, env: Env, inst: Inst, path: PathKey) -> Value {
    within_depth(db, inst, measured::value(db, env, inst, path))
}

/// [`value`]; `None` if the declaration is disabled, and more than that or its name is asked.
pub(crate) fn value_of_enabled(db: &dyn Db, env: Env, inst: Inst, path: PathKey) -> Option<Value> {
    let read = measured::value(db, env, inst, path);
    read.enabled.then(|| within_depth(db, inst, read))
}

fn within_depth(db: &dyn Db, inst: Inst, read: measured::Read) -> Value {
    if depth::may_read(read.height) {
        return read.value;
    }
    let decl = inst.decl(db);
    depth::exceeded(decl, ivs_model::source_map(db, decl).name);
    Value::Unknown
}
