//! A package on disk: its `ivs.toml` and its sources.
//!
//! Takes a path. Gives texts with module names and a configuration, or diagnostics with places. Never parses ivs,
//! never follows a link out of the package, never reads the environment.

pub mod codes;
mod config;
mod data;
mod discover;
mod problem;

pub use config::{Config, Date, Setting, parse_config};
pub use data::{DataText, data_files};
pub use discover::{MAX_FILE_BYTES, OUT_FOLDER};
pub use problem::{Failure, FileText};

use problem::Problems;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The file that makes a folder a package.
pub const CONFIG_FILE: &str = "ivs.toml";

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
}

/// Reads the package that `start` is in: `start` is a folder of the package, its `ivs.toml`, or one of its files.
/// An `.ivs` file that no package contains is read alone, as [`load_text`] does.
/// `out` is a folder that is not searched for sources, besides [`OUT_FOLDER`] of the root.
pub fn load(start: &Path, out: Option<&Path>) -> Result<Project, Failure> {
    let absolute = match std::fs::canonicalize(start) {
        Ok(found) => found,
        Err(e) => return Err(problem::unreadable(start, &e)),
    };
    let file = absolute.is_file();
    let within = |root: &Path, failure| Failure { root: Some(root.to_path_buf()), ..failure };
    match find_root(&absolute) {
        Some(root) => load_root(&root, out).map_err(|f| within(&root, f)),
        None if file && absolute.extension().is_some_and(|e| e == "ivs") => {
            load_single(&absolute).map_err(|f| within(absolute.parent().unwrap_or(&absolute), f))
        }
        None => Err(problem::no_package(start)),
    }
}

/// The nearest folder at or above `start` that holds an `ivs.toml`.
pub fn find_root(start: &Path) -> Option<PathBuf> {
    start.ancestors().find(|folder| folder.join(CONFIG_FILE).is_file()).map(Path::to_path_buf)
}

/// A package `main` of one text, named `path` in messages; for stdin and for scratch files. What it loads is looked
/// for below the current folder.
pub fn load_text(path: &str, text: &str) -> Project {
    let source = SourceText { path: path.to_owned(), module: "main".to_owned(), text: Arc::from(text) };
    let root = PathBuf::from(".");
    let data = data_files(&root, None, [text], false);
    Project { root, config: Config::named("main"), sources: vec![source], data }
}

/// The text of one file, whatever package it is in.
pub fn load_file(file: &Path) -> Result<String, Failure> {
    let shown = file.display().to_string();
    let mut problems = Problems::default();
    discover::read(file, &shown, &mut problems).ok_or_else(|| problems.into_failure())
}

fn load_single(file: &Path) -> Result<Project, Failure> {
    let name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let mut problems = Problems::default();
    let text = discover::read(file, &name, &mut problems);
    let Some(text) = text else { return Err(problems.into_failure()) };
    let source = SourceText { path: name, module: "main".to_owned(), text: Arc::from(text) };
    let root = file.parent().map(Path::to_path_buf).unwrap_or_default();
    let data = data_files(&root, None, [&*source.text], false);
    Ok(Project { root, config: Config::named("main"), sources: vec![source], data })
}

fn load_root(root: &Path, out: Option<&Path>) -> Result<Project, Failure> {
    let mut problems = Problems::default();
    let Some(text) = discover::read(&root.join(CONFIG_FILE), CONFIG_FILE, &mut problems) else {
        return Err(problems.into_failure());
    };
    let text: Arc<str> = Arc::from(text);
    let config = config::read(&text, &mut problems);
    // Without the package's name no module has one, but the files' own problems are worth saying at once.
    let package = config.as_ref().map_or("main", |c| c.package.as_str());
    let sources = discover::sources(root, package, out, &mut problems);
    match config {
        Some(config) if problems.is_empty() => {
            let data = data_files(root, out, sources.iter().map(|s| &*s.text), true);
            Ok(Project { root: root.to_path_buf(), config, sources, data })
        }
        _ => Err(problems.into_failure()),
    }
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
