//! `textDocument/codeAction` and its resolution: every fix that a finding offers, and all that are certain at once.

use crate::protocol::{Files, like, workspace_edit};
use crate::settings::Settings;
use crate::view::{Shared, View};
use ivs_grammar::ast::Span;
use ivs_ide::Deed;
use ivs_source::{Diagnostic, Fix, Severity, SourceFile};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use tower_lsp_server::jsonrpc::Result;
use tower_lsp_server::ls_types::{
    CodeAction, CodeActionKind, CodeActionOptions, CodeActionOrCommand, CodeActionParams,
    CodeActionProviderCapability, CodeActionResponse, Range, ServerCapabilities, TextEdit, Uri,
};

/// The kinds of what is offered.
const KINDS: &[CodeActionKind] = &[
    CodeActionKind::QUICKFIX,
    CodeActionKind::REFACTOR_EXTRACT,
    CodeActionKind::REFACTOR_INLINE,
    CodeActionKind::REFACTOR_REWRITE,
    CodeActionKind::SOURCE_FIX_ALL,
    CodeActionKind::SOURCE_ORGANIZE_IMPORTS,
];

/// Fixes, and what is done to a whole file.
pub fn capability(_: &Shared, _: &Settings, can: &mut ServerCapabilities) {
    can.code_action_provider = Some(CodeActionProviderCapability::Options(CodeActionOptions {
        code_action_kinds: Some(KINDS.to_vec()),
        resolve_provider: Some(true),
        ..CodeActionOptions::default()
    }));
}

/// What is worked out only once an action is chosen.
#[derive(Serialize, Deserialize)]
struct Later {
    document: Uri,
    /// Which action.
    action: String,
}

/// The document of an action that is to be resolved.
pub fn document(action: &CodeAction) -> Option<Uri> {
    let later: Later = serde_json::from_value(action.data.clone()?).ok()?;
    Some(later.document)
}

/// Whether an action of a kind is wanted.
fn wanted(only: Option<&[CodeActionKind]>, kind: &CodeActionKind) -> bool {
    only.is_none_or(|only| {
        only.iter().any(|o| {
            let (o, kind) = (o.as_str(), kind.as_str());
            o.is_empty() || kind == o || kind.strip_prefix(o).is_some_and(|rest| rest.starts_with('.'))
        })
    })
}

/// The actions at a range.
pub fn run(view: &mut View, params: CodeActionParams) -> Result<Option<CodeActionResponse>> {
    let uri = params.text_document.uri;
    let file = view.file(&uri)?;
    if !file.own(view.db()) {
        return Ok(None);
    }
    let only = params.context.only.as_deref();
    let mut out = Vec::new();
    if wanted(only, &CodeActionKind::QUICKFIX) {
        let (start, end) = view.lines(file).offsets(params.range);
        fixes(view, &uri, (start, end), &mut out);
    }
    deeds(view, file, params.range, only, &mut out);
    // Unasked, only where there is something to mend: many editors show all that is offered in one list.
    let mends = |view: &mut View| view.checked().diagnostics.iter().any(|d| d.fixes.len() == 1);
    if wanted(only, &CodeActionKind::SOURCE_FIX_ALL) && (only.is_some() || mends(view)) {
        out.push(later(&uri, "fixAll", "Apply all fixes that are certain", CodeActionKind::SOURCE_FIX_ALL));
    }
    Ok(Some(out.into_iter().map(CodeActionOrCommand::CodeAction).collect()))
}

/// What can be done with the text besides mending what was found.
fn deeds(
    view: &mut View,
    file: SourceFile,
    range: Range,
    only: Option<&[CodeActionKind]>,
    out: &mut Vec<CodeAction>,
) {
    let (start, end) = view.lines(file).offsets(range);
    let span = Span::new(start as u32, end as u32);
    let mut found = ivs_ide::actions(view.db(), file, span);
    // Unasked, only where one looks at what it orders.
    let ordered = |a: &ivs_ide::Action| {
        a.changes.iter().any(|c| c.range.start <= span.end && span.start <= c.range.end)
    };
    found.extend(ivs_ide::organize(view.db(), file).filter(|a| only.is_some() || ordered(a)));
    if wanted(only, &CodeActionKind::QUICKFIX) {
        found.extend(excuses(view, file, span));
    }
    for action in found {
        let kind = match action.deed {
            Deed::Fix => CodeActionKind::QUICKFIX,
            Deed::Extract => CodeActionKind::REFACTOR_EXTRACT,
            Deed::Inline => CodeActionKind::REFACTOR_INLINE,
            Deed::Move => CodeActionKind::REFACTOR_REWRITE,
            Deed::Organize => CodeActionKind::SOURCE_ORGANIZE_IMPORTS,
        };
        if !wanted(only, &kind) {
            continue;
        }
        let mut texts: BTreeMap<String, (Uri, Vec<TextEdit>)> = BTreeMap::new();
        for change in &action.changes {
            let Some(uri) = view.uri(change.file) else { continue };
            let lines = view.lines(change.file);
            let edits = &mut texts.entry(uri.as_str().to_owned()).or_insert_with(|| (uri, Vec::new())).1;
            edits.push(TextEdit {
                range: lines.range(change.range),
                new_text: like(lines.text(), &change.text),
            });
        }
        let edit = workspace_edit(view, texts.into_values());
        out.push(CodeAction {
            title: action.title,
            kind: Some(kind),
            edit: Some(edit),
            ..CodeAction::default()
        });
    }
}

/// `@allow` for what checks find here.
fn excuses(view: &mut View, file: SourceFile, range: Span) -> Vec<ivs_ide::Action> {
    let path = file.path(view.db()).to_string();
    let report = view.checked();
    let mut out: Vec<ivs_ide::Action> = Vec::new();
    for d in &report.diagnostics {
        let place = &d.primary.place;
        let here = report.files.get(place.of as usize).is_some_and(|f| f.path == path)
            && place.span.start <= range.end
            && range.start <= place.span.end;
        // What a check finds is excused by its name; what the compiler warns of, by its code.
        let check = report.checks.iter().find(|(code, _)| *code == d.code).map(|(_, name)| name.as_str());
        let check =
            check.or((d.severity == Severity::Warning || d.code.starts_with("IVS30")).then_some(d.code));
        if let Some(check) = check.filter(|_| here && d.code != "IVS1043")
            && let Some(action) = ivs_ide::allow(view.db(), file, place.span.start, check)
            && !out.contains(&action)
        {
            out.push(action);
        }
    }
    out
}

fn later(uri: &Uri, action: &str, title: &str, kind: CodeActionKind) -> CodeAction {
    let later = Later { document: uri.clone(), action: action.to_owned() };
    CodeAction {
        title: title.to_owned(),
        kind: Some(kind),
        data: serde_json::to_value(later).ok(),
        ..CodeAction::default()
    }
}

/// The fixes of findings that touch bytes of a document.
fn fixes(view: &mut View, uri: &Uri, (start, end): (usize, usize), out: &mut Vec<CodeAction>) {
    let report = view.checked();
    let files = Files::new(view, &report);
    let here = |d: &&Diagnostic<u32>| {
        let span = d.primary.place.span;
        files.uri(d.primary.place.of).is_some_and(|u| u == uri)
            && span.start as usize <= end
            && start <= span.end as usize
    };
    let found: Vec<&Diagnostic<u32>> = report.diagnostics.iter().filter(here).collect();
    for d in &found {
        for fix in &d.fixes {
            let Some(edit) = files.edit(view, [fix]) else { continue };
            out.push(CodeAction {
                title: capital(&fix.title),
                kind: Some(CodeActionKind::QUICKFIX),
                diagnostics: files.diagnostic(view, d).map(|d| vec![d]),
                edit: Some(edit),
                is_preferred: Some(d.fixes.len() == 1),
                ..CodeAction::default()
            });
        }
        // The same mistake elsewhere, mended the same way.
        if let [fix] = &d.fixes[..] {
            let alike = |o: &&Diagnostic<u32>| o.code == d.code && o.fixes.len() == 1;
            let all: Vec<&Fix<u32>> = report
                .diagnostics
                .iter()
                .filter(alike)
                .flat_map(|o| &o.fixes)
                .filter(|f| touches_nothing_of(f, fix) || *f == fix)
                .collect();
            let title = format!("Fix all {} of the package", d.code);
            if all.len() > 1
                && !out.iter().any(|a| a.title == title)
                && let Some(edit) = files.edit(view, disjoint(&all))
            {
                out.push(CodeAction {
                    title,
                    kind: Some(CodeActionKind::QUICKFIX),
                    edit: Some(edit),
                    ..CodeAction::default()
                });
            }
        }
    }
}

fn touches_nothing_of(a: &Fix<u32>, b: &Fix<u32>) -> bool {
    a.edits.iter().all(|x| {
        b.edits.iter().all(|y| {
            let (x, y) = (&x.place, &y.place);
            x.of != y.of || x.span.end < y.span.start || y.span.end < x.span.start
        })
    })
}

/// The first of those that touch each other.
fn disjoint<'f>(fixes: &[&'f Fix<u32>]) -> Vec<&'f Fix<u32>> {
    let mut out: Vec<&Fix<u32>> = Vec::new();
    for fix in fixes {
        if out.iter().all(|o| touches_nothing_of(o, fix)) {
            out.push(fix);
        }
    }
    out
}

/// `write `70%`` as a title.
fn capital(title: &str) -> String {
    let mut chars = title.chars();
    chars.next().map(|c| c.to_uppercase().chain(chars).collect()).unwrap_or_default()
}

/// Works out the edit of an action that was chosen.
pub fn resolve(view: &mut View, mut action: CodeAction) -> Result<CodeAction> {
    let later = action.data.clone().and_then(|d| serde_json::from_value::<Later>(d).ok());
    let Some(later) = later else { return Ok(action) };
    if later.action == "fixAll" {
        let mended = view.session.mend();
        let mut texts = Vec::new();
        for (path, old, new) in &mended.files {
            if let Some(uri) = view.uri_of_own(path) {
                let lines = crate::position::Lines::new(old.as_str().into(), view.shared.encoding);
                texts.push((uri, vec![difference(&lines, new)]));
            }
        }
        action.edit = Some(workspace_edit(view, texts));
    }
    Ok(action)
}

/// The edit that makes one text of another: what lies between what they begin and end with alike.
pub fn difference(lines: &crate::position::Lines, new: &str) -> TextEdit {
    let old: &str = lines.text();
    let mut head = old.bytes().zip(new.bytes()).take_while(|(a, b)| a == b).count();
    while !old.is_char_boundary(head) || !new.is_char_boundary(head) {
        head -= 1;
    }
    let tail = |s: &str| s.get(head..).unwrap_or_default().to_owned();
    let (a, b) = (tail(old), tail(new));
    let mut same = a.bytes().rev().zip(b.bytes().rev()).take_while(|(x, y)| x == y).count();
    while !a.is_char_boundary(a.len() - same) || !b.is_char_boundary(b.len() - same) {
        same -= 1;
    }
    TextEdit {
        range: lines.range_of(head, old.len() - same),
        new_text: b.get(..b.len() - same).unwrap_or_default().to_owned(),
    }
}
