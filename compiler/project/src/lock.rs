//! `ivs.lock`: what a package's dependencies were when they were fetched, and what its versions stood for when they
//! were published.

use crate::problem::{self, Problems};
use crate::{LOCK_FILE, codes};
use serde::{Deserialize, Serialize};
use std::path::Path;
use std::sync::Arc;

/// The version of the file's layout.
const LAYOUT: u32 = 1;

const HEADER: &str = "# Written by `ivs fetch` and `ivs publish`; belongs under version control. `ivs check` compares it with what it finds.\n";

/// What `ivs.lock` says; every list is sorted.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Lock {
    /// The packages that this one depends on, directly or not, by name.
    pub packages: Vec<Pinned>,
    /// What versions stood for, by name and version.
    pub published: Vec<Published>,
}

/// A dependency, as it was fetched.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pinned {
    /// Its name.
    pub name: String,
    /// Its version, if it states one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// Where it comes from: `path+../shared`, `git+https://…?tag=v1#folder`.
    pub source: String,
    /// The commit that a branch or tag stood for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revision: Option<String>,
    /// `sha256:` and the sum over its `ivs.toml`, its sources and the data beside them.
    pub hash: String,
}

/// A versioned declaration, as it was published.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Published {
    /// Kind and qualified name: `program shop.base`.
    pub name: String,
    /// `1.0.0`
    pub version: String,
    /// `sha256:` and the sum over its resolved content.
    pub hash: String,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Text {
    version: u32,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    package: Vec<Pinned>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    published: Vec<Published>,
}

impl Lock {
    /// Whether there is nothing to write.
    pub fn is_empty(&self) -> bool {
        self.packages.is_empty() && self.published.is_empty()
    }

    /// The text of the file: equal for equal content, whatever the order of the lists.
    ///
    /// # Errors
    /// What the TOML writer says; no content is known to make it fail.
    pub fn text(&self) -> Result<String, String> {
        let mut text =
            Text { version: LAYOUT, package: self.packages.clone(), published: self.published.clone() };
        text.package.sort();
        text.published.sort();
        toml::to_string(&text).map(|t| format!("{HEADER}{t}")).map_err(|e| e.to_string())
    }

    /// Reads the text of an `ivs.lock`; the place in bytes and what is wrong there, else.
    ///
    /// # Errors
    /// A text that is not TOML, of another layout, or with entries that mean nothing.
    pub fn parse(text: &str) -> Result<Lock, (std::ops::Range<usize>, String)> {
        let Text { version, package, published } = toml::from_str(text)
            .map_err(|e: toml::de::Error| (e.span().unwrap_or_default(), e.message().replace('\n', ", ")))?;
        let nowhere = 0..0;
        if version != LAYOUT {
            return Err((
                nowhere,
                format!("its layout is version {version}, and this compiler knows {LAYOUT}"),
            ));
        }
        let sums = package.iter().map(|p| &p.hash).chain(published.iter().map(|p| &p.hash));
        for sum in sums {
            if !is_sum(sum) {
                return Err((nowhere, format!("`{sum}` is not a SHA-256 sum")));
            }
        }
        let mut lock = Lock { packages: package, published };
        lock.packages.sort();
        lock.published.sort();
        let twice = lock.packages.windows(2).any(|p| matches!(p, [a, b] if a.name == b.name));
        let versions = |p: &[Published]| matches!(p, [a, b] if a.name == b.name && a.version == b.version);
        if twice || lock.published.windows(2).any(versions) {
            return Err((nowhere, "it says two things of one package or version".to_owned()));
        }
        Ok(lock)
    }
}

/// `sha256:` and 64 lower-case hexadecimal digits.
fn is_sum(text: &str) -> bool {
    text.strip_prefix("sha256:").is_some_and(|hex| {
        hex.len() == 64 && hex.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'a'..=b'f'))
    })
}

/// The lock beside an `ivs.toml`; `None` if there is none, or if it cannot be read, which is reported.
pub(crate) fn read(root: &Path, problems: &mut Problems) -> Option<Lock> {
    let file = root.join(LOCK_FILE);
    // Nothing there is the usual case, and no problem.
    std::fs::symlink_metadata(&file).ok()?;
    let text = crate::discover::read(&file, LOCK_FILE, problems)?;
    match Lock::parse(&text) {
        Ok(lock) => Some(lock),
        Err((at, why)) => {
            let of = problems.file(LOCK_FILE, &Arc::from(text.as_str()));
            let message = format!("`{LOCK_FILE}` cannot be read: {why}");
            let mut found = problem::error(codes::BAD_LOCK, of, crate::config::span(&at), message);
            found.help.push("take it back from version control, or delete it and run `ivs fetch`".to_owned());
            problems.push(found);
            None
        }
    }
}
