//! Queries: of rules, and of dashboards in ConfigMaps. The Prometheus operator's webhook refuses rules that do not parse.

use promql_parser::parser;
use serde_json::Value as Json;

/// Queries that do not parse.
pub fn faults(kind: &str, object: &Json) -> Vec<String> {
    let mut queries = Vec::new();
    match kind {
        "PrometheusRule" => below(object, &mut queries),
        "ConfigMap" => {
            let data = object.get("data").and_then(Json::as_object);
            for text in data.into_iter().flatten().filter_map(|(_, v)| v.as_str()) {
                if let Ok(dashboard @ Json::Object(_)) = serde_json::from_str(text) {
                    below(&dashboard, &mut queries);
                }
            }
        }
        _ => {}
    }
    let fault = |query: &String| parser::parse(query).err().map(|e| format!("{query}: {e}"));
    queries.iter().filter_map(fault).collect()
}

/// Every text called `expr`.
fn below(value: &Json, found: &mut Vec<String>) {
    match value {
        Json::Object(fields) => {
            for (name, value) in fields {
                match value {
                    Json::String(query) if name == "expr" => found.push(query.clone()),
                    value => below(value, found),
                }
            }
        }
        Json::Array(items) => items.iter().for_each(|item| below(item, found)),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::faults;
    use serde_json::json;

    #[test]
    fn rules_and_dashboards_are_read() {
        let rule = |expr: &str| json!({ "spec": { "groups": [{ "rules": [{ "expr": expr }] }] } });
        assert!(faults("PrometheusRule", &rule("sum by (a) (rate(x[5m])) > 0.5")).is_empty());
        assert_eq!(faults("PrometheusRule", &rule("sum by (a (rate(x[5m]))")).len(), 1);
        let dashboard =
            json!({ "data": { "x.json": "{\"panels\": [{\"targets\": [{\"expr\": \"rate(\"}]}]}" } });
        assert_eq!(faults("ConfigMap", &dashboard).len(), 1);
        assert!(faults("Service", &rule("(")).is_empty());
    }
}
