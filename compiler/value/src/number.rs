//! Exact numbers: 64-bit integers where they fit, else fractions of 128-bit integers.
use num_rational::Ratio;
use num_traits::{CheckedAdd, CheckedDiv, CheckedMul, CheckedSub, Signed, Zero};
use std::cmp::Ordering;

/// An exact rational number. Integers that fit in 64 bits take no allocation. Equal numbers have equal
/// representations, so derived equality and hashing are right.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Number(Repr);

#[derive(Clone, PartialEq, Eq, Hash, Debug)]
enum Repr {
    Small(i64),
    Big(Box<Ratio<i128>>),
}

impl Number {
    /// 0
    pub const ZERO: Number = Number(Repr::Small(0));
    /// 1
    pub const ONE: Number = Number(Repr::Small(1));

    /// An integer.
    pub const fn int(n: i64) -> Self {
        Number(Repr::Small(n))
    }
}

impl From<Ratio<i128>> for Number {
    fn from(r: Ratio<i128>) -> Self {
        if r.is_integer()
            && let Ok(n) = i64::try_from(*r.numer())
        {
            return Number(Repr::Small(n));
        }
        Number(Repr::Big(Box::new(r)))
    }
}

impl Number {
    /// The fraction.
    pub fn ratio(&self) -> Ratio<i128> {
        match &self.0 {
            Repr::Small(n) => Ratio::from_integer(i128::from(*n)),
            Repr::Big(r) => **r,
        }
    }
    /// `self + other`; `None` past 128 bits.
    pub fn add(&self, other: &Number) -> Option<Number> {
        if let (Repr::Small(a), Repr::Small(b)) = (&self.0, &other.0)
            && let Some(c) = i64::checked_add(*a, *b)
        {
            return Some(Number::int(c));
        }
        self.ratio().checked_add(&other.ratio()).map(Number::from)
    }
    /// `self - other`; `None` past 128 bits.
    pub fn sub(&self, other: &Number) -> Option<Number> {
        self.ratio().checked_sub(&other.ratio()).map(Number::from)
    }
    /// `self * other`; `None` past 128 bits.
    pub fn mul(&self, other: &Number) -> Option<Number> {
        if let (Repr::Small(a), Repr::Small(b)) = (&self.0, &other.0)
            && let Some(c) = i64::checked_mul(*a, *b)
        {
            return Some(Number::int(c));
        }
        self.ratio().checked_mul(&other.ratio()).map(Number::from)
    }
    /// `self / other`; `None` past 128 bits or if `other` is zero.
    pub fn div(&self, other: &Number) -> Option<Number> {
        if other.is_zero() {
            return None;
        }
        self.ratio().checked_div(&other.ratio()).map(Number::from)
    }
    /// Whether it is 0.
    pub fn is_zero(&self) -> bool {
        self.ratio().is_zero()
    }
    /// Whether it is below 0.
    pub fn is_negative(&self) -> bool {
        self.ratio().is_negative()
    }
    /// Whether it has no fractional part.
    pub fn is_integer(&self) -> bool {
        self.ratio().is_integer()
    }
    /// The integer, if it is one and fits.
    pub fn to_i64(&self) -> Option<i64> {
        match &self.0 {
            Repr::Small(n) => Some(*n),
            Repr::Big(_) => None,
        }
    }
}

impl PartialOrd for Number {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Number {
    fn cmp(&self, other: &Self) -> Ordering {
        if let (Repr::Small(a), Repr::Small(b)) = (&self.0, &other.0) {
            return a.cmp(b);
        }
        self.ratio().cmp(&other.ratio())
    }
}
