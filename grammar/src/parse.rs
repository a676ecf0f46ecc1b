//! Text to tree: a recursive-descent parser that always gives one.
//!
//! It reads bytes on demand, without a token list. What is wrong is reported once, at its place; the parse then goes
//! on behind the broken entry, element or item. Chains are loops, so only brackets (and branches) cost stack.

mod attribute;
mod block;
mod collection;
mod decl;
mod definition;
mod elements;
mod entry;
mod expr;
mod item;
mod key_error;
mod keyword;
mod literal;
mod name;
mod nested;
mod number;
mod postfix;
mod primary;
mod recover;
mod report;
mod statement;
mod types;

use crate::ast::{Chunk, Doc, Span, SyntaxError, Word};
use crate::chars::{self, at};
use crate::codes;
use crate::scan::{SOURCE_LIMIT, split};
use crate::skim::{self, Brackets};
use smol_str::SmolStr;

/// How deep brackets and branches may nest.
pub const NESTING_LIMIT: u32 = 256;

/// A mistake was reported; whoever can recover does.
#[derive(Debug)]
pub(crate) struct Stop;

pub(crate) type Parsed<T> = Result<T, Stop>;

/// Reads one chunk of text (or a whole file). Always gives a tree.
pub fn parse(text: &str) -> Chunk {
    if text.len() > SOURCE_LIMIT {
        return Chunk { errors: vec![crate::scan::too_large(text.len())], ..Chunk::default() };
    }
    let whole = parse_range(text, start_of(text), text.len());
    if whole.errors.is_empty() {
        return whole;
    }
    // A mistake must harm one item only: parse each by itself, as the scanner splits them.
    let chunks = split(text);
    if chunks.len() < 2 {
        return whole;
    }
    let mut all = Chunk::default();
    for span in chunks {
        let mut part = parse_range(text, span.start as usize, span.end as usize);
        all.items.append(&mut part.items);
        all.errors.append(&mut part.errors);
        all.module_docs.append(&mut part.module_docs);
    }
    all
}

/// Behind a byte order mark.
pub(crate) fn start_of(text: &str) -> usize {
    if text.starts_with('\u{FEFF}') { 3 } else { 0 }
}

/// Parses the items between two places of a text; spans count from the start of the text.
pub(crate) fn parse_range(text: &str, start: usize, end: usize) -> Chunk {
    let mut parser = Parser::new(text, start, end);
    let mut chunk = parser.file();
    chunk.errors = parser.errors;
    chunk.errors.sort_by_key(|e| e.span);
    chunk
}

pub(crate) struct Parser<'s> {
    src: &'s str,
    /// The text up to the limit of what is being read (the chunk, or the line of a string).
    bytes: &'s [u8],
    /// The text up to the end of the chunk.
    whole: &'s [u8],
    start: usize,
    /// Behind the last thing that was read.
    pos: usize,
    /// The place `look` was computed for.
    look_from: usize,
    /// The next thing that is no blank or comment.
    look: usize,
    /// Whether a line ends between `pos` and `look`.
    look_nl: bool,
    depth: u32,
    errors: Vec<SyntaxError>,
    /// Brackets that are open, outermost first, each with the depth around it.
    open: Vec<(u32, u32)>,
    /// The depth where `open` is empty: above 0 inside an interpolation.
    base_depth: u32,
    /// Found on the first mistake only.
    brackets: Option<Brackets>,
    /// Up to where comments were checked, so that reading ahead twice reports once.
    comments_checked: usize,
    /// Inside a value that was written with `:`, types are not tried again.
    colons_set: bool,
    /// Whether the limit of `bytes` is the end of a line.
    in_line: bool,
    /// Whether this is inside an interpolation.
    in_hole: bool,
    /// How many `}`, `]`, `)` an unclosed string swallowed: as many brackets stay open without another message.
    swallowed: [u32; 3],
    /// The limit before which an interpolation was found not to end.
    endless_hole: Option<usize>,
    /// From where to where a line is known to reach.
    line: (usize, usize),
    /// Whether nesting beyond the limit was reported.
    nested_too_deep: bool,
    /// Where an unclosed bracket was reported last.
    unclosed_at: Option<usize>,
}

impl<'s> Parser<'s> {
    fn new(src: &'s str, start: usize, end: usize) -> Self {
        let bytes = src.as_bytes().get(..end).unwrap_or(src.as_bytes());
        Self {
            src,
            bytes,
            whole: bytes,
            start,
            pos: start,
            look_from: usize::MAX,
            look: start,
            look_nl: false,
            depth: 0,
            errors: Vec::new(),
            open: Vec::new(),
            base_depth: 0,
            brackets: None,
            comments_checked: start,
            colons_set: false,
            in_line: false,
            in_hole: false,
            swallowed: [0; 3],
            endless_hole: None,
            line: (1, 0),
            nested_too_deep: false,
            unclosed_at: None,
        }
    }

    // ------------------------------------------------------------ looking

    #[inline(always)]
    fn at(&self, i: usize) -> u8 {
        at(self.bytes, i)
    }

    #[inline]
    fn text(&self, start: usize, end: usize) -> &'s str {
        self.src.get(start..end).unwrap_or("")
    }

    #[inline]
    fn span(&self, start: usize) -> Span {
        Span::new(start as u32, self.pos as u32)
    }

    /// The first byte of the next thing; 0 at the end.
    #[inline]
    fn peek(&mut self) -> u8 {
        if self.look_from != self.pos {
            self.find_next();
        }
        self.at(self.look)
    }

    fn find_next(&mut self) {
        let mut i = self.pos;
        let mut nl = false;
        loop {
            match self.at(i) {
                b' ' | b'\t' | b'\r' => i += 1,
                b'\n' => {
                    nl = true;
                    i += 1;
                }
                b'/' if self.at(i + 1) == b'/' => {
                    if chars::is_doc(self.bytes, i) || chars::is_module_doc(self.bytes, i) {
                        break;
                    }
                    i = skim::line_end(self.bytes, i);
                }
                b'/' if self.at(i + 1) == b'*' => {
                    let end = match skim::block_comment_end(self.bytes, i) {
                        Some(end) => end,
                        None => {
                            self.unclosed_comment(i);
                            self.bytes.len()
                        }
                    };
                    nl |= self.text(i, end).contains('\n');
                    i = end;
                }
                b'#' if self.at(i + 1) != b'"' => {
                    self.hash_comment(i);
                    i = skim::line_end(self.bytes, i);
                }
                _ => break,
            }
        }
        self.look_from = self.pos;
        self.look = i;
        self.look_nl = nl;
    }

    /// Whether nothing is left.
    fn at_end(&mut self) -> bool {
        self.peek() == 0 && self.look >= self.bytes.len()
    }

    /// Whether this byte comes next.
    #[inline]
    fn is(&mut self, byte: u8) -> bool {
        self.peek() == byte
    }

    /// Reads `byte` if it comes next.
    #[inline]
    fn eat(&mut self, byte: u8) -> bool {
        let found = self.peek() == byte;
        if found {
            self.pos = self.look + 1;
        }
        found
    }

    /// The word that comes next; empty if none does.
    #[inline]
    fn peek_word(&mut self) -> &'s str {
        self.peek();
        self.text(self.look, chars::word_end(self.bytes, self.look))
    }

    /// Reads `word` if it comes next.
    fn eat_word(&mut self, word: &str) -> bool {
        let found = self.peek() == at(word.as_bytes(), 0) && self.peek_word() == word;
        if found {
            self.pos = self.look + word.len();
        }
        found
    }

    /// Reads whatever word comes next.
    #[inline]
    fn take_word(&mut self) -> Option<Word> {
        self.peek();
        let end = chars::word_end(self.bytes, self.look);
        if end == self.look {
            return None;
        }
        let start = self.look;
        self.pos = end;
        Some(Word { text: SmolStr::new(self.text(start, end)), span: self.span(start) })
    }

    /// Whether a lone `=` comes next.
    #[inline]
    fn is_equals(&mut self) -> bool {
        self.peek() == b'=' && self.at(self.look + 1) != b'='
    }

    /// Whether the bytes from `i` on, blanks skipped, say that the word before them is a field's name.
    fn field_follows(&self, mut i: usize) -> bool {
        while matches!(self.at(i), b' ' | b'\t') {
            i += 1;
        }
        match self.at(i) {
            b'=' => self.at(i + 1) != b'=',
            b'+' => self.at(i + 1) == b'=',
            b'{' | b':' => true,
            b'?' => !matches!(self.at(i + 1), b'?' | b'.'),
            _ => false,
        }
    }

    /// Behind blanks, line ends and comments.
    fn behind_trivia(&self, mut i: usize) -> usize {
        loop {
            match self.at(i) {
                b' ' | b'\t' | b'\r' | b'\n' => i += 1,
                b'/' if self.at(i + 1) == b'/'
                    && !chars::is_doc(self.bytes, i)
                    && !chars::is_module_doc(self.bytes, i) =>
                {
                    i = skim::line_end(self.bytes, i);
                }
                b'/' if self.at(i + 1) == b'*' => match skim::block_comment_end(self.bytes, i) {
                    Some(end) => i = end,
                    None => return i,
                },
                _ => return i,
            }
        }
    }

    /// Whether a word that could be an operator, but begins its line, is a field's name: `in = 5`, `in "k" = 5`. The
    /// word ends at `end`.
    #[inline(never)]
    fn names_field(&self, end: usize) -> bool {
        let sets = |i: usize| {
            self.at(i) == b'=' && self.at(i + 1) != b'=' || self.at(i) == b'+' && self.at(i + 1) == b'='
        };
        let next = self.behind_trivia(end);
        if sets(next) || self.field_follows(next) {
            return true;
        }
        // A second key on the same line.
        if self.text(end, next).contains('\n') {
            return false;
        }
        let word = chars::word_end(self.bytes, next);
        if word > next {
            let behind = self.behind_trivia(word);
            return sets(behind) || self.at(behind) == b'{' && chars::is_reserved(self.text(next, word));
        }
        match self.at(next) {
            b'"' => match skim::string_end(self.near(next), next) {
                skim::Skip::Closed(key) => {
                    !self.text(next, key).contains('\n') && sets(self.behind_trivia(key))
                }
                _ => false,
            },
            _ => false,
        }
    }

    // ------------------------------------------------------------ docs

    /// Reads `///` lines.
    fn docs(&mut self) -> Vec<Doc> {
        let mut docs = Vec::new();
        while self.peek() == b'/' && chars::is_doc(self.bytes, self.look) {
            docs.push(self.doc_line());
        }
        docs
    }

    fn doc_line(&mut self) -> Doc {
        let start = self.look;
        let end = skim::line_end(self.bytes, start);
        let text = self.text(start + 3, end).trim_end();
        self.pos = start + 3 + text.len();
        let text = text.strip_prefix(' ').unwrap_or(text);
        Word { text: SmolStr::new(text), span: self.span(start) }
    }

    // ------------------------------------------------------------ depth

    /// Goes one level deeper.
    fn enter(&mut self, place: usize) -> Parsed<()> {
        if self.depth >= NESTING_LIMIT {
            return Err(self.too_deep(place));
        }
        self.depth += 1;
        Ok(())
    }

    fn leave(&mut self) {
        self.depth = self.depth.saturating_sub(1);
    }

    /// Reads an opening bracket, which comes next.
    fn open_bracket(&mut self) -> Parsed<usize> {
        self.peek();
        let place = self.look;
        let depth = self.depth;
        self.enter(place)?;
        self.open.push((place as u32, depth));
        self.pos = place + 1;
        Ok(place)
    }

    fn close_bracket(&mut self) {
        if let Some((_, depth)) = self.open.pop() {
            self.depth = depth;
        }
    }

    #[cold]
    fn too_deep(&mut self, place: usize) -> Stop {
        if !std::mem::replace(&mut self.nested_too_deep, true) {
            self.push(
                report::problem(
                    codes::NESTING,
                    place,
                    place + 1,
                    "this nests deeper than 256 levels",
                    "level 257",
                )
                .help("give inner parts names of their own with `let`"),
            );
        }
        Stop
    }
}
