//! The function library.
use crate::support::{list, map, quality, record, service, v};
use ivs_value::funcs::{self, FUNCTIONS, call, group_by, plain, sort_by, sum_from, zero_of};
use ivs_value::{Dim, OpError, Value, limits};
use proptest::prelude::*;
use std::sync::Arc;

fn ok(name: &str, args: &[Value]) -> Value {
    call(name, args).unwrap_or_else(|e| panic!("{name}: {e}"))
}

fn error(name: &str, args: &[Value]) -> String {
    call(name, args).unwrap_err().to_string()
}

fn s(text: &str) -> Value {
    Value::str(text)
}

#[test]
fn every_function_is_documented_and_every_documented_one_is_there() {
    let graph =
        ["reachable", "path", "levels", "cycles", "flow", "mainstream", "longest", "lightest", "expand"];
    for f in FUNCTIONS {
        assert_eq!(plain(f.name).is_some(), f.name != "group" && !graph.contains(&f.name), "{}", f.name);
        assert!(f.signature.starts_with(&format!("{}(", f.name)), "{}", f.name);
        assert!(f.doc.ends_with('.') && f.required <= f.params.len(), "{}", f.name);
        assert_eq!(funcs::function(f.name), Some(f));
    }
    let language = "sum product min max count all any unique sort group first last flatten join split length contains \
                    abs ceil floor round zip keys values reachable path levels cycles flow longest lightest expand slug version";
    for name in language.split_whitespace() {
        assert!(funcs::function(name).is_some(), "{name}");
    }
}

#[test]
fn sums_and_products() {
    assert_eq!(ok("sum", &[list(&["1", "2", "0.5"])]), v("3.5"));
    assert_eq!(ok("sum", &[list(&["1Gi", "512Mi"])]), v("1.5Gi"));
    assert_eq!(ok("sum", &[list(&[])]), v("0"));
    assert_eq!(sum_from(&[], zero_of(&Dim::base("bytes"))).unwrap().type_name(), "bytes");
    assert_eq!(ok("product", &[list(&["99.9%", "99.9%"])]), v("99.8001%"));
    assert_eq!(ok("product", &[list(&[])]), v("1"));
    assert_eq!(ok("product", &[list(&["99.9%", "99.9%"]), v("0.01%")]), v("99.8%"));
    assert_eq!(ok("product", &[list(&["?"]), v("1")]), Value::Unknown);
    assert_eq!(error("product", &[list(&["2"]), v("0")]), "the step of `product` must be above 0");
    assert_eq!(error("product", &[]), "`product` takes 1 or 2 arguments, here are 0");
    assert_eq!(ok("product", &[list(&["2", "3Gi"])]), v("6Gi"));
    assert_eq!(error("sum", &[list(&["1", "true"])]), "`sum` needs numbers, not a bool");
    assert_eq!(error("sum", &[v("1")]), "`sum` needs a list, not a number");
    assert_eq!(error("sum", &[]), "`sum` takes 1 argument, here are 0");
    // Lists would be joined by `+`.
    assert!(call("sum", &[Value::list([list(&["1"]), list(&["2"])])]).is_err());
}

#[test]
fn what_can_be_compared() {
    assert_eq!(ok("comparable", &[v("1min"), v("1h")]), v("true"));
    assert_eq!(ok("comparable", &[v("1"), v("0.5")]), v("true"));
    assert_eq!(ok("comparable", &[v("1min"), v("1Gi")]), v("false"));
    assert_eq!(ok("comparable", &[v("1"), v("1Gi")]), v("false"));
    assert_eq!(ok("comparable", &[v("?"), v("1Gi")]), Value::Unknown);
    assert_eq!(error("comparable", &[v("1"), v("true")]), "`comparable` needs numbers, not a bool");
}

#[test]
fn least_and_greatest() {
    assert_eq!(ok("max", &[v("1"), v("3")]), v("3"));
    assert_eq!(ok("min", &[v("1Gi"), v("512Mi"), v("2Gi")]), v("512Mi"));
    assert_eq!(ok("max", &[list(&["1s", "900ms"])]), v("1s"));
    assert_eq!(ok("max", &[Value::list([quality(0), quality(2), quality(1)])]), quality(2));
    assert_eq!(error("max", &[list(&[])]), "an empty list has no `max`");
    assert_eq!(ok("max", &[list(&["1", "?"])]), Value::Unknown);
}

#[test]
fn rounding() {
    assert_eq!(ok("ceil", &[v("1.2")]), v("2"));
    assert_eq!(ok("floor", &[v("-1.2")]), v("-2"));
    assert_eq!(ok("round", &[v("2.5")]), v("3"));
    assert_eq!(ok("round", &[v("69.149%"), v("0.1%")]), v("69.1%"));
    assert_eq!(ok("round", &[v("0.6666"), v("0.01")]), v("0.67"));
    assert_eq!(ivs_value::display(&ok("ceil", &[v("1500Mi"), v("1Gi")])), "2048Mi");
    assert_eq!(error("ceil", &[v("1.5Gi")]), "`ceil` of a quantity needs a step: `ceil(x, 1Gi)`");
    assert_eq!(error("round", &[v("1.5%")]), "`round` of a percent needs a step: `round(x, 1%)`");
    assert_eq!(error("ceil", &[v("1.5Gi"), v("1core")]), "`bytes` and `cores` do not go together");
    assert_eq!(error("ceil", &[v("1.5Gi"), v("1")]), "`bytes` and `number` do not go together");
    assert_eq!(error("ceil", &[v("1.5"), v("0")]), "the step of `ceil` must be above 0");
    assert_eq!(ok("abs", &[v("-500m")]), v("500m"));
}

#[test]
fn lists() {
    assert_eq!(ok("count", &[list(&["true", "false"])]), v("2"));
    assert_eq!(ok("length", &[s("Zürich")]), v("6"));
    assert_eq!(ok("length", &[map(&[("a", "1")])]), v("1"));
    assert_eq!(ok("unique", &[list(&["1Gi", "2Gi", "1024Mi"])]), list(&["1Gi", "2Gi"]));
    assert_eq!(ok("first", &[list(&["3", "1"])]), v("3"));
    assert_eq!(ok("last", &[list(&["3", "1"])]), v("1"));
    assert_eq!(error("first", &[list(&[])]), "an empty list has no first element");
    assert_eq!(
        ok("flatten", &[Value::list([list(&["1"]), list(&[]), list(&["2", "3"])])]),
        list(&["1", "2", "3"])
    );
    assert_eq!(ok("contains", &[list(&["1", "2"]), v("2")]), v("true"));
    assert_eq!(ok("contains", &[s("text-service"), s("serv")]), v("true"));
    assert_eq!(ok("contains", &[v("1..3"), v("4")]), v("false"));
    assert_eq!(ok("sort", &[list(&["2Gi", "1Gi", "512Mi"])]), list(&["512Mi", "1Gi", "2Gi"]));
    assert_eq!(error("sort", &[list(&["1", "true"])]), "a number and a bool have no order");
}

#[test]
fn all_and_any_know_what_is_unknown() {
    let cases = [
        (&["true", "true"][..], "true", "true"),
        (&["true", "false"], "false", "true"),
        (&[], "true", "false"),
        (&["?", "true"], "?", "true"),
        (&["?", "false"], "false", "?"),
    ];
    for (xs, all, any) in cases {
        assert_eq!(ok("all", &[list(xs)]), v(all), "{xs:?}");
        assert_eq!(ok("any", &[list(xs)]), v(any), "{xs:?}");
    }
    assert_eq!(error("all", &[list(&["1"])]), "`all` needs a list of bools, not a number");
}

#[test]
fn an_unknown_argument_makes_the_result_unknown() {
    for f in FUNCTIONS.iter().filter(|f| f.name != "sort") {
        if let Some(run) = plain(f.name) {
            let args = vec![Value::Unknown; f.params.len()];
            assert_eq!(run(&args), Ok(Value::Unknown), "{}", f.name);
        }
    }
}

#[test]
fn no_arguments_make_a_function_panic() {
    let odd =
        [v("0"), v("-1"), v("1Gi"), v("50%"), v("none"), s(""), s("x"), s("10.0.0.0/8"), list(&[]), map(&[])];
    for f in FUNCTIONS {
        let Some(run) = plain(f.name) else { continue };
        let _ = run(&[]);
        for a in &odd {
            let _ = run(std::slice::from_ref(a));
            for b in &odd {
                let _ = run(&[a.clone(), b.clone()]);
                for c in &odd {
                    let _ = run(&[a.clone(), b.clone(), c.clone()]);
                }
            }
        }
    }
}

#[test]
fn maps() {
    let m = map(&[("b", "1"), ("a", "2")]);
    assert_eq!(ok("keys", std::slice::from_ref(&m)), list(&["\"b\"", "\"a\""]));
    assert_eq!(ok("values", std::slice::from_ref(&m)), list(&["1", "2"]));
    assert_eq!(ok("zip", &[list(&["\"b\"", "\"a\""]), list(&["1", "2"])]), m);
    assert_eq!(
        error("zip", &[list(&["\"a\""]), list(&[])]),
        "`zip` needs as many values as keys; here are 1 keys and 0 values"
    );
    assert_eq!(error("zip", &[list(&["\"a\"", "\"a\""]), list(&["1", "2"])]), "the key \"a\" occurs twice");
    assert_eq!(error("zip", &[list(&["true"]), list(&["1"])]), "a bool cannot be a key");
}

#[test]
fn selectors() {
    let rows = Value::list(
        [("c", "2"), ("a", "1"), ("b", "2")].map(|(n, r)| record(&[("name", s(n)), ("rank", v(r))])),
    );
    let rows = rows.as_list().unwrap();
    let field = |name: &'static str| {
        move |x: &Value| x.as_struct().unwrap().get(name).cloned().ok_or(OpError::Overflow)
    };
    let names = |xs: &Value| -> String {
        xs.as_list()
            .unwrap()
            .iter()
            .map(|x| x.as_struct().unwrap().get("name").unwrap().as_str().unwrap())
            .collect()
    };
    assert_eq!(names(&sort_by(rows, &mut field("rank")).unwrap()), "acb");
    assert_eq!(names(&sort_by(rows, &mut field("name")).unwrap()), "abc");
    let groups = group_by(rows, &mut field("rank")).unwrap();
    let groups = groups.as_map().unwrap();
    assert_eq!(names(groups.get(&v("2")).unwrap()), "cb");
    assert_eq!(names(groups.get(&v("1")).unwrap()), "a");
    assert_eq!(sort_by(rows, &mut field("missing")), Err(OpError::Overflow));
    assert_eq!(sort_by::<OpError>(rows, &mut |_| Ok(Value::Unknown)), Ok(Value::Unknown));
}

#[test]
fn text() {
    assert_eq!(ok("join", &[list(&["\"a\"", "1Gi", "50%"]), s(", ")]), s("a, 1Gi, 50%"));
    assert_eq!(ok("join", &[Value::list([service(1, "web"), quality(1)]), s("+")]), s("web+1080p"));
    assert_eq!(ok("split", &[s("a,b,,c"), s(",")]), list(&["\"a\"", "\"b\"", "\"\"", "\"c\""]));
    assert_eq!(error("split", &[s("a"), s("")]), "the separator of `split` is empty");
    for (text, slug) in
        [("AMPEL360 BWB--Q100", "ampel360-bwb-q100"), ("  a_b.c ", "a-b-c"), ("Zürich", "z-rich")]
    {
        assert_eq!(ok("slug", &[s(text)]), s(slug));
    }
    assert_eq!(error("slug", &[s("—")]), "\"—\" has no letter a-z and no digit, so it has no slug");
}

#[test]
fn beginnings() {
    assert_eq!(ok("starts_with", &[s("/api/me"), s("/api/")]), v("true"));
    assert_eq!(ok("starts_with", &[s("/api"), s("/api/")]), v("false"));
    assert_eq!(error("starts_with", &[s("a"), v("1")]), "`starts_with` needs a string, not a number");
}

#[test]
fn gaps_of_schedules() {
    for (schedule, gap) in [
        ("0 2 * * *", "24h"),
        ("0 2,14 * * *", "12h"),
        ("0 2,3 * * *", "23h"),
        ("*/5 * * * *", "5min"),
        // The last of one hour to the first of the next.
        ("0-50/10 * * * *", "10min"),
        ("5,10 * * * *", "55min"),
        ("@hourly", "1h"),
        ("@weekly", "168h"),
        ("@yearly", "8784h"),
        ("0 2 * * 1-5", "72h"),
        ("0 0 1 * *", "744h"),
        // With both days given, either suffices; a star of one asks for the other.
        ("0 0 1,15 * 1", "168h"),
        ("0 0 29 2 *", "70104h"),
    ] {
        assert_eq!(ivs_value::display(&ok("cron_gap", &[s(schedule)])), gap, "{schedule}");
    }
    assert!(error("cron_gap", &[s("never")]).contains("five fields"));
}

#[test]
fn limits_are_errors() {
    let half = Value::list(vec![v("1"); limits::COLLECTION / 2 + 1]);
    let collection = Err(OpError::Limit("100000 elements in a collection"));
    assert_eq!(call("flatten", &[Value::list([half.clone(), half.clone()])]), collection);
    assert_eq!(ivs_value::ops::add(&half, &half), collection);
    assert_eq!(call("split", &[s(&",".repeat(limits::COLLECTION)), s(",")]), collection);
    let long = s(&"x".repeat(limits::STRING / 2 + 1));
    assert_eq!(
        call("join", &[Value::list([long.clone(), long]), s("")]),
        Err(OpError::Limit("1 MiB in a string"))
    );
}

#[test]
fn versions() {
    let version = ok("version", &[s("1.4.2")]);
    assert_eq!(version, Value::Version(Arc::new(semver::Version::new(1, 4, 2))));
    assert_eq!(ok("version_matches", &[version.clone(), s("^1.0")]), v("true"));
    assert_eq!(ok("version_matches", &[version.clone(), s(">=2")]), v("false"));
    let part = |f| ok(f, std::slice::from_ref(&version));
    assert_eq!(
        [part("version_major"), part("version_minor"), part("version_patch")],
        [v("1"), v("4"), v("2")]
    );
    assert!(error("version", &[s("1.4")]).starts_with("`1.4` is not a version such as `1.2.0`"));
}

#[test]
fn address_blocks() {
    let net = |name: &str, args: &[&str]| {
        let args: Vec<Value> =
            args.iter().map(|a| if a.contains(['.', ':']) { s(a) } else { v(a) }).collect();
        call(name, &args)
            .map(|x| x.as_str().map_or_else(|| ivs_value::display(&x), str::to_owned))
            .map_err(|e| e.to_string())
    };
    let ok = |name, args: &[&str], result: &str| {
        assert_eq!(net(name, args).as_deref(), Ok(result), "{name} {args:?}")
    };
    ok("cidr_subnet", &["10.0.0.0/16", "24", "3"], "10.0.3.0/24");
    ok("cidr_subnet", &["10.0.0.0/16", "24", "255"], "10.0.255.0/24");
    ok("cidr_subnet", &["10.0.0.0/16", "16", "0"], "10.0.0.0/16");
    ok("cidr_subnet", &["0.0.0.0/0", "0", "0"], "0.0.0.0/0");
    ok("cidr_subnet", &["::/0", "0", "0"], "::/0");
    ok("cidr_subnet", &["::/0", "128", "1"], "::1/128");
    ok("cidr_subnet", &["2001:db8::/32", "48", "65535"], "2001:db8:ffff::/48");
    ok("cidr_host", &["10.0.1.0/24", "5"], "10.0.1.5");
    ok("cidr_host", &["255.255.255.255/32", "0"], "255.255.255.255");
    ok("cidr_host", &["::/0", "1"], "::1");
    ok("cidr_size", &["10.0.0.0/24"], "256");
    ok("cidr_size", &["2001:db8::/64"], "18446744073709551616");
    ok("cidr_prefix", &["10.0.0.0/24"], "24");
    ok("cidr_contains", &["10.0.0.0/8", "10.1.0.0/16"], "true");
    ok("cidr_contains", &["10.1.0.0/16", "10.0.0.0/8"], "false");
    ok("cidr_contains", &["10.0.0.0/8", "10.255.255.255"], "true");
    ok("cidr_contains", &["10.0.0.0/8", "::1"], "false");
    ok("cidr_overlaps", &["10.0.0.0/8", "10.1.0.0/16"], "true");
    ok("cidr_overlaps", &["10.0.0.0/16", "10.1.0.0/16"], "false");
    let no =
        |name, args: &[&str], why: &str| assert_eq!(net(name, args), Err(why.to_owned()), "{name} {args:?}");
    no("cidr_subnet", &["10.0.0.0/16", "24", "256"], "`10.0.0.0/16` has no block 256 of prefix 24");
    no("cidr_subnet", &["10.0.0.0/16", "8", "0"], "`10.0.0.0/16` has prefixes from 16 to 32, not 8");
    no("cidr_host", &["10.0.1.0/24", "256"], "`10.0.1.0/24` has no address 256");
    no("cidr_host", &["10.0.1.0/24", "-1"], "`cidr_host` counts in whole numbers from 0, not -1");
    no("cidr_size", &["::/0"], "the result does not fit 128 bits");
}

proptest! {
    #[test]
    fn sorting_is_a_stable_permutation_in_order(xs in prop::collection::vec((-5..5_i64, any::<bool>()), 0..40)) {
        // Numbers and percents of equal value are told apart by `==` of the representation only.
        let items: Vec<Value> = xs.iter().map(|(n, percent)| {
            let n = ivs_value::Number::int(*n);
            if *percent { Value::Percent(n) } else { Value::Number(n) }
        }).collect();
        let sorted = ok("sort", &[Value::list(items.clone())]);
        let mut expected = items;
        expected.sort_by(|a, b| ivs_value::ops::compare(a, b).unwrap().unwrap());
        prop_assert_eq!(sorted, Value::list(expected));
    }

    #[test]
    fn split_undoes_join(parts in prop::collection::vec("[a-z]{0,5}", 1..10)) {
        let list = Value::list(parts.iter().map(|p| s(p)));
        let joined = ok("join", &[list.clone(), s("/")]);
        prop_assert_eq!(ok("split", &[joined, s("/")]), list);
    }

    #[test]
    fn unique_keeps_one_of_each(xs in prop::collection::vec(0..10_i64, 0..40)) {
        let mut expected: Vec<i64> = Vec::new();
        for x in &xs {
            if !expected.contains(x) {
                expected.push(*x);
            }
        }
        let unique = ok("unique", &[Value::list(xs.into_iter().map(Value::int))]);
        prop_assert_eq!(unique, Value::list(expected.into_iter().map(Value::int)));
    }

    #[test]
    fn a_slug_is_a_name_for_outputs(text in any::<String>()) {
        let slug = funcs::slug_of(&text);
        prop_assert!(ivs_value::ops::matches(&slug, "^([a-z0-9]+(-[a-z0-9]+)*)?$").unwrap());
        prop_assert_eq!(funcs::slug_of(&slug), slug);
    }

    #[test]
    fn every_address_lies_in_the_subnet_it_was_counted_in(a in any::<u32>(), p in 0..=24_u8, n in 0..256_u32) {
        let net = ipnet::Ipv4Net::new(a.into(), p).unwrap().trunc().to_string();
        let subnet = ok("cidr_subnet", &[s(&net), Value::int(i64::from(p) + 8), Value::int(n.into())]);
        prop_assert_eq!(ok("cidr_contains", &[s(&net), subnet.clone()]), v("true"));
        let expected = ipnet::Ipv4Net::new(a.into(), p).unwrap().trunc().subnets(p + 8).unwrap().nth(n as usize);
        prop_assert_eq!(subnet, s(&expected.unwrap().to_string()));
    }
}
