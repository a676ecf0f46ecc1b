//! Checks: decided once per binding and environment.

use crate::beside::Beside;
use crate::inst::{Env, Inst, inst_name, inst_of};
use crate::machine::{Contrib, Frame, Machine};
use crate::require::conclude;
use ivs_grammar::ast::BinaryOp;
use ivs_model::ir::{ExprId, RequireIr, TExpr};
use ivs_model::{body, code, qualified_name, source_map};
use ivs_source::{Db, Diagnostic, ItemDiagnostic, ItemId, Label, Place, Severity, SourceFile, intern_code};
use ivs_value::Value;
use std::collections::BTreeSet;

/// Steps that the checks of one environment may take together.
pub const MAX_CHECK_STEPS: u64 = 10_000_000;

/// A requirement of a check that does not hold for a binding.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct CheckFinding {
    /// The check.
    pub check: ItemId,
    /// Which of the check's requirements.
    pub require: u32,
    /// What the loops bound, in words: tells findings of one requirement apart.
    pub binding: String,
    /// The declarations among it, outermost first.
    pub about: Box<[ItemId]>,
    /// What is said. Its fixes are proposals; one without edits is advice.
    pub diagnostic: ItemDiagnostic,
}

/// What a check finds in an environment.
#[derive(PartialEq, Eq, Debug, Default)]
pub struct CheckResult {
    /// In the order of the bindings.
    pub findings: Vec<CheckFinding>,
    /// What is wrong with the check's own formulas.
    pub diagnostics: Vec<ItemDiagnostic>,
    /// Bindings of which something could not be told, because a value that is read failed.
    pub undecided: u32,
    /// Of each requirement, for how many bindings it held and did not.
    pub verdicts: Box<[(u32, u32)]>,
    /// Steps taken.
    pub steps: u64,
}

/// What identifies a check in diagnostics: its code, else its qualified name.
pub fn check_code(db: &dyn Db, check: ItemId) -> &'static str {
    let ir = body(db, check);
    match ir.check.as_ref().and_then(|c| c.code.as_ref()) {
        Some(code) => intern_code(code),
        None => intern_code(&qualified_name(db, check)),
    }
}

/// Decides a check, or the part of it that goes through some declarations.
/// `beside`: of whose declarations it reads whole objects.
pub(crate) fn decide(
    db: &dyn Db,
    env: Env,
    check: ItemId,
    only: Option<&[Value]>,
    beside: Option<SourceFile>,
) -> CheckResult {
    let only = Only { members: only, beside };
    let mut result = run(db, env, check, only, false, &mut |_, _| {});
    if result.verdicts.iter().any(|(_, failed)| *failed > 0) {
        // Once more, to see where what was read is written: most checks hold, and pay nothing for this.
        let steps = result.steps;
        result = run(db, env, check, only, true, &mut |_, _| {});
        result.steps = steps;
    }
    result
}

/// What the loops bound, in words.
fn binding_text(frame: &Frame<'_>) -> String {
    frame.locals.iter().map(ivs_value::display).collect::<Vec<_>>().join(", ")
}

/// What does not hold of a check, or of a part of it, without a word about it: each requirement with its binding, as in
/// [`CheckFinding`].
pub(crate) fn failing(
    db: &dyn Db,
    env: Env,
    check: ItemId,
    only: Option<&[Value]>,
    beside: Option<SourceFile>,
) -> BTreeSet<(u32, String)> {
    let mut failures = BTreeSet::new();
    let only = Only { members: only, beside };
    run(db, env, check, only, false, &mut |require, frame| {
        failures.insert((require, binding_text(frame)));
    });
    failures
}

/// Of which bindings a check is decided.
#[derive(Clone, Copy)]
struct Only<'a> {
    /// The declarations with which they begin; all where none are told.
    members: Option<&'a [Value]>,
    /// The file whose declarations are read as wholes.
    beside: Option<SourceFile>,
}

fn run<'db>(
    db: &'db dyn Db,
    env: Env,
    check: ItemId,
    only: Only<'_>,
    explain: bool,
    failed: &mut dyn FnMut(u32, &Frame<'_>),
) -> CheckResult {
    let ir = body(db, check);
    let Some(c) = &ir.check else { return CheckResult::default() };
    let Some(block) = ir.blocks.get(c.block as usize) else { return CheckResult::default() };
    let mut m = Machine::detached(db, env, check);
    m.beside = only.beside.map(Beside::new);
    if explain {
        m.origins = Some(Vec::new());
    }
    let mut result =
        CheckResult { verdicts: vec![(0, 0); block.requires.len()].into(), ..CheckResult::default() };
    let mut frame = Frame::of(ir, check);
    let mut full = false;
    let mut binding = |m: &mut Machine<'db>, f: &mut Frame<'db>| {
        result.steps += u64::from(std::mem::take(&mut m.steps));
        let contrib = m.add_contrib(Contrib {
            body: f.body,
            item: check,
            block: c.block,
            node: u32::MAX,
            self_node: u32::MAX,
            parent: None,
            locals: f.locals.clone().into(),
        });
        let mut unknown = false;
        for (i, r) in block.requires.iter().enumerate() {
            let Some(mut frame) = m.frame(contrib) else { continue };
            let verdict = m.eval(&mut frame, r.cond);
            result.steps += u64::from(std::mem::take(&mut m.steps));
            let Some(count) = result.verdicts.get_mut(i) else { continue };
            match verdict {
                Value::Bool(true) => count.0 += 1,
                Value::Bool(false) => {
                    count.1 += 1;
                    failed(i as u32, &frame);
                    if explain {
                        result.findings.extend(finding(m, contrib, &mut frame, r, i));
                    }
                    m.steps = 0;
                }
                _ => unknown = true,
            }
        }
        result.undecided += u32::from(unknown);
        // The values of this binding's `let`s are of no more use.
        m.lets.clear();
        m.contribs.clear();
        m.nodes.clear();
        full = result.steps > MAX_CHECK_STEPS;
        !full
    };
    let sound = match only.members {
        None => m.each(&mut frame, &c.clauses, &mut binding),
        Some(members) => m.each_from(&mut frame, &c.clauses, members, &mut binding),
    };
    result.steps += u64::from(m.steps);
    result.undecided += u32::from(!sound);
    result.diagnostics = m.diagnostics;
    if full {
        result.diagnostics.push(too_many_steps(db, check));
    }
    result
}

/// The report of the limit of checks.
pub fn too_many_steps(db: &dyn Db, check: ItemId) -> ItemDiagnostic {
    let place = Place { of: check, span: source_map(db, check).name };
    Diagnostic {
        code: code::LIMIT_CHECKS,
        severity: Severity::Error,
        message: format!("the checks of an environment take more than {MAX_CHECK_STEPS} steps"),
        primary: Label { place, text: "the limit was reached in this check".into() },
        labels: Vec::new(),
        help: vec![
            "loops within loops multiply: name what belongs together with a reference or a map".into(),
        ],
        fixes: Vec::new(),
    }
}

fn finding<'db>(
    m: &mut Machine<'db>,
    contrib: u32,
    frame: &mut Frame<'db>,
    r: &RequireIr,
    ordinal: usize,
) -> Option<CheckFinding> {
    let db = m.db;
    let check = frame.item;
    // The nearest declaration that a loop bound, or whose part it bound.
    let mut binders: Vec<Inst> = Vec::new();
    for (slot, value) in frame.locals.iter().enumerate() {
        let inst = match value {
            Value::Ref(r) => Some(inst_of(r)),
            _ => m.origins.as_ref().and_then(|o| o.get(slot)?.as_ref().map(|o| o.inst)),
        };
        binders.extend(inst);
    }
    let said = m.explained(contrib, r)?;
    let mut labels = said.at;
    m.labels(&said.reads, &binders, &mut labels);
    let written = labels.first().is_some_and(|l| l.place.of.file(db).own(db));
    if !written && let Some(inst) = binders.iter().rev().find(|i| i.decl(db).file(db).own(db)) {
        let decl = inst.decl(db);
        let place = Place { of: decl, span: source_map(db, decl).name };
        labels.insert(0, Label { place, text: "does not fulfil it".into() });
    }
    let message = match said.message {
        Some(text) => text,
        None => {
            let subject = binders.last().map(|i| inst_name(db, *i));
            let condition = shown(m, frame, r.cond);
            match subject {
                Some(name) => format!("`{name}` breaks `{}`: {condition}", check.key(db).name),
                None => format!("`{}` does not hold: {condition}", check.key(db).name),
            }
        }
    };
    let span = frame.span(db, r.cond);
    let condition = Label { place: Place { of: check, span }, text: "required here".into() };
    let diagnostic =
        conclude(check_code(db, check), r.severity, message, labels, condition, said.help, said.fixes);
    let mut about: Vec<ItemId> = binders.iter().map(|i| i.decl(db)).collect();
    about.dedup();
    let (require, about) = (ordinal as u32, about.into());
    Some(CheckFinding { check, require, binding: binding_text(frame), about, diagnostic })
}

/// A condition that does not hold, with its values: "`a >= b` is `1 >= 2`".
pub(crate) fn shown<'db>(m: &mut Machine<'db>, f: &mut Frame<'db>, cond: ExprId) -> String {
    let mut at = cond;
    let ir = f.body;
    // Of several that have to hold, the first that does not.
    while let Some(TExpr::Binary { op: BinaryOp::And, left, right }) = ir.exprs.get(at as usize) {
        at = if m.eval(f, *left) == Value::Bool(false) { *left } else { *right };
    }
    let text = m.written(f, at);
    let Some(TExpr::Binary { op, left, right }) = ir.exprs.get(at as usize) else {
        return format!("`{text}` is false");
    };
    use BinaryOp as B;
    if !matches!(op, B::Eq | B::Ne | B::Lt | B::Le | B::Gt | B::Ge | B::In | B::Matches) {
        return format!("`{text}` is false");
    }
    let sign = op.spelling();
    let (a, b) = (m.eval(f, *left), m.eval(f, *right));
    format!("`{text}` is `{} {sign} {}`", ivs_value::display(&a), ivs_value::display(&b))
}
