//! Requirements of kinds, structs and declarations, and what is said of one that does not hold.

use crate::constants::{has_requirements, settled};
use crate::inst::Inst;
use crate::machine::{Contrib, ContribId, Frame, Machine, NodeId, Read};
use crate::origin::Origin;
use crate::provenance::provenance;
use ivs_model::ir::{ExprId, RequireIr, TExpr};
use ivs_model::{body, code, source_map, worded_body};
use ivs_source::{Diagnostic, ItemDiagnostic, ItemId, Label, Place};
use ivs_value::Value;
use rustc_hash::FxHashSet;
use smol_str::SmolStr;

/// Places of values that a report shows beside the deciding one.
const MAX_LABELS: usize = 6;
/// Reads of a condition from which on labels are not made of all.
const MANY_READS: usize = 128;

/// What is said of a requirement that does not hold.
pub(crate) struct Said {
    pub message: Option<String>,
    pub help: Option<String>,
    /// The places of `at`, in its order.
    pub at: Vec<Label<ItemId>>,
    /// What the condition read.
    pub reads: Vec<Read>,
    pub fixes: Vec<ivs_source::Fix<ItemId>>,
}

impl<'db> Machine<'db> {
    /// Decides what has to hold of a node.
    pub(crate) fn requirements(&mut self, node: NodeId) {
        let Some(n) = self.node(node) else { return };
        let definition = n.definition.filter(|d| has_requirements(self.db, *d));
        // What holds of the defaults is decided once, unless somebody counts.
        let whole = n.base.is_none() && self.covered.is_none();
        if let Some(d) = definition
            && let Some(c) = self.definition_contrib(node, d)
        {
            let settled = if whole { settled(self.db, self.env, d) } else { &[] };
            let said = self.said(node);
            let ir = body(self.db, d);
            let block = ir.roots.first().and_then(|r| ir.blocks.get(*r as usize));
            for (i, r) in block.iter().flat_map(|b| &b.requires).enumerate() {
                let read = settled.get(i).and_then(Option::as_deref);
                if read.is_none_or(|read| read.iter().any(|f| said.contains(f))) {
                    self.requirement(c, node, r);
                }
            }
        }
        let mut contribs: Vec<ContribId> = Vec::new();
        if node == 0 && self.inst.is_some() {
            contribs.extend(self.node(node).map(|n| n.contribs.clone()).unwrap_or_default());
        }
        for c in contribs {
            let Some(contrib) = self.contrib(c) else { continue };
            let requires = contrib.body.blocks.get(contrib.block as usize).map_or(0, |b| b.requires.len());
            if requires == 0 {
                continue;
            }
            let ir = contrib.body;
            let Some(block) = ir.blocks.get(contrib.block as usize) else { continue };
            for r in &block.requires {
                self.requirement(c, node, r);
            }
        }
    }

    fn requirement(&mut self, c: ContribId, node: NodeId, r: &RequireIr) {
        let Some(mut frame) = self.frame(c) else { return };
        self.steps = 0;
        let verdict = self.eval(&mut frame, r.cond);
        if let (Some(covered), Value::Bool(holds)) = (&mut self.covered, &verdict) {
            covered.push((frame.item, r.mark, *holds));
        }
        if verdict != Value::Bool(false) {
            return;
        }
        self.loose.clear();
        let Some(said) = self.explained(c, r) else { return };
        let mut labels = said.at;
        if labels.is_empty() {
            labels = self.loose_labels();
        }
        self.labels(&said.reads, &[], &mut labels);
        // What the library decided, the user cannot edit: the nearest block of theirs comes first.
        let foreign = labels.first().is_none_or(|l| !l.place.of.file(self.db).own(self.db));
        if foreign && self.item.file(self.db).own(self.db) {
            let place = self.nearest_place(node);
            labels.insert(0, Label { place, text: "here".into() });
        }
        let cond = frame.span(self.db, r.cond);
        let message = said.message.unwrap_or_else(|| {
            let name = self.inst.map(|i| crate::inst_name(self.db, i)).unwrap_or_default();
            format!("`{name}` breaks a requirement: {}", self.written(&frame, r.cond))
        });
        let condition = Label { place: Place { of: frame.item, span: cond }, text: "required here".into() };
        let primary = match labels.is_empty() {
            false => labels.remove(0),
            true => {
                let span = source_map(self.db, self.item).name;
                Label { place: Place { of: self.item, span }, text: "does not fulfil it".into() }
            }
        };
        labels.truncate(MAX_LABELS);
        labels.push(condition);
        self.report(Diagnostic {
            code: r.code.as_ref().map_or(code::REQUIRE_FAILED, |c| ivs_source::intern_code(c)),
            severity: r.severity,
            message,
            primary,
            labels,
            help: said.help.into_iter().collect(),
            fixes: said.fixes,
        });
    }

    /// The places of what was read of an element of a list, which has no path.
    fn loose_labels(&mut self) -> Vec<Label<ItemId>> {
        let mut labels: Vec<Label<ItemId>> = Vec::new();
        for (node, slot) in std::mem::take(&mut self.loose) {
            let upto = self.node(node).map_or(0, |n| n.contribs.len());
            let Some((contrib, _, formula, _, mark)) = self.acts(node, slot, upto).into_iter().next() else {
                continue;
            };
            let place = match (formula, self.contrib(contrib)) {
                (Some(e), Some(c)) => {
                    let span = source_map(self.db, c.item).exprs.get(e as usize).copied().unwrap_or_default();
                    Some(Place { of: c.item, span })
                }
                _ => self.mark_place(contrib, mark),
            };
            let Some(place) = place.filter(|p| labels.iter().all(|l| l.place != *p)) else { continue };
            let text = match self.force(node, slot) {
                Value::Unknown => continue,
                Value::Struct(_) | Value::Map(_) => "set here".to_owned(),
                v => format!("{} — set here", ivs_value::display(&v)),
            };
            labels.push(Label { place, text });
        }
        labels
    }

    /// Evaluates a failed condition once more, to see what it read, and what is to be said of it.
    pub(crate) fn explained(&mut self, c: ContribId, r: &RequireIr) -> Option<Said> {
        // A requirement of the library is decided without its words.
        let silent = self.contrib(c)?.clone();
        let body = worded_body(self.db, silent.item);
        let r = body.blocks.get(silent.block as usize)?.requires.iter().find(|w| w.mark == r.mark)?;
        let c = self.add_contrib(Contrib { body, ..silent });
        let frame = &mut self.frame(c)?;
        // `let`s that are known already would not be seen to read anything.
        let lets = std::mem::take(&mut self.lets);
        self.reads = Some(Vec::new());
        self.steps = 0;
        self.eval(frame, r.cond);
        let reads = self.reads.take().unwrap_or_default();
        self.lets = lets;
        let text = |m: &mut Self, e: Option<ExprId>| -> Option<String> {
            let mut frame = m.frame(c)?;
            // A message may show what a value may not hold.
            m.message(&mut frame, e?)
        };
        let message = text(self, r.message);
        let help = text(self, r.help);
        let mut at = Vec::new();
        for e in &r.at {
            let Some(origin) = self.origin_of(frame, *e) else { continue };
            at.extend(self.label_of(&origin));
        }
        let fixes = self.proposal(frame, &r.fixes).into_iter().collect();
        Some(Said { message, help, at, reads, fixes })
    }

    /// The text of a formula on one line.
    pub(crate) fn written(&self, frame: &Frame<'db>, e: ExprId) -> String {
        let source = ivs_source::item_text(self.db, frame.item);
        frame.span(self.db, e).text(source).split_whitespace().collect::<Vec<_>>().join(" ")
    }

    /// The text of a message: numbers may be approximate.
    fn message(&mut self, frame: &mut Frame<'db>, e: ExprId) -> Option<String> {
        // What a `let` holds is a value, and stays exact.
        let before = (std::mem::replace(&mut self.telling, true), self.lets.clone());
        let text = self.told(frame, e);
        (self.telling, self.lets) = before;
        text
    }

    fn told(&mut self, frame: &mut Frame<'db>, e: ExprId) -> Option<String> {
        let ir = frame.body;
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

    /// Adds the places that decided what a condition read: the first that the user wrote, then those of the nearest
    /// of `binders` (innermost last) first, the library's last.
    pub(crate) fn labels(&mut self, reads: &[Read], binders: &[Inst], out: &mut Vec<Label<ItemId>>) {
        if reads.len() > MANY_READS {
            return self.few_labels(reads, binders, out);
        }
        let mut found: Vec<((bool, usize), Label<ItemId>)> = Vec::new();
        for read in reads {
            let origin = Origin { inst: read.inst, path: read.path.clone(), element: read.element };
            let Some(label) = self.label_of(&origin) else { continue };
            if out.iter().any(|l| l.place == label.place) || found.iter().any(|(_, l)| l.place == label.place)
            {
                continue;
            }
            let library = !label.place.of.file(self.db).own(self.db);
            let near = binders
                .iter()
                .rposition(|b| *b == read.inst)
                .map_or(binders.len(), |i| binders.len() - 1 - i);
            found.push(((library, near), label));
        }
        if out.is_empty()
            && let Some(first) = found.iter().position(|((library, _), _)| !library)
        {
            out.push(found.remove(first).1);
        }
        found.sort_by_key(|(rank, _)| *rank);
        out.extend(found.into_iter().map(|(_, l)| l));
    }

    /// [`Machine::labels`] of a condition over thousands of values, a sum for example: as many as are shown, since each costs
    /// an evaluation. Of several reads that one place decided, the nearest counts.
    fn few_labels(&mut self, reads: &[Read], binders: &[Inst], out: &mut Vec<Label<ItemId>>) {
        let mut seen: FxHashSet<(Inst, &[SmolStr], Option<usize>)> = FxHashSet::default();
        let mut reads: Vec<&Read> =
            reads.iter().filter(|r| seen.insert((r.inst, &r.path, r.element))).collect();
        let label = |m: &mut Self, r: &Read| {
            m.label_of(&Origin { inst: r.inst, path: r.path.clone(), element: r.element })
        };
        let own = |m: &Self, l: &Label<ItemId>| l.place.of.file(m.db).own(m.db);
        if out.is_empty()
            && let Some(first) = reads.iter().find_map(|r| label(self, r).filter(|l| own(self, l)))
        {
            out.push(first);
        }
        reads.sort_by_key(|r| {
            binders.iter().rposition(|b| *b == r.inst).map_or(binders.len(), |i| binders.len() - 1 - i)
        });
        let mut library: Vec<Label<ItemId>> = Vec::new();
        for read in reads {
            // The deciding place is shown besides.
            if out.len() > MAX_LABELS {
                return;
            }
            let Some(label) = label(self, read) else { continue };
            let known = |l: &Label<ItemId>| l.place == label.place;
            if out.iter().any(known) || library.iter().any(known) {
                continue;
            }
            match own(self, &label) {
                true => out.push(label),
                false if library.len() < MAX_LABELS => library.push(label),
                false => {}
            }
        }
        out.extend(library);
    }

    /// The place that decided a path, with its value and origin. Nothing for a value that is unknown.
    pub(crate) fn label_of(&mut self, origin: &Origin) -> Option<Label<ItemId>> {
        let origin = &self.home_of(origin);
        if origin.path.is_empty() {
            let decl = origin.inst.decl(self.db);
            let place = Place { of: decl, span: source_map(self.db, decl).name };
            return Some(Label { place, text: "in this declaration".into() });
        }
        let link = provenance(self.db, self.env, origin.inst, &origin.path).into_iter().next()?;
        let shown = {
            let mut m = Machine::of(self.db, self.env, origin.inst);
            m.quiet = true;
            m.read_path(&origin.path)
        };
        let (mut place, mut value) = (link.place, shown);
        if let (Some(i), Value::List(xs)) = (origin.element, &value) {
            place = self.element_place(&place, i).unwrap_or(place);
            value = xs.get(i).cloned().unwrap_or(Value::Unknown);
        }
        let text = match &value {
            Value::Unknown => return None,
            // A whole block is seen where it stands.
            Value::Struct(_) | Value::Map(_) => link.origin,
            v => format!("{} — {}", ivs_value::display(v), link.origin),
        };
        Some(Label { place, text })
    }

    /// The same place as a path of the declaration that it belongs to: a path may lead through references.
    pub(crate) fn home_of(&self, origin: &Origin) -> Origin {
        let mut home = origin.clone();
        let mut at = 1;
        while at < home.path.len() {
            let mut m = Machine::of(self.db, self.env, home.inst);
            m.quiet = true;
            match m.read_path(home.path.get(..at).unwrap_or_default()) {
                Value::Ref(r) => {
                    home.inst = crate::inst_of(&r);
                    home.path.drain(..at);
                    at = 1;
                }
                _ => at += 1,
            }
        }
        home
    }

    /// The place of an element of a list that is written out at a place.
    fn element_place(&self, list: &Place<ItemId>, i: usize) -> Option<Place<ItemId>> {
        let map = source_map(self.db, list.of);
        let ir = body(self.db, list.of);
        let items = map.exprs.iter().zip(&ir.exprs).find_map(|(span, e)| match e {
            TExpr::List(items) if *span == list.span => Some(items),
            _ => None,
        })?;
        let span = *map.exprs.get(*items.get(i)? as usize)?;
        Some(Place { of: list.of, span })
    }
}

/// The names of a path, with those of list ends left off.
pub(crate) fn dotted(path: &[SmolStr]) -> String {
    path.join(".")
}

/// A finding of something that has a name or code of its own.
pub(crate) fn conclude(
    code: &'static str,
    severity: ivs_source::Severity,
    message: String,
    mut labels: Vec<Label<ItemId>>,
    condition: Label<ItemId>,
    said_help: Option<String>,
    fixes: Vec<ivs_source::Fix<ItemId>>,
) -> ItemDiagnostic {
    let primary = if labels.is_empty() { condition.clone() } else { labels.remove(0) };
    labels.truncate(MAX_LABELS);
    if primary != condition {
        labels.push(condition);
    }
    Diagnostic { code, severity, message, primary, labels, help: said_help.into_iter().collect(), fixes }
}
