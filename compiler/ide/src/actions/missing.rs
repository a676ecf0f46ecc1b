//! Adds the fields that a declaration needs and does not have.

use super::{Action, Change, Deed, indent_of};
use crate::place::item_at;
use ivs_eval::{Env, instances, provenance};
use ivs_grammar::ast::{Block, EntryKind, ItemKind, Span};
use ivs_model::{Field, Module, Schema, Ty, decl_info, decl_schema, enum_schema, item_module, schema};
use ivs_source::{Db, SourceFile, parse_item};
use smol_str::SmolStr;

/// The lines that are missing in the declaration at an offset, with a value of the right sort where one can be told.
pub fn missing(db: &dyn Db, file: SourceFile, offset: u32) -> Option<Action> {
    let at = item_at(db, file, offset)?;
    let parsed = parse_item(db, at.item);
    let ItemKind::Decl(d) = &parsed.item()?.kind else { return None };
    if decl_info(db, at.item).template || !file.own(db) {
        return None;
    }
    let env = Env::new(db, SmolStr::default());
    let inst = *instances(db, env, at.item).first()?;
    let known = decl_schema(db, at.item);
    let module = item_module(db, at.item);
    let open = |fields: &Schema, front: &[SmolStr]| -> Vec<Field> {
        let set = |f: &Field| {
            let path: Vec<SmolStr> = front.iter().cloned().chain([f.name.clone()]).collect();
            !provenance(db, env, inst, &path).is_empty()
        };
        fields.fields.iter().filter(|f| f.demanded() && !set(f)).cloned().collect()
    };
    let text = file.text(db);
    let inner = format!("{}  ", indent_of(text, (at.base + d.block.span.start) as usize));
    let mut changes = Vec::new();
    let mut lines: Vec<String> =
        open(known, &[]).iter().map(|f| format!("{} = {}", f.name, value(db, module, &f.ty))).collect();
    for field in &known.fields {
        let Ty::Struct(s) = field.ty.core() else { continue };
        if field.optional || field.has_default {
            continue;
        }
        let needed = open(schema(db, *s), std::slice::from_ref(&field.name));
        if needed.is_empty() {
            continue;
        }
        let sets = |f: &Field| format!("{} = {}", f.name, value(db, module, &f.ty));
        match nested(&d.block, &field.name) {
            Some(block) => {
                let deeper: Vec<String> = needed.iter().map(sets).collect();
                changes.push(insert(text, file, at.base, block, &deeper, &format!("{inner}  ")));
            }
            None => {
                let all: Vec<String> = needed.iter().map(sets).collect();
                lines.push(format!("{} {{ {} }}", field.name, all.join(", ")));
            }
        }
    }
    if !lines.is_empty() {
        changes.push(insert(text, file, at.base, &d.block, &lines, &inner));
    }
    let title = "Add missing fields".to_owned();
    (!changes.is_empty()).then_some(Action { title, deed: Deed::Fix, changes })
}

/// The block that a body has for a field.
fn nested<'a>(block: &'a Block, name: &str) -> Option<&'a Block> {
    block.entries.iter().find_map(|e| match &e.kind {
        EntryKind::Nest { path, block, .. } if path.first.text == name && path.second.is_none() => {
            Some(block)
        }
        _ => None,
    })
}

/// Lines behind the last entry of a block.
fn insert(text: &str, file: SourceFile, base: u32, block: &Block, lines: &[String], indent: &str) -> Change {
    let span = Span::new(block.span.start + base, block.span.end + base);
    let one_line = !span.text(text).contains('\n');
    let at = match block.entries.last() {
        Some(last) => last.span.end + base,
        None => span.start + 1,
    };
    let end = span.end - 1;
    let (range, text) = match (one_line, block.entries.is_empty()) {
        (true, false) => (Span::new(at, at), format!(", {}", lines.join(", "))),
        (true, true) => {
            let outer = indent.get(2..).unwrap_or_default();
            let all: String = lines.iter().map(|l| format!("\n{indent}{l}")).collect();
            (Span::new(at, end), format!("{all}\n{outer}"))
        }
        (false, _) => (Span::new(at, at), lines.iter().map(|l| format!("\n{indent}{l}")).collect()),
    };
    Change { file, range, text }
}

/// A value of a type, or what stands in place of one that somebody has to choose.
fn value(db: &dyn Db, module: Module, ty: &Ty) -> String {
    match ty.core() {
        Ty::Bool => "false".to_owned(),
        Ty::Int | Ty::Number => "0".to_owned(),
        Ty::Percent => "0%".to_owned(),
        Ty::Dim(dim) => crate::spelled::zero(db, module, dim),
        Ty::Version => "0.1.0".to_owned(),
        Ty::List(_) => "[]".to_owned(),
        Ty::Map(_) | Ty::Object | Ty::LateObject => "{}".to_owned(),
        Ty::Literal(text) => format!("{text:?}"),
        Ty::Enum(e) => enum_schema(db, *e).members.first().map(|m| m.name.to_string()).unwrap_or_default(),
        Ty::Ref(kind) => {
            let first = ivs_model::decls_of_kind(db, *kind).first().copied();
            first.map_or_else(|| ty.show(db), |d| d.key(db).name.to_string())
        }
        Ty::Range(inner) => format!("{0}..{0}", value(db, module, inner)),
        Ty::Union(parts) => parts.first().map(|p| value(db, module, p)).unwrap_or_default(),
        _ => "\"\"".to_owned(),
    }
}
