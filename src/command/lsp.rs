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

pub fn run(args: &Lsp, global: &Global, terminal: &mut Terminal) -> Exit {
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
