//! Names and labels as Kubernetes takes them.
//!
//! A name that is too long keeps its beginning and ends in `-` and eight hexadecimal digits of the SHA-256 of the whole:
//! [`fit`]. Nothing is cut silently in any other way.
use sha2::{Digest, Sha256};

/// Longest DNS label, label value and label name.
pub const LABEL: usize = 63;
/// Longest name of a KEDA ScaledObject: its autoscaler is called `keda-hpa-` and that name.
pub const SCALED_OBJECT: usize = 54;
/// Longest name of a CronJob: its Jobs get eleven characters more.
pub const CRON_JOB: usize = 52;

/// The first `digits` hexadecimal digits of the text's SHA-256.
pub fn digest(text: &str, digits: usize) -> String {
    use std::fmt::Write;
    let mut out = String::with_capacity(digits + 1);
    for byte in Sha256::digest(text.as_bytes()).iter().take(digits.div_ceil(2)) {
        let _ = write!(out, "{byte:02x}");
    }
    out.truncate(digits);
    out
}

/// The name, or if it is longer than `max` bytes, its beginning, `-` and a digest of the whole. `max` is at least 10.
pub fn fit(name: &str, max: usize) -> String {
    if name.len() <= max {
        return name.to_owned();
    }
    let mut end = max.saturating_sub(9);
    while !name.is_char_boundary(end) {
        end -= 1;
    }
    let prefix = name.get(..end).unwrap_or_default().trim_end_matches(['-', '.', '_']);
    format!("{prefix}-{}", digest(name, 8))
}

/// The name in the alphabet of DNS labels: lower case letters, digits, `-`; other characters become `-`.
/// At most `max` bytes, see [`fit`]. `None` if nothing is left.
pub fn dns(name: &str, max: usize) -> Option<String> {
    if is_dns_label(name) && name.len() <= max {
        return Some(name.to_owned());
    }
    let lower: String =
        name.chars().map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' }).collect();
    let lower = lower.trim_matches('-');
    if lower.is_empty() {
        return None;
    }
    Some(fit(lower, max))
}

/// Lower case letters, digits and `-`, beginning and ending with a letter or digit, 1 to 63 bytes (RFC 1123).
pub fn is_dns_label(name: &str) -> bool {
    name.len() <= LABEL
        && ends_alphanumeric(name)
        && name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
}

/// DNS labels joined by dots, at most 253 bytes.
pub fn is_subdomain(name: &str) -> bool {
    name.len() <= 253 && name.split('.').all(is_dns_label)
}

/// A label's value: empty, or up to 63 letters, digits, `-`, `_`, `.`, with a letter or digit at both ends.
pub fn is_label_value(value: &str) -> bool {
    value.is_empty() || is_qualified_part(value)
}

/// A label's or annotation's key: a name as in [`is_label_value`], with a domain and `/` before it if it belongs to one.
pub fn is_label_key(key: &str) -> bool {
    match key.split_once('/') {
        Some((domain, name)) => is_subdomain(domain) && is_qualified_part(name),
        None => is_qualified_part(key),
    }
}

fn is_qualified_part(name: &str) -> bool {
    name.len() <= LABEL
        && ends_alphanumeric(name)
        && name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.'))
}

/// A port's name: up to 15 lower case letters, digits and single `-` inside, with at least one letter (RFC 6335).
pub fn is_port_name(name: &str) -> bool {
    name.len() <= 15
        && is_dns_label(name)
        && !name.contains("--")
        && name.bytes().any(|b| b.is_ascii_alphabetic())
}

/// A key of a ConfigMap or Secret: up to 253 letters, digits, `-`, `_`, `.`, but not `.` or beginning with `..`.
pub fn is_data_key(key: &str) -> bool {
    (1..=253).contains(&key.len())
        && key != "."
        && !key.starts_with("..")
        && key.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.'))
}

/// An environment variable's name: printable ASCII without `=`.
pub fn is_env_name(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|b| (b' '..=b'~').contains(&b) && b != b'=')
}

/// The value made fit for a label: characters outside its alphabet become `-`, too long ones are cut as in [`fit`].
pub fn label_value(text: &str) -> String {
    if is_label_value(text) {
        return text.to_owned();
    }
    let mapped: String = text
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.') { c } else { '-' })
        .collect();
    fit(mapped.trim_matches(['-', '_', '.']), LABEL)
}

/// Where a secret lives in the cluster: `vault://mount/path#key` is key `key` of the Secret `mount-path`.
/// `None` if the address has no key, or the key or path cannot be spelled.
pub fn secret(address: &str) -> Option<(String, String)> {
    let (place, key) = address.rsplit_once('#')?;
    let place = place.split_once("://").map_or(place, |(_, rest)| rest);
    if !is_data_key(key) {
        return None;
    }
    Some((dns(place, 253)?, key.to_owned()))
}

fn ends_alphanumeric(name: &str) -> bool {
    let bytes = name.as_bytes();
    matches!((bytes.first(), bytes.last()), (Some(a), Some(z)) if a.is_ascii_alphanumeric() && z.is_ascii_alphanumeric())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_names_keep_their_beginning_and_stay_different() {
        let a = dns(&format!("{}a", "x".repeat(70)), LABEL).unwrap();
        let b = dns(&format!("{}b", "x".repeat(70)), LABEL).unwrap();
        assert_eq!(a.len(), 63);
        assert!(a.starts_with("xxxx") && is_dns_label(&a));
        assert_ne!(a, b);
        assert_eq!(fit("short", 63), "short");
        assert_eq!(dns("AMPEL360-BWB-Q100", LABEL).unwrap(), "ampel360-bwb-q100");
        assert_eq!(dns("nmox_workspace.active", LABEL).unwrap(), "nmox-workspace-active");
        assert_eq!(dns("€", LABEL), None);
    }

    #[test]
    fn alphabets() {
        assert!(is_label_key("app.kubernetes.io/name") && is_label_key("team") && is_label_key("A_b.c"));
        assert!(!is_label_key("a/b/c") && !is_label_key("/b") && !is_label_key("a b") && !is_label_key("-a"));
        assert!(
            is_label_value("")
                && is_label_value("1.9.2")
                && !is_label_value("fe://ampel")
                && !is_label_value("ä")
        );
        assert_eq!(label_value("fe://ampel.aero"), "fe---ampel.aero");
        assert!(
            is_port_name("http")
                && !is_port_name("8080")
                && !is_port_name("a--b")
                && !is_port_name("a-name-of-sixteen")
        );
        assert!(is_data_key("a.b-C_d") && !is_data_key("..") && !is_data_key("a/b") && !is_data_key(""));
        assert!(is_env_name("MAX.x") && !is_env_name("A=B") && !is_env_name(""));
    }

    #[test]
    fn secrets_are_addressed_by_mount_path_and_key() {
        assert_eq!(secret("vault://kv/db/main#password"), Some(("kv-db-main".into(), "password".into())));
        assert_eq!(secret("vault://kv/db/main"), None);
        assert_eq!(secret("vault://kv/db#a/b"), None);
    }
}
