//! What changes a service's number of replicas: a HorizontalPodAutoscaler, or KEDA's ScaledObject where time or
//! events decide or the number may be zero. Never both, and never beside `replicas` of the Deployment.
use crate::emit::{Emit, Order};
use crate::{amounts, codes, keda};
use ivs_plan::read;
use ivs_plan::{Context, Lowered, Subject};
use ivs_value::StructValue;
use k8s_openapi::api::autoscaling::v2::{
    CrossVersionObjectReference, ExternalMetricSource, HPAScalingPolicy, HPAScalingRules,
    HorizontalPodAutoscaler, HorizontalPodAutoscalerBehavior, HorizontalPodAutoscalerSpec, MetricIdentifier,
    MetricSpec, MetricTarget, PodsMetricSource, ResourceMetricSource,
};
use k8s_openapi::apimachinery::pkg::api::resource::Quantity;

/// `service` → HorizontalPodAutoscaler or ScaledObject, or nothing where the number is fixed.
pub fn lower(subject: &Subject, context: &dyn Context) -> Lowered {
    Emit::part(subject, context, &["scaling"], |emit| {
        let Some(scaling) = read::nested(emit.object, "scaling") else { return };
        let Some((min, max)) = bounds(scaling).filter(|(min, max)| min != max) else { return };
        let room = emit.room();
        if min == 0
            || !read::entries(scaling, "event").is_empty()
            || !read::entries(scaling, "schedule").is_empty()
        {
            keda::scaled_object(emit, &room, scaling, (min, max));
            return;
        }
        let meta = emit.meta(&emit.name, Some(&room.name));
        let autoscaler = HorizontalPodAutoscaler {
            metadata: meta,
            spec: HorizontalPodAutoscalerSpec {
                behavior: behavior(emit, scaling),
                max_replicas: max,
                metrics: Some(metrics(emit, scaling)),
                min_replicas: Some(min),
                scale_target_ref: CrossVersionObjectReference {
                    api_version: Some("apps/v1".into()),
                    kind: "Deployment".into(),
                    name: emit.name.clone(),
                },
            },
            status: None,
        };
        emit.push(Order::Autoscaler, &autoscaler);
    })
}

/// The Deployment's `replicas`: only where nothing else sets them.
pub fn fixed_replicas(emit: &mut Emit<'_>) -> Option<i32> {
    let Some(scaling) = read::nested(emit.object, "scaling") else { return Some(1) };
    let Some((min, max)) = bounds(scaling) else {
        let shown = ivs_value::display(read::field(scaling, "replicas"));
        emit.find(
            codes::WHOLE,
            format!("{shown} replicas are more than can be counted"),
            &["scaling", "replicas"],
            None,
        );
        return None;
    };
    (min == max).then_some(min)
}

/// Both ends, if they fit 32 bits.
fn bounds(scaling: &StructValue) -> Option<(i32, i32)> {
    let (min, max) = read::ends(read::field(scaling, "replicas"))?;
    let whole =
        |value| read::base(value).and_then(ivs_value::Number::to_i64).and_then(|n| i32::try_from(n).ok());
    Some((whole(min)?, whole(max)?))
}

/// A metric's wanted value.
pub fn target(emit: &mut Emit<'_>, name: &str, given: &StructValue) -> MetricTarget {
    let mut target = MetricTarget::default();
    let utilization = read::field(given, "utilization");
    if !utilization.is_none() {
        target.type_ = "Utilization".into();
        target.average_utilization =
            Some(emit.percent(utilization, &["scaling", "target", name, "utilization"]));
        return target;
    }
    for (field, type_) in [("average", "AverageValue"), ("total", "Value")] {
        let value = read::field(given, field);
        if value.is_none() {
            continue;
        }
        let quantity = amounts::by_dimension(value).unwrap_or_else(|| {
            let shown = ivs_value::display(value);
            emit.find(
                codes::QUANTITY,
                format!("{shown} cannot be written exactly"),
                &["scaling", "target", name, field],
                Some("Kubernetes counts in thousandths of base units: seconds, bytes, pieces".into()),
            );
            Quantity(String::new())
        });
        target.type_ = type_.into();
        if field == "average" {
            target.average_value = Some(quantity);
        } else {
            target.value = Some(quantity);
        }
    }
    target
}

/// In declared order with `cpu` last: the order in which older API servers give metrics back, so that nothing that
/// compares finds a difference.
fn metrics(emit: &mut Emit<'_>, scaling: &StructValue) -> Vec<MetricSpec> {
    let mut metrics = Vec::new();
    let (cpu, others): (Vec<_>, Vec<_>) =
        read::structs(scaling, "target").partition(|(name, _)| *name == "cpu");
    for (name, given) in others.into_iter().chain(cpu) {
        let target = target(emit, name, given);
        let mut metric = MetricSpec::default();
        let source = read::member(given, "source");
        if matches!(name, "cpu" | "memory") {
            metric.type_ = "Resource".into();
            metric.resource = Some(ResourceMetricSource { name: name.to_owned(), target });
        } else if let Some(external) = source.filter(|m| m.name == "external") {
            let labels = external.fields.as_deref().map(|f| read::entries(f, "labels")).unwrap_or_default();
            let labels: crate::emit::Texts = labels
                .iter()
                .filter_map(|(k, v)| Some((read::key(k).to_owned(), read::as_text(v)?.to_owned())))
                .collect();
            metric.type_ = "External".into();
            metric.external = Some(ExternalMetricSource {
                metric: MetricIdentifier {
                    name: name.to_owned(),
                    selector: (!labels.is_empty()).then(|| crate::emit::matching(labels)),
                },
                target,
            });
        } else {
            metric.type_ = "Pods".into();
            metric.pods = Some(PodsMetricSource {
                metric: MetricIdentifier { name: name.to_owned(), selector: None },
                target,
            });
        }
        metrics.push(metric);
    }
    metrics
}

/// How fast the number may change; `None` leaves Kubernetes' own rules.
pub fn behavior(emit: &mut Emit<'_>, scaling: &StructValue) -> Option<HorizontalPodAutoscalerBehavior> {
    let mut behavior = HorizontalPodAutoscalerBehavior::default();
    for (direction, step) in read::structs(scaling, "behavior") {
        let path = |field| ["scaling", "behavior", direction, field];
        let mut rules = HPAScalingRules::default();
        let window = read::field(step, "window");
        if !window.is_none() {
            rules.stabilization_window_seconds = Some(emit.seconds32(window, &path("window")));
        }
        let field = if direction == "up" { "add" } else { "remove" };
        let amount = read::field(step, field);
        if !amount.is_none() {
            let (type_, value) = match amount {
                ivs_value::Value::Percent(_) => ("Percent", emit.percent(amount, &path(field))),
                _ => ("Pods", emit.int32(amount, &path(field))),
            };
            rules.policies = Some(vec![HPAScalingPolicy {
                period_seconds: emit.seconds32(read::field(step, "every"), &path("every")),
                type_: type_.into(),
                value,
            }]);
        }
        if read::flag(step, "disabled") {
            rules.select_policy = Some("Disabled".into());
        }
        if direction == "up" {
            behavior.scale_up = Some(rules);
        } else {
            behavior.scale_down = Some(rules);
        }
    }
    (behavior != HorizontalPodAutoscalerBehavior::default()).then_some(behavior)
}
