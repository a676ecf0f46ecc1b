//! Typing of whole items.

use super::{Infer, SelfTy, Typed};
use crate::code;
use crate::entries::settle;
use crate::fields::{defined_fields, enum_schema, fn_schema, param_fields, schema};
use crate::ir::{Body, SourceMap};
use crate::names::item_module;
use crate::trace::Symbol;
use crate::ty::Ty;
use crate::types::TypeReader;
use crate::units::unit_def;
use ivs_grammar::ast::{Attr, Expr, Item, ItemKind, Span, SyntaxError};
use ivs_source::{
    Db, Diagnostic, Edit, Fix, ItemDiagnostic, ItemId, Label, Place, Severity, item_text, parse_item,
};
use rustc_hash::FxHashMap;
use smol_str::SmolStr;
use std::sync::Arc;

impl<'db, 'ast> Infer<'db, 'ast> {
    pub(super) fn item(&mut self, tree: &'ast Item) -> Ty {
        self.attributes(&tree.attrs);
        if !matches!(tree.kind, ItemKind::Dimension { .. }) {
            self.bare_elsewhere(&tree.attrs);
        }
        self.group(tree);
        self.figure(tree);
        match &tree.kind {
            ItemKind::Kind { name, block } | ItemKind::Struct { name, block } => {
                self.map.name = name.span;
                let kind = matches!(tree.kind, ItemKind::Kind { .. });
                self.self_ty = SelfTy::Of(if kind { Ty::Ref(self.item) } else { Ty::Struct(self.item) });
                let mut reader = TypeReader::new(self.db, self.item);
                let fields = defined_fields(&mut reader, block);
                self.finish_types(reader);
                let schema = schema(self.db, self.item);
                self.definition(block, &fields, schema.clone());
                Ty::Error
            }
            ItemKind::Enum { name, members } => {
                self.map.name = name.span;
                let mut seen: FxHashMap<&SmolStr, Span> = FxHashMap::default();
                for m in members {
                    self.attributes(&m.attrs);
                    if let Some(first) = seen.insert(&m.name.text, m.name.span) {
                        let report = self
                            .report(
                                code::DUPLICATE_MEMBER,
                                m.name.span,
                                format!("`{}` is a member of `{}` already", m.name.text, name.text),
                            )
                            .label("named again")
                            .also(self.item, first, "first named here");
                        self.push(report);
                    }
                }
                let mut reader = TypeReader::new(self.db, self.item);
                let mut defaults: Vec<(Option<&'ast Expr>, Ty)> = Vec::new();
                for m in members {
                    let params = m.params.as_deref().unwrap_or_default();
                    let fields = param_fields(&mut reader, params, 0);
                    defaults
                        .extend(params.iter().zip(fields).map(|(p, f)| (p.default.as_ref(), f.read_ty())));
                }
                self.finish_types(reader);
                let _ = enum_schema(self.db, self.item);
                for (default, ty) in defaults {
                    let id = default.map(|e| self.check(e, &ty));
                    self.body.defaults.push(id);
                }
                Ty::Error
            }
            ItemKind::Type { name, ty } => {
                self.map.name = name.span;
                let mut reader = TypeReader::new(self.db, self.item);
                reader.read(ty);
                self.finish_types(reader);
                // A type that names itself has no meaning; which loop it is on is the module's report.
                let meaning = crate::types::type_alias(self.db, self.item);
                if self.diagnostics.is_empty() && crate::types::is_hollow(meaning) {
                    Ty::Error
                } else {
                    Ty::Never
                }
            }
            ItemKind::Fn { name, params, body, .. } => {
                self.map.name = name.span;
                let mut reader = TypeReader::new(self.db, self.item);
                let fields = param_fields(&mut reader, params, 0);
                if let ItemKind::Fn { result, .. } = &tree.kind {
                    reader.read(result);
                }
                self.finish_types(reader);
                for (p, f) in params.iter().zip(&fields) {
                    let id = p.default.as_ref().map(|e| self.check(e, &f.read_ty()));
                    self.body.defaults.push(id);
                }
                for (p, f) in params.iter().zip(&fields) {
                    let home = f.owner.map(|(item, ordinal)| Symbol::Field(item, ordinal));
                    self.bind(&p.name.text, f.read_ty(), home);
                }
                let result = fn_schema(self.db, self.item).result.clone().unwrap_or(Ty::Error);
                self.body.value = Some(self.check(body, &result));
                result
            }
            ItemKind::Let { name, ty, value } => {
                self.map.name = name.span;
                let mut reader = TypeReader::new(self.db, self.item);
                let annotation = ty.as_ref().map(|t| reader.read(t));
                self.finish_types(reader);
                let (id, ty) = match annotation {
                    Some(ty) => {
                        let value = self.check(value, &ty);
                        let loaded = matches!(
                            self.body.exprs.get(value as usize),
                            Some(crate::ir::TExpr::Load { .. })
                        );
                        if loaded {
                            // A file is read as the type, value by value.
                            self.body.value = Some(value);
                            return ty;
                        }
                        self.add(
                            crate::ir::TExpr::Conform { value, ty: Box::new(ty.clone()) },
                            ty,
                            self.map.exprs.get(value as usize).copied().unwrap_or_default(),
                        )
                    }
                    None => self.expr(value, None),
                };
                self.body.value = Some(id);
                ty
            }
            ItemKind::Unit { name, dimension, value } => {
                self.map.name = name.span;
                let unknown = dimension
                    .as_ref()
                    .and_then(|d| d.words.last())
                    .is_some_and(|w| crate::units::dimension_named(self.db, self.module, &w.text).is_none());
                if let (Some(value), false) = (value, unknown) {
                    let wanted = dimension
                        .as_ref()
                        .and_then(|d| d.words.last())
                        .and_then(|w| crate::units::dimension_named(self.db, self.module, &w.text));
                    let want = wanted.map(Ty::Dim);
                    let before = self.diagnostics.len();
                    let (_, ty) = self.expr(value, want.as_ref());
                    if self.diagnostics.len() > before || ty == Ty::Error {
                        return Ty::Error;
                    }
                    if let (Some(want), Ty::Dim(is)) = (&want, &ty)
                        && !ty.fits(self.db, want)
                    {
                        let stated = want.show(self.db);
                        let report = self
                            .report(
                                code::WRONG_DIMENSION,
                                value.span,
                                format!("`{}` is stated to be a `{stated}`, its value is `{is}`", name.text),
                            )
                            .label(format!("measures `{is}`"));
                        self.push(report);
                        return Ty::Error;
                    }
                }
                if unit_def(self.db, self.item).is_none() {
                    let report = match dimension {
                        Some(d)
                            if d.words.last().is_none_or(|w| {
                                crate::units::dimension_named(self.db, self.module, &w.text).is_none()
                            }) =>
                        {
                            self.report(
                                code::UNKNOWN_DIMENSION,
                                d.span,
                                format!("`{}` is not a dimension", self.source(d.span)),
                            )
                            .label("no such dimension")
                            .near(
                                &self.source(d.span),
                                d.span,
                                self.dimension_names(),
                            )
                        }
                        _ => self
                            .report(code::UNKNOWN_UNIT, tree.span, format!("`{}` has no value", name.text))
                            .label("a number with a unit known elsewhere is expected")
                            .help("write for example `unit min = 60s`"),
                    };
                    self.push(report);
                }
                Ty::Error
            }
            ItemKind::Dimension { name, .. } => {
                self.map.name = name.span;
                Ty::Error
            }
            ItemKind::Decl(decl) => {
                self.map.name = decl.name.span;
                self.declaration(decl);
                Ty::Error
            }
            ItemKind::Overlay { name, items } => {
                self.map.name = name.span;
                self.overlay(items);
                Ty::Error
            }
            ItemKind::Check { name, clauses, block } => {
                self.map.name = name.span;
                self.check_item(clauses, block);
                Ty::Error
            }
            ItemKind::Test { name, items, .. } => {
                self.map.name = name.span;
                // What a test holds means something only beside its own declarations, where it is run.
                if crate::names::runs_tests(self.db, self.item) {
                    self.test_item(items);
                }
                Ty::Error
            }
            ItemKind::Use { .. } | ItemKind::Broken => Ty::Error,
        }
    }

    /// A file is cut into items by how lines begin: what begins as a head goes on (`from`, `by`) belongs to the item
    /// above, and must not be lost there.
    fn joined(&mut self, items: &[Item]) {
        for item in items.iter().skip(1) {
            let word = match &item.kind {
                ItemKind::Decl(d) => d.kind.span,
                _ => item.span,
            };
            let text = self.source(word).to_owned();
            let report = self
                .report(
                    code::ITEM_JOINED,
                    word,
                    format!("`{text}` at the beginning of a line goes on with the item above"),
                )
                .label("this is not read as an item of its own")
                .help("a kind of such a name cannot be declared or used below another item: rename the kind");
            self.push(report);
        }
    }

    /// `@bare` on what is no dimension would be ignored.
    fn bare_elsewhere(&mut self, attrs: &'ast [Attr]) {
        for a in attrs.iter().filter(|a| a.name.text == "bare") {
            let report = self
                .report(code::UNKNOWN_ATTRIBUTE, a.span, "`@bare` is for dimensions")
                .label("this is none")
                .help("in a dimension marked `@bare` a plain number counts the base unit");
            self.push(report);
        }
    }
}

/// A syntax error as a diagnostic of its item.
pub(crate) fn syntax(item: ItemId, e: &SyntaxError) -> ItemDiagnostic {
    let place = |span: Span| Place { of: item, span };
    Diagnostic {
        code: e.code,
        severity: Severity::Error,
        message: e.message.clone(),
        primary: Label { place: place(e.span), text: e.label.clone() },
        labels: Vec::new(),
        help: e.help.iter().cloned().collect(),
        fixes: e
            .fix
            .iter()
            .map(|f| Fix {
                title: f.title.clone(),
                edits: f.edits.iter().map(|(s, t)| Edit { place: place(*s), text: t.clone() }).collect(),
            })
            .collect(),
    }
}

pub(super) fn fresh<'db, 'ast>(db: &'db dyn Db, item: ItemId) -> Infer<'db, 'ast> {
    Infer {
        db,
        item,
        module: item_module(db, item),
        text: item_text(db, item).clone(),
        body: Body::default(),
        map: SourceMap::default(),
        types: Vec::new(),
        paths: FxHashMap::default(),
        diagnostics: Vec::new(),
        levels: Vec::new(),
        locals: Vec::new(),
        self_ty: SelfTy::Nothing,
        facts: Vec::new(),
        inherited: None,
        uses: Vec::new(),
        beside: None,
        quiet: false,
        trace: None,
    }
}

/// The type of a family's keys, from its head alone: other declarations' bodies need it to spell a key.
pub(super) fn key_type(db: &dyn Db, item: ItemId) -> Ty {
    let parsed = parse_item(db, item);
    let Some(ItemKind::Decl(d)) = parsed.item().map(|i| &i.kind) else { return Ty::Error };
    let Some(family) = &d.family else { return Ty::Error };
    let mut infer = fresh(db, item);
    infer.clauses(&family.clauses);
    match (&family.by, family.clauses.loops.last()) {
        (Some(e), _) => infer.expr(e, None).1,
        (None, Some(l)) => infer.local_named(&l.first.text, l.first.span).map_or(Ty::Error, |(_, t)| t),
        (None, None) => Ty::Error,
    }
}

/// `quiet`: without what is said of requirements that do not hold.
pub(super) fn type_item(db: &dyn Db, item: ItemId, quiet: bool) -> Typed {
    let parsed = parse_item(db, item);
    let mut infer = Infer { quiet, ..fresh(db, item) };
    infer.diagnostics.extend(parsed.chunk.errors.iter().map(|e| syntax(item, e)));
    let result = match parsed.item() {
        Some(tree) => infer.item(tree),
        None => Ty::Error,
    };
    if parsed.chunk.errors.is_empty() {
        infer.joined(&parsed.chunk.items);
    }
    let Infer { mut body, mut map, mut diagnostics, mut uses, .. } = infer;
    // These stay; room to grow is of no more use.
    settle(&mut body.exprs);
    settle(&mut body.blocks);
    for b in &mut body.blocks {
        b.entries.settle();
    }
    settle(&mut map.exprs);
    settle(&mut map.marks);
    settle(&mut map.block_ends);
    diagnostics.sort_by_key(|d| (d.primary.place.span, d.code));
    uses.sort();
    uses.dedup();
    Typed { body: Arc::new(body), map: Arc::new(map), diagnostics, result, uses, looped: false }
}
