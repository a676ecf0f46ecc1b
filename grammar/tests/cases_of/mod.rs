//! Cases written as documents: a source, and below it what is expected of it.
//!
//! `IVS_UPDATE=1 cargo test -p ivs-grammar` rewrites the expectations; read the difference before committing.

use std::fmt::Write;

/// One case of a document.
pub struct Case {
    pub title: String,
    pub source: String,
    pub expected: String,
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

/// Compares what `show` makes of each case with what the document expects.
pub fn check(file: &str, show: impl Fn(&Case) -> String) {
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
