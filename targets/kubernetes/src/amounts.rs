//! Numbers as Kubernetes takes them: quantities in canonical form, whole percents, whole seconds.
//!
//! Canonical: no fraction, and the largest suffix that leaves none; so the API server gives back what was sent.
//! What a form cannot hold exactly is refused, never rounded.
use ivs_plan::read;
use ivs_value::{Number, Value};
use k8s_openapi::apimachinery::pkg::api::resource::Quantity;
use k8s_openapi::apimachinery::pkg::util::intstr::IntOrString;

const DECIMAL: [&str; 7] = ["", "k", "M", "G", "T", "P", "E"];
const BINARY: [&str; 7] = ["", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei"];

fn scaled(mut n: i64, step: i64, suffixes: &[&str]) -> String {
    let mut suffix = "";
    let mut rest = suffixes.iter().skip(1);
    while n != 0
        && n % step == 0
        && let Some(next) = rest.next()
    {
        n /= step;
        suffix = next;
    }
    format!("{n}{suffix}")
}

/// Cores, pieces, seconds: `500m`, `2`, `10k`. `None` if it is finer than a thousandth, below 0 or past 2⁶³.
pub fn decimal(n: &Number) -> Option<String> {
    if n.is_negative() {
        return None;
    }
    if let Some(whole) = n.to_i64() {
        return Some(scaled(whole, 1000, &DECIMAL));
    }
    let milli = n.mul(&Number::int(1000))?.to_i64()?;
    Some(format!("{milli}m"))
}

/// Bytes: `2Gi`, `1536Mi`, `1T`: in powers of 1024 where that is shorter or as short, else in powers of 1000.
/// `None` if it is no whole number of bytes, below 0 or past 2⁶³.
pub fn bytes(n: &Number) -> Option<String> {
    let whole = n.to_i64().filter(|n| *n >= 0)?;
    let binary = scaled(whole, 1024, &BINARY);
    let decimal = scaled(whole, 1000, &DECIMAL);
    Some(if decimal.len() < binary.len() { decimal } else { binary })
}

/// Bytes as bytes, everything else as decimal.
pub fn by_dimension(value: &Value) -> Option<Quantity> {
    let text = match value {
        Value::Quantity(q) if q.unit.dim.as_base().is_some_and(|d| d == "bytes") => bytes(&q.base),
        _ => read::base(value).and_then(decimal),
    };
    text.map(Quantity)
}

/// `70%` as 70. `None` if it is no whole percent.
pub fn whole_percent(value: &Value) -> Option<i32> {
    match value {
        Value::Percent(p) => p.mul(&Number::int(100))?.to_i64().and_then(|n| i32::try_from(n).ok()),
        _ => None,
    }
}

/// A duration in whole seconds.
pub fn seconds(value: &Value) -> Option<i64> {
    read::base(value).and_then(Number::to_i64)
}

/// A duration in whole milliseconds.
pub fn milliseconds(value: &Value) -> Option<i64> {
    read::base(value)?.mul(&Number::int(1000))?.to_i64()
}

/// A duration in the Gateway API's form, from milliseconds up: `1h30m`, `500ms`.
pub fn gateway_duration(value: &Value) -> Option<String> {
    let ms = read::base(value)?.mul(&Number::int(1000))?.to_i64()?;
    if ms == 0 {
        return Some("0s".to_owned());
    }
    let mut out = String::new();
    let mut rest = ms;
    for (unit, size) in [("h", 3_600_000), ("m", 60_000), ("s", 1000), ("ms", 1)] {
        let n = rest / size;
        rest %= size;
        if !(0..=99_999).contains(&n) {
            return None;
        }
        if n > 0 {
            out.push_str(&format!("{n}{unit}"));
        }
    }
    Some(out)
}

/// A count or a part: `1`, `25%`. `None` if it is not whole or below 0.
pub fn count_or_part(value: &Value) -> Option<IntOrString> {
    match value {
        Value::Percent(_) => {
            whole_percent(value).filter(|p| *p >= 0).map(|p| IntOrString::String(format!("{p}%")))
        }
        _ => {
            let n = read::base(value)?.to_i64()?;
            i32::try_from(n).ok().filter(|n| *n >= 0).map(IntOrString::Int)
        }
    }
}

/// A plain decimal number for a text field: `0.5`, `100`. `None` if it has no finite decimal form of up to nine places.
pub fn plain(n: &Number) -> Option<String> {
    if let Some(whole) = n.to_i64() {
        return Some(whole.to_string());
    }
    let nano = n.mul(&Number::int(1_000_000_000))?.to_i64()?;
    let (whole, fraction) = (nano / 1_000_000_000, (nano % 1_000_000_000).abs());
    let sign = if nano < 0 && whole == 0 { "-" } else { "" };
    Some(format!("{sign}{whole}.{}", format!("{fraction:09}").trim_end_matches('0')))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn n(a: i128, b: i128) -> Number {
        Number::fraction(a, b).unwrap()
    }

    #[test]
    fn cores_are_canonical() {
        for (value, text) in [
            (n(1, 2), "500m"),
            (n(2, 1), "2"),
            (n(3, 2), "1500m"),
            (n(0, 1), "0"),
            (n(200, 1), "200"),
            (n(10_000, 1), "10k"),
            (n(2500, 1), "2500"),
        ] {
            assert_eq!(decimal(&value).as_deref(), Some(text));
        }
        assert_eq!(decimal(&n(1, 10_000)), None);
        assert_eq!(decimal(&n(1, 3)), None);
        assert_eq!(decimal(&n(-1, 1)), None);
        assert_eq!(decimal(&n(i128::from(i64::MAX) + 1, 1)), None);
    }

    #[test]
    fn bytes_take_the_shorter_of_both_families() {
        for (value, text) in [
            (2 << 30, "2Gi"),
            (1536 << 20, "1536Mi"),
            (400 << 30, "400Gi"),
            (1_000_000_000_000, "1T"),
            (1_000_000, "1M"),
            (1000, "1k"),
            (1024, "1Ki"),
            (1, "1"),
            (0, "0"),
        ] {
            assert_eq!(bytes(&Number::int(value)).as_deref(), Some(text));
        }
        assert_eq!(bytes(&n(1, 2)), None);
    }

    #[test]
    fn durations_and_decimals() {
        let s = |a, b| Value::Number(n(a, b));
        assert_eq!(gateway_duration(&s(5400, 1)).as_deref(), Some("1h30m"));
        assert_eq!(gateway_duration(&s(1, 2)).as_deref(), Some("500ms"));
        assert_eq!(gateway_duration(&s(1, 2000)), None);
        assert_eq!(plain(&n(1, 2)).as_deref(), Some("0.5"));
        assert_eq!(plain(&n(-1, 4)).as_deref(), Some("-0.25"));
        assert_eq!(plain(&n(1, 3)), None);
        assert_eq!(seconds(&s(1, 2)), None);
    }
}
