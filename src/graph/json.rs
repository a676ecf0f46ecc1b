//! A graph as JSON: version 1, described in `docs/json.md`.

use super::{Shown, role, sort};
use ivs_driver::{Impact, Step};
use serde::Serialize;

#[derive(Serialize)]
struct Document<'a, T> {
    version: u32,
    command: &'static str,
    environment: Option<&'a str>,
    #[serde(flatten)]
    content: T,
}

#[derive(Serialize)]
struct Whole<'a> {
    nodes: Vec<Node<'a>>,
    edges: Vec<Edge<'a>>,
    cycles: Vec<Vec<Vec<Edge<'a>>>>,
    dangling: Vec<Loose<'a>>,
    orphans: Vec<String>,
}

#[derive(Serialize)]
struct Node<'a> {
    id: String,
    kind: &'a str,
    name: &'a str,
    module: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    title: Option<&'a str>,
    role: &'static str,
    file: String,
    line: usize,
}

#[derive(Serialize)]
struct Edge<'a> {
    from: String,
    to: String,
    sort: &'static str,
    path: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    read: Option<&'a str>,
}

#[derive(Serialize)]
struct Loose<'a> {
    from: String,
    path: &'a str,
    why: &'a str,
}

#[derive(Serialize)]
struct Way<'a> {
    from: String,
    /// From one declaration to the next, every edge there is.
    path: Vec<Vec<Edge<'a>>>,
}

#[derive(Serialize)]
struct Impacts<'a> {
    of: String,
    reached: Vec<Reached<'a>>,
}

#[derive(Serialize)]
struct Reached<'a> {
    id: String,
    distance: usize,
    through: Option<String>,
    edges: Vec<Edge<'a>>,
}

/// `service shop.services.checkout`: no two declarations have the same.
pub fn id(shown: &Shown, i: usize) -> String {
    shown.node(i).map_or_else(String::new, |n| format!("{} {}.{}", n.kind, n.module, n.name))
}

fn printed<T: Serialize>(shown: &Shown, content: T) -> String {
    let environment = shown.environment.as_deref();
    let document = Document { version: 1, command: "graph", environment, content };
    serde_json::to_string_pretty(&document).unwrap_or_default() + "\n"
}

fn edges<'a>(shown: &'a Shown, step: &Step) -> Vec<Edge<'a>> {
    step.iter().filter_map(|e| edge(shown, *e)).collect()
}

fn edge(shown: &Shown, i: usize) -> Option<Edge<'_>> {
    let e = shown.edge(i)?;
    Some(Edge {
        from: id(shown, e.from),
        to: id(shown, e.to),
        sort: sort(e.sort),
        path: &e.path,
        read: e.read.as_deref(),
    })
}

/// The whole graph.
pub fn whole(shown: &Shown) -> String {
    let graph = &shown.graph;
    let node = |(i, n): (usize, &'_ ivs_driver::GraphNode)| {
        let (file, line) = shown.place(n);
        (i, file, line)
    };
    let nodes = graph.nodes.iter().enumerate().map(node);
    let nodes = nodes.filter_map(|(i, file, line)| {
        let n = shown.node(i)?;
        Some(Node {
            id: id(shown, i),
            kind: &n.kind,
            name: &n.name,
            module: &n.module,
            title: n.title.as_deref(),
            role: role(n.role),
            file,
            line,
        })
    });
    let cycles = graph.cycles();
    printed(
        shown,
        Whole {
            nodes: nodes.collect(),
            edges: (0..graph.edges.len()).filter_map(|i| edge(shown, i)).collect(),
            cycles: cycles.iter().map(|c| c.iter().map(|step| edges(shown, step)).collect()).collect(),
            dangling: graph
                .dangling
                .iter()
                .map(|d| Loose { from: id(shown, d.from), path: &d.path, why: &d.why })
                .collect(),
            orphans: graph.orphans().into_iter().map(|i| id(shown, i)).collect(),
        },
    )
}

/// A way, or an empty one.
pub fn way(shown: &Shown, from: usize, way: &[Step]) -> String {
    let path = way.iter().map(|step| edges(shown, step)).collect();
    printed(shown, Way { from: id(shown, from), path })
}

/// What a change reaches.
pub fn impact(shown: &Shown, reached: &[Impact]) -> String {
    let of = reached.first().map_or_else(String::new, |r| id(shown, r.node));
    let one = |r: &Impact| Reached {
        id: id(shown, r.node),
        distance: r.distance,
        through: r.through.map(|t| id(shown, t)),
        edges: edges(shown, &r.edges),
    };
    let reached = reached.iter().skip(1).map(one).collect();
    printed(shown, Impacts { of, reached })
}
