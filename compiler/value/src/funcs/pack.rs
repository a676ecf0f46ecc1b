//! `steps pack bins`: how counts grow, and how many things find room.
//!
//! Things of one sort are placed together and bins that are filled alike are counted, not listed: the time taken depends on the
//! number of sorts, not on how many there are of each.
use super::{Result, known, list, wrong};
use crate::{Number, OpError, Value, limits};
use std::cmp::Reverse;

/// What a count becomes step by step, without its start: each step adds a part of it, rounded up, or at least so many; the last is `to`.
pub fn steps(args: &[Value]) -> Result {
    let (from, to, part, least) = match args {
        [from, to, part] => (from, to, part, &Value::Number(Number::ZERO)),
        [from, to, part, least] => (from, to, part, least),
        _ => return Err(OpError::Types(format!("`steps` takes 3 or 4 arguments, here are {}", args.len()))),
    };
    if [from, to, part, least].iter().any(|v| v.is_unknown()) {
        return Ok(Value::Unknown);
    }
    let (from, to, least) = (whole("steps", from)?, whole("steps", to)?, whole("steps", least)?);
    let part = match part {
        Value::Percent(p) | Value::Number(p) => p,
        other => return Err(wrong("steps", "a part", other)),
    };
    let (mut at, mut out) = (from, Vec::new());
    while at < to {
        limits::collection(out.len() + 1)?;
        let grown = Number::from_i128(at).and_then(|n| n.mul(part)).and_then(|n| n.ceil().to_i128());
        let more = grown.ok_or(OpError::Overflow)?.max(least);
        if more <= 0 {
            return Err(OpError::Invalid(format!("from {at}, such steps never reach {to}")));
        }
        at = at.checked_add(more).ok_or(OpError::Overflow)?.min(to);
        out.push(integer(at)?);
    }
    Ok(Value::list(out))
}

/// How many of each sort find room in so many equal bins, the largest first, each in the first bin with room.
pub fn pack(args: &[Value]) -> Result {
    let Some([sizes, counts, bins]) = known("pack", args)? else { return Ok(Value::Unknown) };
    let Some(sorts) = sorts("pack", sizes, counts)? else { return Ok(Value::Unknown) };
    let bins = whole("pack", bins)?.max(0);
    let placed = Bins::default().fill(&sorts, Some(bins))?;
    let placed: Vec<Value> = placed.into_iter().map(integer).collect::<std::result::Result<_, _>>()?;
    Ok(Value::list(placed))
}

/// How many equal bins the same way of packing takes for all.
pub fn bins(args: &[Value]) -> Result {
    let Some([sizes, counts]) = known("bins", args)? else { return Ok(Value::Unknown) };
    let Some(sorts) = sorts("bins", sizes, counts)? else { return Ok(Value::Unknown) };
    if let Some(large) = sorts.iter().find(|s| s.count > 0 && s.largest() > Number::ONE) {
        let size = large.largest().for_message();
        return Err(OpError::Invalid(format!("what takes {size} of a bin fits in none")));
    }
    let mut bins = Bins::default();
    bins.fill(&sorts, None)?;
    integer(bins.used)
}

/// Things of one size, in parts of a bin.
struct Sort {
    size: Vec<Number>,
    count: i128,
}

impl Sort {
    fn largest(&self) -> Number {
        self.size.iter().max().cloned().unwrap_or(Number::ZERO)
    }

    /// How many fit into what is free; `None` for things that take no room.
    fn fitting(&self, free: &[Number]) -> std::result::Result<Option<i128>, OpError> {
        let mut least: Option<i128> = None;
        for (size, free) in self.size.iter().zip(free) {
            if size.is_zero() {
                continue;
            }
            let n = free.div(size).and_then(|n| n.floor().to_i128()).ok_or(OpError::Overflow)?;
            least = Some(least.map_or(n, |l| l.min(n)));
        }
        Ok(least)
    }

    fn taken(&self, free: &[Number], times: i128) -> std::result::Result<Vec<Number>, OpError> {
        let times = Number::from_i128(times).ok_or(OpError::Overflow)?;
        let rest = self.size.iter().zip(free).map(|(size, free)| free.sub(&size.mul(&times)?));
        rest.collect::<Option<_>>().ok_or(OpError::Overflow)
    }
}

/// Bins that are filled alike.
struct Run {
    free: Vec<Number>,
    bins: i128,
}

/// Bins in the order in which they were opened.
#[derive(Default)]
struct Bins {
    runs: Vec<Run>,
    used: i128,
}

impl Bins {
    /// Places all sorts, the largest first; gives how many of each found room.
    fn fill(&mut self, sorts: &[Sort], limit: Option<i128>) -> std::result::Result<Vec<i128>, OpError> {
        let mut order: Vec<usize> = (0..sorts.len()).collect();
        order.sort_by_key(|i| Reverse(sorts.get(*i).map(|s| (s.largest(), s.size.clone()))));
        let mut placed = vec![0; sorts.len()];
        for i in order {
            let (Some(sort), Some(placed)) = (sorts.get(i), placed.get_mut(i)) else { continue };
            if sort.largest() > Number::ONE {
                continue;
            }
            let left = self.reuse(sort, sort.count)?;
            let left = self.open(sort, left, limit)?;
            *placed = sort.count - left;
        }
        Ok(placed)
    }

    /// Into bins that are open; gives how many are left.
    fn reuse(&mut self, sort: &Sort, mut left: i128) -> std::result::Result<i128, OpError> {
        let mut runs = Vec::with_capacity(self.runs.len() + 2);
        for run in std::mem::take(&mut self.runs) {
            let fit = if left > 0 { sort.fitting(&run.free)?.unwrap_or(left) } else { 0 };
            if fit == 0 {
                runs.push(run);
                continue;
            }
            let full = (left / fit).min(run.bins);
            let rest = if full < run.bins { left - full * fit } else { 0 };
            let mut push = |free: Vec<Number>, bins: i128| {
                if bins > 0 {
                    runs.push(Run { free, bins });
                }
            };
            push(sort.taken(&run.free, fit)?, full);
            if rest > 0 {
                push(sort.taken(&run.free, rest)?, 1);
            }
            push(run.free, run.bins - full - i128::from(rest > 0));
            left -= full * fit + rest;
        }
        self.runs = runs;
        Ok(left)
    }

    /// Into new bins, as many as there may be; gives how many are left.
    fn open(&mut self, sort: &Sort, left: i128, limit: Option<i128>) -> std::result::Result<i128, OpError> {
        let room = limit.map_or(i128::MAX, |l| l - self.used);
        if left == 0 || room <= 0 {
            return Ok(left);
        }
        let empty = vec![Number::ONE; sort.size.len()];
        let fit = sort.fitting(&empty)?.unwrap_or(left);
        let full = (left / fit).min(room);
        let rest = if full < room { left - full * fit } else { 0 };
        if full > 0 {
            self.runs.push(Run { free: sort.taken(&empty, fit)?, bins: full });
        }
        if rest > 0 {
            self.runs.push(Run { free: sort.taken(&empty, rest)?, bins: 1 });
        }
        self.used += full + i128::from(rest > 0);
        Ok(left - full * fit - rest)
    }
}

/// The sorts of things; `None` if something is unknown.
fn sorts(name: &str, sizes: &Value, counts: &Value) -> Result<Option<Vec<Sort>>> {
    let (sizes, counts) = (list(name, sizes)?, list(name, counts)?);
    if sizes.len() != counts.len() {
        let (s, c) = (sizes.len(), counts.len());
        return Err(OpError::Invalid(format!(
            "`{name}` needs as many counts as sizes; here are {s} sizes and {c} counts"
        )));
    }
    let mut out: Vec<Sort> = Vec::with_capacity(sizes.len());
    for (size, count) in sizes.iter().zip(counts) {
        if size.is_unknown() || count.is_unknown() {
            return Ok(None);
        }
        let mut parts = Vec::new();
        for part in list(name, size)? {
            match part {
                Value::Unknown => return Ok(None),
                Value::Number(n) if !n.is_negative() => parts.push(n.clone()),
                Value::Number(_) => {
                    return Err(OpError::Invalid(format!("`{name}` takes sizes of 0 and more")));
                }
                other => return Err(wrong(name, "parts of a bin, plain numbers", other)),
            }
        }
        if out.first().is_some_and(|s| s.size.len() != parts.len()) {
            return Err(OpError::Invalid(format!("the sizes of `{name}` have the same number of parts")));
        }
        out.push(Sort { size: parts, count: whole(name, count)?.max(0) });
    }
    Ok(Some(out))
}

fn whole(name: &str, value: &Value) -> Result<i128> {
    let n = value.as_number().ok_or_else(|| wrong(name, "a whole number", value))?;
    n.to_i128().ok_or_else(|| wrong(name, "a whole number", value))
}

fn integer(n: i128) -> Result {
    Number::from_i128(n).map(Value::Number).ok_or(OpError::Overflow)
}
