use super::{CODES, FILES, items, outlines};
use std::{fs, path::Path};

fn walk(dir: &Path, root: &Path, found: &mut Vec<String>) {
    for entry in fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            walk(&path, root, found);
        } else if path.extension().is_some_and(|e| e == "ivs") {
            found.push(path.strip_prefix(root).unwrap().to_str().unwrap().replace('\\', "/"));
        }
    }
}

#[test]
fn every_file_of_the_folder_is_listed_in_order() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut found = Vec::new();
    walk(root, root, &mut found);
    found.sort();
    let listed: Vec<&str> = FILES.iter().map(|(path, _)| *path).collect();
    assert_eq!(listed, found);
}

#[test]
fn outlines_tell_every_item_of_every_file() {
    assert!(FILES.iter().all(|(_, text)| !text.contains(['\x1d', '\x1e', '\x1f'])));
    let paths: Vec<&str> = outlines().map(|(path, _)| path).collect();
    assert_eq!(paths, FILES.iter().map(|(path, _)| *path).collect::<Vec<_>>());
    let (_, outline) = outlines().find(|(path, _)| *path == "checks/c06-quota.ivs").unwrap();
    let text = FILES.iter().find(|(path, _)| *path == "checks/c06-quota.ivs").unwrap().1;
    for i in items(outline) {
        let text = &text[i.span.0 as usize..i.span.1 as usize];
        let word = if i.keyword == "decl" { i.kind } else { i.keyword };
        assert!(text.contains(&format!("{word} {}", i.name)), "{i:?}: {text}");
    }
    let known: Vec<_> = items(outline).map(|i| (i.keyword, i.name, i.ordinal, i.head)).collect();
    assert!(known.contains(&("fn", "pods-at-most", 0, None)), "{known:?}");
    let quota = Some("check quota for n in namespace if n.quota != none ");
    assert!(known.contains(&("check", "quota", 0, quota)), "{known:?}");
    let (_, regions) = outlines().find(|(path, _)| *path == "aws/regions.ivs").unwrap();
    let region = items(regions).find(|i| i.name == "eu-west-1").unwrap();
    assert_eq!((region.keyword, region.kind, region.head), ("decl", "region", Some("region eu-west-1 ")));
}

/// Kinds, units of one dimension, enums, structs, types and functions are in scope everywhere, so their names
/// must differ over the whole library.
#[test]
fn names_are_unique_over_all_modules() {
    let mut seen = std::collections::BTreeMap::new();
    for (path, text) in FILES {
        for line in text.lines().filter(|l| !l.starts_with(' ')) {
            let mut words = line.split([' ', '(', ':']).filter(|w| !w.is_empty());
            let (Some(head), Some(name)) = (words.next(), words.next()) else { continue };
            if matches!(head, "kind" | "struct" | "enum" | "type" | "fn") {
                let before = seen.insert(name, path);
                assert!(before.is_none(), "`{name}` of {path} is also in {before:?}");
            }
        }
    }
    assert!(seen.len() > 50);
}

#[test]
fn every_file_begins_with_its_module_and_ends_with_a_newline() {
    for (path, text) in FILES {
        let module = path.rsplit_once('/').unwrap().0.replace('/', ".");
        assert!(text.starts_with(&format!("//! std.{module}: ")), "{path}");
        assert!(text.ends_with('\n') && !text.contains('\r') && !text.contains('\t'), "{path}");
    }
}

#[test]
fn codes_of_checks_are_listed() {
    let mut written: Vec<&str> = FILES
        .iter()
        .flat_map(|(_, text)| text.lines())
        .filter_map(|l| l.trim().strip_prefix("code")?.trim_start_matches([' ', '=']).strip_prefix("\"IVS"))
        .filter_map(|l| l.split('"').next())
        .collect();
    written.sort_unstable();
    // What belongs to one rule has one code.
    written.dedup();
    let listed: Vec<&str> = CODES.iter().map(|(code, _)| code.trim_start_matches("IVS")).collect();
    assert_eq!(written, listed);
}
