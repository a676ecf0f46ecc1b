//! How deep values depend on each other.
//!
//! Evaluation recurses along what formulas read, through declarations and their memoised values, so a chain of values
//! takes as much stack as it is long. The depth of a value is counted from what it reads, not from who asked first:
//! a memoised value keeps its height, and a reader adds it to its own depth. So whether a package is too deep depends
//! on its sources alone, not on the order of evaluation or on the number of threads.

use ivs_model::code;
use ivs_source::{Diagnostic, ItemDiagnostic, ItemId, Label, Place, Severity};
use std::cell::{Cell, RefCell};

/// Formulas that may wait for each other. At most some 30 kB of stack each, without optimisation.
pub const MAX_DEPTH: u32 = 10_000;

thread_local! {
    /// Formulas under way on this thread.
    static DEPTH: Cell<u32> = const { Cell::new(0) };
    /// The greatest depth that the query under way has met, counting what memoised values needed.
    static HEIGHT: Cell<u32> = const { Cell::new(0) };
    /// The first place on this thread where the limit was met.
    static EXCEEDED: RefCell<Option<ItemDiagnostic>> = const { RefCell::new(None) };
}

/// A formula under way.
pub(crate) struct Level(());

impl Level {
    /// `None` at the limit.
    pub fn enter() -> Option<Level> {
        let depth = DEPTH.get() + 1;
        if depth > MAX_DEPTH {
            return None;
        }
        DEPTH.set(depth);
        HEIGHT.set(HEIGHT.get().max(depth));
        Some(Level(()))
    }
}

impl Drop for Level {
    fn drop(&mut self) {
        DEPTH.set(DEPTH.get().saturating_sub(1));
    }
}

/// Gives back the height of the query around, also if this one is given up.
struct Around(u32);

impl Drop for Around {
    fn drop(&mut self) {
        HEIGHT.set(HEIGHT.get().max(self.0));
    }
}

/// Runs a query, and says how deep what it reads is.
pub(crate) fn measured<R>(f: impl FnOnce() -> R) -> (R, u32) {
    let (base, _around) = (DEPTH.get(), Around(HEIGHT.replace(DEPTH.get())));
    let result = f();
    (result, HEIGHT.get().saturating_sub(base))
}

/// Whether a value of a height, memoised or not, may be read here.
pub(crate) fn may_read(height: u32) -> bool {
    let depth = DEPTH.get().saturating_add(height);
    HEIGHT.set(HEIGHT.get().max(depth.min(MAX_DEPTH)));
    depth <= MAX_DEPTH
}

/// Notes the first place that is too deep.
pub(crate) fn exceeded(of: ItemId, span: ivs_grammar::ast::Span) {
    EXCEEDED.with_borrow_mut(|first| {
        first.get_or_insert_with(|| Diagnostic {
            code: code::LIMIT_DEPTH,
            severity: Severity::Error,
            message: format!("values depend on each other more than {MAX_DEPTH} deep"),
            primary: Label { place: Place { of, span }, text: "the limit was reached here".into() },
            labels: Vec::new(),
            help: vec![
                "compute what is far apart from a list or a family, not each value from the one before"
                    .into(),
            ],
            fixes: Vec::new(),
        });
    });
}

/// The first place on this thread that was too deep, since this was asked before. Values that depend on it are
/// unknown without a report, and stay so in the database: who gets an answer here begins anew, on one thread.
pub fn take_exceeded() -> Option<ItemDiagnostic> {
    EXCEEDED.take()
}
