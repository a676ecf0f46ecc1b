//! The JSON document: version 1, described in `docs/json.md`. Fields may be added; none changes its meaning.

use super::{Counts, Findings, severity_word};
use crate::exit::Exit;
use crate::terminal::{Terminal, harmful};
use ivs_driver::{Applied, Coverage, Outcome};
use ivs_grammar::ast::Span;
use ivs_source::{Diagnostic, Place};
use serde::Serialize;
use std::borrow::Cow;

/// The version of the document.
const VERSION: u32 = 1;

/// What a command prints with `--format json`.
#[derive(Serialize)]
pub struct Document<'a> {
    version: u32,
    command: &'a str,
    exit: u8,
    summary: Counts,
    diagnostics: Vec<Finding<'a>>,
    omitted: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    failure: Option<Trouble>,
    #[serde(skip_serializing_if = "Option::is_none")]
    build: Option<Built>,
    #[serde(skip_serializing_if = "Option::is_none")]
    drift: Option<Vec<Difference>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    fixed: Option<Vec<Fixed<'a>>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tests: Option<Vec<TestResult<'a>>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    coverage: Option<Vec<Covered<'a>>>,
}

/// A fix that was applied.
#[derive(Serialize)]
struct Fixed<'a> {
    path: String,
    line: usize,
    code: &'a str,
    title: &'a str,
}

/// What became of a test.
#[derive(Serialize)]
struct TestResult<'a> {
    name: &'a str,
    environment: Option<&'a str>,
    path: &'a str,
    line: usize,
    passed: bool,
    diagnostics: Vec<Finding<'a>>,
}

/// What the tests saw of a requirement.
#[derive(Serialize)]
struct Covered<'a> {
    of: &'a str,
    path: String,
    line: usize,
    condition: &'a str,
    failing: bool,
    holding: bool,
}

/// An error that has no place in the sources.
#[derive(Serialize)]
struct Trouble {
    code: &'static str,
    message: String,
    help: Vec<String>,
}

/// What a build did.
#[derive(Serialize)]
pub struct Built {
    pub environment: Option<String>,
    pub folder: String,
    pub files: usize,
    pub created: usize,
    pub changed: usize,
    pub removed: usize,
    pub unchanged: usize,
    pub foreign: Vec<String>,
}

/// A file that is not as it would be written.
#[derive(Serialize)]
struct Difference {
    path: String,
    difference: String,
}

#[derive(Serialize)]
struct Finding<'a> {
    code: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    check: Option<&'a str>,
    severity: &'static str,
    message: &'a str,
    label: &'a str,
    place: Option<Where<'a>>,
    labels: Vec<Labelled<'a>>,
    help: &'a [String],
    fixes: Vec<Repair<'a>>,
}

#[derive(Serialize)]
struct Labelled<'a> {
    text: &'a str,
    place: Option<Where<'a>>,
}

#[derive(Serialize)]
struct Repair<'a> {
    title: &'a str,
    edits: Vec<Replacement<'a>>,
}

#[derive(Serialize)]
struct Replacement<'a> {
    place: Option<Where<'a>>,
    text: &'a str,
}

#[derive(Serialize)]
struct Where<'a> {
    path: &'a str,
    library: bool,
    start: Position,
    end: Position,
}

#[derive(Serialize)]
struct Position {
    byte: usize,
    line: usize,
    column: usize,
}

impl<'a> Document<'a> {
    pub fn new(command: &'a str, findings: &'a Findings, exit: Exit, terminal: &Terminal) -> Document<'a> {
        let (shown, omitted) = findings.shown(terminal);
        Document {
            version: VERSION,
            command,
            exit: exit as u8,
            summary: findings.counts(),
            diagnostics: shown.into_iter().map(|d| finding(findings, d)).collect(),
            omitted,
            failure: None,
            build: None,
            drift: None,
            fixed: None,
            tests: None,
            coverage: None,
        }
    }

    /// Adds the fixes that were applied; `prefix` leads to the package.
    pub fn fixed(mut self, applied: &'a [Applied], prefix: &str) -> Self {
        let one = |a: &'a Applied| Fixed {
            path: format!("{prefix}{}", a.path),
            line: a.line,
            code: a.code,
            title: &a.title,
        };
        self.fixed = Some(applied.iter().map(one).collect());
        self
    }

    /// What testing a package found.
    pub fn tests(
        results: &'a [(Outcome, Findings)],
        coverage: &'a [Coverage],
        prefix: &str,
        exit: Exit,
    ) -> Document<'a> {
        let mut summary = Counts::default();
        let mut tests = Vec::with_capacity(results.len());
        for (outcome, findings) in results {
            let counts = findings.counts();
            summary.errors += counts.errors;
            summary.warnings += counts.warnings;
            tests.push(TestResult {
                name: &outcome.name,
                environment: outcome.environment.as_deref(),
                path: &outcome.path,
                line: outcome.line,
                passed: !findings.any(),
                diagnostics: findings.list.iter().map(|d| finding(findings, d)).collect(),
            });
        }
        let covered = |c: &'a Coverage| Covered {
            of: &c.of,
            path: format!("{prefix}{}", c.path),
            line: c.line,
            condition: &c.condition,
            failing: c.failing,
            holding: c.holding,
        };
        Document {
            version: VERSION,
            command: "test",
            exit: exit as u8,
            summary,
            diagnostics: Vec::new(),
            omitted: 0,
            failure: None,
            build: None,
            drift: None,
            fixed: None,
            tests: Some(tests),
            coverage: Some(coverage.iter().map(covered).collect()),
        }
    }

    /// Adds what went wrong outside of the sources.
    pub fn failed(mut self, code: &'static str, message: String, help: Vec<String>) -> Self {
        self.failure = Some(Trouble { code, message, help });
        self
    }

    pub fn built(mut self, built: Built) -> Self {
        self.build = Some(built);
        self
    }

    /// Adds paths with what is wrong with each.
    pub fn drifted(mut self, files: Vec<(String, String)>) -> Self {
        self.drift =
            Some(files.into_iter().map(|(path, difference)| Difference { path, difference }).collect());
        self
    }

    pub fn print(&self, terminal: &mut Terminal) {
        // Strings and numbers only: this cannot fail.
        let text = serde_json::to_string_pretty(self).unwrap_or_default();
        terminal.out(&format!("{}\n", escape(&text)));
    }
}

/// JSON itself leaves alone what only terminals obey. All of it is inside of strings.
fn escape(text: &str) -> Cow<'_, str> {
    if !text.chars().any(harmful) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if harmful(c) { out.push_str(&format!("\\u{:04x}", c as u32)) } else { out.push(c) }
    }
    Cow::Owned(out)
}

fn finding<'a>(findings: &'a Findings, d: &'a Diagnostic<u32>) -> Finding<'a> {
    let at = |place: &Place<u32>| locate(findings, place);
    Finding {
        code: d.code,
        check: match d.code.contains('.') {
            true => Some(d.code),
            false => findings.checks.iter().find(|(code, _)| *code == d.code).map(|(_, name)| name.as_str()),
        },
        severity: severity_word(d.severity),
        message: &d.message,
        label: &d.primary.text,
        place: at(&d.primary.place),
        labels: d.labels.iter().map(|l| Labelled { text: &l.text, place: at(&l.place) }).collect(),
        help: &d.help,
        fixes: d
            .fixes
            .iter()
            .map(|f| Repair {
                title: &f.title,
                edits: f.edits.iter().map(|e| Replacement { place: at(&e.place), text: &e.text }).collect(),
            })
            .collect(),
    }
}

fn locate<'a>(findings: &'a Findings, place: &Place<u32>) -> Option<Where<'a>> {
    let file = findings.file(place.of)?;
    let Span { start, end } = place.span;
    let position = |offset| {
        let (line, column) = file.position(offset);
        Position { byte: file.clamp(offset), line, column }
    };
    Some(Where {
        path: &file.path,
        library: file.library,
        start: position(start),
        end: position(end.max(start)),
    })
}
