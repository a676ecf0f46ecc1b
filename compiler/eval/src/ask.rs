//! What a test asks, answered beside the test's own declarations.

use crate::check::shown;
use crate::inst::{Env, Inst};
use crate::machine::{Frame, Machine};
use crate::provenance::provenance;
use ivs_grammar::ast::Span;
use ivs_model::ir::AskIr;
use ivs_model::{body, code, source_map};
use ivs_source::{Db, Diagnostic, ItemDiagnostic, ItemId, Label, Place, Severity};
use ivs_value::Value;
use smol_str::SmolStr;

/// An answer, or what is left to compare with what was found.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Answer {
    /// An assertion that holds.
    Holds,
    /// An assertion that does not, or that could not be decided.
    Fails(ItemDiagnostic),
    /// An expectation.
    Expects(Expectation),
}

/// `expect not CHECK at PLACE`
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Expectation {
    /// Whether it must not be found.
    pub not: bool,
    /// The name of a check, or a code.
    pub what: SmolStr,
    /// Where it is expected, if that matters: as written, and the places that are meant.
    pub at: Option<(String, Vec<Place<ItemId>>)>,
    /// Where the test says so.
    pub place: Place<ItemId>,
}

/// Answers what a test asks; and what went wrong in the questions themselves.
pub fn ask(db: &dyn Db, env: Env, test: ItemId) -> (Vec<Answer>, Vec<ItemDiagnostic>) {
    let ir = body(db, test);
    let Some(asked) = &ir.test else { return Default::default() };
    let mut m = Machine::detached(db, env, test);
    let mut out = Vec::new();
    for ask in &asked.asks {
        let mut frame = Frame::of(ir, test);
        m.steps = 0;
        match ask {
            AskIr::Assert(cond) => out.push(match m.eval(&mut frame, *cond) {
                Value::Bool(true) => Answer::Holds,
                verdict => Answer::Fails(failed(&mut m, &mut frame, *cond, &verdict)),
            }),
            AskIr::Expect { not, what, at, mark } => {
                let span = source_map(db, test).marks.get(*mark as usize).copied().unwrap_or_default();
                let at = at.map(|e| (m.written(&frame, e), places(&mut m, &mut frame, e)));
                let place = Place { of: test, span };
                out.push(Answer::Expects(Expectation { not: *not, what: what.clone(), at, place }));
            }
        }
    }
    (out, m.diagnostics)
}

fn failed<'db>(m: &mut Machine<'db>, f: &mut Frame<'db>, cond: u32, verdict: &Value) -> ItemDiagnostic {
    m.reads = Some(Vec::new());
    let quiet = std::mem::replace(&mut m.quiet, true);
    m.eval(f, cond);
    m.quiet = quiet;
    let reads = m.reads.take().unwrap_or_default();
    let asserted =
        Label { place: Place { of: f.item, span: f.span(m.db, cond) }, text: "asserted here".into() };
    let mut diagnostic = Diagnostic {
        code: code::NOT_DECIDED,
        severity: Severity::Error,
        message: format!("`{}` could not be decided", m.written(f, cond)),
        primary: Label { text: "a value that it reads failed".into(), ..asserted.clone() },
        labels: Vec::new(),
        help: Vec::new(),
        fixes: Vec::new(),
    };
    if *verdict == Value::Bool(false) {
        diagnostic.code = code::ASSERT_FAILED;
        diagnostic.message = shown(m, f, cond);
        diagnostic.primary = Label { text: "does not hold".into(), ..asserted };
        m.labels(&reads, &[], &mut diagnostic.labels);
        diagnostic.labels.truncate(6);
    }
    diagnostic
}

/// The places that a path means: every layer that sets it, else the nearest block around, else the whole declaration.
fn places<'db>(m: &mut Machine<'db>, f: &mut Frame<'db>, e: u32) -> Vec<Place<ItemId>> {
    let Some(origin) = m.origin_of(f, e) else { return Vec::new() };
    let origin = m.home_of(&origin);
    let mut path = &origin.path[..];
    while let Some((_, front)) = path.split_last() {
        let links = provenance(m.db, m.env, origin.inst, path);
        if !links.is_empty() {
            return links.into_iter().map(|l| l.place).collect();
        }
        path = front;
    }
    vec![Place { of: origin.inst.decl(m.db), span: Span::new(0, u32::MAX) }]
}

/// The requirements of kinds, structs and bodies that a declaration meets, each with its verdict.
pub fn covered(db: &dyn Db, env: Env, inst: Inst) -> Vec<(ItemId, u32, bool)> {
    let mut machine = Machine::of(db, env, inst);
    machine.covered = Some(Vec::new());
    machine.whole(0);
    machine.covered.unwrap_or_default()
}
