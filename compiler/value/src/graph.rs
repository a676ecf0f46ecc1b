//! Functions over graphs.
