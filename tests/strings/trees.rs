//! Output files as trees, read by parsers that are not the compiler's.

use hcl::expr::Expression;
use hcl::structure::Structure;
use hcl::template::{Element, Template};
use ivs_plan::OutputFile;
use serde_json::{Value as Json, json};

/// The tree of a file; `None` of what holds no text of its own: archives, and lists of their hashes.
pub fn tree(file: &OutputFile) -> Result<Option<Json>, String> {
    let (path, text) = (file.path.as_str(), file.text.to_string());
    if path.contains("/blobs/") || path.ends_with("/oci-layout") || path.contains("/oci/") {
        return Ok(None);
    }
    let text = if path.contains("/templates/") { helm(&text) } else { text };
    let name = path.rsplit('/').next().unwrap_or_default();
    let of = match name.rsplit_once('.').map_or("", |(_, e)| e) {
        "yaml" | "yml" => {
            serde_saphyr::from_multiple::<Json>(&text).map(Json::Array).map_err(|e| e.to_string())
        }
        "json" | "jsonld" => serde_json::from_str(&text).map_err(|e| e.to_string()),
        "tf" => hcl::parse(&text).map(|b| body(&b)).map_err(|e| e.to_string()),
        "toml" => {
            let table = text.parse::<toml::Table>().map_err(|e| e.to_string());
            table.map(|t| serde_json::to_value(t).unwrap())
        }
        "csv" => Ok(csv(&text)),
        "md" => Ok(markdown(&text)),
        "html" => html(&text),
        "sql" => sql(&text),
        "txt" => Ok(text.lines().collect()),
        other => Err(format!("no parser of `{other}`")),
    };
    of.map(Some)
}

fn body(of: &hcl::Body) -> Json {
    let structures = of.iter().map(|s| match s {
        Structure::Attribute(a) => json!([a.key.as_str(), expression(&a.expr)]),
        Structure::Block(b) => {
            let labels: Vec<&str> = b.labels.iter().map(|l| l.as_str()).collect();
            json!([b.identifier.as_str(), labels, body(&b.body)])
        }
    });
    structures.collect()
}

fn expression(of: &Expression) -> Json {
    match of {
        Expression::String(s) => json!(s),
        Expression::Array(items) => items.iter().map(expression).collect(),
        Expression::Object(fields) => {
            let key = |k: &hcl::expr::ObjectKey| match k {
                hcl::expr::ObjectKey::Identifier(i) => json!(i.as_str()),
                hcl::expr::ObjectKey::Expression(e) => expression(e),
                other => json!(other.to_string()),
            };
            let fields = fields.iter().map(|(k, v)| match key(k) {
                Json::String(s) => (s, expression(v)),
                other => (other.to_string(), expression(v)),
            });
            Json::Object(fields.collect())
        }
        Expression::FuncCall(call) => {
            json!({"call": call.name.to_string(), "args": call.args.iter().map(expression).collect::<Json>()})
        }
        Expression::TemplateExpr(template) => {
            let parts = Template::from_expr(template).unwrap();
            let text = parts.elements().iter().map(|e| match e {
                Element::Literal(s) => s.replace("$${", "${").replace("%%{", "%{"),
                other => format!("\u{1}{other:?}\u{1}"),
            });
            json!(text.collect::<String>())
        }
        other => json!({"expression": format!("{other:?}")}),
    }
}

/// Rows of fields.
fn csv(text: &str) -> Json {
    let mut reader = csv_core::Reader::new();
    let (mut input, mut rows, mut row) = (text.as_bytes(), Vec::new(), Vec::<String>::new());
    let (mut out, mut filled) = (vec![0; text.len() + 1], 0);
    loop {
        let (result, read, written) = reader.read_field(input, &mut out[filled..]);
        input = &input[read..];
        filled += written;
        match result {
            csv_core::ReadFieldResult::Field { record_end } => {
                row.push(String::from_utf8(out[..filled].to_vec()).unwrap());
                filled = 0;
                if record_end {
                    rows.push(json!(std::mem::take(&mut row)));
                }
            }
            csv_core::ReadFieldResult::End => return Json::Array(rows),
            csv_core::ReadFieldResult::InputEmpty => {}
            csv_core::ReadFieldResult::OutputFull => unreachable!("the fields are no longer than the file"),
        }
    }
}

/// What a reader of CommonMark finds, text that follows text joined.
fn markdown(text: &str) -> Json {
    use pulldown_cmark::{Event, Options, Parser};
    let mut out: Vec<Json> = Vec::new();
    let mut words = String::new();
    for event in Parser::new_ext(text, Options::ENABLE_TABLES) {
        match event {
            Event::Text(t) => words.push_str(&t),
            Event::SoftBreak => words.push('\n'),
            other => {
                if !words.is_empty() {
                    out.push(json!(std::mem::take(&mut words)));
                }
                match other {
                    Event::Code(t) => out.push(json!({"code": t.to_string()})),
                    other => out.push(json!({"event": format!("{other:?}")})),
                }
            }
        }
    }
    out.extend((!words.is_empty()).then(|| json!(words)));
    Json::Array(out)
}

fn unescaped(text: &str) -> Result<String, String> {
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.find('&') {
        out.push_str(&rest[..at]);
        let end = rest[at..].find(';').ok_or_else(|| format!("a bare `&`: {rest}"))? + at;
        let name = &rest[at + 1..end];
        let code = |n: &str| match n.strip_prefix('x') {
            Some(hex) => u32::from_str_radix(hex, 16).ok(),
            None => n.parse().ok(),
        };
        out.push(match name {
            "amp" => '&',
            "lt" => '<',
            "gt" => '>',
            "quot" => '"',
            "apos" => '\'',
            "nbsp" => '\u{a0}',
            n => n.strip_prefix('#').and_then(code).and_then(char::from_u32).ok_or(format!("`&{n};`"))?,
        });
        rest = &rest[end + 1..];
    }
    Ok(out + rest)
}

/// Tags with their attributes, and texts between them; what stands in a script is JSON or code of the page.
fn html(text: &str) -> Result<Json, String> {
    let mut out: Vec<Json> = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.find('<') {
        if at > 0 {
            out.push(json!(unescaped(&rest[..at])?));
        }
        let mut quote = None;
        let end = rest[at..].char_indices().find(|(_, c)| match (quote, c) {
            (None, '"' | '\'') => {
                quote = Some(*c);
                false
            }
            (Some(q), c) if q == *c => {
                quote = None;
                false
            }
            (None, '>') => true,
            _ => false,
        });
        let end = end.ok_or_else(|| format!("a tag without end: {rest}"))?.0 + at;
        let tag = &rest[at + 1..end];
        let mut parts = tag.split('"');
        let mut pieces = vec![json!({"tag": parts.next()})];
        while let Some(value) = parts.next() {
            pieces.push(json!(unescaped(value)?));
            pieces.extend(parts.next().map(|p| json!({"tag": p})));
        }
        out.push(Json::Array(pieces));
        rest = &rest[end + 1..];
        for raw in ["script", "style"] {
            if tag.split_whitespace().next() == Some(raw) {
                let close = rest.find(&format!("</{raw}")).ok_or("an element without end")?;
                let inner = &rest[..close];
                out.push(match serde_json::from_str::<Json>(inner) {
                    Ok(value) => value,
                    Err(_) => json!({"code": inner}),
                });
                rest = &rest[close..];
            }
        }
    }
    Ok(Json::Array(out))
}

/// Words, texts and names in quotes, and what stands between, as PostgreSQL with standard strings reads them.
fn sql(text: &str) -> Result<Json, String> {
    let mut out: Vec<Json> = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let length = if rest.starts_with("--") {
            rest.find('\n').unwrap_or(rest.len())
        } else if first == '\'' || first == '"' {
            let mut at = 1;
            loop {
                at += rest[at..].find(first).ok_or_else(|| format!("a text without end: {rest}"))? + 1;
                if !rest[at..].starts_with(first) {
                    break;
                }
                at += 1;
            }
            let doubled = format!("{first}{first}");
            out.push(json!(rest[1..at - 1].replace(&doubled, &first.to_string())));
            rest = &rest[at..];
            continue;
        } else if first == '$' {
            let tag = rest[1..].find('$').map_or(1, |e| e + 2);
            let (open, after) = rest.split_at(tag);
            let end = after.find(open).ok_or_else(|| format!("a text without end: {rest}"))?;
            out.push(json!({"dollar": open, "text": sql(&after[..end])?}));
            rest = &after[end + tag..];
            continue;
        } else if first.is_alphanumeric() || first == '_' {
            rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len())
        } else {
            first.len_utf8()
        };
        if !rest[..length].trim().is_empty() {
            out.push(json!({"word": rest[..length]}));
        }
        rest = &rest[length..];
    }
    Ok(Json::Array(out))
}

/// What Helm makes of a template: its quoted texts as they are, its other actions as a word.
fn helm(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("{{") {
        let (action, after) = after.split_once("}}").unwrap_or((after, ""));
        out.push_str(before);
        let action = action.trim_matches(['-', ' ']);
        match action.strip_prefix('"').and_then(|a| a.strip_suffix('"')) {
            Some(quoted) => out.push_str(quoted),
            None if before.lines().last().is_some_and(|l| l.trim().is_empty()) => {}
            None => out.push_str("ACTION"),
        }
        rest = after;
    }
    out + rest
}
