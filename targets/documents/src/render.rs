//! A template, run: in bounded time, into bounded text.

use crate::{Format, Mistake, codes, escape, syntax};
use minijinja::machinery::ast::Stmt;
use minijinja::value::ValueKind;
use minijinja::{Environment, Error, ErrorKind, UndefinedBehavior, Value as Shown, filters, tests};
use smol_str::SmolStr;
use std::collections::BTreeMap;
use std::io;

/// Steps of a template, as of a formula.
const FUEL: u64 = 1_000_000;
/// Bytes of one document.
const LARGEST: usize = 4 << 20;
/// The filter for values inside of code; it is not among those that templates may use.
const CODE: &str = "_code";

/// The document's text.
pub(crate) fn render(
    template: &Stmt<'_>,
    text: &str,
    format: Format,
    values: &BTreeMap<SmolStr, Shown>,
) -> Result<String, Mistake> {
    let written = match format {
        Format::Markdown => crate::spans::marked(template, text, CODE),
        _ => text.to_owned(),
    };
    let mut env = environment();
    env.set_syntax(syntax::config());
    env.set_formatter(move |out, _, value| {
        let shown = printed(value)?;
        if format != Format::Plain && escape::is_script(&shown) {
            return Err(Error::new(ErrorKind::BadEscape, "a value that a browser would run as a script"));
        }
        let shown = if value.is_safe() { shown } else { escape::escaped(&shown, format) };
        out.write_str(&shown).map_err(|_| Error::from(ErrorKind::WriteFailure))
    });
    // What was marked moves places inside of a line; lines stay.
    let exact = written == text;
    let mistake = |e: Error| match e.kind() {
        ErrorKind::OutOfFuel => limit(&e, text, exact, format!("the template takes more than {FUEL} steps")),
        ErrorKind::WriteFailure => {
            limit(&e, text, exact, format!("the document is longer than {LARGEST} bytes"))
        }
        ErrorKind::UndefinedError => {
            let found = syntax::of_error(&e, text, exact, codes::UNDEFINED);
            Mistake { message: "this is not there".into(), ..found }
        }
        _ => syntax::of_error(&e, text, exact, codes::FAILED),
    };
    let template = env.template_from_str(&written).map_err(mistake)?;
    let fields = crate::context::ordered(values.iter().map(|(k, v)| (k.to_string(), v.clone())).collect());
    let mut out = Bounded(Vec::new());
    template.render_captured_to(fields, &mut out).map_err(mistake)?;
    let mut out = String::from_utf8(out.0).unwrap_or_default();
    if !out.ends_with('\n') {
        out.push('\n');
    }
    Ok(out)
}

fn limit(e: &Error, text: &str, exact: bool, message: String) -> Mistake {
    let found = syntax::of_error(e, text, exact, codes::LIMIT);
    Mistake {
        message,
        help: Some("a document is for people; write data with the kinds that have serializers".into()),
        ..found
    }
}

fn environment<'s>() -> Environment<'s> {
    let mut env = Environment::empty();
    env.set_undefined_behavior(UndefinedBehavior::Strict);
    env.set_fuel(Some(FUEL));
    env.set_debug(true);
    env.add_filter("abs", filters::abs);
    env.add_filter("capitalize", filters::capitalize);
    env.add_filter("count", filters::length);
    env.add_filter("first", filters::first);
    env.add_filter("int", filters::int);
    env.add_filter("items", filters::items);
    env.add_filter("join", filters::join);
    env.add_filter("last", filters::last);
    env.add_filter("length", filters::length);
    env.add_filter("list", filters::list);
    env.add_filter("lower", filters::lower);
    env.add_filter("max", filters::max);
    env.add_filter("min", filters::min);
    env.add_filter("reverse", filters::reverse);
    env.add_filter("round", filters::round);
    env.add_filter("sort", filters::sort);
    env.add_filter("title", filters::title);
    env.add_filter("upper", filters::upper);
    env.add_filter(CODE, |v: Shown| printed(&v).map(|t| Shown::from_safe_string(escape::code(&t))));
    env.add_test("eq", tests::is_eq);
    env.add_test("even", tests::is_even);
    env.add_test("ge", tests::is_ge);
    env.add_test("gt", tests::is_gt);
    env.add_test("in", tests::is_in);
    env.add_test("le", tests::is_le);
    env.add_test("lt", tests::is_lt);
    env.add_test("mapping", tests::is_mapping);
    env.add_test("ne", tests::is_ne);
    env.add_test("none", tests::is_none);
    env.add_test("number", tests::is_number);
    env.add_test("odd", tests::is_odd);
    env.add_test("string", tests::is_string);
    env
}

/// The text of a value that has one.
fn printed(value: &Shown) -> Result<String, Error> {
    let why = match value.kind() {
        ValueKind::Undefined => return Err(ErrorKind::UndefinedError.into()),
        ValueKind::None => "`none` has no text of its own; ask before with `{% if x is not none %}`",
        ValueKind::Seq | ValueKind::Iterable => "a list has no text of its own; `{{ xs|join(\", \") }}`",
        ValueKind::Map => "a value with fields has no text of its own; print one of them",
        _ => return Ok(value.to_string()),
    };
    Err(Error::new(ErrorKind::InvalidOperation, why))
}

/// Text up to the limit.
struct Bounded(Vec<u8>);

impl io::Write for Bounded {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.0.len() + bytes.len() > LARGEST {
            return Err(io::Error::from(io::ErrorKind::FileTooLarge));
        }
        self.0.extend_from_slice(bytes);
        Ok(bytes.len())
    }
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
