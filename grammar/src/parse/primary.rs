//! What an expression is made of: names, lists, blocks, comprehensions, choices.

use super::report::problem;
use super::{Parsed, Parser, Stop};
use crate::ast::{Block, Clauses, Expr, ExprKind, Loop, Word};
use crate::chars;
use crate::codes;
use smol_str::SmolStr;

impl<'s> Parser<'s> {
    pub(super) fn primary(&mut self) -> Parsed<Expr> {
        let c = self.peek();
        let start = self.look;
        let kind = match c {
            b'0'..=b'9' => return self.number(start, None),
            b'"' => ExprKind::Str(self.string()),
            b'$' | 0xE2 | 0xC2 => return self.money(),
            b'[' => self.list(),
            b'{' => self.braces(),
            b'(' => ExprKind::Paren(Box::new(self.paren())),
            b'.' => self.selector()?,
            b'#' => ExprKind::Str(self.string()),
            b'\'' => ExprKind::Str(self.single_quoted()),
            _ if chars::starts_word(c) => {
                let word = self.peek_word();
                match word {
                    "true" => ExprKind::Bool(true),
                    "false" => ExprKind::Bool(false),
                    "none" => ExprKind::None,
                    "if" => return self.if_expr(),
                    _ if word.len() <= 7 && chars::is_reserved(word) => return Err(self.reserved(word)),
                    _ => {
                        self.pos = start + word.len();
                        return Ok(Expr { kind: ExprKind::Name(SmolStr::new(word)), span: self.span(start) });
                    }
                }
            }
            _ => return Err(self.unexpected("a value")),
        };
        if matches!(kind, ExprKind::Bool(_) | ExprKind::None) {
            self.pos = chars::word_end(self.bytes, start);
        }
        Ok(Expr { kind, span: self.span(start) })
    }

    #[cold]
    pub(super) fn reserved(&mut self, word: &str) -> Stop {
        if self.look_nl {
            return self.unexpected("a value");
        }
        let start = self.look;
        let mut error = problem(
            codes::UNEXPECTED,
            start,
            start + word.len(),
            format!("expected a value, found `{word}`"),
            format!("`{word}` is reserved in expressions"),
        );
        if !matches!(word, "then" | "else") {
            error = error.help(format!("a field of this name is read as `self.{word}`"));
        }
        self.push(error);
        Stop
    }

    /// `.a.b`
    pub(super) fn selector(&mut self) -> Parsed<ExprKind> {
        let start = self.look;
        if self.at(start + 1) == b'.' {
            self.push(
                problem(
                    codes::OPEN_RANGE,
                    start,
                    start + 2,
                    "the lower end of this range is missing",
                    "no value stands before it",
                )
                .help("a range has both ends: `1..10`"),
            );
            return Err(Stop);
        }
        if self.at(start + 1).is_ascii_digit() {
            self.push(
                problem(
                    codes::BAD_NUMBER,
                    start,
                    start + 1,
                    "a digit is missing before the decimal point",
                    "write `0.`",
                )
                .fix("write `0.`", start, start + 1, "0."),
            );
            return Err(Stop);
        }
        let mut words = Vec::new();
        let mut i = start;
        while self.at(i) == b'.' && chars::starts_word(self.at(i + 1)) {
            let end = chars::word_end(self.bytes, i + 1);
            self.pos = end;
            words.push(Word { text: SmolStr::new(self.text(i + 1, end)), span: self.span(i + 1) });
            i = end;
        }
        if words.is_empty() {
            return Err(self.unexpected("a value"));
        }
        Ok(ExprKind::Selector(words))
    }

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
            self.elements(open, b']', &mut |parser| {
                let start = parser.look;
                let element = parser.expr().unwrap_or_else(|Stop| {
                    parser.skip_element();
                    parser.error_expr(start)
                });
                list.push(element);
            });
            ExprKind::List(list)
        };
        self.close_bracket();
        kind
    }

    #[inline(never)]
    pub(super) fn list_for(&mut self) -> Parsed<ExprKind> {
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
    pub(super) fn map_for_ahead(&mut self, i: usize) -> bool {
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
    pub(super) fn map_for(&mut self) -> Parsed<ExprKind> {
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

    /// `if c then a else if d then b else e`
    #[inline(never)]
    pub(super) fn if_expr(&mut self) -> Parsed<Expr> {
        let start = self.look;
        self.enter(start)?;
        let mut arms = Vec::new();
        let otherwise = loop {
            self.pos = self.look + 2;
            let cond = self.condition()?;
            if !self.eat_word("then") {
                return Err(self.missing_then());
            }
            let then = self.expr()?;
            arms.push((cond, then));
            if !self.eat_word("else") {
                self.missing_else(start);
                break self.error_expr(self.pos);
            }
            if !(self.peek() == b'i' && self.peek_word() == "if") {
                break self.expr()?;
            }
        };
        self.leave();
        Ok(Expr { kind: ExprKind::If { arms, otherwise: Box::new(otherwise) }, span: self.span(start) })
    }

    #[cold]
    pub(super) fn missing_then(&mut self) -> Stop {
        let place = self.pos;
        self.push(
            problem(
                codes::MISSING_BRANCH,
                place,
                place,
                "`then` is missing after the condition",
                "`then` and a value belong here",
            )
            .help("a choice is written `if c then a else b`"),
        );
        Stop
    }

    #[cold]
    pub(super) fn missing_else(&mut self, start: usize) {
        let place = self.pos;
        self.push(
            problem(
                codes::MISSING_BRANCH,
                start,
                start + 2,
                "`else` is missing: every choice has a value for both cases",
                "this `if`",
            )
            .help("where nothing fits, write `else none`")
            .fix("add `else none`", place, place, " else none"),
        );
    }
}
