//! Names in outputs.
use sha2::{Digest, Sha256};
use std::fmt::Write as _;

/// Hexadecimal digits of a SHA-256.
pub fn sha256(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(64);
    for byte in Sha256::digest(bytes) {
        let _ = write!(out, "{byte:02x}");
    }
    out
}

/// Lower case letters, digits and `-`, a letter or digit at both ends, at most 63; longer ones keep their beginning and end in a
/// digest of the whole. `None` if nothing is left.
pub fn label(name: &str) -> Option<String> {
    let mapped: String =
        name.chars().map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' }).collect();
    let trimmed = mapped.trim_matches('-');
    if trimmed.is_empty() {
        return None;
    }
    if trimmed.len() <= 63 {
        return Some(trimmed.to_owned());
    }
    let digest = sha256(name.as_bytes());
    let (head, tail) = (trimmed.get(..54)?, digest.get(..8)?);
    Some(format!("{}-{tail}", head.trim_end_matches('-')))
}

/// A key as a part of a name: as [`label`] says, if that is the key itself; else with six digits of a digest, so that two keys
/// never give one name.
pub fn part(key: &str) -> String {
    match label(key) {
        Some(label) if label == key => label,
        other => {
            let digest = sha256(key.as_bytes());
            let parts: Vec<&str> = other.iter().map(String::as_str).chain(digest.get(..6)).collect();
            parts.join("-")
        }
    }
}

/// `api-calls` as `api_calls`.
pub fn snake(label: &str) -> String {
    label.replace('-', "_")
}

/// `text-service` as `textService`, for paths in templates.
pub fn camel(label: &str) -> String {
    let mut out = String::new();
    for (i, part) in label.split('-').filter(|p| !p.is_empty()).enumerate() {
        let mut letters = part.chars();
        match letters.next() {
            Some(first) if i > 0 => out.extend(first.to_uppercase()),
            Some(first) => out.push(first),
            None => {}
        }
        out.push_str(letters.as_str());
    }
    if out.starts_with(|c: char| c.is_ascii_digit()) { format!("n{out}") } else { out }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names() {
        assert_eq!(label("AMPEL360/Q100").as_deref(), Some("ampel360-q100"));
        assert_eq!(label("€"), None);
        let long = label(&"x".repeat(80)).unwrap();
        assert_eq!(long.len(), 63);
        assert_ne!(label(&format!("{}y", "x".repeat(79))).unwrap(), long);
        assert_eq!(
            (snake("a-b").as_str(), camel("text-service").as_str(), camel("3d").as_str()),
            ("a_b", "textService", "n3d")
        );
    }
}
