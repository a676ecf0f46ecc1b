//! How fast: `cargo bench`. In-process, without the command and the disk, but for the line about rebuilding.
//!
//! Takes nothing, or sizes: `cargo bench -- 100 1000`; `cargo bench -- graph` measures checks over a graph of calls alone, `cargo bench -- warm` a warm session. Gives medians and ratios; absolute times are those of one machine.
//! Never fails for being slow. Beside the time on the clock stands the processor time of the whole process: the first is
//! what a user waits for, the second is what a machine with other work to do can still measure.

/// As in the command.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

mod graph;
mod workload;

use ivs_driver::{Report, Session};
use ivs_output::Options;
use rustix::time::{ClockId, clock_gettime};
use std::error::Error;
use std::ops::Add;
use std::time::{Duration, Instant};
use workload::{CONFIG, Edited};

type Outcome<T> = Result<T, Box<dyn Error>>;

/// Cold runs of each size.
const ROUNDS: usize = 7;
/// Edits of a warm session.
const EDITS: usize = 200;
/// Services of the warm session.
const WARM: usize = 1_000;

fn main() -> Outcome<()> {
    let sizes: Vec<usize> = std::env::args().filter_map(|a| a.parse().ok()).collect();
    if std::env::args().any(|a| a == "graph") {
        return graph::graph(sizes.first().copied().unwrap_or(10_000));
    }
    if std::env::args().any(|a| a == "warm") {
        return warm();
    }
    let sizes = if sizes.is_empty() { vec![100, 1_000, 10_000] } else { sizes };
    println!("cold, one thread, medians of {ROUNDS}, in ms on the clock (and of processors)\n");
    println!("| services | check | build | check / build | build per service in µs |\n|--:|--:|--:|--:|--:|");
    for n in sizes {
        cold(n)?;
    }
    warm()?;
    graph::graph(10_000)
}

fn session(n: usize, threads: usize) -> Outcome<(Session, Edited)> {
    let config = ivs_project::parse_config(CONFIG).map_err(|_| "the workload's ivs.toml is broken")?;
    let (sources, edited) = workload::sources(n);
    Ok((Session::new(sources, config, threads), edited))
}

fn whole(report: &Report) -> Outcome<()> {
    match report.diagnostics.first() {
        Some(d) if report.has_errors() => {
            Err(format!("the workload is broken: {} {}", d.code, d.message).into())
        }
        _ => Ok(()),
    }
}

fn cold(n: usize) -> Outcome<()> {
    let (mut checks, mut builds) = (Vec::new(), Vec::new());
    let rounds = if n > 5_000 { 3 } else { ROUNDS };
    for _ in 0..rounds {
        let (checked, _) = session(n, 1)?;
        let mut checked = checked.once();
        let (report, time) = timed(|| checked.check());
        whole(&report)?;
        checks.push(time);
        drop(checked);
        let (built, _) = session(n, 1)?;
        let mut built = built.once();
        let ((report, files), time) = timed(|| built.build(None));
        whole(&report)?;
        if files.is_empty() {
            return Err(format!("no files for {n} services").into());
        }
        builds.push(time);
    }
    let (check, build) = (quantile(&checks, 0.5), quantile(&builds, 0.5));
    let (checking, building) = (check.cpu.as_secs_f64(), build.cpu.as_secs_f64());
    let per = building * 1e6 / n as f64;
    println!("| {n} | {} | {} | {:.2} | {per:.0} |", ms(check), ms(build), checking / building);
    Ok(())
}

/// One edit: what is to be changed, by its number.
type Edit<'a> = (&'a str, bool, Box<dyn Fn(u64) -> (String, String) + 'a>);

fn warm() -> Outcome<()> {
    let (mut session, edited) = session(WARM, 0)?;
    let (report, files) = session.build(None);
    whole(&report)?;
    // As an editor does, which shows a file before a character of it is changed.
    for path in [edited.path.as_str(), workload::base_with_grace(0).0] {
        session.open(path);
    }
    session.build(None);
    let path = || edited.path.clone();
    let toggled = |i: u64, text: String| (path(), if i.is_multiple_of(2) { text } else { edited.more(0) });
    let edits: [Edit<'_>; 5] = [
        ("a number of one service", true, Box::new(|i| (path(), edited.more(i % 9 + 1)))),
        ("a line above ten services", true, Box::new(|i| (path(), edited.shifted(i)))),
        ("a fault of meaning and its repair", false, Box::new(|i| toggled(i, edited.inverted()))),
        ("a fault of syntax and its repair", false, Box::new(|i| toggled(i, edited.unbalanced()))),
        (
            "the shared base, for a third of all",
            true,
            Box::new(|i| {
                let (path, text) = workload::base_with_grace(130 + i % 9);
                (path.to_owned(), text)
            }),
        ),
    ];
    println!(
        "\nwarm, {WARM} services, {EDITS} edits: ms on the clock (and of processors) from the edit to its diagnostics, and to all outputs\n"
    );
    println!("| edit | diagnostics p50 | p99 | outputs p50 | p99 |\n|---|--:|--:|--:|--:|");
    for (name, valid, edit) in &edits {
        let rounds = if name.contains("base") { EDITS / 10 } else { EDITS };
        let (mut shown, mut current) = (Vec::new(), Vec::new());
        for i in 0..rounds as u64 {
            let (path, text) = edit(i);
            let (report, checked) = timed(|| {
                session.set_text(&path, &text);
                session.check()
            });
            if report.has_errors() == (*valid || !i.is_multiple_of(2)) {
                return Err(format!("{name}: {} findings", report.diagnostics.len()).into());
            }
            shown.push(checked);
            if *valid {
                let ((_, made), built) = timed(|| session.build(None));
                if made.len() != files.len() {
                    return Err(format!("{name}: {} files", made.len()).into());
                }
                current.push(checked + built);
            }
        }
        let outputs = match current.is_empty() {
            true => "– | –".to_owned(),
            false => format!("{} | {}", ms(quantile(&current, 0.5)), ms(quantile(&current, 0.99))),
        };
        println!("| {name} | {} | {} | {outputs} |", ms(quantile(&shown, 0.5)), ms(quantile(&shown, 0.99)));
        session.set_text(&edited.path, &edited.more(0));
    }
    rebuild(&mut session)
}

/// A build onto its own outputs.
fn rebuild(session: &mut Session) -> Outcome<()> {
    let folder = tempfile::tempdir()?;
    let root = folder.path().join("out");
    let (_, files) = session.build(None);
    let options = Options::default();
    let (first, fresh) = timed(|| ivs_output::write(&root, &files, &options));
    first?;
    let ((_, files), compiled) = timed(|| session.build(None));
    let (again, compared) = timed(|| ivs_output::write(&root, &files, &options));
    let again = again?;
    println!(
        "\nnothing changed, {WARM} services: {} ms to compile, {} ms to compare with the folder ({} to write it first); \
         {} of {} files written",
        ms(compiled),
        ms(compared),
        ms(fresh),
        again.created + again.changed,
        files.len()
    );
    match again.is_unchanged() {
        true => Ok(()),
        false => Err("a build with nothing changed wrote files".into()),
    }
}

/// How long something took.
#[derive(Clone, Copy, Default)]
struct Took {
    clock: Duration,
    /// Of all threads, user and system.
    cpu: Duration,
}

impl Add for Took {
    type Output = Took;
    fn add(self, other: Took) -> Took {
        Took { clock: self.clock + other.clock, cpu: self.cpu + other.cpu }
    }
}

fn timed<R>(f: impl FnOnce() -> R) -> (R, Took) {
    let (start, before) = (Instant::now(), cpu());
    let r = f();
    (r, Took { clock: start.elapsed(), cpu: cpu().saturating_sub(before) })
}

fn cpu() -> Duration {
    let t = clock_gettime(ClockId::ProcessCPUTime);
    Duration::new(t.tv_sec.unsigned_abs(), u32::try_from(t.tv_nsec).unwrap_or_default())
}

/// The quantiles of each measure for itself.
fn quantile(times: &[Took], q: f64) -> Took {
    let of = |measure: fn(&Took) -> Duration| {
        let mut all: Vec<Duration> = times.iter().map(measure).collect();
        all.sort_unstable();
        let i = ((all.len() as f64 * q).ceil() as usize).clamp(1, all.len().max(1)) - 1;
        all.get(i).copied().unwrap_or_default()
    };
    Took { clock: of(|t| t.clock), cpu: of(|t| t.cpu) }
}

/// `12.3 (11.8)`: milliseconds on the clock, and of processors.
fn ms(t: Took) -> String {
    format!("{:.2} ({:.2})", t.clock.as_secs_f64() * 1e3, t.cpu.as_secs_f64() * 1e3)
}
