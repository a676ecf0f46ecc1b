//! Asset administration shells: an environment as JSON, metamodel 3.1 (IDTA-01001-3-1, schema `https://admin-shell.io/aas/3/1`).
use crate::draft::Draft;
use ivs_plan::{Context, Lowered, Subject, read};
use ivs_value::{StructValue, Value};
use serde::Serialize;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Environment {
    asset_administration_shells: Vec<Shell>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    submodels: Vec<Submodel>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Shell {
    model_type: &'static str,
    id: String,
    id_short: String,
    asset_information: AssetInformation,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    submodels: Vec<Reference>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct AssetInformation {
    asset_kind: String,
    global_asset_id: String,
}

#[derive(Serialize)]
struct Reference {
    #[serde(rename = "type")]
    kind: &'static str,
    keys: [Key; 1],
}

#[derive(Serialize)]
struct Key {
    #[serde(rename = "type")]
    kind: &'static str,
    value: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Submodel {
    model_type: &'static str,
    id: String,
    id_short: String,
    kind: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    semantic_id: Option<Reference>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    submodel_elements: Vec<Element>,
}

#[derive(Serialize)]
#[serde(untagged)]
enum Element {
    Property(Property),
    Relation(Relation),
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Property {
    model_type: &'static str,
    id_short: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    semantic_id: Option<Reference>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    qualifiers: Vec<Qualifier>,
    value_type: &'static str,
    value: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Qualifier {
    kind: &'static str,
    #[serde(rename = "type")]
    name: &'static str,
    value_type: &'static str,
    value: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Relation {
    model_type: &'static str,
    id_short: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    semantic_id: Option<Reference>,
    first: Reference,
    second: Reference,
}

/// `asset` → its shell and submodels.
pub fn lower(subject: &Subject, context: &dyn Context) -> Lowered {
    Draft::run(subject, context, |draft| {
        let object = draft.object;
        let text = |o: &StructValue, field: &str| read::text(o, field).unwrap_or_default().to_owned();
        let (asset, shell) = (text(object, "id"), text(object, "shell"));
        let mut submodels = Vec::new();
        for (name, submodel) in read::structs(object, "submodel") {
            let mut elements = Vec::new();
            for (key, property) in read::structs(submodel, "property") {
                if read::text(property, "value").is_some_and(|t| t.contains(not_xml)) {
                    draft.find(
                        crate::codes::TEXT,
                        format!("the value of `{key}` has a control character, which XML cannot hold"),
                        &["submodel", name, "property", key, "value"],
                        None,
                    );
                }
                let Some((value_type, value, unit)) = value(read::field(property, "value")) else {
                    let shown = ivs_value::display(read::field(property, "value"));
                    draft.find(
                        crate::codes::NUMBER,
                        format!("{shown} has no exact decimal form"),
                        &["submodel", name, "property", key, "value"],
                        None,
                    );
                    continue;
                };
                let qualifiers = unit
                    .map(|value| Qualifier {
                        kind: "ConceptQualifier",
                        name: "unit",
                        value_type: "xs:string",
                        value,
                    })
                    .into_iter()
                    .collect();
                elements.push(Element::Property(Property {
                    model_type: "Property",
                    id_short: key.to_owned(),
                    semantic_id: semantic(property),
                    qualifiers,
                    value_type,
                    value,
                }));
            }
            submodels.push(Submodel {
                model_type: "Submodel",
                id: text(submodel, "id"),
                id_short: name.to_owned(),
                kind: "Instance",
                semantic_id: semantic(submodel),
                submodel_elements: elements,
            });
        }
        let mut relations = Vec::new();
        for (name, relation) in read::structs(object, "relation") {
            let Some(other) = read::reference(relation, "to").and_then(|r| draft.follow(r)) else { continue };
            relations.push(Element::Relation(Relation {
                model_type: "RelationshipElement",
                id_short: name.to_owned(),
                semantic_id: semantic(relation),
                first: to("AssetAdministrationShell", shell.clone()),
                second: to("AssetAdministrationShell", text(&other, "shell")),
            }));
        }
        if !relations.is_empty() {
            submodels.push(Submodel {
                model_type: "Submodel",
                id: format!("{shell}/relations"),
                id_short: "relations".into(),
                kind: "Instance",
                semantic_id: None,
                submodel_elements: relations,
            });
        }
        let environment = Environment {
            asset_administration_shells: vec![Shell {
                model_type: "AssetAdministrationShell",
                id: shell,
                id_short: id_short(draft.slug),
                asset_information: AssetInformation {
                    asset_kind: text(object, "kind"),
                    global_asset_id: asset,
                },
                submodels: submodels.iter().map(|s| to("Submodel", s.id.clone())).collect(),
            }],
            submodels,
        };
        draft.push("industry/shells", &format!("{}.aas", draft.slug), "the shell", &environment);
    })
}

/// Whether no XML document can have the character: <https://www.w3.org/TR/xml/#charsets>.
fn not_xml(c: char) -> bool {
    matches!(c, '\0'..='\u{8}' | '\u{b}' | '\u{c}' | '\u{e}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}')
}

/// A reference to something in an environment.
fn to(kind: &'static str, value: String) -> Reference {
    Reference { kind: "ModelReference", keys: [Key { kind, value }] }
}

/// What something means in a common vocabulary.
fn semantic(object: &StructValue) -> Option<Reference> {
    let value = read::text(object, "semantic")?.to_owned();
    Some(Reference { kind: "ExternalReference", keys: [Key { kind: "GlobalReference", value }] })
}

/// Type of XML Schema, text and unit of a value.
fn value(value: &Value) -> Option<(&'static str, String, Option<String>)> {
    Some(match value {
        Value::Str(text) => ("xs:string", text.to_string(), None),
        Value::Bool(flag) => ("xs:boolean", flag.to_string(), None),
        Value::Number(n) => match n.to_i64() {
            Some(whole) => ("xs:long", whole.to_string(), None),
            None => ("xs:decimal", n.decimal()?, None),
        },
        Value::Quantity(q) => {
            let shown = q.base.div(&q.unit.factor)?;
            ("xs:decimal", shown.decimal()?, Some(q.unit.text.to_string()))
        }
        Value::Date(..) => ("xs:date", ivs_value::display(value), None),
        _ => return None,
    })
}

/// A name as the metamodel takes it: letters, digits, `_`, `-`, a letter first, no `-` last, at most 128.
fn id_short(name: &str) -> String {
    let mapped: String =
        name.chars().map(|c| if c.is_ascii_alphanumeric() || c == '-' { c } else { '_' }).take(120).collect();
    let mapped = mapped.trim_end_matches('-');
    if mapped.starts_with(|c: char| c.is_ascii_alphabetic()) {
        mapped.to_owned()
    } else {
        format!("asset_{mapped}")
    }
}
