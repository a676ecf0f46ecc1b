//! Queries of Prometheus, built from parts so that no text of a user can change what they mean.
use ivs_plan::read;
use ivs_value::{Number, StructValue, Value};
use std::fmt::Write;

/// How a label is compared.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Match {
    /// Equal.
    Is,
    /// The whole value fits a regular expression.
    Fits,
}

/// Series by name and labels.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Series {
    name: String,
    labels: Vec<(String, Match, String)>,
}

impl Series {
    /// All series of a name.
    pub fn new(name: &str) -> Series {
        Series { name: name.to_owned(), labels: Vec::new() }
    }
    /// Those of which a label is a value.
    pub fn with(mut self, label: &str, value: &str) -> Series {
        self.labels.push((label.to_owned(), Match::Is, value.to_owned()));
        self
    }
    /// Those of which a label fits an expression.
    pub fn fitting(mut self, label: &str, expression: &str) -> Series {
        self.labels.push((label.to_owned(), Match::Fits, expression.to_owned()));
        self
    }
    /// Those with all labels of a map field.
    pub fn select(mut self, object: &StructValue, field: &str, how: Match) -> Series {
        for (key, value) in read::entries(object, field) {
            let value = read::as_text(value).unwrap_or_default().to_owned();
            self.labels.push((read::key(key).to_owned(), how, value));
        }
        self
    }
    /// The same labels under another name: `x_seconds` and `_bucket`.
    pub fn part(&self, suffix: &str) -> Series {
        Series { name: format!("{}{suffix}", self.name), labels: self.labels.clone() }
    }
    /// As it is written: `http_requests_total{job="shop",code=~"5.."}`.
    pub fn text(&self) -> String {
        let mut out = self.name.clone();
        if self.labels.is_empty() {
            return out;
        }
        out.push('{');
        for (i, (label, how, value)) in self.labels.iter().enumerate() {
            if i > 0 {
                out.push(',');
            }
            out.push_str(label);
            out.push_str(if *how == Match::Is { "=" } else { "=~" });
            quote(&mut out, value);
        }
        out.push('}');
        out
    }
    /// Its rate over a window, summed up by labels: `sum by (a) (rate(x[5m]))`.
    pub fn rate(&self, by: &[&str], over: &str) -> String {
        format!("sum{}(rate({}[{over}]))", grouped(by), self.text())
    }
}

/// ` by (a, b) `; nothing without labels.
pub fn grouped(by: &[&str]) -> String {
    if by.is_empty() { String::new() } else { format!(" by ({}) ", by.join(", ")) }
}

/// A string literal, with the escapes of Go.
fn quote(out: &mut String, text: &str) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' | '\\' => {
                out.push('\\');
                out.push(c);
            }
            '\n' => out.push_str("\\n"),
            c if c.is_control() => {
                let _ = write!(out, "\\u{:04x}", c as u32);
            }
            c => out.push(c),
        }
    }
    out.push('"');
}

/// A number: decimal where it has a finite decimal form, else a division in brackets.
pub fn number(n: &Number) -> String {
    match crate::amounts::plain(n) {
        Some(text) => text,
        None => format!("({} / {})", n.numer(), n.denom()),
    }
}

/// A bucket's upper bound as a matcher. Prometheus 3 writes `1.0` where version 2 wrote `1`: both are meant.
pub fn bucket(series: &Series, bound: &Number) -> Option<Series> {
    let text = crate::amounts::plain(bound)?;
    let series = series.part("_bucket");
    Some(if bound.is_integer() {
        series.fitting("le", &format!("{text}([.]0)?"))
    } else {
        series.with("le", &text)
    })
}

/// A duration as Prometheus writes it, from milliseconds up: `1d`, `1h30m`, `30d`. `None` if it is finer or below 0.
pub fn duration(seconds: &Number) -> Option<String> {
    let ms = seconds.mul(&Number::int(1000))?.to_i64().filter(|n| *n >= 0)?;
    if ms == 0 {
        return Some("0s".to_owned());
    }
    let (mut out, mut rest) = (String::new(), ms);
    for (unit, size) in [("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1000), ("ms", 1)] {
        let n = rest / size;
        rest %= size;
        if n > 0 {
            let _ = write!(out, "{n}{unit}");
        }
    }
    Some(out)
}

/// What a metric says now, by labels. Of a gauge its largest or smallest value, of a counter its rate, of a histogram a
/// quantile.
pub fn reading(
    metric: &StructValue,
    series: &Series,
    quantile: &Value,
    by: &[&str],
    over: &str,
    largest: bool,
) -> String {
    match read::member(metric, "type").map(|m| m.name.as_str()) {
        Some("counter") => series.rate(by, over),
        Some("histogram") => {
            let mut with_le = vec!["le"];
            with_le.extend(by);
            let q = match quantile {
                Value::Percent(q) => number(q),
                _ => "0.99".to_owned(),
            };
            format!("histogram_quantile({q}, {})", series.part("_bucket").rate(&with_le, over))
        }
        _ => format!("{}{}({})", if largest { "max" } else { "min" }, grouped(by), series.text()),
    }
}

/// Text for an annotation, which Prometheus reads as a Go template: braces stay braces.
pub fn plain_text(text: &str) -> String {
    text.replace("{{", "{{ \"{{\" }}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn durations_and_numbers() {
        let n = |a, b| Number::fraction(a, b).unwrap();
        assert_eq!(duration(&n(5400, 1)).unwrap(), "1h30m");
        assert_eq!(duration(&n(2_592_000, 1)).unwrap(), "30d");
        assert_eq!(duration(&n(1, 2)).unwrap(), "500ms");
        assert_eq!(duration(&n(1, 3000)), None);
        assert_eq!(number(&n(1, 1000)), "0.001");
        assert_eq!(number(&n(14, 15)), "(14 / 15)");
    }

    #[test]
    fn buckets_are_found_as_both_versions_write_them() {
        let series = Series::new("x_seconds").with("job", "a");
        assert_eq!(
            bucket(&series, &Number::int(2)).unwrap().text(),
            r#"x_seconds_bucket{job="a",le=~"2([.]0)?"}"#
        );
        let tenth = Number::fraction(1, 10).unwrap();
        assert_eq!(bucket(&series, &tenth).unwrap().text(), r#"x_seconds_bucket{job="a",le="0.1"}"#);
    }

    proptest! {
        /// Whatever a label's value is, between its quotes stands that value, escaped as Go escapes.
        #[test]
        fn values_stay_values(value in "\\PC*|[\\x00-\\x1f\"\\\\{}$%`']*") {
            let text = Series::new("m").with("l", &value).rate(&["a"], "5m");
            let inside = text.strip_prefix("sum by (a) (rate(m{l=\"").and_then(|t| t.strip_suffix("\"}[5m]))"));
            prop_assert_eq!(unquoted(inside.unwrap()), Some(value));
        }
    }

    /// What Go reads between double quotes; `None` if a quote or a line's end stands there.
    fn unquoted(text: &str) -> Option<String> {
        let mut chars = text.chars();
        let mut out = String::new();
        while let Some(c) = chars.next() {
            match c {
                '"' | '\n' => return None,
                '\\' => match chars.next()? {
                    'n' => out.push('\n'),
                    'u' => {
                        let digits: String = chars.by_ref().take(4).collect();
                        out.push(char::from_u32(u32::from_str_radix(&digits, 16).ok()?)?);
                    }
                    c @ ('"' | '\\') => out.push(c),
                    _ => return None,
                },
                c => out.push(c),
            }
        }
        Some(out)
    }
}
