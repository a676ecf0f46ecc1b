//! Equal parts of values, held once: most declarations of a kind agree in most of what their templates and defaults say.

use ivs_source::Db;
use ivs_value::{Quantity, StructValue, Value};
use rustc_hash::{FxBuildHasher, FxHashSet};
use std::hash::{BuildHasher, Hash, Hasher};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Threads that evaluate seldom wait for each other with so many sets.
const SHARDS: usize = 16;
/// Fewer parts than this are not worth a look for what nobody holds any more.
const FEW: usize = 1024;

/// The parts of one database's values: structs, maps, lists and ranges below declarations.
#[derive(Default)]
pub struct Pool {
    shards: [Mutex<Shard>; SHARDS],
}

#[derive(Default)]
struct Shard {
    parts: FxHashSet<Part>,
    /// How many stayed when it was last looked through.
    kept: usize,
}

fn locked(shard: &Mutex<Shard>) -> MutexGuard<'_, Shard> {
    shard.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A part whose own parts are in the pool: those are told apart by where they are.
struct Part(Value);

impl Hash for Part {
    fn hash<H: Hasher>(&self, h: &mut H) {
        match &self.0 {
            Value::Struct(s) => {
                Arc::as_ptr(&s.shape).hash(h);
                s.fields.iter().for_each(|f| feed(f, h));
            }
            Value::Map(m) => m.entries.iter().for_each(|(k, v)| {
                feed(k, h);
                feed(v, h);
            }),
            Value::List(xs) => xs.iter().for_each(|x| feed(x, h)),
            Value::Range(r) => {
                feed(&r.0, h);
                feed(&r.1, h);
            }
            other => feed(other, h),
        }
    }
}

fn feed<H: Hasher>(v: &Value, h: &mut H) {
    std::mem::discriminant(v).hash(h);
    match v {
        Value::Unknown | Value::None => {}
        Value::Bool(b) => b.hash(h),
        Value::Number(n) | Value::Percent(n) => n.hash(h),
        Value::Quantity(q) => q.base.hash(h),
        Value::Str(s) | Value::Secret(s) => s.hash(h),
        Value::Date(y, m, d) => (y, m, d).hash(h),
        Value::Version(v) => v.hash(h),
        Value::Member(m) => m.name.hash(h),
        Value::Range(x) => Arc::as_ptr(x).hash(h),
        Value::List(x) => Arc::as_ptr(x).hash(h),
        Value::Map(x) => Arc::as_ptr(x).hash(h),
        Value::Struct(x) => Arc::as_ptr(x).hash(h),
        Value::Ref(x) => Arc::as_ptr(x).hash(h),
        Value::Late(x) => Arc::as_ptr(x).hash(h),
    }
}

impl PartialEq for Part {
    fn eq(&self, other: &Part) -> bool {
        match (&self.0, &other.0) {
            (Value::Struct(a), Value::Struct(b)) => {
                Arc::ptr_eq(&a.shape, &b.shape) && all(&a.fields, &b.fields, same)
            }
            (Value::Map(a), Value::Map(b)) => {
                all(&a.entries, &b.entries, |(k, v), (l, w)| same(k, l) && same(v, w))
            }
            (Value::List(a), Value::List(b)) => all(a, b, same),
            (Value::Range(a), Value::Range(b)) => same(&a.0, &b.0) && same(&a.1, &b.1),
            (a, b) => same(a, b),
        }
    }
}

impl Eq for Part {}

fn all<T>(a: &[T], b: &[T], same: impl Fn(&T, &T) -> bool) -> bool {
    a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b))
}

/// Whether one may stand for the other. References are equal if they lead to one declaration of one database; here they
/// have to be one.
fn same(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Range(a), Value::Range(b)) => Arc::ptr_eq(a, b),
        (Value::List(a), Value::List(b)) => Arc::ptr_eq(a, b),
        (Value::Map(a), Value::Map(b)) => Arc::ptr_eq(a, b),
        (Value::Struct(a), Value::Struct(b)) => Arc::ptr_eq(a, b),
        (Value::Ref(a), Value::Ref(b)) => Arc::ptr_eq(a, b),
        (Value::Late(a), Value::Late(b)) => Arc::ptr_eq(a, b),
        (Value::Member(a), Value::Member(b)) => Arc::ptr_eq(a, b) || (a.fields.is_none() && a == b),
        (Value::Quantity(Quantity { base: a, unit: u }), Value::Quantity(Quantity { base: b, unit: v })) => {
            a == b && (Arc::ptr_eq(u, v) || u == v)
        }
        (a, b) => a == b,
    }
}

impl Pool {
    /// That of a database, if it keeps values.
    pub(crate) fn of(db: &dyn Db) -> Option<&Pool> {
        db.pool()?.downcast_ref()
    }

    /// A declaration's value with its parts from here.
    pub(crate) fn with_parts(&self, mut whole: Arc<StructValue>) -> Arc<StructValue> {
        if let Some(own) = Arc::get_mut(&mut whole) {
            own.fields.iter_mut().for_each(|f| self.replace(f));
        }
        whole
    }

    /// Replaces a value by the one that is held already. What somebody else holds is taken as it is.
    fn replace(&self, value: &mut Value) {
        match value {
            Value::Struct(s) => {
                if let Some(own) = Arc::get_mut(s) {
                    own.fields.iter_mut().for_each(|f| self.replace(f));
                }
            }
            Value::Map(m) => {
                if let Some(own) = Arc::get_mut(m) {
                    own.entries.iter_mut().for_each(|(_, v)| self.replace(v));
                }
            }
            Value::List(xs) => {
                if let Some(own) = Arc::get_mut(xs) {
                    own.iter_mut().for_each(|x| self.replace(x));
                }
            }
            Value::Range(_) => {}
            _ => return,
        }
        let part = Part(value.clone());
        let at = FxBuildHasher.hash_one(&part) as usize >> 8;
        let Some(shard) = self.shards.get(at % SHARDS) else { return };
        let mut shard = locked(shard);
        match shard.parts.get(&part) {
            Some(held) => *value = held.0.clone(),
            None => {
                shard.parts.insert(part);
            }
        }
    }

    /// Lets go of parts that no value has any more, where there may be many.
    pub fn sweep(&self) {
        let grown = |s: &Shard| s.parts.len() > FEW / SHARDS && s.parts.len() > 2 * s.kept;
        if !self.shards.iter().any(|s| grown(&locked(s))) {
            return;
        }
        // A part that goes may have been the last to hold another.
        loop {
            let mut gone = 0;
            for shard in &self.shards {
                let mut shard = locked(shard);
                let before = shard.parts.len();
                shard.parts.retain(|p| is_held(&p.0));
                let kept = shard.parts.len();
                shard.parts.shrink_to(2 * kept);
                shard.kept = kept;
                gone += before - kept;
            }
            if gone == 0 {
                return;
            }
        }
    }

    /// How many parts there are.
    pub fn len(&self) -> usize {
        self.shards.iter().map(|s| locked(s).parts.len()).sum()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

fn is_held(value: &Value) -> bool {
    match value {
        Value::Struct(x) => Arc::strong_count(x) > 1,
        Value::Map(x) => Arc::strong_count(x) > 1,
        Value::List(x) => Arc::strong_count(x) > 1,
        Value::Range(x) => Arc::strong_count(x) > 1,
        _ => false,
    }
}
