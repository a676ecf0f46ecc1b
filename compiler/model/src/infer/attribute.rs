//! Attributes of items, entries and members.

use super::Infer;
use crate::code;
use ivs_grammar::ast::{Attr, Span};
use ivs_source::ItemId;

/// Attributes of any package.
const ATTRIBUTES: &[&str] = &["deprecated", "allow", "bare", "group", "figure", "stated"];

/// Attributes of packages that are shipped with the compiler.
const SHIPPED: &[&str] = &["open", "emits", "converts", "late"];

impl<'db, 'ast> Infer<'db, 'ast> {
    pub(super) fn attributes(&mut self, attrs: &'ast [Attr]) {
        self.attributes_of(attrs, None);
    }

    /// The attributes of the item, or of one entry.
    pub(super) fn attributes_of(&mut self, attrs: &'ast [Attr], entry: Option<Span>) {
        for a in attrs {
            if a.name.text == "allow" {
                self.allow(a, entry);
                continue;
            }
            let shipped = SHIPPED.contains(&a.name.text.as_str());
            if shipped || ATTRIBUTES.contains(&a.name.text.as_str()) {
                if shipped && !self.item.file(self.db).library(self.db) {
                    let report = self
                        .report(code::UNKNOWN_ATTRIBUTE, a.span, format!("`@{}` is for the standard library", a.name.text))
                        .label("only packages shipped with the compiler use it")
                        .help("a family of a library kind emits what you declare: `service s for x in my-kind { … }`");
                    self.push(report);
                }
                continue;
            }
            let mut report = self
                .report(code::UNKNOWN_ATTRIBUTE, a.span, format!("unknown attribute `@{}`", a.name.text))
                .label(format!(
                    "known are {}",
                    ATTRIBUTES.iter().map(|a| format!("`@{a}`")).collect::<Vec<_>>().join(", ")
                ));
            if let Some(near) = crate::suggest::closest(&a.name.text, ATTRIBUTES.iter().copied()) {
                report = report.fix(format!("write `@{near}`"), a.name.span, near);
            }
            self.push(report);
        }
    }

    /// Warns of an item that is marked `@deprecated`.
    pub(super) fn deprecated_item(&mut self, item: ItemId, span: Span) {
        if let Some(why) = crate::fields::deprecated(self.db, item) {
            let name = item.key(self.db).name.clone();
            let report =
                self.report(code::DEPRECATED, span, format!("`{name}` is deprecated")).label(why).warning();
            self.push(report);
        }
    }

    /// Warns of a member of an enum that is marked `@deprecated`.
    pub(super) fn deprecated_member(&mut self, member: &crate::fields::MemberSchema, span: Span) {
        if let Some(why) = member.deprecated.clone() {
            let message = format!("`{}` is deprecated", member.name);
            let report = self.report(code::DEPRECATED, span, message).label(why).warning();
            self.push(report);
        }
    }
}
