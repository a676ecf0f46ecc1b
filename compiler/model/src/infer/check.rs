//! Checks, requirements, what excuses them, and what tests ask.

use super::Infer;
use crate::code;
use crate::ir::{Allow, AskIr, CheckIr, ExprId, FixIr, RequireIr, TExpr, TestIr};
use crate::suggest::closest;
use crate::ty::Ty;
use ivs_grammar::ast::{
    Attr, Block, Clauses, Entry, EntryKind, Expr, ExprKind, Place, PostfixOp, SetOp, Span, TestItem,
};
use ivs_source::Severity;
use smol_str::SmolStr;

impl<'db, 'ast> Infer<'db, 'ast> {
    /// `check name for … if … { code, severity, let, require }`
    pub(super) fn check_item(&mut self, clauses: &'ast Clauses, block: &'ast Block) {
        let clauses = self.clauses(clauses);
        let mut check = CheckIr { clauses, block: 0, code: None };
        let mut severity = Severity::Error;
        // Before the requirements, wherever it stands.
        for entry in &block.entries {
            let EntryKind::Set { path, op: SetOp::Set, value, is_final: false } = &entry.kind else {
                continue;
            };
            match (path.first.text.as_str(), &path.second) {
                ("severity", None) => severity = self.severity(value),
                ("code", None) => check.code = self.check_code(value),
                _ => {}
            }
        }
        let id = self.new_block(block.span);
        self.open_definition(None, SmolStr::default(), id, block);
        for entry in &block.entries {
            self.attributes(&entry.attrs);
            match &entry.kind {
                EntryKind::Require { cond, block } => {
                    self.condition(id, entry.span, cond, block.as_ref(), Some(severity));
                }
                EntryKind::Set { path, op: SetOp::Set, is_final: false, .. }
                    if path.second.is_none() && matches!(path.first.text.as_str(), "severity" | "code") => {}
                EntryKind::Set { path, .. } | EntryKind::Nest { path, .. } => {
                    self.not_of("a check", &path.first.text, path.first.span, &["code", "severity"]);
                }
                EntryKind::Let { .. } | EntryKind::Broken => {}
                _ => self.misplaced(entry.span, "a check has `code`, `severity`, `let` and `require`"),
            }
        }
        if !self.quiet {
            self.type_lets();
            self.all_sayings(id, block, Some(severity));
        }
        self.close_level(id);
        check.block = id;
        self.body.check = Some(Box::new(check));
    }

    fn not_of(&mut self, what: &str, name: &str, span: Span, known: &[&'static str]) {
        let list: Vec<String> = known.iter().map(|k| format!("`{k}`")).collect();
        let list = match list.split_last() {
            Some((last, rest)) if !rest.is_empty() => format!("{} or {last}", rest.join(", ")),
            _ => list.concat(),
        };
        let mut report =
            self.report(code::UNKNOWN_FIELD, span, format!("{what} has no field `{name}`")).label(list);
        if let Some(n) = closest(name, known.iter().copied()) {
            report = report.fix(format!("write `{n}`"), span, n);
        }
        self.push(report);
    }

    fn severity(&mut self, value: &Expr) -> Severity {
        match &value.kind {
            ExprKind::Name(n) if n == "error" => Severity::Error,
            ExprKind::Name(n) if n == "warning" => Severity::Warning,
            ExprKind::Name(n) if n == "info" => Severity::Info,
            _ => {
                let report = self
                    .report(code::WRONG_TYPE, value.span, "unknown severity")
                    .label("`error`, `warning` or `info`");
                self.push(report);
                Severity::Error
            }
        }
    }

    /// The code of a check or of a requirement: capital letters, then digits; the compiler's own are not to be had.
    fn check_code(&mut self, value: &Expr) -> Option<SmolStr> {
        let Some(text) = Self::plain_text(value) else {
            let report = self
                .report(code::CHECK_CODE, value.span, "the code of a check is a plain string")
                .label("such as `\"SHOP001\"`");
            self.push(report);
            return None;
        };
        let digits = text.trim_start_matches(|c: char| c.is_ascii_uppercase());
        let letters = text.len() - digits.len();
        let good = letters > 0 && !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit());
        let taken = text.starts_with("IVS")
            && (!text.starts_with("IVS3") || code::ALL.iter().any(|(c, _)| *c == text));
        if good && !taken && text.len() <= 32 {
            return Some(text);
        }
        let message = if taken {
            format!("`{text}` is a code of the compiler")
        } else {
            format!("`{text}` cannot be the code of a check")
        };
        let report = self
            .report(code::CHECK_CODE, value.span, message)
            .label("a code is capital letters and digits, such as `SHOP001`")
            .help("without `code`, the check's name identifies it");
        self.push(report);
        None
    }

    /// `require c { message = …, help = …, severity = …, code = …, at …, fix … }`. `of_check`: the severity that the check
    /// gives it, which has the code; others have one of their own.
    pub(super) fn require(
        &mut self,
        id: u32,
        span: Span,
        cond: &'ast Expr,
        block: Option<&'ast Block>,
        of_check: Option<Severity>,
    ) {
        self.condition(id, span, cond, block, of_check);
        let at = self.block_mut(id).map_or(0, |b| b.requires.len()).saturating_sub(1);
        self.sayings(id, at, block, of_check);
    }

    /// What is said of each requirement of a block whose conditions are typed.
    pub(super) fn all_sayings(&mut self, id: u32, block: &'ast Block, of_check: Option<Severity>) {
        let requires = block.entries.iter().filter_map(|e| match &e.kind {
            EntryKind::Require { block, .. } => Some(block.as_ref()),
            _ => None,
        });
        for (at, block) in requires.enumerate() {
            self.sayings(id, at, block, of_check);
        }
    }

    /// What has to hold, how bad it is if it does not, and its code.
    pub(super) fn condition(
        &mut self,
        id: u32,
        span: Span,
        cond: &'ast Expr,
        block: Option<&'ast Block>,
        of_check: Option<Severity>,
    ) {
        let cond = self.check(cond, &Ty::Bool);
        let mark = self.mark(span);
        let mut ir = RequireIr {
            cond,
            message: None,
            help: None,
            severity: of_check.unwrap_or(Severity::Error),
            code: None,
            at: Box::default(),
            fixes: Box::default(),
            mark,
        };
        for entry in block.into_iter().flat_map(|b| &b.entries) {
            let EntryKind::Set { path, op: SetOp::Set, value, .. } = &entry.kind else { continue };
            match (path.first.text.as_str(), &path.second) {
                ("severity", None) => ir.severity = self.severity(value),
                ("code", None) if of_check.is_none() => ir.code = self.check_code(value),
                _ => {}
            }
        }
        if let Some(b) = self.block_mut(id) {
            b.requires.push(ir);
        }
    }

    fn sayings(&mut self, id: u32, ordinal: usize, block: Option<&'ast Block>, of_check: Option<Severity>) {
        let Some(cond) = self.block_mut(id).and_then(|b| b.requires.get(ordinal)).map(|r| r.cond) else {
            return;
        };
        let (mut message, mut help) = (None, None);
        let (mut at, mut fixes) = (Vec::new(), Vec::new());
        // What is said is said when the condition does not hold.
        let facts = self.facts.len();
        self.learn(cond, false);
        for entry in block.into_iter().flat_map(|b| &b.entries) {
            match &entry.kind {
                EntryKind::Set { path, op: SetOp::Set, value, .. } if path.second.is_none() => {
                    match path.first.text.as_str() {
                        "message" => message = Some(self.check(value, &Ty::Str)),
                        "help" => help = Some(self.check(value, &Ty::Str.opt())),
                        "severity" => {}
                        "code" if of_check.is_none() => {}
                        other => {
                            let known = ["message", "help", "severity", "code"];
                            let known = if of_check.is_some() { &known[..3] } else { &known[..] };
                            self.not_of("`require`", other, path.first.span, known);
                        }
                    }
                }
                EntryKind::Fix { place, value } => fixes.extend(self.fix_entry(entry, place, value)),
                EntryKind::At { places } => {
                    at.extend(places.iter().filter_map(|p| self.place(p, "at")).map(|(id, _)| id));
                }
                EntryKind::Broken => {}
                _ => self
                    .misplaced(entry.span, "a `require` has `message`, `help`, `severity`, `at` and `fix`"),
            }
        }
        self.facts.truncate(facts);
        if let Some(ir) = self.block_mut(id).and_then(|b| b.requires.get_mut(ordinal)) {
            (ir.message, ir.help, ir.at, ir.fixes) = (message, help, at.into(), fixes.into());
        }
    }

    fn fix_entry(&mut self, _: &Entry, place: &'ast Place, value: &'ast Expr) -> Option<FixIr> {
        let (place, ty) = self.place(place, "fix")?;
        let value = self.check(value, ty.some());
        Some(FixIr { place, value })
    }

    /// A path that leads to what somebody wrote.
    fn place(&mut self, place: &'ast Place, what: &str) -> Option<(ExprId, Ty)> {
        let span = place.expr.span;
        let (id, ty) = self.expr(&place.expr, None);
        let mut root = id;
        loop {
            match self.body.exprs.get(root as usize) {
                Some(TExpr::Member { base, .. } | TExpr::Index { base, .. }) => root = *base,
                Some(
                    TExpr::Local(_)
                    | TExpr::Field { .. }
                    | TExpr::SelfValue
                    | TExpr::Decl(_)
                    | TExpr::FamilyMember(..),
                ) => return Some((id, ty)),
                Some(TExpr::Error) | None => return None,
                _ => break,
            }
        }
        let report = self
            .report(code::NO_PLACE, span, format!("`{}` is computed, no place", self.source(span)))
            .label(format!("`{what}` names a path of a declaration, such as `s.scaling.replicas`"));
        self.push(report);
        None
    }

    /// `@allow(check, reason = "…")`
    pub(super) fn allow(&mut self, attr: &'ast Attr, scope: Option<Span>) {
        let mut what = None;
        let mut reason = false;
        for arg in &attr.args {
            match &arg.name {
                Some(name) if name.text == "reason" => {
                    reason = Self::plain_text(&arg.value).is_some_and(|t| !t.trim().is_empty());
                }
                None if what.is_none() => what = dotted(&arg.value),
                _ => what = None,
            }
        }
        let (Some(what), true) = (what, reason) else {
            let report = self
                .report(code::ALLOW_REASON, attr.span, "an `@allow` names one check and a reason")
                .label(if reason { "which check is excused?" } else { "why is it excused?" })
                .help("write `@allow(capacity, reason = \"the load test of 2026-03 showed that …\")`");
            self.push(report);
            return;
        };
        self.map.allows.push(Allow { what, span: attr.span, scope });
    }

    /// What a test asks, typed beside its declarations.
    pub(super) fn test_item(&mut self, items: &'ast [TestItem]) {
        let mut test = TestIr::default();
        for item in items {
            match item {
                TestItem::Assert { cond, .. } => {
                    let cond = self.check(cond, &Ty::Bool);
                    test.asks.push(AskIr::Assert(cond));
                }
                TestItem::Expect { not, what, at, span } => {
                    let at = match at {
                        Some(p) => match self.place(p, "at") {
                            Some((id, _)) => Some(id),
                            None => continue,
                        },
                        None => None,
                    };
                    let mark = self.mark(*span);
                    let words: Vec<&str> = what.words.iter().map(|w| w.text.as_str()).collect();
                    let what = SmolStr::from(words.join("."));
                    test.asks.push(AskIr::Expect { not: *not, what, at, mark });
                }
                TestItem::Item(_) => {}
            }
        }
        self.body.test = Some(Box::new(test));
    }
}

/// `a.b.c` as written.
fn dotted(e: &Expr) -> Option<SmolStr> {
    match &e.kind {
        ExprKind::Name(n) => Some(n.clone()),
        ExprKind::Postfix { base, ops } => {
            let mut text = dotted(base)?.to_string();
            for op in ops {
                let PostfixOp::Member { name, optional: false } = op else { return None };
                text.push('.');
                text.push_str(&name.text);
            }
            Some(text.into())
        }
        _ => None,
    }
}
