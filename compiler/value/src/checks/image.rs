//! References to container images.
//!
//! The grammar is that of github.com/distribution/reference, which container runtimes use.
use super::{Check, excerpt};

/// `registry.example:5000/devforge/text:2.4.1@sha256:…`; registry, tag and digest may be left out.
///
/// # Errors
/// What is wrong, in words.
pub fn check_image_ref(text: &str) -> Check {
    let no = |why: String| Err(format!("`{}` is not an image reference: {why}", excerpt(text)));
    let parts = Parts::of(text);
    if let Some(digest) = parts.digest
        && let Err(why) = check_digest(digest)
    {
        return no(why);
    }
    if let Some(tag) = parts.tag
        && !is_tag(tag)
    {
        return no(format!("the tag `{}` must be up to 128 letters, digits, `_`, `.`, `-`", excerpt(tag)));
    }
    if parts.repository.len() > 255 {
        return no("its name is longer than 255 characters".into());
    }
    if let Some(registry) = parts.registry
        && !is_registry(registry)
    {
        return no(format!("`{}` is not a registry's host", excerpt(registry)));
    }
    let bad = |part: &&str| !is_path_part(part);
    match parts.path.split('/').find(bad) {
        None => Ok(()),
        Some("") => no("a part of its name is empty".into()),
        Some(part) => no(format!(
            "`{}` must be lower case letters and digits, with single `.`, `_` or `-` between them",
            excerpt(part)
        )),
    }
}

/// `2.4.1` of `registry.example/text:2.4.1`.
pub fn image_tag(text: &str) -> Option<&str> {
    Parts::of(text).tag
}

/// `sha256:…` of `registry.example/text@sha256:…`.
pub fn image_digest(text: &str) -> Option<&str> {
    Parts::of(text).digest
}

/// `registry.example/text` of `registry.example/text:2.4.1`.
pub fn image_repository(text: &str) -> &str {
    Parts::of(text).repository
}

/// `registry.example:5000` of `registry.example:5000/text:2.4.1`.
pub fn image_registry(text: &str) -> Option<&str> {
    Parts::of(text).registry
}

/// The parts of a reference; of any text, so that they can be read before it is checked.
struct Parts<'a> {
    repository: &'a str,
    registry: Option<&'a str>,
    path: &'a str,
    tag: Option<&'a str>,
    digest: Option<&'a str>,
}

impl<'a> Parts<'a> {
    fn of(text: &'a str) -> Self {
        let (named, digest) = match text.split_once('@') {
            Some((named, digest)) => (named, Some(digest)),
            None => (text, None),
        };
        // A colon before the last slash belongs to the registry's port.
        let (repository, tag) = match named.rsplit_once(':') {
            Some((repository, tag)) if !tag.contains('/') => (repository, Some(tag)),
            _ => (named, None),
        };
        let (registry, path) = match repository.split_once('/') {
            Some((host, path)) if host.contains(['.', ':']) || host == "localhost" => (Some(host), path),
            _ => (None, repository),
        };
        Parts { repository, registry, path, tag, digest }
    }
}

fn is_tag(tag: &str) -> bool {
    tag.len() <= 128
        && tag.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '_')
        && tag.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.' | b'-'))
}

fn check_digest(digest: &str) -> Result<(), String> {
    let hex = |h: &str| h.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b));
    let length = match digest.split_once(':') {
        Some(("sha256", h)) if hex(h) => (h.len(), 64),
        Some(("sha512", h)) if hex(h) => (h.len(), 128),
        _ => return Err("a digest is `sha256:` or `sha512:` and lower case hexadecimal digits".into()),
    };
    match length {
        (is, should) if is == should => Ok(()),
        (is, should) => Err(format!("its digest needs {should} hexadecimal digits, here are {is}")),
    }
}

fn is_registry(registry: &str) -> bool {
    let (host, port) = match registry.rsplit_once(':') {
        Some((host, port)) if !port.contains(']') => (host, Some(port)),
        _ => (registry, None),
    };
    let label = |l: &str| {
        !l.is_empty()
            && !l.starts_with('-')
            && !l.ends_with('-')
            && l.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
    };
    let v6 = host.strip_prefix('[').and_then(|h| h.strip_suffix(']'));
    let good_host = match v6 {
        Some(address) => address.parse::<std::net::Ipv6Addr>().is_ok(),
        None => host.split('.').all(label),
    };
    good_host && port.is_none_or(|p| p.bytes().all(|b| b.is_ascii_digit()) && p.parse::<u16>().is_ok())
}

/// `[a-z0-9]+` with `.`, `_`, `__` or any number of `-` between.
fn is_path_part(part: &str) -> bool {
    let alphanumeric = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit();
    let mut rest = part.as_bytes();
    loop {
        let word = rest.iter().take_while(|b| alphanumeric(**b)).count();
        if word == 0 {
            return false;
        }
        rest = rest.get(word..).unwrap_or(&[]);
        let separator = rest.iter().take_while(|b| !alphanumeric(**b)).count();
        match rest.get(..separator) {
            Some(b"") => return true,
            Some(b"." | b"_" | b"__") => {}
            Some(s) if s.iter().all(|b| *b == b'-') => {}
            _ => return false,
        }
        rest = rest.get(separator..).unwrap_or(&[]);
    }
}
