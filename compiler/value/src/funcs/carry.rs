//! `carry`: a flow through a map.
use super::{Result, known, wrong};
use crate::ops::OwnedKey;
use crate::{Value, limits, weighted};

/// Amounts carried along a map from keys to where each leads, with how much of what is at the key goes there.
pub fn carry(args: &[Value]) -> Result {
    let Some([start, along]) = known("carry", args)? else { return Ok(Value::Unknown) };
    let Value::Map(start) = start else { return Err(wrong("carry", "a map", start)) };
    let Value::Map(along) = along else { return Err(wrong("carry", "a map", along)) };
    let sources: Vec<(OwnedKey, Value)> =
        start.entries.iter().map(|(k, v)| (OwnedKey(k.clone()), v.clone())).collect();
    let arrived = weighted::flow(&sources, &mut |n: &OwnedKey| match along.get(&n.0) {
        None => Ok(Vec::new()),
        Some(Value::Map(to)) => {
            Ok(to.entries.iter().map(|(k, v)| (OwnedKey(k.clone()), v.clone())).collect())
        }
        Some(other) => Err(wrong("carry", "maps in its map", other)),
    })?;
    let Some(arrived) = arrived else { return Ok(Value::None) };
    limits::collection(arrived.len())?;
    Ok(Value::map(arrived.into_iter().map(|(k, v)| (k.0, v)).collect::<Vec<_>>()))
}
