//! Sources to try things on: the samples beside this file, the standard library and the examples.
#![allow(dead_code)]

use std::path::{Path, PathBuf};

/// Every source with its path.
pub fn all() -> Vec<(PathBuf, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files = Vec::new();
    for folder in ["tests/samples", "../stdlib", "../examples"] {
        collect(&root.join(folder), &mut files);
    }
    files.sort();
    assert!(files.len() > 8, "the sources are missing");
    files
}

/// The sources beside this file only.
pub fn own() -> Vec<(PathBuf, String)> {
    let mut files = Vec::new();
    collect(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/samples"), &mut files);
    files.sort();
    files
}

fn collect(folder: &Path, files: &mut Vec<(PathBuf, String)>) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    for entry in entries.flatten() {
        let path = entry.path();
        if path.is_dir() {
            collect(&path, files);
        } else if path.extension().is_some_and(|e| e == "ivs")
            && let Ok(text) = std::fs::read_to_string(&path)
        {
            files.push((path, text));
        }
    }
}
