//! `textDocument/diagnostic` and `workspace/diagnostic`: diagnostics for editors that ask. The others are told, see
//! `main_loop.rs`.

use crate::publish::{by_file, with_unread};
use crate::settings::{Delivery, Settings};
use crate::view::{Shared, View};
use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use tower_lsp_server::jsonrpc::Result;
use tower_lsp_server::ls_types::{
    Diagnostic, DiagnosticOptions, DiagnosticServerCapabilities, DocumentDiagnosticParams,
    DocumentDiagnosticReport, DocumentDiagnosticReportResult, FullDocumentDiagnosticReport,
    RelatedFullDocumentDiagnosticReport, RelatedUnchangedDocumentDiagnosticReport, ServerCapabilities,
    UnchangedDocumentDiagnosticReport, WorkDoneProgressOptions, WorkspaceDiagnosticParams,
    WorkspaceDiagnosticReport, WorkspaceDiagnosticReportResult, WorkspaceDocumentDiagnosticReport,
    WorkspaceFullDocumentDiagnosticReport, WorkspaceUnchangedDocumentDiagnosticReport,
};

/// Only an editor that wants to ask is told that it can: it would show everything twice.
pub fn capability(_: &Shared, settings: &Settings, can: &mut ServerCapabilities) {
    if settings.diagnostics == Delivery::Pull {
        can.diagnostic_provider = Some(DiagnosticServerCapabilities::Options(DiagnosticOptions {
            identifier: Some("ivs".to_owned()),
            inter_file_dependencies: true,
            workspace_diagnostics: true,
            work_done_progress_options: WorkDoneProgressOptions::default(),
        }));
    }
}

/// Identifies diagnostics: equal ones have one id.
fn id(found: &[Diagnostic]) -> String {
    let mut hasher = DefaultHasher::new();
    serde_json::to_string(found).unwrap_or_default().hash(&mut hasher);
    format!("{:016x}", hasher.finish())
}

/// The diagnostics of one document.
pub fn document(view: &mut View, params: DocumentDiagnosticParams) -> Result<DocumentDiagnosticReportResult> {
    let report = view.surveyed();
    let mut files = by_file(view, &report);
    with_unread(view, &mut files);
    let items = files.remove(params.text_document.uri.as_str()).map(|(_, found)| found).unwrap_or_default();
    let id = id(&items);
    let report = match params.previous_result_id == Some(id.clone()) {
        true => DocumentDiagnosticReport::Unchanged(RelatedUnchangedDocumentDiagnosticReport {
            related_documents: None,
            unchanged_document_diagnostic_report: UnchangedDocumentDiagnosticReport { result_id: id },
        }),
        false => DocumentDiagnosticReport::Full(RelatedFullDocumentDiagnosticReport {
            related_documents: None,
            full_document_diagnostic_report: FullDocumentDiagnosticReport { result_id: Some(id), items },
        }),
    };
    Ok(report.into())
}

/// The diagnostics of all files: of those that have some, and of those that had some when they were asked for last.
pub fn workspace(
    views: &mut [View],
    params: WorkspaceDiagnosticParams,
) -> Result<WorkspaceDiagnosticReportResult> {
    let previous: BTreeMap<String, (tower_lsp_server::ls_types::Uri, String)> = params
        .previous_result_ids
        .into_iter()
        .map(|p| (p.uri.as_str().to_owned(), (p.uri, p.value)))
        .collect();
    let mut found = BTreeMap::new();
    let mut versions = BTreeMap::new();
    for view in views {
        let report = view.surveyed();
        let mut files = by_file(view, &report);
        with_unread(view, &mut files);
        found.extend(files);
        versions.extend(view.open.values().map(|o| (o.uri.as_str().to_owned(), i64::from(o.version))));
    }
    for (address, (uri, _)) in &previous {
        found.entry(address.clone()).or_insert_with(|| (uri.clone(), Vec::new()));
    }
    let report = |(address, (uri, items)): (String, (_, Vec<Diagnostic>))| {
        let (id, version) = (id(&items), versions.get(&address).copied());
        match previous.get(&address) {
            Some((_, old)) if *old == id => {
                WorkspaceDocumentDiagnosticReport::Unchanged(WorkspaceUnchangedDocumentDiagnosticReport {
                    uri,
                    version,
                    unchanged_document_diagnostic_report: UnchangedDocumentDiagnosticReport { result_id: id },
                })
            }
            _ => WorkspaceDocumentDiagnosticReport::Full(WorkspaceFullDocumentDiagnosticReport {
                uri,
                version,
                full_document_diagnostic_report: FullDocumentDiagnosticReport { result_id: Some(id), items },
            }),
        }
    };
    let items = found.into_iter().map(report).collect();
    Ok(WorkspaceDiagnosticReportResult::Report(WorkspaceDiagnosticReport { items }))
}
