//! `network` → a VPC with its subnets and the way out, on whichever provider the region is.
use crate::expr::{Expr, call, list, object, path, template};
use crate::region::{Provider, Region};
use crate::{Block, Emit, fit, identifier, moved};
use hcl::expr::{Traversal, TraversalOperator};
use ivs_plan::{Context, Lowered, Subject, read};
use ivs_value::StructValue;

/// The network that a declaration is in, by the names that its resources have.
pub struct Net {
    /// Where it is.
    pub region: Region,
    /// Its name in Terraform.
    pub name: String,
    /// The same, as it was at first: what others are called after it at the provider.
    pub called: String,
    /// All its addresses.
    pub cidr: String,
    /// Addresses of services in clusters.
    pub services: String,
    /// Addresses of pods.
    pub pods: String,
}

impl Net {
    /// The network that `field` refers to. Puts the declaration into its region's folder.
    pub fn of(emit: &mut Emit<'_>, field: &str) -> Option<Self> {
        let object = emit.referred(field)?;
        Net::from(emit, &object)
    }

    /// [`Net::of`], for a network's value that was followed before.
    pub fn from(emit: &mut Emit<'_>, object: &StructValue) -> Option<Self> {
        let region = emit.follow(read::reference(object, "region")?)?;
        let region = emit.enter(&region)?;
        let text = |field| read::text(object, field).map(str::to_owned);
        let slug = read::text(object, "slug")?;
        let called = identifier(moved::called(object).unwrap_or(slug));
        let name = identifier(slug);
        Some(Net {
            region,
            name,
            called,
            cidr: text("cidr")?,
            services: text("services")?,
            pods: text("pods")?,
        })
    }

    /// The network itself: `aws_vpc.main.id`.
    pub fn id(&self) -> Expr {
        let kind = match self.region.provider {
            Provider::Aws => "aws_vpc",
            Provider::Gcp => "google_compute_network",
            Provider::Azure => "azurerm_virtual_network",
        };
        path(&format!("{kind}.{}.id", self.name))
    }

    /// Subnets that nodes are in: a list on AWS, one subnet elsewhere.
    pub fn nodes(&self) -> Expr {
        match self.region.provider {
            Provider::Aws => path(&format!("aws_subnet.{}_private[*].id", self.name)),
            Provider::Gcp => path(&format!("google_compute_subnetwork.{}.id", self.name)),
            Provider::Azure => path(&format!("azurerm_subnet.{}_nodes.id", self.name)),
        }
    }

    /// A part of its addresses: number `index` of 16.
    pub fn part(&self, index: i64) -> Expr {
        call("cidrsubnet", [self.cidr.as_str().into(), 4.into(), index.into()])
    }
}

/// The resource group of a folder on Azure.
pub fn group(emit: &mut Emit<'_>, region: &Region) -> Expr {
    let name = fit(&format!("{}-{}", emit.package(), region.slug), 90);
    let group = Block::resource("azurerm_resource_group", "main")
        .with("name", name)
        .with("location", region.location())
        .with("tags", object([("managed-by", "ivs"), ("package", emit.package())]));
    emit.push_shared(group);
    path("azurerm_resource_group.main.name")
}

/// The element of a counted resource that belongs to this one: `aws_subnet.main_public[count.index].id`.
fn each(address: &str, attribute: &str) -> Expr {
    let mut operators = vec![TraversalOperator::Index(path("count.index"))];
    operators.push(TraversalOperator::GetAttr(hcl::Identifier::unchecked(attribute)));
    Expr::Traversal(Box::new(Traversal { expr: path(address), operators }))
}

/// The lowering.
pub fn lower(subject: &Subject, context: &dyn Context) -> Lowered {
    Emit::run(subject, context, |emit| {
        let object = emit.object;
        let Some(net) = Net::from(emit, object) else { return };
        let zones = read::int(object, "zones").and_then(|n| usize::try_from(n).ok()).unwrap_or(1);
        let zones = net.region.zone_names(zones);
        match net.region.provider {
            Provider::Aws => aws(emit, &net, zones, read::flag(object, "single_nat")),
            Provider::Gcp => gcp(emit, &net),
            Provider::Azure => azure(emit, &net, zones),
        }
        emit.output(&format!("{}_network_id", net.name), "The network", net.id());
        emit.output(&format!("{}_subnets", net.name), "Where nodes are", net.nodes());
    })
}

fn aws(emit: &mut Emit<'_>, net: &Net, zones: Vec<String>, single: bool) {
    let n = &net.name;
    let called = fit(emit.slug, 63);
    let tags = |more: &[(&str, &str)]| {
        let all = [("Name", called.as_str())].into_iter().chain(more.iter().copied());
        object(all.map(|(k, v)| (k, v.to_owned())))
    };
    let count = i64::try_from(zones.len()).unwrap_or(1);
    let ways = if single { 1 } else { count };
    let vpc = net.id();
    let zone = || {
        let operators = vec![TraversalOperator::Index(path("count.index"))];
        Expr::Traversal(Box::new(Traversal { expr: list(zones.clone()), operators }))
    };
    emit.push(
        Block::resource("aws_vpc", n)
            .with("cidr_block", net.cidr.as_str())
            .with("enable_dns_support", true)
            .with("enable_dns_hostnames", true)
            .with("tags", tags(&[])),
    );
    emit.push(Block::resource("aws_internet_gateway", n).with("vpc_id", vpc.clone()).with("tags", tags(&[])));
    emit.push(
        Block::resource("aws_subnet", &format!("{n}_public"))
            .with("count", count)
            .with("vpc_id", vpc.clone())
            .with("availability_zone", zone())
            .with("cidr_block", call("cidrsubnet", [net.part(15), 4.into(), path("count.index")]))
            .with("tags", tags(&[("kubernetes.io/role/elb", "1")])),
    );
    emit.push(
        Block::resource("aws_subnet", &format!("{n}_private"))
            .with("count", count)
            .with("vpc_id", vpc.clone())
            .with("availability_zone", zone())
            .with("cidr_block", call("cidrsubnet", [net.cidr.as_str().into(), 4.into(), path("count.index")]))
            .with(
                "tags",
                tags(&[("kubernetes.io/role/internal-elb", "1"), ("karpenter.sh/discovery", &called)]),
            ),
    );
    emit.push(
        Block::resource("aws_eip", n).with("count", ways).with("domain", "vpc").with("tags", tags(&[])),
    );
    emit.push(
        Block::resource("aws_nat_gateway", n)
            .with("count", ways)
            .with("allocation_id", each(&format!("aws_eip.{n}"), "id"))
            .with("subnet_id", each(&format!("aws_subnet.{n}_public"), "id"))
            .with("tags", tags(&[]))
            .with("depends_on", list([path(&format!("aws_internet_gateway.{n}"))])),
    );
    emit.push(
        Block::resource("aws_route_table", &format!("{n}_public"))
            .with("vpc_id", vpc.clone())
            .with("tags", tags(&[])),
    );
    emit.push(
        Block::resource("aws_route", &format!("{n}_public"))
            .with("route_table_id", path(&format!("aws_route_table.{n}_public.id")))
            .with("destination_cidr_block", "0.0.0.0/0")
            .with("gateway_id", path(&format!("aws_internet_gateway.{n}.id"))),
    );
    emit.push(
        Block::resource("aws_route_table", &format!("{n}_private"))
            .with("count", ways)
            .with("vpc_id", vpc.clone())
            .with("tags", tags(&[])),
    );
    emit.push(
        Block::resource("aws_route", &format!("{n}_private"))
            .with("count", ways)
            .with("route_table_id", each(&format!("aws_route_table.{n}_private"), "id"))
            .with("destination_cidr_block", "0.0.0.0/0")
            .with("nat_gateway_id", each(&format!("aws_nat_gateway.{n}"), "id")),
    );
    let private = format!("aws_route_table.{n}_private");
    for (side, table) in [
        ("public", path(&format!("aws_route_table.{n}_public.id"))),
        ("private", if single { path(&format!("{private}[0].id")) } else { each(&private, "id") }),
    ] {
        emit.push(
            Block::resource("aws_route_table_association", &format!("{n}_{side}"))
                .with("count", count)
                .with("subnet_id", each(&format!("aws_subnet.{n}_{side}"), "id"))
                .with("route_table_id", table),
        );
    }
    // Traffic to buckets of the region does not go through NAT, which is paid by the byte.
    emit.push(
        Block::resource("aws_vpc_endpoint", &format!("{n}_s3"))
            .with("vpc_id", vpc)
            .with(
                "service_name",
                template(["com.amazonaws.".into(), path("var.region").into(), ".s3".into()]),
            )
            .with("route_table_ids", path(&format!("{private}[*].id")))
            .with("tags", tags(&[])),
    );
}

fn gcp(emit: &mut Emit<'_>, net: &Net) {
    let n = &net.name;
    let called = fit(emit.slug, 50);
    emit.push(
        Block::resource("google_compute_network", n)
            .with("name", called.as_str())
            .with("auto_create_subnetworks", false),
    );
    let range = |name: &str, cidr: &str| {
        Block::new("secondary_ip_range").with("range_name", name).with("ip_cidr_range", cidr)
    };
    emit.push(
        Block::resource("google_compute_subnetwork", n)
            .with("name", called.as_str())
            .with("region", net.region.location())
            .with("network", net.id())
            .with("ip_cidr_range", net.part(0))
            .with("private_ip_google_access", true)
            .block(range("pods", &net.pods))
            .block(range("services", &net.services)),
    );
    emit.push(
        Block::resource("google_compute_router", n)
            .with("name", called.as_str())
            .with("region", net.region.location())
            .with("network", net.id()),
    );
    emit.push(
        Block::resource("google_compute_router_nat", n)
            .with("name", called.as_str())
            .with("region", net.region.location())
            .with("router", path(&format!("google_compute_router.{n}.name")))
            .with("nat_ip_allocate_option", "AUTO_ONLY")
            .with("source_subnetwork_ip_ranges_to_nat", "ALL_SUBNETWORKS_ALL_IP_RANGES")
            .block(Block::new("log_config").with("enable", true).with("filter", "ERRORS_ONLY")),
    );
}

fn azure(emit: &mut Emit<'_>, net: &Net, zones: Vec<String>) {
    let n = &net.name;
    let called = fit(emit.slug, 60);
    let group = group(emit, &net.region);
    let place = |block: Block| {
        block
            .with("name", called.as_str())
            .with("location", net.region.location())
            .with("resource_group_name", group.clone())
    };
    let tags = emit.tags();
    emit.push(
        place(Block::resource("azurerm_virtual_network", n))
            .with("address_space", list([net.cidr.as_str()]))
            .with_some("tags", tags),
    );
    emit.push(
        Block::resource("azurerm_subnet", &format!("{n}_nodes"))
            .with("name", "nodes")
            .with("resource_group_name", group.clone())
            .with("virtual_network_name", path(&format!("azurerm_virtual_network.{n}.name")))
            .with("address_prefixes", list([net.part(0)])),
    );
    emit.push(
        place(Block::resource("azurerm_public_ip", n))
            .with("allocation_method", "Static")
            .with("sku", "Standard")
            .with("zones", list(zones)),
    );
    emit.push(place(Block::resource("azurerm_nat_gateway", n)).with("sku_name", "Standard"));
    emit.push(
        Block::resource("azurerm_nat_gateway_public_ip_association", n)
            .with("nat_gateway_id", path(&format!("azurerm_nat_gateway.{n}.id")))
            .with("public_ip_address_id", path(&format!("azurerm_public_ip.{n}.id"))),
    );
    emit.push(
        Block::resource("azurerm_subnet_nat_gateway_association", n)
            .with("nat_gateway_id", path(&format!("azurerm_nat_gateway.{n}.id")))
            .with("subnet_id", net.nodes()),
    );
}
