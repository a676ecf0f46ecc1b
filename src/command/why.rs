//! `ivs why`.

use super::load;
use crate::args::{Format, Global, Why};
use crate::engine;
use crate::exit::Exit;
use crate::render::SourceFile;
use crate::terminal::{Style, Terminal, clean, paint};
use ivs_driver::{Role, WhyLayer, WhyNode, WhyReport};
use serde::Serialize;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

/// Values longer than this are cut on a line of their own layer; the value that was asked for is shown whole.
const MAX_VALUE: usize = 100;

pub fn run(args: &Why, global: &Global, terminal: &mut Terminal) -> Exit {
    let project = match load("why", &args.path, args.out.as_deref(), None, global, terminal) {
        Ok(project) => project,
        Err(exit) => return exit,
    };
    let mut session = engine::session(&project, global);
    if let Some(env) = &args.env {
        let known = session.environments();
        if !known.contains(env) {
            return super::unknown_environment(env, &known, terminal);
        }
    }
    let env = args.env.as_deref();
    let answer = match output_line(&args.what) {
        Some((file, line)) => {
            let out = args.out.clone().unwrap_or_else(|| project.root.join(ivs_project::OUT_FOLDER));
            session.why_line(env, &below(file, &out), line, args.depth.into())
        }
        None => session.why(env, &args.what, args.depth.into()),
    };
    std::mem::forget(session);
    let report = match answer {
        Ok(report) => report,
        Err(why) => {
            terminal.error(&why);
            return Exit::Usage;
        }
    };
    let shown = Shown::new(report, &project);
    if terminal.format == Format::Json {
        let nodes: Vec<Node<'_>> = shown.report.nodes.iter().map(|n| shown.json(n)).collect();
        let document = Document { version: 1, command: "why", environment: env, values: nodes };
        terminal.out(&(serde_json::to_string_pretty(&document).unwrap_or_default() + "\n"));
        return Exit::Done;
    }
    let mut text = String::new();
    for node in &shown.report.nodes {
        shown.tree(node, 0, terminal.color, &mut text);
    }
    terminal.out(&text);
    Exit::Done
}

/// `FILE:LINE`: a path of a value has no colon, and an output has a name with a dot.
fn output_line(what: &str) -> Option<(&str, usize)> {
    let (file, line) = what.rsplit_once(':')?;
    Some((file, line.parse().ok().filter(|_| file.contains('.'))?))
}

/// A file below the output folder as its manifest names it, however the person reached it.
fn below(file: &str, out: &Path) -> String {
    let stripped = || {
        let file = std::path::absolute(file).ok()?;
        let out = std::path::absolute(out).ok()?;
        Some(file.strip_prefix(out).ok()?.to_path_buf())
    };
    let path = stripped().unwrap_or_else(|| PathBuf::from(file));
    path.to_string_lossy().replace('\\', "/")
}

struct Shown {
    report: WhyReport,
    files: Vec<SourceFile>,
}

impl Shown {
    fn new(mut report: WhyReport, project: &ivs_project::Project) -> Shown {
        let files = engine::files(std::mem::take(&mut report.files), project);
        Shown { report, files }
    }

    fn place(&self, layer: &WhyLayer) -> (String, String) {
        let Some(file) = self.files.get(layer.place.of as usize) else { return Default::default() };
        let (line, column) = file.position(layer.place.span.start);
        let (from, to) = file.line_range(line - 1);
        let text = file.shown().get(from..to).unwrap_or_default().trim();
        (format!("{}:{line}:{column}", file.path), text.to_owned())
    }

    fn tree(&self, node: &WhyNode, depth: usize, color: bool, out: &mut String) {
        let indent = "  ".repeat(depth * 2);
        let value = if depth == 0 { node.value.clone() } else { cut(&node.value) };
        let name = paint(color, Style::Note, &clean(&node.path));
        let _ = match value.as_str() {
            "" => writeln!(out, "{indent}{name}"),
            value => writeln!(out, "{indent}{name} = {}", clean(value)),
        };
        for layer in &node.layers {
            let (place, text) = self.place(layer);
            let (mark, what) = match layer.role {
                Role::Decides => ("●", layer.origin.clone()),
                Role::Adds => ("+", format!("{}, added", layer.origin)),
                Role::Amends => ("+", format!("{}, amended", layer.origin)),
                Role::Overridden => ("○", format!("{}, overridden: {}", layer.origin, cut(&layer.value))),
            };
            let place = paint(color, Style::Help, &place);
            let _ = writeln!(out, "{indent}  {mark} {} — {place}", clean(&what));
            if !text.is_empty() {
                let _ = writeln!(out, "{indent}      {}", clean(&text));
            }
        }
        if node.cut {
            let _ = writeln!(out, "{indent}    … ask for it to see what it reads");
        }
        for read in &node.reads {
            self.tree(read, depth + 1, color, out);
        }
    }

    fn json<'a>(&'a self, node: &'a WhyNode) -> Node<'a> {
        Node {
            path: &node.path,
            value: &node.value,
            layers: node
                .layers
                .iter()
                .map(|l| {
                    let file = self.files.get(l.place.of as usize);
                    let (line, column) = file.map_or((0, 0), |f| f.position(l.place.span.start));
                    Layer {
                        origin: &l.origin,
                        role: match l.role {
                            Role::Decides => "decides",
                            Role::Adds => "adds",
                            Role::Amends => "amends",
                            Role::Overridden => "overridden",
                        },
                        value: &l.value,
                        file: file.map_or("", |f| f.path.as_str()),
                        line,
                        column,
                    }
                })
                .collect(),
            reads: node.reads.iter().map(|r| self.json(r)).collect(),
            cut: node.cut,
        }
    }
}

fn cut(value: &str) -> String {
    let one_line = value.replace('\n', "\\n");
    if one_line.chars().count() <= MAX_VALUE {
        return one_line;
    }
    one_line.chars().take(MAX_VALUE - 1).chain(['…']).collect()
}

/// What `--format json` prints, described in `docs/json.md`.
#[derive(Serialize)]
struct Document<'a> {
    version: u32,
    command: &'static str,
    environment: Option<&'a str>,
    values: Vec<Node<'a>>,
}

#[derive(Serialize)]
struct Node<'a> {
    path: &'a str,
    value: &'a str,
    layers: Vec<Layer<'a>>,
    reads: Vec<Node<'a>>,
    cut: bool,
}

#[derive(Serialize)]
struct Layer<'a> {
    origin: &'a str,
    role: &'static str,
    value: &'a str,
    file: &'a str,
    line: usize,
    column: usize,
}
