//! Loops of constants in stretches: what a loop over the set of a kind makes of the declarations of one file is one answer, made
//! again if what it read changed. A sum over all services costs an edit of one of them the services beside it.

use crate::depth;
use crate::inst::Env;
use crate::layer::set_of;
use crate::machine::{Frame, Machine};
use crate::parts::{by_file, of_file};
use ivs_model::body;
use ivs_model::ir::{ClausesIr, ExprId, TExpr};
use ivs_source::{Db, ItemDiagnostic, ItemId, SourceFile};
use ivs_value::Value;
use ivs_value::limits::COLLECTION;
use rustc_hash::FxHashMap;
use std::sync::Arc;

/// Files from which it is worth the while.
const MANY: usize = 4;

/// What a loop makes of the declarations of a file.
#[derive(PartialEq, Eq, Debug, Default)]
struct Stretch {
    /// For how many bindings of each declaration something was made.
    counts: Vec<u32>,
    /// What was made: a value of each binding, or a key and a value.
    values: Vec<Value>,
    /// Whether all filters and loops on the way were known.
    sound: bool,
    /// Whether there is too much of it.
    full: bool,
    steps: u32,
    height: u32,
    diagnostics: Vec<ItemDiagnostic>,
}

fn unknown(_: &dyn Db, _: salsa::Id, _: Env, _: ItemId, _: ExprId, _: SourceFile) -> Arc<Stretch> {
    Arc::default()
}

#[salsa::tracked(returns(clone), cycle_result = unknown)]
fn stretch(db: &dyn Db, env: Env, item: ItemId, id: ExprId, file: SourceFile) -> Arc<Stretch> {
    let ir = body(db, item);
    let (clauses, made): (_, &[ExprId]) = match ir.exprs.get(id as usize) {
        Some(TExpr::ListFor { clauses, body, .. }) => (clauses, &[*body]),
        Some(TExpr::MapFor { clauses, key, value, .. }) => (clauses, &[*key, *value]),
        _ => return Arc::default(),
    };
    let Some(kind) = set_looped(&ir.exprs, clauses) else { return Arc::default() };
    let mut m = Machine::detached(db, env, item);
    let mut out = Stretch { sound: true, ..Stretch::default() };
    let mut frame = Frame::of(ir, item);
    let ((), height) = depth::measured(|| {
        for member in of_file(db, env, kind, file).iter() {
            let before = out.values.len();
            let sound = m.each_from(&mut frame, clauses, std::slice::from_ref(member), &mut |m, f| {
                out.full |= out.values.len() >= COLLECTION;
                out.values.extend(made.iter().filter(|_| !out.full).map(|e| m.eval(f, *e)));
                !out.full
            });
            out.sound &= sound;
            out.counts.push(((out.values.len() - before) / made.len()) as u32);
        }
    });
    out.steps = m.steps;
    out.height = height;
    out.diagnostics = m.diagnostics;
    Arc::new(out)
}

/// The kind whose set the first of some loops goes through, if it is nothing else.
pub(crate) fn set_looped(exprs: &[TExpr], clauses: &ClausesIr) -> Option<ItemId> {
    let first = clauses.loops.first()?;
    match exprs.get(first.over as usize)? {
        TExpr::SetOf(kind) if !first.pair => Some(*kind),
        _ => None,
    }
}

impl<'db> Machine<'db> {
    /// What a loop of a constant makes, in the order of its bindings: `each` values of every binding. Nothing where it has to be
    /// gone through at once: its formulas see more than its own variables, somebody follows what they read, too little is to
    /// be gone through, or too much comes of it.
    pub(crate) fn by_stretches(
        &mut self,
        f: &Frame<'db>,
        id: ExprId,
        clauses: &ClausesIr,
        base: u32,
        each: usize,
    ) -> Option<(Vec<Value>, bool)> {
        let alone = base == 0 && f.contrib.is_none() && f.inherit.is_none() && self.inst.is_none();
        let followed = self.reads.is_some() || self.origins.is_some() || self.covered.is_some();
        if !alone || followed || self.quiet || self.telling || self.db.held().is_some() {
            return None;
        }
        let kind = set_looped(&f.body.exprs, clauses)?;
        let files = by_file(self.db, self.env, kind);
        if files.len() < MANY {
            return None;
        }
        let made: Vec<(SourceFile, Arc<Stretch>)> =
            files.iter().map(|(file, _)| (*file, stretch(self.db, self.env, f.item, id, *file))).collect();
        let steps = made.iter().fold(self.steps, |sum, (_, s)| sum.saturating_add(s.steps));
        let total: usize = made.iter().map(|(_, s)| s.values.len()).sum();
        let fits = steps <= crate::machine::MAX_STEPS && total <= COLLECTION * each;
        if !fits || made.iter().any(|(_, s)| s.full || !depth::may_read(s.height)) {
            return None;
        }
        self.steps = steps;
        for d in made.iter().flat_map(|(_, s)| &s.diagnostics) {
            self.report(d.clone());
        }
        let sound = made.iter().all(|(_, s)| s.sound);
        let mut values = Vec::with_capacity(total);
        // A set's order may lead to and fro between files; within one it is the file's own.
        let mut rest: FxHashMap<SourceFile, _> =
            made.iter().map(|(file, s)| (*file, (s.counts.iter(), s.values.iter()))).collect();
        for inst in set_of(self.db, self.env, kind).iter() {
            let Some((counts, of)) = rest.get_mut(&inst.decl(self.db).file(self.db)) else { continue };
            let count = counts.next().map_or(0, |c| *c as usize);
            values.extend(of.by_ref().take(count * each).cloned());
        }
        Some((values, sound))
    }
}
