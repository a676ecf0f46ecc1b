//! Expressions.

use super::report::problem;
use super::{Parsed, Parser, Stop};
use crate::ast::{
    Arg, BinaryOp, Clauses, Expr, ExprKind, Loop, Operand, PostfixOp, Span, UnaryOp, UnitLit, Word,
};
use crate::chars;
use crate::codes;
use smol_str::SmolStr;

/// An operator that was seen but not read yet.
#[derive(Clone, Copy)]
struct Seen {
    op: BinaryOp,
    len: usize,
    rank: u8,
    /// How it should have been spelled, if not as it was.
    instead: Option<&'static str>,
}

/// Ranks, loosest first.
const OR: u8 = 1;
const AND: u8 = 2;
const NOT: u8 = 3;
const COMPARE: u8 = 4;
const COALESCE: u8 = 5;
const RANGE: u8 = 6;
const ADD: u8 = 7;
const MUL: u8 = 8;

/// A level of an unfinished chain.
enum Level {
    Chain { rank: u8, first: Expr, rest: Vec<Operand>, op: BinaryOp, op_span: Span },
    Not { op_span: Span },
}

impl Level {
    fn rank(&self) -> u8 {
        match self {
            Level::Chain { rank, .. } => *rank,
            Level::Not { .. } => NOT,
        }
    }
    /// Takes the last operand.
    fn close(self, last: Expr) -> Expr {
        match self {
            Level::Chain { first, mut rest, op, op_span, .. } => {
                let span = first.span.to(last.span);
                rest.push(Operand { op, op_span, expr: last });
                Expr { kind: ExprKind::Binary { first: Box::new(first), rest }, span }
            }
            Level::Not { op_span } => {
                let span = op_span.to(last.span);
                Expr { kind: ExprKind::Unary { op: UnaryOp::Not, op_span, operand: Box::new(last) }, span }
            }
        }
    }
}

impl<'s> Parser<'s> {
    /// An expression.
    pub(super) fn expr(&mut self) -> Parsed<Expr> {
        self.expr_in(false)
    }

    /// A condition: a lone `=` in it is meant as `==`.
    pub(super) fn condition(&mut self) -> Parsed<Expr> {
        self.expr_in(true)
    }

    fn expr_in(&mut self, condition: bool) -> Parsed<Expr> {
        if self.peek() == b'n' && self.peek_word() == "not" {
            return self.chain(None, condition);
        }
        let first = self.operand()?;
        match self.peek_operator(condition) {
            None => Ok(first),
            Some(_) => self.chain(Some(first), condition),
        }
    }

    /// Operators and operands, sorted into flat chains by rank without recursion.
    #[inline(never)]
    fn chain(&mut self, first: Option<Expr>, condition: bool) -> Parsed<Expr> {
        let mut levels: Vec<Level> = Vec::new();
        let depth = self.depth;
        let mut last = match first {
            Some(first) => first,
            None => self.chain_operand(&mut levels)?,
        };
        loop {
            let seen = self.peek_operator(condition);
            let rank = seen.map_or(0, |s| s.rank);
            while levels.last().is_some_and(|level| level.rank() > rank) {
                if let Some(level) = levels.pop() {
                    if matches!(level, Level::Not { .. }) {
                        self.leave();
                    }
                    last = level.close(last);
                }
            }
            let Some(seen) = seen else {
                self.depth = depth;
                return Ok(last);
            };
            let (op, op_span) = self.take_operator(seen);
            match levels.last_mut() {
                Some(Level::Chain { rank: top, rest, op: held, op_span: held_span, .. }) if *top == rank => {
                    if rank == COMPARE || rank == RANGE {
                        return Err(self.chained(op_span, rank));
                    }
                    rest.push(Operand { op: *held, op_span: *held_span, expr: last });
                    (*held, *held_span) = (op, op_span);
                }
                _ => levels.push(Level::Chain { rank, first: last, rest: Vec::new(), op, op_span }),
            }
            if rank == RANGE && !self.operand_ahead() {
                return Err(self.open_range(op_span));
            }
            last = self.chain_operand(&mut levels)?;
        }
    }

    /// An operand with the `not`s before it.
    fn chain_operand(&mut self, levels: &mut Vec<Level>) -> Parsed<Expr> {
        while self.peek() == b'n' && self.peek_word() == "not" {
            let start = self.look;
            if levels.last().is_some_and(|level| level.rank() > NOT) {
                self.push(
                    problem(
                        codes::MISPLACED_NOT,
                        start,
                        start + 3,
                        "`not` binds looser than the operator before it",
                        "ambiguous",
                    )
                    .help("put parentheses around `not …`"),
                );
                return Err(Stop);
            }
            self.enter(start)?;
            self.pos = start + 3;
            levels.push(Level::Not { op_span: self.span(start) });
        }
        self.operand()
    }

    /// The operator that comes next.
    #[inline]
    fn peek_operator(&mut self, condition: bool) -> Option<Seen> {
        let c = self.peek();
        let i = self.look;
        let next = self.at(i + 1);
        let seen = |op, len, rank| Some(Seen { op, len, rank, instead: None });
        match c {
            b'}' | b',' | b']' | b')' | b'{' => None,
            b'=' if next == b'=' => seen(BinaryOp::Eq, 2, COMPARE),
            b'=' if condition && next != b'>' => {
                Some(Seen { op: BinaryOp::Eq, len: 1, rank: COMPARE, instead: Some("==") })
            }
            b'!' if next == b'=' => seen(BinaryOp::Ne, 2, COMPARE),
            b'<' if next == b'=' => seen(BinaryOp::Le, 2, COMPARE),
            b'<' if next == b'>' => {
                Some(Seen { op: BinaryOp::Ne, len: 2, rank: COMPARE, instead: Some("!=") })
            }
            b'<' => seen(BinaryOp::Lt, 1, COMPARE),
            b'>' if next == b'=' => seen(BinaryOp::Ge, 2, COMPARE),
            b'>' => seen(BinaryOp::Gt, 1, COMPARE),
            b'.' if next == b'.' => seen(BinaryOp::Range, 2, RANGE),
            b'?' if next == b'?' => seen(BinaryOp::Coalesce, 2, COALESCE),
            b'+' if next != b'=' => seen(BinaryOp::Add, 1, ADD),
            b'-' if next != b'>' => seen(BinaryOp::Sub, 1, ADD),
            b'*' => seen(BinaryOp::Mul, 1, MUL),
            b'/' if next != b'/' => seen(BinaryOp::Div, 1, MUL),
            b'&' if next == b'&' => Some(Seen { op: BinaryOp::And, len: 2, rank: AND, instead: Some("and") }),
            b'|' if next == b'|' => Some(Seen { op: BinaryOp::Or, len: 2, rank: OR, instead: Some("or") }),
            b'a' | b'o' | b'i' | b'm' => {
                let (op, rank) = match self.peek_word() {
                    "and" => (BinaryOp::And, AND),
                    "or" => (BinaryOp::Or, OR),
                    "in" => (BinaryOp::In, COMPARE),
                    "is" => (BinaryOp::Is, COMPARE),
                    "matches" => (BinaryOp::Matches, COMPARE),
                    _ => return None,
                };
                let len = self.peek_word().len();
                // At the beginning of a line, `in = 5` is a field.
                if self.look_nl && self.names_field(i + len) {
                    return None;
                }
                seen(op, len, rank)
            }
            _ => None,
        }
    }

    fn take_operator(&mut self, seen: Seen) -> (BinaryOp, Span) {
        let start = self.look;
        self.pos = start + seen.len;
        if let Some(instead) = seen.instead {
            self.foreign_operator(start, self.pos, instead);
        }
        (seen.op, self.span(start))
    }

    #[cold]
    fn foreign_operator(&mut self, start: usize, end: usize, instead: &str) {
        let written = self.text(start, end);
        let pad = if instead.as_bytes().first().is_some_and(u8::is_ascii_alphabetic)
            && !self.at(end).is_ascii_whitespace()
        {
            " "
        } else {
            ""
        };
        let error = if written == "=" {
            problem(codes::EQUALS_COMPARES, start, end, "`=` sets, `==` compares", "a condition compares")
        } else {
            problem(
                codes::FOREIGN_OPERATOR,
                start,
                end,
                format!("`{written}` is written `{instead}`"),
                "not an operator",
            )
        };
        self.push(error.fix(format!("write `{instead}`"), start, end, format!("{instead}{pad}")));
    }

    #[cold]
    fn chained(&mut self, op: Span, rank: u8) -> Stop {
        let (message, help) = if rank == RANGE {
            ("a range has two ends", "a range of ranges does not exist; parentheses may say what is meant")
        } else {
            (
                "comparisons do not chain",
                "join two comparisons with `and`: `a < b and b < c`; a range test is `b in a..c`",
            )
        };
        self.push(
            problem(codes::CHAINED_COMPARISON, op.start as usize, op.end as usize, message, "a second one")
                .help(help),
        );
        Stop
    }

    #[cold]
    fn open_range(&mut self, op: Span) -> Stop {
        self.push(
            problem(
                codes::OPEN_RANGE,
                op.start as usize,
                op.end as usize,
                "the upper end of this range is missing",
                "no value follows",
            )
            .help("a range has both ends: `1..10`; for a lower bound alone write a condition"),
        );
        Stop
    }

    /// Whether something that an operand can begin with follows on this line.
    fn operand_ahead(&mut self) -> bool {
        let c = self.peek();
        !self.look_nl
            && (chars::in_word(c)
                || matches!(c, b'"' | b'(' | b'[' | b'{' | b'-' | b'$' | b'#' | b'\'' | b'!' | 0xC2 | 0xE2)
                || (c == b'.' && chars::starts_word(self.at(self.look + 1))))
    }

    /// Unary minus, a primary expression, and what is attached to it.
    fn operand(&mut self) -> Parsed<Expr> {
        match self.peek() {
            b'-' | b'!' => self.signed(),
            _ => {
                let base = self.primary()?;
                self.postfix(base)
            }
        }
    }

    #[inline(never)]
    fn signed(&mut self) -> Parsed<Expr> {
        let depth = self.depth;
        let mut signs: Vec<(UnaryOp, Span)> = Vec::new();
        loop {
            let c = self.peek();
            let start = self.look;
            let op = match c {
                b'-' => UnaryOp::Neg,
                b'!' if self.at(start + 1) != b'=' => UnaryOp::Not,
                _ => break,
            };
            self.enter(start)?;
            self.pos = start + 1;
            if op == UnaryOp::Not {
                self.foreign_operator(start, start + 1, "not");
            }
            signs.push((op, self.span(start)));
        }
        let base = self.primary()?;
        let mut expr = self.postfix(base)?;
        for (op, op_span) in signs.into_iter().rev() {
            let span = op_span.to(expr.span);
            expr = Expr { kind: ExprKind::Unary { op, op_span, operand: Box::new(expr) }, span };
        }
        self.depth = depth;
        Ok(expr)
    }

    /// What follows an expression: members, indices, calls, casts.
    fn postfix(&mut self, base: Expr) -> Parsed<Expr> {
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
    fn bracketed(&mut self, close: u8) -> Parsed<Expr> {
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

    // ------------------------------------------------------------ primary expressions

    fn primary(&mut self) -> Parsed<Expr> {
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

    /// `[a, b]` or `[for … : e]`
    fn list(&mut self) -> ExprKind {
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
    fn braces(&mut self) -> ExprKind {
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
