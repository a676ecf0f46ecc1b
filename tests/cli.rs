//! The command from outside: arguments in, streams and exit codes out.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use insta::assert_snapshot;
use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};
use tempfile::TempDir;

/// What a run of `ivs` gave.
#[derive(Debug)]
struct Ran {
    code: i32,
    out: String,
    err: String,
}

/// Runs `ivs` in a folder, with nothing of this process's environment that could matter.
fn ivs_in(folder: &Path, args: &[&str]) -> Ran {
    ivs_with(folder, args, &[], "")
}

fn ivs_with(folder: &Path, args: &[&str], env: &[(&str, &str)], stdin: &str) -> Ran {
    let mut child = Command::new(env!("CARGO_BIN_EXE_ivs"))
        .args(args)
        .current_dir(folder)
        .env_clear()
        .envs(env.iter().copied())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // A command that does not read closes its end; that is its right.
    let _ = child.stdin.take().unwrap().write_all(stdin.as_bytes());
    let output = child.wait_with_output().unwrap();
    let text = |bytes| String::from_utf8(bytes).expect("all output is UTF-8");
    Ran { code: output.status.code().unwrap_or(-1), out: text(output.stdout), err: text(output.stderr) }
}

const CONFIG: &str = "[package]\nname = \"shop\"\nversion = \"0.1.0\"\nivs = \"1\"\n";

/// A service in the canonical layout.
const SERVICE: &str = "\
environment staging {}

service web {
  image = \"registry.example/shop/web:1.0.0\"
  resources { cpu = 100m..500m, memory = 128Mi..256Mi }
}
";

/// A folder with a package in it.
fn package(source: &str) -> TempDir {
    let dir = TempDir::new().unwrap();
    fs::write(dir.path().join("ivs.toml"), CONFIG).unwrap();
    fs::write(dir.path().join("main.ivs"), source).unwrap();
    dir
}

fn json(text: &str) -> serde_json::Value {
    serde_json::from_str(text).unwrap_or_else(|e| panic!("not one JSON document: {e}\n{text}"))
}

/// The same mistake in every test that needs one: a field that a service does not have.
fn broken() -> TempDir {
    package(&SERVICE.replace("  resources", "  imagine = 3\n  resources"))
}

mod exit_codes {
    use super::*;

    #[test]
    fn zero_for_sources_without_errors() {
        let dir = package(SERVICE);
        let ran = ivs_in(dir.path(), &["check"]);
        assert_eq!((ran.code, ran.out.as_str()), (0, ""));
        assert_eq!(ran.err, "Checked shop: 1 file and 1 environment, no errors\n");
    }

    #[test]
    fn one_for_errors_in_the_sources() {
        let dir = broken();
        for args in [&["check"][..], &["build"], &["build", "--check"]] {
            let ran = ivs_in(dir.path(), args);
            assert_eq!(ran.code, 1, "{args:?}: {}", ran.err);
            assert!(ran.err.contains("IVS1201"), "{}", ran.err);
        }
        assert!(!dir.path().join("out").exists(), "nothing is written");
    }

    #[test]
    fn two_for_wrong_usage() {
        let dir = package(SERVICE);
        for args in [
            &[][..],
            &["biuld"],
            &["check", "--frobnicate"],
            &["check", "--format", "xml"],
            &["check", "--as-of", "2026-02-30"],
            &["check", "--threads", "0"],
            &["check", "-q", "-v"],
            &["build", "-"],
            &["build", "--env", "stagin"],
            &["explain", "IVS9999"],
            &["new", ".."],
            &["completions", "tcsh"],
        ] {
            let ran = ivs_in(dir.path(), args);
            assert_eq!(ran.code, 2, "{args:?}: {}", ran.err);
            assert_eq!(ran.out, "", "{args:?}");
            assert_ne!(ran.err, "", "{args:?}");
        }
        let nowhere = TempDir::new().unwrap();
        assert_eq!(ivs_in(nowhere.path(), &["check"]).code, 2);
    }

    #[test]
    fn three_for_drift() {
        let dir = package(SERVICE);
        assert_eq!(ivs_in(dir.path(), &["build", "--check"]).code, 3);
        assert!(!dir.path().join("out").exists(), "nothing is written");
        let sloppy = package("let   a=1\n");
        assert_eq!(ivs_in(sloppy.path(), &["fmt", "--check"]).code, 3);
    }

    #[test]
    fn four_for_a_limit() {
        let dir = package(SERVICE);
        let deep = format!("let a = {}1{}\n", "(".repeat(300), ")".repeat(300));
        let ran = ivs_with(dir.path(), &["check", "-", "--format", "short"], &[], &deep);
        assert_eq!(ran.code, 4, "{ran:?}");
        fs::write(dir.path().join("big.ivs"), vec![b' '; (8 << 20) + 1]).unwrap();
        assert_eq!(ivs_in(dir.path(), &["check"]).code, 4);
    }

    #[test]
    fn five_for_files_changed_by_hand_and_for_io() {
        let dir = package(SERVICE);
        assert_eq!(ivs_in(dir.path(), &["build"]).code, 0);
        let file = dir.path().join("out/kubernetes/kustomization.yaml");
        fs::write(&file, "by hand\n").unwrap();
        fs::write(dir.path().join("main.ivs"), SERVICE.replace("web", "site")).unwrap();
        let ran = ivs_in(dir.path(), &["build"]);
        assert_eq!(ran.code, 5);
        assert_snapshot!(ran.err, @r"
        error[IVS6903]: `out` is not as ivs left it: `kubernetes/kustomization.yaml` was changed after ivs wrote it
          help: the folder is written from your sources: move the change there, then delete or restore the file
        ");
        assert_eq!(fs::read_to_string(file).unwrap(), "by hand\n");

        let foreign = package(SERVICE);
        fs::create_dir(foreign.path().join("out")).unwrap();
        fs::write(foreign.path().join("out/notes"), "mine\n").unwrap();
        assert_eq!(ivs_in(foreign.path(), &["build"]).code, 5);
        assert_eq!(ivs_in(foreign.path(), &["check", "absent"]).code, 5);
    }
}

mod checking {
    use super::*;

    #[test]
    fn a_finding_has_its_place_an_excerpt_and_a_fix() {
        let dir = package(&SERVICE.replace("image ", "imagee "));
        let ran = ivs_in(dir.path(), &["check"]);
        assert_eq!((ran.code, ran.out.as_str()), (1, ""));
        assert!(ran.err.contains("error[IVS1201]"), "{}", ran.err);
        assert!(ran.err.contains("[main.ivs:4:3]"), "{}", ran.err);
        assert!(ran.err.contains("     +    4   image = "), "{}", ran.err);
        assert!(!ran.err.contains('\u{1b}'), "no colours into a pipe");
    }

    #[test]
    fn short_is_one_line_each_on_stdout() {
        let dir = broken();
        let ran = ivs_in(dir.path(), &["check", "--format", "short"]);
        let lines: Vec<&str> = ran.out.lines().collect();
        assert_eq!(lines.len(), 1);
        assert!(lines[0].starts_with("main.ivs:5:3: error[IVS1201]: "), "{}", lines[0]);
        assert_eq!(ran.err, "1 error\n");
        assert_eq!(ivs_in(dir.path(), &["check", "--format", "short", "-q"]).err, "");
    }

    #[test]
    fn paths_are_shown_from_the_current_folder() {
        let dir = broken();
        let above = dir.path().parent().unwrap();
        let name = dir.path().file_name().unwrap().to_str().unwrap();
        let first =
            |folder: &Path, args: &[&str]| ivs_in(folder, args).out.split(": ").next().unwrap().to_owned();
        assert_eq!(first(above, &["check", name, "--format", "short"]), format!("{name}/main.ivs:5:3"));
        fs::create_dir(dir.path().join("services")).unwrap();
        assert_eq!(first(&dir.path().join("services"), &["check", "--format", "short"]), "../main.ivs:5:3");
    }

    #[test]
    fn what_is_written_freely_is_judged_without_building() {
        let dir = TempDir::new().unwrap();
        let source = "document letter { text = \"{{ name|replace(1) }}\" }\n";
        let ran = ivs_with(dir.path(), &["check", "-", "--format", "short"], &[], source);
        assert_eq!(ran.code, 1);
        assert_eq!(ran.out, "<stdin>:1:35: error[IVS6103]: there is no filter `replace`\n");
    }

    #[test]
    fn stdin_is_a_package_of_its_own() {
        let dir = TempDir::new().unwrap();
        assert_eq!(ivs_with(dir.path(), &["check", "-"], &[], SERVICE).code, 0);
        let ran = ivs_with(
            dir.path(),
            &["check", "-", "--format", "short"],
            &[],
            "service web {\n  imagine = 3\n}\n",
        );
        assert_eq!(ran.code, 1);
        assert!(ran.out.starts_with("<stdin>:"), "{}", ran.out);
    }

    #[test]
    fn a_file_without_a_package_is_checked_alone() {
        let dir = TempDir::new().unwrap();
        fs::write(dir.path().join("scratch.ivs"), SERVICE).unwrap();
        assert_eq!(ivs_in(dir.path(), &["check", "scratch.ivs"]).code, 0);
    }

    #[test]
    fn a_bad_configuration_is_a_finding_like_others() {
        let dir = package(SERVICE);
        fs::write(dir.path().join("ivs.toml"), CONFIG.replace("version", "verison")).unwrap();
        let ran = ivs_in(dir.path(), &["check"]);
        assert_eq!(ran.code, 1);
        assert_snapshot!(ran.err, @r#"
        error[IVS5003]

          × `verison` is not a key of `[package]`
           ╭─[ivs.toml:3:1]
         2 │ name = "shop"
         3 │ verison = "0.1.0"
           · ───────
         4 │ ivs = "1"
           ╰────
          fix: did you mean `version`?
             -    3 verison = "0.1.0"
             +    3 version = "0.1.0"

        1 error
        "#);
    }

    #[test]
    fn escape_sequences_in_sources_do_not_reach_the_terminal() {
        let dir = package("let a = \"\u{1b}[2J\" + \u{9b}31m\u{202e}\nservice \u{1b}]0;x\u{7} { }\n");
        for format in ["human", "short", "json"] {
            let ran = ivs_in(dir.path(), &["check", "--format", format, "--color", "never"]);
            assert_eq!(ran.code, 1);
            let all = ran.out + &ran.err;
            assert!(!all.contains(['\u{1b}', '\u{9b}', '\u{7}']), "{format}: {all:?}");
        }
    }

    #[test]
    fn a_flood_is_cut_to_a_thousand() {
        let dir = package(&(0..1_500).map(|i| format!("servise s{i} {{ }}\n")).collect::<String>());
        let ran = ivs_in(dir.path(), &["check", "--format", "short"]);
        assert_eq!((ran.code, ran.out.lines().count()), (1, 1_000));
        assert_eq!(ran.err, "… and 500 more, not shown\n1500 errors\n");
        let document = json(&ivs_in(dir.path(), &["check", "--format", "json"]).out);
        assert_eq!((&document["omitted"], &document["summary"]["errors"]), (&500.into(), &1_500.into()));
    }

    #[test]
    fn results_do_not_depend_on_threads() {
        let dir = broken();
        let one = ivs_in(dir.path(), &["check", "--threads", "1"]);
        let four = ivs_in(dir.path(), &["check", "--threads", "4"]);
        assert_eq!(one.err, four.err);
    }

    #[test]
    fn locked_and_offline_are_accepted_anywhere() {
        let dir = package(SERVICE);
        assert_eq!(ivs_in(dir.path(), &["--locked", "check", "--offline"]).code, 0);
    }
}

mod colours {
    use super::*;

    fn coloured(args: &[&str], env: &[(&str, &str)]) -> bool {
        let dir = broken();
        ivs_with(dir.path(), &[&["check"], args].concat(), env, "").err.contains("\u{1b}[")
    }

    #[test]
    fn only_where_they_are_wanted() {
        assert!(!coloured(&[], &[]), "not into a pipe");
        assert!(coloured(&["--color", "always"], &[]));
        assert!(!coloured(&["--color", "never"], &[]));
        assert!(!coloured(&[], &[("NO_COLOR", "1")]));
        assert!(!coloured(&["--color", "auto"], &[("NO_COLOR", "1"), ("TERM", "xterm-256color")]));
        assert!(
            coloured(&["--color", "always"], &[("NO_COLOR", "1")]),
            "what is asked for outright goes first"
        );
    }
}

mod json_format {
    use super::*;

    #[test]
    fn a_finding() {
        let dir = broken();
        let ran = ivs_in(dir.path(), &["check", "--format", "json"]);
        assert_eq!((ran.code, ran.err.as_str()), (1, ""));
        let document = json(&ran.out);
        assert_eq!(document["version"], 1);
        assert_eq!(document["command"], "check");
        assert_eq!(document["exit"], 1);
        assert_eq!(document["summary"]["errors"], 1);
        let finding = &document["diagnostics"][0];
        assert_eq!((&finding["code"], &finding["severity"]), (&"IVS1201".into(), &"error".into()));
        let place = &finding["place"];
        assert_eq!((&place["path"], &place["library"]), (&"main.ivs".into(), &false.into()));
        assert_eq!((&place["start"]["line"], &place["start"]["column"]), (&5.into(), &3.into()));
        let byte = usize::try_from(place["start"]["byte"].as_u64().unwrap()).unwrap();
        assert_eq!(&fs::read_to_string(dir.path().join("main.ivs")).unwrap()[byte..byte + 7], "imagine");
    }

    #[test]
    fn every_end_of_a_command_is_a_document() {
        let dir = package(SERVICE);
        let run = |args: &[&str]| {
            let ran = ivs_in(dir.path(), &[args, &["--format", "json"]].concat());
            let document = json(&ran.out);
            assert_eq!(document["exit"], ran.code, "{args:?}");
            document
        };
        assert_eq!(run(&["check"])["diagnostics"].as_array().unwrap().len(), 0);
        assert_eq!(run(&["check", "absent"])["exit"], 5);
        assert_eq!(run(&["build", "--check"])["drift"][0]["difference"], "missing");
        let built = run(&["build", "--env", "staging"]);
        assert_eq!(
            (&built["build"]["environment"], &built["build"]["folder"]),
            (&"staging".into(), &"out/".into())
        );
        assert_eq!(built["build"]["created"], built["build"]["files"]);
        let again = run(&["build", "--env", "staging"]);
        assert_eq!(again["build"]["unchanged"], built["build"]["files"]);
        fs::write(dir.path().join("out/kubernetes/kustomization.yaml"), "by hand\n").unwrap();
        assert_eq!(run(&["build"])["failure"]["code"], "IVS6903");
        assert_eq!(run(&["fmt", "--check"])["exit"], 0);
    }
}

mod building {
    use super::*;

    fn stamp(path: &Path) -> std::time::SystemTime {
        fs::metadata(path).unwrap().modified().unwrap()
    }

    #[test]
    fn outputs_lie_beside_the_sources() {
        let dir = package(SERVICE);
        let ran = ivs_in(dir.path(), &["build"]);
        assert_eq!((ran.code, ran.out.as_str()), (0, ""));
        assert!(ran.err.starts_with("Built ") && ran.err.ends_with(" files in out/\n"), "{}", ran.err);
        let manifest = json(&fs::read_to_string(dir.path().join("out/.ivs/manifest.json")).unwrap());
        for file in manifest["files"].as_array().unwrap() {
            assert!(dir.path().join("out").join(file["path"].as_str().unwrap()).is_file());
        }
    }

    #[test]
    fn an_environment_and_another_folder() {
        let dir = package(SERVICE);
        let ran = ivs_in(dir.path(), &["build", "--env", "staging", "--out", "deploy/staging"]);
        assert_eq!(ran.code, 0, "{}", ran.err);
        assert!(ran.err.ends_with(" for staging in deploy/staging/\n"), "{}", ran.err);
        assert!(dir.path().join("deploy/staging/kubernetes").is_dir());
        assert!(!dir.path().join("out").exists());
    }

    #[test]
    fn an_unknown_environment_names_those_that_exist() {
        let dir = package(SERVICE);
        let ran = ivs_in(dir.path(), &["build", "--env", "stagin"]);
        assert_snapshot!(ran.err, @r"
        error: there is no environment `stagin`
          help: the package declares staging
        ");
    }

    #[test]
    fn a_rebuild_with_nothing_changed_writes_nothing() {
        let dir = package(SERVICE);
        ivs_in(dir.path(), &["build"]);
        let files = [
            "out",
            "out/kubernetes",
            "out/.ivs",
            "out/.ivs/manifest.json",
            "out/kubernetes/kustomization.yaml",
        ];
        let before: Vec<_> = files.iter().map(|f| stamp(&dir.path().join(f))).collect();
        let ran = ivs_in(dir.path(), &["build"]);
        assert!(ran.err.ends_with("(nothing changed)\n"), "{}", ran.err);
        let after: Vec<_> = files.iter().map(|f| stamp(&dir.path().join(f))).collect();
        assert_eq!(after, before);
    }

    #[test]
    fn check_lists_what_is_not_up_to_date() {
        let dir = package(SERVICE);
        ivs_in(dir.path(), &["build"]);
        let ran = ivs_in(dir.path(), &["build", "--check"]);
        assert_eq!((ran.code, ran.out.as_str()), (0, ""));
        fs::write(dir.path().join("main.ivs"), SERVICE.replace("128Mi", "64Mi")).unwrap();
        fs::write(dir.path().join("out/kubernetes/kustomization.yaml"), "by hand\n").unwrap();
        let ran = ivs_in(dir.path(), &["build", "--check"]);
        assert_eq!(ran.code, 3);
        let lines: Vec<&str> = ran.out.lines().collect();
        assert_eq!(lines.len(), 2, "{}", ran.out);
        assert!(
            lines[0].starts_with("outdated: out/kubernetes/") && lines[0].ends_with("web.yaml"),
            "{}",
            lines[0]
        );
        assert_eq!(lines[1], "edited: out/kubernetes/kustomization.yaml");
    }

    #[test]
    fn what_ivs_did_not_write_stays_and_is_mentioned() {
        let dir = package(SERVICE);
        ivs_in(dir.path(), &["build"]);
        fs::write(dir.path().join("out/notes.md"), "mine\n").unwrap();
        fs::write(dir.path().join("main.ivs"), SERVICE.replace("web", "site")).unwrap();
        let ran = ivs_in(dir.path(), &["build"]);
        assert!(
            ran.err.contains("out/ also holds 1 file that ivs did not write, such as notes.md"),
            "{}",
            ran.err
        );
        assert_eq!(fs::read_to_string(dir.path().join("out/notes.md")).unwrap(), "mine\n");
    }

    /// Sources must not be found in what is built, wherever that is.
    #[test]
    fn an_output_folder_inside_the_package_is_no_source() {
        let dir = package(SERVICE);
        for _ in 0..2 {
            assert_eq!(ivs_in(dir.path(), &["build", "--out", "deploy"]).code, 0);
        }
    }
}

mod formatting {
    use super::*;

    const SLOPPY: &str = "service   web{image=\"registry.example/shop/web:1.0.0\"}\n";

    #[test]
    fn stdin_to_stdout() {
        let dir = TempDir::new().unwrap();
        let ran = ivs_with(dir.path(), &["fmt", "-"], &[], SLOPPY);
        assert_eq!((ran.code, ran.err.as_str()), (0, ""));
        assert!(ran.out.starts_with("service web {"), "{}", ran.out);
        let again = ivs_with(dir.path(), &["fmt", "-"], &[], &ran.out);
        assert_eq!(again.out, ran.out);
    }

    #[test]
    fn files_are_rewritten_only_where_they_differ() {
        let dir = package(SLOPPY);
        let ran = ivs_in(dir.path(), &["fmt", "--check"]);
        assert_eq!((ran.code, ran.out.as_str()), (3, "main.ivs\n"));
        assert_eq!(fs::read_to_string(dir.path().join("main.ivs")).unwrap(), SLOPPY);
        assert_eq!(ivs_in(dir.path(), &["fmt"]).err, "Formatted 1 of 1 file\n");
        assert_eq!(ivs_in(dir.path(), &["fmt", "--check"]).code, 0);
        assert_eq!(ivs_in(dir.path(), &["fmt", "main.ivs"]).err, "Formatted 0 of 1 file\n");
        let names: Vec<_> = fs::read_dir(dir.path()).unwrap().map(|e| e.unwrap().file_name()).collect();
        assert_eq!(names.len(), 2, "nothing is left beside the sources: {names:?}");
    }

    #[test]
    fn a_broken_text_is_left_alone_and_given_back() {
        let text = "service web {\n  image  \n";
        let dir = package(text);
        let ran = ivs_in(dir.path(), &["fmt"]);
        assert_eq!(ran.code, 1);
        assert!(ran.err.contains("IVS0"), "{}", ran.err);
        assert_eq!(fs::read_to_string(dir.path().join("main.ivs")).unwrap(), text);
        let ran = ivs_with(dir.path(), &["fmt", "-"], &[], text);
        assert_eq!((ran.code, ran.out.as_str()), (1, text));
    }

    #[test]
    #[cfg(unix)]
    fn the_mode_of_a_file_and_a_link_to_it_stay() {
        use std::os::unix::fs::{PermissionsExt, symlink};
        let dir = package(SLOPPY);
        let file = dir.path().join("main.ivs");
        fs::set_permissions(&file, fs::Permissions::from_mode(0o600)).unwrap();
        symlink("main.ivs", dir.path().join("alias.ivs")).unwrap();
        assert_eq!(ivs_in(dir.path(), &["fmt", "alias.ivs"]).code, 0);
        assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
        assert!(fs::symlink_metadata(dir.path().join("alias.ivs")).unwrap().is_symlink());
        assert_ne!(fs::read_to_string(&file).unwrap(), SLOPPY);
    }
}

mod new_packages {
    use super::*;

    #[test]
    fn a_new_package_checks_builds_and_is_laid_out() {
        let dir = TempDir::new().unwrap();
        let ran = ivs_in(dir.path(), &["new", "my-shop"]);
        assert_eq!(ran.code, 0, "{}", ran.err);
        let shop = dir.path().join("my-shop");
        for args in [&["check"][..], &["build"], &["build", "--env", "staging"], &["fmt", "--check"]] {
            let ran = ivs_in(&shop, args);
            assert_eq!(ran.code, 0, "{args:?}: {}{}", ran.out, ran.err);
        }
        assert!(fs::read_to_string(shop.join(".gitignore")).unwrap().contains("/out/"));
    }

    #[test]
    fn the_starter_has_three_kinds_of_outputs_and_the_name_of_the_package() {
        let dir = TempDir::new().unwrap();
        assert_eq!(ivs_in(dir.path(), &["new", "my-shop"]).code, 0);
        let shop = dir.path().join("my-shop");
        assert_eq!(ivs_in(&shop, &["build"]).code, 0);
        for family in ["kubernetes", "terraform", "documents"] {
            assert!(shop.join("out").join(family).is_dir(), "no {family}");
        }
        let source = fs::read_to_string(shop.join("main.ivs")).unwrap();
        assert!(source.contains("my-shop/web:1.0.0") && !source.contains("starter"), "{source}");
    }

    #[test]
    fn every_example_is_a_template_that_checks() {
        let dir = TempDir::new().unwrap();
        let help = ivs_in(dir.path(), &["new", "--help"]).out;
        let examples = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples");
        let mut seen = 0;
        for entry in fs::read_dir(examples).unwrap() {
            let example = entry.unwrap().path();
            if !example.join("ivs.toml").is_file() {
                continue;
            }
            let name = example.file_name().unwrap().to_str().unwrap();
            assert!(help.contains(&format!("- {name}:")), "{name} is not listed\n{help}");
            let folder = format!("of-{name}");
            let ran = ivs_in(dir.path(), &["new", &folder, "--template", name]);
            assert_eq!(ran.code, 0, "{}", ran.err);
            let checked = ivs_in(&dir.path().join(folder), &["check"]);
            assert_eq!(checked.code, 0, "{name}: {}{}", checked.out, checked.err);
            seen += 1;
        }
        assert!(seen >= 3, "{seen}");
    }

    #[test]
    fn nothing_is_overwritten() {
        let dir = TempDir::new().unwrap();
        fs::create_dir(dir.path().join("shop")).unwrap();
        fs::write(dir.path().join("shop/main.ivs"), "mine\n").unwrap();
        let ran = ivs_in(dir.path(), &["new", "shop"]);
        assert_eq!(ran.code, 5);
        assert_eq!(ran.err, "error: `shop/main.ivs` is there already, and nothing is overwritten\n");
        assert!(!dir.path().join("shop/ivs.toml").exists());
        assert_eq!(fs::read_to_string(dir.path().join("shop/main.ivs")).unwrap(), "mine\n");
    }

    #[test]
    fn a_name_is_a_word() {
        let dir = TempDir::new().unwrap();
        let ran = ivs_in(dir.path(), &["new", "my shop"]);
        assert_eq!(ran.code, 2);
        assert!(ran.err.contains("`my shop` cannot name a package"), "{}", ran.err);
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 0);
    }
}

mod explaining {
    use super::*;

    #[test]
    fn a_code_in_any_spelling() {
        let dir = TempDir::new().unwrap();
        let page = ivs_in(dir.path(), &["explain", "IVS1103"]);
        assert_eq!(page.code, 0);
        assert!(page.out.starts_with("# IVS1103"), "{}", page.out);
        for spelling in ["1103", "ivs1103", "error[IVS1103]"] {
            assert_eq!(ivs_in(dir.path(), &["explain", spelling]).out, page.out);
        }
    }

    #[test]
    fn all_codes_are_listed_without_one() {
        let dir = TempDir::new().unwrap();
        let ran = ivs_in(dir.path(), &["explain"]);
        assert_eq!(ran.code, 0);
        for code in ["IVS0001", "IVS1103", "IVS2001", "IVS4102", "IVS5001", "IVS6903"] {
            assert!(ran.out.contains(&format!("{code}  ")), "{code} is missing:\n{}", ran.out);
        }
        assert!(ran.out.lines().all(|line| line.len() > 12), "every code has a title");
    }

    #[test]
    fn an_unknown_code() {
        let dir = TempDir::new().unwrap();
        let ran = ivs_in(dir.path(), &["explain", "IVS1O03"]);
        assert_eq!(ran.code, 2);
        assert!(ran.err.contains("did you mean IVS1003?"), "{}", ran.err);
    }
}

#[test]
fn completions_for_every_shell() {
    let dir = TempDir::new().unwrap();
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let ran = ivs_in(dir.path(), &["completions", shell]);
        assert_eq!((ran.code, ran.err.as_str()), (0, ""), "{shell}");
        assert!(ran.out.contains("completions"), "{shell}");
    }
}

#[test]
fn help_teaches_with_examples() {
    let dir = TempDir::new().unwrap();
    for command in ["", "new", "check", "build", "fmt", "why", "explain", "completions"] {
        let args: Vec<&str> = [command, "--help"].into_iter().filter(|a| !a.is_empty()).collect();
        let ran = ivs_in(dir.path(), &args);
        assert_eq!(ran.code, 0);
        assert!(ran.out.contains("Examples:"), "`ivs {command} --help` has none");
    }
    assert_eq!(ivs_in(dir.path(), &["--version"]).out, format!("ivs {}\n", env!("CARGO_PKG_VERSION")));
}

/// A reader that goes away, as `head` does, is no mistake.
#[test]
fn a_closed_pipe_is_no_panic() {
    let mut child = Command::new(env!("CARGO_BIN_EXE_ivs"))
        .arg("explain")
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
    assert_ne!(output.status.code(), Some(70));
}
