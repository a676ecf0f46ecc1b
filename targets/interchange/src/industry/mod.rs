//! Industry: twins, names and references in the forms of its standards.
mod asyncapi;
mod model;
mod profile;
mod references;
mod shell;
mod sparkplug;

use ivs_plan::Lowering;

/// Lowerings of the kinds of `std.industry`.
pub const LOWERINGS: &[Lowering] = &[
    Lowering {
        name: "profile",
        kind: "industry",
        reads: &["slug", "standards", "namespaces", "air_gap", "mirror", "min_replicas", "class", "from"],
        run: profile::lower,
    },
    Lowering {
        name: "shell",
        kind: "asset",
        reads: &[
            "slug",
            "id",
            "shell",
            "kind",
            "submodel.id",
            "submodel.semantic",
            "submodel.property",
            "relation.to",
            "relation.semantic",
        ],
        run: shell::lower,
    },
    Lowering {
        name: "line",
        kind: "production-line",
        reads: &["slug", "enterprise", "site", "area", "line", "group", "device", "nodesets"],
        run: sparkplug::lower,
    },
    Lowering {
        name: "model",
        kind: "data-model",
        reads: &["slug", "means", "field", "extensible"],
        run: model::lower,
    },
    Lowering {
        name: "bridge",
        kind: "bridge",
        reads: &["slug", "from", "to", "channel"],
        run: asyncapi::bridge,
    },
    Lowering {
        name: "handoff",
        kind: "handoff",
        reads: &["slug", "from", "to", "contract", "topic", "brokers"],
        run: asyncapi::handoff,
    },
    Lowering {
        name: "resource",
        kind: "energy-resource",
        reads: &["slug", "mrid", "class", "rated", "asset"],
        run: references::resource,
    },
    Lowering {
        name: "demand-response",
        kind: "demand-response",
        reads: &["slug", "start", "end", "zone", "reduce", "resources"],
        run: references::demand_response,
    },
    Lowering {
        name: "power-cap",
        kind: "power-cap",
        reads: &["slug", "chassis", "limit"],
        run: references::power_cap,
    },
    Lowering {
        name: "module",
        kind: "data-module",
        reads: &[
            "slug",
            "model",
            "difference",
            "system",
            "subsystem",
            "assembly",
            "disassembly",
            "variant",
            "info",
            "info_variant",
            "location",
        ],
        run: references::module,
    },
    Lowering { name: "fleet", kind: "fleet", reads: &["slug", "tails", "overhaul"], run: references::fleet },
];
