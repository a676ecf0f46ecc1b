//! A platform's graph, as text, pictures, JSON and a page.

pub mod html;
pub mod json;
pub mod picture;
pub mod text;

use crate::render::SourceFile;
use ivs_driver::{EdgeSort, Graph, GraphEdge, GraphNode, NodeRole};

/// A graph with what is needed to show it.
pub struct Shown {
    pub graph: Graph,
    /// The files that places point into, as a person in the current folder names them.
    pub files: Vec<SourceFile>,
    /// The package, and the environment if one was asked for.
    pub title: String,
    pub environment: Option<String>,
}

impl Shown {
    pub fn node(&self, i: usize) -> Option<&GraphNode> {
        self.graph.nodes.get(i)
    }

    pub fn edge(&self, i: usize) -> Option<&GraphEdge> {
        self.graph.edges.get(i)
    }

    /// File and line of a declaration.
    pub fn place(&self, node: &GraphNode) -> (String, usize) {
        let Some(file) = self.files.get(node.place.of as usize) else { return Default::default() };
        (file.path.clone(), file.position(node.place.span.start).0)
    }

    /// The name of a node, with its kind where several have it.
    pub fn name(&self, i: usize) -> String {
        let Some(node) = self.node(i) else { return String::new() };
        let same = |n: &&GraphNode| n.name == node.name;
        match self.graph.nodes.iter().filter(same).take(2).count() {
            0 | 1 => node.name.clone(),
            _ => format!("{} {}", node.kind, node.name),
        }
    }
}

/// The word for a role.
pub fn role(role: NodeRole) -> &'static str {
    match role {
        NodeRole::Declared => "declared",
        NodeRole::Disabled => "disabled",
        NodeRole::Template => "template",
        NodeRole::Elsewhere => "elsewhere",
    }
}

/// The word for a sort.
pub fn sort(sort: EdgeSort) -> &'static str {
    match sort {
        EdgeSort::Refers => "refers",
        EdgeSort::Reads => "reads",
        EdgeSort::Derives => "derives",
    }
}

/// What an edge is, in a few words: `depends_on`, `resources.memory reads resources.memory`, `from`.
pub fn label(edge: &GraphEdge) -> String {
    match (edge.sort, &edge.read) {
        (EdgeSort::Derives, _) => "from".to_owned(),
        (EdgeSort::Reads, Some(read)) if !read.is_empty() => format!("{} reads {read}", edge.path),
        (EdgeSort::Reads, _) => format!("{} reads it", edge.path),
        (EdgeSort::Refers, _) => edge.path.clone(),
    }
}
