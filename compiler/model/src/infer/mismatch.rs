//! What is said where a value does not fit the type that is expected, and what is offered instead.

use super::Infer;
use crate::code;
use crate::ir::TExpr;
use crate::ty::{Ty, dims_fit};
use crate::units::literal_units;
use ivs_grammar::ast::{BinaryOp, Expr, ExprKind, ItemKind, Span, UnaryOp};
use ivs_value::{Dim, Number};
use smol_str::SmolStr;

impl<'db, 'ast> Infer<'db, 'ast> {
    /// The unit that a number most likely lacks, for a fix.
    fn likely_unit(&self, dim: &Dim) -> Option<SmolStr> {
        let mut units = Vec::new();
        for (name, exponent) in dim.factors() {
            let plain = name.split(':').next().unwrap_or(name);
            let item =
                crate::names::resolve(self.db, self.module, SmolStr::new(plain)).units.first().copied()?;
            let def = crate::units::unit_def(self.db, item).as_ref()?;
            let spelled = if name.contains(':') { name.split(':').nth(1)? } else { def.name.as_str() };
            units.push((spelled.to_string(), *exponent));
        }
        units.sort_by_key(|(_, e)| -*e);
        let mut text = String::new();
        for (u, e) in &units {
            for _ in 0..e.unsigned_abs() {
                if *e < 0 {
                    text.push('/');
                }
                text.push_str(u);
            }
        }
        Some(text.into())
    }

    /// A text where something else is expected: what it says without its quotes, if that fits.
    fn unquoted(&self, report: super::Report, text: &SmolStr, want: &Ty, span: Span) -> super::Report {
        let source = format!("let x = {text}");
        let parsed = ivs_grammar::parse(&source);
        let value = match parsed.items.first().map(|i| &i.kind) {
            Some(ItemKind::Let { value, .. }) if parsed.errors.is_empty() && parsed.items.len() == 1 => value,
            _ => return report,
        };
        if self.says(value, want) {
            return report.fix(format!("write `{text}`"), span, text.as_str());
        }
        match &value.kind {
            ExprKind::Name(name) if self.admits_declarations(want) => match self.library_home(name) {
                Some(module) => report.help(format!(
                    "a declaration is named without quotes; this one is in `{module}`: add `use {module}.{{{name}}}`"
                )),
                None => report.help("a declaration is named without quotes"),
            },
            _ => report,
        }
    }

    /// Whether an expression is a literal, or a declaration's name, of a type.
    fn says(&self, e: &Expr, want: &Ty) -> bool {
        match (want.core(), &e.kind) {
            (Ty::Union(ts), _) => ts.iter().any(|t| self.says(e, t)),
            (Ty::Range(end), ExprKind::Binary { first, rest }) => match &rest[..] {
                [to] if to.op == BinaryOp::Range => self.says(first, end) && self.says(&to.expr, end),
                _ => false,
            },
            (Ty::Range(end), _) => self.says(e, end),
            (_, ExprKind::Unary { op: UnaryOp::Neg, operand, .. }) => {
                matches!(operand.kind, ExprKind::Number(_)) && self.says(operand, want)
            }
            (Ty::Bool, ExprKind::Bool(_))
            | (Ty::Date, ExprKind::Date(_))
            | (Ty::Version, ExprKind::Version(_)) => true,
            (core, ExprKind::Number(n)) if n.unit.is_none() && n.currency.is_none() => match core {
                Ty::Int => Number::parse(&n.digits).is_some_and(|n| n.is_integer()),
                Ty::Number => true,
                Ty::Dim(_) => self.bare_unit(want).is_some(),
                _ => false,
            },
            (Ty::Percent, ExprKind::Number(n)) => n.unit.as_ref().is_some_and(|u| u.text == "%" && !u.per),
            (Ty::Dim(dim), ExprKind::Number(n)) => {
                literal_units(self.db, self.module, n).iter().any(|u| dims_fit(&u.dim, dim))
            }
            (Ty::Quantity, ExprKind::Number(n)) => !literal_units(self.db, self.module, n).is_empty(),
            (_, ExprKind::Name(name)) => {
                let found = crate::names::resolve(self.db, self.module, name.clone());
                found.decls.iter().any(|d| Ty::RefTo(*d).fits(self.db, want))
            }
            _ => false,
        }
    }

    fn admits_declarations(&self, want: &Ty) -> bool {
        match want.core() {
            Ty::Ref(_) | Ty::RefTo(_) | Ty::AnyRef => true,
            Ty::Union(ts) => ts.iter().any(|t| self.admits_declarations(t)),
            _ => false,
        }
    }

    /// One value where a list is expected, or something without keys where a map is.
    fn collected(&self, report: super::Report, ty: &Ty, want: &Ty, e: &Expr) -> super::Report {
        match want.core() {
            Ty::List(element) if ty.some().fits(self.db, element) && !ty.admits_none() => {
                let text = format!("[{}]", self.source(e.span));
                report.fix("write a list of one", e.span, text)
            }
            Ty::Map(of) if !matches!(ty.plain(), Ty::Map(_) | Ty::Record(_)) => {
                report.help(match of.1.core() {
                    Ty::Struct(_) => "each has a key of its own: `{ key { … } }`",
                    _ => "each has a key of its own: `{ key = … }`",
                })
            }
            _ => report,
        }
    }

    pub(super) fn mismatch(&self, ty: &Ty, want: &Ty, e: &Expr) -> super::Report {
        let (shown, wanted) = (ty.show(self.db), want.some().show(self.db));
        let end = Span::new(e.span.end, e.span.end);
        let literal = matches!(&e.kind, ExprKind::Number(n) if n.unit.is_none() && n.currency.is_none());
        match (ty.plain(), want.core()) {
            (t, _) if t.is_late() => self
                .late_used(e.span, "fits the body of a resource, nothing else")
                .help(format!("`{wanted}` is expected here")),
            (Ty::Secret, _) => self
                .report(code::SECRET_USED, e.span, "a secret is accepted only where a secret is expected")
                .label(format!("`{wanted}` is expected here")),
            (_, Ty::Secret) => self
                .report(code::WRONG_TYPE, e.span, "a secret is expected")
                .label(format!("this is `{shown}`"))
                .help("write `secret(\"vault://mount/path#key\")`"),
            (Ty::Opt(inner), _) if inner.fits(self.db, want) => self
                .report(code::MAYBE_NONE, e.span, format!("this may be `none`, and `{wanted}` is expected"))
                .label(format!("`{shown}`"))
                .help("write `x ?? …` for what holds then, or ask `if x != none` before"),
            (Ty::None, _) => self
                .report(
                    code::WRONG_TYPE,
                    e.span,
                    format!("`none` is not possible here; `{wanted}` is expected"),
                )
                .label("this field is always there"),
            (Ty::Dim(a), w) if w_dim(w).is_some_and(|b| !dims_fit(a, b)) => {
                let b = w_dim(w).cloned().unwrap_or_default();
                self.report(code::WRONG_DIMENSION, e.span, format!("`{b}` is expected, this is `{a}`"))
                    .label(format!("measures `{a}`"))
                    .help(match self.likely_unit(&b) {
                        Some(u) => format!("a `{b}` is written for example `1{u}`"),
                        None => format!("a `{b}` is needed"),
                    })
            }
            (Ty::Int | Ty::Number, w) if w_percent(w) => {
                let report = self
                    .report(code::MISSING_PERCENT, e.span, "a ratio is written with `%`")
                    .label(format!("`{wanted}` is expected, this is a plain number"));
                match &e.kind {
                    ExprKind::Number(n) => match as_percent(&n.digits) {
                        Some(p) => report.fix(format!("write `{p}`"), e.span, p),
                        None => report,
                    },
                    _ => report.help("write `x as %`"),
                }
            }
            (Ty::Int | Ty::Number, w) if w_dim(w).is_some() => {
                let dim = w_dim(w).cloned().unwrap_or_default();
                let report = self
                    .report(code::MISSING_UNIT, e.span, "the unit is missing")
                    .label(format!("`{dim}` is expected, this is a plain number"));
                match (self.beside.clone(), self.likely_unit(&dim)) {
                    (Some(u), _) if literal => {
                        let text = format!("{}{u}", self.source(e.span));
                        report.fix(format!("write `{text}`"), end, u.as_str())
                    }
                    (None, Some(u)) if literal && !is_rarely_plain(&dim) => {
                        let text = format!("{}{u}", self.source(e.span));
                        report.fix(format!("write `{text}`"), end, u.as_str())
                    }
                    (None, Some(u)) if literal => {
                        let n = self.source(e.span);
                        match dim.as_base() {
                            Some(_) => report
                                .help(format!("write the unit that is meant: `{n}Mi`, `{n}Gi`, `{n}{u}`")),
                            None => report.help(format!("write the unit that is meant, such as `{n}{u}`")),
                        }
                    }
                    (u, v) => match u.or(v) {
                        Some(u) => report.help(format!("multiply with a unit: `… * 1{u}`")),
                        None => report,
                    },
                }
            }
            (Ty::Int | Ty::Number, Ty::Quantity) => self
                .report(code::MISSING_UNIT, e.span, "the unit is missing")
                .label("a quantity is expected, this is a plain number")
                .help("a unit stands right behind its number: `100req/s`, `64Mi`, `30s`"),
            (Ty::Number, Ty::Int) => self
                .report(code::WRONG_TYPE, e.span, "a whole number is expected")
                .label("this may have a fraction")
                .help("say how to round: `ceil(x)`, `floor(x)` or `round(x)`"),
            (Ty::Dim(_) | Ty::Percent, Ty::Int | Ty::Number) => self
                .report(code::WRONG_TYPE, e.span, format!("a plain number is expected, this is `{shown}`"))
                .label("has a unit")
                .help("divide by a unit to count it: `x / 1Gi`"),
            (Ty::Str, Ty::Enum(en)) => {
                let schema = crate::enum_schema(self.db, *en);
                let text = Self::plain_text(e);
                let member = text.and_then(|t| {
                    schema.members.iter().find(|m| m.name == t || m.text == t).map(|m| m.name.clone())
                });
                let report = self
                    .report(code::WRONG_TYPE, e.span, format!("a `{wanted}` is expected, this is a string"))
                    .label("members of an enum stand without quotes");
                match member {
                    Some(m) => report.fix(format!("write `{m}`"), e.span, m.as_str()),
                    None => report.help(super::name::members_help(&schema)),
                }
            }
            _ => {
                let message = match shown == wanted {
                    // A struct and a unit may have one name.
                    true => format!(
                        "the {} `{wanted}` is expected, this is the {} `{shown}`",
                        sort(want),
                        sort(ty)
                    ),
                    false => format!("`{wanted}` is expected, this is `{shown}`"),
                };
                let mut report = self.report(code::WRONG_TYPE, e.span, message).label(format!("`{shown}`"));
                if let (Ty::Version, ExprKind::Number(n)) = (want.core(), &e.kind)
                    && n.unit.is_none()
                {
                    let text = format!("{}{}", n.digits, if n.digits.contains('.') { ".0" } else { ".0.0" });
                    report = report
                        .help("a version has three parts, so that 1.20 and 1.2 cannot be confused")
                        .fix(format!("write `{text}`"), e.span, text.clone());
                }
                if let (Ty::Str, Some(text)) = (ty.plain(), Self::plain_text(e)) {
                    report = self.unquoted(report, &text, want, e.span);
                }
                report = self.collected(report, ty, want, e);
                if let Ty::List(_) = ty.plain()
                    && let Some(TExpr::FamilyList(d)) = self.body.exprs.last()
                {
                    let name = &d.key(self.db).name;
                    report = report.help(format!("`{name}` is a family; name one member: `{name}[…]`"));
                }
                if want.is_text()
                    && matches!(&e.kind, ExprKind::Number(_) | ExprKind::Version(_) | ExprKind::Bool(_))
                {
                    let text = self.source(e.span);
                    report = report.fix("write a string", e.span, format!("\"{text}\""));
                }
                report
            }
        }
    }
}

fn w_dim(ty: &Ty) -> Option<&Dim> {
    match ty.core() {
        Ty::Dim(d) => Some(d),
        Ty::Range(t) => w_dim(t),
        Ty::Union(ts) => ts.iter().find_map(w_dim),
        _ => None,
    }
}

fn w_percent(ty: &Ty) -> bool {
    match ty.core() {
        Ty::Percent => true,
        Ty::Range(t) => w_percent(t),
        Ty::Union(ts) => ts.iter().any(w_percent),
        _ => false,
    }
}

/// `0.7` as `70%`; a number that is a percentage already gets its sign.
fn as_percent(digits: &str) -> Option<String> {
    let n = Number::parse(digits)?;
    let shown = if n <= Number::ONE { n.mul(&Number::int(100))? } else { n };
    Some(format!("{}%", shown.decimal()?))
}

/// Whether the base unit of a dimension is seldom what is meant by a number without one: single bytes, and all that is made of
/// several dimensions.
fn is_rarely_plain(dim: &Dim) -> bool {
    dim.as_base().is_none_or(|base| base == "bytes")
}

/// What sort of type something is, in a word.
fn sort(ty: &Ty) -> &'static str {
    match ty.core() {
        Ty::Dim(_) | Ty::Quantity => "quantity",
        Ty::Struct(_) => "struct",
        Ty::Enum(_) | Ty::Tagged(..) => "enum",
        Ty::Ref(_) | Ty::RefTo(_) => "kind",
        _ => "type",
    }
}
