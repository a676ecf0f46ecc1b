//! Maps: which keys the layers give, and what lies below each.

use crate::machine::{Contrib, ContribId, Keys, Machine, NodeId, Slot};
use crate::node::Want;
use crate::steps::{Act, Step};
use ivs_model::ir::{BlockId, EntryIr, KeyIr, OpIr, TExpr};
use ivs_model::{Field, Ty, code};
use ivs_source::{Diagnostic, Label, Severity};
use ivs_value::Value;
use rustc_hash::FxHashMap;
use smol_str::SmolStr;
use std::sync::Arc;

impl<'db> Machine<'db> {
    pub(crate) fn decide_map(
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
