//! Who waits for whom: Kueue's ClusterQueue, LocalQueue, ResourceFlavor, WorkloadPriorityClass.
use crate::custom::custom;
use crate::custom::kueue::{
    CLUSTER_QUEUE, ClusterQueueSpec, FlavorQuotas, LOCAL_QUEUE, LocalQueueSpec, Preemption, RESOURCE_FLAVOR,
    ResourceFlavorSpec, ResourceGroup, ResourceQuota, WORKLOAD_PRIORITY_CLASS, WorkloadPriorityClass,
};
use crate::emit::{Emit, Order, Texts};
use ivs_plan::read;
use ivs_plan::{Context, Lowered, Subject};
use ivs_value::{StructValue, Value};
use k8s_openapi::api::core::v1::Toleration;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::{LabelSelector, LabelSelectorRequirement};

/// `batch-queue` → ClusterQueue, and a LocalQueue of the same name in each of its namespaces.
pub fn queue(subject: &Subject, context: &dyn Context) -> Lowered {
    Emit::run(subject, context, |emit| {
        let mut namespaces = Vec::new();
        for item in read::list(emit.object, "namespaces") {
            if let Value::Ref(reference) = item
                && let Some(name) = emit.name_of(reference)
            {
                namespaces.push(name);
            }
        }
        let with_gpu =
            read::structs(emit.object, "flavor").any(|(_, q)| read::int(q, "gpu").is_some_and(|n| n > 0));
        let mut covered = vec!["cpu", "memory"];
        if with_gpu {
            covered.push("nvidia.com/gpu");
        }
        let mut flavors = Vec::new();
        for (key, quota) in read::entries(emit.object, "flavor") {
            let (Value::Ref(reference), Value::Struct(quota)) = (key, quota) else { continue };
            let Some(name) = emit.name_of(reference) else { continue };
            let resources = covered.iter().map(|r| resource(emit, &reference.name, quota, r)).collect();
            flavors.push(FlavorQuotas { name, resources });
        }
        let spec = ClusterQueueSpec {
            cohort_name: read::text(emit.object, "cohort").map(str::to_owned),
            namespace_selector: LabelSelector {
                match_expressions: Some(vec![LabelSelectorRequirement {
                    key: "kubernetes.io/metadata.name".into(),
                    operator: "In".into(),
                    values: Some(namespaces.clone()),
                }]),
                match_labels: None,
            },
            preemption: Preemption {
                within_cluster_queue: read::text(emit.object, "preemption").unwrap_or("Never").to_owned(),
            },
            resource_groups: vec![ResourceGroup { covered_resources: covered, flavors }],
        };
        let meta = emit.meta(&emit.name, None);
        emit.push(Order::Queue, &custom(CLUSTER_QUEUE, meta, spec));
        for namespace in namespaces {
            let meta = emit.meta(&emit.name, Some(&namespace));
            let spec = LocalQueueSpec { cluster_queue: emit.name.clone() };
            emit.push(Order::LocalQueue, &custom(LOCAL_QUEUE, meta, spec));
        }
    })
}

fn resource(emit: &mut Emit<'_>, flavor: &str, quota: &StructValue, name: &'static str) -> ResourceQuota {
    let field = if name == "nvidia.com/gpu" { "gpu" } else { name };
    let path = ["flavor", flavor, field];
    let value = read::field(quota, field);
    let nominal_quota = if name == "memory" { emit.bytes(value, &path) } else { emit.decimal(value, &path) };
    let borrow = read::field(quota, "borrow_cpu");
    let borrowing_limit =
        (name == "cpu" && !borrow.is_none()).then(|| emit.decimal(borrow, &["flavor", flavor, "borrow_cpu"]));
    ResourceQuota { borrowing_limit, name, nominal_quota }
}

/// `flavor` → ResourceFlavor.
pub fn flavor(subject: &Subject, context: &dyn Context) -> Lowered {
    Emit::run(subject, context, |emit| {
        let node_labels: Texts = texts(emit.object, "nodes");
        let tolerations: Vec<_> = texts(emit.object, "taints")
            .into_iter()
            .map(|(key, value)| Toleration {
                key: Some(key),
                operator: Some("Equal".into()),
                value: Some(value),
                ..Toleration::default()
            })
            .collect();
        let meta = emit.meta(&emit.name, None);
        let object = custom(RESOURCE_FLAVOR, meta, ResourceFlavorSpec { node_labels, tolerations });
        emit.push(Order::Flavor, &object);
    })
}

/// `batch-priority` → WorkloadPriorityClass.
pub fn priority(subject: &Subject, context: &dyn Context) -> Lowered {
    Emit::run(subject, context, |emit| {
        let meta = emit.meta(&emit.name, None);
        let object = WorkloadPriorityClass {
            api_version: WORKLOAD_PRIORITY_CLASS.0,
            kind: WORKLOAD_PRIORITY_CLASS.1,
            metadata: meta,
            description: read::text(emit.object, "title").map(str::to_owned),
            value: emit.int32(read::field(emit.object, "value"), &["value"]),
        };
        emit.push(Order::Priority, &object);
    })
}

fn texts(object: &StructValue, field: &str) -> Texts {
    read::entries(object, field)
        .iter()
        .filter_map(|(k, v)| Some((read::key(k).to_owned(), read::as_text(v)?.to_owned())))
        .collect()
}
