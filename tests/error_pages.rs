//! Every code has a page in `docs/errors`, and every page's examples do what it says.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod support;

use std::collections::{BTreeMap, BTreeSet};
use support::{broken_fixes, check, fences, markdown, render, root};

/// Every code of every phase, with its title.
fn codes() -> BTreeMap<&'static str, &'static str> {
    [
        ivs_grammar::codes::CODES,
        ivs_model::code::ALL,
        ivs_project::codes::CODES,
        ivs_target_documents::CODES,
        ivs_target_interchange::CODES,
        ivs_target_kubernetes::CODES,
        ivs_target_terraform::CODES,
        ivs_target_marketplace::CODES,
        ivs_target_sql::CODES,
        ivs_output::codes::CODES,
        ivs_driver::CODES,
        ivs_driver::LIBRARY_CODES,
    ]
    .into_iter()
    .flatten()
    .copied()
    .collect()
}

fn pages() -> BTreeMap<String, String> {
    markdown(&root().join("docs/errors"))
        .into_iter()
        .map(|p| {
            let name = p.file_stem().unwrap().to_string_lossy().into_owned();
            (name, std::fs::read_to_string(p).unwrap())
        })
        .collect()
}

#[test]
fn every_code_has_a_page_and_every_page_a_code() {
    let codes: BTreeSet<String> = codes().keys().map(|c| (*c).to_owned()).collect();
    let pages: BTreeSet<String> = pages().keys().cloned().collect();
    let without: Vec<_> = codes.difference(&pages).collect();
    let unknown: Vec<_> = pages.difference(&codes).collect();
    assert!(
        without.is_empty() && unknown.is_empty(),
        "codes without page: {without:?}, pages without code: {unknown:?}"
    );
}

#[test]
fn every_page_begins_with_its_code_and_title() {
    let codes = codes();
    for (code, text) in pages() {
        let title = codes.get(code.as_str()).copied().unwrap_or_default();
        assert_eq!(text.lines().next(), Some(format!("# {code}: {title}").as_str()));
    }
}

#[test]
fn the_failing_example_yields_the_code_alone_and_the_repaired_one_is_clean() {
    let mut failures = String::new();
    for (code, text) in pages() {
        let blocks = fences(&text);
        let (fixed, failing): (Vec<_>, Vec<_>) =
            blocks.iter().filter(|f| f.is("ivs") || f.is("data")).partition(|f| f.has("fixed"));
        assert_eq!(
            fixed.is_empty(),
            failing.is_empty(),
            "{code}: a failing example and a repaired one belong together"
        );
        if failing.is_empty() {
            assert!(blocks.iter().any(|f| f.is("text")), "{code} shows nothing");
            continue;
        }
        let failing: Vec<_> = failing.iter().map(|f| f.source()).collect();
        let report = check(&failing);
        if report.diagnostics.is_empty() || report.diagnostics.iter().any(|d| d.code != code) {
            failures += &format!("docs/errors/{code}.md: the failing example gives\n{}\n", render(&report));
        }
        for broken in broken_fixes(&report, &failing) {
            failures += &format!("docs/errors/{code}.md: {broken}\n");
        }
        let fixed: Vec<_> = fixed.iter().map(|f| f.source()).collect();
        let found = render(&check(&fixed));
        if !found.is_empty() {
            failures += &format!("docs/errors/{code}.md: the repaired example gives\n{found}\n");
        }
    }
    assert!(failures.is_empty(), "\n{failures}");
}
