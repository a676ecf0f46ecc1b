//! Packages from git: fetched into the cache, file by file. Nothing is checked out, nothing of a package runs.

pub mod git;
mod store;

use git::{Failed, Repository};
use ivs_project::{Absent, Checkout, GitSource, Lock, Provider, Reference, codes};
use std::path::Path;

/// Fetches packages into a cache.
pub struct Fetcher<'a> {
    /// `None` if the machine has no place for one.
    pub cache: Option<&'a Path>,
    /// What is pinned so far: a branch or tag stays at its commit.
    pub lock: &'a Lock,
    /// Look again where branches and tags point.
    pub update: bool,
    /// Use what the cache holds, and nothing else.
    pub offline: bool,
    /// Told before the network is used.
    pub tell: &'a mut dyn FnMut(&str),
}

impl Provider for Fetcher<'_> {
    fn checkout(&mut self, name: &str, source: &GitSource, within: Option<&str>) -> Result<Checkout, Absent> {
        let failed = |message: String, help: &str| Absent {
            code: codes::FETCH_FAILED,
            message: format!("`{name}` cannot be fetched: {message}"),
            help: help.to_owned(),
        };
        let Some(cache) = self.cache else {
            return Err(failed(
                "there is no folder for fetched packages".to_owned(),
                "give one with `--cache DIR`",
            ));
        };
        let pinned = self.lock.packages.iter().find(|p| p.name == name && p.source == source.to_string());
        let known = match (&source.reference, within) {
            (_, Some(commit)) => Some(commit.to_owned()),
            (Reference::Revision(commit), None) => Some(commit.clone()),
            _ if self.update => None,
            _ => pinned.and_then(|p| p.revision.clone()),
        };
        // What was fetched before and is still what the lock pins needs no network.
        if let (Some(pin), Some(commit)) = (pinned, &known)
            && pin.revision.as_ref() == Some(commit)
        {
            let root = ivs_project::cached(cache, &pin.hash);
            if root.join(ivs_project::CONFIG_FILE).is_file() && store::is_sound(&root, &pin.hash) {
                return Ok(Checkout { root, revision: commit.clone() });
            }
        }
        if self.offline {
            let message = "it is not in the cache, and the network may not be used".to_owned();
            return Err(failed(message, "run `ivs fetch` without `--offline`"));
        }
        (self.tell)(&format!("Fetching {name} from {}", source.url));
        let in_words = |e: Failed| failed(e.message, e.help);
        let repository = Repository::open(cache, &source.url).map_err(in_words)?;
        let revision = match known {
            Some(commit) => repository.fetch_commit(&commit).map_err(in_words)?,
            None => repository.fetch(&source.reference).map_err(in_words)?,
        };
        let files = repository.files(&revision, &source.folder).map_err(in_words)?;
        if !files.iter().any(|f| f.path == ivs_project::CONFIG_FILE) {
            let place = if source.folder.is_empty() { "its root" } else { &source.folder };
            return Err(Absent {
                code: codes::DEPENDENCY_MISSING,
                message: format!("there is no package `{name}` at {place} of `{}`", source.url),
                help: "a package is a folder with an `ivs.toml`; `folder = \"…\"` names one below the root"
                    .to_owned(),
            });
        }
        let root =
            store::put(cache, &files).map_err(|e| failed(e, "see whether the cache can be written"))?;
        Ok(Checkout { root, revision })
    }
}
