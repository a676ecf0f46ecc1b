//! Schedules in five fields, as Kubernetes reads them.
//!
//! The rules are those of `ParseStandard` in github.com/robfig/cron v3, which CronJob and KEDA use, without time zones in
//! the text and without `@every`. The known crates read six or seven fields or number week days differently.
use super::{Check, excerpt};
use crate::dates::days_in;

/// A schedule: minute, hour, day of month, month, day of week (`0` or `SUN` is Sunday, `7` is refused), or one of
/// `@yearly @annually @monthly @weekly @daily @midnight @hourly`.
///
/// A field is `*`, `?`, a value, `a-b`, each perhaps with `/step`, or several of them with commas. A schedule whose days no
/// month has is refused.
///
/// # Errors
/// What is wrong, in words.
pub fn check_cron(text: &str) -> Check {
    let no = |why: String| Err(format!("`{}` is not a schedule: {why}", excerpt(text)));
    if text.starts_with('@') {
        return if written_out(text).is_some() {
            Ok(())
        } else {
            let known: Vec<&str> = SHORT.iter().map(|(short, _)| *short).collect();
            no(format!("the short forms are {}", known.join(", ")))
        };
    }
    let fields: Vec<&str> = text.split(' ').filter(|f| !f.is_empty()).collect();
    let [minute, hour, day, month, weekday] = fields.as_slice() else {
        return no(format!(
            "it needs five fields (minute, hour, day of month, month, day of week), here are {}",
            fields.len()
        ));
    };
    let read = |field: &str, of: &Field| set(field, of);
    let result = read(minute, &MINUTE)
        .and_then(|_| read(hour, &HOUR))
        .and_then(|_| Ok((read(day, &DAY)?, read(month, &MONTH)?, read(weekday, &WEEKDAY)?)));
    match result {
        Err(why) => no(why),
        // With a day of week, either of both days suffices.
        Ok((days, months, _)) if is_any(weekday) && !occurs(days, months) => {
            no(format!("no month in `{month}` has a day in `{day}`"))
        }
        Ok(_) => Ok(()),
    }
}

/// The short forms, and what they stand for.
const SHORT: [(&str, &str); 7] = [
    ("@yearly", "0 0 1 1 *"),
    ("@annually", "0 0 1 1 *"),
    ("@monthly", "0 0 1 * *"),
    ("@weekly", "0 0 * * 0"),
    ("@daily", "0 0 * * *"),
    ("@midnight", "0 0 * * *"),
    ("@hourly", "0 * * * *"),
];

fn written_out(short: &str) -> Option<&'static str> {
    SHORT.iter().find(|(s, _)| *s == short).map(|(_, long)| *long)
}

/// The longest time from one run of a schedule to the next, in minutes, in a calendar that repeats after 400 years.
///
/// # Errors
/// As [`check_cron`].
pub(crate) fn cron_gap_minutes(text: &str) -> Result<i64, String> {
    check_cron(text)?;
    let text = written_out(text).unwrap_or(text);
    let fields: Vec<&str> = text.split(' ').filter(|f| !f.is_empty()).collect();
    let [minute, hour, day, month, weekday] = fields.as_slice() else { return Err(String::new()) };
    let (minutes, hours) = (set(minute, &MINUTE)?, set(hour, &HOUR)?);
    let (days, months, weekdays) = (set(day, &DAY)?, set(month, &MONTH)?, set(weekday, &WEEKDAY)?);
    // With both days given, either suffices.
    let both = is_any(day) || is_any(weekday);
    let runs: Vec<i64> = (0..24_i64)
        .filter(|h| hours & (1 << h) != 0)
        .flat_map(|h| (0..60_i64).filter(move |m| minutes & (1 << m) != 0).map(move |m| 60 * h + m))
        .collect();
    let (Some(first), Some(last)) = (runs.first(), runs.last()) else { return Err(String::new()) };
    let within = runs.iter().zip(runs.iter().skip(1)).map(|(a, b)| b - a).max().unwrap_or(0);
    let mut apart = 0;
    let (mut at, mut before, mut earliest) = (0_i64, None, 0);
    for year in 2000..2400_i16 {
        for m in 1..=12_u8 {
            for d in 1..=days_in(year, m) {
                // The first of January 2000 was a Saturday.
                let (by_day, by_weekday) = (days & (1 << d) != 0, weekdays & (1 << ((at + 6) % 7)) != 0);
                let runs = if both { by_day && by_weekday } else { by_day || by_weekday };
                if runs && months & (1 << m) != 0 {
                    match before {
                        Some(b) => apart = apart.max(at - b),
                        None => earliest = at,
                    }
                    before = Some(at);
                }
                at += 1;
            }
        }
    }
    // After 400 years, which are whole weeks, it begins again.
    let around = before.map_or(0, |b| at - b + earliest);
    Ok(within.max(apart.max(around) * 24 * 60 - last + first))
}

struct Field {
    name: &'static str,
    first: u32,
    last: u32,
    names: &'static [&'static str],
}

const MINUTE: Field = Field { name: "minute", first: 0, last: 59, names: &[] };
const HOUR: Field = Field { name: "hour", first: 0, last: 23, names: &[] };
const DAY: Field = Field { name: "day of month", first: 1, last: 31, names: &[] };
const MONTH: Field = Field {
    name: "month",
    first: 1,
    last: 12,
    names: &["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"],
};
const WEEKDAY: Field = Field {
    name: "day of week",
    first: 0,
    last: 6,
    names: &["sun", "mon", "tue", "wed", "thu", "fri", "sat"],
};

/// Whether the field restricts nothing.
fn is_any(field: &str) -> bool {
    field.split(',').any(|item| item == "*" || item == "?")
}

/// Whether a month of the set has a day of the set; February with its 29th.
fn occurs(days: u64, months: u64) -> bool {
    const LENGTHS: [u32; 12] = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
    LENGTHS.iter().zip(1_u32..).any(|(len, m)| {
        let has = (1..=*len).any(|d| days & (1 << d) != 0);
        months & (1 << m) != 0 && has
    })
}

/// The values a field allows, as bits.
fn set(field: &str, of: &Field) -> Result<u64, String> {
    let mut bits = 0;
    for item in field.split(',') {
        let (range, step) = match item.split_once('/') {
            Some((range, step)) => match step.parse::<u32>() {
                Ok(n) if n > 0 && step.bytes().all(|b| b.is_ascii_digit()) => (range, Some(n)),
                _ => return Err(format!("the step `{}` of the {} must be above 0", excerpt(step), of.name)),
            },
            None => (item, None),
        };
        let (from, to) = match range.split_once('-') {
            _ if range == "*" || range == "?" => (of.first, of.last),
            Some((a, b)) => (value(a, of)?, value(b, of)?),
            // `5/15` counts from 5 to the end.
            None if step.is_some() => (value(range, of)?, of.last),
            None => (value(range, of)?, value(range, of)?),
        };
        if from > to {
            return Err(format!("`{}` of the {} runs backwards", excerpt(range), of.name));
        }
        let step = usize::try_from(step.unwrap_or(1)).unwrap_or(usize::MAX);
        bits |= (from..=to).step_by(step).fold(0, |bits, n| bits | (1_u64 << n));
    }
    Ok(bits)
}

fn value(text: &str, of: &Field) -> Result<u32, String> {
    let named =
        of.names.iter().zip(of.first..).find(|(name, _)| text.eq_ignore_ascii_case(name)).map(|(_, n)| n);
    let number = || {
        let digits = (1..=2).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
        text.parse::<u32>().ok().filter(|n| digits && (of.first..=of.last).contains(n))
    };
    named.or_else(number).ok_or_else(|| {
        let names = match (of.names.first(), of.names.last()) {
            (Some(first), Some(last)) => format!(" or {}-{}", first.to_uppercase(), last.to_uppercase()),
            _ => String::new(),
        };
        format!("the {} is {} to {}{names}, not `{}`", of.name, of.first, of.last, excerpt(text))
    })
}
