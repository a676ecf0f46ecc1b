//! What the sources mean: layers merged, formulas evaluated, values with their provenance.
//!
//! Takes typed bodies. Gives the value of every declaration in every environment, with diagnostics, as queries.
//! Never lowers or prints anything.

mod applied;
mod ask;
mod beside;
mod call;
mod check;
mod conform;
mod constants;
mod cycle;
mod depth;
mod exchange;
mod expr;
mod fail;
mod fix;
mod global;
mod group;
mod held;
#[allow(missing_docs)] // made by macros of the engine
mod inst;
mod layer;
mod load;
mod locate;
mod loops;
mod machine;
mod map;
mod missing;
mod node;
mod operate;
mod origin;
mod parts;
mod path;
mod pool;
mod provenance;
mod reach;
mod reads;
mod require;
mod rests;
mod result;
mod steps;
mod stretch;
mod why;

pub use applied::{Applied, applied};
pub use ask::{Answer, Expectation, ask, covered};
pub use check::{CheckFinding, CheckResult, MAX_CHECK_STEPS, check_code, too_many_steps};
pub use cycle::cycle_report;
pub use depth::{MAX_DEPTH, take_exceeded};
pub use fix::insertion;
pub use global::{global as constant, global_diagnostics};
pub use held::{Held, Holding};
pub use inst::{Env, FamilyKey, Inst, environments, inst_name, inst_of, qualified_inst, ref_to as reference};
pub use layer::{
    Family, Layer, LayerKind, absent_members, family, instances, is_enabled, layers, set_of, static_conflicts,
};
pub use load::data_place;
pub use locate::{Spot, locate};
pub use node::key_text;
pub use parts::{
    Part, Piece, check_failures, check_part, check_parts, check_piece, check_pieces, check_whole,
};
pub use pool::Pool;
pub use provenance::{Link, provenance};
pub use reads::{ReadOf, reads};
pub use rests::{Rest, rests};
pub use result::{ObjectResult, PathKey, keep_objects, object, object_once, value};
pub use why::{Cause, Layer as WhyLayer, Role, Why, causes_of_constant, loaded_place, why};

pub use ivs_source::{Db, ItemDiagnostic, ItemId};
