//! The printer: a tree and its text, walked together.

use super::WIDTH;
use crate::chars::{self, at};
use crate::skim::{self, Skip};

/// A comment between two tokens.
pub(super) struct Comment<'s> {
    pub(super) text: &'s str,
    /// Line ends before it, since the last token or comment.
    pub(super) ends: usize,
    /// `// …`
    pub(super) to_line_end: bool,
}

/// What stands between two tokens.
#[derive(Default)]
pub(super) struct Gap<'s> {
    pub(super) comments: Vec<Comment<'s>>,
    /// Line ends before the next token, since the last comment.
    pub(super) ends: usize,
}

pub(super) struct Printer<'s> {
    pub(super) src: &'s str,
    bytes: &'s [u8],
    /// Behind the last token that was printed.
    pub(super) pos: usize,
    pub(super) out: String,
    /// The indentation of the line that is being printed.
    pub(super) indent: usize,
    /// The indentation of the lines that go on with the running entry.
    pub(super) more: usize,
    /// Everything must stand on one line.
    flat: bool,
    /// It does not.
    failed: bool,
    /// Tree and text do not agree.
    lost: bool,
}

impl<'s> Printer<'s> {
    pub(super) fn new(src: &'s str) -> Self {
        Printer {
            src,
            bytes: src.as_bytes(),
            pos: 0,
            out: String::new(),
            indent: 0,
            more: 2,
            flat: false,
            failed: false,
            lost: false,
        }
    }

    pub(super) fn lost(&self) -> bool {
        self.lost
    }

    /// Whether a line is being tried and does not fit.
    pub(super) fn failed(&self) -> bool {
        self.failed
    }

    /// What comes next in the text.
    pub(super) fn next(&self) -> u8 {
        at(self.bytes, self.pos)
    }

    /// Goes to the next token.
    pub(super) fn gap(&mut self) -> Gap<'s> {
        let mut gap = Gap::default();
        loop {
            match self.next() {
                b' ' | b'\t' | b'\r' => self.pos += 1,
                b'\n' => {
                    gap.ends += 1;
                    self.pos += 1;
                }
                b'/' if at(self.bytes, self.pos + 1) == b'/' => {
                    if chars::is_doc(self.bytes, self.pos) || chars::is_module_doc(self.bytes, self.pos) {
                        return gap;
                    }
                    let end = skim::line_end(self.bytes, self.pos);
                    self.comment(end, &mut gap, true);
                }
                b'/' if at(self.bytes, self.pos + 1) == b'*' => {
                    let end = skim::block_comment_end(self.bytes, self.pos).unwrap_or(self.bytes.len());
                    self.comment(end, &mut gap, false);
                }
                _ => return gap,
            }
        }
    }

    fn comment(&mut self, end: usize, gap: &mut Gap<'s>, to_line_end: bool) {
        let text = self.src.get(self.pos..end).unwrap_or("").trim_end();
        gap.comments.push(Comment { text, ends: std::mem::take(&mut gap.ends), to_line_end });
        self.pos = end;
    }

    /// Prints what stands between two tokens: a blank if wanted, and comments. Where `soft`, a line that ended here
    /// ends here again.
    pub(super) fn join(&mut self, blank: bool, soft: bool) {
        let gap = self.gap();
        if gap.comments.is_empty() {
            if soft && gap.ends > 0 {
                self.line();
            } else if blank {
                self.push(" ");
            }
            return;
        }
        let mut ended = false;
        for comment in &gap.comments {
            if comment.ends > 0 || ended {
                self.line();
            } else {
                self.push(" ");
            }
            self.push_lines(comment.text);
            ended = comment.to_line_end;
        }
        if ended || gap.ends > 0 {
            self.line();
        } else {
            self.push(" ");
        }
    }

    /// Begins a line that goes on with the running entry.
    fn line(&mut self) {
        if self.flat {
            self.failed = true;
            return;
        }
        self.end_line(self.more);
    }

    /// Ends a line.
    pub(super) fn end_line(&mut self, indent: usize) {
        if self.flat {
            self.failed = true;
            return;
        }
        self.out.truncate(self.out.trim_end_matches(' ').len());
        self.out.push('\n');
        self.out.extend(std::iter::repeat_n(' ', indent));
        self.indent = indent;
    }

    /// Prints text without line ends.
    pub(super) fn push(&mut self, text: &str) {
        self.out.push_str(text);
        if self.flat && self.column() > WIDTH {
            self.failed = true;
        }
    }

    /// Prints text that may have line ends, as it is.
    pub(super) fn push_lines(&mut self, text: &str) {
        if !text.contains('\n') {
            self.push(text);
        } else if self.flat {
            self.failed = true;
        } else {
            self.out.push_str(&text.replace("\r\n", "\n"));
        }
    }

    /// The width of the line that is being printed. Exact only around the limit.
    fn column(&self) -> usize {
        let from = self.out.len().saturating_sub(4 * WIDTH);
        let tail = self.out.as_bytes().get(from..).unwrap_or_default();
        let line = match tail.iter().rposition(|b| *b == b'\n') {
            Some(n) => tail.get(n + 1..).unwrap_or_default(),
            None => tail,
        };
        if line.len() <= WIDTH { line.len() } else { line.iter().filter(|b| **b & 0xC0 != 0x80).count() }
    }

    /// Prints the token that comes next.
    pub(super) fn token(&mut self, text: &str) {
        if self.failed {
            return;
        }
        if !self.src.get(self.pos..).is_some_and(|rest| rest.starts_with(text)) {
            self.lost = true;
            self.failed = true;
            return;
        }
        self.pos += text.len();
        self.push(text);
    }

    /// Prints what was written up to `end`.
    pub(super) fn verbatim(&mut self, end: u32) {
        if self.failed {
            return;
        }
        let text = self.src.get(self.pos..end as usize).unwrap_or("");
        if text.is_empty() {
            self.lost = true;
        }
        self.pos = end as usize;
        self.push_lines(text);
    }

    /// Prints the string that comes next.
    pub(super) fn string(&mut self) {
        if self.failed {
            return;
        }
        let end = match self.next() {
            b'#' => skim::raw_end(self.bytes, self.pos),
            _ => match skim::string_end(self.bytes, self.pos) {
                Skip::Closed(end) => Some(end),
                _ => None,
            },
        };
        match end {
            Some(end) => self.verbatim(end as u32),
            None => self.lost = true,
        }
    }

    /// Whether this is being tried on one line.
    pub(super) fn is_flat(&self) -> bool {
        self.flat
    }

    /// Tries to print on one line; if it does not fit, nothing was printed.
    pub(super) fn one_line(&mut self, print: &mut dyn FnMut(&mut Self)) -> bool {
        if self.flat {
            print(self);
            return true;
        }
        let (pos, len, indent) = (self.pos, self.out.len(), self.indent);
        self.flat = true;
        print(self);
        self.flat = false;
        let fits = !std::mem::take(&mut self.failed);
        if !fits {
            self.pos = pos;
            self.out.truncate(len);
            self.indent = indent;
        }
        fits
    }

    /// Prints with another indentation of the lines that go on.
    pub(super) fn indented(&mut self, more: usize, print: impl FnOnce(&mut Self)) {
        let saved = std::mem::replace(&mut self.more, more);
        print(self);
        self.more = saved;
    }

    /// Whether a line ends between two places, strings left out.
    pub(super) fn line_ends(&self, from: u32, to: u32) -> bool {
        let (mut i, to) = (from as usize, to as usize);
        while i < to {
            match at(self.bytes, i) {
                b'\n' => return true,
                b'"' => i = skim::skip_token(self.bytes, i).unwrap_or(i + 1),
                b'#' if at(self.bytes, i + 1) == b'"' => i = skim::skip_token(self.bytes, i).unwrap_or(i + 1),
                b'/' if at(self.bytes, i + 1) == b'*' => {
                    let end = skim::block_comment_end(self.bytes, i).unwrap_or(to);
                    if self.src.get(i..end).is_some_and(|text| text.contains('\n')) {
                        return true;
                    }
                    i = end;
                }
                b'/' if at(self.bytes, i + 1) == b'/' => return true,
                _ => i += 1,
            }
        }
        false
    }
}

/// A text without what laying it out may change: blanks, line ends and commas outside of strings and comments.
pub(super) fn essence(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut out = String::with_capacity(text.len());
    let mut i = 0;
    while i < bytes.len() {
        match at(bytes, i) {
            b' ' | b'\t' | b'\r' | b'\n' | b',' => i += 1,
            _ => {
                let end = match skim::skip_token(bytes, i) {
                    Some(end) => end,
                    None => {
                        let word = chars::word_end(bytes, i);
                        if word > i {
                            word
                        } else {
                            i + text.get(i..).and_then(|t| t.chars().next()).map_or(1, char::len_utf8)
                        }
                    }
                };
                let piece = text.get(i..end).unwrap_or("");
                // Words that touch are other words.
                if chars::starts_word(at(bytes, i)) {
                    out.push(' ');
                }
                for line in piece.lines() {
                    out.push_str(line.trim_end());
                    out.push('\n');
                }
                i = end;
            }
        }
    }
    out
}
