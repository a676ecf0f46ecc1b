//! `zip keys values`.
use super::{Result, known, list, wrong};
use crate::ops::Key;
use crate::{Map, OpError, Value, display, limits};
use rustc_hash::FxHashSet;
use std::sync::Arc;

/// A map of these entries, in their order.
///
/// # Errors
/// If a key occurs twice or cannot be a key, or past the limit of a collection.
pub fn map_of(entries: Vec<(Value, Value)>) -> Result {
    limits::collection(entries.len())?;
    let mut seen = FxHashSet::default();
    for (key, _) in &entries {
        if key.is_unknown() {
            return Ok(Value::Unknown);
        }
        if !key.is_key() {
            return Err(OpError::Types(format!("{} cannot be a key", key.with_article())));
        }
        if !seen.insert(Key(key)) {
            return Err(OpError::Invalid(format!("the key {} occurs twice", display(key))));
        }
    }
    Ok(Value::Map(Arc::new(Map::new(entries))))
}

/// A map from a list of keys and the list of their values.
pub fn zip(args: &[Value]) -> Result {
    let Some([keys, values]) = known("zip", args)? else { return Ok(Value::Unknown) };
    let (keys, values) = (list("zip", keys)?, list("zip", values)?);
    if keys.len() != values.len() {
        let (k, v) = (keys.len(), values.len());
        return Err(OpError::Invalid(format!(
            "`zip` needs as many values as keys; here are {k} keys and {v} values"
        )));
    }
    map_of(keys.iter().cloned().zip(values.iter().cloned()).collect())
}

/// The keys of a map, in order.
pub fn keys(args: &[Value]) -> Result {
    let Some([m]) = known("keys", args)? else { return Ok(Value::Unknown) };
    let Value::Map(map) = m else { return Err(wrong("keys", "a map", m)) };
    Ok(Value::list(map.entries.iter().map(|(k, _)| k.clone())))
}

/// The values of a map, in order of its keys.
pub fn values(args: &[Value]) -> Result {
    let Some([m]) = known("values", args)? else { return Ok(Value::Unknown) };
    let Value::Map(map) = m else { return Err(wrong("values", "a map", m)) };
    Ok(Value::list(map.entries.iter().map(|(_, v)| v.clone())))
}
