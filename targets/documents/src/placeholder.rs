//! Placeholders of other template languages: `{x}` and `${x}` say nothing here.

use crate::{Mistake, codes, syntax};
use minijinja::Value as Shown;
use minijinja::machinery::ast::Stmt;
use smol_str::SmolStr;
use std::collections::BTreeMap;

/// Everything in the plain text that looks like a placeholder: a path of names in single braces.
pub(crate) fn mixed_up(template: &Stmt<'_>, values: &BTreeMap<SmolStr, Shown>) -> Vec<Mistake> {
    let mut pieces = Vec::new();
    syntax::raw(template, &mut pieces);
    let mut found = Vec::new();
    for (base, text) in pieces {
        let mut from = 0;
        while let Some(open) = text.get(from..).and_then(|rest| rest.find('{')).map(|i| i + from) {
            from = open + 1;
            let Some(inner) = text.get(open + 1..).and_then(|r| r.split_once('}')).map(|(i, _)| i) else {
                break;
            };
            if !is_path(inner) {
                continue;
            }
            let dollar = text.get(..open).is_some_and(|t| t.ends_with('$'));
            let (start, end) = (open - usize::from(dollar), open + inner.len() + 2);
            let shown = text.get(start..end).unwrap_or_default();
            let name = inner.split('.').next().unwrap_or_default();
            let known = values.contains_key(name);
            found.push(Mistake {
                code: codes::PLACEHOLDER,
                message: format!("`{shown}` is not a placeholder here"),
                help: Some(match known {
                    true => format!("a value stands in two braces: `{{{{ {inner} }}}}`"),
                    false => format!(
                        "values stand in two braces, `{{{{ {inner} }}}}`; to write it as it is: `{{{{ \"{shown}\" }}}}`"
                    ),
                }),
                fix: known.then(|| format!("{{{{ {inner} }}}}")),
                start: (base + start) as u32,
                end: (base + end) as u32,
            });
            from = end;
        }
    }
    found
}

/// `name`, `name.field`
fn is_path(text: &str) -> bool {
    let word = |w: &str| {
        w.starts_with(|c: char| c.is_alphabetic() || c == '_')
            && w.chars().all(|c| c.is_alphanumeric() || c == '_')
    };
    text.split('.').all(word)
}
