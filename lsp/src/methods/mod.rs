//! One module per method: what the server says that it can, and how a request is answered.
//!
//! A method is added with its module here, a line in [`CAPABILITIES`], and a line in the table of `backend.rs`.

pub mod code_action;
pub mod code_lens;
pub mod color;
pub mod command;
pub mod completion;
pub mod content;
pub mod diagnostic;
pub mod document_link;
pub mod file_operations;
pub mod folding_range;
pub mod formatting;
pub mod goto;
pub mod hierarchy;
pub mod hover;
pub mod inlay_hint;
pub mod linked_editing;
pub mod outputs;
pub mod references;
pub mod rename;
pub mod selection_range;
pub mod semantic_tokens;
pub mod signature_help;
pub mod symbols;
pub mod sync;

use crate::settings::Settings;
use crate::view::Shared;
use tower_lsp_server::ls_types::ServerCapabilities;

/// What each method adds to what the server says that it can.
const CAPABILITIES: &[fn(&Shared, &Settings, &mut ServerCapabilities)] = &[
    sync::capability,
    file_operations::capability,
    diagnostic::capability,
    formatting::capability,
    code_action::capability,
    completion::capability,
    hover::capability,
    goto::capability,
    references::capability,
    signature_help::capability,
    linked_editing::capability,
    document_link::capability,
    code_lens::capability,
    command::capability,
    symbols::capability,
    semantic_tokens::capability,
    inlay_hint::capability,
    folding_range::capability,
    selection_range::capability,
    rename::capability,
    color::capability,
    hierarchy::capability,
];

/// What the server can, for a client.
pub fn capabilities(shared: &Shared, settings: &Settings) -> ServerCapabilities {
    let mut all = ServerCapabilities::default();
    for add in CAPABILITIES {
        add(shared, settings, &mut all);
    }
    all
}
