//! Definitions of custom resources that a package names, besides those that the compiler knows.

use crate::{Kind, shipped};
use serde_json::Value as Json;
use smol_str::SmolStr;
use std::collections::BTreeMap;
use std::sync::Arc;

/// A file that was to define custom resources and does not.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct BadDefinition {
    /// Its path.
    pub path: SmolStr,
    /// Why.
    pub why: String,
}

/// All kinds that are known to a package.
#[derive(Default)]
pub struct Catalog {
    own: BTreeMap<(String, String), Arc<Kind>>,
    bad: Vec<BadDefinition>,
}

impl Catalog {
    /// From files with CustomResourceDefinitions, each with its path: YAML, one or several documents.
    pub fn new<'a>(files: impl IntoIterator<Item = (&'a str, &'a str)>) -> Catalog {
        let mut catalog = Catalog::default();
        for (path, text) in files {
            if let Err(why) = catalog.file(text) {
                catalog.bad.push(BadDefinition { path: path.into(), why });
            }
        }
        catalog
    }

    /// Files that define nothing.
    pub fn bad(&self) -> &[BadDefinition] {
        &self.bad
    }

    /// The kind, if it is known. A package's own definition wins.
    pub fn kind(&self, api: &str, kind: &str) -> Option<Arc<Kind>> {
        match self.own.get(&(api.to_owned(), kind.to_owned())) {
            Some(own) => Some(own.clone()),
            None => shipped::kind(api, kind),
        }
    }

    /// All kinds of that name, of every version, by API; the name's case does not matter. A package's own win.
    pub fn named(&self, kind: &str) -> Vec<Arc<Kind>> {
        let mut found: BTreeMap<String, Arc<Kind>> = BTreeMap::new();
        for (api, name) in shipped::named(kind) {
            found.extend(shipped::kind(&api, &name).map(|k| (api, k)));
        }
        for ((api, name), own) in &self.own {
            if name.eq_ignore_ascii_case(kind) {
                found.insert(api.clone(), own.clone());
            }
        }
        found.into_values().collect()
    }

    fn file(&mut self, text: &str) -> Result<(), String> {
        let documents: Vec<Json> = serde_saphyr::from_multiple(text).map_err(|e| {
            let text = e.to_string();
            format!("not YAML: {}", text.lines().next().unwrap_or_default())
        })?;
        let mut some = false;
        for document in &documents {
            let text = |path: &str| document.pointer(path).and_then(Json::as_str).unwrap_or_default();
            if text("/kind") != "CustomResourceDefinition" {
                continue;
            }
            let (group, kind) = (text("/spec/group"), text("/spec/names/kind"));
            let namespaced = text("/spec/scope") == "Namespaced";
            let versions = document.pointer("/spec/versions").and_then(Json::as_array);
            for version in versions.into_iter().flatten() {
                let name = version.get("name").and_then(Json::as_str).unwrap_or_default();
                let Some(schema) = version.pointer("/schema/openAPIV3Schema") else { continue };
                if version.get("served") == Some(&Json::Bool(false)) {
                    continue;
                }
                let api = format!("{group}/{name}");
                let known = shipped::whole(&api, kind, namespaced, schema.clone());
                self.own.insert((api, kind.to_owned()), known);
                some = true;
            }
        }
        match some {
            true => Ok(()),
            false => {
                Err("no CustomResourceDefinition with a served version and a schema is in it".to_owned())
            }
        }
    }
}
