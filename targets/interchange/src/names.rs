//! Names of files and identifiers.
use sha2::{Digest, Sha256};
use std::fmt::Write;

/// Longest name of a file, without its ending: what common file systems take, less room for endings.
const FILE: usize = 200;

/// The name in lower case letters, digits, `-` and `.`; other characters become `-`. What is too long keeps its
/// beginning and ends in `-` and eight hexadecimal digits of the SHA-256 of the whole. `None` if nothing is left.
pub fn file(name: &str) -> Option<String> {
    let mapped: String = name
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() || c == '.' { c.to_ascii_lowercase() } else { '-' })
        .collect();
    let mapped = mapped.trim_matches(['-', '.']);
    if mapped.is_empty() {
        return None;
    }
    if mapped.len() <= FILE {
        return Some(mapped.to_owned());
    }
    let mut digest = String::new();
    for byte in Sha256::digest(name.as_bytes()).iter().take(4) {
        let _ = write!(digest, "{byte:02x}");
    }
    Some(format!("{}-{digest}", mapped.get(..FILE - 9).unwrap_or_default()))
}

#[cfg(test)]
mod tests {
    use super::file;

    #[test]
    fn names_stay_in_their_folder() {
        assert_eq!(file("AMPEL360-BWB").as_deref(), Some("ampel360-bwb"));
        assert_eq!(file("../../etc/passwd").as_deref(), Some("etc-passwd"));
        assert_eq!(file("..").as_deref(), None);
        let long = file(&"x".repeat(300)).unwrap();
        assert!(long.len() == 200 && long != file(&"x".repeat(301)).unwrap());
    }
}
