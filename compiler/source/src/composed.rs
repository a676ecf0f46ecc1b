//! Sources are in NFC (Unicode Standard Annex 15): what looks alike is alike.

use ivs_grammar::ast::{Span, SyntaxError, SyntaxFix};
use ivs_grammar::codes;
use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfc_quick};

/// One mistake for a text that is not in NFC, at its first word that is not, with a fix of all of them.
pub(crate) fn uncomposed(text: &str) -> Option<SyntaxError> {
    if text.is_ascii() || is_nfc_quick(text.chars()) == IsNormalized::Yes {
        return None;
    }
    let mut edits = Vec::new();
    let mut at = 0;
    for word in text.split_inclusive(|c: char| c.is_ascii_whitespace()) {
        if !word.is_ascii() {
            let composed: String = word.nfc().collect();
            if composed != word {
                edits.push((
                    Span::new(at as u32, (at + word.trim_end().len()) as u32),
                    composed.trim_end().to_owned(),
                ));
            }
        }
        at += word.len();
    }
    let span = edits.first()?.0;
    Some(SyntaxError {
        code: codes::NOT_COMPOSED,
        span,
        message: "sources are written in composed characters (NFC)".into(),
        label: "looks like composed text, and is not the same".into(),
        help: None,
        fix: Some(SyntaxFix { title: "compose them".into(), edits }),
    })
}
