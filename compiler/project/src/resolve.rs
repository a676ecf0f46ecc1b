//! The packages that a package depends on: found, read, and held against each other.

use crate::config::{self, Config, GitSource, Requirement, Source};
use crate::lock::Pinned;
use crate::problem::{self, Problems};
use crate::{CONFIG_FILE, DataText, SourceText, codes, content, discover};
use ivs_source::{Label, Place};
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::path::PathBuf;
use std::sync::Arc;

/// The most packages that are compiled together.
pub const MAX_PACKAGES: usize = 256;

/// A package that another one depends on, read.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Dependency {
    /// Its name: the first word of its modules.
    pub name: String,
    /// The packages that it may use itself.
    pub uses: Vec<String>,
    /// The folder that holds its `ivs.toml`.
    pub root: PathBuf,
    /// Its sources; their paths begin with its name.
    pub sources: Vec<SourceText>,
    /// The data files that its sources load, by their paths in it.
    pub data: Vec<DataText>,
    /// What `ivs.lock` is to say of it.
    pub pinned: Pinned,
}

/// A package of a git repository, on this machine.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Checkout {
    /// The folder that holds its `ivs.toml`.
    pub root: PathBuf,
    /// The commit that it is of.
    pub revision: String,
}

/// Why a package of a git repository is not at hand.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Absent {
    /// One of [`codes`].
    pub code: &'static str,
    /// What is the matter.
    pub message: String,
    /// What to do about it.
    pub help: String,
}

/// Where packages of git repositories come from: the cache, or the network.
pub trait Provider {
    /// The package `name` of a repository. `within` is the commit that the asking package is of, if it lies in the
    /// same repository: it means its neighbours as of the same commit.
    fn checkout(&mut self, name: &str, source: &GitSource, within: Option<&str>) -> Result<Checkout, Absent>;
}

/// Where a package is, as seen from the root package.
#[derive(Clone, PartialEq, Eq, Debug)]
enum At {
    /// Relative to the root package; empty for itself.
    Folder(String),
    /// In a repository, and the commit.
    Repository(GitSource, String),
}

/// A package whose requirements are to be followed.
struct Asking {
    at: At,
    root: PathBuf,
    config: Config,
    /// How its `ivs.toml` is called, and its text.
    file: String,
    text: Arc<str>,
    /// The names from the root package to this one.
    chain: Vec<String>,
}

/// Where a package was asked for.
#[derive(Clone)]
struct Asked {
    place: Place<u32>,
    chain: Vec<String>,
}

pub(crate) struct Resolver<'a> {
    /// The root package's folder, without links.
    pub(crate) home: PathBuf,
    pub(crate) provider: &'a mut dyn Provider,
    pub(crate) problems: &'a mut Problems,
}

/// What was found.
pub(crate) struct Resolved {
    /// By name.
    pub(crate) dependencies: Vec<Dependency>,
    /// The place that asks for each.
    pub(crate) asked: BTreeMap<String, Place<u32>>,
}

impl Resolver<'_> {
    /// Follows the dependencies of the package at `root`, breadth first, each package once.
    pub(crate) fn resolve(mut self, config: &Config, text: &Arc<str>) -> Resolved {
        let mut found: BTreeMap<String, (Source, Asked, Dependency)> = BTreeMap::new();
        // Who asks for whom, and where; loops are looked for at the end.
        let mut edges: BTreeMap<(String, String), Place<u32>> = BTreeMap::new();
        let mut open = VecDeque::from([Asking {
            at: At::Folder(String::new()),
            root: self.home.clone(),
            config: config.clone(),
            file: CONFIG_FILE.to_owned(),
            text: text.clone(),
            chain: vec![config.package.clone()],
        }]);
        while let Some(asking) = open.pop_front() {
            let of = self.problems.file(&asking.file, &asking.text);
            for need in &asking.config.dependencies {
                let place = Place { of, span: need.span };
                let mut chain = asking.chain.clone();
                chain.push(need.name.clone());
                let asked = Asked { place: place.clone(), chain };
                let Some((source, at)) = self.located(&asking, need, of) else { continue };
                let itself = need.name == config.package && at == At::Folder(String::new());
                if need.name == config.package && !itself {
                    let first = Asked {
                        place: Place { of: 0, span: Default::default() },
                        chain: vec![need.name.clone()],
                    };
                    self.two(&need.name, &asked, &source, &first, None);
                    continue;
                }
                edges.entry((asking.config.package.clone(), need.name.clone())).or_insert(place);
                if itself {
                    continue;
                }
                if let Some((other, first, _)) = found.get(&need.name) {
                    if *other != source {
                        let (other, first) = (other.clone(), first.clone());
                        self.two(&need.name, &asked, &source, &first, Some(&other));
                    }
                    continue;
                }
                if found.len() >= MAX_PACKAGES {
                    let message = format!("more than {MAX_PACKAGES} packages depend on each other");
                    self.problems.push(problem::error(codes::LIMIT_PACKAGES, of, need.span, message));
                    return Resolved { dependencies: Vec::new(), asked: BTreeMap::new() };
                }
                if let Some((next, dependency)) = self.read(&asking, need, of, &source, at, &asked.chain) {
                    found.insert(need.name.clone(), (source, asked, dependency));
                    open.push_back(next);
                }
            }
        }
        self.loops(&edges);
        let asked = found.iter().map(|(name, (_, asked, _))| (name.clone(), asked.place.clone())).collect();
        Resolved { dependencies: found.into_values().map(|(.., d)| d).collect(), asked }
    }

    /// What a requirement means, seen from the root package.
    fn located(&mut self, asking: &Asking, need: &Requirement, of: u32) -> Option<(Source, At)> {
        match (&need.source, &asking.at) {
            (Source::Path(path), At::Folder(base)) => {
                let folder = joined(base, path);
                // `../shop` from a neighbour is the package itself again.
                let itself = asking.root.join(path).canonicalize().is_ok_and(|p| p == self.home);
                let folder = if itself { String::new() } else { folder };
                Some((Source::Path(folder.clone()), At::Folder(folder)))
            }
            (Source::Path(path), At::Repository(git, revision)) => {
                let folder = joined(&git.folder, path);
                if folder.split('/').any(|p| p == "..") {
                    let message = format!("`{path}` leaves the repository of `{}`", asking.config.package);
                    let mut d = problem::error(codes::DEPENDENCY_ADDRESS, of, need.source_span, message);
                    d.help.push(
                        "a package from git can name folders of its own repository, or other repositories"
                            .to_owned(),
                    );
                    self.problems.push(d);
                    return None;
                }
                let git = GitSource { folder, ..git.clone() };
                Some((Source::Git(git.clone()), At::Repository(git, revision.clone())))
            }
            (Source::Git(git), _) => {
                Some((Source::Git(git.clone()), At::Repository(git.clone(), String::new())))
            }
        }
    }

    /// Reads a package.
    fn read(
        &mut self,
        asking: &Asking,
        need: &Requirement,
        of: u32,
        source: &Source,
        at: At,
        chain: &[String],
    ) -> Option<(Asking, Dependency)> {
        let name = &need.name;
        let refused = |resolver: &mut Self, code, message: String, help: &str| {
            let mut d = problem::error(code, of, need.source_span, message);
            d.help.push(help.to_owned());
            resolver.problems.push(d);
            None
        };
        let (root, at, revision) = match at {
            At::Folder(folder) => (asking.root.join(path_of(need)), At::Folder(folder), None),
            At::Repository(git, within) => {
                let within = (!within.is_empty()).then_some(within.as_str());
                match self.provider.checkout(name, &git, within) {
                    Ok(Checkout { root, revision }) => {
                        (root, At::Repository(git, revision.clone()), Some(revision))
                    }
                    Err(absent) => return refused(self, absent.code, absent.message, &absent.help),
                }
            }
        };
        if !root.join(CONFIG_FILE).is_file() {
            let message = format!("there is no package `{name}` at `{}`", shown(source));
            return refused(
                self,
                codes::DEPENDENCY_MISSING,
                message,
                "a package is a folder with an `ivs.toml`",
            );
        }
        let root = root.canonicalize().unwrap_or(root);
        let mut own = Problems::default();
        let text: Option<Arc<str>> =
            discover::read(&root.join(CONFIG_FILE), CONFIG_FILE, &mut own).map(Arc::from);
        let config = text.as_ref().and_then(|t| config::read(t, &mut own));
        let called = config.as_ref().map_or(name.as_str(), |c| c.package.as_str());
        let sources = discover::sources(&root, called, None, &mut own);
        let sum = content::of(&root, text.as_deref().unwrap_or_default(), &sources);
        let folder = match &at {
            At::Folder(folder) => folder.clone(),
            At::Repository(..) => name.clone(),
        };
        if let Err((file, e)) = &sum {
            own.about(
                codes::UNREADABLE,
                file,
                format!("the file cannot be read: {}", problem::reason(e)),
                "",
            );
        }
        let sound = own.is_empty();
        self.problems.absorb(&folder, own);
        let (Some(text), Some(config), Ok(hash), true) = (text, config, sum, sound) else { return None };
        if config.package != *name {
            let message = format!("the package at `{}` calls itself `{}`", shown(source), config.package);
            let mut d = problem::error(codes::DEPENDENCY_NAME, of, need.span, message);
            d.primary.text = format!("called `{name}` here");
            let edit =
                ivs_source::Edit { place: Place { of, span: need.span }, text: config.package.clone() };
            d.fixes
                .push(ivs_source::Fix { title: format!("call it `{}`", config.package), edits: vec![edit] });
            self.problems.push(d);
            return None;
        }
        let data = crate::data_files(&root, None, sources.iter().map(|s| &*s.text), true);
        let prefixed = |s: SourceText| SourceText { path: format!("{name}/{}", s.path), ..s };
        let dependency = Dependency {
            name: name.clone(),
            uses: config.dependency_names(),
            root: root.clone(),
            sources: sources.into_iter().map(prefixed).collect(),
            data,
            pinned: Pinned {
                name: name.clone(),
                version: config.version.clone(),
                source: source.to_string(),
                revision,
                hash,
            },
        };
        let file = format!("{folder}/{CONFIG_FILE}");
        Some((Asking { at, root, config, file, text, chain: chain.to_vec() }, dependency))
    }

    /// Two packages of one name: their modules would have one name, too.
    fn two(&mut self, name: &str, asked: &Asked, source: &Source, first: &Asked, other: Option<&Source>) {
        let message = format!("two packages are called `{name}`");
        let mut d = problem::error(codes::TWO_PACKAGES, asked.place.of, asked.place.span, message);
        d.primary.text = format!("{}: {}", asked.chain.join(" → "), shown(source));
        match other {
            Some(other) => {
                let text = format!("{}: {}", first.chain.join(" → "), shown(other));
                d.labels.push(Label { place: first.place.clone(), text });
                d.help.push(
                    "all packages that are compiled together use one version of it: name one source"
                        .to_owned(),
                );
            }
            None => d.help.push(format!("`{name}` is the package itself; rename one of the two")),
        }
        self.problems.push(d);
    }

    /// One error for each group of packages that depend on each other, at its least name.
    fn loops(&mut self, edges: &BTreeMap<(String, String), Place<u32>>) {
        let reach = |from: &str| {
            let mut seen: BTreeSet<&str> = BTreeSet::new();
            let mut open = vec![from];
            while let Some(at) = open.pop() {
                for (_, to) in edges.keys().filter(|(a, _)| a == at) {
                    if seen.insert(to) {
                        open.push(to);
                    }
                }
            }
            seen
        };
        let names: BTreeSet<&str> = edges.keys().map(|(a, _)| a.as_str()).collect();
        let all: BTreeMap<&str, BTreeSet<&str>> = names.iter().map(|n| (*n, reach(n))).collect();
        let meet = |a: &str, b: &str| all.get(a).is_some_and(|r| r.contains(b));
        let mut told: BTreeSet<&str> = BTreeSet::new();
        for &least in names.iter().filter(|n| meet(n, n)) {
            if told.contains(least) {
                continue;
            }
            // The shortest way round would need a search; following the least name each time ends as well.
            let mut way = vec![least];
            let mut at = least;
            while let Some((_, to)) = edges
                .keys()
                .find(|(a, b)| a == at && (b == least || (meet(b, least) && !way.contains(&b.as_str()))))
            {
                if to == least {
                    break;
                }
                way.push(to);
                at = to;
            }
            told.extend(names.iter().filter(|n| meet(least, n) && meet(n, least)));
            let next = way.get(1).copied().unwrap_or(least);
            let Some(place) = edges.get(&(least.to_owned(), next.to_owned())) else { continue };
            let message = format!("the package `{least}` depends on itself");
            let mut d = problem::error(codes::PACKAGE_CYCLE, place.of, place.span, message);
            way.push(least);
            d.help.push(format!("{} — move what both need into a package of its own", way.join(" → ")));
            self.problems.push(d);
        }
    }
}

/// The path as `ivs.toml` has it.
fn path_of(need: &Requirement) -> &str {
    match &need.source {
        Source::Path(path) => path,
        Source::Git(_) => "",
    }
}

/// A source as a person would name it.
fn shown(source: &Source) -> String {
    match source {
        Source::Path(path) if path.is_empty() => ".".to_owned(),
        Source::Path(path) => path.clone(),
        Source::Git(git) => git.to_string().trim_start_matches("git+").to_owned(),
    }
}

/// `a/b` and `../../c` as `../c`.
pub(crate) fn joined(base: &str, path: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    for part in base.split('/').chain(path.split('/')) {
        match part {
            "" | "." => {}
            ".." if parts.last().is_some_and(|p| *p != "..") => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    parts.join("/")
}

#[cfg(test)]
mod tests {
    use super::joined;

    #[test]
    fn paths_are_joined_without_detours() {
        assert_eq!(joined("", "../shared"), "../shared");
        assert_eq!(joined("../shared", "../units"), "../units");
        assert_eq!(joined("../shared", "./libs//a/"), "../shared/libs/a");
        assert_eq!(joined("../a", "../../b"), "../../b");
        assert_eq!(joined("libs/a", "../b"), "libs/b");
    }
}
