//! Prices: exact amounts of money, for a period, for a unit, or once.
use ivs_value::{Dim, Number, Quantity, Unit, Value};
use smol_str::SmolStr;

/// How long a price is for.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
#[allow(missing_docs)]
pub enum Period {
    Day,
    Week,
    Month,
    Year,
}

impl Period {
    /// `month`
    pub fn word(self) -> &'static str {
        match self {
            Period::Day => "day",
            Period::Week => "week",
            Period::Month => "month",
            Period::Year => "year",
        }
    }

    /// ISO 8601: `P1M`.
    pub fn iso(self) -> &'static str {
        match self {
            Period::Day => "P1D",
            Period::Week => "P1W",
            Period::Month => "P1M",
            Period::Year => "P1Y",
        }
    }

    /// UN/CEFACT Recommendation 20: `MON`.
    pub fn unit_code(self) -> &'static str {
        match self {
            Period::Day => "DAY",
            Period::Week => "WEE",
            Period::Month => "MON",
            Period::Year => "ANN",
        }
    }

    /// The library's billing periods: a year has 8760 hours, a month 730.
    pub fn seconds(self) -> Number {
        Number::int(match self {
            Period::Day => 86_400,
            Period::Week => 604_800,
            Period::Month => 2_628_000,
            Period::Year => 31_536_000,
        })
    }

    /// The period that the last `/…` of a unit names; a month for all others.
    fn of(unit: &Unit) -> Period {
        match unit.text.rsplit_once('/').map(|(_, last)| last) {
            Some("d") => Period::Day,
            Some("week") => Period::Week,
            Some("year") => Period::Year,
            _ => Period::Month,
        }
    }
}

/// An amount of money.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Money {
    /// How much, in units of the currency.
    pub amount: Number,
    /// ISO 4217.
    pub currency: SmolStr,
}

impl Money {
    /// In decimal notation. [`read_money`] and its like make none that has no such form.
    pub fn text(&self) -> String {
        self.amount.decimal().unwrap_or_default()
    }

    /// In hundredths, or whatever the currency's smallest unit is.
    pub fn minor(&self) -> Option<String> {
        self.amount.mul(&Number::int(10_i64.pow(digits(&self.currency))))?.decimal()
    }

    /// So many times as much.
    pub fn times(&self, factor: &Number) -> Option<Money> {
        let amount = self.amount.mul(factor)?;
        amount.decimal()?;
        Some(Money { amount, currency: self.currency.clone() })
    }
}

/// Money for each period.
#[derive(Clone, PartialEq, Eq, Debug)]
#[allow(missing_docs)]
pub struct Recurring {
    pub money: Money,
    pub period: Period,
}

/// So many of what a meter counts, in a period or altogether.
#[derive(Clone, PartialEq, Eq, Debug)]
#[allow(missing_docs)]
pub struct Amount {
    pub count: Number,
    pub period: Option<Period>,
}

/// Why a value is no price.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Wrong {
    /// It measures something else.
    Per,
    /// It has no finite decimal form, or more digits than 128 bits hold.
    Inexact,
}

/// Digits after the point of a currency (ISO 4217, as of 2025; all that are not listed have two).
pub fn digits(currency: &str) -> u32 {
    match currency {
        "BIF" | "CLP" | "DJF" | "GNF" | "ISK" | "JPY" | "KMF" | "KRW" | "PYG" | "RWF" | "UGX" | "VND"
        | "VUV" | "XAF" | "XOF" | "XPF" => 0,
        "BHD" | "IQD" | "JOD" | "KWD" | "LYD" | "OMR" | "TND" => 3,
        _ => 2,
    }
}

/// A sum of money.
pub fn read_money(value: &Value) -> Result<Money, Wrong> {
    let q = quantity(value)?;
    money(q.base.clone(), &q.unit, &Dim::money())
}

/// A price of a period.
pub fn read_recurring(value: &Value) -> Result<Recurring, Wrong> {
    let q = quantity(value)?;
    let period = Period::of(&q.unit);
    let amount = q.base.mul(&period.seconds()).ok_or(Wrong::Inexact)?;
    let money = money(amount, &q.unit, &Dim::money().div(&Dim::base("time")).ok_or(Wrong::Per)?)?;
    Ok(Recurring { money, period })
}

/// The price of one of what a meter counts.
pub fn read_unit_price(value: &Value, unit: &Quantity) -> Result<Money, Wrong> {
    let q = quantity(value)?;
    let amount = q.base.mul(&unit.base).ok_or(Wrong::Inexact)?;
    money(amount, &q.unit, &Dim::money().div(&unit.unit.dim).ok_or(Wrong::Per)?)
}

/// How many of what a meter counts.
pub fn read_amount(value: &Value, unit: &Quantity) -> Result<Amount, Wrong> {
    let q = quantity(value)?;
    let each = q.base.div(&unit.base).ok_or(Wrong::Inexact)?;
    let (count, period) = if q.unit.dim == unit.unit.dim {
        (each, None)
    } else if Some(&q.unit.dim) == unit.unit.dim.div(&Dim::base("time")).as_ref() {
        let period = Period::of(&q.unit);
        (each.mul(&period.seconds()).ok_or(Wrong::Inexact)?, Some(period))
    } else {
        return Err(Wrong::Per);
    };
    count.decimal().ok_or(Wrong::Inexact)?;
    Ok(Amount { count, period })
}

fn quantity(value: &Value) -> Result<&Quantity, Wrong> {
    value.as_quantity().ok_or(Wrong::Per)
}

fn money(amount: Number, unit: &Unit, dim: &Dim) -> Result<Money, Wrong> {
    if unit.dim != *dim {
        return Err(Wrong::Per);
    }
    let currency = unit.currency().ok_or(Wrong::Per)?.clone();
    amount.decimal().ok_or(Wrong::Inexact)?;
    Ok(Money { amount, currency })
}

/// `10000.5` as `10,000.5`.
pub fn grouped(decimal: &str) -> String {
    let (sign, rest) = decimal.strip_prefix('-').map_or(("", decimal), |r| ("-", r));
    let (whole, fraction) = rest.split_once('.').unwrap_or((rest, ""));
    let mut out = String::from(sign);
    for (i, digit) in whole.chars().enumerate() {
        if i > 0 && (whole.len() - i) % 3 == 0 {
            out.push(',');
        }
        out.push(digit);
    }
    if !fraction.is_empty() {
        out.push('.');
        out.push_str(fraction);
    }
    out
}

/// For people: `$49`, `€0.002`, `1,000 CHF`; two digits after the point if there is one.
pub fn shown(money: &Money) -> String {
    let mut text = grouped(&money.text());
    if text.split_once('.').is_some_and(|(_, fraction)| fraction.len() == 1) && digits(&money.currency) == 2 {
        text.push('0');
    }
    let symbol = match money.currency.as_str() {
        "USD" => "$",
        "EUR" => "€",
        "GBP" => "£",
        code => return format!("{text} {code}"),
    };
    match text.strip_prefix('-') {
        Some(text) => format!("-{symbol}{text}"),
        None => format!("{symbol}{text}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn price(amount: (i128, i128), code: &str) -> Money {
        Money { amount: Number::fraction(amount.0, amount.1).unwrap(), currency: code.into() }
    }

    #[test]
    fn for_people() {
        assert_eq!(shown(&price((49, 1), "USD")), "$49");
        assert_eq!(shown(&price((99, 2), "EUR")), "€49.50");
        assert_eq!(shown(&price((1, 500), "GBP")), "£0.002");
        assert_eq!(shown(&price((1_234_567, 1), "JPY")), "1,234,567 JPY");
    }

    #[test]
    fn smallest_units() {
        assert_eq!(price((49, 1), "USD").minor().as_deref(), Some("4900"));
        assert_eq!(price((1, 500), "USD").minor().as_deref(), Some("0.2"));
        assert_eq!(price((49, 1), "JPY").minor().as_deref(), Some("49"));
        assert_eq!(price((49, 1), "KWD").minor().as_deref(), Some("49000"));
    }
}
