//! Currencies: what one is worth in another, as declared.

use crate::inst::{Env, Inst, inst_name};
use crate::layer::set_of;
use crate::machine::{Frame, Machine, Read};
use crate::result::{PathKey, value};
use ivs_model::ir::ExprId;
use ivs_model::{code, converting_kinds};
use ivs_source::{Db, Diagnostic, Label, Place, Severity};
use ivs_value::{Number, Quantity, Unit, Value};
use smol_str::SmolStr;
use std::sync::Arc;

/// A declared rate.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Rate {
    from: SmolStr,
    to: SmolStr,
    /// How many of `to` one of `from` is.
    rate: Number,
    inst: Inst,
    /// The fields that say so.
    fields: (SmolStr, SmolStr),
}

fn no_rates(_: &dyn Db, _: salsa::Id, _: Env) -> Arc<[Rate]> {
    Arc::from([])
}

/// The rates of an environment, by name of their declarations. Only a conversion asks.
#[salsa::tracked(returns(clone), cycle_result = no_rates)]
fn rates(db: &dyn Db, env: Env) -> Arc<[Rate]> {
    let mut out = Vec::new();
    for (kind, from, to) in converting_kinds(db) {
        for &inst in set_of(db, env, *kind).iter() {
            let amount = |field: &SmolStr| match value(db, env, inst, PathKey::of([field.as_str()])) {
                Value::Quantity(q) => Some((q.unit.currency()?.clone(), q.amount().ok()?)),
                _ => None,
            };
            let (Some((a, x)), Some((b, y))) = (amount(from), amount(to)) else { continue };
            let Some(rate) = y.div(&x) else { continue };
            out.push(Rate { from: a, to: b, rate, inst, fields: (from.clone(), to.clone()) });
        }
    }
    out.into()
}

impl<'db> Machine<'db> {
    /// `x as EUR`, where `x` is of another currency.
    pub(crate) fn exchange(&mut self, f: &Frame<'db>, id: ExprId, q: &Quantity, unit: &Arc<Unit>) -> Value {
        let (Some(from), Some(to)) = (q.unit.currency().cloned(), unit.currency().cloned()) else {
            return Value::Unknown;
        };
        let rates = rates(self.db, self.env);
        let mut fitting = rates.iter().filter(|r| r.from == from && r.to == to);
        let Some(rate) = fitting.next() else {
            let turned = rates.iter().find(|r| r.from == to && r.to == from);
            let mut labels = Vec::new();
            let mut help = vec![format!(
                "declare what it is worth: `exchange-rate {}-{} {{ from = 1{from}, to = …{to}, as-of = … }}`",
                from.to_lowercase(),
                to.to_lowercase()
            )];
            if let Some(r) = turned {
                labels.push(self.named(r, "the other way only"));
                help.push("a rate holds one way: buying and selling differ".into());
            }
            return self.no_rate(f, id, format!("nothing says what one {from} is in {to}"), q, labels, help);
        };
        if let Some(other) = fitting.next() {
            let labels = vec![self.named(rate, "one"), self.named(other, "another")];
            let message = format!("two rates say what one {from} is in {to}");
            return self.no_rate(f, id, message, q, labels, vec!["disable one of them".into()]);
        }
        for field in [&rate.fields.0, &rate.fields.1] {
            let read = value(self.db, self.env, rate.inst, PathKey::of([field.as_str()]));
            if let Some(reads) = &mut self.reads {
                reads.push(Read { inst: rate.inst, path: vec![field.clone()], element: None, value: read });
            }
        }
        let money = q.unit.dim.exponent(ivs_value::MONEY);
        let converted = rate.rate.pow(i32::from(money)).and_then(|r| q.base.mul(&r));
        match converted {
            Some(base) if unit.dim == q.unit.dim => Value::Quantity(Quantity { base, unit: unit.clone() }),
            Some(_) => self.fail(
                f,
                id,
                code::WRONG_DIMENSION,
                format!("`{}` cannot be shown in `{}`", q.unit.dim, unit.text),
                format!("measures `{}`", unit.dim),
            ),
            None => self.fail(
                f,
                id,
                code::NUMBER_TOO_LARGE,
                "the converted amount is past 128 bits".into(),
                format!("at the rate of `{}`", inst_name(self.db, rate.inst)),
            ),
        }
    }

    fn named(&self, r: &Rate, text: &str) -> Label<ivs_source::ItemId> {
        let decl = r.inst.decl(self.db);
        let span = ivs_model::source_map(self.db, decl).name;
        Label {
            place: Place { of: decl, span },
            text: format!("{text}: 1{} is {}{}", r.from, r.rate.for_message(), r.to),
        }
    }

    fn no_rate(
        &mut self,
        f: &Frame<'db>,
        id: ExprId,
        message: String,
        q: &Quantity,
        labels: Vec<Label<ivs_source::ItemId>>,
        help: Vec<String>,
    ) -> Value {
        if self.quiet {
            return Value::Unknown;
        }
        let place = Place { of: f.item, span: f.span(self.db, id) };
        let text = ivs_value::display(&Value::Quantity(q.clone()));
        self.report(Diagnostic {
            code: code::NO_RATE,
            severity: Severity::Error,
            message,
            primary: Label { place, text },
            labels,
            help,
            fixes: Vec::new(),
        });
        Value::Unknown
    }
}
