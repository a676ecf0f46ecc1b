//! Schemas of providers, as `terraform providers schema -json` prints them, in files that a package names.
//!
//! Takes texts. Gives what a resource of a type may hold: for completion, and for mistakes in bodies. What no file says of a
//! type is not known, and nothing is said of it.
use ivs_plan::{Context, KnownField};
use serde_json::{Map, Value as Json};
use smol_str::SmolStr;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

type Files = Vec<(SmolStr, Arc<str>)>;

/// What is known of resources.
#[derive(Debug, Default)]
pub struct Schemas {
    /// The `block` of each type.
    types: BTreeMap<String, Json>,
    bad: Vec<(SmolStr, String)>,
}

/// What a name in a resource's body stands for.
#[derive(Clone, Copy, Debug)]
pub enum Member<'a> {
    /// `name = value`
    Attribute(&'a Json),
    /// `name { … }`, perhaps several.
    Block(&'a Json),
}

/// Arguments of Terraform itself, which every resource has.
pub const META: [(&str, &str, &str); 4] = [
    ("depends_on", "[resource]", "What has to be made before it, although nothing of it is read."),
    ("lifecycle", "object", "How it is replaced, and which changes are let be."),
    ("provider", "string", "The provider's configuration, if it is not the usual one: `aws.other`."),
    ("provisioner", "object", "What is run once it was made; a last resort."),
];

/// What `lifecycle` may hold.
const LIFECYCLE: [(&str, &str, &str); 4] = [
    ("create_before_destroy", "bool", "The new one is made before the old one goes."),
    ("prevent_destroy", "bool", "A plan that would destroy it is refused."),
    ("ignore_changes", "[string]", "Arguments that others change, by name; `all` for every one."),
    ("replace_triggered_by", "[resource]", "What makes it new whenever it changes."),
];

/// The schemas of the package; the same ones as long as its files are the same.
pub fn schemas(context: &dyn Context) -> Arc<Schemas> {
    of(context.schemas())
}

/// The files among these that hold no schema, with the reason.
pub fn bad(files: Files) -> Vec<(SmolStr, String)> {
    of(files).bad.clone()
}

fn of(files: Files) -> Arc<Schemas> {
    static LAST: Mutex<Option<(Files, Arc<Schemas>)>> = Mutex::new(None);
    if files.is_empty() {
        return Arc::default();
    }
    let Ok(mut last) = LAST.lock() else { return Arc::default() };
    if let Some((known, schemas)) = last.as_ref()
        && *known == files
    {
        return schemas.clone();
    }
    let mut read = Schemas::default();
    for (path, text) in &files {
        if let Err(why) = read.add(text) {
            read.bad.push((path.clone(), why));
        }
    }
    let schemas = Arc::new(read);
    *last = Some((files, schemas.clone()));
    schemas
}

impl Schemas {
    fn add(&mut self, text: &str) -> Result<(), String> {
        let mut document: Json = serde_json::from_str(text).map_err(|e| format!("it is not JSON: {e}"))?;
        let providers = document.get_mut("provider_schemas").and_then(Json::as_object_mut);
        let Some(providers) = providers else { return Err("it has no `provider_schemas`".into()) };
        let before = self.types.len();
        for provider in providers.values_mut() {
            let Some(types) = provider.get_mut("resource_schemas").and_then(Json::as_object_mut) else {
                continue;
            };
            for (name, schema) in types.iter_mut() {
                if let Some(block) = schema.get_mut("block") {
                    self.types.insert(name.clone(), block.take());
                }
            }
        }
        match self.types.len() > before {
            true => Ok(()),
            false => Err("no provider in it has `resource_schemas`".into()),
        }
    }

    /// What a resource of a type holds: a block of its schema.
    pub fn resource(&self, kind: &str) -> Option<&Json> {
        self.types.get(kind)
    }

    /// The types of resources.
    pub fn types(&self) -> Vec<KnownField> {
        let one = |(name, block): (&String, &Json)| KnownField {
            name: name.clone(),
            ty: "string".to_owned(),
            docs: docs(block, block),
            of: "a type of resource".to_owned(),
            ..KnownField::default()
        };
        self.types.iter().map(one).collect()
    }

    /// What a resource of a type has once it is made: all that can be said of it, and what the provider says.
    pub fn made(&self, kind: &str) -> Vec<KnownField> {
        let Some(block) = self.resource(kind) else { return Vec::new() };
        objects(block, "attributes").map(|(name, of)| attribute(kind, name, of)).collect()
    }

    /// The fields at a path of a resource's body.
    pub fn fields(&self, kind: &str, path: &[&str]) -> Vec<KnownField> {
        let Some(mut block) = self.resource(kind) else { return Vec::new() };
        if path == ["lifecycle"] {
            return LIFECYCLE.iter().map(of_terraform).collect();
        }
        for name in path {
            block = match member(block, name) {
                Some(Member::Block(of)) => match of.get("block") {
                    Some(inner) => inner,
                    None => return Vec::new(),
                },
                Some(Member::Attribute(of)) => match of.get("nested_type") {
                    Some(inner) => inner,
                    None => return Vec::new(),
                },
                None => return Vec::new(),
            };
        }
        let mut out: Vec<KnownField> = Vec::new();
        for (name, of) in objects(block, "attributes") {
            if !is_set_by_provider(of) {
                out.push(attribute(kind, name, of));
            }
        }
        for (name, of) in objects(block, "block_types") {
            out.push(nested(kind, name, of));
        }
        if path.is_empty() {
            let own = META.iter().filter(|(name, ..)| *name != "provisioner");
            out.extend(own.map(of_terraform));
        }
        out
    }
}

/// What a name stands for in a block.
pub fn member<'a>(block: &'a Json, name: &str) -> Option<Member<'a>> {
    let attribute = block.get("attributes").and_then(|a| a.get(name)).map(Member::Attribute);
    attribute.or_else(|| block.get("block_types").and_then(|b| b.get(name)).map(Member::Block))
}

/// The names that a block takes.
pub fn names(block: &Json) -> Vec<&str> {
    let attributes = objects(block, "attributes").filter(|(_, of)| !is_set_by_provider(of));
    attributes.chain(objects(block, "block_types")).map(|(name, _)| name).collect()
}

/// The arguments that a block cannot do without.
pub fn required(block: &Json) -> impl Iterator<Item = &str> {
    let attributes = objects(block, "attributes").filter(|(_, of)| is(of, "required"));
    let at_least = |of: &Json| of.get("min_items").and_then(Json::as_u64).unwrap_or(0) > 0;
    attributes.chain(objects(block, "block_types").filter(move |(_, of)| at_least(of))).map(|(name, _)| name)
}

/// Whether a value cannot be given: it is the provider's to say.
pub fn is_set_by_provider(attribute: &Json) -> bool {
    is(attribute, "computed") && !is(attribute, "optional") && !is(attribute, "required")
}

/// Whether a value is a list or set of objects that are described by their type alone.
pub fn is_list_of_objects(attribute: &Json) -> bool {
    let Some([Json::String(outer), Json::Array(inner)]) =
        attribute.get("type").and_then(Json::as_array).map(Vec::as_slice)
    else {
        return false;
    };
    matches!(outer.as_str(), "list" | "set") && inner.first().and_then(Json::as_str) == Some("object")
}

fn is(of: &Json, what: &str) -> bool {
    of.get(what).and_then(Json::as_bool) == Some(true)
}

fn objects<'a>(block: &'a Json, what: &str) -> impl Iterator<Item = (&'a str, &'a Json)> + use<'a> {
    static NONE: std::sync::LazyLock<Map<String, Json>> = std::sync::LazyLock::new(Map::new);
    let all = block.get(what).and_then(Json::as_object).unwrap_or_else(|| &NONE);
    all.iter().map(|(name, of)| (name.as_str(), of))
}

fn attribute(kind: &str, name: &str, of: &Json) -> KnownField {
    let ty = match (of.get("type"), of.get("nested_type")) {
        (Some(ty), _) => spelled(ty),
        (None, Some(nested)) => collection(nested.get("nesting_mode"), false),
        (None, None) => "object".to_owned(),
    };
    KnownField {
        name: name.to_owned(),
        ty,
        required: is(of, "required"),
        docs: docs(of, of),
        of: kind.to_owned(),
        ..KnownField::default()
    }
}

fn nested(kind: &str, name: &str, of: &Json) -> KnownField {
    let count = |what: &str| of.get(what).and_then(Json::as_u64).unwrap_or(0);
    KnownField {
        name: name.to_owned(),
        ty: collection(of.get("nesting_mode"), count("max_items") == 1),
        required: count("min_items") > 0,
        docs: docs(of.get("block").unwrap_or(of), of),
        of: kind.to_owned(),
        ..KnownField::default()
    }
}

fn of_terraform((name, ty, docs): &(&str, &str, &str)) -> KnownField {
    KnownField {
        name: (*name).to_owned(),
        ty: (*ty).to_owned(),
        docs: Some((*docs).to_owned()),
        of: "every resource".to_owned(),
        ..KnownField::default()
    }
}

fn docs(of: &Json, flags: &Json) -> Option<String> {
    let text = of.get("description").and_then(Json::as_str).unwrap_or_default();
    match (is(flags, "deprecated"), text) {
        (true, "") => Some("Deprecated.".to_owned()),
        (true, text) => Some(format!("Deprecated. {text}")),
        (false, "") => None,
        (false, text) => Some(text.to_owned()),
    }
}

/// `["list", "string"]` as `[string]`.
fn spelled(ty: &Json) -> String {
    match ty {
        Json::String(name) if name == "dynamic" => "any".to_owned(),
        Json::String(name) => name.clone(),
        Json::Array(parts) => match (parts.first().and_then(Json::as_str), parts.get(1)) {
            (Some("list" | "set"), Some(of)) => format!("[{}]", spelled(of)),
            (Some("map"), Some(of)) => format!("{{string: {}}}", spelled(of)),
            (Some("tuple"), _) => "[any]".to_owned(),
            _ => "object".to_owned(),
        },
        _ => "any".to_owned(),
    }
}

fn collection(mode: Option<&Json>, single: bool) -> String {
    match mode.and_then(Json::as_str) {
        Some("list" | "set") if !single => "[object]".to_owned(),
        Some("map") => "{string: object}".to_owned(),
        _ => "object".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = r#"{ "format_version": "1.0", "provider_schemas": { "registry.terraform.io/acme/acme": { "resource_schemas": {
      "acme_thing": { "version": 0, "block": {
        "attributes": {
          "id": { "type": "string", "computed": true },
          "name": { "type": "string", "required": true, "description": "What it is called." },
          "labels": { "type": ["map", "string"], "optional": true },
          "old": { "type": ["list", ["object", { "a": "string" }]], "optional": true, "deprecated": true }
        },
        "block_types": { "rule": { "nesting_mode": "list", "min_items": 1, "block": { "attributes": { "port": { "type": "number", "required": true } } } } }
      } } } } } }"#;

    fn shown(path: &[&str]) -> Vec<String> {
        let mut schemas = Schemas::default();
        schemas.add(FILE).unwrap();
        let need = |f: &KnownField| if f.required { "!" } else { "" };
        let all = schemas.fields("acme_thing", path).into_iter().filter(|f| f.of == "acme_thing");
        all.map(|f| format!("{}{}: {} {}", f.name, need(&f), f.ty, f.docs.clone().unwrap_or_default()))
            .collect()
    }

    #[test]
    fn arguments_and_blocks_have_types_and_documentation() {
        let top = [
            "labels: {string: string} ",
            "name!: string What it is called.",
            "old: [object] Deprecated.",
            "rule!: [object] ",
        ];
        assert_eq!(shown(&[]), top);
        assert_eq!(shown(&["rule"]), ["port!: number "]);
        assert_eq!(shown(&["rule", "port"]), [""; 0]);
        assert_eq!(shown(&["other"]), [""; 0]);
    }

    #[test]
    fn what_is_no_schema_is_said() {
        for (text, why) in [
            ("{", "not JSON"),
            ("{}", "`provider_schemas`"),
            (r#"{"provider_schemas": {}}"#, "`resource_schemas`"),
        ] {
            let said = Schemas::default().add(text).unwrap_err();
            assert!(said.contains(why), "{said}");
        }
    }
}
