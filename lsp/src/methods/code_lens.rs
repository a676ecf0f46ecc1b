//! `textDocument/codeLens` and its resolution: what a declaration makes, who refers to it, what derives from it, its figures; tests run.

use super::command::{RUN_TEST, SHOW_OUTPUT};
use crate::settings::Settings;
use crate::view::{Shared, View};
use serde::{Deserialize, Serialize};
use serde_json::json;
use tower_lsp_server::jsonrpc::Result;
use tower_lsp_server::ls_types::{
    CodeLens, CodeLensOptions, CodeLensParams, Command, Location, ServerCapabilities, Uri,
};

/// The editor's own: shows places, `[uri, position, locations]`.
const SHOW_REFERENCES: &str = "ivs.showReferences";

/// Lenses whose numbers are counted when they are seen.
pub fn capability(_: &Shared, _: &Settings, can: &mut ServerCapabilities) {
    can.code_lens_provider = Some(CodeLensOptions { resolve_provider: Some(true) });
}

/// What is counted later.
#[derive(Serialize, Deserialize)]
struct Later {
    document: Uri,
    of: Of,
}

#[derive(Serialize, Deserialize, Clone, Copy, PartialEq, Eq)]
enum Of {
    References,
    Instances,
}

/// The document of a lens that is to be resolved.
pub fn document(lens: &CodeLens) -> Option<Uri> {
    let later: Later = serde_json::from_value(lens.data.clone()?).ok()?;
    Some(later.document)
}

/// The lenses of a document.
pub fn run(view: &mut View, params: CodeLensParams) -> Result<Option<Vec<CodeLens>>> {
    let uri = params.text_document.uri;
    let file = view.file(&uri)?;
    if !file.own(view.db()) {
        return Ok(None);
    }
    let lines = view.lines(file);
    let wanted = view.settings.lenses.clone();
    let mut out = Vec::new();
    for d in view.session.declarations(file.path(view.db())) {
        let Some((start, end)) = name_of(view, file, d.start) else { continue };
        let range = lines.range_of(start, end);
        let now = |title: &str, command: &str, argument| CodeLens {
            range,
            command: Some(Command {
                title: title.to_owned(),
                command: command.to_owned(),
                arguments: Some(vec![argument]),
            }),
            data: None,
        };
        let later = |of| CodeLens {
            range,
            command: None,
            data: serde_json::to_value(Later { document: uri.clone(), of }).ok(),
        };
        if wanted.output && d.emits {
            out.push(now("show output", SHOW_OUTPUT, json!({ "uri": uri, "position": range.start })));
        }
        if wanted.references {
            out.push(later(Of::References));
        }
        if wanted.instances && d.template {
            out.push(later(Of::Instances));
        }
        if wanted.figures {
            out.extend(figures(view, file, d.start).into_iter().map(|title| CodeLens {
                range,
                // There is nothing to do with it: it is read.
                command: Some(Command { title, ..Command::default() }),
                data: None,
            }));
        }
    }
    if wanted.tests {
        for (name, start, end) in tests(view, file) {
            let argument = json!({ "uri": uri, "name": name });
            let command = Command {
                title: "run".to_owned(),
                command: RUN_TEST.to_owned(),
                arguments: Some(vec![argument]),
            };
            out.push(CodeLens { range: lines.range_of(start, end), command: Some(command), data: None });
        }
    }
    out.sort_by_key(|l| l.range.start);
    Ok(Some(out))
}

/// The name of the declaration whose text begins at an offset.
fn name_of(view: &View, file: ivs_source::SourceFile, start: u32) -> Option<(usize, usize)> {
    let at = ivs_ide::item_at(view.db(), file, start)?;
    let parsed = ivs_source::parse_item(view.db(), at.item);
    let span = ivs_ide::name_span(parsed.item()?)?;
    Some(((span.start + at.base) as usize, (span.end + at.base) as usize))
}

/// What is told of the declaration whose text begins at an offset.
fn figures(view: &View, file: ivs_source::SourceFile, start: u32) -> Vec<String> {
    let at = ivs_ide::item_at(view.db(), file, start);
    at.map_or_else(Vec::new, |at| ivs_ide::lenses(view.db(), &view.settings.environment, at.item))
}

/// The tests of a document: name, and where it stands.
fn tests(view: &View, file: ivs_source::SourceFile) -> Vec<(String, usize, usize)> {
    let db = view.db();
    let all = ivs_source::items(db, file);
    let tests = all.ids.iter().zip(&all.chunks).filter(|(i, _)| i.key(db).keyword == "test");
    tests
        .filter_map(|(item, chunk)| {
            let parsed = ivs_source::parse_item(db, *item);
            let span = ivs_ide::name_span(parsed.item()?)?;
            let base = chunk.span.start;
            let (start, end) = ((span.start + base) as usize, (span.end + base) as usize);
            let name = file.text(db).get(start..end)?.trim_matches('"').to_owned();
            Some((name, start, end))
        })
        .collect()
}

/// Counts what a lens shows.
pub fn resolve(view: &mut View, mut lens: CodeLens) -> Result<CodeLens> {
    let later = lens.data.clone().and_then(|d| serde_json::from_value::<Later>(d).ok());
    let Some(later) = later else { return Ok(lens) };
    let file = view.file(&later.document)?;
    let offset = u32::try_from(view.offset(file, lens.range.start)).unwrap_or(u32::MAX);
    let places: Vec<ivs_ide::Location> = match later.of {
        Of::References => {
            let found = ivs_ide::references(view.db(), file, offset, false);
            found.into_iter().map(|r| r.place).collect()
        }
        Of::Instances => ivs_ide::implementation(view.db(), file, offset),
    };
    let locations: Vec<Location> = places.iter().filter_map(|p| view.location(p.file, p.range)).collect();
    let thing = match later.of {
        Of::References => "reference",
        Of::Instances => "instance",
    };
    let title = match locations.len() {
        1 => format!("1 {thing}"),
        n => format!("{n} {thing}s"),
    };
    let arguments = vec![json!(later.document), json!(lens.range.start), json!(locations)];
    lens.command = Some(Command { title, command: SHOW_REFERENCES.to_owned(), arguments: Some(arguments) });
    Ok(lens)
}
