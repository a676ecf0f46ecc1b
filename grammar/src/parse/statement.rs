//! Entries that begin with a word of the language, and the names and places in them.

use super::report::problem;
use super::{Parsed, Parser, Stop};
use crate::ast::{EntryKind, Expr, ExprKind, Key, Place, PostfixOp, Span, TypeExpr, TypeKind, Word};
use crate::chars;
use crate::codes;

impl<'s> Parser<'s> {
    /// A statement whose word was just read.
    pub(super) fn statement(&mut self, start: usize, word: &str) -> Parsed<EntryKind> {
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
