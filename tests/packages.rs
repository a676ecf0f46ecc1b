//! Packages that depend on each other: fetched, pinned, checked, through the command.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

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

mod path_dependencies {
    use super::*;

    #[test]
    fn kinds_enums_structs_units_functions_constants_and_templates_are_used() {
        let w = pair();
        w.ivs(&["fetch", "shop"])
            .is(0, "  new: shared 1.0.0 from path+../shared\n1 package pinned in shop/ivs.lock\n");
        w.check("shop").is(0, "");
    }

    #[test]
    fn the_set_of_a_kind_is_the_packages_own_even_in_a_dependency() {
        let w = pair();
        // Two own widgets; `proto` of the dependency is none of them, neither here nor for the default over there.
        let asserted = format!(
            "{SHOP}\nkind seen {{ n: int where it == 2 }}\nseen here {{ n = length(widget) }}\nseen there {{ n = one.all }}\n"
        );
        w.write("shop/main.ivs", &asserted).ivs(&["fetch", "shop"]);
        w.check("shop").is(0, "");
    }

    #[test]
    fn only_the_packages_own_declarations_give_outputs() {
        let w = World::new();
        let service = |name: &str| {
            format!(
                "service {name} {{ image = \"registry.example/{name}:1.0.0\", resources {{ cpu = 1..1, memory = 1Gi..1Gi }} }}\n"
            )
        };
        w.package("shared", "shared", "", &format!("{}template {}", service("theirs"), service("base")));
        let own = format!("use shared.{{base}}\n{}service derived from base {{ }}\n", service("ours"));
        w.package("shop", "shop", "shared = { path = \"../shared\" }", &own);
        w.ivs(&["fetch", "shop", "-q"]).is(0, "");
        w.ivs(&["build", "shop", "-q"]).is(0, "");
        let mut made: Vec<String> = fs::read_dir(w.path("shop/out/kubernetes/default"))
            .unwrap()
            .map(|e| e.unwrap().file_name().into_string().unwrap())
            .collect();
        made.sort();
        assert_eq!(made, ["derived.yaml", "kustomization.yaml", "ours.yaml"]);
    }

    #[test]
    fn private_names_stay_private() {
        let w = pair();
        w.write("shop/main.ivs", "use shared.{two}\n").ivs(&["fetch", "shop"]);
        w.check("shop").says(1, "shop/main.ivs:1:13: error[IVS1007]: `two` is private to `shared`");
    }

    #[test]
    fn a_package_is_used_under_its_own_name_only() {
        let w = pair();
        w.package("shop", "shop", "common = { path = \"../shared\" }", SHOP);
        w.ivs(&["fetch", "shop", "--format", "short"]).is(
            1,
            "shop/ivs.toml:7:1: error[IVS5023]: the package at `../shared` calls itself `shared`\n1 error\n",
        );
    }

    #[test]
    fn dependencies_of_dependencies_are_there_but_not_for_others() {
        let w = World::new();
        w.package("c", "c", "", "let deep = 7\n");
        w.package("b", "b", "c = { path = \"../c\" }", "use c.{deep}\nlet middle = deep + 1\n");
        w.package("a", "a", "b = { path = \"../b\" }", "use b.{middle}\nlet top = middle + 1\n");
        w.ivs(&["fetch", "a", "-q"]).is(0, "");
        w.check("a").is(0, "");
        assert_eq!(w.read("a/ivs.lock").matches("[[package]]").count(), 2);
        w.write("a/main.ivs", "use c.{deep}\n");
        w.check("a").is(1, "a/main.ivs:1:5: error[IVS1070]: `c` is not a dependency of `a`\n");
    }

    #[test]
    fn a_dependency_is_not_shadowed_by_a_folder_of_its_name() {
        let w = pair();
        w.write("shop/shared/main.ivs", "let ten = 11\n").ivs(&["fetch", "shop"]);
        w.check("shop").is(0, "");
    }

    #[test]
    fn mistakes_in_a_dependency_are_shown_where_they_are_and_not_offered_for_editing() {
        let w = pair();
        w.write("shared/main.ivs", &SHARED.replace("size = small, n", "size = smal, n"));
        w.ivs(&["fetch", "shop"]);
        w.ivs(&["check", "shop", "--format", "json"]).says(1, "\"fixes\": []");
        w.check("shop").is(1, "shared/main.ivs:12:23: error[IVS2008]: `size` has no member `smal`\n");
    }

    #[test]
    fn the_checks_of_a_dependency_judge_the_packages_own_declarations() {
        let w = pair();
        let check =
            "check few for x in widget { require x.n < 10 { message = \"`${x.name}` has ${x.n}\" } }\n";
        w.write("shared/main.ivs", &format!("{SHARED}{check}")).ivs(&["fetch", "shop"]);
        w.check("shop").is(1, "shop/main.ivs:5:32: error[shared.few]: `two` has 18\n");
    }

    #[test]
    fn a_dependency_loads_its_own_files() {
        let w = World::new();
        let source = "struct row { id: int }\nlet rows: [row] = load(\"rows.csv\")\n";
        w.package("b", "b", "", source).write("b/rows.csv", "id\n1\n2\n");
        let own = "use b.{rows}\nstruct line { id: int }\nlet mine: [line] = load(\"rows.csv\")\nkind k { seen: int where it == 23 }\nk one { seen = 10 * length(rows) + length(mine) }\n";
        w.package("a", "a", "b = { path = \"../b\" }", own).write("a/rows.csv", "id\n1\n2\n3\n");
        w.ivs(&["fetch", "a", "-q"]).is(0, "");
        w.check("a").is(0, "");
        w.write("b/rows.csv", "id\n1\nx\n").ivs(&["fetch", "a", "-q"]);
        w.check("a").says(1, "b/rows.csv:3:1: error[");
        fs::remove_file(w.path("b/rows.csv")).unwrap();
        w.ivs(&["fetch", "a", "-q"]);
        w.check("a").says(1, "b/main.ivs:2:");
    }

    #[test]
    fn a_value_that_fails_in_a_dependency_is_an_error_and_its_readers_are_silent() {
        let w = pair();
        w.write("shared/main.ivs", &SHARED.replace("let ten = 10", "let ten = floor(10 / (5 - 5))"));
        w.ivs(&["fetch", "shop"]);
        let ran = w.check("shop");
        assert_eq!(
            (ran.code, ran.text.matches("IVS4002").count(), ran.text.lines().count()),
            (1, 1, 1),
            "{}",
            ran.text
        );
    }

    #[test]
    fn overlays_of_a_dependency_apply_where_its_environment_is_derived_from() {
        let w = World::new();
        w.package("b", "b", "", "kind k { n: int = 1 }\nenvironment staging { }\nk base { }\noverlay staging { k base { n = 5 } }\n");
        let source = |staging: &str, n: u8| {
            format!(
                "use b.{{k, base}}\nkind want {{ n: int where it in [1, {n}] }}\n{staging}\nk mine from base {{ }}\nwant w {{ n = mine.n }}\n"
            )
        };
        let depends = "b = { path = \"../b\" }";
        w.package("a", "a", depends, &source("environment staging { }", 1));
        w.ivs(&["fetch", "a", "-q"]).is(0, "");
        w.check("a").is(0, "");
        w.package("a", "a", depends, &source("environment staging from b.staging { }", 1));
        w.check("a").says(1, "error[IVS2102]");
        w.package("a", "a", depends, &source("environment staging from b.staging { }", 5));
        w.check("a").is(0, "");
    }
}

mod lock {
    use super::*;

    #[test]
    fn nothing_is_checked_against_no_lock() {
        let w = pair();
        for command in ["check", "build"] {
            w.ivs(&[command, "shop", "--format", "short"])
                .is(1, "shop/ivs.toml:7:1: error[IVS5026]: `ivs.lock` does not pin `shared`\n1 error\n");
        }
        assert!(!w.path("shop/ivs.lock").exists(), "only `fetch` and `publish` write it");
    }

    #[test]
    fn other_content_is_an_error_until_it_is_fetched() {
        let w = pair();
        w.ivs(&["fetch", "shop"]);
        for (file, text) in [
            ("main.ivs", format!("{SHARED}// more\n")),
            ("more.ivs", String::new()),
            ("data.csv", "a,b\n".into()),
        ] {
            w.write(&format!("shared/{file}"), &text);
            w.check("shop")
                .is(1, "shop/ivs.toml:7:1: error[IVS5027]: `shared` is not what `ivs.lock` pins\n");
            w.ivs(&["fetch", "shop"]).says(0, "changed: shared");
            w.check("shop").is(0, "");
        }
    }

    #[test]
    fn what_is_no_content_may_change() {
        let w = pair();
        w.ivs(&["fetch", "shop"]);
        w.write("shared/README.md", "words")
            .write("shared/out/x.ivs", "words")
            .write("shared/.git/config", "words");
        w.check("shop").is(0, "");
    }

    #[test]
    fn a_tampered_lock_is_seen() {
        let w = pair();
        w.ivs(&["fetch", "shop"]);
        let good = w.read("shop/ivs.lock");
        let digit = good.find("sha256:").unwrap() + 7;
        let mut other = good.clone();
        let flipped = if good.as_bytes()[digit] == b'0' { "1" } else { "0" };
        other.replace_range(digit..=digit, flipped);
        w.write("shop/ivs.lock", &other);
        w.check("shop").says(1, "IVS5027");
        for bad in [
            String::from("not toml"),
            good.replace("version = 1\n", "version = 2\n"),
            good.replace("sha256:", "md5:"),
            good.replace("source =", "sauce ="),
            good.replace(
                "[[package]]",
                "[[package]]\nname = \"x\"\nsource = \"y\"\nhash = \"z\"\n[[package]]",
            ),
            format!("{good}{}", &good[good.find("[[package]]").unwrap()..]),
        ] {
            w.write("shop/ivs.lock", &bad);
            let ran = w.check("shop");
            assert!(
                ran.code == 1 && ran.text.contains("error[IVS5028]") && ran.text.lines().count() == 1,
                "{bad}\n{}",
                ran.text
            );
        }
    }

    #[test]
    fn it_is_the_same_text_every_time_and_on_every_order() {
        let w = World::new();
        for name in ["c", "a", "b"] {
            w.package(name, name, "", "let x = 1\n");
        }
        w.package(
            "one",
            "one",
            "b = { path = \"../b\" }\na = { path = \"../a\" }\nc = { path = \"../c\" }",
            "let y = 1\n",
        );
        w.package(
            "two",
            "two",
            "c = { path = \"../c\" }\na = { path = \"../a\" }\nb = { path = \"../b\" }",
            "let y = 1\n",
        );
        w.ivs(&["fetch", "one"]);
        w.ivs(&["fetch", "two"]);
        let first = w.read("one/ivs.lock");
        assert_eq!(first, w.read("two/ivs.lock"));
        w.ivs(&["fetch", "one"]).is(0, "3 packages as pinned in one/ivs.lock\n");
        assert_eq!(first, w.read("one/ivs.lock"));
    }

    #[test]
    fn locked_writes_nothing_and_tells_by_its_exit_code() {
        let w = pair();
        w.ivs(&["fetch", "shop", "--locked"]).says(3, "is not up to date");
        assert!(!w.path("shop/ivs.lock").exists());
        w.ivs(&["fetch", "shop"]);
        w.ivs(&["fetch", "shop", "--locked"]).says(0, "as pinned");
        w.package("shop", "shop", "", "let x = 1\n");
        w.check("shop").is(0, "");
        w.ivs(&["check", "shop", "--locked", "--format", "short"])
            .says(1, "shop/ivs.lock: error[IVS5032]: `ivs.lock` pins `shared`, which nothing asks for");
        w.ivs(&["fetch", "shop"]).says(0, "removed: shared");
        w.ivs(&["check", "shop", "--locked", "-q"]).is(0, "");
    }

    #[test]
    fn laying_out_needs_no_dependency() {
        let w = pair();
        w.ivs(&["fmt", "shop", "-q"]).is(0, "");
    }
}

mod sources {
    use super::*;

    #[track_caller]
    fn refused(dependencies: &str, code: i32, text: &str) {
        let w = pair();
        w.package("shop", "shop", dependencies, "let x = 1\n");
        let ran = w.ivs(&["fetch", "shop", "--format", "short", "-q"]);
        assert_eq!(
            (ran.text.as_str(), ran.code),
            (format!("shop/ivs.toml:7:{text}\n").as_str(), code),
            "{dependencies}"
        );
    }

    #[test]
    fn paths_and_addresses_that_are_not_accepted() {
        for (given, text) in [
            ("a = { path = \"/etc\" }", "14: error[IVS5021]: `/etc` is an absolute path"),
            ("a = { path = \"C:/a\" }", "14: error[IVS5021]: `C:/a` is an absolute path"),
            ("a = { path = \"..\\\\a\" }", "14: error[IVS5021]: `..\\a` has a `\\`"),
            ("a = { path = \"\" }", "14: error[IVS5021]: `` names nothing"),
            (
                "a = { git = \"http://x/a\" }",
                "13: error[IVS5021]: `http://x/a` is not an address that ivs fetches from",
            ),
            (
                "a = { git = \"ext::sh -c id\" }",
                "13: error[IVS5021]: `ext::sh -c id` is not an address that ivs fetches from",
            ),
            (
                "a = { git = \"--upload-pack=id\" }",
                "13: error[IVS5021]: `--upload-pack=id` is not an address that ivs fetches from",
            ),
            (
                "a = { git = \"https://x/a\", rev = \"abc\" }",
                "34: error[IVS5021]: `abc` is not the hash of a commit",
            ),
            ("a = { git = \"https://x/a\", tag = \"-x\" }", "34: error[IVS5021]: `-x` cannot name a tag"),
            (
                "a = { git = \"https://x/a\", folder = \"../b\" }",
                "37: error[IVS5021]: `../b` leaves the repository",
            ),
            (
                "a = { git = \"https://x/a\", tag = \"1\", branch = \"b\" }",
                "34: error[IVS5020]: `branch` and `tag` both choose a commit",
            ),
            (
                "a = { path = \"../a\", git = \"https://x/a\" }",
                "1: error[IVS5020]: `a` comes from `path` and `git` at once",
            ),
            (
                "a = { path = \"../a\", tag = \"v1\" }",
                "28: error[IVS5020]: `tag` belongs to a dependency from git",
            ),
            ("a = { tag = \"v1\" }", "1: error[IVS5020]: `a` does not say where the package comes from"),
            ("a = \"1.0\"", "5: error[IVS5020]: `a` does not say where the package comes from"),
            (
                "a = { oci = \"registry.example/a:1\" }",
                "13: error[IVS5008]: dependencies from OCI registries are not in this version of ivs",
            ),
            ("a = { pth = \"../a\" }", "7: error[IVS5003]: `pth` is not a key of `[dependencies.a]`"),
            ("std = { path = \"../a\" }", "1: error[IVS5006]: `std` cannot name a package"),
            ("a = { path = \"../nowhere\" }", "14: error[IVS5022]: there is no package `a` at `../nowhere`"),
        ] {
            refused(given, 1, text);
        }
    }

    #[test]
    fn two_packages_of_one_name_are_an_error_that_names_both_ways() {
        let w = World::new();
        w.package("x1", "x", "", "let one = 1\n").package("x2", "x", "", "let two = 2\n");
        w.package("b", "b", "x = { path = \"../x1\" }", "let b = 1\n");
        w.package("a", "a", "b = { path = \"../b\" }\nx = { path = \"../x2\" }", "let a = 1\n");
        let ran = w.ivs(&["fetch", "a"]);
        for text in ["error[IVS5024]", "two packages are called `x`", "a → b → x: ../x1", "a → x: ../x2"]
        {
            ran.says(1, text);
        }
        w.package("a", "a", "x = { path = \"../x1\" }\nb = { path = \"../b\" }", "let a = 1\n");
        w.ivs(&["fetch", "a", "-q"]).is(0, "");
    }

    #[test]
    fn packages_that_depend_on_each_other_are_one_error() {
        let w = World::new();
        w.package("a", "a", "b = { path = \"../b\" }", "let x = 1\n");
        w.package("b", "b", "c = { path = \"../c\" }", "let x = 1\n");
        w.package("c", "c", "b = { path = \"../b\" }\na = { path = \"../a\" }", "let x = 1\n");
        let ran = w.ivs(&["fetch", "a"]);
        assert_eq!(ran.text.matches("error[").count(), 1, "{}", ran.text);
        ran.says(1, "the package `a` depends on itself");
        ran.says(1, "a → b → c → a");
        w.package("a", "a", "a = { path = \".\" }", "let x = 1\n");
        w.ivs(&["fetch", "a"]).says(1, "a → a");
    }

    #[cfg(unix)]
    #[test]
    fn links_that_leave_a_dependency_are_refused() {
        let w = pair();
        w.write("elsewhere.ivs", "let secret = 1\n");
        std::os::unix::fs::symlink(w.path("elsewhere.ivs"), w.path("shared/linked.ivs")).unwrap();
        w.ivs(&["fetch", "shop", "--format", "short", "-q"])
            .is(1, "shared/linked.ivs: error[IVS5012]: the link `linked.ivs` leaves the package\n");
    }
}

mod git_dependencies {
    use super::*;

    fn world(reference: &str) -> World {
        let w = World::new();
        fs::create_dir_all(w.path("home")).unwrap();
        w.package("units", "units", "", "let n = 1\n").commit("units");
        w.git("units", &["tag", "v1"]);
        let depends = format!("units = {{ git = \"{}\"{reference} }}", w.url("units"));
        w.package(
            "shop",
            "shop",
            &depends,
            "use units.{n}\nkind k { seen: int where it == 1 }\nk one { seen = n }\n",
        );
        w
    }

    #[test]
    fn a_tag_a_branch_a_commit_and_the_head() {
        let head = world("");
        let commit = head.git("units", &["rev-parse", "HEAD"]);
        head.ivs(&["fetch", "shop", "-q"]).is(0, "");
        head.check("shop").is(0, "");
        assert!(head.read("shop/ivs.lock").contains(&format!("revision = \"{commit}\"")));
        for reference in [", tag = \"v1\"", ", branch = \"main\""] {
            let w = world(reference);
            w.ivs(&["fetch", "shop", "-q"]).is(0, "");
            w.check("shop").is(0, "");
        }
        let w = world("");
        let commit = w.git("units", &["rev-parse", "HEAD"]);
        w.write("units/main.ivs", "let n = 2\n").commit("units");
        let depends = format!("units = {{ git = \"{}\", rev = \"{commit}\" }}", w.url("units"));
        w.package("shop", "shop", &depends, &w.read("shop/main.ivs"));
        w.ivs(&["fetch", "shop", "-q"]).is(0, "");
        w.check("shop").is(0, "");
    }

    #[test]
    fn a_branch_stays_until_it_is_updated() {
        let w = world(", branch = \"main\"");
        w.ivs(&["fetch", "shop", "-q"]).is(0, "");
        let before = w.read("shop/ivs.lock");
        w.write("units/main.ivs", "let n = 2\n").commit("units");
        w.ivs(&["fetch", "shop", "-q"]).is(0, "");
        assert_eq!(before, w.read("shop/ivs.lock"));
        w.ivs(&["fetch", "shop", "--update"]).says(0, "changed: units");
        w.check("shop").says(1, "IVS2102");
    }

    #[test]
    fn a_lock_brings_its_commit_to_another_machine() {
        let w = world(", branch = \"main\"");
        w.ivs(&["fetch", "shop", "-q"]).is(0, "");
        w.write("units/main.ivs", "let n = 2\n").commit("units");
        fs::remove_dir_all(w.path("cache")).unwrap();
        w.check("shop")
            .is(1, "shop/ivs.toml:7:17: error[IVS5029]: `units` has not been fetched to this machine\n");
        w.ivs(&["fetch", "shop", "--offline", "-q"]).says(5, "IVS5030");
        w.ivs(&["fetch", "shop", "--locked", "-q"]).is(0, "");
        w.check("shop").is(0, "");
        w.ivs(&["fetch", "shop", "--offline", "-q"]).is(0, "");
    }

    #[test]
    fn a_damaged_cache_is_seen_and_mended() {
        let w = world("");
        w.ivs(&["fetch", "shop", "-q"]).is(0, "");
        let package = fs::read_dir(w.path("cache/packages")).unwrap().next().unwrap().unwrap().path();
        fs::write(package.join("main.ivs"), "let n = 3\n").unwrap();
        w.check("shop").says(1, "IVS5027");
        w.ivs(&["fetch", "shop", "-q"]).is(0, "");
        w.check("shop").is(0, "");
    }

    #[test]
    fn a_folder_of_a_repository_and_its_neighbours() {
        let w = World::new();
        fs::create_dir_all(w.path("home")).unwrap();
        w.package("mono/libs/a", "a", "b = { path = \"../b\" }", "use b.{n}\nlet m = n\n");
        w.package("mono/libs/b", "b", "", "let n = 1\n").commit("mono");
        let url = w.url("mono");
        w.package(
            "shop",
            "shop",
            &format!("a = {{ git = \"{url}\", folder = \"libs/a\" }}"),
            "use a.{m}\nlet k = m\n",
        );
        w.ivs(&["fetch", "shop", "-q"]).is(0, "");
        w.check("shop").is(0, "");
        assert!(w.read("shop/ivs.lock").contains("#libs/b\""));
        w.package("mono/libs/a", "a", "b = { path = \"../../../b\" }", "let m = 1\n").commit("mono");
        w.ivs(&["fetch", "shop", "--update", "-q"]).says(1, "`../../../b` leaves the repository of `a`");
    }

    #[test]
    fn what_is_not_there() {
        let w = world("");
        for (given, code, text) in [
            (
                format!("units = {{ git = \"{}\", tag = \"v9\" }}", w.url("units")),
                5,
                "error[IVS5030]: `units` cannot be fetched",
            ),
            (
                format!("units = {{ git = \"{}\" }}", w.url("nowhere")),
                5,
                "error[IVS5030]: `units` cannot be fetched",
            ),
            (
                format!("units = {{ git = \"{}\", folder = \"x\" }}", w.url("units")),
                1,
                "error[IVS5022]: there is no package `units` at x",
            ),
            (
                format!("units = {{ git = \"{}\", rev = \"{}\" }}", w.url("units"), "0".repeat(40)),
                5,
                "error[IVS5030]",
            ),
        ] {
            w.package("shop", "shop", &given, "let x = 1\n");
            w.ivs(&["fetch", "shop", "--format", "short", "-q"]).says(code, text);
        }
    }

    #[test]
    fn nothing_of_a_repository_runs() {
        let w = world("");
        w.write("units/.gitattributes", "* filter=evil\n*.ivs filter=evil export-subst\n");
        w.write("units/.gitmodules", "[submodule \"s\"]\n\tpath = s\n\turl = ext::sh -c 'touch ran'\n");
        w.write("units/README.md", "not a source").commit("units");
        w.write(
            "home/.gitconfig",
            &format!(
                "[filter \"evil\"]\n\tsmudge = touch {0}\n\tclean = cat\n[init]\n\ttemplateDir = {1}\n",
                w.path("ran").display(),
                w.path("templates").display()
            ),
        );
        w.write("templates/hooks/post-checkout", &format!("#!/bin/sh\ntouch {}\n", w.path("ran").display()));
        w.write(
            "templates/hooks/reference-transaction",
            &format!("#!/bin/sh\ntouch {}\n", w.path("ran").display()),
        );
        #[cfg(unix)]
        for hook in ["post-checkout", "reference-transaction"] {
            use std::os::unix::fs::PermissionsExt;
            fs::set_permissions(w.path("templates/hooks").join(hook), fs::Permissions::from_mode(0o755))
                .unwrap();
        }
        w.ivs(&["fetch", "shop", "-q"]).is(0, "");
        assert!(!w.path("ran").exists());
        let package = fs::read_dir(w.path("cache/packages")).unwrap().next().unwrap().unwrap().path();
        let mut held: Vec<_> = fs::read_dir(package).unwrap().map(|e| e.unwrap().file_name()).collect();
        held.sort();
        assert_eq!(held, ["ivs.toml", "main.ivs"]);
    }

    #[cfg(unix)]
    #[test]
    fn a_link_in_a_repository_is_refused() {
        let w = world("");
        std::os::unix::fs::symlink("/etc/hostname", w.path("units/x.ivs")).unwrap();
        w.commit("units");
        w.ivs(&["fetch", "shop", "-q", "--format", "short"]).says(5, "`x.ivs` is a link");
    }
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
