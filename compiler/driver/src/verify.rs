//! Fixes, tried on a copy of the sources before they are offered.

use crate::Session;
use crate::database::Database;
use ivs_project::Config;
use ivs_source::{
    DataEntry, DataFiles, Diagnostic, Fix, ItemDiagnostic, ItemId, Origin, Program, Severity, SourceFile,
    item_offset,
};
use salsa::Durability;
use smol_str::SmolStr;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Edits of one text: start, end, new text.
type Edits<'a> = Vec<(usize, usize, &'a str)>;

/// A copy of the package.
pub(crate) struct Verifier {
    session: Session,
    /// What is wrong without any fix: how often each code and message.
    before: BTreeMap<(String, String), usize>,
}

fn counted(diagnostics: &[Diagnostic<u32>]) -> BTreeMap<(String, String), usize> {
    let mut counts = BTreeMap::new();
    for d in diagnostics.iter().filter(|d| d.severity == Severity::Error || !d.code.starts_with("IVS")) {
        *counts.entry((d.code.to_owned(), d.message.clone())).or_insert(0) += 1;
    }
    counts
}

/// A session of its own over the same texts, with some more.
pub(crate) fn copy(db: &Database, config: &Config, more: &[(String, SmolStr, String)]) -> Session {
    let fresh = Database::default();
    let old = Program::get(db);
    let copied = |f: &SourceFile| {
        let (path, module) = (f.path(db).clone(), f.module(db).clone());
        let durability = if f.own(db) { Durability::LOW } else { Durability::HIGH };
        SourceFile::builder(path, f.text(db).clone(), module, f.origin(db)).durability(durability).new(&fresh)
    };
    let mut files: Vec<SourceFile> = old.files(db).iter().map(copied).collect();
    for (path, module, text) in more {
        let text = Arc::from(text.as_str());
        files.push(SourceFile::new(&fresh, path.as_str().into(), text, module.clone(), Origin::Own));
    }
    files.sort_by(|a, b| (a.origin(&fresh), a.path(&fresh)).cmp(&(b.origin(&fresh), b.path(&fresh))));
    let packages = old.packages(db).clone();
    let _ = Program::new(&fresh, files.into(), old.package(db).clone(), packages, old.date(db));
    let data = DataFiles::get(db).entries(db).iter().map(|e| DataEntry {
        path: e.path.clone(),
        text: match &e.text {
            Ok(f) => Ok(copied(f)),
            Err(why) => Err(why.clone()),
        },
    });
    DataFiles::new(&fresh, data.collect());
    Session { db: fresh, threads: 1, config: config.clone(), once: false, published: Vec::new() }
}

impl Verifier {
    pub fn new(db: &Database, config: &Config) -> Verifier {
        let mut session = copy(db, config, &[]);
        let before = counted(&session.unverified().diagnostics);
        Verifier { session, before }
    }

    /// Whether a fix mends what it is offered for: the check holds, and the new value is one of the field's type.
    pub fn mends(&mut self, db: &Database, found: &ItemDiagnostic, fix: &Fix<ItemId>) -> bool {
        let mut texts: BTreeMap<String, (String, Edits<'_>)> = BTreeMap::new();
        for e in &fix.edits {
            let file = e.place.of.file(db);
            if !file.own(db) {
                return false;
            }
            let offset = item_offset(db, e.place.of) as usize;
            let (start, end) = (offset + e.place.span.start as usize, offset + e.place.span.end as usize);
            let entry = texts.entry(file.path(db).to_string());
            let (_, edits) = entry.or_insert_with(|| (file.text(db).to_string(), Vec::new()));
            edits.push((start, end, &e.text));
        }
        let mut old = Vec::new();
        for (path, (text, edits)) in &mut texts {
            let Some(new) = crate::apply_edits(text, edits) else { return false };
            old.push((path.clone(), text.clone()));
            self.session.set_text(path, &new);
        }
        let after = counted(&self.session.unverified().diagnostics);
        for (path, text) in old {
            self.session.set_text(&path, &text);
        }
        let key = (found.code.to_owned(), found.message.clone());
        let count = |counts: &BTreeMap<_, usize>, key| counts.get(key).copied().unwrap_or(0);
        // What another check says of the new value is that check's business.
        let concerns = |code: &str| code.starts_with("IVS") || code == found.code;
        count(&after, &key) < count(&self.before, &key).max(1)
            && after.iter().all(|(k, n)| !concerns(&k.0) || *n <= count(&self.before, k))
    }
}
