//! Reports: diagnostics with absolute places and the texts they point into.

use crate::database::Database;
use ivs_grammar::ast::Span;
use ivs_source::{
    DataFiles, Diagnostic, Edit, Fix, ItemDiagnostic, ItemId, Label, Origin, Place, Program, Severity,
    SourceFile, item_offset, items,
};
use rustc_hash::{FxHashMap, FxHashSet};
use std::sync::Arc;

/// A text that diagnostics point into.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ReportFile {
    /// Package-relative with `/`, `std/…`, or a dependency's name and the path in it.
    pub path: String,
    /// Its text.
    pub text: Arc<str>,
    /// Whether it belongs to the standard library.
    pub library: bool,
    /// Whether it belongs to a dependency.
    pub dependency: bool,
}

/// What was found.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Report {
    /// The files that diagnostics point into.
    pub files: Vec<ReportFile>,
    /// By file and place; places are bytes of the whole file.
    pub diagnostics: Vec<Diagnostic<u32>>,
    /// How many bindings of checks could not be decided, because a value that they read failed.
    pub undecided: usize,
    /// The names of checks whose findings carry a code: code and qualified name.
    pub checks: Vec<(&'static str, String)>,
    /// How many proposed fixes were not tried, and stand as help: none, unless that was asked for.
    pub untried: usize,
}

impl Report {
    /// Whether anything keeps outputs from being written.
    pub fn has_errors(&self) -> bool {
        self.diagnostics.iter().any(|d| d.severity == Severity::Error)
    }
}

pub(crate) struct Placer<'db> {
    db: &'db Database,
    pub(crate) files: Vec<ReportFile>,
    index: FxHashMap<SourceFile, u32>,
}

impl<'db> Placer<'db> {
    pub(crate) fn new(db: &'db Database) -> Self {
        Placer { db, files: Vec::new(), index: FxHashMap::default() }
    }

    fn file(&mut self, file: SourceFile) -> u32 {
        if let Some(i) = self.index.get(&file) {
            return *i;
        }
        let i = self.files.len() as u32;
        self.files.push(ReportFile {
            path: file.path(self.db).to_string(),
            text: file.text(self.db).clone(),
            library: file.library(self.db),
            dependency: file.origin(self.db) == Origin::Dependency,
        });
        self.index.insert(file, i);
        i
    }

    pub(crate) fn place(&mut self, p: &Place<ItemId>) -> Place<u32> {
        let offset = item_offset(self.db, p.of);
        let of = self.file(p.of.file(self.db));
        Place { of, span: Span::new(p.span.start + offset, p.span.end + offset) }
    }

    fn label(&mut self, l: &Label<ItemId>) -> Label<u32> {
        Label { place: self.place(&l.place), text: l.text.clone() }
    }
}

/// Places diagnostics; equal ones (of several environments) are one.
pub(crate) fn report(db: &Database, findings: Vec<ItemDiagnostic>) -> Report {
    report_of(db, findings, Program::get(db).files(db))
}

/// [`report`], with the syntax errors of some files only.
pub(crate) fn report_of(db: &Database, findings: Vec<ItemDiagnostic>, of: &[SourceFile]) -> Report {
    let mut placer = Placer::new(db);
    let mut out: Vec<Diagnostic<u32>> = Vec::new();
    // Files in the order of the program, so that numbers do not depend on what was found first.
    let touched: FxHashSet<SourceFile> = findings.iter().map(|d| d.primary.place.of.file(db)).collect();
    for &file in of {
        if touched.contains(&file) {
            placer.file(file);
        }
        if file.library(db) {
            continue;
        }
        for e in &items(db, file).errors {
            let of = placer.file(file);
            out.push(syntax(of, e));
        }
    }
    for entry in DataFiles::get(db).entries(db).iter() {
        if let Ok(file) = entry.text
            && touched.contains(&file)
        {
            placer.file(file);
        }
    }
    for d in findings {
        let primary = placer.label(&d.primary);
        let labels = d.labels.iter().map(|l| placer.label(l)).collect();
        let fixes = d
            .fixes
            .iter()
            .map(|f| Fix {
                title: f.title.clone(),
                edits: f
                    .edits
                    .iter()
                    .map(|e| Edit { place: placer.place(&e.place), text: e.text.clone() })
                    .collect(),
            })
            .collect();
        out.push(Diagnostic {
            code: d.code,
            severity: d.severity,
            message: d.message,
            primary,
            labels,
            help: d.help,
            fixes,
        });
    }
    let key = |d: &Diagnostic<u32>| {
        let path =
            placer.files.get(d.primary.place.of as usize).map(|f| (f.library, f.dependency, f.path.clone()));
        (path, d.primary.place.span, d.code, d.message.clone())
    };
    out.sort_by_cached_key(key);
    out.dedup();
    // What the compiler cannot judge is said once, wherever it stands.
    let mut said: Vec<String> = Vec::new();
    out.retain(|d| {
        let again = d.code == ivs_plan::UNJUDGED && said.contains(&d.message);
        if d.code == ivs_plan::UNJUDGED && !again {
            said.push(d.message.clone());
        }
        !again
    });
    Report { files: placer.files, diagnostics: out, ..Report::default() }
}

fn syntax(of: u32, e: &ivs_grammar::ast::SyntaxError) -> Diagnostic<u32> {
    let place = |span: Span| Place { of, span };
    Diagnostic {
        code: e.code,
        severity: Severity::Error,
        message: e.message.clone(),
        primary: Label { place: place(e.span), text: e.label.clone() },
        labels: Vec::new(),
        help: e.help.iter().cloned().collect(),
        fixes: e
            .fix
            .iter()
            .map(|f| Fix {
                title: f.title.clone(),
                edits: f.edits.iter().map(|(s, t)| Edit { place: place(*s), text: t.clone() }).collect(),
            })
            .collect(),
    }
}
