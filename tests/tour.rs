//! Every block of the tour and of the guides compiles alone, and every block marked `error` gives the one code that is named below it.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod support;

use support::{check, fences, render, root};

#[test]
fn every_block_of_the_tour_and_the_guides_compiles_alone() {
    for file in [
        "docs/tour.md",
        "docs/checks.md",
        "docs/documents.md",
        "docs/escape-hatches.md",
        "docs/federation.md",
        "docs/industry.md",
        "docs/nodes.md",
        "docs/marketplace.md",
        "docs/observability.md",
        "docs/data.md",
        "docs/traffic.md",
        "docs/delivery.md",
    ] {
        blocks_compile(file);
    }
}

fn blocks_compile(file: &str) {
    let text = std::fs::read_to_string(root().join(file)).unwrap();
    let all = fences(&text);
    let blocks: Vec<_> = all.iter().filter(|f| f.is("ivs")).collect();
    assert!(!blocks.is_empty(), "{file} shows no source");
    let mut failures = String::new();
    for block in &blocks {
        // A block is alone but for the data of its section.
        let data = all.iter().filter(|f| f.is("data") && f.heading == block.heading);
        let sources: Vec<_> = std::iter::once(*block).chain(data).map(support::Fence::source).collect();
        let report = check(&sources);
        let codes: Vec<&str> = report.diagnostics.iter().map(|d| d.code).collect();
        // What is meant to fail is followed by its code.
        let expected: Vec<&str> = if block.has("error") {
            let next =
                text.lines().skip(block.line + block.text.lines().count() + 1).find(|l| !l.trim().is_empty());
            let code = next.and_then(|l| l.split(|c: char| !c.is_alphanumeric()).find(|w| is_code(w)));
            vec![code.unwrap_or("a code in the line below the block")]
        } else {
            Vec::new()
        };
        if codes != expected {
            let found = render(&report);
            failures += &format!("{file}:{}: expected {expected:?}, found\n{found}\n", block.line);
        }
    }
    assert!(failures.is_empty(), "\n{failures}");
}

/// `IVS1020`, `SHOP001`.
fn is_code(word: &str) -> bool {
    let digits = word.trim_start_matches(|c: char| c.is_ascii_uppercase());
    digits.len() < word.len() && digits.len() > 2 && digits.bytes().all(|b| b.is_ascii_digit())
}
