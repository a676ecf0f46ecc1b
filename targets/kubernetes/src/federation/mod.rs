//! Federation: topics and mirrors of shared data, who may read them, whose identities are trusted.
//!
//! Names of declarations have no dots; names made of several parts are joined by dots, so none are equal.
mod access;
mod custom;
mod kafka;
mod mesh;
mod mirror;
mod replication;
mod shared;
mod trust;

use ivs_plan::Lowering;

/// Lowerings of the kinds of `std.federation`.
pub const LOWERINGS: &[Lowering] = &[
    Lowering {
        name: "trust",
        kind: "partner",
        reads: &["slug", "labels", "version", "patch", "trust_domain", "bundle"],
        run: trust::lower,
    },
    Lowering {
        name: "topics",
        kind: "endpoint",
        reads: &[
            "slug",
            "labels",
            "version",
            "patch",
            "namespace",
            "organisation",
            "export.domains",
            "export.receivers",
            "bus.cluster",
            "bus.partitions",
            "bus.replicas",
            "bus.retention",
        ],
        run: kafka::lower,
    },
    Lowering {
        name: "mirror",
        kind: "endpoint",
        reads: &[
            "slug",
            "labels",
            "version",
            "patch",
            "namespace",
            "organisation",
            "import.from",
            "import.domains",
            "export.domains",
            "export.receivers",
            "export.mode",
            "export.encryption",
            "bus.cluster",
            "bus.brokers",
            "bus.replicas",
            "bus.mirrors",
            "bus.tasks",
            "bus.ca_secret",
            "bus.client_secret",
        ],
        run: mirror::lower,
    },
    Lowering {
        name: "mesh",
        kind: "endpoint",
        reads: &[
            "slug",
            "labels",
            "version",
            "patch",
            "namespace",
            "organisation",
            "service",
            "export.receivers",
            "export.paths",
            "audit",
        ],
        run: mesh::lower,
    },
    Lowering {
        name: "replication",
        kind: "endpoint",
        reads: &[
            "slug",
            "labels",
            "version",
            "patch",
            "namespace",
            "organisation",
            "replication.database",
            "replication.name",
            "export.tables",
            "export.receivers",
            "import.from",
            "import.domains",
        ],
        run: replication::lower,
    },
    Lowering {
        name: "federation-access",
        kind: "endpoint",
        reads: &[
            "slug",
            "labels",
            "version",
            "patch",
            "namespace",
            "organisation",
            "role",
            "reads",
            "writes",
            "export.domains",
            "export.receivers",
            "import.from",
        ],
        run: access::lower,
    },
];
