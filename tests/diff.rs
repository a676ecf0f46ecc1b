//! `ivs diff`: what an environment, or another state of the package, changes, as a person asks.
//!
//! Each answer is drawn into a file beside this one; read the difference before accepting it.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use insta::assert_snapshot;
use std::path::Path;
use std::process::{Command, Output};

const SOURCE: &str = r#"environment staging { }
environment production from staging { }
kind box { size: int, tags: {string: string} = {}, notes: [string] = [], inner?: part, room: int = size * 2 }
struct part { weight: int, name?: string }

box large { size = 10, tags { owner = "core", tier = "gold" }, notes = ["a", "b"] }
box same  { size = 1 }
box later { size = 2, enabled = false }

overlay staging { box large { size = 4, inner { weight = 3 } } }
overlay production {
  box large { remove tags tier, tags { region = "eu" }, notes += ["c"] }
  box later { enabled = true }
  box same  { enabled = false }
}
"#;

fn package(source: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let config = "[package]\nname = \"depot\"\nversion = \"1.0.0\"\nivs = \"1\"\n";
    std::fs::write(folder.path().join("ivs.toml"), config).unwrap();
    std::fs::write(folder.path().join("main.ivs"), source).unwrap();
    folder
}

fn diff(folder: &Path, args: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ivs"));
    command.arg("diff").args(args).current_dir(folder).env_clear().output().unwrap()
}

fn printed(output: &Output, exit: i32) -> String {
    assert_eq!(output.status.code(), Some(exit), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout.clone()).unwrap()
}

#[test]
fn what_an_environment_changes() {
    let folder = package(SOURCE);
    assert_snapshot!(printed(&diff(folder.path(), &["--env", "production"]), 0));
}

#[test]
fn one_environment_against_another() {
    let folder = package(SOURCE);
    let answer = diff(folder.path(), &["--env", "production", "--from-env", "staging", "--format", "json"]);
    assert_snapshot!(printed(&answer, 0));
}

#[test]
fn another_state_of_the_package() {
    let (old, new) = (package(SOURCE), package(&SOURCE.replace("size = 1 }", "size = 5 }")));
    let from = old.path().to_str().unwrap();
    let answer = printed(&diff(new.path(), &["--from", from, "--exit-code"]), 3);
    assert_snapshot!(answer);
    // In an environment that has none of it, nothing differs.
    assert_eq!(printed(&diff(new.path(), &["--from", from, "--env", "production", "--exit-code"]), 0), "");
}

#[test]
fn what_cannot_be_compared() {
    let folder = package(SOURCE);
    for (args, exit) in [(&[][..], 2), (&["--env", "moon"], 2), (&["--from", "nowhere"], 5)] {
        assert_eq!(diff(folder.path(), args).status.code(), Some(exit), "{args:?}");
    }
    let broken = package("environment x { }\nbox b { }");
    assert_eq!(diff(broken.path(), &["--env", "x"]).status.code(), Some(1));
}
