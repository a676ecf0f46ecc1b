//! `@group(members)` before a kind.

use super::Infer;
use crate::code;
use crate::group::{group_attribute, member_type, named_field};
use crate::schema;
use crate::suggest::closest;
use crate::ty::Ty;
use ivs_grammar::ast::{Item, ItemKind};
use smol_str::SmolStr;

impl<'db, 'ast> Infer<'db, 'ast> {
    /// The attribute names a field of the kind that lists references.
    pub(super) fn group(&mut self, tree: &'ast Item) {
        let Some(attr) = group_attribute(tree) else { return };
        let ItemKind::Kind { name, .. } = &tree.kind else {
            let report = self
                .report(code::UNKNOWN_ATTRIBUTE, attr.span, "`@group` is for kinds")
                .label("this is none")
                .help(
                    "it names the field that lists the members of a kind's declarations: `@group(members)`",
                );
            self.push(report);
            return;
        };
        let Some(field) = named_field(attr) else {
            let report = self
                .report(code::UNKNOWN_ATTRIBUTE, attr.span, "`@group` names one field")
                .label("the field that lists the members")
                .help("write for example `@group(members)`");
            self.push(report);
            return;
        };
        let schema = schema(self.db, self.item);
        let Some((_, found)) = schema.field(&field.text) else {
            let near = closest(&field.text, schema.fields.iter().map(|f| f.name.as_str())).map(SmolStr::new);
            let mut report = self
                .report(
                    code::UNKNOWN_MEMBER,
                    field.span,
                    format!("`{}` has no field `{}`", name.text, field.text),
                )
                .label("names the field that lists the members");
            if let Some(near) = near {
                report = report.fix(format!("write `{near}`"), field.span, near.as_str());
            }
            self.push(report);
            return;
        };
        if member_type(&found.ty).is_none() && !matches!(found.ty, Ty::Error) {
            let shown = found.ty.show(self.db);
            let report = self
                .report(code::WRONG_TYPE, field.span, "the members of a group are a list of references")
                .label(format!("this field is `{shown}`"));
            self.push(report);
        }
    }
}
