//! Files that say what outputs may hold: custom resources (`[targets.kubernetes] crds` of `ivs.toml`) and resources of
//! Terraform (`[targets.terraform] schemas`).

use crate::config::{Config, Setting};
use crate::data::{DataText, named};
use crate::problem::{self, Problems};
use crate::{CONFIG_FILE, codes};
use ivs_grammar::ast::Span;
use ivs_source::DataProblem;
use std::path::Path;

/// How many files a package may name so.
const MAX_FILES: usize = 2_000;

/// The options that list such files, by target.
const LISTS: [(&str, &str, &str); 2] =
    [("kubernetes", "crds", "\"crds/*.yaml\""), ("terraform", "schemas", "\"schemas/*.json\"")];

/// Reads the files, and leaves their paths in the configuration in place of the patterns. A pattern without a file is a
/// problem of `ivs.toml`.
pub(crate) fn read(
    root: &Path,
    out: Option<&Path>,
    config: &mut Config,
    problems: &mut Problems,
) -> Vec<DataText> {
    let all = LISTS.iter().flat_map(|list| read_list(root, out, config, problems, list));
    let mut files: Vec<DataText> = all.collect();
    files.sort_by(|a, b| a.path.cmp(&b.path));
    files.dedup_by(|a, b| a.path == b.path);
    files
}

fn read_list(
    root: &Path,
    out: Option<&Path>,
    config: &mut Config,
    problems: &mut Problems,
    (target, option, example): &(&str, &str, &str),
) -> Vec<DataText> {
    let text = config.text.clone();
    let Some(Setting::List(patterns)) = config.targets.get_mut(*target).and_then(|t| t.get_mut(*option))
    else {
        return Vec::new();
    };
    let mut paths: Vec<String> = Vec::new();
    for pattern in patterns.iter() {
        let parts: Vec<&str> = pattern.split('/').collect();
        let before = paths.len();
        let plain = |p: &&str| !p.is_empty() && !p.starts_with('.') && !p.contains(['\\', ':', '~']);
        if parts.iter().all(plain) {
            walk(root, "", &parts, &mut paths);
        }
        if paths.len() == before {
            let at = text.find(&format!("\"{pattern}\"")).map_or(0, |i| i + 1) as u32;
            let of = problems.file(CONFIG_FILE, &text);
            let span = Span::new(at, at + pattern.len() as u32);
            let mut found =
                problem::error(codes::BAD_VALUE, of, span, format!("no file matches `{pattern}`"));
            found.help.push(format!("files of the package, relative to `ivs.toml`: {example}"));
            problems.push(found);
        }
    }
    paths.sort();
    paths.dedup();
    patterns.clone_from(&paths);
    let files = named(root, out, paths.iter().map(String::as_str));
    for file in &files {
        let why = match &file.text {
            Ok(_) => continue,
            Err(DataProblem::Refused { message, .. }) => message.to_string(),
            Err(DataProblem::TooLarge { limit }) => format!("`{}` is larger than {limit} bytes", file.path),
            Err(DataProblem::Missing { .. }) => format!("`{}` is not there any more", file.path),
        };
        let at = text.find(option).map_or(0, |i| i as u32);
        let of = problems.file(CONFIG_FILE, &text);
        let span = Span::new(at, at + option.len() as u32);
        problems.push(problem::error(codes::BAD_VALUE, of, span, why));
    }
    files
}

/// Files below a folder whose path has these parts; `*` stands for any characters of a name.
fn walk(folder: &Path, prefix: &str, parts: &[&str], found: &mut Vec<String>) {
    let Some((part, rest)) = parts.split_first() else { return };
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    for entry in entries.filter_map(Result::ok) {
        let Ok(name) = entry.file_name().into_string() else { continue };
        if name.starts_with('.') || !matches(part, &name) || found.len() >= MAX_FILES {
            continue;
        }
        let path = format!("{prefix}{name}");
        match rest.is_empty() {
            true if entry.path().is_file() => found.push(path),
            false if entry.path().is_dir() => walk(&entry.path(), &format!("{path}/"), rest, found),
            _ => {}
        }
    }
}

/// Whether a name fits a pattern of one part.
fn matches(pattern: &str, name: &str) -> bool {
    let mut pieces = pattern.split('*');
    let first = pieces.next().unwrap_or_default();
    let Some(mut rest) = name.strip_prefix(first) else { return false };
    let mut pieces: Vec<&str> = pieces.collect();
    let Some(last) = pieces.pop() else { return rest.is_empty() };
    for piece in pieces {
        match rest.split_once(piece) {
            Some((_, after)) => rest = after,
            None => return false,
        }
    }
    rest.ends_with(last)
}

#[cfg(test)]
mod tests {
    use super::matches;

    #[test]
    fn stars_stand_for_any_characters() {
        for (pattern, name) in
            [("*.yaml", "a.yaml"), ("a*c", "abc"), ("a*c", "ac"), ("*", "x"), ("a", "a"), ("*b*", "abc")]
        {
            assert!(matches(pattern, name), "{pattern} {name}");
        }
        for (pattern, name) in [("*.yaml", "a.yml"), ("a*c", "ab"), ("a", "ab"), ("a*a", "a")] {
            assert!(!matches(pattern, name), "{pattern} {name}");
        }
    }
}
