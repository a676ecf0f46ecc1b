//! `ivs-oracle FOLDER…`: judges every manifest below the folders.

use ivs_oracle::definitions::Definitions;
use ivs_oracle::{Judge, objects};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::{env, fs};

fn main() -> ExitCode {
    let folders: Vec<PathBuf> = env::args_os().skip(1).map(PathBuf::from).collect();
    let definitions = match Definitions::find() {
        Ok(found) => found,
        Err(why) => {
            println!("skipped: {why}");
            return ExitCode::SUCCESS;
        }
    };
    match run(&folders, definitions) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(why) => {
            eprintln!("{why}");
            ExitCode::FAILURE
        }
    }
}

/// Whether all is well.
fn run(folders: &[PathBuf], definitions: Definitions) -> Result<bool, String> {
    let mut judge = Judge::new(definitions);
    let mut kinds: BTreeMap<String, usize> = BTreeMap::new();
    let (mut files, mut faults, mut unjudged) = (Vec::new(), 0, Vec::new());
    for folder in folders {
        manifests(folder, &mut files)?;
    }
    for path in &files {
        let place = path.display();
        let text = fs::read_to_string(path).map_err(|e| format!("{place}: {e}"))?;
        for object in objects(&text).map_err(|e| format!("{place}: {e}"))? {
            let word = |path: &str| object.pointer(path).and_then(|v| v.as_str()).unwrap_or("?");
            let (api, kind, name) = (word("/apiVersion"), word("/kind"), word("/metadata/name"));
            *kinds.entry(format!("{api} {kind}")).or_default() += 1;
            let verdict = judge.judge(&object)?;
            for fault in &verdict.faults {
                println!("{place}: {kind} {name}: {fault}");
            }
            faults += verdict.faults.len();
            unjudged.extend(verdict.unjudged.into_iter().map(|rule| format!("{api} {kind}{rule}")));
        }
    }
    unjudged.sort();
    unjudged.dedup();
    for rule in &unjudged {
        println!("not judged: {rule}");
    }
    for (kind, n) in &kinds {
        println!("{n:5} {kind}");
    }
    let objects: usize = kinds.values().sum();
    println!("{objects} objects of {} kinds in {} files: {faults} faults", kinds.len(), files.len());
    Ok(objects > 0 && faults == 0)
}

/// Every YAML file with objects, sorted.
fn manifests(folder: &Path, found: &mut Vec<PathBuf>) -> Result<(), String> {
    let failed = |e| format!("{}: {e}", folder.display());
    let entries = fs::read_dir(folder).map_err(failed)?;
    let mut paths = entries.map(|e| e.map(|e| e.path())).collect::<Result<Vec<_>, _>>().map_err(failed)?;
    paths.sort();
    for path in paths {
        if path.is_dir() {
            // OpenSLO documents look like objects, but no API server takes them.
            if path.file_name().is_none_or(|n| n != "openslo") {
                manifests(&path, found)?;
            }
        } else if path.extension().is_some_and(|e| e == "yaml")
            && path.file_name().is_some_and(|n| n != "kustomization.yaml")
        {
            found.push(path);
        }
    }
    Ok(())
}
