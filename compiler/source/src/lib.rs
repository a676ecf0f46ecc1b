//! Files, items and diagnostics as the query engine sees them.
//!
//! Takes texts. Gives items with stable identities, trees and the vocabulary of diagnostics. Never resolves a name.

mod composed;
// The engine's macros make constructors and setters without documentation.
#[allow(missing_docs)]
mod data;
pub mod diagnostic;
// The engine's macros make constructors and setters without documentation.
#[allow(missing_docs)]
mod item;
mod outline;

pub use data::{DataEntry, DataFiles, DataProblem, data_item, is_data};
pub use diagnostic::{Diagnostic, Edit, Fix, Label, Place, Severity, intern_code};
pub use item::{
    Db, FileItems, ItemId, ItemKey, ItemText, Origin, Packages, Parsed, Program, SourceFile, item_offset,
    item_text, items, parse_item,
};
pub use outline::{Heads, Outline, OutlineItem, Shipped, heads, outline};

/// A diagnostic whose places are relative to items.
pub type ItemDiagnostic = Diagnostic<ItemId>;
