//! Templates as trees.

use crate::{Mistake, codes};
use minijinja::machinery::ast::{self, Stmt};
use minijinja::machinery::parse as parse_template;
use minijinja::syntax::SyntaxConfig;

/// A tag on a line of its own leaves no empty line behind.
pub(crate) fn config() -> SyntaxConfig {
    SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).build().unwrap_or_default()
}

/// The tree, or the one mistake that keeps it from being one.
pub(crate) fn parse(text: &str) -> Result<Stmt<'_>, Vec<Mistake>> {
    parse_template(text, "document", config()).map_err(|e| vec![of_error(&e, text, true, codes::SYNTAX)])
}

/// A mistake of the template engine, at its place, or in its line where places are not `exact`.
pub(crate) fn of_error(e: &minijinja::Error, text: &str, exact: bool, code: &'static str) -> Mistake {
    let (start, end) = match e.range() {
        Some(r) if exact && r.start < r.end && r.end <= text.len() => (r.start, r.end),
        _ => line(text, e.line().unwrap_or(1)),
    };
    let why = match e.detail() {
        Some(detail) => detail.to_owned(),
        None => e.kind().to_string(),
    };
    Mistake { code, message: why, help: None, fix: None, start: start as u32, end: end as u32 }
}

/// Bytes of a line, counted from 1, without the white space around it.
fn line(text: &str, number: usize) -> (usize, usize) {
    let mut at = 0;
    for (i, l) in text.split_inclusive('\n').enumerate() {
        if i + 1 == number {
            let start = at + (l.len() - l.trim_start().len());
            return (start, (at + l.trim_end().len()).max(start));
        }
        at += l.len();
    }
    (0, text.len())
}

/// The plain text of a template, piece by piece, with where each begins.
pub(crate) fn raw<'t>(stmt: &Stmt<'t>, found: &mut Vec<(usize, &'t str)>) {
    let mut all = |body: &[Stmt<'t>]| body.iter().for_each(|s| raw(s, found));
    match stmt {
        Stmt::Template(t) => all(&t.children),
        Stmt::ForLoop(l) => {
            all(&l.body);
            all(&l.else_body);
        }
        Stmt::IfCond(c) => {
            all(&c.true_body);
            all(&c.false_body);
        }
        Stmt::WithBlock(w) => all(&w.body),
        Stmt::EmitRaw(r) => found.push((r.span().start_offset as usize, r.raw)),
        _ => {}
    }
}

/// Bytes of a node.
pub(crate) fn span<T>(node: &ast::Spanned<T>) -> (u32, u32) {
    (node.span().start_offset, node.span().end_offset)
}
