//! Which relative paths may be written: only such as mean the same on every system.

use crate::{Error, OWN_FOLDER};
use ivs_plan::OutputFile;
use std::borrow::Cow;
use std::collections::HashMap;
use unicode_normalization::{UnicodeNormalization, is_nfc};

/// Bytes of one name (ext4, NTFS, APFS agree).
const MAX_NAME: usize = 255;
/// Bytes of a whole path below the root: Linux allows 4,096 with the root's own.
const MAX_PATH: usize = 3_072;

/// Checks every path, and that no two are the same to a file system without case or with other normalisation.
/// Texts must have LF line ends and no byte order mark.
pub fn check_paths(files: &[OutputFile]) -> Result<(), Error> {
    // Folded path, or folded folder, to its first spelling.
    let mut seen: HashMap<Cow<'_, str>, (&str, bool)> = HashMap::new();
    for file in files {
        let wrong = |why: String| Error::Path { path: file.path.clone(), why };
        if let Some(why) = flaw(&file.path) {
            return Err(wrong(why));
        }
        if file.text.pieces().find(|p| !p.is_empty()).is_some_and(|p| p.starts_with('\u{feff}'))
            || file.text.pieces().any(|p| p.contains('\r'))
        {
            return Err(wrong("would have a byte order mark or a carriage return".to_owned()));
        }
        if let Some((first, _)) = seen.insert(folded(&file.path), (&file.path, true)) {
            return Err(wrong(clash(&file.path, first)));
        }
    }
    for file in files {
        // From the innermost folder out: one that is known has its parents known as well.
        for (end, _) in file.path.rmatch_indices('/') {
            let folder = file.path.get(..end).unwrap_or_default();
            match seen.insert(folded(folder), (folder, false)) {
                Some((first, false)) if first == folder => break,
                Some((first, _)) => {
                    return Err(Error::Path { path: file.path.clone(), why: clash(folder, first) });
                }
                None => {}
            }
        }
    }
    Ok(())
}

fn clash(path: &str, first: &str) -> String {
    if path == first {
        format!("is there twice, or `{first}` is both a file and a folder")
    } else {
        format!("differs from `{first}` only in case or in how letters are composed")
    }
}

/// What is wrong with one path, as the rest of a sentence.
pub(crate) fn flaw(path: &str) -> Option<String> {
    if path.len() > MAX_PATH {
        return Some(format!("is longer than {MAX_PATH} bytes"));
    }
    if path.starts_with('/') {
        return Some("is absolute".to_owned());
    }
    if !is_nfc(path) {
        return Some("is not in Unicode normal form C".to_owned());
    }
    path.split('/').enumerate().find_map(|(depth, name)| {
        if depth == 0 && folded(name) == OWN_FOLDER {
            return Some(format!("is in `{OWN_FOLDER}`, which ivs keeps for itself"));
        }
        name_flaw(name)
    })
}

fn name_flaw(name: &str) -> Option<String> {
    match name {
        "" => return Some("has an empty name in it".to_owned()),
        "." | ".." => return Some(format!("has `{name}` in it")),
        _ => {}
    }
    if name.len() > MAX_NAME {
        return Some(format!("has a name of more than {MAX_NAME} bytes"));
    }
    if let Some(c) = name.chars().find(|&c| c.is_control() || "\\:*?\"<>|".contains(c)) {
        return Some(format!("has the character {c:?} in it"));
    }
    if name.ends_with(['.', ' ']) {
        return Some("has a name that ends in a dot or a space".to_owned());
    }
    reserved(name).then(|| format!("has the name `{name}`, which Windows reserves"))
}

/// Device names, with any extension.
fn reserved(name: &str) -> bool {
    let stem = name.split('.').next().unwrap_or_default().trim_end();
    let upper = stem.to_ascii_uppercase();
    match upper.as_str() {
        "CON" | "PRN" | "AUX" | "NUL" | "CONIN$" | "CONOUT$" => true,
        _ => {
            let digit = upper.strip_prefix("COM").or_else(|| upper.strip_prefix("LPT"));
            digit.is_some_and(|d| {
                matches!(d, "\u{b9}" | "\u{b2}" | "\u{b3}")
                    || (d.len() == 1 && d != "0" && d.bytes().all(|b| b.is_ascii_digit()))
            })
        }
    }
}

/// Equal for names that some file system takes for the same.
fn folded(path: &str) -> Cow<'_, str> {
    if path.bytes().all(|b| b.is_ascii() && !b.is_ascii_uppercase()) {
        return Cow::Borrowed(path);
    }
    if path.is_ascii() {
        return Cow::Owned(path.to_ascii_lowercase());
    }
    Cow::Owned(path.nfc().flat_map(char::to_uppercase).flat_map(char::to_lowercase).nfc().collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn of(paths: &[&str]) -> Result<(), String> {
        let file = |p: &&str| OutputFile { path: (*p).to_owned(), text: "a\n".into() };
        check_paths(&paths.iter().map(file).collect::<Vec<_>>()).map_err(|e| e.to_string())
    }

    #[test]
    fn ordinary_paths() {
        let long = "n".repeat(255);
        of(&[
            "a.yaml",
            "kubernetes/shop/deployment.yaml",
            "kubernetes/shop/a.b-c_d.yaml",
            "größe/ü.md",
            &long,
            "console",
            "com0",
            "com10.txt",
            ".hidden",
            "a",
            "ab/c",
            "a-b",
        ])
        .unwrap();
    }

    #[test]
    fn paths_that_leave_the_folder_or_mean_something_else_elsewhere() {
        let long = "n".repeat(256);
        for path in [
            "",
            "/etc/passwd",
            "..",
            "../a",
            "a/../../b",
            "a/./b",
            "a//b",
            "a/",
            "a\0b",
            "a\nb",
            "a\u{1b}[2Jb",
            "C:a",
            "a\\b",
            "a/b\\..\\c",
            "CON",
            "con.yaml",
            "a/Aux.txt",
            "nul",
            "COM1",
            "lpt9.md",
            "COM¹",
            "a.",
            "a ",
            "a?",
            "a*",
            ".ivs/manifest.json",
            ".IVS/x",
            ".ivs",
            "e\u{301}",
            &long,
        ] {
            assert!(of(&[path]).is_err(), "{path:?} should be refused");
        }
    }

    #[test]
    fn paths_that_are_the_same_to_some_system() {
        for pair in [
            ["a", "A"],
            ["a", "a"],
            ["ä", "Ä"],
            ["ß", "SS"],
            ["a", "a/b"],
            ["a/b", "a"],
            ["A/x", "a/y"],
            ["x/A/1", "x/a/2"],
        ] {
            assert!(of(&pair).is_err(), "{pair:?} should be refused");
        }
        assert_eq!(
            of(&["A/x", "a/y"]).unwrap_err(),
            "the output path `a/y` differs from `A` only in case or in how letters are composed"
        );
    }

    #[test]
    fn texts_have_plain_line_ends() {
        for text in ["a\r\n", "\u{feff}a\n"] {
            assert!(check_paths(&[OutputFile { path: "a".to_owned(), text: text.into() }]).is_err());
        }
    }

    proptest! {
        /// Whatever is accepted stays below the root when joined to it.
        #[test]
        fn an_accepted_path_stays_inside(path in "[a.A/\\\\: \u{0}-\u{20}é~]{0,12}") {
            if flaw(&path).is_none() {
                let plain = std::path::Path::new(&path).components().all(|c| matches!(c, std::path::Component::Normal(_)));
                prop_assert!(plain && !path.is_empty());
            }
        }
    }
}
