//! Data files: what `load` reads, as inputs.

use crate::{Db, ItemId, ItemKey, SourceFile};
use smol_str::SmolStr;
use std::sync::Arc;

/// Why a data file is not there to be read.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum DataProblem {
    /// No file of this path; paths of files that are there, for a suggestion.
    Missing {
        /// Sorted.
        others: Vec<SmolStr>,
    },
    /// Larger than a file may be.
    TooLarge {
        /// In bytes.
        limit: u64,
    },
    /// Anything else: a link that leaves the package, a text that is not UTF-8.
    Refused {
        /// What is wrong, without a full stop: "the link `a.csv` leaves the package".
        message: SmolStr,
        /// What to do; may be empty.
        help: SmolStr,
    },
}

/// A data file: its path, and its text or why it has none.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct DataEntry {
    /// Package-relative with `/`.
    pub path: SmolStr,
    /// Its text. The input is no source file of any module.
    pub text: Result<SourceFile, DataProblem>,
}

/// The data files that are known, sorted by path.
#[salsa::input(singleton, debug)]
pub struct DataFiles {
    /// Changes as files come and go; a text that changes changes its own input.
    #[returns(ref)]
    pub entries: Arc<[DataEntry]>,
}

const KEYWORD: &str = "data";

/// What places in a data file are relative to: its beginning.
pub fn data_item(db: &dyn Db, file: SourceFile) -> ItemId {
    let key = ItemKey { keyword: KEYWORD, kind: SmolStr::default(), name: SmolStr::default(), ordinal: 0 };
    ItemId::new(db, file, key)
}

/// Whether an item stands for a data file.
pub fn is_data(db: &dyn Db, item: ItemId) -> bool {
    item.key(db).keyword == KEYWORD
}
