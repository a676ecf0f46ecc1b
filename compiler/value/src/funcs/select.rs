//! `sort` and `group`.
use super::{Result, known, list};
use crate::ops::{self, Key};
use crate::{Map, OpError, Value};
use rustc_hash::FxHashMap;
use std::cmp::Ordering;
use std::sync::Arc;

/// What a selector reads of an element.
pub type Selector<'a, E> = &'a mut dyn FnMut(&Value) -> std::result::Result<Value, E>;

/// A list in ascending order; equal elements keep theirs.
///
/// # Errors
/// If elements have no order, see [`ops::order`].
pub fn sort(args: &[Value]) -> Result {
    let Some([xs]) = known("sort", args)? else { return Ok(Value::Unknown) };
    sort_by::<OpError>(list("sort", xs)?, &mut |x| Ok(x.clone()))
}

/// A list in ascending order of what the selector reads; elements with equal keys keep their order.
///
/// # Errors
/// What the selector returns, or if keys have no order, see [`ops::order`].
pub fn sort_by<E: From<OpError>>(xs: &[Value], by: Selector<'_, E>) -> std::result::Result<Value, E> {
    let mut keyed = Vec::with_capacity(xs.len());
    for x in xs {
        let key = by(x)?;
        if key.is_unknown() {
            return Ok(Value::Unknown);
        }
        keyed.push((key, x));
    }
    // Comparing all with one proves that every two can be compared, so that sorting cannot fail midway. It has to be
    // one with a currency, if any has.
    let currency = |k: &Value| k.as_quantity().is_some_and(|q| q.unit.currency().is_some());
    let reference = keyed.iter().find(|(k, _)| currency(k)).or(keyed.first());
    if let Some((reference, _)) = reference {
        for (k, _) in &keyed {
            ops::order(reference, k)?;
        }
    }
    keyed.sort_by(|(a, _), (b, _)| ops::order(a, b).ok().flatten().unwrap_or(Ordering::Equal));
    Ok(Value::list(keyed.into_iter().map(|(_, x)| x.clone())))
}

/// A map from what the selector reads to the elements it reads that of; keys in order of first appearance.
///
/// # Errors
/// What the selector returns, or if something read cannot be a key.
pub fn group_by<E: From<OpError>>(xs: &[Value], by: Selector<'_, E>) -> std::result::Result<Value, E> {
    let mut keys = Vec::with_capacity(xs.len());
    for x in xs {
        let key = by(x)?;
        if key.is_unknown() {
            return Ok(Value::Unknown);
        }
        if !key.is_key() {
            return Err(OpError::Types(format!("{} cannot be a key", key.with_article())).into());
        }
        keys.push(key);
    }
    let mut index: FxHashMap<Key<'_>, usize> = FxHashMap::default();
    let mut groups: Vec<(Value, Vec<Value>)> = Vec::new();
    for (key, x) in keys.iter().zip(xs) {
        let at = *index.entry(Key(key)).or_insert(groups.len());
        match groups.get_mut(at) {
            Some((_, group)) => group.push(x.clone()),
            None => groups.push((key.clone(), vec![x.clone()])),
        }
    }
    let entries = groups.into_iter().map(|(k, group)| (k, Value::list(group))).collect();
    Ok(Value::Map(Arc::new(Map::new(entries))))
}
