//! Bodies and their entries.

use super::report::problem;
use super::{Parsed, Parser, Stop};
use crate::ast::{Attr, Block, Entry, EntryKind, EntryPath, Key, SetOp, Span, Word};
use crate::chars;
use crate::codes;
use smol_str::SmolStr;

impl<'s> Parser<'s> {
    /// `{ … }`, which comes next.
    pub(super) fn block(&mut self) -> Block {
        let start = self.look;
        let Ok(open) = self.open_bracket() else {
            self.skip_bracket(start);
            return Block { entries: Vec::new(), span: self.span(start) };
        };
        let mut entries = Vec::new();
        loop {
            match self.peek() {
                b'}' => {
                    self.pos = self.look + 1;
                    break;
                }
                b',' => self.stray_separator(),
                0 if self.look >= self.bytes.len() => {
                    self.unclosed(open);
                    break;
                }
                c @ (b']' | b')') => {
                    if self.closes_outer(c) {
                        self.unclosed(open);
                        break;
                    }
                    self.stray_close();
                }
                _ => {
                    let before = self.look;
                    if let Some(entry) = self.entry() {
                        entries.push(entry);
                    }
                    self.step(before);
                    if !self.end_of_entry() {
                        self.bad_end_of_entry(entries.last_mut());
                    }
                }
            }
        }
        self.close_bracket();
        Block { entries, span: self.span(start) }
    }

    /// A body that has to come next.
    pub(super) fn need_block(&mut self) -> Parsed<Block> {
        if self.is(b'{') {
            return Ok(self.block());
        }
        let c = self.peek();
        let i = self.look;
        if self.look_nl || self.at_end() || matches!(c, b'}' | b',') {
            let place = self.pos;
            self.push(
                problem(codes::MISSING_BLOCK, place, place, "a body is missing", "`{ … }` belongs here").fix(
                    "add an empty body",
                    place,
                    place,
                    " {}",
                ),
            );
            return Err(Stop);
        }
        if self.is_equals() && self.at(self.pos) != b'\n' {
            self.push(
                problem(codes::MISSING_BLOCK, i, i + 1, "a body follows without `=`", "superfluous")
                    .help("a declaration is `kind name { … }`; a constant is `let name = …`"),
            );
            return Err(Stop);
        }
        Err(self.unexpected("`{`"))
    }

    /// Reads what may follow an entry: `,`, the end of its line, or `}`.
    #[inline]
    pub(super) fn end_of_entry(&mut self) -> bool {
        let c = self.peek();
        if c == b',' {
            self.pos = self.look + 1;
            return true;
        }
        self.look_nl || c == b'}' || c == 0 && self.look >= self.bytes.len()
    }

    /// Whether an entry seems to begin at `i`.
    pub(super) fn entry_ahead(&mut self, i: usize) -> bool {
        let key_end = |parser: &Self, i: usize| match parser.at(i) {
            b'"' => match crate::skim::string_end(parser.near(i), i) {
                crate::skim::Skip::Closed(end) => end,
                _ => i,
            },
            _ => chars::word_end(parser.bytes, i),
        };
        let blank = |parser: &Self, mut i: usize| {
            while matches!(parser.at(i), b' ' | b'\t') {
                i += 1;
            }
            i
        };
        if self.at(i) == b'@' || chars::is_doc(self.bytes, i) {
            return true;
        }
        let first = key_end(self, i);
        if first == i {
            return false;
        }
        if self.field_follows(first) {
            return true;
        }
        let second = blank(self, first);
        let word = self.text(i, first);
        if chars::is_statement(word) && (chars::starts_word(self.at(second)) || self.at(second) == b'(') {
            return true;
        }
        let end = key_end(self, second);
        if end == second || chars::is_reserved(word) {
            return false;
        }
        let next = blank(self, end);
        match self.at(next) {
            b'=' => self.at(next + 1) != b'=',
            b'+' => self.at(next + 1) == b'=',
            b'{' => true,
            _ => false,
        }
    }

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

    /// `@word(args)`, as often as it comes.
    pub(super) fn attrs(&mut self) -> Vec<Attr> {
        let mut attrs = Vec::new();
        while self.is(b'@') {
            let start = self.look;
            self.pos = start + 1;
            let end = chars::word_end(self.bytes, self.pos);
            if end == self.pos {
                self.push(problem(
                    codes::MISSING_NAME,
                    start,
                    start + 1,
                    "an attribute's name is missing after `@`",
                    "no word follows",
                ));
                if self.peek() == b'"' && !self.look_nl {
                    self.string();
                }
                continue;
            }
            let name = Word {
                text: SmolStr::new(self.text(self.pos, end)),
                span: Span::new(self.pos as u32, end as u32),
            };
            self.pos = end;
            let args = if self.is(b'(') && !self.look_nl { self.args() } else { Vec::new() };
            attrs.push(Attr { name, args, span: self.span(start) });
        }
        attrs
    }

    #[inline]
    pub(super) fn entry_kind(&mut self) -> Parsed<EntryKind> {
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

    pub(super) fn word_entry(&mut self) -> Parsed<EntryKind> {
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
        self.after_first(key, false)
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
    pub(super) fn after_second(&mut self, first: Key, is_final: bool) -> Parsed<EntryKind> {
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
}
