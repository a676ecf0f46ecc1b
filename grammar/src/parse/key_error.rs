//! Keys behind which neither `=`, `:` nor a body stands.

use super::report::problem;
use super::{Parsed, Parser, Stop};
use crate::ast::{EntryKind, EntryPath, Expr, ExprKind, Key, SetOp, Span};
use crate::chars;
use crate::codes;

impl<'s> Parser<'s> {
    /// Neither `=`, `:` nor `{` follows a key.
    #[cold]
    pub(super) fn no_equals(&mut self, first: Key, is_final: bool) -> Parsed<EntryKind> {
        let c = self.peek();
        let i = self.look;
        let next = self.at(i + 1);
        let key_end = self.pos;
        let path = |first| EntryPath { first, second: None };
        if self.look_nl || matches!(c, b',' | b'}' | b';' | b']' | b')') || self.at_end() {
            let start = first.span.start as usize;
            self.push(
                problem(
                    codes::MISSING_VALUE,
                    start,
                    key_end,
                    format!("`{}` has no value", first.text),
                    "`= value`, `: type` or `{ … }` is missing",
                )
                .help(format!("to set it write `{0} = …`, to declare it `{0}: type`", first.text)),
            );
            let value = Expr { kind: ExprKind::Error, span: Span::new(key_end as u32, key_end as u32) };
            return Ok(EntryKind::Set { path: path(first), op: SetOp::Set, value, is_final });
        }
        match (c, next) {
            (b'.', _) if chars::starts_word(next) && !first.quoted => {
                return Err(self.path_as_field(first.span.start as usize));
            }
            (b'=' | b':', _) | (b'-', b'>') => {
                let len = if c == b':' && next != b'=' { 1 } else { 2 };
                let code =
                    if next == b'=' && c == b'=' { codes::EQUALS_COMPARES } else { codes::FOREIGN_OPERATOR };
                let message = if c == b'=' && next == b'=' {
                    "`==` compares, `=` sets".to_owned()
                } else {
                    format!("a field is set with `=`, not with `{}`", self.text(i, i + len))
                };
                self.push(problem(code, i, i + len, message, "a field is set here").fix(
                    "write `=`",
                    i,
                    i + len,
                    "=",
                ));
                self.pos = i + len;
                return self.set(path(first), SetOp::Set, is_final);
            }
            (b'[', _) => {
                if let Some(close) = self.close_of(i)
                    && self.field_follows(close + 1)
                {
                    let inner = self.text(i + 1, close).to_owned();
                    let error = problem(
                        codes::PATH_AS_FIELD,
                        i,
                        close + 1,
                        "a key is written behind the field, without brackets",
                        "no index on this side",
                    )
                    .help("`f k = v` sets the key `k` of the field `f`");
                    let plain = chars::word_end(inner.as_bytes(), 0) == inner.len() || inner.starts_with('"');
                    let error = if plain && !inner.is_empty() {
                        error.fix("write the key behind the field", i, close + 1, format!(" {inner}"))
                    } else {
                        error
                    };
                    self.push(error);
                    return Err(Stop);
                }
            }
            (b'(', _) => return Err(self.unexpected("`=`, `:` or `{`")),
            _ => {}
        }
        let value_ahead = chars::in_word(c)
            || matches!(c, b'"' | b'\'' | b'[' | b'$' | b'#' | b'-' | 0xC2 | 0xE2)
            || c == b'.' && (next == b'.' || next.is_ascii_digit());
        if !value_ahead {
            return Err(self.unexpected("`=`, `:` or `{`"));
        }
        self.push(
            problem(
                codes::MISSING_EQUALS,
                key_end,
                i,
                format!("`=` is missing after `{}`", first.text),
                "`=` belongs here",
            )
            .fix("add `=`", key_end, key_end, " ="),
        );
        // The mistake is told: read the value, and stay silent about what follows from it.
        let errors = self.errors.len();
        let value = self.value();
        let c = self.peek();
        if !(self.look_nl || matches!(c, b',' | b'}') || self.at_end()) {
            self.skip_entry();
        }
        self.errors.truncate(errors);
        Ok(EntryKind::Set { path: path(first), op: SetOp::Set, value, is_final })
    }

    /// `a.b = v`: the path begins at `start`.
    #[cold]
    pub(super) fn path_as_field(&mut self, start: usize) -> Stop {
        let mut words = Vec::new();
        let mut end = start;
        loop {
            let word = chars::word_end(self.bytes, end);
            words.push(self.text(end, word));
            end = word;
            if !(self.at(end) == b'.' && chars::starts_word(self.at(end + 1))) {
                break;
            }
            end += 1;
        }
        let mut error = problem(
            codes::PATH_AS_FIELD,
            start,
            end,
            "a field inside a field is set in a block",
            "a path is only read, not set",
        )
        .help(format!("write `{} = …{}`", words.join(" { "), " }".repeat(words.len() - 1)));
        let mut sign = end;
        while matches!(self.at(sign), b' ' | b'\t') {
            sign += 1;
        }
        self.pos = end;
        if self.at(sign) == b'=' || self.at(sign) == b'{' {
            self.skip_entry();
            let rest = self.text(end, self.pos);
            let comment = rest.find("//").map_or(rest.len(), |n| n);
            let value_end = end + rest.get(..comment).map_or(0, |r| r.trim_end().len());
            if !rest.contains("//") || comment == rest.len() {
                error = error.fixes(
                    "write a block",
                    vec![
                        (start, end, words.join(" { ")),
                        (value_end, value_end, " }".repeat(words.len() - 1)),
                    ],
                );
            }
        }
        self.push(error);
        Stop
    }

    /// `f k: …` or `f k == …`.
    #[cold]
    pub(super) fn wrong_sign(&mut self, second: &Key, c: u8) -> Stop {
        let i = self.look;
        let two = matches!(self.at(i + 1), b'=' | b'>');
        let len = if two { 2 } else { 1 };
        let code = if c == b':' { codes::COLON_SETS } else { codes::EQUALS_COMPARES };
        self.push(
            problem(
                code,
                i,
                i + len,
                format!("`{}` sets nothing", self.text(i, i + len)),
                format!("the key `{}` is set with `=`", second.text),
            )
            .fix("write `=`", i, i + len, if c == b':' { " =" } else { "=" }),
        );
        Stop
    }
}
