//! Checks over a graph of calls: what deciding them costs, beside evaluating what they read.

use crate::{Outcome, Took, ms, quantile, timed, whole};
use ivs_driver::Session;
use ivs_project::{Config, SourceText};
use std::fmt::Write;
use std::sync::Arc;

/// Services that call each other; those of different groups do not.
const GROUP: usize = LAYERS * WIDTH;
/// A request goes through so many services at most.
const LAYERS: usize = 6;
/// Services that are called by the same.
const WIDTH: usize = 20;
/// Calls of one service, to the layer below; those of the last call nobody.
const CALLS: usize = 6;
/// Services in a file.
const PER_FILE: usize = 10;
const ROUNDS: usize = 5;
const EDITS: usize = 50;

/// Facts that the checks of the library need.
const SHARED: &str = r#"
template service base {
  resources { cpu = 500m..1, memory = 256Mi..512Mi }
  throughput = 100req/s
  demand { peak = 1req/s }
  scaling { replicas = 2..14, target cpu { utilization = 70% } }
}
"#;

/// Checks of one's own that walk from each service: along all calls, and for the slowest way.
const WALKS: &str = r#"
check reaches for s in service {
  require count(reachable(s, via = .asks)) < 1_000
}
check slowest for s in service {
  let way = longest(s, via = .asks, by = .grace) ?? []
  require sum([0s] + [for x in way if x is service: x.grace]) < 1d
}
"#;

/// What a service calls: some of the next layer of its group.
fn calls(i: usize, n: usize) -> impl Iterator<Item = usize> {
    let (layer, place) = (i % GROUP / WIDTH, i % WIDTH);
    let below = i - place + WIDTH;
    (0..CALLS)
        .filter(move |_| layer + 1 < LAYERS)
        .map(move |c| below + (place * 7 + c * 3) % WIDTH)
        .filter(move |to| *to < n)
}

fn service(i: usize, n: usize) -> String {
    let mut text = format!("service s{i} from base {{\n  image = \"registry.example/s:1.0.{i}\"\n");
    for (c, to) in calls(i, n).enumerate() {
        text.push_str(&format!("  call c{c} {{ to = s{to}, times = 0.1 }}\n"));
    }
    text + "}\n"
}

fn file(from: usize, n: usize) -> (String, String) {
    let mut text = String::new();
    (from..(from + PER_FILE).min(n)).for_each(|i| text.push_str(&service(i, n)));
    (format!("f{:05}.ivs", from / PER_FILE), text)
}

fn sources(n: usize, walks: bool) -> Vec<SourceText> {
    let source = |(path, text): (String, String)| SourceText {
        path,
        module: "calls".into(),
        text: Arc::from(text.as_str()),
    };
    let mut all = vec![source(("base.ivs".into(), SHARED.into()))];
    if walks {
        all.push(source(("walks.ivs".into(), WALKS.into())));
    }
    all.extend((0..n).step_by(PER_FILE).map(|from| source(file(from, n))));
    all
}

/// Measures packages of so many services.
pub fn graph(n: usize) -> Outcome<()> {
    let edges: usize = (0..n).map(|i| calls(i, n).count()).sum();
    let session = |walks: bool| Session::new(sources(n, walks), Config::named("calls"), 1);
    let (mut values, mut checks, mut walks) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        let (report, evaluated) = timed(|| session(false).once().values());
        whole(&report)?;
        values.push(evaluated);
        for (walking, all) in [(false, &mut checks), (true, &mut walks)] {
            let (report, checked) = timed(|| session(walking).once().check());
            whole(&report)?;
            all.push(checked);
        }
    }
    let [value, check, walk] = [&values, &checks, &walks].map(|all| quantile(all, 0.5));
    let ratio = |a: Took, b: Took| a.cpu.as_secs_f64() / b.cpu.as_secs_f64();
    let mut text = String::new();
    writeln!(
        text,
        "\nchecks over a graph, {n} services, {edges} calls, one thread, in ms on the clock (and of processors)\n"
    )?;
    writeln!(text, "| | clock (processors) | times evaluated |\n|---|--:|--:|")?;
    for (what, took) in [
        ("evaluated", value),
        ("evaluated, and all checks of the library", check),
        ("these, and two checks that walk from each service", walk),
    ] {
        writeln!(text, "| {what} | {} | {:.2} |", ms(took), ratio(took, value))?;
    }
    print!("{text}");
    let mut warm = session(true);
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
