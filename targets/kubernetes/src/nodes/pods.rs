//! What pods get of the pool that their workload names: labels to select by, tolerations, devices.
use crate::emit::{Emit, Order, Room};
use crate::names;
use ivs_plan::read;
use ivs_target_nodepools::{COMPUTE_CLASS, LABEL, Pool, gpu, spot_taint};
use k8s_openapi::api::core::v1::{PodResourceClaim, PodSpec, ResourceClaim, Toleration};
use k8s_openapi::api::resource::v1::{
    DeviceClaim, DeviceRequest, ExactDeviceRequest, ResourceClaimSpec, ResourceClaimTemplate,
    ResourceClaimTemplateSpec,
};

/// The pool of a workload.
pub struct Nodes {
    /// Its name in the cluster.
    pub name: String,
    /// What it is.
    pub pool: Pool,
}

/// The pool that the declaration names, if it names one.
pub fn of(emit: &mut Emit<'_>) -> Option<Nodes> {
    let reference = read::reference(emit.object, "nodes")?;
    let object = emit.follow(reference)?;
    let name = emit.slug_of(&object, &reference.name)?;
    let region = read::reference(&object, "region").and_then(|r| emit.follow(r))?;
    Some(Nodes { name, pool: Pool::read(&object, &region)? })
}

impl Nodes {
    /// The extended resource that stands for a GPU of the model.
    pub fn device(&self, model: &str) -> String {
        match &self.pool.accelerator {
            Some(a) if a.model == model => a.resource(self.pool.provider),
            _ => gpu::device(model).to_owned(),
        }
    }

    /// Whether GPUs are claimed and not asked for by a resource.
    pub fn claims(&self) -> bool {
        self.pool.accelerator.as_ref().is_some_and(|a| a.claims)
    }

    /// Selects the pool's nodes and tolerates their taints.
    pub fn place(&self, pod: &mut PodSpec, tolerations: &mut Vec<Toleration>) {
        let selector = pod.node_selector.get_or_insert_default();
        selector.insert(LABEL.to_owned(), self.name.clone());
        if self.pool.has_class() {
            selector.insert(COMPUTE_CLASS.to_owned(), self.name.clone());
            add(tolerations, COMPUTE_CLASS, Some(&self.name), "NoSchedule");
        }
        for taint in &self.pool.taints {
            // The vendor's taint of GPUs is tolerated whatever its value, as workloads without a pool do.
            let vendor = self.pool.accelerator.as_ref().is_some_and(|a| gpu::device(&a.model) == taint.key);
            let value = taint.value.as_deref().filter(|_| !vendor);
            add(tolerations, &taint.key, value, &taint.effect);
        }
        if let Some((key, value)) = spot_taint(self.pool.provider).filter(|_| self.pool.has_spot()) {
            add(tolerations, key, Some(value), "NoSchedule");
        }
    }
}

/// Adds a toleration, unless it is there.
pub fn add(tolerations: &mut Vec<Toleration>, key: &str, value: Option<&str>, effect: &str) {
    let toleration = Toleration {
        key: Some(key.to_owned()),
        operator: Some(if value.is_some() { "Equal" } else { "Exists" }.to_owned()),
        value: value.map(str::to_owned),
        effect: Some(effect.to_owned()),
        ..Toleration::default()
    };
    if !tolerations.contains(&toleration) {
        tolerations.push(toleration);
    }
}

/// The pod's claim on GPUs: emits its template and gives what pod and container say of it. Dynamic Resource Allocation,
/// `resource.k8s.io/v1`; the class is that of NVIDIA's driver.
pub fn claim(emit: &mut Emit<'_>, room: &Room, count: i64) -> (PodResourceClaim, ResourceClaim) {
    let template_name = names::fit(&format!("{}-gpu", emit.name), names::LABEL);
    let request = DeviceRequest {
        name: "gpu".to_owned(),
        exactly: Some(ExactDeviceRequest {
            allocation_mode: Some("ExactCount".to_owned()),
            count: Some(count),
            device_class_name: "gpu.nvidia.com".to_owned(),
            ..ExactDeviceRequest::default()
        }),
        ..DeviceRequest::default()
    };
    let template = ResourceClaimTemplate {
        metadata: emit.meta(&template_name, Some(&room.name)),
        spec: ResourceClaimTemplateSpec {
            metadata: None,
            spec: ResourceClaimSpec {
                devices: Some(DeviceClaim { requests: Some(vec![request]), ..DeviceClaim::default() }),
            },
        },
    };
    emit.push(Order::Account, &template);
    let of_pod = PodResourceClaim {
        name: "gpu".to_owned(),
        resource_claim_template_name: Some(template_name),
        ..PodResourceClaim::default()
    };
    (of_pod, ResourceClaim { name: "gpu".to_owned(), request: None })
}
