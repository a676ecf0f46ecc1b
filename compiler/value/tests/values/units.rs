//! Dimensions and units.
use crate::support::{n, unit, v};
use ivs_value::{Dim, Number, OpError, Unit, Value, ops};
use proptest::prelude::*;
use std::sync::Arc;

fn dim() -> impl Strategy<Value = Dim> {
    prop::collection::vec(
        (prop::sample::select(vec!["bytes", "cores", "money", "req", "time"]), -3..=3_i8),
        0..4,
    )
    .prop_map(|factors| {
        factors.into_iter().fold(Dim::NONE, |d, (name, e)| d.mul(&Dim::base(name).pow(e).unwrap()).unwrap())
    })
}

fn some_unit() -> impl Strategy<Value = Arc<Unit>> {
    let texts = [
        "s",
        "ms",
        "min",
        "h",
        "month",
        "Mi",
        "Gi",
        "m",
        "core",
        "req",
        "USD",
        "req/min",
        "USD/month",
        "Gi/h",
        "/s",
    ];
    prop::sample::select(texts.to_vec()).prop_map(unit)
}

fn amount() -> impl Strategy<Value = Number> {
    (-1_000_000..=1_000_000_i128, 1..=1000_i128).prop_map(|(a, b)| Number::fraction(a, b).unwrap())
}

fn quantity() -> impl Strategy<Value = Value> {
    (amount(), some_unit()).prop_map(|(a, u)| Value::quantity(&a, &u).unwrap())
}

proptest! {
    #[test]
    fn dimensions_are_a_group(a in dim(), b in dim(), c in dim()) {
        prop_assert_eq!(a.mul(&b), b.mul(&a));
        prop_assert_eq!(a.mul(&b).unwrap().mul(&c), a.mul(&b.mul(&c).unwrap()));
        prop_assert_eq!(a.mul(&Dim::NONE), Some(a.clone()));
        prop_assert_eq!(a.mul(&a.recip()), Some(Dim::NONE));
        prop_assert_eq!(a.div(&b), a.mul(&b.recip()));
        prop_assert_eq!(a.pow(2), a.mul(&a));
        prop_assert_eq!(a.pow(0), Some(Dim::NONE));
    }

    #[test]
    fn there_and_back(a in amount(), u in some_unit()) {
        let q = Value::quantity(&a, &u).unwrap();
        prop_assert_eq!(ops::scalar_in(&q, &u), Ok(a));
    }

    #[test]
    fn a_unit_says_what_its_product_is(a in some_unit(), b in some_unit()) {
        let product = a.mul(&b).unwrap();
        prop_assert_eq!(Some(product.dim), a.dim.mul(&b.dim));
        let ratio = a.div(&b).unwrap();
        prop_assert_eq!(Some(ratio.dim), a.dim.div(&b.dim));
    }

    #[test]
    fn quotients_undo_products(a in quantity(), b in quantity()) {
        let Ok(product) = ops::mul(&a, &b) else { return Ok(()) };
        if b.as_quantity().is_some_and(|q| q.base.is_zero()) { return Ok(()) }
        let back = ops::div(&product, &b).unwrap();
        prop_assert_eq!(ops::eq(&back, &a), Ok(Value::Bool(true)), "{:?} {:?}", back, a);
    }

    #[test]
    fn differences_undo_sums_and_keep_the_first_unit(a in amount(), b in amount(), u in some_unit(), w in some_unit()) {
        let (x, y) = (Value::quantity(&a, &u).unwrap(), Value::quantity(&b, &w).unwrap());
        match ops::add(&x, &y) {
            Ok(sum) => {
                prop_assert_eq!(&u.dim, &w.dim);
                prop_assert_eq!(&sum.as_quantity().unwrap().unit, &u);
                prop_assert_eq!(ops::sub(&sum, &y), Ok(x));
            }
            Err(e) => prop_assert_eq!(e, OpError::Dimensions(u.dim.to_string(), w.dim.to_string())),
        }
    }
}

#[test]
fn dimensions_read_as_types_are_written() {
    let shown = |text: &str| unit(text).dim.to_string();
    assert_eq!(shown("req/min"), "req/time");
    assert_eq!(shown("USD/month"), "money/time");
    assert_eq!(shown("m"), "cores");
    assert_eq!(shown("/month"), "1/time");
    assert_eq!(shown("B/s/s"), "bytes/time/time");
    assert_eq!(unit("core").mul(&unit("h")).unwrap().dim.to_string(), "cores*time");
    assert_eq!(Dim::base("length").pow(9).unwrap().to_string(), "length^9");
    assert_eq!(Dim::NONE.to_string(), "number");
}

#[test]
fn exponents_have_a_limit_instead_of_an_overflow() {
    let m = Dim::base("length");
    assert!(m.pow(127).is_some());
    assert_eq!(m.pow(127).unwrap().mul(&m), None);
    assert_eq!(m.pow(-128), None);
    assert_eq!(m.pow(-127).unwrap().recip(), m.pow(127).unwrap());
}

#[test]
fn compound_units_cancel() {
    let of = |u: Option<Unit>| u.unwrap().text.to_string();
    assert_eq!(of(unit("req/min").mul(&unit("min"))), "req");
    assert_eq!(of(unit("req").div(&unit("min"))), "req/min");
    assert_eq!(of(unit("core").mul(&unit("h"))), "core*h");
    assert_eq!(of(unit("USD/month").div(&unit("core"))), "USD/month/core");
    assert_eq!(of(unit("min").recip()), "/min");
    // Another spelling of a dimension that is there already gives way to it.
    assert_eq!(of(unit("req/min").mul(&unit("h"))), "req");
    assert_eq!(of(unit("Gi").mul(&unit("Mi"))), "Gi*Gi");
    assert_eq!(unit("req/min").factor, Number::fraction(1, 60).unwrap());
    assert_eq!(unit("req/min").div(&unit("req/s")).unwrap(), Unit::plain().mul(&Unit::plain()).unwrap());
}

#[test]
fn peak_over_throughput_is_a_number_of_replicas() {
    let need = ops::div(&v("900000req/min"), &v("10000req/min"));
    assert_eq!(need, Ok(v("90")));
    assert_eq!(ops::div(&v("1Gi"), &v("1Mi")), Ok(v("1024")));
    assert_eq!(ops::div(&v("900000req/min"), &v("150req/s")), Ok(v("100")));
}

#[test]
fn currencies_do_not_mix() {
    let error = OpError::Currencies("USD".into(), "EUR".into());
    assert!(error.help().unwrap().contains("exchange-rate"));
    let mixed = Err(error);
    assert_eq!(ops::add(&v("$49"), &v("5EUR")), mixed);
    assert_eq!(ops::sub(&v("$49/month"), &v("5EUR/month")), mixed);
    assert_eq!(ops::div(&v("$49"), &v("5EUR")), mixed);
    assert_eq!(ops::mul(&v("$49"), &v("5EUR")), mixed);
    assert_eq!(ops::lt(&v("$49/month"), &v("5EUR/h")), mixed);
    assert_eq!(ops::eq(&v("$0"), &v("0EUR")), mixed);
    assert_eq!(ops::as_unit(&v("$49"), &unit("EUR")), mixed);
    assert_eq!(ops::div(&v("$49"), &v("7USD")), Ok(v("7")));
}

#[test]
fn a_price_for_a_time() {
    let cost = ops::mul(&v("$49/month"), &v("365h")).unwrap();
    assert_eq!(ivs_value::display(&cost), "$24.5");
    let hourly = ops::as_unit(&v("$73/month"), &unit("USD/h")).unwrap();
    assert_eq!(ivs_value::display(&hourly), "$0.1/h");
    assert_eq!(ops::scalar_in(&v("1month"), &unit("h")), Ok(n("730")));
}

#[test]
fn a_zero_without_unit_takes_that_of_the_other() {
    let zero = ivs_value::funcs::zero_of(&Dim::money());
    assert_eq!(ops::add(&zero, &v("5EUR")), Ok(v("5EUR")));
    assert_eq!(ops::add(&v("5EUR"), &zero), Ok(v("5EUR")));
    assert_eq!(ops::lt(&zero, &v("5EUR")), Ok(Value::Bool(true)));
    let per_month = ops::div(&zero, &v("1month")).unwrap();
    assert_eq!(ops::add(&per_month, &v("5EUR/month")), Ok(v("5EUR/month")));
    assert_eq!(ivs_value::funcs::zero_of(&Dim::NONE), v("0"));
}
