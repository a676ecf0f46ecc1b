//! Orders the `use` items that a file begins with: one for each module, sorted, without what nothing names.

use super::{Action, Change, Deed};
use crate::unread::says;
use ivs_grammar::ast::{ItemKind, Span};
use ivs_source::{Db, SourceFile, items, parse_item};
use std::collections::{BTreeMap, BTreeSet};

/// The edit that orders them; `None` if they are in order, or if something stands between them.
pub fn organize(db: &dyn Db, file: SourceFile) -> Option<Action> {
    let text = file.text(db);
    let all = items(db, file);
    let first: Vec<_> =
        all.ids.iter().zip(&all.chunks).take_while(|(i, _)| i.key(db).keyword == "use").collect();
    let (_, begin) = first.first()?;
    let (_, end) = first.last()?;
    let mut names: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let mut whole: BTreeSet<String> = BTreeSet::new();
    let mut start = None;
    let mut stop = begin.span.start;
    for (item, chunk) in &first {
        let parsed = parse_item(db, **item);
        if !parsed.chunk.errors.is_empty() {
            return None;
        }
        let tree = parsed.item()?;
        let (from, to) = (chunk.span.start + tree.span.start, chunk.span.start + tree.span.end);
        // A comment belongs to the line that it stands beside.
        let between = text.get(stop as usize..from as usize).unwrap_or_default();
        let documented = !tree.docs.is_empty() || !tree.attrs.is_empty() || tree.private.is_some();
        if documented || (start.is_some() && !between.trim().is_empty()) {
            return None;
        }
        start.get_or_insert(from);
        stop = to;
        let ItemKind::Use { path, names: of, alias } = &tree.kind else { return None };
        let path: Vec<&str> = path.words.iter().map(|w| w.text.as_str()).collect();
        match (of, alias) {
            (Some(of), None) => {
                names.entry(path.join(".")).or_default().extend(of.iter().map(|w| w.text.to_string()));
            }
            _ => {
                whole.insert(Span::new(from, to).text(text).to_owned());
            }
        }
    }
    let rest = text.get(end.span.end as usize..)?;
    let used = |name: &String| says(rest, name);
    let lists = names.into_iter().filter_map(|(path, names)| {
        let names: Vec<String> = names.into_iter().filter(used).collect();
        (!names.is_empty()).then(|| format!("use {path}.{{{}}}", names.join(", ")))
    });
    let mut lines: Vec<String> = lists.chain(whole).collect();
    lines.sort();
    let range = Span::new(start?, stop);
    let new = lines.join("\n");
    if range.text(text) == new {
        return None;
    }
    // Nothing is left: nor are the lines.
    let range = if new.is_empty() { super::lines_of(text, range) } else { range };
    let title = "Organize `use`".to_owned();
    Some(Action { title, deed: Deed::Organize, changes: vec![Change { file, range, text: new }] })
}
