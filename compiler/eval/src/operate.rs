//! Operators.

use crate::machine::{Frame, Machine};
use ivs_grammar::ast::BinaryOp;
use ivs_model::code;
use ivs_model::ir::{ExprId, TExpr};
use ivs_value::{Value, ops};
use std::sync::Arc;

impl<'db> Machine<'db> {
    /// `a + b + c`, from the left, however long it is.
    pub(crate) fn operators(&mut self, f: &mut Frame<'db>, id: ExprId, left: ExprId) -> Value {
        let ir = f.body;
        let mut chain = vec![id];
        let mut first = left;
        while let Some(TExpr::Binary { left, .. }) = ir.exprs.get(first as usize) {
            if !self.step(f, first) {
                return Value::Unknown;
            }
            chain.push(first);
            first = *left;
        }
        let mut value = self.eval(f, first);
        for id in chain.into_iter().rev() {
            if let Some(TExpr::Binary { op, right, .. }) = ir.exprs.get(id as usize) {
                value = self.binary(f, id, *op, value, *right);
            }
        }
        value
    }

    fn binary(&mut self, f: &mut Frame<'db>, id: ExprId, op: BinaryOp, a: Value, right: ExprId) -> Value {
        match (op, &a) {
            (BinaryOp::And, Value::Bool(false)) => return Value::Bool(false),
            (BinaryOp::Or, Value::Bool(true)) => return Value::Bool(true),
            (BinaryOp::And | BinaryOp::Or, Value::Bool(_)) => return self.eval(f, right),
            (BinaryOp::And | BinaryOp::Or, _) => return Value::Unknown,
            (BinaryOp::Coalesce, Value::None) => return self.eval(f, right),
            (BinaryOp::Coalesce, _) => return a,
            _ => {}
        }
        let b = self.eval(f, right);
        let result = match op {
            BinaryOp::Add => ops::add(&a, &b),
            BinaryOp::Sub => ops::sub(&a, &b),
            BinaryOp::Mul => ops::mul(&a, &b),
            BinaryOp::Div => ops::div(&a, &b),
            BinaryOp::Eq => ops::eq(&a, &b),
            BinaryOp::Ne => ops::ne(&a, &b),
            BinaryOp::Lt => ops::lt(&a, &b),
            BinaryOp::Le => ops::le(&a, &b),
            BinaryOp::Gt => ops::gt(&a, &b),
            BinaryOp::Ge => ops::ge(&a, &b),
            BinaryOp::In => ops::membership(&a, &b),
            BinaryOp::Matches => match (&a, &b) {
                (Value::Str(t), Value::Str(p)) => ops::matches(t, p).map(Value::Bool),
                _ => Ok(Value::Unknown),
            },
            BinaryOp::Range => return self.range(f, id, a, b),
            BinaryOp::And | BinaryOp::Or | BinaryOp::Coalesce | BinaryOp::Is => Ok(Value::Unknown),
        };
        match result {
            // What is left of a whole is a percentage: `1 - 99.9%`.
            Ok(Value::Number(n))
                if matches!(op, BinaryOp::Add | BinaryOp::Sub)
                    && (matches!(a, Value::Percent(_)) || matches!(b, Value::Percent(_))) =>
            {
                Value::Percent(n)
            }
            Ok(v) => v,
            Err(e) => self.op_failed(f, id, &e, &[&a, &b]),
        }
    }

    fn range(&mut self, f: &Frame<'db>, id: ExprId, a: Value, b: Value) -> Value {
        if a.is_unknown() || b.is_unknown() {
            return Value::Unknown;
        }
        match ops::order(&a, &b) {
            Ok(Some(std::cmp::Ordering::Greater)) => {
                let (x, y) = (ivs_value::display(&a), ivs_value::display(&b));
                self.fail(
                    f,
                    id,
                    code::UPSIDE_DOWN,
                    format!("the range `{x}..{y}` is upside down"),
                    "it begins above its end".into(),
                )
            }
            Ok(_) => Value::Range(Arc::new((a, b))),
            Err(e) => self.op_failed(f, id, &e, &[&a, &b]),
        }
    }
}

/// A plain number as a count of a unit; ranges at both ends.
pub(crate) fn counted(v: Value, unit: &Arc<ivs_value::Unit>) -> Value {
    match v {
        Value::Number(n) => Value::quantity(&n, unit).unwrap_or(Value::Unknown),
        Value::Range(r) => {
            let (a, b) = (counted(r.0.clone(), unit), counted(r.1.clone(), unit));
            Value::Range(Arc::new((a, b)))
        }
        v => v,
    }
}
