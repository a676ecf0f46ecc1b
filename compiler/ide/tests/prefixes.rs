//! Broken text: examples cut at a token, with questions at the end and everywhere else. Nothing fails, and completion in
//! a text that breaks off offers what it offers in the whole one. `IVS_FULL=1` takes every cut, not a sample of
//! them; `IVS_EXAMPLE=starter` one example alone.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod support;

use support::{example, examples, file};

/// Cuts of one file that are tried unless all are asked for.
const SAMPLE: usize = 12;

/// Where the tokens of a text end, as far as blanks and signs tell.
fn cuts(text: &str) -> Vec<usize> {
    let mut out = Vec::new();
    let mut word = false;
    for (i, c) in text.char_indices() {
        let is = c.is_alphanumeric() || matches!(c, '_' | '-');
        if !is && (word || !c.is_whitespace()) {
            out.push(i);
        }
        word = is;
    }
    out.push(text.len());
    out
}

#[test]
fn a_text_that_breaks_off_is_answered() {
    let every = std::env::var_os("IVS_FULL").is_some();
    let only = std::env::var("IVS_EXAMPLE").unwrap_or_default();
    for folder in examples().into_iter().filter(|f| f.ends_with(&only) || only.is_empty()) {
        let (files, mut session) = example(&folder);
        for (n, (path, text)) in files.iter().enumerate() {
            let cuts = cuts(text);
            let step = if every { 1 } else { (cuts.len() / SAMPLE).max(1) };
            for cut in cuts.iter().skip(if every { 0 } else { n % step }).step_by(step) {
                session.set_text(path, &text[..*cut]);
                let db = session.database();
                let at = file(&session, path);
                let end = *cut as u32;
                let found = ivs_ide::complete(db, at, end);
                assert!(found.replace.start <= end && found.replace.end as usize <= *cut, "{path} at {cut}");
                ivs_ide::signature(db, at, end);
                ivs_ide::hover(db, at, end.saturating_sub(1));
                ivs_ide::links(db, at);
            }
            session.set_text(path, text);
        }
    }
}

#[test]
fn definitions_hold_in_declarations_that_are_not_broken() {
    for folder in examples() {
        let (files, mut session) = example(&folder);
        for (path, text) in &files {
            // Cut in the middle of the last declaration: all before it are whole.
            let Some(last) = text.rfind("\n}") else { continue };
            let Some(begin) = text[..last].rfind("\n}\n") else { continue };
            let cut = begin + (last - begin) / 2;
            let cut = (0..=cut).rev().find(|i| text.is_char_boundary(*i)).unwrap();
            let words: Vec<usize> = cuts(&text[..begin]).into_iter().filter(|c| *c > 0).step_by(17).collect();
            let asked = |session: &ivs_driver::Session| -> Vec<_> {
                let at = file(session, path);
                let db = session.database();
                let shown = |w: &usize| {
                    let all = ivs_ide::definition(db, at, *w as u32);
                    all.iter()
                        .map(|p| support::shown(db, p))
                        .filter(|p| !p.starts_with(path))
                        .collect::<Vec<_>>()
                };
                words.iter().map(shown).collect()
            };
            let whole = asked(&session);
            session.set_text(path, &text[..cut]);
            assert_eq!(asked(&session), whole, "{path} cut at {cut}");
            session.set_text(path, text);
        }
    }
}
