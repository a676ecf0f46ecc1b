//! Limits of GraphQL queries: `router.yaml` of Apollo Router in a ConfigMap.
//!
//! Keys as in its documentation, `limits.router` since 2.15 (apollographql.com/docs/graphos/routing/security/request-limits).
use crate::emit::{Emit, Order, Texts};
use crate::{amounts, codes, tree, yaml};
use ivs_plan::{Context, Lowered, Subject, read};
use ivs_value::Number;
use k8s_openapi::api::core::v1::ConfigMap;
use serde_json::json;

/// `graphql-router` → ConfigMap.
pub fn router(subject: &Subject, context: &dyn Context) -> Lowered {
    Emit::run(subject, context, |emit| {
        let object = emit.object;
        let number = |field| read::int(object, field);
        let request = read::field(object, "request");
        let Some(bytes) = read::base(request).and_then(Number::to_i64) else {
            let shown = ivs_value::display(request);
            return emit.find(
                codes::WHOLE,
                format!("{shown} is no whole number of bytes"),
                &["request"],
                None,
            );
        };
        let timeout = read::field(object, "timeout");
        let Some(timeout) = amounts::gateway_duration(timeout) else {
            let shown = ivs_value::display(timeout);
            return emit.find(
                codes::WHOLE,
                format!("{shown} is no whole number of milliseconds"),
                &["timeout"],
                None,
            );
        };
        let mut config = json!({
            "demand_control": {
                "enabled": true,
                "mode": "enforce",
                "strategy": { "static_estimated": { "list_size": number("list"), "max": number("cost") } },
            },
            "limits": { "router": {
                "http_max_request_bytes": bytes,
                "max_aliases": number("aliases"),
                "max_depth": number("depth"),
                "max_height": number("height"),
                "max_root_fields": number("root_fields"),
            } },
            "traffic_shaping": { "router": { "timeout": timeout } },
        });
        if let Some(fields) = config.as_object_mut() {
            if let Some(most) = number("batch") {
                let batching = json!({ "enabled": true, "maximum_size": most, "mode": "batch_http_link" });
                fields.insert("batching".into(), batching);
            }
            if let Some(most) = number("subscriptions") {
                fields.insert(
                    "subscription".into(),
                    json!({ "enabled": true, "max_opened_subscriptions": most }),
                );
            }
        }
        let printed = match yaml::print(&tree::Printed(&config)) {
            Ok(text) => text.to_string(),
            Err(error) => {
                return emit.find(codes::PRINT, format!("router.yaml cannot be printed: {error}"), &[], None);
            }
        };
        let room = emit.room();
        let meta = emit.meta(&emit.name, Some(&room.name));
        let data = Texts::from([("router.yaml".to_owned(), printed)]);
        emit.push(Order::Config, &ConfigMap { data: Some(data), metadata: meta, ..ConfigMap::default() });
    })
}
