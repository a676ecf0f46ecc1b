//! Places as the protocol counts them: lines, and units of an encoding in them.

use ivs_grammar::ast::Span;
use std::sync::Arc;
use tower_lsp_server::ls_types::{Position, PositionEncodingKind, Range};

/// What a position in a line counts.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Encoding {
    /// Bytes.
    Utf8,
    /// What every client can.
    #[default]
    Utf16,
    /// Code points.
    Utf32,
}

impl Encoding {
    /// The cheapest that a client offers.
    pub fn choose(offered: Option<&[PositionEncodingKind]>) -> Encoding {
        let has = |kind| offered.is_some_and(|o| o.contains(&kind));
        match () {
            () if has(PositionEncodingKind::UTF8) => Encoding::Utf8,
            () if offered.is_none_or(<[_]>::is_empty) || has(PositionEncodingKind::UTF16) => Encoding::Utf16,
            () if has(PositionEncodingKind::UTF32) => Encoding::Utf32,
            () => Encoding::Utf16,
        }
    }

    /// Its name in the protocol.
    pub fn kind(self) -> PositionEncodingKind {
        match self {
            Encoding::Utf8 => PositionEncodingKind::UTF8,
            Encoding::Utf16 => PositionEncodingKind::UTF16,
            Encoding::Utf32 => PositionEncodingKind::UTF32,
        }
    }

    fn width(self, c: char) -> usize {
        match self {
            Encoding::Utf8 => c.len_utf8(),
            Encoding::Utf16 => c.len_utf16(),
            Encoding::Utf32 => 1,
        }
    }
}

/// Where the lines of a text begin. A line ends with LF, CRLF or CR.
#[derive(Clone, Debug)]
pub struct Lines {
    text: Arc<str>,
    starts: Vec<u32>,
    encoding: Encoding,
}

impl Lines {
    /// The lines of a text of at most 4 GiB.
    pub fn new(text: Arc<str>, encoding: Encoding) -> Lines {
        let bytes = text.as_bytes();
        let mut starts = Vec::with_capacity(bytes.len() / 24 + 1);
        starts.push(0);
        for (i, b) in bytes.iter().enumerate() {
            let ends = *b == b'\n' || (*b == b'\r' && bytes.get(i + 1) != Some(&b'\n'));
            if ends {
                starts.push(u32::try_from(i + 1).unwrap_or(u32::MAX));
            }
        }
        Lines { text, starts, encoding }
    }

    /// The text itself.
    pub fn text(&self) -> &Arc<str> {
        &self.text
    }

    fn start(&self, line: usize) -> usize {
        self.starts.get(line).map_or(self.text.len(), |s| *s as usize)
    }

    /// A line without its end; empty past the last.
    pub fn line(&self, line: usize) -> &str {
        let whole = self.text.get(self.start(line)..self.start(line + 1)).unwrap_or_default();
        whole.trim_end_matches(['\n', '\r'])
    }

    /// The line of a byte offset, from 0.
    pub fn line_of(&self, offset: usize) -> usize {
        let offset = u32::try_from(offset).unwrap_or(u32::MAX);
        self.starts.partition_point(|s| *s <= offset).saturating_sub(1)
    }

    /// Where a line begins, in bytes; the end of the text past the last.
    pub fn start_of(&self, line: usize) -> usize {
        self.start(line)
    }

    /// The position of a byte offset. One past the end is the end; one inside a character is where that begins.
    pub fn position(&self, offset: usize) -> Position {
        let mut offset = offset.min(self.text.len());
        while !self.text.is_char_boundary(offset) {
            offset -= 1;
        }
        let line = self.line_of(offset);
        let before = self.text.get(self.start(line)..offset).unwrap_or_default();
        let character = match self.encoding {
            Encoding::Utf8 => before.len(),
            _ if before.is_ascii() => before.len(),
            e => before.chars().map(|c| e.width(c)).sum(),
        };
        Position { line: line as u32, character: character as u32 }
    }

    /// The byte offset of a position. A line past the last is the end of the text, a character past the end of a line is
    /// that end, and one inside a character (half of a surrogate pair) is where that begins.
    pub fn offset(&self, position: Position) -> usize {
        let line = position.line as usize;
        if line >= self.starts.len() {
            return self.text.len();
        }
        let start = self.start(line);
        let text = self.line(line);
        let wanted = position.character as usize;
        if text.is_ascii() {
            return start + wanted.min(text.len());
        }
        let mut seen = 0;
        for (at, c) in text.char_indices() {
            let next = seen + self.encoding.width(c);
            if next > wanted {
                return start + at;
            }
            seen = next;
        }
        start + text.len()
    }

    /// The range of a span.
    pub fn range(&self, span: Span) -> Range {
        self.range_of(span.start as usize, span.end as usize)
    }

    /// The range between two byte offsets.
    pub fn range_of(&self, start: usize, end: usize) -> Range {
        Range { start: self.position(start), end: self.position(end.max(start)) }
    }

    /// The byte offsets of a range, in order.
    pub fn offsets(&self, range: Range) -> (usize, usize) {
        let (start, end) = (self.offset(range.start), self.offset(range.end));
        (start, end.max(start))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(text: &str, encoding: Encoding) -> Lines {
        Lines::new(text.into(), encoding)
    }

    fn at(line: u32, character: u32) -> Position {
        Position { line, character }
    }

    #[test]
    fn every_line_end_of_the_protocol_ends_a_line() {
        let l = lines("a\nb\r\nc\rd", Encoding::Utf16);
        assert_eq!(l.starts.len(), 4);
        assert_eq!([l.line(0), l.line(1), l.line(2), l.line(3)], ["a", "b", "c", "d"]);
        assert_eq!(l.offset(at(2, 0)), 5);
        assert_eq!(l.position(7), at(3, 0));
    }

    #[test]
    fn a_position_counts_what_was_agreed_on() {
        // é: 2 bytes, 1 unit; 😀: 4 bytes, 2 units.
        let text = "é😀x";
        for (encoding, x) in [(Encoding::Utf8, 6), (Encoding::Utf16, 3), (Encoding::Utf32, 2)] {
            let l = lines(text, encoding);
            assert_eq!(l.position(6), at(0, x));
            assert_eq!(l.offset(at(0, x)), 6);
        }
    }

    #[test]
    fn positions_outside_of_the_text_are_moved_into_it() {
        let l = lines("ab\r\nc", Encoding::Utf16);
        assert_eq!(l.offset(at(0, 99)), 2, "before the line's end, not after it");
        assert_eq!(l.offset(at(9, 0)), 5);
        assert_eq!(l.position(99), at(1, 1));
    }

    #[test]
    fn the_middle_of_a_character_is_its_beginning() {
        let l = lines("😀x", Encoding::Utf16);
        assert_eq!(l.offset(at(0, 1)), 0, "between two surrogates");
        assert_eq!(l.position(2), at(0, 0));
    }
}
