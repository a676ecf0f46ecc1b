//! Functions that walk along references: `reachable`, `path`, `levels`, `cycles`, `flow`, `longest`, `lightest`.

use crate::inst::inst_of;
use crate::machine::{Frame, Machine};
use ivs_model::decl_schema;
use ivs_model::ir::ExprId;
use ivs_value::limits::collection;
use ivs_value::{Map, Number, OpError, RefValue, Value, graph, weighted};
use smol_str::SmolStr;
use std::sync::Arc;

type Result<T = Value> = std::result::Result<T, OpError>;

impl Machine<'_> {
    /// Calls one of them. Unknown if anything that is read on the way is.
    pub(crate) fn walk(
        &mut self,
        f: &Frame,
        id: ExprId,
        function: &'static str,
        values: &[Value],
        via: &[SmolStr],
        by: Option<&[SmolStr]>,
    ) -> Result {
        let mut walker = Walker { machine: self, f, id, via, by, unknown: false };
        let result = walker.call(function, values)?;
        Ok(if walker.unknown { Value::Unknown } else { result })
    }
}

struct Walker<'m, 'db, 'a> {
    machine: &'m mut Machine<'db>,
    f: &'a Frame,
    id: ExprId,
    via: &'a [SmolStr],
    by: Option<&'a [SmolStr]>,
    unknown: bool,
}

impl Walker<'_, '_, '_> {
    fn call(&mut self, function: &'static str, values: &[Value]) -> Result {
        let lists = |ls: Vec<Vec<RefValue>>| Value::list(ls.into_iter().map(list));
        match (function, values) {
            ("reachable", [Value::Ref(a)]) => graph::reachable(&**a, &mut |r| self.next(r)).map(list),
            ("path", [Value::Ref(a), Value::Ref(b)]) => {
                graph::path(&**a, &**b, &mut |r| self.next(r)).map(list)
            }
            ("levels", [set]) => graph::levels(&refs(set), &mut |r| self.next(r)).map(lists),
            ("cycles", [set]) => graph::cycles(&refs(set), &mut |r| self.next(r)).map(lists),
            ("flow", [Value::Map(start)]) => self.flow(start),
            ("longest", [Value::Ref(a)]) => {
                let walker = std::cell::RefCell::new(self);
                let way = weighted::longest(&**a, &mut |r| walker.borrow_mut().next(r), &mut |r| {
                    walker.borrow_mut().weight(r)
                });
                Ok(way?.map_or(Value::None, list))
            }
            ("lightest", [Value::Ref(a), Value::Ref(b)]) => {
                let walker = std::cell::RefCell::new(self);
                let way = weighted::lightest(&**a, &**b, &mut |r| walker.borrow_mut().next(r), &mut |r| {
                    walker.borrow_mut().weight(r)
                });
                way.map(list)
            }
            _ => Err(OpError::Types(format!("`{function}` cannot take these"))),
        }
    }

    fn flow(&mut self, start: &Map) -> Result {
        let mut sources = Vec::with_capacity(start.entries.len());
        for (k, v) in &start.entries {
            match k {
                Value::Ref(r) => sources.push(((**r).clone(), v.clone())),
                _ => self.unknown = true,
            }
        }
        let Some(amounts) = weighted::flow(&sources, &mut |r| self.shares(r))? else {
            return Ok(Value::None);
        };
        collection(amounts.len())?;
        Ok(Value::map(amounts.into_iter().map(|(r, v)| (Value::Ref(Arc::new(r)), v))))
    }

    /// What a field of a declaration is; `None` if its kind has no such field.
    fn read(&mut self, r: &RefValue, path: &[SmolStr]) -> Value {
        let decl = inst_of(r).decl(self.machine.db);
        if path.first().is_some_and(|first| decl_schema(self.machine.db, decl).field(first).is_none()) {
            return Value::None;
        }
        let of = Value::Ref(Arc::new(r.clone()));
        let value = self.machine.read_names(self.f, self.id, &of, path, true);
        self.unknown |= value.is_unknown();
        value
    }

    fn next(&mut self, r: &RefValue) -> Result<Vec<RefValue>> {
        Ok(refs(&self.read(r, self.via)))
    }

    fn weight(&mut self, r: &RefValue) -> Result<Number> {
        let Some(by) = self.by else { return Ok(Number::ONE) };
        match self.read(r, by) {
            Value::Number(n) | Value::Percent(n) => Ok(n),
            Value::Quantity(q) => Ok(q.base),
            _ => Ok(Number::ZERO),
        }
    }

    fn shares(&mut self, r: &RefValue) -> Result<Vec<(RefValue, Value)>> {
        let found = self.read(r, self.via);
        let Value::Map(map) = &found else {
            return Ok(refs(&found).into_iter().map(|r| (r, Value::int(1))).collect());
        };
        let mut shares = Vec::with_capacity(map.entries.len());
        for (k, v) in &map.entries {
            let Value::Ref(to) = k else { continue };
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
            shares.push(((**to).clone(), share));
        }
        Ok(shares)
    }
}

fn list(refs: Vec<RefValue>) -> Value {
    Value::List(refs.into_iter().map(|r| Value::Ref(Arc::new(r))).collect())
}

/// The references of a list or of a map's keys, or the one.
fn refs(v: &Value) -> Vec<RefValue> {
    match v {
        Value::List(xs) => xs.iter().filter_map(|x| x.as_ref_value().cloned()).collect(),
        Value::Map(m) => m.entries.iter().filter_map(|(k, _)| k.as_ref_value().cloned()).collect(),
        Value::Ref(r) => vec![(**r).clone()],
        _ => Vec::new(),
    }
}
