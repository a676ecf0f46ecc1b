//! Tests: each in a copy of the package to which its declarations are added.

use crate::checks::{self, Names};
use crate::database::{Database, with_stack};
use crate::report::{Report, report};
use crate::verify::copy;
use crate::{Session, decide};
use ivs_eval::{Answer, Env, Expectation};
use ivs_grammar::ast::{ItemKind, Span, StrPart, TestItem};
use ivs_model::{TEST_ITEMS, TEST_TEXT, body, code, module_index, qualified_name, source_map};
use ivs_source::{
    Db, Diagnostic, ItemDiagnostic, ItemId, Label, Place, Program, Severity, SourceFile, item_offset, items,
    parse_item,
};
use smol_str::SmolStr;
use std::collections::BTreeMap;
use std::sync::Arc;

/// What became of a test.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Outcome {
    /// What it says it shows.
    pub name: String,
    /// The environment it runs in; `None` for the base.
    pub environment: Option<String>,
    /// Where it stands: package-relative path, and line from 1.
    pub path: String,
    /// See [`Outcome::path`].
    pub line: usize,
    /// Why it failed; nothing if it passed.
    pub report: Report,
}

impl Outcome {
    /// Whether everything that it asks is as it says.
    pub fn passed(&self) -> bool {
        self.report.diagnostics.is_empty()
    }
}

/// A requirement of the package, and what the tests saw of it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Coverage {
    /// What it belongs to: `check shop.capacity`, `kind shop.box`.
    pub of: String,
    /// Where it stands: package-relative path, and line from 1.
    pub path: String,
    /// See [`Coverage::path`].
    pub line: usize,
    /// Its condition as written.
    pub condition: String,
    /// Whether a test saw it fail.
    pub failing: bool,
    /// Whether a test saw it hold.
    pub holding: bool,
}

/// What testing a package found.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Tested {
    /// In the order of files and places.
    pub outcomes: Vec<Outcome>,
    /// Of every requirement of the package, in the same order.
    pub coverage: Vec<Coverage>,
}

/// A test as it is written.
struct Written {
    name: String,
    environment: Option<SmolStr>,
    file: SourceFile,
    path: String,
    line: usize,
    /// The file with nothing left but the test's declarations, at their places.
    declarations: String,
    /// The file with nothing left but what the test asks.
    questions: String,
}

/// How often each requirement held and failed: by path and key of its item, and mark.
type Seen = BTreeMap<(SmolStr, SmolStr, u32), (bool, bool)>;

impl Session {
    /// Runs the tests whose name contains `filter`.
    pub fn test(&mut self, filter: &str) -> Tested {
        let tests: Vec<Written> = written(&self.db).into_iter().filter(|t| t.name.contains(filter)).collect();
        let mut world = copy(&self.db, &self.config, &[]);
        let mut known: BTreeMap<SmolStr, Vec<ItemDiagnostic>> = BTreeMap::new();
        for t in &tests {
            let env = t.environment.clone().unwrap_or_default();
            known.entry(env.clone()).or_insert_with(|| world.findings(&env));
        }
        let mut seen = Seen::new();
        let mut outcomes = Vec::new();
        for t in tests {
            let env = t.environment.clone().unwrap_or_default();
            let before = known.get(&env).map(Vec::as_slice).unwrap_or_default();
            let found = world.run_test(&t, &env, before, &mut seen);
            outcomes.push(Outcome {
                name: t.name,
                environment: t.environment.map(|e| e.to_string()),
                path: t.path,
                line: t.line,
                report: found,
            });
        }
        Tested { outcomes, coverage: coverage(&self.db, &seen) }
    }

    fn findings(&mut self, env: &SmolStr) -> Vec<ItemDiagnostic> {
        let config = self.config.clone();
        with_stack(self.db.clone(), move |db| all_of(&db, &Env::new(&db, env.clone()), &config))
    }

    fn run_test(&mut self, t: &Written, env: &SmolStr, before: &[ItemDiagnostic], seen: &mut Seen) -> Report {
        let (declared, asked) = (format!("{}{TEST_ITEMS}", t.path), format!("{}{TEST_TEXT}", t.path));
        let module = t.file.module(&self.db).clone();
        self.add_file(&declared, &module, &t.declarations);
        self.add_file(&asked, &module, &t.questions);
        let config = self.config.clone();
        let report = with_stack(self.db.clone(), |db| {
            let env = Env::new(&db, env.clone());
            let mut found = all_of(&db, &env, &config);
            count(&db, env, &declared, seen);
            let mut failures = Vec::new();
            if let Some(test) = item_of(&db, &asked, "test") {
                let (answers, wrong) = ivs_eval::ask(&db, env, test);
                found.extend(wrong);
                failures = judge(&db, test, answers, &found, before);
            }
            own_report(&db, failures)
        });
        self.remove_file(&declared);
        self.remove_file(&asked);
        report
    }

    fn add_file(&mut self, path: &str, module: &SmolStr, text: &str) {
        let file =
            SourceFile::of(&self.db, path.into(), Arc::from(text), module.clone(), ivs_source::Origin::Own);
        let mut files = Program::get(&self.db).files(&self.db).to_vec();
        files.push(file);
        self.set_files(files);
    }
}

/// All findings of one environment.
fn all_of(db: &Database, env: &Env, config: &ivs_project::Config) -> Vec<ItemDiagnostic> {
    let mut found = decide::sources(db, 1);
    found.extend(decide::environment(db, *env, 1));
    let how = checks::How { threads: 1, every: false, verify: false, keep: true };
    checks::decide(db, found, &[*env], config, how).findings
}

/// The first item of a keyword in a file.
fn item_of(db: &dyn Db, path: &str, keyword: &str) -> Option<ItemId> {
    let file = Program::get(db).files(db).iter().find(|f| f.own(db) && f.path(db) == path)?;
    items(db, *file).ids.iter().copied().find(|i| i.key(db).keyword == keyword)
}

/// The tests of the package.
fn written(db: &Database) -> Vec<Written> {
    let mut out = Vec::new();
    for module in decide::own_modules(db) {
        for &item in &module_index(db, module).tests {
            let parsed = parse_item(db, item);
            let Some(tree) = parsed.item() else { continue };
            let ItemKind::Test { name, environment, items } = &tree.kind else { continue };
            let file = item.file(db);
            let text = file.text(db);
            let offset = item_offset(db, item);
            let at = |s: Span| (s.start + offset) as usize..(s.end + offset) as usize;
            let mut declarations = blank(text);
            let mut questions = blank(text);
            restore(&mut questions, text, at(tree.span));
            for inner in items {
                if let TestItem::Item(i) = inner {
                    let nested = matches!(i.kind, ItemKind::Test { .. });
                    if !nested {
                        restore(&mut declarations, text, at(i.span));
                    }
                    let blanks = blank(text);
                    restore_from(&mut questions, &blanks, at(i.span));
                }
            }
            let part = |p: &StrPart| match p {
                StrPart::Text(t) => t.to_string(),
                StrPart::Expr(_) => "…".to_owned(),
            };
            let start = at(tree.span).start;
            out.push(Written {
                name: name.parts.iter().map(part).collect(),
                environment: environment.as_ref().map(|w| w.text.clone()),
                file,
                path: file.path(db).to_string(),
                line: line(text, start),
                declarations: String::from_utf8(declarations).unwrap_or_default(),
                questions: String::from_utf8(questions).unwrap_or_default(),
            });
        }
    }
    out.sort_by(|a, b| (&a.path, a.line).cmp(&(&b.path, b.line)));
    out
}

fn line(text: &str, at: usize) -> usize {
    text.get(..at).map_or(1, |t| t.matches('\n').count() + 1)
}

/// As long as a text, with its line breaks and nothing else.
fn blank(text: &str) -> Vec<u8> {
    text.bytes().map(|b| if b == b'\n' || b == b'\r' { b } else { b' ' }).collect()
}

fn restore(out: &mut [u8], text: &str, range: std::ops::Range<usize>) {
    restore_from(out, text.as_bytes(), range);
}

fn restore_from(out: &mut [u8], from: &[u8], range: std::ops::Range<usize>) {
    if let (Some(to), Some(from)) = (out.get_mut(range.clone()), from.get(range)) {
        to.copy_from_slice(from);
    }
}

/// What is wrong with a test: answers that are not as it says, and errors that it does not expect.
fn judge(
    db: &dyn Db,
    test: ItemId,
    answers: Vec<Answer>,
    found: &[ItemDiagnostic],
    before: &[ItemDiagnostic],
) -> Vec<ItemDiagnostic> {
    let names = Names::new(db);
    let mut out = Vec::new();
    let mut expected = vec![false; found.len()];
    for answer in answers {
        match answer {
            Answer::Holds => {}
            // What is wrong with the question itself says more than that it has no answer.
            Answer::Fails(d) if d.code == code::NOT_DECIDED && found.iter().any(|f| within(f, &d)) => {}
            Answer::Fails(d) => out.push(d),
            Answer::Expects(e) => {
                let mut codes: Vec<&str> = names.codes(db, Some(test), &e.what);
                if codes.is_empty() {
                    codes.push(&e.what);
                    let digits = e.what.strip_prefix("IVS").unwrap_or_default();
                    if digits.len() != 4 || !digits.bytes().all(|b| b.is_ascii_digit()) {
                        out.push(unknown(&e));
                        continue;
                    }
                }
                let hits: Vec<usize> = found
                    .iter()
                    .enumerate()
                    .filter(|(_, d)| codes.contains(&d.code) && is_at(d, &e))
                    .map(|(i, _)| i)
                    .collect();
                match (e.not, hits.first()) {
                    (false, None) => out.push(missing(&e, found, before)),
                    (true, Some(&i)) => out.extend(found.get(i).map(|d| unwanted(&e, d))),
                    _ => {}
                }
                for i in hits {
                    if let (false, Some(x)) = (e.not, expected.get_mut(i)) {
                        *x = true;
                    }
                }
            }
        }
    }
    for (d, expected) in found.iter().zip(expected) {
        if d.severity == Severity::Error && !expected && !before.contains(d) {
            out.push(d.clone());
        }
    }
    out
}

fn within(f: &ItemDiagnostic, d: &ItemDiagnostic) -> bool {
    let (a, b) = (&f.primary.place, &d.primary.place);
    a.of == b.of && a.span.start >= b.span.start && a.span.end <= b.span.end
}

fn is_at(d: &ItemDiagnostic, e: &Expectation) -> bool {
    let Some((_, places)) = &e.at else { return true };
    let mut shown = std::iter::once(&d.primary).chain(&d.labels).map(|l| &l.place);
    shown.any(|s| {
        places.iter().any(|p| p.of == s.of && p.span.start <= s.span.end && s.span.start <= p.span.end)
    })
}

fn at(code: &'static str, e: &Expectation, message: String, label: &str) -> ItemDiagnostic {
    Diagnostic {
        code,
        severity: Severity::Error,
        message,
        primary: Label { place: e.place.clone(), text: label.into() },
        labels: Vec::new(),
        help: Vec::new(),
        fixes: Vec::new(),
    }
}

fn unknown(e: &Expectation) -> ItemDiagnostic {
    let message = format!("there is no check `{}`", e.what);
    let mut d = at(code::UNKNOWN_CHECK, e, message, "neither a check nor a code");
    d.help.push("`expect` names a check that runs on this package, or a code such as IVS1201".into());
    d
}

fn missing(e: &Expectation, found: &[ItemDiagnostic], before: &[ItemDiagnostic]) -> ItemDiagnostic {
    let whereabouts = e.at.as_ref().map_or(String::new(), |(text, _)| format!(" at `{text}`"));
    let message = format!("`{}` was expected{whereabouts}, and not found", e.what);
    let mut d = at(code::EXPECTED_MISSING, e, message, "expected here");
    let mut others: Vec<String> =
        found.iter().filter(|d| !before.contains(d)).map(|d| format!("{}: {}", d.code, d.message)).collect();
    others.sort();
    others.dedup();
    others.truncate(6);
    for other in others {
        d.help.push(format!("found instead: {other}"));
    }
    d
}

fn unwanted(e: &Expectation, found: &ItemDiagnostic) -> ItemDiagnostic {
    let message = format!("`{}` was found: {}", e.what, found.message);
    let mut d = at(code::UNEXPECTED_FOUND, e, message, "must not be found");
    d.labels.push(found.primary.clone());
    d.labels.extend(found.labels.iter().cloned());
    d
}

/// A report in terms of the files as they are.
fn own_report(db: &Database, failures: Vec<ItemDiagnostic>) -> Report {
    let kept: Vec<(&'static str, String)> = failures.iter().map(|d| (d.code, d.message.clone())).collect();
    let mut out = report(db, failures);
    let parts = |path: &str| path.ends_with(TEST_TEXT) || path.ends_with(TEST_ITEMS);
    let files = out.files.clone();
    let of_test = |of: u32| files.get(of as usize).is_some_and(|f| parts(&f.path));
    // Mistakes in the text of the package are not the test's.
    out.diagnostics
        .retain(|d| of_test(d.primary.place.of) || kept.iter().any(|(c, m)| *c == d.code && *m == d.message));
    let sources = Program::get(db).files(db);
    for f in &mut out.files {
        let Some(path) = f.path.strip_suffix(TEST_TEXT).or_else(|| f.path.strip_suffix(TEST_ITEMS)) else {
            continue;
        };
        let whole = sources.iter().find(|s| s.own(db) && s.path(db) == path);
        f.text = whole.map_or_else(|| f.text.clone(), |s| s.text(db).clone());
        f.path = path.to_owned();
    }
    // Several parts of one file are one file.
    let first: Vec<u32> = out
        .files
        .iter()
        .map(|f| {
            out.files.iter().position(|o| o.path == f.path && o.library == f.library).unwrap_or(0) as u32
        })
        .collect();
    let one = |p: &mut Place<u32>| p.of = first.get(p.of as usize).copied().unwrap_or(p.of);
    for d in &mut out.diagnostics {
        one(&mut d.primary.place);
        d.labels.iter_mut().for_each(|l| one(&mut l.place));
        d.fixes.iter_mut().flat_map(|f| &mut f.edits).for_each(|e| one(&mut e.place));
    }
    out
}

/// A requirement, whatever database it is seen in.
fn key(db: &dyn Db, item: ItemId, mark: u32) -> (SmolStr, SmolStr, u32) {
    let k = item.key(db);
    let name = SmolStr::from(format!("{} {} {} {}", k.keyword, k.kind, k.name, k.ordinal));
    (item.file(db).path(db).clone(), name, mark)
}

/// Counts what a test saw of requirements: of all checks, and of what its own declarations have to fulfil.
fn count(db: &Database, env: Env, declared: &str, seen: &mut Seen) {
    let mut note = |item: ItemId, mark: u32, held: bool, failed: bool| {
        let entry = seen.entry(key(db, item, mark)).or_default();
        entry.0 |= held;
        entry.1 |= failed;
    };
    for (check, result) in checks::results(db, env, 1, true) {
        let ir = body(db, check);
        let Some(block) = ir.check.as_ref().and_then(|c| ir.blocks.get(c.block as usize)) else { continue };
        for (r, (held, failed)) in block.requires.iter().zip(&result.verdicts) {
            note(check, r.mark, *held > 0, *failed > 0);
        }
    }
    for inst in decide::enabled(db, env) {
        if inst.decl(db).file(db).path(db) != declared {
            continue;
        }
        for (item, mark, holds) in ivs_eval::covered(db, env, inst) {
            note(item, mark, holds, !holds);
        }
    }
}

/// Every requirement of the package, with what was seen of it.
fn coverage(db: &Database, seen: &Seen) -> Vec<Coverage> {
    let mut out = Vec::new();
    for module in decide::own_modules(db) {
        for &item in &module_index(db, module).all {
            let ir = body(db, item);
            let map = source_map(db, item);
            let (file, offset) = (item.file(db), item_offset(db, item));
            for r in ir.blocks.iter().flat_map(|b| &b.requires) {
                let (holding, failing) = seen.get(&key(db, item, r.mark)).copied().unwrap_or_default();
                let span = map.exprs.get(r.cond as usize).copied().unwrap_or_default();
                let k = item.key(db);
                let what = if k.keyword == "decl" { k.kind.as_str() } else { k.keyword };
                out.push(Coverage {
                    of: format!("{what} {}", qualified_name(db, item)),
                    path: file.path(db).to_string(),
                    line: line(file.text(db), (span.start + offset) as usize),
                    condition: span
                        .text(ivs_source::item_text(db, item))
                        .split_whitespace()
                        .collect::<Vec<_>>()
                        .join(" "),
                    failing,
                    holding,
                });
            }
        }
    }
    out.sort_by(|a, b| (&a.path, a.line).cmp(&(&b.path, b.line)));
    out
}
