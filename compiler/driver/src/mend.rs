//! Applying fixes: all that are certain, in rounds, each round checked.

use crate::report::Report;
use crate::verify::copy;
use crate::{Session, apply_edits};
use ivs_source::{Diagnostic, Fix, Program, Severity};
use std::collections::{BTreeMap, BTreeSet};

/// Rounds; each mends something, and what it uncovers is for the next.
const MAX_ROUNDS: usize = 32;

/// A fix that was applied.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Applied {
    /// Package-relative path of the finding.
    pub path: String,
    /// Line of the finding, from 1, at the time.
    pub line: usize,
    /// Its code.
    pub code: &'static str,
    /// What was done: "write `70%`".
    pub title: String,
}

/// What mending a package did.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Mended {
    /// The files that changed: package-relative path, old and new text.
    pub files: Vec<(String, String, String)>,
    /// What was done, in order.
    pub applied: Vec<Applied>,
    /// What is left.
    pub report: Report,
}

/// Identifies a finding across edits that move it.
type Key = (&'static str, String);

/// New texts by path.
type Texts = BTreeMap<String, String>;

fn key(d: &Diagnostic<u32>) -> Key {
    (d.code, d.message.clone())
}

fn count(r: &Report, k: &Key) -> usize {
    r.diagnostics.iter().filter(|d| key(d) == *k).count()
}

fn syntax(r: &Report) -> usize {
    r.diagnostics.iter().filter(|d| d.code.starts_with("IVS00")).count()
}

fn errors(r: &Report) -> usize {
    r.diagnostics.iter().filter(|d| d.severity == Severity::Error).count()
}

/// Whether a fix did what it is for: its finding is gone, and no text became less readable.
fn mends(before: &Report, after: &Report, k: &Key) -> bool {
    count(after, k) < count(before, k) && syntax(after) <= syntax(before)
}

impl Session {
    /// Applies every fix that is certain, again and again until nothing is left to apply. Nothing is written; the
    /// session itself stays as it is.
    pub fn mend(&mut self) -> Mended {
        let mut work = copy(&self.db, &self.config, &[]);
        work.published = self.published.clone();
        let mut report = work.check();
        let mut applied = Vec::new();
        let mut refused: BTreeSet<(Key, String)> = BTreeSet::new();
        for _ in 0..MAX_ROUNDS {
            let chosen = work.choose(&report, &refused);
            if chosen.is_empty() {
                break;
            }
            let all: Vec<&Fix<u32>> = chosen.iter().map(|(_, f)| f).collect();
            let before = work.own_texts();
            if let Some(texts) = edited(&report, &before, &all) {
                work.put_texts(&texts);
                let after = work.unverified();
                let worse = chosen.iter().any(|(i, _)| {
                    report.diagnostics.get(*i).is_none_or(|d| !mends(&report, &after, &key(d)))
                });
                if !worse {
                    applied.extend(chosen.iter().filter_map(|(i, f)| done(&report, *i, f)));
                    report = work.check();
                    continue;
                }
                work.put_texts(&before);
            }
            // One of them does not do what it is for: the first that does, alone.
            let mut progress = false;
            for (i, fix) in &chosen {
                let Some(d) = report.diagnostics.get(*i) else { continue };
                let k = key(d);
                if work.tried(&report, &before, fix).is_some_and(|after| mends(&report, &after, &k)) {
                    applied.extend(done(&report, *i, fix));
                    if let Some(texts) = edited(&report, &before, &[fix]) {
                        work.put_texts(&texts);
                    }
                    progress = true;
                    break;
                }
                refused.insert((k, fix.title.clone()));
            }
            if progress {
                report = work.check();
            }
        }
        let (old, new) = (self.own_texts(), work.own_texts());
        let files = new
            .into_iter()
            .filter_map(|(path, new)| {
                let old = old.get(&path)?;
                (*old != new).then(|| (path, old.clone(), new))
            })
            .collect();
        Mended { files, applied, report }
    }

    fn own_texts(&self) -> Texts {
        let files = Program::get(&self.db).files(&self.db).iter().filter(|f| f.own(&self.db));
        files.map(|f| (f.path(&self.db).to_string(), f.text(&self.db).to_string())).collect()
    }

    fn put_texts(&mut self, texts: &Texts) {
        for (path, text) in texts {
            self.set_text(path, text);
        }
    }

    /// What is found with a fix; the sources are as they were afterwards.
    fn tried(&mut self, report: &Report, texts: &Texts, fix: &Fix<u32>) -> Option<Report> {
        let new = edited(report, texts, &[fix])?;
        self.put_texts(&new);
        let after = self.unverified();
        self.put_texts(texts);
        Some(after)
    }

    /// A fix for every finding that has a certain one, as far as their edits do not touch.
    fn choose(&mut self, report: &Report, refused: &BTreeSet<(Key, String)>) -> Vec<(usize, Fix<u32>)> {
        let texts = self.own_texts();
        let mut taken: Vec<(u32, u32, u32)> = Vec::new();
        let mut out = Vec::new();
        for (i, d) in report.diagnostics.iter().enumerate() {
            let k = key(d);
            let open: Vec<&Fix<u32>> =
                d.fixes.iter().filter(|f| !refused.contains(&(k.clone(), f.title.clone()))).collect();
            let fix = match open[..] {
                [] => continue,
                // Asking for `none` moves the question along: it is certain only where that answers it.
                [one] if d.code != ivs_model::code::MAYBE_NONE => one,
                // Several spellings are offered: certain is the one that compiles, if no other does.
                _ => {
                    let mut good = open.iter().filter(|f| {
                        self.tried(report, &texts, f)
                            .is_some_and(|after| mends(report, &after, &k) && errors(&after) < errors(report))
                    });
                    match (good.next(), good.next()) {
                        (Some(one), None) => one,
                        _ => continue,
                    }
                }
            };
            let spans: Vec<(u32, u32, u32)> =
                fix.edits.iter().map(|e| (e.place.of, e.place.span.start, e.place.span.end)).collect();
            let touches = |a: &(u32, u32, u32)| taken.iter().any(|b| a.0 == b.0 && a.1 <= b.2 && b.1 <= a.2);
            if spans.is_empty() || spans.iter().any(touches) {
                continue;
            }
            taken.extend(spans);
            out.push((i, fix.clone()));
        }
        out
    }
}

/// The texts that fixes change; `None` if they cannot be applied together.
fn edited(report: &Report, texts: &Texts, fixes: &[&Fix<u32>]) -> Option<Texts> {
    let mut edits: BTreeMap<&str, Vec<(usize, usize, &str)>> = BTreeMap::new();
    for e in fixes.iter().flat_map(|f| &f.edits) {
        let file = report.files.get(e.place.of as usize)?;
        if file.library || file.dependency {
            return None;
        }
        let span = (e.place.span.start as usize, e.place.span.end as usize, e.text.as_str());
        edits.entry(&file.path).or_default().push(span);
    }
    let one = |(path, edits): (&str, Vec<_>)| Some((path.to_owned(), apply_edits(texts.get(path)?, &edits)?));
    edits.into_iter().map(one).collect()
}

fn done(report: &Report, i: usize, fix: &Fix<u32>) -> Option<Applied> {
    let d = report.diagnostics.get(i)?;
    let file = report.files.get(d.primary.place.of as usize)?;
    let before = file.text.get(..d.primary.place.span.start as usize)?;
    Some(Applied {
        path: file.path.clone(),
        line: before.matches('\n').count() + 1,
        code: d.code,
        title: fix.title.clone(),
    })
}
