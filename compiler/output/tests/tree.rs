//! What a build does to the output folder, and what it leaves alone.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use ivs_output::{Difference, Drift, Error, Fault, Options, Written, check_drift, write};
use ivs_plan::OutputFile;
use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use tempfile::TempDir;

/// A place for an output folder that does not exist yet.
struct Scene {
    dir: TempDir,
}

impl Scene {
    fn new() -> Scene {
        Scene { dir: TempDir::new().unwrap() }
    }

    fn out(&self) -> PathBuf {
        self.dir.path().join("out")
    }

    fn at(&self, path: &str) -> PathBuf {
        self.out().join(path)
    }

    fn build(&self, files: &[(&str, &str)]) -> Result<Written, Error> {
        write(&self.out(), &plan(files), &Options::default())
    }

    fn drift(&self, files: &[(&str, &str)]) -> Drift {
        check_drift(&self.out(), &plan(files), &Options::default()).unwrap()
    }

    /// A file put there by hand.
    fn put(&self, path: &str, text: &str) {
        fs::create_dir_all(self.at(path).parent().unwrap()).unwrap();
        fs::write(self.at(path), text).unwrap();
    }

    /// Every file with its text, besides ivs's own.
    fn tree(&self) -> BTreeMap<String, String> {
        let mut all = read_tree(&self.out());
        all.remove(".ivs/manifest.json");
        all
    }

    /// Nothing beside the output folder.
    fn assert_tidy(&self) {
        let beside: Vec<_> = fs::read_dir(self.dir.path()).unwrap().map(|e| e.unwrap().file_name()).collect();
        assert_eq!(beside, ["out"]);
    }
}

fn plan(files: &[(&str, &str)]) -> Vec<OutputFile> {
    files.iter().map(|(p, t)| OutputFile { path: (*p).to_owned(), text: (*t).into() }).collect()
}

fn tree(files: &[(&str, &str)]) -> BTreeMap<String, String> {
    files.iter().map(|(p, t)| ((*p).to_owned(), (*t).to_owned())).collect()
}

fn read_tree(root: &Path) -> BTreeMap<String, String> {
    fn into(folder: &Path, prefix: &str, out: &mut BTreeMap<String, String>) {
        for entry in fs::read_dir(folder).unwrap().map(Result::unwrap) {
            let path = format!("{prefix}{}", entry.file_name().to_str().unwrap());
            if entry.file_type().unwrap().is_dir() {
                into(&entry.path(), &format!("{path}/"), out);
            } else {
                out.insert(path, fs::read_to_string(entry.path()).unwrap());
            }
        }
    }
    let mut out = BTreeMap::new();
    into(root, "", &mut out);
    out
}

fn conflicts(result: Result<Written, Error>) -> Vec<(String, Fault)> {
    match result {
        Err(Error::Conflict { files, .. }) => files,
        other => panic!("a conflict was expected, not {other:?}"),
    }
}

/// Inode, time of change, and time of modification of everything, the folders included.
fn stamps(root: &Path) -> Vec<(PathBuf, u64, i64, i64, i64)> {
    let mut found = Vec::new();
    let mut open = vec![root.to_owned()];
    while let Some(path) = open.pop() {
        let meta = fs::symlink_metadata(&path).unwrap();
        if meta.is_dir() {
            open.extend(fs::read_dir(&path).unwrap().map(|e| e.unwrap().path()));
        }
        found.push((path, meta.ino(), meta.mtime_nsec(), meta.ctime(), meta.ctime_nsec()));
    }
    found.sort();
    found
}

const BASE: &[(&str, &str)] =
    &[("a.yaml", "a: 1\n"), ("shop/b.yaml", "b: 1\n"), ("shop/deep/c.yaml", "c: 1\n")];

#[test]
fn the_first_build_makes_the_folder() {
    let scene = Scene::new();
    let done = scene.build(BASE).unwrap();
    assert_eq!((done.created, done.changed, done.removed, done.unchanged), (3, 0, 0, 0));
    assert_eq!(scene.tree(), tree(BASE));
    scene.assert_tidy();
}

#[test]
fn folders_above_are_made_and_an_empty_folder_is_taken() {
    let dir = TempDir::new().unwrap();
    let out = dir.path().join("x/y/out");
    write(&out, &plan(BASE), &Options::default()).unwrap();
    assert!(out.join("a.yaml").exists());

    let scene = Scene::new();
    fs::create_dir(scene.out()).unwrap();
    scene.build(BASE).unwrap();
    assert_eq!(scene.tree(), tree(BASE));
    scene.assert_tidy();
}

#[test]
fn a_rebuild_with_nothing_changed_touches_nothing() {
    let scene = Scene::new();
    scene.build(BASE).unwrap();
    let before = stamps(scene.dir.path());
    let done = scene.build(BASE).unwrap();
    assert!(done.is_unchanged());
    assert_eq!(done.unchanged, 3);
    assert_eq!(stamps(scene.dir.path()), before);
}

#[test]
fn unchanged_files_stay_the_same_files() {
    let scene = Scene::new();
    scene.build(BASE).unwrap();
    let inode = |path: &str| fs::metadata(scene.at(path)).unwrap().ino();
    let (a, b) = (inode("a.yaml"), inode("shop/b.yaml"));
    let next = [BASE[0], ("new.yaml", "n: 1\n"), ("shop/b.yaml", "b: 2\n"), BASE[2]];
    let done = scene.build(&next).unwrap();
    assert_eq!((done.created, done.changed, done.removed, done.unchanged), (1, 1, 0, 2));
    assert_eq!(scene.tree(), tree(&next));
    assert_eq!(inode("a.yaml"), a);
    assert_ne!(inode("shop/b.yaml"), b);
    assert_eq!(fs::metadata(scene.at("a.yaml")).unwrap().nlink(), 1, "the old tree's name for it is gone");
    scene.assert_tidy();
}

#[test]
fn files_that_are_not_planned_any_more_go_with_their_folders() {
    let scene = Scene::new();
    scene.build(BASE).unwrap();
    let done = scene.build(&BASE[..1]).unwrap();
    assert_eq!((done.removed, done.unchanged), (2, 1));
    assert_eq!(scene.tree(), tree(&BASE[..1]));
    assert!(!scene.at("shop").exists());
}

#[test]
fn a_file_can_become_a_folder_and_a_folder_a_file() {
    let scene = Scene::new();
    let (one, two) = ([("x", "1\n"), ("y/z", "1\n")], [("x/z", "2\n"), ("y", "2\n")]);
    for step in [&one, &two, &one] {
        scene.build(step).unwrap();
        assert_eq!(scene.tree(), tree(step));
    }
    scene.assert_tidy();
}

#[test]
fn an_output_without_files_is_an_empty_tree() {
    let scene = Scene::new();
    scene.build(BASE).unwrap();
    scene.build(&[]).unwrap();
    assert_eq!(scene.tree(), tree(&[]));
    assert!(scene.build(&[]).unwrap().is_unchanged());
}

#[test]
fn a_folder_that_is_not_ours_is_refused() {
    let scene = Scene::new();
    scene.put("notes.md", "mine\n");
    let before = stamps(scene.dir.path());
    assert!(matches!(scene.build(BASE), Err(Error::NotOwned { .. })));
    assert_eq!(stamps(scene.dir.path()), before);
}

#[test]
fn a_file_changed_by_hand_stops_the_build() {
    let scene = Scene::new();
    scene.build(BASE).unwrap();
    scene.put("a.yaml", "a: 9\n");
    let before = stamps(scene.dir.path());
    let next = [("a.yaml", "a: 2\n"), ("b.yaml", "b: 2\n")];
    assert_eq!(conflicts(scene.build(&next)), [("a.yaml".to_owned(), Fault::Edited)]);
    assert_eq!(stamps(scene.dir.path()), before, "nothing was written");
    // Nor is it silently restored, or deleted once it is not planned any more.
    assert_eq!(conflicts(scene.build(BASE)), [("a.yaml".to_owned(), Fault::Edited)]);
    assert_eq!(conflicts(scene.build(&BASE[1..])), [("a.yaml".to_owned(), Fault::Edited)]);
    // Other length, same length, empty: all are edits.
    for text in ["a: 12345\n", "", "b: 1\n"] {
        scene.put("a.yaml", text);
        assert_eq!(conflicts(scene.build(BASE)), [("a.yaml".to_owned(), Fault::Edited)]);
    }
}

#[test]
fn an_edit_that_anticipates_the_build_is_no_conflict() {
    let scene = Scene::new();
    scene.build(BASE).unwrap();
    scene.put("a.yaml", "a: 2\n");
    let next = [("a.yaml", "a: 2\n"), BASE[1], BASE[2]];
    scene.build(&next).unwrap();
    assert_eq!(scene.tree(), tree(&next));
    assert!(scene.drift(&next).is_empty(), "the manifest has the new hash");
}

#[test]
fn a_deleted_file_is_written_again() {
    let scene = Scene::new();
    scene.build(BASE).unwrap();
    fs::remove_file(scene.at("a.yaml")).unwrap();
    assert_eq!(scene.build(BASE).unwrap().created, 1);
    assert_eq!(scene.tree(), tree(BASE));
}

#[test]
fn what_ivs_did_not_write_is_kept() {
    let scene = Scene::new();
    scene.build(BASE).unwrap();
    scene.put("notes.md", "mine\n");
    scene.put("shop/own/x.yaml", "mine\n");
    scene.put(".ivs/other.json", "mine\n");
    fs::create_dir(scene.at("empty")).unwrap();
    symlink("/nowhere", scene.at("link")).unwrap();
    let kept = ["empty", "link", "notes.md", "shop/own/x.yaml", ".ivs/other.json"];
    for files in [&BASE[..1], BASE, &[]] {
        let done = scene.build(files).unwrap();
        assert_eq!(done.foreign.len(), kept.len());
        for path in kept {
            assert!(fs::symlink_metadata(scene.at(path)).is_ok(), "{path} is gone");
        }
    }
    assert_eq!(fs::read_link(scene.at("link")).unwrap(), Path::new("/nowhere"));
    scene.assert_tidy();
}

#[test]
fn what_ivs_did_not_write_is_not_overwritten() {
    let scene = Scene::new();
    scene.build(&BASE[..1]).unwrap();
    scene.put("new.yaml", "mine\n");
    scene.put("folder/mine.md", "mine\n");
    scene.put("file", "mine\n");
    for (path, blocker) in [("new.yaml", "new.yaml"), ("folder", "folder/mine.md"), ("file/x", "file")] {
        let found = conflicts(scene.build(&[("a.yaml", "a: 1\n"), (path, "x\n")]));
        assert_eq!(found, [(blocker.to_owned(), Fault::InTheWay)]);
    }
}

#[test]
fn links_in_the_tree_are_not_followed() {
    let scene = Scene::new();
    let victim = TempDir::new().unwrap();
    fs::write(victim.path().join("a.yaml"), "precious\n").unwrap();
    scene.build(BASE).unwrap();
    // A planned file replaced by a link.
    fs::remove_file(scene.at("a.yaml")).unwrap();
    symlink(victim.path().join("a.yaml"), scene.at("a.yaml")).unwrap();
    assert_eq!(conflicts(scene.build(BASE)), [("a.yaml".to_owned(), Fault::NotAFile)]);
    fs::remove_file(scene.at("a.yaml")).unwrap();
    // A folder replaced by a link to one.
    fs::remove_dir_all(scene.at("shop")).unwrap();
    symlink(victim.path(), scene.at("shop")).unwrap();
    assert_eq!(conflicts(scene.build(BASE)), [("shop".to_owned(), Fault::InTheWay)]);
    assert_eq!(fs::read_to_string(victim.path().join("a.yaml")).unwrap(), "precious\n");
    assert_eq!(fs::read_dir(victim.path()).unwrap().count(), 1);
}

#[test]
fn an_output_folder_that_is_a_link_stands_for_its_target() {
    let scene = Scene::new();
    let real = TempDir::new().unwrap();
    let target = real.path().join("tree");
    fs::create_dir(&target).unwrap();
    symlink(&target, scene.out()).unwrap();
    scene.build(BASE).unwrap();
    scene.build(&BASE[..2]).unwrap();
    assert!(fs::symlink_metadata(scene.out()).unwrap().is_symlink());
    assert_eq!(scene.tree(), tree(&BASE[..2]));
}

#[test]
fn a_hostile_manifest_deletes_nothing() {
    let scene = Scene::new();
    scene.build(BASE).unwrap();
    let precious = scene.dir.path().join("precious");
    fs::write(&precious, "").unwrap();
    let empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
    let line = format!("{{\"path\": \"../precious\", \"size\": 0, \"sha256\": \"{empty}\"}}");
    scene.put(".ivs/manifest.json", &format!("{{\"format\": \"ivs-output/1\", \"files\": [{line}]}}"));
    assert!(matches!(scene.build(BASE), Err(Error::Manifest { .. })));
    scene.put(".ivs/manifest.json", "<<<<<<< HEAD\n");
    assert!(matches!(scene.build(BASE), Err(Error::Manifest { .. })));
    assert!(precious.exists());
}

#[test]
fn unsafe_paths_are_refused_before_anything_is_written() {
    let scene = Scene::new();
    for path in ["../escape", "/tmp/escape", "a/../../escape", ".ivs/manifest.json", "con", "a\0"] {
        assert!(matches!(scene.build(&[("good", "1\n"), (path, "x\n")]), Err(Error::Path { .. })), "{path}");
    }
    assert_eq!(fs::read_dir(scene.dir.path()).unwrap().count(), 0);
}

#[test]
fn a_place_that_is_no_folder() {
    let scene = Scene::new();
    fs::write(scene.out(), "a file\n").unwrap();
    assert!(matches!(scene.build(BASE), Err(Error::Io { .. })));
    assert!(matches!(write(Path::new("/"), &plan(BASE), &Options::default()), Err(Error::Io { .. })));
}

#[test]
fn without_exchange_the_result_is_the_same() {
    let scene = Scene::new();
    let options = Options { no_exchange: true, ..Options::default() };
    for files in [BASE, &BASE[..1], BASE] {
        write(&scene.out(), &plan(files), &options).unwrap();
        assert_eq!(scene.tree(), tree(files));
        scene.assert_tidy();
    }
}

#[test]
fn a_tree_edited_while_it_was_replaced_is_not_deleted() {
    let scene = Scene::new();
    scene.build(BASE).unwrap();
    // As if the old tree had been put aside by a build that was killed, after an editor saved into it.
    let aside = scene.dir.path().join(".out.ivs-stage");
    fs::create_dir_all(aside.join(".ivs")).unwrap();
    fs::copy(scene.at(".ivs/manifest.json"), aside.join(".ivs/manifest.json")).unwrap();
    fs::write(aside.join("a.yaml"), "a: by hand\n").unwrap();
    let error = scene.build(BASE).unwrap_err();
    assert_eq!(error.code(), "IVS6906");
    assert!(error.to_string().contains("move it away"), "{error}");
    assert_eq!(fs::read_to_string(aside.join("a.yaml")).unwrap(), "a: by hand\n");
    // What does match goes.
    fs::write(aside.join("a.yaml"), "a: 1\n").unwrap();
    scene.build(BASE).unwrap();
    scene.assert_tidy();
}

/// The smaller the change, the less is touched.
#[test]
fn a_change_in_one_folder_leaves_the_others_alone() {
    let scene = Scene::new();
    let folder = |path: &str| fs::metadata(scene.at(path)).unwrap().ino();
    let start = [("a/1", "1\n"), ("a/2", "1\n"), ("a/x/1", "1\n"), ("b/1", "1\n"), ("top", "1\n")];
    scene.build(&start).unwrap();
    let (root, a, ax, b) = (folder(""), folder("a"), folder("a/x"), folder("b"));

    let one_file = [("a/1", "2\n"), ("a/2", "1\n"), ("a/x/1", "1\n"), ("b/1", "1\n"), ("top", "1\n")];
    scene.build(&one_file).unwrap();
    assert_eq!(scene.tree(), tree(&one_file));
    assert_eq!((folder(""), folder("a"), folder("a/x"), folder("b")), (root, a, ax, b));

    let two_files = [("a/1", "3\n"), ("a/3", "1\n"), ("a/x/1", "1\n"), ("b/1", "1\n"), ("top", "1\n")];
    scene.build(&two_files).unwrap();
    assert_eq!(scene.tree(), tree(&two_files));
    assert_eq!((folder(""), folder("b")), (root, b));
    assert_ne!(folder("a"), a);

    let new_folder = [("a/1", "3\n"), ("a/3", "1\n"), ("a/y/z/1", "1\n"), ("b/1", "1\n"), ("top", "1\n")];
    scene.build(&new_folder).unwrap();
    assert_eq!(scene.tree(), tree(&new_folder));
    assert_eq!((folder(""), folder("b")), (root, b));
    assert!(!scene.at("a/x").exists());

    scene.build(&new_folder[3..]).unwrap();
    assert_eq!(scene.tree(), tree(&new_folder[3..]));
    assert!(!scene.at("a").exists());
    assert_eq!(fs::read_dir(scene.at(".ivs")).unwrap().count(), 1, "nothing is left in the own folder");
}

#[test]
fn what_ivs_did_not_write_is_kept_when_its_folder_is_replaced() {
    let scene = Scene::new();
    scene.build(&[("a/1", "1\n"), ("a/2", "1\n"), ("b", "1\n")]).unwrap();
    scene.put("a/notes.md", "mine\n");
    scene.put("a/deep/notes.md", "mine\n");
    scene.build(&[("a/1", "2\n"), ("a/2", "2\n"), ("b", "1\n")]).unwrap();
    scene.build(&[("b", "1\n")]).unwrap();
    assert_eq!(scene.tree(), tree(&[("a/deep/notes.md", "mine\n"), ("a/notes.md", "mine\n"), ("b", "1\n")]));
}

#[test]
fn drift_lists_what_differs_and_writes_nothing() {
    let scene = Scene::new();
    assert_eq!(scene.drift(&BASE[..1]).files, [("a.yaml".to_owned(), Difference::Missing)]);
    assert!(!scene.out().exists());
    scene.build(BASE).unwrap();
    assert!(scene.drift(BASE).is_empty());

    scene.put("shop/deep/c.yaml", "by hand\n");
    scene.put("notes.md", "mine\n");
    let before = stamps(scene.dir.path());
    let drift = scene.drift(&[("a.yaml", "a: 2\n"), ("new.yaml", "n\n"), ("shop/deep/c.yaml", "c: 1\n")]);
    let expected = [
        ("a.yaml", Difference::Outdated),
        ("new.yaml", Difference::Missing),
        ("shop/b.yaml", Difference::Obsolete),
        ("shop/deep/c.yaml", Difference::Edited),
    ];
    assert_eq!(drift.files, expected.map(|(p, d)| (p.to_owned(), d)));
    assert_eq!(drift.foreign, ["notes.md"]);
    assert_eq!(stamps(scene.dir.path()), before);
}

#[test]
fn an_outdated_manifest_alone_is_drift() {
    let scene = Scene::new();
    scene.build(BASE).unwrap();
    scene.put("a.yaml", "a: 2\n");
    let drift = scene.drift(&[("a.yaml", "a: 2\n"), BASE[1], BASE[2]]);
    assert_eq!(drift.files, [(".ivs/manifest.json".to_owned(), Difference::Outdated)]);
}

#[test]
fn many_files_are_compared_in_parallel_with_the_same_result() {
    let scene = Scene::new();
    let texts: Vec<(String, String)> =
        (0..2_000).map(|i| (format!("d{}/f{i}", i % 7), format!("{i}\n"))).collect();
    let files: Vec<(&str, &str)> = texts.iter().map(|(p, t)| (p.as_str(), t.as_str())).collect();
    for threads in [4, 1, 3] {
        let options = Options { threads, ..Options::default() };
        write(&scene.out(), &plan(&files), &options).unwrap();
    }
    assert_eq!(scene.tree(), tree(&files));
    scene.put("d3/f3", "by hand\n");
    assert_eq!(conflicts(scene.build(&files)), [("d3/f3".to_owned(), Fault::Edited)]);
}

#[test]
fn modes_are_fixed() {
    let scene = Scene::new();
    scene.build(BASE).unwrap();
    let mode = |path: &str| fs::metadata(scene.at(path)).unwrap().permissions().mode() & 0o7777;
    for (path, expected) in
        [("", 0o755), ("shop", 0o755), (".ivs", 0o755), ("a.yaml", 0o644), (".ivs/manifest.json", 0o644)]
    {
        assert_eq!(mode(path), expected, "{path}");
    }
}
