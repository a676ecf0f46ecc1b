//! Which nodes pods go to: spread over zones, spot capacity, GPUs.
use crate::emit::Emit;
use ivs_plan::read;
use k8s_openapi::api::core::v1::{
    Affinity, NodeAffinity, NodeSelector, NodeSelectorRequirement, NodeSelectorTerm, PodSpec,
    PreferredSchedulingTerm, Toleration, TopologySpreadConstraint,
};

/// How a model of GPU is named on nodes.
struct Model {
    name: &'static str,
    /// `nvidia.com/gpu.product`, set by GPU feature discovery.
    products: &'static [&'static str],
    /// `cloud.google.com/gke-accelerator`
    gke: Option<&'static str>,
    /// `karpenter.k8s.aws/instance-gpu-name`
    karpenter: Option<&'static str>,
}

const MODELS: [Model; 11] = [
    Model { name: "nvidia-t4", products: &["Tesla-T4"], gke: Some("nvidia-tesla-t4"), karpenter: Some("t4") },
    Model { name: "nvidia-l4", products: &["NVIDIA-L4"], gke: Some("nvidia-l4"), karpenter: Some("l4") },
    Model { name: "nvidia-l40s", products: &["NVIDIA-L40S"], gke: None, karpenter: Some("l40s") },
    Model { name: "nvidia-a10g", products: &["NVIDIA-A10G"], gke: None, karpenter: Some("a10g") },
    Model {
        name: "nvidia-v100",
        products: &[
            "Tesla-V100-SXM2-16GB",
            "Tesla-V100-SXM2-32GB",
            "Tesla-V100-PCIE-16GB",
            "Tesla-V100-PCIE-32GB",
        ],
        gke: Some("nvidia-tesla-v100"),
        karpenter: Some("v100"),
    },
    Model {
        name: "nvidia-a100-40gb",
        products: &["NVIDIA-A100-SXM4-40GB", "NVIDIA-A100-PCIE-40GB"],
        gke: Some("nvidia-tesla-a100"),
        karpenter: None,
    },
    Model {
        name: "nvidia-a100-80gb",
        products: &["NVIDIA-A100-SXM4-80GB", "NVIDIA-A100-80GB-PCIe"],
        gke: Some("nvidia-a100-80gb"),
        karpenter: None,
    },
    Model {
        name: "nvidia-h100",
        products: &["NVIDIA-H100-80GB-HBM3", "NVIDIA-H100-PCIe"],
        gke: Some("nvidia-h100-80gb"),
        karpenter: Some("h100"),
    },
    Model {
        name: "nvidia-h200",
        products: &["NVIDIA-H200"],
        gke: Some("nvidia-h200-141gb"),
        karpenter: Some("h200"),
    },
    Model {
        name: "nvidia-b200",
        products: &["NVIDIA-B200"],
        gke: Some("nvidia-b200"),
        karpenter: Some("b200"),
    },
    Model { name: "amd-mi300x", products: &[], gke: None, karpenter: None },
];

/// The extended resource of a model.
pub fn device(model: &str) -> &'static str {
    if model.starts_with("amd-") { "amd.com/gpu" } else { "nvidia.com/gpu" }
}

/// Adds spread, tolerations and affinities to a pod.
pub fn place(emit: &mut Emit<'_>, pod: &mut PodSpec) {
    let mut tolerations = Vec::new();
    let mut affinity = NodeAffinity::default();
    spread(emit, pod);
    gpu(emit, &mut tolerations, &mut affinity);
    spot(emit, &mut tolerations, &mut affinity, pod);
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

/// Nodes of the model by any of the labels that tell it; their taint is tolerated.
fn gpu(emit: &Emit<'_>, tolerations: &mut Vec<Toleration>, affinity: &mut NodeAffinity) {
    let Some(resources) = read::nested(emit.object, "resources") else { return };
    for (model, _) in read::entries(resources, "gpu") {
        let name = read::key(model);
        tolerations.push(Toleration {
            key: Some(device(name).to_owned()),
            operator: Some("Exists".to_owned()),
            effect: Some("NoSchedule".to_owned()),
            ..Toleration::default()
        });
        let Some(model) = MODELS.iter().find(|m| m.name == name) else { continue };
        let mut terms = Vec::new();
        if !model.products.is_empty() {
            terms.push(one_of("nvidia.com/gpu.product", model.products));
        }
        if let Some(gke) = model.gke {
            terms.push(one_of("cloud.google.com/gke-accelerator", &[gke]));
        }
        if let Some(karpenter) = model.karpenter {
            terms.push(one_of("karpenter.k8s.aws/instance-gpu-name", &[karpenter]));
        }
        if !terms.is_empty() {
            affinity.required_during_scheduling_ignored_during_execution =
                Some(NodeSelector { node_selector_terms: terms });
        }
    }
}

/// Taints that providers put on spot nodes.
const SPOT_TAINTS: [(&str, &str); 2] =
    [("cloud.google.com/gke-spot", "true"), ("kubernetes.azure.com/scalesetpriority", "spot")];

/// Labels by which providers tell spot nodes.
const SPOT_LABELS: [(&str, &str); 4] = [
    ("karpenter.sh/capacity-type", "spot"),
    ("cloud.google.com/gke-spot", "true"),
    ("eks.amazonaws.com/capacityType", "SPOT"),
    ("kubernetes.azure.com/scalesetpriority", "spot"),
];

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
