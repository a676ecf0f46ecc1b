//! VerticalPodAutoscaler 1.7, `autoscaling.k8s.io/v1`.
use k8s_openapi::apimachinery::pkg::api::resource::Quantity;
use serde::Serialize;
use std::collections::BTreeMap;

/// Its identity.
pub const VERTICAL_POD_AUTOSCALER: (&str, &str) = ("autoscaling.k8s.io/v1", "VerticalPodAutoscaler");

/// Whose pods are resized, and how.
#[derive(Serialize, Clone, PartialEq, Debug)]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs)]
pub struct VerticalPodAutoscalerSpec {
    pub resource_policy: ResourcePolicy,
    pub target_ref: TargetRef,
    pub update_policy: UpdatePolicy,
}

/// Bounds by container.
#[derive(Serialize, Clone, PartialEq, Debug)]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs)]
pub struct ResourcePolicy {
    pub container_policies: Vec<ContainerPolicy>,
}

/// Bounds of a container.
#[derive(Serialize, Clone, PartialEq, Debug, Default)]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs)]
pub struct ContainerPolicy {
    pub container_name: String,
    pub controlled_resources: Vec<&'static str>,
    pub controlled_values: String,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub max_allowed: BTreeMap<String, Quantity>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub min_allowed: BTreeMap<String, Quantity>,
}

/// A Deployment.
#[derive(Serialize, Clone, PartialEq, Debug)]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs)]
pub struct TargetRef {
    pub api_version: &'static str,
    pub kind: &'static str,
    pub name: String,
}

/// `Off`, `Recreate` or `InPlaceOrRecreate`.
#[derive(Serialize, Clone, PartialEq, Debug)]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs)]
pub struct UpdatePolicy {
    pub update_mode: &'static str,
}
