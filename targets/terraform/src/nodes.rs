//! Pools of nodes: Google's where a ComputeClass leads to them, and everybody's where Terraform makes the provider's own.
use crate::cluster::{Cluster, assume};
use crate::expr::{list, object, path};
use crate::names::{fit, fit_plain, identifier};
use crate::{Block, Emit, Expr, Variable};
use ivs_plan::{Context, Lowered, Subject, read};
use ivs_target_nodepools::{
    COMPUTE_CLASS, Capacity, LABEL, Part, Pool, Provider, Sharing, google_name, gpu, label, spot_taint,
};
use ivs_value::StructValue;
use std::sync::Arc;

const GIB: i64 = 1 << 30;

/// The fields of `node-pool` that are read.
#[rustfmt::skip]
pub const READS: &[&str] = &[
    "slug", "moved_from", "labels", "region", "cluster", "managed_by", "accelerator.model", "accelerator.count", "accelerator.sharing",
    "architecture", "instances", "machine", "size", "floor", "zones", "reservations", "node_labels", "taint.value",
    "taint.effect", "weight", "image", "disk", "role",
];

/// `node-pool` → the provider's own pools, one for each sort of capacity.
pub fn lower(subject: &Subject, context: &dyn Context) -> Lowered {
    Emit::run(subject, context, |emit| {
        let Some(region) = emit.referred("region") else { return };
        let Some(pool) = Pool::read(emit.object, &region) else { return };
        if !pool.by_terraform && pool.provider != Provider::Google {
            if pool.provider == Provider::Aws {
                karpenter(emit, &region);
            }
            return;
        }
        let Some(machine) = emit.referred("machine") else { return };
        let Some(machine) = read::text(&machine, "code").map(str::to_owned) else { return };
        if emit.enter(&region).is_none() {
            return;
        }
        let disk = emit.whole(read::field(emit.object, "disk"), GIB, "gibibytes", &["disk"]).unwrap_or(100);
        let cluster = declared(emit, &region);
        let all = All {
            declared: cluster,
            cluster: Arc::from(read::text(emit.object, "cluster").unwrap_or_default()),
            machine,
            disk,
        };
        for part in &pool.parts {
            let block = match pool.provider {
                Provider::Google => google(emit, &pool, part, &all),
                Provider::Azure => azure(emit, &pool, part, &all),
                Provider::Aws => aws(emit, &pool, part, &all),
            };
            emit.push(block);
        }
    })
}

/// What Karpenter's nodes need to join a cluster that the package declares: a role that the cluster lets in. A role that somebody
/// names is theirs. <https://karpenter.sh/docs/reference/cloudformation/>
fn karpenter(emit: &mut Emit<'_>, region: &StructValue) {
    let Some(role) = read::text(emit.object, "role") else { return };
    let Some(cluster) = declared(emit, region) else { return };
    if role != format!("KarpenterNodeRole-{}", cluster.called) {
        return;
    }
    let name = identifier(role);
    let at = emit.push_shared(
        Block::resource("aws_iam_role", &name)
            .with("name", role)
            .with("assume_role_policy", assume("ec2.amazonaws.com")),
    );
    for policy in [
        "AmazonEKSWorkerNodePolicy",
        "AmazonEKS_CNI_Policy",
        "AmazonEC2ContainerRegistryPullOnly",
        "AmazonSSMManagedInstanceCore",
    ] {
        let short = identifier(policy.trim_start_matches("Amazon"));
        emit.push_shared(
            Block::resource("aws_iam_role_policy_attachment", &format!("{name}_{short}"))
                .with("role", path(&format!("{at}.name")))
                .with("policy_arn", format!("arn:aws:iam::aws:policy/{policy}")),
        );
    }
    emit.push_shared(
        Block::resource("aws_eks_access_entry", &name)
            .with("cluster_name", cluster.attribute("name"))
            .with("principal_arn", path(&format!("{at}.arn")))
            .with("type", "EC2_LINUX"),
    );
}

/// What the parts of a pool have in common.
struct All {
    /// The cluster, if the package declares it.
    declared: Option<Cluster>,
    cluster: Arc<str>,
    machine: String,
    disk: i64,
}

/// The `cluster` of the package that the pool names, if it is in the pool's region. Another one would move the pool into its folder.
fn declared(emit: &mut Emit<'_>, region: &StructValue) -> Option<Cluster> {
    let wanted = read::text(emit.object, "cluster")?.to_owned();
    let code = read::text(region, "code")?.to_owned();
    for (reference, cluster) in emit.all("cluster") {
        if read::text(&cluster, "slug") != Some(&wanted) {
            continue;
        }
        let network = emit.follow(read::reference(&cluster, "network")?)?;
        let home = emit.follow(read::reference(&network, "region")?)?;
        if read::text(&home, "code") == Some(&code) {
            return Cluster::of(emit, &reference);
        }
    }
    None
}

/// The name of a part in Terraform.
fn address(emit: &Emit<'_>, part: &Part) -> String {
    part.suffix.map_or_else(|| emit.name.clone(), |s| format!("{}_{}", emit.name, identifier(s)))
}

/// Labels of the nodes, the pool's own last. `cut` is whether the provider cuts GPUs into parts by itself.
fn labels(emit: &Emit<'_>, pool: &Pool, cut: bool, extra: &[(&str, String)]) -> Expr {
    let declared = read::entries(emit.object, "node_labels").iter();
    let mut labels: Vec<(String, String)> = declared
        .map(|(k, v)| (read::key(k).to_owned(), read::as_text(v).unwrap_or_default().to_owned()))
        .collect();
    labels.push((LABEL.to_owned(), label(emit.now())));
    let sharing = pool.accelerator.iter().flat_map(|a| a.sharing.labels(pool.provider, cut));
    labels.extend(sharing.map(|(k, v)| (k.to_owned(), v)));
    labels.extend(extra.iter().map(|(k, v)| ((*k).to_owned(), v.clone())));
    object(labels)
}

/// Key, value and effect of every taint of a part.
fn taints(pool: &Pool, part: &Part, extra: Option<(&str, String)>) -> Vec<(String, String, String)> {
    let own =
        pool.taints.iter().map(|t| (t.key.clone(), t.value.clone().unwrap_or_default(), t.effect.clone()));
    let mut taints: Vec<_> = own.collect();
    let no_schedule = || "NoSchedule".to_owned();
    taints.extend(extra.map(|(key, value)| (key.to_owned(), value, no_schedule())));
    if part.capacity == Capacity::Spot
        && let Some((key, value)) = spot_taint(pool.provider)
    {
        taints.push((key.to_owned(), value.to_owned(), no_schedule()));
    }
    taints
}

/// `NoSchedule` as AWS and Google spell it.
fn effect(effect: &str) -> &'static str {
    match effect {
        "PreferNoSchedule" => "PREFER_NO_SCHEDULE",
        "NoExecute" => "NO_EXECUTE",
        _ => "NO_SCHEDULE",
    }
}

fn reservations(emit: &Emit<'_>, part: &Part) -> Vec<String> {
    let all = read::texts(emit.object, "reservations").unwrap_or_default();
    if part.capacity == Capacity::OnDemand { all } else { Vec::new() }
}

/// <https://registry.terraform.io/providers/hashicorp/google/latest/docs/resources/container_node_pool>
fn google(emit: &Emit<'_>, pool: &Pool, part: &Part, all: &All) -> Block {
    let spot = part.capacity == Capacity::Spot;
    let class = pool.has_class().then(|| label(emit.now()));
    let class_label: Vec<(&str, String)> = class.iter().map(|c| (COMPUTE_CLASS, c.clone())).collect();
    // Machines of these series take Hyperdisk only: https://docs.cloud.google.com/compute/docs/disks/hyperdisks
    let hyper = ["n4-", "c4-", "a4-", "a3-ultragpu"].iter().any(|s| all.machine.starts_with(s));
    let mut config = Block::new("node_config")
        .with("machine_type", all.machine.as_str())
        .with_some("spot", spot.then_some(true))
        .with("disk_size_gb", all.disk)
        .with("disk_type", if hyper { "hyperdisk-balanced" } else { "pd-balanced" })
        .with("image_type", "COS_CONTAINERD")
        .with_some("service_account", all.declared.as_ref().map(Cluster::node_identity))
        .with("oauth_scopes", list(["https://www.googleapis.com/auth/cloud-platform"]))
        .with("labels", labels(emit, pool, true, &class_label));
    if let Some(accelerator) = &pool.accelerator
        && let Some(name) = gpu::find(&accelerator.model).and_then(|m| m.google)
    {
        let shared = |strategy: &str, clients: i64| {
            Block::new("gpu_sharing_config")
                .with("gpu_sharing_strategy", strategy)
                .with("max_shared_clients_per_gpu", clients)
        };
        let mut guest = Block::new("guest_accelerator").with("type", name).with("count", accelerator.count);
        if let Sharing::Mig { profile, .. } = &accelerator.sharing {
            guest = guest.with("gpu_partition_size", profile.as_str());
        }
        guest =
            guest.block(Block::new("gpu_driver_installation_config").with("gpu_driver_version", "DEFAULT"));
        guest = match &accelerator.sharing {
            Sharing::TimeSlicing(n) => guest.block(shared("TIME_SHARING", *n)),
            Sharing::Mps(n) => guest.block(shared("MPS", *n)),
            _ => guest,
        };
        config = config.block(guest);
    }
    config = config.blocks(taints(pool, part, class.map(|c| (COMPUTE_CLASS, c))).into_iter().map(
        |(key, value, what)| {
            Block::new("taint").with("key", key).with("value", value).with("effect", effect(&what))
        },
    ));
    let reserved = reservations(emit, part);
    if !reserved.is_empty() {
        config = config.block(
            Block::new("reservation_affinity")
                .with("consume_reservation_type", "SPECIFIC_RESERVATION")
                .with("key", "compute.googleapis.com/reservation-name")
                .with("values", list(reserved)),
        );
    }
    config = config
        .block(
            Block::new("shielded_instance_config")
                .with("enable_secure_boot", true)
                .with("enable_integrity_monitoring", true),
        )
        .block(Block::new("workload_metadata_config").with("mode", "GKE_METADATA"));
    Block::resource("google_container_node_pool", &address(emit, part))
        .with("name", google_name(emit.slug, part))
        .with(
            "cluster",
            all.declared.as_ref().map_or_else(|| (&*all.cluster).into(), |c| c.attribute("name")),
        )
        .with("location", path("var.region"))
        .with_some("node_locations", read::texts(emit.object, "zones").map(list))
        .block(
            Block::new("autoscaling")
                .with("total_min_node_count", part.nodes.0)
                .with("total_max_node_count", part.nodes.1)
                .with("location_policy", if spot { "ANY" } else { "BALANCED" }),
        )
        .block(Block::new("management").with("auto_repair", true).with("auto_upgrade", true))
        .block(config)
}

/// A variable for what another folder, or somebody else, has made.
fn given(emit: &mut Emit<'_>, cluster: &str, what: &str, kind: &'static str, description: &str) -> Expr {
    emit.shared_variable(Variable {
        name: format!("{}_{what}", identifier(cluster)),
        description: format!("{description} of the cluster {cluster}"),
        kind,
        default: None,
        sensitive: false,
    })
}

/// <https://registry.terraform.io/providers/hashicorp/azurerm/latest/docs/resources/kubernetes_cluster_node_pool>
fn azure(emit: &mut Emit<'_>, pool: &Pool, part: &Part, all: &All) -> Block {
    let spot = part.capacity == Capacity::Spot;
    let cluster = match &all.declared {
        Some(cluster) => cluster.attribute("id"),
        None => given(emit, &all.cluster, "cluster_id", "string", "ID"),
    };
    let suffix = match part.suffix {
        Some("spot") => "sp",
        Some(_) => "od",
        None => "",
    };
    // At most 12 lower case letters and digits, a letter first.
    let first_is_letter = emit.slug.starts_with(|c: char| c.is_ascii_alphabetic());
    let name = fit_plain(&format!("{}{}{suffix}", if first_is_letter { "" } else { "p" }, emit.slug), 12);
    let zones: Option<Vec<String>> = read::texts(emit.object, "zones").map(|zones| {
        // Kubernetes calls a zone `eastus-1`, the resource `1`.
        zones.iter().map(|z| z.rsplit('-').next().unwrap_or(z).to_owned()).collect()
    });
    let own: Vec<(&str, String)> =
        spot_taint(pool.provider).filter(|_| spot).map(|(k, v)| (k, v.to_owned())).into_iter().collect();
    let taints: Vec<String> = taints(pool, part, None)
        .into_iter()
        .map(|(k, v, what)| if v.is_empty() { format!("{k}:{what}") } else { format!("{k}={v}:{what}") })
        .collect();
    let parts = pool.accelerator.as_ref().and_then(|a| match &a.sharing {
        Sharing::Mig { profile, .. } => Some(format!("MIG{}", profile.split('.').next().unwrap_or_default())),
        _ => None,
    });
    let mut block = Block::resource("azurerm_kubernetes_cluster_node_pool", &address(emit, part))
        .with("name", name)
        .with("kubernetes_cluster_id", cluster)
        .with("vm_size", all.machine.as_str())
        .with("mode", "User")
        .with("auto_scaling_enabled", true)
        .with("min_count", part.nodes.0)
        .with("max_count", part.nodes.1)
        .with("os_disk_size_gb", all.disk)
        .with_some("vnet_subnet_id", all.declared.as_ref().map(|c| c.net.nodes()))
        .with_some("zones", zones.map(list))
        .with_some("gpu_instance", parts)
        .with_some("capacity_reservation_group_id", reservations(emit, part).into_iter().next())
        .with("node_labels", labels(emit, pool, true, &own))
        .with_some("node_taints", (!taints.is_empty()).then(|| list(taints)))
        .with_some("tags", emit.tags());
    block = if spot {
        block.with("priority", "Spot").with("eviction_policy", "Delete").with("spot_max_price", -1)
    } else {
        block.block(Block::new("upgrade_settings").with("max_surge", "10%"))
    };
    block
}

/// <https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/eks_node_group>
fn aws(emit: &mut Emit<'_>, pool: &Pool, part: &Part, all: &All) -> Block {
    let (name_of_cluster, role, subnets): (Expr, Expr, Expr) = match &all.declared {
        Some(c) => (c.attribute("name"), c.node_identity(), c.net.nodes()),
        None => (
            (&*all.cluster).into(),
            given(emit, &all.cluster, "node_role_arn", "string", "ARN of the nodes' role"),
            given(emit, &all.cluster, "subnet_ids", "list(string)", "Subnets for nodes"),
        ),
    };
    let mut machines: Vec<String> = Vec::new();
    for item in read::list(emit.object, "instances") {
        if let ivs_value::Value::Ref(r) = item
            && let Some(code) = emit.follow(r).and_then(|i| read::text(&i, "code").map(str::to_owned))
        {
            machines.push(code);
        }
    }
    if machines.is_empty() {
        machines.push(all.machine.clone());
    }
    let arm = read::text(emit.object, "architecture") == Some("arm64");
    let bottlerocket = read::text(emit.object, "image").is_some_and(|i| i.starts_with("bottlerocket@"));
    let ami = match (bottlerocket, arm, pool.accelerator.is_some()) {
        (true, false, false) => "BOTTLEROCKET_x86_64",
        (true, false, true) => "BOTTLEROCKET_x86_64_NVIDIA",
        (true, true, false) => "BOTTLEROCKET_ARM_64",
        (true, true, true) => "BOTTLEROCKET_ARM_64_NVIDIA",
        (false, false, false) => "AL2023_x86_64_STANDARD",
        (false, false, true) => "AL2023_x86_64_NVIDIA",
        (false, true, false) => "AL2023_ARM_64_STANDARD",
        (false, true, true) => "AL2023_ARM_64_NVIDIA",
    };
    let name = part.suffix.map_or_else(|| emit.slug.to_owned(), |s| format!("{}-{s}", emit.slug));
    Block::resource("aws_eks_node_group", &address(emit, part))
        .with("cluster_name", name_of_cluster)
        .with("node_group_name", fit(&name, 63))
        .with("node_role_arn", role)
        .with("subnet_ids", subnets)
        .with("ami_type", ami)
        .with("capacity_type", if part.capacity == Capacity::Spot { "SPOT" } else { "ON_DEMAND" })
        .with("disk_size", all.disk)
        .with("instance_types", list(machines))
        .with("labels", labels(emit, pool, false, &[]))
        .with_some("tags", emit.tags())
        .block(
            Block::new("scaling_config")
                .with("desired_size", part.nodes.0)
                .with("min_size", part.nodes.0)
                .with("max_size", part.nodes.1),
        )
        .blocks(taints(pool, part, None).into_iter().map(|(key, value, what)| {
            let value = (!value.is_empty()).then_some(value);
            Block::new("taint").with("key", key).with_some("value", value).with("effect", effect(&what))
        }))
        .block(Block::new("update_config").with("max_unavailable_percentage", 10))
        // The autoscaler decides between both ends.
        .ignore_changes(&["scaling_config[0].desired_size"])
}
