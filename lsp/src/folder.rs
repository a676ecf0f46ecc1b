//! A package under edit: its session, its open files, and what the editor was told of it.

use crate::check::Remaining;
use crate::documents::{Document, uri_of};
use crate::position::Lines;
use crate::publish::ByFile;
use crate::settings::Settings;
use crate::view::{Analysis, Open, Places, Shared, View, join};
use ivs_driver::Session;
use ivs_project::{CONFIG_FILE, Failure, LOCK_FILE, Options, Project};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tokio::sync::oneshot;
use tower_lsp_server::ls_types::{Diagnostic, DiagnosticSeverity, NumberOrString, Uri};

/// How many declarations are kept as wholes between edits: more than are looked at at a time, and few of a large package.
const OBJECTS: usize = 1_024;

/// Which package.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Key {
    /// The one of a folder with an `ivs.toml`.
    Package(PathBuf),
    /// That of one document that is in none, by address.
    Alone(String),
}

/// A package.
pub struct Folder {
    /// Where its files are.
    pub places: Arc<Places>,
    /// Grows with each edit.
    pub generation: u64,
    /// What is to be told of it once it was looked at: the progress of the first look.
    pub progress: Option<oneshot::Sender<String>>,
    /// What a glance cannot find, as of the last whole look.
    pub remaining: Remaining,
    /// Paths of open files, the one edited last first.
    pub recent: Vec<String>,
    /// Whether it must be looked at.
    pub dirty: bool,
    /// Whether proposed fixes of this state are still to be tried.
    pub untried: bool,
    /// Whether what earlier states computed may still be there.
    pub unswept: bool,
    /// What the editor shows, by address.
    pub shown: BTreeMap<String, Shown>,
    /// The state that was looked at as a whole.
    pub looked_at: Option<u64>,
    session: Session,
    open: Arc<BTreeMap<String, Open>>,
    analysis: Arc<Analysis>,
    /// What keeps the package from being read as it should.
    failure: Option<Failure>,
    /// The text of `ivs.toml`, while it is open.
    config: Option<Arc<str>>,
    project: Project,
    cache: Option<PathBuf>,
    threads: usize,
}

/// What an editor was told of a file. The diagnostics themselves are the editor's: thousands of them would be as large as
/// the package.
pub struct Shown {
    /// The file.
    pub uri: Uri,
    /// The version that it was told for.
    pub version: Option<i32>,
    /// Which diagnostics; `None` for none.
    pub digest: Option<u64>,
}

/// Where a document belongs.
pub struct Home {
    /// The package.
    pub key: Key,
    /// The document's path in it.
    pub path: String,
}

/// The package of a path, and the path in it.
pub fn home_of(path: &Path) -> Option<Home> {
    let root = ivs_project::find_root(path.parent()?)?;
    let inside = path.strip_prefix(&root).ok()?.to_str()?.replace('\\', "/");
    let name = inside.rsplit('/').next().unwrap_or(&inside);
    let own = inside == CONFIG_FILE
        || inside == LOCK_FILE
        || ivs_project::is_place_of_sources(&inside)
        || (ivs_project::is_data(name) && !inside.starts_with("out/"));
    own.then_some(Home { key: Key::Package(root), path: inside })
}

impl Folder {
    /// Reads the package of a folder.
    pub fn package(root: &Path, cache: Option<&Path>, config: Option<Arc<str>>, threads: usize) -> Folder {
        let options = Options { cache, config: config.as_deref(), ..Options::default() };
        let (project, failure) = ivs_project::load_sound(root, &options);
        let cache = cache.map(Path::to_path_buf);
        Folder::of(root.to_path_buf(), project, failure, (cache, config), threads)
    }

    /// A package of one document.
    pub fn alone(folder: Option<&Path>, name: &str, text: &str, threads: usize) -> Folder {
        let mut project = ivs_project::load_text(name, text);
        if let Some(folder) = folder {
            project.data = ivs_project::data_files(folder, None, [text], false);
        }
        let root = folder.map(Path::to_path_buf).unwrap_or_default();
        Folder::of(root, project, None, (None, None), threads)
    }

    fn of(
        root: PathBuf,
        project: Project,
        failure: Option<Failure>,
        (cache, config): (Option<PathBuf>, Option<Arc<str>>),
        threads: usize,
    ) -> Folder {
        let dependencies = project.dependencies.iter().map(|d| (d.name.clone(), d.root.clone())).collect();
        let mut session = Session::of(&project, threads);
        session.keep_objects(OBJECTS);
        Folder {
            places: Arc::new(Places { root, dependencies }),
            generation: 0,
            progress: None,
            remaining: Remaining::default(),
            recent: Vec::new(),
            dirty: true,
            untried: false,
            unswept: false,
            shown: BTreeMap::new(),
            looked_at: None,
            session,
            open: Arc::default(),
            analysis: Arc::default(),
            failure,
            config,
            project,
            cache,
            threads,
        }
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.project.config.package
    }

    /// A view of it.
    pub fn view(&self, shared: &Arc<Shared>, settings: &Arc<Settings>) -> View {
        View::new(
            self.session.reader(),
            self.places.clone(),
            self.open.clone(),
            self.analysis.clone(),
            shared.clone(),
            settings.clone(),
        )
    }

    /// Its files that are open.
    pub fn open_files(&self) -> &BTreeMap<String, Open> {
        &self.open
    }

    /// Frees what was computed for states that are past. Nobody may be asking anything.
    pub fn sweep(&mut self) {
        if std::mem::take(&mut self.unswept) {
            self.session.sweep();
        }
    }

    fn touched(&mut self) {
        self.generation += 1;
        self.dirty = true;
        self.untried = false;
        self.analysis = Arc::default();
    }

    /// A document of it was opened or edited: its text shadows what is on disk.
    pub fn put(&mut self, path: &str, document: &Document) {
        let known = self.open.contains_key(path);
        let open = Open { uri: document.uri.clone(), version: document.version };
        Arc::make_mut(&mut self.open).insert(path.to_owned(), open);
        self.recent.retain(|p| p != path);
        self.recent.insert(0, path.to_owned());
        self.set(path, &document.text);
        if !known && path.ends_with(".ivs") {
            self.session.open(path);
        }
        self.touched();
    }

    fn set(&mut self, path: &str, text: &Arc<str>) {
        if path == CONFIG_FILE {
            self.config = Some(text.clone());
            self.reload();
        } else if path.ends_with(".ivs") {
            self.session.set_text(path, text);
            self.load_mentioned(text);
        } else if path != LOCK_FILE && self.loads(path) {
            self.session.set_data(path, text);
        }
    }

    /// Whether a data file is one that the sources ask for.
    fn loads(&self, path: &str) -> bool {
        self.project.data.iter().any(|d| d.path == path)
    }

    /// Data files that a text asks for, and no source did before.
    fn load_mentioned(&mut self, text: &str) {
        let new: Vec<_> = ivs_project::data_files(&self.project.root, None, [text], true)
            .into_iter()
            .filter(|d| !self.loads(&d.path))
            .collect();
        for data in new {
            match &data.text {
                Ok(text) => self.session.set_data(&data.path, text),
                Err(problem) => self.session.set_data_problem(&data.path, problem.clone()),
            }
            self.project.data.push(data);
        }
    }

    /// A document of it was closed: what is on disk counts again.
    pub fn drop_document(&mut self, path: &str) {
        Arc::make_mut(&mut self.open).remove(path);
        self.recent.retain(|p| p != path);
        if path == CONFIG_FILE {
            self.config = None;
            self.reload();
        } else {
            self.refresh(path);
        }
        self.touched();
    }

    /// Something changed on disk. A file that is open is as the editor has it.
    pub fn changed_on_disk(&mut self, path: &str) {
        if self.open.contains_key(path) {
            return;
        }
        if path == CONFIG_FILE || path == LOCK_FILE {
            self.reload();
        } else {
            self.refresh(path);
        }
        self.touched();
    }

    /// Reads a file again that is not open.
    fn refresh(&mut self, path: &str) {
        let file = join(&self.project.root, path);
        if path.ends_with(".ivs") {
            match ivs_project::read_source(&file) {
                Some(text) => {
                    self.session.set_text(path, &text);
                    self.load_mentioned(&text);
                }
                None => self.session.remove_file(path),
            }
        } else if self.loads(path) {
            let asked = format!("load(\"{path}\")");
            for data in ivs_project::data_files(&self.project.root, None, [asked.as_str()], true) {
                match data.text {
                    Ok(text) => self.session.set_data(&data.path, &text),
                    Err(problem) => self.session.set_data_problem(&data.path, problem),
                }
            }
        }
    }

    /// Reads the package again. Open files stay as they are in the editor; the caller puts them back.
    fn reload(&mut self) {
        let options =
            Options { cache: self.cache.as_deref(), config: self.config.as_deref(), ..Options::default() };
        let (project, failure) = ivs_project::load_sound(&self.places.root, &options);
        let dependencies = project.dependencies.iter().map(|d| (d.name.clone(), d.root.clone())).collect();
        self.places = Arc::new(Places { root: self.places.root.clone(), dependencies });
        let open: Vec<(String, Option<Arc<str>>)> = self
            .open
            .keys()
            .map(|path| {
                (path.clone(), self.session.source(path).map(|f| f.text(self.session.database()).clone()))
            })
            .collect();
        self.session = Session::of(&project, self.threads);
        self.session.keep_objects(OBJECTS);
        self.failure = failure;
        self.project = project;
        for (path, text) in open {
            if let Some(text) = text.filter(|_| path.ends_with(".ivs")) {
                self.session.set_text(&path, &text);
                self.session.open(&path);
            }
        }
    }

    /// What keeps the package from being read as it should, by file.
    pub fn failures(&self, view_encoding: crate::position::Encoding) -> ByFile {
        let mut out = ByFile::new();
        let Some(failure) = &self.failure else { return out };
        for d in &failure.diagnostics {
            let Some(file) = failure.files.get(d.primary.place.of as usize) else { continue };
            // Sources that are only in the editor so far are sources.
            if d.code == ivs_project::codes::NO_SOURCES && !self.open.is_empty() {
                continue;
            }
            let uri = match self.open.get(&file.path) {
                Some(open) => Some(open.uri.clone()),
                None => uri_of(&join(&self.places.root, &file.path)),
            };
            let Some(uri) = uri else { continue };
            let lines = Lines::new(file.text.clone(), view_encoding);
            let mut message = d.message.clone();
            for help in &d.help {
                message += "\nhelp: ";
                message += help;
            }
            let diagnostic = Diagnostic {
                range: lines.range(d.primary.place.span),
                severity: Some(DiagnosticSeverity::ERROR),
                code: Some(NumberOrString::String(d.code.to_owned())),
                source: Some("ivs".to_owned()),
                message,
                ..Diagnostic::default()
            };
            out.entry(uri.as_str().to_owned()).or_insert_with(|| (uri, Vec::new())).1.push(diagnostic);
        }
        out
    }
}
