//! `x.f`, `x?.f`, `x[i]`, `f(a)`, `x as u`.

use super::Infer;
use super::name::Meaning;
use crate::code;
use crate::decl::{decl_info, decl_kind, decl_schema};
use crate::fields::{Schema, enum_schema, schema};
use crate::ir::{ExprId, TExpr};
use crate::names::in_module;
use crate::suggest::closest;
use crate::trace::Symbol;
use crate::ty::Ty;
use ivs_grammar::ast::{Expr, ExprKind, PostfixOp, Span, Word};
use ivs_source::ItemId;
use smol_str::SmolStr;
use std::sync::Arc;

impl<'db, 'ast> Infer<'db, 'ast> {
    pub(super) fn postfix(
        &mut self,
        base: &'ast Expr,
        ops: &'ast [PostfixOp],
        want: Option<&Ty>,
    ) -> (ExprId, Ty) {
        let (mut id, mut ty, used) = match self.head(base, ops, want) {
            Ok(found) => found,
            Err(reported) => return reported,
        };
        let mut at = base.span;
        for (i, op) in ops.iter().enumerate() {
            if i < used {
                at = at.to(op_span(op));
                continue;
            }
            at = at.to(op_span(op));
            (id, ty) = match op {
                PostfixOp::Member { name, optional } => self.member_of(id, &ty, name, *optional, at),
                PostfixOp::Index { index, .. } => self.index(id, &ty, index, at),
                PostfixOp::As { unit } => self.cast(id, &ty, unit, at),
                PostfixOp::Call { span, .. } => {
                    if ty != Ty::Error {
                        let shown = ty.show(self.db);
                        let report = self
                            .report(code::UNKNOWN_FUNCTION, *span, format!("a `{shown}` cannot be called"))
                            .label("only functions and tagged members take arguments");
                        self.push(report);
                    }
                    self.add(TExpr::Error, Ty::Error, at)
                }
            };
        }
        (id, ty)
    }

    /// The base, with as many operators as belong to its name: a call, or a qualified name.
    fn head(
        &mut self,
        base: &'ast Expr,
        ops: &'ast [PostfixOp],
        want: Option<&Ty>,
    ) -> Result<(ExprId, Ty, usize), (ExprId, Ty)> {
        let ExprKind::Name(name) = &base.kind else {
            let (id, ty) = self.expr(base, None);
            return Ok((id, ty, 0));
        };
        if let Some(PostfixOp::Call { args, span: call }) = ops.first() {
            let only = ops.len() == 1;
            let (id, ty) =
                self.call(name, base.span, args, base.span.to(*call), if only { want } else { None });
            return Ok((id, ty, 1));
        }
        let local = self.locals.iter().any(|l| l.name == *name)
            || self.levels.iter().any(|l| l.lets.iter().any(|v| v.name == *name))
            || name == "self";
        if local {
            let (id, ty) = self.name(name, base.span, None, true);
            return Ok((id, ty, 0));
        }
        // A family's member: `general[eu-west-1]`.
        let found = crate::names::resolve(self.db, self.module, name.clone()).clone();
        let field = self.levels.iter().any(|l| l.schema.as_ref().is_some_and(|s| s.field(name).is_some()));
        if !field
            && let Some(PostfixOp::Index { index, span: bracket }) = ops.first()
            && let [decl] = found.decls[..]
            && decl_info(self.db, decl).family
        {
            self.mention(base.span, Symbol::Item(decl));
            let key = self.family_key(index, decl);
            let (id, ty) = self.add(TExpr::FamilyMember(decl, key), Ty::RefTo(decl), base.span.to(*bracket));
            return Ok((id, ty, 1));
        }
        // `kind.name`, `enum.member`, `module.name`.
        if let Some(PostfixOp::Member { name: second, optional: false }) = ops.first()
            && !field
            && let Some(found) = self.qualified(name, base.span, second, &found, ops)
        {
            return found;
        }
        // `build.date`, unless the package has something called `build`.
        if let Some(PostfixOp::Member { name: second, optional: false }) = ops.first()
            && (name == "build" && second.text == "date" && !field && found.is_empty())
        {
            let (id, ty) = self.add(TExpr::BuildDate, Ty::Date, base.span.to(second.span));
            return Ok((id, ty, 1));
        }
        match self.meaning(name, base.span, None, true) {
            Ok(Meaning::Thing(t)) if t.key(self.db).keyword == "enum" || t.key(self.db).keyword == "kind" => {
                self.mention(base.span, Symbol::Item(t));
                let (id, ty) = self.thing_value(t, base.span);
                Ok((id, ty, 0))
            }
            Ok(m) => {
                let (id, ty) = self.of_meaning(m, name, base.span);
                Ok((id, ty, 0))
            }
            Err(reported) => Err(reported),
        }
    }

    #[allow(clippy::type_complexity)]
    fn qualified(
        &mut self,
        name: &SmolStr,
        at: Span,
        second: &'ast Word,
        found: &crate::names::Found,
        ops: &'ast [PostfixOp],
    ) -> Option<Result<(ExprId, Ty, usize), (ExprId, Ty)>> {
        let whole = at.to(second.span);
        let shadowed = found.prelude && !found.decls.is_empty();
        for thing in found.things.iter().filter(|_| !shadowed) {
            match thing.key(self.db).keyword {
                "enum" => {
                    self.mention(at, Symbol::Item(*thing));
                    self.note_base(&second.text, &Ty::Enum(*thing));
                    let schema = enum_schema(self.db, *thing);
                    let Some((i, m)) = schema.member(&second.text) else {
                        return Some(Err(self.unknown_member(*thing, &second.text, second.span)));
                    };
                    self.mention(second.span, Symbol::Member(*thing, i));
                    if m.fields.is_some()
                        && let Some(PostfixOp::Call { args, span }) = ops.get(1)
                    {
                        let (id, ty) = self.construct(*thing, i, args, whole.to(*span));
                        return Some(Ok((id, ty, 2)));
                    }
                    let (id, ty) = self.member(*thing, i, whole);
                    return Some(Ok((id, ty, 1)));
                }
                "kind" => {
                    self.mention(at, Symbol::Item(*thing));
                    self.note_base(&second.text, &Ty::list(Ty::Ref(*thing)));
                    let there = crate::names::resolve(self.db, self.module, second.text.clone());
                    let decl = there.decls.iter().copied().find(|d| decl_kind(self.db, *d) == Some(*thing));
                    let Some(decl) = decl else {
                        let report = self
                            .report(
                                code::UNKNOWN_NAME,
                                second.span,
                                format!("no `{name}` is called `{}`", second.text),
                            )
                            .label("not found");
                        return Some(Err(self.fail(report)));
                    };
                    self.mention(second.span, Symbol::Item(decl));
                    if let Some(PostfixOp::Index { index, span }) = ops.get(1)
                        && decl_info(self.db, decl).family
                    {
                        let key = self.family_key(index, decl);
                        let (id, ty) =
                            self.add(TExpr::FamilyMember(decl, key), Ty::RefTo(decl), whole.to(*span));
                        return Some(Ok((id, ty, 2)));
                    }
                    let (id, ty) = self.decl_value(decl, whole);
                    return Some(Ok((id, ty, 1)));
                }
                _ => {}
            }
        }
        if !found.decls.is_empty() || !found.things.is_empty() {
            return None;
        }
        let mut module = found.module?;
        self.mention(at, Symbol::Module(module));
        let mut last = whole;
        for (i, op) in ops.iter().enumerate() {
            let PostfixOp::Member { name: word, optional: false } = op else { return None };
            last = last.to(word.span);
            let there = in_module(self.db, self.module, module, &word.text);
            let named = there.things.first().or(there.decls.first()).copied();
            match (named, there.module) {
                (Some(item), _) => self.mention(word.span, Symbol::Item(item)),
                (None, Some(m)) => self.mention(word.span, Symbol::Module(m)),
                (None, None) => {}
            }
            if let Some(t) = there.things.first().copied() {
                // `module.enum.member` and `module.kind.name` go on.
                if t.key(self.db).keyword == "enum"
                    && let Some(PostfixOp::Member { name: m, .. }) = ops.get(i + 1)
                {
                    return Some(match enum_schema(self.db, t).member(&m.text) {
                        Some((index, _)) => {
                            self.mention(m.span, Symbol::Member(t, index));
                            let (id, ty) = self.member(t, index, last.to(m.span));
                            Ok((id, ty, i + 2))
                        }
                        None => Err(self.unknown_member(t, &m.text, m.span)),
                    });
                }
                if t.key(self.db).keyword == "fn"
                    && let Some(PostfixOp::Call { args, span }) = ops.get(i + 1)
                {
                    let (id, ty) = self.call_fn(t, last, args, last.to(*span));
                    return Some(Ok((id, ty, i + 2)));
                }
                let (id, ty) = self.thing_value(t, last);
                return Some(Ok((id, ty, i + 1)));
            }
            if let Some(d) = there.decls.first().copied() {
                let (id, ty) = self.decl_value(d, last);
                return Some(Ok((id, ty, i + 1)));
            }
            match there.module {
                Some(m) => module = m,
                None => {
                    let shown = module.name(self.db);
                    let report = self
                        .report(
                            code::UNKNOWN_NAME,
                            word.span,
                            format!("`{shown}` declares no `{}`", word.text),
                        )
                        .label("not found");
                    return Some(Err(self.fail(report)));
                }
            }
        }
        None
    }

    pub(super) fn member_of(
        &mut self,
        base: ExprId,
        ty: &Ty,
        name: &Word,
        optional: bool,
        span: Span,
    ) -> (ExprId, Ty) {
        self.note_base(&name.text, ty.some().plain());
        let maybe = matches!(ty.plain(), Ty::Opt(_) | Ty::None);
        if maybe && !optional {
            let shown = ty.show(self.db);
            let report = self
                .report(
                    code::MAYBE_NONE,
                    name.span,
                    format!("`.{}` of a value that may be `none`", name.text),
                )
                .label(format!("`{shown}`"))
                .fix("write `?.`", Span::new(name.span.start.saturating_sub(1), name.span.start), "?.")
                .help("or ask `if x != none` before");
            return self.fail(report);
        }
        let Some(found) = self.member_type(ty.some().plain(), name) else {
            return self.add(TExpr::Error, Ty::Error, span);
        };
        // What may lack the key has it or not.
        if optional && matches!(ty.some().plain(), Ty::Map(_) | Ty::Object) {
            return self.add(TExpr::Key { base, name: name.text.clone() }, found.opt(), span);
        }
        let found = if maybe { found.opt() } else { found };
        let expr = TExpr::Member { base, name: name.text.clone(), optional: maybe };
        match self.paths.get(&base) {
            Some(path) => {
                let path = SmolStr::from(format!("{path}.{}", name.text));
                self.add_path(expr, found, span, path)
            }
            None => self.add(expr, found, span),
        }
    }

    /// The type of a field, or a report.
    fn member_type(&mut self, ty: &Ty, name: &Word) -> Option<Ty> {
        match ty {
            Ty::Error => None,
            Ty::Struct(s) | Ty::Ref(s) => {
                let schema = schema(self.db, *s);
                match schema.field(&name.text) {
                    Some((_, f)) => {
                        self.mention_field(name.span, f);
                        Some(f.read_ty())
                    }
                    None => {
                        self.no_member(schema, name, matches!(ty, Ty::Ref(_)).then_some(*s));
                        None
                    }
                }
            }
            Ty::RefTo(d) => {
                let schema = decl_schema(self.db, *d);
                match schema.field(&name.text) {
                    Some((_, f)) => {
                        self.mention_field(name.span, f);
                        Some(f.read_ty())
                    }
                    None => {
                        self.no_member(schema, name, None);
                        None
                    }
                }
            }
            Ty::AnyRef => {
                let fields = crate::fields::builtin_fields();
                if let Some(f) = fields.iter().find(|f| f.name == name.text) {
                    self.mention_field(name.span, f);
                    return Some(f.read_ty());
                }
                let report = self
                    .report(
                        code::UNKNOWN_MEMBER,
                        name.span,
                        format!("not every declaration has a `{}`", name.text),
                    )
                    .label("only `name`, `slug`, `title`, `labels`, `version` and `enabled`");
                self.push(report);
                None
            }
            Ty::Tagged(e, i) => {
                let schema = enum_schema(self.db, *e);
                let member = schema.members.get(*i as usize)?;
                let field = member.fields.as_ref().and_then(|f| f.field(&name.text)).map(|(_, f)| f);
                if let Some(f) = field {
                    self.mention_field(name.span, f);
                }
                let found = field.map(|f| f.read_ty());
                if found.is_none() {
                    let report = self
                        .report(
                            code::UNKNOWN_MEMBER,
                            name.span,
                            format!("`{}` has no field `{}`", member.name, name.text),
                        )
                        .label("unknown field");
                    self.push(report);
                }
                found
            }
            Ty::Enum(e) => {
                match name.text.as_str() {
                    "name" | "text" => return Some(Ty::Str),
                    _ => {}
                }
                let schema = enum_schema(self.db, *e);
                let holder = schema
                    .members
                    .iter()
                    .find(|m| m.fields.as_ref().is_some_and(|f| f.field(&name.text).is_some()))
                    .map(|m| m.name.clone());
                let mut report = self
                    .report(
                        code::UNKNOWN_MEMBER,
                        name.span,
                        format!("`{}` has no field `{}`", schema.name, name.text),
                    )
                    .label("unknown field");
                if let Some(m) = holder {
                    report =
                        report.help(format!("`{m}` has it: ask `if x is {m} then x.{} else …`", name.text));
                }
                self.push(report);
                None
            }
            Ty::Map(kv) => Some(kv.1.clone()),
            t @ (Ty::Object | Ty::LateObject) => Some(t.clone()),
            Ty::Range(t) if name.text == "min" || name.text == "max" => Some((**t).clone()),
            Ty::Record(r) => {
                let found = r.fields.iter().find(|(n, _)| *n == name.text).map(|(_, t)| t.clone());
                if found.is_none() {
                    let near =
                        closest(&name.text, r.fields.iter().map(|(n, _)| n.as_str())).map(SmolStr::new);
                    let mut report = self
                        .report(
                            code::UNKNOWN_MEMBER,
                            name.span,
                            format!("the record has no field `{}`", name.text),
                        )
                        .label("unknown field");
                    if let Some(n) = near {
                        report = report.fix(format!("write `{n}`"), name.span, n.as_str());
                    }
                    self.push(report);
                }
                found
            }
            Ty::ImageRef => match name.text.as_str() {
                "tag" | "digest" | "registry" => Some(Ty::Str.opt()),
                "repository" => Some(Ty::Str),
                _ => self.no_part(ty, name, &["repository", "registry", "tag", "digest"]),
            },
            Ty::Version => match name.text.as_str() {
                "major" | "minor" | "patch" => Some(Ty::Int),
                _ => self.no_part(ty, name, &["major", "minor", "patch"]),
            },
            Ty::Date => match name.text.as_str() {
                "year" | "month" | "day" => Some(Ty::Int),
                _ => self.no_part(ty, name, &["year", "month", "day"]),
            },
            Ty::Union(ts) => {
                let ts = ts.clone();
                let before = self.diagnostics.len();
                let mut joined: Option<Ty> = None;
                for t in ts.iter() {
                    let found = self.member_type(t.plain(), name);
                    if self.diagnostics.len() > before {
                        self.diagnostics.truncate(before);
                        return self.no_part(ty, name, &[]);
                    }
                    let found = found?;
                    joined = match joined {
                        None => Some(found),
                        Some(j) => Some(j.join(self.db, &found).unwrap_or(Ty::Error)),
                    };
                }
                joined
            }
            _ => self.no_part(ty, name, &[]),
        }
    }

    fn no_part(&mut self, ty: &Ty, name: &Word, parts: &[&str]) -> Option<Ty> {
        let shown = ty.show(self.db);
        let mut report = self
            .report(code::UNKNOWN_MEMBER, name.span, format!("a `{shown}` has no `.{}`", name.text))
            .label("unknown field");
        if !parts.is_empty() {
            let list: Vec<String> = parts.iter().map(|p| format!("`.{p}`")).collect();
            report = report.help(format!("it has {}", list.join(", ")));
        }
        if ivs_value::funcs::function(&name.text).is_some() {
            report = report.help(format!("a function stands before what it is given: `{}(x)`", name.text));
        } else if matches!(ty, Ty::List(_)) {
            report = report.help(format!("go through its elements: `[for x in xs: x.{}]`", name.text));
        }
        self.push(report);
        None
    }

    fn no_member(&mut self, schema: &Schema, name: &Word, kind: Option<ItemId>) {
        let near = closest(&name.text, schema.fields.iter().map(|f| f.name.as_str())).map(SmolStr::new);
        let mut report = self
            .report(
                code::UNKNOWN_MEMBER,
                name.span,
                format!("`{}` has no field `{}`", schema.name, name.text),
            )
            .label("unknown field");
        if let Some(n) = near {
            report = report.fix(format!("write `{n}`"), name.span, n.as_str());
        }
        if let Some(kind) = kind
            && let Some(template) = self.template_with(kind, &name.text)
        {
            report = report.help(format!(
                "the template `{template}` declares it: ask `if x is {template}` before, and it is in sight"
            ));
        }
        self.push(report);
    }

    /// A template of a kind that declares this parameter.
    fn template_with(&self, kind: ItemId, field: &str) -> Option<SmolStr> {
        let index = crate::names::module_index(self.db, self.module);
        index
            .templates
            .iter()
            .copied()
            .find(|t| decl_kind(self.db, *t) == Some(kind) && decl_schema(self.db, *t).field(field).is_some())
            .map(|t| t.key(self.db).name.clone())
    }

    fn index(&mut self, base: ExprId, ty: &Ty, index: &'ast Expr, span: Span) -> (ExprId, Ty) {
        match ty.plain() {
            Ty::List(t) => {
                let element = (**t).clone();
                let index = self.check(index, &Ty::Int);
                self.add(TExpr::Index { base, index }, element, span)
            }
            Ty::Map(kv) => {
                let kv: Arc<(Ty, Ty)> = kv.clone();
                let index = self.check(index, &kv.0);
                self.add(TExpr::Index { base, index }, kv.1.clone(), span)
            }
            t @ (Ty::Object | Ty::LateObject) => {
                let t = t.clone();
                let (index, _) = self.expr(index, None);
                self.add(TExpr::Index { base, index }, t, span)
            }
            Ty::Error => {
                self.expr(index, None);
                self.add(TExpr::Error, Ty::Error, span)
            }
            Ty::Opt(_) => {
                let shown = ty.show(self.db);
                let report = self
                    .report(code::MAYBE_NONE, index.span, "this may be `none`, which has no elements")
                    .label(format!("indexes a `{shown}`"))
                    .help("ask `if x != none` before");
                self.fail(report)
            }
            other => {
                let shown = other.show(self.db);
                let report = self
                    .report(code::WRONG_TYPE, index.span, format!("a `{shown}` has no elements"))
                    .label("only lists, maps and families are indexed");
                self.fail(report)
            }
        }
    }
}

fn op_span(op: &PostfixOp) -> Span {
    match op {
        PostfixOp::Member { name, .. } => name.span,
        PostfixOp::Index { span, .. } | PostfixOp::Call { span, .. } => *span,
        PostfixOp::As { unit } => unit.span,
    }
}
