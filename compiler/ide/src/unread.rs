//! Names that are given and that nothing reads, which editors show faded. No compiler complains of them: half of what is being
//! written is not read yet (`docs/decisions/0205…`).

use crate::actions::{Action, Change, Deed, gone_with};
use crate::tree::each_expr;
use ivs_grammar::ast::{Block, Clauses, EntryKind, ExprKind, Item, ItemKind, Span, Word};
use ivs_model::modules;
use ivs_source::{Db, ItemId, SourceFile, items, parse_item};
use smol_str::SmolStr;

/// A name that nothing reads.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Unread {
    /// The name; absolute bytes.
    pub range: Span,
    /// As it is written.
    pub name: SmolStr,
    /// What would go with it; `None` where that is for the author to say.
    pub gone: Option<Span>,
}

/// Names of a file that nothing reads, in order: what `use` brings, what items keep for themselves, what `private` keeps for
/// the module. Told by words: a name that stands in a comment is taken for read.
pub fn unread(db: &dyn Db, file: SourceFile) -> Vec<Unread> {
    if !file.own(db) {
        return Vec::new();
    }
    let text = file.text(db);
    let all = items(db, file);
    let mut out = Vec::new();
    let uses = all.ids.iter().take_while(|i| i.key(db).keyword == "use").count();
    let rest = all.chunks.get(uses).map_or(text.len(), |c| c.span.start as usize);
    for (n, (item, chunk)) in all.ids.iter().zip(&all.chunks).enumerate() {
        if n < uses {
            brought(db, *item, chunk.span.start, text.get(rest..).unwrap_or_default(), &mut out);
            continue;
        }
        let moved = |s: Span| Span::new(s.start + chunk.span.start, s.end + chunk.span.start);
        for local in locals(db, *item) {
            let range = moved(local.range);
            out.push(Unread { range, name: local.name.clone(), gone: local.gone.map(moved) });
        }
        if chunk.span.text(text).contains("private ") {
            kept(db, file, *item, chunk.span.start, &mut out);
        }
    }
    out
}

/// Takes the name away that nothing reads, where the text between two offsets touches one.
pub fn remove(db: &dyn Db, file: SourceFile, range: Span) -> Vec<Action> {
    let here = |u: &Unread| u.range.start <= range.end && range.start <= u.range.end;
    let action = |u: Unread| {
        let range = gone_with(file.text(db), u.gone?);
        let changes = vec![Change { file, range, text: String::new() }];
        Some(Action { title: format!("Remove `{}`, which nothing reads", u.name), deed: Deed::Fix, changes })
    };
    unread(db, file).into_iter().filter(here).filter_map(action).collect()
}

/// Names that a `use` brings and that the rest of the file does not say.
fn brought(db: &dyn Db, item: ItemId, base: u32, rest: &str, out: &mut Vec<Unread>) {
    let parsed = parse_item(db, item);
    let Some(tree) = parsed.item() else { return };
    let ItemKind::Use { path, names, alias } = &tree.kind else { return };
    let moved = |s: Span| Span::new(s.start + base, s.end + base);
    let whole = moved(tree.span);
    let one = |w: &Word, gone| Unread { range: moved(w.span), name: w.text.clone(), gone };
    match (names, alias) {
        (Some(names), None) => {
            let open: Vec<&Word> = names.iter().filter(|w| !says(rest, &w.text)).collect();
            let none_is_read = open.len() == names.len();
            for (i, word) in names.iter().enumerate().filter(|(_, w)| open.contains(w)) {
                // With the comma behind it, or of the last the one before it.
                let gone = match (names.get(i + 1), i.checked_sub(1).and_then(|b| names.get(b))) {
                    _ if none_is_read => whole,
                    (Some(next), _) => Span::new(moved(word.span).start, moved(next.span).start),
                    (None, Some(before)) => Span::new(moved(before.span).end, moved(word.span).end),
                    (None, None) => whole,
                };
                out.push(one(word, Some(gone)));
            }
        }
        (None, Some(word)) => out.extend((!says(rest, &word.text)).then(|| one(word, Some(whole)))),
        (None, None) => {
            let last = path.words.last().filter(|w| !says(rest, &w.text));
            out.extend(last.map(|w| one(w, Some(whole))));
        }
        (Some(_), Some(_)) => {}
    }
}

/// An item that is private and that no file of its module says.
fn kept(db: &dyn Db, file: SourceFile, item: ItemId, base: u32, out: &mut Vec<Unread>) {
    let parsed = parse_item(db, item);
    let Some(tree) = parsed.item().filter(|t| t.private.is_some()) else { return };
    let name = match &tree.kind {
        ItemKind::Fn { name, .. }
        | ItemKind::Let { name, .. }
        | ItemKind::Kind { name, .. }
        | ItemKind::Struct { name, .. }
        | ItemKind::Enum { name, .. }
        | ItemKind::Type { name, .. } => name,
        // A declaration is there for what it makes, a template for who derives from it.
        ItemKind::Decl(d) if d.template.is_some() => &d.name,
        _ => return,
    };
    let files = modules(db).files.get(file.module(db)).into_iter().flatten();
    let said = files.map(|f| count(f.text(db), &name.text)).sum::<usize>();
    if said <= 1 && !name.text.starts_with('_') {
        let range = Span::new(name.span.start + base, name.span.end + base);
        out.push(Unread { range, name: name.text.clone(), gone: None });
    }
}

/// Names that an item gives to what only it can see, and that it says nowhere else; relative to the item.
#[salsa::tracked(returns(ref))]
fn locals(db: &dyn Db, item: ItemId) -> Vec<Unread> {
    let text = ivs_source::item_text(db, item);
    if !["let ", "for ", "fn "].iter().any(|w| text.contains(w)) {
        return Vec::new();
    }
    let parsed = parse_item(db, item);
    let Some(tree) = parsed.item().filter(|_| parsed.chunk.errors.is_empty()) else { return Vec::new() };
    let mut given: Vec<(&Word, Option<Span>)> = Vec::new();
    of_item(tree, &mut given);
    each_expr(tree, &mut |e| match &e.kind {
        ExprKind::ListFor { clauses, .. } | ExprKind::MapFor { clauses, .. } => {
            of_clauses(clauses, &mut given)
        }
        ExprKind::Block(block) => of_block(block, &mut given),
        _ => {}
    });
    given.retain(|(w, _)| !w.text.starts_with('_') && count(text, &w.text) == 1);
    given.sort_by_key(|(w, _)| w.span);
    given.dedup_by_key(|(w, _)| w.span);
    given.into_iter().map(|(w, gone)| Unread { range: w.span, name: w.text.clone(), gone }).collect()
}

fn of_item<'a>(tree: &'a Item, out: &mut Vec<(&'a Word, Option<Span>)>) {
    match &tree.kind {
        ItemKind::Fn { params, .. } => out.extend(params.iter().map(|p| (&p.name, None))),
        ItemKind::Check { clauses, block, .. } => {
            of_clauses(clauses, out);
            of_block(block, out);
        }
        ItemKind::Kind { block, .. } | ItemKind::Struct { block, .. } => of_block(block, out),
        ItemKind::Decl(d) => {
            d.family.iter().for_each(|f| of_clauses(&f.clauses, out));
            of_block(&d.block, out);
        }
        ItemKind::Overlay { items, .. } => items.iter().for_each(|i| of_item(i, out)),
        _ => {}
    }
}

fn of_clauses<'a>(clauses: &'a Clauses, out: &mut Vec<(&'a Word, Option<Span>)>) {
    // Of two names the first may be there for the sake of the second.
    out.extend(clauses.loops.iter().map(|l| (l.second.as_ref().unwrap_or(&l.first), None)));
}

fn of_block<'a>(block: &'a Block, out: &mut Vec<(&'a Word, Option<Span>)>) {
    for e in &block.entries {
        match &e.kind {
            EntryKind::Let { name, .. } => out.push((name, Some(e.span))),
            EntryKind::Nest { block, .. } | EntryKind::When { block, .. } => of_block(block, out),
            EntryKind::Require { block, .. } => block.iter().for_each(|b| of_block(b, out)),
            _ => {}
        }
    }
}

/// Whether a text says a word, wherever that is.
pub(crate) fn says(text: &str, word: &str) -> bool {
    places(text, word).next().is_some()
}

fn count(text: &str, word: &str) -> usize {
    places(text, word).count()
}

fn places<'t>(text: &'t str, word: &'t str) -> impl Iterator<Item = usize> + 't {
    let part = |c: char| c.is_alphanumeric() || c == '_' || c == '-';
    text.match_indices(word).map(|(at, _)| at).filter(move |at| {
        let before = text.get(..*at).and_then(|t| t.chars().next_back());
        let after = text.get(at + word.len()..).and_then(|t| t.chars().next());
        !before.is_some_and(part) && !after.is_some_and(|c| part(c) && c != '-')
    })
}
