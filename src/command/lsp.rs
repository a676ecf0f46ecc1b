//! `ivs lsp`.

use crate::args::{Global, Lsp};
use crate::exit::Exit;
use crate::terminal::Terminal;
use ivs_lsp::{Ended, Options};

pub fn run(args: &Lsp, global: &Global, terminal: &mut Terminal) -> Exit {
    let options = Options {
        threads: global.threads.map_or(0, usize::from),
        cache: crate::cache::folder(global),
        explain: Some(crate::explain::page),
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
