//! What a platform is judged by: key figures with their goals, and expectations over time.

use crate::database::Database;
use ivs_eval::{Env, inst_name, inst_of, object, reference, set_of};
use ivs_model::library_thing;
use ivs_plan::read;
use ivs_value::{StructValue, Value, display, ops};
use std::cmp::Ordering;
use std::sync::Arc;

/// A number with its unit.
#[derive(Clone, PartialEq, Debug)]
pub struct Figure {
    /// As in messages: `69.1%`, `$49/month`, `≈ 0.3333`.
    pub text: String,
    /// How many of the unit, exact; `None` for a number without a finite decimal form.
    pub amount: Option<String>,
    /// `%`, `USD/month`; empty for a plain number.
    pub unit: String,
    /// In base units, for charts alone: rounded.
    pub size: f64,
}

/// How a figure stands to a goal.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Verdict {
    /// It keeps to the bound.
    Met,
    /// It does not, and should.
    Missed,
    /// It does not yet: its day has not come, or no date of the build is known.
    Open,
    /// The figure is not known.
    Unknown,
    /// Figure and bound measure different things.
    Incomparable,
}

/// One bound of a goal.
#[derive(Clone, PartialEq, Debug)]
pub struct Goal {
    /// Its name: `by-2026`.
    pub name: String,
    /// `above`, `at_least`, `below`, `at_most`.
    pub relation: &'static str,
    /// The bound.
    pub bound: Figure,
    /// `2026-12-31`
    pub by: Option<String>,
    /// Whether it is kept.
    pub verdict: Verdict,
}

/// A key figure.
#[derive(Clone, PartialEq, Debug)]
pub struct Kpi {
    /// Its declaration's name.
    pub name: String,
    /// Its title, if it has one.
    pub title: Option<String>,
    /// What it is now.
    pub value: Option<Figure>,
    /// What it is made of, by name.
    pub parts: Vec<(String, Figure)>,
    /// What it is to reach.
    pub goals: Vec<Goal>,
}

/// Expectations over time.
#[derive(Clone, PartialEq, Debug)]
pub struct Growth {
    /// Its declaration's name.
    pub name: String,
    /// Its title, if it has one.
    pub title: Option<String>,
    /// The points' names, in the order of time.
    pub points: Vec<String>,
    /// What is expected, by name, one figure for each point that says so.
    pub series: Vec<(String, Vec<Option<Figure>>)>,
}

/// What a function marked `@figure` says of a declaration.
#[derive(Clone, PartialEq, Debug)]
pub struct Told {
    /// The function's name in words: `request cost`.
    pub figure: String,
    /// The declaration's name.
    pub of: String,
    /// What it is: a number, or text.
    pub value: String,
}

/// A stated value that verdicts rest on.
#[derive(Clone, PartialEq, Debug)]
pub struct Input {
    /// `api.throughput`
    pub path: String,
    /// `100req/s — set here`
    pub said: String,
    /// The file that decides it, as reports name it.
    pub file: String,
    /// The line there, from 1.
    pub line: usize,
}

/// What the verdicts of a rule rest on, as far as they hold.
#[derive(Clone, PartialEq, Debug)]
pub struct Rests {
    /// The rule's code, or the check's name.
    pub check: String,
    /// How many requirements hold that read any of it.
    pub holding: usize,
    /// What they read, each value once.
    pub inputs: Vec<Input>,
}

/// All figures of a package in one environment, in the order of their declarations' names.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Figures {
    /// What figures of the library and the package say of declarations.
    pub told: Vec<Told>,
    /// Key figures.
    pub kpis: Vec<Kpi>,
    /// Expectations over time.
    pub growth: Vec<Growth>,
}

/// The day of a build: year, month, day.
type Day = (i16, u8, u8);

pub(crate) fn figures(db: &Database, env: Env, today: Option<Day>) -> Figures {
    let all = |kind: &str| -> Vec<(String, Arc<StructValue>)> {
        let Some(kind) = library_thing(db, kind) else { return Vec::new() };
        let values = |inst| match reference(db, inst) {
            Value::Ref(r) => {
                let inst = inst_of(&r);
                Some((inst_name(db, inst).to_string(), object(db, env, inst).value.clone()))
            }
            _ => None,
        };
        set_of(db, env, kind).iter().filter_map(|i| values(*i)).collect()
    };
    Figures {
        told: told(db, env),
        kpis: all("kpi").into_iter().map(|(name, o)| kpi(name, &o, today)).collect(),
        growth: all("growth").into_iter().map(|(name, o)| growth(name, &o)).collect(),
    }
}

/// What figures say of the package's declarations, figure by figure.
fn told(db: &Database, env: Env) -> Vec<Told> {
    let mut out = Vec::new();
    for inst in crate::decide::enabled(db, env) {
        let decl = inst.decl(db);
        let Some(kind) = ivs_model::decl_kind(db, decl) else { continue };
        for f in ivs_model::figures(db).get(&kind).map(Vec::as_slice).unwrap_or_default() {
            let value = match ivs_eval::applied(db, env, f.function, inst).value {
                Value::Unknown | Value::None => continue,
                Value::List(xs) if xs.is_empty() => continue,
                Value::List(xs) => {
                    let said = xs.iter().map(|x| x.as_str().map_or_else(|| display(x), str::to_owned));
                    said.collect::<Vec<_>>().join(", ")
                }
                v => display(&v),
            };
            let figure = f.function.key(db).name.replace('-', " ");
            out.push(Told { figure, of: inst_name(db, inst).to_string(), value });
        }
    }
    out.sort_by(|a, b| (&a.figure, &a.of).cmp(&(&b.figure, &b.of)));
    out
}

/// What verdicts that hold rest on, rule by rule.
pub(crate) fn rests(db: &Database, env: Env) -> Vec<Rests> {
    let mut out: Vec<Rests> = Vec::new();
    for check in crate::checks::decidable(db) {
        let (holding, found) = ivs_eval::rests(db, env, check);
        if found.is_empty() {
            continue;
        }
        let code = ivs_eval::check_code(db, check).to_owned();
        let inputs = found.into_iter().map(|r| {
            let place = r.label.place;
            let file = place.of.file(db);
            let offset = (place.span.start + ivs_source::item_offset(db, place.of)) as usize;
            let before = file.text(db).get(..offset).unwrap_or_default();
            let path: Vec<&str> = r.path.iter().map(|w| w.as_str()).collect();
            Input {
                path: format!("{}.{}", inst_name(db, r.of), path.join(".")),
                said: r.label.text,
                file: file.path(db).to_string(),
                line: before.matches('\n').count() + 1,
            }
        });
        let at = match out.iter().position(|r| r.check == code) {
            Some(i) => i,
            None => {
                out.push(Rests { check: code, holding: 0, inputs: Vec::new() });
                out.len() - 1
            }
        };
        let Some(rule) = out.get_mut(at) else { continue };
        rule.holding += holding;
        for input in inputs {
            if !rule.inputs.contains(&input) {
                rule.inputs.push(input);
            }
        }
    }
    for rule in &mut out {
        rule.inputs.sort_by(|a, b| a.path.cmp(&b.path));
    }
    out.sort_by(|a, b| a.check.cmp(&b.check));
    out
}

fn title(object: &StructValue) -> Option<String> {
    read::text(object, "title").filter(|t| !t.is_empty()).map(str::to_owned)
}

fn kpi(name: String, object: &StructValue, today: Option<Day>) -> Kpi {
    let value = read::field(object, "value");
    let mut goals = Vec::new();
    for (goal, o) in read::structs(object, "goal") {
        let by = match read::field(o, "by") {
            Value::Date(year, month, day) => Some((*year, *month, *day)),
            _ => None,
        };
        for relation in ["above", "at_least", "below", "at_most"] {
            let bound = read::field(o, relation);
            let Some(figure) = figure(bound) else { continue };
            let due = by.is_none_or(|by| today.is_some_and(|today| by < today));
            goals.push(Goal {
                name: goal.to_owned(),
                relation,
                bound: figure,
                by: by.map(|_| display(read::field(o, "by"))),
                verdict: verdict(value, relation, bound, due),
            });
        }
    }
    let parts = read::entries(object, "part").iter();
    Kpi {
        name,
        title: title(object),
        value: figure(value),
        parts: parts.filter_map(|(k, v)| Some((read::key(k).to_owned(), figure(v)?))).collect(),
        goals,
    }
}

fn verdict(value: &Value, relation: &str, bound: &Value, due: bool) -> Verdict {
    if figure(value).is_none() {
        return Verdict::Unknown;
    }
    let Ok(Some(order)) = ops::order(value, bound) else { return Verdict::Incomparable };
    let kept = match relation {
        "above" => order == Ordering::Greater,
        "at_least" => order != Ordering::Less,
        "below" => order == Ordering::Less,
        _ => order != Ordering::Greater,
    };
    match (kept, due) {
        (true, _) => Verdict::Met,
        (false, true) => Verdict::Missed,
        (false, false) => Verdict::Open,
    }
}

fn growth(name: String, object: &StructValue) -> Growth {
    let points: Vec<(&str, &StructValue)> = read::structs(object, "point").collect();
    let mut series: Vec<(String, Vec<Option<Figure>>)> = Vec::new();
    if let Some((_, first)) = points.first() {
        for field in &first.shape.fields {
            let row: Vec<Option<Figure>> =
                points.iter().map(|(_, p)| figure(read::field(p, field))).collect();
            if row.iter().any(Option::is_some) {
                series.push((field.to_string(), row));
            }
        }
    }
    Growth { name, title: title(object), points: points.iter().map(|p| p.0.to_owned()).collect(), series }
}

/// A number, percent or quantity; `None` for everything else.
fn figure(value: &Value) -> Option<Figure> {
    let (amount, unit, base) = match value {
        Value::Number(n) => (n.decimal(), String::new(), n.clone()),
        Value::Percent(p) => {
            (p.mul(&ivs_value::Number::int(100)).and_then(|p| p.decimal()), "%".to_owned(), p.clone())
        }
        Value::Quantity(q) => {
            (q.amount().ok().and_then(|a| a.decimal()), q.unit.text.to_string(), q.base.clone())
        }
        _ => return None,
    };
    let size = base.numer() as f64 / base.denom() as f64;
    Some(Figure { text: display(value), amount, unit, size })
}
