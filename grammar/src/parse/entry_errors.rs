//! What can be wrong with an entry: messages, and going on behind them.

use super::report::problem;
use super::{Parsed, Parser, Stop};
use crate::ast::{
    Entry, EntryKind, EntryPath, Expr, ExprKind, Key, SetOp, Span, SyntaxError, TypeExpr, TypeKind, Word,
};
use crate::chars;
use crate::codes;

impl<'s> Parser<'s> {
    #[cold]
    pub(super) fn bad_end_of_entry(&mut self, mut entry: Option<&mut Entry>) {
        if self.dangling(entry.as_deref_mut()) {
            return;
        }
        let c = self.peek();
        let i = self.look;
        let place = self.pos;
        if c == b';' {
            let error =
                problem(codes::SUPERFLUOUS_SEPARATOR, i, i + 1, "entries do not end with `;`", "not needed")
                    .help("a new line or `,` ends an entry");
            // More on the same line needs a separator.
            self.pos = i + 1;
            let c = self.peek();
            let over = self.look_nl || c == b'}' || self.at_end();
            let error = if over {
                error.fix("remove `;`", i, i + 1, "")
            } else {
                error.fix("write `,`", i, i + 1, ",")
            };
            self.push(error);
            return;
        }
        if matches!(c, b']' | b')') {
            // The loop decides whether it closes something.
            return;
        }
        if chars::is_doc(self.bytes, i) {
            self.misplaced_doc();
            return;
        }
        if self.entry_ahead(i) {
            let (end, name) = self.found(i);
            self.push(
                problem(
                    codes::TWO_ENTRIES,
                    i,
                    end,
                    "two entries on one line need a `,` between them",
                    format!("{name} begins another entry"),
                )
                .fix("add `,`", place, place, ","),
            );
            return;
        }
        if c == b'=' || c == b':' {
            let (message, help) = if c == b'=' {
                ("this entry is set twice", "to compare, write `==`; to set two fields, write two entries")
            } else {
                (
                    "`:` does not belong behind a value",
                    "a field is set with `name = value` and declared with `name: type = default`",
                )
            };
            self.push(problem(codes::UNEXPECTED, i, i + 1, message, "the entry ends before this").help(help));
        } else {
            self.unexpected("`,` or a new line");
        }
        self.skip_entry();
        // What was read of the value is not what was meant.
        if let Some(entry) = entry {
            let place = self.span(i);
            spoil(entry, place);
        }
        self.eat(b',');
    }

    /// An operator at the end of a line took the name of the next line's entry for its operand.
    #[cold]
    pub(super) fn dangling(&mut self, entry: Option<&mut Entry>) -> bool {
        let Some(entry) = entry else { return false };
        let start = entry.span.start as usize;
        let before = self.text(start, self.pos);
        let Some((head, _)) = before.rsplit_once('\n') else { return false };
        let line = start + head.len() + 1;
        let indent = self.text(line, self.pos).len() - self.text(line, self.pos).trim_start().len();
        if chars::word_end(self.bytes, line + indent) != self.pos || !self.entry_ahead(line + indent) {
            return false;
        }
        // Behind the last thing of the lines before, comments left out.
        let mut end = start;
        let mut i = start;
        while i < line {
            match self.at(i) {
                b' ' | b'\t' | b'\r' | b'\n' => i += 1,
                b'/' | b'#'
                    if crate::skim::skip_token(self.bytes, i).is_some()
                        && !self.text(i, i + 2).contains('"') =>
                {
                    i = crate::skim::skip_token(self.bytes, i).unwrap_or(line);
                }
                _ => {
                    i = crate::skim::skip_token(self.bytes, i).unwrap_or(i + 1);
                    end = i;
                }
            }
        }
        entry.span = Span::new(entry.span.start, end as u32);
        spoil(entry, Span::new(end as u32, end as u32));
        self.push(problem(
            codes::MISSING_VALUE,
            end,
            end,
            "the line ends where a value should follow",
            "a value is missing here",
        ));
        self.pos = end;
        true
    }

    /// Documentation that nothing follows.
    #[cold]
    pub(super) fn lost_docs(&mut self, docs: &[Word]) {
        match (docs.first(), docs.last()) {
            (Some(first), Some(last)) => {
                let (start, end) = (first.span.start as usize, last.span.end as usize);
                let edits =
                    docs.iter().map(|d| (d.span.start as usize, d.span.start as usize + 3, "//".to_owned()));
                self.push(
                    problem(codes::MISPLACED_DOC, start, end, "this documentation belongs to nothing", "nothing that can be documented follows")
                        .help("`///` stands before an item, an entry, a member or a parameter; a comment begins with `//`")
                        .fixes("make it a comment", edits.collect()),
                );
            }
            _ => {
                self.unexpected("an entry");
                self.skip_entry();
            }
        }
    }

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
        .help(format!("write `{} {{ … }}`", words.join(" { ")));
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

    #[cold]
    pub(super) fn colon_sets(&mut self, key: &Key, colon: usize, inner: Vec<SyntaxError>) {
        let blank = if self.at(colon + 1) == b' ' { " =" } else { " = " };
        let error = problem(
            codes::COLON_SETS,
            colon,
            colon + 1,
            "`=` sets a field, `:` declares one",
            format!("`{}` is given a value", key.text),
        )
        .help(format!("set it with `{0} = …`; declare it with `{0}: type = …`", key.text))
        .fix("write `=`", key.span.end as usize, colon + 1, blank);
        self.with_inner(error, inner);
    }

    /// Colons inside a value that was set with a colon belong to the same mistake; the fix mends all of them.
    pub(super) fn with_inner(&mut self, mut error: SyntaxError, inner: Vec<SyntaxError>) {
        let (same, other): (Vec<_>, Vec<_>) = inner.into_iter().partition(|e| e.code == codes::COLON_SETS);
        if let Some(fix) = &mut error.fix {
            fix.edits.extend(same.into_iter().filter_map(|e| e.fix).flat_map(|fix| fix.edits));
        }
        self.push(error);
        self.errors.extend(other);
    }
}

/// Marks the value of an entry as unreadable, so that nothing is said about what was read of it.
fn spoil(entry: &mut Entry, place: Span) {
    let error = Expr { kind: ExprKind::Error, span: place };
    match &mut entry.kind {
        EntryKind::Set { value, .. } | EntryKind::Let { value, .. } | EntryKind::Fix { value, .. } => {
            *value = error;
        }
        EntryKind::Def { default: Some(value), .. } => *value = error,
        EntryKind::Def { ty, .. } => *ty = TypeExpr { kind: TypeKind::Error, span: place },
        EntryKind::Require { cond, .. } | EntryKind::When { cond, .. } => *cond = error,
        kind => *kind = EntryKind::Broken,
    }
}
