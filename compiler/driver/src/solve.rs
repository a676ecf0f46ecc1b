//! The smallest or largest value of one field with which all checks hold.

use crate::Session;
use crate::database::Database;
use crate::report::Report;
use crate::trial::{self, Setting, Target};
use crate::verify::copy;
use ivs_eval::Env;
use ivs_model::{body, source_map};
use ivs_source::{ItemId, Program, Severity, item_offset, items};
use ivs_value::{Number, Quantity, Unit, Value, display};
use smol_str::SmolStr;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Values are tried up to 2 to this power steps away.
const REACH: u32 = 40;

/// How many values are probed inside what was found to hold.
const INSIDE: i128 = 15;

/// What is asked.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Question {
    /// `text-service.scaling.replicas.max`, or the name of a constant.
    pub path: String,
    /// Whether the largest value is asked for, not the smallest.
    pub largest: bool,
    /// From one value that is tried to the next, in the language of the sources.
    pub step: Option<String>,
    /// The environment that has to hold; all and the base if none is named.
    pub env: Option<String>,
    /// Whether warnings count as well.
    pub warnings: bool,
    /// What else is set meanwhile.
    pub settings: Vec<Setting>,
}

/// What was found.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Solution {
    /// The value that the field has.
    pub now: String,
    /// Whether all checks hold with it.
    pub holds: bool,
    /// From one value to the next.
    pub step: String,
    /// The answer.
    pub outcome: Bounds,
    /// Values that speak against one stretch that holds: beyond the answer all holds (`true`), or before it something does not.
    pub gaps: Vec<(String, bool)>,
    /// How many values were tried.
    pub tried: usize,
}

/// The answer.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Bounds {
    /// All checks hold at `value`; `report` says what does not at `next`, one step further.
    Bound {
        /// The smallest or largest value.
        value: String,
        /// One step further.
        next: String,
        /// What keeps it from being the answer.
        report: Report,
    },
    /// All checks hold however far one goes: to this value, at least.
    Open {
        /// The last value that was tried.
        value: String,
    },
    /// No value was found with which all checks hold: one with what does not hold there, or two neighbours that are held apart.
    Never {
        /// Value and findings.
        at: Vec<(String, Report)>,
        /// Whether these findings are there whatever the value is.
        always: bool,
    },
}

impl Session {
    /// Finds the smallest or largest value of a field. Nothing of this session changes.
    ///
    /// # Errors
    /// What is wrong with the question, in a sentence.
    pub fn solve(&mut self, question: &Question) -> Result<Solution, String> {
        let mut work = self.trying(&question.settings)?;
        let subject = work.run(|db, _| subject(db, &question.path))?;
        let grid = work.run(|db, _| Grid::new(db, &question.path, &subject, question.step.as_deref()))?;
        let more = match &subject.place {
            Place::Layer { module, before, after } => {
                let text = format!("{before}{}{after}", grid.text(0).unwrap_or_default());
                vec![(trial::name_of(&question.path), module.clone(), text)]
            }
            Place::Constant { .. } => Vec::new(),
        };
        // Set already: the same text is edited.
        let set = question.settings.iter().any(|s| s.path == question.path);
        let mut fresh = if set { work } else { copy(&work.db, &work.config, &more) };
        (fresh.threads, fresh.once) = (self.threads, false);
        fresh.published = self.published.clone();
        let mut search = Search { work: fresh, question, subject, grid, seen: BTreeMap::new() };
        Ok(search.solve())
    }
}

/// Where values are written.
enum Place {
    /// In the overlay of a trial: what stands before the value and after it.
    Layer { module: SmolStr, before: String, after: String },
    /// In a file of the package: its path, text, and the bytes of the value.
    Constant { path: String, text: String, span: (usize, usize) },
}

struct Subject {
    place: Place,
    now: Value,
}

fn subject(db: &Database, path: &str) -> Result<Subject, String> {
    /// No value of the sources has it.
    const MARK: &str = "\u{1}";
    match trial::target(db, path)? {
        Target::Field(field) => {
            let text = trial::overlay(db, &field, MARK);
            let (before, after) = text.split_once(MARK).unwrap_or((&text, ""));
            let module = field.inst.decl(db).file(db).module(db).clone();
            let place = Place::Layer { module, before: before.to_owned(), after: after.to_owned() };
            Ok(Subject { place, now: field.now })
        }
        Target::Constant(item) => {
            let file = item.file(db);
            let formula = body(db, item).value;
            let span = formula.and_then(|e| source_map(db, item).exprs.get(e as usize).copied());
            let span = span.ok_or_else(|| format!("`{path}` has no value that could be replaced"))?;
            let at = item_offset(db, item);
            let place = Place::Constant {
                path: file.path(db).to_string(),
                text: file.text(db).to_string(),
                span: ((at + span.start) as usize, (at + span.end) as usize),
            };
            Ok(Subject { place, now: ivs_eval::constant(db, Env::new(db, SmolStr::default()), item) })
        }
    }
}

/// What sort of number it is.
enum Form {
    Number,
    Percent,
    Quantity(Arc<Unit>),
}

/// The values that are tried: whole steps from the present one.
struct Grid {
    form: Form,
    /// In its unit; percents by the hundred.
    now: Number,
    step: Number,
}

impl Grid {
    fn new(db: &Database, path: &str, subject: &Subject, step: Option<&str>) -> Result<Grid, String> {
        let overflow = || format!("`{path}` is too large to go on from");
        let (form, now) = match &subject.now {
            Value::Number(n) => (Form::Number, n.clone()),
            Value::Percent(p) => (Form::Percent, p.mul(&Number::int(100)).ok_or_else(overflow)?),
            Value::Quantity(q) => (Form::Quantity(q.unit.clone()), q.amount().map_err(|_| overflow())?),
            Value::None => {
                return Err(format!("`{path}` has no value to begin with: say one, as in --set '{path}=…'"));
            }
            Value::Unknown => return Err(format!("`{path}` could not be determined: see `ivs check`")),
            Value::Range(_) => {
                return Err(format!("`{path}` is a range: ask for `{path}.min` or `{path}.max`"));
            }
            other => {
                return Err(format!(
                    "`{path}` is {}; only numbers, percents and quantities can be solved for",
                    display(other)
                ));
            }
        };
        let step = match step {
            Some(text) => stated_step(db, &form, text)?,
            None => {
                let decimal = now.decimal().ok_or_else(|| {
                    format!("`{path}` has no finite decimal form: say in which steps to go, with --step")
                })?;
                let places = decimal.split_once('.').map_or(0, |(_, d)| d.len());
                let places = i32::try_from(places).unwrap_or(0);
                Number::int(10).pow(-places).ok_or_else(overflow)?
            }
        };
        if step.is_zero() || step.is_negative() {
            return Err("a step is above 0".into());
        }
        Ok(Grid { form, now, step })
    }

    fn value(&self, k: i128) -> Option<Value> {
        let amount = self.now.add(&self.step.mul(&Number::from_i128(k)?)?)?;
        self.of(amount)
    }

    fn of(&self, amount: Number) -> Option<Value> {
        match &self.form {
            Form::Number => Some(Value::Number(amount)),
            Form::Percent => Some(Value::Percent(amount.div(&Number::int(100))?)),
            Form::Quantity(unit) => Some(Value::Quantity(Quantity::new(&amount, unit).ok()?)),
        }
    }

    fn text(&self, k: i128) -> Option<String> {
        self.value(k).map(|v| display(&v))
    }
}

/// A step as the sources would write it.
fn stated_step(db: &Database, form: &Form, text: &str) -> Result<Number, String> {
    const FILE: &str = "#step";
    trial::expression(text)?;
    let ty = match form {
        Form::Number => "number".to_owned(),
        Form::Percent => "percent".to_owned(),
        Form::Quantity(unit) => {
            // `money:USD/time` is written `money/time`.
            let mut dim = unit.dim.to_string();
            while let Some((front, rest)) = dim.split_once(':') {
                let rest = rest.trim_start_matches(|c: char| c.is_ascii_alphanumeric());
                dim = format!("{front}{rest}");
            }
            dim
        }
    };
    let module = Program::get(db).package(db).clone();
    let source = format!("let step: {ty} = {}\n", text.trim());
    let session = copy(db, &ivs_project::Config::named(&module), &[(FILE.to_owned(), module, source)]);
    let fresh = &session.db;
    let files = Program::get(fresh).files(fresh);
    let file = files.iter().find(|f| f.path(fresh) == FILE).copied();
    let item: Option<ItemId> = file.and_then(|f| items(fresh, f).ids.first().copied());
    let wrong = || format!("the step `{text}` is no {ty}");
    let item = item.ok_or_else(wrong)?;
    if let Some(d) = ivs_model::item_diagnostics(fresh, item).first() {
        return Err(format!("the step `{text}`: {}", d.message));
    }
    let value = ivs_eval::constant(fresh, Env::new(fresh, SmolStr::default()), item);
    match (value, form) {
        (Value::Number(n), Form::Number) => Ok(n),
        (Value::Percent(p), Form::Percent) => p.mul(&Number::int(100)).ok_or_else(wrong),
        (Value::Quantity(q), Form::Quantity(unit)) => q.in_unit(unit).map_err(|_| wrong()),
        _ => Err(wrong()),
    }
}

/// What came of trying a value.
struct Probe {
    /// What does not hold, by what it is about: tells findings of different values apart.
    keys: BTreeSet<String>,
    report: Report,
}

struct Search<'q> {
    work: Session,
    question: &'q Question,
    subject: Subject,
    grid: Grid,
    /// `None` for values that are no numbers any more.
    seen: BTreeMap<i128, Option<Probe>>,
}

impl Search<'_> {
    fn solve(&mut self) -> Solution {
        let dir: i128 = if self.question.largest { 1 } else { -1 };
        let holds = self.holds(0);
        let found = if holds { Ok(0) } else { self.inside() };
        let (outcome, gaps) = match found {
            Err(at) => (self.never(at), Vec::new()),
            Ok(inside) => self.bound(inside, dir),
        };
        Solution {
            now: self.text(0),
            holds,
            step: self.grid.of(self.grid.step.clone()).map(|v| display(&v)).unwrap_or_default(),
            outcome,
            gaps,
            tried: self.seen.values().flatten().count(),
        }
    }

    fn text(&self, k: i128) -> String {
        self.grid.text(k).unwrap_or_default()
    }

    fn probe(&mut self, k: i128) -> Option<&Probe> {
        if !self.seen.contains_key(&k) {
            let probe = self.grid.text(k).map(|text| self.try_value(&text));
            self.seen.insert(k, probe);
        }
        self.seen.get(&k).and_then(Option::as_ref)
    }

    fn try_value(&mut self, value: &str) -> Probe {
        match &self.subject.place {
            Place::Layer { before, after, .. } => {
                let text = format!("{before}{value}{after}");
                self.work.set_text(&trial::name_of(&self.question.path), &text);
            }
            Place::Constant { path, text, span } => {
                if let Some(text) = crate::apply_edits(text, &[(span.0, span.1, value)]) {
                    self.work.set_text(path, &text);
                }
            }
        }
        let mut report = self.work.unverified_in(self.question.env.as_deref());
        let warnings = self.question.warnings;
        report
            .diagnostics
            .retain(|d| d.severity == Severity::Error || (warnings && d.severity == Severity::Warning));
        Probe { keys: report.diagnostics.iter().map(about).collect(), report }
    }

    /// Whether all holds; what is no number does not.
    fn holds(&mut self, k: i128) -> bool {
        self.probe(k).is_some_and(|p| p.keys.is_empty())
    }

    /// A value with which all holds, where the present one is none.
    fn inside(&mut self) -> Result<i128, Vec<(String, Report)>> {
        for j in 0..=REACH {
            for k in [1_i128 << j, -(1_i128 << j)] {
                if self.holds(k) {
                    return Ok(k);
                }
            }
        }
        // Perhaps between two that fail for different reasons.
        let known: Vec<(i128, BTreeSet<String>)> =
            self.seen.iter().filter_map(|(k, p)| Some((*k, p.as_ref()?.keys.clone()))).collect();
        let mut apart = None;
        for pair in known.windows(2) {
            let [(a, low), (b, high)] = pair else { continue };
            if low.is_disjoint(high) {
                match self.between((*a, low.clone()), (*b, high.clone())) {
                    Ok(k) => return Ok(k),
                    Err(at) => apart = apart.or(Some(at)),
                }
            }
        }
        Err(apart.unwrap_or_else(|| self.shown(&[0])))
    }

    /// That there is no value: what is wrong whatever the value is, if anything is.
    fn never(&mut self, at: Vec<(String, Report)>) -> Bounds {
        let mut all = self.seen.values().flatten().map(|p| &p.keys);
        let first = all.next().cloned().unwrap_or_default();
        let common = all.fold(first, |common, keys| common.intersection(keys).cloned().collect());
        if common.is_empty() {
            return Bounds::Never { at, always: false };
        }
        let mut at = self.shown(&[0]);
        for (_, report) in &mut at {
            report.diagnostics.retain(|d| common.contains(&about(d)));
        }
        Bounds::Never { at, always: true }
    }

    /// Between two values that fail for different reasons: one that holds, or the neighbours where one reason takes over from
    /// the other.
    fn between(
        &mut self,
        (mut a, low): (i128, BTreeSet<String>),
        (mut b, high): (i128, BTreeSet<String>),
    ) -> Result<i128, Vec<(String, Report)>> {
        while b - a > 1 {
            let middle = a + (b - a) / 2;
            let Some(probe) = self.probe(middle) else { break };
            let keys = probe.keys.clone();
            match (keys.is_empty(), keys.is_disjoint(&low), keys.is_disjoint(&high)) {
                (true, ..) => return Ok(middle),
                (_, false, true) => a = middle,
                (_, true, false) => b = middle,
                _ => return Err(self.shown(&[middle])),
            }
        }
        Err(self.shown(&[a, b]))
    }

    fn shown(&mut self, at: &[i128]) -> Vec<(String, Report)> {
        let one = |k: &i128| {
            let report = self.seen.get(k)?.as_ref()?.report.clone();
            Some((self.text(*k), report))
        };
        at.iter().filter_map(one).collect()
    }

    /// From a value with which all holds, the last one in a direction; and what speaks against there being one stretch.
    fn bound(&mut self, inside: i128, dir: i128) -> (Bounds, Vec<(String, bool)>) {
        let mut last = inside;
        let mut outside = None;
        for j in 0..=REACH {
            let k = inside + dir * (1_i128 << j);
            if !self.holds(k) {
                outside = Some(k);
                break;
            }
            last = k;
        }
        let Some(mut outside) = outside else {
            let gaps = self.gaps(inside, last, dir);
            return (Bounds::Open { value: self.text(last) }, gaps);
        };
        while (outside - last).abs() > 1 {
            let middle = last + (outside - last) / 2;
            match self.holds(middle) {
                true => last = middle,
                false => outside = middle,
            }
        }
        for j in (0..=REACH).step_by(4) {
            self.holds(outside + dir * (1_i128 << j));
        }
        let gaps = self.gaps(inside, last, dir);
        let report = self.seen.get(&outside).and_then(Option::as_ref).map(|p| p.report.clone());
        let outcome = Bounds::Bound {
            value: self.text(last),
            next: self.text(outside),
            report: report.unwrap_or_default(),
        };
        (outcome, gaps)
    }

    fn gaps(&mut self, inside: i128, last: i128, dir: i128) -> Vec<(String, bool)> {
        for i in 1..=INSIDE {
            self.holds(inside + (last - inside) * i / (INSIDE + 1));
        }
        let (low, high) = (inside.min(last), inside.max(last));
        let mut out = Vec::new();
        for (k, probe) in &self.seen {
            let holds = probe.as_ref().is_some_and(|p| p.keys.is_empty());
            let beyond = (k - last) * dir > 0;
            if (beyond && holds) || (*k >= low && *k <= high && !holds) {
                out.push((self.text(*k), holds));
            }
        }
        out
    }
}

/// What a finding is about, whatever the value is: numbers in its message are left out.
fn about(d: &ivs_source::Diagnostic<u32>) -> String {
    let number = |c: char| c.is_ascii_digit() || matches!(c, '-' | '.' | '≈');
    let said: String = d.message.chars().filter(|c| !number(*c)).collect();
    format!("{} {said}", d.code)
}
