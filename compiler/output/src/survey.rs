//! What is in the output folder, compared with what ivs wrote and with what is to be there.

use crate::disk::{self, Kind};
use crate::manifest::{self, Hash, Manifest};
use crate::place::STAGE;
use crate::{Error, Fault, MANIFEST, OWN_FOLDER};
use ivs_plan::OutputFile;
use rustix::fd::{AsFd, BorrowedFd, OwnedFd};
use std::collections::HashMap;
use std::io::{self, Read};
use std::path::Path;

/// Files that ivs did not write and still carries over; more than this is a mistake in `--out`.
const MAX_FOREIGN: usize = 10_000;
/// Folders inside folders.
const MAX_DEPTH: usize = 128;
/// Below this many files a second thread costs more than it brings.
const FILES_PER_THREAD: usize = 256;

/// How a planned file relates to the one on disk.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum State {
    /// The same bytes.
    Same,
    /// Other bytes, which ivs wrote.
    Outdated,
    /// Nothing there.
    Missing,
    /// Other bytes, which ivs did not write, or no regular file.
    Taken(Fault),
}

/// The comparison.
#[derive(Debug)]
pub(crate) struct Survey {
    /// For each planned file.
    pub(crate) states: Vec<State>,
    /// For each planned file, its hash.
    pub(crate) hashes: Vec<Hash>,
    /// Listed files that are not planned any more and may be deleted.
    pub(crate) obsolete: Vec<String>,
    /// The same, but changed by hand.
    pub(crate) edited: Vec<(String, Fault)>,
    /// What ivs did not write.
    pub(crate) foreign: Vec<Foreign>,
    /// The manifest's bytes, if there is one.
    pub(crate) manifest: Option<Vec<u8>>,
    /// Those of the next one, which a killed build left.
    pub(crate) next: Option<Vec<u8>>,
}

/// The lists of what ivs wrote: the manifest, and the next one while a part of the tree is being swapped.
#[derive(Debug, Default)]
pub(crate) struct Books {
    pub(crate) lists: Vec<Manifest>,
}

/// Something that ivs did not write.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Foreign {
    pub(crate) path: String,
    /// An empty folder; everything else is carried over by a link.
    pub(crate) folder: bool,
}

/// The manifest, below the root.
pub(crate) const MANIFEST_PATH: &str = ".ivs/manifest.json";
/// The manifest that is about to take its place.
pub(crate) const NEXT_PATH: &str = ".ivs/next.json";

/// Paths with their kinds, and folders.
pub(crate) type Walked = (Vec<(String, Kind)>, Vec<String>);

/// Everything below `folder`, sorted by path, folders only if they are empty; and all folders, outer before inner.
pub(crate) fn walk(folder: BorrowedFd<'_>) -> io::Result<Walked> {
    fn into(at: BorrowedFd<'_>, prefix: &str, depth: usize, out: &mut Walked) -> io::Result<()> {
        if depth > MAX_DEPTH {
            return Err(io::Error::new(io::ErrorKind::InvalidData, "folders are nested too deep"));
        }
        let entries = disk::list(at)?;
        if depth > 0 {
            let own = prefix.trim_end_matches('/').to_owned();
            if entries.is_empty() {
                out.0.push((own.clone(), Kind::Folder));
            }
            out.1.push(own);
        }
        for (name, kind) in entries {
            let path = format!("{prefix}{name}");
            match kind {
                Kind::Folder => {
                    let inner = disk::open_folder(at, &name)?;
                    into(inner.as_fd(), &format!("{path}/"), depth + 1, out)?;
                }
                _ => out.0.push((path, kind)),
            }
        }
        Ok(())
    }
    let mut out = (Vec::new(), Vec::new());
    into(folder, "", 0, &mut out)?;
    out.0.sort_unstable_by(|a, b| a.0.cmp(&b.0));
    Ok(out)
}

/// Compares. `files` are checked and sorted by path; `root` is `None` if the folder does not exist.
pub(crate) fn survey(
    root: Option<&OwnedFd>,
    shown: &Path,
    files: &[&OutputFile],
    threads: usize,
) -> Result<Survey, Error> {
    let Some(root) = root else {
        let hashes = hash_all(files, threads);
        let states = vec![State::Missing; files.len()];
        let (obsolete, edited, foreign) = (Vec::new(), Vec::new(), Vec::new());
        return Ok(Survey { states, hashes, obsolete, edited, foreign, manifest: None, next: None });
    };
    let root = root.as_fd();
    let failed = |e| Error::io("read", shown, e);
    let text = disk::read_if_any(root, MANIFEST_PATH).map_err(failed)?;
    let next = disk::read_if_any(root, NEXT_PATH).map_err(failed)?;
    let (found, _) = walk(root).map_err(failed)?;
    let listed = match &text {
        Some(text) => Manifest::parse(text)
            .map_err(|why| Error::Manifest { path: shown.join(OWN_FOLDER).join(MANIFEST), why })?,
        None if found.is_empty() => Manifest::default(),
        None => return Err(Error::NotOwned { root: shown.to_owned() }),
    };
    // A next list that is not whole was never acted upon.
    let next_list = next.as_deref().and_then(|text| Manifest::parse(text).ok());
    let books = Books { lists: std::iter::once(listed).chain(next_list).collect() };

    let planned: HashMap<&str, usize> = files.iter().enumerate().map(|(i, f)| (f.path.as_str(), i)).collect();
    let mut jobs = Vec::with_capacity(found.len());
    let mut foreign = Vec::new();
    for (path, kind) in &found {
        let (plan, listed) = (planned.get(path.as_str()).copied(), books.entries(path).next().is_some());
        if plan.is_some() || listed {
            jobs.push(Job {
                path,
                kind: *kind,
                plan: plan.and_then(|i| files.get(i).map(|f| (i, *f))),
                listed,
            });
        } else if !own(path) {
            foreign.push(Foreign { path: path.clone(), folder: *kind == Kind::Folder });
        }
    }
    let mut survey = Survey {
        states: vec![State::Missing; files.len()],
        hashes: hash_all(files, threads),
        obsolete: Vec::new(),
        edited: Vec::new(),
        foreign,
        manifest: text,
        next,
    };
    for (job, result) in jobs.iter().zip(examine_all(root, &jobs, &books, threads)) {
        let state = result.map_err(|e| Error::io("read", shown.join(job.path), e))?;
        match job.plan {
            Some((i, _)) => survey.states.get_mut(i).into_iter().for_each(|s| *s = state),
            None => match state {
                State::Taken(fault) => survey.edited.push((job.path.to_owned(), fault)),
                _ => survey.obsolete.push(job.path.to_owned()),
            },
        }
    }
    survey.block(shown, files)?;
    Ok(survey)
}

impl Survey {
    /// What must not be overwritten or deleted, sorted by path.
    pub(crate) fn conflicts(&self, files: &[&OutputFile]) -> Vec<(String, Fault)> {
        let mut found = self.edited.clone();
        for (file, state) in files.iter().zip(&self.states) {
            if let State::Taken(fault) = state {
                found.push((file.path.clone(), *fault));
            }
        }
        found.sort();
        found
    }

    /// Foreign things where a planned file needs a folder, or the other way round, are in the way.
    fn block(&mut self, shown: &Path, files: &[&OutputFile]) -> Result<(), Error> {
        if self.foreign.len() > MAX_FOREIGN {
            return Err(Error::NotOwned { root: shown.to_owned() });
        }
        let after = |path: &str| files.get(files.partition_point(|f| f.path.as_str() < path));
        let exactly = |path: &str| after(path).is_some_and(|f| f.path == path);
        for Foreign { path, folder } in &self.foreign {
            let below = format!("{path}/");
            let needs_folder = !folder && after(&below).is_some_and(|f| f.path.starts_with(&below));
            let parent_is_file =
                path.match_indices('/').any(|(end, _)| path.get(..end).is_some_and(&exactly));
            if needs_folder || parent_is_file {
                self.edited.push((path.clone(), Fault::InTheWay));
            }
        }
        // An empty folder is no loss where a file or a fuller folder is planned.
        self.foreign.retain(|f| {
            let below = format!("{}/", f.path);
            !(f.folder && (exactly(&f.path) || after(&below).is_some_and(|p| p.path.starts_with(&below))))
        });
        Ok(())
    }
}

/// What ivs keeps for itself in its own folder.
fn own(path: &str) -> bool {
    let rest = path.strip_prefix(OWN_FOLDER).and_then(|rest| rest.strip_prefix('/'));
    path == MANIFEST_PATH || path == NEXT_PATH || rest.is_some_and(|r| r == STAGE || r.starts_with("stage/"))
}

/// One file on disk that is planned, listed, or both.
struct Job<'a> {
    path: &'a str,
    kind: Kind,
    plan: Option<(usize, &'a OutputFile)>,
    listed: bool,
}

fn examine(root: BorrowedFd<'_>, job: &Job<'_>, books: &Books, buffer: &mut Vec<u8>) -> io::Result<State> {
    if job.kind != Kind::File {
        // An empty folder in the place of a planned file that was never written is simply replaced.
        let gone = job.kind == Kind::Folder;
        return Ok(if gone { State::Missing } else { State::Taken(Fault::NotAFile) });
    }
    let mut file = match disk::open_file(root, job.path) {
        Ok(file) => file,
        // It went while we looked.
        Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(State::Missing),
        Err(e) => return Err(e),
    };
    let size = file.metadata()?.len();
    let fits_plan = job.plan.is_some_and(|(_, f)| f.text.len() as u64 == size);
    let fits_old = books.entries(job.path).any(|e| e.size == size);
    let fault = if job.listed { Fault::Edited } else { Fault::InTheWay };
    if !fits_plan && !fits_old {
        return Ok(State::Taken(fault));
    }
    // Without the size hints that `read_to_end` asks the system for.
    buffer.clear();
    buffer.resize(usize::try_from(size).unwrap_or(0), 0);
    file.read_exact(buffer)?;
    if job.plan.is_some_and(|(_, f)| f.text.is(buffer)) {
        return Ok(State::Same);
    }
    Ok(if books.wrote(job.path, buffer) { State::Outdated } else { State::Taken(fault) })
}

fn examine_all(
    root: BorrowedFd<'_>,
    jobs: &[Job<'_>],
    books: &Books,
    threads: usize,
) -> Vec<io::Result<State>> {
    in_parallel(jobs, threads, |part| {
        let mut buffer = Vec::new();
        part.iter().map(|job| examine(root, job, books, &mut buffer)).collect()
    })
}

fn hash_all(files: &[&OutputFile], threads: usize) -> Vec<Hash> {
    in_parallel(files, threads, |part| part.iter().map(|f| manifest::hash_text(&f.text)).collect())
}

/// Results in the order of `items`.
fn in_parallel<T: Sync, R: Send>(
    items: &[T],
    threads: usize,
    work: impl Fn(&[T]) -> Vec<R> + Sync,
) -> Vec<R> {
    let threads = threads.min(items.len() / FILES_PER_THREAD).max(1);
    if threads == 1 {
        return work(items);
    }
    let work = &work;
    std::thread::scope(|scope| {
        let parts: Vec<_> =
            items.chunks(items.len().div_ceil(threads)).map(|part| scope.spawn(move || work(part))).collect();
        let mut out = Vec::with_capacity(items.len());
        for part in parts {
            match part.join() {
                Ok(results) => out.extend(results),
                Err(panic) => std::panic::resume_unwind(panic),
            }
        }
        out
    })
}
