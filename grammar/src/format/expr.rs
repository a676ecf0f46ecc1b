//! Expressions and types.

use super::lines::{Line, Lines};
use super::print::Printer;
use crate::ast::{Arg, BinaryOp, Clauses, Expr, ExprKind, PostfixOp, Span, TypeExpr, TypeKind, UnaryOp};

/// Elements between brackets that are separated by commas.
pub(super) struct Elements<'e> {
    pub(super) open: &'e str,
    pub(super) close: &'e str,
    /// The places of the elements.
    pub(super) spans: &'e [Span],
    /// Whether the last of several lines has a comma as well.
    pub(super) last_comma: bool,
}

impl<'s> Printer<'s> {
    pub(super) fn expr(&mut self, e: &Expr) {
        if self.failed() {
            return;
        }
        match &e.kind {
            ExprKind::List(list) => {
                let spans: Vec<Span> = list.iter().map(|e| e.span).collect();
                let elements = Elements { open: "[", close: "]", spans: &spans, last_comma: true };
                self.elements(e.span, &elements, &mut |p, n| {
                    if let Some(e) = list.get(n) {
                        p.expr(e);
                    }
                });
            }
            ExprKind::ListFor { clauses, body } => self.enclosed(e.span, "[", "]", &mut |p| {
                p.clauses(clauses);
                p.colon(":");
                p.expr(body);
            }),
            ExprKind::MapFor { clauses, key, value } => self.enclosed(e.span, "{", "}", &mut |p| {
                p.clauses(clauses);
                p.colon(":");
                p.expr(key);
                p.join(true, false);
                p.token("=");
                p.join(true, false);
                p.expr(value);
            }),
            ExprKind::Block(block) => self.block(block, self.indent),
            ExprKind::If { arms, otherwise } => {
                for (n, (cond, then)) in arms.iter().enumerate() {
                    if n > 0 {
                        self.join(true, true);
                    }
                    self.token("if");
                    self.join(true, true);
                    self.expr(cond);
                    self.join(true, true);
                    self.token("then");
                    self.join(true, true);
                    self.expr(then);
                    self.join(true, true);
                    self.token("else");
                }
                self.join(true, true);
                self.expr(otherwise);
            }
            ExprKind::Unary { op, operand, .. } => {
                let (sign, blank) = match op {
                    UnaryOp::Neg => ("-", false),
                    UnaryOp::Not => ("not", true),
                };
                self.token(sign);
                self.join(blank, false);
                self.expr(operand);
            }
            ExprKind::Binary { first, rest } => {
                self.expr(first);
                for operand in rest {
                    let blank = operand.op != BinaryOp::Range;
                    self.join(blank, true);
                    self.token(operand.op.spelling());
                    self.join(blank, true);
                    self.expr(&operand.expr);
                }
            }
            ExprKind::Postfix { base, ops } => {
                self.expr(base);
                ops.iter().for_each(|op| self.postfix(op));
            }
            ExprKind::Paren(inner) => self.enclosed(e.span, "(", ")", &mut |p| p.expr(inner)),
            ExprKind::Str(_) => self.string(),
            _ => self.verbatim(e.span.end),
        }
    }

    fn postfix(&mut self, op: &PostfixOp) {
        match op {
            PostfixOp::Member { name, .. } => {
                self.join(false, true);
                self.verbatim(name.span.end);
            }
            PostfixOp::Index { index, span } => {
                self.join(false, false);
                self.enclosed(*span, "[", "]", &mut |p| p.expr(index));
            }
            PostfixOp::Call { args, span } => {
                self.join(false, false);
                self.args(args, *span);
            }
            PostfixOp::As { unit } => {
                self.join(true, true);
                self.token("as");
                self.join(true, false);
                self.verbatim(unit.span.end);
            }
        }
    }

    pub(super) fn args(&mut self, args: &[Arg], span: Span) {
        let spans: Vec<Span> =
            args.iter().map(|a| a.name.as_ref().map_or(a.value.span, |n| n.span.to(a.value.span))).collect();
        let elements = Elements { open: "(", close: ")", spans: &spans, last_comma: false };
        self.elements(span, &elements, &mut |p, n| {
            let Some(arg) = args.get(n) else { return };
            if let Some(name) = &arg.name {
                p.verbatim(name.span.end);
                p.join(true, false);
                p.token("=");
                p.join(true, false);
            }
            p.expr(&arg.value);
        });
    }

    /// `for a, b in e if c`
    pub(super) fn clauses(&mut self, clauses: &Clauses) {
        for (n, one) in clauses.loops.iter().enumerate() {
            if n > 0 {
                self.join(true, true);
            }
            self.token("for");
            self.join(true, false);
            self.verbatim(one.first.span.end);
            if let Some(second) = &one.second {
                self.colon(",");
                self.verbatim(second.span.end);
            }
            self.join(true, false);
            self.token("in");
            self.join(true, true);
            self.expr(&one.over);
        }
        if let Some(filter) = &clauses.filter {
            self.join(true, true);
            self.token("if");
            self.join(true, true);
            self.expr(filter);
        }
    }

    /// A sign that touches what stands before it.
    pub(super) fn colon(&mut self, sign: &str) {
        self.join(false, false);
        self.token(sign);
        self.join(true, sign == ":");
    }

    // ------------------------------------------------------------ brackets

    /// Brackets around one thing.
    fn enclosed(&mut self, span: Span, open: &str, close: &str, inner: &mut dyn FnMut(&mut Self)) {
        let one = |p: &mut Self, inner: &mut dyn FnMut(&mut Self)| {
            p.token(open);
            p.join(false, false);
            inner(p);
            p.join(false, false);
            p.token(close);
        };
        // A line that ended behind the opening bracket ends there again.
        let broken = self.line_ends_behind(span);
        if self.is_flat() {
            if broken {
                self.end_line(0)
            } else {
                one(self, inner)
            }
            return;
        }
        if !broken {
            one(self, inner);
            return;
        }
        let indent = self.indent;
        self.token(open);
        self.indented(indent + 2, |p| {
            p.join(false, true);
            inner(p);
        });
        self.indented(indent, |p| p.join(false, true));
        if !self.out.ends_with(['\n', ' ']) {
            self.end_line(indent);
        }
        self.token(close);
    }

    /// Whether the line ends between the bracket that opens `span` and what is in it.
    fn line_ends_behind(&self, span: Span) -> bool {
        let mut rest = self.src.get(span.start as usize + 1..span.end as usize).unwrap_or_default();
        loop {
            rest = rest.trim_start_matches([' ', '\t', '\r']);
            if rest.starts_with('\n') || rest.starts_with("//") {
                return true;
            }
            let Some((comment, behind)) = rest.strip_prefix("/*").and_then(|r| r.split_once("*/")) else {
                return false;
            };
            if comment.contains('\n') {
                return true;
            }
            rest = behind;
        }
    }

    /// Brackets around elements.
    pub(super) fn elements(&mut self, span: Span, e: &Elements<'_>, print: &mut dyn FnMut(&mut Self, usize)) {
        let mut from = span.start + 1;
        let mut own_line_ends = false;
        for element in e.spans {
            own_line_ends |= self.line_ends(from, element.start);
            from = element.end;
        }
        own_line_ends |= self.line_ends(from, span.end.saturating_sub(1));
        if own_line_ends && self.is_flat() {
            self.end_line(0);
            return;
        }
        if !own_line_ends {
            let one = &mut |p: &mut Self| p.flat_elements(e, print);
            if self.one_line(one) {
                return;
            }
            // Something inside goes over lines: the brackets hug it. A call that is too long stays as it was written.
            if e.open == "(" || e.spans.len() < 2 || self.line_ends(span.start, span.end) {
                self.flat_elements(e, print);
                return;
            }
        }
        let indent = self.indent;
        self.token(e.open);
        let lines = self.sequence(e.spans.len(), indent + 2, &mut |p, n, _| {
            print(p, n);
            None
        });
        let mut lines = lines;
        let last = lines.all.iter().rposition(|line| !line.leads);
        for (n, line) in lines.all.iter_mut().enumerate() {
            if !line.leads && (e.last_comma || Some(n) != last) {
                add_comma(line);
            }
        }
        self.out.push('\n');
        lines.body(indent + 2, &mut self.out);
        self.out.extend(std::iter::repeat_n(' ', indent));
        self.indent = indent;
        self.gap();
        self.token(e.close);
    }

    fn flat_elements(&mut self, e: &Elements<'_>, print: &mut dyn FnMut(&mut Self, usize)) {
        self.token(e.open);
        for n in 0..e.spans.len() {
            if self.failed() {
                return;
            }
            if n == 0 {
                self.join(false, false);
            }
            print(self, n);
            let comma = self.comma();
            if n + 1 < e.spans.len() {
                self.push(",");
                self.join(true, false);
            } else if comma {
                self.join(false, false);
            }
        }
        if e.spans.is_empty() {
            self.join(false, false);
        }
        self.token(e.close);
    }

    /// Prints what stands before a comma, and reads it if there is one.
    fn comma(&mut self) -> bool {
        self.join(false, false);
        let found = self.next() == b',';
        if found {
            self.pos += 1;
        }
        found
    }

    // ------------------------------------------------------------ types

    pub(super) fn ty(&mut self, t: &TypeExpr) {
        if self.failed() {
            return;
        }
        // Parentheses are no node of their own: those before the first inner type are this one's.
        let inner = match &t.kind {
            TypeKind::Range(first, _) | TypeKind::Where(first, _) => Some(first.span.start),
            TypeKind::Union(parts) => parts.first().map(|part| part.span.start),
            _ => None,
        };
        let mut parens = 0;
        while self.next() == b'(' && inner.is_none_or(|start| (self.pos as u32) < start) {
            self.token("(");
            self.join(false, false);
            parens += 1;
        }
        match &t.kind {
            TypeKind::Path(path) => self.verbatim(path.span.end),
            TypeKind::Dim { first, rest } => {
                self.verbatim(first.span.end);
                for (divide, path) in rest {
                    self.join(false, false);
                    self.token(if *divide { "/" } else { "*" });
                    self.join(false, false);
                    self.verbatim(path.span.end);
                }
            }
            TypeKind::List(inner) => {
                self.token("[");
                self.join(false, false);
                self.ty(inner);
                self.join(false, false);
                self.token("]");
            }
            TypeKind::Map(key, value) => {
                self.token("{");
                self.join(false, false);
                self.ty(key);
                self.colon(":");
                self.ty(value);
                self.join(false, false);
                self.token("}");
            }
            TypeKind::Range(from, to) => {
                self.ty(from);
                self.join(false, false);
                self.token("..");
                self.join(false, false);
                self.ty(to);
            }
            TypeKind::Union(parts) => {
                for (n, part) in parts.iter().enumerate() {
                    if n > 0 {
                        self.join(true, true);
                        self.token("|");
                        self.join(true, true);
                    }
                    self.ty(part);
                }
            }
            TypeKind::Literal(_) => self.string(),
            TypeKind::None => self.token("none"),
            TypeKind::Where(base, cond) => {
                self.ty(base);
                self.join(true, true);
                self.token("where");
                self.join(true, true);
                self.expr(cond);
            }
            TypeKind::Error => self.verbatim(t.span.end),
        }
        for _ in 0..parens {
            self.join(false, false);
            self.token(")");
        }
    }

    /// What stands below each other between brackets or in a file. `print` prints one; it may add lines that lead to
    /// it, and says how long its key is.
    pub(super) fn sequence(
        &mut self,
        count: usize,
        indent: usize,
        print: &mut dyn FnMut(&mut Self, usize, &mut Lines) -> Option<usize>,
    ) -> Lines {
        let mut lines = Lines::default();
        for n in 0..=count {
            let blank = self.between(n > 0, n < count, &mut lines);
            if n == count {
                break;
            }
            let text = self.unit(indent, |p| {
                let prefix = p.out.len();
                let before = lines.all.len();
                let key = print(p, n, &mut lines);
                (prefix, before, key)
            });
            let (text, (_, before, key)) = text;
            let key = key.filter(|_| !text.contains('\n'));
            let line = Line { text, blank: false, leads: false, key };
            lines.push(line);
            if let Some(first) = lines.all.get_mut(before) {
                first.blank |= blank;
            }
        }
        lines
    }

    /// Prints something that begins on a line of its own; returns its text.
    pub(super) fn unit<T>(&mut self, indent: usize, print: impl FnOnce(&mut Self) -> T) -> (String, T) {
        let out = std::mem::replace(&mut self.out, " ".repeat(indent));
        let (old_indent, old_more) = (self.indent, self.more);
        (self.indent, self.more) = (indent, indent + 2);
        let result = print(self);
        (self.indent, self.more) = (old_indent, old_more);
        let text = std::mem::replace(&mut self.out, out);
        (text.get(indent..).unwrap_or("").trim_end_matches(' ').to_owned(), result)
    }

    /// Goes to the next entry, over separators; comments become lines, or stand behind the last one. Says whether an
    /// empty line stood before it.
    pub(super) fn between(&mut self, behind: bool, more: bool, lines: &mut Lines) -> bool {
        let mut trailing = behind;
        let mut blank = false;
        loop {
            let gap = self.gap();
            let last = gap.comments.len();
            for (n, comment) in gap.comments.iter().enumerate() {
                let text = comment.text.replace("\r\n", "\n");
                let alone =
                    comment.to_line_end || n + 1 < last || gap.ends > 0 || !more || self.next() == b',';
                if trailing
                    && comment.ends == 0
                    && alone
                    && let Some(line) = lines.all.last_mut()
                {
                    line.text.push(' ');
                    line.text.push_str(&text);
                    continue;
                }
                trailing = false;
                lines.push(Line { text, blank: blank || comment.ends > 1, leads: true, key: None });
                blank = false;
            }
            blank |= gap.ends > 1;
            if self.next() != b',' || !behind {
                return blank;
            }
            self.pos += 1;
        }
    }
}

/// Adds a comma before the comment at the end of a line.
fn add_comma(line: &mut Line) {
    let end = code_end(&line.text);
    line.text.insert(end, ',');
}

/// Where the comments at the end of an element begin.
fn code_end(text: &str) -> usize {
    let bytes = text.as_bytes();
    let (mut i, mut end) = (0, 0);
    while i < bytes.len() {
        match (crate::chars::at(bytes, i), crate::chars::at(bytes, i + 1)) {
            (b' ' | b'\n', _) => i += 1,
            (b'/', b'/') => i = crate::skim::line_end(bytes, i),
            (b'/', b'*') => i = crate::skim::block_comment_end(bytes, i).unwrap_or(bytes.len()),
            _ => {
                i = crate::skim::skip_token(bytes, i).unwrap_or(i + 1);
                end = i;
            }
        }
    }
    end
}
