//! Text types: what an image reference, URL, schedule, address block, version or date must look like.
//!
//! Each `check_…` says in words what is wrong; each accepts a strict subset of what the tools that read the outputs
//! accept.
mod cron;
mod image;

pub use cron::check_cron;
pub(crate) use cron::cron_gap_minutes;
pub use image::{check_image_ref, image_digest, image_registry, image_repository, image_tag};

use crate::{Value, dates};
use ipnet::IpNet;
use iri_string::types::UriStr;

/// What is wrong with a text, in words.
pub type Check = Result<(), String>;

/// The check of a text type by the type's name: `url cron cidr image-ref version-range`.
pub fn check_of(type_name: &str) -> Option<fn(&str) -> Check> {
    Some(match type_name {
        "url" => check_url,
        "cron" => check_cron,
        "cidr" => check_cidr,
        "image-ref" => check_image_ref,
        "version-range" => check_version_range,
        _ => return None,
    })
}

/// An absolute URL with a host: `https://example.com/path?query#part`, characters as RFC 3986 has them.
///
/// Passwords and schemes that run code are refused.
///
/// # Errors
/// What is wrong, in words.
pub fn check_url(text: &str) -> Check {
    let no = |why: &str| Err(format!("`{}` is not a URL: {why}", excerpt(text)));
    if let Some(c) = text.chars().find(|c| !c.is_ascii_graphic()) {
        return no(&format!("`{}` must be percent-encoded", c.escape_default()));
    }
    let Ok(uri) = UriStr::new(text) else {
        return no(if text.contains("://") {
            "it has characters that must be percent-encoded"
        } else {
            NO_SCHEME
        });
    };
    let Some(authority) = uri.authority_components() else { return no(NO_SCHEME) };
    if authority.host().is_empty() {
        return no("it names no host");
    }
    if authority.userinfo().is_some_and(|user| user.contains(':')) {
        return no("it holds a password; secrets are references");
    }
    if authority.port().is_some_and(|port| !port.is_empty() && port.parse::<u16>().is_err()) {
        return no("its port is above 65535");
    }
    if matches!(uri.scheme_str().to_ascii_lowercase().as_str(), "javascript" | "vbscript" | "data") {
        return no("its scheme runs code");
    }
    Ok(())
}

const NO_SCHEME: &str = "it does not begin as `https://example.com` does";

/// An address block: `10.0.0.0/16`, `2001:db8::/32`; the bits after the prefix are zero.
///
/// # Errors
/// What is wrong, in words.
pub fn check_cidr(text: &str) -> Check {
    parse_cidr(text).map(drop)
}

/// See [`check_cidr`].
///
/// # Errors
/// What is wrong, in words.
pub fn parse_cidr(text: &str) -> Result<IpNet, String> {
    let shown = excerpt(text);
    let Some((address, prefix)) = text.split_once('/') else {
        return Err(format!("`{shown}` is not an address block: a prefix is missing, as in `10.0.0.0/16`"));
    };
    if address.parse::<std::net::IpAddr>().is_err() {
        return Err(format!("`{shown}` is not an address block: `{}` is not an address", excerpt(address)));
    }
    let net = match text.parse::<IpNet>() {
        Ok(net)
            if prefix.bytes().all(|b| b.is_ascii_digit())
                && (prefix.len() == 1 || !prefix.starts_with('0')) =>
        {
            net
        }
        _ => {
            let most = if address.contains(':') { 128 } else { 32 };
            return Err(format!("`{shown}` is not an address block: its prefix must be from 0 to {most}"));
        }
    };
    if net.addr() == net.network() {
        Ok(net)
    } else {
        Err(format!("`{shown}` has bits after its prefix; the block is `{}`", net.trunc()))
    }
}

/// A range of versions: `^1.0`, `>=1.2, <2`.
///
/// # Errors
/// What is wrong, in words.
pub fn check_version_range(text: &str) -> Check {
    parse_version_range(text).map(drop)
}

/// See [`check_version_range`].
///
/// # Errors
/// What is wrong, in words.
pub fn parse_version_range(text: &str) -> Result<semver::VersionReq, String> {
    semver::VersionReq::parse(text)
        .map_err(|e| format!("`{}` is not a range of versions such as `^1.0`: {e}", excerpt(text)))
}

/// A version of three parts, with what may follow them: `1.2.0`, `1.2.0-rc.1`.
///
/// # Errors
/// What is wrong, in words.
pub fn parse_version(text: &str) -> Result<semver::Version, String> {
    semver::Version::parse(text)
        .map_err(|e| format!("`{}` is not a version such as `1.2.0`: {e}", excerpt(text)))
}

/// A date that exists: `2026-11-21`, years from 0001 to 9999.
///
/// # Errors
/// What is wrong, in words.
pub fn check_date(text: &str) -> Check {
    parse_date(text).map(drop)
}

/// See [`check_date`]; gives a [`Value::Date`].
///
/// # Errors
/// What is wrong, in words.
pub fn parse_date(text: &str) -> Result<Value, String> {
    let shape = || format!("`{}` is not a date such as `2026-11-21`", excerpt(text));
    let mut parts = text.split('-').map(|part| (part.len(), part.bytes().all(|b| b.is_ascii_digit()), part));
    let (Some((4, true, y)), Some((2, true, m)), Some((2, true, d)), None) =
        (parts.next(), parts.next(), parts.next(), parts.next())
    else {
        return Err(shape());
    };
    let (Ok(y), Ok(m), Ok(d)) = (y.parse::<i16>(), m.parse::<u8>(), d.parse::<u8>()) else {
        return Err(shape());
    };
    if dates::is_valid(y, m, d) {
        return Ok(Value::Date(y, m, d));
    }
    Err(match dates::days_in(y, m) {
        0 => format!("`{text}` is not a date: months are 01 to 12"),
        _ if y == 0 => format!("`{text}` is not a date: years are 0001 to 9999"),
        days => format!("`{text}` is not a date: that month has {days} days"),
    })
}

/// At most 80 characters of a text, for messages.
fn excerpt(text: &str) -> String {
    match text.char_indices().nth(80) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or(text)),
        None => text.to_owned(),
    }
}
