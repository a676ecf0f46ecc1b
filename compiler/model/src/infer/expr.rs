//! Expressions, and what happens where one type meets another.

use super::Infer;
use crate::code;
use crate::ir::{ClausesIr, Convert, ExprId, LoopIr, StrPartIr, TExpr};
use crate::trace::Symbol;
use crate::ty::Ty;
use ivs_grammar::ast::{Clauses, Expr, ExprKind, Span, StrLit, StrPart};
use ivs_value::{Number, Unit, Value};
use smol_str::SmolStr;
use std::sync::Arc;

impl<'db, 'ast> Infer<'db, 'ast> {
    /// Types an expression and makes it fit.
    pub(super) fn check(&mut self, e: &'ast Expr, want: &Ty) -> ExprId {
        let (id, ty) = self.expr(e, Some(want));
        self.coerce(id, &ty, want, e)
    }

    /// Types an expression; `want` decides spellings and is not enforced.
    pub(super) fn expr(&mut self, e: &'ast Expr, want: Option<&Ty>) -> (ExprId, Ty) {
        let span = e.span;
        self.note_want(span, want);
        match &e.kind {
            ExprKind::Error => self.add(TExpr::Error, Ty::Error, span),
            ExprKind::Paren(inner) => self.expr(inner, want),
            ExprKind::Bool(b) => self.add(TExpr::Const(Value::Bool(*b)), Ty::Bool, span),
            ExprKind::None => self.add(TExpr::Const(Value::None), Ty::None, span),
            ExprKind::Number(n) => self.number(n, span, want),
            ExprKind::Date(d) => self.date(d, span),
            ExprKind::Version(v) => match semver_of(v) {
                Some(v) => self.add(TExpr::Const(Value::Version(Arc::new(v))), Ty::Version, span),
                None => {
                    let report = self
                        .report(code::BAD_LITERAL, span, format!("`{v}` is not a version"))
                        .label("see semver.org");
                    self.fail(report)
                }
            },
            ExprKind::Str(s) => self.string(s, want),
            ExprKind::Name(n) => self.name(n, span, want, false),
            ExprKind::Selector(words) => {
                let report = self
                    .report(code::NOT_A_REFERENCE, span, "a selector is an argument only")
                    .label("nothing is selected from here")
                    .help(format!(
                        "write for example `sort(xs, by = .{})`",
                        words.first().map_or("", |w| &w.text)
                    ));
                self.fail(report)
            }
            ExprKind::List(elements) => self.list(elements, span, want),
            ExprKind::ListFor { clauses, body } => {
                let element = match want.map(Ty::core) {
                    Some(Ty::List(t)) => Some((**t).clone()),
                    Some(t) if t.is_object() => Some(t.clone()),
                    _ => None,
                };
                let (facts, base) = (self.facts.len(), self.locals.len());
                let clauses = self.clauses(clauses);
                let (body, ty) = match &element {
                    Some(t) => (self.check(body, t), t.clone()),
                    None => self.expr(body, None),
                };
                self.locals.truncate(base);
                self.facts.truncate(facts);
                let expr = TExpr::ListFor { clauses: Box::new(clauses), base: base as u32, body };
                self.add(expr, Ty::list(ty), span)
            }
            ExprKind::MapFor { clauses, key, value } => {
                let types = match want.map(Ty::core) {
                    Some(Ty::Map(kv)) => Some((kv.0.clone(), kv.1.clone())),
                    Some(t) if t.is_object() => Some((Ty::Str, t.clone())),
                    _ => None,
                };
                let (facts, base) = (self.facts.len(), self.locals.len());
                let clauses = self.clauses(clauses);
                let (key, k) = match &types {
                    Some((k, _)) => (self.check(key, k), k.clone()),
                    None => self.expr(key, None),
                };
                let (value, v) = match &types {
                    Some((_, v)) => (self.check(value, v), v.clone()),
                    None => self.expr(value, None),
                };
                self.locals.truncate(base);
                self.facts.truncate(facts);
                let expr = TExpr::MapFor { clauses: Box::new(clauses), base: base as u32, key, value };
                self.add(expr, Ty::Map(Arc::new((k, v))), span)
            }
            ExprKind::Block(block) => self.block_value(block, span, want),
            ExprKind::If { arms, otherwise } => self.conditional(arms, otherwise, span, want),
            ExprKind::Unary { op, operand, .. } => self.unary(*op, operand, span, want),
            ExprKind::Binary { first, rest } => self.binary(first, rest, span, want),
            ExprKind::Postfix { base, ops } => self.postfix(base, ops, want),
        }
    }

    fn date(&mut self, text: &str, span: Span) -> (ExprId, Ty) {
        let mut parts = text.split('-').map(|p| p.parse::<i16>().ok());
        let (y, m, d) = (parts.next().flatten(), parts.next().flatten(), parts.next().flatten());
        if let (Some(y), Some(m), Some(d)) = (y, m, d)
            && let (Ok(m), Ok(d)) = (u8::try_from(m), u8::try_from(d))
            && ivs_value::checks::check_date(text).is_ok()
        {
            return self.add(TExpr::Const(Value::Date(y, m, d)), Ty::Date, span);
        }
        let report = self
            .report(code::BAD_LITERAL, span, format!("`{text}` is not a date"))
            .label("there is no such day in the calendar");
        self.fail(report)
    }

    fn string(&mut self, s: &'ast StrLit, want: Option<&Ty>) -> (ExprId, Ty) {
        let plain = match &s.parts[..] {
            [] => Some(SmolStr::default()),
            [StrPart::Text(t)] => Some(t.clone()),
            _ => None,
        };
        if let Some(text) = plain {
            let literal = want.is_some_and(|w| admits_literal(w, &text));
            let ty = if literal { Ty::Literal(text.clone()) } else { Ty::Str };
            return self.add(TExpr::Const(Value::Str(text)), ty, s.span);
        }
        let mut parts = Vec::with_capacity(s.parts.len());
        let mut late = false;
        for part in &s.parts {
            match part {
                StrPart::Text(t) => parts.push(StrPartIr::Text(t.clone())),
                StrPart::Expr(e) => {
                    let (id, ty) = self.expr(e, None);
                    let has_text = self.interpolated(&ty, e);
                    late |= *ty.plain() == Ty::Late;
                    let id = if has_text { id } else { self.add(TExpr::Error, Ty::Error, e.span).0 };
                    parts.push(StrPartIr::Hole(id));
                }
            }
        }
        // A text with something in it that only Terraform knows is as late as that.
        let ty = if late { Ty::Late } else { Ty::Str };
        self.add(TExpr::Interpolate(parts.into()), ty, s.span)
    }

    /// Whether a value has a text, which is reported if it has none.
    fn interpolated(&mut self, ty: &Ty, e: &Expr) -> bool {
        let shown = ty.show(self.db);
        let report = match ty.plain() {
            Ty::Late => return true,
            t if t.is_late() => self
                .late_used(e.span, "cannot become part of a text")
                .help("put in its elements, each by itself"),
            Ty::Secret => self
                .report(code::SECRET_USED, e.span, "a secret cannot become part of a text")
                .label("its value is unknown to the compiler")
                .help("pass the secret itself where a secret is expected"),
            Ty::Opt(inner) if matches!(inner.core(), Ty::Secret) => self
                .report(code::SECRET_USED, e.span, "a secret cannot become part of a text")
                .label("a secret"),
            Ty::Opt(_) | Ty::None => self
                .report(code::MAYBE_NONE, e.span, "this may be `none`, which has no text")
                .label(format!("`{shown}`"))
                .help("write `x ?? …`, or ask `if x != none` before"),
            Ty::List(_) => self
                .report(code::WRONG_TYPE, e.span, "a list has no text of its own")
                .label(format!("`{shown}`"))
                .help("write `join(xs, \", \")`"),
            Ty::Map(_) | Ty::Struct(_) | Ty::Record(_) | Ty::Object | Ty::LateObject | Ty::Tagged(..) => self
                .report(code::WRONG_TYPE, e.span, format!("a `{shown}` has no text of its own"))
                .label("interpolate one of its fields"),
            _ => return true,
        };
        self.push(report);
        false
    }

    fn list(&mut self, elements: &'ast [Expr], span: Span, want: Option<&Ty>) -> (ExprId, Ty) {
        let wanted = match want.map(Ty::core) {
            Some(Ty::List(t)) => Some((**t).clone()),
            Some(t) if t.is_object() => Some(t.clone()),
            Some(Ty::Union(ts)) => ts.iter().find_map(|t| match t.core() {
                Ty::List(t) => Some((**t).clone()),
                _ => None,
            }),
            _ => None,
        };
        let mut ids = Vec::with_capacity(elements.len());
        if let Some(t) = wanted {
            for e in elements {
                ids.push(self.check(e, &t));
            }
            return self.add(TExpr::List(ids.into()), Ty::list(t), span);
        }
        let mut element: Option<Ty> = None;
        for e in elements {
            let (id, ty) = self.expr(e, element.as_ref());
            ids.push(id);
            element = Some(match element {
                None => ty,
                Some(t) => match t.join(self.db, &ty) {
                    Some(joined) => joined,
                    None => {
                        let (a, b) = (t.show(self.db), ty.show(self.db));
                        let first = elements.first().map_or(span, |e| e.span);
                        let report = self
                            .report(code::MIXED_LIST, e.span, "all elements of a list have one type")
                            .label(format!("this is `{b}`"))
                            .also(self.item, first, format!("this is `{a}`"));
                        self.push(report);
                        Ty::Error
                    }
                },
            });
        }
        self.add(TExpr::List(ids.into()), Ty::list(element.unwrap_or(Ty::Never)), span)
    }

    /// Loops and a filter. Their variables and facts stay in sight; the caller removes them.
    pub(super) fn clauses(&mut self, c: &'ast Clauses) -> ClausesIr {
        self.define_loops(c);
        let mut loops = Vec::with_capacity(c.loops.len());
        for l in &c.loops {
            let (over, ty) = self.expr(&l.over, None);
            let (first, second) = match (ty.plain(), &l.second) {
                (Ty::Error, _) => (Ty::Error, Ty::Error),
                (Ty::List(t), None) => ((**t).clone(), Ty::Error),
                (Ty::List(t), Some(_)) => (Ty::Int, (**t).clone()),
                (Ty::Map(kv), Some(_)) => (kv.0.clone(), kv.1.clone()),
                (Ty::Range(t), None) if matches!(t.core(), Ty::Int) => (Ty::Int, Ty::Error),
                (Ty::Map(_), None) => {
                    let report = self
                        .report(code::WRONG_TYPE, l.first.span, "a map has keys and values")
                        .label("one name for both")
                        .fix("name key and value", l.first.span, format!("{0}, {0}-value", l.first.text))
                        .help("or go through `keys(m)` or `values(m)`");
                    self.push(report);
                    (Ty::Error, Ty::Error)
                }
                (Ty::Opt(_), _) => {
                    let shown = ty.show(self.db);
                    let report = self
                        .report(code::MAYBE_NONE, l.over.span, "this may be `none`, which has no elements")
                        .label(format!("`{shown}`"))
                        .help("write `x ?? []`, or ask `if x != none` before");
                    self.push(report);
                    (Ty::Error, Ty::Error)
                }
                _ => {
                    let shown = ty.show(self.db);
                    let report = self
                        .report(
                            code::WRONG_TYPE,
                            l.over.span,
                            "`for` goes through a list, a map or a range of ints",
                        )
                        .label(format!("this is `{shown}`"));
                    self.push(report);
                    (Ty::Error, Ty::Error)
                }
            };
            self.bind(&l.first.text, first, Some(Symbol::Local(self.item, l.first.span)));
            if let Some(s) = &l.second {
                self.bind(&s.text, second, Some(Symbol::Local(self.item, s.span)));
            }
            loops.push(LoopIr { over, pair: l.second.is_some() });
        }
        let filter = c.filter.as_ref().map(|f| {
            let id = self.check(f, &Ty::Bool);
            self.learn(id, true);
            id
        });
        ClausesIr { loops, filter }
    }

    fn conditional(
        &mut self,
        arms: &'ast [(Expr, Expr)],
        otherwise: &'ast Expr,
        span: Span,
        want: Option<&Ty>,
    ) -> (ExprId, Ty) {
        let facts = self.facts.len();
        let mut typed = Vec::with_capacity(arms.len());
        let mut result: Option<Ty> = want.cloned();
        let mut join = |this: &mut Self, ty: Ty, at: Span| {
            if want.is_some() {
                return;
            }
            result = Some(match result.take() {
                None => ty,
                Some(t) => t.join(this.db, &ty).unwrap_or_else(|| {
                    let (a, b) = (t.show(this.db), ty.show(this.db));
                    let report = this
                        .report(code::WRONG_TYPE, at, "the branches of an `if` have one type")
                        .label(format!("this is `{b}`, the one before is `{a}`"));
                    this.push(report);
                    Ty::Error
                }),
            });
        };
        for (cond, then) in arms {
            let cond = self.check(cond, &Ty::Bool);
            let before = self.facts.len();
            self.learn(cond, true);
            let (value, ty) = self.branch(then, want);
            self.facts.truncate(before);
            join(self, ty, then.span);
            typed.push((cond, value));
            self.learn(cond, false);
        }
        let (last, ty) = self.branch(otherwise, want);
        join(self, ty, otherwise.span);
        self.facts.truncate(facts);
        let ty = match want {
            Some(w) => w.clone(),
            None => result.unwrap_or(Ty::Error),
        };
        self.add(TExpr::If { arms: typed.into(), otherwise: last }, ty, span)
    }

    fn branch(&mut self, e: &'ast Expr, want: Option<&Ty>) -> (ExprId, Ty) {
        match want {
            Some(w) => (self.check(e, w), w.clone()),
            None => self.expr(e, None),
        }
    }

    /// Notes what holds where `cond` is true (or false).
    pub(super) fn learn(&mut self, cond: ExprId, holds: bool) {
        use ivs_grammar::ast::{BinaryOp, UnaryOp};
        match self.body.exprs.get(cond as usize) {
            Some(TExpr::Unary { op: UnaryOp::Not, operand }) => {
                let operand = *operand;
                self.learn(operand, !holds);
            }
            Some(TExpr::Binary { op, left, right }) => {
                let (op, left, right) = (*op, *left, *right);
                match (op, holds) {
                    (BinaryOp::And, true) | (BinaryOp::Or, false) => {
                        // `a and b and c`: from the left, however long it is.
                        let mut rights = vec![right];
                        let mut first = left;
                        while let Some(TExpr::Binary { op: inner, left, right }) =
                            self.body.exprs.get(first as usize)
                            && *inner == op
                        {
                            rights.push(*right);
                            first = *left;
                        }
                        self.learn(first, holds);
                        for right in rights.into_iter().rev() {
                            self.learn(right, holds);
                        }
                    }
                    (BinaryOp::Ne, true) | (BinaryOp::Eq, false) => {
                        for (a, b) in [(left, right), (right, left)] {
                            if matches!(self.body.exprs.get(b as usize), Some(TExpr::Const(Value::None)))
                                && let Some(path) = self.paths.get(&a)
                            {
                                let fact = (path.clone(), self.ty_of(a).some().clone());
                                self.facts.push(fact);
                            }
                        }
                    }
                    _ => {}
                }
            }
            Some(TExpr::IsMember { value, member }) if holds => {
                if let (Some(path), Ty::Enum(e)) = (self.paths.get(value), self.ty_of(*value).core()) {
                    let fact = (path.clone(), Ty::Tagged(*e, *member));
                    self.facts.push(fact);
                }
            }
            Some(TExpr::IsKind { value, kind }) if holds => {
                if let Some(path) = self.paths.get(value) {
                    let fact = (path.clone(), Ty::Ref(*kind));
                    self.facts.push(fact);
                }
            }
            Some(TExpr::IsType { value, ty }) => {
                let Some(path) = self.paths.get(value) else { return };
                let whole = self.ty_of(*value);
                let left: Vec<Ty> = match whole.core() {
                    Ty::Union(ts) => ts.iter().filter(|t| *t != ty).cloned().collect(),
                    _ => Vec::new(),
                };
                let fact = match &left[..] {
                    _ if holds => ty.clone(),
                    [] => return,
                    [one] => one.clone(),
                    _ => Ty::Union(left.into()),
                };
                let fact = if !holds && whole.admits_none() { fact.opt() } else { fact };
                self.facts.push((path.clone(), fact));
            }
            Some(TExpr::IsTemplate { value, template }) if holds => {
                if let Some(path) = self.paths.get(value) {
                    let fact = (path.clone(), Ty::RefTo(*template));
                    self.facts.push(fact);
                }
            }
            _ => {}
        }
    }

    /// Makes `id` fit `want`, or reports.
    pub(super) fn coerce(&mut self, id: ExprId, ty: &Ty, want: &Ty, e: &Expr) -> ExprId {
        if ty.fits(self.db, want) {
            return id;
        }
        if let Some(converted) = self.converted(id, ty, want, e.span) {
            return converted;
        }
        let report = self.mismatch(ty, want, e);
        self.fail(report).0
    }

    pub(super) fn converted(&mut self, id: ExprId, ty: &Ty, want: &Ty, span: Span) -> Option<ExprId> {
        if ty.fits(self.db, want) {
            return Some(id);
        }
        match (ty.plain(), want.core()) {
            (Ty::Opt(_) | Ty::None, _) => None,
            (_, Ty::Union(ts)) => {
                let ts = ts.clone();
                ts.iter().find_map(|t| self.converted(id, ty, t, span))
            }
            (Ty::Range(a), Ty::Range(b)) => {
                // Both ends of a range take a bare unit alike.
                let unit = self.bare_unit(b)?;
                matches!(a.core(), Ty::Int | Ty::Number).then(|| {
                    self.add(TExpr::Convert { value: id, to: Convert::Unit(unit) }, want.clone(), span).0
                })
            }
            (Ty::Range(_), _) => None,
            (_, Ty::Range(end)) => {
                let end = (**end).clone();
                let value = self.converted(id, ty, &end, span)?;
                Some(self.add(TExpr::Convert { value, to: Convert::Range }, want.clone(), span).0)
            }
            (Ty::Int | Ty::Number, Ty::Dim(_)) => {
                let unit = self.bare_unit(want)?;
                Some(self.add(TExpr::Convert { value: id, to: Convert::Unit(unit) }, want.clone(), span).0)
            }
            _ => None,
        }
    }

    /// The base unit of a dimension that takes plain numbers.
    pub(super) fn bare_unit(&self, ty: &Ty) -> Option<Arc<Unit>> {
        let dim = ty.dim()?;
        let name = dim.as_base()?;
        let item = crate::names::resolve(self.db, self.module, name.clone())
            .units
            .iter()
            .copied()
            .find(|u| u.key(self.db).keyword == "dimension")?;
        let def = crate::units::unit_def(self.db, item).as_ref()?;
        def.bare.then(|| Arc::new(Unit::new(def.name.clone(), Number::ONE, def.dim.clone())))
    }
}

fn admits_literal(ty: &Ty, text: &str) -> bool {
    match ty.core() {
        Ty::Literal(l) => l == text,
        Ty::Union(ts) => ts.iter().any(|t| admits_literal(t, text)),
        _ => false,
    }
}

fn semver_of(text: &str) -> Option<semver::Version> {
    semver::Version::parse(text).ok()
}
