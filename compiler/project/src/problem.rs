//! Collecting what is wrong with a package, as diagnostics over the files concerned.

use crate::{CONFIG_FILE, codes};
use ivs_grammar::ast::Span;
use ivs_source::{Diagnostic, Label, Place, Severity};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// A file that a diagnostic points into.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct FileText {
    /// Relative to the package root, or as the user gave it.
    pub path: String,
    /// As far as it could be read; empty if there is nothing to show.
    pub text: Arc<str>,
}

/// Why a package could not be read.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Failure {
    /// The package's folder, which the files' paths are relative to; `None` if none was found.
    pub root: Option<PathBuf>,
    /// What the diagnostics' places count.
    pub files: Vec<FileText>,
    /// At least one error; sorted by file and position.
    pub diagnostics: Vec<Diagnostic<u32>>,
}

/// Problems under collection.
#[derive(Default)]
pub(crate) struct Problems {
    files: Vec<FileText>,
    diagnostics: Vec<Diagnostic<u32>>,
}

/// An error at a place.
pub(crate) fn error(code: &'static str, file: u32, span: Span, message: String) -> Diagnostic<u32> {
    Diagnostic {
        code,
        severity: Severity::Error,
        message,
        primary: Label { place: Place { of: file, span }, text: String::new() },
        labels: Vec::new(),
        help: Vec::new(),
        fixes: Vec::new(),
    }
}

impl Problems {
    /// Whether nothing is wrong.
    pub(crate) fn is_empty(&self) -> bool {
        self.diagnostics.is_empty()
    }

    /// How many there are.
    pub(crate) fn count(&self) -> usize {
        self.diagnostics.len()
    }

    /// Takes over what is wrong with a package that lies in `folder`, relative to this one.
    pub(crate) fn absorb(&mut self, folder: &str, other: Problems) {
        let shown = |f: &FileText| format!("{}/{}", folder.trim_end_matches('/'), f.path);
        let files: Vec<u32> = other.files.iter().map(|f| self.file(&shown(f), &f.text)).collect();
        let moved = |place: &mut Place<u32>| {
            place.of = files.get(place.of as usize).copied().unwrap_or_default();
        };
        for mut d in other.diagnostics {
            moved(&mut d.primary.place);
            d.labels.iter_mut().for_each(|l| moved(&mut l.place));
            d.fixes.iter_mut().flat_map(|f| &mut f.edits).for_each(|e| moved(&mut e.place));
            self.diagnostics.push(d);
        }
    }

    /// The index of a file to point into.
    pub(crate) fn file(&mut self, path: &str, text: &Arc<str>) -> u32 {
        let found = self.files.iter().position(|f| f.path == path);
        let index = found.unwrap_or_else(|| {
            self.files.push(FileText { path: path.to_owned(), text: Arc::clone(text) });
            self.files.len() - 1
        });
        u32::try_from(index).unwrap_or(u32::MAX)
    }

    /// Adds a finding.
    pub(crate) fn push(&mut self, diagnostic: Diagnostic<u32>) {
        self.diagnostics.push(diagnostic);
    }

    /// Adds an error about a file as a whole.
    pub(crate) fn about(&mut self, code: &'static str, path: &str, message: String, help: &str) {
        let file = self.file(path, &Arc::from(""));
        let mut found = error(code, file, Span::default(), message);
        if !help.is_empty() {
            found.help.push(help.to_owned());
        }
        self.push(found);
    }

    /// All of them, sorted.
    pub(crate) fn into_failure(mut self) -> Failure {
        let files = &self.files;
        let path = |d: &Diagnostic<u32>| files.get(d.primary.place.of as usize).map(|f| f.path.clone());
        self.diagnostics.sort_by_cached_key(|d| (path(d), d.primary.place.span, d.code));
        Failure { root: None, files: self.files, diagnostics: self.diagnostics }
    }
}

/// `start` cannot be opened at all.
pub(crate) fn unreadable(start: &Path, cause: &std::io::Error) -> Failure {
    let shown = start.display().to_string();
    let mut problems = Problems::default();
    problems.about(codes::UNREADABLE, &shown, format!("`{shown}` cannot be read: {}", reason(cause)), "");
    problems.into_failure()
}

/// No folder at or above `start` is a package.
pub(crate) fn no_package(start: &Path) -> Failure {
    let shown = start.display().to_string();
    let mut problems = Problems::default();
    let place = if shown == "." { "this folder".to_owned() } else { format!("`{shown}`") };
    let message = format!("there is no `{CONFIG_FILE}` in {place} or in one above it");
    problems.about(
        codes::NO_PACKAGE,
        &shown,
        message,
        "make a package with `ivs new NAME`, or give the path of one",
    );
    problems.into_failure()
}

/// The system's words for an error, the same on every locale, without its number.
pub(crate) fn reason(cause: &std::io::Error) -> String {
    use std::io::ErrorKind as K;
    match cause.kind() {
        K::NotFound => "it does not exist".to_owned(),
        K::PermissionDenied => "permission denied".to_owned(),
        K::IsADirectory => "it is a folder".to_owned(),
        kind => kind.to_string(),
    }
}
