//! OpenAPI schemas as JSON Schema (draft 4), closed against unknown fields.

use serde_json::{Map, Value as Json, json};

/// Metadata of every object.
pub(crate) const OBJECT_META: &str = "io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta";
/// Where components are, as references say it.
pub(crate) const COMPONENTS: &str = "#/components/schemas/";
/// Fields that a schema does not list are allowed.
const OPEN: &str = "x-kubernetes-preserve-unknown-fields";
const QUANTITY: &str = "io.k8s.apimachinery.pkg.api.resource.Quantity";
/// The syntax of `resource.ParseQuantity`; the schema says "string or number" only.
const QUANTITY_PATTERN: &str =
    r"^[+-]?([0-9]+|[0-9]+\.[0-9]*|\.[0-9]+)([KMGTPE]i|[numkMGTPE]|[eE][+-]?[0-9]+)?$";

/// A schema that others refer to by name, closed.
pub(crate) fn component(name: &str, schema: &Json) -> Json {
    match name {
        QUANTITY => {
            json!({ "anyOf": [{ "type": "number" }, { "type": "string", "pattern": QUANTITY_PATTERN }] })
        }
        _ => closed(schema),
    }
}

/// A custom resource's schema, closed, with the fields that every object has.
pub(crate) fn whole(schema: &Json, components: &Map<String, Json>) -> Json {
    let mut schema = schema.clone();
    if let Some(root) = schema.as_object_mut() {
        let fields = root.entry("properties").or_insert_with(|| json!({}));
        if let Some(fields) = fields.as_object_mut() {
            fields.insert("apiVersion".to_owned(), json!({ "type": "string" }));
            fields.insert("kind".to_owned(), json!({ "type": "string" }));
            let mut own = fields.get("metadata").cloned().unwrap_or_else(|| json!({}));
            // Its own rules may restrict a name; they do not list all fields.
            if let Some(own) = own.as_object_mut() {
                own.insert(OPEN.to_owned(), json!(true));
            }
            let meta = json!({ "$ref": format!("{COMPONENTS}{OBJECT_META}") });
            fields.insert("metadata".to_owned(), json!({ "allOf": [meta, own] }));
        }
    }
    let mut closed = closed(&schema);
    if let Some(root) = closed.as_object_mut() {
        root.insert("components".to_owned(), json!({ "schemas": components }));
    }
    closed
}

/// A schema that allows the listed fields only, wherever fields are listed.
fn closed(schema: &Json) -> Json {
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

/// A schema that demands nothing: what a part of an object has to fulfil.
pub(crate) fn undemanding(schema: &Json) -> Json {
    match schema {
        Json::Object(fields) => fields
            .iter()
            .filter(|(key, value)| !(key.as_str() == "required" && value.is_array()))
            .filter(|(key, _)| !matches!(key.as_str(), "minItems" | "minProperties" | "oneOf" | "not"))
            .map(|(key, value)| (key.clone(), undemanding(value)))
            .collect::<Map<_, _>>()
            .into(),
        Json::Array(items) => items.iter().map(undemanding).collect::<Vec<_>>().into(),
        other => other.clone(),
    }
}

/// What a schema refers to.
pub(crate) fn resolved<'a>(root: &'a Json, mut schema: &'a Json) -> &'a Json {
    // References of schemas that are sound end; a loop of references alone is cut.
    for _ in 0..16 {
        let reference = schema.get("$ref").or_else(|| schema.pointer("/allOf/0/$ref")).and_then(Json::as_str);
        match reference.and_then(|r| root.pointer(r.trim_start_matches('#'))) {
            Some(next) => schema = next,
            None => break,
        }
    }
    schema
}

/// The schema of a field, of a map's values, or of a list's elements.
pub(crate) fn inner<'a>(root: &'a Json, schema: &'a Json, name: &str, in_list: bool) -> Option<&'a Json> {
    let here = resolved(root, schema);
    if in_list {
        return here.get("items");
    }
    let listed = here.get("properties").and_then(|p| p.get(name));
    listed.or_else(|| here.get("additionalProperties").filter(|a| a.is_object()))
}

/// List keys of a field: those by which patches merge, else those that make its elements differ. Beside the reference,
/// where a component is used for the elements.
pub(crate) fn keys<'a>(root: &'a Json, schema: &'a Json) -> Vec<&'a str> {
    let here = resolved(root, schema);
    let text = |s: &'a Json, key| s.get(key).and_then(Json::as_str);
    for s in [schema, here] {
        if let Some(key) = text(s, "x-kubernetes-patch-merge-key") {
            return vec![key];
        }
    }
    for s in [schema, here] {
        if let Some(keys) = s.get("x-kubernetes-list-map-keys").and_then(Json::as_array) {
            return keys.iter().filter_map(Json::as_str).collect();
        }
    }
    Vec::new()
}
