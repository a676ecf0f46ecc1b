//! What a field is set to or declared as.

use super::report::problem;
use super::{Parsed, Parser, Stop};
use crate::ast::{
    EntryKind, EntryPath, Expr, ExprKind, Key, SetOp, StrLit, StrPart, TypeExpr, TypeKind, Word,
};
use crate::codes;
use smol_str::SmolStr;

impl<'s> Parser<'s> {
    /// Makes sure that a value begins on the line of its `=`, which was just read.
    #[inline]
    pub(super) fn value_ahead(&mut self) -> Parsed<()> {
        let c = self.peek();
        if self.look_nl || matches!(c, b',' | b'}' | b']' | b')' | b';' | 0) {
            return self.missing_value();
        }
        Ok(())
    }

    #[cold]
    pub(super) fn missing_value(&mut self) -> Parsed<()> {
        if self.peek() == 0 && !self.at_end() {
            return Ok(());
        }
        let place = self.pos;
        self.push(
            problem(
                codes::MISSING_VALUE,
                place - 1,
                place,
                "a value is missing after `=`",
                "nothing follows on this line",
            )
            .help("a value begins on the line of its `=`; it may go on over lines"),
        );
        Err(Stop)
    }

    /// The value behind `=` in an entry or item.
    pub(super) fn value(&mut self) -> Expr {
        let start = self.pos;
        match self.value_ahead() {
            Err(Stop) => self.error_expr(start),
            Ok(()) => match self.expr() {
                Ok(expr) => expr,
                Err(Stop) => {
                    self.skip_entry();
                    self.error_expr(start)
                }
            },
        }
    }

    #[inline]
    pub(super) fn set(&mut self, path: EntryPath, op: SetOp, is_final: bool) -> Parsed<EntryKind> {
        let value = self.value();
        Ok(EntryKind::Set { path, op, value, is_final })
    }

    /// The type and default behind `name:`.
    pub(super) fn definition(&mut self, key: Key, optional: bool) -> Parsed<EntryKind> {
        let colon = self.pos - 1;
        if key.quoted {
            let (start, end) = (key.span.start as usize, key.span.end as usize);
            let outer = std::mem::replace(&mut self.colons_set, true);
            let errors = self.errors.len();
            let value = self.value();
            self.colons_set = outer;
            let inner = self.errors.split_off(errors.min(self.errors.len()));
            let error =
                problem(codes::COLON_SETS, colon, colon + 1, "a key is set with `=`", "`:` declares a field")
                    .fix("write `=`", end.max(start), colon + 1, " =");
            self.with_inner(error, inner);
            return Ok(EntryKind::Set {
                path: EntryPath { first: key, second: None },
                op: SetOp::Set,
                value,
                is_final: false,
            });
        }
        let name = Word { text: key.text.clone(), span: key.span };
        let c = self.peek();
        let type_ahead = self.type_ahead() && !self.look_nl;
        if type_ahead && !self.colons_set {
            let checked = (self.comments_checked, self.nested_too_deep);
            let (before, errors, open) = (self.pos, self.errors.len(), self.open.len());
            if let Ok(ty) = self.type_expr() {
                let default = if self.is_equals() {
                    self.pos = self.look + 1;
                    Some(self.value())
                } else {
                    None
                };
                return Ok(EntryKind::Def { name, optional, ty, default });
            }
            if !matches!(c, b'[' | b'{') {
                self.open.truncate(open);
                self.skip_entry();
                let ty = TypeExpr { kind: TypeKind::Error, span: self.span(before) };
                return Ok(EntryKind::Def { name, optional, ty, default: None });
            }
            // Perhaps a value was meant: `tags: ["a", "b"]`.
            let told: Vec<_> = self.errors.drain(errors..).collect();
            self.pos = before;
            self.unclosed_at = None;
            (self.comments_checked, self.nested_too_deep) = checked;
            self.open.truncate(open);
            self.reset_depth();
            self.colons_set = true;
            let read = self.expr();
            self.colons_set = false;
            if let Ok(value) = read
                && self.errors.iter().skip(errors).all(|e| e.code == codes::COLON_SETS)
            {
                let inner = self.errors.split_off(errors);
                self.colon_sets(&key, colon, inner);
                return Ok(EntryKind::Set {
                    path: EntryPath { first: key, second: None },
                    op: SetOp::Set,
                    value,
                    is_final: false,
                });
            }
            self.errors.truncate(errors);
            self.errors.extend(told);
            self.pos = before;
            self.skip_entry();
            let ty = TypeExpr { kind: TypeKind::Error, span: self.span(before) };
            return Ok(EntryKind::Def { name, optional, ty, default: None });
        }
        if self.look_nl || matches!(c, b',' | b'}' | b'=') || self.at_end() {
            self.push(
                problem(codes::BAD_TYPE, colon, colon + 1, "a type is missing after `:`", "nothing follows")
                    .help("a field is declared with `name: type`, or `name: type = default`"),
            );
            let ty = TypeExpr { kind: TypeKind::Error, span: self.span(colon + 1) };
            let default = if self.is_equals() && !self.look_nl {
                self.pos = self.look + 1;
                Some(self.value())
            } else {
                None
            };
            return Ok(EntryKind::Def { name, optional, ty, default });
        }
        if c.is_ascii_digit()
            || type_ahead
            || matches!(c, b'-' | b'$' | b'\'' | b'#' | 0xC2 | 0xE2)
            || matches!(self.peek_word(), "true" | "false" | "if")
        {
            let outer = std::mem::replace(&mut self.colons_set, true);
            let errors = self.errors.len();
            let value = self.value();
            self.colons_set = outer;
            let inner = self.errors.split_off(errors.min(self.errors.len()));
            self.colon_sets(&key, colon, inner);
            return Ok(EntryKind::Set {
                path: EntryPath { first: key, second: None },
                op: SetOp::Set,
                value,
                is_final: false,
            });
        }
        Err(self.unexpected("a type"))
    }

    /// The text of a string that must not have interpolations.
    pub(super) fn plain_text(&mut self, lit: &StrLit, what: &str) -> SmolStr {
        match lit.parts.as_slice() {
            [] => SmolStr::default(),
            [StrPart::Text(text)] => text.clone(),
            parts => {
                let hole = parts.iter().find_map(|p| match p {
                    StrPart::Expr(e) if e.kind != ExprKind::Error => Some(e.span),
                    _ => None,
                });
                if let Some(span) = hole {
                    let (start, end) = (span.start as usize, span.end as usize);
                    let help = if what == "a key" {
                        "computed keys stand in a comprehension: `{for x in xs: \"${x}\" = …}`; a dollar sign is written `\\$`"
                    } else {
                        "a dollar sign is written `\\$`"
                    };
                    self.push(
                        problem(
                            codes::NOT_PLAIN_TEXT,
                            start,
                            end,
                            format!("{what} is fixed text"),
                            "no interpolation here",
                        )
                        .help(help),
                    );
                }
                SmolStr::default()
            }
        }
    }
}
