//! What is wrong: with the sources, and with their values in an environment.

use crate::by_file::{self, each_stretch};
use crate::database::{Database, each};
use crate::{checks, dependencies, emit};
use ivs_eval::{Env, Held, Holding, Inst, ObjectResult};
use ivs_model::{Module, code};
use ivs_plan::Lowered;
use ivs_source::{Db, ItemDiagnostic, ItemId, OutlineItem, Severity, SourceFile};
use std::sync::Arc;

/// A declaration with unknown values, and those of which it read something unknown.
pub(crate) type Suspect = (Inst, Box<[Inst]>);

/// The package's modules.
pub(crate) fn own_modules(db: &dyn Db) -> Vec<Module> {
    let all = ivs_model::modules(db);
    all.files.keys().map(|m| Module::new(db, m.clone())).filter(|m| all.is_own(*m)).collect()
}

/// Syntax, names and types: what needs no value.
pub(crate) fn sources(db: &Database, threads: usize) -> Vec<ItemDiagnostic> {
    let found = |modules: &[Module]| {
        let by_stretch = each_stretch(db, threads, modules, |db, file, n| by_file::sources(db, file, n));
        let own = modules.iter().flat_map(|m| ivs_model::module_diagnostics(db, *m).iter().cloned());
        by_stretch.iter().flat_map(|s| s.diagnostics.iter().cloned()).chain(own).collect::<Vec<_>>()
    };
    let mut out = found(&own_modules(db));
    out.extend(dependencies::errors(found(dependencies::modules(db))));
    out
}

/// The declarations of a stretch that exist in an environment, enabled or not.
fn declared_in(db: &dyn Db, env: Env, file: SourceFile, stretch: u32) -> Vec<Inst> {
    let declared = by_file::items(db, file, stretch).filter(|(_, h)| h.key.keyword == "decl" && !h.template);
    declared.flat_map(|(decl, _)| ivs_eval::instances(db, env, decl)).collect()
}

/// The enabled declarations of a stretch, in the order of their places.
pub(crate) fn enabled_in(db: &dyn Db, env: Env, file: SourceFile, stretch: u32) -> Vec<Inst> {
    let declared = declared_in(db, env, file, stretch).into_iter();
    declared.filter(|i| ivs_eval::is_enabled(db, env, *i)).collect()
}

/// The enabled declarations of modules, in the order of their places.
pub(crate) fn enabled_of(db: &dyn Db, env: Env, modules: &[Module]) -> Vec<Inst> {
    let stretches = by_file::stretches(db, modules).into_iter();
    stretches.flat_map(|(file, n)| enabled_in(db, env, file, n)).collect()
}

/// The enabled declarations of the package, in the order of their places.
pub(crate) fn enabled(db: &dyn Db, env: Env) -> Vec<Inst> {
    enabled_of(db, env, &own_modules(db))
}

/// Values: everything that is wrong in one environment.
pub(crate) fn environment(db: &Database, env: Env, threads: usize) -> Vec<ItemDiagnostic> {
    let mut out = dependencies::environment(db, env, threads);
    let found = each_stretch(db, threads, &own_modules(db), |db, file, n| by_file::values(db, env, file, n));
    let mut suspects = Vec::new();
    for values in found {
        out.extend(values.diagnostics().cloned());
        suspects.extend(values.unknown.iter().cloned());
    }
    out.extend(loops(db, env, &suspects));
    out
}

/// What is wrong with a constant, a family or an overlay; overlays that collide.
pub(crate) fn declaration(db: &dyn Db, env: Env, item: ItemId, head: &OutlineItem) -> Vec<ItemDiagnostic> {
    let mut out = Vec::new();
    // What is wrong by itself is not evaluated on top.
    let sound = || !ivs_model::item_diagnostics(db, item).iter().any(|d| d.severity == Severity::Error);
    match head.key.keyword {
        "overlay" if sound() => out.extend(ivs_eval::absent_members(db, env, item)),
        "let" if sound() => out.extend(ivs_eval::global_diagnostics(db, env, item)),
        "decl" => {
            if ivs_model::decl_info(db, item).family && sound() {
                out.extend(ivs_eval::family(db, env, item).diagnostics.iter().cloned());
            }
            if env.name(db).is_empty() && !ivs_model::overlays_of(db, item).is_empty() {
                out.extend(ivs_eval::static_conflicts(db, item));
            }
        }
        _ => {}
    }
    out
}

/// [`declaration`] of all items of modules.
pub(crate) fn declarations(db: &dyn Db, env: Env, modules: &[Module]) -> Vec<ItemDiagnostic> {
    let stretches = by_file::stretches(db, modules).into_iter();
    stretches
        .flat_map(|(file, n)| by_file::items(db, file, n))
        .flat_map(|(item, head)| declaration(db, env, item, head))
        .collect()
}

/// [`environment`], keeping no answer: for a process that asks once. With `lower`, each declaration is lowered as soon
/// as it is evaluated. Objects are held for those who read them later.
pub(crate) fn environment_once(
    db: &Database,
    env: Env,
    threads: usize,
    lower: bool,
    held: &mut Held,
) -> (Vec<ItemDiagnostic>, Vec<Inst>, Vec<Arc<Lowered>>) {
    let mut out = declarations(db, env, &own_modules(db));
    out.extend(dependencies::environment(db, env, threads));
    let insts = enabled(db, env);
    let kinds = insts.iter().filter_map(|i| ivs_model::decl_kind(db, i.decl(db)));
    let holding = Holding::new(db, &checks::decidable(db), kinds);
    let done = each(db, threads, &insts, |db, inst| {
        let result = ivs_eval::object_once(db, env, *inst);
        let mut decided = decided(db, env, *inst, &result).to_vec();
        let mut made = None;
        if result.whole && lower && emit::emits(db, *inst) {
            made = Some(Arc::new(emit::lowered(db, env, *inst, &result.value)));
        } else if result.whole && !lower && emit::judged(db, *inst, &result.value) {
            let lowered = emit::lowered(db, env, *inst, &result.value);
            decided.extend(emit::findings(db, env, *inst, &lowered));
        }
        let hold = result.whole.then(|| holding.of(db, *inst, &result.value)).flatten();
        (decided, (!result.whole).then_some(result.waits), hold, made)
    });
    let (mut suspects, mut emitting, mut lowered) = (Vec::new(), Vec::new(), Vec::new());
    for (inst, (decided, waits, hold, made)) in insts.iter().zip(done) {
        out.extend(decided);
        held.extend(env, hold.map(|object| (*inst, object)));
        suspects.extend(waits.map(|waits| (*inst, waits)));
        if let Some(made) = made {
            emitting.push(*inst);
            lowered.push(made);
        }
    }
    out.extend(loops(db, env, &suspects));
    (out, emitting, lowered)
}

/// The loops that go through several declarations: a value that failed without a report may lie on one.
pub(crate) fn loops(db: &dyn Db, env: Env, suspects: &[Suspect]) -> Vec<ItemDiagnostic> {
    match suspects {
        [] => Vec::new(),
        some => ivs_eval::cycle_report(db, env, some),
    }
}

/// The findings of one declaration.
pub(crate) fn decided(db: &dyn Db, env: Env, inst: Inst, result: &ObjectResult) -> Arc<[ItemDiagnostic]> {
    if result.diagnostics.is_empty() {
        return result.diagnostics.clone();
    }
    // What a broken or misspelled entry would have set is not demanded a second time.
    let layers = ivs_eval::layers(db, env, inst);
    let errors = || layers.iter().flat_map(|l| ivs_model::item_diagnostics(db, l.item));
    let broken = errors().any(|d| d.severity == Severity::Error);
    let lost = errors().any(|d| d.code.starts_with("IVS0") || d.code == code::UNKNOWN_FIELD);
    if !broken {
        return result.diagnostics.clone();
    }
    let said =
        |d: &&ItemDiagnostic| d.code != code::VALUE_REQUIRED && (!code::of_requirement(d.code) || !lost);
    result.diagnostics.iter().filter(said).cloned().collect()
}
