//! Writes down the heads of the library's items, so that no start of the compiler has to look for them: per file its path,
//! then its items; of each the keyword, kind, name, how many alike came before, marks, where it begins and ends, and the text
//! before its body.
//! Separated by the control characters for files, records and units, which no source holds.
use ivs_grammar::ast::Span;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

fn main() -> io::Result<()> {
    let root = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").unwrap_or_default());
    let mut files = BTreeMap::new();
    collect(&root, &root, &mut files)?;
    let mut out = String::new();
    for (path, text) in &files {
        out.push_str(path);
        let mut known: BTreeMap<(&str, String, String), u32> = BTreeMap::new();
        for chunk in &ivs_grammar::scan(text).chunks {
            let sketch = ivs_grammar::sketch(text, chunk);
            let head = &chunk.head;
            let count =
                known.entry((head.keyword, head.kind.to_string(), head.name.to_string())).or_default();
            let marks: String = [('p', head.private), ('t', head.template), ('s', sketch.switch)]
                .iter()
                .filter_map(|(mark, set)| set.then_some(*mark))
                .chain(sketch.head.map(|_| 'h'))
                .collect();
            let (keyword, kind, name) = (head.keyword, &head.kind, &head.name);
            let text = sketch.head.unwrap_or_default();
            let Span { start, end } = chunk.span;
            // Writing to a String cannot fail.
            let _ = write!(
                out,
                "\x1e{keyword}\x1f{kind}\x1f{name}\x1f{count}\x1f{marks}\x1f{start}\x1f{end}\x1f{text}"
            );
            *count += 1;
        }
        out.push('\x1d');
    }
    fs::write(PathBuf::from(env::var_os("OUT_DIR").unwrap_or_default()).join("outlines.txt"), out)
}

/// The sources below a folder, by their path below the root.
fn collect(root: &Path, folder: &Path, files: &mut BTreeMap<String, String>) -> io::Result<()> {
    println!("cargo::rerun-if-changed={}", folder.display());
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            collect(root, &path, files)?;
        } else if path.extension().is_some_and(|e| e == "ivs")
            && let Ok(below) = path.strip_prefix(root)
        {
            let below = below.to_string_lossy().replace('\\', "/");
            files.insert(below, fs::read_to_string(&path)?);
        }
    }
    Ok(())
}
