//! What verdicts that hold rest on: fields marked `@stated` that conditions of checks read.

use crate::inst::{Env, Inst};
use crate::machine::{Contrib, Frame, Machine};
use crate::origin::Origin;
use ivs_model::{Ty, body, decl_schema, schema, stated_fields};
use ivs_source::{Db, ItemId, Label};
use ivs_value::Value;
use smol_str::SmolStr;

/// A stated value that conditions of a check read, and did not fail with.
#[derive(Clone, PartialEq, Debug)]
pub struct Rest {
    /// Whose it is.
    pub of: Inst,
    /// Its path.
    pub path: Vec<SmolStr>,
    /// Where it is decided, and what it is: `100req/s — set here`.
    pub label: Label<ItemId>,
}

/// What a check's verdicts that hold rest on in an environment, each value once, in the order of reading; and how many hold
/// that rest on any.
pub fn rests<'db>(db: &'db dyn Db, env: Env, check: ItemId) -> (usize, Vec<Rest>) {
    let ir = body(db, check);
    let Some(c) = &ir.check else { return (0, Vec::new()) };
    let Some(block) = ir.blocks.get(c.block as usize) else { return (0, Vec::new()) };
    let mut m = Machine::detached(db, env, check);
    m.quiet = true;
    m.origins = Some(Vec::new());
    let mut frame = Frame::of(ir, check);
    let mut found: Vec<(Inst, Vec<SmolStr>)> = Vec::new();
    let mut holding = 0;
    let mut binding = |m: &mut Machine<'db>, f: &mut Frame<'db>| {
        m.steps = 0;
        let contrib = m.add_contrib(Contrib {
            body: f.body,
            item: check,
            block: c.block,
            node: u32::MAX,
            self_node: u32::MAX,
            parent: None,
            locals: f.locals.clone().into(),
        });
        for r in &block.requires {
            let Some(mut frame) = m.frame(contrib) else { continue };
            // A `let` that is known already would not be seen to read anything.
            m.lets.clear();
            m.reads = Some(Vec::new());
            let verdict = m.eval(&mut frame, r.cond);
            let reads = m.reads.take().unwrap_or_default();
            if verdict != Value::Bool(true) {
                continue;
            }
            let mut any = false;
            for read in reads {
                if matches!(read.value, Value::None | Value::Unknown) {
                    continue;
                }
                let home = m.home_of(&Origin { inst: read.inst, path: read.path, element: None });
                if is_stated(db, home.inst.decl(db), &home.path) {
                    any = true;
                    if !found.iter().any(|(of, path)| *of == home.inst && *path == home.path) {
                        found.push((home.inst, home.path));
                    }
                }
            }
            holding += usize::from(any);
        }
        m.lets.clear();
        m.contribs.clear();
        m.nodes.clear();
        true
    };
    m.each(&mut frame, &c.clauses, &mut binding);
    let placed = found.into_iter().filter_map(|(of, path)| {
        let label = m.label_of(&Origin { inst: of, path: path.clone(), element: None })?;
        Some(Rest { of, path, label })
    });
    (holding, placed.collect())
}

/// Whether a path leads through a field that is marked so.
fn is_stated(db: &dyn Db, decl: ItemId, path: &[SmolStr]) -> bool {
    let mut ty = Ty::RefTo(decl);
    for name in path {
        let schema = match ty.core() {
            Ty::RefTo(d) => decl_schema(db, *d),
            Ty::Struct(s) => schema(db, *s),
            Ty::Map(kv) => {
                ty = kv.1.clone();
                continue;
            }
            _ => return false,
        };
        let Some((_, field)) = schema.field(name) else { return false };
        if field.owner.is_some_and(|(owner, _)| stated_fields(db, owner).contains(&field.name)) {
            return true;
        }
        ty = field.ty.clone();
    }
    false
}
