//! Text to tree, and tree to canonical text.
//!
//! Takes text. Gives chunks ([`scan`]), trees with errors ([`parse`]), and formatted text.
//! Never reads files, resolves names, or fails: broken text becomes error nodes and [`ast::SyntaxError`]s.

pub mod ast;
mod chars;
pub mod codes;
mod format;
mod head;
mod parse;
mod plain;
mod scan;
mod sketch;
mod skim;

pub use chars::ITEM_WORDS;
pub use codes::CODES;
pub use format::{Formatted, format, format_sound};
pub use head::head_of;
pub use parse::{NESTING_LIMIT, parse};
pub use plain::words;
pub use scan::{Head, RawChunk, SOURCE_LIMIT, Scan, scan};
pub use sketch::{Sketch, sketch};
