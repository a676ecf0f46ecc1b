//! Objects that users write themselves.
use crate::emit::{Emit, Order};
use crate::{codes, names, tree};
use ivs_plan::read;
use ivs_plan::{Context, Finding, Gravity, Lowered, Spot, Subject};
use ivs_schema::Kind;
use ivs_value::Value;
use serde_json::{Map, Value as Json};
use smol_str::SmolStr;

/// `manifest` → the object that its body is.
pub fn lower(subject: &Subject, context: &dyn Context) -> Lowered {
    Emit::run(subject, context, |emit| {
        let mut path = vec!["body".into()];
        let mut object = tree::tree(emit, read::field(emit.object, "body"), &mut path);
        let Some(fields) = object.as_object_mut() else {
            return emit.find(
                codes::NOT_AN_OBJECT,
                "the body of a manifest is one object".into(),
                &["body"],
                Some("`body { apiVersion = \"v1\", kind = \"ConfigMap\", … }`".into()),
            );
        };
        for key in ["apiVersion", "kind"] {
            if !fields.get(key).is_some_and(Json::is_string) {
                let path: &[&str] = if fields.contains_key(key) { &["body", key] } else { &["body"] };
                emit.find(
                    codes::NOT_AN_OBJECT,
                    format!("an object of Kubernetes says its `{key}`"),
                    path,
                    Some("`apiVersion = \"apps/v1\", kind = \"Deployment\"`".into()),
                );
            }
        }
        if emit.failed() {
            return;
        }
        let text = |key: &str| fields.get(key).and_then(Json::as_str).unwrap_or_default().to_owned();
        let (api, kind) = (text("apiVersion"), text("kind"));
        let known = emit.known(&api, &kind);
        metadata(emit, fields, known.as_deref());
        match known {
            Some(known) => emit.judge(&known, &object, |path| {
                std::iter::once(SmolStr::new_static("body")).chain(path.iter().cloned()).collect()
            }),
            None => emit.add(Finding {
                code: ivs_plan::UNJUDGED,
                message: format!(
                    "the schema of {api} {kind} is not known: such objects are written unchecked"
                ),
                path: vec!["body".into(), "kind".into()],
                help: Some(format!(
                    "name the file with its definition in `ivs.toml`: `[targets.kubernetes] crds = [\"crds/{}.yaml\"]`",
                    kind.to_lowercase()
                )),
                gravity: Gravity::Warning,
                ..Finding::default()
            }),
        }
        if !emit.failed() {
            emit.push_tree(order(&kind), &object, "body");
        }
    })
}

/// Name, namespace and labels: those that the declaration has, where the body says nothing.
fn metadata(emit: &mut Emit<'_>, object: &mut Map<String, Json>, known: Option<&Kind>) {
    let metadata = object.entry("metadata").or_insert_with(|| Json::Object(Map::new()));
    let Some(metadata) = metadata.as_object_mut() else {
        return emit.find(
            codes::NOT_AN_OBJECT,
            "`metadata` is an object".into(),
            &["body", "metadata"],
            None,
        );
    };
    if !metadata.contains_key("name") && !metadata.contains_key("generateName") {
        metadata.insert("name".into(), emit.name.clone().into());
    }
    if let Some(reference) = read::reference(emit.object, "namespace")
        && let Some(namespace) = emit.name_of(reference)
    {
        let written = metadata.get("namespace").and_then(Json::as_str);
        if written.is_some_and(|w| w != namespace) {
            emit.find(
                codes::OTHER_NAMESPACE,
                format!("`namespace` is `{namespace}`, the body says another"),
                &["body", "metadata", "namespace"],
                Some("leave one of the two out".into()),
            );
        }
        metadata.insert("namespace".into(), namespace.into());
    }
    match (known.map(Kind::namespaced), metadata.get("namespace")) {
        (Some(true), None) => {
            metadata.insert("namespace".into(), "default".into());
        }
        (Some(false), Some(_)) => {
            let own = read::reference(emit.object, "namespace").is_some();
            emit.find(
                codes::SCHEMA,
                "objects of this kind belong to no namespace".into(),
                if own { &["namespace"] } else { &["body", "metadata", "namespace"] },
                Some("leave it out".into()),
            );
        }
        _ => {}
    }
    let labels = read::entries(emit.object, "labels");
    if !labels.is_empty()
        && let Some(own) =
            metadata.entry("labels").or_insert_with(|| Json::Object(Map::new())).as_object_mut()
    {
        for (key, value) in labels {
            if let Value::Str(value) = value {
                own.entry(read::key(key)).or_insert_with(|| Json::String(value.to_string()));
            }
        }
    }
    if let Some(name) = metadata.get("namespace").and_then(Json::as_str).map(str::to_owned)
        && !names::is_dns_label(&name)
    {
        emit.find(
            codes::NAME,
            format!("`{name}` is no name of a namespace"),
            &["body", "metadata", "namespace"],
            Some("lower case letters, digits and `-`, at most 63".into()),
        );
    }
    if let Some(name) = metadata.get("name").and_then(Json::as_str).map(str::to_owned) {
        // Roles are named by paths; everything else by DNS.
        let role = object
            .get("kind")
            .and_then(Json::as_str)
            .is_some_and(|k| k.ends_with("Role") || k.ends_with("RoleBinding"));
        let sound = match role {
            true => !name.is_empty() && !name.contains(['/', '%']) && name.len() <= 253,
            false => names::is_subdomain(&name),
        };
        if !sound {
            emit.find(
                codes::NAME,
                format!("`{name}` is no name in Kubernetes"),
                &["body", "metadata", "name"],
                Some(format!(
                    "lower case letters, digits, `-` and `.`: `{}`",
                    names::dns(&name, names::LABEL).unwrap_or_else(|| emit.name.clone())
                )),
            );
        }
    }
    for (map, what) in [("labels", "label"), ("annotations", "annotation")] {
        let entries: Vec<(String, String)> = object
            .get("metadata")
            .and_then(|m| m.get(map))
            .and_then(Json::as_object)
            .into_iter()
            .flatten()
            .map(|(k, v)| (k.clone(), v.as_str().unwrap_or_default().to_owned()))
            .collect();
        for (key, value) in entries {
            let path = ["body", "metadata", map, key.as_str()];
            if !names::is_label_key(&if map == "labels" { key.clone() } else { key.to_ascii_lowercase() }) {
                let message =
                    format!("`{key}` is no name of {} {what}", if what == "label" { "a" } else { "an" });
                emit.add(Finding {
                    code: codes::LABEL,
                    message,
                    path: path.iter().map(SmolStr::new).collect(),
                    help: Some(crate::emit::LABEL_HELP.into()),
                    spot: Spot::Key,
                    ..Finding::default()
                });
            } else if map == "labels" && !names::is_label_value(&value) {
                let help = "at most 63 letters, digits, `-`, `_`, `.`; longer or other text is an annotation";
                emit.find(
                    codes::LABEL,
                    format!("`{value}` is no value of a label"),
                    &path,
                    Some(help.into()),
                );
            }
        }
    }
}

/// When objects of a kind are applied: what others need comes first, what is not known last.
fn order(kind: &str) -> Order {
    match kind {
        "Namespace" | "CustomResourceDefinition" => Order::Namespace,
        "PriorityClass" | "WorkloadPriorityClass" | "RuntimeClass" | "StorageClass" => Order::Priority,
        "ResourceFlavor" | "Topology" => Order::Flavor,
        "ClusterQueue" | "Cohort" => Order::Queue,
        "ResourceQuota" => Order::Quota,
        "LimitRange" => Order::Limits,
        "NetworkPolicy" => Order::Traffic,
        "ServiceAccount" => Order::Account,
        "Role" | "ClusterRole" => Order::Role,
        "RoleBinding" | "ClusterRoleBinding" => Order::Binding,
        "ConfigMap" | "Secret" | "PersistentVolume" | "PersistentVolumeClaim" => Order::Config,
        "LocalQueue" => Order::LocalQueue,
        "Gateway" | "GatewayClass" => Order::Gateway,
        "Service" => Order::Service,
        "Deployment" | "StatefulSet" | "DaemonSet" | "ReplicaSet" | "Pod" | "Job" | "CronJob" => {
            Order::Workload
        }
        "TriggerAuthentication" | "ClusterTriggerAuthentication" => Order::Credentials,
        "HorizontalPodAutoscaler" | "ScaledObject" | "ScaledJob" => Order::Autoscaler,
        "VerticalPodAutoscaler" => Order::Vertical,
        "PodDisruptionBudget" => Order::Disruption,
        _ => Order::Route,
    }
}
