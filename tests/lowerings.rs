//! What `@emits` names is written, and what a lowering says it reads is declared.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use ivs_driver::{ItemDoc, Reference, Session, targets};
use ivs_project::Config;
use std::collections::{BTreeMap, BTreeSet};

/// Fields that every declaration has.
const ALWAYS: [&str; 6] = ["name", "slug", "title", "labels", "version", "enabled"];

fn library() -> Reference {
    Session::new(Vec::new(), Config::named("shop"), 1).reference(true)
}

/// Whether a path leads through declared fields: of the item, and of what its types name.
fn leads(items: &BTreeMap<&str, &ItemDoc>, item: &ItemDoc, path: &[&str]) -> bool {
    let Some((first, rest)) = path.split_first() else { return true };
    if rest.is_empty() && ALWAYS.contains(first) {
        return true;
    }
    let named = |to: &Option<String>| to.as_deref().and_then(|id| items.get(id).copied());
    // A name of a type leads to what it names; a member of an enum to its fields.
    let through = item.head.iter().filter(|_| item.sort == "type").filter_map(|p| named(&p.to));
    if through.clone().any(|i| leads(items, i, path)) {
        return true;
    }
    item.fields.iter().filter(|f| f.name == *first).any(|field| {
        rest.is_empty() || rest == ["min"] || rest == ["max"] || {
            let mut types = field.ty.iter().filter_map(|p| named(&p.to));
            types.any(|i| leads(items, i, rest))
        }
    })
}

#[test]
fn emits_and_lowerings_name_each_other() {
    let library = library();
    let declared: BTreeSet<(String, String)> = (library.modules.iter().flat_map(|m| &m.items))
        .flat_map(|i| i.emits.iter().map(|e| (e.clone(), i.name.clone())))
        .collect();
    let mut written = BTreeSet::new();
    for target in targets() {
        for lowering in target.lowerings() {
            let name = (format!("{}.{}", target.family(), lowering.name), lowering.kind.to_owned());
            assert!(written.insert(name.clone()), "{name:?} is written twice");
        }
    }
    assert!(!declared.is_empty());
    assert_eq!(declared, written, "what `@emits` says, and what there is");
}

#[test]
fn what_a_lowering_reads_is_declared() {
    let library = library();
    let all = || library.modules.iter().flat_map(|m| &m.items);
    let items: BTreeMap<&str, &ItemDoc> = all().map(|i| (i.id.as_str(), i)).collect();
    let mut wrong = Vec::new();
    for target in targets() {
        for lowering in target.lowerings() {
            let kind = all().find(|i| i.sort == "kind" && i.name == lowering.kind);
            let Some(kind) = kind else { panic!("no kind is called `{}`", lowering.kind) };
            for read in lowering.reads {
                if !leads(&items, kind, &read.split('.').collect::<Vec<_>>()) {
                    wrong.push(format!(
                        "{}.{} reads `{read}` of `{}`",
                        target.family(),
                        lowering.name,
                        kind.name
                    ));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "no such fields:\n{}", wrong.join("\n"));
}
