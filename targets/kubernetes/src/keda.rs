//! KEDA: scaling by time and events, and from zero.
use crate::custom::custom;
use crate::custom::keda::{
    Advanced, AutoscalerConfig, SCALED_OBJECT, ScaledObjectSpec, SecretTarget, TRIGGER_AUTHENTICATION,
    TargetName, Trigger, TriggerAuthenticationSpec,
};
use crate::emit::{Emit, Order, Room, Texts};
use crate::{amounts, autoscaler, codes, names, pod};
use ivs_plan::read;
use ivs_value::{StructValue, Value};

/// Emits a ScaledObject, and a TriggerAuthentication for each event with a secret.
pub fn scaled_object(emit: &mut Emit<'_>, room: &Room, scaling: &StructValue, (min, max): (i32, i32)) {
    let mut triggers = Vec::new();
    for (name, given) in read::structs(scaling, "target") {
        let Some(type_) = ["cpu", "memory"].into_iter().find(|t| *t == name) else { continue };
        let target = autoscaler::target(emit, name, given);
        let (metric_type, value) = match (target.average_utilization, target.average_value) {
            (Some(percent), _) => ("Utilization", percent.to_string()),
            (None, Some(value)) => ("AverageValue", value.0),
            (None, None) => continue,
        };
        triggers.push(Trigger {
            authentication_ref: None,
            metadata: texts([("value", value)]),
            metric_type: Some(metric_type),
            name: None,
            type_,
        });
    }
    for (name, window) in read::structs(scaling, "schedule") {
        let text = |field| read::text(window, field).unwrap_or_default().to_owned();
        let replicas =
            emit.int32(read::field(window, "replicas"), &["scaling", "schedule", name, "replicas"]);
        triggers.push(Trigger {
            authentication_ref: None,
            metadata: texts([
                ("timezone", text("zone")),
                ("start", text("start")),
                ("end", text("end")),
                ("desiredReplicas", replicas.to_string()),
            ]),
            metric_type: None,
            name: Some(name.to_owned()),
            type_: "cron",
        });
    }
    for (key, source) in read::entries(scaling, "event") {
        if let Value::Member(source) = source
            && let Some(fields) = source.fields.as_deref()
            && let Some(trigger) = event(emit, room, read::key(key), &source.name, fields)
        {
            triggers.push(trigger);
        }
    }
    let behavior = autoscaler::behavior(emit, scaling);
    let meta = emit.meta(&names::fit(&emit.name, names::SCALED_OBJECT), Some(&room.name));
    let spec = ScaledObjectSpec {
        advanced: behavior
            .map(|behavior| Advanced { horizontal_pod_autoscaler_config: AutoscalerConfig { behavior } }),
        cooldown_period: emit.seconds32(read::field(scaling, "cooldown"), &["scaling", "cooldown"]),
        max_replica_count: max,
        min_replica_count: min,
        polling_interval: emit.seconds32(read::field(scaling, "polling"), &["scaling", "polling"]),
        scale_target_ref: TargetName { name: emit.name.clone() },
        triggers,
    };
    emit.push(Order::Autoscaler, &custom(SCALED_OBJECT, meta, spec));
}

fn event(
    emit: &mut Emit<'_>,
    room: &Room,
    name: &str,
    source: &str,
    fields: &StructValue,
) -> Option<Trigger> {
    let text = |field| read::text(fields, field).unwrap_or_default().to_owned();
    let mut number = |field: &str| {
        let value = read::field(fields, field);
        read::base(value).and_then(amounts::plain).unwrap_or_else(|| {
            let shown = ivs_value::display(value);
            emit.find(
                codes::QUANTITY,
                format!("{shown} cannot be written exactly"),
                &["scaling", "event", name, field],
                Some("round it".into()),
            );
            String::new()
        })
    };
    let mut authentication = None;
    let (type_, metadata) = match source {
        "kafka" => (
            "kafka",
            texts([
                ("bootstrapServers", text("brokers")),
                ("topic", text("topic")),
                ("consumerGroup", text("group")),
                ("lagThreshold", number("lag")),
                ("activationLagThreshold", number("activation")),
            ]),
        ),
        "prometheus" => (
            "prometheus",
            texts([
                ("serverAddress", text("server")),
                ("query", text("query")),
                ("threshold", number("threshold")),
                ("activationThreshold", number("activation")),
            ]),
        ),
        "redis-list" => (
            "redis",
            texts([
                ("address", text("address")),
                ("listName", text("list")),
                ("listLength", number("length")),
            ]),
        ),
        "rabbitmq" => {
            let metadata = texts([
                ("queueName", text("queue")),
                ("mode", "QueueLength".into()),
                ("value", number("length")),
            ]);
            if let Value::Secret(address) = read::field(fields, "host") {
                let (secret, key) = pod::secret(emit, address, &["scaling", "event", name, "host"])?;
                authentication = Some(authenticate(emit, room, name, secret, key));
            }
            ("rabbitmq", metadata)
        }
        _ => return None,
    };
    Some(Trigger {
        authentication_ref: authentication.map(|name| TargetName { name }),
        metadata,
        metric_type: None,
        name: Some(name.to_owned()),
        type_,
    })
}

/// Emits the credentials of an event; the name of the object.
fn authenticate(emit: &mut Emit<'_>, room: &Room, event: &str, secret: String, key: String) -> String {
    let event = names::dns(event, names::LABEL).unwrap_or_else(|| names::digest(event, 8));
    let name = format!("{}.{event}", emit.name);
    let meta = emit.meta(&name, Some(&room.name));
    let spec = TriggerAuthenticationSpec {
        secret_target_ref: vec![SecretTarget { key, name: secret, parameter: "host" }],
    };
    let object = custom(TRIGGER_AUTHENTICATION, meta, spec);
    emit.push(Order::Credentials, &object);
    name
}

fn texts<const N: usize>(pairs: [(&str, String); N]) -> Texts {
    pairs.into_iter().map(|(k, v)| (k.to_owned(), v)).collect()
}
