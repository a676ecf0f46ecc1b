//! Which bodies make up a declaration, lowest first: bases, its own, overlays.

use crate::inst::{Env, FamilyKey, Inst, chain, qualified_inst};
use crate::machine::{Frame, Machine};
use crate::result::{PathKey, value};
use ivs_model::ir::{BlockIr, KeyIr, OpIr};
use ivs_model::{base_chain, body, code, decl_info, decl_schema, decls_of_kind, source_map};
use ivs_source::{Db, Diagnostic, ItemDiagnostic, ItemId, Label, Place, Severity, heads};
use ivs_value::Value;
use smol_str::SmolStr;
use std::sync::Arc;

/// The most members a family may have.
pub const MAX_FAMILY: usize = 10_000;

/// What sort of body a layer is.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum LayerKind {
    /// Of a base.
    Base,
    /// The declaration's own.
    Own,
    /// Of an overlay of this environment.
    Overlay(SmolStr),
}

/// Which overlay it is, in words.
pub(crate) fn overlay_said(environment: &str) -> String {
    match environment {
        ivs_model::TRIAL => "set by `--set`".into(),
        declared => format!("set by overlay `{declared}`"),
    }
}

/// A body that takes part in a declaration's value.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Layer {
    /// The item it stands in.
    pub item: ItemId,
    /// Which of the item's blocks.
    pub root: u32,
    /// What sort it is.
    pub kind: LayerKind,
    /// The values of the loops' variables, in a family.
    pub binders: Arc<[Value]>,
}

/// The members of a family.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Family {
    /// In the order of the loops: key, its value, and the values of the loops' variables.
    pub members: Vec<(FamilyKey, Arc<[Value]>)>,
    /// What went wrong.
    pub diagnostics: Vec<ItemDiagnostic>,
}

fn no_family(_: &dyn Db, _: salsa::Id, _: Env, _: ItemId) -> Arc<Family> {
    Arc::default()
}

/// The members of a family in an environment.
#[salsa::tracked(returns(clone), cycle_result = no_family)]
pub fn family(db: &dyn Db, env: Env, decl: ItemId) -> Arc<Family> {
    let body = body(db, decl);
    let Some(ir) = &body.family else { return Arc::default() };
    let mut machine = Machine::detached(db, env, decl);
    let mut frame = Frame::of(body, decl);
    let mut members: Vec<(FamilyKey, Arc<[Value]>)> = Vec::new();
    let mut slugs: rustc_hash::FxHashMap<String, usize> = rustc_hash::FxHashMap::default();
    let mut too_many = false;
    machine.each(&mut frame, &ir.clauses, &mut |m, f| {
        let key = m.eval(f, ir.key);
        let Some(key) = FamilyKey::of(&key) else { return true };
        if members.len() >= MAX_FAMILY {
            too_many = true;
            return false;
        }
        // Equal keys have equal slugs.
        let slug = ivs_value::funcs::slug_of(&key.text());
        let first = slugs.get(&slug).and_then(|i| members.get(*i)).map(|(k, _)| k);
        if first == Some(&key) {
            let span = f.span(db, ir.key);
            m.report(Diagnostic {
                code: code::DUPLICATE_KEY,
                severity: Severity::Error,
                message: format!("two members of `{}` have the key `{}`", decl.key(db).name, key.text()),
                primary: Label { place: Place { of: decl, span }, text: "keys tell members apart".into() },
                labels: Vec::new(),
                help: vec!["choose another key with `by`".into()],
                fixes: Vec::new(),
            });
            return true;
        }
        if let Some(first) = first {
            let span = f.span(db, ir.key);
            m.report(Diagnostic {
                code: code::DUPLICATE_KEY,
                severity: Severity::Error,
                message: format!(
                    "the members `{}` and `{}` of `{}` have one name in outputs",
                    first.text(),
                    key.text(),
                    decl.key(db).name
                ),
                primary: Label { place: Place { of: decl, span }, text: format!("both become `{slug}`") },
                labels: Vec::new(),
                help: vec!["choose keys that differ in more than case and signs".into()],
                fixes: Vec::new(),
            });
            return true;
        }
        slugs.insert(slug, members.len());
        members.push((key, f.locals.clone().into()));
        true
    });
    if too_many {
        let span = source_map(db, decl).name;
        machine.report(Diagnostic {
            code: code::LIMIT_FAMILY,
            severity: Severity::Error,
            message: format!("the family `{}` has more than {MAX_FAMILY} members", decl.key(db).name),
            primary: Label { place: Place { of: decl, span }, text: "the limit of a family".into() },
            labels: Vec::new(),
            help: Vec::new(),
            fixes: Vec::new(),
        });
        members.clear();
    }
    Arc::new(Family { members, diagnostics: machine.diagnostics })
}

/// The instances of a declaration: itself, or the members of the family. A template has none.
pub fn instances(db: &dyn Db, env: Env, decl: ItemId) -> Vec<Inst> {
    let info = decl_info(db, decl);
    if info.template {
        return Vec::new();
    }
    if info.family {
        let members = family(db, env, decl);
        return members.members.iter().map(|(k, _)| Inst::new(db, decl, Some(k.clone()))).collect();
    }
    vec![Inst::new(db, decl, None)]
}

fn no_layers(_: &dyn Db, _: salsa::Id, _: Env, _: Inst) -> Arc<[Layer]> {
    Arc::from(Vec::new())
}

/// The layers of a declaration, lowest first. Kind defaults lie below them all.
#[salsa::tracked(returns(clone), cycle_result = no_layers)]
pub fn layers(db: &dyn Db, env: Env, inst: Inst) -> Arc<[Layer]> {
    let decl = inst.decl(db);
    let mut out: Vec<Layer> = Vec::new();
    let mut key = inst.key(db).clone();
    let mut links: Vec<(ItemId, Option<FamilyKey>, Arc<[Value]>)> = Vec::new();
    for &link in &base_chain(db, decl).chain {
        let binders = match &key {
            Some(k) => {
                let members = family(db, env, link);
                members.members.iter().find(|(m, _)| m == k).map_or_else(|| Arc::from([]), |(_, b)| b.clone())
            }
            None => Arc::from([]),
        };
        links.push((link, key.clone(), binders.clone()));
        // The key of the base's member, if it is a family.
        key = body(db, link)
            .keys
            .first()
            .copied()
            .flatten()
            .filter(|_| decl_info(db, link).base_index)
            .and_then(|k| {
                let mut machine = Machine::detached(db, env, link);
                let mut frame = Frame::of(body(db, link), link);
                frame.locals = binders.to_vec();
                FamilyKey::of(&machine.eval(&mut frame, k))
            });
    }
    let environments = chain(db, env);
    for (link, key, binders) in links.into_iter().rev() {
        let kind = if link == decl { LayerKind::Own } else { LayerKind::Base };
        out.push(Layer { item: link, root: 0, kind, binders: binders.clone() });
        if environments.is_empty() {
            continue;
        }
        let amended = ivs_model::overlays_of(db, link);
        for env_name in environments {
            // A family's body before a member's.
            for member in [false, true] {
                for (of, overlay, index) in amended.iter().filter(|(of, ..)| of == env_name) {
                    let ir = body(db, *overlay);
                    let key_expr = ir.keys.get(*index as usize).copied().flatten();
                    if key_expr.is_some() != member {
                        continue;
                    }
                    if let Some(k) = key_expr {
                        let mut machine = Machine::detached(db, env, *overlay);
                        let meant = machine.eval(&mut Frame::of(ir, *overlay), k);
                        if FamilyKey::of(&meant) != key {
                            continue;
                        }
                    }
                    out.push(Layer {
                        item: *overlay,
                        root: *index,
                        kind: LayerKind::Overlay(of.clone()),
                        binders: binders.clone(),
                    });
                }
            }
        }
    }
    out.into()
}

fn says_nothing(_: &dyn Db, _: salsa::Id, _: Env, _: Inst) -> bool {
    false
}

/// Whether a layer of the declaration itself (not of a base) says something of `enabled`.
///
/// A query of its own: who refers to a declaration depends on this answer, not on the declaration's body.
#[salsa::tracked(returns(copy), cycle_result = says_nothing)]
fn says_enabled(db: &dyn Db, env: Env, inst: Inst) -> bool {
    let decl = inst.decl(db);
    let schema = decl_schema(db, decl);
    let Some((field, def)) = schema.field("enabled") else { return false };
    if def.builtin.is_some() && !switches(db, env, decl) {
        return false;
    }
    def.builtin.is_none()
        || layers(db, env, inst).iter().filter(|l| l.kind != LayerKind::Base).any(|l| {
            let ir = body(db, l.item);
            ir.roots
                .get(l.root as usize)
                .and_then(|r| ir.blocks.get(*r as usize))
                .is_some_and(|b| !b.whens.is_empty() || b.entries.of(&KeyIr::Field(field)).is_some())
        })
}

/// Whether any text that amends the declaration may say something of `enabled`: seldom, and known from outlines.
fn switches(db: &dyn Db, env: Env, decl: ItemId) -> bool {
    let may = |item: ItemId| heads(db, item.file(db)).get(item).is_none_or(|o| o.switch);
    let amended = |link: &ItemId| ivs_model::overlays_of(db, *link).iter().any(|(_, o, _)| may(*o));
    may(decl) || !chain(db, env).is_empty() && base_chain(db, decl).chain.iter().any(amended)
}

/// Whether a declaration takes part in an environment.
pub fn is_enabled(db: &dyn Db, env: Env, inst: Inst) -> bool {
    if !says_enabled(db, env, inst) {
        return true;
    }
    !matches!(value(db, env, inst, PathKey::of(["enabled"])), Value::Bool(false))
}

fn no_set(_: &dyn Db, _: salsa::Id, _: Env, _: ItemId) -> Arc<[Inst]> {
    Arc::from(Vec::new())
}

/// The enabled declarations of a kind: by qualified name, then family key.
#[salsa::tracked(returns(clone), cycle_result = no_set)]
pub fn set_of(db: &dyn Db, env: Env, kind: ItemId) -> Arc<[Inst]> {
    let mut out: Vec<Inst> = Vec::new();
    for &decl in decls_of_kind(db, kind) {
        let mut members = instances(db, env, decl);
        if members.len() > 1 {
            members.sort_by_key(|m| (m.key(db).clone(), qualified_inst(db, *m)));
        }
        out.extend(members.into_iter().filter(|m| is_enabled(db, env, *m)));
    }
    out.into()
}

/// Paths that two overlay blocks of one environment set for one declaration, which no order decides.
pub fn static_conflicts(db: &dyn Db, decl: ItemId) -> Vec<ItemDiagnostic> {
    let overlays = ivs_model::overlays_of(db, decl);
    let mut out = Vec::new();
    for (i, (env, item, root)) in overlays.iter().enumerate() {
        for (other_env, other, other_root) in overlays.iter().skip(i + 1) {
            let (a, b) = (body(db, *item), body(db, *other));
            let keyed =
                |body: &ivs_model::ir::Body, r: u32| body.keys.get(r as usize).copied().flatten().is_some();
            if env != other_env || keyed(a, *root) != keyed(b, *other_root) || keyed(a, *root) {
                continue;
            }
            let block = |body: &ivs_model::ir::Body, root: u32| {
                body.roots.get(root as usize).and_then(|r| body.blocks.get(*r as usize)).cloned()
            };
            let (Some(x), Some(y)) = (block(a, *root), block(b, *other_root)) else { continue };
            let mut clashes = Vec::new();
            clash(&a.blocks, &x, &b.blocks, &y, &mut clashes);
            for (m, n) in clashes {
                let span = |item: ItemId, mark: u32| {
                    source_map(db, item).marks.get(mark as usize).copied().unwrap_or_default()
                };
                let second = span(*other, n);
                out.push(Diagnostic {
                    code: code::OVERLAYS_COLLIDE,
                    severity: Severity::Error,
                    message: format!("two overlays of `{env}` set the same path of `{}`", decl.key(db).name),
                    primary: Label { place: Place { of: *other, span: second }, text: "set again".into() },
                    labels: vec![Label {
                        place: Place { of: *item, span: span(*item, m) },
                        text: "first set here".into(),
                    }],
                    help: vec!["nothing decides which of the two holds; keep one".into()],
                    fixes: Vec::new(),
                });
            }
        }
    }
    out
}

fn clash(xs: &[BlockIr], x: &BlockIr, ys: &[BlockIr], y: &BlockIr, out: &mut Vec<(u32, u32)>) {
    for e in &x.entries {
        let Some(f) = y.entries.of(&e.key) else { continue };
        match (&e.op, &f.op) {
            (OpIr::Merge(a), OpIr::Merge(b)) => {
                if let (Some(a), Some(b)) = (xs.get(*a as usize), ys.get(*b as usize)) {
                    clash(xs, a, ys, b, out);
                }
            }
            _ => out.push((e.mark, f.mark)),
        }
    }
}

/// Overlays of members that a family does not have in an environment.
pub fn absent_members(db: &dyn Db, env: Env, overlay: ItemId) -> Vec<ItemDiagnostic> {
    let mut out = Vec::new();
    let ir = body(db, overlay);
    for (i, t) in ivs_model::overlay_targets(db, overlay).iter().enumerate() {
        let (Some(target), Some(key)) = (t.target, ir.keys.get(i).copied().flatten()) else { continue };
        if !chain(db, env).contains(&t.environment) {
            continue;
        }
        let mut machine = Machine::detached(db, env, overlay);
        let Some(meant) = FamilyKey::of(&machine.eval(&mut Frame::of(ir, overlay), key)) else {
            continue;
        };
        let members = family(db, env, target);
        if !members.diagnostics.is_empty() || members.members.iter().any(|(k, _)| *k == meant) {
            continue;
        }
        let span = source_map(db, overlay).exprs.get(key as usize).copied().unwrap_or_default();
        let name = &target.key(db).name;
        let keys: Vec<String> =
            members.members.iter().take(12).map(|(k, _)| format!("`{}`", k.text())).collect();
        out.push(Diagnostic {
            code: code::OVERLAY_TARGET,
            severity: Severity::Error,
            message: format!("`{name}` has no member `{}` to amend", meant.text()),
            primary: Label { place: Place { of: overlay, span }, text: "no such member".into() },
            labels: Vec::new(),
            help: vec![format!("its keys are {}", keys.join(", "))],
            fixes: Vec::new(),
        });
    }
    out
}
