//! The cache: each package in a folder that its content names.

use super::git::File;
use ivs_project::{CONFIG_FILE, Content, cached};
use std::path::{Path, PathBuf};

/// Writes a package, unless it is there already. A folder appears whole or not at all.
pub fn put(cache: &Path, files: &[File]) -> Result<PathBuf, String> {
    let mut content = Content::default();
    for f in files {
        content.add(&f.path, &f.bytes);
    }
    let sum = content.sum();
    let target = cached(cache, &sum);
    if is_sound(&target, &sum) {
        return Ok(target);
    }
    let parent = target.parent().unwrap_or(cache);
    let partial = parent.join(format!(".{}.{}", sum.trim_start_matches("sha256:"), std::process::id()));
    let written = write(&partial, files).and_then(|()| {
        // A damaged folder gives way; a folder that somebody else has just put there is as good as this one.
        if target.exists() {
            std::fs::remove_dir_all(&target)?;
        }
        std::fs::rename(&partial, &target)
    });
    if let Err(e) = written {
        let _ = std::fs::remove_dir_all(&partial);
        if !is_sound(&target, &sum) {
            return Err(format!("`{}` cannot be written: {e}", target.display()));
        }
    }
    Ok(target)
}

fn write(folder: &Path, files: &[File]) -> std::io::Result<()> {
    std::fs::create_dir_all(folder)?;
    for f in files {
        let path = folder.join(&f.path);
        if let Some(parent) = path.parent() {
            std::fs::create_dir_all(parent)?;
        }
        std::fs::write(path, &f.bytes)?;
    }
    Ok(())
}

/// Whether a folder of the cache holds what its name says.
pub fn is_sound(root: &Path, sum: &str) -> bool {
    ivs_project::content_of(root).is_ok_and(|found| found == sum) && root.join(CONFIG_FILE).is_file()
}
