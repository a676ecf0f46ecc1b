//! Findings and fixes in the protocol's terms.

use crate::position::Lines;
use crate::view::View;
use ivs_driver::Report;
use ivs_source::{Edit, Fix, Place, Severity};
use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};
use tower_lsp_server::ls_types::{
    CodeDescription, Diagnostic, DiagnosticRelatedInformation, DiagnosticSeverity, DiagnosticTag,
    DocumentChangeOperation, DocumentChanges, Location, NumberOrString, OneOf,
    OptionalVersionedTextDocumentIdentifier, TextDocumentEdit, TextEdit, Uri, WorkspaceEdit,
};

/// Codes of what has no effect, which editors show faded.
const UNNECESSARY: &[&str] = &["IVS1043"];
/// Codes of what is deprecated, which editors strike through.
const DEPRECATED: &[&str] = &["IVS1208"];

/// The files of a report, with what is needed to point into them.
pub struct Files<'r> {
    report: &'r Report,
    lines: Vec<OnceLock<Lines>>,
    uris: Vec<Option<Uri>>,
}

impl<'r> Files<'r> {
    /// The files of a report of a package.
    pub fn new(view: &View, report: &'r Report) -> Files<'r> {
        let uri = |f: &ivs_driver::ReportFile| match (f.library, f.dependency) {
            (true, _) => view.shared.pages.library(&f.path, &f.text),
            (_, true) => view.uri_of_dependency(&f.path),
            _ => view.uri_of_own(&f.path),
        };
        let uris = report.files.iter().map(uri).collect();
        Files { report, lines: report.files.iter().map(|_| OnceLock::new()).collect(), uris }
    }

    fn lines(&self, view: &View, of: u32) -> Option<&Lines> {
        let file = self.report.files.get(of as usize)?;
        let lines = self.lines.get(of as usize)?;
        Some(lines.get_or_init(|| Lines::new(file.text.clone(), view.shared.encoding)))
    }

    /// The address of a file.
    pub fn uri(&self, of: u32) -> Option<&Uri> {
        self.uris.get(of as usize)?.as_ref()
    }

    /// A place as the protocol has it.
    pub fn location(&self, view: &View, place: &Place<u32>) -> Option<Location> {
        let range = self.lines(view, place.of)?.range(place.span);
        Some(Location { uri: self.uri(place.of)?.clone(), range })
    }

    /// A finding as the protocol has it.
    pub fn diagnostic(&self, view: &View, d: &ivs_source::Diagnostic<u32>) -> Option<Diagnostic> {
        let range = self.lines(view, d.primary.place.of)?.range(d.primary.place.span);
        let client = view.shared.client.text_document.as_ref().and_then(|t| t.publish_diagnostics.as_ref());
        let related = client.and_then(|c| c.related_information) == Some(true);
        let related: Vec<DiagnosticRelatedInformation> = d
            .labels
            .iter()
            .filter(|_| related)
            .filter_map(|l| {
                Some(DiagnosticRelatedInformation {
                    location: self.location(view, &l.place)?,
                    message: l.text.clone(),
                })
            })
            .collect();
        let tag = match d.code {
            code if UNNECESSARY.contains(&code) => Some(DiagnosticTag::UNNECESSARY),
            code if DEPRECATED.contains(&code) => Some(DiagnosticTag::DEPRECATED),
            _ => None,
        };
        Some(Diagnostic {
            range,
            severity: Some(severity(d.severity)),
            code: Some(NumberOrString::String(d.code.to_owned())),
            code_description: view.shared.pages.page(d.code).map(|href| CodeDescription { href }),
            source: Some("ivs".to_owned()),
            message: message(d),
            related_information: (!related.is_empty()).then_some(related),
            tags: tag.map(|t| vec![t]),
            data: None,
        })
    }

    /// The edits of fixes as one; `None` if one of them cannot be made.
    pub fn edit<'f>(
        &self,
        view: &View,
        fixes: impl IntoIterator<Item = &'f Fix<u32>>,
    ) -> Option<WorkspaceEdit> {
        let mut texts: BTreeMap<&str, (&Uri, Vec<TextEdit>)> = BTreeMap::new();
        for e in fixes.into_iter().flat_map(|f| &f.edits) {
            let file = self.report.files.get(e.place.of as usize)?;
            if file.library || file.dependency {
                return None;
            }
            let uri = self.uri(e.place.of)?;
            let edits = &mut texts.entry(uri.as_str()).or_insert_with(|| (uri, Vec::new())).1;
            edits.push(self.text_edit(view, e)?);
        }
        Some(workspace_edit(view, texts.into_values().map(|(uri, edits)| (uri.clone(), edits))))
    }

    fn text_edit(&self, view: &View, e: &Edit<u32>) -> Option<TextEdit> {
        let lines = self.lines(view, e.place.of)?;
        Some(TextEdit { range: lines.range(e.place.span), new_text: like(lines.text(), &e.text) })
    }
}

/// New text whose lines end as those of the text around it do.
pub fn like(text: &Arc<str>, new: &str) -> String {
    match text.contains("\r\n") && new.contains('\n') {
        true => new.replace("\r\n", "\n").replace('\n', "\r\n"),
        false => new.to_owned(),
    }
}

/// Edits of several documents, in order of their addresses.
pub fn workspace_edit(view: &View, texts: impl IntoIterator<Item = (Uri, Vec<TextEdit>)>) -> WorkspaceEdit {
    let edits = view.shared.client.workspace.as_ref().and_then(|w| w.workspace_edit.as_ref());
    if edits.and_then(|e| e.document_changes) != Some(true) {
        return WorkspaceEdit { changes: Some(texts.into_iter().collect()), ..WorkspaceEdit::default() };
    }
    let document = |(uri, edits): (Uri, Vec<TextEdit>)| {
        let version = view.open.values().find(|o| o.uri == uri).map(|o| o.version);
        DocumentChangeOperation::Edit(TextDocumentEdit {
            text_document: OptionalVersionedTextDocumentIdentifier { uri, version },
            edits: edits.into_iter().map(OneOf::Left).collect(),
        })
    };
    let operations: Vec<_> = texts.into_iter().map(document).collect();
    let plain: Option<Vec<TextDocumentEdit>> = operations
        .iter()
        .map(|o| match o {
            DocumentChangeOperation::Edit(e) => Some(e.clone()),
            DocumentChangeOperation::Op(_) => None,
        })
        .collect();
    WorkspaceEdit {
        document_changes: Some(plain.map_or(DocumentChanges::Operations(operations), DocumentChanges::Edits)),
        ..WorkspaceEdit::default()
    }
}

fn severity(severity: Severity) -> DiagnosticSeverity {
    match severity {
        Severity::Error => DiagnosticSeverity::ERROR,
        Severity::Warning => DiagnosticSeverity::WARNING,
        Severity::Info => DiagnosticSeverity::INFORMATION,
    }
}

/// The headline, what stands at the place, and what to do.
fn message(d: &ivs_source::Diagnostic<u32>) -> String {
    let mut out = d.message.clone();
    if !d.primary.text.is_empty() {
        out += "\n";
        out += &d.primary.text;
    }
    for help in &d.help {
        out += "\nhelp: ";
        out += help;
    }
    out
}
