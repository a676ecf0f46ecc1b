//! Which files belong to a package, and what is refused.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use ivs_project::{Failure, Project, load, load_text};
use std::fs;
use std::path::Path;
use tempfile::TempDir;

const CONFIG: &str = "[package]\nname = \"shop\"\nivs = \"1\"\n";

/// A package of these files, besides `ivs.toml`.
fn package(files: &[(&str, &str)]) -> TempDir {
    let dir = TempDir::new().unwrap();
    write(dir.path(), "ivs.toml", CONFIG.as_bytes());
    for (path, text) in files {
        write(dir.path(), path, text.as_bytes());
    }
    dir
}

fn write(root: &Path, path: &str, bytes: &[u8]) {
    let file = root.join(path);
    fs::create_dir_all(file.parent().unwrap()).unwrap();
    fs::write(file, bytes).unwrap();
}

/// `path = module`, in the order given.
fn listing(project: &Project) -> Vec<String> {
    project.sources.iter().map(|s| format!("{} = {}", s.path, s.module)).collect()
}

fn codes(failure: &Failure) -> Vec<String> {
    let file = |i: u32| failure.files[i as usize].path.clone();
    failure.diagnostics.iter().map(|d| format!("{} {}", d.code, file(d.primary.place.of))).collect()
}

fn refused(dir: &TempDir) -> Vec<String> {
    codes(&load(dir.path(), None).expect_err("it should be refused"))
}

#[test]
fn modules_are_folders() {
    let dir = package(&[
        ("main.ivs", "a"),
        ("units.ivs", "b"),
        ("services/mal.ivs", "c"),
        ("services/edge/cdn.ivs", "d"),
        ("README.md", "no source"),
    ]);
    let project = load(dir.path(), None).unwrap();
    assert_eq!(project.config.package, "shop");
    assert_eq!(
        listing(&project),
        [
            "main.ivs = shop",
            "services/edge/cdn.ivs = shop.services.edge",
            "services/mal.ivs = shop.services",
            "units.ivs = shop"
        ]
    );
    assert_eq!(&*project.sources[0].text, "a");
}

#[test]
fn a_package_is_found_from_any_place_in_it() {
    let dir = package(&[("services/mal.ivs", "")]);
    let root = dir.path().canonicalize().unwrap();
    for start in ["", "ivs.toml", "services", "services/mal.ivs"] {
        assert_eq!(load(&dir.path().join(start), None).unwrap().root, root, "{start}");
    }
}

#[test]
fn folders_that_are_not_searched() {
    let dir = package(&[
        ("main.ivs", ""),
        (".git/a.ivs", ""),
        (".hidden.ivs", ""),
        ("target/a.ivs", ""),
        ("out/a.ivs", ""),
        ("dist/a.ivs", ""),
        ("nested/ivs.toml", CONFIG),
        ("nested/a.ivs", ""),
        ("deep/target/a.ivs", ""),
        ("deep/out/a.ivs", ""),
    ]);
    let project = load(dir.path(), Some(&dir.path().join("dist"))).unwrap();
    assert_eq!(
        listing(&project),
        ["deep/out/a.ivs = shop.deep.out", "deep/target/a.ivs = shop.deep.target", "main.ivs = shop"]
    );
}

#[test]
fn a_byte_order_mark_and_crlf_are_kept_so_that_offsets_are_the_files_own() {
    let dir = package(&[("main.ivs", "\u{feff}let a = 1\r\n")]);
    assert_eq!(&*load(dir.path(), None).unwrap().sources[0].text, "\u{feff}let a = 1\r\n");
}

#[test]
fn a_file_without_a_package_is_read_alone() {
    let dir = TempDir::new().unwrap();
    write(dir.path(), "scratch.ivs", b"let a = 1\n");
    write(dir.path(), "other.ivs", b"let b = 1\n");
    let project = load(&dir.path().join("scratch.ivs"), None).unwrap();
    assert_eq!(project.config.package, "main");
    assert_eq!(listing(&project), ["scratch.ivs = main"]);
}

#[test]
fn a_text_is_a_package_of_its_own() {
    assert_eq!(listing(&load_text("<stdin>", "let a = 1")), ["<stdin> = main"]);
}

#[test]
fn nothing_to_read() {
    let dir = TempDir::new().unwrap();
    let failure = load(dir.path(), None).unwrap_err();
    assert_eq!(failure.diagnostics[0].code, "IVS5001");
    let failure = load(&dir.path().join("absent"), None).unwrap_err();
    assert_eq!(failure.diagnostics[0].code, "IVS5015");
    assert_eq!(refused(&package(&[])), ["IVS5016 ivs.toml"]);
}

#[test]
fn text_that_is_not_utf8_is_shown_up_to_there() {
    let dir = package(&[("good.ivs", "")]);
    write(dir.path(), "bad.ivs", b"let a = \"\xff\"\n");
    let failure = load(dir.path(), None).unwrap_err();
    assert_eq!(codes(&failure), ["IVS5010 bad.ivs"]);
    let found = &failure.diagnostics[0];
    assert_eq!((found.primary.place.span.start, found.primary.text.as_str()), (9, "byte 0xff"));
    assert_eq!(&*failure.files[found.primary.place.of as usize].text, "let a = \"\u{fffd}");
}

#[test]
fn a_file_may_have_eight_mebibytes() {
    let dir = package(&[]);
    write(dir.path(), "full.ivs", &vec![b' '; 8 << 20]);
    assert!(load(dir.path(), None).is_ok());
    write(dir.path(), "over.ivs", &vec![b' '; (8 << 20) + 1]);
    assert_eq!(refused(&dir), ["IVS4102 over.ivs"]);
}

#[test]
fn names_that_other_systems_take_for_the_same() {
    assert_eq!(refused(&package(&[("Main.ivs", ""), ("main.ivs", "")])), ["IVS5013 main.ivs"]);
    assert_eq!(refused(&package(&[("A/x.ivs", ""), ("a/y.ivs", "")])), ["IVS5013 a/y.ivs"]);
    assert_eq!(refused(&package(&[("e\u{301}.ivs", ""), ("\u{e9}.ivs", "")])), ["IVS5013 \u{e9}.ivs"]);
}

#[test]
fn a_folder_of_sources_has_a_words_name() {
    let dir = package(&[("main.ivs", ""), ("my services/a.ivs", ""), ("2024 notes/readme.txt", "")]);
    assert_eq!(refused(&dir), ["IVS5014 my services"]);
}

#[test]
fn every_bad_file_is_named_at_once() {
    let dir = package(&[("main.ivs", ""), ("Main.ivs", "")]);
    write(dir.path(), "bad.ivs", b"\xff");
    write(dir.path(), "ivs.toml", b"[package]\nname = \"shop\"\nivs = \"1\"\nx = 1\n");
    assert_eq!(refused(&dir), ["IVS5010 bad.ivs", "IVS5003 ivs.toml", "IVS5013 main.ivs"]);
}

#[cfg(unix)]
mod links {
    use super::*;
    use std::os::unix::fs::symlink;

    #[test]
    fn one_that_leaves_the_package_is_refused() {
        let outside = package(&[("secret.ivs", "")]);
        let dir = package(&[("main.ivs", "")]);
        symlink(outside.path().join("secret.ivs"), dir.path().join("a.ivs")).unwrap();
        symlink(outside.path(), dir.path().join("folder")).unwrap();
        symlink("/nowhere", dir.path().join("broken.ivs")).unwrap();
        symlink("/nowhere", dir.path().join("broken.txt")).unwrap();
        assert_eq!(refused(&dir), ["IVS5012 a.ivs", "IVS5012 broken.ivs", "IVS5012 folder"]);
    }

    #[test]
    fn one_that_stays_inside_adds_nothing_and_cannot_loop() {
        let dir = package(&[("a/x.ivs", "")]);
        symlink("x.ivs", dir.path().join("a/again.ivs")).unwrap();
        symlink("..", dir.path().join("a/up")).unwrap();
        assert_eq!(listing(&load(dir.path(), None).unwrap()), ["a/x.ivs = shop.a"]);
    }
}

/// Not a measurement: the order must not depend on that of the file system.
#[test]
fn a_thousand_files_come_in_order() {
    let dir = package(&[]);
    for i in (0..1_000).rev() {
        write(dir.path(), &format!("m{:02}/f{i:04}.ivs", i % 50), b"let a = 1\n");
    }
    let project = load(dir.path(), None).unwrap();
    assert_eq!(project.sources.len(), 1_000);
    assert!(project.sources.is_sorted_by(|a, b| a.path < b.path));
}

/// Each data file as `path: what it is`.
fn data(dir: &TempDir) -> Vec<String> {
    let project = load(dir.path(), None).unwrap();
    let shown = |d: &ivs_project::DataText| match &d.text {
        Ok(text) => format!("{}: {} bytes", d.path, text.len()),
        Err(problem) => format!("{}: {problem:?}", d.path),
    };
    project.data.iter().map(shown).collect()
}

#[test]
fn only_data_files_that_are_loaded_are_read() {
    let dir = package(&[
        ("main.ivs", "let a: [int] = load(\"a.json\")\nlet b: [r] = load ( \"data/b.csv\" )"),
        ("a.json", "[1]"),
        ("data/b.csv", "x\n1\n"),
        ("unread.json", "[]"),
    ]);
    assert_eq!(data(&dir), ["a.json: 3 bytes", "data/b.csv: 4 bytes"]);
}

#[test]
fn data_files_that_are_not_there_come_with_those_that_are() {
    let dir = package(&[
        ("main.ivs", "let a: [int] = load(\"b.json\")"),
        ("data/a.json", "[1]"),
        ("out/c.json", "[1]"),
        (".hidden/d.json", "[1]"),
        ("other/ivs.toml", CONFIG),
        ("other/e.json", "[1]"),
    ]);
    assert_eq!(data(&dir), [r#"b.json: Missing { others: ["data/a.json"] }"#]);
}

#[test]
fn data_files_belong_to_the_package() {
    let text = ["ivs.toml", "out/a.json", "other/b.json", "folder.json", "bytes.json", "../up.json"]
        .map(|p| format!("let x: [int] = load(\"{p}\")\n"))
        .concat();
    let dir = package(&[
        ("main.ivs", &text),
        ("out/a.json", "[1]"),
        ("other/ivs.toml", CONFIG),
        ("other/b.json", "[1]"),
        ("folder.json/x", ""),
    ]);
    write(dir.path(), "bytes.json", b"[\n\xff]");
    let found = data(&dir);
    let wanted = [
        ("bytes.json", "is not UTF-8, from line 2 on"),
        ("folder.json", "is a folder"),
        ("ivs.toml", "is the package's own"),
        ("other/b.json", "belongs to a package of its own"),
        ("out/a.json", "is an output"),
    ];
    // A path that leaves the package is not looked at.
    assert_eq!(found.len(), wanted.len(), "{found:#?}");
    for (found, (path, why)) in found.iter().zip(wanted) {
        assert!(found.starts_with(&format!("{path}: Refused {{ message: \"`{path}` {why}\"")), "{found}");
    }
}

#[cfg(unix)]
#[test]
fn a_link_may_not_lead_a_load_out_of_the_package() {
    let outside = package(&[("secret.json", "[1]")]);
    let dir = package(&[("main.ivs", "let a: [int] = load(\"a.json\")")]);
    std::os::unix::fs::symlink(outside.path().join("secret.json"), dir.path().join("a.json")).unwrap();
    let found = data(&dir);
    assert!(found[0].contains("leaves the package"), "{found:?}");
}

#[test]
fn a_data_file_over_the_limit_is_not_read() {
    let dir = package(&[("main.ivs", "let a: [int] = load(\"a.json\")")]);
    let file = fs::File::create(dir.path().join("a.json")).unwrap();
    file.set_len(ivs_project::MAX_FILE_BYTES + 1).unwrap();
    assert_eq!(data(&dir), ["a.json: TooLarge { limit: 8388608 }"]);
}
