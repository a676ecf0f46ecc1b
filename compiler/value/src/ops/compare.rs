//! `== != < <= > >= in`.
use super::fitting;
use crate::{OpError, Value};
use std::cmp::Ordering;

type Result<T = Value> = std::result::Result<T, OpError>;

/// How `a` and `b` are ordered: numbers and percents, quantities of one dimension, text by code point, dates,
/// versions, members of one enum by their place. `None` if one is unknown.
///
/// # Errors
/// If they have no order.
pub fn compare(a: &Value, b: &Value) -> Result<Option<Ordering>> {
    Ok(Some(match (a, b) {
        (Value::Unknown, _) | (_, Value::Unknown) => return Ok(None),
        (Value::Number(x) | Value::Percent(x), Value::Number(y) | Value::Percent(y)) => x.cmp(y),
        (Value::Quantity(x), Value::Quantity(y)) => {
            fitting(&x.unit, &y.unit)?;
            x.base.cmp(&y.base)
        }
        (Value::Str(x), Value::Str(y)) => x.as_str().cmp(y.as_str()),
        (Value::Date(y, m, d), Value::Date(y2, m2, d2)) => (y, m, d).cmp(&(y2, m2, d2)),
        (Value::Version(x), Value::Version(y)) => x.cmp(y),
        (Value::Member(x), Value::Member(y)) if x.of == y.of => x.index.cmp(&y.index),
        (Value::Number(_) | Value::Percent(_), Value::Quantity(_))
        | (Value::Quantity(_), Value::Number(_) | Value::Percent(_)) => {
            return Err(OpError::Dimensions(a.type_name().to_string(), b.type_name().to_string()));
        }
        (Value::Secret(_), _) | (_, Value::Secret(_)) => return Err(secret()),
        (Value::Late(_), _) | (_, Value::Late(_)) => return Err(late()),
        _ => {
            return Err(OpError::Types(format!(
                "{} and {} have no order",
                a.with_article(),
                b.with_article()
            )));
        }
    }))
}

/// A total order for sorting: [`compare`], and also `false < true` and references by qualified name.
///
/// # Errors
/// If they have no order.
pub fn order(a: &Value, b: &Value) -> Result<Option<Ordering>> {
    match (a, b) {
        (Value::Bool(x), Value::Bool(y)) => Ok(Some(x.cmp(y))),
        (Value::Ref(x), Value::Ref(y)) => Ok(Some((&x.qualified, x.id).cmp(&(&y.qualified, y.id)))),
        _ => compare(a, b),
    }
}

/// Whether `a` and `b` are equal, whatever units they are shown in. `None` if that depends on something unknown.
///
/// Values of different types are unequal, so an optional can be compared with `none`.
///
/// # Errors
/// For secrets, and for quantities of different dimensions or currencies.
pub fn equal(a: &Value, b: &Value) -> Result<Option<bool>> {
    let all = |pairs: &mut dyn Iterator<Item = (&Value, &Value)>| -> Result<Option<bool>> {
        let mut result = Some(true);
        for (x, y) in pairs {
            match equal(x, y)? {
                Some(true) => {}
                Some(false) => return Ok(Some(false)),
                None => result = None,
            }
        }
        Ok(result)
    };
    Ok(Some(match (a, b) {
        (Value::Secret(_), _) | (_, Value::Secret(_)) if !a.is_none() && !b.is_none() => return Err(secret()),
        (Value::Late(_), _) | (_, Value::Late(_)) if !a.is_none() && !b.is_none() => return Err(late()),
        (Value::Unknown, _) | (_, Value::Unknown) => return Ok(None),
        (Value::Number(x) | Value::Percent(x), Value::Number(y) | Value::Percent(y)) => x == y,
        (Value::Quantity(x), Value::Quantity(y)) => {
            fitting(&x.unit, &y.unit)?;
            x.base == y.base
        }
        (Value::Number(_) | Value::Percent(_), Value::Quantity(_))
        | (Value::Quantity(_), Value::Number(_) | Value::Percent(_)) => {
            return Err(OpError::Dimensions(a.type_name().to_string(), b.type_name().to_string()));
        }
        (Value::Range(x), Value::Range(y)) => return all(&mut [(&x.0, &y.0), (&x.1, &y.1)].into_iter()),
        (Value::List(x), Value::List(y)) => {
            if x.len() != y.len() {
                return Ok(Some(false));
            }
            return all(&mut x.iter().zip(y.iter()));
        }
        (Value::Map(x), Value::Map(y)) => {
            // Order of keys is for iteration; it does not tell maps apart.
            if x.entries.len() != y.entries.len() {
                return Ok(Some(false));
            }
            let mut pairs = Vec::with_capacity(x.entries.len());
            for (k, v) in &x.entries {
                let Some(other) = y.get(k) else { return Ok(Some(false)) };
                pairs.push((v, other));
            }
            return all(&mut pairs.into_iter());
        }
        (Value::Struct(x), Value::Struct(y)) => {
            if x.shape != y.shape {
                return Ok(Some(false));
            }
            return all(&mut x.fields.iter().zip(y.fields.iter()));
        }
        (Value::Member(x), Value::Member(y)) => {
            if x.of != y.of || x.index != y.index {
                return Ok(Some(false));
            }
            match (&x.fields, &y.fields) {
                (Some(f), Some(g)) => return all(&mut f.fields.iter().zip(g.fields.iter())),
                (f, g) => f.is_none() && g.is_none(),
            }
        }
        _ => a == b,
    }))
}

/// Whether `x` is in a range, a list, or the keys of a map. Unknown if that depends on something unknown.
///
/// # Errors
/// If `of` is none of these, or `x` cannot be compared with what is in it.
pub fn membership(x: &Value, of: &Value) -> Result {
    if x.is_unknown() || of.is_unknown() {
        return Ok(Value::Unknown);
    }
    match of {
        Value::Range(r) => Ok(match (compare(&r.0, x)?, compare(x, &r.1)?) {
            (Some(low), Some(high)) => Value::Bool(low.is_le() && high.is_le()),
            _ => Value::Unknown,
        }),
        Value::List(xs) => any_equal(x, xs.iter()),
        Value::Map(m) => match (x, m.entries.first().map(|(k, _)| k)) {
            // Such keys are all comparable, and a large map knows where they are.
            (Value::Ref(_), Some(Value::Ref(_))) | (Value::Str(_), Some(Value::Str(_))) => {
                Ok(Value::Bool(m.get(x).is_some()))
            }
            _ => any_equal(x, m.entries.iter().map(|(k, _)| k)),
        },
        _ => Err(OpError::Types(format!("`in` needs a range, list or map, not {}", of.with_article()))),
    }
}

/// `contains(of, x)`: [`membership`], and whether text holds other text.
///
/// # Errors
/// As [`membership`].
pub fn contains(of: &Value, x: &Value) -> Result {
    match (of, x) {
        (Value::Str(s), Value::Str(part)) => Ok(Value::Bool(s.contains(part.as_str()))),
        _ => membership(x, of),
    }
}

fn any_equal<'a>(x: &Value, of: impl Iterator<Item = &'a Value>) -> Result {
    let mut unknown = false;
    for y in of {
        match equal(x, y)? {
            Some(true) => return Ok(Value::Bool(true)),
            Some(false) => {}
            None => unknown = true,
        }
    }
    Ok(if unknown { Value::Unknown } else { Value::Bool(false) })
}

fn secret() -> OpError {
    OpError::Types("a secret cannot be compared".into())
}

fn late() -> OpError {
    OpError::Types("what only Terraform knows cannot be compared".into())
}

fn decided(answer: Option<bool>) -> Value {
    answer.map_or(Value::Unknown, Value::Bool)
}

/// `a == b`. # Errors: see [`equal`].
pub fn eq(a: &Value, b: &Value) -> Result {
    equal(a, b).map(decided)
}

/// `a != b`. # Errors: see [`equal`].
pub fn ne(a: &Value, b: &Value) -> Result {
    Ok(decided(equal(a, b)?.map(|e| !e)))
}

/// `a < b`. # Errors: see [`compare`].
pub fn lt(a: &Value, b: &Value) -> Result {
    Ok(decided(compare(a, b)?.map(Ordering::is_lt)))
}

/// `a <= b`. # Errors: see [`compare`].
pub fn le(a: &Value, b: &Value) -> Result {
    Ok(decided(compare(a, b)?.map(Ordering::is_le)))
}

/// `a > b`. # Errors: see [`compare`].
pub fn gt(a: &Value, b: &Value) -> Result {
    Ok(decided(compare(a, b)?.map(Ordering::is_gt)))
}

/// `a >= b`. # Errors: see [`compare`].
pub fn ge(a: &Value, b: &Value) -> Result {
    Ok(decided(compare(a, b)?.map(Ordering::is_ge)))
}
