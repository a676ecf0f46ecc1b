//! `[dependencies]`: where each package comes from.

use super::{Reader, Table, Value, span};
use crate::{codes, is_word};
use ivs_grammar::ast::Span;
use std::fmt;

/// A package that `ivs.toml` asks for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Requirement {
    /// The package's name.
    pub name: String,
    /// Where it comes from.
    pub source: Source,
    /// The place of the name in `ivs.toml`.
    pub span: Span,
    /// The place of the path or the address.
    pub source_span: Span,
}

/// Where a package comes from.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Source {
    /// A folder, relative to the one that asks for it, `/`-separated.
    Path(String),
    /// A folder of a git repository.
    Git(GitSource),
}

/// A package in a git repository.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct GitSource {
    /// `https:`, `ssh:`, `file:`, or `user@host:path`.
    pub url: String,
    /// Which commit is meant.
    pub reference: Reference,
    /// The folder of the repository, `/`-separated; empty for its root.
    pub folder: String,
}

/// Which commit of a repository is meant.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Reference {
    /// Where the repository's `HEAD` points.
    Head,
    /// The tip of a branch.
    Branch(String),
    /// A tag.
    Tag(String),
    /// A commit, by all digits of its hash.
    Revision(String),
}

impl fmt::Display for Source {
    /// As `ivs.lock` writes it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Source::Path(path) => write!(f, "path+{path}"),
            Source::Git(git) => git.fmt(f),
        }
    }
}

impl fmt::Display for GitSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "git+{}", self.url)?;
        match &self.reference {
            Reference::Head => {}
            Reference::Branch(b) => write!(f, "?branch={b}")?,
            Reference::Tag(t) => write!(f, "?tag={t}")?,
            Reference::Revision(r) => write!(f, "?rev={r}")?,
        }
        if self.folder.is_empty() { Ok(()) } else { write!(f, "#{}", self.folder) }
    }
}

const KEYS: &[&str] = &["path", "git", "branch", "tag", "rev", "folder", "oci"];

impl Reader<'_> {
    /// `name = { path = "…" }` and `name = { git = "…", tag = "…" }`.
    pub(super) fn dependencies(&mut self, table: &Table<'_>) -> Vec<Requirement> {
        let mut found = Vec::new();
        for (key, value) in table {
            let name = key.get_ref().as_ref();
            if !is_word(name) || matches!(name, "std" | "self") {
                let message = format!("`{name}` cannot name a package");
                let help = "a dependency is called as its own `ivs.toml` names it".to_owned();
                self.error(codes::BAD_VALUE, &key.span(), message, "", Some(help));
                continue;
            }
            let Some(inner) = value.get_ref().as_table() else {
                let message = format!("`{name}` does not say where the package comes from");
                let help =
                    format!("{name} = {{ path = \"../{name}\" }}, or {{ git = \"https://…\", tag = \"…\" }}");
                self.error(codes::DEPENDENCY_SOURCE, &value.span(), message, "", Some(help));
                continue;
            };
            if let Some((source, at)) = self.source(name, inner, &key.span()) {
                found.push(Requirement {
                    name: name.to_owned(),
                    source,
                    span: span(&key.span()),
                    source_span: at,
                });
            }
        }
        found.sort_by(|a, b| a.name.cmp(&b.name));
        found
    }

    fn source(
        &mut self,
        name: &str,
        table: &Table<'_>,
        at: &std::ops::Range<usize>,
    ) -> Option<(Source, Span)> {
        let before = self.problems.count();
        let mut given: Vec<(&str, &str, std::ops::Range<usize>)> = Vec::new();
        for (key, value) in table {
            let word = key.get_ref().as_ref();
            let Some(word) = KEYS.iter().find(|k| **k == word) else {
                self.unknown(key, &format!("`[dependencies.{name}]`"), KEYS);
                continue;
            };
            let Some(text) = self.string(word, value) else { continue };
            if let Err((message, help)) = accepted(word, text) {
                self.error(codes::DEPENDENCY_ADDRESS, &value.span(), message, "", Some(help));
            }
            given.push((word, text, Value::span(value)));
        }
        if self.problems.count() > before {
            return None;
        }
        let get = |word: &str| given.iter().find(|(k, ..)| *k == word);
        let homes: Vec<&str> = ["path", "git", "oci"].into_iter().filter(|k| get(k).is_some()).collect();
        let refused = |reader: &mut Self, at: &std::ops::Range<usize>, message: String, help: &str| {
            reader.error(codes::DEPENDENCY_SOURCE, at, message, "", Some(help.to_owned()));
            None
        };
        if homes.len() > 1 {
            let message = format!("`{name}` comes from {} at once", super::list(&homes));
            return refused(self, at, message, "keep one of them");
        }
        if let Some((.., at)) = get("oci") {
            let message = "dependencies from OCI registries are not in this version of ivs".to_owned();
            let help = "use `git`, or `path` with a copy of the package".to_owned();
            self.error(codes::OCI, at, message, "", Some(help));
            return None;
        }
        if let Some((_, path, path_at)) = get("path") {
            return match given.iter().find(|(k, ..)| *k != "path") {
                Some((extra, _, at)) => {
                    let message = format!("`{extra}` belongs to a dependency from git");
                    refused(self, at, message, "a path is used as it is; remove this key")
                }
                None => Some((Source::Path((*path).trim_end_matches('/').to_owned()), span(path_at))),
            };
        }
        let Some((_, url, url_at)) = get("git") else {
            let message = format!("`{name}` does not say where the package comes from");
            return refused(self, at, message, "add path = \"…\" or git = \"https://…\"");
        };
        let chosen: Vec<_> = given.iter().filter(|(k, ..)| matches!(*k, "branch" | "tag" | "rev")).collect();
        let reference = match chosen.as_slice() {
            [] => Reference::Head,
            [("branch", b, _)] => Reference::Branch((*b).to_owned()),
            [("tag", t, _)] => Reference::Tag((*t).to_owned()),
            [(_, r, _)] => Reference::Revision(r.to_ascii_lowercase()),
            [(a, ..), (b, _, at), ..] => {
                let message = format!("`{a}` and `{b}` both choose a commit");
                return refused(self, at, message, "keep one of them");
            }
        };
        let folder = get("folder").map_or("", |(_, f, _)| f.trim_matches('/')).to_owned();
        Some((Source::Git(GitSource { url: (*url).to_owned(), reference, folder }), span(url_at)))
    }
}

/// Whether the text of a key can be used; else what is wrong and what helps.
fn accepted(key: &str, text: &str) -> Result<(), (String, String)> {
    let fail = |message: &str, help: &str| Err((format!("`{text}` {message}"), help.to_owned()));
    if text.is_empty() || text.chars().any(char::is_control) {
        return fail("names nothing", "write it without control characters");
    }
    match key {
        "path" | "folder" => {
            let drive = text.as_bytes().get(1) == Some(&b':');
            if text.starts_with(['/', '~']) || drive {
                return fail(
                    "is an absolute path",
                    "write it relative to the folder of this `ivs.toml`: \"../shared\"",
                );
            }
            if text.contains('\\') {
                return fail("has a `\\`", "folders are separated by `/` on every system");
            }
            if key == "folder" && text.split('/').any(|p| p == "..") {
                return fail("leaves the repository", "write the folder as seen from the repository's root");
            }
        }
        "git" => {
            let scheme = text.split_once("://").map(|(s, _)| s);
            let scp = scheme.is_none()
                && !text.contains("::")
                && text.split_once(':').is_some_and(|(host, _)| host.contains('@'));
            let known = scheme.is_some_and(|s| matches!(s, "https" | "ssh" | "file"));
            if text.starts_with('-') || !(known || scp) {
                return fail(
                    "is not an address that ivs fetches from",
                    "addresses begin with https://, ssh://, file:// or user@host:",
                );
            }
        }
        "branch" | "tag" => {
            let odd = |c: char| c.is_whitespace() || matches!(c, ':' | '^' | '~' | '?' | '*' | '[' | '\\');
            if text.starts_with('-') || text.contains("..") || text.contains(odd) || text.contains("@{") {
                return fail(&format!("cannot name a {key}"), "write the name alone");
            }
        }
        "rev" => {
            let hex = text.bytes().all(|b| b.is_ascii_hexdigit()) && matches!(text.len(), 40 | 64);
            if !hex {
                return fail(
                    "is not the hash of a commit",
                    "give all 40 digits: `git rev-parse NAME` prints them",
                );
            }
        }
        _ => {}
    }
    Ok(())
}
