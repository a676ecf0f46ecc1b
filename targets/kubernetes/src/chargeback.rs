//! Who pays for what runs: labels that are demanded, and what each cost in an hour.
use crate::admission;
use crate::custom::{custom, observe::PROMETHEUS_RULE};
use crate::emit::{Emit, Order};
use crate::{codes, names};
use ivs_plan::{Context, Lowered, Lowering, Subject, read};
use ivs_value::Value;
use k8s_openapi::api::admissionregistration::v1::{
    MatchResources, NamedRuleWithOperations, ValidatingAdmissionPolicySpec, Validation, Variable,
};
use serde_json::{Value as Json, json};

/// Lowerings of `chargeback`.
pub const LOWERINGS: &[Lowering] = &[Lowering {
    name: "chargeback",
    kind: "chargeback",
    reads: &[
        "slug",
        "labels",
        "version",
        "annotations",
        "patch",
        "by",
        "namespaces",
        "shared",
        "split",
        "unlabelled",
    ],
    run: lower,
}];

/// `chargeback` → ValidatingAdmissionPolicy with its binding, PrometheusRule.
fn lower(subject: &Subject, context: &dyn Context) -> Lowered {
    Emit::run(subject, context, |emit| {
        let by = read::texts(emit.object, "by").unwrap_or_default();
        let rooms = rooms(emit, "namespaces");
        demand(emit, &by, rooms.clone());
        let shared = self::rooms(emit, "shared");
        let Some(groups) = groups(emit, &by, &rooms, &shared) else { return };
        let Some(room) = rooms.first() else { return };
        let meta = emit.meta(&names::fit(&format!("{}.chargeback", emit.name), 253), Some(room));
        emit.push(Order::Rules, &custom(PROMETHEUS_RULE, meta, json!({ "groups": groups })));
    })
}

/// The names in the cluster of a list of namespaces.
fn rooms(emit: &mut Emit<'_>, field: &str) -> Vec<String> {
    let mut rooms = Vec::new();
    for item in read::list(emit.object, field) {
        if let Value::Ref(reference) = item
            && let Some(name) = emit.name_of(reference)
        {
            rooms.push(name);
        }
    }
    rooms
}

/// Pods get their labels from the template of what makes them. Jobs of a CronJob are judged when they are made.
const LABELS: &str = "has(object.spec.template.metadata) && has(object.spec.template.metadata.labels) ? object.spec.template.metadata.labels : {}";

/// Workloads without the labels are refused, or noticed. Keys of labels have no quotes.
fn demand(emit: &mut Emit<'_>, by: &[String], rooms: Vec<String>) {
    let rule = |groups: &str, resources: &[&str]| NamedRuleWithOperations {
        api_groups: Some(vec![groups.into()]),
        api_versions: Some(vec!["v1".into()]),
        operations: Some(vec!["CREATE".into(), "UPDATE".into()]),
        resources: Some(resources.iter().map(|r| (*r).to_owned()).collect()),
        ..NamedRuleWithOperations::default()
    };
    let validations = by.iter().map(|key| Validation {
        expression: format!("'{key}' in variables.labels && variables.labels['{key}'] != ''"),
        message: Some(format!("the label {key} of its pods says who pays")),
        ..Validation::default()
    });
    let name = names::fit(&format!("{}.chargeback", emit.name), 253);
    let spec = ValidatingAdmissionPolicySpec {
        failure_policy: Some("Fail".into()),
        match_constraints: Some(MatchResources {
            resource_rules: Some(vec![
                rule("apps", &["deployments", "statefulsets", "daemonsets"]),
                rule("batch", &["jobs"]),
            ]),
            ..MatchResources::default()
        }),
        validations: Some(validations.collect()),
        variables: Some(vec![Variable { expression: LABELS.into(), name: "labels".into() }]),
        ..ValidatingAdmissionPolicySpec::default()
    };
    let action = read::member(emit.object, "unlabelled").map_or("Deny", |m| m.text.as_str()).to_owned();
    admission::hold(emit, name, rooms, &action, spec);
}

/// What each cost in an hour, from what OpenCost measures:
/// <https://opencost.io/docs/integrations/opencost-exporter>. Labels of pods are those of `kube_pod_labels`.
fn groups(emit: &mut Emit<'_>, by: &[String], rooms: &[String], shared: &[String]) -> Option<Vec<Json>> {
    let labels: Vec<String> = by.iter().map(|key| format!("label_{}", plain(key))).collect();
    for (i, label) in labels.iter().enumerate() {
        if labels.iter().take(i).any(|l| l == label) {
            let key = by.get(i).map_or("", String::as_str);
            emit.find(
                codes::LABEL,
                format!("Prometheus calls the label `{key}` `{label}`, as another of these"),
                &["by"],
                Some("labels that differ in more than `-`, `.`, `/` and `_`".into()),
            );
            return None;
        }
    }
    let own = json!({ "chargeback": emit.name });
    let me = format!("chargeback=\"{}\"", emit.name);
    let by = labels.join(", ");
    let record = |name: &str, expr: String| json!({ "record": name, "expr": expr, "labels": own });
    let within = format!("namespace=~\"{}\"", rooms.join("|"));
    let part = |what: &str, unit: &str, price: &str| {
        format!(
            "sum by (namespace, pod) (container_{what}_allocation{unit} * on (node) group_left () max by (node) (node_{price}_hourly_cost))"
        )
    };
    let cpu = part("cpu", &format!("{{{within}}}"), "cpu");
    let memory = part("memory", &format!("_bytes{{{within}}} / 1073741824"), "ram");
    let gpu = part("gpu", &format!("{{{within}}}"), "gpu");
    let mut rules = vec![record("ivs:pod_cost:hourly", format!("{cpu} + {memory} + ({gpu} or 0 * {cpu})"))];
    let rest =
        if shared.is_empty() { String::new() } else { format!(", namespace!~\"{}\"", shared.join("|")) };
    rules.push(record(
        "ivs:cost:hourly",
        format!(
            "sum by ({by}) (ivs:pod_cost:hourly{{{me}{rest}}} * on (namespace, pod) group_left ({by}) max by (namespace, pod, {by}) (kube_pod_labels))"
        ),
    ));
    if !shared.is_empty() {
        let all = format!("sum(ivs:pod_cost:hourly{{{me}, namespace=~\"{}\"}})", shared.join("|"));
        let cost = format!("ivs:cost:hourly{{{me}}}");
        let evenly = read::member(emit.object, "split").is_some_and(|m| m.name == "evenly");
        rules.push(record(
            "ivs:cost_with_shared:hourly",
            match evenly {
                true => format!("{cost} + scalar({all}) / scalar(count({cost}))"),
                false => format!("{cost} * (1 + scalar({all}) / scalar(sum({cost})))"),
            },
        ));
    }
    Some(vec![json!({ "name": format!("chargeback:{}", emit.name), "rules": rules })])
}

/// A label's key as kube-state-metrics spells it in Prometheus.
fn plain(key: &str) -> String {
    key.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).collect()
}
