//! A patch into an object, by the object's schema: structs and maps by key, lists by their merge keys.

use crate::{Kind, closed};
use serde_json::{Map, Value as Json};

impl Kind {
    /// Merges `patch` into `object`. `null` takes a field out; a list without merge keys replaces the other.
    pub fn merge(&self, object: &mut Json, patch: &Json) {
        merge(&self.schema, &self.schema, object, patch);
    }
}

fn merge(root: &Json, schema: &Json, target: &mut Json, patch: &Json) {
    match (target, patch) {
        (Json::Object(target), Json::Object(patch)) => fields(root, schema, target, patch),
        (Json::Array(target), Json::Array(patch)) => list(root, schema, target, patch),
        (target, patch) => *target = without_nulls(patch),
    }
}

fn fields(root: &Json, schema: &Json, target: &mut Map<String, Json>, patch: &Map<String, Json>) {
    const NOTHING: &Json = &Json::Null;
    for (name, value) in patch {
        if value.is_null() {
            target.remove(name);
            continue;
        }
        let inner = closed::inner(root, schema, name, false).unwrap_or(NOTHING);
        match target.get_mut(name) {
            Some(old) => merge(root, inner, old, value),
            None => {
                target.insert(name.clone(), without_nulls(value));
            }
        }
    }
}

fn list(root: &Json, schema: &Json, target: &mut Vec<Json>, patch: &[Json]) {
    const NOTHING: &Json = &Json::Null;
    let keys = closed::keys(root, schema);
    let here = closed::resolved(root, schema);
    let text = |key: &str| schema.get(key).or_else(|| here.get(key)).and_then(Json::as_str);
    let set = text("x-kubernetes-list-type") == Some("set")
        || keys.is_empty() && text("x-kubernetes-patch-strategy") == Some("merge");
    if set {
        for item in patch {
            if !target.contains(item) {
                target.push(item.clone());
            }
        }
        return;
    }
    if keys.is_empty() {
        *target = patch.iter().map(without_nulls).collect();
        return;
    }
    let inner = closed::inner(root, schema, "", true).unwrap_or(NOTHING);
    for item in patch {
        let same = |old: &&mut Json| keys.iter().all(|k| old.get(k) == item.get(k) && item.get(k).is_some());
        match target.iter_mut().find(same) {
            Some(old) => merge(root, inner, old, item),
            None => target.push(without_nulls(item)),
        }
    }
}

/// A value without the fields that are `null`.
pub(crate) fn without_nulls(value: &Json) -> Json {
    match value {
        Json::Object(fields) => fields
            .iter()
            .filter(|(_, v)| !v.is_null())
            .map(|(k, v)| (k.clone(), without_nulls(v)))
            .collect::<Map<_, _>>()
            .into(),
        Json::Array(items) => {
            items.iter().filter(|v| !v.is_null()).map(without_nulls).collect::<Vec<_>>().into()
        }
        other => other.clone(),
    }
}
