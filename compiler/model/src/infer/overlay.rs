//! Typing of overlays.

use super::{Infer, SelfTy};
use crate::code;
use crate::decl::{decl_kind, decl_schema};
use crate::names::nearest_name;
use crate::trace::Symbol;
use crate::ty::Ty;
use ivs_grammar::ast::{Decl, Item, ItemKind};
use ivs_source::{ItemId, parse_item};

impl<'db, 'ast> Infer<'db, 'ast> {
    pub(super) fn overlay(&mut self, items: &'ast [Item]) {
        // What is being written may not be what the file has yet.
        let probed = self
            .trace
            .as_ref()
            .map(|_| crate::decl::targets_of(self.db, self.module, &self.item.key(self.db).name, items));
        let targets = match &probed {
            Some(targets) => targets,
            None => crate::decl::overlay_targets(self.db, self.item),
        };
        let mut at = 0;
        for inner in items {
            self.attributes(&inner.attrs);
            let ItemKind::Decl(decl) = &inner.kind else {
                if !matches!(inner.kind, ItemKind::Broken) {
                    let report = self
                        .report(code::OVERLAY_ITEM, inner.span, "an overlay only amends declarations")
                        .label("not a declaration")
                        .help("declare it outside, with `enabled = false`, and enable it here");
                    self.push(report);
                }
                continue;
            };
            let target = targets.get(at).and_then(|t| t.target);
            at += 1;
            let (block, key) = match target {
                Some(target) => self.amendment(decl, target),
                None => {
                    self.missing_target(decl);
                    (self.new_block(decl.block.span), None)
                }
            };
            self.body.roots.push(block);
            self.body.keys.push(key);
        }
    }

    fn amendment(&mut self, decl: &'ast Decl, target: ItemId) -> (u32, Option<u32>) {
        if let Some(span) = decl
            .base
            .as_ref()
            .map(|b| b.span)
            .or(decl.family.as_ref().and_then(|f| Some(f.clauses.loops.first()?.first.span)))
            .or(decl.template)
        {
            let report = self
                .report(code::OVERLAY_ITEM, span, "an overlay amends what is declared; it cannot declare")
                .label("not possible here");
            self.push(report);
        }
        self.self_ty = SelfTy::Of(Ty::RefTo(target));
        self.locals.clear();
        // The variables of a family are in sight in what amends it.
        if let Some(ItemKind::Decl(d)) = parse_item(self.db, target).item().map(|i| &i.kind)
            && let Some(f) = &d.family
        {
            for l in &f.clauses.loops {
                for w in std::iter::once(&l.first).chain(&l.second) {
                    self.bind(&w.text, Ty::Error, Some(Symbol::Local(target, w.span)));
                }
            }
        }
        let key = decl.index.as_ref().map(|e| self.family_key(e, target));
        let schema = decl_schema(self.db, target);
        let id = self.new_block(decl.block.span);
        self.open_level(Some(schema.clone()), "self".into(), id, &decl.block);
        self.layer(&decl.block, id, schema, None);
        self.close_level(id);
        self.locals.clear();
        (id, key)
    }

    fn missing_target(&mut self, decl: &Decl) {
        let words: Vec<&str> = decl.kind.words.iter().map(|w| w.text.as_str()).collect();
        let Some(kind) = crate::decl::kind_named(self.db, self.module, &words.join(".")) else {
            self.unknown_kind(decl);
            return;
        };
        let same = |i: ItemId| i.key(self.db).keyword == "decl" && decl_kind(self.db, i) == Some(kind);
        let near = nearest_name(self.db, self.module, &decl.name.text, same);
        let kind = self.source(decl.kind.span);
        let mut report = self
            .report(
                code::OVERLAY_TARGET,
                decl.name.span,
                format!("there is no `{kind} {}` to amend", decl.name.text),
            )
            .label("not declared")
            .help("an overlay only amends; declare it outside with `enabled = false` and enable it here");
        if let Some(n) = near {
            report = report.fix(format!("write `{n}`"), decl.name.span, n.as_str());
        }
        self.push(report);
    }
}
