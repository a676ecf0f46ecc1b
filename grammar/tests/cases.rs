//! Cases written as documents: a source, and below it what the parser says about it.
//!
//! `IVS_UPDATE=1 cargo test -p ivs-grammar --test cases` rewrites the expectations; read the difference before committing.

use ivs_grammar::ast::SyntaxError;
use std::fmt::Write;

mod outline;

/// One case of a document.
struct Case {
    title: String,
    source: String,
    expected: String,
}

/// Splits a document into its text pieces: everything up to an expectation, and the expectation.
fn cases(document: &str) -> Vec<Case> {
    let mut cases = Vec::new();
    let mut title = String::new();
    let mut blocks: Vec<String> = Vec::new();
    let mut inside: Option<String> = None;
    for line in document.lines() {
        match (&mut inside, line) {
            (None, l) if l.starts_with("````") => inside = Some(String::new()),
            (Some(_), l) if l.starts_with("````") => {
                blocks.extend(inside.take());
                if blocks.len() == 2 {
                    let expected = blocks.pop().unwrap();
                    let source = blocks.pop().unwrap();
                    cases.push(Case { title: title.clone(), source, expected });
                }
            }
            (Some(text), l) => {
                text.push_str(l);
                text.push('\n');
            }
            (None, l) if l.starts_with('#') => title = l.trim_start_matches('#').trim().to_owned(),
            _ => {}
        }
    }
    assert!(blocks.is_empty(), "a source without an expectation below it: {title}");
    cases
}

/// Replaces the expectations of a document.
fn rewrite(document: &str, shown: &[String]) -> String {
    let mut out = String::new();
    let mut shown = shown.iter();
    let mut fences = 0;
    for line in document.lines() {
        let fence = line.starts_with("````");
        if fence {
            fences += 1;
        }
        // The third fence of a case opens the expectation, the fourth closes it.
        match (fence, fences % 4) {
            (false, 3) => continue,
            (true, 3) => {
                writeln!(out, "{line}").unwrap();
                out.push_str(shown.next().unwrap());
            }
            _ => writeln!(out, "{line}").unwrap(),
        }
    }
    out
}

fn check(file: &str, show: impl Fn(&Case) -> String) {
    let path = format!("{}/tests/{file}", env!("CARGO_MANIFEST_DIR"));
    let document = std::fs::read_to_string(&path).unwrap();
    let cases = cases(&document);
    assert!(!cases.is_empty());
    let shown: Vec<String> = cases.iter().map(&show).collect();
    if std::env::var_os("IVS_UPDATE").is_some() {
        std::fs::write(&path, rewrite(&document, &shown)).unwrap();
        return;
    }
    for (case, shown) in cases.iter().zip(&shown) {
        assert!(!shown.contains("BAD"), "{file}: {}\n{}{shown}", case.title, case.source);
        assert!(
            case.expected == *shown,
            "{file}: {}\n--- source\n{}--- expected\n{}--- found\n{shown}",
            case.title,
            case.source,
            case.expected
        );
    }
}

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
    check("errors.md", |case| {
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
    check("trees.md", |case| {
        let chunk = ivs_grammar::parse(&case.source);
        let errors: String = chunk.errors.iter().map(|e| format!("BAD: {e:?}\n")).collect();
        outline::tree(&case.source, &chunk) + &errors
    });
}
