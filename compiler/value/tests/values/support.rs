//! Short ways to write values.
use ivs_value::{Dim, Number, Quantity, RefValue, Shape, StructValue, TaggedValue, Unit, Value};
use std::sync::Arc;

pub fn n(text: &str) -> Number {
    Number::parse(text).unwrap()
}

/// The units of these tests, of which compounds are spelled `req/min`, `/month`.
pub fn unit(text: &str) -> Arc<Unit> {
    let one = |word: &str| {
        let (factor, dim) = match word {
            "s" => ("1", "time"),
            "ms" => ("0.001", "time"),
            "min" => ("60", "time"),
            "h" => ("3600", "time"),
            "d" => ("86400", "time"),
            "month" => ("2628000", "time"),
            "B" => ("1", "bytes"),
            "Mi" => ("1048576", "bytes"),
            "Gi" => ("1073741824", "bytes"),
            "core" => ("1", "cores"),
            "m" => ("0.001", "cores"),
            "req" => ("1", "req"),
            "pod" => ("1", "pod"),
            "USD" | "EUR" | "GBP" | "CHF" => ("1", "money"),
            _ => panic!("no unit `{word}` in these tests"),
        };
        Unit::new(word, n(factor), Dim::base(dim))
    };
    let mut words = text.split('/');
    let first = words.next().filter(|w| !w.is_empty()).map_or_else(Unit::plain, one);
    Arc::new(words.fold(first, |unit, word| unit.div(&one(word)).unwrap()))
}

/// `10000req/min`, `0.5`, `70%`, `$49/month`, `100/month`, `"text"`, `true`, `none`, `2026-11-21`, `3..100`.
pub fn v(text: &str) -> Value {
    if let Some((a, b)) = text.split_once("..") {
        return Value::range(v(a), v(b)).unwrap();
    }
    if let Some(s) = text.strip_prefix('"') {
        return Value::str(s.strip_suffix('"').unwrap());
    }
    if let Some(money) = text.strip_prefix('$') {
        let (amount, rest) =
            money.split_once('/').map_or((money, String::new()), |(a, r)| (a, format!("/{r}")));
        return Value::quantity(&n(amount), &unit(&format!("USD{rest}"))).unwrap();
    }
    if let Ok(date) = ivs_value::checks::parse_date(text) {
        return date;
    }
    match text {
        "true" => return Value::Bool(true),
        "false" => return Value::Bool(false),
        "none" => return Value::None,
        "?" => return Value::Unknown,
        _ => {}
    }
    if let Some(percent) = text.strip_suffix('%') {
        return Value::Percent(n(percent).div(&Number::int(100)).unwrap());
    }
    let end = text.find(|c: char| !c.is_ascii_digit() && !"-._".contains(c)).unwrap_or(text.len());
    let (amount, of) = text.split_at(end);
    if of.is_empty() {
        return Value::Number(n(amount));
    }
    Value::Quantity(Quantity::new(&n(amount), &unit(of)).unwrap())
}

/// A list of what [`v`] reads.
pub fn list(items: &[&str]) -> Value {
    Value::list(items.iter().map(|i| v(i)))
}

/// A map from texts to what [`v`] reads.
pub fn map(entries: &[(&str, &str)]) -> Value {
    Value::map(entries.iter().map(|(k, x)| (Value::str(*k), v(x))))
}

/// A member of `enum quality { sd, hd = "1080p", uhd }`, by its place.
pub fn quality(index: u32) -> Value {
    let (name, text) = [("sd", "sd"), ("hd", "1080p"), ("uhd", "uhd")][index as usize];
    Value::Member(Arc::new(TaggedValue {
        of: "quality".into(),
        name: name.into(),
        index,
        text: text.into(),
        fields: None,
    }))
}

/// A reference to a service.
pub fn service(id: u32, name: &str) -> Value {
    Value::Ref(Arc::new(RefValue {
        id,
        kind: "service".into(),
        name: name.into(),
        qualified: format!("app.{name}").into(),
    }))
}

/// An anonymous record.
pub fn record(fields: &[(&str, Value)]) -> Value {
    Value::Struct(Arc::new(StructValue {
        shape: Arc::new(Shape::new("".into(), fields.iter().map(|(f, _)| (*f).into()))),
        fields: fields.iter().map(|(_, x)| x.clone()).collect(),
    }))
}
