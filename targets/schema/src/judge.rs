//! What an API server would refuse of an object.

use crate::{Kind, closed};
use jsonschema::error::{TypeKind, ValidationErrorKind as Why};
use jsonschema::{Draft, PatternOptions, ValidationError, Validator};
use kube_cel::{CompiledSchema, RootContext, apply_defaults, compile_schema};
use serde_json::Value as Json;
use smol_str::SmolStr;

/// Defaults may bring objects that have defaults.
const MAX_ROUNDS: usize = 32;

/// Which part of a field a fault is about.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Spot {
    /// Its name.
    Key,
    /// Its value.
    Value,
}

/// Something that is wrong with an object.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Fault {
    /// Fields, keys, and numbers of elements from 0.
    pub path: Vec<SmolStr>,
    /// The name or the value of the path's last field.
    pub spot: Spot,
    /// One sentence without a full stop.
    pub message: String,
    /// What to do.
    pub help: Option<String>,
    /// What may stand there instead, if only one thing is near.
    pub instead: Option<String>,
    /// Nothing is known to be wrong: a rule could not be evaluated.
    pub unjudged: bool,
}

impl Kind {
    /// What is wrong with an object that is to be created, in the order of paths.
    pub fn judge(&self, object: &Json) -> Vec<Fault> {
        let mut faults = self.structure(self.strict.get_or_init(|| validator(&self.schema)).as_ref(), object);
        repeated(&self.schema, &self.schema, object, &mut Vec::new(), &mut faults);
        // Rules may read what has to be there.
        if faults.is_empty() {
            self.rules(object, &mut faults);
        }
        faults.sort();
        faults.dedup();
        faults
    }

    /// What is wrong with a part of an object, in which nothing has to be there.
    pub fn judge_part(&self, part: &Json) -> Vec<Fault> {
        let partial = self.partial.get_or_init(|| validator(&closed::undemanding(&self.schema)));
        let mut faults = self.structure(partial.as_ref(), &crate::merge::without_nulls(part));
        faults.sort();
        faults.dedup();
        faults
    }

    fn structure(&self, validator: Option<&Validator>, object: &Json) -> Vec<Fault> {
        let mut faults = Vec::new();
        for error in validator.into_iter().flat_map(|v| v.iter_errors(object)) {
            self.fault(&error, &mut faults);
        }
        faults
    }

    fn rules(&self, object: &Json, faults: &mut Vec<Fault>) {
        let Some(schema) = &self.custom else { return };
        let rules: &CompiledSchema = self.rules.get_or_init(|| compile_schema(schema));
        let mut defaulted = object.clone();
        for _ in 0..MAX_ROUNDS {
            let next = apply_defaults(schema, &defaulted);
            if next == defaulted {
                break;
            }
            defaulted = next;
        }
        let group = self.api.split_once('/').map_or("", |(g, _)| g).to_owned();
        let context =
            RootContext { api_version: self.api.clone(), api_group: group, kind: self.kind.clone() };
        let validator = kube_cel::Validator::new();
        let Err(broken) = validator.validate_compiled_with_context(rules, &defaulted, None, Some(&context))
        else {
            return;
        };
        for error in broken.into_vec() {
            let rule = error.rule.split_whitespace().collect::<Vec<_>>().join(" ");
            // A rule that this library cannot evaluate says nothing of the object.
            let unjudged = error.kind != kube_cel::ErrorKind::ValidationFailure;
            faults.push(Fault {
                path: along(&defaulted, &error.field_path),
                spot: Spot::Value,
                message: match unjudged {
                    true => {
                        format!("a rule of {} {} cannot be evaluated here: `{rule}`", self.api, self.kind)
                    }
                    false => sentence(&error.message),
                },
                help: Some(match unjudged {
                    true => format!("the API server will judge by it; here {}", sentence(&error.message)),
                    false => format!("rule of {}: `{rule}`", self.kind),
                }),
                instead: None,
                unjudged,
            });
        }
    }

    fn fault(&self, error: &ValidationError<'_>, faults: &mut Vec<Fault>) {
        let path = pointer(error.instance_path().as_str());
        let name = path.last().map_or("the object".to_owned(), |n| shown(n, &path));
        let shown_value = brief(error.instance());
        let mut add = |path: Vec<SmolStr>, spot, message, help, instead| {
            faults.push(Fault { path, spot, message, help, instead, unjudged: false });
        };
        match error.kind() {
            Why::AdditionalProperties { unexpected } => {
                let known = self.fields(&path);
                for field in unexpected {
                    let near = closest(field, &known);
                    let mut at = path.clone();
                    at.push(field.into());
                    let help = match &near {
                        Some(_) => None,
                        None if known.is_empty() => None,
                        None => Some(format!("its fields are {}", list(&known))),
                    };
                    let owner =
                        if path.is_empty() { format!("{} {}", self.api, self.kind) } else { name.clone() };
                    add(at, Spot::Key, format!("{owner} has no field `{field}`"), help, near);
                }
            }
            Why::Required { property } => {
                let field = property.as_str().unwrap_or_default();
                let message = match path.is_empty() {
                    true => format!("a {} needs `{field}`", self.kind),
                    false => format!("{name} needs `{field}`"),
                };
                add(path, Spot::Key, message, None, None);
            }
            Why::Type { kind } => {
                let wanted = match kind {
                    TypeKind::Single(t) => t.to_string(),
                    TypeKind::Multiple(ts) => {
                        ts.iter().map(|t| t.to_string()).collect::<Vec<_>>().join(" or ")
                    }
                };
                let help = (wanted == "integer" || wanted == "number")
                    .then(|| "write a number without quotes and without a unit".to_owned());
                let message = format!("{name} is {}, not {shown_value}", article(&wanted));
                add(path, Spot::Value, message, help, None);
            }
            Why::Enum { options } => {
                let known: Vec<String> = options
                    .as_array()
                    .into_iter()
                    .flatten()
                    .map(|o| o.as_str().map_or_else(|| o.to_string(), str::to_owned))
                    .collect();
                let near = error.instance().as_str().and_then(|v| closest(v, &known));
                let message = format!("{name} cannot be {shown_value}");
                add(
                    path,
                    Spot::Value,
                    message,
                    Some(format!("it is one of {}", list(&known))),
                    near.map(|n| format!("\"{n}\"")),
                );
            }
            Why::Pattern { pattern } => {
                let message = format!("{name} cannot be {shown_value}");
                add(path, Spot::Value, message, Some(format!("it matches `{pattern}`")), None);
            }
            Why::AnyOf { context }
                if context.iter().flatten().all(|e| matches!(e.kind(), Why::Type { .. })) =>
            {
                let wanted: Vec<String> = context
                    .iter()
                    .flatten()
                    .filter_map(|e| match e.kind() {
                        Why::Type { kind: TypeKind::Single(t) } => Some(t.to_string()),
                        _ => None,
                    })
                    .collect();
                let message = format!("{name} is {}, not {shown_value}", article(&wanted.join(" or ")));
                add(path, Spot::Value, message, None, None);
            }
            Why::AnyOf { context }
                if context.iter().flatten().any(
                    |e| matches!(e.kind(), Why::Pattern { pattern } if pattern.contains("[KMGTPE]i")),
                ) =>
            {
                let message = format!("{name} is a quantity of Kubernetes, not {shown_value}");
                add(path, Spot::Value, message, Some("`500m`, `2`, `1Gi`".to_owned()), None);
            }
            Why::Minimum { limit } | Why::ExclusiveMinimum { limit } => {
                let help = Some(format!("at least {limit}"));
                add(path, Spot::Value, format!("{name} cannot be {shown_value}"), help, None);
            }
            Why::Maximum { limit } | Why::ExclusiveMaximum { limit } => {
                let help = Some(format!("at most {limit}"));
                add(path, Spot::Value, format!("{name} cannot be {shown_value}"), help, None);
            }
            Why::MaxItems { limit } | Why::MaxLength { limit } | Why::MaxProperties { limit } => {
                add(path, Spot::Value, format!("{name} is too long: at most {limit}"), None, None);
            }
            Why::MinItems { limit } | Why::MinLength { limit } | Why::MinProperties { limit } => {
                add(path, Spot::Value, format!("{name} is too short: at least {limit}"), None, None);
            }
            Why::UniqueItems => add(path, Spot::Value, format!("{name} has an element twice"), None, None),
            Why::Format { format } => {
                add(
                    path,
                    Spot::Value,
                    format!("{name} is {}, not {shown_value}", article(format)),
                    None,
                    None,
                );
            }
            other => {
                let message = format!("{name} does not fulfil `{}` of its schema", other.keyword());
                add(path, Spot::Value, message, None, None);
            }
        }
    }

    /// The fields that may stand at a path.
    fn fields(&self, path: &[SmolStr]) -> Vec<String> {
        let mut at = Some(&self.schema);
        for name in path {
            let in_list = at.is_some_and(|s| closed::resolved(&self.schema, s).get("items").is_some());
            at = at.and_then(|s| closed::inner(&self.schema, s, name, in_list));
        }
        let fields = at.map(|s| closed::resolved(&self.schema, s)).and_then(|s| s.get("properties"));
        fields.and_then(Json::as_object).into_iter().flatten().map(|(k, _)| k.clone()).collect()
    }
}

fn validator(schema: &Json) -> Option<Validator> {
    compiled(schema).or_else(|| {
        let mut schema = schema.clone();
        spell_out(&mut schema);
        compiled(&schema)
    })
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

fn compiled(schema: &Json) -> Option<Validator> {
    jsonschema::options()
        .with_draft(Draft::Draft4)
        // As the API server: RE2's syntax, in linear time.
        .with_pattern_options(PatternOptions::regex())
        .should_validate_formats(true)
        .should_ignore_unknown_formats(true)
        .build(schema)
        .ok()
}

/// Keys of lists and elements of sets that occur twice, along the structure of a schema.
fn repeated(root: &Json, schema: &Json, value: &Json, path: &mut Vec<SmolStr>, found: &mut Vec<Fault>) {
    match value {
        Json::Object(fields) => {
            for (name, value) in fields {
                if let Some(of) = closed::inner(root, schema, name, false) {
                    path.push(name.into());
                    repeated(root, of, value, path, found);
                    path.pop();
                }
            }
        }
        Json::Array(items) => {
            let here = closed::resolved(root, schema);
            let text = |key: &str| schema.get(key).or_else(|| here.get(key));
            let keys = text("x-kubernetes-list-map-keys").and_then(Json::as_array);
            let set = text("x-kubernetes-list-type").and_then(Json::as_str) == Some("set");
            let mut seen: Vec<Vec<Option<&Json>>> = Vec::new();
            for (i, item) in items.iter().enumerate() {
                path.push(i.to_string().into());
                let key: Option<Vec<Option<&Json>>> = match keys {
                    Some(keys) => Some(keys.iter().filter_map(Json::as_str).map(|k| item.get(k)).collect()),
                    None => set.then(|| vec![Some(item)]),
                };
                if let Some(key) = key {
                    if seen.contains(&key) {
                        let names: Vec<String> =
                            keys.into_iter().flatten().filter_map(Json::as_str).map(str::to_owned).collect();
                        let message = match names.is_empty() {
                            true => format!("{} is in the list already", brief(item)),
                            false => format!("another element has the same {}", list(&names)),
                        };
                        found.push(Fault {
                            path: path.clone(),
                            spot: Spot::Value,
                            message,
                            help: None,
                            instead: None,
                            unjudged: false,
                        });
                    }
                    seen.push(key);
                }
                if let Some(of) = closed::inner(root, schema, "", true) {
                    repeated(root, of, item, path, found);
                }
                path.pop();
            }
        }
        _ => {}
    }
}

/// `/spec/template/0` as names.
fn pointer(text: &str) -> Vec<SmolStr> {
    text.split('/').skip(1).map(|p| p.replace("~1", "/").replace("~0", "~").into()).collect()
}

/// `spec.requirements[0].key` as names, along the object: keys of maps may have dots.
fn along(object: &Json, text: &str) -> Vec<SmolStr> {
    let mut path = Vec::new();
    let (mut at, mut rest) = (object, text);
    loop {
        rest = rest.trim_start_matches('.');
        if let Some((index, after)) = rest.strip_prefix('[').and_then(|r| r.split_once(']')) {
            let name = index.trim_matches('"');
            let next = index.parse::<usize>().ok().and_then(|i| at.get(i)).or_else(|| at.get(name));
            let Some(next) = next else { return path };
            path.push(name.into());
            (at, rest) = (next, after);
            continue;
        }
        let fits = |k: &str| rest.strip_prefix(k).is_some_and(|r| r.is_empty() || r.starts_with(['.', '[']));
        let fields = at.as_object().into_iter().flatten();
        let longest = fields.filter(|(k, _)| fits(k)).max_by_key(|(k, _)| k.len());
        let Some((key, next)) = longest else { return path };
        path.push(key.into());
        (at, rest) = (next, rest.get(key.len()..).unwrap_or_default());
    }
}

/// A message of a rule as a sentence of ours: without a full stop, on one line.
fn sentence(message: &str) -> String {
    let line = message.split_whitespace().collect::<Vec<_>>().join(" ");
    line.trim_end_matches('.').to_owned()
}

/// A name as it is shown: an element by its list.
fn shown(name: &str, path: &[SmolStr]) -> String {
    match (name.parse::<usize>(), path.len().checked_sub(2).and_then(|i| path.get(i))) {
        (Ok(i), Some(list)) => format!("element {i} of `{list}`"),
        _ => format!("`{name}`"),
    }
}

/// A value in a message.
fn brief(value: &Json) -> String {
    match value {
        Json::Object(_) => "an object".into(),
        Json::Array(_) => "a list".into(),
        Json::Null => "nothing".into(),
        Json::String(s) if s.chars().count() > 60 => {
            format!("`\"{}…\"`", s.chars().take(60).collect::<String>())
        }
        other => format!("`{other}`"),
    }
}

fn article(of: &str) -> String {
    let vowel = of.starts_with(['a', 'e', 'i', 'o', 'u']);
    let of = if of == "array" { "list" } else { of };
    format!("{} {of}", if vowel && of != "list" { "an" } else { "a" })
}

fn list(names: &[String]) -> String {
    let quoted: Vec<String> = names.iter().take(24).map(|n| format!("`{n}`")).collect();
    let more = if names.len() > 24 { ", …" } else { "" };
    format!("{}{more}", quoted.join(", "))
}

/// The one known name that is near.
fn closest(name: &str, known: &[String]) -> Option<String> {
    let lower = name.to_lowercase();
    let mut near: Vec<(usize, &String)> = known
        .iter()
        .map(|k| (strsim::damerau_levenshtein(&k.to_lowercase(), &lower), k))
        .filter(|(d, k)| *d <= 1 + k.len() / 5)
        .collect();
    near.sort();
    match near.as_slice() {
        [(_, only)] => Some((*only).clone()),
        [(a, first), (b, _), ..] if a < b => Some((*first).clone()),
        [] => alike(name, known),
        _ => None,
    }
}

/// The one known name that begins in the same way, by two thirds: `maxReplicas` for `maxReplicaCount`.
fn alike(name: &str, known: &[String]) -> Option<String> {
    let common = |k: &str| k.chars().zip(name.chars()).take_while(|(a, b)| a == b).count();
    let mut near = known.iter().filter(|k| common(k) * 3 >= k.len().max(name.len()) * 2);
    match (near.next(), near.next()) {
        (Some(only), None) => Some(only.clone()),
        _ => None,
    }
}
