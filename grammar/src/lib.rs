//! Text to tree, and tree to canonical text.
//!
//! Takes text. Gives chunks ([`scan`]), trees with errors ([`parse`]), and formatted text ([`format`]).
//! Never reads files, resolves names, or fails: broken text becomes error nodes and [`ast::SyntaxError`]s.

pub mod ast;
mod parse;
mod scan;

pub use parse::parse;
pub use scan::{Head, RawChunk, Scan, scan};
