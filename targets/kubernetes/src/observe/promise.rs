//! What a `slo` promises, as ratios of bad events: read once, for rules, documents and dashboards.
use super::promql::{self, Match, Series};
use crate::emit::Emit;
use ivs_plan::read;
use ivs_value::{Number, StructValue, Value};
use std::sync::Arc;

/// How bad events are counted.
enum Count {
    /// Requests, and those of them that failed.
    Failed { all: Series, bad: Series },
    /// A histogram's count, and its bucket up to the bound.
    Slow { all: Series, good: Series },
}

/// One promise.
pub struct Promise {
    /// `availability`, `latency-p95`.
    pub name: String,
    /// What rules and panels know it by: `checkout/availability`.
    pub id: String,
    /// In words.
    pub says: String,
    /// Part of the events that are good: above 0, at most 1.
    pub target: Number,
    /// Over how long, in seconds.
    pub window: Number,
    count: Count,
}

impl Promise {
    /// The part that may be bad; 0 for `p100`.
    pub fn budget(&self) -> Number {
        Number::int(1).sub(&self.target).unwrap_or_else(|| Number::int(0))
    }
    /// The part of bad events within a window.
    pub fn ratio(&self, over: &str) -> String {
        match &self.count {
            Count::Failed { all, bad } => {
                format!("({} or vector(0)) / {}", bad.rate(&[], over), all.rate(&[], over))
            }
            Count::Slow { all, good } => {
                let all = all.rate(&[], over);
                format!("({all} - {}) / {all}", good.rate(&[], over))
            }
        }
    }
    /// How many events were bad within a window.
    pub fn bad_events(&self, over: &str) -> String {
        let increase = |s: &Series| format!("sum(increase({}[{over}]))", s.text());
        match &self.count {
            Count::Failed { bad, .. } => increase(bad),
            Count::Slow { all, good } => format!("{} - {}", increase(all), increase(good)),
        }
    }
    /// Counters for an interchange document: which word (`good` or `bad`), its query, the query of all.
    pub fn counters(&self) -> (&'static str, String, String) {
        let sum = |s: &Series| format!("sum({})", s.text());
        match &self.count {
            Count::Failed { all, bad } => ("bad", sum(bad), sum(all)),
            Count::Slow { all, good } => ("good", sum(good), sum(all)),
        }
    }
}

/// What is measured of a declaration's `slo`, in its order; nothing where it is only promised.
pub fn promises(emit: &mut Emit<'_>, object: &StructValue, name: &str) -> Vec<Promise> {
    let mut found = Vec::new();
    let Some(slo) = read::nested(object, "slo") else { return found };
    let Some(measured) = read::nested(slo, "measured") else { return found };
    let room = emit.room_of(object).name;
    let chosen = |series: Series| {
        if read::field(measured, "select").is_none() {
            series.with("namespace", &room).with("job", name)
        } else {
            series.select(measured, "select", Match::Is)
        }
    };
    let mut metric = |field: &str| -> Option<(Arc<StructValue>, Series)> {
        let reference = read::reference(measured, field)?;
        let object = emit.follow(reference)?;
        let series = chosen(Series::new(read::text(&object, "name").unwrap_or(&reference.name)));
        Some((object, series))
    };
    let window = read::base(read::field(slo, "window")).cloned().unwrap_or_else(|| Number::int(0));
    let (requests, errors, duration) = (metric("requests"), metric("errors"), metric("duration"));
    if let Value::Percent(target) = read::field(slo, "availability")
        && let Some((_, all)) = &requests
    {
        let bad = match &errors {
            Some((_, errors)) => errors.clone(),
            None => all.clone().select(measured, "failed", Match::Fits),
        };
        found.push(Promise {
            name: "availability".into(),
            id: format!("{name}/availability"),
            says: format!("{} of requests succeed", shown(target)),
            target: target.clone(),
            window: window.clone(),
            count: Count::Failed { all: all.clone(), bad },
        });
    }
    let Some((_, series)) = duration else { return found };
    for (percentile, target) in read::structs(slo, "latency") {
        let (below, at_most) = (read::field(target, "below"), read::field(target, "at_most"));
        let (bound, word) = if below.is_none() { (at_most, "at most") } else { (below, "less than") };
        let Some(seconds) = read::base(bound) else { continue };
        let Some(part) = percentile.strip_prefix('p').and_then(decimal) else { continue };
        let Some(part) = part.div(&Number::int(100)) else { continue };
        let Some(good) = promql::bucket(&series, seconds) else { continue };
        let name_of = format!("latency-{}", percentile.replace('.', "-"));
        found.push(Promise {
            id: format!("{name}/{name_of}"),
            name: name_of,
            says: format!("{} of requests take {word} {}", shown(&part), ivs_value::display(bound)),
            target: part,
            window: window.clone(),
            count: Count::Slow { all: series.part("_count"), good },
        });
    }
    found
}

/// A number of digits with at most one point.
fn decimal(text: &str) -> Option<Number> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let digits: i128 = format!("{whole}{fraction}").parse().ok()?;
    let scale = 10i128.checked_pow(u32::try_from(fraction.len()).ok()?)?;
    Number::fraction(digits, scale)
}

/// A part as people write it: `99.9%`.
fn shown(part: &Number) -> String {
    ivs_value::display(&Value::Percent(part.clone())).to_string()
}
