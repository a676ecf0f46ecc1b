//! `workspace/executeCommand`: what lenses and menus do. Every command answers with what is to be shown: an address, a text
//! with its language, or a message.

use super::outputs::Output;
use crate::settings::Settings;
use crate::view::{Shared, View};
use serde::Deserialize;
use serde_json::{Value, json};
use tower_lsp_server::jsonrpc::{Error, Result};
use tower_lsp_server::ls_types::{
    ExecuteCommandOptions, ExecuteCommandParams, Position, ServerCapabilities, Uri,
};

/// What the declaration at a place makes: `[{ uri, position }]`.
pub const SHOW_OUTPUT: &str = "ivs.showOutput";
/// The page of a code: `["IVS1103"]`, or of the finding at a place.
pub const EXPLAIN: &str = "ivs.explain";
/// Runs the tests of a package whose names contain a text: `[{ uri, name }]`; without a name, all.
pub const RUN_TEST: &str = "ivs.runTest";

/// The graph of a package: `[{ uri }]`, in Mermaid.
pub const SHOW_GRAPH: &str = "ivs.showGraph";

/// The commands.
pub fn capability(shared: &Shared, _: &Settings, can: &mut ServerCapabilities) {
    can.execute_command_provider = Some(ExecuteCommandOptions {
        commands: [SHOW_OUTPUT, EXPLAIN, RUN_TEST]
            .into_iter()
            .chain(shared.draw.map(|_| SHOW_GRAPH))
            .map(str::to_owned)
            .collect(),
        ..ExecuteCommandOptions::default()
    });
}

/// A place or a test.
#[derive(Deserialize, Default)]
struct Argument {
    uri: Option<Uri>,
    position: Option<Position>,
    name: Option<String>,
}

/// The document that a command is about.
pub fn document(params: &ExecuteCommandParams) -> Option<Uri> {
    argument(params).uri
}

fn argument(params: &ExecuteCommandParams) -> Argument {
    let first = params.arguments.first().cloned().unwrap_or_default();
    serde_json::from_value(first).unwrap_or_default()
}

/// Does what a command says.
pub fn run(views: &mut [View], params: ExecuteCommandParams) -> Result<Option<Value>> {
    let argument = argument(&params);
    match params.command.as_str() {
        SHOW_OUTPUT => show_output(crate::view::only(views)?, &argument).map(Some),
        EXPLAIN => explain(views, &params, &argument).map(Some),
        SHOW_GRAPH => show_graph(crate::view::only(views)?).map(Some),
        RUN_TEST => run_test(crate::view::only(views)?, &argument).map(Some),
        other => Err(Error::invalid_params(format!("there is no command `{other}`"))),
    }
}

fn offset(view: &mut View, argument: &Argument) -> Result<(String, u32)> {
    let (Some(uri), Some(position)) = (&argument.uri, argument.position) else {
        return Err(Error::invalid_params("the command needs a place: { uri, position }"));
    };
    let file = view.file(uri)?;
    let offset = view.offset(file, position);
    Ok((file.path(view.db()).to_string(), u32::try_from(offset).unwrap_or(u32::MAX)))
}

fn show_output(view: &mut View, argument: &Argument) -> Result<Value> {
    let (path, offset) = offset(view, argument)?;
    let all = view.session.declarations(&path);
    let Some(found) = all.into_iter().find(|d| d.start <= offset && offset <= d.end) else {
        return Ok(json!({ "message": "There is no declaration here." }));
    };
    let env = view.settings.environment.clone();
    let root = view.places.root.clone();
    let output = Output { root, kind: found.kind, name: found.name, env };
    let (text, ending) = output.text(view);
    // An editor that asks for texts is given the address alone: it follows the sources.
    let mut shown =
        json!({ "name": format!("{}.{ending}", output.name), "language": language(ending), "text": text });
    if view.shared.pages.asked_for()
        && let Some(uri) = output.uri(ending)
    {
        shown.as_object_mut().map(|s| s.insert("uri".to_owned(), json!(uri)));
    }
    Ok(shown)
}

fn show_graph(view: &mut View) -> Result<Value> {
    let Some(draw) = view.shared.draw else {
        return Err(Error::invalid_params("this server draws no graphs"));
    };
    let env = view.settings.environment.clone();
    let env = (!env.is_empty()).then_some(env.as_str());
    let graph = view.session.graph(env, false);
    let text = draw(graph, &view.session.config().package, env);
    Ok(json!({ "name": "graph.mmd", "language": "mermaid", "text": text }))
}

/// What editors call the language of files that end so.
fn language(ending: &str) -> &str {
    match ending {
        "tf" => "terraform",
        "md" => "markdown",
        "txt" => "plaintext",
        same => same,
    }
}

fn explain(views: &mut [View], params: &ExecuteCommandParams, argument: &Argument) -> Result<Value> {
    let view = crate::view::only(views)?;
    let code = match params.arguments.first().and_then(Value::as_str) {
        Some(code) => code.to_owned(),
        None => {
            let (path, offset) = offset(view, argument)?;
            let report = view.surveyed();
            let here = report.diagnostics.iter().find(|d| {
                let place = &d.primary.place;
                report.files.get(place.of as usize).is_some_and(|f| f.path == path)
                    && place.span.start <= offset
                    && offset <= place.span.end
            });
            match here {
                Some(d) => d.code.to_owned(),
                None => return Ok(json!({ "message": "Nothing is wrong here." })),
            }
        }
    };
    Ok(match view.shared.pages.text_of_code(&code) {
        Some(text) => {
            json!({ "name": format!("{code}.md"), "language": "markdown", "text": text, "uri": view.shared.pages.page(&code) })
        }
        None => json!({ "message": format!("There is no page about `{code}`.") }),
    })
}

fn run_test(view: &mut View, argument: &Argument) -> Result<Value> {
    let name = argument.name.as_deref().unwrap_or_default();
    let tested = view.session.test(name);
    let outcomes: Vec<Value> = tested
        .outcomes
        .iter()
        .filter(|o| name.is_empty() || o.name == name)
        .map(|o| {
            let why: Vec<&str> = o.report.diagnostics.iter().map(|d| d.message.as_str()).collect();
            json!({ "name": o.name, "passed": o.passed(), "why": why, "path": o.path, "line": o.line })
        })
        .collect();
    let failed: Vec<&Value> = outcomes.iter().filter(|o| o.get("passed") == Some(&json!(false))).collect();
    let message = match (&outcomes[..], &failed[..]) {
        ([], _) if name.is_empty() => "The package has no tests.".to_owned(),
        ([], _) => "There is no such test.".to_owned(),
        ([one], []) => format!("`{}` passed.", one.get("name").and_then(Value::as_str).unwrap_or_default()),
        (all, []) => format!("All {} tests passed.", all.len()),
        (_, [first, ..]) => {
            let said = |at: &str| first.pointer(at).and_then(Value::as_str).unwrap_or_default();
            let (name, reason) = (said("/name"), said("/why/0"));
            let more = match failed.len() {
                1 => String::new(),
                n => format!(" ({} more failed)", n - 1),
            };
            format!("`{name}` failed: {reason}{more}")
        }
    };
    Ok(json!({ "message": message, "outcomes": outcomes }))
}
