//! What a file declares, as the heads of its items tell.
//!
//! Of the package's own files the outline is an input beside the text: it is set anew only when it differs. Names,
//! bases and sets depend on outlines alone, so an edit inside a body leaves nothing to verify in other files.

use crate::item::{Db, ItemId, ItemKey, Origin, SourceFile, items};
use ivs_grammar::ast::Span;
use ivs_grammar::{Head, RawChunk, Sketch};
use rustc_hash::FxHashMap;
use salsa::{Durability, Setter};
use smol_str::SmolStr;
use std::sync::Arc;

/// One item, as far as it is told apart without its body.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct OutlineItem {
    /// What identifies it.
    pub key: ItemKey,
    /// Whether other modules cannot see it.
    pub private: bool,
    /// Whether it is a template.
    pub template: bool,
    /// The text before the body of a declaration or check that has one; the whole text of a `use`. Without the comments above.
    pub head: Option<SmolStr>,
    /// Whether its body may decide in which environments a declaration takes part. A text without `enabled` and `when`
    /// does not; one with them may.
    pub switch: bool,
}

/// The items of a text, in order of their place.
pub type Outline = Arc<[OutlineItem]>;

/// What is kept of what a file's text declares.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Kept {
    /// Nothing: its text tells.
    Nothing,
    /// All of it.
    All(Outline),
    /// Where to read it: of a file that comes with the compiler.
    Shipped(Shipped),
}

/// The heads of a file that comes with the compiler, written down when that was built.
#[derive(Clone, Copy, Debug)]
pub struct Shipped {
    /// As they are written down.
    pub text: &'static str,
    /// Reads them: of each item its outline and where its text begins and ends.
    pub read: fn(&'static str) -> Vec<(OutlineItem, Span)>,
}

impl PartialEq for Shipped {
    fn eq(&self, other: &Shipped) -> bool {
        self.text == other.text
    }
}

impl Eq for Shipped {}

/// The outline of a text.
pub fn outline(text: &str) -> Outline {
    outlined(text, &ivs_grammar::scan(text).chunks)
}

fn outlined(text: &str, chunks: &[RawChunk]) -> Outline {
    let mut keys = Keys::default();
    let item = |c: &RawChunk| {
        let Sketch { head, switch } = ivs_grammar::sketch(text, c);
        OutlineItem {
            key: keys.next(&c.head),
            private: c.head.private,
            template: c.head.template,
            head: head.map(SmolStr::new),
            switch,
        }
    };
    chunks.iter().map(item).collect()
}

/// Counts items of equal keyword, kind and name.
#[derive(Default)]
pub(crate) struct Keys(FxHashMap<(&'static str, SmolStr, SmolStr), u32>);

impl Keys {
    pub fn next(&mut self, head: &Head) -> ItemKey {
        let Head { keyword, kind, name, .. } = head;
        let count = self.0.entry((*keyword, kind.clone(), name.clone())).or_default();
        let key = ItemKey { keyword, kind: kind.clone(), name: name.clone(), ordinal: *count };
        *count += 1;
        key
    }
}

/// The outline of a file with its items' identities.
#[derive(PartialEq, Eq, Debug)]
pub struct Heads {
    /// In order of their place.
    pub ids: Vec<ItemId>,
    outline: Outline,
    /// Where each stands, of a file that comes with the compiler.
    spans: Box<[Span]>,
    index: FxHashMap<ItemId, u32>,
}

impl Heads {
    /// An item's place in the outline; `None` once it is gone.
    pub fn get(&self, item: ItemId) -> Option<&OutlineItem> {
        self.outline.get(*self.index.get(&item)? as usize)
    }

    /// Where an item stands, of a file that comes with the compiler.
    pub(crate) fn span(&self, item: ItemId) -> Option<Span> {
        self.spans.get(*self.index.get(&item)? as usize).copied()
    }

    /// Items and what is known of them.
    pub fn iter(&self) -> impl Iterator<Item = (ItemId, &OutlineItem)> {
        self.ids.iter().copied().zip(self.outline.iter())
    }
}

/// The heads of a file: unchanged by edits inside bodies.
#[salsa::tracked(returns(ref))]
pub fn heads(db: &dyn Db, file: SourceFile) -> Heads {
    let (outline, spans): (Outline, Vec<Span>) = match file.kept(db) {
        Kept::All(outline) => (outline.clone(), Vec::new()),
        Kept::Nothing => (outlined(file.text(db), &items(db, file).chunks), Vec::new()),
        Kept::Shipped(shipped) => {
            let (items, spans): (Vec<_>, Vec<_>) = (shipped.read)(shipped.text).into_iter().unzip();
            (items.into(), spans)
        }
    };
    let ids: Vec<ItemId> = outline.iter().map(|o| ItemId::new(db, file, o.key.clone())).collect();
    let index = ids.iter().zip(0..).map(|(id, i)| (*id, i)).collect();
    Heads { ids, outline, spans: spans.into(), index }
}

impl SourceFile {
    /// A file as it is found: seldom changed until it is edited, never if it is not the package's own.
    pub fn of(db: &dyn Db, path: SmolStr, text: Arc<str>, module: SmolStr, origin: Origin) -> SourceFile {
        let (outline, durability) = match origin {
            Origin::Own => (Kept::All(outline(&text)), Durability::MEDIUM),
            _ => (Kept::Nothing, Durability::HIGH),
        };
        SourceFile::builder(path, text, module, origin, outline).durability(durability).new(db)
    }

    /// A file that is shipped with the compiler, with heads that were written down when that was built.
    pub fn shipped(
        db: &dyn Db,
        path: SmolStr,
        text: Arc<str>,
        module: SmolStr,
        heads: Shipped,
    ) -> SourceFile {
        SourceFile::builder(path, text, module, Origin::Library, Kept::Shipped(heads))
            .durability(Durability::HIGH)
            .new(db)
    }

    /// A file that holds data: it declares nothing.
    pub fn data(db: &dyn Db, path: SmolStr, text: Arc<str>, origin: Origin) -> SourceFile {
        let module = SmolStr::default();
        SourceFile::builder(path, text, module, origin, Kept::Nothing).durability(Durability::MEDIUM).new(db)
    }

    /// The file in another database.
    pub fn copy(self, db: &dyn Db, to: &dyn Db) -> SourceFile {
        let (path, text, module) = (self.path(db).clone(), self.text(db).clone(), self.module(db).clone());
        SourceFile::builder(path, text, module, self.origin(db), self.kept(db).clone())
            .durability(if self.own(db) { Durability::MEDIUM } else { Durability::HIGH })
            .new(to)
    }

    /// Replaces the text. What depends on it is looked at after each edit from now on; what depends on the heads of its
    /// items, only when one of them changes.
    pub fn edit(self, db: &mut dyn Db, text: Arc<str>) {
        let new = match self.kept(db) {
            Kept::Nothing => Kept::Nothing,
            Kept::All(_) | Kept::Shipped(_) => Kept::All(outline(&text)),
        };
        if *self.kept(db) != new {
            self.set_kept(db).with_durability(Durability::MEDIUM).to(new);
        }
        self.set_text(db).with_durability(Durability::LOW).to(text);
    }
}
