//! Calls: functions of the library of functions, of items, and members of tagged unions.

use crate::conform::Site;
use crate::machine::{Frame, Machine};
use ivs_model::ir::{ExprId, TExpr};
use ivs_model::{body, code, enum_schema};
use ivs_source::ItemId;
use ivs_value::{StructValue, TaggedValue, Value};
use std::sync::Arc;

/// Calls of functions within each other; the call graph has no loops, so only a very long chain meets it.
const MAX_CALLS: u32 = 200;

impl<'db> Machine<'db> {
    pub(crate) fn call(
        &mut self,
        f: &mut Frame<'db>,
        id: ExprId,
        function: &'static str,
        args: &[ExprId],
    ) -> Value {
        use ivs_value::funcs;
        let mut selectors = args.iter().filter_map(|a| match f.body.exprs.get(*a as usize) {
            Some(TExpr::Selector(path)) => Some(path.to_vec()),
            _ => None,
        });
        let (selector, by) = (selectors.next(), selectors.next());
        let mut values: Vec<Value> = Vec::with_capacity(args.len());
        for a in args {
            if !matches!(f.body.exprs.get(*a as usize), Some(TExpr::Selector(_))) {
                values.push(self.eval(f, *a));
            }
        }
        if values.iter().any(Value::is_unknown) {
            return Value::Unknown;
        }
        if let ("expand", [of]) = (function, &values[..]) {
            return self.expand(f, id, of);
        }
        let Some(path) = selector else {
            return match funcs::call(function, &values) {
                Ok(v) => v,
                Err(e) => {
                    let operands: Vec<&Value> = values.iter().collect();
                    self.op_failed(f, id, &e, &operands)
                }
            };
        };
        let result = match (function, &values[..]) {
            ("sort", [Value::List(xs)]) => {
                funcs::sort_by(xs, &mut |x: &Value| Ok(self.read_names(f, id, x, &path, false)))
            }
            ("group", [Value::List(xs)]) => {
                funcs::group_by(xs, &mut |x: &Value| Ok(self.read_names(f, id, x, &path, false)))
            }
            _ => self.walk(f, id, function, &values, &path, by.as_deref()),
        };
        match result {
            Ok(v) => v,
            Err(e) => {
                let operands: Vec<&Value> = values.iter().collect();
                self.op_failed(f, id, &e, &operands)
            }
        }
    }

    pub(crate) fn call_fn(
        &mut self,
        f: &mut Frame<'db>,
        id: ExprId,
        function: ItemId,
        args: &[Option<ExprId>],
    ) -> Value {
        if self.calls >= MAX_CALLS {
            return self.fail(
                f,
                id,
                code::LIMIT_DEPTH,
                format!("functions call each other more than {MAX_CALLS} deep"),
                "the limit of calls within calls".into(),
            );
        }
        let ir = body(self.db, function);
        let Some(value) = ir.value else { return Value::Unknown };
        let schema = ivs_model::fn_params(self.db, function);
        let mut frame = Frame::of(ir, function);
        for (i, field) in schema.iter().enumerate() {
            let given = args.get(i).copied().flatten();
            let v = match given {
                Some(e) => {
                    let v = self.eval(f, e);
                    let at = Site { item: f.item, expr: e };
                    self.conform_field(v, field, at)
                }
                None => match ir.defaults.get(i).copied().flatten() {
                    Some(e) => self.eval(&mut frame, e),
                    None => Value::None,
                },
            };
            frame.locals.push(v);
        }
        self.calls += 1;
        let v = self.eval(&mut frame, value);
        self.calls -= 1;
        let at = Site { item: f.item, expr: id };
        match ivs_model::fn_result(self.db, function) {
            Some(ty) => self.conform(v, ty, at),
            None => v,
        }
    }

    pub(crate) fn construct(
        &mut self,
        f: &mut Frame<'db>,
        of: ItemId,
        member: u32,
        args: &[Option<ExprId>],
    ) -> Value {
        let schema = enum_schema(self.db, of);
        let Some(m) = schema.members.get(member as usize) else { return Value::Unknown };
        let mut fields = None;
        if let Some(s) = &m.fields {
            let ir = body(self.db, of);
            let mut values = Vec::with_capacity(s.fields.len());
            for (i, field) in s.fields.iter().enumerate() {
                let v = match args.get(i).copied().flatten() {
                    Some(e) => {
                        let v = self.eval(f, e);
                        let at = Site { item: f.item, expr: e };
                        self.conform_field(v, field, at)
                    }
                    None => {
                        let default =
                            field.owner.and_then(|(_, o)| ir.defaults.get(o as usize).copied().flatten());
                        match default {
                            Some(e) => self.eval(&mut Frame::of(ir, of), e),
                            None if field.optional => Value::None,
                            None => Value::Unknown,
                        }
                    }
                };
                values.push(v);
            }
            fields = Some(Arc::new(StructValue { shape: s.shape.clone(), fields: values.into() }));
        }
        Value::Member(Arc::new(TaggedValue {
            of: schema.name.clone(),
            name: m.name.clone(),
            index: member,
            text: m.text.clone(),
            fields,
        }))
    }
}
