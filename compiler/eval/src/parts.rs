//! Checks in parts: what a check finds of the declarations of one file, or of one of a few, is one answer, decided again if
//! what it read changed.

use crate::check::{CheckFinding, CheckResult, decide, failing};
use crate::inst::{Env, Inst, ref_to};
use crate::layer::set_of;
use crate::stretch::set_looped;
use ivs_model::body;
use ivs_source::{Db, ItemId, SourceFile};
use ivs_value::Value;
use rustc_hash::FxHashMap;
use std::collections::BTreeSet;
use std::sync::Arc;

/// A part of a check.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Part {
    /// The check.
    pub check: ItemId,
    of: Of,
}

/// With which declarations the bindings of a part begin.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, salsa::SalsaValue)]
enum Of {
    /// With all, or with none: the check's first loop does not go through the set of a kind.
    All,
    /// With those of a file.
    File(SourceFile),
    /// With one of a few: what is said of a namespace, a cluster or a plan reads much of what is said of services.
    One(Inst),
}

impl Of {
    /// The file whose declarations are read as wholes.
    fn file(self) -> Option<SourceFile> {
        match self {
            Of::File(file) => Some(file),
            Of::All | Of::One(_) => None,
        }
    }
}

/// The members of a set up to which each is a part of its own.
const FEW: usize = 64;

/// The members of a kind's set by the file that declares them, in the order of the set.
#[salsa::tracked(returns(ref))]
pub(crate) fn by_file(db: &dyn Db, env: Env, kind: ItemId) -> Vec<(SourceFile, Arc<[Inst]>)> {
    let mut index: FxHashMap<SourceFile, usize> = FxHashMap::default();
    let mut files: Vec<(SourceFile, Vec<Inst>)> = Vec::new();
    for &inst in set_of(db, env, kind).iter() {
        let file = inst.decl(db).file(db);
        let at = *index.entry(file).or_insert(files.len());
        match files.get_mut(at) {
            Some((_, members)) => members.push(inst),
            None => files.push((file, vec![inst])),
        }
    }
    files.into_iter().map(|(file, members)| (file, members.into())).collect()
}

/// References to those of one file: its own query, so that what comes and goes elsewhere changes nothing here.
#[salsa::tracked(returns(clone))]
pub(crate) fn of_file(db: &dyn Db, env: Env, kind: ItemId, file: SourceFile) -> Arc<[Value]> {
    let found = by_file(db, env, kind).iter().find(|(f, _)| *f == file);
    found.map_or_else(|| Arc::from([]), |(_, members)| members.iter().map(|i| ref_to(db, *i)).collect())
}

/// The kind whose set a check's first loop goes through, if it is nothing else.
fn kind_of(db: &dyn Db, check: ItemId) -> Option<ItemId> {
    let ir = body(db, check);
    set_looped(&ir.exprs, &ir.check.as_ref()?.clauses)
}

/// The parts of a check in an environment, in the order of the set's first members.
pub fn check_parts(db: &dyn Db, env: Env, check: ItemId) -> Vec<Part> {
    let part = |of| Part { check, of };
    match kind_of(db, check).map(|kind| (kind, set_of(db, env, kind))) {
        Some((_, set)) if !set.is_empty() && set.len() <= FEW => {
            set.iter().map(|inst| part(Of::One(*inst))).collect()
        }
        Some((kind, set)) if !set.is_empty() => {
            by_file(db, env, kind).iter().map(|(file, _)| part(Of::File(*file))).collect()
        }
        _ => vec![part(Of::All)],
    }
}

fn undecided(_: &dyn Db, _: salsa::Id, _: Env, _: ItemId, _: Of) -> Arc<CheckResult> {
    Arc::new(CheckResult { undecided: 1, ..CheckResult::default() })
}

#[salsa::tracked(returns(clone), cycle_result = undecided)]
fn check_result(db: &dyn Db, env: Env, check: ItemId, of: Of) -> Arc<CheckResult> {
    Arc::new(decide(db, env, check, members(db, env, check, of).as_deref(), of.file()))
}

/// Decides a part of a check, and keeps the answer.
pub fn check_part(db: &dyn Db, env: Env, part: Part) -> Arc<CheckResult> {
    check_result(db, env, part.check, part.of)
}

/// The declarations with which a part's bindings begin; `None` where they are not told apart.
fn members(db: &dyn Db, env: Env, check: ItemId, of: Of) -> Option<Arc<[Value]>> {
    match of {
        Of::All => None,
        Of::File(file) => Some(of_file(db, env, kind_of(db, check)?, file)),
        Of::One(inst) => Some(Arc::from([ref_to(db, inst)])),
    }
}

/// A stretch of a check for a process that asks once: some of the declarations that its first loop goes through, or all
/// of its bindings.
#[derive(Clone, Debug)]
pub struct Piece {
    /// The check.
    pub check: ItemId,
    members: Option<Arc<[Inst]>>,
}

/// The stretches of a check in an environment, in the order of the set.
pub fn check_pieces(db: &dyn Db, env: Env, check: ItemId) -> Vec<Piece> {
    /// So many that a piece is worth a thread's while, so few that threads get alike.
    const MEMBERS: usize = 256;
    match kind_of(db, check) {
        Some(kind) if !set_of(db, env, kind).is_empty() => set_of(db, env, kind)
            .chunks(MEMBERS)
            .map(|members| Piece { check, members: Some(Arc::from(members)) })
            .collect(),
        _ => vec![Piece { check, members: None }],
    }
}

/// Decides a stretch of a check, and keeps nothing.
pub fn check_piece(db: &dyn Db, env: Env, piece: &Piece) -> CheckResult {
    let members: Option<Vec<Value>> =
        piece.members.as_ref().map(|members| members.iter().map(|i| ref_to(db, *i)).collect());
    decide(db, env, piece.check, members.as_deref(), None)
}

fn nothing(_: &dyn Db, _: salsa::Id, _: Env, _: ItemId, _: Of) -> Arc<Failures> {
    Arc::default()
}

/// Requirements that do not hold, each with its binding.
type Failures = BTreeSet<(u32, String)>;

#[salsa::tracked(returns(clone), cycle_result = nothing)]
fn failures(db: &dyn Db, env: Env, check: ItemId, of: Of) -> Arc<Failures> {
    Arc::new(failing(db, env, check, members(db, env, check, of).as_deref(), of.file()))
}

/// What does not hold of a part of a check, as in [`CheckFinding`], without a word about it: for those who try edits.
pub fn check_failures(db: &dyn Db, env: Env, part: Part) -> Arc<BTreeSet<(u32, String)>> {
    failures(db, env, part.check, part.of)
}

/// What a check finds, of what its parts find: in the order of its bindings.
pub fn check_whole(db: &dyn Db, env: Env, check: ItemId, parts: &[Arc<CheckResult>]) -> Arc<CheckResult> {
    if let [one] = parts {
        return one.clone();
    }
    let mut whole = CheckResult::default();
    for part in parts {
        if whole.verdicts.len() < part.verdicts.len() {
            whole.verdicts = vec![(0, 0); part.verdicts.len()].into();
        }
        for (sum, (held, failed)) in whole.verdicts.iter_mut().zip(&part.verdicts) {
            sum.0 += held;
            sum.1 += failed;
        }
        whole.findings.extend(part.findings.iter().cloned());
        for d in &part.diagnostics {
            if !whole.diagnostics.contains(d) {
                whole.diagnostics.push(d.clone());
            }
        }
        whole.undecided += part.undecided;
        whole.steps += part.steps;
    }
    if let Some(kind) = kind_of(db, check).filter(|_| !whole.findings.is_empty()) {
        let place: FxHashMap<ItemId, usize> =
            set_of(db, env, kind).iter().enumerate().rev().map(|(i, inst)| (inst.decl(db), i)).collect();
        let rank = |f: &CheckFinding| f.about.first().and_then(|d| place.get(d)).copied();
        // Members of one family stay in the order of their part.
        whole.findings.sort_by_key(rank);
    }
    Arc::new(whole)
}
