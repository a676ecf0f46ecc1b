//! Every object of every example, for the base and each environment, against Kubernetes' own types.
//!
//! A type of `k8s-openapi` that reads an object and writes it again gives the same object: no field is unknown to it, none
//! has another type. What schemas, unknown fields of custom resources and CEL rules say is judged by `tests/oracle`.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod examples;

use k8s_openapi::Resource;
use k8s_openapi::api::{
    admissionregistration::v1 as admission, apps::v1 as apps, autoscaling::v2 as autoscaling,
    batch::v1 as batch, core::v1 as core, networking::v1 as networking, policy::v1 as policy,
    rbac::v1 as rbac, scheduling::v1 as scheduling, storage::v1 as storage,
};
use k8s_openapi::apiextensions_apiserver::pkg::apis::apiextensions::v1 as extensions;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value as Json, json};
use std::collections::BTreeSet;

/// Kinds of operators: not Kubernetes' own, so no type of `k8s-openapi` knows them.
const CUSTOM: &[&str] = &[
    "argoproj.io/v1alpha1 AppProject",
    "argoproj.io/v1alpha1 ApplicationSet",
    "argoproj.io/v1alpha1 CronWorkflow",
    "argoproj.io/v1alpha1 WorkflowTemplate",
    "autoscaling.k8s.io/v1 VerticalPodAutoscaler",
    "barmancloud.cnpg.io/v1 ObjectStore",
    "cert-manager.io/v1 Certificate",
    "gateway.envoyproxy.io/v1alpha1 BackendTrafficPolicy",
    "gateway.envoyproxy.io/v1alpha1 SecurityPolicy",
    "gateway.networking.k8s.io/v1 Gateway",
    "gateway.networking.k8s.io/v1 HTTPRoute",
    "kafka.strimzi.io/v1 KafkaMirrorMaker2",
    "kafka.strimzi.io/v1 KafkaTopic",
    "kafka.strimzi.io/v1 KafkaUser",
    "karpenter.k8s.aws/v1 EC2NodeClass",
    "karpenter.sh/v1 NodePool",
    "keda.sh/v1alpha1 ScaledObject",
    "kueue.x-k8s.io/v1beta2 ClusterQueue",
    "kueue.x-k8s.io/v1beta2 LocalQueue",
    "kueue.x-k8s.io/v1beta2 ResourceFlavor",
    "kueue.x-k8s.io/v1beta2 WorkloadPriorityClass",
    "kustomize.toolkit.fluxcd.io/v1 Kustomization",
    "monitoring.coreos.com/v1 PrometheusRule",
    "monitoring.coreos.com/v1 ServiceMonitor",
    "postgresql.cnpg.io/v1 Cluster",
    "postgresql.cnpg.io/v1 Pooler",
    "postgresql.cnpg.io/v1 Publication",
    "postgresql.cnpg.io/v1 ScheduledBackup",
    "postgresql.cnpg.io/v1 Subscription",
    "psmdb.percona.com/v1 PerconaServerMongoDB",
    "security.istio.io/v1 AuthorizationPolicy",
    "security.istio.io/v1 PeerAuthentication",
    "source.toolkit.fluxcd.io/v1 OCIRepository",
    "spire.spiffe.io/v1alpha1 ClusterFederatedTrustDomain",
    "telemetry.istio.io/v1 Telemetry",
    "velero.io/v1 Schedule",
];

fn read_back<T: Resource + DeserializeOwned + Serialize>(object: &Json) -> Result<(), String> {
    if object["apiVersion"] != T::API_VERSION {
        return Err(format!("{} is of {}", T::KIND, T::API_VERSION));
    }
    let typed: T = serde_json::from_value(object.clone()).map_err(|e| e.to_string())?;
    let again = serde_json::to_value(&typed).unwrap();
    let (before, after) = (pretty(object), pretty(&again));
    let diff = similar::TextDiff::from_lines(&before, &after);
    if before == after { Ok(()) } else { Err(diff.unified_diff().to_string()) }
}

fn pretty(object: &Json) -> String {
    serde_json::to_string_pretty(object).unwrap()
}

/// Reads the object as the type that its kind has; `None` for kinds of others.
fn typed(object: &Json) -> Option<Result<(), String>> {
    Some(match object["kind"].as_str().unwrap() {
        "Namespace" => read_back::<core::Namespace>(object),
        "ResourceQuota" => read_back::<core::ResourceQuota>(object),
        "LimitRange" => read_back::<core::LimitRange>(object),
        "ServiceAccount" => read_back::<core::ServiceAccount>(object),
        "Service" => read_back::<core::Service>(object),
        "ConfigMap" => read_back::<core::ConfigMap>(object),
        "Deployment" => read_back::<apps::Deployment>(object),
        "HorizontalPodAutoscaler" => read_back::<autoscaling::HorizontalPodAutoscaler>(object),
        "PodDisruptionBudget" => read_back::<policy::PodDisruptionBudget>(object),
        "NetworkPolicy" => read_back::<networking::NetworkPolicy>(object),
        "StatefulSet" => read_back::<apps::StatefulSet>(object),
        "PriorityClass" => read_back::<scheduling::PriorityClass>(object),
        "Job" => read_back::<batch::Job>(object),
        "CronJob" => read_back::<batch::CronJob>(object),
        "Role" => read_back::<rbac::Role>(object),
        "RoleBinding" => read_back::<rbac::RoleBinding>(object),
        "ClusterRole" => read_back::<rbac::ClusterRole>(object),
        "ClusterRoleBinding" => read_back::<rbac::ClusterRoleBinding>(object),
        "ValidatingAdmissionPolicy" => read_back::<admission::ValidatingAdmissionPolicy>(object),
        "ValidatingAdmissionPolicyBinding" => {
            read_back::<admission::ValidatingAdmissionPolicyBinding>(object)
        }
        "StorageClass" => read_back::<storage::StorageClass>(object),
        "CustomResourceDefinition" => read_back::<extensions::CustomResourceDefinition>(object),
        _ => return None,
    })
}

#[test]
fn every_object_is_read_back_by_its_type() {
    let mut faults = Vec::new();
    let mut custom = BTreeSet::new();
    for example in examples::all() {
        for environment in example.environments() {
            for (path, object) in examples::objects(&example.build(&environment)) {
                let name = object["metadata"]["name"].as_str().unwrap();
                match typed(&object) {
                    None => {
                        custom.insert(format!(
                            "{} {}",
                            object["apiVersion"].as_str().unwrap(),
                            object["kind"].as_str().unwrap()
                        ));
                    }
                    Some(Ok(())) => {}
                    Some(Err(why)) => {
                        faults.push(format!("{} for {environment}, {path}, {name}:\n{why}", example.name));
                    }
                }
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    let known: BTreeSet<String> = CUSTOM.iter().map(|k| (*k).to_owned()).collect();
    assert_eq!(custom, known, "kinds of operators");
}

/// An object is one only: of no kind are there two of a name in a namespace.
#[test]
fn no_object_is_made_twice() {
    for example in examples::all() {
        for environment in example.environments() {
            let mut seen = BTreeSet::new();
            for (path, object) in examples::objects(&example.build(&environment)) {
                let meta = &object["metadata"];
                let identity = [&object["apiVersion"], &object["kind"], &meta["namespace"], &meta["name"]]
                    .map(Json::to_string);
                assert!(
                    seen.insert(identity.clone()),
                    "{} for {environment}, {path}: {identity:?}",
                    example.name
                );
            }
        }
    }
}

/// An object stands in the folder of its namespace, so that `kubectl apply -k` of that folder is all of it.
#[test]
fn every_object_stands_in_the_folder_of_its_namespace() {
    for example in examples::all() {
        for environment in example.environments() {
            // What delivers is for other clusters, and lies by who reads it.
            let objects = examples::objects(&example.build(&environment));
            for (path, object) in objects.into_iter().filter(|(path, _)| path.starts_with("kubernetes/")) {
                let namespace = match object["kind"].as_str().unwrap() {
                    "Namespace" => object["metadata"]["name"].as_str(),
                    _ => object["metadata"]["namespace"].as_str(),
                };
                let folder = path.split('/').nth(1).unwrap();
                assert_eq!(
                    folder,
                    namespace.unwrap_or("_cluster"),
                    "{} for {environment}, {path}",
                    example.name
                );
            }
        }
    }
}

/// The test above can fail.
#[test]
fn what_a_type_does_not_know_is_found() {
    let quota = |spec: Json| json!({ "apiVersion": "v1", "kind": "ResourceQuota", "metadata": { "name": "q" }, "spec": spec });
    let result = |object: &Json| typed(object).unwrap();
    assert_eq!(result(&quota(json!({ "hard": { "pods": "5" } }))), Ok(()));
    assert!(result(&quota(json!({ "hrad": { "pods": "5" } }))).is_err());
    assert!(result(&quota(json!({ "hard": { "pods": ["5"] } }))).is_err());
    let mut other = quota(json!({}));
    other["apiVersion"] = json!("v2");
    assert!(result(&other).is_err());
    // The seed's recommender of sizes, as it stands there.
    assert!(typed(&json!({ "apiVersion": "v1", "kind": "VerticalPodAutoscaler" })).is_none());
}
