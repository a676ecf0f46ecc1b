//! Random platforms of a thousand declarations: what the language's walks and the library's checks say of them is what a slow
//! recomputation says that knows the rule and nothing of the compiler; and every fix that is offered mends what it is for and breaks nothing else.
//!
//! Sums of demand and quotas; requests along calls (`platforms/arrivals.rs`, `platforms/chains.rs`); chains of availability, calls, places of data (`platforms/flows.rs`); packing and margins (`platforms/sums.rs`); and
//! platforms with a mistake at each place that a check offers to mend (`platforms/mends.rs`).
//!
//! A few platforms of each sort; with `IVS_FULL=1`, more, and of a thousand declarations.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

#[path = "platforms/arrivals.rs"]
mod arrivals;
#[path = "platforms/chains.rs"]
mod chains;
#[path = "platforms/flows.rs"]
mod flows;
#[path = "platforms/mends.rs"]
mod mends;
#[path = "platforms/sums.rs"]
mod sums;

use flows::Web;
use ivs_driver::{Report, Session};
use ivs_project::{Config, SourceText};
use ivs_source::Severity;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::sync::Arc;

fn platforms() -> std::ops::Range<u64> {
    if std::env::var_os("IVS_FULL").is_some() { 0..40 } else { 0..3 }
}

/// SplitMix64 (Steele, Lea, Flood 2014).
struct Draw(u64);

impl Draw {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }
    /// In `from..=to`.
    fn within(&mut self, from: u64, to: u64) -> u64 {
        from + self.next() % (to - from + 1)
    }
    fn one_in(&mut self, n: u64) -> bool {
        self.next().is_multiple_of(n)
    }
}

/// Declarations of a file, as people would divide them.
const PER_FILE: usize = 10;

fn session(text: &str) -> Session {
    let source = SourceText { path: "main.ivs".into(), module: "made".into(), text: Arc::from(text) };
    Session::new(vec![source], Config::named("made"), 1)
}

/// A session over several files.
fn divided(items: &[String]) -> Session {
    let source = |(i, items): (usize, &[String])| SourceText {
        path: format!("f{i:03}.ivs"),
        module: "made".into(),
        text: Arc::from(items.concat()),
    };
    Session::new(items.chunks(PER_FILE).enumerate().map(source).collect(), Config::named("made"), 1)
}

/// Parts that need each other: `needs` may go round in circles where `circles`, else it leads to later parts only.
struct Graph {
    /// What each leads to, with a factor.
    edges: Vec<Vec<(usize, u64)>>,
    weights: Vec<u64>,
    start: Vec<u64>,
}

impl Graph {
    fn draw(seed: u64, n: usize, circles: bool) -> Graph {
        let mut d = Draw(seed);
        let edges = (0..n).map(|i| {
            let mut to: BTreeMap<usize, u64> = BTreeMap::new();
            for _ in 0..d.within(0, 3) {
                // Near, so that ways are long; amounts stay small, so that sums over ways fit.
                let ahead = d.within(1, 12) as usize;
                let j = if circles && d.one_in(40) { i.saturating_sub(ahead) } else { i + ahead };
                if j < n {
                    to.insert(j, u64::from(d.one_in(3)));
                }
            }
            to.into_iter().collect()
        });
        let edges = edges.collect();
        let weights = (0..n).map(|_| d.within(0, 9)).collect();
        let start = (0..n).map(|_| d.within(0, 1) * d.within(0, 5)).collect();
        Graph { edges, weights, start }
    }

    fn source(&self) -> String {
        let mut text = String::from(
            "kind part { needs: [part] = [], share: {part: int} = {}, weight: int, start: int }
kind answer {
  of: part
  reached: int = count(reachable(of, via = .needs))
  slowest: int = sum([0] + [for x in longest(of, via = .needs, by = .weight) ?? []: x.weight])
  circle: bool = longest(of, via = .needs) == none
}
kind all {
  circles: int = count(cycles(part, via = .needs))
  stages: int = count(levels(part, via = .needs))
  arriving?: {part: number} = flow({for p in part: p = p.start}, via = .share)
}
all all { }
answer for-each for p in part { of = p }
",
        );
        for (i, edges) in self.edges.iter().enumerate() {
            let needs: Vec<String> = edges.iter().map(|(j, _)| format!("p{j}")).collect();
            let share: Vec<String> = edges.iter().map(|(j, f)| format!("p{j} = {f}")).collect();
            writeln!(
                text,
                "part p{i} {{ needs = [{}], share {{ {} }}, weight = {}, start = {} }}",
                needs.join(", "),
                share.join(", "),
                self.weights[i],
                self.start[i]
            )
            .unwrap();
        }
        text
    }

    /// Which lead to which, by at least one step: one row of bits after another, until nothing is added.
    fn closure(&self) -> Vec<BTreeSet<usize>> {
        let n = self.edges.len();
        let mut reach: Vec<BTreeSet<usize>> =
            self.edges.iter().map(|e| e.iter().map(|(j, _)| *j).collect()).collect();
        loop {
            let mut grew = false;
            for i in (0..n).rev() {
                let more: BTreeSet<usize> = reach[i].iter().flat_map(|j| reach[*j].iter().copied()).collect();
                let before = reach[i].len();
                reach[i].extend(more);
                grew |= reach[i].len() > before;
            }
            if !grew {
                return reach;
            }
        }
    }
}

#[test]
fn walks_are_what_a_closure_of_the_graph_says() {
    for seed in platforms() {
        let circles = seed % 2 == 1;
        let n = 500;
        let graph = Graph::draw(seed, n, circles);
        let mut session = session(&graph.source());
        let report = session.check();
        assert_eq!(report.diagnostics, [], "{seed}");
        let value = |session: &mut Session, path: &str| session.value(None, path).unwrap();
        let reach = graph.closure();
        // The weight of the heaviest way from each, the last first; none where a circle can be reached.
        let on_circle: Vec<bool> = (0..n).map(|i| reach[i].contains(&i)).collect();
        let lost: Vec<bool> =
            (0..n).map(|i| on_circle[i] || reach[i].iter().any(|j| on_circle[*j])).collect();
        let mut heaviest = vec![0; n];
        for _ in 0..n {
            for i in (0..n).rev().filter(|i| !lost[*i]) {
                let ahead = graph.edges[i].iter().map(|(j, _)| heaviest[*j]).max();
                heaviest[i] = graph.weights[i] + ahead.unwrap_or(0);
            }
        }
        for i in (0..n).step_by(7) {
            let at = |field: &str| format!("for-each[p{i}].{field}");
            assert_eq!(value(&mut session, &at("reached")), reach[i].len().to_string(), "{seed}: p{i}");
            assert_eq!(value(&mut session, &at("circle")), lost[i].to_string(), "{seed}: p{i}");
            let slowest = if lost[i] { 0 } else { heaviest[i] };
            assert_eq!(value(&mut session, &at("slowest")), slowest.to_string(), "{seed}: p{i}");
        }
        // Groups that lead to each other, each by its first member.
        let first = |i: &usize| reach[*i].iter().filter(|j| reach[**j].contains(i)).min() == Some(i);
        let groups = (0..n).filter(|i| on_circle[*i]).filter(first).count();
        assert_eq!(value(&mut session, "all.circles"), groups.to_string(), "{seed}");
        // Sums over all ways, and the number of stages, where there is no circle.
        if groups > 0 {
            assert_eq!(value(&mut session, "all.arriving"), "none", "{seed}");
            continue;
        }
        let mut stage = vec![0; n];
        let mut arriving: Vec<u128> = graph.start.iter().map(|s| u128::from(*s)).collect();
        for i in 0..n {
            for (j, factor) in &graph.edges[i] {
                arriving[*j] += arriving[i] * u128::from(*factor);
            }
        }
        for i in (0..n).rev() {
            stage[i] = graph.edges[i].iter().map(|(j, _)| stage[*j] + 1).max().unwrap_or(0);
        }
        let stages = stage.iter().max().unwrap() + 1;
        assert_eq!(value(&mut session, "all.stages"), stages.to_string(), "{seed}");
        for i in (0..n).step_by(7) {
            let found = value(&mut session, &format!("all.arriving.p{i}"));
            assert_eq!(found, arriving[i].to_string(), "{seed}: p{i}");
        }
    }
}

/// Services with demands, in namespaces with quotas: the facts of which some contradict each other.
struct Platform {
    services: Vec<Service>,
    /// Processors of each namespace's quota, in thousandths; and pods.
    quotas: Vec<(u64, u64)>,
}

struct Service {
    namespace: usize,
    /// Requested by one pod, in thousandths of a processor.
    cpu: u64,
    replicas: u64,
    surge: u64,
    /// Requests a second: of one replica, and at the peak; not stated by some.
    serves: Option<u64>,
    peak: Option<u64>,
}

const SERVICES: usize = 900;
const NAMESPACES: usize = 100;

impl Platform {
    fn draw(seed: u64) -> Platform {
        let mut d = Draw(seed ^ 0x5eed);
        let service = |i: usize, d: &mut Draw| {
            let replicas = d.within(1, 20);
            let serves = d.within(10, 200);
            // Often exactly what the replicas serve, or one more.
            let peak = match d.within(0, 3) {
                0 => replicas * serves,
                1 => replicas * serves + 1,
                _ => d.within(1, 4_000),
            };
            Service {
                namespace: i % NAMESPACES,
                cpu: d.within(1, 20) * 50,
                replicas,
                surge: d.within(0, 3),
                serves: (!d.one_in(5)).then_some(serves),
                peak: (!d.one_in(5)).then_some(peak),
            }
        };
        let services: Vec<Service> = (0..SERVICES).map(|i| service(i, &mut d)).collect();
        let mut quotas = vec![(0, 0); NAMESPACES];
        for s in &services {
            quotas[s.namespace].0 += (s.replicas + s.surge) * s.cpu;
            quotas[s.namespace].1 += s.replicas + s.surge;
        }
        // Exactly enough, a little less, or more.
        for (cpu, pods) in &mut quotas {
            *cpu = *cpu + [0, 50, 200_000][d.within(0, 2) as usize] - [0, 50][d.within(0, 1) as usize];
            *pods = *pods + d.within(0, 1) * 400 - d.within(0, 1);
        }
        Platform { services, quotas }
    }

    fn items(&self) -> Vec<String> {
        let mut items = Vec::new();
        for (i, (cpu, pods)) in self.quotas.iter().enumerate() {
            items.push(format!("namespace n{i} {{ quota {{ cpu = {cpu}m, pods = {pods} }} }}\n"));
        }
        for (i, s) in self.services.iter().enumerate() {
            let mut text = String::new();
            writeln!(
                text,
                "service s{i} {{\n  namespace = n{}\n  image = \"registry.example/s:1.0.0\"",
                s.namespace
            )
            .unwrap();
            writeln!(text, "  resources {{ cpu = {0}m..{0}m, memory = 1Gi..1Gi }}", s.cpu).unwrap();
            writeln!(text, "  rollout {{ surge = {} }}", s.surge).unwrap();
            writeln!(
                text,
                "  scaling {{ replicas = 1..{}, target cpu {{ utilization = 70% }} }}",
                s.replicas
            )
            .unwrap();
            s.serves.iter().for_each(|x| writeln!(text, "  throughput = {x}req/s").unwrap());
            s.peak.iter().for_each(|x| writeln!(text, "  demand {{ peak = {x}req/s }}").unwrap());
            items.push(text + "}\n");
        }
        items
    }
}

/// The declarations that findings of a code are about, by the name in their message's first quotes.
fn about(report: &Report, code: &str, severity: Severity) -> BTreeSet<String> {
    let named = |m: &str| {
        let name = |part: &str| {
            let mut letters = part.chars();
            matches!(letters.next(), Some('s' | 'n'))
                && letters.clone().count() > 0
                && letters.all(|c| c.is_ascii_digit())
        };
        m.split('`').find(|part| name(part)).map(str::to_owned)
    };
    let found = report.diagnostics.iter().filter(|d| d.code == code && d.severity == severity);
    found.map(|d| named(&d.message).unwrap_or_else(|| panic!("{}", d.message))).collect()
}

#[test]
fn demand_and_quota_are_what_sums_say() {
    // A thousand declarations with many mistakes take their time: each fix that is offered is tried.
    let sampled = if std::env::var_os("IVS_FULL").is_some() { platforms() } else { 0..1 };
    for seed in sampled {
        let platform = Platform::draw(seed);
        let report = divided(&platform.items()).check();
        let over = |s: &Service| matches!((s.serves, s.peak), (Some(x), Some(p)) if p > s.replicas * x);
        let all = || platform.services.iter().enumerate();
        let expected: BTreeSet<String> =
            all().filter(|(_, s)| over(s)).map(|(i, _)| format!("s{i}")).collect();
        assert_eq!(about(&report, "IVS3001", Severity::Error), expected, "{seed}");
        let mut used = vec![(0, 0); NAMESPACES];
        for s in &platform.services {
            used[s.namespace].0 += (s.replicas + s.surge) * s.cpu;
            used[s.namespace].1 += s.replicas + s.surge;
        }
        let over = |i: &usize| used[*i].0 > platform.quotas[*i].0 || used[*i].1 > platform.quotas[*i].1;
        let expected: BTreeSet<String> = (0..NAMESPACES).filter(over).map(|i| format!("n{i}")).collect();
        assert_eq!(about(&report, "IVS3006", Severity::Error), expected, "{seed}");
        assert!(!expected.is_empty() && expected.len() < NAMESPACES, "{seed}");
    }
}

/// Declarations of the platforms below: a thousand take their time.
fn declarations() -> usize {
    if std::env::var_os("IVS_FULL").is_some() { 1_000 } else { 120 }
}

/// Fewer at full size: each is a thousand declarations.
fn sampled() -> std::ops::Range<u64> {
    if std::env::var_os("IVS_FULL").is_some() { 0..3 } else { 0..2 }
}

/// What is found, without trying any fix: each file brings what it uses.
fn found(uses: &str, items: &[String]) -> Report {
    let source = |(i, items): (usize, &[String])| SourceText {
        path: format!("f{i:03}.ivs"),
        module: "made".into(),
        text: Arc::from(format!("{}{}", if i == 0 { uses } else { "" }, items.concat())),
    };
    let report = Session::new(
        items.chunks(if uses.is_empty() { PER_FILE } else { usize::MAX }).enumerate().map(source).collect(),
        Config::named("made"),
        1,
    )
    .found();
    let broken: Vec<&str> = (report.diagnostics.iter())
        .filter(|d| !d.code.starts_with("IVS30"))
        .map(|d| d.message.as_str())
        .collect();
    assert!(broken.is_empty(), "{broken:?}");
    report
}

#[test]
fn promises_and_places_are_what_walks_over_the_facts_say() {
    let mut counts = [0; 4];
    for seed in sampled() {
        let web = Web::draw(seed, declarations());
        let (uses, items) = web.items();
        let report = found(&uses, &items);
        let unavailable = web.too_available();
        assert_eq!(about(&report, "IVS3014", Severity::Error), unavailable, "{seed}: availability");
        let (called, seen) = web.too_slow();
        assert_eq!(about(&report, "IVS3016", Severity::Error), called, "{seed}: calls");
        assert_eq!(about(&report, "IVS3016", Severity::Warning), seen, "{seed}: observed");
        let misplaced = web.misplaced();
        assert_eq!(flows::places(&report), misplaced, "{seed}: places");
        for (count, n) in
            counts.iter_mut().zip([unavailable.len(), called.len(), seen.len(), misplaced.len()])
        {
            *count += n;
        }
    }
    assert!(counts.iter().all(|n| *n > 0), "{counts:?}");
}

#[test]
fn what_arrives_by_calls_is_what_all_ways_bring() {
    for seed in sampled() {
        let calls = arrivals::Calls::draw(seed, declarations());
        let report = found("", &calls.items());
        let overrun = calls.overrun();
        assert_eq!(about(&report, "IVS3001", Severity::Error), overrun, "{seed}");
        assert!(overrun.len() > 5, "{seed}: {overrun:?}");
    }
}

#[test]
fn what_arrives_over_long_chains_is_what_decimals_make_of_it() {
    for seed in sampled() {
        let chains = chains::Chains::draw(seed, declarations());
        let report = found("", &chains.items());
        let overrun = chains.overrun();
        assert_eq!(about(&report, "IVS3001", Severity::Error), overrun, "{seed}");
        assert!(overrun.len() > 5, "{seed}: {overrun:?}");
        let others =
            report.diagnostics.iter().filter(|d| d.code != "IVS3001" && d.severity == Severity::Error);
        assert_eq!(others.map(|d| d.message.as_str()).collect::<Vec<_>>(), [""; 0], "{seed}");
    }
}

#[test]
fn packing_and_margins_are_what_whole_numbers_say() {
    let mut counts = [0; 3];
    for seed in sampled() {
        let mut d = Draw(seed ^ 0x9001);
        // About four declarations each.
        let pools: Vec<sums::Pool> = (0..declarations() / 4).map(|_| sums::Pool::draw(&mut d)).collect();
        let report = found("use std.aws.{us-east-1}\n", &sums::pool_items(&pools));
        let (certainly, packed) = sums::too_small(&pools);
        assert_eq!(about(&report, "IVS3031", Severity::Error), certainly, "{seed}: sums of pods");
        assert_eq!(about(&report, "IVS3031", Severity::Warning), packed, "{seed}: pods one by one");

        let plans: Vec<sums::Plan> = (0..declarations() / 3).map(|_| sums::Plan::draw(&mut d)).collect();
        let report = found("", &sums::plan_items(&plans));
        let cheap = sums::too_cheap(&plans);
        assert_eq!(about(&report, "IVS3025", Severity::Error), cheap, "{seed}: margins");
        for (count, n) in counts.iter_mut().zip([certainly.len(), packed.len(), cheap.len()]) {
            *count += n;
        }
    }
    assert!(counts.iter().all(|n| *n > 0), "{counts:?}");
}

/// How often each finding, by code and message.
fn findings(report: &Report) -> BTreeMap<(&'static str, String), usize> {
    let mut out = BTreeMap::new();
    for d in &report.diagnostics {
        *out.entry((d.code, d.message.clone())).or_insert(0) += 1;
    }
    out
}

#[test]
fn every_fix_that_is_offered_mends_its_finding_and_breaks_no_other_check() {
    let mut tried = 0;
    for seed in platforms() {
        // Smaller: each fix is a compilation of its own.
        let mut platform = Platform::draw(seed);
        platform.services.truncate(24);
        platform.services.iter_mut().for_each(|s| s.namespace %= 3);
        platform.quotas.truncate(3);
        let text = platform.items().concat();
        let report = session(&text).check();
        let before = findings(&report);
        let most = if std::env::var_os("IVS_FULL").is_some() { usize::MAX } else { 5 };
        let offered =
            report.diagnostics.iter().filter(|d| d.code.starts_with("IVS30") && !d.fixes.is_empty());
        for d in offered.take(most) {
            for fix in &d.fixes {
                tried += 1;
                let edits: Vec<(usize, usize, &str)> = fix
                    .edits
                    .iter()
                    .map(|e| (e.place.span.start as usize, e.place.span.end as usize, e.text.as_str()))
                    .collect();
                let mended = ivs_driver::apply_edits(&text, &edits).expect("a fix fits the text it is for");
                let after = session(&mended).check();
                let this = (d.code, d.message.clone());
                assert!(
                    !findings(&after).contains_key(&this),
                    "{seed}: `{}` does not mend {}",
                    fix.title,
                    d.message
                );
                // A finding of the same check about the same declaration may say other numbers; nothing else is new.
                let codes = after.diagnostics.iter().map(|d| d.code).filter(|c| c.starts_with("IVS30"));
                for code in codes.collect::<BTreeSet<_>>() {
                    for severity in [Severity::Error, Severity::Warning] {
                        let (old, new) = (about(&report, code, severity), about(&after, code, severity));
                        assert!(new.is_subset(&old), "{seed}: `{}` breaks {code}: {new:?}", fix.title);
                    }
                }
            }
        }
        assert!(!before.is_empty());
    }
    assert!(tried > 5, "{tried} fixes were offered");
}

/// Findings by code, severity, and the names in their messages: numbers may change, nothing else is new.
fn named(report: &Report) -> BTreeSet<(&'static str, Severity, Vec<String>)> {
    let names = |m: &str| m.split('`').skip(1).step_by(2).map(str::to_owned).collect();
    report.diagnostics.iter().map(|d| (d.code, d.severity, names(&d.message))).collect()
}

#[test]
fn each_check_that_offers_a_fix_offers_one_that_mends_and_breaks_nothing() {
    let mut left = mends::offers(&std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("stdlib/checks"));
    assert!(left.len() >= 20, "{left:?}");
    let (mut tried, mut kept) = (0, 0);
    for seed in if std::env::var_os("IVS_FULL").is_some() { 0..120 } else { 0..6 } {
        let text = mends::platform(seed);
        let mut session = session(&text);
        let report = session.check();
        let before = named(&report);
        assert!(report.diagnostics.iter().all(|d| d.code.starts_with("IVS30")), "{:?}", report.diagnostics);
        for d in &report.diagnostics {
            kept += usize::from(d.fixes.is_empty());
            for fix in &d.fixes {
                let edits = fix.edits.iter().map(|e| (e.place.span.start, e.place.span.end, e.text.as_str()));
                let edits: Vec<_> = edits.map(|(from, to, new)| (from as usize, to as usize, new)).collect();
                let mended = ivs_driver::apply_edits(&text, &edits).expect("a fix fits the text it is for");
                session.set_text("main.ivs", &mended);
                let after = session.found();
                let same = |o: &&ivs_source::Diagnostic<u32>| o.code == d.code && o.message == d.message;
                assert_eq!(
                    after.diagnostics.iter().find(same),
                    None,
                    "{seed}: `{}` does not mend it",
                    fix.title
                );
                let new: Vec<_> = named(&after).difference(&before).cloned().collect();
                assert!(new.is_empty(), "{seed}: `{}` breaks {new:?}", fix.title);
                let path = fix.title.split('`').nth(1).unwrap().split(" = ").next().unwrap();
                left.retain(|(code, of, field)| {
                    *code != d.code || *of != d.severity || !path.ends_with(&format!(".{field}"))
                });
                tried += 1;
            }
        }
    }
    assert!(left.is_empty(), "no platform was offered these: {left:?}");
    assert!(tried > kept, "{tried} fixes were tried, {kept} findings have none");
}
