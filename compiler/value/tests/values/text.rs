//! Values as text.
use crate::support::{list, map, quality, record, service, v};
use ivs_value::{OpError, TaggedValue, Value, display, interpolate, interpolate_message, ops};
use proptest::prelude::*;
use std::sync::Arc;

#[test]
fn exact_text_for_outputs() {
    for text in [
        "10000req/min",
        "0.5",
        "-3",
        "99.95%",
        "500m",
        "1.5Gi",
        "$49/month",
        "$0.002/req",
        "100/month",
        "49CHF",
    ] {
        assert_eq!(interpolate(&v(text)).as_deref(), Ok(text));
    }
    let shown = |x: &Value| interpolate(x).unwrap();
    assert_eq!(shown(&v("10_000req/min")), "10000req/min");
    assert_eq!(shown(&v("49EUR/month")), "€49/month");
    assert_eq!(shown(&v("-49GBP")), "-£49");
    assert_eq!(shown(&v("3req/USD")), "3req/USD");
    assert_eq!(shown(&v("true")), "true");
    assert_eq!(shown(&v("2026-01-02")), "2026-01-02");
    assert_eq!(shown(&v("3..100")), "3..100");
    assert_eq!(shown(&v("\"a b\"")), "a b");
    assert_eq!(shown(&quality(1)), "1080p");
    assert_eq!(shown(&service(1, "web")), "web");
}

#[test]
fn what_has_no_exact_text_is_refused() {
    let third = ops::div(&v("1"), &v("3")).unwrap();
    let error = interpolate(&third).unwrap_err();
    assert_eq!(error, OpError::Inexact("≈ 0.3333".into()));
    assert_eq!(error.to_string(), "≈ 0.3333 has no finite decimal form");
    assert_eq!(error.help(), Some("round it first: `round(x, 0.01)`"));
    let per_second = ops::as_unit(&v("100req/min"), &crate::support::unit("req/s")).unwrap();
    assert!(interpolate(&per_second).is_err());
    for (x, why) in [
        (v("none"), "`none` is not text; give another value with `??`"),
        (list(&["1"]), "a list is not text; `join(xs, \", \")` makes one"),
        (map(&[]), "a map is not text; name one of its fields"),
        (record(&[]), "a record is not text; name one of its fields"),
    ] {
        assert_eq!(interpolate(&x).unwrap_err().to_string(), why);
    }
}

#[test]
fn a_secret_has_no_text() {
    let secret = Value::Secret("vault://kv/app#password".into());
    assert!(interpolate(&secret).is_err());
    assert!(interpolate_message(&secret).is_err());
}

#[test]
fn messages_may_approximate_and_shorten() {
    let third = ops::div(&v("$1"), &v("3")).unwrap();
    assert_eq!(display(&third), "≈ $0.3333");
    assert_eq!(display(&ops::div(&v("1%"), &v("3")).unwrap()), "≈ 0.3333%");
    assert_eq!(display(&list(&["1Gi", "\"a\"", "none"])), r#"[1Gi, "a", none]"#);
    assert_eq!(display(&Value::list((0..9).map(Value::int))), "[0, 1, 2, 3, 4, 5, … (3 more)]");
    assert_eq!(display(&map(&[("cpu", "70%"), ("a b", "1")])), r#"{cpu = 70%, "a b" = 1}"#);
    assert_eq!(display(&record(&[("min", v("1")), ("max", v("none"))])), "{min = 1}");
    assert_eq!(interpolate_message(&v("\"a\"")).as_deref(), Ok("a"));
    assert_eq!(interpolate_message(&third).as_deref(), Ok("≈ $0.3333"));
    let nested = (0..10).fold(v("1"), |x, _| Value::list([x]));
    assert_eq!(display(&nested), "[[[[…]]]]");
    assert_eq!(display(&Value::str("\u{1b}[31m\n\"x\"")), r#""\u{1b}[31m\n\"x\"""#);
    let limit = Value::Member(Arc::new(TaggedValue {
        of: "entitlement".into(),
        name: "limit".into(),
        index: 1,
        text: "limit".into(),
        fields: record(&[("amount", v("5req/month"))]).as_struct().cloned().map(Arc::new),
    }));
    assert_eq!(display(&limit), "limit(amount = 5req/month)");
}

#[test]
fn types_in_messages() {
    let named =
        [("1", "number"), ("1%", "percent"), ("1req/s", "req/time"), ("\"x\"", "string"), ("none", "none")];
    for (text, name) in named {
        assert_eq!(v(text).type_name(), name);
    }
    assert_eq!(quality(1).type_name(), "quality");
    assert_eq!(service(1, "web").type_name(), "service");
    assert_eq!(record(&[]).type_name(), "record");
}

proptest! {
    #[test]
    fn numbers_and_quantities_print_as_they_are_written(a in -1_000_000_000..1_000_000_000_i64, places in 0..6_u32, u in "(req/min|Gi|m|CHF|%|)") {
        let amount = ivs_value::Number::fraction(a.into(), 10_i128.pow(places)).unwrap().decimal().unwrap();
        let text = format!("{amount}{u}");
        prop_assert_eq!(interpolate(&v(&text)), Ok(text.clone()));
        prop_assert_eq!(display(&v(&text)), text);
    }

    #[test]
    fn messages_hold_no_control_characters(text in any::<String>()) {
        let shown = display(&Value::str(&text));
        prop_assert!(!shown.chars().any(char::is_control));
        prop_assert!(shown.chars().count() <= 10 * 122);
    }
}
