//! The output folder: owned, hashed, staged beside its place and swapped in at once.
//!
//! Takes files and a folder. Gives the folder exactly these files, or an error and the folder as it was. Never
//! deletes or overwrites what it did not write, never follows a link, never leaves half a tree.
//!
//! # How a build is written
//! 1. The parent folder is locked (`flock`), so two builds of one output wait for each other.
//! 2. What a killed build left behind is put away.
//! 3. The folder is surveyed: each file on disk is compared with what is to be there and with
//!    `.ivs/manifest.json`. A file changed by hand stops the build; if nothing differs, nothing is written.
//! 4. The smallest thing with all changes in it is built aside: one file, one folder (both in `.ivs/stage`), or the
//!    whole tree (in the sibling `.NAME.ivs-stage`). Unchanged files in it are hard links, so that one change among
//!    10,000 files writes one file; what ivs did not write is linked over, too.
//! 5. All is flushed: file by file if few, else by one `syncfs`.
//! 6. It changes hands at once: `rename` for a file, `renameat2(RENAME_EXCHANGE)` for a folder. For a part of the
//!    tree, the new list is in `.ivs/next.json` before and becomes `manifest.json` after; a file that matches either
//!    is ivs's. Where the file system cannot exchange, the whole old tree is moved to `.NAME.ivs-old` first; killed
//!    between the two moves, the next build moves it back.
//! 7. The old part is deleted, file by file, each only if it is also in the new tree or has a listed hash.
//!
//! So at any moment the files below the root, apart from `.ivs`, are those of the old build or those of the new one.
//!
//! A folder that is a mount point cannot be exchanged, hence hardly be an output folder; one in it can.

pub mod codes;
mod disk;
mod drift;
mod error;
mod manifest;
mod path;
mod place;
mod stage;
mod survey;
mod write;

pub use drift::{Difference, Drift, check_drift};
pub use error::{Error, Fault};
pub use path::check_paths;
pub use write::{Written, write};

#[doc(hidden)]
pub use write::write_with;

/// The folder, below the output root, that ivs keeps its books in.
pub const OWN_FOLDER: &str = ".ivs";
/// The list of files with their hashes, in [`OWN_FOLDER`].
pub const MANIFEST: &str = "manifest.json";
/// The list of a build that is being swapped in, in [`OWN_FOLDER`].
const NEXT: &str = "next.json";

/// How to write.
#[derive(Clone, Debug)]
pub struct Options {
    /// Flush to the disk before the swap, so that a power cut leaves a whole tree, too.
    pub sync: bool,
    /// Threads that read and hash; at least 1.
    pub threads: usize,
    /// Do without the atomic exchange, as on file systems that lack it.
    #[doc(hidden)]
    pub no_exchange: bool,
}

impl Default for Options {
    fn default() -> Self {
        let threads = std::thread::available_parallelism().map_or(1, usize::from);
        Options { sync: true, threads, no_exchange: false }
    }
}
