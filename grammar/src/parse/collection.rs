//! Lists, maps and comprehensions.

use super::report::problem;
use super::{Parsed, Parser, Stop};
use crate::ast::{Clauses, Expr, ExprKind, Loop};
use crate::chars;
use crate::codes;

impl<'s> Parser<'s> {
    /// `[a, b]` or `[for … : e]`
    pub(super) fn list(&mut self) -> ExprKind {
        let place = self.look;
        let Ok(open) = self.open_bracket() else {
            self.skip_bracket(place);
            return ExprKind::Error;
        };
        let kind = if self.peek() == b'f' && self.peek_word() == "for" {
            match self.list_for() {
                Ok(kind) => {
                    if !self.eat(b']') {
                        self.not_closed(open, b']');
                    }
                    kind
                }
                Err(Stop) => {
                    self.skip_to_close(b']');
                    ExprKind::Error
                }
            }
        } else {
            let mut list = Vec::new();
            let mut backward = false;
            self.elements(open, b']', &mut |parser| {
                let start = parser.look;
                let element = parser.expr().unwrap_or_else(|Stop| {
                    parser.skip_element();
                    parser.error_expr(start)
                });
                if parser.peek() == b'f' && parser.peek_word() == "for" && element.kind != ExprKind::Error {
                    backward = true;
                    parser.for_behind(&element);
                }
                list.push(element);
            });
            if backward { ExprKind::Error } else { ExprKind::List(list) }
        };
        self.close_bracket();
        kind
    }

    /// `[e for x in xs]`, of which `e` was read.
    #[cold]
    fn for_behind(&mut self, element: &Expr) {
        let (start, end) = (element.span.start as usize, element.span.end as usize);
        let word = self.look;
        let errors = self.errors.len();
        let whole = self.clauses().is_ok() && self.is(b']') && self.errors.len() == errors;
        self.errors.truncate(errors);
        let mut error =
            problem(codes::UNEXPECTED, word, word + 3, "`for` stands before what it makes", "too late")
                .help("a list is made by `[for x in xs: 2 * x]`");
        if whole {
            let (made, loops) =
                (self.text(start, end).to_owned(), self.text(word, self.pos).trim_end().to_owned());
            error = error.fix("turn it around", start, self.pos, format!("{loops}: {made}"));
        } else {
            self.skip_to_close(b']');
            self.pos -= usize::from(self.at(self.pos.saturating_sub(1)) == b']');
        }
        self.push(error);
    }

    #[inline(never)]
    fn list_for(&mut self) -> Parsed<ExprKind> {
        let clauses = self.clauses()?;
        if !self.eat(b':') {
            return Err(self.unexpected("`:` and the element"));
        }
        let body = Box::new(self.expr()?);
        Ok(ExprKind::ListFor { clauses, body })
    }

    /// `{ … }` or `{for … : k = v}`
    pub(super) fn braces(&mut self) -> ExprKind {
        let place = self.look;
        if !self.map_for_ahead(place + 1) {
            return ExprKind::Block(self.block());
        }
        let Ok(open) = self.open_bracket() else {
            self.skip_bracket(place);
            return ExprKind::Error;
        };
        let kind = match self.map_for() {
            Ok(kind) => {
                if !self.eat(b'}') {
                    self.not_closed(open, b'}');
                }
                kind
            }
            Err(Stop) => {
                self.skip_to_close(b'}');
                ExprKind::Error
            }
        };
        self.close_bracket();
        kind
    }

    /// Whether `for a in` or `for a, b in` stands inside a brace that opens before `i`, and not a field named `for`.
    fn map_for_ahead(&mut self, i: usize) -> bool {
        let saved = self.pos;
        self.pos = i;
        let found = self.eat_word("for") && chars::starts_word(self.peek()) && {
            let end = chars::word_end(self.bytes, self.look);
            self.pos = end;
            match self.peek() {
                b',' => true,
                b'=' | b'+' | b'{' => false,
                _ => chars::starts_word(self.at(self.look)),
            }
        };
        self.pos = saved;
        self.peek();
        found
    }

    #[inline(never)]
    fn map_for(&mut self) -> Parsed<ExprKind> {
        let clauses = self.clauses()?;
        if !self.eat(b':') {
            return Err(self.unexpected("`:` and `key = value`"));
        }
        let key = Box::new(self.expr()?);
        if !self.is_equals() {
            return Err(self.unexpected("`=` and the value"));
        }
        self.pos = self.look + 1;
        self.value_ahead()?;
        let value = Box::new(self.expr()?);
        Ok(ExprKind::MapFor { clauses, key, value })
    }

    /// `for a in e … if c`; `for` comes next.
    pub(super) fn clauses(&mut self) -> Parsed<Clauses> {
        let mut clauses = Clauses::default();
        while self.eat_word("for") {
            let first = self.binder("the name of an element")?;
            let second = if self.eat(b',') { Some(self.binder("a second name")?) } else { None };
            if !self.eat_word("in") {
                return Err(self.unexpected("`in`"));
            }
            let over = self.expr()?;
            clauses.loops.push(Loop { first, second, over });
        }
        if self.eat_word("if") {
            clauses.filter = Some(Box::new(self.condition()?));
        }
        Ok(clauses)
    }
}
