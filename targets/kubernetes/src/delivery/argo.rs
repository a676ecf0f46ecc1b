//! Argo CD: one ApplicationSet for all clusters that it reaches, an Application for each environment and region.
use crate::custom::custom;
use crate::custom::delivery::{APP_PROJECT, APPLICATION_SET};
use crate::emit::{Emit, Order};
use crate::{amounts, codes, names};
use ivs_plan::read;
use ivs_value::{Number, StructValue, Value};
use serde_json::{Map, Value as Json, json};
use std::collections::BTreeSet;

/// Where in the outputs the objects for the cluster are.
const OBJECTS: &str = "kubernetes";

/// AppProject and ApplicationSet, if any target is Argo CD's.
pub fn emit(emit: &mut Emit<'_>) {
    let object = emit.object;
    let targets: Vec<(&str, &StructValue)> =
        read::structs(object, "target").filter(|(_, t)| read::text(t, "by") == Some("argo-cd")).collect();
    if targets.is_empty() {
        return;
    }
    let Some(source) = read::member(object, "source") else { return };
    let Some(fields) = source.fields.as_deref() else { return };
    let text = |field| read::text(fields, field).unwrap_or_default().to_owned();
    let (repo, revision, path) = match source.name.as_str() {
        "git" => (text("repo"), text("revision"), format!("{}/", text("path"))),
        _ => (text("repository"), text("tag"), String::new()),
    };
    let mut elements = Vec::new();
    let mut clusters = Vec::new();
    let mut waves = BTreeSet::new();
    for (key, target) in &targets {
        let Some(name) = target_name(emit, key) else { return };
        let Some(environment) = environment(emit, target) else { return };
        let region = match read::reference(target, "region") {
            Some(reference) => emit.follow(reference).and_then(|r| read::text(&r, "code").map(str::to_owned)),
            None => None,
        };
        let cluster = read::text(target, "cluster").unwrap_or(&name).to_owned();
        let wave = read::int(target, "wave").unwrap_or(1);
        waves.insert(wave);
        elements.push(json!({
            "cluster": cluster,
            "environment": environment,
            "path": format!("{path}{environment}/{OBJECTS}"),
            "region": region.unwrap_or_default(),
            "target": name,
            "wave": wave.to_string(),
        }));
        clusters.push(json!({ "name": cluster, "namespace": "*" }));
    }
    let namespace = read::text(object, "argo_cd").unwrap_or("argocd").to_owned();
    let meta = emit.meta(&emit.name, Some(&namespace));
    let mut project = Map::new();
    project.insert("clusterResourceWhitelist".into(), json!([{ "group": "*", "kind": "*" }]));
    if let Some(title) = read::text(object, "title") {
        project.insert("description".into(), title.chars().take(255).collect::<String>().into());
    }
    project.insert("destinations".into(), clusters.into());
    project.insert("sourceRepos".into(), json!([repo]));
    let windows = windows(emit);
    if !windows.is_empty() {
        project.insert("syncWindows".into(), windows.into());
    }
    emit.push_below("delivery/argo-cd", Order::Namespace, &custom(APP_PROJECT, meta, Json::Object(project)));

    let mut policy = Map::new();
    if read::flag(object, "automatic") {
        policy.insert(
            "automated".into(),
            json!({ "prune": read::flag(object, "prune"), "selfHeal": read::flag(object, "repair") }),
        );
    }
    policy.insert("syncOptions".into(), json!(["ServerSideApply=true", "RespectIgnoreDifferences=true"]));
    policy.insert(
        "retry".into(),
        json!({ "limit": 5, "backoff": { "duration": "10s", "factor": 2, "maxDuration": "5m" } }),
    );
    let mut spec = Map::new();
    spec.insert("destination".into(), json!({ "name": "{{ .cluster }}" }));
    spec.insert("project".into(), emit.name.clone().into());
    spec.insert(
        "source".into(),
        json!({ "path": "{{ .path }}", "repoURL": literal(&repo), "targetRevision": literal(&revision) }),
    );
    spec.insert("syncPolicy".into(), policy.into());
    let ignored = scaled(emit);
    if !ignored.is_empty() {
        spec.insert("ignoreDifferences".into(), ignored.into());
    }
    let mut set = Map::new();
    set.insert("generators".into(), json!([{ "list": { "elements": elements } }]));
    set.insert("goTemplate".into(), true.into());
    set.insert("goTemplateOptions".into(), json!(["missingkey=error"]));
    if waves.len() > 1 {
        let steps: Vec<Json> = waves
            .iter()
            .map(|w| {
                json!({ "matchExpressions": [{ "key": "ivs.dev/wave", "operator": "In", "values": [w.to_string()] }] })
            })
            .collect();
        set.insert("strategy".into(), json!({ "type": "RollingSync", "rollingSync": { "steps": steps } }));
    }
    set.insert(
        "template".into(),
        json!({
            "metadata": {
                "labels": {
                    "ivs.dev/environment": "{{ .environment }}",
                    "ivs.dev/region": "{{ .region }}",
                    "ivs.dev/wave": "{{ .wave }}",
                },
                "name": format!("{}-{{{{ .target }}}}", emit.name),
            },
            "spec": spec,
        }),
    );
    let meta = emit.meta(&emit.name, Some(&namespace));
    emit.push_below("delivery/argo-cd", Order::Queue, &custom(APPLICATION_SET, meta, Json::Object(set)));
}

/// Text that Go templates leave as it is.
fn literal(text: &str) -> String {
    text.replace("{{", "{{ \"{{\" }}")
}

/// The name of a target as part of others.
pub fn target_name(emit: &mut Emit<'_>, key: &str) -> Option<String> {
    let found = names::dns(key, 30);
    if found.is_none() {
        emit.find(codes::NAME, format!("`{key}` has no letter or digit"), &["target", key], None);
    }
    found
}

/// The folder of what is built for a target.
pub fn environment(emit: &mut Emit<'_>, target: &StructValue) -> Option<String> {
    match read::reference(target, "environment") {
        Some(reference) => emit.name_of(reference),
        None => Some("base".to_owned()),
    }
}

/// The number of replicas of workloads that something else counts: neither shown as a difference, nor set back.
fn scaled(emit: &mut Emit<'_>) -> Vec<Json> {
    let mut found = Vec::new();
    for reference in emit.all_of("service") {
        let Some(service) = emit.follow(&reference) else { continue };
        let Some(scaling) = read::nested(&service, "scaling") else { continue };
        let Some((least, most)) = read::ends(read::field(scaling, "replicas")) else { continue };
        if least == most {
            continue;
        }
        let Some(name) = emit.slug_of(&service, &reference.name) else { continue };
        let namespace = emit.room_of(&service).name;
        found.push(json!({
            "group": "apps",
            "jsonPointers": ["/spec/replicas"],
            "kind": "Deployment",
            "name": name,
            "namespace": namespace,
        }));
    }
    found
}

fn windows(emit: &mut Emit<'_>) -> Vec<Json> {
    let object = emit.object;
    let mut found = Vec::new();
    for (name, window) in read::structs(object, "window") {
        let lasts = read::field(window, "lasts");
        let minutes = read::base(lasts).and_then(|s| s.div(&Number::int(60))).and_then(|m| m.to_i64());
        let Some(minutes) = minutes else {
            let shown = ivs_value::display(lasts);
            emit.find(
                codes::WHOLE,
                format!("{shown} is no whole number of minutes, which Argo CD wants"),
                &["window", name, "lasts"],
                None,
            );
            continue;
        };
        found.push(json!({
            "applications": ["*"],
            "duration": format!("{minutes}m"),
            "kind": if read::flag(window, "allowed") { "allow" } else { "deny" },
            "manualSync": true,
            "schedule": read::text(window, "start"),
            "timeZone": read::text(window, "zone"),
        }));
    }
    found
}

/// A duration as Flux takes it.
pub fn interval(emit: &mut Emit<'_>, value: &Value, path: &[&str]) -> String {
    amounts::gateway_duration(value).unwrap_or_else(|| {
        emit.find(
            codes::WHOLE,
            format!("{} is no whole number of milliseconds", ivs_value::display(value)),
            path,
            None,
        );
        String::new()
    })
}
