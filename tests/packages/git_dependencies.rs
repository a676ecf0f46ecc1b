//! Packages from git.

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
        fs::set_permissions(w.path("templates/hooks").join(hook), fs::Permissions::from_mode(0o755)).unwrap();
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
