//! Items, bodies and entries.

use super::expr::Elements;
use super::lines::{Line, Lines};
use super::print::Printer;
use crate::ast::{
    Attr, Block, Chunk, Doc, Entry, EntryKind, EntryPath, Expr, Item, ItemKind, Key, Member, Param, SetOp,
    Span, TestItem, TypeExpr,
};
use crate::chars;
use crate::skim;

impl<'s> Printer<'s> {
    /// A whole chunk.
    pub(super) fn chunk(&mut self, chunk: &Chunk) -> Lines {
        let mut lines = Lines::default();
        for _ in &chunk.module_docs {
            let blank = self.between(false, true, &mut lines);
            let text = self.doc_text();
            lines.push(Line { text, blank, leads: true, key: None });
        }
        let items = self.sequence(chunk.items.len(), 0, &mut |p, n, lines| {
            if let Some(item) = chunk.items.get(n) {
                p.item(item, lines);
            }
            None
        });
        lines.extend(items, false);
        lines
    }

    /// The documentation that comes next, up to the end of its line.
    fn doc_text(&mut self) -> String {
        let end = skim::line_end(self.src.as_bytes(), self.pos);
        let text = self.src.get(self.pos..end).unwrap_or("").trim_end().to_owned();
        self.pos = end;
        text
    }

    /// Documentation and attributes become lines that lead to what follows; attributes on its line stay there.
    fn leading(&mut self, docs: &[Doc], attrs: &[Attr], lines: &mut Lines) {
        for _ in docs {
            if self.is_flat() {
                self.end_line(0);
                return;
            }
            let blank = self.between(false, true, lines);
            let text = self.doc_text();
            lines.push(Line { text, blank, leads: true, key: None });
        }
        let indent = self.indent;
        for attr in attrs {
            if !self.is_flat() && self.out.len() == indent {
                self.between(false, true, lines);
            }
            self.attr(attr);
            let rest = self.src.get(self.pos..).unwrap_or("");
            let ends = rest.trim_start_matches([' ', '\t', '\r']).starts_with(['\n', '/']);
            if ends && !self.is_flat() {
                // Attributes at the end of a line have it for themselves.
                let text = self.out.split_off(indent.min(self.out.len()));
                lines.push(Line { text, blank: false, leads: true, key: None });
                self.indent = indent;
                self.between(true, true, lines);
            } else {
                self.join(true, false);
            }
        }
        if attrs.is_empty() && !docs.is_empty() {
            self.between(false, true, lines);
        }
    }

    fn attr(&mut self, attr: &Attr) {
        self.verbatim(attr.name.span.end);
        if self
            .src
            .get(attr.name.span.end as usize..attr.span.end as usize)
            .is_some_and(|rest| !rest.is_empty())
        {
            self.join(false, false);
            self.args(&attr.args, Span::new(self.pos as u32, attr.span.end));
        }
    }

    fn item(&mut self, item: &Item, lines: &mut Lines) {
        self.leading(&item.docs, &item.attrs, lines);
        if item.private.is_some() {
            self.word("private");
        }
        match &item.kind {
            ItemKind::Use { path, names, alias } => {
                self.word("use");
                self.verbatim(path.span.end);
                if let Some(names) = names {
                    self.token(".");
                    let spans: Vec<Span> = names.iter().map(|name| name.span).collect();
                    let start = self.pos as u32;
                    let close =
                        self.src.get(self.pos..).and_then(|t| t.find('}')).map_or(0, |n| n as u32 + 1);
                    let elements = Elements { open: "{", close: "}", spans: &spans, last_comma: true };
                    self.elements(Span::new(start, start + close), &elements, &mut |p, n| {
                        if let Some(name) = names.get(n) {
                            p.verbatim(name.span.end);
                        }
                    });
                }
                if let Some(alias) = alias {
                    self.join(true, false);
                    self.word("as");
                    self.verbatim(alias.span.end);
                }
            }
            ItemKind::Kind { name, block } => self.head_and_block("kind", name.span, block),
            ItemKind::Struct { name, block } => self.head_and_block("struct", name.span, block),
            ItemKind::Enum { name, members } => {
                self.word("enum");
                self.verbatim(name.span.end);
                self.join(true, false);
                let span = Span::new(self.pos as u32, item.span.end);
                self.body(span, members.len(), self.indent, &mut |p, n, lines| {
                    if let Some(member) = members.get(n) {
                        p.member(member, lines);
                    }
                    None
                });
            }
            ItemKind::Dimension { name, base } => {
                self.word("dimension");
                self.verbatim(name.span.end);
                self.equals();
                self.verbatim(base.span.end);
            }
            ItemKind::Unit { name, dimension, value } => {
                self.word("unit");
                self.verbatim(name.span.end);
                if let Some(path) = dimension {
                    self.colon(":");
                    self.verbatim(path.span.end);
                }
                self.value(value.as_ref());
            }
            ItemKind::Type { name, ty } => {
                self.word("type");
                self.verbatim(name.span.end);
                self.equals();
                self.ty(ty);
            }
            ItemKind::Fn { name, params, result, body } => {
                self.word("fn");
                self.verbatim(name.span.end);
                self.join(false, false);
                self.params(params);
                self.join(true, false);
                self.token("->");
                self.join(true, false);
                self.ty(result);
                self.value(Some(body));
            }
            ItemKind::Let { name, ty, value } => self.let_rest(name.span, ty.as_ref(), value),
            ItemKind::Overlay { name, items } => {
                self.word("overlay");
                self.verbatim(name.span.end);
                self.join(true, false);
                let span = Span::new(self.pos as u32, item.span.end);
                self.body(span, items.len(), self.indent, &mut |p, n, lines| {
                    if let Some(item) = items.get(n) {
                        p.item(item, lines);
                    }
                    None
                });
            }
            ItemKind::Check { name, clauses, block } => {
                self.word("check");
                self.verbatim(name.span.end);
                self.join(true, true);
                self.clauses(clauses);
                self.join(true, false);
                self.block(block, 0);
            }
            ItemKind::Test { name, environment, items } => {
                self.word("test");
                self.verbatim(name.span.end);
                if let Some(environment) = environment {
                    self.join(true, false);
                    self.word("in");
                    self.verbatim(environment.span.end);
                }
                self.join(true, false);
                let span = Span::new(self.pos as u32, item.span.end);
                self.body(span, items.len(), self.indent, &mut |p, n, lines| {
                    if let Some(item) = items.get(n) {
                        p.test_item(item, lines);
                    }
                    None
                });
            }
            ItemKind::Decl(decl) => {
                let base = self.indent;
                if decl.template.is_some() {
                    self.word("template");
                }
                self.verbatim(decl.kind.span.end);
                self.join(true, false);
                self.verbatim(decl.name.span.end);
                if let Some(index) = &decl.index {
                    self.index(index);
                }
                if let Some(from) = &decl.base {
                    self.join(true, true);
                    self.word("from");
                    self.verbatim(from.path.span.end);
                    if let Some(index) = &from.index {
                        self.index(index);
                    }
                    if from.version.is_some() {
                        self.join(true, false);
                        self.token("@");
                        self.join(true, false);
                        self.string();
                    }
                }
                if let Some(family) = &decl.family {
                    self.join(true, true);
                    self.clauses(&family.clauses);
                    if let Some(by) = &family.by {
                        self.join(true, true);
                        self.word("by");
                        self.expr(by);
                    }
                }
                self.join(true, false);
                self.block(&decl.block, base);
            }
            ItemKind::Broken => self.verbatim(item.span.end),
        }
    }

    /// A word and a blank.
    fn word(&mut self, word: &str) {
        self.token(word);
        self.join(true, false);
    }

    fn equals(&mut self) {
        self.join(true, false);
        self.token("=");
        self.join(true, false);
    }

    fn value(&mut self, value: Option<&Expr>) {
        if let Some(value) = value {
            self.equals();
            self.expr(value);
        }
    }

    fn index(&mut self, index: &Expr) {
        self.join(false, false);
        self.token("[");
        self.join(false, false);
        self.expr(index);
        self.join(false, false);
        self.token("]");
    }

    fn head_and_block(&mut self, keyword: &str, name: Span, block: &Block) {
        self.word(keyword);
        self.verbatim(name.end);
        self.join(true, false);
        self.block(block, self.indent);
    }

    fn test_item(&mut self, item: &TestItem, lines: &mut Lines) {
        match item {
            TestItem::Item(item) => self.item(item, lines),
            TestItem::Expect { not, what, at, .. } => {
                self.word("expect");
                if *not {
                    self.word("not");
                }
                self.verbatim(what.span.end);
                if let Some(place) = at {
                    self.join(true, false);
                    self.word("at");
                    self.expr(&place.expr);
                }
            }
            TestItem::Assert { cond, .. } => {
                self.word("assert");
                self.expr(cond);
            }
        }
    }

    fn member(&mut self, member: &Member, lines: &mut Lines) {
        self.leading(&member.docs, &member.attrs, lines);
        self.verbatim(member.name.span.end);
        if let Some(params) = &member.params {
            self.join(false, false);
            self.params(params);
        }
        if member.text.is_some() {
            self.equals();
            self.string();
        }
    }

    fn params(&mut self, params: &[Param]) {
        let start = self.pos as u32;
        let spans: Vec<Span> = params
            .iter()
            .map(|p| {
                let first = p.docs.first().map_or(p.name.span, |doc| doc.span);
                first.to(p.default.as_ref().map_or(p.ty.span, |e| e.span))
            })
            .collect();
        let end = spans.last().map_or(start + 1, |span| span.end);
        let close = self.src.get(end as usize..).map_or(end, |rest| end + closing(rest) as u32);
        let elements = Elements { open: "(", close: ")", spans: &spans, last_comma: false };
        self.elements(Span::new(start, close), &elements, &mut |p, n| {
            let Some(param) = params.get(n) else { return };
            for _ in &param.docs {
                let text = p.doc_text();
                p.push(&text);
                let indent = p.indent;
                p.indented(indent, |p| p.join(false, true));
            }
            p.verbatim(param.name.span.end);
            if param.optional {
                p.join(false, false);
                p.token("?");
            }
            p.colon(":");
            p.ty(&param.ty);
            p.value(param.default.as_ref());
        });
    }

    // ------------------------------------------------------------ bodies

    /// `{ … }` around entries, whose lines are indented below `indent`.
    pub(super) fn block(&mut self, block: &Block, indent: usize) {
        if self.failed() {
            return;
        }
        self.body(block.span, block.entries.len(), indent, &mut |p, n, lines| {
            block.entries.get(n).and_then(|entry| p.entry(entry, lines))
        });
    }

    fn body(
        &mut self,
        span: Span,
        count: usize,
        indent: usize,
        print: &mut dyn FnMut(&mut Self, usize, &mut Lines) -> Option<usize>,
    ) {
        let over_lines = self.line_ends(span.start + 1, span.end.saturating_sub(1));
        let empty = count == 0
            && self
                .src
                .get(span.start as usize + 1..span.end as usize - 1)
                .is_some_and(|t| t.trim().is_empty());
        if empty {
            self.token("{");
            self.gap();
            self.token("}");
            return;
        }
        if over_lines && self.is_flat() {
            self.end_line(0);
            return;
        }
        if !over_lines {
            let one = &mut |p: &mut Self| {
                p.token("{");
                let mut unused = Lines::default();
                for n in 0..count {
                    p.join(true, false);
                    if p.failed() {
                        return;
                    }
                    print(p, n, &mut unused);
                    p.join(false, false);
                    if p.next() == b',' {
                        p.pos += 1;
                    }
                    if n + 1 < count {
                        p.push(",");
                    }
                }
                p.join(true, false);
                p.token("}");
            };
            if self.one_line(one) {
                return;
            }
        }
        self.token("{");
        let lines = self.sequence(count, indent + 2, print);
        self.out.push('\n');
        lines.body(indent + 2, &mut self.out);
        self.out.extend(std::iter::repeat_n(' ', indent));
        self.indent = indent;
        self.token("}");
    }

    /// An entry; for `key = value` the length of its key.
    fn entry(&mut self, entry: &Entry, lines: &mut Lines) -> Option<usize> {
        self.leading(&entry.docs, &entry.attrs, lines);
        let base = self.indent;
        match &entry.kind {
            EntryKind::Set { path, op, value, is_final } => {
                if *is_final {
                    self.word("final");
                }
                let before = self.out.len();
                self.path(path);
                let key = self.out.get(before..).map(|key| key.chars().count());
                self.join(true, false);
                self.token(if *op == SetOp::Set { "=" } else { "+=" });
                self.join(true, false);
                self.expr(value);
                return key.filter(|_| {
                    *op == SetOp::Set && !is_final && path.second.is_none() && entry.attrs.is_empty()
                });
            }
            EntryKind::Nest { path, block, is_final } => {
                if *is_final {
                    self.word("final");
                }
                self.path(path);
                self.join(true, false);
                self.block(block, base);
            }
            EntryKind::Def { name, optional, ty, default } => {
                self.verbatim(name.span.end);
                if *optional {
                    self.join(false, false);
                    self.token("?");
                }
                self.colon(":");
                self.ty(ty);
                self.value(default.as_ref());
            }
            EntryKind::Let { name, ty, value } => self.let_rest(name.span, ty.as_ref(), value),
            EntryKind::When { cond, block } => {
                self.word("when");
                self.expr(cond);
                self.join(true, false);
                self.block(block, base);
            }
            EntryKind::Remove { field, key } => {
                self.word("remove");
                self.verbatim(field.span.end);
                self.join(true, false);
                self.key(key);
            }
            EntryKind::Require { cond, block } => {
                self.word("require");
                self.expr(cond);
                if let Some(block) = block {
                    self.join(true, false);
                    self.block(block, base);
                }
            }
            EntryKind::Fix { place, value } => {
                self.word("fix");
                self.expr(&place.expr);
                self.value(Some(value));
            }
            EntryKind::At { places } => {
                self.word("at");
                for (n, place) in places.iter().enumerate() {
                    if n > 0 {
                        self.join(false, false);
                        self.token(",");
                        self.join(true, true);
                    }
                    self.expr(&place.expr);
                }
            }
            EntryKind::Broken => self.verbatim(entry.span.end),
        }
        None
    }

    fn let_rest(&mut self, name: Span, ty: Option<&TypeExpr>, value: &Expr) {
        self.word("let");
        self.verbatim(name.end);
        if let Some(ty) = ty {
            self.colon(":");
            self.ty(ty);
        }
        self.value(Some(value));
    }

    fn path(&mut self, path: &EntryPath) {
        self.key(&path.first);
        if let Some(second) = &path.second {
            self.join(true, false);
            self.key(second);
        }
    }

    fn key(&mut self, key: &Key) {
        self.verbatim(key.span.end);
    }
}

/// How far the closing parenthesis is, over blanks, comments and a comma.
fn closing(rest: &str) -> usize {
    let bytes = rest.as_bytes();
    let mut i = 0;
    while i < bytes.len() {
        match chars::at(bytes, i) {
            b')' => return i + 1,
            _ => i = skim::skip_token(bytes, i).unwrap_or(i + 1),
        }
    }
    i
}
