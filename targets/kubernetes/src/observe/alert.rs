//! Alerts on a metric's bounds.
use super::promql::{self, Match, Series};
use crate::custom::{custom, observe::PROMETHEUS_RULE};
use crate::emit::{Emit, Order};
use crate::{codes, names};
use ivs_plan::{Context, Lowered, Subject, read};
use ivs_value::{Dim, StructValue, Value};
use serde_json::{Map, json};

/// `alert` → PrometheusRule.
pub fn lower(subject: &Subject, context: &dyn Context) -> Lowered {
    Emit::run(subject, context, |emit| {
        let object = emit.object;
        let Some(reference) = read::reference(object, "metric") else { return };
        let Some(metric) = emit.follow(reference) else { return };
        let name = read::text(&metric, "name").unwrap_or(&reference.name).to_owned();
        let field = if read::field(object, "above").is_none() { "below" } else { "above" };
        let value = read::field(object, field);
        measured_alike(emit, &metric, &name, value, field);
        let bound = match value {
            Value::Percent(part) => promql::number(part),
            other => read::base(other).map(promql::number).unwrap_or_default(),
        };
        let mut time = |field: &str| {
            let value = read::field(object, field);
            read::base(value).and_then(promql::duration).unwrap_or_else(|| {
                let shown = ivs_value::display(value);
                emit.find(
                    codes::WHOLE,
                    format!("{shown} is no whole number of milliseconds"),
                    &[field],
                    None,
                );
                String::new()
            })
        };
        let (over, lasting) = (time("over"), time("lasting"));
        let by = read::texts(object, "by").unwrap_or_default();
        let by: Vec<&str> = by.iter().map(String::as_str).collect();
        let series = Series::new(&name).select(object, "select", Match::Is);
        let above = field == "above";
        let reading = promql::reading(&metric, &series, read::field(object, "quantile"), &by, &over, above);
        let expr = format!("{reading} {} {bound}", if above { ">" } else { "<" });
        let says = read::text(object, "title")
            .map_or_else(|| format!("{name} is {field} {}", ivs_value::display(value)), str::to_owned);
        let mut annotations = Map::new();
        let mut summary = promql::plain_text(&says);
        for label in &by {
            summary.push_str(&format!(" ({label} {{{{ $labels.{label} }}}})"));
        }
        annotations.insert("summary".into(), summary.into());
        if let Some(url) = read::text(object, "runbook") {
            annotations.insert("runbook_url".into(), promql::plain_text(url).into());
        }
        let rule = json!({
            "alert": emit.name,
            "annotations": annotations,
            "expr": expr,
            "for": lasting,
            "labels": { "severity": read::text(object, "severity").unwrap_or("ticket") },
        });
        let room = emit.room();
        let meta = emit.meta(&names::fit(&format!("{}.alert", emit.name), 253), Some(&room.name));
        let spec = json!({ "groups": [{ "name": format!("alert:{}", emit.name), "rules": [rule] }] });
        emit.push(Order::Rules, &custom(PROMETHEUS_RULE, meta, spec));
    })
}

/// A bound is compared with what the metric counts: its unit, and of a counter that per time.
fn measured_alike(emit: &mut Emit<'_>, metric: &StructValue, name: &str, bound: &Value, field: &str) {
    let Value::Quantity(unit) = read::field(metric, "unit") else { return };
    let counter = read::member(metric, "type").is_some_and(|m| m.name == "counter");
    let wanted = if counter { unit.unit.dim.div(&Dim::base("time")) } else { Some(unit.unit.dim.clone()) };
    let found = match bound {
        Value::Quantity(q) => Some(q.unit.dim.clone()),
        Value::None => return,
        _ => Some(Dim::default()),
    };
    if wanted == found {
        return;
    }
    let of = if counter { format!("{}/s", unit.unit.text) } else { unit.unit.text.to_string() };
    emit.find(
        codes::OTHER_UNIT,
        format!("`{name}` is measured in {of}, which {} cannot be compared with", ivs_value::display(bound)),
        &[field],
        Some(format!("state the bound in {of}, or in a multiple of it")),
    );
}
