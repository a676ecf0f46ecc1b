//! Grafana dashboards, as ConfigMaps that the sidecar of Grafana's chart collects by their label.
use super::promise::promises;
use super::promql::{self, Match, Series};
use crate::emit::{Emit, Order, Texts};
use crate::names;
use ivs_plan::{Context, Lowered, Subject, read};
use ivs_value::{StructValue, Value};
use k8s_openapi::api::core::v1::ConfigMap;
use serde_json::{Value as Json, json};

/// Grafana's columns.
const COLUMNS: i64 = 24;
const HEIGHT: i64 = 8;

/// The version of dashboards' JSON that is written: Grafana 11 and 12 read it and later ones migrate it.
const SCHEMA: i64 = 39;

/// `dashboard` → ConfigMap.
pub fn lower(subject: &Subject, context: &dyn Context) -> Lowered {
    Emit::run(subject, context, |emit| {
        let object = emit.object;
        let mut board = Board::default();
        for field in ["services", "objectives"] {
            for item in read::list(object, field) {
                let Value::Ref(reference) = item else { continue };
                let Some(target) = emit.follow(reference) else { continue };
                let Some(name) = emit.slug_of(&target, &reference.name) else { continue };
                let found = promises(emit, &target, &name);
                // A promise of 100% has no budget.
                let ids: Vec<_> = found.iter().filter(|p| !p.budget().is_zero()).collect();
                if !ids.is_empty() {
                    promised(&mut board, &name, &ids);
                }
            }
        }
        for (title, panel) in read::structs(object, "panel") {
            let Some(reference) = read::reference(panel, "metric") else { continue };
            let Some(metric) = emit.follow(reference) else { continue };
            let name = read::text(&metric, "name").unwrap_or(&reference.name).to_owned();
            measured(&mut board, title, panel, &metric, &name);
        }
        let title = read::text(object, "title").unwrap_or(&emit.name).to_owned();
        let text = |value: &Value| read::base(value).and_then(promql::duration).unwrap_or_default();
        let dashboard = json!({
            "editable": false,
            "graphTooltip": 1,
            "panels": board.panels,
            "refresh": text(read::field(object, "refresh")),
            "schemaVersion": SCHEMA,
            "tags": [emit.package()],
            "templating": { "list": [{
                "name": "datasource", "label": "Data source", "query": "prometheus", "type": "datasource",
            }] },
            "time": { "from": format!("now-{}", text(read::field(object, "shows"))), "to": "now" },
            "timezone": "utc",
            "title": title,
            "uid": names::fit(&format!("{}-{}", emit.package(), emit.name), 40),
            "version": 1,
        });
        let mut printed = serde_json::to_string_pretty(&dashboard).unwrap_or_default();
        printed.push('\n');
        let room = emit.room();
        let mut meta = emit.meta(&emit.name, Some(&room.name));
        meta.labels.get_or_insert_default().insert("grafana_dashboard".into(), "1".into());
        if let Some(folder) = read::text(object, "folder") {
            meta.annotations.get_or_insert_default().insert("grafana_folder".into(), folder.to_owned());
        }
        let data = Texts::from([(format!("{}.json", emit.name), printed)]);
        let config = ConfigMap { data: Some(data), metadata: meta, ..ConfigMap::default() };
        emit.push(Order::Config, &config);
    })
}

/// Panels from left to right, top to bottom.
#[derive(Default)]
struct Board {
    panels: Vec<Json>,
    x: i64,
    y: i64,
}

impl Board {
    /// Adds a panel of so many columns.
    fn add(&mut self, width: i64, mut panel: Json) {
        if self.x + width > COLUMNS {
            self.x = 0;
            self.y += HEIGHT;
        }
        if let Some(fields) = panel.as_object_mut() {
            fields.insert("id".into(), (self.panels.len() + 1).into());
            fields.insert("gridPos".into(), json!({ "h": HEIGHT, "w": width, "x": self.x, "y": self.y }));
            fields.insert("datasource".into(), source());
        }
        self.x += width;
        self.panels.push(panel);
    }
}

fn source() -> Json {
    json!({ "type": "prometheus", "uid": "${datasource}" })
}

fn target(expr: String, legend: &str, letter: char) -> Json {
    json!({ "datasource": source(), "expr": expr, "legendFormat": legend, "refId": letter.to_string() })
}

/// What is left of the budgets, and how fast they burn.
fn promised(board: &mut Board, name: &str, found: &[&super::promise::Promise]) {
    let each = |record: &str| -> Vec<Json> {
        found
            .iter()
            .zip('A'..='Z')
            .map(|(p, letter)| target(Series::new(record).with("slo", &p.id).text(), &p.says, letter))
            .collect()
    };
    board.add(
        8,
        json!({
            "fieldConfig": { "defaults": {
                "max": 1, "min": 0, "unit": "percentunit",
                "thresholds": { "mode": "absolute", "steps": [
                    { "color": "red", "value": null },
                    { "color": "yellow", "value": 0.1 },
                    { "color": "green", "value": 0.5 },
                ] },
            }, "overrides": [] },
            "targets": each("slo:error_budget_remaining:ratio"),
            "title": format!("{name}: error budget left"),
            "type": "bargauge",
        }),
    );
    board.add(
        16,
        json!({
            "fieldConfig": { "defaults": { "min": 0, "unit": "short" }, "overrides": [] },
            "targets": each("slo:current_burn_rate:ratio"),
            "title": format!("{name}: times faster than allowed that the budget burns"),
            "type": "timeseries",
        }),
    );
}

fn measured(board: &mut Board, title: &str, panel: &StructValue, metric: &StructValue, name: &str) {
    let by = read::texts(panel, "by").unwrap_or_default();
    let by: Vec<&str> = by.iter().map(String::as_str).collect();
    let series = Series::new(name).select(panel, "select", Match::Is);
    let expr = promql::reading(metric, &series, read::field(panel, "quantile"), &by, "5m", true);
    let legend = by.iter().map(|l| format!("{{{{{l}}}}}")).collect::<Vec<_>>().join(" ");
    let width = read::int(panel, "width").unwrap_or(12);
    board.add(
        width,
        json!({
            "fieldConfig": { "defaults": { "unit": unit(metric) }, "overrides": [] },
            "targets": [target(expr, if legend.is_empty() { title } else { &legend }, 'A')],
            "title": title,
            "type": read::text(panel, "as").unwrap_or("timeseries"),
        }),
    );
}

/// Grafana's name of what the reading of a metric is measured in.
fn unit(metric: &StructValue) -> &'static str {
    let of = match read::field(metric, "unit") {
        Value::Quantity(q) => q.unit.text.as_str(),
        _ => "",
    };
    let counter = read::member(metric, "type").is_some_and(|m| m.name == "counter");
    match (of, counter) {
        ("s", false) => "s",
        ("B", false) => "bytes",
        ("B", true) => "Bps",
        ("req" | "call", true) => "reqps",
        (_, true) => "cps",
        _ => "short",
    }
}
