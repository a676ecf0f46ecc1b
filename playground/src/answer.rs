//! What the page asks, and what it is told, as JSON.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A question. The texts of the page come with those that depend on them.
#[derive(Deserialize, Debug)]
#[serde(tag = "ask", rename_all = "lowercase")]
pub enum Question {
    /// Which package is it?
    Package,
    /// What does it give?
    Build {
        /// Of which environment; empty: the base.
        #[serde(default)]
        environment: String,
        /// Sources as they are in the page, by path.
        #[serde(default)]
        texts: BTreeMap<String, String>,
        /// Which output is looked at.
        show: Option<String>,
    },
    /// What is in an output?
    Output {
        /// Of which environment.
        #[serde(default)]
        environment: String,
        /// Its path.
        path: String,
    },
    /// Where does a value come from, or what a line of an output shows?
    Why {
        /// Of which environment.
        #[serde(default)]
        environment: String,
        /// `text-service.scaling.replicas`, or the path of an output.
        path: String,
        /// The line of that output, from 1.
        line: Option<usize>,
    },
    /// What refers to what?
    Graph {
        /// Of which environment.
        #[serde(default)]
        environment: String,
    },
    /// Write a source.
    Save {
        /// Its path.
        path: String,
        /// Its text.
        text: String,
    },
}

/// An answer.
#[derive(Serialize, Debug)]
#[serde(untagged, rename_all = "camelCase")]
pub enum Answer {
    /// The package.
    Package(Told),
    /// Its outputs.
    Outputs {
        /// How many errors keep outputs from being made.
        errors: usize,
        /// How many warnings there are.
        warnings: usize,
        /// The last outputs that could be made.
        files: Vec<Output>,
        /// Those that are not as they were before.
        changed: Vec<String>,
        /// The one that is looked at.
        shown: Option<Shown>,
    },
    /// An output.
    Output {
        /// With its text.
        shown: Shown,
    },
    /// Where values come from.
    Why {
        /// What was asked for.
        values: Vec<Why>,
    },
    /// What refers to what.
    Graph {
        /// Declarations.
        nodes: Vec<Node>,
        /// References.
        edges: Vec<Edge>,
    },
    /// A source was written.
    Saved {
        /// Its path.
        path: String,
    },
    /// There is no answer.
    Problem {
        /// Why not, in a sentence.
        problem: String,
    },
}

/// A package.
#[derive(Serialize, Debug)]
pub struct Told {
    /// Its name.
    pub name: String,
    /// The address of its folder.
    pub uri: String,
    /// Its sources.
    pub files: Vec<File>,
    /// Whether sources can be saved.
    pub writable: bool,
    /// The environments that it declares.
    pub environments: Vec<String>,
}

/// A source.
#[derive(Serialize, Debug)]
pub struct File {
    /// Below the package's folder.
    pub path: String,
    /// Its address.
    pub uri: String,
    /// As it is on disk.
    pub text: String,
}

/// An output.
#[derive(Serialize, Debug)]
pub struct Output {
    /// Below the output folder.
    pub path: String,
    /// Its size.
    pub bytes: usize,
}

/// The text of an output.
#[derive(Serialize, Debug)]
pub struct Shown {
    /// Its path.
    pub path: String,
    /// Its text.
    pub text: String,
    /// What it was before the last change, if it was otherwise.
    pub before: Option<String>,
}

/// A value and where it comes from.
#[derive(Serialize, Debug)]
pub struct Why {
    /// Its path.
    pub path: String,
    /// As it is printed.
    pub value: String,
    /// Topmost first.
    pub layers: Vec<Layer>,
    /// What its formulas read.
    pub reads: Vec<Why>,
    /// Whether there would be more to tell.
    pub cut: bool,
}

/// A layer of a value.
#[derive(Serialize, Debug)]
pub struct Layer {
    /// In words.
    pub origin: String,
    /// `decides`, `adds`, `amends`, `overridden`.
    pub role: String,
    /// What it and those below give.
    pub value: String,
    /// The file of its formula.
    pub path: String,
    /// Whether that is a source of the package.
    pub own: bool,
    /// From 1.
    pub line: usize,
    /// From 1, in UTF-16.
    pub column: usize,
    /// That line.
    pub source: String,
}

/// A declaration.
#[derive(Serialize, Debug)]
pub struct Node {
    /// Its name.
    pub name: String,
    /// Its kind.
    pub kind: String,
    /// Its title.
    pub title: Option<String>,
    /// Whether the package declares it, and it is there in this environment.
    pub declared: bool,
    /// Its source, if the package has it.
    pub path: Option<String>,
    /// From 1.
    pub line: usize,
}

/// A reference.
#[derive(Serialize, Debug)]
pub struct Edge {
    /// Index of a node.
    pub from: usize,
    /// Index of a node.
    pub to: usize,
    /// The field that holds it.
    pub field: String,
}
