//! Dimensions and units.
use crate::Number;
use smol_str::SmolStr;
use std::sync::Arc;

/// A product of powers of base dimensions, e.g. `req·time⁻¹`. No factor: a plain number.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Default, Debug)]
pub struct Dim(pub(crate) Arc<[(SmolStr, i8)]>);

/// A unit as spelled: what one of it is in base units, and of which dimension.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Unit {
    /// `req/min`; for currencies the ISO code.
    pub text: SmolStr,
    /// How many base units one of it is: `1/60` for `req/min`.
    pub factor: Number,
    /// Its dimension.
    pub dim: Dim,
}
