//! What an editor asks about sources: places, meanings, proposals; free of any protocol.
//!
//! Takes a database and an offset in a file. Gives plain values with byte ranges. Never edits a source or touches a file
//! system. Values are evaluated where a question needs them, so ask on a thread with as much stack as a session's own.

mod about;
mod completion;
mod find;
mod goto;
mod hover;
mod import;
mod lex;
mod links;
mod place;
mod schema;
mod signature;
mod tree;

pub use about::{About, about};
pub use completion::{Completion, Proposal, Sort, complete, resolve};
pub use find::{Reference, Use, highlight, linked, references};
pub use goto::{declaration, definition, derived, implementation, type_definition};
pub use hover::{Hover, Origin, hover};
pub use import::import;
pub use links::{Link, Target, links};
pub use place::{Location, file, item_at, name_span};
pub use signature::{Signature, signature};
