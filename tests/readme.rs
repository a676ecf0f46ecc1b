//! What the first screen of README.md shows is what happens.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use std::fs;
use std::process::{Command, Output};

/// The first block of a language.
fn block<'t>(text: &'t str, language: &str) -> &'t str {
    let (_, rest) = text.split_once(&format!("```{language}\n")).unwrap();
    rest.split_once("```").unwrap().0
}

fn ivs(folder: &std::path::Path, args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_ivs")).args(args).current_dir(folder).output().unwrap()
}

#[test]
fn the_example_gives_the_manifest_and_the_mistake_the_error() {
    let readme = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/README.md")).unwrap();
    let dir = tempfile::TempDir::new().unwrap();
    let source = dir.path().join("main.ivs");
    fs::write(dir.path().join("ivs.toml"), "[package]\nname = \"shop\"\nivs = \"1\"\n").unwrap();
    fs::write(&source, block(&readme, "ivs")).unwrap();

    let built = ivs(dir.path(), &["build", "--env", "staging"]);
    assert!(built.status.success(), "{}", String::from_utf8_lossy(&built.stderr));
    let manifest = fs::read_to_string(dir.path().join("out/kubernetes/default/orders.yaml")).unwrap();
    assert!(manifest.contains(block(&readme, "yaml")), "README shows another manifest than\n{manifest}");
    for kind in ["Deployment", "Service", "ServiceAccount", "PodDisruptionBudget"] {
        assert!(manifest.contains(&format!("kind: {kind}\n")), "there is no {kind}");
    }
    assert!(!manifest.contains("replicas:"));

    fs::write(&source, block(&readme, "ivs").replace("replicas = 3", "replica = 3")).unwrap();
    let failed = ivs(dir.path(), &["check"]);
    let shown = String::from_utf8(failed.stderr).unwrap();
    assert!(shown.contains(block(&readme, "text").trim_end()), "README shows another error than\n{shown}");
}

#[test]
fn the_commands_are_those_that_work() {
    let readme = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/README.md")).unwrap();
    assert_eq!(
        block(&readme, "sh").lines().collect::<Vec<_>>(),
        ["cargo run --release -- build examples/pluma", "cargo test --workspace"]
    );
    assert!(std::path::Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/examples/pluma/ivs.toml")).is_file());
}
