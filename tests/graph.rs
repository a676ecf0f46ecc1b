//! `ivs graph`, `ivs check --set` and `ivs solve`: what depends on what, and what would happen, as a person asks.
//!
//! Each answer is drawn into a file beside this one; read the difference before accepting it.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use insta::assert_snapshot;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// References of every sort: alone, in lists, in structs, in maps and their keys, in members with fields, late, of families, of
/// templates; formulas that read others; a circle, a disabled declaration, a value that fails, and one that is alone.
const SOURCE: &str = r#"
environment staging { }
enum backup { off, daily(to: store) }
struct hop { to: part, share: percent = 100% }
kind store { size: int = 1 }
kind part {
  needs: [part | store] = []
  first?: part
  hops: [hop] = []
  calls: {part: number} = {}
  named: {string: hop} = {}
  backup: backup = off
  size: int = 1
  arn?: string
}
resource bucket { type = "aws_s3_bucket", body { bucket = "b" } }
resource logs { type = "aws_s3_bucket_logging", body { bucket = attr(bucket, "id") } }
template part base { needs = [common] }
part a from base {
  needs += [b, disk]
  hops = [{ to = b }, { to = c, share = 50% }]
  calls { c = 2 }
  named x { to = b }
  backup = daily(to = disk)
}
part b { first = c, size = 2 * disk.size + c.size }
part c { needs = [b] }
part common { }
part old { enabled = false }
part user { first = old }
part broken { size = floor(1 / (disk.size - 3)), needs = [old] }
part lonely { title = "Nobody <knows> \"me\"" }
part mirror for s in store { needs = [s] }
store disk { size = 3 }
overlay staging { part lonely { needs = [common] } }
"#;

fn ivs(folder: &Path, args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_ivs")).args(args).current_dir(folder).env_clear().output().unwrap()
}

fn package(source: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let config = "[package]\nname = \"plan\"\nversion = \"1.0.0\"\nivs = \"1\"\n";
    std::fs::write(folder.path().join("ivs.toml"), config).unwrap();
    std::fs::write(folder.path().join("main.ivs"), source).unwrap();
    folder
}

fn example(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("examples").join(name)
}

/// Both streams and the exit code.
fn said(folder: &Path, args: &[&str]) -> String {
    let output = ivs(folder, args);
    let text = String::from_utf8(output.stdout).unwrap() + &String::from_utf8(output.stderr).unwrap();
    format!("{text}exit code {}\n", output.status.code().unwrap())
}

#[test]
fn every_reference_with_its_field() {
    let folder = package(SOURCE);
    assert_snapshot!(said(folder.path(), &["graph"]));
}

#[test]
fn what_formulas_read() {
    let folder = package(SOURCE);
    assert_snapshot!(said(folder.path(), &["graph", "--reads", "--kind", "part", "--kind", "store"]));
}

#[test]
fn an_environment_has_its_own_graph() {
    let folder = package(SOURCE);
    let text = said(folder.path(), &["graph", "--env", "staging"]);
    assert!(text.contains("  lonely\n    needs → common\n"), "{text}");
    assert!(!text.contains("alone, with no reference to or from them: lonely"), "{text}");
    let refused = said(folder.path(), &["graph", "--env", "stagin"]);
    assert!(refused.contains("there is no environment `stagin`") && refused.ends_with("exit code 2\n"));
}

#[test]
fn a_way_has_its_fields() {
    let folder = package(SOURCE);
    assert_snapshot!(said(folder.path(), &["graph", "--path", "a", "c"]));
    assert_snapshot!(said(folder.path(), &["graph", "--path", "disk", "a"]));
}

#[test]
fn what_a_change_reaches() {
    let folder = package(SOURCE);
    assert_snapshot!(said(folder.path(), &["graph", "--impact", "disk"]));
    assert_snapshot!(said(folder.path(), &["graph", "--impact", "base"]));
    assert_eq!(
        said(folder.path(), &["graph", "--impact", "lonely"]),
        "nothing depends on `lonely`\nexit code 0\n"
    );
    assert_snapshot!(said(&example("online-shop"), &["graph", "--impact", "database orders"]));
}

#[test]
fn names_that_are_not_there_are_answered() {
    let folder = package(SOURCE);
    for (args, answer) in [
        (&["--impact", "dusk"][..], "there is no declaration `dusk`; did you mean `disk`?"),
        (&["--impact", "mirror"], "`mirror` is a family: ask for one of `mirror[disk]`"),
        (&["--kind", "stor"], "no declaration is a `stor`; did you mean `store`?"),
        (&["--path", "a", "b", "--format", "dot"], "answer as text or with `--format json`"),
    ] {
        let text = said(folder.path(), &[&["graph"], args].concat());
        assert!(text.contains(answer) && text.ends_with("exit code 2\n"), "{text}");
    }
    let several = said(&example("online-shop"), &["graph", "--impact", "application"]);
    assert!(several.contains("there is no declaration `application`"), "{several}");
    let refused = said(folder.path(), &["check", "--format", "mermaid"]);
    assert!(refused.contains("are for `ivs graph`") && refused.ends_with("exit code 2\n"), "{refused}");
}

#[test]
fn pictures() {
    let folder = package(SOURCE);
    assert_snapshot!(said(folder.path(), &["graph", "--format", "dot"]));
    assert_snapshot!(said(folder.path(), &["graph", "--format", "mermaid"]));
}

#[test]
fn as_json() {
    let folder = package(SOURCE);
    let output = ivs(folder.path(), &["graph", "--format", "json"]);
    let found: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let edges = found["edges"].as_array().unwrap();
    let ids: Vec<&str> =
        found["nodes"].as_array().unwrap().iter().map(|n| n["id"].as_str().unwrap()).collect();
    assert!(
        edges
            .iter()
            .all(|e| ids.contains(&e["from"].as_str().unwrap()) && ids.contains(&e["to"].as_str().unwrap()))
    );
    let calls: Vec<_> = edges.iter().filter(|e| e["path"] == "calls").collect();
    assert_eq!(calls.len(), 1);
    assert_eq!((&calls[0]["from"], &calls[0]["to"]), (&"part plan.a".into(), &"part plan.c".into()));
    assert_eq!(found["cycles"][0].as_array().unwrap().len(), 2);
    assert_eq!(found["orphans"], serde_json::json!(["environment plan.staging", "part plan.lonely"]));
    let loose: Vec<&str> =
        found["dangling"].as_array().unwrap().iter().map(|d| d["path"].as_str().unwrap()).collect();
    assert_eq!(loose, ["needs", "size", "first"]);
    let output = ivs(folder.path(), &["graph", "--format", "json", "--path", "a", "disk"]);
    let way: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let fields: Vec<&str> =
        way["path"][0].as_array().unwrap().iter().map(|e| e["path"].as_str().unwrap()).collect();
    assert_eq!(fields, ["needs", "backup.to"]);
}

#[test]
fn a_page_that_needs_nothing_else() {
    let folder = package(SOURCE);
    let page = said(folder.path(), &["graph", "--format", "html"]);
    for must in [
        "Nobody &lt;knows&gt; &quot;me&quot;",
        "default-src 'none'",
        "<html lang=\"en\">",
        "role=\"search\"",
        "aria-labelledby=\"h0\"",
    ] {
        assert!(page.contains(must), "{must}");
    }
    for never in ["http:", "https:", "<link", "src=\""] {
        assert!(!page.contains(never), "{never}");
    }
    // Every link leads to a declaration of the page.
    for to in page.split("href=\"#").skip(1).filter_map(|l| l.split('"').next()) {
        assert!(to == "declarations" || page.contains(&format!(" id=\"{to}\"")), "{to}");
    }
}

/// A demand, what serves it, and bounds from both sides.
const PLATFORM: &str = r#"
environment staging { }
let load = 900_000req/min
struct size { replicas: int..int }
kind worker { image: string = "x", throughput: req/time, peak: req/time, scaling: size }
worker text {
  throughput = 10_000req/min
  peak       = load
  scaling { replicas = 3..100 }
}
kind box {
  size: int
  weight?: int
  share: percent = 10%
  labels2: {string: int} = {}
  span?: int..int
  odd: int = 2
  fixed: int = 1
}
box a { size = 701, final fixed = 1, labels2 { "x y" = 1 } }
box pair for i in [1, 2] { size = 700 + i }
check capacity for s in worker {
  let need = ceil(s.peak / s.throughput)
  require s.scaling.replicas.max >= need { message = "`${s.name}` needs ${need} replicas" }
}
check ceiling for s in worker {
  require s.scaling.replicas.max <= 500 { message = "`${s.name}` has ${s.scaling.replicas.max} replicas, more than 500" }
}
check large-enough for b in box { require b.size > 700 { message = "too small: ${b.size}" } }
check small-enough for b in box { require b.size < 705 { message = "too large: ${b.size}" } }
check fair for b in box { require b.share <= 12.5% { severity = warning } }
check odd for b in box { require not (b.odd in 5..12) and b.odd < 40 }
overlay staging { worker text { scaling { replicas = 2..95 } } }
"#;

#[test]
fn a_value_that_is_set_stands_above_every_layer_in_every_environment() {
    let folder = package(PLATFORM);
    assert_snapshot!(said(folder.path(), &["check", "--set", "text.scaling.replicas.max=80"]));
    let fine = said(folder.path(), &["check", "--set", "load=950_000req/min"]);
    assert_eq!(
        fine,
        "Checked plan: 1 file and 1 environment with load = 950_000req/min, no errors\nexit code 0\n"
    );
    // 96 replicas: `staging` has 95.
    let over = said(folder.path(), &["check", "--format", "short", "--set", "load=950_001req/min"]);
    assert!(over.contains("`text` needs 96 replicas") && over.ends_with("exit code 1\n"), "{over}");
}

#[test]
fn any_path_that_a_layer_can_set_can_be_set() {
    let folder = package(PLATFORM);
    for (fine, setting) in [
        (true, "a.size=300 + 401 + 3"),
        (false, "a.size=300 + 405"),
        (true, "pair[2].size=704"),
        (false, "pair[2].size=705"),
        (true, "a.labels2.\"x y\"=5"),
        (true, "a.labels2.new=5"),
        (true, "a.weight=3"),
        (true, "a.span=3..5"),
        (true, "box a.size=ceil(load / 450_000req/min) + 700"),
        (true, "text.scaling.replicas=95..100"),
    ] {
        let text = said(folder.path(), &["check", "--format", "short", "--set", setting]);
        let code = if fine { "exit code 0\n" } else { "exit code 1\n" };
        assert!(text.ends_with(code) == fine || !fine, "{setting}: {text}");
        if !fine {
            assert!(text.contains("too large: 705") && text.ends_with(code), "{setting}: {text}");
        }
    }
}

#[test]
fn a_value_is_typed_and_checked_like_source() {
    let folder = package(PLATFORM);
    assert_snapshot!(said(folder.path(), &["check", "--set", "a.share=0.7"]));
    for (setting, answer) in [
        ("a.fixed=2", "IVS1104"),
        ("text.image=1 } service x {", "is not a value"),
        ("a.siz=2", "did you mean `size`?"),
        ("b.size=2", "there is no declaration `b`"),
        ("a=2", "name a field of it"),
        ("pair.size=2", "`pair` is a family: ask for one of `pair[1]`, `pair[2]`"),
        ("load.x=2", "a part of a constant cannot be set"),
        ("size", "write PATH=VALUE"),
    ] {
        let text = said(folder.path(), &["check", "--format", "short", "--set", setting]);
        assert!(text.contains(answer), "{setting}: {text}");
    }
    let twice = said(folder.path(), &["check", "--set", "a.size=702", "--set", "a.size=703"]);
    assert!(twice.contains("`a.size` is set twice"), "{twice}");
}

#[test]
fn figures_of_what_might_be() {
    let folder = package("let parts = 3\nkpi reuse { value = parts / 4, goal now { above = 0.7 } }\n");
    let text = said(folder.path(), &["report", "--set", "parts=2"]);
    assert!(text.contains("reuse: 0.5") && text.contains("missed"), "{text}");
}

#[test]
fn the_smallest_and_the_largest_value() {
    let folder = package(PLATFORM);
    assert_snapshot!(said(folder.path(), &["solve", "text.scaling.replicas.max"]));
    assert_snapshot!(said(folder.path(), &["solve", "text.scaling.replicas.max", "--max"]));
    for (args, answer) in [
        // Both ends of what the checks allow, from a value inside, and from values on either side.
        (&["a.size"][..], "a.size: 701 is the smallest value"),
        (&["a.size", "--max"], "a.size: 704 is the largest value"),
        (&["a.size", "--max", "--set", "a.size=3"], "a.size: 704 is the largest value"),
        (&["a.size", "--min", "--set", "a.size=90000"], "a.size: 701 is the smallest value"),
        // In steps of the last decimal place, or of what is said.
        (&["load", "--max"], "load: 950000req/min is the largest value"),
        (&["load", "--max", "--step", "40_000req/min"], "load: 940000req/min is the largest value"),
        (&["a.share", "--max", "--warnings"], "a.share: 12% is the largest value"),
        (&["a.share", "--max", "--warnings", "--step", "0.1%"], "a.share: 12.5% is the largest value"),
        // Warnings count where that is asked, one environment where that is.
        (&["a.share", "--max"], "a.share: no check sets a bound above"),
        (&["load", "--max", "--env", "staging"], "with which all checks hold in `staging`"),
        (&["a.weight", "--min", "--set", "a.weight=3"], "a.weight: no check sets a bound below"),
    ] {
        let text = said(folder.path(), &[&["solve"], args].concat());
        assert!(text.contains(answer) && text.ends_with("exit code 0\n"), "{args:?}: {text}");
    }
}

#[test]
fn a_gap_is_said() {
    let folder = package(PLATFORM);
    let text = said(folder.path(), &["solve", "a.odd", "--max"]);
    assert!(text.contains("a.odd: 4 is the largest value"), "{text}");
    assert!(text.contains("not of all: it does hold with 21"), "{text}");
    let output = ivs(folder.path(), &["solve", "a.odd", "--max", "--format", "json"]);
    let found: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!((&found["value"], &found["monotone"]), (&"4".into(), &false.into()));
    assert_eq!(found["found"][0]["diagnostics"][0]["code"], "plan.odd");
}

#[test]
fn where_no_value_does() {
    let apart = PLATFORM.replace("b.size < 705", "b.size < 701");
    let folder = package(&apart);
    let args = [
        "solve",
        "a.size",
        "--format",
        "short",
        "--set",
        "pair[1].enabled=false",
        "--set",
        "pair[2].enabled=false",
    ];
    assert_snapshot!(said(folder.path(), &args));
    let folder = package(PLATFORM);
    let always = said(folder.path(), &["solve", "a.size", "--format", "short", "--set", "a.odd=5"]);
    assert!(
        always.contains("there is no value with which all checks hold: this is wrong whatever it is"),
        "{always}"
    );
    assert!(always.contains("breaks `odd`") && always.ends_with("exit code 1\n"), "{always}");
}

#[test]
fn what_cannot_be_solved_for_is_answered() {
    let folder = package(PLATFORM);
    for (args, answer) in [
        (&["a.weight"][..], "has no value to begin with: say one, as in --set 'a.weight=…'"),
        (&["text.scaling.replicas"], "ask for `text.scaling.replicas.min` or `text.scaling.replicas.max`"),
        (&["text.image"], "only numbers, percents and quantities"),
        (&["load", "--step", "7s"], "`req/time` is expected, this is `time`"),
        (&["load", "--step", "0req/min"], "a step is above 0"),
        (&["a.sze"], "did you mean `size`?"),
    ] {
        let text = said(folder.path(), &[&["solve"], args].concat());
        assert!(text.contains(answer) && text.ends_with("exit code 2\n"), "{args:?}: {text}");
    }
}
