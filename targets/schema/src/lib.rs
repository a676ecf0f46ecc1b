//! Schemas of Kubernetes' objects: the built-in kinds, custom resources of well-known projects, and those of definitions
//! that a package names.
//!
//! Takes an object. Gives what an API server would refuse of it, each with the path of the key or value that is wrong; and
//! merges a patch into an object by its schema. Nothing is unpacked or compiled before somebody asks for that kind.
//! Never reads a file.

mod closed;
mod custom;
mod explain;
mod groups;
mod judge;
mod merge;
mod shipped;

pub use custom::{BadDefinition, Catalog};
pub use explain::FieldInfo;
pub use judge::{Fault, Spot};

use jsonschema::Validator;
use kube_cel::CompiledSchema;
use serde_json::Value as Json;
use std::sync::{Arc, OnceLock};

/// What is known of a kind of object.
pub struct Kind {
    /// `karpenter.sh/v1`
    api: String,
    /// `NodePool`
    kind: String,
    namespaced: bool,
    /// A closed JSON Schema (draft 4) for the whole object.
    schema: Json,
    /// The schema as its definition has it, with defaults and rules; of custom resources only.
    custom: Option<Json>,
    strict: OnceLock<Option<Validator>>,
    partial: OnceLock<Option<Validator>>,
    rules: OnceLock<CompiledSchema>,
}

impl Kind {
    fn new(api: &str, kind: &str, namespaced: bool, schema: Json, custom: Option<Json>) -> Arc<Kind> {
        Arc::new(Kind {
            api: api.to_owned(),
            kind: kind.to_owned(),
            namespaced,
            schema,
            custom,
            strict: OnceLock::new(),
            partial: OnceLock::new(),
            rules: OnceLock::new(),
        })
    }

    /// Whether its objects belong to a namespace.
    pub fn namespaced(&self) -> bool {
        self.namespaced
    }
}
