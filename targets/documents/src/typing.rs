//! Templates against the values they will read, before they run: names, fields, filters, tests, statements.
//!
//! A name that is not there is an error even where a condition would never read it. The elements of a list are judged by
//! its first; of an empty list nothing is known.

use crate::{Mistake, codes, syntax};
use minijinja::Value as Shown;
use minijinja::machinery::ast::{BinOpKind, CallArg, Expr, Stmt};
use minijinja::value::ValueKind;
use smol_str::SmolStr;
use std::collections::BTreeMap;

/// What templates may do with values. Anything that could make much of little is left out.
pub(crate) const FILTERS: [&str; 18] = [
    "abs",
    "capitalize",
    "count",
    "first",
    "int",
    "items",
    "join",
    "last",
    "length",
    "list",
    "lower",
    "max",
    "min",
    "reverse",
    "round",
    "sort",
    "title",
    "upper",
];

/// What templates may ask of values.
pub(crate) const TESTS: [&str; 13] =
    ["eq", "even", "ge", "gt", "in", "le", "lt", "mapping", "ne", "none", "number", "odd", "string"];

/// The longest text between joined elements.
const LONGEST_SEPARATOR: usize = 64;

/// Everything that is wrong.
pub(crate) fn check(template: &Stmt<'_>, values: &BTreeMap<SmolStr, Shown>) -> Vec<Mistake> {
    let mut typing = Typing { values, scopes: Vec::new(), found: Vec::new() };
    typing.stmt(template);
    typing.found
}

/// What is known of a value: an example, or nothing.
type Known = Option<Shown>;

struct Typing<'v> {
    values: &'v BTreeMap<SmolStr, Shown>,
    scopes: Vec<(String, Known)>,
    found: Vec<Mistake>,
}

impl Typing<'_> {
    fn report(&mut self, code: &'static str, at: (u32, u32), message: String, help: Option<String>) {
        self.found.push(Mistake { code, message, help, fix: None, start: at.0, end: at.1 });
    }

    fn all(&mut self, body: &[Stmt<'_>]) {
        body.iter().for_each(|s| self.stmt(s));
    }

    fn stmt(&mut self, stmt: &Stmt<'_>) {
        match stmt {
            Stmt::Template(t) => self.all(&t.children),
            Stmt::EmitRaw(_) => {}
            Stmt::EmitExpr(e) => {
                let known = self.expr(&e.expr);
                self.printed(&e.expr, known);
            }
            Stmt::IfCond(c) => {
                self.expr(&c.expr);
                self.all(&c.true_body);
                self.all(&c.false_body);
            }
            Stmt::ForLoop(l) => {
                let over = self.expr(&l.iter);
                let depth = self.scopes.len();
                self.bind(&l.target, over.as_ref().and_then(element));
                self.scopes.push(("loop".into(), None));
                if l.recursive {
                    self.refused(
                        syntax::span(l),
                        "a loop that calls itself",
                        "loops go over lists that are there",
                    );
                }
                if let Some(filter) = &l.filter_expr {
                    self.expr(filter);
                }
                self.all(&l.body);
                self.scopes.truncate(depth);
                self.all(&l.else_body);
            }
            Stmt::WithBlock(w) => {
                let depth = self.scopes.len();
                for (target, value) in &w.assignments {
                    let known = self.expr(value);
                    self.bind(target, known);
                }
                self.all(&w.body);
                self.scopes.truncate(depth);
            }
            Stmt::Set(s) => self.refused(syntax::span(s), "`set`", ADVICE),
            Stmt::SetBlock(s) => self.refused(syntax::span(s), "`set`", ADVICE),
            Stmt::FilterBlock(s) => self.refused(syntax::span(s), "`filter`", "filter the values"),
            Stmt::AutoEscape(s) => {
                self.refused(syntax::span(s), "`autoescape`", "values are escaped for the document's format");
            }
            Stmt::Do(s) => self.refused(syntax::span(s), "`do`", ADVICE),
        }
    }

    fn refused(&mut self, at: (u32, u32), what: &str, help: &str) {
        self.report(codes::UNKNOWN, at, format!("{what} is not in documents"), Some(help.into()));
    }

    /// Binds the names of a loop or `with`.
    fn bind(&mut self, target: &Expr<'_>, known: Known) {
        let mut parts = |items: &[Expr<'_>]| {
            for (i, item) in items.iter().enumerate() {
                let part =
                    known.as_ref().and_then(|k| k.get_item_by_index(i).ok()).filter(|v| !v.is_undefined());
                self.bind(item, part);
            }
        };
        match target {
            Expr::Var(v) => self.scopes.push((v.id.to_owned(), known)),
            Expr::List(l) => parts(&l.items),
            Expr::Tuple(t) => parts(&t.items),
            _ => {}
        }
    }

    fn printed(&mut self, expr: &Expr<'_>, known: Known) {
        let Some(known) = known else { return };
        let what = match known.kind() {
            ValueKind::Map => "a value with fields",
            ValueKind::Seq | ValueKind::Iterable => "a list",
            ValueKind::None => "`none`",
            _ => return,
        };
        let help = match known.kind() {
            ValueKind::Map => "print one of its fields",
            ValueKind::None => "ask before: `{% if x is not none %}`",
            _ => "`{{ xs|join(\", \") }}`, or a loop",
        };
        let at = (expr.span().start_offset, expr.span().end_offset);
        self.report(codes::FAILED, at, format!("{what} has no text of its own"), Some(help.into()));
    }

    fn args(&mut self, args: &[CallArg<'_>]) {
        for arg in args {
            match arg {
                CallArg::Pos(e) | CallArg::Kwarg(_, e) | CallArg::PosSplat(e) | CallArg::KwargSplat(e) => {
                    self.expr(e);
                }
            }
        }
    }

    fn expr(&mut self, expr: &Expr<'_>) -> Known {
        match expr {
            Expr::Var(v) => self.name(v.id, syntax::span(v)),
            Expr::Const(c) => Some(c.value.clone()),
            Expr::GetAttr(a) => {
                let of = self.expr(&a.expr)?;
                self.field(&of, a.name, syntax::span(a))
            }
            Expr::GetItem(i) => {
                let of = self.expr(&i.expr);
                let key = self.expr(&i.subscript_expr);
                match (&i.subscript_expr, key.as_ref().and_then(|k| k.as_str().map(str::to_owned)), of) {
                    (Expr::Const(_), Some(name), Some(of)) => self.field(&of, &name, syntax::span(i)),
                    (_, _, Some(of)) => element(&of),
                    _ => None,
                }
            }
            Expr::Slice(s) => {
                let of = self.expr(&s.expr);
                for part in [&s.start, &s.stop, &s.step].into_iter().flatten() {
                    self.expr(part);
                }
                of
            }
            Expr::UnaryOp(u) => {
                self.expr(&u.expr);
                None
            }
            Expr::BinOp(b) => {
                self.expr(&b.left);
                self.expr(&b.right);
                if matches!(b.op, BinOpKind::Mul | BinOpKind::Pow) {
                    self.refused(syntax::span(b), "multiplying", ADVICE);
                }
                None
            }
            Expr::Compare(c) => {
                self.expr(&c.expr);
                c.ops.iter().for_each(|o| {
                    self.expr(&o.expr);
                });
                None
            }
            Expr::IfExpr(i) => {
                self.expr(&i.test_expr);
                self.expr(&i.true_expr);
                if let Some(e) = &i.false_expr {
                    self.expr(e);
                }
                None
            }
            Expr::Filter(f) => {
                let of = f.expr.as_ref().and_then(|e| self.expr(e));
                self.args(&f.args);
                if !FILTERS.contains(&f.name) {
                    self.unknown("filter", f.name, &FILTERS, syntax::span(f));
                }
                if f.name == "join" {
                    let short = |a: &CallArg<'_>| match a {
                        CallArg::Pos(Expr::Const(c)) => {
                            c.value.as_str().is_some_and(|s| s.len() <= LONGEST_SEPARATOR)
                        }
                        _ => false,
                    };
                    if !f.args.iter().all(short) {
                        self.refused(
                            syntax::span(f),
                            "joining with anything but a short text",
                            "`{{ xs|join(\", \") }}`",
                        );
                    }
                }
                filtered(f.name, of)
            }
            Expr::Test(t) => {
                self.expr(&t.expr);
                self.args(&t.args);
                if !TESTS.contains(&t.name) {
                    self.unknown("test", t.name, &TESTS, syntax::span(t));
                }
                None
            }
            Expr::Call(c) => {
                let help = "functions are called in the declaration, templates print fields; `{{ xs|length }}`, `{% for k, v in x|items %}`";
                self.refused(syntax::span(c), "a call", help);
                None
            }
            Expr::List(l) => {
                l.items.iter().for_each(|i| {
                    self.expr(i);
                });
                None
            }
            Expr::Tuple(t) => {
                t.items.iter().for_each(|i| {
                    self.expr(i);
                });
                None
            }
            Expr::Map(m) => {
                m.keys.iter().chain(&m.values).for_each(|i| {
                    self.expr(i);
                });
                None
            }
        }
    }

    fn unknown(&mut self, what: &str, name: &str, known: &[&str], at: (u32, u32)) {
        let names: Vec<String> = known.iter().map(|k| format!("`{k}`")).collect();
        let help = match closest(name, known.iter().copied()) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("there are {}", names.join(", ")),
        };
        self.report(codes::UNKNOWN, at, format!("there is no {what} `{name}`"), Some(help));
    }

    fn name(&mut self, name: &str, at: (u32, u32)) -> Known {
        if let Some((_, known)) = self.scopes.iter().rev().find(|(n, _)| n == name) {
            return known.clone();
        }
        if let Some(value) = self.values.get(name) {
            return Some(value.clone());
        }
        let near = closest(name, self.values.keys().map(SmolStr::as_str));
        let help = match near {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!(
                "a document reads its own fields; declare it: `template document … {{ {name}: string }}`"
            ),
        };
        self.report(codes::UNDEFINED, at, format!("this document has no field `{name}`"), Some(help));
        None
    }

    fn field(&mut self, of: &Shown, name: &str, at: (u32, u32)) -> Known {
        match of.kind() {
            ValueKind::Map => {
                if let Some(found) = of.get_attr(name).ok().filter(|v| !v.is_undefined()) {
                    return Some(found);
                }
                let keys: Vec<String> = of
                    .try_iter()
                    .into_iter()
                    .flatten()
                    .filter_map(|k| k.as_str().map(str::to_owned))
                    .collect();
                let help = match closest(name, keys.iter().map(String::as_str)) {
                    Some(near) => format!("did you mean `{near}`?"),
                    None => format!(
                        "there are {}",
                        keys.iter().take(16).map(|k| format!("`{k}`")).collect::<Vec<_>>().join(", ")
                    ),
                };
                self.report(codes::UNDEFINED, at, format!("there is no field `{name}`"), Some(help));
                None
            }
            ValueKind::None => {
                let help = Some("it may be `none`: ask before with `{% if x is not none %}`".to_owned());
                self.report(codes::UNDEFINED, at, format!("there is no `{name}` in `none`"), help);
                None
            }
            other => {
                self.report(codes::UNDEFINED, at, format!("a {other} has no field `{name}`"), None);
                None
            }
        }
    }
}

const ADVICE: &str = "compute it in the declaration: a field with a formula, typed and seen by `ivs why`";

/// An element of a list; a key of a map.
fn element(of: &Shown) -> Known {
    of.try_iter().ok()?.next()
}

/// What is known of a value after a filter.
fn filtered(name: &str, of: Known) -> Known {
    match name {
        "items" => {
            let of = of?;
            let key = element(&of)?;
            let value = of.get_item(&key).ok()?;
            Some(Shown::from(vec![Shown::from(vec![key, value])]))
        }
        "first" | "last" | "min" | "max" => element(&of?),
        "list" | "reverse" | "sort" => of,
        _ => None,
    }
}

fn closest<'k>(name: &str, known: impl Iterator<Item = &'k str>) -> Option<&'k str> {
    let near = known.map(|k| (strsim::damerau_levenshtein(k, name), k)).min()?;
    (near.0 <= 1 + near.1.len() / 5).then_some(near.1)
}
