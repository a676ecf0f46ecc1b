//! What stands between brackets, separated by `,`.

use super::Parser;
use super::report::problem;
use crate::ast::{Expr, ExprKind, Span};
use crate::chars;
use crate::codes;

impl<'s> Parser<'s> {
    /// Something other than `close` follows: either it is missing, or there is something else.
    #[cold]
    pub(super) fn not_closed(&mut self, open: usize, close: u8) {
        let c = self.peek();
        let other_close = matches!(c, b'}' | b']' | b')');
        if self.at_end() || (other_close && self.closes_outer(c)) {
            self.unclosed(open);
            return;
        }
        if self.open_for_good(open) {
            if other_close {
                self.wrong_close(open, close);
            } else {
                self.unclosed(open);
            }
            return;
        }
        if other_close {
            self.stray_close();
        } else {
            self.unexpected(&format!("`{}`", close as char));
        }
        loop {
            self.skip_element();
            if self.is(b',') {
                self.pos = self.look + 1;
            } else {
                break;
            }
        }
        self.eat(close);
    }

    /// Skips a bracket that nests too deep.
    #[cold]
    pub(super) fn skip_bracket(&mut self, open: usize) {
        match self.close_of(open) {
            Some(close) => self.pos = close + 1,
            None => {
                self.pos = self.bytes.len();
                self.unclosed_at = Some(self.pos);
            }
        }
    }

    pub(super) fn error_expr(&self, start: usize) -> Expr {
        let start = start.min(self.pos);
        Expr { kind: ExprKind::Error, span: Span::new(start as u32, self.pos as u32) }
    }

    /// An opening bracket, elements separated by `,`, and `close`. `element` reads one and never fails.
    pub(super) fn separated(&mut self, close: u8, element: &mut dyn FnMut(&mut Self)) {
        self.peek();
        let place = self.look;
        let Ok(open) = self.open_bracket() else {
            self.skip_bracket(place);
            return;
        };
        self.elements(open, close, element);
        self.close_bracket();
    }

    /// The inside of brackets up to and with `close`.
    pub(super) fn elements(&mut self, open: usize, close: u8, element: &mut dyn FnMut(&mut Self)) {
        let mut separated = true;
        loop {
            let c = self.peek();
            if c == close {
                self.pos = self.look + 1;
                return;
            }
            if self.at_end() {
                self.unclosed(open);
                return;
            }
            match c {
                b',' => {
                    self.stray_separator();
                    continue;
                }
                b'}' | b']' | b')' => {
                    if self.closes_outer(c) {
                        self.unclosed(open);
                        return;
                    }
                    if self.open_for_good(open) {
                        self.wrong_close(open, close);
                        return;
                    }
                    self.stray_close();
                    continue;
                }
                _ => {}
            }
            // An entry begins, and nothing closes this bracket. (Behind `,`, arguments look like entries.)
            let entry = self.look_nl && (close != b')' || !separated) && self.entry_ahead(self.look);
            if entry && self.open_for_good(open) {
                self.unclosed(open);
                return;
            }
            let (before, errors) = (self.pos, self.errors.len());
            element(self);
            self.step(before);
            let c = self.peek();
            separated = c == b',';
            if separated {
                self.pos = self.look + 1;
            } else if c != close && !self.at_end() && !matches!(c, b'}' | b']' | b')') {
                self.missing_comma(open, close, errors);
            }
        }
    }

    /// Behind an element stands neither `,` nor the closing bracket.
    #[cold]
    fn missing_comma(&mut self, open: usize, close: u8, errors: usize) {
        let i = self.look;
        if self.open_for_good(open) && (self.look_nl || self.errors.len() > errors) {
            // The loop reports it, if nothing was reported yet.
            if self.errors.len() > errors {
                self.unclosed_at = Some(self.pos);
            }
            if self.entry_ahead(i) || self.errors.len() > errors {
                return;
            }
        }
        if self.errors.len() > errors {
            return;
        }
        let c = self.at(i);
        if c == b';' {
            self.push(
                problem(
                    codes::SUPERFLUOUS_SEPARATOR,
                    i,
                    i + 1,
                    "elements are separated by `,`",
                    "not a separator",
                )
                .fix("write `,`", i, i + 1, ","),
            );
            self.pos = i + 1;
            return;
        }
        let reserved = chars::starts_word(c)
            && chars::is_reserved(self.peek_word())
            && !matches!(self.peek_word(), "true" | "false" | "none" | "if");
        if !reserved && (chars::in_word(c) || matches!(c, b'"' | b'#' | b'[' | b'{' | b'(' | b'$' | b'\'')) {
            let place = self.pos;
            self.push(
                problem(
                    codes::MISSING_COMMA,
                    place,
                    i,
                    "`,` is missing between two elements",
                    "they touch here",
                )
                .fix("add `,`", place, place, ","),
            );
            return;
        }
        self.unexpected(&format!("`,` or `{}`", close as char));
        self.skip_element();
        self.eat(b',');
    }

    #[cold]
    pub(super) fn stray_separator(&mut self) {
        let i = self.look;
        self.push(
            problem(
                codes::SUPERFLUOUS_SEPARATOR,
                i,
                i + 1,
                "this `,` separates nothing",
                "nothing stands before it",
            )
            .fix("remove `,`", i, i + 1, ""),
        );
        self.pos = i + 1;
    }

    /// Behind a mistake in a comprehension: goes to its closing bracket.
    #[cold]
    pub(super) fn skip_to_close(&mut self, close: u8) {
        loop {
            self.skip_element();
            if self.is(b',') {
                self.pos = self.look + 1;
            } else {
                break;
            }
        }
        self.eat(close);
    }
}
