//! `.ivs/manifest.json`: what ivs wrote, file by file.

use crate::path;
use ivs_plan::OutputFile;
use serde::Deserialize;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;

/// The format's name; another one is refused.
const FORMAT: &str = "ivs-output/1";

/// A SHA-256 sum.
pub(crate) type Hash = [u8; 32];

/// The hash of some bytes.
pub(crate) fn hash(bytes: &[u8]) -> Hash {
    Sha256::digest(bytes).into()
}

/// The hash of a text.
pub(crate) fn hash_text(text: &ivs_plan::Text) -> Hash {
    let mut hasher = Sha256::new();
    text.chunks().for_each(|c| hasher.update(c));
    hasher.finalize().into()
}

/// What is known of a file that was written.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Entry {
    pub(crate) size: u64,
    pub(crate) hash: Hash,
}

/// The files of a tree.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(crate) struct Manifest {
    pub(crate) files: BTreeMap<String, Entry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Text {
    format: String,
    files: Vec<Line>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Line {
    path: String,
    size: u64,
    sha256: String,
}

impl Manifest {
    /// Reads a manifest. It may have been tampered with, so its paths are held to the rules for new ones.
    pub(crate) fn parse(text: &[u8]) -> Result<Manifest, String> {
        let text: Text = serde_json::from_slice(text).map_err(|e| e.to_string())?;
        if text.format != FORMAT {
            return Err(format!("it is of the format `{}`, not `{FORMAT}`", text.format));
        }
        let mut files = BTreeMap::new();
        for Line { path, size, sha256 } in text.files {
            if let Some(why) = path::flaw(&path) {
                return Err(format!("the path `{path}` {why}"));
            }
            let hash = unhex(&sha256).ok_or_else(|| format!("`{sha256}` is not a SHA-256 sum"))?;
            if files.insert(path.clone(), Entry { size, hash }).is_some() {
                return Err(format!("the path `{path}` is listed twice"));
            }
        }
        Ok(Manifest { files })
    }

    /// A line per file, sorted, so that version control shows what changed.
    pub(crate) fn print(files: &[(&OutputFile, Hash)]) -> String {
        let mut out = String::with_capacity(64 + files.len() * 160);
        out.push_str("{\n  \"format\": \"");
        out.push_str(FORMAT);
        out.push_str("\",\n  \"files\": [");
        for (i, (file, hash)) in files.iter().enumerate() {
            out.push_str(if i == 0 { "\n    {\"path\": " } else { ",\n    {\"path\": " });
            // Checked paths have neither quotes nor controls nor backslashes.
            out.push('"');
            out.push_str(&file.path);
            out.push_str("\", \"size\": ");
            out.push_str(&file.text.len().to_string());
            out.push_str(", \"sha256\": \"");
            hex(hash, &mut out);
            out.push_str("\"}");
        }
        out.push_str(if files.is_empty() { "]\n}\n" } else { "\n  ]\n}\n" });
        out
    }
}

fn hex(hash: &Hash, out: &mut String) {
    for byte in hash {
        for digit in [byte >> 4, byte & 15] {
            out.push(char::from_digit(u32::from(digit), 16).unwrap_or('0'));
        }
    }
}

fn unhex(text: &str) -> Option<Hash> {
    let mut hash = [0; 32];
    if text.len() != 64 || !text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f')) {
        return None;
    }
    for (byte, at) in hash.iter_mut().zip((0..64).step_by(2)) {
        *byte = u8::from_str_radix(text.get(at..at + 2)?, 16).ok()?;
    }
    Some(hash)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_printed_is_read_back() {
        let files: Vec<OutputFile> = [("a.yaml", "a: 1\n"), ("ü/b", "")]
            .map(|(p, t)| OutputFile { path: p.to_owned(), text: t.into() })
            .into();
        let lines: Vec<_> = files.iter().map(|f| (f, hash_text(&f.text))).collect();
        let text = Manifest::print(&lines);
        insta::assert_snapshot!(text, @r#"
        {
          "format": "ivs-output/1",
          "files": [
            {"path": "a.yaml", "size": 5, "sha256": "37b128c59f1f5097f73f82691cb519f1f568667faab5ced1b4ab979d36837eae"},
            {"path": "ü/b", "size": 0, "sha256": "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"}
          ]
        }
        "#);
        let read = Manifest::parse(text.as_bytes()).unwrap();
        assert_eq!(read.files["a.yaml"], Entry { size: 5, hash: hash(b"a: 1\n") });
        assert_eq!(read.files.len(), 2);
        assert_eq!(Manifest::parse(Manifest::print(&[]).as_bytes()), Ok(Manifest::default()));
    }

    #[test]
    fn a_damaged_or_hostile_manifest_is_refused() {
        let sum = "0".repeat(64);
        let file = |path: &str, sum: &str| format!(r#"{{"path": "{path}", "size": 1, "sha256": "{sum}"}}"#);
        let list = |files: &str| format!(r#"{{"format": "ivs-output/1", "files": [{files}]}}"#);
        assert!(Manifest::parse(list(&file("a", &sum)).as_bytes()).is_ok());
        for text in [
            String::new(),
            "<<<<<<< ours".to_owned(),
            r#"{"format": "ivs-output/2", "files": []}"#.to_owned(),
            list(&file("../../etc/passwd", &sum)),
            list(&file("/etc/passwd", &sum)),
            list(&file("a", "12")),
            list(&file("a", &"é".repeat(32))),
            list(&format!("{0}, {0}", file("a", &sum))),
        ] {
            assert!(Manifest::parse(text.as_bytes()).is_err(), "{text}");
        }
    }
}
