//! What holds the checks of the library in place: a mistake in a rule is found by the cases of that rule.
//!
//! Each rule is taken from the library, one operator or constant of it is replaced (`mutations/mutants.rs`), and the cases
//! of the rule (`tests/literate/checks`) are compiled with it. At least one has to find something else. What does not
//! type is no mistake that could be made, and is left out; what cannot be found out is listed with its reason.
//!
//! Some mutants of each rule; with `IVS_FULL=1`, all.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

#[path = "mutations/equivalent.rs"]
mod equivalent;
#[path = "mutations/mutants.rs"]
mod mutants;
mod support;

use equivalent::EQUIVALENT;
use ivs_driver::Session;
use ivs_model::{item_diagnostics, module_index, modules};
use ivs_project::SourceText;
use ivs_source::Severity;
use mutants::{Mutant, Parts, mutants};
use std::collections::BTreeSet;
use std::fmt::Write as _;
use support::{Fence, fences, render, root, session_with};

/// How many mutants of each rule are tried at every run.
const SAMPLE: usize = 2;

/// A rule: its code, the parts of the library that say it, and the files of its cases.
struct Rule {
    name: &'static str,
    code: &'static str,
    parts: &'static [(&'static str, Parts)],
    cases: &'static [&'static str],
}

/// A case, in a session of its own that is asked again and again once it is needed.
struct Case {
    sources: Vec<SourceText>,
    packages: Vec<Fence>,
    /// What its file says is found.
    says: String,
    asked: Option<Asked>,
}

struct Asked {
    session: Session,
    /// What is found with the library as it is.
    sound: String,
    /// The file of the library that has another text.
    mutated: Option<&'static str>,
}

/// The cases of a file of `tests/literate/checks`.
fn cases(file: &str) -> Vec<Case> {
    let text = std::fs::read_to_string(root().join("tests/literate/checks").join(file)).unwrap();
    let mut cases: Vec<(usize, Case)> = Vec::new();
    for fence in fences(&text) {
        if cases.last().is_none_or(|c| c.0 != fence.heading_line) {
            let case = Case { sources: Vec::new(), packages: Vec::new(), says: String::new(), asked: None };
            cases.push((fence.heading_line, case));
        }
        let (_, case) = cases.last_mut().unwrap();
        match fence.info.first().map(String::as_str) {
            Some("ivs") if fence.value("package").is_some() => case.packages.push(fence),
            Some("ivs" | "data") => case.sources.push(fence.source()),
            Some("diagnostics") => case.says = fence.text,
            _ => {}
        }
    }
    cases.into_iter().map(|(_, case)| case).collect()
}

fn original(path: &str) -> String {
    std::fs::read_to_string(root().join("stdlib").join(path)).unwrap()
}

/// Whether all of the library still types.
fn types(session: &Session, path: &str) -> bool {
    let db = session.database();
    let name = format!("std.{}", path.rsplit_once('/').unwrap().0.replace('/', "."));
    let module = modules(db).library.iter().find(|m| *m.name(db) == name).expect("a module of the library");
    let items = &module_index(db, *module).all;
    !items.iter().flat_map(|i| item_diagnostics(db, *i)).any(|d| d.severity == Severity::Error)
}

/// What became of a mutant.
enum Outcome {
    Untyped,
    Found,
    Survived,
}

impl Case {
    /// Whether this case finds what it finds with the library as it is. `None` if the library does not type.
    fn holds(&mut self, path: &'static str, mutant: &Mutant) -> Option<bool> {
        let asked = self.asked.get_or_insert_with(|| {
            let mut session = session_with(&self.sources, &self.packages, 1);
            let sound = render(&session.found());
            Asked { session, sound, mutated: None }
        });
        if let Some(other) = asked.mutated.filter(|p| *p != path) {
            assert!(asked.session.set_library_text(other, &original(other)));
        }
        assert!(asked.session.set_library_text(path, &mutant.text), "{path}");
        asked.mutated = Some(path);
        types(&asked.session, path).then(|| render(&asked.session.found()) == asked.sound)
    }
}

/// Tries a mutant on one case after another; whichever finds it is asked first the next time.
fn tried(cases: &mut [Case], path: &'static str, mutant: &Mutant) -> Outcome {
    for i in 0..cases.len() {
        match cases[i].holds(path, mutant) {
            None => return Outcome::Untyped,
            Some(true) => {}
            Some(false) => {
                cases[..=i].rotate_right(1);
                return Outcome::Found;
            }
        }
    }
    Outcome::Survived
}

fn run(rule: &Rule) {
    let mut cases: Vec<Case> = rule.cases.iter().flat_map(|f| cases(f)).collect();
    let failing = cases.iter().filter(|c| c.says.contains(&format!("[{}]", rule.code))).count();
    assert!(failing >= 3, "{}: {failing} failing cases", rule.code);
    assert!(cases.len() - failing >= 3, "{}: {} holding cases", rule.code, cases.len() - failing);
    // Those that find something tell most mutants.
    cases.sort_by_key(|c| c.says.is_empty());

    let full = std::env::var_os("IVS_FULL").is_some();
    let mut all: Vec<(&'static str, Mutant)> = Vec::new();
    for (path, parts) in rule.parts {
        all.extend(mutants(&original(path), *parts).into_iter().map(|m| (*path, m)));
    }
    assert!(!all.is_empty(), "{}", rule.code);
    let step = if full { 1 } else { all.len().div_ceil(SAMPLE) };
    let (mut found, mut untyped, mut equivalent) = (0, 0, 0);
    let mut survived = String::new();
    for (path, mutant) in all.iter().skip(step / 2).step_by(step) {
        let excused = EQUIVALENT
            .iter()
            .any(|(rule_name, what, _)| *rule_name == rule.name && mutant.what.contains(what));
        match tried(&mut cases, path, mutant) {
            Outcome::Untyped => untyped += 1,
            Outcome::Found if excused => writeln!(survived, "found after all: {}", mutant.what).unwrap(),
            Outcome::Found => found += 1,
            Outcome::Survived if excused => equivalent += 1,
            Outcome::Survived => writeln!(survived, "{}", mutant.what).unwrap(),
        }
    }
    println!("{}: {found} found, {equivalent} equivalent, {untyped} do not type", rule.name);
    assert!(survived.is_empty(), "{}: no case finds these mistakes:\n{survived}", rule.code);
    // An excuse for a text that is no longer there would excuse the next one.
    let stale =
        EQUIVALENT.iter().filter(|e| e.0 == rule.name && !all.iter().any(|(_, m)| m.what.contains(e.1)));
    assert_eq!(stale.map(|e| e.1).collect::<Vec<_>>(), [""; 0], "{}", rule.code);
}

macro_rules! rules {
    ($($test:ident = $code:literal: [$(($path:literal, $parts:expr)),+] in [$($cases:literal),+];)*) => {
        const RULES: &[(&str, &[&str])] = &[$(($code, &[$($path),+])),*];
        $(#[test] fn $test() {
            run(&Rule { name: stringify!($test), code: $code, parts: &[$(($path, $parts)),+], cases: &[$($cases),+] });
        })*
    };
}

rules! {
    c01_demand = "IVS3001": [
        ("checks/c01-demand.ivs", Parts::All),
        ("platform/service.ivs", Parts::Named(&["demand-at"]))
    ] in ["c01-demand.md", "c01-growth.md"];
    c01_calls = "IVS3001": [("checks/c01-calls.ivs", Parts::All)] in ["c01-calls.md", "c01-calls-limits.md"];
    c02_little = "IVS3002": [("checks/c02-little.ivs", Parts::All)] in ["c02-little.md"];
    c03_scale_time = "IVS3003": [("checks/c03-scale-time.ivs", Parts::All)] in ["c03-scale-time.md"];
    c04_one_scaler = "IVS3004": [("checks/c04-one-scaler.ivs", Parts::All)] in ["c04-one-scaler.md"];
    c05_two_autoscalers = "IVS3005": [
        ("platform/service.ivs", Parts::Coded("IVS3005")),
        ("scaling/vertical.ivs", Parts::Named(&["resizes-cpu", "resizes-memory"]))
    ] in ["c05-two-autoscalers.md"];
    c06_quota = "IVS3006": [("checks/c06-quota.ivs", Parts::All)] in ["c06-quota.md"];
    c07_gpu_supply = "IVS3007": [("checks/c07-gpu-supply.ivs", Parts::All)] in ["c07-gpu-supply.md"];
    c08_gpu_shape = "IVS3008": [
        ("platform/service.ivs", Parts::Coded("IVS3008")),
        ("nodes/pool.ivs", Parts::Coded("IVS3008")),
        ("nodes/pool.ivs", Parts::Named(&["gpu-slots", "gpus-of-pod", "gpus-fit"])),
        ("batch/sweep.ivs", Parts::Coded("IVS3008")),
        ("batch/job.ivs", Parts::Coded("IVS3008"))
    ] in ["c08-gpu-shape.md"];
    c09_vertical_bounds = "IVS3009": [("checks/c09-vertical-bounds.ivs", Parts::All)] in ["c09-vertical-bounds.md"];
    c10_cluster_limits = "IVS3010": [
        ("checks/c10-cluster-limits.ivs", Parts::All),
        ("tenancy/tenancy.ivs", Parts::Named(&["rooms-at"]))
    ] in ["c10-cluster-limits.md"];
    c11_sweeps = "IVS3011": [("checks/c11-sweeps.ivs", Parts::All)] in ["c11-sweeps.md"];
    c12_spot = "IVS3012": [
        ("checks/c12-spot.ivs", Parts::All),
        ("platform/service.ivs", Parts::Coded("IVS3012"))
    ] in ["c12-spot.md"];
    c13_floor = "IVS3013": [
        ("checks/c13-floor.ivs", Parts::All),
        ("platform/service.ivs", Parts::Coded("IVS3013"))
    ] in ["c13-floor.md"];
    c14_sla_chain = "IVS3014": [("checks/c14-sla-chain.ivs", Parts::All)] in ["c14-sla-chain.md"];
    c15_error_budget = "IVS3015": [("checks/c15-error-budget.ivs", Parts::All)] in ["c15-error-budget.md"];
    c16_latency = "IVS3016": [("checks/c16-latency.ivs", Parts::All)] in ["c16-latency.md"];
    c17_residency = "IVS3017": [
        ("checks/c17-residency.ivs", Parts::All),
        ("compliance/data.ivs", Parts::Named(&["may-be-in", "holders", "all-holders"]))
    ] in ["c17-residency.md"];
    c18_failover = "IVS3018": [("checks/c18-failover.ivs", Parts::All)] in ["c18-failover.md"];
    c19_recovery = "IVS3019": [("checks/c19-recovery.ivs", Parts::All)] in ["c19-recovery.md"];
    c20_retention = "IVS3020": [("checks/c20-retention.ivs", Parts::All)] in ["c20-retention.md"];
    c21_clearance = "IVS3021": [("checks/c21-clearance.ivs", Parts::All)] in ["c21-clearance.md"];
    c22_federation = "IVS3022": [("checks/c22-federation.ivs", Parts::All)] in ["c22-federation.md"];
    c23_domains = "IVS3023": [("checks/c23-domains.ivs", Parts::All)] in ["c23-domains.md"];
    c24_shares = "IVS3024": [("checks/c24-shares.ivs", Parts::All)] in ["c24-shares.md"];
    c25_margin = "IVS3025": [("checks/c25-margin.ivs", Parts::All)] in ["c25-margin.md"];
    c26_entitlement = "IVS3026": [("checks/c26-entitlement.ivs", Parts::All)] in ["c26-entitlement.md"];
    c27_metering = "IVS3027": [("checks/c27-metering.ivs", Parts::All)] in ["c27-metering.md"];
    c29_requirements = "IVS3029": [("checks/c29-requirements.ivs", Parts::All)] in ["c29-requirements.md"];
    c30_stated = "IVS3030": [("checks/c30-stated.ivs", Parts::All)] in ["c30-stated.md"];
    c31_packing = "IVS3031": [("checks/c31-packing.ivs", Parts::All)] in ["c31-packing.md"];
}

/// C28 is the language's own: what an override names is in its base, or nothing types (tests/literate/layers).
#[test]
fn every_rule_of_the_library_is_tried() {
    let codes: BTreeSet<&str> = RULES.iter().map(|r| r.0).collect();
    let library: BTreeSet<&str> = ivs_driver::LIBRARY_CODES.iter().map(|c| c.0).collect();
    assert_eq!(codes, library);
    let tried: BTreeSet<&str> = RULES.iter().flat_map(|r| r.1.iter().copied()).collect();
    for entry in std::fs::read_dir(root().join("stdlib/checks")).unwrap() {
        let path = format!("checks/{}", entry.unwrap().file_name().to_str().unwrap());
        assert!(tried.contains(path.as_str()), "{path}");
    }
}
