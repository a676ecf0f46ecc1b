//! Data files of a session: what `load` reads.

use crate::Session;
use ivs_project::DataText;
use ivs_source::{DataEntry, DataFiles, DataProblem, Origin, SourceFile};
use salsa::Durability;
use salsa::Setter;
use std::sync::Arc;

impl Session {
    /// Adds data files, as [`ivs_project::data_files`] finds them.
    pub fn with_data(mut self, data: Vec<DataText>) -> Session {
        for file in data {
            self.put_data(&file.path, file.text);
        }
        self
    }

    /// Adds the data files of a dependency: its sources load them by paths of their own package.
    pub(crate) fn with_data_of(mut self, package: &str, data: &[DataText]) -> Session {
        for file in data {
            self.put(&format!("{package}:{}", file.path), file.text.clone(), Origin::Dependency);
        }
        self
    }

    /// Replaces (or adds) the text of a data file. Equal text changes nothing; another one is read again by the
    /// `load`s of this file alone.
    pub fn set_data(&mut self, path: &str, text: &str) {
        self.put_data(path, Ok(Arc::from(text)));
    }

    /// Replaces (or adds) a data file that cannot be read.
    pub fn set_data_problem(&mut self, path: &str, problem: DataProblem) {
        self.put_data(path, Err(problem));
    }

    /// Removes a data file.
    pub fn remove_data(&mut self, path: &str) {
        let mut entries = self.data();
        let before = entries.len();
        entries.retain(|e| e.path != path);
        if entries.len() != before {
            self.set_entries(entries);
        }
    }

    fn data(&self) -> Vec<DataEntry> {
        DataFiles::get(&self.db).entries(&self.db).to_vec()
    }

    fn put_data(&mut self, path: &str, text: Result<Arc<str>, DataProblem>) {
        self.put(path, text, Origin::Own);
    }

    fn put(&mut self, path: &str, text: Result<Arc<str>, DataProblem>, origin: Origin) {
        let shown = path.replacen(':', "/", 1);
        let mut entries = self.data();
        let at = entries.binary_search_by(|e| e.path.as_str().cmp(path));
        let known = at.ok().and_then(|i| entries.get(i)).map(|e| e.text.clone());
        let text = match (known, text) {
            (Some(Ok(file)), Ok(text)) => {
                if **file.text(&self.db) != *text {
                    file.edit(&mut self.db, text);
                }
                return;
            }
            (Some(Err(old)), Err(new)) if old == new => return,
            (_, Ok(text)) => Ok(SourceFile::data(&self.db, shown.into(), text, origin)),
            (_, Err(problem)) => Err(problem),
        };
        let entry = DataEntry { path: path.into(), text };
        match at {
            Ok(i) => {
                if let Some(e) = entries.get_mut(i) {
                    *e = entry;
                }
            }
            Err(i) => entries.insert(i, entry),
        }
        self.set_entries(entries);
    }

    fn set_entries(&mut self, entries: Vec<DataEntry>) {
        DataFiles::get(&self.db)
            .set_entries(&mut self.db)
            .with_durability(Durability::MEDIUM)
            .to(entries.into());
    }
}
