//! The compiler behind the command, in the command's terms.

use crate::args::Global;
use crate::command::prefix;
use crate::render::{Findings, SourceFile};
use ivs_grammar::ast::SyntaxError;
use ivs_project::{Failure, Project};
use ivs_source::{Diagnostic, Edit, Fix, Label, Place, Severity};

pub use ivs_driver::Session;

/// A session over a package.
pub fn session(project: &Project, global: &Global) -> Session {
    // 0 stands for one per processor.
    let threads = global.threads.map_or(0, usize::from);
    Session::of(project, threads).once()
}

/// Files as a person in the current folder would name them.
pub fn files(files: Vec<ivs_driver::ReportFile>, project: &Project) -> Vec<SourceFile> {
    let prefix = prefix(&project.root);
    // The first word of the path is the package's name.
    let elsewhere = |path: &str| {
        let (name, rest) = path.split_once('/')?;
        let dependency = project.dependencies.iter().find(|d| d.name == name)?;
        Some(format!("{}{rest}", self::prefix(&dependency.root)))
    };
    let file = |f: ivs_driver::ReportFile| {
        let path = match (f.library, f.dependency) {
            (true, _) => f.path,
            (_, true) => elsewhere(&f.path).unwrap_or(f.path),
            // What is tried stands in no file.
            _ if f.path.starts_with(ivs_driver::TRIED) => f.path,
            _ => format!("{prefix}{}", f.path),
        };
        SourceFile::new(path, f.text, f.library)
    };
    files.into_iter().map(file).collect()
}

/// What the compiler found.
pub fn findings(report: ivs_driver::Report, project: &Project) -> Findings {
    let mut findings = Findings::new(files(report.files, project), report.diagnostics);
    findings.undecided = report.undecided;
    findings.checks = report.checks;
    findings
}

/// What reading the package found. A path that is not of the package's own is shown as it is.
pub fn failure(failure: Failure, prefix: &str) -> Findings {
    let file =
        |f: ivs_project::FileText| SourceFile::new(tidy(&format!("{prefix}{}", f.path)), f.text, false);
    Findings::new(failure.files.into_iter().map(file).collect(), failure.diagnostics)
}

/// `shop/../shared/ivs.toml` as `shared/ivs.toml`.
fn tidy(path: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            ".." if parts.last().is_some_and(|p| !matches!(*p, ".." | "")) => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    parts.join("/")
}

/// A syntax error of a file, which the findings have at index `of`.
pub fn syntax(e: SyntaxError, of: u32) -> Diagnostic<u32> {
    let place = |span| Place { of, span };
    let edit = |(span, text)| Edit { place: place(span), text };
    Diagnostic {
        code: e.code,
        severity: Severity::Error,
        message: e.message,
        primary: Label { place: place(e.span), text: e.label },
        labels: Vec::new(),
        help: e.help.into_iter().collect(),
        fixes: e
            .fix
            .into_iter()
            .map(|f| Fix { title: f.title, edits: f.edits.into_iter().map(edit).collect() })
            .collect(),
    }
}
