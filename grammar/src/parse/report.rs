//! Messages: how a mistake is described.

use super::{Parser, Stop};
use crate::ast::{Span, SyntaxError, SyntaxFix};
use crate::chars;
use crate::codes;

/// A message without help or fix.
pub(crate) fn problem(
    code: &'static str,
    start: usize,
    end: usize,
    message: impl Into<String>,
    label: impl Into<String>,
) -> SyntaxError {
    SyntaxError {
        code,
        span: Span::new(start as u32, end as u32),
        message: message.into(),
        label: label.into(),
        help: None,
        fix: None,
    }
}

impl SyntaxError {
    pub(crate) fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
    /// Adds a fix that replaces one range.
    pub(crate) fn fix(
        self,
        title: impl Into<String>,
        start: usize,
        end: usize,
        text: impl Into<String>,
    ) -> Self {
        self.fixes(title, vec![(start, end, text.into())])
    }
    pub(crate) fn fixes(mut self, title: impl Into<String>, edits: Vec<(usize, usize, String)>) -> Self {
        let edits = edits.into_iter().map(|(s, e, t)| (Span::new(s as u32, e as u32), t)).collect();
        self.fix = Some(SyntaxFix { title: title.into(), edits });
        self
    }
}

impl<'s> Parser<'s> {
    #[cold]
    pub(super) fn push(&mut self, error: SyntaxError) {
        self.errors.push(error);
    }

    /// Where the character at `i` ends.
    pub(super) fn char_end(&self, i: usize) -> usize {
        let mut j = i + 1;
        while j < self.bytes.len() && !self.src.is_char_boundary(j) {
            j += 1;
        }
        j.min(self.bytes.len().max(i))
    }

    /// The text up to a little behind `i`: looking further would make many mistakes cost too much.
    pub(super) fn near(&self, i: usize) -> &'s [u8] {
        self.bytes.get(..(i + 200).min(self.bytes.len())).unwrap_or(self.bytes)
    }

    /// The extent and a name of what stands at `i`.
    pub(super) fn found(&self, i: usize) -> (usize, String) {
        let c = self.at(i);
        if i >= self.bytes.len() {
            return (
                i,
                if self.in_line { "the end of the line".into() } else { "the end of the text".into() },
            );
        }
        let end = match c {
            b'"' => match crate::skim::string_end(self.near(i), i) {
                crate::skim::Skip::Closed(end) | crate::skim::Skip::CutByLine(end) => end,
                crate::skim::Skip::Endless => i + 3,
            },
            _ if chars::starts_word(c) => chars::word_end(self.bytes, i),
            b'0'..=b'9' => {
                let mut j = i;
                while chars::in_word(self.at(j)) || (self.at(j) == b'.' && self.at(j + 1).is_ascii_digit()) {
                    j += 1;
                }
                j
            }
            b'=' | b'!' | b'<' | b'>' if self.at(i + 1) == b'=' => i + 2,
            b'=' | b'-' if self.at(i + 1) == b'>' => i + 2,
            b'+' if self.at(i + 1) == b'=' => i + 2,
            b'.' | b'?' if self.at(i + 1) == c => i + 2,
            b'?' if self.at(i + 1) == b'.' => i + 2,
            _ => self.char_end(i),
        };
        let text = self.text(i, end);
        let name = if c == b'"' && text.len() > 24 { "a string".to_owned() } else { format!("`{text}`") };
        (end, name)
    }

    /// Reports that something else was expected here; the common mistakes first.
    #[cold]
    pub(super) fn unexpected(&mut self, expected: &str) -> Stop {
        let c = self.peek();
        let i = self.look;
        if c == b'/' && (chars::is_doc(self.bytes, i) || chars::is_module_doc(self.bytes, i)) {
            return self.misplaced_doc();
        }
        if let Some(error) = self.foreign(c, i) {
            self.push(error);
            return Stop;
        }
        // Where the line (or text) is over, point behind what was read last, not at the next line.
        let in_block = self.open.last().is_none_or(|(open, _)| self.at(*open as usize) == b'{');
        let line_over = (self.look_nl && in_block) || i >= self.bytes.len();
        if i >= self.bytes.len() && !self.in_line {
            // One message about an early end is enough.
            if self.unclosed_at == Some(self.pos) {
                return Stop;
            }
            self.unclosed_at = Some(self.pos);
        }
        if line_over && self.pos > self.start {
            let (_, name) = self.found(i);
            let found = if self.look_nl && i < self.bytes.len() {
                "the line ends".to_owned()
            } else {
                format!("found {name}")
            };
            let place = self.pos;
            self.push(problem(
                codes::UNEXPECTED,
                place,
                place,
                format!("expected {expected}, but {found}"),
                format!("{expected} is missing here"),
            ));
            return Stop;
        }
        let (end, name) = self.found(i);
        self.push(problem(
            codes::UNEXPECTED,
            i,
            end,
            format!("expected {expected}, found {name}"),
            format!("{expected} should stand here"),
        ));
        Stop
    }

    /// Things other languages have, by their first byte.
    fn foreign(&self, c: u8, i: usize) -> Option<SyntaxError> {
        let next = self.at(i + 1);
        Some(match c {
            b'?' if next != b'.' && next != b'?' => {
                problem(codes::FOREIGN_OPERATOR, i, i + 1, "there is no `?` operator", "not an operator")
                    .help("choose with `if c then a else b`; a field that may be absent is `name?: type`")
            }
            b'n' if self.text(i, chars::word_end(self.bytes, i)) == "not" => problem(
                codes::MISPLACED_NOT,
                i,
                i + 3,
                "`not` stands before what it denies",
                "not an operator between two values",
            )
            .help("write `not (a in b)`, or `a != b`"),
            b'%' => problem(
                codes::FOREIGN_OPERATOR,
                i,
                i + 1,
                "there is no remainder operator",
                "not an operator",
            )
            .help("`%` is the unit of percentages and is attached to its number: `70%`"),
            b'^' | b'~' | b'`' | b'\\' | b'|' | b'&'
                if !(c == b'|' && next == b'|' || c == b'&' && next == b'&') =>
            {
                problem(
                    codes::STRAY_CHARACTER,
                    i,
                    i + 1,
                    format!("`{}` has no meaning here", c as char),
                    "not part of the language",
                )
            }
            b'$' => problem(
                codes::BAD_CURRENCY,
                i,
                i + 1,
                "a currency sign stands directly before its number",
                "no number follows",
            )
            .help("write `$49` or `$49/month`; `${…}` works inside strings only"),
            b';' => problem(codes::SUPERFLUOUS_SEPARATOR, i, i + 1, "`;` separates nothing", "not needed")
                .help("entries are separated by a new line or `,`")
                .fix("remove `;`", i, i + 1, ""),
            0..=31 | 127.. if i < self.bytes.len() => {
                let end = self.char_end(i);
                let shown = self.text(i, end);
                let (what, help) = match shown {
                    "“" | "”" | "„" | "«" | "»" => {
                        ("a typographic quotation mark", "strings are written with `\"`")
                    }
                    "‘" | "’" => ("a typographic quotation mark", "strings are written with `\"`"),
                    "–" | "—" | "−" => ("a dash", "the minus sign and the hyphen are `-`"),
                    "…" => ("an ellipsis", "ranges are written with `..`"),
                    "\u{A0}" => ("a non-breaking space", "use plain blanks"),
                    "≤" | "≥" | "≠" => {
                        ("a typographic operator", "comparisons are `<=`, `>=` and `!=`")
                    }
                    "×" | "÷" | "·" => {
                        ("a typographic operator", "products are written with `*`, quotients with `/`")
                    }
                    _ if shown.chars().any(char::is_alphabetic) => (
                        "a letter outside a-z",
                        "words are made of a-z, A-Z, digits, `_` and `-`; other text stands in strings",
                    ),
                    _ => ("a character without meaning", "remove it, or put it into a string"),
                };
                let shown = if c < 32 || c == 127 { format!("\\u{{{c:x}}}") } else { shown.to_owned() };
                problem(
                    codes::STRAY_CHARACTER,
                    i,
                    end,
                    format!("`{shown}` is {what}"),
                    "not part of the language",
                )
                .help(help)
            }
            _ => return None,
        })
    }

    /// Reports a `///` or `//!` at the next place and steps over it.
    #[cold]
    pub(super) fn misplaced_doc(&mut self) -> Stop {
        let start = self.look;
        let end = crate::skim::line_end(self.bytes, start);
        let end = start + self.text(start, end).trim_end().len();
        let error = if self.at(start + 2) == b'!' {
            problem(
                codes::MISPLACED_DOC,
                start,
                end,
                "`//!` documents a file, at its beginning",
                "not at the beginning",
            )
            .help("document what follows with `///`, or comment with `//`")
        } else {
            problem(
                codes::MISPLACED_DOC,
                start,
                end,
                "this documentation belongs to nothing",
                "nothing that can be documented follows",
            )
            .help(
                "`///` stands before an item, an entry, a member or a parameter; a comment begins with `//`",
            )
        };
        self.push(error.fix("make it a comment", start, start + 3, "//"));
        self.pos = end;
        Stop
    }

    #[cold]
    pub(super) fn hash_comment(&mut self, i: usize) {
        if i < self.comments_checked {
            return;
        }
        self.comments_checked = i + 1;
        self.push(
            problem(codes::HASH_COMMENT, i, i + 1, "comments begin with `//`", "not a comment")
                .help("a `#` begins only raw strings: `#\"…\"#`")
                .fix("write `//`", i, i + 1, "//"),
        );
    }

    #[cold]
    pub(super) fn unclosed_comment(&mut self, i: usize) {
        if i < self.comments_checked {
            return;
        }
        self.comments_checked = i + 1;
        self.swallowed = [u32::MAX; 3];
        self.push(
            problem(codes::UNCLOSED_COMMENT, i, i + 2, "this comment is never closed", "`*/` is missing")
                .help("a comment of one line begins with `//`"),
        );
    }
}
