//! What the formulas of a declaration read of other declarations.

use crate::inst::{Env, Inst};
use crate::machine::{Machine, Slot};
use ivs_source::Db;
use smol_str::SmolStr;

/// A value of another declaration that a formula read.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ReadOf {
    /// The field or key whose formula read it.
    pub path: Vec<SmolStr>,
    /// The other declaration.
    pub of: Inst,
    /// What was read of it.
    pub read: Vec<SmolStr>,
}

/// What the formulas of a declaration read of other declarations, each with the path that needs it, in the order of its
/// fields. What a constant of a module reads is that constant's.
pub fn reads(db: &dyn Db, env: Env, inst: Inst) -> Vec<ReadOf> {
    let mut machine = Machine::of(db, env, inst);
    machine.quiet = true;
    machine.whole(0);
    let mut out: Vec<ReadOf> = Vec::new();
    for node in 0..machine.nodes.len() as u32 {
        let rooted = {
            let mut at = node;
            while let Some((parent, _)) = machine.node(at).and_then(|n| n.parent) {
                at = parent;
            }
            at == 0
        };
        let slots = machine.node(node).map_or(0, |n| n.slots.len()) as u32;
        for slot in (0..slots).filter(|_| rooted) {
            // A struct or map is read field by field.
            let plain = machine
                .node(node)
                .and_then(|n| n.slots.get(slot as usize))
                .is_some_and(|s| matches!(s, Slot::Done(_)));
            if !plain {
                continue;
            }
            // Once more, now that what it reads is known: only its own reads are noted.
            machine.lets.clear();
            machine.whens.clear();
            machine.reads = Some(Vec::new());
            machine.put(node, slot, Slot::Todo);
            machine.resolve(node, slot);
            for read in machine.reads.take().unwrap_or_default() {
                if read.inst == inst {
                    continue;
                }
                let found = ReadOf { path: machine.path_of(node, slot), of: read.inst, read: read.path };
                if !out.contains(&found) {
                    out.push(found);
                }
            }
        }
    }
    out
}
