//! Numbers and their units.

use super::Infer;
use crate::code;
use crate::ir::{ExprId, TExpr};
use crate::suggest::closest;
use crate::ty::{Ty, dims_fit};
use crate::units::{NoUnit, literal_units, pick, units_named};
use ivs_grammar::ast::{NumberLit, Span, UnitLit};
use ivs_value::{Dim, Number, Quantity, Unit, Value};
use smol_str::SmolStr;
use std::sync::Arc;

/// The dimensions that a type admits.
pub(super) fn wanted_dims(ty: &Ty, out: &mut Vec<Dim>) {
    match ty.core() {
        Ty::Dim(d) => out.push(d.clone()),
        Ty::Range(t) => wanted_dims(t, out),
        Ty::List(t) => wanted_dims(t, out),
        Ty::Union(ts) => ts.iter().for_each(|t| wanted_dims(t, out)),
        _ => {}
    }
}

impl<'db, 'ast> Infer<'db, 'ast> {
    pub(super) fn number(&mut self, n: &NumberLit, span: Span, want: Option<&Ty>) -> (ExprId, Ty) {
        let Some(number) = Number::parse(&n.digits) else {
            let report = self
                .report(code::NUMBER_TOO_LARGE, span, "this number is past 128 bits")
                .label("too large, or too many digits");
            return self.fail(report);
        };
        if n.currency.is_none()
            && let Some(u) = &n.unit
            && u.text == "%"
            && !u.per
        {
            let Some(ratio) = number.div(&Number::int(100)) else {
                let report = self
                    .report(code::NUMBER_TOO_LARGE, span, "this number is past 128 bits")
                    .label("too large");
                return self.fail(report);
            };
            return self.add(TExpr::Const(Value::Percent(ratio)), Ty::Percent, span);
        }
        if n.unit.is_none() && n.currency.is_none() {
            let ty = if number.is_integer() && !n.digits.contains('.') { Ty::Int } else { Ty::Number };
            return self.add(TExpr::Const(Value::Number(number)), ty, span);
        }
        let meanings = literal_units(self.db, self.module, n);
        let place = n.unit.as_ref().map_or(span, |u| u.span);
        let apart = n.unit.is_some() && self.source(span).contains([' ', '\t']);
        let unit = match self.choose(meanings, want, (place, apart), || shown_unit(n)) {
            Some(u) => u,
            None => return self.add(TExpr::Error, Ty::Error, span),
        };
        if let Some(u) = &n.unit {
            self.mention_unit(u, &unit);
        }
        let Some(base) = number.mul(&unit.factor) else {
            let report = self
                .report(code::NUMBER_TOO_LARGE, span, "this number is past 128 bits in its base unit")
                .label("too large");
            return self.fail(report);
        };
        if unit.dim.is_none() {
            return self.add(TExpr::Const(Value::Number(base)), Ty::Number, span);
        }
        let ty = Ty::Dim(unit.dim.clone());
        self.add(TExpr::Const(Value::Quantity(Quantity { base, unit })), ty, span)
    }

    /// Chooses among the meanings of a unit by what is expected.
    fn choose(
        &mut self,
        meanings: &[Arc<Unit>],
        want: Option<&Ty>,
        (span, apart): (Span, bool),
        shown: impl Fn() -> SmolStr,
    ) -> Option<Arc<Unit>> {
        let mut wants = Vec::new();
        if let Some(w) = want {
            wanted_dims(w, &mut wants);
        }
        let matching = wants.iter().find_map(|w| meanings.iter().find(|u| dims_fit(&u.dim, w)));
        if let Some(u) = matching {
            return Some(u.clone());
        }
        if let Some((dim, unit)) = self.slip(&shown(), &wants) {
            let measures: Vec<String> = meanings.iter().map(|u| format!("`{}`", u.dim)).collect();
            let report = self
                .report(code::WRONG_DIMENSION, span, format!("`{}` is no unit of `{dim}`", shown()))
                .label(format!("it measures {}", measures.join(" or ")))
                .fix(format!("write `{unit}`"), span, unit);
            self.push(report);
            return None;
        }
        match pick(meanings, None) {
            Ok(u) => Some(u.clone()),
            Err(NoUnit::Ambiguous) => {
                let dims: Vec<String> = meanings.iter().map(|u| format!("`{}`", u.dim)).collect();
                let report = self
                    .report(
                        code::AMBIGUOUS_UNIT,
                        span,
                        format!("`{}` is a unit of {}", shown(), dims.join(" and of ")),
                    )
                    .label("the place does not tell which")
                    .help("give the value a type, or use another unit of the dimension you mean");
                self.push(report);
                None
            }
            // A unit that is declared, but has no meaning, is reported where it is declared.
            Err(NoUnit::Unknown)
                if shown()
                    .split('/')
                    .filter(|w| !w.is_empty())
                    .all(|w| !units_named(self.db, self.module, SmolStr::new(w)).is_empty()) =>
            {
                None
            }
            // What stands apart from its number by mistake need not be a unit: that is said already.
            Err(NoUnit::Unknown) if apart => None,
            Err(NoUnit::Unknown) => {
                self.unknown_unit(&shown(), span);
                None
            }
        }
    }

    /// What is meant by a unit that belongs to other dimensions than the one expected.
    fn slip(&self, text: &str, wants: &[Dim]) -> Option<(Dim, &'static str)> {
        let [want] = wants else { return None };
        let (_, dim, unit) =
            SLIPS.iter().find(|(t, d, _)| *t == text && want.as_base().is_some_and(|base| base == *d))?;
        let known = units_named(self.db, self.module, SmolStr::new_static(unit));
        (!dim.is_empty() && !known.is_empty()).then(|| (want.clone(), *unit))
    }

    fn unknown_unit(&mut self, text: &str, span: Span) {
        let word = text
            .split('/')
            .filter(|w| !w.is_empty())
            .find(|w| units_named(self.db, self.module, SmolStr::new(w)).is_empty())
            .unwrap_or(text);
        let mut report =
            self.report(code::UNKNOWN_UNIT, span, format!("unknown unit `{word}`")).label("no such unit");
        let mut names: Vec<SmolStr> = crate::names::library(self.db).units.keys().cloned().collect();
        names.extend(crate::names::module_index(self.db, self.module).units.keys().cloned());
        names.extend(COMMON.iter().map(|s| SmolStr::new_static(s)));
        names.sort();
        let known = |n: &str| !units_named(self.db, self.module, SmolStr::new(n)).is_empty();
        let alias = ALIASES.iter().find(|(a, _)| *a == word).map(|(_, b)| *b).filter(|b| known(b));
        let near = alias.map(SmolStr::new).or_else(|| {
            let names: Vec<&str> = names.iter().map(SmolStr::as_str).filter(|n| known(n)).collect();
            names
                .iter()
                .find(|n| n.eq_ignore_ascii_case(word))
                .copied()
                .or_else(|| if word.len() > 1 { closest(word, names.iter().copied()) } else { None })
                .map(SmolStr::new)
        });
        report = match near {
            Some(n) => {
                let fixed =
                    text.split('/').map(|w| if w == word { n.as_str() } else { w }).collect::<Vec<_>>();
                report.fix(format!("write `{n}`"), span, fixed.join("/"))
            }
            None => report.help(format!("a counted thing is declared with `unit {word}`")),
        };
        self.push(report);
    }

    /// `x as req/s`
    pub(super) fn cast(&mut self, value: ExprId, ty: &Ty, unit: &UnitLit, span: Span) -> (ExprId, Ty) {
        if unit.text == "%" && !unit.per {
            if !matches!(ty.core(), Ty::Int | Ty::Number | Ty::Percent | Ty::Error) {
                let shown = ty.show(self.db);
                let report = self
                    .report(code::WRONG_TYPE, span, format!("`{shown}` cannot be shown in `%`"))
                    .label("a plain number is needed");
                return self.fail(report);
            }
            return self.add(TExpr::AsPercent(value), Ty::Percent, span);
        }
        let meanings = crate::units::unit_meanings(self.db, self.module, "", unit.text.clone(), unit.per);
        let Some(chosen) = self.choose(meanings, Some(ty), (unit.span, false), || unit.text.clone()) else {
            return self.add(TExpr::Error, Ty::Error, span);
        };
        self.mention_unit(unit, &chosen);
        match ty.core() {
            Ty::Dim(d) if !dims_fit(d, &chosen.dim) => {
                let report = self
                    .report(
                        code::WRONG_DIMENSION,
                        span,
                        format!("a `{d}` cannot be shown in `{}`", unit.text),
                    )
                    .label(format!("`{}` measures `{}`", unit.text, chosen.dim));
                self.fail(report)
            }
            Ty::Dim(_) | Ty::Quantity | Ty::Error => {
                let ty = Ty::Dim(chosen.dim.clone());
                self.add(TExpr::As { value, unit: chosen }, ty, span)
            }
            other => {
                let shown = other.show(self.db);
                let report = self
                    .report(code::WRONG_TYPE, span, format!("`{shown}` has no unit"))
                    .label(format!("only a quantity can be shown in `{}`", unit.text));
                self.fail(report)
            }
        }
    }
}

fn shown_unit(n: &NumberLit) -> SmolStr {
    match (&n.unit, n.currency) {
        (Some(u), Some(c)) => SmolStr::from(format!("{c}/{}", u.text)),
        (Some(u), None) => u.text.clone(),
        (None, c) => SmolStr::new(c.unwrap_or("")),
    }
}

/// Base units are no `unit` items; these are worth a suggestion too.
const COMMON: &[&str] = &["s", "B", "core", "kg"];

/// What people write for a unit of the library.
const ALIASES: &[(&str, &str)] = &[
    ("sec", "s"),
    ("secs", "s"),
    ("second", "s"),
    ("seconds", "s"),
    ("mins", "min"),
    ("minute", "min"),
    ("minutes", "min"),
    ("hr", "h"),
    ("hrs", "h"),
    ("hour", "h"),
    ("hours", "h"),
    ("day", "d"),
    ("days", "d"),
    ("weeks", "week"),
    ("mo", "month"),
    ("months", "month"),
    ("years", "year"),
    ("pods", "pod"),
    ("gpus", "gpu"),
    ("requests", "req"),
    ("request", "req"),
    ("reqs", "req"),
    ("cores", "core"),
    ("cpu", "core"),
    ("jobs", "job"),
];

/// Units of other systems that are written for one of an expected dimension, where only one can be meant: `5m` of time,
/// and Kubernetes' `512m` of memory, which would be half a byte.
const SLIPS: &[(&str, &str, &str)] = &[("m", "time", "min"), ("m", "bytes", "Mi")];
