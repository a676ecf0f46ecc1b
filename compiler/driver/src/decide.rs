//! What is wrong: with the sources, and with their values in an environment.

use crate::database::{Database, each};
use crate::{dependencies, emit};
use ivs_eval::{Env, Inst, ObjectResult};
use ivs_model::{Module, code};
use ivs_plan::Lowered;
use ivs_source::{Db, ItemDiagnostic, ItemId, Severity};
use std::sync::Arc;

/// The package's modules.
pub(crate) fn own_modules(db: &dyn Db) -> Vec<Module> {
    let all = ivs_model::modules(db);
    all.files.keys().map(|m| Module::new(db, m.clone())).filter(|m| all.is_own(*m)).collect()
}

/// Syntax, names and types: what needs no value.
pub(crate) fn sources(db: &Database, threads: usize) -> Vec<ItemDiagnostic> {
    let mut out = Vec::new();
    let mut items: Vec<ItemId> = Vec::new();
    for module in own_modules(db) {
        items.extend(&ivs_model::module_index(db, module).all);
    }
    let found = each(db, threads, &items, |db, item| ivs_model::item_diagnostics(db, *item).clone());
    out.extend(found.into_iter().flatten());
    for module in own_modules(db) {
        out.extend(ivs_model::module_diagnostics(db, module).iter().cloned());
    }
    for module in dependencies::modules(db) {
        let items = &ivs_model::module_index(db, *module).all;
        let found = each(db, threads, items, |db, item| ivs_model::item_diagnostics(db, *item).clone());
        out.extend(dependencies::errors(found.into_iter().flatten().collect()));
        out.extend(dependencies::errors(ivs_model::module_diagnostics(db, *module).clone()));
    }
    out
}

/// The declarations of modules that exist in an environment, enabled or not.
pub(crate) fn declared(db: &dyn Db, env: Env, modules: &[Module]) -> Vec<Inst> {
    let mut out = Vec::new();
    for module in modules {
        for &decl in &ivs_model::module_index(db, *module).instances {
            out.extend(ivs_eval::instances(db, env, decl));
        }
    }
    out
}

/// The enabled declarations of the package, in the order of their places.
pub(crate) fn enabled(db: &dyn Db, env: Env) -> Vec<Inst> {
    declared(db, env, &own_modules(db)).into_iter().filter(|i| ivs_eval::is_enabled(db, env, *i)).collect()
}

/// Values: everything that is wrong in one environment.
pub(crate) fn environment(db: &Database, env: Env, threads: usize) -> Vec<ItemDiagnostic> {
    let mut out = declarations(db, env, &own_modules(db));
    out.extend(dependencies::environment(db, env, threads));
    out.extend(objects(db, env, &enabled(db, env), threads));
    out
}

/// Constants, families, and overlays that collide.
pub(crate) fn declarations(db: &dyn Db, env: Env, modules: &[Module]) -> Vec<ItemDiagnostic> {
    let mut out = Vec::new();
    for module in modules {
        let index = ivs_model::module_index(db, *module);
        for item in &index.all {
            declaration(db, env, *item, &mut out);
        }
        if env.name(db).is_empty() {
            for decl in index.instances.iter().chain(&index.templates) {
                if !ivs_model::overlays_of(db, *decl).is_empty() {
                    out.extend(ivs_eval::static_conflicts(db, *decl));
                }
            }
        }
    }
    out
}

/// What is wrong with an item besides the values of declarations.
pub(crate) fn declaration(db: &dyn Db, env: Env, item: ItemId, out: &mut Vec<ItemDiagnostic>) {
    // What is wrong by itself is not evaluated on top.
    if ivs_model::item_diagnostics(db, item).iter().any(|d| d.severity == Severity::Error) {
        return;
    }
    match item.key(db).keyword {
        "overlay" => out.extend(ivs_eval::absent_members(db, env, item)),
        "let" => out.extend(ivs_eval::global_diagnostics(db, env, item)),
        "decl" if ivs_model::decl_info(db, item).family => {
            out.extend(ivs_eval::family(db, env, item).diagnostics.iter().cloned());
        }
        _ => {}
    }
}

/// What is wrong with some declarations in an environment.
pub(crate) fn objects(db: &Database, env: Env, insts: &[Inst], threads: usize) -> Vec<ItemDiagnostic> {
    let found = each(db, threads, insts, |db, inst| {
        let result = ivs_eval::object(db, env, *inst);
        let mut decided = decided(db, env, *inst, &result);
        if !decided.1 && emit::judged(db, *inst, &result.value) {
            decided.0.extend(emit::findings(db, env, *inst, &emit::lower(db, env, *inst)));
        }
        decided
    });
    combined(db, env, insts, found)
}

/// [`environment`], keeping no value: for a process that asks once. With `lower`, each declaration is lowered as soon
/// as it is evaluated.
pub(crate) fn environment_once(
    db: &Database,
    env: Env,
    threads: usize,
    lower: bool,
) -> (Vec<ItemDiagnostic>, Vec<Inst>, Vec<Arc<Lowered>>) {
    let mut out = declarations(db, env, &own_modules(db));
    out.extend(dependencies::environment(db, env, threads));
    let insts = enabled(db, env);
    let done = each(db, threads, &insts, |db, inst| {
        let result = ivs_eval::object_once(db, env, *inst);
        let mut decided = decided(db, env, *inst, &result);
        let whole = !decided.1;
        if lower {
            let sound = whole && emit::emits(db, *inst);
            return (decided, sound.then(|| Arc::new(emit::lowered(db, env, *inst, &result.value))));
        }
        if whole && emit::judged(db, *inst, &result.value) {
            let lowered = emit::lowered(db, env, *inst, &result.value);
            decided.0.extend(emit::findings(db, env, *inst, &lowered));
        }
        (decided, None)
    });
    let (mut found, mut emitting, mut lowered) = (Vec::new(), Vec::new(), Vec::new());
    for (inst, (decided, l)) in insts.iter().zip(done) {
        found.push(decided);
        if let Some(l) = l {
            emitting.push(*inst);
            lowered.push(l);
        }
    }
    out.extend(combined(db, env, &insts, found));
    (out, emitting, lowered)
}

/// The findings of all declarations, and the loops that go through several.
pub(crate) fn combined(
    db: &Database,
    env: Env,
    insts: &[Inst],
    found: Vec<(Vec<ItemDiagnostic>, bool)>,
) -> Vec<ItemDiagnostic> {
    let mut out = Vec::new();
    let mut suspects = Vec::new();
    for (inst, (mut diagnostics, unknown)) in insts.iter().zip(found) {
        if unknown {
            suspects.push(*inst);
        }
        out.append(&mut diagnostics);
    }
    // A value that failed without a report may lie on a loop through several declarations.
    if !suspects.is_empty() {
        out.extend(ivs_eval::cycle_report(db, env, &suspects));
    }
    out
}

/// The findings of one declaration, and whether any of its values is unknown.
pub(crate) fn decided(
    db: &Database,
    env: Env,
    inst: Inst,
    result: &ObjectResult,
) -> (Vec<ItemDiagnostic>, bool) {
    let unknown = !result.is_whole();
    if result.diagnostics.is_empty() {
        return (Vec::new(), unknown);
    }
    // What a broken or misspelled entry would have set is not demanded a second time.
    let layers = ivs_eval::layers(db, env, inst);
    let errors = || layers.iter().flat_map(|l| ivs_model::item_diagnostics(db, l.item));
    let broken = errors().any(|d| d.severity == Severity::Error);
    let lost = errors().any(|d| d.code.starts_with("IVS0") || d.code == code::UNKNOWN_FIELD);
    let mut diagnostics = result.diagnostics.clone();
    if broken {
        diagnostics.retain(|d| d.code != code::VALUE_REQUIRED && (d.code != code::REQUIRE_FAILED || !lost));
    }
    (diagnostics, unknown)
}
