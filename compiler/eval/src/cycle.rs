//! Values that depend on themselves.

use crate::inst::{Env, Inst, inst_name, qualified_inst};
use crate::machine::{Machine, NodeId, Read, Slot};
use ivs_model::{code, source_map};
use ivs_source::{Db, Diagnostic, ItemDiagnostic, Label, Place, Severity};
use ivs_value::Value;
use rustc_hash::{FxHashMap, FxHashSet};
use smol_str::SmolStr;

impl<'db> Machine<'db> {
    /// A slot that is read while it is evaluated: everything on the loop is unknown.
    pub(crate) fn loop_found(&mut self, node: NodeId, slot: u32) {
        let Some(start) = self.stack.iter().position(|s| *s == (node, slot)) else { return };
        let on_loop: Vec<(NodeId, u32)> = self.stack.get(start..).unwrap_or_default().to_vec();
        let mut names: Vec<String> = on_loop.iter().map(|(n, s)| self.path_of(*n, *s).join(".")).collect();
        for (n, s) in &on_loop {
            self.put(*n, *s, Slot::Done(Value::Unknown));
        }
        // From the least name, whichever was read first.
        let least = names.iter().enumerate().min_by_key(|(_, n)| (*n).clone()).map_or(0, |(i, _)| i);
        names.rotate_left(least);
        let Some(inst) = self.inst else { return };
        if self.quiet {
            return;
        }
        let d = cycle_diagnostic(
            self.db,
            self.env,
            &names.iter().map(|n| (inst, n.split('.').map(SmolStr::new).collect())).collect::<Vec<_>>(),
        );
        if let Some(d) = d {
            self.report(d);
        }
    }
}

/// The diagnostic of a loop, from its first step; `None` for no steps.
fn cycle_diagnostic(db: &dyn Db, env: Env, steps: &[(Inst, Vec<SmolStr>)]) -> Option<ItemDiagnostic> {
    let shown = |(i, p): &(Inst, Vec<SmolStr>)| format!("{}.{}", inst_name(db, *i), p.join("."));
    let place = |(i, p): &(Inst, Vec<SmolStr>)| {
        crate::provenance(db, env, *i, p)
            .into_iter()
            .next()
            .map_or_else(|| Place { of: i.decl(db), span: source_map(db, i.decl(db)).name }, |l| l.place)
    };
    let first = steps.first()?;
    let mut order: Vec<String> = steps.iter().map(|s| format!("`{}`", shown(s))).collect();
    order.extend(order.first().cloned());
    let labels: Vec<_> = steps
        .iter()
        .skip(1)
        .take(5)
        .map(|s| Label { place: place(s), text: format!("`{}` is made here", shown(s)) })
        .collect();
    let mut labels: Vec<Label<_>> = labels;
    let at = place(first);
    let mut seen = vec![at.clone()];
    labels.retain(|l| {
        let fresh = !seen.contains(&l.place);
        seen.push(l.place.clone());
        fresh
    });
    Some(Diagnostic {
        code: code::VALUE_CYCLE,
        severity: Severity::Error,
        message: format!("`{}` depends on itself", shown(first)),
        primary: Label { place: at, text: "needs its own value".into() },
        labels,
        help: vec![format!("{} — break it at one of them", order.join(" needs "))],
        fixes: Vec::new(),
    })
}

/// Loops that go through several declarations: one diagnostic each, from its least qualified name, whatever was
/// evaluated first. `suspects` are declarations with unknown values, each with those of which it read something unknown.
pub fn cycle_report(db: &dyn Db, env: Env, suspects: &[(Inst, Box<[Inst]>)]) -> Vec<ItemDiagnostic> {
    type Key = (Inst, Vec<SmolStr>);
    let near = near_loops(db, env, suspects);
    let mut reads: FxHashMap<Key, Vec<Key>> = FxHashMap::default();
    let mut queue: Vec<Key> = Vec::new();
    for (inst, _) in suspects.iter().filter(|(inst, _)| near.contains(inst)) {
        let schema = ivs_model::decl_schema(db, inst.decl(db));
        queue.extend(schema.fields.iter().map(|f| (*inst, vec![f.name.clone()])));
    }
    while let Some(key) = queue.pop() {
        if reads.contains_key(&key) {
            continue;
        }
        let next = reads_of(db, env, &key).into_iter().filter(|r| near.contains(&r.inst));
        let next: Vec<Key> = next.map(|r| (r.inst, r.path)).collect();
        queue.extend(next.iter().cloned());
        reads.insert(key, next);
    }
    let name = |k: &Key| (qualified_inst(db, k.0), k.1.clone());
    let mut keys: Vec<Key> = reads.keys().cloned().collect();
    keys.sort_by_cached_key(name);
    let loops = ivs_value::graph::cycles(&keys, &mut |k: &Key| {
        let mut next = reads.get(k).cloned().unwrap_or_default();
        next.sort_by_cached_key(name);
        next.dedup();
        Ok::<_, std::convert::Infallible>(next)
    });
    let Ok(loops) = loops;
    let mut out = Vec::new();
    for mut steps in loops {
        // A loop inside one declaration was reported where it was evaluated.
        if steps.iter().all(|s| Some(s.0) == steps.first().map(|f| f.0)) {
            continue;
        }
        if steps.len() > 1 && steps.first() == steps.last() {
            steps.pop();
        }
        let least = steps.iter().enumerate().min_by_key(|(_, k)| name(k)).map_or(0, |(i, _)| i);
        steps.rotate_left(least);
        out.extend(cycle_diagnostic(db, env, &steps));
    }
    out
}

/// The declarations on loops of declarations: none, if no value can need itself through several.
fn near_loops(db: &dyn Db, env: Env, suspects: &[(Inst, Box<[Inst]>)]) -> FxHashSet<Inst> {
    let mut waits: FxHashMap<Inst, Box<[Inst]>> = suspects.iter().cloned().collect();
    let mut all: Vec<Inst> = suspects.iter().map(|(inst, _)| *inst).collect();
    let mut open: Vec<Inst> = suspects.iter().flat_map(|(_, on)| on).copied().collect();
    // Disabled ones, and those of dependencies.
    while let Some(inst) = open.pop() {
        if waits.contains_key(&inst) {
            continue;
        }
        let on = crate::object(db, env, inst).waits.clone();
        open.extend(on.iter().copied());
        waits.insert(inst, on);
        all.push(inst);
    }
    let mut next = |inst: &Inst| {
        Ok::<_, std::convert::Infallible>(waits.get(inst).map_or_else(Vec::new, |on| on.to_vec()))
    };
    let Ok(found) = ivs_value::graph::on_cycles(&all, &mut next);
    found.into_iter().collect()
}

/// What a path of a declaration reads, as far as it is unknown.
fn reads_of(db: &dyn Db, env: Env, key: &(Inst, Vec<SmolStr>)) -> Vec<Read> {
    let mut machine = Machine::of(db, env, key.0);
    machine.quiet = true;
    machine.reads = Some(Vec::new());
    machine.read_path(&key.1);
    let reads = machine.reads.take().unwrap_or_default();
    reads.into_iter().filter(|r| r.value.is_unknown()).collect()
}
