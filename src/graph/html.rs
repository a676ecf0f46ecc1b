//! A graph as one HTML page that needs nothing else: no server, no network; without its script it is a list with links.

use super::{Shown, label, role};
use crate::command::graph::sorts;
use ivs_driver::{EdgeSort, NodeRole, Step};
use minijinja::{AutoEscape, Environment, Value, context};

/// The page. The message is the template engine's, should the page's template be wrong.
pub fn page(shown: &Shown) -> Result<String, String> {
    let mut env = Environment::new();
    env.set_auto_escape_callback(|_| AutoEscape::Html);
    env.add_template("page", include_str!("page.html")).map_err(|e| e.to_string())?;
    let graph = &shown.graph;
    let mut into: Vec<Vec<usize>> = vec![Vec::new(); graph.nodes.len()];
    let mut out_of: Vec<Vec<usize>> = vec![Vec::new(); graph.nodes.len()];
    for (i, e) in graph.edges.iter().enumerate() {
        out_of.get_mut(e.from).into_iter().for_each(|list| list.push(i));
        into.get_mut(e.to).into_iter().for_each(|list| list.push(i));
    }
    let end = |edge: usize, there: bool| {
        let e = shown.edge(edge)?;
        let other = if there { e.to } else { e.from };
        let node = shown.node(other)?;
        Some(context! {
            other, name => node.name.as_str(), kind => node.kind.as_str(), label => label(e),
            weak => e.sort != EdgeSort::Refers, disabled => node.role == NodeRole::Disabled,
        })
    };
    let ends = |list: &[Vec<usize>], i: usize, there: bool| -> Vec<Value> {
        list.get(i).into_iter().flatten().filter_map(|e| end(*e, there)).collect()
    };
    let nodes: Vec<Value> = graph
        .nodes
        .iter()
        .enumerate()
        .map(|(i, n)| {
            let (file, line) = shown.place(n);
            let unknown: Vec<Value> =
                graph.dangling.iter().filter(|d| d.from == i).map(|d| Value::from(d.path.as_str())).collect();
            context! {
                id => i, name => n.name.as_str(), kind => n.kind.as_str(), title => n.title.as_deref(),
                role => (n.role != NodeRole::Declared).then(|| role(n.role)), place => format!("{file}:{line}"),
                leads => ends(&out_of, i, true), led => ends(&into, i, false), unknown,
            }
        })
        .collect();
    let kinds: Vec<Value> = graph
        .kinds()
        .into_iter()
        .map(|kind| context! { name => kind, count => graph.nodes.iter().filter(|n| n.kind == kind).count() })
        .collect();
    let link = |i: usize| context! { id => i, name => shown.name(i) };
    let circle = |cycle: &Vec<Step>| {
        let steps: Vec<Value> = cycle
            .iter()
            .filter_map(|step| {
                let e = shown.edge(*step.first()?)?;
                Some(context! { label => label(e), to => link(e.to) })
            })
            .collect();
        let first = cycle.first().and_then(|s| s.first()).and_then(|e| shown.edge(*e)).map(|e| link(e.from));
        context! { first, steps }
    };
    let cycles: Vec<Value> = graph.cycles().iter().map(circle).collect();
    let dangling: Vec<Value> = graph
        .dangling
        .iter()
        .map(|d| context! { from => link(d.from), path => d.path.as_str(), why => d.why.as_str() })
        .collect();
    let orphans: Vec<Value> = graph.orphans().into_iter().map(link).collect();
    let page = env.get_template("page").map_err(|e| e.to_string())?;
    page.render(context! {
        title => shown.title.as_str(), nodes, kinds, cycles, dangling, orphans, sorts => sorts(graph),
    })
    .map_err(|e| e.to_string())
}
