//! What a text may say: one of a few, a file, what a schema knows.

use super::{Proposal, Question, Sort};
use crate::lex::Lexed;
use crate::tree::each_expr;
use ivs_grammar::ast::{ExprKind, PostfixOp, Span};
use ivs_model::{Symbol, Ty};
use ivs_source::DataFiles;

/// What a string may say: one of a few texts, a file. Gives what is replaced.
pub fn complete(q: &Question<'_>, lexed: &Lexed, offset: usize, out: &mut Vec<Proposal>) -> Span {
    let here = Span::new(offset as u32, offset as u32);
    let head = q.text.get(..offset).unwrap_or_default();
    let text = format!("{head}{}", lexed.closers);
    let chunk = ivs_grammar::parse(&text);
    let (mut literal, mut loads, mut made_of) = (None, false, None);
    for item in &chunk.items {
        each_expr(item, &mut |e| match &e.kind {
            ExprKind::Str(s) if s.span.start < here.start && here.start <= s.span.end => {
                literal = Some(s.span)
            }
            ExprKind::Postfix { base, ops } => {
                let ExprKind::Name(callee) = &base.kind else { return };
                let inside = |o: &&PostfixOp| matches!(o, PostfixOp::Call { span, .. } if span.start < here.start && here.start <= span.end);
                let Some(PostfixOp::Call { args, .. }) = ops.iter().find(inside) else { return };
                loads |= callee == "load";
                if let ("attr", [of, _]) = (callee.as_str(), &args[..]) {
                    made_of = Some(of.value.span);
                }
            }
            _ => {}
        });
    }
    let Some(span) = literal else { return here };
    let rest = q.text.get(offset..).unwrap_or_default();
    let more =
        rest.find(['"', '\n']).filter(|n| rest.get(*n..).is_some_and(|r| r.starts_with('"'))).unwrap_or(0);
    let replace = Span::new(span.start + 1, (offset + more) as u32);
    if loads {
        for entry in DataFiles::get(q.db).entries(q.db).iter().filter(|e| e.text.is_ok()) {
            if !entry.path.contains(':') {
                out.push(Proposal::new(entry.path.as_str(), Sort::File).rank(1));
            }
        }
        return replace;
    }
    if let Some(item) = q.item {
        let trace = ivs_model::probe(q.db, item, &text, &chunk);
        let asked = |s: Span| trace.mentions.iter().rfind(|m| s.start <= m.span.start && m.span.end <= s.end);
        if let Some(Symbol::Item(of)) = made_of.and_then(asked).map(|m| &m.symbol) {
            let all = crate::schema::made(q.db, *of);
            out.extend(all.iter().map(|f| known(f).detail(f.ty.as_str()).rank(1)));
            return replace;
        }
        if let Some((_, want)) = trace.wants.iter().rev().find(|(s, _)| *s == span) {
            literals(want, out);
        }
        let tree = chunk.items.first();
        let bodies = tree.map(|t| crate::tree::bodies(q.db, item, t)).unwrap_or_default();
        for body in bodies {
            let steps = crate::tree::steps(body.block);
            let Some(step) =
                steps.iter().rfind(|s| s.entry.span.start <= span.start && span.end <= s.entry.span.end)
            else {
                continue;
            };
            let Some((last, front)) = step.path.split_last() else { continue };
            if front.is_empty() {
                out.extend(crate::schema::texts(q.db, body.decl, last).iter().map(|t| known(t).rank(1)));
            }
            for field in crate::schema::fields(q.db, body.decl, front).iter().filter(|f| f.name == *last) {
                out.extend(field.values.iter().map(|v| Proposal::new(v.as_str(), Sort::Value).rank(1)));
            }
        }
    }
    replace
}

/// A text that a schema knows.
fn known(field: &ivs_driver::KnownField) -> Proposal {
    let p = Proposal::new(field.name.as_str(), Sort::Value);
    match &field.docs {
        Some(docs) => p.docs(docs.as_str()),
        None => p,
    }
}

fn literals(want: &Ty, out: &mut Vec<Proposal>) {
    match want.core() {
        Ty::Literal(text) => out.push(Proposal::new(text.as_str(), Sort::Value).rank(1)),
        Ty::Union(ts) => ts.iter().for_each(|t| literals(t, out)),
        Ty::List(t) => literals(t, out),
        _ => {}
    }
}
