//! `managed-postgres` → RDS, Cloud SQL or Azure Database; `managed-redis` → ElastiCache, Memorystore or Azure Managed Redis.
use crate::emit::Variable;
use crate::expr::{Expr, list, path};
use crate::names::part;
use crate::network::{Net, group};
use crate::region::Provider;
use crate::sizes::{self, Use};
use crate::{Block, Emit, codes, fit};
use ivs_plan::{Context, Lowered, Subject, read};

/// What all three providers are told.
struct Server {
    size: Expr,
    major: i64,
    storage: Expr,
    standby: bool,
    replicas: Vec<String>,
    backups: i64,
    database: String,
    protected: bool,
}

/// The lowering of `managed-postgres`.
pub fn lower(subject: &Subject, context: &dyn Context) -> Lowered {
    Emit::run(subject, context, |emit| {
        let Some(net) = Net::of(emit, "network") else { return };
        let Some(server) = server(emit, &net) else { return };
        let n = emit.name.clone();
        let host = match net.region.provider {
            Provider::Aws => aws(emit, &net, server),
            Provider::Gcp => gcp(emit, &net, server),
            Provider::Azure => azure(emit, &net, server),
        };
        emit.output(&format!("{n}_postgres_host"), "Where the database answers", host);
    })
}

/// Replaces the size by an input, so that an environment can differ.
fn sized(emit: &mut Emit<'_>, what: &str, kind: &'static str, value: Expr) -> Expr {
    let (name, slug) = (emit.name.clone(), emit.slug);
    emit.variable(Variable {
        name: format!("{name}_{what}"),
        description: format!("{} of {slug}", if what.ends_with("size") { "Size" } else { "GiB of disk" }),
        kind,
        default: Some(value),
        sensitive: false,
    })
}

fn server(emit: &mut Emit<'_>, net: &Net) -> Option<Server> {
    let object = emit.object;
    let (cpu, memory) = sizes::wanted(object)?;
    let Some(size) = sizes::machine(net.region.provider, Use::Database, cpu, memory) else {
        let message = format!("no common size has {cpu} cores and {memory} GiB");
        emit.find(codes::NO_FORM, message, &["memory"], Some("at most 8 GiB per core".into()));
        return None;
    };
    let storage = emit.whole(read::field(object, "storage"), 1 << 30, "GiB", &["storage"])?;
    if net.region.provider == Provider::Azure && (storage < 32 || storage & (storage - 1) != 0) {
        let next = u64::try_from(storage.max(32)).unwrap_or(32).next_power_of_two();
        let message = format!("Azure has disks of 32, 64, 128 … GiB, not of {storage}");
        emit.find(codes::NO_FORM, message, &["storage"], Some(format!("the next is {next}Gi")));
        return None;
    }
    let backups = emit.whole(read::field(object, "backups"), 86_400, "days", &["backups"])?;
    Some(Server {
        size: sized(emit, "postgres_size", "string", size.into()),
        major: read::int(object, "major")?,
        storage: sized(emit, "postgres_storage", "number", storage.into()),
        standby: read::flag(object, "standby"),
        replicas: read::entries(object, "replica").iter().map(|(k, _)| read::key(k).to_owned()).collect(),
        backups,
        database: read::text(object, "database")?.to_owned(),
        protected: read::flag(object, "protected"),
    })
}

/// A firewall around a service of AWS that lets in the network alone.
fn firewall(emit: &mut Emit<'_>, net: &Net, name: &str, called: &str, port: i64) -> Expr {
    let group = emit.push(
        Block::resource("aws_security_group", name)
            .with("name", called)
            .with("description", format!("Reaches {called} from its network"))
            .with("vpc_id", net.id()),
    );
    emit.push(
        Block::resource("aws_vpc_security_group_ingress_rule", name)
            .with("security_group_id", path(&format!("{group}.id")))
            .with("cidr_ipv4", net.cidr.as_str())
            .with("ip_protocol", "tcp")
            .with("from_port", port)
            .with("to_port", port),
    );
    list([path(&format!("{group}.id"))])
}

fn aws(emit: &mut Emit<'_>, net: &Net, s: Server) -> Expr {
    let n = emit.name.clone();
    let called = fit(emit.slug, 50);
    let tags = emit.tags();
    emit.push(
        Block::resource("aws_db_subnet_group", &n)
            .with("name", called.as_str())
            .with("subnet_ids", net.nodes())
            .with_some("tags", tags.clone()),
    );
    let firewall = firewall(emit, net, &format!("{n}_postgres"), &format!("{called}-postgres"), 5432);
    emit.push(
        Block::resource("aws_db_instance", &n)
            .with("identifier", called.as_str())
            .with("engine", "postgres")
            .with("engine_version", s.major.to_string())
            .with("instance_class", s.size.clone())
            .with("allocated_storage", s.storage)
            .with("storage_type", "gp3")
            .with("storage_encrypted", true)
            .with("db_name", s.database)
            .with("username", "postgres")
            .with("manage_master_user_password", true)
            .with("iam_database_authentication_enabled", true)
            .with("multi_az", s.standby)
            .with("db_subnet_group_name", path(&format!("aws_db_subnet_group.{n}.name")))
            .with("vpc_security_group_ids", firewall.clone())
            .with("backup_retention_period", s.backups)
            .with("copy_tags_to_snapshot", true)
            .with("performance_insights_enabled", true)
            .with("deletion_protection", s.protected)
            .with("skip_final_snapshot", !s.protected)
            .with_some("final_snapshot_identifier", s.protected.then(|| format!("{called}-final")))
            .with_some("tags", tags),
    );
    for replica in &s.replicas {
        emit.push(
            Block::resource("aws_db_instance", &format!("{n}_{}", crate::identifier(&part(replica))))
                .with("identifier", fit(&format!("{called}-{}", part(replica)), 63))
                .with("replicate_source_db", path(&format!("aws_db_instance.{n}.identifier")))
                .with("instance_class", s.size.clone())
                .with("storage_encrypted", true)
                .with("vpc_security_group_ids", firewall.clone())
                .with("skip_final_snapshot", true),
        );
    }
    emit.output(
        &format!("{n}_postgres_password"),
        "Secret of AWS Secrets Manager that holds the password",
        path(&format!("aws_db_instance.{n}.master_user_secret[0].secret_arn")),
    );
    path(&format!("aws_db_instance.{n}.address"))
}

/// The connection of a network to the services that Google runs; once per network.
fn peering(emit: &mut Emit<'_>, net: &Net) -> String {
    let n = format!("{}_services", net.name);
    let range = emit.push_shared(
        Block::resource("google_compute_global_address", &n)
            .with("name", fit(&format!("{}-services", net.called), 63))
            .with("purpose", "VPC_PEERING")
            .with("address_type", "INTERNAL")
            .with("prefix_length", 20)
            .with("network", net.id()),
    );
    emit.push_shared(
        Block::resource("google_service_networking_connection", &n)
            .with("network", net.id())
            .with("service", "servicenetworking.googleapis.com")
            .with("reserved_peering_ranges", list([path(&format!("{range}.name"))])),
    )
}

fn gcp(emit: &mut Emit<'_>, net: &Net, s: Server) -> Expr {
    let n = emit.name.clone();
    let called = fit(emit.slug, 60);
    let connection = peering(emit, net);
    let labels = emit.google_labels();
    let settings = |availability: &str| {
        Block::new("settings")
            .with("tier", s.size.clone())
            .with("edition", "ENTERPRISE")
            .with("availability_type", availability)
            .with("disk_size", s.storage.clone())
            .with("disk_autoresize", true)
            .with_some("user_labels", labels.clone())
    };
    let private = || {
        Block::new("ip_configuration")
            .with("ipv4_enabled", false)
            .with("private_network", net.id())
            .with("ssl_mode", "ENCRYPTED_ONLY")
    };
    let base = |name: &str, called: &str, protected: bool| {
        Block::resource("google_sql_database_instance", name)
            .with("name", called)
            .with("region", net.region.location())
            .with("database_version", format!("POSTGRES_{}", s.major))
            .with("deletion_protection", protected)
    };
    let needs = || list([path(&connection)]);
    emit.push(
        base(&n, &called, s.protected)
            .with("depends_on", needs())
            .block(
                settings(if s.standby { "REGIONAL" } else { "ZONAL" }).block(private()).block(
                    Block::new("backup_configuration")
                        .with("enabled", true)
                        .with("point_in_time_recovery_enabled", true)
                        .with("transaction_log_retention_days", s.backups.min(7))
                        .block(Block::new("backup_retention_settings").with("retained_backups", s.backups)),
                ),
            )
            // It grows by itself.
            .ignore_changes(&["settings[0].disk_size"]),
    );
    emit.push(
        Block::resource("google_sql_database", &n)
            .with("name", s.database.as_str())
            .with("instance", path(&format!("google_sql_database_instance.{n}.name"))),
    );
    for replica in &s.replicas {
        emit.push(
            base(
                &format!("{n}_{}", crate::identifier(&part(replica))),
                &fit(&format!("{called}-{}", part(replica)), 90),
                false,
            )
            .with("master_instance_name", path(&format!("google_sql_database_instance.{n}.name")))
            .block(settings("ZONAL").block(private()))
            .ignore_changes(&["settings[0].disk_size"]),
        );
    }
    path(&format!("google_sql_database_instance.{n}.private_ip_address"))
}

fn azure(emit: &mut Emit<'_>, net: &Net, s: Server) -> Expr {
    let n = emit.name.clone();
    let called = fit(&format!("{}-{}", emit.package(), emit.slug), 60);
    let group = group(emit, &net.region);
    let tags = emit.tags();
    let shared = format!("{}_postgres", net.name);
    let subnet = emit.push_shared(
        Block::resource("azurerm_subnet", &shared)
            .with("name", "postgres")
            .with("resource_group_name", group.clone())
            .with("virtual_network_name", path(&format!("azurerm_virtual_network.{}.name", net.name)))
            .with("address_prefixes", list([net.part(14)]))
            .block(
                Block::new("delegation").with("name", "postgres").block(
                    Block::new("service_delegation")
                        .with("name", "Microsoft.DBforPostgreSQL/flexibleServers")
                        .with("actions", list(["Microsoft.Network/virtualNetworks/subnets/join/action"])),
                ),
            ),
    );
    let zone = emit.push_shared(
        Block::resource("azurerm_private_dns_zone", &shared)
            .with("name", format!("{}.postgres.database.azure.com", fit(&net.called, 60)))
            .with("resource_group_name", group.clone()),
    );
    let link = emit.push_shared(
        Block::resource("azurerm_private_dns_zone_virtual_network_link", &shared)
            .with("name", "postgres")
            .with("resource_group_name", group.clone())
            .with("private_dns_zone_name", path(&format!("{zone}.name")))
            .with("virtual_network_id", net.id()),
    );
    let password = emit.push(Block::resource("random_password", &n).with("length", 32));
    let place = |name: &str, called: &str| {
        Block::resource("azurerm_postgresql_flexible_server", name)
            .with("name", called)
            .with("location", net.region.location())
            .with("resource_group_name", group.clone())
    };
    let mut server = place(&n, &called)
        .with("version", s.major.to_string())
        .with("sku_name", s.size.clone())
        .with("storage_mb", gib_to_mb(s.storage.clone()))
        .with("auto_grow_enabled", true)
        .with("backup_retention_days", s.backups)
        .with("administrator_login", "postgres")
        .with("administrator_password", path(&format!("{password}.result")))
        .with("delegated_subnet_id", path(&format!("{subnet}.id")))
        .with("private_dns_zone_id", path(&format!("{zone}.id")))
        .with("public_network_access_enabled", false)
        .with_some("tags", tags)
        .with("depends_on", list([path(&link)]));
    if s.standby {
        server = server.block(Block::new("high_availability").with("mode", "ZoneRedundant"));
    }
    let changing = list(["zone", "storage_mb", "high_availability[0].standby_availability_zone"].map(path));
    let mut lifecycle = Block::new("lifecycle");
    lifecycle = if s.standby {
        lifecycle.with("ignore_changes", changing)
    } else {
        lifecycle.with("ignore_changes", list(["zone", "storage_mb"].map(path)))
    };
    if s.protected {
        lifecycle = lifecycle.with("prevent_destroy", true);
    }
    emit.push(server.block(lifecycle));
    emit.push(
        Block::resource("azurerm_postgresql_flexible_server_database", &n)
            .with("name", s.database.as_str())
            .with("server_id", path(&format!("azurerm_postgresql_flexible_server.{n}.id"))),
    );
    for replica in &s.replicas {
        emit.push(
            place(
                &format!("{n}_{}", crate::identifier(&part(replica))),
                &fit(&format!("{called}-{}", part(replica)), 63),
            )
            .with("create_mode", "Replica")
            .with("source_server_id", path(&format!("azurerm_postgresql_flexible_server.{n}.id")))
            .with("delegated_subnet_id", path(&format!("{subnet}.id")))
            .with("private_dns_zone_id", path(&format!("{zone}.id")))
            .with("public_network_access_enabled", false)
            .ignore_changes(&["zone", "storage_mb"]),
        );
    }
    emit.sensitive_output(
        &format!("{n}_postgres_password"),
        "The administrator's password",
        path(&format!("{password}.result")),
    );
    path(&format!("azurerm_postgresql_flexible_server.{n}.fqdn"))
}

/// `var.x * 1024`
fn gib_to_mb(gib: Expr) -> Expr {
    let op = hcl::expr::BinaryOp::new(gib, hcl::expr::BinaryOperator::Mul, Expr::from(1024));
    Expr::Operation(Box::new(hcl::expr::Operation::Binary(op)))
}

/// The lowering of `managed-redis`.
pub fn redis(subject: &Subject, context: &dyn Context) -> Lowered {
    Emit::run(subject, context, |emit| {
        let Some(net) = Net::of(emit, "network") else { return };
        let provider = net.region.provider;
        let memory = read::base(read::field(emit.object, "memory"))
            .and_then(|n| n.div(&ivs_value::Number::int(1 << 30)))
            .and_then(|n| n.ceil().to_i64());
        let Some(size) = memory.and_then(|m| sizes::cache(provider, m)) else { return };
        let n = emit.name.clone();
        let standby = read::flag(emit.object, "standby");
        let eviction = read::text(emit.object, "eviction").unwrap_or("allkeys-lru").to_owned();
        let host = match provider {
            Provider::Aws => {
                let size = sized(emit, "redis_size", "string", size.into());
                elasticache(emit, &net, size, standby, &eviction)
            }
            Provider::Gcp => {
                let gib: i64 = size.parse().unwrap_or(1);
                let size = sized(emit, "redis_size", "number", gib.into());
                memorystore(emit, &net, size, standby, &eviction)
            }
            Provider::Azure => {
                let size = sized(emit, "redis_size", "string", size.into());
                managed(emit, &net, size, standby, &eviction)
            }
        };
        emit.output(&format!("{n}_redis_host"), "Where the cache answers, with TLS", host);
    })
}

fn elasticache(emit: &mut Emit<'_>, net: &Net, size: Expr, standby: bool, eviction: &str) -> Expr {
    let n = emit.name.clone();
    let called = fit(emit.slug, 40);
    let tags = emit.tags();
    emit.push(
        Block::resource("aws_elasticache_subnet_group", &n)
            .with("name", called.as_str())
            .with("subnet_ids", net.nodes()),
    );
    let firewall = firewall(emit, net, &format!("{n}_redis"), &format!("{called}-redis"), 6379);
    emit.push(
        Block::resource("aws_elasticache_parameter_group", &n)
            .with("name", called.as_str())
            .with("family", "valkey8")
            .block(Block::new("parameter").with("name", "maxmemory-policy").with("value", eviction)),
    );
    emit.push(
        Block::resource("aws_elasticache_replication_group", &n)
            .with("replication_group_id", called.as_str())
            .with("description", format!("Cache {}", emit.slug))
            .with("engine", "valkey")
            .with("engine_version", "8.0")
            .with("node_type", size)
            .with("num_cache_clusters", if standby { 2 } else { 1 })
            .with("automatic_failover_enabled", standby)
            .with("multi_az_enabled", standby)
            .with("subnet_group_name", path(&format!("aws_elasticache_subnet_group.{n}.name")))
            .with("parameter_group_name", path(&format!("aws_elasticache_parameter_group.{n}.name")))
            .with("security_group_ids", firewall)
            .with("at_rest_encryption_enabled", true)
            .with("transit_encryption_enabled", true)
            .with_some("tags", tags),
    );
    path(&format!("aws_elasticache_replication_group.{n}.primary_endpoint_address"))
}

fn memorystore(emit: &mut Emit<'_>, net: &Net, size: Expr, standby: bool, eviction: &str) -> Expr {
    let n = emit.name.clone();
    let connection = peering(emit, net);
    let labels = emit.google_labels();
    emit.push(
        Block::resource("google_redis_instance", &n)
            .with("name", fit(emit.slug, 40))
            .with("region", net.region.location())
            .with("tier", if standby { "STANDARD_HA" } else { "BASIC" })
            .with("memory_size_gb", size)
            .with("redis_version", "REDIS_7_2")
            .with("redis_configs", crate::object([("maxmemory-policy", eviction)]))
            .with("authorized_network", net.id())
            .with("connect_mode", "PRIVATE_SERVICE_ACCESS")
            .with("auth_enabled", true)
            .with("transit_encryption_mode", "SERVER_AUTHENTICATION")
            .with_some("labels", labels)
            .with("depends_on", list([path(&connection)])),
    );
    path(&format!("google_redis_instance.{n}.host"))
}

fn managed(emit: &mut Emit<'_>, net: &Net, size: Expr, standby: bool, eviction: &str) -> Expr {
    let n = emit.name.clone();
    let called = fit(&format!("{}-{}", emit.package(), emit.slug), 60);
    let group = group(emit, &net.region);
    let tags = emit.tags();
    // Azure spells policies as `AllKeysLRU`.
    let policy = match eviction {
        "allkeys-lru" => "AllKeysLRU",
        "allkeys-lfu" => "AllKeysLFU",
        "volatile-lru" => "VolatileLRU",
        "volatile-lfu" => "VolatileLFU",
        "volatile-ttl" => "VolatileTTL",
        _ => "NoEviction",
    };
    emit.push(
        Block::resource("azurerm_managed_redis", &n)
            .with("name", called.as_str())
            .with("location", net.region.location())
            .with("resource_group_name", group.clone())
            .with("sku_name", size)
            .with("high_availability_enabled", standby)
            .with("public_network_access", "Disabled")
            .with_some("tags", tags)
            .block(
                Block::new("default_database")
                    .with("client_protocol", "Encrypted")
                    .with("clustering_policy", "EnterpriseCluster")
                    .with("eviction_policy", policy),
            ),
    );
    let shared = format!("{}_redis", net.name);
    let zone = emit.push_shared(
        Block::resource("azurerm_private_dns_zone", &shared)
            .with("name", "privatelink.redis.azure.net")
            .with("resource_group_name", group.clone()),
    );
    emit.push_shared(
        Block::resource("azurerm_private_dns_zone_virtual_network_link", &shared)
            .with("name", "redis")
            .with("resource_group_name", group.clone())
            .with("private_dns_zone_name", path(&format!("{zone}.name")))
            .with("virtual_network_id", net.id()),
    );
    emit.push(
        Block::resource("azurerm_private_endpoint", &format!("{n}_redis"))
            .with("name", called.as_str())
            .with("location", net.region.location())
            .with("resource_group_name", group)
            .with("subnet_id", net.nodes())
            .block(
                Block::new("private_service_connection")
                    .with("name", "redis")
                    .with("private_connection_resource_id", path(&format!("azurerm_managed_redis.{n}.id")))
                    .with("subresource_names", list(["redisEnterprise"]))
                    .with("is_manual_connection", false),
            )
            .block(
                Block::new("private_dns_zone_group")
                    .with("name", "redis")
                    .with("private_dns_zone_ids", list([path(&format!("{zone}.id"))])),
            ),
    );
    path(&format!("azurerm_managed_redis.{n}.hostname"))
}
