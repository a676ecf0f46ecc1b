//! Mistakes that somebody could have made in a rule of the library, made one at a time.
//!
//! Takes the text of a file and the parts of it that decide: headers of checks, their lets and conditions, constants and
//! functions. Gives each operator replaced by its neighbours, each number by the next ones, `and` by `or`, `not x` by `x`,
//! `x in y` by its opposite, and each filter and requirement by `true`. Texts for people (`message`, `help`) and `fix` stay.

use ivs_grammar::ast::{
    BinaryOp, Block, Clauses, EntryKind, Expr, ExprKind, ItemKind, NumberLit, PostfixOp, Span, UnaryOp,
};
use std::ops::Range;

/// A text with one mistake in it.
pub struct Mutant {
    /// Where and what: `demand: s.demand.peak ⟦<= → <⟧ serves`.
    pub what: String,
    /// The whole text of the file.
    pub text: String,
}

/// Which parts of a file are a rule's.
#[derive(Clone, Copy)]
pub enum Parts {
    /// All checks, constants and functions.
    All,
    /// The functions and constants of these names.
    Named(&'static [&'static str]),
    /// Requirements in kinds and structs that have this code.
    Coded(&'static str),
}

/// All mutants of the parts of a text, in the order of their places.
pub fn mutants(text: &str, parts: Parts) -> Vec<Mutant> {
    let mut found = Vec::new();
    for chunk in ivs_grammar::scan(text).chunks {
        let at = chunk.span.start as usize;
        let part = &text[at..chunk.span.end as usize];
        for item in ivs_grammar::parse(part).items {
            let mut edits = Edits { text: part, found: Vec::new() };
            let name = edits.item(&item.kind, parts);
            edits.found.sort_by_key(|(range, _)| range.start);
            for (range, new) in edits.found {
                let range = at + range.start..at + range.end;
                found.push(Mutant {
                    what: described(text, &name, &range, &new),
                    text: replaced(text, &range, &new),
                });
            }
        }
    }
    found
}

fn replaced(text: &str, range: &Range<usize>, new: &str) -> String {
    format!("{}{new}{}", &text[..range.start], &text[range.end..])
}

/// The mistake and what stands around it on its line.
fn described(text: &str, item: &str, range: &Range<usize>, new: &str) -> String {
    const AROUND: usize = 36;
    let before = text[..range.start].rsplit('\n').next().unwrap_or_default();
    let after = text[range.end..].split('\n').next().unwrap_or_default();
    let skipped = before.chars().count().saturating_sub(AROUND);
    let before: String = before.chars().skip(skipped).collect();
    let after: String = after.chars().take(AROUND).collect();
    format!("{item}: {}⟦{} → {new}⟧{}", before.trim_start(), &text[range.clone()], after.trim_end())
}

struct Edits<'a> {
    text: &'a str,
    found: Vec<(Range<usize>, String)>,
}

impl Edits<'_> {
    /// Collects the edits of an item; gives its name.
    fn item(&mut self, item: &ItemKind, parts: Parts) -> String {
        let wanted = |name: &str| match parts {
            Parts::All => true,
            Parts::Named(names) => names.contains(&name),
            Parts::Coded(_) => false,
        };
        match item {
            ItemKind::Fn { name, body, .. } | ItemKind::Let { name, value: body, .. } => {
                if wanted(&name.text) {
                    self.expr(body);
                }
                name.text.to_string()
            }
            ItemKind::Check { name, clauses, block } => {
                if matches!(parts, Parts::All) {
                    self.clauses(clauses);
                    self.rules(block, None);
                }
                name.text.to_string()
            }
            ItemKind::Kind { name, block } | ItemKind::Struct { name, block } => {
                if let Parts::Coded(code) = parts {
                    self.rules(block, Some(code));
                }
                name.text.to_string()
            }
            _ => String::new(),
        }
    }

    /// Lets and conditions of a body; with a code, only of the requirements that have it.
    fn rules(&mut self, block: &Block, code: Option<&str>) {
        for entry in &block.entries {
            match &entry.kind {
                EntryKind::Let { value, .. } if code.is_none() => self.expr(value),
                EntryKind::Require { cond, block } => {
                    let body = block.as_ref().map(|b| slice(self.text, b.span)).unwrap_or_default();
                    if code.is_none_or(|c| body.contains(&format!("\"{c}\""))) {
                        self.replace(cond.span, format!("({}) or true", slice(self.text, cond.span)));
                        self.expr(cond);
                    }
                }
                _ => {}
            }
        }
    }

    fn clauses(&mut self, clauses: &Clauses) {
        clauses.loops.iter().for_each(|l| self.expr(&l.over));
        if let Some(filter) = &clauses.filter {
            self.replace(filter.span, "true");
            self.expr(filter);
        }
    }

    fn replace(&mut self, span: Span, new: impl Into<String>) {
        self.found.push((span.start as usize..span.end as usize, new.into()));
    }

    fn expr(&mut self, e: &Expr) {
        match &e.kind {
            ExprKind::Number(n) => self.number(e.span, n),
            ExprKind::List(es) => es.iter().for_each(|e| self.expr(e)),
            ExprKind::ListFor { clauses, body } => {
                self.clauses(clauses);
                self.expr(body);
            }
            ExprKind::MapFor { clauses, key, value } => {
                self.clauses(clauses);
                self.expr(key);
                self.expr(value);
            }
            ExprKind::Block(block) => {
                for entry in &block.entries {
                    if let EntryKind::Set { value, .. } | EntryKind::Let { value, .. } = &entry.kind {
                        self.expr(value);
                    }
                }
            }
            ExprKind::If { arms, otherwise } => {
                for (condition, value) in arms {
                    self.expr(condition);
                    self.expr(value);
                }
                self.expr(otherwise);
            }
            ExprKind::Unary { op, op_span, operand } => {
                if *op == UnaryOp::Not {
                    self.replace(*op_span, "");
                }
                self.expr(operand);
            }
            ExprKind::Binary { first, rest } => {
                if rest.iter().all(|o| matches!(o.op, BinaryOp::In | BinaryOp::Is | BinaryOp::Matches)) {
                    self.replace(e.span, format!("(not ({}))", slice(self.text, e.span)));
                }
                self.expr(first);
                for operand in rest {
                    // No count is less than nothing.
                    let same: &[&str] = match counts(first) && is_zero(&operand.expr) {
                        true => &["<=", "!="],
                        false => &[],
                    };
                    for new in neighbours(operand.op).iter().filter(|new| !same.contains(new)) {
                        self.replace(operand.op_span, *new);
                    }
                    self.expr(&operand.expr);
                }
            }
            ExprKind::Postfix { base, ops } => {
                self.expr(base);
                for op in ops {
                    match op {
                        PostfixOp::Index { index, .. } => self.expr(index),
                        PostfixOp::Call { args, .. } => args.iter().for_each(|a| self.expr(&a.value)),
                        PostfixOp::Member { .. } | PostfixOp::As { .. } => {}
                    }
                }
            }
            ExprKind::Paren(e) => self.expr(e),
            // A text is for people; a name, a date or a selector is no constant of a formula.
            _ => {}
        }
    }

    /// The number one more and one less in its last digit.
    fn number(&mut self, span: Span, n: &NumberLit) {
        let written = slice(self.text, span);
        let digits: String =
            written.chars().take_while(|c| c.is_ascii_digit() || "._".contains(*c)).collect();
        let decimals = digits.split_once('.').map_or(0, |(_, d)| d.replace('_', "").len());
        let Ok(value) = digits.replace(['.', '_'], "").parse::<u64>() else { return };
        let rest = &written[digits.len()..];
        // `1e6` and `$5` are none of the library's.
        assert!(n.currency.is_none() && !rest.starts_with(['e', 'E']), "{written}");
        for near in [value.checked_add(1), value.checked_sub(1)].into_iter().flatten() {
            let shown = format!("{near:0>width$}", width = decimals + 1);
            let (whole, part) = shown.split_at(shown.len() - decimals);
            let point = if decimals == 0 { "" } else { "." };
            self.replace(span, format!("{whole}{point}{part}{rest}"));
        }
    }
}

/// Whether an expression is a `length`, or a sum of such.
fn counts(e: &Expr) -> bool {
    match &e.kind {
        ExprKind::Postfix { base, ops } => {
            matches!(&base.kind, ExprKind::Name(n) if n == "length" || n == "count")
                && matches!(ops.as_slice(), [PostfixOp::Call { .. }])
        }
        ExprKind::Binary { first, rest } => {
            counts(first) && rest.iter().all(|o| o.op == BinaryOp::Add && counts(&o.expr))
        }
        ExprKind::Paren(e) => counts(e),
        _ => false,
    }
}

fn is_zero(e: &Expr) -> bool {
    matches!(&e.kind, ExprKind::Number(n) if n.digits == "0" && n.unit.is_none())
}

fn slice(text: &str, span: Span) -> &str {
    &text[span.start as usize..span.end as usize]
}

/// What somebody could have written instead: a bound that is reached or not, one side alone, the opposite.
fn neighbours(op: BinaryOp) -> &'static [&'static str] {
    match op {
        BinaryOp::Lt => &["<=", "!=", ">="],
        BinaryOp::Le => &["<", "==", ">"],
        BinaryOp::Gt => &[">=", "!=", "<="],
        BinaryOp::Ge => &[">", "==", "<"],
        BinaryOp::Eq => &["!=", "<=", ">="],
        BinaryOp::Ne => &["==", "<", ">"],
        BinaryOp::Add => &["-"],
        BinaryOp::Sub => &["+"],
        BinaryOp::Mul => &["/"],
        BinaryOp::Div => &["*"],
        BinaryOp::And => &["or"],
        BinaryOp::Or => &["and"],
        BinaryOp::In | BinaryOp::Is | BinaryOp::Matches | BinaryOp::Coalesce | BinaryOp::Range => &[],
    }
}
