//! `ivs fix`, and fixes of `ivs.toml`, without which no source is read.

use super::{conclude, load};
use crate::args::{Check, Fix, Format, Global};
use crate::exit::Exit;
use crate::render::Findings;
use crate::terminal::Terminal;
use ivs_driver::{Applied, apply_edits};
use ivs_project::{CONFIG_FILE, parse_config};
use std::path::Path;

/// Versions of the language that this compiler knows, oldest first.
const LANGUAGES: &[u32] = &[1];

/// Rounds of fixes, each of one mistake.
const MAX_ROUNDS: usize = 64;

pub fn run(args: Fix, global: &Global, terminal: &mut Terminal) -> Exit {
    if args.language {
        return language(&args, global, terminal);
    }
    let check = Check { path: args.path, fix: true, set: Vec::new(), as_of: args.as_of };
    super::check::run(&check, global, terminal)
}

/// Moves a package to the newest version of the language.
fn language(args: &Fix, global: &Global, terminal: &mut Terminal) -> Exit {
    let project = match load("fix", &args.path, None, args.as_of, global, terminal) {
        Ok(project) => project,
        Err(exit) => return exit,
    };
    // Reading `ivs.toml` refuses versions that are not known.
    let newest = LANGUAGES.last().copied().unwrap_or(project.config.language);
    if terminal.format == Format::Json {
        conclude("fix", &Findings::new(Vec::new(), Vec::new()), Exit::Done, terminal);
        return Exit::Done;
    }
    terminal.status(&format!(
        "{} is written in version {} of the language, the newest is {newest}: nothing to change",
        project.config.package, project.config.language
    ));
    Exit::Done
}

/// Fixes what is certain in the `ivs.toml` of the package at `path`; gives what was done.
pub(super) fn config(path: &Path, terminal: &mut Terminal) -> Result<Vec<Applied>, Exit> {
    let Some(root) =
        ivs_project::find_root(&std::path::absolute(path).unwrap_or_else(|_| path.to_path_buf()))
    else {
        return Ok(Vec::new());
    };
    let file = root.join(CONFIG_FILE);
    let Ok(old) = std::fs::read_to_string(&file) else { return Ok(Vec::new()) };
    let (mut text, mut applied) = (old.clone(), Vec::new());
    for _ in 0..MAX_ROUNDS {
        let Some((new, done)) = mended(&text) else { break };
        text = new;
        applied.push(done);
    }
    if text != old
        && let Err(e) = super::fmt::replace(&file, &text)
    {
        terminal.error(&format!("cannot write `{}`: {e}", file.display()));
        return Err(Exit::Io);
    }
    Ok(applied)
}

/// The text with its first mistake mended that has one fix, if the fix leaves fewer mistakes.
fn mended(text: &str) -> Option<(String, Applied)> {
    let failure = parse_config(text).err()?;
    failure.diagnostics.iter().find_map(|d| {
        let [fix] = &d.fixes[..] else { return None };
        let edits: Vec<(usize, usize, &str)> = fix
            .edits
            .iter()
            .map(|e| (e.place.span.start as usize, e.place.span.end as usize, e.text.as_str()))
            .collect();
        let new = apply_edits(text, &edits)?;
        let left = parse_config(&new).map_or_else(|f| f.diagnostics.len(), |_| 0);
        if left >= failure.diagnostics.len() {
            return None;
        }
        let before = text.get(..d.primary.place.span.start as usize)?;
        let line = before.matches('\n').count() + 1;
        Some((new, Applied { path: CONFIG_FILE.to_owned(), line, code: d.code, title: fix.title.clone() }))
    })
}
