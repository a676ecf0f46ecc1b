//! The platform as a graph: every reference between declarations, typed by the field that holds it.

mod build;
mod walk;

pub(crate) use build::build;
pub use walk::{Impact, Step};

use crate::Session;
use crate::report::ReportFile;
use ivs_eval::Env;
use ivs_source::Place;
use smol_str::SmolStr;

/// What a declaration is to the package.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum NodeRole {
    /// Declared in the package, and there in this environment.
    Declared,
    /// Declared in the package, but disabled here.
    Disabled,
    /// A template.
    Template,
    /// Declared in a dependency or in the library.
    Elsewhere,
}

/// A declaration, or a member of a family.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct GraphNode {
    /// `text-service`, `general[eu-west-1]`
    pub name: String,
    /// Its kind: `service`.
    pub kind: String,
    /// Its module: `shop.services`.
    pub module: String,
    /// Its title, if it has one.
    pub title: Option<String>,
    /// What it is to the package.
    pub role: NodeRole,
    /// Its name; bytes of a file of [`Graph::files`].
    pub place: Place<u32>,
}

/// How one declaration depends on another.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum EdgeSort {
    /// A value of it is a reference to the other.
    Refers,
    /// A formula of it reads a value of the other.
    Reads,
    /// It derives from the other.
    Derives,
}

/// One declaration depends on another.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct GraphEdge {
    /// Which depends: an index of [`Graph::nodes`].
    pub from: usize,
    /// On which.
    pub to: usize,
    /// How.
    pub sort: EdgeSort,
    /// The field that holds the reference or needs the value: `depends_on`, `allow.metrics.from`. Elements of lists have the
    /// path of their list. `[key]` is the key of a family's member; empty for `from`.
    pub path: String,
    /// What is read of the other.
    pub read: Option<String>,
}

/// A part of a declaration that leads nowhere.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Dangling {
    /// Whose part.
    pub from: usize,
    /// The field.
    pub path: String,
    /// What is wrong there, in a sentence without its end.
    pub why: String,
}

/// The graph of a package in one environment.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Graph {
    /// The files that places point into.
    pub files: Vec<ReportFile>,
    /// By kind, module and name; members of a family in its order.
    pub nodes: Vec<GraphNode>,
    /// By declaration and field.
    pub edges: Vec<GraphEdge>,
    /// Parts that lead nowhere.
    pub dangling: Vec<Dangling>,
}

impl Session {
    /// The graph of the package in an environment (`None`: the base). With `reads`, also what formulas read of other
    /// declarations. Works on packages with errors as far as their values are known.
    pub fn graph(&mut self, env: Option<&str>, reads: bool) -> Graph {
        let env = SmolStr::new(env.unwrap_or_default());
        self.run(move |db, threads| build(db, Env::new(db, env.clone()), threads, reads))
    }
}
