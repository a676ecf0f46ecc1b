//! Reading a package with what it depends on, each held against `ivs.lock`.

use crate::config::{self, GitSource};
use crate::problem::{self, Failure, Problems};
use crate::resolve::{Absent, Checkout, Dependency, Provider, Resolved, Resolver};
use crate::{
    CONFIG_FILE, Config, LOCK_FILE, Lock, Project, SourceText, codes, content, data_files, discover,
    find_root, load_single, lock,
};
use ivs_source::Place;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// How a package is read.
#[derive(Clone, Copy, Default, Debug)]
pub struct Options<'a> {
    /// A folder that is not searched for sources, besides [`crate::OUT_FOLDER`] of the root.
    pub out: Option<&'a Path>,
    /// Where packages from git were put by `ivs fetch`.
    pub cache: Option<&'a Path>,
    /// Whether dependencies are left unread: for a question about the package's own texts.
    pub alone: bool,
    /// Whether `ivs.lock` may not pin anything that is no longer asked for.
    pub locked: bool,
    /// The text of `ivs.toml`, where that is being edited: the one on disk is not read.
    pub config: Option<&'a str>,
}

/// Reads the package that `start` is in: `start` is a folder of the package, its `ivs.toml`, or one of its files.
/// An `.ivs` file that no package contains is read alone, as [`crate::load_text`] does.
/// `out` is a folder that is not searched for sources, besides [`crate::OUT_FOLDER`] of the root.
pub fn load(start: &Path, out: Option<&Path>) -> Result<Project, Failure> {
    load_with(start, &Options { out, ..Options::default() })
}

/// [`load`], with a cache of fetched packages.
pub fn load_with(start: &Path, options: &Options<'_>) -> Result<Project, Failure> {
    let absolute = match std::fs::canonicalize(start) {
        Ok(found) => found,
        Err(e) => return Err(problem::unreadable(start, &e)),
    };
    let file = absolute.is_file();
    let within = |root: &Path, failure| Failure { root: Some(root.to_path_buf()), ..failure };
    match find_root(&absolute) {
        Some(root) => load_root(&root, options).map_err(|f| within(&root, f)),
        None if file && absolute.extension().is_some_and(|e| e == "ivs") => {
            load_single(&absolute).map_err(|f| within(absolute.parent().unwrap_or(&absolute), f))
        }
        None => Err(problem::no_package(start)),
    }
}

/// A package without what it depends on.
struct Alone {
    text: Arc<str>,
    config: Config,
    lock: Option<Lock>,
    sources: Vec<SourceText>,
}

fn alone(root: &Path, options: &Options<'_>, problems: &mut Problems) -> Option<Alone> {
    let text: Arc<str> = match options.config {
        Some(text) => Arc::from(text),
        None => Arc::from(discover::read(&root.join(CONFIG_FILE), CONFIG_FILE, problems)?),
    };
    let config = config::read(&text, problems);
    // Without the package's name no module has one, but the files' own problems are worth saying at once.
    let package = config.as_ref().map_or("main", |c| c.package.as_str());
    let sources = discover::sources(root, package, options.out, problems);
    let lock = lock::read(root, problems);
    config.filter(|_| problems.is_empty()).map(|config| Alone { text, config, lock, sources })
}

fn load_root(root: &Path, options: &Options<'_>) -> Result<Project, Failure> {
    let mut problems = Problems::default();
    let Some(Alone { text, mut config, lock, sources }) = alone(root, options, &mut problems) else {
        return Err(problems.into_failure());
    };
    let dependencies = match options.alone || (config.dependencies.is_empty() && !options.locked) {
        true => Vec::new(),
        // Nothing can be compared; what is there may be anything.
        false if lock.is_none() && !config.dependencies.is_empty() => {
            let of = problems.file(CONFIG_FILE, &text);
            let names: Vec<&str> = config.dependencies.iter().map(|d| d.name.as_str()).collect();
            let span = config.dependencies.first().map(|d| d.span).unwrap_or_default();
            problems.push(not_pinned(of, span, &names));
            Vec::new()
        }
        false => {
            let mut cached = Cached { lock: lock.as_ref(), cache: options.cache };
            let resolver =
                Resolver { home: root.to_path_buf(), provider: &mut cached, problems: &mut problems };
            let resolved = resolver.resolve(&config, &text);
            if problems.is_empty() {
                compare(&resolved, lock.as_ref(), options.locked, &mut problems);
            }
            resolved.dependencies
        }
    };
    let definitions = crate::definitions::read(root, options.out, &mut config, &mut problems);
    if !problems.is_empty() {
        return Err(problems.into_failure());
    }
    let mut data = data_files(root, options.out, sources.iter().map(|s| &*s.text), true);
    data.extend(definitions);
    let (root, lock) = (root.to_path_buf(), lock.unwrap_or_default());
    Ok(Project { root, config, sources, data, dependencies, lock })
}

/// The package in the folder `root` as far as it can be read, and what is wrong with it: for an editor, where work goes on
/// in spite of a mistake in `ivs.toml` or a dependency that is missing. A package whose `ivs.toml` says no name is called
/// by its folder's, or `main`.
pub fn load_sound(root: &Path, options: &Options<'_>) -> (Project, Option<Failure>) {
    let root = root.canonicalize().unwrap_or_else(|_| root.to_path_buf());
    let failure = match load_root(&root, options) {
        Ok(project) => return (project, None),
        Err(failure) => Failure { root: Some(root.clone()), ..failure },
    };
    // What is wrong is said already.
    let mut said = Problems::default();
    let text = match options.config {
        Some(text) => Some(text.to_owned()),
        None => discover::read(&root.join(CONFIG_FILE), CONFIG_FILE, &mut said),
    };
    let named = root.file_name().and_then(|n| n.to_str()).filter(|n| crate::is_word(n)).unwrap_or("main");
    let config = text.and_then(|t| config::read(&Arc::from(t), &mut said));
    let mut config = config.unwrap_or_else(|| Config::named(named));
    let sources = discover::sources(&root, &config.package, options.out, &mut said);
    let lock = lock::read(&root, &mut said).unwrap_or_default();
    let definitions = crate::definitions::read(&root, options.out, &mut config, &mut said);
    let mut data = data_files(&root, options.out, sources.iter().map(|s| &*s.text), true);
    data.extend(definitions);
    (Project { root, config, sources, data, dependencies: Vec::new(), lock }, Some(failure))
}

/// The package that `start` is in, with its dependencies as a provider gives them; nothing is held against
/// `ivs.lock`, whose content comes along. For `ivs fetch`.
pub fn resolve(start: &Path, provider: &mut dyn Provider) -> Result<Project, Failure> {
    let absolute = std::fs::canonicalize(start).map_err(|e| problem::unreadable(start, &e))?;
    let root = find_root(&absolute).ok_or_else(|| problem::no_package(start))?;
    let mut problems = Problems::default();
    let failed = |problems: Problems| Failure { root: Some(root.clone()), ..problems.into_failure() };
    let Some(Alone { text, config, lock, sources }) = alone(&root, &Options::default(), &mut problems) else {
        return Err(failed(problems));
    };
    let resolver = Resolver { home: root.clone(), provider, problems: &mut problems };
    let resolved = resolver.resolve(&config, &text);
    if !problems.is_empty() {
        return Err(failed(problems));
    }
    let (dependencies, lock) = (resolved.dependencies, lock.unwrap_or_default());
    Ok(Project { root, config, sources, data: Vec::new(), dependencies, lock })
}

/// What the `ivs.lock` of the package that `start` is in says; nothing if there is none.
pub fn lock_of(start: &Path) -> Result<Lock, Failure> {
    let absolute = std::fs::canonicalize(start).map_err(|e| problem::unreadable(start, &e))?;
    let root = find_root(&absolute).ok_or_else(|| problem::no_package(start))?;
    let mut problems = Problems::default();
    let lock = lock::read(&root, &mut problems);
    if problems.is_empty() {
        return Ok(lock.unwrap_or_default());
    }
    Err(Failure { root: Some(root), ..problems.into_failure() })
}

/// The sum of the package in a folder, as far as it can be read.
///
/// # Errors
/// A file that cannot be read.
pub fn content_of(root: &Path) -> std::io::Result<String> {
    let config = std::fs::read(root.join(CONFIG_FILE))?;
    content::of_files(root, &config)
}

/// Holds what was found against what is pinned.
fn compare(resolved: &Resolved, lock: Option<&Lock>, locked: bool, problems: &mut Problems) {
    let pinned = |name: &str| lock.and_then(|l| l.packages.iter().find(|p| p.name == name));
    let place = |d: &Dependency| {
        resolved.asked.get(&d.name).cloned().unwrap_or(Place { of: 0, span: Default::default() })
    };
    let mut open: Vec<&Dependency> = Vec::new();
    for d in &resolved.dependencies {
        let Some(pin) = pinned(&d.name).filter(|p| p.source == d.pinned.source) else {
            open.push(d);
            continue;
        };
        if pin.hash == d.pinned.hash {
            continue;
        }
        let Place { of, span } = place(d);
        let message = format!("`{}` is not what `{LOCK_FILE}` pins", d.name);
        let mut found = problem::error(codes::CONTENT_CHANGED, of, span, message);
        found.primary.text = format!("{} was pinned, this is {}", short(&pin.hash), short(&d.pinned.hash));
        found.help.push("if the change is meant, `ivs fetch` pins it".to_owned());
        problems.push(found);
    }
    if let Some(first) = open.first() {
        let Place { of, span } = place(first);
        problems.push(not_pinned(of, span, &open.iter().map(|d| d.name.as_str()).collect::<Vec<_>>()));
    }
    let stale: Vec<&str> = lock
        .iter()
        .flat_map(|l| &l.packages)
        .map(|p| p.name.as_str())
        .filter(|name| !resolved.dependencies.iter().any(|d| d.name == *name))
        .collect();
    if locked && problems.is_empty() && !stale.is_empty() {
        let message = format!("`{LOCK_FILE}` pins {}, which nothing asks for", config::list(&stale));
        problems.about(codes::LOCK_STALE, LOCK_FILE, message, "`ivs fetch` brings it up to date");
    }
}

fn not_pinned(of: u32, span: ivs_grammar::ast::Span, names: &[&str]) -> ivs_source::Diagnostic<u32> {
    let message = format!("`{LOCK_FILE}` does not pin {}", config::list(names));
    let mut found = problem::error(codes::NOT_PINNED, of, span, message);
    found.help.push(format!("`ivs fetch` writes `{LOCK_FILE}`"));
    found
}

/// The first digits of a sum.
fn short(sum: &str) -> &str {
    let digits = sum.trim_start_matches("sha256:");
    digits.get(..12).unwrap_or(digits)
}

/// Packages from git as `ivs fetch` left them.
struct Cached<'a> {
    lock: Option<&'a Lock>,
    cache: Option<&'a Path>,
}

/// The folder of a cache that holds the package of a sum.
pub fn cached(cache: &Path, sum: &str) -> PathBuf {
    cache.join("packages").join(sum.trim_start_matches("sha256:"))
}

impl Provider for Cached<'_> {
    fn checkout(&mut self, name: &str, source: &GitSource, _: Option<&str>) -> Result<Checkout, Absent> {
        let absent = |code, message: String, help: &str| Absent { code, message, help: help.to_owned() };
        let pins = self.lock.iter().flat_map(|l| &l.packages);
        let Some(pin) = pins.into_iter().find(|p| p.name == name && p.source == source.to_string()) else {
            let message = format!("`{LOCK_FILE}` does not pin `{name}`");
            return Err(absent(codes::NOT_PINNED, message, &format!("`ivs fetch` writes `{LOCK_FILE}`")));
        };
        let root = self.cache.map(|c| cached(c, &pin.hash)).filter(|r| r.join(CONFIG_FILE).is_file());
        match root {
            Some(root) => Ok(Checkout { root, revision: pin.revision.clone().unwrap_or_default() }),
            None => {
                let message = format!("`{name}` has not been fetched to this machine");
                Err(absent(
                    codes::NOT_FETCHED,
                    message,
                    "`ivs fetch` fetches it; nothing else uses the network",
                ))
            }
        }
    }
}
