//! What holds for every source: no panic whatever is typed, editing gives what starting anew gives, threads do not matter.
//!
//! A run tries a sample that differs with nothing but the code; `IVS_FULL=1` tries every place and long scripts, and holds
//! each answer to two seconds of processor time.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod support;

use ivs_driver::Session;
use ivs_project::{Config, SourceText};
use proptest::prelude::*;
use proptest::test_runner::{Config as Runs, RngAlgorithm, TestRng, TestRunner};
use std::sync::Arc;
use std::time::Duration;
use support::{fences, markdown, render, root};

fn full() -> bool {
    std::env::var_os("IVS_FULL").is_some()
}

/// A package under test.
struct Package {
    name: String,
    config: Config,
    sources: Vec<SourceText>,
    data: Vec<ivs_project::DataText>,
}

impl Package {
    fn session(&self, threads: usize) -> Session {
        self.session_of(&self.sources, threads)
    }
    fn session_of(&self, sources: &[SourceText], threads: usize) -> Session {
        Session::new(sources.to_vec(), self.config.clone(), threads).with_data(self.data.clone())
    }
}

/// The packages of `examples`.
fn examples() -> Vec<Package> {
    let mut found = Vec::new();
    let mut folders: Vec<_> =
        std::fs::read_dir(root().join("examples")).unwrap().map(|e| e.unwrap().path()).collect();
    folders.sort();
    for folder in folders.iter().filter(|f| f.join("ivs.toml").is_file()) {
        let project = ivs_project::load(folder, None).expect("an example that can be read");
        let name = folder.file_name().unwrap().to_string_lossy().into_owned();
        let (config, sources, data) = (project.config, project.sources, project.data);
        found.push(Package { name, config, sources, data });
    }
    assert!(!found.is_empty());
    found
}

/// The sources of every literate case, those of generated text left out.
fn literate() -> Vec<Package> {
    let mut cases: Vec<Package> = Vec::new();
    for path in markdown(&root().join("tests/literate")) {
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        if name == "limits" {
            continue;
        }
        for fence in fences(&std::fs::read_to_string(&path).unwrap()) {
            if fence.is("ivs") {
                let name = format!("{name}: {}", fence.heading);
                match cases.last_mut() {
                    Some(last) if last.name == name => last.sources.push(fence.source()),
                    _ => cases.push(Package {
                        name,
                        config: Config::named(support::PACKAGE),
                        sources: vec![fence.source()],
                        data: Vec::new(),
                    }),
                }
            }
        }
    }
    for case in &mut cases {
        case.sources.sort_by(|a, b| a.path.cmp(&b.path));
    }
    cases
}

/// Everything that a session can say about a package.
fn everything(session: &mut Session, environments: &[&str]) -> String {
    let mut all = render(&session.check());
    for env in std::iter::once(None).chain(environments.iter().copied().map(Some)) {
        let (report, files) = session.build(env);
        all += &render(&report);
        for file in files {
            all += &format!("--- {}\n{}", file.path, file.text);
        }
    }
    all
}

/// The longest that an answer may take.
const LONGEST: Duration = Duration::from_secs(2);

/// The processor time that this process has had, so that other processes do not count.
fn spent() -> Duration {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ProcessCPUTime);
    Duration::new(time.tv_sec.try_into().unwrap(), time.tv_nsec.try_into().unwrap())
}

/// Checks after one edit, and reports what was typed if that panics.
fn survives(session: &mut Session, path: &str, text: &str, what: &str) {
    let start = std::time::Instant::now();
    session.set_text(path, text);
    // At length, fixes are tried at some places: that takes most of the time.
    let verify = !full() || text.len().is_multiple_of(16);
    let look = |session: &mut Session| if verify { session.check() } else { session.survey() };
    let answer = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| render(&look(session))));
    assert!(answer.is_ok(), "{what} panics:\n{text}");
    if full() && start.elapsed() > LONGEST {
        // Others may run beside it: the best of three counts.
        let again = || {
            session.set_text(path, "");
            session.check();
            let start = spent();
            session.set_text(path, text);
            session.check();
            spent() - start
        };
        let best = std::iter::repeat_with(again).take(3).min().unwrap();
        assert!(best < LONGEST, "{what} takes {best:?}:\n{text}");
    }
}

/// Deletes, inserts and swaps single characters at every `stride`th place.
fn type_everywhere(package: &Package, stride: usize) {
    const KEYS: &[&str] = &[
        "{", "}", "[", "(", ")", "\"", "=", ".", ",", "/", "$", "-", ":", "0", "a", " ", "\n", "@", "%", "é",
    ];
    let mut session = package.session(1);
    for source in &package.sources {
        let text: Vec<char> = source.text.chars().collect();
        for i in (0..text.len()).step_by(stride) {
            let edited = |change: &dyn Fn(&mut Vec<char>)| {
                let mut copy = text.clone();
                change(&mut copy);
                copy.into_iter().collect::<String>()
            };
            let what = |how: &str| format!("{}, {}: {how} at character {i}", package.name, source.path);
            let deleted = edited(&|t| {
                t.remove(i);
            });
            survives(&mut session, &source.path, &deleted, &what("deleting"));
            let key = KEYS[i % KEYS.len()];
            let inserted = edited(&|t| t.insert(i, key.chars().next().unwrap()));
            survives(&mut session, &source.path, &inserted, &what("inserting"));
            if i + 1 < text.len() {
                survives(&mut session, &source.path, &edited(&|t| t.swap(i, i + 1)), &what("swapping"));
            }
        }
        session.set_text(&source.path, &source.text);
    }
}

#[test]
fn no_character_typed_into_an_example_panics() {
    let examples = examples();
    let total: usize = examples.iter().flat_map(|p| &p.sources).map(|s| s.text.len()).sum();
    let stride = if full() { 1 } else { (total / 150).max(1) };
    side_by_side(&examples, stride);
}

/// [`type_everywhere`] in several packages, those with most text first.
fn side_by_side(packages: &[Package], stride: usize) {
    let mut order: Vec<&Package> = packages.iter().collect();
    order.sort_by_key(|p| std::cmp::Reverse(p.sources.iter().map(|s| s.text.len()).sum::<usize>()));
    let next = std::sync::atomic::AtomicUsize::new(0);
    let threads = if full() { std::thread::available_parallelism().map_or(1, usize::from) } else { 1 };
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                while let Some(package) = order.get(next.fetch_add(1, std::sync::atomic::Ordering::Relaxed)) {
                    type_everywhere(package, stride);
                }
            });
        }
    });
}

#[test]
fn no_character_typed_into_a_literate_case_panics() {
    let stride = if full() { 1 } else { 61 };
    for package in literate() {
        type_everywhere(&package, stride);
    }
}

#[test]
fn as_many_threads_as_there_are_give_the_same_bytes() {
    let mut packages = literate();
    if !full() {
        packages = packages.into_iter().step_by(7).collect();
    }
    packages.extend(examples());
    for package in packages {
        let alone = everything(&mut package.session(1), &["staging"]);
        for threads in [2, 4] {
            let together = everything(&mut package.session(threads), &["staging"]);
            let name = &package.name;
            assert!(
                alone == together,
                "{name} with {threads} threads:\n{}",
                support::diff(&alone, &together)
            );
        }
    }
}

/// The order in which files are given does not matter.
#[test]
fn sources_in_any_order_give_the_same_bytes() {
    for package in literate().into_iter().filter(|p| p.sources.len() > 1).chain(examples()) {
        let straight = render(&package.session(1).check());
        let mut reversed = package.sources.clone();
        reversed.reverse();
        assert_eq!(straight, render(&package.session_of(&reversed, 1).check()), "{}", package.name);
    }
}

/// One step of somebody at work, in terms that fit any text.
#[derive(Clone, Debug)]
enum Step {
    /// Removes the line at this part of the file.
    CutLine(prop::sample::Index),
    /// Puts a copy of a line somewhere else.
    CopyLine(prop::sample::Index, prop::sample::Index),
    /// Puts a line of another kind in.
    Insert(prop::sample::Index, &'static str),
    /// Changes a digit.
    Digit(prop::sample::Index, char),
    /// Renames a word wherever it stands.
    Rename(prop::sample::Index),
    /// Removes a character.
    Delete(prop::sample::Index),
    /// Goes back to the beginning.
    Restore,
}

const LINES: &[&str] = &[
    "",
    "// a comment",
    "/// documentation",
    "kind widget { size: int = 1 }",
    "widget w { size = 3 }",
    "let extra = 3",
    "  extra = 3",
    "}",
    "{",
    "overlay staging {",
    "environment staging {}",
    "let broken = \"",
];

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        2 => any::<prop::sample::Index>().prop_map(Step::CutLine),
        2 => any::<(prop::sample::Index, prop::sample::Index)>().prop_map(|(a, b)| Step::CopyLine(a, b)),
        3 => (any::<prop::sample::Index>(), prop::sample::select(LINES)).prop_map(|(i, l)| Step::Insert(i, l)),
        3 => (any::<prop::sample::Index>(), prop::char::range('0', '9')).prop_map(|(i, c)| Step::Digit(i, c)),
        2 => any::<prop::sample::Index>().prop_map(Step::Rename),
        2 => any::<prop::sample::Index>().prop_map(Step::Delete),
        1 => Just(Step::Restore),
    ]
}

fn edit(text: &str, original: &str, step: &Step) -> String {
    let mut lines: Vec<&str> = text.split('\n').collect();
    match step {
        Step::CutLine(i) => {
            let i = i.index(lines.len());
            lines.remove(i);
            lines.join("\n")
        }
        Step::CopyLine(from, to) => {
            let line = lines[from.index(lines.len())];
            lines.insert(to.index(lines.len()), line);
            lines.join("\n")
        }
        Step::Insert(i, line) => {
            lines.insert(i.index(lines.len()), line);
            lines.join("\n")
        }
        Step::Digit(i, c) => {
            let places: Vec<usize> =
                text.char_indices().filter(|(_, c)| c.is_ascii_digit()).map(|(i, _)| i).collect();
            if places.is_empty() {
                return text.to_owned();
            }
            let at = places[i.index(places.len())];
            format!("{}{c}{}", &text[..at], &text[at + 1..])
        }
        Step::Rename(i) => {
            let words: Vec<&str> =
                text.split(|c: char| !c.is_alphanumeric() && c != '_').filter(|w| w.len() > 2).collect();
            if words.is_empty() {
                return text.to_owned();
            }
            let word = words[i.index(words.len())];
            text.replace(word, &format!("{word}x"))
        }
        Step::Delete(i) => {
            let places: Vec<(usize, char)> = text.char_indices().collect();
            if places.is_empty() {
                return String::new();
            }
            let (at, c) = places[i.index(places.len())];
            format!("{}{}", &text[..at], &text[at + c.len_utf8()..])
        }
        Step::Restore => original.to_owned(),
    }
}

#[test]
fn editing_gives_what_starting_anew_gives() {
    let mut packages = literate();
    packages.extend(examples());
    let runs = Runs { cases: if full() { 2000 } else { 60 }, failure_persistence: None, ..Runs::default() };
    let mut runner = TestRunner::new_with_rng(runs, TestRng::deterministic_rng(RngAlgorithm::ChaCha));
    let steps = if full() { 1..50 } else { 1..12 };
    let script =
        (any::<prop::sample::Index>(), prop::collection::vec((any::<prop::sample::Index>(), step()), steps));
    runner
        .run(&script, |(package, steps)| {
            let package = &packages[package.index(packages.len())];
            let original = &package.sources;
            let mut sources = original.clone();
            let mut edited = package.session(1);
            everything(&mut edited, &["staging"]);
            for (which, step) in &steps {
                let which = which.index(sources.len());
                let text = edit(&sources[which].text, &original[which].text, step);
                edited.set_text(&sources[which].path, &text);
                sources[which].text = Arc::from(text);
                let anew = everything(&mut package.session_of(&sources, 1), &["staging"]);
                let now = everything(&mut edited, &["staging"]);
                if anew != now {
                    let texts: String =
                        sources.iter().map(|s| format!("--- {}\n{}", s.path, s.text)).collect();
                    let difference = support::diff(&anew, &now);
                    return Err(TestCaseError::fail(format!(
                        "{}: anew (-), edited (+):\n{difference}\n{texts}",
                        package.name
                    )));
                }
            }
            Ok(())
        })
        .unwrap_or_else(|e| panic!("{e}"));
}
