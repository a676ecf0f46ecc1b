//! The chunk scanner: splits a file into items before anything is parsed.
use crate::ast::{Span, SyntaxError};
use smol_str::SmolStr;

/// What a chunk begins with, as far as words tell.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Head {
    /// The item keyword (`kind`, `struct`, `unit`, `use`, `let`, `overlay`, …), `decl` for a declaration, `` if unclear.
    pub keyword: &'static str,
    /// For a declaration, its kind as written (`service`, `my.kind`); empty otherwise.
    pub kind: SmolStr,
    /// The item's name (for `use` its path as written, for `test` its title); empty if unclear.
    pub name: SmolStr,
    /// Whether `template` stands before a declaration.
    pub template: bool,
    /// Whether `private` stands before the item.
    pub private: bool,
}

/// A piece of a file that holds one item, with the docs and comments that stand before it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct RawChunk {
    /// Where it stands in the file.
    pub span: Span,
    /// What it begins with.
    pub head: Head,
}

/// The result of [`scan`].
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Scan {
    /// Chunks in order; together they cover every byte that is not blank.
    pub chunks: Vec<RawChunk>,
    /// What no chunk could be parsed for: nesting or size over the limit, spans relative to the file.
    pub errors: Vec<SyntaxError>,
}

/// Splits a file into chunks, in time linear in its length.
pub fn scan(_text: &str) -> Scan {
    Scan::default()
}
