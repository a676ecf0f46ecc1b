//! Items: what stands at the top of a file.

use super::report::problem;
use super::{Parsed, Parser, Stop};
use crate::ast::{
    Base, Chunk, Decl, Doc, Expr, ExprKind, Family, Item, ItemKind, Member, Param, Path, Span, TestItem,
    TypeExpr, TypeKind, Word,
};
use crate::chars;
use crate::codes;

/// Where items stand.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Inside {
    File,
    Overlay,
    Test,
}

impl<'s> Parser<'s> {
    /// Everything up to the end of the chunk.
    pub(super) fn file(&mut self) -> Chunk {
        let mut chunk = Chunk::default();
        while self.peek() == b'/' && chars::is_module_doc(self.bytes, self.look) {
            chunk.module_docs.push(self.doc_line());
        }
        let mut first = true;
        while !self.at_end() {
            let before = self.look;
            let errors = self.errors.len();
            if !first && !self.look_nl && !self.two_items() {
                let from = self.look;
                self.behind_item();
                self.pos = self.bytes.len();
                let error = Expr { kind: ExprKind::Error, span: self.span(from) };
                match chunk.items.last_mut().map(|item| &mut item.kind) {
                    Some(ItemKind::Let { value, .. } | ItemKind::Fn { body: value, .. }) => *value = error,
                    Some(ItemKind::Unit { value: Some(value), .. }) => *value = error,
                    _ => {}
                }
                break;
            }
            if let Some(item) = self.item(Inside::File)
                && (first || item.kind != ItemKind::Broken || chars::starts_word(self.at(before)))
            {
                chunk.items.push(item);
            }
            first = false;
            self.step(before);
            // What goes on below a mistake belongs to it, until an item begins.
            if self.errors.len() > errors && !self.at_end() && self.look_nl && !self.item_ahead() {
                self.pos = self.bytes.len();
            }
        }
        chunk
    }

    /// Whether an item, or its docs and attributes, comes next.
    fn item_ahead(&mut self) -> bool {
        matches!(self.peek(), b'@' | b'/' | b'}') || crate::scan::begins_item(self.bytes, self.look)
    }

    /// Whether another item begins on the line where one ended, which is reported.
    #[cold]
    fn two_items(&mut self) -> bool {
        let (i, place) = (self.look, self.pos);
        let word = self.peek_word();
        let next = chars::word_end(self.bytes, i);
        let begins = self.at(i) == b'@'
            || chars::is_doc(self.bytes, i)
            || chars::item_word(word).is_some()
            || (chars::starts_word(self.at(next + 1)) && self.at(next) == b' ');
        if !begins || chars::is_reserved(word) || self.field_follows(next) {
            return false;
        }
        self.push(
            problem(
                codes::TWO_ITEMS,
                i,
                i + word.len().max(1),
                "an item begins on a line of its own",
                "another item ends on this line",
            )
            .fix("begin a line", place, i, "\n"),
        );
        true
    }

    /// Something that belongs to no item stands behind one.
    #[cold]
    fn behind_item(&mut self) {
        let c = self.peek();
        let i = self.look;
        if matches!(c, b'}' | b']' | b')') {
            self.stray_close();
        } else if c == b';' || c == b',' {
            self.push(
                problem(
                    codes::SUPERFLUOUS_SEPARATOR,
                    i,
                    i + 1,
                    format!("items do not end with `{}`", c as char),
                    "not needed",
                )
                .fix(format!("remove `{}`", c as char), i, i + 1, ""),
            );
        } else {
            self.unexpected("the end of the line");
        }
    }

    /// An item; `None` where only documentation stands.
    fn item(&mut self, inside: Inside) -> Option<Item> {
        let docs = if self.peek() == b'/' { self.docs() } else { Vec::new() };
        self.peek();
        let start = self.look;
        if self.at(start) == b'/' && chars::is_module_doc(self.bytes, start) {
            self.misplaced_doc();
            return None;
        }
        if !docs.is_empty() && (self.at_end() || self.is(b'}')) {
            self.lost_docs(&docs);
            return None;
        }
        let attrs = if self.is(b'@') { self.attrs() } else { Vec::new() };
        let (mut private, mut kind) = (None, ItemKind::Broken);
        match self.private_and_kind(&mut private) {
            Ok(read) => kind = read,
            Err(Stop) => {
                self.pos = self.pos.max(start);
                self.skip_item(inside);
            }
        }
        Some(Item { docs, attrs, private, kind, span: self.span(start) })
    }

    fn private_and_kind(&mut self, private: &mut Option<Span>) -> Parsed<ItemKind> {
        if self.peek() == b'p' && self.peek_word() == "private" {
            let start = self.look;
            self.pos = start + 7;
            *private = Some(self.span(start));
            self.on_this_line("private", "an item")?;
        }
        self.item_kind()
    }

    /// The head of an item, up to its name, stands on one line.
    fn on_this_line(&mut self, after: &str, what: &str) -> Parsed<()> {
        self.peek();
        if self.look_nl || self.at_end() {
            let place = self.pos;
            self.push(problem(
                codes::MISSING_NAME,
                place,
                place,
                format!("{what} is missing after `{after}`"),
                "it belongs on this line",
            ));
            return Err(Stop);
        }
        Ok(())
    }

    /// Behind a mistake in an item: goes to its end.
    #[cold]
    fn skip_item(&mut self, inside: Inside) {
        if inside == Inside::File {
            // What follows in this chunk belongs to the broken item.
            self.pos = self.bytes.len();
            return;
        }
        loop {
            self.skip_entry();
            if self.is(b',') && !self.look_nl {
                self.pos = self.look + 1;
            } else {
                return;
            }
        }
    }

    fn item_kind(&mut self) -> Parsed<ItemKind> {
        let c = self.peek();
        if !chars::starts_word(c) {
            return Err(self.no_item());
        }
        let start = self.look;
        let word = self.peek_word();
        let Some(keyword) = chars::item_word(word) else {
            return self.decl(start, None);
        };
        self.pos = start + word.len();
        if keyword == "template" {
            let template = self.span(start);
            self.on_this_line("template", "a kind")?;
            let start = self.look;
            return self.decl(start, Some(template));
        }
        let c = self.peek();
        if keyword == "use" && c == b'.' && !self.look_nl {
            let i = self.look;
            self.push(
                problem(codes::UNEXPECTED, i, i + 1, "a module is named from its root, not relative to this file", "no name stands before it")
                    .help("the first name is `std`, a dependency or the package itself: `use package.module.{name}`"),
            );
            return Err(Stop);
        }
        if matches!(c, b'=' | b':' | b'.') && !self.look_nl {
            return Err(self.field_outside(start, word));
        }
        self.on_this_line(
            keyword,
            if matches!(keyword, "use") {
                "a path"
            } else if keyword == "test" {
                "a title"
            } else {
                "a name"
            },
        )?;
        match keyword {
            "use" => self.use_item(),
            "kind" => {
                let name = self.item_name("kind")?;
                if chars::item_word(&name.text).is_some() {
                    let (start, end) = (name.span.start as usize, name.span.end as usize);
                    self.push(problem(
                        codes::RESERVED_NAME,
                        start,
                        end,
                        format!("`{}` begins an item and cannot name a kind", name.text),
                        "not usable as a kind",
                    ));
                    return Err(Stop);
                }
                Ok(ItemKind::Kind { name, block: self.need_block()? })
            }
            "struct" => {
                let name = self.item_name("struct")?;
                Ok(ItemKind::Struct { name, block: self.need_block()? })
            }
            "enum" => self.enum_item(),
            "dimension" => {
                let name = self.item_name("dimension")?;
                if !self.is_equals() {
                    return Err(self.unexpected("`=` and the base unit"));
                }
                self.pos = self.look + 1;
                self.value_ahead()?;
                let Some(base) = self.take_word() else { return Err(self.unexpected("the base unit")) };
                Ok(ItemKind::Dimension { name, base })
            }
            "unit" => self.unit_item(),
            "type" => {
                let name = self.item_name("type")?;
                let ty = self.type_after_equals()?;
                Ok(ItemKind::Type { name, ty })
            }
            "fn" => self.fn_item(),
            "let" => {
                let (name, ty, value) = self.let_rest()?;
                Ok(ItemKind::Let { name, ty, value })
            }
            "overlay" => {
                let name = self.item_name("overlay")?;
                let items = self.items(Inside::Overlay)?.into_iter().filter_map(|item| match item {
                    TestItem::Item(item) => Some(item),
                    _ => None,
                });
                Ok(ItemKind::Overlay { name, items: items.collect() })
            }
            "check" => {
                let name = self.item_name("check")?;
                let clauses = self.clauses()?;
                if clauses.loops.is_empty() {
                    self.unexpected("`for x in …`");
                    return Err(Stop);
                }
                Ok(ItemKind::Check { name, clauses, block: self.need_block()? })
            }
            "test" => {
                let Some(name) = self.title("a test's title") else {
                    return Err(self.unexpected("a title in quotes"));
                };
                let environment = if self.eat_word("in") {
                    match self.take_word() {
                        Some(word) => Some(word),
                        None => return Err(self.unexpected("the name of an environment")),
                    }
                } else {
                    None
                };
                Ok(ItemKind::Test { name, environment, items: self.items(Inside::Test)? })
            }
            "private" => {
                self.push(
                    problem(
                        codes::UNEXPECTED,
                        start,
                        start + 7,
                        "`private` stands here twice",
                        "once is enough",
                    )
                    .fix("remove it", start, self.look, ""),
                );
                Err(Stop)
            }
            _ => {
                self.push(
                    problem(
                        codes::NOT_AN_ITEM,
                        start,
                        start + word.len(),
                        format!("`{word}` stands inside a test"),
                        "no test around this",
                    )
                    .help("write `test \"title\" { … }` around it"),
                );
                Err(Stop)
            }
        }
    }

    #[cold]
    fn no_item(&mut self) -> Stop {
        let c = self.peek();
        let i = self.look;
        if matches!(c, b'}' | b']' | b')') {
            return self.stray_close();
        }
        if matches!(c, b'"' | b'0'..=b'9' | b'{' | b'[' | b'(' | b'=' | b'.' | b',') {
            let (end, name) = self.found(i);
            self.push(
                problem(codes::NOT_AN_ITEM, i, end, format!("expected an item, found {name}"), "no item begins like this")
                    .help("a file consists of declarations such as `service name { … }`, and of `use`, `kind`, `let` and the like"),
            );
            return Stop;
        }
        self.pos = self.look;
        self.unexpected("an item")
    }

    /// `name = value` at the top of a file.
    #[cold]
    fn field_outside(&mut self, start: usize, word: &str) -> Stop {
        let end = start + word.len();
        let mut error = problem(
            codes::NOT_AN_ITEM,
            start,
            end,
            format!("`{word}` stands outside of any declaration"),
            "a field belongs into a declaration",
        )
        .help("a constant of the module is written `let name = value`");
        if self.is_equals() && chars::item_word(word).is_none() {
            error = error.fix("make it a constant", start, start, "let ");
        }
        let later = self.brackets().stray.iter().copied().find(|s| *s as usize > start);
        if let Some(stray) = later {
            error = problem(
                codes::STRAY_CLOSE,
                stray as usize,
                stray as usize + 1,
                "this `}` closes nothing",
                "nothing is open here",
            )
            .help(format!("the declaration was closed before `{word}`"));
        }
        self.push(error);
        Stop
    }

    /// The name behind a keyword.
    fn item_name(&mut self, keyword: &str) -> Parsed<Word> {
        self.on_this_line(keyword, "a name")?;
        let c = self.peek();
        let i = self.look;
        if c == b'"' {
            return Err(self.quoted_name());
        }
        let Some(word) = self.take_word() else {
            let (end, name) = self.found(i);
            if matches!(c, b'{' | b'=' | b':' | b'(') {
                let place = self.pos;
                self.push(problem(
                    codes::MISSING_NAME,
                    place,
                    place,
                    format!("a name is missing after `{keyword}`"),
                    "a word belongs here",
                ));
            } else if c.is_ascii_digit() {
                self.push(problem(
                    codes::MISSING_NAME,
                    i,
                    end,
                    format!("a name begins with a letter, not with {name}"),
                    "not a name",
                ));
            } else {
                return Err(self.unexpected("a name"));
            }
            return Err(Stop);
        };
        if chars::is_reserved(&word.text) {
            self.push(problem(
                codes::RESERVED_NAME,
                i,
                self.pos,
                format!("`{}` is reserved in expressions", word.text),
                "not usable as a name",
            ));
            return Err(Stop);
        }
        Ok(word)
    }

    #[cold]
    fn quoted_name(&mut self) -> Stop {
        let lit = self.string();
        let (start, end) = (lit.span.start as usize, lit.span.end as usize);
        let text = self.plain_text(&lit, "a name");
        let mut error = problem(
            codes::MISSING_NAME,
            start,
            end,
            "names are written without quotation marks",
            "not a word",
        );
        if !text.is_empty() && chars::word_end(text.as_bytes(), 0) == text.len() {
            error = error.fix("remove the quotation marks", start, end, text.to_string());
        } else {
            error =
                error.help("names are made of a-z, A-Z, digits, `_` and `-`; other text goes into `title`");
        }
        self.push(error);
        Stop
    }

    // ------------------------------------------------------------ items with a keyword

    /// `path.{a, b} as c`
    fn use_item(&mut self) -> Parsed<ItemKind> {
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
    fn enum_item(&mut self) -> Parsed<ItemKind> {
        let name = self.item_name("enum")?;
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
    fn unit_item(&mut self) -> Parsed<ItemKind> {
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

    fn type_after_equals(&mut self) -> Parsed<TypeExpr> {
        if !self.is_equals() {
            return Err(self.unexpected("`=` and a type"));
        }
        self.pos = self.look + 1;
        self.value_ahead()?;
        let open = self.open.len();
        self.type_expr().inspect_err(|Stop| self.open.truncate(open))
    }

    /// `f(a: T) -> T = e` behind `fn`.
    fn fn_item(&mut self) -> Parsed<ItemKind> {
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

    /// `{ … }` around items.
    fn items(&mut self, inside: Inside) -> Parsed<Vec<TestItem>> {
        if !self.is(b'{') {
            self.need_block()?;
        }
        let open = self.open_bracket()?;
        let mut items = Vec::new();
        let mut first = true;
        loop {
            if self.eat(b'}') {
                break;
            }
            if self.at_end() {
                self.unclosed(open);
                break;
            }
            if matches!(self.peek(), b']' | b')') {
                self.stray_close();
                continue;
            }
            if self.is(b',') {
                let i = self.look;
                self.push(
                    problem(
                        codes::SUPERFLUOUS_SEPARATOR,
                        i,
                        i + 1,
                        "items are not separated by `,`",
                        "not needed",
                    )
                    .fix("begin a line", i, i + 1, "\n"),
                );
                self.pos = i + 1;
                first = true;
                continue;
            }
            let before = self.look;
            if !first && !self.look_nl && !self.two_items() {
                self.behind_item();
                self.skip_entry();
                self.step(before);
                continue;
            }
            first = false;
            let word = self.peek_word();
            if inside == Inside::Test && (word == "expect" || word == "assert") {
                match self.test_statement(word) {
                    Ok(item) => items.push(item),
                    Err(Stop) => self.skip_entry(),
                }
            } else if let Some(item) = self.item(inside) {
                items.push(TestItem::Item(item));
            }
            self.step(before);
        }
        self.close_bracket();
        Ok(items)
    }

    fn test_statement(&mut self, word: &str) -> Parsed<TestItem> {
        let start = self.look;
        self.pos = start + 6;
        self.on_this_line(word, if word == "expect" { "a check or code" } else { "a condition" })?;
        if word == "assert" {
            let cond = self.condition()?;
            return Ok(TestItem::Assert { cond, span: self.span(start) });
        }
        let not = self.eat_word("not");
        if !chars::starts_word(self.peek()) {
            return Err(self.unexpected("the name of a check, or a code"));
        }
        let what = self.path("the name of a check")?;
        let at = if self.eat_word("at") { Some(self.place()?) } else { None };
        Ok(TestItem::Expect { not, what, at, span: self.span(start) })
    }

    // ------------------------------------------------------------ declarations

    /// `kind name[i] from base for x in xs { … }`, whose kind begins at `start`.
    fn decl(&mut self, start: usize, template: Option<Span>) -> Parsed<ItemKind> {
        self.peek();
        let word = self.peek_word();
        if template.is_some() && chars::item_word(word).is_some() {
            self.push(
                problem(
                    codes::UNEXPECTED,
                    start,
                    start + word.len(),
                    format!("`{word}` cannot be a template"),
                    "a kind belongs here",
                )
                .help("`template` stands before a declaration: `template service name { … }`"),
            );
            return Err(Stop);
        }
        if chars::is_reserved(word) {
            return Err(self.unexpected("an item"));
        }
        let kind = self.path("a kind")?;
        let c = self.peek();
        let i = self.look;
        if self.look_nl || self.at_end() || !chars::starts_word(c) {
            return Err(self.no_name(&kind, c, template.is_some()));
        }
        let Some(name) = self.take_word() else { return Err(Stop) };
        if chars::is_reserved(&name.text) {
            self.push(problem(
                codes::RESERVED_NAME,
                i,
                self.pos,
                format!("`{}` is reserved in expressions", name.text),
                format!("the name of this {} should stand here", kind.span.text(self.src)),
            ));
            return Err(Stop);
        }
        let index = if self.is(b'[') && !self.look_nl { Some(Box::new(self.index())) } else { None };
        let base = if self.eat_word("from") { Some(self.base()?) } else { None };
        if base.is_some() && self.is(b',') && !self.look_nl {
            return Err(self.second_base(&name));
        }
        let family = if self.peek() == b'f' && self.peek_word() == "for" {
            let clauses = self.clauses()?;
            let by = if self.eat_word("by") { Some(Box::new(self.expr()?)) } else { None };
            Some(Family { clauses, by })
        } else {
            None
        };
        if !self.is(b'{') {
            return Err(self.no_body(&kind, &name, template.is_some()));
        }
        let block = self.block();
        Ok(ItemKind::Decl(Decl { template, kind, name, index, base, family, block }))
    }

    /// `from a, b`
    #[cold]
    fn second_base(&mut self, name: &Word) -> Stop {
        let i = self.look;
        self.push(
            problem(codes::UNEXPECTED, i, i + 1, "a declaration derives from one base", "a second one follows")
                .help(format!(
                    "what `{}` shares with the second goes into the first, or into a template that both derive from",
                    name.text
                )),
        );
        Stop
    }

    fn base(&mut self) -> Parsed<Base> {
        let start = self.pos - 4;
        let path = self.path("the name of a base")?;
        let index = if self.is(b'[') && !self.look_nl { Some(Box::new(self.index())) } else { None };
        let version = if self.eat(b'@') {
            match self.title("a version range") {
                Some(version) => Some(version),
                None => {
                    let c = self.peek();
                    let i = self.look;
                    if c.is_ascii_digit() || c == b'^' {
                        let mut end = i;
                        while !matches!(self.at(end), b' ' | b'\t' | b'\n' | b'\r' | b'{' | 0) {
                            end += 1;
                        }
                        let text = self.text(i, end).to_owned();
                        self.push(
                            problem(codes::UNEXPECTED, i, end, "a version range is a string", "not quoted")
                                .fix("quote it", i, end, format!("\"{text}\"")),
                        );
                        return Err(Stop);
                    }
                    return Err(self.unexpected("a version range in quotes"));
                }
            }
        } else {
            None
        };
        Ok(Base { path, index, version, span: self.span(start) })
    }

    /// No name follows the kind.
    #[cold]
    fn no_name(&mut self, kind: &Path, c: u8, template: bool) -> Stop {
        let (start, end) = (kind.span.start as usize, kind.span.end as usize);
        let word = self.text(start, end);
        if c == b'"' && !self.look_nl {
            return self.quoted_name();
        }
        if !template && !self.look_nl && (matches!(c, b'=' | b':' | b'+' | b'(' | b'[')) {
            return self.field_outside(start, word);
        }
        if c == b'{' || self.look_nl || self.at_end() || c.is_ascii_digit() {
            let mut error =
                problem(codes::MISSING_NAME, start, end, format!("`{word}` needs a name"), "no name follows");
            if c == b'{' {
                error = error.help(format!("a declaration is `{word} name {{ … }}`"));
            } else if c.is_ascii_digit() && !self.look_nl {
                error = error.help("a name begins with a letter");
            } else {
                error =
                    error.help(format!("a declaration is `{word} name {{ … }}`, on one line up to its name"));
            }
            self.push(error);
            return Stop;
        }
        self.unexpected("a name")
    }

    /// No `{` follows the head of a declaration.
    #[cold]
    fn no_body(&mut self, kind: &Path, name: &Word, template: bool) -> Stop {
        let c = self.peek();
        let i = self.look;
        let (start, end) = (kind.span.start as usize, kind.span.end as usize);
        let word = self.text(start, end);
        if self.is_equals() && !template && matches!(word, "const" | "var" | "def" | "local" | "val" | "set")
        {
            self.push(
                problem(codes::NOT_AN_ITEM, start, end, "a constant is written with `let`", "not a kind")
                    .fix("write `let`", start, end, "let"),
            );
            return Stop;
        }
        if c == b'(' && matches!(word, "def" | "func" | "function") {
            self.push(
                problem(codes::NOT_AN_ITEM, start, end, "a function is written with `fn`", "not a kind")
                    .help("write `fn name(a: T) -> T = value`"),
            );
            return Stop;
        }
        if c == b':' || (chars::starts_word(c) && matches!(self.peek_word(), "extends" | "inherits" | "is")) {
            let end = if c == b':' { i + 1 } else { chars::word_end(self.bytes, i) };
            self.push(
                problem(
                    codes::UNEXPECTED,
                    i,
                    end,
                    "a base is named with `from`",
                    "not part of a declaration's head",
                )
                .fix("write `from`", i, end, if c == b':' { " from" } else { "from" }),
            );
            return Stop;
        }
        if chars::starts_word(c) && self.peek_word() == "from" {
            self.push(
                problem(codes::UNEXPECTED, i, i + 4, "`from` stands before `for`", "too late for a base")
                    .help(format!("write `{word} {} from base for x in xs {{ … }}`", name.text)),
            );
            return Stop;
        }
        match self.need_block() {
            Err(stop) => stop,
            Ok(_) => Stop,
        }
    }
}
