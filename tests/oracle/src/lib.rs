//! Judges objects as an API server with strict fields would.
//!
//! Takes a folder with definitions (OpenAPI v3 of the built-in groups, CustomResourceDefinitions) and objects. Gives a
//! list of faults. Never knows what wrote the objects: nothing of ivs is used here.
//!
//! What it checks: structure, required and unknown fields, enums, bounds, patterns, list keys that occur twice,
//! quantities, names and labels, where a namespace belongs, the CEL rules of custom resources, and of what an API server
//! has in code the rules that the usual objects can break. What it does not: admission, and webhooks of operators.

mod code;
pub mod definitions;
pub mod enums;
mod judge;
mod names;
mod promql;
mod structure;

pub use judge::{Judge, Verdict};

use serde_json::Value as Json;

/// The objects of a YAML text. A key that occurs twice is an error.
pub fn objects(text: &str) -> Result<Vec<Json>, String> {
    let options = serde_saphyr::options! { budget: None };
    serde_saphyr::from_multiple_with_options(text, options).map_err(|e| e.to_string())
}
