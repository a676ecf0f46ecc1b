//! Checks: which run, how bad what they find is, what is excused, and which fixes are certain.

use crate::by_file;
use crate::database::{Database, each, each_of};
use crate::report::{Report, ReportFile};
use crate::verify::Verifier;
use ivs_eval::{CheckFinding, CheckResult, Env, MAX_CHECK_STEPS, Part, Piece, check_code, too_many_steps};
use ivs_model::ir::Allow;
use ivs_model::{Module, code, module_index, modules, qualified_name};
use ivs_project::Config;
use ivs_source::{Db, Diagnostic, ItemDiagnostic, ItemId, Label, Place, Severity};
use rustc_hash::FxHashMap;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Everything found, before it is placed.
pub(crate) struct Checked {
    /// All findings.
    pub findings: Vec<ItemDiagnostic>,
    undecided: usize,
    untried: usize,
    names: Vec<(&'static str, String)>,
    /// What is wrong with `[checks]` of `ivs.toml`; places are in its text.
    config: Vec<Diagnostic<u32>>,
    config_text: Arc<str>,
}

impl Checked {
    /// Whether anything keeps outputs from being written.
    pub fn failed(&self) -> bool {
        let error = |s: Severity| s == Severity::Error;
        self.findings.iter().any(|d| error(d.severity)) || self.config.iter().any(|d| error(d.severity))
    }

    /// With places in files.
    pub fn report(self, db: &Database) -> Report {
        let mut report = crate::report::report(db, self.findings);
        report.undecided = self.undecided;
        report.untried = self.untried;
        report.checks = self.names;
        if !self.config.is_empty() {
            let of = report.files.len() as u32;
            report.files.push(ReportFile {
                path: ivs_project::CONFIG_FILE.to_owned(),
                text: self.config_text,
                library: false,
                dependency: false,
            });
            report.diagnostics.extend(self.config.into_iter().map(|mut d| {
                d.primary.place.of = of;
                d
            }));
        }
        report
    }
}

/// The checks of the package; with `library`, those of the library and of dependencies, unless what they first go through is a
/// kind without declarations.
pub(crate) fn all(db: &dyn Db, library: bool) -> Vec<ItemId> {
    let known = modules(db);
    let mut out = Vec::new();
    for name in known.files.keys() {
        let module = Module::new(db, name.clone());
        let shipped = !known.is_own(module);
        if shipped && !library {
            continue;
        }
        for &check in &module_index(db, module).checks {
            let idle = || {
                ivs_model::check_set(db, check).is_some_and(|k| ivs_model::decls_of_kind(db, k).is_empty())
            };
            if !(shipped && idle()) {
                out.push(check);
            }
        }
    }
    out
}

/// Whether a check can be decided at all.
fn sound(db: &dyn Db, check: ItemId) -> bool {
    // The library's are, or none of its tests would pass.
    let library = check.file(db).library(db);
    library || !ivs_model::item_diagnostics(db, check).iter().any(|d| d.severity == Severity::Error)
}

/// The checks that can be decided, in order.
pub(crate) fn decidable(db: &dyn Db) -> Vec<ItemId> {
    all(db, true).into_iter().filter(|c| sound(db, *c)).collect()
}

/// The results of all checks in an environment, in order. `keep`: answers are kept for the next question.
pub(crate) fn results(
    db: &Database,
    env: Env,
    threads: usize,
    keep: bool,
) -> Vec<(ItemId, Arc<CheckResult>)> {
    let checks = decidable(db);
    let done: Vec<(ItemId, Arc<CheckResult>)> = match keep {
        true => {
            let parts: Vec<Part> = checks.iter().flat_map(|c| ivs_eval::check_parts(db, env, *c)).collect();
            each(db, threads, &parts, |db, part| (part.check, ivs_eval::check_part(db, env, *part)))
        }
        false => {
            const WORTHWHILE: usize = 16;
            let pieces: Vec<Piece> =
                checks.iter().flat_map(|c| ivs_eval::check_pieces(db, env, *c)).collect();
            each_of(db, threads, WORTHWHILE, &pieces, |db, piece| {
                (piece.check, Arc::new(ivs_eval::check_piece(db, env, piece)))
            })
        }
    };
    let mut done = done.into_iter().peekable();
    let mut out = Vec::with_capacity(checks.len());
    for check in checks {
        let mut own = Vec::new();
        while let Some((_, result)) = done.next_if(|(of, _)| *of == check) {
            own.push(result);
        }
        out.push((check, ivs_eval::check_whole(db, env, check, &own)));
    }
    out
}

/// How a check or code is called in `ivs.toml`, in `@allow` and in tests.
pub(crate) struct Names {
    /// Qualified name, bare name, code.
    checks: Vec<(ItemId, String, String, &'static str)>,
}

impl Names {
    pub fn new(db: &dyn Db) -> Names {
        let name =
            |c: ItemId| (c, qualified_name(db, c).to_string(), c.key(db).name.to_string(), check_code(db, c));
        let checks = all(db, true);
        Names { checks: checks.into_iter().map(name).collect() }
    }

    /// The codes of the checks that a name means: those of the module first.
    pub fn codes(&self, db: &dyn Db, from: Option<ItemId>, what: &str) -> Vec<&'static str> {
        let exact: Vec<_> = self.checks.iter().filter(|(_, q, _, code)| q == what || *code == what).collect();
        if !exact.is_empty() {
            // What several checks of the library look at is one rule, with one code.
            let mut codes: Vec<_> = exact.iter().map(|c| c.3).collect();
            codes.dedup();
            return codes;
        }
        let bare: Vec<_> = self.checks.iter().filter(|(_, _, b, _)| b == what).collect();
        let here = from.map(|f| f.file(db).module(db).clone());
        let own: Vec<_> = bare.iter().filter(|c| Some(c.0.file(db).module(db)) == here.as_ref()).collect();
        match own[..] {
            [one] => vec![one.3],
            _ => bare.iter().map(|c| c.3).collect(),
        }
    }

    fn listed(&self) -> String {
        let mut names: Vec<String> = self.checks.iter().take(12).map(|c| format!("`{}`", c.1)).collect();
        names.sort();
        names.join(", ")
    }

    fn near(&self, what: &str) -> Option<&str> {
        let all = self.checks.iter().flat_map(|c| [c.1.as_str(), c.2.as_str(), c.3]);
        ivs_model::closest(what, all)
    }
}

/// How checks are decided.
#[derive(Clone, Copy)]
pub(crate) struct How {
    pub threads: usize,
    /// Whether the environments are all there are.
    pub every: bool,
    /// Whether fixes are tried before they are offered.
    pub verify: bool,
    /// Whether answers are kept for the next question.
    pub keep: bool,
}

/// Adds what the checks find in some environments.
pub(crate) fn decide(
    db: &Database,
    mut findings: Vec<ItemDiagnostic>,
    envs: &[Env],
    config: &Config,
    how: How,
) -> Checked {
    let How { threads, every, verify, keep } = how;
    let mut undecided = 0;
    let mut open: Vec<&'static str> = Vec::new();
    let mut merged: Vec<(CheckFinding, Vec<Env>)> = Vec::new();
    let mut places: FxHashMap<(Place<ItemId>, String), Vec<usize>> = FxHashMap::default();
    for &env in envs {
        let mut steps = 0;
        for (check, result) in results(db, env, threads, keep) {
            findings.extend(result.diagnostics.iter().cloned());
            let within = steps <= MAX_CHECK_STEPS;
            steps += result.steps;
            if within && steps > MAX_CHECK_STEPS && result.diagnostics.is_empty() {
                findings.push(too_many_steps(db, check));
            }
            let mut unsure = result.undecided as usize;
            for f in &result.findings {
                // What is said of a declaration that could not be read would only be a consequence.
                if f.about.iter().any(|d| garbled(db, *d)) {
                    unsure += 1;
                    continue;
                }
                let d = &f.diagnostic;
                let known = places.entry((d.primary.place.clone(), d.message.clone())).or_default();
                let same = known
                    .iter()
                    .copied()
                    .find(|i| merged.get(*i).is_some_and(|(o, _)| alike(&o.diagnostic, d)));
                match same.and_then(|i| merged.get_mut(i)) {
                    Some((_, found)) if found.last() != Some(&env) => found.push(env),
                    Some(_) => {}
                    None => {
                        known.push(merged.len());
                        merged.push((f.clone(), vec![env]));
                    }
                }
            }
            if unsure > 0 {
                open.push(check_code(db, check));
                undecided += unsure;
            }
        }
    }
    for (f, found) in &mut merged {
        if envs.len() > 1 && found.len() < envs.len() {
            f.diagnostic.help.push(format!("found in {}", environments(db, found)));
        }
    }
    let names = Names::new(db);
    let (merged, excused) = excuse(db, merged, &mut findings, &names, every.then_some(&open[..]));
    findings.extend(excused);
    findings.extend(clashes(db, &names));
    let (merged, untried) = settle(db, &mut findings, merged, config, verify);
    findings.extend(merged);
    let config_findings = severities(db, &mut findings, config, &names);
    let aliases = names.checks.iter().filter(|c| c.1 != c.3).map(|c| (c.3, c.1.clone())).collect();
    Checked {
        findings,
        undecided,
        untried,
        names: aliases,
        config: config_findings,
        config_text: config.text.clone(),
    }
}

fn alike(a: &ItemDiagnostic, b: &ItemDiagnostic) -> bool {
    a.code == b.code && a.primary == b.primary && a.message == b.message && a.labels == b.labels
}

/// Whether a declaration was not read as it was meant.
fn garbled(db: &dyn Db, decl: ItemId) -> bool {
    let lost = |d: &ItemDiagnostic| d.code.starts_with("IVS0") || d.code == code::UNKNOWN_FIELD;
    ivs_model::item_diagnostics(db, decl).iter().any(lost)
}

fn environments(db: &dyn Db, envs: &[Env]) -> String {
    let names: Vec<String> = envs
        .iter()
        .map(|e| if e.name(db).is_empty() { "the base".to_owned() } else { format!("`{}`", e.name(db)) })
        .collect();
    match names.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{} and {last}", rest.join(", ")),
        _ => names.concat(),
    }
}

/// Takes out what `@allow` excuses; gives what is wrong with the `@allow`s. With `open`, the checks that were not decided
/// everywhere: one that excuses nothing is reported, unless its check may yet find something.
fn excuse(
    db: &dyn Db,
    merged: Vec<(CheckFinding, Vec<Env>)>,
    findings: &mut Vec<ItemDiagnostic>,
    names: &Names,
    open: Option<&[&'static str]>,
) -> (Vec<(CheckFinding, Vec<Env>)>, Vec<ItemDiagnostic>) {
    let mut allows: Vec<(ItemId, Allow, Vec<&'static str>, bool)> = Vec::new();
    let mut out = Vec::new();
    for (file, n) in by_file::stretches(db, &crate::decide::own_modules(db)) {
        for (item, allow) in &by_file::sources(db, file, n).allows {
            let mut codes = names.codes(db, Some(*item), &allow.what);
            let mut problem = None;
            if codes.len() > 1 {
                problem = Some(format!("several checks are called `{}`", allow.what));
            } else if codes.is_empty() {
                match code::ALL.iter().find(|(c, _)| *c == allow.what) {
                    Some((c, _)) => codes.push(c),
                    None => problem = Some(format!("there is no check `{}`", allow.what)),
                }
            }
            match problem {
                Some(message) => out.push(unknown(*item, allow, message, names)),
                None => allows.push((*item, allow.clone(), codes, false)),
            }
        }
    }
    if allows.is_empty() {
        return (merged, out);
    }
    let mut excused = |d: &ItemDiagnostic, about: &[ItemId]| {
        let mut hit = false;
        for (item, allow, codes, used) in &mut allows {
            if !codes.contains(&d.code) {
                continue;
            }
            let mut places = std::iter::once(&d.primary).chain(&d.labels).map(|l| &l.place);
            let here = match allow.scope {
                None => about.contains(item) || d.primary.place.of == *item,
                Some(s) => places.any(|p| p.of == *item && p.span.start >= s.start && p.span.end <= s.end),
            };
            *used |= here;
            hit |= here;
        }
        hit
    };
    let kept = merged.into_iter().filter(|(f, _)| !excused(&f.diagnostic, &f.about)).collect();
    // Warnings of the compiler are excused by their code.
    findings.retain(|d| d.severity == Severity::Error || !excused(d, &[]));
    if let Some(open) = open {
        for (item, allow, codes, used) in &allows {
            if !used && !codes.iter().any(|c| open.contains(c)) {
                let mut d = at(
                    code::ALLOW_UNUSED,
                    Severity::Warning,
                    Place { of: *item, span: allow.span },
                    format!("this `@allow` excuses nothing: `{}` finds nothing here", allow.what),
                    "no longer needed",
                );
                d.help.push("remove it".into());
                out.push(d);
            }
        }
    }
    (kept, out)
}

fn at(
    code: &'static str,
    severity: Severity,
    place: Place<ItemId>,
    message: String,
    label: &str,
) -> ItemDiagnostic {
    Diagnostic {
        code,
        severity,
        message,
        primary: Label { place, text: label.into() },
        labels: Vec::new(),
        help: Vec::new(),
        fixes: Vec::new(),
    }
}

fn unknown(item: ItemId, allow: &Allow, message: String, names: &Names) -> ItemDiagnostic {
    let place = Place { of: item, span: allow.span };
    let mut d = at(code::UNKNOWN_CHECK, Severity::Error, place, message, "which check is meant?");
    d.help.push(match (names.near(&allow.what), names.listed()) {
        (Some(near), _) => format!("did you mean `{near}`?"),
        (None, list) if !list.is_empty() => format!("the checks are {list}"),
        _ => "no check runs on this package".into(),
    });
    d
}

/// Checks that share a code.
fn clashes(db: &dyn Db, names: &Names) -> Vec<ItemDiagnostic> {
    let mut first: BTreeMap<&str, ItemId> = BTreeMap::new();
    let mut out = Vec::new();
    for (check, qualified, _, code_of) in &names.checks {
        if qualified == code_of {
            continue;
        }
        let Some(earlier) = first.insert(code_of, *check) else { continue };
        if !check.file(db).own(db) {
            continue;
        }
        let name = |i: ItemId| Place { of: i, span: ivs_model::source_map(db, i).name };
        let message = format!("the code `{code_of}` belongs to two checks");
        let mut d = at(code::CHECK_CODE, Severity::Error, name(*check), message, "the second");
        d.labels.push(Label { place: name(earlier), text: "the first".into() });
        d.help.push("a code identifies one check; choose another, or leave it out".into());
        out.push(d);
    }
    out
}

/// Applies `[checks]` of `ivs.toml`: it may raise anything, and lower warnings.
fn severities(
    db: &dyn Db,
    findings: &mut [ItemDiagnostic],
    config: &Config,
    names: &Names,
) -> Vec<Diagnostic<u32>> {
    let mut out = Vec::new();
    for (what, wanted) in &config.severities {
        let span = config.severity_places.get(what).copied().unwrap_or_default();
        let problem = |code, message: String, label: &str, help: Option<String>| Diagnostic {
            code,
            severity: Severity::Error,
            message,
            primary: Label { place: Place { of: 0, span }, text: label.into() },
            labels: Vec::new(),
            help: help.into_iter().collect(),
            fixes: Vec::new(),
        };
        let mut codes = names.codes(db, None, what);
        if codes.is_empty() {
            codes.extend(code::ALL.iter().map(|(c, _)| *c).find(|c| c == what));
        }
        let known = ivs_model::library_check(db, what);
        if codes.is_empty() && !known {
            let help = names.near(what).map(|n| format!("did you mean `{n}`?"));
            out.push(problem(code::UNKNOWN_CHECK, format!("there is no check `{what}`"), "unknown", help));
            continue;
        }
        let mut lowered = false;
        for d in findings.iter_mut().filter(|d| codes.contains(&d.code)) {
            if d.severity == Severity::Error && *wanted != Severity::Error {
                lowered = true;
            } else {
                d.severity = *wanted;
            }
        }
        if lowered {
            out.push(problem(
                code::SEVERITY_LOWERED,
                format!("`{what}` is an error, and stays one"),
                "only warnings can be lowered",
                Some(format!("excuse single places: `@allow({what}, reason = \"…\")`")),
            ));
        }
    }
    out
}

/// How many proposals are tried; the others are told as advice.
const MAX_TRIED: usize = 24;

/// Tries the fixes that requirements propose on a copy: what does not mend its finding is advice. Gives what checks found,
/// and how many proposals were not tried because nobody asked for it.
fn settle(
    db: &Database,
    findings: &mut [ItemDiagnostic],
    merged: Vec<(CheckFinding, Vec<Env>)>,
    config: &Config,
    verify: bool,
) -> (Vec<ItemDiagnostic>, usize) {
    let mut untried = 0;
    let mut verifier: Option<Verifier> = None;
    let mut left = if verify { MAX_TRIED } else { 0 };
    let mut split = |d: &mut ItemDiagnostic,
                     tried: &mut dyn FnMut(&mut Verifier, &ItemDiagnostic) -> bool| {
        let Some(fix) = d.fixes.first() else { return };
        let mut good = !fix.edits.is_empty() && left > 0;
        untried += usize::from(!verify && !fix.edits.is_empty());
        if good {
            // An edit that is waiting goes first.
            salsa::Database::unwind_if_revision_cancelled(db);
            left -= 1;
            good = tried(verifier.get_or_insert_with(|| Verifier::new(db, config)), d);
        }
        if !good {
            d.help.extend(d.fixes.drain(..).map(|f| f.title));
        }
    };
    for d in findings.iter_mut().filter(|d| code::of_requirement(d.code)) {
        split(d, &mut |v, d| v.mends_requirement(db, d));
    }
    let mut out = Vec::with_capacity(merged.len());
    for (f, envs) in merged {
        let mut d = f.diagnostic.clone();
        split(&mut d, &mut |v, _| v.mends_check(db, &f, &envs));
        out.push(d);
    }
    (out, untried)
}
