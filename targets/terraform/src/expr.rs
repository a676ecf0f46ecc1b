//! Expressions of HCL, as hcl-rs types them, and short ways to write those that resources need.
use crate::hcl_text;
use hcl::expr::{FuncCall, ObjectKey, TemplateExpr, Traversal, TraversalOperator, Variable};
use hcl::{Expression, Identifier};
use ivs_value::{Number, Value};
use std::fmt::Write;

/// An expression. Text, whole numbers, booleans and lists of them convert into one by `into()`; text is always literal.
pub type Expr = Expression;

/// A reference: `path("aws_vpc.main.id")`, `path("aws_eks_cluster.main.identity[0].oidc[0].issuer")`. Its words are the
/// caller's own, names made by [`crate::identifier`], and whole numbers in brackets.
pub fn path(words: &str) -> Expr {
    let mut parts = words.split('.');
    let first = Variable::unchecked(parts.next().unwrap_or_default());
    let mut operators = Vec::new();
    for part in parts {
        let mut pieces = part.split('[');
        let name = pieces.next().unwrap_or_default();
        operators.push(TraversalOperator::GetAttr(Identifier::unchecked(name)));
        for index in pieces {
            let index = index.trim_end_matches(']');
            if index == "*" {
                operators.push(TraversalOperator::FullSplat);
                continue;
            }
            operators.push(TraversalOperator::Index(match index.parse::<u64>() {
                Ok(n) => Expression::from(n),
                Err(_) => Expression::from(index.trim_matches('"')),
            }));
        }
    }
    if operators.is_empty() {
        return Expression::Variable(first);
    }
    Expression::Traversal(Box::new(Traversal { expr: Expression::Variable(first), operators }))
}

/// A call of one of Terraform's functions: `call("jsonencode", [policy])`.
pub fn call(name: &str, args: impl IntoIterator<Item = Expr>) -> Expr {
    let mut call = FuncCall::new(Identifier::unchecked(name));
    call.args = args.into_iter().collect();
    Expression::FuncCall(Box::new(call))
}

/// An object or map, in the order given. Keys are literal.
pub fn object<K: AsRef<str>, V: Into<Expr>>(fields: impl IntoIterator<Item = (K, V)>) -> Expr {
    Expression::Object(
        fields
            .into_iter()
            .map(|(k, v)| (ObjectKey::Expression(Expression::from(k.as_ref())), v.into()))
            .collect(),
    )
}

/// A list.
pub fn list<V: Into<Expr>>(items: impl IntoIterator<Item = V>) -> Expr {
    Expression::Array(items.into_iter().map(Into::into).collect())
}

/// A piece of a text that Terraform completes.
#[derive(Clone, PartialEq, Debug)]
pub enum Part {
    /// Literal: `${` in it means nothing.
    Text(String),
    /// Put in by Terraform.
    Expr(Expr),
}

impl From<&str> for Part {
    fn from(text: &str) -> Self {
        Part::Text(text.to_owned())
    }
}

impl From<String> for Part {
    fn from(text: String) -> Self {
        Part::Text(text)
    }
}

impl From<Expr> for Part {
    fn from(expr: Expr) -> Self {
        Part::Expr(expr)
    }
}

/// A text with references in it: `template([Part::from("arn:aws:s3:::"), path("aws_s3_bucket.logs.bucket").into()])`.
pub fn template(parts: impl IntoIterator<Item = Part>) -> Expr {
    let mut raw = String::new();
    let mut late = false;
    // Of the text since the last hole, and of all.
    let mut piece = String::new();
    let mut plain = String::new();
    for part in parts {
        match part {
            Part::Text(text) | Part::Expr(Expression::String(text)) => {
                piece.push_str(&text);
                plain.push_str(&text);
            }
            Part::Expr(expr) => {
                late = true;
                around_holes(&std::mem::take(&mut piece), true, &mut raw);
                let _ = write!(raw, "${{{}}}", hcl_text::expression(&expr, 0));
            }
        }
    }
    around_holes(&piece, false, &mut raw);
    if late { Expression::TemplateExpr(Box::new(TemplateExpr::QuotedString(raw))) } else { plain.into() }
}

/// Literal text of a template. A `$` or `%` right before another, or before a hole, would be read as part of an escape; it is
/// put in by a hole of its own, which means the same in both syntaxes.
fn around_holes(text: &str, hole_follows: bool, raw: &mut String) {
    let mut chars = text.chars().peekable();
    let mut plain = String::new();
    while let Some(c) = chars.next() {
        let next = chars.peek();
        let apart = matches!(c, '$' | '%') && (next == Some(&c) || next.is_none() && hole_follows);
        if apart {
            raw.push_str(&hcl_text::escaped(&std::mem::take(&mut plain)));
            let _ = write!(raw, "${{\"{c}\"}}");
        } else {
            plain.push(c);
        }
    }
    raw.push_str(&hcl_text::escaped(&plain));
}

/// A number, exactly. Fractions that a reader with binary floating point would change become text, which Terraform
/// converts to a number without loss. `None` if it has no finite decimal form.
pub fn decimal(n: &Number) -> Option<Expr> {
    if let Some(whole) = n.to_i64() {
        return Some(whole.into());
    }
    let text = ivs_value::interpolate(&Value::Number(n.clone())).ok()?;
    let float: Option<f64> = text.parse().ok();
    match float.filter(|f| f.to_string() == text).and_then(hcl::Number::from_f64) {
        Some(number) => Some(Expression::Number(number)),
        None => Some(Expression::String(text)),
    }
}
