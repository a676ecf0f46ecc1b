//! `cron_gap`.
use super::{Result, known, text};
use crate::checks::cron_gap_minutes;
use crate::dim::TIME;
use crate::{Dim, Number, OpError, Quantity, Unit, Value};
use std::sync::Arc;

/// The longest time from one run of a schedule to the next, in the largest unit that divides it.
pub fn cron_gap(args: &[Value]) -> Result {
    let Some([schedule]) = known("cron_gap", args)? else { return Ok(Value::Unknown) };
    let minutes = cron_gap_minutes(text("cron_gap", schedule)?).map_err(OpError::Invalid)?;
    let (unit, length) = match minutes {
        m if m % 60 == 0 => ("h", 3600),
        _ => ("min", 60),
    };
    let base = Number::int(minutes).mul(&Number::int(60)).ok_or(OpError::Overflow)?;
    let unit = Unit::new(unit, Number::int(length), Dim::base(TIME));
    Ok(Value::Quantity(Quantity { base, unit: Arc::new(unit) }))
}
