//! `version version_matches version_major version_minor version_patch`.
use super::{Result, known, text, wrong};
use crate::{OpError, Value, checks};
use std::sync::Arc;

/// A version from text: `"1.2.0"`.
pub fn version(args: &[Value]) -> Result {
    let Some([s]) = known("version", args)? else { return Ok(Value::Unknown) };
    checks::parse_version(text("version", s)?).map(|v| Value::Version(Arc::new(v))).map_err(OpError::Invalid)
}

/// Whether a version lies in a range such as `^1.0`.
pub fn version_matches(args: &[Value]) -> Result {
    let Some([v, range]) = known("version_matches", args)? else { return Ok(Value::Unknown) };
    let Value::Version(version) = v else { return Err(wrong("version_matches", "a version", v)) };
    let range = text("version_matches", range)?;
    checks::parse_version_range(range).map(|r| Value::Bool(r.matches(version))).map_err(OpError::Invalid)
}

/// 1 of `1.2.0`.
pub fn version_major(args: &[Value]) -> Result {
    part("version_major", "major", args)
}

/// 2 of `1.2.0`.
pub fn version_minor(args: &[Value]) -> Result {
    part("version_minor", "minor", args)
}

/// 0 of `1.2.0`.
pub fn version_patch(args: &[Value]) -> Result {
    part("version_patch", "patch", args)
}

fn part(name: &str, field: &str, args: &[Value]) -> Result {
    let Some([v]) = known(name, args)? else { return Ok(Value::Unknown) };
    let Value::Version(_) = v else { return Err(wrong(name, "a version", v)) };
    v.part(field).ok_or(OpError::Overflow)
}
