//! Every system call that changes something, each announced to a hook, so that tests can stop or fail any of them.

use ivs_plan::Text;
use rustix::fd::{AsFd, BorrowedFd, OwnedFd};
use rustix::fs::{AtFlags, CWD, Dir, FileType, Mode, OFlags, RenameFlags};
use rustix::io::Errno;
use std::fs::File;
use std::io::{self, Read, Write};
use std::path::Path;

/// Called before each change with its name; an error is returned in place of making it.
pub(crate) type Hook<'h> = &'h mut dyn FnMut(&'static str) -> io::Result<()>;

/// Folders that are open, in order of depth.
pub(crate) struct Disk<'h> {
    hook: Option<Hook<'h>>,
}

/// Bytes that are handed to the system at once.
const BUFFER: usize = 256 << 10;

const FOLDER: OFlags = OFlags::RDONLY.union(OFlags::DIRECTORY).union(OFlags::CLOEXEC);
const CREATE: OFlags =
    OFlags::WRONLY.union(OFlags::CREATE).union(OFlags::EXCL).union(OFlags::NOFOLLOW).union(OFlags::CLOEXEC);

/// Opens a folder by path, following links: for the parent of the output folder.
pub(crate) fn open_root(path: &Path) -> io::Result<OwnedFd> {
    Ok(rustix::fs::openat(CWD, path, FOLDER, Mode::empty())?)
}

/// Opens a folder in a folder; a link is an error.
pub(crate) fn open_folder(at: impl AsFd, name: &str) -> io::Result<OwnedFd> {
    Ok(rustix::fs::openat(at, name, FOLDER.union(OFlags::NOFOLLOW), Mode::empty())?)
}

/// `None` if there is nothing of that name.
pub(crate) fn open_folder_if_any(at: impl AsFd, name: &str) -> io::Result<Option<OwnedFd>> {
    match open_folder(at, name) {
        Ok(fd) => Ok(Some(fd)),
        Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(e) => Err(e),
    }
}

/// Opens a regular file for reading; a link is an error.
pub(crate) fn open_file(at: impl AsFd, path: &str) -> io::Result<File> {
    let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::CLOEXEC | OFlags::NONBLOCK;
    Ok(File::from(rustix::fs::openat(at, path, flags, Mode::empty())?))
}

/// The whole of a file; `None` if there is none.
pub(crate) fn read_if_any(at: impl AsFd, path: &str) -> io::Result<Option<Vec<u8>>> {
    let mut bytes = Vec::new();
    match open_file(at, path) {
        Ok(mut file) => file.read_to_end(&mut bytes).map(|_| Some(bytes)),
        Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(e) => Err(e),
    }
}

/// What something in a folder is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Kind {
    File,
    Folder,
    /// A link, socket, pipe or device.
    Other,
}

/// The entries of a folder, sorted by name.
pub(crate) fn list(folder: BorrowedFd<'_>) -> io::Result<Vec<(String, Kind)>> {
    let mut found = Vec::new();
    for entry in Dir::read_from(folder)? {
        let entry = entry?;
        let name = match entry.file_name().to_str() {
            Ok("." | "..") => continue,
            Ok(name) => name.to_owned(),
            Err(_) => {
                let shown = entry.file_name().to_string_lossy().into_owned();
                return Err(io::Error::new(
                    io::ErrorKind::InvalidData,
                    format!("the name `{shown}` is not UTF-8"),
                ));
            }
        };
        let kind = match entry.file_type() {
            FileType::Unknown => FileType::from_raw_mode(
                rustix::fs::statat(folder, name.as_str(), AtFlags::SYMLINK_NOFOLLOW)?.st_mode,
            ),
            known => known,
        };
        let kind = match kind {
            FileType::RegularFile => Kind::File,
            FileType::Directory => Kind::Folder,
            _ => Kind::Other,
        };
        found.push((name, kind));
    }
    found.sort_unstable_by(|a, b| a.0.cmp(&b.0));
    Ok(found)
}

/// Device and inode of what a path names; `None` if nothing.
pub(crate) fn identity(at: impl AsFd, path: &str) -> io::Result<Option<(u64, u64)>> {
    match rustix::fs::statat(at, path, AtFlags::SYMLINK_NOFOLLOW) {
        // The types differ between systems.
        #[allow(clippy::unnecessary_cast)]
        Ok(stat) => Ok(Some((stat.st_dev as u64, stat.st_ino as u64))),
        Err(Errno::NOENT | Errno::NOTDIR) => Ok(None),
        Err(e) => Err(e.into()),
    }
}

impl<'h> Disk<'h> {
    pub(crate) fn new(hook: Option<Hook<'h>>) -> Self {
        Disk { hook }
    }

    fn step(&mut self, what: &'static str) -> io::Result<()> {
        match &mut self.hook {
            Some(hook) => hook(what),
            None => Ok(()),
        }
    }

    /// Makes and opens a folder of mode 0755, whatever the umask; one that is there is opened.
    pub(crate) fn folder(&mut self, at: impl AsFd, name: &str) -> io::Result<OwnedFd> {
        self.step("mkdir")?;
        let made = match rustix::fs::mkdirat(&at, name, Mode::from_raw_mode(0o755)) {
            Ok(()) => true,
            Err(Errno::EXIST) => false,
            Err(e) => return Err(e.into()),
        };
        let fd = open_folder(&at, name)?;
        if made {
            rustix::fs::fchmod(&fd, Mode::from_raw_mode(0o755))?;
        }
        Ok(fd)
    }

    /// Writes a new file of mode 0644, whatever the umask.
    pub(crate) fn create(&mut self, at: impl AsFd, name: &str, bytes: &[u8], sync: bool) -> io::Result<()> {
        self.fill(at, name, sync, |file| file.write_all(bytes))
    }

    /// [`Disk::create`] of a text in pieces.
    pub(crate) fn create_text(
        &mut self,
        at: impl AsFd,
        name: &str,
        text: &Text,
        sync: bool,
    ) -> io::Result<()> {
        self.fill(at, name, sync, |file| {
            let mut buffered = io::BufWriter::with_capacity(BUFFER.min(text.len()), file);
            text.chunks().try_for_each(|c| buffered.write_all(c))?;
            buffered.flush()
        })
    }

    fn fill(
        &mut self,
        at: impl AsFd,
        name: &str,
        sync: bool,
        write: impl FnOnce(&mut File) -> io::Result<()>,
    ) -> io::Result<()> {
        self.step("create")?;
        let fd = rustix::fs::openat(at, name, CREATE, Mode::from_raw_mode(0o644))?;
        rustix::fs::fchmod(&fd, Mode::from_raw_mode(0o644))?;
        let mut file = File::from(fd);
        self.step("write")?;
        write(&mut file)?;
        if sync {
            self.step("fsync")?;
            file.sync_data()?;
        }
        Ok(())
    }

    /// A second name for a file (or for a link itself).
    pub(crate) fn link(&mut self, from: impl AsFd, path: &str, to: impl AsFd, name: &str) -> io::Result<()> {
        self.step("link")?;
        Ok(rustix::fs::linkat(from, path, to, name, AtFlags::empty())?)
    }

    pub(crate) fn unlink(&mut self, at: impl AsFd, path: &str) -> io::Result<()> {
        self.step("unlink")?;
        Ok(rustix::fs::unlinkat(at, path, AtFlags::empty())?)
    }

    pub(crate) fn rmdir(&mut self, at: impl AsFd, path: &str) -> io::Result<()> {
        self.step("rmdir")?;
        Ok(rustix::fs::unlinkat(at, path, AtFlags::REMOVEDIR)?)
    }

    /// Moves a folder to a name that must be free.
    pub(crate) fn rename(
        &mut self,
        a: BorrowedFd<'_>,
        from: &str,
        b: BorrowedFd<'_>,
        to: &str,
    ) -> io::Result<()> {
        self.step("rename")?;
        match rustix::fs::renameat_with(a, from, b, to, RenameFlags::NOREPLACE) {
            // Not every file system knows the flag. Replacing is possible for an empty folder only.
            Err(e) if unsupported(e) => Ok(rustix::fs::renameat(a, from, b, to)?),
            done => Ok(done?),
        }
    }

    /// Moves a file over another, at once.
    pub(crate) fn replace(
        &mut self,
        a: BorrowedFd<'_>,
        from: &str,
        b: BorrowedFd<'_>,
        to: &str,
    ) -> io::Result<()> {
        self.step("replace")?;
        Ok(rustix::fs::renameat(a, from, b, to)?)
    }

    /// Swaps two folders at once. `false` if the file system cannot.
    pub(crate) fn exchange(
        &mut self,
        a: BorrowedFd<'_>,
        from: &str,
        b: BorrowedFd<'_>,
        to: &str,
    ) -> io::Result<bool> {
        self.step("exchange")?;
        match rustix::fs::renameat_with(a, from, b, to, RenameFlags::EXCHANGE) {
            Ok(()) => Ok(true),
            Err(e) if unsupported(e) => Ok(false),
            Err(e) => Err(e.into()),
        }
    }

    /// Flushes the entries of a folder.
    pub(crate) fn sync_folder(&mut self, folder: impl AsFd) -> io::Result<()> {
        self.step("fsync")?;
        match rustix::fs::fsync(folder) {
            // Some file systems do not do this for folders.
            Err(Errno::INVAL) => Ok(()),
            done => Ok(done?),
        }
    }

    /// Flushes the whole file system that `folder` is on.
    #[cfg(any(target_os = "linux", target_os = "android"))]
    pub(crate) fn sync_all(&mut self, folder: impl AsFd) -> io::Result<()> {
        self.step("syncfs")?;
        Ok(rustix::fs::syncfs(folder)?)
    }
}

fn unsupported(e: Errno) -> bool {
    matches!(e, Errno::INVAL | Errno::NOSYS | Errno::NOTSUP)
}
