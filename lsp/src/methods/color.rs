//! `textDocument/documentColor` and `colorPresentation`.

use crate::settings::Settings;
use crate::view::{Shared, View};
use tower_lsp_server::jsonrpc::Result;
use tower_lsp_server::ls_types::{
    Color, ColorInformation, ColorPresentation, ColorPresentationParams, ColorProviderCapability,
    DocumentColorParams, ServerCapabilities, TextEdit,
};

/// Texts that are colours.
pub fn capability(_: &Shared, _: &Settings, can: &mut ServerCapabilities) {
    can.color_provider = Some(ColorProviderCapability::Simple(true));
}

/// The colours of a document.
pub fn document(view: &mut View, params: DocumentColorParams) -> Result<Vec<ColorInformation>> {
    let file = view.file(&params.text_document.uri)?;
    let all = ivs_ide::colors(view.db(), file);
    let shown = all.iter().map(|c| {
        let [red, green, blue, alpha] = c.rgba.map(|n| f32::from(n) / 255.0);
        ColorInformation { range: view.range(file, c.range), color: Color { red, green, blue, alpha } }
    });
    Ok(shown.collect())
}

/// A colour as it is written.
pub fn presentation(_: &mut View, params: ColorPresentationParams) -> Result<Vec<ColorPresentation>> {
    let c = params.color;
    let byte = |part: f32| (part.clamp(0.0, 1.0) * 255.0).round() as u8;
    let text = ivs_ide::color_text([byte(c.red), byte(c.green), byte(c.blue), byte(c.alpha)]);
    let edit = TextEdit { range: params.range, new_text: text.clone() };
    Ok(vec![ColorPresentation { label: text, text_edit: Some(edit), additional_text_edits: None }])
}
