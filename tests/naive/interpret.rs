//! A naive interpreter of the language's core: no queries, no types beyond what merging needs, nothing kept.
//!
//! Every question is answered from the trees again: a value is the fold of the layers that say something of its path.

use ivs_grammar::ast::{
    BinaryOp, Block, Clauses, Decl, EntryKind, Expr, ExprKind, ItemKind, PostfixOp, SetOp, StrPart, TypeExpr,
    TypeKind, UnaryOp,
};
use std::cell::Cell;
use std::collections::BTreeMap;

/// A value.
#[derive(Clone, PartialEq, Debug)]
pub enum V {
    None,
    Bool(bool),
    Int(i128),
    /// Seconds, and the unit it is shown in.
    Time(i128, &'static str),
    Str(String),
    List(Vec<V>),
    Map(Vec<(String, V)>),
    Struct(Vec<(String, V)>),
    Range(Box<(V, V)>),
    Ref(Inst),
}

/// A declaration or a member of a family.
#[derive(Clone, PartialEq, PartialOrd, Debug)]
pub struct Inst {
    pub decl: String,
    pub key: Option<Key>,
}

#[derive(Clone, PartialEq, PartialOrd, Debug)]
pub enum Key {
    Int(i128),
    Str(String),
}

#[derive(Clone, Debug)]
enum Ty {
    Plain,
    Range,
    Map(Box<Ty>),
    Struct(String),
}

struct Field<'a> {
    ty: Ty,
    optional: bool,
    default: Option<&'a Expr>,
}

/// A block's place: the declaration, the path in it, the struct or kind that is there, and the block's own `let`s.
#[derive(Clone)]
struct Scope<'a> {
    path: Vec<String>,
    of: String,
    block: Option<&'a Block>,
    /// How many local names are in sight in the block: those of loops in its formulas are not.
    locals: usize,
}

#[derive(Clone)]
struct Frame<'a> {
    inst: Option<Inst>,
    locals: Vec<(String, V)>,
    /// Outermost first.
    scopes: Vec<Scope<'a>>,
    inherited: Option<Box<(Ty, State<'a>)>>,
}

#[derive(Clone)]
enum Layer<'a> {
    Block(&'a Block),
    /// `f k = e`, `f k { … }`, `f k += e`, seen from `f`.
    Entry(&'a str, Op<'a>),
}

#[derive(Clone, Copy)]
enum Op<'a> {
    Set(&'a Expr),
    Append(&'a Expr),
    Nest(&'a Block),
    Remove,
}

/// What the layers say of a path.
#[derive(Clone)]
enum State<'a> {
    Unset,
    Value(V),
    Formula(&'a Expr, Frame<'a>),
    Append(Box<State<'a>>, &'a Expr, Frame<'a>),
    Layers(Box<State<'a>>, Vec<(Layer<'a>, Frame<'a>)>),
}

/// What a package says.
#[derive(Default)]
pub struct World<'a> {
    shapes: BTreeMap<String, &'a Block>,
    kinds: Vec<String>,
    /// The field that lists the members of a kind's declarations.
    groups: BTreeMap<String, String>,
    lets: BTreeMap<String, &'a Expr>,
    fns: BTreeMap<String, (Vec<String>, &'a Expr)>,
    pub decls: BTreeMap<String, &'a Decl>,
    overlays: Vec<(String, &'a Decl)>,
    environments: BTreeMap<String, Option<String>>,
    /// The environment under evaluation.
    pub env: Option<String>,
    pub fuel: Cell<u64>,
}

/// Out of steps: the question is too large to be answered naively.
#[derive(Debug)]
pub struct Spent;
type R<T> = Result<T, Spent>;

/// Names that loops bind, and their values.
type Locals = Vec<(String, V)>;

impl<'a> World<'a> {
    pub fn of(items: &'a [ivs_grammar::ast::Item]) -> World<'a> {
        let mut world = World::default();
        for item in items {
            match &item.kind {
                ItemKind::Kind { name, block } => {
                    world.kinds.push(name.text.to_string());
                    for a in item.attrs.iter().filter(|a| a.name.text == "group") {
                        let ExprKind::Name(field) = &a.args[0].value.kind else { panic!("a field") };
                        world.groups.insert(name.text.to_string(), field.to_string());
                    }
                    world.shapes.insert(name.text.to_string(), block);
                }
                ItemKind::Struct { name, block } => {
                    world.shapes.insert(name.text.to_string(), block);
                }
                ItemKind::Let { name, value, .. } => {
                    world.lets.insert(name.text.to_string(), value);
                }
                ItemKind::Fn { name, params, body, .. } => {
                    let params = params.iter().map(|p| p.name.text.to_string()).collect();
                    world.fns.insert(name.text.to_string(), (params, body));
                }
                ItemKind::Decl(d) if d.kind.words[0].text == "environment" => {
                    let base = d.base.as_ref().map(|b| b.path.words[0].text.to_string());
                    world.environments.insert(d.name.text.to_string(), base);
                }
                ItemKind::Decl(d) => {
                    world.decls.insert(d.name.text.to_string(), d);
                }
                ItemKind::Overlay { name, items } => {
                    for inner in items {
                        let ItemKind::Decl(d) = &inner.kind else { panic!("an overlay amends") };
                        world.overlays.push((name.text.to_string(), d));
                    }
                }
                other => panic!("not interpreted: {other:?}"),
            }
        }
        world
    }

    /// All declarations that are no templates, members one by one.
    pub fn instances(&self) -> R<Vec<Inst>> {
        let mut out = Vec::new();
        for name in self.decls.keys() {
            out.extend(self.members(name)?.into_iter().map(|(inst, _)| inst));
        }
        Ok(out)
    }

    /// The whole value of a declaration.
    pub fn object(&self, inst: &Inst) -> R<V> {
        let kind = self.kind_of(&inst.decl);
        self.whole(&Ty::Struct(kind), self.root(inst)?, inst, &[])
    }

    fn kind_of(&self, decl: &str) -> String {
        self.decls[decl].kind.words[0].text.to_string()
    }

    fn members(&self, name: &str) -> R<Vec<(Inst, Locals)>> {
        let decl = self.decls[name];
        if decl.template.is_some() {
            return Ok(Vec::new());
        }
        let Some(family) = &decl.family else {
            return Ok(vec![(Inst { decl: name.into(), key: None }, Vec::new())]);
        };
        let mut out = Vec::new();
        let frame = Frame { inst: None, locals: Vec::new(), scopes: Vec::new(), inherited: None };
        self.each(&family.clauses, frame, &mut |f| {
            let key = match &f.locals[0].1 {
                V::Int(n) => Key::Int(*n),
                V::Str(s) => Key::Str(s.clone()),
                other => panic!("not a key: {other:?}"),
            };
            out.push((Inst { decl: name.into(), key: Some(key) }, f.locals.clone()));
            Ok(())
        })?;
        Ok(out)
    }

    /// A declaration as its layers: bases root first, its own body, and overlays right above what they amend.
    fn root(&self, inst: &Inst) -> R<State<'a>> {
        let mut links = vec![self.decls[&inst.decl]];
        while let Some(base) = &links.last().unwrap().base {
            links.push(self.decls[base.path.words[0].text.as_str()]);
        }
        let mut environments = Vec::new();
        let mut env = self.env.clone();
        while let Some(e) = env {
            env = self.environments[&e].clone();
            environments.insert(0, e);
        }
        let locals = match &inst.key {
            None => Vec::new(),
            Some(_) => {
                let members = self.members(&inst.decl)?;
                members.into_iter().find(|(i, _)| i == inst).map(|(_, l)| l).unwrap_or_default()
            }
        };
        let mut layers = Vec::new();
        for link in links.into_iter().rev() {
            let own = link.name.text == inst.decl;
            let mut push = |block: &'a Block| {
                let scope = Scope {
                    path: Vec::new(),
                    of: self.kind_of(&inst.decl),
                    block: Some(block),
                    locals: if own { locals.len() } else { 0 },
                };
                layers.push((
                    Layer::Block(block),
                    Frame {
                        inst: Some(inst.clone()),
                        locals: if own { locals.clone() } else { Vec::new() },
                        scopes: vec![scope],
                        inherited: None,
                    },
                ));
            };
            push(&link.block);
            for e in &environments {
                for one_member in [false, true] {
                    for (of, d) in &self.overlays {
                        if of != e || d.name.text != link.name.text || d.index.is_some() != one_member {
                            continue;
                        }
                        let meant = match d.index.as_ref().map(|i| &i.kind) {
                            None => true,
                            Some(ExprKind::Str(s)) => inst.key == Some(Key::Str(text_of(&s.parts))),
                            Some(ExprKind::Number(n)) => {
                                inst.key == Some(Key::Int(n.digits.parse().unwrap()))
                            }
                            other => panic!("not interpreted: {other:?}"),
                        };
                        if meant {
                            push(&d.block);
                        }
                    }
                }
            }
        }
        Ok(State::Layers(Box::new(State::Unset), layers))
    }

    fn fields(&self, shape: &str) -> Vec<(String, Field<'a>)> {
        let defs = self.shapes[shape].entries.iter().filter_map(|e| match &e.kind {
            EntryKind::Def { name, optional, ty, default } => Some((
                name.text.to_string(),
                Field { ty: self.ty(ty), optional: *optional, default: default.as_ref() },
            )),
            _ => None,
        });
        defs.collect()
    }

    fn ty(&self, ty: &TypeExpr) -> Ty {
        match &ty.kind {
            TypeKind::Path(p) if self.shapes.contains_key(p.words[0].text.as_str()) => {
                let name = p.words[0].text.to_string();
                if self.kinds.contains(&name) { Ty::Plain } else { Ty::Struct(name) }
            }
            TypeKind::Map(_, v) => Ty::Map(Box::new(self.ty(v))),
            TypeKind::Range(..) => Ty::Range,
            _ => Ty::Plain,
        }
    }

    /// What the layers say of one step below a path.
    fn child(
        &self,
        ty: &Ty,
        state: &State<'a>,
        inst: &Inst,
        path: &[String],
        name: &str,
    ) -> R<(Ty, bool, State<'a>)> {
        let (inner, optional, default) = match ty {
            Ty::Struct(shape) => {
                let field = self.fields(shape).into_iter().find(|(n, _)| n == name);
                let field = field.unwrap_or_else(|| panic!("no field {name} in {shape}")).1;
                let scope = Scope { path: path.to_vec(), of: shape.clone(), block: None, locals: 0 };
                let default = field.default.map(|e| {
                    let frame = Frame {
                        inst: Some(inst.clone()),
                        locals: Vec::new(),
                        scopes: vec![scope],
                        inherited: None,
                    };
                    State::Formula(e, frame)
                });
                (field.ty, field.optional, default)
            }
            Ty::Map(v) => ((**v).clone(), true, None),
            Ty::Plain | Ty::Range => panic!("{name} of a plain value"),
        };
        let start = default.unwrap_or(State::Unset);
        let found = self.said(&inner, state, path, name, start)?;
        Ok((inner, optional, found))
    }

    /// What a state says of one step below, above `start`.
    fn said(
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
    fn whole(&self, ty: &Ty, state: State<'a>, inst: &Inst, path: &[String]) -> R<V> {
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

    fn keys(&self, state: &State<'a>) -> R<Vec<String>> {
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
    fn read(&self, inst: &Inst, path: &[String]) -> R<V> {
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

    fn follow(&self, v: V, path: &[String]) -> R<V> {
        let Some((step, rest)) = path.split_first() else { return Ok(v) };
        match &v {
            V::Ref(inst) if step == "name" => self.follow(V::Str(name_of(inst)), rest),
            V::Ref(inst) => self.read(inst, path),
            _ => self.follow(part(&v, step).unwrap_or(V::None), rest),
        }
    }

    /// Groups taken apart, everything once.
    fn expand(&self, of: &V, seen: &mut Vec<V>, found: &mut Vec<V>) -> R<()> {
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

    fn step(&self) -> R<()> {
        let left = self.fuel.get().checked_sub(1).ok_or(Spent)?;
        self.fuel.set(left);
        Ok(())
    }

    fn each(&self, clauses: &'a Clauses, frame: Frame<'a>, f: &mut dyn FnMut(&Frame<'a>) -> R<()>) -> R<()> {
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

    fn name(&self, name: &str, frame: &Frame<'a>) -> R<V> {
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

    fn eval(&self, e: &'a Expr, f: &Frame<'a>) -> R<V> {
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

fn layered<'a>(at: State<'a>, layer: Layer<'a>, frame: Frame<'a>) -> State<'a> {
    match at {
        State::Layers(base, mut layers) => {
            layers.push((layer, frame));
            State::Layers(base, layers)
        }
        at => State::Layers(Box::new(at), vec![(layer, frame)]),
    }
}

fn text_of(parts: &[StrPart]) -> String {
    parts.iter().map(|p| if let StrPart::Text(t) = p { t.to_string() } else { panic!("a hole") }).collect()
}

fn fitting(ty: &Ty, v: V) -> V {
    match (ty, v) {
        (Ty::Range, v @ (V::Int(_) | V::Time(..))) => V::Range(Box::new((v.clone(), v))),
        (_, v) => v,
    }
}

fn part(v: &V, name: &str) -> Option<V> {
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

/// A declaration's name: `pool["a"]` has the name `pool[a]`.
pub fn name_of(inst: &Inst) -> String {
    match &inst.key {
        None => inst.decl.clone(),
        Some(Key::Int(n)) => format!("{}[{n}]", inst.decl),
        Some(Key::Str(s)) => format!("{}[{s}]", inst.decl),
    }
}

/// A value as the compiler prints it.
pub fn show(v: &V) -> String {
    let unit = |u: &str| match u {
        "min" => 60,
        "h" => 3600,
        _ => 1,
    };
    match v {
        V::None => "none".into(),
        V::Bool(b) => b.to_string(),
        V::Int(n) => n.to_string(),
        V::Time(seconds, u) if seconds % unit(u) == 0 => format!("{}{u}", seconds / unit(u)),
        // Times are made of tenths of an hour.
        V::Time(seconds, u) => {
            let tenths = seconds * 10 / unit(u);
            format!("{}{}.{}{u}", if tenths < 0 { "-" } else { "" }, (tenths / 10).abs(), (tenths % 10).abs())
        }
        V::Str(s) => format!("\"{s}\""),
        // Messages show six elements.
        V::List(xs) if xs.len() > 6 => {
            let first: Vec<String> = xs[..6].iter().map(show).collect();
            format!("[{}, … ({} more)]", first.join(", "), xs.len() - 6)
        }
        V::List(xs) => format!("[{}]", xs.iter().map(show).collect::<Vec<_>>().join(", ")),
        V::Range(r) => format!("{}..{}", show(&r.0), show(&r.1)),
        V::Ref(inst) => name_of(inst),
        V::Map(m) | V::Struct(m) => {
            format!(
                "{{{}}}",
                m.iter().map(|(k, v)| format!("{k} = {}", show(v))).collect::<Vec<_>>().join(", ")
            )
        }
    }
}
