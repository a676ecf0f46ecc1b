//! `ivs doc`: the committed reference of the library, and pages of a package.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::Command;
use tempfile::TempDir;

fn ivs(folder: &Path, args: &[&str]) -> String {
    let output =
        Command::new(env!("CARGO_BIN_EXE_ivs")).args(args).current_dir(folder).env_clear().output().unwrap();
    assert!(output.status.success(), "{args:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// `IVS_UPDATE=1 cargo test --test reference` writes it anew.
#[test]
fn the_committed_reference_is_what_the_library_says() {
    let file = root().join("docs/reference.md");
    let found = ivs(root(), &["doc", "--std", "--page", "markdown"]);
    if std::env::var_os("IVS_UPDATE").is_some() {
        fs::write(&file, &found).unwrap();
    }
    assert!(
        fs::read_to_string(&file).unwrap_or_default() == found,
        "the library changed: run IVS_UPDATE=1 cargo test --test reference"
    );
}

/// Every link of a page leads to a place on it, and no place is there twice.
fn links_lead_somewhere(page: &str, link: &str, end: char) {
    let ids: Vec<&str> =
        page.match_indices("id=\"").map(|(at, m)| page[at + m.len()..].split('"').next().unwrap()).collect();
    let places: BTreeSet<&str> = ids.iter().copied().collect();
    assert_eq!(ids.len(), places.len(), "a place is there twice");
    for (at, m) in page.match_indices(link) {
        let to = page[at + m.len()..].split(end).next().unwrap();
        assert!(to.is_empty() || places.contains(to), "`{to}` leads nowhere");
    }
}

#[test]
fn links_of_the_library_lead_somewhere() {
    links_lead_somewhere(&ivs(root(), &["doc", "--std", "--page", "markdown"]), "](#", ')');
    let html = ivs(root(), &["doc", "--std"]);
    links_lead_somewhere(&html, "href=\"#", '"');
    for needed in [
        "<html lang=",
        "<main",
        "<nav aria-label=",
        "<title>",
        "role=\"search\"",
        "prefers-color-scheme: dark",
        "Skip to the content",
    ] {
        assert!(html.contains(needed), "{needed}");
    }
    for outside in ["src=", "href=\"http", "@import", "url("] {
        assert!(!html.contains(outside), "the page needs {outside}");
    }
}

/// What a field measures, what it may be, what it does: one line at least.
#[test]
fn every_field_of_the_library_is_documented() {
    let mut silent = Vec::new();
    let page = ivs(root(), &["doc", "--std", "--page", "markdown"]);
    let mut item = "";
    for line in page.lines() {
        item = line.strip_prefix("### ").unwrap_or(item);
        let cells: Vec<&str> = line.split(" | ").collect();
        if let [name, .., last] = cells.as_slice()
            && line.starts_with("| `")
            && !item.starts_with("enum")
            && !item.starts_with("fn")
            && last.trim_end_matches('|').trim().is_empty()
        {
            silent.push(format!("{item} {}", name.trim_start_matches("| ")));
        }
    }
    assert!(silent.is_empty(), "without a word:\n{}", silent.join("\n"));
}

const SOURCE: &str = r#"//! Things that fly.

/// How it *flies*: see <b>there</b> and [here](javascript:x).
enum wing {
  /// Like a plane.
  fixed = "F"
  rotor(blades: int = 2)
}

/// A machine with `wing`s | and more.
kind machine {
  /// Which one.
  wing: wing
  seats: int where it in 1..8 = 2
  @deprecated("use seats")
  places?: int
  by_wing: {wing: part} = {}
  require seats > 1 or wing is rotor { message = "too few <seats>" }
}
struct part { mass: heft }
dimension heft = lump
unit brick = 2lump
/// Twice.
fn twice(x: int) -> int = 2 * x
private let hidden = 1
template machine base { 
  /// How far.
  range: heft
}
/// The first.
machine one from base { wing = fixed, range = 3brick }
"#;

#[test]
fn a_package_is_documented() {
    let dir = TempDir::new().unwrap();
    fs::write(dir.path().join("ivs.toml"), "[package]\nname = \"fly\"\nversion = \"1.2.0\"\nivs = \"1\"\n")
        .unwrap();
    fs::write(dir.path().join("main.ivs"), SOURCE).unwrap();
    let page = ivs(dir.path(), &["doc", "--page", "markdown"]);
    links_lead_somewhere(&page, "](#", ')');
    insta::assert_snapshot!(page);
    ivs(dir.path(), &["doc", "--out", "site"]);
    let html = fs::read_to_string(dir.path().join("site/index.html")).unwrap();
    links_lead_somewhere(&html, "href=\"#", '"');
    assert!(html.contains("<title>fly 1.2.0</title>"));
    for bad in ["<b>", "javascript:", "<seats>", "hidden</"] {
        assert!(!html.contains(bad), "{bad}");
    }
}
