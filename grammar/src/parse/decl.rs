//! Declarations: `kind name[i] from base for x in xs { … }`.

use super::report::problem;
use super::{Parsed, Parser, Stop};
use crate::ast::{Base, Decl, Family, ItemKind, Path, Span, Word};
use crate::chars;
use crate::codes;

impl<'s> Parser<'s> {
    /// `kind name[i] from base for x in xs { … }`, whose kind begins at `start`.
    pub(super) fn decl(&mut self, start: usize, template: Option<Span>) -> Parsed<ItemKind> {
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
            if matches!(word, "import" | "include" | "require" | "source") {
                return self.no_import(start, end);
            }
            return self.quoted_label(word);
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

    /// `kind "name"` or, as in HCL, `kind "type" "name"`: the first of them comes next.
    #[cold]
    fn quoted_label(&mut self, kind: &str) -> Stop {
        let (i, before, errors) = (self.look, self.pos, self.errors.len());
        let first = self.string();
        let second = (self.peek() == b'"' && !self.look_nl).then(|| self.string());
        let Some(second) = second.filter(|_| self.errors.len() == errors) else {
            self.errors.truncate(errors);
            self.pos = before;
            return self.quoted_name();
        };
        let what = self.plain_text(&first, "a name");
        let name = self.plain_text(&second, "a name");
        self.push(
            problem(codes::MISSING_NAME, i, self.pos, "a declaration has one name", "two labels")
                .help(format!("write `{kind} {name} {{ … }}`, and what `{what}` says as a field in it")),
        );
        Stop
    }

    /// `import …`
    #[cold]
    fn no_import(&mut self, start: usize, end: usize) -> Stop {
        self.push(
            problem(codes::NOT_AN_ITEM, start, end, "names of other modules are brought with `use`", "not a kind")
                .help("write `use std.aws.{us-east-1}`: a module, and names in it; files of one folder see each other"),
        );
        Stop
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
        if c == b'.' && matches!(word, "import" | "include" | "using") {
            return self.no_import(start, end);
        }
        if c == b'.' && self.pos == i && chars::starts_word(self.at(i + 1)) {
            let from = name.span.start as usize;
            let mut end = i;
            while self.at(end) == b'.' && chars::starts_word(self.at(end + 1)) {
                end = chars::word_end(self.bytes, end + 1);
            }
            let plain = self.text(from, end).replace('.', "-");
            self.push(problem(codes::MISSING_NAME, from, end, "a name has no dots", "not a word").fix(
                format!("write `{plain}`"),
                from,
                end,
                plain.clone(),
            ));
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
