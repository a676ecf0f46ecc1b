//! What a version stands for: the content of a versioned declaration, held against what was published.

use crate::by_file;
use crate::database::Database;
use crate::decide::own_modules;
use crate::{Session, report};
use ivs_eval::{Env, Inst};
use ivs_grammar::ast::Span;
use ivs_model::decl_info;
use ivs_project::{Content, Published};
use ivs_source::{Db, Diagnostic, Edit, Fix, ItemDiagnostic, ItemId, Label, Place, Severity, item_text};
use ivs_value::{Number, Value};
use smol_str::SmolStr;
use std::fmt::Write as _;

/// Codes of this module.
pub const CODES: &[(&str, &str)] = &[("IVS5004", "other content under a published version")];

/// What `ivs.lock` calls the version of what is frozen.
const FROZEN: &str = "frozen";

/// A declaration that states a version itself.
struct Versioned {
    item: ItemId,
    /// The place of the version.
    span: Span,
    version: semver::Version,
    /// As `ivs.lock` calls it.
    name: String,
}

/// What `frozen = true` stands in: a declaration, or one of its structs.
struct Frozen {
    name: String,
    place: Place<ItemId>,
    content: String,
}

/// Everything of the package that is frozen in its base: a field `frozen` that is true, of a declaration or of a struct
/// in it.
fn frozen(db: &Database) -> Vec<Frozen> {
    let env = Env::new(db, SmolStr::default());
    let mut out = Vec::new();
    for (file, n) in by_file::stretches(db, &own_modules(db)) {
        for &item in &by_file::sources(db, file, n).frozen {
            for inst in ivs_eval::instances(db, env, item) {
                let object = ivs_eval::object(db, env, inst).value.clone();
                let parts = object.shape.fields.iter().zip(&object.fields);
                let structs = parts.filter_map(|(name, v)| match v {
                    Value::Struct(s) => Some((Some(name.clone()), s.clone())),
                    _ => None,
                });
                for (field, part) in std::iter::once((None, object.clone())).chain(structs) {
                    if part.get(FROZEN) != Some(&Value::Bool(true)) {
                        continue;
                    }
                    let path: Vec<SmolStr> =
                        field.iter().cloned().chain([SmolStr::new_static(FROZEN)]).collect();
                    let link = ivs_eval::provenance(db, env, inst, &path).into_iter().next();
                    let mut text = String::new();
                    let (Some(link), Some(())) = (link, write(&Value::Struct(part), &mut text)) else {
                        continue;
                    };
                    let mut content = Content::default();
                    content.add("base", text.as_bytes());
                    let kind = &item.key(db).kind;
                    let inner = field.map(|f| format!(".{f}")).unwrap_or_default();
                    let name = format!("{kind} {}.{}{inner}", file.module(db), name_of(db, inst));
                    out.push(Frozen { name, place: link.place, content: content.sum() });
                }
            }
        }
    }
    out
}

/// The package's own declarations and templates that state a version in their own body.
fn versioned(db: &dyn Db) -> Vec<Versioned> {
    let mut out = Vec::new();
    for (file, n) in by_file::stretches(db, &own_modules(db)) {
        for &item in &by_file::sources(db, file, n).versioned {
            let Some((span, version)) = ivs_model::own_version(db, item) else { continue };
            let name = format!("{} {}", item.key(db).kind, ivs_model::qualified_name(db, item));
            out.push(Versioned { item, span, version, name });
        }
    }
    out.sort_by(|a, b| a.name.cmp(&b.name));
    out
}

/// The sum over what a declaration comes to; `None` if part of it could not be determined.
fn content(db: &Database, item: ItemId) -> Option<String> {
    let mut content = Content::default();
    if decl_info(db, item).template {
        // What a template leaves open has no value; its formulas and its bases' are what it hands on.
        for (i, link) in ivs_model::base_chain(db, item).chain.iter().enumerate() {
            content.add(&format!("{i}"), ivs_grammar::words(item_text(db, *link)).as_bytes());
        }
        return Some(content.sum());
    }
    let base = values(db, Env::new(db, SmolStr::default()), item)?;
    content.add("base", base.as_bytes());
    // An environment that changes nothing adds nothing: declaring one is no new content.
    for name in ivs_eval::environments(db) {
        let here = values(db, Env::new(db, name.clone()), item)?;
        if here != base {
            content.add(&format!("in {name}"), here.as_bytes());
        }
    }
    Some(content.sum())
}

/// The values of a declaration, or of all members of a family, one way only for equal values.
fn values(db: &Database, env: Env, item: ItemId) -> Option<String> {
    let mut out = String::new();
    for inst in ivs_eval::instances(db, env, item) {
        let _ = writeln!(out, "{}", name_of(db, inst));
        for value in &ivs_eval::object(db, env, inst).value.fields {
            write(value, &mut out)?;
        }
    }
    Some(out)
}

fn name_of(db: &dyn Db, inst: Inst) -> SmolStr {
    ivs_eval::inst_name(db, inst)
}

fn number(n: &Number, out: &mut String) {
    let _ = write!(out, "{}/{}", n.numer(), n.denom());
}

/// Every value in one spelling, by what it is and not by how it was written; `None` for a value that failed.
fn write(value: &Value, out: &mut String) -> Option<()> {
    match value {
        Value::Unknown => return None,
        Value::Number(n) => number(n, out),
        Value::Percent(n) => {
            out.push('%');
            number(n, out);
        }
        Value::Quantity(q) => {
            number(&q.base, out);
            let _ = write!(out, " {}", q.unit.dim);
        }
        Value::Range(r) => {
            write(&r.0, out)?;
            out.push_str("..");
            write(&r.1, out)?;
        }
        Value::List(xs) => {
            out.push('[');
            xs.iter().try_for_each(|x| write(x, out))?;
            out.push(']');
        }
        Value::Map(m) => {
            out.push('{');
            for (k, v) in &m.entries {
                write(k, out)?;
                out.push('=');
                write(v, out)?;
            }
            out.push('}');
        }
        Value::Struct(s) => {
            let _ = write!(out, "{}(", s.shape.name);
            for (name, v) in s.shape.fields.iter().zip(&s.fields) {
                let _ = write!(out, "{name}=");
                write(v, out)?;
            }
            out.push(')');
        }
        Value::Member(m) => {
            let _ = write!(out, "{}.{}", m.of, m.name);
            if let Some(fields) = &m.fields {
                write(&Value::Struct(fields.clone()), out)?;
            }
        }
        Value::Ref(r) => {
            let _ = write!(out, "{} {}", r.kind, r.qualified);
        }
        // Debug output escapes, so no text can look like two.
        Value::Str(s) => {
            let _ = write!(out, "{s:?}");
        }
        Value::Late(late) => {
            for piece in &late.pieces {
                let _ = match piece {
                    ivs_value::LatePiece::Text(text) => write!(out, "late text {text:?} "),
                    ivs_value::LatePiece::Attribute { of, name } => {
                        write!(out, "late {} {} {name:?} ", of.kind, of.qualified)
                    }
                };
            }
        }
        Value::Secret(s) => {
            let _ = write!(out, "secret {s:?}");
        }
        other => {
            let _ = write!(out, "{}", ivs_value::display(other));
        }
    }
    out.push(';');
    Some(())
}

/// Adds versions whose content is not what was published under them, if all values could be determined.
pub(crate) fn check(db: &Database, published: &[Published], out: &mut Vec<ItemDiagnostic>) {
    if published.is_empty() || out.iter().any(|d| d.severity == Severity::Error) {
        return;
    }
    for v in versioned(db) {
        let version = v.version.to_string();
        let known = published.iter().find(|p| p.name == v.name && p.version == version);
        let (Some(known), Some(hash)) = (known, known.and_then(|_| content(db, v.item))) else { continue };
        if known.hash == hash {
            continue;
        }
        // The first patch version that stands for nothing yet.
        let mut next = semver::Version::new(v.version.major, v.version.minor, v.version.patch);
        while published.iter().any(|p| p.name == v.name && p.version == next.to_string()) {
            next.patch += 1;
        }
        let place = Place { of: v.item, span: v.span };
        out.push(Diagnostic {
            code: "IVS5004",
            severity: Severity::Error,
            message: format!("`{}` {version} was published with other content", v.item.key(db).name),
            primary: Label { place: place.clone(), text: "a version stands for one content".into() },
            labels: Vec::new(),
            help: vec!["who asked for this version would get something else; take the change back, or give it a version of its own".into()],
            fixes: vec![Fix {
                title: format!("make it {next}"),
                edits: vec![Edit { place, text: next.to_string() }],
            }],
        });
    }
    check_frozen(db, published, out);
}

/// Adds what is frozen and not what it was when it was published.
fn check_frozen(db: &Database, published: &[Published], out: &mut Vec<ItemDiagnostic>) {
    if !published.iter().any(|p| p.version == FROZEN) {
        return;
    }
    for f in frozen(db) {
        let known = published.iter().find(|p| p.name == f.name && p.version == FROZEN);
        if known.is_none_or(|k| k.hash == f.content) {
            continue;
        }
        out.push(Diagnostic {
            code: "IVS5004",
            severity: Severity::Error,
            message: format!("`{}` is frozen and was published with other content", f.name),
            primary: Label { place: f.place, text: "frozen here".into() },
            labels: Vec::new(),
            help: vec!["take the change back, or set `frozen = false` to thaw it".into()],
            fixes: Vec::new(),
        });
    }
}

impl Session {
    /// What every version of the package stands for now, by name and version. With findings if the package has
    /// errors; then there is nothing to publish.
    pub fn versions(&mut self) -> (report::Report, Vec<Published>) {
        let report = self.check();
        if report.has_errors() {
            return (report, Vec::new());
        }
        let versions = self.run(|db, _| {
            let found = versioned(db).into_iter().filter_map(|v| {
                let hash = content(db, v.item)?;
                Some(Published { name: v.name, version: v.version.to_string(), hash })
            });
            let frozen = frozen(db).into_iter().map(|f| Published {
                name: f.name,
                version: FROZEN.to_owned(),
                hash: f.content,
            });
            found.chain(frozen).collect::<Vec<_>>()
        });
        (report, versions)
    }

    /// Holds versions against what was published under them.
    pub fn with_published(mut self, published: Vec<Published>) -> Session {
        self.published = published;
        self
    }
}
