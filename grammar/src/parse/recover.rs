//! Going on behind a mistake: where broken text ends, and brackets that stay open.

use super::report::problem;
use super::{Parser, Stop};
use crate::chars;
use crate::codes;
use crate::skim::{self, Brackets};

/// Which bracket.
fn sort_of(bracket: u8) -> usize {
    match bracket {
        b'{' | b'}' => 0,
        b'[' | b']' => 1,
        _ => 2,
    }
}

impl<'s> Parser<'s> {
    /// Where the bracket that opens at `open` is closed, by brackets alone.
    pub(super) fn close_of(&mut self, open: usize) -> Option<usize> {
        self.brackets().close_of(open).filter(|close| *close < self.bytes.len())
    }

    pub(super) fn brackets(&mut self) -> &Brackets {
        let (bytes, start) = (self.whole, self.start);
        self.brackets.get_or_insert_with(|| Brackets::find(bytes, start))
    }

    /// Skips a broken entry: up to the end of its line, `,` or the `}` that closes the body. Brackets and strings are
    /// skipped whole.
    #[cold]
    pub(super) fn skip_entry(&mut self) {
        self.reset_depth();
        let mut i = self.pos;
        while i < self.bytes.len() {
            match self.at(i) {
                b'\n' | b',' | b'}' => break,
                b'{' | b'[' | b'(' => i = self.close_of(i).map_or(i, |close| close) + 1,
                _ => i = self.skip_one(i),
            }
        }
        self.pos = i;
    }

    /// Skips a broken element of a list, a call or parentheses: up to `,` or any closing bracket.
    #[cold]
    pub(super) fn skip_element(&mut self) {
        self.reset_depth();
        let enclosing = self.open.last().map(|(open, _)| *open);
        let mut i = self.pos;
        while i < self.bytes.len() {
            match self.at(i) {
                b',' | b'}' | b']' | b')' => break,
                b'\n' => {
                    // Nothing closes this bracket: the next line is somebody else's.
                    if enclosing.is_none_or(|open| self.open_for_good(open as usize)) {
                        break;
                    }
                    i += 1;
                }
                b'{' | b'[' | b'(' => i = self.close_of(i).map_or(i, |close| close) + 1,
                _ => i = self.skip_one(i),
            }
        }
        self.pos = i;
    }

    /// Steps over a string, a comment or a character.
    fn skip_one(&self, i: usize) -> usize {
        match skim::skip_token(self.bytes, i) {
            Some(end) => end.max(i + 1),
            None if chars::starts_word(self.at(i)) => chars::word_end(self.bytes, i),
            None => self.char_end(i),
        }
    }

    /// Makes sure that a loop goes on: steps over one thing if nothing was read since `before`.
    pub(super) fn step(&mut self, before: usize) {
        if self.pos <= before {
            self.pos = self.skip_one(before).min(self.bytes.len());
        }
    }

    /// Reports that the bracket at `open` is never closed, unless that follows from an earlier mistake.
    #[cold]
    pub(super) fn unclosed(&mut self, open: usize) -> Stop {
        let bracket = self.at(open);
        if let Some(left) = self.swallowed.get_mut(sort_of(bracket))
            && *left > 0
        {
            *left = left.saturating_sub(1);
            return Stop;
        }
        if self.unclosed_at == Some(self.pos) {
            return Stop;
        }
        self.unclosed_at = Some(self.pos);
        let at_end = self.at_end();
        let open = if bracket == b'{' && at_end { self.suspect(open) } else { open };
        let (close, name) = match bracket {
            b'{' => ('}', "`{`"),
            b'[' => (']', "`[`"),
            _ => (')', "`(`"),
        };
        let mut error = problem(
            codes::UNCLOSED_BRACKET,
            open,
            open + 1,
            format!("this {name} is never closed"),
            format!("`{close}` is missing"),
        );
        if bracket == b'{' && at_end {
            let place = self.end_of_indented(open);
            let indent = self.indent_of(open);
            error = error.fix("add `}`", place, place, format!("\n{}}}", " ".repeat(indent)));
        } else {
            error = error.fix(format!("add `{close}`"), self.pos, self.pos, close.to_string());
        }
        self.push(error);
        Stop
    }

    /// Reports an unexpected closing bracket, which comes next, and steps over it.
    #[cold]
    pub(super) fn stray_close(&mut self) -> Stop {
        self.peek();
        let (i, c) = (self.look, self.at(self.look) as char);
        self.push(
            problem(
                codes::STRAY_CLOSE,
                i,
                i + 1,
                format!("this `{c}` closes nothing"),
                "nothing is open here",
            )
            .fix(format!("remove `{c}`"), i, i + 1, ""),
        );
        self.pos = i + 1;
        Stop
    }

    /// Reports a closing bracket, which comes next, that stands where another sort closes, and reads it.
    #[cold]
    pub(super) fn wrong_close(&mut self, open: usize, close: u8) {
        self.peek();
        let i = self.look;
        let (opener, close, found) = (self.at(open) as char, close as char, self.at(i) as char);
        self.push(
            problem(
                codes::STRAY_CLOSE,
                i,
                i + 1,
                format!("`{found}` does not close `{opener}`"),
                format!("`{close}` closes it"),
            )
            .fix(format!("write `{close}`"), i, i + 1, close.to_string()),
        );
        self.pos = i + 1;
    }

    /// Whether the closing bracket `close` would close something that is open around the innermost bracket.
    pub(super) fn closes_outer(&self, close: u8) -> bool {
        let opener = match close {
            b'}' => b'{',
            b']' => b'[',
            _ => b'(',
        };
        // An interpolation is closed by `}` as well.
        self.in_hole && close == b'}'
            || self.open.iter().rev().skip(1).any(|(open, _)| self.at(*open as usize) == opener)
    }

    /// Whether nothing in the text closes the bracket at `open`. Inside strings that is not known.
    pub(super) fn open_for_good(&mut self, open: usize) -> bool {
        !self.in_hole && self.close_of(open).is_none()
    }

    /// Forgets the levels that a mistake left behind.
    pub(super) fn reset_depth(&mut self) {
        self.depth = self.open.last().map_or(self.base_depth, |(_, depth)| depth + 1);
    }

    /// A block that is closed by a `}` further left than it began is more likely the unclosed one.
    fn suspect(&mut self, open: usize) -> usize {
        let end = self.bytes.len();
        let mut i = open + 1;
        while i < end {
            match self.at(i) {
                b'{' => {
                    let Some(close) = self.close_of(i) else {
                        i += 1;
                        continue;
                    };
                    let first = self.line_start(close) + self.indent_of(close);
                    if first == close && self.indent_of(close) < self.indent_of(i) {
                        return i;
                    }
                    i += 1;
                }
                _ => i = self.skip_one(i),
            }
        }
        open
    }

    /// Where the line of `i` begins; `i` itself if that is far away.
    fn line_start(&self, i: usize) -> usize {
        let from = i.saturating_sub(200);
        let before = self.bytes.get(from..i).and_then(|b| b.iter().rposition(|b| *b == b'\n'));
        before.map_or(if from == 0 { 0 } else { i }, |n| from + n + 1)
    }

    /// How many blanks the line of `i` begins with.
    fn indent_of(&self, i: usize) -> usize {
        let start = self.line_start(i);
        let mut j = start;
        while matches!(self.at(j), b' ' | b'\t') {
            j += 1;
        }
        j - start
    }

    /// The end of the lines below `open` that are indented deeper.
    fn end_of_indented(&self, open: usize) -> usize {
        let indent = self.indent_of(open);
        let mut end = skim::line_end(self.bytes, open);
        let mut next = end;
        while next < self.bytes.len() {
            let line_end = skim::line_end(self.bytes, next + 1);
            let line = self.text(next + 1, line_end);
            if !line.trim().is_empty() {
                if line.len() - line.trim_start().len() <= indent {
                    break;
                }
                end = line_end;
            }
            next = line_end;
        }
        end
    }
}
