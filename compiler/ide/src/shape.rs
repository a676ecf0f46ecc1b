//! The shape of a text: what can be folded, what grows around a selection, what is a colour.

use crate::lex::{Kind, Token, lex};
use crate::place::item_at;
use crate::tree::each_expr;
use ivs_grammar::ast::{Block, EntryKind, Item, ItemKind, Span};
use ivs_source::{Db, SourceFile, item_offset, items, parse_item};

/// What is folded.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum FoldSort {
    /// A block, a list, a text over lines.
    Region,
    /// Comments.
    Comment,
    /// `use`s.
    Imports,
}

/// Lines that can be folded.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Fold {
    /// From where its first line shows to where its last line ends; absolute bytes.
    pub range: Span,
    /// What it is.
    pub sort: FoldSort,
}

/// What can be folded in a file, by where it begins.
pub fn folds(db: &dyn Db, file: SourceFile) -> Vec<Fold> {
    let text = file.text(db).as_ref();
    let lines = |s: Span| s.text(text).contains('\n');
    let lexed = lex(text);
    let mut out: Vec<Fold> = Vec::new();
    let mut open: Vec<Span> = Vec::new();
    let mut comments: Option<Span> = None;
    let close = |run: Option<Span>, out: &mut Vec<Fold>| {
        if let Some(range) = run.filter(|r| lines(*r)) {
            out.push(Fold { range, sort: FoldSort::Comment });
        }
    };
    for Token { kind, span } in &lexed.tokens {
        if matches!(kind, Kind::Comment | Kind::Doc) {
            let follows = |run: Span| {
                let between = text.get(run.end as usize..span.start as usize).unwrap_or_default();
                between.matches('\n').count() == 1
            };
            comments = match comments {
                Some(run) if follows(run) => Some(run.to(*span)),
                run => {
                    close(run, &mut out);
                    Some(*span)
                }
            };
            continue;
        }
        match kind {
            Kind::Open => open.push(*span),
            Kind::Close => {
                if let Some(start) = open.pop() {
                    let range = Span::new(start.start, span.start);
                    if lines(range) {
                        out.push(Fold { range, sort: FoldSort::Region });
                    }
                }
            }
            Kind::Text if lines(*span) => out.push(Fold { range: *span, sort: FoldSort::Region }),
            _ => {}
        }
    }
    close(comments, &mut out);
    let mut uses: Option<Span> = None;
    for item in items(db, file).ids.iter().filter(|i| i.key(db).keyword == "use") {
        let base = item_offset(db, *item);
        let parsed = parse_item(db, *item);
        if let Some(tree) = parsed.item() {
            let span = Span::new(tree.span.start + base, tree.span.end + base);
            uses = Some(uses.map_or(span, |u| u.to(span)));
        }
    }
    if let Some(range) = uses.filter(|u| lines(*u)) {
        out.push(Fold { range, sort: FoldSort::Imports });
    }
    out.sort_by_key(|f| (f.range.start, f.range.end));
    out
}

/// What grows around an offset, innermost first; absolute bytes.
pub fn selections(db: &dyn Db, file: SourceFile, offset: u32) -> Vec<Span> {
    let text = file.text(db);
    let mut all: Vec<Span> = vec![Span::new(0, text.len() as u32)];
    let word = crate::lex::word_at(text, offset as usize);
    if word.start < word.end {
        all.push(word);
    }
    if let Some(at) = item_at(db, file, offset) {
        let moved = |s: Span| Span::new(s.start + at.base, s.end + at.base);
        let parsed = parse_item(db, at.item);
        for tree in &parsed.chunk.items {
            let mut add = |s: Span| all.push(moved(s));
            add(tree.span);
            if let Some(docs) = tree.docs.first() {
                add(docs.span.to(tree.span));
            }
            blocks(tree, &mut add);
            each_expr(tree, &mut |e| {
                add(e.span);
                if let ivs_grammar::ast::ExprKind::Str(s) = &e.kind {
                    add(Span::new(s.span.start + 1, s.span.end.saturating_sub(1)));
                }
                if let ivs_grammar::ast::ExprKind::Postfix { base, ops } = &e.kind {
                    let mut at = base.span;
                    for op in ops {
                        at = at.to(match op {
                            ivs_grammar::ast::PostfixOp::Member { name, .. } => name.span,
                            ivs_grammar::ast::PostfixOp::Index { span, .. }
                            | ivs_grammar::ast::PostfixOp::Call { span, .. } => *span,
                            ivs_grammar::ast::PostfixOp::As { unit } => unit.span,
                        });
                        add(at);
                    }
                }
            });
        }
    }
    all.retain(|s| s.start <= offset && offset <= s.end);
    all.sort_by_key(|s| (s.end - s.start, s.start));
    all.dedup();
    // Each contains the one before.
    let mut out: Vec<Span> = Vec::new();
    for s in all {
        if out.last().is_none_or(|inner| s.start <= inner.start && inner.end <= s.end && s != *inner) {
            out.push(s);
        }
    }
    out
}

fn blocks(tree: &Item, add: &mut dyn FnMut(Span)) {
    match &tree.kind {
        ItemKind::Kind { block, .. } | ItemKind::Struct { block, .. } | ItemKind::Check { block, .. } => {
            block_spans(block, add);
        }
        ItemKind::Decl(d) => block_spans(&d.block, add),
        ItemKind::Overlay { items, .. } => {
            for i in items {
                add(i.span);
                blocks(i, add);
            }
        }
        ItemKind::Test { items, .. } => {
            for i in items {
                if let ivs_grammar::ast::TestItem::Item(i) = i {
                    add(i.span);
                    blocks(i, add);
                }
            }
        }
        _ => {}
    }
}

fn block_spans(block: &Block, add: &mut dyn FnMut(Span)) {
    add(block.span);
    // What stands between the braces.
    if let (Some(first), Some(last)) = (block.entries.first(), block.entries.last()) {
        add(first.span.to(last.span));
    }
    for e in &block.entries {
        add(e.span);
        if let Some(docs) = e.docs.first() {
            add(docs.span.to(e.span));
        }
        match &e.kind {
            EntryKind::Nest { block, .. } | EntryKind::When { block, .. } => block_spans(block, add),
            EntryKind::Require { block: Some(block), .. } => block_spans(block, add),
            _ => {}
        }
    }
}

/// A colour in a text.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Color {
    /// `#rrggbb`; absolute bytes.
    pub range: Span,
    /// Red, green, blue, opacity: 0 to 255.
    pub rgba: [u8; 4],
}

/// The colours that the texts of a file are: `"#1f6feb"`.
pub fn colors(db: &dyn Db, file: SourceFile) -> Vec<Color> {
    let text = file.text(db);
    let texts = lex(text).tokens.into_iter().filter(|t| t.kind == Kind::Text);
    let color = |t: Token| {
        let written = t.span.text(text).strip_prefix('"')?.strip_suffix('"')?;
        let digits = written.strip_prefix('#')?;
        let value = |i: usize| u8::from_str_radix(digits.get(i..i + 2)?, 16).ok();
        let short = |i: usize| u8::from_str_radix(digits.get(i..=i)?, 16).ok().map(|d| d * 17);
        let rgba = match digits.len() {
            3 => [short(0)?, short(1)?, short(2)?, 255],
            6 => [value(0)?, value(2)?, value(4)?, 255],
            8 => [value(0)?, value(2)?, value(4)?, value(6)?],
            _ => return None,
        };
        Some(Color { range: Span::new(t.span.start + 1, t.span.end - 1), rgba })
    };
    texts.filter_map(color).collect()
}

/// A colour as it is written.
pub fn color_text([r, g, b, a]: [u8; 4]) -> String {
    match a {
        255 => format!("#{r:02x}{g:02x}{b:02x}"),
        a => format!("#{r:02x}{g:02x}{b:02x}{a:02x}"),
    }
}
