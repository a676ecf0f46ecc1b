//! `ivs playground`.

use super::load;
use crate::args::{Global, Playground};
use crate::exit::Exit;
use crate::templates::{EXAMPLES, Example, STARTER};
use crate::terminal::Terminal;
use ivs_playground::Package;
use std::path::{Path, PathBuf};

pub fn run(args: &Playground, global: &Global, terminal: &mut Terminal) -> Exit {
    let folder = match folder(args, global) {
        Ok(folder) => folder,
        Err(why) => {
            terminal.error(&why);
            return Exit::Io;
        }
    };
    let project = match load("playground", &folder, None, None, global, terminal) {
        Ok(project) => project,
        Err(exit) => return exit,
    };
    let threads = global.threads.map_or(0, usize::from);
    // Without a cache, the page asks for texts of the library by address.
    let options =
        ivs_lsp::Options { threads, explain: Some(crate::explain::page), ..ivs_lsp::Options::default() };
    let package = Package::new(&project, args.write, threads);
    let (playground, started) = match ivs_playground::Playground::bind(args.port, package, options) {
        Ok(bound) => bound,
        Err(e) => {
            terminal.error(&format!("cannot listen on 127.0.0.1:{}: {e}", args.port));
            return Exit::Io;
        }
    };
    terminal.status(&format!("{} is at", project.config.package));
    terminal.out(&format!("{}\n", started.url));
    let writes = if args.write { "sources can be saved" } else { "nothing is written" };
    terminal.status(&format!("Only this machine reaches it; {writes}. Ctrl-C ends it."));
    match playground.run() {
        Ok(()) => Exit::Done,
        Err(e) => {
            terminal.error(&format!("cannot serve: {e}"));
            Exit::Io
        }
    }
}

/// The package's folder.
fn folder(args: &Playground, global: &Global) -> Result<PathBuf, String> {
    if let Some(path) = &args.path {
        return Ok(path.clone());
    }
    let here = Path::new(".");
    let around = here.canonicalize().ok().and_then(|h| ivs_project::find_root(&h));
    if args.example.is_none() && around.is_some() {
        return Ok(here.to_path_buf());
    }
    let name = args.example.as_deref().unwrap_or(STARTER);
    let example = EXAMPLES.iter().find(|e| e.name == name).ok_or("there is no such example")?;
    let cache = crate::cache::folder(global).unwrap_or_else(|| std::env::temp_dir().join("ivs"));
    let folder = cache.join(concat!("playground-", env!("CARGO_PKG_VERSION"))).join(name);
    copy(example, &folder).map_err(|e| format!("cannot write `{}`: {e}", folder.display()))?;
    Ok(folder)
}

/// The example, as it is in the program; a copy of before is brought up to date.
fn copy(example: &Example, folder: &Path) -> std::io::Result<()> {
    for (path, text) in example.files {
        let file = folder.join(path);
        if std::fs::read(&file).ok().as_deref() == Some(text.as_bytes()) {
            continue;
        }
        if let Some(parent) = file.parent() {
            std::fs::create_dir_all(parent)?;
        }
        std::fs::write(&file, text)?;
    }
    Ok(())
}
