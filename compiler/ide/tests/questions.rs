//! Questions and answers: each page of `tests/questions` has sources with a cursor (`$0`), and what is answered there.
//! `IVS_UPDATE=1` writes the answers.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod support;

use ivs_driver::Session;
use ivs_ide::{Use, complete, hover, resolve};
use ivs_source::Db;
use std::fmt::Write as _;
use support::{Sources, file, shown};

/// Proposals that an answer lists.
const LISTED: usize = 12;

/// Up to which rank: the library's functions and constants, which come last, are left out.
const NEAR: u8 = 4;

#[test]
fn pages() {
    let folder = support::root().join("compiler/ide/tests/questions");
    let mut pages: Vec<_> = std::fs::read_dir(folder).unwrap().map(|e| e.unwrap().path()).collect();
    pages.sort();
    let update = std::env::var_os("IVS_UPDATE").is_some();
    let mut wrong = Vec::new();
    for page in pages {
        let text = std::fs::read_to_string(&page).unwrap();
        let answered = answered(&text);
        if answered != text {
            if update {
                std::fs::write(&page, &answered).unwrap();
            } else {
                wrong.push(format!("{}\n{}", page.display(), difference(&text, &answered)));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn difference(old: &str, new: &str) -> String {
    let mut out = String::new();
    for (a, b) in old.lines().zip(new.lines()).filter(|(a, b)| a != b).take(12) {
        let _ = writeln!(out, "- {a}\n+ {b}");
    }
    let _ = writeln!(out, "{} lines, {} answered", old.lines().count(), new.lines().count());
    out
}

/// A page with its answers.
fn answered(page: &str) -> String {
    let mut out = String::new();
    let mut sources = String::new();
    let mut fence: Option<(String, String)> = None;
    for line in page.split_inclusive('\n') {
        match (&mut fence, line.trim_end().strip_prefix("```")) {
            (None, Some(info)) => {
                out.push_str(line);
                fence = Some((info.to_owned(), String::new()));
            }
            (None, None) => out.push_str(line),
            (Some((info, text)), Some("")) => {
                if info == "ivs" {
                    sources = text.clone();
                    out.push_str(text);
                } else {
                    out.push_str(&answer(info, &Sources::parse(&sources)));
                }
                out.push_str(line);
                fence = None;
            }
            (Some((_, text)), _) => text.push_str(line),
        }
    }
    out
}

fn answer(question: &str, sources: &Sources) -> String {
    let mut session = sources.session();
    session.check();
    let (path, offset) = &sources.cursor;
    let text = match question.strip_prefix("rename ") {
        Some(new) => renamed(new, &mut session, path, *offset),
        None => asked(question, &session, path, *offset),
    };
    let mut lines: String = text.trim_end().to_owned();
    if !lines.is_empty() {
        lines.push('\n');
    }
    lines
}

fn renamed(new: &str, session: &mut Session, path: &str, offset: u32) -> String {
    let at = file(session, path);
    match ivs_ide::rename(session, at, offset, new) {
        Err(why) => format!("refused: {why}"),
        Ok(edits) => {
            let mut out = String::new();
            for (path, edits) in edits {
                let text = file(session, &path).text(session.database());
                let edits: Vec<_> =
                    edits.iter().map(|(s, t)| (s.start as usize, s.end as usize, t.as_str())).collect();
                let new = ivs_driver::apply_edits(text, &edits).unwrap();
                let _ = write!(out, "// --- {path}\n{new}");
            }
            out
        }
    }
}

fn asked(question: &str, session: &Session, path: &str, offset: u32) -> String {
    let db: &dyn Db = session.database();
    let at = file(session, path);
    let places =
        |all: Vec<ivs_ide::Location>| all.iter().map(|p| shown(db, p)).collect::<Vec<_>>().join("\n");
    let (question, rest) = question.split_once(' ').unwrap_or((question, ""));
    match question {
        "hover" => hover(db, at, offset)
            .map_or_else(|| "nothing".into(), |h| h.markdown(&|_| None).replace("```", "'''")),
        "definition" => places(ivs_ide::definition(db, at, offset)),
        "declaration" => places(ivs_ide::declaration(db, at, offset)),
        "type" => places(ivs_ide::type_definition(db, at, offset)),
        "implementation" => places(ivs_ide::implementation(db, at, offset)),
        "references" => {
            let all = ivs_ide::references(db, at, offset, true);
            all.iter()
                .map(|r| format!("{} {}", how(r.how), shown(db, &r.place)))
                .collect::<Vec<_>>()
                .join("\n")
        }
        "highlight" => {
            let all = ivs_ide::highlight(db, at, offset);
            all.iter()
                .map(|r| format!("{} {}", how(r.how), shown(db, &r.place)))
                .collect::<Vec<_>>()
                .join("\n")
        }
        "complete" => completion(db, at, offset, rest),
        "signature" => {
            let mut out = String::new();
            for s in ivs_ide::signature(db, at, offset) {
                let active = s.active.and_then(|n| s.parameters.get(n)).map_or("", |p| p.text(&s.label));
                let _ = writeln!(out, "{} | {active}", s.label);
            }
            out
        }
        "links" => {
            let mut out = String::new();
            for l in ivs_ide::links(db, at) {
                let target = match &l.target {
                    ivs_ide::Target::Place(p) => p.file.path(db).to_string(),
                    ivs_ide::Target::Url(u) => u.clone(),
                };
                let _ = writeln!(out, "{} → {target}", l.range.text(at.text(db)));
            }
            out
        }
        "linked" => {
            let all = ivs_ide::linked(db, at, offset);
            let shown = all.iter().map(|s| {
                let (line, column) = support::line_column(at.text(db), s.start);
                format!("{line}:{column} {}", s.text(at.text(db)))
            });
            shown.collect::<Vec<_>>().join("\n")
        }
        "outline" => {
            let mut out = String::new();
            outlined(&ivs_ide::outline(db, at), 0, &mut out);
            out
        }
        "symbols" => {
            let all = ivs_ide::search(db, rest);
            let own = all.iter().filter(|s| s.place.file.own(db));
            let shown = own.take(LISTED).map(|s| {
                format!("{} · {} {}", s.name, format!("{:?}", s.sort).to_lowercase(), shown(db, &s.place))
            });
            shown.collect::<Vec<_>>().join("\n")
        }
        "tokens" => {
            let mut out = String::new();
            for t in ivs_ide::tokens(db, at, None) {
                let sort = format!("{:?}", t.sort).to_lowercase();
                let marks =
                    [(t.defines, "defines"), (t.library, "library"), (t.docs, "docs"), (t.sets, "sets")];
                let marks: Vec<&str> = marks.iter().filter(|(is, _)| *is).map(|(_, m)| *m).collect();
                let _ = writeln!(out, "{} · {sort} {}", t.range.text(at.text(db)), marks.join(" "));
            }
            out.lines().map(|l| format!("{}\n", l.trim_end())).collect()
        }
        "folds" => {
            let line = |o: u32| support::line_column(at.text(db), o).0;
            let all = ivs_ide::folds(db, at);
            let shown = all.iter().map(|f| {
                let sort = format!("{:?}", f.sort).to_lowercase();
                format!("{}..{} {sort}", line(f.range.start), line(f.range.end))
            });
            shown.collect::<Vec<_>>().join("\n")
        }
        "selections" => {
            let all = ivs_ide::selections(db, at, offset);
            let shown = all.iter().map(|s| s.text(at.text(db)).replace('\n', "⏎"));
            shown.collect::<Vec<_>>().join("\n")
        }
        "hints" => {
            let text = at.text(db).to_string();
            let wanted = ivs_ide::Wanted { values: true, inherited: true, tooltips: true, environment: "" };
            let all = ivs_ide::hints(db, at, ivs_grammar::ast::Span::new(0, text.len() as u32), wanted);
            let mut out = text.clone();
            for h in all.iter().rev() {
                out.insert_str(h.offset as usize, &format!("‹{}›", h.label));
            }
            out
        }
        "colors" => {
            let all = ivs_ide::colors(db, at);
            let shown = all.iter().map(|c| format!("{} {:?}", c.range.text(at.text(db)), c.rgba));
            shown.collect::<Vec<_>>().join("\n")
        }
        "dependencies" | "dependents" | "supertypes" | "subtypes" => {
            let mut out = String::new();
            for node in ivs_ide::nodes(db, at, offset) {
                let linked = match question {
                    "dependencies" => ivs_ide::outgoing(db, node.item),
                    "dependents" => ivs_ide::incoming(db, node.item),
                    _ => Vec::new(),
                };
                for l in linked {
                    let places: Vec<String> = l.places.iter().map(|p| shown(db, p)).collect();
                    let _ = writeln!(out, "{} · {} · {}", l.node.name, l.node.detail, places.join(", "));
                }
                let types = match question {
                    "supertypes" => ivs_ide::supertypes(db, node.item),
                    "subtypes" => ivs_ide::subtypes(db, node.item),
                    _ => Vec::new(),
                };
                for n in types {
                    let _ = writeln!(out, "{} · {}", n.name, n.detail);
                }
            }
            out
        }
        "import" => {
            let (module, name) = rest.rsplit_once('.').unwrap();
            match ivs_ide::import(db, at, module, name) {
                None => "nothing".into(),
                Some((span, text)) => {
                    let edit = (span.start as usize, span.end as usize, text.as_str());
                    ivs_driver::apply_edits(at.text(db), &[edit]).unwrap()
                }
            }
        }
        other => panic!("no such question: {other}"),
    }
}

fn outlined(all: &[ivs_ide::Outlined], depth: usize, out: &mut String) {
    for o in all {
        let sort = format!("{:?}", o.sort).to_lowercase();
        let line = format!("{}{} · {sort} {}", "  ".repeat(depth), o.name, o.detail);
        let _ = writeln!(out, "{}", line.trim_end());
        outlined(&o.children, depth + 1, out);
    }
}

fn how(how: Use) -> &'static str {
    match how {
        Use::Defines => "defines",
        Use::Sets => "sets   ",
        Use::Reads => "reads  ",
    }
}

/// The proposals that begin with what is written, as an editor shows them; with `all`, whatever they begin with.
fn completion(db: &dyn Db, at: ivs_source::SourceFile, offset: u32, rest: &str) -> String {
    let found = complete(db, at, offset);
    let start = found.replace.start.min(offset);
    let prefix = ivs_grammar::ast::Span::new(start, offset).text(at.text(db)).to_owned();
    let fits = |p: &&ivs_ide::Proposal| p.label.trim_start_matches('"').starts_with(&prefix);
    let fitting: Vec<_> = found.proposals.iter().filter(fits).filter(|p| p.rank <= NEAR).collect();
    let mut out = String::new();
    for p in fitting.iter().take(LISTED) {
        let sort = format!("{:?}", p.sort).to_lowercase();
        let _ = write!(out, "{} · {sort}", p.label);
        if !p.detail.is_empty() {
            let _ = write!(out, " · {}", p.detail);
        }
        if p.insert != p.label {
            let _ = write!(out, " → {}", p.insert.replace('\n', "⏎"));
        }
        if let Some(module) = &p.import {
            let _ = write!(out, " + use {module}");
        }
        out.push('\n');
    }
    if rest == "docs"
        && let Some(about) = fitting.first().and_then(|p| resolve(db, p))
    {
        let _ = writeln!(out, "---\n{}\n{}\n{}", about.code, about.of, about.docs);
    }
    out
}
