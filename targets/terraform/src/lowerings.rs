//! Every lowering of this target, a line each.
use crate::resource;
use ivs_plan::Lowering;

/// All lowerings.
pub static LOWERINGS: [Lowering; 1] = [Lowering {
    name: "resource",
    kind: "resource",
    reads: &["slug", "type", "region", "body"],
    run: resource::lower,
}];
