//! Units behind a number.

use super::{Proposal, Question, Sort, names::named};
use crate::lex::{Kind, Lexed};
use crate::tree::each_expr;
use ivs_grammar::ast::{ExprKind, Span};
use ivs_model::{Symbol, Ty, unit_def};
use ivs_source::ItemId;
use ivs_value::Dim;
use smol_str::SmolStr;

/// Pairs of units that are proposed for a rate.
const PAIRS: usize = 200;

/// The word of a unit that is being written at an offset, right behind a number.
pub fn at_number(q: &Question<'_>, lexed: &Lexed, offset: usize) -> Option<Span> {
    let last = lexed.tokens.last()?;
    if last.span.end as usize == offset {
        match last.kind {
            Kind::Number => return Some(Span::new(offset as u32, offset as u32)),
            Kind::Unit => {
                let written = last.span.text(q.text);
                let begin = written.rfind('/').map_or(0, |n| n + 1);
                return Some(Span::new(last.span.start + begin as u32, last.span.end));
            }
            Kind::Sign if last.span.text(q.text) == "/" => {
                let before = lexed.tokens.get(lexed.tokens.len().checked_sub(2)?)?;
                let near =
                    before.span.end == last.span.start && matches!(before.kind, Kind::Number | Kind::Unit);
                return near.then_some(Span::new(offset as u32, offset as u32));
            }
            _ => {}
        }
    }
    None
}

/// The units that may stand there.
pub fn complete(q: &Question<'_>, span: Span, offset: usize, out: &mut Vec<Proposal>) {
    let head = q.text.get(..offset).unwrap_or_default();
    let text = format!("{}{}", head.trim_end_matches('/'), crate::lex::lex(head).closers);
    let chunk = ivs_grammar::parse(&text);
    let mut literal = None;
    for item in &chunk.items {
        each_expr(item, &mut |e| {
            if matches!(e.kind, ExprKind::Number(_))
                && e.span.start <= span.start
                && span.start <= e.span.end + 1
            {
                literal = Some(e.span);
            }
        });
    }
    let want = literal.zip(q.item).and_then(|(at, item)| {
        let trace = ivs_model::probe(q.db, item, &text, &chunk);
        trace.wants.iter().rev().find(|(s, _)| *s == at).map(|(_, t)| t.clone())
    });
    let slash = head.get(..span.start as usize).is_some_and(|h| h.ends_with('/'));
    all(q, want.as_ref().map(|w| (w, slash)), out);
}

/// The units of an expected type; of every dimension, without one.
pub fn all(q: &Question<'_>, want: Option<(&Ty, bool)>, out: &mut Vec<Proposal>) {
    let mut dims = Vec::new();
    let mut percent = false;
    if let Some((want, _)) = want {
        admitted(want, &mut dims, &mut percent);
    }
    if percent {
        out.push(Proposal::new("%", Sort::Unit).detail("percent").rank(1));
    }
    let units = units(q);
    let any = dims.is_empty() && !percent;
    let below = want.is_some_and(|(_, slash)| slash);
    for (name, item, dim) in &units {
        let fits = |d: &Dim| match below {
            true => dim.as_base().is_some_and(|b| d.exponent(b) < 0),
            false => ivs_model::measures(
                &ivs_value::Unit::new(name.clone(), ivs_value::Number::ONE, dim.clone()),
                d,
            ),
        };
        if any || dims.iter().any(fits) {
            let mut p = named(q, name, *item).rank(1);
            p.sort = Sort::Unit;
            p.detail = dim.to_string();
            out.push(p.names(Symbol::Item(*item)));
        }
    }
    if below {
        return;
    }
    for dim in &dims {
        rates(&units, dim, out);
    }
}

/// `req/min` for a dimension that is one divided by another.
fn rates(units: &[(SmolStr, ItemId, Dim)], dim: &Dim, out: &mut Vec<Proposal>) {
    let over: Vec<_> = dim.factors().iter().filter(|(_, e)| *e == 1).map(|(n, _)| n).collect();
    let under: Vec<_> = dim.factors().iter().filter(|(_, e)| *e == -1).map(|(n, _)| n).collect();
    let of = |name: &SmolStr| {
        let plain = name.split(':').next().unwrap_or(name).to_owned();
        let code = name.split_once(':').map(|(_, c)| c.to_owned());
        units
            .iter()
            .filter(move |(n, _, d)| {
                d.as_base().is_some_and(|b| *b == *plain) && code.as_ref().is_none_or(|c| n == c)
            })
            .map(|(n, ..)| n.clone())
            .collect::<Vec<SmolStr>>()
    };
    if dim.factors().len() != over.len() + under.len() {
        return;
    }
    if let ([a], [b]) = (over.as_slice(), under.as_slice()) {
        let mut count = 0;
        for x in of(a) {
            for y in of(b) {
                count += 1;
                if count <= PAIRS {
                    out.push(Proposal::new(format!("{x}/{y}"), Sort::Unit).detail(dim.to_string()).rank(1));
                }
            }
        }
    }
}

/// The units in sight: spelling, item, dimension.
fn units(q: &Question<'_>) -> Vec<(SmolStr, ItemId, Dim)> {
    let mut out: Vec<(SmolStr, ItemId, Dim)> = Vec::new();
    for (name, item) in q.seen(&|k| matches!(k.keyword, "unit" | "dimension")) {
        if let Some(def) = unit_def(q.db, item) {
            let spelling = if item.key(q.db).keyword == "dimension" { def.name.clone() } else { name };
            out.push((spelling, item, def.dim.clone()));
        }
    }
    out
}

fn admitted(ty: &Ty, dims: &mut Vec<Dim>, percent: &mut bool) {
    match ty.core() {
        Ty::Dim(d) => dims.push(d.clone()),
        Ty::Percent => *percent = true,
        Ty::Range(t) | Ty::List(t) => admitted(t, dims, percent),
        Ty::Union(ts) => ts.iter().for_each(|t| admitted(t, dims, percent)),
        _ => {}
    }
}
