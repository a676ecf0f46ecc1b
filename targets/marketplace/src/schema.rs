//! Shapes of records: JSON Schema 2020-12, and validators of MongoDB.
//!
//! Formats: json-schema.org/draft/2020-12, mongodb.com/docs/manual/reference/operator/query/jsonSchema (no `$ref`, no `format`).
use crate::desk::{self, Desk};
use crate::names::snake;
use crate::tree::{Map, Node};
use ivs_plan::{Context, Lowered, Subject, read};
use ivs_value::{StructValue, Value};
use std::sync::Arc;

/// Records that others refer to, in the order in which they were met.
#[derive(Default)]
pub struct Records(Vec<(String, Option<Map>)>);

impl Records {
    /// The record's name; its shape is kept for [`Records::definitions`]. `at` is where references point: `#/$defs/`.
    pub fn refer(&mut self, desk: &mut Desk<'_>, object: &StructValue, field: &str, at: &str) -> Option<Map> {
        let (name, found) = desk.follow_field(object, field)?;
        Some(self.place(desk, &name, &found, at))
    }

    /// A reference to a record that was followed.
    pub fn place(&mut self, desk: &mut Desk<'_>, name: &str, object: &Arc<StructValue>, at: &str) -> Map {
        if !self.0.iter().any(|(n, _)| n == name) {
            // Met before its fields are read, so records may refer to each other.
            self.0.push((name.to_owned(), None));
            let shape = shape(desk, self, object, at);
            if let Some(entry) = self.0.iter_mut().find(|(n, _)| n == name) {
                entry.1 = Some(shape);
            }
        }
        Map::new().with("$ref", format!("{at}{name}"))
    }

    /// All of them.
    pub fn definitions(self) -> Map {
        Map(self.0.into_iter().filter_map(|(name, shape)| Some((name, shape?.into()))).collect())
    }
}

/// `schema` → JSON Schema, and a validator.
pub fn lower(subject: &Subject, context: &dyn Context) -> Lowered {
    Desk::run(subject, context, |desk| {
        let object = subject.object.clone();
        let name = desk.name.clone();
        let mut records = Records::default();
        records.place(desk, &name, &object, "#/$defs/");
        let root = Map::new()
            .with("$schema", "https://json-schema.org/draft/2020-12/schema")
            .with("$id", format!("urn:ivs:{}:{name}", desk.context().package()))
            .with("title", desk::title(&object))
            .with("$ref", format!("#/$defs/{name}"))
            .with("$defs", records.definitions());
        desk.json("schemas", "schema.json", root);
        let validator = bson(desk, &object, &mut vec![name.clone()]);
        let command = Map::new()
            .with("create", snake(&name))
            .with("validator", Map::new().with("$jsonSchema", validator))
            .with("validationLevel", "strict")
            .with("validationAction", "error");
        desk.json("mongodb", "json", command);
    })
}

/// The shape of one record.
fn shape(desk: &mut Desk<'_>, records: &mut Records, object: &StructValue, at: &str) -> Map {
    let mut properties = Map::new();
    let mut required: Vec<Node> = Vec::new();
    for (name, field) in read::structs(object, "field") {
        let mut own = typed(desk, records, field, at);
        if read::flag(field, "list") {
            own = Map::new().with("type", "array").with("items", own);
        }
        own = own.and("description", read::text(field, "summary"));
        let example = match read::field(field, "example") {
            Value::Str(s) => Some(Node::from(s.as_str())),
            Value::Number(n) => n.decimal().map(Node::Number),
            Value::Bool(b) => Some((*b).into()),
            _ => None,
        };
        own = own.unless_empty("examples", example.into_iter().collect());
        properties = properties.with(name, own);
        if read::flag(field, "required") {
            required.push(name.into());
        }
    }
    Map::new()
        .with("type", "object")
        .and("description", read::text(object, "summary"))
        .with("properties", properties)
        .unless_empty("required", required)
        .with("additionalProperties", read::flag(object, "open"))
}

/// The type of one value.
pub fn typed(desk: &mut Desk<'_>, records: &mut Records, field: &StructValue, at: &str) -> Map {
    let Some(member) = read::member(field, "type") else { return Map::new() };
    let string = Map::new().with("type", "string");
    let fields = member.fields.as_deref();
    let inner = |name: &str| fields.map_or(&Value::None, |f| read::field(f, name));
    match member.name.as_str() {
        "text" => match read::base(inner("longest")).and_then(|n| n.to_i64()) {
            Some(n) => string.with("maxLength", n),
            None => string,
        },
        "integer" => {
            let out = Map::new().with("type", "integer");
            match read::ends(inner("range")) {
                Some((low, high)) => {
                    let whole = |v: &Value| read::base(v).and_then(|n| n.to_i64());
                    out.and("minimum", whole(low)).and("maximum", whole(high))
                }
                None => out,
            }
        }
        "decimal" => Map::new().with("type", "number"),
        "boolean" => Map::new().with("type", "boolean"),
        "timestamp" => string.with("format", "date-time"),
        "day" => string.with("format", "date"),
        "link" => string.with("format", "uri"),
        "email-address" => string.with("format", "email"),
        "color-code" => string.with("pattern", "^#[0-9a-fA-F]{6}$"),
        "object-id" => string.with("pattern", "^[0-9a-f]{24}$"),
        "choice" => {
            let words = inner("of").as_list().unwrap_or_default();
            string.with("enum", words.iter().filter_map(read::as_text).collect::<Node>())
        }
        "record" => match fields {
            Some(fields) => records.refer(desk, fields, "of", at).unwrap_or_default(),
            None => Map::new(),
        },
        _ => {
            Map::new().with("type", "object").with("additionalProperties", Map::new().with("type", "string"))
        }
    }
}

/// The shape as MongoDB checks it. A record inside of itself is only an object.
fn bson(desk: &mut Desk<'_>, object: &StructValue, inside: &mut Vec<String>) -> Map {
    let mut properties = Map::new();
    let mut required: Vec<Node> = Vec::new();
    let mut has_id = false;
    for (name, field) in read::structs(object, "field") {
        has_id |= name == "_id";
        let mut own = bson_type(desk, field, inside);
        if read::flag(field, "list") {
            own = Map::new().with("bsonType", "array").with("items", own);
        }
        properties = properties.with(name, own.and("description", read::text(field, "summary")));
        if read::flag(field, "required") {
            required.push(name.into());
        }
    }
    let open = read::flag(object, "open");
    if inside.len() == 1 && !open && !has_id {
        // Every document has one.
        properties = properties.with("_id", Map::new());
    }
    Map::new()
        .with("bsonType", "object")
        .with("properties", properties)
        .unless_empty("required", required)
        .with("additionalProperties", open)
}

fn bson_type(desk: &mut Desk<'_>, field: &StructValue, inside: &mut Vec<String>) -> Map {
    let Some(member) = read::member(field, "type") else { return Map::new() };
    let of = |kind: &str| Map::new().with("bsonType", kind);
    match member.name.as_str() {
        "integer" => {
            let mut own = typed(desk, &mut Records::default(), field, "");
            own.0.retain(|(k, _)| k != "type");
            Map(of("long").0.into_iter().chain(own.0).collect())
        }
        "decimal" => of("decimal"),
        "boolean" => of("bool"),
        "timestamp" | "day" => of("date"),
        "object-id" => of("objectId"),
        "record" => {
            let found = member.fields.as_deref().and_then(|f| desk.follow_field(f, "of"));
            match found {
                Some((name, record)) if !inside.contains(&name) => {
                    inside.push(name);
                    let out = bson(desk, &record, inside);
                    inside.pop();
                    out
                }
                _ => of("object"),
            }
        }
        "texts" => of("object").with("additionalProperties", of("string")),
        _ => {
            let mut own = typed(desk, &mut Records::default(), field, "");
            own.0.retain(|(k, _)| !matches!(k.as_str(), "type" | "format"));
            Map(of("string").0.into_iter().chain(own.0).collect())
        }
    }
}
