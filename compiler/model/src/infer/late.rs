//! `attr(resource.logs, "arn")`, and where its value may stand.

use super::{Infer, Report};
use crate::code;
use crate::ir::{ExprId, TExpr};
use crate::ty::Ty;
use ivs_grammar::ast::{Arg, Span};

impl<'db, 'ast> Infer<'db, 'ast> {
    /// A reference to a declaration that Terraform makes, and the name of what that has once it is made.
    pub(super) fn attr(&mut self, args: &'ast [Arg], span: Span) -> (ExprId, Ty) {
        let [of, attribute] = args else { return self.wrong_attr(span, args) };
        let named = |a: &Arg, name: &str| a.name.as_ref().is_none_or(|n| n.text == name);
        if !named(of, "of") || !named(attribute, "attribute") {
            return self.wrong_attr(span, args);
        }
        let (id, ty) = self.expr(&of.value, None);
        let Some(name) = Self::plain_text(&attribute.value).filter(|t| is_attribute(t)) else {
            let report = self
                .report(code::WRONG_ARGUMENTS, attribute.value.span, "an attribute is named by plain text")
                .label("lower case letters, digits, `_`; of one inside another, with a dot")
                .help("write for example `attr(resource.logs, \"arn\")`");
            return self.fail(report);
        };
        let kind = match ty.plain() {
            Ty::Error => return self.add(TExpr::Error, Ty::Error, span),
            Ty::Ref(kind) => Some(*kind),
            Ty::RefTo(decl) => crate::decl_kind(self.db, *decl),
            _ => None,
        };
        if kind.is_some_and(|k| crate::fields::is_late(self.db, k)) {
            return self.add(TExpr::Late { of: id, attribute: name }, Ty::Late, span);
        }
        let shown = ty.show(self.db);
        let report = self
            .report(code::WRONG_ARGUMENTS, of.value.span, "`attr` asks for a resource of Terraform")
            .label(format!("this is `{shown}`"))
            .help("fields of other declarations are read as they are: `x.field`");
        self.fail(report)
    }

    fn wrong_attr(&mut self, span: Span, args: &'ast [Arg]) -> (ExprId, Ty) {
        for a in args {
            self.expr(&a.value, None);
        }
        let report = self
            .report(code::WRONG_ARGUMENTS, span, "`attr` takes a resource and the name of an attribute")
            .label("write for example `attr(resource.logs, \"arn\")`");
        self.fail(report)
    }

    /// What is said where a value that only Terraform knows cannot stand.
    pub(super) fn late_used(&self, span: Span, what: &str) -> Report {
        self.report(code::LATE_USED, span, format!("what only Terraform knows {what}"))
            .label("known when the resource is made")
    }

    /// The same of a secret, or of what only Terraform knows.
    pub(super) fn veiled(&self, ty: &Ty, span: Span, what: &str) -> Report {
        if ty.is_late() {
            return self.late_used(span, what);
        }
        self.report(code::SECRET_USED, span, format!("a secret {what}"))
            .label("its value is unknown to the compiler")
    }
}

/// `arn`, `endpoint.address`
fn is_attribute(text: &str) -> bool {
    text.split('.').all(|part| {
        part.starts_with(|c: char| c.is_ascii_lowercase() || c == '_')
            && part.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
    })
}
