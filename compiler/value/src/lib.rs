//! What expressions evaluate to: exact numbers, units, and values; pure functions over them.
//!
//! Takes operands. Gives results or a reason in words. Never resolves names, reads anything, or knows the query engine.

pub mod checks;
mod dates;
mod dim;
mod error;
pub mod funcs;
pub mod graph;
pub mod limits;
mod map;
mod number;
pub mod ops;
mod text;
mod unit;
mod value;
pub mod weighted;

pub use dim::{Dim, MONEY, TIME};
pub use error::OpError;
pub use map::{Index, Map};
pub use number::{Number, Rounding};
pub use text::{display, interpolate, interpolate_message, member_text};
pub use unit::{Parts, Unit};
pub use value::{LatePiece, LateText, LateValue, Quantity, RefValue, Shape, StructValue, TaggedValue, Value};
