//! `textDocument/references` and `documentHighlight`.

use crate::settings::Settings;
use crate::view::{Shared, View};
use ivs_ide::Use;
use tower_lsp_server::jsonrpc::Result;
use tower_lsp_server::ls_types::{
    DocumentHighlight, DocumentHighlightKind, DocumentHighlightParams, Location, OneOf, ReferenceParams,
    ServerCapabilities,
};

/// Both.
pub fn capability(_: &Shared, _: &Settings, can: &mut ServerCapabilities) {
    can.references_provider = Some(OneOf::Left(true));
    can.document_highlight_provider = Some(OneOf::Left(true));
}

/// Every place that names the same.
pub fn run(view: &mut View, params: ReferenceParams) -> Result<Option<Vec<Location>>> {
    let place = params.text_document_position;
    let file = view.file(&place.text_document.uri)?;
    let offset = view.offset(file, place.position) as u32;
    let all = ivs_ide::references(view.db(), file, offset, params.context.include_declaration);
    Ok(Some(all.iter().filter_map(|r| view.location(r.place.file, r.place.range)).collect()))
}

/// Those in the same document.
pub fn highlight(view: &mut View, params: DocumentHighlightParams) -> Result<Option<Vec<DocumentHighlight>>> {
    let place = params.text_document_position_params;
    let file = view.file(&place.text_document.uri)?;
    let offset = view.offset(file, place.position) as u32;
    let all = ivs_ide::highlight(view.db(), file, offset);
    let shown = all.iter().map(|r| DocumentHighlight {
        range: view.range(file, r.place.range),
        kind: Some(match r.how {
            Use::Defines | Use::Sets => DocumentHighlightKind::WRITE,
            Use::Reads => DocumentHighlightKind::READ,
        }),
    });
    Ok(Some(shown.collect()))
}
