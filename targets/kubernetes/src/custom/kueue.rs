//! Kueue 0.19, `kueue.x-k8s.io/v1beta2`.
use crate::emit::Texts;
use k8s_openapi::api::core::v1::Toleration;
use k8s_openapi::apimachinery::pkg::api::resource::Quantity;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::{LabelSelector, ObjectMeta};
use serde::Serialize;

const API: &str = "kueue.x-k8s.io/v1beta2";
/// Identity of a ClusterQueue.
pub const CLUSTER_QUEUE: (&str, &str) = (API, "ClusterQueue");
/// Identity of a LocalQueue.
pub const LOCAL_QUEUE: (&str, &str) = (API, "LocalQueue");
/// Identity of a ResourceFlavor.
pub const RESOURCE_FLAVOR: (&str, &str) = (API, "ResourceFlavor");
/// Identity of a WorkloadPriorityClass.
pub const WORKLOAD_PRIORITY_CLASS: (&str, &str) = (API, "WorkloadPriorityClass");

/// Quotas of a queue.
#[derive(Serialize, Clone, PartialEq, Debug)]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs)]
pub struct ClusterQueueSpec {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cohort_name: Option<String>,
    pub namespace_selector: LabelSelector,
    pub preemption: Preemption,
    pub resource_groups: Vec<ResourceGroup>,
}

/// Whom a waiting job may stop.
#[derive(Serialize, Clone, PartialEq, Debug)]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs)]
pub struct Preemption {
    pub within_cluster_queue: String,
}

/// Resources that are counted together.
#[derive(Serialize, Clone, PartialEq, Debug)]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs)]
pub struct ResourceGroup {
    pub covered_resources: Vec<&'static str>,
    pub flavors: Vec<FlavorQuotas>,
}

/// Quotas of a flavor, for each covered resource, in its order.
#[derive(Serialize, Clone, PartialEq, Debug)]
#[allow(missing_docs)]
pub struct FlavorQuotas {
    pub name: String,
    pub resources: Vec<ResourceQuota>,
}

/// Quota of a resource.
#[derive(Serialize, Clone, PartialEq, Debug)]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs)]
pub struct ResourceQuota {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub borrowing_limit: Option<Quantity>,
    pub name: &'static str,
    pub nominal_quota: Quantity,
}

/// A queue's name in a namespace.
#[derive(Serialize, Clone, PartialEq, Debug)]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs)]
pub struct LocalQueueSpec {
    pub cluster_queue: String,
}

/// A sort of nodes.
#[derive(Serialize, Clone, PartialEq, Debug)]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs)]
pub struct ResourceFlavorSpec {
    #[serde(skip_serializing_if = "Texts::is_empty")]
    pub node_labels: Texts,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub tolerations: Vec<Toleration>,
}

/// An order among waiting jobs. It has no `spec`.
#[derive(Serialize, Clone, PartialEq, Debug)]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs)]
pub struct WorkloadPriorityClass {
    pub api_version: &'static str,
    pub kind: &'static str,
    pub metadata: ObjectMeta,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    pub value: i32,
}
