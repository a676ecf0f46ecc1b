//! JSON, strictly.

use crate::{Counter, Key, Kind, MAX_NESTING, Node, Problem, What, at, twice};
use jsonc_parser::ast::{ObjectPropName, Value};
use jsonc_parser::common::Range;
use jsonc_parser::errors::ParseErrorKind;
use jsonc_parser::{CollectOptions, ParseOptions, parse_to_ast};
use smol_str::SmolStr;

pub(crate) fn read(text: &str) -> Result<Node, Problem> {
    let strict = ParseOptions {
        allow_comments: false,
        allow_loose_object_property_names: false,
        allow_trailing_commas: false,
        allow_missing_commas: false,
        allow_single_quoted_strings: false,
        allow_hexadecimal_numbers: false,
        allow_unary_plus_numbers: false,
        allow_bare_decimal_point_numbers: false,
        allow_non_finite_numbers: false,
        allow_extended_string_escapes: false,
    };
    let parsed = parse_to_ast(text, &CollectOptions::default(), &strict).map_err(|e| {
        let range = place(e.range());
        if matches!(e.kind(), ParseErrorKind::NestingDepthExceeded) {
            return Problem::too_deep(range);
        }
        let mut message = e.kind().to_string();
        if let Some(first) = message.get_mut(..1) {
            first.make_ascii_lowercase();
        }
        Problem::new(What::Syntax, range, format!("this is not JSON: {message}"))
    })?;
    match parsed.value {
        Some(value) => node(value, 0, &mut Counter::default()),
        None => Err(Problem::new(What::Syntax, at(0, text.len()), "the file is empty")),
    }
}

fn place(range: Range) -> crate::At {
    at(range.start, range.end)
}

/// The parser's own limit of depth keeps this from going too deep.
fn node(value: Value<'_>, depth: usize, count: &mut Counter) -> Result<Node, Problem> {
    let range = match &value {
        Value::StringLit(v) => v.range,
        Value::NumberLit(v) => v.range,
        Value::BooleanLit(v) => v.range,
        Value::Object(v) => v.range,
        Value::Array(v) => v.range,
        Value::NullKeyword(v) => v.range,
    };
    let at = place(range);
    count.one(&at)?;
    if depth > MAX_NESTING {
        return Err(Problem::too_deep(at));
    }
    let kind = match value {
        Value::StringLit(v) => Kind::Text(SmolStr::from(v.value)),
        Value::NumberLit(v) => Kind::Number(SmolStr::new(v.value)),
        Value::BooleanLit(v) => Kind::Bool(v.value),
        Value::NullKeyword(_) => Kind::Null,
        Value::Array(v) => {
            let all: Result<Vec<Node>, Problem> =
                v.elements.into_iter().map(|e| node(e, depth + 1, count)).collect();
            Kind::List(all?)
        }
        Value::Object(v) => {
            let mut entries = Vec::with_capacity(v.properties.len());
            for p in v.properties {
                let key = match p.name {
                    ObjectPropName::String(s) => Key { text: SmolStr::from(s.value), at: place(s.range) },
                    ObjectPropName::Word(w) => Key { text: SmolStr::new(w.value), at: place(w.range) },
                };
                entries.push((key, node(p.value, depth + 1, count)?));
            }
            if let Some(problem) = twice(&entries) {
                return Err(problem);
            }
            Kind::Map(entries)
        }
    };
    Ok(Node { kind, at })
}
