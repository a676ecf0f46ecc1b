//! One module for each command, and what they share.

pub mod build;
pub mod check;
pub mod completions;
pub mod diff;
pub mod doc;
pub mod fetch;
pub mod fix;
pub mod fmt;
pub mod graph;
pub mod lsp;
pub mod new;
pub mod playground;
pub mod publish;
pub mod report;
pub mod solve;
pub mod test;
pub mod why;

use crate::args::Global;
use crate::engine;
use crate::exit::Exit;
use crate::render::{Document, Findings};
use crate::terminal::Terminal;
use ivs_project::{Date, Options, Project};
use std::io::Read;
use std::path::{Component, Path, PathBuf};

/// The argument that stands for stdin.
pub const STDIN: &str = "-";
/// Its name in messages.
pub const STDIN_NAME: &str = "<stdin>";

/// Everything on stdin, up to the limit of a source file; the message says why not.
pub fn read_stdin() -> Result<String, (Exit, String)> {
    let mut bytes = Vec::new();
    let limit = ivs_project::MAX_FILE_BYTES;
    match std::io::stdin().lock().take(limit + 1).read_to_end(&mut bytes) {
        Err(e) => Err((Exit::Io, format!("cannot read stdin: {e}"))),
        Ok(size) if size as u64 > limit => {
            Err((Exit::Limit, format!("stdin gives more than {} MiB", limit >> 20)))
        }
        Ok(_) => String::from_utf8(bytes).map_err(|_| (Exit::Diagnostics, "stdin is not UTF-8".to_owned())),
    }
}

/// The package at `path`, or the end of the command.
pub fn load(
    command: &str,
    path: &Path,
    out: Option<&Path>,
    as_of: Option<Date>,
    global: &Global,
    terminal: &mut Terminal,
) -> Result<Project, Exit> {
    let loaded = if path.as_os_str() == STDIN {
        let text = read_stdin().map_err(|(exit, message)| {
            terminal.error(&message);
            exit
        })?;
        Ok(ivs_project::load_text(STDIN_NAME, &text))
    } else {
        let cache = crate::cache::folder(global);
        ivs_project::load_with(
            path,
            &Options { out, cache: cache.as_deref(), locked: global.locked, ..Options::default() },
        )
    };
    match loaded {
        Ok(mut project) => {
            project.config.as_of = as_of.or(project.config.as_of);
            Ok(project)
        }
        Err(failure) => {
            let prefix = failure.root.as_deref().map(prefix).unwrap_or_default();
            let findings = engine::failure(failure, &prefix);
            let exit = findings.exit();
            conclude(command, &findings, exit, terminal);
            Err(exit)
        }
    }
}

/// Shows findings in the format that was asked for, where nothing else is to be said.
pub fn conclude(command: &str, findings: &Findings, exit: Exit, terminal: &mut Terminal) {
    if terminal.format == crate::args::Format::Json {
        Document::new(command, findings, exit, terminal).print(terminal);
    } else {
        findings.show_all(terminal);
    }
}

/// What leads from the current folder to `folder`, with a `/` at its end; empty if they are the same.
pub fn prefix(folder: &Path) -> String {
    let shown = display(folder);
    if shown == "." { String::new() } else { format!("{}/", shown.trim_end_matches('/')) }
}

/// A folder as a person in the current folder would write it.
pub fn display(folder: &Path) -> String {
    let resolve = |p: &Path| p.canonicalize().unwrap_or_else(|_| p.to_path_buf());
    let here = std::env::current_dir().map(|d| resolve(&d)).unwrap_or_default();
    let there = resolve(&std::path::absolute(folder).unwrap_or_else(|_| folder.to_path_buf()));
    let shared = here.components().zip(there.components()).take_while(|(a, b)| a == b).count();
    let up = here.components().count() - shared;
    // Far away, or with nothing but the root in common, the full path is clearer.
    if up > 2 || (up > 0 && shared < 2) || shared == 0 {
        return there.display().to_string();
    }
    let mut path: PathBuf = std::iter::repeat_n(Component::ParentDir, up).collect();
    path.extend(there.components().skip(shared));
    if path.as_os_str().is_empty() { ".".to_owned() } else { path.display().to_string() }
}

/// `1 file`, `2 files`.
pub fn count(n: usize, thing: &str) -> String {
    if n == 1 { format!("1 {thing}") } else { format!("{n} {thing}s") }
}

/// A session over a package in which values are tried, or the end of the command.
pub fn trying(
    project: &Project,
    settings: &[ivs_driver::Setting],
    global: &Global,
    terminal: &mut Terminal,
) -> Result<engine::Session, Exit> {
    let mut session = engine::session(project, global);
    if settings.is_empty() {
        return Ok(session);
    }
    let tried = session.trying(settings);
    std::mem::forget(session);
    tried.map_err(|why| {
        terminal.error(&why);
        Exit::Usage
    })
}

/// Says that there is no such environment, and which there are.
pub fn unknown_environment(env: &str, known: &[String], terminal: &mut Terminal) -> Exit {
    terminal.error(&format!("there is no environment `{env}`"));
    let help = terminal.paint(crate::terminal::Style::Help, "help");
    let text = if known.is_empty() {
        format!("declare it: environment {env} {{ }}")
    } else {
        format!("the package declares {}", known.join(", "))
    };
    terminal.tell(&format!("  {help}: {}\n", crate::terminal::clean(&text)));
    Exit::Usage
}
