//! What the layers of a path say, folded.

use super::*;
use ivs_grammar::ast::{EntryKind, Expr, ExprKind, SetOp};

impl<'a> World<'a> {
    /// What a state says of one step below, above `start`.
    pub(super) fn said(
        &self,
        ty: &Ty,
        state: &State<'a>,
        path: &[String],
        name: &str,
        start: State<'a>,
    ) -> R<State<'a>> {
        Ok(match state {
            State::Unset => start,
            State::Value(v) => part(v, name).map_or(start, State::Value),
            State::Append(base, e, frame) => match part(&self.eval(e, frame)?, name) {
                Some(v) => State::Value(v),
                None => self.said(ty, base, path, name, start)?,
            },
            State::Formula(e, frame) => match &e.kind {
                ExprKind::Block(b) => self.apply(start, ty, &Layer::Block(b), frame, path, name)?,
                _ => part(&self.eval(e, frame)?, name).map_or(start, State::Value),
            },
            State::Layers(base, layers) => {
                let mut at = self.said(ty, base, path, name, start)?;
                for (layer, frame) in layers {
                    at = self.apply(at, ty, layer, frame, path, name)?;
                }
                at
            }
        })
    }

    fn apply(
        &self,
        mut at: State<'a>,
        ty: &Ty,
        layer: &Layer<'a>,
        frame: &Frame<'a>,
        path: &[String],
        name: &str,
    ) -> R<State<'a>> {
        for (first, second, op) in self.says(layer, frame, Some(name))? {
            if first != name {
                continue;
            }
            // A block below stands in the struct that is there.
            let mut inner = frame.clone();
            let mut below = path.to_vec();
            below.push(name.to_owned());
            if let (Ty::Struct(shape), Op::Nest(block) | Op::Set(Expr { kind: ExprKind::Block(block), .. })) =
                (ty, op)
                && second.is_none()
            {
                inner.scopes.push(Scope {
                    path: below,
                    of: shape.clone(),
                    block: Some(block),
                    locals: frame.locals.len(),
                });
            }
            at = match (second, op) {
                (Some(key), op) => layered(at, Layer::Entry(key, op), inner),
                (None, Op::Nest(block)) => layered(at, Layer::Block(block), inner),
                (None, Op::Append(e)) => State::Append(Box::new(at), e, inner),
                (None, Op::Remove) => State::Unset,
                (None, Op::Set(e)) => {
                    inner.inherited = Some(Box::new((ty.clone(), at)));
                    State::Formula(e, inner)
                }
            };
        }
        Ok(at)
    }

    /// The entries of a layer that hold, lowest first; with `wanted`, of `when`s only those that set it: a condition may
    /// read whatever it does not decide.
    fn says(
        &self,
        layer: &Layer<'a>,
        frame: &Frame<'a>,
        wanted: Option<&str>,
    ) -> R<Vec<(&'a str, Option<&'a str>, Op<'a>)>> {
        let block = match layer {
            Layer::Entry(key, op) => return Ok(vec![(*key, None, *op)]),
            Layer::Block(block) => *block,
        };
        let mut out = Vec::new();
        let mut whens = Vec::new();
        for e in &block.entries {
            match &e.kind {
                EntryKind::Set { path, op, value, .. } => {
                    let op = if *op == SetOp::Set { Op::Set(value) } else { Op::Append(value) };
                    out.push((path.first.text.as_str(), path.second.as_ref().map(|k| k.text.as_str()), op));
                }
                EntryKind::Nest { path, block, .. } => {
                    let second = path.second.as_ref().map(|k| k.text.as_str());
                    out.push((path.first.text.as_str(), second, Op::Nest(block)));
                }
                EntryKind::Remove { field, key } => {
                    out.push((field.text.as_str(), Some(key.text.as_str()), Op::Remove));
                }
                EntryKind::When { cond, block } => whens.push((cond, block)),
                EntryKind::Let { .. } | EntryKind::Def { .. } => {}
                other => panic!("not interpreted: {other:?}"),
            }
        }
        for (cond, block) in whens {
            let sets = |name: &str| {
                block.entries.iter().any(|e| match &e.kind {
                    EntryKind::Set { path, .. } | EntryKind::Nest { path, .. } => path.first.text == name,
                    _ => false,
                })
            };
            if wanted.is_none_or(sets) && self.eval(cond, frame)? == V::Bool(true) {
                out.extend(self.says(&Layer::Block(block), frame, wanted)?);
            }
        }
        Ok(out)
    }

    /// The value of a path, whole.
    pub(super) fn whole(&self, ty: &Ty, state: State<'a>, inst: &Inst, path: &[String]) -> R<V> {
        self.step()?;
        match (ty, &state) {
            (_, State::Value(v)) => Ok(v.clone()),
            (_, State::Formula(e, frame)) if !matches!(e.kind, ExprKind::Block(_)) => {
                Ok(fitting(ty, self.eval(e, frame)?))
            }
            (_, State::Append(base, e, frame)) => {
                let below = self.whole(ty, (**base).clone(), inst, path)?;
                Ok(match (below, self.eval(e, frame)?) {
                    (V::List(mut xs), V::List(more)) => {
                        xs.extend(more);
                        V::List(xs)
                    }
                    (V::Map(mut xs), V::Map(more)) => {
                        xs.extend(more);
                        V::Map(xs)
                    }
                    (V::None, more) => more,
                    other => panic!("{other:?} added"),
                })
            }
            (Ty::Struct(shape), _) => {
                let mut out = Vec::new();
                for (name, _) in self.fields(shape) {
                    let (inner, optional, at) = self.child(ty, &state, inst, path, &name)?;
                    let mut below = path.to_vec();
                    below.push(name.clone());
                    let unset = matches!(at, State::Unset);
                    let v = if unset && (optional || !matches!(inner, Ty::Struct(_))) {
                        V::None
                    } else {
                        self.whole(&inner, at, inst, &below)?
                    };
                    out.push((name, v));
                }
                Ok(V::Struct(out))
            }
            (Ty::Map(_), _) => {
                let mut out = Vec::new();
                for key in self.keys(&state)? {
                    let (inner, _, at) = self.child(ty, &state, inst, path, &key)?;
                    let mut below = path.to_vec();
                    below.push(key.clone());
                    out.push((key, self.whole(&inner, at, inst, &below)?));
                }
                Ok(V::Map(out))
            }
            _ => Ok(V::None),
        }
    }

    pub(super) fn keys(&self, state: &State<'a>) -> R<Vec<String>> {
        Ok(match state {
            State::Unset => Vec::new(),
            State::Value(V::Map(m)) => m.iter().map(|(k, _)| k.clone()).collect(),
            State::Formula(e, frame) => match &e.kind {
                ExprKind::Block(b) => self.keys_said(Vec::new(), &Layer::Block(b), frame)?,
                _ => self.keys(&State::Value(self.eval(e, frame)?))?,
            },
            State::Append(base, e, frame) => {
                let mut keys = self.keys(base)?;
                keys.extend(self.keys(&State::Value(self.eval(e, frame)?))?);
                keys
            }
            State::Layers(base, layers) => {
                let mut keys = self.keys(base)?;
                for (layer, frame) in layers {
                    keys = self.keys_said(keys, layer, frame)?;
                }
                keys
            }
            State::Value(_) => Vec::new(),
        })
    }

    fn keys_said(&self, mut keys: Vec<String>, layer: &Layer<'a>, frame: &Frame<'a>) -> R<Vec<String>> {
        for (first, second, op) in self.says(layer, frame, None)? {
            assert!(second.is_none(), "three steps in one entry");
            keys.retain(|k| k != first || !matches!(op, Op::Remove));
            if !matches!(op, Op::Remove) && !keys.iter().any(|k| k == first) {
                keys.push(first.to_owned());
            }
        }
        Ok(keys)
    }

    /// A field of a declaration.
    pub(super) fn read(&self, inst: &Inst, path: &[String]) -> R<V> {
        self.step()?;
        let mut ty = Ty::Struct(self.kind_of(&inst.decl));
        let mut state = self.root(inst)?;
        let mut optional = false;
        for (i, step) in path.iter().enumerate() {
            if matches!(ty, Ty::Plain | Ty::Range) || matches!(state, State::Value(_)) {
                let v = self.whole(&ty, state, inst, &path[..i])?;
                return self.follow(v, &path[i..]);
            }
            (ty, optional, state) = self.child(&ty, &state, inst, &path[..i], step)?;
        }
        if matches!(state, State::Unset) && (optional || !matches!(ty, Ty::Struct(_))) {
            return Ok(V::None);
        }
        self.whole(&ty, state, inst, path)
    }

    pub(super) fn follow(&self, v: V, path: &[String]) -> R<V> {
        let Some((step, rest)) = path.split_first() else { return Ok(v) };
        match &v {
            V::Ref(inst) if step == "name" => self.follow(V::Str(name_of(inst)), rest),
            V::Ref(inst) => self.read(inst, path),
            _ => self.follow(part(&v, step).unwrap_or(V::None), rest),
        }
    }

    /// Groups taken apart, everything once.
    pub(super) fn expand(&self, of: &V, seen: &mut Vec<V>, found: &mut Vec<V>) -> R<()> {
        self.step()?;
        match of {
            V::List(xs) => xs.iter().try_for_each(|x| self.expand(x, seen, found)),
            _ if seen.contains(of) => Ok(()),
            V::Ref(inst) => {
                seen.push(of.clone());
                match self.groups.get(&self.kind_of(&inst.decl)) {
                    Some(field) => self.expand(&self.read(inst, std::slice::from_ref(field))?, seen, found),
                    None => {
                        found.push(of.clone());
                        Ok(())
                    }
                }
            }
            other => panic!("{other:?} expanded"),
        }
    }
}
