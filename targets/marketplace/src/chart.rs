//! A Helm chart for each capsule with services: what `kubernetes/` has for them, with what installers choose as values.
//!
//! Formats: helm.sh/docs/topics/charts (`apiVersion: v2`), helm.sh/docs/topics/registries, annotations of Artifact Hub.
//! Left out is what belongs to a platform and not to its parts: namespaces, routes and network policies.
use crate::desk::{self, Desk};
use crate::names::{camel, label};
use crate::oci;
use crate::product::{self, Capsule};
use crate::tree::{self, Map, Node};
use ivs_plan::{Context, Lowered, Subject, read};
use ivs_target_kubernetes::objects;
use ivs_value::{RefValue, StructValue, Value};
use serde_json::Value as Json;
use std::sync::Arc;

/// Kinds of objects that a chart has.
const PARTS: [&str; 9] = [
    "ServiceAccount",
    "ConfigMap",
    "Service",
    "Deployment",
    "HorizontalPodAutoscaler",
    "ScaledObject",
    "TriggerAuthentication",
    "VerticalPodAutoscaler",
    "PodDisruptionBudget",
];

/// `capsule` → chart, if it has services.
pub fn lower(subject: &Subject, context: &dyn Context) -> Lowered {
    Desk::run(subject, context, |desk| {
        let object = subject.object.clone();
        let name = desk.name.clone();
        let references: Vec<&RefValue> =
            read::list(&object, "services").iter().filter_map(Value::as_ref_value).collect();
        if references.is_empty() {
            return;
        }
        let Some(capsule) = product::capsule(desk, &name, &object) else { return };
        let mut values = Map::new();
        let mut schemas = Map::new();
        let mut configs: Vec<&RefValue> = Vec::new();
        let mut templates: Vec<(String, String)> = Vec::new();
        let mut services = Vec::new();
        for reference in &references {
            let Some(service) = desk.follow(reference) else { return };
            services.push((*reference, service));
        }
        for (reference, service) in &services {
            let Some(called) = desk.called(service, &reference.name) else { return };
            let Some(found) = parts(desk, reference, service) else { return desk.give_up() };
            let key = camel(&called);
            let (own, schema) = own_values(&found);
            values = values.with(&key, own);
            schemas = schemas.with(&key, schema);
            templates.push((called, documents(&found, Some(&key))));
            configs.extend(read::list(service, "env_from").iter().filter_map(Value::as_ref_value));
            configs.extend(read::entries(service, "mount").iter().filter_map(|(_, v)| v.as_ref_value()));
        }
        let mut seen: Vec<u32> = Vec::new();
        for reference in configs {
            if seen.contains(&reference.id) {
                continue;
            }
            seen.push(reference.id);
            let Some(config) = desk.follow(reference) else { return };
            let Some(called) = desk.called(&config, &reference.name) else { return };
            let Some(found) = parts(desk, reference, &config) else { return desk.give_up() };
            templates.push((format!("config-{called}"), documents(&found, None)));
        }
        let chart = chart(desk, &capsule, &services);
        let mut root = Map::new().with("services", values);
        for (name, _) in optional(desk, &object) {
            root = root.with(name, Map::new().with("enabled", false));
        }
        let folder = format!("charts/{name}");
        desk.yaml(&folder, "Chart.yaml", chart.clone());
        desk.yaml(&folder, "values.yaml", root);
        let schema = Map::new()
            .with("$schema", "http://json-schema.org/draft-07/schema#")
            .with("title", format!("Values of {}", capsule.title))
            .with("type", "object")
            .with(
                "properties",
                Map::new().with(
                    "services",
                    Map::new()
                        .with("type", "object")
                        .with("properties", schemas)
                        .with("additionalProperties", false),
                ),
            );
        desk.file(&folder, "values.schema.json", tree::json(&schema.into()));
        for (file, text) in templates {
            desk.file(&format!("{folder}/templates"), &format!("{file}.yaml"), text);
        }
        // The registry's own description of the chart; joining puts both into an image layout.
        desk.file(&format!("oci/{name}"), oci::CONFIG, tree::json(&chart.into()));
    })
}

/// The objects of a declaration that belong into a chart.
fn parts(desk: &Desk<'_>, reference: &RefValue, object: &Arc<StructValue>) -> Option<Vec<Json>> {
    let subject = Subject {
        kind: reference.kind.clone(),
        name: reference.name.clone(),
        slug: read::text(object, "slug").unwrap_or(&reference.name).into(),
        object: object.clone(),
    };
    let mut found = objects(&subject, desk.context())?;
    found.retain(|o| o.get("kind").and_then(Json::as_str).is_some_and(|k| PARTS.contains(&k)));
    Some(found)
}

fn kind(object: &Json) -> &str {
    object.get("kind").and_then(Json::as_str).unwrap_or_default()
}

/// Where an object keeps what installers choose: the pointer, and the action that gives it.
fn choices(kind: &str, key: &str) -> Vec<(&'static str, String)> {
    let value = |field: &str, how: &str| format!(".Values.services.{key}.{field} | {how}");
    match kind {
        "Deployment" => vec![
            ("/spec/template/spec/containers/0/image", value("image", "quote")),
            ("/spec/template/spec/containers/0/resources", value("resources", "toJson")),
            ("/spec/replicas", value("replicas.min", "int")),
        ],
        "HorizontalPodAutoscaler" => vec![
            ("/spec/minReplicas", value("replicas.min", "int")),
            ("/spec/maxReplicas", value("replicas.max", "int")),
        ],
        "ScaledObject" => vec![
            ("/spec/minReplicaCount", value("replicas.min", "int")),
            ("/spec/maxReplicaCount", value("replicas.max", "int")),
        ],
        _ => Vec::new(),
    }
}

/// What stands at these places without a choice, and what may stand there.
fn own_values(objects: &[Json]) -> (Map, Map) {
    let at = |wanted: &str, pointer: &str| {
        objects.iter().find(|o| kind(o) == wanted).and_then(|o| o.pointer(pointer)).cloned()
    };
    let mut values = Map::new();
    let mut schemas = Map::new();
    if let Some(image) = at("Deployment", "/spec/template/spec/containers/0/image") {
        values = values.with("image", from_json(&image));
        schemas = schemas.with("image", Map::new().with("type", "string").with("minLength", 1_i64));
    }
    let least = at("HorizontalPodAutoscaler", "/spec/minReplicas")
        .or_else(|| at("ScaledObject", "/spec/minReplicaCount"))
        .or_else(|| at("Deployment", "/spec/replicas"));
    let most = at("HorizontalPodAutoscaler", "/spec/maxReplicas")
        .or_else(|| at("ScaledObject", "/spec/maxReplicaCount"));
    let mut replicas = Map::new();
    let mut bounds = Map::new();
    for (name, value) in [("min", least), ("max", most)] {
        if let Some(value) = value {
            replicas = replicas.with(name, from_json(&value));
            bounds = bounds.with(name, Map::new().with("type", "integer").with("minimum", 0_i64));
        }
    }
    if !replicas.is_empty() {
        values = values.with("replicas", replicas);
        schemas = schemas.with("replicas", closed(bounds));
    }
    if let Some(resources) = at("Deployment", "/spec/template/spec/containers/0/resources") {
        values = values.with("resources", from_json(&resources));
        schemas = schemas.with("resources", Map::new().with("type", "object"));
    }
    (values, closed(schemas))
}

fn closed(properties: Map) -> Map {
    let required: Vec<Node> = properties.0.iter().map(|(k, _)| k.into()).collect();
    Map::new()
        .with("type", "object")
        .with("properties", properties)
        .with("required", required)
        .with("additionalProperties", false)
}

/// The objects as templates; `key` is what their service is called among the values.
fn documents(objects: &[Json], key: Option<&str>) -> String {
    let documents = objects.iter().map(|object| {
        let mut node = from_json(object);
        put(&mut node, "/metadata/namespace", Node::Action(".Release.Namespace | quote".to_owned()));
        for (pointer, action) in key.map(|key| choices(kind(object), key)).unwrap_or_default() {
            put(&mut node, pointer, Node::Action(action));
        }
        tree::template(&node)
    });
    documents.collect::<Vec<String>>().join("---\n")
}

/// Replaces what stands at a pointer, if anything does.
fn put(node: &mut Node, pointer: &str, value: Node) {
    let mut at = node;
    for part in pointer.split('/').skip(1) {
        let next = match at {
            Node::Map(map) => map.0.iter_mut().find(|(k, _)| k == part).map(|(_, v)| v),
            Node::List(items) => part.parse::<usize>().ok().and_then(|i| items.get_mut(i)),
            _ => None,
        };
        match next {
            Some(next) => at = next,
            None => return,
        }
    }
    *at = value;
}

/// A tree of the manifests, its first fields first.
fn from_json(value: &Json) -> Node {
    match value {
        Json::Null => Node::Map(Map::new()),
        Json::Bool(b) => (*b).into(),
        Json::Number(n) => Node::Number(n.to_string()),
        Json::String(s) => s.as_str().into(),
        Json::Array(items) => items.iter().map(from_json).collect(),
        Json::Object(fields) => {
            let first = ["apiVersion", "kind", "metadata"];
            let (mut head, mut rest) = (Map::new(), Map::new());
            for name in first {
                if let Some(value) = fields.get(name) {
                    head = head.with(name, from_json(value));
                }
            }
            for (name, value) in fields.iter().filter(|(k, _)| !first.contains(&k.as_str())) {
                rest = rest.with(name, from_json(value));
            }
            head.0.extend(rest.0);
            head.into()
        }
    }
}

/// Capsules that are required, each with its requirement.
fn required<'o>(
    desk: &mut Desk<'_>,
    object: &'o StructValue,
) -> Vec<(String, &'o StructValue, Arc<StructValue>)> {
    let mut out = Vec::new();
    for (_, requirement) in read::structs(object, "requires") {
        if let Some((name, capsule)) = desk.follow_field(requirement, "capsule") {
            out.push((name, requirement, capsule));
        }
    }
    out
}

fn optional<'o>(desk: &mut Desk<'_>, object: &'o StructValue) -> Vec<(String, &'o StructValue)> {
    let required = required(desk, object).into_iter();
    required.filter(|(_, r, _)| read::flag(r, "optional")).map(|(name, r, _)| (name, r)).collect()
}

/// A range as Helm reads it: there, a bare `1.2` would be that version alone.
fn range(text: &str) -> String {
    let parts = text.split(',').map(str::trim);
    let parts = parts
        .map(|p| if p.starts_with(|c: char| c.is_ascii_digit()) { format!("^{p}") } else { p.to_owned() });
    parts.collect::<Vec<_>>().join(", ")
}

fn chart(desk: &mut Desk<'_>, capsule: &Capsule, services: &[(&RefValue, Arc<StructValue>)]) -> Map {
    let object = capsule.object.clone();
    let registry = read::text(&object, "registry");
    let dependencies: Vec<Node> = required(desk, &object)
        .into_iter()
        // A capsule without services has no chart.
        .filter(|(_, _, of)| !read::list(of, "services").is_empty())
        .map(|(name, requirement, _)| {
            let condition = read::flag(requirement, "optional").then(|| format!("{name}.enabled"));
            Map::new()
                .with("name", name)
                .with("version", range(read::text(requirement, "version").unwrap_or_default()))
                .and("repository", registry)
                .and("condition", condition)
                .into()
        })
        .collect();
    let images: Vec<Node> = services
        .iter()
        .filter_map(|(r, s)| {
            let called = label(read::text(s, "slug").unwrap_or(&r.name))?;
            Some(Map::new().with("name", called).with("image", read::text(s, "image")?).into())
        })
        .collect();
    let changes: Vec<Node> = read::structs(&object, "change")
        .filter_map(|(_, c)| {
            Some(
                Map::new()
                    .with("kind", read::text(c, "kind")?)
                    .with("description", read::text(c, "text")?)
                    .into(),
            )
        })
        .collect();
    let security = read::structs(&object, "change").any(|(_, c)| read::text(c, "kind") == Some("security"));
    let prerelease = capsule.maturity == "experimental" || capsule.version.contains('-');
    // Annotations are texts; those with structure are YAML in a text.
    let mut annotations = Map::new()
        .with("artifacthub.io/category", &capsule.category)
        .with("artifacthub.io/license", &capsule.license)
        .with("artifacthub.io/prerelease", prerelease.to_string())
        .with("artifacthub.io/containsSecurityUpdates", security.to_string())
        .with("artifacthub.io/images", tree::yaml(&images.into()));
    if !changes.is_empty() {
        annotations = annotations.with("artifacthub.io/changes", tree::yaml(&changes.into()));
    }
    for (key, c) in read::structs(&object, "certification") {
        let (Some(scheme), Some(issuer)) = (read::text(c, "scheme"), read::text(c, "issuer")) else {
            continue;
        };
        let until = desk::day(c, "expires").unwrap_or_default();
        annotations =
            annotations.with(format!("certification/{key}"), format!("{scheme}, by {issuer}, until {until}"));
    }
    let maintainer = Map::new()
        .with("name", &capsule.publisher.organization)
        .with("email", &capsule.publisher.email)
        .and("url", capsule.publisher.website.as_deref());
    Map::new()
        .with("apiVersion", "v2")
        .with("name", &capsule.name)
        .with("description", &capsule.summary)
        .with("type", "application")
        .with("version", &capsule.version)
        .with("appVersion", &capsule.version)
        .unless_empty("keywords", capsule.keywords.iter().map(Into::into).collect())
        .and("home", capsule.link("homepage"))
        .unless_empty("sources", capsule.link("source").map(Into::into).into_iter().collect())
        .with("maintainers", vec![maintainer])
        .and("icon", capsule.link("icon"))
        .and("deprecated", (capsule.maturity == "deprecated").then_some(true))
        .unless_empty("dependencies", dependencies)
        .with("annotations", annotations)
}
