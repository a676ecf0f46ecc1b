//! Slots: what comes out of what the layers do to one.

use crate::conform::Site;
use crate::machine::{Contrib, ContribId, Keys, Machine, Node, NodeId, Slot};
use crate::steps::{Act, Step};
use ivs_model::ir::{BlockId, ExprId, TExpr};
use ivs_model::{Builtin, Field, Schema, Ty, body, schema};
use ivs_source::ItemId;
use ivs_value::{Map, StructValue, Value};
use smol_str::SmolStr;
use std::sync::Arc;

enum SlotDef<'db> {
    Fields(&'db Schema),
    Map(Arc<Ty>),
}

/// What a formula's value has to be.
#[derive(Clone, Copy)]
pub(crate) struct Want<'a> {
    pub ty: &'a Ty,
    /// Or nothing.
    pub optional: bool,
}

impl<'a> Want<'a> {
    pub fn of(field: &'a Field) -> Want<'a> {
        Want { ty: &field.ty, optional: field.optional }
    }
}

impl<'db> Machine<'db> {
    /// What defines a slot: shared, so that nothing is copied to ask for it.
    fn slot_def(&self, node: NodeId) -> SlotDef<'db> {
        match self.node(node).map(|n| &n.keys) {
            Some(Keys::Fields(s)) => SlotDef::Fields(s),
            Some(Keys::Map { value_ty, .. }) => SlotDef::Map(value_ty.clone()),
            None => SlotDef::Map(Arc::new(Ty::Error)),
        }
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
    pub(crate) fn map_base(&self, node: NodeId, slot: u32) -> Option<Value> {
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
    pub(crate) fn fallback(
        &mut self,
        node: NodeId,
        slot: u32,
        field: Option<&Field>,
        required: bool,
    ) -> Value {
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
    pub(crate) fn formula(
        &mut self,
        step: &Step,
        e: ExprId,
        node: NodeId,
        slot: u32,
        want: Want<'_>,
    ) -> Value {
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

    pub(crate) fn push_node(
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
}

/// Whether a key is this step of a path.
pub(crate) fn is_key(key: &Value, name: &str) -> bool {
    match key {
        Value::Str(s) => s == name,
        Value::Member(m) => m.name == name,
        Value::Ref(r) => r.name == name,
        other => ivs_value::display(other) == name,
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
