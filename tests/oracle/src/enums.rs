//! Values of built-in fields. The published schemas say "string"; the documentation of each field lists these.

/// `TYPE.FIELD` below `io.k8s.api.`, and what it may be.
const VALUES: &[(&str, &[&str])] = &[
    ("apps.v1.DeploymentStrategy.type", &["Recreate", "RollingUpdate"]),
    ("autoscaling.v2.HPAScalingPolicy.type", &["Percent", "Pods"]),
    ("autoscaling.v2.HPAScalingRules.selectPolicy", &["Disabled", "Max", "Min"]),
    ("autoscaling.v2.MetricSpec.type", &["ContainerResource", "External", "Object", "Pods", "Resource"]),
    ("autoscaling.v2.MetricTarget.type", &["AverageValue", "Utilization", "Value"]),
    ("batch.v1.CronJobSpec.concurrencyPolicy", &["Allow", "Forbid", "Replace"]),
    ("batch.v1.JobSpec.completionMode", &["Indexed", "NonIndexed"]),
    ("batch.v1.JobSpec.podReplacementPolicy", &["Failed", "TerminatingOrFailed"]),
    ("batch.v1.PodFailurePolicyOnExitCodesRequirement.operator", &["In", "NotIn"]),
    ("batch.v1.PodFailurePolicyRule.action", &["Count", "FailIndex", "FailJob", "Ignore"]),
    ("core.v1.Container.imagePullPolicy", &["Always", "IfNotPresent", "Never"]),
    ("core.v1.ContainerPort.protocol", &["SCTP", "TCP", "UDP"]),
    ("core.v1.HTTPGetAction.scheme", &["HTTP", "HTTPS"]),
    ("core.v1.LimitRangeItem.type", &["Container", "PersistentVolumeClaim", "Pod"]),
    ("core.v1.NodeSelectorRequirement.operator", &["DoesNotExist", "Exists", "Gt", "In", "Lt", "NotIn"]),
    ("core.v1.PodSpec.dnsPolicy", &["ClusterFirst", "ClusterFirstWithHostNet", "Default", "None"]),
    ("core.v1.PodSpec.preemptionPolicy", &["Never", "PreemptLowerPriority"]),
    ("core.v1.PodSpec.restartPolicy", &["Always", "Never", "OnFailure"]),
    ("core.v1.SeccompProfile.type", &["Localhost", "RuntimeDefault", "Unconfined"]),
    ("core.v1.ServicePort.protocol", &["SCTP", "TCP", "UDP"]),
    ("core.v1.ServiceSpec.internalTrafficPolicy", &["Cluster", "Local"]),
    ("core.v1.ServiceSpec.type", &["ClusterIP", "ExternalName", "LoadBalancer", "NodePort"]),
    ("core.v1.Toleration.effect", &["NoExecute", "NoSchedule", "PreferNoSchedule"]),
    ("core.v1.Toleration.operator", &["Equal", "Exists", "Gt", "Lt"]),
    ("core.v1.TopologySpreadConstraint.whenUnsatisfiable", &["DoNotSchedule", "ScheduleAnyway"]),
    ("networking.v1.NetworkPolicyPort.protocol", &["SCTP", "TCP", "UDP"]),
    ("policy.v1.PodDisruptionBudgetSpec.unhealthyPodEvictionPolicy", &["AlwaysAllow", "IfHealthyBudget"]),
    ("rbac.v1.Subject.kind", &["Group", "ServiceAccount", "User"]),
    ("scheduling.v1.PriorityClass.preemptionPolicy", &["Never", "PreemptLowerPriority"]),
];

/// What a field of a built-in type may be, if that is a list of words.
pub fn values(component: &str, field: &str) -> Option<&'static [&'static str]> {
    let of = component.strip_prefix("io.k8s.api.")?;
    let found = VALUES
        .iter()
        .find(|(name, _)| name.strip_prefix(of).and_then(|f| f.strip_prefix('.')) == Some(field));
    found.map(|(_, values)| *values)
}
