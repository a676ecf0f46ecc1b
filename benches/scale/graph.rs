//! Checks over a graph of calls: what deciding them costs, beside evaluating what they read.

use crate::{Outcome, Took, ms, quantile, timed, whole};
use ivs_driver::Session;
use ivs_project::{Config, SourceText};
use std::fmt::Write;
use std::sync::Arc;

/// Services that call each other; those of different groups do not.
const GROUP: usize = 100;
/// Calls of one service.
const CALLS: usize = 6;
/// Services in a file.
const PER_FILE: usize = 10;
const ROUNDS: usize = 5;
const EDITS: usize = 50;

/// Facts that the checks of the library need, and checks that walk: along all calls, and for the slowest way.
const SHARED: &str = r#"
template service base {
  resources { cpu = 500m..1, memory = 256Mi..512Mi }
  throughput = 100req/s
  demand { peak = 1_000req/s }
  scaling { replicas = 2..14, target cpu { utilization = 70% } }
}
check reaches for s in service {
  require count(reachable(s, via = .depends_on)) < 1_000
}
check slowest for s in service {
  let way = longest(s, via = .depends_on, by = .grace) ?? []
  require sum([0s] + [for x in way if x is service: x.grace]) < 1d
}
"#;

/// What a service calls: those behind it in its group, so that there is no circle.
fn calls(i: usize, n: usize) -> impl Iterator<Item = usize> {
    let place = i % GROUP;
    (1..=CALLS).filter(move |c| place + c * c < GROUP).map(move |c| i + c * c).filter(move |to| *to < n)
}

fn service(i: usize, n: usize) -> String {
    let names: Vec<String> = calls(i, n).map(|to| format!("s{to}")).collect();
    format!(
        "service s{i} from base {{\n  image = \"registry.example/s:1.0.{i}\"\n  depends_on = [{}]\n}}\n",
        names.join(", ")
    )
}

fn file(from: usize, n: usize) -> (String, String) {
    let mut text = String::new();
    (from..(from + PER_FILE).min(n)).for_each(|i| text.push_str(&service(i, n)));
    (format!("f{:05}.ivs", from / PER_FILE), text)
}

fn sources(n: usize) -> Vec<SourceText> {
    let source = |(path, text): (String, String)| SourceText {
        path,
        module: "calls".into(),
        text: Arc::from(text.as_str()),
    };
    let mut all = vec![source(("base.ivs".into(), SHARED.into()))];
    all.extend((0..n).step_by(PER_FILE).map(|from| source(file(from, n))));
    all
}

/// Measures packages of so many services.
pub fn graph(n: usize) -> Outcome<()> {
    let edges: usize = (0..n).map(|i| calls(i, n).count()).sum();
    let session = || Session::new(sources(n), Config::named("calls"), 1);
    let (mut values, mut checks) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        let (report, evaluated) = timed(|| session().once().values());
        whole(&report)?;
        values.push(evaluated);
        let (report, checked) = timed(|| session().once().check());
        whole(&report)?;
        checks.push(checked);
    }
    let (value, check) = (quantile(&values, 0.5), quantile(&checks, 0.5));
    let ratio = |a: Took, b: Took| a.cpu.as_secs_f64() / b.cpu.as_secs_f64();
    let mut text = String::new();
    writeln!(
        text,
        "\nchecks over a graph, {n} services, {edges} calls, one thread, in ms on the clock (and of processors)\n"
    )?;
    writeln!(text, "| evaluated | evaluated and checked | checked / evaluated |\n|--:|--:|--:|")?;
    writeln!(text, "| {} | {} | {:.2} |", ms(value), ms(check), ratio(check, value))?;
    print!("{text}");
    let mut warm = session();
    whole(&warm.check())?;
    let (path, before) = file(n / 2 / PER_FILE * PER_FILE, n);
    warm.open(&path);
    warm.check();
    let mut edits = Vec::new();
    for i in 0..EDITS {
        let text = before.replace("image", &format!("throughput = {}req/s\n  image", 101 + i));
        let (report, took) = timed(|| {
            warm.set_text(&path, &text);
            warm.check()
        });
        whole(&report)?;
        edits.push(took);
    }
    println!("\nwarm, an edit of ten services, to its diagnostics: {} p50", ms(quantile(&edits, 0.5)));
    Ok(())
}
