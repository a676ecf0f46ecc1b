//! What people of the organisations may do where an endpoint is run: a Role for its own people, and for each organisation
//! that takes data of it. Groups of people are named `federation:ORGANISATION`.
//!
//! A role never reaches further than the exports: others see topics that are exported to them, and change none.
use super::shared::{self, Topic};
use crate::emit::{Emit, Order};
use crate::names;
use ivs_plan::read;
use ivs_plan::{Context, Lowered, Subject};
use ivs_value::{RefValue, StructValue};
use k8s_openapi::api::rbac::v1::{PolicyRule, Role, RoleBinding, RoleRef, Subject as Who};
use std::collections::BTreeMap;
use std::sync::Arc;

const GROUP: &str = "rbac.authorization.k8s.io";

/// An organisation, and the endpoints by which it has to do with another one.
struct Party {
    organisation: u32,
    endpoints: Vec<Arc<StructValue>>,
}

/// `endpoint` → Roles and RoleBindings, if it is run here.
pub fn lower(subject: &Subject, context: &dyn Context) -> Lowered {
    Emit::part(subject, context, &["namespace"], |emit| {
        let Some(namespace) = shared::home(emit) else { return };
        let Some(itself) = shared::itself(subject, context) else { return };
        let Some(own) = read::reference(emit.object, "organisation").map(|r| r.id) else { return };
        let topics = shared::given(emit);
        for (name, party) in parties(emit, &itself, context) {
            let mut rules: Vec<PolicyRule> = Vec::new();
            for endpoint in &party.endpoints {
                rules.extend(seen(endpoint, &topics, &party, own));
                if party.organisation == own {
                    rules.extend(changed(emit, endpoint, &topics));
                }
            }
            if rules.is_empty() {
                continue;
            }
            let role = names::fit(&format!("{}.{name}", emit.name), 253);
            let meta = emit.meta(&role, Some(&namespace));
            emit.push(Order::Role, &Role { metadata: meta.clone(), rules: Some(rules) });
            let who = Who {
                api_group: Some(GROUP.into()),
                kind: "Group".into(),
                name: format!("federation:{name}"),
                namespace: None,
            };
            let role_ref = RoleRef { api_group: Some(GROUP.into()), kind: "Role".into(), name: role };
            emit.push(Order::Binding, &RoleBinding { metadata: meta, role_ref, subjects: Some(vec![who]) });
        }
    })
}

/// The endpoint's own organisation and those that take something of it, by name.
fn parties(emit: &mut Emit<'_>, itself: &RefValue, context: &dyn Context) -> BTreeMap<String, Party> {
    let mut found: BTreeMap<String, Party> = BTreeMap::new();
    for reference in context.set_of("endpoint") {
        let Some(endpoint) = context.object(&reference) else { continue };
        let takes = || {
            read::structs(&endpoint, "import")
                .any(|(_, i)| read::reference(i, "from").is_some_and(|f| f.id == itself.id))
        };
        if (reference.id == itself.id || takes())
            && let Some(organisation) = read::reference(&endpoint, "organisation")
            && let Some(name) = emit.name_of(organisation)
        {
            let party = Party { organisation: organisation.id, endpoints: Vec::new() };
            found.entry(name).or_insert(party).endpoints.push(endpoint);
        }
    }
    found
}

/// Topics whose domains an endpoint's people read, and which are theirs or exported to them.
fn seen(endpoint: &StructValue, topics: &[Topic], party: &Party, own: u32) -> Option<PolicyRule> {
    let for_them = |t: &&Topic| party.organisation == own || t.receivers.contains(&party.organisation);
    let names = of(endpoint, "reads", topics.iter().filter(for_them));
    (!names.is_empty()).then(|| rule("kafka.strimzi.io", "kafkatopics", Some(names), &["get"]))
}

/// What an endpoint's own people change and decide.
fn changed(emit: &mut Emit<'_>, endpoint: &StructValue, topics: &[Topic]) -> Vec<PolicyRule> {
    let mut rules = Vec::new();
    let names = of(endpoint, "writes", topics.iter());
    if !names.is_empty() {
        rules.push(rule("kafka.strimzi.io", "kafkatopics", Some(names), &["get", "patch", "update"]));
    }
    let approves = read::reference(endpoint, "role")
        .and_then(|r| emit.follow(r))
        .is_some_and(|role| !read::list(&role, "approves").is_empty());
    if approves {
        // A gate waits as a suspended workflow; to let it go on is to change it.
        let verbs = ["get", "list", "watch", "patch", "update"];
        rules.push(rule("argoproj.io", "workflows", None, &verbs));
    }
    rules
}

/// Names of the topics whose domain is among those of a field.
fn of<'t>(endpoint: &StructValue, field: &str, topics: impl Iterator<Item = &'t Topic>) -> Vec<String> {
    let mut names: Vec<String> = topics
        .filter(|t| shared::references(endpoint, field).any(|d| d.id == t.domain))
        .map(|t| t.name.clone())
        .collect();
    names.sort();
    names.dedup();
    names
}

fn rule(group: &str, resource: &str, names: Option<Vec<String>>, verbs: &[&str]) -> PolicyRule {
    PolicyRule {
        api_groups: Some(vec![group.to_owned()]),
        resources: Some(vec![resource.to_owned()]),
        resource_names: names,
        verbs: verbs.iter().map(|v| (*v).to_owned()).collect(),
        non_resource_urls: None,
    }
}
