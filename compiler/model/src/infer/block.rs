//! Bodies: what each entry sets.

use super::Infer;
use crate::code;
use crate::fields::{Field, Schema, schema};
use crate::ir::{BlockId, EntryIr, KeyIr, OpIr, TExpr};
use crate::suggest::closest;
use crate::trace::Symbol;
use crate::ty::Ty;
use ivs_grammar::ast::{Block, Entry, EntryKind, EntryPath, Expr, ExprKind, Key, SetOp, Span, StrPart};
use ivs_value::Value;
use rustc_hash::FxHashSet;
use smol_str::SmolStr;
use std::sync::Arc;

/// What a block's keys are.
pub(super) enum Keys<'a> {
    /// Fields.
    Fields(&'a Arc<Schema>),
    /// Keys of a map of these types.
    Map(&'a Ty, &'a Ty),
}

impl<'db, 'ast> Infer<'db, 'ast> {
    /// The body of a declaration (or of its amendment), into `id`.
    pub(super) fn layer(
        &mut self,
        block: &'ast Block,
        id: BlockId,
        schema: &Arc<Schema>,
        params: Option<&[Field]>,
    ) {
        let mut ordinal = 0;
        for entry in &block.entries {
            if let EntryKind::Def { name, ty, default, .. } = &entry.kind {
                match params {
                    Some(fields) => {
                        let ty = fields.get(ordinal).map_or(Ty::Error, Field::read_ty);
                        ordinal += 1;
                        let value = default.as_ref().map(|e| self.check(e, &ty));
                        self.body.defaults.push(value);
                        self.redefinition(name, schema);
                    }
                    None => {
                        let sign = Span::new(name.span.end, ty.span.start);
                        let report = self
                            .report(
                                code::DEFINITION_IN_DECLARATION,
                                name.span,
                                "`=` sets a field, `:` declares one",
                            )
                            .label(
                                "a declaration sets fields; only kinds, structs and templates declare them",
                            );
                        let report = match schema.field(&name.text) {
                            Some(_) => report.fix("write `=`", sign, " = "),
                            None => {
                                report.help("new fields belong to a `template`, or to a kind of your own")
                            }
                        };
                        self.push(report);
                    }
                }
            }
        }
        self.entries(block, id, &Keys::Fields(schema));
    }

    /// A template's parameter must not be a field of its kind or of its bases.
    fn redefinition(&mut self, name: &ivs_grammar::ast::Word, schema: &Schema) {
        let Some((_, field)) = schema.field(&name.text) else { return };
        if field.owner.is_some_and(|(item, _)| item == self.item) {
            let twice = self.diagnostics.iter().any(|d| d.primary.place.span == name.span);
            let first = self.seen_param(&name.text, name.span);
            if let (Some(first), false) = (first, twice) {
                let report = self
                    .report(
                        code::DUPLICATE_FIELD_DEFINITION,
                        name.span,
                        format!("the field `{}` is defined twice", name.text),
                    )
                    .label("defined again")
                    .also(self.item, first, "first defined here");
                self.push(report);
            }
            return;
        }
        let report = self
            .report(
                code::DUPLICATE_FIELD_DEFINITION,
                name.span,
                format!("`{}` has a field `{}` already", schema.name, name.text),
            )
            .label("defined again")
            .help("set it with `=`, or choose another name");
        self.push(report);
    }

    fn seen_param(&self, name: &str, before: Span) -> Option<Span> {
        let text = &self.text;
        let parsed = ivs_grammar::parse(text);
        let ivs_grammar::ast::ItemKind::Decl(d) = &parsed.items.first()?.kind else { return None };
        d.block.entries.iter().find_map(|e| match &e.kind {
            EntryKind::Def { name: n, .. } if n.text == name && n.span < before => Some(n.span),
            _ => None,
        })
    }

    /// The entries of a block, into `id`.
    pub(super) fn entries(&mut self, block: &'ast Block, id: BlockId, keys: &Keys<'_>) {
        self.note_keys(block.span, keys);
        for entry in &block.entries {
            self.attributes_of(&entry.attrs, Some(entry.span));
            self.entry(entry, id, keys);
        }
    }

    fn entry(&mut self, entry: &'ast Entry, id: BlockId, keys: &Keys<'_>) {
        match &entry.kind {
            EntryKind::Set { path, op, value, is_final } => self.set(id, keys, path, *op, value, *is_final),
            EntryKind::Nest { path, block, is_final } => self.nest(id, keys, path, block, *is_final),
            EntryKind::Remove { field, key } => {
                let first = Key { text: field.text.clone(), span: field.span, quoted: false };
                let Some((slot, ty)) = self.key(keys, &first) else { return };
                match ty.core() {
                    Ty::Map(_) | Ty::Object | Ty::LateObject => {
                        let Some(Nested::Map(k, v)) = nested_of(self, &ty) else { return };
                        let Some(inner) = self.child(id, slot, &first, false, entry.span) else { return };
                        let Some((key_ir, _)) = self.key(&Keys::Map(&k, &v), key) else { return };
                        self.insert(inner, key_ir, OpIr::Remove, false, key.span, &key.text);
                    }
                    Ty::Error => {}
                    other => {
                        let shown = other.show(self.db);
                        let report = self
                            .report(code::WRONG_TYPE, field.span, format!("`{}` is not a map", field.text))
                            .label(format!("`remove` takes a key out of a map; this is `{shown}`"));
                        self.push(report);
                    }
                }
            }
            EntryKind::When { cond, block } => {
                let cond = self.check(cond, &Ty::Bool);
                let inner = self.new_block(block.span);
                self.entries(block, inner, keys);
                for e in &block.entries {
                    if matches!(e.kind, EntryKind::Let { .. }) {
                        let report = self
                            .report(code::MISPLACED_ENTRY, e.span, "`let` stands outside of `when`")
                            .label("not here");
                        self.push(report);
                    }
                }
                if let Some(b) = self.block_mut(id) {
                    b.whens.push((cond, inner));
                }
            }
            EntryKind::Require { cond, block } => match keys {
                Keys::Fields(_) if self.levels.len() == 1 => {
                    self.require(id, entry.span, cond, block.as_ref(), None);
                }
                _ => self.misplaced(entry.span, "`require` stands in a kind, a struct or a declaration"),
            },
            EntryKind::Def { name, ty, .. } => {
                // Those of a declaration's own body are dealt with by `layer`.
                if self.levels.len() > 1 {
                    let sign = Span::new(name.span.end, ty.span.start);
                    let report = self
                        .report(
                            code::DEFINITION_IN_DECLARATION,
                            name.span,
                            "`=` sets a field, `:` declares one",
                        )
                        .label("values are set here")
                        .fix("write `=`", sign, " = ");
                    self.push(report);
                    self.set_in_vain(id, keys, name, ty.span);
                }
            }
            EntryKind::Fix { .. } => self.misplaced(entry.span, "`fix` stands in a `require`"),
            EntryKind::At { .. } => self.misplaced(entry.span, "`at` stands in a `require`"),
            EntryKind::Let { .. } | EntryKind::Broken => {}
        }
    }

    pub(super) fn misplaced(&mut self, span: Span, message: &str) {
        let report = self.report(code::MISPLACED_ENTRY, span, message).label("means nothing here");
        self.push(report);
    }

    /// The slot of a key and the type of what it holds.
    fn key(&mut self, keys: &Keys<'_>, key: &Key) -> Option<(KeyIr, Ty)> {
        if key.text == crate::trace::MARKER {
            self.note_keys(key.span, keys);
        }
        match keys {
            Keys::Fields(schema) => match schema.field(&key.text) {
                Some((i, f)) => {
                    self.mention_field(key.span, f);
                    if let Some(why) = f.deprecated.clone() {
                        let report = self
                            .report(code::DEPRECATED, key.span, format!("`{}` is deprecated", key.text))
                            .label(why)
                            .warning();
                        self.push(report);
                    }
                    Some((KeyIr::Field(i), f.read_ty()))
                }
                None => {
                    self.unknown_field(schema, &key.text, key.span);
                    None
                }
            },
            Keys::Map(k, v) => {
                let value = match k.core() {
                    Ty::Error | Ty::Str => Some(Value::Str(key.text.clone())),
                    ty if ty.is_text() => Some(Value::Str(key.text.clone())),
                    Ty::Enum(e) => {
                        let (e, name) = (*e, key.text.clone());
                        if let Some((i, _)) = crate::enum_schema(self.db, e).member(&name) {
                            self.mention(key.span, Symbol::Member(e, i));
                        }
                        match self.member_value(e, &name, key.span) {
                            Some(v) => Some(v),
                            None => {
                                self.unknown_member(e, &name, key.span);
                                None
                            }
                        }
                    }
                    Ty::Ref(_) | Ty::AnyRef | Ty::Union(_) => {
                        let decl = self.reference_key(&key.text, key.span, k)?;
                        return Some((KeyIr::Decl(decl), (*v).clone()));
                    }
                    _ => None,
                };
                Some((KeyIr::Key(Box::new(value?)), (*v).clone()))
            }
        }
    }

    pub(super) fn unknown_field(&mut self, schema: &Schema, name: &str, span: Span) {
        let mut report = self
            .report(code::UNKNOWN_FIELD, span, format!("`{}` has no field `{name}`", schema.name))
            .label("unknown field");
        let near = closest(name, schema.fields.iter().map(|f| f.name.as_str()));
        report = match near {
            Some(n) => report.fix(format!("write `{n}`"), span, n),
            None if let Some(outer) = self.holder_of(schema, name) => {
                report.help(format!("`{outer}` has it: `{outer} {{ {name} … }}`"))
            }
            None if schema.fields.iter().all(|f| f.builtin.is_some()) => {
                report.help(format!("`{}` declares no fields of its own", schema.name))
            }
            None => {
                let names: Vec<String> = schema
                    .fields
                    .iter()
                    .filter(|f| f.builtin.is_none())
                    .map(|f| format!("`{}`", f.name))
                    .take(12)
                    .collect();
                let more = if schema.fields.len() > 18 { ", …" } else { "" };
                report.help(format!("its fields are {}{more}", names.join(", ")))
            }
        };
        if self.levels.len() == 1
            && let Some(base) = self.template_of_self()
        {
            let file = base.key(self.db).name.clone();
            report = report.help(format!(
                "a parameter has to be declared by the template: add `{name}: type` to `{file}`"
            ));
        }
        self.push(report);
    }

    /// A field whose own fields are the only ones to have one of this name.
    fn holder_of(&self, schema: &Schema, name: &str) -> Option<SmolStr> {
        let mut holders = schema.fields.iter().filter(|f| match f.ty.core() {
            Ty::Struct(s) => {
                crate::fields::schema(self.db, *s).field(name).is_some_and(|(_, f)| f.builtin.is_none())
            }
            _ => false,
        });
        let first = holders.next()?;
        holders.next().is_none().then(|| first.name.clone())
    }

    fn template_of_self(&self) -> Option<ivs_source::ItemId> {
        if self.item.key(self.db).keyword != "decl" {
            return None;
        }
        let chain = &crate::decl::base_chain(self.db, self.item).chain;
        chain.iter().copied().skip(1).find(|i| crate::decl::decl_info(self.db, *i).template)
    }

    fn set(
        &mut self,
        id: BlockId,
        keys: &Keys<'_>,
        path: &EntryPath,
        op: SetOp,
        value: &'ast Expr,
        is_final: bool,
    ) {
        let Some((slot, ty)) = self.key(keys, &path.first) else {
            return;
        };
        if let Some(second) = &path.second {
            let Some((inner, kind)) =
                self.nested_keys(id, slot, &ty, &path.first, is_final, path.first.span.to(second.span))
            else {
                return;
            };
            match kind {
                Nested::Map(k, v) => {
                    self.push_plain_level(inner, &path.first.text);
                    self.set_one(inner, &Keys::Map(&k, &v), second, op, value, is_final);
                    self.levels.pop();
                }
                Nested::Struct(s) => {
                    self.push_struct_level(inner, &s, &path.first.text);
                    self.set_one(inner, &Keys::Fields(&s), second, op, value, is_final);
                    self.levels.pop();
                }
            }
            return;
        }
        self.set_slot(id, slot, ty, &path.first, op, value, is_final);
    }

    fn set_one(
        &mut self,
        id: BlockId,
        keys: &Keys<'_>,
        key: &Key,
        op: SetOp,
        value: &'ast Expr,
        is_final: bool,
    ) {
        if let Some((slot, ty)) = self.key(keys, key) {
            self.set_slot(id, slot, ty, key, op, value, is_final);
        }
    }

    #[allow(clippy::too_many_arguments)]
    fn set_slot(
        &mut self,
        id: BlockId,
        slot: KeyIr,
        ty: Ty,
        key: &Key,
        op: SetOp,
        value: &'ast Expr,
        is_final: bool,
    ) {
        let inherited = self.inherited.replace(ty.clone());
        let op = match op {
            SetOp::Set => OpIr::Set(self.check(value, &ty)),
            SetOp::Append => {
                if !matches!(ty.core(), Ty::List(_) | Ty::Map(_) | Ty::Object | Ty::LateObject | Ty::Error) {
                    let shown = ty.show(self.db);
                    let report = self
                        .report(
                            code::WRONG_TYPE,
                            key.span,
                            format!("`+=` appends to lists and maps; `{}` is neither", key.text),
                        )
                        .label(format!("this is `{shown}`"))
                        .help("replace the value with `=`");
                    self.push(report);
                }
                OpIr::Append(self.check(value, ty.some()))
            }
        };
        self.inherited = inherited;
        self.insert(id, slot, op, is_final, key.span, &key.text);
    }

    fn nest(&mut self, id: BlockId, keys: &Keys<'_>, path: &EntryPath, block: &'ast Block, is_final: bool) {
        let Some((slot, ty)) = self.key(keys, &path.first) else {
            return;
        };
        let Some((inner, kind)) = self.nested_keys(id, slot, &ty, &path.first, is_final, path.first.span)
        else {
            return;
        };
        let Some(second) = &path.second else {
            self.fill(inner, kind, &path.first.text, block);
            return;
        };
        let (slot, ty) = match &kind {
            Nested::Map(k, v) => match self.key(&Keys::Map(k, v), second) {
                Some(found) => found,
                None => return,
            },
            Nested::Struct(s) => match self.key(&Keys::Fields(s), second) {
                Some(found) => found,
                None => return,
            },
        };
        match &kind {
            Nested::Map(..) => self.push_plain_level(inner, &path.first.text),
            Nested::Struct(s) => self.push_struct_level(inner, s, &path.first.text),
        }
        if let Some((deep, kind)) = self.nested_keys(inner, slot, &ty, second, is_final, second.span) {
            self.fill(deep, kind, &second.text, block);
        }
        self.levels.pop();
    }

    /// Types a nested block's entries.
    fn fill(&mut self, id: BlockId, kind: Nested, name: &SmolStr, block: &'ast Block) {
        if self.set_before(id, &kind, name, block) {
            return;
        }
        let outer = self.inherited.take();
        match kind {
            Nested::Map(k, v) => {
                let path = self.level_path(name);
                self.open_level(None, path, id, block);
                self.entries(block, id, &Keys::Map(&k, &v));
            }
            Nested::Struct(s) => {
                let path = self.level_path(name);
                self.open_level(Some(s.clone()), path, id, block);
                self.entries(block, id, &Keys::Fields(&s));
            }
        }
        self.close_level(id);
        self.inherited = outer;
    }

    /// Whether a block sets again what an earlier block of the same path set: one report for the whole of it.
    fn set_before(&mut self, id: BlockId, kind: &Nested, name: &SmolStr, block: &'ast Block) -> bool {
        let Some(earlier) = self.body.blocks.get(id as usize).filter(|b| !b.entries.is_empty()) else {
            return false;
        };
        let again = block.entries.iter().find_map(|e| {
            let EntryKind::Set { path, .. } = &e.kind else { return None };
            if path.second.is_some() {
                return None;
            }
            let slot = match kind {
                Nested::Struct(s) => KeyIr::Field(s.field(&path.first.text)?.0),
                Nested::Map(..) => KeyIr::Key(Box::new(Value::Str(path.first.text.clone()))),
            };
            let first = earlier.entries.of(&slot)?;
            Some((path.first.span, first.mark))
        });
        let Some((span, mark)) = again else { return false };
        let first = self.map.marks.get(mark as usize).copied().unwrap_or_default();
        let path = self.level_path(name);
        let shown = path.trim_start_matches("self.");
        let report = self
            .report(code::DUPLICATE_PATH, span, format!("`{shown}` is set twice"))
            .label("set again")
            .also(self.item, first, "first set here")
            .help("one body sets a path once; remove one of the two, or amend it in an overlay or a derived declaration");
        self.push(report);
        true
    }

    fn level_path(&self, name: &str) -> SmolStr {
        match self.levels.last() {
            Some(l) if !l.path.is_empty() => SmolStr::from(format!("{}.{name}", l.path)),
            _ => SmolStr::default(),
        }
    }

    fn push_plain_level(&mut self, block: BlockId, name: &str) {
        let (path, locals, facts) = (self.level_path(name), self.locals.len(), self.facts.len());
        self.levels.push(super::Level { schema: None, path, lets: Vec::new(), locals, facts, block });
    }

    fn push_struct_level(&mut self, block: BlockId, s: &Arc<Schema>, name: &str) {
        let (path, locals, facts) = (self.level_path(name), self.locals.len(), self.facts.len());
        self.levels.push(super::Level {
            schema: Some(s.clone()),
            path,
            lets: Vec::new(),
            locals,
            facts,
            block,
        });
    }

    /// The block below a slot, made if it is not there, and what its keys are.
    fn nested_keys(
        &mut self,
        id: BlockId,
        slot: KeyIr,
        ty: &Ty,
        key: &Key,
        is_final: bool,
        span: Span,
    ) -> Option<(BlockId, Nested)> {
        let kind = match nested_of(self, ty) {
            Some(kind) => kind,
            None => {
                if *ty != Ty::Error {
                    let shown = ty.some().show(self.db);
                    let report = self
                        .report(
                            code::WRONG_TYPE,
                            key.span,
                            format!("`{}` is not a struct or a map", key.text),
                        )
                        .label(format!("this is `{shown}`"))
                        .help(format!("set it with `{} = …`", key.text));
                    self.push(report);
                }
                return None;
            }
        };
        let inner = self.child(id, slot, key, is_final, span)?;
        Some((inner, kind))
    }

    /// The block that is merged into a slot.
    fn child(&mut self, id: BlockId, slot: KeyIr, key: &Key, is_final: bool, span: Span) -> Option<BlockId> {
        let existing = self.body.blocks.get(id as usize)?.entries.of(&slot);
        if let Some(EntryIr { op: OpIr::Merge(b), .. }) = existing {
            return Some(*b);
        }
        let inner = self.new_block(span);
        self.insert(id, slot, OpIr::Merge(inner), is_final, key.span, &key.text).then_some(inner)
    }

    /// What was meant to be set and cannot be read: nothing is said of what follows from that.
    fn set_in_vain(&mut self, id: BlockId, keys: &Keys<'_>, name: &ivs_grammar::ast::Word, value: Span) {
        let known = match keys {
            Keys::Fields(schema) => schema.field(&name.text).is_some(),
            Keys::Map(..) => true,
        };
        let key = Key { text: name.text.clone(), span: name.span, quoted: false };
        if known && let Some((slot, _)) = self.key(keys, &key) {
            let unread = self.add(TExpr::Error, Ty::Error, value).0;
            self.insert(id, slot, OpIr::Set(unread), false, name.span, &name.text);
        }
    }

    /// Adds an entry; `false` and a report if its path is set already.
    fn insert(&mut self, id: BlockId, slot: KeyIr, op: OpIr, is_final: bool, span: Span, name: &str) -> bool {
        let first = self.body.blocks.get(id as usize).and_then(|b| b.entries.of(&slot));
        if let Some(first) = first {
            let first = self.map.marks.get(first.mark as usize).copied().unwrap_or_default();
            let path = match self.levels.last().map(|l| l.path.as_str()) {
                Some(p) if p.len() > 5 => format!("{}.{name}", p.trim_start_matches("self.")),
                _ => name.to_string(),
            };
            let report = self
                .report(code::DUPLICATE_PATH, span, format!("`{path}` is set twice"))
                .label("set again")
                .also(self.item, first, "first set here")
                .help("one body sets a path once; remove one of the two, or amend it in an overlay or a derived declaration");
            self.push(report);
            return false;
        }
        let mark = self.mark(span);
        if let Some(b) = self.block_mut(id) {
            b.entries.push(EntryIr { key: slot, op, is_final, mark });
        }
        true
    }

    /// A block where a value is expected: a struct, a map, or a record.
    pub(super) fn block_value(&mut self, block: &'ast Block, span: Span, want: Option<&Ty>) -> (u32, Ty) {
        let target = want.and_then(|w| nested_of(self, w).map(|n| (n, w.some().clone())));
        match target {
            Some((Nested::Struct(s), ty)) => {
                let id = self.new_block(block.span);
                self.open_level(Some(s.clone()), SmolStr::default(), id, block);
                let inherited = self.inherited.take();
                self.entries(block, id, &Keys::Fields(&s));
                self.inherited = inherited;
                self.close_level(id);
                let item = struct_of(&ty);
                match item {
                    Some(item) => self.add(TExpr::Struct(item, id), Ty::Struct(item), span),
                    None => self.add(TExpr::Error, Ty::Error, span),
                }
            }
            Some((Nested::Map(k, v), _)) => {
                let ty = Ty::Map(Arc::new((k.clone(), v.clone())));
                let id = self.new_block(block.span);
                self.open_level(None, SmolStr::default(), id, block);
                let inherited = self.inherited.take();
                self.entries(block, id, &Keys::Map(&k, &v));
                self.inherited = inherited;
                self.close_level(id);
                self.add(TExpr::Map(Box::new(ty.clone()), id), ty, span)
            }
            None => self.record(block, span),
        }
    }

    fn record(&mut self, block: &'ast Block, span: Span) -> (u32, Ty) {
        let mut fields: Vec<(SmolStr, Ty)> = Vec::new();
        let mut values = Vec::new();
        let mut seen: FxHashSet<&SmolStr> = FxHashSet::default();
        for entry in &block.entries {
            let (path, value, nested) = match &entry.kind {
                EntryKind::Set { path, op: SetOp::Set, value, is_final: false } if path.second.is_none() => {
                    (path, Some(value), None)
                }
                EntryKind::Nest { path, block, is_final: false } if path.second.is_none() => {
                    (path, None, Some(block))
                }
                EntryKind::Broken => continue,
                _ => {
                    self.misplaced(entry.span, "a record has fields with values only");
                    continue;
                }
            };
            if !seen.insert(&path.first.text) {
                let report = self
                    .report(
                        code::DUPLICATE_PATH,
                        path.first.span,
                        format!("`{}` is set twice", path.first.text),
                    )
                    .label("set again");
                self.push(report);
                continue;
            }
            let (id, ty) = match (value, nested) {
                (Some(v), _) => self.expr(v, None),
                (None, Some(b)) => self.record(b, b.span),
                (None, None) => continue,
            };
            fields.push((path.first.text.clone(), ty));
            values.push(id);
        }
        let shape = ivs_value::Shape::new(SmolStr::default(), fields.iter().map(|(n, _)| n.clone()));
        let ty = Ty::Record(Arc::new(crate::ty::Record { fields }));
        self.add(TExpr::Record(Arc::new(shape), values.into()), ty, span)
    }

    /// The text of a string without holes.
    pub(super) fn plain_text(e: &Expr) -> Option<SmolStr> {
        match &e.kind {
            ExprKind::Str(s) => match &s.parts[..] {
                [] => Some(SmolStr::default()),
                [StrPart::Text(t)] => Some(t.clone()),
                _ => None,
            },
            _ => None,
        }
    }
}

/// What the keys of a nested block are.
pub(super) enum Nested {
    Struct(Arc<Schema>),
    Map(Ty, Ty),
}

fn struct_of(ty: &Ty) -> Option<ivs_source::ItemId> {
    match ty.core() {
        Ty::Struct(s) => Some(*s),
        Ty::Union(ts) => ts.iter().find_map(struct_of),
        _ => None,
    }
}

fn nested_of(infer: &Infer<'_, '_>, ty: &Ty) -> Option<Nested> {
    match ty.core() {
        Ty::Struct(s) => Some(Nested::Struct(schema(infer.db, *s).clone())),
        Ty::Map(kv) => Some(Nested::Map(kv.0.clone(), kv.1.clone())),
        // Any field, of any value: a tree whose leaves can be overridden one by one.
        t @ (Ty::Object | Ty::LateObject) => Some(Nested::Map(Ty::Str, t.clone())),
        Ty::Union(ts) => ts.iter().find_map(|t| nested_of(infer, t)),
        _ => None,
    }
}
