//! Expressions: operators and their operands.

use super::report::problem;
use super::{Parsed, Parser, Stop};
use crate::ast::{BinaryOp, Expr, ExprKind, Operand, Span, UnaryOp};
use crate::chars;
use crate::codes;

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
            if rank == MUL && self.at(self.pos) == b'*' {
                return Err(self.no_power(op_span));
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
            b'=' | b'!' if next == b'=' && self.at(i + 2) == b'=' => {
                let (op, instead) = if c == b'=' { (BinaryOp::Eq, "==") } else { (BinaryOp::Ne, "!=") };
                Some(Seen { op, len: 3, rank: COMPARE, instead: Some(instead) })
            }
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
            b'.' if next == b'.' && self.at(i + 2) == b'.' && self.at(i + 3).is_ascii_digit() => {
                Some(Seen { op: BinaryOp::Range, len: 3, rank: RANGE, instead: Some("..") })
            }
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
    fn no_power(&mut self, op: Span) -> Stop {
        let start = op.start as usize;
        self.push(
            problem(
                codes::FOREIGN_OPERATOR,
                start,
                start + 2,
                "there is no operator for powers",
                "not an operator",
            )
            .help("multiply: `x * x`"),
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
}
