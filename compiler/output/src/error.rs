//! Why an output folder was not written.

use crate::codes;
use std::fmt;
use std::io;
use std::path::PathBuf;

/// What is wrong with one file of the folder.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Fault {
    /// Its content is not what ivs wrote.
    Edited,
    /// ivs did not write it, and wants its place.
    InTheWay,
    /// A link, device or folder stands where ivs wrote a file.
    NotAFile,
    /// It could not be carried into the new tree.
    Stuck,
}

/// Why nothing was written; the folder is as it was.
#[derive(Debug)]
pub enum Error {
    /// A path that no output may have.
    Path {
        /// As planned.
        path: String,
        /// Its flaw, as the rest of a sentence: "is absolute".
        why: String,
    },
    /// The folder has content, and none of it is known to be ivs's.
    NotOwned {
        /// The folder.
        root: PathBuf,
    },
    /// The list of hashes is damaged or of another version.
    Manifest {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        why: String,
    },
    /// Files that ivs will not overwrite or delete.
    Conflict {
        /// The folder.
        root: PathBuf,
        /// Sorted by path.
        files: Vec<(String, Fault)>,
    },
    /// Another build holds the lock.
    Locked {
        /// The folder.
        root: PathBuf,
    },
    /// The system refused something.
    Io {
        /// What was tried: "create".
        action: &'static str,
        /// On what.
        path: PathBuf,
        /// The answer.
        cause: io::Error,
    },
}

impl Error {
    /// `IVS69xx`.
    pub fn code(&self) -> &'static str {
        match self {
            Error::Path { .. } => codes::BAD_PATH,
            Error::NotOwned { .. } => codes::NOT_OWNED,
            Error::Conflict { .. } => codes::CONFLICT,
            Error::Manifest { .. } => codes::BAD_MANIFEST,
            Error::Locked { .. } => codes::LOCKED,
            Error::Io { .. } => codes::IO,
        }
    }

    /// What to do, in whole sentences' worth of words, each without a full stop.
    pub fn help(&self) -> Vec<String> {
        match self {
            Error::Path { .. } => vec!["rename the declaration that it comes from".to_owned()],
            Error::NotOwned { .. } => {
                vec!["give another folder with `--out`, or empty this one if nothing in it is needed".to_owned()]
            }
            Error::Manifest { .. } => {
                vec!["restore it from version control, or delete the whole output folder and build again".to_owned()]
            }
            Error::Conflict { .. } => vec![
                "the folder is written from your sources: move the change there, then delete or restore the file"
                    .to_owned(),
            ],
            Error::Locked { .. } => vec!["wait for the other build".to_owned()],
            Error::Io { action: "exchange", cause, .. } if busy(cause) => {
                vec!["a mount point cannot be exchanged: give a folder inside it with `--out`".to_owned()]
            }
            Error::Io { .. } => Vec::new(),
        }
    }

    pub(crate) fn io(action: &'static str, path: impl Into<PathBuf>, cause: impl Into<io::Error>) -> Error {
        Error::Io { action, path: path.into(), cause: cause.into() }
    }
}

fn busy(cause: &io::Error) -> bool {
    matches!(cause.kind(), io::ErrorKind::ResourceBusy | io::ErrorKind::CrossesDevices)
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Fault::Edited => "was changed after ivs wrote it",
            Fault::InTheWay => "was not written by ivs, and is in the way",
            Fault::NotAFile => "is not a regular file any more",
            Fault::Stuck => "was not written by ivs, and cannot be linked into the new tree",
        })
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Error::Path { path, why } => write!(f, "the output path `{path}` {why}"),
            Error::NotOwned { root } => {
                write!(f, "`{}` holds files and was not written by ivs", root.display())
            }
            Error::Manifest { path, why } => write!(f, "`{}` cannot be used: {why}", path.display()),
            Error::Conflict { root, files } => {
                let shown = files.iter().take(10).map(|(path, fault)| format!("`{path}` {fault}"));
                let more = files.len().saturating_sub(10);
                write!(
                    f,
                    "`{}` is not as ivs left it: {}",
                    root.display(),
                    shown.collect::<Vec<_>>().join("; ")
                )?;
                if more > 0 { write!(f, "; and {more} more") } else { Ok(()) }
            }
            Error::Locked { root } => write!(f, "another build is writing `{}`", root.display()),
            Error::Io { action, path, cause } => {
                write!(f, "cannot {action} `{}`: {}", path.display(), reason(cause))
            }
        }
    }
}

/// The system's words, without Rust's `(os error 28)`.
fn reason(cause: &io::Error) -> String {
    let text = cause.to_string();
    match text.find(" (os error") {
        Some(end) => text.get(..end).unwrap_or(&text).to_lowercase(),
        None => text,
    }
}

impl std::error::Error for Error {}
