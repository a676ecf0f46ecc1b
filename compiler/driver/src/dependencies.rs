//! What is wrong with the packages that this one depends on, as far as outputs could depend on it.
//!
//! A dependency was checked by its author; here it may fail all the same, in an environment or with a library of
//! another version. A failed value silences whoever reads it, so its failure must be said. Warnings are not: nobody
//! here can mend them.

use crate::by_file::{self, each_stretch};
use crate::database::Database;
use crate::decide;
use ivs_eval::Env;
use ivs_model::Module;
use ivs_source::{Db, ItemDiagnostic, Severity};

/// The modules of all dependencies.
pub(crate) fn modules(db: &dyn Db) -> &[Module] {
    &ivs_model::modules(db).dependencies
}

/// The errors among findings in a dependency. A fix is told, not offered: it would edit somebody else's text.
pub(crate) fn errors(found: Vec<ItemDiagnostic>) -> impl Iterator<Item = ItemDiagnostic> {
    found.into_iter().filter(|d| d.severity == Severity::Error).map(|mut d| {
        d.help.extend(std::mem::take(&mut d.fixes).into_iter().map(|f| f.title));
        d
    })
}

/// What is wrong with their values in an environment of this package.
pub(crate) fn environment(db: &Database, env: Env, threads: usize) -> Vec<ItemDiagnostic> {
    if modules(db).is_empty() {
        return Vec::new();
    }
    let found = each_stretch(db, threads, modules(db), |db, file, n| by_file::values(db, env, file, n));
    let (mut out, mut suspects) = (Vec::new(), Vec::new());
    for values in found {
        out.extend(values.diagnostics().cloned());
        suspects.extend(values.unknown.iter().cloned());
    }
    out.extend(decide::loops(db, env, &suspects));
    errors(out).collect()
}
