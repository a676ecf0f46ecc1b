//! `ivs check`.

use super::{conclude, count, load};
use crate::args::{Check, Format, Global};
use crate::engine;
use crate::exit::Exit;
use crate::progress::Progress;
use crate::terminal::Terminal;

pub fn run(args: &Check, global: &Global, terminal: &mut Terminal) -> Exit {
    let project = match load("check", &args.path, None, args.as_of, global, terminal) {
        Ok(project) => project,
        Err(exit) => return exit,
    };
    let sources = project.sources.len();
    let progress = Progress::start(terminal, format!("Checking {}", count(sources, "file")));
    let mut session = engine::session(&project, global);
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
        terminal.status(&format!("Checked {name}: {}{scope}, no errors", count(sources, "file")));
    }
    exit
}
