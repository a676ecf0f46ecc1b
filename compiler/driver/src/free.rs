//! The fields of what users write freely, as the targets know them: for completion and hovers.

use crate::emit::{Asks, targets};
use ivs_eval::{Env, Inst};
use ivs_model::{decl_kind, schema};
use ivs_plan::{KnownField, Target};
use ivs_source::{Db, ItemId};
use smol_str::SmolStr;

/// The texts that a field of a kind may hold, by the schemas of what its declarations become.
pub fn known_texts(db: &dyn Db, kind: ItemId, field: &str) -> Vec<KnownField> {
    let (schema, env) = (schema(db, kind), Env::new(db, SmolStr::default()));
    let asks = Asks::new(db, env);
    of_families(&schema.emits).flat_map(|t| t.texts(&schema.name, field, &asks)).collect()
}

/// What a declaration has once it is made, by the schemas of what it becomes.
pub fn known_made(db: &dyn Db, env: Env, inst: Inst) -> Vec<KnownField> {
    let Some(kind) = decl_kind(db, inst.decl(db)) else { return Vec::new() };
    let (schema, asks) = (schema(db, kind), Asks::new(db, env));
    let object = ivs_eval::object(db, env, inst);
    of_families(&schema.emits).flat_map(|t| t.made(&schema.name, &object.value, &asks)).collect()
}

/// The targets that take part in what a kind becomes.
fn of_families(emits: &[SmolStr]) -> impl Iterator<Item = &'static dyn Target> {
    let families: Vec<&str> = emits.iter().filter_map(|e| e.split('.').next()).collect();
    let found: Vec<&'static dyn Target> =
        targets().iter().copied().filter(|t| families.contains(&t.family())).collect();
    found.into_iter()
}

/// The fields that may stand at a path of a declaration, by the schemas of what it becomes; empty for a path that the
/// declaration's own kind has the fields of.
pub fn known_fields(db: &dyn Db, env: Env, inst: Inst, path: &[SmolStr]) -> Vec<KnownField> {
    let Some(kind) = decl_kind(db, inst.decl(db)) else { return Vec::new() };
    let schema = schema(db, kind);
    let free = path.first().and_then(|f| schema.field(f)).is_some_and(|(_, f)| f.ty.is_free());
    if schema.emits.is_empty() || !free {
        return Vec::new();
    }
    let object = ivs_eval::object(db, env, inst);
    let path: Vec<&str> = path.iter().map(SmolStr::as_str).collect();
    let asks = Asks::new(db, env);
    let mut out: Vec<KnownField> = Vec::new();
    for target in of_families(&schema.emits) {
        for field in target.fields(&schema.name, &object.value, &path, &asks) {
            if !out.iter().any(|f| f.name == field.name) {
                out.push(field);
            }
        }
    }
    out
}
