//! A reference from doc comments: what modules declare, as data to print.

use crate::Session;
use crate::database::Database;
use ivs_grammar::ast::{Attr, Block, Doc, EntryKind, ExprKind, Item, ItemKind, Param, Span, StrPart};
use ivs_model::{Module, resolve};
use ivs_source::{Db, ItemId, item_text, parse_item};
use smol_str::SmolStr;
use std::collections::BTreeSet;

/// Documentation of modules.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Reference {
    /// By name; modules that declare nothing public are left out.
    pub modules: Vec<ModuleDoc>,
    /// The functions of the language, with the library's reference.
    pub functions: Vec<FunctionDoc>,
}

/// A function that is built in.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct FunctionDoc {
    /// `ceil`
    pub name: String,
    /// Every way to call it.
    pub signature: String,
    /// Markdown.
    pub docs: String,
}

/// A module.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ModuleDoc {
    /// `std.platform`
    pub name: String,
    /// Its `//!` lines, Markdown.
    pub docs: String,
    /// Kinds first, declarations last, each sort by name.
    pub items: Vec<ItemDoc>,
}

/// An item.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ItemDoc {
    /// `kind-std.platform.service`: unique.
    pub id: String,
    /// `kind`, `struct`, `enum`, `type`, `dimension`, `unit`, `fn`, `let`, `template`, `check`, `declaration`.
    pub sort: &'static str,
    /// Its name.
    pub name: String,
    /// What it is, as written: `type port = int where …`.
    pub head: Vec<Piece>,
    /// Markdown.
    pub docs: String,
    /// Fields, parameters or members, as written.
    pub fields: Vec<FieldDoc>,
    /// What its values have to fulfil, in words where there are some.
    pub rules: Vec<String>,
    /// What it is lowered to: `kubernetes.workload`.
    pub emits: Vec<String>,
    /// The text of `@deprecated`.
    pub deprecated: Option<String>,
}

/// A field of a kind, struct or tagged member, a parameter, or a member of an enum.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct FieldDoc {
    /// Its name.
    pub name: String,
    /// Whether it may be `none`.
    pub optional: bool,
    /// Whether somebody has to give it. A struct is always there; its own fields say what it needs.
    pub required: bool,
    /// Its type as written; empty for a member without fields.
    pub ty: Vec<Piece>,
    /// Its default as written; a member's spelling in outputs.
    pub default: Option<String>,
    /// Markdown.
    pub docs: String,
    /// The text of `@deprecated`.
    pub deprecated: Option<String>,
}

/// A piece of source text, and what it names.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Piece {
    /// As written, blanks joined.
    pub text: String,
    /// The item that it names, if that is documented, too.
    pub to: Option<String>,
}

const SORTS: [&str; 11] =
    ["kind", "struct", "enum", "type", "template", "fn", "dimension", "unit", "let", "check", "declaration"];

impl Session {
    /// The reference of the package, or of the standard library.
    pub fn reference(&mut self, library: bool) -> Reference {
        self.run(|db, _| {
            let all = ivs_model::modules(db);
            let wanted = |m: &Module| if library { all.library.contains(m) } else { all.is_own(*m) };
            let modules: Vec<Module> =
                all.files.keys().map(|m| Module::new(db, m.clone())).filter(wanted).collect();
            let public = |m: &Module| {
                let index = ivs_model::module_index(db, *m);
                let seen = index.all.iter().copied().filter(|i| !index.private.contains(i));
                seen.collect::<Vec<ItemId>>()
            };
            let known: BTreeSet<String> =
                modules.iter().flat_map(&public).filter_map(|i| id_of(db, i)).collect();
            let documented = |m: Module| {
                let writer = Writer { db, module: m, known: &known };
                let mut items: Vec<ItemDoc> = public(&m).into_iter().filter_map(|i| writer.item(i)).collect();
                let rank = |s: &str| SORTS.iter().position(|k| *k == s);
                items.sort_by(|a, b| (rank(a.sort), &a.name, &a.id).cmp(&(rank(b.sort), &b.name, &b.id)));
                let docs = all.files.get(m.name(db)).into_iter().flatten().filter_map(|f| {
                    let chunk = ivs_grammar::parse(f.text(db));
                    (!chunk.module_docs.is_empty()).then(|| joined(&chunk.module_docs))
                });
                let docs = docs.collect::<Vec<_>>().join("\n\n");
                ModuleDoc { name: m.name(db).to_string(), docs, items }
            };
            let modules = modules.into_iter().map(documented).filter(|m| !m.items.is_empty()).collect();
            let functions = ivs_value::funcs::FUNCTIONS.iter().filter(|_| library).map(|f| FunctionDoc {
                name: f.name.to_owned(),
                signature: f.signature.to_owned(),
                docs: f.doc.to_owned(),
            });
            Reference { modules, functions: functions.collect() }
        })
    }
}

/// The sort of an item; `None` for what is not documented.
fn sort_of(db: &dyn Db, item: ItemId) -> Option<&'static str> {
    let keyword = item.key(db).keyword;
    match keyword {
        "decl" if ivs_model::decl_info(db, item).template => Some("template"),
        "decl" => Some("declaration"),
        k => SORTS.iter().find(|s| **s == k).copied(),
    }
}

fn id_of(db: &dyn Db, item: ItemId) -> Option<String> {
    let (sort, key, module) = (sort_of(db, item)?, item.key(db), item.file(db).module(db));
    let sort = if key.keyword == "decl" { key.kind.as_str() } else { sort };
    Some(format!("{sort}-{module}.{}", key.name))
}

fn joined(docs: &[Doc]) -> String {
    docs.iter().map(|d| d.text.as_str()).collect::<Vec<_>>().join("\n")
}

struct Writer<'a> {
    db: &'a Database,
    module: Module,
    known: &'a BTreeSet<String>,
}

impl Writer<'_> {
    fn item(&self, item: ItemId) -> Option<ItemDoc> {
        let sort = sort_of(self.db, item)?;
        let text = item_text(self.db, item).clone();
        let parsed = parse_item(self.db, item);
        let tree = parsed.item()?;
        let blocks = |item: ItemId, b: &Block| (self.fields(item, &text, b), rules(&text, b));
        let whole = |span: Span| self.pieces(span.text(&text));
        let ((fields, rules), head) = match &tree.kind {
            ItemKind::Kind { name, block } => (blocks(item, block), whole(head_span(tree, name.span))),
            ItemKind::Struct { name, block } => (blocks(item, block), whole(head_span(tree, name.span))),
            ItemKind::Enum { name, members } => {
                let members = members.iter().map(|m| FieldDoc {
                    name: m.name.text.to_string(),
                    optional: false,
                    required: false,
                    ty: m.params.as_ref().map(|p| self.params(&text, p)).unwrap_or_default(),
                    default: m.text.as_ref().map(|t| one_line(t.span.text(&text))),
                    docs: joined(&m.docs),
                    deprecated: deprecated(&m.attrs),
                });
                ((members.collect(), Vec::new()), whole(head_span(tree, name.span)))
            }
            ItemKind::Fn { params, result, .. } => {
                let fields = params.iter().map(|p| self.param(&text, p)).collect();
                ((fields, Vec::new()), whole(head_span(tree, result.span)))
            }
            ItemKind::Check { name, .. } => (Default::default(), whole(head_span(tree, name.span))),
            ItemKind::Decl(d) if d.template.is_some() => {
                let end = d.base.as_ref().map_or(d.name.span, |b| b.span);
                (blocks(item, &d.block), whole(head_span(tree, end)))
            }
            ItemKind::Decl(d) => {
                let end = d.base.as_ref().map_or(d.name.span, |b| b.span);
                (Default::default(), whole(head_span(tree, end)))
            }
            ItemKind::Dimension { .. }
            | ItemKind::Unit { .. }
            | ItemKind::Type { .. }
            | ItemKind::Let { .. } => (Default::default(), whole(head_span(tree, tree.span))),
            _ => return None,
        };
        let emits = match sort {
            "kind" => ivs_model::schema(self.db, item).emits.iter().map(SmolStr::to_string).collect(),
            _ => Vec::new(),
        };
        Some(ItemDoc {
            id: id_of(self.db, item)?,
            sort,
            name: item.key(self.db).name.to_string(),
            head,
            docs: joined(&tree.docs),
            fields,
            rules,
            emits,
            deprecated: deprecated(&tree.attrs),
        })
    }

    fn fields(&self, item: ItemId, text: &str, block: &Block) -> Vec<FieldDoc> {
        let schema = match item.key(self.db).keyword {
            "decl" => ivs_model::decl_schema(self.db, item),
            _ => ivs_model::schema(self.db, item),
        };
        let field = |e: &ivs_grammar::ast::Entry| match &e.kind {
            EntryKind::Def { name, optional, ty, default } => Some(FieldDoc {
                name: name.text.to_string(),
                optional: *optional,
                required: schema.field(&name.text).is_some_and(|(_, f)| f.demanded()),
                ty: self.pieces(ty.span.text(text)),
                default: default.as_ref().map(|d| one_line(d.span.text(text))),
                docs: joined(&e.docs),
                deprecated: deprecated(&e.attrs),
            }),
            _ => None,
        };
        block.entries.iter().filter_map(field).collect()
    }

    fn param(&self, text: &str, p: &Param) -> FieldDoc {
        FieldDoc {
            name: p.name.text.to_string(),
            optional: p.optional,
            required: !p.optional && p.default.is_none(),
            ty: self.pieces(p.ty.span.text(text)),
            default: p.default.as_ref().map(|d| one_line(d.span.text(text))),
            docs: joined(&p.docs),
            deprecated: None,
        }
    }

    /// `(x: int, y: int)`, of a tagged member.
    fn params(&self, text: &str, params: &[Param]) -> Vec<Piece> {
        let mut out = String::from("(");
        for (i, p) in params.iter().enumerate() {
            let (comma, mark) = (if i > 0 { ", " } else { "" }, if p.optional { "?" } else { "" });
            out.push_str(&format!("{comma}{}{mark}: {}", p.name.text, p.ty.span.text(text)));
            if let Some(d) = &p.default {
                out.push_str(&format!(" = {}", d.span.text(text)));
            }
        }
        out.push(')');
        self.pieces(&out)
    }

    /// Source text, cut at the words that name something documented.
    fn pieces(&self, text: &str) -> Vec<Piece> {
        let text = one_line(text);
        let mut out: Vec<Piece> = Vec::new();
        let mut plain = String::new();
        let mut rest = text.as_str();
        while let Some(first) = rest.chars().next() {
            let length = match first {
                '"' => rest.get(1..).and_then(|r| r.find('"')).map_or(rest.len(), |e| e + 2),
                c if c.is_alphanumeric() || c == '_' => rest
                    .char_indices()
                    .find(|(i, c)| {
                        let joins = *c == '-'
                            && rest
                                .get(i + 1..)
                                .and_then(|r| r.chars().next())
                                .is_some_and(char::is_alphanumeric);
                        !(c.is_alphanumeric() || *c == '_' || joins)
                    })
                    .map_or(rest.len(), |(i, _)| i),
                c => c.len_utf8(),
            };
            let (word, after) = rest.split_at(length);
            rest = after;
            match self.target(word) {
                // What stands before a colon is a name, unless it is the type of a map's keys.
                Some(to) if plain.ends_with('{') || !after.trim_start_matches('?').starts_with(':') => {
                    if !plain.is_empty() {
                        out.push(Piece { text: std::mem::take(&mut plain), to: None });
                    }
                    out.push(Piece { text: word.to_owned(), to: Some(to) });
                }
                _ => plain.push_str(word),
            }
        }
        if !plain.is_empty() {
            out.push(Piece { text: plain, to: None });
        }
        out
    }

    fn target(&self, word: &str) -> Option<String> {
        if !word.starts_with(|c: char| c.is_alphabetic() || c == '_') {
            return None;
        }
        let found = resolve(self.db, self.module, SmolStr::new(word));
        let types = found.things.iter().copied().filter(|t| !matches!(t.key(self.db).keyword, "let"));
        let dimensions = found.units.iter().copied().filter(|u| u.key(self.db).keyword == "dimension");
        let id = types.chain(dimensions).find_map(|i| id_of(self.db, i))?;
        self.known.contains(&id).then_some(id)
    }
}

/// From behind the attributes to the end of a span.
fn head_span(tree: &Item, end: Span) -> Span {
    let start = tree.attrs.last().map_or(tree.span.start, |a| a.span.end);
    Span::new(start, end.end)
}

/// What the values of a block have to fulfil: the message where it is a text, else the condition.
fn rules(text: &str, block: &Block) -> Vec<String> {
    let rule = |e: &ivs_grammar::ast::Entry| {
        let EntryKind::Require { cond, block } = &e.kind else { return None };
        let message = block.iter().flat_map(|b| &b.entries).find_map(|e| match &e.kind {
            EntryKind::Set { path, value, .. } if path.first.text == "message" => match &value.kind {
                ExprKind::Str(_) => Some(value.span.text(text).trim_matches('"').to_owned()),
                _ => None,
            },
            _ => None,
        });
        let condition = one_line(cond.span.text(text));
        Some(match message {
            Some(m) => format!("`{condition}`: {}", one_line(&m)),
            None => format!("`{condition}`"),
        })
    };
    block.entries.iter().filter_map(rule).collect()
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

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
