//! `textDocument/documentSymbol` and `workspace/symbol`.

use crate::settings::Settings;
use crate::view::{Shared, View};
use ivs_ide::{Outlined, SymbolSort};
use ivs_source::SourceFile;
use tower_lsp_server::jsonrpc::Result;
use tower_lsp_server::ls_types::{
    DocumentSymbol, DocumentSymbolParams, DocumentSymbolResponse, Location, OneOf, ServerCapabilities,
    SymbolInformation, SymbolKind, SymbolTag, WorkspaceSymbol, WorkspaceSymbolParams,
    WorkspaceSymbolResponse,
};

/// Both.
pub fn capability(_: &Shared, _: &Settings, can: &mut ServerCapabilities) {
    can.document_symbol_provider = Some(OneOf::Left(true));
    can.workspace_symbol_provider = Some(OneOf::Left(true));
}

/// What a document declares: as a tree, where the client can show one.
pub fn document(view: &mut View, params: DocumentSymbolParams) -> Result<Option<DocumentSymbolResponse>> {
    let uri = params.text_document.uri;
    let file = view.file(&uri)?;
    let all = ivs_ide::outline(view.db(), file);
    let client = view.shared.client.text_document.as_ref().and_then(|t| t.document_symbol.as_ref());
    if client.and_then(|c| c.hierarchical_document_symbol_support) == Some(true) {
        let tree = all.iter().map(|o| nested(view, file, o)).collect();
        return Ok(Some(DocumentSymbolResponse::Nested(tree)));
    }
    let mut flat = Vec::new();
    for o in &all {
        flatten(view, file, o, None, &mut flat);
    }
    let located = flat.into_iter().map(|(o, range, container)| {
        #[allow(deprecated)]
        SymbolInformation {
            name: o.name.clone(),
            kind: kind(o.sort),
            tags: tags(o),
            deprecated: None,
            location: Location { uri: uri.clone(), range },
            container_name: container,
        }
    });
    Ok(Some(DocumentSymbolResponse::Flat(located.collect())))
}

fn tags(o: &Outlined) -> Option<Vec<SymbolTag>> {
    o.deprecated.then(|| vec![SymbolTag::DEPRECATED])
}

fn nested(view: &mut View, file: SourceFile, o: &Outlined) -> DocumentSymbol {
    let children: Vec<DocumentSymbol> = o.children.iter().map(|c| nested(view, file, c)).collect();
    #[allow(deprecated)]
    DocumentSymbol {
        name: o.name.clone(),
        detail: (!o.detail.is_empty()).then(|| o.detail.clone()),
        kind: kind(o.sort),
        tags: tags(o),
        deprecated: None,
        range: view.range(file, o.full),
        selection_range: view.range(file, o.range),
        children: (!children.is_empty()).then_some(children),
    }
}

type Flat<'o> = (&'o Outlined, tower_lsp_server::ls_types::Range, Option<String>);

fn flatten<'o>(
    view: &mut View,
    file: SourceFile,
    o: &'o Outlined,
    container: Option<&str>,
    out: &mut Vec<Flat<'o>>,
) {
    out.push((o, view.range(file, o.full), container.map(str::to_owned)));
    for c in &o.children {
        flatten(view, file, c, Some(&o.name), out);
    }
}

/// What the packages declare under names that are alike.
pub fn workspace(
    views: &mut [View],
    params: WorkspaceSymbolParams,
) -> Result<Option<WorkspaceSymbolResponse>> {
    let mut out: Vec<WorkspaceSymbol> = Vec::new();
    for view in views {
        for s in ivs_ide::search(view.db(), &params.query) {
            let Some(location) = view.location(s.place.file, s.place.range) else { continue };
            // The library is the same in every package.
            if out.iter().any(|o| matches!(&o.location, OneOf::Left(l) if *l == location)) {
                continue;
            }
            out.push(WorkspaceSymbol {
                name: s.name,
                kind: kind(s.sort),
                tags: None,
                container_name: Some(s.module),
                location: OneOf::Left(location),
                data: None,
            });
        }
    }
    Ok(Some(WorkspaceSymbolResponse::Nested(out)))
}

/// What editors draw for a symbol.
pub fn kind(sort: SymbolSort) -> SymbolKind {
    match sort {
        SymbolSort::Module => SymbolKind::MODULE,
        SymbolSort::Kind => SymbolKind::CLASS,
        SymbolSort::Struct => SymbolKind::STRUCT,
        SymbolSort::Enum => SymbolKind::ENUM,
        SymbolSort::Member => SymbolKind::ENUM_MEMBER,
        SymbolSort::Type => SymbolKind::TYPE_PARAMETER,
        SymbolSort::Function => SymbolKind::FUNCTION,
        SymbolSort::Constant => SymbolKind::CONSTANT,
        SymbolSort::Unit => SymbolKind::NUMBER,
        SymbolSort::Declaration => SymbolKind::OBJECT,
        SymbolSort::Template => SymbolKind::INTERFACE,
        SymbolSort::Overlay => SymbolKind::NAMESPACE,
        SymbolSort::Check => SymbolKind::EVENT,
        SymbolSort::Test => SymbolKind::METHOD,
        SymbolSort::Field => SymbolKind::FIELD,
        SymbolSort::Block => SymbolKind::PROPERTY,
        SymbolSort::Variable => SymbolKind::VARIABLE,
    }
}
