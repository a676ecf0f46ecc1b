//! Diagnostics as values; rendering is elsewhere.
use ivs_grammar::ast::Span;
use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

/// How bad a finding is.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash, PartialOrd, Ord)]
pub enum Severity {
    /// Nothing is emitted.
    Error,
    /// Shown, and outputs are written.
    Warning,
    /// Shown on request.
    Info,
}

/// A place in a source file. Item-relative while inside the engine, so that an edit above moves nothing;
/// [`Place::file`] and absolute bytes once it leaves the driver.
#[derive(Clone, PartialEq, Eq, Debug, Hash, PartialOrd, Ord)]
pub struct Place<L = u32> {
    /// What `span` is relative to: an item inside the engine, a file (index into the report's files) outside.
    pub of: L,
    /// Bytes.
    pub span: Span,
}

/// A place and what is to be said about it.
#[derive(Clone, PartialEq, Eq, Debug, Hash)]
pub struct Label<L> {
    /// Where.
    pub place: Place<L>,
    /// What stands beside the underline; may be empty.
    pub text: String,
}

/// A replacement of text.
#[derive(Clone, PartialEq, Eq, Debug, Hash)]
pub struct Edit<L> {
    /// What is replaced; empty to insert.
    pub place: Place<L>,
    /// The new text.
    pub text: String,
}

/// Edits that belong together and mend the finding.
#[derive(Clone, PartialEq, Eq, Debug, Hash)]
pub struct Fix<L> {
    /// "write `70%`"
    pub title: String,
    /// Disjoint.
    pub edits: Vec<Edit<L>>,
}

/// A finding.
#[derive(Clone, PartialEq, Eq, Debug, Hash)]
pub struct Diagnostic<L> {
    /// `IVS1103`.
    pub code: &'static str,
    /// How bad it is.
    pub severity: Severity,
    /// The headline: one sentence, no full stop, names in backquotes.
    pub message: String,
    /// The deciding place.
    pub primary: Label<L>,
    /// Every other value involved, with value and origin.
    pub labels: Vec<Label<L>>,
    /// What to do.
    pub help: Vec<String>,
    /// Edits known to work.
    pub fixes: Vec<Fix<L>>,
}

/// The one copy of a code. The codes of phases are constants; those of checks are made by packages, and there are few.
pub fn intern_code(text: &str) -> &'static str {
    static CODES: Mutex<BTreeSet<&'static str>> = Mutex::new(BTreeSet::new());
    let mut codes = CODES.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(code) = codes.get(text) {
        return code;
    }
    let code: &'static str = Box::leak(text.into());
    codes.insert(code);
    code
}
