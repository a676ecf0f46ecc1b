//! `@figure`: what may have it.

use super::Infer;
use crate::code;
use crate::figure::{figure_attribute, kind_of, wants_lens};
use ivs_grammar::ast::{Item, ItemKind};

impl<'db, 'ast> Infer<'db, 'ast> {
    /// `@figure` on what cannot be called with a declaration alone would be ignored.
    pub(super) fn figure(&mut self, tree: &'ast Item) {
        let Some(attr) = figure_attribute(tree) else { return };
        if wants_lens(attr).is_none() {
            let report = self
                .report(code::UNKNOWN_ATTRIBUTE, attr.span, "`@figure` takes nothing but `lens`")
                .label("says where the figure is shown")
                .help("`@figure` shows it in hovers, `@figure(lens)` above each declaration, too");
            self.push(report);
        } else if !matches!(tree.kind, ItemKind::Fn { .. }) || kind_of(self.db, self.item).is_none() {
            let report = self
                .report(code::UNKNOWN_ATTRIBUTE, attr.span, "`@figure` is for functions of one declaration")
                .label("this is none")
                .help("its first parameter is of a kind, others have defaults: `@figure fn size(s: shop) -> int = …`");
            self.push(report);
        }
    }
}
