//! `count length all any unique first last flatten contains`.
use super::{Result, known, list, wrong};
use crate::ops::{self, Key};
use crate::{Number, OpError, Value, limits};
use rustc_hash::FxHashSet;

/// How many elements a list or entries a map has.
pub fn count(args: &[Value]) -> Result {
    let Some([xs]) = known("count", args)? else { return Ok(Value::Unknown) };
    match xs {
        Value::List(xs) => Ok(Value::Number(Number::from(xs.len()))),
        Value::Map(m) => Ok(Value::Number(Number::from(m.entries.len()))),
        _ => Err(wrong("count", "a list or map", xs)),
    }
}

/// How many elements, entries, or code points of a string.
pub fn length(args: &[Value]) -> Result {
    let Some([x]) = known("length", args)? else { return Ok(Value::Unknown) };
    match x {
        Value::Str(s) => Ok(Value::Number(Number::from(s.chars().count()))),
        Value::List(_) | Value::Map(_) => count(args),
        Value::Secret(_) => Err(OpError::Types("a secret cannot be measured".into())),
        _ => Err(wrong("length", "a list, map or string", x)),
    }
}

/// Whether no element is false; true of an empty list.
pub fn all(args: &[Value]) -> Result {
    quantified("all", args, false)
}

/// Whether an element is true; false of an empty list.
pub fn any(args: &[Value]) -> Result {
    quantified("any", args, true)
}

fn quantified(name: &str, args: &[Value], decides: bool) -> Result {
    let Some([xs]) = known(name, args)? else { return Ok(Value::Unknown) };
    let mut unknown = false;
    for x in list(name, xs)? {
        match x {
            Value::Bool(b) if *b == decides => return Ok(Value::Bool(decides)),
            Value::Bool(_) => {}
            Value::Unknown => unknown = true,
            _ => return Err(wrong(name, "a list of bools", x)),
        }
    }
    Ok(if unknown { Value::Unknown } else { Value::Bool(!decides) })
}

/// The list without repetitions; the first of equals stays.
pub fn unique(args: &[Value]) -> Result {
    let Some([xs]) = known("unique", args)? else { return Ok(Value::Unknown) };
    let xs = list("unique", xs)?;
    if xs.iter().any(Value::is_unknown) {
        return Ok(Value::Unknown);
    }
    // Neighbours that cannot be compared are an error, as with `==`.
    for pair in xs.windows(2) {
        if let [a, b] = pair {
            ops::equal(a, b)?;
        }
    }
    let mut seen = FxHashSet::default();
    Ok(Value::list(xs.iter().filter(|x| seen.insert(Key(x))).cloned()))
}

/// The first element.
pub fn first(args: &[Value]) -> Result {
    end("first", args, <[Value]>::first)
}

/// The last element.
pub fn last(args: &[Value]) -> Result {
    end("last", args, <[Value]>::last)
}

fn end(name: &str, args: &[Value], which: for<'a> fn(&'a [Value]) -> Option<&'a Value>) -> Result {
    let Some([xs]) = known(name, args)? else { return Ok(Value::Unknown) };
    which(list(name, xs)?)
        .cloned()
        .ok_or_else(|| OpError::Invalid(format!("an empty list has no {name} element")))
}

/// A list of lists as one list.
pub fn flatten(args: &[Value]) -> Result {
    let Some([xs]) = known("flatten", args)? else { return Ok(Value::Unknown) };
    let mut out = Vec::new();
    for x in list("flatten", xs)? {
        match x {
            Value::List(inner) => {
                limits::collection(out.len().saturating_add(inner.len()))?;
                out.extend(inner.iter().cloned());
            }
            Value::Unknown => return Ok(Value::Unknown),
            _ => return Err(wrong("flatten", "a list of lists", x)),
        }
    }
    Ok(Value::list(out))
}

/// Whether a list has an element, a map a key, a range a value, or text a part.
pub fn contains(args: &[Value]) -> Result {
    let Some([of, x]) = known("contains", args)? else { return Ok(Value::Unknown) };
    ops::contains(of, x)
}
