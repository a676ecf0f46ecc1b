//! Which values a line of an output shows.
//!
//! A lowering is a pure function of values. So what a line depends on can be found by trying: each value is changed a
//! little, the declaration is lowered again, and the line differs or does not. That holds for every lowering, those
//! of later targets included, and cannot fall behind what they do.

use crate::emit::{Asks, lowered_with};
use ivs_eval::{Env, Inst, inst_of, key_text};
use ivs_plan::{Artifact, Context};
use ivs_source::Db;
use ivs_value::{Map, Number, RefValue, StructValue, Value};
use smol_str::SmolStr;
use std::cell::RefCell;
use std::sync::Arc;

/// A value that a line shows or depends on.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Shown {
    pub(crate) inst: Inst,
    pub(crate) path: Vec<SmolStr>,
    /// How many lines of the object change with it.
    pub(crate) lines: usize,
}

/// Answers as usual, except for one declaration; remembers who was asked for.
struct Probe<'db> {
    asks: Asks<'db>,
    changed: Option<(Inst, Arc<StructValue>)>,
    asked: RefCell<Vec<Inst>>,
}

impl Context for Probe<'_> {
    fn object(&self, reference: &RefValue) -> Option<Arc<StructValue>> {
        let inst = inst_of(reference);
        if !self.asked.borrow().contains(&inst) {
            self.asked.borrow_mut().push(inst);
        }
        match &self.changed {
            Some((of, object)) if *of == inst => Some(object.clone()),
            _ => self.asks.object(reference),
        }
    }
    fn set_of(&self, kind: &str) -> Vec<Arc<RefValue>> {
        self.asks.set_of(kind)
    }
    fn definitions(&self) -> Vec<(SmolStr, Arc<str>)> {
        self.asks.definitions()
    }
    fn schemas(&self) -> Vec<(SmolStr, Arc<str>)> {
        self.asks.schemas()
    }
    fn package(&self) -> &str {
        self.asks.package()
    }
}

/// The values that line `line` (from 0) of the artifact of a declaration depends on, the most particular first.
pub(crate) fn shown_by(db: &dyn Db, env: Env, inst: Inst, artifact: &Artifact, line: usize) -> Vec<Shown> {
    let own = ivs_eval::object(db, env, inst).value.clone();
    let probe = |changed: Option<(Inst, Arc<StructValue>)>| Probe {
        asks: Asks::new(db, env),
        changed,
        asked: RefCell::default(),
    };
    let plain = probe(None);
    let before = lowered_with(db, inst, &own, &plain);
    let Some(at) = before.artifacts.iter().position(|a| a.identity == artifact.identity) else {
        return Vec::new();
    };
    let mut out: Vec<Shown> = Vec::new();
    let mut others = plain.asked.into_inner();
    others.retain(|o| *o != inst);
    others.insert(0, inst);
    for of in others {
        let object = ivs_eval::object(db, env, of).value.clone();
        let mut leaves = Vec::new();
        each_leaf(&Value::Struct(object.clone()), &mut Vec::new(), &mut leaves);
        for (path, changed) in leaves {
            let Value::Struct(other) = replaced(&Value::Struct(object.clone()), &path, &changed) else {
                continue;
            };
            let after = if of == inst {
                lowered_with(db, inst, &other, &probe(None))
            } else {
                lowered_with(db, inst, &own, &probe(Some((of, other))))
            };
            // A value that cannot be lowered says nothing of lines.
            if after.artifacts.len() != before.artifacts.len() {
                continue;
            }
            let Some(text) = after.artifacts.get(at).map(|a| &a.text) else { continue };
            let (from, to) = difference(&artifact.text, text);
            let path = whole_lists(&object, path);
            if (from..to).contains(&line) && !out.iter().any(|s| s.inst == of && s.path == path) {
                out.push(Shown { inst: of, path, lines: to - from });
            }
        }
    }
    // Two changes far apart make everything between them differ: who changes the line alone shows it.
    out.sort_by_key(|s| s.lines);
    if let Some(least) = out.first().map(|s| s.lines) {
        out.retain(|s| s.lines == least);
    }
    out
}

/// A path without what leads into a list: a list is one value.
fn whole_lists(object: &StructValue, mut path: Vec<SmolStr>) -> Vec<SmolStr> {
    let mut at = path.first().and_then(|p| object.get(p)).cloned();
    for i in 1..path.len() {
        let step = path.get(i).cloned().unwrap_or_default();
        at = match at {
            Some(Value::List(_)) => {
                path.truncate(i);
                return path;
            }
            Some(Value::Struct(s)) => s.get(&step).cloned(),
            Some(Value::Map(m)) => {
                m.entries.iter().find(|(k, _)| key_text(k) == step).map(|(_, v)| v.clone())
            }
            Some(Value::Member(m)) => m.fields.as_ref().and_then(|f| f.get(&step).cloned()),
            _ => None,
        };
    }
    path
}

/// The lines of `a` that are not in `b`: from the first that differs up to behind the last.
fn difference(a: &str, b: &str) -> (usize, usize) {
    let (a, b): (Vec<&str>, Vec<&str>) = (a.lines().collect(), b.lines().collect());
    let front = a.iter().zip(&b).take_while(|(x, y)| x == y).count();
    let back = a
        .iter()
        .rev()
        .zip(b.iter().rev())
        .take(a.len().min(b.len()) - front)
        .take_while(|(x, y)| x == y)
        .count();
    (front, a.len() - back)
}

/// Every value inside that can be changed, with other values in its place.
fn each_leaf(value: &Value, path: &mut Vec<SmolStr>, out: &mut Vec<(Vec<SmolStr>, Value)>) {
    let mut inner = |name: SmolStr, v: &Value, out: &mut Vec<(Vec<SmolStr>, Value)>| {
        path.push(name);
        each_leaf(v, path, out);
        path.pop();
    };
    match value {
        Value::Struct(s) => {
            for (name, v) in s.shape.fields.iter().zip(&s.fields) {
                inner(name.clone(), v, out);
            }
        }
        Value::Map(m) => {
            for (k, v) in &m.entries {
                inner(key_text(k), v, out);
            }
        }
        Value::List(xs) => {
            for (i, v) in xs.iter().enumerate() {
                inner(SmolStr::from(i.to_string()), v, out);
            }
        }
        Value::Member(m) if m.fields.is_some() => {
            for (name, v) in m.fields.iter().flat_map(|s| s.shape.fields.iter().zip(&s.fields)) {
                inner(name.clone(), v, out);
            }
        }
        Value::Range(r) => {
            // The lower end is lowered and the upper one raised, so that it stays a range.
            for (i, name) in [(0, "min"), (1, "max")] {
                for v in others(if i == 0 { &r.0 } else { &r.1 }) {
                    let range = if i == 0 { (v, r.1.clone()) } else { (r.0.clone(), v) };
                    let mut to = path.clone();
                    to.push(SmolStr::new_static(name));
                    out.push((to, Value::Range(Arc::new(range))));
                }
            }
        }
        leaf => out.extend(others(leaf).into_iter().map(|v| (path.clone(), v))),
    }
}

/// A value like this one, but another.
fn others(value: &Value) -> Vec<Value> {
    let scaled = |n: &Number| -> Vec<Number> {
        let doubled = n.add(n).filter(|d| d != n).or_else(|| Some(Number::int(1)));
        let halved = n.div(&Number::int(2));
        doubled.into_iter().chain(halved).collect()
    };
    match value {
        Value::Bool(b) => vec![Value::Bool(!b)],
        Value::Number(n) => scaled(n).into_iter().map(Value::Number).collect(),
        Value::Percent(n) => scaled(n).into_iter().map(Value::Percent).collect(),
        Value::Quantity(q) => scaled(&q.base)
            .into_iter()
            .map(|base| Value::Quantity(ivs_value::Quantity { base, unit: q.unit.clone() }))
            .collect(),
        Value::Str(s) => vec![Value::Str(SmolStr::from(format!("{s}0")))],
        Value::Secret(s) => vec![Value::Secret(SmolStr::from(format!("{s}0")))],
        Value::Late(late) => {
            let mut other = (**late).clone();
            if let Some(
                ivs_value::LatePiece::Attribute { name: text, .. } | ivs_value::LatePiece::Text(text),
            ) = other.pieces.last_mut()
            {
                *text = SmolStr::from(format!("{text}0"));
            }
            vec![Value::Late(Arc::new(other))]
        }
        Value::Date(y, m, d) => vec![Value::Date(y + 1, *m, (*d).min(28))],
        Value::Version(v) => {
            let mut next = (**v).clone();
            next.patch += 1;
            vec![Value::Version(Arc::new(next))]
        }
        Value::Member(m) => {
            let mut other = (**m).clone();
            other.text = SmolStr::from(format!("{}0", m.text));
            other.name = SmolStr::from(format!("{}0", m.name));
            vec![Value::Member(Arc::new(other)), Value::None]
        }
        Value::Ref(_) => vec![Value::None],
        _ => Vec::new(),
    }
}

/// A value with another one at a path. A range is replaced whole: its last step names the end that differs.
fn replaced(value: &Value, path: &[SmolStr], by: &Value) -> Value {
    let Some((step, rest)) = path.split_first() else { return by.clone() };
    let in_struct = |s: &StructValue| StructValue {
        shape: s.shape.clone(),
        fields: s
            .shape
            .fields
            .iter()
            .zip(&s.fields)
            .map(|(n, v)| if n == step { replaced(v, rest, by) } else { v.clone() })
            .collect(),
    };
    match value {
        Value::Struct(s) => Value::Struct(Arc::new(in_struct(s))),
        Value::Member(m) => {
            let mut other = (**m).clone();
            other.fields = m.fields.as_ref().map(|f| Arc::new(in_struct(f)));
            Value::Member(Arc::new(other))
        }
        Value::Map(m) => Value::Map(Arc::new(Map::new(
            m.entries
                .iter()
                .map(|(k, v)| {
                    (k.clone(), if key_text(k) == *step { replaced(v, rest, by) } else { v.clone() })
                })
                .collect(),
        ))),
        Value::List(xs) => Value::List(
            xs.iter()
                .enumerate()
                .map(|(i, v)| if i.to_string() == step.as_str() { replaced(v, rest, by) } else { v.clone() })
                .collect(),
        ),
        Value::Range(_) => by.clone(),
        other => other.clone(),
    }
}
