//! What is attached to an expression: members, indices, calls, casts.

use super::report::problem;
use super::{Parsed, Parser, Stop};
use crate::ast::{Arg, Expr, ExprKind, PostfixOp, Span, UnitLit, Word};
use crate::chars;
use crate::codes;
use smol_str::SmolStr;

impl<'s> Parser<'s> {
    /// What follows an expression: members, indices, calls, casts.
    pub(super) fn postfix(&mut self, base: Expr) -> Parsed<Expr> {
        let mut ops: Vec<PostfixOp> = Vec::new();
        loop {
            let c = self.peek();
            let i = self.look;
            match c {
                b'.' if self.at(i + 1) != b'.' => ops.push(self.member(1)?),
                b'?' if self.at(i + 1) == b'.' => ops.push(self.member(2)?),
                b'[' if !self.look_nl => ops.push(self.index_op()),
                b'(' if !self.look_nl => ops.push(self.call_op()),
                b'a' if self.peek_word() == "as"
                    && !(self.look_nl && (self.names_field(i + 2) || !self.unit_follows(i + 2))) =>
                {
                    self.pos = i + 2;
                    ops.push(self.cast()?);
                }
                _ => break,
            }
        }
        if ops.is_empty() {
            return Ok(base);
        }
        let span = Span::new(base.span.start, self.pos as u32);
        Ok(Expr { kind: ExprKind::Postfix { base: Box::new(base), ops }, span })
    }

    /// `.f` or `?.f`, which comes next.
    pub(super) fn member(&mut self, len: usize) -> Parsed<PostfixOp> {
        let dot = self.look;
        let start = dot + len;
        let end = chars::word_end(self.bytes, start);
        if end == start {
            let (next, name) = self.found(start);
            let error = if self.at(start).is_ascii_digit() {
                problem(
                    codes::UNEXPECTED,
                    start,
                    next,
                    format!("expected a field name after `.`, found {name}"),
                    "not a name",
                )
                .help("a list element is written `list[0]`; four-part versions and addresses are strings")
            } else {
                problem(codes::UNEXPECTED, dot, start, "a field name is missing after `.`", "nothing follows")
            };
            self.push(error);
            self.pos = start;
            return Err(Stop);
        }
        self.pos = end;
        let name = Word { text: SmolStr::new(self.text(start, end)), span: self.span(start) };
        Ok(PostfixOp::Member { name, optional: len == 2 })
    }

    /// `[e]`, which comes next.
    fn index_op(&mut self) -> PostfixOp {
        let start = self.look;
        let index = self.index();
        PostfixOp::Index { index, span: self.span(start) }
    }

    /// `[e]`, which comes next, as an expression.
    pub(super) fn index(&mut self) -> Expr {
        let inner = self.look + 1;
        self.bracketed(b']').unwrap_or_else(|Stop| self.error_expr(inner))
    }

    /// An opening bracket, an expression, and `close`.
    pub(super) fn bracketed(&mut self, close: u8) -> Parsed<Expr> {
        self.peek();
        let place = self.look;
        let Ok(open) = self.open_bracket() else {
            self.skip_bracket(place);
            return Err(Stop);
        };
        let start = self.pos;
        let expr = match self.expr() {
            Ok(expr) => expr,
            Err(Stop) => {
                self.skip_element();
                while self.is(b',') {
                    self.pos = self.look + 1;
                    self.skip_element();
                }
                if self.is(close) {
                    self.pos = self.look + 1;
                }
                self.close_bracket();
                return Ok(self.error_expr(start));
            }
        };
        if !self.eat(close) {
            self.not_closed(open, close);
        }
        self.close_bracket();
        Ok(expr)
    }

    /// `(a, name = b)`, which comes next.
    fn call_op(&mut self) -> PostfixOp {
        let start = self.look;
        let args = self.args();
        PostfixOp::Call { args, span: self.span(start) }
    }

    /// Arguments in parentheses, which come next.
    pub(super) fn args(&mut self) -> Vec<Arg> {
        let mut args = Vec::new();
        self.separated(b')', &mut |parser| {
            let start = parser.look;
            let arg = parser.arg();
            let arg = match arg {
                Ok(arg) if parser.arrow_ahead() => {
                    parser.no_lambda();
                    Arg { value: parser.error_expr(arg.value.span.start as usize), ..arg }
                }
                Ok(arg) => arg,
                Err(Stop) => {
                    parser.skip_element();
                    Arg { name: None, value: parser.error_expr(start) }
                }
            };
            args.push(arg);
        });
        args
    }

    fn arrow_ahead(&mut self) -> bool {
        self.peek() == b'=' && self.at(self.look + 1) == b'>'
    }

    /// `x => e` as an argument.
    #[cold]
    fn no_lambda(&mut self) {
        let i = self.look;
        self.push(
            problem(codes::FOREIGN_OPERATOR, i, i + 2, "there are no functions without a name", "not an operator")
                .help("a field is selected with a dot, `sort(xs, by = .rank)`; a comprehension does the rest: `[for x in xs: x * x]`"),
        );
        self.skip_element();
    }

    fn arg(&mut self) -> Parsed<Arg> {
        if chars::starts_word(self.peek()) {
            let saved = self.pos;
            if let Some(name) = self.take_word() {
                if self.is_equals() && !self.arrow_ahead() {
                    self.pos = self.look + 1;
                    self.value_ahead()?;
                    return Ok(Arg { name: Some(name), value: self.expr()? });
                }
                self.pos = saved;
            }
        }
        Ok(Arg { name: None, value: self.expr()? })
    }

    /// Whether a unit stands behind `as`, on its line.
    fn unit_follows(&self, end: usize) -> bool {
        let next = self.behind_trivia(end);
        chars::unit_end(self.bytes, next) > next && !self.text(end, next).contains('\n')
    }

    /// The unit of `as unit`.
    fn cast(&mut self) -> Parsed<PostfixOp> {
        self.peek();
        let start = self.look;
        let end = chars::unit_end(self.bytes, start);
        if end == start || self.look_nl {
            return Err(self.unexpected("a unit"));
        }
        self.pos = end;
        Ok(PostfixOp::As {
            unit: UnitLit { text: SmolStr::new(self.text(start, end)), per: false, span: self.span(start) },
        })
    }
}
