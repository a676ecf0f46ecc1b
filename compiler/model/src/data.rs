//! `load`: which file is meant, which types can be read from one, and what a number in it measures.

use crate::code;
use crate::names::Module;
use crate::ty::{Ty, dims_fit};
use crate::units::{literal_units, unit_def};
use ivs_grammar::ast::{Expr, ExprKind, ItemKind, NumberLit, UnaryOp};
use ivs_source::{DataFiles, DataProblem, Db, SourceFile};
use ivs_value::{Dim, Number, Unit};
use smol_str::SmolStr;
use std::sync::Arc;

/// A data file as a formula sees it: the text is behind the input, so that a new text types nothing again.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum DataFile {
    /// To be read.
    Found(SourceFile),
    /// Not to be read.
    Not(DataProblem),
}

/// The data file of a path: a query of its own, so that a file which comes or goes matters to its readers alone.
#[salsa::tracked(returns(clone))]
pub fn data_file(db: &dyn Db, module: Module, path: SmolStr) -> DataFile {
    // Paths are those of the package that the module belongs to; no path of the package itself holds a `:`.
    let package = crate::names::package_of(db, module);
    let path = match package == ivs_source::Program::get(db).package(db) {
        true => path,
        false => SmolStr::from(format!("{package}:{path}")),
    };
    let here = |other: &SmolStr| match package == ivs_source::Program::get(db).package(db) {
        true => (!other.contains(':')).then(|| other.clone()),
        false => other.strip_prefix(package)?.strip_prefix(':').map(SmolStr::new),
    };
    let Some(files) = DataFiles::try_get(db) else {
        return DataFile::Not(DataProblem::Missing { others: Vec::new() });
    };
    let entries = files.entries(db);
    match entries.iter().find(|e| e.path == path).map(|e| &e.text) {
        Some(Ok(file)) => DataFile::Found(*file),
        Some(Err(problem)) => DataFile::Not(problem.clone()),
        None => {
            let others = entries.iter().filter(|e| e.text.is_ok()).filter_map(|e| here(&e.path)).collect();
            DataFile::Not(DataProblem::Missing { others })
        }
    }
}

/// What is wrong with a path, before any file is looked at: code, message, help, and the path that is meant.
pub(crate) struct BadPath {
    pub message: String,
    pub help: &'static str,
    pub fixed: Option<String>,
}

/// Paths are relative to the package, with `/`, and stay in it.
pub(crate) fn check_path(path: &str) -> Result<(), BadPath> {
    let bad = |message: String, help, fixed| Err(BadPath { message, help, fixed });
    let inside =
        "data files lie in the package; name one by its path from the package's folder: `data/clients.csv`";
    if path.is_empty() {
        return bad("the path is empty".into(), inside, None);
    }
    if path.contains("://") {
        return bad(
            format!("`{path}` is an address"),
            "nothing is read from a network: put the file into the package",
            None,
        );
    }
    if path.contains('\\') {
        return bad("a path is written with `/`".into(), inside, Some(path.replace('\\', "/")));
    }
    if path.chars().any(char::is_control) {
        return bad("a path has no control characters".into(), inside, None);
    }
    let drive = path.as_bytes().get(1) == Some(&b':');
    if path.starts_with('/') || path.starts_with('~') || drive {
        return bad(format!("`{path}` is an absolute path"), inside, None);
    }
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." if parts.is_empty() => return bad(format!("`{path}` leaves the package"), inside, None),
            ".." => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    let straight = parts.join("/");
    if straight != path {
        return bad("a path goes straight to its file".into(), inside, Some(straight));
    }
    if parts.iter().any(|p| p.starts_with('.')) {
        return bad(format!("`{path}` is hidden"), "hidden files belong to tools; rename it", None);
    }
    match path.rsplit_once('.').map(|(_, ending)| ending) {
        Some("csv" | "json" | "yaml" | "yml" | "toml") => Ok(()),
        _ => bad(
            format!("`{path}` is none of the formats that are read"),
            "files that end in `.csv`, `.json`, `.yaml`, `.yml` or `.toml` are read",
            None,
        ),
    }
}

/// What there is to say about a file that cannot be read: code, message, help and the path that may be meant.
pub(crate) fn problem(path: &str, problem: &DataProblem) -> (&'static str, String, String, Option<SmolStr>) {
    match problem {
        DataProblem::Missing { others } => {
            let name = |p: &str| p.rsplit('/').next().unwrap_or(p).to_owned();
            let same = others.iter().find(|o| name(o) == name(path)).map(SmolStr::as_str);
            let near = same.or_else(|| crate::suggest::closest(path, others.iter().map(SmolStr::as_str)));
            let help = match (near, &others[..]) {
                (Some(_), _) => String::new(),
                (None, []) => "paths are relative to the package's folder".to_owned(),
                (None, some) => {
                    let shown: Vec<String> = some.iter().take(8).map(|o| format!("`{o}`")).collect();
                    format!("there are {}", shown.join(", "))
                }
            };
            (code::DATA_FILE, format!("there is no file `{path}`"), help, near.map(SmolStr::new))
        }
        DataProblem::TooLarge { limit } => (
            code::LIMIT_DATA_SIZE,
            format!("`{path}` is larger than {} MiB", limit >> 20),
            "split it, and load its parts".to_owned(),
            None,
        ),
        DataProblem::Refused { message, help } => {
            (code::DATA_FILE, message.to_string(), help.to_string(), None)
        }
    }
}

/// The part of a type that no file can hold, if there is one.
pub(crate) fn unloadable(db: &dyn Db, ty: &Ty) -> Option<String> {
    fn find(db: &dyn Db, ty: &Ty, seen: &mut Vec<ivs_source::ItemId>) -> Option<String> {
        match ty {
            Ty::Secret => {
                Some("a secret is never in a file: name its place with `secret(\"vault://…#…\")`".into())
            }
            Ty::Opt(t) | Ty::List(t) | Ty::Range(t) => find(db, t, seen),
            Ty::Refined(r) => find(db, &r.base, seen),
            Ty::Map(kv) => find(db, &kv.0, seen).or_else(|| find(db, &kv.1, seen)),
            Ty::Union(ts) => ts.iter().find_map(|t| find(db, t, seen)),
            Ty::Struct(s) if !seen.contains(s) => {
                seen.push(*s);
                let schema = crate::schema(db, *s);
                schema.fields.iter().find_map(|f| find(db, &f.ty, seen))
            }
            Ty::Record(_) | Ty::Never => Some("name the type: `let xs: [row] = load(…)`".into()),
            _ => None,
        }
    }
    find(db, ty, &mut Vec::new())
}

/// A number as it is spelled in the language, from text: `5Gi`, `-3`, `$49/month`, `70%`.
pub struct Spelled {
    literal: NumberLit,
    negative: bool,
}

impl Spelled {
    /// `None` if the text is anything but one number.
    pub fn parse(text: &str) -> Option<Spelled> {
        let value = expression(text)?;
        Spelled::of(&value)
    }

    fn of(e: &Expr) -> Option<Spelled> {
        match &e.kind {
            ExprKind::Number(n) => Some(Spelled { literal: n.clone(), negative: false }),
            ExprKind::Unary { op: UnaryOp::Neg, operand, .. } => match &operand.kind {
                ExprKind::Number(n) => Some(Spelled { literal: n.clone(), negative: true }),
                _ => None,
            },
            _ => None,
        }
    }

    /// The number alone; `None` past 128 bits.
    pub fn number(&self) -> Option<Number> {
        let n = Number::parse(&self.literal.digits)?;
        Some(if self.negative { n.neg() } else { n })
    }

    /// Whether it has neither unit nor currency.
    pub fn is_plain(&self) -> bool {
        self.literal.unit.is_none() && self.literal.currency.is_none()
    }

    /// Whether its unit is `%`.
    pub fn is_percent(&self) -> bool {
        self.literal.currency.is_none() && self.literal.unit.as_ref().is_some_and(|u| u.text == "%" && !u.per)
    }

    /// Every meaning of its unit in a module.
    pub fn units<'db>(&self, db: &'db dyn Db, module: Module) -> &'db [Arc<Unit>] {
        literal_units(db, module, &self.literal)
    }
}

/// A text as one expression of the language, and nothing else.
fn expression(text: &str) -> Option<Expr> {
    if text.contains(['\n', '\r', '#', '"', '{', ';']) || text.contains("//") || text.contains("/*") {
        return None;
    }
    let source = format!("let x = {text}");
    let mut parsed = ivs_grammar::parse(&source);
    if !parsed.errors.is_empty() || parsed.items.len() != 1 {
        return None;
    }
    match parsed.items.pop()?.kind {
        ItemKind::Let { value, .. } => Some(value),
        _ => None,
    }
}

/// Whether a unit measures what is expected; currencies are one dimension.
pub fn measures(unit: &Unit, dim: &Dim) -> bool {
    dims_fit(&unit.dim, dim)
}

/// The base unit of a dimension that takes plain numbers (`@bare`).
pub fn bare_unit(db: &dyn Db, module: Module, dim: &Dim) -> Option<Arc<Unit>> {
    let name = dim.as_base()?;
    let found = crate::names::resolve(db, module, name.clone());
    let item = found.units.iter().copied().find(|u| u.key(db).keyword == "dimension")?;
    let def = unit_def(db, item).as_ref()?;
    def.bare.then(|| Arc::new(Unit::new(def.name.clone(), Number::ONE, def.dim.clone())))
}

/// The name that a mistyped one probably means.
pub fn near<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    crate::suggest::closest(name, candidates)
}

/// The declarations of a kind (of any, without one) that a module can name, by name; for a suggestion.
pub fn near_declaration(
    db: &dyn Db,
    module: Module,
    name: &str,
    kind: Option<ivs_source::ItemId>,
) -> Option<SmolStr> {
    crate::names::nearest_name(db, module, name, |i| {
        i.key(db).keyword == "decl"
            && !crate::decl_info(db, i).template
            && kind.is_none_or(|k| crate::decl_kind(db, i) == Some(k))
    })
}
