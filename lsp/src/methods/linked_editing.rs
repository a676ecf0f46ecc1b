//! `textDocument/linkedEditingRange`.

use crate::settings::Settings;
use crate::view::{Shared, View};
use tower_lsp_server::jsonrpc::Result;
use tower_lsp_server::ls_types::{
    LinkedEditingRangeParams, LinkedEditingRangeServerCapabilities, LinkedEditingRanges, ServerCapabilities,
};

/// What continues a name.
const WORD: &str = "[A-Za-z_][A-Za-z0-9_]*(-[A-Za-z0-9_]+)*";

/// Local names.
pub fn capability(_: &Shared, _: &Settings, can: &mut ServerCapabilities) {
    can.linked_editing_range_provider = Some(LinkedEditingRangeServerCapabilities::Simple(true));
}

/// The places of a local name.
pub fn run(view: &mut View, params: LinkedEditingRangeParams) -> Result<Option<LinkedEditingRanges>> {
    let place = params.text_document_position_params;
    let file = view.file(&place.text_document.uri)?;
    let offset = view.offset(file, place.position) as u32;
    let all = ivs_ide::linked(view.db(), file, offset);
    let ranges: Vec<_> = all.iter().map(|s| view.range(file, *s)).collect();
    Ok((ranges.len() > 1).then(|| LinkedEditingRanges { ranges, word_pattern: Some(WORD.to_owned()) }))
}
