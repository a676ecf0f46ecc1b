//! From evaluated values to nodes and edges.

use super::{Dangling, EdgeSort, Graph, GraphEdge, GraphNode, NodeRole};
use crate::database::{Database, each};
use crate::report::Placer;
use crate::{decide, why};
use ivs_eval::{Env, FamilyKey, Inst, inst_name, inst_of, instances, is_enabled, object, reads};
use ivs_model::{base_chain, decl_info, decl_kind, source_map};
use ivs_source::{ItemDiagnostic, ItemId, Place};
use ivs_value::{RefValue, StructValue, Value};
use rustc_hash::FxHashMap;
use smol_str::SmolStr;

/// What stands for a node: a declaration as it is in the environment, or an item that only others derive from.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Id {
    Inst(Inst),
    Item(ItemId),
}

/// What one declaration depends on.
#[derive(Default)]
struct Found {
    title: Option<String>,
    edges: Vec<(Id, EdgeSort, String, Option<String>)>,
    /// Fields whose value could not be determined, and why.
    unknown: Vec<(String, String)>,
    /// Their paths, before it is known why.
    open: Vec<Vec<SmolStr>>,
}

/// What is known of a node: it, its role, kind, module, name, key of the family, what it depends on.
struct Known {
    id: Id,
    role: NodeRole,
    kind: SmolStr,
    module: SmolStr,
    name: SmolStr,
    key: Option<FamilyKey>,
    found: Found,
}

pub(crate) fn build(db: &Database, env: Env, threads: usize, with_reads: bool) -> Graph {
    let own = decide::enabled(db, env);
    let found = each(db, threads, &own, |db, inst| depends(db, env, *inst, with_reads));
    let mut known: Vec<Known> = Vec::new();
    let mut index: FxHashMap<Id, usize> = FxHashMap::default();
    for (inst, found) in own.iter().zip(found) {
        index.insert(Id::Inst(*inst), known.len());
        known.push(node(db, Id::Inst(*inst), NodeRole::Declared, found));
    }
    // What is only referred to, and the templates that templates derive from.
    let mut at = 0;
    while let Some(k) = known.get(at) {
        let targets: Vec<Id> = k.found.edges.iter().map(|e| e.0).collect();
        for id in targets {
            if index.contains_key(&id) {
                continue;
            }
            index.insert(id, known.len());
            known.push(outside(db, env, id));
        }
        at += 1;
    }
    let mut order: Vec<usize> = (0..known.len()).collect();
    let rank = |i: &usize| {
        known.get(*i).map(|k| (k.kind.clone(), k.module.clone(), base_name(k), k.key.clone(), k.role))
    };
    order.sort_by_cached_key(rank);
    let mut place_of: Vec<usize> = vec![0; known.len()];
    for (new, old) in order.iter().enumerate() {
        if let Some(p) = place_of.get_mut(*old) {
            *p = new;
        }
    }
    let number = |id: &Id| index.get(id).and_then(|i| place_of.get(*i)).copied();
    let mut graph = Graph::default();
    let mut placer = Placer::new(db);
    for (from, old) in order.iter().enumerate() {
        let Some(k) = known.get(*old) else { continue };
        let item = match k.id {
            Id::Inst(inst) => inst.decl(db),
            Id::Item(item) => item,
        };
        let place = placer.place(&Place { of: item, span: source_map(db, item).name });
        graph.nodes.push(GraphNode {
            name: k.name.to_string(),
            kind: k.kind.to_string(),
            module: k.module.to_string(),
            title: k.found.title.clone(),
            role: k.role,
            place,
        });
        for (id, sort, path, read) in &k.found.edges {
            let Some(to) = number(id) else { continue };
            graph.edges.push(GraphEdge { from, to, sort: *sort, path: path.clone(), read: read.clone() });
        }
        for (path, why) in &k.found.unknown {
            graph.dangling.push(Dangling { from, path: path.clone(), why: why.clone() });
        }
    }
    graph.files = placer.files;
    for e in graph.edges.iter().filter(|e| e.sort == EdgeSort::Refers) {
        if let Some(n) = graph.nodes.get(e.to).filter(|n| n.role == NodeRole::Disabled) {
            let why = format!("`{}` is disabled", n.name);
            graph.dangling.push(Dangling { from: e.from, path: e.path.clone(), why });
        }
    }
    graph.dangling.sort_by(|a, b| (a.from, &a.path).cmp(&(b.from, &b.path)));
    graph.dangling.dedup();
    graph
}

fn base_name(k: &Known) -> SmolStr {
    match k.id {
        Id::Inst(_) if k.key.is_some() => {
            k.name.split('[').next().map_or_else(|| k.name.clone(), SmolStr::new)
        }
        _ => k.name.clone(),
    }
}

fn node(db: &Database, id: Id, role: NodeRole, found: Found) -> Known {
    let (item, name, key) = match id {
        Id::Inst(inst) => (inst.decl(db), inst_name(db, inst), inst.key(db).clone()),
        Id::Item(item) => (item, item.key(db).name.clone(), None),
    };
    let kind = decl_kind(db, item).map_or_else(|| item.key(db).kind.clone(), |k| k.key(db).name.clone());
    Known { id, role, kind, module: item.file(db).module(db).clone(), name, key, found }
}

/// A node that none of the package's enabled declarations is.
fn outside(db: &Database, env: Env, id: Id) -> Known {
    let item = match id {
        Id::Inst(inst) => inst.decl(db),
        Id::Item(item) => item,
    };
    let role = match id {
        _ if !item.file(db).own(db) => NodeRole::Elsewhere,
        Id::Inst(inst) if !is_enabled(db, env, inst) => NodeRole::Disabled,
        _ => NodeRole::Template,
    };
    let mut found = Found::default();
    derives(db, env, item, &mut found);
    node(db, id, role, found)
}

/// What a declaration depends on.
fn depends(db: &Database, env: Env, inst: Inst, with_reads: bool) -> Found {
    let mut found = Found::default();
    let result = object(db, env, inst);
    found.title = match result.value.get("title") {
        Some(Value::Str(text)) if !text.is_empty() => Some(text.to_string()),
        _ => None,
    };
    if let Some(FamilyKey::Ref(_, _, _)) = inst.key(db) {
        let members = ivs_eval::family(db, env, inst.decl(db));
        let binders = members.members.iter().find(|(k, _)| Some(k) == inst.key(db).as_ref()).map(|m| &m.1);
        for binder in binders.iter().flat_map(|b| b.iter()) {
            if let Value::Ref(r) = binder {
                found.refers(r, "[key]");
            }
        }
    }
    let mut path: Vec<SmolStr> = Vec::new();
    fields(&result.value, &mut path, &mut found);
    derives(db, env, inst.decl(db), &mut found);
    if with_reads {
        for read in reads(db, env, inst) {
            let (path, of) = (written(&read.path), written(&read.read));
            found.edges.push((Id::Inst(read.of), EdgeSort::Reads, path, Some(of)));
        }
    }
    // A list of references to one declaration twice is one edge.
    let mut seen = rustc_hash::FxHashSet::default();
    found.edges.retain(|(id, sort, path, read)| seen.insert((*id, *sort as u8, path.clone(), read.clone())));
    found.open.dedup();
    for path in std::mem::take(&mut found.open) {
        let why = failure(db, env, inst, &path, &result.diagnostics);
        found.unknown.push((written(&path), why));
    }
    found
}

/// Why a value could not be determined: what is said of the formula that decides it.
fn failure(db: &Database, env: Env, inst: Inst, path: &[SmolStr], said: &[ItemDiagnostic]) -> String {
    let links = ivs_eval::provenance(db, env, inst, path);
    let inside = |d: &&ItemDiagnostic| {
        let at = &d.primary.place;
        links
            .iter()
            .map(|l| &l.place)
            .any(|p| p.of == at.of && p.span.start <= at.span.start && at.span.end <= p.span.end)
    };
    let found = said.iter().find(inside).map(|d| d.message.clone());
    found.unwrap_or_else(|| "its value could not be determined".to_owned())
}

/// What an item derives from: a declaration, or a template.
fn derives(db: &Database, env: Env, item: ItemId, found: &mut Found) {
    let Some(&base) = base_chain(db, item).chain.get(1) else { return };
    let info = decl_info(db, base);
    let id = match (info.template || info.family, instances(db, env, base).first()) {
        (false, Some(inst)) => Id::Inst(*inst),
        _ => Id::Item(base),
    };
    found.edges.push((id, EdgeSort::Derives, String::new(), None));
}

impl Found {
    fn refers(&mut self, r: &RefValue, path: &str) {
        self.edges.push((Id::Inst(inst_of(r)), EdgeSort::Refers, path.to_owned(), None));
    }
}

fn fields(of: &StructValue, path: &mut Vec<SmolStr>, found: &mut Found) {
    for (name, value) in of.shape.fields.iter().zip(&of.fields) {
        path.push(name.clone());
        values(value, path, found);
        path.pop();
    }
}

fn values(value: &Value, path: &mut Vec<SmolStr>, found: &mut Found) {
    match value {
        Value::Ref(r) => found.refers(r, &written(path)),
        Value::Late(late) => late.waits_for().for_each(|of| found.refers(of, &written(path))),
        Value::Unknown => found.open.push(path.clone()),
        Value::List(xs) => xs.iter().for_each(|x| values(x, path, found)),
        Value::Map(m) => {
            for (key, value) in &m.entries {
                if let Value::Ref(r) = key {
                    found.refers(r, &written(path));
                }
                path.push(ivs_eval::key_text(key));
                values(value, path, found);
                path.pop();
            }
        }
        Value::Struct(s) => fields(s, path, found),
        Value::Member(m) => {
            if let Some(s) = &m.fields {
                fields(s, path, found);
            }
        }
        Value::Range(r) => {
            values(&r.0, path, found);
            values(&r.1, path, found);
        }
        _ => {}
    }
}

/// A path as it is written.
fn written(path: &[SmolStr]) -> String {
    path.iter().map(|s| why::spelled(s)).collect::<Vec<_>>().join(".")
}
