//! The playground: a page of this machine alone, with the language server and what the compiler makes.
//!
//! Takes a package's folder. Serves a page on a loopback address: sources are edited in it, and findings, outputs, the
//! graph and where values come from are shown beside them. Only whoever has the page's address with its key gets
//! anything of the package. Writes a source only where it was started to.

mod answer;
mod http;
mod package;
mod server;
mod site;
mod socket;

pub use package::Package;
pub use server::{Playground, Started};
