//! The hand-written parser and `ivs.pest` are one language: they accept the same texts and read them alike.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
#![allow(missing_docs)] // the derived rules have none

use ivs_grammar::parse;
use outline::Node;
use pest::Parser;
use pest::iterators::Pair;
use proptest::prelude::*;

mod generate;
mod outline;
mod samples;

/// The grammar as pest reads it.
#[derive(pest_derive::Parser)]
#[grammar = "../ivs.pest"]
struct Normative;

/// The outline of a text as the grammar reads it; `None` if it does not.
fn normative(text: &str) -> Option<Vec<Node>> {
    let file = Normative::parse(Rule::file, text).ok()?.next()?;
    Some(file.into_inner().filter(|p| p.as_rule() != Rule::EOI).map(node).collect())
}

type P<'i> = Pair<'i, Rule>;

fn at(pair: &P<'_>) -> (usize, usize) {
    (pair.as_span().start(), pair.as_span().end())
}

fn leaf(what: impl Into<String>, span: (usize, usize)) -> Node {
    Node { what: what.into(), span, inner: Vec::new() }
}

fn inner(what: impl Into<String>, pair: P<'_>) -> Node {
    let span = at(&pair);
    Node { what: what.into(), span, inner: pair.into_inner().map(node).collect() }
}

/// The first and last place of what is inside.
fn around(what: &str, nodes: Vec<Node>) -> Node {
    let span = nodes.iter().fold((usize::MAX, 0), |s, n| (s.0.min(n.span.0), s.1.max(n.span.1)));
    Node { what: what.into(), span, inner: nodes }
}

fn word(pair: &P<'_>) -> Node {
    leaf(format!("word {}", pair.as_str()), at(pair))
}

fn doc(what: &str, pair: &P<'_>) -> Node {
    let text = pair.as_str().trim_end();
    let (start, _) = at(pair);
    let body = &text[3..];
    leaf(format!("{what} {:?}", body.strip_prefix(' ').unwrap_or(body)), (start, start + text.len()))
}

/// Words become nodes of their own, everything else is read by its rule.
fn node(pair: P<'_>) -> Node {
    match pair.as_rule() {
        Rule::module_doc => doc("module doc", &pair),
        Rule::doc => doc("doc", &pair),
        Rule::word | Rule::name | Rule::unit_name => word(&pair),
        Rule::path => inner("path", pair),
        Rule::private => leaf("private", at(&pair)),
        Rule::template => leaf("template", at(&pair)),
        Rule::attribute => {
            let span = at(&pair);
            let mut nodes = Vec::new();
            for part in pair.into_inner() {
                if part.as_rule() == Rule::args {
                    nodes.extend(part.into_inner().map(node))
                } else {
                    nodes.push(node(part))
                }
            }
            Node { what: "attribute".into(), span, inner: nodes }
        }
        Rule::arg => inner("arg", pair),
        Rule::item => item(pair),
        Rule::member => around("member", pair.into_inner().flat_map(parts).collect()),
        Rule::param => param(pair),
        Rule::base => inner_flat("base", pair),
        Rule::for_clause => {
            let nodes: Vec<Node> = pair.into_inner().map(node).collect();
            around("for", nodes)
        }
        Rule::if_clause => around("if", pair.into_inner().map(node).collect()),
        Rule::expect => {
            let span = at(&pair);
            let mut what = "expect";
            let mut nodes = Vec::new();
            for part in pair.into_inner() {
                if part.as_rule() == Rule::negated { what = "expect not" } else { nodes.push(node(part)) }
            }
            Node { what: what.into(), span, inner: nodes }
        }
        Rule::assert => inner("assert", pair),
        Rule::block => inner("block", pair),
        Rule::entry => entry(pair),
        Rule::key => {
            let span = at(&pair);
            let one = pair.into_inner().next().unwrap();
            if one.as_rule() == Rule::word {
                leaf(format!("key {:?}", one.as_str()), span)
            } else {
                leaf(format!("quoted {:?}", fixed(one)), span)
            }
        }
        Rule::place | Rule::expr_postfix => postfix(pair),
        Rule::text | Rule::string => string(pair),
        rule if is_type(rule) => type_expr(pair),
        _ => expr(pair),
    }
}

/// The nodes of a rule that has none of its own in the outline.
fn parts(pair: P<'_>) -> Vec<Node> {
    match pair.as_rule() {
        Rule::params | Rule::use_names | Rule::index | Rule::family => {
            pair.into_inner().flat_map(parts).collect()
        }
        Rule::base => vec![inner_flat("base", pair)],
        _ => vec![node(pair)],
    }
}

fn inner_flat(what: &str, pair: P<'_>) -> Node {
    let span = at(&pair);
    Node { what: what.into(), span, inner: pair.into_inner().flat_map(parts).collect() }
}

fn item(pair: P<'_>) -> Node {
    let (mut start, end) = at(&pair);
    let mut nodes = Vec::new();
    let mut what = "";
    let mut begun = false;
    for part in pair.into_inner() {
        if part.as_rule() != Rule::doc && !begun {
            start = part.as_span().start();
            begun = true;
        }
        what = match part.as_rule() {
            Rule::doc | Rule::attribute | Rule::private => {
                nodes.push(node(part));
                continue;
            }
            Rule::use_item => "use",
            Rule::kind_item => "kind",
            Rule::struct_item => "struct",
            Rule::enum_item => "enum",
            Rule::dimension_item => "dimension",
            Rule::unit_item => "unit",
            Rule::type_item => "type",
            Rule::fn_item => "fn",
            Rule::let_item => "let",
            Rule::overlay_item => "overlay",
            Rule::check_item => "check",
            Rule::test_item => "test",
            _ => "declaration",
        };
        nodes.extend(part.into_inner().flat_map(parts));
    }
    Node { what: what.into(), span: (start, end), inner: nodes }
}

fn param(pair: P<'_>) -> Node {
    let mut what = "param";
    let mut nodes = Vec::new();
    for part in pair.into_inner() {
        if part.as_rule() == Rule::optional { what = "param?" } else { nodes.push(node(part)) }
    }
    around(what, nodes)
}

fn entry(pair: P<'_>) -> Node {
    let (mut start, end) = at(&pair);
    let mut nodes = Vec::new();
    let mut what = String::new();
    let mut begun = false;
    for part in pair.into_inner() {
        if part.as_rule() != Rule::doc && !begun {
            start = part.as_span().start();
            begun = true;
        }
        let rule = part.as_rule();
        match rule {
            Rule::doc | Rule::attribute => nodes.push(node(part)),
            Rule::final_entry => {
                let part = part.into_inner().next().unwrap();
                what = format!("final {}", entry_name(part.as_rule()));
                nodes.extend(part.into_inner().map(node));
            }
            _ => {
                what = entry_name(rule).to_owned();
                for one in part.into_inner() {
                    if one.as_rule() == Rule::optional { what.push('?') } else { nodes.push(node(one)) }
                }
            }
        }
    }
    Node { what, span: (start, end), inner: nodes }
}

fn entry_name(rule: Rule) -> &'static str {
    match rule {
        Rule::set => "set",
        Rule::append => "append",
        Rule::nest => "nest",
        Rule::definition => "field",
        Rule::let_entry => "let",
        Rule::when_entry => "when",
        Rule::remove_entry => "remove",
        Rule::require_entry => "require",
        Rule::fix_entry => "fix",
        Rule::at_entry => "at",
        other => panic!("{other:?} is no entry"),
    }
}

// ------------------------------------------------------------ types

fn is_type(rule: Rule) -> bool {
    matches!(
        rule,
        Rule::type_expr
            | Rule::type_union
            | Rule::type_range
            | Rule::type_atom
            | Rule::type_list
            | Rule::type_map
            | Rule::type_paren
            | Rule::type_literal
            | Rule::type_none
            | Rule::type_dimension
    )
}

fn type_expr(pair: P<'_>) -> Node {
    let span = at(&pair);
    let what = match pair.as_rule() {
        Rule::type_expr => "where",
        Rule::type_union => "union",
        Rule::type_range => "range type",
        Rule::type_list => "list type",
        Rule::type_map => "map type",
        Rule::type_literal => {
            let text = fixed(pair.into_inner().next().unwrap());
            return leaf(format!("literal {text:?}"), span);
        }
        Rule::type_none => return leaf("none type", span),
        // Parentheses are no node of their own, but belong to the type's place.
        Rule::type_paren => {
            let mut node = node(pair.into_inner().next().unwrap());
            node.span = span;
            return node;
        }
        Rule::type_dimension => {
            let mut nodes = Vec::new();
            let mut op = "path";
            for part in pair.into_inner() {
                if part.as_rule() == Rule::dimension_op {
                    op = if part.as_str() == "/" { "/" } else { "*" };
                } else {
                    nodes.push(inner(op, part));
                }
            }
            if nodes.len() == 1 {
                return Node { what: "type path".into(), span, inner: nodes.remove(0).inner };
            }
            return Node { what: "dimension".into(), span, inner: nodes };
        }
        _ => "",
    };
    let mut nodes: Vec<Node> = pair.into_inner().map(node).collect();
    let bracket = matches!(what, "list type" | "map type");
    if nodes.len() == 1 && !bracket {
        return nodes.remove(0);
    }
    Node { what: what.into(), span, inner: nodes }
}

// ------------------------------------------------------------ expressions

fn expr(pair: P<'_>) -> Node {
    let span = at(&pair);
    match pair.as_rule() {
        Rule::bool => leaf(pair.as_str(), span),
        Rule::none => leaf("none", span),
        Rule::date => leaf(format!("date {}", pair.as_str()), span),
        Rule::version => leaf(format!("version {}", pair.as_str()), span),
        Rule::quantity => quantity(pair),
        Rule::selector => inner("selector", pair),
        Rule::list => inner("list", pair),
        Rule::list_for => inner("list for", pair),
        Rule::map_for => inner("map for", pair),
        Rule::paren => inner("paren", pair),
        Rule::if_expr => {
            let mut nodes: Vec<Node> = pair.into_inner().map(node).collect();
            // `else if` goes on with the same chain.
            while nodes.last().is_some_and(|n| n.what == "if") {
                let last = nodes.pop().unwrap();
                nodes.extend(last.inner);
            }
            Node { what: "if".into(), span, inner: nodes }
        }
        _ => chain(pair),
    }
}

/// Operands and operators of one rank; a single operand stands for itself.
fn chain(pair: P<'_>) -> Node {
    let span = at(&pair);
    let mut ops: Vec<String> = Vec::new();
    let mut nodes = Vec::new();
    for part in pair.into_inner() {
        match part.as_rule() {
            Rule::not_op => ops.push("Not".into()),
            Rule::minus => ops.push("Neg".into()),
            Rule::t_or
            | Rule::t_and
            | Rule::t_compare
            | Rule::t_test
            | Rule::coalesce_op
            | Rule::range_op
            | Rule::add_op
            | Rule::mul_op => {
                ops.push(operator(part.as_str()).into());
            }
            _ => nodes.push(named(part)),
        }
    }
    if ops.is_empty() {
        assert_eq!(nodes.len(), 1);
        return nodes.remove(0);
    }
    Node { what: ops.join(" "), span, inner: nodes }
}

/// A word in an expression is a name.
fn named(pair: P<'_>) -> Node {
    if pair.as_rule() == Rule::name { leaf(format!("name {}", pair.as_str()), at(&pair)) } else { node(pair) }
}

fn operator(text: &str) -> &'static str {
    match text {
        "or" => "Or",
        "and" => "And",
        "==" => "Eq",
        "!=" => "Ne",
        "<" => "Lt",
        "<=" => "Le",
        ">" => "Gt",
        ">=" => "Ge",
        "in" => "In",
        "is" => "Is",
        "matches" => "Matches",
        "??" => "Coalesce",
        ".." => "Range",
        "+" => "Add",
        "-" => "Sub",
        "*" => "Mul",
        _ => "Div",
    }
}

fn postfix(pair: P<'_>) -> Node {
    let span = at(&pair);
    let mut nodes = Vec::new();
    for part in pair.into_inner() {
        let place = at(&part);
        match part.as_rule() {
            Rule::member_of => {
                let optional = part.as_str().starts_with('?');
                let name = word(&part.into_inner().next().unwrap());
                nodes.push(Node {
                    what: if optional { "?." } else { "." }.into(),
                    span: name.span,
                    inner: vec![name],
                });
            }
            Rule::index => nodes.push(inner("index", part)),
            Rule::args => nodes.push(inner("call", part)),
            Rule::unit => nodes.push(leaf(format!("as {}", part.as_str()), place)),
            _ => nodes.push(named(part)),
        }
    }
    if nodes.len() == 1 {
        return nodes.remove(0);
    }
    Node { what: "postfix".into(), span, inner: nodes }
}

fn quantity(pair: P<'_>) -> Node {
    let span = at(&pair);
    let (mut currency, mut number, mut unit) = (String::new(), String::new(), String::new());
    for part in pair.into_inner() {
        match part.as_rule() {
            Rule::currency => {
                currency = match part.as_str() {
                    "$" => "USD ",
                    "€" => "EUR ",
                    _ => "GBP ",
                }
                .into();
            }
            Rule::number => number = part.as_str().replace('_', ""),
            _ => {
                for one in part.into_inner() {
                    unit += &if one.as_rule() == Rule::per {
                        " per ".to_owned()
                    } else if unit.is_empty() {
                        format!(" {}", one.as_str())
                    } else {
                        one.as_str().to_owned()
                    };
                }
            }
        }
    }
    leaf(format!("number {currency}{number}{unit}"), span)
}

// ------------------------------------------------------------ strings

fn string(pair: P<'_>) -> Node {
    let span = at(&pair);
    let mut nodes = Vec::new();
    let whole = pair.as_str();
    let pieces = pieces(pair);
    let lines = whole.starts_with("\"\"\"");
    let texts = if lines { unindented(&pieces) } else { pieces.iter().map(Piece::unescaped).collect() };
    for (piece, text) in pieces.into_iter().zip(texts) {
        match piece {
            Piece::Hole(node) => nodes.push(node),
            Piece::Text(_) if text.is_empty() => {}
            Piece::Text(_) => nodes.push(leaf(format!("text {text:?}"), (span.0, span.0))),
        }
    }
    Node { what: "string".into(), span, inner: nodes }
}

fn fixed(pair: P<'_>) -> String {
    let node = string(pair);
    node.inner.first().map_or(String::new(), |n| {
        let quoted = n.what.strip_prefix("text ").unwrap();
        // The outline shows texts quoted; both sides of the comparison do it alike.
        quoted.to_owned()
    })
}

/// A piece of a string: raw parts with what they stand for, or an interpolation.
enum Piece {
    Text(Vec<(String, bool)>),
    Hole(Node),
}

impl Piece {
    fn unescaped(&self) -> String {
        match self {
            Piece::Text(parts) => parts
                .iter()
                .map(|(text, escape)| if *escape { unescape(text) } else { text.replace("\r\n", "\n") })
                .collect(),
            Piece::Hole(_) => String::new(),
        }
    }
}

fn pieces(pair: P<'_>) -> Vec<Piece> {
    let mut pieces: Vec<Piece> = Vec::new();
    let mut add = |text: &str, escape: bool| {
        if let Some(Piece::Text(parts)) = pieces.last_mut() {
            parts.push((text.to_owned(), escape));
        } else {
            pieces.push(Piece::Text(vec![(text.to_owned(), escape)]));
        }
    };
    let mut todo: Vec<P<'_>> = vec![pair];
    let mut holes = Vec::new();
    while let Some(pair) = todo.pop() {
        match pair.as_rule() {
            Rule::raw => {
                let text = pair.as_str();
                add(&text[2..text.len() - 2], false);
            }
            Rule::escape => add(pair.as_str(), true),
            Rule::plain_text | Rule::multi_text => add(pair.as_str(), false),
            Rule::hole => {
                holes.push(named(pair.into_inner().next().unwrap()));
                add("\0hole", true);
            }
            _ => todo.extend(pair.into_inner().rev()),
        }
    }
    // Holes end a text.
    let mut holes = holes.into_iter();
    let mut split = Vec::new();
    for piece in pieces {
        let Piece::Text(parts) = piece else { continue };
        let mut text = Vec::new();
        for part in parts {
            if part.0 == "\0hole" {
                split.push(Piece::Text(std::mem::take(&mut text)));
                split.push(Piece::Hole(holes.next().unwrap()));
            } else {
                text.push(part);
            }
        }
        split.push(Piece::Text(text));
    }
    split
}

fn unescape(text: &str) -> String {
    match &text[1..] {
        "n" => "\n".into(),
        "r" => "\r".into(),
        "t" => "\t".into(),
        code if code.starts_with('u') => {
            let number = u32::from_str_radix(&code[2..code.len() - 1], 16).unwrap();
            char::from_u32(number).unwrap().to_string()
        }
        other => other.into(),
    }
}

/// The texts of a string over lines without their common indentation, straight from the definition: what all lines
/// behind the first begin with; empty lines do not count, the line of the closing quotes does.
fn unindented(pieces: &[Piece]) -> Vec<String> {
    let mut source = String::new();
    for piece in pieces {
        match piece {
            Piece::Text(parts) => parts.iter().for_each(|(text, escape)| {
                if *escape {
                    source.push_str(&text.replace('\n', ""))
                } else {
                    source.push_str(&text.replace("\r\n", "\n"))
                }
            }),
            Piece::Hole(_) => source.push('\u{1}'),
        }
    }
    let lines: Vec<&str> = source.split('\n').collect();
    let blanks = |line: &str| line.len() - line.trim_start_matches([' ', '\t']).len();
    let counted: Vec<&str> = lines
        .iter()
        .enumerate()
        .skip(1)
        .filter(|(n, line)| !line.trim_matches([' ', '\t']).is_empty() || *n + 1 == lines.len())
        .map(|(_, line)| &line[..blanks(line)])
        .collect();
    let mut common = counted.first().copied().unwrap_or("");
    for indent in &counted {
        let same = common.bytes().zip(indent.bytes()).take_while(|(a, b)| a == b).count();
        common = &common[..same];
    }
    let mut out: Vec<String> = vec![String::new()];
    let mut first_line = true;
    let mut line_begins = true;
    let mut kept = String::new();
    // Line by line, with the places of interpolations and escapes remembered by piece.
    for piece in pieces {
        let Piece::Text(parts) = piece else {
            out.push(String::new());
            out.push(String::new());
            line_begins = false;
            continue;
        };
        for (text, escape) in parts {
            if *escape {
                out.last_mut().unwrap().push_str(&unescape(text));
                line_begins = false;
                continue;
            }
            let text = text.replace("\r\n", "\n");
            for (n, line) in text.split('\n').enumerate() {
                if n > 0 {
                    out.last_mut().unwrap().push('\n');
                    line_begins = true;
                    first_line = false;
                }
                let stripped = if line_begins && !first_line {
                    line.strip_prefix(common).unwrap_or(line.trim_start_matches([' ', '\t']))
                } else {
                    line
                };
                // Blanks on an otherwise empty line go.
                let is_last = n + 1 == text.split('\n').count();
                if line_begins
                    && !first_line
                    && !is_last
                    && !common.is_empty()
                    && stripped.trim_matches([' ', '\t']).is_empty()
                {
                    kept.clear();
                } else {
                    kept = stripped.to_owned();
                }
                out.last_mut().unwrap().push_str(&kept);
                line_begins = false;
            }
        }
    }
    let first = out.first_mut().unwrap();
    let body = first.trim_start_matches([' ', '\t']);
    if let Some(body) = body.strip_prefix('\n') {
        *first = body.to_owned();
    }
    out
}

// ------------------------------------------------------------ the comparison

/// Both read the text alike, or both refuse it.
fn same(text: &str) -> bool {
    let chunk = parse(text);
    let read = normative(text);
    match &read {
        None => assert!(
            !chunk.errors.is_empty(),
            "the grammar refuses what the parser accepts:\n{text}\n{}",
            Normative::parse(Rule::file, text).unwrap_err()
        ),
        Some(read) => {
            assert!(
                chunk.errors.is_empty(),
                "the parser refuses what the grammar accepts:\n{text}\n{:?}",
                chunk.errors
            );
            let mut hand = outline::outline(&chunk);
            unquote(&mut hand);
            if hand != *read {
                let (mut a, mut b) = (Vec::new(), Vec::new());
                flat(&hand, 0, &mut a);
                flat(read, 0, &mut b);
                let n = a.iter().zip(&b).position(|(a, b)| a != b).unwrap_or(a.len().min(b.len()));
                panic!("read differently:\n{text}\nparser:  {:?}\ngrammar: {:?}", a.get(n), b.get(n));
            }
        }
    }
    read.is_some()
}

fn flat(nodes: &[Node], depth: usize, out: &mut Vec<String>) {
    for node in nodes {
        out.push(format!("{depth} {} {:?}", node.what, node.span));
        flat(&node.inner, depth + 1, out);
    }
}

/// Keys and literals are shown quoted twice by the grammar's side.
fn unquote(nodes: &mut [Node]) {
    for node in nodes {
        for prefix in ["quoted ", "literal "] {
            if let Some(text) = node.what.strip_prefix(prefix) {
                let twice = if text == "\"\"" { "\"\"".to_owned() } else { format!("{text:?}") };
                node.what = format!("{prefix}{twice}");
            }
        }
        unquote(&mut node.inner);
    }
}

/// Every source of the repository.
#[test]
fn sources() {
    for (path, text) in samples::all() {
        assert!(same(&text), "{}", path.display());
        same(&format!("\u{feff}{}", text.replace('\n', "\r\n")));
    }
}

/// Every case of the documents: sound ones and broken ones.
#[test]
fn documented_cases() {
    for file in ["errors.md", "trees.md", "format.md"] {
        let document =
            std::fs::read_to_string(format!("{}/tests/{file}", env!("CARGO_MANIFEST_DIR"))).unwrap();
        let mut sources = 0;
        for block in document.split("````ivs\n").skip(1) {
            same(block.split("````").next().unwrap());
            sources += 1;
        }
        assert!(sources > 0);
    }
}

/// Any single character of a sample deleted, doubled, or replaced.
#[test]
fn single_edits() {
    let text = include_str!("samples/syntax.ivs");
    let items: Vec<_> = ivs_grammar::scan(text).chunks;
    for chunk in items {
        let piece = chunk.span.text(text);
        for (i, c) in piece.char_indices() {
            let (before, after) = (&piece[..i], &piece[i + c.len_utf8()..]);
            same(&format!("{before}{after}"));
            for new in ["\n", " ", ".", ",", "=", ":", "{", "x", "1", "-", "\""] {
                same(&format!("{before}{new}{c}{after}"));
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_000, failure_persistence: None, ..ProptestConfig::default() })]

    /// Generated sound files.
    #[test]
    fn generated(text in generate::file()) {
        prop_assert!(same(&text), "a generated text is refused:\n{}", text);
    }

    /// Generated files with one token exchanged.
    #[test]
    fn mutated(text in generate::file(), place in 0usize..10_000, new in prop::sample::select(&["", "\n", " ", ",", "=", "{", "}", "[", "]", "(", ")", "..", ".", ":", "?", "in", "not", "for x in y", "a", "\"", "1", "-", "// c\n", "/* c */", "/// d\n", "@a ", "/", "|", "let ", "where"][..])) {
        let places: Vec<usize> = text.char_indices().map(|(i, _)| i).collect();
        let i = places[place % places.len()];
        let width = text[i..].chars().next().map_or(0, char::len_utf8);
        same(&format!("{}{new}{}", &text[..i], &text[i + width..]));
        same(&format!("{}{new}{}", &text[..i], &text[i..]));
    }

    /// Operators in any order: ranks, signs and line ends.
    #[test]
    fn operators(tokens in prop::collection::vec((prop::sample::select(OPERATORS), prop::sample::select(&["a", "1", "(b)", "f(c)", "x.y", "not a", "- a", "-1", "[d]", "if a then b else c", ".s", "{ e = 1 }"][..]), prop::sample::select(&[" ", "\n", ""][..])), 1..7), inside in prop::sample::select(&["let x = ", "s k { x = ", "t k { when ", "s k { x: int where "][..])) {
        let mut text = format!("{inside}a");
        for (op, operand, blank) in tokens {
            text += &format!("{blank} {op} {operand}");
        }
        if inside.contains("when") {
            text += " { y = 1 }";
        }
        if inside.contains('{') {
            text += "\n as = 3\n in { z = 1 }\n}";
        }
        same(&text);
    }
}

const OPERATORS: &[&str] = &[
    "or", "and", "==", "<", "in", "is", "matches", "??", "..", "+", "-", "*", "/", "as m ==", "\n .z +",
    "and\n", "-\n",
];
