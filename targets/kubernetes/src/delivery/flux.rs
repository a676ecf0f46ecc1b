//! Flux: for each site a source and what is applied from it, to be installed there once.
use super::argo::{environment, interval, target_name};
use crate::custom::custom;
use crate::custom::delivery::{GIT_REPOSITORY, KUSTOMIZATION, OCI_REPOSITORY};
use crate::emit::{Emit, Order};
use ivs_plan::read;
use serde_json::{Map, Value as Json, json};

/// A source and a Kustomization for each target that is Flux's, in a folder for each.
pub fn emit(emit: &mut Emit<'_>) {
    let object = emit.object;
    let Some(source) = read::member(object, "source") else { return };
    let Some(fields) = source.fields.as_deref() else { return };
    let text = |field| read::text(fields, field).unwrap_or_default().to_owned();
    let namespace = read::text(object, "flux").unwrap_or("flux-system").to_owned();
    for (key, target) in read::structs(object, "target") {
        if read::text(target, "by") != Some("flux") {
            continue;
        }
        let Some(name) = target_name(emit, key) else { return };
        let Some(environment) = environment(emit, target) else { return };
        let every = interval(emit, read::field(object, "every"), &["every"]);
        let folder = format!("delivery/flux/{name}");
        let mut spec = Map::new();
        spec.insert("interval".into(), every.clone().into());
        let (identity, path) = if source.name == "git" {
            spec.insert("url".into(), text("repo").into());
            spec.insert("ref".into(), json!({ "branch": text("revision") }));
            (GIT_REPOSITORY, format!("./{}/{environment}/kubernetes", text("path")))
        } else {
            let url = read::text(target, "mirror").map_or_else(|| text("repository"), str::to_owned);
            spec.insert("url".into(), url.into());
            spec.insert("ref".into(), json!({ "tag": text("tag") }));
            if let Some(secret) = read::text(target, "certificate") {
                spec.insert("certSecretRef".into(), json!({ "name": secret }));
            }
            if let Some(secret) = read::text(target, "signed_for") {
                spec.insert(
                    "verify".into(),
                    json!({ "provider": "cosign", "secretRef": { "name": secret } }),
                );
            }
            (OCI_REPOSITORY, format!("./{environment}/kubernetes"))
        };
        let meta = emit.meta(&emit.name, Some(&namespace));
        emit.push_site(&folder, &name, Order::Config, &custom(identity, meta, Json::Object(spec)));
        let spec = json!({
            "interval": every,
            "path": path,
            "prune": read::flag(object, "prune"),
            "retryInterval": "2m",
            "sourceRef": { "kind": identity.1, "name": emit.name },
            "timeout": "10m",
            "wait": true,
        });
        let meta = emit.meta(&emit.name, Some(&namespace));
        emit.push_site(&folder, &name, Order::Workload, &custom(KUSTOMIZATION, meta, spec));
    }
}
