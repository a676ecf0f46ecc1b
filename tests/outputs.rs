//! What the examples give is committed, byte for byte: `examples/NAME/golden/ENVIRONMENT` are output folders that
//! `ivs build examples/NAME --env ENVIRONMENT --out …` has written. `IVS_UPDATE=1` writes them anew.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod examples;

use examples::{Example, all, read_tree};
use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::sync::OnceLock;

/// Files whose difference is shown; the rest is counted.
const SHOWN: usize = 5;

/// The examples; with `IVS_UPDATE=1`, once their outputs are written.
fn committed() -> Vec<Example> {
    static WRITTEN: OnceLock<()> = OnceLock::new();
    let examples = all();
    if std::env::var_os("IVS_UPDATE").is_some() {
        WRITTEN.get_or_init(|| {
            for example in &examples {
                for environment in example.environments() {
                    let folder = example.golden(&environment);
                    let files = example.build(&environment);
                    ivs_output::write(&folder, &files, &ivs_output::Options::default())
                        .unwrap_or_else(|e| panic!("{}: {e}", folder.display()));
                }
            }
        });
    }
    examples
}

/// How the committed folder differs from what the sources give, for a reader.
fn difference(example: &Example, environment: &str) -> Option<String> {
    let folder = example.golden(environment);
    let made = example.build(environment);
    let committed = if folder.is_dir() { read_tree(&folder) } else { Vec::new() };
    let names: BTreeSet<&str> = made.iter().chain(&committed).map(|f| f.path.as_str()).collect();
    let mut out = String::new();
    let mut different = 0;
    for name in names {
        let text = |of: &[ivs_plan::OutputFile]| of.iter().find(|f| f.path == name).map(|f| f.text.clone());
        let (before, now) = (text(&committed), text(&made));
        if before == now {
            continue;
        }
        different += 1;
        if different > SHOWN {
            continue;
        }
        let _ = writeln!(out, "{}/{name}", folder.display());
        match (before, now) {
            (None, Some(_)) => out.push_str("  is not committed\n"),
            (Some(_), None) => out.push_str("  is committed, but no longer made\n"),
            (before, now) => {
                let (before, now) =
                    (before.unwrap_or_default().to_string(), now.unwrap_or_default().to_string());
                let diff = similar::TextDiff::from_lines(&before, &now);
                let _ = write!(out, "{}", diff.unified_diff().context_radius(3));
            }
        }
    }
    if different > SHOWN {
        let _ = writeln!(out, "and {} other files", different - SHOWN);
    }
    (different > 0).then_some(out)
}

#[test]
fn committed_outputs_are_what_the_sources_give() {
    let mut wrong = String::new();
    for example in committed() {
        for environment in example.environments() {
            wrong.extend(difference(&example, &environment));
        }
    }
    assert!(wrong.is_empty(), "{wrong}\nIVS_UPDATE=1 cargo test --test outputs writes them anew");
}

/// `ivs build --check` agrees: the folders are as ivs leaves them, its list of files included.
#[test]
fn committed_folders_are_whole() {
    for example in committed() {
        for environment in example.environments() {
            let folder = example.golden(&environment);
            let files = example.build(&environment);
            let drift = ivs_output::check_drift(&folder, &files, &ivs_output::Options::default())
                .unwrap_or_else(|e| panic!("{}: {e}", folder.display()));
            let files: Vec<_> = drift.files.iter().map(|(path, d)| format!("{path}: {d}")).collect();
            assert!(drift.is_empty(), "{}: {files:#?}", folder.display());
        }
    }
}

/// Nothing is committed for an environment that is no longer declared.
#[test]
fn every_committed_folder_has_its_environment() {
    for example in committed() {
        let folder = example.root.join("golden");
        let found: BTreeSet<String> = std::fs::read_dir(&folder)
            .unwrap()
            .map(|e| e.unwrap().file_name().into_string().unwrap())
            .collect();
        let declared: BTreeSet<String> = example.environments().into_iter().collect();
        assert_eq!(found, declared, "{}", folder.display());
    }
}

/// An environment changes something, or it would not be worth its name.
#[test]
fn environments_differ() {
    for example in all() {
        let mut sums = BTreeSet::new();
        for environment in example.environments() {
            let files = example.build(&environment);
            assert!(sums.insert(examples::sum(&files)), "{}: {environment} is as another one", example.name);
        }
    }
}
