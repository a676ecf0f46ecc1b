//! The output folder's place: its lock, its neighbours, and putting away what was replaced.

use crate::disk::{self, Disk, Kind};
use crate::manifest::{self, Entry, Manifest};
use crate::survey::{self, Books};
use crate::{Error, OWN_FOLDER};
use rustix::fd::{AsFd, BorrowedFd, OwnedFd};
use rustix::fs::FlockOperation;
use rustix::io::Errno;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// In a staged tree's own folder until the tree is complete. A tree with it was never an output.
pub(crate) const STAGING: &str = "staging";
/// The staging folder for a part of the tree, in ivs's own folder: the new (later: the old) part, and where it belongs.
pub(crate) const STAGE: &str = "stage";
pub(crate) const STAGE_TREE: &str = "tree";
pub(crate) const STAGE_AT: &str = "at";
/// How often, and how long apart, the lock is tried.
const LOCK_TRIES: u32 = 200;
const LOCK_PAUSE: Duration = Duration::from_millis(50);

/// The output folder, its parent (locked), and the names beside it.
pub(crate) struct Place {
    /// As shown in messages.
    pub(crate) path: PathBuf,
    pub(crate) folder: PathBuf,
    pub(crate) parent: OwnedFd,
    pub(crate) name: String,
    /// The sibling that gets a whole new tree.
    pub(crate) stage: String,
    /// Where an old tree waits on file systems without exchange.
    pub(crate) old: String,
    pub(crate) root: Option<OwnedFd>,
}

impl Place {
    /// Opens and locks the parent, making it if need be, and puts away what a killed build left.
    pub(crate) fn lock(root: &Path, disk: &mut Disk<'_>) -> Result<Place, Error> {
        let (folder, name) = split(root)?;
        std::fs::create_dir_all(&folder).map_err(|e| Error::io("create", &folder, e))?;
        let mut place = Place::open(root, folder, name)?;
        place.hold(FlockOperation::NonBlockingLockExclusive)?;
        let failed = |e| Error::io("clean up beside", root, e);
        place.recover_neighbours(disk).map_err(failed)?;
        place.open_root()?;
        place.recover_part(disk).map_err(failed)?;
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

    /// Whatever a killed build left beside the output is removed; half a swap is taken back.
    fn recover_neighbours(&self, disk: &mut Disk<'_>) -> io::Result<()> {
        let parent = self.parent.as_fd();
        if disk::identity(parent, &self.old)?.is_some() && disk::identity(parent, &self.name)?.is_none() {
            disk.rename(parent, &self.old, parent, &self.name)?;
        }
        for name in [&self.old, &self.stage] {
            if disk::identity(parent, name)?.is_some() && !self.put_away(disk, name)? {
                return Err(not_ours(&self.folder.join(name)));
            }
        }
        Ok(())
    }

    /// The same for a part that was staged inside the output.
    fn recover_part(&self, disk: &mut Disk<'_>) -> io::Result<()> {
        let Some(root) = &self.root else { return Ok(()) };
        let Some(own) = disk::open_folder_if_any(root, OWN_FOLDER)? else { return Ok(()) };
        if disk::identity(&own, STAGE)?.is_some() && !self.put_away_part(disk, root, &own)? {
            return Err(not_ours(&self.path.join(OWN_FOLDER).join(STAGE).join(STAGE_TREE)));
        }
        Ok(())
    }

    /// Deletes a tree that was replaced: each file only if the present tree has the same one, or its hash is listed.
    /// A tree that was never complete goes whole. `false` if something had to stay.
    pub(crate) fn put_away(&self, disk: &mut Disk<'_>, name: &str) -> io::Result<bool> {
        let parent = self.parent.as_fd();
        let tree = disk::open_folder(parent, name)?;
        if never_an_output(&tree)? {
            return remove_all(disk, parent, name).map(|()| true);
        }
        let present = disk::open_folder_if_any(parent, &self.name)?;
        let books = Books::read(&tree)?;
        // The list goes last: with it, a deletion that was cut short can be resumed.
        let kept = remove_known(disk, &tree, &|path, kind| {
            path.starts_with(".ivs/") && [survey::MANIFEST_PATH, survey::NEXT_PATH].contains(&path)
                || disposable(&tree, present.as_ref(), path, path, kind, &books).unwrap_or(false)
        })?;
        if kept { Ok(false) } else { remove_all(disk, parent, name).map(|()| true) }
    }

    /// The same for the part of the output that was staged, and after the swap replaced, in its own folder.
    pub(crate) fn put_away_part(
        &self,
        disk: &mut Disk<'_>,
        root: &OwnedFd,
        own: &OwnedFd,
    ) -> io::Result<bool> {
        let stage = disk::open_folder(own, STAGE)?;
        let tree = disk::open_folder_if_any(&stage, STAGE_TREE)?;
        let at = disk::read_if_any(&stage, STAGE_AT)?.and_then(|at| String::from_utf8(at).ok());
        if let Some(tree) = tree
            && disk::identity(&stage, STAGING)?.is_none()
        {
            let Some(at) = at else { return Ok(false) };
            let books = Books::read(root)?;
            let kept = remove_known(disk, &tree, &|path, kind| {
                disposable(&tree, Some(root), path, &format!("{at}/{path}"), kind, &books).unwrap_or(false)
            })?;
            if kept {
                return Ok(false);
            }
            // Before the note that says where it belongs.
            drop(tree);
            disk.rmdir(&stage, STAGE_TREE)?;
        }
        remove_all(disk, own.as_fd(), STAGE).map(|()| true)
    }
}

fn not_ours(path: &Path) -> io::Error {
    let text = format!("`{}` holds files that ivs did not write; move it away", path.display());
    io::Error::new(io::ErrorKind::DirectoryNotEmpty, text)
}

/// Whether deleting `path` in a replaced `tree` loses nothing: the present tree has it as `full`, or ivs wrote it.
fn disposable(
    tree: &OwnedFd,
    present: Option<&OwnedFd>,
    path: &str,
    full: &str,
    kind: Kind,
    books: &Books,
) -> io::Result<bool> {
    let here = disk::identity(tree, path)?;
    if let Some(present) = present
        && here.is_some()
        && disk::identity(present, full)? == here
    {
        return Ok(true);
    }
    if kind != Kind::File {
        return Ok(false);
    }
    let Some(bytes) = disk::read_if_any(tree, path)? else { return Ok(true) };
    Ok(books.wrote(full, &bytes))
}

/// Deletes the files that `known` says may go, and the folders that are empty then, but the manifest only by the
/// caller. `true` if a file stayed.
fn remove_known(disk: &mut Disk<'_>, tree: &OwnedFd, known: &dyn Fn(&str, Kind) -> bool) -> io::Result<bool> {
    let mut kept = false;
    let (found, folders) = survey::walk(tree.as_fd())?;
    for (path, kind) in found {
        if kind == Kind::Folder {
            continue;
        }
        if !known(&path, kind) {
            kept = true;
        } else if !path.starts_with(".ivs/") {
            disk.unlink(tree, &path)?;
        }
    }
    if !kept {
        for folder in folders.iter().rev().filter(|f| *f != OWN_FOLDER && !f.starts_with(".ivs/")) {
            disk.rmdir(tree, folder)?;
        }
    }
    Ok(kept)
}

/// Under construction, or nothing in it but the beginnings of that.
fn never_an_output(tree: &OwnedFd) -> io::Result<bool> {
    if disk::identity(tree, &format!("{OWN_FOLDER}/{STAGING}"))?.is_some() {
        return Ok(true);
    }
    Ok(survey::walk(tree.as_fd())?.0.iter().all(|(path, kind)| path == OWN_FOLDER && *kind == Kind::Folder))
}

/// Deletes a folder with everything in it; the folder of ivs's own last, the marker in it last of all.
pub(crate) fn remove_all(disk: &mut Disk<'_>, at: BorrowedFd<'_>, name: &str) -> io::Result<()> {
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

impl Books {
    /// The lists of a tree; a damaged one is as good as none when it comes to deleting.
    pub(crate) fn read(tree: &OwnedFd) -> io::Result<Books> {
        let mut books = Books::default();
        for path in [survey::MANIFEST_PATH, survey::NEXT_PATH] {
            if let Some(text) = disk::read_if_any(tree, path)? {
                books.lists.extend(Manifest::parse(&text).ok());
            }
        }
        Ok(books)
    }

    /// Whether ivs wrote these bytes to this path.
    pub(crate) fn wrote(&self, path: &str, bytes: &[u8]) -> bool {
        let mut entries = self.entries(path).filter(|e| e.size == bytes.len() as u64).peekable();
        let Some(_) = entries.peek() else { return false };
        let hash = manifest::hash(bytes);
        entries.any(|e| e.hash == hash)
    }

    /// What is known of a path: once from each list.
    pub(crate) fn entries(&self, path: &str) -> impl Iterator<Item = Entry> {
        self.lists.iter().filter_map(move |list| list.files.get(path).copied())
    }
}
