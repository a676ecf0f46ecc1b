//! Awkward texts in the place of every text that the examples write: either they are refused, or they stand in the outputs as
//! they were written, whatever format those have. Parsers that are not the compiler's read them back.
//!
//! A run tries some of the places; `IVS_FULL=1` tries all.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod examples;

use examples::{Example, all};
use hcl::expr::Expression;
use hcl::structure::Structure;
use hcl::template::{Element, Template};
use ivs_plan::OutputFile;
use serde_json::Value as Json;
use std::collections::BTreeMap;

/// What formats take for something else: holes, other types, structure, ends of texts, other scripts.
const AWKWARD: &[&str] = &[
    "a ${b} %{c} $${d} \"q\" 'r' \\n : - # no",
    "<i>x</i> & <script>alert(1)</script>",
    "no",
    "12:30:00",
    "1e3",
    "null",
    " around ",
    "- item",
    "? key: value",
    "Zoë 漢字 🚀",
    "'; DROP TABLE x; --",
    "{{ name }} {% raw %}",
    "=1+1",
    "2024-01-01",
    "0o17",
    "*alias",
    "!tag",
    "<<",
    "on",
    "~",
];

/// Places of an example that a run tries.
const SAMPLE: usize = 10;

/// A text in a source: its file, its place with the quotes, and what it says.
struct Place {
    file: usize,
    span: (usize, usize),
    text: String,
}

/// The texts on one line without holes and escapes.
fn places(example: &Example) -> Vec<Place> {
    let mut found = Vec::new();
    for (file, source) in example.sources().iter().enumerate() {
        let mut at = 0;
        let mut within = false;
        for line in source.text.split_inclusive('\n') {
            let quotes = line.matches("\"\"\"").count();
            let code = !within && quotes == 0 && !line.trim_start().starts_with("//") && !line.contains('#');
            within ^= quotes % 2 == 1;
            if code {
                let marks: Vec<usize> = line.match_indices('"').map(|(i, _)| i).collect();
                for pair in marks.chunks_exact(2) {
                    let text = &line[pair[0] + 1..pair[1]];
                    if !text.contains(['$', '\\', '{']) {
                        let span = (at + pair[0], at + pair[1] + 1);
                        found.push(Place { file, span, text: text.to_owned() });
                    }
                }
            }
            at += line.len();
        }
    }
    found
}

/// How often each text is a value or a key.
type Texts = BTreeMap<String, usize>;

fn note(text: &str, out: &mut Texts) {
    *out.entry(text.to_owned()).or_default() += 1;
}

fn of_json(value: &Json, out: &mut Texts) {
    match value {
        Json::String(s) => note(s, out),
        Json::Array(items) => items.iter().for_each(|v| of_json(v, out)),
        Json::Object(fields) => {
            for (key, value) in fields {
                note(key, out);
                of_json(value, out);
            }
        }
        _ => {}
    }
}

fn of_body(body: &hcl::Body, out: &mut Texts) {
    for structure in body {
        match structure {
            Structure::Attribute(a) => of_expression(&a.expr, out),
            Structure::Block(b) => {
                b.labels.iter().for_each(|l| note(l.as_str(), out));
                of_body(&b.body, out);
            }
        }
    }
}

fn of_expression(expr: &Expression, out: &mut Texts) {
    match expr {
        Expression::String(s) => note(s, out),
        Expression::Array(items) => items.iter().for_each(|i| of_expression(i, out)),
        Expression::Object(fields) => {
            for (key, value) in fields {
                if let hcl::expr::ObjectKey::Expression(e) = key {
                    of_expression(e, out);
                }
                of_expression(value, out);
            }
        }
        Expression::FuncCall(call) => call.args.iter().for_each(|a| of_expression(a, out)),
        Expression::TemplateExpr(template) => {
            let literal = Template::from_expr(template).unwrap();
            let text = literal.elements().iter().map(|e| match e {
                Element::Literal(s) => s.replace("$${", "${").replace("%%{", "%{"),
                _ => "…".to_owned(),
            });
            note(&text.collect::<String>(), out);
        }
        _ => {}
    }
}

/// The texts of a file, as a parser of its format reads them; `None` for formats that are for people.
fn read(file: &OutputFile) -> Option<Texts> {
    let (path, text) = (file.path.as_str(), file.text.to_string());
    // Templates of charts are YAML once Helm has run them.
    if path.contains("/templates/") {
        return None;
    }
    let mut out = Texts::new();
    let wrong = |why: String| -> ! { panic!("{path}: {why}\n{text}") };
    match path.rsplit_once('.')?.1 {
        "yaml" | "yml" => match serde_saphyr::from_multiple::<Json>(&text) {
            Ok(documents) => documents.iter().for_each(|d| of_json(d, &mut out)),
            Err(e) => wrong(e.to_string()),
        },
        "json" | "jsonld" => match serde_json::from_str(&text) {
            Ok(value) => of_json(&value, &mut out),
            Err(e) => wrong(e.to_string()),
        },
        "tf" => match hcl::parse(&text) {
            Ok(body) => of_body(&body, &mut out),
            Err(e) => wrong(e.to_string()),
        },
        "toml" => match text.parse::<toml::Table>() {
            Ok(table) => of_json(&serde_json::to_value(table).unwrap(), &mut out),
            Err(e) => wrong(e.to_string()),
        },
        _ => return None,
    }
    Some(out)
}

/// Tries one place: whether the text was taken.
fn holds(
    example: &Example,
    session: &mut ivs_driver::Session,
    before: &[OutputFile],
    at: &Place,
    awkward: &str,
) -> bool {
    let source = &example.sources()[at.file];
    let (start, end) = at.span;
    let text = format!("{}#\"{awkward}\"#{}", &source.text[..start], &source.text[end..]);
    session.set_text(&source.path, &text);
    let (report, after) = session.build(None);
    session.set_text(&source.path, &source.text);
    if report.has_errors() {
        return false;
    }
    let place = || format!("{}/{}: {:?} instead of {:?}", example.name, source.path, awkward, at.text);
    let (mut was, mut is) = (Texts::new(), Texts::new());
    let old: BTreeMap<&str, &OutputFile> = before.iter().map(|f| (f.path.as_str(), f)).collect();
    let new: BTreeMap<&str, &OutputFile> = after.iter().map(|f| (f.path.as_str(), f)).collect();
    for (path, file) in &new {
        if old.get(path).is_some_and(|o| o.text == file.text) {
            continue;
        }
        for (text, n) in read(file).unwrap_or_default() {
            *is.entry(text).or_default() += n;
        }
        for (text, n) in old.get(path).and_then(|o| read(o)).unwrap_or_default() {
            *was.entry(text).or_default() += n;
        }
        if path.ends_with(".html") && awkward.contains("<script>") {
            assert!(!file.text.to_string().contains("<script>alert(1)"), "{}: code in {path}", place());
        }
    }
    // A file that went with its name takes its texts along.
    for (_, file) in old.iter().filter(|(path, _)| !new.contains_key(*path)) {
        for (text, n) in read(file).unwrap_or_default() {
            *was.entry(text).or_default() += n;
        }
    }
    let count = |of: &Texts, text: &str| of.get(text).copied().unwrap_or(0);
    if count(&is, &at.text) < count(&was, &at.text) {
        let kept = is.keys().any(|t| t.contains(awkward));
        assert!(kept, "{}: it is nowhere in the outputs:\n{:#?}", place(), is.keys().collect::<Vec<_>>());
    }
    true
}

#[test]
fn awkward_texts_are_refused_or_kept() {
    let every = std::env::var_os("IVS_FULL").is_some();
    let (mut taken, mut refused) = (0, 0);
    for example in all() {
        let mut session = example.session(1);
        let before = example.build_in(&mut session, examples::BASE);
        let places = places(&example);
        let step = if every { 1 } else { places.len().div_ceil(SAMPLE).max(1) };
        for (n, place) in places.iter().enumerate().step_by(step) {
            match holds(&example, &mut session, &before, place, AWKWARD[n % AWKWARD.len()]) {
                true => taken += 1,
                false => refused += 1,
            }
        }
    }
    assert!(taken > 10 && refused > 10, "{taken} taken, {refused} refused");
    println!("{taken} taken, {refused} refused");
}
