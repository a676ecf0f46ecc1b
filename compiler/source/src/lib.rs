//! Files, items and diagnostics as the query engine sees them.
//!
//! Takes texts. Gives items with stable identities, and the vocabulary of diagnostics. Never resolves a name.

pub mod diagnostic;

pub use diagnostic::{Diagnostic, Edit, Fix, Label, Place, Severity};
