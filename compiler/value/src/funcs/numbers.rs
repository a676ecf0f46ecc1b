//! `sum product min max abs comparable ceil floor round`.
use super::{Result, known, list, wrong};
use crate::ops::{self, magnitude, with_magnitude};
use crate::{Dim, Number, OpError, Quantity, Rounding, Unit, Value};
use std::cmp::Ordering;
use std::sync::Arc;

/// Whether two numbers are of one dimension and currency.
pub fn comparable(args: &[Value]) -> Result {
    let Some([a, b]) = known("comparable", args)? else { return Ok(Value::Unknown) };
    match ops::order(numeric("comparable", a)?, numeric("comparable", b)?) {
        Ok(_) | Err(OpError::Overflow) => Ok(Value::Bool(true)),
        Err(_) => Ok(Value::Bool(false)),
    }
}

/// The sum of a list; 0 if it is empty. See [`sum_from`] where elements have a dimension.
pub fn sum(args: &[Value]) -> Result {
    let Some([xs]) = known("sum", args)? else { return Ok(Value::Unknown) };
    sum_from(list("sum", xs)?, Value::int(0))
}

/// The sum of a list; `zero` if it is empty. Shown in the first element's unit.
///
/// # Errors
/// As [`ops::add`]; [`OpError::Types`] for elements that are not numbers.
pub fn sum_from(xs: &[Value], zero: Value) -> Result {
    let Some((first, rest)) = xs.split_first() else { return Ok(zero) };
    rest.iter().try_fold(numeric("sum", first)?.clone(), |total, x| ops::add(&total, numeric("sum", x)?))
}

/// 0 of a dimension: what [`sum_from`] starts from.
pub fn zero_of(dim: &Dim) -> Value {
    if dim.is_none() {
        return Value::int(0);
    }
    Value::Quantity(Quantity { base: Number::ZERO, unit: Arc::new(Unit::unspelled(dim.clone())) })
}

/// The product of a list; 1 if it is empty. With a step, every partial product is rounded to a multiple of it, so that many
/// factors with many digits stay within the range of numbers.
pub fn product(args: &[Value]) -> Result {
    let (xs, step) = match args {
        [xs] => (xs, None),
        [xs, step] => (xs, Some(step)),
        _ => {
            return Err(OpError::Types(format!("`product` takes 1 or 2 arguments, here are {}", args.len())));
        }
    };
    if args.iter().any(Value::is_unknown) {
        return Ok(Value::Unknown);
    }
    let fitted = |x: Value| match step {
        Some(step) if !x.is_unknown() => rounded("product", &[x, step.clone()], Rounding::HalfAway),
        _ => Ok(x),
    };
    let Some((first, rest)) = list("product", xs)?.split_first() else { return Ok(Value::int(1)) };
    rest.iter().try_fold(fitted(numeric("product", first)?.clone())?, |total, x| {
        fitted(ops::mul(&total, numeric("product", x)?)?)
    })
}

/// The least of a list, or of several arguments; the first of equals.
pub fn min(args: &[Value]) -> Result {
    extreme("min", args, Ordering::Less)
}

/// The greatest of a list, or of several arguments; the first of equals.
pub fn max(args: &[Value]) -> Result {
    extreme("max", args, Ordering::Greater)
}

fn extreme(name: &str, args: &[Value], better: Ordering) -> Result {
    let xs = match args {
        [Value::Unknown] => return Ok(Value::Unknown),
        [xs] => list(name, xs)?,
        _ => args,
    };
    let Some((first, rest)) = xs.split_first() else {
        return Err(OpError::Invalid(format!("an empty list has no `{name}`")));
    };
    let mut best = first;
    for x in rest {
        match ops::compare(x, best)? {
            Some(order) if order == better => best = x,
            Some(_) => {}
            None => return Ok(Value::Unknown),
        }
    }
    Ok(best.clone())
}

/// The absolute value of a number, percent or quantity.
pub fn abs(args: &[Value]) -> Result {
    let Some([x]) = known("abs", args)? else { return Ok(Value::Unknown) };
    ops::abs(x)
}

/// Up to an integer, or to a multiple of the second argument.
pub fn ceil(args: &[Value]) -> Result {
    rounded("ceil", args, Rounding::Ceil)
}

/// Down to an integer, or to a multiple of the second argument.
pub fn floor(args: &[Value]) -> Result {
    rounded("floor", args, Rounding::Floor)
}

/// To the nearest integer, or to the nearest multiple of the second argument; halves away from zero.
pub fn round(args: &[Value]) -> Result {
    rounded("round", args, Rounding::HalfAway)
}

fn rounded(name: &str, args: &[Value], how: Rounding) -> Result {
    if let [x] = args {
        return match x {
            Value::Unknown => Ok(Value::Unknown),
            Value::Number(n) => Ok(Value::Number(n.to_integer(how))),
            Value::Percent(_) => {
                Err(OpError::Types(format!("`{name}` of a percent needs a step: `{name}(x, 1%)`")))
            }
            Value::Quantity(q) => {
                let unit = &q.unit.text;
                Err(OpError::Types(format!("`{name}` of a quantity needs a step: `{name}(x, 1{unit})`")))
            }
            _ => Err(wrong(name, "a number", x)),
        };
    }
    let Some([x, step]) = known(name, args)? else { return Ok(Value::Unknown) };
    match (x, step) {
        (Value::Quantity(a), Value::Quantity(b)) => ops::fitting(&a.unit, &b.unit)?,
        (Value::Number(_) | Value::Percent(_), Value::Number(_) | Value::Percent(_)) => {}
        _ => {
            numeric(name, x)?;
            numeric(name, step)?;
            return Err(OpError::Dimensions(x.type_name().to_string(), step.type_name().to_string()));
        }
    }
    let (Some(n), Some(s)) = (magnitude(x), magnitude(step)) else { return Ok(Value::Unknown) };
    if s.is_negative() || s.is_zero() {
        return Err(OpError::Invalid(format!("the step of `{name}` must be above 0")));
    }
    Ok(with_magnitude(x, n.to_multiple(s, how).ok_or(OpError::Overflow)?))
}

/// A number, percent, quantity or something unknown.
fn numeric<'a>(name: &str, x: &'a Value) -> Result<&'a Value> {
    if magnitude(x).is_some() || x.is_unknown() { Ok(x) } else { Err(wrong(name, "numbers", x)) }
}
