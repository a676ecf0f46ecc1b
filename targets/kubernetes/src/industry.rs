//! What keeps an industry's air gap shut, and how its site fetches what it runs.
use crate::admission;
use crate::amounts;
use crate::codes;
use crate::custom::custom;
use crate::emit::{Emit, Order};
use crate::names;
use ivs_plan::read;
use ivs_plan::{Context, Lowered, Lowering, Subject};
use ivs_value::{StructValue, Value};
use k8s_openapi::api::admissionregistration::v1::{
    MatchResources, NamedRuleWithOperations, ValidatingAdmissionPolicySpec, Validation,
};
use k8s_openapi::api::networking::v1::{NetworkPolicy, NetworkPolicySpec};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::LabelSelector;
use serde::Serialize;

/// Lowerings of the kinds of `std.industry`.
pub const LOWERINGS: &[Lowering] = &[Lowering {
    name: "industry",
    kind: "industry",
    reads: &["slug", "labels", "version", "patch", "namespaces", "air_gap", "mirror", "source"],
    run: lower,
}];

/// Flux 2.9: an artifact in a registry.
const SOURCE: (&str, &str) = ("source.toolkit.fluxcd.io/v1", "OCIRepository");
/// Flux 2.9: what of it is applied.
const APPLIED: (&str, &str) = ("kustomize.toolkit.fluxcd.io/v1", "Kustomization");
/// Where Flux runs, unless it was told otherwise.
const FLUX: &str = "flux-system";

#[derive(Serialize, Clone, PartialEq, Debug)]
struct SourceSpec {
    interval: String,
    #[serde(rename = "ref")]
    reference: Version,
    url: String,
}

#[derive(Serialize, Clone, PartialEq, Debug)]
struct Version {
    semver: String,
}

#[derive(Serialize, Clone, PartialEq, Debug)]
#[serde(rename_all = "camelCase")]
struct AppliedSpec {
    interval: String,
    path: String,
    prune: bool,
    source_ref: SourceRef,
    wait: bool,
}

#[derive(Serialize, Clone, PartialEq, Debug)]
struct SourceRef {
    kind: &'static str,
    name: String,
}

/// `industry` → NetworkPolicies and a ValidatingAdmissionPolicy for an air gap, OCIRepository and Kustomization for a source.
fn lower(subject: &Subject, context: &dyn Context) -> Lowered {
    Emit::run(subject, context, |emit| {
        if read::flag(emit.object, "air_gap") {
            shut(emit);
        }
        if let Some(source) = read::nested(emit.object, "source") {
            pull(emit, source);
        }
    })
}

/// Nothing leaves the namespaces unless another policy says so; no image comes from anywhere but the mirror.
fn shut(emit: &mut Emit<'_>) {
    let mut rooms = Vec::new();
    for item in read::list(emit.object, "namespaces") {
        if let Value::Ref(reference) = item
            && let Some(name) = emit.name_of(reference)
        {
            rooms.push(name);
        }
    }
    for room in &rooms {
        let meta = emit.meta(&names::fit(&format!("{}.air-gap", emit.name), 253), Some(room));
        let policy = NetworkPolicy {
            metadata: meta,
            spec: Some(NetworkPolicySpec {
                pod_selector: Some(LabelSelector::default()),
                policy_types: Some(vec!["Egress".to_owned()]),
                ..NetworkPolicySpec::default()
            }),
        };
        emit.push(Order::Traffic, &policy);
    }
    let Some(mirror) = read::nested(emit.object, "mirror") else { return };
    if rooms.is_empty() {
        return;
    }
    let mut registries: Vec<String> = read::texts(mirror, "of").unwrap_or_default();
    registries.extend(read::text(mirror, "registry").map(str::to_owned));
    registries.sort();
    registries.dedup();
    let name = names::fit(&format!("{}.images", emit.name), 253);
    let validations = ["containers", "initContainers", "ephemeralContainers"]
        .into_iter()
        .map(|field| Validation {
            expression: all_from(field, &registries),
            message: Some(format!("behind the air gap, images come from {}", registries.join(", "))),
            ..Validation::default()
        })
        .collect();
    let spec = ValidatingAdmissionPolicySpec {
        failure_policy: Some("Fail".into()),
        match_constraints: Some(MatchResources {
            resource_rules: Some(vec![NamedRuleWithOperations {
                api_groups: Some(vec![String::new()]),
                api_versions: Some(vec!["v1".into()]),
                operations: Some(vec!["CREATE".into(), "UPDATE".into()]),
                resources: Some(vec!["pods".into(), "pods/ephemeralcontainers".into()]),
                ..NamedRuleWithOperations::default()
            }]),
            ..MatchResources::default()
        }),
        validations: Some(validations),
        ..ValidatingAdmissionPolicySpec::default()
    };
    admission::hold(emit, name, rooms, "Deny", spec);
}

/// The expression that all containers of a field have images of the registries. Hosts of registries have no quotes.
fn all_from(field: &str, registries: &[String]) -> String {
    let one: Vec<String> = registries.iter().map(|r| format!("c.image.startsWith('{r}/')")).collect();
    format!("!has(object.spec.{field}) || object.spec.{field}.all(c, {})", one.join(" || "))
}

/// Flux fetches the artifact and applies it, so that nobody has to reach into the site.
fn pull(emit: &mut Emit<'_>, source: &StructValue) {
    let text = |field: &str| read::text(source, field).unwrap_or_default().to_owned();
    let Some(interval) = amounts::gateway_duration(read::field(source, "every")) else {
        let shown = ivs_value::display(read::field(source, "every"));
        let message = format!("{shown} is no whole number of milliseconds");
        return emit.find(codes::WHOLE, message, &["source", "every"], None);
    };
    let meta = emit.meta(&emit.name, Some(FLUX));
    let spec = SourceSpec {
        interval: interval.clone(),
        reference: Version { semver: text("version") },
        url: text("url"),
    };
    emit.push(Order::Workload, &custom(SOURCE, meta.clone(), spec));
    let spec = AppliedSpec {
        interval,
        path: text("path"),
        prune: true,
        source_ref: SourceRef { kind: SOURCE.1, name: emit.name.clone() },
        wait: true,
    };
    emit.push(Order::Workload, &custom(APPLIED, meta, spec));
}
