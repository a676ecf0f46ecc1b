//! What keeps data: PostgreSQL by CloudNativePG, caches, copies of both.
mod cache;
mod database;
mod velero;

pub use database::{clusters, in_cluster, pools};

use ivs_plan::Lowering;

/// Lowerings of stores.
pub const LOWERINGS: &[Lowering] = &[
    Lowering {
        name: "database",
        kind: "database",
        reads: &[
            "slug",
            "labels",
            "version",
            "patch",
            "namespace",
            "runs",
            "instances",
            "synchronous",
            "storage",
            "log_storage",
            "storage_class",
            "resources.cpu",
            "resources.memory",
            "image",
            "catalog",
            "owner",
            "parameters",
            "pool.access",
            "pool.mode",
            "pool.instances",
            "pool.connections",
            "pool.clients",
            "shards.count",
            "shards.key",
            "shards.function",
            "shards.servers",
            "shards.bounds",
            "backup.schedule",
            "backup.keep",
            "backup.to",
            "backup.access",
            "backup.endpoint",
            "operator",
        ],
        run: database::lower,
    },
    Lowering {
        name: "cache",
        kind: "cache",
        reads: &[
            "slug",
            "labels",
            "version",
            "patch",
            "namespace",
            "engine",
            "runs",
            "image",
            "instances",
            "eviction",
            "memory",
            "cpu",
            "password",
        ],
        run: cache::lower,
    },
    Lowering {
        name: "cluster-backup",
        kind: "cluster-backup",
        reads: &[
            "slug",
            "labels",
            "version",
            "patch",
            "schedule",
            "keep",
            "namespaces",
            "volumes",
            "location",
            "velero",
        ],
        run: velero::lower,
    },
];
