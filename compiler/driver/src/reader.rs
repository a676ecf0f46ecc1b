//! Questions from other threads, and what an editor wants to know first.

use crate::by_file::{self, Stretch};
use crate::database::{Database, each_of};
use crate::decide::loops;
use crate::report::report_of;
use crate::{Report, Session};
use ivs_eval::Env;
use ivs_model::Module;
use ivs_source::{Program, Severity, SourceFile};
use rustc_hash::{FxHashMap, FxHashSet};
use smol_str::SmolStr;
use std::collections::BTreeSet;

impl Session {
    /// A session over the same texts and everything known of them, for questions on another thread. An edit of the
    /// session it comes from waits until no such reader is left, and makes what they are asked unwind with
    /// `salsa::Cancelled`.
    pub fn reader(&self) -> Session {
        Session {
            db: self.db.clone(),
            threads: self.threads,
            config: self.config.clone(),
            once: self.once,
            published: self.published.clone(),
            deep: self.deep,
        }
    }

    /// The package's configuration.
    pub fn config(&self) -> &ivs_project::Config {
        &self.config
    }

    /// The source of a path as reports have it: package-relative, `std/…`, or a dependency's name and the path in it.
    pub fn source(&self, path: &str) -> Option<SourceFile> {
        let files = Program::get(&self.db).files(&self.db);
        files.iter().copied().find(|f| f.path(&self.db) == path)
    }

    /// [`Session::check`], with every proposed fix as help: [`Report::untried`] says how many there are.
    pub fn survey(&mut self) -> Report {
        self.unverified()
    }

    /// Asks the same of many things, on several threads where there is enough to do; answers in order. With an edit it
    /// unwinds like [`Session::reader`]'s questions.
    pub fn each<T: Sync, R: Send>(
        &self,
        things: &[T],
        ask: impl Fn(&dyn ivs_source::Db, &T) -> R + Sync + Send,
    ) -> Vec<R> {
        each_of(&self.db, self.parallel(), 16, things, |db, t| ask(db, t))
    }

    /// The errors of one file of the package, without what checks find and what other files are the cause of: syntax,
    /// names, types, and the values of the declarations in it. An answer to a keystroke, while [`Session::check`] is
    /// still at work.
    pub fn glance(&mut self, path: &str) -> Report {
        self.glance_at(&[path], 1)
    }

    /// [`Session::glance`] at several files: at the items of the first `close` of them. Of the others only what is wrong
    /// with how they declare names.
    pub fn glance_at(&mut self, paths: &[impl AsRef<str>], close: usize) -> Report {
        let all: FxHashMap<&str, SourceFile> =
            Program::get(&self.db).files(&self.db).iter().map(|f| (f.path(&self.db).as_str(), *f)).collect();
        let files: Vec<SourceFile> = paths.iter().filter_map(|p| all.get(p.as_ref()).copied()).collect();
        self.run(move |db, threads| {
            let mut envs = vec![Env::new(db, SmolStr::default())];
            envs.extend(ivs_eval::environments(db).into_iter().map(|e| Env::new(db, e)));
            let near = files.get(..close).unwrap_or(&files);
            let of = |&file| by_file::stretches_of(db, file).map(move |n| (file, n));
            let of: Vec<Stretch> = near.iter().flat_map(of).collect();
            let ask = |db: &Database, (file, n): &Stretch| by_file::sources(db, *file, *n);
            let sources = each_of(db, threads, 4, &of, ask);
            let mut findings: Vec<_> = sources.iter().flat_map(|s| s.diagnostics.iter().cloned()).collect();
            let modules: BTreeSet<&SmolStr> = files.iter().map(|f| f.module(db)).collect();
            let asked: FxHashSet<SourceFile> = files.iter().copied().collect();
            for module in modules {
                let of_module = ivs_model::module_diagnostics(db, Module::new(db, module.clone())).iter();
                findings.extend(of_module.filter(|d| asked.contains(&d.primary.place.of.file(db))).cloned());
            }
            for env in envs {
                let values =
                    each_of(db, threads, 4, &of, |db, (file, n)| by_file::values(db, env, *file, *n));
                findings.extend(values.iter().flat_map(|v| v.diagnostics().cloned()));
                let suspects: Vec<_> = values.iter().flat_map(|v| v.unknown.iter().cloned()).collect();
                findings.extend(loops(db, env, &suspects));
            }
            findings.retain(|d| d.severity == Severity::Error);
            report_of(db, findings, &files)
        })
    }
}
