//! Places: offsets of files, items, and where names are given.

use crate::lex::lex;
use ivs_grammar::ast::{Entry, EntryKind, Item, ItemKind, Span};
use ivs_model::{Module, Symbol, Trace, traced};
use ivs_source::{Db, ItemId, Program, SourceFile, item_offset, items, parse_item};
use std::sync::Arc;

/// A place in a file.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Location {
    /// The file.
    pub file: SourceFile,
    /// The name, or whatever is to be selected; absolute bytes.
    pub range: Span,
    /// All that belongs to it; contains `range`.
    pub full: Span,
}

/// The file of a path as reports show it: package-relative with `/`, `std/…`, or a dependency's name and a path in it.
pub fn file(db: &dyn Db, path: &str) -> Option<SourceFile> {
    Program::get(db).files(db).iter().copied().find(|f| f.path(db) == path)
}

/// An item, and where an offset of its file is in its text.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct At {
    /// The item.
    pub item: ItemId,
    /// Relative to the item's text.
    pub offset: u32,
    /// Where the item's text begins in the file.
    pub base: u32,
}

/// The item that an offset stands in or right behind.
pub fn item_at(db: &dyn Db, file: SourceFile, offset: u32) -> Option<At> {
    let all = items(db, file);
    let n = all.chunks.partition_point(|c| c.span.start <= offset).checked_sub(1)?;
    let (chunk, item) = (all.chunks.get(n)?, all.ids.get(n)?);
    (offset <= chunk.span.end).then(|| At {
        item: *item,
        offset: offset - chunk.span.start,
        base: chunk.span.start,
    })
}

/// A span of an item, in its file.
pub fn location(db: &dyn Db, item: ItemId, range: Span, full: Span) -> Location {
    let base = item_offset(db, item);
    let moved = |s: Span| Span::new(s.start + base, s.end + base);
    Location { file: item.file(db), range: moved(range), full: moved(full) }
}

/// The word at an offset with what it names; of two words that touch there, the one that begins.
pub fn named(db: &dyn Db, file: SourceFile, offset: u32) -> Option<Named> {
    let at = item_at(db, file, offset)?;
    let trace = traced(db, at.item);
    let found: Vec<_> = trace.at(at.offset).cloned().collect();
    let start = found.iter().map(|m| m.span.start).max()?;
    let span = found.iter().find(|m| m.span.start == start)?.span;
    let mut symbols: Vec<Symbol> = Vec::new();
    for m in found.into_iter().filter(|m| m.span == span) {
        if !symbols.contains(&m.symbol) {
            symbols.push(m.symbol);
        }
    }
    Some(Named { at, span, range: Span::new(span.start + at.base, span.end + at.base), symbols, trace })
}

/// A word and what it names.
pub struct Named {
    /// Where it was asked.
    pub at: At,
    /// The word, in its item.
    pub span: Span,
    /// The word, in its file.
    pub range: Span,
    /// What it names; several for a field of several members of a union.
    pub symbols: Vec<Symbol>,
    /// What is known of the whole item.
    pub trace: Arc<Trace>,
}

/// Where the name of a symbol is given.
pub fn home(db: &dyn Db, symbol: &Symbol) -> Option<Location> {
    match symbol {
        Symbol::Item(item) => {
            let parsed = parse_item(db, *item);
            let tree = parsed.item()?;
            Some(location(db, *item, name_span(tree)?, tree.span))
        }
        Symbol::Field(item, ordinal) => {
            let parsed = parse_item(db, *item);
            let (name, full) = definition(parsed.item()?, usize::from(*ordinal))?;
            Some(location(db, *item, name, full))
        }
        Symbol::Member(item, index) => {
            let parsed = parse_item(db, *item);
            let ItemKind::Enum { members, .. } = &parsed.item()?.kind else { return None };
            let member = members.get(*index as usize)?;
            Some(location(db, *item, member.name.span, member.name.span))
        }
        Symbol::Local(item, span) => Some(location(db, *item, *span, *span)),
        Symbol::Module(module) => {
            let file = *files_of(db, *module).first()?;
            let start = Span::new(0, 0);
            Some(Location { file, range: start, full: start })
        }
        Symbol::Builtin(_) | Symbol::Function(_) | Symbol::This | Symbol::Inherited => None,
    }
}

/// The files of a module; where it has none itself, of the first module below it.
pub fn files_of(db: &dyn Db, module: Module) -> Vec<SourceFile> {
    let files = &ivs_model::modules(db).files;
    if let Some(own) = files.get(module.name(db)) {
        return own.clone();
    }
    let below = format!("{}.", module.name(db));
    files
        .range(smol_str::SmolStr::new(&below)..)
        .next()
        .filter(|(m, _)| m.starts_with(&below))
        .map_or_else(Vec::new, |(_, f)| f.clone())
}

/// The name of an item.
pub fn name_span(tree: &Item) -> Option<Span> {
    Some(match &tree.kind {
        ItemKind::Kind { name, .. }
        | ItemKind::Struct { name, .. }
        | ItemKind::Enum { name, .. }
        | ItemKind::Dimension { name, .. }
        | ItemKind::Unit { name, .. }
        | ItemKind::Type { name, .. }
        | ItemKind::Fn { name, .. }
        | ItemKind::Let { name, .. }
        | ItemKind::Overlay { name, .. }
        | ItemKind::Check { name, .. } => name.span,
        ItemKind::Test { name, .. } => name.span,
        ItemKind::Decl(d) => d.name.span,
        ItemKind::Use { path, .. } => path.span,
        ItemKind::Broken => return None,
    })
}

/// The name of the field, or parameter, that an item defines at a place among its definitions, and all of it.
pub fn definition(tree: &Item, ordinal: usize) -> Option<(Span, Span)> {
    let of_block = |entries: &[Entry]| {
        let mut names = entries.iter().filter_map(|e| match &e.kind {
            EntryKind::Def { name, .. } => Some((name.span, e.span)),
            _ => None,
        });
        names.nth(ordinal)
    };
    match &tree.kind {
        ItemKind::Kind { block, .. } | ItemKind::Struct { block, .. } => of_block(&block.entries),
        ItemKind::Decl(d) => of_block(&d.block.entries),
        ItemKind::Fn { params, .. } => params.get(ordinal).map(|p| (p.name.span, p.name.span.to(p.ty.span))),
        ItemKind::Enum { members, .. } => {
            let params = members.iter().flat_map(|m| m.params.iter().flatten());
            params.clone().nth(ordinal).map(|p| (p.name.span, p.name.span.to(p.ty.span)))
        }
        _ => None,
    }
}

/// The item around an offset: where its text begins, which it is, where it ends.
pub fn around(db: &dyn Db, file: SourceFile, offset: usize) -> (usize, Option<ItemId>, usize) {
    let all = items(db, file);
    let n = all.chunks.partition_point(|c| (c.span.start as usize) < offset);
    let text = file.text(db);
    match n.checked_sub(1).and_then(|n| Some((all.chunks.get(n)?, all.ids.get(n)?))) {
        Some((chunk, item)) => {
            let (start, end) = (chunk.span.start as usize, chunk.span.end as usize);
            // Behind its end an item goes on if a bracket is open, or if the line does.
            let between = text.get(end.min(offset)..offset).unwrap_or_default();
            let open = || lex(text.get(start..offset).unwrap_or_default()).depth > 0;
            if offset <= end || !between.contains('\n') || open() {
                (start, Some(*item), end)
            } else {
                (offset, None, offset)
            }
        }
        None => (offset, None, offset),
    }
}
