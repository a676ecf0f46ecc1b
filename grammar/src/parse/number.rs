//! Numbers, money, dates and versions.

use super::report::problem;
use super::{Parsed, Parser, Stop};
use crate::ast::{Expr, ExprKind, NumberLit, UnitLit};
use crate::chars;
use crate::codes;
use smol_str::{SmolStr, SmolStrBuilder};

impl<'s> Parser<'s> {
    /// `$49/month`, where a currency sign (or another character outside ASCII) comes next.
    pub(super) fn money(&mut self) -> Parsed<Expr> {
        let start = self.look;
        let (len, code) = match (self.at(start), self.at(start + 1), self.at(start + 2)) {
            (b'$', ..) => (1, "USD"),
            (0xE2, 0x82, 0xAC) => (3, "EUR"),
            (0xC2, 0xA3, _) => (2, "GBP"),
            _ => return Err(self.unexpected("a value")),
        };
        if !self.at(start + len).is_ascii_digit() {
            let mut i = start + len;
            while self.at(i) == b' ' {
                i += 1;
            }
            let sign = self.text(start, start + len);
            let mut error = problem(
                codes::BAD_CURRENCY,
                start,
                start + len,
                "a currency sign stands directly before its number",
                "no number follows",
            )
            .help(format!("write `{sign}49` or `{sign}49/month`"));
            if self.at(i).is_ascii_digit() {
                error = error.fix("remove the blank", start + len, i, "");
            }
            self.push(error);
            return Err(Stop);
        }
        self.pos = start + len;
        self.number(start, Some(code))
    }

    /// A literal that begins with a digit, at `start` or behind a currency sign.
    pub(super) fn number(&mut self, start: usize, currency: Option<&'static str>) -> Parsed<Expr> {
        let digits = if currency.is_some() { self.pos } else { start };
        let mut i = self.digits_end(digits);
        if self.at(i) == b'-'
            && i - digits == 4
            && currency.is_none()
            && self.at(i + 1).is_ascii_digit()
            && let Some(date) = self.date(start)?
        {
            return Ok(date);
        }
        if self.at(i) == b'.' {
            if self.at(i + 1).is_ascii_digit() {
                i = self.digits_end(i + 1);
                if self.at(i) == b'.' && self.at(i + 1).is_ascii_digit() && currency.is_none() {
                    return self.version(start, i);
                }
            } else if self.at(i + 1) != b'.' && !chars::starts_word(self.at(i + 1)) {
                self.push(
                    problem(
                        codes::BAD_NUMBER,
                        i,
                        i + 1,
                        "digits are missing after the decimal point",
                        "no digit follows",
                    )
                    .fix("remove the point", i, i + 1, ""),
                );
                self.pos = i + 1;
                return Err(Stop);
            }
        }
        let grouped = i - digits <= 3 && self.thousands_ahead(i) && self.in_body();
        if grouped {
            i = self.grouped_by_commas(digits, i);
        }
        if matches!(self.at(i), b'e' | b'E') {
            let sign = usize::from(matches!(self.at(i + 1), b'+' | b'-'));
            if self.at(i + 1 + sign).is_ascii_digit() {
                i += 2 + sign;
                while self.at(i).is_ascii_digit() {
                    i += 1;
                }
            }
        }
        let written = self.text(digits, i);
        let text = if grouped {
            SmolStr::from(written.replace([',', '_'], ""))
        } else if written.contains('_') {
            self.check_grouping(digits, written)?;
            let mut text = SmolStrBuilder::new();
            written.chars().filter(|c| *c != '_').for_each(|c| text.push(c));
            text.finish()
        } else {
            SmolStr::new(written)
        };
        self.pos = i;
        if self.at(i) == b'x' && text == "0" && currency.is_none() {
            self.hexadecimal(digits)?;
        }
        let unit = self.unit(currency.is_some())?;
        let literal = NumberLit { currency, digits: text, unit };
        Ok(Expr { kind: ExprKind::Number(literal), span: self.span(start) })
    }

    fn digits_end(&self, mut i: usize) -> usize {
        while self.at(i).is_ascii_digit() || self.at(i) == b'_' {
            i += 1;
        }
        i
    }

    /// `_` stands between two digits.
    #[cold]
    fn check_grouping(&mut self, start: usize, written: &str) -> Parsed<()> {
        let bytes = written.as_bytes();
        for (n, _) in written.match_indices('_') {
            let before = n.checked_sub(1).map_or(0, |m| chars::at(bytes, m));
            let after = chars::at(bytes, n + 1);
            if !before.is_ascii_digit() || !after.is_ascii_digit() {
                let i = start + n;
                self.push(
                    problem(
                        codes::BAD_NUMBER,
                        i,
                        i + 1,
                        "`_` stands between two digits",
                        "no digit on both sides",
                    )
                    .fix("remove `_`", i, i + 1, ""),
                );
                self.pos = start + written.len();
                return Err(Stop);
            }
        }
        Ok(())
    }

    /// The unit attached to the number that was just read, or one that stands apart by mistake.
    fn unit(&mut self, is_money: bool) -> Parsed<Option<UnitLit>> {
        let start = self.pos;
        let c = self.at(start);
        let per = c == b'/';
        let word = start + usize::from(per);
        if per || c == b'%' || c == 0xC2 || c.is_ascii_alphabetic() {
            let end = chars::unit_end(self.bytes, word);
            if end > word {
                self.pos = end;
                return Ok(Some(UnitLit {
                    text: SmolStr::new(self.text(word, end)),
                    per,
                    span: self.span(start),
                }));
            }
        }
        if c == b'_' {
            self.push(
                problem(
                    codes::BAD_NUMBER,
                    start,
                    start + 1,
                    "`_` stands between two digits",
                    "no digit on both sides",
                )
                .fix("remove `_`", start, start + 1, ""),
            );
            return Err(Stop);
        }
        let sign = match (c, self.at(start + 1), self.at(start + 2)) {
            (b'$', ..) => 1,
            (0xE2, 0x82, 0xAC) => 3,
            (0xC2, 0xA3, _) => 2,
            _ => 0,
        };
        if sign > 0 {
            return Err(self.trailing_currency(start, sign));
        }
        if c == b' ' || c == b'\t' {
            return self.detached_unit(start, is_money);
        }
        Ok(None)
    }

    /// Reports `0x1F`, of which `0` was read.
    #[cold]
    fn hexadecimal(&mut self, zero: usize) -> Parsed<()> {
        let end = chars::unit_end(self.bytes, zero + 1);
        let hex = self.text(zero + 2, end);
        if hex.is_empty() || !hex.bytes().all(|b| b.is_ascii_hexdigit()) {
            return Ok(());
        }
        self.pos = end;
        let error = problem(codes::BAD_NUMBER, zero, end, "numbers are decimal", "a hexadecimal number");
        let error = match u64::from_str_radix(hex, 16) {
            Ok(value) => error.fix("write it in decimal", zero, end, value.to_string()),
            Err(_) => error,
        };
        self.push(error);
        Err(Stop)
    }

    #[cold]
    fn trailing_currency(&mut self, start: usize, len: usize) -> Stop {
        let mut digits = start;
        while digits > 0 && (chars::in_word(self.at(digits - 1)) || self.at(digits - 1) == b'.') {
            digits -= 1;
        }
        let sign = self.text(start, start + len).to_owned();
        self.push(
            problem(
                codes::BAD_CURRENCY,
                start,
                start + len,
                "the currency stands before its number",
                "not behind it",
            )
            .fixes("move it to the front", vec![(digits, digits, sign), (start, start + len, String::new())]),
        );
        self.pos = start + len;
        Stop
    }

    /// `10 req/s`: a unit behind blanks, where nothing but a unit makes sense.
    fn detached_unit(&mut self, start: usize, is_money: bool) -> Parsed<Option<UnitLit>> {
        let mut word = start;
        while matches!(self.at(word), b' ' | b'\t') {
            word += 1;
        }
        let c = self.at(word);
        if !(c.is_ascii_alphabetic() || c == b'%' || c == 0xC2) {
            return Ok(None);
        }
        let end = chars::unit_end(self.bytes, word);
        let text = self.text(word, end);
        // `%` before another operand is meant as a remainder.
        let is_word = chars::is_reserved(text) || matches!(text, "by" | "from");
        let is_unit = end > word && !is_word && self.at(end) != b'-' && {
            let mut next = end;
            while matches!(self.at(next), b' ' | b'\t') {
                next += 1;
            }
            match self.at(next) {
                b'\n' | b'\r' | b',' | b'}' | b']' | b')' | b';' | b'*' | b'-' | b'/' | b'<' | b'>'
                | b'|' => true,
                b'+' | b'=' | b'!' => {
                    self.at(next + 1) == b'=' && self.at(next) != b'+'
                        || self.at(next) == b'+' && self.at(next + 1) != b'='
                }
                b'.' => self.at(next + 1) == b'.',
                b'{' => text.contains('/'),
                0 => next >= self.bytes.len(),
                b if chars::starts_word(b) => {
                    let word = self.text(next, chars::word_end(self.bytes, next));
                    matches!(word, "and" | "or" | "then" | "else" | "in" | "is" | "as" | "if" | "for")
                }
                _ => false,
            }
        };
        if !is_unit {
            return Ok(None);
        }
        let mut edits = vec![(start, word, String::new())];
        let mut unit = text.to_owned();
        let mut end = end;
        if let Some((from, per)) = self.detached_time(end) {
            edits.push((end, from, "/".to_owned()));
            unit = format!("{unit}/{}", self.text(from, per));
            end = per;
        }
        let mut error = problem(
            codes::DETACHED_UNIT,
            start,
            word,
            "a unit is attached to its number",
            "a blank stands between them",
        );
        if is_money {
            error = error.help("write `$49/month`");
        }
        let title = if edits.len() == 1 { "remove the blank" } else { "remove the blanks" };
        self.push(error.fixes(title, edits));
        self.pos = end;
        Ok(Some(UnitLit { text: SmolStr::new(unit), per: false, span: self.span(word) }))
    }

    /// Where the time of `req / s` begins and ends, whose slash stands behind blanks.
    fn detached_time(&self, end: usize) -> Option<(usize, usize)> {
        let blank = |mut i: usize| {
            while matches!(self.at(i), b' ' | b'\t') {
                i += 1;
            }
            i
        };
        let slash = blank(end);
        if self.at(slash) != b'/' || self.at(slash + 1) == b'/' {
            return None;
        }
        let from = blank(slash + 1);
        let to = chars::word_end(self.bytes, from);
        matches!(
            self.text(from, to),
            "s" | "sec" | "second" | "min" | "h" | "hour" | "d" | "day" | "month" | "year"
        )
        .then_some((from, to))
    }

    /// Behind `10` in `10,000req`: goes on behind the groups of three digits, which are reported.
    #[cold]
    fn grouped_by_commas(&mut self, start: usize, mut end: usize) -> usize {
        let mut edits = Vec::new();
        while self.thousands_ahead(end) {
            edits.push((end, end + 1, "_".to_owned()));
            end += 4;
        }
        self.push(
            problem(codes::BAD_NUMBER, start, end, "digits are grouped with `_`", "`,` ends an entry")
                .fixes("write `_`", edits),
        );
        end
    }

    /// Whether `,` and three digits come next.
    fn thousands_ahead(&self, i: usize) -> bool {
        self.at(i) == b','
            && (1..=3).all(|n| self.at(i + n).is_ascii_digit())
            && !self.at(i + 4).is_ascii_digit()
    }

    /// Whether this stands in a body or outside of all brackets, where nothing that begins with a digit follows a `,`.
    fn in_body(&self) -> bool {
        self.open.last().is_none_or(|(open, _)| self.at(*open as usize) == b'{')
    }

    /// `2026-11-21`, or a message about `2026-1-5`; `None` if this is a subtraction.
    fn date(&mut self, start: usize) -> Parsed<Option<Expr>> {
        let digits = |mut i: usize| {
            let from = i;
            while self.at(i).is_ascii_digit() {
                i += 1;
            }
            i - from
        };
        let month = digits(start + 5);
        let day_at = start + 6 + month;
        if self.at(start + 5 + month) != b'-' || self.text(start, start + 4).contains('_') {
            return Ok(None);
        }
        let day = digits(day_at);
        let end = day_at + day;
        if month == 2 && day == 2 && !chars::in_word(self.at(end)) {
            self.pos = end;
            return Ok(Some(Expr {
                kind: ExprKind::Date(SmolStr::new(self.text(start, end))),
                span: self.span(start),
            }));
        }
        if (1..=2).contains(&month) && (1..=2).contains(&day) {
            self.pos = end;
            if chars::in_word(self.at(end)) {
                self.pos = chars::word_end(self.bytes, end).max(end + 1);
                self.push(
                    problem(codes::BAD_NUMBER, start, self.pos, "a date ends with its day", "more follows")
                        .help("a point in time is written as a string"),
                );
                return Err(Stop);
            }
            let text = format!(
                "{}-{:0>2}-{:0>2}",
                self.text(start, start + 4),
                self.text(start + 5, start + 5 + month),
                self.text(day_at, end)
            );
            self.push(
                problem(
                    codes::BAD_NUMBER,
                    start,
                    end,
                    "month and day of a date have two digits",
                    "not a date",
                )
                .help("a difference is written with blanks: `a - b`")
                .fix("write a date", start, end, text),
            );
            return Err(Stop);
        }
        Ok(None)
    }

    /// `1.2.0`, whose second point stands at `point`.
    fn version(&mut self, start: usize, point: usize) -> Parsed<Expr> {
        let mut i = point + 1;
        while self.at(i).is_ascii_digit() {
            i += 1;
        }
        if self.at(i) == b'-' && self.at(i + 1).is_ascii_alphanumeric() {
            i += 1;
            while self.at(i).is_ascii_alphanumeric()
                || (matches!(self.at(i), b'.' | b'-') && self.at(i + 1).is_ascii_alphanumeric())
            {
                i += 1;
            }
        }
        if self.at(i) == b'+' && self.at(i + 1).is_ascii_alphanumeric() {
            i += 1;
            while self.at(i).is_ascii_alphanumeric() {
                i += 1;
            }
        }
        let text = self.text(start, i);
        if (self.at(i) == b'.' && self.at(i + 1).is_ascii_digit())
            || chars::in_word(self.at(i))
            || text.contains('_')
        {
            let mut end = i;
            while chars::in_word(self.at(end)) || matches!(self.at(end), b'.' | b'/' | b'-') {
                end += 1;
            }
            let text = self.text(start, end).to_owned();
            self.push(
                problem(
                    codes::BAD_NUMBER,
                    start,
                    end,
                    "a version has three numbers: `1.2.0`",
                    "not a version",
                )
                .help("addresses and other dotted numbers are strings")
                .fix("make it a string", start, end, format!("\"{text}\"")),
            );
            self.pos = end;
            return Err(Stop);
        }
        self.pos = i;
        Ok(Expr { kind: ExprKind::Version(SmolStr::new(text)), span: self.span(start) })
    }
}
