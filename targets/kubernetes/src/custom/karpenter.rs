//! Karpenter 1.14: `karpenter.sh/v1` NodePool and `v1alpha1` NodeOverlay, `karpenter.k8s.aws/v1` EC2NodeClass,
//! `karpenter.azure.com/v1beta1` AKSNodeClass. And Google's `cloud.google.com/v1` ComputeClass, which leads to node pools.
use crate::emit::Texts;
use k8s_openapi::api::core::v1::Taint;
use serde::Serialize;
use std::collections::BTreeMap;

/// Identity of a NodePool.
pub const NODE_POOL: (&str, &str) = ("karpenter.sh/v1", "NodePool");
/// Identity of a NodeOverlay.
pub const NODE_OVERLAY: (&str, &str) = ("karpenter.sh/v1alpha1", "NodeOverlay");
/// Identity of an EC2NodeClass.
pub const EC2_NODE_CLASS: (&str, &str) = ("karpenter.k8s.aws/v1", "EC2NodeClass");
/// Identity of an AKSNodeClass.
pub const AKS_NODE_CLASS: (&str, &str) = ("karpenter.azure.com/v1beta1", "AKSNodeClass");
/// Identity of a ComputeClass: <https://docs.cloud.google.com/kubernetes-engine/docs/reference/crds/computeclass>.
pub const COMPUTE_CLASS: (&str, &str) = ("cloud.google.com/v1", "ComputeClass");

/// Which nodes are made, how many, and when they go.
#[derive(Serialize, Clone, PartialEq, Debug)]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs)]
pub struct NodePoolSpec {
    pub disruption: Disruption,
    pub limits: BTreeMap<String, String>,
    pub template: NodeTemplate,
    pub weight: i64,
}

/// When nodes are given up, and how many at a time.
#[derive(Serialize, Clone, PartialEq, Debug)]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs)]
pub struct Disruption {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub budgets: Vec<Budget>,
    pub consolidate_after: String,
    pub consolidation_policy: &'static str,
}

/// How many nodes may be disrupted.
#[derive(Serialize, Clone, PartialEq, Debug)]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs)]
pub struct Budget {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub duration: Option<String>,
    pub nodes: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reasons: Option<Vec<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub schedule: Option<String>,
}

/// What each node is like.
#[derive(Serialize, Clone, PartialEq, Debug)]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs)]
pub struct NodeTemplate {
    pub metadata: NodeMeta,
    pub spec: NodeSpec,
}

/// Labels of each node.
#[derive(Serialize, Clone, PartialEq, Debug)]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs)]
pub struct NodeMeta {
    pub labels: Texts,
}

/// What each node fulfils.
#[derive(Serialize, Clone, PartialEq, Debug)]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs)]
pub struct NodeSpec {
    pub expire_after: String,
    pub node_class_ref: NodeClassRef,
    pub requirements: Vec<Requirement>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub taints: Vec<Taint>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub termination_grace_period: Option<String>,
}

/// Where the provider's settings are.
#[derive(Serialize, Clone, PartialEq, Debug)]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs)]
pub struct NodeClassRef {
    pub group: &'static str,
    pub kind: &'static str,
    pub name: String,
}

/// A condition on a label.
#[derive(Serialize, Clone, PartialEq, Debug)]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs)]
pub struct Requirement {
    pub key: &'static str,
    pub operator: &'static str,
    pub values: Vec<String>,
}

/// What instance types offer besides what their provider says.
#[derive(Serialize, Clone, PartialEq, Debug)]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs)]
pub struct NodeOverlaySpec {
    pub capacity: BTreeMap<String, String>,
    pub requirements: Vec<Requirement>,
}

/// AWS: image, disk, network, rights.
#[derive(Serialize, Clone, PartialEq, Debug)]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs)]
pub struct Ec2NodeClassSpec {
    pub ami_selector_terms: Vec<Ami>,
    pub block_device_mappings: Vec<BlockDevice>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub capacity_reservation_selector_terms: Vec<Reservation>,
    pub role: String,
    pub security_group_selector_terms: Vec<Tagged>,
    pub subnet_selector_terms: Vec<Tagged>,
}

/// An image.
#[derive(Serialize, Clone, PartialEq, Debug)]
#[allow(missing_docs)]
pub struct Ami {
    pub alias: String,
}

/// A disk.
#[derive(Serialize, Clone, PartialEq, Debug)]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs)]
pub struct BlockDevice {
    pub device_name: &'static str,
    pub ebs: Ebs,
}

/// A volume.
#[derive(Serialize, Clone, PartialEq, Debug)]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs)]
pub struct Ebs {
    pub delete_on_termination: bool,
    pub encrypted: bool,
    pub volume_size: String,
    pub volume_type: &'static str,
}

/// A capacity reservation.
#[derive(Serialize, Clone, PartialEq, Debug)]
#[allow(missing_docs)]
pub struct Reservation {
    pub id: String,
}

/// Whatever has these tags.
#[derive(Serialize, Clone, PartialEq, Debug)]
#[allow(missing_docs)]
pub struct Tagged {
    pub tags: Texts,
}

/// Azure: image and disk.
#[derive(Serialize, Clone, PartialEq, Debug)]
#[allow(missing_docs)]
pub struct AksNodeClassSpec {
    #[serde(rename = "imageFamily")]
    pub image_family: String,
    #[serde(rename = "osDiskSizeGB")]
    pub os_disk_size_gb: i64,
}

/// Google: which pools are tried, in which order.
#[derive(Serialize, Clone, PartialEq, Debug)]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs)]
pub struct ComputeClassSpec {
    pub active_migration: ActiveMigration,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    pub priorities: Vec<Priority>,
    pub when_unsatisfiable: &'static str,
}

/// Whether pods are moved to a pool that is preferred.
#[derive(Serialize, Clone, PartialEq, Debug)]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs)]
pub struct ActiveMigration {
    pub optimize_rule_priority: bool,
}

/// Pools of one preference.
#[derive(Serialize, Clone, PartialEq, Debug)]
#[allow(missing_docs)]
pub struct Priority {
    pub nodepools: Vec<String>,
}
