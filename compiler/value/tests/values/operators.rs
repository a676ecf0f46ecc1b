//! `+ - * / == < in`.
use crate::support::{list, map, quality, record, service, v};
use ivs_value::{OpError, Value, ops};

type Op = fn(&Value, &Value) -> Result<Value, OpError>;

fn table(op: Op, rows: &[(&str, &str, &str)]) {
    for (a, b, result) in rows {
        assert_eq!(op(&v(a), &v(b)), Ok(v(result)), "{a}, {b}");
    }
}

#[test]
fn sums_and_differences() {
    table(
        ops::add,
        &[
            ("0.1", "0.2", "0.3"),
            ("70%", "10%", "80%"),
            ("1", "50%", "1.5"),
            ("50%", "1", "1.5"),
            ("1Gi", "512Mi", "1.5Gi"),
            ("500m", "2core", "2500m"),
            ("2024-02-28", "2d", "2024-03-01"),
            ("48h", "2026-12-31", "2027-01-02"),
        ],
    );
    table(
        ops::sub,
        &[
            ("1", "99.9%", "0.001"),
            ("100%", "99.9%", "0.1%"),
            ("100%", "1", "0"),
            ("2Gi", "512Mi", "1.5Gi"),
            ("2026-03-01", "24h", "2026-02-28"),
            ("2026-11-21", "2026-11-01", "20d"),
            ("2026-11-01", "2026-11-21", "-20d"),
        ],
    );
    assert_eq!(ops::add(&list(&["1"]), &list(&["2", "3"])), Ok(list(&["1", "2", "3"])));
}

#[test]
fn products_and_quotients() {
    table(
        ops::mul,
        &[
            ("6", "7", "42"),
            ("200", "70%", "140"),
            ("70%", "200", "140"),
            ("50%", "50%", "25%"),
            ("3", "500m", "1500m"),
            ("2Gi", "50%", "1Gi"),
            ("10000req/min", "3min", "30000req"),
            ("10000req/min", "1h", "600000req"),
        ],
    );
    table(
        ops::div,
        &[
            ("1", "4", "0.25"),
            ("70%", "2", "35%"),
            ("70%", "35%", "2"),
            ("7", "70%", "10"),
            ("1Gi", "2", "0.5Gi"),
            ("1Gi", "50%", "2Gi"),
            ("600req", "10min", "60req/min"),
            ("1", "10min", "0.1/min"),
        ],
    );
}

#[test]
fn availability_of_zones_in_parallel() {
    // 1 - (1 - zone) * (1 - zone)
    let one = v("1");
    let down = ops::sub(&one, &v("99.5%")).unwrap();
    let up = ops::sub(&one, &ops::mul(&down, &down).unwrap()).unwrap();
    assert_eq!(up, v("0.999975"));
    assert_eq!(ops::ge(&up, &v("99.99%")), Ok(v("true")));
}

#[test]
fn signs() {
    assert_eq!(ops::neg(&v("500m")), Ok(v("-500m")));
    assert_eq!(ops::neg(&v("5%")), Ok(v("-5%")));
    assert_eq!(ops::abs(&v("-5%")), Ok(v("5%")));
    assert!(ops::neg(&v("true")).is_err());
}

#[test]
fn what_does_not_go_together_says_so() {
    let error = |r: Result<Value, OpError>| r.unwrap_err().to_string();
    assert_eq!(error(ops::add(&v("1Gi"), &v("1req/s"))), "`bytes` and `req/time` do not go together");
    assert_eq!(error(ops::add(&v("1Gi"), &v("1"))), "`bytes` and `number` do not go together");
    assert_eq!(error(ops::lt(&v("1Gi"), &v("1"))), "`bytes` and `number` do not go together");
    assert_eq!(error(ops::mul(&list(&["1"]), &v("2"))), "cannot multiply a list with a number");
    assert_eq!(error(ops::sub(&v("1"), &v("none"))), "cannot subtract none from a number");
    assert_eq!(error(ops::lt(&v("true"), &v("1"))), "a bool and a number have no order");
    assert_eq!(error(ops::lt(&quality(0), &service(1, "web"))), "a quality and a service have no order");
    assert!(error(ops::add(&v("\"a\""), &v("\"b\""))).starts_with("text is not added"));
    assert_eq!(error(ops::add(&v("2026-01-01"), &v("1h"))), "a date moves by whole days only");
    assert_eq!(error(ops::add(&v("2026-01-01"), &v("1Gi"))), "`bytes` cannot move a date; durations can");
    assert_eq!(error(ops::add(&v("9999-12-31"), &v("1d"))), "dates lie within the years 1 to 9999");
}

#[test]
fn no_division_by_zero_and_no_overflow() {
    for a in ["1", "1%", "1Gi"] {
        for b in ["0", "0%", "0Gi", "0req"] {
            assert_eq!(ops::div(&v(a), &v(b)), Err(OpError::DivideByZero), "{a} / {b}");
        }
    }
    let large = v("1e38".replace("e38", &"0".repeat(38)).as_str());
    assert_eq!(ops::mul(&large, &large), Err(OpError::Overflow));
    assert_eq!(ops::mul(&large, &v("100Gi")), Err(OpError::Overflow));
}

#[test]
fn unknown_operands_make_unknown_results() {
    let binary: [Op; 11] = [
        ops::add,
        ops::sub,
        ops::mul,
        ops::div,
        ops::eq,
        ops::ne,
        ops::lt,
        ops::le,
        ops::gt,
        ops::ge,
        ops::membership,
    ];
    for op in binary {
        for other in ["1", "\"x\"", "none", "true", "?", "0"] {
            assert_eq!(op(&v("?"), &v(other)), Ok(Value::Unknown));
            assert_eq!(op(&v(other), &v("?")), Ok(Value::Unknown));
        }
    }
    assert_eq!(ops::neg(&v("?")), Ok(Value::Unknown));
}

#[test]
fn order() {
    let ascending = [
        ["-1", "0", "0.5"],
        ["5%", "7%", "70%"],
        ["0.01", "5%", "1"],
        ["999Mi", "1Gi", "1025Mi"],
        ["\"a\"", "\"b\"", "\"ä\""],
        ["2025-12-31", "2026-01-01", "2026-01-02"],
    ];
    for row in ascending {
        let [a, b, c] = row.map(v);
        assert_eq!(ops::lt(&a, &b), Ok(v("true")), "{row:?}");
        assert_eq!(ops::lt(&b, &c), Ok(v("true")), "{row:?}");
        assert_eq!(ops::ge(&a, &c), Ok(v("false")), "{row:?}");
        assert_eq!(ops::le(&b, &b), Ok(v("true")), "{row:?}");
    }
    assert_eq!(ops::lt(&quality(1), &quality(2)), Ok(v("true")));
}

#[test]
fn equality_looks_at_values_not_spellings() {
    let yes = |a: &Value, b: &Value| assert_eq!(ops::eq(a, b), Ok(v("true")), "{a:?} {b:?}");
    let no = |a: &Value, b: &Value| assert_eq!(ops::eq(a, b), Ok(v("false")), "{a:?} {b:?}");
    yes(&v("1000m"), &v("1core"));
    yes(&v("60req/min"), &v("1req/s"));
    yes(&list(&["1024Mi"]), &list(&["1Gi"]));
    yes(&v("1024Mi..2Gi"), &v("1Gi..2048Mi"));
    yes(&map(&[("a", "1"), ("b", "2")]), &map(&[("b", "2"), ("a", "1")]));
    yes(&record(&[("x", v("1Gi"))]), &record(&[("x", v("1024Mi"))]));
    yes(&service(1, "web"), &service(1, "web"));
    no(&service(1, "web"), &service(2, "web"));
    no(&quality(0), &quality(1));
    no(&v("1"), &v("none"));
    no(&list(&["1"]), &list(&["1", "2"]));
    no(&map(&[("a", "1")]), &map(&[("b", "1")]));
    assert!(ops::eq(&v("1Gi"), &v("1core")).is_err());
    // Something unknown inside matters only if all else is equal.
    assert_eq!(ops::eq(&list(&["1", "?"]), &list(&["1", "2"])), Ok(v("?")));
    assert_eq!(ops::eq(&list(&["1", "?"]), &list(&["3", "2"])), Ok(v("false")));
}

#[test]
fn a_secret_is_never_compared() {
    let secret = Value::Secret("vault://kv/app#password".into());
    assert!(ops::eq(&secret, &secret).is_err());
    assert!(ops::eq(&secret, &v("\"vault://kv/app#password\"")).is_err());
    assert!(ops::lt(&secret, &v("\"z\"")).is_err());
    assert!(ops::membership(&v("\"x\""), &Value::list([secret.clone()])).is_err());
    // Whether there is one may be asked.
    assert_eq!(ops::eq(&secret, &v("none")), Ok(v("false")));
}

#[test]
fn membership() {
    let is_in = |x: &str, of: &Value| ops::membership(&v(x), of);
    assert_eq!(is_in("1.5", &v("1..2")), Ok(v("true")));
    assert_eq!(is_in("2", &v("1..2")), Ok(v("true")));
    assert_eq!(is_in("0", &v("1..2")), Ok(v("false")));
    assert_eq!(is_in("1500m", &v("1core..2core")), Ok(v("true")));
    assert_eq!(is_in("1024Mi", &list(&["1Gi", "2Gi"])), Ok(v("true")));
    assert_eq!(is_in("\"b\"", &map(&[("a", "1")])), Ok(v("false")));
    assert_eq!(is_in("1", &list(&["?", "1"])), Ok(v("true")));
    assert_eq!(is_in("2", &list(&["?", "1"])), Ok(v("?")));
    assert!(is_in("\"a\"", &v("\"abc\"")).is_err());
}

#[test]
fn a_range_goes_up() {
    assert_eq!(Value::range(v("2"), v("2")).unwrap().part("max"), Some(v("2")));
    let error = Value::range(v("2Gi"), v("1Gi")).unwrap_err();
    assert_eq!(error.to_string(), "the range 2Gi..1Gi is empty: its first end is above its second");
    assert!(Value::range(v("1"), v("1Gi")).is_err());
    assert_eq!(Value::range(v("?"), v("1")), Ok(Value::Unknown));
}

#[test]
fn large_maps_find_their_keys() {
    let entries: Vec<_> = (0..1000).map(|i| (Value::int(i), Value::int(i * i))).collect();
    let map = Value::map(entries);
    let map = map.as_map().unwrap();
    assert_eq!(map.get(&v("31")), Some(&v("961")));
    assert_eq!(map.get(&v("1000")), None);
    let mut changed = map.clone();
    changed.entries.push((v("1000"), v("1")));
    assert_eq!(changed.get(&v("1000")), Some(&v("1")));
}

#[test]
fn patterns() {
    assert_eq!(ops::matches("web-1", "^[a-z0-9]([-a-z0-9]*[a-z0-9])?$"), Ok(true));
    assert_eq!(ops::matches("Web", "^[a-z]+$"), Ok(false));
    assert_eq!(ops::matches("a.b", "."), Ok(true));
    let bad = ops::matches("x", "(a").unwrap_err().to_string();
    assert_eq!(bad, "`(a` is not a regular expression: unclosed group");
    assert!(ops::matches("x", "(a{1000}){1000}").unwrap_err().to_string().ends_with("it is too large"));
}

#[test]
fn a_value_is_small() {
    assert!(size_of::<Value>() <= 32, "{}", size_of::<Value>());
}
