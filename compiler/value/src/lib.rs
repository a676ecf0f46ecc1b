//! What expressions evaluate to: exact numbers, units, and values; pure functions over them.
//!
//! Takes operands. Gives results or a reason in words. Never resolves names, reads anything, or knows the query engine.

mod dim;
mod number;
mod value;

pub use dim::{Dim, Unit};
pub use number::Number;
pub use value::{Map, Quantity, RefValue, Shape, StructValue, TaggedValue, Value};
