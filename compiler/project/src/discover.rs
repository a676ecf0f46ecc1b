//! Finding and reading the source files of a package.

use crate::problem::{self, Problems};
use crate::{CONFIG_FILE, SourceText, codes, is_word};
use ivs_grammar::ast::Span;
use std::collections::BTreeMap;
use std::fs::DirEntry;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use unicode_normalization::UnicodeNormalization;

/// The largest source file, in bytes (8 MiB).
pub const MAX_FILE_BYTES: u64 = 8 << 20;
/// The default output folder, below the package root. It is not searched for sources.
pub const OUT_FOLDER: &str = "out";
/// How deep folders are searched: a link cycle cannot occur, a hostile tree can.
const MAX_DEPTH: usize = 64;
/// What the names of files end in that a source may load.
const DATA: &[&str] = &["csv", "json", "yaml", "yml", "toml"];

/// All sources below `root`, sorted by path. Left out: hidden files and folders, `target` and [`OUT_FOLDER`] of the
/// root, `out`, and folders that are packages themselves.
pub(crate) fn sources(
    root: &Path,
    package: &str,
    out: Option<&Path>,
    problems: &mut Problems,
) -> Vec<SourceText> {
    let found = found(root, package, out, problems).0;
    if found.is_empty() && problems.is_empty() {
        let help = "sources end in `.ivs` and lie beside `ivs.toml` or in folders below it";
        problems.about(codes::NO_SOURCES, CONFIG_FILE, "the package has no source file".to_owned(), help);
    }
    collisions(&found, problems);
    let mut texts = Vec::with_capacity(found.len());
    for Found { path, file, module } in found {
        if let Some(text) = read(&file, &path, problems) {
            texts.push(SourceText { path, module, text: Arc::from(text) });
        }
    }
    texts
}

/// What a package consists of besides `ivs.toml`: sources, and files that they may load, each sorted by path.
fn found(
    root: &Path,
    package: &str,
    out: Option<&Path>,
    problems: &mut Problems,
) -> (Vec<Found>, Vec<(String, PathBuf)>) {
    let out = out.and_then(|o| o.canonicalize().ok());
    let mut walk = Walk { root, out, found: Vec::new(), data: Vec::new(), problems };
    walk.folder(root, "", package, 0);
    let (mut found, mut data) = (walk.found, walk.data);
    found.sort_by(|a, b| a.path.cmp(&b.path));
    data.sort();
    (found, data)
}

/// Files that sources may load, by path: what makes up a package besides its sources. No text is read.
pub(crate) fn data(root: &Path) -> Vec<(String, PathBuf)> {
    found(root, "", None, &mut Problems::default()).1
}

/// The sources and the data of a package, by path. No text is read.
pub(crate) fn files(root: &Path) -> Vec<(String, PathBuf)> {
    let (found, mut files) = found(root, "", None, &mut Problems::default());
    files.extend(found.into_iter().map(|f| (f.path, f.file)));
    files
}

/// Whether a file of this name may be loaded by a source, and so belongs to the content of a package.
pub fn is_data(name: &str) -> bool {
    let extension = name.rsplit_once('.').map_or("", |(_, e)| e);
    DATA.contains(&extension) && name != CONFIG_FILE
}

struct Found {
    path: String,
    file: PathBuf,
    module: String,
}

struct Walk<'a> {
    root: &'a Path,
    out: Option<PathBuf>,
    found: Vec<Found>,
    data: Vec<(String, PathBuf)>,
    problems: &'a mut Problems,
}

impl Walk<'_> {
    fn folder(&mut self, folder: &Path, prefix: &str, module: &str, depth: usize) {
        let shown = if prefix.is_empty() { "." } else { prefix.trim_end_matches('/') };
        if depth > MAX_DEPTH {
            let message = format!("folders are nested more than {MAX_DEPTH} deep");
            return self.problems.about(codes::FOLDER_DEPTH, shown, message, "");
        }
        let entries: Vec<DirEntry> = match std::fs::read_dir(folder).and_then(Iterator::collect) {
            Ok(entries) => entries,
            Err(e) => {
                let message = format!("the folder cannot be read: {}", problem::reason(&e));
                return self.problems.about(codes::UNREADABLE, shown, message, "");
            }
        };
        let mut named = Vec::with_capacity(entries.len());
        for entry in entries {
            match entry.file_name().into_string() {
                Ok(name) if name.starts_with('.') => {}
                Ok(name) => named.push((name, entry)),
                Err(odd) => {
                    let lossy = format!("{prefix}{}", odd.to_string_lossy());
                    if lossy.ends_with(".ivs") {
                        let message = "the file's name is not UTF-8".to_owned();
                        self.problems.about(codes::NOT_UTF8, &lossy, message, "rename it");
                    }
                }
            }
        }
        // Problems must come in the same order on every file system.
        named.sort_by(|a, b| a.0.cmp(&b.0));
        for (name, entry) in named {
            self.entry(&name, &entry, prefix, module, depth);
        }
    }

    fn entry(&mut self, name: &str, entry: &DirEntry, prefix: &str, module: &str, depth: usize) {
        let path = format!("{prefix}{name}");
        let Ok(kind) = entry.file_type() else { return };
        if kind.is_symlink() {
            return self.link(&entry.path(), &path, name);
        }
        if kind.is_file() && name.ends_with(".ivs") {
            let module = module.to_owned();
            return self.found.push(Found { path, file: entry.path(), module });
        }
        if kind.is_file() && is_data(name) {
            return self.data.push((path, entry.path()));
        }
        if !kind.is_dir() || (depth == 0 && (name == "target" || name == OUT_FOLDER)) {
            return;
        }
        let folder = entry.path();
        if self.out.as_deref() == Some(folder.as_path()) || folder.join(CONFIG_FILE).exists() {
            return;
        }
        let before = self.found.len();
        self.folder(&folder, &format!("{path}/"), &format!("{module}.{name}"), depth + 1);
        // A folder without sources may be called anything.
        if self.found.len() > before && !is_word(name) {
            let message = format!("the folder `{path}` holds sources, and its name is not one of a module");
            let help = "a module's name is a word: letters, digits, `_`, and `-` between them";
            self.problems.about(codes::MODULE_NAME, &path, message, help);
        }
    }

    /// A link is never followed. One that stays inside only repeats what is read at its own place; one that leaves
    /// the package would make its meaning depend on the machine.
    fn link(&mut self, link: &Path, path: &str, name: &str) {
        let target = link.canonicalize();
        let source = name.ends_with(".ivs") || target.as_deref().is_ok_and(Path::is_dir);
        let file = target.as_deref().is_ok_and(Path::is_file);
        let inside = target.is_ok_and(|t| t.starts_with(self.root));
        if inside && file && is_data(name) {
            self.data.push((path.to_owned(), link.to_path_buf()));
        }
        if source && !inside {
            let message = format!("the link `{path}` leaves the package");
            let help = "copy what it points to into the package, or make that a package and depend on it";
            self.problems.about(codes::LINK_OUT, path, message, help);
        }
    }
}

/// Names that a file system without case, or with other normalisation, takes for the same.
fn collisions(found: &[Found], problems: &mut Problems) {
    let mut seen: BTreeMap<String, &str> = BTreeMap::new();
    for file in found {
        // Folders collide as well as files: `A/x.ivs` and `a/y.ivs`.
        for (end, _) in file.path.match_indices('/').chain([(file.path.len(), "")]) {
            let part = file.path.get(..end).unwrap_or_default();
            let first = *seen.entry(folded(part)).or_insert(part);
            if first != part {
                let message =
                    format!("`{part}` and `{first}` differ only in case or in how letters are composed");
                problems.about(
                    codes::SAME_NAME,
                    &file.path,
                    message,
                    "rename one: other systems take them for the same",
                );
            }
        }
    }
}

fn folded(path: &str) -> String {
    if path.is_ascii() {
        return path.to_ascii_lowercase();
    }
    path.nfc().flat_map(char::to_uppercase).flat_map(char::to_lowercase).nfc().collect()
}

/// The text of one file, if it is at most [`MAX_FILE_BYTES`] of UTF-8.
pub(crate) fn read(file: &Path, path: &str, problems: &mut Problems) -> Option<String> {
    let mut bytes = Vec::new();
    let opened = std::fs::File::open(file).and_then(|mut f| {
        let size = f.metadata()?.len();
        if size <= MAX_FILE_BYTES {
            bytes.reserve(usize::try_from(size).unwrap_or(0) + 1);
        }
        f.by_ref().take(MAX_FILE_BYTES + 1).read_to_end(&mut bytes)
    });
    match opened {
        Err(e) => {
            let message = format!("the file cannot be read: {}", problem::reason(&e));
            problems.about(codes::UNREADABLE, path, message, "");
            None
        }
        Ok(size) if size as u64 > MAX_FILE_BYTES => {
            let message = format!("the file is larger than {} MiB", MAX_FILE_BYTES >> 20);
            problems.about(
                codes::SOURCE_SIZE,
                path,
                message,
                "split it; a module may have any number of files",
            );
            None
        }
        Ok(_) => match String::from_utf8(bytes) {
            Ok(text) => Some(text),
            Err(e) => {
                not_utf8(path, &e, problems);
                None
            }
        },
    }
}

/// Shows the text up to the byte that is none.
fn not_utf8(path: &str, cause: &std::string::FromUtf8Error, problems: &mut Problems) {
    let end = cause.utf8_error().valid_up_to();
    let bytes = cause.as_bytes();
    let good = String::from_utf8_lossy(bytes.get(..end).unwrap_or_default());
    let text: Arc<str> = Arc::from(format!("{good}\u{fffd}"));
    let file = problems.file(path, &text);
    let at = u32::try_from(end).unwrap_or(u32::MAX);
    let mut found =
        problem::error(codes::NOT_UTF8, file, Span::new(at, at + 3), "the file is not UTF-8".to_owned());
    if let Some(byte) = bytes.get(end) {
        found.primary.text = format!("byte {byte:#04x}");
    }
    found.help.push("save it as UTF-8".to_owned());
    problems.push(found);
}
