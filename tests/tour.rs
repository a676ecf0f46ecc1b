//! Every block of the tour compiles alone.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod support;

use support::{check, fences, render, root};

#[test]
fn every_block_of_the_tour_compiles_alone() {
    let text = std::fs::read_to_string(root().join("docs/tour.md")).unwrap();
    let blocks: Vec<_> = fences(&text).into_iter().filter(|f| f.is("ivs")).collect();
    assert!(!blocks.is_empty(), "the tour shows no source");
    let mut failures = String::new();
    for block in &blocks {
        let found = render(&check(&[block.source()]));
        if !found.is_empty() {
            failures += &format!("docs/tour.md:{}\n{found}\n", block.line);
        }
    }
    assert!(failures.is_empty(), "\n{failures}");
}
