//! Text to tree.
use crate::ast::Chunk;

/// Reads one chunk of text (or a whole file). Always gives a tree.
pub fn parse(_text: &str) -> Chunk {
    Chunk::default()
}
