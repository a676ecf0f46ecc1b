//! Questions from other threads, and what an editor wants to know first.

use crate::by_file;
use crate::database::each_of;
use crate::decide::loops;
use crate::report::report_of;
use crate::{Report, Session};
use ivs_eval::Env;
use ivs_model::Module;
use ivs_source::{Program, Severity, SourceFile};
use smol_str::SmolStr;

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

    /// The errors of one file of the package, without what checks find and what other files are the cause of: syntax,
    /// names, types, and the values of the declarations in it. An answer to a keystroke, while [`Session::check`] is
    /// still at work.
    pub fn glance(&mut self, path: &str) -> Report {
        let Some(file) = self.source(path) else { return Report::default() };
        self.run(move |db, threads| {
            let mut envs = vec![Env::new(db, SmolStr::default())];
            envs.extend(ivs_eval::environments(db).into_iter().map(|e| Env::new(db, e)));
            let stretches = by_file::stretches_of(db, file);
            let mut findings = Vec::new();
            for n in stretches.clone() {
                findings.extend(by_file::sources(db, file, n).diagnostics.iter().cloned());
            }
            let module = Module::new(db, file.module(db).clone());
            let of_module = ivs_model::module_diagnostics(db, module).iter();
            findings.extend(of_module.filter(|d| d.primary.place.of.file(db) == file).cloned());
            for env in envs {
                let of: Vec<u32> = stretches.clone().collect();
                let values = each_of(db, threads, 4, &of, |db, n| by_file::values(db, env, file, *n));
                findings.extend(values.iter().flat_map(|v| v.diagnostics.iter().cloned()));
                let suspects: Vec<_> = values.iter().flat_map(|v| v.unknown.iter().cloned()).collect();
                findings.extend(loops(db, env, &suspects));
            }
            findings.retain(|d| d.severity == Severity::Error);
            report_of(db, findings, &[file])
        })
    }
}
