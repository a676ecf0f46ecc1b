//! The layout: canonical, stable, and without any effect on what a text says.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use ivs_grammar::ast::{Chunk, Span, Word};
use ivs_grammar::{format, format_sound, parse};
use proptest::prelude::*;

mod cases_of;
mod samples;

/// A tree as text, without places.
fn shape(text: &str) -> String {
    let chunk: Chunk = parse(text);
    assert!(chunk.errors.is_empty(), "{:?}\n{text}", chunk.errors);
    let shown = format!(
        "{:?}",
        (chunk.items, chunk.module_docs.into_iter().map(|Word { text, .. }| text).collect::<Vec<_>>())
    );
    let mut out = String::with_capacity(shown.len());
    let mut rest = shown.as_str();
    while let Some((before, after)) = rest.split_once("Span {") {
        out.push_str(before);
        rest = after.split_once('}').map_or("", |(_, rest)| rest);
    }
    out + rest
}

/// Every comment of a text, in order.
fn comments(text: &str) -> Vec<String> {
    let bytes = text.as_bytes();
    let (mut found, mut i) = (Vec::new(), 0);
    let end = |from: usize, mark: &str| text[from..].find(mark).map_or(text.len(), |n| from + n);
    while i < bytes.len() {
        match &bytes[i..(i + 2).min(bytes.len())] {
            b"//" => {
                let to = end(i, "\n");
                found.push(text[i..to].trim_end().to_owned());
                i = to;
            }
            b"/*" => {
                let to = end(i, "*/") + 2;
                found.push(text[i..to].replace("\r\n", "\n"));
                i = to;
            }
            b"#\"" => i = end(i, "\"#") + 2,
            [b'"', ..] if bytes[i..].starts_with(b"\"\"\"") => i = end(i + 3, "\"\"\"") + 3,
            [b'"', ..] => {
                // Samples keep quotes out of interpolations with comments.
                i += 1;
                while i < bytes.len() && bytes[i] != b'"' && bytes[i] != b'\n' {
                    i += if bytes[i] == b'\\' { 2 } else { 1 };
                }
                i += 1;
            }
            _ => i += 1,
        }
    }
    found
}

fn check(text: &str) -> String {
    let once = format(text).unwrap_or_else(|errors| panic!("{errors:?}\n{text}"));
    assert_eq!(shape(text), shape(&once), "the tree changed:\n{text}\n----\n{once}");
    assert_eq!(comments(text), comments(&once), "comments changed:\n{text}\n----\n{once}");
    let twice = format(&once).unwrap();
    assert_eq!(once, twice, "laid out twice");
    assert!(once.is_empty() || once.ends_with('\n') && !once.ends_with("\n\n"));
    assert!(!once.contains('\r') && !once.starts_with('\u{feff}'));
    once
}

/// What the layout makes of a source.
#[test]
fn layouts() {
    cases_of::check("format.md", |case| check(&case.source));
}

/// Every source of the repository keeps its tree and comments, and is stable after one pass.
#[test]
fn sources() {
    for (_, text) in samples::all() {
        let once = check(&text);
        let dos = format!("\u{feff}{}", text.replace('\n', "\r\n"));
        assert_eq!(format(&dos).unwrap(), once);
    }
}

/// Sources really are laid out: they do not fall back to their own text.
#[test]
fn no_source_is_given_up() {
    for (path, text) in samples::all() {
        let crooked: String = text
            .lines()
            .map(|l| if l.contains('"') { format!("{l}\n") } else { format!("   {l}  \n") })
            .collect();
        if parse(&crooked).errors.is_empty() {
            let laid_out = format(&crooked).unwrap();
            assert!(
                !laid_out.lines().any(|l| l.starts_with("   service") || l.starts_with("   kind")),
                "{}",
                path.display()
            );
        }
    }
}

/// An item with a mistake stays as it is, the others are laid out.
#[test]
fn broken_items_stay() {
    let text = "service   a {x=1}\n\nservice b {\n   y  =\n   z=2\n}\nservice   c {x=1}\n";
    let formatted = format_sound(text);
    assert_eq!(formatted.errors.len(), 1);
    assert_eq!(formatted.errors[0].span.text(text), "=");
    assert_eq!(
        formatted.text,
        "service a { x = 1 }\n\nservice b {\n   y  =\n   z=2\n}\n\nservice c { x = 1 }\n"
    );
    assert!(format(text).is_err());
}

/// Deeply nested text is laid out in one go, not once per level.
#[test]
fn deep_nesting() {
    for (open, close) in
        [("[", "]"), ("{ a = ", " }"), ("f(", ")"), ("(", ")"), ("[\n", "\n]"), ("{ a = {", "}\n }")]
    {
        let n = 256 / open.matches(['[', '{', '(']).count();
        let text = format!("let x = {}1{}", open.repeat(n), close.repeat(n));
        if parse(&text).errors.is_empty() {
            check(&text);
        }
    }
}

/// Tokens of a sample with their gaps.
fn gaps(text: &str) -> Vec<usize> {
    let mut inside = false;
    let mut found = Vec::new();
    for (i, c) in text.char_indices() {
        match c {
            '"' => inside = !inside,
            ' ' if !inside => found.push(i),
            '{' | '}' | '[' | ']' | '(' | ')' | ',' if !inside => found.push(i + 1),
            _ => {}
        }
    }
    found
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    /// Line ends, blanks and comments anywhere between tokens change neither the tree nor the layout's promises.
    #[test]
    fn any_layout(seed in prop::collection::vec((0usize..10_000, prop::sample::select(&["\n", "\n\n\n", "  ", " // c\n", " /* c */ ", "\n/* c\n  d */\n", "\r\n\t"][..])), 1..12)) {
        let text = LAYOUT;
        let gaps = gaps(text);
        let mut places: Vec<(usize, &str)> = seed.iter().map(|(n, s)| (gaps[n % gaps.len()], *s)).collect();
        places.sort();
        places.dedup_by_key(|(n, _)| *n);
        let mut changed = text.to_owned();
        for (place, insert) in places.iter().rev() {
            let next = {
                let mut one = changed.clone();
                one.insert_str(*place, insert);
                one
            };
            // Some places do not take a line end: `key = value`.
            if parse(&next).errors.is_empty() {
                changed = next;
            }
        }
        prop_assert_eq!(shape(text), shape(&changed));
        check(&changed);
    }
}

/// Every construct, without quotes that confuse [`gaps`].
const LAYOUT: &str = r#"
use std.aws.{us-east-1, eu-west-1} as aws
private unit nmi: length = 1852m
dimension time = s
@bare @open(a, b = 1) dimension cores = core
type port = (int | [string]) where it in 1..65_535
type table = {string: money/time | (int)}
enum quality { sd = "720p", hd(a: int = 1, b?: [int]), uhd }
fn f(a: int, b: string = "x") -> percent = if a == 1 then 100% else if b != none then 0% else 1 - a / 2
let rows = [{ name = "a", total = 13_120 }, { name = "b", total = -8 }, f(a, b = [1, 2])]
let mapped = {for k, t in m if k != 1: k = t.model}
let listed = [for a in xs for b in a.bs if b in 1..8: a.x + b]
let chained = a + b - (c * d) / e ?? f and not g or h is i as req/s
kind service {
  image: image-ref
  layer?: layer = a
  require image.tag != none { message = "moves", severity = warning }
}
template my.service base[3] from other.base[key] @ "^1.0" for x in xs if k != v by x.id {
  let density: int = 50workspace
  when mode == strict { env MTLS = "required" }
  final cpu = 3
  final limits memory { max = 1Gi }
  remove env MAX
  "quoted" += [1]
  a = x.y[0]?.z(1, 2)
  bc = sort(xs, by = .rank.of)
}
check residency for r in residency for k, v in r if any([for d in s: d in r]) {
  require rule.ttl == 0s { at i.domains, i.from[x]?.export, b
    fix rule.ttl = 0s }
}
overlay staging { service base { scaling { replicas = inherited.min..10 } } }
test "t" in staging {
  service tiny { image = "x" }
  expect not capacity at tiny.scaling
  assert f(1) == 75%
}
"#;

#[test]
fn spans_are_not_compared() {
    assert_eq!(shape("let a = 1"), shape("let  a  =  1"));
    assert_ne!(shape("let a = 1"), shape("let a = 2"));
    assert_eq!(Span::default(), Span::new(0, 0));
}
