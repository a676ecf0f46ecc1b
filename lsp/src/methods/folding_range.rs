//! `textDocument/foldingRange`.

use crate::settings::Settings;
use crate::view::{Shared, View};
use ivs_ide::FoldSort;
use tower_lsp_server::jsonrpc::Result;
use tower_lsp_server::ls_types::{
    FoldingRange, FoldingRangeKind, FoldingRangeParams, FoldingRangeProviderCapability, ServerCapabilities,
};

/// Blocks, comments, `use`s.
pub fn capability(_: &Shared, _: &Settings, can: &mut ServerCapabilities) {
    can.folding_range_provider = Some(FoldingRangeProviderCapability::Simple(true));
}

/// What can be folded.
pub fn run(view: &mut View, params: FoldingRangeParams) -> Result<Option<Vec<FoldingRange>>> {
    let file = view.file(&params.text_document.uri)?;
    let all = ivs_ide::folds(view.db(), file);
    let lines = view.lines(file);
    let folds = all.iter().filter_map(|f| {
        let range = lines.range(f.range);
        // The line with the closing bracket stays.
        let last = match f.sort {
            FoldSort::Region => range.end.line.saturating_sub(1),
            _ => range.end.line,
        };
        (range.start.line < last).then_some(FoldingRange {
            start_line: range.start.line,
            start_character: None,
            end_line: last,
            end_character: None,
            kind: Some(match f.sort {
                FoldSort::Region => FoldingRangeKind::Region,
                FoldSort::Comment => FoldingRangeKind::Comment,
                FoldSort::Imports => FoldingRangeKind::Imports,
            }),
            collapsed_text: None,
        })
    });
    Ok(Some(folds.collect()))
}
