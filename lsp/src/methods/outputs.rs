//! `ivs-output:` addresses: what a declaration makes, as a text that follows the sources.
//!
//! `ivs-output:/home/me/shop/service/web.yaml?env=staging` is what `service web` of the package in `/home/me/shop` makes in
//! the environment `staging`.

use crate::view::View;
use ivs_driver::OutputObject;
use std::path::PathBuf;
use std::str::FromStr;
use std::sync::PoisonError;
use tower_lsp_server::jsonrpc::{Error, Result};
use tower_lsp_server::ls_types::Uri;

const SCHEME: &str = "ivs-output:";

/// What an address stands for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Output {
    /// The package's folder.
    pub root: PathBuf,
    /// The declaration's kind.
    pub kind: String,
    /// Its name.
    pub name: String,
    /// The environment; empty for the base.
    pub env: String,
}

impl Output {
    /// Reads an address.
    pub fn parse(uri: &Uri) -> Option<Output> {
        let rest = uri.as_str().strip_prefix(SCHEME)?;
        let (path, query) = rest.split_once('?').unwrap_or((rest, ""));
        let file = Uri::from_str(&format!("file://{path}")).ok()?;
        let path = crate::documents::path_of(&file)?;
        let stem = path.file_name()?.to_str()?;
        let name = stem.rsplit_once('.').map_or(stem, |(name, _)| name).to_owned();
        let kind = path.parent()?.file_name()?.to_str()?.to_owned();
        let root = path.parent()?.parent()?.to_path_buf();
        let env = query.strip_prefix("env=").unwrap_or_default().to_owned();
        Some(Output { root, kind, name, env })
    }

    /// Its address; the ending says what kind of text it is.
    pub fn uri(&self, ending: &str) -> Option<Uri> {
        let path = self.root.join(&self.kind).join(format!("{}.{ending}", self.name));
        let file = crate::documents::uri_of(&path)?;
        let path = file.as_str().strip_prefix("file://")?.to_owned();
        let query = if self.env.is_empty() { String::new() } else { format!("?env={}", self.env) };
        Uri::from_str(&format!("{SCHEME}{path}{query}")).ok()
    }

    /// Its text: the objects with the files that they become part of; why there are none, else.
    pub fn text(&self, view: &mut View) -> (String, &'static str) {
        let env = (!self.env.is_empty()).then_some(self.env.as_str());
        match view.session.outputs_of(env, &self.kind, &self.name) {
            Ok(objects) => shown(&objects),
            Err(why) => (format!("# {why}\n"), "yaml"),
        }
    }
}

/// Objects as one text, and how files of that kind end.
fn shown(objects: &[OutputObject]) -> (String, &'static str) {
    let ending = |o: &OutputObject| match o.path.rsplit_once('.').map(|(_, e)| e) {
        Some("yaml" | "yml") => "yaml",
        Some("json") => "json",
        Some("tf") => "tf",
        Some("sql") => "sql",
        Some("md") => "md",
        Some("html") => "html",
        _ => "txt",
    };
    let Some(first) = objects.first() else { return ("# Nothing is made here.\n".to_owned(), "yaml") };
    // One text has one language; others than the first's stand in comments of it all the same.
    let language = ending(first);
    let comment = |text: &str| match language {
        "sql" => format!("-- {text}\n"),
        "md" | "html" => format!("<!-- {text} -->\n"),
        "json" => format!("// {text}\n"),
        _ => format!("# {text}\n"),
    };
    let mut out = String::new();
    let mut path = "";
    for object in objects {
        if path != object.path {
            path = &object.path;
            if !out.is_empty() {
                out.push('\n');
            }
            out += &comment(path);
        }
        if ending(object) == "yaml" {
            out += "---\n";
        }
        out += &object.text;
    }
    (out, language)
}

/// The text of an address; `None` if it is none of these.
pub fn content(views: &mut [View], uri: &Uri) -> Option<Result<String>> {
    let output = Output::parse(uri)?;
    let view = views.iter_mut().find(|v| v.places.root == output.root);
    if let Some(shown) = view.as_ref().and_then(|v| v.shared.shown.as_ref()) {
        shown.lock().unwrap_or_else(PoisonError::into_inner).insert(uri.as_str().to_owned());
    }
    Some(match view {
        Some(view) => Ok(output.text(view).0),
        None => Err(Error::invalid_params(format!("no package is open in {}", output.root.display()))),
    })
}
