//! What the words of an item name: the same typing, with a record of it, for editors.
//!
//! Nothing is recorded while a program is compiled.

use crate::Ty;
use crate::fields::Schema;
use crate::names::Module;
use ivs_grammar::ast::Span;
use ivs_source::{Db, ItemId, item_text, parse_item};
use smol_str::SmolStr;
use std::sync::Arc;

/// What a word names.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Symbol {
    /// A declaration, template, kind, struct, enum, type, function, constant, unit, dimension, check or test.
    Item(ItemId),
    /// A field that an item defines, by its place among that item's definitions; also a parameter of a function, and a
    /// field of a tagged member, counted over all members.
    Field(ItemId, u16),
    /// A field that every declaration has.
    Builtin(SmolStr),
    /// A member of an enum.
    Member(ItemId, u32),
    /// A loop's variable or a `let` in a body: the item, and where in it the name is given.
    Local(ItemId, Span),
    /// A module.
    Module(Module),
    /// A function of the language.
    Function(SmolStr),
    /// `self`
    This,
    /// `inherited`
    Inherited,
}

/// A word and what it names.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Mention {
    /// The word, relative to the item's text.
    pub span: Span,
    /// What it names.
    pub symbol: Symbol,
    /// Whether the name is given here.
    pub defines: bool,
}

/// What the keys of a block are.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum BlockKeys {
    /// Fields.
    Fields(Arc<Schema>),
    /// Keys of a map, and its values.
    Map(Ty, Ty),
}

/// What is in sight at a place.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Scope {
    /// The expected type; behind `is`, that of what is asked about.
    pub want: Option<Ty>,
    /// Whether it stands behind `is`.
    pub asked: bool,
    /// Loop variables and parameters, outermost first.
    pub locals: Vec<(SmolStr, Ty)>,
    /// `let`s of the blocks around, outermost first.
    pub lets: Vec<(SmolStr, Ty)>,
    /// The fields of the blocks around, outermost first.
    pub fields: Vec<Arc<Schema>>,
    /// The type of `self`.
    pub this: Option<Ty>,
    /// The type of `inherited`.
    pub inherited: Option<Ty>,
}

/// What typing an item met.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Trace {
    /// Words and what they name, in order of their place. A word with several meanings (a field of several members of a
    /// union) is there several times.
    pub mentions: Vec<Mention>,
    /// Expressions and their types, in order of typing: inner ones before outer ones.
    pub types: Vec<(Span, Ty)>,
    /// Expressions and the types that their places expect, outer ones before inner ones.
    pub wants: Vec<(Span, Ty)>,
    /// Blocks, with both braces, and what their keys are, outer ones before inner ones.
    pub blocks: Vec<(Span, BlockKeys)>,
    /// What is in sight where the marker stands as a name.
    pub scope: Option<Scope>,
    /// The type of what the marker is read from, as in `x.MARKER`.
    pub base: Option<Ty>,
}

/// The word that [`probe`] looks for.
pub const MARKER: &str = "ivs0marker";

/// What typing an item meets. Kept for items that were asked about lately.
#[salsa::tracked(returns(clone), lru = 512)]
pub fn traced(db: &dyn Db, item: ItemId) -> Arc<Trace> {
    let parsed = parse_item(db, item);
    Arc::new(crate::infer::traced(db, item, item_text(db, item).clone(), &parsed.chunk))
}

/// What typing an item would meet if its text were another one, in which [`MARKER`] stands.
pub fn probe(db: &dyn Db, item: ItemId, text: &str, chunk: &ivs_grammar::ast::Chunk) -> Trace {
    crate::infer::traced(db, item, text.into(), chunk)
}

impl Trace {
    /// What the word at a place names.
    pub fn at(&self, offset: u32) -> impl Iterator<Item = &Mention> {
        self.mentions.iter().filter(move |m| m.span.start <= offset && offset <= m.span.end)
    }

    /// Orders the record, and takes out what was met twice.
    pub(crate) fn seal(&mut self) {
        self.mentions.sort();
        self.mentions.dedup();
    }
}
