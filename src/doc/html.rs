//! A reference as one HTML page that needs nothing else: no server, no network, no script to be read.

use super::by_sort;
use ivs_driver::{FieldDoc, ItemDoc, ModuleDoc, Piece, Reference};
use minijinja::{AutoEscape, Environment, Value, context};
use pulldown_cmark::{Event, Parser, Tag};

/// The page. The message is the template engine's, should the page's template be wrong.
pub fn html(reference: &Reference, title: &str, note: &str) -> Result<String, String> {
    let mut env = Environment::new();
    env.set_auto_escape_callback(|_| AutoEscape::Html);
    env.add_filter("markdown", |text: &str| Value::from_safe_string(rendered(text)));
    env.add_template("page", include_str!("page.html")).map_err(|e| e.to_string())?;
    let module = |m: &ModuleDoc| {
        let groups: Vec<Value> = by_sort(m)
            .into_iter()
            .map(|(sort, title, items)| {
                let items: Vec<Value> = items.into_iter().map(item).collect();
                context! { sort, title, items, brief => super::is_brief(sort) }
            })
            .collect();
        context! { name => m.name.clone(), docs => m.docs.clone(), groups }
    };
    let modules: Vec<Value> = reference.modules.iter().map(module).collect();
    let functions: Vec<Value> = reference
        .functions
        .iter()
        .map(
            |f| context! { name => f.name.clone(), signature => f.signature.clone(), docs => f.docs.clone() },
        )
        .collect();
    let page = env.get_template("page").map_err(|e| e.to_string())?;
    page.render(context! { title, note, modules, functions }).map_err(|e| e.to_string())
}

fn pieces(list: &[Piece]) -> Vec<Value> {
    list.iter().map(|p| context! { text => p.text.clone(), to => p.to.clone() }).collect()
}

fn field(f: &FieldDoc) -> Value {
    context! {
        name => f.name.clone(), optional => f.optional, required => f.required, ty => pieces(&f.ty), default => f.default.clone(), docs => f.docs.clone(),
        deprecated => f.deprecated.clone(),
    }
}

fn item(i: &ItemDoc) -> Value {
    context! {
        id => i.id.clone(), name => i.name.clone(), head => pieces(&i.head), docs => i.docs.clone(),
        fields => i.fields.iter().map(field).collect::<Vec<_>>(), rules => i.rules.clone(), emits => i.emits.clone(),
        deprecated => i.deprecated.clone(),
    }
}

/// Markdown as HTML. Tags in it are text, and links lead to pages or places, never to scripts.
fn rendered(text: &str) -> String {
    let events = Parser::new(text).map(|event| match event {
        Event::Html(tag) | Event::InlineHtml(tag) => Event::Text(tag),
        Event::Start(Tag::Link { link_type, dest_url, title, id }) => {
            let dest_url = if is_harmless(&dest_url) { dest_url } else { "#".into() };
            Event::Start(Tag::Link { link_type, dest_url, title, id })
        }
        // An image would be fetched from somewhere.
        Event::Start(Tag::Image { title, .. }) => Event::Text(title),
        Event::End(pulldown_cmark::TagEnd::Image) => Event::Text("".into()),
        other => other,
    });
    let mut out = String::new();
    pulldown_cmark::html::push_html(&mut out, events);
    out
}

fn is_harmless(url: &str) -> bool {
    let scheme = url.split(['/', '#', '?']).next().unwrap_or_default();
    match scheme.split_once(':') {
        Some((s, _)) => ["https", "http", "mailto"].iter().any(|good| s.eq_ignore_ascii_case(good)),
        None => !url.chars().any(char::is_control),
    }
}

#[cfg(test)]
mod tests {
    use super::rendered;

    #[test]
    fn docs_hold_no_tags_and_no_scripts() {
        assert_eq!(rendered("a `b` *c*"), "<p>a <code>b</code> <em>c</em></p>\n");
        let hostile = "x <script>x</script> [a](javascript:alert(1)) [b](JaVaScRiPt:x) ![i](https://x/y.png) <img src=x onerror=y>";
        let safe = rendered(hostile);
        for bad in ["<script", "<img", "javascript:", "JaVaScRiPt:", "x/y.png"] {
            assert!(!safe.contains(bad), "{bad} in {safe}");
        }
        assert!(rendered("[a](https://example.org/x?y#z)").contains("href=\"https://example.org/x?y#z\""));
        assert!(rendered("[a](#kind-x)").contains("href=\"#kind-x\""));
    }
}
