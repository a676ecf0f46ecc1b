//! `ivs fetch`.

use super::{conclude, count, prefix};
use crate::args::{Fetch, Format, Global};
use crate::engine;
use crate::exit::Exit;
use crate::fetch::Fetcher;
use crate::render::{Document, Findings};
use crate::terminal::Terminal;
use ivs_project::{LOCK_FILE, Lock, Pinned};
use std::io::Write;
use std::path::Path;

pub fn run(args: &Fetch, global: &Global, terminal: &mut Terminal) -> Exit {
    let cache = crate::cache::folder(global);
    // What is pinned so far decides where branches stay, so it is read before anything is resolved.
    let before = match ivs_project::lock_of(&args.path) {
        Ok(lock) => lock,
        Err(failure) => return refused(failure, terminal),
    };
    let mut tell = |text: &str| terminal.status(&crate::terminal::clean(text));
    let mut fetcher = Fetcher {
        cache: cache.as_deref(),
        lock: &before,
        update: args.update,
        offline: global.offline,
        tell: &mut tell,
    };
    let resolved = ivs_project::resolve(&args.path, &mut fetcher);
    let project = match resolved {
        Ok(project) => project,
        Err(failure) => return refused(failure, terminal),
    };
    let packages: Vec<Pinned> = project.dependencies.iter().map(|d| d.pinned.clone()).collect();
    let after = Lock { packages, published: before.published.clone() };
    let changes = changes(&before.packages, &after.packages);
    let file = project.root.join(LOCK_FILE);
    let stale = after != before || (file.exists() && after.is_empty());
    if global.locked && stale {
        return drifted(&changes, terminal);
    }
    if stale && let Err(e) = write(&file, &after) {
        terminal.error(&format!("cannot write `{LOCK_FILE}`: {e}"));
        return Exit::Io;
    }
    let findings = Findings::default();
    if terminal.format == Format::Json {
        Document::new("fetch", &findings, Exit::Done, terminal).print(terminal);
        return Exit::Done;
    }
    for line in &changes {
        terminal.status(&crate::terminal::clean(&format!("  {line}")));
    }
    let n = after.packages.len();
    let state = if stale { "pinned in" } else { "as pinned in" };
    terminal.status(&match n {
        0 => "The package depends on no other".to_owned(),
        _ => format!("{} {state} {}{LOCK_FILE}", count(n, "package"), prefix(&project.root)),
    });
    Exit::Done
}

fn refused(failure: ivs_project::Failure, terminal: &mut Terminal) -> Exit {
    let prefix = failure.root.as_deref().map(prefix).unwrap_or_default();
    let findings = engine::failure(failure, &prefix);
    let exit = findings.exit();
    conclude("fetch", &findings, exit, terminal);
    exit
}

fn drifted(changes: &[String], terminal: &mut Terminal) -> Exit {
    let findings = Findings::default();
    if terminal.format == Format::Json {
        let files = vec![(LOCK_FILE.to_owned(), "changed".to_owned())];
        Document::new("fetch", &findings, Exit::Drift, terminal).drifted(files).print(terminal);
        return Exit::Drift;
    }
    for line in changes {
        terminal.status(&crate::terminal::clean(&format!("  {line}")));
    }
    terminal.error(&format!("`{LOCK_FILE}` is not up to date, and `--locked` keeps it as it is"));
    Exit::Drift
}

/// What becomes of each package, in words.
fn changes(before: &[Pinned], after: &[Pinned]) -> Vec<String> {
    let find = |list: &'_ [Pinned], name: &str| list.iter().find(|p| p.name == name).cloned();
    let mut names: Vec<&str> = before.iter().chain(after).map(|p| p.name.as_str()).collect();
    names.sort_unstable();
    names.dedup();
    let mut out = Vec::new();
    for name in names {
        let version = |p: &Pinned| p.version.as_ref().map(|v| format!(" {v}")).unwrap_or_default();
        match (find(before, name), find(after, name)) {
            (None, Some(new)) => out.push(format!("new: {name}{} from {}", version(&new), new.source)),
            (Some(_), None) => out.push(format!("removed: {name}")),
            (Some(old), Some(new)) if old != new => {
                out.push(format!("changed: {name}{} from {}", version(&new), new.source));
            }
            _ => {}
        }
    }
    out
}

/// Replaces `ivs.lock` at once, so that a killed command leaves the old one or the new.
pub fn write(file: &Path, lock: &Lock) -> Result<(), String> {
    let text = lock.text()?;
    let partial = file.with_extension(format!("lock.{}", std::process::id()));
    let written = std::fs::File::create(&partial)
        .and_then(|mut f| f.write_all(text.as_bytes()).and_then(|()| f.sync_all()))
        .and_then(|()| std::fs::rename(&partial, file));
    written.map_err(|e| {
        let _ = std::fs::remove_file(&partial);
        e.to_string()
    })
}
