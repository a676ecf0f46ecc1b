//! What an API server demands of names, labels and annotations, for whatever kind.

use regex::Regex;
use serde_json::Value as Json;
use std::sync::LazyLock;

fn pattern(of: &str) -> Regex {
    // The patterns are below; a test matches each.
    Regex::new(&format!("^(?:{of})$")).unwrap_or_else(|_| std::process::abort())
}

const LABEL: &str = "[a-z0-9]([-a-z0-9]*[a-z0-9])?";
/// RFC 1123, as names of most kinds are.
static SUBDOMAIN: LazyLock<Regex> = LazyLock::new(|| pattern(&format!(r"{LABEL}(\.{LABEL})*")));
/// One part of it.
static DNS_LABEL: LazyLock<Regex> = LazyLock::new(|| pattern(LABEL));
/// RFC 1035: begins with a letter.
static SERVICE: LazyLock<Regex> = LazyLock::new(|| pattern("[a-z]([-a-z0-9]*[a-z0-9])?"));
/// What stands behind the `/` of a key, and a label's value that is not empty.
static WORD: LazyLock<Regex> = LazyLock::new(|| pattern("[A-Za-z0-9]([-_.A-Za-z0-9]*[A-Za-z0-9])?"));
/// The name of a role: what a path segment may be.
static SEGMENT: LazyLock<Regex> = LazyLock::new(|| pattern("[^/%]+"));

/// Bytes that all annotations together may have.
const MAX_ANNOTATIONS: usize = 256 << 10;

/// Faults of `metadata`.
pub fn faults(kind: &str, namespaced: bool, object: &Json) -> Vec<String> {
    let mut found = Vec::new();
    let text = |path: &str| object.pointer(path).and_then(Json::as_str);
    let name = text("/metadata/name").unwrap_or_default();
    let (rule, most) = match kind {
        "Namespace" => (&DNS_LABEL, 63),
        "Service" => (&SERVICE, 63),
        "Role" | "RoleBinding" | "ClusterRole" | "ClusterRoleBinding" => (&SEGMENT, 253),
        // The pods' `batch.kubernetes.io/job-name`, and 11 characters that a CronJob's jobs get.
        "Job" => (&SUBDOMAIN, 63),
        "CronJob" => (&SUBDOMAIN, 52),
        _ => (&SUBDOMAIN, 253),
    };
    if !rule.is_match(name) || name.len() > most {
        found.push(format!("metadata.name: {name:?} is no name of a {kind}"));
    }
    match text("/metadata/namespace") {
        Some(_) if !namespaced => found.push(format!("metadata.namespace: a {kind} is in none")),
        Some(namespace) if !DNS_LABEL.is_match(namespace) || namespace.len() > 63 => {
            found.push(format!("metadata.namespace: {namespace:?} is no name of a namespace"));
        }
        None if namespaced => found.push("metadata.namespace: missing".to_owned()),
        _ => {}
    }
    if kind == "ApplicationSet" {
        // What it makes is a Go template: only what comes out of it has labels.
        walk(&serde_json::json!({ "metadata": object.get("metadata") }), "", &mut found);
    } else {
        walk(object, "", &mut found);
    }
    found
}

/// Labels and annotations wherever metadata is: of the object, and of pods it makes.
fn walk(value: &Json, path: &str, found: &mut Vec<String>) {
    match value {
        Json::Object(fields) => {
            for (name, value) in fields {
                let path = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
                if name == "metadata" {
                    keys(value.get("labels"), &format!("{path}.labels"), true, found);
                    keys(value.get("annotations"), &format!("{path}.annotations"), false, found);
                }
                if name == "matchLabels" {
                    keys(Some(value), &path, true, found);
                }
                walk(value, &path, found);
            }
        }
        Json::Array(items) => {
            for (i, item) in items.iter().enumerate() {
                walk(item, &format!("{path}[{i}]"), found);
            }
        }
        Json::Null => found.push(format!("{path}: null says nothing")),
        _ => {}
    }
}

fn keys(map: Option<&Json>, path: &str, labels: bool, found: &mut Vec<String>) {
    let mut size = 0;
    for (key, value) in map.and_then(Json::as_object).into_iter().flatten() {
        let (prefix, word) = match key.split_once('/') {
            Some((prefix, word)) => (Some(prefix), word),
            None => (None, key.as_str()),
        };
        if prefix.is_some_and(|p| !SUBDOMAIN.is_match(p) || p.len() > 253)
            || !WORD.is_match(word)
            || word.len() > 63
        {
            found.push(format!("{path}: {key:?} is no key"));
        }
        let value = value.as_str().unwrap_or_default();
        if labels && !value.is_empty() && (!WORD.is_match(value) || value.len() > 63) {
            found.push(format!("{path}.{key}: {value:?} is no value of a label"));
        }
        size += key.len() + value.len();
    }
    if !labels && size > MAX_ANNOTATIONS {
        found.push(format!("{path}: {size} bytes"));
    }
}
