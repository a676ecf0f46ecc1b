//! Units: `min`, `req/min`, `USD/month`.
use crate::dim::{MONEY, TIME, product};
use crate::{Dim, Number};
use smol_str::SmolStr;
use std::sync::Arc;

/// A unit as spelled: what one of it is in base units, and of which dimension.
///
/// One spelling is made by [`Unit::new`]; `req/min` by [`Unit::div`] of two, `/month` by [`Unit::recip`]. These keep what a
/// unit is made of, which products need to cancel, and which tells that `USD/month` and `EUR/month` do not mix.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Unit {
    /// `req/min`; for currencies the ISO code. Empty for the unit of plain numbers.
    pub text: SmolStr,
    /// How many base units one of it is: `1/60` for `req/min`. Above 0.
    pub factor: Number,
    /// Its dimension.
    pub dim: Dim,
    /// The spellings it is made of; the default says that `text` is a single one.
    pub parts: Parts,
}

/// What a compound unit is made of, so that `req/min` times `min` is `req`. The default: one spelling.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default)]
pub struct Parts(Option<Arc<[Part]>>);

#[derive(Clone, PartialEq, Eq, Hash, Debug)]
struct Part {
    text: SmolStr,
    factor: Number,
    dim: Dim,
    exponent: i8,
}

impl Part {
    /// The ISO code, if this part is a currency.
    fn currency(&self) -> Option<&SmolStr> {
        currency(&self.text, &self.dim)
    }
}

fn currency<'a>(text: &'a SmolStr, dim: &Dim) -> Option<&'a SmolStr> {
    (!text.is_empty() && dim.as_base().is_some_and(|n| n == MONEY)).then_some(text)
}

impl Unit {
    /// One spelling: `min`, 60, time.
    pub fn new(text: impl Into<SmolStr>, factor: Number, dim: Dim) -> Self {
        Unit { text: text.into(), factor, dim, parts: Parts::default() }
    }

    /// The unit of plain numbers.
    pub fn plain() -> Self {
        Unit::new("", Number::ONE, Dim::NONE)
    }

    /// A currency by its ISO 4217 code. Currencies share the dimension `money` and do not convert.
    pub fn currency_of(code: &str) -> Self {
        Unit::new(code, Number::ONE, Dim::money())
    }

    /// A day, what two dates differ by.
    pub fn day() -> Self {
        Unit::new("d", Number::int(86_400), Dim::base(TIME))
    }

    /// Base units of a dimension without a spelling: for a zero that nothing gave a unit.
    pub fn unspelled(dim: Dim) -> Self {
        Unit::new("", Number::ONE, dim)
    }

    /// `self * other`, with what cancels left out: `req/min` and `min` make `req`. Where both have a spelling of
    /// one dimension, the first's stays. `None` past 128 bits or an exponent past ±127.
    pub fn mul(&self, other: &Unit) -> Option<Unit> {
        self.combine(other, 1)
    }

    /// `self / other`, as [`Unit::mul`].
    pub fn div(&self, other: &Unit) -> Option<Unit> {
        self.combine(other, -1)
    }

    /// `1 / self`: `/month`.
    pub fn recip(&self) -> Option<Unit> {
        Unit::plain().div(self)
    }

    /// The currency, if money is a factor and was spelled.
    pub fn currency(&self) -> Option<&SmolStr> {
        match &self.parts.0 {
            Some(parts) => parts.iter().find_map(Part::currency),
            None => currency(&self.text, &self.dim),
        }
    }

    /// Whether [`Unit::unspelled`] has a part in it.
    pub(crate) fn is_unspelled(&self) -> bool {
        match &self.parts.0 {
            Some(parts) => parts.iter().any(|p| p.text.is_empty()),
            None => self.text.is_empty() && !self.dim.is_none(),
        }
    }

    /// Whether both measure the same: equal dimensions, and no two currencies.
    pub fn fits(&self, other: &Unit) -> bool {
        self.dim == other.dim && self.clash(other).is_none()
    }

    /// Two currencies that would have to mix.
    pub fn clash<'a>(&'a self, other: &'a Unit) -> Option<(&'a SmolStr, &'a SmolStr)> {
        match (self.currency(), other.currency()) {
            (Some(a), Some(b)) if a != b => Some((a, b)),
            _ => None,
        }
    }

    fn parts(&self) -> Vec<Part> {
        match &self.parts.0 {
            Some(parts) => parts.to_vec(),
            None if self.text.is_empty() && self.dim.is_none() => Vec::new(),
            None => vec![Part {
                text: self.text.clone(),
                factor: self.factor.clone(),
                dim: self.dim.clone(),
                exponent: 1,
            }],
        }
    }

    fn combine(&self, other: &Unit, sign: i8) -> Option<Unit> {
        let mut parts = self.parts();
        for theirs in other.parts() {
            let exponent = theirs.exponent.checked_mul(sign)?;
            let same_spelling = parts.iter().position(|p| p.text == theirs.text && p.dim == theirs.dim);
            let at = same_spelling.or_else(|| parts.iter().position(|p| p.dim == theirs.dim));
            match at.and_then(|i| parts.get_mut(i)) {
                Some(ours) => {
                    ours.exponent = ours.exponent.checked_add(exponent)?;
                    if ours.text.is_empty() {
                        ours.text = theirs.text;
                    }
                }
                None => parts.push(Part { exponent, ..theirs }),
            }
        }
        parts.retain(|p| p.exponent != 0);
        Unit::from_parts(parts)
    }

    fn from_parts(parts: Vec<Part>) -> Option<Unit> {
        let mut factor = Number::ONE;
        let mut dim = Dim::NONE;
        for p in &parts {
            factor = factor.mul(&p.factor.pow(i32::from(p.exponent))?)?;
            dim = dim.mul(&p.dim.pow(p.exponent)?)?;
        }
        if let [Part { exponent: 1, text, .. }] = parts.as_slice() {
            return Some(Unit::new(text.clone(), factor, dim));
        }
        let spelled = parts.iter().filter(|p| !p.text.is_empty()).map(|p| (p.text.as_str(), p.exponent));
        let text = product(spelled, "");
        Some(Unit { text: text.into(), factor, dim, parts: Parts(Some(parts.into())) })
    }
}
