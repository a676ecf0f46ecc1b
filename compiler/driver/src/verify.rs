//! Fixes, tried on a copy of the sources before they are offered.

use crate::Session;
use crate::database::Database;
use ivs_eval::{CheckFinding, Env};
use ivs_project::Config;
use ivs_source::{
    DataEntry, DataFiles, Fix, ItemDiagnostic, ItemId, Origin, Program, SourceFile, item_offset,
};
use smol_str::SmolStr;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Edits of one text: start, end, new text.
type Edits<'a> = Vec<(usize, usize, &'a str)>;

/// How often each finding, by code and message.
type State = BTreeMap<(&'static str, String), usize>;

/// A copy of the package.
pub(crate) struct Verifier {
    session: Session,
    /// What does not hold without any fix, of all checks.
    before: BTreeMap<Env, Failures>,
}

/// What does not hold: check, requirement and binding.
type Failures = BTreeSet<(ItemId, u32, String)>;

/// A session of its own over the same texts, with some more.
pub(crate) fn copy(db: &Database, config: &Config, more: &[(String, SmolStr, String)]) -> Session {
    let fresh = Database::default();
    let old = Program::get(db);
    let copied = |f: &SourceFile| f.copy(db, &fresh);
    let mut files: Vec<SourceFile> = old.files(db).iter().map(copied).collect();
    for (path, module, text) in more {
        let text = Arc::from(text.as_str());
        files.push(SourceFile::of(&fresh, path.as_str().into(), text, module.clone(), Origin::Own));
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
    crate::definitions::copy(db, &fresh);
    Session { db: fresh, threads: 1, config: config.clone(), once: false, published: Vec::new(), deep: false }
}

impl Verifier {
    pub fn new(db: &Database, config: &Config) -> Verifier {
        Verifier { session: copy(db, config, &[]), before: BTreeMap::new() }
    }

    /// Whether the fix of a requirement of a kind, struct or body does away with it, and nothing new is wrong with the
    /// declarations that it edits.
    pub fn mends_requirement(&mut self, db: &Database, found: &ItemDiagnostic) -> bool {
        let Some(fix) = found.fixes.first() else { return false };
        let mut envs = vec![Env::new(db, SmolStr::default())];
        envs.extend(ivs_eval::environments(db).into_iter().map(|e| Env::new(db, e)));
        let mut decls = self.edited(db, fix);
        let about = std::iter::once(&found.primary).chain(&found.labels).map(|l| l.place.of);
        decls.extend(about.filter(|i| i.file(db).own(db) && i.key(db).keyword == "decl"));
        let key = (found.code, found.message.clone());
        let before = self.state(db, &decls, &envs);
        let Some(old) = self.apply(db, fix) else { return false };
        let after = self.state(db, &decls, &envs);
        self.restore(old);
        let count = |state: &State| state.get(&key).copied().unwrap_or(0);
        count(&after) < count(&before) && nothing_new(&before, &after)
    }

    /// Whether the fix of a check makes it hold for that binding, neither it nor another check fails where it held, and the new
    /// value is one of its field's type.
    pub fn mends_check(&mut self, db: &Database, found: &CheckFinding, envs: &[Env]) -> bool {
        let Some(fix) = found.diagnostic.fixes.first() else { return false };
        let mut decls = self.edited(db, fix);
        decls.extend(found.about.iter().copied());
        let before = self.state(db, &decls, envs);
        let Some(check) = self.twin(db, found.check) else { return false };
        // What it changes, it may change in any environment.
        let mut every = vec![Env::new(db, SmolStr::default())];
        every.extend(ivs_eval::environments(db).into_iter().map(|e| Env::new(db, e)));
        for env in &every {
            let fresh = Env::new(&self.session.db, env.name(db).clone());
            let session = &self.session;
            self.before.entry(*env).or_insert_with(|| failures(&session.db, fresh));
        }
        let Some(old) = self.apply(db, fix) else { return false };
        let this = (found.require, found.binding.clone());
        let mends = |env: &Env| {
            let fresh = Env::new(&self.session.db, env.name(db).clone());
            let db = &self.session.db;
            !ivs_eval::check_parts(db, fresh, check)
                .into_iter()
                .any(|part| ivs_eval::check_failures(db, fresh, part).contains(&this))
        };
        let breaks = |env: &Env| {
            let fresh = Env::new(&self.session.db, env.name(db).clone());
            let known = self.before.get(env);
            !known.is_some_and(|known| failures(&self.session.db, fresh).is_subset(known))
        };
        // Most that do not mend anything are found out first: the other checks are asked last.
        let holds = envs.iter().all(mends) && !every.iter().any(breaks);
        let sound = holds && nothing_new(&before, &self.state(db, &decls, envs));
        self.restore(old);
        sound
    }

    /// The declarations that a fix edits, or amends.
    fn edited(&self, db: &Database, fix: &Fix<ItemId>) -> Vec<ItemId> {
        let mut out = Vec::new();
        for e in &fix.edits {
            match e.place.of.key(db).keyword {
                "overlay" => {
                    let targets = ivs_model::overlay_targets(db, e.place.of);
                    out.extend(targets.iter().filter_map(|t| t.target));
                    out.push(e.place.of);
                }
                _ => out.push(e.place.of),
            }
        }
        out
    }

    /// The same item in the copy.
    fn twin(&self, db: &Database, item: ItemId) -> Option<ItemId> {
        let fresh = &self.session.db;
        let old = item.file(db);
        let file = Program::get(fresh)
            .files(fresh)
            .iter()
            .copied()
            .find(|f| f.path(fresh) == old.path(db) && f.origin(fresh) == old.origin(db))?;
        Some(ItemId::new(fresh, file, item.key(db).clone()))
    }

    /// What is wrong with declarations: how often each code and message.
    fn state(&self, db: &Database, decls: &[ItemId], envs: &[Env]) -> State {
        let fresh = &self.session.db;
        let mut state = State::new();
        let mut decls = decls.to_vec();
        decls.sort();
        decls.dedup();
        for decl in decls.into_iter().filter_map(|d| self.twin(db, d)) {
            let mut found = ivs_model::item_diagnostics(fresh, decl).clone();
            let real = decl.key(fresh).keyword == "decl" && !ivs_model::decl_info(fresh, decl).template;
            for env in envs.iter().filter(|_| real) {
                let env = Env::new(fresh, env.name(db).clone());
                for inst in ivs_eval::instances(fresh, env, decl) {
                    found.extend(ivs_eval::object_once(fresh, env, inst).diagnostics.iter().cloned());
                }
            }
            for d in found {
                *state.entry((d.code, d.message)).or_insert(0) += 1;
            }
        }
        state
    }

    /// Applies a fix to the copy; gives what to restore. `None` if it cannot be applied.
    fn apply(&mut self, db: &Database, fix: &Fix<ItemId>) -> Option<Vec<(String, String)>> {
        let mut texts: BTreeMap<String, (String, Edits<'_>)> = BTreeMap::new();
        for e in &fix.edits {
            let file = e.place.of.file(db);
            if !file.own(db) {
                return None;
            }
            let offset = item_offset(db, e.place.of) as usize;
            let (start, end) = (offset + e.place.span.start as usize, offset + e.place.span.end as usize);
            let entry = texts.entry(file.path(db).to_string());
            let (_, edits) = entry.or_insert_with(|| (file.text(db).to_string(), Vec::new()));
            edits.push((start, end, &e.text));
        }
        let new: Option<Vec<(String, String)>> = texts
            .iter()
            .map(|(path, (text, edits))| Some((path.clone(), crate::apply_edits(text, edits)?)))
            .collect();
        for (path, text) in new? {
            self.session.set_text(&path, &text);
        }
        Some(texts.into_iter().map(|(path, (text, _))| (path, text)).collect())
    }

    fn restore(&mut self, old: Vec<(String, String)>) {
        for (path, text) in old {
            self.session.set_text(&path, &text);
        }
    }
}

/// Whether everything that is wrong was wrong before.
fn nothing_new(before: &State, after: &State) -> bool {
    after.iter().all(|(k, n)| before.get(k).is_some_and(|m| n <= m))
}

/// What does not hold of all checks.
fn failures(db: &Database, env: Env) -> Failures {
    let mut out = Failures::new();
    for check in crate::checks::decidable(db) {
        for part in ivs_eval::check_parts(db, env, check) {
            let found = ivs_eval::check_failures(db, env, part);
            out.extend(found.iter().map(|(require, binding)| (check, *require, binding.clone())));
        }
    }
    out
}
