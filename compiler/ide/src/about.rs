//! What there is to say about a symbol: its declaration as written, its documentation.

use crate::place::definition;
use ivs_grammar::ast::{Attr, Doc, EntryKind, ExprKind, Item, ItemKind, Span, StrPart};
use ivs_model::{Field, Schema, Symbol};
use ivs_source::{Db, ItemId, item_text, parse_item};
use ivs_value::funcs::function;

/// What a symbol is.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct About {
    /// As it is declared: `replicas: int..int = 2..10`, `service cart from base`.
    pub code: String,
    /// What it belongs to: "field of `scaling`", "in `std.platform`".
    pub of: String,
    /// Markdown.
    pub docs: String,
    /// The text of `@deprecated`.
    pub deprecated: Option<String>,
}

/// What a symbol is.
pub fn about(db: &dyn Db, symbol: &Symbol) -> Option<About> {
    match symbol {
        Symbol::Item(item) => about_item(db, *item),
        Symbol::Field(item, ordinal) => about_field(db, *item, usize::from(*ordinal)),
        Symbol::Builtin(name) => {
            let schema = ivs_model::library_thing(db, "environment").map(|k| ivs_model::schema(db, k))?;
            let (_, field) = schema.field(name)?;
            Some(About { of: "of every declaration".into(), ..of_field(db, field) })
        }
        Symbol::Member(item, index) => {
            let schema = ivs_model::enum_schema(db, *item);
            let m = schema.members.get(*index as usize)?;
            let mut code = m.name.to_string();
            if let Some(fields) = &m.fields {
                code.push_str(&params(db, fields));
            }
            if m.text != m.name {
                code.push_str(&format!(" = {:?}", m.text));
            }
            Some(About {
                code,
                of: format!("member of `{}`", schema.name),
                docs: m.docs.to_string(),
                deprecated: m.deprecated.as_ref().map(ToString::to_string),
            })
        }
        Symbol::Function(name) => Some(about_function(name)),
        Symbol::Module(module) => {
            let files = crate::place::files_of(db, *module);
            let docs = files.iter().flat_map(|f| {
                let chunk = ivs_grammar::parse(module_head(f.text(db)));
                chunk.module_docs
            });
            let docs: Vec<Doc> = docs.collect();
            Some(About {
                code: format!("module {}", module.name(db)),
                docs: joined(&docs),
                ..About::default()
            })
        }
        Symbol::Local(..) | Symbol::This | Symbol::Inherited => None,
    }
}

/// The lines at the beginning of a file that may document it.
fn module_head(text: &str) -> &str {
    let mut end = 0;
    for line in text.split_inclusive('\n') {
        let shown = line.trim();
        if !shown.is_empty() && !shown.starts_with("//") {
            break;
        }
        end += line.len();
    }
    text.get(..end).unwrap_or_default()
}

fn about_function(name: &str) -> About {
    let special = |code: &str, docs: &str| About {
        code: code.into(),
        of: "function of the language".into(),
        docs: docs.into(),
        deprecated: None,
    };
    match (function(name), name) {
        (Some(f), _) => special(f.signature, f.doc),
        (None, "secret") => special(
            "secret(place: string) -> secret",
            "A reference to a secret, by its place in a vault: `secret(\"vault://mount/path#key\")`. Its value is unknown to the compiler.",
        ),
        (None, "load") => special(
            "load(path: string) -> T",
            "The data of a CSV, JSON, YAML or TOML file of the package, read as the type that the constant states.",
        ),
        (None, "attr") => special(
            "attr(of: declaration, name: string) -> late value",
            "An attribute that only Terraform knows, once it has made the resource: `attr(resource.bucket, \"arn\")`.",
        ),
        (None, other) => special(other, ""),
    }
}

/// A field as a schema has it.
pub fn of_field(db: &dyn Db, field: &Field) -> About {
    if let Some((item, ordinal)) = field.owner
        && let Some(about) = about_field(db, item, usize::from(ordinal))
    {
        return about;
    }
    About {
        code: format!("{}{}: {}", field.name, if field.optional { "?" } else { "" }, field.ty.show(db)),
        of: String::new(),
        docs: field.docs.to_string(),
        deprecated: field.deprecated.as_ref().map(ToString::to_string),
    }
}

/// `(amount: int, overage?: money)`
pub fn params(db: &dyn Db, fields: &Schema) -> String {
    let shown = fields
        .fields
        .iter()
        .map(|f| format!("{}{}: {}", f.name, if f.optional { "?" } else { "" }, f.ty.show(db)));
    format!("({})", shown.collect::<Vec<_>>().join(", "))
}

fn about_field(db: &dyn Db, item: ItemId, ordinal: usize) -> Option<About> {
    let text = item_text(db, item);
    let parsed = parse_item(db, item);
    let tree = parsed.item()?;
    let (name, full) = definition(tree, ordinal)?;
    let of = format!("field of `{}`", item.key(db).name);
    match &tree.kind {
        ItemKind::Fn { params, .. } => {
            let p = params.get(ordinal)?;
            let end = p.default.as_ref().map_or(p.ty.span.end, |d| d.span.end);
            let code = one_line(Span::new(name.start, end).text(text));
            let of = format!("parameter of `{}`", item.key(db).name);
            Some(About { code, of, docs: joined(&p.docs), deprecated: None })
        }
        ItemKind::Enum { members, .. } => {
            let p = members.iter().flat_map(|m| m.params.iter().flatten()).nth(ordinal)?;
            let end = p.default.as_ref().map_or(p.ty.span.end, |d| d.span.end);
            let code = one_line(Span::new(name.start, end).text(text));
            Some(About { code, of, docs: joined(&p.docs), deprecated: None })
        }
        _ => {
            let block = match &tree.kind {
                ItemKind::Kind { block, .. } | ItemKind::Struct { block, .. } => block,
                ItemKind::Decl(d) => &d.block,
                _ => return None,
            };
            let entry = block.entries.iter().find(|e| e.span == full)?;
            let EntryKind::Def { ty, default, .. } = &entry.kind else { return None };
            let end = default.as_ref().map_or(ty.span.end, |d| d.span.end);
            Some(About {
                code: one_line(Span::new(name.start, end).text(text)),
                of,
                docs: joined(&entry.docs),
                deprecated: deprecated(&entry.attrs),
            })
        }
    }
}

fn about_item(db: &dyn Db, item: ItemId) -> Option<About> {
    let text = item_text(db, item);
    let parsed = parse_item(db, item);
    let tree = parsed.item()?;
    let code = match ivs_grammar::head_of(text) {
        Some(_)
            if !matches!(tree.kind, ItemKind::Let { .. } | ItemKind::Type { .. } | ItemKind::Fn { .. }) =>
        {
            one_line(Span::new(after_attrs(tree), head_end(tree)).text(text))
        }
        _ => one_line(Span::new(after_attrs(tree), tree.span.end).text(text)),
    };
    let mut of = format!("in `{}`", item.file(db).module(db));
    if item.key(db).keyword == "kind" {
        let emits = &ivs_model::schema(db, item).emits;
        if !emits.is_empty() {
            of.push_str(&format!(", becomes {}", emits.join(", ")));
        }
    }
    Some(About { code, of, docs: joined(&tree.docs), deprecated: deprecated(&tree.attrs) })
}

/// Where an item begins behind its attributes.
fn after_attrs(tree: &Item) -> u32 {
    tree.attrs.last().map_or(tree.span.start, |a| a.span.end)
}

/// Where the head of an item ends.
fn head_end(tree: &Item) -> u32 {
    match &tree.kind {
        ItemKind::Kind { name, .. }
        | ItemKind::Struct { name, .. }
        | ItemKind::Enum { name, .. }
        | ItemKind::Overlay { name, .. }
        | ItemKind::Check { name, .. } => name.span.end,
        ItemKind::Test { name, .. } => name.span.end,
        ItemKind::Decl(d) => d.base.as_ref().map_or(d.name.span.end, |b| b.span.end),
        _ => tree.span.end,
    }
}

/// Documentation as one text.
pub fn joined(docs: &[Doc]) -> String {
    docs.iter().map(|d| d.text.as_str()).collect::<Vec<_>>().join("\n")
}

fn deprecated(attrs: &[Attr]) -> Option<String> {
    let attr = attrs.iter().find(|a| a.name.text == "deprecated")?;
    let text = attr.args.first().and_then(|a| match &a.value.kind {
        ExprKind::Str(s) => match &s.parts[..] {
            [StrPart::Text(t)] => Some(t.to_string()),
            _ => None,
        },
        _ => None,
    });
    Some(text.unwrap_or_default())
}

/// Blanks and line ends as one blank each.
pub fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
