//! Where dependencies may come from.

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
    for text in ["error[IVS5024]", "two packages are called `x`", "a → b → x: ../x1", "a → x: ../x2"] {
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
