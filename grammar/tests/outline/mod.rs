//! Trees in a few lines: what tests show and compare.
#![allow(dead_code)]

use ivs_grammar::ast::*;
use std::fmt::Write;

/// The names of items and of the fields that were read, `!` where a value is broken.
pub fn names(chunk: &Chunk) -> Vec<String> {
    let mut out = Vec::new();
    for item in &chunk.items {
        item_names(item, &mut out);
    }
    out
}

fn item_names(item: &Item, out: &mut Vec<String>) {
    let (head, block) = match &item.kind {
        ItemKind::Use { path, .. } => (format!("use {}", path.words.last().unwrap().text), None),
        ItemKind::Kind { name, block } => (format!("kind {}", name.text), Some(block)),
        ItemKind::Struct { name, block } => (format!("struct {}", name.text), Some(block)),
        ItemKind::Enum { name, members } => (format!("enum {}({})", name.text, members.len()), None),
        ItemKind::Dimension { name, .. } => (format!("dimension {}", name.text), None),
        ItemKind::Unit { name, .. } => (format!("unit {}", name.text), None),
        ItemKind::Type { name, ty } => {
            (format!("type {}{}", name.text, if ty.kind == TypeKind::Error { "!" } else { "" }), None)
        }
        ItemKind::Fn { name, .. } => (format!("fn {}", name.text), None),
        ItemKind::Let { name, value, .. } => (format!("let {}{}", name.text, broken(value)), None),
        ItemKind::Overlay { name, items } => {
            out.push(format!("overlay {}", name.text));
            items.iter().for_each(|item| item_names(item, out));
            return;
        }
        ItemKind::Check { name, block, .. } => (format!("check {}", name.text), Some(block)),
        ItemKind::Test { items, .. } => {
            out.push(format!("test({})", items.len()));
            return;
        }
        ItemKind::Decl(decl) => {
            (format!("{} {}", decl.kind.words[0].text, decl.name.text), Some(&decl.block))
        }
        ItemKind::Broken => ("broken item".to_owned(), None),
    };
    let entries = block.map(|b| format!(" {{ {} }}", entry_names(b))).unwrap_or_default();
    out.push(head + &entries);
}

fn broken(value: &Expr) -> &'static str {
    if value.kind == ExprKind::Error { "!" } else { "" }
}

fn entry_names(block: &Block) -> String {
    let names: Vec<String> = block
        .entries
        .iter()
        .map(|entry| match &entry.kind {
            EntryKind::Set { path, value, .. } => format!("{}{}", path_name(path), broken(value)),
            EntryKind::Nest { path, block, .. } => {
                format!("{} {{ {} }}", path_name(path), entry_names(block))
            }
            EntryKind::Def { name, ty, .. } => {
                format!("{}:{}", name.text, if ty.kind == TypeKind::Error { "!" } else { "" })
            }
            EntryKind::Let { name, value, .. } => format!("let {}{}", name.text, broken(value)),
            EntryKind::When { .. } => "when".into(),
            EntryKind::Remove { .. } => "remove".into(),
            EntryKind::Require { .. } => "require".into(),
            EntryKind::Fix { .. } => "fix".into(),
            EntryKind::At { places } => format!("at({})", places.len()),
            EntryKind::Broken => "?".into(),
        })
        .collect();
    names.join(", ")
}

fn path_name(path: &EntryPath) -> String {
    match &path.second {
        Some(second) => format!("{} {}", path.first.text, second.text),
        None => path.first.text.to_string(),
    }
}

/// A node of the common outline that both grammars give: what it is, where it stands, what is in it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Node {
    pub what: String,
    pub span: (usize, usize),
    pub inner: Vec<Node>,
}

impl Node {
    pub fn new(what: impl Into<String>, span: Span, inner: Vec<Node>) -> Self {
        Node { what: what.into(), span: (span.start as usize, span.end as usize), inner }
    }
}

/// The outline of a tree, one line per node, with its text if that is short.
pub fn tree(source: &str, chunk: &Chunk) -> String {
    let mut out = String::new();
    for node in outline(chunk) {
        show(source, &node, 0, &mut out);
    }
    out
}

fn show(source: &str, node: &Node, depth: usize, out: &mut String) {
    let text = &source[node.span.0..node.span.1];
    let text = if text.len() <= 60 && !text.contains('\n') { format!("  {text}") } else { String::new() };
    writeln!(out, "{}{}{text}", "  ".repeat(depth), node.what).unwrap();
    for inner in &node.inner {
        show(source, inner, depth + 1, out);
    }
}

pub fn outline(chunk: &Chunk) -> Vec<Node> {
    let mut nodes: Vec<Node> = chunk.module_docs.iter().map(doc("module doc")).collect();
    nodes.extend(chunk.items.iter().map(item));
    nodes
}

fn doc(what: &'static str) -> impl Fn(&Doc) -> Node {
    move |doc| Node::new(format!("{what} {:?}", doc.text), doc.span, Vec::new())
}

fn word(word: &Word) -> Node {
    Node::new(format!("word {}", word.text), word.span, Vec::new())
}

fn words(what: &str, path: &Path) -> Node {
    Node::new(what, path.span, path.words.iter().map(word).collect())
}

fn docs_and_attrs(docs: &[Doc], attrs: &[Attr]) -> Vec<Node> {
    let mut nodes: Vec<Node> = docs.iter().map(doc("doc")).collect();
    nodes.extend(attrs.iter().map(|attr| {
        let mut inner = vec![word(&attr.name)];
        inner.extend(attr.args.iter().map(arg));
        Node::new("attribute", attr.span, inner)
    }));
    nodes
}

fn arg(arg: &Arg) -> Node {
    let mut span = arg.value.span;
    let mut inner = Vec::new();
    if let Some(name) = &arg.name {
        span = name.span.to(span);
        inner.push(word(name));
    }
    inner.push(expr(&arg.value));
    Node::new("arg", span, inner)
}

fn item(item: &Item) -> Node {
    let mut inner = docs_and_attrs(&item.docs, &item.attrs);
    if let Some(private) = item.private {
        inner.push(Node::new("private", private, Vec::new()));
    }
    let what = match &item.kind {
        ItemKind::Use { path, names, alias } => {
            inner.push(words("path", path));
            inner.extend(names.iter().flatten().map(word));
            inner.extend(alias.iter().map(word));
            "use"
        }
        ItemKind::Kind { name, block: body } => {
            inner.extend([word(name), block(body)]);
            "kind"
        }
        ItemKind::Struct { name, block: body } => {
            inner.extend([word(name), block(body)]);
            "struct"
        }
        ItemKind::Enum { name, members } => {
            inner.push(word(name));
            inner.extend(members.iter().map(member));
            "enum"
        }
        ItemKind::Dimension { name, base } => {
            inner.extend([word(name), word(base)]);
            "dimension"
        }
        ItemKind::Unit { name, dimension, value } => {
            inner.push(word(name));
            inner.extend(dimension.iter().map(|path| words("path", path)));
            inner.extend(value.iter().map(expr));
            "unit"
        }
        ItemKind::Type { name, ty } => {
            inner.extend([word(name), type_expr(ty)]);
            "type"
        }
        ItemKind::Fn { name, params, result, body } => {
            inner.push(word(name));
            inner.extend(params.iter().map(param));
            inner.extend([type_expr(result), expr(body)]);
            "fn"
        }
        ItemKind::Let { name, ty, value } => {
            inner.push(word(name));
            inner.extend(ty.iter().map(type_expr));
            inner.push(expr(value));
            "let"
        }
        ItemKind::Overlay { name, items } => {
            inner.push(word(name));
            inner.extend(items.iter().map(self::item));
            "overlay"
        }
        ItemKind::Check { name, clauses: loops, block: body } => {
            inner.push(word(name));
            inner.extend(clauses(loops));
            inner.push(block(body));
            "check"
        }
        ItemKind::Test { name, environment, items } => {
            inner.push(string(name));
            inner.extend(environment.iter().map(word));
            inner.extend(items.iter().map(test_item));
            "test"
        }
        ItemKind::Decl(decl) => {
            if let Some(template) = decl.template {
                inner.push(Node::new("template", template, Vec::new()));
            }
            inner.extend([words("path", &decl.kind), word(&decl.name)]);
            inner.extend(decl.index.iter().map(|e| expr(e)));
            if let Some(base) = &decl.base {
                let mut parts = vec![words("path", &base.path)];
                parts.extend(base.index.iter().map(|e| expr(e)));
                parts.extend(base.version.iter().map(string));
                inner.push(Node::new("base", base.span, parts));
            }
            if let Some(family) = &decl.family {
                inner.extend(clauses(&family.clauses));
                inner.extend(family.by.iter().map(|e| expr(e)));
            }
            inner.push(block(&decl.block));
            "declaration"
        }
        ItemKind::Broken => "broken",
    };
    Node::new(what, item.span, inner)
}

fn member(member: &Member) -> Node {
    let mut inner = docs_and_attrs(&member.docs, &member.attrs);
    inner.push(word(&member.name));
    inner.extend(member.params.iter().flatten().map(param));
    inner.extend(member.text.iter().map(string));
    let span = inner.iter().fold((usize::MAX, 0), |s, n| (s.0.min(n.span.0), s.1.max(n.span.1)));
    Node { what: "member".into(), span, inner }
}

fn param(param: &Param) -> Node {
    let mut inner = docs_and_attrs(&param.docs, &[]);
    inner.push(word(&param.name));
    inner.push(type_expr(&param.ty));
    inner.extend(param.default.iter().map(expr));
    let span = inner.iter().fold((usize::MAX, 0), |s, n| (s.0.min(n.span.0), s.1.max(n.span.1)));
    Node { what: if param.optional { "param?" } else { "param" }.into(), span, inner }
}

fn test_item(item: &TestItem) -> Node {
    match item {
        TestItem::Item(item) => self::item(item),
        TestItem::Expect { not, what, at, span } => {
            let mut inner = vec![words("path", what)];
            inner.extend(at.iter().map(|place| expr(&place.expr)));
            Node::new(if *not { "expect not" } else { "expect" }, *span, inner)
        }
        TestItem::Assert { cond, span } => Node::new("assert", *span, vec![expr(cond)]),
    }
}

fn block(block: &Block) -> Node {
    Node::new("block", block.span, block.entries.iter().map(entry).collect())
}

fn key(key: &Key) -> Node {
    Node::new(format!("{} {:?}", if key.quoted { "quoted" } else { "key" }, key.text), key.span, Vec::new())
}

fn path(path: &EntryPath) -> Vec<Node> {
    std::iter::once(&path.first).chain(path.second.iter()).map(key).collect()
}

fn entry(entry: &Entry) -> Node {
    let mut inner = docs_and_attrs(&entry.docs, &entry.attrs);
    let what = match &entry.kind {
        EntryKind::Set { path: keys, op, value, is_final } => {
            inner.extend(path(keys));
            inner.push(expr(value));
            match (op, is_final) {
                (SetOp::Set, false) => "set",
                (SetOp::Set, true) => "final set",
                (SetOp::Append, false) => "append",
                (SetOp::Append, true) => "final append",
            }
        }
        EntryKind::Nest { path: keys, block: body, is_final } => {
            inner.extend(path(keys));
            inner.push(block(body));
            if *is_final { "final nest" } else { "nest" }
        }
        EntryKind::Def { name, optional, ty, default } => {
            inner.extend([word(name), type_expr(ty)]);
            inner.extend(default.iter().map(expr));
            if *optional { "field?" } else { "field" }
        }
        EntryKind::Let { name, ty, value } => {
            inner.push(word(name));
            inner.extend(ty.iter().map(type_expr));
            inner.push(expr(value));
            "let"
        }
        EntryKind::When { cond, block: body } => {
            inner.extend([expr(cond), block(body)]);
            "when"
        }
        EntryKind::Remove { field, key: k } => {
            inner.extend([word(field), key(k)]);
            "remove"
        }
        EntryKind::Require { cond, block: body } => {
            inner.push(expr(cond));
            inner.extend(body.iter().map(block));
            "require"
        }
        EntryKind::Fix { place, value } => {
            inner.extend([expr(&place.expr), expr(value)]);
            "fix"
        }
        EntryKind::At { places } => {
            inner.extend(places.iter().map(|place| expr(&place.expr)));
            "at"
        }
        EntryKind::Broken => "broken",
    };
    Node::new(what, entry.span, inner)
}

fn type_expr(ty: &TypeExpr) -> Node {
    let (what, inner) = match &ty.kind {
        TypeKind::Path(path) => ("type path", path.words.iter().map(word).collect()),
        TypeKind::Dim { first, rest } => {
            let mut inner: Vec<Node> = vec![words("path", first)];
            inner.extend(rest.iter().map(|(divide, path)| words(if *divide { "/" } else { "*" }, path)));
            ("dimension", inner)
        }
        TypeKind::List(inner) => ("list type", vec![type_expr(inner)]),
        TypeKind::Map(key, value) => ("map type", vec![type_expr(key), type_expr(value)]),
        TypeKind::Range(from, to) => ("range type", vec![type_expr(from), type_expr(to)]),
        TypeKind::Union(parts) => ("union", parts.iter().map(type_expr).collect()),
        TypeKind::Literal(text) => return Node::new(format!("literal {text:?}"), ty.span, Vec::new()),
        TypeKind::None => ("none type", Vec::new()),
        TypeKind::Where(base, cond) => ("where", vec![type_expr(base), expr(cond)]),
        TypeKind::Error => ("type error", Vec::new()),
    };
    Node::new(what, ty.span, inner)
}

fn clauses(clauses: &Clauses) -> Vec<Node> {
    let mut nodes = Vec::new();
    for one in &clauses.loops {
        let mut inner = vec![word(&one.first)];
        inner.extend(one.second.iter().map(word));
        inner.push(expr(&one.over));
        nodes.push(Node::new("for", one.first.span.to(one.over.span), inner));
    }
    nodes.extend(clauses.filter.iter().map(|filter| Node::new("if", filter.span, vec![expr(filter)])));
    nodes
}

fn string(lit: &StrLit) -> Node {
    let inner = lit
        .parts
        .iter()
        .map(|part| match part {
            StrPart::Text(text) => {
                Node::new(format!("text {text:?}"), Span::new(lit.span.start, lit.span.start), Vec::new())
            }
            StrPart::Expr(e) => expr(e),
        })
        .collect();
    Node::new("string", lit.span, inner)
}

fn expr(e: &Expr) -> Node {
    let (what, inner) = match &e.kind {
        ExprKind::Bool(value) => (value.to_string(), Vec::new()),
        ExprKind::None => ("none".into(), Vec::new()),
        ExprKind::Number(number) => {
            let unit =
                number.unit.as_ref().map(|u| format!(" {}{}", if u.per { "per " } else { "" }, u.text));
            (
                format!(
                    "number {}{}{}",
                    number.currency.map(|c| format!("{c} ")).unwrap_or_default(),
                    number.digits,
                    unit.unwrap_or_default()
                ),
                Vec::new(),
            )
        }
        ExprKind::Date(text) => (format!("date {text}"), Vec::new()),
        ExprKind::Version(text) => (format!("version {text}"), Vec::new()),
        ExprKind::Str(lit) => return string(lit),
        ExprKind::Name(name) => (format!("name {name}"), Vec::new()),
        ExprKind::Selector(words) => ("selector".into(), words.iter().map(word).collect()),
        ExprKind::List(elements) => ("list".into(), elements.iter().map(expr).collect()),
        ExprKind::ListFor { clauses: loops, body } => {
            let mut inner = clauses(loops);
            inner.push(expr(body));
            ("list for".into(), inner)
        }
        ExprKind::MapFor { clauses: loops, key, value } => {
            let mut inner = clauses(loops);
            inner.extend([expr(key), expr(value)]);
            ("map for".into(), inner)
        }
        ExprKind::Block(body) => return block(body),
        ExprKind::If { arms, otherwise } => {
            let mut inner: Vec<Node> =
                arms.iter().flat_map(|(cond, then)| [expr(cond), expr(then)]).collect();
            inner.push(expr(otherwise));
            ("if".into(), inner)
        }
        ExprKind::Unary { op, operand, .. } => (format!("{op:?}"), vec![expr(operand)]),
        ExprKind::Binary { first, rest } => {
            let ops: Vec<String> = rest.iter().map(|operand| format!("{:?}", operand.op)).collect();
            let inner =
                std::iter::once(&**first).chain(rest.iter().map(|operand| &operand.expr)).map(expr).collect();
            (ops.join(" "), inner)
        }
        ExprKind::Postfix { base, ops } => {
            let mut inner = vec![expr(base)];
            inner.extend(ops.iter().map(postfix));
            ("postfix".into(), inner)
        }
        ExprKind::Paren(inner) => ("paren".into(), vec![expr(inner)]),
        ExprKind::Error => ("error".into(), Vec::new()),
    };
    Node::new(what, e.span, inner)
}

fn postfix(op: &PostfixOp) -> Node {
    match op {
        PostfixOp::Member { name, optional } => {
            Node::new(if *optional { "?." } else { "." }, name.span, vec![word(name)])
        }
        PostfixOp::Index { index, span } => Node::new("index", *span, vec![expr(index)]),
        PostfixOp::Call { args, span } => Node::new("call", *span, args.iter().map(arg).collect()),
        PostfixOp::As { unit } => Node::new(format!("as {}", unit.text), unit.span, Vec::new()),
    }
}
