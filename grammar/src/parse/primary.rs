//! What expressions are made of: literals, names, parentheses, choices.

use super::report::problem;
use super::{Parsed, Parser, Stop};
use crate::ast::{Expr, ExprKind, Word};
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
            b'<' if self.at(start + 1) == b'<' => return Err(self.here_document()),
            _ => return Err(self.unexpected("a value")),
        };
        if matches!(kind, ExprKind::Bool(_) | ExprKind::None) {
            self.pos = chars::word_end(self.bytes, start);
        }
        Ok(Expr { kind, span: self.span(start) })
    }

    /// `<<EOF` and the lines up to `EOF`.
    #[cold]
    fn here_document(&mut self) -> Stop {
        let start = self.look;
        let mut word = start + 2;
        while matches!(self.at(word), b'-' | b'~' | b'"' | b'\'') {
            word += 1;
        }
        let end = chars::word_end(self.bytes, word);
        let tag = self.text(word, end);
        self.push(
            problem(
                codes::UNEXPECTED,
                start,
                end.max(start + 2),
                "text over lines stands between `\"\"\"` and `\"\"\"`",
                "nothing begins like this",
            )
            .help("common indentation is removed; `${…}` inserts a value"),
        );
        self.pos = end.max(start + 2);
        let mut line = crate::skim::line_end(self.bytes, self.pos);
        while !tag.is_empty() && line < self.bytes.len() {
            let next = crate::skim::line_end(self.bytes, line + 1);
            if self.text(line, next).trim() == tag {
                self.pos = next;
                break;
            }
            line = next;
        }
        Stop
    }

    #[cold]
    fn reserved(&mut self, word: &str) -> Stop {
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
        // Behind a word of the same choice, its condition or value is missing.
        let before = self.text(0, start).trim_end();
        let open_choice = ["if", "then", "else"].iter().any(|w| {
            before.strip_suffix(w).is_some_and(|front| !front.bytes().next_back().is_some_and(chars::in_word))
        });
        if !(open_choice && matches!(word, "then" | "else")) {
            error = error.help(format!("a field of this name is read as `self.{word}`"));
        }
        self.push(error);
        Stop
    }

    fn paren(&mut self) -> Expr {
        let inner = self.look + 1;
        self.bracketed(b')').unwrap_or_else(|Stop| self.error_expr(inner))
    }

    /// `.a.b`
    fn selector(&mut self) -> Parsed<ExprKind> {
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

    /// `if c then a else if d then b else e`
    #[inline(never)]
    fn if_expr(&mut self) -> Parsed<Expr> {
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
    fn missing_then(&mut self) -> Stop {
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
    fn missing_else(&mut self, start: usize) {
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
