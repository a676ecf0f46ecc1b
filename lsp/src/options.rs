//! What the command tells the server.

use std::path::PathBuf;
use std::sync::Arc;

/// Is told the name of a method.
pub type Hook = Arc<dyn Fn(&str) + Send + Sync>;

/// Draws a graph.
pub type Draw = fn(ivs_driver::Graph, &str, Option<&str>) -> String;

/// How a server is run.
#[derive(Clone, Default)]
pub struct Options {
    /// Threads of an evaluation; 0 for one per processor.
    pub threads: usize,
    /// Where fetched packages are, and where copies of the library and of the pages of errors are put for editors that
    /// can only open files. Without it, both have addresses (`ivs-std:`, `ivs-explain:`) that the editor has to ask for.
    pub cache: Option<PathBuf>,
    /// The page of an error code, in Markdown.
    pub explain: Option<fn(&str) -> Option<&'static str>>,
    /// Draws the graph of a package, in Mermaid: the graph, the package's name, the environment.
    pub draw: Option<Draw>,
    /// Called with the name of each request before it is answered. For tests that make a request fail.
    pub before: Option<Hook>,
}
