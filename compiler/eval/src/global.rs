//! Constants of modules.

use crate::depth;
use crate::inst::Env;
use crate::machine::{Frame, Machine};
use ivs_model::body;
use ivs_source::{Db, ItemDiagnostic, ItemId};
use ivs_value::Value;
use std::sync::Arc;

#[derive(PartialEq, Eq, Debug)]
pub(crate) struct GlobalResult {
    value: Value,
    diagnostics: Vec<ItemDiagnostic>,
    height: u32,
}

fn no_global(_: &dyn Db, _: salsa::Id, _: Env, _: ItemId) -> Arc<GlobalResult> {
    Arc::new(GlobalResult { value: Value::Unknown, diagnostics: Vec::new(), height: 0 })
}

#[salsa::tracked(returns(clone), cycle_result = no_global)]
fn evaluated(db: &dyn Db, env: Env, item: ItemId) -> Arc<GlobalResult> {
    let ir = body(db, item);
    let mut machine = Machine::detached(db, env, item);
    let (value, height) = depth::measured(|| match ir.value {
        Some(e) => machine.eval(&mut Frame::of(ir, item), e),
        None => Value::Unknown,
    });
    Arc::new(GlobalResult { value, diagnostics: machine.diagnostics, height })
}

/// The value of a constant.
pub fn global(db: &dyn Db, env: Env, item: ItemId) -> Value {
    let result = evaluated(db, env, item);
    if depth::may_read(result.height) {
        return result.value.clone();
    }
    depth::exceeded(item, ivs_model::source_map(db, item).name);
    Value::Unknown
}

/// What is wrong with a constant's value.
pub fn global_diagnostics(db: &dyn Db, env: Env, item: ItemId) -> Vec<ItemDiagnostic> {
    evaluated(db, env, item).diagnostics.clone()
}
