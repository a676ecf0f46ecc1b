//! Slots: which layer decides, and what comes out.

use crate::conform::Site;
use crate::machine::{Contrib, ContribId, Frame, Keys, Machine, Node, NodeId, Slot};
use crate::why::Role;
use ivs_model::ir::{BlockId, BlockIr, EntryIr, ExprId, KeyIr, OpIr, TExpr};
use ivs_model::{Builtin, Field, Schema, Ty, body, code, schema, source_map};
use ivs_source::{Diagnostic, ItemId, Label, Place, Severity};
use ivs_value::{Map, StructValue, Value};
use rustc_hash::FxHashMap;
use smol_str::SmolStr;
use std::sync::Arc;

/// What one layer does to a slot.
#[derive(Clone, Copy)]
enum Act {
    Set(ExprId),
    Append(ExprId),
    Merge(BlockId),
    Remove,
}

enum SlotDef<'db> {
    Fields(&'db Schema),
    Map(Arc<Ty>),
}

/// What a formula's value has to be.
#[derive(Clone, Copy)]
struct Want<'a> {
    ty: &'a Ty,
    /// Or nothing.
    optional: bool,
}

impl<'a> Want<'a> {
    fn of(field: &'a Field) -> Want<'a> {
        Want { ty: &field.ty, optional: field.optional }
    }
}

struct Step {
    contrib: ContribId,
    /// How many of the node's contribs lie below.
    below: usize,
    act: Act,
    mark: u32,
}

impl<'db> Machine<'db> {
    pub(crate) fn slot_key(&self, node: NodeId, slot: u32) -> Option<KeyIr> {
        match &self.node(node)?.keys {
            Keys::Fields(_) => Some(KeyIr::Field(slot as u16)),
            Keys::Map { keys, .. } => keys.get(slot as usize).map(|k| KeyIr::Key(Box::new(k.clone()))),
        }
    }

    /// What a block says of a slot.
    fn entry<'b>(&self, block: &'b BlockIr, wanted: &KeyIr) -> Option<&'b EntryIr> {
        if let KeyIr::Key(key) = wanted
            && let Value::Ref(r) = &**key
        {
            let inst = crate::inst::inst_of(r);
            if inst.key(self.db).is_none() {
                return block.entries.of(&KeyIr::Decl(inst.decl(self.db)));
            }
        }
        block.entries.of(wanted)
    }

    /// What defines a slot: shared, so that nothing is copied to ask for it.
    fn slot_def(&self, node: NodeId) -> SlotDef<'db> {
        match self.node(node).map(|n| &n.keys) {
            Some(Keys::Fields(s)) => SlotDef::Fields(s),
            Some(Keys::Map { value_ty, .. }) => SlotDef::Map(value_ty.clone()),
            None => SlotDef::Map(Arc::new(Ty::Error)),
        }
    }

    /// What the lowest `upto` contribs do to a slot, topmost first, down to what replaces everything below.
    fn steps(&mut self, node: NodeId, slot: u32, upto: usize) -> Vec<Step> {
        let Some(wanted) = self.slot_key(node, slot) else { return Vec::new() };
        let count = self.node(node).map_or(0, |n| n.contribs.len()).min(upto);
        if count == 0 {
            return Vec::new();
        }
        // `enabled`, `slug` and `title` belong to one declaration; a base's are not handed down.
        let own_only = node == 0 && self.inst.is_some() && self.not_handed_down(&wanted);
        let mut out: Vec<Step> = Vec::new();
        for below in (0..count).rev() {
            let Some(id) = self.node(node).and_then(|n| n.contribs.get(below)).copied() else { continue };
            if own_only && self.is_base_layer(below) {
                continue;
            }
            let Some(c) = self.contrib(id) else { continue };
            let Some(b) = c.body.blocks.get(c.block as usize) else { continue };
            // Most bodies say nothing of most fields.
            if b.whens.is_empty() && self.entry(b, &wanted).is_none() {
                continue;
            }
            let (ir, block) = (c.body, c.block);
            let Some(b) = ir.blocks.get(block as usize) else { continue };
            // `when` entries lie above the plain ones of their body.
            let mut found_when: Option<u32> = None;
            for (i, (cond, when_block)) in b.whens.iter().enumerate() {
                let Some(w) = ir.blocks.get(*when_block as usize) else { continue };
                let Some(e) = self.entry(w, &wanted) else { continue };
                if !self.when_holds(id, i as u32, *cond) {
                    continue;
                }
                let act = act_of(&e.op);
                if let Some(first) = found_when
                    && !matches!(act, Act::Merge(_))
                {
                    self.set_by_two_whens(id, first, e.mark);
                    continue;
                }
                found_when = Some(e.mark);
                out.push(Step { contrib: id, below, act, mark: e.mark });
            }
            if out.last().is_some_and(|s| matches!(s.act, Act::Set(_) | Act::Remove)) {
                break;
            }
            if let Some(e) = self.entry(b, &wanted) {
                if e.is_final && !out.is_empty() {
                    self.final_overridden(id, e.mark, &out);
                }
                let act = act_of(&e.op);
                out.push(Step { contrib: id, below, act, mark: e.mark });
                if matches!(act, Act::Set(_) | Act::Remove) {
                    if !e.is_final {
                        self.check_final_below(node, below, &wanted, id, e.mark);
                    }
                    break;
                }
            }
        }
        out
    }

    /// What the lowest `upto` contribs do to a slot, topmost first, down to what decides it: which contrib, how many lie
    /// below, the formula, what it does, and the place of the key.
    pub(crate) fn acts(
        &mut self,
        node: NodeId,
        slot: u32,
        upto: usize,
    ) -> Vec<(ContribId, usize, Option<ExprId>, Role, u32)> {
        self.steps(node, slot, upto)
            .into_iter()
            .map(|s| {
                let (formula, role) = match s.act {
                    Act::Set(e) => (Some(e), Role::Decides),
                    Act::Append(e) => (Some(e), Role::Adds),
                    Act::Merge(_) => (None, Role::Amends),
                    Act::Remove => (None, Role::Decides),
                };
                (s.contrib, s.below, formula, role, s.mark)
            })
            .collect()
    }

    fn not_handed_down(&self, wanted: &KeyIr) -> bool {
        let KeyIr::Field(i) = wanted else { return false };
        match self.node(0).map(|n| &n.keys) {
            Some(Keys::Fields(s)) => s
                .fields
                .get(*i as usize)
                .is_some_and(|f| matches!(f.name.as_str(), "enabled" | "slug" | "title" | "name")),
            _ => false,
        }
    }

    fn is_base_layer(&self, contrib_at: usize) -> bool {
        let Some(inst) = self.inst else { return false };
        // The own body and what amends it stand at and above the declaration's own layer.
        let own_at = self.node(0).and_then(|n| {
            n.contribs.iter().position(|c| self.contrib(*c).is_some_and(|c| c.item == inst.decl(self.db)))
        });
        own_at.is_some_and(|o| contrib_at < o)
    }

    /// A `final` entry below the one that was found.
    fn check_final_below(&mut self, node: NodeId, below: usize, wanted: &KeyIr, by: ContribId, mark: u32) {
        let Some(contribs) = self.node(node).map(|n| &n.contribs) else { return };
        let found = contribs.iter().take(below).rev().find_map(|id| {
            let c = self.contrib(*id)?;
            let b = c.body.blocks.get(c.block as usize)?;
            let e = self.entry(b, wanted).filter(|e| e.is_final)?;
            Some((*id, e.mark))
        });
        if let Some((id, first)) = found {
            self.report_final(id, first, by, mark);
        }
    }

    fn final_overridden(&mut self, id: ContribId, mark: u32, above: &[Step]) {
        if let Some(s) = above.first() {
            self.report_final(id, mark, s.contrib, s.mark);
        }
    }

    fn report_final(&mut self, id: ContribId, mark: u32, by: ContribId, by_mark: u32) {
        let (Some(first), Some(second)) = (self.mark_place(id, mark), self.mark_place(by, by_mark)) else {
            return;
        };
        let fixes = self.without(&second).into_iter().collect();
        self.report(Diagnostic {
            code: code::FINAL_OVERRIDDEN,
            severity: Severity::Error,
            message: "a final value cannot be overridden".into(),
            primary: Label { place: second, text: "set again here".into() },
            labels: vec![Label { place: first, text: "declared `final` here".into() }],
            help: vec!["leave it out here, or remove `final` there".into()],
            fixes,
        });
    }

    fn set_by_two_whens(&mut self, id: ContribId, first: u32, second: u32) {
        let (Some(a), Some(b)) = (self.mark_place(id, first), self.mark_place(id, second)) else { return };
        self.report(Diagnostic {
            code: code::DUPLICATE_PATH,
            severity: Severity::Error,
            message: "two `when` that both hold set one path".into(),
            primary: Label { place: b, text: "set again".into() },
            labels: vec![Label { place: a, text: "first set here".into() }],
            help: vec!["make the conditions exclude each other".into()],
            fixes: Vec::new(),
        });
    }

    pub(crate) fn mark_place(&self, id: ContribId, mark: u32) -> Option<Place<ItemId>> {
        let c = self.contrib(id)?;
        let span = source_map(self.db, c.item).marks.get(mark as usize).copied().unwrap_or_default();
        Some(Place { of: c.item, span })
    }

    fn when_holds(&mut self, id: ContribId, index: u32, cond: ExprId) -> bool {
        match self.whens.get(&(id, index)) {
            Some(Some(holds)) => return *holds,
            Some(None) => {
                // The condition needs what it decides.
                if let Some(frame) = self.frame(id) {
                    let span = frame.span(self.db, cond);
                    let place = Place { of: frame.item, span };
                    self.report(Diagnostic {
                        code: code::VALUE_CYCLE,
                        severity: Severity::Error,
                        message: "a `when` depends on what it sets".into(),
                        primary: Label { place, text: "this condition reads a value that it decides".into() },
                        labels: Vec::new(),
                        help: Vec::new(),
                        fixes: Vec::new(),
                    });
                }
                return false;
            }
            None => {}
        }
        self.whens.insert((id, index), None);
        let holds = match self.frame(id) {
            Some(mut frame) => matches!(self.eval(&mut frame, cond), Value::Bool(true)),
            None => false,
        };
        self.whens.insert((id, index), Some(holds));
        holds
    }

    /// The formula that decides a slot, if one layer alone does.
    pub(crate) fn deciding(&mut self, node: NodeId, slot: u32) -> Option<(ItemId, ExprId)> {
        let upto = self.node(node).map_or(0, |n| n.contribs.len());
        let steps = self.steps(node, slot, upto);
        let first = steps.first()?;
        let Act::Set(e) = first.act else { return None };
        Some((self.contrib(first.contrib)?.item, e))
    }

    /// Whether one of the lowest `below` contribs says something of a slot.
    pub(crate) fn says(&mut self, node: NodeId, slot: u32, below: usize) -> bool {
        !self.steps(node, slot, below).is_empty()
    }

    /// The state of a slot after evaluating it as far as its kind of value needs.
    pub(crate) fn resolve(&mut self, node: NodeId, slot: u32) -> Slot {
        let state = self.node(node).and_then(|n| n.slots.get(slot as usize)).cloned();
        match state {
            None => return Slot::Done(Value::Unknown),
            Some(Slot::Done(v)) => return Slot::Done(v),
            Some(Slot::Node(n)) => return Slot::Node(n),
            Some(Slot::Busy) => {
                self.loop_found(node, slot);
                return Slot::Done(Value::Unknown);
            }
            Some(Slot::Todo | Slot::Unsaid) => {}
        }
        let said = matches!(state, Some(Slot::Todo));
        if !said && let Some(v) = self.constant_default(node, slot) {
            self.put(node, slot, Slot::Done(v.clone()));
            return Slot::Done(v);
        }
        self.put(node, slot, Slot::Busy);
        self.stack.push((node, slot));
        let upto = self.node(node).map_or(0, |n| n.contribs.len());
        let steps = if said { self.steps(node, slot, upto) } else { Vec::new() };
        let result = self.decide_by(node, slot, steps);
        self.stack.pop();
        // A loop that was reported meanwhile leaves the value unknown.
        let result = match self.node(node).and_then(|n| n.slots.get(slot as usize)) {
            Some(Slot::Done(Value::Unknown)) => Slot::Done(Value::Unknown),
            _ => result,
        };
        self.put(node, slot, result.clone());
        result
    }

    pub(crate) fn put(&mut self, node: NodeId, slot: u32, state: Slot) {
        if let Some(s) = self.nodes.get_mut(node as usize).and_then(|n| n.slots.get_mut(slot as usize)) {
            *s = state;
        }
    }

    /// The value of a slot, whole.
    pub(crate) fn force(&mut self, node: NodeId, slot: u32) -> Value {
        match self.resolve(node, slot) {
            Slot::Node(n) => self.whole(n),
            Slot::Done(v) => v,
            Slot::Todo | Slot::Unsaid | Slot::Busy => Value::Unknown,
        }
    }

    /// A struct or map with all that is in it.
    pub(crate) fn whole(&mut self, node: NodeId) -> Value {
        if let Some(v) = self.node(node).and_then(|n| n.whole.clone()) {
            return v;
        }
        let Some(n) = self.node(node) else { return Value::Unknown };
        let count = n.slots.len() as u32;
        let keys = n.keys.clone();
        let values: Vec<Value> = (0..count).map(|i| self.force(node, i)).collect();
        let value = match keys {
            Keys::Fields(s) => {
                let v =
                    Value::Struct(Arc::new(StructValue { shape: s.shape.clone(), fields: values.into() }));
                if !self.quiet {
                    self.requirements(node);
                }
                v
            }
            Keys::Map { keys, .. } => Value::Map(Arc::new(Map::new(keys.into_iter().zip(values).collect()))),
        };
        if let Some(n) = self.nodes.get_mut(node as usize) {
            n.whole = Some(value.clone());
        }
        value
    }

    /// Evaluates a slot from its lowest `upto` contribs.
    pub(crate) fn decide(&mut self, node: NodeId, slot: u32, upto: usize) -> Slot {
        let steps = self.steps(node, slot, upto);
        if steps.is_empty()
            && let Some(v) = self.constant_default(node, slot)
        {
            return Slot::Done(v);
        }
        self.decide_by(node, slot, steps)
    }

    fn decide_by(&mut self, node: NodeId, slot: u32, steps: Vec<Step>) -> Slot {
        let def = self.slot_def(node);
        let (ty, field) = match &def {
            SlotDef::Fields(s) => match s.fields.get(slot as usize) {
                Some(f) => (&f.ty, Some(f)),
                None => return Slot::Done(Value::Unknown),
            },
            SlotDef::Map(ty) => (&**ty, None),
        };
        match ty.core() {
            Ty::Map(_) => return self.decide_map(node, slot, ty, field, steps),
            object @ (Ty::Object | Ty::LateObject) if self.is_tree(&steps) => {
                let tree = Ty::Map(Arc::new((Ty::Str, object.clone())));
                return self.decide_map(node, slot, &tree, field, steps);
            }
            Ty::Struct(s) => {
                let s = *s;
                if let Some(result) = self.decide_struct(node, slot, s, ty, field, &steps) {
                    return result;
                }
            }
            Ty::Union(ts) if steps.first().is_some_and(|s| matches!(s.act, Act::Merge(_))) => {
                let inner = ts.iter().find(|t| matches!(t.core(), Ty::Struct(_) | Ty::Map(_))).cloned();
                match inner.as_ref().map(Ty::core) {
                    Some(Ty::Struct(s)) => {
                        let s = *s;
                        if let Some(result) = self.decide_struct(node, slot, s, ty, field, &steps) {
                            return result;
                        }
                    }
                    Some(inner @ Ty::Map(_)) => {
                        let inner = inner.clone();
                        return self.decide_map(node, slot, &inner, field, steps);
                    }
                    _ => {}
                }
            }
            _ => {}
        }
        Slot::Done(self.decide_plain(node, slot, ty, field, &steps))
    }

    /// Whether blocks make a value of type `object`: then it is a tree, evaluated and overridden key by key.
    fn is_tree(&self, steps: &[Step]) -> bool {
        steps.iter().any(|s| matches!(s.act, Act::Merge(_)))
            || steps.last().is_some_and(|s| match s.act {
                Act::Set(e) => self
                    .contrib(s.contrib)
                    .is_some_and(|c| matches!(c.body.exprs.get(e as usize), Some(TExpr::Map(..)))),
                _ => false,
            })
    }

    /// The default of a slot that nobody sets, where it is the same for every declaration.
    fn constant_default(&mut self, node: NodeId, slot: u32) -> Option<Value> {
        let n = self.node(node)?;
        if n.base.is_some() {
            return None;
        }
        let Keys::Fields(schema) = &n.keys else { return None };
        let field = schema.fields.get(slot as usize)?;
        if let Some(builtin) = field.builtin {
            return matches!(builtin, Builtin::Enabled | Builtin::Labels | Builtin::Absent)
                .then(|| self.builtin(builtin));
        }
        let definition = n.definition?;
        let ordinal = field.owner.filter(|(owner, _)| *owner == definition)?.1;
        let constants = match &n.constants {
            Some(c) => c.clone(),
            None => {
                let c = crate::constants::constants(self.db, self.env, definition);
                if let Some(n) = self.nodes.get_mut(node as usize) {
                    n.constants = Some(c.clone());
                }
                c
            }
        };
        constants.get(ordinal as usize).cloned().flatten()
    }

    /// A value that is one piece: scalar, range, list, tagged, reference, or a struct set as a whole.
    fn decide_plain(
        &mut self,
        node: NodeId,
        slot: u32,
        ty: &Ty,
        field: Option<&Field>,
        steps: &[Step],
    ) -> Value {
        let read = Want { ty, optional: field.is_some_and(|f| f.optional) };
        let mut appended: Vec<Value> = Vec::new();
        let mut base = None;
        for step in steps {
            match step.act {
                Act::Set(e) => {
                    let v = self.formula(step, e, node, slot, read);
                    base = Some(v);
                }
                Act::Append(e) => {
                    let v = self.formula(step, e, node, slot, Want { ty, optional: false });
                    appended.push(v);
                }
                Act::Merge(_) => {}
                Act::Remove => base = Some(Value::None),
            }
        }
        let base = match base {
            Some(v) => v,
            None => match self.map_base(node, slot) {
                Some(v) => v,
                None => self.fallback(node, slot, field, appended.is_empty()),
            },
        };
        appended.reverse();
        appended.into_iter().fold(base, |acc, more| match acc {
            Value::None => more,
            acc => ivs_value::ops::add(&acc, &more).unwrap_or(Value::Unknown),
        })
    }

    /// The value of a map's key that comes from a whole map below.
    fn map_base(&self, node: NodeId, slot: u32) -> Option<Value> {
        let n = self.node(node)?;
        match &n.keys {
            Keys::Map { bases, .. } => bases.get(slot as usize).cloned().flatten(),
            Keys::Fields(s) => {
                let name = &s.fields.get(slot as usize)?.name;
                n.base.as_ref()?.get(name).cloned()
            }
        }
    }

    /// What fills a slot that nobody sets.
    fn fallback(&mut self, node: NodeId, slot: u32, field: Option<&Field>, required: bool) -> Value {
        let Some(field) = field else { return Value::Unknown };
        if let Some(b) = field.builtin {
            return self.builtin(b);
        }
        if field.has_default
            && let Some((owner, ordinal)) = field.owner
        {
            let ir = body(self.db, owner);
            let Some(e) = ir.defaults.get(ordinal as usize).copied().flatten() else { return Value::Unknown };
            let Some(contrib) = self.definition_contrib(node, owner) else { return Value::Unknown };
            let Some(mut frame) = self.frame(contrib) else { return Value::Unknown };
            self.steps = 0;
            let value = self.eval(&mut frame, e);
            return self.conform_field(value, field, Site { item: owner, expr: e });
        }
        if field.optional {
            return Value::None;
        }
        if required && !matches!(field.ty, Ty::Error) {
            self.missing(node, slot, field);
        }
        Value::Unknown
    }

    fn builtin(&mut self, b: Builtin) -> Value {
        let name = || self.inst.map(|i| crate::inst_name(self.db, i)).unwrap_or_default();
        match b {
            Builtin::Name => Value::Str(name()),
            Builtin::Slug => {
                let Some(inst) = self.inst else { return Value::Unknown };
                let base = inst.decl(self.db).key(self.db).name.to_string();
                let text = match inst.key(self.db) {
                    Some(k) => format!("{base}-{}", k.text()),
                    None => base,
                };
                Value::Str(SmolStr::from(ivs_value::funcs::slug_of(&text)))
            }
            Builtin::Enabled => Value::Bool(true),
            Builtin::Labels => Value::Map(Arc::new(Map::default())),
            Builtin::Absent => Value::None,
        }
    }

    /// The contrib in which the defaults of an item's definitions are evaluated for a node.
    pub(crate) fn definition_contrib(&mut self, node: NodeId, owner: ItemId) -> Option<ContribId> {
        // A template's parameters are evaluated among its own lets.
        let n = self.node(node)?;
        if n.definition != Some(owner) {
            return n.contribs.iter().copied().find(|c| self.contrib(*c).is_some_and(|c| c.item == owner));
        }
        if let Some(id) = n.definition_contrib {
            return Some(id);
        }
        let body = body(self.db, owner);
        let block = body.roots.first().copied()?;
        let id = self.add_contrib(Contrib {
            body,
            item: owner,
            block,
            node,
            self_node: node,
            parent: None,
            locals: Arc::from([]),
        });
        if let Some(n) = self.nodes.get_mut(node as usize) {
            n.definition_contrib = Some(id);
        }
        Some(id)
    }

    /// Evaluates what a step sets.
    fn formula(&mut self, step: &Step, e: ExprId, node: NodeId, slot: u32, want: Want<'_>) -> Value {
        let Some(mut frame) = self.frame(step.contrib) else { return Value::Unknown };
        frame.inherit = Some((node, slot, step.below));
        self.steps = 0;
        // Literals are most of all configuration.
        let value = match frame.body.exprs.get(e as usize) {
            Some(TExpr::Const(v)) => v.clone(),
            _ => self.eval(&mut frame, e),
        };
        if (want.optional && matches!(value, Value::None)) || trivially(&value, want.ty) {
            return value;
        }
        self.conform(value, want.ty, Site { item: frame.item, expr: e })
    }

    fn decide_struct(
        &mut self,
        node: NodeId,
        slot: u32,
        s: ItemId,
        ty: &Ty,
        field: Option<&Field>,
        steps: &[Step],
    ) -> Option<Slot> {
        if ivs_model::endless(self.db, s) {
            return Some(Slot::Done(Value::Unknown));
        }
        let merges: Vec<(ContribId, BlockId)> = steps
            .iter()
            .rev()
            .filter_map(|st| match st.act {
                Act::Merge(b) => Some((st.contrib, b)),
                _ => None,
            })
            .collect();
        let set = steps.last().filter(|st| matches!(st.act, Act::Set(_) | Act::Remove));
        let read = Want { ty, optional: field.is_some_and(|f| f.optional) };
        // A block that stands as the whole value is a node as well.
        let base = match set {
            Some(Step { act: Act::Set(e), contrib, .. }) => {
                let literal = self.contrib(*contrib).and_then(|c| match c.body.exprs.get(*e as usize) {
                    Some(TExpr::Struct(_, b)) => Some(*b),
                    _ => None,
                });
                if let Some(block) = literal {
                    let mut all = vec![(*contrib, block)];
                    all.extend(merges);
                    return Some(Slot::Node(self.struct_node(s, &all, None, Some((node, slot)))));
                }
                let value = match set {
                    Some(st) => self.formula(st, *e, node, slot, read),
                    None => return None,
                };
                if merges.is_empty() {
                    return Some(Slot::Done(value));
                }
                match value {
                    Value::Struct(v) => Some(v),
                    Value::None => None,
                    _ => return Some(Slot::Done(Value::Unknown)),
                }
            }
            Some(_) if merges.is_empty() => return Some(Slot::Done(Value::None)),
            Some(_) => None,
            None => match self.map_base(node, slot) {
                Some(Value::Struct(v)) if merges.is_empty() => return Some(Slot::Done(Value::Struct(v))),
                Some(Value::Struct(v)) => Some(v),
                Some(other) if merges.is_empty() => return Some(Slot::Done(other)),
                _ => {
                    let defaulted = field.is_some_and(|f| f.has_default);
                    if defaulted {
                        match self.fallback(node, slot, field, false) {
                            Value::Struct(v) if merges.is_empty() => {
                                return Some(Slot::Done(Value::Struct(v)));
                            }
                            Value::Struct(v) => Some(v),
                            other if merges.is_empty() => return Some(Slot::Done(other)),
                            _ => None,
                        }
                    } else if merges.is_empty() && field.is_some_and(|f| f.optional) {
                        return Some(Slot::Done(Value::None));
                    } else {
                        None
                    }
                }
            },
        };
        Some(Slot::Node(self.struct_node(s, &merges, base, Some((node, slot)))))
    }

    /// A node for a struct that blocks set, lowest first.
    pub(crate) fn struct_node(
        &mut self,
        s: ItemId,
        blocks: &[(ContribId, BlockId)],
        base: Option<Arc<StructValue>>,
        parent: Option<(NodeId, u32)>,
    ) -> NodeId {
        let schema: &'db Schema = schema(self.db, s);
        let count = schema.fields.len();
        self.push_node(Keys::Fields(schema), count, blocks, base, parent, Some(s))
    }

    fn push_node(
        &mut self,
        keys: Keys<'db>,
        count: usize,
        blocks: &[(ContribId, BlockId)],
        base: Option<Arc<StructValue>>,
        parent: Option<(NodeId, u32)>,
        definition: Option<ItemId>,
    ) -> NodeId {
        let id = self.nodes.len() as NodeId;
        let contribs: Vec<ContribId> = blocks
            .iter()
            .filter_map(|(c, block)| {
                let c_full = self.contrib(*c)?.clone();
                Some(self.add_contrib(Contrib { block: *block, node: id, parent: Some(*c), ..c_full }))
            })
            .collect();
        let fields = matches!(keys, Keys::Fields(_));
        self.nodes.push(Node {
            keys,
            contribs,
            slots: vec![if fields { Slot::Unsaid } else { Slot::Todo }; count],
            base,
            parent,
            definition,
            definition_contrib: None,
            constants: None,
            whole: None,
        });
        if fields {
            self.mark_said(id);
        }
        id
    }

    fn decide_map(
        &mut self,
        node: NodeId,
        slot: u32,
        ty: &Ty,
        field: Option<&Field>,
        steps: Vec<Step>,
    ) -> Slot {
        let Ty::Map(kv) = ty.core() else { return Slot::Done(Value::Unknown) };
        let kv = kv.clone();
        let map_ty = Ty::Map(kv.clone());
        let mut keys: Vec<Value> = Vec::new();
        let mut bases: Vec<Option<Value>> = Vec::new();
        let mut blocks: Vec<(ContribId, BlockId)> = Vec::new();
        let set = steps.last().filter(|s| matches!(s.act, Act::Set(_)));
        let whole = match set {
            Some(st @ Step { act: Act::Set(e), contrib, .. }) => {
                let literal = self.contrib(*contrib).and_then(|c| match c.body.exprs.get(*e as usize) {
                    Some(TExpr::Map(_, b)) => Some(*b),
                    _ => None,
                });
                match literal {
                    Some(b) => {
                        blocks.push((*contrib, b));
                        None
                    }
                    None => {
                        let read = field.map_or(Want { ty: &map_ty, optional: false }, Want::of);
                        Some(self.formula(st, *e, node, slot, read))
                    }
                }
            }
            _ => match self.map_base(node, slot) {
                Some(v) => Some(v),
                None => {
                    let needed = steps.is_empty();
                    match field {
                        Some(f) if f.has_default || f.builtin.is_some() || needed => {
                            Some(self.fallback(node, slot, field, needed))
                        }
                        _ => None,
                    }
                }
            },
        };
        let only_whole = blocks.is_empty() && steps.iter().all(|s| matches!(s.act, Act::Set(_)));
        match whole {
            Some(v) if only_whole => return Slot::Done(v),
            Some(Value::Map(m)) => {
                for (k, v) in &m.entries {
                    keys.push(k.clone());
                    bases.push(Some(v.clone()));
                }
            }
            Some(Value::Struct(s)) => {
                for (k, v) in s.shape.fields.iter().zip(s.fields.iter()) {
                    keys.push(Value::Str(k.clone()));
                    bases.push(Some(v.clone()));
                }
            }
            Some(Value::Unknown) => return Slot::Done(Value::Unknown),
            _ => {}
        }
        if let Some((c, b)) = blocks.first().copied() {
            self.map_entries(c, b, &mut keys, &mut bases);
        }
        for step in steps.iter().rev() {
            match step.act {
                Act::Merge(b) => {
                    blocks.push((step.contrib, b));
                    self.map_entries(step.contrib, b, &mut keys, &mut bases);
                }
                Act::Append(e) => {
                    let more = self.formula(step, e, node, slot, Want { ty: &map_ty, optional: false });
                    let Value::Map(m) = more else { continue };
                    let at_key = Places::new(&keys, m.entries.len());
                    // The keys of one map differ.
                    for (k, v) in &m.entries {
                        if at_key.of(&keys, k).is_some() {
                            if let Some(place) = self.mark_place(step.contrib, step.mark) {
                                self.report(Diagnostic {
                                    code: code::ADDED_PRESENT,
                                    severity: Severity::Error,
                                    message: format!("the key {} is already there", ivs_value::display(k)),
                                    primary: Label { place, text: "`+=` only adds keys".into() },
                                    labels: Vec::new(),
                                    help: vec!["amend the key in a block: `f { key = … }`".into()],
                                    fixes: Vec::new(),
                                });
                            }
                            continue;
                        }
                        keys.push(k.clone());
                        bases.push(Some(v.clone()));
                    }
                }
                Act::Set(_) | Act::Remove => {}
            }
        }
        let count = keys.len();
        let value_ty = Arc::new(kv.1.clone());
        let id = self.push_node(
            Keys::Map { keys, value_ty, bases },
            count,
            &blocks,
            None,
            Some((node, slot)),
            None,
        );
        Slot::Node(id)
    }

    /// A node for a map that one block makes.
    pub(crate) fn map_node(&mut self, value_ty: Ty, parent: ContribId, block: BlockId) -> NodeId {
        let (mut keys, mut bases) = (Vec::new(), Vec::new());
        self.map_entries(parent, block, &mut keys, &mut bases);
        let count = keys.len();
        let keys = Keys::Map { keys, value_ty: Arc::new(value_ty), bases };
        self.push_node(keys, count, &[(parent, block)], None, None, None)
    }

    /// Reads a path from the object.
    pub(crate) fn read_path(&mut self, path: &[SmolStr]) -> Value {
        let mut node = 0;
        for (i, name) in path.iter().enumerate() {
            let Some(slot) = self.slot_named(node, name) else { return Value::Unknown };
            match self.resolve(node, slot) {
                Slot::Node(n) => node = n,
                Slot::Done(v) => {
                    let frame = Frame::of(body(self.db, self.item), self.item);
                    return self.read_names(&frame, 0, &v, path.get(i + 1..).unwrap_or_default(), false);
                }
                Slot::Todo | Slot::Unsaid | Slot::Busy => return Value::Unknown,
            }
        }
        self.whole(node)
    }

    /// Keys that a block adds to (or removes from) a map, in order.
    fn map_entries(
        &mut self,
        c: ContribId,
        block: BlockId,
        keys: &mut Vec<Value>,
        bases: &mut Vec<Option<Value>>,
    ) {
        let Some(contrib) = self.contrib(c).cloned() else { return };
        let ir = contrib.body;
        let Some(b) = ir.blocks.get(block as usize) else { return };
        let inner = self.add_contrib(Contrib { block, parent: Some(c), ..contrib });
        let mut all: Vec<&EntryIr> = b.entries.iter().collect();
        for (i, (cond, when_block)) in b.whens.iter().enumerate() {
            if let Some(w) = ir.blocks.get(*when_block as usize)
                && self.when_holds(inner, i as u32, *cond)
            {
                all.extend(w.entries.iter());
            }
        }
        let mut at_key = Places::new(keys, all.len());
        for e in all {
            let key = match &e.key {
                KeyIr::Key(v) => (**v).clone(),
                KeyIr::Decl(d) => crate::inst::ref_to(self.db, crate::Inst::new(self.db, *d, None)),
                KeyIr::Field(_) => continue,
            };
            let at = at_key.of(keys, &key);
            match (&e.op, at) {
                (OpIr::Remove, Some(i)) => {
                    keys.remove(i);
                    bases.remove(i);
                    at_key = Places::new(keys, usize::MAX);
                }
                (OpIr::Remove, None) => {
                    let place = self.mark_place(c, e.mark);
                    if let Some(place) = place {
                        self.report(Diagnostic {
                            code: code::REMOVED_ABSENT,
                            severity: Severity::Error,
                            message: format!("there is no key {} to remove", ivs_value::display(&key)),
                            primary: Label { place, text: "not in any layer below".into() },
                            labels: Vec::new(),
                            help: vec!["leave the `remove` out".into()],
                            fixes: Vec::new(),
                        });
                    }
                }
                (_, None) => {
                    at_key.added(&key, keys.len());
                    keys.push(key);
                    bases.push(None);
                }
                (_, Some(_)) => {}
            }
        }
    }

    /// The path of a slot from the object: `scaling.target.cpu`.
    pub(crate) fn path_of(&self, node: NodeId, slot: u32) -> Vec<SmolStr> {
        let mut out = Vec::new();
        let mut at = Some((node, slot));
        while let Some((n, s)) = at {
            let Some(node) = self.node(n) else { break };
            let name = match &node.keys {
                Keys::Fields(schema) => schema.fields.get(s as usize).map(|f| f.name.clone()),
                Keys::Map { keys, .. } => keys.get(s as usize).map(key_text),
            };
            out.extend(name);
            at = node.parent;
        }
        out.reverse();
        out
    }

    fn missing(&mut self, node: NodeId, slot: u32, field: &Field) {
        let path = self.path_of(node, slot).join(".");
        let place = self.nearest_place(node);
        let (what, name) = match self.inst {
            Some(i) => (i.decl(self.db).key(self.db).kind.clone(), crate::inst_name(self.db, i)),
            None => (SmolStr::default(), self.item.key(self.db).name.clone()),
        };
        let ty = field.ty.show(self.db);
        let mut help = Vec::new();
        if !field.docs.is_empty() {
            help.push(format!(
                "`{}`: {}",
                field.name,
                field.docs.lines().map(str::trim).collect::<Vec<_>>().join(" ")
            ));
        }
        help.push(format!("add `{} = …`, {}", field.name, article(&ty)));
        let fixes = self.only_value(&self.path_of(node, slot), &field.ty).into_iter().collect();
        self.report(Diagnostic {
            code: code::VALUE_REQUIRED,
            severity: Severity::Error,
            message: format!("`{what} {name}` needs `{path}`"),
            primary: Label { place, text: format!("`{}` is not set", field.name) },
            labels: Vec::new(),
            help,
            fixes,
        });
    }

    /// The nearest block that could hold what a node lacks, else the declaration's name.
    pub(crate) fn nearest_place(&mut self, node: NodeId) -> Place<ItemId> {
        let mut at = Some(node);
        let mut place = None;
        while let Some(n) = at {
            let Some(nd) = self.node(n) else { break };
            if n != 0
                && let Some((pn, ps)) = nd.parent
            {
                let upto = self.node(pn).map_or(0, |p| p.contribs.len());
                let steps = self.steps(pn, ps, upto);
                if let Some(s) = steps.first() {
                    place = self.mark_place(s.contrib, s.mark);
                    break;
                }
                at = Some(pn);
            } else {
                break;
            }
        }
        place.unwrap_or_else(|| Place { of: self.item, span: source_map(self.db, self.item).name })
    }
}

/// Where keys are among many; few are looked for one by one.
struct Places(Option<FxHashMap<SmolStr, usize>>);

impl Places {
    /// Of `keys`, for about `asked` questions.
    fn new(keys: &[Value], asked: usize) -> Places {
        let many = asked != usize::MAX && keys.len().saturating_add(asked) > 64;
        let texts = keys.iter().enumerate().filter_map(|(i, k)| Some((k.as_str()?.into(), i)));
        Places(many.then(|| texts.collect()))
    }

    fn of(&self, keys: &[Value], key: &Value) -> Option<usize> {
        match (&self.0, key.as_str()) {
            (Some(places), Some(text)) => places.get(text).copied(),
            _ => keys.iter().position(|k| k == key),
        }
    }

    fn added(&mut self, key: &Value, at: usize) {
        if let (Some(places), Some(text)) = (&mut self.0, key.as_str()) {
            places.insert(text.into(), at);
        }
    }
}

fn article(ty: &str) -> String {
    match ty.chars().next() {
        Some('a' | 'e' | 'i' | 'o') => format!("an `{ty}`"),
        _ => format!("a `{ty}`"),
    }
}

/// A key as a step of a path.
pub fn key_text(key: &Value) -> SmolStr {
    match key {
        Value::Str(s) => s.clone(),
        Value::Member(m) => m.name.clone(),
        Value::Ref(r) => r.name.clone(),
        other => SmolStr::from(ivs_value::display(other)),
    }
}

fn act_of(op: &OpIr) -> Act {
    match op {
        OpIr::Set(e) => Act::Set(*e),
        OpIr::Append(e) => Act::Append(*e),
        OpIr::Merge(b) => Act::Merge(*b),
        OpIr::Remove => Act::Remove,
    }
}

/// Whether a value needs no further look to be of a type.
fn trivially(value: &Value, ty: &Ty) -> bool {
    match ty {
        Ty::Str => matches!(value, Value::Str(_)),
        Ty::Bool => matches!(value, Value::Bool(_)),
        Ty::Percent => matches!(value, Value::Percent(_)),
        Ty::Enum(_) => matches!(value, Value::Member(_)),
        Ty::Opt(t) => matches!(value, Value::None) || trivially(value, t),
        _ => matches!(value, Value::Unknown),
    }
}
