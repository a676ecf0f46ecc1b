//! Code of Markdown: values inside of it are not escaped, since nothing has a meaning there.

use minijinja::machinery::ast::Stmt;

/// The template with a filter on every value that stands in a code span or code block.
pub(crate) fn marked(template: &Stmt<'_>, text: &str, filter: &str) -> String {
    let mut state = State::default();
    state.stmt(template);
    let mut out = text.to_owned();
    for (start, end) in state.found.into_iter().rev() {
        let Some(expr) = text.get(start..end) else { continue };
        out.replace_range(start..end, &format!("({expr})|{filter}"));
    }
    out
}

#[derive(Default)]
struct State {
    /// Inside of a block between lines of three backticks or tildes.
    fenced: bool,
    /// Inside of a span of this line.
    span: bool,
    /// Whether nothing but blanks stood on this line so far.
    fresh: bool,
    /// Bytes of the expressions.
    found: Vec<(usize, usize)>,
}

impl State {
    fn stmt(&mut self, stmt: &Stmt<'_>) {
        match stmt {
            Stmt::Template(t) => {
                self.fresh = true;
                t.children.iter().for_each(|s| self.stmt(s));
            }
            Stmt::ForLoop(l) => l.body.iter().chain(&l.else_body).for_each(|s| self.stmt(s)),
            Stmt::IfCond(c) => c.true_body.iter().chain(&c.false_body).for_each(|s| self.stmt(s)),
            Stmt::WithBlock(w) => w.body.iter().for_each(|s| self.stmt(s)),
            Stmt::EmitRaw(r) => self.text(r.raw),
            Stmt::EmitExpr(e) => {
                if self.fenced || self.span {
                    let span = e.expr.span();
                    self.found.push((span.start_offset as usize, span.end_offset as usize));
                }
                self.fresh = false;
            }
            _ => {}
        }
    }

    fn text(&mut self, text: &str) {
        for (i, line) in text.split('\n').enumerate() {
            if i > 0 {
                (self.fresh, self.span) = (true, false);
            }
            let start = line.trim_start();
            if self.fresh && (start.starts_with("```") || start.starts_with("~~~")) {
                self.fenced = !self.fenced;
                self.fresh = false;
                continue;
            }
            if !start.is_empty() {
                self.fresh = false;
            }
            // A span begins and ends with the same number of backticks; what differs is rare.
            let runs = line.split(|c| c != '`').filter(|run| !run.is_empty()).count();
            self.span ^= runs % 2 == 1 && !self.fenced;
        }
    }
}
