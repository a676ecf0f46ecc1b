//! What is found in a stretch of a file, kept.
//!
//! A package of a thousand declarations asks some thousands of queries; after an edit nearly all of them are as they were.
//! Asked by stretches, they are verified together: one that nothing of the edit reaches is answered for at once.

use crate::database::{Database, each_of};
use crate::decide::{self, Suspect};
use crate::emit;
use ivs_eval::{Env, Inst};
use ivs_model::ir::Allow;
use ivs_model::{Module, modules};
use ivs_plan::Lowered;
use ivs_source::{Db, ItemDiagnostic, ItemId, Origin, OutlineItem, SourceFile, heads, item_text};
use std::sync::Arc;

/// Items of a stretch: so many that keeping what is found in it pays, so few that a large file is several threads' work.
const ITEMS: usize = 32;

/// A file, and which stretch of it.
pub(crate) type Stretch = (SourceFile, u32);

/// The stretches of modules, in the order of modules, files and places.
pub(crate) fn stretches(db: &dyn Db, of: &[Module]) -> Vec<Stretch> {
    let all = modules(db);
    let files = of.iter().filter_map(|m| all.files.get(m.name(db))).flatten();
    files.flat_map(|&file| stretches_of(db, file).map(move |n| (file, n))).collect()
}

/// The stretches of a file.
pub(crate) fn stretches_of(db: &dyn Db, file: SourceFile) -> std::ops::Range<u32> {
    0..heads(db, file).ids.len().div_ceil(ITEMS) as u32
}

/// Asks of every stretch, on several threads where there is enough to do; answers in order.
pub(crate) fn each_stretch<R: Send>(
    db: &Database,
    threads: usize,
    of: &[Module],
    ask: impl Fn(&Database, SourceFile, u32) -> R + Sync + Send,
) -> Vec<R> {
    /// Below this, threads cost more than they bring.
    const WORTHWHILE: usize = 16;
    each_of(db, threads, WORTHWHILE, &stretches(db, of), |db, (file, n)| ask(db, *file, *n))
}

/// The items of a stretch, with their heads.
pub(crate) fn items(
    db: &dyn Db,
    file: SourceFile,
    stretch: u32,
) -> impl Iterator<Item = (ItemId, &OutlineItem)> {
    heads(db, file).iter().skip(stretch as usize * ITEMS).take(ITEMS)
}

/// What items say by themselves.
#[derive(PartialEq, Eq, Debug, Default)]
pub(crate) struct Sources {
    /// Syntax, names and types.
    pub diagnostics: Vec<ItemDiagnostic>,
    /// What they ask to be excused.
    pub allows: Vec<(ItemId, Allow)>,
    /// Declarations and templates that may state a version.
    pub versioned: Vec<ItemId>,
    /// Declarations that may be frozen.
    pub frozen: Vec<ItemId>,
}

/// What needs no value.
#[salsa::tracked(returns(clone))]
pub(crate) fn sources(db: &dyn Db, file: SourceFile, stretch: u32) -> Arc<Sources> {
    let mut found = Sources::default();
    for (item, head) in items(db, file, stretch) {
        found.diagnostics.extend(ivs_model::item_diagnostics(db, item).iter().cloned());
        found.allows.extend(ivs_model::source_map(db, item).allows.iter().map(|a| (item, a.clone())));
        if head.key.keyword == "decl" {
            // A look at the text spares most declarations their parsing.
            let text = item_text(db, item);
            found.versioned.extend(text.contains("version").then_some(item));
            found.frozen.extend((!head.template && text.contains("frozen")).then_some(item));
        }
    }
    Arc::new(found)
}

/// What is wrong with values.
#[derive(PartialEq, Eq, Debug, Default)]
pub(crate) struct Values {
    /// Of constants, families and overlays, and of what declarations are lowered to.
    own: Vec<ItemDiagnostic>,
    /// Of declarations.
    decided: Vec<Arc<[ItemDiagnostic]>>,
    /// The enabled declarations of which a part is unknown, each with those of which it read something unknown.
    pub unknown: Vec<Suspect>,
}

impl Values {
    /// All that is wrong.
    pub fn diagnostics(&self) -> impl Iterator<Item = &ItemDiagnostic> {
        self.own.iter().chain(self.decided.iter().flat_map(|d| d.iter()))
    }
}

/// What needs values, in an environment.
#[salsa::tracked(returns(clone))]
pub(crate) fn values(db: &dyn Db, env: Env, file: SourceFile, stretch: u32) -> Arc<Values> {
    let mut found = Values::default();
    // What a dependency is lowered to was judged where it is at home.
    let dependency = file.origin(db) == Origin::Dependency;
    for (item, head) in items(db, file, stretch) {
        found.own.extend(decide::declaration(db, env, item, head));
    }
    for inst in decide::enabled_in(db, env, file, stretch) {
        let result = ivs_eval::object(db, env, inst);
        let decided = decide::decided(db, env, inst, &result);
        if !decided.is_empty() {
            found.decided.push(decided);
        }
        if !result.whole {
            found.unknown.push((inst, result.waits.clone()));
        } else if !dependency && emit::judged(db, inst, &result.value) {
            found.own.extend(emit::findings(db, env, inst, &emit::lower(db, env, inst)));
        }
    }
    Arc::new(found)
}

/// What enabled declarations are lowered to: those that are lowered to anything, in order.
#[salsa::tracked(returns(clone))]
pub(crate) fn lowered(db: &dyn Db, env: Env, file: SourceFile, stretch: u32) -> Arc<[(Inst, Arc<Lowered>)]> {
    let enabled = decide::enabled_in(db, env, file, stretch);
    let emitting = enabled.into_iter().filter(|i| emit::emits(db, *i));
    emitting.map(|i| (i, emit::lower(db, env, i))).collect()
}
