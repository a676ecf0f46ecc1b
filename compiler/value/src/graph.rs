//! Functions over graphs that are given by what each node leads to.
//!
//! `next` names a node's neighbours in order; it may be asked once per node. Results depend only on these orders.
//! Nothing recurses, and every function ends, cycles or not.
use petgraph::algo::kosaraju_scc;
use petgraph::graph::{DiGraph, NodeIndex};
use rustc_hash::{FxHashMap, FxHashSet};
use std::collections::VecDeque;
use std::hash::Hash;

/// Neighbours of a node, in order.
pub type Next<'a, N, E> = &'a mut dyn FnMut(&N) -> Result<Vec<N>, E>;

/// Members of a group, in order; `None` for what is no group.
pub type Members<'a, N, E> = &'a mut dyn FnMut(&N) -> Result<Option<Vec<N>>, E>;

/// What can be reached from `start`, nearest first; without `start` itself, unless a loop leads back to it.
///
/// # Errors
/// Only what `next` returns.
pub fn reachable<N: Clone + Eq + Hash, E>(start: &N, next: Next<'_, N, E>) -> Result<Vec<N>, E> {
    let mut seen = FxHashSet::default();
    let mut found = Vec::new();
    let mut queue = VecDeque::from([start.clone()]);
    while let Some(node) = queue.pop_front() {
        for neighbour in next(&node)? {
            if seen.insert(neighbour.clone()) {
                found.push(neighbour.clone());
                // The start was asked already.
                if neighbour != *start {
                    queue.push_back(neighbour);
                }
            }
        }
    }
    Ok(found)
}

/// What groups come to: each of `starts` that is no group, and in a group's place what its members come to. In the order of
/// a walk that goes into a group where it stands; everything once. A group that contains itself adds nothing to itself.
///
/// # Errors
/// Only what `members` returns.
pub fn expand<N: Clone + Eq + Hash, E>(starts: &[N], members: Members<'_, N, E>) -> Result<Vec<N>, E> {
    let mut seen = FxHashSet::default();
    let mut found = Vec::new();
    let mut open: Vec<N> = starts.iter().rev().cloned().collect();
    while let Some(node) = open.pop() {
        if !seen.insert(node.clone()) {
            continue;
        }
        match members(&node)? {
            Some(inside) => open.extend(inside.into_iter().rev()),
            None => found.push(node),
        }
    }
    Ok(found)
}

/// A shortest path with both ends; empty if there is none. Of several, the one whose nodes are named first.
///
/// # Errors
/// Only what `next` returns.
pub fn path<N: Clone + Eq + Hash, E>(from: &N, to: &N, next: Next<'_, N, E>) -> Result<Vec<N>, E> {
    if from == to {
        return Ok(vec![from.clone()]);
    }
    walk_to(from, to, next)
}

/// Breadth first from `from` to `to`, at least one step; with both ends, empty if there is no way.
fn walk_to<N: Clone + Eq + Hash, E>(from: &N, to: &N, next: Next<'_, N, E>) -> Result<Vec<N>, E> {
    let mut came_from: FxHashMap<N, N> = FxHashMap::default();
    let mut queue = VecDeque::from([from.clone()]);
    while let Some(node) = queue.pop_front() {
        for neighbour in next(&node)? {
            if came_from.contains_key(&neighbour) {
                continue;
            }
            came_from.insert(neighbour.clone(), node.clone());
            if neighbour == *to {
                let mut way = vec![neighbour];
                while let Some(before) = way.last().and_then(|n| came_from.get(n)) {
                    way.push(before.clone());
                    if way.last() == Some(from) {
                        break;
                    }
                }
                way.reverse();
                return Ok(way);
            }
            if neighbour != *from {
                queue.push_back(neighbour);
            }
        }
    }
    Ok(Vec::new())
}

/// The set in levels: a node lies one level above the highest it leads to; nodes that lead to none of the set are
/// level 0. Nodes of one cycle share a level. Within a level the order is the set's.
///
/// # Errors
/// Only what `next` returns.
pub fn levels<N: Clone + Eq + Hash, E>(set: &[N], next: Next<'_, N, E>) -> Result<Vec<Vec<N>>, E> {
    let (nodes, graph) = restrict(set, next)?;
    let mut level_of: Vec<usize> = vec![0; nodes.len()];
    // Components come in reverse topological order, so what a component leads to has its level already.
    for component in kosaraju_scc(&graph) {
        let inside: FxHashSet<NodeIndex> = component.iter().copied().collect();
        let below = component
            .iter()
            .flat_map(|n| graph.neighbors(*n))
            .filter(|m| !inside.contains(m))
            .filter_map(|m| level_of.get(m.index()))
            .max();
        let level = below.map_or(0, |b| b + 1);
        for n in component {
            if let Some(l) = level_of.get_mut(n.index()) {
                *l = level;
            }
        }
    }
    let mut levels: Vec<Vec<N>> = Vec::new();
    levels.resize_with(level_of.iter().max().map_or(0, |top| top + 1), Vec::new);
    for (node, level) in nodes.into_iter().zip(level_of) {
        if let Some(l) = levels.get_mut(level) {
            l.push(node);
        }
    }
    Ok(levels)
}

/// One loop for each group of nodes of the set that lead to each other, in the order it is walked, from the group's
/// first node; the shortest through it. Groups are ordered by that node. Empty if the set has no cycle.
///
/// # Errors
/// Only what `next` returns.
pub fn cycles<N: Clone + Eq + Hash, E>(set: &[N], next: Next<'_, N, E>) -> Result<Vec<Vec<N>>, E> {
    let (nodes, graph) = restrict(set, next)?;
    let mut loops: Vec<Vec<NodeIndex>> = Vec::new();
    for component in kosaraju_scc(&graph) {
        let Some(first) = component.iter().min().copied() else { continue };
        let inside: FxHashSet<NodeIndex> = component.into_iter().collect();
        let mut step = |n: &NodeIndex| -> Result<Vec<NodeIndex>, std::convert::Infallible> {
            let mut to: Vec<_> = graph.neighbors(*n).filter(|m| inside.contains(m)).collect();
            // petgraph names the latest edge first.
            to.reverse();
            Ok(to)
        };
        let Ok(mut way) = walk_to(&first, &first, &mut step);
        // It ends where it began.
        way.pop();
        if !way.is_empty() {
            loops.push(way);
        }
    }
    loops.sort();
    let node = |i: NodeIndex| nodes.get(i.index()).cloned();
    Ok(loops.into_iter().map(|l| l.into_iter().filter_map(node).collect()).collect())
}

/// The nodes of the set that lie on a cycle inside it, in the order of the set.
///
/// # Errors
/// Only what `next` returns.
pub fn on_cycles<N: Clone + Eq + Hash, E>(set: &[N], next: Next<'_, N, E>) -> Result<Vec<N>, E> {
    let (nodes, graph) = restrict(set, next)?;
    let turns = |c: &Vec<NodeIndex>| c.len() > 1 || c.iter().any(|n| graph.contains_edge(*n, *n));
    let mut found: Vec<NodeIndex> = kosaraju_scc(&graph).into_iter().filter(turns).flatten().collect();
    found.sort();
    Ok(found.into_iter().filter_map(|i| nodes.get(i.index()).cloned()).collect())
}

/// The graph inside the set; node `i` is the set's `i`-th distinct element.
fn restrict<N: Clone + Eq + Hash, E>(
    set: &[N],
    next: Next<'_, N, E>,
) -> Result<(Vec<N>, DiGraph<(), ()>), E> {
    let mut graph = DiGraph::new();
    let mut index: FxHashMap<&N, NodeIndex> = FxHashMap::default();
    let mut nodes = Vec::with_capacity(set.len());
    for n in set {
        index.entry(n).or_insert_with(|| {
            nodes.push(n.clone());
            graph.add_node(())
        });
    }
    for (i, n) in nodes.iter().enumerate() {
        for neighbour in next(n)? {
            if let Some(to) = index.get(&neighbour) {
                graph.update_edge(NodeIndex::new(i), *to, ());
            }
        }
    }
    Ok((nodes, graph))
}
