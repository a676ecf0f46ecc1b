//! `textDocument/hover`.

use crate::settings::Settings;
use crate::view::{Shared, View};
use tower_lsp_server::jsonrpc::Result;
use tower_lsp_server::ls_types::{
    Hover, HoverContents, HoverParams, HoverProviderCapability, MarkupContent, MarkupKind, ServerCapabilities,
};

/// What a word is, its value in each environment, and where that comes from.
pub fn capability(_: &Shared, _: &Settings, can: &mut ServerCapabilities) {
    can.hover_provider = Some(HoverProviderCapability::Simple(true));
}

/// What there is to say about a position.
pub fn run(view: &mut View, params: HoverParams) -> Result<Option<Hover>> {
    let place = params.text_document_position_params;
    let file = view.file(&place.text_document.uri)?;
    let offset = view.offset(file, place.position) as u32;
    let Some(found) = ivs_ide::hover(view.db(), file, offset) else { return Ok(None) };
    let mut links = Vec::new();
    for origin in &found.chain {
        let at = view.location(origin.place.file, origin.place.range);
        links.push((origin.place, at.map(|l| format!("{}#L{}", l.uri.as_str(), l.range.start.line + 1))));
    }
    let link =
        |place: &ivs_ide::Location| links.iter().find(|(p, _)| p == place).and_then(|(_, l)| l.clone());
    let contents = MarkupContent { kind: MarkupKind::Markdown, value: found.markdown(&link) };
    Ok(Some(Hover { contents: HoverContents::Markup(contents), range: Some(view.range(file, found.range)) }))
}
