//! `ivs test`.

use super::{count, load};
use crate::args::{Format, Global, Test};
use crate::engine;
use crate::exit::Exit;
use crate::progress::Progress;
use crate::render::{Document, Findings, junit};
use crate::terminal::{Style, Terminal};
use ivs_driver::{Coverage, Outcome};

pub fn run(args: &Test, global: &Global, terminal: &mut Terminal) -> Exit {
    let project = match load("test", &args.path, None, args.as_of, global, terminal) {
        Ok(project) => project,
        Err(exit) => return exit,
    };
    let progress = Progress::start(terminal, "Testing".to_owned());
    let mut session = engine::session(&project, global);
    let tested = session.test(args.filter.as_deref().unwrap_or_default());
    drop(progress);
    let prefix = super::prefix(&project.root);
    let mut results: Vec<(Outcome, Findings)> = Vec::new();
    for mut outcome in tested.outcomes {
        let findings = engine::findings(std::mem::take(&mut outcome.report), &project);
        outcome.path = format!("{prefix}{}", outcome.path);
        results.push((outcome, findings));
    }
    let failed = results.iter().filter(|(_, f)| f.any()).count();
    let exit = if failed > 0 { Exit::Diagnostics } else { Exit::Done };
    match terminal.format {
        Format::Json => Document::tests(&results, &tested.coverage, &prefix, exit).print(terminal),
        Format::Junit => {
            let text = junit::document(&project.config.package, &results);
            terminal.out(&text);
        }
        Format::Human | Format::Short | Format::Dot | Format::Mermaid | Format::Html => {
            for (outcome, findings) in &results {
                tell(outcome, findings, terminal);
            }
            cover(&tested.coverage, &prefix, args.filter.is_some(), terminal);
            let passed = results.len() - failed;
            let all = match args.filter.as_deref() {
                Some(f) if results.is_empty() => format!("no test has `{f}` in its name"),
                _ => format!("{}: {passed} passed, {failed} failed", count(results.len(), "test")),
            };
            terminal.status(&all);
        }
    }
    exit
}

fn tell(outcome: &Outcome, findings: &Findings, terminal: &mut Terminal) {
    let place = match &outcome.environment {
        Some(e) => format!("{}:{}, in {e}", outcome.path, outcome.line),
        None => format!("{}:{}", outcome.path, outcome.line),
    };
    if !findings.any() {
        terminal.status(&format!("  ok    {}  ({place})", outcome.name));
        return;
    }
    let head = terminal.paint(Style::Error, "FAILED");
    let name = crate::terminal::clean(&outcome.name).into_owned();
    terminal.tell(&format!("{head}  {name}  ({place})\n"));
    findings.show(terminal);
}

/// What no test saw.
fn cover(coverage: &[Coverage], prefix: &str, filtered: bool, terminal: &mut Terminal) {
    if coverage.is_empty() || filtered {
        return;
    }
    let whole = coverage.iter().filter(|c| c.failing && c.holding).count();
    for c in coverage.iter().filter(|c| !(c.failing && c.holding)) {
        let lacks = match (c.failing, c.holding) {
            (false, false) => "never decided",
            (false, true) => "never seen failing",
            _ => "never seen holding",
        };
        terminal.status(&format!("  {lacks}: {} ({prefix}{}:{}): {}", c.of, c.path, c.line, c.condition));
    }
    terminal.status(&format!(
        "{whole} of {} seen both failing and holding",
        count(coverage.len(), "requirement")
    ));
}
