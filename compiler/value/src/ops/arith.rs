//! `+ - * /`, negation and `as`.
use super::{fitting, one_currency};
use crate::{Number, OpError, Quantity, TIME, Unit, Value, dates, limits};
use std::sync::Arc;

type Result<T = Value> = std::result::Result<T, OpError>;

const SECONDS_PER_DAY: Number = Number::int(86_400);

/// `a + b`: numbers, percents, quantities of one dimension, a date and whole days, lists.
///
/// Percent and percent is a percent, percent and number a number. A quantity is shown in the first operand's unit.
///
/// # Errors
/// If the operands do not go together, or past 128 bits or a collection's limit.
pub fn add(a: &Value, b: &Value) -> Result {
    match (a, b) {
        (Value::Unknown, _) | (_, Value::Unknown) => Ok(Value::Unknown),
        (Value::Number(x), Value::Number(y) | Value::Percent(y)) | (Value::Percent(x), Value::Number(y)) => {
            number(x.add(y))
        }
        (Value::Percent(x), Value::Percent(y)) => percent(x.add(y)),
        (Value::Quantity(x), Value::Quantity(y)) => sum(x, y, x.base.add(&y.base)),
        (Value::Date(..), Value::Quantity(q)) => move_date(a, q, false),
        (Value::Quantity(q), Value::Date(..)) => move_date(b, q, false),
        (Value::List(x), Value::List(y)) => {
            limits::collection(x.len().saturating_add(y.len()))?;
            Ok(match (x.is_empty(), y.is_empty()) {
                (_, true) => a.clone(),
                (true, _) => b.clone(),
                _ => Value::list(x.iter().chain(y.iter()).cloned()),
            })
        }
        (Value::Str(_), _) | (_, Value::Str(_)) => {
            Err(OpError::Types(r#"text is not added; write `"${a}${b}"` or `join([a, b], "")`"#.into()))
        }
        _ => Err(mismatch("add", "and", a, b)),
    }
}

/// `a - b`: numbers, percents, quantities of one dimension, a date and whole days, two dates (the days between them).
///
/// # Errors
/// If the operands do not go together, or past 128 bits.
pub fn sub(a: &Value, b: &Value) -> Result {
    match (a, b) {
        (Value::Unknown, _) | (_, Value::Unknown) => Ok(Value::Unknown),
        (Value::Number(x), Value::Number(y) | Value::Percent(y)) | (Value::Percent(x), Value::Number(y)) => {
            number(x.sub(y))
        }
        (Value::Percent(x), Value::Percent(y)) => percent(x.sub(y)),
        (Value::Quantity(x), Value::Quantity(y)) => sum(x, y, x.base.sub(&y.base)),
        (Value::Date(..), Value::Quantity(q)) => move_date(a, q, true),
        (Value::Date(y, m, d), Value::Date(y2, m2, d2)) => {
            let days = Number::int(dates::to_days(*y, *m, *d) - dates::to_days(*y2, *m2, *d2));
            Ok(Value::Quantity(Quantity::new(&days, &Arc::new(Unit::day()))?))
        }
        _ => Err(mismatch("subtract", "from", b, a)),
    }
}

/// `a * b`: numbers, percents, quantities; what cancels becomes a plain number.
///
/// Number and percent make a number, percent and percent a percent, quantity and percent a quantity.
///
/// # Errors
/// If an operand is none of these, two currencies would mix, or past 128 bits.
pub fn mul(a: &Value, b: &Value) -> Result {
    match (a, b) {
        (Value::Unknown, _) | (_, Value::Unknown) => Ok(Value::Unknown),
        (Value::Percent(x), Value::Percent(y)) => percent(x.mul(y)),
        (Value::Number(x) | Value::Percent(x), Value::Number(y) | Value::Percent(y)) => number(x.mul(y)),
        (Value::Quantity(q), Value::Number(n) | Value::Percent(n))
        | (Value::Number(n) | Value::Percent(n), Value::Quantity(q)) => {
            quantity(q.base.mul(n), q.unit.clone())
        }
        (Value::Quantity(x), Value::Quantity(y)) => {
            one_currency(&x.unit, &y.unit)?;
            combined(x.base.mul(&y.base), x.unit.mul(&y.unit))
        }
        _ => Err(mismatch("multiply", "with", a, b)),
    }
}

/// `a / b`: numbers, percents, quantities; quantities of one dimension make a plain number.
///
/// A percent divided by a number is a percent, by a percent a number.
///
/// # Errors
/// [`OpError::DivideByZero`]; if an operand is none of these, two currencies would mix, or past 128 bits.
pub fn div(a: &Value, b: &Value) -> Result {
    if a.is_unknown() || b.is_unknown() {
        return Ok(Value::Unknown);
    }
    if let (Value::Number(_) | Value::Percent(_) | Value::Quantity(_), Some(divisor)) = (a, magnitude(b))
        && divisor.is_zero()
    {
        return Err(OpError::DivideByZero);
    }
    match (a, b) {
        (Value::Percent(x), Value::Number(y)) => percent(x.div(y)),
        (Value::Number(x) | Value::Percent(x), Value::Number(y) | Value::Percent(y)) => number(x.div(y)),
        (Value::Quantity(q), Value::Number(n) | Value::Percent(n)) => quantity(q.base.div(n), q.unit.clone()),
        (Value::Number(n) | Value::Percent(n), Value::Quantity(q)) => {
            combined(n.div(&q.base), q.unit.recip())
        }
        (Value::Quantity(x), Value::Quantity(y)) => {
            one_currency(&x.unit, &y.unit)?;
            if x.unit.dim == y.unit.dim {
                return number(x.base.div(&y.base));
            }
            combined(x.base.div(&y.base), x.unit.div(&y.unit))
        }
        _ => Err(mismatch("divide", "by", a, b)),
    }
}

/// `-a`: a number, percent or quantity.
///
/// # Errors
/// If it is none of these.
pub fn neg(a: &Value) -> Result {
    match a {
        Value::Unknown => Ok(Value::Unknown),
        Value::Number(n) => Ok(Value::Number(n.neg())),
        Value::Percent(n) => Ok(Value::Percent(n.neg())),
        Value::Quantity(q) => Ok(Value::Quantity(Quantity { base: q.base.neg(), unit: q.unit.clone() })),
        _ => Err(OpError::Types(format!("{} has no negative", a.with_article()))),
    }
}

/// The absolute value of a number, percent or quantity.
///
/// # Errors
/// If it is none of these.
pub fn abs(a: &Value) -> Result {
    match magnitude(a) {
        Some(n) if n.is_negative() => neg(a),
        Some(_) => Ok(a.clone()),
        None if a.is_unknown() => Ok(Value::Unknown),
        None => Err(OpError::Types(format!("{} has no absolute value", a.with_article()))),
    }
}

/// `a as unit`: the same quantity, shown in another unit.
///
/// # Errors
/// If it is no quantity, or the unit measures something else.
pub fn as_unit(a: &Value, unit: &Arc<Unit>) -> Result {
    match a {
        Value::Unknown => Ok(Value::Unknown),
        Value::Quantity(q) => Ok(Value::Quantity(q.shown_in(unit)?)),
        Value::Number(_) | Value::Percent(_) => {
            Err(OpError::Dimensions(a.type_name().to_string(), unit.dim.to_string()))
        }
        _ => Err(OpError::Types(format!("{} has no unit", a.with_article()))),
    }
}

/// How many of a unit a quantity is; a plain number or percent as it is.
///
/// # Errors
/// If it is neither, or the unit measures something else, or past 128 bits.
pub fn scalar_in(a: &Value, unit: &Unit) -> Result<Number> {
    match a {
        Value::Quantity(q) => q.in_unit(unit),
        Value::Number(n) | Value::Percent(n) if unit.dim.is_none() => Ok(n.clone()),
        Value::Number(_) | Value::Percent(_) => {
            Err(OpError::Dimensions(a.type_name().to_string(), unit.dim.to_string()))
        }
        _ => Err(OpError::Types(format!("{} has no unit", a.with_article()))),
    }
}

/// The number inside: of a quantity in base units, of a percent as a ratio.
pub(crate) fn magnitude(a: &Value) -> Option<&Number> {
    match a {
        Value::Number(n) | Value::Percent(n) => Some(n),
        Value::Quantity(q) => Some(&q.base),
        _ => None,
    }
}

/// A value of `like`'s type and unit with another number inside; see [`magnitude`].
pub(crate) fn with_magnitude(like: &Value, n: Number) -> Value {
    match like {
        Value::Percent(_) => Value::Percent(n),
        Value::Quantity(q) => Value::Quantity(Quantity { base: n, unit: q.unit.clone() }),
        _ => Value::Number(n),
    }
}

fn number(n: Option<Number>) -> Result {
    n.map(Value::Number).ok_or(OpError::Overflow)
}

fn percent(n: Option<Number>) -> Result {
    n.map(Value::Percent).ok_or(OpError::Overflow)
}

fn quantity(base: Option<Number>, unit: Arc<Unit>) -> Result {
    Ok(Value::Quantity(Quantity { base: base.ok_or(OpError::Overflow)?, unit }))
}

/// A product or quotient: plain if everything cancelled.
fn combined(base: Option<Number>, unit: Option<Unit>) -> Result {
    let unit = unit.ok_or(OpError::Overflow)?;
    if unit.dim.is_none() { number(base) } else { quantity(base, Arc::new(unit)) }
}

/// A sum or difference, in the first operand's unit unless that has no spelling.
fn sum(x: &Quantity, y: &Quantity, base: Option<Number>) -> Result {
    if !Arc::ptr_eq(&x.unit, &y.unit) {
        fitting(&x.unit, &y.unit)?;
    }
    quantity(base, if x.unit.is_unspelled() { y.unit.clone() } else { x.unit.clone() })
}

fn move_date(date: &Value, by: &Quantity, back: bool) -> Result {
    let Value::Date(y, m, d) = date else {
        return Err(mismatch("add", "and", date, &Value::Quantity(by.clone())));
    };
    if by.unit.dim.as_base().is_none_or(|n| n != TIME) {
        return Err(OpError::Types(format!("`{}` cannot move a date; durations can", by.unit.dim)));
    }
    let days = by.base.div(&SECONDS_PER_DAY).ok_or(OpError::Overflow)?;
    let Some(days) = days.to_i64() else {
        return Err(OpError::Invalid("a date moves by whole days only".into()));
    };
    let days = if back { days.checked_neg() } else { Some(days) };
    let moved = days.and_then(|n| dates::to_days(*y, *m, *d).checked_add(n)).and_then(dates::from_days);
    let (y, m, d) = moved.ok_or_else(|| OpError::Invalid("dates lie within the years 1 to 9999".into()))?;
    Ok(Value::Date(y, m, d))
}

/// "cannot add a list and a number"
fn mismatch(verb: &str, word: &str, a: &Value, b: &Value) -> OpError {
    if let (Some(x), Some(y)) = (dimension(a), dimension(b)) {
        return OpError::Dimensions(x, y);
    }
    OpError::Types(format!("cannot {verb} {} {word} {}", a.with_article(), b.with_article()))
}

fn dimension(a: &Value) -> Option<String> {
    match a {
        Value::Number(_) | Value::Percent(_) | Value::Quantity(_) => Some(a.type_name().to_string()),
        _ => None,
    }
}
