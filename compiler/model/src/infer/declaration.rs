//! Typing of declarations: their heads, families and bodies.

use super::{Infer, Level, SelfTy};
use crate::code;
use crate::decl::{decl_info, decl_kind, decl_schema};
use crate::fields::{Schema, defined_fields};
use crate::ir::FamilyIr;
use crate::names::nearest_name;
use crate::trace::Symbol;
use crate::ty::Ty;
use crate::types::TypeReader;
use ivs_grammar::ast::{Decl, EntryKind, Span};
use ivs_source::ItemId;
use rustc_hash::FxHashMap;
use smol_str::SmolStr;
use std::sync::Arc;

impl<'db, 'ast> Infer<'db, 'ast> {
    pub(super) fn declaration(&mut self, decl: &'ast Decl) {
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
        self.layer(&decl.block, id, schema, params);
        self.close_level(id);
        self.facts.truncate(facts);
        self.locals.clear();
        id
    }

    pub(super) fn unknown_kind(&mut self, decl: &Decl) {
        if let [name] = &decl.kind.words[..]
            && self.is_brought_in_vain(&name.text)
        {
            return;
        }
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

    /// Opens a block: its lets come in sight, whatever their order.
    pub(super) fn open_level(
        &mut self,
        schema: Option<Arc<Schema>>,
        path: SmolStr,
        block: u32,
        ast: &'ast ivs_grammar::ast::Block,
    ) {
        self.declare_level(schema, path, block, ast);
        self.type_lets();
    }

    /// Opens a block whose lets are typed when they are first needed, or by [`Infer::type_lets`].
    fn declare_level(
        &mut self,
        schema: Option<Arc<Schema>>,
        path: SmolStr,
        block: u32,
        ast: &'ast ivs_grammar::ast::Block,
    ) {
        let (locals, facts) = (self.locals.len(), self.facts.len());
        let mut level = Level { schema, path, lets: Vec::new(), locals, facts, block };
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
    }

    /// Opens the block of a definition or check. Of the library's, which are typed without what is said of requirements too, lets
    /// wait until they are needed; who completes a word wants their types.
    pub(super) fn open_definition(
        &mut self,
        schema: Option<Arc<Schema>>,
        path: SmolStr,
        block: u32,
        ast: &'ast ivs_grammar::ast::Block,
    ) {
        self.declare_level(schema, path, block, ast);
        if self.trace.is_some() || !self.item.file(self.db).library(self.db) {
            self.type_lets();
        }
    }

    /// Types the lets of the innermost block.
    pub(super) fn type_lets(&mut self) {
        let count = self.levels.last().map_or(0, |l| l.lets.len());
        for i in 0..count {
            self.type_let(self.levels.len() - 1, i);
        }
    }

    pub(super) fn close_level(&mut self, _block: u32) {
        self.levels.pop();
    }
}
