//! `ivs graph`.

use super::{count, load};
use crate::args::{Format, Global, Graph as Args};
use crate::exit::Exit;
use crate::graph::{Shown, html, json, picture};
use crate::terminal::Terminal;
use crate::{engine, graph::text};
use ivs_driver::{EdgeSort, Graph};

pub fn run(args: &Args, global: &Global, terminal: &mut Terminal) -> Exit {
    let asked = args.impact.is_some() || args.path.is_some();
    if asked && matches!(terminal.format, Format::Dot | Format::Mermaid | Format::Html) {
        terminal.error("`--path` and `--impact` answer as text or with `--format json`");
        return Exit::Usage;
    }
    let project = match load("graph", &args.package, None, None, global, terminal) {
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
    // What a change reaches goes through formulas as well.
    let mut graph = session.graph(args.env.as_deref(), args.reads || asked);
    std::mem::forget(session);
    if !args.kind.is_empty() {
        if let Some(why) = args.kind.iter().find_map(|k| graph.has_kind(k).err()) {
            terminal.error(&why);
            return Exit::Usage;
        }
        graph = graph.only(&args.kind);
    }
    let title = match &args.env {
        Some(env) => format!("{}, {env}", project.config.package),
        None => project.config.package.clone(),
    };
    let files = engine::files(std::mem::take(&mut graph.files), &project);
    let shown = Shown { graph, files, title, environment: args.env.clone() };
    let answer = match (&args.path, &args.impact) {
        (Some(ends), _) => way(&shown, ends, terminal),
        (_, Some(of)) => impact(&shown, of, terminal),
        _ => whole(&shown, terminal),
    };
    match answer {
        Ok(text) => {
            terminal.out(&text);
            Exit::Done
        }
        Err((exit, why)) => {
            terminal.error(&why);
            exit
        }
    }
}

type Answer = Result<String, (Exit, String)>;

fn usage(why: String) -> (Exit, String) {
    (Exit::Usage, why)
}

fn whole(shown: &Shown, terminal: &Terminal) -> Answer {
    Ok(match terminal.format {
        Format::Json => json::whole(shown),
        Format::Dot => picture::dot(shown),
        Format::Mermaid => picture::mermaid(shown),
        Format::Html => {
            html::page(shown).map_err(|why| (Exit::Internal, format!("the page cannot be written: {why}")))?
        }
        Format::Human | Format::Short | Format::Junit => text::whole(shown, terminal.color),
    })
}

fn way(shown: &Shown, ends: &[String], terminal: &Terminal) -> Answer {
    let [from, to] = ends else { return Err(usage("`--path` takes two declarations".into())) };
    let graph = &shown.graph;
    let (a, b) = (graph.find(from).map_err(usage)?, graph.find(to).map_err(usage)?);
    let way = graph.path(a, b);
    if terminal.format == Format::Json {
        return Ok(json::way(shown, a, &way));
    }
    if !way.is_empty() || a == b {
        return Ok(text::way(shown, a, &way, terminal.color));
    }
    let back = graph.path(b, a);
    let mut text = format!("`{}` does not depend on `{}`\n", text::name(shown, a), text::name(shown, b));
    if !back.is_empty() {
        text.push_str("the other way round:\n");
        text.push_str(&text::way(shown, b, &back, terminal.color));
    }
    Ok(text)
}

fn impact(shown: &Shown, of: &str, terminal: &Terminal) -> Answer {
    let of = shown.graph.find(of).map_err(usage)?;
    let reached = shown.graph.impact(of);
    Ok(match terminal.format {
        Format::Json => json::impact(shown, &reached),
        _ => text::impact(shown, &reached, terminal.color),
    })
}

/// `3 references, 2 readings`: how many of each sort.
pub fn sorts(graph: &Graph) -> String {
    let of = |sort| graph.edges.iter().filter(|e| e.sort == sort).count();
    let mut parts = vec![count(of(EdgeSort::Refers), "reference")];
    for (sort, thing) in [(EdgeSort::Derives, "derivation"), (EdgeSort::Reads, "reading")] {
        if of(sort) > 0 {
            parts.push(count(of(sort), thing));
        }
    }
    parts.join(", ")
}
