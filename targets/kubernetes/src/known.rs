//! The fields of objects that users write themselves, or patch: for completion.
use crate::definitions::catalog;
use ivs_plan::{Context, KnownField, read};
use ivs_schema::Kind;
use ivs_value::{StructValue, Value};
use std::sync::Arc;

/// The fields at a path of a `manifest`'s `body`, or of a `patch` of one kind of object.
pub fn fields(kind: &str, object: &StructValue, path: &[&str], context: &dyn Context) -> Vec<KnownField> {
    let (known, inner) = match path {
        ["body", inner @ ..] if kind == "manifest" => {
            let body = read::field(object, "body");
            let text = |key: &str| match body {
                Value::Map(m) => m.entries.iter().find_map(|(k, v)| match (k, v) {
                    (Value::Str(k), Value::Str(v)) if k == key => Some(v.to_string()),
                    _ => None,
                }),
                _ => None,
            };
            let found = match (text("apiVersion"), text("kind")) {
                (Some(api), Some(kind)) => catalog(context).kind(&api, &kind),
                (None, Some(kind)) => newest(context, &kind),
                _ => None,
            };
            match found {
                Some(known) => (known, inner),
                None if inner.is_empty() => return beginnings(),
                None => return Vec::new(),
            }
        }
        ["patch", of, inner @ ..] => match newest(context, of.split('/').next().unwrap_or(of)) {
            Some(known) => (known, inner),
            None => return Vec::new(),
        },
        _ => return Vec::new(),
    };
    let of = format!("{} {}", known.api(), known.name());
    let fields = known.fields_at(inner).unwrap_or_default().into_iter();
    fields
        .map(|f| KnownField {
            name: f.name,
            ty: f.ty,
            required: f.required,
            docs: f.doc,
            values: f.values,
            default: f.default,
            of: of.clone(),
        })
        .collect()
}

/// What every object begins with.
fn beginnings() -> Vec<KnownField> {
    let field = |name: &str, ty: &str, required: bool| KnownField {
        name: name.into(),
        ty: ty.into(),
        required,
        of: "every object".into(),
        ..KnownField::default()
    };
    vec![
        field("apiVersion", "string", true),
        field("kind", "string", true),
        field("metadata", "object", false),
    ]
}

/// The most settled version of a kind of object.
fn newest(context: &dyn Context, kind: &str) -> Option<Arc<Kind>> {
    let mut kinds = catalog(context).named(kind);
    kinds.sort_by_key(|k| {
        let version = k.api().rsplit('/').next().unwrap_or_default().trim_start_matches('v').to_owned();
        let digits: String = version.chars().take_while(char::is_ascii_digit).collect();
        (digits.len() == version.len(), digits.parse::<u32>().unwrap_or(0))
    });
    kinds.pop()
}
