//! The record that is kept of a typing for editors.

use super::{Infer, SelfTy};
use crate::decl::{decl_kind, decl_schema, kind_named, resolve_path};
use crate::names::{Found, Module, in_module, resolve, use_targets};
use crate::trace::{BlockKeys, MARKER, Mention, Scope, Symbol, Trace};
use crate::ty::Ty;
use crate::units::{dimension_named, unit_def, units_named};
use ivs_grammar::ast::{
    Attr, Block, Chunk, Clauses, Decl, EntryKind, Item, ItemKind, Param, Path, Span, TestItem, TypeExpr,
    TypeKind, UnitLit, Word,
};
use ivs_source::{Db, ItemId, ItemText};
use ivs_value::Unit;
use smol_str::SmolStr;

/// Types an item of a text, with a record.
pub(crate) fn traced(db: &dyn Db, item: ItemId, text: ItemText, chunk: &Chunk) -> Trace {
    let mut infer = super::item::fresh(db, item);
    infer.text = text;
    infer.trace = Some(Box::default());
    if let Some(tree) = chunk.items.first() {
        infer.item(tree);
        infer.levels.clear();
        infer.locals.clear();
        infer.heads(tree, true);
        if let ItemKind::Test { items, .. } = &tree.kind {
            infer.whole_test(items);
        }
    }
    let types = infer.map.exprs.iter().copied().zip(infer.types).collect();
    let mut trace = infer.trace.map(|t| *t).unwrap_or_default();
    trace.types = types;
    trace.seal();
    trace
}

impl<'db, 'ast> Infer<'db, 'ast> {
    /// Notes what a word names.
    pub(super) fn mention(&mut self, span: Span, symbol: Symbol) {
        if let Some(t) = &mut self.trace {
            t.mentions.push(Mention { span, symbol, defines: false });
        }
    }

    /// Notes that a name is given here.
    pub(super) fn define(&mut self, span: Span, symbol: Symbol) {
        if let Some(t) = &mut self.trace {
            t.mentions.push(Mention { span, symbol, defines: true });
        }
    }

    /// Notes what an expression's place expects.
    pub(super) fn note_want(&mut self, span: Span, want: Option<&Ty>) {
        if let (Some(t), Some(want)) = (&mut self.trace, want) {
            t.wants.push((span, want.clone()));
        }
    }

    /// Notes what the keys of a block are.
    pub(super) fn note_keys(&mut self, span: Span, keys: &super::block::Keys<'_>) {
        if let Some(t) = &mut self.trace {
            let keys = match keys {
                super::block::Keys::Fields(s) => BlockKeys::Fields((*s).clone()),
                super::block::Keys::Map(k, v) => BlockKeys::Map((*k).clone(), (*v).clone()),
            };
            t.blocks.push((span, keys));
        }
    }

    /// Notes a field of a schema.
    pub(super) fn mention_field(&mut self, span: Span, field: &crate::fields::Field) {
        if self.trace.is_some() {
            let symbol = match field.owner {
                Some((item, ordinal)) => Symbol::Field(item, ordinal),
                None => Symbol::Builtin(field.name.clone()),
            };
            self.mention(span, symbol);
        }
    }

    /// Notes what is in sight, where the marker stands; whether it does.
    pub(super) fn note_scope(&mut self, name: &str, want: Option<&Ty>) -> bool {
        if self.trace.is_none() || name != MARKER {
            return false;
        }
        let mut lets = Vec::new();
        let mut fields = Vec::new();
        for l in &self.levels {
            lets.extend(l.lets.iter().map(|v| (v.name.clone(), v.ty.clone().unwrap_or(Ty::Error))));
            fields.extend(l.schema.clone());
        }
        let scope = Scope {
            want: want.cloned(),
            asked: false,
            locals: self.locals.iter().map(|l| (l.name.clone(), l.ty.clone())).collect(),
            lets,
            fields,
            this: match &self.self_ty {
                SelfTy::Of(ty) => Some(ty.clone()),
                SelfTy::Nothing => None,
            },
            inherited: self.inherited.clone(),
        };
        if let Some(t) = &mut self.trace {
            t.scope.get_or_insert(scope);
        }
        true
    }

    /// Notes that the marker stands behind `is`.
    pub(super) fn note_asked(&mut self, name: &str) {
        if let Some(scope) = self.trace.as_mut().filter(|_| name == MARKER).and_then(|t| t.scope.as_mut()) {
            scope.asked = true;
        }
    }

    /// Notes what the marker is read from.
    pub(super) fn note_base(&mut self, name: &str, ty: &Ty) {
        if let Some(t) = &mut self.trace
            && name == MARKER
        {
            t.base.get_or_insert_with(|| ty.clone());
        }
    }

    /// Notes the units that a spelling is made of.
    pub(super) fn mention_unit(&mut self, written: &UnitLit, meant: &Unit) {
        if self.trace.is_none() {
            return;
        }
        let mut at = written.span.end.saturating_sub(written.text.len() as u32);
        for word in written.text.split('/') {
            let span = Span::new(at, at + word.len() as u32);
            at = span.end + 1;
            let candidates = units_named(self.db, self.module, SmolStr::new(word));
            let measured = |i: &&ItemId| {
                unit_def(self.db, **i).as_ref().is_some_and(|d| {
                    d.dim.factors().iter().all(|(n, _)| meant.dim.factors().iter().any(|(m, _)| n == m))
                })
            };
            let chosen = candidates.iter().find(measured).or_else(|| candidates.first()).copied();
            if let Some(unit) = chosen {
                self.mention(span, Symbol::Item(unit));
            }
        }
    }

    /// Notes the words of a path that leads through modules; gives what the last of them may mean.
    pub(super) fn mention_front(&mut self, words: &'ast [Word]) -> Option<Found> {
        let (last, front) = words.split_last()?;
        let Some((root, middle)) = front.split_first() else {
            return Some(resolve(self.db, self.module, last.text.clone()).clone());
        };
        let mut at = resolve(self.db, self.module, root.text.clone()).module?;
        self.mention(root.span, Symbol::Module(at));
        for word in middle {
            at = in_module(self.db, self.module, at, &word.text).module?;
            self.mention(word.span, Symbol::Module(at));
        }
        Some(in_module(self.db, self.module, at, &last.text))
    }

    fn mention_one(
        &mut self,
        path: &'ast Path,
        pick: impl Fn(&dyn Db, &Found) -> Option<ItemId>,
    ) -> Option<ItemId> {
        let found = self.mention_front(&path.words)?;
        let item = pick(self.db, &found)?;
        self.mention(path.words.last()?.span, Symbol::Item(item));
        Some(item)
    }

    /// Notes the names that are given and used outside of formulas: in heads, types and attributes.
    fn heads(&mut self, tree: &'ast Item, top: bool) {
        for a in &tree.attrs {
            self.trace_attr(a);
        }
        let own = Symbol::Item(self.item);
        match &tree.kind {
            ItemKind::Use { path, names, .. } => self.trace_use(path, names.as_deref()),
            ItemKind::Kind { name, block } | ItemKind::Struct { name, block } => {
                self.define(name.span, own);
                self.trace_defs(block);
            }
            ItemKind::Enum { name, members } => {
                self.define(name.span, own);
                let mut ordinal = 0;
                for (i, m) in members.iter().enumerate() {
                    self.define(m.name.span, Symbol::Member(self.item, i as u32));
                    self.trace_params(m.params.as_deref().unwrap_or_default(), &mut ordinal);
                }
            }
            ItemKind::Dimension { name, base } => {
                self.define(name.span, own.clone());
                self.define(base.span, own);
            }
            ItemKind::Unit { name, dimension, .. } => {
                self.define(name.span, own);
                if let Some(word) = dimension.as_ref().and_then(|d| d.words.last()) {
                    self.trace_dimension(word);
                }
            }
            ItemKind::Type { name, ty } => {
                self.define(name.span, own);
                self.trace_type(ty);
            }
            ItemKind::Fn { name, params, result, .. } => {
                self.define(name.span, own);
                self.trace_params(params, &mut 0);
                self.trace_type(result);
            }
            ItemKind::Let { name, ty, .. } => {
                self.define(name.span, own);
                if let Some(ty) = ty {
                    self.trace_type(ty);
                }
            }
            ItemKind::Check { name, .. } => self.define(name.span, own),
            ItemKind::Overlay { name, items } => {
                self.trace_environment(name);
                for inner in items {
                    if let ItemKind::Decl(d) = &inner.kind {
                        let kind = self.trace_kind(d);
                        let found = resolve(self.db, self.module, d.name.text.clone());
                        let target = found.decls.iter().find(|t| decl_kind(self.db, **t) == kind).copied();
                        if let Some(target) = target {
                            self.mention(d.name.span, Symbol::Item(target));
                        }
                        self.trace_lets(&d.block);
                    }
                    for a in &inner.attrs {
                        self.trace_attr(a);
                    }
                }
            }
            ItemKind::Test { environment, items, .. } => {
                if let Some(name) = environment {
                    self.trace_environment(name);
                }
                for item in items {
                    match item {
                        TestItem::Item(inner) => self.heads(inner, false),
                        TestItem::Expect { what, .. } => {
                            let words: Vec<&str> = what.words.iter().map(|w| w.text.as_str()).collect();
                            self.trace_check(&words.join("."), what.span);
                        }
                        TestItem::Assert { .. } => {}
                    }
                }
            }
            ItemKind::Decl(d) => {
                if top {
                    self.define(d.name.span, own);
                }
                let kind = self.trace_kind(d);
                if let Some(base) = &d.base {
                    self.mention_one(&base.path, |db, f| {
                        let right = |i: &&ItemId| kind.is_none() || decl_kind(db, **i) == kind;
                        f.decls.iter().find(right).or(f.decls.first()).copied()
                    });
                }
                match d.template.is_some() && top {
                    true => self.trace_defs(&d.block),
                    false => self.trace_lets(&d.block),
                }
            }
            ItemKind::Broken => {}
        }
    }

    fn trace_kind(&mut self, d: &'ast Decl) -> Option<ItemId> {
        self.mention_one(&d.kind, |db, f| f.things.iter().copied().find(|t| t.key(db).keyword == "kind"))
    }

    fn trace_environment(&mut self, name: &Word) {
        let found = crate::decl::environments_of(self.db, self.module).iter();
        let found = found.copied().find(|e| e.key(self.db).name == name.text);
        if let Some(environment) = found {
            self.mention(name.span, Symbol::Item(environment));
        }
    }

    fn trace_use(&mut self, path: &'ast Path, names: Option<&'ast [Word]>) {
        let targets = use_targets(self.db, self.item);
        let modules = &crate::names::modules(self.db).files;
        let mut so_far = String::new();
        for word in &path.words {
            if !so_far.is_empty() {
                so_far.push('.');
            }
            so_far.push_str(&word.text);
            let below = format!("{so_far}.");
            let known = modules.range(SmolStr::new(&so_far)..).next();
            if known.is_some_and(|(m, _)| *m == so_far || m.starts_with(&below)) {
                let module = Module::new(self.db, SmolStr::new(&so_far));
                self.mention(word.span, Symbol::Module(module));
            }
        }
        let words = path.words.iter().chain(names.into_iter().flatten());
        for (i, word) in words.enumerate() {
            for t in targets.iter().filter(|t| t.word == i) {
                let Some(name) = &t.name else { continue };
                let index = crate::names::module_index(self.db, t.module);
                let found: Vec<ItemId> = index.named(name).collect();
                for item in found {
                    self.mention(word.span, Symbol::Item(item));
                }
            }
        }
    }

    /// The definitions of a body, with their types and `let`s.
    fn trace_defs(&mut self, block: &'ast Block) {
        let mut ordinal = 0u16;
        for e in &block.entries {
            for a in &e.attrs {
                self.trace_attr(a);
            }
            if let EntryKind::Def { name, ty, .. } = &e.kind {
                self.define(name.span, Symbol::Field(self.item, ordinal));
                ordinal = ordinal.saturating_add(1);
                self.trace_type(ty);
            }
        }
        self.trace_lets(block);
    }

    /// The types that `let`s of a body state.
    fn trace_lets(&mut self, block: &'ast Block) {
        for e in &block.entries {
            if let EntryKind::Let { ty: Some(ty), .. } = &e.kind {
                self.trace_type(ty);
            }
        }
    }

    fn trace_params(&mut self, params: &'ast [Param], ordinal: &mut u16) {
        for p in params {
            self.define(p.name.span, Symbol::Field(self.item, *ordinal));
            *ordinal = ordinal.saturating_add(1);
            self.trace_type(&p.ty);
        }
    }

    fn trace_dimension(&mut self, word: &Word) {
        let found = resolve(self.db, self.module, word.text.clone());
        let dimension = found.units.iter().find(|u| u.key(self.db).keyword == "dimension");
        if let Some(item) = dimension.or_else(|| found.units.first()).copied() {
            self.mention(word.span, Symbol::Item(item));
        }
    }

    fn trace_type(&mut self, t: &'ast TypeExpr) {
        match &t.kind {
            TypeKind::Path(path) => self.trace_type_path(path),
            TypeKind::Dim { first, rest } => {
                for path in std::iter::once(first).chain(rest.iter().map(|(_, p)| p)) {
                    self.trace_type_path(path);
                }
            }
            TypeKind::List(t) | TypeKind::Where(t, _) => self.trace_type(t),
            TypeKind::Map(a, b) | TypeKind::Range(a, b) => {
                self.trace_type(a);
                self.trace_type(b);
            }
            TypeKind::Union(ts) => ts.iter().for_each(|t| self.trace_type(t)),
            TypeKind::Literal(_) | TypeKind::None | TypeKind::Error => {}
        }
    }

    fn trace_type_path(&mut self, path: &'ast Path) {
        let Some(found) = self.mention_front(&path.words) else { return };
        let Some(last) = path.words.last() else { return };
        if path.words.len() == 1 && crate::types::is_scalar(&last.text) {
            return;
        }
        let types = ["kind", "struct", "enum", "type"];
        let thing = found.things.iter().copied().find(|t| types.contains(&t.key(self.db).keyword));
        match thing {
            Some(item) => self.mention(last.span, Symbol::Item(item)),
            None if dimension_named(self.db, self.module, &last.text).is_some() => self.trace_dimension(last),
            None => {
                if let [template] = found.decls[..] {
                    self.mention(last.span, Symbol::Item(template));
                }
            }
        }
    }

    fn trace_attr(&mut self, attr: &'ast Attr) {
        if attr.name.text != "allow" {
            return;
        }
        for a in attr.args.iter().filter(|a| a.name.is_none()) {
            if let Some(words) = super::ops::dotted(&a.value) {
                self.trace_check(&words.join("."), a.value.span);
            }
        }
    }

    /// The check of a name, or the one that has a code.
    fn trace_check(&mut self, name: &str, span: Span) {
        let modules = &crate::names::modules(self.db).files;
        let all = modules.keys().map(|m| Module::new(self.db, m.clone()));
        let matches =
            |c: &ItemId| c.key(self.db).name == name || crate::decl::qualified_name(self.db, *c) == name;
        let all: Vec<ItemId> =
            all.flat_map(|m| crate::names::module_index(self.db, m).checks.iter().copied()).collect();
        let coded = |c: &ItemId| {
            let code = || crate::body(self.db, *c).check.as_ref().and_then(|k| k.code.clone());
            ivs_source::item_text(self.db, *c).contains(name) && code().is_some_and(|code| code == name)
        };
        if let Some(check) = all.iter().copied().find(matches).or_else(|| all.iter().copied().find(coded)) {
            let last = name.rsplit('.').next().unwrap_or(name).len() as u32;
            let span = Span::new(span.end.saturating_sub(last), span.end);
            self.mention(span, Symbol::Item(check));
        }
    }

    /// What a test holds, typed beside the package's declarations. Those of the test itself are names that it alone knows.
    fn whole_test(&mut self, items: &'ast [TestItem]) {
        for item in items {
            let TestItem::Item(Item { kind: ItemKind::Decl(d), .. }) = item else { continue };
            let words: Vec<&str> = d.kind.words.iter().map(|w| w.text.as_str()).collect();
            if let Some(kind) = kind_named(self.db, self.module, &words.join(".")) {
                let own = Symbol::Local(self.item, d.name.span);
                self.define(d.name.span, own.clone());
                self.bind(&d.name.text, Ty::Ref(kind), Some(own));
            }
        }
        let own = self.locals.len();
        self.test_item(items);
        for item in items {
            let TestItem::Item(Item { kind: ItemKind::Decl(d), .. }) = item else { continue };
            let words: Vec<&str> = d.kind.words.iter().map(|w| w.text.as_str()).collect();
            let Some(kind) = kind_named(self.db, self.module, &words.join(".")) else { continue };
            let base = d.base.as_ref().and_then(|b| {
                let words: Vec<SmolStr> = b.path.words.iter().map(|w| w.text.clone()).collect();
                let found = resolve_path(self.db, self.module, &words)?;
                found.decls.into_iter().find(|i| decl_kind(self.db, *i) == Some(kind))
            });
            let schema = match base {
                Some(base) => decl_schema(self.db, base),
                None => crate::schema(self.db, kind),
            };
            self.self_ty = SelfTy::Of(base.map_or(Ty::Ref(kind), Ty::RefTo));
            if let Some(family) = &d.family {
                self.clauses(&family.clauses);
            }
            let id = self.new_block(d.block.span);
            self.open_level(Some(schema.clone()), "self".into(), id, &d.block);
            self.layer(&d.block, id, schema, None);
            self.close_level(id);
            self.locals.truncate(own);
            self.facts.clear();
        }
    }

    /// Notes the variables of loops.
    pub(super) fn define_loops(&mut self, clauses: &Clauses) {
        if self.trace.is_some() {
            for l in &clauses.loops {
                for w in std::iter::once(&l.first).chain(&l.second) {
                    self.define(w.span, Symbol::Local(self.item, w.span));
                }
            }
        }
    }

    /// Notes what the last word of a path names that ends where `at` does.
    pub(super) fn mention_last(&mut self, at: Span, words: &[SmolStr], symbol: Symbol) {
        let length = words.last().map_or(0, |w| w.len() as u32);
        self.mention(Span::new(at.end.saturating_sub(length), at.end), symbol);
    }
}
