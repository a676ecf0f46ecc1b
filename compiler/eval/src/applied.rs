//! What a function of one declaration gives for it: figures that editors show.

use crate::inst::{Env, Inst, ref_to};
use crate::machine::{Frame, Machine};
use ivs_model::body;
use ivs_source::{Db, ItemId};
use ivs_value::Value;
use smol_str::SmolStr;

/// The value of a function for a declaration.
#[derive(Clone, PartialEq, Debug)]
pub struct Applied {
    /// Unknown where something that it reads failed; that is reported where it did.
    pub value: Value,
    /// What its formula read itself, in the order of reading: declarations, and paths in them.
    pub reads: Vec<(Inst, Vec<SmolStr>)>,
}

/// Calls a function whose first parameter takes the declaration, and whose others have defaults.
pub fn applied(db: &dyn Db, env: Env, function: ItemId, inst: Inst) -> Applied {
    let ir = body(db, function);
    let mut m = Machine::detached(db, env, function);
    m.quiet = true;
    m.reads = Some(Vec::new());
    let mut frame = Frame::of(ir, function);
    for (i, _) in ivs_model::fn_params(db, function).iter().enumerate() {
        let given = match (i, ir.defaults.get(i).copied().flatten()) {
            (0, _) => ref_to(db, inst),
            (_, Some(default)) => m.eval(&mut frame, default),
            (_, None) => Value::None,
        };
        frame.locals.push(given);
    }
    let value = ir.value.map_or(Value::Unknown, |e| m.eval(&mut frame, e));
    let reads = m.reads.take().unwrap_or_default();
    Applied { value, reads: reads.into_iter().map(|r| (r.inst, r.path)).collect() }
}
