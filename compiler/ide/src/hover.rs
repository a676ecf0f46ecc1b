//! What there is to say about the word at an offset: its type and documentation, its value in each environment, and where
//! that value comes from.

use crate::about::{About, about, one_line};
use crate::place::{At, Location, location, named};
use crate::spelled::{in_base_units, short, spelled};
use crate::tree::{Body, bodies, each_expr, steps};
use ivs_eval::{Env, Inst, Role, instances, why};
use ivs_grammar::ast::{EntryKind, ExprKind, Item, ItemKind, PostfixOp, Span};
use ivs_model::{Symbol, Ty, item_module};
use ivs_source::{Db, ItemId, SourceFile, item_text, parse_item};
use ivs_value::{Quantity, Value, display};
use smol_str::SmolStr;
use std::fmt::Write as _;

/// Members of a family that a hover evaluates.
const MEMBERS: usize = 3;

/// Figures of a declaration that a hover shows.
const FIGURES: usize = 12;

/// An answer.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Hover {
    /// What it is about; absolute bytes.
    pub range: Span,
    /// Declarations as written.
    pub code: Vec<String>,
    /// What it belongs to.
    pub of: Vec<String>,
    /// Markdown.
    pub docs: Vec<String>,
    /// The text of `@deprecated`.
    pub deprecated: Option<String>,
    /// The value in each environment, those with one value together: `base, staging`, `3..100`.
    pub values: Vec<(String, String)>,
    /// Where the value comes from, topmost first: words, value, place.
    pub chain: Vec<Origin>,
    /// Figures that are computed for the declaration: name, value.
    pub figures: Vec<(String, String)>,
    /// What has to hold: the requirements of a check, or of the values of a kind.
    pub rules: Vec<String>,
}

/// One layer of a value.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Origin {
    /// "from base `mal`: `3..100`"
    pub text: String,
    /// Where.
    pub place: Location,
}

impl Hover {
    /// As Markdown; `uri` links places.
    pub fn markdown(&self, uri: &dyn Fn(&Location) -> Option<String>) -> String {
        let mut parts: Vec<String> = Vec::new();
        if !self.code.is_empty() {
            parts.push(format!("```ivs\n{}\n```", self.code.join("\n")));
        }
        parts.extend(self.of.iter().cloned());
        parts.extend(self.deprecated.iter().map(|why| format!("**Deprecated.** {why}")));
        parts.extend(self.docs.iter().filter(|d| !d.is_empty()).cloned());
        if !self.values.is_empty() {
            parts.push("---".into());
            let line = |(environment, value): &(String, String)| match environment.is_empty() {
                true => format!("`{value}`"),
                false => format!("- {environment}: `{value}`"),
            };
            parts.push(self.values.iter().map(line).collect::<Vec<_>>().join("\n"));
        }
        let origins = self.chain.iter().enumerate().map(|(i, origin)| match uri(&origin.place) {
            Some(uri) => format!("{}. {} ([go to]({uri}))", i + 1, origin.text),
            None => format!("{}. {}", i + 1, origin.text),
        });
        parts.push(origins.collect::<Vec<_>>().join("\n"));
        if !self.figures.is_empty() {
            // A list: half of the editors show tables as they are written.
            let mut list = String::from("computed:\n");
            for (name, value) in &self.figures {
                let _ = write!(list, "\n- {name}: `{value}`");
            }
            parts.push(list);
        }
        parts.push(self.rules.iter().map(|r| format!("- {r}")).collect::<Vec<_>>().join("\n"));
        parts.retain(|p| !p.is_empty());
        parts.join("\n\n")
    }
}

/// What there is to say about the word at an offset.
pub fn hover(db: &dyn Db, file: SourceFile, offset: u32) -> Option<Hover> {
    let Some(named) = named(db, file, offset) else { return plain(db, file, offset) };
    let mut out = Hover { range: named.range, ..Hover::default() };
    for symbol in &named.symbols {
        if let Some(About { code, of, docs, deprecated }) = about(db, symbol) {
            push(&mut out.code, code);
            push(&mut out.of, of);
            push(&mut out.docs, docs);
            out.deprecated = out.deprecated.or(deprecated);
        }
        match symbol {
            Symbol::Local(..) | Symbol::This | Symbol::Inherited => {
                let name = crate::find::name_of(db, symbol).unwrap_or_default();
                let ty = type_at(&named.trace.types, named.span)
                    .or_else(|| crate::goto::type_of(db, symbol))
                    .map_or_else(String::new, |t| format!(": {}", t.show(db)));
                push(&mut out.code, format!("{name}{ty}"));
            }
            Symbol::Item(item) if item.key(db).keyword == "check" => check(db, *item, &mut out),
            Symbol::Item(item) if item.key(db).keyword == "let" => constant(db, *item, &mut out),
            Symbol::Item(item) if matches!(item.key(db).keyword, "unit" | "dimension") => {
                unit(db, *item, &mut out)
            }
            Symbol::Item(item) if matches!(item.key(db).keyword, "kind" | "struct") => {
                rules(db, *item, &mut out)
            }
            _ => {}
        }
    }
    let parsed = parse_item(db, named.at.item);
    if let Some(tree) = parsed.item() {
        let subject = subject(db, named.at, tree, named.span, &named);
        match subject {
            Some((decl, path)) if !path.is_empty() => {
                value(db, decl, &path, &mut out);
                let env = Env::new(db, SmolStr::default());
                if let Some(inst) = instances(db, env, decl).first() {
                    let of = crate::figures::of_path(db, env, *inst, &path);
                    out.figures = of.into_iter().take(FIGURES).map(|f| (f.name, f.value)).collect();
                }
            }
            Some((decl, _)) => declared(db, decl, &mut out),
            None => {}
        }
    }
    (!out.code.is_empty() || !out.values.is_empty()).then_some(out)
}

fn push(list: &mut Vec<String>, text: String) {
    if !text.is_empty() && !list.contains(&text) {
        list.push(text);
    }
}

fn type_at(types: &[(Span, Ty)], span: Span) -> Option<Ty> {
    types.iter().find(|(s, t)| *s == span && *t != Ty::Error).map(|(_, t)| t.clone())
}

/// A literal or another expression that names nothing: its type, and what it is in the base unit.
fn plain(db: &dyn Db, file: SourceFile, offset: u32) -> Option<Hover> {
    let at = crate::place::item_at(db, file, offset)?;
    let parsed = parse_item(db, at.item);
    let tree = parsed.item()?;
    let text = item_text(db, at.item);
    // A key that is no field, of a map or of an open body, says what it is set to.
    for body in bodies(db, at.item, tree) {
        let on_key = |s: &crate::tree::Step<'_>| s.key.start <= at.offset && at.offset <= s.key.end;
        if let Some(step) = steps(body.block).into_iter().find(on_key) {
            let range = Span::new(step.key.start + at.base, step.key.end + at.base);
            let mut out = Hover { range, ..Hover::default() };
            if let Some(schema) = crate::schema::field(db, body.decl, &step.path) {
                out.code.push(schema.code);
                push(&mut out.of, schema.of);
                push(&mut out.docs, schema.docs);
            } else {
                out.code.push(step.path.join("."));
            }
            value(db, body.decl, &step.path, &mut out);
            return Some(out);
        }
    }
    let mut found: Option<Span> = None;
    each_expr(tree, &mut |e| {
        let literal = matches!(
            e.kind,
            ExprKind::Number(_) | ExprKind::Date(_) | ExprKind::Version(_) | ExprKind::Bool(_)
        );
        if literal && e.span.start <= at.offset && at.offset <= e.span.end {
            found = Some(e.span);
        }
    });
    let span = found?;
    let ty = type_at(&ivs_model::traced(db, at.item).types, span)?;
    let mut code = format!("{}: {}", span.text(text), ty.show(db));
    let body = ivs_model::body(db, at.item);
    let map = ivs_model::source_map(db, at.item);
    let constant = map.exprs.iter().zip(&body.exprs).find_map(|(s, e)| match e {
        ivs_model::ir::TExpr::Const(v) if *s == span => Some(v.clone()),
        _ => None,
    });
    if let Some(base) = constant.and_then(|v| in_base_units(db, item_module(db, at.item), &v)) {
        let _ = write!(code, "\n// {base}");
    }
    Some(Hover {
        range: Span::new(span.start + at.base, span.end + at.base),
        code: vec![code],
        ..Hover::default()
    })
}

/// The declaration and path whose value the word at a place is about; an empty path for the declaration itself.
fn subject(
    db: &dyn Db,
    at: At,
    tree: &Item,
    span: Span,
    named: &crate::place::Named,
) -> Option<(ItemId, Vec<SmolStr>)> {
    let all = bodies(db, at.item, tree);
    // A key that is set.
    for body in &all {
        if let Some(step) = steps(body.block).into_iter().find(|s| s.key == span) {
            return Some((body.decl, step.path));
        }
        // The first of two keys.
        for s in steps(body.block) {
            if let EntryKind::Set { path, .. } | EntryKind::Nest { path, .. } = &s.entry.kind
                && path.second.is_some()
                && path.first.span == span
            {
                let front = s.path.split_last().map(|(_, f)| f.to_vec()).unwrap_or_default();
                return Some((body.decl, front));
            }
        }
    }
    if let [Symbol::Item(item)] = named.symbols.as_slice()
        && item.key(db).keyword == "decl"
    {
        return Some((*item, Vec::new()));
    }
    // A path that begins at a declaration, or at a field of the one around.
    let mut found = None;
    each_expr(tree, &mut |e| {
        if let ExprKind::Postfix { base, ops } = &e.kind
            && e.span.start <= span.start
            && span.end <= e.span.end
        {
            let mut path: Vec<SmolStr> = Vec::new();
            for op in ops {
                let PostfixOp::Member { name, .. } = op else { return };
                path.push(name.text.clone());
                if name.span == span {
                    found = Some((base.span, path));
                    return;
                }
            }
        }
    });
    let around = |b: &&Body<'_>| b.block.span.start <= span.start && span.end <= b.block.span.end;
    let here = all.iter().find(around).map(|b| b.decl);
    match found {
        Some((base, path)) => {
            let meant = named.trace.mentions.iter().filter(|m| m.span == base);
            for m in meant {
                match &m.symbol {
                    Symbol::Item(item) if item.key(db).keyword == "decl" => return Some((*item, path)),
                    Symbol::This => return Some((here?, path)),
                    Symbol::Field(owner, ordinal) => {
                        let own = top_field(db, here?, *owner, *ordinal)?;
                        return Some((here?, std::iter::once(own).chain(path).collect()));
                    }
                    _ => {}
                }
            }
            None
        }
        None => match named.symbols.as_slice() {
            [Symbol::Field(owner, ordinal)] => Some((here?, vec![top_field(db, here?, *owner, *ordinal)?])),
            [Symbol::Builtin(name)] => Some((here?, vec![name.clone()])),
            _ => None,
        },
    }
}

fn top_field(db: &dyn Db, decl: ItemId, owner: ItemId, ordinal: u16) -> Option<SmolStr> {
    let schema = ivs_model::decl_schema(db, decl);
    schema.fields.iter().find(|f| f.owner == Some((owner, ordinal))).map(|f| f.name.clone())
}

/// The base and every environment.
pub(crate) fn environments(db: &dyn Db) -> Vec<(String, Env)> {
    let base = ("base".to_owned(), Env::new(db, SmolStr::default()));
    let named = ivs_eval::environments(db).into_iter().map(|e| (e.to_string(), Env::new(db, e)));
    std::iter::once(base).chain(named).collect()
}

/// The value at a path in each environment, and where it comes from in the base.
fn value(db: &dyn Db, decl: ItemId, path: &[SmolStr], out: &mut Hover) {
    let module = item_module(db, decl);
    let mut all: Vec<(String, String)> = Vec::new();
    for (name, env) in environments(db) {
        let members = instances(db, env, decl);
        let family = members.len() > 1;
        let shown: Vec<String> = members
            .iter()
            .take(MEMBERS)
            .filter_map(|inst| {
                let value = value_at(db, env, *inst, path)?;
                let text = spelled(db, module, &value);
                Some(match inst.key(db) {
                    Some(key) if family => format!("[{}] {text}", key.text()),
                    _ => text,
                })
            })
            .collect();
        if shown.is_empty() {
            continue;
        }
        let more = if members.len() > MEMBERS { ", …" } else { "" };
        all.push((name, format!("{}{more}", shown.join(", "))));
    }
    out.values.extend(grouped(all));
    let env = Env::new(db, SmolStr::default());
    let Some(inst) = instances(db, env, decl).first().copied() else { return };
    chain(db, env, inst, path, out);
}

/// One value, by the query that others use.
pub(crate) fn value_at(db: &dyn Db, env: Env, inst: Inst, path: &[SmolStr]) -> Option<Value> {
    let found = ivs_eval::value(db, env, inst, ivs_eval::PathKey::of(path.iter().map(SmolStr::as_str)));
    (found != Value::Unknown).then_some(found)
}

fn chain(db: &dyn Db, env: Env, inst: Inst, path: &[SmolStr], out: &mut Hover) {
    let Some(why) = why(db, env, inst, path) else { return };
    for layer in why.layers {
        let role = match layer.role {
            Role::Decides => "",
            Role::Adds => ", adds",
            Role::Amends => ", amends",
            Role::Overridden => ", overridden",
        };
        let value = match layer.value {
            Value::Unknown => String::new(),
            v => format!(": `{}`", short(&display(&v))),
        };
        out.chain.push(Origin {
            text: format!("{}{role}{value}", layer.origin),
            place: location(db, layer.place.of, layer.place.span, layer.place.span),
        });
    }
}

/// Environments with one value together; without their names where all have the same.
fn grouped(all: Vec<(String, String)>) -> Vec<(String, String)> {
    let mut out: Vec<(Vec<String>, String)> = Vec::new();
    let count = all.len();
    for (name, value) in all {
        match out.iter_mut().find(|(_, v)| *v == value) {
            Some((names, _)) => names.push(name),
            None => out.push((vec![name], value)),
        }
    }
    let alone = out.len() == 1;
    out.into_iter()
        .map(|(names, value)| match alone && names.len() == count {
            true => (String::new(), value),
            false => (names.join(", "), value),
        })
        .collect()
}

fn constant(db: &dyn Db, item: ItemId, out: &mut Hover) {
    let module = item_module(db, item);
    let ty = ivs_model::result_type(db, item);
    if ty != Ty::Error {
        push(&mut out.of, format!("`{}`", ty.show(db)));
    }
    let all =
        environments(db).into_iter().filter_map(|(name, env)| match ivs_eval::constant(db, env, item) {
            Value::Unknown => None,
            v => Some((name, spelled(db, module, &v))),
        });
    out.values.extend(grouped(all.collect()));
}

fn unit(db: &dyn Db, item: ItemId, out: &mut Hover) {
    let Some(def) = ivs_model::unit_def(db, item) else { return };
    push(&mut out.of, format!("measures `{}`", def.dim));
    let quantity = Quantity {
        base: def.factor.clone(),
        unit: ivs_value::Unit::new(def.name.clone(), def.factor.clone(), def.dim.clone()).into(),
    };
    if let Some(base) = in_base_units(db, item_module(db, item), &Value::Quantity(quantity)) {
        out.values.push((String::new(), format!("1{} = {base}", def.name)));
    }
}

/// A declaration: what it is made of, and what the library computes of it.
fn declared(db: &dyn Db, decl: ItemId, out: &mut Hover) {
    let env = Env::new(db, SmolStr::default());
    if ivs_model::decl_info(db, decl).template {
        let count = crate::goto::derived(db).get(&decl).map_or(0, Vec::len);
        push(&mut out.of, format!("{count} derive from it"));
        return;
    }
    let members = instances(db, env, decl);
    if ivs_model::decl_info(db, decl).family {
        let names: Vec<String> =
            members.iter().take(8).map(|i| format!("`{}`", ivs_eval::inst_name(db, *i))).collect();
        let more = if members.len() > 8 { ", …" } else { "" };
        push(&mut out.of, format!("{} members: {}{more}", members.len(), names.join(", ")));
    }
    let Some(inst) = members.first() else { return };
    out.figures =
        crate::figures::all(db, env, *inst).into_iter().take(FIGURES).map(|f| (f.name, f.value)).collect();
}

/// The requirements of a check, as written.
fn check(db: &dyn Db, item: ItemId, out: &mut Hover) {
    let text = item_text(db, item);
    let parsed = parse_item(db, item);
    let Some(Item { kind: ItemKind::Check { block, clauses, .. }, .. }) = parsed.item() else { return };
    let code = ivs_eval::check_code(db, item);
    if !code.is_empty() {
        push(&mut out.of, format!("reported as `{code}`"));
    }
    for l in &clauses.loops {
        let names = std::iter::once(&l.first).chain(&l.second).map(|w| w.text.as_str()).collect::<Vec<_>>();
        out.rules.push(format!("for each `{}` in `{}`", names.join(", "), one_line(l.over.span.text(text))));
    }
    if let Some(filter) = &clauses.filter {
        out.rules.push(format!("if `{}`", one_line(filter.span.text(text))));
    }
    requirements(text, block, out);
}

fn rules(db: &dyn Db, item: ItemId, out: &mut Hover) {
    let text = item_text(db, item);
    let parsed = parse_item(db, item);
    if let Some(ItemKind::Kind { block, .. } | ItemKind::Struct { block, .. }) =
        parsed.item().map(|t| &t.kind)
    {
        requirements(text, block, out);
    }
}

fn requirements(text: &str, block: &ivs_grammar::ast::Block, out: &mut Hover) {
    for e in &block.entries {
        let EntryKind::Require { cond, block } = &e.kind else { continue };
        let message = block.iter().flat_map(|b| &b.entries).find_map(|e| match &e.kind {
            EntryKind::Set { path, value, .. } if path.first.text == "message" => match &value.kind {
                ExprKind::Str(s) => Some(s.span.text(text).trim_matches('"')),
                _ => None,
            },
            _ => None,
        });
        let condition = one_line(cond.span.text(text));
        out.rules.push(match message {
            Some(m) => format!("`{condition}`, else “{}”", one_line(&m.replace('`', "'"))),
            None => format!("`{condition}`"),
        });
    }
}
