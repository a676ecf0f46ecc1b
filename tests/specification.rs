//! `docs/specification.md` says which case holds each rule of the language, and is itself held to the cases.
//!
//! `IVS_UPDATE=1 cargo test --test specification` adds a row for each case of `tests/spec` that no row names. That every
//! diagnostic code has a page and every page a code is held by `error_pages.rs`.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod support;

use std::collections::{BTreeMap, BTreeSet};
use support::{fences, markdown, root};

const TABLE: &str = "docs/specification.md";

/// A rule and the cases that hold it.
struct Row {
    line: usize,
    section: u32,
    rule: String,
    /// Path below `tests/`, or of a crate from the root; and a heading in it or, of a Rust file, a test.
    cases: Vec<(String, String)>,
}

fn table() -> String {
    std::fs::read_to_string(root().join(TABLE)).unwrap()
}

/// The number of a heading `## §7 Objects`.
fn section(line: &str) -> Option<u32> {
    line.strip_prefix("## §")?.split(' ').next()?.parse().ok()
}

fn rows(text: &str) -> Vec<Row> {
    let mut found = Vec::new();
    let mut open = 0;
    for (i, line) in text.lines().enumerate() {
        open = section(line).unwrap_or(open);
        let Some(cells) = line.strip_prefix("| ").and_then(|l| l.strip_suffix(" |")) else { continue };
        let Some((rule, cases)) = cells.split_once(" | ") else { panic!("{TABLE}:{}: two cells", i + 1) };
        if rule == "rule" || rule == "---" {
            continue;
        }
        let cases = unescape(cases);
        let cases = cases.split(" <br> ").map(|case| {
            let Some((file, heading)) = case.split_once(": ") else {
                panic!("{TABLE}:{}: `{case}` is no file and heading", i + 1)
            };
            (file.to_owned(), heading.to_owned())
        });
        found.push(Row { line: i + 1, section: open, rule: unescape(rule), cases: cases.collect() });
    }
    found
}

/// In a table of Markdown, `|` is written `\|`.
fn escape(text: &str) -> String {
    text.replace('|', "\\|")
}

fn unescape(text: &str) -> String {
    text.replace("\\|", "|")
}

/// Every case of the suites over Markdown: headings that have blocks, by path below `tests/`.
fn headings() -> BTreeMap<String, Vec<String>> {
    ["tests/literate", "tests/spec"]
        .iter()
        .flat_map(|folder| markdown(&root().join(folder)))
        .map(|path| {
            let name = path.strip_prefix(root().join("tests")).unwrap().to_string_lossy().replace('\\', "/");
            let mut headings: Vec<String> = Vec::new();
            for fence in fences(&std::fs::read_to_string(&path).unwrap()) {
                if headings.last() != Some(&fence.heading) {
                    headings.push(fence.heading);
                }
            }
            (name, headings)
        })
        .collect()
}

#[test]
fn every_case_that_a_row_names_exists() {
    let headings = headings();
    let mut missing = String::new();
    for row in rows(&table()) {
        for (file, case) in &row.cases {
            let exists = if file.ends_with(".rs") {
                let below = if file.contains('/') { root() } else { root().join("tests") };
                std::fs::read_to_string(below.join(file))
                    .is_ok_and(|text| text.contains(&format!("fn {case}(")))
            } else {
                headings.get(file).is_some_and(|headings| headings.contains(case))
            };
            if !exists {
                missing += &format!("{TABLE}:{}: `{file}` has no case `{case}`\n", row.line);
            }
        }
    }
    assert!(missing.is_empty(), "\n{missing}");
}

#[test]
fn every_case_of_the_specification_has_a_row_in_its_section() {
    let text = table();
    let rows = rows(&text);
    let named: BTreeSet<(u32, &str, &str)> =
        rows.iter().flat_map(|r| r.cases.iter().map(|(f, h)| (r.section, f.as_str(), h.as_str()))).collect();
    let mut orphans: BTreeMap<u32, Vec<(String, String)>> = BTreeMap::new();
    for (file, headings) in headings() {
        let Some(name) = file.strip_prefix("spec/") else { continue };
        let number = name.split('-').next().and_then(|n| n.parse().ok());
        let number: u32 = number.unwrap_or_else(|| panic!("tests/{file} has no section's number"));
        for heading in headings {
            if !named.contains(&(number, file.as_str(), heading.as_str())) {
                orphans.entry(number).or_default().push((file.clone(), heading));
            }
        }
    }
    if orphans.is_empty() {
        return;
    }
    if std::env::var("IVS_UPDATE").is_ok_and(|v| !v.is_empty()) {
        std::fs::write(root().join(TABLE), with_rows(&text, &orphans)).unwrap();
        return;
    }
    let list: Vec<String> = orphans.values().flatten().map(|(f, h)| format!("tests/{f}: {h}")).collect();
    panic!("cases that no row of {TABLE} names (`IVS_UPDATE=1` adds them):\n{}", list.join("\n"));
}

/// The table with a row for each of these cases, at the end of their sections.
fn with_rows(text: &str, orphans: &BTreeMap<u32, Vec<(String, String)>>) -> String {
    let mut lines: Vec<String> = Vec::new();
    let mut open = 0;
    let mut last_row = BTreeMap::new();
    for line in text.lines() {
        open = section(line).unwrap_or(open);
        lines.push(line.to_owned());
        if line.starts_with("| ") {
            last_row.insert(open, lines.len());
        }
    }
    for (number, cases) in orphans.iter().rev() {
        let at = *last_row.get(number).unwrap_or_else(|| panic!("{TABLE} has no table of §{number}"));
        let rows = cases.iter().map(|(f, h)| format!("| {} | {f}: {} |", escape(h), escape(h)));
        lines.splice(at..at, rows);
    }
    lines.join("\n") + "\n"
}

#[test]
fn every_section_has_its_rules_once_each() {
    let rows = rows(&table());
    for number in 2..=14 {
        assert!(rows.iter().any(|r| r.section == number), "{TABLE} has no rule of §{number}");
    }
    let mut seen = BTreeSet::new();
    for row in &rows {
        assert!(seen.insert((row.section, &row.rule)), "{TABLE}:{}: the rule stands there twice", row.line);
    }
}
