//! `workspace/didCreateFiles`, `didRenameFiles`, `didDeleteFiles`: what the editor itself did to files. The same as what
//! happens to them otherwise (`workspace/didChangeWatchedFiles`), which not every editor tells of.

use crate::settings::Settings;
use crate::view::Shared;
use std::str::FromStr;
use tower_lsp_server::ls_types::{
    CreateFilesParams, DeleteFilesParams, FileChangeType, FileEvent, FileOperationFilter,
    FileOperationPattern, FileOperationPatternKind, FileOperationRegistrationOptions, RenameFilesParams,
    ServerCapabilities, Uri, WorkspaceFileOperationsServerCapabilities, WorkspaceServerCapabilities,
};

/// Sources, `ivs.toml`, `ivs.lock`, data.
pub const GLOBS: [&str; 4] = ["**/*.ivs", "**/ivs.toml", "**/ivs.lock", "**/*.{csv,json,yaml,yml,toml}"];

/// Files that a package may be made of.
pub fn capability(_: &Shared, _: &Settings, can: &mut ServerCapabilities) {
    let filter = |glob: &str| FileOperationFilter {
        scheme: Some("file".to_owned()),
        pattern: FileOperationPattern {
            glob: glob.to_owned(),
            matches: Some(FileOperationPatternKind::File),
            options: None,
        },
    };
    let options = || Some(FileOperationRegistrationOptions { filters: GLOBS.map(filter).into() });
    let workspace = can.workspace.get_or_insert_with(WorkspaceServerCapabilities::default);
    workspace.file_operations = Some(WorkspaceFileOperationsServerCapabilities {
        did_create: options(),
        did_rename: options(),
        did_delete: options(),
        ..WorkspaceFileOperationsServerCapabilities::default()
    });
}

/// What cannot be read as an address is no file of a package.
fn event(uri: &str, typ: FileChangeType) -> Option<FileEvent> {
    Some(FileEvent { uri: Uri::from_str(uri).ok()?, typ })
}

/// Files that were made.
pub fn created(params: &CreateFilesParams) -> Vec<FileEvent> {
    params.files.iter().filter_map(|f| event(&f.uri, FileChangeType::CREATED)).collect()
}

/// Files that have another name: gone here, made there.
pub fn renamed(params: &RenameFilesParams) -> Vec<FileEvent> {
    let both = |f| [(f, FileChangeType::DELETED), (f, FileChangeType::CREATED)];
    let of = params.files.iter().flat_map(both).filter_map(|(f, typ)| {
        let uri = if typ == FileChangeType::DELETED { &f.old_uri } else { &f.new_uri };
        event(uri, typ)
    });
    of.collect()
}

/// Files that are gone.
pub fn deleted(params: &DeleteFilesParams) -> Vec<FileEvent> {
    params.files.iter().filter_map(|f| event(&f.uri, FileChangeType::DELETED)).collect()
}
