//! Entries of bodies: keys, and what is set.

use super::report::problem;
use super::{Parsed, Parser, Stop};
use crate::ast::{Entry, EntryKind, EntryPath, Expr, ExprKind, Key, SetOp, StrLit, StrPart, Word};
use crate::chars;
use crate::codes;
use smol_str::SmolStr;

impl<'s> Parser<'s> {
    /// An entry; `None` if only documentation stands here.
    pub(super) fn entry(&mut self) -> Option<Entry> {
        let mut docs = Vec::new();
        let mut c = self.peek();
        if c == b'/' {
            docs = self.docs();
            c = self.peek();
            if matches!(c, b'}' | b')' | b']') || self.at_end() || docs.is_empty() {
                self.lost_docs(&docs);
                return None;
            }
        }
        let start = self.look;
        let attrs = if c == b'@' { self.attrs() } else { Vec::new() };
        let kind = match self.entry_kind() {
            Ok(kind) => kind,
            Err(Stop) => {
                if self.pos < start {
                    self.pos = start;
                }
                self.skip_entry();
                self.step(start);
                EntryKind::Broken
            }
        };
        Some(Entry { docs, attrs, kind, span: self.span(start) })
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

    #[inline]
    fn entry_kind(&mut self) -> Parsed<EntryKind> {
        let c = self.peek();
        if chars::starts_word(c) {
            return self.word_entry();
        }
        if c == b'"' || c == b'#' || c == b'\'' {
            let key = self.quoted_key();
            return self.after_first(key, false);
        }
        if c.is_ascii_digit() {
            let start = self.look;
            let (end, name) = self.found(start);
            if self.field_follows(end) {
                self.push(
                    problem(
                        codes::MISSING_NAME,
                        start,
                        end,
                        format!("{name} is not a word: a name begins with a letter"),
                        "used as a name",
                    )
                    .help("a key that is no word is written as a string")
                    .fix(
                        "quote it",
                        start,
                        end,
                        format!("\"{}\"", self.text(start, end)),
                    ),
                );
                return Err(Stop);
            }
        }
        self.pos = self.look;
        Err(self.unexpected("an entry"))
    }

    fn word_entry(&mut self) -> Parsed<EntryKind> {
        let start = self.look;
        let end = chars::word_end(self.bytes, start);
        let word = self.text(start, end);
        self.pos = end;
        let key = Key { text: SmolStr::new(word), span: self.span(start), quoted: false };
        if chars::is_statement(word) {
            let c = self.peek();
            let next = self.at(self.look + 1);
            let field = match c {
                b'=' => next != b'=',
                b'+' => next == b'=',
                b'{' | b':' => true,
                b'?' => true,
                _ => false,
            };
            if !field {
                return self.statement(start, word);
            }
        }
        if matches!(word, "for" | "if") && self.is_control(word) {
            return Err(self.control(start, word));
        }
        self.after_first(key, false)
    }

    /// Whether a loop or a choice seems to begin with the word that was just read, rather than a field.
    fn is_control(&mut self, word: &str) -> bool {
        let c = self.peek();
        if !chars::starts_word(c) || self.look_nl {
            return c == b'(' && word == "if";
        }
        let first = self.peek_word();
        let mut next = self.look + first.len();
        while matches!(self.at(next), b' ' | b'\t') {
            next += 1;
        }
        let behind = self.text(next, chars::word_end(self.bytes, next));
        if word == "for" {
            return behind == "in" || self.at(next) == b',';
        }
        first == "not" && !behind.is_empty()
            || matches!(self.at(next), b'<' | b'>' | b'!' | b'.')
            || self.at(next) == b'=' && self.at(next + 1) == b'='
            || matches!(behind, "and" | "or" | "in" | "is" | "matches")
    }

    /// A loop or a choice in a body.
    #[cold]
    fn control(&mut self, start: usize, word: &str) -> Stop {
        let end = start + word.len();
        let error = if word == "for" {
            problem(codes::UNEXPECTED, start, end, "a body has no loops", "not an entry").help(
                "a map is made by `{for x in xs: \"${x}\" = …}`, several declarations by `kind name for x in xs { … }`",
            )
        } else {
            problem(
                codes::UNEXPECTED,
                start,
                end,
                "entries that depend on a condition stand in `when`",
                "not an entry",
            )
            .help("a value is chosen with `if c then a else b`")
            .fix("write `when`", start, end, "when")
        };
        self.push(error);
        Stop
    }

    /// What follows the first key of an entry.
    pub(super) fn after_first(&mut self, first: Key, is_final: bool) -> Parsed<EntryKind> {
        let c = self.peek();
        let next = self.at(self.look + 1);
        match c {
            b'=' if next != b'=' && next != b'>' => {
                self.pos = self.look + 1;
                self.set(EntryPath { first, second: None }, SetOp::Set, is_final)
            }
            b'{' => {
                let block = self.block();
                Ok(EntryKind::Nest { path: EntryPath { first, second: None }, block, is_final })
            }
            b'+' if next == b'=' => {
                self.pos = self.look + 2;
                self.set(EntryPath { first, second: None }, SetOp::Append, is_final)
            }
            b':' if next != b'=' && !is_final => {
                self.pos = self.look + 1;
                self.definition(first, false)
            }
            b'?' if next != b'?' && next != b'.' && !is_final => {
                self.pos = self.look + 1;
                if !self.is(b':') || self.look_nl {
                    return Err(self.unexpected("`:` and a type"));
                }
                self.pos = self.look + 1;
                self.definition(first, true)
            }
            b'"' | b'#' | b'\'' if !self.look_nl => self.after_second(first, is_final),
            _ if chars::starts_word(c) && !self.look_nl => self.after_second(first, is_final),
            _ => self.no_equals(first, is_final),
        }
    }

    /// A second key, which comes next, and what follows it.
    fn after_second(&mut self, first: Key, is_final: bool) -> Parsed<EntryKind> {
        let behind_first = self.pos;
        let at_second = self.look;
        let errors = self.errors.len();
        let second = if chars::starts_word(self.peek()) {
            match self.take_word() {
                Some(word) => Key { text: word.text, span: word.span, quoted: false },
                None => return Err(Stop),
            }
        } else {
            self.quoted_key()
        };
        let c = self.peek();
        let next = self.at(self.look + 1);
        match c {
            b'=' if next != b'=' && next != b'>' => {
                self.pos = self.look + 1;
                return self.set(EntryPath { first, second: Some(second) }, SetOp::Set, is_final);
            }
            b'{' => {
                let block = self.block();
                return Ok(EntryKind::Nest {
                    path: EntryPath { first, second: Some(second) },
                    block,
                    is_final,
                });
            }
            b'+' if next == b'=' => {
                self.pos = self.look + 2;
                return self.set(EntryPath { first, second: Some(second) }, SetOp::Append, is_final);
            }
            _ => {}
        }
        if self.errors.len() > errors {
            return Err(Stop);
        }
        let same_line = !self.look_nl;
        let i = self.look;
        if same_line && c == b'.' && chars::starts_word(next) && !second.quoted {
            // `target cpu.utilization = 70%`; but `replicas base.min` misses its `=`.
            let mut end = i;
            while self.at(end) == b'.' && chars::starts_word(self.at(end + 1)) {
                end = chars::word_end(self.bytes, end + 1);
            }
            if self.field_follows(end) && !matches!(self.at(end), b'?') {
                return Err(self.path_as_field(second.span.start as usize));
            }
        }
        if same_line && (c == b'=' || c == b':') {
            return Err(self.wrong_sign(&second, c));
        }
        if same_line && (chars::starts_word(c) || c == b'"') && !chars::is_reserved(self.peek_word()) {
            let third = self.found(i).0;
            if self.field_follows(third) {
                let name = self.text(i, third);
                self.push(
                    problem(
                        codes::UNEXPECTED,
                        i,
                        third,
                        "an entry has one or two keys before `=` or `{`",
                        "a third one",
                    )
                    .help(format!("nest them: `{} {} {{ {name} … }}`", first.text, second.text)),
                );
                return Err(Stop);
            }
        }
        // `replicas max`: a value without `=`.
        self.pos = behind_first;
        self.peek();
        if at_second == self.look {
            return self.no_equals(first, is_final);
        }
        Err(self.unexpected("`=`"))
    }

    /// A key that is written as a string, which comes next.
    pub(super) fn quoted_key(&mut self) -> Key {
        self.peek();
        let lit = if self.at(self.look) == b'\'' { self.single_quoted() } else { self.string() };
        let text = self.plain_text(&lit, "a key");
        Key { text, span: lit.span, quoted: true }
    }

    /// The text of a string that must not have interpolations.
    pub(super) fn plain_text(&mut self, lit: &StrLit, what: &str) -> SmolStr {
        match lit.parts.as_slice() {
            [] => SmolStr::default(),
            [StrPart::Text(text)] => text.clone(),
            parts => {
                let hole = parts.iter().find_map(|p| match p {
                    StrPart::Expr(e) if e.kind != ExprKind::Error => Some(e.span),
                    _ => None,
                });
                if let Some(span) = hole {
                    let (start, end) = (span.start as usize, span.end as usize);
                    let help = if what == "a key" {
                        "computed keys stand in a comprehension: `{for x in xs: \"${x}\" = …}`; a dollar sign is written `\\$`"
                    } else {
                        "a dollar sign is written `\\$`"
                    };
                    self.push(
                        problem(
                            codes::NOT_PLAIN_TEXT,
                            start,
                            end,
                            format!("{what} is fixed text"),
                            "no interpolation here",
                        )
                        .help(help),
                    );
                }
                SmolStr::default()
            }
        }
    }

    /// Makes sure that a value begins on the line of its `=`, which was just read.
    #[inline]
    pub(super) fn value_ahead(&mut self) -> Parsed<()> {
        let c = self.peek();
        if self.look_nl || matches!(c, b',' | b'}' | b']' | b')' | b';' | 0) {
            return self.missing_value();
        }
        Ok(())
    }

    #[cold]
    fn missing_value(&mut self) -> Parsed<()> {
        if self.peek() == 0 && !self.at_end() {
            return Ok(());
        }
        let place = self.pos;
        self.push(
            problem(
                codes::MISSING_VALUE,
                place - 1,
                place,
                "a value is missing after `=`",
                "nothing follows on this line",
            )
            .help("a value begins on the line of its `=`; it may go on over lines"),
        );
        Err(Stop)
    }

    /// The value behind `=` in an entry or item.
    pub(super) fn value(&mut self) -> Expr {
        let start = self.pos;
        match self.value_ahead() {
            Err(Stop) => self.error_expr(start),
            Ok(()) => match self.expr() {
                Ok(expr) => expr,
                Err(Stop) => {
                    self.skip_entry();
                    self.error_expr(start)
                }
            },
        }
    }

    #[inline]
    pub(super) fn set(&mut self, path: EntryPath, op: SetOp, is_final: bool) -> Parsed<EntryKind> {
        let value = self.value();
        Ok(EntryKind::Set { path, op, value, is_final })
    }
}
