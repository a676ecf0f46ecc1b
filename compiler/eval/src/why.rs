//! Why a value is what it is: every layer that says something of it, and what the deciding formulas read.

use crate::inst::{Env, Inst, inst_of};
use crate::layer::{LayerKind, layers, overlay_said};
use crate::machine::{ContribId, Machine, NodeId, Slot};
use crate::provenance::default_link;
use ivs_model::ir::{Body, ExprId, TExpr};
use ivs_model::{body, source_map};
use ivs_source::{Db, ItemId, Place};
use ivs_value::Value;
use smol_str::SmolStr;

/// What a layer does to a value.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Role {
    /// Its formula is the value.
    Decides,
    /// It adds elements to what the layers below give.
    Adds,
    /// It sets fields or keys inside.
    Amends,
    /// A layer above sets the same path.
    Overridden,
}

/// One layer of a value.
#[derive(Clone, PartialEq, Debug)]
pub struct Layer {
    /// The formula, or the key that is set.
    pub place: Place<ItemId>,
    /// In words: `set here`, ``from base `mal` ``.
    pub origin: String,
    /// What it does.
    pub role: Role,
    /// What the layers up to this one give.
    pub value: Value,
}

/// Something that a formula reads.
#[derive(Clone, PartialEq, Debug)]
pub enum Cause {
    /// A value of a declaration.
    Value(Inst, Vec<SmolStr>),
    /// A constant of a module, or what a path of fields, keys and indices leads to in it.
    Constant(ItemId, Vec<SmolStr>),
    /// A function of a module.
    Function(ItemId),
    /// A `let` of a body: its formula and value.
    Let(Place<ItemId>, Value),
    /// The variable of a family: its name is in the family's head.
    Key(Place<ItemId>, Value),
}

/// Why a value is what it is.
#[derive(Clone, PartialEq, Debug)]
pub struct Why {
    /// The declaration that has the value: another one than was asked for, where the path leads through a reference.
    pub inst: Inst,
    /// The path in it.
    pub path: Vec<SmolStr>,
    /// The value.
    pub value: Value,
    /// Topmost first; the kind's default last.
    pub layers: Vec<Layer>,
    /// What the formulas that make the value read, in the order of reading.
    pub causes: Vec<Cause>,
}

/// Why the value at a path is what it is; `None` if there is no such path.
pub fn why(db: &dyn Db, env: Env, inst: Inst, path: &[SmolStr]) -> Option<Why> {
    let mut machine = Machine::of(db, env, inst);
    machine.quiet = true;
    machine.whole(0);
    let mut slots: Vec<(NodeId, u32)> = Vec::new();
    let mut node = 0;
    for (i, name) in path.iter().enumerate() {
        let slot = machine.slot_named(node, name)?;
        slots.push((node, slot));
        let rest = path.get(i + 1..).unwrap_or_default();
        match machine.resolve(node, slot) {
            Slot::Node(n) => node = n,
            Slot::Done(Value::Ref(r)) if !rest.is_empty() => return why(db, env, inst_of(&r), rest),
            _ => break,
        }
    }
    let value = machine.read_path(path);
    let mut out = Why { inst, path: path.to_vec(), value, layers: Vec::new(), causes: Vec::new() };
    let mut decided = false;
    // From the value itself outwards, as long as what is set around it decides it.
    for (node, slot) in slots.iter().rev() {
        machine.layers_of(*node, *slot, &mut decided, &mut out);
        let from_outside = machine.node(*node).is_some_and(|n| {
            n.base.is_some()
                || matches!(&n.keys, crate::machine::Keys::Map { bases, .. }
                if bases.get(*slot as usize).is_some_and(Option::is_some))
        });
        if decided || !from_outside {
            break;
        }
    }
    if let Some(link) = default_link(db, inst.decl(db), path) {
        let role = if decided { Role::Overridden } else { Role::Decides };
        let value = match role {
            Role::Decides => out.value.clone(),
            _ => slots.last().map_or(Value::Unknown, |(n, s)| machine.below(*n, *s, 0)),
        };
        out.layers.push(Layer { place: link.place, origin: link.origin, role, value });
    }
    if let Some((node, slot)) = slots.last() {
        machine.causes(*node, *slot, &mut out.causes);
    }
    Some(out)
}

/// Why a constant is what it is: the constants and functions that its formula names.
pub fn causes_of_constant(db: &dyn Db, item: ItemId) -> Vec<Cause> {
    let ir = body(db, item);
    let mut out = Vec::new();
    if let Some(e) = ir.value {
        named(ir, e, &mut |cause| push(&mut out, cause));
    }
    out
}

impl Machine<'_> {
    /// What the lowest `upto` contribs of a node give a slot.
    fn below(&mut self, node: NodeId, slot: u32, upto: usize) -> Value {
        match self.decide(node, slot, upto) {
            Slot::Node(n) => self.whole(n),
            Slot::Done(v) => v,
            Slot::Todo | Slot::Unsaid | Slot::Busy => Value::Unknown,
        }
    }

    fn layers_of(&mut self, node: NodeId, slot: u32, decided: &mut bool, out: &mut Why) {
        let mut upto = self.node(node).map_or(0, |n| n.contribs.len());
        loop {
            let steps = self.acts(node, slot, upto);
            if steps.is_empty() {
                return;
            }
            for (contrib, below, formula, role, mark) in steps {
                upto = below;
                let Some(place) = self.mark_place(contrib, mark) else { continue };
                let place = match formula {
                    Some(e) => {
                        let map = source_map(self.db, place.of);
                        Place { of: place.of, span: map.exprs.get(e as usize).copied().unwrap_or(place.span) }
                    }
                    None => place,
                };
                let role = if *decided { Role::Overridden } else { role };
                let origin = self.origin(place.of);
                let value = self.below(node, slot, below + 1);
                *decided |= role == Role::Decides;
                out.layers.push(Layer { place, origin, role, value });
            }
        }
    }

    fn origin(&self, item: ItemId) -> String {
        let Some(inst) = self.inst else { return "set here".into() };
        let all = layers(self.db, self.env, inst);
        match all.iter().find(|l| l.item == item).map(|l| &l.kind) {
            Some(LayerKind::Overlay(env)) => overlay_said(env),
            Some(LayerKind::Base) => format!("from base `{}`", item.key(self.db).name),
            Some(LayerKind::Own) => "set here".into(),
            None => format!("default of `{}`", item.key(self.db).name),
        }
    }

    /// What the formulas of a slot read: evaluated again, after everything that they read.
    fn causes(&mut self, node: NodeId, slot: u32, out: &mut Vec<Cause>) {
        self.lets.clear();
        self.whens.clear();
        self.reads = Some(Vec::new());
        self.put(node, slot, Slot::Todo);
        self.resolve(node, slot);
        for read in self.reads.take().unwrap_or_default() {
            push(out, Cause::Value(read.inst, read.path));
        }
        let upto = self.node(node).map_or(0, |n| n.contribs.len());
        let mut formulas: Vec<(Option<u32>, ItemId, ExprId)> = Vec::new();
        for (contrib, _, formula, _, _) in self.acts(node, slot, upto) {
            if let (Some(e), Some(c)) = (formula, self.contrib(contrib)) {
                formulas.push((Some(contrib), c.item, e));
            }
        }
        if formulas.is_empty()
            && let Some((owner, ordinal)) = self.field(node, slot).and_then(|f| f.owner)
            && let Some(e) = body(self.db, owner).defaults.get(ordinal as usize).copied().flatten()
        {
            formulas.push((None, owner, e));
        }
        for (contrib, item, e) in formulas {
            let ir = body(self.db, item);
            named(ir, e, &mut |cause| push(out, cause));
            if let Some(contrib) = contrib {
                let mut lets: Vec<(u32, u32)> = Vec::new();
                walk(ir, e, &mut |x| {
                    if let TExpr::Let { depth, index } = x {
                        lets.push((*depth, *index));
                    }
                });
                for (depth, index) in lets {
                    if let Some(cause) = self.let_cause(contrib, depth, index) {
                        push(out, cause);
                    }
                }
            }
            let Some(family) = &ir.family else { continue };
            let Some(values) = contrib.and_then(|c| self.contrib(c)).map(|c| c.locals.clone()) else {
                continue;
            };
            let map = source_map(self.db, item);
            let over = family.clauses.loops.first().and_then(|l| map.exprs.get(l.over as usize));
            walk(ir, e, &mut |x| {
                if let TExpr::Local(i) = x
                    && *i < family.binders
                    && let (Some(v), Some(span)) = (values.get(*i as usize), over)
                {
                    push(out, Cause::Key(Place { of: item, span: *span }, v.clone()));
                }
            });
        }
    }

    fn let_cause(&mut self, contrib: ContribId, depth: u32, index: u32) -> Option<Cause> {
        let mut id = contrib;
        for _ in 0..depth {
            id = self.contrib(id)?.parent?;
        }
        let c = self.contrib(id)?;
        let e = c.body.blocks.get(c.block as usize)?.lets.get(index as usize).copied()?;
        let item = c.item;
        let frame = self.frame(contrib)?;
        let value = self.let_value(&frame, depth, index);
        let span = source_map(self.db, item).exprs.get(e as usize).copied()?;
        Some(Cause::Let(Place { of: item, span }, value))
    }

    fn field(&self, node: NodeId, slot: u32) -> Option<&ivs_model::Field> {
        match &self.node(node)?.keys {
            crate::machine::Keys::Fields(s) => s.fields.get(slot as usize),
            crate::machine::Keys::Map { .. } => None,
        }
    }
}

fn push(out: &mut Vec<Cause>, cause: Cause) {
    if !out.contains(&cause) {
        out.push(cause);
    }
}

/// The constants, as far as they are read, and functions that a formula names, in the order of the text.
fn named(ir: &Body, e: ExprId, found: &mut dyn FnMut(Cause)) {
    let mut open: Vec<(ExprId, Vec<SmolStr>)> = vec![(e, Vec::new())];
    while let Some((e, path)) = open.pop() {
        let Some(x) = ir.exprs.get(e as usize) else { continue };
        let step = match x {
            TExpr::Global(item) => {
                found(Cause::Constant(*item, path));
                continue;
            }
            TExpr::CallFn { function, .. } => {
                found(Cause::Function(*function));
                None
            }
            TExpr::Member { base, name, .. } => Some((*base, name.clone())),
            TExpr::Index { base, index } => match ir.exprs.get(*index as usize) {
                Some(TExpr::Const(key)) => Some((*base, crate::node::key_text(key))),
                _ => None,
            },
            _ => None,
        };
        if let Some((base, step)) = step {
            open.push((base, std::iter::once(step).chain(path).collect()));
            continue;
        }
        let from = open.len();
        x.each_child(&mut |c| open.push((c, Vec::new())));
        open.get_mut(from..).unwrap_or_default().reverse();
    }
}

/// Where the value at a path of a constant stands in the data file that it is loaded from.
pub fn loaded_place(db: &dyn Db, item: ItemId, path: &[SmolStr]) -> Option<Place<ItemId>> {
    let ir = body(db, item);
    let TExpr::Load { path: file, .. } = ir.exprs.get(ir.value? as usize)? else { return None };
    match ivs_model::data_file(db, ivs_model::item_module(db, item), file.clone()) {
        ivs_model::DataFile::Found(file) => crate::load::data_place(db, file, path),
        ivs_model::DataFile::Not(_) => None,
    }
}

/// Visits an expression and everything in it, in the order of the text.
fn walk(ir: &Body, e: ExprId, visit: &mut dyn FnMut(&TExpr)) {
    let mut open = vec![e];
    while let Some(e) = open.pop() {
        let Some(x) = ir.exprs.get(e as usize) else { continue };
        visit(x);
        let from = open.len();
        x.each_child(&mut |c| open.push(c));
        open.get_mut(from..).unwrap_or_default().reverse();
    }
}
