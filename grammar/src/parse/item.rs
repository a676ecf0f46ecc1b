//! Items: what stands at the top of a file.

use super::report::problem;
use super::{Parsed, Parser, Stop};
use crate::ast::{Chunk, Expr, ExprKind, Item, ItemKind, Span, TestItem};
use crate::chars;
use crate::codes;

/// Where items stand.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Inside {
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
    pub(super) fn two_items(&mut self) -> bool {
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
    pub(super) fn behind_item(&mut self) {
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
    pub(super) fn item(&mut self, inside: Inside) -> Option<Item> {
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
    pub(super) fn field_outside(&mut self, start: usize, word: &str) -> Stop {
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
}
