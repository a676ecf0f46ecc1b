//! A service's VerticalPodAutoscaler.
use crate::custom::custom;
use crate::custom::vpa::{
    ContainerPolicy, ResourcePolicy, TargetRef, UpdatePolicy, VERTICAL_POD_AUTOSCALER,
    VerticalPodAutoscalerSpec,
};
use crate::emit::{Emit, Order};
use ivs_plan::read;
use ivs_plan::{Context, Lowered, Subject};

/// `service` → VerticalPodAutoscaler, unless `vertical = off`.
pub fn lower(subject: &Subject, context: &dyn Context) -> Lowered {
    Emit::part(subject, context, &["vertical"], |emit| {
        let Some(vertical) = read::member(emit.object, "vertical") else { return };
        let update_mode = match vertical.name.as_str() {
            "advise" => "Off",
            "in-place" => "InPlaceOrRecreate",
            "recreate" => "Recreate",
            _ => return,
        };
        let room = emit.room();
        let mut policy = ContainerPolicy { container_name: emit.name.clone(), ..ContainerPolicy::default() };
        let bounds = vertical.fields.as_deref();
        for resource in ["cpu", "memory"] {
            let Some((low, high)) = bounds.and_then(|b| read::ends(read::field(b, resource))) else {
                continue;
            };
            policy.controlled_resources.push(resource);
            for (side, value) in [(&mut policy.min_allowed, low), (&mut policy.max_allowed, high)] {
                let path = ["vertical", resource];
                let quantity =
                    if resource == "cpu" { emit.decimal(value, &path) } else { emit.bytes(value, &path) };
                side.insert(resource.to_owned(), quantity);
            }
        }
        if policy.controlled_resources.is_empty() {
            policy.controlled_resources = vec!["cpu", "memory"];
        }
        policy.controlled_values =
            bounds.and_then(|b| read::text(b, "controls")).unwrap_or("RequestsOnly").to_owned();
        let meta = emit.meta(&emit.name, Some(&room.name));
        let spec = VerticalPodAutoscalerSpec {
            resource_policy: ResourcePolicy { container_policies: vec![policy] },
            target_ref: TargetRef { api_version: "apps/v1", kind: "Deployment", name: emit.name.clone() },
            update_policy: UpdatePolicy { update_mode },
        };
        let object = custom(VERTICAL_POD_AUTOSCALER, meta, spec);
        emit.push(Order::Vertical, &object);
    })
}
