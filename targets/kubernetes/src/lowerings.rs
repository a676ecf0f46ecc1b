//! The table of lowerings: name, kind, and every field that is read. A field of a map's or list's elements is written
//! as if the map or list were the element: `port.container`.
use crate::{
    autoscaler, batch, config, disruption, kueue, manifest, namespace, network, priority, role, route,
    vertical, workload,
};
use ivs_plan::Lowering;
use std::sync::LazyLock;

macro_rules! reads {
    ($($own:literal),* $(,)?) => {
        &["slug", "labels", "version", "annotations", "patch", $($own),*]
    };
}

macro_rules! pod {
    ($($own:literal),* $(,)?) => {
        reads![
            "namespace", "image", "command", "args", "resources.cpu", "resources.memory", "resources.scratch",
            "resources.gpu", "env", "env_from", "mount", "security.user", "security.group", "security.read_only",
            "spot.share", "spot.drain", "priority", "nodes", $($own),*
        ]
    };
}

/// All lowerings of this target: a table per field.
pub static LOWERINGS: LazyLock<Vec<Lowering>> = LazyLock::new(|| {
    // One a line.
    [
        CORE,
        crate::federation::LOWERINGS, // stdlib/federation
        crate::industry::LOWERINGS,   // stdlib/industry
        crate::nodes::LOWERINGS,      // stdlib/nodes
    ]
    .concat()
});

const CORE: &[Lowering] = &[
    Lowering {
        name: "manifest",
        kind: "manifest",
        reads: &["slug", "labels", "namespace", "body"],
        run: manifest::lower,
    },
    Lowering {
        name: "workload",
        kind: "service",
        reads: pod![
            "port.container",
            "port.service",
            "port.transport",
            "probe.path",
            "probe.port",
            "probe.scheme",
            "probe.command",
            "probe.delay",
            "probe.every",
            "probe.timeout",
            "probe.failures",
            "probe.successes",
            "scaling.replicas",
            "rollout.surge",
            "rollout.unavailable",
            "spread",
            "grace",
            "account",
            "api_access",
        ],
        run: workload::lower,
    },
    Lowering {
        name: "autoscaler",
        kind: "service",
        reads: reads![
            "namespace",
            "scaling.replicas",
            "scaling.target.utilization",
            "scaling.target.average",
            "scaling.target.total",
            "scaling.target.source",
            "scaling.behavior.window",
            "scaling.behavior.add",
            "scaling.behavior.remove",
            "scaling.behavior.every",
            "scaling.behavior.disabled",
            "scaling.schedule.start",
            "scaling.schedule.end",
            "scaling.schedule.replicas",
            "scaling.schedule.zone",
            "scaling.event",
            "scaling.polling",
            "scaling.cooldown",
        ],
        run: autoscaler::lower,
    },
    Lowering {
        name: "vertical",
        kind: "service",
        reads: reads!["namespace", "vertical"],
        run: vertical::lower,
    },
    Lowering {
        name: "disruption",
        kind: "service",
        reads: reads!["namespace", "disruption.unavailable"],
        run: disruption::lower,
    },
    Lowering {
        name: "exposure",
        kind: "service",
        reads: reads![
            "namespace",
            "port.service",
            "expose.gateway",
            "expose.hosts",
            "expose.path",
            "expose.port",
            "expose.timeout",
        ],
        run: route::exposure,
    },
    Lowering {
        name: "traffic",
        kind: "service",
        reads: reads![
            "namespace",
            "depends_on",
            "expose.gateway",
            "port.container",
            "port.transport",
            "allow.direction",
            "allow.services",
            "allow.namespaces",
            "allow.cidrs",
            "allow.except",
            "allow.ports",
            "allow.transport",
        ],
        run: network::service,
    },
    Lowering {
        name: "namespace",
        kind: "namespace",
        reads: reads![
            "managed",
            "isolation",
            "network",
            "quota.cpu",
            "quota.memory",
            "quota.gpu",
            "quota.storage",
            "quota.volumes",
            "quota.pods",
            "defaults.cpu",
            "defaults.memory",
            "allow.direction",
            "allow.services",
            "allow.namespaces",
            "allow.cidrs",
            "allow.except",
            "allow.ports",
            "allow.transport",
        ],
        run: namespace::lower,
    },
    Lowering {
        name: "tenancy",
        kind: "tenancy",
        reads: &[
            "slug",
            "labels",
            "version",
            "tenants",
            "prefix",
            "isolation",
            "network",
            "quota.cpu",
            "quota.memory",
            "quota.gpu",
            "quota.storage",
            "quota.volumes",
            "quota.pods",
            "defaults.cpu",
            "defaults.memory",
            "allow.direction",
            "allow.services",
            "allow.namespaces",
            "allow.cidrs",
            "allow.except",
            "allow.ports",
            "allow.transport",
        ],
        run: namespace::tenancy,
    },
    Lowering {
        name: "config",
        kind: "config",
        reads: &["slug", "labels", "version", "namespace", "data", "immutable"],
        run: config::lower,
    },
    Lowering {
        name: "gateway",
        kind: "gateway",
        reads: &[
            "slug",
            "labels",
            "version",
            "managed",
            "namespace",
            "class",
            "listener.port",
            "listener.protocol",
            "listener.host",
            "listener.certificate",
        ],
        run: route::gateway,
    },
    Lowering {
        name: "route",
        kind: "route",
        reads: &[
            "slug",
            "labels",
            "version",
            "namespace",
            "gateway",
            "hosts",
            "rule.path",
            "rule.to",
            "rule.port",
            "rule.timeout",
        ],
        run: route::route,
    },
    Lowering {
        name: "priority",
        kind: "priority",
        reads: &["slug", "labels", "version", "title", "value", "preempts", "default"],
        run: priority::lower,
    },
    Lowering {
        name: "job",
        kind: "job",
        reads: pod!["queue", "queue_priority", "deadline", "retries", "keep"],
        run: batch::job,
    },
    Lowering {
        name: "cron-job",
        kind: "cron-job",
        reads: pod!["schedule", "zone", "concurrency", "late", "deadline", "retries"],
        run: batch::cron_job,
    },
    Lowering {
        name: "sweep",
        kind: "sweep",
        reads: pod![
            "queue",
            "queue_priority",
            "runs",
            "parallel",
            "deadline",
            "retries",
            "max_failed",
            "keep"
        ],
        run: batch::sweep,
    },
    Lowering {
        name: "flavor",
        kind: "flavor",
        reads: &["slug", "labels", "version", "nodes", "taints"],
        run: kueue::flavor,
    },
    Lowering {
        name: "queue",
        kind: "batch-queue",
        reads: &[
            "slug",
            "labels",
            "version",
            "namespaces",
            "cohort",
            "flavor.cpu",
            "flavor.memory",
            "flavor.gpu",
            "flavor.borrow_cpu",
            "preemption",
        ],
        run: kueue::queue,
    },
    Lowering {
        name: "queue-priority",
        kind: "batch-priority",
        reads: &["slug", "labels", "version", "title", "value"],
        run: kueue::priority,
    },
    Lowering {
        name: "role",
        kind: "role",
        reads: &[
            "slug",
            "labels",
            "version",
            "namespace",
            "rule.groups",
            "rule.resources",
            "rule.verbs",
            "rule.names",
            "subjects",
        ],
        run: role::lower,
    },
];
