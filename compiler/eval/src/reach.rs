//! Functions that walk along references: `reachable`, `path`, `levels`, `cycles`, `flow`, `mainstream`, `longest`, `lightest`.

use crate::inst::inst_of;
use crate::machine::{Frame, Machine};
use ivs_model::decl_schema;
use ivs_model::ir::ExprId;
use ivs_source::ItemId;
use ivs_value::limits::collection;
use ivs_value::{Map, Number, OpError, RefValue, Value, graph, weighted};
use rustc_hash::FxHashMap;
use smol_str::SmolStr;
use std::cell::RefCell;
use std::sync::Arc;

type Result<T = Value> = std::result::Result<T, OpError>;

/// A declaration, by the id of a reference to it.
type Node = u32;

/// A call, and a declaration that it asked about.
type Asked = (ItemId, ExprId, Node);

/// What calls have read on their ways.
#[derive(Default)]
pub(crate) struct Walked {
    refs: FxHashMap<Node, Arc<RefValue>>,
    next: FxHashMap<Asked, Arc<[Node]>>,
    weights: FxHashMap<Asked, Number>,
}

impl<'db> Machine<'db> {
    /// Calls one of them. Unknown if anything that is read on the way is.
    pub(crate) fn walk(
        &mut self,
        f: &Frame<'db>,
        id: ExprId,
        function: &'static str,
        values: &[Value],
        via: &[SmolStr],
        by: Option<&[SmolStr]>,
    ) -> Result {
        // Inside an object a read may close a loop, and where reads are followed each has to be made.
        let keeps = self.inst.is_none() && self.reads.is_none();
        let mut walker = Walker { machine: self, f, id, via, by, keeps, unknown: false };
        let result = walker.call(function, values)?;
        Ok(if walker.unknown { Value::Unknown } else { result })
    }
}

struct Walker<'m, 'db, 'a> {
    machine: &'m mut Machine<'db>,
    f: &'a Frame<'db>,
    id: ExprId,
    via: &'a [SmolStr],
    by: Option<&'a [SmolStr]>,
    /// Whether what is read may be kept for the next call.
    keeps: bool,
    unknown: bool,
}

impl Walker<'_, '_, '_> {
    fn call(&mut self, function: &'static str, values: &[Value]) -> Result {
        let starts: Vec<Vec<Node>> = values.iter().map(|v| self.nodes(v)).collect();
        match (function, values, &starts[..]) {
            ("reachable", [Value::Ref(_)], [a]) => {
                let [a] = a[..] else { return Ok(Value::Unknown) };
                let found = graph::reachable(&a, &mut |n| self.next(*n))?;
                Ok(self.list(found))
            }
            ("path", [Value::Ref(_), Value::Ref(_)], [a, b]) => {
                let ([a], [b]) = (&a[..], &b[..]) else { return Ok(Value::Unknown) };
                let found = graph::path(a, b, &mut |n| self.next(*n))?;
                Ok(self.list(found))
            }
            ("levels", _, [set]) => {
                let found = graph::levels(set, &mut |n| self.next(*n))?;
                Ok(Value::list(found.into_iter().map(|l| self.list(l))))
            }
            ("cycles", _, [set]) => {
                let found = graph::cycles(set, &mut |n| self.next(*n))?;
                Ok(Value::list(found.into_iter().map(|l| self.list(l))))
            }
            ("flow", [Value::Map(start)], _) => self.flow(start),
            ("mainstream", [Value::Map(start), Value::Ref(_)], [_, b]) => {
                let [b] = b[..] else { return Ok(Value::Unknown) };
                let sources = self.sources(start);
                let way = weighted::mainstream(&sources, &b, &mut |n| self.shares(*n))?;
                Ok(way.map_or(Value::None, |way| self.list(way)))
            }
            ("longest", [Value::Ref(_)], [a]) => {
                let [a] = &a[..] else { return Ok(Value::Unknown) };
                let this = RefCell::new(&mut *self);
                let way = weighted::longest(a, &mut |n| this.borrow_mut().next(*n), &mut |n| {
                    this.borrow_mut().weight(*n)
                })?;
                Ok(way.map_or(Value::None, |way| self.list(way)))
            }
            ("lightest", [Value::Ref(_), Value::Ref(_)], [a, b]) => {
                let ([a], [b]) = (&a[..], &b[..]) else { return Ok(Value::Unknown) };
                let this = RefCell::new(&mut *self);
                let way = weighted::lightest(a, b, &mut |n| this.borrow_mut().next(*n), &mut |n| {
                    this.borrow_mut().weight(*n)
                })?;
                Ok(self.list(way))
            }
            _ => Err(OpError::Types(format!("`{function}` cannot take these"))),
        }
    }

    fn flow(&mut self, start: &Map) -> Result {
        let sources = self.sources(start);
        let Some(amounts) = weighted::flow(&sources, &mut |n| self.shares(*n))? else {
            return Ok(Value::None);
        };
        collection(amounts.len())?;
        let entries = amounts.into_iter().filter_map(|(n, v)| Some((self.reference(n)?, v)));
        Ok(Value::map(entries.collect::<Vec<_>>()))
    }

    /// What there is from the start, and where.
    fn sources(&mut self, start: &Map) -> Vec<(Node, Value)> {
        let mut sources = Vec::with_capacity(start.entries.len());
        for (k, v) in &start.entries {
            match k {
                Value::Ref(r) => sources.push((self.meet(r), v.clone())),
                _ => self.unknown = true,
            }
        }
        sources
    }

    fn meet(&mut self, r: &Arc<RefValue>) -> Node {
        self.machine.walked.refs.entry(r.id).or_insert_with(|| r.clone());
        r.id
    }

    fn reference(&self, node: Node) -> Option<Value> {
        self.machine.walked.refs.get(&node).cloned().map(Value::Ref)
    }

    fn list(&self, nodes: Vec<Node>) -> Value {
        Value::List(nodes.into_iter().filter_map(|n| self.reference(n)).collect())
    }

    /// The references of a list or of a map's keys, or the one.
    fn nodes(&mut self, v: &Value) -> Vec<Node> {
        match v {
            Value::List(xs) => xs.iter().filter_map(|x| self.node(x)).collect(),
            Value::Map(m) => m.entries.iter().filter_map(|(k, _)| self.node(k)).collect(),
            v => self.node(v).into_iter().collect(),
        }
    }

    fn node(&mut self, v: &Value) -> Option<Node> {
        match v {
            Value::Ref(r) => Some(self.meet(r)),
            _ => None,
        }
    }

    /// What a field of a declaration is; `None` if its kind has no such field.
    fn read(&mut self, node: Node, path: &[SmolStr]) -> Value {
        let Some(of) = self.machine.walked.refs.get(&node).cloned() else { return Value::None };
        let decl = inst_of(&of).decl(self.machine.db);
        if path.first().is_some_and(|first| decl_schema(self.machine.db, decl).field(first).is_none()) {
            return Value::None;
        }
        let value = self.machine.read_names(self.f, self.id, &Value::Ref(of), path, true);
        self.unknown |= value.is_unknown();
        value
    }

    fn next(&mut self, node: Node) -> Result<Vec<Node>> {
        let asked = (self.f.item, self.id, node);
        if let Some(known) = self.machine.walked.next.get(&asked).filter(|_| self.keeps) {
            return Ok(known.to_vec());
        }
        let value = self.read(node, self.via);
        let found = self.nodes(&value);
        if self.keeps && !value.is_unknown() {
            self.machine.walked.next.insert(asked, found.as_slice().into());
        }
        Ok(found)
    }

    fn weight(&mut self, node: Node) -> Result<Number> {
        let Some(by) = self.by else { return Ok(Number::ONE) };
        let asked = (self.f.item, self.id, node);
        if let Some(known) = self.machine.walked.weights.get(&asked).filter(|_| self.keeps) {
            return Ok(known.clone());
        }
        let value = self.read(node, by);
        let weight = match &value {
            Value::Number(n) | Value::Percent(n) => n.clone(),
            Value::Quantity(q) => q.base.clone(),
            _ => Number::ZERO,
        };
        if self.keeps && !value.is_unknown() {
            self.machine.walked.weights.insert(asked, weight.clone());
        }
        Ok(weight)
    }

    fn shares(&mut self, node: Node) -> Result<Vec<(Node, Value)>> {
        let found = self.read(node, self.via);
        let Value::Map(map) = &found else {
            return Ok(self.nodes(&found).into_iter().map(|n| (n, Value::int(1))).collect());
        };
        let mut shares = Vec::with_capacity(map.entries.len());
        for (k, v) in &map.entries {
            let Some(to) = self.node(k) else { continue };
            let share = match self.by {
                Some(by) => self.machine.read_names(self.f, self.id, v, by, true),
                None => v.clone(),
            };
            self.unknown |= share.is_unknown();
            // A reference about which nothing is said is followed once, as in a list.
            let share = match share {
                Value::Number(_) | Value::Percent(_) => share,
                _ => Value::int(1),
            };
            shares.push((to, share));
        }
        Ok(shares)
    }
}
