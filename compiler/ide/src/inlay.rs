//! What is shown between the words of a file: computed values, values that a layer below has, units of bare numbers, names
//! of parameters, types of names.

use crate::place::{Location, location};
use crate::tree::{Body, bodies, each_expr, steps};
use ivs_eval::{Env, Inst, PathKey, Role, instances, value, why};
use ivs_grammar::ast::{EntryKind, Expr, ExprKind, Item, ItemKind, PostfixOp, Span};
use ivs_model::{Symbol, Trace, Ty, base_chain, decl_schema, traced};
use ivs_source::{Db, ItemId, SourceFile, item_offset, items, parse_item};
use ivs_value::{Value, display};
use smol_str::SmolStr;

/// Characters of a value that are shown.
const WIDTH: usize = 48;

/// Fields that a head lists as inherited.
const LISTED: usize = 4;

/// What a hint says.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum HintSort {
    /// A value that a formula gives.
    Value,
    /// What a layer below says, or what comes from a base.
    Inherited,
    /// The unit of a plain number.
    Unit,
    /// The name of a parameter.
    Parameter,
    /// The type of a name.
    Type,
}

/// A hint.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Hint {
    /// Where it is shown; absolute bytes.
    pub offset: u32,
    /// Its text.
    pub label: String,
    /// What it says.
    pub sort: HintSort,
    /// More, in Markdown.
    pub tooltip: String,
    /// Where it leads.
    pub place: Option<Location>,
}

/// Which hints are wanted.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Wanted<'a> {
    /// What formulas give.
    pub values: bool,
    /// What layers below say.
    pub inherited: bool,
    /// What hints say when they are pointed at, where that takes values that nobody has asked for.
    pub tooltips: bool,
    /// The environment whose values are shown; empty for the base.
    pub environment: &'a str,
}

/// The hints of a range of a file, in order.
pub fn hints(db: &dyn Db, file: SourceFile, range: Span, wanted: Wanted<'_>) -> Vec<Hint> {
    let mut out = Vec::new();
    let all = items(db, file);
    for (item, chunk) in all.ids.iter().zip(&all.chunks) {
        if chunk.span.end < range.start || range.end < chunk.span.start {
            continue;
        }
        let parsed = parse_item(db, *item);
        let Some(tree) = parsed.item() else { continue };
        let trace = traced(db, *item);
        let mut found = Vec::new();
        if file.own(db) {
            for body in bodies(db, *item, tree) {
                of_body(db, *item, &body, wanted, &mut found);
            }
            of_constant(db, *item, tree, wanted, &mut found);
        }
        of_expressions(db, tree, &trace, &mut found);
        let base = item_offset(db, *item);
        out.extend(found.into_iter().map(|h| Hint { offset: h.offset + base, ..h }));
    }
    out.retain(|h| range.start <= h.offset && h.offset <= range.end);
    // A unit belongs to its number: it comes before what is said of the value.
    out.sort_by_key(|h| (h.offset, h.sort != HintSort::Unit));
    out
}

fn hint(offset: u32, label: impl Into<String>, sort: HintSort) -> Hint {
    Hint { offset, label: label.into(), sort, tooltip: String::new(), place: None }
}

fn short(value: &Value) -> Option<String> {
    match value {
        Value::Unknown | Value::None => None,
        v => Some(display(v)).filter(|t| t.chars().count() <= WIDTH),
    }
}

/// Whether an expression is what its value is: nothing to be computed.
fn literal(e: &Expr) -> bool {
    match &e.kind {
        ExprKind::Name(_)
        | ExprKind::Postfix { .. }
        | ExprKind::If { .. }
        | ExprKind::ListFor { .. }
        | ExprKind::MapFor { .. } => false,
        ExprKind::Binary { first, rest } => {
            let ranges = rest.iter().all(|r| r.op == ivs_grammar::ast::BinaryOp::Range);
            ranges && literal(first) && rest.iter().all(|r| literal(&r.expr))
        }
        ExprKind::Paren(e) | ExprKind::Unary { operand: e, .. } => literal(e),
        ExprKind::Str(s) => s.parts.iter().all(|p| matches!(p, ivs_grammar::ast::StrPart::Text(_))),
        ExprKind::Block(_) => true,
        ExprKind::List(es) => es.iter().all(|e| literal(e) || matches!(e.kind, ExprKind::Name(_))),
        _ => true,
    }
}

fn of_body(db: &dyn Db, item: ItemId, body: &Body<'_>, wanted: Wanted<'_>, out: &mut Vec<Hint>) {
    let env = Env::new(db, SmolStr::new(body.overlay.unwrap_or(wanted.environment)));
    let Some(inst) = instances(db, env, body.decl).first().copied() else { return };
    for step in steps(body.block) {
        let EntryKind::Set { value: formula, .. } = &step.entry.kind else { continue };
        if wanted.values && !literal(formula) && !matches!(&formula.kind, ExprKind::Name(_)) {
            let key = PathKey::of(step.path.iter().map(SmolStr::as_str));
            if let Some(text) = short(&value(db, env, inst, key)) {
                out.push(hint(formula.span.end, format!("= {text}"), HintSort::Value));
            }
        }
        if wanted.inherited && (body.overlay.is_some() || base_chain(db, body.decl).chain.len() > 1) {
            out.extend(below(db, env, inst, item, formula.span, &step.path));
        }
    }
    if wanted.inherited && body.overlay.is_none() && base_chain(db, body.decl).chain.len() > 1 {
        out.extend(inherited(db, env, inst, body, wanted.tooltips));
    }
}

/// What the layer below says of a path that is set here.
fn below(db: &dyn Db, env: Env, inst: Inst, item: ItemId, here: Span, path: &[SmolStr]) -> Option<Hint> {
    let why = why(db, env, inst, path)?;
    let own = why.layers.iter().position(|l| l.place.of == item && l.place.span == here)?;
    let next = why.layers.get(own + 1).filter(|l| l.role == Role::Overridden)?;
    // A default of the kind is no news.
    if next.origin.starts_with("default of") {
        return None;
    }
    let text = short(&next.value)?;
    let mut hint = hint(here.end, format!("was {text}"), HintSort::Inherited);
    hint.tooltip = next.origin.clone();
    hint.place = Some(location(db, next.place.of, next.place.span, next.place.span));
    Some(hint)
}

/// What a declaration takes over from its bases, behind its opening brace.
fn inherited(db: &dyn Db, env: Env, inst: Inst, body: &Body<'_>, tooltip: bool) -> Option<Hint> {
    let own: Vec<SmolStr> = steps(body.block).into_iter().filter_map(|s| s.path.first().cloned()).collect();
    let mut names: Vec<SmolStr> = Vec::new();
    for base in base_chain(db, body.decl).chain.iter().skip(1) {
        let parsed = parse_item(db, *base);
        let Some(Item { kind: ItemKind::Decl(d), .. }) = parsed.item() else { continue };
        for step in steps(&d.block) {
            let Some(first) = step.path.first() else { continue };
            if !own.contains(first) && !names.contains(first) {
                names.push(first.clone());
            }
        }
    }
    let schema = decl_schema(db, body.decl);
    names.retain(|n| schema.field(n).is_some());
    if names.is_empty() {
        return None;
    }
    let mut told = String::new();
    for name in names.iter().filter(|_| tooltip) {
        if let Some(text) = short(&value(db, env, inst, PathKey::of([name.as_str()]))) {
            told.push_str(&format!("- `{name} = {text}`\n"));
        }
    }
    let listed: Vec<&str> = names.iter().take(LISTED).map(SmolStr::as_str).collect();
    let more = if names.len() > LISTED { ", …" } else { "" };
    let label = format!("inherits {}{more}", listed.join(", "));
    let mut hint = hint(body.block.span.start + 1, label, HintSort::Inherited);
    hint.tooltip = told;
    Some(hint)
}

/// Type and value of a constant.
fn of_constant(db: &dyn Db, item: ItemId, tree: &Item, wanted: Wanted<'_>, out: &mut Vec<Hint>) {
    let ItemKind::Let { name, ty: None, value } = &tree.kind else { return };
    let ty = ivs_model::result_type(db, item);
    if ty != Ty::Error {
        let shown = ty.show(db);
        if shown.chars().count() <= WIDTH {
            out.push(hint(name.span.end, format!(": {shown}"), HintSort::Type));
        }
    }
    if wanted.values && !literal(value) {
        let env = Env::new(db, SmolStr::new(wanted.environment));
        if let Some(text) = short(&ivs_eval::constant(db, env, item)) {
            out.push(hint(value.span.end, format!("= {text}"), HintSort::Value));
        }
    }
}

/// Names of parameters, units of bare numbers.
fn of_expressions(db: &dyn Db, tree: &Item, trace: &Trace, out: &mut Vec<Hint>) {
    each_expr(tree, &mut |e| match &e.kind {
        ExprKind::Postfix { base, ops } => {
            let mut callee = base.span;
            for op in ops {
                match op {
                    PostfixOp::Call { args, span } => {
                        let names = crate::signature::parameters(db, trace, callee);
                        let user = trace.mentions.iter().any(|m| {
                            m.span.end == callee.end
                                && matches!(m.symbol, Symbol::Item(_) | Symbol::Member(..))
                        });
                        for (a, (name, _)) in args.iter().zip(&names) {
                            let same = matches!(&a.value.kind, ExprKind::Name(n) if n == name.as_str());
                            if user && a.name.is_none() && !same {
                                out.push(hint(a.value.span.start, format!("{name}:"), HintSort::Parameter));
                            }
                        }
                        callee = callee.to(*span);
                    }
                    PostfixOp::Member { name, .. } => callee = callee.to(name.span),
                    PostfixOp::Index { span, .. } => callee = callee.to(*span),
                    PostfixOp::As { unit } => callee = callee.to(unit.span),
                }
            }
        }
        ExprKind::Number(n) if n.unit.is_none() && n.currency.is_none() => {
            let want = trace.wants.iter().rev().find(|(s, _)| *s == e.span).map(|(_, t)| t);
            if let Some(unit) = want.and_then(|w| bare(db, w)) {
                out.push(hint(e.span.end, unit, HintSort::Unit));
            }
        }
        _ => {}
    });
}

/// The unit that a plain number counts where a type is expected.
fn bare(db: &dyn Db, want: &Ty) -> Option<String> {
    let dim = want.dim()?;
    let kind = ivs_model::library_thing(db, "environment")?;
    let unit = ivs_model::bare_unit(db, ivs_model::item_module(db, kind), dim)?;
    Some(unit.text.to_string())
}
