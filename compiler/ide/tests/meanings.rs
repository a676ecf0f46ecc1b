//! What the words of the examples name: each leads to a place where that name is given, and none is left without a meaning.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod support;

use ivs_ide::TokenSort;
use support::{example, examples, file, line_column};

#[test]
fn a_word_leads_to_where_its_name_is_given() {
    for folder in examples() {
        let (files, session) = example(&folder);
        let db = session.database();
        for (path, text) in &files {
            let at = file(&session, path);
            for token in ivs_ide::tokens(db, at, None) {
                if matches!(token.sort, TokenSort::Operator | TokenSort::Number | TokenSort::Text) {
                    continue;
                }
                let word = token.range.text(text).trim_matches('"');
                for place in ivs_ide::definition(db, at, token.range.start) {
                    let given = place.range.text(place.file.text(db)).trim_matches('"');
                    // A module is its folder; a path leads to the file that is loaded.
                    let whole = place.range.start == place.range.end;
                    // A dimension is named by its base unit too; a unit may be a part of a rate.
                    let unit = token.sort == TokenSort::Unit;
                    // A code names the check that has it.
                    let all = place.full.text(place.file.text(db));
                    let coded = word.starts_with("IVS") && all.contains(&format!("code     = {word:?}"));
                    assert!(
                        whole || unit || coded || given == word,
                        "`{word}` of {path}:{:?} leads to `{given}` of {}",
                        line_column(text, token.range.start),
                        place.file.path(db)
                    );
                }
            }
        }
    }
}

#[test]
fn no_word_is_left_without_a_meaning() {
    let mut left = Vec::new();
    for folder in examples() {
        let (files, session) = example(&folder);
        let db = session.database();
        for (path, text) in &files {
            let at = file(&session, path);
            for token in ivs_ide::tokens(db, at, None) {
                // A code of the compiler's own stands for its page, not for a place.
                let code = token.range.text(text).starts_with("IVS");
                let known = code || !ivs_ide::definition(db, at, token.range.start).is_empty();
                if token.sort == TokenSort::Variable && !known && !token.library {
                    let (line, _) = line_column(text, token.range.start);
                    let shown = text.lines().nth(line - 1).unwrap_or_default().trim();
                    left.push(format!("{path}:{line} `{}` in `{shown}`", token.range.text(text)));
                }
            }
        }
    }
    assert!(left.is_empty(), "{} words:\n{}", left.len(), left.join("\n"));
}
