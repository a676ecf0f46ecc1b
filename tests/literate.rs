//! The rules of the language, one Markdown file per group, compiled.
//!
//! A case is a heading that states the rule and the blocks under it:
//!
//! - `ivs` (with `file=path.ivs` in packages of several files): the source. `crlf`, `bom` and `repeat` change how it is read.
//!   A first line `//! As of 2026-11-21.` is the date of the build.
//! - `data file=clients.csv`: a data file for `load`.
//! - `ivs package=name`: the source of a package that it depends on; with `only=other`, one that only that package depends on.
//! - `diagnostics`: every diagnostic, exactly as `support::render` writes it. Without this block the source compiles
//!   without a word.
//! - `values` (with `env=name`): lines `path = value` that evaluation gives.
//! - `tests` (with `filter=text`): what became of each test in the source, and what the tests saw of each requirement.
//! - `yaml file=path` (with `env=name`), also `hcl`, `json`, `toml`: a file that the build emits, exactly.
//!
//! Every fix that is offered is applied, and must mend what it was offered for.
//!
//! `IVS_UPDATE=1 cargo test --test literate` rewrites the blocks of cases that still find something; read the difference
//! before committing it. A case that should be clean, or that finds nothing any more, is never rewritten.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod support;

use ivs_project::SourceText;
use std::fmt::Write as _;
use std::panic::{AssertUnwindSafe, catch_unwind};
use support::{Fence, broken_fixes, check_in, diff, fences, markdown, render, root, session_with};

/// A heading and its blocks.
struct Case {
    heading: String,
    line: usize,
    sources: Vec<SourceText>,
    packages: Vec<Fence>,
    diagnostics: Option<Fence>,
    values: Vec<Fence>,
    outputs: Vec<Fence>,
    tests: Option<Fence>,
}

fn cases(text: &str) -> Vec<Case> {
    let mut cases: Vec<Case> = Vec::new();
    for fence in fences(text) {
        if cases.last().is_none_or(|c| c.line != fence.heading_line) {
            cases.push(Case {
                heading: fence.heading.clone(),
                line: fence.heading_line,
                sources: Vec::new(),
                packages: Vec::new(),
                diagnostics: None,
                values: Vec::new(),
                outputs: Vec::new(),
                tests: None,
            });
        }
        let case = cases.last_mut().unwrap();
        match fence.info.first().map(String::as_str) {
            Some("ivs") if fence.value("package").is_some() => case.packages.push(fence),
            Some("ivs" | "data") => case.sources.push(fence.source()),
            Some("diagnostics") if case.diagnostics.is_none() => case.diagnostics = Some(fence),
            Some("values") => case.values.push(fence),
            Some("yaml" | "hcl" | "json" | "toml") => case.outputs.push(fence),
            Some("tests") => case.tests = Some(fence),
            other => panic!("line {}: what is a block of {other:?}?", fence.line),
        }
    }
    cases
}

/// A block whose text is to be replaced.
struct Rewrite {
    line: usize,
    old: String,
    new: String,
}

fn run(file: &str) {
    let path = root().join(file);
    let text = std::fs::read_to_string(&path).unwrap();
    let update = std::env::var("IVS_UPDATE").unwrap_or_default();
    let mut failures = String::new();
    let mut rewrites: Vec<Rewrite> = Vec::new();
    for case in cases(&text) {
        let mut fail = |line: usize, what: &str, detail: &str| {
            let _ = writeln!(failures, "\n{file}:{line}: {}\n  {what}\n{detail}", case.heading);
        };
        assert!(!case.sources.is_empty(), "{file}:{}: a case without source", case.line);
        let mut session = session_with(&case.sources, &case.packages, 1);
        // A case that panics fails alone.
        let checked = catch_unwind(AssertUnwindSafe(|| check_in(&mut session)));
        let Ok(report) = checked else {
            fail(case.line, "panics", "");
            continue;
        };
        let found = render(&report);
        match &case.diagnostics {
            None if !found.is_empty() => fail(case.line, "is not clean:", &diff("", &found)),
            Some(d) if found != d.text => {
                if !update.is_empty() && !found.is_empty() {
                    rewrites.push(Rewrite { line: d.line, old: d.text.clone(), new: found });
                } else {
                    fail(d.line, "expected (-) and found (+):", &diff(&d.text, &found));
                }
            }
            _ => {}
        }
        for broken in broken_fixes(&report, &case.sources) {
            fail(case.line, "a fix does not work:", &broken);
        }
        for values in &case.values {
            let mut found = String::new();
            for line in values.text.lines() {
                let Some((path, _)) = line.split_once(" = ") else {
                    panic!("{file}:{}: {line}", values.line)
                };
                let value = session.value(values.value("env"), path).unwrap_or_else(|e| format!("! {e}"));
                let _ = writeln!(found, "{path} = {}", value.replace('\n', "\\n"));
            }
            if found != values.text {
                if update == "values" && !found.contains("= ! ") {
                    rewrites.push(Rewrite { line: values.line, old: values.text.clone(), new: found });
                } else {
                    fail(values.line, "expected (-) and found (+):", &diff(&values.text, &found));
                }
            }
        }
        if let Some(tests) = &case.tests {
            let found = tested(&session.test(tests.value("filter").unwrap_or_default()));
            if found != tests.text {
                if update == "tests" || tests.text.is_empty() {
                    rewrites.push(Rewrite { line: tests.line, old: tests.text.clone(), new: found });
                } else {
                    fail(tests.line, "expected (-) and found (+):", &diff(&tests.text, &found));
                }
            }
        }
        for output in &case.outputs {
            let wanted = output.value("file").expect("the path of an emitted file");
            let (_, files) = session.build(output.value("env"));
            match files.iter().find(|f| f.path == wanted) {
                Some(f) if f.text == *output.text => {}
                Some(f) if update == "outputs" => {
                    rewrites.push(Rewrite {
                        line: output.line,
                        old: output.text.clone(),
                        new: f.text.to_string(),
                    });
                }
                Some(f) => {
                    fail(output.line, "expected (-) and found (+):", &diff(&output.text, &f.text.to_string()))
                }
                None => {
                    let paths: Vec<&str> = files.iter().map(|f| f.path.as_str()).collect();
                    fail(output.line, "is not emitted; these are:", &paths.join("\n"));
                }
            }
        }
    }
    if !rewrites.is_empty() {
        std::fs::write(&path, rewrite(&text, &rewrites)).unwrap();
    }
    assert!(failures.is_empty(), "{failures}");
}

/// Results of tests as the cases write them.
fn tested(results: &ivs_driver::Tested) -> String {
    let mut out = String::new();
    for o in &results.outcomes {
        let place = o.environment.as_ref().map_or(String::new(), |e| format!(" in {e}"));
        let _ = writeln!(out, "{}: {}{place}", if o.passed() { "passed" } else { "failed" }, o.name);
        for line in render(&o.report).lines() {
            let _ = writeln!(out, "  {line}");
        }
    }
    for c in &results.coverage {
        let word = |b, yes, no| if b { yes } else { no };
        let (holds, fails) =
            (word(c.holding, "held", "never held"), word(c.failing, "failed", "never failed"));
        let _ = writeln!(out, "{}: {}: {holds}, {fails}", c.of, c.condition);
    }
    out
}

fn rewrite(text: &str, rewrites: &[Rewrite]) -> String {
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    for r in rewrites.iter().rev() {
        let count = r.old.lines().count();
        lines.splice(r.line..r.line + count, r.new.lines().map(str::to_owned));
    }
    lines.join("\n") + "\n"
}

/// Where files of cases lie: by topic, and by section of the language's specification.
const FOLDERS: [&str; 2] = ["tests/literate", "tests/spec"];

/// Runs the files of one folder below [`FOLDERS`]; all fail together, each with its cases.
fn run_all(folder: &str) {
    let mut failed = Vec::new();
    for path in markdown(&root().join(folder)) {
        let name = path.strip_prefix(root()).unwrap().to_string_lossy().replace('\\', "/");
        if let Err(cause) = catch_unwind(AssertUnwindSafe(|| run(&name))) {
            failed.push(cause.downcast_ref::<String>().cloned().unwrap_or_else(|| format!("{name}: panics")));
        }
    }
    assert!(failed.is_empty(), "{}", failed.join("\n"));
}

macro_rules! folders {
    ($($test:ident = $path:literal;)*) => {
        const TOPICS: &[&str] = &[$($path),*];
        $(#[test] fn $test() { run_all($path); })*
    };
}

folders! {
    checks = "tests/literate/checks";
    commerce = "tests/literate/commerce";
    data = "tests/literate/data";
    delivery = "tests/literate/delivery";
    evaluation = "tests/literate/evaluation";
    federation = "tests/literate/federation";
    functions = "tests/literate/functions";
    industry = "tests/literate/industry";
    infrastructure = "tests/literate/infrastructure";
    items = "tests/literate/items";
    load = "tests/literate/load";
    layers = "tests/literate/layers";
    names = "tests/literate/names";
    nodes = "tests/literate/nodes";
    observe = "tests/literate/observe";
    seeds = "tests/literate/seeds";
    syntax = "tests/literate/syntax";
    terraform = "tests/literate/terraform";
    text = "tests/literate/text";
    traffic = "tests/literate/traffic";
    types = "tests/literate/types";
    specification = "tests/spec";
}

#[test]
fn every_folder_is_run() {
    for folder in FOLDERS {
        for path in markdown(&root().join(folder)) {
            let parent = path.parent().unwrap().strip_prefix(root()).unwrap();
            let parent = parent.to_string_lossy().replace('\\', "/");
            assert!(TOPICS.contains(&parent.as_str()), "no test runs {}", path.display());
        }
    }
}

/// A heading states a rule once, so that a failure names its case.
#[test]
fn headings_differ_within_a_file() {
    for path in FOLDERS.iter().flat_map(|folder| markdown(&root().join(folder))) {
        let text = std::fs::read_to_string(&path).unwrap();
        let mut headings: Vec<String> = cases(&text).into_iter().map(|c| c.heading).collect();
        headings.sort();
        for pair in headings.windows(2) {
            assert_ne!(pair[0], pair[1], "{}", path.display());
        }
    }
}
