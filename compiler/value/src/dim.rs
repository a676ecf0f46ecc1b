//! Dimensions.
use smol_str::SmolStr;
use std::fmt;
use std::sync::Arc;

/// A product of powers of base dimensions, e.g. `req·time⁻¹`. No factor: a plain number.
///
/// Factors are sorted by name and no exponent is 0, so derived equality and hashing are right. A plain number's
/// takes no allocation.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Default, Debug)]
pub struct Dim(Option<Arc<[(SmolStr, i8)]>>);

impl Dim {
    /// Of a plain number.
    pub const NONE: Dim = Dim(None);

    /// One base dimension.
    pub fn base(name: impl Into<SmolStr>) -> Self {
        Dim(Some(Arc::from([(name.into(), 1)])))
    }

    /// Money, of whatever currency.
    pub fn money() -> Self {
        Dim::base(MONEY)
    }

    /// Whether it is that of a plain number.
    pub fn is_none(&self) -> bool {
        self.0.is_none()
    }

    /// Base dimensions, sorted by name, with their exponents, none of which is 0.
    pub fn factors(&self) -> &[(SmolStr, i8)] {
        self.0.as_deref().unwrap_or(&[])
    }

    /// The exponent of a base dimension; 0 if it is no factor.
    pub fn exponent(&self, name: &str) -> i8 {
        self.factors().iter().find(|(n, _)| n == name).map_or(0, |(_, e)| *e)
    }

    /// The base dimension's name, if it is one to the first power.
    pub fn as_base(&self) -> Option<&SmolStr> {
        match self.factors() {
            [(name, 1)] => Some(name),
            _ => None,
        }
    }

    /// `self * other`; `None` if an exponent passes ±127.
    pub fn mul(&self, other: &Dim) -> Option<Dim> {
        self.times(other, 1)
    }

    /// `self / other`; `None` if an exponent passes ±127.
    pub fn div(&self, other: &Dim) -> Option<Dim> {
        self.times(other, -1)
    }

    /// `self` to a power; `None` if an exponent passes ±127.
    pub fn pow(&self, exponent: i8) -> Option<Dim> {
        Dim::NONE.times(self, exponent)
    }

    /// `1 / self`.
    #[must_use]
    pub fn recip(&self) -> Dim {
        // Exponents lie within ±127, so nothing saturates.
        Dim(self.0.as_ref().map(|f| f.iter().map(|(n, e)| (n.clone(), e.saturating_neg())).collect()))
    }

    /// `self * otherᵉ`.
    fn times(&self, other: &Dim, power: i8) -> Option<Dim> {
        if other.is_none() || power == 0 {
            return Some(self.clone());
        }
        if self.is_none() && power == 1 {
            return Some(other.clone());
        }
        let mut factors = self.factors().to_vec();
        for (name, e) in other.factors() {
            let e = e.checked_mul(power)?;
            match factors.binary_search_by(|(n, _)| n.cmp(name)) {
                Ok(at) => {
                    if let Some((_, old)) = factors.get_mut(at) {
                        *old = old.checked_add(e)?;
                    }
                }
                Err(at) => factors.insert(at, (name.clone(), e)),
            }
        }
        factors.retain(|(_, e)| *e != 0);
        // -128 has no negation; keeping it out makes `recip` exact.
        if factors.iter().any(|(_, e)| *e == i8::MIN) {
            return None;
        }
        Some(if factors.is_empty() { Dim::NONE } else { Dim(Some(factors.into())) })
    }
}

/// As types are written: `req/time`, `cores*time`, `1/time`; a plain number's as `number`.
impl fmt::Display for Dim {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_none() {
            return f.write_str("number");
        }
        f.write_str(&product(self.factors().iter().map(|(n, e)| (n.as_str(), *e)), "1"))
    }
}

/// `a*b/c/c` from names and exponents; `one` stands where nothing is above the line.
pub(crate) fn product<'a>(factors: impl Iterator<Item = (&'a str, i8)> + Clone, one: &str) -> String {
    let mut out = String::new();
    for (name, e) in factors.clone().filter(|(_, e)| *e > 0) {
        write_power(&mut out, "*", name, e);
    }
    if out.is_empty() {
        out.push_str(one);
    } else {
        // Drop the operator before the first name.
        out.remove(0);
    }
    for (name, e) in factors.filter(|(_, e)| *e < 0) {
        write_power(&mut out, "/", name, e);
    }
    out
}

/// Up to three times the name, else with its exponent.
fn write_power(out: &mut String, operator: &str, name: &str, e: i8) {
    let times = e.unsigned_abs();
    for _ in 0..(if times > 3 { 1 } else { times }) {
        out.push_str(operator);
        out.push_str(name);
    }
    if times > 3 {
        out.push('^');
        out.push_str(&times.to_string());
    }
}

/// The base dimension of all currencies.
pub const MONEY: &str = "money";

/// The base dimension of durations; its base unit is the second.
pub const TIME: &str = "time";
