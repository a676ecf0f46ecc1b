//! `textDocument/signatureHelp`.

use crate::settings::Settings;
use crate::view::{Shared, View};
use tower_lsp_server::jsonrpc::Result;
use tower_lsp_server::ls_types::{
    Documentation, MarkupContent, MarkupKind, ParameterInformation, ParameterLabel, ServerCapabilities,
    SignatureHelp, SignatureHelpOptions, SignatureHelpParams, SignatureInformation,
};

/// The parameters of a call.
pub fn capability(_: &Shared, _: &Settings, can: &mut ServerCapabilities) {
    can.signature_help_provider = Some(SignatureHelpOptions {
        trigger_characters: Some(vec!["(".to_owned()]),
        retrigger_characters: Some(vec![",".to_owned()]),
        ..SignatureHelpOptions::default()
    });
}

/// Every way to call what is called around a position.
pub fn run(view: &mut View, params: SignatureHelpParams) -> Result<Option<SignatureHelp>> {
    let place = params.text_document_position_params;
    let file = view.file(&place.text_document.uri)?;
    let offset = view.offset(file, place.position) as u32;
    let all = ivs_ide::signature(view.db(), file, offset);
    if all.is_empty() {
        return Ok(None);
    }
    // The way to call it that has the parameter which is being written.
    let active = all.iter().position(|s| s.active.is_some()).unwrap_or_default();
    let parameter = all.get(active).and_then(|s| s.active).map(|n| n as u32);
    let signatures = all.into_iter().map(|s| SignatureInformation {
        parameters: Some(
            s.parameters
                .iter()
                .map(|p| ParameterInformation {
                    label: ParameterLabel::Simple(p.text(&s.label).to_owned()),
                    documentation: None,
                })
                .collect(),
        ),
        documentation: (!s.docs.is_empty()).then_some({
            Documentation::MarkupContent(MarkupContent { kind: MarkupKind::Markdown, value: s.docs })
        }),
        active_parameter: s.active.map(|n| n as u32),
        label: s.label,
    });
    Ok(Some(SignatureHelp {
        signatures: signatures.collect(),
        active_signature: Some(active as u32),
        active_parameter: parameter,
    }))
}
