//! Deciding how much of the tree must change hands.

use crate::disk::{Disk, Hook};
use crate::manifest::Manifest;
use crate::place::Place;
use crate::stage::Stage;
use crate::survey::{State, Survey};
use crate::{Error, Options, path};
use ivs_plan::OutputFile;
use std::io;
use std::path::{Path, PathBuf};

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
    /// Whether every file was right already.
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
    let mut stage = Stage { place: &place, disk: &mut disk, sync: options.sync };
    let mut scope = scope(&files, &survey, &manifest);
    if let (Scope::Folder(at), Some(root)) = (&scope, &place.root)
        && (options.no_exchange || !stage.folder(root, at, &files, &survey, &manifest)?)
    {
        scope = Scope::Whole;
    }
    match (&scope, &place.root) {
        (Scope::Nothing | Scope::Folder(_), _) => {}
        (Scope::Books, Some(root)) => stage.books(root, &manifest)?,
        (Scope::Write(file), Some(root)) => stage.file(root, &file.path, Some(&file.text), &manifest)?,
        (Scope::Delete(path), Some(root)) => stage.file(root, path, None, &manifest)?,
        (Scope::Whole, _) | (_, None) => {
            let old = stage.whole(&files, &survey, &manifest, options.no_exchange)?;
            if let Some(old) = old
                && !place.put_away(&mut disk, &old).unwrap_or(false)
            {
                done.leftover = Some(place.folder.join(old));
            }
        }
    }
    Ok(done)
}

impl Place {
    pub(crate) fn survey(&self, files: &[&OutputFile], options: &Options) -> Result<Survey, Error> {
        crate::survey::survey(self.root.as_ref(), &self.path, files, options.threads)
    }
}

/// The smallest thing that changes hands at once and has all changes in it.
#[derive(PartialEq, Eq, Debug)]
enum Scope<'a> {
    Nothing,
    Books,
    Write(&'a OutputFile),
    Delete(&'a str),
    Folder(String),
    Whole,
}

fn scope<'a>(files: &[&'a OutputFile], survey: &'a Survey, manifest: &str) -> Scope<'a> {
    if survey.manifest.is_none() {
        return Scope::Whole;
    }
    let written: Vec<&'a OutputFile> =
        files.iter().zip(&survey.states).filter(|(_, s)| **s != State::Same).map(|(f, _)| *f).collect();
    let changed =
        || written.iter().map(|f| f.path.as_str()).chain(survey.obsolete.iter().map(String::as_str));
    let Some(first) = changed().next() else {
        let right = survey.manifest.as_deref() == Some(manifest.as_bytes()) && survey.next.is_none();
        return if right { Scope::Nothing } else { Scope::Books };
    };
    if survey.next.is_some() {
        // A build was killed just here; it is not worth a second way of going on.
        return Scope::Whole;
    }
    // The folder must be there before and after: what comes or goes with it changes hands one level up.
    let kept = |folder: &str| {
        let inside = |path: &str| path.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/'));
        let present =
            |(f, s): (&&OutputFile, &State)| matches!(s, State::Same | State::Outdated) && inside(&f.path);
        let foreign = survey.foreign.iter().any(|f| inside(&f.path));
        let before =
            files.iter().zip(&survey.states).any(present) || survey.obsolete.iter().any(|p| inside(p));
        foreign || (before && files.iter().any(|f| inside(&f.path)))
    };
    let parent = |path: &'a str| path.rsplit_once('/').map_or("", |(folder, _)| folder);
    if changed().nth(1).is_none() && (parent(first).is_empty() || kept(parent(first))) {
        return match written.first() {
            Some(file) => Scope::Write(file),
            None => Scope::Delete(first),
        };
    }
    let mut common = parent(first);
    for path in changed() {
        while !common.is_empty() && !path.strip_prefix(common).is_some_and(|rest| rest.starts_with('/')) {
            common = parent(common);
        }
    }
    while !common.is_empty() && !kept(common) {
        common = parent(common);
    }
    if common.is_empty() { Scope::Whole } else { Scope::Folder(common.to_owned()) }
}
