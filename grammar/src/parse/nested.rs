//! Items inside of items: the bodies of overlays and tests.

use super::item::Inside;
use super::report::problem;
use super::{Parsed, Parser, Stop};
use crate::ast::TestItem;
use crate::chars;
use crate::codes;

impl<'s> Parser<'s> {
    /// `{ … }` around items.
    pub(super) fn items(&mut self, inside: Inside) -> Parsed<Vec<TestItem>> {
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
}
