//! Functions over graphs whose nodes or edges weigh something.
//!
//! As in [`crate::graph`], `next` names a node's neighbours in order and is asked once per node; results depend only on
//! these orders. What is defined on graphs without loops alone is `None` where a loop can be reached.
use crate::{Number, OpError, Value, graph, ops};
use rustc_hash::FxHashMap;
use std::cmp::{Ordering, Reverse};
use std::collections::{BinaryHeap, VecDeque};
use std::hash::Hash;

/// Neighbours of a node, in order, each with what one unit at the node brings there.
pub type Shares<'a, N> = &'a mut dyn FnMut(&N) -> Result<Vec<(N, Value)>, OpError>;

/// What a node weighs.
pub type Weight<'a, N> = &'a mut dyn FnMut(&N) -> Result<Number, OpError>;

/// Amounts carried along: what arrives at each node, and what it has from the start, goes to each neighbour times that edge's
/// factor. All nodes with what is there in the end: those of the start first, then the nearest. `None` if what starts
/// anywhere can come round to where it was, or where an amount leaves 128 bits.
///
/// Amounts are exact up to a denominator of 10¹⁸; finer ones are rounded up to multiples of 10⁻¹⁸ of their base unit.
///
/// # Errors
/// What `next` returns, and where amounts and factors do not go together.
pub fn flow<N: Clone + Eq + Hash>(
    start: &[(N, Value)],
    next: Shares<'_, N>,
) -> Result<Option<Vec<(N, Value)>>, OpError> {
    let Some(net) = Net::of(start, next)? else { return Ok(None) };
    let sum =
        |(there, from): Share, (more, _): Share| Ok((kept(ops::add, Number::add_up, &there, &more)?, from));
    let Some(amounts) = net.carry(start, &sum)? else { return Ok(None) };
    Ok(Some(net.walk.nodes.into_iter().zip(amounts).filter_map(|(n, a)| Some((n, a?.0))).collect()))
}

/// The one way along which the most arrives at `to`: of all ways from where something starts, the one whose start times its
/// factors is most. Of equal ones the one that is met first. Empty if nothing arrives; `None` as for [`flow`], and amounts
/// are as exact.
///
/// # Errors
/// What `next` returns, and where amounts and factors do not go together.
pub fn mainstream<N: Clone + Eq + Hash>(
    start: &[(N, Value)],
    to: &N,
    next: Shares<'_, N>,
) -> Result<Option<Vec<N>>, OpError> {
    let Some(net) = Net::of(start, next)? else { return Ok(None) };
    let most = |there: Share, other: Share| {
        let more = ops::order(&other.0, &there.0)? == Some(Ordering::Greater);
        Ok(if more { other } else { there })
    };
    let Some(most) = net.carry(start, &most)? else { return Ok(None) };
    let mut way = Vec::new();
    let mut at = net.walk.index.get(to).copied();
    while let Some((i, (_, before))) = at.and_then(|i| Some((i, most.get(i)?.as_ref()?))) {
        way.extend(net.walk.nodes.get(i).cloned());
        at = *before;
    }
    way.reverse();
    Ok(Some(way))
}

/// What is at a node, and which one it comes from.
type Share = (Value, Option<usize>);

/// All that can be reached from where something starts, without loops.
struct Net<N> {
    walk: Walk<N>,
    /// Of each node's edges.
    factors: Vec<Vec<Value>>,
    /// Every node before those that it leads to.
    order: Vec<usize>,
}

impl<N: Clone + Eq + Hash> Net<N> {
    /// `None` if there is a loop.
    fn of(start: &[(N, Value)], next: Shares<'_, N>) -> Result<Option<Self>, OpError> {
        let mut walk = Walk::default();
        for (node, _) in start {
            walk.meet(node);
        }
        let mut factors: Vec<Vec<Value>> = Vec::new();
        walk.all(&mut |n| {
            let (nodes, shares) = next(n)?.into_iter().unzip();
            factors.push(shares);
            Ok(nodes)
        })?;
        Ok(walk.order().map(|order| Net { walk, factors, order }))
    }

    /// What every node has in the end, where `join` makes one of all that it is given. `None` past 128 bits.
    fn carry(
        &self,
        start: &[(N, Value)],
        join: &dyn Fn(Share, Share) -> Result<Share, OpError>,
    ) -> Result<Option<Vec<Option<Share>>>, OpError> {
        let mut all: Vec<Option<Share>> = vec![None; self.walk.nodes.len()];
        let give = |all: &mut Vec<Option<Share>>, at: usize, share: Share| -> Result<(), OpError> {
            let Some(there) = all.get_mut(at) else { return Ok(()) };
            *there = Some(match there.take() {
                Some(had) => join(had, share)?,
                None => share,
            });
            Ok(())
        };
        let mut carried = || {
            for (node, amount) in start {
                let Some(at) = self.walk.index.get(node) else { continue };
                give(&mut all, *at, (amount.clone(), None))?;
            }
            for &at in &self.order {
                let Some(Some((amount, _))) = all.get(at).cloned() else { continue };
                let (Some(targets), Some(factors)) = (self.walk.edges.get(at), self.factors.get(at)) else {
                    continue;
                };
                for (to, factor) in targets.iter().zip(factors) {
                    give(&mut all, *to, (kept(ops::mul, Number::mul_up, &amount, factor)?, Some(at)))?;
                }
            }
            Ok(())
        };
        match carried() {
            Ok(()) => Ok(Some(all)),
            Err(OpError::Overflow) => Ok(None),
            Err(e) => Err(e),
        }
    }
}

/// What `op` makes of two amounts if that is not too fine, else the same rounded up.
fn kept(
    op: fn(&Value, &Value) -> Result<Value, OpError>,
    up: fn(&Number, &Number) -> Option<Number>,
    a: &Value,
    b: &Value,
) -> Result<Value, OpError> {
    match op(a, b) {
        Ok(exact) if ops::magnitude(&exact).is_none_or(Number::is_fine) => return Ok(exact),
        Ok(_) | Err(OpError::Overflow) => {}
        Err(e) => return Err(e),
    }
    let (Some(x), Some(y)) = (ops::magnitude(a), ops::magnitude(b)) else { return Err(OpError::Overflow) };
    let like = op(&ops::with_magnitude(a, Number::ONE), &ops::with_magnitude(b, Number::ONE))?;
    Ok(ops::with_magnitude(&like, up(x, y).ok_or(OpError::Overflow)?))
}

/// The heaviest way from a node to wherever: its nodes weigh the most together. Of equally heavy ways the one that stops
/// first, then the one whose nodes are named first. `None` if a loop can be reached.
///
/// # Errors
/// What `next` and `weight` return, and sums that leave 128 bits.
pub fn longest<N: Clone + Eq + Hash>(
    from: &N,
    next: graph::Next<'_, N, OpError>,
    weight: Weight<'_, N>,
) -> Result<Option<Vec<N>>, OpError> {
    let mut walk = Walk::default();
    walk.meet(from);
    walk.all(next)?;
    let Some(order) = walk.order() else { return Ok(None) };
    // What the heaviest way from each node weighs, and where it goes on.
    let mut best: Vec<(Number, Option<usize>)> = vec![(Number::ZERO, None); walk.nodes.len()];
    for &at in order.iter().rev() {
        let (Some(node), Some(targets)) = (walk.nodes.get(at), walk.edges.get(at)) else { continue };
        let mut ahead = (Number::ZERO, None);
        for &to in targets {
            if let Some((w, _)) = best.get(to).filter(|(w, _)| *w > ahead.0) {
                ahead = (w.clone(), Some(to));
            }
        }
        let whole = weight(node)?.add(&ahead.0).ok_or(OpError::Overflow)?;
        if let Some(b) = best.get_mut(at) {
            *b = (whole, ahead.1);
        }
    }
    let mut way = Vec::new();
    let mut at = Some(0);
    while let Some(i) = at {
        way.extend(walk.nodes.get(i).cloned());
        at = best.get(i).and_then(|b| b.1);
    }
    Ok(Some(way))
}

/// The lightest way with both ends: its nodes weigh the least together; empty if there is none. Of equally light ways the
/// one with fewer nodes, then the one that is found first.
///
/// # Errors
/// What `next` and `weight` return, a weight below 0, and sums that leave 128 bits.
pub fn lightest<N: Clone + Eq + Hash>(
    from: &N,
    to: &N,
    next: graph::Next<'_, N, OpError>,
    weight: Weight<'_, N>,
) -> Result<Vec<N>, OpError> {
    let mut weigh = |n: &N| {
        let w = weight(n)?;
        match w.is_negative() {
            true => Err(OpError::Invalid("the lightest way needs weights of at least 0".into())),
            false => Ok(w),
        }
    };
    let mut nodes: Vec<N> = vec![from.clone()];
    let mut index: FxHashMap<N, usize> = FxHashMap::from_iter([(from.clone(), 0)]);
    // The least weight up to each node, in how many steps, from where.
    let mut least: Vec<(Number, usize, usize)> = vec![(weigh(from)?, 0, 0)];
    let mut done = vec![false];
    let mut open = BinaryHeap::from([Reverse((weigh(from)?, 0_usize, 0_usize))]);
    while let Some(Reverse((so_far, steps, at))) = open.pop() {
        let Some(settled) = done.get_mut(at) else { continue };
        if std::mem::replace(settled, true) {
            continue;
        }
        let Some(node) = nodes.get(at).cloned() else { continue };
        if node == *to {
            let mut way = vec![node];
            let mut i = at;
            while let Some((_, _, before)) = least.get(i).filter(|_| i != 0) {
                way.extend(nodes.get(*before).cloned());
                i = *before;
            }
            way.reverse();
            return Ok(way);
        }
        for neighbour in next(&node)? {
            let there = so_far.add(&weigh(&neighbour)?).ok_or(OpError::Overflow)?;
            let found = (there.clone(), steps + 1, at);
            let i = *index.entry(neighbour.clone()).or_insert(nodes.len());
            match least.get_mut(i) {
                None => {
                    nodes.push(neighbour);
                    least.push(found);
                    done.push(false);
                }
                Some(old) if (&there, steps + 1) < (&old.0, old.1) => *old = found,
                Some(_) => continue,
            }
            open.push(Reverse((there, steps + 1, i)));
        }
    }
    Ok(Vec::new())
}

/// Everything that can be reached, by number in the order of being met.
struct Walk<N> {
    nodes: Vec<N>,
    index: FxHashMap<N, usize>,
    edges: Vec<Vec<usize>>,
    open: VecDeque<usize>,
}

impl<N> Default for Walk<N> {
    fn default() -> Self {
        Walk { nodes: Vec::new(), index: FxHashMap::default(), edges: Vec::new(), open: VecDeque::new() }
    }
}

impl<N: Clone + Eq + Hash> Walk<N> {
    fn meet(&mut self, node: &N) -> usize {
        if let Some(i) = self.index.get(node) {
            return *i;
        }
        let i = self.nodes.len();
        self.nodes.push(node.clone());
        self.index.insert(node.clone(), i);
        self.open.push_back(i);
        i
    }

    fn all(&mut self, next: graph::Next<'_, N, OpError>) -> Result<(), OpError> {
        while let Some(at) = self.open.pop_front() {
            let Some(node) = self.nodes.get(at).cloned() else { continue };
            let targets = next(&node)?.iter().map(|n| self.meet(n)).collect();
            self.edges.push(targets);
        }
        Ok(())
    }

    /// Every node before those that it leads to; `None` if there is a loop.
    fn order(&self) -> Option<Vec<usize>> {
        let mut into: Vec<usize> = vec![0; self.nodes.len()];
        for to in self.edges.iter().flatten() {
            *into.get_mut(*to)? += 1;
        }
        let mut ready: VecDeque<usize> = (0..self.nodes.len()).filter(|i| into.get(*i) == Some(&0)).collect();
        let mut order = Vec::with_capacity(self.nodes.len());
        while let Some(at) = ready.pop_front() {
            order.push(at);
            for &to in self.edges.get(at)? {
                let left = into.get_mut(to)?;
                *left -= 1;
                if *left == 0 {
                    ready.push_back(to);
                }
            }
        }
        (order.len() == self.nodes.len()).then_some(order)
    }
}
