//! The one thread that owns the packages: it alone edits them, and hands out views of them to those who answer.
//!
//! Edits are applied in the order of their messages and never put off. What is found after them is told once it is known,
//! unless an edit has made it stale.

use crate::check::{self, Found, What, Work};
use crate::documents::{Documents, path_of};
use crate::folder::{Folder, Home, Key, Shown, home_of};
use crate::options::Options;
use crate::outbox::{Checked, Out, Outbox};
use crate::pool::{About, Job, Pool};
use crate::publish::{ByFile, digest};
use crate::settings::{Delivery, Settings};
use crate::view::{Shared, View};
use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender};
use std::sync::{Arc, PoisonError};
use std::time::Duration;
use tokio::sync::oneshot;
use tower_lsp_server::jsonrpc::Error;
use tower_lsp_server::ls_types::{
    Diagnostic, DiagnosticSeverity, FileEvent, MessageType, PublishDiagnosticsParams,
    TextDocumentContentChangeEvent, Uri,
};

/// How long nobody may type before proposed fixes are tried, and what is past is let go of.
const IDLE: Duration = Duration::from_millis(250);

/// What the main loop is told.
pub enum Message {
    /// A client has introduced itself.
    Start(Arc<Shared>, Settings, Vec<PathBuf>),
    /// It is ready to be asked and told things.
    Ready,
    /// Something changed; the sender is dropped once that is applied.
    Edit(Edit, oneshot::Sender<()>),
    /// A request.
    Ask(Job),
    /// What was found after edits.
    Found(Box<Found>),
    /// The client is gone.
    Stop,
}

/// A change of what the packages are made of, or of what is wanted of them.
#[derive(Debug)]
pub enum Edit {
    /// A document was opened.
    Open(Uri, i32, String),
    /// A document was edited.
    Change(Uri, i32, Vec<TextDocumentContentChangeEvent>),
    /// A document was closed.
    Close(Uri),
    /// Files changed on disk.
    Watched(Vec<FileEvent>),
    /// Folders came and went.
    Folders(Vec<PathBuf>, Vec<PathBuf>),
    /// The user has set something.
    Settings(Box<Settings>),
}

/// The state of the loop.
struct World {
    options: Options,
    shared: Arc<Shared>,
    settings: Arc<Settings>,
    documents: Documents,
    folders: BTreeMap<Key, Folder>,
    /// Packages that stay although none of their files is open.
    roots: Vec<PathBuf>,
    outbox: Outbox,
    pool: Pool,
    main: Sender<Message>,
    ready: bool,
}

/// Runs until nobody can send a message any more, or nobody says who the client is.
pub fn run(options: Options, outbox: Outbox, inbox: &Receiver<Message>, main: Sender<Message>) {
    let Ok(pool) = Pool::start() else { return };
    let Ok(Message::Start(shared, settings, roots)) = inbox.recv() else { return };
    let mut world = World {
        options,
        shared,
        settings: Arc::new(settings),
        documents: Documents::default(),
        folders: BTreeMap::new(),
        roots: Vec::new(),
        outbox,
        pool,
        main,
        ready: false,
    };
    world.add_roots(roots);
    loop {
        world.look();
        let message = match world.idle_work() {
            true => inbox.recv_timeout(IDLE),
            false => inbox.recv().map_err(|_| RecvTimeoutError::Disconnected),
        };
        let mut next = match message {
            Ok(Message::Stop) | Err(RecvTimeoutError::Disconnected) => return,
            Err(RecvTimeoutError::Timeout) => {
                world.sweep();
                world.verify();
                continue;
            }
            Ok(message) => Some(message),
        };
        // Whatever waits comes before looking at any of it.
        while let Some(message) = next {
            if matches!(message, Message::Stop) {
                return;
            }
            world.handle(message);
            next = inbox.try_recv().ok();
        }
    }
}

impl World {
    fn handle(&mut self, message: Message) {
        match message {
            Message::Start(..) | Message::Stop => {}
            Message::Ready => {
                self.ready = true;
                let keys: Vec<Key> = self.folders.keys().cloned().collect();
                keys.iter().for_each(|k| self.announce(k));
            }
            Message::Edit(edit, done) => {
                self.guarded(edit);
                drop(done);
            }
            Message::Ask(job) => self.ask(job),
            Message::Found(found) => self.found(*found),
        }
    }

    /// Applies an edit. If that fails within the compiler, packages are read anew: an edit must never be lost.
    fn guarded(&mut self, edit: Edit) {
        if catch_unwind(AssertUnwindSafe(|| self.edit(edit))).is_err() {
            self.outbox.put(Out::Log(
                MessageType::ERROR,
                "an edit could not be applied; the packages are read again".to_owned(),
            ));
            let shown: Vec<_> = std::mem::take(&mut self.folders).into_iter().collect();
            for (key, folder) in shown {
                if let Key::Package(root) = &key {
                    self.add_root(root.clone());
                }
                if let Some(new) = self.folders.get_mut(&key) {
                    new.shown = folder.shown;
                }
            }
            let open: Vec<_> = self.documents.iter().cloned().collect();
            for document in open {
                self.opened(&document.uri);
            }
        }
    }

    fn edit(&mut self, edit: Edit) {
        match edit {
            Edit::Open(uri, version, text) => {
                self.documents.open(uri.clone(), version, text);
                self.opened(&uri);
            }
            Edit::Change(uri, version, changes) => {
                let encoding = self.shared.encoding;
                if self.documents.change(&uri, version, changes, encoding).is_some() {
                    self.opened(&uri);
                }
            }
            Edit::Close(uri) => self.closed(&uri),
            Edit::Watched(events) => self.watched(&events),
            Edit::Folders(added, removed) => {
                self.roots.retain(|r| !removed.contains(r));
                self.add_roots(added);
                self.prune();
            }
            Edit::Settings(settings) => {
                if *self.settings != *settings {
                    self.settings = Arc::new(*settings);
                    self.folders.values_mut().for_each(|f| f.dirty = true);
                    self.outbox.put(Out::Refresh);
                }
            }
        }
    }

    /// A document's text is new.
    fn opened(&mut self, uri: &Uri) {
        let Some(document) = self.documents.get(uri).cloned() else { return };
        // The library and what is no source is only looked at.
        if self.shared.pages.library_path(uri).is_some() {
            return;
        }
        match path_of(uri).as_deref().and_then(home_of) {
            Some(Home { key, path }) => {
                if !self.folders.contains_key(&key)
                    && let Key::Package(root) = &key
                {
                    let config = (path == ivs_project::CONFIG_FILE).then(|| document.text.clone());
                    self.add_package(root.clone(), config);
                }
                if let Some(folder) = self.folders.get_mut(&key) {
                    folder.put(&path, &document);
                }
            }
            None if is_source(uri) => {
                let key = Key::Alone(uri.as_str().to_owned());
                let path = path_of(uri);
                let name = path.as_ref().and_then(|p| p.file_name()).and_then(|n| n.to_str());
                let name = name.unwrap_or("untitled.ivs").to_owned();
                if !self.folders.contains_key(&key) {
                    let folder = path.as_deref().and_then(|p| p.parent());
                    let folder = Folder::alone(folder, &name, &document.text, self.options.threads);
                    self.folders.insert(key.clone(), folder);
                }
                if let Some(folder) = self.folders.get_mut(&key) {
                    folder.put(&name, &document);
                }
            }
            None => {}
        }
    }

    fn closed(&mut self, uri: &Uri) {
        if !self.documents.close(uri) {
            return;
        }
        if self.folders.contains_key(&Key::Alone(uri.as_str().to_owned())) {
            self.forget(&Key::Alone(uri.as_str().to_owned()));
        } else if let Some(Home { key, path }) = path_of(uri).as_deref().and_then(home_of)
            && let Some(folder) = self.folders.get_mut(&key)
        {
            folder.drop_document(&path);
        }
        self.prune();
    }

    fn watched(&mut self, events: &[FileEvent]) {
        for event in events {
            let Some(path) = path_of(&event.uri) else { continue };
            // A folder may have become a package, or stopped being one.
            if path.file_name().is_some_and(|n| n == ivs_project::CONFIG_FILE) {
                self.moved_in(&path);
            }
            if let Some(Home { key, path }) = home_of(&path)
                && let Some(folder) = self.folders.get_mut(&key)
            {
                folder.changed_on_disk(&path);
            }
        }
    }

    /// Puts documents where they belong now that an `ivs.toml` came or went.
    fn moved_in(&mut self, config: &std::path::Path) {
        let Some(root) = config.parent().map(std::path::Path::to_path_buf) else { return };
        let key = Key::Package(root.clone());
        let exists = config.is_file();
        if exists == self.folders.contains_key(&key) {
            return;
        }
        if !exists {
            self.forget(&key);
        } else if self.roots.iter().any(|r| root.starts_with(r)) {
            self.add_root(root);
        }
        let open: Vec<Uri> = self.documents.iter().map(|d| d.uri.clone()).collect();
        for uri in open {
            let alone = Key::Alone(uri.as_str().to_owned());
            if exists && path_of(&uri).as_deref().and_then(home_of).is_some() {
                self.forget(&alone);
            }
            self.opened(&uri);
        }
    }

    fn add_roots(&mut self, roots: Vec<PathBuf>) {
        for root in roots {
            // The folder that is opened may be a package, lie in one, or hold several.
            let found = match ivs_project::find_root(&root) {
                Some(root) => vec![root],
                None => packages_below(&root),
            };
            self.roots.push(root);
            found.into_iter().for_each(|root| self.add_root(root));
        }
    }

    fn add_root(&mut self, root: PathBuf) {
        if !self.folders.contains_key(&Key::Package(root.clone())) {
            self.add_package(root, None);
        }
    }

    fn add_package(&mut self, root: PathBuf, config: Option<Arc<str>>) {
        let folder = Folder::package(&root, self.options.cache.as_deref(), config, self.options.threads);
        let key = Key::Package(root);
        self.folders.insert(key.clone(), folder);
        if self.ready {
            self.announce(&key);
        }
    }

    /// Says that a package is being looked at for the first time.
    fn announce(&mut self, key: &Key) {
        let window = self.shared.client.window.as_ref();
        let shows = window.and_then(|w| w.work_done_progress) == Some(true);
        if let Some(folder) = self.folders.get_mut(key)
            && shows
            && folder.looked_at.is_none()
            && matches!(key, Key::Package(_))
        {
            let (done, waits) = oneshot::channel();
            folder.progress = Some(done);
            self.outbox.put(Out::Progress(format!("Checking {}", folder.name()), waits));
        }
    }

    /// Lets go of packages that nobody looks at any more.
    fn prune(&mut self) {
        let gone: Vec<Key> = self
            .folders
            .iter()
            .filter(|(key, folder)| match key {
                Key::Package(root) => {
                    folder.open_files().is_empty()
                        && !self.roots.iter().any(|r| root.starts_with(r) || r.starts_with(root))
                }
                Key::Alone(_) => false,
            })
            .map(|(key, _)| key.clone())
            .collect();
        gone.iter().for_each(|key| self.forget(key));
    }

    fn forget(&mut self, key: &Key) {
        if let Some(folder) = self.folders.remove(key) {
            for shown in folder.shown.into_values().filter(|s| s.digest.is_some()) {
                self.publish(shown.uri, None, Vec::new());
            }
        }
    }

    fn ask(&mut self, mut job: Job) {
        if job.ask.abandoned() {
            return;
        }
        let views: Vec<View> = match &job.about {
            About::All => self.folders.values().map(|f| f.view(&self.shared, &self.settings)).collect(),
            About::Document(uri) => {
                let folder = self.folder_of(uri);
                folder.map(|f| f.view(&self.shared, &self.settings)).into_iter().collect()
            }
        };
        if views.is_empty() && matches!(job.about, About::Document(_)) {
            return job.ask.fail(Error::invalid_params("the document belongs to no package that is open"));
        }
        self.pool.answer(job, views, self.main.clone());
    }

    /// The package that a document belongs to. The library belongs to all.
    fn folder_of(&self, uri: &Uri) -> Option<&Folder> {
        if let Some(folder) = self.folders.get(&Key::Alone(uri.as_str().to_owned())) {
            return Some(folder);
        }
        if self.shared.pages.library_path(uri).is_some() {
            return self.folders.values().next();
        }
        let path = path_of(uri)?;
        let home = home_of(&path).and_then(|home| self.folders.get(&home.key));
        // A dependency is read as part of the package that is open.
        home.or_else(|| {
            self.folders.values().find(|f| f.places.dependencies.values().any(|d| path.starts_with(d)))
        })
    }

    /// Has packages looked at that have changed.
    fn look(&mut self) {
        for (key, folder) in &mut self.folders {
            if !folder.dirty {
                continue;
            }
            folder.dirty = false;
            let work = Work {
                key: key.clone(),
                generation: folder.generation,
                view: folder.view(&self.shared, &self.settings),
                open: folder.recent.clone(),
                remaining: folder.remaining.clone(),
                verify: false,
            };
            check::start(&self.pool, work, self.main.clone());
        }
    }

    fn idle_work(&self) -> bool {
        self.folders.values().any(|f| f.untried || f.unswept)
    }

    /// Frees what the states before the last edit took, so that the next edit need not. What is under way is not disturbed.
    fn sweep(&mut self) {
        if !self.pool.busy() {
            self.folders.values_mut().for_each(Folder::sweep);
        }
    }

    /// Has proposed fixes tried.
    fn verify(&mut self) {
        for (key, folder) in &mut self.folders {
            if !std::mem::take(&mut folder.untried) {
                continue;
            }
            let work = Work {
                key: key.clone(),
                generation: folder.generation,
                view: folder.view(&self.shared, &self.settings),
                open: Vec::new(),
                remaining: folder.remaining.clone(),
                verify: true,
            };
            check::start(&self.pool, work, self.main.clone());
        }
    }

    fn found(&mut self, found: Found) {
        let Some(folder) = self.folders.get_mut(&found.key) else { return };
        if folder.generation != found.generation {
            return;
        }
        match found.what {
            What::Glance(uri, diagnostics) => {
                if self.settings.diagnostics == Delivery::Push {
                    self.show(&found.key, uri, diagnostics, false);
                }
            }
            What::All { mut files, remaining, untried } => {
                if let Some(remaining) = remaining {
                    folder.remaining = remaining;
                }
                folder.untried = untried;
                folder.looked_at = Some(found.generation);
                folder.unswept = true;
                if let Some(done) = folder.progress.take() {
                    let _ = done.send(String::new());
                }
                for (key, (uri, found)) in folder.failures(self.shared.encoding) {
                    files.entry(key).or_insert_with(|| (uri, Vec::new())).1.extend(found);
                }
                let checked = checked(folder, &files, !untried);
                match self.settings.diagnostics {
                    Delivery::Push => self.show_all(&found.key, files),
                    Delivery::Pull => self.outbox.put(Out::RefreshDiagnostics),
                }
                if let Some(shown) = &self.shared.shown {
                    let shown = shown.lock().unwrap_or_else(PoisonError::into_inner);
                    shown.iter().for_each(|uri| self.outbox.put(Out::Text(uri.clone())));
                }
                if self.shared.tells {
                    self.outbox.put(Out::Checked(checked));
                }
            }
        }
    }

    fn show_all(&mut self, key: &Key, mut files: ByFile) {
        let Some(folder) = self.folders.get(key) else { return };
        // What is open is told of even if nothing is wrong: the editor knows then that its text was looked at.
        for open in folder.open_files().values() {
            files.entry(open.uri.as_str().to_owned()).or_insert_with(|| (open.uri.clone(), Vec::new()));
        }
        for (address, shown) in folder.shown.iter().filter(|(_, s)| s.digest.is_some()) {
            files.entry(address.clone()).or_insert_with(|| (shown.uri.clone(), Vec::new()));
        }
        for (uri, diagnostics) in files.into_values() {
            self.show(key, uri, diagnostics, true);
        }
    }

    /// Tells the diagnostics of a file, unless they are told already. `whole`: they are all there are.
    fn show(&mut self, key: &Key, uri: Uri, diagnostics: Vec<Diagnostic>, whole: bool) {
        let Some(folder) = self.folders.get_mut(key) else { return };
        let version = folder.open_files().values().find(|o| o.uri == uri).map(|o| o.version);
        let address = uri.as_str().to_owned();
        let digest = digest(&diagnostics);
        let told = folder.shown.get(&address);
        let same = told.is_some_and(|shown| shown.digest == digest);
        let known = told.is_some_and(|shown| shown.version == version);
        if same && (known || !whole) {
            return;
        }
        let shown = Shown { uri: uri.clone(), version: version.filter(|_| whole), digest };
        folder.shown.insert(address, shown);
        self.publish(uri, version, diagnostics);
    }

    fn publish(&self, uri: Uri, version: Option<i32>, diagnostics: Vec<Diagnostic>) {
        self.outbox.put(Out::Publish(PublishDiagnosticsParams { uri, diagnostics, version }));
    }
}

/// What an editor is told once a package was looked at.
fn checked(folder: &Folder, files: &ByFile, complete: bool) -> Checked {
    let count = |severity| {
        let all = files.values().flat_map(|(_, found)| found);
        all.filter(|d| d.severity == Some(severity)).count()
    };
    let open = folder.open_files().values();
    Checked {
        package: folder.name().to_owned(),
        errors: count(DiagnosticSeverity::ERROR),
        warnings: count(DiagnosticSeverity::WARNING),
        complete,
        documents: open.map(|o| (o.uri.as_str().to_owned(), o.version)).collect(),
    }
}

fn is_source(uri: &Uri) -> bool {
    let path = uri.path().as_str();
    path.ends_with(".ivs") || uri.scheme().as_str() == "untitled"
}

/// Packages in the folders below one that is none, a few levels deep.
fn packages_below(root: &std::path::Path) -> Vec<PathBuf> {
    const DEPTH: usize = 4;
    const MOST: usize = 64;
    let mut out = Vec::new();
    let mut open = vec![(root.to_path_buf(), 0)];
    while let Some((folder, depth)) = open.pop() {
        let Ok(entries) = std::fs::read_dir(&folder) else { continue };
        let mut folders: Vec<PathBuf> = entries
            .filter_map(Result::ok)
            .filter(|e| e.file_type().is_ok_and(|t| t.is_dir()))
            .filter(|e| !e.file_name().to_string_lossy().starts_with('.'))
            .map(|e| e.path())
            .collect();
        folders.sort();
        for folder in folders {
            if out.len() >= MOST {
                return out;
            }
            if folder.join(ivs_project::CONFIG_FILE).is_file() {
                out.push(folder);
            } else if depth + 1 < DEPTH {
                open.push((folder, depth + 1));
            }
        }
    }
    out.sort();
    out
}
