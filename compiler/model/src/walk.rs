//! The expressions in an expression.

use crate::ir::{ClausesIr, ExprId, StrPartIr, TExpr};

impl TExpr {
    /// Calls `f` for each expression directly in this one, in the order of the text. Blocks are not entered: what is
    /// in them belongs to paths of its own.
    pub fn each_child(&self, f: &mut dyn FnMut(ExprId)) {
        match self {
            TExpr::Error
            | TExpr::Const(_)
            | TExpr::Struct(..)
            | TExpr::Map(..)
            | TExpr::Local(_)
            | TExpr::Let { .. }
            | TExpr::Field { .. }
            | TExpr::SelfValue
            | TExpr::Inherited
            | TExpr::Decl(_)
            | TExpr::FamilyList(_)
            | TExpr::Global(_)
            | TExpr::SetOf(_)
            | TExpr::Selector(_)
            | TExpr::Load { .. }
            | TExpr::BuildDate
            | TExpr::Secret(_) => {}
            TExpr::Late { of, .. } => f(*of),
            TExpr::Interpolate(parts) => parts.iter().for_each(|p| {
                if let StrPartIr::Hole(e) = p {
                    f(*e);
                }
            }),
            TExpr::List(items) | TExpr::Record(_, items) | TExpr::Call { args: items, .. } => {
                items.iter().for_each(|e| f(*e));
            }
            TExpr::ListFor { clauses, body, .. } => {
                each_clause(clauses, f);
                f(*body);
            }
            TExpr::MapFor { clauses, key, value, .. } => {
                each_clause(clauses, f);
                f(*key);
                f(*value);
            }
            TExpr::FamilyMember(_, e)
            | TExpr::Member { base: e, .. }
            | TExpr::As { value: e, .. }
            | TExpr::AsPercent(e)
            | TExpr::Unary { operand: e, .. }
            | TExpr::IsMember { value: e, .. }
            | TExpr::IsKind { value: e, .. }
            | TExpr::IsTemplate { value: e, .. }
            | TExpr::IsType { value: e, .. }
            | TExpr::Key { base: e, .. }
            | TExpr::Convert { value: e, .. }
            | TExpr::CheckDim { value: e, .. }
            | TExpr::Conform { value: e, .. } => f(*e),
            TExpr::Index { base, index } => {
                f(*base);
                f(*index);
            }
            TExpr::CallFn { args, .. } | TExpr::Construct { args, .. } => {
                args.iter().flatten().for_each(|e| f(*e));
            }
            TExpr::Binary { left, right, .. } => {
                f(*left);
                f(*right);
            }
            TExpr::If { arms, otherwise } => {
                for (condition, value) in arms {
                    f(*condition);
                    f(*value);
                }
                f(*otherwise);
            }
        }
    }
}

fn each_clause(clauses: &ClausesIr, f: &mut dyn FnMut(ExprId)) {
    clauses.loops.iter().for_each(|l| f(l.over));
    clauses.filter.iter().for_each(|e| f(*e));
}
