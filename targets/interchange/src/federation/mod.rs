//! Data spaces: who may use which data. ODRL policies as the management API of Eclipse Dataspace Components (EDC) takes them.
mod policy;
mod role;
mod topology;

use ivs_plan::{Lowering, OutputFile};

/// Lowerings of the kinds of `std.federation`.
pub const LOWERINGS: &[Lowering] = &[
    Lowering {
        name: "policies",
        kind: "endpoint",
        reads: &[
            "slug",
            "uri",
            "organisation",
            "export.domains",
            "export.receivers",
            "export.encryption",
            "export.latency.below",
            "export.latency.at_most",
        ],
        run: policy::lower,
    },
    Lowering {
        name: "role",
        kind: "federation-role",
        reads: &["slug", "reads", "interfaces", "writes", "approves", "notifies"],
        run: role::lower,
    },
    Lowering {
        name: "topology",
        kind: "topology",
        reads: &["slug", "shape", "members", "hub", "above"],
        run: topology::lower,
    },
];

/// The expression that decides whether a connector is the participant that a policy names.
pub fn participant() -> OutputFile {
    policy::participant()
}
