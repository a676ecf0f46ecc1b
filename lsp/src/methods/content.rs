//! `ivs/content` and `workspace/textDocumentContent`: the text of an address that is no file, or of a source as the server
//! has it.

use crate::view::View;
use serde::{Deserialize, Serialize};
use tower_lsp_server::jsonrpc::{Error, Result};
use tower_lsp_server::ls_types::Uri;

/// Which text.
#[derive(Clone, Deserialize, Debug)]
pub struct Params {
    /// An address that the server gave.
    pub uri: Uri,
}

/// A text.
#[derive(Serialize, Debug)]
pub struct Content {
    /// All of it.
    pub text: String,
}

/// Answers with an output, a source of the library or of a package.
pub fn run(views: &mut [View], params: Params) -> Result<Content> {
    if let Some(text) = super::outputs::content(views, &params.uri) {
        return Ok(Content { text: text? });
    }
    for view in views {
        if let Ok(file) = view.file(&params.uri) {
            return Ok(Content { text: file.text(view.db()).to_string() });
        }
    }
    Err(Error::invalid_params(format!("there is no text at {}", params.uri.as_str())))
}
