//! Rules that watch promises: how fast the error budget burns, over several windows at once.
//!
//! Factors and windows are those of the Site Reliability Workbook, chapter 5, table 5-8: 2% of the budget in an hour and
//! 5% in six hours page somebody, 10% in a day or in three days make a ticket. For a window of 30 days that is a burn rate
//! of 14.4, 6, 3 and 1. Each long window has a short one of a twelfth, so that the alert ends soon after its cause.
use super::promise::{Promise, promises};
use super::promql::{self, Series};
use crate::custom::{custom, observe::PROMETHEUS_RULE};
use crate::emit::{Emit, Order};
use ivs_plan::{Context, Lowered, Subject, read};
use ivs_value::{Number, StructValue};
use serde_json::{Map, Value as Json, json};

/// Severity, part of the budget in percent, long window in hours and as text, short window.
const BURNS: [(&str, i128, i128, &str, &str); 4] = [
    ("page", 2, 1, "1h", "5m"),
    ("page", 5, 6, "6h", "30m"),
    ("ticket", 10, 24, "1d", "2h"),
    ("ticket", 10, 72, "3d", "6h"),
];
const WINDOWS: [&str; 7] = ["5m", "30m", "1h", "2h", "6h", "1d", "3d"];
/// The window in which a single bad event breaks a promise of 100%.
const ANY: &str = "5m";

/// `service` with a measured `slo` → PrometheusRule.
pub fn service(subject: &Subject, context: &dyn Context) -> Lowered {
    Emit::part(subject, context, &["slo"], |emit| lower(emit, "slo"))
}

/// `objective` → PrometheusRule.
pub fn objective(subject: &Subject, context: &dyn Context) -> Lowered {
    Emit::run(subject, context, |emit| lower(emit, "objective"))
}

fn lower(emit: &mut Emit<'_>, suffix: &str) {
    let (object, name): (&StructValue, String) = (emit.object, emit.name.clone());
    let found = promises(emit, object, &name);
    if found.is_empty() {
        return;
    }
    let runbook = read::nested(object, "slo").and_then(|s| read::text(s, "runbook"));
    let groups: Vec<Json> = found.iter().flat_map(|p| groups(p, &name, runbook)).collect();
    let room = emit.room();
    // Names of declarations have no dots.
    let meta = emit.meta(&crate::names::fit(&format!("{name}.{suffix}"), 253), Some(&room.name));
    emit.push(Order::Rules, &custom(PROMETHEUS_RULE, meta, json!({ "groups": groups })));
}

/// A group that records, and one that alerts.
fn groups(promise: &Promise, service: &str, runbook: Option<&str>) -> Vec<Json> {
    let labels = json!({ "service": service, "slo": promise.id });
    let group = |what: &str, rules: Vec<Json>| json!({ "name": format!("slo:{}:{what}", promise.id), "rules": rules });
    if promise.budget().is_zero() {
        let expr = format!("{} > 0", promise.bad_events(ANY));
        return vec![group("alerts", vec![alert("PromiseBroken", promise, expr, "page", service, runbook)])];
    }
    let record = |name: &str, expr: String| json!({ "record": name, "expr": expr, "labels": labels });
    let own = |name: String| Series::new(&name).with("slo", &promise.id).text();
    let ratio = |over: &str| own(format!("slo:sli_error:ratio_rate{over}"));
    let period = promql::duration(&promise.window).unwrap_or_else(|| "30d".to_owned());
    let budget = promql::number(&promise.budget());
    let mut rules: Vec<Json> =
        WINDOWS.iter().map(|w| record(&format!("slo:sli_error:ratio_rate{w}"), promise.ratio(w))).collect();
    if !WINDOWS.contains(&period.as_str()) {
        // The mean of the short one: a counter's rate over weeks would read every sample of them each time.
        rules.push(record(
            &format!("slo:sli_error:ratio_rate{period}"),
            format!("avg_over_time({}[{period}])", ratio("5m")),
        ));
    }
    rules.push(record("slo:objective:ratio", format!("vector({})", promql::number(&promise.target))));
    rules.push(record("slo:error_budget:ratio", format!("vector({budget})")));
    rules.push(record("slo:current_burn_rate:ratio", format!("{} / {budget}", ratio("5m"))));
    rules.push(record("slo:error_budget_remaining:ratio", format!("1 - {} / {budget}", ratio(&period))));
    let mut groups = vec![group("ratios", rules)];
    let mut alerts = Vec::new();
    for severity in ["page", "ticket"] {
        let burns: Vec<String> = BURNS
            .iter()
            .filter(|(s, ..)| *s == severity)
            .filter_map(|(_, percent, hours, long, short)| {
                let factor = factor(promise, *percent, *hours)?;
                let bound = format!("({} * {budget})", promql::number(&factor));
                Some(format!("({} > {bound} and {} > {bound})", ratio(short), ratio(long)))
            })
            .collect();
        if !burns.is_empty() {
            let expr = burns.join(" or ");
            alerts.push(alert("ErrorBudgetBurns", promise, expr, severity, service, runbook));
        }
    }
    if !alerts.is_empty() {
        groups.push(group("alerts", alerts));
    }
    groups
}

/// How many times faster than allowed the budget burns if so much of it is gone after so long. `None` where that is no
/// burning at all (below 1), or more than can ever burn (every event bad).
fn factor(promise: &Promise, percent: i128, hours: i128) -> Option<Number> {
    let days = promise.window.div(&Number::fraction(3600 * hours, 1)?)?;
    let factor = days.mul(&Number::fraction(percent, 100)?)?;
    let bound = factor.mul(&promise.budget())?;
    (factor >= Number::int(1) && bound < Number::int(1)).then_some(factor)
}

fn alert(
    name: &str,
    promise: &Promise,
    expr: String,
    severity: &str,
    service: &str,
    runbook: Option<&str>,
) -> Json {
    let mut annotations = Map::new();
    let summary = if promise.budget().is_zero() {
        format!("{service}: a promise is broken: {}", promise.says)
    } else {
        format!("{service}: the error budget burns too fast: {}", promise.says)
    };
    annotations.insert("summary".into(), promql::plain_text(&summary).into());
    if let Some(url) = runbook {
        annotations.insert("runbook_url".into(), promql::plain_text(url).into());
    }
    json!({
        "alert": name,
        "annotations": annotations,
        "expr": expr,
        "labels": { "service": service, "severity": severity, "slo": promise.id },
    })
}
