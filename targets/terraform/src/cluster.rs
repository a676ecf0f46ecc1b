//! `cluster` → EKS, GKE or AKS, with its identities and the nodes for its own pods.
use crate::emit::Variable;
use crate::expr::{Expr, call, list, object, path, template};
use crate::network::{Net, group};
use crate::region::{Provider, Region};
use crate::sizes::{self, Use};
use crate::{Block, Emit, codes, fit, identifier, moved};
use ivs_plan::{Context, Lowered, Subject, read};
use ivs_value::{RefValue, StructValue};

/// A cluster that another declaration belongs to, by the names that its resources have.
pub struct Cluster {
    /// Where it is.
    pub region: Region,
    /// Its name in Terraform.
    pub name: String,
    /// The slug that it had first: what others are called after it at the provider.
    pub called: String,
    /// Its network.
    pub net: Net,
}

impl Cluster {
    /// The cluster of a reference. Puts the declaration into its region's folder.
    pub fn of(emit: &mut Emit<'_>, reference: &RefValue) -> Option<Self> {
        let object = emit.follow(reference)?;
        Cluster::from(emit, &object)
    }

    fn from(emit: &mut Emit<'_>, object: &StructValue) -> Option<Self> {
        let network = emit.follow(read::reference(object, "network")?)?;
        let net = Net::from(emit, &network)?;
        let slug = read::text(object, "slug")?;
        let called = moved::called(object).unwrap_or(slug).to_owned();
        Some(Cluster { region: net.region.clone(), name: identifier(slug), called, net })
    }

    /// An attribute of it: `aws_eks_cluster.main.name`.
    pub fn attribute(&self, name: &str) -> Expr {
        let kind = match self.region.provider {
            Provider::Aws => "aws_eks_cluster",
            Provider::Gcp => "google_container_cluster",
            Provider::Azure => "azurerm_kubernetes_cluster",
        };
        path(&format!("{kind}.{}.{name}", self.name))
    }

    /// AWS: the role of its nodes. Google: the service account of its nodes.
    pub fn node_identity(&self) -> Expr {
        match self.region.provider {
            Provider::Gcp => path(&format!("google_service_account.{}_nodes.email", self.name)),
            _ => path(&format!("aws_iam_role.{}_nodes.arn", self.name)),
        }
    }
}

/// What the system's nodes are.
struct System {
    machine: Expr,
    least: i64,
    most: i64,
    disk: i64,
}

/// The lowering.
pub fn lower(subject: &Subject, context: &dyn Context) -> Lowered {
    Emit::run(subject, context, |emit| {
        let Some(cluster) = Cluster::from(emit, emit.object) else { return };
        let n = &cluster.name;
        let Some(system) = system(emit, &cluster) else { return };
        let version = read::text(emit.object, "kubernetes").map(str::to_owned);
        let version = version.map(|v| {
            emit.variable(Variable {
                name: format!("{n}_kubernetes"),
                description: format!("Version of Kubernetes of the cluster {}", emit.slug),
                kind: "string",
                default: Some(v.into()),
                sensitive: false,
            })
        });
        let admins = read::texts(emit.object, "admins").unwrap_or_default();
        let endpoint = match cluster.region.provider {
            Provider::Aws => aws(emit, &cluster, system, version, admins),
            Provider::Gcp => gcp(emit, &cluster, system, version, admins),
            Provider::Azure => azure(emit, &cluster, system, version, admins),
        };
        emit.output(&format!("{n}_cluster_name"), "The cluster's name", cluster.attribute("name"));
        emit.output(&format!("{n}_cluster_endpoint"), "Where its API answers", endpoint);
    })
}

fn system(emit: &mut Emit<'_>, cluster: &Cluster) -> Option<System> {
    let nodes = read::nested(emit.object, "system")?;
    let (cpu, memory) = sizes::wanted(nodes)?;
    let machine = match read::text(nodes, "machine") {
        Some(name) => Some(name.to_owned()),
        None => sizes::machine(cluster.region.provider, Use::Node, cpu, memory),
    };
    let Some(machine) = machine else {
        let message = format!("no common machine has {cpu} cores and {memory} GiB");
        let help = "name the provider's own: `machine = \"…\"`";
        emit.find(codes::NO_FORM, message, &["system", "memory"], Some(help.into()));
        return None;
    };
    let (least, most) = read::ends(read::field(nodes, "count"))?;
    let (least, most) = (read::base(least)?.to_i64()?, read::base(most)?.to_i64()?);
    let disk = emit.whole(read::field(nodes, "disk"), 1 << 30, "GiB", &["system", "disk"])?;
    let variable = |name: &str, what: &str, kind, default: Expr| Variable {
        name: format!("{}_system_{name}", cluster.name),
        description: format!("{what} of the cluster {}", emit.slug),
        kind,
        default: Some(default),
        sensitive: false,
    };
    let inputs = variable("machine", "Machine of the system's nodes", "string", machine.into());
    Some(System { machine: emit.variable(inputs), least, most, disk })
}

pub fn assume(service: &str) -> Expr {
    call(
        "jsonencode",
        [object([
            ("Version", Expr::from("2012-10-17")),
            (
                "Statement",
                list([object([
                    ("Effect", Expr::from("Allow")),
                    ("Action", "sts:AssumeRole".into()),
                    ("Principal", object([("Service", service)])),
                ])]),
            ),
        ])],
    )
}

fn aws(emit: &mut Emit<'_>, c: &Cluster, system: System, version: Option<Expr>, admins: Vec<String>) -> Expr {
    let n = &c.name;
    let called = fit(emit.slug, 63);
    // Roles are global: the region is part of their names.
    let role = |what: &str| fit(&format!("{called}-{}-{what}", c.region.code), 64);
    let tags = emit.tags();
    let mut attachments = Vec::new();
    for (part, service, policies) in [
        ("cluster", "eks.amazonaws.com", &["AmazonEKSClusterPolicy"][..]),
        (
            "nodes",
            "ec2.amazonaws.com",
            &[
                "AmazonEKSWorkerNodePolicy",
                "AmazonEKS_CNI_Policy",
                "AmazonEC2ContainerRegistryPullOnly",
                "service-role/AmazonEBSCSIDriverPolicy",
            ][..],
        ),
    ] {
        emit.push(
            Block::resource("aws_iam_role", &format!("{n}_{part}"))
                .with("name", role(part))
                .with("assume_role_policy", assume(service))
                .with_some("tags", tags.clone()),
        );
        for policy in policies {
            let name = format!(
                "{n}_{part}_{}",
                identifier(policy.trim_start_matches("service-role/").trim_start_matches("Amazon"))
            );
            attachments.push((
                part,
                emit.push(
                    Block::resource("aws_iam_role_policy_attachment", &name)
                        .with("role", path(&format!("aws_iam_role.{n}_{part}.name")))
                        .with("policy_arn", format!("arn:aws:iam::aws:policy/{policy}")),
                ),
            ));
        }
    }
    let after = |part: &str| list(attachments.iter().filter(|(p, _)| *p == part).map(|(_, a)| path(a)));
    let stable = read::member(emit.object, "channel").is_some_and(|m| m.name == "stable");
    let public = !admins.is_empty();
    emit.push(
        Block::resource("aws_eks_cluster", n)
            .with("name", called.as_str())
            .with("role_arn", path(&format!("aws_iam_role.{n}_cluster.arn")))
            .with_some("version", version)
            .with("deletion_protection", read::flag(emit.object, "protected"))
            .with("enabled_cluster_log_types", list(["api", "audit", "authenticator"]))
            .with_some("tags", tags.clone())
            .with("depends_on", after("cluster"))
            .block(Block::new("access_config").with("authentication_mode", "API"))
            .block(
                Block::new("vpc_config")
                    .with("subnet_ids", c.net.nodes())
                    .with("endpoint_private_access", true)
                    .with("endpoint_public_access", public)
                    .with_some("public_access_cidrs", public.then(|| list(admins))),
            )
            .block(Block::new("kubernetes_network_config").with("service_ipv4_cidr", c.net.services.as_str()))
            .block(
                Block::new("upgrade_policy")
                    .with("support_type", if stable { "EXTENDED" } else { "STANDARD" }),
            ),
    );
    emit.push(
        Block::resource("aws_eks_node_group", &format!("{n}_system"))
            .with("cluster_name", c.attribute("name"))
            .with("node_group_name", "system")
            .with("node_role_arn", c.node_identity())
            .with("subnet_ids", c.net.nodes())
            .with("ami_type", "AL2023_x86_64_STANDARD")
            .with("instance_types", list([system.machine]))
            .with("disk_size", system.disk)
            .with("labels", object([("ivs.dev/pool", "system")]))
            .with_some("tags", tags.clone())
            .with("depends_on", {
                // Nodes that start before there is a way out do not join.
                let way = format!("aws_route.{}_private", c.net.name);
                let needs = attachments.iter().filter(|(part, _)| *part == "nodes").map(|(_, a)| path(a));
                list(needs.chain([path(&way)]))
            })
            .block(
                Block::new("scaling_config")
                    .with("desired_size", system.least)
                    .with("min_size", system.least)
                    .with("max_size", system.most),
            )
            .block(Block::new("update_config").with("max_unavailable", 1))
            // An autoscaler moves it; a plan must not move it back.
            .ignore_changes(&["scaling_config[0].desired_size"]),
    );
    // Autoscalers need figures and databases need disks; EKS has neither by itself.
    for addon in ["metrics-server", "aws-ebs-csi-driver"] {
        emit.push(
            Block::resource("aws_eks_addon", &format!("{n}_{}", identifier(addon)))
                .with("cluster_name", c.attribute("name"))
                .with("addon_name", addon)
                .with("depends_on", list([path(&format!("aws_eks_node_group.{n}_system"))])),
        );
    }
    emit.push(
        Block::resource("aws_iam_openid_connect_provider", n)
            .with("url", c.attribute("identity[0].oidc[0].issuer"))
            .with("client_id_list", list(["sts.amazonaws.com"]))
            .with_some("tags", tags),
    );
    emit.output(
        &format!("{n}_cluster_ca"),
        "Certificate authority of its API, in base64",
        c.attribute("certificate_authority[0].data"),
    );
    emit.output(
        &format!("{n}_oidc_provider"),
        "Who vouches for its service accounts",
        path(&format!("aws_iam_openid_connect_provider.{n}.arn")),
    );
    c.attribute("endpoint")
}

fn gcp(emit: &mut Emit<'_>, c: &Cluster, system: System, version: Option<Expr>, admins: Vec<String>) -> Expr {
    let n = &c.name;
    let called = fit(emit.slug, 40);
    let channel = read::text(emit.object, "channel").unwrap_or("REGULAR").to_owned();
    let labels = emit.google_labels();
    emit.push(
        Block::resource("google_service_account", &format!("{n}_nodes"))
            .with("account_id", fit(&format!("{}-nodes", emit.slug), 30))
            .with("display_name", format!("Nodes of {}", emit.slug)),
    );
    let account = format!("google_service_account.{n}_nodes");
    emit.push(
        Block::resource("google_project_iam_member", &format!("{n}_nodes"))
            .with("project", path(&format!("{account}.project")))
            .with("role", "roles/container.defaultNodeServiceAccount")
            .with("member", path(&format!("{account}.member"))),
    );
    let networks = Block::new("master_authorized_networks_config")
        .blocks(admins.iter().map(|cidr| Block::new("cidr_blocks").with("cidr_block", cidr.as_str())));
    emit.push(
        Block::resource("google_container_cluster", n)
            .with("name", called.as_str())
            .with("location", c.region.location())
            .with("network", c.net.id())
            .with("subnetwork", c.net.nodes())
            .with_some("min_master_version", version)
            .with("remove_default_node_pool", true)
            .with("initial_node_count", 1)
            .with("datapath_provider", "ADVANCED_DATAPATH")
            .with("deletion_protection", read::flag(emit.object, "protected"))
            .with_some("resource_labels", labels)
            .block(Block::new("release_channel").with("channel", channel))
            .block(
                Block::new("ip_allocation_policy")
                    .with("cluster_secondary_range_name", "pods")
                    .with("services_secondary_range_name", "services"),
            )
            .block(
                Block::new("private_cluster_config")
                    .with("enable_private_nodes", true)
                    .with("enable_private_endpoint", admins.is_empty()),
            )
            .block(networks)
            .block(Block::new("workload_identity_config").with(
                "workload_pool",
                template([path(&format!("{account}.project")).into(), ".svc.id.goog".into()]),
            ))
            .block(Block::new("gateway_api_config").with("channel", "CHANNEL_STANDARD"))
            // The first pool is replaced at once by the one below, with its own settings.
            .ignore_changes(&["initial_node_count", "node_config"]),
    );
    emit.push(
        Block::resource("google_container_node_pool", &format!("{n}_system"))
            .with("name", "system")
            .with("cluster", c.attribute("id"))
            .block(
                Block::new("autoscaling")
                    .with("total_min_node_count", system.least)
                    .with("total_max_node_count", system.most)
                    .with("location_policy", "BALANCED"),
            )
            .block(Block::new("management").with("auto_repair", true).with("auto_upgrade", true))
            .block(
                Block::new("node_config")
                    .with("machine_type", system.machine)
                    .with("disk_size_gb", system.disk)
                    .with("service_account", c.node_identity())
                    .with("oauth_scopes", list(["https://www.googleapis.com/auth/cloud-platform"]))
                    .with("labels", object([("ivs.dev/pool", "system")]))
                    .block(Block::new("workload_metadata_config").with("mode", "GKE_METADATA"))
                    .block(
                        Block::new("shielded_instance_config")
                            .with("enable_secure_boot", true)
                            .with("enable_integrity_monitoring", true),
                    ),
            )
            .ignore_changes(&["initial_node_count"]),
    );
    c.attribute("endpoint")
}

fn azure(
    emit: &mut Emit<'_>,
    c: &Cluster,
    system: System,
    version: Option<Expr>,
    admins: Vec<String>,
) -> Expr {
    let n = &c.name;
    let called = fit(emit.slug, 60);
    let group = group(emit, &c.region);
    let tags = emit.tags();
    let channel = read::member(emit.object, "channel").map(|m| m.name.to_string());
    // A version that is declared stays; a channel would leave it behind.
    let channel = match channel.as_deref() {
        _ if version.is_some() => "patch",
        Some("rapid") => "rapid",
        Some("stable") => "patch",
        _ => "stable",
    };
    let zones = c.region.zone_names(3);
    let identity = format!("azurerm_user_assigned_identity.{n}");
    emit.push(
        Block::resource("azurerm_user_assigned_identity", n)
            .with("name", called.as_str())
            .with("location", c.region.location())
            .with("resource_group_name", group.clone())
            .with_some("tags", tags.clone()),
    );
    let join = emit.push(
        Block::resource("azurerm_role_assignment", &format!("{n}_network"))
            .with("scope", c.net.id())
            .with("role_definition_name", "Network Contributor")
            .with("principal_id", path(&format!("{identity}.principal_id"))),
    );
    let mut cluster = Block::resource("azurerm_kubernetes_cluster", n)
        .with("name", called.as_str())
        .with("location", c.region.location())
        .with("resource_group_name", group)
        .with("dns_prefix", fit(emit.slug, 54))
        .with_some("kubernetes_version", version)
        .with("automatic_upgrade_channel", channel)
        .with("sku_tier", "Standard")
        .with("oidc_issuer_enabled", true)
        .with("workload_identity_enabled", true);
    if admins.is_empty() {
        cluster = cluster.with("private_cluster_enabled", true);
    }
    cluster = cluster
        .with_some("tags", tags)
        .with(
            "depends_on",
            list([path(&join), path(&format!("azurerm_subnet_nat_gateway_association.{}", c.net.name))]),
        )
        .block(
            Block::new("default_node_pool")
                .with("name", "system")
                .with("vm_size", system.machine)
                .with("auto_scaling_enabled", true)
                .with("min_count", system.least)
                .with("max_count", system.most)
                .with("os_disk_size_gb", system.disk)
                .with("vnet_subnet_id", c.net.nodes())
                .with("zones", list(zones))
                .with("temporary_name_for_rotation", "systemtmp")
                .with("node_labels", object([("ivs.dev/pool", "system")]))
                .block(Block::new("upgrade_settings").with("max_surge", "33%")),
        )
        .block(
            Block::new("identity")
                .with("type", "UserAssigned")
                .with("identity_ids", list([path(&format!("{identity}.id"))])),
        )
        .block(
            Block::new("network_profile")
                .with("network_plugin", "azure")
                .with("network_plugin_mode", "overlay")
                .with("network_data_plane", "cilium")
                .with("network_policy", "cilium")
                .with("outbound_type", "userAssignedNATGateway")
                .with("pod_cidr", c.net.pods.as_str())
                .with("service_cidr", c.net.services.as_str())
                .with("dns_service_ip", call("cidrhost", [c.net.services.as_str().into(), 10.into()])),
        );
    if !admins.is_empty() {
        // Nodes ask the API from outside as well: by the address of the way out.
        let own = path(&format!("azurerm_public_ip.{}.ip_address", c.net.name));
        let own = template([own.into(), "/32".into()]);
        let ranges = list(admins.into_iter().map(Expr::from).chain([own]));
        cluster = cluster.block(Block::new("api_server_access_profile").with("authorized_ip_ranges", ranges));
    }
    let mut lifecycle =
        Block::new("lifecycle").with("ignore_changes", list([path("default_node_pool[0].node_count")]));
    if read::flag(emit.object, "protected") {
        lifecycle = lifecycle.with("prevent_destroy", true);
    }
    emit.push(cluster.block(lifecycle));
    emit.output(
        &format!("{n}_oidc_issuer"),
        "Who vouches for its service accounts",
        c.attribute("oidc_issuer_url"),
    );
    c.attribute("fqdn")
}
