//! Values as keys of hash tables.
use crate::Value;
use rustc_hash::FxHasher;
use std::hash::{Hash, Hasher};

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
            Value::Unknown | Value::None => {}
            Value::Bool(b) => b.hash(state),
            // A number and a percent may be equal.
            Value::Number(n) | Value::Percent(n) => n.hash(state),
            Value::Quantity(q) => q.base.hash(state),
            Value::Str(s) | Value::Secret(s) => s.hash(state),
            Value::Late(l) => l.hash(state),
            Value::Date(y, m, d) => (y, m, d).hash(state),
            Value::Version(v) => v.hash(state),
            Value::Range(r) => [Key(&r.0), Key(&r.1)].hash(state),
            Value::List(xs) => hash_all(xs, state),
            Value::Map(m) => {
                // Maps are equal in any order, so entries are hashed apart and summed.
                let entry = |(k, v): &(Value, Value)| {
                    let mut state = FxHasher::default();
                    (Key(k), Key(v)).hash(&mut state);
                    state.finish()
                };
                m.entries.iter().map(entry).fold(0_u64, u64::wrapping_add).hash(state);
            }
            Value::Struct(s) => hash_all(&s.fields, state),
            Value::Member(m) => {
                (&m.of, m.index).hash(state);
                if let Some(fields) = &m.fields {
                    hash_all(&fields.fields, state);
                }
            }
            Value::Ref(r) => r.id.hash(state),
        }
    }
}

fn hash_all<H: Hasher>(values: &[Value], state: &mut H) {
    values.len().hash(state);
    for v in values {
        Key(v).hash(state);
    }
}

/// An owned [`Key`].
#[derive(Clone, Debug)]
pub(crate) struct OwnedKey(pub Value);

impl PartialEq for OwnedKey {
    fn eq(&self, other: &Self) -> bool {
        same(&self.0, &other.0)
    }
}

impl Eq for OwnedKey {}

impl Hash for OwnedKey {
    fn hash<H: Hasher>(&self, state: &mut H) {
        Key(&self.0).hash(state);
    }
}

/// Equality as in `==`, where that has an answer; values it does not answer for are told apart.
pub(crate) fn same(a: &Value, b: &Value) -> bool {
    matches!(super::equal(a, b), Ok(Some(true)))
}
