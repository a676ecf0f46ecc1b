//! Hostile texts in every place of every kind of the library where a text can stand: the places are found in its schemas. Either
//! the text is refused, by one diagnostic at that place, or it stands in the outputs as it was written, read by parsers that are
//! not the compiler's, and nothing beside it changes.
//!
//! `tests/strings/*.ivs` declare something of every kind; each text is tried in an overlay. `tests/strings/silent.txt` lists the
//! places of which no output says anything, and those that take no text of one's own choice. A run tries some of the places with
//! one text each; `IVS_FULL=1` tries all texts in all of them, `IVS_ONLY=probe.path,meter` in those whose names have one of these
//! parts; `IVS_UPDATE=1` tries one text in each and writes the list anew.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

#[path = "strings/compare.rs"]
mod compare;
#[path = "strings/places.rs"]
mod places;
#[path = "strings/samples.rs"]
mod samples;
#[path = "strings/trees.rs"]
mod trees;

use ivs_driver::{Report, Session};
use ivs_plan::OutputFile;
use ivs_source::Severity;
use places::{Place, Writer, kinds, places};
use serde_json::Value as Json;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

/// What formats take for something else: holes, other types, structure, ends of texts, other scripts.
const HOSTILE: &[&str] = &[
    "a ${b} %{c} $${d} \"q\" 'r' \\n : - # no",
    "<i>x</i> & <script>alert(1)</script> &amp;",
    "no",
    "12:30:00",
    "1e3",
    "0755",
    "null",
    " around ",
    "- item",
    "? key: value",
    "Zo\u{e9} \u{6f22}\u{5b57} \u{1f680}",
    "'; DROP TABLE x; --",
    "{{ name }} {% raw %} {{/* x */}}",
    "=1+1",
    "2024-01-01",
    "*alias",
    "!tag",
    "<<",
    "~",
    "# comment",
    "two\nlines\n",
    "a\tb",
    "../../etc/passwd",
    "a|b`c`*d*_e_[f](g)",
    "]]>-->*/",
    "$(id) `id` $HOME",
    "\u{2028}\u{7f}",
    "\u{feff}x",
    "long long long long long long long long long long long long long long long long long long long long long",
];

/// Places that a run tries.
const SAMPLE: usize = 30;

/// The file in which a text is tried, and the environment that it is an overlay of.
const TRIED: &str = "tried.ivs";
const ENVIRONMENT: &str = "hostile";

/// The text as a string of the language.
fn literal(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' | '$' => {
                out.push('\\');
                out.push(c);
            }
            c if c.is_ascii_graphic() || c == ' ' => out.push(c),
            c => write!(out, "\\u{{{:x}}}", u32::from(c)).unwrap(),
        }
    }
    out + "\""
}

/// A place of one declaration.
struct Spot {
    kind: String,
    declaration: String,
    place: Place,
}

impl Spot {
    fn name(&self) -> String {
        format!("{}: {}", self.declaration, self.place.name)
    }

    /// Whether names are made from the text, with parts and bounds of their own.
    fn is_slug(&self) -> bool {
        self.place.field.name == "slug" || self.place.name.ends_with(".moved_from[]")
    }

    /// The entry that sets the text here. `full`: with what else its struct demands.
    fn entry(&self, session: &Session, full: bool, text: &str) -> String {
        match samples::entry(&self.declaration, &self.place.name) {
            Some(entry) => entry.replace('@', &literal(text)),
            None => Writer { db: session.database(), samples: &samples::sample, full }
                .entry(&self.place, &literal(text)),
        }
    }
}

#[derive(Default)]
struct Score {
    kept: usize,
    refused: usize,
    /// Places of which no output says anything, and those that take no text of one's own choice.
    silent: BTreeSet<String>,
    wrong: Vec<String>,
}

struct Trial {
    session: Session,
    /// What there is without any text.
    before: BTreeMap<String, OutputFile>,
    score: Score,
}

impl Trial {
    fn new() -> Trial {
        let root = std::path::Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/strings"));
        let project = ivs_project::load(root, None).unwrap_or_else(|e| panic!("{e:?}"));
        let mut session = Session::of(&project, 1);
        let (report, files) = session.build(Some(ENVIRONMENT));
        assert!(!report.has_errors(), "{}", errors(&report).join("\n"));
        let before = files.into_iter().map(|f| (f.path.clone(), f)).collect();
        Trial { session, before, score: Score::default() }
    }

    /// Every place of every declaration.
    fn spots(&self) -> Vec<Spot> {
        let db = self.session.database();
        let mut spots = Vec::new();
        for kind in kinds(db) {
            let of_kind = kind.key(db).name.to_string();
            let own = ivs_model::decls_of_kind(db, kind).iter().filter(|d| d.file(db).own(db));
            let declared: Vec<String> = own.map(|d| d.key(db).name.to_string()).collect();
            assert!(!declared.is_empty(), "nothing in tests/strings is a {of_kind}");
            // A declaration's name is a word; a document's text is a template, which is markup.
            let written = |p: &Place| p.field.name != "name" && p.name != "document.text";
            for place in places(db, kind).into_iter().filter(written) {
                spots.extend(declared.iter().map(|declaration| Spot {
                    kind: of_kind.clone(),
                    declaration: declaration.clone(),
                    place: place.clone(),
                }));
            }
        }
        spots
    }

    fn with(&mut self, spot: &Spot, entry: &str) -> (Report, Vec<OutputFile>) {
        let text =
            format!("overlay {ENVIRONMENT} {{\n  {} {} {{ {entry} }}\n}}\n", spot.kind, spot.declaration);
        self.session.set_text(TRIED, &text);
        self.session.build(Some(ENVIRONMENT))
    }

    /// The files that differ from those without any text, as trees.
    fn changed(&self, files: &[OutputFile]) -> Result<BTreeMap<String, Json>, String> {
        let mut out = BTreeMap::new();
        for f in files.iter().filter(|f| self.before.get(&f.path).is_none_or(|b| b.text != f.text)) {
            let tree = trees::tree(f).map_err(|e| format!("{}: {e}\n{}", f.path, f.text))?;
            out.extend(tree.map(|t| (f.path.clone(), t)));
        }
        Ok(out)
    }

    /// Tries texts in one place.
    fn run(&mut self, spot: &Spot, texts: &[&str]) {
        // First a text without anything special that the place takes, to compare with.
        let mut full = false;
        let mut taken = None;
        let mut fewest = usize::MAX;
        let ways = if samples::entry(&spot.declaration, &spot.place.name).is_some() { 1 } else { 2 };
        for (plain, way) in samples::PLAIN.iter().flat_map(|p| [(p, false), (p, true)].into_iter().take(ways))
        {
            let entry = spot.entry(&self.session, way, plain);
            let (report, files) = self.with(spot, &entry);
            let found = errors(&report).len();
            if found < fewest {
                (fewest, full) = (found, way);
            }
            if found == 0 {
                taken = Some((*plain, files));
                break;
            }
        }
        let Some((plain, files)) = taken else {
            self.score.silent.insert(format!("no text: {}", spot.name()));
            for text in texts {
                let entry = spot.entry(&self.session, full, text);
                let (report, _) = self.with(spot, &entry);
                match report.has_errors() {
                    true => self.refused(spot, text, &entry, &report, false),
                    false => self.wrong(spot, text, "is taken, and no other text is"),
                }
            }
            return;
        };
        let trees = match self.changed(&files) {
            Ok(trees) => trees,
            Err(why) => return self.wrong(spot, plain, &why),
        };
        if !trees.values().any(|t| compare::mentions(t, plain)) && !spot.is_slug() {
            self.score.silent.insert(format!("unread: {}", spot.name()));
        }
        for text in texts {
            let entry = spot.entry(&self.session, full, text);
            let (report, now) = self.with(spot, &entry);
            if report.has_errors() {
                self.refused(spot, text, &entry, &report, true);
                continue;
            }
            match self.kept(spot, (plain, text), (files.len(), &trees), &now) {
                Ok(()) => self.score.kept += 1,
                Err(why) => self.wrong(spot, text, &why),
            }
        }
    }

    fn wrong(&mut self, spot: &Spot, text: &str, why: &str) {
        self.score.wrong.push(format!("{} with {text:?}: {why}", spot.name()));
    }

    /// One diagnostic, at the text.
    fn refused(&mut self, spot: &Spot, text: &str, entry: &str, report: &Report, free: bool) {
        self.score.refused += 1;
        let found = errors(report);
        let first = report.diagnostics.iter().find(|d| d.severity == Severity::Error).unwrap();
        let spelled = literal(text);
        // Keys have no place of their own: their values have. A slug is read by the defaults of other fields.
        let exact = free && !spot.place.is_key() && !spot.is_slug();
        let here = std::iter::once(&first.primary).chain(&first.labels).any(|label| {
            let file = &report.files[label.place.of as usize];
            let at = file.text.find(&spelled).unwrap_or(0);
            let (start, end) = (label.place.span.start as usize, label.place.span.end as usize);
            file.path == TRIED && (!exact || start < at + spelled.len() && at <= end)
        });
        let excused = samples::TWICE.contains(&spot.place.name.as_str());
        if found.len() != 1 && !excused || !here && !spot.is_slug() {
            self.wrong(spot, text, &format!("is refused by {found:#?}\n{entry}"));
        }
    }

    /// The outputs are those with the plain text, but for the text.
    fn kept(
        &self,
        spot: &Spot,
        (plain, text): (&str, &str),
        (files, trees): (usize, &BTreeMap<String, Json>),
        now: &[OutputFile],
    ) -> Result<(), String> {
        let changed = self.changed(now)?;
        if files != now.len() {
            return Err(format!("{files} files became {}", now.len()));
        }
        let harmless = |c: char| c.is_alphanumeric() || "-_./".contains(c);
        let odd = now.iter().find(|f| !f.path.chars().all(harmless) || f.path.contains(".."));
        if let Some(odd) = odd {
            return Err(format!("a file is called {:?}", odd.path));
        }
        if spot.is_slug() {
            // What everything is called, is called otherwise; that it can be read is enough.
            return Ok(());
        }
        let find = |path: &str| match changed.get(path) {
            Some(tree) => Some(tree.clone()),
            None => {
                let renamed = changed.iter().find(|(p, _)| compare::fits(path, p, plain, text));
                let as_before =
                    || now.iter().find(|f| f.path == path).and_then(|f| trees::tree(f).ok().flatten());
                renamed.map(|(_, tree)| tree.clone()).or_else(as_before)
            }
        };
        trees.iter().try_for_each(|(path, tree)| {
            let other = find(path).ok_or_else(|| format!("{path} is gone"))?;
            compare::same(tree, &other, plain, text).map_err(|why| format!("{path}{why}"))
        })
    }
}

fn errors(report: &Report) -> Vec<String> {
    let all = report.diagnostics.iter().filter(|d| d.severity == Severity::Error);
    all.map(|d| format!("{} {}: {}", d.code, report.files[d.primary.place.of as usize].path, d.message))
        .collect()
}

#[test]
fn hostile_texts_are_refused_or_kept() {
    let set = |name: &str| std::env::var(name).ok();
    let (only, update) = (set("IVS_ONLY"), set("IVS_UPDATE").is_some());
    let every = set("IVS_FULL").is_some();
    let mut trial = Trial::new();
    let mut spots = trial.spots();
    if let Some(only) = &only {
        spots.retain(|s| only.split(',').any(|part| s.name().contains(part)));
    }
    let step = if every || update || only.is_some() { 1 } else { spots.len().div_ceil(SAMPLE) };
    for (n, spot) in spots.iter().enumerate().step_by(step) {
        match every || only.is_some() {
            true => trial.run(spot, HOSTILE),
            false => trial.run(spot, &[HOSTILE[n % HOSTILE.len()]]),
        }
    }
    let Score { kept, refused, silent, wrong } = trial.score;
    println!("{} places: {kept} texts kept, {refused} refused", spots.len().div_ceil(step));
    let list = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/strings/silent.txt");
    if update && only.is_none() {
        std::fs::write(list, silent.iter().map(|s| format!("{s}\n")).collect::<String>()).unwrap();
    }
    assert!(wrong.is_empty(), "{}\n{} in all", wrong.join("\n"), wrong.len());
    let listed: BTreeSet<String> =
        std::fs::read_to_string(list).unwrap().lines().map(str::to_owned).collect();
    let new: Vec<&String> = silent.difference(&listed).collect();
    assert!(new.is_empty(), "not in silent.txt: {new:#?}");
    if (every || update) && only.is_none() {
        let old: Vec<&String> = listed.difference(&silent).collect();
        assert!(old.is_empty(), "no longer silent: {old:#?}");
    }
}
