//! A service's PodDisruptionBudget.
//!
//! `maxUnavailable`, never `minAvailable`: a budget of as many pods as there are would block every drain of a node.
use crate::emit::{Emit, Order};
use crate::{amounts, codes};
use ivs_plan::read;
use ivs_plan::{Context, Lowered, Subject};
use k8s_openapi::api::policy::v1::{PodDisruptionBudget, PodDisruptionBudgetSpec};
use k8s_openapi::apimachinery::pkg::util::intstr::IntOrString;

/// `service` → PodDisruptionBudget.
pub fn lower(subject: &Subject, context: &dyn Context) -> Lowered {
    Emit::part(subject, context, &["disruption"], |emit| {
        let room = emit.room();
        let mut unavailable = IntOrString::Int(1);
        if let Some(value) = read::nested(emit.object, "disruption")
            .map(|d| read::field(d, "unavailable"))
            .filter(|v| !v.is_none())
        {
            match amounts::count_or_part(value) {
                Some(IntOrString::Int(0)) => emit.find(
                    codes::STUCK_DRAIN,
                    "a budget of no pod lets no node be drained".into(),
                    &["disruption", "unavailable"],
                    Some("`disruption { unavailable = 1 }`".into()),
                ),
                Some(found) => unavailable = found,
                None => {
                    let shown = ivs_value::display(value);
                    emit.find(
                        codes::WHOLE,
                        format!("{shown} is neither a count nor a whole percent"),
                        &["disruption", "unavailable"],
                        None,
                    );
                }
            }
        }
        let meta = emit.meta(&emit.name, Some(&room.name));
        let budget = PodDisruptionBudget {
            metadata: meta,
            spec: Some(PodDisruptionBudgetSpec {
                max_unavailable: Some(unavailable),
                selector: Some(emit.label_selector()),
                // Pods that are broken anyway may go.
                unhealthy_pod_eviction_policy: Some("AlwaysAllow".into()),
                ..PodDisruptionBudgetSpec::default()
            }),
            status: None,
        };
        emit.push(Order::Disruption, &budget);
    })
}
