//! `docs/coverage.md` says what became of every concept of the source documents, and is generated from
//! `docs/coverage.toml`: `IVS_UPDATE=1 cargo test --test coverage`.
//!
//! A row names its declaration, its output and its test; the test here holds that all three exist.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use serde::Deserialize;
use std::fmt::Write;
use std::path::Path;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    row: Vec<Row>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    id: String,
    concept: String,
    class: String,
    /// What it is to become, in words.
    becomes: Option<String>,
    /// What of it is prose.
    note: Option<String>,
    /// Why it is not compiled.
    why: Option<String>,
    /// `FILE#KIND NAME`
    #[serde(default)]
    declared: Vec<String>,
    /// Committed outputs.
    #[serde(default)]
    artifact: Vec<String>,
    /// `FILE`, or `FILE#NAME` with the name of a test or heading in it.
    #[serde(default)]
    test: Vec<String>,
}

impl Row {
    fn is_covered(&self) -> bool {
        !self.declared.is_empty() && !self.artifact.is_empty() && !self.test.is_empty()
    }
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn read(path: &str) -> String {
    std::fs::read_to_string(root().join(path)).unwrap_or_else(|e| panic!("{path}: {e}"))
}

/// The line, from 1, that declares `kind name`.
fn line_of(entry: &str) -> Option<(String, usize)> {
    let (file, head) = entry.split_once('#')?;
    let begins = |line: &str| {
        let line = line.trim_start();
        let line = line.strip_prefix("private ").unwrap_or(line);
        let line = line.strip_prefix("template ").unwrap_or(line);
        let rest = line.strip_prefix(head);
        rest.is_some_and(|r| !r.starts_with(|c: char| c.is_alphanumeric() || c == '_' || c == '-'))
    };
    let text = read(file);
    let line = text.lines().position(begins)?;
    Some((file.to_owned(), line + 1))
}

fn links(list: &[String]) -> String {
    let link = |path: &String| {
        let (file, part) = path.split_once('#').map_or((path.as_str(), None), |(f, p)| (f, Some(p)));
        let name = Path::new(file).file_name().unwrap().to_string_lossy().into_owned();
        match part {
            Some(part) => format!("[{name}: {part}](../{file})"),
            None => format!("[{name}](../{file})"),
        }
    };
    list.iter().map(link).collect::<Vec<_>>().join("<br>")
}

fn page(table: &Table) -> String {
    let compiled = table.row.iter().filter(|r| r.class != "N").count();
    let covered = table.row.iter().filter(|r| r.is_covered()).count();
    let mut out = format!(
        "# What became of every concept\n\nGenerated from `docs/coverage.toml` by `IVS_UPDATE=1 cargo test --test coverage`. Rows begin with the number of their source document: \
         0 Industriverse, 1 PLUMA, 2 DevForge, 3 NMOX Studio, 4 the scalability plan. Class V has values in its source, P has none, so that the declaration asks for them, \
         N is prose without a meaning to compile.\n\n{covered} of {compiled} rows that can be compiled are declared in an example, come out as an artifact and have a test; \
         {} rows are prose.\n\n| row | concept | class | declared | artifact | test |\n| --- | --- | --- | --- | --- | --- |\n",
        table.row.len() - compiled
    );
    let cell = |text: &str| text.replace('|', "\\|");
    for r in &table.row {
        if let Some(why) = &r.why {
            writeln!(out, "| {} | {} | N | – | – | not compiled: {} |", r.id, cell(&r.concept), cell(why))
                .unwrap();
            continue;
        }
        let places: Vec<String> = r
            .declared
            .iter()
            .map(|d| {
                let (file, line) =
                    line_of(d).unwrap_or_else(|| panic!("{}: nothing is declared as `{d}`", r.id));
                let short = file.strip_prefix("examples/").unwrap_or(&file);
                format!("[{short}:{line}](../{file}#L{line})")
            })
            .collect();
        let note = r.note.as_ref().map(|n| format!(" ({})", cell(n))).unwrap_or_default();
        let artifact = match r.artifact.is_empty() {
            true => format!("open: {}", cell(r.becomes.as_deref().unwrap_or(""))),
            false => links(&r.artifact),
        };
        writeln!(
            out,
            "| {} | {}{note} | {} | {} | {artifact} | {} |",
            r.id,
            cell(&r.concept),
            r.class,
            if places.is_empty() { "open".to_owned() } else { places.join("<br>") },
            if r.test.is_empty() { "open".to_owned() } else { links(&r.test) },
        )
        .unwrap();
    }
    out
}

#[test]
fn the_page_is_what_the_table_gives() {
    let table: Table = toml::from_str(&read("docs/coverage.toml")).unwrap();
    let text = page(&table);
    if std::env::var("IVS_UPDATE").is_ok_and(|v| !v.is_empty()) {
        std::fs::write(root().join("docs/coverage.md"), &text).unwrap();
        return;
    }
    assert!(read("docs/coverage.md") == text, "run `IVS_UPDATE=1 cargo test --test coverage`");
}

#[test]
fn every_row_leads_somewhere() {
    let table: Table = toml::from_str(&read("docs/coverage.toml")).unwrap();
    let mut ids: Vec<&str> = Vec::new();
    for r in &table.row {
        assert!(!ids.contains(&r.id.as_str()), "{} stands twice", r.id);
        ids.push(&r.id);
        match r.class.as_str() {
            "N" => assert!(r.why.as_ref().is_some_and(|w| w.len() > 3), "{} does not say why", r.id),
            "V" | "P" => assert!(r.becomes.is_some(), "{} does not say what it becomes", r.id),
            other => panic!("{}: there is no class {other}", r.id),
        }
        for path in &r.artifact {
            assert!(root().join(path).is_file(), "{}: there is no output {path}", r.id);
        }
        for test in &r.test {
            let (file, part) = test.split_once('#').unwrap_or((test, ""));
            assert!(read(file).contains(part), "{}: {file} has no `{part}`", r.id);
        }
    }
}
