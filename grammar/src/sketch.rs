//! What an item is, without its body.

use crate::{RawChunk, head_of};

/// What a chunk says outside of its body, beside its [`crate::Head`].
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Sketch<'t> {
    /// The text before the body of a declaration or check that has one; the whole text of a `use`. Without the comments above.
    pub head: Option<&'t str>,
    /// Whether its body may decide in which environments a declaration takes part. A text without `enabled` and `when`
    /// does not; one with them may.
    pub switch: bool,
}

/// Looks at a chunk of a text.
pub fn sketch<'t>(text: &'t str, chunk: &RawChunk) -> Sketch<'t> {
    let own = text.get(chunk.span.start as usize..chunk.span.end as usize).unwrap_or("");
    let head = match chunk.head.keyword {
        "decl" | "check" => head_of(own).map(uncommented),
        "use" => Some(uncommented(own)),
        _ => None,
    };
    Sketch { head, switch: own.contains("enabled") || own.contains("when") }
}

/// A text without the comments that stand on lines of their own before its first word.
fn uncommented(mut text: &str) -> &str {
    loop {
        text = text.trim_start();
        match text.starts_with("//") {
            true => text = text.split_once('\n').map_or("", |(_, rest)| rest),
            false => return text,
        }
    }
}
