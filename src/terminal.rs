//! The two output streams, colours, and what a terminal must not be told.

use crate::args::{Color, Format, Global};
use std::borrow::Cow;
use std::io::{self, IsTerminal, Write};

/// Where everything is printed.
pub struct Terminal {
    /// Whether stderr gets colours.
    pub color: bool,
    pub format: Format,
    pub quiet: bool,
    pub verbose: bool,
}

/// Styles of text, as ANSI numbers.
#[derive(Clone, Copy)]
pub enum Style {
    Error,
    Warning,
    Note,
    Help,
}

impl Terminal {
    /// As the options, `NO_COLOR` and the kind of stderr say.
    pub fn new(global: &Global) -> Terminal {
        let auto = || {
            let set = |name| std::env::var_os(name).is_some_and(|v| !v.is_empty());
            !set("NO_COLOR")
                && std::env::var_os("TERM").is_none_or(|t| t != "dumb")
                && io::stderr().is_terminal()
        };
        let color = match global.color {
            Color::Auto => auto(),
            Color::Always => true,
            Color::Never => false,
        };
        Terminal { color, format: global.format, quiet: global.quiet, verbose: global.verbose }
    }

    /// For the very end, when nothing is known any more.
    pub fn plain() -> Terminal {
        Terminal { color: false, format: Format::Human, quiet: false, verbose: false }
    }

    /// Results: stdout. A reader that went away (`ivs … | head`) is no mistake.
    pub fn out(&mut self, text: &str) {
        let mut out = io::stdout().lock();
        let _ = out.write_all(text.as_bytes()).and_then(|()| out.flush());
    }

    /// Everything meant for a person: stderr.
    pub fn tell(&mut self, text: &str) {
        let _ = io::stderr().lock().write_all(text.as_bytes());
    }

    /// What was done, unless `-q`.
    pub fn status(&mut self, text: &str) {
        if !self.quiet && !matches!(self.format, Format::Json | Format::Junit) {
            self.tell(&format!("{}\n", clean(text)));
        }
    }

    /// A failure that no diagnostic stands for.
    pub fn error(&mut self, text: &str) {
        let head = self.paint(Style::Error, "error");
        self.tell(&format!("{head}: {}\n", clean(text)));
    }

    /// `text` in a style, if there are colours.
    pub fn paint(&self, style: Style, text: &str) -> String {
        paint(self.color, style, text)
    }
}

/// `text` in a style, if `color`.
pub fn paint(color: bool, style: Style, text: &str) -> String {
    if !color {
        return text.to_owned();
    }
    let number = match style {
        Style::Error => "1;31",
        Style::Warning => "1;33",
        Style::Note => "1;34",
        Style::Help => "36",
    };
    format!("\u{1b}[{number}m{text}\u{1b}[0m")
}

/// Whether a character could steer a terminal, or make text read otherwise than it is.
pub fn harmful(c: char) -> bool {
    match c {
        '\n' | '\t' => false,
        '\u{200e}'
        | '\u{200f}'
        | '\u{202a}'..='\u{202e}'
        | '\u{2066}'..='\u{2069}'
        | '\u{2028}'
        | '\u{2029}' => true,
        _ => c.is_control(),
    }
}

/// `text` with every harmful character made visible.
pub fn clean(text: &str) -> Cow<'_, str> {
    if !text.chars().any(harmful) {
        return Cow::Borrowed(text);
    }
    let visible = |c: char| match c {
        '\0'..='\u{1f}' if harmful(c) => char::from_u32(0x2400 + c as u32).unwrap_or('\u{fffd}'),
        '\u{7f}' => '\u{2421}',
        _ if harmful(c) => '\u{fffd}',
        _ => c,
    };
    Cow::Owned(text.chars().map(visible).collect())
}

/// The same, but each character keeps its number of bytes, so that offsets stay right. CRLF is kept.
pub fn clean_in_place(text: &str) -> Cow<'_, str> {
    let mut rest = text.chars().peekable();
    let mut any = false;
    let mut out = String::new();
    if !text.chars().any(harmful) {
        return Cow::Borrowed(text);
    }
    while let Some(c) = rest.next() {
        let line_end = c == '\r' && rest.peek() == Some(&'\n');
        if line_end || !harmful(c) {
            out.push(c);
            continue;
        }
        any = true;
        out.push_str(match c.len_utf8() {
            1 => "?",
            2 => "\u{b7}",
            _ => "\u{fffd}",
        });
    }
    if any { Cow::Owned(out) } else { Cow::Borrowed(text) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn escapes_are_made_visible() {
        assert_eq!(clean("a\u{1b}[2Jb\u{7}\u{7f}\u{9b}31m"), "a\u{241b}[2Jb\u{2407}\u{2421}\u{fffd}31m");
        assert_eq!(clean("\u{202e}txt.exe"), "\u{fffd}txt.exe");
        assert_eq!(clean("größe\n\tü 日本"), "größe\n\tü 日本");
        assert_eq!(clean_in_place("a\u{1b}\r\n\r\u{9b}\u{202e}"), "a?\r\n?\u{b7}\u{fffd}");
    }

    proptest! {
        #[test]
        fn nothing_harmful_is_left_and_offsets_stay(text in "\\PC{0,8}[\0-\u{1f}\u{7f}-\u{9f}\u{202e}\u{2066}é日\r\n]{0,12}") {
            prop_assert!(!clean(&text).chars().any(harmful));
            let same = clean_in_place(&text);
            prop_assert_eq!(same.len(), text.len());
            prop_assert!(text.char_indices().all(|(i, _)| same.is_char_boundary(i)));
            prop_assert!(!same.replace("\r\n", "\n").chars().any(harmful));
        }
    }
}
