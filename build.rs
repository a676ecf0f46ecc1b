//! Embeds the sources of `examples/*` as templates of `ivs new`: no outputs, nothing that is not text.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

fn main() -> io::Result<()> {
    let root = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").unwrap_or_default());
    let examples = root.join("examples");
    println!("cargo::rerun-if-changed=build.rs");
    let mut code = String::from("&[\n");
    for example in sorted(&examples)? {
        if !example.join("ivs.toml").is_file() {
            continue;
        }
        let name = example.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let readme = example.join("README.md");
        let about = fs::read_to_string(&readme).unwrap_or_default();
        let about = about.lines().find(|l| !l.is_empty() && !l.starts_with('#')).unwrap_or_default();
        let mut files = Vec::new();
        walk(&example, &mut files)?;
        let _ = writeln!(code, "Example {{ name: {name:?}, about: {about:?}, files: &[");
        for file in files {
            let shown = file.strip_prefix(&example).unwrap_or(&file).to_string_lossy().replace('\\', "/");
            let _ = writeln!(code, "({shown:?}, include_str!({:?})),", file.display().to_string());
        }
        code.push_str("] },\n");
    }
    code.push(']');
    let out = PathBuf::from(env::var_os("OUT_DIR").unwrap_or_default());
    fs::write(out.join("examples.rs"), code)
}

fn sorted(folder: &Path) -> io::Result<Vec<PathBuf>> {
    println!("cargo::rerun-if-changed={}", folder.display());
    let mut found = fs::read_dir(folder)?.map(|e| e.map(|e| e.path())).collect::<io::Result<Vec<_>>>()?;
    found.sort();
    Ok(found)
}

/// Sources, data and texts; committed outputs stay behind.
fn walk(folder: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
    for path in sorted(folder)? {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if path.is_dir() {
            if name != "golden" && !name.starts_with('.') {
                walk(&path, files)?;
            }
        } else if ["ivs", "toml", "md", "csv", "json", "yaml", "yml", "txt"]
            .iter()
            .any(|e| path.extension().is_some_and(|x| x == *e))
        {
            files.push(path);
        }
    }
    Ok(())
}
