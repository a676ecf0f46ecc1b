//! Comparing without writing, for `build --check`.

use crate::manifest::Manifest;
use crate::place::Place;
use crate::survey::{self, State};
use crate::{Error, Options, path};
use ivs_plan::OutputFile;
use std::fmt;
use std::path::Path;

/// How one file differs from what the sources give.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Difference {
    /// It should be there.
    Missing,
    /// ivs wrote it, from other sources.
    Outdated,
    /// It was changed by hand, or something else stands in its place.
    Edited,
    /// ivs wrote it, and the sources do not give it any more.
    Obsolete,
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Difference::Missing => "missing",
            Difference::Outdated => "outdated",
            Difference::Edited => "edited",
            Difference::Obsolete => "obsolete",
        })
    }
}

/// All differences.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Drift {
    /// Sorted by path.
    pub files: Vec<(String, Difference)>,
    /// What ivs did not write and a build would leave alone. Not a difference.
    pub foreign: Vec<String>,
}

impl Drift {
    /// Whether a build would change nothing.
    pub fn is_empty(&self) -> bool {
        self.files.is_empty()
    }
}

/// Compares the folder with `files` and writes nothing at all.
pub fn check_drift(root: &Path, files: &[OutputFile], options: &Options) -> Result<Drift, Error> {
    path::check_paths(files)?;
    let files = crate::write::sorted(files);
    let place = Place::look(root)?;
    let found = place.as_ref().map(|p| p.survey(&files, options)).transpose()?;
    let Some(found) = found else {
        let files = files.iter().map(|f| (f.path.clone(), Difference::Missing)).collect();
        return Ok(Drift { files, foreign: Vec::new() });
    };
    let mut drift = Drift::default();
    for (file, state) in files.iter().zip(&found.states) {
        let difference = match state {
            State::Same => continue,
            State::Outdated => Difference::Outdated,
            State::Missing => Difference::Missing,
            State::Taken(_) => Difference::Edited,
        };
        drift.files.push((file.path.clone(), difference));
    }
    drift.files.extend(found.obsolete.into_iter().map(|p| (p, Difference::Obsolete)));
    drift.files.extend(found.edited.into_iter().map(|(p, _)| (p, Difference::Edited)));
    let lines: Vec<_> = files.iter().copied().zip(found.hashes).collect();
    if found.manifest.is_none_or(|text| text != Manifest::print(&lines).as_bytes()) && drift.files.is_empty()
    {
        drift.files.push((survey::MANIFEST_PATH.to_owned(), Difference::Outdated));
    }
    drift.files.sort();
    drift.foreign = found.foreign.into_iter().map(|f| f.path).collect();
    Ok(drift)
}
