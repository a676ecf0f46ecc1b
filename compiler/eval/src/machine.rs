//! The evaluator of one declaration.
//!
//! A declaration is a tree of nodes (the object itself, its structs and maps), each with the blocks that set its
//! fields, lowest layer first. A field is evaluated when it is first read; a field that is read while it is being
//! evaluated closes a loop.

use crate::inst::{Env, Inst};
use crate::layer::layers;
use ivs_grammar::ast::Span;
use ivs_model::ir::{BlockId, Body, ExprId, KeyIr};
use ivs_model::{Schema, body, decl_kind, decl_schema, source_map};
use ivs_source::{Db, ItemDiagnostic, ItemId};
use ivs_value::{StructValue, Value};
use rustc_hash::FxHashMap;
use std::sync::Arc;

/// Steps that one formula may take.
pub const MAX_STEPS: u32 = 1_000_000;

/// Structs and maps that a declaration of the library's larger kinds has.
const TYPICAL: usize = 24;

pub(crate) type NodeId = u32;
pub(crate) type ContribId = u32;

/// A block that takes part in a node's value.
#[derive(Clone)]
pub(crate) struct Contrib<'db> {
    pub body: &'db Body,
    pub item: ItemId,
    pub block: BlockId,
    /// The node whose fields the block sets.
    pub node: NodeId,
    /// The node that is `self` in it.
    pub self_node: NodeId,
    /// The block around it.
    pub parent: Option<ContribId>,
    /// Variables in sight.
    pub locals: Arc<[Value]>,
}

/// What a node's slots are.
#[derive(Clone)]
pub(crate) enum Keys<'db> {
    /// Fields of a schema.
    Fields(&'db Schema),
    /// Keys of a map, and the type of its values.
    Map { keys: Vec<Value>, value_ty: Arc<ivs_model::Ty>, bases: Vec<Option<Value>> },
}

/// The state of a slot.
#[derive(Clone)]
pub(crate) enum Slot {
    Todo,
    /// Not evaluated, and no block says anything of it.
    Unsaid,
    Busy,
    Done(Value),
    /// A struct or map, evaluated field by field.
    Node(NodeId),
}

pub(crate) struct Node<'db> {
    pub keys: Keys<'db>,
    /// Lowest layer first.
    pub contribs: Vec<ContribId>,
    pub slots: Vec<Slot>,
    /// A whole value that the blocks amend.
    pub base: Option<Arc<StructValue>>,
    /// Where it hangs: the parent and the slot there.
    pub parent: Option<(NodeId, u32)>,
    /// The struct (or kind) item whose definition has defaults and requirements for it.
    pub definition: Option<ItemId>,
    /// The contrib that stands for that definition.
    pub definition_contrib: Option<ContribId>,
    /// Defaults of the definition that are the same for every declaration, once asked for.
    pub constants: Option<Arc<[Option<Value>]>>,
    /// The whole value, once asked for.
    pub whole: Option<Value>,
}

/// Where a formula is evaluated.
#[derive(Clone)]
pub(crate) struct Frame<'db> {
    pub body: &'db Body,
    pub item: ItemId,
    /// The innermost block around it.
    pub contrib: Option<ContribId>,
    pub locals: Vec<Value>,
    /// Node, slot, and how many of the node's contribs lie below.
    pub inherit: Option<(NodeId, u32, usize)>,
}

impl<'db> Frame<'db> {
    pub fn of(body: &'db Body, item: ItemId) -> Frame<'db> {
        Frame { body, item, contrib: None, locals: Vec::new(), inherit: None }
    }
    pub fn span(&self, db: &dyn Db, id: ExprId) -> Span {
        source_map(db, self.item).exprs.get(id as usize).copied().unwrap_or_default()
    }
}

/// A value that a condition read: for the labels of its diagnostic.
#[derive(Clone)]
pub(crate) struct Read {
    pub inst: Inst,
    pub path: Vec<smol_str::SmolStr>,
    /// Which element of the list there.
    pub element: Option<usize>,
    pub value: Value,
}

pub(crate) struct Machine<'db> {
    pub db: &'db dyn Db,
    pub env: Env,
    pub inst: Option<Inst>,
    pub item: ItemId,
    pub nodes: Vec<Node<'db>>,
    pub contribs: Vec<Contrib<'db>>,
    pub lets: FxHashMap<(ContribId, u32), Slot>,
    pub whens: FxHashMap<(ContribId, u32), Option<bool>>,
    /// What lies below a layer of a slot, once asked for: asking twice in each of many layers must not double the work.
    pub inherited: FxHashMap<(NodeId, u32, usize), Value>,
    pub steps: u32,
    pub diagnostics: Vec<ItemDiagnostic>,
    /// Whether what goes wrong is reported elsewhere.
    pub quiet: bool,
    /// Text for people is made: numbers may be approximate, in texts within it as well.
    pub(crate) telling: bool,
    pub reads: Option<Vec<Read>>,
    /// Other declarations of which something unknown was read.
    pub waits: Vec<Inst>,
    /// What a condition read of structs that no path leads to: elements of lists.
    pub loose: Vec<(NodeId, u32)>,
    /// Where each local variable of the item's own formulas is written, if that is followed.
    pub origins: Option<Vec<Option<crate::origin::Origin>>>,
    /// Which requirements were decided, and how: by item, mark and verdict, if anybody counts.
    pub covered: Option<Vec<(ItemId, u32, bool)>>,
    /// The slots under evaluation, outermost first.
    pub stack: Vec<(NodeId, u32)>,
    /// Calls of functions under way.
    pub calls: u32,
    /// What walks have read, for a formula that belongs to no object: its bindings walk over the same ground.
    pub walked: crate::reach::Walked,
    /// The declarations that are read as wholes.
    pub beside: Option<crate::beside::Beside>,
}

impl<'db> Machine<'db> {
    /// For a formula that belongs to no object.
    pub fn detached(db: &'db dyn Db, env: Env, item: ItemId) -> Self {
        Machine {
            db,
            env,
            inst: None,
            item,
            nodes: Vec::new(),
            contribs: Vec::new(),
            lets: FxHashMap::default(),
            whens: FxHashMap::default(),
            inherited: FxHashMap::default(),
            steps: 0,
            diagnostics: Vec::new(),
            quiet: false,
            telling: false,
            reads: None,
            waits: Vec::new(),
            loose: Vec::new(),
            origins: None,
            covered: None,
            stack: Vec::new(),
            calls: 0,
            walked: crate::reach::Walked::default(),
            beside: None,
        }
    }

    /// For a declaration; node 0 is the object.
    pub fn of(db: &'db dyn Db, env: Env, inst: Inst) -> Self {
        let decl = inst.decl(db);
        let mut machine = Machine::detached(db, env, decl);
        machine.inst = Some(inst);
        let schema = decl_schema(db, decl);
        let count = schema.fields.len();
        machine.nodes.reserve(TYPICAL);
        machine.contribs.reserve(2 * TYPICAL);
        machine.nodes.push(Node {
            keys: Keys::Fields(schema),
            contribs: Vec::new(),
            slots: vec![Slot::Unsaid; count],
            base: None,
            parent: None,
            definition: decl_kind(db, decl),
            definition_contrib: None,
            constants: None,
            whole: None,
        });
        for layer in layers(db, env, inst).iter() {
            let body = body(db, layer.item);
            let Some(&block) = body.roots.get(layer.root as usize) else { continue };
            machine.contribs.push(Contrib {
                body,
                item: layer.item,
                block,
                node: 0,
                self_node: 0,
                parent: None,
                locals: layer.binders.clone(),
            });
            let id = machine.contribs.len() as ContribId - 1;
            if let Some(root) = machine.nodes.first_mut() {
                root.contribs.push(id);
            }
        }
        machine.mark_said(0);
        machine
    }

    /// The fields that the blocks of a node say something of: most bodies say nothing of most fields.
    pub fn said(&self, id: NodeId) -> Vec<u16> {
        let mut said = Vec::new();
        for c in self.node(id).iter().flat_map(|n| &n.contribs).filter_map(|c| self.contrib(*c)) {
            let Some(block) = c.body.blocks.get(c.block as usize) else { continue };
            let whens = block.whens.iter().filter_map(|(_, w)| c.body.blocks.get(*w as usize));
            let entries = std::iter::once(block).chain(whens).flat_map(|b| &b.entries);
            said.extend(entries.filter_map(|e| if let KeyIr::Field(i) = e.key { Some(i) } else { None }));
        }
        said
    }

    pub fn mark_said(&mut self, id: NodeId) {
        for i in self.said(id) {
            self.put(id, u32::from(i), Slot::Todo);
        }
    }

    pub fn report(&mut self, d: ItemDiagnostic) {
        if !self.quiet && !self.diagnostics.contains(&d) {
            self.diagnostics.push(d);
        }
    }

    pub fn contrib(&self, id: ContribId) -> Option<&Contrib<'db>> {
        self.contribs.get(id as usize)
    }

    pub fn node(&self, id: NodeId) -> Option<&Node<'db>> {
        self.nodes.get(id as usize)
    }

    pub fn add_contrib(&mut self, contrib: Contrib<'db>) -> ContribId {
        self.contribs.push(contrib);
        self.contribs.len() as ContribId - 1
    }

    /// A frame for a formula that stands in a contrib's block.
    pub fn frame(&self, id: ContribId) -> Option<Frame<'db>> {
        let c = self.contrib(id)?;
        Some(Frame {
            body: c.body,
            item: c.item,
            contrib: Some(id),
            locals: c.locals.to_vec(),
            inherit: None,
        })
    }
}
