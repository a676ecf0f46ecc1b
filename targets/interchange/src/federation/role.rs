//! What a role may do with shared data, and what it owes: an ODRL policy.
//!
//! Terms: <https://www.w3.org/TR/odrl-vocab/>: `read`, `modify`, `inform`, `assignee`, `informedParty`.
use crate::draft::{Draft, references};
use ivs_plan::{Context, Lowered, Subject, read};
use ivs_value::StructValue;
use serde::Serialize;

#[derive(Serialize)]
struct Policy {
    #[serde(rename = "@context")]
    context: &'static str,
    #[serde(rename = "@type")]
    kind: &'static str,
    uid: String,
    permission: Vec<Permission>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    obligation: Vec<Duty>,
}

#[derive(Serialize)]
struct Permission {
    action: &'static str,
    target: Vec<String>,
    assignee: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Duty {
    action: &'static str,
    assignee: String,
    informed_party: Vec<String>,
}

/// `federation-role` → its policy.
pub fn lower(subject: &Subject, context: &dyn Context) -> Lowered {
    Draft::run(subject, context, |draft| {
        let object = draft.object;
        let assignee = urn("role", draft.slug);
        let mut permission = Vec::new();
        let mut reads = scope(object, "reads");
        if read::flag(object, "interfaces") {
            reads.push(urn("interfaces", "all"));
        }
        let approves: Vec<String> =
            read::texts(object, "approves").unwrap_or_default().iter().map(|d| urn("decision", d)).collect();
        for (action, target) in
            [("read", reads), ("modify", scope(object, "writes")), ("urn:ivs:federation:approve", approves)]
        {
            if !target.is_empty() {
                permission.push(Permission { action, target, assignee: assignee.clone() });
            }
        }
        let mut informed_party = Vec::new();
        for other in references(object, "notifies") {
            informed_party.extend(draft.slug_of(other).map(|s| urn("role", &s)));
        }
        let obligation = match informed_party.is_empty() {
            true => Vec::new(),
            false => vec![Duty { action: "inform", assignee: assignee.clone(), informed_party }],
        };
        let policy = Policy {
            context: "http://www.w3.org/ns/odrl.jsonld",
            kind: "Set",
            uid: assignee,
            permission,
            obligation,
        };
        draft.push("federation/roles", draft.slug, "the role", &policy);
    })
}

/// The targets of a scope: named domains, or all of those that a word stands for.
fn scope(object: &StructValue, field: &str) -> Vec<String> {
    let Some(scope) = read::member(object, field) else { return Vec::new() };
    match (scope.name.as_str(), scope.fields.as_deref()) {
        ("listed", Some(fields)) => references(fields, "domains").map(|d| urn("domain", &d.name)).collect(),
        ("none-of-them", _) => Vec::new(),
        (word, _) => vec![urn("domains", word)],
    }
}

/// A name of our own. What a URN cannot hold is written by its bytes: RFC 8141.
fn urn(sort: &str, name: &str) -> String {
    use std::fmt::Write;
    let mut out = format!("urn:ivs:federation:{sort}:");
    for byte in name.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
            out.push(char::from(byte));
        } else {
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out
}
