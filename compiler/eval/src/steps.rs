//! Steps: what each layer does to a slot, topmost first.

use crate::machine::{ContribId, Keys, Machine, NodeId};
use crate::why::Role;
use ivs_model::ir::{BlockId, BlockIr, EntryIr, ExprId, KeyIr, OpIr};
use ivs_model::{code, source_map};
use ivs_source::{Diagnostic, ItemId, Label, Place, Severity};
use ivs_value::Value;

/// What one layer does to a slot.
#[derive(Clone, Copy)]
pub(crate) enum Act {
    Set(ExprId),
    Append(ExprId),
    Merge(BlockId),
    Remove,
}

pub(crate) struct Step {
    pub contrib: ContribId,
    /// How many of the node's contribs lie below.
    pub below: usize,
    pub act: Act,
    pub mark: u32,
}

impl<'db> Machine<'db> {
    pub(crate) fn slot_key(&self, node: NodeId, slot: u32) -> Option<KeyIr> {
        match &self.node(node)?.keys {
            Keys::Fields(_) => Some(KeyIr::Field(slot as u16)),
            Keys::Map { keys, .. } => keys.get(slot as usize).map(|k| KeyIr::Key(Box::new(k.clone()))),
        }
    }

    /// What a block says of a slot.
    fn entry<'b>(&self, block: &'b BlockIr, wanted: &KeyIr) -> Option<&'b EntryIr> {
        if let KeyIr::Key(key) = wanted
            && let Value::Ref(r) = &**key
        {
            let inst = crate::inst::inst_of(r);
            if inst.key(self.db).is_none() {
                return block.entries.of(&KeyIr::Decl(inst.decl(self.db)));
            }
        }
        block.entries.of(wanted)
    }

    /// What the lowest `upto` contribs do to a slot, topmost first, down to what replaces everything below.
    pub(crate) fn steps(&mut self, node: NodeId, slot: u32, upto: usize) -> Vec<Step> {
        let Some(wanted) = self.slot_key(node, slot) else { return Vec::new() };
        let count = self.node(node).map_or(0, |n| n.contribs.len()).min(upto);
        if count == 0 {
            return Vec::new();
        }
        // `enabled`, `slug` and `title` belong to one declaration; a base's are not handed down.
        let own_only = node == 0 && self.inst.is_some() && self.not_handed_down(&wanted);
        let mut out: Vec<Step> = Vec::new();
        for below in (0..count).rev() {
            let Some(id) = self.node(node).and_then(|n| n.contribs.get(below)).copied() else { continue };
            if own_only && self.is_base_layer(below) {
                continue;
            }
            let Some(c) = self.contrib(id) else { continue };
            let Some(b) = c.body.blocks.get(c.block as usize) else { continue };
            // Most bodies say nothing of most fields.
            if b.whens.is_empty() && self.entry(b, &wanted).is_none() {
                continue;
            }
            let (ir, block) = (c.body, c.block);
            let Some(b) = ir.blocks.get(block as usize) else { continue };
            // `when` entries lie above the plain ones of their body.
            let mut found_when: Option<u32> = None;
            for (i, (cond, when_block)) in b.whens.iter().enumerate() {
                let Some(w) = ir.blocks.get(*when_block as usize) else { continue };
                let Some(e) = self.entry(w, &wanted) else { continue };
                if !self.when_holds(id, i as u32, *cond) {
                    continue;
                }
                let act = act_of(&e.op);
                if let Some(first) = found_when
                    && !matches!(act, Act::Merge(_))
                {
                    self.set_by_two_whens(id, first, e.mark);
                    continue;
                }
                found_when = Some(e.mark);
                out.push(Step { contrib: id, below, act, mark: e.mark });
            }
            if out.last().is_some_and(|s| matches!(s.act, Act::Set(_) | Act::Remove)) {
                break;
            }
            if let Some(e) = self.entry(b, &wanted) {
                if e.is_final && !out.is_empty() {
                    self.final_overridden(id, e.mark, &out);
                }
                let act = act_of(&e.op);
                out.push(Step { contrib: id, below, act, mark: e.mark });
                if matches!(act, Act::Set(_) | Act::Remove) {
                    if !e.is_final {
                        self.check_final_below(node, below, &wanted, id, e.mark);
                    }
                    break;
                }
            }
        }
        out
    }

    /// What the lowest `upto` contribs do to a slot, topmost first, down to what decides it: which contrib, how many lie
    /// below, the formula, what it does, and the place of the key.
    pub(crate) fn acts(
        &mut self,
        node: NodeId,
        slot: u32,
        upto: usize,
    ) -> Vec<(ContribId, usize, Option<ExprId>, Role, u32)> {
        self.steps(node, slot, upto)
            .into_iter()
            .map(|s| {
                let (formula, role) = match s.act {
                    Act::Set(e) => (Some(e), Role::Decides),
                    Act::Append(e) => (Some(e), Role::Adds),
                    Act::Merge(_) => (None, Role::Amends),
                    Act::Remove => (None, Role::Decides),
                };
                (s.contrib, s.below, formula, role, s.mark)
            })
            .collect()
    }

    fn not_handed_down(&self, wanted: &KeyIr) -> bool {
        let KeyIr::Field(i) = wanted else { return false };
        match self.node(0).map(|n| &n.keys) {
            Some(Keys::Fields(s)) => s
                .fields
                .get(*i as usize)
                .is_some_and(|f| matches!(f.name.as_str(), "enabled" | "slug" | "title" | "name")),
            _ => false,
        }
    }

    fn is_base_layer(&self, contrib_at: usize) -> bool {
        let Some(inst) = self.inst else { return false };
        // The own body and what amends it stand at and above the declaration's own layer.
        let own_at = self.node(0).and_then(|n| {
            n.contribs.iter().position(|c| self.contrib(*c).is_some_and(|c| c.item == inst.decl(self.db)))
        });
        own_at.is_some_and(|o| contrib_at < o)
    }

    /// A `final` entry below the one that was found.
    fn check_final_below(&mut self, node: NodeId, below: usize, wanted: &KeyIr, by: ContribId, mark: u32) {
        let Some(contribs) = self.node(node).map(|n| &n.contribs) else { return };
        let found = contribs.iter().take(below).rev().find_map(|id| {
            let c = self.contrib(*id)?;
            let b = c.body.blocks.get(c.block as usize)?;
            let e = self.entry(b, wanted).filter(|e| e.is_final)?;
            Some((*id, e.mark))
        });
        if let Some((id, first)) = found {
            self.report_final(id, first, by, mark);
        }
    }

    fn final_overridden(&mut self, id: ContribId, mark: u32, above: &[Step]) {
        if let Some(s) = above.first() {
            self.report_final(id, mark, s.contrib, s.mark);
        }
    }

    fn report_final(&mut self, id: ContribId, mark: u32, by: ContribId, by_mark: u32) {
        let (Some(first), Some(second)) = (self.mark_place(id, mark), self.mark_place(by, by_mark)) else {
            return;
        };
        let fixes = self.without(&second).into_iter().collect();
        self.report(Diagnostic {
            code: code::FINAL_OVERRIDDEN,
            severity: Severity::Error,
            message: "a final value cannot be overridden".into(),
            primary: Label { place: second, text: "set again here".into() },
            labels: vec![Label { place: first, text: "declared `final` here".into() }],
            help: vec!["leave it out here, or remove `final` there".into()],
            fixes,
        });
    }

    fn set_by_two_whens(&mut self, id: ContribId, first: u32, second: u32) {
        let (Some(a), Some(b)) = (self.mark_place(id, first), self.mark_place(id, second)) else { return };
        self.report(Diagnostic {
            code: code::DUPLICATE_PATH,
            severity: Severity::Error,
            message: "two `when` that both hold set one path".into(),
            primary: Label { place: b, text: "set again".into() },
            labels: vec![Label { place: a, text: "first set here".into() }],
            help: vec!["make the conditions exclude each other".into()],
            fixes: Vec::new(),
        });
    }

    pub(crate) fn mark_place(&self, id: ContribId, mark: u32) -> Option<Place<ItemId>> {
        let c = self.contrib(id)?;
        let span = source_map(self.db, c.item).marks.get(mark as usize).copied().unwrap_or_default();
        Some(Place { of: c.item, span })
    }

    pub(crate) fn when_holds(&mut self, id: ContribId, index: u32, cond: ExprId) -> bool {
        match self.whens.get(&(id, index)) {
            Some(Some(holds)) => return *holds,
            Some(None) => {
                // The condition needs what it decides.
                if let Some(frame) = self.frame(id) {
                    let span = frame.span(self.db, cond);
                    let place = Place { of: frame.item, span };
                    self.report(Diagnostic {
                        code: code::VALUE_CYCLE,
                        severity: Severity::Error,
                        message: "a `when` depends on what it sets".into(),
                        primary: Label { place, text: "this condition reads a value that it decides".into() },
                        labels: Vec::new(),
                        help: Vec::new(),
                        fixes: Vec::new(),
                    });
                }
                return false;
            }
            None => {}
        }
        self.whens.insert((id, index), None);
        let holds = match self.frame(id) {
            Some(mut frame) => matches!(self.eval(&mut frame, cond), Value::Bool(true)),
            None => false,
        };
        self.whens.insert((id, index), Some(holds));
        holds
    }

    /// The formula that decides a slot, if one layer alone does.
    pub(crate) fn deciding(&mut self, node: NodeId, slot: u32) -> Option<(ItemId, ExprId)> {
        let upto = self.node(node).map_or(0, |n| n.contribs.len());
        let steps = self.steps(node, slot, upto);
        let first = steps.first()?;
        let Act::Set(e) = first.act else { return None };
        Some((self.contrib(first.contrib)?.item, e))
    }

    /// Whether one of the lowest `below` contribs says something of a slot.
    pub(crate) fn says(&mut self, node: NodeId, slot: u32, below: usize) -> bool {
        !self.steps(node, slot, below).is_empty()
    }
}

fn act_of(op: &OpIr) -> Act {
    match op {
        OpIr::Set(e) => Act::Set(*e),
        OpIr::Append(e) => Act::Append(*e),
        OpIr::Merge(b) => Act::Merge(*b),
        OpIr::Remove => Act::Remove,
    }
}
