//! A package on disk: its `ivs.toml` and its sources.
//!
//! Takes a path. Gives texts with module names and a configuration, or diagnostics with places. Never parses ivs,
//! never follows a link out of the package, never reads the environment.

pub mod codes;
mod config;
mod content;
mod data;
mod definitions;
mod discover;
mod lock;
mod pins;
mod problem;
mod resolve;

pub use config::{Config, Date, GitSource, Reference, Requirement, Setting, Source, parse_config};
pub use content::{Content, sum_text};
pub use data::{DataText, data_files};
pub use discover::{MAX_FILE_BYTES, OUT_FOLDER, is_data};
pub use lock::{Lock, Pinned, Published};
pub use pins::{Options, cached, content_of, load, load_sound, load_with, lock_of, resolve};
pub use problem::{Failure, FileText};
pub use resolve::{Absent, Checkout, Dependency, MAX_PACKAGES, Provider};

use problem::Problems;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The file that makes a folder a package.
pub const CONFIG_FILE: &str = "ivs.toml";
/// The file beside it that pins dependencies and published versions.
pub const LOCK_FILE: &str = "ivs.lock";

/// One source file of a package.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SourceText {
    /// Relative to the package root, `/`-separated: `services/mal.ivs`.
    pub path: String,
    /// The package's name and the folders below it, joined with dots: `nmox.services`.
    pub module: String,
    /// The file as it is on disk: a byte order mark and CRLF are kept, so that spans are offsets into the file.
    pub text: Arc<str>,
}

/// A package, read.
#[derive(Clone, Debug)]
pub struct Project {
    /// The folder that holds `ivs.toml`; for a single file, the folder it is in; for stdin, the current folder.
    pub root: PathBuf,
    /// What `ivs.toml` says.
    pub config: Config,
    /// Its sources, sorted by path.
    pub sources: Vec<SourceText>,
    /// The data files that its sources load, sorted by path.
    pub data: Vec<DataText>,
    /// The packages that it depends on, directly or not, by name.
    pub dependencies: Vec<Dependency>,
    /// What `ivs.lock` says.
    pub lock: Lock,
}

/// The nearest folder at or above `start` that holds an `ivs.toml`.
pub fn find_root(start: &Path) -> Option<PathBuf> {
    start.ancestors().find(|folder| folder.join(CONFIG_FILE).is_file()).map(Path::to_path_buf)
}

/// A package `main` of one text, named `path` in messages; for stdin and for scratch files. What it loads is looked
/// for below the current folder.
pub fn load_text(path: &str, text: &str) -> Project {
    single(path.to_owned(), text, PathBuf::from("."))
}

/// A package of one source, with what it loads from below `root`.
fn single(path: String, text: &str, root: PathBuf) -> Project {
    let source = SourceText { path, module: "main".to_owned(), text: Arc::from(text) };
    let data = data_files(&root, None, [text], false);
    Project {
        root,
        config: Config::named("main"),
        sources: vec![source],
        data,
        dependencies: Vec::new(),
        lock: Lock::default(),
    }
}

/// The text of one file, whatever package it is in.
pub fn load_file(file: &Path) -> Result<String, Failure> {
    let shown = file.display().to_string();
    let mut problems = Problems::default();
    discover::read(file, &shown, &mut problems).ok_or_else(|| problems.into_failure())
}

/// The text of a source, as discovery would read it; `None` if there is no such file or it cannot be one.
pub fn read_source(file: &Path) -> Option<String> {
    discover::read(file, "", &mut Problems::default())
}

/// Whether a path, relative to the root of a package with `/`, is one where sources of it may lie. Whether a folder on
/// the way is a package itself is for the caller to know.
pub fn is_place_of_sources(path: &str) -> bool {
    let hidden = path.split('/').any(|p| p.is_empty() || p.starts_with('.'));
    let first = path.split_once('/').map_or("", |(first, _)| first);
    path.ends_with(".ivs") && !hidden && first != "target" && first != OUT_FOLDER
}

fn load_single(file: &Path) -> Result<Project, Failure> {
    let name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let mut problems = Problems::default();
    let text = discover::read(file, &name, &mut problems);
    let Some(text) = text else { return Err(problems.into_failure()) };
    Ok(single(name, &text, file.parent().map(Path::to_path_buf).unwrap_or_default()))
}

/// Whether `name` is a word of the language: a letter or `_`, then letters, digits, `_`, and `-` before a letter or digit.
pub fn is_word(name: &str) -> bool {
    let mut chars = name.chars().peekable();
    let Some(first) = chars.next() else { return false };
    if !(first.is_alphabetic() || first == '_') {
        return false;
    }
    while let Some(c) = chars.next() {
        let good = c.is_alphanumeric()
            || c == '_'
            || (c == '-' && chars.peek().is_some_and(|n| n.is_alphanumeric()));
        if !good {
            return false;
        }
    }
    true
}
