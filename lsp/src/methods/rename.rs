//! `textDocument/prepareRename` and `rename`.

use crate::settings::Settings;
use crate::view::{Shared, View};
use std::collections::HashMap;
use tower_lsp_server::jsonrpc::{Error, ErrorCode, Result};
use tower_lsp_server::ls_types::{
    DocumentChanges, OneOf, OptionalVersionedTextDocumentIdentifier, PrepareRenameResponse, RenameOptions,
    RenameParams, ServerCapabilities, TextDocumentEdit, TextDocumentPositionParams, TextEdit, WorkspaceEdit,
};

/// `RequestFailed` of the protocol: a request that is sound and cannot be fulfilled.
const REQUEST_FAILED: i64 = -32803;

/// Both.
pub fn capability(_: &Shared, _: &Settings, can: &mut ServerCapabilities) {
    can.rename_provider = Some(OneOf::Right(RenameOptions {
        prepare_provider: Some(true),
        work_done_progress_options: Default::default(),
    }));
}

fn refused(why: String) -> Error {
    Error { code: ErrorCode::ServerError(REQUEST_FAILED), message: why.into(), data: None }
}

/// What would be renamed.
pub fn prepare(view: &mut View, params: TextDocumentPositionParams) -> Result<Option<PrepareRenameResponse>> {
    let file = view.file(&params.text_document.uri)?;
    let offset = view.offset(file, params.position) as u32;
    let (span, placeholder) = ivs_ide::prepare_rename(view.db(), file, offset).map_err(refused)?;
    Ok(Some(PrepareRenameResponse::RangeWithPlaceholder { range: view.range(file, span), placeholder }))
}

/// The edits of a new name, tried on a copy of the package.
pub fn run(view: &mut View, params: RenameParams) -> Result<Option<WorkspaceEdit>> {
    let place = params.text_document_position;
    let file = view.file(&place.text_document.uri)?;
    let offset = view.offset(file, place.position) as u32;
    let edits = ivs_ide::rename(&mut view.session, file, offset, &params.new_name).map_err(refused)?;
    let client = view.shared.client.workspace.as_ref().and_then(|w| w.workspace_edit.as_ref());
    let versioned = client.and_then(|e| e.document_changes) == Some(true);
    let mut all = Vec::new();
    for (path, edits) in edits {
        let (Some(file), Some(uri)) = (view.session.source(&path), view.uri_of_own(&path)) else { continue };
        let edits: Vec<TextEdit> = edits
            .into_iter()
            .map(|(s, text)| TextEdit { range: view.range(file, s), new_text: text })
            .collect();
        let version = view.open.get(path.as_str()).map(|o| o.version);
        all.push((uri, version, edits));
    }
    if !versioned {
        // The protocol has addresses as keys.
        #[allow(clippy::mutable_key_type)]
        let changes: HashMap<_, _> = all.into_iter().map(|(uri, _, edits)| (uri, edits)).collect();
        return Ok(Some(WorkspaceEdit { changes: Some(changes), ..WorkspaceEdit::default() }));
    }
    let documents = all.into_iter().map(|(uri, version, edits)| TextDocumentEdit {
        text_document: OptionalVersionedTextDocumentIdentifier { uri, version },
        edits: edits.into_iter().map(OneOf::Left).collect(),
    });
    Ok(Some(WorkspaceEdit {
        document_changes: Some(DocumentChanges::Edits(documents.collect())),
        ..WorkspaceEdit::default()
    }))
}
