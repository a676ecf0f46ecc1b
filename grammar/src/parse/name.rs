//! Names of items.

use super::report::problem;
use super::{Parsed, Parser, Stop};
use crate::ast::Word;
use crate::chars;
use crate::codes;

impl<'s> Parser<'s> {
    /// The head of an item, up to its name, stands on one line.
    pub(super) fn on_this_line(&mut self, after: &str, what: &str) -> Parsed<()> {
        self.peek();
        if self.look_nl || self.at_end() {
            let place = self.pos;
            self.push(problem(
                codes::MISSING_NAME,
                place,
                place,
                format!("{what} is missing after `{after}`"),
                "it belongs on this line",
            ));
            return Err(Stop);
        }
        Ok(())
    }

    /// The name behind a keyword.
    pub(super) fn item_name(&mut self, keyword: &str) -> Parsed<Word> {
        self.on_this_line(keyword, "a name")?;
        let c = self.peek();
        let i = self.look;
        if c == b'"' {
            return Err(self.quoted_name());
        }
        let Some(word) = self.take_word() else {
            let (end, name) = self.found(i);
            if matches!(c, b'{' | b'=' | b':' | b'(') {
                let place = self.pos;
                self.push(problem(
                    codes::MISSING_NAME,
                    place,
                    place,
                    format!("a name is missing after `{keyword}`"),
                    "a word belongs here",
                ));
            } else if c.is_ascii_digit() {
                self.push(problem(
                    codes::MISSING_NAME,
                    i,
                    end,
                    format!("a name begins with a letter, not with {name}"),
                    "not a name",
                ));
            } else {
                return Err(self.unexpected("a name"));
            }
            return Err(Stop);
        };
        if chars::is_reserved(&word.text) {
            self.push(problem(
                codes::RESERVED_NAME,
                i,
                self.pos,
                format!("`{}` is reserved in expressions", word.text),
                "not usable as a name",
            ));
            return Err(Stop);
        }
        Ok(word)
    }

    #[cold]
    pub(super) fn quoted_name(&mut self) -> Stop {
        let lit = self.string();
        let (start, end) = (lit.span.start as usize, lit.span.end as usize);
        let text = self.plain_text(&lit, "a name");
        let mut error = problem(
            codes::MISSING_NAME,
            start,
            end,
            "names are written without quotation marks",
            "not a word",
        );
        if !text.is_empty() && chars::word_end(text.as_bytes(), 0) == text.len() {
            error = error.fix("remove the quotation marks", start, end, text.to_string());
        } else {
            error =
                error.help("names are made of a-z, A-Z, digits, `_` and `-`; other text goes into `title`");
        }
        self.push(error);
        Stop
    }
}
