//! What a pool of nodes means, whoever rents the nodes out: parts on demand and on spot capacity, taints, labels, the names
//! that accelerators have at each provider.
//!
//! Takes an evaluated `node-pool` and its region. Gives a [`Pool`], which the targets for Kubernetes and Terraform write in
//! their forms, and which workloads are placed by. Never writes anything, never asks for another declaration.

pub mod gpu;
mod pool;

use sha2::{Digest, Sha256};

pub use pool::{Accelerator, Capacity, Configuration, Part, Pool, Provider, Sharing, Taint};

/// The label by which workloads find the nodes of a pool.
pub const LABEL: &str = "ivs.dev/node-pool";

/// The label, and taint, of nodes that a ComputeClass of Google leads to.
pub const COMPUTE_CLASS: &str = "cloud.google.com/compute-class";

/// Taints that providers put on spot nodes: key and value.
/// Google: <https://docs.cloud.google.com/kubernetes-engine/docs/concepts/spot-vms>, where it is recommended and not automatic;
/// Azure: <https://learn.microsoft.com/azure/aks/spot-node-pool>.
pub const SPOT_TAINTS: [(&str, &str); 2] =
    [("cloud.google.com/gke-spot", "true"), ("kubernetes.azure.com/scalesetpriority", "spot")];

/// The taint that the provider's spot nodes have.
pub fn spot_taint(provider: Provider) -> Option<(&'static str, &'static str)> {
    let [google, azure] = SPOT_TAINTS;
    match provider {
        Provider::Aws => None,
        Provider::Google => Some(google),
        Provider::Azure => Some(azure),
    }
}

/// Labels by which providers tell spot nodes.
pub const SPOT_LABELS: [(&str, &str); 4] = [
    ("karpenter.sh/capacity-type", "spot"),
    ("cloud.google.com/gke-spot", "true"),
    ("eks.amazonaws.com/capacityType", "SPOT"),
    ("kubernetes.azure.com/scalesetpriority", "spot"),
];

/// Longest name of a node pool of Google: 40 characters, a letter first.
/// <https://docs.cloud.google.com/kubernetes-engine/docs/reference/rest/v1/projects.locations.clusters.nodePools>
const GOOGLE_NAME: usize = 40;

/// The name of a part at Google: lower case letters, digits and `-`, a letter first. ComputeClass and Terraform mean the same
/// pool by it.
pub fn google_name(slug: &str, part: &Part) -> String {
    let whole = part.suffix.map_or_else(|| slug.to_owned(), |s| format!("{slug}-{s}"));
    let letter = whole.starts_with(|c: char| c.is_ascii_alphabetic());
    short(&if letter { whole } else { format!("p-{whole}") }, GOOGLE_NAME)
}

/// The value of [`LABEL`] for a pool: its name in a cluster, a DNS label.
pub fn label(slug: &str) -> String {
    short(slug, 63)
}

/// In lower case letters, digits and `-`. A longer name keeps its beginning and ends in eight digits of a digest of the whole.
fn short(name: &str, max: usize) -> String {
    let mapped: String =
        name.chars().map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' }).collect();
    let mapped = mapped.trim_matches('-');
    if mapped.len() <= max {
        return mapped.to_owned();
    }
    let digest: String =
        Sha256::digest(mapped.as_bytes()).iter().take(4).map(|b| format!("{b:02x}")).collect();
    let prefix = mapped.get(..max.saturating_sub(9)).unwrap_or_default().trim_end_matches('-');
    format!("{prefix}-{digest}")
}

#[cfg(test)]
mod tests;
