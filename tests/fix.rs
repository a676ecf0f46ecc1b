//! `ivs check --fix`: what is certain is mended, in the file, and nothing else is touched.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use std::path::Path;
use std::process::{Command, Output};

fn ivs(folder: &Path, args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_ivs"))
        .args(args)
        .current_dir(folder)
        .env_remove("NO_COLOR")
        .output()
        .unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

/// Fixes one file and gives its new text, what was said, and the exit code.
fn fixed(source: &str) -> (String, String, i32) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("main.ivs");
    std::fs::write(&file, source).unwrap();
    let run = ivs(folder.path(), &["check", "--fix", "main.ivs"]);
    let left: Vec<_> = std::fs::read_dir(folder.path()).unwrap().map(|e| e.unwrap().file_name()).collect();
    assert_eq!(left, ["main.ivs"], "nothing is left lying about");
    (std::fs::read_to_string(&file).unwrap(), text(&run.stderr), run.status.code().unwrap())
}

/// One diagnostic of a code, with a fix; `--fix` turns `before` into `after`, which is clean.
#[track_caller]
fn mends(code: &str, before: &str, after: &str) {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("main.ivs"), before).unwrap();
    let check = ivs(folder.path(), &["check", "main.ivs", "--format", "json"]);
    let found: serde_json::Value = serde_json::from_slice(&check.stdout).unwrap();
    let found = found["diagnostics"].as_array().unwrap();
    assert_eq!(found.len(), 1, "{found:#?}");
    assert_eq!(found[0]["code"], code);
    assert_ne!(found[0]["fixes"].as_array().unwrap().len(), 0, "{found:#?}");
    let (text, said, exit) = fixed(before);
    assert_eq!(text, after, "{said}");
    assert_eq!(exit, 0, "{said}");
    assert!(said.contains("1 fix in 1 file; nothing is left"), "{said}");
}

#[test]
fn a_missing_unit() {
    mends(
        "IVS2003",
        "kind job { timeout: time }\njob a { timeout = 300 }\n",
        "kind job { timeout: time }\njob a { timeout = 300s }\n",
    );
}

#[test]
fn a_wrong_dimension() {
    // `m` is milli in cores and metre in lengths; of time it can only mean minutes.
    mends(
        "IVS2002",
        "kind job { timeout: time }\njob a { timeout = 5m }\n",
        "kind job { timeout: time }\njob a { timeout = 5min }\n",
    );
}

#[test]
fn a_percent_without_its_sign() {
    mends(
        "IVS2004",
        "kind job { share: percent }\njob a { share = 0.7 }\n",
        "kind job { share: percent }\njob a { share = 70% }\n",
    );
}

#[test]
fn an_unknown_field_near_a_known_one() {
    mends(
        "IVS1201",
        "kind job { timeout: time }\njob a { timeot = 3s }\n",
        "kind job { timeout: time }\njob a { timeout = 3s }\n",
    );
}

#[test]
fn an_ambiguous_name_of_which_one_meaning_compiles() {
    mends(
        "IVS1004",
        "kind job { size: int, twice: int }\njob size { size = 3, twice = 1 }\njob a { size = 3, twice = size * 2 }\n",
        "kind job { size: int, twice: int }\njob size { size = 3, twice = 1 }\njob a { size = 3, twice = self.size * 2 }\n",
    );
}

#[test]
fn a_missing_equals_sign() {
    mends(
        "IVS0009",
        "kind job { size: int }\njob a { size 3 }\n",
        "kind job { size: int }\njob a { size = 3 }\n",
    );
}

#[test]
fn a_colon_for_an_equals_sign() {
    mends(
        "IVS0012",
        "kind job { size: int }\njob a { size: 3 }\n",
        "kind job { size: int }\njob a { size = 3 }\n",
    );
}

#[test]
fn a_hyphen_for_a_minus() {
    mends(
        "IVS1001",
        "kind job { all: int, used: int, left: int }\njob a { all = 3, used = 1, left = all-used }\n",
        "kind job { all: int, used: int, left: int }\njob a { all = 3, used = 1, left = all - used }\n",
    );
}

#[test]
fn a_range_upside_down() {
    mends(
        "IVS2018",
        "kind job { replicas: int..int }\njob a { replicas = 9..3 }\n",
        "kind job { replicas: int..int }\njob a { replicas = 3..9 }\n",
    );
}

#[test]
fn a_missing_required_field_that_has_one_value() {
    mends(
        "IVS2101",
        "kind site { }\nkind job { site: site, size: int }\nsite hall { }\njob a {\n  size = 3 // of three\n}\n",
        "kind site { }\nkind job { site: site, size: int }\nsite hall { }\njob a {\n  size = 3 // of three\n  site = hall\n}\n",
    );
}

#[test]
fn an_override_of_a_final() {
    mends(
        "IVS1104",
        "kind job { size: int, n: int }\ntemplate job base { final size = 3 }\njob a from base {\n  size = 4\n  n = 1\n}\n",
        "kind job { size: int, n: int }\ntemplate job base { final size = 3 }\njob a from base {\n  n = 1\n}\n",
    );
}

#[test]
fn a_requirement_of_the_library() {
    let before = "namespace lab { }\nsweep s {\n  namespace = lab\n  image = \"registry.example/s:1.0.0\"\n  runs = 10\n  deadline = 1h\n  parallel = 20\n  resources { cpu = 1..1, memory = 1Gi..1Gi }\n}\n";
    mends("IVS2103", before, &before.replace("parallel = 20", "parallel = 10"));
}

#[test]
fn a_check_of_the_package() {
    mends(
        "main.enough",
        "kind job { replicas: int..int }\njob a { replicas = 1..2 }\ncheck enough for j in job { require j.replicas.max > 4 { fix j.replicas.max = 5 } }\n",
        "kind job { replicas: int..int }\njob a { replicas = 1..5 }\ncheck enough for j in job { require j.replicas.max > 4 { fix j.replicas.max = 5 } }\n",
    );
}

#[test]
fn what_one_round_uncovers_is_mended_in_the_next() {
    let (text, said, exit) =
        fixed("kind job { share: percent, timeout: time }\njob a { share 0.7, timeot: 300 }\n");
    assert_eq!(
        text, "kind job { share: percent, timeout: time }\njob a { share = 70%, timeout = 300s }\n",
        "{said}"
    );
    assert_eq!(exit, 0, "{said}");
    assert!(said.contains("5 fixes in 1 file"), "{said}");
}

#[test]
fn edits_at_one_place_follow_each_other() {
    let (text, said, exit) = fixed(
        "kind site { }\nenum tier { only }\nkind job { site: site, tier: tier }\nsite hall { }\njob a { }\n",
    );
    assert!(text.ends_with("job a { site = hall, tier = only }\n"), "{text}{said}");
    assert_eq!(exit, 0, "{said}");
}

#[test]
fn line_ends_stay_what_they_are() {
    let (text, said, _) = fixed(
        "kind site { }\r\nkind job { site: site, size: int }\r\nsite hall { }\r\njob a {\r\n  size = 3\r\n}\r\n",
    );
    assert!(text.ends_with("  size = 3\r\n  site = hall\r\n}\r\n"), "{text:?}{said}");
    assert!(!text.replace("\r\n", "").contains('\n'));
}

#[test]
fn what_is_not_certain_stays() {
    // Both meanings compile, and no value is the only one.
    let source = "enum e { a, b }\nenum f { a, c }\nkind job { x: e | f, size: int }\njob one { x = a }\n";
    let (text, said, exit) = fixed(source);
    assert_eq!(text, source, "{said}");
    assert_eq!(exit, 1);
    assert!(said.contains("No fix is certain; what is left needs a decision"), "{said}");
}

#[test]
fn a_spelling_that_only_moves_the_question_is_not_applied() {
    let source = "kind box { size?: int }\nbox a { size = 3 }\nbox b { }\nkind lid { of: box, n: int }\nlid l { of = a, n = of.size }\n";
    let (text, said, exit) = fixed(source);
    assert_eq!((text.as_str(), exit), (source, 1), "{said}");
}

#[test]
fn a_proposal_that_does_not_help_is_not_applied() {
    let source = "kind job { size: int }\njob a { size = 30 }\ncheck small for j in job { require j.size < 10 { fix j.size = 20 } }\n";
    let (text, said, exit) = fixed(source);
    assert_eq!((text.as_str(), exit), (source, 1), "{said}");
    assert!(said.contains("help: set `a.size = 20`"), "{said}");
}

#[test]
fn a_sound_package_is_left_alone() {
    let (_, said, exit) = fixed("kind job { size: int }\njob a { size = 3 }\n");
    assert_eq!(exit, 0);
    assert_eq!(said, "No fix is certain: nothing is wrong\n");
}

#[test]
fn several_files_and_the_json_document() {
    let folder = tempfile::tempdir().unwrap();
    let put = |path: &str, text: &str| std::fs::write(folder.path().join(path), text).unwrap();
    put("ivs.toml", "[package]\nname = \"shop\"\nversion = \"0.1.0\"\nivs = \"1\"\n");
    put("a.ivs", "kind job { share: percent }\njob a { share = 0.7 }\n");
    put("b.ivs", "job b { share = 0.5 }\njob c { shar = 1% }\njob d { }\n");
    let run = ivs(folder.path(), &["check", "--fix", "--format", "json"]);
    let said: serde_json::Value = serde_json::from_slice(&run.stdout).unwrap();
    assert_eq!(run.status.code(), Some(1));
    assert_eq!(said["fixed"].as_array().unwrap().len(), 3);
    assert_eq!(said["fixed"][0]["path"], "a.ivs");
    assert_eq!(said["fixed"][0]["title"], "write `70%`");
    assert_eq!(said["diagnostics"][0]["code"], "IVS2101");
    let text = std::fs::read_to_string(folder.path().join("b.ivs")).unwrap();
    assert_eq!(text, "job b { share = 50% }\njob c { share = 1% }\njob d { }\n");
}

#[test]
fn stdin_cannot_be_fixed() {
    let folder = tempfile::tempdir().unwrap();
    let run = ivs(folder.path(), &["check", "--fix", "-"]);
    assert_eq!(run.status.code(), Some(2));
}

#[test]
fn a_misspelled_key_of_ivs_toml_and_a_mistake_in_a_source() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
    write(
        "ivs.toml",
        "[package]\nname = \"shop\"\nversoin = \"1.0.0\"\nivs = \"1\"\n\n[bulid]\nas-of = 2026-11-21\n",
    );
    write("main.ivs", "kind box { wait: time }\nbox a { wiat = 3s }\n");
    let run = ivs(folder.path(), &["fix"]);
    let said = text(&run.stderr);
    assert_eq!(run.status.code(), Some(0), "{said}");
    let read = |name: &str| std::fs::read_to_string(folder.path().join(name)).unwrap();
    assert_eq!(
        read("ivs.toml"),
        "[package]\nname = \"shop\"\nversion = \"1.0.0\"\nivs = \"1\"\n\n[build]\nas-of = 2026-11-21\n"
    );
    assert_eq!(read("main.ivs"), "kind box { wait: time }\nbox a { wait = 3s }\n");
    assert!(said.contains("3 fixes in 2 files; nothing is left"), "{said}");
}

#[test]
fn what_cannot_be_told_in_ivs_toml_is_left() {
    let folder = tempfile::tempdir().unwrap();
    let toml = "[package]\nname = \"shop\"\nivs = \"1\"\ncolour = \"red\"\n";
    std::fs::write(folder.path().join("ivs.toml"), toml).unwrap();
    let run = ivs(folder.path(), &["check", "--fix"]);
    assert_eq!(run.status.code(), Some(1), "{}", text(&run.stderr));
    assert_eq!(std::fs::read_to_string(folder.path().join("ivs.toml")).unwrap(), toml);
}

/// There is one version of the language: every package is written in it.
#[test]
fn the_newest_version_of_the_language() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("main.ivs"), "let one = 1\n").unwrap();
    std::fs::write(folder.path().join("ivs.toml"), "[package]\nname = \"shop\"\nivs = \"1\"\n").unwrap();
    let run = ivs(folder.path(), &["fix", "--language"]);
    assert_eq!(run.status.code(), Some(0));
    assert!(
        text(&run.stderr)
            .contains("shop is written in version 1 of the language, the newest is 1: nothing to change")
    );
    std::fs::write(folder.path().join("ivs.toml"), "[package]\nname = \"shop\"\nivs = \"2\"\n").unwrap();
    let run = ivs(folder.path(), &["fix", "--language"]);
    assert_eq!(run.status.code(), Some(1));
    assert!(
        text(&run.stdout).contains("this compiler knows version 1 of the language, not `2`")
            || text(&run.stderr).contains("this compiler knows version 1 of the language, not `2`")
    );
}
