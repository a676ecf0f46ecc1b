//! Karpenter: a NodePool per part, one node class, and an overlay where parts of GPUs are asked for by name.
use super::part_name;
use crate::custom::custom;
use crate::custom::karpenter::{
    AKS_NODE_CLASS, AksNodeClassSpec, Ami, BlockDevice, Budget, Disruption, EC2_NODE_CLASS, Ebs,
    Ec2NodeClassSpec, NODE_OVERLAY, NODE_POOL, NodeClassRef, NodeMeta, NodeOverlaySpec, NodePoolSpec,
    NodeSpec, NodeTemplate, Requirement, Reservation, Tagged,
};
use crate::emit::{Emit, Order, Texts};
use crate::{amounts, codes};
use ivs_plan::read;
use ivs_target_nodepools::{Capacity, Part, Pool, Provider, Sharing, gpu, label};
use ivs_value::{Number, Value};
use k8s_openapi::api::core::v1::Taint;
use std::collections::BTreeMap;

const GIB: i64 = 1 << 30;

/// NodePools and their EC2NodeClass.
pub fn aws(emit: &mut Emit<'_>, pool: &Pool, labels: &Texts) {
    let tag = read::text(emit.object, "discovery").unwrap_or_default();
    let discovered = || vec![Tagged { tags: Texts::from([("karpenter.sh/discovery".into(), tag.into())]) }];
    let alias = read::text(emit.object, "image").unwrap_or_default().to_owned();
    let spec = Ec2NodeClassSpec {
        // Bottlerocket keeps pods' data on its second disk: https://karpenter.sh/v1.14/concepts/nodeclasses/
        block_device_mappings: vec![BlockDevice {
            device_name: if alias.starts_with("bottlerocket@") { "/dev/xvdb" } else { "/dev/xvda" },
            ebs: Ebs {
                delete_on_termination: true,
                encrypted: true,
                volume_size: format!("{}Gi", gibibytes(emit)),
                volume_type: "gp3",
            },
        }],
        ami_selector_terms: vec![Ami { alias }],
        capacity_reservation_selector_terms: reservations(emit).map(|id| Reservation { id }).collect(),
        role: read::text(emit.object, "role").unwrap_or_default().to_owned(),
        security_group_selector_terms: match declared(emit) {
            // EKS puts this tag on the security group that it makes.
            Some(name) => vec![Tagged { tags: Texts::from([("aws:eks:cluster-name".into(), name)]) }],
            None => discovered(),
        },
        subnet_selector_terms: discovered(),
    };
    let meta = emit.meta(&emit.name, None);
    emit.push(Order::NodeClass, &custom(EC2_NODE_CLASS, meta, spec));
    pools(emit, pool, labels, ("karpenter.k8s.aws", "EC2NodeClass"));
}

/// NodePools and their AKSNodeClass.
pub fn azure(emit: &mut Emit<'_>, pool: &Pool, labels: &Texts) {
    let spec = AksNodeClassSpec {
        image_family: read::text(emit.object, "image").unwrap_or_default().to_owned(),
        os_disk_size_gb: gibibytes(emit),
    };
    let meta = emit.meta(&emit.name, None);
    emit.push(Order::NodeClass, &custom(AKS_NODE_CLASS, meta, spec));
    pools(emit, pool, labels, ("karpenter.azure.com", "AKSNodeClass"));
}

/// What the provider calls the pool's cluster, if the package declares it in the pool's region.
fn declared(emit: &mut Emit<'_>) -> Option<String> {
    let wanted = read::text(emit.object, "cluster")?;
    let region = read::reference(emit.object, "region")?.id;
    for reference in emit.all_of("cluster") {
        let Some(cluster) = emit.follow(&reference) else { continue };
        if read::text(&cluster, "slug") != Some(wanted) {
            continue;
        }
        let network = read::reference(&cluster, "network").and_then(|r| emit.follow(r))?;
        if read::reference(&network, "region").map(|r| r.id) == Some(region) {
            let former = read::list(&cluster, "moved_from").first().and_then(Value::as_str);
            return Some(label(former.unwrap_or(wanted)));
        }
    }
    None
}

fn reservations<'a>(emit: &Emit<'a>) -> impl Iterator<Item = String> + use<'a> {
    read::list(emit.object, "reservations").iter().filter_map(|v| read::as_text(v).map(str::to_owned))
}

fn gibibytes(emit: &mut Emit<'_>) -> i64 {
    let disk = read::field(emit.object, "disk");
    let whole = read::base(disk).and_then(Number::to_i64).filter(|n| n % GIB == 0);
    whole.map_or_else(
        || {
            let message = format!("{} is no whole number of gibibytes", ivs_value::display(disk));
            emit.find(codes::WHOLE, message, &["disk"], None);
            0
        },
        |n| n / GIB,
    )
}

fn pools(emit: &mut Emit<'_>, pool: &Pool, labels: &Texts, (group, kind): (&'static str, &'static str)) {
    let mut parts = Vec::new();
    let disruption = disruption(emit);
    let expire_after = duration(emit, "expiry").unwrap_or_else(|| "Never".to_owned());
    let termination_grace_period = duration(emit, "drain");
    let needs = needs(emit, pool);
    let taints: Vec<Taint> = pool
        .taints
        .iter()
        .map(|t| Taint {
            effect: t.effect.clone(),
            key: t.key.clone(),
            time_added: None,
            value: t.value.clone().filter(|v| !v.is_empty()),
        })
        .collect();
    for part in &pool.parts {
        let mut requirements = vec![capacity(emit, part)];
        requirements.extend(needs.iter().cloned());
        let spec = NodePoolSpec {
            disruption: disruption.clone(),
            limits: limits(emit, pool, part),
            template: NodeTemplate {
                metadata: NodeMeta { labels: labels.clone() },
                spec: NodeSpec {
                    expire_after: expire_after.clone(),
                    node_class_ref: NodeClassRef { group, kind, name: emit.name.clone() },
                    requirements,
                    taints: taints.clone(),
                    termination_grace_period: termination_grace_period.clone(),
                },
            },
            weight: part.weight,
        };
        let name = part_name(&emit.name, part);
        let meta = emit.meta(&name, None);
        emit.push(Order::NodePool, &custom(NODE_POOL, meta, spec));
        parts.push(name);
    }
    overlay(emit, pool, parts);
}

/// Karpenter knows whole GPUs; of turns and parts it has to be told.
fn overlay(emit: &mut Emit<'_>, pool: &Pool, parts: Vec<String>) {
    let Some(accelerator) = &pool.accelerator else { return };
    if accelerator.sharing == Sharing::Exclusive {
        return;
    }
    let Some(slots) = read::int(emit.object, "slots") else { return };
    let spec = NodeOverlaySpec {
        capacity: BTreeMap::from([(accelerator.resource(pool.provider), slots.to_string())]),
        requirements: vec![one_of("karpenter.sh/nodepool", parts)],
    };
    let meta = emit.meta(&emit.name, None);
    emit.push(Order::NodePool, &custom(NODE_OVERLAY, meta, spec));
}

fn one_of(key: &'static str, values: Vec<String>) -> Requirement {
    Requirement { key, operator: "In", values }
}

fn capacity(emit: &Emit<'_>, part: &Part) -> Requirement {
    let reserved = !read::list(emit.object, "reservations").is_empty();
    let values = match part.capacity {
        Capacity::Spot => vec!["spot".to_owned()],
        Capacity::OnDemand if reserved => vec!["reserved".to_owned(), "on-demand".to_owned()],
        Capacity::OnDemand => vec!["on-demand".to_owned()],
    };
    one_of("karpenter.sh/capacity-type", values)
}

/// Labels by which a provider tells its machines.
struct Keys {
    cpu: &'static str,
    memory: &'static str,
    gpu: &'static str,
    gpu_count: &'static str,
    family: &'static str,
    families: &'static [&'static str],
}

const AWS: Keys = Keys {
    cpu: "karpenter.k8s.aws/instance-cpu",
    memory: "karpenter.k8s.aws/instance-memory",
    gpu: "karpenter.k8s.aws/instance-gpu-name",
    gpu_count: "karpenter.k8s.aws/instance-gpu-count",
    family: "karpenter.k8s.aws/instance-category",
    families: &["c", "m", "r"],
};

const AZURE: Keys = Keys {
    cpu: "karpenter.azure.com/sku-cpu",
    memory: "karpenter.azure.com/sku-memory",
    gpu: "karpenter.azure.com/sku-gpu-name",
    gpu_count: "karpenter.azure.com/sku-gpu-count",
    family: "karpenter.azure.com/sku-family",
    families: &["D", "E", "F"],
};

/// What every node fulfils, whatever is paid for it.
fn needs(emit: &mut Emit<'_>, pool: &Pool) -> Vec<Requirement> {
    let aws = pool.provider == Provider::Aws;
    let keys = if aws { &AWS } else { &AZURE };
    let architecture = read::text(emit.object, "architecture").unwrap_or("amd64").to_owned();
    let mut needs = vec![
        one_of("kubernetes.io/arch", vec![architecture]),
        one_of("kubernetes.io/os", vec!["linux".to_owned()]),
    ];
    let zones: Vec<String> = read::texts(emit.object, "zones").unwrap_or_default();
    if !zones.is_empty() {
        needs.push(one_of("topology.kubernetes.io/zone", zones));
    }
    let instances = read::list(emit.object, "instances");
    if !instances.is_empty() {
        let mut codes: Vec<String> = Vec::new();
        for item in instances {
            if let Value::Ref(r) = item
                && let Some(code) = emit.follow(r).and_then(|i| read::text(&i, "code").map(str::to_owned))
            {
                codes.push(code);
            }
        }
        needs.push(one_of("node.kubernetes.io/instance-type", codes));
        return needs;
    }
    match &pool.accelerator {
        Some(accelerator) => {
            let names = gpu::find(&accelerator.model);
            if let Some(name) = names.and_then(|n| if aws { n.aws } else { n.azure }) {
                needs.push(one_of(keys.gpu, vec![name.to_owned()]));
            }
            needs.push(one_of(keys.gpu_count, vec![accelerator.count.to_string()]));
            if let Some(memory) = names.and_then(|n| n.aws_memory).filter(|_| aws) {
                needs.push(one_of("karpenter.k8s.aws/instance-gpu-memory", vec![memory.to_owned()]));
            }
        }
        None => needs.push(one_of(keys.family, keys.families.iter().map(|f| (*f).to_owned()).collect())),
    }
    range(emit, &mut needs, keys.cpu, "cpu", 1);
    range(emit, &mut needs, keys.memory, "memory", 1 << 20);
    needs
}

/// Both ends of a range, in whole pieces of `unit`.
fn range(emit: &mut Emit<'_>, needs: &mut Vec<Requirement>, key: &'static str, field: &str, unit: i64) {
    let Some((low, high)) = read::ends(read::field(emit.object, field)) else { return };
    for (operator, value) in [("Gte", low), ("Lte", high)] {
        let whole = read::base(value).and_then(|n| n.div(&Number::int(unit))).and_then(|n| n.to_i64());
        match whole {
            Some(n) => needs.push(Requirement { key, operator, values: vec![n.to_string()] }),
            None => {
                let what = if unit == 1 { "cores" } else { "mebibytes" };
                let message = format!("{} is no whole number of {what}", ivs_value::display(value));
                emit.find(codes::WHOLE, message, &[field], None);
            }
        }
    }
}

/// Nodes of the part, and its part of everything else: rounded up for the part that is filled first, the rest for the other.
fn limits(emit: &mut Emit<'_>, pool: &Pool, part: &Part) -> BTreeMap<String, String> {
    let mut limits = BTreeMap::from([("nodes".to_owned(), part.nodes.1.to_string())]);
    let Some(declared) = read::nested(emit.object, "limits") else { return limits };
    let device = pool.accelerator.as_ref().map(|a| a.resource(pool.provider));
    let device = device.as_deref().unwrap_or("nvidia.com/gpu");
    for (field, name, unit) in [("cpu", "cpu", 1), ("memory", "memory", GIB), ("gpu", device, 1)] {
        let value = read::field(declared, field);
        let Some(all) = read::base(value) else { continue };
        let mut amount = share(all, pool, part, &Number::int(unit));
        if field == "gpu" {
            // Whole GPUs are declared, and Karpenter counts what nodes say they have.
            amount = amount.and_then(|n| n.mul(&seen(emit, pool)?));
        }
        let text =
            amount.and_then(|n| if field == "memory" { amounts::bytes(&n) } else { amounts::decimal(&n) });
        match text {
            Some(text) => drop(limits.insert(name.to_owned(), text)),
            None => {
                let message = format!("{} cannot be written exactly", ivs_value::display(value));
                emit.find(codes::QUANTITY, message, &["limits", field], None);
            }
        }
    }
    limits
}

/// What pods see of one GPU: the whole, turns, or parts.
fn seen(emit: &Emit<'_>, pool: &Pool) -> Option<Number> {
    let Some(accelerator) = &pool.accelerator else { return Some(Number::int(1)) };
    Number::fraction(read::int(emit.object, "slots")?.into(), accelerator.count.into())
}

fn share(all: &Number, pool: &Pool, part: &Part, unit: &Number) -> Option<Number> {
    let first = pool.parts.first()?;
    if pool.parts.len() == 1 {
        return Some(all.clone());
    }
    let filled = all.mul(&first.share)?.ceil_to(unit)?;
    let filled = if filled.sub(all)?.is_negative() { filled } else { all.clone() };
    if part == first { Some(filled) } else { all.sub(&filled) }
}

fn disruption(emit: &mut Emit<'_>) -> Disruption {
    let (policy, after) = match read::member(emit.object, "consolidation") {
        Some(m) => {
            let policy = match m.name.as_str() {
                "underutilized" => "WhenEmptyOrUnderutilized",
                "balanced" => "Balanced",
                _ => "WhenEmpty",
            };
            (policy, m.fields.as_deref().map(|f| read::field(f, "after")))
        }
        None => ("WhenEmptyOrUnderutilized", None),
    };
    let consolidate_after = match after {
        Some(value) => go(emit.seconds(value, &["consolidation", "after"])),
        None => "Never".to_owned(),
    };
    let mut budgets = Vec::new();
    for (name, budget) in read::structs(emit.object, "budget") {
        let nodes = read::field(budget, "nodes");
        let nodes = match amounts::count_or_part(nodes) {
            Some(n) => match n {
                k8s_openapi::apimachinery::pkg::util::intstr::IntOrString::Int(n) => n.to_string(),
                k8s_openapi::apimachinery::pkg::util::intstr::IntOrString::String(s) => s,
            },
            None => {
                let message = format!("{} is neither a count nor a whole percent", ivs_value::display(nodes));
                emit.find(codes::WHOLE, message, &["budget", name, "nodes"], None);
                String::new()
            }
        };
        let lasts = read::field(budget, "duration");
        budgets.push(Budget {
            duration: if lasts.is_none() { None } else { Some(minutes(emit, name, lasts)) },
            nodes,
            reasons: read::texts(budget, "reasons"),
            schedule: read::text(budget, "schedule").map(str::to_owned),
        });
    }
    Disruption { budgets, consolidate_after, consolidation_policy: policy }
}

/// A budget's duration, which Karpenter takes in whole minutes.
fn minutes(emit: &mut Emit<'_>, name: &str, value: &Value) -> String {
    let seconds = amounts::seconds(value).filter(|s| s % 60 == 0);
    seconds.map(go).unwrap_or_else(|| {
        let message = format!("{} is no whole number of minutes", ivs_value::display(value));
        emit.find(codes::WHOLE, message, &["budget", name, "duration"], None);
        String::new()
    })
}

fn duration(emit: &mut Emit<'_>, field: &str) -> Option<String> {
    let value = read::field(emit.object, field);
    if value.is_none() { None } else { Some(go(emit.seconds(value, &[field]))) }
}

/// As Go reads durations, without what is nothing: `720h`, `8h30m`, `0s`.
fn go(seconds: i64) -> String {
    let mut out = String::new();
    for (n, unit) in [(seconds / 3600, 'h'), (seconds / 60 % 60, 'm'), (seconds % 60, 's')] {
        if n != 0 {
            out.push_str(&format!("{n}{unit}"));
        }
    }
    if out.is_empty() { "0s".to_owned() } else { out }
}
