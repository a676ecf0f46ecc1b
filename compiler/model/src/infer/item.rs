//! Typing of whole items.

use super::{Infer, Level, SelfTy, Typed};
use crate::code;
use crate::decl::{decl_info, decl_kind, decl_schema};
use crate::entries::settle;
use crate::fields::{Schema, defined_fields, enum_schema, fn_schema, param_fields, schema};
use crate::ir::{Body, FamilyIr, SourceMap};
use crate::names::{item_module, nearest_name};
use crate::trace::Symbol;
use crate::ty::Ty;
use crate::types::TypeReader;
use crate::units::unit_def;
use ivs_grammar::ast::{Attr, Decl, EntryKind, Expr, Item, ItemKind, Span, SyntaxError};
use ivs_source::{
    Db, Diagnostic, Edit, Fix, ItemDiagnostic, ItemId, Label, Place, Severity, item_text, parse_item,
};
use rustc_hash::FxHashMap;
use smol_str::SmolStr;
use std::sync::Arc;

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

pub(super) fn type_item(db: &dyn Db, item: ItemId) -> Typed {
    let parsed = parse_item(db, item);
    let mut infer = fresh(db, item);
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

/// Attributes of any package.
const ATTRIBUTES: &[&str] = &["deprecated", "allow", "bare", "group", "figure", "stated"];
/// Attributes of packages that are shipped with the compiler.
const SHIPPED: &[&str] = &["open", "emits", "converts", "late"];

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
                self.definition(block, &fields, schema);
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

    pub(super) fn attributes(&mut self, attrs: &'ast [Attr]) {
        self.attributes_of(attrs, None);
    }

    /// The attributes of the item, or of one entry.
    pub(super) fn attributes_of(&mut self, attrs: &'ast [Attr], entry: Option<Span>) {
        for a in attrs {
            if a.name.text == "allow" {
                self.allow(a, entry);
                continue;
            }
            let shipped = SHIPPED.contains(&a.name.text.as_str());
            if shipped || ATTRIBUTES.contains(&a.name.text.as_str()) {
                if shipped && !self.item.file(self.db).library(self.db) {
                    let report = self
                        .report(code::UNKNOWN_ATTRIBUTE, a.span, format!("`@{}` is for the standard library", a.name.text))
                        .label("only packages shipped with the compiler use it")
                        .help("a family of a library kind emits what you declare: `service s for x in my-kind { … }`");
                    self.push(report);
                }
                continue;
            }
            let mut report = self
                .report(code::UNKNOWN_ATTRIBUTE, a.span, format!("unknown attribute `@{}`", a.name.text))
                .label(format!(
                    "known are {}",
                    ATTRIBUTES.iter().map(|a| format!("`@{a}`")).collect::<Vec<_>>().join(", ")
                ));
            if let Some(near) = crate::suggest::closest(&a.name.text, ATTRIBUTES.iter().copied()) {
                report = report.fix(format!("write `@{near}`"), a.name.span, near);
            }
            self.push(report);
        }
    }

    /// Takes over what reading the types found, and types the conditions of `T where c`.
    pub(super) fn finish_types(&mut self, reader: TypeReader<'db, 'ast>) {
        self.diagnostics.extend(reader.diagnostics);
        let outer = std::mem::take(&mut self.locals);
        for (ty, cond) in reader.conditions {
            self.bind("it", ty, None);
            let id = self.check(cond, &Ty::Bool);
            self.body.conditions.push(id);
            self.locals.clear();
        }
        self.locals = outer;
    }

    /// A kind may give a field that every declaration has a default or bounds of its own, and no other meaning.
    fn builtin_again(&mut self, name: &ivs_grammar::ast::Word, field: &crate::fields::Field) {
        if self.item.key(self.db).keyword != "kind" {
            return;
        }
        let builtin = crate::fields::builtin_fields();
        let Some(builtin) = builtin.iter().find(|f| f.name == name.text) else { return };
        if matches!(field.ty, Ty::Error) || crate::fields::sharpens(self.db, builtin, field) {
            return;
        }
        let report = self.report(
            code::DUPLICATE_FIELD_DEFINITION,
            name.span,
            format!("every declaration has a field `{}` already", name.text),
        );
        let report = match builtin.name.as_str() {
            "name" => report.label("it is what the declaration is called"),
            _ => report.label(format!("it is `{}`", builtin.read_ty().show(self.db))).help(
                "its default and its bounds may be the kind's own, its type stays; or choose another name",
            ),
        };
        self.push(report);
    }

    /// Warns of an item that is marked `@deprecated`.
    pub(super) fn deprecated_item(&mut self, item: ItemId, span: Span) {
        if let Some(why) = crate::fields::deprecated(self.db, item) {
            let name = item.key(self.db).name.clone();
            let report =
                self.report(code::DEPRECATED, span, format!("`{name}` is deprecated")).label(why).warning();
            self.push(report);
        }
    }

    /// Warns of a member of an enum that is marked `@deprecated`.
    pub(super) fn deprecated_member(&mut self, member: &crate::fields::MemberSchema, span: Span) {
        if let Some(why) = member.deprecated.clone() {
            let message = format!("`{}` is deprecated", member.name);
            let report = self.report(code::DEPRECATED, span, message).label(why).warning();
            self.push(report);
        }
    }

    /// The body of a kind or struct.
    fn definition(
        &mut self,
        block: &'ast ivs_grammar::ast::Block,
        fields: &[crate::fields::Field],
        schema: Arc<Schema>,
    ) {
        let id = self.new_block(block.span);
        self.body.roots.push(id);
        self.open_level(Some(schema), "self".into(), id, block);
        let mut seen: FxHashMap<&SmolStr, Span> = FxHashMap::default();
        let mut ordinal = 0;
        for entry in &block.entries {
            self.attributes(&entry.attrs);
            match &entry.kind {
                EntryKind::Def { name, .. } if ordinal >= crate::fields::MAX_FIELDS => {
                    let limit = crate::fields::MAX_FIELDS;
                    let report = self
                        .report(code::LIMIT_ELEMENTS, name.span, format!("more than {limit} fields"))
                        .label("the limit of a kind or struct");
                    self.push(report);
                    break;
                }
                EntryKind::Def { name, default, .. } => {
                    if let Some(first) = seen.get(&name.text) {
                        let report = self
                            .report(
                                code::DUPLICATE_FIELD_DEFINITION,
                                name.span,
                                format!("the field `{}` is defined twice", name.text),
                            )
                            .label("defined again")
                            .also(self.item, *first, "first defined here");
                        self.push(report);
                    } else if let Some(field) = fields.get(ordinal) {
                        self.builtin_again(name, field);
                    }
                    seen.entry(&name.text).or_insert(name.span);
                    let ty = fields.get(ordinal).map_or(Ty::Error, |f| f.read_ty());
                    ordinal += 1;
                    let value = default.as_ref().map(|e| self.check(e, &ty));
                    self.body.defaults.push(value);
                }
                EntryKind::Require { cond, block } => {
                    self.require(id, entry.span, cond, block.as_ref(), None);
                }
                EntryKind::Let { .. } | EntryKind::Broken => {}
                _ => {
                    let report = self
                        .report(code::MISPLACED_ENTRY, entry.span, "a definition has fields, `let` and `require` only")
                        .label("this sets a value")
                        .help("fields are defined with `name: type`, with `= default` behind it if they have one");
                    self.push(report);
                }
            }
        }
        self.close_level(id);
    }

    fn declaration(&mut self, decl: &'ast Decl) {
        if decl_kind(self.db, self.item).is_none() {
            self.unknown_kind(decl);
            return;
        }
        if let Some(kind) = decl_kind(self.db, self.item) {
            self.deprecated_item(kind, decl.kind.span);
        }
        if let (Some(span), Some(f)) = (decl.template, &decl.family) {
            let at = f.clauses.loops.first().map_or(span, |l| l.first.span);
            let report = self
                .report(
                    code::TEMPLATE_ITEM,
                    at,
                    format!("the template `{}` cannot be a family", decl.name.text),
                )
                .label("a template is a base only and has no members");
            self.push(report);
        }
        if let Some(index) = &decl.index {
            let report = self
                .report(code::MISPLACED_ENTRY, index.span, "a declaration has a plain name")
                .label("only overlays and references name one member of a family")
                .help("a family is declared with `for x in xs`");
            self.push(report);
        }
        let info = decl_info(self.db, self.item);
        if let (Some(base), Some(Ok(target))) = (&decl.base, crate::decl::resolve_base(self.db, self.item)) {
            self.deprecated_item(target, base.path.span);
            let family = decl_info(self.db, target).family;
            let name = &target.key(self.db).name;
            match (&base.index, family) {
                (Some(index), true) => {
                    let key = self.family_key(index, target);
                    self.body.keys.push(Some(key));
                }
                (None, true) => {
                    let report = self
                        .report(
                            code::UNKNOWN_BASE,
                            base.path.span,
                            format!("`{name}` is a family; a base is one of its members"),
                        )
                        .label("which one?")
                        .help(format!("write `from {name}[key]`"));
                    self.push(report);
                }
                (Some(index), false) => {
                    let report = self
                        .report(code::UNKNOWN_BASE, index.span, format!("`{name}` is no family"))
                        .label("it has no members")
                        .fix(
                            format!("write `from {name}`"),
                            Span::new(base.path.span.end, index.span.end + 1),
                            "",
                        );
                    self.push(report);
                }
                (None, false) => {}
            }
        }
        if info.template {
            let mut reader = TypeReader::new(self.db, self.item);
            let fields = defined_fields(&mut reader, &decl.block);
            self.finish_types(reader);
            let block = self.family_and_body(decl, Some(&fields));
            self.body.roots.push(block);
        } else {
            let block = self.family_and_body(decl, None);
            self.body.roots.push(block);
        }
    }

    fn family_and_body(&mut self, decl: &'ast Decl, params: Option<&[crate::fields::Field]>) -> u32 {
        // What a clause asks of a member holds in its body.
        let facts = self.facts.len();
        if let Some(family) = &decl.family {
            let clauses = self.clauses(&family.clauses);
            let key = match &family.by {
                Some(e) => self.expr(e, None).0,
                None => match self.locals.iter().position(|_| true) {
                    // The key is the loop's variable; of several, the last loop's.
                    Some(_) => {
                        let last = family.clauses.loops.last();
                        let word = last.map(|l| &l.first);
                        match word {
                            Some(w) => {
                                let e = self.local_named(&w.text, w.span);
                                e.unwrap_or_else(|| self.add(crate::ir::TExpr::Error, Ty::Error, w.span)).0
                            }
                            None => self.add(crate::ir::TExpr::Error, Ty::Error, decl.name.span).0,
                        }
                    }
                    None => self.add(crate::ir::TExpr::Error, Ty::Error, decl.name.span).0,
                },
            };
            let ty = self.ty_of(key);
            if !matches!(
                ty.core(),
                Ty::Str
                    | Ty::Int
                    | Ty::Enum(_)
                    | Ty::Ref(_)
                    | Ty::RefTo(_)
                    | Ty::AnyRef
                    | Ty::Error
                    | Ty::Literal(_)
            ) || (family.by.is_none() && family.clauses.loops.len() > 1)
            {
                let span = family.clauses.loops.first().map_or(decl.name.span, |l| l.first.span);
                let shown = ty.show(self.db);
                let report = self
                    .report(code::WRONG_TYPE, span, format!("the members of `{}` need a key", decl.name.text))
                    .label(format!("`{shown}` is no key: keys are strings, ints, enum members or references"))
                    .help("add `by e` before the body, with `e` different for each member");
                self.push(report);
            }
            self.body.family = Some(FamilyIr { clauses, key, binders: self.locals.len() as u32 });
        }
        self.self_ty = SelfTy::Of(Ty::RefTo(self.item));
        let schema = decl_schema(self.db, self.item);
        let id = self.new_block(decl.block.span);
        self.open_level(Some(schema.clone()), "self".into(), id, &decl.block);
        self.layer(&decl.block, id, &schema, params);
        self.close_level(id);
        self.facts.truncate(facts);
        self.locals.clear();
        id
    }

    fn unknown_kind(&mut self, decl: &Decl) {
        let shown = self.source(decl.kind.span);
        let is_kind = |i: ItemId| i.key(self.db).keyword == "kind";
        let near = decl.kind.words.last().and_then(|w| nearest_name(self.db, self.module, &w.text, is_kind));
        let mut report = self
            .report(code::UNKNOWN_KIND, decl.kind.span, format!("unknown kind `{shown}`"))
            .label("no such kind");
        report = match near {
            Some(n) => report.fix(format!("write `{n}`"), decl.kind.span, n.as_str()),
            None => match decl.kind.words.last().and_then(|w| self.home_of_kind(&w.text)) {
                Some(module) => {
                    report.help(format!("it is declared in `{module}`: add `use {module}.{{{shown}}}`"))
                }
                None => report.help("a kind is declared with `kind`, or belongs to the standard library"),
            },
        };
        self.push(report);
    }

    /// A module of the package that declares a kind of this name.
    fn home_of_kind(&self, name: &SmolStr) -> Option<SmolStr> {
        let modules = crate::names::modules(self.db);
        modules.files.keys().find_map(|m| {
            let index = crate::names::module_index(self.db, crate::names::Module::new(self.db, m.clone()));
            let kind = index.things.get(name)?.iter().find(|t| t.key(self.db).keyword == "kind")?;
            (!index.private.contains(kind)).then(|| m.clone())
        })
    }

    fn overlay(&mut self, items: &'ast [Item]) {
        // What is being written may not be what the file has yet.
        let probed = self
            .trace
            .as_ref()
            .map(|_| crate::decl::targets_of(self.db, self.module, &self.item.key(self.db).name, items));
        let targets = match &probed {
            Some(targets) => targets,
            None => crate::decl::overlay_targets(self.db, self.item),
        };
        let mut at = 0;
        for inner in items {
            self.attributes(&inner.attrs);
            let ItemKind::Decl(decl) = &inner.kind else {
                if !matches!(inner.kind, ItemKind::Broken) {
                    let report = self
                        .report(code::OVERLAY_ITEM, inner.span, "an overlay only amends declarations")
                        .label("not a declaration")
                        .help("declare it outside, with `enabled = false`, and enable it here");
                    self.push(report);
                }
                continue;
            };
            let target = targets.get(at).and_then(|t| t.target);
            at += 1;
            let (block, key) = match target {
                Some(target) => self.amendment(decl, target),
                None => {
                    self.missing_target(decl);
                    (self.new_block(decl.block.span), None)
                }
            };
            self.body.roots.push(block);
            self.body.keys.push(key);
        }
    }

    fn amendment(&mut self, decl: &'ast Decl, target: ItemId) -> (u32, Option<u32>) {
        if let Some(span) = decl
            .base
            .as_ref()
            .map(|b| b.span)
            .or(decl.family.as_ref().and_then(|f| Some(f.clauses.loops.first()?.first.span)))
            .or(decl.template)
        {
            let report = self
                .report(code::OVERLAY_ITEM, span, "an overlay amends what is declared; it cannot declare")
                .label("not possible here");
            self.push(report);
        }
        self.self_ty = SelfTy::Of(Ty::RefTo(target));
        self.locals.clear();
        // The variables of a family are in sight in what amends it.
        if let Some(ItemKind::Decl(d)) = parse_item(self.db, target).item().map(|i| &i.kind)
            && let Some(f) = &d.family
        {
            for l in &f.clauses.loops {
                for w in std::iter::once(&l.first).chain(&l.second) {
                    self.bind(&w.text, Ty::Error, Some(Symbol::Local(target, w.span)));
                }
            }
        }
        let key = decl.index.as_ref().map(|e| self.family_key(e, target));
        let schema = decl_schema(self.db, target);
        let id = self.new_block(decl.block.span);
        self.open_level(Some(schema.clone()), "self".into(), id, &decl.block);
        self.layer(&decl.block, id, &schema, None);
        self.close_level(id);
        self.locals.clear();
        (id, key)
    }

    fn missing_target(&mut self, decl: &Decl) {
        let words: Vec<&str> = decl.kind.words.iter().map(|w| w.text.as_str()).collect();
        let Some(kind) = crate::decl::kind_named(self.db, self.module, &words.join(".")) else {
            self.unknown_kind(decl);
            return;
        };
        let same = |i: ItemId| i.key(self.db).keyword == "decl" && decl_kind(self.db, i) == Some(kind);
        let near = nearest_name(self.db, self.module, &decl.name.text, same);
        let kind = self.source(decl.kind.span);
        let mut report = self
            .report(
                code::OVERLAY_TARGET,
                decl.name.span,
                format!("there is no `{kind} {}` to amend", decl.name.text),
            )
            .label("not declared")
            .help("an overlay only amends; declare it outside with `enabled = false` and enable it here");
        if let Some(n) = near {
            report = report.fix(format!("write `{n}`"), decl.name.span, n.as_str());
        }
        self.push(report);
    }

    /// Opens a block: its lets come in sight, whatever their order.
    pub(super) fn open_level(
        &mut self,
        schema: Option<Arc<Schema>>,
        path: SmolStr,
        block: u32,
        ast: &'ast ivs_grammar::ast::Block,
    ) {
        let mut level = Level { schema, path, lets: Vec::new(), locals: self.locals.len(), block };
        let mut seen: FxHashMap<&SmolStr, Span> = FxHashMap::default();
        for entry in &ast.entries {
            if let EntryKind::Let { name, ty, value } = &entry.kind {
                let annotation = ty.as_ref().map(|t| {
                    let mut reader = TypeReader::new(self.db, self.item);
                    reader.first = self.body.conditions.len() as u32;
                    let ty = reader.read(t);
                    // A condition sees `it` and what the module has, no field around it.
                    let levels = std::mem::take(&mut self.levels);
                    self.finish_types(reader);
                    self.levels = levels;
                    ty
                });
                let index = self.body.blocks.get(block as usize).map_or(0, |b| b.lets.len()) as u32;
                if let Some(first) = seen.get(&name.text).copied() {
                    let report = self
                        .report(
                            code::DUPLICATE_PATH,
                            name.span,
                            format!("`let {}` stands here twice", name.text),
                        )
                        .label("named again")
                        .also(self.item, first, "first here");
                    self.push(report);
                }
                seen.entry(&name.text).or_insert(name.span);
                self.define(name.span, Symbol::Local(self.item, name.span));
                level.lets.push(super::LetVar {
                    name: name.text.clone(),
                    span: name.span,
                    value,
                    annotation,
                    ty: None,
                    busy: false,
                    index,
                });
                if let Some(b) = self.block_mut(block) {
                    b.lets.push(0);
                }
            }
        }
        self.levels.push(level);
        let count = self.levels.last().map_or(0, |l| l.lets.len());
        for i in 0..count {
            self.type_let(self.levels.len() - 1, i);
        }
    }

    pub(super) fn close_level(&mut self, _block: u32) {
        self.levels.pop();
    }

    /// Types a `let` on first use; gives its type.
    pub(super) fn type_let(&mut self, level: usize, index: usize) -> Ty {
        let Some(l) = self.levels.get_mut(level) else { return Ty::Error };
        let (locals, block) = (l.locals, l.block);
        let Some(var) = l.lets.get_mut(index) else { return Ty::Error };
        if let Some(ty) = &var.ty {
            return ty.clone();
        }
        if var.busy {
            let (name, span) = (var.name.clone(), var.value.span);
            var.ty = Some(Ty::Error);
            let report = self
                .report(code::RECURSION, span, format!("`let {name}` depends on itself"))
                .label("this needs its own value");
            self.push(report);
            return Ty::Error;
        }
        var.busy = true;
        let (value, annotation, at) = (var.value, var.annotation.clone(), var.index);
        let inner = self.levels.split_off(level + 1);
        let inner_locals = self.locals.split_off(locals.min(self.locals.len()));
        let inherited = self.inherited.take();
        let (id, ty) = match annotation {
            Some(ty) => {
                let id = self.check(value, &ty);
                let conform = crate::ir::TExpr::Conform { value: id, ty: Box::new(ty.clone()) };
                (self.add(conform, ty.clone(), value.span).0, ty)
            }
            None => self.expr(value, None),
        };
        self.inherited = inherited;
        self.locals.extend(inner_locals);
        self.levels.extend(inner);
        if let Some(slot) = self.block_mut(block).and_then(|b| b.lets.get_mut(at as usize)) {
            *slot = id;
        }
        if let Some(var) = self.levels.get_mut(level).and_then(|l| l.lets.get_mut(index)) {
            var.busy = false;
            // A loop that was reported inside stays silent outside.
            if var.ty.is_none() {
                var.ty = Some(ty.clone());
            }
        }
        ty
    }
}
