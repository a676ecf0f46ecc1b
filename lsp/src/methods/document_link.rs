//! `textDocument/documentLink`.

use crate::settings::Settings;
use crate::view::{Shared, View};
use ivs_ide::Target;
use std::str::FromStr as _;
use tower_lsp_server::jsonrpc::Result;
use tower_lsp_server::ls_types::{
    DocumentLink, DocumentLinkOptions, DocumentLinkParams, ServerCapabilities, Uri,
};

/// Files that are loaded, modules, images, addresses.
pub fn capability(_: &Shared, _: &Settings, can: &mut ServerCapabilities) {
    can.document_link_provider = Some(DocumentLinkOptions {
        resolve_provider: Some(false),
        work_done_progress_options: Default::default(),
    });
}

/// The links of a document.
pub fn run(view: &mut View, params: DocumentLinkParams) -> Result<Option<Vec<DocumentLink>>> {
    let file = view.file(&params.text_document.uri)?;
    let mut out = Vec::new();
    for link in ivs_ide::links(view.db(), file) {
        let target = match &link.target {
            Target::Place(p) => view.uri(p.file),
            Target::Url(url) => Uri::from_str(url).ok(),
        };
        let range = view.range(file, link.range);
        out.push(DocumentLink { range, target, tooltip: Some(link.tooltip), data: None });
    }
    Ok(Some(out))
}
