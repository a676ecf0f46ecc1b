//! Namespaces with their labels, quotas, defaults and closed network; one per tenant for a tenancy.
use crate::emit::{self, Emit, Isolation, Order, Room};
use crate::{codes, names, network};
use ivs_plan::read;
use ivs_plan::{Context, Lowered, Subject};
use ivs_value::{StructValue, Value};
use k8s_openapi::api::core::v1::{
    LimitRange, LimitRangeItem, LimitRangeSpec, Namespace, ResourceQuota, ResourceQuotaSpec,
};
use k8s_openapi::apimachinery::pkg::api::resource::Quantity;
use std::collections::BTreeMap;

/// `namespace` → Namespace, ResourceQuota, LimitRange, NetworkPolicies.
pub fn lower(subject: &Subject, context: &dyn Context) -> Lowered {
    Emit::run(subject, context, |emit| {
        if read::flag(emit.object, "managed") {
            let name = emit.name.clone();
            room(emit, name);
        }
    })
}

/// `tenancy` → the same for each tenant.
pub fn tenancy(subject: &Subject, context: &dyn Context) -> Lowered {
    Emit::run(subject, context, |emit| {
        let prefix = read::text(emit.object, "prefix").unwrap_or(&emit.name).to_owned();
        for tenant in read::list(emit.object, "tenants") {
            let whole = format!("{prefix}-{}", read::as_text(tenant).unwrap_or_default());
            match names::dns(&whole, names::LABEL) {
                Some(name) => room(emit, name),
                None => {
                    emit.find(codes::NAME, format!("`{whole}` cannot name a namespace"), &["tenants"], None)
                }
            }
        }
    })
}

fn room(emit: &mut Emit<'_>, name: String) {
    let object = emit.object;
    let room = Room { isolation: Isolation::of(object), closed: emit::is_closed(object), name };
    let mut meta = emit.meta(&room.name, None);
    let labels = meta.labels.get_or_insert_default();
    for mode in ["enforce", "audit", "warn"] {
        labels.insert(format!("pod-security.kubernetes.io/{mode}"), room.isolation.label().to_owned());
    }
    let namespace = Namespace { metadata: meta, ..Namespace::default() };
    emit.push_into(&room.name, Order::Namespace, &namespace);
    if let Some(quota) = read::nested(object, "quota") {
        limit(emit, &room, quota);
    }
    if room.closed {
        network::close(emit, &room);
    }
}

/// The quota, and defaults for containers that state nothing: without them such pods would be refused.
fn limit(emit: &mut Emit<'_>, room: &Room, quota: &StructValue) {
    let mut hard = BTreeMap::new();
    for (field, key, is_bytes) in [
        ("cpu", "requests.cpu", false),
        ("memory", "requests.memory", true),
        ("gpu", "requests.nvidia.com/gpu", false),
        ("storage", "requests.storage", true),
        ("volumes", "persistentvolumeclaims", false),
        ("pods", "pods", false),
    ] {
        let value = read::field(quota, field);
        if !value.is_none() {
            let quantity = amount(emit, value, &["quota", field], is_bytes);
            hard.insert(key.to_owned(), quantity);
        }
    }
    if hard.is_empty() {
        return;
    }
    let meta = emit.meta(&names::fit(&format!("{}-quota", room.name), names::LABEL), Some(&room.name));
    let object = ResourceQuota {
        metadata: meta,
        spec: Some(ResourceQuotaSpec { hard: Some(hard), ..ResourceQuotaSpec::default() }),
        status: None,
    };
    emit.push(Order::Quota, &object);

    let Some(defaults) = read::nested(emit.object, "defaults") else { return };
    let mut item = LimitRangeItem { type_: "Container".into(), ..LimitRangeItem::default() };
    for (resource, is_bytes) in [("cpu", false), ("memory", true)] {
        let Some((low, high)) = read::ends(read::field(defaults, resource)) else { continue };
        let path = ["defaults", resource];
        let (low, high) = (amount(emit, low, &path, is_bytes), amount(emit, high, &path, is_bytes));
        item.default_request.get_or_insert_default().insert(resource.to_owned(), low);
        item.default.get_or_insert_default().insert(resource.to_owned(), high);
    }
    let meta = emit.meta(&names::fit(&format!("{}-defaults", room.name), names::LABEL), Some(&room.name));
    let object = LimitRange { metadata: meta, spec: Some(LimitRangeSpec { limits: vec![item] }) };
    emit.push(Order::Limits, &object);
}

fn amount(emit: &mut Emit<'_>, value: &Value, path: &[&str], is_bytes: bool) -> Quantity {
    if is_bytes { emit.bytes(value, path) } else { emit.decimal(value, path) }
}
