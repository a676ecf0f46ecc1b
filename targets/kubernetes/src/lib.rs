//! Kubernetes: from evaluated declarations to manifests.
//!
//! Takes declarations of the library's kinds (`service`, `namespace`, `sweep` …). Gives printed objects, findings at
//! value paths, and files with a `kustomization.yaml` per folder. Never writes a file, reads a clock or guesses.

mod admission;
mod amounts;
mod autoscaler;
mod batch;
mod chargeback;
pub mod codes;
mod config;
mod custom;
mod data;
mod definitions;
mod delivery;
mod disruption;
mod edge;
mod emit;
mod federation;
mod graphql;
mod industry;
mod join;
mod keda;
mod known;
mod kueue;
mod lowerings;
mod manifest;
mod names;
mod namespace;
mod network;
mod nodes;
mod objects;
mod observe;
mod patch;
mod placement;
mod pod;
mod priority;
mod probes;

mod role;
mod route;
mod tree;
mod vertical;
mod workload;
mod yaml;

pub use codes::CODES;
pub use definitions::bad as bad_definitions;
pub use delivery::Delivery;
pub use objects::objects;
pub use observe::openslo::OpenSlo;

use ivs_plan::{Artifact, Context, KnownField, Layout, Lowered, Lowering, OutputFile, Subject, Target};
use ivs_value::StructValue;

/// The target `kubernetes`.
#[derive(Clone, Copy, Debug, Default)]
pub struct Kubernetes;

impl Target for Kubernetes {
    fn family(&self) -> &'static str {
        "kubernetes"
    }
    fn lowerings(&self) -> &'static [Lowering] {
        &lowerings::LOWERINGS
    }
    fn judges(&self, kind: &str, object: &StructValue) -> bool {
        kind == "manifest" || patch::any(object)
    }
    fn fields(
        &self,
        kind: &str,
        object: &StructValue,
        path: &[&str],
        context: &dyn Context,
    ) -> Vec<KnownField> {
        known::fields(kind, object, path, context)
    }
    fn finish(&self, subject: &Subject, lowered: &mut Lowered) {
        patch::unmatched(subject, lowered);
    }
    fn join(&self, artifacts: &mut Vec<&Artifact>, layout: Layout) -> Vec<OutputFile> {
        join::join(join::KUBERNETES, artifacts, layout)
    }
}
