//! Files that define custom resources, as `ivs.toml` names them.

use ivs_grammar::ast::Span;
use ivs_project::{Config, Setting};
use ivs_source::{DataFiles, Db, Diagnostic, ItemDiagnostic, Label, Place, Severity, data_item};
use smol_str::SmolStr;
use std::sync::Arc;

/// Which data files they are.
#[salsa::input(singleton, debug)]
pub(crate) struct Definitions {
    /// Sorted.
    #[returns(ref)]
    paths: Arc<[SmolStr]>,
}

/// Makes the input.
pub(crate) fn name(db: &dyn Db, config: &Config) {
    let paths = match config.targets.get("kubernetes").and_then(|t| t.get("crds")) {
        Some(Setting::List(paths)) => paths.iter().map(SmolStr::from).collect(),
        _ => Vec::new(),
    };
    Definitions::new(db, Arc::from(paths));
}

/// Makes the input of a copy of a database.
pub(crate) fn copy(from: &dyn Db, to: &dyn Db) {
    if let Some(named) = Definitions::try_get(from) {
        Definitions::new(to, named.paths(from).clone());
    }
}

/// Path and text of each that can be read.
pub(crate) fn texts(db: &dyn Db) -> Vec<(SmolStr, Arc<str>)> {
    let Some(named) = Definitions::try_get(db) else { return Vec::new() };
    let paths = named.paths(db);
    if paths.is_empty() {
        return Vec::new();
    }
    let entries = DataFiles::get(db).entries(db).iter().filter(|e| paths.contains(&e.path));
    entries.filter_map(|e| Some((e.path.clone(), e.text.as_ref().ok()?.text(db).clone()))).collect()
}

/// What is wrong with them.
pub(crate) fn problems(db: &dyn Db) -> Vec<ItemDiagnostic> {
    let texts = texts(db);
    let bad = match texts.is_empty() {
        true => Vec::new(),
        false => ivs_target_kubernetes::bad_definitions(texts),
    };
    let entries = DataFiles::get(db).entries(db);
    let found = bad.into_iter().filter_map(|bad| {
        let file = entries.iter().find(|e| e.path == bad.path)?.text.as_ref().ok()?;
        let first = file.text(db).lines().next().map_or(0, str::len) as u32;
        Some(Diagnostic {
            code: ivs_target_kubernetes::codes::DEFINITION,
            severity: Severity::Error,
            message: format!("`{}` defines no custom resource: {}", bad.path, bad.why),
            primary: Label {
                place: Place { of: data_item(db, *file), span: Span::new(0, first) },
                text: "named in `ivs.toml`".into(),
            },
            labels: Vec::new(),
            help: vec!["take it out of `[targets.kubernetes] crds`, or mend it".into()],
            fixes: Vec::new(),
        })
    });
    found.collect()
}
