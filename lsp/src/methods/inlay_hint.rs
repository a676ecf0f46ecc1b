//! `textDocument/inlayHint`.

use crate::settings::Settings;
use crate::view::{Shared, View};
use ivs_grammar::ast::Span;
use ivs_ide::{HintSort, Wanted};
use tower_lsp_server::jsonrpc::Result;
use tower_lsp_server::ls_types::{
    InlayHint, InlayHintKind, InlayHintLabel, InlayHintLabelPart, InlayHintParams, InlayHintTooltip,
    MarkupContent, MarkupKind, OneOf, ServerCapabilities,
};

/// Computed and inherited values, units, parameters, types.
pub fn capability(_: &Shared, _: &Settings, can: &mut ServerCapabilities) {
    can.inlay_hint_provider = Some(OneOf::Left(true));
}

/// The hints of a range.
pub fn run(view: &mut View, params: InlayHintParams) -> Result<Option<Vec<InlayHint>>> {
    let file = view.file(&params.text_document.uri)?;
    let (start, end) = view.lines(file).offsets(params.range);
    let settings = view.settings.clone();
    let wanted = Wanted {
        values: settings.hints.values,
        inherited: settings.hints.inherited,
        environment: &settings.environment,
    };
    let all = ivs_ide::hints(view.db(), file, Span::new(start as u32, end as u32), wanted);
    let mut out = Vec::with_capacity(all.len());
    for h in all {
        let location = h.place.and_then(|p| view.location(p.file, p.range));
        let label = match location {
            Some(location) => InlayHintLabel::LabelParts(vec![InlayHintLabelPart {
                value: h.label,
                location: Some(location),
                ..InlayHintLabelPart::default()
            }]),
            None => InlayHintLabel::String(h.label),
        };
        let tooltip = MarkupContent { kind: MarkupKind::Markdown, value: h.tooltip };
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
            tooltip: (!tooltip.value.is_empty()).then_some(InlayHintTooltip::MarkupContent(tooltip)),
            padding_left: Some(!close && h.sort != HintSort::Parameter),
            padding_right: Some(h.sort == HintSort::Parameter),
            data: None,
        });
    }
    Ok(Some(out))
}
