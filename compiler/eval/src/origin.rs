//! Where the value of an expression is written: the path of a declaration that it was read from.

use crate::inst::{Inst, inst_of};
use crate::machine::{Frame, Machine, Read};
use ivs_model::ir::{ExprId, TExpr};
use ivs_value::{Number, Value};
use smol_str::SmolStr;

/// A place in a declaration's value.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Origin {
    pub inst: Inst,
    pub path: Vec<SmolStr>,
    /// Which element of the list at the path.
    pub element: Option<usize>,
}

impl<'db> Machine<'db> {
    /// Where an expression that is a path leads; `None` for what is computed.
    pub(crate) fn origin_of(&mut self, f: &mut Frame<'db>, e: ExprId) -> Option<Origin> {
        let ir = f.body;
        match ir.exprs.get(e as usize)? {
            TExpr::Local(slot) => self.local_origin(f, *slot).or_else(|| {
                // What a loop over a set binds is a declaration itself.
                Self::of_ref(f.locals.get(*slot as usize)?)
            }),
            TExpr::Member { base, name, .. } => {
                let value = self.unseen(f, *base);
                let mut origin = match &value {
                    Value::Ref(_) => Self::of_ref(&value)?,
                    _ => self.origin_of(f, *base)?,
                };
                if origin.element.is_some() {
                    // Inside an element nothing has a path of its own.
                    return Some(origin);
                }
                origin.path.push(name.clone());
                Some(origin)
            }
            TExpr::Index { base, index } => {
                let mut origin = self.origin_of(f, *base)?;
                let key = self.unseen(f, *index);
                match (self.unseen(f, *base), &key) {
                    (Value::List(_), Value::Number(n)) if origin.element.is_none() => {
                        origin.element = n.to_usize();
                    }
                    (Value::Map(_), k) => origin.path.push(crate::node::key_text(k)),
                    _ => {}
                }
                Some(origin)
            }
            TExpr::Field { depth, field } => {
                let node = self.level_node(f, *depth)?;
                Some(Origin { inst: self.inst?, path: self.path_of(node, u32::from(*field)), element: None })
            }
            TExpr::SelfValue => {
                let node = self.self_node(f)?;
                let path = match self.node(node)?.parent {
                    Some((n, s)) => self.path_of(n, s),
                    None => Vec::new(),
                };
                Some(Origin { inst: self.inst?, path, element: None })
            }
            TExpr::Decl(_) | TExpr::FamilyMember(..) => Self::of_ref(&self.unseen(f, e)),
            TExpr::Let { depth, index } => {
                let (contrib, e) = self.let_formula(f, *depth, *index)?;
                let mut frame = self.frame(contrib)?;
                self.origin_of(&mut frame, e)
            }
            TExpr::Convert { value, .. } | TExpr::CheckDim { value, .. } | TExpr::Conform { value, .. } => {
                self.origin_of(f, *value)
            }
            _ => None,
        }
    }

    fn of_ref(value: &Value) -> Option<Origin> {
        match value {
            Value::Ref(r) => Some(Origin { inst: inst_of(r), path: Vec::new(), element: None }),
            _ => None,
        }
    }

    /// Evaluates without a trace and without a word.
    fn unseen(&mut self, f: &mut Frame<'db>, e: ExprId) -> Value {
        let (reads, quiet) = (self.reads.take(), self.quiet);
        self.quiet = true;
        let value = self.eval(f, e);
        self.reads = reads;
        self.quiet = quiet;
        value
    }

    fn traces(&self, f: &Frame<'db>) -> bool {
        self.origins.is_some() && f.item == self.item
    }

    fn local_origin(&self, f: &Frame<'db>, slot: u32) -> Option<Origin> {
        if !self.traces(f) {
            return None;
        }
        self.origins.as_ref()?.get(slot as usize)?.clone()
    }

    /// Remembers where the loop variables from `base` on are written.
    pub(crate) fn bind_origins(
        &mut self,
        f: &Frame<'db>,
        base: usize,
        key: Option<Origin>,
        value: Option<Origin>,
        pair: bool,
    ) {
        if !self.traces(f) {
            return;
        }
        let Some(origins) = &mut self.origins else { return };
        origins.resize(base, None);
        if pair {
            origins.push(key);
        }
        origins.push(value);
    }

    /// Where the collection of a loop is written, if anybody wants to know.
    pub(crate) fn origin_of_loop(&mut self, f: &mut Frame<'db>, over: ExprId) -> Option<Origin> {
        if !self.traces(f) {
            return None;
        }
        self.origin_of(f, over)
    }

    /// Remembers that a condition read a loop's variable, or something in it.
    pub(crate) fn note_local(&mut self, f: &Frame<'db>, slot: u32, names: &[SmolStr]) {
        if self.reads.is_none() {
            return;
        }
        let Some(mut origin) = self.local_origin(f, slot) else { return };
        let mut value = f.locals.get(slot as usize).cloned().unwrap_or(Value::Unknown);
        if matches!(value, Value::Ref(_)) && !names.is_empty() {
            return;
        }
        for name in names {
            // A reference leads elsewhere, and is noted where it is followed.
            let next = match &value {
                Value::Struct(s) => s.get(name).cloned(),
                Value::Map(m) => {
                    m.entries.iter().find(|(k, _)| crate::node::is_key(k, name)).map(|(_, v)| v.clone())
                }
                Value::Ref(_) => break,
                _ => None,
            };
            let Some(next) = next else { break };
            value = next;
            if origin.element.is_none() {
                origin.path.push(name.clone());
            }
        }
        if let Some(reads) = &mut self.reads {
            reads.push(Read { inst: origin.inst, path: origin.path, element: origin.element, value });
        }
    }
}

impl Origin {
    pub fn child(&self, name: SmolStr) -> Origin {
        let mut inner = self.clone();
        if inner.element.is_none() {
            inner.path.push(name);
        }
        inner
    }

    pub fn at(&self, index: usize) -> Origin {
        let mut inner = self.clone();
        if inner.element.is_none() {
            inner.element = Some(index);
        }
        inner
    }
}

/// An index as a value, for loops over lists that name it.
pub(crate) fn position(i: usize) -> Value {
    Value::Number(Number::int(i64::try_from(i).unwrap_or(i64::MAX)))
}
