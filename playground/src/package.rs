//! The package under edit: what the page has of it, and the compiler's answers.

use crate::answer::{Answer, Edge, File, Layer, Node, Output, Shown, Told, Why};
use ivs_driver::{NodeRole, Session, WhyLayer, WhyNode, WhyReport};
use ivs_plan::OutputFile;
use ivs_project::Project;
use ivs_source::Severity;
use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::{Component, Path, PathBuf};

/// How many values below the one that is asked for are explained.
const DEPTH: usize = 3;

/// A package that is shown in the page.
pub struct Package {
    session: Session,
    name: String,
    root: PathBuf,
    writable: bool,
    files: Vec<(String, String)>,
    /// The last outputs of each environment (empty: the base).
    outputs: BTreeMap<String, Vec<OutputFile>>,
    /// Those before them.
    before: BTreeMap<String, Vec<OutputFile>>,
}

impl Package {
    /// A package as it was read. `writable`: its sources may be saved. `threads`: 0 for one per processor.
    pub fn new(project: &Project, writable: bool, threads: usize) -> Package {
        let files = project.sources.iter().map(|s| (s.path.clone(), s.text.to_string())).collect();
        Package {
            session: Session::of(project, threads),
            name: project.config.package.clone(),
            root: std::path::absolute(&project.root).unwrap_or_else(|_| project.root.clone()),
            writable,
            files,
            outputs: BTreeMap::new(),
            before: BTreeMap::new(),
        }
    }

    /// What the page starts with.
    pub(crate) fn told(&mut self) -> Answer {
        let root = self.root.clone();
        let files = self.files.iter().map(|(path, text)| File {
            uri: address(&root.join(path)),
            path: path.clone(),
            text: text.clone(),
        });
        Answer::Package(Told {
            name: self.name.clone(),
            uri: address(&root),
            files: files.collect(),
            writable: self.writable,
            environments: self.session.environments(),
        })
    }

    /// Takes over texts of the page: the compiler answers for what is seen there.
    pub(crate) fn edit(&mut self, texts: &BTreeMap<String, String>) {
        for (path, text) in texts {
            if self.files.iter().any(|(p, _)| p == path) {
                self.session.set_text(path, text);
            }
        }
    }

    fn known(&mut self, environment: &str) -> Result<(), String> {
        match environment.is_empty() || self.session.environments().iter().any(|e| e == environment) {
            true => Ok(()),
            false => Err(format!("there is no environment `{environment}`")),
        }
    }

    /// Builds an environment. Where something is wrong, the outputs are those of before.
    pub(crate) fn build(&mut self, environment: &str, show: Option<&str>) -> Result<Answer, String> {
        self.known(environment)?;
        let (report, files) = self.session.build(named(environment));
        let count = |severity| report.diagnostics.iter().filter(|d| d.severity == severity).count();
        let errors = count(Severity::Error);
        let mut changed = Vec::new();
        if errors == 0 {
            let before = self.outputs.insert(environment.to_owned(), files);
            let now = self.outputs.get(environment).map(Vec::as_slice).unwrap_or_default();
            // What was there for the first time has not changed.
            if let Some(before) = before {
                let old: BTreeMap<&str, &OutputFile> = before.iter().map(|f| (f.path.as_str(), f)).collect();
                let is_new = |f: &&OutputFile| old.get(f.path.as_str()).is_none_or(|o| text(o) != text(f));
                changed = now.iter().filter(is_new).map(|f| f.path.clone()).collect();
                if !changed.is_empty() {
                    self.before.insert(environment.to_owned(), before);
                }
            }
        }
        let files = self.outputs.get(environment).map(Vec::as_slice).unwrap_or_default();
        Ok(Answer::Outputs {
            errors,
            warnings: count(Severity::Warning),
            files: files.iter().map(|f| Output { path: f.path.clone(), bytes: f.text.len() }).collect(),
            changed,
            shown: show.and_then(|path| self.shown(environment, path)),
        })
    }

    /// An output of the last build.
    pub(crate) fn output(&self, environment: &str, path: &str) -> Result<Answer, String> {
        let shown = self.shown(environment, path).ok_or_else(|| format!("there is no output `{path}`"))?;
        Ok(Answer::Output { shown })
    }

    fn shown(&self, environment: &str, path: &str) -> Option<Shown> {
        let find = |of: &BTreeMap<String, Vec<OutputFile>>| {
            of.get(environment)?.iter().find(|f| f.path == path).map(text)
        };
        let printed = |bytes: Vec<u8>| match String::from_utf8(bytes) {
            Ok(text) => text,
            Err(e) => format!("{} bytes that are no text\n", e.as_bytes().len()),
        };
        let now = find(&self.outputs)?;
        let before = find(&self.before).filter(|before| *before != now);
        Some(Shown { path: path.to_owned(), text: printed(now), before: before.map(printed) })
    }

    /// Where a value comes from.
    pub(crate) fn why(&mut self, environment: &str, path: &str) -> Result<Answer, String> {
        self.known(environment)?;
        let report = self.session.why(named(environment), path, DEPTH)?;
        Ok(explained(&report))
    }

    /// Where the values of a line (from 1) of an output come from.
    pub(crate) fn why_line(&mut self, environment: &str, file: &str, line: usize) -> Result<Answer, String> {
        self.known(environment)?;
        let report = self.session.why_line(named(environment), file, line, DEPTH)?;
        Ok(explained(&report))
    }

    /// What refers to what.
    pub(crate) fn graph(&mut self, environment: &str) -> Result<Answer, String> {
        self.known(environment)?;
        let graph = self.session.graph(named(environment), false);
        let nodes = graph.nodes.iter().map(|n| {
            let file = graph.files.get(n.place.of as usize);
            let own = file.filter(|f| !f.library && !f.dependency);
            Node {
                name: n.name.clone(),
                kind: n.kind.clone(),
                title: n.title.clone(),
                declared: n.role == NodeRole::Declared,
                path: own.map(|f| f.path.clone()),
                line: file.map_or(1, |f| position(&f.text, n.place.span.start).0),
            }
        });
        let edge = |e: &ivs_driver::GraphEdge| Edge {
            from: e.from,
            to: e.to,
            field: if e.path.is_empty() { "from".to_owned() } else { e.path.clone() },
        };
        Ok(Answer::Graph { nodes: nodes.collect(), edges: graph.edges.iter().map(edge).collect() })
    }

    /// Writes a source, if the playground was started to.
    pub(crate) fn save(&mut self, path: &str, text: &str) -> Result<Answer, String> {
        if !self.writable {
            return Err("this playground writes nothing; start it with `--write`".to_owned());
        }
        // Only what the package has: nothing is made, and nothing is reached by a name such as `../x`.
        let plain = Path::new(path).components().all(|c| matches!(c, Component::Normal(_)));
        if !plain || !self.files.iter().any(|(p, _)| p == path) {
            return Err(format!("`{path}` is no source of the package"));
        }
        let written = replace(&self.root.join(path), text);
        written.map_err(|e| format!("cannot write `{path}`: {e}"))?;
        if let Some((_, old)) = self.files.iter_mut().find(|(p, _)| p == path) {
            *old = text.to_owned();
        }
        self.session.set_text(path, text);
        Ok(Answer::Saved { path: path.to_owned() })
    }
}

/// Writes beside a file and puts that in its place, so that nobody reads half of it.
fn replace(file: &Path, text: &str) -> std::io::Result<()> {
    let name = file.file_name().unwrap_or_default().to_string_lossy();
    let staged = file.with_file_name(format!(".{name}.{}", std::process::id()));
    let mut out = std::fs::File::create_new(&staged)?;
    out.write_all(text.as_bytes())?;
    out.sync_all()?;
    std::fs::rename(&staged, file)
}

fn named(environment: &str) -> Option<&str> {
    Some(environment).filter(|e| !e.is_empty())
}

fn text(file: &OutputFile) -> Vec<u8> {
    file.text.chunks().flatten().copied().collect()
}

fn explained(report: &WhyReport) -> Answer {
    Answer::Why { values: report.nodes.iter().map(|n| why(report, n)).collect() }
}

fn why(report: &WhyReport, node: &WhyNode) -> Why {
    Why {
        path: node.path.clone(),
        value: node.value.clone(),
        layers: node.layers.iter().map(|l| layer(report, l)).collect(),
        reads: node.reads.iter().map(|n| why(report, n)).collect(),
        cut: node.cut,
    }
}

fn layer(report: &WhyReport, layer: &WhyLayer) -> Layer {
    let file = report.files.get(layer.place.of as usize);
    let at = file.map_or((1, 1), |f| position(&f.text, layer.place.span.start));
    let source = file.and_then(|f| f.text.lines().nth(at.0 - 1)).unwrap_or_default();
    Layer {
        origin: layer.origin.clone(),
        role: format!("{:?}", layer.role).to_lowercase(),
        value: layer.value.clone(),
        path: file.map(|f| f.path.clone()).unwrap_or_default(),
        own: file.is_some_and(|f| !f.library && !f.dependency),
        line: at.0,
        column: at.1,
        source: source.trim().to_owned(),
    }
}

/// Line and column (both from 1; UTF-16, as a browser counts) of a byte.
fn position(text: &str, offset: u32) -> (usize, usize) {
    let before = text.get(..offset as usize).unwrap_or(text);
    let line = before.rsplit('\n').next().unwrap_or_default();
    (before.matches('\n').count() + 1, line.encode_utf16().count() + 1)
}

/// The `file:` address of a path.
fn address(path: &Path) -> String {
    let mut out = String::from("file://");
    let path = path.to_string_lossy().replace('\\', "/");
    if !path.starts_with('/') {
        out.push('/');
    }
    for byte in path.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' | b'/' => {
                out.push(byte as char)
            }
            byte => out += &format!("%{byte:02X}"),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_count_as_a_browser_does() {
        assert_eq!(position("a\nb𝄞c", 0), (1, 1));
        assert_eq!(position("a\nb𝄞c", 7), (2, 4));
    }

    #[test]
    fn addresses_are_escaped() {
        assert_eq!(address(Path::new("/a b/ü.ivs")), "file:///a%20b/%C3%BC.ivs");
    }
}
