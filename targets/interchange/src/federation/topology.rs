//! Connections of a federation, one by one.
use crate::draft::{Draft, references};
use ivs_plan::{Context, Lowered, Subject, read};
use ivs_value::{RefValue, Value};
use serde::Serialize;
use std::collections::BTreeSet;

#[derive(Serialize)]
struct Topology<'a> {
    topology: &'a str,
    shape: &'a str,
    connections: Vec<Connection>,
}

#[derive(Serialize, PartialEq, Eq, PartialOrd, Ord)]
#[serde(rename_all = "camelCase")]
struct Connection {
    between: [String; 2],
    trust_domains: BTreeSet<String>,
}

/// `topology` → the list of its connections.
pub fn lower(subject: &Subject, context: &dyn Context) -> Lowered {
    Draft::run(subject, context, |draft| {
        let object = draft.object;
        let members: Vec<&RefValue> = references(object, "members").collect();
        let mut pairs: Vec<(&RefValue, &RefValue)> = Vec::new();
        let shape = read::member(object, "shape").map_or("", |m| m.name.as_str());
        match shape {
            "hub-and-spoke" => {
                if let Some(hub) = read::reference(object, "hub") {
                    pairs.extend(members.iter().filter(|m| m.id != hub.id).map(|m| (hub, *m)));
                }
            }
            "peer-to-peer" => {
                for (at, a) in members.iter().enumerate() {
                    pairs.extend(members.iter().skip(at + 1).map(|b| (*a, *b)));
                }
            }
            _ => {
                for (low, high) in read::entries(object, "above") {
                    if let (Value::Ref(low), Value::Ref(high)) = (low, high) {
                        pairs.push((high, low));
                    }
                }
            }
        }
        let mut connections = BTreeSet::new();
        for (a, b) in pairs {
            let (Some((a, its)), Some((b, others))) = (door(draft, a), door(draft, b)) else { continue };
            let between = if a <= b { [a, b] } else { [b, a] };
            connections.insert(Connection { between, trust_domains: BTreeSet::from([its, others]) });
        }
        let file = Topology { topology: draft.name, shape, connections: connections.into_iter().collect() };
        draft.push("federation/topologies", draft.slug, "the topology", &file);
    })
}

/// The name of an endpoint, and the trust domain of whose it is.
fn door(draft: &mut Draft<'_>, endpoint: &RefValue) -> Option<(String, String)> {
    let slug = draft.slug_of(endpoint)?;
    let endpoint = draft.follow(endpoint)?;
    let organisation = draft.follow(read::reference(&endpoint, "organisation")?)?;
    Some((slug, read::text(&organisation, "trust_domain")?.to_owned()))
}
