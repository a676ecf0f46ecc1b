//! Types.

use super::{Proposal, Question, Sort, names::named};
use ivs_model::{module_index, scalar_types};
use smol_str::SmolStr;

pub fn complete(q: &Question<'_>, front: &[SmolStr], out: &mut Vec<Proposal>) {
    let is_type = |keyword: &str| matches!(keyword, "kind" | "struct" | "enum" | "type" | "dimension");
    if !front.is_empty() {
        let Some(module) = super::names::module_named(q, front) else { return };
        let index = module_index(q.db, module);
        for item in index.all.iter().filter(|i| is_type(i.key(q.db).keyword) && !index.private.contains(i)) {
            out.push(named(q, &item.key(q.db).name, *item).rank(1));
        }
        return super::names::modules(q, front, out);
    }
    for name in scalar_types() {
        out.push(Proposal::new(name, Sort::Type).detail("built in").rank(2));
    }
    for (name, item) in q.seen(&|k| is_type(k.keyword) || matches!(k.keyword, "unit" | "decl")) {
        let counted = item.key(q.db).keyword == "unit"
            && ivs_model::unit_def(q.db, item)
                .as_ref()
                .is_some_and(|u| u.dim.as_base().is_some_and(|d| *d == *name));
        if is_type(item.key(q.db).keyword) || counted {
            let own = item.file(q.db).own(q.db);
            out.push(named(q, &name, item).rank(if own { 1 } else { 3 }));
        } else if item.key(q.db).keyword == "decl" && q.is_template(item) {
            out.push(named(q, &name, item).rank(4));
        }
    }
}
