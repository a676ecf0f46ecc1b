//! Calls: functions of the library and of items, and tagged members.

use super::Infer;
use crate::code;
use crate::fields::{Field, enum_schema, fn_schema};
use crate::ir::{ExprId, TExpr};
use crate::suggest::closest;
use crate::trace::Symbol;
use crate::ty::{Record, Ty};
use ivs_grammar::ast::{Arg, ExprKind, Span};
use ivs_source::ItemId;
use ivs_value::funcs::{FUNCTIONS, Function, function};
use smol_str::SmolStr;
use std::sync::Arc;

impl<'db, 'ast> Infer<'db, 'ast> {
    pub(super) fn call(
        &mut self,
        name: &SmolStr,
        at: Span,
        args: &'ast [Arg],
        span: Span,
        want: Option<&Ty>,
    ) -> (ExprId, Ty) {
        if self.note_scope(name, want) {
            for a in args {
                self.expr(&a.value, None);
            }
            return self.add(TExpr::Error, Ty::Error, span);
        }
        // A tagged member that the place expects.
        if let Some((e, i)) = want.and_then(|w| self.expected_member(w, name)) {
            self.mention(at, Symbol::Member(e, i));
            return self.construct(e, i, args, span);
        }
        let found = crate::names::resolve(self.db, self.module, name.clone());
        if let Some(f) = found.things.iter().copied().find(|t| t.key(self.db).keyword == "fn") {
            self.mention(at, Symbol::Item(f));
            return self.call_fn(f, at, args, span);
        }
        if self.trace.is_some()
            && (matches!(name.as_str(), "secret" | "load" | "attr") || function(name).is_some())
        {
            self.mention(at, Symbol::Function(name.clone()));
        }
        if name == "secret" {
            return self.secret(args, span);
        }
        if name == "load" {
            return self.load(at, args, span, want);
        }
        if name == "attr" {
            return self.attr(args, span);
        }
        if let Some(f) = function(name) {
            return self.library_call(f, args, span, want);
        }
        if let Some(t) = found.things.first().copied() {
            let report = self
                .report(code::UNKNOWN_FUNCTION, at, format!("`{name}` is not a function"))
                .label(format!("a `{}`", t.key(self.db).keyword));
            return self.fail(report);
        }
        for a in args {
            self.expr(&a.value, None);
        }
        let enum_want = want.and_then(|w| match w.core() {
            Ty::Enum(e) => Some(*e),
            _ => None,
        });
        if let Some(e) = enum_want {
            return self.unknown_member(e, name, at);
        }
        if let Some(instead) = super::elsewhere::function(name) {
            let report = self
                .report(code::UNKNOWN_FUNCTION, at, format!("unknown function `{name}`"))
                .label("not found");
            return self.fail(match function(instead) {
                Some(f) => report.fix(format!("write `{}`", f.name), at, f.name),
                None => report.help(instead),
            });
        }
        let own = crate::names::module_index(self.db, self.module);
        let mut names: Vec<&str> = FUNCTIONS.iter().map(|f| f.name).collect();
        names.extend(
            own.things
                .iter()
                .filter(|(_, i)| i.iter().any(|i| i.key(self.db).keyword == "fn"))
                .map(|(n, _)| n.as_str()),
        );
        let near = closest(name, names).map(SmolStr::new);
        let mut report =
            self.report(code::UNKNOWN_FUNCTION, at, format!("unknown function `{name}`")).label("not found");
        if let Some(n) = near {
            report = report.fix(format!("write `{n}`"), at, n.as_str());
        }
        self.fail(report)
    }

    fn expected_member(&self, want: &Ty, name: &str) -> Option<(ItemId, u32)> {
        match want.core() {
            Ty::Enum(e) | Ty::Tagged(e, _) => enum_schema(self.db, *e).member(name).map(|(i, _)| (*e, i)),
            Ty::Union(ts) => ts.iter().find_map(|t| self.expected_member(t, name)),
            _ => None,
        }
    }

    fn secret(&mut self, args: &'ast [Arg], span: Span) -> (ExprId, Ty) {
        let text = match args {
            [one] if one.name.is_none() => Self::plain_text(&one.value),
            _ => None,
        };
        match text {
            Some(t) if t.starts_with("vault://") && t.contains('#') => {
                self.add(TExpr::Secret(t), Ty::Secret, span)
            }
            _ => {
                let report = self
                    .report(code::WRONG_ARGUMENTS, span, "a secret is named by its place in a vault")
                    .label("write `secret(\"vault://mount/path#key\")`, as plain text");
                self.fail(report)
            }
        }
    }

    pub(super) fn construct(&mut self, e: ItemId, i: u32, args: &'ast [Arg], span: Span) -> (ExprId, Ty) {
        let schema = enum_schema(self.db, e);
        let Some(member) = schema.members.get(i as usize) else {
            return self.add(TExpr::Error, Ty::Error, span);
        };
        self.deprecated_member(member, span);
        let Some(fields) = member.fields.clone() else {
            if !args.is_empty() {
                let report = self
                    .report(code::WRONG_ARGUMENTS, span, format!("`{}` has no fields", member.name))
                    .label("takes no arguments")
                    .fix(format!("write `{}`", member.name), span, member.name.as_str());
                return self.fail(report);
            }
            return self.member(e, i, span);
        };
        let args = self.arguments(&member.name, &fields.fields, args, span);
        self.add(TExpr::Construct { of: e, member: i, args: args.into() }, Ty::Enum(e), span)
    }

    pub(super) fn call_fn(&mut self, f: ItemId, at: Span, args: &'ast [Arg], span: Span) -> (ExprId, Ty) {
        self.uses.push(f);
        self.deprecated_item(f, at);
        let schema = fn_schema(self.db, f);
        let name = f.key(self.db).name.clone();
        let args = self.arguments(&name, &schema.params, args, span);
        let result = schema.result.clone().unwrap_or(Ty::Error);
        self.add(TExpr::CallFn { function: f, args: args.into() }, result, span)
    }

    /// Arguments in the order of their fields; those left out have defaults.
    fn arguments(
        &mut self,
        name: &str,
        fields: &[Field],
        args: &'ast [Arg],
        span: Span,
    ) -> Vec<Option<ExprId>> {
        let mut out: Vec<Option<ExprId>> = vec![None; fields.len()];
        let mut wrong = false;
        for (i, a) in args.iter().enumerate() {
            let slot = match &a.name {
                Some(n) => fields.iter().position(|f| f.name == n.text),
                None => (i < fields.len()).then_some(i),
            };
            let Some(slot) = slot else {
                wrong = true;
                let report = match &a.name {
                    Some(n) => {
                        let near = closest(&n.text, fields.iter().map(|f| f.name.as_str())).map(SmolStr::new);
                        let report = self
                            .report(
                                code::WRONG_ARGUMENTS,
                                n.span,
                                format!("`{name}` has no parameter `{}`", n.text),
                            )
                            .label("unknown parameter");
                        match near {
                            Some(m) => report.fix(format!("write `{m}`"), n.span, m.as_str()),
                            None => report.help(format!("it has {}", listed(fields))),
                        }
                    }
                    None => self
                        .report(
                            code::WRONG_ARGUMENTS,
                            a.value.span,
                            match fields.len() {
                                0 => format!("`{name}` takes no arguments"),
                                1 => format!("`{name}` takes one argument"),
                                n => format!("`{name}` takes {n} arguments"),
                            },
                        )
                        .label("one too many"),
                };
                self.push(report);
                self.expr(&a.value, None);
                continue;
            };
            let ty = fields.get(slot).map_or(Ty::Error, Field::read_ty);
            if let (Some(n), Some(f)) = (&a.name, fields.get(slot)) {
                self.mention_field(n.span, f);
            }
            let id = self.check(&a.value, &ty);
            if let Some(place) = out.get_mut(slot) {
                if place.is_some() {
                    wrong = true;
                    let report = self
                        .report(code::WRONG_ARGUMENTS, a.value.span, "this parameter is given twice")
                        .label("given again");
                    self.push(report);
                }
                *place = Some(id);
            }
        }
        let missing: Vec<String> = fields
            .iter()
            .zip(&out)
            .filter(|(f, v)| v.is_none() && !f.optional && !f.has_default)
            .map(|(f, _)| format!("`{}`", f.name))
            .collect();
        if !missing.is_empty() && !wrong {
            let report = self
                .report(code::WRONG_ARGUMENTS, span, format!("`{name}` needs {}", missing.join(", ")))
                .label(format!("write `{name}({})`", example(fields)));
            self.push(report);
        }
        out
    }

    fn library_call(
        &mut self,
        f: &'static Function,
        args: &'ast [Arg],
        span: Span,
        want: Option<&Ty>,
    ) -> (ExprId, Ty) {
        let variadic = f.is_variadic() && args.len() > 1;
        let mut slots: Vec<Option<ExprId>> = vec![None; if variadic { args.len() } else { f.params.len() }];
        let mut types: Vec<Ty> = vec![Ty::Error; slots.len()];
        let mut failed = false;
        let mut walked = None;
        for (i, a) in args.iter().enumerate() {
            let slot = match &a.name {
                Some(n) => f.params.iter().position(|p| n.text == *p),
                None => (i < slots.len()).then_some(i),
            };
            let Some(slot) = slot else {
                failed = true;
                let place = a.name.as_ref().map_or(a.value.span, |n| n.span);
                let report = self
                    .report(code::WRONG_ARGUMENTS, place, format!("wrong argument of `{}`", f.name))
                    .label("not a parameter")
                    .help(format!("`{}`", f.signature));
                self.push(report);
                self.expr(&a.value, None);
                continue;
            };
            let parameter = f.params.get(slot).copied().unwrap_or("");
            if matches!(parameter, "by" | "via") {
                let (id, ty) = match &a.value.kind {
                    ExprKind::Selector(words) => {
                        let path: Vec<SmolStr> = words.iter().map(|w| w.text.clone()).collect();
                        let ty = match (parameter, types.first().cloned()) {
                            ("via", Some(from)) => {
                                let ty = self.selected(Some(&start_type(f, &from)), words);
                                self.walkable(&ty, a.value.span);
                                walked = Some(crate::reach::walked(self.db, &start_type(f, &from), &path));
                                Ty::Error
                            }
                            ("by", Some(from)) if is_weighted(f) => {
                                self.weighing(f, &from, args, words, a.value.span);
                                Ty::Error
                            }
                            (_, from) => self.selected(from.as_ref(), words),
                        };
                        self.add(TExpr::Selector(path.into()), ty, a.value.span)
                    }
                    ExprKind::Error => {
                        failed = true;
                        self.add(TExpr::Error, Ty::Error, a.value.span)
                    }
                    _ => {
                        failed = true;
                        let report = self
                            .report(
                                code::WRONG_ARGUMENTS,
                                a.value.span,
                                format!("`{parameter}` takes a field"),
                            )
                            .label("write it with a dot: `.rank`");
                        self.fail(report)
                    }
                };
                set(&mut slots, &mut types, slot, id, ty);
                continue;
            }
            let hint = self.argument_hint(f, slot, &types, want, args.len() > 1);
            let (id, ty) = self.expr(&a.value, hint.as_ref());
            set(&mut slots, &mut types, slot, id, ty);
        }
        let given = slots.iter().take_while(|s| s.is_some()).count();
        if given < f.required && !failed {
            let report = self
                .report(code::WRONG_ARGUMENTS, span, format!("`{}` needs more arguments", f.name))
                .label(format!("`{}`", f.signature));
            return self.fail(report);
        }
        if failed
            || types.iter().zip(&slots).any(|(t, s)| {
                s.is_some()
                    && *t == Ty::Error
                    && !matches!(s.and_then(|s| self.body.exprs.get(s as usize)), Some(TExpr::Selector(_)))
            })
        {
            return self.add(TExpr::Error, Ty::Error, span);
        }
        // Lists and maps of secrets may be counted, joined and taken apart; nothing may look at what is in them.
        let looks = !matches!(
            f.name,
            "count" | "length" | "first" | "last" | "flatten" | "zip" | "keys" | "values" | "all" | "any"
        );
        let secret = types.iter().position(|t| {
            matches!(t.core(), Ty::Secret | Ty::Late)
                || (looks && t.element().is_some_and(|e| e.holds_secret(self.db)))
        });
        // Sorting and grouping look at the selected field only.
        let selected = match (f.name, types.get(1)) {
            ("sort" | "group", Some(by)) if !matches!(by, Ty::Error) => Some(by.holds_secret(self.db)),
            _ => None,
        };
        if selected.unwrap_or(secret.is_some()) {
            let place = args.get(secret.unwrap_or(0)).map_or(span, |a| a.value.span);
            let report = match types.iter().any(Ty::is_late) {
                true => self.late_used(place, &format!("cannot be looked at by `{}`", f.name)),
                false => self
                    .report(code::SECRET_USED, place, format!("`{}` cannot look at a secret", f.name))
                    .label("its value is unknown to the compiler"),
            };
            return self.fail(report);
        }
        let Some(result) = self.result_of(f, &types, slots.iter().flatten().count(), walked.as_ref()) else {
            let shown: Vec<String> = types
                .iter()
                .zip(&slots)
                .filter(|(_, s)| s.is_some())
                .map(|(t, _)| format!("`{}`", t.show(self.db)))
                .collect();
            let place = args.first().map_or(span, |a| a.value.span);
            if types.iter().any(|t| matches!(t.plain(), Ty::Opt(_))) {
                let report = self
                    .report(code::MAYBE_NONE, place, format!("`{}` of a value that may be `none`", f.name))
                    .label(shown.join(", "))
                    .help("write `x ?? …`, or ask `if x != none` before");
                return self.fail(report);
            }
            let report = self
                .report(
                    code::WRONG_ARGUMENTS,
                    place,
                    format!("`{}` cannot take {}", f.name, shown.join(", ")),
                )
                .label(shown.join(", "))
                .help(format!("`{}`", f.signature));
            return self.fail(report);
        };
        let args: Vec<ExprId> = slots.into_iter().flatten().collect();
        self.add(TExpr::Call { function: f.name, args: args.into() }, result, span)
    }

    /// What an argument's spelling goes by.
    fn argument_hint(
        &self,
        f: &Function,
        slot: usize,
        types: &[Ty],
        want: Option<&Ty>,
        several: bool,
    ) -> Option<Ty> {
        let first = types.first();
        match (f.name, slot) {
            // A union does not say which of its members the elements are.
            (_, 0) if want.is_some_and(|w| matches!(w.core(), Ty::Union(_))) => None,
            ("min" | "max" | "sum" | "first" | "last", 0) if !several => {
                want.map(|w| Ty::list(w.some().clone()))
            }
            ("min" | "max", 0) | ("abs" | "ceil" | "floor" | "round", 0) => want.cloned(),
            ("min" | "max", _) | ("ceil" | "floor" | "round", 1) => {
                first.cloned().filter(|t| *t != Ty::Error).or(want.cloned())
            }
            ("unique" | "sort" | "sum" | "product", 0) => match want.map(Ty::core) {
                Some(t @ Ty::List(_)) => Some(t.clone()),
                _ => None,
            },
            ("contains", 1) => match first.map(Ty::plain) {
                Some(Ty::List(t) | Ty::Range(t)) => Some((**t).clone()),
                Some(Ty::Map(kv)) => Some(kv.0.clone()),
                _ => None,
            },
            _ => None,
        }
    }

    /// The type of a selected field of a list's elements.
    fn selected(&mut self, list: Option<&Ty>, words: &[ivs_grammar::ast::Word]) -> Ty {
        let mut ty = match list.map(Ty::plain) {
            Some(Ty::List(t)) => (**t).clone(),
            Some(t) => t.clone(),
            None => return Ty::Error,
        };
        for w in words {
            let (base, _) = self.add(TExpr::Error, ty.clone(), w.span);
            let (_, found) = self.member_of(base, &ty, w, false, w.span);
            ty = found;
        }
        ty
    }

    /// The result type of a library function; `None` if it cannot take these.
    fn result_of(&self, f: &Function, types: &[Ty], given: usize, walked: Option<&Ty>) -> Option<Ty> {
        let t = |i: usize| types.get(i).map(Ty::plain).unwrap_or(&Ty::Error);
        let element = |i: usize| match t(i) {
            Ty::List(e) => Some((**e).clone()),
            _ => None,
        };
        let text = |i: usize| t(i).is_text() && !matches!(t(i), Ty::Opt(_));
        Some(match f.name {
            "product" if given == 2 => match (element(0)?.plain(), t(1)) {
                (Ty::Never, _) => Ty::Int,
                (Ty::Percent, Ty::Percent) => Ty::Percent,
                (Ty::Int | Ty::Number, Ty::Int | Ty::Number) => Ty::Number,
                _ => return None,
            },
            "sum" | "product" => match element(0)?.plain() {
                Ty::Never => Ty::Int,
                e if f.name == "product" && matches!(e, Ty::Dim(_)) => Ty::Quantity,
                e if e.is_numeric() && !matches!(e, Ty::Opt(_)) => e.clone(),
                _ => return None,
            },
            "min" | "max" => {
                let ordered = |t: &Ty| {
                    t.is_numeric() || t.is_text() || matches!(t.core(), Ty::Date | Ty::Version | Ty::Enum(_))
                };
                if given == 1 {
                    let e = element(0)?;
                    return (ordered(&e) && !matches!(e.plain(), Ty::Opt(_))).then(|| e.plain().clone());
                }
                let mut joined = t(0).clone();
                for u in types.iter().skip(1) {
                    joined = joined.join(self.db, u.plain())?;
                }
                return (ordered(&joined) && !matches!(joined, Ty::Opt(_))).then_some(joined);
            }
            "count" | "length" => match t(0) {
                Ty::List(_) | Ty::Map(_) => Ty::Int,
                x if f.name == "length" && x.is_text() && !matches!(x, Ty::Opt(_)) => Ty::Int,
                _ => return None,
            },
            "all" | "any" => match element(0)?.plain() {
                Ty::Bool | Ty::Never | Ty::Error => Ty::Bool,
                _ => return None,
            },
            "unique" | "sort" => Ty::list(element(0)?),
            "group" => Ty::Map(Arc::new((types.get(1)?.clone(), Ty::list(element(0)?)))),
            "first" | "last" => element(0)?,
            "flatten" => match element(0)?.plain() {
                Ty::List(e) => Ty::List(e.clone()),
                Ty::Never => Ty::list(Ty::Never),
                _ => return None,
            },
            "join" => {
                let e = element(0)?;
                let fine = !matches!(
                    e.plain(),
                    Ty::Opt(_)
                        | Ty::List(_)
                        | Ty::Map(_)
                        | Ty::Struct(_)
                        | Ty::Record(_)
                        | Ty::Secret
                        | Ty::Late
                        | Ty::Object
                        | Ty::LateObject
                );
                return (fine && text(1)).then_some(Ty::Str);
            }
            "split" => return (text(0) && text(1)).then(|| Ty::list(Ty::Str)),
            "contains" => {
                let of = match t(0) {
                    Ty::List(e) | Ty::Range(e) => (**e).clone(),
                    Ty::Map(kv) => kv.0.clone(),
                    x if x.is_text() => Ty::Str,
                    _ => return None,
                };
                return of.join(self.db, t(1)).map(|_| Ty::Bool);
            }
            "comparable" => {
                let number = |t: &Ty| t.is_numeric() && !matches!(t, Ty::Opt(_));
                return (number(t(0)) && number(t(1))).then_some(Ty::Bool);
            }
            "abs" => return (t(0).is_numeric() && !matches!(t(0), Ty::Opt(_))).then(|| t(0).clone()),
            "ceil" | "floor" | "round" => match (t(0), given) {
                (Ty::Int | Ty::Number | Ty::Quantity, 1) => Ty::Int,
                (Ty::Int | Ty::Number, 2) if matches!(t(1), Ty::Int | Ty::Number) => {
                    if *t(1) == Ty::Int {
                        Ty::Int
                    } else {
                        Ty::Number
                    }
                }
                (Ty::Percent, 2) if *t(1) == Ty::Percent => Ty::Percent,
                (Ty::Dim(_) | Ty::Quantity, 2) if t(1).fits(self.db, t(0)) => t(0).clone(),
                // A figure of any dimension: whether the step is of the same is seen when it is evaluated.
                (Ty::Union(ts), 2)
                    if ts.iter().all(|t| t.is_numeric() && !matches!(t.plain(), Ty::Opt(_)))
                        && t(1).fits(self.db, t(0)) =>
                {
                    t(0).clone()
                }
                _ => return None,
            },
            "steps" => {
                let counts = *t(0) == Ty::Int && *t(1) == Ty::Int && (given < 4 || *t(3) == Ty::Int);
                let part = matches!(t(2), Ty::Percent | Ty::Int | Ty::Number);
                return (counts && part).then(|| Ty::list(Ty::Int));
            }
            "pack" | "bins" => {
                let plain = |t: &Ty| matches!(t.plain(), Ty::Int | Ty::Number | Ty::Quantity | Ty::Never);
                let sizes = match element(0)?.plain() {
                    Ty::List(e) => plain(e),
                    Ty::Never => true,
                    _ => false,
                };
                let counts = matches!(element(1)?.plain(), Ty::Int | Ty::Never);
                let fits = sizes && counts && (f.name == "bins" || *t(2) == Ty::Int);
                return fits.then(|| if f.name == "bins" { Ty::Int } else { Ty::list(Ty::Int) });
            }
            "zip" => Ty::Map(Arc::new((element(0)?, element(1)?))),
            "keys" => match t(0) {
                Ty::Map(kv) => Ty::list(kv.0.clone()),
                _ => return None,
            },
            "values" => match t(0) {
                Ty::Map(kv) => Ty::list(kv.1.clone()),
                Ty::Record(r) => Ty::list(joined_fields(self, r)?),
                _ => return None,
            },
            "reachable" => {
                self.node_type(t(0))?;
                Ty::list(walked?.clone())
            }
            "longest" => {
                let start = self.node_type(t(0))?;
                Ty::list(crate::reach::with(self.db, &start, walked?)).opt()
            }
            "path" | "lightest" => {
                let start = self.node_type(t(0))?;
                self.node_type(t(1))?;
                Ty::list(crate::reach::with(self.db, &start, walked?))
            }
            "levels" | "cycles" => {
                let e = element(0)?;
                Ty::list(Ty::list(self.node_type(e.plain())?))
            }
            "flow" => {
                let Ty::Map(kv) = t(0) else { return None };
                let start = self.node_type(kv.0.plain())?;
                let amount = match kv.1.plain() {
                    Ty::Int => Ty::Number,
                    a @ (Ty::Number | Ty::Percent | Ty::Dim(_) | Ty::Quantity) => a.clone(),
                    _ => return None,
                };
                let place = crate::reach::with(self.db, &start, walked?);
                Ty::Map(Arc::new((place, amount))).opt()
            }
            "mainstream" => {
                let Ty::Map(kv) = t(0) else { return None };
                let start = self.node_type(kv.0.plain())?;
                self.node_type(t(1))?;
                let amounts =
                    matches!(kv.1.plain(), Ty::Int | Ty::Number | Ty::Percent | Ty::Dim(_) | Ty::Quantity);
                if !amounts {
                    return None;
                }
                Ty::list(crate::reach::with(self.db, &start, walked?)).opt()
            }
            "carry" => {
                let (Ty::Map(start), Ty::Map(along)) = (t(0), t(1)) else { return None };
                let Ty::Map(shares) = along.1.plain() else { return None };
                let amount = match start.1.plain() {
                    Ty::Int => Ty::Number,
                    a @ (Ty::Number | Ty::Percent | Ty::Dim(_) | Ty::Quantity) => a.clone(),
                    _ => return None,
                };
                if !matches!(shares.1.plain(), Ty::Int | Ty::Number | Ty::Percent) {
                    return None;
                }
                let (from, to) = (start.0.plain(), shares.0.plain());
                let place = match (self.node_type(from), self.node_type(to)) {
                    (Some(a), Some(b)) => crate::reach::with(self.db, &a, &b),
                    _ => from.join(self.db, to)?,
                };
                Ty::Map(Arc::new((place, amount))).opt()
            }
            "expand" => {
                let of = element(0);
                return crate::group::expanded(self.db, of.as_ref().map_or(t(0), Ty::plain)).map(Ty::list);
            }
            "slug" => return text(0).then_some(Ty::Str),
            "starts_with" => return (text(0) && text(1)).then_some(Ty::Bool),
            "cron_gap" => {
                return text(0).then(|| Ty::Dim(ivs_value::Dim::base(ivs_value::TIME)));
            }
            "version" => return text(0).then_some(Ty::Version),
            "version_matches" => return (*t(0) == Ty::Version && text(1)).then_some(Ty::Bool),
            "version_major" | "version_minor" | "version_patch" => {
                return (*t(0) == Ty::Version).then_some(Ty::Int);
            }
            "cidr_contains" | "cidr_overlaps" => return (text(0) && text(1)).then_some(Ty::Bool),
            "cidr_host" => return (text(0) && *t(1) == Ty::Int).then_some(Ty::Str),
            "cidr_subnet" => return (text(0) && *t(1) == Ty::Int && *t(2) == Ty::Int).then_some(Ty::Cidr),
            "cidr_size" | "cidr_prefix" => return text(0).then_some(Ty::Int),
            _ => return None,
        })
    }

    /// `via` follows references.
    fn walkable(&mut self, ty: &Ty, span: Span) {
        let reference = |t: &Ty| match t.core() {
            Ty::Ref(_) | Ty::RefTo(_) | Ty::AnyRef | Ty::Error | Ty::Never => true,
            Ty::Union(ts) => ts.iter().all(|t| matches!(t.core(), Ty::Ref(_) | Ty::RefTo(_) | Ty::AnyRef)),
            _ => false,
        };
        let fine = match ty.core() {
            Ty::List(t) => reference(t),
            Ty::Map(kv) => reference(&kv.0),
            t => reference(t),
        };
        if !fine {
            let shown = ty.show(self.db);
            let report = self
                .report(code::WRONG_ARGUMENTS, span, "`via` follows references")
                .label(format!("this field is `{shown}`"));
            self.push(report);
        }
    }

    /// `by` of a function over weights: a number of the element, or of what a map has for it.
    fn weighing(
        &mut self,
        f: &Function,
        from: &Ty,
        args: &'ast [Arg],
        words: &[ivs_grammar::ast::Word],
        span: Span,
    ) {
        let ty = if carries(f) {
            let via = args.iter().find_map(|a| match &a.value.kind {
                ExprKind::Selector(words) if a.name.as_ref().is_some_and(|n| n.text == "via") => Some(words),
                _ => None,
            });
            let Some(via) = via else { return };
            let of = self.selected(Some(&start_type(f, from)), via);
            match of.core() {
                Ty::Map(kv) => self.selected(Some(&kv.1), words),
                Ty::Error => return,
                _ => {
                    let shown = of.show(self.db);
                    let report = self
                        .report(code::WRONG_ARGUMENTS, span, "only a map has something `by` each reference")
                        .label(format!("`via` is `{shown}`"))
                        .help("leave `by` out, or let `via` be a map such as `{service: number}`");
                    self.push(report);
                    return;
                }
            }
        } else {
            self.selected(Some(from), words)
        };
        let fine = match f.name {
            "flow" | "mainstream" => matches!(ty.core(), Ty::Int | Ty::Number | Ty::Percent | Ty::Error),
            _ => ty.is_numeric(),
        };
        if !fine {
            let shown = ty.show(self.db);
            let report = self
                .report(code::WRONG_ARGUMENTS, span, format!("`{}` weighs by numbers", f.name))
                .label(format!("this field is `{shown}`"));
            self.push(report);
        }
    }

    /// What walking references from a declaration reaches: its kind, seen without parameters.
    fn node_type(&self, ty: &Ty) -> Option<Ty> {
        match ty {
            Ty::Ref(_) | Ty::AnyRef => Some(ty.clone()),
            Ty::RefTo(d) => crate::decl_kind(self.db, *d).map(Ty::Ref),
            Ty::Never => Some(Ty::Never),
            Ty::Union(ts) if ts.iter().all(|t| self.node_type(t.plain()).is_some()) => Some(ty.clone()),
            _ => None,
        }
    }
}

fn is_weighted(f: &Function) -> bool {
    f.takes_selector() && f.params.contains(&"via")
}

/// Whether it carries amounts along, which are given by where they start.
fn carries(f: &Function) -> bool {
    matches!(f.name, "flow" | "mainstream")
}

/// What a walk starts from: amounts are given by the declarations they start at.
fn start_type(f: &Function, from: &Ty) -> Ty {
    match from.plain() {
        Ty::Map(kv) if carries(f) => kv.0.clone(),
        _ => from.clone(),
    }
}

fn joined_fields(infer: &Infer<'_, '_>, r: &Record) -> Option<Ty> {
    let mut fields = r.fields.iter();
    let mut ty = fields.next()?.1.clone();
    for (_, t) in fields {
        ty = ty.join(infer.db, t)?;
    }
    Some(ty)
}

fn set(slots: &mut [Option<ExprId>], types: &mut [Ty], at: usize, id: ExprId, ty: Ty) {
    if let (Some(s), Some(t)) = (slots.get_mut(at), types.get_mut(at)) {
        *s = Some(id);
        *t = ty;
    }
}

fn listed(fields: &[Field]) -> String {
    fields.iter().map(|f| format!("`{}`", f.name)).collect::<Vec<_>>().join(", ")
}

fn example(fields: &[Field]) -> String {
    let wanted = fields.iter().filter(|f| !f.optional && !f.has_default);
    wanted.map(|f| format!("{} = …", f.name)).collect::<Vec<_>>().join(", ")
}
