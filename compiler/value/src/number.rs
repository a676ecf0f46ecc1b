//! Exact numbers: 64-bit integers where they fit, else fractions of 128-bit integers.
//!
//! Numerator and denominator lie within ±(2¹²⁷ − 1); −2¹²⁷ is left out, so that negation and absolute value
//! always succeed. Everything that can leave the range returns an `Option`.
use num_integer::Integer;
use num_rational::Ratio;
use num_traits::{CheckedAdd, CheckedDiv, CheckedMul, CheckedSub, Zero};
use std::cmp::Ordering;

mod carried;
mod text;

/// An exact rational number. Integers that fit in 64 bits take no allocation. Equal numbers have equal
/// representations, so derived equality and hashing are right.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Number(Repr);

#[derive(Clone, PartialEq, Eq, Hash, Debug)]
enum Repr {
    Small(i64),
    /// Reduced, denominator positive, not an integer of 64 bits, numerator not `i128::MIN`.
    Big(Box<Ratio<i128>>),
}

/// What a number is rounded to: down, up, or to the nearest with halves away from zero.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Rounding {
    /// Towards −∞.
    Floor,
    /// Towards +∞.
    Ceil,
    /// To the nearest; `0.5` to `1`, `-0.5` to `-1`.
    HalfAway,
}

impl Number {
    /// 0
    pub const ZERO: Number = Number::int(0);
    /// 1
    pub const ONE: Number = Number::int(1);

    /// An integer.
    pub const fn int(n: i64) -> Self {
        Number(Repr::Small(n))
    }

    /// An integer; `None` only for `i128::MIN`.
    pub fn from_i128(n: i128) -> Option<Self> {
        match i64::try_from(n) {
            Ok(n) => Some(Number::int(n)),
            Err(_) => Number::from_ratio(Ratio::from_integer(n)),
        }
    }

    /// `numer / denom`; `None` if `denom` is zero or one of them is `i128::MIN`.
    pub fn fraction(numer: i128, denom: i128) -> Option<Self> {
        if denom == 0 || denom == i128::MIN || numer == i128::MIN {
            return None;
        }
        Number::from_ratio(Ratio::new(numer, denom))
    }

    /// A reduced fraction with a positive denominator.
    fn from_ratio(r: Ratio<i128>) -> Option<Self> {
        if r.is_integer()
            && let Ok(n) = i64::try_from(*r.numer())
        {
            return Some(Number::int(n));
        }
        (*r.numer() != i128::MIN).then(|| Number(Repr::Big(Box::new(r))))
    }

    fn ratio(&self) -> Ratio<i128> {
        match &self.0 {
            Repr::Small(n) => Ratio::from_integer(i128::from(*n)),
            Repr::Big(r) => **r,
        }
    }

    /// The numerator of the reduced fraction; it carries the sign.
    pub fn numer(&self) -> i128 {
        match &self.0 {
            Repr::Small(n) => i128::from(*n),
            Repr::Big(r) => *r.numer(),
        }
    }

    /// The denominator of the reduced fraction, at least 1.
    pub fn denom(&self) -> i128 {
        match &self.0 {
            Repr::Small(_) => 1,
            Repr::Big(r) => *r.denom(),
        }
    }

    /// `self + other`; `None` past 128 bits.
    pub fn add(&self, other: &Number) -> Option<Number> {
        if let (Repr::Small(a), Repr::Small(b)) = (&self.0, &other.0)
            && let Some(c) = i64::checked_add(*a, *b)
        {
            return Some(Number::int(c));
        }
        Number::from_ratio(self.ratio().checked_add(&other.ratio())?)
    }

    /// `self - other`; `None` past 128 bits.
    pub fn sub(&self, other: &Number) -> Option<Number> {
        if let (Repr::Small(a), Repr::Small(b)) = (&self.0, &other.0)
            && let Some(c) = i64::checked_sub(*a, *b)
        {
            return Some(Number::int(c));
        }
        Number::from_ratio(self.ratio().checked_sub(&other.ratio())?)
    }

    /// `self * other`; `None` past 128 bits.
    pub fn mul(&self, other: &Number) -> Option<Number> {
        match (&self.0, &other.0) {
            (Repr::Small(1), _) => return Some(other.clone()),
            (_, Repr::Small(1)) => return Some(self.clone()),
            (Repr::Small(a), Repr::Small(b)) => {
                if let Some(c) = i64::checked_mul(*a, *b) {
                    return Some(Number::int(c));
                }
            }
            _ => {}
        }
        Number::from_ratio(self.ratio().checked_mul(&other.ratio())?)
    }

    /// `self / other`; `None` past 128 bits or if `other` is zero.
    pub fn div(&self, other: &Number) -> Option<Number> {
        if other.is_zero() {
            return None;
        }
        if let (Repr::Small(a), Repr::Small(b)) = (&self.0, &other.0)
            && let (Some(q), Some(0)) = (i64::checked_div(*a, *b), i64::checked_rem(*a, *b))
        {
            return Some(Number::int(q));
        }
        Number::from_ratio(self.ratio().checked_div(&other.ratio())?)
    }

    /// `self` to the power of `exponent`; `None` past 128 bits, or for zero to a negative power. `0⁰` is 1.
    pub fn pow(&self, exponent: i32) -> Option<Number> {
        let mut base = if exponent < 0 { Number::ONE.div(self)? } else { self.clone() };
        let mut left = exponent.unsigned_abs();
        let mut result = Number::ONE;
        while left > 0 {
            if left & 1 == 1 {
                result = result.mul(&base)?;
            }
            left >>= 1;
            if left > 0 {
                base = base.mul(&base)?;
            }
        }
        Some(result)
    }

    /// `-self`.
    #[must_use]
    pub fn neg(&self) -> Number {
        match &self.0 {
            Repr::Small(n) => match n.checked_neg() {
                Some(n) => Number::int(n),
                None => Number(Repr::Big(Box::new(Ratio::from_integer(-i128::from(*n))))),
            },
            // `2⁶³` is kept as a fraction, its negation is not.
            Repr::Big(r) => Number::from_ratio(-**r).unwrap_or(Number::ZERO),
        }
    }

    /// The absolute value.
    #[must_use]
    pub fn abs(&self) -> Number {
        if self.is_negative() { self.neg() } else { self.clone() }
    }

    /// The largest integer that is not above.
    #[must_use]
    pub fn floor(&self) -> Number {
        self.to_integer(Rounding::Floor)
    }

    /// The smallest integer that is not below.
    #[must_use]
    pub fn ceil(&self) -> Number {
        self.to_integer(Rounding::Ceil)
    }

    /// The nearest integer, halves away from zero.
    #[must_use]
    pub fn round(&self) -> Number {
        self.to_integer(Rounding::HalfAway)
    }

    /// The integer that `how` chooses.
    #[must_use]
    pub fn to_integer(&self, how: Rounding) -> Number {
        let Repr::Big(r) = &self.0 else { return self.clone() };
        if r.is_integer() {
            return self.clone();
        }
        // A denominator of at least 2 keeps the quotient far from the limits.
        let (floor, rest) = r.numer().div_mod_floor(r.denom());
        let up = match how {
            Rounding::Floor => false,
            Rounding::Ceil => true,
            Rounding::HalfAway => match rest.cmp(&(r.denom() - rest)) {
                Ordering::Less => false,
                Ordering::Equal => floor >= 0,
                Ordering::Greater => true,
            },
        };
        Number::from_i128(if up { floor + 1 } else { floor }).unwrap_or(Number::ZERO)
    }

    /// The multiple of `step` that `how` chooses; `None` past 128 bits or if `step` is not above 0.
    pub fn to_multiple(&self, step: &Number, how: Rounding) -> Option<Number> {
        if step.is_negative() {
            return None;
        }
        self.div(step)?.to_integer(how).mul(step)
    }

    /// The nearest multiple of `step`, halves away from zero; `None` past 128 bits or if `step` is not above 0.
    pub fn round_to(&self, step: &Number) -> Option<Number> {
        self.to_multiple(step, Rounding::HalfAway)
    }

    /// The next multiple of `step` that is not below; `None` past 128 bits or if `step` is not above 0.
    pub fn ceil_to(&self, step: &Number) -> Option<Number> {
        self.to_multiple(step, Rounding::Ceil)
    }

    /// What is left of `self` after whole multiples of `other`; from 0 to below `|other|`. `None` past 128 bits
    /// or if `other` is zero.
    pub fn rem(&self, other: &Number) -> Option<Number> {
        let step = other.abs();
        self.sub(&self.to_multiple(&step, Rounding::Floor)?)
    }

    /// Whether it is 0.
    pub fn is_zero(&self) -> bool {
        match &self.0 {
            Repr::Small(n) => *n == 0,
            Repr::Big(r) => r.is_zero(),
        }
    }

    /// Whether it is below 0.
    pub fn is_negative(&self) -> bool {
        match &self.0 {
            Repr::Small(n) => *n < 0,
            Repr::Big(r) => *r.numer() < 0,
        }
    }

    /// Whether it has no fractional part.
    pub fn is_integer(&self) -> bool {
        match &self.0 {
            Repr::Small(_) => true,
            Repr::Big(r) => r.is_integer(),
        }
    }

    /// The integer, if it is one and fits.
    pub fn to_i64(&self) -> Option<i64> {
        match &self.0 {
            Repr::Small(n) => Some(*n),
            Repr::Big(_) => None,
        }
    }

    /// The integer, if it is one.
    pub fn to_i128(&self) -> Option<i128> {
        self.is_integer().then(|| self.numer())
    }

    /// The integer as an index or a count, if it is one and fits.
    pub fn to_usize(&self) -> Option<usize> {
        self.to_i64().and_then(|n| usize::try_from(n).ok())
    }
}

impl From<i64> for Number {
    fn from(n: i64) -> Self {
        Number::int(n)
    }
}

impl From<u32> for Number {
    fn from(n: u32) -> Self {
        Number::int(i64::from(n))
    }
}

impl From<usize> for Number {
    fn from(n: usize) -> Self {
        // Every `usize` is below 2¹²⁷.
        Number::from_i128(n as i128).unwrap_or(Number::ZERO)
    }
}

impl PartialOrd for Number {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Number {
    fn cmp(&self, other: &Self) -> Ordering {
        match (&self.0, &other.0) {
            (Repr::Small(a), Repr::Small(b)) => a.cmp(b),
            // `Ratio` compares by continued fractions, which cannot leave 128 bits.
            _ => self.ratio().cmp(&other.ratio()),
        }
    }
}
