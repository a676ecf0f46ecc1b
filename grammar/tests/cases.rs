//! What the parser says about sound and broken sources, as documents.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use ivs_grammar::ast::SyntaxError;
use std::fmt::Write;

mod cases_of;
mod outline;

fn line_column(source: &str, offset: usize) -> (usize, usize) {
    let before = &source[..offset];
    (before.matches('\n').count() + 1, offset - before.rfind('\n').map_or(0, |n| n + 1) + 1)
}

/// Applies the edits of a fix, last first.
fn apply(source: &str, error: &SyntaxError) -> Option<String> {
    let fix = error.fix.as_ref()?;
    let mut edits = fix.edits.clone();
    edits.sort_by_key(|(span, _)| span.start);
    let mut text = source.to_owned();
    for (span, new) in edits.iter().rev() {
        text.replace_range(span.start as usize..span.end as usize, new);
    }
    Some(text)
}

fn show_errors(source: &str) -> String {
    let mut out = String::new();
    let chunk = ivs_grammar::parse(source);
    for error in &chunk.errors {
        let (start, end) = (error.span.start as usize, error.span.end as usize);
        let (line, column) = line_column(source, start);
        let text = source.lines().nth(line - 1).unwrap_or("");
        let width = source[start..end].lines().next().unwrap_or("").chars().count().max(1);
        let indent = text[..(column - 1).min(text.len())].chars().count();
        writeln!(out, "{}: {}", error.code, error.message).unwrap();
        writeln!(out, "{line:>3} | {text}").unwrap();
        writeln!(out, "    | {}{} {}", " ".repeat(indent), "^".repeat(width), error.label).unwrap();
        if let Some(help) = &error.help {
            writeln!(out, "    = help: {help}").unwrap();
        }
        if let Some(fixed) = apply(source, error) {
            let after = ivs_grammar::parse(&fixed);
            if after.errors.len() >= chunk.errors.len() {
                writeln!(out, "    BAD FIX: {fixed:?} {:?}", after.errors).unwrap();
            }
            let changed: Vec<&str> = fixed.lines().filter(|l| !source.lines().any(|s| s == *l)).collect();
            let title = &error.fix.as_ref().unwrap().title;
            writeln!(
                out,
                "    = fix: {title}: {}",
                if changed.is_empty() { fixed.trim_end() } else { changed[0] }.trim()
            )
            .unwrap();
        }
    }
    // What is sound must survive beside what is broken.
    let names = outline::names(&chunk);
    if !names.is_empty() {
        writeln!(out, "read: {}", names.join(", ")).unwrap();
    }
    out
}

/// How many mistakes a case has: as many as its title says, otherwise one.
fn mistakes(title: &str) -> usize {
    let Some((_, n)) = title.rsplit_once('(') else { return 1 };
    n.strip_suffix(" mistakes)").and_then(|n| n.parse().ok()).unwrap_or(1)
}

/// Every mistake has exactly one message, and its fix mends it.
#[test]
fn errors() {
    cases_of::check("errors.md", |case| {
        let mut shown = show_errors(&case.source);
        let errors = ivs_grammar::parse(&case.source).errors.len();
        if errors != mistakes(&case.title) {
            writeln!(shown, "BAD: {errors} messages").unwrap();
        }
        shown
    });
}

/// How texts are read.
#[test]
fn trees() {
    cases_of::check("trees.md", |case| {
        let chunk = ivs_grammar::parse(&case.source);
        let errors: String = chunk.errors.iter().map(|e| format!("BAD: {e:?}\n")).collect();
        outline::tree(&case.source, &chunk) + &errors
    });
}
