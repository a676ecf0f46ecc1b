//! Items with a keyword of their own: `use`, `enum`, `unit`, `type`, `fn`.

use super::report::problem;
use super::{Parsed, Parser, Stop};
use crate::ast::{Doc, ItemKind, Member, Param, Span, TypeExpr, TypeKind, Word};
use crate::chars;
use crate::codes;

impl<'s> Parser<'s> {
    /// `path.{a, b} as c`
    pub(super) fn use_item(&mut self) -> Parsed<ItemKind> {
        if self.is(b'"') {
            let i = self.look;
            let end = self.found(i).0;
            self.push(
                problem(
                    codes::MISSING_NAME,
                    i,
                    end,
                    "a module is named without quotation marks",
                    "not a path",
                )
                .help("write `use package.module.{name}`"),
            );
            return Err(Stop);
        }
        let path = self.path("a path")?;
        let mut names = None;
        if self.at(self.pos) == b'.' && self.at(self.pos + 1) == b'{' {
            let brace = self.pos + 1;
            self.pos = brace;
            let mut words = Vec::new();
            self.separated(b'}', &mut |parser| match parser.take_word() {
                Some(word) => words.push(word),
                None => {
                    parser.unexpected("a name");
                    parser.skip_element();
                }
            });
            names = Some(words);
        } else if self.at(self.pos) == b'.' {
            let i = self.pos;
            let star = self.at(i + 1) == b'*';
            let error = if star {
                problem(
                    codes::UNEXPECTED,
                    i + 1,
                    i + 2,
                    "there is no wildcard: names are imported one by one",
                    "not a name",
                )
                .help("write `use module.{a, b}`")
            } else {
                problem(codes::UNEXPECTED, i, i + 1, "a name is missing after `.`", "nothing follows")
            };
            self.push(error);
            return Err(Stop);
        }
        let alias = if self.eat_word("as") {
            match self.take_word() {
                Some(word) => Some(word),
                None => return Err(self.unexpected("another name")),
            }
        } else {
            None
        };
        Ok(ItemKind::Use { path, names, alias })
    }

    /// `E { a, b = "text", c(x: int) }` behind `enum`.
    pub(super) fn enum_item(&mut self) -> Parsed<ItemKind> {
        let name = self.item_name("enum")?;
        if self.is_equals() {
            let i = self.look;
            self.push(
                problem(codes::UNEXPECTED, i, i + 1, "members stand in braces", "superfluous")
                    .help(format!("write `enum {} {{ a, b }}`", name.text)),
            );
            return Err(Stop);
        }
        if !self.is(b'{') {
            return Err(self.unexpected("`{`"));
        }
        let open = self.open_bracket()?;
        let mut members = Vec::new();
        loop {
            if self.eat(b'}') {
                break;
            }
            if self.at_end() {
                self.unclosed(open);
                break;
            }
            if self.is(b',') {
                self.stray_separator();
                continue;
            }
            let before = self.look;
            let docs = self.docs();
            if !docs.is_empty() && (self.is(b'}') || self.at_end()) {
                self.lost_docs(&docs);
                continue;
            }
            match self.member_rest(docs) {
                Ok(member) => members.push(member),
                Err(Stop) => self.skip_entry(),
            }
            self.step(before);
            let c = self.peek();
            if c == b',' {
                self.pos = self.look + 1;
            } else if !(self.look_nl || c == b'}' || self.at_end()) {
                let (i, place) = (self.look, self.pos);
                if chars::starts_word(c) {
                    self.push(
                        problem(
                            codes::TWO_ENTRIES,
                            i,
                            chars::word_end(self.bytes, i),
                            "two members on one line need a `,` between them",
                            "another member begins here",
                        )
                        .fix("add `,`", place, place, ","),
                    );
                } else {
                    self.unexpected("`,` or `}`");
                    self.skip_entry();
                    self.eat(b',');
                }
            }
        }
        self.close_bracket();
        Ok(ItemKind::Enum { name, members })
    }

    fn member_rest(&mut self, docs: Vec<Doc>) -> Parsed<Member> {
        let attrs = self.attrs();
        let Some(name) = self.take_word() else {
            if self.is(b'"') {
                return Err(self.quoted_name());
            }
            return Err(self.unexpected("a member's name"));
        };
        let params = if self.is(b'(') && !self.look_nl { Some(self.params()?) } else { None };
        let text = if self.is_equals() {
            self.pos = self.look + 1;
            self.value_ahead()?;
            match self.title("a member's spelling") {
                Some(text) => Some(text),
                None => return Err(self.unexpected("a spelling in quotes")),
            }
        } else {
            None
        };
        Ok(Member { docs, attrs, name, params, text })
    }

    /// `(a: T, b?: T = e)`, which comes next.
    fn params(&mut self) -> Parsed<Vec<Param>> {
        let mut params = Vec::new();
        self.separated(b')', &mut |parser| {
            if let Some(param) = parser.param() {
                params.push(param);
            }
        });
        Ok(params)
    }

    fn param(&mut self) -> Option<Param> {
        let docs = self.docs();
        let start = self.look;
        match self.param_rest(docs) {
            Ok(param) => Some(param),
            Err(Stop) => {
                self.pos = self.pos.max(start);
                self.skip_element();
                None
            }
        }
    }

    fn param_rest(&mut self, docs: Vec<Doc>) -> Parsed<Param> {
        if !docs.is_empty() && self.is(b')') {
            self.lost_docs(&docs);
            return Err(Stop);
        }
        let name = self.binder("a parameter's name")?;
        let optional = self.is(b'?') && self.eat(b'?');
        if !self.eat(b':') {
            let place = self.pos;
            let c = self.peek();
            if matches!(c, b',' | b')' | b'=') {
                self.push(problem(
                    codes::BAD_TYPE,
                    place,
                    place,
                    format!("the type of `{}` is missing", name.text),
                    "`: type` belongs here",
                ));
                let ty = TypeExpr { kind: TypeKind::Error, span: Span::new(place as u32, place as u32) };
                return self.param_default(docs, name, optional, ty);
            }
            return Err(self.unexpected("`:` and a type"));
        }
        self.peek();
        if self.look_nl {
            let place = self.pos;
            self.push(problem(
                codes::BAD_TYPE,
                place - 1,
                place,
                "a type is missing after `:`",
                "nothing follows on this line",
            ));
            return Err(Stop);
        }
        let (start, open) = (self.pos, self.open.len());
        let ty = match self.type_expr() {
            Ok(ty) => ty,
            Err(Stop) => {
                self.open.truncate(open);
                self.skip_element();
                TypeExpr { kind: TypeKind::Error, span: self.span(start) }
            }
        };
        self.param_default(docs, name, optional, ty)
    }

    fn param_default(&mut self, docs: Vec<Doc>, name: Word, optional: bool, ty: TypeExpr) -> Parsed<Param> {
        let default = if self.is_equals() {
            self.pos = self.look + 1;
            self.value_ahead()?;
            Some(self.expr()?)
        } else {
            None
        };
        Ok(Param { docs, name, optional, ty, default })
    }

    /// `nmi: length = 1852m` behind `unit`.
    pub(super) fn unit_item(&mut self) -> Parsed<ItemKind> {
        let name = self.unit_name()?;
        let dimension = if self.eat(b':') { Some(self.path("a dimension")?) } else { None };
        let value = if self.is_equals() {
            self.pos = self.look + 1;
            Some(self.value())
        } else {
            None
        };
        Ok(ItemKind::Unit { name, dimension, value })
    }

    /// A unit can be attached to a number only if it has no `-`.
    fn unit_name(&mut self) -> Parsed<Word> {
        self.peek();
        let start = self.look;
        // `µs` is a unit but not a word.
        if self.at(start) == 0xC2 && self.at(start + 1) == 0xB5 {
            let end = chars::unit_end(self.bytes, start);
            if end > start && !self.text(start, end).contains('/') {
                self.pos = end;
                return Ok(Word { text: self.text(start, end).into(), span: self.span(start) });
            }
        }
        let name = self.item_name("unit")?;
        if name.text.contains('-') || name.text.starts_with('_') {
            let (start, end) = (name.span.start as usize, name.span.end as usize);
            self.push(
                problem(
                    codes::MISSING_NAME,
                    start,
                    end,
                    "a unit is made of letters, digits and `_`, and begins with a letter",
                    "cannot follow a number",
                )
                .fix(
                    "write `_`",
                    start,
                    end,
                    name.text.trim_start_matches('_').replace('-', "_"),
                ),
            );
        }
        Ok(name)
    }

    pub(super) fn type_after_equals(&mut self) -> Parsed<TypeExpr> {
        if !self.is_equals() {
            return Err(self.unexpected("`=` and a type"));
        }
        self.pos = self.look + 1;
        self.value_ahead()?;
        let open = self.open.len();
        self.type_expr().inspect_err(|Stop| self.open.truncate(open))
    }

    /// `f(a: T) -> T = e` behind `fn`.
    pub(super) fn fn_item(&mut self) -> Parsed<ItemKind> {
        let name = self.item_name("fn")?;
        if !self.is(b'(') {
            return Err(self.unexpected("`(` and parameters"));
        }
        let params = self.params()?;
        let c = self.peek();
        if !(c == b'-' && self.at(self.look + 1) == b'>') {
            if c == b'=' || c == b':' {
                self.push(
                    problem(
                        codes::BAD_TYPE,
                        self.pos,
                        self.pos,
                        "the type of the result is missing",
                        "`-> type` belongs here",
                    )
                    .help(format!("write `fn {}(…) -> type = value`", name.text)),
                );
                return Err(Stop);
            }
            return Err(self.unexpected("`->` and the type of the result"));
        }
        self.pos = self.look + 2;
        let open = self.open.len();
        let result = self.type_expr().inspect_err(|Stop| self.open.truncate(open))?;
        if !self.is_equals() {
            if self.is(b'{') {
                let i = self.look;
                self.push(
                    problem(
                        codes::MISSING_EQUALS,
                        i,
                        i + 1,
                        "a function's value follows `=`",
                        "no block here",
                    )
                    .help("functions are single expressions: `fn f(a: T) -> T = a + 1`"),
                );
                return Err(Stop);
            }
            return Err(self.unexpected("`=` and the value"));
        }
        self.pos = self.look + 1;
        let body = self.value();
        Ok(ItemKind::Fn { name, params, result, body })
    }
}
