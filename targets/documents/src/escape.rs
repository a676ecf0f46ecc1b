//! Values become text of a format: whatever they hold, they stay values.

use crate::{Format, Mistake, codes, syntax};
use minijinja::machinery::ast::Stmt;

/// The value in the format.
pub(crate) fn escaped(text: &str, format: Format) -> String {
    let text: String = text
        .chars()
        .map(|c| if c.is_control() && !matches!(c, '\n' | '\t') { '\u{fffd}' } else { c })
        .collect();
    match format {
        Format::Plain => text,
        Format::Html => html(&text),
        Format::Markdown => markdown(&text),
    }
}

/// Text that a browser would run where an address is meant.
pub(crate) fn is_script(text: &str) -> bool {
    let start: String = text
        .chars()
        .filter(|c| !c.is_whitespace() && !c.is_control())
        .take(16)
        .flat_map(char::to_lowercase)
        .collect();
    ["javascript:", "vbscript:", "data:text/html"].iter().any(|s| start.starts_with(s))
}

fn html(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#x27;"),
            '`' => out.push_str("&#x60;"),
            c => out.push(c),
        }
    }
    out
}

/// Markdown's own characters lose their meaning; a value stays on its line.
fn markdown(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let chars: Vec<char> = text.chars().collect();
    let word = |i: Option<usize>| i.and_then(|i| chars.get(i)).is_some_and(|c| c.is_alphanumeric());
    for (i, &c) in chars.iter().enumerate() {
        match c {
            '\n' => out.push(' '),
            '\\' | '`' | '*' | '[' | ']' | '<' | '>' | '|' | '~' => out.extend(['\\', c]),
            // Inside of a word it means nothing.
            '_' if !(word(i.checked_sub(1)) && word(Some(i + 1))) => out.extend(['\\', c]),
            '&' if chars.get(i + 1).is_some_and(|n| n.is_ascii_alphabetic() || *n == '#') => {
                out.push_str("&amp;")
            }
            '#' | '=' if i == 0 => out.extend(['\\', c]),
            '-' | '+' if i == 0 && !chars.get(1).is_some_and(char::is_ascii_digit) => out.extend(['\\', c]),
            // `1.` begins a list.
            '.' | ')'
                if i > 0
                    && i < 10
                    && chars.iter().take(i).all(char::is_ascii_digit)
                    && !word(Some(i + 1)) =>
            {
                out.extend(['\\', c]);
            }
            c => out.push(c),
        }
    }
    out
}

/// The value inside of a code span or block: nothing has a meaning there but the end.
pub(crate) fn code(text: &str) -> String {
    text.chars()
        .map(|c| {
            if c == '`' {
                '\u{2cb}'
            } else if c.is_control() {
                ' '
            } else {
                c
            }
        })
        .collect()
}

/// Where a value could become part of a page's code: in a script or style, or in an attribute without quotes.
pub(crate) fn unsafe_places(template: &Stmt<'_>, text: &str) -> Vec<Mistake> {
    let mut pieces = Vec::new();
    syntax::raw(template, &mut pieces);
    let mut found = Vec::new();
    let lower = text.to_ascii_lowercase();
    for (at, _) in text.match_indices("{{") {
        let end = text.get(at..).and_then(|t| t.find("}}")).map_or(text.len(), |e| at + e + 2);
        let before = lower.get(..at).unwrap_or_default();
        let inside = |tag: &str| before.rfind(&format!("<{tag}")) > before.rfind(&format!("</{tag}"));
        let why = if inside("script") || inside("style") {
            Some("a value inside of a script or style could become code")
        } else if before.ends_with('=') && before.rfind('<') > before.rfind('>') {
            Some("an attribute needs quotes around its value")
        } else if before.ends_with('<') || before.ends_with("</") {
            Some("a value cannot be the name of an element")
        } else {
            None
        };
        if let Some(why) = why {
            found.push(Mistake {
                code: codes::FAILED,
                message: why.to_owned(),
                help: Some("write values as text, or between the quotes of an attribute".into()),
                fix: None,
                start: at as u32,
                end: end as u32,
            });
        }
    }
    found
}
