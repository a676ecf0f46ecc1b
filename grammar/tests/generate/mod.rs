//! Sound texts, from the grammar's own rules.

use proptest::prelude::*;

/// A whole file.
pub fn file() -> impl Strategy<Value = String> {
    prop::collection::vec(item(), 1..5).prop_map(|items| items.join("\n") + "\n")
}

fn word() -> impl Strategy<Value = String> {
    prop::sample::select(
        &[
            "a",
            "b",
            "image",
            "us-east-1",
            "_x",
            "A1",
            "service",
            "let-x",
            "by",
            "from",
            "at",
            "kinds",
            "x",
            "self",
        ][..],
    )
    .prop_map(str::to_owned)
}

/// Any word, also those that mean something elsewhere.
fn any_word() -> impl Strategy<Value = String> {
    prop_oneof![3 => word(), 1 => prop::sample::select(&["if", "for", "in", "is", "let", "when", "fix", "none", "type", "kind", "where", "not"][..]).prop_map(str::to_owned)]
}

fn path() -> impl Strategy<Value = String> {
    prop::collection::vec(word(), 1..3).prop_map(|words| words.join("."))
}

fn blank() -> impl Strategy<Value = &'static str> {
    prop_oneof![6 => Just(" "), 1 => Just(""), 1 => Just("  /* c */ "), 1 => Just("\t")]
}

/// Where a line may end.
fn space() -> impl Strategy<Value = &'static str> {
    prop_oneof![6 => Just(" "), 1 => Just("\n  "), 1 => Just(" // c\n"), 1 => Just("\n/* c\n */\n")]
}

fn number() -> impl Strategy<Value = String> {
    prop::sample::select(
        &[
            "1",
            "0.5",
            "10_000",
            "1e6",
            "5min",
            "10req/s",
            "$49/month",
            "€0.002/call",
            "£1",
            "100/month",
            "99.95%",
            "5µs",
            "1.5e-3GiB",
            "2026-11-21",
            "1.2.0",
            "1.0.0-rc.1",
            "1Gi",
        ][..],
    )
    .prop_map(str::to_owned)
}

fn text() -> impl Strategy<Value = String> {
    prop::sample::select(
        &[
            "\"\"",
            "\"x\"",
            "\"a b \\n\\\"\\u{e9}\"",
            "#\"raw \\d \"q\"\"#",
            "\"\"\"\n    a\n      b\n    \"\"\"",
            "\"\"\"one\"\"\"",
            "\"$ {\"",
        ][..],
    )
    .prop_map(str::to_owned)
}

fn expr() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        word(),
        number(),
        text(),
        Just("true".to_owned()),
        Just("none".to_owned()),
        Just(".a.b".to_owned()),
        Just("[]".to_owned()),
        Just("{}".to_owned()),
    ];
    leaf.prop_recursive(4, 24, 4, |e| {
        let op = prop::sample::select(
            &[
                "or", "and", "==", "!=", "<", "<=", ">", ">=", "in", "is", "matches", "??", "..", "+", "-",
                "*", "/",
            ][..],
        );
        prop_oneof![
            (e.clone(), op, e.clone(), space(), blank()).prop_map(|(a, op, b, s, t)| {
                // Parentheses keep comparisons and ranges from chaining; `..` stays on its line.
                let t = if t.is_empty() { " " } else { t };
                format!("({a}){s}{op}{t}({b})")
            }),
            (e.clone(), e.clone(), e.clone()).prop_map(|(a, b, c)| format!("(({a}) + ({b}) - ({c}) * 2)")),
            e.clone().prop_map(|a| format!("(not ({a}))")),
            e.clone().prop_map(|a| format!("-({a})")),
            (e.clone(), any_word(), space()).prop_map(|(a, w, s)| format!("({a}){s}.{w}")),
            (e.clone(), any_word()).prop_map(|(a, w)| format!("({a})?.{w}")),
            (e.clone(), e.clone()).prop_map(|(a, b)| format!("({a})[{b}]")),
            (word(), prop::collection::vec((any::<bool>(), any_word(), e.clone()), 0..3), space()).prop_map(
                |(f, args, s)| {
                    let args: Vec<String> = args
                        .into_iter()
                        .map(|(named, w, e)| if named { format!("{w} = {e}") } else { e })
                        .collect();
                    format!("{f}({s}{}{s})", args.join(&format!("{s},{s}")))
                }
            ),
            e.clone().prop_map(|a| format!("({a}) as req/s")),
            (e.clone(), e.clone(), e.clone(), space())
                .prop_map(|(a, b, c, s)| format!("(if {a}{s}then {b}{s}else if {b} then {c} else{s}{c})")),
            (prop::collection::vec(e.clone(), 1..4), space())
                .prop_map(|(list, s)| format!("[{s}{}{s},{s}]", list.join(&format!("{s},{s}")))),
            (word(), e.clone(), e.clone(), e.clone(), space())
                .prop_map(|(x, a, b, c, s)| format!("[for {x} in {a}{s}for k, v in {b}{s}if {c}: {x}]")),
            (word(), e.clone(), e.clone(), e.clone(), space())
                .prop_map(|(x, a, b, c, s)| format!("{{for {x} in {a}:{s}{b} = {c}}}")),
            prop::collection::vec(e.clone(), 1..3).prop_map(|es| format!(
                "\"a ${{{}}} b\"",
                es.iter().find(|e| !e.contains('\n')).map_or("x", |e| e)
            )),
            e.clone().prop_map(|a| format!("\"\"\"\n  x ${{{a}}}\n    y\n  \"\"\"")),
            (any_word(), e).prop_map(|(w, a)| format!("{{ {w} = {a} }}")),
        ]
    })
}

fn type_expr() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        path(),
        Just("money/time".to_owned()),
        Just("cores * time".to_owned()),
        Just("\"x\"".to_owned()),
        Just("none".to_owned()),
        Just("int..int".to_owned())
    ];
    leaf.prop_recursive(3, 12, 3, |t| {
        prop_oneof![
            (t.clone(), space()).prop_map(|(t, s)| format!("[{s}{t}{s}]")),
            (t.clone(), t.clone()).prop_map(|(k, v)| format!("{{{k}: {v}}}")),
            (t.clone(), t.clone(), space()).prop_map(|(a, b, s)| format!("({a}){s}|{s}({b})")),
            (t.clone(), expr()).prop_map(|(t, e)| format!("(({t}) where ({e}))")),
            (t.clone(), t).prop_map(|(a, b)| format!("({a})..({b})")),
        ]
    })
}

fn place() -> impl Strategy<Value = String> {
    (word(), any_word(), any::<bool>())
        .prop_map(|(a, b, index)| if index { format!("{a}.{b}[\"x\"]?.{b}") } else { format!("{a}.{b}") })
}

fn entry() -> impl Strategy<Value = String> {
    let key = prop_oneof![4 => any_word(), 1 => Just("\"a/b\"".to_owned())];
    let simple = prop_oneof![
        (key.clone(), expr(), blank()).prop_map(|(k, e, b)| format!("{k}{b}={b}{e}")),
        (any_word(), key.clone(), expr()).prop_map(|(f, k, e)| if statement(&f) {
            format!("final x {k} = {e}")
        } else {
            format!("{f} {k} = {e}")
        }),
        (key.clone(), expr()).prop_map(|(k, e)| format!("{k} += {e}")),
        (any_word(), type_expr(), prop::option::of(expr()))
            .prop_map(|(w, t, e)| format!("{w}?: {t}{}", e.map_or(String::new(), |e| format!(" = {e}")))),
        (any_word(), type_expr()).prop_map(|(w, t)| format!("{w}: {t}")),
        (word(), expr()).prop_map(|(w, e)| format!("let {w} = {e}")),
        (word(), type_expr(), expr()).prop_map(|(w, t, e)| format!("let {w}: {t} = {e}")),
        (any_word(), key.clone()).prop_map(|(f, k)| format!("remove {f} {k}")),
        expr().prop_map(|e| format!("require ({e})")),
        (place(), expr()).prop_map(|(p, e)| format!("fix {p} = {e}")),
        (place(), place()).prop_map(|(p, q)| format!("at {p}, {q}")),
        (key.clone(), expr()).prop_map(|(k, e)| format!("final {k} = {e}")),
        key.clone().prop_map(|k| format!("/// doc\n@allow(x, reason = \"y\") {k} {{}}")),
    ];
    simple.prop_recursive(2, 8, 3, |entry| {
        let block = block_of(entry);
        let key = prop_oneof![4 => any_word(), 1 => Just("\"a/b\"".to_owned())];
        prop_oneof![
            (key, block.clone()).prop_map(|(k, b)| format!("{k} {b}")),
            (word(), any_word(), block.clone()).prop_map(|(f, k, b)| if statement(&f) {
                format!("x {k} {b}")
            } else {
                format!("{f} {k} {b}")
            }),
            (expr(), block.clone()).prop_map(|(e, b)| format!("when ({e}) {b}")),
            (expr(), block).prop_map(|(e, b)| format!("require ({e}) {b}")),
        ]
    })
}

fn statement(word: &str) -> bool {
    matches!(word, "let" | "when" | "final" | "remove" | "require" | "fix" | "at")
}

fn block_of(entry: impl Strategy<Value = String> + 'static) -> BoxedStrategy<String> {
    (prop::collection::vec(entry, 0..4), prop::sample::select(&["\n", ", ", " // c\n", ",\n\n"][..]))
        .prop_map(|(entries, sep)| {
            if sep.contains('\n') {
                format!("{{\n{}\n}}", entries.join(sep))
            } else {
                format!("{{ {} }}", entries.join(sep))
            }
        })
        .boxed()
}

fn block() -> BoxedStrategy<String> {
    block_of(entry())
}

/// A name that a declaration may have.
fn declared() -> impl Strategy<Value = String> {
    prop::sample::select(&["a", "text-service", "AMPEL360", "x_1", "from", "by"][..]).prop_map(str::to_owned)
}

fn kind() -> impl Strategy<Value = String> {
    prop::sample::select(&["service", "my.kind", "program"][..]).prop_map(str::to_owned)
}

fn clauses() -> impl Strategy<Value = String> {
    (word(), expr(), prop::option::of(expr()), space()).prop_map(|(x, e, c, s)| {
        format!("for {x} in ({e}){}", c.map_or(String::new(), |c| format!("{s}if ({c})")))
    })
}

fn params() -> impl Strategy<Value = String> {
    prop::collection::vec((word(), any::<bool>(), type_expr(), prop::option::of(expr())), 0..3).prop_map(
        |list| {
            let list: Vec<String> = list
                .into_iter()
                .map(|(w, o, t, e)| {
                    format!(
                        "{w}{}: {t}{}",
                        if o { "?" } else { "" },
                        e.map_or(String::new(), |e| format!(" = {e}"))
                    )
                })
                .collect();
            format!("({})", list.join(", "))
        },
    )
}

fn item() -> impl Strategy<Value = String> {
    let plain = prop_oneof![
        (path(), any::<bool>())
            .prop_map(|(p, a)| format!("use {p}.{{a, us-east-1,}}{}", if a { " as x" } else { "" })),
        (declared(), block()).prop_map(|(n, b)| format!("kind {n} {b}")),
        (declared(), block()).prop_map(|(n, b)| format!("struct {n} {b}")),
        (declared(), params(), text())
            .prop_map(|(n, p, t)| format!("enum {n} {{ a, b = {t}\n/// doc\nc{p} = \"x\",\nnone }}")),
        Just("dimension time = s".to_owned()),
        expr().prop_map(|e| format!("unit nmi: length = {e}")),
        Just("unit req".to_owned()),
        (declared(), type_expr()).prop_map(|(n, t)| format!("type {n} = {t}")),
        (declared(), params(), type_expr(), expr())
            .prop_map(|(n, p, t, e)| format!("fn {n}{p} -> {t} = {e}")),
        (declared(), expr()).prop_map(|(n, e)| format!("let {n} = {e}")),
        (declared(), clauses(), block()).prop_map(|(n, c, b)| format!("check {n} {c} {b}")),
        (kind(), declared(), block(), space())
            .prop_map(|(k, n, b, s)| format!("overlay staging {{\n{k} {n}{s}{b}\n}}")),
        (text(), expr(), place()).prop_map(|(t, e, p)| format!(
            "test {t} in staging {{\nexpect not capacity at {p}\nassert {e}\nservice x {{}}\n}}"
        )),
        (kind(), declared(), prop::option::of(expr()), prop::option::of(clauses()), block(), space())
            .prop_map(|(k, n, e, c, b, s)| {
                let base = e.map_or(String::new(), |e| format!("{s}from a.b[{e}] @ \"^1.0\""));
                let family = c.map_or(String::new(), |c| format!("{s}{c}{s}by x.id"));
                format!("template {k} {n}{base}{family} {b}")
            }),
    ];
    (plain, 0..8usize).prop_map(|(item, how)| match how {
        0 => format!("/// A doc.\n{item}"),
        1 => format!("@bare @open(a)\n// c\n{item}"),
        2 => format!("private {item}"),
        3 => format!("{item} // behind"),
        _ => item,
    })
}
