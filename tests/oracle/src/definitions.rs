//! Definitions on disk: `openapi/*.json` and `crds/PROJECT/*.yaml`.

use crate::structure;
use serde_json::{Map, Value as Json, json};
use std::path::{Path, PathBuf};
use std::{env, fs};

/// What is known of a kind.
pub struct Definition {
    /// A closed JSON Schema (draft 4) for the whole object.
    pub schema: Json,
    /// The schema as a definition has it, with defaults and CEL rules; of custom resources only.
    pub custom: Option<Json>,
    /// Whether its objects belong to a namespace.
    pub namespaced: bool,
}

/// A folder with definitions.
pub struct Definitions {
    folder: PathBuf,
    custom: Vec<String>,
}

impl Definitions {
    /// The folder that `IVS_ORACLES` names, or that usually lies beside the repository; `Err` says where none is.
    pub fn find() -> Result<Definitions, String> {
        let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/oracles");
        let folder = env::var_os("IVS_ORACLES").map_or(beside, PathBuf::from).join("kubernetes");
        if !folder.is_dir() {
            return Err(format!("no definitions in {} (IVS_ORACLES)", folder.display()));
        }
        Definitions::read(&folder)
    }

    /// Reads a folder. Custom resources are read as text only, and parsed when one is asked for.
    pub fn read(folder: &Path) -> Result<Definitions, String> {
        let mut custom = Vec::new();
        let crds = folder.join("crds");
        for project in sorted(&crds)? {
            if project.is_dir() {
                for file in sorted(&project)? {
                    custom.push(read(&file)?);
                }
            }
        }
        // Of projects that the folder does not have: written here, or brought by an example.
        let here = Path::new(env!("CARGO_MANIFEST_DIR"));
        let mut more = sorted(&here.join("definitions"))?;
        more.extend(sorted(&here.join("../../examples/devforge/crds"))?);
        for file in more {
            custom.push(read(&file)?);
        }
        Ok(Definitions { folder: folder.to_owned(), custom })
    }

    /// The definition of a kind, if there is one.
    pub fn get(&self, api: &str, kind: &str) -> Result<Option<Definition>, String> {
        let (group, version) = api.rsplit_once('/').unwrap_or(("", api));
        match self.built_in(group, version, kind)? {
            Some(found) => Ok(Some(found)),
            None => self.custom_resource(group, version, kind),
        }
    }

    fn openapi(&self, group: &str, version: &str) -> Result<Option<Json>, String> {
        let name = match group {
            "" => format!("api__{version}_openapi.json"),
            _ => format!("apis__{group}__{version}_openapi.json"),
        };
        let path = self.folder.join("openapi").join(name);
        if !path.is_file() {
            return Ok(None);
        }
        serde_json::from_str(&read(&path)?).map(Some).map_err(|e| format!("{}: {e}", path.display()))
    }

    fn built_in(&self, group: &str, version: &str, kind: &str) -> Result<Option<Definition>, String> {
        let Some(api) = self.openapi(group, version)? else { return Ok(None) };
        let wanted = json!({ "group": group, "version": version, "kind": kind });
        let is_it = |s: &Json| {
            s.get("x-kubernetes-group-version-kind")
                .and_then(Json::as_array)
                .is_some_and(|all| all.contains(&wanted))
        };
        let Some(schemas) = api.pointer("/components/schemas").and_then(Json::as_object) else {
            return Err(format!("no schemas for {group}/{version}"));
        };
        let Some((name, _)) = schemas.iter().find(|(_, s)| is_it(s)) else { return Ok(None) };
        let schema = json!({
            "allOf": [{ "$ref": format!("#/components/schemas/{name}") }],
            "components": { "schemas": components(schemas) },
        });
        // An object that is created has a path to be created under.
        let paths = api.get("paths").and_then(Json::as_object);
        let namespaced = paths.into_iter().flatten().any(|(path, operations)| {
            path.contains("/namespaces/{namespace}/")
                && operations.pointer("/post/x-kubernetes-group-version-kind") == Some(&wanted)
        });
        Ok(Some(Definition { schema, custom: None, namespaced }))
    }

    fn custom_resource(&self, group: &str, version: &str, kind: &str) -> Result<Option<Definition>, String> {
        let (of_group, of_kind) = (format!("group: {group}"), format!("kind: {kind}"));
        for text in self.custom.iter().filter(|t| t.contains(&of_group) && t.contains(&of_kind)) {
            for definition in crate::objects(text)? {
                let text = |path| definition.pointer(path).and_then(Json::as_str);
                if text("/kind") != Some("CustomResourceDefinition")
                    || text("/spec/group") != Some(group)
                    || text("/spec/names/kind") != Some(kind)
                {
                    continue;
                }
                let namespaced = text("/spec/scope") == Some("Namespaced");
                let versions = definition.pointer("/spec/versions").and_then(Json::as_array);
                let served = versions.into_iter().flatten().find(|v| {
                    v.get("name").and_then(Json::as_str) == Some(version)
                        && v.get("served") == Some(&json!(true))
                });
                let Some(schema) = served.and_then(|v| v.pointer("/schema/openAPIV3Schema")) else {
                    continue;
                };
                let custom = Some(schema.clone());
                return Ok(Some(Definition { schema: self.whole(schema)?, custom, namespaced }));
            }
        }
        Ok(None)
    }

    /// A custom resource's schema, closed, with the fields that every object has.
    fn whole(&self, schema: &Json) -> Result<Json, String> {
        let core = self.openapi("", "v1")?.ok_or("no schemas for the core group")?;
        let Some(schemas) = core.pointer("/components/schemas").and_then(Json::as_object) else {
            return Err("no schemas for the core group".to_owned());
        };
        let meta = json!({ "$ref": format!("#/components/schemas/{}", structure::OBJECT_META) });
        let mut schema = schema.clone();
        if let Some(root) = schema.as_object_mut() {
            let fields = root.entry("properties").or_insert_with(|| json!({}));
            if let Some(fields) = fields.as_object_mut() {
                fields.insert("apiVersion".to_owned(), json!({ "type": "string" }));
                fields.insert("kind".to_owned(), json!({ "type": "string" }));
                let own = fields.get("metadata").cloned().unwrap_or_else(|| json!({}));
                // Its own rules may restrict a name; they do not list all fields.
                let mut own = own;
                if let Some(own) = own.as_object_mut() {
                    own.insert(structure::OPEN.to_owned(), json!(true));
                }
                fields.insert("metadata".to_owned(), json!({ "allOf": [meta, own] }));
            }
        }
        let mut closed = structure::closed(&schema);
        if let Some(root) = closed.as_object_mut() {
            root.insert("components".to_owned(), json!({ "schemas": components(schemas) }));
        }
        Ok(closed)
    }
}

/// Schemas that others refer to, closed.
fn components(schemas: &Map<String, Json>) -> Json {
    schemas
        .iter()
        .map(|(name, s)| (name.clone(), structure::component(name, s)))
        .collect::<Map<_, _>>()
        .into()
}

fn sorted(folder: &Path) -> Result<Vec<PathBuf>, String> {
    let failed = |e| format!("{}: {e}", folder.display());
    let entries = fs::read_dir(folder).map_err(failed)?;
    let mut paths = entries.map(|e| e.map(|e| e.path())).collect::<Result<Vec<_>, _>>().map_err(failed)?;
    paths.sort();
    Ok(paths)
}

fn read(path: &Path) -> Result<String, String> {
    fs::read_to_string(path).map_err(|e| format!("{}: {e}", path.display()))
}
