//! Values as trees of JSON: what users write freely becomes what Kubernetes reads.
use crate::emit::Emit;
use crate::{amounts, codes};
use ivs_plan::read;
use ivs_value::{Number, Quantity, Value};
use serde::Serialize;
use serde::ser::{SerializeMap, Serializer};
use serde_json::{Map, Value as Json};
use smol_str::SmolStr;

/// The tree of a patch: `none` is kept, as `null`, which takes a field out.
pub fn patch(emit: &mut Emit<'_>, value: &Value, path: &mut Vec<SmolStr>) -> Json {
    let Value::Map(map) = value else { return tree(emit, value, path) };
    let mut fields = Map::new();
    for (key, value) in &map.entries {
        let key = read::key(key);
        path.push(key.into());
        let value = patch(emit, value, path);
        path.pop();
        fields.insert(key.to_owned(), value);
    }
    Json::Object(fields)
}

/// The tree of a value. `none` is left out; what has no form in Kubernetes is reported at its place.
pub fn tree(emit: &mut Emit<'_>, value: &Value, path: &mut Vec<SmolStr>) -> Json {
    match value {
        Value::None | Value::Unknown => Json::Null,
        Value::Bool(b) => Json::Bool(*b),
        Value::Number(n) => match number(n) {
            Some(n) => n,
            None => refused(emit, value, path, "it has no finite decimal form; round it"),
        },
        Value::Percent(_) => match percent(value) {
            Some(text) => Json::String(text),
            None => refused(emit, value, path, "it has no finite decimal form; round it"),
        },
        Value::Quantity(q) => match quantity(q, value) {
            Some(text) => Json::String(text),
            None => refused(
                emit,
                value,
                path,
                "Kubernetes has cores, bytes, counts and durations in whole milliseconds; write the number it wants without a unit",
            ),
        },
        Value::Str(s) => Json::String(s.to_string()),
        Value::Date(..) | Value::Version(_) => Json::String(ivs_value::display(value)),
        Value::Member(m) if m.fields.is_none() => Json::String(m.text.to_string()),
        Value::Ref(r) => Json::String(emit.name_of(r).unwrap_or_default()),
        Value::List(items) => {
            let all = items.iter().enumerate().map(|(i, item)| {
                path.push(SmolStr::from(i.to_string()));
                let item = tree(emit, item, path);
                path.pop();
                item
            });
            Json::Array(all.filter(|v| !v.is_null()).collect())
        }
        Value::Map(map) => {
            let mut fields = Map::new();
            for (key, value) in &map.entries {
                put(emit, &mut fields, read::key(key), value, path);
            }
            Json::Object(fields)
        }
        Value::Struct(s) => {
            let mut fields = Map::new();
            for (key, value) in s.shape.fields.iter().zip(s.fields.iter()) {
                put(emit, &mut fields, key, value, path);
            }
            Json::Object(fields)
        }
        Value::Member(_) => refused(emit, value, path, "write its fields out"),
        Value::Range(_) => refused(emit, value, path, "write one of its ends: `x.min`, `x.max`"),
        Value::Late(_) => {
            refused(emit, value, path, "only Terraform knows it; objects of Kubernetes are written before")
        }
        Value::Secret(_) => refused(
            emit,
            value,
            path,
            "the compiler does not know it; name the Secret and its key: `valueFrom { secretKeyRef { name = …, key = … } }`",
        ),
    }
}

fn put(
    emit: &mut Emit<'_>,
    fields: &mut Map<String, Json>,
    key: &str,
    value: &Value,
    path: &mut Vec<SmolStr>,
) {
    path.push(key.into());
    let value = tree(emit, value, path);
    path.pop();
    if !value.is_null() {
        fields.insert(key.to_owned(), value);
    }
}

fn refused(emit: &mut Emit<'_>, value: &Value, path: &[SmolStr], help: &str) -> Json {
    let shown = match value {
        Value::Secret(_) => "a secret".to_owned(),
        value => format!("`{}`", ivs_value::display(value)),
    };
    let path: Vec<&str> = path.iter().map(SmolStr::as_str).collect();
    emit.find(
        codes::NO_FORM,
        format!("{shown} has no form in an object of Kubernetes"),
        &path,
        Some(help.into()),
    );
    Json::Null
}

/// A number: whole if it is, else a decimal fraction of up to nine places.
fn number(n: &Number) -> Option<Json> {
    match n.to_i64() {
        Some(whole) => Some(whole.into()),
        None => amounts::plain(n)?.parse::<f64>().ok().map(Json::from),
    }
}

fn percent(value: &Value) -> Option<String> {
    match value {
        Value::Percent(p) => Some(format!("{}%", amounts::plain(&p.mul(&Number::int(100))?)?)),
        _ => None,
    }
}

fn quantity(q: &Quantity, value: &Value) -> Option<String> {
    match q.unit.dim.as_base()?.as_str() {
        "time" => amounts::gateway_duration(value).filter(|_| !q.base.is_negative()),
        "money" => None,
        _ => amounts::by_dimension(value).map(|q| q.0),
    }
}

/// An object as it is printed: what it is and its metadata first, the rest by name.
pub struct Printed<'a>(pub &'a Json);

const FIRST: [&str; 3] = ["apiVersion", "kind", "metadata"];

impl Serialize for Printed<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Some(fields) = self.0.as_object() else { return self.0.serialize(serializer) };
        let mut map = serializer.serialize_map(Some(fields.len()))?;
        for key in FIRST {
            if let Some(value) = fields.get(key) {
                map.serialize_entry(key, value)?;
            }
        }
        for (key, value) in fields.iter().filter(|(k, _)| !FIRST.contains(&k.as_str())) {
            map.serialize_entry(key, value)?;
        }
        map.end()
    }
}
