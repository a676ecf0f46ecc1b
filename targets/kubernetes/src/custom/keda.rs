//! KEDA 2.20, `keda.sh/v1alpha1`.
use crate::emit::Texts;
use k8s_openapi::api::autoscaling::v2::HorizontalPodAutoscalerBehavior;
use serde::Serialize;

/// Identity of a ScaledObject.
pub const SCALED_OBJECT: (&str, &str) = ("keda.sh/v1alpha1", "ScaledObject");
/// Identity of a TriggerAuthentication.
pub const TRIGGER_AUTHENTICATION: (&str, &str) = ("keda.sh/v1alpha1", "TriggerAuthentication");

/// What is scaled, between which numbers, by what.
#[derive(Serialize, Clone, PartialEq, Debug)]
#[serde(rename_all = "camelCase")]
pub struct ScaledObjectSpec {
    /// Behavior of the HorizontalPodAutoscaler behind it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub advanced: Option<Advanced>,
    /// Seconds.
    pub cooldown_period: i32,
    /// At least 1.
    pub max_replica_count: i32,
    /// May be 0.
    pub min_replica_count: i32,
    /// Seconds.
    pub polling_interval: i32,
    /// A Deployment.
    pub scale_target_ref: TargetName,
    /// At least one.
    pub triggers: Vec<Trigger>,
}

/// See [`ScaledObjectSpec::advanced`].
#[derive(Serialize, Clone, PartialEq, Debug)]
#[serde(rename_all = "camelCase")]
pub struct Advanced {
    /// The only part that is used.
    pub horizontal_pod_autoscaler_config: AutoscalerConfig,
}

/// See [`Advanced`].
#[derive(Serialize, Clone, PartialEq, Debug)]
pub struct AutoscalerConfig {
    /// As in `autoscaling/v2`.
    pub behavior: HorizontalPodAutoscalerBehavior,
}

/// Name of a Deployment.
#[derive(Serialize, Clone, PartialEq, Debug)]
pub struct TargetName {
    /// In the same namespace.
    pub name: String,
}

/// Something that wishes for a number of replicas.
#[derive(Serialize, Clone, PartialEq, Debug)]
#[serde(rename_all = "camelCase")]
pub struct Trigger {
    /// Where its credentials are.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub authentication_ref: Option<TargetName>,
    /// All values are text.
    pub metadata: Texts,
    /// `Utilization` or `AverageValue`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub metric_type: Option<&'static str>,
    /// Its declared name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// `cpu`, `cron`, `kafka` …
    #[serde(rename = "type")]
    pub type_: &'static str,
}

/// Credentials of triggers.
#[derive(Serialize, Clone, PartialEq, Debug)]
#[serde(rename_all = "camelCase")]
pub struct TriggerAuthenticationSpec {
    /// From Secrets of the same namespace.
    pub secret_target_ref: Vec<SecretTarget>,
}

/// A parameter and the Secret's key that holds it.
#[derive(Serialize, Clone, PartialEq, Debug)]
#[allow(missing_docs)]
pub struct SecretTarget {
    pub key: String,
    pub name: String,
    pub parameter: &'static str,
}
