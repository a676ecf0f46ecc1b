//! `textDocument/formatting`, `rangeFormatting` and `onTypeFormatting`: the one canonical layout, as few edits as lines differ.

use crate::position::Lines;
use crate::protocol::like;
use crate::settings::Settings;
use crate::view::{Shared, View};
use similar::{Algorithm, DiffOp, capture_diff_slices};
use std::sync::Arc;
use tower_lsp_server::jsonrpc::Result;
use tower_lsp_server::ls_types::{
    DocumentFormattingParams, DocumentOnTypeFormattingOptions, DocumentOnTypeFormattingParams,
    DocumentRangeFormattingParams, OneOf, Position, Range, ServerCapabilities, TextEdit, Uri,
};

/// The width of a level.
const INDENT: usize = 2;

/// All three ways.
pub fn capability(_: &Shared, _: &Settings, can: &mut ServerCapabilities) {
    can.document_formatting_provider = Some(OneOf::Left(true));
    can.document_range_formatting_provider = Some(OneOf::Left(true));
    can.document_on_type_formatting_provider = Some(DocumentOnTypeFormattingOptions {
        first_trigger_character: "}".to_owned(),
        more_trigger_character: Some(vec!["\n".to_owned()]),
    });
}

/// Replacements of lines: those from the first to before the last, by a text.
struct Hunk {
    first: usize,
    last: usize,
    text: String,
}

/// What laying out the text changes. Items with syntax errors stay as they are.
fn hunks(lines: &Lines) -> Vec<Hunk> {
    let old = lines.text();
    let new = like(old, &ivs_grammar::format_sound(old).text);
    if **old == *new {
        return Vec::new();
    }
    let (a, b): (Vec<&str>, Vec<&str>) =
        (old.split_inclusive('\n').collect(), new.split_inclusive('\n').collect());
    let text = |from: usize, len: usize| b.get(from..from + len).unwrap_or_default().concat();
    let hunk = |op: DiffOp| match op {
        DiffOp::Equal { .. } => None,
        DiffOp::Delete { old_index, old_len, .. } => {
            Some(Hunk { first: old_index, last: old_index + old_len, text: String::new() })
        }
        DiffOp::Insert { old_index, new_index, new_len } => {
            Some(Hunk { first: old_index, last: old_index, text: text(new_index, new_len) })
        }
        DiffOp::Replace { old_index, old_len, new_index, new_len } => {
            Some(Hunk { first: old_index, last: old_index + old_len, text: text(new_index, new_len) })
        }
    };
    capture_diff_slices(Algorithm::Myers, &a, &b).into_iter().filter_map(hunk).collect()
}

fn edit(lines: &Lines, h: Hunk) -> TextEdit {
    // Lines as the formatter counts them end with LF; those of the protocol may end with CR alone.
    let start = |n: usize| lines.text().split_inclusive('\n').take(n).map(str::len).sum::<usize>();
    TextEdit { range: lines.range_of(start(h.first), start(h.last)), new_text: h.text }
}

fn lines(view: &mut View, uri: &Uri) -> Result<Option<Arc<Lines>>> {
    let file = view.file(uri)?;
    // The library is not the author's to lay out.
    let own = file.own(view.db());
    Ok(own.then(|| view.lines(file)))
}

/// Lays out a document.
pub fn document(view: &mut View, params: DocumentFormattingParams) -> Result<Option<Vec<TextEdit>>> {
    let Some(lines) = lines(view, &params.text_document.uri)? else { return Ok(None) };
    Ok(Some(hunks(&lines).into_iter().map(|h| edit(&lines, h)).collect()))
}

/// Lays out some lines.
pub fn range(view: &mut View, params: DocumentRangeFormattingParams) -> Result<Option<Vec<TextEdit>>> {
    let Some(lines) = lines(view, &params.text_document.uri)? else { return Ok(None) };
    Ok(Some(within(&lines, params.range)))
}

/// The edits that touch some lines.
fn within(lines: &Lines, range: Range) -> Vec<TextEdit> {
    let end = match range.end.character == 0 && range.end.line > range.start.line {
        true => range.end.line - 1,
        false => range.end.line,
    };
    let touches = |e: &TextEdit| {
        let last = match e.range.end.character == 0 && e.range.end.line > e.range.start.line {
            true => e.range.end.line - 1,
            false => e.range.end.line,
        };
        e.range.start.line <= end && range.start.line <= last
    };
    hunks(lines).into_iter().map(|h| edit(lines, h)).filter(touches).collect()
}

/// Indents a line that was begun, and lays out the item that a brace ends.
pub fn on_type(view: &mut View, params: DocumentOnTypeFormattingParams) -> Result<Option<Vec<TextEdit>>> {
    let at = params.text_document_position;
    let Some(lines) = lines(view, &at.text_document.uri)? else { return Ok(None) };
    if params.ch == "\n" {
        return Ok(Some(indent(&lines, at.position)));
    }
    let offset = u32::try_from(lines.offset(at.position)).unwrap_or(u32::MAX);
    let scan = ivs_grammar::scan(lines.text());
    let item = scan.chunks.iter().find(|c| c.span.start < offset && offset <= c.span.end);
    Ok(item.map(|c| within(&lines, lines.range(c.span))))
}

/// The blanks that a new line begins with: those of the line above, one level more after an opening bracket.
fn indent(lines: &Lines, position: Position) -> Vec<TextEdit> {
    let line = position.line as usize;
    let above = (0..line).rev().map(|l| lines.line(l)).find(|l| !l.trim().is_empty()).unwrap_or_default();
    let mut width = above.len() - above.trim_start().len();
    let code = above.split("//").next().unwrap_or_default().trim_end();
    if code.ends_with(['{', '[', '(']) {
        width += INDENT;
    }
    let here = lines.line(line);
    if here.trim_start().starts_with(['}', ']', ')']) {
        width = width.saturating_sub(INDENT);
    }
    let (old, start) = (here.len() - here.trim_start().len(), lines.start_of(line));
    if old == width && here.bytes().take(old).all(|b| b == b' ') {
        return Vec::new();
    }
    vec![TextEdit { range: lines.range_of(start, start + old), new_text: " ".repeat(width) }]
}
