//! Every lowering of this target, a line each.
use crate::{bucket, budget, cdn, cluster, dns, identity, network, nodes, postgres, resource};
use ivs_plan::{Context, Lowered, Lowering, Subject};

/// A lowering: name, kind, fields that it reads, function.
const fn lowering(
    name: &'static str,
    kind: &'static str,
    reads: &'static [&'static str],
    run: fn(&Subject, &dyn Context) -> Lowered,
) -> Lowering {
    Lowering { name, kind, reads, run }
}

/// All lowerings.
#[rustfmt::skip]
pub static LOWERINGS: [Lowering; 11] = [
    lowering("resource", "resource", &["slug", "moved_from", "type", "region", "body"], resource::lower),
    lowering("network", "network", &["slug", "moved_from", "labels", "region", "cidr", "pods", "services", "zones", "single_nat"], network::lower),
    lowering("cluster", "cluster", &["slug", "moved_from", "labels", "network", "kubernetes", "channel", "system.count", "system.cpu", "system.memory", "system.machine", "system.disk", "admins", "protected"], cluster::lower),
    lowering("bucket", "bucket", &["slug", "moved_from", "labels", "region", "global_name", "versioning", "rule", "replicate_to", "cached", "protected"], bucket::lower),
    lowering("budget", "budget", &["slug", "moved_from", "account", "amount", "alerts", "forecast", "notify", "from"], budget::lower),
    lowering("cdn", "cdn", &["slug", "moved_from", "labels", "bucket", "ttl", "region", "host", "domains", "certificate", "rule"], cdn::lower),
    lowering("dns", "dns-zone", &["slug", "moved_from", "labels", "region", "domain", "record"], dns::lower),
    lowering("nodes", "node-pool", nodes::READS, nodes::lower),
    lowering("postgres", "managed-postgres", &["slug", "moved_from", "labels", "network", "major", "cpu", "memory", "storage", "standby", "replica", "backups", "database", "protected"], postgres::lower),
    lowering("redis", "managed-redis", &["slug", "moved_from", "labels", "network", "memory", "standby", "eviction"], postgres::redis),
    lowering("identity", "workload-identity", &["slug", "moved_from", "labels", "of", "cluster", "access"], identity::lower),
];
