//! What the sources say: names, kinds, types, units, and typed formulas.
//!
//! Takes items. Gives resolved names, schemas, and typed bodies with diagnostics, as queries. Never evaluates a formula.

pub mod code;
#[allow(missing_docs)] // made by macros of the engine
mod data;
mod decl;
mod entries;
mod fields;
mod figure;
mod group;
mod infer;
pub mod ir;
#[allow(missing_docs)] // made by macros of the engine
mod names;
mod reach;
mod report;
mod stated;
mod suggest;
mod trace;
mod ty;
mod types;
mod units;
mod walk;

pub use data::{DataFile, Spelled, bare_unit, data_file, measures, near, near_declaration};
pub use decl::{
    BaseError, DeclInfo, OverlayTarget, base_chain, check_set, decl_info, decl_kind, decl_schema,
    decls_of_kind, environment_name, environments_of, library_check, overlay_targets, overlays_of,
    qualified_name, resolve_base, targets_of,
};
pub use fields::{
    Builtin, EnumSchema, Field, MemberSchema, Schema, converting_kinds, enum_schema, fn_params, fn_result,
    is_late, schema,
};
pub use figure::{Figure, figures};
pub use group::group_field;
pub use infer::{Typed, body, result_type, source_map, typed, worded_body};
pub use names::{
    Found, Module, ModuleIndex, Modules, TEST_ITEMS, TEST_TEXT, TRIAL, TRIAL_TEXT, is_trial, item_module,
    library_thing, module_index, modules, on_trial, package_of, resolve, roots, visible,
};
pub use report::{endless, item_diagnostics, module_diagnostics, own_version};
pub use stated::stated_fields;
pub use suggest::closest;
pub use trace::{BlockKeys, MARKER, Mention, Scope, Symbol, Trace, probe, traced};
pub use ty::{Record, Refined, Ty};
pub use types::{scalar_types, type_alias};
pub use units::{UnitDef, unit_def};

pub use ivs_source::{Db, ItemDiagnostic, ItemId};
