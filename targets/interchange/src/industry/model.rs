//! Data models as JSON Schema, draft 2020-12.
use crate::draft::Draft;
use ivs_plan::{Context, Lowered, Subject, read};
use ivs_value::{StructValue, Value};
use serde::Serialize;
use serde::ser::{SerializeMap, Serializer};
use serde_json::Number;

/// A schema of an object.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Model {
    #[serde(rename = "$schema", skip_serializing_if = "Option::is_none")]
    schema: Option<&'static str>,
    title: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<String>,
    #[serde(rename = "type")]
    kind: &'static str,
    properties: Fields,
    required: Vec<String>,
    additional_properties: bool,
}

/// Fields in their declared order.
struct Fields(Vec<(String, Field)>);

impl Serialize for Fields {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (name, field) in &self.0 {
            map.serialize_entry(name, field)?;
        }
        map.end()
    }
}

#[derive(Serialize)]
#[serde(untagged)]
enum Field {
    One(Box<One>),
    Many(Many),
    Model(Box<Model>),
}

#[derive(Serialize)]
struct Many {
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<String>,
    #[serde(rename = "type")]
    kind: &'static str,
    items: Box<Field>,
}

#[derive(Serialize)]
struct One {
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<String>,
    #[serde(rename = "type")]
    kind: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    format: Option<String>,
    #[serde(rename = "enum", skip_serializing_if = "Vec::is_empty")]
    one_of: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pattern: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    minimum: Option<Number>,
    #[serde(skip_serializing_if = "Option::is_none")]
    maximum: Option<Number>,
}

/// Models inside of models, at most so deep: what contains itself has no end.
const DEPTH: usize = 16;

/// `data-model` → its schema.
pub fn lower(subject: &Subject, context: &dyn Context) -> Lowered {
    Draft::run(subject, context, |draft| {
        let object = draft.object;
        if let Some(mut model) = schema(draft, object, 0) {
            model.schema = Some("https://json-schema.org/draft/2020-12/schema");
            draft.push("industry/models", &format!("{}.schema", draft.slug), "the model", &model);
        }
    })
}

/// The schema of a model, without the word for its dialect.
pub fn schema(draft: &mut Draft<'_>, object: &StructValue, depth: usize) -> Option<Model> {
    if depth > DEPTH {
        draft.find(
            crate::codes::NAME,
            format!("models contain each other {DEPTH} deep, or without end"),
            &["field"],
            Some("let a model refer to another by an identifier".into()),
        );
        return None;
    }
    let mut fields = Vec::new();
    let mut required = Vec::new();
    for (name, value) in read::structs(object, "field") {
        if !read::flag(value, "optional") {
            required.push(name.to_owned());
        }
        let single = match read::reference(value, "of") {
            Some(of) => {
                let of = draft.follow(of)?;
                Field::Model(Box::new(schema(draft, &of, depth + 1)?))
            }
            None => Field::One(Box::new(one(draft, name, value))),
        };
        let field = match read::flag(value, "many") {
            true => Field::Many(Many { description: None, kind: "array", items: Box::new(single) }),
            false => single,
        };
        fields.push((name.to_owned(), field));
    }
    Some(Model {
        schema: None,
        title: read::text(object, "title").or(read::text(object, "name")).unwrap_or_default().to_owned(),
        description: read::text(object, "means").map(str::to_owned),
        kind: "object",
        properties: Fields(fields),
        required,
        additional_properties: read::flag(object, "extensible"),
    })
}

fn one(draft: &mut Draft<'_>, name: &str, value: &StructValue) -> One {
    let (kind, format) = match read::text(value, "type").unwrap_or_default() {
        "integer" => ("integer", None),
        "number" => ("number", None),
        "boolean" => ("boolean", None),
        "string" => ("string", None),
        other => ("string", Some(other.to_owned())),
    };
    let description = match (read::text(value, "means"), read::text(value, "unit")) {
        (Some(means), Some(unit)) => Some(format!("{means} [{unit}]")),
        (means, unit) => means.map(str::to_owned).or(unit.map(|u| format!("[{u}]"))),
    };
    let mut bound = |field: &str| match read::field(value, field) {
        Value::None => None,
        bound => Some(draft.number(bound, &["field", name, field])),
    };
    One {
        description,
        kind,
        format,
        minimum: bound("min"),
        maximum: bound("max"),
        one_of: read::texts(value, "one_of").unwrap_or_default(),
        pattern: read::text(value, "pattern").map(str::to_owned),
    }
}
