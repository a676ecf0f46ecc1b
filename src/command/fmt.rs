//! `ivs fmt`.

use super::{STDIN, STDIN_NAME, conclude, count, display, prefix, read_stdin};
use crate::args::{Fmt, Format, Global};
use crate::engine;
use crate::exit::Exit;
use crate::render::{Document, Findings, SourceFile};
use crate::terminal::Terminal;
use std::collections::BTreeSet;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// A file to be laid out.
struct Source {
    /// Where it is; `None` for stdin.
    file: Option<PathBuf>,
    shown: String,
    text: String,
}

pub fn run(args: &Fmt, _: &Global, terminal: &mut Terminal) -> Exit {
    let sources = match collect(args, terminal) {
        Ok(sources) => sources,
        Err(exit) => return exit,
    };
    let (mut files, mut found, mut differing, mut rewritten) = (Vec::new(), Vec::new(), Vec::new(), 0);
    for Source { file, shown, text } in &sources {
        let formatted = match ivs_grammar::format(text) {
            Ok(formatted) => formatted,
            Err(errors) => {
                let of = u32::try_from(files.len()).unwrap_or(u32::MAX);
                found.extend(errors.into_iter().map(|e| engine::syntax(e, of)));
                files.push(SourceFile::new(shown.clone(), text.as_str().into(), false));
                // A pipe gets back what it sent, so that an editor never loses a text.
                if file.is_none() && !args.check && terminal.format != Format::Json {
                    terminal.out(text);
                }
                continue;
            }
        };
        let changed = formatted != *text;
        if changed {
            differing.push(shown.clone());
        }
        match file {
            _ if args.check => {}
            None if terminal.format != Format::Json => terminal.out(&formatted),
            Some(file) if changed => match replace(file, &formatted) {
                Ok(()) => rewritten += 1,
                Err(e) => {
                    terminal.error(&format!("cannot write `{shown}`: {e}"));
                    return Exit::Io;
                }
            },
            _ => {}
        }
    }
    let findings = Findings::new(files, found);
    let exit = match findings.exit() {
        Exit::Done if args.check && !differing.is_empty() => Exit::Drift,
        exit => exit,
    };
    if terminal.format == Format::Json {
        let difference = if args.check { "outdated" } else { "rewritten" };
        let files = differing.into_iter().map(|path| (path, difference.to_owned())).collect();
        Document::new("fmt", &findings, exit, terminal).drifted(files).print(terminal);
        return exit;
    }
    conclude("fmt", &findings, exit, terminal);
    report(args, &sources, &differing, rewritten, terminal);
    exit
}

fn report(args: &Fmt, sources: &[Source], differing: &[String], rewritten: usize, terminal: &mut Terminal) {
    if args.check {
        let lines: String = differing.iter().map(|path| format!("{path}\n")).collect();
        terminal.out(&crate::terminal::clean(&lines));
        if !differing.is_empty() {
            terminal.error(&format!("{} not laid out; `ivs fmt` does it", count(differing.len(), "file")));
        }
    } else if sources.iter().any(|s| s.file.is_some()) {
        if terminal.verbose {
            differing.iter().for_each(|path| terminal.status(&format!("  {path}")));
        }
        terminal.status(&format!("Formatted {} of {}", rewritten, count(sources.len(), "file")));
    }
}

/// The files that the arguments name, each once.
fn collect(args: &Fmt, terminal: &mut Terminal) -> Result<Vec<Source>, Exit> {
    let here = [PathBuf::from(".")];
    let paths = if args.paths.is_empty() { &here[..] } else { &args.paths };
    let mut sources = Vec::new();
    let mut seen = BTreeSet::new();
    for path in paths {
        if path.as_os_str() == STDIN {
            let text = read_stdin().map_err(|(exit, message)| {
                terminal.error(&message);
                exit
            })?;
            sources.push(Source { file: None, shown: STDIN_NAME.to_owned(), text });
            continue;
        }
        // A file is laid out alone; anything else stands for the package it is in.
        let found = if path.is_file() && path.extension().is_some_and(|e| e == "ivs") {
            ivs_project::load_file(path).map(|text| vec![(path.clone(), display(path), text)])
        } else {
            ivs_project::load_with(path, &ivs_project::Options { alone: true, ..Default::default() }).map(
                |project| {
                    let prefix = prefix(&project.root);
                    let file = |s: ivs_project::SourceText| {
                        (project.root.join(&s.path), format!("{prefix}{}", s.path), s.text.to_string())
                    };
                    project.sources.into_iter().map(file).collect()
                },
            )
        };
        let found = found.map_err(|failure| {
            let prefix = failure.root.as_deref().map(prefix).unwrap_or_default();
            let findings = engine::failure(failure, &prefix);
            let exit = findings.exit();
            conclude("fmt", &findings, exit, terminal);
            exit
        })?;
        for (file, shown, text) in found {
            if seen.insert(file.canonicalize().unwrap_or_else(|_| file.clone())) {
                sources.push(Source { file: Some(file), shown, text });
            }
        }
    }
    Ok(sources)
}

/// Writes beside the file and moves over it, so that nobody ever reads half a source. A link keeps being one.
pub(super) fn replace(file: &Path, text: &str) -> io::Result<()> {
    let target = file.canonicalize()?;
    let folder = target.parent().unwrap_or(Path::new("."));
    let name = target.file_name().unwrap_or_default().to_string_lossy();
    let aside = folder.join(format!(".{name}.ivs-fmt"));
    let work = || {
        let mut new = std::fs::File::create(&aside)?;
        new.write_all(text.as_bytes())?;
        new.set_permissions(std::fs::metadata(&target)?.permissions())?;
        new.sync_data()?;
        std::fs::rename(&aside, &target)
    };
    work().inspect_err(|_| {
        let _ = std::fs::remove_file(&aside);
    })
}
