//! What holds for values, one file per subject.
// Tests may fail by panicking; helpers outside `#[test]` are tests too.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod functions;
mod graphs;
mod numbers;
mod operators;
mod support;
mod text;
mod text_types;
mod units;
mod weighted;
