//! The entries of a block, found by their keys.

use crate::ir::{EntryIr, KeyIr};
use ivs_source::ItemId;
use ivs_value::Value;
use rustc_hash::FxHashMap;
use smol_str::SmolStr;
use std::ops::Deref;
use thin_vec::ThinVec;

/// Entries up to which a key is looked for one by one.
const LINEAR: usize = 16;

/// Entries in source order; at most one per key, except in `when` blocks.
#[derive(Clone, Debug, Default)]
pub struct Entries {
    list: ThinVec<EntryIr>,
    /// Where keys are, once there are many; the first of equal ones. Only a help: it never tells entries apart.
    index: Option<Box<FxHashMap<Indexed, u32>>>,
}

impl PartialEq for Entries {
    fn eq(&self, other: &Self) -> bool {
        self.list == other.list
    }
}

impl Eq for Entries {}

impl Deref for Entries {
    type Target = [EntryIr];
    fn deref(&self) -> &[EntryIr] {
        &self.list
    }
}

impl<'a> IntoIterator for &'a Entries {
    type Item = &'a EntryIr;
    type IntoIter = std::slice::Iter<'a, EntryIr>;
    fn into_iter(self) -> Self::IntoIter {
        self.list.iter()
    }
}

/// Gives back room to grow: allocators leave a block where it is unless it shrinks a lot.
pub(crate) fn settle<T>(list: &mut Vec<T>) {
    if list.capacity() > list.len() {
        let mut exact = Vec::with_capacity(list.len());
        exact.append(list);
        *list = exact;
    }
}

/// A key that can be looked up.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
enum Indexed {
    Field(u16),
    Text(SmolStr),
    Decl(ItemId),
}

impl Indexed {
    fn of(key: &KeyIr) -> Option<Indexed> {
        match key {
            KeyIr::Field(i) => Some(Indexed::Field(*i)),
            KeyIr::Key(key) => match &**key {
                Value::Str(s) => Some(Indexed::Text(s.clone())),
                _ => None,
            },
            KeyIr::Decl(d) => Some(Indexed::Decl(*d)),
        }
    }
}

impl Entries {
    /// Adds an entry.
    pub fn push(&mut self, entry: EntryIr) {
        self.list.push(entry);
        if self.list.len() > LINEAR {
            let from = if self.index.is_none() { 0 } else { self.list.len() - 1 };
            let index = self.index.get_or_insert_default();
            for (i, e) in self.list.iter().enumerate().skip(from) {
                if let Some(key) = Indexed::of(&e.key) {
                    index.entry(key).or_insert(i as u32);
                }
            }
        }
    }

    /// The first entry of a key.
    pub fn of(&self, key: &KeyIr) -> Option<&EntryIr> {
        match Indexed::of(key) {
            Some(key) if self.list.len() > LINEAR => self.list.get(*self.index.as_ref()?.get(&key)? as usize),
            _ => self.list.iter().find(|e| e.key == *key),
        }
    }

    /// Gives back room to grow.
    pub fn settle(&mut self) {
        if self.list.capacity() > self.list.len() {
            let mut exact = ThinVec::with_capacity(self.list.len());
            exact.append(&mut self.list);
            self.list = exact;
        }
    }
}
