//! Products and sums that stay in range: exact while they are not too fine, else rounded up.
use super::Number;
use num_bigint::BigInt;
use num_integer::Integer;
use num_traits::ToPrimitive;

/// The finest parts of one: 10⁻¹⁸. Half of what 128 bits hold, so that what comes of it can be multiplied once more.
const PARTS: i128 = 1_000_000_000_000_000_000;

impl Number {
    /// Whether it is exact where amounts are carried along: its denominator is at most 10¹⁸.
    pub(crate) fn is_fine(&self) -> bool {
        self.denom() <= PARTS
    }

    /// `self * other`, rounded up to a multiple of 10⁻¹⁸, or of 1 where there are too many of these; `None` past 128 bits.
    pub(crate) fn mul_up(&self, other: &Number) -> Option<Number> {
        let numer = BigInt::from(self.numer()) * other.numer();
        up(&numer, &(BigInt::from(self.denom()) * other.denom()))
    }

    /// `self + other`, rounded as by [`Number::mul_up`]; `None` past 128 bits.
    pub(crate) fn add_up(&self, other: &Number) -> Option<Number> {
        let numer = BigInt::from(self.numer()) * other.denom() + BigInt::from(other.numer()) * self.denom();
        up(&numer, &(BigInt::from(self.denom()) * other.denom()))
    }
}

fn up(numer: &BigInt, denom: &BigInt) -> Option<Number> {
    let multiple = |parts: i128| {
        let count = Integer::div_ceil(&(numer * parts), denom);
        Number::fraction(count.to_i128()?, parts)
    };
    multiple(PARTS).or_else(|| multiple(1))
}
