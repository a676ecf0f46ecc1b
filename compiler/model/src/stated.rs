//! Fields marked `@stated`: what was measured, estimated or promised by others, and not decided by whoever writes it. A
//! verdict that reads one is as good as that word.

use ivs_grammar::ast::{EntryKind, ItemKind};
use ivs_source::{Db, ItemId, parse_item};
use smol_str::SmolStr;
use std::sync::Arc;

/// The fields of a kind or struct that are marked so.
#[salsa::tracked(returns(clone))]
pub fn stated_fields(db: &dyn Db, item: ItemId) -> Arc<[SmolStr]> {
    let parsed = parse_item(db, item);
    let Some(ItemKind::Kind { block, .. } | ItemKind::Struct { block, .. }) = parsed.item().map(|i| &i.kind)
    else {
        return Arc::from([]);
    };
    let marked = block.entries.iter().filter(|e| e.attrs.iter().any(|a| a.name.text == "stated"));
    let named = marked.filter_map(|e| match &e.kind {
        EntryKind::Def { name, .. } => Some(name.text.clone()),
        _ => None,
    });
    named.collect()
}
