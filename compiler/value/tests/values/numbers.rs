//! Exact arithmetic, held to fractions of arbitrary size.
use ivs_value::{Number, Rounding};
use num_bigint::BigInt;
use num_rational::Ratio;
use proptest::prelude::*;

type Big = Ratio<BigInt>;

fn big(x: &Number) -> Big {
    Big::new(x.numer().into(), x.denom().into())
}

/// Integers around the edges of 64 and 128 bits, small ones, and anything.
fn integer() -> impl Strategy<Value = i128> {
    let edges =
        [0, 1, i128::from(i64::MAX), i128::from(i64::MIN), i128::MAX, 1 << 64, 1 << 126, 10_i128.pow(38)];
    let edge = (prop::sample::select(edges.to_vec()), -2..=2_i128)
        .prop_filter_map("in range", |(e, d)| e.checked_add(d));
    prop_oneof![-100..=100_i128, any::<i64>().prop_map(i128::from), edge, any::<i128>()]
}

fn number() -> impl Strategy<Value = Number> {
    let fraction = (integer(), prop_oneof![1..=1000_i128, integer()]);
    prop_oneof![
        (-50..=50_i64).prop_map(Number::int),
        any::<i64>().prop_map(Number::int),
        fraction.prop_filter_map("fits", |(a, b)| Number::fraction(a, b)),
    ]
}

/// Fractions whose sums and products of a few surely fit.
fn moderate() -> impl Strategy<Value = Number> {
    (any::<i32>(), 1..=i32::MAX).prop_map(|(a, b)| Number::fraction(a.into(), b.into()).unwrap())
}

fn agrees(ours: Option<Number>, exact: Option<Big>) -> Result<(), TestCaseError> {
    if let Some(x) = ours {
        prop_assert_eq!(Some(big(&x)), exact);
        prop_assert!(x.denom() >= 1);
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn a_result_is_exact_or_there_is_none(a in number(), b in number()) {
        agrees(a.add(&b), Some(big(&a) + big(&b)))?;
        agrees(a.sub(&b), Some(big(&a) - big(&b)))?;
        agrees(a.mul(&b), Some(big(&a) * big(&b)))?;
        agrees(a.div(&b), (!b.is_zero()).then(|| big(&a) / big(&b)))?;
        prop_assert_eq!(b.is_zero() && a.div(&b).is_some(), false);
    }

    #[test]
    fn moderate_fractions_never_overflow(a in moderate(), b in moderate()) {
        prop_assert!(a.add(&b).is_some() && a.sub(&b).is_some() && a.mul(&b).is_some());
        prop_assert_eq!(a.div(&b).is_some(), !b.is_zero());
        prop_assert_eq!(a.add(&b).unwrap().sub(&b), Some(a));
    }

    #[test]
    fn order_and_equality_are_those_of_the_fractions(a in number(), b in number()) {
        prop_assert_eq!(a.cmp(&b), big(&a).cmp(&big(&b)));
        prop_assert_eq!(a == b, big(&a) == big(&b));
    }

    #[test]
    fn sign_and_size(a in number()) {
        let zero = Big::from_integer(0.into());
        prop_assert_eq!(big(&a.neg()), -big(&a));
        prop_assert_eq!(a.neg().neg(), a.clone());
        prop_assert_eq!(big(&a.abs()), if big(&a) < zero { -big(&a) } else { big(&a) });
        prop_assert_eq!(a.is_negative(), big(&a) < zero);
        prop_assert_eq!(a.is_zero(), big(&a) == zero);
        prop_assert_eq!(a.is_integer(), big(&a).is_integer());
        prop_assert_eq!(a.to_i128().is_some(), a.is_integer());
    }

    #[test]
    fn rounding_is_that_of_the_fractions(a in number()) {
        prop_assert_eq!(big(&a.floor()), big(&a).floor());
        prop_assert_eq!(big(&a.ceil()), big(&a).ceil());
        // `Ratio::round` also takes halves away from zero.
        prop_assert_eq!(big(&a.round()), big(&a).round());
    }

    #[test]
    fn a_rounded_multiple_is_one_and_near(a in moderate(), step in 1..=1000_i64, part in 1..=1000_i64) {
        let step = Number::fraction(step.into(), part.into()).unwrap();
        for how in [Rounding::Floor, Rounding::Ceil, Rounding::HalfAway] {
            let x = a.to_multiple(&step, how).unwrap();
            prop_assert!(x.div(&step).unwrap().is_integer());
            prop_assert!(x.sub(&a).unwrap().abs() < step);
        }
        let rest = a.rem(&step).unwrap();
        prop_assert!(!rest.is_negative() && rest < step);
    }

    #[test]
    fn powers_are_repeated_products(a in -9..=9_i64, b in 1..=9_i64, e in 0..=12_i32) {
        let a = Number::fraction(a.into(), b.into()).unwrap();
        let product = (0..e).try_fold(Number::ONE, |p, _| p.mul(&a));
        prop_assert_eq!(a.pow(e), product.clone());
        prop_assert_eq!(a.pow(-e), product.and_then(|p| Number::ONE.div(&p)));
    }

    #[test]
    fn what_is_printed_reads_as_the_same_number(a in integer(), places in 0..=30_u32) {
        let Some(x) = Number::fraction(a, 10_i128.pow(places)) else { return Ok(()) };
        let text = x.decimal().unwrap();
        prop_assert_eq!(Number::parse(&text), Some(x.clone()), "{}", text);
        // Exactly as many digits as needed.
        prop_assert!(!text.contains('.') || !text.ends_with('0'));
        prop_assert_eq!(x.for_message().trim_start_matches("≈ ").is_empty(), false);
    }

    #[test]
    fn every_finite_decimal_is_exact(a in any::<i64>(), twos in 0..=60_u32, fives in 0..=26_u32) {
        let x = Number::fraction(a.into(), 2_i128.pow(twos)).unwrap();
        let Some(x) = Number::fraction(1, 5_i128.pow(fives)).and_then(|f| x.mul(&f)) else { return Ok(()) };
        let text = x.decimal().unwrap();
        let (whole, part) = text.split_once('.').unwrap_or((&text, ""));
        let digits: BigInt = format!("{whole}{part}").parse().unwrap();
        prop_assert_eq!(Big::new(digits, BigInt::from(10).pow(part.len() as u32)), big(&x));
    }

    #[test]
    fn no_text_makes_it_panic_or_hang(text in "[-+0-9eE._]{0,40}") {
        if let Some(x) = Number::parse(&text) {
            prop_assert!(text.starts_with(|c: char| c == '-' || c.is_ascii_digit()));
            prop_assert!(x.decimal().is_some());
        }
    }

    #[test]
    fn four_digits_are_near(a in number()) {
        let text = a.approx();
        let x: f64 = text.parse().unwrap();
        let exact = a.numer() as f64 / a.denom() as f64;
        prop_assert!((x - exact).abs() <= exact.abs() * 0.000_501, "{} for {}", text, exact);
    }
}

#[test]
fn spellings_of_one_number() {
    let same = |texts: &[&str], numer, denom| {
        for t in texts {
            assert_eq!(Number::parse(t), Number::fraction(numer, denom), "{t}");
        }
    };
    same(&["10000", "10_000", "1e4", "1E4", "1e+4", "10000.000", "0.1e5", "010000"], 10_000, 1);
    same(&["0.5", "0.50", "5e-1", "50e-2", "0.000_5e3"], 1, 2);
    same(&["1.5e-3"], 3, 2000);
    same(&["0", "0.0", "-0", "0e999999", "0e-999999"], 0, 1);
    same(&["-1.25"], -5, 4);
    same(&["1.00000000000000000000000000000000000000000000000000000000"], 1, 1);
}

#[test]
fn what_is_no_number_or_does_not_fit() {
    let bad = ["", "-", ".5", "5.", "1e", "e5", "1e5.0", "1__0", "_1", "1_", "1._5", "0x10", "+1", "1 ", "١"];
    let large =
        ["1e39", "1e999999999999", "1e-39", "1e-4000000000", "170141183460469231731687303715884105728"];
    for text in bad.iter().chain(&large) {
        assert_eq!(Number::parse(text), None, "{text}");
    }
    assert!(Number::parse("170141183460469231731687303715884105727").is_some());
    assert_eq!(Number::parse(&"9".repeat(1 << 20)), None);
}

#[test]
fn edges_of_the_representation() {
    let min = Number::int(i64::MIN);
    assert_eq!(min.neg().neg(), min);
    assert_eq!(min.abs().to_i128(), Some(1 << 63));
    assert_eq!(min.div(&Number::int(-1)).unwrap().to_i128(), Some(1 << 63));
    assert_eq!(min.abs().sub(&Number::ONE), Some(Number::int(i64::MAX)));
    assert_eq!(Number::from_i128(i128::MIN), None);
    assert_eq!(Number::fraction(1, 0), None);
    assert_eq!(Number::fraction(1, i128::MIN), None);
    let max = Number::from_i128(i128::MAX).unwrap();
    assert_eq!(max.add(&Number::ONE), None);
    assert_eq!(max.neg().sub(&Number::ONE), None);
    assert_eq!(max.pow(2), None);
    assert_eq!(Number::ZERO.pow(-1), None);
    assert_eq!(Number::ZERO.pow(0), Some(Number::ONE));
    assert_eq!(Number::ONE.pow(i32::MIN), Some(Number::ONE));
    assert_eq!(Number::int(2).pow(i32::MAX), None);
    assert_eq!(Number::ONE.round_to(&Number::ZERO), None);
    assert_eq!(Number::ONE.round_to(&Number::int(-1)), None);
}

#[test]
fn halves_go_away_from_zero() {
    let half = |x| Number::fraction(x, 2).unwrap();
    assert_eq!([half(1), half(-1), half(3), half(-3)].map(|x| x.round().to_i64().unwrap()), [1, -1, 2, -2]);
    assert_eq!(
        Number::parse("0.125").unwrap().round_to(&Number::parse("0.05").unwrap()),
        Number::parse("0.15")
    );
}

#[test]
fn in_messages() {
    let shown = |a, b| Number::fraction(a, b).unwrap().for_message();
    assert_eq!(shown(1, 3), "≈ 0.3333");
    assert_eq!(shown(-2, 3), "≈ -0.6667");
    assert_eq!(shown(200_000, 3), "≈ 66667");
    assert_eq!(shown(99_999, 7), "≈ 14286");
    assert_eq!(shown(1, 30_000_000), "≈ 3.333e-8");
    assert_eq!(shown(1, 8), "0.125");
    assert_eq!(shown(10_000, 1), "10000");
    assert_eq!(shown(299_999, 30_000), "≈ 10");
}
