//! Bodies as `terraform fmt` lays them out: the library's own printer does not align `=`.
//!
//! The rules are those of `hclwrite.Format`: two blanks per open bracket; `=` aligned over neighbouring lines whose value
//! ends on its line; one blank line between an attribute and a block, and between blocks.
use hcl::expr::{Expression, ObjectKey, Operation, TemplateExpr, Traversal, TraversalOperator};
use hcl::structure::{BlockLabel, Structure};
use hcl::{Block, Body};
use std::fmt::Write;
use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfc_quick};

/// Lists up to this width stand on one line, if nothing in them needs several.
const LINE: usize = 80;

/// The text of a body, each line ended.
pub fn print(body: &Body) -> String {
    let mut out = String::new();
    print_body(&mut out, body, 0);
    out
}

fn print_body(out: &mut String, body: &Body, level: usize) {
    let mut run: Vec<(String, String)> = Vec::new();
    let mut first = true;
    let mut flush = |out: &mut String, run: &mut Vec<(String, String)>| {
        if !run.is_empty() {
            entries(out, run, level);
            run.clear();
            first = false;
        }
    };
    let mut blocks = false;
    for structure in body {
        match structure {
            Structure::Attribute(a) => {
                if blocks && run.is_empty() {
                    out.push('\n');
                }
                run.push((a.key.as_str().to_owned(), expression(&a.expr, level)));
            }
            Structure::Block(block) => {
                let before = !run.is_empty() || blocks;
                flush(out, &mut run);
                if before {
                    out.push('\n');
                }
                print_block(out, block, level);
                blocks = true;
            }
        }
    }
    flush(out, &mut run);
}

fn print_block(out: &mut String, block: &Block, level: usize) {
    indent(out, level);
    out.push_str(block.identifier.as_str());
    for label in &block.labels {
        match label {
            BlockLabel::Identifier(name) => {
                let _ = write!(out, " {}", name.as_str());
            }
            BlockLabel::String(text) => {
                let _ = write!(out, " {}", quoted(text));
            }
        }
    }
    if block.body.0.is_empty() {
        out.push_str(" {}\n");
        return;
    }
    out.push_str(" {\n");
    print_body(out, &block.body, level + 1);
    indent(out, level);
    out.push_str("}\n");
}

fn indent(out: &mut String, level: usize) {
    (0..level).for_each(|_| out.push_str("  "));
}

/// Lines `key = value`. What is not ASCII stands apart: how wide it is depends on the reader.
fn entries(out: &mut String, lines: &[(String, String)], level: usize) {
    let simple = |(key, value): &(String, String)| key.is_ascii() && !value.contains('\n');
    let mut rest = lines;
    let mut first = true;
    while let Some(head) = rest.first() {
        let chain = rest.iter().take_while(|l| simple(l)).count();
        let width = rest.iter().take(chain).map(|(key, _)| key.len()).max().unwrap_or(0);
        let apart = !head.0.is_ascii();
        if apart && !first {
            out.push('\n');
        }
        for (key, value) in rest.iter().take(chain.max(1)) {
            indent(out, level);
            let _ = writeln!(out, "{key:width$} = {value}", width = if apart { 0 } else { width });
        }
        rest = rest.get(chain.max(1)..).unwrap_or_default();
        if apart && rest.first().is_some_and(|(key, _)| key.is_ascii()) {
            out.push('\n');
        }
        first = false;
    }
}

/// The text of an expression that begins on a line of that level.
pub(crate) fn expression(expr: &Expression, level: usize) -> String {
    match expr {
        Expression::Null => "null".to_owned(),
        Expression::Bool(b) => b.to_string(),
        Expression::Number(n) => number(n),
        Expression::String(s) => quoted(s),
        Expression::Array(items) => array(items, level),
        Expression::Object(fields) => {
            if fields.is_empty() {
                return "{}".to_owned();
            }
            let lines: Vec<(String, String)> =
                fields.iter().map(|(k, v)| (key(k), expression(v, level + 1))).collect();
            let mut out = String::from("{\n");
            entries(&mut out, &lines, level + 1);
            indent(&mut out, level);
            out.push('}');
            out
        }
        Expression::TemplateExpr(template) => match &**template {
            TemplateExpr::QuotedString(raw) => format!("\"{raw}\""),
            TemplateExpr::Heredoc(_) => other(expr),
        },
        Expression::Variable(name) => name.as_str().to_owned(),
        Expression::Traversal(traversal) => reference(traversal, level),
        Expression::FuncCall(call) => {
            let args: Vec<String> = call.args.iter().map(|a| expression(a, level)).collect();
            format!("{}({})", call.name.name.as_str(), args.join(", "))
        }
        Expression::Operation(op) => match &**op {
            Operation::Unary(op) => format!("{}{}", op.operator.as_str(), expression(&op.expr, level)),
            Operation::Binary(op) => format!(
                "{} {} {}",
                expression(&op.lhs_expr, level),
                op.operator.as_str(),
                expression(&op.rhs_expr, level)
            ),
        },
        Expression::Conditional(c) => format!(
            "{} ? {} : {}",
            expression(&c.cond_expr, level),
            expression(&c.true_expr, level),
            expression(&c.false_expr, level)
        ),
        Expression::Parenthesis(inner) => format!("({})", expression(inner, level)),
        _ => other(expr),
    }
}

/// What nothing here builds: as the library writes it.
fn other(expr: &Expression) -> String {
    hcl::format::to_string(expr).unwrap_or_default()
}

fn number(n: &hcl::Number) -> String {
    match (n.as_i64(), n.as_u64(), n.as_f64()) {
        (Some(n), ..) => n.to_string(),
        (None, Some(n), _) => n.to_string(),
        // Rust prints the shortest decimal that reads back the same, without an exponent.
        (None, None, Some(n)) => n.to_string(),
        (None, None, None) => n.to_string(),
    }
}

fn reference(traversal: &Traversal, level: usize) -> String {
    let mut out = expression(&traversal.expr, level);
    for operator in &traversal.operators {
        match operator {
            TraversalOperator::AttrSplat => out.push_str(".*"),
            TraversalOperator::FullSplat => out.push_str("[*]"),
            TraversalOperator::GetAttr(name) => {
                let _ = write!(out, ".{}", name.as_str());
            }
            TraversalOperator::Index(index) => {
                let _ = write!(out, "[{}]", expression(index, level));
            }
            TraversalOperator::LegacyIndex(index) => {
                let _ = write!(out, ".{index}");
            }
        }
    }
    out
}

fn array(items: &[Expression], level: usize) -> String {
    let flat: Vec<String> = items.iter().map(|i| expression(i, level + 1)).collect();
    let width: usize = flat.iter().map(|i| i.chars().count() + 2).sum();
    if width <= LINE && !flat.iter().any(|i| i.contains('\n')) {
        return format!("[{}]", flat.join(", "));
    }
    let mut out = String::from("[\n");
    for item in flat {
        indent(&mut out, level + 1);
        out.push_str(&item);
        out.push_str(",\n");
    }
    indent(&mut out, level);
    out.push(']');
    out
}

fn key(key: &ObjectKey) -> String {
    match key {
        ObjectKey::Identifier(name) => name.as_str().to_owned(),
        ObjectKey::Expression(Expression::String(text)) if is_word(text) => text.clone(),
        ObjectKey::Expression(Expression::String(text)) => quoted(text),
        ObjectKey::Expression(expr @ Expression::TemplateExpr(_)) => expression(expr, 0),
        ObjectKey::Expression(expr) => format!("({})", expression(expr, 0)),
        _ => String::new(),
    }
}

/// Whether a key needs no quotes. `for` would begin a comprehension; the other three are words of their own.
fn is_word(text: &str) -> bool {
    let mut bytes = text.bytes();
    bytes.next().is_some_and(|b| b.is_ascii_alphabetic() || b == b'_')
        && bytes.all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-'))
        && !matches!(text, "for" | "null" | "true" | "false")
}

/// A text in quotes.
pub(crate) fn quoted(text: &str) -> String {
    format!("\"{}\"", escaped(text))
}

/// A text as it stands between quotes: nothing in it is a template. Terraform reads text in NFC, so it is written so.
pub(crate) fn escaped(text: &str) -> String {
    let normal: String;
    let text = if is_nfc_quick(text.chars()) == IsNormalized::Yes {
        text
    } else {
        normal = text.nfc().collect();
        &normal
    };
    let mut out = String::with_capacity(text.len() + 2);
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '$' | '%' if chars.peek() == Some(&'{') => {
                out.push(c);
                out.push(c);
            }
            // Before an escaped `${`, a further `$` could be read as part of the escape.
            '$' | '%' if chars.peek() == Some(&c) => {
                let _ = write!(out, "\\u{:04x}", u32::from(c));
            }
            c if c.is_control() || matches!(c, '\u{2028}' | '\u{2029}' | '\u{feff}') => {
                let _ = write!(out, "\\u{:04x}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out
}
