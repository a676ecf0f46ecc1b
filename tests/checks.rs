//! Checks and tests from outside: what `ivs.toml` says of them, what stays undecided, exit codes and formats.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use std::process::Command;
use tempfile::TempDir;

const CONFIG: &str = "[package]\nname = \"shop\"\nversion = \"0.1.0\"\nivs = \"1\"\n";

const RULES: &str = "\
kind box { size: int, half?: number }
check small for b in box { require b.size < 10 { message = \"`${b.name}` is too large\" } }
check even for b in box {
  code     = \"BOX002\"
  severity = warning
  require b.size in [2, 4, 6, 8] { message = \"`${b.name}` is odd\" }
}
";

/// A package with rules, `[checks]` and one more source.
fn package(checks: &str, source: &str) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let put = |path: &str, text: &str| std::fs::write(folder.path().join(path), text).unwrap();
    put("ivs.toml", &format!("{CONFIG}\n[checks]\n{checks}"));
    put("rules.ivs", RULES);
    put("stock.ivs", source);
    folder
}

/// Exit code, stdout, stderr.
fn ivs(folder: &TempDir, args: &[&str]) -> (i32, String, String) {
    let run = Command::new(env!("CARGO_BIN_EXE_ivs")).args(args).current_dir(folder.path()).output().unwrap();
    let text = |b: Vec<u8>| String::from_utf8(b).unwrap();
    (run.status.code().unwrap(), text(run.stdout), text(run.stderr))
}

fn short(folder: &TempDir) -> (i32, String) {
    let (code, out, _) = ivs(folder, &["check", "--format", "short"]);
    (code, out)
}

#[test]
fn a_configuration_may_raise_a_warning() {
    let odd = "box a { size = 3 }\n";
    assert_eq!(short(&package("", odd)), (0, "stock.ivs:1:16: warning[BOX002]: `a` is odd\n".into()));
    let error = (1, "stock.ivs:1:16: error[BOX002]: `a` is odd\n".to_owned());
    assert_eq!(short(&package("BOX002 = \"error\"\n", odd)), error);
    assert_eq!(short(&package("shop.even = \"error\"\n", odd)), error);
    assert_eq!(short(&package("even = \"error\"\n", odd)), error);
}

#[test]
fn a_configuration_may_lower_a_warning_and_never_an_error() {
    assert_eq!(short(&package("even = \"info\"\n", "box a { size = 3 }\n")), (0, String::new()));
    let (code, out) = short(&package("small = \"warning\"\n", "box a { size = 12 }\n"));
    assert_eq!(code, 1);
    assert!(out.contains("stock.ivs:1:16: error[shop.small]: `a` is too large\n"), "{out}");
    assert!(out.contains("ivs.toml:7:9: error[IVS1044]: `small` is an error, and stays one\n"), "{out}");
}

#[test]
fn a_configuration_names_checks_that_exist() {
    let (code, out) = short(&package("smal = \"error\"\n", "box a { size = 2 }\n"));
    assert_eq!((code, out.as_str()), (1, "ivs.toml:7:8: error[IVS1042]: there is no check `smal`\n"));
}

#[test]
fn what_a_check_cannot_tell_is_counted() {
    let folder = package("", "box a { size = 1 / 0 * 0 }\n");
    let (code, out, _) = ivs(&folder, &["check", "--format", "json"]);
    let said: serde_json::Value = serde_json::from_str(&out).unwrap();
    assert_eq!((code, &said["summary"]["not_decided"]), (1, &2.into()), "{out}");
    let (_, _, err) = ivs(&folder, &["check"]);
    assert!(err.ends_with("1 error, 2 checks not decided\n"), "{err}");
}

#[test]
fn json_tells_the_check_of_a_code() {
    let (_, out, _) = ivs(&package("", "box a { size = 13 }\n"), &["check", "--format", "json"]);
    let said: serde_json::Value = serde_json::from_str(&out).unwrap();
    let names: Vec<_> = said["diagnostics"]
        .as_array()
        .unwrap()
        .iter()
        .map(|d| (d["code"].clone(), d["check"].clone()))
        .collect();
    assert_eq!(
        names,
        [("BOX002".into(), "shop.even".into()), ("shop.small".into(), "shop.small".into())],
        "{out}"
    );
}

#[test]
fn an_error_of_a_check_keeps_outputs_from_being_written() {
    let folder = package("", "box a { size = 12 }\n");
    assert_eq!(ivs(&folder, &["build"]).0, 1);
    assert!(!folder.path().join("out").exists());
}

#[test]
fn a_check_is_explained_by_its_name() {
    let (code, out, _) = ivs(&package("", ""), &["explain", "shop.small"]);
    assert_eq!(code, 0);
    assert!(out.starts_with("`shop.small` is the name of a check.\n\n# IVS3000"), "{out}");
}

const TESTS: &str = "\
box a { size = 2 }
test \"large & <odd>\" {
  box b { size = 13 }
  expect small at b.size
  expect BOX002
}
test \"fails\" {
  box b { size = 4 }
  assert b.size < a.size
}
";

#[test]
fn tests_are_reported_and_decide_the_exit_code() {
    let folder = package("", TESTS);
    let (code, out, err) = ivs(&folder, &["test"]);
    assert_eq!((code, out.as_str()), (1, ""));
    assert!(err.starts_with("  ok    large & <odd>  (stock.ivs:2)\nFAILED  fails  (stock.ivs:7)\n"), "{err}");
    assert!(err.contains("`b.size < a.size` is `4 < 2`"), "{err}");
    assert!(
        err.ends_with("2 of 2 requirements seen both failing and holding\n2 tests: 1 passed, 1 failed\n"),
        "{err}"
    );
    let (code, _, err) = ivs(&folder, &["test", "--filter", "odd"]);
    assert_eq!(code, 0, "{err}");
    assert!(err.ends_with("1 test: 1 passed, 0 failed\n"), "{err}");
    let (code, _, err) = ivs(&folder, &["test", "--filter", "nothing"]);
    assert_eq!((code, err.as_str()), (0, "no test has `nothing` in its name\n"));
}

#[test]
fn tests_are_no_part_of_check_and_build() {
    let folder = package("", TESTS);
    assert_eq!(short(&folder), (0, String::new()));
    assert_eq!(ivs(&folder, &["build"]).0, 0);
}

#[test]
fn results_as_junit() {
    let (code, out, err) = ivs(&package("", TESTS), &["test", "--format", "junit"]);
    assert_eq!((code, err.as_str()), (1, ""));
    insta::assert_snapshot!(out);
}

#[test]
fn results_as_json() {
    let (_, out, _) = ivs(&package("", TESTS), &["test", "--format", "json"]);
    let said: serde_json::Value = serde_json::from_str(&out).unwrap();
    assert_eq!(said["command"], "test");
    assert_eq!(said["tests"][0]["passed"], true);
    assert_eq!(said["tests"][1]["name"], "fails");
    assert_eq!(said["tests"][1]["diagnostics"][0]["code"], "IVS3900");
    assert_eq!(said["coverage"][0]["of"], "check shop.small");
    assert_eq!(
        (&said["coverage"][0]["failing"], &said["coverage"][0]["holding"]),
        (&true.into(), &true.into())
    );
}

#[test]
fn junit_is_for_tests_alone() {
    let (code, _, err) = ivs(&package("", TESTS), &["check", "--format", "junit"]);
    assert_eq!((code, err.as_str()), (2, "error: `--format junit` is for `ivs test`\n"));
}

/// Many bindings of nested loops come to an end, with the name of the limit.
#[test]
fn checks_that_take_too_many_steps_stop() {
    let source = "\
check pairs for a in 1..2000 for b in 1..2000 {
  require a + b > 0
}
";
    let (code, out) = short(&package("", source));
    assert_eq!(code, 4, "{out}");
    assert!(out.starts_with("stock.ivs:1:7: error[IVS4120]: "), "{out}");
}

/// A package's checks hold for those who use it; of its own declarations nothing is said.
#[test]
fn checks_of_a_dependency_run_on_the_declarations_of_the_package() {
    let folder = tempfile::tempdir().unwrap();
    let put = |path: &str, text: &str| {
        let path = folder.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    };
    let config = |name: &str| CONFIG.replace("shop", name);
    put("shared/ivs.toml", &config("shared"));
    put(
        "shared/parts.ivs",
        "kind part { size: int }\npart own { size = 90 }\ncheck small for p in part { require p.size < 10 { fix p.size = 9 } }\n",
    );
    put("app/ivs.toml", &(config("app") + "\n[dependencies]\nshared = { path = \"../shared\" }\n"));
    put("app/main.ivs", "use shared.{part}\n");
    let run = |args: &[&str]| {
        let run = Command::new(env!("CARGO_BIN_EXE_ivs"))
            .args(args)
            .current_dir(folder.path().join("app"))
            .env("IVS_CACHE", folder.path().join("cache"))
            .output()
            .unwrap();
        String::from_utf8([run.stdout, run.stderr].concat()).unwrap()
    };
    run(&["fetch"]);
    assert_eq!(
        run(&["check", "--format", "short"]),
        "",
        "a package that declares no part has nothing to check"
    );
    put("app/main.ivs", "use shared.{part}\n\npart bolt { size = 30 }\n");
    assert_eq!(
        run(&["check", "--format", "short"]),
        "main.ivs:3:20: error[shared.small]: `bolt` breaks `small`: `p.size < 10` is `30 < 10`\n1 error\n"
    );
    let said = run(&["check", "--fix"]);
    assert!(said.contains("fixed main.ivs:3: [shared.small] set `bolt.size = 9`"), "{said}");
}

/// `build.date` is unknown without a date, and with it what reads it.
#[test]
fn a_check_that_reads_the_date_is_decided_where_there_is_one() {
    let source = "kind lease { ends: date }\nlease a { ends = 2020-01-01 }\ncheck ended for l in lease { require l.ends > build.date }\n";
    let folder = package("", source);
    let (code, out, err) = ivs(&folder, &["check"]);
    assert_eq!((code, out.as_str()), (0, ""));
    assert!(err.starts_with("1 check not decided\n"), "{err}");
    let (code, out, _) = ivs(&folder, &["check", "--as-of", "2026-11-21", "--format", "short"]);
    assert_eq!(code, 1);
    assert!(out.starts_with("stock.ivs:2:18: error[shop.ended]: "), "{out}");
}

/// That a backup can be restored was tried 90 days ago at most; without a date nobody knows.
#[test]
fn restores_are_tried_every_ninety_days() {
    let source = "\
namespace shop { }
database orders { engine = postgres, recovery { tested = 2026-01-01 } }
cluster-backup daily { schedule = \"0 2 * * *\", namespaces = [shop], recovery { tested = 2026-01-01 } }
database others { engine = postgres, recovery { rto = 1h } }
cluster-backup weekly { schedule = \"0 2 * * 0\", namespaces = [shop], recovery { back = 1d } }
";
    let folder = package("", source);
    let on = |day: &str| ivs(&folder, &["check", "--format", "short", "--as-of", day]);
    let (code, out, _) = on("2026-04-01");
    assert_eq!((code, out.as_str()), (0, ""));
    let (code, out, _) = on("2026-04-02");
    assert_eq!(code, 0);
    let said = |name: &str| {
        format!(
            "warning[IVS3019]: that `{name}` can be restored was tried on 2026-01-01, 91d before 2026-04-02: more than 90d ago\n"
        )
    };
    assert_eq!(out.matches("IVS3019").count(), 2, "{out}");
    assert!(out.contains(&said("orders")) && out.contains(&said("daily")), "{out}");
    let (code, out, err) = ivs(&folder, &["check"]);
    assert_eq!(code, 0);
    assert!(format!("{out}{err}").contains("2 checks not decided"), "{out}{err}");
}
