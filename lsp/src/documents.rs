//! The documents that are open in the editor.

use crate::position::{Encoding, Lines};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tower_lsp_server::ls_types::{TextDocumentContentChangeEvent, Uri};

/// A document as the editor has it.
#[derive(Clone, Debug)]
pub struct Document {
    /// As the editor spells it.
    pub uri: Uri,
    /// Grows with each edit.
    pub version: i32,
    /// Its text: shadows what is on disk.
    pub text: Arc<str>,
}

/// The open documents by address.
#[derive(Default, Debug)]
pub struct Documents {
    open: BTreeMap<String, Document>,
}

impl Documents {
    /// A document was opened.
    pub fn open(&mut self, uri: Uri, version: i32, text: String) {
        self.open.insert(uri.as_str().to_owned(), Document { uri, version, text: text.into() });
    }

    /// A document was closed; whether it was open.
    pub fn close(&mut self, uri: &Uri) -> bool {
        self.open.remove(uri.as_str()).is_some()
    }

    /// Applies edits in order. `None` if the document is not open.
    pub fn change(
        &mut self,
        uri: &Uri,
        version: i32,
        changes: Vec<TextDocumentContentChangeEvent>,
        encoding: Encoding,
    ) -> Option<&Document> {
        let document = self.open.get_mut(uri.as_str())?;
        document.version = version;
        document.text = edited(&document.text, changes, encoding);
        Some(document)
    }

    /// An open document.
    pub fn get(&self, uri: &Uri) -> Option<&Document> {
        self.open.get(uri.as_str())
    }

    /// All of them, by address.
    pub fn iter(&self) -> impl Iterator<Item = &Document> {
        self.open.values()
    }
}

/// A text after edits, each relative to the one before.
pub fn edited(text: &Arc<str>, changes: Vec<TextDocumentContentChangeEvent>, encoding: Encoding) -> Arc<str> {
    let mut text = text.clone();
    for change in changes {
        text = match change.range {
            None => change.text.into(),
            Some(range) => {
                let lines = Lines::new(text.clone(), encoding);
                let (start, end) = lines.offsets(range);
                let (before, after) = (text.get(..start), text.get(end..));
                let parts = [before.unwrap_or_default(), &change.text, after.unwrap_or_default()];
                parts.concat().into()
            }
        };
    }
    text
}

/// The path of a `file:` address, absolute and without `.` or `..`; `None` for anything else.
pub fn path_of(uri: &Uri) -> Option<PathBuf> {
    if !uri.scheme().as_str().eq_ignore_ascii_case("file") {
        return None;
    }
    let path = uri.to_file_path()?;
    let mut out = PathBuf::new();
    for part in path.components() {
        match part {
            std::path::Component::CurDir => {}
            std::path::Component::ParentDir => {
                out.pop();
            }
            part => out.push(part),
        }
    }
    out.is_absolute().then_some(out)
}

/// The `file:` address of an absolute path.
pub fn uri_of(path: &Path) -> Option<Uri> {
    Uri::from_file_path(path)
}
