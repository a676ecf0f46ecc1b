//! `textDocument/inlayHint` and its resolution: what a hint says when it is pointed at.

use crate::settings::Settings;
use crate::view::{Shared, View};
use ivs_grammar::ast::Span;
use ivs_ide::{Hint, HintSort, Wanted};
use ivs_source::SourceFile;
use serde::{Deserialize, Serialize};
use tower_lsp_server::jsonrpc::Result;
use tower_lsp_server::ls_types::{
    InlayHint, InlayHintKind, InlayHintLabel, InlayHintLabelPart, InlayHintOptions, InlayHintParams,
    InlayHintServerCapabilities, InlayHintTooltip, MarkupContent, MarkupKind, OneOf, Range,
    ServerCapabilities, Uri,
};

/// Computed and inherited values, units, parameters, types.
pub fn capability(_: &Shared, _: &Settings, can: &mut ServerCapabilities) {
    let options = InlayHintOptions { resolve_provider: Some(true), ..InlayHintOptions::default() };
    can.inlay_hint_provider = Some(OneOf::Right(InlayHintServerCapabilities::Options(options)));
}

/// What is worked out only once a hint is pointed at.
#[derive(Serialize, Deserialize)]
struct Later {
    document: Uri,
    label: String,
}

fn later(hint: &InlayHint) -> Option<Later> {
    serde_json::from_value(hint.data.clone()?).ok()
}

/// The document of a hint that is to be resolved.
pub fn document(hint: &InlayHint) -> Option<Uri> {
    later(hint).map(|l| l.document)
}

/// The hints of a range.
pub fn run(view: &mut View, params: InlayHintParams) -> Result<Option<Vec<InlayHint>>> {
    let uri = params.text_document.uri;
    let file = view.file(&uri)?;
    let client = view.shared.client.text_document.as_ref().and_then(|t| t.inlay_hint.as_ref());
    let asks = client.and_then(|c| c.resolve_support.as_ref());
    let asks = asks.is_some_and(|r| r.properties.iter().any(|p| p == "tooltip"));
    let all = hints(view, file, params.range, !asks);
    let mut out = Vec::with_capacity(all.len());
    for h in all {
        let data = match asks {
            true => serde_json::to_value(Later { document: uri.clone(), label: h.label.clone() }).ok(),
            false => None,
        };
        let location = h.place.and_then(|p| view.location(p.file, p.range));
        let label = match location {
            Some(location) => InlayHintLabel::LabelParts(vec![InlayHintLabelPart {
                value: h.label,
                location: Some(location),
                ..InlayHintLabelPart::default()
            }]),
            None => InlayHintLabel::String(h.label),
        };
        let close = matches!(h.sort, HintSort::Type | HintSort::Unit);
        out.push(InlayHint {
            position: view.lines(file).position(h.offset as usize),
            label,
            kind: match h.sort {
                HintSort::Parameter => Some(InlayHintKind::PARAMETER),
                HintSort::Type => Some(InlayHintKind::TYPE),
                _ => None,
            },
            text_edits: None,
            tooltip: tooltip(h.tooltip),
            padding_left: Some(!close && h.sort != HintSort::Parameter),
            padding_right: Some(h.sort == HintSort::Parameter),
            data,
        });
    }
    Ok(Some(out))
}

/// A hint with what it says when it is pointed at.
pub fn resolve(view: &mut View, mut hint: InlayHint) -> Result<InlayHint> {
    let Some(later) = later(&hint) else { return Ok(hint) };
    let file = view.file(&later.document)?;
    let all = hints(view, file, Range { start: hint.position, end: hint.position }, true);
    if let Some(found) = all.into_iter().find(|h| h.label == later.label) {
        hint.tooltip = tooltip(found.tooltip);
    }
    Ok(hint)
}

fn hints(view: &mut View, file: SourceFile, range: Range, tooltips: bool) -> Vec<Hint> {
    let (start, end) = view.lines(file).offsets(range);
    let settings = &view.settings;
    let wanted = Wanted {
        values: settings.hints.values,
        inherited: settings.hints.inherited,
        tooltips,
        environment: &settings.environment,
    };
    ivs_ide::hints(view.db(), file, Span::new(start as u32, end as u32), wanted)
}

fn tooltip(value: String) -> Option<InlayHintTooltip> {
    let content = MarkupContent { kind: MarkupKind::Markdown, value };
    (!content.value.is_empty()).then_some(InlayHintTooltip::MarkupContent(content))
}
