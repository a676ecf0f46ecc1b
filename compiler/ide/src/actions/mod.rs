//! What an editor offers to do with the text: one module per deed.

mod allow;
mod bring;
mod extract;
mod inline;
mod missing;
mod organize;
mod overlay;

use ivs_grammar::ast::Span;
use ivs_source::{Db, SourceFile};

pub use allow::allow;
pub use organize::organize;

/// The sorts of deeds, as editors sort them.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Deed {
    /// Mends something.
    Fix,
    /// Makes a declaration of a part of one.
    Extract,
    /// Puts a declaration in the place of its name.
    Inline,
    /// Says the same, or something else, in another place.
    Move,
    /// Orders what a file begins with.
    Organize,
}

/// Text in place of text.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Change {
    /// Where.
    pub file: SourceFile,
    /// What goes; absolute bytes, empty to insert.
    pub range: Span,
    /// What comes.
    pub text: String,
}

/// Something that can be done.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Action {
    /// "Add missing fields"
    pub title: String,
    /// What sort of deed it is.
    pub deed: Deed,
    /// Disjoint.
    pub changes: Vec<Change>,
}

/// What can be done with the text between two offsets; a cursor is a range of no bytes.
pub fn actions(db: &dyn Db, file: SourceFile, range: Span) -> Vec<Action> {
    let mut out = Vec::new();
    out.extend(missing::missing(db, file, range.start));
    out.extend(bring::bring(db, file, range.start));
    out.extend(extract::extract(db, file, range));
    out.extend(inline::inline(db, file, range.start));
    out.extend(overlay::overlays(db, file, range));
    out.extend(crate::unread::remove(db, file, range));
    out
}

/// A name that nothing of a module has: the wanted one, or it with a number behind it.
pub(crate) fn free_name(db: &dyn Db, file: SourceFile, wanted: &str) -> String {
    let module = ivs_model::Module::new(db, file.module(db).clone());
    let index = ivs_model::module_index(db, module);
    let taken = |name: &str| index.named(name).next().is_some();
    if !taken(wanted) {
        return wanted.to_owned();
    }
    (2..).map(|n| format!("{wanted}-{n}")).find(|name| !taken(name)).unwrap_or_default()
}

/// The blanks that a line begins with.
pub(crate) fn indent_of(text: &str, offset: usize) -> &str {
    let start = text.get(..offset).and_then(|t| t.rfind('\n')).map_or(0, |n| n + 1);
    let line = text.get(start..).unwrap_or_default();
    line.get(..line.len() - line.trim_start_matches([' ', '\t']).len()).unwrap_or_default()
}

/// A text of several lines at another indentation: `from` blanks less, `to` more. Its first line stands where it is put.
pub(crate) fn indented(text: &str, from: &str, to: &str) -> String {
    let mut lines = text.split('\n');
    let mut out = lines.next().unwrap_or_default().to_owned();
    for line in lines {
        let line = line.strip_prefix(from).unwrap_or(line);
        out += "\n";
        if !line.trim().is_empty() {
            out += to;
        }
        out += line;
    }
    out
}

/// What goes with an entry that is taken away: its lines, or, of entries on one line, the comma behind it.
pub(crate) fn gone_with(text: &str, span: Span) -> Span {
    let lines = lines_of(text, span);
    if lines != span {
        return lines;
    }
    let rest = text.get(span.end as usize..).unwrap_or_default();
    let blank = rest.len() - rest.trim_start_matches([' ', ',']).len();
    Span::new(span.start, span.end + blank as u32)
}

/// The whole lines of a span, with the end of the last; the span itself if other text stands on them.
pub(crate) fn lines_of(text: &str, span: Span) -> Span {
    let (start, end) = (span.start as usize, span.end as usize);
    let first = text.get(..start).and_then(|t| t.rfind('\n')).map_or(0, |n| n + 1);
    let last = text.get(end..).and_then(|t| t.find('\n')).map_or(text.len(), |n| end + n + 1);
    let alone = text.get(first..start).is_some_and(|t| t.trim().is_empty())
        && text.get(end..last).is_some_and(|t| t.trim().trim_start_matches(',').is_empty());
    if alone { Span::new(first as u32, last as u32) } else { span }
}
