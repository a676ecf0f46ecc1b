//! The language's function library, as far as it needs nothing but values.
//!
//! Functions with a selector (`by = .rank`, `via = .depends_on`) take it as a closure, because reading a field needs the
//! evaluator: [`sort_by`], [`group_by`], and those of [`crate::graph`]. All others are found by [`plain`].
//!
//! An unknown argument gives an unknown result, and so does an unknown element wherever the result depends on it.
mod carry;
mod lists;
mod maps;
mod net;
mod numbers;
mod pack;
mod schedules;
mod select;
mod strings;
mod table;
mod versions;

pub use maps::map_of;
pub use numbers::{sum_from, zero_of};
pub use select::{group_by, sort, sort_by};
pub use strings::slug_of;
pub use table::{FUNCTIONS, Function, function};

use crate::{OpError, Value};

/// What functions return.
pub type Result<T = Value> = std::result::Result<T, OpError>;

/// A function of the library; arguments are in the order of [`Function::params`].
pub type Plain = fn(&[Value]) -> Result;

/// The function of that name, if it takes no selector. Look it up once, call it often.
pub fn plain(name: &str) -> Option<Plain> {
    Some(match name {
        "sum" => numbers::sum,
        "product" => numbers::product,
        "min" => numbers::min,
        "max" => numbers::max,
        "abs" => numbers::abs,
        "comparable" => numbers::comparable,
        "ceil" => numbers::ceil,
        "floor" => numbers::floor,
        "round" => numbers::round,
        "count" => lists::count,
        "length" => lists::length,
        "all" => lists::all,
        "any" => lists::any,
        "unique" => lists::unique,
        "sort" => select::sort,
        "first" => lists::first,
        "last" => lists::last,
        "flatten" => lists::flatten,
        "contains" => lists::contains,
        "zip" => maps::zip,
        "carry" => carry::carry,
        "keys" => maps::keys,
        "values" => maps::values,
        "steps" => pack::steps,
        "pack" => pack::pack,
        "bins" => pack::bins,
        "join" => strings::join,
        "split" => strings::split,
        "slug" => strings::slug,
        "starts_with" => strings::starts_with,
        "cron_gap" => schedules::cron_gap,
        "version" => versions::version,
        "version_matches" => versions::version_matches,
        "version_major" => versions::version_major,
        "version_minor" => versions::version_minor,
        "version_patch" => versions::version_patch,
        "cidr_contains" => net::cidr_contains,
        "cidr_overlaps" => net::cidr_overlaps,
        "cidr_host" => net::cidr_host,
        "cidr_subnet" => net::cidr_subnet,
        "cidr_size" => net::cidr_size,
        "cidr_prefix" => net::cidr_prefix,
        _ => return None,
    })
}

/// Calls a function without selector.
///
/// # Errors
/// [`OpError::Types`] if there is no such function; else what it returns.
pub fn call(name: &str, args: &[Value]) -> Result {
    match plain(name) {
        Some(f) => f(args),
        None => Err(OpError::Types(format!("there is no function `{name}` that takes no selector"))),
    }
}

/// Exactly `N` arguments, or a reason; `Ok(None)` if one is unknown.
fn known<'a, const N: usize>(name: &str, args: &'a [Value]) -> Result<Option<&'a [Value; N]>> {
    let Ok(args) = <&[Value; N]>::try_from(args) else {
        let s = if N == 1 { "" } else { "s" };
        return Err(OpError::Types(format!("`{name}` takes {N} argument{s}, here are {}", args.len())));
    };
    Ok(if args.iter().any(Value::is_unknown) { None } else { Some(args) })
}

/// The elements of a list argument.
fn list<'a>(name: &str, value: &'a Value) -> Result<&'a [Value]> {
    value.as_list().ok_or_else(|| wrong(name, "a list", value))
}

/// The text of a string argument.
fn text<'a>(name: &str, value: &'a Value) -> Result<&'a str> {
    value.as_str().ok_or_else(|| wrong(name, "a string", value))
}

/// "`sum` needs a list, not a number"
fn wrong(name: &str, what: &str, value: &Value) -> OpError {
    OpError::Types(format!("`{name}` needs {what}, not {}", value.with_article()))
}
