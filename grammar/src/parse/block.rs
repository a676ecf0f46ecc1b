//! Bodies: where they begin, and where their entries end.

use super::report::problem;
use super::{Parsed, Parser, Stop};
use crate::ast::{Block, Entry, EntryKind, Expr, ExprKind, Span, TypeExpr, TypeKind};
use crate::chars;
use crate::codes;

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
        if c == b'{' && self.constructed(entry.as_deref_mut()) {
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
        } else if matches!(self.peek_word(), "to" | "until" | "through") {
            let end = i + self.peek_word().len();
            self.push(
                problem(codes::FOREIGN_OPERATOR, i, end, "a range is written with `..`", "not an operator")
                    .help("both ends belong to it: `2..10`"),
            );
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

    /// `contact = person { … }`: the `{` comes next.
    #[cold]
    fn constructed(&mut self, entry: Option<&mut Entry>) -> bool {
        let Some(entry) = entry else { return false };
        let (EntryKind::Set { value, .. } | EntryKind::Let { value, .. }) = &entry.kind else { return false };
        if !matches!(value.kind, ExprKind::Name(_)) {
            return false;
        }
        let start = value.span.start as usize;
        let open = self.look;
        self.push(
            problem(codes::UNEXPECTED, open, open + 1, "no body stands behind a value", "the value ends before this").help(
                "a struct's value is a block alone: `{ size = 5 }`; a member with fields is called: `limit(amount = 5)`",
            ),
        );
        let place = self.span(start);
        spoil(entry, place);
        self.skip_entry();
        self.eat(b',');
        true
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
