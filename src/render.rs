//! Findings and how they are shown.

mod fix;
mod human;
mod json;
pub mod junit;
mod short;
mod source;

pub use json::{Built, Document};
pub use source::SourceFile;

use crate::args::Format;
use crate::exit::Exit;
use crate::terminal::{Style, Terminal};
use ivs_source::{Diagnostic, Severity};

/// More findings than this help nobody.
pub const MAX_SHOWN: usize = 1_000;

/// What was found, over the files concerned.
#[derive(Default)]
pub struct Findings {
    files: Vec<SourceFile>,
    /// Sorted by file, position, code.
    list: Vec<Diagnostic<u32>>,
    /// Bindings of checks that could not be decided.
    pub undecided: usize,
    /// Codes of checks, with their qualified names.
    pub checks: Vec<(&'static str, String)>,
}

/// How many of each severity.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, serde::Serialize)]
pub struct Counts {
    errors: usize,
    warnings: usize,
    infos: usize,
    not_decided: usize,
}

impl Findings {
    /// Sorts. Places that point nowhere are tolerated, and shown without an excerpt.
    pub fn new(files: Vec<SourceFile>, mut list: Vec<Diagnostic<u32>>) -> Findings {
        let rank = |d: &Diagnostic<u32>| {
            let file = files.get(d.primary.place.of as usize);
            (file.map(|f| (f.library, f.path.as_str())), d.primary.place.span, d.code)
        };
        list.sort_by(|a, b| rank(a).cmp(&rank(b)));
        Findings { files, list, ..Findings::default() }
    }

    /// How many of each severity.
    pub fn counts(&self) -> Counts {
        let of = |severity| self.list.iter().filter(|d| d.severity == severity).count();
        Counts {
            errors: of(Severity::Error),
            warnings: of(Severity::Warning),
            infos: of(Severity::Info),
            not_decided: self.undecided,
        }
    }

    /// Whether there is anything.
    pub fn any(&self) -> bool {
        !self.list.is_empty()
    }

    /// Whether there is an error.
    pub fn failed(&self) -> bool {
        self.list.iter().any(|d| d.severity == Severity::Error)
    }

    /// What the findings alone make of the command.
    pub fn exit(&self) -> Exit {
        let errors = || self.list.iter().filter(|d| d.severity == Severity::Error).map(|d| d.code);
        if errors().any(|c| matches!(c, ivs_project::codes::UNREADABLE | ivs_project::codes::FETCH_FAILED)) {
            Exit::Io
        } else if errors().any(|c| c == ivs_project::codes::NO_PACKAGE) {
            Exit::Usage
        } else if errors().any(|c| c.starts_with("IVS41")) {
            Exit::Limit
        } else if errors().next().is_some() {
            Exit::Diagnostics
        } else {
            Exit::Done
        }
    }

    fn file(&self, index: u32) -> Option<&SourceFile> {
        self.files.get(index as usize)
    }

    /// What is shown, in order, and how many more there are. Errors are the last to be left out.
    fn shown(&self, terminal: &Terminal) -> (Vec<&Diagnostic<u32>>, usize) {
        let wanted = |severity| match severity {
            Severity::Error => true,
            Severity::Warning => !terminal.quiet,
            Severity::Info => terminal.verbose || terminal.format == Format::Json,
        };
        let mut kept: Vec<_> = self.list.iter().enumerate().filter(|(_, d)| wanted(d.severity)).collect();
        let omitted = kept.len().saturating_sub(MAX_SHOWN);
        if omitted > 0 {
            kept.sort_by_key(|(at, d)| (d.severity, *at));
            kept.truncate(MAX_SHOWN);
            kept.sort_by_key(|(at, _)| *at);
        }
        (kept.into_iter().map(|(_, d)| d).collect(), omitted)
    }

    /// Shows everything but the closing line, unless as JSON, which is one document of its own.
    pub fn show(&self, terminal: &mut Terminal) {
        let (shown, omitted) = self.shown(terminal);
        match terminal.format {
            Format::Json | Format::Junit | Format::Dot | Format::Mermaid | Format::Html => return,
            Format::Short => {
                let lines: String = shown.iter().map(|d| short::line(self, d)).collect();
                terminal.out(&lines);
            }
            Format::Human if shown.is_empty() => {}
            Format::Human => {
                let text = human::render(self, &shown, terminal.color);
                terminal.tell(&text);
            }
        }
        if omitted > 0 {
            terminal.status(&format!("… and {omitted} more, not shown"));
        }
    }

    /// `2 errors, 1 warning`, where there are any.
    pub fn summary(&self, terminal: &Terminal) -> Option<String> {
        let Counts { errors, warnings, not_decided, .. } = self.counts();
        let part = |n: usize, word: &str, style| match n {
            0 => None,
            1 => Some(terminal.paint(style, &format!("1 {word}"))),
            _ => Some(terminal.paint(style, &format!("{n} {word}s"))),
        };
        let open = match not_decided {
            0 => None,
            1 => Some("1 check not decided".to_owned()),
            n => Some(format!("{n} checks not decided")),
        };
        let parts = [part(errors, "error", Style::Error), part(warnings, "warning", Style::Warning), open];
        let text = parts.into_iter().flatten().collect::<Vec<_>>().join(", ");
        (!text.is_empty()).then_some(text)
    }

    /// Shows everything and closes with the summary.
    pub fn show_all(&self, terminal: &mut Terminal) {
        self.show(terminal);
        if let Some(summary) =
            self.summary(terminal).filter(|_| !terminal.quiet && terminal.format != Format::Json)
        {
            terminal.tell(&format!("{summary}\n"));
        }
    }
}

/// The word for a severity.
pub fn severity_word(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Info => "note",
    }
}
