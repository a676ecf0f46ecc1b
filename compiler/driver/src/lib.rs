//! The compiler as a library: sources in, diagnostics and output files out, again and again.
//!
//! Takes texts and a configuration. Gives reports and files; keeps what it computed, so that the next question after
//! an edit is answered from what did not change. Never reads or writes a file.

mod by_file;
mod checks;
mod data;
mod database;
mod decide;
mod definitions;
mod dependencies;
mod diff;
mod docs;
mod emit;
mod figures;
mod fork;
mod free;
mod graph;
mod library;
mod mend;
mod outputs;
mod place;
mod published;
mod reader;
mod report;
mod solve;
mod test;
mod trace;
mod trial;
mod verify;
mod why;

pub use database::Database;
pub use diff::{Decided, DeclarationDiff, Diff, ValueDiff, diff};
pub use docs::{FieldDoc, FunctionDoc, ItemDoc, ModuleDoc, Piece, Reference};
pub use emit::targets;
pub use figures::{Figure, Figures, Goal, Growth, Input, Kpi, Rests, Told, Verdict};
pub use free::{known_fields, known_made, known_texts};
pub use graph::{Dangling, EdgeSort, Graph, GraphEdge, GraphNode, Impact, NodeRole, Step};
pub use ivs_eval::Role;
pub use ivs_model::TRIAL_TEXT as TRIED;
pub use ivs_plan::KnownField;
pub use ivs_stdlib::CODES as LIBRARY_CODES;
pub use mend::{Applied, Mended};
pub use outputs::{Declaration, OutputObject};
pub use published::CODES;
pub use report::{Report, ReportFile};
pub use solve::{Bounds, Question, Solution};
pub use test::{Coverage, Outcome, Tested};
pub use trial::Setting;
pub use why::{WhyLayer, WhyNode, WhyReport};

use ivs_eval::{Env, Held, Inst, PathKey};
use ivs_grammar::ast::Span;
use ivs_plan::OutputFile;
use ivs_project::{Config, Dependency, Project, Published, SourceText};
use ivs_source::{DataFiles, ItemKey, Origin, OutlineItem, Packages, Program, Shipped, SourceFile};
use salsa::{Durability, Setter};
use smol_str::SmolStr;
use std::sync::Arc;

/// A program under compilation.
pub struct Session {
    db: Database,
    threads: usize,
    config: Config,
    once: bool,
    published: Vec<Published>,
    /// Whether values of the database are unknown because they were too deep when they were asked for.
    deep: bool,
}

impl Session {
    /// A session over the sources of a package and the standard library. `threads`: 0 for one per processor.
    pub fn new(sources: Vec<SourceText>, config: Config, threads: usize) -> Session {
        Session::with(sources, &[], config, threads)
    }

    /// A session over a package and what it depends on.
    pub fn of(project: &Project, threads: usize) -> Session {
        let session =
            Session::with(project.sources.clone(), &project.dependencies, project.config.clone(), threads)
                .with_data(project.data.clone())
                .with_published(project.lock.published.clone());
        project.dependencies.iter().fold(session, |s, d| s.with_data_of(&d.name, &d.data))
    }

    fn with(
        sources: Vec<SourceText>,
        dependencies: &[Dependency],
        config: Config,
        threads: usize,
    ) -> Session {
        let db = Database::default();
        let mut files: Vec<SourceFile> = Vec::with_capacity(ivs_stdlib::FILES.len() + sources.len());
        for ((path, text), (outlined, heads)) in ivs_stdlib::FILES.iter().zip(ivs_stdlib::outlines()) {
            debug_assert_eq!(*path, outlined);
            let module = match path.rsplit_once('/') {
                Some((folder, _)) => format!("std.{}", folder.replace('/', ".")),
                None => "std".to_owned(),
            };
            let path = SmolStr::from(format!("std/{path}"));
            let heads = Shipped { text: heads, read: |text| ivs_stdlib::items(text).map(shipped).collect() };
            files.push(SourceFile::shipped(&db, path, Arc::from(*text), module.into(), heads));
        }
        let words = |names: &[String]| names.iter().map(SmolStr::from).collect::<Vec<_>>();
        let mut packages = Packages::new();
        packages.insert(config.package.as_str().into(), words(&config.dependency_names()));
        for d in dependencies {
            packages.insert(d.name.as_str().into(), words(&d.uses));
            for s in &d.sources {
                let (path, module) = (s.path.as_str().into(), s.module.as_str().into());
                files.push(SourceFile::of(&db, path, s.text.clone(), module, Origin::Dependency));
            }
        }
        for s in sources {
            files.push(SourceFile::of(&db, s.path.into(), s.text, s.module.into(), Origin::Own));
        }
        files.sort_by(|a, b| (a.origin(&db), a.path(&db)).cmp(&(b.origin(&db), b.path(&db))));
        let date = config.as_of.map(|d| (d.year as i16, d.month, d.day));
        let _ = Program::builder(files.into(), config.package.clone().into(), packages.into(), date)
            .durability(Durability::MEDIUM)
            .new(&db);
        // Made here, so that who asked before the first data file came asks again.
        let _ = DataFiles::builder(Arc::from([])).durability(Durability::MEDIUM).new(&db);
        definitions::name(&db, &config);
        Session { db, threads, config, once: false, published: Vec::new(), deep: false }
    }

    /// Says that each question is asked once: values are not kept for the next one, which takes half the memory.
    pub fn once(mut self) -> Session {
        self.once = true;
        self
    }

    /// Says that a file is about to be edited, as an editor does when it shows one. The first edit of a file that was
    /// not opened is answered as slowly as the next question after this. A file that others build on, with templates or
    /// definitions, is shown more often than changed, and what depends on it is answered slower from then on: it is taken for
    /// one that changes once it does.
    pub fn open(&mut self, path: &str) {
        let program = Program::get(&self.db);
        let file =
            program.files(&self.db).iter().copied().find(|f| f.own(&self.db) && f.path(&self.db) == path);
        if let Some(file) = file
            && !shared(&self.db, file)
        {
            let text = file.text(&self.db).clone();
            file.edit(&mut self.db, text);
        }
    }

    /// Replaces (or adds) the text of a file of the package. Equal text changes nothing.
    pub fn set_text(&mut self, path: &str, text: &str) {
        let program = Program::get(&self.db);
        let files = program.files(&self.db).clone();
        match files.iter().find(|f| f.own(&self.db) && f.path(&self.db) == path) {
            Some(file) => {
                if &**file.text(&self.db) != text {
                    file.edit(&mut self.db, Arc::from(text));
                }
            }
            None => {
                let module = match path.rsplit_once('/') {
                    Some((folder, _)) => format!("{}.{}", self.config.package, folder.replace('/', ".")),
                    None => self.config.package.clone(),
                };
                let file = SourceFile::of(&self.db, path.into(), Arc::from(text), module.into(), Origin::Own);
                let mut own: Vec<SourceFile> = files.to_vec();
                own.push(file);
                file.edit(&mut self.db, Arc::from(text));
                self.set_files(own);
            }
        }
    }

    /// Removes a file of the package.
    pub fn remove_file(&mut self, path: &str) {
        let files = Program::get(&self.db).files(&self.db).clone();
        let rest: Vec<SourceFile> =
            files.iter().copied().filter(|f| !f.own(&self.db) || f.path(&self.db) != path).collect();
        if rest.len() != files.len() {
            self.set_files(rest);
        }
    }

    fn set_files(&mut self, mut files: Vec<SourceFile>) {
        files.sort_by(|a, b| {
            (a.origin(&self.db), a.path(&self.db)).cmp(&(b.origin(&self.db), b.path(&self.db)))
        });
        let program = Program::get(&self.db);
        program.set_files(&mut self.db).with_durability(Durability::MEDIUM).to(files.into());
    }

    /// Frees what nothing asks for any more: of values that an edit has changed, the old ones. Otherwise the next edit does,
    /// and takes longer. Whatever is being asked of a reader of this session unwinds, as with an edit.
    pub fn sweep(&mut self) {
        self.db.sweep();
    }

    /// How many whole declarations are kept, those asked for last; all for 0, and without this. The others are evaluated again when
    /// somebody asks for them, which after an edit nobody does unless it has changed them: what was found wrong with them, and
    /// what others read of them, is kept.
    pub fn keep_objects(&mut self, most: usize) {
        ivs_eval::keep_objects(&mut self.db, most);
    }

    /// How many parts of values are held, each once: for tests.
    pub fn kept_parts(&self) -> usize {
        self.db.parts()
    }

    /// The declared environments, by name.
    pub fn environments(&mut self) -> Vec<String> {
        ivs_eval::environments(&self.db).iter().map(SmolStr::to_string).collect()
    }

    /// Decides the base and every environment.
    pub fn check(&mut self) -> Report {
        self.decided(None, true)
    }

    /// [`Session::check`] without the checks: what is wrong with the sources and their values. For those who measure.
    pub fn values(&mut self) -> Report {
        let once = self.once;
        self.run(move |db, threads| {
            let mut envs = vec![Env::new(db, SmolStr::default())];
            envs.extend(ivs_eval::environments(db).into_iter().map(|e| Env::new(db, e)));
            let mut findings = decide::sources(db, threads);
            for &env in &envs {
                match once {
                    true => {
                        let held = &mut Held::default();
                        findings.extend(decide::environment_once(db, env, threads, false, held).0);
                    }
                    false => findings.extend(decide::environment(db, env, threads)),
                }
            }
            report::report(db, findings)
        })
    }

    /// [`Session::check`], with proposed fixes as advice: nothing is tried.
    pub(crate) fn unverified(&mut self) -> Report {
        self.decided(None, false)
    }

    /// [`Session::unverified`], of one environment alone if one is named.
    pub(crate) fn unverified_in(&mut self, env: Option<&str>) -> Report {
        self.decided(env, false)
    }

    fn decided(&mut self, only: Option<&str>, verify: bool) -> Report {
        let once = self.once;
        let config = self.config.clone();
        let published = self.published.clone();
        self.run(move |db, threads| {
            let mut envs = vec![Env::new(db, SmolStr::new(only.unwrap_or_default()))];
            if only.is_none() {
                envs.extend(ivs_eval::environments(db).into_iter().map(|e| Env::new(db, e)));
            }
            let mut findings = decide::sources(db, threads);
            findings.extend(definitions::problems(db));
            let mut held = Held::default();
            for &env in &envs {
                if once {
                    findings.extend(decide::environment_once(db, env, threads, false, &mut held).0);
                } else {
                    findings.extend(decide::environment(db, env, threads));
                }
            }
            published::check(db, &published, &mut findings);
            findings.extend(db.too_deep());
            let mut checked = {
                let how = checks::How { threads, every: only.is_none(), verify, keep: !once };
                checks::decide(&db.holding(held), findings, &envs, &config, how)
            };
            checked.findings.extend(db.too_deep());
            checked.report(db)
        })
    }

    /// Compiles one environment (`None`: the base). No files if anything is wrong.
    pub fn build(&mut self, env: Option<&str>) -> (Report, Vec<OutputFile>) {
        let env = SmolStr::new(env.unwrap_or_default());
        let style = emit::Style::of(&self.config);
        let config = self.config.clone();
        let once = self.once;
        let published = self.published.clone();
        self.run(move |db, threads| {
            let env = Env::new(db, env.clone());
            let mut findings = decide::sources(db, threads);
            findings.extend(definitions::problems(db));
            let mut pending = None;
            let mut held = Held::default();
            if once {
                let (found, insts, lowered) = decide::environment_once(db, env, threads, true, &mut held);
                findings.extend(found);
                pending = Some((insts, lowered));
            } else {
                findings.extend(decide::environment(db, env, threads));
            }
            published::check(db, &published, &mut findings);
            findings.extend(db.too_deep());
            let mut checked = {
                let how = checks::How { threads, every: false, verify: true, keep: !once };
                checks::decide(&db.holding(held), findings, &[env], &config, how)
            };
            checked.findings.extend(db.too_deep());
            let mut files = Vec::new();
            if !checked.failed() {
                let (found, made) = match pending {
                    Some((insts, lowered)) => emit::join(db, env, &style, &insts, &lowered),
                    None => emit::emit(db, env, threads, &style),
                };
                checked.findings.extend(found);
                checked.findings.extend(emit::too_large(db, env, &made));
                files = made;
            }
            let report = checked.report(db);
            if report.has_errors() {
                files.clear();
            }
            (report, files)
        })
    }

    /// The value at a path such as `text-service.scaling.replicas.max`, printed.
    ///
    /// # Errors
    /// What is wrong with the path, or that the value could not be determined.
    pub fn value(&mut self, env: Option<&str>, path: &str) -> Result<String, String> {
        let db = &self.db;
        let env = Env::new(db, SmolStr::new(env.unwrap_or_default()));
        let (head, rest) = split_head(path);
        let (name, key) = match head.split_once('[') {
            Some((n, k)) => (n, Some(k.trim_end_matches(']'))),
            None => (head, None),
        };
        let decl = ivs_model::modules(db)
            .files
            .keys()
            .map(|m| ivs_model::Module::new(db, m.clone()))
            .filter(|m| ivs_model::modules(db).is_own(*m))
            .find_map(|m| ivs_model::module_index(db, m).decls.get(name).and_then(|d| d.first().copied()))
            .ok_or_else(|| format!("there is no declaration `{name}`"))?;
        let inst = match key {
            None => Inst::new(db, decl, None),
            Some(k) => ivs_eval::instances(db, env, decl)
                .into_iter()
                .find(|i| i.key(db).as_ref().is_some_and(|f| f.text() == k))
                .ok_or_else(|| format!("`{name}` has no member `{k}`"))?,
        };
        let names: Vec<&str> = rest.split('.').filter(|s| !s.is_empty()).collect();
        let value = match names.is_empty() {
            true => ivs_value::Value::Struct(ivs_eval::object(db, env, inst).value.clone()),
            false => ivs_eval::value(db, env, inst, PathKey::of(names)),
        };
        match value {
            ivs_value::Value::Unknown => Err(format!("`{path}` could not be determined")),
            v => Ok(ivs_value::display(&v)),
        }
    }

    /// The key figures and expectations in an environment. What failed is left out: `check` says why.
    pub fn figures(&mut self, env: Option<&str>) -> Figures {
        let env = SmolStr::new(env.unwrap_or_default());
        let today = self.config.as_of.map(|d| (d.year as i16, d.month, d.day));
        self.run(move |db, _| figures::figures(db, Env::new(db, env.clone()), today))
    }

    /// What verdicts of checks that hold rest on, in an environment: fields marked `@stated` that they read.
    pub fn rests(&mut self, env: Option<&str>) -> Vec<Rests> {
        let env = SmolStr::new(env.unwrap_or_default());
        self.run(move |db, _| figures::rests(db, Env::new(db, env.clone())))
    }

    /// Why the value at a path such as `text-service.scaling.replicas` (or a constant) is what it is: its layers, and
    /// what their formulas read, down to `depth` values below it.
    ///
    /// # Errors
    /// What is wrong with the path, in a sentence.
    pub fn why(&mut self, env: Option<&str>, path: &str, depth: usize) -> Result<WhyReport, String> {
        let env = SmolStr::new(env.unwrap_or_default());
        self.run(move |db, _| {
            let env = Env::new(db, env.clone());
            let subject = why::find(db, env, path)?;
            let mut explainer = why::Explainer::new(db, env, depth);
            match explainer.explain(&subject) {
                Some(node) => Ok(explainer.finish(vec![node])),
                None => Err(match subject {
                    why::Subject::Value(inst, path) => why::missing(db, env, inst, &path),
                    why::Subject::Constant(..) => format!("`{path}` cannot be explained"),
                }),
            }
        })
    }

    /// Why a line (from 1) of an output file is what it is: the values that it shows.
    ///
    /// # Errors
    /// That there is no such file or line, or that no value decides it; in a sentence.
    pub fn why_line(
        &mut self,
        env: Option<&str>,
        file: &str,
        line: usize,
        depth: usize,
    ) -> Result<WhyReport, String> {
        let env = SmolStr::new(env.unwrap_or_default());
        let style = emit::Style::of(&self.config);
        self.run(move |db, threads| {
            let env = Env::new(db, env.clone());
            let (inst, artifact, at) = emit::line(db, env, threads, &style, file, line)?;
            let shown = trace::shown_by(db, env, inst, &artifact, at);
            let mut explainer = why::Explainer::new(db, env, depth);
            let mut nodes = Vec::new();
            for s in shown {
                nodes.extend(explainer.explain(&why::Subject::Value(s.inst, s.path)));
            }
            if nodes.is_empty() {
                let text = artifact.text.lines().nth(at).unwrap_or_default().trim();
                return Err(format!(
                    "`{text}` is the same whatever `{}` says: it follows from its kind alone",
                    ivs_eval::inst_name(db, inst)
                ));
            }
            Ok(explainer.finish(nodes))
        })
    }

    /// The database, for tests that look at what was computed.
    pub fn database(&self) -> &Database {
        &self.db
    }

    /// How many threads work at a time.
    fn parallel(&self) -> usize {
        match self.threads {
            0 => std::thread::available_parallelism().map_or(1, usize::from),
            n => n,
        }
    }

    /// Runs on a thread with a stack that deep chains of values fit in.
    fn run<R: Send>(&mut self, f: impl Fn(&Database, usize) -> R + Send + Sync) -> R {
        let threads = self.parallel();
        if !self.deep {
            let result = database::with_stack(self.db.clone(), |db| f(&db, threads));
            self.deep = self.db.too_deep().is_some();
            if !self.deep {
                return result;
            }
        }
        // Values are unknown for a reason that depends on who asked first: once more from nothing, in one order.
        let fresh = verify::copy(&self.db, &self.config, &[]).db;
        let result = database::with_stack(fresh.clone(), |db| f(&db, 1));
        if fresh.too_deep().is_none() {
            (self.db, self.deep) = (fresh, false);
        }
        result
    }
}

fn shipped(item: ivs_stdlib::Item) -> (OutlineItem, Span) {
    let ivs_stdlib::Item { keyword, kind, name, ordinal, private, template, switch, span, head } = item;
    let word = SmolStr::new_static;
    let key = ItemKey { keyword, kind: word(kind), name: word(name), ordinal };
    let outline = OutlineItem { key, private, template, head: head.map(word), switch };
    (outline, Span::new(span.0, span.1))
}

/// Whether a file says what others build on.
fn shared(db: &Database, file: SourceFile) -> bool {
    let builds =
        |o: &OutlineItem| o.template || !matches!(o.key.keyword, "decl" | "use" | "overlay" | "test");
    ivs_source::heads(db, file).iter().any(|(_, o)| builds(o))
}

/// `a[b.c].d.e` as `a[b.c]` and `d.e`.
fn split_head(path: &str) -> (&str, &str) {
    let mut depth = 0;
    for (i, c) in path.char_indices() {
        match c {
            '[' => depth += 1,
            ']' => depth -= 1,
            '.' if depth == 0 => {
                return (path.get(..i).unwrap_or(path), path.get(i + 1..).unwrap_or(""));
            }
            _ => {}
        }
    }
    (path, "")
}

/// A text with disjoint edits (start, end, new text) applied; `None` if they overlap or lie outside. New lines end as the
/// text's own do.
pub fn apply_edits(text: &str, edits: &[(usize, usize, &str)]) -> Option<String> {
    let mut edits = edits.to_vec();
    edits.sort_by_key(|e| (e.0, e.1));
    let crlf = text.contains("\r\n");
    let mut out = String::with_capacity(text.len() + 64);
    let mut at = 0;
    for (start, end, new) in edits {
        if start < at || end < start {
            return None;
        }
        out.push_str(text.get(at..start)?);
        match crlf {
            true => out.push_str(&new.replace("\r\n", "\n").replace('\n', "\r\n")),
            false => out.push_str(new),
        }
        at = end;
    }
    out.push_str(text.get(at..)?);
    Some(out)
}
