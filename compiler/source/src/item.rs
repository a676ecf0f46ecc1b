//! Inputs, and the cut of files into items.
//!
//! An item is identified by its file, head and ordinal, never by its place or text: text inserted above it, or a
//! change inside it, keeps the identity, so that only queries which read what changed run again.

use crate::outline::{Kept, Keys, heads};
use ivs_grammar::RawChunk;
use ivs_grammar::ast::{Chunk, Item, Span, SyntaxError};
use rustc_hash::FxHashMap;
use smol_str::SmolStr;
use std::collections::BTreeMap;
use std::sync::Arc;

/// The database that every query runs on.
#[salsa::db]
pub trait Db: salsa::Database {
    /// What this process has at hand beside its queries, if it asks each question once.
    fn held(&self) -> Option<&(dyn std::any::Any + Send + Sync)> {
        None
    }

    /// Where equal parts of its values are held once, if it keeps values.
    fn pool(&self) -> Option<&(dyn std::any::Any + Send + Sync)> {
        None
    }
}

/// Whose a source text is. What is not the package's own cannot be edited by its author, and joins no set.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Origin {
    /// Of the standard library.
    Library,
    /// Of a package that this one depends on, directly or not.
    Dependency,
    /// Of the package itself.
    Own,
}

/// The packages compiled together, each with those that its `ivs.toml` names, by name.
pub type Packages = BTreeMap<SmolStr, Vec<SmolStr>>;

/// A source text: a file of the package, of a dependency, of the standard library, or an open buffer.
#[salsa::input(debug)]
pub struct SourceFile {
    /// Path for messages: package-relative with `/`, `std/…`, or a dependency's name and the path in it.
    #[returns(ref)]
    pub path: SmolStr,
    /// Its text. LF or CRLF; a leading byte order mark is blank.
    #[returns(ref)]
    pub text: Arc<str>,
    /// The module it belongs to: `shop.services`.
    #[returns(ref)]
    pub module: SmolStr,
    /// Whose it is.
    #[returns(copy)]
    pub origin: Origin,
    /// What its text declares, where that is kept beside it.
    #[returns(ref)]
    pub(crate) kept: Kept,
}

impl SourceFile {
    /// Whether it belongs to the standard library.
    pub fn library(self, db: &dyn Db) -> bool {
        self.origin(db) == Origin::Library
    }

    /// Whether it belongs to the package itself, so that its author can edit it.
    pub fn own(self, db: &dyn Db) -> bool {
        self.origin(db) == Origin::Own
    }
}

/// Everything that is compiled together.
#[salsa::input(singleton, debug)]
pub struct Program {
    /// Library files, then the dependencies', then the package's, each sorted by path.
    #[returns(ref)]
    pub files: Arc<[SourceFile]>,
    /// The package's name.
    #[returns(ref)]
    pub package: SmolStr,
    /// Which packages may be used in which: the package and everything it depends on.
    #[returns(ref)]
    pub packages: Arc<Packages>,
    /// `build.date`, as year, month, day.
    #[returns(copy)]
    pub date: Option<(i16, u8, u8)>,
}

/// What identifies an item inside its file.
#[derive(Clone, PartialEq, Eq, Hash, Debug, salsa::SalsaValue)]
pub struct ItemKey {
    /// The item keyword, or `decl`.
    pub keyword: &'static str,
    /// A declaration's kind as written.
    pub kind: SmolStr,
    /// The name.
    pub name: SmolStr,
    /// Counts items of equal keyword, kind and name in one file.
    pub ordinal: u32,
}

/// An item of a file.
#[salsa::interned(unsafe(no_lifetime), revisions = usize::MAX, debug)]
#[derive(PartialOrd, Ord)]
pub struct ItemId {
    /// Where it stands.
    #[returns(copy)]
    pub file: SourceFile,
    /// What it is called.
    #[returns(ref)]
    pub key: ItemKey,
}

/// A file cut into items.
#[derive(PartialEq, Eq, Debug)]
pub struct FileItems {
    /// In order of their place.
    pub ids: Vec<ItemId>,
    /// The chunk of each.
    pub chunks: Vec<RawChunk>,
    /// Mistakes that no item holds; spans are relative to the file.
    pub errors: Vec<SyntaxError>,
    index: FxHashMap<ItemId, u32>,
}

impl FileItems {
    fn chunk(&self, item: ItemId) -> Option<&RawChunk> {
        self.chunks.get(*self.index.get(&item)? as usize)
    }
}

/// Cuts a file into items.
#[salsa::tracked(returns(ref))]
pub fn items(db: &dyn Db, file: SourceFile) -> Arc<FileItems> {
    let scan = ivs_grammar::scan(file.text(db));
    let mut keys = Keys::default();
    let mut ids = Vec::with_capacity(scan.chunks.len());
    let mut index = FxHashMap::default();
    for chunk in &scan.chunks {
        let id = ItemId::new(db, file, keys.next(&chunk.head));
        index.insert(id, ids.len() as u32);
        ids.push(id);
    }
    let mut errors = scan.errors;
    errors.extend(crate::composed::uncomposed(file.text(db)));
    Arc::new(FileItems { ids, chunks: scan.chunks, errors, index })
}

/// The text of an item, as a part of its file's: nothing is copied.
#[derive(Clone)]
pub struct ItemText {
    file: Arc<str>,
    span: Span,
}

impl std::ops::Deref for ItemText {
    type Target = str;
    fn deref(&self) -> &str {
        self.file.get(self.span.start as usize..self.span.end as usize).unwrap_or("")
    }
}

impl From<&str> for ItemText {
    fn from(text: &str) -> Self {
        ItemText { file: Arc::from(text), span: Span::new(0, text.len() as u32) }
    }
}

/// Wherever it stands: what depends on an item is not touched by what is written above it.
impl PartialEq for ItemText {
    fn eq(&self, other: &Self) -> bool {
        **self == **other
    }
}

impl Eq for ItemText {}

impl std::fmt::Debug for ItemText {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("ItemText").field(&&**self).finish()
    }
}

/// Where an item stands in its file; nowhere once it is gone.
fn span_of(db: &dyn Db, item: ItemId) -> Option<Span> {
    let file = item.file(db);
    match file.kept(db) {
        Kept::Shipped(_) => heads(db, file).span(item),
        _ => Some(items(db, file).chunk(item)?.span),
    }
}

/// The text of an item; empty once it is gone.
#[salsa::tracked(returns(ref))]
pub fn item_text(db: &dyn Db, item: ItemId) -> ItemText {
    let file = item.file(db);
    ItemText { file: file.text(db).clone(), span: span_of(db, item).unwrap_or_default() }
}

/// Where an item's text begins in its file. Only rendering may ask.
pub fn item_offset(db: &dyn Db, item: ItemId) -> u32 {
    if crate::is_data(db, item) {
        return 0;
    }
    span_of(db, item).map_or(0, |span| span.start)
}

/// The tree of an item.
#[derive(PartialEq, Eq, Debug)]
pub struct Parsed {
    /// All that the chunk held.
    pub chunk: Chunk,
}

impl Parsed {
    /// The item, unless the chunk is broken beyond recognition.
    pub fn item(&self) -> Option<&Item> {
        self.chunk.items.first()
    }
}

/// Parses an item. Always succeeds. Not memoised but for the library's, which several questions read at every start: a tree
/// is ten times its text and is read at most twice, so parsing again is cheaper than keeping it; what is read often
/// (signature, body) is memoised.
pub fn parse_item(db: &dyn Db, item: ItemId) -> Arc<Parsed> {
    match item.file(db).kept(db) {
        Kept::Shipped(_) => shipped_tree(db, item),
        _ => Arc::new(parsed(db, item)),
    }
}

fn parsed(db: &dyn Db, item: ItemId) -> Parsed {
    Parsed { chunk: ivs_grammar::parse(item_text(db, item)) }
}

/// A few are kept past an edit.
#[salsa::tracked(returns(clone), lru = 32)]
fn shipped_tree(db: &dyn Db, item: ItemId) -> Arc<Parsed> {
    Arc::new(parsed(db, item))
}
