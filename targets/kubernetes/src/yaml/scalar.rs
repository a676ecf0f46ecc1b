//! Text as YAML scalars that every parser reads as the same text.
use super::{Error, blanks};
use std::fmt::Write;

/// Words that some parser of YAML 1.1 or 1.2 takes for something else than text, in lower case.
const RESERVED: [&str; 12] =
    ["y", "n", "yes", "no", "on", "off", "true", "false", "null", "nan", "inf", "undefined"];
// `is_plain` looks at their first letters before it looks at them.

/// Longest key: parsers need not look further than 1,024 characters for a key's end.
const LONGEST_KEY: usize = 1000;

/// What may follow in a scalar without quotes: letters, digits and `_ . / -`.
const PLAIN: [bool; 256] = {
    let mut table = [false; 256];
    let mut b = 0;
    while b < 256 {
        #[allow(clippy::indexing_slicing)]
        {
            table[b] = (b as u8).is_ascii_alphanumeric() || matches!(b as u8, b'_' | b'.' | b'/' | b'-');
        }
        b += 1;
    }
    table
};

/// Whether the text may stand without quotes: a letter, then letters, digits and `_ . / -`, and no reserved word.
fn is_plain(text: &str) -> bool {
    let bytes = text.as_bytes();
    let Some(first) = bytes.first() else { return false };
    first.is_ascii_alphabetic()
        && bytes.iter().all(|b| PLAIN.get(usize::from(*b)).copied().unwrap_or(false))
        && !(bytes.len() <= 9
            && matches!(first | 0x20, b'y' | b'n' | b'o' | b't' | b'f' | b'i' | b'u')
            && RESERVED.iter().any(|w| w.eq_ignore_ascii_case(text)))
}

/// Writes the name of a struct's field, which is a Rust or JSON identifier.
pub(super) fn field(out: &mut String, name: &'static str) -> Result<(), Error> {
    if name.len() > 9 && name.starts_with(|c: char| c.is_ascii_alphabetic()) {
        debug_assert!(is_plain(name), "{name}");
        out.push_str(name);
        return Ok(());
    }
    key(out, name)
}

/// Writes a key: plain or in double quotes.
pub(super) fn key(out: &mut String, text: &str) -> Result<(), Error> {
    if text.len() > LONGEST_KEY {
        return Err(Error(format!("a key of {} bytes; at most {LONGEST_KEY} can be printed", text.len())));
    }
    if is_plain(text) {
        out.push_str(text);
    } else {
        quoted(out, text);
    }
    Ok(())
}

/// Writes a value with its newline: plain, over several lines where that is safe, else in double quotes.
/// `indent` is the column of further lines.
pub(super) fn value(out: &mut String, text: &str, indent: usize) {
    if is_plain(text) {
        out.push_str(text);
        out.push('\n');
    } else if is_block(text) {
        block(out, text, indent);
    } else {
        quoted(out, text);
        out.push('\n');
    }
}

/// Whether parsers cannot print the character raw in quotes, or take it for the end of a line.
fn is_special(c: char) -> bool {
    matches!(c, '\u{7f}'..='\u{9f}' | '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}')
}

fn quoted(out: &mut String, text: &str) {
    out.push('"');
    let mut rest = text;
    while let Some(at) = rest.find(|c: char| c < ' ' || c == '"' || c == '\\' || is_special(c)) {
        let (plain, tail) = rest.split_at(at);
        out.push_str(plain);
        let mut chars = tail.chars();
        match chars.next() {
            Some('"') => out.push_str("\\\""),
            Some('\\') => out.push_str("\\\\"),
            Some('\n') => out.push_str("\\n"),
            Some('\r') => out.push_str("\\r"),
            Some('\t') => out.push_str("\\t"),
            Some(c) => {
                // Writing to a String cannot fail.
                let _ = write!(out, "\\u{:04x}", u32::from(c));
            }
            None => {}
        }
        rest = chars.as_str();
    }
    out.push_str(rest);
    out.push('"');
}

/// Whether the text reads better as a literal block and is safe there: several lines, none of which begins the
/// block with a blank or ends in one, printable, and at most one newline at the end.
fn is_block(text: &str) -> bool {
    let body = text.strip_suffix('\n').unwrap_or(text);
    body.contains('\n')
        && !body.ends_with('\n')
        && !body.starts_with([' ', '\n', '\t'])
        && body.split('\n').all(|l| !l.ends_with([' ', '\t']) && !l.starts_with('\t'))
        && body.chars().all(|c| (c >= ' ' || c == '\n' || c == '\t') && !is_special(c))
}

fn block(out: &mut String, text: &str, indent: usize) {
    let body = match text.strip_suffix('\n') {
        Some(body) => {
            out.push_str("|\n");
            body
        }
        None => {
            out.push_str("|-\n");
            text
        }
    };
    for line in body.split('\n') {
        if !line.is_empty() {
            blanks(out, indent);
            out.push_str(line);
        }
        out.push('\n');
    }
}
