//! Fields of what users write freely, by the schemas of what it becomes.

use crate::about::About;
use ivs_driver::KnownField;
use ivs_eval::{Env, instances};
use ivs_source::{Db, ItemId};
use smol_str::SmolStr;

/// The fields that may stand at a path of a declaration.
pub fn fields(db: &dyn Db, decl: ItemId, path: &[SmolStr]) -> Vec<KnownField> {
    let env = Env::new(db, SmolStr::default());
    match instances(db, env, decl).first() {
        Some(inst) => ivs_driver::known_fields(db, env, *inst, path),
        None => Vec::new(),
    }
}

/// The texts that a field of a declaration may hold.
pub fn texts(db: &dyn Db, decl: ItemId, field: &str) -> Vec<KnownField> {
    ivs_model::decl_kind(db, decl).map_or_else(Vec::new, |k| ivs_driver::known_texts(db, k, field))
}

/// What a declaration has once it is made.
pub fn made(db: &dyn Db, decl: ItemId) -> Vec<KnownField> {
    let env = Env::new(db, SmolStr::default());
    let first = instances(db, env, decl).into_iter().next();
    first.map_or_else(Vec::new, |inst| ivs_driver::known_made(db, env, inst))
}

/// The field at a path, if its schema is known.
pub fn field(db: &dyn Db, decl: ItemId, path: &[SmolStr]) -> Option<About> {
    let (last, front) = path.split_last()?;
    fields(db, decl, front).iter().find(|f| f.name == *last).map(about)
}

/// What is known of a field.
pub fn about(field: &KnownField) -> About {
    let mut code = format!("{}: {}", field.name, field.ty);
    if let Some(default) = &field.default {
        code.push_str(&format!(" = {default}"));
    }
    let mut docs = field.docs.clone().unwrap_or_default();
    if !field.values.is_empty() {
        let values: Vec<String> = field.values.iter().map(|v| format!("`{v}`")).collect();
        docs = format!("{docs}\n\nOne of {}.", values.join(", ")).trim().to_owned();
    }
    let need = if field.required { "required field" } else { "field" };
    About { code, of: format!("{need} of `{}`", field.of), docs, deprecated: None }
}
