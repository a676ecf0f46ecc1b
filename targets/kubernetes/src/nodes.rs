//! Pools of nodes: Karpenter's objects on AWS and Azure, a ComputeClass on Google; what shares their GPUs; and what pods get of
//! them.
mod karpenter;
mod plugin;
mod pods;

pub use pods::{Nodes, claim, of};

use crate::codes;
use crate::custom::custom;
use crate::custom::karpenter::{ActiveMigration, COMPUTE_CLASS, ComputeClassSpec, Priority};
use crate::emit::{Emit, LABEL_HELP, Order, Texts};
use crate::names;
use ivs_plan::{Context, Lowered, Lowering, Subject, read};
use ivs_target_nodepools::{LABEL, Part, Pool, Provider, google_name};

/// The lowerings of this field.
pub const LOWERINGS: &[Lowering] = &[Lowering {
    name: "nodes",
    kind: "node-pool",
    reads: &[
        "slug",
        "moved_from",
        "title",
        "labels",
        "version",
        "annotations",
        "patch",
        "region",
        "cluster",
        "discovery",
        "managed_by",
        "accelerator.model",
        "accelerator.count",
        "accelerator.sharing",
        "accelerator.claims",
        "accelerator.operator",
        "cpu",
        "memory",
        "architecture",
        "instances",
        "slots",
        "size",
        "limits.cpu",
        "limits.memory",
        "limits.gpu",
        "floor",
        "zones",
        "reservations",
        "node_labels",
        "taint.value",
        "taint.effect",
        "weight",
        "expiry",
        "drain",
        "consolidation",
        "budget.nodes",
        "budget.schedule",
        "budget.duration",
        "budget.reasons",
        "image",
        "role",
        "disk",
    ],
    run: lower,
}];

/// `node-pool` → NodePool and node class, or ComputeClass.
fn lower(subject: &Subject, context: &dyn Context) -> Lowered {
    Emit::run(subject, context, |emit| {
        let Some(region) = read::reference(emit.object, "region").and_then(|r| emit.follow(r)) else {
            return;
        };
        let Some(pool) = Pool::read(emit.object, &region) else { return };
        let labels = labels(emit, &pool);
        plugin::emit(emit, subject, &pool);
        if pool.by_terraform {
            return;
        }
        match pool.provider {
            Provider::Google if pool.has_class() => compute_class(emit, &pool),
            Provider::Google => {}
            Provider::Aws => karpenter::aws(emit, &pool, &labels),
            Provider::Azure => karpenter::azure(emit, &pool, &labels),
        }
    })
}

/// The name of a part: its pool's, with its suffix.
pub fn part_name(pool: &str, part: &Part) -> String {
    match part.suffix {
        Some(suffix) => names::fit(&format!("{pool}-{suffix}"), names::LABEL),
        None => pool.to_owned(),
    }
}

/// Node pools are made by Terraform; this says in which order they are tried.
fn compute_class(emit: &mut Emit<'_>, pool: &Pool) {
    let former = read::list(emit.object, "moved_from").first().and_then(ivs_value::Value::as_str);
    let slug = former.or_else(|| read::text(emit.object, "slug")).unwrap_or(&emit.name);
    let priorities = pool.parts.iter().map(|p| Priority { nodepools: vec![google_name(slug, p)] }).collect();
    let spec = ComputeClassSpec {
        active_migration: ActiveMigration { optimize_rule_priority: true },
        description: read::text(emit.object, "title").map(str::to_owned),
        priorities,
        when_unsatisfiable: "DoNotScaleUp",
    };
    let meta = emit.meta(&emit.name, None);
    emit.push(Order::NodePool, &custom(COMPUTE_CLASS, meta, spec));
}

/// Labels of the nodes: the pool's name, what sharing needs, the declared ones.
fn labels(emit: &mut Emit<'_>, pool: &Pool) -> Texts {
    let mut labels = Texts::new();
    for (key, value) in read::entries(emit.object, "node_labels") {
        let (key, value) = (read::key(key), read::as_text(value).unwrap_or_default());
        if !names::is_label_key(key) || !names::is_label_value(value) {
            let what = if names::is_label_key(key) { value } else { key };
            emit.find(
                codes::LABEL,
                format!("`{what}` cannot be part of a label"),
                &["node_labels", key],
                Some(LABEL_HELP.into()),
            );
        }
        labels.insert(key.to_owned(), value.to_owned());
    }
    for taint in &pool.taints {
        let value = taint.value.as_deref().unwrap_or_default();
        if !names::is_label_key(&taint.key) || !names::is_label_value(value) {
            let (what, path): (&str, &[&str]) = match names::is_label_key(&taint.key) {
                true => (value, &["taint", &taint.key, "value"]),
                false => (&taint.key, &["taint", &taint.key]),
            };
            emit.find(
                codes::LABEL,
                format!("`{what}` cannot be part of a taint"),
                path,
                Some(LABEL_HELP.into()),
            );
        }
    }
    if let Some(accelerator) = &pool.accelerator {
        let own = accelerator.sharing.labels(pool.provider, false);
        labels.extend(own.into_iter().map(|(key, value)| (key.to_owned(), value)));
    }
    labels.insert(LABEL.into(), emit.name.clone());
    labels
}
