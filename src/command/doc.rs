//! `ivs doc`.

use super::{STDIN, display, load};
use crate::args::{Doc, Global, Page};
use crate::exit::Exit;
use crate::terminal::Terminal;
use crate::{doc, engine};
use ivs_driver::Reference;

pub fn run(args: &Doc, global: &Global, terminal: &mut Terminal) -> Exit {
    let (reference, title, note) = match args.std {
        true => {
            let project = ivs_project::load_text(super::STDIN_NAME, "");
            let reference = engine::session(&project, global).reference(true);
            (reference, "The standard library".to_owned(), STD_NOTE.to_owned())
        }
        false if args.path.as_os_str() == STDIN => {
            terminal.error("`doc` needs a package or a file");
            return Exit::Usage;
        }
        false => {
            let project = match load("doc", &args.path, None, None, global, terminal) {
                Ok(project) => project,
                Err(exit) => return exit,
            };
            let reference = engine::session(&project, global).reference(false);
            let version = project.config.version.as_ref().map(|v| format!(" {v}")).unwrap_or_default();
            (reference, format!("{}{version}", project.config.package), String::new())
        }
    };
    let (text, file) = match args.page {
        Page::Markdown => (doc::markdown(&reference, &title, &note), "reference.md"),
        Page::Html => match doc::html(&reference, &title, &note) {
            Ok(text) => (text, "index.html"),
            Err(why) => {
                terminal.error(&format!("the page cannot be written: {why}"));
                return Exit::Internal;
            }
        },
    };
    let Some(folder) = &args.out else {
        terminal.out(&text);
        return Exit::Done;
    };
    let file = folder.join(file);
    if let Err(e) = std::fs::create_dir_all(folder).and_then(|()| std::fs::write(&file, text)) {
        terminal.error(&format!("cannot write `{}`: {e}", file.display()));
        return Exit::Io;
    }
    terminal.status(&format!("Wrote {} of {}", counted(&reference), display(&file)));
    Exit::Done
}

fn counted(reference: &Reference) -> String {
    let items: usize = reference.modules.iter().map(|m| m.items.len()).sum();
    format!("{} in {}", super::count(items, "item"), super::count(reference.modules.len(), "module"))
}

const STD_NOTE: &str = "Written by `ivs doc --std`. Kinds, units, enums and functions of the library are in scope everywhere; its declarations, \
such as regions, are brought in with `use std.aws.{us-east-1}`. Besides the fields below, every declaration has `name`, `slug` (its name in outputs), \
`enabled` (`true` unless set), `title`, `labels` and `version`.";
