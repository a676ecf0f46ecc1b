//! Building a new tree, or a part of one, and swapping it in.

use crate::disk::Disk;
use crate::place::{Place, STAGE, STAGE_AT, STAGE_TREE, STAGING, remove_all};
use crate::survey::{State, Survey};
use crate::{Error, Fault, MANIFEST, NEXT, OWN_FOLDER};
use ivs_plan::{OutputFile, Text};
use rustix::fd::{AsFd, OwnedFd};
use std::collections::BTreeSet;
use std::io;

/// Up to here, files and folders are flushed one by one; above, the whole file system at once.
const SINGLE_SYNCS: usize = 8;

/// What is done to the disk in the course of one build.
pub(crate) struct Stage<'p, 'd, 'h> {
    pub(crate) place: &'p Place,
    pub(crate) disk: &'d mut Disk<'h>,
    pub(crate) sync: bool,
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
    /// A whole new tree beside the old one, swapped in. Gives the name under which the old one now is.
    pub(crate) fn whole(
        &mut self,
        files: &[&OutputFile],
        survey: &Survey,
        manifest: &str,
        no_exchange: bool,
    ) -> Result<Option<String>, Error> {
        let done = self.fill_whole(files, survey, manifest).and_then(|()| self.swap_whole(no_exchange));
        if done.is_err() {
            // Nothing of it was ever an output; what cannot be removed now will be by the next build.
            let _ = remove_all(&mut Disk::new(None), self.place.parent.as_fd(), &self.place.stage);
        }
        done
    }

    fn fill_whole(&mut self, files: &[&OutputFile], survey: &Survey, manifest: &str) -> Result<(), Error> {
        let shown = self.place.folder.join(&self.place.stage);
        let failed = |e| Error::io("create", &shown, e);
        let top = self.disk.folder(&self.place.parent, &self.place.stage).map_err(failed)?;
        let own = self.disk.folder(&top, OWN_FOLDER).map_err(failed)?;
        self.disk.create(&own, STAGING, b"", false).map_err(failed)?;
        let single = self.place_all(&top, "", files, survey)?;
        self.disk.create(&own, MANIFEST, manifest.as_bytes(), single).map_err(failed)?;
        self.disk.unlink(&own, STAGING).map_err(failed)?;
        let failed = |e| Error::io("flush", &shown, e);
        self.flush(&own, single).map_err(failed)?;
        self.flush(&top, single).map_err(failed)?;
        self.flush_all(&top, single).map_err(failed)
    }

    fn swap_whole(&mut self, no_exchange: bool) -> Result<Option<String>, Error> {
        let Place { parent, name, stage, old, root, path, .. } = self.place;
        let failed = |e| Error::io("exchange", path, e);
        let at = parent.as_fd();
        let old = if root.is_none() {
            self.disk.rename(at, stage, at, name).map_err(failed)?;
            None
        } else if !no_exchange && self.disk.exchange(at, stage, at, name).map_err(failed)? {
            Some(stage.clone())
        } else {
            self.disk.rename(at, name, at, old).map_err(failed)?;
            if let Err(e) = self.disk.rename(at, stage, at, name) {
                // Back as it was; if even that fails, the next build does it.
                let _ = Disk::new(None).rename(at, old, at, name);
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

    /// One folder of the tree, built in ivs's own folder and swapped in. `false`, with nothing changed, if the file
    /// system cannot exchange.
    pub(crate) fn folder(
        &mut self,
        root: &OwnedFd,
        at: &str,
        files: &[&OutputFile],
        survey: &Survey,
        manifest: &str,
    ) -> Result<bool, Error> {
        let shown = self.place.path.join(OWN_FOLDER);
        let own = crate::disk::open_folder(root, OWN_FOLDER).map_err(|e| Error::io("open", &shown, e))?;
        let done = self.folder_swapped(root, &own, at, files, survey, manifest);
        if !matches!(done, Ok(true)) {
            let _ = remove_all(&mut Disk::new(None), own.as_fd(), STAGE);
            let _ = Disk::new(None).unlink(&own, NEXT);
            return done;
        }
        // From here on the new tree is in place; what fails now is done by the next build. The old list is needed to
        // tell that the old files are ivs's, so it goes after them.
        if self.place.put_away_part(self.disk, root, &own).unwrap_or(false) {
            let _ = self.close_books(&own);
        }
        Ok(true)
    }

    fn folder_swapped(
        &mut self,
        root: &OwnedFd,
        own: &OwnedFd,
        at: &str,
        files: &[&OutputFile],
        survey: &Survey,
        manifest: &str,
    ) -> Result<bool, Error> {
        let shown = self.place.path.join(OWN_FOLDER).join(STAGE);
        let failed = |e| Error::io("create", &shown, e);
        let stage = self.disk.folder(own, STAGE).map_err(failed)?;
        self.disk.create(&stage, STAGING, b"", false).map_err(failed)?;
        self.disk.create(&stage, STAGE_AT, at.as_bytes(), false).map_err(failed)?;
        let top = self.disk.folder(&stage, STAGE_TREE).map_err(failed)?;
        let single = self.place_all(&top, at, files, survey)?;
        self.disk.create(own, NEXT, manifest.as_bytes(), single).map_err(failed)?;
        self.disk.unlink(&stage, STAGING).map_err(failed)?;
        for folder in [&top, &stage, own] {
            self.flush(folder, single).map_err(failed)?;
        }
        self.flush_all(&top, single).map_err(failed)?;
        let failed = |e| Error::io("exchange", self.place.path.join(at), e);
        self.disk.exchange(stage.as_fd(), STAGE_TREE, root.as_fd(), at).map_err(failed)
    }

    /// One file: written (`text`) or deleted. A file is replaced at once by any file system.
    pub(crate) fn file(
        &mut self,
        root: &OwnedFd,
        path: &str,
        text: Option<&Text>,
        manifest: &str,
    ) -> Result<(), Error> {
        let shown = self.place.path.join(OWN_FOLDER);
        let own = crate::disk::open_folder(root, OWN_FOLDER).map_err(|e| Error::io("open", &shown, e))?;
        let sync = self.sync;
        let mut work = || -> io::Result<()> {
            self.disk.create(&own, NEXT, manifest.as_bytes(), sync)?;
            match text {
                Some(text) => {
                    let stage = self.disk.folder(&own, STAGE)?;
                    self.disk.create_text(&stage, "file", text, sync)?;
                    self.flush(&own, sync)?;
                    self.disk.replace(stage.as_fd(), "file", root.as_fd(), path)
                }
                None => {
                    self.flush(&own, sync)?;
                    self.disk.unlink(root, path)
                }
            }
        };
        if let Err(e) = work() {
            let _ = remove_all(&mut Disk::new(None), own.as_fd(), STAGE);
            let _ = Disk::new(None).unlink(&own, NEXT);
            return Err(Error::io(
                if text.is_some() { "write" } else { "delete" },
                self.place.path.join(path),
                e,
            ));
        }
        let _ = self.close_books(&own);
        let _ = remove_all(self.disk, own.as_fd(), STAGE);
        Ok(())
    }

    /// Only the list of files is not what it should be.
    pub(crate) fn books(&mut self, root: &OwnedFd, manifest: &str) -> Result<(), Error> {
        let shown = self.place.path.join(OWN_FOLDER);
        let failed = |e| Error::io("write", &shown, e);
        let own = crate::disk::open_folder(root, OWN_FOLDER).map_err(failed)?;
        if crate::disk::identity(&own, NEXT).map_err(failed)?.is_some() {
            self.disk.unlink(&own, NEXT).map_err(failed)?;
        }
        let sync = self.sync;
        self.disk.create(&own, NEXT, manifest.as_bytes(), sync).map_err(failed)?;
        self.close_books(&own).map_err(failed)
    }

    /// The list of the new tree becomes the list.
    fn close_books(&mut self, own: &OwnedFd) -> io::Result<()> {
        self.disk.replace(own.as_fd(), NEXT, own.as_fd(), MANIFEST)?;
        self.flush(own, self.sync)
    }

    /// Puts everything below `prefix` in its place below `top`. Gives whether files are flushed one by one.
    fn place_all(
        &mut self,
        top: &OwnedFd,
        prefix: &str,
        files: &[&OutputFile],
        survey: &Survey,
    ) -> Result<bool, Error> {
        let below = if prefix.is_empty() { String::new() } else { format!("{prefix}/") };
        let mut wanted: Vec<Wanted<'_>> = Vec::new();
        for (file, state) in files.iter().zip(&survey.states).filter(|(f, _)| f.path.starts_with(&below)) {
            wanted.push(if *state == State::Same { Wanted::Same(file) } else { Wanted::Text(file) });
        }
        for foreign in survey.foreign.iter().filter(|f| f.path.starts_with(&below)) {
            let path = foreign.path.as_str();
            wanted.push(if foreign.folder { Wanted::Folder(path) } else { Wanted::Foreign(path) });
        }
        // Sorted, so that each folder is entered once.
        wanted.sort_by(|a, b| a.path().cmp(b.path()));
        let written = wanted.iter().filter(|w| matches!(w, Wanted::Text(_))).count();
        let folders: BTreeSet<&str> =
            wanted.iter().filter_map(|w| w.path().rsplit_once('/')).map(|(folder, _)| folder).collect();
        let single = self.single(written + folders.len());
        // The folders on the way to the current file.
        let mut open: Vec<(String, OwnedFd)> = Vec::new();
        for item in &wanted {
            let path = item.path();
            let failed = |e| Error::io("create", self.place.path.join(path), e);
            let mut parts: Vec<&str> = path.get(below.len()..).unwrap_or_default().split('/').collect();
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
                    self.disk.create_text(parent, name, &file.text, single).map_err(failed)?;
                }
                Wanted::Same(file) => self.same(file, parent, name, single).map_err(failed)?,
                Wanted::Foreign(path) => self.foreign(path, parent, name)?,
            }
        }
        while let Some((_, folder)) = open.pop() {
            self.flush(&folder, single).map_err(|e| Error::io("flush", &self.place.path, e))?;
        }
        Ok(single)
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
        self.disk.create_text(parent, name, &file.text, sync)
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

    /// Whether each file is flushed by itself. Only Linux can do better.
    fn single(&self, count: usize) -> bool {
        self.sync && (count <= SINGLE_SYNCS || !cfg!(any(target_os = "linux", target_os = "android")))
    }

    fn flush(&mut self, folder: &OwnedFd, single: bool) -> io::Result<()> {
        if single { self.disk.sync_folder(folder) } else { Ok(()) }
    }

    #[cfg(any(target_os = "linux", target_os = "android"))]
    fn flush_all(&mut self, folder: &OwnedFd, single: bool) -> io::Result<()> {
        if self.sync && !single { self.disk.sync_all(folder) } else { Ok(()) }
    }

    #[cfg(not(any(target_os = "linux", target_os = "android")))]
    fn flush_all(&mut self, _: &OwnedFd, _: bool) -> io::Result<()> {
        Ok(())
    }
}

fn linkless(e: &io::Error) -> bool {
    use io::ErrorKind as K;
    matches!(
        e.kind(),
        K::PermissionDenied | K::Unsupported | K::TooManyLinks | K::CrossesDevices | K::NotFound
    )
}
