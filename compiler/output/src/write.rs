//! Staging a tree and swapping it in.

use crate::disk::{self, Disk, Hook, Kind};
use crate::manifest::{self, Manifest};
use crate::survey::{self, State, Survey};
use crate::{Error, Fault, MANIFEST, OWN_FOLDER, Options, path};
use ivs_plan::OutputFile;
use rustix::fd::{AsFd, BorrowedFd, OwnedFd};
use rustix::fs::FlockOperation;
use rustix::io::Errno;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// In a staged tree's own folder until it is complete. A tree with it was never an output.
const STAGING: &str = "staging";
/// How often, and how long apart, the lock is tried.
const LOCK_TRIES: u32 = 200;
const LOCK_PAUSE: Duration = Duration::from_millis(50);
/// Up to here, files and folders are flushed one by one; above, the whole file system at once.
const SINGLE_SYNCS: usize = 8;

/// What a build did to the folder.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Written {
    /// Files that are new.
    pub created: usize,
    /// Files with other content than before.
    pub changed: usize,
    /// Files that were deleted.
    pub removed: usize,
    /// Files that were right already.
    pub unchanged: usize,
    /// What ivs did not write and left alone, sorted.
    pub foreign: Vec<String>,
    /// The old tree, where it could not be put away entirely. The new one is in place.
    pub leftover: Option<PathBuf>,
}

impl Written {
    /// Whether nothing at all was written.
    pub fn is_unchanged(&self) -> bool {
        self.created == 0 && self.changed == 0 && self.removed == 0
    }
}

/// Makes `root` hold exactly `files`, besides what ivs did not write. Any order; folders are made as needed.
pub fn write(root: &Path, files: &[OutputFile], options: &Options) -> Result<Written, Error> {
    run(root, files, options, None)
}

/// As [`write()`]; `hook` is called before every change to the disk and may fail it.
#[doc(hidden)]
pub fn write_with(
    root: &Path,
    files: &[OutputFile],
    options: &Options,
    hook: &mut dyn FnMut(&'static str) -> io::Result<()>,
) -> Result<Written, Error> {
    run(root, files, options, Some(hook))
}

pub(crate) fn sorted(files: &[OutputFile]) -> Vec<&OutputFile> {
    let mut sorted: Vec<&OutputFile> = files.iter().collect();
    sorted.sort_unstable_by(|a, b| a.path.cmp(&b.path));
    sorted
}

fn run(
    root: &Path,
    files: &[OutputFile],
    options: &Options,
    hook: Option<Hook<'_>>,
) -> Result<Written, Error> {
    path::check_paths(files)?;
    let files = sorted(files);
    let mut disk = Disk::new(hook);
    let place = Place::lock(root, &mut disk)?;
    let survey = place.survey(&files, options)?;
    let conflicts = survey.conflicts(&files);
    if !conflicts.is_empty() {
        return Err(Error::Conflict { root: place.path.clone(), files: conflicts });
    }
    let lines: Vec<_> = files.iter().copied().zip(survey.hashes.iter().copied()).collect();
    let manifest = Manifest::print(&lines);
    let count = |wanted| survey.states.iter().filter(|s| **s == wanted).count();
    let mut done = Written {
        created: count(State::Missing),
        changed: count(State::Outdated),
        removed: survey.obsolete.len(),
        unchanged: count(State::Same),
        foreign: survey.foreign.iter().map(|f| f.path.clone()).collect(),
        leftover: None,
    };
    if done.is_unchanged() && survey.manifest.as_deref() == Some(manifest.as_bytes()) {
        return Ok(done);
    }
    let mut stage = Stage { place: &place, disk: &mut disk, sync: options.sync };
    if let Err(e) = stage.fill(&files, &survey, &manifest) {
        // Nothing of it was ever an output; what cannot be removed now will be by the next build.
        let _ = remove_all(&mut Disk::new(None), place.parent.as_fd(), &place.stage);
        return Err(e);
    }
    let old = match stage.swap(options.no_exchange) {
        Ok(old) => old,
        Err(e) => {
            let _ = remove_all(&mut Disk::new(None), place.parent.as_fd(), &place.stage);
            return Err(e);
        }
    };
    if let Some(old) = old
        && !place.put_away(&mut disk, &old).unwrap_or(false)
    {
        done.leftover = Some(place.folder.join(old));
    }
    Ok(done)
}

/// The output folder, its parent (locked), and the names beside it.
pub(crate) struct Place {
    /// As shown in messages.
    path: PathBuf,
    folder: PathBuf,
    parent: OwnedFd,
    name: String,
    stage: String,
    old: String,
    root: Option<OwnedFd>,
}

impl Place {
    /// Opens and locks the parent, making it if need be, and puts away what a killed build left.
    fn lock(root: &Path, disk: &mut Disk<'_>) -> Result<Place, Error> {
        let (folder, name) = split(root)?;
        std::fs::create_dir_all(&folder).map_err(|e| Error::io("create", &folder, e))?;
        let mut place = Place::open(root, folder, name)?;
        place.hold(FlockOperation::NonBlockingLockExclusive)?;
        place.recover(disk).map_err(|e| Error::io("clean up beside", root, e))?;
        place.open_root()?;
        Ok(place)
    }

    /// Opens for reading. `None` if there is no such folder.
    pub(crate) fn look(root: &Path) -> Result<Option<Place>, Error> {
        let (folder, name) = split(root)?;
        if !folder.is_dir() {
            return Ok(None);
        }
        let mut place = Place::open(root, folder, name)?;
        place.hold(FlockOperation::NonBlockingLockShared)?;
        // Between the two moves of a swap without exchange, the whole tree has the other name.
        let failed = |e| Error::io("read", root, e);
        if disk::identity(&place.parent, &place.name).map_err(failed)?.is_none() {
            place.name.clone_from(&place.old);
        }
        place.open_root()?;
        Ok(place.root.is_some().then_some(place))
    }

    fn open(root: &Path, folder: PathBuf, name: String) -> Result<Place, Error> {
        let parent = disk::open_root(&folder).map_err(|e| Error::io("open", &folder, e))?;
        let (stage, old) = (format!(".{name}.ivs-stage"), format!(".{name}.ivs-old"));
        Ok(Place { path: root.to_owned(), folder, parent, name, stage, old, root: None })
    }

    fn open_root(&mut self) -> Result<(), Error> {
        let opened = disk::open_folder_if_any(&self.parent, &self.name);
        self.root = opened.map_err(|e| Error::io("open", &self.path, e))?;
        Ok(())
    }

    /// The lock is the parent's: the folder itself is exchanged, and a lock file would be litter.
    fn hold(&self, how: FlockOperation) -> Result<(), Error> {
        for _ in 0..LOCK_TRIES {
            match rustix::fs::flock(&self.parent, how) {
                Ok(()) => return Ok(()),
                Err(Errno::WOULDBLOCK | Errno::INTR) => std::thread::sleep(LOCK_PAUSE),
                // Network file systems may not lock folders; then two builds at once are the user's to avoid.
                Err(Errno::BADF | Errno::NOSYS | Errno::NOTSUP | Errno::NOLCK | Errno::INVAL) => {
                    return Ok(());
                }
                Err(e) => return Err(Error::io("lock", &self.folder, e)),
            }
        }
        Err(Error::Locked { root: self.path.clone() })
    }

    pub(crate) fn survey(&self, files: &[&OutputFile], options: &Options) -> Result<Survey, Error> {
        survey::survey(self.root.as_ref(), &self.path, files, options.threads)
    }

    /// Whatever a killed build left beside the output is removed; half a swap is taken back.
    fn recover(&self, disk: &mut Disk<'_>) -> io::Result<()> {
        let parent = self.parent.as_fd();
        if disk::identity(parent, &self.old)?.is_some() && disk::identity(parent, &self.name)?.is_none() {
            disk.rename(parent, &self.old, &self.name)?;
        }
        for name in [&self.old, &self.stage] {
            if disk::identity(parent, name)?.is_some() && !self.put_away(disk, name)? {
                let path = self.folder.join(name);
                let text = format!("`{}` holds files that ivs did not write; move it away", path.display());
                return Err(io::Error::new(io::ErrorKind::DirectoryNotEmpty, text));
            }
        }
        Ok(())
    }

    /// Deletes a tree that was replaced: each file only if the present tree has the same one, or its hash is listed.
    /// A tree that was never complete goes whole. `false` if something had to stay.
    fn put_away(&self, disk: &mut Disk<'_>, name: &str) -> io::Result<bool> {
        let parent = self.parent.as_fd();
        let tree = disk::open_folder(parent, name)?;
        if never_an_output(&tree)? {
            return remove_all(disk, parent, name).map(|()| true);
        }
        let present = disk::open_folder_if_any(parent, &self.name)?;
        let listed = disk::read_if_any(&tree, &survey::manifest_path())?;
        let listed = listed.and_then(|text| Manifest::parse(&text).ok()).unwrap_or_default();
        let mut kept = false;
        for (path, kind) in survey::walk(tree.as_fd())? {
            if kind == Kind::Folder || path == survey::manifest_path() {
                continue;
            }
            if self.disposable(&tree, present.as_ref(), &path, kind, &listed)? {
                disk.unlink(&tree, &path)?;
            } else {
                kept = true;
            }
        }
        if kept {
            return Ok(false);
        }
        // The list goes last: with it, a deletion that was cut short can be resumed.
        remove_all(disk, parent, name).map(|()| true)
    }

    fn disposable(
        &self,
        tree: &OwnedFd,
        present: Option<&OwnedFd>,
        path: &str,
        kind: Kind,
        listed: &Manifest,
    ) -> io::Result<bool> {
        let here = disk::identity(tree, path)?;
        if let Some(present) = present
            && here.is_some()
            && disk::identity(present, path)? == here
        {
            return Ok(true);
        }
        let Some(entry) = listed.files.get(path).filter(|_| kind == Kind::File) else { return Ok(false) };
        let Some(bytes) = disk::read_if_any(tree, path)? else { return Ok(true) };
        Ok(bytes.len() as u64 == entry.size && manifest::hash(&bytes) == entry.hash)
    }
}

/// Parent and name of the output folder. A link to a folder stands for that folder.
fn split(root: &Path) -> Result<(PathBuf, String), Error> {
    let wrong = |why: &str| {
        let cause = io::Error::new(io::ErrorKind::InvalidInput, why.to_owned());
        Err(Error::io("write into", root, cause))
    };
    let resolved = match std::fs::canonicalize(root) {
        Ok(found) if !found.is_dir() => return wrong("it is not a folder"),
        Ok(found) => found,
        Err(e) if e.kind() == io::ErrorKind::NotFound => {
            std::path::absolute(root).map_err(|e| Error::io("find", root, e))?
        }
        Err(e) => return Err(Error::io("find", root, e)),
    };
    let Some(name) = resolved.file_name() else { return wrong("it is not a folder that can be replaced") };
    let Some(name) = name.to_str() else { return wrong("its name is not UTF-8") };
    let folder = resolved.parent().map(Path::to_path_buf).unwrap_or_default();
    Ok((folder, name.to_owned()))
}

/// Under construction, or nothing in it but the beginnings of that.
fn never_an_output(tree: &OwnedFd) -> io::Result<bool> {
    if disk::identity(tree, &format!("{OWN_FOLDER}/{STAGING}"))?.is_some() {
        return Ok(true);
    }
    Ok(survey::walk(tree.as_fd())?.iter().all(|(path, kind)| path == OWN_FOLDER && *kind == Kind::Folder))
}

/// Deletes a folder with everything in it; the folder of ivs's own last, the marker in it last of all.
fn remove_all(disk: &mut Disk<'_>, at: BorrowedFd<'_>, name: &str) -> io::Result<()> {
    let Some(folder) = disk::open_folder_if_any(at, name)? else { return Ok(()) };
    let mut entries = disk::list(folder.as_fd())?;
    entries.sort_by_key(|(name, _)| name == OWN_FOLDER || name == STAGING);
    for (inner, kind) in entries {
        match kind {
            Kind::Folder => remove_all(disk, folder.as_fd(), &inner)?,
            _ => disk.unlink(&folder, &inner)?,
        }
    }
    drop(folder);
    disk.rmdir(at, name)
}

struct Stage<'p, 'd, 'h> {
    place: &'p Place,
    disk: &'d mut Disk<'h>,
    sync: bool,
}

/// What is to be in the staged tree.
enum Wanted<'a> {
    Text(&'a OutputFile),
    /// The planned file that is there already, to be linked (or written, where links are not possible).
    Same(&'a OutputFile),
    Foreign(&'a str),
    Folder(&'a str),
}

impl Wanted<'_> {
    fn path(&self) -> &str {
        match self {
            Wanted::Text(file) | Wanted::Same(file) => &file.path,
            Wanted::Foreign(path) | Wanted::Folder(path) => path,
        }
    }
}

impl Stage<'_, '_, '_> {
    /// Builds the new tree beside the old one.
    fn fill(&mut self, files: &[&OutputFile], survey: &Survey, manifest: &str) -> Result<(), Error> {
        let shown = self.place.folder.join(&self.place.stage);
        let failed = |e| Error::io("create", &shown, e);
        let top = self.disk.folder(&self.place.parent, &self.place.stage).map_err(failed)?;
        let own = self.disk.folder(&top, OWN_FOLDER).map_err(failed)?;
        self.disk.create(&own, STAGING, b"", false).map_err(failed)?;

        let mut wanted: Vec<Wanted<'_>> = Vec::with_capacity(files.len() + survey.foreign.len());
        for (file, state) in files.iter().zip(&survey.states) {
            wanted.push(if *state == State::Same { Wanted::Same(file) } else { Wanted::Text(file) });
        }
        for foreign in &survey.foreign {
            let path = foreign.path.as_str();
            wanted.push(if foreign.folder { Wanted::Folder(path) } else { Wanted::Foreign(path) });
        }
        wanted.sort_by(|a, b| a.path().cmp(b.path()));
        let written = wanted.iter().filter(|w| matches!(w, Wanted::Text(_))).count();
        let folders = self.place_all(&top, &wanted, written)?;

        let single = self.single(written + folders);
        self.disk.create(&own, MANIFEST, manifest.as_bytes(), single).map_err(failed)?;
        self.disk.unlink(&own, STAGING).map_err(failed)?;
        self.flush(&own, single).map_err(|e| Error::io("flush", &shown, e))?;
        self.flush(&top, single).map_err(|e| Error::io("flush", &shown, e))?;
        #[cfg(any(target_os = "linux", target_os = "android"))]
        if self.sync && !single {
            self.disk.sync_all(&top).map_err(|e| Error::io("flush", &shown, e))?;
        }
        Ok(())
    }

    /// Whether each file is flushed by itself. Only Linux can do better.
    fn single(&self, count: usize) -> bool {
        self.sync && (count <= SINGLE_SYNCS || !cfg!(any(target_os = "linux", target_os = "android")))
    }

    fn flush(&mut self, folder: &OwnedFd, single: bool) -> io::Result<()> {
        if single { self.disk.sync_folder(folder) } else { Ok(()) }
    }

    /// Puts everything in its place; `wanted` is sorted, so each folder is entered once. Gives the number of folders.
    fn place_all(&mut self, top: &OwnedFd, wanted: &[Wanted<'_>], written: usize) -> Result<usize, Error> {
        let all: std::collections::BTreeSet<&str> =
            wanted.iter().filter_map(|w| w.path().rsplit_once('/')).map(|(folder, _)| folder).collect();
        let single = self.single(written + all.len());
        // The folders on the way to the current file.
        let mut open: Vec<(String, OwnedFd)> = Vec::new();
        for item in wanted {
            let path = item.path();
            let failed = |e| Error::io("create", self.place.folder.join(&self.place.stage).join(path), e);
            let mut parts: Vec<&str> = path.split('/').collect();
            let name = if matches!(item, Wanted::Folder(_)) { "" } else { parts.pop().unwrap_or_default() };
            let shared = open.iter().zip(&parts).take_while(|((a, _), b)| a == *b).count();
            while open.len() > shared {
                if let Some((_, folder)) = open.pop() {
                    self.flush(&folder, single).map_err(failed)?;
                }
            }
            for part in parts.iter().skip(shared) {
                let parent = open.last().map_or(top, |(_, fd)| fd);
                let folder = self.disk.folder(parent, part).map_err(failed)?;
                open.push(((*part).to_owned(), folder));
            }
            let parent = open.last().map_or(top, |(_, fd)| fd);
            match item {
                Wanted::Folder(_) => {}
                Wanted::Text(file) => {
                    self.disk.create(parent, name, file.text.as_bytes(), single).map_err(failed)?;
                }
                Wanted::Same(file) => self.same(file, parent, name, single).map_err(failed)?,
                Wanted::Foreign(path) => self.foreign(path, parent, name)?,
            }
        }
        while let Some((_, folder)) = open.pop() {
            self.flush(&folder, single).map_err(|e| Error::io("flush", &self.place.path, e))?;
        }
        Ok(all.len())
    }

    fn same(&mut self, file: &OutputFile, parent: &OwnedFd, name: &str, sync: bool) -> io::Result<()> {
        if let Some(root) = &self.place.root {
            match self.disk.link(root, &file.path, parent, name) {
                Ok(()) => return Ok(()),
                // No links here, too many on this file, or it is another user's.
                Err(e) if linkless(&e) => {}
                Err(e) => return Err(e),
            }
        }
        self.disk.create(parent, name, file.text.as_bytes(), sync)
    }

    fn foreign(&mut self, path: &str, parent: &OwnedFd, name: &str) -> Result<(), Error> {
        let Some(root) = &self.place.root else { return Ok(()) };
        match self.disk.link(root, path, parent, name) {
            Err(e) if linkless(&e) => {
                let files = vec![(path.to_owned(), Fault::Stuck)];
                Err(Error::Conflict { root: self.place.path.clone(), files })
            }
            done => done.map_err(|e| Error::io("link", self.place.path.join(path), e)),
        }
    }

    /// Puts the staged tree in its place. Gives the name under which the old one now is.
    fn swap(&mut self, no_exchange: bool) -> Result<Option<String>, Error> {
        let Place { parent, name, stage, old, root, path, .. } = self.place;
        let failed = |e| Error::io("exchange", path, e);
        let at = parent.as_fd();
        let old = if root.is_none() {
            self.disk.rename(at, stage, name).map_err(failed)?;
            None
        } else if !no_exchange && self.disk.exchange(at, stage, name).map_err(failed)? {
            Some(stage.clone())
        } else {
            self.disk.rename(at, name, old).map_err(failed)?;
            if let Err(e) = self.disk.rename(at, stage, name) {
                // Back as it was; if even that fails, the next build does it.
                let _ = Disk::new(None).rename(at, old, name);
                return Err(failed(e));
            }
            Some(old.clone())
        };
        if self.sync {
            // The swap has happened; not being sure that it is on the disk is no reason to call it off.
            let _ = self.disk.sync_folder(parent);
        }
        Ok(old)
    }
}

fn linkless(e: &io::Error) -> bool {
    use io::ErrorKind as K;
    matches!(
        e.kind(),
        K::PermissionDenied | K::Unsupported | K::TooManyLinks | K::CrossesDevices | K::NotFound
    )
}
