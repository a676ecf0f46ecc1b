//! OpenSLO v1: promises as other tools read them. A folder of its own: these are no objects of a cluster.
//!
//! Fields as in the schemas of openslo.com/schemas/v1. A promise of 100% has no form there, its target is below 1.
use super::promise::{Promise, promises};
use crate::emit::Emit;
use crate::names;
use ivs_plan::{Artifact, Context, Layout, Lowered, Lowering, OutputFile, Subject, Target, read};
use ivs_value::{Number, StructValue};
use serde_json::{Value as Json, json};

/// The target `openslo`.
#[derive(Clone, Copy, Debug, Default)]
pub struct OpenSlo;

const API: &str = "openslo/v1";
/// Characters of a description, at most.
const LONGEST: usize = 1050;

impl Target for OpenSlo {
    fn family(&self) -> &'static str {
        "openslo"
    }
    fn lowerings(&self) -> &'static [Lowering] {
        super::OPENSLO
    }
    fn join(&self, artifacts: &mut Vec<&Artifact>, _: Layout) -> Vec<OutputFile> {
        crate::join::files(artifacts)
    }
}

/// `service`, `objective` with a measured `slo` → a Service and an SLO for each promise.
pub fn lower(subject: &Subject, context: &dyn Context) -> Lowered {
    Emit::part(subject, context, &["slo"], |emit| {
        let (object, name): (&StructValue, String) = (emit.object, emit.name.clone());
        let found = promises(emit, object, &name);
        let found: Vec<&Promise> = found.iter().filter(|p| p.target < Number::int(1)).collect();
        if found.is_empty() {
            return;
        }
        let title = read::text(object, "title").unwrap_or(&name).to_owned();
        let service = json!({
            "apiVersion": API,
            "kind": "Service",
            "metadata": { "name": name, "displayName": title },
            "spec": { "description": short(&title) },
        });
        emit.push_document("openslo", 0, &service);
        for promise in found {
            let document = slo(promise, &name);
            emit.push_document("openslo", 1, &document);
        }
    })
}

fn slo(promise: &Promise, service: &str) -> Json {
    let (word, counted, all) = promise.counters();
    let name = names::fit(&format!("{service}-{}", promise.name), names::LABEL);
    let metric =
        |query: String| json!({ "metricSource": { "type": "Prometheus", "spec": { "query": query } } });
    let mut ratio = serde_json::Map::new();
    ratio.insert("counter".into(), true.into());
    ratio.insert(word.into(), metric(counted));
    ratio.insert("total".into(), metric(all));
    json!({
        "apiVersion": API,
        "kind": "SLO",
        "metadata": { "name": name, "displayName": format!("{service}: {}", promise.name) },
        "spec": {
            "budgetingMethod": "Occurrences",
            "description": short(&promise.says),
            "indicator": {
                "metadata": { "name": name },
                "spec": { "ratioMetric": ratio },
            },
            "objectives": [{ "displayName": promise.says, "target": target(&promise.target) }],
            "service": service,
            "timeWindow": [{ "duration": window(&promise.window), "isRolling": true }],
        },
    })
}

fn short(text: &str) -> String {
    text.chars().take(LONGEST).collect()
}

/// A part of 1. Promises have few digits, so that the nearest double prints as what was written.
fn target(part: &Number) -> Json {
    crate::amounts::plain(part).and_then(|t| t.parse::<f64>().ok()).map_or(Json::Null, Json::from)
}

/// A number of one unit: `30d`, `36h`.
fn window(seconds: &Number) -> String {
    let whole = seconds.to_i64().unwrap_or_default();
    [("d", 86_400), ("h", 3600), ("m", 60)]
        .iter()
        .find(|(_, size)| whole % size == 0)
        .map_or_else(|| format!("{whole}s"), |(unit, size)| format!("{}{unit}", whole / size))
}
