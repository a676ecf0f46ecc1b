//! Formulas.

use crate::conform::Site;
use crate::depth::Level;
use crate::inst::{Inst, ref_to};
use crate::layer::{family, instances, set_of};
use crate::machine::{Contrib, Frame, MAX_STEPS, Machine, Slot};
use ivs_grammar::ast::UnaryOp;
use ivs_model::ir::{Convert, ExprId, StrPartIr, TExpr};
use ivs_model::{Ty, code};
use ivs_source::ItemId;
use ivs_value::{Map, OpError, StructValue, Value, ops};
use smol_str::SmolStr;
use std::sync::Arc;

impl<'db> Machine<'db> {
    /// Counts a step; false past the limit, which is reported once.
    pub(crate) fn step(&mut self, f: &Frame<'db>, id: ExprId) -> bool {
        self.steps = self.steps.saturating_add(1);
        if self.steps == MAX_STEPS + 1 {
            self.fail(
                f,
                id,
                code::LIMIT_STEPS,
                format!("this formula takes more than {MAX_STEPS} steps"),
                "the limit was reached here".into(),
            );
        }
        self.steps <= MAX_STEPS
    }

    /// Evaluates a node of the frame's item.
    pub(crate) fn eval(&mut self, f: &mut Frame<'db>, id: ExprId) -> Value {
        if !self.step(f, id) {
            return Value::Unknown;
        }
        let ir = f.body;
        let Some(expr) = ir.exprs.get(id as usize) else { return Value::Unknown };
        let Some(_level) = Level::enter() else {
            crate::depth::exceeded(f.item, f.span(self.db, id));
            return Value::Unknown;
        };
        match expr {
            TExpr::Error | TExpr::Selector(_) => Value::Unknown,
            TExpr::Const(v) => v.clone(),
            TExpr::Secret(s) => Value::Secret(s.clone()),
            TExpr::Late { of, attribute } => match self.eval(f, *of) {
                Value::Ref(r) if !crate::is_enabled(self.db, self.env, crate::inst_of(&r)) => {
                    self.disabled(f, *of, &r)
                }
                Value::Ref(r) => {
                    let late = ivs_value::LateValue::attribute((*r).clone(), attribute.clone());
                    Value::Late(Arc::new(late))
                }
                _ => Value::Unknown,
            },
            TExpr::Load { .. } => {
                let loaded = crate::load::loaded(self.db, self.env, f.item, id);
                for d in &loaded.diagnostics {
                    self.report(d.clone());
                }
                loaded.value.clone()
            }
            TExpr::Interpolate(parts) => self.interpolate(f, id, parts),
            TExpr::List(items) => Value::List(items.iter().map(|e| self.eval(f, *e)).collect()),
            TExpr::ListFor { clauses, base, body } => {
                if let Some((made, sound)) = self.by_stretches(f, id, clauses, *base, 1) {
                    let known = sound && !made.iter().any(Value::is_unknown);
                    return if known { Value::List(made.into()) } else { Value::Unknown };
                }
                let mut out = Vec::new();
                let saved = f.locals.len();
                f.locals.truncate(*base as usize);
                let mut unknown = false;
                let mut full = false;
                let sound = self.each(f, clauses, &mut |m, f| {
                    if out.len() >= ivs_value::limits::COLLECTION {
                        full = true;
                        return false;
                    }
                    let v = m.eval(f, *body);
                    unknown |= v.is_unknown();
                    out.push(v);
                    true
                });
                f.locals.truncate(saved);
                if full {
                    return self.too_long(f, id);
                }
                if !sound || unknown { Value::Unknown } else { Value::List(out.into()) }
            }
            TExpr::MapFor { clauses, base, key, value } => self.map_for(f, id, clauses, *base, *key, *value),
            TExpr::Struct(s, block) => {
                let Some(parent) = self.anchor(f) else { return Value::Unknown };
                let node = self.struct_node(*s, &[(parent, *block)], None, None);
                self.whole(node)
            }
            TExpr::Map(ty, block) => {
                let Some(parent) = self.anchor(f) else { return Value::Unknown };
                self.map_value(ty, parent, *block)
            }
            TExpr::Record(shape, values) => {
                let fields: Box<[Value]> = values.iter().map(|e| self.eval(f, *e)).collect();
                Value::Struct(Arc::new(StructValue { shape: shape.clone(), fields }))
            }
            TExpr::Local(slot) => {
                self.note_local(f, *slot, &[]);
                f.locals.get(*slot as usize).cloned().unwrap_or(Value::Unknown)
            }
            TExpr::Let { .. }
            | TExpr::Field { .. }
            | TExpr::SelfValue
            | TExpr::Member { .. }
            | TExpr::Decl(_)
            | TExpr::FamilyMember(..) => self.chain(f, id),
            TExpr::Inherited => match f.inherit {
                Some((node, slot, below)) => {
                    if let Some(known) = self.inherited.get(&(node, slot, below)) {
                        return known.clone();
                    }
                    // What is missing below is no mistake of the layers below.
                    let (quiet, found) = (self.quiet, self.says(node, slot, below));
                    self.quiet |= !found;
                    let v = match self.decide(node, slot, below) {
                        Slot::Node(n) => self.whole(n),
                        Slot::Done(v) => v,
                        Slot::Todo | Slot::Unsaid | Slot::Busy => Value::Unknown,
                    };
                    self.quiet = quiet;
                    if found {
                        self.inherited.insert((node, slot, below), v.clone());
                    }
                    if v.is_unknown() && !found {
                        let path = self.path_of(node, slot).join(".");
                        return self.fail(
                            f,
                            id,
                            code::EVALUATION,
                            "nothing is inherited here".into(),
                            format!("no layer below sets `{path}`"),
                        );
                    }
                    v
                }
                None => Value::Unknown,
            },
            TExpr::FamilyList(decl) => {
                let members = instances(self.db, self.env, *decl);
                let enabled = members.into_iter().filter(|m| crate::is_enabled(self.db, self.env, *m));
                Value::List(enabled.map(|m| ref_to(self.db, m)).collect())
            }
            TExpr::BuildDate => match ivs_source::Program::get(self.db).date(self.db) {
                Some((y, m, d)) => Value::Date(y, m, d),
                // A check is then not decided; a value that outputs are made of has to be.
                None if f.item.key(self.db).keyword == "check" => Value::Unknown,
                None => self.fail_help(
                    f,
                    id,
                    code::NO_BUILD_DATE,
                    "`build.date` is not given".into(),
                    "read here".into(),
                    vec![
                        "nothing reads a clock: `[build] as-of = 2026-11-21` in `ivs.toml`, or `--as-of DATE`".into(),
                    ],
                ),
            },
            TExpr::Global(item) => crate::global::global(self.db, self.env, *item),
            TExpr::SetOf(kind) => {
                Value::List(set_of(self.db, self.env, *kind).iter().map(|i| ref_to(self.db, *i)).collect())
            }
            TExpr::Index { base, index } => {
                let b = self.eval(f, *base);
                let i = self.eval(f, *index);
                self.index(f, id, &b, &i)
            }
            TExpr::Call { function, args } => self.call(f, id, function, args),
            TExpr::CallFn { function, args } => self.call_fn(f, id, *function, args),
            TExpr::Construct { of, member, args } => self.construct(f, *of, *member, args),
            TExpr::As { value, unit } => {
                let v = self.eval(f, *value);
                match ops::as_unit(&v, unit) {
                    Ok(v) => v,
                    Err(OpError::Currencies(..)) => match &v {
                        Value::Quantity(q) => self.exchange(f, id, q, unit),
                        _ => Value::Unknown,
                    },
                    Err(e) => self.op_failed(f, id, &e, &[&v]),
                }
            }
            TExpr::AsPercent(value) => match self.eval(f, *value) {
                Value::Number(n) | Value::Percent(n) => Value::Percent(n),
                _ => Value::Unknown,
            },
            TExpr::Unary { op, operand } => {
                let v = self.eval(f, *operand);
                match op {
                    UnaryOp::Not => match v {
                        Value::Bool(b) => Value::Bool(!b),
                        _ => Value::Unknown,
                    },
                    UnaryOp::Neg => match ops::neg(&v) {
                        Ok(v) => v,
                        Err(e) => self.op_failed(f, id, &e, &[&v]),
                    },
                }
            }
            TExpr::Binary { left, .. } => self.operators(f, id, *left),
            TExpr::If { arms, otherwise } => {
                for (cond, then) in arms {
                    match self.eval(f, *cond) {
                        Value::Bool(true) => return self.eval(f, *then),
                        Value::Bool(false) => {}
                        _ => return Value::Unknown,
                    }
                }
                self.eval(f, *otherwise)
            }
            TExpr::IsMember { value, member } => match self.eval(f, *value) {
                Value::Member(m) => Value::Bool(m.index == *member),
                Value::None => Value::Bool(false),
                _ => Value::Unknown,
            },
            TExpr::IsKind { value, kind } => match self.eval(f, *value) {
                Value::Ref(r) => {
                    let decl = crate::inst_of(&r).decl(self.db);
                    Value::Bool(ivs_model::decl_kind(self.db, decl) == Some(*kind))
                }
                Value::None => Value::Bool(false),
                _ => Value::Unknown,
            },
            TExpr::IsTemplate { value, template } => match self.eval(f, *value) {
                Value::Ref(r) => {
                    let chain = &ivs_model::base_chain(self.db, crate::inst_of(&r).decl(self.db)).chain;
                    Value::Bool(chain.contains(template))
                }
                Value::None => Value::Bool(false),
                _ => Value::Unknown,
            },
            TExpr::IsType { value, ty } => match self.eval(f, *value) {
                Value::Unknown => Value::Unknown,
                Value::Ref(r) => {
                    let decl = crate::inst_of(&r).decl(self.db);
                    Value::Bool(match ty.core() {
                        Ty::Ref(kind) => ivs_model::decl_kind(self.db, decl) == Some(*kind),
                        Ty::RefTo(of) => ivs_model::base_chain(self.db, decl).chain.contains(of),
                        t => *t == Ty::AnyRef,
                    })
                }
                v => Value::Bool(crate::conform::shape_fits(&v, ty)),
            },
            TExpr::Key { base, name } => match self.eval(f, *base) {
                Value::Map(m) => {
                    let entry = m.entries.iter().find(|(k, _)| crate::node::is_key(k, name));
                    entry.map_or(Value::None, |(_, v)| v.clone())
                }
                Value::Unknown => Value::Unknown,
                _ => Value::None,
            },
            TExpr::Convert { value, to } => {
                let v = self.eval(f, *value);
                match to {
                    Convert::Range => match v {
                        Value::Unknown | Value::Range(_) => v,
                        v => Value::Range(Arc::new((v.clone(), v))),
                    },
                    Convert::Unit(unit) => crate::operate::counted(v, unit),
                    Convert::Text(_) => v,
                }
            }
            TExpr::CheckDim { value, .. } => self.eval(f, *value),
            TExpr::Conform { value, ty } => {
                let v = self.eval(f, *value);
                let at = Site { item: f.item, expr: *value };
                self.conform(v, ty, at)
            }
        }
    }

    /// The contrib that blocks of a formula hang on; made for formulas outside of any block.
    pub(crate) fn anchor(&mut self, f: &Frame<'db>) -> Option<u32> {
        let parent = match f.contrib {
            Some(c) => {
                let c_full = self.contrib(c)?.clone();
                Contrib { locals: f.locals.clone().into(), parent: c_full.parent, ..c_full }
            }
            None => Contrib {
                body: f.body,
                item: f.item,
                block: u32::MAX,
                node: u32::MAX,
                self_node: u32::MAX,
                parent: None,
                locals: f.locals.clone().into(),
            },
        };
        let lets_of = f.contrib;
        let id = self.add_contrib(parent);
        // Lets of the block around stay evaluated once.
        if let Some(c) = lets_of {
            let known: Vec<((u32, u32), Slot)> = self
                .lets
                .iter()
                .filter(|((k, _), _)| *k == c)
                .map(|((_, i), s)| ((id, *i), s.clone()))
                .collect();
            self.lets.extend(known);
        }
        Some(id)
    }

    fn map_value(&mut self, ty: &Ty, parent: u32, block: u32) -> Value {
        let Ty::Map(kv) = ty.core() else { return Value::Unknown };
        let node = self.map_node(kv.1.clone(), parent, block);
        self.whole(node)
    }

    fn interpolate(&mut self, f: &mut Frame<'db>, id: ExprId, parts: &[StrPartIr]) -> Value {
        let mut out = ivs_value::LateText::default();
        for p in parts {
            match p {
                StrPartIr::Text(t) => out.push_str(t),
                StrPartIr::Hole(e) => {
                    let v = self.eval(f, *e);
                    if v.is_unknown() {
                        return Value::Unknown;
                    }
                    if let Value::Late(late) = &v
                        && !self.telling
                    {
                        out.push_late(late);
                        continue;
                    }
                    let text = match self.telling {
                        true => ivs_value::interpolate_message(&v),
                        false => ivs_value::interpolate(&v),
                    };
                    match text {
                        Ok(t) => out.push_str(&t),
                        Err(err) => return self.op_failed(f, *e, &err, &[&v]),
                    }
                }
            }
            if out.known() > ivs_value::limits::STRING {
                let limit = ivs_value::limits::STRING;
                return self.fail(
                    f,
                    id,
                    code::LIMIT_STRING,
                    format!("a string of more than {limit} bytes"),
                    "the limit of a string".into(),
                );
            }
        }
        out.finish()
    }

    fn map_for(
        &mut self,
        f: &mut Frame<'db>,
        id: ExprId,
        clauses: &ivs_model::ir::ClausesIr,
        base: u32,
        key: ExprId,
        value: ExprId,
    ) -> Value {
        let mut entries: Vec<(Value, Value)> = Vec::new();
        let mut seen: rustc_hash::FxHashSet<String> = rustc_hash::FxHashSet::default();
        let (mut unknown, mut full, mut double) = (false, false, None);
        let mut take = |k: Value, v: Value| {
            full = entries.len() >= ivs_value::limits::COLLECTION;
            if full {
                return false;
            }
            if k.is_unknown() {
                unknown = true;
                return true;
            }
            if !seen.insert(ivs_value::display(&k)) {
                double = Some(k);
                return false;
            }
            entries.push((k, v));
            true
        };
        let sound = match self.by_stretches(f, id, clauses, base, 2) {
            Some((made, sound)) => {
                let mut made = made.into_iter();
                while let (Some(k), Some(v)) = (made.next(), made.next())
                    && take(k, v)
                {}
                sound
            }
            None => {
                let saved = f.locals.len();
                f.locals.truncate(base as usize);
                let sound = self.each(f, clauses, &mut |m, f| take(m.eval(f, key), m.eval(f, value)));
                f.locals.truncate(saved);
                sound
            }
        };
        if full {
            return self.too_long(f, id);
        }
        if let Some(k) = double {
            let shown = ivs_value::display(&k);
            return self.fail(
                f,
                key,
                code::DUPLICATE_KEY,
                format!("the key {shown} is made twice"),
                "keys of a map are unique".into(),
            );
        }
        if !sound || unknown { Value::Unknown } else { Value::Map(Arc::new(Map::new(entries))) }
    }

    fn index(&mut self, f: &Frame<'db>, id: ExprId, base: &Value, index: &Value) -> Value {
        match (base, index) {
            (Value::Unknown, _) | (_, Value::Unknown) => Value::Unknown,
            (Value::List(xs), Value::Number(n)) => {
                let found = n.to_usize().and_then(|i| xs.get(i)).cloned();
                found.unwrap_or_else(|| {
                    self.fail(
                        f,
                        id,
                        code::EVALUATION,
                        format!("there is no element {}", ivs_value::display(index)),
                        format!("the list has {} elements, counted from 0", xs.len()),
                    )
                })
            }
            (Value::Map(m), k) => match m.get(k) {
                Some(v) => v.clone(),
                None => self.no_key(f, id, m, k),
            },
            _ => Value::Unknown,
        }
    }

    /// The member of a family that a key names.
    pub(crate) fn family_member(
        &mut self,
        f: &mut Frame<'db>,
        id: ExprId,
        decl: ItemId,
        key: ExprId,
    ) -> Option<Inst> {
        let k = self.eval(f, key);
        let k = crate::FamilyKey::of(&k)?;
        let members = family(self.db, self.env, decl);
        if members.members.iter().any(|(m, _)| *m == k) {
            return Some(Inst::new(self.db, decl, Some(k)));
        }
        if members.diagnostics.is_empty() {
            let keys: Vec<SmolStr> = members.members.iter().take(12).map(|(k, _)| k.text()).collect();
            let name = decl.key(self.db).name.clone();
            self.fail_help(
                f,
                id,
                code::EVALUATION,
                format!("`{name}` has no member `{}`", k.text()),
                "no such key".into(),
                vec![format!("its keys are {}", keys.join(", "))],
            );
        }
        None
    }
}
