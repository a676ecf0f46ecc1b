//! Which entry of a body an offset stands in, and the path that it sets.

use ivs_grammar::ast::{Block, Entry, EntryKind, EntryPath, Expr, ExprKind, Item, ItemKind, PostfixOp, Span};
use ivs_source::{Db, ItemId};
use smol_str::SmolStr;

/// A body that says something of a declaration.
pub struct Body<'a> {
    /// The declaration: the item itself, or the one that an overlay amends.
    pub decl: ItemId,
    /// The environment of an overlay.
    pub overlay: Option<&'a str>,
    /// What it sets.
    pub block: &'a Block,
}

/// The bodies of an item: of a declaration its own, of an overlay those of its amendments.
pub fn bodies<'a>(db: &dyn Db, item: ItemId, tree: &'a Item) -> Vec<Body<'a>> {
    match &tree.kind {
        ItemKind::Decl(d) => vec![Body { decl: item, overlay: None, block: &d.block }],
        ItemKind::Overlay { name, items } => {
            // Of the tree itself, which need not be what the file has.
            let module = ivs_model::item_module(db, item);
            let targets = ivs_model::targets_of(db, module, &name.text, items);
            let decls = items.iter().filter_map(|i| match &i.kind {
                ItemKind::Decl(d) => Some(d),
                _ => None,
            });
            let bodies = decls.zip(targets).filter_map(|(d, t)| {
                Some(Body { decl: t.target?, overlay: Some(&name.text), block: &d.block })
            });
            bodies.collect()
        }
        _ => Vec::new(),
    }
}

/// An entry, and the path that leads to it.
pub struct Step<'a> {
    /// Fields and keys, outermost first, this entry's own last.
    pub path: Vec<SmolStr>,
    /// The last of its keys.
    pub key: Span,
    /// The entry.
    pub entry: &'a Entry,
}

/// The entries of a block and of the blocks in it that set something, outer ones before inner ones.
pub fn steps<'a>(block: &'a Block) -> Vec<Step<'a>> {
    let mut out = Vec::new();
    collect(block, &[], &mut out);
    out
}

fn collect<'a>(block: &'a Block, front: &[SmolStr], out: &mut Vec<Step<'a>>) {
    for entry in &block.entries {
        match &entry.kind {
            EntryKind::Set { path, value, .. } => {
                let whole = joined(front, path);
                out.push(Step { path: whole.clone(), key: last_key(path), entry });
                if let ExprKind::Block(inner) = &value.kind {
                    collect(inner, &whole, out);
                }
            }
            EntryKind::Nest { path, block, .. } => {
                let whole = joined(front, path);
                out.push(Step { path: whole.clone(), key: last_key(path), entry });
                collect(block, &whole, out);
            }
            EntryKind::Remove { field, key } => {
                let own = [field.text.clone(), key.text.clone()];
                out.push(Step { path: front.iter().cloned().chain(own).collect(), key: key.span, entry });
            }
            EntryKind::When { block, .. } => collect(block, front, out),
            _ => {}
        }
    }
}

fn joined(front: &[SmolStr], path: &EntryPath) -> Vec<SmolStr> {
    let own = std::iter::once(&path.first).chain(&path.second).map(|k| k.text.clone());
    front.iter().cloned().chain(own).collect()
}

fn last_key(path: &EntryPath) -> Span {
    path.second.as_ref().unwrap_or(&path.first).span
}

/// The keys of the blocks around an offset, outermost first.
pub fn around(block: &Block, offset: u32) -> Vec<SmolStr> {
    let mut out = Vec::new();
    let mut at = block;
    loop {
        let inside = at.entries.iter().find(|e| e.span.start <= offset && offset <= e.span.end);
        let (path, inner) = match inside.map(|e| &e.kind) {
            Some(EntryKind::Nest { path, block, .. }) => (Some(path), block),
            Some(EntryKind::Set { path, value: Expr { kind: ExprKind::Block(block), .. }, .. }) => {
                (Some(path), block)
            }
            Some(EntryKind::When { block, .. }) => (None, block),
            _ => return out,
        };
        if offset <= inner.span.start || offset > inner.span.end {
            return out;
        }
        if let Some(path) = path {
            out.extend(std::iter::once(&path.first).chain(&path.second).map(|k| k.text.clone()));
        }
        at = inner;
    }
}

/// Calls `f` for each expression of an item, outer ones before inner ones.
pub fn each_expr<'a>(tree: &'a Item, f: &mut dyn FnMut(&'a Expr)) {
    match &tree.kind {
        ItemKind::Kind { block, .. } | ItemKind::Struct { block, .. } => exprs_of_block(block, f),
        ItemKind::Enum { members, .. } => {
            let params = members.iter().flat_map(|m| m.params.iter().flatten());
            params.filter_map(|p| p.default.as_ref()).for_each(|e| each(e, f));
        }
        ItemKind::Unit { value, .. } => value.iter().for_each(|e| each(e, f)),
        ItemKind::Fn { params, body, .. } => {
            params.iter().filter_map(|p| p.default.as_ref()).for_each(|e| each(e, f));
            each(body, f);
        }
        ItemKind::Let { value, .. } => each(value, f),
        ItemKind::Overlay { items, .. } => items.iter().for_each(|i| each_expr(i, f)),
        ItemKind::Check { clauses, block, .. } => {
            clauses_of(clauses, f);
            exprs_of_block(block, f);
        }
        ItemKind::Test { items, .. } => {
            for item in items {
                match item {
                    ivs_grammar::ast::TestItem::Item(i) => each_expr(i, f),
                    ivs_grammar::ast::TestItem::Expect { at, .. } => {
                        at.iter().for_each(|p| each(&p.expr, f));
                    }
                    ivs_grammar::ast::TestItem::Assert { cond, .. } => each(cond, f),
                }
            }
        }
        ItemKind::Decl(d) => {
            d.index.iter().for_each(|e| each(e, f));
            d.base.iter().flat_map(|b| &b.index).for_each(|e| each(e, f));
            if let Some(family) = &d.family {
                clauses_of(&family.clauses, f);
                family.by.iter().for_each(|e| each(e, f));
            }
            exprs_of_block(&d.block, f);
        }
        ItemKind::Use { .. } | ItemKind::Dimension { .. } | ItemKind::Type { .. } | ItemKind::Broken => {}
    }
}

fn clauses_of<'a>(clauses: &'a ivs_grammar::ast::Clauses, f: &mut dyn FnMut(&'a Expr)) {
    clauses.loops.iter().for_each(|l| each(&l.over, f));
    clauses.filter.iter().for_each(|e| each(e, f));
}

fn exprs_of_block<'a>(block: &'a Block, f: &mut dyn FnMut(&'a Expr)) {
    for e in &block.entries {
        match &e.kind {
            EntryKind::Set { value, .. } | EntryKind::Let { value, .. } => each(value, f),
            EntryKind::Nest { block, .. } => exprs_of_block(block, f),
            EntryKind::Def { default, .. } => default.iter().for_each(|e| each(e, f)),
            EntryKind::When { cond, block } => {
                each(cond, f);
                exprs_of_block(block, f);
            }
            EntryKind::Require { cond, block } => {
                each(cond, f);
                block.iter().for_each(|b| exprs_of_block(b, f));
            }
            EntryKind::Fix { place, value } => {
                each(&place.expr, f);
                each(value, f);
            }
            EntryKind::At { places } => places.iter().for_each(|p| each(&p.expr, f)),
            EntryKind::Remove { .. } | EntryKind::Broken => {}
        }
    }
}

/// Calls `f` for an expression and each in it, outer ones before inner ones.
pub fn each<'a>(e: &'a Expr, f: &mut dyn FnMut(&'a Expr)) {
    f(e);
    match &e.kind {
        ExprKind::Str(s) => {
            for part in &s.parts {
                if let ivs_grammar::ast::StrPart::Expr(e) = part {
                    each(e, f);
                }
            }
        }
        ExprKind::List(es) => es.iter().for_each(|e| each(e, f)),
        ExprKind::ListFor { clauses, body } => {
            clauses_of(clauses, f);
            each(body, f);
        }
        ExprKind::MapFor { clauses, key, value } => {
            clauses_of(clauses, f);
            each(key, f);
            each(value, f);
        }
        ExprKind::Block(b) => exprs_of_block(b, f),
        ExprKind::If { arms, otherwise } => {
            for (c, v) in arms {
                each(c, f);
                each(v, f);
            }
            each(otherwise, f);
        }
        ExprKind::Unary { operand, .. } => each(operand, f),
        ExprKind::Binary { first, rest } => {
            each(first, f);
            rest.iter().for_each(|r| each(&r.expr, f));
        }
        ExprKind::Postfix { base, ops } => {
            each(base, f);
            for op in ops {
                match op {
                    PostfixOp::Index { index, .. } => each(index, f),
                    PostfixOp::Call { args, .. } => args.iter().for_each(|a| each(&a.value, f)),
                    PostfixOp::Member { .. } | PostfixOp::As { .. } => {}
                }
            }
        }
        ExprKind::Paren(e) => each(e, f),
        _ => {}
    }
}
