//! OpenAPI schemas as JSON Schema (draft 4), closed against unknown fields.

use crate::enums;
use serde_json::{Map, Value as Json, json};

/// Metadata of every object.
pub const OBJECT_META: &str = "io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta";
const QUANTITY: &str = "io.k8s.apimachinery.pkg.api.resource.Quantity";
/// Fields that a schema does not list are allowed.
pub const OPEN: &str = "x-kubernetes-preserve-unknown-fields";

/// A schema that others refer to by name, closed.
pub fn component(name: &str, schema: &Json) -> Json {
    match name {
        // The schema says "string or number" only.
        QUANTITY => json!({ "anyOf": [{ "type": "number" }, { "type": "string", "pattern": quantity() }] }),
        _ => {
            let mut schema = closed(schema);
            let fields = schema.get_mut("properties").and_then(Json::as_object_mut);
            for (field, of) in fields.into_iter().flatten() {
                if let (Some(values), Some(of)) = (enums::values(name, field), of.as_object_mut()) {
                    of.insert("enum".to_owned(), json!(values));
                }
            }
            schema
        }
    }
}

/// `resource.ParseQuantity`'s syntax.
fn quantity() -> &'static str {
    r"^[+-]?([0-9]+|[0-9]+\.[0-9]*|\.[0-9]+)([KMGTPE]i|[numkMGTPE]|[eE][+-]?[0-9]+)?$"
}

/// A schema that allows the listed fields only, wherever fields are listed.
pub fn closed(schema: &Json) -> Json {
    let Some(source) = schema.as_object() else { return schema.clone() };
    let mut out = Map::new();
    for (key, value) in source {
        let value = match key.as_str() {
            "description" | "default" | "example" | "title" => continue,
            "properties" => each(value),
            "items" => closed(value),
            "additionalProperties" if value.is_object() => closed(value),
            // References to closed schemas, or metadata's own rules. Others list some fields only.
            "allOf" if source.get("properties").is_none() => {
                value.as_array().into_iter().flatten().map(closed).collect::<Vec<_>>().into()
            }
            _ => value.clone(),
        };
        out.insert(key.clone(), value);
    }
    let is = |key: &str| source.get(key) == Some(&Json::Bool(true));
    if is("x-kubernetes-int-or-string") {
        out.remove("type");
        out.entry("anyOf").or_insert_with(|| json!([{ "type": "integer" }, { "type": "string" }]));
    }
    if is("x-kubernetes-embedded-resource") {
        let fields = out.entry("properties").or_insert_with(|| json!({}));
        if let Some(fields) = fields.as_object_mut() {
            for (name, of) in [("apiVersion", "string"), ("kind", "string"), ("metadata", "object")] {
                fields.entry(name).or_insert_with(|| json!({ "type": of }));
            }
        }
    }
    let lists_fields = out.contains_key("properties");
    if lists_fields && !out.contains_key("additionalProperties") && !is(OPEN) {
        out.insert("additionalProperties".to_owned(), Json::Bool(false));
    }
    let bounds = match source.get("format").and_then(Json::as_str) {
        Some("int32") => Some((i64::from(i32::MIN), i64::from(i32::MAX))),
        Some("int64") => Some((i64::MIN, i64::MAX)),
        _ => None,
    };
    if let Some((min, max)) = bounds {
        out.entry("minimum").or_insert_with(|| json!(min));
        out.entry("maximum").or_insert_with(|| json!(max));
    }
    Json::Object(out)
}

fn each(properties: &Json) -> Json {
    let fields = properties.as_object().into_iter().flatten();
    fields.map(|(name, s)| (name.clone(), closed(s))).collect::<Map<_, _>>().into()
}

/// Keys of lists and of sets that occur twice, along the structure of a schema.
pub fn repeated(root: &Json, schema: &Json, value: &Json, path: &str, found: &mut Vec<String>) {
    let schema = resolved(root, schema);
    match value {
        Json::Object(fields) => {
            for (name, value) in fields {
                let listed = schema.get("properties").and_then(|p| p.get(name));
                if let Some(of) =
                    listed.or_else(|| schema.get("additionalProperties").filter(|a| a.is_object()))
                {
                    repeated(root, of, value, &format!("{path}.{name}"), found);
                }
            }
        }
        Json::Array(items) => {
            let keys = schema.get("x-kubernetes-list-map-keys").and_then(Json::as_array);
            let set = schema.get("x-kubernetes-list-type").and_then(Json::as_str) == Some("set");
            let mut seen = Vec::new();
            for (i, item) in items.iter().enumerate() {
                let path = format!("{path}[{i}]");
                let key: Option<Vec<Option<&Json>>> = match keys {
                    Some(keys) => Some(keys.iter().filter_map(Json::as_str).map(|k| item.get(k)).collect()),
                    None => set.then(|| vec![Some(item)]),
                };
                if let Some(key) = key {
                    if seen.contains(&key) {
                        found.push(format!("{path}: the same key again"));
                    }
                    seen.push(key);
                }
                if let Some(of) = schema.get("items") {
                    repeated(root, of, item, &path, found);
                }
            }
        }
        _ => {}
    }
}

/// What a schema refers to.
fn resolved<'a>(root: &'a Json, mut schema: &'a Json) -> &'a Json {
    loop {
        let reference = schema.get("$ref").or_else(|| schema.pointer("/allOf/0/$ref")).and_then(Json::as_str);
        match reference.and_then(|r| root.pointer(r.trim_start_matches('#'))) {
            Some(next) => schema = next,
            None => return schema,
        }
    }
}
