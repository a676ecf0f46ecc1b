//! Completion knows what is written next: in examples that break off right before a name, that name is proposed.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod support;

use ivs_grammar::ast::Span;
use ivs_ide::TokenSort;
use support::{example, examples, file, line_column};

/// Names of one file that are tried unless all are asked for.
const SAMPLE: usize = 12;

#[test]
fn what_is_written_next_is_proposed() {
    let every = std::env::var_os("IVS_FULL").is_some();
    let (mut tried, mut missed) = (0, Vec::new());
    for folder in examples() {
        let (files, mut session) = example(&folder);
        for (path, text) in &files {
            let at = file(&session, path);
            let db = session.database();
            let named: Vec<Span> = ivs_ide::tokens(db, at, None)
                .into_iter()
                .filter(|t| {
                    !t.defines && !matches!(t.sort, TokenSort::Keyword | TokenSort::Unit | TokenSort::Module)
                })
                .filter(|t| {
                    let word = t.range.text(text);
                    word.starts_with(|c: char| c.is_alphabetic())
                        && ivs_ide::definition(db, at, t.range.start)
                            .iter()
                            .any(|p| p.file != at || p.range.end < t.range.start)
                })
                .map(|t| t.range)
                .collect();
            let step = if every { 1 } else { (named.len() / SAMPLE).max(1) };
            for span in named.iter().step_by(step) {
                session.set_text(path, &text[..span.start as usize]);
                let found = ivs_ide::complete(session.database(), file(&session, path), span.start);
                let word = span.text(text);
                tried += 1;
                if !found.proposals.iter().any(|p| p.label == word || p.label == format!("{word} =")) {
                    let (line, _) = line_column(text, span.start);
                    let shown = text.lines().nth(line - 1).unwrap_or_default().trim();
                    missed.push(format!("{path}:{line} `{word}` in `{shown}`"));
                }
            }
            session.set_text(path, text);
        }
    }
    assert!(missed.is_empty(), "{} of {tried}:\n{}", missed.len(), missed.join("\n"));
}
