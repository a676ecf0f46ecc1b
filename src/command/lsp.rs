//! `ivs lsp`.

use crate::args::{Global, Lsp};
use crate::exit::Exit;
use crate::graph::{Shown, picture};
use crate::terminal::Terminal;
use ivs_lsp::{Ended, Options};

/// The graph of a package in Mermaid.
fn draw(graph: ivs_driver::Graph, package: &str, env: Option<&str>) -> String {
    let title = match env {
        Some(env) => format!("{package}, {env}"),
        None => package.to_owned(),
    };
    picture::mermaid(&Shown { graph, files: Vec::new(), title, environment: env.map(str::to_owned) })
}

/// After how many milliseconds the allocator gives back what is free.
const DELAY: &str = "MIMALLOC_PURGE_DELAY";

/// Begins anew with an allocator that gives memory back at once, unless somebody has said when: it reads that at its start alone.
/// A build is over before it matters; a server has an edit of a template behind it, which takes as much as the package. Comes back
/// if that is done already, or cannot be done.
#[cfg(unix)]
fn thrifty() {
    use std::os::unix::process::CommandExt;
    if std::env::var_os(DELAY).is_none()
        && let Ok(program) = std::env::current_exe()
    {
        let _ = std::process::Command::new(program).args(std::env::args_os().skip(1)).env(DELAY, "0").exec();
    }
}

#[cfg(not(unix))]
fn thrifty() {}

pub fn run(args: &Lsp, global: &Global, terminal: &mut Terminal) -> Exit {
    thrifty();
    let options = Options {
        threads: global.threads.map_or(0, usize::from),
        cache: crate::cache::folder(global),
        explain: Some(crate::explain::page),
        draw: Some(draw),
        ..Options::default()
    };
    let served = match args.socket {
        Some(address) => {
            let ready = |address| terminal.status(&format!("Listening on {address}"));
            ivs_lsp::listen(address, &options, ready).map(|()| Ended::Orderly)
        }
        None => ivs_lsp::stdio(options),
    };
    match served {
        Ok(Ended::Orderly) => Exit::Done,
        // The protocol asks for this code.
        Ok(Ended::Abruptly) => Exit::Diagnostics,
        Err(e) => {
            terminal.error(&format!("cannot serve: {e}"));
            Exit::Io
        }
    }
}
