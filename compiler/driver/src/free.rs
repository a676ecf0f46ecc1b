//! The fields of what users write freely, as the targets know them: for completion and hovers.

use crate::emit::{Asks, targets};
use ivs_eval::{Env, Inst};
use ivs_model::{decl_kind, schema};
use ivs_plan::KnownField;
use ivs_source::Db;
use smol_str::SmolStr;

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
    let families: Vec<&str> = schema.emits.iter().filter_map(|e| e.split('.').next()).collect();
    let asks = Asks::new(db, env);
    let mut out: Vec<KnownField> = Vec::new();
    for target in targets().iter().filter(|t| families.contains(&t.family())) {
        for field in target.fields(&schema.name, &object.value, &path, &asks) {
            if !out.iter().any(|f| f.name == field.name) {
                out.push(field);
            }
        }
    }
    out
}
