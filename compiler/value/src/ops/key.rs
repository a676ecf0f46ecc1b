//! Values as keys of hash tables.
use crate::Value;
use rustc_hash::FxHashMap;
use std::hash::{Hash, Hasher};

/// Finds a key's value. Only for look-ups: its order means nothing.
pub(crate) type KeyIndex<'a> = FxHashMap<Key<'a>, &'a Value>;

/// A borrowed value that hashes as [`same`] compares.
#[derive(Clone, Copy)]
pub(crate) struct Key<'a>(pub &'a Value);

impl PartialEq for Key<'_> {
    fn eq(&self, other: &Self) -> bool {
        same(self.0, other.0)
    }
}

impl Eq for Key<'_> {}

impl Hash for Key<'_> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        match self.0 {
            Value::Number(n) | Value::Percent(n) => n.hash(state),
            Value::Quantity(q) => q.base.hash(state),
            Value::Str(s) | Value::Secret(s) => s.hash(state),
            Value::Date(y, m, d) => (y, m, d).hash(state),
            Value::Version(v) => v.hash(state),
            Value::Bool(b) => b.hash(state),
            Value::Member(m) => (&m.of, m.index).hash(state),
            Value::Ref(r) => r.id.hash(state),
            Value::List(xs) => {
                xs.len().hash(state);
                if let Some(x) = xs.first() {
                    Key(x).hash(state);
                }
            }
            // The rest seldom is a key; equality tells them apart.
            Value::Unknown | Value::None | Value::Range(_) | Value::Map(_) | Value::Struct(_) => {}
        }
    }
}

/// Equality as in `==`, where that has an answer; values it does not answer for are told apart.
pub(crate) fn same(a: &Value, b: &Value) -> bool {
    matches!(super::equal(a, b), Ok(Some(true)))
}
