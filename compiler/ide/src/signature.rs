//! The parameters of the call around an offset.

use crate::about::about;
use crate::lex::lex;
use ivs_grammar::ast::{ExprKind, PostfixOp, Span};
use ivs_model::{Field, MARKER, Symbol, Trace};
use ivs_source::{Db, SourceFile};
use ivs_value::funcs::function;

/// A function, and which of its parameters is being written.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Signature {
    /// `ceil(x: number) -> int`
    pub label: String,
    /// Where each parameter stands in the label.
    pub parameters: Vec<Span>,
    /// Markdown.
    pub docs: String,
    /// Which parameter is being written, if it is one of them.
    pub active: Option<usize>,
}

/// The signatures of the function that is called around an offset: every way to call it.
pub fn signature(db: &dyn Db, file: SourceFile, offset: u32) -> Vec<Signature> {
    let whole = file.text(db).clone();
    let (base, item, _) = crate::place::around(db, file, offset as usize);
    let Some(item) = item else { return Vec::new() };
    let head = whole.get(base..offset as usize).unwrap_or_default();
    let at = head.len() as u32;
    let lexed = lex(head);
    if lexed.in_comment {
        return Vec::new();
    }
    // What follows may be missing or broken: the call is read as if it ended here.
    let written = head.trim_end();
    let open = written.ends_with(['(', ',', '=']);
    let text = format!("{head}{}{}", if open { MARKER } else { "" }, lexed.closers);
    let chunk = ivs_grammar::parse(&text);
    let mut call: Option<(Span, Option<usize>, Option<smol_str::SmolStr>)> = None;
    for item in &chunk.items {
        crate::tree::each_expr(item, &mut |e| {
            let ExprKind::Postfix { base, ops } = &e.kind else { return };
            let mut callee = base.span;
            for op in ops {
                match op {
                    PostfixOp::Call { args, span } => {
                        if span.start < at && at <= span.end {
                            let n = args.iter().take_while(|a| a.value.span.end < at).count();
                            let named = args.get(n).and_then(|a| a.name.as_ref()).map(|w| w.text.clone());
                            call = Some((callee, Some(n), named));
                        }
                        callee = callee.to(*span);
                    }
                    PostfixOp::Member { name, .. } => callee = callee.to(name.span),
                    PostfixOp::Index { span, .. } => callee = callee.to(*span),
                    PostfixOp::As { unit } => callee = callee.to(unit.span),
                }
            }
        });
    }
    let Some((callee, active, named)) = call else { return Vec::new() };
    let trace = ivs_model::probe(db, item, &text, &chunk);
    let mut out = signatures(db, &trace, callee);
    for s in &mut out {
        let by_name = named.as_ref().and_then(|n| {
            s.parameters.iter().position(|p| {
                p.text(&s.label).split([':', '?']).next().is_some_and(|w| w.trim() == n.as_str())
            })
        });
        s.active = by_name.or(active).filter(|n| *n < s.parameters.len());
    }
    out
}

/// What is called: the symbol at the end of a callee.
fn callee_symbol(trace: &Trace, callee: Span) -> Option<&Symbol> {
    let last = trace.mentions.iter().filter(|m| m.span.end == callee.end && m.span.start >= callee.start);
    last.map(|m| &m.symbol).find(|s| matches!(s, Symbol::Item(_) | Symbol::Member(..) | Symbol::Function(_)))
}

fn params_of(db: &dyn Db, symbol: &Symbol) -> Vec<Field> {
    match symbol {
        Symbol::Item(item) if item.key(db).keyword == "fn" => ivs_model::fn_params(db, *item).to_vec(),
        Symbol::Member(e, i) => {
            let schema = ivs_model::enum_schema(db, *e);
            let member = schema.members.get(*i as usize);
            member.and_then(|m| m.fields.as_ref()).map(|f| f.fields.clone()).unwrap_or_default()
        }
        _ => Vec::new(),
    }
}

/// Names and types of the parameters of what is called.
pub fn parameters(db: &dyn Db, trace: &Trace, callee: Span) -> Vec<(String, String)> {
    let Some(symbol) = callee_symbol(trace, callee) else { return Vec::new() };
    if let Symbol::Function(name) = symbol {
        let selectors = function(name).into_iter().flat_map(|f| f.params.iter());
        return selectors
            .filter(|p| matches!(**p, "by" | "via"))
            .map(|p| ((*p).to_owned(), "a field: `.name`".into()))
            .collect();
    }
    let fields = params_of(db, symbol);
    fields.iter().map(|f| (f.name.to_string(), f.read_ty().show(db))).collect()
}

fn signatures(db: &dyn Db, trace: &Trace, callee: Span) -> Vec<Signature> {
    let Some(symbol) = callee_symbol(trace, callee) else { return Vec::new() };
    let docs = about(db, symbol).map(|a| a.docs).unwrap_or_default();
    if let Symbol::Function(_) = symbol {
        let all = about(db, symbol).map(|a| a.code).unwrap_or_default();
        return ways(&all)
            .into_iter()
            .map(|label| Signature { parameters: spans(&label), label, docs: docs.clone(), active: None })
            .collect();
    }
    let fields = params_of(db, symbol);
    let name = crate::find::name_of(db, symbol).unwrap_or_default();
    let mut label = format!("{name}(");
    let mut parameters = Vec::new();
    for (i, f) in fields.iter().enumerate() {
        if i > 0 {
            label.push_str(", ");
        }
        let start = label.len() as u32;
        let mark = if f.optional { "?" } else { "" };
        let default = if f.has_default { " = …" } else { "" };
        label.push_str(&format!("{}{mark}: {}{default}", f.name, f.ty.show(db)));
        parameters.push(Span::new(start, label.len() as u32));
    }
    label.push(')');
    if let Symbol::Item(item) = symbol
        && let Some(result) = ivs_model::fn_result(db, *item)
    {
        label.push_str(&format!(" -> {}", result.show(db)));
    }
    vec![Signature { label, parameters, docs, active: None }]
}

/// `min(xs: [T]) -> T, min(a: T, b: T, …) -> T` as two.
fn ways(signature: &str) -> Vec<String> {
    let mut out: Vec<String> = Vec::new();
    let (mut depth, mut start) = (0i32, 0);
    for (i, c) in signature.char_indices() {
        match c {
            '(' | '[' | '{' => depth += 1,
            ')' | ']' | '}' => depth -= 1,
            ',' if depth == 0 => {
                out.extend(signature.get(start..i).map(|s| s.trim().to_owned()));
                start = i + 1;
            }
            _ => {}
        }
    }
    out.extend(signature.get(start..).map(|s| s.trim().to_owned()));
    out
}

/// Where the parameters of a signature stand in it.
fn spans(label: &str) -> Vec<Span> {
    let Some(open) = label.find('(') else { return Vec::new() };
    let mut out = Vec::new();
    let (mut depth, mut start) = (0i32, open + 1);
    for (i, c) in label.char_indices().skip_while(|(i, _)| *i <= open) {
        match c {
            '(' | '[' | '{' => depth += 1,
            ')' if depth == 0 => {
                if i > start {
                    out.push(Span::new(start as u32, i as u32));
                }
                break;
            }
            ')' | ']' | '}' => depth -= 1,
            ',' if depth == 0 => {
                out.push(Span::new(start as u32, i as u32));
                start = i + 1 + label.get(i + 1..).map_or(0, |r| r.len() - r.trim_start().len());
            }
            _ => {}
        }
    }
    out
}
