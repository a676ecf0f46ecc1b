//! What if: values that are tried, as a topmost layer on a copy of the package.

use crate::database::Database;
use crate::verify::copy;
use crate::{Session, why};
use ivs_eval::{Env, Inst, inst_of};
use ivs_model::{TRIAL_TEXT, Ty, body, decl_schema, source_map};
use ivs_source::{ItemId, item_offset};
use ivs_value::Value;
use smol_str::SmolStr;
use std::collections::BTreeMap;

/// What is to be tried: a value for a path, in the language of the sources.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Setting {
    /// `text-service.scaling.replicas.max`, or the name of a constant.
    pub path: String,
    /// `120`, `2..8`, `[eu-west-1]`.
    pub value: String,
}

/// What a path to be set means.
pub(crate) enum Target {
    /// A constant of the package.
    Constant(ItemId),
    /// A path of a declaration.
    Field(Field),
}

/// A path of a declaration, as a layer can set it.
pub(crate) struct Field {
    pub inst: Inst,
    /// Without the end of a range.
    pub path: Vec<SmolStr>,
    /// Which end of the range there, if one is meant.
    end: Option<SmolStr>,
    /// The range there now, where the field may be `none`: it has nothing to inherit an end from.
    range: Option<(Value, Value)>,
    /// What is there now.
    pub now: Value,
}

impl Session {
    /// The same package with values set on top of everything that its sources say, in every environment. This session
    /// stays as it is. Findings in what is tried point into texts called `<--set PATH>`.
    ///
    /// # Errors
    /// What is wrong with a path, or that a value is no expression; in a sentence. A value of the wrong type is a finding of
    /// the check.
    pub fn trying(&mut self, settings: &[Setting]) -> Result<Session, String> {
        let texts = self.run(|db, _| texts(db, settings))?;
        let mut tried = copy(&self.db, &self.config, &texts.overlays);
        for (path, text) in &texts.edited {
            tried.set_text(path, text);
        }
        tried.threads = self.threads;
        tried.once = self.once;
        tried.published = self.published.clone();
        Ok(tried)
    }
}

#[derive(Default)]
struct Texts {
    /// Path, module, text.
    overlays: Vec<(String, SmolStr, String)>,
    /// Files in which constants have other values.
    edited: BTreeMap<String, String>,
}

fn texts(db: &Database, settings: &[Setting]) -> Result<Texts, String> {
    let mut out = Texts::default();
    let mut edits: BTreeMap<String, Vec<(usize, usize, &str)>> = BTreeMap::new();
    let mut sources: BTreeMap<String, String> = BTreeMap::new();
    for s in settings {
        if out.overlays.iter().any(|(p, ..)| *p == name_of(&s.path)) {
            return Err(format!("`{}` is set twice", s.path));
        }
        expression(&s.value)?;
        match target(db, &s.path)? {
            Target::Constant(item) => {
                let file = item.file(db);
                let formula = body(db, item).value;
                let span = formula.and_then(|e| source_map(db, item).exprs.get(e as usize).copied());
                let span = span.ok_or_else(|| format!("`{}` has no value that could be replaced", s.path))?;
                let at = item_offset(db, item);
                let path = file.path(db).to_string();
                sources.entry(path.clone()).or_insert_with(|| file.text(db).to_string());
                let edit = ((at + span.start) as usize, (at + span.end) as usize, s.value.as_str());
                edits.entry(path).or_default().push(edit);
            }
            Target::Field(field) => {
                let module = field.inst.decl(db).file(db).module(db).clone();
                out.overlays.push((name_of(&s.path), module, overlay(db, &field, &s.value)));
            }
        }
    }
    for (path, edits) in edits {
        let text = sources.get(&path).and_then(|text| crate::apply_edits(text, &edits));
        let text = text.ok_or_else(|| "one constant is set twice".to_owned())?;
        out.edited.insert(path, text);
    }
    Ok(out)
}

/// What the text of a setting is called in messages.
pub(crate) fn name_of(path: &str) -> String {
    format!("{TRIAL_TEXT}{path}>")
}

/// The overlay that sets a value.
pub(crate) fn overlay(db: &Database, field: &Field, value: &str) -> String {
    let decl = field.inst.decl(db);
    let key = decl.key(db);
    let member = match field.inst.key(db) {
        None => String::new(),
        Some(ivs_eval::FamilyKey::Str(text)) => format!("[{text:?}]"),
        Some(key) => format!("[{}]", key.text()),
    };
    let value = bracketed(value.trim(), field.end.is_some());
    let value = match (field.end.as_deref(), &field.range) {
        (None, _) => value.into_owned(),
        (Some("min"), Some((_, max))) => format!("{value}..{}", ivs_value::display(max)),
        (Some(_), Some((min, _))) => format!("{}..{value}", ivs_value::display(min)),
        (Some("min"), None) => format!("{value}..inherited.max"),
        (Some(_), None) => format!("inherited.min..{value}"),
    };
    let mut entry = String::new();
    if let Some((last, around)) = field.path.split_last() {
        around.iter().for_each(|step| entry.push_str(&format!("{} {{ ", why::spelled(step))));
        entry.push_str(&format!("{} = {value}", why::spelled(last)));
        around.iter().for_each(|_| entry.push_str(" }"));
    }
    format!("overlay what-if {{\n  {} {}{member} {{ {entry} }}\n}}\n", key.kind, key.name)
}

/// What stands in a range is bracketed, unless it is a single word or number.
fn bracketed(value: &str, in_range: bool) -> std::borrow::Cow<'_, str> {
    let single = |c: char| c.is_alphanumeric() || matches!(c, '_' | '%' | '$' | '€' | '£' | '/' | '\u{1}');
    match in_range && !value.chars().all(single) {
        true => format!("({value})").into(),
        false => value.into(),
    }
}

/// That a text is one expression, and nothing else.
pub(crate) fn expression(text: &str) -> Result<(), String> {
    let chunk = ivs_grammar::parse(&format!("let x = {}\n", text.trim()));
    let one = chunk.items.len() == 1 && !text.trim().is_empty();
    match chunk.errors.first() {
        None if one => Ok(()),
        Some(e) => Err(format!("`{text}` is not a value: {}", e.message)),
        None => Err(format!("`{text}` is not a value")),
    }
}

/// What a path to be set means, as the base has it.
pub(crate) fn target(db: &Database, path: &str) -> Result<Target, String> {
    let env = Env::new(db, SmolStr::default());
    let (inst, steps) = match why::find(db, env, path)? {
        why::Subject::Constant(item, rest) => {
            let name = item.key(db).name.clone();
            return match rest.is_empty() {
                _ if !item.file(db).own(db) => Err(format!("`{name}` belongs to a dependency")),
                true => Ok(Target::Constant(item)),
                false => Err(format!("a part of a constant cannot be set; set `{name}` as a whole")),
            };
        }
        why::Subject::Value(inst, steps) => (inst, steps),
    };
    field(db, env, inst, &steps).map(Target::Field)
}

fn field(db: &Database, env: Env, inst: Inst, steps: &[SmolStr]) -> Result<Field, String> {
    let decl = inst.decl(db);
    let name = ivs_eval::inst_name(db, inst);
    if !decl.file(db).own(db) {
        return Err(format!("`{name}` is not declared in this package: only its own values can be set"));
    }
    if steps.is_empty() {
        return Err(format!("`{name}` is a declaration: name a field of it, as in `{name}.enabled`"));
    }
    let object = ivs_eval::object(db, env, inst);
    let mut at = Value::Struct(object.value.clone());
    for (i, step) in steps.iter().enumerate() {
        let (front, rest) = steps.split_at(i);
        let so_far = || why::joined(&name, front);
        at = match &at {
            Value::Struct(s) => match s.get(step) {
                Some(v) => v.clone(),
                None => return Err(why::missing(db, env, inst, steps)),
            },
            Value::Map(m) => {
                let entry = m.entries.iter().find(|(k, _)| ivs_eval::key_text(k) == *step);
                entry.map_or(Value::None, |(_, v)| v.clone())
            }
            Value::Ref(r) => return field(db, env, inst_of(r), rest),
            Value::Range(r) if rest.len() == 1 && (step == "min" || step == "max") => {
                let optional = is_optional(db, decl, front);
                return Ok(Field {
                    inst,
                    path: front.to_vec(),
                    end: Some(step.clone()),
                    range: optional.then(|| (r.0.clone(), r.1.clone())),
                    now: if step == "min" { r.0.clone() } else { r.1.clone() },
                });
            }
            Value::List(_) => {
                return Err(format!("a list is one value: set `{}` as a whole", so_far()));
            }
            Value::Member(m) if m.fields.is_some() => {
                return Err(format!(
                    "`{}` is one of several: set it as a whole, as in `{}(…)`",
                    so_far(),
                    m.name
                ));
            }
            Value::None | Value::Unknown => Value::None,
            _ => return Err(format!("`{}` has nothing in it", so_far())),
        };
    }
    Ok(Field { inst, path: steps.to_vec(), end: None, range: None, now: at })
}

/// Whether a field at a path may be `none`.
fn is_optional(db: &Database, decl: ItemId, path: &[SmolStr]) -> bool {
    let mut ty = Ty::RefTo(decl);
    let mut optional = false;
    for step in path {
        let field = match ty.core() {
            Ty::RefTo(d) => decl_schema(db, *d).field(step).map(|(_, f)| f.clone()),
            Ty::Struct(s) => ivs_model::schema(db, *s).field(step).map(|(_, f)| f.clone()),
            Ty::Map(kv) => {
                (ty, optional) = (kv.1.clone(), false);
                continue;
            }
            _ => None,
        };
        let Some(field) = field else { return false };
        (optional, ty) = (field.optional || field.ty.admits_none(), field.ty);
    }
    optional
}
