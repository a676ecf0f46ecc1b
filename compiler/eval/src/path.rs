//! Access paths: `self.scaling.replicas.max`, `q100.passengers`.
//!
//! Only what a path names is evaluated, in this declaration and in others: so two declarations may read each
//! other's fields, as long as no field needs itself.

use crate::held::held;
use crate::inst::{inst_of, ref_to};
use crate::machine::{Frame, Keys, Machine, NodeId, Slot};
use crate::result::{PathKey, has_unknown, value, value_of_enabled};
use ivs_model::ir::{ExprId, TExpr};
use ivs_model::{body, code};
use ivs_source::{Diagnostic, Label, Place, Severity};
use ivs_value::Value;
use smol_str::SmolStr;

/// How far a path has come.
enum At {
    Node(NodeId),
    Value(Value),
}

impl<'db> Machine<'db> {
    /// A name with its members: read by path, without what lies beside it.
    pub(crate) fn chain(&mut self, f: &mut Frame<'db>, id: ExprId) -> Value {
        let ir = f.body;
        let mut names: Vec<SmolStr> = Vec::new();
        let mut root = id;
        while let Some(TExpr::Member { base, name, optional: _ }) = ir.exprs.get(root as usize) {
            names.push(name.clone());
            root = *base;
        }
        names.reverse();
        let start = match ir.exprs.get(root as usize) {
            Some(TExpr::Field { depth, field }) => match self.level_node(f, *depth) {
                Some(node) => {
                    let at = self.slot(node, u32::from(*field));
                    self.note(node, u32::from(*field), &names);
                    at
                }
                None => At::Value(Value::Unknown),
            },
            Some(TExpr::SelfValue) => match self.self_node(f) {
                Some(node) => At::Node(node),
                None => At::Value(Value::Unknown),
            },
            Some(TExpr::Let { depth, index }) => {
                let v = self.let_value(f, *depth, *index);
                At::Value(v)
            }
            Some(TExpr::Decl(d)) => At::Value(ref_to(self.db, crate::Inst::new(self.db, *d, None))),
            Some(TExpr::FamilyMember(d, key)) => match self.family_member(f, root, *d, *key) {
                Some(inst) => At::Value(ref_to(self.db, inst)),
                None => At::Value(Value::Unknown),
            },
            Some(TExpr::Local(slot)) => {
                self.note_local(f, *slot, &names);
                At::Value(f.locals.get(*slot as usize).cloned().unwrap_or(Value::Unknown))
            }
            _ => At::Value(self.eval(f, root)),
        };
        self.follow(f, id, start, &names)
    }

    /// Reads a path from the object.
    pub(crate) fn read_path(&mut self, path: &[SmolStr]) -> Value {
        let mut node = 0;
        for (i, name) in path.iter().enumerate() {
            let Some(slot) = self.slot_named(node, name) else { return Value::Unknown };
            match self.resolve(node, slot) {
                Slot::Node(n) => node = n,
                Slot::Done(v) => {
                    let frame = Frame::of(body(self.db, self.item), self.item);
                    return self.read_names(&frame, 0, &v, path.get(i + 1..).unwrap_or_default(), false);
                }
                Slot::Todo | Slot::Unsaid | Slot::Busy => return Value::Unknown,
            }
        }
        self.whole(node)
    }

    fn slot(&mut self, node: NodeId, slot: u32) -> At {
        match self.resolve(node, slot) {
            Slot::Node(n) => At::Node(n),
            Slot::Done(v) => At::Value(v),
            Slot::Todo | Slot::Unsaid | Slot::Busy => At::Value(Value::Unknown),
        }
    }

    fn follow(&mut self, f: &Frame<'db>, id: ExprId, start: At, names: &[SmolStr]) -> Value {
        let mut at = start;
        for (i, name) in names.iter().enumerate() {
            at = match at {
                At::Node(n) => match self.slot_named(n, name) {
                    Some(slot) => {
                        if n == 0 && self.inst.is_some() && i == 0 {
                            self.note(n, slot, names.get(i + 1..).unwrap_or_default());
                        }
                        self.slot(n, slot)
                    }
                    None => At::Value(self.absent_key(f, id, n, name)),
                },
                At::Value(v) => return self.read_names(f, id, &v, names.get(i..).unwrap_or_default(), false),
            };
        }
        match at {
            At::Node(0) if self.inst.is_some() => match self.inst {
                Some(inst) => ref_to(self.db, inst),
                None => Value::Unknown,
            },
            At::Node(n) => self.whole(n),
            At::Value(v) => v,
        }
    }

    fn absent_key(&mut self, f: &Frame<'db>, id: ExprId, node: NodeId, name: &SmolStr) -> Value {
        if let Some(Keys::Map { keys, .. }) = self.node(node).map(|n| &n.keys) {
            let map = ivs_value::Map::new(keys.iter().map(|k| (k.clone(), Value::None)).collect());
            return self.no_key(f, id, &map, &Value::Str(name.clone()));
        }
        Value::Unknown
    }

    pub(crate) fn slot_named(&self, node: NodeId, name: &str) -> Option<u32> {
        match &self.node(node)?.keys {
            Keys::Fields(s) => s.field(name).map(|(i, _)| u32::from(i)),
            Keys::Map { keys, .. } => {
                keys.iter().position(|k| crate::node::is_key(k, name)).map(|i| i as u32)
            }
        }
    }

    /// Reads members of a value; a reference leads into its declaration.
    pub(crate) fn read_names(
        &mut self,
        f: &Frame<'db>,
        id: ExprId,
        start: &Value,
        names: &[SmolStr],
        lenient: bool,
    ) -> Value {
        let mut v = start.clone();
        let mut i = 0;
        while let Some(name) = names.get(i) {
            v = match &v {
                Value::Unknown => return Value::Unknown,
                Value::None => return Value::None,
                Value::Ref(r) => {
                    let inst = inst_of(r);
                    let rest = names.get(i..).unwrap_or_default();
                    let (db, env) = (self.db, self.env);
                    let beside = self.beside.as_mut().and_then(|b| b.read(db, env, inst, rest));
                    let read = match beside.or_else(|| held(db, env, inst, rest)) {
                        Some(at_hand) => Some(at_hand),
                        // A loop inside one declaration is found, and named, where it is evaluated.
                        None if self.inst == Some(inst) => {
                            let exempt = name == "enabled" || name == "name";
                            (exempt || crate::is_enabled(self.db, self.env, inst)).then(|| {
                                let reads = self.reads.take();
                                let read = self.read_path(rest);
                                self.reads = reads;
                                read
                            })
                        }
                        None => {
                            let path = PathKey::of(rest.iter().map(SmolStr::as_str));
                            value_of_enabled(self.db, self.env, inst, path)
                        }
                    };
                    let Some(read) = read else { return self.disabled(f, id, r) };
                    if self.inst.is_some_and(|own| own != inst) && has_unknown(&read) {
                        self.waits.push(inst);
                    }
                    if let Some(reads) = &mut self.reads {
                        reads.push(crate::machine::Read {
                            inst,
                            path: rest.to_vec(),
                            element: None,
                            value: read.clone(),
                        });
                    }
                    if read.is_unknown() && !self.quiet {
                        // A key that is not there is this reader's mistake; any other failure is reported at home.
                        for k in 1..rest.len() {
                            let (front, back) = rest.split_at(k);
                            let of = value(
                                self.db,
                                self.env,
                                inst,
                                PathKey::of(front.iter().map(SmolStr::as_str)),
                            );
                            let (Value::Map(m), Some(key)) = (of, back.first()) else { continue };
                            if !m.entries.iter().any(|(k, _)| crate::node::is_key(k, key)) {
                                return self.no_key(f, id, &m, &Value::Str(key.clone()));
                            }
                        }
                    }
                    return read;
                }
                Value::Struct(s) => match s.get(name) {
                    Some(v) => v.clone(),
                    // A record of a list that lacks what others have.
                    None if lenient || s.shape.name.is_empty() => Value::None,
                    None => Value::Unknown,
                },
                Value::Map(m) => match m.entries.iter().find(|(k, _)| crate::node::is_key(k, name)) {
                    Some((_, v)) => v.clone(),
                    None => {
                        let m = m.clone();
                        return self.no_key(f, id, &m, &Value::Str(name.clone()));
                    }
                },
                Value::Member(m) => match (&m.fields, name.as_str()) {
                    (Some(fields), n) if fields.get(n).is_some() => {
                        fields.get(n).cloned().unwrap_or(Value::Unknown)
                    }
                    (_, "name") => Value::Str(m.name.clone()),
                    (_, "text") => Value::Str(m.text.clone()),
                    _ => Value::Unknown,
                },
                Value::Str(s) => text_part(s, name),
                other => match other.part(name) {
                    Some(v) => v,
                    None => return Value::Unknown,
                },
            };
            i += 1;
        }
        v
    }

    pub(crate) fn disabled(&mut self, f: &Frame<'db>, id: ExprId, r: &ivs_value::RefValue) -> Value {
        let place = Place { of: f.item, span: f.span(self.db, id) };
        self.report(disabled_report(r, place));
        Value::Unknown
    }

    /// The node of the block `depth` levels out.
    pub(crate) fn level_node(&self, f: &Frame<'db>, depth: u32) -> Option<NodeId> {
        let mut c = self.contrib(f.contrib?)?;
        for _ in 0..depth {
            c = self.contrib(c.parent?)?;
        }
        (c.node != u32::MAX).then_some(c.node)
    }

    pub(crate) fn self_node(&self, f: &Frame<'db>) -> Option<NodeId> {
        let c = self.contrib(f.contrib?)?;
        (c.self_node != u32::MAX).then_some(c.self_node)
    }

    /// The formula of a `let`, and the block it stands in.
    pub(crate) fn let_formula(&self, f: &Frame<'db>, depth: u32, index: u32) -> Option<(u32, ExprId)> {
        let mut id = f.contrib?;
        for _ in 0..depth {
            id = self.contrib(id)?.parent?;
        }
        let c = self.contrib(id)?;
        Some((id, *c.body.blocks.get(c.block as usize)?.lets.get(index as usize)?))
    }

    pub(crate) fn let_value(&mut self, f: &Frame<'db>, depth: u32, index: u32) -> Value {
        let Some(mut id) = f.contrib else { return Value::Unknown };
        for _ in 0..depth {
            match self.contrib(id).and_then(|c| c.parent) {
                Some(p) => id = p,
                None => return Value::Unknown,
            }
        }
        match self.lets.get(&(id, index)) {
            Some(Slot::Done(v)) => return v.clone(),
            Some(Slot::Busy) => {
                let place = Place { of: f.item, span: ivs_model::source_map(self.db, f.item).name };
                self.report(Diagnostic {
                    code: code::VALUE_CYCLE,
                    severity: Severity::Error,
                    message: "a `let` depends on itself".into(),
                    primary: Label { place, text: "in this declaration".into() },
                    labels: Vec::new(),
                    help: Vec::new(),
                    fixes: Vec::new(),
                });
                return Value::Unknown;
            }
            _ => {}
        }
        let Some(c) = self.contrib(id) else { return Value::Unknown };
        let Some(e) = c.body.blocks.get(c.block as usize).and_then(|b| b.lets.get(index as usize)).copied()
        else {
            return Value::Unknown;
        };
        let Some(mut frame) = self.frame(id) else { return Value::Unknown };
        self.lets.insert((id, index), Slot::Busy);
        let v = self.eval(&mut frame, e);
        self.lets.insert((id, index), Slot::Done(v.clone()));
        v
    }

    /// Remembers that a condition read a field of this declaration.
    fn note(&mut self, node: NodeId, slot: u32, rest: &[SmolStr]) {
        if self.reads.is_none() {
            return;
        }
        let Some(inst) = self.inst else { return };
        let mut root = node;
        while let Some((parent, _)) = self.node(root).and_then(|n| n.parent) {
            root = parent;
        }
        if root != 0 {
            self.loose.push((node, slot));
            return;
        }
        let mut path = self.path_of(node, slot);
        path.extend(rest.iter().cloned());
        if let Some(reads) = &mut self.reads {
            reads.push(crate::machine::Read { inst, path, element: None, value: Value::Unknown });
        }
    }
}

fn text_part(text: &str, name: &str) -> Value {
    use ivs_value::checks::{image_digest, image_registry, image_repository, image_tag};
    let part = |o: Option<&str>| o.map_or(Value::None, Value::str);
    match name {
        "tag" => part(image_tag(text)),
        "digest" => part(image_digest(text)),
        "registry" => part(image_registry(text)),
        "repository" => Value::str(image_repository(text)),
        _ => Value::Unknown,
    }
}

pub(crate) fn disabled_report(
    r: &ivs_value::RefValue,
    place: Place<ivs_source::ItemId>,
) -> ivs_source::ItemDiagnostic {
    Diagnostic {
        code: code::DISABLED_REFERENCE,
        severity: Severity::Error,
        message: format!("`{}` is disabled", r.name),
        primary: Label { place, text: "an enabled declaration refers to it".into() },
        labels: Vec::new(),
        help: vec![format!("enable `{}`, or drop the reference", r.name)],
        fixes: Vec::new(),
    }
}
