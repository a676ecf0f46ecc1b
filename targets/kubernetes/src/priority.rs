//! A priority's PriorityClass.
use crate::codes;
use crate::emit::{Emit, Order};
use ivs_plan::read;
use ivs_plan::{Context, Lowered, Subject};
use k8s_openapi::api::scheduling::v1::PriorityClass;

/// `priority` → PriorityClass.
pub fn lower(subject: &Subject, context: &dyn Context) -> Lowered {
    Emit::run(subject, context, |emit| {
        if emit.name.starts_with("system-") {
            emit.find(
                codes::NAME,
                format!("`{}`: names that begin with `system-` belong to Kubernetes", emit.name),
                &["slug"],
                Some("choose another name or `slug`".into()),
            );
        }
        let meta = emit.meta(&emit.name, None);
        let object = PriorityClass {
            description: read::text(emit.object, "title").map(str::to_owned),
            global_default: read::flag(emit.object, "default").then_some(true),
            metadata: meta,
            preemption_policy: (!read::flag(emit.object, "preempts")).then(|| "Never".into()),
            value: Some(emit.int32(read::field(emit.object, "value"), &["value"])),
        };
        emit.push(Order::Priority, &object);
    })
}
