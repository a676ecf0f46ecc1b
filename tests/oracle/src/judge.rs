//! One object after the other.

use crate::definitions::Definitions;
use crate::{code, names, promql, structure};
use jsonschema::{Draft, PatternOptions, Validator};
use kube_cel::{CompiledSchema, RootContext, apply_defaults, compile_schema};
use serde_json::Value as Json;
use std::collections::BTreeMap;

/// Definitions, compiled as they are needed.
pub struct Judge {
    definitions: Definitions,
    kinds: BTreeMap<(String, String), Option<Compiled>>,
}

struct Compiled {
    schema: Json,
    validator: Validator,
    custom: Option<(Json, CompiledSchema)>,
    namespaced: bool,
}

/// What was found.
#[derive(Debug, Default)]
pub struct Verdict {
    /// What an API server would refuse.
    pub faults: Vec<String>,
    /// Rules that could not be judged.
    pub unjudged: Vec<String>,
}

/// Defaults may bring objects that have defaults.
const MAX_ROUNDS: usize = 32;

impl Judge {
    /// A judge that goes by these definitions.
    pub fn new(definitions: Definitions) -> Judge {
        Judge { definitions, kinds: BTreeMap::new() }
    }

    /// Judges an object that is to be created.
    pub fn judge(&mut self, object: &Json) -> Result<Verdict, String> {
        let text = |key| object.get(key).and_then(Json::as_str).unwrap_or_default().to_owned();
        let (api, kind) = (text("apiVersion"), text("kind"));
        let key = (api.clone(), kind.clone());
        if !self.kinds.contains_key(&key) {
            let compiled = self.compile(&api, &kind)?;
            self.kinds.insert(key.clone(), compiled);
        }
        let mut verdict = Verdict::default();
        let Some(Some(compiled)) = self.kinds.get(&key) else {
            verdict.faults.push(format!("there is no kind {kind} in {api}"));
            return Ok(verdict);
        };
        for fault in compiled.validator.iter_errors(object) {
            verdict.faults.push(format!("{}: {fault}", fault.instance_path()));
        }
        structure::repeated(&compiled.schema, &compiled.schema, object, "", &mut verdict.faults);
        verdict.faults.extend(names::faults(&kind, compiled.namespaced, object));
        verdict.faults.extend(code::faults(&kind, object));
        verdict.faults.extend(promql::faults(&kind, object));
        if let Some((schema, rules)) = &compiled.custom {
            unjudged(rules, "", &mut verdict.unjudged);
            let mut object = object.clone();
            for _ in 0..MAX_ROUNDS {
                let next = apply_defaults(schema, &object);
                if next == object {
                    break;
                }
                object = next;
            }
            let group = api.split_once('/').map_or("", |(g, _)| g).to_owned();
            let context = RootContext { api_version: api, api_group: group, kind };
            let validator = kube_cel::Validator::new();
            if let Err(broken) =
                validator.validate_compiled_with_context(rules, &object, None, Some(&context))
            {
                verdict
                    .faults
                    .extend(broken.into_vec().iter().map(|e| format!("{}: {}", e.field_path, e.message)));
            }
        }
        Ok(verdict)
    }

    fn compile(&self, api: &str, kind: &str) -> Result<Option<Compiled>, String> {
        let Some(definition) = self.definitions.get(api, kind)? else { return Ok(None) };
        let mut definition = definition;
        spell_out(&mut definition.schema);
        let validator = jsonschema::options()
            .with_draft(Draft::Draft4)
            .with_pattern_options(PatternOptions::regex())
            .should_validate_formats(true)
            .should_ignore_unknown_formats(true)
            .build(&definition.schema)
            .map_err(|e| format!("{api} {kind}: {e}"))?;
        let custom = definition.custom.map(|schema| {
            let rules = compile_schema(&schema);
            (schema, rules)
        });
        Ok(Some(Compiled { schema: definition.schema, validator, custom, namespaced: definition.namespaced }))
    }
}

/// Patterns that ignore case in Go's way, which no other dialect has: `^(?i)(abort)?$` is `^([aA][bB]…)?$`.
fn spell_out(schema: &mut Json) {
    match schema {
        Json::Object(fields) => {
            for (name, value) in fields.iter_mut() {
                match value {
                    Json::String(pattern) if name == "pattern" && pattern.contains("(?i)") => {
                        let letter = |c: char| match c.is_ascii_alphabetic() {
                            true => format!("[{}{}]", c.to_ascii_lowercase(), c.to_ascii_uppercase()),
                            false => c.to_string(),
                        };
                        *pattern = pattern.replace("(?i)", "").chars().map(letter).collect();
                    }
                    value => spell_out(value),
                }
            }
        }
        Json::Array(items) => items.iter_mut().for_each(spell_out),
        _ => {}
    }
}

/// Rules that do not compile here.
fn unjudged(rules: &CompiledSchema, path: &str, found: &mut Vec<String>) {
    found.extend(rules.compilation_errors().iter().map(|e| format!("{path}: {e}")));
    let mut names: Vec<_> = rules.properties.keys().collect();
    names.sort();
    for name in names {
        if let Some(inner) = rules.properties.get(name) {
            unjudged(inner, &format!("{path}.{name}"), found);
        }
    }
    for (inner, at) in [(&rules.items, "[]"), (&rules.additional_properties, ".*")] {
        if let Some(inner) = inner {
            unjudged(inner, &format!("{path}{at}"), found);
        }
    }
}
