//! What follows `name:`: a type, or a value that was meant to be set.

use super::report::problem;
use super::{Parsed, Parser};
use crate::ast::{EntryKind, EntryPath, Key, SetOp, SyntaxError, TypeExpr, TypeKind, Word};
use crate::codes;

impl<'s> Parser<'s> {
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

    #[cold]
    fn colon_sets(&mut self, key: &Key, colon: usize, inner: Vec<SyntaxError>) {
        let blank = if self.at(colon + 1) == b' ' { " =" } else { " = " };
        let error = problem(
            codes::COLON_SETS,
            colon,
            colon + 1,
            "`=` sets a field, `:` declares one",
            format!("`{}` is given a value", key.text),
        )
        .help(format!("set it with `{0} = …`; declare it with `{0}: type = …`", key.text))
        .fix("write `=`", key.span.end as usize, colon + 1, blank);
        self.with_inner(error, inner);
    }

    /// Colons inside a value that was set with a colon belong to the same mistake; the fix mends all of them.
    fn with_inner(&mut self, mut error: SyntaxError, inner: Vec<SyntaxError>) {
        let (same, other): (Vec<_>, Vec<_>) = inner.into_iter().partition(|e| e.code == codes::COLON_SETS);
        if let Some(fix) = &mut error.fix {
            fix.edits.extend(same.into_iter().filter_map(|e| e.fix).flat_map(|fix| fix.edits));
        }
        self.push(error);
        self.errors.extend(other);
    }
}
