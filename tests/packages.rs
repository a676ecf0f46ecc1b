//! Packages that depend on each other: fetched, pinned, checked, through the command.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

#[path = "packages/git_dependencies.rs"]
mod git_dependencies;
#[path = "packages/lock.rs"]
mod lock;
#[path = "packages/path_dependencies.rs"]
mod path_dependencies;
#[path = "packages/sources.rs"]
mod sources;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use tempfile::TempDir;

/// A folder with packages in it, and a cache of its own.
struct World {
    dir: TempDir,
}

/// What a run gave: exit code, stdout and stderr together, with the folder's name left out.
struct Ran {
    code: i32,
    text: String,
}

impl World {
    fn new() -> World {
        World { dir: TempDir::new().unwrap() }
    }

    fn path(&self, path: &str) -> PathBuf {
        self.dir.path().canonicalize().unwrap().join(path)
    }

    fn write(&self, path: &str, text: &str) -> &World {
        let file = self.path(path);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, text).unwrap();
        self
    }

    /// A package with these dependencies and this source.
    fn package(&self, folder: &str, name: &str, dependencies: &str, source: &str) -> &World {
        let config = format!(
            "[package]\nname = \"{name}\"\nversion = \"1.0.0\"\nivs = \"1\"\n\n[dependencies]\n{dependencies}\n"
        );
        self.write(&format!("{folder}/ivs.toml"), &config).write(&format!("{folder}/main.ivs"), source)
    }

    fn read(&self, path: &str) -> String {
        fs::read_to_string(self.path(path)).unwrap()
    }

    fn ivs(&self, args: &[&str]) -> Ran {
        let output = Command::new(env!("CARGO_BIN_EXE_ivs"))
            .args(args)
            .current_dir(self.path(""))
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("HOME", self.path("home"))
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .env("IVS_CACHE", self.path("cache"))
            .output()
            .unwrap();
        let mut text = String::from_utf8(output.stdout).unwrap();
        text += &String::from_utf8(output.stderr).unwrap();
        let here = self.path("").display().to_string();
        let text = text.replace(here.trim_end_matches('/'), "[here]");
        Ran { code: output.status.code().unwrap_or(-1), text }
    }

    /// One line each for findings.
    fn check(&self, folder: &str) -> Ran {
        self.ivs(&["check", folder, "--format", "short", "-q"])
    }

    fn git(&self, folder: &str, args: &[&str]) -> String {
        let output = Command::new("git")
            .args(["-c", "user.name=n", "-c", "user.email=n@example.org", "-c", "commit.gpgsign=false"])
            .args(["-c", "init.defaultBranch=main"])
            .args(args)
            .current_dir(self.path(folder))
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .env("HOME", self.path("home"))
            .output()
            .unwrap();
        assert!(output.status.success(), "git {args:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    }

    /// Makes a folder a repository, or adds a commit to it.
    fn commit(&self, folder: &str) -> String {
        self.git(folder, &["init", "--quiet"]);
        self.git(folder, &["add", "--all"]);
        self.git(folder, &["commit", "--quiet", "--allow-empty", "-m", "x"]);
        self.git(folder, &["rev-parse", "HEAD"])
    }

    fn url(&self, folder: &str) -> String {
        format!("file://{}", self.path(folder).display())
    }
}

impl Ran {
    #[track_caller]
    fn is(&self, code: i32, text: &str) {
        assert_eq!((self.text.trim_end(), self.code), (text.trim_end(), code));
    }

    #[track_caller]
    fn says(&self, code: i32, text: &str) {
        assert!(
            self.code == code && self.text.contains(text),
            "exit {}, wanted {code} and\n{text}\nin\n{}",
            self.code,
            self.text
        );
    }
}

const SHARED: &str = r#"
/// How much.
enum size { small, large }
kind widget { size: size, n: int = 1, all: int = length(widget) }
struct box { w: int = 1 }
dimension zorgs = zorg
unit render
fn double(x: int) -> int = two * x
let ten = 10
private let two = 2
template widget base { n = 3 }
widget proto { size = small, n = 50 }
"#;

const SHOP: &str = "use shared.{widget, base, double, ten, zorgs, box, render}
kind thing { weight: zorgs, box: box, seen: render }
thing t { weight = 5zorg, seen = 3render }
widget one from base { size = large }
widget two { size = small, n = double(4) + ten }
";

/// `shop`, which depends on `shared` beside it.
fn pair() -> World {
    let w = World::new();
    w.package("shared", "shared", "", SHARED);
    w.package("shop", "shop", "shared = { path = \"../shared\" }", SHOP);
    w
}

/// Checking and building open no socket and start no process, with dependencies as without.
#[test]
fn only_fetch_uses_the_network() {
    let traced = Command::new("strace").arg("-V").output().is_ok_and(|o| o.status.success());
    if !traced {
        println!("skipped: this machine has no strace");
        return;
    }
    let w = pair();
    w.ivs(&["fetch", "shop"]);
    for command in ["check", "build", "fmt"] {
        let log = w.path("trace");
        let status = Command::new("strace")
            .args(["-f", "-e", "trace=network,execve", "-o"])
            .arg(&log)
            .arg(env!("CARGO_BIN_EXE_ivs"))
            .args([command, "shop", "-q"])
            .current_dir(w.path(""))
            .status()
            .unwrap();
        if status.code() == Some(1) && fs::read_to_string(&log).unwrap_or_default().is_empty() {
            println!("skipped: strace may not trace here");
            return;
        }
        assert!(status.success(), "{command}");
        let calls = fs::read_to_string(&log).unwrap();
        let odd: Vec<&str> = calls.lines().filter(|l| l.contains('(')).collect();
        assert_eq!(odd.len(), 1, "{command}: only its own start was expected\n{calls}");
        assert!(Path::new(&w.path("shop/ivs.lock")).exists());
    }
}

mod the_date_of_a_build {
    use super::*;

    fn world(build: &str) -> World {
        let w = World::new();
        let source = "kind licence { until: date, valid: bool = until >= build.date }\nlicence cad { until = 2027-06-30 }\nkind want { valid: bool where it }\nwant w { valid = cad.valid }\n";
        w.package("shop", "shop", build, source);
        w
    }

    #[test]
    fn is_given_by_the_package_or_the_command_and_by_no_clock() {
        world("").check("shop").says(1, "error[IVS5040]: `build.date` is not given");
        world("[build]\nas-of = 2026-11-21").check("shop").is(0, "");
        world("[build]\nas-of = 2028-01-01").check("shop").says(1, "error[IVS2102]");
        let w = world("[build]\nas-of = 2028-01-01");
        w.ivs(&["check", "shop", "-q", "--as-of", "2026-11-21"]).is(0, "");
        world("").ivs(&["build", "shop", "-q", "--as-of", "2026-11-21"]).is(0, "");
    }

    #[test]
    fn leaves_checks_undecided_without_one() {
        let w = World::new();
        let source = "kind licence { until: date }\nlicence cad { until = 2027-06-30 }\ncheck valid for l in licence { require l.until >= build.date }\n";
        w.package("shop", "shop", "", source).check("shop").is(0, "");
        w.ivs(&["check", "shop", "-q", "--as-of", "2028-01-01"]).says(1, "shop.valid");
    }

    #[test]
    fn gives_way_to_what_the_package_calls_build() {
        let w = World::new();
        let source = "kind job { date: int }\njob build { date = 7 }\nkind want { n: int where it == 7 }\nwant w { n = build.date }\n";
        w.package("shop", "shop", "", source).check("shop").is(0, "");
    }
}

mod versions {
    use super::*;

    const SOURCE: &str = "kind program { cores: int = 1, deep: size = 1Gi }
type size = bytes
fn twice(x: int) -> int = 2 * x
template program base {
  version = 1.0.0
  engines: int = 2
  cores = 10 * engines
}
program q100 from base { version = 2.1.0, engines = 4, cores = twice(20) }
program plain { cores = 3 }
environment big { }
";

    fn world() -> World {
        let w = World::new();
        w.package("shop", "shop", "", SOURCE);
        w.ivs(&["publish", "shop"]).is(
            0,
            "  new: program shop.base 1.0.0\n  new: program shop.q100 2.1.0\n2 versions recorded in shop/ivs.lock\n",
        );
        w
    }

    #[test]
    fn what_says_the_same_otherwise_is_no_other_content() {
        let w = world();
        let same = SOURCE
            .replace("engines: int = 2", "/// How many.\n  engines :  int=2 // two")
            .replace("twice(20)", "40")
            .replace("environment big { }", "environment big { }\nenvironment small { }");
        w.write("shop/main.ivs", &same);
        w.check("shop").is(0, "");
        w.ivs(&["publish", "shop"]).is(0, "2 versions as recorded in shop/ivs.lock\n");
        w.ivs(&["publish", "shop", "--locked", "-q"]).is(0, "");
    }

    #[test]
    fn other_content_is_an_error_at_the_version_and_the_next_one_is_offered() {
        let w = world();
        for (from, to, line) in [
            ("engines: int = 2", "engines: int = 3", "5:13: error[IVS5004]: `base` 1.0.0 was"),
            ("engines = 4", "engines = 5", "9:36: error[IVS5004]: `q100` 2.1.0 was"),
            ("= 2 * x", "= 3 * x", "9:36: error[IVS5004]: `q100` 2.1.0 was"),
            ("deep: size = 1Gi", "deep: size = 2Gi", "9:36: error[IVS5004]: `q100` 2.1.0 was"),
            (
                "environment big { }",
                "environment big { }\noverlay big { program q100 { cores = 1 } }",
                "9:36: error[IVS5004]",
            ),
        ] {
            w.write("shop/main.ivs", &SOURCE.replace(from, to));
            for command in ["check", "build", "publish"] {
                let ran = w.ivs(&[command, "shop", "-q", "--format", "short"]);
                ran.says(1, &format!("shop/main.ivs:{line}"));
                assert_eq!(ran.text.lines().count(), 1, "{}", ran.text);
            }
        }
        w.ivs(&["check", "shop"]).says(1, "make it 2.1.1");
        w.write("shop/main.ivs", &SOURCE.replace("engines = 4", "engines = 5").replace("2.1.0", "2.1.1"));
        w.check("shop").is(0, "");
        w.ivs(&["publish", "shop", "--locked", "-q"]).says(3, "--locked");
        w.ivs(&["publish", "shop"])
            .is(0, "  new: program shop.q100 2.1.1\n1 version recorded in shop/ivs.lock\n");
        // The old version stands for what it did.
        w.write("shop/main.ivs", &SOURCE.replace("engines = 4", "engines = 6"));
        w.ivs(&["check", "shop"]).says(1, "make it 2.1.2");
    }

    #[test]
    fn what_is_not_versioned_and_what_is_not_published_may_change() {
        let w = world();
        w.write("shop/main.ivs", &SOURCE.replace("cores = 3", "cores = 4").replace("2.1.0", "2.2.0"));
        w.check("shop").is(0, "");
    }

    #[test]
    fn a_broken_package_is_not_published() {
        let w = World::new();
        w.package("shop", "shop", "", &SOURCE.replace("cores = 3", "cores = x"));
        w.ivs(&["publish", "shop", "-q"]).says(1, "IVS1001");
        assert!(!w.path("shop/ivs.lock").exists());
    }

    #[test]
    fn what_is_frozen_does_not_change() {
        let w = World::new();
        let source = "struct context { frozen: bool = false, n: int = 1 }\nkind program { cores: int = 1, context: context }\nprogram a { context { frozen = true, n = 2 } }\n";
        w.package("shop", "shop", "", source);
        w.ivs(&["publish", "shop"]).says(0, "new: program shop.a.context frozen");
        w.write("shop/main.ivs", &source.replace("cores: int = 1", "cores: int = 2"));
        w.check("shop").is(0, "");
        w.write("shop/main.ivs", &source.replace("n = 2", "n = 3"));
        w.check("shop").says(1, "shop/main.ivs:3:32: error[IVS5004]: `program shop.a.context` is frozen");
        w.write("shop/main.ivs", &source.replace("frozen = true, n = 2", "frozen = false, n = 3"));
        w.check("shop").is(0, "");
    }

    #[test]
    fn fetching_keeps_what_was_published() {
        let w = world();
        let before = w.read("shop/ivs.lock");
        w.ivs(&["fetch", "shop", "-q"]).is(0, "");
        assert_eq!(before, w.read("shop/ivs.lock"));
    }
}
