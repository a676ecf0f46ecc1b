//! Values as text: exact for outputs, readable for messages.
use crate::{LatePiece, Number, OpError, Quantity, RefValue, TaggedValue, Value};
use smol_str::{SmolStr, format_smolstr};
use std::fmt::Write;

/// Elements of a collection that a message shows.
const SHOWN: usize = 6;

/// Levels of nested values that a message shows.
const DEPTH: usize = 3;

/// Characters of a string that a message shows.
const WIDTH: usize = 120;

impl Value {
    /// The type in messages, without article: `number`, `req/time`, `list`; a struct's, enum's or kind's name.
    pub fn type_name(&self) -> SmolStr {
        match self {
            Value::Unknown => "unknown value".into(),
            Value::None => "none".into(),
            Value::Bool(_) => "bool".into(),
            Value::Number(_) => "number".into(),
            Value::Percent(_) => "percent".into(),
            Value::Quantity(q) => format_smolstr!("{}", q.unit.dim),
            Value::Str(_) => "string".into(),
            Value::Date(..) => "date".into(),
            Value::Version(_) => "version".into(),
            Value::Range(_) => "range".into(),
            Value::List(_) => "list".into(),
            Value::Map(_) => "map".into(),
            Value::Struct(s) if s.shape.name.is_empty() => "record".into(),
            Value::Struct(s) => s.shape.name.clone(),
            Value::Member(m) => m.of.clone(),
            Value::Ref(r) => r.kind.clone(),
            Value::Secret(_) => "secret".into(),
            Value::Late(_) => "late value".into(),
        }
    }

    /// `a number`, `an enum`, `none`.
    pub(crate) fn with_article(&self) -> String {
        let name = self.type_name();
        match self {
            Value::None => "none".to_owned(),
            Value::Quantity(_) => format!("a quantity of {name}"),
            _ if name.starts_with(['a', 'e', 'i', 'o']) => format!("an {name}"),
            _ => format!("a {name}"),
        }
    }
}

/// A value for messages, as source text where there is such: strings in quotes, long values shortened, numbers
/// without a finite decimal form as `≈ 0.3333`.
pub fn display(value: &Value) -> String {
    let mut out = String::new();
    show(&mut out, value, DEPTH);
    out
}

/// A value for `${…}` in a message: text without quotes, numbers approximate where need be.
///
/// # Errors
/// For secrets, which never become text.
pub fn interpolate_message(value: &Value) -> Result<String, OpError> {
    match value {
        Value::Secret(_) | Value::Late(_) => Err(no_text(value)),
        Value::Str(s) => Ok(s.to_string()),
        Value::Member(m) => Ok(m.text.to_string()),
        _ => Ok(display(value)),
    }
}

/// A value for `${…}` in a value: exact.
///
/// Numbers without grouping, quantities in the unit they are shown in, `49USD` as `$49` (also `€` and `£`); a member
/// by its spelling in outputs, a reference by its name.
///
/// # Errors
/// [`OpError::Inexact`] for a number without a finite decimal form; [`OpError::Types`] for what has no text of its own:
/// `none`, secrets, collections.
pub fn interpolate(value: &Value) -> Result<String, OpError> {
    match value {
        Value::Number(n) => exact(n),
        Value::Percent(p) => Ok(exact(&in_percent(p)?)? + "%"),
        Value::Quantity(q) => Ok(with_unit(&exact(&q.amount()?)?, q)),
        Value::Range(r) => Ok(interpolate(&r.0)? + ".." + &interpolate(&r.1)?),
        Value::Str(s) => Ok(s.to_string()),
        Value::Member(m) => Ok(m.text.to_string()),
        Value::Bool(_) | Value::Date(..) | Value::Version(_) | Value::Ref(_) => Ok(display(value)),
        Value::List(_) => Err(OpError::Types("a list is not text; `join(xs, \", \")` makes one".into())),
        _ => Err(no_text(value)),
    }
}

/// A member as source text: `hd`, `limit(amount = 5)`.
pub fn member_text(member: &TaggedValue) -> String {
    let mut out = String::new();
    show_member(&mut out, member, DEPTH);
    out
}

fn no_text(value: &Value) -> OpError {
    OpError::Types(match value {
        Value::Secret(_) => {
            "a secret cannot become text; it is accepted only where a secret is expected".into()
        }
        Value::Late(_) => "what only Terraform knows cannot become text".into(),
        Value::None => "`none` is not text; give another value with `??`".into(),
        _ => format!("{} is not text; name one of its fields", value.with_article()),
    })
}

fn exact(n: &Number) -> Result<String, OpError> {
    n.decimal().ok_or_else(|| OpError::Inexact(n.for_message()))
}

fn in_percent(p: &Number) -> Result<Number, OpError> {
    p.mul(&Number::int(100)).ok_or(OpError::Overflow)
}

/// `10000req/min`, `$49/month`, `100/month`.
fn with_unit(amount: &str, q: &Quantity) -> String {
    let unit = q.unit.text.as_str();
    let symbol = q.unit.currency().and_then(|code| {
        let symbol = match code.as_str() {
            "USD" => "$",
            "EUR" => "€",
            "GBP" => "£",
            _ => return None,
        };
        // Only where the amount is one of money: `USD`, `USD/month`, not `req/USD` or `USD*h`.
        let rest = unit.strip_prefix(code.as_str())?;
        (rest.is_empty() || rest.starts_with('/')).then_some((symbol, rest))
    });
    let Some((symbol, rest)) = symbol else { return format!("{amount}{unit}") };
    match (amount.strip_prefix("≈ "), amount.strip_prefix('-')) {
        (Some(n), _) => format!("≈ {symbol}{n}{rest}"),
        (_, Some(n)) => format!("-{symbol}{n}{rest}"),
        _ => format!("{symbol}{amount}{rest}"),
    }
}

/// Writing to a `String` cannot fail, so results of `write!` are not looked at.
fn show(out: &mut String, value: &Value, depth: usize) {
    match value {
        Value::Unknown => out.push('?'),
        Value::None => out.push_str("none"),
        Value::Bool(b) => out.push_str(if *b { "true" } else { "false" }),
        Value::Number(n) => out.push_str(&n.for_message()),
        Value::Percent(p) => match in_percent(p) {
            Ok(n) => {
                let _ = write!(out, "{}%", n.for_message());
            }
            Err(_) => out.push_str(&p.for_message()),
        },
        Value::Quantity(q) => match q.amount() {
            Ok(n) => out.push_str(&with_unit(&n.for_message(), q)),
            Err(_) => {
                let _ = write!(out, "{} base units of {}", q.base.for_message(), q.unit.dim);
            }
        },
        Value::Str(s) => quote(out, s),
        Value::Date(y, m, d) => {
            let _ = write!(out, "{y:04}-{m:02}-{d:02}");
        }
        Value::Version(v) => {
            let _ = write!(out, "{v}");
        }
        Value::Range(r) => {
            show(out, &r.0, depth);
            out.push_str("..");
            show(out, &r.1, depth);
        }
        Value::List(xs) => {
            out.push('[');
            series(out, xs.iter(), depth, show);
            out.push(']');
        }
        Value::Map(m) => {
            out.push('{');
            series(out, m.entries.iter(), depth, |out, (k, v), depth| {
                match k {
                    Value::Str(s) if is_word(s) => out.push_str(s),
                    _ => show(out, k, depth),
                }
                out.push_str(" = ");
                show(out, v, depth);
            });
            out.push('}');
        }
        Value::Struct(s) => {
            out.push('{');
            let set = s.shape.fields.iter().zip(s.fields.iter()).filter(|(_, v)| !v.is_none());
            series(out, set, depth, |out, (name, v), depth| {
                let _ = write!(out, "{name} = ");
                show(out, v, depth);
            });
            out.push('}');
        }
        Value::Member(m) => show_member(out, m, depth),
        Value::Ref(r) => out.push_str(&r.name),
        Value::Secret(at) => {
            let _ = write!(out, "secret(");
            quote(out, at);
            out.push(')');
        }
        Value::Late(late) => match &*late.pieces {
            [LatePiece::Attribute { of, name }] => show_attribute(out, of, name),
            pieces => {
                out.push('"');
                for piece in pieces {
                    match piece {
                        LatePiece::Text(text) => {
                            let mut quoted = String::new();
                            quote(&mut quoted, text);
                            out.push_str(quoted.get(1..quoted.len().saturating_sub(1)).unwrap_or_default());
                        }
                        LatePiece::Attribute { of, name } => {
                            out.push_str("${");
                            show_attribute(out, of, name);
                            out.push('}');
                        }
                    }
                }
                out.push('"');
            }
        },
    }
}

fn show_attribute(out: &mut String, of: &RefValue, name: &str) {
    let _ = write!(out, "attr({}, ", of.name);
    quote(out, name);
    out.push(')');
}

fn show_member(out: &mut String, member: &TaggedValue, depth: usize) {
    out.push_str(&member.name);
    let Some(fields) = &member.fields else { return };
    let set = fields.shape.fields.iter().zip(fields.fields.iter()).filter(|(_, v)| !v.is_none());
    out.push('(');
    series(out, set, depth, |out, (name, v), depth| {
        let _ = write!(out, "{name} = ");
        show(out, v, depth);
    });
    out.push(')');
}

/// `a, b, … (9 more)`; `…` below the depth shown.
fn series<T>(
    out: &mut String,
    items: impl Iterator<Item = T>,
    depth: usize,
    mut one: impl FnMut(&mut String, T, usize),
) {
    let mut left_off = 0_usize;
    for (i, item) in items.enumerate() {
        let Some(deeper) = depth.checked_sub(1) else {
            out.push('…');
            return;
        };
        if i >= SHOWN {
            left_off += 1;
            continue;
        }
        if i > 0 {
            out.push_str(", ");
        }
        one(out, item, deeper);
    }
    if left_off > 0 {
        let _ = write!(out, ", … ({left_off} more)");
    }
}

/// A string literal; control characters as escapes, so that no terminal obeys them.
fn quote(out: &mut String, text: &str) {
    out.push('"');
    for (i, c) in text.chars().enumerate() {
        if i >= WIDTH {
            out.push('…');
            break;
        }
        match c {
            '"' | '\\' => {
                out.push('\\');
                out.push(c);
            }
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            c if c.is_control() => {
                let _ = write!(out, "\\u{{{:x}}}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out.push('"');
}

/// Whether a key needs no quotes.
fn is_word(text: &str) -> bool {
    text.starts_with(|c: char| c.is_alphabetic() || c == '_')
        && text.chars().all(|c| c.is_alphanumeric() || c == '_' || c == '-')
        && !text.ends_with('-')
}
