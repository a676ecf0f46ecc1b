//! Bodies and their entries.

use super::report::problem;
use super::{Parsed, Parser, Stop};
use crate::ast::{
    Attr, Block, Entry, EntryKind, EntryPath, Expr, ExprKind, Key, Place, PostfixOp, SetOp, Span, StrLit,
    StrPart, SyntaxError, TypeExpr, TypeKind, Word,
};
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
    fn end_of_entry(&mut self) -> bool {
        let c = self.peek();
        if c == b',' {
            self.pos = self.look + 1;
            return true;
        }
        self.look_nl || c == b'}' || c == 0 && self.look >= self.bytes.len()
    }

    /// An operator at the end of a line took the name of the next line's entry for its operand.
    #[cold]
    fn dangling(&mut self, entry: Option<&mut Entry>) -> bool {
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

    #[cold]
    fn bad_end_of_entry(&mut self, mut entry: Option<&mut Entry>) {
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

    // ------------------------------------------------------------ entries

    /// An entry; `None` if only documentation stands here.
    fn entry(&mut self) -> Option<Entry> {
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
            let args = if self.is(b'(') && !self.look_nl {
                self.args()
            } else if matches!(self.peek(), b'"' | b'#') && !self.look_nl {
                self.bare_argument(end)
            } else {
                Vec::new()
            };
            attrs.push(Attr { name, args, span: self.span(start) });
        }
        attrs
    }

    /// `@deprecated "use …"`
    #[cold]
    fn bare_argument(&mut self, name_end: usize) -> Vec<crate::ast::Arg> {
        let start = self.look;
        let lit = self.string();
        let end = self.pos;
        let text = self.text(start, end).to_owned();
        self.push(
            problem(
                codes::UNEXPECTED,
                start,
                end,
                "what an attribute says stands in parentheses",
                "not in parentheses",
            )
            .fix("add parentheses", name_end, end, format!("({text})")),
        );
        vec![crate::ast::Arg { name: None, value: Expr { kind: ExprKind::Str(lit), span: self.span(start) } }]
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
        self.after_first(key, false)
    }

    /// What follows the first key of an entry.
    fn after_first(&mut self, first: Key, is_final: bool) -> Parsed<EntryKind> {
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

    /// Neither `=`, `:` nor `{` follows a key.
    #[cold]
    fn no_equals(&mut self, first: Key, is_final: bool) -> Parsed<EntryKind> {
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
    fn path_as_field(&mut self, start: usize) -> Stop {
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
    fn wrong_sign(&mut self, second: &Key, c: u8) -> Stop {
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

    /// A key that is written as a string, which comes next.
    fn quoted_key(&mut self) -> Key {
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

    // ------------------------------------------------------------ values

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
    fn set(&mut self, path: EntryPath, op: SetOp, is_final: bool) -> Parsed<EntryKind> {
        let value = self.value();
        Ok(EntryKind::Set { path, op, value, is_final })
    }

    /// The type and default behind `name:`.
    fn definition(&mut self, key: Key, optional: bool) -> Parsed<EntryKind> {
        let colon = self.pos - 1;
        if key.quoted {
            let (start, end) = (key.span.start as usize, key.span.end as usize);
            let outer = std::mem::replace(&mut self.colons_set, true);
            let errors = self.errors.len();
            let value = self.value();
            self.colons_set = outer;
            let inner = self.errors.split_off(errors.min(self.errors.len()));
            let error =
                problem(codes::COLON_SETS, colon, colon + 1, "a key is set with `=`", "`:` declares a field")
                    .fix("write `=`", end.max(start), colon + 1, " =");
            self.with_inner(error, inner);
            return Ok(EntryKind::Set {
                path: EntryPath { first: key, second: None },
                op: SetOp::Set,
                value,
                is_final: false,
            });
        }
        let name = Word { text: key.text.clone(), span: key.span };
        let c = self.peek();
        let type_ahead = self.type_ahead() && !self.look_nl;
        if type_ahead && !self.colons_set {
            let checked = (self.comments_checked, self.nested_too_deep);
            let (before, errors, open) = (self.pos, self.errors.len(), self.open.len());
            if let Ok(ty) = self.type_expr() {
                let default = if self.is_equals() {
                    self.pos = self.look + 1;
                    Some(self.value())
                } else {
                    None
                };
                return Ok(EntryKind::Def { name, optional, ty, default });
            }
            if !matches!(c, b'[' | b'{') {
                self.open.truncate(open);
                self.skip_entry();
                let ty = TypeExpr { kind: TypeKind::Error, span: self.span(before) };
                return Ok(EntryKind::Def { name, optional, ty, default: None });
            }
            // Perhaps a value was meant: `tags: ["a", "b"]`.
            let told: Vec<_> = self.errors.drain(errors..).collect();
            self.pos = before;
            self.unclosed_at = None;
            (self.comments_checked, self.nested_too_deep) = checked;
            self.open.truncate(open);
            self.reset_depth();
            self.colons_set = true;
            let read = self.expr();
            self.colons_set = false;
            if let Ok(value) = read
                && self.errors.iter().skip(errors).all(|e| e.code == codes::COLON_SETS)
            {
                let inner = self.errors.split_off(errors);
                self.colon_sets(&key, colon, inner);
                return Ok(EntryKind::Set {
                    path: EntryPath { first: key, second: None },
                    op: SetOp::Set,
                    value,
                    is_final: false,
                });
            }
            self.errors.truncate(errors);
            self.errors.extend(told);
            self.pos = before;
            self.skip_entry();
            let ty = TypeExpr { kind: TypeKind::Error, span: self.span(before) };
            return Ok(EntryKind::Def { name, optional, ty, default: None });
        }
        if self.look_nl || matches!(c, b',' | b'}' | b'=') || self.at_end() {
            self.push(
                problem(codes::BAD_TYPE, colon, colon + 1, "a type is missing after `:`", "nothing follows")
                    .help("a field is declared with `name: type`, or `name: type = default`"),
            );
            let ty = TypeExpr { kind: TypeKind::Error, span: self.span(colon + 1) };
            let default = if self.is_equals() && !self.look_nl {
                self.pos = self.look + 1;
                Some(self.value())
            } else {
                None
            };
            return Ok(EntryKind::Def { name, optional, ty, default });
        }
        if c.is_ascii_digit()
            || type_ahead
            || matches!(c, b'-' | b'$' | b'\'' | b'#' | 0xC2 | 0xE2)
            || matches!(self.peek_word(), "true" | "false" | "if")
        {
            let outer = std::mem::replace(&mut self.colons_set, true);
            let errors = self.errors.len();
            let value = self.value();
            self.colons_set = outer;
            let inner = self.errors.split_off(errors.min(self.errors.len()));
            self.colon_sets(&key, colon, inner);
            return Ok(EntryKind::Set {
                path: EntryPath { first: key, second: None },
                op: SetOp::Set,
                value,
                is_final: false,
            });
        }
        Err(self.unexpected("a type"))
    }

    #[cold]
    fn colon_sets(&mut self, key: &Key, colon: usize, inner: Vec<SyntaxError>) {
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
    fn with_inner(&mut self, mut error: SyntaxError, inner: Vec<SyntaxError>) {
        let (same, other): (Vec<_>, Vec<_>) = inner.into_iter().partition(|e| e.code == codes::COLON_SETS);
        if let Some(fix) = &mut error.fix {
            fix.edits.extend(same.into_iter().filter_map(|e| e.fix).flat_map(|fix| fix.edits));
        }
        self.push(error);
        self.errors.extend(other);
    }

    // ------------------------------------------------------------ statements

    /// A statement whose word was just read.
    fn statement(&mut self, start: usize, word: &str) -> Parsed<EntryKind> {
        let c = self.peek();
        if self.look_nl || matches!(c, b',' | b'}') || self.at_end() {
            return Err(self.incomplete(start, word));
        }
        match word {
            "let" => {
                let (name, ty, value) = self.let_rest()?;
                Ok(EntryKind::Let { name, ty, value })
            }
            "when" => {
                let cond = self.condition()?;
                let block = self.need_block()?;
                Ok(EntryKind::When { cond, block })
            }
            "require" => {
                let cond = self.condition()?;
                let block = if self.is(b'{') { Some(self.block()) } else { None };
                Ok(EntryKind::Require { cond, block })
            }
            "final" => {
                let key = match self.take_word() {
                    Some(word) => Key { text: word.text, span: word.span, quoted: false },
                    None if matches!(c, b'"' | b'#') => self.quoted_key(),
                    None => return Err(self.unexpected("a field's name")),
                };
                self.after_first(key, true)
            }
            "remove" => {
                let Some(field) = self.take_word() else { return Err(self.unexpected("a field's name")) };
                let c = self.peek();
                if self.look_nl || matches!(c, b',' | b'}') || self.at_end() {
                    self.push(
                        problem(
                            codes::INCOMPLETE_STATEMENT,
                            start,
                            self.pos,
                            "`remove` takes a field and a key",
                            "the key is missing",
                        )
                        .help(format!("to clear an optional field write `{} = none`", field.text)),
                    );
                    return Err(Stop);
                }
                let key = match self.take_word() {
                    Some(word) => Key { text: word.text, span: word.span, quoted: false },
                    None if matches!(c, b'"' | b'#' | b'\'') => self.quoted_key(),
                    None => return Err(self.unexpected("a key")),
                };
                Ok(EntryKind::Remove { field, key })
            }
            "fix" => {
                let place = self.place()?;
                if !self.is_equals() {
                    return Err(self.unexpected("`=` and the value to set"));
                }
                self.pos = self.look + 1;
                let value = self.value();
                Ok(EntryKind::Fix { place, value })
            }
            _ => {
                let mut places = vec![self.place()?];
                while self.is(b',') && self.place_ahead(self.look + 1) {
                    self.pos = self.look + 1;
                    places.push(self.place()?);
                }
                Ok(EntryKind::At { places })
            }
        }
    }

    #[cold]
    fn incomplete(&mut self, start: usize, word: &str) -> Stop {
        let (message, help) = match word {
            "let" => ("`let` needs a name and a value", "write `let name = value`"),
            "when" => ("`when` needs a condition and a body", "write `when condition { … }`"),
            "require" => ("`require` needs a condition", "write `require condition { message = \"…\" }`"),
            "final" => ("`final` needs an entry", "write `final field = value`"),
            "remove" => ("`remove` needs a field and a key", "write `remove field key`"),
            "fix" => ("`fix` needs a place and a value", "write `fix place = value`"),
            _ => ("`at` needs a place", "write `at declaration.field`"),
        };
        self.push(
            problem(codes::INCOMPLETE_STATEMENT, start, start + word.len(), message, "nothing follows")
                .help(format!("{help}; a field of this name is set with `{word} = …`")),
        );
        Stop
    }

    /// `name: T = e` behind `let`.
    pub(super) fn let_rest(&mut self) -> Parsed<(Word, Option<TypeExpr>, Expr)> {
        let name = self.binder("the name of a constant")?;
        let ty = if self.eat(b':') {
            let (start, open) = (self.pos, self.open.len());
            match self.type_expr() {
                Ok(ty) => Some(ty),
                Err(Stop) => {
                    self.open.truncate(open);
                    self.skip_entry();
                    let ty = TypeExpr { kind: TypeKind::Error, span: self.span(start) };
                    let value = self.error_expr(self.pos);
                    return Ok((name, Some(ty), value));
                }
            }
        } else {
            None
        };
        if !self.is_equals() {
            let c = self.peek();
            let place = self.pos;
            let start = self.look;
            if c == b'=' {
                self.push(
                    problem(
                        codes::EQUALS_COMPARES,
                        start,
                        start + 2,
                        "`==` compares, `=` sets",
                        "a constant is set here",
                    )
                    .fix("write `=`", start, start + 2, "="),
                );
            } else if self.look_nl || matches!(c, b',' | b'}') || self.at_end() {
                self.push(problem(
                    codes::MISSING_VALUE,
                    place,
                    place,
                    format!("`{}` has no value", name.text),
                    "`= value` is missing",
                ));
            } else if chars::in_word(c) || matches!(c, b'"' | b'[' | b'{' | b'$') {
                self.push(
                    problem(
                        codes::MISSING_EQUALS,
                        place,
                        start,
                        format!("`=` is missing after `{}`", name.text),
                        "`=` belongs here",
                    )
                    .fix("add `=`", place, place, " ="),
                );
            } else {
                self.unexpected("`=`");
            }
            self.skip_entry();
            let value = self.error_expr(self.pos);
            return Ok((name, ty, value));
        }
        self.pos = self.look + 1;
        let value = self.value();
        Ok((name, ty, value))
    }

    /// A name that an expression can read.
    pub(super) fn binder(&mut self, what: &str) -> Parsed<Word> {
        let start_of_line = {
            self.peek();
            self.look_nl
        };
        let start = self.look;
        let Some(word) = self.take_word() else { return Err(self.unexpected(what)) };
        if word.text.len() <= 7 && chars::is_reserved(&word.text) {
            if start_of_line {
                self.pos = start.min(self.pos);
            }
            self.push(problem(
                codes::RESERVED_NAME,
                start,
                start + word.text.len(),
                format!("`{}` is reserved in expressions", word.text),
                format!("{what} should stand here"),
            ));
            return Err(Stop);
        }
        Ok(word)
    }

    /// `name.field[index]`
    pub(super) fn place(&mut self) -> Parsed<Place> {
        let name = self.binder("a place such as `s.scaling.replicas`")?;
        let start = name.span.start;
        let base = Expr { kind: ExprKind::Name(name.text), span: name.span };
        let mut ops = Vec::new();
        loop {
            let c = self.peek();
            let i = self.look;
            match c {
                b'.' if self.at(i + 1) != b'.' => ops.push(self.member(1)?),
                b'?' if self.at(i + 1) == b'.' => ops.push(self.member(2)?),
                b'[' if !self.look_nl => {
                    let index = self.index();
                    ops.push(PostfixOp::Index { index, span: self.span(i) });
                }
                _ => break,
            }
        }
        if ops.is_empty() {
            return Ok(Place { expr: base });
        }
        let span = Span::new(start, self.pos as u32);
        Ok(Place { expr: Expr { kind: ExprKind::Postfix { base: Box::new(base), ops }, span } })
    }

    /// Where the index that opens at `i` ends, on its line.
    fn index_end(&self, i: usize) -> Option<usize> {
        let mut depth = 0u32;
        let mut j = i;
        loop {
            match self.at(j) {
                b'[' => depth += 1,
                b']' => depth -= 1,
                b'\n' => return None,
                0 if j >= self.bytes.len() => return None,
                _ => {
                    let end = crate::skim::skip_token(self.near(j), j).unwrap_or(j + 1);
                    if self.bytes.get(j..end).is_some_and(|token| token.contains(&b'\n')) {
                        return None;
                    }
                    j = end;
                    continue;
                }
            }
            j += 1;
            if depth == 0 {
                return Some(j);
            }
        }
    }

    /// Whether a place that ends its entry stands behind the `,` before `i`.
    fn place_ahead(&mut self, i: usize) -> bool {
        let saved = self.pos;
        self.pos = i;
        let mut found = false;
        if let Some(word) = self.take_word() {
            loop {
                match (self.at(self.pos), self.at(self.pos + 1)) {
                    (b'.', b) if chars::starts_word(b) => {
                        self.pos = chars::word_end(self.bytes, self.pos + 1)
                    }
                    (b'?', b'.') if chars::starts_word(self.at(self.pos + 2)) => {
                        self.pos = chars::word_end(self.bytes, self.pos + 2);
                    }
                    (b'[', _) => match self.index_end(self.pos) {
                        Some(end) => self.pos = end,
                        None => break,
                    },
                    _ => break,
                }
            }
            let c = self.peek();
            found = !chars::is_reserved(&word.text)
                && (self.look_nl || matches!(c, b',' | b'}') || self.at_end());
        }
        self.pos = saved;
        self.peek();
        found
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
