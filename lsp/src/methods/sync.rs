//! How documents, folders and positions are kept the same on both sides. The work is the main loop's.

use crate::settings::Settings;
use crate::view::Shared;
use tower_lsp_server::ls_types::{
    OneOf, ServerCapabilities, TextDocumentSyncCapability, TextDocumentSyncKind, TextDocumentSyncOptions,
    WorkspaceFoldersServerCapabilities, WorkspaceServerCapabilities,
};

/// Edits are ranges, folders come and go.
pub fn capability(shared: &Shared, _: &Settings, can: &mut ServerCapabilities) {
    can.position_encoding = Some(shared.encoding.kind());
    can.text_document_sync = Some(TextDocumentSyncCapability::Options(TextDocumentSyncOptions {
        open_close: Some(true),
        change: Some(TextDocumentSyncKind::INCREMENTAL),
        ..TextDocumentSyncOptions::default()
    }));
    can.workspace = Some(WorkspaceServerCapabilities {
        workspace_folders: Some(WorkspaceFoldersServerCapabilities {
            supported: Some(true),
            change_notifications: Some(OneOf::Left(true)),
        }),
        ..WorkspaceServerCapabilities::default()
    });
}
