//! Ordered maps.
use crate::Value;
use crate::ops::{self, OwnedKey};
use rustc_hash::FxHashMap;
use std::sync::Arc;

/// Entries up to which a key is looked for one by one.
const LINEAR: usize = 16;

/// An ordered map; keys are strings, numbers, members or references and occur once.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Map {
    /// In order of first appearance.
    pub entries: Vec<(Value, Value)>,
    /// Makes look-ups in large maps fast.
    pub index: Index,
}

/// Where the keys of a large map are. Only a help: it never tells maps apart, and a map without it is complete.
#[derive(Clone, Default, Debug)]
pub struct Index(Option<Arc<FxHashMap<OwnedKey, usize>>>);

impl PartialEq for Index {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Eq for Index {}

impl Map {
    /// Of entries whose keys differ; see [`crate::funcs::map_of`], which checks that.
    pub fn new(entries: Vec<(Value, Value)>) -> Self {
        let index = (entries.len() > LINEAR).then(|| {
            Arc::new(entries.iter().enumerate().map(|(i, (k, _))| (OwnedKey(k.clone()), i)).collect())
        });
        Map { entries, index: Index(index) }
    }

    /// The value of a key.
    pub fn get(&self, key: &Value) -> Option<&Value> {
        // An index of other entries than these is passed over.
        if let Some(index) = self.index.0.as_ref().filter(|index| index.len() == self.entries.len()) {
            let (k, v) = self.entries.get(*index.get(&OwnedKey(key.clone()))?)?;
            if ops::same(k, key) {
                return Some(v);
            }
        }
        self.entries.iter().find(|(k, _)| ops::same(k, key)).map(|(_, v)| v)
    }

    /// The value of a key spelled as text.
    pub fn get_str(&self, key: &str) -> Option<&Value> {
        if self.entries.len() > LINEAR {
            return self.get(&Value::str(key));
        }
        self.entries.iter().find(|(k, _)| k.as_str() == Some(key)).map(|(_, v)| v)
    }
}
