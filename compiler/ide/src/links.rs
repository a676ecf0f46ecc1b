//! Texts that lead somewhere: files that are loaded, images, modules, addresses.

use crate::place::{Location, files_of, item_at};
use crate::tree::each_expr;
use ivs_grammar::ast::{ExprKind, ItemKind, PostfixOp, Span, StrPart};
use ivs_model::{DataFile, Module, data_file, item_module};
use ivs_source::{Db, SourceFile, item_offset, items, parse_item};
use smol_str::SmolStr;

/// Where a link leads.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Target {
    /// A place in a source or data file.
    Place(Location),
    /// An address of the web.
    Url(String),
}

/// A piece of text that leads somewhere.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Link {
    /// Absolute bytes.
    pub range: Span,
    /// Where it leads.
    pub target: Target,
    /// What is shown before it is followed.
    pub tooltip: String,
}

/// The links of a file, in order.
pub fn links(db: &dyn Db, file: SourceFile) -> Vec<Link> {
    let mut out = Vec::new();
    for item in &items(db, file).ids {
        let base = item_offset(db, *item);
        let parsed = parse_item(db, *item);
        let Some(tree) = parsed.item() else { continue };
        let moved = |s: Span| Span::new(s.start + base, s.end + base);
        if let ItemKind::Use { path, names, .. } = &tree.kind {
            let module = path.words.iter().map(|w| w.text.as_str()).collect::<Vec<_>>().join(".");
            let module = Module::new(db, SmolStr::from(module));
            if names.is_some() || ivs_model::modules(db).files.contains_key(module.name(db)) {
                let start = Span::new(0, 0);
                if let Some(file) = files_of(db, module).first() {
                    out.push(Link {
                        range: moved(path.span),
                        target: Target::Place(Location { file: *file, range: start, full: start }),
                        tooltip: format!("module `{}`", module.name(db)),
                    });
                }
            }
        }
        each_expr(tree, &mut |e| match &e.kind {
            ExprKind::Postfix { base, ops } if matches!(&base.kind, ExprKind::Name(n) if n == "load") => {
                let Some(PostfixOp::Call { args, .. }) = ops.first() else { return };
                let Some(path) = args.first() else { return };
                let ExprKind::Str(s) = &path.value.kind else { return };
                let [StrPart::Text(text)] = s.parts.as_slice() else { return };
                if let DataFile::Found(data) = data_file(db, item_module(db, *item), text.clone()) {
                    let start = Span::new(0, 0);
                    out.push(Link {
                        range: moved(s.span),
                        target: Target::Place(Location { file: data, range: start, full: start }),
                        tooltip: format!("`{text}`"),
                    });
                }
            }
            ExprKind::Str(s) => {
                let [StrPart::Text(text)] = s.parts.as_slice() else { return };
                if let Some((url, tooltip)) = address(text) {
                    let inner = Span::new(s.span.start + 1, s.span.end.saturating_sub(1));
                    out.push(Link { range: moved(inner), target: Target::Url(url), tooltip });
                }
            }
            _ => {}
        });
    }
    out.sort_by_key(|l| l.range);
    out.dedup_by_key(|l| l.range);
    out
}

/// Where a text leads in the web: an address, or an image of a registry that has pages for people.
fn address(text: &str) -> Option<(String, String)> {
    if (text.starts_with("https://") || text.starts_with("http://"))
        && !text.contains(|c: char| c.is_whitespace() || c == '<' || c == '{')
    {
        return Some((text.to_owned(), "open in a browser".into()));
    }
    let name = text.split('@').next()?;
    let name = match name.rsplit_once(':') {
        Some((front, tag)) if !tag.contains('/') => front,
        _ => name,
    };
    let tip = |n: &str| format!("image `{n}` in its registry");
    let (registry, rest) = name.split_once('/')?;
    let plain = !rest.is_empty()
        && rest.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b"/._-".contains(&b));
    if !plain {
        return None;
    }
    match registry {
        "docker.io" | "registry-1.docker.io" => match rest.strip_prefix("library/") {
            Some(official) => Some((format!("https://hub.docker.com/_/{official}"), tip(name))),
            None => Some((format!("https://hub.docker.com/r/{rest}"), tip(name))),
        },
        "ghcr.io" | "quay.io" => {
            let host = if registry == "quay.io" { "quay.io/repository" } else { "ghcr.io" };
            Some((format!("https://{host}/{rest}"), tip(name)))
        }
        "public.ecr.aws" => Some((format!("https://gallery.ecr.aws/{rest}"), tip(name))),
        _ => None,
    }
}

/// The data file whose path stands at an offset.
pub fn loaded_file(db: &dyn Db, file: SourceFile, offset: u32) -> Option<Location> {
    let at = item_at(db, file, offset)?;
    if !ivs_source::item_text(db, at.item).contains("load") {
        return None;
    }
    links(db, file).into_iter().find_map(|l| match l.target {
        Target::Place(p)
            if l.range.start <= offset && offset <= l.range.end && p.file.module(db).is_empty() =>
        {
            Some(p)
        }
        _ => None,
    })
}
