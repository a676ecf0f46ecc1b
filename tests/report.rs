//! `ivs report`: key figures against their goals, and expectations over time, as a person asks.
//!
//! Each answer is drawn into a file beside this one; read the difference before accepting it.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use insta::assert_snapshot;
use std::path::Path;
use std::process::{Command, Output};

const SOURCE: &str = r#"
kpi reuse {
  title = "Reuse <of> \"parts\" & more"
  value = (2 / 3) as %
  part  = { first = 60%, second = 73.4% }
  goal now { above = 60% }
  goal due { above = 70%, by = 2025-12-31 }
  goal later { at_least = 80%, by = 2027-12-31 }
}
kpi latency { value = 2s, goal always { at_most = 2s, below = 2s } }
kpi unmeasured { goal always { below = 5min } }
kpi confused { value = 3s, goal always { below = 2GB } }
growth plan {
  point this-year { users = 1_000user, cost = $1_234.5678/month }
  point next-year { users = 25_000user, storage = 3TB, cost = $9_000/month }
}
environment staging { }
overlay staging { kpi latency { value = 1.5s } }
"#;

fn report(folder: &Path, args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_ivs"))
        .arg("report")
        .args(args)
        .current_dir(folder)
        .env_clear()
        .output()
        .unwrap()
}

fn package(source: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(
        folder.path().join("ivs.toml"),
        "[package]\nname = \"plan\"\nversion = \"1.0.0\"\nivs = \"1\"\n\n[build]\nas-of = 2026-06-30\n",
    )
    .unwrap();
    std::fs::write(folder.path().join("main.ivs"), source).unwrap();
    folder
}

fn printed(output: &Output) -> String {
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout.clone()).unwrap()
}

#[test]
fn figures_goals_and_growth() {
    let folder = package(SOURCE);
    assert_snapshot!(printed(&report(folder.path(), &[])));
}

#[test]
fn a_day_decides_what_is_missed() {
    let folder = package(SOURCE);
    let text = printed(&report(folder.path(), &["--as-of", "2028-01-01"]));
    assert!(text.contains("missed: at least 80% by 2027-12-31 (later)"), "{text}");
}

#[test]
fn an_environment_has_its_own_figures() {
    let folder = package(SOURCE);
    let text = printed(&report(folder.path(), &["--env", "staging"]));
    assert!(text.contains("latency: 1.5s\n  met: below 2s (always)\n  met: at most 2s (always)"), "{text}");
}

#[test]
fn as_json_amounts_are_exact() {
    let folder = package(SOURCE);
    assert_snapshot!(printed(&report(folder.path(), &["--format", "json"])));
}

#[test]
fn as_a_page_that_escapes_what_it_shows() {
    let folder = package(SOURCE);
    printed(&report(folder.path(), &["--html", "report.html"]));
    let page = std::fs::read_to_string(folder.path().join("report.html")).unwrap();
    assert!(!page.contains("<of>"), "markup of a title is text");
    assert_snapshot!(page);
}

#[test]
fn of_an_example() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/pluma");
    assert_snapshot!(printed(&report(&folder, &[])));
}

#[test]
fn sources_that_contradict_themselves_have_no_figures() {
    let folder = package("kpi reuse { value = 1min, goal always { } }");
    let output = report(folder.path(), &[]);
    assert_eq!(output.status.code(), Some(1));
    assert!(output.stdout.is_empty());
    assert!(String::from_utf8_lossy(&output.stderr).contains("the goal has no bound"));
}

#[test]
fn nothing_to_report_is_said() {
    let folder = package("environment staging { }");
    let output = report(folder.path(), &[]);
    assert_eq!(output.status.code(), Some(0));
    assert!(String::from_utf8_lossy(&output.stderr).contains("no `kpi`"));
}

const STATED: &str = r#"
kind shop {
  /// Measured.
  @stated
  makes?: req/time
  asked: req/time
}
shop corner { makes = 10req/s, asked = 5req/s }
shop square { makes = 1req/s, asked = 1req/s }
shop unknown { asked = 3req/s }
/// What is left for more.
@figure
fn room-left(s: shop) -> req/time | none = if s.makes == none then none else s.makes - s.asked
check enough for s in shop if s.makes != none {
  require s.asked <= s.makes
}
check named for s in shop {
  require s.name != ""
}
"#;

#[test]
fn what_figures_say_and_what_verdicts_rest_on() {
    let folder = package(STATED);
    assert_eq!(
        printed(&report(folder.path(), &["--inputs"])),
        "room left\n  corner  5req/s\n  square  0req/s\n\nWhat verdicts rest on\n  plan.enough: 2 hold, as stated by\n    \
         corner.makes 10req/s — set here (main.ivs:8)\n    square.makes 1req/s — set here (main.ivs:9)\n"
    );
    let text = printed(&report(folder.path(), &[]));
    assert!(!text.contains("rest on"), "{text}");
    let json = printed(&report(folder.path(), &["--inputs", "--format", "json"]));
    assert!(json.contains("\"path\": \"square.makes\""), "{json}");
    assert!(json.contains("\"figure\": \"room left\""), "{json}");
    printed(&report(folder.path(), &["--inputs", "--html", "report.html"]));
    let page = std::fs::read_to_string(folder.path().join("report.html")).unwrap();
    for part in [
        "<h3 id=\"told-1\">room left</h3>",
        "<tr><th scope=\"row\">corner</th><td>5req&#x2f;s</td></tr>",
        "plan.enough <span class=\"soft\">2 hold</span>",
        "<li><code>square.makes</code> 1req&#x2f;s — set here <span class=\"soft\">main.ivs:9</span></li>",
    ] {
        assert!(page.contains(part), "no {part} in\n{page}");
    }
    printed(&report(folder.path(), &["--html", "report.html"]));
    let page = std::fs::read_to_string(folder.path().join("report.html")).unwrap();
    assert!(!page.contains("rest on") && page.contains("room left"), "{page}");
}
