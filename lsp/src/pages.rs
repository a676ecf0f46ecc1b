//! Texts that no folder of the user has: the standard library, and the pages of error codes.
//!
//! An editor that can show what the server sends opens `ivs-std:` and `ivs-explain:` addresses. Any other gets files:
//! copies in the cache folder, made when they are first pointed at, and not to be written to.

use crate::documents::{path_of, uri_of};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::sync::{Mutex, PoisonError};
use tower_lsp_server::ls_types::Uri;

/// The schemes of addresses that the server has the texts of.
pub const SCHEMES: [&str; 3] = ["ivs-std", "ivs-explain", "ivs-output"];

const LIBRARY: &str = "ivs-std:/";
const EXPLAIN: &str = "ivs-explain:/";

/// Where they are.
pub struct Pages {
    /// The folder of copies; `None` where the editor asks for texts by address.
    folder: Option<PathBuf>,
    asks: bool,
    explain: Option<fn(&str) -> Option<&'static str>>,
    written: Mutex<BTreeSet<String>>,
}

impl Pages {
    /// `asks`: the editor opens addresses that are no files.
    pub fn new(cache: Option<&Path>, asks: bool, explain: Option<fn(&str) -> Option<&'static str>>) -> Pages {
        let folder = cache.filter(|_| !asks).map(|c| c.join(concat!("library-", env!("CARGO_PKG_VERSION"))));
        Pages { folder, asks, explain, written: Mutex::default() }
    }

    /// The address of a file of the library: `std/platform/service.ivs`.
    pub fn library(&self, path: &str, text: &str) -> Option<Uri> {
        match &self.folder {
            Some(_) => self.file(path, text),
            None => Uri::from_str(&format!("{LIBRARY}{path}")).ok(),
        }
    }

    /// The address of the page of a code.
    pub fn page(&self, code: &str) -> Option<Uri> {
        let text = self.explain?(code)?;
        let name = format!("{code}.md");
        match &self.folder {
            Some(_) => self.file(&format!("errors/{name}"), text),
            None => Uri::from_str(&format!("{EXPLAIN}{name}")).ok(),
        }
    }

    /// The page of the code of an `ivs-explain:` address.
    pub fn text_of_page(&self, uri: &Uri) -> Option<&'static str> {
        let name = uri.as_str().strip_prefix(EXPLAIN)?;
        self.explain?(name.strip_suffix(".md").unwrap_or(name))
    }

    /// The page of a code.
    pub fn text_of_code(&self, code: &str) -> Option<&'static str> {
        self.explain?(code)
    }

    /// Whether the editor asks for texts by address.
    pub fn asked_for(&self) -> bool {
        self.asks
    }

    /// The path in the library of an address that [`Pages::library`] gave.
    pub fn library_path(&self, uri: &Uri) -> Option<String> {
        if let Some(path) = uri.as_str().strip_prefix(LIBRARY) {
            return Some(path.to_owned());
        }
        let path = path_of(uri)?;
        let inside = path.strip_prefix(self.folder.as_ref()?).ok()?;
        let inside = inside.to_str()?.replace('\\', "/");
        inside.starts_with("std/").then_some(inside)
    }

    /// The address of a copy, which is made or brought up to date the first time.
    fn file(&self, path: &str, text: &str) -> Option<Uri> {
        let file = self.folder.as_ref()?.join(path);
        let mut written = self.written.lock().unwrap_or_else(PoisonError::into_inner);
        if !written.contains(path) {
            if std::fs::read(&file).ok().as_deref() != Some(text.as_bytes()) {
                replace(&file, text).ok()?;
            }
            written.insert(path.to_owned());
        }
        uri_of(&file)
    }
}

/// Writes a file that is read while it is written, and that nobody else is to write to.
fn replace(file: &Path, text: &str) -> std::io::Result<()> {
    let folder = file.parent().unwrap_or(file);
    std::fs::create_dir_all(folder)?;
    let name = file.file_name().unwrap_or_default().to_string_lossy();
    let staged = folder.join(format!(".{name}.{}", std::process::id()));
    std::fs::write(&staged, text)?;
    let mut permissions = std::fs::metadata(&staged)?.permissions();
    permissions.set_readonly(true);
    std::fs::set_permissions(&staged, permissions)?;
    std::fs::rename(&staged, file)
}
