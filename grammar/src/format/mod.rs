//! One canonical layout.
//!
//! The tree says what a token is, the text says where lines end and comments stand: the printer walks both together,
//! so that every comment and every spelling is kept. Only blanks, line ends and separators change. What was written
//! on one line stays on it if it fits; anything else has one entry or element a line. Consecutive `name = value`
//! lines have their signs below each other.

mod expr;
mod item;
mod lines;
mod print;

use crate::ast::{Chunk, Span, SyntaxError};
use crate::parse::{parse, start_of};
use crate::scan::scan;
use lines::{Line, Lines};
use print::Printer;

/// Columns that a one-line block may reach.
const WIDTH: usize = 120;

/// A file in the canonical layout, as far as it can be read.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Formatted {
    /// The whole text. Items with syntax errors stand in it as they were written, byte for byte.
    pub text: String,
    /// Those errors; spans relative to the file as it was written.
    pub errors: Vec<SyntaxError>,
}

/// Lays a file out.
///
/// # Errors
/// The syntax errors of a text that cannot be read: nothing of it is laid out. [`format_sound`] lays out the rest.
pub fn format(text: &str) -> Result<String, Vec<SyntaxError>> {
    let formatted = format_sound(text);
    if formatted.errors.is_empty() { Ok(formatted.text) } else { Err(formatted.errors) }
}

/// Lays out every item that has no syntax error, and leaves the others alone.
pub fn format_sound(text: &str) -> Formatted {
    let scanned = scan(text);
    if !scanned.errors.is_empty() {
        return Formatted { text: text.to_owned(), errors: scanned.errors };
    }
    let mut formatted = Formatted::default();
    let mut lines = Lines::default();
    let mut end = start_of(text);
    for chunk in &scanned.chunks {
        let piece = chunk.span.text(text);
        let between = text.get(end..chunk.span.start as usize).unwrap_or("");
        end = chunk.span.end as usize;
        let blank = between.matches('\n').count() > 1;
        let tree = parse(piece);
        let laid_out = if tree.errors.is_empty() { lay_out(piece, &tree) } else { None };
        formatted.errors.extend(tree.errors.into_iter().map(|error| moved(error, chunk.span.start)));
        match laid_out {
            Some(part) => lines.extend(part, blank),
            None => lines.push(Line::verbatim(piece, blank)),
        }
    }
    formatted.text = lines.file();
    formatted
}

/// The lines of a sound chunk; `None` if anything but blanks and separators would change.
fn lay_out(piece: &str, tree: &Chunk) -> Option<Lines> {
    let mut printer = Printer::new(piece);
    let lines = printer.chunk(tree);
    if printer.lost() || lines.essence() != print::essence(piece) {
        return None;
    }
    Some(lines)
}

/// The error, its places moved from a chunk to the file.
fn moved(mut error: SyntaxError, by: u32) -> SyntaxError {
    let shift = |span: &mut Span| *span = Span::new(span.start + by, span.end + by);
    shift(&mut error.span);
    for (span, _) in error.fix.iter_mut().flat_map(|fix| &mut fix.edits) {
        shift(span);
    }
    error
}

#[cfg(test)]
mod tests {
    use super::{lay_out, parse, scan};

    /// The last resort, an item left as it was written, is not needed for any form of the grammar.
    #[test]
    fn every_form_is_laid_out() {
        let text = include_str!("../../tests/samples/syntax.ivs");
        for text in [
            text.to_owned(),
            text.replace(' ', "  "),
            text.replace("\n  ", "\n  /* c */ "),
            text.replace(",", " ,\n"),
        ] {
            for chunk in scan(&text).chunks {
                let piece = chunk.span.text(&text);
                let tree = parse(piece);
                assert!(!tree.errors.is_empty() || lay_out(piece, &tree).is_some(), "{piece}");
            }
        }
    }
}
