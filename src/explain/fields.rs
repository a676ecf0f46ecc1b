//! `ivs explain NodePool.spec.template`: the fields of objects, from the schemas they are judged by.

use crate::args::Format;
use crate::exit::Exit;
use crate::terminal::{Style, Terminal, clean};
use ivs_project::{Options, Setting};
use ivs_schema::{Catalog, FieldInfo, Kind};
use std::fmt::Write as _;
use std::path::Path;
use std::sync::Arc;

/// Characters of a line of documentation.
const WIDTH: usize = 100;

/// Explains `KIND.field.field`, or `group/version/KIND.field`; `None` if there is no such kind.
pub fn run(what: &str, terminal: &mut Terminal) -> Option<Exit> {
    let (api, rest) = match what.rsplit_once('/') {
        Some((api, rest)) => (Some(api), rest),
        None => (None, what),
    };
    let mut names = rest.split('.');
    let name = names.next()?;
    let path: Vec<&str> = names.collect();
    let mut kinds = catalog().named(name);
    if let Some(api) = api {
        kinds.retain(|k| k.api() == api);
    }
    // Of several versions the most settled: `v1` before `v1beta1`, and the newest of those.
    kinds.sort_by_key(|k| settled(k.api()));
    let kind = kinds.last()?;
    let Some(about) = kind.field_at(&path) else {
        unknown(kind, &path, terminal);
        return Some(Exit::Usage);
    };
    let fields = kind.fields_at(&path).unwrap_or_default();
    if terminal.format == Format::Json {
        let document = serde_json::json!({
            "api": kind.api(),
            "kind": kind.name(),
            "path": path,
            "field": json(&about),
            "fields": fields.iter().map(json).collect::<Vec<_>>(),
        });
        terminal.out(&format!("{document:#}\n"));
        return Some(Exit::Done);
    }
    terminal.out(&text(kind, &kinds, &path, &about, &fields));
    Some(Exit::Done)
}

/// The kinds that the compiler knows, and those that the package around this folder names.
fn catalog() -> Catalog {
    let here = std::path::absolute(".").unwrap_or_default();
    let project = ivs_project::find_root(&here)
        .and_then(|_| ivs_project::load_with(Path::new("."), &Options::default()).ok());
    let Some(project) = project else { return Catalog::default() };
    let named = match project.config.targets.get("kubernetes").and_then(|t| t.get("crds")) {
        Some(Setting::List(paths)) => paths.clone(),
        _ => Vec::new(),
    };
    let texts = project.data.iter().filter(|d| named.contains(&d.path));
    let texts: Vec<(String, Arc<str>)> =
        texts.filter_map(|d| Some((d.path.clone(), d.text.as_ref().ok()?.clone()))).collect();
    Catalog::new(texts.iter().map(|(path, text)| (path.as_str(), &**text)))
}

/// `v1beta1` < `v1` < `v2`, whatever the group.
fn settled(api: &str) -> (bool, u32, String) {
    let version = api.rsplit('/').next().unwrap_or_default();
    let digits: String = version.trim_start_matches('v').chars().take_while(char::is_ascii_digit).collect();
    let stable = version.trim_start_matches('v').len() == digits.len();
    (stable, digits.parse().unwrap_or(0), api.to_owned())
}

fn json(field: &FieldInfo) -> serde_json::Value {
    serde_json::json!({
        "name": field.name,
        "type": field.ty,
        "required": field.required,
        "doc": field.doc,
        "enum": field.values,
        "default": field.default,
    })
}

fn text(kind: &Kind, all: &[Arc<Kind>], path: &[&str], about: &FieldInfo, fields: &[FieldInfo]) -> String {
    let mut out = format!("{}: {}\n", dotted(kind, path), described(about));
    let _ = writeln!(out, "of {}", kind.api());
    for line in about.doc.iter().flat_map(|d| wrapped(d)) {
        let _ = writeln!(out, "{line}");
    }
    let others: Vec<&str> = all.iter().map(|k| k.api()).filter(|a| *a != kind.api()).collect();
    if !others.is_empty() {
        let _ = writeln!(
            out,
            "also in {}: `ivs explain {}/{}`",
            others.join(", "),
            others.join("/"),
            kind.name()
        );
    }
    if !fields.is_empty() {
        out.push('\n');
    }
    for f in fields {
        let _ = writeln!(out, "  {}: {}", f.name, described(f));
        for line in f.doc.iter().flat_map(|d| wrapped(d)) {
            let _ = writeln!(out, "      {line}");
        }
    }
    out
}

fn described(field: &FieldInfo) -> String {
    let mut out = field.ty.clone();
    if field.required {
        out += ", required";
    }
    if let Some(default) = &field.default {
        out += &format!(", {default} unless set");
    }
    if !field.values.is_empty() {
        out += &format!(", one of {}", field.values.join(", "));
    }
    out
}

fn dotted(kind: &Kind, path: &[&str]) -> String {
    std::iter::once(kind.name()).chain(path.iter().copied()).collect::<Vec<_>>().join(".")
}

fn wrapped(text: &str) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        match lines.last_mut() {
            Some(line) if line.len() + word.len() < WIDTH => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

/// Says which field of a path is not there.
fn unknown(kind: &Kind, path: &[&str], terminal: &mut Terminal) {
    let mut front: &[&str] = path;
    while let Some((last, before)) = front.split_last() {
        if let Some(fields) = kind.fields_at(before) {
            let near = fields.iter().map(|f| f.name.as_str());
            let near = near.map(|n| (strsim::damerau_levenshtein(n, last), n)).min();
            terminal.error(&format!("`{}` has no field `{}`", dotted(kind, before), clean(last)));
            let help = match near {
                Some((0..=2, near)) => format!("did you mean `{near}`?"),
                Some(_) => format!("`ivs explain {}` lists its fields", dotted(kind, before)),
                None => "it has no fields".to_owned(),
            };
            let head = terminal.paint(Style::Help, "help");
            terminal.tell(&format!("  {head}: {help}\n"));
            return;
        }
        front = before;
    }
}
