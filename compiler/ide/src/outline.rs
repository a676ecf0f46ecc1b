//! What files declare: as a tree for one, as a list to search for all.

use crate::place::{Location, home, name_span};
use ivs_grammar::ast::{Block, EntryKind, EntryPath, Item, ItemKind, Param, Span, TestItem};
use ivs_model::{Module, Symbol, module_index, modules};
use ivs_source::{Db, Origin, SourceFile, item_offset, items, parse_item};
use smol_str::SmolStr;

/// Symbols that a search gives.
const MOST: usize = 300;

/// What a symbol is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[allow(missing_docs)]
pub enum SymbolSort {
    Module,
    Kind,
    Struct,
    Enum,
    Member,
    Type,
    Function,
    Constant,
    Unit,
    Declaration,
    Template,
    Overlay,
    Check,
    Test,
    Field,
    Block,
    Variable,
}

/// A symbol of a file.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Outlined {
    /// Its name.
    pub name: String,
    /// Its kind, or its type as written.
    pub detail: String,
    /// What it is.
    pub sort: SymbolSort,
    /// Whether it is marked `@deprecated`.
    pub deprecated: bool,
    /// The name; absolute bytes.
    pub range: Span,
    /// All of it; contains `range`.
    pub full: Span,
    /// What is in it.
    pub children: Vec<Outlined>,
}

/// The symbols of a file, in order.
pub fn outline(db: &dyn Db, file: SourceFile) -> Vec<Outlined> {
    let mut out = Vec::new();
    for item in &items(db, file).ids {
        let base = item_offset(db, *item);
        let parsed = parse_item(db, *item);
        let text = ivs_source::item_text(db, *item);
        out.extend(parsed.chunk.items.iter().filter_map(|tree| Outliner { text, base }.item(tree)));
    }
    out
}

struct Outliner<'a> {
    text: &'a str,
    base: u32,
}

impl Outliner<'_> {
    fn at(&self, span: Span) -> Span {
        Span::new(span.start + self.base, span.end + self.base)
    }

    fn one(&self, name: &str, sort: SymbolSort, range: Span, full: Span) -> Outlined {
        Outlined {
            name: name.to_owned(),
            detail: String::new(),
            sort,
            deprecated: false,
            range: self.at(range),
            full: self.at(full.to(range)),
            children: Vec::new(),
        }
    }

    fn shown(&self, span: Span) -> String {
        crate::about::one_line(span.text(self.text))
    }

    fn item(&self, tree: &Item) -> Option<Outlined> {
        let range = name_span(tree)?;
        let name = range.text(self.text);
        let mut out = self.one(name, SymbolSort::Constant, range, tree.span);
        out.deprecated = tree.attrs.iter().any(|a| a.name.text == "deprecated");
        match &tree.kind {
            ItemKind::Use { .. } | ItemKind::Broken => return None,
            ItemKind::Kind { block, .. } => {
                out.sort = SymbolSort::Kind;
                out.children = self.block(block);
            }
            ItemKind::Struct { block, .. } => {
                out.sort = SymbolSort::Struct;
                out.children = self.block(block);
            }
            ItemKind::Enum { members, .. } => {
                out.sort = SymbolSort::Enum;
                for m in members {
                    let mut member = self.one(&m.name.text, SymbolSort::Member, m.name.span, m.name.span);
                    member.children = m.params.iter().flatten().map(|p| self.param(p)).collect();
                    if let Some(last) = member.children.last() {
                        member.full = member.full.to(last.full);
                    }
                    out.children.push(member);
                }
            }
            ItemKind::Dimension { base, .. } => {
                out.sort = SymbolSort::Unit;
                out.detail = base.text.to_string();
            }
            ItemKind::Unit { value, .. } => {
                out.sort = SymbolSort::Unit;
                out.detail = value.as_ref().map(|v| self.shown(v.span)).unwrap_or_default();
            }
            ItemKind::Type { ty, .. } => {
                out.sort = SymbolSort::Type;
                out.detail = self.shown(ty.span);
            }
            ItemKind::Fn { params, result, .. } => {
                out.sort = SymbolSort::Function;
                out.detail = self.shown(result.span);
                out.children = params.iter().map(|p| self.param(p)).collect();
            }
            ItemKind::Let { ty, .. } => {
                out.detail = ty.as_ref().map(|t| self.shown(t.span)).unwrap_or_default();
            }
            ItemKind::Overlay { items, .. } => {
                out.sort = SymbolSort::Overlay;
                out.children = items.iter().filter_map(|i| self.item(i)).collect();
            }
            ItemKind::Check { block, .. } => {
                out.sort = SymbolSort::Check;
                out.children = self.block(block);
            }
            ItemKind::Test { items, .. } => {
                out.sort = SymbolSort::Test;
                out.name = name.trim_matches('"').to_owned();
                let inner = items.iter().filter_map(|i| match i {
                    TestItem::Item(i) => self.item(i),
                    _ => None,
                });
                out.children = inner.collect();
            }
            ItemKind::Decl(d) => {
                out.sort = if d.template.is_some() { SymbolSort::Template } else { SymbolSort::Declaration };
                out.detail = self.shown(d.kind.span);
                if let Some(base) = &d.base {
                    out.detail.push_str(&format!(" {}", self.shown(base.span)));
                }
                out.children = self.block(&d.block);
            }
        }
        Some(out)
    }

    fn param(&self, p: &Param) -> Outlined {
        let mut out = self.one(&p.name.text, SymbolSort::Field, p.name.span, p.name.span.to(p.ty.span));
        out.detail = self.shown(p.ty.span);
        out
    }

    fn block(&self, block: &Block) -> Vec<Outlined> {
        let mut out = Vec::new();
        for e in &block.entries {
            match &e.kind {
                EntryKind::Def { name, ty, .. } => {
                    let mut field = self.one(&name.text, SymbolSort::Field, name.span, e.span);
                    field.detail = self.shown(ty.span);
                    field.deprecated = e.attrs.iter().any(|a| a.name.text == "deprecated");
                    out.push(field);
                }
                EntryKind::Set { path, .. } => {
                    out.push(self.one(&joined(path), SymbolSort::Field, path.first.span, e.span));
                }
                EntryKind::Nest { path, block, .. } => {
                    let mut inner = self.one(&joined(path), SymbolSort::Block, path.first.span, e.span);
                    inner.children = self.block(block);
                    out.push(inner);
                }
                EntryKind::Let { name, .. } => {
                    out.push(self.one(&name.text, SymbolSort::Variable, name.span, e.span));
                }
                EntryKind::When { block, .. } => out.extend(self.block(block)),
                _ => {}
            }
        }
        out
    }
}

fn joined(path: &EntryPath) -> String {
    match &path.second {
        Some(second) => format!("{} {}", path.first.text, second.text),
        None => path.first.text.to_string(),
    }
}

/// A symbol of the package or what it depends on.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Listed {
    /// Its name.
    pub name: String,
    /// Its module.
    pub module: String,
    /// Its kind, of a declaration.
    pub detail: String,
    /// What it is.
    pub sort: SymbolSort,
    /// Where its name is given.
    pub place: Location,
}

/// The symbols whose names have the letters of a text in this order, the package's own first; those of the library only if
/// something is asked for.
pub fn search(db: &dyn Db, query: &str) -> Vec<Listed> {
    let wanted = query.to_lowercase();
    let all = modules(db);
    let mut found: Vec<(u8, usize, SmolStr, ivs_source::ItemId)> = Vec::new();
    for name in all.files.keys() {
        let module = Module::new(db, name.clone());
        if all.catalogues.contains(&module) || query.is_empty() && all.library.contains(&module) {
            continue;
        }
        for item in &module_index(db, module).all {
            let key = item.key(db);
            if matches!(key.keyword, "use" | "") || !subsequence(&wanted, &key.name.to_lowercase()) {
                continue;
            }
            let far = match item.file(db).origin(db) {
                Origin::Own => 0,
                Origin::Dependency => 1,
                Origin::Library => 2,
            };
            let inexact = usize::from(!key.name.to_lowercase().starts_with(&wanted));
            found.push((far, inexact, key.name.clone(), *item));
        }
    }
    found.sort();
    found.truncate(MOST);
    let listed = found.into_iter().filter_map(|(_, _, name, item)| {
        let key = item.key(db);
        Some(Listed {
            name: name.trim_matches('"').to_owned(),
            module: item.file(db).module(db).to_string(),
            detail: key.kind.to_string(),
            sort: sort_of(db, item),
            place: home(db, &Symbol::Item(item))?,
        })
    });
    listed.collect()
}

/// What an item is.
pub fn sort_of(db: &dyn Db, item: ivs_source::ItemId) -> SymbolSort {
    match item.key(db).keyword {
        "kind" => SymbolSort::Kind,
        "struct" => SymbolSort::Struct,
        "enum" => SymbolSort::Enum,
        "type" => SymbolSort::Type,
        "fn" => SymbolSort::Function,
        "unit" | "dimension" => SymbolSort::Unit,
        "overlay" => SymbolSort::Overlay,
        "check" => SymbolSort::Check,
        "test" => SymbolSort::Test,
        "decl" if ivs_model::decl_info(db, item).template => SymbolSort::Template,
        "decl" => SymbolSort::Declaration,
        _ => SymbolSort::Constant,
    }
}

fn subsequence(wanted: &str, name: &str) -> bool {
    let mut rest = name.chars();
    wanted.chars().all(|c| rest.any(|n| n == c))
}
