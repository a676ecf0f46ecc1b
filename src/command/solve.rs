//! `ivs solve`.

use super::{count, load};
use crate::args::{Format, Global, Solve};
use crate::engine;
use crate::exit::Exit;
use crate::progress::Progress;
use crate::render::{Document as Found, Findings};
use crate::terminal::{Terminal, clean};
use ivs_driver::{Bounds, Question, Solution};
use serde::Serialize;

pub fn run(args: &Solve, global: &Global, terminal: &mut Terminal) -> Exit {
    let project = match load("solve", &args.package, None, args.as_of, global, terminal) {
        Ok(project) => project,
        Err(exit) => return exit,
    };
    let mut session = engine::session(&project, global);
    if let Some(env) = &args.env {
        let known = session.environments();
        if !known.contains(env) {
            return super::unknown_environment(env, &known, terminal);
        }
    }
    let question = Question {
        path: args.what.clone(),
        largest: args.max,
        step: args.step.clone(),
        env: args.env.clone(),
        warnings: args.warnings,
        settings: args.set.clone(),
    };
    let progress = Progress::start(terminal, format!("Solving for {}", clean(&args.what)));
    let solved = session.solve(&question);
    std::mem::forget(session);
    drop(progress);
    let mut solution = match solved {
        Ok(solution) => solution,
        Err(why) => {
            terminal.error(&why);
            return Exit::Usage;
        }
    };
    let reports: Vec<(String, ivs_driver::Report)> = match &mut solution.outcome {
        Bounds::Bound { next, report, .. } => vec![(next.clone(), std::mem::take(report))],
        Bounds::Open { .. } => Vec::new(),
        Bounds::Never { at, .. } => std::mem::take(at),
    };
    let found: Vec<(String, Findings)> =
        reports.into_iter().map(|(value, report)| (value, engine::findings(report, &project))).collect();
    let exit = match solution.outcome {
        Bounds::Never { .. } => Exit::Diagnostics,
        _ => Exit::Done,
    };
    match terminal.format {
        Format::Json => terminal.out(&json(&question, &solution, &found, exit, terminal)),
        _ => tell(&question, &solution, &found, terminal),
    }
    exit
}

fn tell(question: &Question, solution: &Solution, found: &[(String, Findings)], terminal: &mut Terminal) {
    let path = clean(&question.path);
    let (most, less) = match question.largest {
        true => ("largest", "above"),
        false => ("smallest", "below"),
    };
    let now = format!("now {}, in steps of {}", clean(&solution.now), clean(&solution.step));
    let ok = match (question.warnings, &question.env) {
        (false, None) => "all checks hold".to_owned(),
        (true, None) => "all checks hold without a warning".to_owned(),
        (false, Some(env)) => format!("all checks hold in `{}`", clean(env)),
        (true, Some(env)) => format!("all checks hold in `{}` without a warning", clean(env)),
    };
    match &solution.outcome {
        Bounds::Bound { value, .. } => {
            terminal.out(&format!("{path}: {} is the {most} value with which {ok} ({now})\n", clean(value)));
        }
        Bounds::Open { value } => terminal
            .out(&format!("{path}: no check sets a bound {less}: {ok} with {}, too ({now})\n", clean(value))),
        Bounds::Never { always: true, .. } => terminal.out(&format!(
            "{path}: there is no value with which {ok}: this is wrong whatever it is ({now})\n"
        )),
        Bounds::Never { .. } => terminal.out(&format!(
            "{path}: of {} that were tried, there is none with which {ok} ({now})\n",
            count(solution.tried, "value")
        )),
    }
    for (value, findings) in found {
        terminal.tell(&format!("\nwith {path} = {}:\n", clean(value)));
        findings.show(terminal);
    }
    if !solution.gaps.is_empty() {
        let list = |holds: bool| {
            let values: Vec<&str> =
                solution.gaps.iter().filter(|g| g.1 == holds).take(6).map(|g| g.0.as_str()).collect();
            clean(&values.join(", ")).into_owned()
        };
        let (fine, not) = (list(true), list(false));
        let mut said = Vec::new();
        if !fine.is_empty() {
            said.push(format!("it does hold with {fine}"));
        }
        if !not.is_empty() {
            said.push(format!("it does not with {not}"));
        }
        let word = terminal.paint(crate::terminal::Style::Warning, "note");
        terminal.tell(&format!(
            "{word}: this is a bound of the values next to it, not of all: {}\n",
            said.join(", and ")
        ));
    }
}

#[derive(Serialize)]
struct Document<'a> {
    version: u32,
    command: &'static str,
    exit: u8,
    path: &'a str,
    asked: &'static str,
    environment: Option<&'a str>,
    now: &'a str,
    holds: bool,
    step: &'a str,
    /// `bound`, `open` or `never`.
    outcome: &'static str,
    value: Option<&'a str>,
    monotone: bool,
    gaps: Vec<Gap<'a>>,
    tried: usize,
    found: Vec<At<'a>>,
}

#[derive(Serialize)]
struct Gap<'a> {
    value: &'a str,
    holds: bool,
}

#[derive(Serialize)]
struct At<'a> {
    value: &'a str,
    diagnostics: serde_json::Value,
}

fn json(
    question: &Question,
    solution: &Solution,
    found: &[(String, Findings)],
    exit: Exit,
    terminal: &Terminal,
) -> String {
    let (outcome, value) = match &solution.outcome {
        Bounds::Bound { value, .. } => ("bound", Some(value.as_str())),
        Bounds::Open { value } => ("open", Some(value.as_str())),
        Bounds::Never { .. } => ("never", None),
    };
    let at = |(value, findings): &'_ (String, Findings)| {
        let document = Found::new("solve", findings, exit, terminal);
        let mut whole = serde_json::to_value(&document).unwrap_or_default();
        (value.clone(), whole.get_mut("diagnostics").map(serde_json::Value::take).unwrap_or_default())
    };
    let shown: Vec<(String, serde_json::Value)> = found.iter().map(at).collect();
    let document = Document {
        version: 1,
        command: "solve",
        exit: exit as u8,
        path: &question.path,
        asked: if question.largest { "max" } else { "min" },
        environment: question.env.as_deref(),
        now: &solution.now,
        holds: solution.holds,
        step: &solution.step,
        outcome,
        value,
        monotone: solution.gaps.is_empty(),
        gaps: solution.gaps.iter().map(|(value, holds)| Gap { value, holds: *holds }).collect(),
        tried: solution.tried,
        found: shown
            .iter()
            .map(|(value, diagnostics)| At { value, diagnostics: diagnostics.clone() })
            .collect(),
    };
    serde_json::to_string_pretty(&document).unwrap_or_default() + "\n"
}
