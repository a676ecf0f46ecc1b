//! `ivs new`.

use super::display;
use crate::args::New;
use crate::exit::Exit;
use crate::templates::{EMPTY, EXAMPLES, STARTER};
use crate::terminal::Terminal;
use std::fs::{self, File};
use std::io::Write;
use std::path::Path;

const CONFIG: &str = "[package]\nname    = \"NAME\"\nversion = \"0.1.0\"\nivs     = \"1\"\n";
/// Outputs are committed by those who want to review them: `ivs build --check` then guards them in CI.
const IGNORE: &str = "# Written by `ivs build`. Delete this line to commit and review outputs.\n/out/\n";

pub fn run(args: &New, terminal: &mut Terminal) -> Exit {
    let folder = args.name.as_path();
    let Some(name) = folder.file_name().and_then(|n| n.to_str()) else {
        terminal.error(&format!("`{}` does not end in a name", folder.display()));
        return Exit::Usage;
    };
    let config = CONFIG.replace("NAME", name);
    if let Err(failure) = ivs_project::parse_config(&config) {
        let why = failure.diagnostics.first().map(|d| d.message.clone()).unwrap_or_default();
        let help = failure.diagnostics.first().and_then(|d| d.help.first().cloned()).unwrap_or_default();
        terminal.error(&format!("{why}: {help}"));
        return Exit::Usage;
    }
    let files = files(&args.template, name, config);
    if let Some((taken, _)) = files.iter().find(|(file, _)| folder.join(file).symlink_metadata().is_ok()) {
        let path = display(&folder.join(taken));
        terminal.error(&format!("`{path}` is there already, and nothing is overwritten"));
        return Exit::Io;
    }
    if let Err(e) = write(folder, &files) {
        terminal.error(&format!("cannot write `{}`: {e}", folder.display()));
        return Exit::Io;
    }
    let shown = display(folder);
    terminal.status(&format!("Made the package {name} in {shown}/. Next:"));
    let go = if shown == "." { String::new() } else { format!("cd {shown} && ") };
    terminal.status(&format!("  {go}ivs check && ivs build"));
    Exit::Done
}

/// Paths below the folder, and texts. The starter takes the new name; a larger example keeps its own, which its sources
/// import from.
fn files(template: &str, name: &str, config: String) -> Vec<(String, String)> {
    let ignore = (".gitignore".to_owned(), IGNORE.to_owned());
    let example = EXAMPLES.iter().find(|e| e.name == template);
    let Some(example) = example.filter(|_| template != EMPTY) else {
        let main = ("main.ivs".to_owned(), format!("//! {name}.\n"));
        return vec![("ivs.toml".to_owned(), config), main, ignore];
    };
    let mut files: Vec<(String, String)> = Vec::new();
    for (path, text) in example.files {
        let text = match *path {
            "README.md" if template == STARTER => continue,
            "ivs.toml" if template == STARTER => config.clone(),
            _ if template == STARTER => text.replace(STARTER, name),
            _ => (*text).to_owned(),
        };
        files.push(((*path).to_owned(), text));
    }
    files.push(ignore);
    files
}

fn write(folder: &Path, files: &[(String, String)]) -> std::io::Result<()> {
    fs::create_dir_all(folder)?;
    for (name, text) in files {
        let path = folder.join(name);
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent)?;
        }
        // Not even a file that came in the meantime is overwritten.
        File::create_new(path)?.write_all(text.as_bytes())?;
    }
    Ok(())
}
