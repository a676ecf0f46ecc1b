//! What a package consists of, as one sum.

use crate::{CONFIG_FILE, SourceText, discover};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::path::Path;

/// The sum over a package's `ivs.toml`, its sources and the data beside them: over their relative paths in order,
/// each with the length and the bytes of the file. Names, times and modes of anything else do not count.
#[derive(Default)]
pub struct Content {
    /// SHA-256 and size by path.
    files: BTreeMap<String, (u64, [u8; 32])>,
}

impl Content {
    /// Adds a file.
    pub fn add(&mut self, path: &str, bytes: &[u8]) {
        self.files.insert(path.to_owned(), (bytes.len() as u64, Sha256::digest(bytes).into()));
    }

    /// `sha256:` and 64 digits.
    pub fn sum(&self) -> String {
        let mut all = Sha256::new();
        all.update(b"ivs package 1\n");
        for (path, (size, sum)) in &self.files {
            all.update(path.as_bytes());
            // No path holds NUL, so no two lists of files give one text.
            all.update([0]);
            all.update(size.to_le_bytes());
            all.update(sum);
        }
        sum_text(&all.finalize())
    }
}

/// `sha256:` and the digits of a sum.
pub fn sum_text(sum: &[u8]) -> String {
    let digits: String = sum.iter().map(|b| format!("{b:02x}")).collect();
    format!("sha256:{digits}")
}

/// The sum of a package that was read from `root`; the file that cannot be read, else.
pub(crate) fn of(
    root: &Path,
    config: &str,
    sources: &[SourceText],
) -> Result<String, (String, std::io::Error)> {
    let mut content = Content::default();
    content.add(CONFIG_FILE, config.as_bytes());
    for s in sources {
        content.add(&s.path, s.text.as_bytes());
    }
    for (path, file) in discover::data(root) {
        match std::fs::read(&file) {
            Ok(bytes) => content.add(&path, &bytes),
            Err(e) => return Err((path, e)),
        }
    }
    Ok(content.sum())
}

/// The sum of the files of a package, none of which is looked into.
pub(crate) fn of_files(root: &Path, config: &[u8]) -> std::io::Result<String> {
    let mut content = Content::default();
    content.add(CONFIG_FILE, config);
    for (path, file) in discover::files(root) {
        content.add(&path, &std::fs::read(&file)?);
    }
    Ok(content.sum())
}
