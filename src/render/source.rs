//! A file that findings point into.

use crate::terminal::clean_in_place;
use ivs_grammar::ast::Span;
use std::borrow::Cow;
use std::sync::{Arc, OnceLock};

/// A file's text with its lines, which are only looked for when needed.
pub struct SourceFile {
    /// As shown.
    pub path: String,
    pub text: Arc<str>,
    /// Whether it is part of the standard library.
    pub library: bool,
    lines: OnceLock<Vec<usize>>,
    /// The text without anything that would steer a terminal, if it has such; of the same length.
    cleaned: OnceLock<Option<String>>,
}

/// The last place at or before `offset` that is between characters.
pub fn boundary(text: &str, offset: usize) -> usize {
    let mut at = offset.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

impl SourceFile {
    pub fn new(path: String, text: Arc<str>, library: bool) -> SourceFile {
        SourceFile { path, text, library, lines: OnceLock::new(), cleaned: OnceLock::new() }
    }

    /// Byte offsets of the lines' starts; the first is 0 (after a byte order mark, which has no width).
    fn lines(&self) -> &[usize] {
        self.lines.get_or_init(|| {
            let breaks = self.text.bytes().enumerate().filter(|(_, b)| *b == b'\n').map(|(at, _)| at + 1);
            std::iter::once(0).chain(breaks).collect()
        })
    }

    /// The text as it may be printed.
    pub fn shown(&self) -> &str {
        let cleaned = self.cleaned.get_or_init(|| match clean_in_place(&self.text) {
            Cow::Borrowed(_) => None,
            Cow::Owned(text) => Some(text),
        });
        cleaned.as_deref().unwrap_or(&self.text)
    }

    /// The nearest offset that is in the text and between characters.
    pub fn clamp(&self, offset: u32) -> usize {
        boundary(&self.text, offset as usize)
    }

    /// The index of the line that an offset is in, from 0.
    pub fn line_of(&self, offset: usize) -> usize {
        self.lines().partition_point(|start| *start <= offset).saturating_sub(1)
    }

    /// Where a line starts and where it ends, without its line break.
    pub fn line_range(&self, line: usize) -> (usize, usize) {
        let end_of_text = self.text.len();
        let start = self.lines().get(line).copied().unwrap_or(end_of_text);
        let end = self.lines().get(line + 1).map_or(end_of_text, |next| next - 1);
        let end =
            if end > start && self.text.as_bytes().get(end - 1) == Some(&b'\r') { end - 1 } else { end };
        (start, end)
    }

    /// Line and column, both from 1; the column counts characters.
    pub fn position(&self, offset: u32) -> (usize, usize) {
        let offset = self.clamp(offset);
        let line = self.line_of(offset);
        let (start, _) = self.line_range(line);
        let before = self.text.get(start..offset).unwrap_or_default();
        (line + 1, before.chars().filter(|c| *c != '\u{feff}').count() + 1)
    }

    /// The span, cut to the text; spans over many lines are cut to their first.
    pub fn display_span(&self, span: Span) -> (usize, usize) {
        const MANY: usize = 6;
        let start = self.clamp(span.start);
        let end = self.clamp(span.end).max(start);
        let first = self.line_of(start);
        if self.line_of(end) < first + MANY {
            return (start, end);
        }
        (start, self.line_range(first).1.max(start))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(text: &str) -> SourceFile {
        SourceFile::new("a.ivs".to_owned(), text.into(), false)
    }

    #[test]
    fn positions_count_from_one_and_in_characters() {
        let f = file("a = 1\r\nü日 = 2\n\nend");
        assert_eq!(f.position(0), (1, 1));
        assert_eq!(f.position(4), (1, 5));
        assert_eq!(f.position(7), (2, 1));
        assert_eq!(f.position(12), (2, 3));
        assert_eq!(f.position(17), (3, 1));
        assert_eq!(f.position(18), (4, 1));
        assert_eq!(f.position(21), (4, 4));
        assert_eq!(f.position(999), (4, 4));
        assert_eq!(file("").position(5), (1, 1));
        assert_eq!(file("\u{feff}x").position(3), (1, 1));
    }

    #[test]
    fn an_offset_inside_a_character_is_its_start() {
        assert_eq!(file("日x").position(1), (1, 1));
    }

    #[test]
    fn lines_end_before_their_break() {
        let f = file("ab\r\ncd\n\n");
        assert_eq!(
            (f.line_range(0), f.line_range(1), f.line_range(2), f.line_range(3)),
            ((0, 2), (4, 6), (7, 7), (8, 8))
        );
    }

    #[test]
    fn a_span_over_many_lines_is_cut_to_its_first() {
        let f = file(&"line\n".repeat(20));
        assert_eq!(f.display_span(Span::new(5, 14)), (5, 14));
        assert_eq!(f.display_span(Span::new(5, 99)), (5, 9));
        assert_eq!(f.display_span(Span::new(500, 3)), (100, 100));
    }
}
