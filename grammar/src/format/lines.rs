//! Lines below each other: blank lines between them, signs in one column.

use super::print::essence;

/// Something that begins on a line of its own; its text may go on over further lines.
#[derive(Debug, Default)]
pub(super) struct Line {
    /// Without the indentation of its first line.
    pub(super) text: String,
    /// Whether an empty line stood before it.
    pub(super) blank: bool,
    /// A comment, documentation or an attribute: it belongs to what follows.
    pub(super) leads: bool,
    /// For `key = value` on one line, the length of the key in characters.
    pub(super) key: Option<usize>,
}

impl Line {
    /// Text that is printed as it is.
    pub(super) fn verbatim(text: &str, blank: bool) -> Self {
        Line { text: text.to_owned(), blank, leads: false, key: None }
    }

    fn over_lines(&self) -> bool {
        self.text.contains('\n')
    }
}

/// What stands below each other in a body or a file.
#[derive(Debug, Default)]
pub(super) struct Lines {
    pub(super) all: Vec<Line>,
}

impl Lines {
    pub(super) fn push(&mut self, line: Line) {
        self.all.push(line);
    }

    /// Adds the lines of another item.
    pub(super) fn extend(&mut self, mut other: Lines, blank: bool) {
        if let Some(first) = other.all.first_mut() {
            first.blank |= blank;
        }
        self.all.append(&mut other.all);
    }

    /// All lines, indented.
    pub(super) fn body(mut self, indent: usize, out: &mut String) {
        self.align();
        for (n, line) in self.all.iter().enumerate() {
            if n > 0 && line.blank {
                out.push('\n');
            }
            out.extend(std::iter::repeat_n(' ', indent));
            out.push_str(&line.text);
            out.push('\n');
        }
    }

    /// A whole file: items over lines stand apart.
    pub(super) fn file(mut self) -> String {
        let over_lines: Vec<bool> = self.all.iter().map(Line::over_lines).collect();
        let mut next_item = vec![false; self.all.len()];
        let mut next = false;
        for ((slot, line), over) in next_item.iter_mut().zip(&self.all).zip(&over_lines).rev() {
            if !line.leads {
                next = *over;
            }
            *slot = next;
        }
        let mut before: Option<bool> = None;
        for ((line, over), next) in self.all.iter_mut().zip(over_lines).zip(next_item) {
            // Comments belong to the item below them: the empty line stands before them.
            if let Some(item_over_lines) = before {
                line.blank |= item_over_lines || next;
            }
            before = if line.leads { None } else { Some(over) };
        }
        let mut out = String::new();
        self.body(0, &mut out);
        out
    }

    /// Pads the keys of consecutive one-line entries to one width.
    fn align(&mut self) {
        let mut from = 0;
        while from < self.all.len() {
            let rest = self.all.get_mut(from..).unwrap_or_default();
            let run = 1 + rest.iter().skip(1).take_while(|line| !line.blank && line.key.is_some()).count();
            let Some(lines) =
                rest.get_mut(..run).filter(|lines| lines.first().is_some_and(|l| l.key.is_some()))
            else {
                from += 1;
                continue;
            };
            let width = lines.iter().filter_map(|line| line.key).max().unwrap_or(0);
            for line in lines {
                let Some(key) = line.key else { continue };
                let place = line.text.char_indices().nth(key).map_or(line.text.len(), |(n, _)| n);
                line.text.insert_str(place, &" ".repeat(width - key));
            }
            from += run;
        }
    }

    /// Everything but blanks and separators.
    pub(super) fn essence(&self) -> String {
        let mut text = String::new();
        for line in &self.all {
            text.push_str(&line.text);
            text.push('\n');
        }
        essence(&text)
    }
}
