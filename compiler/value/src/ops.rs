//! Operators over values.
//!
//! An operand that is [`Value::Unknown`](crate::Value::Unknown) makes the result unknown, whatever the other is: the fault is reported where
//! it arose.
mod arith;
mod compare;
mod key;
mod pattern;

pub use arith::{abs, add, as_unit, div, mul, neg, scalar_in, sub};
pub(crate) use arith::{magnitude, with_magnitude};
pub use compare::{compare, contains, eq, equal, ge, gt, le, lt, membership, ne, order};
pub(crate) use key::{Key, OwnedKey, same};
pub use pattern::{Pattern, matches};

use crate::{OpError, Unit};

/// Whether values in both units can be added and compared.
///
/// # Errors
/// [`OpError::Dimensions`] if the dimensions differ, [`OpError::Currencies`] if two currencies would mix.
pub fn fitting(a: &Unit, b: &Unit) -> Result<(), OpError> {
    if a.dim != b.dim {
        return Err(OpError::Dimensions(a.dim.to_string(), b.dim.to_string()));
    }
    one_currency(a, b)
}

/// Whether the units can be multiplied or divided without mixing currencies.
fn one_currency(a: &Unit, b: &Unit) -> Result<(), OpError> {
    match a.clash(b) {
        Some((a, b)) => Err(OpError::Currencies(a.to_string(), b.to_string())),
        None => Ok(()),
    }
}
