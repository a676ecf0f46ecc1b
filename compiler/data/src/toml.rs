//! TOML.

use crate::{Counter, Key, Kind, MAX_NESTING, Node, Problem, What, at};
use smol_str::SmolStr;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

pub(crate) fn read(text: &str) -> Result<Node, Problem> {
    let table = DeTable::parse(text).map_err(|e| {
        let span = e.span().unwrap_or(0..text.len());
        let message = e.message().lines().next().unwrap_or_default().to_owned();
        let place = at(span.start, span.end);
        if message.contains("duplicate key") {
            let key = text.get(span).unwrap_or_default();
            return Problem::new(What::Duplicate, place, format!("the key `{key}` stands here twice"));
        }
        if message.contains("recurs") || message.contains("nest") {
            return Problem::too_deep(place);
        }
        Problem::new(What::Syntax, place, format!("this is not TOML: {message}"))
    })?;
    let mut root = map(table.into_inner(), at(0, text.len()), 0, &mut Counter::default())?;
    root.at = at(0, text.len());
    Ok(root)
}

fn map(table: DeTable<'_>, place: crate::At, depth: usize, count: &mut Counter) -> Result<Node, Problem> {
    let mut entries = Vec::with_capacity(table.len());
    for (key, value) in table {
        let span = key.span();
        let key = Key { text: SmolStr::from(key.into_inner()), at: at(span.start, span.end) };
        entries.push((key, node(value, depth + 1, count)?));
    }
    // The parser sorts keys by name; a map has the order of the file.
    entries.sort_by_key(|(k, _)| k.at.start);
    Ok(Node { kind: Kind::Map(entries), at: place })
}

fn node(value: Spanned<DeValue<'_>>, depth: usize, count: &mut Counter) -> Result<Node, Problem> {
    let span = value.span();
    let place = at(span.start, span.end);
    count.one(&place)?;
    if depth > MAX_NESTING {
        return Err(Problem::too_deep(place));
    }
    let kind = match value.into_inner() {
        DeValue::String(s) => Kind::Text(SmolStr::from(s)),
        DeValue::Integer(n) if n.radix() == 10 => Kind::Number(SmolStr::new(n.as_str())),
        DeValue::Integer(n) => match i128::from_str_radix(n.as_str(), n.radix()) {
            Ok(n) => Kind::Number(SmolStr::from(n.to_string())),
            Err(_) => return Err(Problem::new(What::Limit, place, "this number is past 128 bits")),
        },
        DeValue::Float(n) => match n.as_str() {
            "inf" | "+inf" | "-inf" | "nan" | "+nan" | "-nan" => {
                return Err(Problem::new(What::Refused, place, format!("`{}` is no number", n.as_str())));
            }
            exact => Kind::Number(SmolStr::new(exact)),
        },
        DeValue::Boolean(b) => Kind::Bool(b),
        DeValue::Datetime(d) => Kind::Plain(SmolStr::from(d.to_string())),
        DeValue::Array(xs) => {
            let all: Result<Vec<Node>, Problem> = xs.into_iter().map(|x| node(x, depth + 1, count)).collect();
            Kind::List(all?)
        }
        DeValue::Table(t) => return map(t, place, depth, count),
    };
    Ok(Node { kind, at: place })
}
