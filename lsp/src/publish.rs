//! Findings by file, and what stays of them while new ones are looked for.

use crate::protocol::Files;
use crate::view::View;
use ivs_driver::Report;
use ivs_grammar::ast::Span;
use std::collections::{BTreeMap, BTreeSet};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;
use tower_lsp_server::ls_types::{Diagnostic, DiagnosticSeverity, DiagnosticTag, NumberOrString, Range, Uri};

/// The most diagnostics of one file that are shown.
const MAX_SHOWN: usize = 1_000;

/// Diagnostics by address.
pub type ByFile = BTreeMap<String, (Uri, Vec<Diagnostic>)>;

/// Findings of a file that a glance at it cannot make, in the text that they were made in.
#[derive(Clone, Debug)]
pub struct Others {
    text: Arc<str>,
    found: Vec<(Span, Diagnostic)>,
}

/// A report in the protocol's terms. What is found in the library is left out: the package's author cannot mend it, and
/// every such finding has a label in the package.
pub fn by_file(view: &View, report: &Report) -> ByFile {
    let files = Files::new(view, report);
    let mut out = ByFile::new();
    for d in &report.diagnostics {
        let of = d.primary.place.of;
        if report.files.get(of as usize).is_none_or(|f| f.library) {
            continue;
        }
        let (Some(uri), Some(diagnostic)) = (files.uri(of), files.diagnostic(view, d)) else { continue };
        let (_, found) = out.entry(uri.as_str().to_owned()).or_insert_with(|| (uri.clone(), Vec::new()));
        if found.len() < MAX_SHOWN {
            found.push(diagnostic);
        }
    }
    out
}

/// Of the findings of one file, those that a glance did not make.
pub fn others(view: &View, path: &str, all: &Report, glance: &Report) -> Option<Others> {
    let of = all.files.iter().position(|f| f.path == path && !f.library && !f.dependency)?;
    let key = |d: &ivs_source::Diagnostic<u32>| (d.code, d.primary.place.span, d.message.clone());
    let seen: BTreeSet<_> = glance.diagnostics.iter().map(key).collect();
    let files = Files::new(view, all);
    let found =
        all.diagnostics.iter().filter(|d| d.primary.place.of as usize == of && !seen.contains(&key(d)));
    let found = found.filter_map(|d| Some((d.primary.place.span, files.diagnostic(view, d)?)));
    Some(Others { text: all.files.get(of)?.text.clone(), found: found.collect() })
}

/// Adds what nothing reads in the files that are open: hints, which editors show faded.
pub fn with_unread(view: &mut View, files: &mut ByFile) {
    let open: Vec<(String, Uri)> = view.open.iter().map(|(path, o)| (path.clone(), o.uri.clone())).collect();
    for (path, uri) in open {
        let found = unread(view, &path);
        if !found.is_empty() {
            files.entry(uri.as_str().to_owned()).or_insert_with(|| (uri, Vec::new())).1.extend(found);
        }
    }
}

/// What nothing reads in a file.
pub fn unread(view: &mut View, path: &str) -> Vec<Diagnostic> {
    let Some(file) = view.session.source(path) else { return Vec::new() };
    let lines = view.lines(file);
    let hint = |u: ivs_ide::Unread| Diagnostic {
        range: lines.range(u.range),
        severity: Some(DiagnosticSeverity::HINT),
        code: Some(NumberOrString::String("unread".to_owned())),
        source: Some("ivs".to_owned()),
        message: format!("nothing reads `{}`", u.name),
        tags: Some(vec![DiagnosticTag::UNNECESSARY]),
        ..Diagnostic::default()
    };
    ivs_ide::unread(view.db(), file).into_iter().map(hint).collect()
}

/// Tells lists of diagnostics apart; `None` for an empty one.
pub fn digest(found: &[Diagnostic]) -> Option<u64> {
    let mut h = DefaultHasher::new();
    let range = |r: &Range, h: &mut DefaultHasher| {
        (r.start.line, r.start.character, r.end.line, r.end.character).hash(h);
    };
    for d in found {
        range(&d.range, &mut h);
        d.message.hash(&mut h);
        let code = match &d.code {
            Some(NumberOrString::String(code)) => Some(code),
            _ => None,
        };
        // The page and the tags follow from the code.
        (
            code,
            d.severity == Some(DiagnosticSeverity::ERROR),
            d.severity == Some(DiagnosticSeverity::WARNING),
        )
            .hash(&mut h);
        for r in d.related_information.iter().flatten() {
            range(&r.location.range, &mut h);
            (r.location.uri.as_str(), &r.message).hash(&mut h);
        }
    }
    (!found.is_empty()).then(|| h.finish())
}

impl Others {
    /// What is still said after edits: findings beside what was edited, at their new places.
    pub fn still(&self, lines: &crate::position::Lines) -> Vec<Diagnostic> {
        let (old, new) = (self.text.as_bytes(), lines.text().as_bytes());
        let head = old.iter().zip(new).take_while(|(a, b)| a == b).count();
        let tail = old.iter().rev().zip(new.iter().rev()).take_while(|(a, b)| a == b).count();
        let tail = tail.min(old.len() - head).min(new.len() - head);
        let moved = |span: Span| {
            let (start, end) = (span.start as usize, span.end as usize);
            if end <= head {
                return Some((start, end));
            }
            let shift = |at: usize| (at + new.len()).checked_sub(old.len());
            (start >= old.len() - tail).then(|| Some((shift(start)?, shift(end)?))).flatten()
        };
        let one = |(span, d): &(Span, Diagnostic)| {
            let (start, end) = moved(*span)?;
            Some(Diagnostic { range: lines.range_of(start, end), ..d.clone() })
        };
        self.found.iter().filter_map(one).collect()
    }
}
