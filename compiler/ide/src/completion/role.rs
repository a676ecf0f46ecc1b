//! What stands where the marker was put.

use ivs_grammar::ast::{
    Arg, Attr, Block, Chunk, Clauses, Decl, EntryKind, Expr, ExprKind, Item, ItemKind, Key, Param, Path,
    PostfixOp, Span, StrPart, TestItem, TypeExpr, TypeKind, Word,
};
use ivs_model::MARKER;
use smol_str::SmolStr;

/// What sort of body a key stands in.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum In {
    /// Of a declaration, an amendment, or a block in one.
    Declaration,
    /// Of a template, which may declare fields.
    Template,
    /// Of a kind or struct.
    Definition,
    /// Of a check.
    Check,
    /// Of a `require`.
    Require,
}

/// What the marker is.
#[derive(Clone, PartialEq, Debug)]
pub enum Role {
    /// The kind of a declaration, in an overlay or test.
    Kind,
    /// The name of a declaration that an overlay amends; its kind as written.
    Amended(SmolStr),
    /// What a declaration derives from; its kind as written.
    Base(SmolStr),
    /// A key, with the keys that its block has besides.
    Key {
        /// Which body.
        of: In,
        /// Whether it is the second of two.
        second: bool,
        /// Those that are set already.
        others: Vec<SmolStr>,
        /// Whether the block is the outermost of its body.
        outermost: bool,
    },
    /// A name in an expression; the call and parameter that it is an argument of, the key that it is the value of.
    Name {
        /// Where the called function is named.
        call: Option<Span>,
        /// The parameters that are given by name.
        given: Vec<SmolStr>,
        /// The innermost key.
        key: Option<SmolStr>,
    },
    /// `x.MARKER`: where `x` stands, and its words if it is a path.
    Member {
        /// What it is read from.
        base: Span,
        /// The words of it.
        words: Vec<SmolStr>,
    },
    /// `.a.MARKER`
    Selector,
    /// A type.
    Type {
        /// The modules before it.
        front: Vec<SmolStr>,
    },
    /// A part of the path of a `use`: those before it.
    UsePath(Vec<SmolStr>),
    /// A name that a `use` brings: its module, the others.
    UseName(Vec<SmolStr>, Vec<SmolStr>),
    /// An attribute.
    Attribute,
    /// A check, in `@allow` or `expect`.
    CheckName,
    /// An environment.
    Environment,
    /// A unit behind `as`.
    Unit,
    /// A name that is given here.
    Given,
}

fn is(text: &str) -> bool {
    text == MARKER
}

struct Finder {
    found: Option<Role>,
    key: Option<SmolStr>,
}

/// Finds the marker in a tree that was read without it getting lost.
pub fn find(chunk: &Chunk) -> Option<Role> {
    let mut finder = Finder { found: None, key: None };
    for item in &chunk.items {
        finder.item(item, false);
    }
    finder.found
}

impl Finder {
    fn put(&mut self, role: Role) {
        self.found.get_or_insert(role);
    }

    fn given(&mut self, word: &Word) {
        if is(&word.text) {
            self.put(Role::Given);
        }
    }

    fn item(&mut self, item: &Item, amends: bool) {
        item.attrs.iter().for_each(|a| self.attr(a));
        match &item.kind {
            ItemKind::Use { path, names, alias } => {
                for (i, w) in path.words.iter().enumerate().filter(|(_, w)| is(&w.text)) {
                    let _ = w;
                    self.put(Role::UsePath(path.words.iter().take(i).map(|w| w.text.clone()).collect()));
                }
                let others = names.iter().flatten().filter(|n| !is(&n.text)).map(|n| n.text.clone());
                if names.iter().flatten().any(|n| is(&n.text)) {
                    let module = path.words.iter().map(|w| w.text.clone()).collect();
                    self.put(Role::UseName(module, others.collect()));
                }
                alias.iter().for_each(|w| self.given(w));
            }
            ItemKind::Kind { name, block } | ItemKind::Struct { name, block } => {
                self.given(name);
                self.block(block, In::Definition, true);
            }
            ItemKind::Enum { name, members } => {
                self.given(name);
                for m in members {
                    m.attrs.iter().for_each(|a| self.attr(a));
                    self.given(&m.name);
                    m.params.iter().flatten().for_each(|p| self.param(p));
                }
            }
            ItemKind::Dimension { name, base } => {
                self.given(name);
                self.given(base);
            }
            ItemKind::Unit { name, dimension, value } => {
                self.given(name);
                dimension.iter().for_each(|p| self.type_path(p));
                value.iter().for_each(|e| self.expr(e));
            }
            ItemKind::Type { name, ty } => {
                self.given(name);
                self.ty(ty);
            }
            ItemKind::Fn { name, params, result, body } => {
                self.given(name);
                params.iter().for_each(|p| self.param(p));
                self.ty(result);
                self.expr(body);
            }
            ItemKind::Let { name, ty, value } => {
                self.given(name);
                ty.iter().for_each(|t| self.ty(t));
                self.expr(value);
            }
            ItemKind::Overlay { name, items } => {
                if is(&name.text) {
                    self.put(Role::Environment);
                }
                items.iter().for_each(|i| self.item(i, true));
            }
            ItemKind::Check { name, clauses, block } => {
                self.given(name);
                self.clauses(clauses);
                self.block(block, In::Check, true);
            }
            ItemKind::Test { environment, items, .. } => {
                if environment.as_ref().is_some_and(|w| is(&w.text)) {
                    self.put(Role::Environment);
                }
                for i in items {
                    match i {
                        TestItem::Item(i) => self.item(i, false),
                        TestItem::Expect { what, at, .. } => {
                            if what.words.iter().any(|w| is(&w.text)) {
                                self.put(Role::CheckName);
                            }
                            at.iter().for_each(|p| self.expr(&p.expr));
                        }
                        TestItem::Assert { cond, .. } => self.expr(cond),
                    }
                }
            }
            ItemKind::Decl(d) => self.decl(d, amends),
            ItemKind::Broken => {}
        }
    }

    fn decl(&mut self, d: &Decl, amends: bool) {
        if d.kind.words.iter().any(|w| is(&w.text)) {
            self.put(Role::Kind);
        }
        let kind =
            || SmolStr::from(d.kind.words.iter().map(|w| w.text.as_str()).collect::<Vec<_>>().join("."));
        if is(&d.name.text) {
            self.put(if amends { Role::Amended(kind()) } else { Role::Given });
        }
        d.index.iter().for_each(|e| self.expr(e));
        if let Some(base) = &d.base {
            if base.path.words.iter().any(|w| is(&w.text)) {
                self.put(Role::Base(kind()));
            }
            base.index.iter().for_each(|e| self.expr(e));
        }
        if let Some(f) = &d.family {
            self.clauses(&f.clauses);
            f.by.iter().for_each(|e| self.expr(e));
        }
        let of = if d.template.is_some() { In::Template } else { In::Declaration };
        self.block(&d.block, of, true);
    }

    fn attr(&mut self, a: &Attr) {
        if is(&a.name.text) {
            self.put(Role::Attribute);
        }
        for arg in &a.args {
            if arg.name.is_none() && contains(&arg.value) {
                self.put(if a.name.text == "allow" { Role::CheckName } else { Role::Given });
            }
        }
    }

    fn param(&mut self, p: &Param) {
        self.given(&p.name);
        self.ty(&p.ty);
        p.default.iter().for_each(|e| self.expr(e));
    }

    fn block(&mut self, block: &Block, of: In, outermost: bool) {
        for e in &block.entries {
            e.attrs.iter().for_each(|a| self.attr(a));
            match &e.kind {
                EntryKind::Set { path, value, .. } => {
                    self.key(&path.first, path.second.as_ref(), block, of, outermost);
                    let before = self.key.replace(path.second.as_ref().unwrap_or(&path.first).text.clone());
                    self.expr(value);
                    self.key = before;
                }
                EntryKind::Nest { path, block: inner, .. } => {
                    self.key(&path.first, path.second.as_ref(), block, of, outermost);
                    self.block(inner, of, false);
                }
                EntryKind::Def { name, ty, default, .. } => {
                    self.given(name);
                    self.ty(ty);
                    default.iter().for_each(|e| self.expr(e));
                }
                EntryKind::Let { name, ty, value } => {
                    self.given(name);
                    ty.iter().for_each(|t| self.ty(t));
                    self.expr(value);
                }
                EntryKind::When { cond, block } => {
                    self.expr(cond);
                    self.block(block, of, outermost);
                }
                EntryKind::Remove { field, key } => {
                    let first = Key { text: field.text.clone(), span: field.span, quoted: false };
                    self.key(&first, Some(key), block, of, outermost);
                }
                EntryKind::Require { cond, block } => {
                    self.expr(cond);
                    block.iter().for_each(|b| self.block(b, In::Require, true));
                }
                EntryKind::Fix { place, value } => {
                    self.expr(&place.expr);
                    self.expr(value);
                }
                EntryKind::At { places } => places.iter().for_each(|p| self.expr(&p.expr)),
                EntryKind::Broken => {}
            }
        }
    }

    fn key(&mut self, first: &Key, second: Option<&Key>, block: &Block, of: In, outermost: bool) {
        let on_second = second.is_some_and(|k| is(&k.text));
        if !is(&first.text) && !on_second {
            return;
        }
        let mut others = Vec::new();
        for e in &block.entries {
            if let EntryKind::Set { path, .. } | EntryKind::Nest { path, .. } = &e.kind {
                match (&path.second, on_second) {
                    (Some(s), true) if path.first.text == first.text => others.push(s.text.clone()),
                    (None, false) => others.push(path.first.text.clone()),
                    _ => {}
                }
            }
        }
        self.put(Role::Key { of, second: on_second, others, outermost });
    }

    fn clauses(&mut self, c: &Clauses) {
        for l in &c.loops {
            self.given(&l.first);
            l.second.iter().for_each(|w| self.given(w));
            self.expr(&l.over);
        }
        c.filter.iter().for_each(|e| self.expr(e));
    }

    fn ty(&mut self, t: &TypeExpr) {
        match &t.kind {
            TypeKind::Path(p) => self.type_path(p),
            TypeKind::Dim { first, rest } => {
                self.type_path(first);
                rest.iter().for_each(|(_, p)| self.type_path(p));
            }
            TypeKind::List(t) => self.ty(t),
            TypeKind::Map(a, b) | TypeKind::Range(a, b) => {
                self.ty(a);
                self.ty(b);
            }
            TypeKind::Union(ts) => ts.iter().for_each(|t| self.ty(t)),
            TypeKind::Where(t, c) => {
                self.ty(t);
                self.expr(c);
            }
            TypeKind::Literal(_) | TypeKind::None | TypeKind::Error => {}
        }
    }

    fn type_path(&mut self, p: &Path) {
        if let Some(i) = p.words.iter().position(|w| is(&w.text)) {
            self.put(Role::Type { front: p.words.iter().take(i).map(|w| w.text.clone()).collect() });
        }
    }

    fn name(&mut self) {
        let key = self.key.clone();
        self.put(Role::Name { call: None, given: Vec::new(), key });
    }

    fn expr(&mut self, e: &Expr) {
        if self.found.is_some() {
            return;
        }
        match &e.kind {
            ExprKind::Name(n) if is(n) => self.name(),
            ExprKind::Selector(words) if words.iter().any(|w| is(&w.text)) => self.put(Role::Selector),
            ExprKind::Number(n) if n.unit.as_ref().is_some_and(|u| is(&u.text)) => self.put(Role::Unit),
            ExprKind::Str(s) => {
                for part in &s.parts {
                    if let StrPart::Expr(e) = part {
                        self.expr(e);
                    }
                }
            }
            ExprKind::List(es) => es.iter().for_each(|e| self.expr(e)),
            ExprKind::ListFor { clauses, body } => {
                self.clauses(clauses);
                self.expr(body);
            }
            ExprKind::MapFor { clauses, key, value } => {
                self.clauses(clauses);
                self.expr(key);
                self.expr(value);
            }
            ExprKind::Block(b) => self.block(b, In::Declaration, false),
            ExprKind::If { arms, otherwise } => {
                for (c, v) in arms {
                    self.expr(c);
                    self.expr(v);
                }
                self.expr(otherwise);
            }
            ExprKind::Unary { operand, .. } => self.expr(operand),
            ExprKind::Binary { first, rest } => {
                self.expr(first);
                rest.iter().for_each(|r| self.expr(&r.expr));
            }
            ExprKind::Postfix { base, ops } => self.postfix(base, ops),
            ExprKind::Paren(e) => self.expr(e),
            _ => {}
        }
    }

    fn postfix(&mut self, base: &Expr, ops: &[PostfixOp]) {
        if !matches!(&base.kind, ExprKind::Name(n) if is(n)) {
            self.expr(base);
        } else {
            self.name();
        }
        let mut words = match &base.kind {
            ExprKind::Name(n) => vec![n.clone()],
            _ => Vec::new(),
        };
        let mut at = base.span;
        for op in ops {
            match op {
                PostfixOp::Member { name, .. } => {
                    if is(&name.text) {
                        self.put(Role::Member { base: at, words: words.clone() });
                    }
                    if !words.is_empty() {
                        words.push(name.text.clone());
                    }
                    at = at.to(name.span);
                }
                PostfixOp::Index { index, span } => {
                    self.expr(index);
                    words.clear();
                    at = at.to(*span);
                }
                PostfixOp::Call { args, span } => {
                    self.args(args, at);
                    words.clear();
                    at = at.to(*span);
                }
                PostfixOp::As { unit } => {
                    if is(&unit.text) {
                        self.put(Role::Unit);
                    }
                    words.clear();
                }
            }
        }
    }

    fn args(&mut self, args: &[Arg], callee: Span) {
        let given: Vec<SmolStr> = args.iter().filter_map(|a| Some(a.name.as_ref()?.text.clone())).collect();
        for a in args {
            let named = a.name.as_ref().is_some_and(|n| is(&n.text));
            let bare = a.name.is_none() && matches!(&a.value.kind, ExprKind::Name(n) if is(n));
            if named || bare {
                let (given, key) = (given.clone(), self.key.clone());
                self.put(Role::Name { call: Some(callee), given, key });
            }
            self.expr(&a.value);
        }
    }
}

fn contains(e: &Expr) -> bool {
    let mut found = false;
    crate::tree::each(e, &mut |e| {
        found |= match &e.kind {
            ExprKind::Name(n) => is(n),
            ExprKind::Postfix { ops, .. } => {
                ops.iter().any(|o| matches!(o, PostfixOp::Member { name, .. } if is(&name.text)))
            }
            _ => false,
        };
    });
    found
}
