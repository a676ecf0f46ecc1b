//! `textDocument/completion` and `completionItem/resolve`.

use crate::settings::Settings;
use crate::view::{Shared, View};
use ivs_ide::{Proposal, Sort};
use serde::{Deserialize, Serialize};
use tower_lsp_server::jsonrpc::Result;
use tower_lsp_server::ls_types::{
    CompletionItem, CompletionItemKind, CompletionItemTag, CompletionList, CompletionOptions,
    CompletionParams, CompletionResponse, CompletionTextEdit, Documentation, InsertTextFormat, MarkupContent,
    MarkupKind, Position, ServerCapabilities, TextEdit, Uri,
};

/// Proposals, with their documentation on request.
pub fn capability(_: &Shared, _: &Settings, can: &mut ServerCapabilities) {
    let triggers = [".", "@", "/", "\""];
    can.completion_provider = Some(CompletionOptions {
        resolve_provider: Some(true),
        trigger_characters: Some(triggers.map(str::to_owned).into()),
        ..CompletionOptions::default()
    });
}

/// Where a proposal was made.
#[derive(Serialize, Deserialize)]
struct Made {
    document: Uri,
    at: Position,
}

/// The document that a proposal was made for.
pub fn document(item: &CompletionItem) -> Option<Uri> {
    let made: Made = serde_json::from_value(item.data.clone()?).ok()?;
    Some(made.document)
}

/// What may stand at a position.
pub fn run(view: &mut View, params: CompletionParams) -> Result<Option<CompletionResponse>> {
    let place = params.text_document_position;
    let file = view.file(&place.text_document.uri)?;
    let offset = view.offset(file, place.position) as u32;
    let found = ivs_ide::complete(view.db(), file, offset);
    let range = view.range(file, found.replace);
    let client = view.shared.client.text_document.as_ref().and_then(|t| t.completion.as_ref());
    let client = client.and_then(|c| c.completion_item.as_ref());
    let snippets = client.and_then(|c| c.snippet_support) == Some(true);
    let data = serde_json::to_value(Made { document: place.text_document.uri, at: place.position }).ok();
    let mut items = Vec::with_capacity(found.proposals.len());
    for p in found.proposals {
        let import = p.import.as_ref().and_then(|m| ivs_ide::import(view.db(), file, m, &p.label));
        let import =
            import.map(|(span, text)| vec![TextEdit { range: view.range(file, span), new_text: text }]);
        let (text, format) = match (p.snippet, snippets) {
            (true, true) => (p.insert, InsertTextFormat::SNIPPET),
            (true, false) => (plain(&p.insert), InsertTextFormat::PLAIN_TEXT),
            (false, _) => (p.insert, InsertTextFormat::PLAIN_TEXT),
        };
        items.push(CompletionItem {
            kind: Some(kind(p.sort)),
            detail: (!p.detail.is_empty()).then_some(p.detail),
            sort_text: Some(format!("{}{}", p.rank, p.label)),
            filter_text: Some(p.label.trim_matches('"').to_owned()),
            insert_text_format: Some(format),
            text_edit: Some(CompletionTextEdit::Edit(TextEdit { range, new_text: text })),
            additional_text_edits: import,
            tags: p.deprecated.then(|| vec![CompletionItemTag::DEPRECATED]),
            data: data.clone(),
            label: p.label,
            ..CompletionItem::default()
        });
    }
    Ok(Some(CompletionResponse::List(CompletionList { is_incomplete: found.incomplete, items })))
}

/// A proposal with its documentation.
pub fn resolve(view: &mut View, mut item: CompletionItem) -> Result<CompletionItem> {
    let Some(made) = item.data.clone().and_then(|d| serde_json::from_value::<Made>(d).ok()) else {
        return Ok(item);
    };
    let file = view.file(&made.document)?;
    let offset = view.offset(file, made.at) as u32;
    let found = ivs_ide::complete(view.db(), file, offset);
    let same = |p: &&Proposal| p.label == item.label && Some(kind(p.sort)) == item.kind;
    let Some(about) = found.proposals.iter().find(same).and_then(|p| ivs_ide::resolve(view.db(), p)) else {
        return Ok(item);
    };
    let mut value = String::new();
    if !about.code.is_empty() {
        value.push_str(&format!("```ivs\n{}\n```\n\n", about.code));
    }
    if let Some(why) = &about.deprecated {
        value.push_str(&format!("**Deprecated.** {why}\n\n"));
    }
    value.push_str(&format!("{}\n\n{}", about.of, about.docs));
    let content = MarkupContent { kind: MarkupKind::Markdown, value: value.trim().to_owned() };
    item.documentation = Some(Documentation::MarkupContent(content));
    Ok(item)
}

/// A snippet without its stops: `$0` and `$1` are left out, `${2:text}` is its text.
fn plain(snippet: &str) -> String {
    let mut out = String::new();
    let mut rest = snippet;
    while let Some((before, after)) = rest.split_once('$') {
        out.push_str(before);
        rest = match after.strip_prefix('{') {
            Some(stop) => {
                let (inner, behind) = stop.split_once('}').unwrap_or((stop, ""));
                out.push_str(inner.split_once(':').map_or("", |(_, text)| text));
                behind
            }
            None => after.trim_start_matches(|c: char| c.is_ascii_digit()),
        };
    }
    out.push_str(rest);
    out
}

fn kind(sort: Sort) -> CompletionItemKind {
    match sort {
        Sort::Field => CompletionItemKind::FIELD,
        Sort::Key => CompletionItemKind::PROPERTY,
        Sort::Declaration => CompletionItemKind::REFERENCE,
        Sort::Template => CompletionItemKind::INTERFACE,
        Sort::Kind => CompletionItemKind::CLASS,
        Sort::Struct => CompletionItemKind::STRUCT,
        Sort::Enum => CompletionItemKind::ENUM,
        Sort::Member => CompletionItemKind::ENUM_MEMBER,
        Sort::Type => CompletionItemKind::TYPE_PARAMETER,
        Sort::Function => CompletionItemKind::FUNCTION,
        Sort::Constant => CompletionItemKind::CONSTANT,
        Sort::Variable => CompletionItemKind::VARIABLE,
        Sort::Unit => CompletionItemKind::UNIT,
        Sort::Module => CompletionItemKind::MODULE,
        Sort::Check => CompletionItemKind::EVENT,
        Sort::Keyword => CompletionItemKind::KEYWORD,
        Sort::Snippet => CompletionItemKind::SNIPPET,
        Sort::Value => CompletionItemKind::VALUE,
        Sort::File => CompletionItemKind::FILE,
    }
}

#[cfg(test)]
mod tests {
    use super::plain;

    #[test]
    fn a_snippet_without_its_stops() {
        assert_eq!(plain("image = $0"), "image = ");
        assert_eq!(plain("fn ${1:name}(${2:x}: int) $0"), "fn name(x: int) ");
        assert_eq!(plain("a ${1} b"), "a  b");
    }
}
