//! Data files: the ones that sources mention in `load`, and no others.

use crate::{CONFIG_FILE, MAX_FILE_BYTES, OUT_FOLDER, problem};
use ivs_source::DataProblem;
use smol_str::SmolStr;
use std::collections::BTreeSet;
use std::io::Read;
use std::path::Path;
use std::sync::Arc;

/// A data file: its path, and its text or why it has none.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct DataText {
    /// Relative to the package root, `/`-separated, as the `load` says it.
    pub path: String,
    /// Its text as it is on disk.
    pub text: Result<Arc<str>, DataProblem>,
}

const ENDINGS: [&str; 5] = [".csv", ".json", ".yaml", ".yml", ".toml"];
/// How many files are looked at to suggest one.
const MAX_LISTED: usize = 2_000;
/// How deep they are looked for.
const MAX_DEPTH: usize = 8;

/// The files below `root` that the texts load, sorted by path. Texts are only searched for `load("…")`, so this costs
/// nothing where nothing is loaded. Nothing outside of `root` is read, and neither is `out` or [`OUT_FOLDER`].
/// `whole` says whether a suggestion may come from anywhere below `root`, or only from the folder that is meant.
pub fn data_files<'a>(
    root: &Path,
    out: Option<&Path>,
    texts: impl IntoIterator<Item = &'a str>,
    whole: bool,
) -> Vec<DataText> {
    let paths: BTreeSet<&str> = texts.into_iter().flat_map(mentioned).filter(|p| is_plain(p)).collect();
    let Some(root) = (!paths.is_empty()).then(|| root.canonicalize().ok()).flatten() else {
        return Vec::new();
    };
    let out = out.and_then(|o| o.canonicalize().ok());
    let folder = Folder { root: &root, out: out.as_deref(), whole };
    paths.into_iter().map(|path| DataText { path: path.to_owned(), text: folder.read(path) }).collect()
}

/// The files of these paths, as [`data_files`] reads them.
pub(crate) fn named<'a>(
    root: &Path,
    out: Option<&Path>,
    paths: impl IntoIterator<Item = &'a str>,
) -> Vec<DataText> {
    let Ok(root) = root.canonicalize() else { return Vec::new() };
    let out = out.and_then(|o| o.canonicalize().ok());
    let folder = Folder { root: &root, out: out.as_deref(), whole: false };
    paths.into_iter().map(|path| DataText { path: path.to_owned(), text: folder.read(path) }).collect()
}

/// What stands in quotes behind `load(`.
fn mentioned(text: &str) -> impl Iterator<Item = &str> {
    text.match_indices("load").filter_map(move |(at, word)| {
        let rest = text.get(at + word.len()..)?.trim_start().strip_prefix('(')?.trim_start();
        let rest = rest.trim_start_matches('#').strip_prefix('"')?.trim_start_matches('"');
        rest.get(..rest.find(['"', '\n'])?)
    })
}

/// Whether a path is one that the language takes; any other is refused there.
fn is_plain(path: &str) -> bool {
    let part = |p: &str| !p.is_empty() && !p.starts_with('.');
    ENDINGS.iter().any(|e| path.ends_with(e))
        && path.split('/').all(part)
        && !path.contains(['\\', ':', '~'])
        && !path.chars().any(char::is_control)
}

struct Folder<'a> {
    root: &'a Path,
    out: Option<&'a Path>,
    whole: bool,
}

impl Folder<'_> {
    fn read(&self, path: &str) -> Result<Arc<str>, DataProblem> {
        let refused = |message: String, help: &str| {
            Err(DataProblem::Refused { message: message.into(), help: SmolStr::new(help) })
        };
        let missing = || Err(DataProblem::Missing { others: self.others(path) });
        if path == CONFIG_FILE {
            let help = "it says what the package is, not what is in it";
            return refused(format!("`{path}` is the package's own"), help);
        }
        let file = self.root.join(path);
        let Ok(real) = file.canonicalize() else { return missing() };
        if !real.starts_with(self.root) {
            let help = "copy what it points to into the package";
            return refused(format!("the link `{path}` leaves the package"), help);
        }
        if real.starts_with(self.root.join(OUT_FOLDER)) || self.out.is_some_and(|o| real.starts_with(o)) {
            return refused(
                format!("`{path}` is an output"),
                "outputs are made from sources, not the other way",
            );
        }
        let above = real.ancestors().skip(1).take_while(|a| *a != self.root);
        if above.into_iter().any(|a| a.join(CONFIG_FILE).exists()) {
            return refused(
                format!("`{path}` belongs to a package of its own"),
                "a package reads its own files only",
            );
        }
        if real.is_dir() {
            return refused(format!("`{path}` is a folder"), "");
        }
        let mut bytes = Vec::new();
        let read =
            std::fs::File::open(&real).and_then(|f| f.take(MAX_FILE_BYTES + 1).read_to_end(&mut bytes));
        match read {
            Err(e) => refused(format!("`{path}` cannot be read: {}", problem::reason(&e)), ""),
            Ok(size) if size as u64 > MAX_FILE_BYTES => Err(DataProblem::TooLarge { limit: MAX_FILE_BYTES }),
            Ok(_) => match String::from_utf8(bytes) {
                Ok(text) => Ok(Arc::from(text)),
                Err(e) => {
                    let good = e.utf8_error().valid_up_to();
                    let line =
                        e.as_bytes().get(..good).unwrap_or_default().iter().filter(|b| **b == b'\n').count();
                    refused(format!("`{path}` is not UTF-8, from line {} on", line + 1), "save it as UTF-8")
                }
            },
        }
    }

    /// Data files that may be meant instead.
    fn others(&self, path: &str) -> Vec<SmolStr> {
        let mut found = BTreeSet::new();
        let mut open: Vec<(String, usize)> = vec![(String::new(), 0)];
        if !self.whole
            && let Some((folder, _)) = path.rsplit_once('/')
        {
            open.push((format!("{folder}/"), 0));
        }
        let mut seen = 0;
        while let Some((prefix, depth)) = open.pop() {
            let Ok(entries) = std::fs::read_dir(self.root.join(&prefix)) else { continue };
            let mut names: Vec<(String, bool)> = entries
                .filter_map(|e| {
                    let e = e.ok()?;
                    let kind = e.file_type().ok()?;
                    (kind.is_file() || kind.is_dir())
                        .then_some((e.file_name().into_string().ok()?, kind.is_dir()))
                })
                .collect();
            names.sort();
            for (name, is_folder) in names {
                seen += 1;
                if seen > MAX_LISTED {
                    return found.into_iter().collect();
                }
                let at = format!("{prefix}{name}");
                if name.starts_with('.') || at == CONFIG_FILE {
                    continue;
                }
                if !is_folder {
                    if ENDINGS.iter().any(|e| name.ends_with(e)) {
                        found.insert(SmolStr::from(at));
                    }
                    continue;
                }
                let folder = self.root.join(&at);
                let owned = (depth == 0 && (name == OUT_FOLDER || name == "target"))
                    || self.out == Some(folder.as_path())
                    || folder.join(CONFIG_FILE).exists();
                if self.whole && !owned && depth < MAX_DEPTH {
                    open.push((format!("{at}/"), depth + 1));
                }
            }
        }
        found.into_iter().collect()
    }
}
