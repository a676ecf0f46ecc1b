//! The chunk scanner: splits a file into items before anything is parsed.

use crate::ast::{Span, SyntaxError};
use crate::chars::{self, at};
use crate::codes;
use crate::skim::{self, Skip};
use smol_str::SmolStr;

/// How large a source may be, in bytes.
pub const SOURCE_LIMIT: usize = 8 * 1024 * 1024;

/// What a chunk begins with, as far as words tell.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Head {
    /// The item keyword (`kind`, `struct`, `unit`, `use`, `let`, `overlay`, …), `decl` for a declaration, `` if unclear.
    pub keyword: &'static str,
    /// For a declaration, its kind as written (`service`, `my.kind`); empty otherwise.
    pub kind: SmolStr,
    /// The item's name (for `use` its path as written, for `test` its title); empty if unclear.
    pub name: SmolStr,
    /// Whether `template` stands before a declaration.
    pub template: bool,
    /// Whether `private` stands before the item.
    pub private: bool,
}

/// A piece of a file that holds one item, with the docs and comments that stand before it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct RawChunk {
    /// Where it stands in the file.
    pub span: Span,
    /// What it begins with.
    pub head: Head,
}

/// The result of [`scan`].
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Scan {
    /// Chunks in order; together they cover every byte that is not blank.
    pub chunks: Vec<RawChunk>,
    /// What no chunk could be parsed for: size over the limit (then there are no chunks), spans relative to the
    /// file. Nesting over the limit is reported by [`crate::parse`], for the item that has it.
    pub errors: Vec<SyntaxError>,
}

/// Splits a file into chunks, in time linear in its length.
pub fn scan(text: &str) -> Scan {
    if text.len() > SOURCE_LIMIT {
        return Scan { chunks: Vec::new(), errors: vec![too_large(text.len())] };
    }
    let chunks = split(text).into_iter().map(|span| RawChunk { span, head: head(text, span) }).collect();
    Scan { chunks, errors: Vec::new() }
}

#[cold]
pub(crate) fn too_large(len: usize) -> SyntaxError {
    SyntaxError {
        code: codes::SOURCE_SIZE,
        span: Span::new(0, 1),
        message: format!("this source has {len} bytes, 8388608 (8 MiB) are allowed"),
        label: "a source begins here".to_owned(),
        help: Some("split it into several files; large tables are loaded from CSV, JSON or YAML".to_owned()),
        fix: None,
    }
}

/// Where the items of a file stand. If brackets do not balance, only lines that begin with an item head in column 0
/// begin one, so that a missing `}` harms one item.
pub(crate) fn split(text: &str) -> Vec<Span> {
    let bytes = text.as_bytes();
    let mut walk = Walk::new(bytes, crate::parse::start_of(text));
    walk.run(Mode::Balanced);
    if !walk.balanced {
        let endless = walk.endless;
        walk = Walk::new(bytes, crate::parse::start_of(text));
        walk.run(if endless { Mode::Lines } else { Mode::Columns });
    }
    walk.finish(text)
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Mode {
    /// Items begin at lines of depth 0.
    Balanced,
    /// Items begin at lines with a head in column 0.
    Columns,
    /// The same, and strings and comments end there too, as one of them never ends by itself.
    Lines,
}

struct Walk<'s> {
    bytes: &'s [u8],
    /// Where chunks begin.
    starts: Vec<usize>,
    /// The first line of comments that may belong to the next item.
    pending: Option<usize>,
    /// Docs or attributes were read, their item comes next.
    prefix: bool,
    balanced: bool,
    endless: bool,
    begin: usize,
    /// Where the line that is being read ends, if strings must end there.
    line_end: usize,
}

/// Where the next byte is that says something of lines, strings, comments or brackets.
fn behind_plain(bytes: &[u8], i: usize) -> usize {
    let says = |b: &u8| matches!(b, b'\n' | b'{' | b'}' | b'[' | b']' | b'(' | b')' | b'"' | b'#' | b'/');
    let rest = bytes.get(i..).unwrap_or_default();
    rest.iter().position(says).map_or(bytes.len(), |n| i + n)
}

impl<'s> Walk<'s> {
    fn new(bytes: &'s [u8], begin: usize) -> Self {
        Walk {
            bytes,
            starts: Vec::new(),
            pending: None,
            prefix: false,
            balanced: true,
            endless: false,
            begin,
            line_end: 0,
        }
    }

    fn run(&mut self, mode: Mode) {
        let bytes = self.bytes;
        // Which brackets are open, as bits would not do: kinds must match.
        let mut open: Vec<u8> = Vec::new();
        let mut i = self.begin;
        let mut line_start = true;
        let mut column = 0;
        while i < bytes.len() {
            let c = at(bytes, i);
            match c {
                b'\n' => {
                    line_start = true;
                    i += 1;
                    column = i;
                    continue;
                }
                b' ' | b'\t' | b'\r' => {
                    i += 1;
                    continue;
                }
                _ => {}
            }
            if line_start {
                line_start = false;
                let here = match mode {
                    Mode::Balanced => open.is_empty(),
                    _ => i == column || i == self.begin,
                };
                if here {
                    match self.line(i, mode) {
                        Line::Go => {}
                        Line::Attributes(end) => {
                            i = end;
                            // What follows on this line may be the item's head.
                            line_start = true;
                            column = if mode == Mode::Balanced { column } else { self.behind_blanks(end) };
                            continue;
                        }
                    }
                }
            }
            match c {
                b'{' | b'[' | b'(' => {
                    open.push(c);
                    i += 1;
                }
                b'}' | b']' | b')' => {
                    let opener = match c {
                        b'}' => b'{',
                        b']' => b'[',
                        _ => b'(',
                    };
                    if open.last() == Some(&opener) {
                        open.pop();
                    } else {
                        self.balanced = false;
                    }
                    i += 1;
                }
                b'"' | b'#' | b'/' => i = self.token(i, mode),
                _ => i = behind_plain(bytes, i + 1),
            }
        }
        self.balanced &= open.is_empty() && !self.endless;
    }

    fn behind_blanks(&self, mut i: usize) -> usize {
        while matches!(at(self.bytes, i), b' ' | b'\t') {
            i += 1;
        }
        i
    }

    /// Steps over a string, a comment or a single byte.
    fn token(&mut self, i: usize, mode: Mode) -> usize {
        let mut bytes = self.bytes;
        if mode == Mode::Lines {
            // One of the strings over lines has no end: none may hide a head, so each ends with its line.
            if i >= self.line_end {
                self.line_end = skim::line_end(bytes, i);
            }
            bytes = bytes.get(..self.line_end).unwrap_or(bytes);
        }
        let end = match at(bytes, i) {
            b'"' => match skim::string_end(bytes, i) {
                Skip::Closed(end) | Skip::CutByLine(end) => Some(end),
                Skip::Endless => None,
            },
            b'#' if at(bytes, i + 1) == b'"' => skim::raw_end(bytes, i),
            b'#' => Some(skim::line_end(bytes, i)),
            _ if at(bytes, i + 1) == b'/' => Some(skim::line_end(bytes, i)),
            _ if at(bytes, i + 1) == b'*' => skim::block_comment_end(bytes, i),
            _ => Some(i + 1),
        };
        end.unwrap_or_else(|| {
            if mode != Mode::Lines {
                self.endless = true;
                self.balanced = false;
            }
            bytes.len()
        })
    }

    /// Looks at the first thing of a line where an item could begin.
    fn line(&mut self, i: usize, mode: Mode) -> Line {
        let bytes = self.bytes;
        let c = at(bytes, i);
        let first = self.starts.is_empty();
        if c == b'/' && matches!(at(bytes, i + 1), b'/' | b'*') {
            if chars::is_module_doc(bytes, i) && !first {
                // Not at the beginning of the file: a mistake, told where the text before is parsed.
                self.pending = None;
            } else if chars::is_doc(bytes, i)
                && mode == Mode::Balanced
                && !(first && self.pending.is_none() && self.prefix)
            {
                self.begin_at(i);
            } else if self.pending.is_none() {
                self.pending = Some(i);
            }
            return Line::Go;
        }
        if c == b'@' && chars::starts_word(at(bytes, i + 1)) {
            // Where brackets do not balance, looking for a far end at every attribute would take quadratic time.
            let limit = if mode == Mode::Balanced { bytes.len() } else { skim::line_end(bytes, i) };
            let end = attribute_end(bytes.get(..limit).unwrap_or(bytes), i);
            if mode == Mode::Balanced {
                self.begin_at(i);
            } else if self.pending.is_none() {
                self.pending = Some(i);
            }
            return Line::Attributes(end);
        }
        if begins_item(bytes, i) {
            if self.prefix && mode == Mode::Balanced {
                self.prefix = false;
            } else {
                self.starts.push(self.pending.take().unwrap_or(i));
            }
            self.pending = None;
            return Line::Go;
        }
        // The running item goes on.
        self.pending = None;
        self.prefix = false;
        Line::Go
    }

    /// Docs and attributes begin a chunk, whatever follows.
    fn begin_at(&mut self, i: usize) {
        if !self.prefix {
            self.starts.push(self.pending.take().unwrap_or(i));
            self.prefix = true;
        }
    }

    /// From the places where chunks begin to what they cover.
    fn finish(mut self, text: &str) -> Vec<Span> {
        let begin = self.begin;
        let Some(rest) = text.get(begin..) else { return Vec::new() };
        if rest.trim().is_empty() {
            return Vec::new();
        }
        // Whatever stands before the first item belongs to it.
        match self.starts.first_mut() {
            Some(first) => *first = begin,
            None => self.starts.push(begin),
        }
        let mut spans = Vec::with_capacity(self.starts.len());
        for (n, start) in self.starts.iter().enumerate() {
            let end = self.starts.get(n + 1).copied().unwrap_or(text.len());
            let piece = text.get(*start..end).unwrap_or("");
            let blank = |c: char| matches!(c, ' ' | '\t' | '\r' | '\n');
            let from = start + (piece.len() - piece.trim_start_matches(blank).len());
            let to = start + piece.trim_end_matches(blank).len();
            if to > from {
                spans.push(Span::new(from as u32, to as u32));
            }
        }
        spans
    }
}

enum Line {
    Go,
    /// Attributes end here.
    Attributes(usize),
}

/// Where the attribute that begins at `i` ends.
fn attribute_end(bytes: &[u8], i: usize) -> usize {
    let mut end = chars::word_end(bytes, i + 1);
    let mut paren = end;
    while matches!(at(bytes, paren), b' ' | b'\t') {
        paren += 1;
    }
    if at(bytes, paren) != b'(' {
        return end;
    }
    let mut depth = 0u32;
    let mut j = paren;
    while j < bytes.len() {
        match at(bytes, j) {
            b'(' | b'[' | b'{' => depth += 1,
            b')' | b']' | b'}' => {
                depth -= 1;
                if depth == 0 {
                    end = j + 1;
                    break;
                }
            }
            _ => {
                if let Some(next) = skim::skip_token(bytes, j) {
                    j = next;
                    continue;
                }
            }
        }
        j += 1;
    }
    end
}

/// Whether the word at `i` continues an item wherever it stands.
fn continues(word: &str) -> bool {
    chars::is_reserved(word) || matches!(word, "from" | "by")
}

fn word_at(bytes: &[u8], i: usize) -> &str {
    bytes.get(i..chars::word_end(bytes, i)).and_then(|b| std::str::from_utf8(b).ok()).unwrap_or("")
}

/// Behind blanks and comments of the same line.
fn blanks(bytes: &[u8], mut i: usize) -> usize {
    loop {
        match at(bytes, i) {
            b' ' | b'\t' | b'\r' => i += 1,
            b'/' if at(bytes, i + 1) == b'*' => match skim::block_comment_end(bytes, i) {
                Some(end) if end <= skim::line_end(bytes, i) => i = end,
                _ => return i,
            },
            _ => return i,
        }
    }
}

/// Behind a path that begins at `i`.
fn path_end(bytes: &[u8], i: usize) -> usize {
    let mut end = chars::word_end(bytes, i);
    while at(bytes, end) == b'.' && chars::starts_word(at(bytes, end + 1)) {
        end = chars::word_end(bytes, end + 1);
    }
    end
}

/// Whether a line that begins at `i` begins an item: two words, or an item's keyword and what may follow it.
pub(crate) fn begins_item(bytes: &[u8], i: usize) -> bool {
    let word = word_at(bytes, i);
    if word.is_empty() || continues(word) {
        return false;
    }
    let end = path_end(bytes, i);
    let next = blanks(bytes, end);
    let c = at(bytes, next);
    if c == b'"' {
        return next > end;
    }
    if next == end {
        return false;
    }
    let second = word_at(bytes, next);
    if second.is_empty() {
        // `unit µs`
        return word == "unit" && c == 0xC2;
    }
    if chars::item_word(word).is_some() {
        return !chars::is_reserved(second) || word == "expect" && second == "not";
    }
    if second == "by" {
        // `… in xs by key {` goes on; `kind by {` is a declaration.
        let c = at(bytes, blanks(bytes, chars::word_end(bytes, next)));
        return c == b'{' || c == b'[';
    }
    !chars::is_reserved(second)
}

/// Reads the head of a chunk.
fn head(text: &str, span: Span) -> Head {
    let bytes = text.as_bytes().get(..span.end as usize).unwrap_or_default();
    let mut head = Head {
        keyword: "",
        kind: SmolStr::default(),
        name: SmolStr::default(),
        template: false,
        private: false,
    };
    // Comments, docs and attributes stand before the first word.
    let mut i = span.start as usize;
    loop {
        match at(bytes, i) {
            b' ' | b'\t' | b'\r' | b'\n' => i += 1,
            b'/' | b'#' => match skim::skip_token(bytes, i) {
                Some(end) => i = end,
                None => return head,
            },
            b'@' if chars::starts_word(at(bytes, i + 1)) => i = attribute_end(bytes, i).max(i + 1),
            _ => break,
        }
    }
    let mut word = word_at(bytes, i);
    for flag in ["private", "template"] {
        if word == flag {
            if flag == "private" {
                head.private = true;
            } else {
                head.template = true;
            }
            i = blanks(bytes, i + flag.len());
            word = word_at(bytes, i);
        }
    }
    if word.is_empty() {
        return head;
    }
    let slice = |start: usize, end: usize| text.get(start..end).unwrap_or("");
    if let Some(keyword) = chars::item_word(word) {
        let name = blanks(bytes, i + word.len());
        let name_end = match keyword {
            "use" => path_end(bytes, name),
            "unit" if at(bytes, name) == 0xC2 => chars::unit_end(bytes, name),
            "test" if at(bytes, name) == b'"' => {
                if let Skip::Closed(end) = skim::string_end(bytes, name) {
                    head.name = SmolStr::new(slice(name + 1, end - 1));
                }
                name
            }
            _ => chars::word_end(bytes, name),
        };
        if head.template {
            return head;
        }
        head.keyword = keyword;
        if name_end > name {
            head.name = SmolStr::new(slice(name, name_end));
        }
        return head;
    }
    let kind_end = path_end(bytes, i);
    let name = blanks(bytes, kind_end);
    let second = word_at(bytes, name);
    if second.is_empty() || chars::is_reserved(word) || chars::is_reserved(second) {
        return head;
    }
    head.keyword = "decl";
    head.kind = SmolStr::new(slice(i, kind_end));
    head.name = SmolStr::new(second);
    head
}
