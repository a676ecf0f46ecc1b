//! `ivs check`.

use super::{conclude, count, load};
use crate::args::{Check, Format, Global};
use crate::engine;
use crate::exit::Exit;
use crate::progress::Progress;
use crate::render::Document;
use crate::terminal::Terminal;
use ivs_driver::{Applied, Mended};
use ivs_project::Project;

pub fn run(args: &Check, global: &Global, terminal: &mut Terminal) -> Exit {
    let mut applied = Vec::new();
    if args.fix && args.path.as_os_str() != super::STDIN {
        match super::fix::config(&args.path, terminal) {
            Ok(done) => applied = done,
            Err(exit) => return exit,
        }
    }
    let project = match load("check", &args.path, None, args.as_of, global, terminal) {
        Ok(project) => project,
        Err(exit) => {
            applied.iter().for_each(|a| said(a, "", terminal));
            return exit;
        }
    };
    let sources = project.sources.len();
    if args.fix {
        return fix(args, &project, applied, global, terminal);
    }
    let progress = Progress::start(terminal, format!("Checking {}", count(sources, "file")));
    let mut session = match super::trying(&project, &args.set, global, terminal) {
        Ok(session) => session,
        Err(exit) => return exit,
    };
    let report = session.check();
    let environments = session.environments().len();
    // The process ends: taking a large session apart would be work for nothing.
    std::mem::forget(session);
    drop(progress);
    let findings = engine::findings(report, &project);
    let exit = findings.exit();
    conclude("check", &findings, exit, terminal);
    if !findings.failed() && terminal.format == Format::Human {
        let name = &project.config.package;
        let scope = match environments {
            0 => String::new(),
            n => format!(" and {}", count(n, "environment")),
        };
        let tried = match &args.set[..] {
            [] => String::new(),
            [one] => format!(" with {} = {}", one.path, one.value),
            several => format!(" with {} tried", count(several.len(), "value")),
        };
        terminal.status(&format!("Checked {name}: {}{scope}{tried}, no errors", count(sources, "file")));
    }
    exit
}

/// Applies what is certain, writes it, and shows what is left.
fn fix(
    args: &Check,
    project: &Project,
    before: Vec<Applied>,
    global: &Global,
    terminal: &mut Terminal,
) -> Exit {
    if args.path.as_os_str() == super::STDIN {
        terminal.error("`--fix` needs files: stdin cannot be written");
        return Exit::Usage;
    }
    let progress = Progress::start(terminal, "Fixing".to_owned());
    let Mended { files, applied, report } = engine::session(project, global).mend();
    let mended = files.len() + usize::from(!before.is_empty());
    let applied: Vec<Applied> = before.into_iter().chain(applied).collect();
    drop(progress);
    let prefix = super::prefix(&project.root);
    for (path, old, new) in &files {
        let file = project.root.join(path);
        // Somebody may have gone on writing meanwhile.
        let same = std::fs::read(&file).is_ok_and(|now| now == old.as_bytes());
        let written = if same {
            super::fmt::replace(&file, new).map_err(|e| e.to_string())
        } else {
            Err("it has changed since it was read".to_owned())
        };
        if let Err(e) = written {
            terminal.error(&format!("cannot write `{prefix}{path}`: {e}"));
            return Exit::Io;
        }
    }
    let findings = engine::findings(report, project);
    let exit = findings.exit();
    if terminal.format == Format::Json {
        Document::new("check", &findings, exit, terminal).fixed(&applied, &prefix).print(terminal);
        return exit;
    }
    applied.iter().for_each(|a| said(a, &prefix, terminal));
    findings.show_all(terminal);
    let left = if findings.any() { "; what is left needs a decision" } else { "; nothing is left" };
    let files = count(mended, "file");
    terminal.status(&match applied.len() {
        0 => format!("No fix is certain{}", if findings.any() { left } else { ": nothing is wrong" }),
        n => format!("{} in {files}{left}", count(n, "fix").replace("fixs", "fixes")),
    });
    exit
}

fn said(Applied { path, line, code, title }: &Applied, prefix: &str, terminal: &mut Terminal) {
    terminal.status(&format!("fixed {prefix}{path}:{line}: [{code}] {title}"));
}
