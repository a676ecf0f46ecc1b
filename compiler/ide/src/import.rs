//! Bringing a name of another module into sight.

use ivs_grammar::ast::{ItemKind, Span};
use ivs_source::{Db, SourceFile, item_offset, items, parse_item};

/// The edit that brings a name of a module into a file: into the `use` of that module, if there is one; absolute bytes.
/// `None` if it is there already.
pub fn import(db: &dyn Db, file: SourceFile, module: &str, name: &str) -> Option<(Span, String)> {
    let mut behind = None;
    for item in items(db, file).ids.iter().filter(|i| i.key(db).keyword == "use") {
        let base = item_offset(db, *item);
        let parsed = parse_item(db, *item);
        let Some(tree) = parsed.item() else { continue };
        let ItemKind::Use { path, names, .. } = &tree.kind else { continue };
        behind = Some(base + tree.span.end);
        let words: Vec<&str> = path.words.iter().map(|w| w.text.as_str()).collect();
        let Some(names) = names.as_ref().filter(|_| words.join(".") == module) else { continue };
        if names.iter().any(|n| n.text == name) {
            return None;
        }
        // Names stay in order where they are.
        let at = |offset: u32| Span::new(base + offset, base + offset);
        return match (names.iter().find(|n| n.text.as_str() > name), names.last()) {
            (Some(next), _) => Some((at(next.span.start), format!("{name}, "))),
            (None, Some(last)) => Some((at(last.span.end), format!(", {name}"))),
            (None, None) => None,
        };
    }
    if let Some(at) = behind {
        return Some((Span::new(at, at), format!("\nuse {module}.{{{name}}}")));
    }
    let text = file.text(db);
    let docs: usize = text.split_inclusive('\n').take_while(|l| l.starts_with("//!")).map(str::len).sum();
    let blank = text.get(docs..).map_or(0, |rest| rest.len() - rest.trim_start_matches(['\r', '\n']).len());
    let at = (docs + blank) as u32;
    Some((Span::new(at, at), format!("use {module}.{{{name}}}\n\n")))
}
