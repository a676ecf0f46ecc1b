//! Findings with excerpts of the source, by miette's graphical handler.

use super::source::boundary;
use super::{Findings, SourceFile, fix, severity_word};
use crate::terminal::{Style, clean, paint};
use ivs_source::{Diagnostic, Fix, Label, Severity};
use miette::{
    GraphicalReportHandler, GraphicalTheme, LabeledSpan, MietteError, MietteSpanContents, SourceCode,
    SourceSpan, SpanContents, ThemeCharacters, ThemeStyles,
};
use std::fmt;

/// Lines are wrapped here where stderr is no terminal.
const WIDTH: usize = 110;
/// A line longer than this is shown only around what is pointed at.
const LONG_LINE: usize = 400;

/// All of them, each with an empty line after it.
pub fn render(findings: &Findings, shown: &[&Diagnostic<u32>], color: bool) -> String {
    let styles = if color { ThemeStyles::ansi() } else { ThemeStyles::none() };
    let width = terminal_width().unwrap_or(WIDTH).clamp(40, 200);
    let handler =
        GraphicalReportHandler::new_themed(GraphicalTheme { characters: ThemeCharacters::unicode(), styles })
            .with_links(false)
            .with_width(width)
            .with_context_lines(1)
            .without_syntax_highlighting();
    let mut out = String::new();
    for d in shown {
        one(&mut out, findings, d, &handler, color);
        out.push('\n');
    }
    out
}

fn terminal_width() -> Option<usize> {
    use std::io::IsTerminal;
    // Only then is the width anybody's.
    std::io::stderr().is_terminal().then(console_width).flatten()
}

fn console_width() -> Option<usize> {
    let size = rustix::termios::tcgetwinsize(std::io::stderr()).ok()?;
    (size.ws_col > 0).then_some(usize::from(size.ws_col))
}

fn one(
    out: &mut String,
    findings: &Findings,
    d: &Diagnostic<u32>,
    handler: &GraphicalReportHandler,
    color: bool,
) {
    // Each file has an excerpt of its own: first that of the deciding place, then the others in order.
    let mut files = vec![d.primary.place.of];
    for label in &d.labels {
        if !files.contains(&label.place.of) {
            files.push(label.place.of);
        }
    }
    for (nth, index) in files.into_iter().enumerate() {
        let file = findings.file(index).filter(|f| !f.text.is_empty());
        let labels: Vec<&Label<u32>> =
            std::iter::once(&d.primary).chain(&d.labels).filter(|l| l.place.of == index).collect();
        let report = Excerpt { d, file, labels, first: nth == 0 };
        let mut text = String::new();
        if handler.render_report(&mut text, &report).is_err() {
            text = format!("{}: {}\n", d.code, clean(&d.message));
        }
        if nth == 0 {
            out.push_str(text.trim_start_matches('\n'));
            if let Some(file) =
                findings.file(index).filter(|f| f.text.is_empty() && !d.message.contains(&f.path))
            {
                out.push_str(&format!("   in {}\n", clean(&file.path)));
            }
        } else {
            // Only the excerpt: the head is said already.
            let start = text.find('╭').and_then(|at| text.get(..at)?.rfind('\n')).map_or(0, |at| at + 1);
            out.push_str(text.get(start..).unwrap_or_default());
        }
    }
    for help in &d.help {
        paragraph(out, color, "help", help);
    }
    for fix in &d.fixes {
        suggestion(out, findings, fix, color);
    }
}

/// `  help: text`, later lines below its start.
fn paragraph(out: &mut String, color: bool, head: &str, text: &str) {
    out.push_str(&format!("  {}: ", paint(color, Style::Help, head)));
    for (i, line) in clean(text).lines().enumerate() {
        if i > 0 {
            out.push_str(&" ".repeat(head.len() + 4));
        }
        out.push_str(line);
        out.push('\n');
    }
}

/// The fix's title, and the lines it changes.
fn suggestion(out: &mut String, findings: &Findings, fix: &Fix<u32>, color: bool) {
    paragraph(out, color, "fix", &fix.title);
    let mut files: Vec<u32> = fix.edits.iter().map(|e| e.place.of).collect();
    files.sort_unstable();
    files.dedup();
    let several = files.len() > 1;
    for index in files {
        let Some(file) = findings.file(index) else { continue };
        if several {
            out.push_str(&format!("       in {}\n", clean(&file.path)));
        }
        let edits: Vec<_> = fix.edits.iter().filter(|e| e.place.of == index).collect();
        for line in fix::preview(file, &edits) {
            let text = match line {
                fix::Line::Old(n, text) => paint(color, Style::Error, &format!("     - {n:>4} {text}")),
                fix::Line::New(n, text) => paint(color, Style::Note, &format!("     + {n:>4} {text}")),
                fix::Line::More(n) => format!("       … {n} more lines"),
            };
            out.push_str(text.trim_end());
            out.push('\n');
        }
    }
}

/// A finding as far as one file is concerned.
struct Excerpt<'a> {
    d: &'a Diagnostic<u32>,
    file: Option<&'a SourceFile>,
    labels: Vec<&'a Label<u32>>,
    first: bool,
}

impl fmt::Debug for Excerpt<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.d.code)
    }
}

impl fmt::Display for Excerpt<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&clean(&self.d.message))
    }
}

impl std::error::Error for Excerpt<'_> {}

impl miette::Diagnostic for Excerpt<'_> {
    fn code<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        Some(Box::new(format!("{}[{}]", severity_word(self.d.severity), self.d.code)))
    }

    fn severity(&self) -> Option<miette::Severity> {
        Some(match self.d.severity {
            Severity::Error => miette::Severity::Error,
            Severity::Warning => miette::Severity::Warning,
            Severity::Info => miette::Severity::Advice,
        })
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        self.file.map(|f| f as &dyn SourceCode)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        let file = self.file?;
        let spans = self.labels.iter().enumerate().map(move |(i, label)| {
            let (start, end) = file.display_span(label.place.span);
            let span = SourceSpan::new(start.into(), end - start);
            let text = (!label.text.is_empty()).then(|| clean(&label.text).into_owned());
            if self.first && i == 0 {
                LabeledSpan::new_primary_with_span(text, span)
            } else {
                LabeledSpan::new_with_span(text, span)
            }
        });
        Some(Box::new(spans))
    }
}

/// miette's own reader counts lines from the start of the file for every label.
impl SourceCode for SourceFile {
    fn read_span<'a>(
        &'a self,
        span: &SourceSpan,
        before: usize,
        after: usize,
    ) -> Result<Box<dyn SpanContents<'a> + 'a>, MietteError> {
        let text = self.shown();
        let span_start = span.offset().min(text.len());
        let span_end = (span.offset() + span.len()).clamp(span_start, text.len());
        let (first, last) = (self.line_of(span_start), self.line_of(span_end));
        let top = first.saturating_sub(before);
        let (mut start, mut line, mut column) = (self.line_range(top).0, top, 0);
        if before == 0 {
            start = span_start;
            line = first;
            let from = self.line_range(first).0;
            column =
                text.get(from..span_start).unwrap_or_default().chars().filter(|c| *c != '\u{feff}').count();
        }
        let mut end = self.line_range(last + after).1.max(span_end);
        if text.get(..3) == Some("\u{feff}") && start == 0 && span_start >= 3 {
            start = 3;
        }
        if end - start > 10 * LONG_LINE && span_end - span_start < 10 * LONG_LINE {
            // Somebody's generated one-liner: no context, and only the surroundings of the place.
            let (from, to) = (self.line_range(first).0, self.line_range(last).1);
            start = start.max(from).max(boundary(text, span_start.saturating_sub(LONG_LINE / 2)));
            end = to.min(boundary(text, span_end + LONG_LINE / 2));
            line = first;
        }
        let data = text.get(start..end.max(start)).unwrap_or_default();
        let range = SourceSpan::new(start.into(), data.len());
        let lines = data.bytes().filter(|b| *b == b'\n').count();
        let name = clean(&self.path).into_owned();
        Ok(Box::new(MietteSpanContents::new_named(name, data.as_bytes(), range, line, column, lines)))
    }
}
