//! HTML as a tree: text is escaped where it is printed, so no value can end an element or an attribute.

/// A node.
#[derive(Clone, Debug)]
pub enum Html {
    /// Escaped when it is printed.
    Text(String),
    /// An element.
    Element(Element),
    /// JSON inside of a script element; printed so that it cannot end it.
    Data(String),
}

impl Html {
    /// Text.
    pub fn text(text: impl Into<String>) -> Html {
        Html::Text(text.into())
    }

    fn put(&self, out: &mut String) {
        match self {
            Html::Text(text) => escape(out, text),
            Html::Element(element) => element.put(out),
            // `<` is only part of JSON's strings, where an escape says the same.
            Html::Data(json) => out.push_str(&json.replace('<', "\\u003c")),
        }
    }
}

impl From<Element> for Html {
    fn from(element: Element) -> Self {
        Html::Element(element)
    }
}
impl From<&str> for Html {
    fn from(text: &str) -> Self {
        Html::text(text)
    }
}
impl From<String> for Html {
    fn from(text: String) -> Self {
        Html::Text(text)
    }
}

/// An element.
#[derive(Clone, Debug)]
pub struct Element {
    name: &'static str,
    attributes: Vec<(&'static str, String)>,
    children: Vec<Html>,
}

/// An element without attributes or children.
pub fn element(name: &'static str) -> Element {
    Element { name, attributes: Vec::new(), children: Vec::new() }
}

/// Elements without content and end tag.
const VOID: [&str; 6] = ["br", "hr", "img", "input", "link", "meta"];

/// Elements that begin a line, for those who read the source.
const BLOCKS: [&str; 24] = [
    "article", "body", "caption", "dd", "dl", "dt", "fieldset", "footer", "form", "h1", "h2", "h3", "head",
    "header", "html", "li", "main", "meta", "p", "section", "table", "title", "tr", "ul",
];

impl Element {
    /// With an attribute.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.attributes.push((name, value.into()));
        self
    }

    /// With a child.
    #[must_use]
    pub fn child(mut self, child: impl Into<Html>) -> Self {
        self.children.push(child.into());
        self
    }

    /// With children.
    #[must_use]
    pub fn children<T: Into<Html>>(mut self, children: impl IntoIterator<Item = T>) -> Self {
        self.children.extend(children.into_iter().map(Into::into));
        self
    }

    /// As text.
    pub fn print(&self) -> String {
        let mut out = String::new();
        self.put(&mut out);
        out
    }

    fn put(&self, out: &mut String) {
        if BLOCKS.contains(&self.name) && !out.is_empty() && !out.ends_with('\n') {
            out.push('\n');
        }
        out.push('<');
        out.push_str(self.name);
        for (name, value) in &self.attributes {
            out.push(' ');
            out.push_str(name);
            out.push_str("=\"");
            escape(out, value);
            out.push('"');
        }
        out.push('>');
        if VOID.contains(&self.name) {
            return;
        }
        self.children.iter().for_each(|c| c.put(out));
        out.push_str("</");
        out.push_str(self.name);
        out.push('>');
    }
}

fn escape(out: &mut String, text: &str) {
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            // Neither text nor white space in HTML.
            '\0'..='\u{8}' | '\u{b}' | '\u{c}' | '\u{e}'..='\u{1f}' | '\u{7f}'..='\u{9f}' => {
                out.push('\u{fffd}')
            }
            // A carriage return would be read as a line feed.
            '\r' => out.push_str("&#13;"),
            c => out.push(c),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_gets_out_of_its_place() {
        let page = element("p")
            .with("title", "\"><script>")
            .child("</p>&'")
            .child(Html::Data("\"</script>\"".into()));
        assert_eq!(
            page.print(),
            "<p title=\"&quot;&gt;&lt;script&gt;\">&lt;/p&gt;&amp;&#39;\"\\u003c/script>\"</p>"
        );
    }
}
