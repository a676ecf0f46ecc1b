//! Types.

use super::report::problem;
use super::{Parsed, Parser, Stop};
use crate::ast::{Path, Span, TypeExpr, TypeKind, Word};
use crate::chars;
use crate::codes;
use smol_str::SmolStr;

impl<'s> Parser<'s> {
    /// Whether a type may begin here.
    pub(super) fn type_ahead(&mut self) -> bool {
        let c = self.peek();
        if chars::starts_word(c) {
            let word = self.peek_word();
            return word == "none" || !chars::is_reserved(word);
        }
        matches!(c, b'[' | b'{' | b'(' | b'"')
    }

    /// `A | B where c`
    pub(super) fn type_expr(&mut self) -> Parsed<TypeExpr> {
        let first = self.type_range()?;
        let start = first.span.start as usize;
        let mut ty = first;
        if self.is(b'|') {
            let mut parts = vec![ty];
            while self.is(b'|') && self.at(self.look + 1) != b'|' {
                self.pos = self.look + 1;
                parts.push(self.type_range()?);
            }
            ty = TypeExpr { kind: TypeKind::Union(parts), span: self.span(start) };
        }
        let c = self.peek();
        if c == b'w' && self.peek_word() == "where" && !(self.look_nl && self.names_field(self.look + 5)) {
            self.pos = self.look + 5;
            let cond = Box::new(self.expr()?);
            ty = TypeExpr { kind: TypeKind::Where(Box::new(ty), cond), span: self.span(start) };
        } else if c == b'?' && self.pos == self.look {
            let i = self.look;
            self.push(
                problem(
                    codes::BAD_TYPE,
                    i,
                    i + 1,
                    "`?` stands behind the field's name, not behind its type",
                    "not part of a type",
                )
                .help("write `name?: type`"),
            );
            return Err(Stop);
        }
        Ok(ty)
    }

    /// `A..B`
    fn type_range(&mut self) -> Parsed<TypeExpr> {
        let from = self.type_atom()?;
        if self.peek() == b'.' && self.at(self.look + 1) == b'.' {
            self.pos = self.look + 2;
            let to = self.type_atom()?;
            let span = from.span.to(to.span);
            return Ok(TypeExpr { kind: TypeKind::Range(Box::new(from), Box::new(to)), span });
        }
        Ok(from)
    }

    fn type_atom(&mut self) -> Parsed<TypeExpr> {
        let c = self.peek();
        let start = self.look;
        let kind = match c {
            b'[' => {
                let open = self.open_bracket()?;
                let inner = self.type_expr()?;
                self.type_close(open, b']')?;
                TypeKind::List(Box::new(inner))
            }
            b'{' => {
                let open = self.open_bracket()?;
                let key = self.type_expr()?;
                if !self.eat(b':') {
                    return Err(self.unexpected("`:` and the type of the values"));
                }
                let value = self.type_expr()?;
                self.type_close(open, b'}')?;
                TypeKind::Map(Box::new(key), Box::new(value))
            }
            b'(' => {
                let open = self.open_bracket()?;
                let inner = self.type_expr()?;
                self.type_close(open, b')')?;
                return Ok(TypeExpr { kind: inner.kind, span: self.span(start) });
            }
            b'"' => {
                let lit = self.string();
                TypeKind::Literal(self.plain_text(&lit, "a literal type"))
            }
            _ if chars::starts_word(c) => {
                let word = self.peek_word();
                if word == "none" {
                    self.pos = start + 4;
                    TypeKind::None
                } else if chars::is_reserved(word) {
                    return Err(self.unexpected("a type"));
                } else {
                    self.dimension()?
                }
            }
            _ => return Err(self.no_type()),
        };
        Ok(TypeExpr { kind, span: self.span(start) })
    }

    #[cold]
    fn no_type(&mut self) -> Stop {
        if self.look_nl || self.at_end() {
            let place = self.pos;
            self.push(problem(codes::BAD_TYPE, place, place, "a type is missing", "a type belongs here"));
            return Stop;
        }
        self.unexpected("a type")
    }

    fn type_close(&mut self, open: usize, close: u8) -> Parsed<()> {
        if !self.eat(close) {
            if self.at_end() || self.open_for_good(open) {
                return Err(self.unclosed(open));
            }
            if close == b']' && self.is(b',') {
                let i = self.look;
                self.push(
                    problem(
                        codes::BAD_TYPE,
                        i,
                        i + 1,
                        "all elements of a list have one type",
                        "a second type begins here",
                    )
                    .help("alternatives are written `[a | b]`"),
                );
                return Err(Stop);
            }
            return Err(self.unexpected(&format!("`{}`", close as char)));
        }
        self.close_bracket();
        Ok(())
    }

    /// `int`, `money/time`
    fn dimension(&mut self) -> Parsed<TypeKind> {
        let first = self.path("a type")?;
        let mut rest = Vec::new();
        loop {
            let c = self.peek();
            let i = self.look;
            let divide = match c {
                b'/' if self.at(i + 1) != b'/' => true,
                b'*' => false,
                _ => break,
            };
            self.pos = i + 1;
            self.peek();
            if !chars::starts_word(self.at(self.look)) {
                return Err(self.unexpected("a dimension"));
            }
            rest.push((divide, self.path("a dimension")?));
        }
        if self.at(self.pos) == b'[' && self.at(self.pos + 1) == b']' {
            let (start, end) = (first.span.start as usize, self.pos);
            let text = self.text(start, end).to_owned();
            self.push(
                problem(codes::BAD_TYPE, start, end + 2, "a list type is written in brackets", "not a type")
                    .fix("write it in brackets", start, end + 2, format!("[{text}]")),
            );
            self.pos = end + 2;
            return Ok(TypeKind::Error);
        }
        if rest.is_empty() && matches!(self.at(self.pos), b'(' | b'<') {
            return Ok(self.generic(&first));
        }
        Ok(if rest.is_empty() { TypeKind::Path(first) } else { TypeKind::Dim { first, rest } })
    }

    /// `list(string)`, `map<string, int>`: the bracket comes next.
    #[cold]
    fn generic(&mut self, name: &Path) -> TypeKind {
        let (start, open) = (name.span.start as usize, self.pos);
        let line = crate::skim::line_end(self.bytes, open);
        let close = |c: u8| {
            matches!(c, b'(' | b'<' | b'[' | b'{')
                .then_some(1)
                .or(matches!(c, b')' | b'>' | b']' | b'}').then_some(-1))
        };
        let (mut depth, mut comma, mut end) = (0, None, open);
        while end < line {
            let c = self.at(end);
            depth += close(c).unwrap_or(0);
            if c == b',' && depth == 1 {
                comma = comma.or(Some(end));
            }
            end += 1;
            if depth == 0 {
                break;
            }
        }
        let mut error = problem(codes::BAD_TYPE, start, end, "types have no parameters", "not a type")
            .help("a list is `[T]`, a map `{K: V}`; a field that may be absent is `name?: T`");
        if depth == 0 {
            let inner = |from: usize, to: usize| self.text(from, to).trim().to_owned();
            let many = self.text(start, open).to_ascii_lowercase();
            let text = match (many.as_str(), comma) {
                ("list" | "array" | "set" | "vec" | "seq", None) => {
                    Some(format!("[{}]", inner(open + 1, end - 1)))
                }
                ("map" | "dict" | "hashmap" | "record", Some(comma)) => {
                    Some(format!("{{{}: {}}}", inner(open + 1, comma), inner(comma + 1, end - 1)))
                }
                ("map" | "dict", None) => Some(format!("{{string: {}}}", inner(open + 1, end - 1))),
                _ => None,
            };
            if let Some(text) = text {
                error = error.fix(format!("write `{text}`"), start, end, text);
            }
        }
        self.push(error);
        self.pos = end;
        TypeKind::Error
    }

    /// Words joined by dots, without blanks.
    pub(super) fn path(&mut self, what: &str) -> Parsed<Path> {
        self.peek();
        let start = self.look;
        let mut i = start;
        let mut words = Vec::new();
        loop {
            let end = chars::word_end(self.bytes, i);
            if end == i {
                return Err(self.unexpected(what));
            }
            words.push(Word { text: SmolStr::new(self.text(i, end)), span: Span::new(i as u32, end as u32) });
            self.pos = end;
            if self.at(end) == b'.' && chars::starts_word(self.at(end + 1)) {
                i = end + 1;
            } else {
                return Ok(Path { words, span: self.span(start) });
            }
        }
    }
}
