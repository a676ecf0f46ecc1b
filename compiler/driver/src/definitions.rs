//! Files that define custom resources, or hold schemas of providers, as `ivs.toml` names them.

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
    /// Those of Terraform's providers, sorted.
    #[returns(ref)]
    schemas: Arc<[SmolStr]>,
}

/// Makes the input.
pub(crate) fn name(db: &dyn Db, config: &Config) {
    let listed = |target: &str, option: &str| -> Arc<[SmolStr]> {
        match config.targets.get(target).and_then(|t| t.get(option)) {
            Some(Setting::List(paths)) => paths.iter().map(SmolStr::from).collect(),
            _ => Arc::from(Vec::new()),
        }
    };
    Definitions::new(db, listed("kubernetes", "crds"), listed("terraform", "schemas"));
}

/// Makes the input of a copy of a database.
pub(crate) fn copy(from: &dyn Db, to: &dyn Db) {
    if let Some(named) = Definitions::try_get(from) {
        Definitions::new(to, named.paths(from).clone(), named.schemas(from).clone());
    }
}

/// Path and text of each that defines custom resources and can be read.
pub(crate) fn texts(db: &dyn Db) -> Vec<(SmolStr, Arc<str>)> {
    Definitions::try_get(db).map_or_else(Vec::new, |named| read(db, named.paths(db)))
}

/// Path and text of each that holds schemas and can be read.
pub(crate) fn schemas(db: &dyn Db) -> Vec<(SmolStr, Arc<str>)> {
    Definitions::try_get(db).map_or_else(Vec::new, |named| read(db, named.schemas(db)))
}

fn read(db: &dyn Db, paths: &[SmolStr]) -> Vec<(SmolStr, Arc<str>)> {
    if paths.is_empty() {
        return Vec::new();
    }
    let entries = DataFiles::get(db).entries(db).iter().filter(|e| paths.contains(&e.path));
    entries.filter_map(|e| Some((e.path.clone(), e.text.as_ref().ok()?.text(db).clone()))).collect()
}

/// What is wrong with them.
pub(crate) fn problems(db: &dyn Db) -> Vec<ItemDiagnostic> {
    let (crds, schemas) = (texts(db), schemas(db));
    let mut out = Vec::new();
    if !crds.is_empty() {
        for bad in ivs_target_kubernetes::bad_definitions(crds) {
            let message = format!("`{}` defines no custom resource: {}", bad.path, bad.why);
            let help = "take it out of `[targets.kubernetes] crds`, or mend it";
            out.extend(problem(db, &bad.path, ivs_target_kubernetes::codes::DEFINITION, message, help));
        }
    }
    if !schemas.is_empty() {
        for (path, why) in ivs_target_terraform::bad_schemas(schemas) {
            let message = format!("`{path}` holds no schema of a provider: {why}");
            let help = "take it out of `[targets.terraform] schemas`, or write it again: `terraform providers schema -json`";
            out.extend(problem(db, &path, ivs_target_terraform::codes::SCHEMA, message, help));
        }
    }
    out
}

fn problem(
    db: &dyn Db,
    path: &str,
    code: &'static str,
    message: String,
    help: &str,
) -> Option<ItemDiagnostic> {
    let file = DataFiles::get(db).entries(db).iter().find(|e| e.path == path)?.text.as_ref().ok()?;
    let first = file.text(db).lines().next().map_or(0, str::len) as u32;
    Some(Diagnostic {
        code,
        severity: Severity::Error,
        message,
        primary: Label {
            place: Place { of: data_item(db, *file), span: Span::new(0, first) },
            text: "named in `ivs.toml`".into(),
        },
        labels: Vec::new(),
        help: vec![help.into()],
        fixes: Vec::new(),
    })
}
