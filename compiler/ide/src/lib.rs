//! What an editor asks about sources: places, meanings, proposals; free of any protocol.
//!
//! Takes a database and an offset in a file. Gives plain values with byte ranges. Never edits a source or touches a file
//! system. Values are evaluated where a question needs them, so ask on a thread with as much stack as a session's own.

mod about;
mod actions;
mod completion;
mod figures;
mod find;
mod goto;
mod hierarchy;
mod hover;
mod import;
mod inlay;
mod lex;
mod links;
mod outline;
mod place;
mod rename;
mod schema;
mod shape;
mod signature;
mod spelled;
mod tokens;
mod tree;
mod unread;

pub use about::{About, about};
pub use actions::{Action, Change, Deed, actions, allow, organize};
pub use completion::{Completion, Proposal, Sort, complete, resolve};
pub use figures::lenses;
pub use find::{Reference, Use, highlight, linked, references};
pub use goto::{declaration, definition, derived, implementation, type_definition};
pub use hierarchy::{Linked, Node, incoming, nodes, outgoing, subtypes, supertypes};
pub use hover::{Hover, Origin, hover};
pub use import::import;
pub use inlay::{Hint, HintSort, Wanted, hints};
pub use links::{Link, Target, links};
pub use outline::{Listed, Outlined, SymbolSort, outline, search};
pub use place::{At, Location, file, item_at, name_span};
pub use rename::{prepare as prepare_rename, rename};
pub use shape::{Color, Fold, FoldSort, color_text, colors, folds, selections};
pub use signature::{Signature, signature};
pub use tokens::{Colored, TokenSort, tokens};
pub use unread::{Unread, unread};
