//! `textDocument/selectionRange`.

use crate::settings::Settings;
use crate::view::{Shared, View};
use tower_lsp_server::jsonrpc::Result;
use tower_lsp_server::ls_types::{
    SelectionRange, SelectionRangeParams, SelectionRangeProviderCapability, ServerCapabilities,
};

/// What grows around a cursor.
pub fn capability(_: &Shared, _: &Settings, can: &mut ServerCapabilities) {
    can.selection_range_provider = Some(SelectionRangeProviderCapability::Simple(true));
}

/// For each position, what is around it.
pub fn run(view: &mut View, params: SelectionRangeParams) -> Result<Option<Vec<SelectionRange>>> {
    let file = view.file(&params.text_document.uri)?;
    let mut out = Vec::with_capacity(params.positions.len());
    for position in params.positions {
        let offset = view.offset(file, position) as u32;
        let spans = ivs_ide::selections(view.db(), file, offset);
        let mut around: Option<SelectionRange> = None;
        for span in spans.into_iter().rev() {
            around = Some(SelectionRange { range: view.range(file, span), parent: around.map(Box::new) });
        }
        // There is always the whole text.
        out.extend(around);
    }
    Ok(Some(out))
}
