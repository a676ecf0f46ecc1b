//! Operators.

use super::Infer;
use crate::code;
use crate::ir::{ExprId, TExpr};
use crate::trace::Symbol;
use crate::ty::{Ty, dims_fit};
use ivs_grammar::ast::{BinaryOp, Expr, ExprKind, Operand, Span, UnaryOp};
use ivs_value::Value;
use std::sync::Arc;

impl<'db, 'ast> Infer<'db, 'ast> {
    pub(super) fn unary(
        &mut self,
        op: UnaryOp,
        operand: &'ast Expr,
        span: Span,
        want: Option<&Ty>,
    ) -> (ExprId, Ty) {
        match op {
            UnaryOp::Not => {
                let operand = self.check(operand, &Ty::Bool);
                self.add(TExpr::Unary { op, operand }, Ty::Bool, span)
            }
            UnaryOp::Neg => {
                let (id, ty) = self.expr(operand, want);
                if !ty.is_numeric() {
                    let shown = ty.show(self.db);
                    let report = self
                        .report(
                            code::WRONG_TYPE,
                            operand.span,
                            format!("`-` needs a number, this is `{shown}`"),
                        )
                        .label(format!("`{shown}`"));
                    return self.fail(report);
                }
                self.add(TExpr::Unary { op, operand: id }, ty.plain().clone(), span)
            }
        }
    }

    pub(super) fn binary(
        &mut self,
        first: &'ast Expr,
        rest: &'ast [Operand],
        span: Span,
        want: Option<&Ty>,
    ) -> (ExprId, Ty) {
        if let [one] = rest {
            match one.op {
                BinaryOp::Eq | BinaryOp::Ne | BinaryOp::Lt | BinaryOp::Le | BinaryOp::Gt | BinaryOp::Ge => {
                    return self.comparison(one.op, first, &one.expr, one.op_span, span);
                }
                BinaryOp::In => return self.membership(first, &one.expr, span),
                BinaryOp::Is => return self.is(first, &one.expr, span),
                BinaryOp::Matches => return self.matches(first, &one.expr, span),
                BinaryOp::Range => return self.range(first, &one.expr, span, want),
                _ => {}
            }
        }
        match rest.first().map(|r| r.op) {
            Some(BinaryOp::And | BinaryOp::Or) => return self.logic(first, rest, span),
            Some(BinaryOp::Coalesce) => return self.coalesce(first, rest, span, want),
            _ => {}
        }
        // What may be absent is not calculated with, even where the result may be absent.
        let want = match want {
            Some(Ty::Opt(inner)) => Some(&**inner),
            want => want,
        };
        let (mut left, mut left_ty) = self.expr(first, want);
        let mut at = first.span;
        for r in rest {
            let hint = match r.op {
                BinaryOp::Add | BinaryOp::Sub if left_ty.is_numeric() => Some(left_ty.clone()),
                _ => want.cloned(),
            };
            let (mut right, mut right_ty) = self.expr(&r.expr, hint.as_ref());
            if matches!(r.op, BinaryOp::Add | BinaryOp::Sub) {
                // A plain number in a sum counts what the others do, where that takes plain numbers.
                (left, left_ty) = self.counted(left, left_ty, &right_ty, at);
                (right, right_ty) = self.counted(right, right_ty, &left_ty, r.expr.span);
            }
            at = at.to(r.expr.span);
            (left, left_ty) = self.arithmetic(r, left, left_ty, right, right_ty, at);
        }
        (left, left_ty)
    }

    /// A plain number as a count of the bare unit of the dimension that it meets, if that has one.
    fn counted(&mut self, id: ExprId, ty: Ty, other: &Ty, span: Span) -> (ExprId, Ty) {
        if !matches!(ty.plain(), Ty::Int | Ty::Number) || !matches!(other.plain(), Ty::Dim(_)) {
            return (id, ty);
        }
        let want = other.plain().clone();
        match self.converted(id, &ty, &want, span) {
            Some(id) => (id, want),
            None => (id, ty),
        }
    }

    fn arithmetic(
        &mut self,
        r: &Operand,
        left: ExprId,
        a: Ty,
        right: ExprId,
        b: Ty,
        span: Span,
    ) -> (ExprId, Ty) {
        let ty = match self.result(r.op, &a, &b) {
            Some(ty) => ty,
            None => {
                let report = self.no_arithmetic(r, &a, &b);
                return self.fail(report);
            }
        };
        self.add(TExpr::Binary { op: r.op, left, right }, ty, span)
    }

    fn result(&self, op: BinaryOp, a: &Ty, b: &Ty) -> Option<Ty> {
        use BinaryOp::{Add, Div, Mul, Sub};
        let (a, b) = (a.plain(), b.plain());
        if matches!(a, Ty::Error) || matches!(b, Ty::Error) {
            return Some(Ty::Error);
        }
        let plain = |t: &Ty| matches!(t, Ty::Int | Ty::Number);
        match (op, a, b) {
            (Add | Sub | Mul, Ty::Int, Ty::Int) => Some(Ty::Int),
            (Add | Sub | Mul | Div, x, y) if plain(x) && plain(y) => Some(Ty::Number),
            (Add | Sub, Ty::Percent, Ty::Percent) => Some(Ty::Percent),
            // `1 - 99.9%` is what is left of the whole.
            (Add | Sub, x, Ty::Percent) | (Add | Sub, Ty::Percent, x) if plain(x) => Some(Ty::Percent),
            (Add | Sub, Ty::Dim(x), Ty::Dim(y)) if dims_fit(x, y) => Some(Ty::Dim(x.clone())),
            (Add | Sub, Ty::Quantity, Ty::Quantity | Ty::Dim(_)) => Some(b.clone()),
            (Add | Sub, Ty::Dim(_), Ty::Quantity) => Some(a.clone()),
            (Add | Sub, Ty::Date, Ty::Dim(d)) if d.as_base().is_some_and(|n| n == ivs_value::TIME) => {
                Some(Ty::Date)
            }
            (Sub, Ty::Date, Ty::Date) => Some(Ty::Dim(ivs_value::Dim::base(ivs_value::TIME))),
            (Add, Ty::List(_), Ty::List(_)) => a.join(self.db, b),
            (Mul, Ty::Percent, Ty::Percent) => Some(Ty::Percent),
            (Mul, x, Ty::Percent) | (Mul, Ty::Percent, x) if plain(x) => Some(Ty::Number),
            (Mul, Ty::Dim(_) | Ty::Quantity, Ty::Percent | Ty::Int | Ty::Number) => Some(a.clone()),
            (Mul, Ty::Percent | Ty::Int | Ty::Number, Ty::Dim(_) | Ty::Quantity) => Some(b.clone()),
            (Mul, Ty::Dim(x), Ty::Dim(y)) => ivs_value::Dim::mul(x, y).map(dim_ty),
            (Div, Ty::Dim(x), Ty::Dim(y)) => ivs_value::Dim::div(x, y).map(dim_ty),
            (Div, Ty::Dim(_) | Ty::Quantity, Ty::Percent | Ty::Int | Ty::Number) => Some(a.clone()),
            (Div, Ty::Int | Ty::Number | Ty::Percent, Ty::Dim(y)) => Some(dim_ty(y.recip())),
            (Div, Ty::Percent, Ty::Percent) => Some(Ty::Number),
            (Div, Ty::Percent, y) if plain(y) => Some(Ty::Percent),
            (Div, x, Ty::Percent) if plain(x) => Some(Ty::Number),
            (Mul | Div, x, y) if x.is_numeric() && y.is_numeric() => Some(Ty::Quantity),
            _ => None,
        }
    }

    fn no_arithmetic(&self, r: &Operand, a: &Ty, b: &Ty) -> super::Report {
        let (sa, sb) = (a.show(self.db), b.show(self.db));
        let sign = self.source(r.op_span);
        let verb = match r.op {
            BinaryOp::Add => "added",
            BinaryOp::Sub => "subtracted",
            BinaryOp::Mul => "multiplied",
            _ => "divided",
        };
        let maybe = [a, b].into_iter().any(|t| matches!(t.plain(), Ty::Opt(_) | Ty::None));
        if maybe {
            return self
                .report(code::MAYBE_NONE, r.op_span, format!("`{sign}` on a value that may be `none`"))
                .label(format!("`{sa}` {sign} `{sb}`"))
                .help("write `x ?? …` for what holds then, or ask `if x != none` before");
        }
        match (a.plain(), b.plain()) {
            (t, u) if t.is_late() || u.is_late() => self.late_used(r.op_span, "cannot be computed with"),
            (Ty::Dim(x), Ty::Dim(y)) => self
                .report(code::WRONG_DIMENSION, r.op_span, format!("`{x}` and `{y}` cannot be {verb}"))
                .label(format!("`{x}` {sign} `{y}`")),
            (Ty::Dim(x), Ty::Int | Ty::Number) | (Ty::Int | Ty::Number, Ty::Dim(x)) => self
                .report(code::MISSING_UNIT, r.op_span, format!("`{x}` and a plain number cannot be {verb}"))
                .label(format!("`{sa}` {sign} `{sb}`"))
                .help("give the number a unit"),
            (Ty::Str, _) | (_, Ty::Str) if r.op == BinaryOp::Add => self
                .report(code::WRONG_TYPE, r.op_span, "texts are not added")
                .label(format!("`{sa}` + `{sb}`"))
                .help("write one text with holes: `\"${a}${b}\"`"),
            (Ty::Secret, _) | (_, Ty::Secret) => self
                .report(code::SECRET_USED, r.op_span, "a secret cannot be computed with")
                .label("a secret"),
            _ => self
                .report(code::WRONG_TYPE, r.op_span, format!("`{sa}` and `{sb}` cannot be {verb}"))
                .label(format!("`{sa}` {sign} `{sb}`")),
        }
    }

    fn logic(&mut self, first: &'ast Expr, rest: &'ast [Operand], span: Span) -> (ExprId, Ty) {
        let facts = self.facts.len();
        let mut left = self.check(first, &Ty::Bool);
        let mut last = left;
        for r in rest {
            // What the operands before it say is known already.
            self.learn(last, r.op == BinaryOp::And);
            let right = self.check(&r.expr, &Ty::Bool);
            last = right;
            left = self.add(TExpr::Binary { op: r.op, left, right }, Ty::Bool, span).0;
        }
        self.facts.truncate(facts);
        (left, Ty::Bool)
    }

    fn coalesce(
        &mut self,
        first: &'ast Expr,
        rest: &'ast [Operand],
        span: Span,
        want: Option<&Ty>,
    ) -> (ExprId, Ty) {
        let opt = want.map(|w| w.clone().opt());
        let (mut left, mut ty) = self.expr(first, opt.as_ref());
        if !ty.admits_none() {
            let shown = ty.show(self.db);
            let report = self
                .report(code::WRONG_TYPE, first.span, "this is never `none`, so `??` has nothing to do")
                .label(format!("`{shown}`"))
                .warning();
            self.push(report);
        }
        for r in rest {
            let hint = match ty.some() {
                Ty::None => want.cloned(),
                t => Some(t.clone()),
            };
            let (right, right_ty) = self.expr(&r.expr, hint.as_ref());
            let inner = ty.some().clone();
            let joined = match inner {
                Ty::None => Some(right_ty.clone()),
                inner => {
                    if let Some(converted) = hint.as_ref().and_then(|h| {
                        (!right_ty.fits(self.db, &h.clone().opt()))
                            .then(|| self.coerce(right, &right_ty, h, &r.expr))
                    }) {
                        left = self
                            .add(TExpr::Binary { op: r.op, left, right: converted }, inner.clone(), span)
                            .0;
                        ty = inner;
                        continue;
                    }
                    inner.join(self.db, &right_ty)
                }
            };
            ty = joined.unwrap_or(Ty::Error);
            left = self.add(TExpr::Binary { op: r.op, left, right }, ty.clone(), span).0;
        }
        (left, ty)
    }

    fn range(&mut self, from: &'ast Expr, to: &'ast Expr, span: Span, want: Option<&Ty>) -> (ExprId, Ty) {
        let end = match want.map(Ty::core) {
            Some(Ty::Range(t)) => Some((**t).clone()),
            _ => None,
        };
        let (left, right, ty) = match end {
            Some(t) => {
                self.beside = written_unit(to);
                let left = self.check(from, &t);
                self.beside = written_unit(from);
                let right = self.check(to, &t);
                self.beside = None;
                (left, right, t)
            }
            None => {
                let (left, a) = self.expr(from, None);
                let (right, b) = self.expr(to, Some(&a));
                match a.join(self.db, &b) {
                    Some(t) => (left, right, t.plain().clone()),
                    None => {
                        let (a, b) = (a.show(self.db), b.show(self.db));
                        let report = self
                            .report(code::WRONG_TYPE, span, format!("a range from `{a}` to `{b}`"))
                            .label("both ends have one type");
                        return self.fail(report);
                    }
                }
            }
        };
        if let (Some(TExpr::Const(a)), Some(TExpr::Const(b))) =
            (self.body.exprs.get(left as usize), self.body.exprs.get(right as usize))
            && let Ok(Some(std::cmp::Ordering::Greater)) = ivs_value::ops::order(a, b)
        {
            let (a, b) = (self.source(from.span), self.source(to.span));
            let report = self
                .report(code::UPSIDE_DOWN, span, format!("the range `{a}..{b}` is upside down"))
                .label("it begins above its end")
                .fix(format!("write `{b}..{a}`"), span, format!("{b}..{a}"));
            return self.fail(report);
        }
        self.add(TExpr::Binary { op: BinaryOp::Range, left, right }, Ty::Range(Arc::new(ty)), span)
    }

    fn comparison(
        &mut self,
        op: BinaryOp,
        a: &'ast Expr,
        b: &'ast Expr,
        op_span: Span,
        span: Span,
    ) -> (ExprId, Ty) {
        // The side whose spelling needs the other's type is read second.
        let (left, right, ta, tb);
        if (needs_hint(a) && !needs_hint(b)) || (is_amount(a) && !is_amount(b)) {
            (right, tb) = self.expr(b, None);
            (left, ta) = self.expr(a, Some(tb.some()));
        } else {
            (left, ta) = self.expr(a, None);
            (right, tb) = self.expr(b, Some(ta.some()));
        }
        let equality = matches!(op, BinaryOp::Eq | BinaryOp::Ne);
        for (ty, e) in [(&ta, a), (&tb, b)] {
            if ty.holds_secret(self.db) {
                // Whether a secret is set may be asked.
                let other_none = matches!(ta, Ty::None) || matches!(tb, Ty::None);
                if !other_none {
                    let report = self.veiled(ty, e.span, "cannot be compared");
                    return self.fail(report);
                }
            }
        }
        // A bare number against a dimension that takes bare numbers.
        let (left, ta) = self.met(left, ta, &tb, a);
        let (right, tb) = self.met(right, tb, &ta, b);
        let comparable = if equality {
            ta.join(self.db, &tb).is_some()
                && !matches!((ta.core(), tb.core()), (Ty::Dim(x), Ty::Dim(y)) if !dims_fit(x, y))
        } else {
            ordered(ta.plain())
                && ordered(tb.plain())
                && ta.join(self.db, &tb).is_some_and(|t| {
                    !matches!((ta.core(), tb.core()), (Ty::Dim(x), Ty::Dim(y)) if !dims_fit(x, y))
                        && t != Ty::AnyRef
                })
                // What stands in an object is known when it is evaluated.
                || matches!((ta.plain(), tb.plain()), (Ty::Object | Ty::LateObject, t) | (t, Ty::Object | Ty::LateObject) if ordered(t))
        };
        if comparable || matches!(ta, Ty::Error) || matches!(tb, Ty::Error) {
            return self.add(TExpr::Binary { op, left, right }, Ty::Bool, span);
        }
        let (sa, sb) = (ta.show(self.db), tb.show(self.db));
        let report = match (ta.plain(), tb.plain()) {
            (Ty::Opt(_) | Ty::None, _) | (_, Ty::Opt(_) | Ty::None) if !equality => self
                .report(code::MAYBE_NONE, op_span, "a value that may be `none` has no order")
                .label(format!("`{sa}` against `{sb}`"))
                .help("write `x ?? …`, or ask `if x != none` before"),
            (x, y) => match (x.core(), y.core()) {
                (Ty::Dim(x), Ty::Dim(y)) => self
                    .report(code::WRONG_DIMENSION, op_span, format!("`{x}` is compared with `{y}`"))
                    .label("different dimensions"),
                (Ty::Dim(_), Ty::Int | Ty::Number) | (Ty::Int | Ty::Number, Ty::Dim(_)) => self
                    .report(code::MISSING_UNIT, op_span, format!("`{sa}` is compared with `{sb}`"))
                    .label("one side has no unit")
                    .help("give the number a unit"),
                (Ty::Percent, Ty::Int | Ty::Number) | (Ty::Int | Ty::Number, Ty::Percent) => self
                    .report(code::MISSING_PERCENT, op_span, "a percent is compared with a plain number")
                    .label(format!("`{sa}` against `{sb}`"))
                    .help("write the number with `%`"),
                _ => self
                    .report(code::NOT_COMPARABLE, op_span, format!("`{sa}` is compared with `{sb}`"))
                    .label("these can never be equal, and have no common order"),
            },
        };
        self.fail(report)
    }

    /// Gives a plain number the bare unit of the side it meets.
    fn met(&mut self, id: ExprId, ty: Ty, other: &Ty, e: &Expr) -> (ExprId, Ty) {
        if matches!(ty.core(), Ty::Int | Ty::Number)
            && matches!(other.core(), Ty::Dim(_))
            && !matches!(ty, Ty::Opt(_))
        {
            let before = self.diagnostics.len();
            let want = other.core().clone();
            let converted = self.coerce(id, &ty, &want, e);
            if self.diagnostics.len() == before {
                return (converted, want);
            }
            return (converted, Ty::Error);
        }
        (id, ty)
    }

    fn membership(&mut self, x: &'ast Expr, of: &'ast Expr, span: Span) -> (ExprId, Ty) {
        // `x in E` and `x in [a, b]`: the elements are spelled by the type of `x`, or the other way round.
        let literal_list = matches!(&of.kind, ExprKind::List(_));
        let range = matches!(&of.kind, ExprKind::Binary { rest, .. } if rest.first().is_some_and(|r| r.op == BinaryOp::Range));
        let (left, ta, right, tb);
        if literal_list || range {
            (left, ta) = self.expr(x, None);
            let element = ta.some().clone();
            let hint = if range { Ty::Range(Arc::new(element)) } else { Ty::list(element) };
            (right, tb) = self.expr(of, Some(&hint).filter(|_| !ta.holds_secret(self.db)));
        } else {
            (right, tb) = self.expr(of, None);
            let element = match tb.plain() {
                Ty::List(t) | Ty::Range(t) => Some((**t).clone()),
                Ty::Map(kv) => Some(kv.0.clone()),
                _ => None,
            };
            (left, ta) = self.expr(x, element.as_ref());
        }
        if ta.holds_secret(self.db) {
            let report = self.veiled(&ta, x.span, "cannot be compared");
            return self.fail(report);
        }
        let element = match tb.plain() {
            Ty::List(t) | Ty::Range(t) => (**t).clone(),
            Ty::Map(kv) => kv.0.clone(),
            Ty::Error => Ty::Error,
            Ty::Opt(_) => {
                let shown = tb.show(self.db);
                let report = self
                    .report(code::MAYBE_NONE, of.span, "this may be `none`, which contains nothing")
                    .label(format!("`{shown}`"))
                    .help("write `x ?? []`, or ask `if x != none` before");
                return self.fail(report);
            }
            other => {
                let shown = other.show(self.db);
                let report = self
                    .report(code::WRONG_TYPE, of.span, "`in` looks into a list, a map or a range")
                    .label(format!("this is `{shown}`"));
                return self.fail(report);
            }
        };
        if element.join(self.db, &ta).is_none()
            || matches!((element.core(), ta.core()), (Ty::Dim(x), Ty::Dim(y)) if !dims_fit(x, y))
        {
            let (a, b) = (ta.show(self.db), element.show(self.db));
            let report = self
                .report(code::NOT_COMPARABLE, x.span, format!("a `{a}` is never among `{b}`"))
                .label(format!("`{a}`"));
            return self.fail(report);
        }
        self.add(TExpr::Binary { op: BinaryOp::In, left, right }, Ty::Bool, span)
    }

    fn matches(&mut self, x: &'ast Expr, pattern: &'ast Expr, span: Span) -> (ExprId, Ty) {
        let (left, ta) = self.expr(x, None);
        if !ta.is_text() && !matches!(ta, Ty::Error) || matches!(ta.plain(), Ty::Opt(_)) {
            let shown = ta.show(self.db);
            let report = self
                .report(code::WRONG_TYPE, x.span, "`matches` reads a text")
                .label(format!("this is `{shown}`"));
            return self.fail(report);
        }
        let right = self.check(pattern, &Ty::Str);
        if let Some(TExpr::Const(Value::Str(p))) = self.body.exprs.get(right as usize)
            && let Err(e) = ivs_value::ops::Pattern::new(p)
        {
            let report = self
                .report(code::BAD_PATTERN, pattern.span, "this regular expression cannot be read")
                .label(e.to_string());
            return self.fail(report);
        }
        self.add(TExpr::Binary { op: BinaryOp::Matches, left, right }, Ty::Bool, span)
    }

    fn is(&mut self, x: &'ast Expr, what: &'ast Expr, span: Span) -> (ExprId, Ty) {
        let (value, ty) = self.expr(x, None);
        let words = dotted(what);
        if let Some([only]) = words.as_deref() {
            self.note_scope(only, Some(&ty));
            self.note_asked(only);
        }
        let Some(words) = words else {
            let report = self
                .report(code::WRONG_TYPE, what.span, "`is` asks for a member of an enum or for a template")
                .label("a name is expected");
            return self.fail(report);
        };
        match ty.core() {
            Ty::Error => self.add(TExpr::Error, Ty::Bool, span),
            Ty::Enum(e) | Ty::Tagged(e, _) => {
                let e = *e;
                let schema = crate::enum_schema(self.db, e);
                let Some(last) = words.last() else { return self.add(TExpr::Error, Ty::Bool, span) };
                match schema.member(last) {
                    Some((member, _)) => {
                        self.mention_last(what.span, &words, Symbol::Member(e, member));
                        self.add(TExpr::IsMember { value, member }, Ty::Bool, span)
                    }
                    None => self.unknown_member(e, last, what.span),
                }
            }
            Ty::Union(ts) if ts.iter().all(|t| reference_kind(self.db, t).is_some()) => {
                let kinds: Vec<_> = ts.iter().filter_map(|t| reference_kind(self.db, t)).collect();
                self.is_declared(value, &words, Some(&kinds), (what.span, span))
            }
            Ty::Ref(k) => self.is_declared(value, &words, Some(&[*k]), (what.span, span)),
            Ty::RefTo(_) | Ty::AnyRef => self.is_declared(value, &words, None, (what.span, span)),
            Ty::Union(members) => {
                let members = members.clone();
                self.is_part(value, &members, &words, what.span, span)
            }
            other => {
                let shown = other.show(self.db);
                let report = self
                    .report(code::WRONG_TYPE, x.span, "`is` asks about an enum, a reference or a union")
                    .label(format!("this is `{shown}`"));
                self.fail(report)
            }
        }
    }

    /// `x is t` of a reference, to declarations of some kinds or of any: whether it derives from a template `t`, or is of a
    /// kind `t`.
    fn is_declared(
        &mut self,
        value: ExprId,
        words: &[smol_str::SmolStr],
        kinds: Option<&[ivs_source::ItemId]>,
        (at, span): (Span, Span),
    ) -> (ExprId, Ty) {
        let db = self.db;
        let found = crate::decl::resolve_path(db, self.module, words).unwrap_or_default();
        let may_be = |kind: Option<ivs_source::ItemId>| {
            kind.is_some_and(|kind| kinds.is_none_or(|kinds| kinds.contains(&kind)))
        };
        if let Some(template) = found.decls.iter().copied().find(|d| may_be(crate::decl_kind(db, *d))) {
            self.mention_last(at, words, Symbol::Item(template));
            return self.add(TExpr::IsTemplate { value, template }, Ty::Bool, span);
        }
        let shown = words.join(".");
        let kind = crate::decl::kind_named(db, self.module, &shown);
        if let Some(kind) = kind.filter(|k| may_be(Some(*k))) {
            self.mention_last(at, words, Symbol::Item(kind));
            return self.add(TExpr::IsKind { value, kind }, Ty::Bool, span);
        }
        let report = match (kind, kinds) {
            (Some(_), Some(kinds)) => {
                let names: Vec<String> = kinds.iter().map(|k| format!("`{}`", k.key(db).name)).collect();
                self.report(code::UNKNOWN_BASE, at, format!("this is never a `{shown}`"))
                    .label(format!("it is a {}", names.join(" or a ")))
            }
            _ => self
                .report(code::UNKNOWN_BASE, at, format!("there is no template `{shown}`"))
                .label("not found")
                .help("`is` asks whether a declaration derives from a template"),
        };
        self.fail(report)
    }
}

/// The kind of what a type refers to.
fn reference_kind(db: &dyn ivs_source::Db, ty: &Ty) -> Option<ivs_source::ItemId> {
    match ty.core() {
        Ty::Ref(kind) => Some(*kind),
        Ty::RefTo(d) => crate::decl_kind(db, *d),
        _ => None,
    }
}

impl Infer<'_, '_> {
    /// `x is percent`, `x is service`: which part of a union a value is of.
    fn is_part(
        &mut self,
        value: ExprId,
        members: &[Ty],
        words: &[smol_str::SmolStr],
        at: Span,
        span: Span,
    ) -> (ExprId, Ty) {
        let Some(name) = words.last() else { return self.add(TExpr::Error, Ty::Bool, span) };
        let dim = crate::units::dimension_named(self.db, self.module, name);
        let named = |t: &&Ty| match t.core() {
            Ty::Dim(d) => dim.as_ref() == Some(d) || t.show(self.db) == *name,
            core => core.show(self.db) == *name || t.show(self.db) == *name,
        };
        if let Some(ty) = members.iter().find(named).cloned() {
            match ty.core() {
                Ty::Enum(i) | Ty::Struct(i) | Ty::Ref(i) => self.mention_last(at, words, Symbol::Item(*i)),
                _ => {}
            }
            return self.add(TExpr::IsType { value, ty }, Ty::Bool, span);
        }
        let known: Vec<String> = members.iter().map(|t| t.core().show(self.db)).collect();
        let near =
            crate::suggest::closest(name, known.iter().map(String::as_str)).map(smol_str::SmolStr::new);
        let mut report = self
            .report(code::WRONG_TYPE, at, format!("it is never `{name}`"))
            .label(format!("one of `{}`", known.join("`, `")));
        if let Some(n) = near {
            report = report.fix(format!("write `{n}`"), at, n.as_str());
        }
        self.fail(report)
    }
}

/// The unit that a literal is written with.
fn written_unit(e: &Expr) -> Option<smol_str::SmolStr> {
    match &e.kind {
        ExprKind::Number(n) => n.unit.as_ref().map(|u| u.text.clone()),
        _ => None,
    }
}

fn dim_ty(d: ivs_value::Dim) -> Ty {
    if d.is_none() { Ty::Number } else { Ty::Dim(d) }
}

fn ordered(ty: &Ty) -> bool {
    match ty {
        Ty::Refined(r) => ordered(&r.base),
        Ty::Int
        | Ty::Number
        | Ty::Percent
        | Ty::Dim(_)
        | Ty::Quantity
        | Ty::Date
        | Ty::Version
        | Ty::Enum(_) => true,
        Ty::Error => true,
        t => t.is_text(),
    }
}

/// Whether an expression's spelling is decided by what it is compared with.
fn needs_hint(e: &Expr) -> bool {
    match &e.kind {
        ExprKind::Number(_) | ExprKind::Name(_) => true,
        ExprKind::Paren(e) => needs_hint(e),
        ExprKind::Unary { operand, .. } => needs_hint(operand),
        ExprKind::Binary { first, rest } => needs_hint(first) && rest.iter().all(|r| needs_hint(&r.expr)),
        ExprKind::Postfix { base, ops } => {
            matches!(&base.kind, ExprKind::Name(_))
                && matches!(ops.as_slice(), [ivs_grammar::ast::PostfixOp::Call { .. }])
        }
        _ => false,
    }
}

/// Numbers alone: their units may be spelled alike in several dimensions, a name's type never is.
fn is_amount(e: &Expr) -> bool {
    match &e.kind {
        ExprKind::Number(_) => true,
        ExprKind::Paren(e) => is_amount(e),
        ExprKind::Unary { operand, .. } => is_amount(operand),
        ExprKind::Binary { first, rest } => is_amount(first) && rest.iter().all(|r| is_amount(&r.expr)),
        _ => false,
    }
}

/// `a.b.c` as words.
pub(super) fn dotted(e: &Expr) -> Option<Vec<smol_str::SmolStr>> {
    match &e.kind {
        ExprKind::Name(n) => Some(vec![n.clone()]),
        ExprKind::Paren(e) => dotted(e),
        ExprKind::Postfix { base, ops } => {
            let mut words = dotted(base)?;
            for op in ops {
                match op {
                    ivs_grammar::ast::PostfixOp::Member { name, optional: false } => {
                        words.push(name.text.clone())
                    }
                    _ => return None,
                }
            }
            Some(words)
        }
        _ => None,
    }
}
