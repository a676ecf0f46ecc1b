//! Requirements of kinds, structs and declarations.

use crate::layer::kind_of;
use crate::machine::{ContribId, Machine, NodeId, Read};
use crate::provenance::provenance;
use ivs_model::ir::{ExprId, RequireIr, TExpr};
use ivs_model::{code, source_map};
use ivs_source::{Diagnostic, Label, Place};
use ivs_value::Value;

impl<'db> Machine<'db> {
    /// Decides what has to hold of a node.
    pub(crate) fn requirements(&mut self, node: NodeId) {
        let Some(n) = self.node(node) else { return };
        let definition = n.definition;
        let mut contribs: Vec<ContribId> = Vec::new();
        if let Some(d) = definition
            && crate::constants::has_requirements(self.db, d)
        {
            contribs.extend(self.definition_contrib(node, d));
        }
        if node == 0 && self.inst.is_some() {
            contribs.extend(self.node(node).map(|n| n.contribs.clone()).unwrap_or_default());
        }
        for c in contribs {
            let Some(contrib) = self.contrib(c) else { continue };
            let requires = contrib.body.blocks.get(contrib.block as usize).map_or(0, |b| b.requires.len());
            if requires == 0 {
                continue;
            }
            let ir = contrib.body.clone();
            let Some(block) = ir.blocks.get(contrib.block as usize) else { continue };
            for r in &block.requires {
                self.requirement(c, node, r);
            }
        }
    }

    fn requirement(&mut self, c: ContribId, node: NodeId, r: &RequireIr) {
        let Some(mut frame) = self.frame(c) else { return };
        self.steps = 0;
        if self.eval(&mut frame, r.cond) != Value::Bool(false) {
            return;
        }
        // Once more, to see what it read.
        self.reads = Some(Vec::new());
        self.steps = 0;
        self.eval(&mut frame, r.cond);
        let reads = self.reads.take().unwrap_or_default();
        let text = |m: &mut Self, e: Option<ExprId>| -> Option<String> {
            let mut frame = m.frame(c)?;
            let e = e?;
            // A message may show what a value may not hold.
            m.message(&mut frame, e)
        };
        let source = ivs_source::item_text(self.db, frame.item).clone();
        let cond = frame.span(self.db, r.cond);
        let message = text(self, r.message).unwrap_or_else(|| {
            let name = self.inst.map(|i| crate::inst_name(self.db, i)).unwrap_or_default();
            format!(
                "`{name}` breaks a requirement: {}",
                cond.text(&source).split_whitespace().collect::<Vec<_>>().join(" ")
            )
        });
        let help = text(self, r.help);
        let mut labels = self.labels(node, &reads);
        // What the library decided, the user cannot edit: the nearest block of theirs comes first.
        let foreign = labels.first().is_none_or(|l| !l.place.of.file(self.db).own(self.db));
        if foreign && self.item.file(self.db).own(self.db) {
            let place = self.nearest_place(node);
            labels.insert(0, Label { place, text: "here".into() });
        }
        let condition = Label { place: Place { of: frame.item, span: cond }, text: "required here".into() };
        let (primary, mut labels) = match labels.split_first() {
            Some((first, rest)) => (first.clone(), rest.to_vec()),
            None => {
                let span = source_map(self.db, self.item).name;
                (
                    Label { place: Place { of: self.item, span }, text: "does not fulfil it".into() },
                    Vec::new(),
                )
            }
        };
        labels.truncate(6);
        labels.push(condition);
        self.report(Diagnostic {
            code: code::REQUIRE_FAILED,
            severity: r.severity,
            message,
            primary,
            labels,
            help: help.into_iter().collect(),
            fixes: Vec::new(),
        });
    }

    /// The text of a message: numbers may be approximate.
    fn message(&mut self, frame: &mut crate::machine::Frame, e: ExprId) -> Option<String> {
        let ir = frame.body.clone();
        match ir.exprs.get(e as usize)? {
            TExpr::Interpolate(parts) => {
                let mut out = String::new();
                for p in parts.iter() {
                    match p {
                        ivs_model::ir::StrPartIr::Text(t) => out.push_str(t),
                        ivs_model::ir::StrPartIr::Hole(h) => {
                            let v = self.eval(frame, *h);
                            match ivs_value::interpolate_message(&v) {
                                Ok(t) if !v.is_unknown() => out.push_str(&t),
                                _ => out.push('?'),
                            }
                        }
                    }
                }
                Some(out)
            }
            _ => match self.eval(frame, e) {
                Value::Str(s) => Some(s.to_string()),
                _ => None,
            },
        }
    }

    /// The places that decided what a condition read, those of the user first.
    fn labels(&mut self, node: NodeId, reads: &[Read]) -> Vec<Label<ivs_source::ItemId>> {
        let mut own = Vec::new();
        let mut library = Vec::new();
        let _ = kind_of;
        for read in reads {
            let Some(link) = provenance(self.db, self.env, read.inst, &read.path).into_iter().next() else {
                continue;
            };
            let shown = {
                let mut m = Machine::of(self.db, self.env, read.inst);
                m.quiet = true;
                m.read_path(&read.path)
            };
            if shown.is_unknown() {
                continue;
            }
            let text = match &shown {
                // A whole block is seen where it stands.
                Value::Struct(_) | Value::Map(_) => link.origin.clone(),
                v => format!("{} — {}", ivs_value::display(v), link.origin),
            };
            let label = Label { place: link.place.clone(), text };
            let list = if link.place.of.file(self.db).own(self.db) { &mut own } else { &mut library };
            if !list.iter().any(|l: &Label<_>| l.place == label.place) {
                list.push(label);
            }
        }
        let _ = node;
        own.extend(library);
        own
    }
}
