//! Attributes: `@word(args)`.

use super::Parser;
use super::report::problem;
use crate::ast::{Attr, Expr, ExprKind, Span, Word};
use crate::chars;
use crate::codes;
use smol_str::SmolStr;

impl<'s> Parser<'s> {
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
}
