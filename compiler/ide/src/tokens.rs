//! What each word of a file is, for colours: by what it names where that is known, by how it is written elsewhere.

use crate::lex::{Kind, lex};
use crate::tree::{bodies, steps};
use ivs_grammar::ITEM_WORDS;
use ivs_grammar::ast::{EntryKind, Span};
use ivs_model::{Symbol, traced};
use ivs_source::{Db, ItemId, Origin, SourceFile, item_offset, items, parse_item};
use rustc_hash::{FxHashMap, FxHashSet};

/// Bytes of a file up to which all its words are looked up; of a larger one, only those of a range that is asked for.
const LARGE: usize = 256 << 10;

/// What a token is.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[allow(missing_docs)]
pub enum TokenSort {
    Comment,
    Keyword,
    Number,
    Unit,
    Text,
    Operator,
    Attribute,
    Module,
    Kind,
    Struct,
    Enum,
    Type,
    Template,
    Declaration,
    Member,
    Function,
    Parameter,
    Variable,
    Field,
    Check,
}

/// A token.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Colored {
    /// On one line; absolute bytes.
    pub range: Span,
    /// What it is.
    pub sort: TokenSort,
    /// Whether the name is given here.
    pub defines: bool,
    /// Whether what it names is the library's or the language's.
    pub library: bool,
    /// Whether it documents something.
    pub docs: bool,
    /// Whether it sets a field or key.
    pub sets: bool,
}

/// Words that mean something to the parser, wherever they stand outside of paths.
const KEYWORDS: &[&str] = &[
    "if", "then", "else", "for", "in", "is", "and", "or", "not", "as", "matches", "where", "true", "false",
    "none",
];

/// Words that begin statements and parts of heads, where they stand first; so do those that begin items.
const FIRST: &[&str] = &["when", "final", "remove", "require", "fix", "at", "from", "by"];

/// The tokens of a file, or of those that touch a range of it, in order.
pub fn tokens(db: &dyn Db, file: SourceFile, range: Option<Span>) -> Vec<Colored> {
    let text = file.text(db);
    let named = match range.is_some() || text.len() <= LARGE {
        true => named(db, file, range),
        false => Named::default(),
    };
    let inside = |s: Span| range.is_none_or(|r| s.start < r.end && r.start < s.end);
    let lexed = lex(text);
    let mut out = Vec::new();
    let mut before: Option<(&str, Kind)> = None;
    for (i, token) in lexed.tokens.iter().enumerate() {
        let word = token.span.text(text);
        let last = before;
        if !matches!(token.kind, Kind::Comment | Kind::Doc) {
            before = Some((word, token.kind));
        }
        if !inside(token.span) {
            continue;
        }
        let mut one = Colored {
            range: token.span,
            sort: TokenSort::Comment,
            defines: false,
            library: false,
            docs: token.kind == Kind::Doc,
            sets: false,
        };
        match token.kind {
            Kind::Comment | Kind::Doc => {}
            Kind::Number => one.sort = TokenSort::Number,
            Kind::Unit => one.sort = TokenSort::Unit,
            Kind::Text => one.sort = TokenSort::Text,
            Kind::Open | Kind::Close => continue,
            Kind::Sign => match word {
                "@" => one.sort = TokenSort::Attribute,
                "." | "," | ":" | ";" | "?" => continue,
                _ => one.sort = TokenSort::Operator,
            },
            Kind::Word => {
                one.sets = named.keys.contains(&token.span);
                let next = lexed.tokens.get(i + 1).map(|t| t.span.text(text)).unwrap_or_default();
                let after = lexed.tokens.get(i + 2).map(|t| t.span.text(text)).unwrap_or_default();
                let two_keys = lexed.tokens.get(i + 1).is_some_and(|t| t.kind == Kind::Word)
                    && matches!(after, "=" | "+=" | "{");
                match named.symbols.get(&token.span) {
                    Some((symbol, defines)) => {
                        one.sort = sort_of(db, symbol);
                        one.defines = *defines;
                        one.library = of_library(db, symbol);
                    }
                    None if last.is_some_and(|(w, _)| w == "@") => one.sort = TokenSort::Attribute,
                    None if one.sets => one.sort = TokenSort::Field,
                    None if last.is_some_and(|(w, _)| w == "." || w == "?.") => one.sort = TokenSort::Field,
                    None if KEYWORDS.contains(&word) => one.sort = TokenSort::Keyword,
                    None if (ITEM_WORDS.contains(&word) || FIRST.contains(&word))
                        && !matches!(next, "=" | "+=" | "{" | ":" | "?") =>
                    {
                        one.sort = TokenSort::Keyword;
                    }
                    None if matches!(word, "self" | "inherited" | "it") => one.sort = TokenSort::Keyword,
                    None if matches!(next, "=" | "+=" | "{" | ":") || two_keys => one.sort = TokenSort::Field,
                    None if ivs_model::scalar_types().any(|t| t == word) => {
                        one.sort = TokenSort::Type;
                        one.library = true;
                    }
                    None => one.sort = TokenSort::Variable,
                }
            }
        }
        by_line(text, one, &mut out);
    }
    out
}

/// A token of several lines is one on each.
fn by_line(text: &str, token: Colored, out: &mut Vec<Colored>) {
    let mut start = token.range.start;
    for line in token.range.text(text).split_inclusive('\n') {
        let shown = line.trim_end_matches(['\n', '\r']);
        if !shown.is_empty() {
            out.push(Colored { range: Span::new(start, start + shown.len() as u32), ..token });
        }
        start += line.len() as u32;
    }
}

#[derive(Default)]
struct Named {
    symbols: FxHashMap<Span, (Symbol, bool)>,
    keys: FxHashSet<Span>,
}

fn named(db: &dyn Db, file: SourceFile, range: Option<Span>) -> Named {
    let mut out = Named::default();
    let all = items(db, file);
    for (item, chunk) in all.ids.iter().zip(&all.chunks) {
        if range.is_some_and(|r| chunk.span.end <= r.start || r.end <= chunk.span.start) {
            continue;
        }
        let base = item_offset(db, *item);
        let moved = |s: Span| Span::new(s.start + base, s.end + base);
        for m in &traced(db, *item).mentions {
            out.symbols.entry(moved(m.span)).or_insert_with(|| (m.symbol.clone(), m.defines));
        }
        keys(db, *item, &mut |s| {
            out.keys.insert(moved(s));
        });
    }
    out
}

fn keys(db: &dyn Db, item: ItemId, f: &mut dyn FnMut(Span)) {
    let parsed = parse_item(db, item);
    let Some(tree) = parsed.item() else { return };
    for body in bodies(db, item, tree) {
        for step in steps(body.block) {
            f(step.key);
            match &step.entry.kind {
                EntryKind::Set { path, .. } | EntryKind::Nest { path, .. } => f(path.first.span),
                EntryKind::Remove { field, .. } => f(field.span),
                _ => {}
            }
        }
    }
}

fn sort_of(db: &dyn Db, symbol: &Symbol) -> TokenSort {
    match symbol {
        Symbol::Item(item) => match item.key(db).keyword {
            "kind" => TokenSort::Kind,
            "struct" => TokenSort::Struct,
            "enum" => TokenSort::Enum,
            "type" => TokenSort::Type,
            "fn" => TokenSort::Function,
            "unit" | "dimension" => TokenSort::Unit,
            "check" => TokenSort::Check,
            "let" => TokenSort::Variable,
            "decl" if ivs_model::decl_info(db, *item).template => TokenSort::Template,
            _ => TokenSort::Declaration,
        },
        Symbol::Field(item, _) if item.key(db).keyword == "fn" => TokenSort::Parameter,
        Symbol::Field(..) | Symbol::Builtin(_) => TokenSort::Field,
        Symbol::Member(..) => TokenSort::Member,
        Symbol::Local(..) => TokenSort::Variable,
        Symbol::Module(_) => TokenSort::Module,
        Symbol::Function(_) => TokenSort::Function,
        Symbol::This | Symbol::Inherited => TokenSort::Keyword,
    }
}

fn of_library(db: &dyn Db, symbol: &Symbol) -> bool {
    match symbol {
        Symbol::Item(i) | Symbol::Field(i, _) | Symbol::Member(i, _) | Symbol::Local(i, _) => {
            i.file(db).origin(db) == Origin::Library
        }
        Symbol::Builtin(_) | Symbol::Function(_) => true,
        Symbol::Module(m) => ivs_model::package_of(db, *m) == "std",
        Symbol::This | Symbol::Inherited => false,
    }
}
