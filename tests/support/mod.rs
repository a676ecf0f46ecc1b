//! What the suites over Markdown share: fences, sources, and reports as text.
#![allow(dead_code)]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use ivs_driver::{Report, Session};
use ivs_project::{Config, DataText, SourceText};
use ivs_source::{Diagnostic, Edit, Fix, Place, Severity};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The package that all examples are.
pub const PACKAGE: &str = "main";

/// The root of the repository.
pub fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// Every Markdown file below a folder, sorted.
pub fn markdown(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut open = vec![folder.to_path_buf()];
    while let Some(at) = open.pop() {
        for entry in std::fs::read_dir(&at).unwrap_or_else(|e| panic!("{}: {e}", at.display())) {
            let path = entry.unwrap().path();
            if path.is_dir() {
                open.push(path);
            } else if path.extension().is_some_and(|e| e == "md") {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

/// A block between three backquotes.
#[derive(Clone, Debug)]
pub struct Fence {
    /// The words behind the opening backquotes: `ivs`, `file=a.ivs`.
    pub info: Vec<String>,
    /// The heading it stands under.
    pub heading: String,
    /// The line of that heading, from 1.
    pub heading_line: usize,
    /// The line of the opening backquotes, from 1.
    pub line: usize,
    /// What stands between, each line ended.
    pub text: String,
}

impl Fence {
    pub fn is(&self, language: &str) -> bool {
        self.info.first().is_some_and(|w| w == language)
    }
    pub fn has(&self, flag: &str) -> bool {
        self.info.iter().any(|w| w == flag)
    }
    pub fn value(&self, key: &str) -> Option<&str> {
        self.info.iter().find_map(|w| w.strip_prefix(key)?.strip_prefix('='))
    }
    /// The source that the block stands for.
    pub fn source(&self) -> SourceText {
        let path = self.value("file").unwrap_or("main.ivs").to_owned();
        let mut text = if self.has("repeat") { expand(&self.text) } else { self.text.clone() };
        if self.has("crlf") {
            text = text.replace('\n', "\r\n");
        }
        if self.has("bom") {
            text.insert(0, '\u{feff}');
        }
        source(&path, &text)
    }
}

/// All blocks of a Markdown text.
pub fn fences(markdown: &str) -> Vec<Fence> {
    let mut found: Vec<Fence> = Vec::new();
    let mut heading = (String::new(), 0);
    let mut open: Option<Fence> = None;
    for (i, line) in markdown.lines().enumerate() {
        match &mut open {
            Some(_) if line == "```" => found.extend(open.take()),
            Some(fence) => {
                fence.text.push_str(line);
                fence.text.push('\n');
            }
            None => {
                if let Some(info) = line.strip_prefix("```") {
                    open = Some(Fence {
                        info: info.split_whitespace().map(str::to_owned).collect(),
                        heading: heading.0.clone(),
                        heading_line: heading.1,
                        line: i + 1,
                        text: String::new(),
                    });
                } else if let Some(words) = line.strip_prefix("## ") {
                    heading = (words.to_owned(), i + 1);
                }
            }
        }
    }
    assert!(open.is_none(), "a block is never closed: {open:?}");
    found
}

/// Lines between `%repeat N` and `%end`, N times; `%n` counts from 0, `%m` from 1.
fn expand(text: &str) -> String {
    let mut out = String::new();
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        let Some(count) = line.strip_prefix("%repeat ") else {
            out.push_str(line);
            out.push('\n');
            continue;
        };
        let inner: Vec<&str> = lines.by_ref().take_while(|l| *l != "%end").collect();
        for n in 0..count.parse::<usize>().unwrap() {
            for line in &inner {
                out.push_str(&line.replace("%n", &n.to_string()).replace("%m", &(n + 1).to_string()));
                out.push('\n');
            }
        }
    }
    out
}

/// A source of the package, its module named after its folder.
pub fn source(path: &str, text: &str) -> SourceText {
    let folders = path.rsplit_once('/').map_or(String::new(), |(f, _)| format!(".{}", f.replace('/', ".")));
    SourceText { path: path.to_owned(), module: format!("{PACKAGE}{folders}"), text: Arc::from(text) }
}

/// A session over a package of these sources. What does not end in `.ivs` is a data file.
pub fn session(sources: &[SourceText], threads: usize) -> Session {
    let mut sorted = sources.to_vec();
    sorted.sort_by(|a, b| a.path.cmp(&b.path));
    let (sources, data): (Vec<_>, Vec<_>) = sorted.into_iter().partition(|s| s.path.ends_with(".ivs"));
    let data = data.into_iter().map(|d| DataText { path: d.path, text: Ok(d.text) }).collect();
    let mut config = Config::named(PACKAGE);
    config.as_of = sources.iter().find_map(|s| as_of(&s.text));
    Session::new(sources, config, threads).with_data(data)
}

/// The date of the build: a source that begins with `//! As of 2026-11-21.` says it.
fn as_of(text: &str) -> Option<ivs_project::Date> {
    let words = text.strip_prefix("//! As of ")?.split_once(".\n")?.0;
    let mut parts = words.split('-').map(|part| part.parse::<u16>().unwrap());
    let mut next = || parts.next().unwrap();
    Some(ivs_project::Date { year: next(), month: next() as u8, day: next() as u8 })
}

/// A session over a package that depends on others: the fences of each, by its name. One of `only=NAME` is a dependency
/// of that package alone.
pub fn session_with(sources: &[SourceText], packages: &[Fence], threads: usize) -> Session {
    if packages.is_empty() {
        return session(sources, threads);
    }
    let mut project = ivs_project::load_text("main.ivs", "");
    project.sources = sources.to_vec();
    project.sources.sort_by(|a, b| a.path.cmp(&b.path));
    project.config = Config::named(PACKAGE);
    let names: std::collections::BTreeSet<&str> =
        packages.iter().filter_map(|f| f.value("package")).collect();
    for name in names {
        let of: Vec<&Fence> = packages.iter().filter(|f| f.value("package") == Some(name)).collect();
        let uses =
            packages.iter().filter(|f| f.value("only") == Some(name)).filter_map(|f| f.value("package"));
        let in_package = |f: &&Fence| {
            let s = f.source();
            SourceText {
                path: format!("{name}/{}", s.path),
                module: s.module.replacen(PACKAGE, name, 1),
                text: s.text,
            }
        };
        let pinned = ivs_project::Pinned {
            name: name.to_owned(),
            version: None,
            source: format!("path+../{name}"),
            revision: None,
            hash: String::new(),
        };
        project.dependencies.push(ivs_project::Dependency {
            name: name.to_owned(),
            uses: uses.map(str::to_owned).collect(),
            root: PathBuf::from(name),
            sources: of.iter().map(in_package).collect(),
            data: Vec::new(),
            pinned,
        });
        if of.iter().all(|f| f.value("only").is_none()) {
            let source = ivs_project::Source::Path(format!("../{name}"));
            let span = Default::default();
            let need = ivs_project::Requirement { name: name.to_owned(), source, span, source_span: span };
            project.config.dependencies.push(need);
        }
    }
    Session::of(&project, threads)
}

/// Checks a package in a session of its own.
pub fn check(sources: &[SourceText]) -> Report {
    check_in(&mut session(sources, 1))
}

/// Checks every environment; if all is well, lowers the base, which has complaints of its own.
pub fn check_in(session: &mut Session) -> Report {
    let report = session.check();
    if report.diagnostics.is_empty() { session.build(None).0 } else { report }
}

/// A source text; wrapped, so that the first line of a long one is enough.
fn shown(text: &str) -> String {
    let mut lines = text.split('\n');
    let first: String = lines.next().unwrap_or_default().trim_end_matches('\r').chars().take(70).collect();
    if first.len() < text.len() { format!("\"{first} …\"") } else { format!("\"{first}\"") }
}

fn place(report: &Report, place: &Place<u32>) -> String {
    let file = &report.files[place.of as usize];
    let (start, end) = (place.span.start as usize, place.span.end as usize);
    assert!(end <= file.text.len() && start <= end, "{place:?} is not inside {}", file.path);
    let quoted = shown(&file.text[start..end]);
    if file.library {
        // Lines of the library move with its comments.
        return format!("{} {quoted}", file.path);
    }
    let before = file.text[..start].trim_start_matches('\u{feff}');
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
    format!("{}:{line}:{column} {quoted}", file.path)
}

fn one_line(text: &str) -> String {
    text.replace('\n', "\\n")
}

fn labelled(place: String, text: &str) -> String {
    if text.is_empty() { place } else { format!("{place} {}", one_line(text)) }
}

/// A diagnostic as the cases write it.
pub fn render_one(report: &Report, d: &Diagnostic<u32>) -> String {
    let severity = match d.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Info => "info",
    };
    let mut out = format!("{severity}[{}]: {}\n", d.code, d.message);
    let _ = writeln!(out, " --> {}", labelled(place(report, &d.primary.place), &d.primary.text));
    for label in &d.labels {
        let _ = writeln!(out, " also {}", labelled(place(report, &label.place), &label.text));
    }
    for help in &d.help {
        let _ = writeln!(out, "help: {}", one_line(help));
    }
    for fix in &d.fixes {
        let _ = writeln!(out, "fix: {}", fix.title);
        for edit in &fix.edits {
            let _ = writeln!(out, "  {} => \"{}\"", place(report, &edit.place), one_line(&edit.text));
        }
    }
    out
}

/// All diagnostics of a report.
pub fn render(report: &Report) -> String {
    report.diagnostics.iter().map(|d| render_one(report, d)).collect()
}

/// The sources with a fix applied.
pub fn apply(report: &Report, sources: &[SourceText], fix: &Fix<u32>) -> Result<Vec<SourceText>, String> {
    let mut sources = sources.to_vec();
    let mut edits: Vec<&Edit<u32>> = fix.edits.iter().collect();
    edits.sort_by_key(|e| std::cmp::Reverse((e.place.of, e.place.span)));
    for pair in edits.windows(2) {
        if pair[0].place.of == pair[1].place.of && pair[1].place.span.end > pair[0].place.span.start {
            return Err(format!("the edits of the fix \"{}\" overlap", fix.title));
        }
    }
    for edit in edits {
        let file = &report.files[edit.place.of as usize];
        let Some(source) = sources.iter_mut().find(|s| !file.library && s.path == file.path) else {
            return Err(format!(
                "the fix \"{}\" edits `{}`, which is not the package's",
                fix.title, file.path
            ));
        };
        let mut text = source.text.to_string();
        text.replace_range(edit.place.span.start as usize..edit.place.span.end as usize, &edit.text);
        source.text = Arc::from(text);
    }
    Ok(sources)
}

/// Applies every fix of a report and says which do not mend what they were offered for.
pub fn broken_fixes(report: &Report, sources: &[SourceText]) -> Vec<String> {
    let count = |r: &Report, d: &Diagnostic<u32>| {
        r.diagnostics.iter().filter(|o| o.code == d.code && o.message == d.message).count()
    };
    let syntax = |r: &Report| r.diagnostics.iter().filter(|d| d.code.starts_with("IVS00")).count();
    let mut broken = Vec::new();
    for d in &report.diagnostics {
        for fix in &d.fixes {
            let fixed = match apply(report, sources, fix) {
                Ok(fixed) => fixed,
                Err(why) => {
                    broken.push(why);
                    continue;
                }
            };
            let after = check(&fixed);
            if count(&after, d) >= count(report, d) || syntax(&after) > syntax(report) {
                let texts: String = fixed.iter().map(|s| format!("--- {}\n{}", s.path, s.text)).collect();
                broken.push(format!(
                    "the fix \"{}\" of `{}` does not mend it; with it:\n{texts}{}",
                    fix.title,
                    d.message,
                    render(&after)
                ));
            }
        }
    }
    broken
}

/// A comparison, line by line.
pub fn diff(expected: &str, found: &str) -> String {
    let mut out = String::new();
    for change in similar::TextDiff::from_lines(expected, found).iter_all_changes() {
        let sign = match change.tag() {
            similar::ChangeTag::Delete => '-',
            similar::ChangeTag::Insert => '+',
            similar::ChangeTag::Equal => ' ',
        };
        let _ = writeln!(out, "    {sign} {}", change.value().trim_end_matches('\n'));
    }
    out
}
