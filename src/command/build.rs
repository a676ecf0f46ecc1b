//! `ivs build`.

use super::{STDIN, conclude, count, display, load, unknown_environment};
use crate::args::{Build, Format, Global};
use crate::engine;
use crate::exit::Exit;
use crate::progress::Progress;
use crate::render::{Built, Document, Findings};
use crate::terminal::{Style, Terminal};
use ivs_output::{Drift, Options, Written};
use ivs_plan::OutputFile;
use std::path::{Path, PathBuf};

/// Listed without `-v`; the rest is counted.
const MAX_LISTED: usize = 50;

pub fn run(args: &Build, global: &Global, terminal: &mut Terminal) -> Exit {
    if args.path.as_os_str() == STDIN {
        terminal.error("`build` needs a package or a file: stdin has no place for outputs");
        return Exit::Usage;
    }
    let project = match load("build", &args.path, args.out.as_deref(), args.as_of, global, terminal) {
        Ok(project) => project,
        Err(exit) => return exit,
    };
    let out = args.out.clone().unwrap_or_else(|| project.root.join(ivs_project::OUT_FOLDER));
    // The same folder, as messages should call it.
    let out = PathBuf::from(display(&out));
    let progress = Progress::start(terminal, format!("Building {}", project.config.package));
    let mut session = engine::session(&project, global);
    if let Some(env) = &args.env {
        let known = session.environments();
        if !known.contains(env) {
            drop(progress);
            return unknown_environment(env, &known, terminal);
        }
    }
    let (report, files) = session.build(args.env.as_deref());
    // The process ends soon; taking the session apart piece by piece would be for nothing.
    std::mem::forget(session);
    drop(progress);
    let findings = engine::findings(report, &project);
    if findings.failed() {
        let exit = findings.exit();
        conclude("build", &findings, exit, terminal);
        return exit;
    }
    let job = Job { args, global, out, findings, files };
    if args.check { job.check(terminal) } else { job.write(terminal) }
}

/// A build without errors, to be written or compared.
struct Job<'a> {
    args: &'a Build,
    global: &'a Global,
    out: PathBuf,
    findings: Findings,
    files: Vec<OutputFile>,
}

impl Job<'_> {
    fn options(&self) -> Options {
        let defaults = Options::default();
        Options { threads: self.global.threads.map_or(defaults.threads, usize::from), ..defaults }
    }

    /// ` for staging`, or nothing for the base.
    fn purpose(&self) -> String {
        self.args.env.as_ref().map(|e| format!(" for {e}")).unwrap_or_default()
    }

    fn write(&self, terminal: &mut Terminal) -> Exit {
        match ivs_output::write(&self.out, &self.files, &self.options()) {
            Ok(written) => self.wrote(&written, terminal),
            Err(e) => self.failed(&e, terminal),
        }
    }

    fn wrote(&self, done: &Written, terminal: &mut Terminal) -> Exit {
        let folder = folder_shown(&self.out);
        if terminal.format == Format::Json {
            let built = Built {
                environment: self.args.env.clone(),
                folder,
                files: self.files.len(),
                created: done.created,
                changed: done.changed,
                removed: done.removed,
                unchanged: done.unchanged,
                foreign: done.foreign.clone(),
            };
            Document::new("build", &self.findings, Exit::Done, terminal).built(built).print(terminal);
            return Exit::Done;
        }
        self.findings.show_all(terminal);
        if terminal.verbose {
            for file in &self.files {
                terminal.status(&format!("  {}", file.path));
            }
        }
        let kept = done.unchanged > 0 || done.removed > 0 || done.changed > 0;
        let detail = if done.is_unchanged() {
            " (nothing changed)".to_owned()
        } else if kept {
            let parts = [(done.created, "new"), (done.changed, "changed"), (done.removed, "removed")];
            let parts = parts.iter().filter(|(n, _)| *n > 0).map(|(n, word)| format!("{n} {word}"));
            format!(" ({})", parts.collect::<Vec<_>>().join(", "))
        } else {
            String::new()
        };
        let files = count(self.files.len(), "file");
        terminal.status(&format!("Built {files}{} in {folder}{detail}", self.purpose()));
        if !done.foreign.is_empty() {
            let first = done.foreign.first().map(String::as_str).unwrap_or_default();
            let n = count(done.foreign.len(), "file");
            terminal.status(&format!("{folder} also holds {n} that ivs did not write, such as {first}"));
        }
        if let Some(left) = &done.leftover {
            let left = display(left);
            terminal.status(&format!("{left} holds old outputs that could not be deleted"));
        }
        Exit::Done
    }

    fn check(&self, terminal: &mut Terminal) -> Exit {
        match ivs_output::check_drift(&self.out, &self.files, &self.options()) {
            Ok(drift) => self.compared(&drift, terminal),
            Err(e) => self.failed(&e, terminal),
        }
    }

    fn compared(&self, drift: &Drift, terminal: &mut Terminal) -> Exit {
        let exit = if drift.is_empty() { Exit::Done } else { Exit::Drift };
        if terminal.format == Format::Json {
            let files = drift.files.iter().map(|(path, d)| (path.clone(), d.to_string())).collect();
            Document::new("build", &self.findings, exit, terminal).drifted(files).print(terminal);
            return exit;
        }
        self.findings.show_all(terminal);
        let folder = folder_shown(&self.out);
        if drift.is_empty() {
            let files = count(self.files.len(), "file");
            terminal.status(&format!("{folder} is up to date: {files}{}", self.purpose()));
            return exit;
        }
        let listed = if terminal.verbose { usize::MAX } else { MAX_LISTED };
        let mut text = String::new();
        for (path, difference) in drift.files.iter().take(listed) {
            text.push_str(&format!("{difference}: {folder}{path}\n"));
        }
        terminal.out(&crate::terminal::clean(&text));
        let more = drift.files.len().saturating_sub(listed);
        if more > 0 {
            terminal.status(&format!("… and {more} more"));
        }
        let n = drift.files.len();
        let verb = if n == 1 { "is" } else { "are" };
        terminal.error(&format!("{} of {folder} {verb} not what the sources give", count(n, "file")));
        exit
    }

    fn failed(&self, e: &ivs_output::Error, terminal: &mut Terminal) -> Exit {
        let exit = if matches!(e, ivs_output::Error::Path { .. }) { Exit::Diagnostics } else { Exit::Io };
        if terminal.format == Format::Json {
            Document::new("build", &self.findings, exit, terminal)
                .failed(e.code(), e.to_string(), e.help())
                .print(terminal);
            return exit;
        }
        self.findings.show_all(terminal);
        let head = terminal.paint(Style::Error, &format!("error[{}]", e.code()));
        terminal.tell(&format!("{head}: {}\n", crate::terminal::clean(&e.to_string())));
        for help in e.help() {
            let head = terminal.paint(Style::Help, "help");
            terminal.tell(&format!("  {head}: {help}\n"));
        }
        exit
    }
}

/// With a `/` at its end.
fn folder_shown(out: &Path) -> String {
    format!("{}/", display(out).trim_end_matches('/'))
}
