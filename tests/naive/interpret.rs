//! A naive interpreter of the language's core: no queries, no types beyond what merging needs, nothing kept.
//!
//! Every question is answered from the trees again: a value is the fold of the layers that say something of its path.

mod formula;
mod layers;

use formula::{fitting, part};
use ivs_grammar::ast::{Block, Decl, EntryKind, Expr, ExprKind, ItemKind, StrPart, TypeExpr, TypeKind};
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
