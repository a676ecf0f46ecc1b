//! Which nodes pods go to: spread over zones, spot capacity, GPUs.
use crate::emit::Emit;
use crate::nodes::Nodes;
use ivs_plan::read;
use ivs_target_nodepools::{SPOT_LABELS, SPOT_TAINTS, gpu};
use k8s_openapi::api::core::v1::{
    Affinity, NodeAffinity, NodeSelector, NodeSelectorRequirement, NodeSelectorTerm, PodSpec,
    PreferredSchedulingTerm, Toleration, TopologySpreadConstraint,
};

/// Adds spread, tolerations and affinities to a pod.
pub fn place(emit: &mut Emit<'_>, pod: &mut PodSpec, nodes: Option<&Nodes>) {
    let mut tolerations = Vec::new();
    let mut affinity = NodeAffinity::default();
    spread(emit, pod);
    accelerators(emit, &mut tolerations, &mut affinity, nodes.is_some());
    spot(emit, &mut tolerations, &mut affinity, pod);
    if let Some(nodes) = nodes {
        nodes.place(pod, &mut tolerations);
    }
    if !tolerations.is_empty() {
        pod.tolerations = Some(tolerations);
    }
    if affinity != NodeAffinity::default() {
        pod.affinity = Some(Affinity { node_affinity: Some(affinity), ..Affinity::default() });
    }
}

fn spread(emit: &Emit<'_>, pod: &mut PodSpec) {
    let Some(zones) = read::member(emit.object, "spread").filter(|m| m.name != "off") else { return };
    let over = |key: &str, otherwise: &str| TopologySpreadConstraint {
        label_selector: Some(emit.label_selector()),
        max_skew: 1,
        topology_key: key.to_owned(),
        when_unsatisfiable: otherwise.to_owned(),
        ..TopologySpreadConstraint::default()
    };
    pod.topology_spread_constraints = Some(vec![
        over("topology.kubernetes.io/zone", &zones.text),
        over("kubernetes.io/hostname", "ScheduleAnyway"),
    ]);
}

fn one_of(key: &str, values: &[&str]) -> NodeSelectorTerm {
    NodeSelectorTerm {
        match_expressions: Some(vec![NodeSelectorRequirement {
            key: key.to_owned(),
            operator: "In".to_owned(),
            values: Some(values.iter().map(|v| (*v).to_owned()).collect()),
        }]),
        match_fields: None,
    }
}

/// Nodes of the model by any of the labels that tell it, unless a pool is named; their taint is tolerated.
fn accelerators(
    emit: &Emit<'_>,
    tolerations: &mut Vec<Toleration>,
    affinity: &mut NodeAffinity,
    named: bool,
) {
    let Some(resources) = read::nested(emit.object, "resources") else { return };
    for (model, _) in read::entries(resources, "gpu") {
        let name = read::key(model);
        tolerations.push(Toleration {
            key: Some(gpu::device(name).to_owned()),
            operator: Some("Exists".to_owned()),
            effect: Some("NoSchedule".to_owned()),
            ..Toleration::default()
        });
        let Some(model) = gpu::find(name).filter(|_| !named) else { continue };
        let mut terms = Vec::new();
        if !model.products.is_empty() {
            terms.push(one_of("nvidia.com/gpu.product", model.products));
        }
        if let Some(google) = model.google {
            terms.push(one_of("cloud.google.com/gke-accelerator", &[google]));
        }
        if let Some(aws) = model.aws_alone() {
            terms.push(one_of("karpenter.k8s.aws/instance-gpu-name", &[aws]));
        }
        if !terms.is_empty() {
            affinity.required_during_scheduling_ignored_during_execution =
                Some(NodeSelector { node_selector_terms: terms });
        }
    }
}

/// Spot nodes are tolerated and preferred as strongly as `share` says.
fn spot(
    emit: &mut Emit<'_>,
    tolerations: &mut Vec<Toleration>,
    affinity: &mut NodeAffinity,
    pod: &mut PodSpec,
) {
    let Some(spot) = read::nested(emit.object, "spot") else { return };
    let weight = emit.percent(read::field(spot, "share"), &["spot", "share"]);
    for (key, value) in SPOT_TAINTS {
        tolerations.push(Toleration {
            key: Some(key.to_owned()),
            operator: Some("Equal".to_owned()),
            value: Some(value.to_owned()),
            effect: Some("NoSchedule".to_owned()),
            ..Toleration::default()
        });
    }
    affinity.preferred_during_scheduling_ignored_during_execution = Some(
        SPOT_LABELS
            .iter()
            .map(|(key, value)| PreferredSchedulingTerm { preference: one_of(key, &[value]), weight })
            .collect(),
    );
    let drain = emit.seconds(read::field(spot, "drain"), &["spot", "drain"]);
    pod.termination_grace_period_seconds = Some(drain);
}
