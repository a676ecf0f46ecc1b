//! Every object against what judges it: the built-in types of Kubernetes 1.36, custom resource definitions of current
//! releases, and `kubectl kustomize`. Definitions and tools are not part of the source; without them, that test says so.
#![allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod common;
use common::*;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value as Json};
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

fn packages() -> Vec<Package> {
    vec![nmox(), pluma(), rest()]
}

fn objects() -> Vec<(String, Json)> {
    let mut all = Vec::new();
    for package in packages() {
        for artifact in package.artifacts() {
            let object = serde_saphyr::from_str(&artifact.text).unwrap();
            all.push((artifact.text.to_string(), object));
        }
    }
    all
}

/// The object read as `T` and written as JSON is the object: no field is unknown to `T` or lost.
fn round_trip<T: DeserializeOwned + Serialize>(object: &Json) {
    let typed: T = serde_json::from_value(object.clone()).unwrap();
    assert_eq!(&serde_json::to_value(&typed).unwrap(), object);
}

#[test]
fn built_in_objects_are_read_back_by_their_types() {
    use k8s_openapi::api::{
        apps::v1 as apps, autoscaling::v2 as autoscaling, batch::v1 as batch, core::v1 as core,
        networking::v1 as networking, policy::v1 as policy, rbac::v1 as rbac, scheduling::v1 as scheduling,
    };
    let mut seen = BTreeMap::new();
    for (_, object) in objects() {
        let kind = object["kind"].as_str().unwrap().to_owned();
        match kind.as_str() {
            "Namespace" => round_trip::<core::Namespace>(&object),
            "ResourceQuota" => round_trip::<core::ResourceQuota>(&object),
            "LimitRange" => round_trip::<core::LimitRange>(&object),
            "ServiceAccount" => round_trip::<core::ServiceAccount>(&object),
            "Service" => round_trip::<core::Service>(&object),
            "ConfigMap" => round_trip::<core::ConfigMap>(&object),
            "Deployment" => round_trip::<apps::Deployment>(&object),
            "HorizontalPodAutoscaler" => round_trip::<autoscaling::HorizontalPodAutoscaler>(&object),
            "PodDisruptionBudget" => round_trip::<policy::PodDisruptionBudget>(&object),
            "NetworkPolicy" => round_trip::<networking::NetworkPolicy>(&object),
            "PriorityClass" => round_trip::<scheduling::PriorityClass>(&object),
            "Job" => round_trip::<batch::Job>(&object),
            "CronJob" => round_trip::<batch::CronJob>(&object),
            "Role" => round_trip::<rbac::Role>(&object),
            "RoleBinding" => round_trip::<rbac::RoleBinding>(&object),
            "ClusterRole" => round_trip::<rbac::ClusterRole>(&object),
            "ClusterRoleBinding" => round_trip::<rbac::ClusterRoleBinding>(&object),
            _ => continue,
        }
        seen.insert(kind, ());
    }
    assert_eq!(seen.len(), 17, "{seen:?}");
}

/// The folder with definitions, or `None` with a note.
fn oracles() -> Option<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let folder =
        std::env::var_os("IVS_ORACLES").map_or_else(|| root.join("../shared/oracles"), PathBuf::from);
    let folder = folder.join("kubernetes");
    if folder.is_dir() {
        return Some(folder);
    }
    println!("skipped: no definitions in {} (IVS_ORACLES)", folder.display());
    None
}

#[test]
fn custom_objects_fit_their_definitions() {
    let Some(folder) = oracles() else { return };
    let mut schemas = BTreeMap::new();
    for project in ["keda", "vpa", "kueue", "gateway-api"] {
        for file in fs::read_dir(folder.join("crds").join(project)).unwrap() {
            let text = fs::read_to_string(file.unwrap().path()).unwrap();
            for document in text.split("\n---\n").filter(|d| d.contains("CustomResourceDefinition")) {
                let options = serde_saphyr::options! { budget: None };
                let definition: Json = serde_saphyr::from_str_with_options(document, options).unwrap();
                let spec = &definition["spec"];
                for version in spec["versions"].as_array().unwrap() {
                    let name = format!(
                        "{}/{} {}",
                        spec["group"].as_str().unwrap(),
                        version["name"].as_str().unwrap(),
                        spec["names"]["kind"].as_str().unwrap()
                    );
                    schemas.insert(name, version["schema"]["openAPIV3Schema"].clone());
                }
            }
        }
    }
    let mut seen = BTreeMap::new();
    for (text, mut object) in objects() {
        let name = format!("{} {}", object["apiVersion"].as_str().unwrap(), object["kind"].as_str().unwrap());
        if let Some(schema) = schemas.get(&name) {
            // The server checks metadata by itself.
            object.as_object_mut().unwrap().remove("metadata");
            let mut faults = Vec::new();
            Judge { root: &Json::Null }.check(schema, &object, &name, &mut faults);
            assert!(faults.is_empty(), "{faults:#?}\n{text}");
            seen.insert(name, ());
        }
    }
    let kinds: Vec<_> = seen.keys().map(|k| k.split(' ').nth(1).unwrap()).collect();
    assert_eq!(
        kinds,
        [
            "VerticalPodAutoscaler",
            "Gateway",
            "HTTPRoute",
            "ScaledObject",
            "TriggerAuthentication",
            "ClusterQueue",
            "LocalQueue",
            "ResourceFlavor",
            "WorkloadPriorityClass"
        ]
    );
}

#[test]
fn built_in_objects_fit_the_servers_description() {
    let Some(folder) = oracles() else { return };
    let mut files: BTreeMap<String, Json> = BTreeMap::new();
    for (text, object) in objects() {
        let api = object["apiVersion"].as_str().unwrap();
        let path =
            if api == "v1" { "api__v1".to_owned() } else { format!("apis__{}", api.replace('/', "__")) };
        let path = folder.join("openapi").join(format!("{path}_openapi.json"));
        if !path.is_file() {
            continue;
        }
        let root = files
            .entry(api.to_owned())
            .or_insert_with(|| serde_json::from_slice(&fs::read(&path).unwrap()).unwrap());
        let (group, version) = api.rsplit_once('/').unwrap_or(("", "v1"));
        let kind = object["kind"].as_str().unwrap();
        let named = root["components"]["schemas"].as_object().unwrap().values().find(|schema| {
            schema["x-kubernetes-group-version-kind"].as_array().is_some_and(|all| {
                all.iter().any(|k| k["group"] == group && k["version"] == version && k["kind"] == kind)
            })
        });
        let mut faults = Vec::new();
        Judge { root }.check(named.unwrap(), &object, kind, &mut faults);
        assert!(faults.is_empty(), "{faults:#?}\n{text}");
    }
    assert_eq!(files.len(), 8, "{:?}", files.keys());
}

/// Structure, required fields, enums and bounds of an OpenAPI v3 schema; unknown fields are faults.
struct Judge<'a> {
    root: &'a Json,
}

impl Judge<'_> {
    fn check(&self, schema: &Json, value: &Json, path: &str, faults: &mut Vec<String>) {
        let mut schema = schema;
        loop {
            let reference = schema["$ref"].as_str().or_else(|| schema["allOf"][0]["$ref"].as_str());
            let Some(reference) = reference else { break };
            schema = self.root.pointer(reference.trim_start_matches('#')).unwrap();
        }
        let mut fault = |what: String| faults.push(format!("{path}: {what}"));
        if let Some(allowed) = schema["enum"].as_array()
            && !allowed.contains(value)
        {
            fault(format!("{value} is not one of {allowed:?}"));
        }
        if let Some(n) = value.as_f64()
            && (schema["minimum"].as_f64().is_some_and(|min| n < min)
                || schema["maximum"].as_f64().is_some_and(|max| n > max))
        {
            fault(format!("{n} is out of bounds"));
        }
        if let Some(text) = value.as_str() {
            let length = text.chars().count() as u64;
            if schema["maxLength"].as_u64().is_some_and(|max| length > max)
                || schema["minLength"].as_u64().is_some_and(|min| length < min)
            {
                fault(format!("{text:?} has {length} characters"));
            }
        }
        let fits = match (schema["type"].as_str(), value) {
            (Some("object"), Json::Object(_))
            | (Some("array"), Json::Array(_))
            | (Some("string"), Json::String(_)) => true,
            (Some("boolean"), Json::Bool(_)) | (Some("number"), Json::Number(_)) | (None, _) => true,
            (Some("integer"), Json::Number(n)) => n.is_i64(),
            _ => schema["x-kubernetes-int-or-string"] == true,
        };
        if !fits {
            fault(format!("{value} is no {}", schema["type"]));
        }
        match value {
            Json::Object(fields) => self.fields(schema, fields, path, faults),
            Json::Array(items) => {
                for (at, limit, beyond) in [
                    ("maxItems", schema["maxItems"].as_u64(), true),
                    ("minItems", schema["minItems"].as_u64(), false),
                ] {
                    if limit.is_some_and(|l| {
                        if beyond { items.len() as u64 > l } else { (items.len() as u64) < l }
                    }) {
                        faults.push(format!("{path}: {} items break {at}", items.len()));
                    }
                }
                for (i, item) in items.iter().enumerate() {
                    self.check(&schema["items"], item, &format!("{path}[{i}]"), faults);
                }
            }
            _ => {}
        }
    }

    fn fields(&self, schema: &Json, fields: &Map<String, Json>, path: &str, faults: &mut Vec<String>) {
        for required in schema["required"].as_array().into_iter().flatten() {
            if !fields.contains_key(required.as_str().unwrap()) {
                faults.push(format!("{path}: {required} is missing"));
            }
        }
        for (name, value) in fields {
            let path = format!("{path}.{name}");
            if let Some(known) = schema["properties"].get(name) {
                self.check(known, value, &path, faults);
            } else if schema["additionalProperties"].is_object() {
                self.check(&schema["additionalProperties"], value, &path, faults);
            } else if schema["x-kubernetes-preserve-unknown-fields"] != true && schema["type"] == "object" {
                faults.push(format!("{path}: unknown field"));
            }
        }
    }
}

#[test]
fn the_judge_finds_faults() {
    let schema = serde_json::json!({
        "type": "object",
        "required": ["name"],
        "properties": {
            "name": { "type": "string", "maxLength": 2, "enum": ["ab", "abc"] },
            "ports": { "type": "array", "maxItems": 1, "items": { "type": "integer", "maximum": 9 } },
        },
    });
    let object = serde_json::json!({ "ports": [10, "x"], "nam": 1 });
    let mut faults = Vec::new();
    Judge { root: &Json::Null }.check(&schema, &object, "o", &mut faults);
    assert_eq!(faults.len(), 5, "{faults:#?}");
    let object = serde_json::json!({ "name": "abc" });
    Judge { root: &Json::Null }.check(&schema, &object, "o", &mut faults);
    assert_eq!(faults.len(), 6, "{faults:#?}");
}

#[test]
fn kubectl_kustomize_reads_every_folder() {
    let found = Command::new("kubectl").args(["version", "--client"]).output();
    if !found.is_ok_and(|o| o.status.success()) {
        println!("skipped: no kubectl");
        return;
    }
    for package in packages() {
        let folder = tempfile::tempdir().unwrap();
        let mut indexes = Vec::new();
        for file in package.files() {
            let path = folder.path().join(&file.path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(&path, file.text.to_string()).unwrap();
            if path.ends_with("kustomization.yaml") {
                indexes.push(path.parent().unwrap().to_owned());
            }
        }
        for index in indexes {
            let output = Command::new("kubectl").arg("kustomize").arg(&index).output().unwrap();
            assert!(
                output.status.success(),
                "{}: {}",
                index.display(),
                String::from_utf8_lossy(&output.stderr)
            );
            if index.ends_with("kubernetes") {
                let text = String::from_utf8(output.stdout).unwrap();
                let objects = text.split("\n---\n").count();
                assert_eq!(objects, package.artifacts().len());
            }
        }
    }
}
