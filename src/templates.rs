//! What a new package can start from: the examples, embedded.

/// An example.
pub struct Example {
    /// Its folder in `examples`, also the name of its package.
    pub name: &'static str,
    /// The first paragraph of its README.
    pub about: &'static str,
    /// Path below the folder, `/`-separated, and text. Sorted by path, without committed outputs.
    pub files: &'static [(&'static str, &'static str)],
}

/// All of them, by name.
pub static EXAMPLES: &[Example] = include!(concat!(env!("OUT_DIR"), "/examples.rs"));

/// The example that a package starts from unless another is named.
pub const STARTER: &str = "starter";

/// Nothing but an empty source.
pub const EMPTY: &str = "empty";
