//! `ivs report`.

use super::{display, load};
use crate::args::{Format, Global, Report};
use crate::exit::Exit;
use crate::terminal::{Style, Terminal, clean};
use crate::{engine, figures};
use ivs_driver::{Figure, Figures, Goal, Growth, Input, Kpi, Rests, Told, Verdict};
use serde::Serialize;

pub fn run(args: &Report, global: &Global, terminal: &mut Terminal) -> Exit {
    let project = match load("report", &args.path, None, args.as_of, global, terminal) {
        Ok(project) => project,
        Err(exit) => return exit,
    };
    let mut session = match super::trying(&project, &args.set, global, terminal) {
        Ok(session) => session,
        Err(exit) => return exit,
    };
    if let Some(env) = &args.env {
        let known = session.environments();
        if !known.contains(env) {
            return super::unknown_environment(env, &known, terminal);
        }
    }
    // Figures of sources that contradict themselves would look like facts.
    let checked = session.check();
    if checked.has_errors() {
        let findings = engine::findings(checked, &project);
        super::conclude("report", &findings, Exit::Diagnostics, terminal);
        return Exit::Diagnostics;
    }
    let found = session.figures(args.env.as_deref());
    let rests = if args.inputs { session.rests(args.env.as_deref()) } else { Vec::new() };
    std::mem::forget(session);
    let of = match &args.env {
        Some(env) => format!("{}, {env}", project.config.package),
        None => project.config.package.clone(),
    };
    if let Some(file) = &args.html {
        return match figures::html(&found, &rests, &of) {
            Ok(text) => match std::fs::write(file, text) {
                Ok(()) => {
                    terminal.status(&format!("Wrote {}", display(file)));
                    Exit::Done
                }
                Err(e) => {
                    terminal.error(&format!("cannot write `{}`: {e}", file.display()));
                    Exit::Io
                }
            },
            Err(why) => {
                terminal.error(&format!("the page cannot be written: {why}"));
                Exit::Internal
            }
        };
    }
    if terminal.format == Format::Json {
        let document = Document::new(&found, &rests, args.env.as_deref());
        terminal.out(&(serde_json::to_string_pretty(&document).unwrap_or_default() + "\n"));
        return Exit::Done;
    }
    if found.kpis.is_empty() && found.growth.is_empty() && found.told.is_empty() && rests.is_empty() {
        terminal.status("The package declares no `kpi` and no `growth`: `ivs report --help` shows how.");
        return Exit::Done;
    }
    let mut text = String::new();
    for kpi in &found.kpis {
        tell_kpi(kpi, terminal, &mut text);
    }
    for growth in &found.growth {
        if !text.is_empty() {
            text.push('\n');
        }
        tell_growth(growth, &mut text);
    }
    tell_figures(&found.told, &mut text);
    tell_rests(&rests, &mut text);
    terminal.out(&text);
    Exit::Done
}

/// `below 2s`, `at least 10programs by 2025-12-31`.
pub fn wanted(goal: &Goal) -> String {
    let relation = goal.relation.replace('_', " ");
    match &goal.by {
        Some(by) => format!("{relation} {} by {by}", goal.bound.text),
        None => format!("{relation} {}", goal.bound.text),
    }
}

/// A verdict in words.
pub fn said(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Met => "met",
        Verdict::Missed => "missed",
        Verdict::Open => "not yet",
        Verdict::Unknown => "not known",
        Verdict::Incomparable => "not comparable",
    }
}

fn tell_kpi(kpi: &Kpi, terminal: &Terminal, out: &mut String) {
    let value = kpi.value.as_ref().map_or("not known", |v| v.text.as_str());
    out.push_str(&format!("{}: {}", clean(&kpi.name), clean(value)));
    if let Some(title) = &kpi.title {
        out.push_str(&format!("  ({})", clean(title)));
    }
    out.push('\n');
    let width = kpi.parts.iter().map(|(n, _)| n.chars().count()).max().unwrap_or(0);
    for (name, part) in &kpi.parts {
        out.push_str(&format!("  {:width$}  {}\n", clean(name), clean(&part.text)));
    }
    for goal in &kpi.goals {
        let verdict = match goal.verdict {
            Verdict::Met => said(goal.verdict).to_owned(),
            Verdict::Missed | Verdict::Incomparable => terminal.paint(Style::Error, said(goal.verdict)),
            Verdict::Open | Verdict::Unknown => terminal.paint(Style::Warning, said(goal.verdict)),
        };
        out.push_str(&format!("  {verdict}: {} ({})\n", clean(&wanted(goal)), clean(&goal.name)));
    }
}

/// A table: a row for each point.
fn tell_growth(growth: &Growth, out: &mut String) {
    let cell = |f: &Option<Figure>| f.as_ref().map_or("–".to_owned(), |f| clean(&f.text).into_owned());
    let mut columns: Vec<Vec<String>> = Vec::new();
    let points = growth.points.iter().map(|p| clean(p).into_owned());
    columns.push(std::iter::once(clean(&growth.name).into_owned()).chain(points).collect());
    for (name, row) in &growth.series {
        columns.push(std::iter::once(name.clone()).chain(row.iter().map(cell)).collect());
    }
    let widths: Vec<usize> =
        columns.iter().map(|c| c.iter().map(|t| t.chars().count()).max().unwrap_or(0)).collect();
    for row in 0..=growth.points.len() {
        let mut line = String::new();
        for (i, (column, width)) in columns.iter().zip(&widths).enumerate() {
            let text = column.get(row).map_or("", String::as_str);
            let pad = " ".repeat(width.saturating_sub(text.chars().count()));
            // Names to the left, figures to the right.
            line.push_str(&if i == 0 { format!("{text}{pad}") } else { format!("  {pad}{text}") });
        }
        out.push_str(line.trim_end());
        out.push('\n');
    }
}

/// Figure by figure, with the declarations that have it.
fn tell_figures(told: &[Told], out: &mut String) {
    for figure in told.chunk_by(|a, b| a.figure == b.figure) {
        if !out.is_empty() {
            out.push('\n');
        }
        out.push_str(&format!("{}\n", figure.first().map_or("".into(), |t| clean(&t.figure))));
        let width = figure.iter().map(|t| t.of.chars().count()).max().unwrap_or(0);
        for t in figure {
            out.push_str(&format!("  {:width$}  {}\n", clean(&t.of), clean(&t.value)));
        }
    }
}

/// Rule by rule, with what was stated and where.
fn tell_rests(rests: &[Rests], out: &mut String) {
    if rests.is_empty() {
        return;
    }
    if !out.is_empty() {
        out.push('\n');
    }
    out.push_str("What verdicts rest on\n");
    for rule in rests {
        out.push_str(&format!("  {}: {} hold, as stated by\n", clean(&rule.check), rule.holding));
        for i in &rule.inputs {
            out.push_str(&format!(
                "    {} {} ({}:{})\n",
                clean(&i.path),
                clean(&i.said),
                clean(&i.file),
                i.line
            ));
        }
    }
}

#[derive(Serialize)]
struct Document<'a> {
    version: u32,
    command: &'static str,
    environment: Option<&'a str>,
    kpis: Vec<KpiJson<'a>>,
    growth: Vec<GrowthJson<'a>>,
    figures: Vec<ToldJson<'a>>,
    rests_on: Vec<RestsJson<'a>>,
}

#[derive(Serialize)]
struct ToldJson<'a> {
    figure: &'a str,
    of: &'a str,
    value: &'a str,
}

#[derive(Serialize)]
struct RestsJson<'a> {
    check: &'a str,
    holding: usize,
    inputs: Vec<InputJson<'a>>,
}

#[derive(Serialize)]
struct InputJson<'a> {
    path: &'a str,
    said: &'a str,
    file: &'a str,
    line: usize,
}

#[derive(Serialize)]
struct Amount<'a> {
    text: &'a str,
    /// Exact; a string, because numbers of JSON are rounded by many readers.
    amount: Option<&'a str>,
    unit: &'a str,
}

#[derive(Serialize)]
struct Named<'a> {
    name: &'a str,
    #[serde(flatten)]
    figure: Amount<'a>,
}

#[derive(Serialize)]
struct KpiJson<'a> {
    name: &'a str,
    title: Option<&'a str>,
    value: Option<Amount<'a>>,
    parts: Vec<Named<'a>>,
    goals: Vec<GoalJson<'a>>,
}

#[derive(Serialize)]
struct GoalJson<'a> {
    name: &'a str,
    relation: &'a str,
    bound: Amount<'a>,
    by: Option<&'a str>,
    verdict: String,
}

#[derive(Serialize)]
struct GrowthJson<'a> {
    name: &'a str,
    title: Option<&'a str>,
    points: Vec<PointJson<'a>>,
}

#[derive(Serialize)]
struct PointJson<'a> {
    name: &'a str,
    figures: Vec<Named<'a>>,
}

fn amount(f: &Figure) -> Amount<'_> {
    Amount { text: &f.text, amount: f.amount.as_deref(), unit: &f.unit }
}

impl<'a> Document<'a> {
    fn new(found: &'a Figures, rests: &'a [Rests], environment: Option<&'a str>) -> Self {
        let told = |t: &'a Told| ToldJson { figure: &t.figure, of: &t.of, value: &t.value };
        let input = |i: &'a Input| InputJson { path: &i.path, said: &i.said, file: &i.file, line: i.line };
        let rule = |r: &'a Rests| RestsJson {
            check: &r.check,
            holding: r.holding,
            inputs: r.inputs.iter().map(input).collect(),
        };
        let kpi = |k: &'a Kpi| KpiJson {
            name: &k.name,
            title: k.title.as_deref(),
            value: k.value.as_ref().map(amount),
            parts: k.parts.iter().map(|(name, f)| Named { name, figure: amount(f) }).collect(),
            goals: k
                .goals
                .iter()
                .map(|g| GoalJson {
                    name: &g.name,
                    relation: g.relation,
                    bound: amount(&g.bound),
                    by: g.by.as_deref(),
                    verdict: said(g.verdict).replace(' ', "-"),
                })
                .collect(),
        };
        let growth = |g: &'a Growth| GrowthJson {
            name: &g.name,
            title: g.title.as_deref(),
            points: g
                .points
                .iter()
                .enumerate()
                .map(|(i, name)| PointJson {
                    name,
                    figures: g
                        .series
                        .iter()
                        .filter_map(|(name, row)| Some(Named { name, figure: amount(row.get(i)?.as_ref()?) }))
                        .collect(),
                })
                .collect(),
        };
        Document {
            version: 1,
            command: "report",
            environment,
            kpis: found.kpis.iter().map(kpi).collect(),
            growth: found.growth.iter().map(growth).collect(),
            figures: found.told.iter().map(told).collect(),
            rests_on: rests.iter().map(rule).collect(),
        }
    }
}
