//! Looking for what is wrong after edits: first with the files that are open, by themselves; then with everything; and,
//! once nobody types any more, which of the proposed fixes work.

use crate::folder::Key;
use crate::main_loop::Message;
use crate::pool::Pool;
use crate::publish::{ByFile, Others, by_file, others, unread, with_unread};
use crate::view::View;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::mpsc::Sender;
use tower_lsp_server::ls_types::{Diagnostic, Uri};

/// Findings that a glance at a file cannot make, by path.
pub type Remaining = Arc<BTreeMap<String, Others>>;

/// What is to be looked at.
pub struct Work {
    /// The package.
    pub key: Key,
    /// Its state.
    pub generation: u64,
    /// The package in that state.
    pub view: View,
    /// Paths of files that are open, the one edited last first.
    pub open: Vec<String>,
    /// What was found before.
    pub remaining: Remaining,
    /// Whether proposed fixes are tried.
    pub verify: bool,
}

/// What was found.
pub struct Found {
    /// In which package.
    pub key: Key,
    /// In which state of it.
    pub generation: u64,
    /// The findings.
    pub what: What,
}

/// Findings.
pub enum What {
    /// Of one file that is open.
    Glance(Uri, Vec<Diagnostic>),
    /// Of all files.
    All {
        /// By file.
        files: ByFile,
        /// Those that a glance cannot make; `None` where they are as they were.
        remaining: Option<Remaining>,
        /// Whether fixes were proposed that were not tried.
        untried: bool,
    },
}

/// Has a package looked at. An edit ends that without a result: the next look follows it.
pub fn start(pool: &Pool, work: Work, main: Sender<Message>) {
    pool.run(Box::new(move || look(work, &main)));
}

fn look(work: Work, main: &Sender<Message>) {
    let Work { key, generation, mut view, open, remaining, verify } = work;
    let tell = |what| {
        let _ = main.send(Message::Found(Box::new(Found { key: key.clone(), generation, what })));
    };
    if verify {
        let report = view.checked();
        let mut files = by_file(&view, &report);
        with_unread(&mut view, &mut files);
        return tell(What::All { files, remaining: None, untried: false });
    }
    let mut glances = Vec::new();
    for path in open {
        let Some(file) = view.session.source(&path).filter(|f| f.own(view.db())) else { continue };
        let report = view.session.glance(&path);
        let Some(uri) = view.uri_of_own(&path) else { continue };
        let found = by_file(&view, &report).remove(uri.as_str());
        let mut found = found.map(|(_, found)| found).unwrap_or_default();
        if let Some(others) = remaining.get(&path) {
            let lines = view.lines(file);
            let more = others.still(&lines);
            found.extend(
                more.into_iter()
                    .filter(|d| !found.iter().any(|f| f.message == d.message && f.range == d.range))
                    .collect::<Vec<_>>(),
            );
            found.sort_by_key(|d| (d.range.start, d.range.end));
        }
        found.extend(unread(&mut view, &path));
        tell(What::Glance(uri, found));
        glances.push((path, report));
    }
    let report = view.surveyed();
    let mut files = by_file(&view, &report);
    with_unread(&mut view, &mut files);
    let of = |(path, glance): (String, ivs_driver::Report)| {
        let others = others(&view, &path, &report, &glance)?;
        Some((path, others))
    };
    let remaining = glances.into_iter().filter_map(of).collect();
    tell(What::All { files, remaining: Some(Arc::new(remaining)), untried: report.untried > 0 });
}
