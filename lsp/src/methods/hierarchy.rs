//! Call hierarchy, which is who depends on whom, and type hierarchy, which is what derives from what.

use crate::methods::symbols::kind;
use crate::settings::Settings;
use crate::view::{Shared, View};
use ivs_ide::{Linked, Node};
use tower_lsp_server::jsonrpc::Result;
use tower_lsp_server::ls_types::{
    CallHierarchyIncomingCall, CallHierarchyIncomingCallsParams, CallHierarchyItem,
    CallHierarchyOutgoingCall, CallHierarchyOutgoingCallsParams, CallHierarchyPrepareParams,
    CallHierarchyServerCapability, Position, Range, Registration, ServerCapabilities,
    TextDocumentPositionParams, TypeHierarchyItem, TypeHierarchyPrepareParams, TypeHierarchySubtypesParams,
    TypeHierarchySupertypesParams, Uri,
};

/// Calls; types are registered, as the vocabulary of capabilities does not have them.
pub fn capability(_: &Shared, _: &Settings, can: &mut ServerCapabilities) {
    can.call_hierarchy_provider = Some(CallHierarchyServerCapability::Simple(true));
}

/// Says that the server knows the hierarchy of types, to a client that can be told.
pub fn registration(shared: &Shared) -> Option<Registration> {
    let client = shared.client.text_document.as_ref()?.type_hierarchy.as_ref()?;
    (client.dynamic_registration == Some(true)).then(|| Registration {
        id: "types".to_owned(),
        method: "textDocument/prepareTypeHierarchy".to_owned(),
        register_options: Some(serde_json::json!({ "documentSelector": [{ "language": "ivs" }] })),
    })
}

struct Shown {
    uri: Uri,
    range: Range,
    selection: Range,
}

fn shown(view: &mut View, node: &Node) -> Option<Shown> {
    let uri = view.uri(node.place.file)?;
    let range = view.range(node.place.file, node.place.full);
    Some(Shown { uri, range, selection: view.range(node.place.file, node.place.range) })
}

fn nodes(view: &mut View, place: &TextDocumentPositionParams) -> Result<Vec<Node>> {
    let file = view.file(&place.text_document.uri)?;
    let offset = view.offset(file, place.position) as u32;
    Ok(ivs_ide::nodes(view.db(), file, offset))
}

/// The item that an answer was about.
fn again(view: &mut View, uri: &Uri, position: Position) -> Result<Option<ivs_source::ItemId>> {
    let file = view.file(uri)?;
    let offset = view.offset(file, position) as u32;
    Ok(ivs_ide::nodes(view.db(), file, offset).first().map(|n| n.item))
}

/// An item of a hierarchy; both sorts have the same fields.
macro_rules! item {
    ($name:ident, $item:ident) => {
        fn $name(view: &mut View, node: &Node) -> Option<$item> {
            let Shown { uri, range, selection } = shown(view, node)?;
            Some($item {
                name: node.name.clone(),
                kind: kind(node.sort),
                tags: None,
                detail: Some(node.detail.clone()),
                uri,
                range,
                selection_range: selection,
                data: None,
            })
        }
    };
}

item!(call, CallHierarchyItem);
item!(ty, TypeHierarchyItem);

/// What depends, or is depended on.
pub fn prepare_calls(
    view: &mut View,
    params: CallHierarchyPrepareParams,
) -> Result<Option<Vec<CallHierarchyItem>>> {
    let nodes = nodes(view, &params.text_document_position_params)?;
    Ok(Some(nodes.iter().filter_map(|n| call(view, n)).collect()))
}

fn linked(view: &mut View, all: Vec<Linked>) -> Vec<(CallHierarchyItem, Vec<Range>)> {
    let mut out = Vec::new();
    for l in all {
        let Some(item) = call(view, &l.node) else { continue };
        out.push((item, l.places.iter().map(|p| view.range(p.file, p.range)).collect()));
    }
    out
}

/// What depends on it.
pub fn incoming(
    view: &mut View,
    params: CallHierarchyIncomingCallsParams,
) -> Result<Option<Vec<CallHierarchyIncomingCall>>> {
    let start = params.item.selection_range.start;
    let Some(item) = again(view, &params.item.uri, start)? else { return Ok(None) };
    let all = ivs_ide::incoming(view.db(), item);
    let calls = linked(view, all).into_iter();
    Ok(Some(calls.map(|(from, from_ranges)| CallHierarchyIncomingCall { from, from_ranges }).collect()))
}

/// What it depends on. Places in overlays are left out: the protocol has them in the document of the one that depends.
pub fn outgoing(
    view: &mut View,
    params: CallHierarchyOutgoingCallsParams,
) -> Result<Option<Vec<CallHierarchyOutgoingCall>>> {
    let start = params.item.selection_range.start;
    let file = view.file(&params.item.uri)?;
    let Some(item) = again(view, &params.item.uri, start)? else { return Ok(None) };
    let mut all = ivs_ide::outgoing(view.db(), item);
    for l in &mut all {
        l.places.retain(|p| p.file == file);
    }
    let calls = linked(view, all).into_iter();
    Ok(Some(calls.map(|(to, from_ranges)| CallHierarchyOutgoingCall { to, from_ranges }).collect()))
}

/// What derives, or is derived from.
pub fn prepare_types(
    view: &mut View,
    params: TypeHierarchyPrepareParams,
) -> Result<Option<Vec<TypeHierarchyItem>>> {
    let nodes = nodes(view, &params.text_document_position_params)?;
    Ok(Some(nodes.iter().filter_map(|n| ty(view, n)).collect()))
}

/// What it derives from.
pub fn supertypes(
    view: &mut View,
    params: TypeHierarchySupertypesParams,
) -> Result<Option<Vec<TypeHierarchyItem>>> {
    let start = params.item.selection_range.start;
    let Some(item) = again(view, &params.item.uri, start)? else { return Ok(None) };
    let all = ivs_ide::supertypes(view.db(), item);
    Ok(Some(all.iter().filter_map(|n| ty(view, n)).collect()))
}

/// What derives from it.
pub fn subtypes(
    view: &mut View,
    params: TypeHierarchySubtypesParams,
) -> Result<Option<Vec<TypeHierarchyItem>>> {
    let start = params.item.selection_range.start;
    let Some(item) = again(view, &params.item.uri, start)? else { return Ok(None) };
    let all = ivs_ide::subtypes(view.db(), item);
    Ok(Some(all.iter().filter_map(|n| ty(view, n)).collect()))
}
