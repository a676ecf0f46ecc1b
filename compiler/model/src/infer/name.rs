//! Bare names.

use super::{Infer, SelfTy};
use crate::code;
use crate::decl::{decl_info, decl_kind, qualified_name};
use crate::fields::enum_schema;
use crate::ir::{ExprId, TExpr};
use crate::names::{Found, nearest_names, resolve};
use crate::suggest::{closest, nearest, question};
use crate::trace::Symbol;
use crate::ty::Ty;
use ivs_grammar::ast::Span;
use ivs_source::ItemId;
use ivs_value::{TaggedValue, Value};
use smol_str::SmolStr;
use std::sync::Arc;

/// The enums and kinds among which the expected type looks for a bare name.
#[derive(Default)]
struct Admitted {
    enums: Vec<ItemId>,
    kinds: Vec<ItemId>,
    any: bool,
}

fn admitted(ty: &Ty, out: &mut Admitted) {
    match ty.core() {
        Ty::Enum(e) | Ty::Tagged(e, _) => out.enums.push(*e),
        Ty::Ref(k) => out.kinds.push(*k),
        Ty::RefTo(_) | Ty::AnyRef => out.any = true,
        Ty::Union(ts) => ts.iter().for_each(|t| admitted(t, out)),
        Ty::Range(t) => admitted(t, out),
        _ => {}
    }
}

/// What a bare name turned out to be.
pub(super) enum Meaning {
    Local(u32),
    Let { level: usize, index: usize },
    Field { level: usize, field: u16 },
    Member(ItemId, u32),
    Decl(ItemId),
    Thing(ItemId),
    SelfValue,
    Inherited,
}

impl<'db, 'ast> Infer<'db, 'ast> {
    pub(super) fn bind(&mut self, name: &str, ty: Ty, home: Option<Symbol>) -> u32 {
        self.locals.push(super::LocalVar { name: SmolStr::new(name), ty, home });
        self.locals.len() as u32 - 1
    }

    pub(super) fn local_named(&mut self, name: &str, span: Span) -> Option<(ExprId, Ty)> {
        let slot = self.locals.iter().rposition(|l| l.name == name)?;
        let ty = self.locals.get(slot)?.ty.clone();
        Some(self.add_path(TExpr::Local(slot as u32), ty, span, SmolStr::from(format!("#{slot}"))))
    }

    /// Resolves a bare name. `Err` holds what was reported.
    pub(super) fn meaning(
        &mut self,
        name: &SmolStr,
        span: Span,
        want: Option<&Ty>,
        root: bool,
    ) -> Result<Meaning, (ExprId, Ty)> {
        if self.note_scope(name, want) {
            return Err(self.add(TExpr::Error, Ty::Error, span));
        }
        // 1. The innermost binder.
        if let Some(slot) = self.locals.iter().rposition(|l| l.name == *name) {
            return Ok(Meaning::Local(slot as u32));
        }
        for (level, l) in self.levels.iter().enumerate().rev() {
            if let Some(index) = l.lets.iter().position(|v| v.name == *name) {
                return Ok(Meaning::Let { level, index });
            }
        }
        if name == "self" && matches!(self.self_ty, SelfTy::Of(_)) {
            return Ok(Meaning::SelfValue);
        }
        if name == "inherited" && self.inherited.is_some() {
            return Ok(Meaning::Inherited);
        }
        let fields = self.fields_named(name);
        // 2. What the expected type admits.
        let mut want_admits = Admitted::default();
        if let (Some(w), false) = (want, root) {
            admitted(w, &mut want_admits);
        }
        let mut meant: Vec<(Meaning, String)> = Vec::new();
        for e in &want_admits.enums {
            if let Some((i, _)) = enum_schema(self.db, *e).member(name) {
                meant.push((Meaning::Member(*e, i), format!("{}.{name}", e.key(self.db).name)));
            }
        }
        let found = resolve(self.db, self.module, name.clone());
        if !want_admits.kinds.is_empty() || want_admits.any {
            for d in &found.decls {
                let kind = decl_kind(self.db, *d);
                if want_admits.any || kind.is_some_and(|k| want_admits.kinds.contains(&k)) {
                    meant.push((Meaning::Decl(*d), format!("{}.{name}", d.key(self.db).kind)));
                }
            }
        }
        if !meant.is_empty() {
            for (level, field) in &fields {
                let fits = want.is_some_and(|w| self.field_ty(*level, *field).some().fits(self.db, w));
                if fits {
                    meant.push((
                        Meaning::Field { level: *level, field: *field },
                        self.field_spelling(*level, name),
                    ));
                }
            }
            return self.the_one(name, span, meant);
        }
        // 3. The one among fields, declarations and things.
        let mut meant: Vec<(Meaning, String)> = fields
            .iter()
            .map(|(level, field)| {
                (Meaning::Field { level: *level, field: *field }, self.field_spelling(*level, name))
            })
            .collect();
        for d in &found.decls {
            meant.push((Meaning::Decl(*d), format!("{}.{name}", d.key(self.db).kind)));
        }
        // What the library adds later may not change, or put in question, what a name of the package means.
        let outer = found.prelude && !meant.is_empty();
        for t in found.things.iter().filter(|_| !outer) {
            let is_type = matches!(t.key(self.db).keyword, "kind" | "struct" | "enum" | "type");
            if is_type && !fields.is_empty() {
                continue;
            }
            meant.push((Meaning::Thing(*t), format!("{}.{name}", t.file(self.db).module(self.db))));
        }
        if meant.is_empty() {
            return Err(self.unknown_name(name, span, want, found));
        }
        self.the_one(name, span, meant)
    }

    fn the_one(
        &mut self,
        name: &str,
        span: Span,
        mut meant: Vec<(Meaning, String)>,
    ) -> Result<Meaning, (ExprId, Ty)> {
        if meant.len() == 1
            && let Some((m, _)) = meant.pop()
        {
            return Ok(m);
        }
        let spellings: Vec<String> = meant.iter().map(|(_, s)| format!("`{s}`")).collect();
        let mut report = self
            .report(code::AMBIGUOUS_NAME, span, format!("`{name}` may mean {}", spellings.join(" or ")))
            .label("which one is meant?");
        for (_, s) in &meant {
            report = report.fix(format!("write `{s}`"), span, s.as_str());
        }
        Err(self.fail(report))
    }

    /// Fields of enclosing blocks and of the declaration.
    fn fields_named(&self, name: &str) -> Vec<(usize, u16)> {
        let all = self.levels.iter().enumerate();
        all.filter_map(|(i, l)| Some((i, l.schema.as_ref()?.field(name)?.0))).collect()
    }

    fn field_ty(&self, level: usize, field: u16) -> Ty {
        let schema = self.levels.get(level).and_then(|l| l.schema.as_ref());
        schema.and_then(|s| s.fields.get(field as usize)).map_or(Ty::Error, |f| f.read_ty())
    }

    fn field_spelling(&self, level: usize, name: &str) -> String {
        match self.levels.get(level) {
            Some(l) if !l.path.is_empty() => format!("{}.{name}", l.path),
            _ => format!("self.{name}"),
        }
    }

    /// The expression for a meaning.
    pub(super) fn of_meaning(&mut self, meaning: Meaning, name: &SmolStr, span: Span) -> (ExprId, Ty) {
        if self.trace.is_some()
            && let Some(symbol) = self.symbol_of(&meaning)
        {
            self.mention(span, symbol);
        }
        match meaning {
            Meaning::Local(slot) => {
                let ty = self.locals.get(slot as usize).map_or(Ty::Error, |l| l.ty.clone());
                self.add_path(TExpr::Local(slot), ty, span, SmolStr::from(format!("#{slot}")))
            }
            Meaning::Let { level, index } => {
                let ty = self.type_let(level, index);
                let depth = (self.levels.len() - 1 - level) as u32;
                let path = SmolStr::from(format!("let{level}.{index}"));
                let index = self.levels.get(level).and_then(|l| l.lets.get(index)).map_or(0, |l| l.index);
                self.add_path(TExpr::Let { depth, index }, ty, span, path)
            }
            Meaning::Field { level, field } => {
                let ty = self.field_ty(level, field);
                let depth = (self.levels.len() - 1 - level) as u32;
                let path = match self.levels.get(level) {
                    Some(l) if !l.path.is_empty() => format!("{}.{name}", l.path),
                    _ => format!("block{level}.{name}"),
                };
                self.add_path(TExpr::Field { depth, field }, ty, span, path.into())
            }
            Meaning::Member(e, i) => self.member(e, i, span),
            Meaning::Decl(d) => self.decl_value(d, span),
            Meaning::Thing(t) => self.thing_value(t, span),
            Meaning::SelfValue => {
                let ty = match &self.self_ty {
                    SelfTy::Of(ty) => ty.clone(),
                    SelfTy::Nothing => Ty::Error,
                };
                self.add_path(TExpr::SelfValue, ty, span, "self".into())
            }
            Meaning::Inherited => {
                let ty = self.inherited.clone().unwrap_or(Ty::Error);
                self.add(TExpr::Inherited, ty.some().clone(), span)
            }
        }
    }

    /// What a name names, for the record.
    fn symbol_of(&self, meaning: &Meaning) -> Option<Symbol> {
        Some(match meaning {
            Meaning::Local(slot) => self.locals.get(*slot as usize)?.home.clone()?,
            Meaning::Let { level, index } => {
                Symbol::Local(self.item, self.levels.get(*level)?.lets.get(*index)?.span)
            }
            Meaning::Field { level, field } => {
                let schema = self.levels.get(*level)?.schema.as_ref()?;
                let field = schema.fields.get(*field as usize)?;
                match field.owner {
                    Some((item, ordinal)) => Symbol::Field(item, ordinal),
                    None => Symbol::Builtin(field.name.clone()),
                }
            }
            Meaning::Member(e, i) => Symbol::Member(*e, *i),
            Meaning::Decl(d) | Meaning::Thing(d) => Symbol::Item(*d),
            Meaning::SelfValue => Symbol::This,
            Meaning::Inherited => Symbol::Inherited,
        })
    }

    /// A bare name as a value.
    pub(super) fn name(&mut self, name: &SmolStr, span: Span, want: Option<&Ty>, root: bool) -> (ExprId, Ty) {
        match self.meaning(name, span, want, root) {
            Ok(m) => self.of_meaning(m, name, span),
            Err(reported) => reported,
        }
    }

    pub(super) fn decl_value(&mut self, d: ItemId, span: Span) -> (ExprId, Ty) {
        let info = decl_info(self.db, d);
        if info.template {
            let name = &d.key(self.db).name;
            let report = self
                .report(code::NOT_A_REFERENCE, span, format!("`{name}` is a template, not a declaration"))
                .label("templates are bases only")
                .help(format!("write `x is {name}` to ask for derivation, or declare `… from {name}`"));
            return self.fail(report);
        }
        if info.family {
            return self.add(TExpr::FamilyList(d), Ty::list(Ty::RefTo(d)), span);
        }
        let path = format!("{} {}", d.key(self.db).kind, qualified_name(self.db, d));
        self.add_path(TExpr::Decl(d), Ty::RefTo(d), span, path.into())
    }

    pub(super) fn thing_value(&mut self, t: ItemId, span: Span) -> (ExprId, Ty) {
        match t.key(self.db).keyword {
            "kind" => self.add(TExpr::SetOf(t), Ty::list(Ty::Ref(t)), span),
            "enum" => {
                let schema = enum_schema(self.db, t);
                let mut members = Vec::new();
                for (i, m) in schema.members.iter().enumerate() {
                    if m.fields.is_none() {
                        members.push(self.unwarned_member(t, i as u32, span).0);
                    }
                }
                self.add(TExpr::List(members.into()), Ty::list(Ty::Enum(t)), span)
            }
            "let" => {
                self.uses.push(t);
                self.deprecated_item(t, span);
                let ty = super::result_type(self.db, t);
                self.add(TExpr::Global(t), ty, span)
            }
            "fn" => {
                let name = &t.key(self.db).name;
                let report = self
                    .report(code::NOT_A_REFERENCE, span, format!("`{name}` is a function"))
                    .label("a function is called")
                    .fix("call it", Span::new(span.end, span.end), "()");
                self.fail(report)
            }
            other => {
                let name = &t.key(self.db).name;
                let report = self
                    .report(code::NOT_A_REFERENCE, span, format!("`{name}` is a {other}, not a value"))
                    .label("a type cannot stand for a value");
                self.fail(report)
            }
        }
    }

    /// The value of an enum member without fields.
    pub(super) fn member_value(&self, e: ItemId, name: &str, _span: Span) -> Option<Value> {
        let schema = enum_schema(self.db, e);
        let (index, m) = schema.member(name)?;
        Some(Value::Member(Arc::new(TaggedValue {
            of: schema.name.clone(),
            name: m.name.clone(),
            index,
            text: m.text.clone(),
            fields: None,
        })))
    }

    pub(super) fn member(&mut self, e: ItemId, i: u32, span: Span) -> (ExprId, Ty) {
        if let Some(m) = enum_schema(self.db, e).members.get(i as usize) {
            self.deprecated_member(m, span);
        }
        self.unwarned_member(e, i, span)
    }

    fn unwarned_member(&mut self, e: ItemId, i: u32, span: Span) -> (ExprId, Ty) {
        let schema = enum_schema(self.db, e);
        let Some(m) = schema.members.get(i as usize) else { return self.add(TExpr::Error, Ty::Error, span) };
        if let Some(fields) = &m.fields {
            if fields.fields.iter().any(|f| f.demanded()) {
                let wanted: Vec<String> = fields
                    .fields
                    .iter()
                    .filter(|f| f.demanded())
                    .map(|f| format!("{} = …", f.name))
                    .collect();
                let report = self
                    .report(code::WRONG_ARGUMENTS, span, format!("`{}` needs its fields", m.name))
                    .label(format!("write `{}({})`", m.name, wanted.join(", ")));
                return self.fail(report);
            }
            let args = fields.fields.iter().map(|_| None).collect();
            return self.add(TExpr::Construct { of: e, member: i, args }, Ty::Enum(e), span);
        }
        match self.member_value(e, &m.name, span) {
            Some(v) => self.add(TExpr::Const(v), Ty::Enum(e), span),
            None => self.add(TExpr::Error, Ty::Error, span),
        }
    }

    pub(super) fn unknown_member(&mut self, e: ItemId, name: &str, span: Span) -> (ExprId, Ty) {
        let schema = enum_schema(self.db, e);
        let mut report = self
            .report(code::UNKNOWN_MEMBER, span, format!("`{}` has no member `{name}`", schema.name))
            .label("unknown member");
        report = match closest(name, schema.members.iter().map(|m| m.name.as_str())) {
            Some(n) => report.fix(format!("write `{n}`"), span, n),
            None => report.help(members_help(&schema)),
        };
        self.fail(report)
    }

    /// A declaration as the key of a map.
    pub(super) fn reference_key(&mut self, name: &SmolStr, span: Span, want: &Ty) -> Option<ItemId> {
        let (id, _) = self.name(name, span, Some(want), false);
        match self.body.exprs.get(id as usize) {
            Some(TExpr::Decl(d)) => Some(*d),
            Some(TExpr::Error) => None,
            _ => {
                let report = self
                    .report(code::WRONG_TYPE, span, format!("`{name}` is no declaration"))
                    .label("a key here names one");
                self.push(report);
                None
            }
        }
    }

    /// The key after a family's name: `general[eu-west-1]`.
    pub(super) fn family_key(&mut self, e: &'ast ivs_grammar::ast::Expr, family: ItemId) -> ExprId {
        let want = self.family_key_type(family);
        match want {
            Some(ty) => self.check(e, &ty),
            None => self.expr(e, None).0,
        }
    }

    pub(super) fn family_key_type(&self, family: ItemId) -> Option<Ty> {
        if family == self.item {
            return None;
        }
        crate::infer::family_key_ty(self.db, family)
    }

    fn unknown_name(&mut self, name: &SmolStr, span: Span, want: Option<&Ty>, found: &Found) -> (ExprId, Ty) {
        if found.module.is_some() {
            let report = self
                .report(code::NOT_A_REFERENCE, span, format!("`{name}` is a module"))
                .label("a module is no value")
                .help(format!("name something in it: `{name}.…`"));
            return self.fail(report);
        }
        if self.is_brought_in_vain(name) {
            return self.add(TExpr::Error, Ty::Error, span);
        }
        if let Some(meant) = super::elsewhere::value(name, want) {
            let report = self
                .report(code::UNKNOWN_NAME, span, format!("unknown name `{name}`"))
                .label("not found")
                .fix(format!("write `{meant}`"), span, meant);
            return self.fail(report);
        }
        // `a-b` where both halves are known: a subtraction without spaces.
        for (i, _) in name.match_indices('-') {
            let (a, b) = (name.get(..i).unwrap_or(""), name.get(i + 1..).unwrap_or(""));
            if self.is_known(a) && self.is_known(b) {
                let report = self
                    .report(code::UNKNOWN_NAME, span, format!("unknown name `{name}`"))
                    .label("one name: `-` between letters belongs to it")
                    .fix(format!("subtract: `{a} - {b}`"), span, format!("{a} - {b}"));
                return self.fail(report);
            }
        }
        let mut admits = Admitted::default();
        if let Some(w) = want {
            admitted(w, &mut admits);
        }
        if let [e] = admits.enums[..]
            && admits.kinds.is_empty()
        {
            // An enum is expected, and a field of this name cannot be meant.
            return self.unknown_member_or_name(e, name, span);
        }
        let mut candidates: Vec<SmolStr> = Vec::new();
        candidates.extend(self.locals.iter().map(|l| l.name.clone()));
        for l in &self.levels {
            candidates.extend(l.lets.iter().map(|v| v.name.clone()));
            candidates.extend(l.schema.iter().flat_map(|s| s.fields.iter().map(|f| f.name.clone())));
        }
        let mut near: Vec<SmolStr> =
            nearest(name, candidates.iter().map(SmolStr::as_str)).into_iter().map(SmolStr::new).collect();
        if near.is_empty() {
            near = nearest_names(self.db, self.module, name, |i| {
                let key = i.key(self.db);
                let kind_fits = admits.kinds.is_empty()
                    || decl_kind(self.db, i).is_some_and(|k| admits.kinds.contains(&k));
                match key.keyword {
                    "decl" => kind_fits && !decl_info(self.db, i).template,
                    "let" | "fn" | "kind" | "enum" => admits.kinds.is_empty(),
                    _ => false,
                }
            });
        }
        let what = match admits.kinds[..] {
            [k] => format!("no `{}` is called `{name}`", k.key(self.db).name),
            _ => format!("unknown name `{name}`"),
        };
        let mut report = self.report(code::UNKNOWN_NAME, span, what).label("not found");
        let near: Vec<&str> = near.iter().map(SmolStr::as_str).collect();
        report = match near[..] {
            [n] => report.fix(format!("write `{n}`"), span, n),
            _ => match self.library_home(name) {
                Some(module) => {
                    report.help(format!("it is declared in `{module}`: add `use {module}.{{{name}}}`"))
                }
                None => match question(&near) {
                    Some(several) => report.help(several),
                    None if want.is_some_and(|w| w.is_text() || w.is_object()) => {
                        report.fix("write a string", span, format!("\"{name}\""))
                    }
                    None => report,
                },
            },
        };
        self.fail(report)
    }

    /// Whether a `use` names it and does not find it: that is said there, and nothing more where it is needed.
    pub(super) fn is_brought_in_vain(&self, name: &SmolStr) -> bool {
        crate::names::is_used(self.db, self.module, name)
            && resolve(self.db, self.module, name.clone()).is_empty()
    }

    fn unknown_member_or_name(&mut self, e: ItemId, name: &str, span: Span) -> (ExprId, Ty) {
        self.unknown_member(e, name, span)
    }

    fn is_known(&self, name: &str) -> bool {
        if name.is_empty() {
            return false;
        }
        self.locals.iter().any(|l| l.name == name)
            || self.levels.iter().any(|l| l.lets.iter().any(|v| v.name == name))
            || !self.fields_named(name).is_empty()
            || !resolve(self.db, self.module, SmolStr::new(name)).decls.is_empty()
            || !resolve(self.db, self.module, SmolStr::new(name)).things.is_empty()
    }

    /// The library module that declares a name which has to be imported.
    pub(super) fn library_home(&self, name: &SmolStr) -> Option<SmolStr> {
        crate::names::modules(self.db)
            .library
            .iter()
            .find(|m| crate::names::module_index(self.db, **m).decls.contains_key(name))
            .map(|m| m.name(self.db).clone())
    }
}

pub(super) fn members_help(schema: &crate::fields::EnumSchema) -> String {
    let names: Vec<String> = schema.members.iter().take(16).map(|m| format!("`{}`", m.name)).collect();
    let more = if schema.members.len() > 16 { ", …" } else { "" };
    format!("its members are {}{more}", names.join(", "))
}
