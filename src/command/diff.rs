//! `ivs diff`.

use super::{count, load};
use crate::args::{Diff as Args, Format, Global};
use crate::engine;
use crate::exit::Exit;
use crate::render::SourceFile;
use crate::terminal::{Style, Terminal, clean, paint};
use ivs_driver::{Decided, DeclarationDiff, Diff};
use serde::Serialize;
use std::fmt::Write as _;

/// Values longer than this are cut in text.
const MAX_VALUE: usize = 100;

pub fn run(args: &Args, global: &Global, terminal: &mut Terminal) -> Exit {
    let from = args.from.as_ref().unwrap_or(&args.path);
    if args.from.is_none() && args.env == args.from_env {
        terminal.error("there is nothing to compare with: say `--env`, `--from-env` or `--from`");
        return Exit::Usage;
    }
    let mut sides = Vec::new();
    for (path, env) in [(from, &args.from_env), (&args.path, &args.env)] {
        let project = match load("diff", path, None, None, global, terminal) {
            Ok(project) => project,
            Err(exit) => return exit,
        };
        let mut session = engine::session(&project, global);
        let known = session.environments();
        if let Some(env) = env
            && !known.contains(env)
        {
            return super::unknown_environment(env, &known, terminal);
        }
        // Values of sources that contradict themselves would look like facts.
        let checked = session.check();
        if checked.has_errors() {
            let findings = engine::findings(checked, &project);
            super::conclude("diff", &findings, Exit::Diagnostics, terminal);
            return Exit::Diagnostics;
        }
        sides.push((project, session));
    }
    let [(old_project, before), (new_project, after)] = sides.as_mut_slice() else { return Exit::Internal };
    // Another state of the package is looked at in the same environment, unless another is named.
    let from_env = if args.from.is_some() {
        args.from_env.as_ref().or(args.env.as_ref())
    } else {
        args.from_env.as_ref()
    };
    let mut found = ivs_driver::diff((before, from_env.map(String::as_str)), (after, args.env.as_deref()));
    let shown = Shown {
        before: engine::files(std::mem::take(&mut found.before_files), old_project),
        after: engine::files(std::mem::take(&mut found.after_files), new_project),
    };
    let differs = !found.declarations.is_empty();
    if terminal.format == Format::Json {
        let document = shown.document(&found, from_env, args.env.as_ref());
        terminal.out(&(serde_json::to_string_pretty(&document).unwrap_or_default() + "\n"));
    } else {
        terminal.out(&shown.text(&found, terminal.color));
        let changed = found.declarations.len();
        terminal.status(&match changed {
            0 => "Nothing differs.".to_owned(),
            n => format!("{} differ.", count(n, "declaration")),
        });
    }
    std::mem::forget(sides);
    if differs && args.exit_code { Exit::Drift } else { Exit::Done }
}

struct Shown {
    before: Vec<SourceFile>,
    after: Vec<SourceFile>,
}

impl Shown {
    fn text(&self, diff: &Diff, color: bool) -> String {
        let mut out = String::new();
        for ((kind, name), declaration) in &diff.declarations {
            let name = clean(&format!("{kind} {name}")).into_owned();
            match declaration {
                DeclarationDiff::Added(at) => {
                    let _ = writeln!(
                        out,
                        "{} — {}",
                        paint(color, Style::Help, &format!("+ {name}")),
                        place(&self.after, at)
                    );
                }
                DeclarationDiff::Removed(at) => {
                    let _ = writeln!(
                        out,
                        "{} — {}",
                        paint(color, Style::Error, &format!("- {name}")),
                        place(&self.before, at)
                    );
                }
                DeclarationDiff::Changed(values) => {
                    let _ = writeln!(out, "{}", paint(color, Style::Note, &name));
                    for v in values {
                        let path = clean(&v.path);
                        let (value, files, by) = match (&v.before, &v.after) {
                            (Some((was, _)), Some((is, by))) => {
                                (format!("{} → {}", cut(was), cut(is)), &self.after, by)
                            }
                            (None, Some((is, by))) => (format!("→ {}", cut(is)), &self.after, by),
                            (Some((was, by)), None) => (format!("{} →", cut(was)), &self.before, by),
                            (None, None) => continue,
                        };
                        let _ = writeln!(
                            out,
                            "  {path}: {} — {}, {}",
                            clean(&value),
                            clean(&by.origin),
                            place(files, by)
                        );
                    }
                }
            }
        }
        out
    }

    fn document<'a>(
        &'a self,
        diff: &'a Diff,
        from: Option<&'a String>,
        to: Option<&'a String>,
    ) -> Document<'a> {
        let side = |files: &[SourceFile], value: &'a str, by: &'a Decided| Side {
            value,
            origin: &by.origin,
            place: place(files, by),
        };
        let declarations = diff.declarations.iter().map(|((kind, name), declaration)| {
            let mut out = Declaration { kind, name, change: "changed", place: None, values: Vec::new() };
            match declaration {
                DeclarationDiff::Added(at) => {
                    (out.change, out.place) = ("added", Some(place(&self.after, at)))
                }
                DeclarationDiff::Removed(at) => {
                    (out.change, out.place) = ("removed", Some(place(&self.before, at)))
                }
                DeclarationDiff::Changed(values) => {
                    out.values = (values.iter())
                        .map(|v| Value {
                            path: &v.path,
                            before: v.before.as_ref().map(|(t, by)| side(&self.before, t, by)),
                            after: v.after.as_ref().map(|(t, by)| side(&self.after, t, by)),
                        })
                        .collect();
                }
            }
            out
        });
        let name = |env: Option<&'a String>| env.map(String::as_str);
        Document {
            version: 1,
            command: "diff",
            from: name(from),
            to: name(to),
            declarations: declarations.collect(),
        }
    }
}

/// `main.ivs:12:3`
fn place(files: &[SourceFile], at: &Decided) -> String {
    let Some(file) = files.get(at.place.of as usize) else { return String::new() };
    let (line, column) = file.position(at.place.span.start);
    format!("{}:{line}:{column}", file.path)
}

fn cut(value: &str) -> String {
    match value.char_indices().nth(MAX_VALUE) {
        Some((end, _)) => format!("{}…", value.get(..end).unwrap_or(value)),
        None => value.to_owned(),
    }
}

#[derive(Serialize)]
struct Document<'a> {
    version: u32,
    command: &'static str,
    /// The environment that is compared with; `null` for the base.
    from: Option<&'a str>,
    to: Option<&'a str>,
    declarations: Vec<Declaration<'a>>,
}

#[derive(Serialize)]
struct Declaration<'a> {
    kind: &'a str,
    name: &'a str,
    change: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    place: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    values: Vec<Value<'a>>,
}

#[derive(Serialize)]
struct Value<'a> {
    path: &'a str,
    before: Option<Side<'a>>,
    after: Option<Side<'a>>,
}

#[derive(Serialize)]
struct Side<'a> {
    value: &'a str,
    origin: &'a str,
    place: String,
}
