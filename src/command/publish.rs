//! `ivs publish`.

use super::{STDIN, conclude, count, fetch, load, prefix};
use crate::args::{Format, Global, Publish};
use crate::engine;
use crate::exit::Exit;
use crate::render::Document;
use crate::terminal::Terminal;
use ivs_project::{CONFIG_FILE, LOCK_FILE};

pub fn run(args: &Publish, global: &Global, terminal: &mut Terminal) -> Exit {
    if args.path.as_os_str() == STDIN {
        terminal.error("`publish` needs a package: stdin has no place for a lock");
        return Exit::Usage;
    }
    let project = match load("publish", &args.path, None, args.as_of, global, terminal) {
        Ok(project) => project,
        Err(exit) => return exit,
    };
    if !project.root.join(CONFIG_FILE).is_file() {
        terminal.error(&format!("`publish` needs a package: there is no `{CONFIG_FILE}`"));
        return Exit::Usage;
    }
    let (report, versions) = engine::session(&project, global).versions();
    let findings = engine::findings(report, &project);
    if findings.failed() {
        let exit = findings.exit();
        conclude("publish", &findings, exit, terminal);
        return exit;
    }
    // What was published once stays published: others may still use it.
    let mut after = project.lock.clone();
    let before = after.published.len();
    for v in versions {
        if !after.published.iter().any(|p| p.name == v.name && p.version == v.version) {
            after.published.push(v);
        }
    }
    after.published.sort();
    let new: Vec<_> = after.published.iter().filter(|p| !project.lock.published.contains(p)).collect();
    let lines: Vec<String> = new.iter().map(|p| format!("  new: {} {}", p.name, p.version)).collect();
    let stale = after.published.len() != before;
    let exit = if stale && global.locked { Exit::Drift } else { Exit::Done };
    if stale
        && !global.locked
        && let Err(e) = fetch::write(&project.root.join(LOCK_FILE), &after)
    {
        terminal.error(&format!("cannot write `{LOCK_FILE}`: {e}"));
        return Exit::Io;
    }
    if terminal.format == Format::Json {
        Document::new("publish", &findings, exit, terminal).print(terminal);
        return exit;
    }
    findings.show_all(terminal);
    lines.iter().for_each(|l| terminal.status(l));
    if exit == Exit::Drift {
        terminal.error(&format!("`{LOCK_FILE}` does not record them, and `--locked` keeps it as it is"));
        return exit;
    }
    let place = format!("{}{LOCK_FILE}", prefix(&project.root));
    terminal.status(&match (lines.len(), after.published.len()) {
        (0, 0) => "No declaration states a version".to_owned(),
        (0, n) => format!("{} as recorded in {place}", count(n, "version")),
        (n, _) => format!("{} recorded in {place}", count(n, "version")),
    });
    exit
}
