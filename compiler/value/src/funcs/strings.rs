//! `join split slug starts_with`.
use super::{Result, known, list, text};
use crate::{OpError, Value, interpolate, limits};

/// The elements' texts, as `${…}` makes them, with a separator between.
pub fn join(args: &[Value]) -> Result {
    let Some([xs, separator]) = known("join", args)? else { return Ok(Value::Unknown) };
    let (xs, separator) = (list("join", xs)?, text("join", separator)?);
    let mut out = String::new();
    for (i, x) in xs.iter().enumerate() {
        if x.is_unknown() {
            return Ok(Value::Unknown);
        }
        if i > 0 {
            out.push_str(separator);
        }
        out.push_str(&interpolate(x)?);
        limits::string(out.len())?;
    }
    Ok(Value::str(out))
}

/// The parts of a text between separators; as many as there are separators, and one.
pub fn split(args: &[Value]) -> Result {
    let Some([s, separator]) = known("split", args)? else { return Ok(Value::Unknown) };
    let (s, separator) = (text("split", s)?, text("split", separator)?);
    if separator.is_empty() {
        return Err(OpError::Invalid("the separator of `split` is empty".into()));
    }
    limits::collection(s.matches(separator).count().saturating_add(1))?;
    Ok(Value::list(s.split(separator).map(Value::str)))
}

/// Whether a text begins with another.
pub fn starts_with(args: &[Value]) -> Result {
    let Some([s, prefix]) = known("starts_with", args)? else { return Ok(Value::Unknown) };
    Ok(Value::Bool(text("starts_with", s)?.starts_with(text("starts_with", prefix)?)))
}

/// A text as a name in outputs, see [`slug_of`].
pub fn slug(args: &[Value]) -> Result {
    let Some([s]) = known("slug", args)? else { return Ok(Value::Unknown) };
    let slug = slug_of(text("slug", s)?);
    if slug.is_empty() {
        return Err(OpError::Invalid(format!(
            "{} has no letter a-z and no digit, so it has no slug",
            crate::display(s)
        )));
    }
    Ok(Value::str(slug))
}

/// Lower case; every run of other characters than `a-z` and `0-9` is one `-`, none at the ends. Not shortened: lengths
/// are the targets'. Empty if no character is left.
pub fn slug_of(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if c.is_ascii_alphanumeric() {
            out.push(c.to_ascii_lowercase());
        } else if !out.is_empty() && !out.ends_with('-') {
            out.push('-');
        }
    }
    if out.ends_with('-') {
        out.pop();
    }
    out
}
