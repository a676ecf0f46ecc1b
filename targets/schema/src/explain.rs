//! What is known of the fields of a kind of object: for documentation and completion.

use crate::{Kind, closed};
use serde_json::Value as Json;

/// Lists in lists and maps of maps that a path goes into between two names.
const MAX_INNER: usize = 8;

/// A field of an object.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct FieldInfo {
    /// Its name.
    pub name: String,
    /// `string`, `integer`, `[object]`, `{string: quantity}`.
    pub ty: String,
    /// Whether an object has to have it.
    pub required: bool,
    /// Its documentation, where the definition has one.
    pub doc: Option<String>,
    /// What it may be, if that is one of a few texts.
    pub values: Vec<String>,
    /// What an API server fills in, as JSON.
    pub default: Option<String>,
}

/// A place in a schema, and in the definition as it was written.
#[derive(Clone, Copy)]
struct At<'a> {
    schema: &'a Json,
    /// Of custom resources only: closed schemas have no documentation.
    written: Option<&'a Json>,
}

impl Kind {
    /// `karpenter.sh/v1`
    pub fn api(&self) -> &str {
        &self.api
    }

    /// `NodePool`
    pub fn name(&self) -> &str {
        &self.kind
    }

    /// The fields of what stands at a path, by name; elements of lists and values of maps are gone into without a step.
    /// Empty for what has no fields, `None` for a path that is not there.
    pub fn fields_at(&self, path: &[&str]) -> Option<Vec<FieldInfo>> {
        let at = self.inside(self.walk(path)?);
        let here = closed::resolved(&self.schema, at.schema);
        let required: Vec<&str> = here
            .get("required")
            .and_then(Json::as_array)
            .into_iter()
            .flatten()
            .filter_map(Json::as_str)
            .collect();
        let fields = here.get("properties").and_then(Json::as_object).into_iter().flatten();
        Some(
            fields
                .map(|(name, schema)| {
                    let written = at.written.and_then(|w| w.get("properties")?.get(name));
                    self.info(name, At { schema, written }, required.contains(&name.as_str()))
                })
                .collect(),
        )
    }

    /// What stands at a path.
    pub fn field_at(&self, path: &[&str]) -> Option<FieldInfo> {
        let Some((last, front)) = path.split_last() else {
            let at = At { schema: &self.schema, written: self.custom.as_ref() };
            return Some(self.info(&self.kind, at, false));
        };
        self.fields_at(front)?.into_iter().find(|f| f.name == *last)
    }

    fn walk(&self, path: &[&str]) -> Option<At<'_>> {
        let mut at = At { schema: &self.schema, written: self.custom.as_ref() };
        for name in path {
            at = self.inside(at);
            let here = closed::resolved(&self.schema, at.schema);
            at = At {
                schema: here.get("properties")?.get(*name)?,
                written: at.written.and_then(|w| w.get("properties")?.get(*name)),
            };
        }
        Some(at)
    }

    /// Through lists and maps, to what has fields.
    fn inside<'a>(&'a self, mut at: At<'a>) -> At<'a> {
        for _ in 0..MAX_INNER {
            let here = closed::resolved(&self.schema, at.schema);
            if here.get("properties").is_some() {
                break;
            }
            let step = ["items", "additionalProperties"].into_iter().find_map(|key| {
                let schema = here.get(key).filter(|s| s.is_object())?;
                Some(At { schema, written: at.written.and_then(|w| w.get(key)) })
            });
            match step {
                Some(next) => at = next,
                None => break,
            }
        }
        at
    }

    fn info(&self, name: &str, at: At<'_>, required: bool) -> FieldInfo {
        let here = closed::resolved(&self.schema, at.schema);
        let text = |key: &str| at.written.and_then(|w| w.get(key));
        let values = here.get("enum").and_then(Json::as_array).into_iter().flatten();
        FieldInfo {
            name: name.to_owned(),
            ty: self.shown(at.schema, 0),
            required,
            doc: text("description").and_then(Json::as_str).map(str::to_owned),
            values: values.map(|v| v.as_str().map_or_else(|| v.to_string(), str::to_owned)).collect(),
            default: text("default").map(Json::to_string),
        }
    }

    fn shown(&self, schema: &Json, depth: usize) -> String {
        let here = closed::resolved(&self.schema, schema);
        let inner = |key: &str| match here.get(key).filter(|s| s.is_object() && depth < MAX_INNER) {
            Some(inner) => self.shown(inner, depth + 1),
            None => "any".to_owned(),
        };
        match here.get("type").and_then(Json::as_str) {
            Some("array") => format!("[{}]", inner("items")),
            Some("object") if here.get("additionalProperties").is_some_and(Json::is_object) => {
                format!("{{string: {}}}", inner("additionalProperties"))
            }
            Some(plain) => plain.to_owned(),
            None => {
                let several = here.get("anyOf").and_then(Json::as_array).into_iter().flatten();
                let several: Vec<String> = several.map(|s| self.shown(s, depth + 1)).collect();
                match several.is_empty() {
                    true if here.get("properties").is_some() => "object".to_owned(),
                    true => "any".to_owned(),
                    false => several.join(" | "),
                }
            }
        }
    }
}
