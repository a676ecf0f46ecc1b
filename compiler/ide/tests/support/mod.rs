//! What the suites share: sources with a cursor, sessions, places as text.
#![allow(dead_code)]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use ivs_driver::Session;
use ivs_ide::Location;
use ivs_project::{Config, SourceText};
use ivs_source::{Db, SourceFile};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Where the cursor stands in a source.
pub const CURSOR: &str = "$0";

/// The root of the repository.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap()
}

/// Sources: `main.ivs`, and what stands behind lines such as `// --- other.ivs`.
pub struct Sources {
    pub files: Vec<(String, String)>,
    /// The file and offset of the cursor.
    pub cursor: (String, u32),
}

impl Sources {
    pub fn parse(text: &str) -> Sources {
        let mut files: Vec<(String, String)> = vec![("main.ivs".into(), String::new())];
        let mut cursor = ("main.ivs".to_owned(), 0);
        for line in text.split_inclusive('\n') {
            if let Some(name) = line.strip_prefix("// --- ") {
                files.push((name.trim().into(), String::new()));
                continue;
            }
            let (path, into) = files.last_mut().unwrap();
            match line.split_once(CURSOR) {
                Some((before, after)) => {
                    into.push_str(before);
                    cursor = (path.clone(), into.len() as u32);
                    into.push_str(after);
                }
                None => into.push_str(line),
            }
        }
        Sources { files, cursor }
    }

    pub fn session(&self) -> Session {
        let sources = self.files.iter().map(|(path, text)| SourceText {
            path: path.clone(),
            module: match path.rsplit_once('/') {
                Some((folder, _)) => format!("main.{}", folder.replace('/', ".")),
                None => "main".into(),
            },
            text: Arc::from(text.as_str()),
        });
        Session::new(sources.collect(), Config::named("main"), 1)
    }
}

/// The sources of an example, as a session.
pub fn example(folder: &Path) -> (Vec<(String, String)>, Session) {
    let project = ivs_project::load(folder, None).unwrap_or_else(|e| panic!("{}: {e:?}", folder.display()));
    let files = project.sources.iter().map(|s| (s.path.clone(), s.text.to_string())).collect();
    (files, Session::of(&project, 1))
}

/// Every example, sorted.
pub fn examples() -> Vec<PathBuf> {
    let folder = root().join("examples");
    let all = std::fs::read_dir(folder).unwrap().map(|e| e.unwrap().path());
    let mut all: Vec<PathBuf> = all.filter(|p| p.join("ivs.toml").exists()).collect();
    all.sort();
    all
}

/// Line and column of an offset, from 1.
pub fn line_column(text: &str, offset: u32) -> (usize, usize) {
    let before = &text[..(offset as usize).min(text.len())];
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
    (line, column)
}

/// `main.ivs:3:7 image`; of the library, the file and the word alone.
pub fn shown(db: &dyn Db, place: &Location) -> String {
    let text = place.file.text(db);
    let word = place.range.text(text);
    let word = word.lines().next().unwrap_or_default();
    if place.file.library(db) {
        return format!("{} {word}", place.file.path(db));
    }
    let (line, column) = line_column(text, place.range.start);
    format!("{}:{line}:{column} {word}", place.file.path(db))
}

/// A file of a session.
pub fn file(session: &Session, path: &str) -> SourceFile {
    ivs_ide::file(session.database(), path).unwrap_or_else(|| panic!("no file {path}"))
}
