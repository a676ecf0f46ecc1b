//! `textDocument/definition`, `declaration`, `typeDefinition` and `implementation`.

use crate::settings::Settings;
use crate::view::{Shared, View};
use ivs_source::{Db, SourceFile};
use tower_lsp_server::jsonrpc::Result;
use tower_lsp_server::ls_types::{
    DeclarationCapability, GotoDefinitionParams, GotoDefinitionResponse, ImplementationProviderCapability,
    LocationLink, OneOf, ServerCapabilities, TypeDefinitionProviderCapability,
};

/// All four ways.
pub fn capability(_: &Shared, _: &Settings, can: &mut ServerCapabilities) {
    can.definition_provider = Some(OneOf::Left(true));
    can.declaration_provider = Some(DeclarationCapability::Simple(true));
    can.type_definition_provider = Some(TypeDefinitionProviderCapability::Simple(true));
    can.implementation_provider = Some(ImplementationProviderCapability::Simple(true));
}

type Ask = fn(&dyn Db, SourceFile, u32) -> Vec<ivs_ide::Location>;

fn answer(view: &mut View, params: GotoDefinitionParams, ask: Ask) -> Result<Option<GotoDefinitionResponse>> {
    let place = params.text_document_position_params;
    let file = view.file(&place.text_document.uri)?;
    let offset = view.offset(file, place.position) as u32;
    let found = ask(view.db(), file, offset);
    let links = view.shared.client.text_document.as_ref().and_then(|t| t.definition.as_ref());
    if links.and_then(|d| d.link_support) != Some(true) {
        let all: Vec<_> = found.iter().filter_map(|p| view.location(p.file, p.range)).collect();
        return Ok(Some(GotoDefinitionResponse::Array(all)));
    }
    let mut all = Vec::new();
    for p in &found {
        let Some(uri) = view.uri(p.file) else { continue };
        all.push(LocationLink {
            origin_selection_range: None,
            target_uri: uri,
            target_range: view.range(p.file, p.full),
            target_selection_range: view.range(p.file, p.range),
        });
    }
    Ok(Some(GotoDefinitionResponse::Link(all)))
}

/// Where what a word names is declared.
pub fn definition(view: &mut View, params: GotoDefinitionParams) -> Result<Option<GotoDefinitionResponse>> {
    answer(view, params, ivs_ide::definition)
}

/// What the layer below says of the same path, or the root of a declaration's bases.
pub fn declaration(view: &mut View, params: GotoDefinitionParams) -> Result<Option<GotoDefinitionResponse>> {
    answer(view, params, ivs_ide::declaration)
}

/// The declaration of its type.
pub fn type_definition(
    view: &mut View,
    params: GotoDefinitionParams,
) -> Result<Option<GotoDefinitionResponse>> {
    answer(view, params, ivs_ide::type_definition)
}

/// What is made of it.
pub fn implementation(
    view: &mut View,
    params: GotoDefinitionParams,
) -> Result<Option<GotoDefinitionResponse>> {
    answer(view, params, ivs_ide::implementation)
}
