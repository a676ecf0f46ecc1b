//! Delivery: how outputs get into clusters, and work in steps.
//!
//! What Argo CD and Flux read is no part of what they deliver, so it has a folder of its own: `delivery/argo-cd` for the
//! cluster that manages, `delivery/flux/SITE` for each site.
mod argo;
mod flux;
mod workflow;

use crate::emit::Emit;
use ivs_plan::{Artifact, Context, Layout, Lowered, Lowering, OutputFile, Subject, Target};

/// The target `delivery`.
#[derive(Clone, Copy, Debug, Default)]
pub struct Delivery;

const ROOT: &str = "delivery";

impl Target for Delivery {
    fn family(&self) -> &'static str {
        ROOT
    }
    fn lowerings(&self) -> &'static [Lowering] {
        OWN
    }
    fn join(&self, artifacts: &mut Vec<&Artifact>, layout: Layout) -> Vec<OutputFile> {
        crate::join::join(ROOT, artifacts, layout)
    }
}

const OWN: &[Lowering] = &[Lowering {
    name: "application",
    kind: "application",
    reads: &[
        "slug",
        "labels",
        "version",
        "title",
        "source",
        "target.environment",
        "target.region",
        "target.by",
        "target.cluster",
        "target.wave",
        "target.mirror",
        "target.certificate",
        "target.signed_for",
        "automatic",
        "prune",
        "repair",
        "window.allowed",
        "window.start",
        "window.lasts",
        "window.zone",
        "every",
        "argo_cd",
        "flux",
    ],
    run: application,
}];

/// Lowerings to Kubernetes.
pub const LOWERINGS: &[Lowering] = &[Lowering {
    name: "workflow",
    kind: "workflow",
    reads: &[
        "slug",
        "labels",
        "version",
        "title",
        "patch",
        "namespace",
        "parameters",
        "schedule",
        "zone",
        "step.does",
        "step.after",
        "step.approval",
        "step.image",
        "step.command",
        "step.args",
        "step.env",
        "step.resources.cpu",
        "step.resources.memory",
        "step.deadline",
        "step.retries",
        "parallel",
        "deadline",
        "keep",
        "depends_on",
        "allow.direction",
        "allow.services",
        "allow.namespaces",
        "allow.cidrs",
        "allow.except",
        "allow.ports",
        "allow.transport",
        "security.user",
        "security.group",
        "security.read_only",
    ],
    run: workflow::lower,
}];

/// `application` → AppProject and ApplicationSet; for each site with Flux a source and a Kustomization.
fn application(subject: &Subject, context: &dyn Context) -> Lowered {
    Emit::run(subject, context, |emit| {
        argo::emit(emit);
        flux::emit(emit);
    })
}
