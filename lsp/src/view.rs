//! A package as it was at one moment, for the answer to one request.

use crate::documents::uri_of;
use crate::pages::Pages;
use crate::position::{Encoding, Lines};
use crate::settings::Settings;
use ivs_driver::{Database, Report, Session};
use ivs_grammar::ast::Span;
use ivs_source::{Origin, SourceFile};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use tower_lsp_server::jsonrpc::{Error, ErrorCode, Result};
use tower_lsp_server::ls_types::{ClientCapabilities, Location, Position, Range, Uri};

/// What is settled once, when a client introduces itself.
pub struct Shared {
    /// What positions count.
    pub encoding: Encoding,
    /// What the client can.
    pub client: ClientCapabilities,
    /// Texts that no folder of the user has.
    pub pages: Pages,
    /// Whether it wants to be told that packages were looked at.
    pub tells: bool,
    /// Draws graphs.
    pub draw: Option<crate::options::Draw>,
    /// Addresses of outputs that a client shows which can be told that they are others.
    pub shown: Option<Mutex<BTreeSet<String>>>,
    /// The semantic tokens that the client has.
    pub tokens: crate::methods::semantic_tokens::Sent,
}

/// Where the files of a package are.
#[derive(Debug)]
pub struct Places {
    /// The folder with `ivs.toml`, as the editor spells it, or that of a file without a package.
    pub root: PathBuf,
    /// The folders of the packages that it depends on, by name.
    pub dependencies: BTreeMap<String, PathBuf>,
}

/// A file that is open in the editor.
#[derive(Clone, Debug)]
pub struct Open {
    /// As the editor spells it.
    pub uri: Uri,
    /// The version that the package has.
    pub version: i32,
}

/// What was found in a package, once somebody asked.
#[derive(Default)]
pub struct Analysis {
    /// Everything, with fixes that were not tried.
    pub surveyed: Mutex<Option<Arc<Report>>>,
    /// Everything, with fixes that are known to work.
    pub checked: Mutex<Option<Arc<Report>>>,
}

/// A package at one moment. An edit makes what is asked of it unwind, and the request begin anew.
pub struct View {
    /// Answers questions about values and findings.
    pub session: Session,
    /// Where its files are.
    pub places: Arc<Places>,
    /// Its files that are open, by path in the package.
    pub open: Arc<BTreeMap<String, Open>>,
    /// What was found in it.
    pub analysis: Arc<Analysis>,
    /// What is settled with the client.
    pub shared: Arc<Shared>,
    /// What the user has set.
    pub settings: Arc<Settings>,
    lines: HashMap<SourceFile, Arc<Lines>>,
}

impl View {
    /// A view of a session.
    pub fn new(
        session: Session,
        places: Arc<Places>,
        open: Arc<BTreeMap<String, Open>>,
        analysis: Arc<Analysis>,
        shared: Arc<Shared>,
        settings: Arc<Settings>,
    ) -> View {
        View { session, places, open, analysis, shared, settings, lines: HashMap::new() }
    }

    /// The database, for `ivs_ide`.
    pub fn db(&self) -> &Database {
        self.session.database()
    }

    /// The path of an address in reports: package-relative, `std/…`, or a dependency's name and the path in it.
    pub fn path(&self, uri: &Uri) -> Option<String> {
        if let Some((path, _)) = self.open.iter().find(|(_, o)| o.uri.as_str() == uri.as_str()) {
            return Some(path.clone());
        }
        if let Some(path) = self.shared.pages.library_path(uri) {
            return Some(path);
        }
        let path = crate::documents::path_of(uri)?;
        let within = |root: &PathBuf| Some(path.strip_prefix(root).ok()?.to_str()?.replace('\\', "/"));
        // A dependency may lie below the package.
        for (name, root) in &self.places.dependencies {
            if let Some(inside) = within(root) {
                return Some(format!("{name}/{inside}"));
            }
        }
        within(&self.places.root)
    }

    /// The source of an address.
    ///
    /// # Errors
    /// That it belongs to no source of the package, the library or a dependency.
    pub fn file(&self, uri: &Uri) -> Result<SourceFile> {
        let file = self.path(uri).and_then(|path| self.session.source(&path));
        file.ok_or_else(|| Error {
            code: ErrorCode::InvalidParams,
            message: format!("{} is no source of the package", uri.as_str()).into(),
            data: None,
        })
    }

    /// The address of a source.
    pub fn uri(&self, file: SourceFile) -> Option<Uri> {
        let db = self.db();
        let path = file.path(db);
        match file.origin(db) {
            Origin::Library => self.shared.pages.library(path, file.text(db)),
            Origin::Dependency => self.uri_of_dependency(path),
            Origin::Own => self.uri_of_own(path),
        }
    }

    /// The address of a path in the package, as the editor spells it.
    pub fn uri_of_own(&self, path: &str) -> Option<Uri> {
        match self.open.get(path) {
            Some(open) => Some(open.uri.clone()),
            None => uri_of(&join(&self.places.root, path)),
        }
    }

    /// The address of a path that begins with a dependency's name.
    pub fn uri_of_dependency(&self, path: &str) -> Option<Uri> {
        let (name, rest) = path.split_once('/')?;
        uri_of(&join(self.places.dependencies.get(name)?, rest))
    }

    /// The lines of a source.
    pub fn lines(&mut self, file: SourceFile) -> Arc<Lines> {
        let text = file.text(self.session.database());
        let encoding = self.shared.encoding;
        self.lines.entry(file).or_insert_with(|| Arc::new(Lines::new(text.clone(), encoding))).clone()
    }

    /// The byte offset of a position.
    pub fn offset(&mut self, file: SourceFile, position: Position) -> usize {
        self.lines(file).offset(position)
    }

    /// The range of a span of a source.
    pub fn range(&mut self, file: SourceFile, span: Span) -> Range {
        self.lines(file).range(span)
    }

    /// The place of a span of a source.
    pub fn location(&mut self, file: SourceFile, span: Span) -> Option<Location> {
        let uri = self.uri(file)?;
        Some(Location { uri, range: self.range(file, span) })
    }

    /// What is wrong with the package; fixes are known to work.
    pub fn checked(&mut self) -> Arc<Report> {
        let known =
            |slot: &Mutex<Option<Arc<Report>>>| slot.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some(report) = known(&self.analysis.checked) {
            return report;
        }
        let report = Arc::new(self.session.check());
        let mut slot = self.analysis.checked.lock().unwrap_or_else(PoisonError::into_inner);
        slot.get_or_insert(report).clone()
    }

    /// What is wrong with the package; proposed fixes may stand as help.
    pub fn surveyed(&mut self) -> Arc<Report> {
        let known =
            |slot: &Mutex<Option<Arc<Report>>>| slot.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some(report) = known(&self.analysis.checked).or_else(|| known(&self.analysis.surveyed)) {
            return report;
        }
        let report = Arc::new(self.session.survey());
        if report.untried == 0 {
            let mut slot = self.analysis.checked.lock().unwrap_or_else(PoisonError::into_inner);
            slot.get_or_insert(report.clone());
        }
        let mut slot = self.analysis.surveyed.lock().unwrap_or_else(PoisonError::into_inner);
        slot.get_or_insert(report).clone()
    }
}

/// A path below a folder; `..` in it are resolved by name.
pub fn join(root: &std::path::Path, path: &str) -> PathBuf {
    let mut out = root.to_path_buf();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                out.pop();
            }
            part => out.push(part),
        }
    }
    out
}

/// The only view of a request about a document.
///
/// # Errors
/// That there is none.
pub fn only(views: &mut [View]) -> Result<&mut View> {
    views.first_mut().ok_or_else(|| Error {
        code: ErrorCode::InvalidParams,
        message: "the document belongs to no package that could be read".into(),
        data: None,
    })
}
