//! What the lowerings of an endpoint have in common: what flows, and under which names.
use crate::emit::Emit;
use crate::names;
use ivs_plan::read;
use ivs_plan::{Context, Subject};
use ivs_value::{RefValue, StructValue, Value};
use std::collections::BTreeSet;
use std::sync::Arc;

/// Longest name of a Kafka topic.
const TOPIC: usize = 249;

/// The references of a list.
pub fn references<'v>(object: &'v StructValue, field: &str) -> impl Iterator<Item = &'v RefValue> {
    read::list(object, field).iter().filter_map(|v| match v {
        Value::Ref(r) => Some(r.as_ref()),
        _ => None,
    })
}

/// Whether a list names a declaration.
pub fn names_it(object: &StructValue, field: &str, it: &RefValue) -> bool {
    references(object, field).any(|r| r.id == it.id)
}

/// The topic of a domain in an export: `ampel.design.aaa`.
pub fn topic(emit: &mut Emit<'_>, endpoint: &str, export: &str, domain: &RefValue) -> Option<String> {
    let domain = emit.name_of(domain)?;
    let export = names::dns(export, names::LABEL)?;
    Some(names::fit(&format!("{endpoint}.{export}.{domain}"), TOPIC))
}

/// A topic, and what it is of.
pub struct Topic {
    /// Its name in Kafka and in the cluster.
    pub name: String,
    /// Its domain.
    pub domain: u32,
    /// The organisations that it is for.
    pub receivers: Vec<u32>,
}

/// What an endpoint itself gives away.
pub fn given(emit: &mut Emit<'_>) -> Vec<Topic> {
    let (object, own) = (emit.object, emit.name.clone());
    let mut topics = Vec::new();
    for (name, export) in read::structs(object, "export") {
        for domain in references(export, "domains") {
            if let Some(topic) = topic(emit, &own, name, domain) {
                let receivers = references(export, "receivers").map(|p| p.id).collect();
                topics.push(Topic { name: topic, domain: domain.id, receivers });
            }
        }
    }
    topics
}

/// Everything that is taken from one endpoint.
pub struct Taken {
    /// That endpoint.
    pub from: Arc<StructValue>,
    /// Its name in the cluster.
    pub name: String,
    /// Names of its topics, sorted.
    pub topics: Vec<String>,
    /// The exports that they belong to, in their order: name and value.
    pub exports: Vec<(String, Arc<StructValue>)>,
}

/// What an endpoint takes, by where it is from, in the order in which imports first name them.
pub fn taken(emit: &mut Emit<'_>) -> Vec<Taken> {
    let object = emit.object;
    let Some(organisation) = read::reference(object, "organisation") else { return Vec::new() };
    let mut all: Vec<(u32, Taken)> = Vec::new();
    for (_, import) in read::structs(object, "import") {
        let Some(reference) = read::reference(import, "from") else { continue };
        let Some(from) = emit.follow(reference) else { continue };
        let Some(name) = emit.slug_of(&from, &reference.name) else { continue };
        let wanted: BTreeSet<u32> = references(import, "domains").map(|d| d.id).collect();
        let at = all.iter().position(|(id, _)| *id == reference.id).unwrap_or_else(|| {
            let taken =
                Taken { from: from.clone(), name: name.clone(), topics: Vec::new(), exports: Vec::new() };
            all.push((reference.id, taken));
            all.len() - 1
        });
        for (key, value) in read::entries(&from, "export") {
            let Value::Struct(export) = value else { continue };
            if !names_it(export, "receivers", organisation) {
                continue;
            }
            let key = read::key(key);
            let domains: Vec<&RefValue> =
                references(export, "domains").filter(|d| wanted.contains(&d.id)).collect();
            for domain in &domains {
                let Some(topic) = topic(emit, &name, key, domain) else { continue };
                let Some((_, taken)) = all.get_mut(at) else { continue };
                if !taken.topics.contains(&topic) {
                    taken.topics.push(topic);
                }
            }
            if let Some((_, taken)) = all.get_mut(at)
                && !domains.is_empty()
                && !taken.exports.iter().any(|(k, _)| k == key)
            {
                taken.exports.push((key.to_owned(), export.clone()));
            }
        }
    }
    let mut all: Vec<Taken> = all.into_iter().map(|(_, t)| t).collect();
    for taken in &mut all {
        taken.topics.sort();
    }
    all
}

/// The namespace of an endpoint that is run here.
pub fn home(emit: &mut Emit<'_>) -> Option<String> {
    read::reference(emit.object, "namespace")?;
    Some(emit.room().name)
}

/// Organisations other than the endpoint's own that an export reaches.
pub fn receivers<'v>(endpoint: &StructValue, export: &'v StructValue) -> Vec<&'v RefValue> {
    let own = read::reference(endpoint, "organisation").map(|r| r.id);
    references(export, "receivers").filter(|p| Some(p.id) != own).collect()
}

/// The reference by which others name a declaration that is being lowered.
pub fn itself(subject: &Subject, context: &dyn Context) -> Option<Arc<RefValue>> {
    context.set_of(&subject.kind).into_iter().find(|r| {
        r.name == subject.name
            && context.object(r).is_some_and(|o| read::text(&o, "slug") == Some(subject.slug.as_str()))
    })
}
