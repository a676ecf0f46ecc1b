//! Image references, URLs, schedules, address blocks, version ranges, dates.
use ivs_value::checks::*;
use ivs_value::{Value, ops};
use proptest::prelude::*;

fn all_good(check: fn(&str) -> Check, texts: &[&str]) {
    for t in texts {
        assert_eq!(check(t), Ok(()), "{t}");
    }
}

fn all_bad(check: fn(&str) -> Check, rows: &[(&str, &str)]) {
    for (t, why) in rows {
        let message = check(t).expect_err(t);
        assert!(message.contains(why), "{t}: {message}");
    }
}

const SHA: &str = "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

#[test]
fn image_references() {
    all_good(
        check_image_ref,
        &[
            "nginx",
            "registry.example/devforge/text:2.4.1",
            "localhost/x",
            "localhost:5000/x:latest",
            "[2001:db8::1]:5000/x",
            "library/a-b__c.d_e---f:V1_2.3-x",
            &format!("registry.example/text@{SHA}"),
            &format!("registry.example:443/text:1@{SHA}"),
        ],
    );
    all_bad(
        check_image_ref,
        &[
            ("", "a part of its name is empty"),
            ("registry.example/", "a part of its name is empty"),
            ("a//b", "a part of its name is empty"),
            ("Nginx", "`Nginx` must be lower case"),
            ("a b", "`a b` must be lower case"),
            ("a..b", "must be lower case"),
            ("a-", "must be lower case"),
            ("nginx:", "the tag ``"),
            ("nginx:-x", "the tag `-x`"),
            ("nginx@sha256:abc", "needs 64 hexadecimal digits, here are 3"),
            ("nginx@md5:abc", "a digest is `sha256:`"),
            ("-x.example/a", "`-x.example` is not a registry's host"),
            ("registry.example:99999/a", "is not a registry's host"),
        ],
    );
    assert!(check_image_ref(&format!("nginx:{}", "x".repeat(129))).is_err());
    assert!(check_image_ref(&"a".repeat(256)).is_err());
}

#[test]
fn parts_of_an_image_reference() {
    let full = format!("registry.example:5000/devforge/text:2.4.1@{SHA}");
    assert_eq!(image_registry(&full), Some("registry.example:5000"));
    assert_eq!(image_repository(&full), "registry.example:5000/devforge/text");
    assert_eq!(image_tag(&full), Some("2.4.1"));
    assert_eq!(image_digest(&full), Some(SHA));
    assert_eq!(image_tag("registry.example:5000/text"), None);
    assert_eq!(image_registry("devforge/text"), None);
    assert_eq!(image_digest("text:1"), None);
}

#[test]
fn urls() {
    all_good(
        check_url,
        &[
            "https://example.com",
            "http://localhost:8080/metrics?x=1#y",
            "s3://bucket/key",
            "postgres://app@db.internal:5432/app",
            "https://[2001:db8::1]/",
            "https://example.com/a%20b",
        ],
    );
    all_bad(
        check_url,
        &[
            ("", "does not begin as"),
            ("example.com", "does not begin as"),
            ("/path", "does not begin as"),
            ("mailto:a@example.com", "does not begin as"),
            ("https://", "names no host"),
            ("file:///etc/passwd", "names no host"),
            ("https://exa mple.com", "` ` must be percent-encoded"),
            ("https://zürich.example", "must be percent-encoded"),
            ("https://example.com/%zz", "percent-encoded"),
            ("https://user:pass@example.com", "holds a password"),
            ("https://example.com:99999", "its port is above"),
            ("javascript://x/%0aalert(1)", "runs code"),
            ("JavaScript:alert(1)", "does not begin as"),
        ],
    );
}

#[test]
fn schedules() {
    all_good(
        check_cron,
        &[
            "* * * * *",
            "0 8 * * MON-FRI",
            "*/15 0-6,18-23 1,15 jan-jun/2 ?",
            "5/15 * * * 0",
            "0 0 29 2 *",
            "0 0 31 4 MON",
            "59 23 31 12 6",
            "@daily",
        ],
    );
    all_bad(
        check_cron,
        &[
            ("", "needs five fields"),
            ("0 8 * *", "here are 4"),
            ("0 0 8 * * *", "here are 6"),
            ("60 * * * *", "the minute is 0 to 59, not `60`"),
            ("* 24 * * *", "the hour is 0 to 23"),
            ("* * 0 * *", "the day of month is 1 to 31"),
            ("* * * 13 *", "the month is 1 to 12 or JAN-DEC"),
            ("* * * * 7", "the day of week is 0 to 6 or SUN-SAT, not `7`"),
            ("* * * * XYZ", "not `XYZ`"),
            ("*/0 * * * *", "the step `0` of the minute must be above 0"),
            ("*/x * * * *", "the step `x`"),
            ("*/+5 * * * *", "the step `+5`"),
            ("30-10 * * * *", "`30-10` of the minute runs backwards"),
            ("1,,2 * * * *", "not ``"),
            ("001 * * * *", "not `001`"),
            ("-1 * * * *", "not ``"),
            ("0 0 30 2 *", "no month in `2` has a day in `30`"),
            ("0 0 31 4,6,9,11 *", "no month in"),
            ("@every 5m", "the short forms are"),
            ("CRON_TZ=UTC 0 0 * * *", "here are 6"),
        ],
    );
}

#[test]
fn address_blocks() {
    all_good(check_cidr, &["10.0.0.0/16", "0.0.0.0/0", "192.168.1.1/32", "2001:db8::/32", "::/0"]);
    all_bad(
        check_cidr,
        &[
            ("10.0.0.0", "a prefix is missing"),
            ("10.0.0.0/33", "from 0 to 32"),
            ("::/129", "from 0 to 128"),
            ("10.0.0.0/", "from 0 to 32"),
            ("10.0.0.0/08", "from 0 to 32"),
            ("10.0.0.0/+8", "from 0 to 32"),
            ("10.0.0/8", "`10.0.0` is not an address"),
            ("010.0.0.0/8", "is not an address"),
            ("10.0.0.1/16", "the block is `10.0.0.0/16`"),
        ],
    );
}

#[test]
fn ranges_of_versions() {
    all_good(check_version_range, &["^1.0", "1", "~1.2.3", ">=1.2, <2", "*", "=1.0.0-rc.1"]);
    all_bad(
        check_version_range,
        &[("", "is not a range"), ("one", "is not a range"), ("^1.x.y.z", "is not a range")],
    );
}

#[test]
fn dates() {
    all_good(check_date, &["2026-11-21", "2024-02-29", "2000-02-29", "0001-01-01", "9999-12-31"]);
    all_bad(
        check_date,
        &[
            ("2026-13-01", "months are 01 to 12"),
            ("2026-00-01", "months are 01 to 12"),
            ("2026-02-29", "that month has 28 days"),
            ("1900-02-29", "that month has 28 days"),
            ("2026-04-31", "that month has 30 days"),
            ("2026-04-00", "that month has 30 days"),
            ("0000-01-01", "years are 0001 to 9999"),
            ("2026-1-1", "is not a date such as"),
            ("26-01-01", "is not a date such as"),
            ("2026-01-01T00:00", "is not a date such as"),
            ("２０２６-01-01", "is not a date such as"),
        ],
    );
}

#[test]
fn checks_are_found_by_their_type() {
    for name in ["url", "cron", "cidr", "image-ref", "version-range"] {
        assert!(check_of(name).is_some_and(|check| check("?!").is_err()), "{name}");
    }
    assert!(check_of("string").is_none());
}

proptest! {
    #[test]
    fn a_day_later_is_the_next_date(days in 0..3_652_058_i64) {
        // From 0001-01-01 on; compared with counting through the calendar a month at a time.
        let start = parse_date("0001-01-01").unwrap();
        let by = |n: i64| Value::quantity(&ivs_value::Number::int(n), &crate::support::unit("d")).unwrap();
        let date = ops::add(&start, &by(days)).unwrap();
        prop_assert_eq!(check_date(&ivs_value::display(&date)), Ok(()));
        prop_assert_eq!(ops::eq(&ops::sub(&date, &start).unwrap(), &by(days)), Ok(Value::Bool(true)));
        let next = ops::add(&start, &by(days + 1)).unwrap();
        let (Value::Date(y, m, d), Value::Date(y2, m2, d2)) = (date, next) else { unreachable!() };
        let same_month = (y2, m2, d2) == (y, m, d + 1);
        let next_month = (y2, m2, d2) == (y, m + 1, 1) || (y2, m2, d2) == (y + 1, 1, 1) && m == 12;
        prop_assert!(same_month || (next_month && d >= 28));
    }

    #[test]
    fn no_text_makes_a_check_panic(text in any::<String>(), like in "[-@*/?,0-9a-zA-Z:.%\\[\\] ]{0,40}") {
        for t in [&text, &like] {
            for check in [check_url, check_cron, check_cidr, check_image_ref, check_version_range, check_date] {
                let _ = check(t);
            }
            // Whatever the text, its parts are parts of it.
            prop_assert!(t.starts_with(image_repository(t)));
            prop_assert!(image_tag(t).is_none_or(|tag| t.contains(tag)));
        }
    }
}
