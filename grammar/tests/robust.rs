//! Any text gives a tree: no panic, no runaway, however it is broken or nested.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use ivs_grammar::ast::{Chunk, ExprKind, ItemKind, Span};
use ivs_grammar::{parse, scan};
use proptest::prelude::*;

mod samples;

/// What must hold for every text.
fn check(text: &str) -> Chunk {
    let chunk = parse(text);
    let inside = |span: Span| {
        span.start <= span.end
            && text.is_char_boundary(span.start as usize)
            && text.is_char_boundary(span.end as usize)
            && span.end as usize <= text.len()
    };
    for error in &chunk.errors {
        assert!(inside(error.span), "{error:?} in {text:?}");
        for (span, _) in error.fix.iter().flat_map(|fix| &fix.edits) {
            assert!(inside(*span), "{error:?} in {text:?}");
        }
    }
    let scanned = scan(text);
    let mut end = 0;
    for chunk in &scanned.chunks {
        let (from, to) = (chunk.span.start as usize, chunk.span.end as usize);
        assert!(
            text[end..from].trim_start_matches('\u{feff}').trim_matches([' ', '\t', '\r', '\n']).is_empty(),
            "{text:?}"
        );
        end = to;
    }
    assert!(text[end..].trim_matches([' ', '\t', '\r', '\n', '\u{feff}']).is_empty());
    let pieces = scanned.chunks.iter().map(|chunk| parse(chunk.span.text(text)));
    let broken = pieces.filter(|piece| !piece.errors.is_empty()).count();
    assert_eq!(
        broken == 0,
        chunk.errors.is_empty(),
        "chunk by chunk and as a whole: {:?}\n{text}",
        chunk.errors
    );
    chunk
}

/// Every source in the repository is sound, and reads the same chunk by chunk as in one piece.
#[test]
fn sources_are_sound() {
    for (path, text) in samples::all() {
        let whole = check(&text);
        assert!(whole.errors.is_empty(), "{}: {:?}", path.display(), whole.errors);
        let mut items = 0;
        for chunk in scan(&text).chunks {
            let piece = parse(chunk.span.text(&text));
            assert_eq!(piece.items.len(), 1, "{}: {:?}", path.display(), chunk.span.text(&text));
            let (one, other) = (&piece.items[0], &whole.items[items]);
            assert_eq!(one.span.start + chunk.span.start, other.span.start);
            assert_eq!(one.span.end + chunk.span.start, other.span.end);
            assert_eq!(one.docs.len(), other.docs.len());
            head_agrees(&chunk.head, one);
            items += 1;
        }
        assert_eq!(items, whole.items.len());
    }
}

/// What the scanner says about an item without parsing it is what the parser says.
fn head_agrees(head: &ivs_grammar::Head, item: &ivs_grammar::ast::Item) {
    let (keyword, name) = match &item.kind {
        ItemKind::Use { path, .. } => {
            ("use", path.words.iter().map(|w| w.text.as_str()).collect::<Vec<_>>().join("."))
        }
        ItemKind::Kind { name, .. } => ("kind", name.text.to_string()),
        ItemKind::Struct { name, .. } => ("struct", name.text.to_string()),
        ItemKind::Enum { name, .. } => ("enum", name.text.to_string()),
        ItemKind::Dimension { name, .. } => ("dimension", name.text.to_string()),
        ItemKind::Unit { name, .. } => ("unit", name.text.to_string()),
        ItemKind::Type { name, .. } => ("type", name.text.to_string()),
        ItemKind::Fn { name, .. } => ("fn", name.text.to_string()),
        ItemKind::Let { name, .. } => ("let", name.text.to_string()),
        ItemKind::Overlay { name, .. } => ("overlay", name.text.to_string()),
        ItemKind::Check { name, .. } => ("check", name.text.to_string()),
        ItemKind::Test { name, .. } => match name.parts.as_slice() {
            [ivs_grammar::ast::StrPart::Text(text)] => ("test", text.to_string()),
            _ => ("test", String::new()),
        },
        ItemKind::Decl(decl) => {
            let kind: Vec<&str> = decl.kind.words.iter().map(|w| w.text.as_str()).collect();
            assert_eq!(head.kind, kind.join("."));
            assert_eq!(head.template, decl.template.is_some());
            ("decl", decl.name.text.to_string())
        }
        ItemKind::Broken => ("", String::new()),
    };
    assert_eq!((head.keyword, head.name.as_str()), (keyword, name.as_str()));
    assert_eq!(head.private, item.private.is_some());
}

/// Deleting, doubling or swapping any single character, and inserting brackets and quotes anywhere.
#[test]
fn any_single_edit() {
    let text = include_str!("samples/syntax.ivs");
    let places: Vec<(usize, char)> = text.char_indices().collect();
    for (n, (i, c)) in places.iter().enumerate() {
        let (before, after) = (&text[..*i], &text[i + c.len_utf8()..]);
        check(&format!("{before}{after}"));
        if let Some((_, next)) = places.get(n + 1) {
            check(&format!("{before}{next}{c}{}", &after[next.len_utf8()..]));
        }
        for new in ["{", "}", "\"", "[", ")", "=", "\n", "#", "/", ","] {
            check(&format!("{before}{new}{c}{after}"));
        }
    }
}

/// A mistake in one declaration leaves the others alone, even a bracket or quote that is never closed.
#[test]
fn a_mistake_harms_one_item() {
    for (_, text) in samples::own() {
        let whole = parse(&text);
        let scanned = scan(&text).chunks;
        for (n, chunk) in scanned.iter().enumerate() {
            let Some(brace) = chunk.span.text(&text).find('{') else { continue };
            let at = chunk.span.start as usize + brace + 1;
            for new in ["{", " [", " \"", " ] "] {
                let broken = format!("{}{new}{}", &text[..at], &text[at..]);
                let read = check(&broken);
                assert!(!read.errors.is_empty());
                let sound = |item: &ivs_grammar::ast::Item| {
                    let end = item.span.end as usize;
                    read.errors.iter().all(|e| {
                        (e.span.end as usize) < item.span.start as usize || e.span.start as usize > end
                    })
                };
                // In a file that does not balance, items are found by column 0 only.
                if text[..at].lines().last().is_some_and(|l| l.starts_with([' ', '/'])) {
                    continue;
                }
                let kept = read.items.iter().filter(|item| sound(item)).count();
                assert!(
                    kept + 2 >= whole.items.len(),
                    "{n}: {new} kept {kept} of {}\n{broken}\n{:?}",
                    whole.items.len(),
                    read.errors
                );
            }
        }
    }
}

/// Deep nesting is one error; the tree is built, compared and dropped on the small stack of a test thread.
#[test]
fn deep_nesting() {
    let deep = 100_000;
    for (open, close) in [
        ("[", "]"),
        ("(", ")"),
        ("{a=", "}"),
        ("f(", ")"),
        ("a[", "]"),
        ("\"${", "}\""),
        ("-", ""),
        ("not ", ""),
        ("if a then ", " else b"),
        ("{for a in b: ", " = c}"),
        ("[for a in b: ", "]"),
    ] {
        for closed in [true, false] {
            let text = format!(
                "let x = {}1{}\nlet y = 2",
                open.repeat(deep),
                if closed { close.repeat(deep) } else { String::new() }
            );
            let chunk = parse(&text);
            assert!(!chunk.errors.is_empty(), "{open}");
            assert!(
                chunk.errors.len() <= 2,
                "{open} {closed}: {:?}",
                chunk.errors.iter().map(|e| (e.code, e.span)).collect::<Vec<_>>()
            );
            assert!(chunk.errors.iter().any(|e| e.code == "IVS4101"), "{open} {:?}", chunk.errors);
            assert_eq!(chunk.items.len(), 2, "{open}{closed}");
            assert_eq!(chunk, chunk.clone());
        }
    }
    for (open, close) in [("service a { b", "}"), ("type x = [", "]")] {
        let _ = parse(&format!("{}{}", open.repeat(deep), close.repeat(deep)));
    }
    let text = format!("type x = {}int{}\nlet y = 2", "[".repeat(deep), "]".repeat(deep));
    let chunk = parse(&text);
    assert_eq!(chunk.errors.len(), 1, "{:?}", chunk.errors);
}

/// The limit itself is allowed.
#[test]
fn nesting_up_to_the_limit() {
    for (open, close) in [
        ("[", "]"),
        ("(", ")"),
        ("{a=", "}"),
        ("f(", ")"),
        ("a[", "]"),
        ("if a then ", " else b"),
        ("[for a in b: ", "]"),
        ("\"${", "}\""),
    ] {
        let text = |n: usize| format!("let x = {}1{}", open.repeat(n), close.repeat(n));
        assert!(parse(&text(256)).errors.is_empty(), "{open}");
        let chunk = parse(&text(257));
        assert_eq!(chunk.errors.iter().map(|e| e.code).collect::<Vec<_>>(), ["IVS4101"], "{open}");
        assert!(!format!("{chunk:?}").is_empty());
    }
}

/// Chains of any length are flat.
#[test]
fn long_chains() {
    let n = 100_000;
    let chains = [
        format!("a{}", " + b".repeat(n)),
        format!("a{}", " * b - c".repeat(n)),
        format!("a{}", ".b".repeat(n)),
        format!("a{}", "[0]".repeat(n)),
        format!("a{}", "(0)".repeat(n)),
        format!("a{}", " as s".repeat(n)),
        format!("a{}", " ?? b".repeat(n)),
        format!("a{}", " and b == c or not d".repeat(n)),
        format!("if a then b {} else c", "else if d then e ".repeat(n)),
        format!("[{}]", "a, ".repeat(n)),
        format!("\"{}\"", "${a} ".repeat(n)),
        format!(".a{}", ".b".repeat(n)),
    ];
    for chain in chains {
        let chunk = check(&format!("let x = {chain}"));
        assert!(chunk.errors.is_empty(), "{:?} {}", chunk.errors, &chain[..40]);
        let ItemKind::Let { value, .. } = &chunk.items[0].kind else { panic!() };
        assert!(!matches!(value.kind, ExprKind::Error));
        assert_eq!(chunk, chunk.clone());
    }
    assert!(parse(&format!("let x = a{}", " < b".repeat(n))).errors.len() == 1);
    assert!(parse(&format!("type t = a{}", " | b".repeat(n))).errors.is_empty());
    assert!(parse(&format!("type t = a{}", "/b".repeat(n))).errors.is_empty());
}

/// Texts that provoke repeated work take linear time: they would take hours if it were quadratic.
#[test]
fn hostile_texts_take_linear_time() {
    let n = 60_000;
    for piece in [
        "{",
        "}",
        "[",
        "]",
        "(",
        ")",
        "\"",
        "\"${",
        "[\n",
        "a [\n",
        "a = [\n",
        "a = (\n",
        "{ ]",
        "[{ ] ",
        "a = [{ ]\n",
        "/*",
        "#\"",
        "\"\"\"",
        "a: [\n",
        "a: {\n",
        "a: [b, \n",
        "service a {\n",
        "/// d\n",
        "//! d\n",
        "@a(\n",
        "a = \"\n",
        "a = 1 +\n",
        "a = b {\n",
        "'",
        "${",
        "if ",
        "for ",
        "a b\n",
        "a b c\n",
        "a, ",
        "= ",
        "enum a {\n",
        "fn f(\n",
        "use a.{\n",
        "a.b = [\n",
        "a[0] = [\n",
        "\\",
        "µ",
        "a ",
        "1 ",
        "at a[\n, ",
        "\"\"\"${\n",
        "#\"\n",
        "/*\n",
        "\"${a b\", ",
        "x = \"${a b\"\n",
        "{\"",
        "\"${[",
        "\"${a(\n",
        "[for a in ",
        "{for a in ",
        "if a then ",
        "a b = [\n",
        "a{",
        "\"\"\"\n",
        "remove ",
        "require [\n",
        "a: {b: [c, d], ",
        "a == ",
        "not ",
        "-",
        "!",
        "a: b\n",
        "let x = (\n",
    ] {
        let text = piece.repeat(n / piece.len());
        check(&text);
        check(&format!("service a {{\n{text}"));
    }
}

/// A source over 8 MiB is refused, not read.
#[test]
fn source_size() {
    let text = " ".repeat(ivs_grammar::SOURCE_LIMIT + 1);
    assert_eq!(parse(&text).errors[0].code, "IVS4102");
    assert_eq!(scan(&text).errors[0].code, "IVS4102");
    assert!(scan(&text).chunks.is_empty());
}

/// A byte order mark and carriage returns change nothing but places.
#[test]
fn byte_order_mark_and_carriage_returns() {
    for (path, text) in samples::all() {
        let dos = format!("\u{feff}{}", text.replace('\n', "\r\n"));
        let read = check(&dos);
        assert!(read.errors.is_empty(), "{}: {:?}", path.display(), read.errors);
        let mut one = parse(&text);
        let mut other = read;
        strip_spans(&mut one);
        strip_spans(&mut other);
        assert_eq!(one, other);
    }
}

/// Documents and values hold the same text, whatever ends the lines. (Spans differ, so only texts are compared.)
fn strip_spans(chunk: &mut Chunk) {
    let shown = format!("{chunk:?}");
    let mut out = String::new();
    let mut rest = shown.as_str();
    while let Some((before, after)) = rest.split_once("Span {") {
        out.push_str(before);
        rest = after.split_once('}').map_or("", |(_, rest)| rest);
    }
    out.push_str(rest);
    *chunk = Chunk::default();
    chunk.module_docs.push(ivs_grammar::ast::Word { text: out.into(), span: Span::default() });
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    /// Text of the language's own characters.
    #[test]
    fn random_text(pieces in prop::collection::vec(prop::sample::select(PIECES), 0..80)) {
        check(&pieces.concat());
    }

    /// Lines of the samples, shuffled and cut.
    #[test]
    fn random_lines(seed in prop::collection::vec((0usize..400, 0usize..60), 1..30)) {
        let text = include_str!("samples/syntax.ivs");
        let lines: Vec<&str> = text.lines().collect();
        let mut out = String::new();
        for (line, cut) in seed {
            let line = lines[line % lines.len()];
            let end = (0..=cut.min(line.len())).rev().find(|n| line.is_char_boundary(*n)).unwrap_or(0);
            out.push_str(if cut > 40 { line } else { &line[..end] });
            out.push('\n');
        }
        check(&out);
    }
}

const PIECES: &[&str] = &[
    "a",
    "b ",
    "service ",
    "x {\n",
    "}\n",
    "}",
    "{",
    "[",
    "]",
    "(",
    ")",
    " = ",
    "=",
    "==",
    ":",
    ",",
    "\n",
    "\n\n",
    " ",
    "\"",
    "\"x\"",
    "${",
    "1",
    "10",
    ".",
    "..",
    "1..2",
    "req/s",
    " + ",
    "-",
    "*",
    "/",
    "//",
    "/// d\n",
    "/*",
    "*/",
    "\"\"\"",
    "#\"",
    "\"#",
    "#",
    "@",
    "@a(b)\n",
    "if ",
    "then ",
    "else ",
    "for ",
    "in ",
    "not ",
    "and ",
    "let ",
    "when ",
    "require ",
    "fix ",
    "at ",
    "final ",
    "remove ",
    "use ",
    "kind ",
    "enum ",
    "unit ",
    "type ",
    "fn ",
    "->",
    "overlay ",
    "check ",
    "test ",
    "template ",
    "private ",
    "expect ",
    "assert ",
    "from ",
    "by ",
    "where ",
    "|",
    "?",
    "?.",
    "??",
    "\t",
    "\r\n",
    "µ",
    "$",
    "%",
    "é",
    "“",
    "\\",
    "\u{0}",
    "'",
    ";",
    "&&",
    "||",
    "!",
];
