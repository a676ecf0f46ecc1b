//! Names as Terraform and the providers take them.
use sha2::{Digest, Sha256};
use std::fmt::Write;

/// A name for a block: lower case letters, digits and `_`; other characters become `_`, and a digit is not first.
pub fn identifier(slug: &str) -> String {
    let mut out = String::with_capacity(slug.len() + 1);
    for c in slug.chars() {
        out.push(if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '_' });
    }
    if !out.starts_with(|c: char| c.is_ascii_alphabetic()) {
        out.insert(0, '_');
    }
    out
}

/// The first `digits` hexadecimal digits of the text's SHA-256; at most 64.
pub fn digest(text: &str, digits: usize) -> String {
    let mut out = String::with_capacity(digits + 1);
    for byte in Sha256::digest(text.as_bytes()).iter().take(digits.div_ceil(2)) {
        let _ = write!(out, "{byte:02x}");
    }
    out.truncate(digits);
    out
}

/// A name in lower case letters, digits and `-`, beginning with a letter, at most `max` bytes (10 or more): longer
/// ones keep their beginning and end in `-` and eight digits of a digest.
pub fn fit(slug: &str, max: usize) -> String {
    let mapped: String =
        slug.chars().map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' }).collect();
    let trimmed = mapped.trim_matches('-');
    let mut name = trimmed.to_owned();
    if !name.starts_with(|c: char| c.is_ascii_alphabetic()) {
        name.insert_str(0, "x-");
    }
    let name = name.trim_end_matches('-').to_owned();
    if name.len() <= max {
        return name;
    }
    let prefix = name.get(..max.saturating_sub(9)).unwrap_or_default().trim_end_matches('-');
    format!("{prefix}-{}", digest(slug, 8))
}

/// A key as a part of a name: as it is, if it has only lower case letters, digits and `-` between them. Any other is mapped to
/// these and ends in six digits of a digest, so that two keys never give one name.
pub fn part(key: &str) -> String {
    let mapped: String =
        key.chars().map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' }).collect();
    match mapped.trim_matches('-') {
        plain if plain == key => mapped,
        "" => digest(key, 6),
        trimmed => format!("{trimmed}-{}", digest(key, 6)),
    }
}

/// As [`fit`], without `-`: names of storage accounts.
pub fn fit_plain(slug: &str, max: usize) -> String {
    let plain: String =
        slug.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect();
    if plain.len() <= max && !plain.is_empty() && plain.len() >= 3 {
        return plain;
    }
    let prefix = plain.get(..max.saturating_sub(8)).unwrap_or(&plain);
    format!("{prefix}{}", digest(slug, 8))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn names_fit_and_stay_different() {
        assert_eq!(identifier("api-logs"), "api_logs");
        assert_eq!(identifier("8-ball"), "_8_ball");
        assert_eq!(fit("AMPEL360-BWB-Q100", 63), "ampel360-bwb-q100");
        assert_eq!(fit("1st", 20), "x-1st");
        let (a, b) = (fit(&format!("{}a", "n".repeat(90)), 63), fit(&format!("{}b", "n".repeat(90)), 63));
        assert!(a.len() <= 63 && a != b && a.starts_with("nnn"));
        assert_eq!(fit_plain("my-logs", 24), "mylogs");
        assert_eq!(fit_plain(&"x".repeat(40), 24).len(), 24);
        assert!(fit_plain("a", 24).len() >= 3);
        assert_eq!(part("far-east"), "far-east");
        assert!(part("far east").starts_with("far-east-") && part("far east") != part("far_east"));
        assert!(part("~").len() == 6 && part("~") != part("<<"));
    }
}
