//! Questions to a graph: loops, what stands alone, ways, and what a change reaches.

use super::{EdgeSort, Graph, GraphNode, NodeRole};
use ivs_value::graph;
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::convert::Infallible;

/// One step of a way: indices of [`Graph::edges`] that lead from one node to the next.
pub type Step = Vec<usize>;

/// A declaration that a change reaches.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Impact {
    /// Which: an index of [`Graph::nodes`].
    pub node: usize,
    /// Steps from the one that changes; 0 is that one itself.
    pub distance: usize,
    /// Which it depends on, of those that are nearer.
    pub through: Option<usize>,
    /// Its edges there, indices of [`Graph::edges`].
    pub edges: Step,
}

impl Graph {
    /// The node that a person means: `name`, `kind name`, or `module.name`, each with `[key]` of a family's member.
    ///
    /// # Errors
    /// In a sentence: there is none, or there are several.
    pub fn find(&self, what: &str) -> Result<usize, String> {
        let all = || self.nodes.iter().enumerate();
        let is = |n: &GraphNode| {
            n.name == what
                || format!("{} {}", n.kind, n.name) == what
                || format!("{}.{}", n.module, n.name) == what
        };
        let found: Vec<usize> = all().filter(|(_, n)| is(n)).map(|(i, _)| i).collect();
        match found[..] {
            [one] => Ok(one),
            [] => {
                let family: Vec<&str> = all()
                    .filter(|(_, n)| n.name.strip_prefix(what).is_some_and(|rest| rest.starts_with('[')))
                    .map(|(_, n)| n.name.as_str())
                    .collect();
                if !family.is_empty() {
                    return Err(format!("`{what}` is a family: ask for one of {}", listed(&family)));
                }
                let near = ivs_model::closest(what, all().map(|(_, n)| n.name.as_str()));
                Err(match near {
                    Some(near) => format!("there is no declaration `{what}`; did you mean `{near}`?"),
                    None => format!("there is no declaration `{what}`"),
                })
            }
            _ => {
                let nodes = || found.iter().filter_map(|i| self.nodes.get(*i));
                let mut ways: Vec<String> = nodes().map(|n| format!("{} {}", n.kind, n.name)).collect();
                ways.dedup();
                if ways.len() < found.len() {
                    ways = nodes().map(|n| format!("{}.{}", n.module, n.name)).collect();
                }
                let ways: Vec<&str> = ways.iter().map(String::as_str).collect();
                Err(format!("`{what}` is the name of several declarations: write {}", listed(&ways)))
            }
        }
    }

    /// The kinds of its nodes, each once, sorted.
    pub fn kinds(&self) -> Vec<&str> {
        let kinds: BTreeSet<&str> = self.nodes.iter().map(|n| n.kind.as_str()).collect();
        kinds.into_iter().collect()
    }

    /// That some of its nodes are of a kind.
    ///
    /// # Errors
    /// In a sentence: none is, and which kinds there are.
    pub fn has_kind(&self, kind: &str) -> Result<(), String> {
        let kinds = self.kinds();
        if kinds.contains(&kind) {
            return Ok(());
        }
        Err(match ivs_model::closest(kind, kinds.iter().copied()) {
            Some(near) => format!("no declaration is a `{kind}`; did you mean `{near}`?"),
            None => format!("no declaration is a `{kind}`; the graph has {}", kinds.join(", ")),
        })
    }

    /// What is left of it between declarations of some kinds.
    pub fn only(&self, kinds: &[String]) -> Graph {
        let mut number: BTreeMap<usize, usize> = BTreeMap::new();
        let mut out = Graph { files: self.files.clone(), ..Graph::default() };
        for (i, n) in self.nodes.iter().enumerate().filter(|(_, n)| kinds.contains(&n.kind)) {
            number.insert(i, out.nodes.len());
            out.nodes.push(n.clone());
        }
        for e in &self.edges {
            if let (Some(&from), Some(&to)) = (number.get(&e.from), number.get(&e.to)) {
                out.edges.push(super::GraphEdge { from, to, ..e.clone() });
            }
        }
        for d in &self.dangling {
            if let Some(&from) = number.get(&d.from) {
                out.dangling.push(super::Dangling { from, ..d.clone() });
            }
        }
        out
    }

    /// One loop of references for each group of declarations that refer to each other in circles, from the group's first;
    /// each as the steps of the way round.
    pub fn cycles(&self) -> Vec<Vec<Step>> {
        let next = self.targets(|sort| sort == EdgeSort::Refers);
        let all: Vec<usize> = (0..self.nodes.len()).collect();
        let Ok(loops) = graph::cycles(&all, &mut |n| Ok::<_, Infallible>(targets(&next, *n)));
        loops
            .into_iter()
            .map(|mut nodes| {
                nodes.extend(nodes.first().copied());
                self.steps(&nodes, |sort| sort == EdgeSort::Refers)
            })
            .collect()
    }

    /// The declarations of the package that nothing depends on and that depend on nothing.
    pub fn orphans(&self) -> Vec<usize> {
        let mut tied = vec![false; self.nodes.len()];
        for e in self.edges.iter().filter(|e| e.from != e.to) {
            for end in [e.from, e.to] {
                if let Some(t) = tied.get_mut(end) {
                    *t = true;
                }
            }
        }
        for d in &self.dangling {
            if let Some(t) = tied.get_mut(d.from) {
                *t = true;
            }
        }
        let alone = |(i, n): &(usize, &GraphNode)| {
            n.role == NodeRole::Declared && tied.get(*i).is_some_and(|tied| !tied)
        };
        self.nodes.iter().enumerate().filter(alone).map(|(i, _)| i).collect()
    }

    /// A shortest way from one declaration to another it depends on, over everything that is in the graph; empty if there is none.
    pub fn path(&self, from: usize, to: usize) -> Vec<Step> {
        let next = self.targets(|_| true);
        let Ok(way) = graph::path(&from, &to, &mut |n| Ok::<_, Infallible>(targets(&next, *n)));
        self.steps(&way, |_| true)
    }

    /// What a change of a declaration may reach: it, and all that depend on it, the nearest first.
    pub fn impact(&self, of: usize) -> Vec<Impact> {
        let mut into: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        for e in &self.edges {
            into.entry(e.to).or_default().push(e.from);
        }
        let mut seen = BTreeSet::from([of]);
        let mut out = vec![Impact { node: of, distance: 0, through: None, edges: Vec::new() }];
        let mut open = VecDeque::from([(of, 0)]);
        while let Some((at, distance)) = open.pop_front() {
            let mut users = into.get(&at).cloned().unwrap_or_default();
            users.sort_unstable();
            for user in users {
                if !seen.insert(user) {
                    continue;
                }
                let edges = self.between(user, at, |_| true);
                out.push(Impact { node: user, distance: distance + 1, through: Some(at), edges });
                open.push_back((user, distance + 1));
            }
        }
        out
    }

    fn targets(&self, wanted: impl Fn(EdgeSort) -> bool) -> BTreeMap<usize, Vec<usize>> {
        let mut next: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        for e in self.edges.iter().filter(|e| wanted(e.sort)) {
            next.entry(e.from).or_default().push(e.to);
        }
        next
    }

    fn steps(&self, nodes: &[usize], wanted: impl Fn(EdgeSort) -> bool + Copy) -> Vec<Step> {
        nodes
            .windows(2)
            .map(|w| match w {
                [a, b] => self.between(*a, *b, wanted),
                _ => Vec::new(),
            })
            .collect()
    }

    /// The edges from one node to another.
    fn between(&self, from: usize, to: usize, wanted: impl Fn(EdgeSort) -> bool) -> Step {
        let start = self.edges.partition_point(|e| e.from < from);
        let own = self.edges.iter().enumerate().skip(start).take_while(|(_, e)| e.from == from);
        own.filter(|(_, e)| e.to == to && wanted(e.sort)).map(|(i, _)| i).collect()
    }
}

fn targets(next: &BTreeMap<usize, Vec<usize>>, of: usize) -> Vec<usize> {
    next.get(&of).cloned().unwrap_or_default()
}

/// `a`, `b`, … and how many more.
fn listed(names: &[&str]) -> String {
    const SHOWN: usize = 12;
    let mut out: Vec<String> = names.iter().take(SHOWN).map(|n| format!("`{n}`")).collect();
    if names.len() > SHOWN {
        out.push(format!("{} more", names.len() - SHOWN));
    }
    match out.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{} or {last}", rest.join(", ")),
        _ => out.concat(),
    }
}
