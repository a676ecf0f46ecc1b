//! The same modules in Terraform's JSON syntax: <https://developer.hashicorp.com/terraform/language/syntax/json>.
use hcl::expr::{ObjectKey, TemplateExpr};
use hcl::structure::{BlockLabel, Structure};
use hcl::{Body, Expression};
use serde_json::{Map, Value as Json};
use std::sync::Arc;

/// What a text in JSON means to Terraform.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Reads {
    /// A template: `${…}` is evaluated, so literal ones are escaped.
    Template,
    /// A bare reference or keyword: `ignore_changes`, `depends_on`, a variable's `type`.
    Bare,
}

/// One document of all pieces.
pub fn convert(pieces: &[Arc<str>]) -> String {
    let mut root = Map::new();
    for piece in pieces {
        // The pieces were printed by this crate; reading one back cannot fail.
        if let Ok(body) = hcl::parse(piece) {
            fill(&mut root, &body, true);
        }
    }
    let mut text = serde_json::to_string_pretty(&Json::Object(root)).unwrap_or_default();
    text.push('\n');
    text
}

fn fill(into: &mut Map<String, Json>, body: &Body, top: bool) {
    for structure in body {
        match structure {
            Structure::Attribute(a) => {
                let bare = matches!(
                    a.key.as_str(),
                    "depends_on" | "ignore_changes" | "provider" | "replace_triggered_by"
                );
                let reads = if bare { Reads::Bare } else { Reads::Template };
                into.insert(a.key.as_str().to_owned(), value(&a.expr, reads));
            }
            Structure::Block(block) => {
                let mut inner = Map::new();
                if block.identifier.as_str() == "variable" {
                    variable(&mut inner, &block.body);
                } else if block.identifier.as_str() == "moved" {
                    let addresses = block.body.attributes();
                    inner.extend(addresses.map(|a| (a.key.as_str().to_owned(), value(&a.expr, Reads::Bare))));
                } else {
                    fill(&mut inner, &block.body, false);
                }
                let mut place = &mut *into;
                let mut path = vec![block.identifier.as_str()];
                path.extend(block.labels.iter().map(BlockLabel::as_str));
                let last = path.pop().unwrap_or_default();
                for step in path {
                    let next = place.entry(step).or_insert_with(|| Json::Object(Map::new()));
                    let Json::Object(next) = next else { return };
                    place = next;
                }
                // Blocks may be repeated, except `terraform { … }`, which the format wants as one object.
                if top && block.identifier.as_str() != "moved" {
                    place.insert(last.to_owned(), Json::Object(inner));
                } else {
                    let all = place.entry(last).or_insert_with(|| Json::Array(Vec::new()));
                    if let Json::Array(all) = all {
                        all.push(Json::Object(inner));
                    }
                }
            }
        }
    }
}

fn variable(into: &mut Map<String, Json>, body: &Body) {
    for attribute in body.attributes() {
        let reads = if attribute.key.as_str() == "type" { Reads::Bare } else { Reads::Template };
        into.insert(attribute.key.as_str().to_owned(), value(&attribute.expr, reads));
    }
}

fn value(expr: &Expression, reads: Reads) -> Json {
    match expr {
        Expression::Null => Json::Null,
        Expression::Bool(b) => Json::Bool(*b),
        Expression::Number(n) => n
            .as_i64()
            .map(Json::from)
            .or_else(|| n.as_u64().map(Json::from))
            .or_else(|| n.as_f64().map(Json::from))
            .unwrap_or(Json::Null),
        Expression::String(s) => Json::String(literal(s)),
        Expression::Array(items) => Json::Array(items.iter().map(|i| value(i, reads)).collect()),
        Expression::Object(fields) => {
            let fields = fields.iter().map(|(k, v)| {
                let key = match k {
                    ObjectKey::Identifier(name) => name.as_str().to_owned(),
                    ObjectKey::Expression(Expression::String(text)) => literal(text),
                    ObjectKey::Expression(Expression::TemplateExpr(t)) => t.to_string(),
                    ObjectKey::Expression(other) => format!("${{{}}}", crate::hcl_text::expression(other, 0)),
                    _ => String::new(),
                };
                (key, value(v, reads))
            });
            Json::Object(fields.collect())
        }
        Expression::TemplateExpr(template) => match &**template {
            // As the library reads it back: unescaped, with `${` of literals still doubled. That is JSON's form.
            TemplateExpr::QuotedString(raw) => Json::String(raw.clone()),
            TemplateExpr::Heredoc(heredoc) => Json::String(heredoc.template.clone()),
        },
        other => {
            let text = crate::hcl_text::expression(other, 0);
            Json::String(if reads == Reads::Bare { text } else { format!("${{{text}}}") })
        }
    }
}

/// A literal text as a template that gives it back.
fn literal(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '$' | '%' if chars.peek() == Some(&'{') => {
                out.push(c);
                out.push(c);
            }
            '$' | '%' if chars.peek() == Some(&c) => {
                out.push_str("${\"");
                out.push(c);
                out.push_str("\"}");
            }
            c => out.push(c),
        }
    }
    out
}
