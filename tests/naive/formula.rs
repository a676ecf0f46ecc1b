//! Formulas, evaluated.

use super::*;
use ivs_grammar::ast::{BinaryOp, Clauses, EntryKind, Expr, ExprKind, PostfixOp, StrPart, UnaryOp};

impl<'a> World<'a> {
    pub(super) fn step(&self) -> R<()> {
        let left = self.fuel.get().checked_sub(1).ok_or(Spent)?;
        self.fuel.set(left);
        Ok(())
    }

    pub(super) fn each(
        &self,
        clauses: &'a Clauses,
        frame: Frame<'a>,
        f: &mut dyn FnMut(&Frame<'a>) -> R<()>,
    ) -> R<()> {
        self.each_from(clauses, 0, frame, f)
    }

    fn each_from(
        &self,
        clauses: &'a Clauses,
        at: usize,
        frame: Frame<'a>,
        f: &mut dyn FnMut(&Frame<'a>) -> R<()>,
    ) -> R<()> {
        let Some(one) = clauses.loops.get(at) else {
            let passes = match &clauses.filter {
                Some(c) => self.eval(c, &frame)? == V::Bool(true),
                None => true,
            };
            return if passes { f(&frame) } else { Ok(()) };
        };
        let elements: Vec<(V, V)> = match self.eval(&one.over, &frame)? {
            V::List(xs) => xs.into_iter().enumerate().map(|(i, x)| (V::Int(i as i128), x)).collect(),
            V::Map(m) => m.into_iter().map(|(k, v)| (V::Str(k), v)).collect(),
            other => panic!("{other:?} has no elements"),
        };
        for (k, v) in elements {
            let mut inner = frame.clone();
            match &one.second {
                Some(second) => {
                    inner.locals.push((one.first.text.to_string(), k));
                    inner.locals.push((second.text.to_string(), v));
                }
                None => inner.locals.push((one.first.text.to_string(), v)),
            }
            self.each_from(clauses, at + 1, inner, f)?;
        }
        Ok(())
    }

    pub(super) fn name(&self, name: &str, frame: &Frame<'a>) -> R<V> {
        if let Some((_, v)) = frame.locals.iter().rev().find(|(n, _)| n == name) {
            return Ok(v.clone());
        }
        for (i, scope) in frame.scopes.iter().enumerate().rev() {
            let value = scope.block.and_then(|b| {
                b.entries.iter().find_map(|e| match &e.kind {
                    EntryKind::Let { name: n, value, .. } if n.text == name => Some(value),
                    _ => None,
                })
            });
            if let Some(value) = value {
                let mut outer = frame.clone();
                outer.scopes.truncate(i + 1);
                outer.locals.truncate(scope.locals);
                return self.eval(value, &outer);
            }
            if name == "name" && scope.path.is_empty() && self.kinds.contains(&scope.of) {
                return Ok(V::Str(name_of(frame.inst.as_ref().unwrap())));
            }
            if self.fields(&scope.of).iter().any(|(n, _)| n == name) {
                let mut path = scope.path.clone();
                path.push(name.to_owned());
                return self.read(frame.inst.as_ref().unwrap(), &path);
            }
        }
        if let Some(decl) = self.decls.get(name) {
            if decl.family.is_some() {
                let members = self.members(name)?;
                return Ok(V::List(members.into_iter().map(|(i, _)| V::Ref(i)).collect()));
            }
            return Ok(V::Ref(Inst { decl: name.into(), key: None }));
        }
        if self.kinds.iter().any(|k| k == name) {
            let mut out = Vec::new();
            for decl in self.decls.keys().filter(|d| self.kind_of(d) == name) {
                let mut members: Vec<Inst> = self.members(decl)?.into_iter().map(|(i, _)| i).collect();
                members.sort_by(|a, b| a.partial_cmp(b).unwrap());
                out.extend(members.into_iter().map(V::Ref));
            }
            return Ok(V::List(out));
        }
        let value = self.lets.get(name).unwrap_or_else(|| panic!("no {name}"));
        self.eval(value, &Frame { inst: None, locals: Vec::new(), scopes: Vec::new(), inherited: None })
    }

    pub(super) fn eval(&self, e: &'a Expr, f: &Frame<'a>) -> R<V> {
        self.step()?;
        Ok(match &e.kind {
            ExprKind::Bool(b) => V::Bool(*b),
            ExprKind::None => V::None,
            ExprKind::Number(n) => {
                let digits: i128 = n.digits.parse().unwrap();
                match n.unit.as_ref().map(|u| u.text.as_str()) {
                    None => V::Int(digits),
                    Some("s") => V::Time(digits, "s"),
                    Some("min") => V::Time(digits * 60, "min"),
                    Some("h") => V::Time(digits * 3600, "h"),
                    other => panic!("not interpreted: {other:?}"),
                }
            }
            ExprKind::Str(s) => {
                let mut out = String::new();
                for p in &s.parts {
                    match p {
                        StrPart::Text(t) => out.push_str(t),
                        StrPart::Expr(e) => match self.eval(e, f)? {
                            V::Str(s) => out.push_str(&s),
                            v => out.push_str(&show(&v)),
                        },
                    }
                }
                V::Str(out)
            }
            ExprKind::Name(n) if n == "inherited" => {
                let (ty, state) = *f.inherited.clone().expect("something below");
                self.whole(&ty, state, f.inst.as_ref().unwrap(), &[])?
            }
            ExprKind::Name(n) => self.name(n, f)?,
            ExprKind::List(xs) => V::List(xs.iter().map(|x| self.eval(x, f)).collect::<R<_>>()?),
            ExprKind::ListFor { clauses, body } => {
                let mut out = Vec::new();
                self.each(clauses, f.clone(), &mut |f| {
                    out.push(self.eval(body, f)?);
                    Ok(())
                })?;
                V::List(out)
            }
            ExprKind::MapFor { clauses, key, value } => {
                let mut out = Vec::new();
                self.each(clauses, f.clone(), &mut |f| {
                    let V::Str(k) = self.eval(key, f)? else { panic!("a key that is no string") };
                    out.push((k, self.eval(value, f)?));
                    Ok(())
                })?;
                V::Map(out)
            }
            ExprKind::Block(b) => {
                assert!(b.entries.is_empty(), "a block that no type expects");
                V::Map(Vec::new())
            }
            ExprKind::If { arms, otherwise } => {
                for (c, v) in arms {
                    if self.eval(c, f)? == V::Bool(true) {
                        return self.eval(v, f);
                    }
                }
                self.eval(otherwise, f)?
            }
            ExprKind::Unary { op, operand, .. } => match (op, self.eval(operand, f)?) {
                (UnaryOp::Neg, V::Int(n)) => V::Int(-n),
                (UnaryOp::Not, V::Bool(b)) => V::Bool(!b),
                other => panic!("{other:?}"),
            },
            ExprKind::Binary { first, rest } => {
                let mut at = self.eval(first, f)?;
                for o in rest {
                    at = match (o.op, &at) {
                        (BinaryOp::And, V::Bool(false)) | (BinaryOp::Or, V::Bool(true)) => at,
                        (BinaryOp::Coalesce, v) if *v != V::None => at,
                        _ => binary(o.op, at, self.eval(&o.expr, f)?),
                    };
                }
                at
            }
            ExprKind::Paren(e) => self.eval(e, f)?,
            ExprKind::Postfix { base, ops } => self.postfix(base, ops, f)?,
            other => panic!("not interpreted: {other:?}"),
        })
    }

    fn postfix(&self, base: &'a Expr, ops: &'a [PostfixOp], f: &Frame<'a>) -> R<V> {
        let mut ops = ops;
        let mut at;
        if let (ExprKind::Name(name), Some(PostfixOp::Call { args, .. })) = (&base.kind, ops.first()) {
            let values: Vec<V> = args.iter().map(|a| self.eval(&a.value, f)).collect::<R<_>>()?;
            at = match self.fns.get(name.as_str()) {
                Some((params, body)) => {
                    let locals = params.iter().cloned().zip(values).collect();
                    self.eval(body, &Frame { inst: None, locals, scopes: Vec::new(), inherited: None })?
                }
                None if name == "expand" => {
                    let mut found = Vec::new();
                    self.expand(&values[0], &mut Vec::new(), &mut found)?;
                    V::List(found)
                }
                None => function(name, values),
            };
            ops = &ops[1..];
        } else if let (ExprKind::Name(name), Some(PostfixOp::Index { index, .. })) = (&base.kind, ops.first())
            && self.decls.get(name.as_str()).is_some_and(|d| d.family.is_some())
        {
            let key = match self.eval(index, f)? {
                V::Int(n) => Key::Int(n),
                V::Str(s) => Key::Str(s),
                other => panic!("not a key: {other:?}"),
            };
            at = V::Ref(Inst { decl: name.to_string(), key: Some(key) });
            ops = &ops[1..];
        } else {
            at = self.eval(base, f)?;
        }
        for op in ops {
            at = match op {
                PostfixOp::Member { name, .. } => match at {
                    V::None => V::None,
                    at => self.follow(at, &[name.text.to_string()])?,
                },
                PostfixOp::Index { index, .. } => match (at, self.eval(index, f)?) {
                    (V::List(xs), V::Int(i)) => xs[usize::try_from(i).unwrap()].clone(),
                    (m @ V::Map(_), V::Str(k)) => part(&m, &k).expect("the key"),
                    other => panic!("{other:?}"),
                },
                other => panic!("not interpreted: {other:?}"),
            };
        }
        Ok(at)
    }
}

pub(super) fn fitting(ty: &Ty, v: V) -> V {
    match (ty, v) {
        (Ty::Range, v @ (V::Int(_) | V::Time(..))) => V::Range(Box::new((v.clone(), v))),
        (_, v) => v,
    }
}

pub(super) fn part(v: &V, name: &str) -> Option<V> {
    match v {
        V::Struct(fields) | V::Map(fields) => fields.iter().find(|(n, _)| n == name).map(|(_, v)| v.clone()),
        V::Range(r) => Some(if name == "min" { r.0.clone() } else { r.1.clone() }),
        _ => None,
    }
}

fn binary(op: BinaryOp, a: V, b: V) -> V {
    use BinaryOp as B;
    let less = |a: &V, b: &V| match (a, b) {
        (V::Int(a), V::Int(b)) | (V::Time(a, _), V::Time(b, _)) => a < b,
        (V::Str(a), V::Str(b)) => a < b,
        other => panic!("{other:?} compared"),
    };
    let same = |a: &V, b: &V| match (a, b) {
        (V::Time(a, _), V::Time(b, _)) => a == b,
        (a, b) => a == b,
    };
    match (op, a, b) {
        (B::Add, V::Int(a), V::Int(b)) => V::Int(a + b),
        (B::Sub, V::Int(a), V::Int(b)) => V::Int(a - b),
        (B::Mul, V::Int(a), V::Int(b)) => V::Int(a * b),
        (B::Add, V::Time(a, u), V::Time(b, _)) => V::Time(a + b, u),
        (B::Sub, V::Time(a, u), V::Time(b, _)) => V::Time(a - b, u),
        (B::Mul, V::Time(a, u), V::Int(b)) | (B::Mul, V::Int(b), V::Time(a, u)) => V::Time(a * b, u),
        (B::Add, V::List(mut a), V::List(b)) => {
            a.extend(b);
            V::List(a)
        }
        (B::Range, a, b) => V::Range(Box::new((a, b))),
        (B::Eq, a, b) => V::Bool(same(&a, &b)),
        (B::Ne, a, b) => V::Bool(!same(&a, &b)),
        (B::Lt, a, b) => V::Bool(less(&a, &b)),
        (B::Ge, a, b) => V::Bool(!less(&a, &b)),
        (B::Gt, a, b) => V::Bool(less(&b, &a)),
        (B::Le, a, b) => V::Bool(!less(&b, &a)),
        (B::In, a, V::Range(r)) => V::Bool(!less(&a, &r.0) && !less(&r.1, &a)),
        (B::In, a, V::List(xs)) => V::Bool(xs.iter().any(|x| same(x, &a))),
        (B::And | B::Or | B::Coalesce, _, b) => b,
        other => panic!("not interpreted: {other:?}"),
    }
}

fn function(name: &str, args: Vec<V>) -> V {
    let ints = |v: &V| match v {
        V::List(xs) => xs.iter().map(|x| if let V::Int(n) = x { *n } else { panic!("{x:?}") }).collect(),
        other => vec![if let V::Int(n) = other { *n } else { panic!("{other:?}") }],
    };
    match name {
        "sum" => V::Int(ints(&args[0]).iter().sum()),
        "max" => V::Int(*ints(&args[0]).iter().max().unwrap()),
        "min" => V::Int(*ints(&args[0]).iter().min().unwrap()),
        "length" => match &args[0] {
            V::List(xs) => V::Int(xs.len() as i128),
            V::Map(m) => V::Int(m.len() as i128),
            V::Str(s) => V::Int(s.chars().count() as i128),
            other => panic!("length of {other:?}"),
        },
        "join" => match (&args[0], &args[1]) {
            (V::List(xs), V::Str(between)) => {
                let texts: Vec<&str> =
                    xs.iter().map(|x| if let V::Str(s) = x { s.as_str() } else { panic!("{x:?}") }).collect();
                V::Str(texts.join(between))
            }
            other => panic!("join of {other:?}"),
        },
        "keys" => match &args[0] {
            V::Map(m) => V::List(m.iter().map(|(k, _)| V::Str(k.clone())).collect()),
            other => panic!("keys of {other:?}"),
        },
        other => panic!("no function {other}"),
    }
}
