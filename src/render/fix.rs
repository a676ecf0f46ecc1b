//! What a fix would do, line by line.

use super::SourceFile;
use crate::terminal::clean;
use ivs_source::Edit;

/// Longer previews are cut.
const MAX_LINES: usize = 12;

/// So are wider ones, altogether; in bytes.
const MAX_WIDTH: usize = 400;

/// A line of a preview.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Line {
    /// Goes, with its number.
    Old(usize, String),
    /// Comes, with the number it gets.
    New(usize, String),
    /// More than fits.
    More(usize),
}

/// The lines of one file that edits change, before and after. Edits are disjoint.
pub fn preview(file: &SourceFile, edits: &[&Edit<u32>]) -> Vec<Line> {
    let mut edits: Vec<(usize, usize, &str)> = edits
        .iter()
        .map(|e| {
            let start = file.clamp(e.place.span.start);
            (start, file.clamp(e.place.span.end).max(start), e.text.as_str())
        })
        .collect();
    edits.sort();
    let mut out = Vec::new();
    // How many lines the edits so far have added (or, negative, taken).
    let mut shift: isize = 0;
    let mut rest = edits.as_slice();
    while let Some((start, end, _)) = rest.first() {
        let first = file.line_of(*start);
        let mut last = file.line_of(*end);
        // All edits that touch these lines are shown together.
        let mut count = 1;
        while let Some((start, end, _)) = rest.get(count).filter(|(start, ..)| file.line_of(*start) <= last) {
            debug_assert!(start <= end);
            last = last.max(file.line_of(*end));
            count += 1;
        }
        let (group, later) = rest.split_at(count);
        rest = later;
        let (from, to) = (file.line_range(first).0, file.line_range(last).1);
        let old = file.text.get(from..to).unwrap_or_default();
        let mut new = String::new();
        let mut at = from;
        for (start, end, text) in group {
            new.push_str(file.text.get(at..*start).unwrap_or_default());
            new.push_str(text);
            at = *end;
        }
        new.push_str(file.text.get(at..to.max(at)).unwrap_or_default());
        shift += difference(old, &new, first, shift, &mut out);
    }
    if out.iter().any(|l| matches!(l, Line::Old(_, t) | Line::New(_, t) if t.len() > MAX_WIDTH)) {
        // Somebody's generated one-liner: the title has to do.
        return Vec::new();
    }
    if out.len() > MAX_LINES {
        let more = out.len() - MAX_LINES;
        out.truncate(MAX_LINES);
        out.push(Line::More(more));
    }
    out
}

/// Adds the lines that differ; gives by how many lines the new text is longer.
fn difference(old: &str, new: &str, first: usize, shift: isize, out: &mut Vec<Line>) -> isize {
    let old: Vec<&str> = old.lines().collect();
    let new: Vec<&str> = new.lines().collect();
    let head = old.iter().zip(&new).take_while(|(a, b)| a == b).count();
    let tail = old.iter().rev().zip(new.iter().rev()).take_while(|(a, b)| a == b).count();
    let tail = tail.min(old.len() - head).min(new.len() - head);
    for (i, line) in old.iter().enumerate().take(old.len() - tail).skip(head) {
        out.push(Line::Old(first + i + 1, clean(line).into_owned()));
    }
    for (i, line) in new.iter().enumerate().take(new.len() - tail).skip(head) {
        let number = (first + i + 1).saturating_add_signed(shift);
        out.push(Line::New(number, clean(line).into_owned()));
    }
    isize::try_from(new.len()).unwrap_or(0) - isize::try_from(old.len()).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use ivs_grammar::ast::Span;
    use ivs_source::Place;

    fn show(text: &str, edits: &[(u32, u32, &str)]) -> String {
        let file = SourceFile::new("a".to_owned(), text.into(), false);
        let edits: Vec<Edit<u32>> = edits
            .iter()
            .map(|(s, e, t)| Edit { place: Place { of: 0, span: Span::new(*s, *e) }, text: (*t).to_owned() })
            .collect();
        let line = |l: &Line| match l {
            Line::Old(n, t) => format!("-{n} {t}\n"),
            Line::New(n, t) => format!("+{n} {t}\n"),
            Line::More(n) => format!("{n} more\n"),
        };
        preview(&file, &edits.iter().collect::<Vec<_>>()).iter().map(line).collect()
    }

    #[test]
    fn a_replaced_word() {
        assert_eq!(show("a\nuse = 0.7\nc\n", &[(8, 11, "70%")]), "-2 use = 0.7\n+2 use = 70%\n");
    }

    #[test]
    fn an_inserted_line_shows_only_itself() {
        assert_eq!(show("a {\n  b = 1\n}\n", &[(11, 11, "\n  c = 2")]), "+3   c = 2\n");
    }

    #[test]
    fn a_deleted_line() {
        assert_eq!(show("a\nb\nc\n", &[(2, 4, "")]), "-2 b\n");
    }

    #[test]
    fn several_edits_in_one_line_and_later_lines_with_their_new_numbers() {
        assert_eq!(
            show("ab\nc\nd\n", &[(0, 1, "x"), (1, 2, "y\nz"), (5, 6, "e")]),
            "-1 ab\n+1 xy\n+2 z\n-3 d\n+4 e\n"
        );
    }

    #[test]
    fn edits_outside_of_the_text_are_tolerated() {
        assert_eq!(show("a\n", &[(90, 99, "b")]), "+2 b\n");
        assert_eq!(show("", &[(0, 0, "b")]), "+1 b\n");
    }
}
