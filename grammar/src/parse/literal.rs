//! Strings.

use super::Parser;
use super::report::problem;
use crate::ast::{StrLit, StrPart};
use crate::codes;
use crate::skim::{self, Skip};
use smol_str::SmolStr;

/// A piece of a string before it is unescaped: a range of the text, or an interpolation.
enum Raw {
    Text(usize, usize),
    Hole(StrPart),
}

impl<'s> Parser<'s> {
    /// A string that begins with `"` or `#"`, which comes next.
    pub(super) fn string(&mut self) -> StrLit {
        self.peek();
        let start = self.look;
        if self.at(start) == b'#' {
            return self.raw_string(start);
        }
        if self.at(start + 1) == b'"' && self.at(start + 2) == b'"' {
            return self.multi_string(start);
        }
        let mut i = start + 1;
        loop {
            match self.at(i) {
                b'"' => {
                    self.pos = i + 1;
                    let text = self.text(start + 1, i);
                    let parts =
                        if text.is_empty() { Vec::new() } else { vec![StrPart::Text(SmolStr::new(text))] };
                    return StrLit { parts, span: self.span(start) };
                }
                b'\\' | b'\n' => break,
                b'$' if self.at(i + 1) == b'{' => break,
                0 if i >= self.bytes.len() => break,
                _ => i += 1,
            }
        }
        self.plain_string(start, i)
    }

    /// `#"…"#`
    fn raw_string(&mut self, start: usize) -> StrLit {
        let end = match skim::raw_end(self.bytes, start) {
            Some(end) => end,
            None => {
                self.endless_string(start, 2, "`\"#` is missing");
                return StrLit { parts: Vec::new(), span: self.span(start) };
            }
        };
        self.pos = end;
        let text = self.text(start + 2, end - 2);
        let mut parts = Vec::new();
        if !text.is_empty() {
            let text = if text.contains('\r') {
                SmolStr::new(text.replace("\r\n", "\n"))
            } else {
                SmolStr::new(text)
            };
            parts.push(StrPart::Text(text));
        }
        StrLit { parts, span: self.span(start) }
    }

    #[cold]
    fn endless_string(&mut self, start: usize, len: usize, label: &str) {
        self.pos = self.bytes.len();
        self.swallowed = [u32::MAX; 3];
        self.push(problem(codes::UNCLOSED_STRING, start, start + len, "this string is never closed", label));
    }

    /// A one-line string with escapes, interpolations or no end; nothing of that stands before `i`.
    fn plain_string(&mut self, start: usize, mut i: usize) -> StrLit {
        // Its interpolations end with its line as well.
        let (bytes, in_line) = (self.bytes, self.in_line);
        if !in_line {
            let end = self.line_end(i);
            self.bytes = bytes.get(..end).unwrap_or(bytes);
            self.in_line = true;
            self.look_from = usize::MAX;
        }
        let mut raw = Vec::new();
        let mut from = start + 1;
        let mut closed = false;
        while i < self.bytes.len() {
            match self.at(i) {
                b'"' => {
                    closed = true;
                    break;
                }
                b'\\' => i = (i + 2).min(self.bytes.len()),
                b'$' if self.at(i + 1) == b'{' => {
                    if i > from {
                        raw.push(Raw::Text(from, i));
                    }
                    let (part, end) = self.hole(i);
                    raw.push(Raw::Hole(part));
                    from = end;
                    i = end;
                }
                _ => i += 1,
            }
        }
        if i > from {
            raw.push(Raw::Text(from, i));
        }
        if closed {
            self.pos = i + 1;
        } else {
            self.unclosed_string(start, i);
        }
        self.bytes = bytes;
        self.in_line = in_line;
        self.look_from = usize::MAX;
        let parts = self.finish(raw, "");
        StrLit { parts, span: self.span(start) }
    }

    #[cold]
    fn unclosed_string(&mut self, start: usize, end: usize) {
        let rest = self.text(start, end);
        let end = start + rest.trim_end().len();
        self.pos = end;
        if let Some(last) = self.errors.last_mut().filter(|e| e.span.start as usize >= start) {
            // What is wrong inside explains it; where only a `}` is missing, the fix closes both.
            if last.code == codes::UNCLOSED_INTERPOLATION
                && let Some(fix) = &mut last.fix
            {
                fix.title = "close both".to_owned();
                fix.edits.iter_mut().for_each(|(_, text)| text.push('"'));
            }
            self.swallow(start, end);
            return;
        }
        // Separators and closing brackets at the end are likely not part of the text.
        let text = rest.trim_end();
        let tail = text.trim_end_matches([',', ']', ')', '}', ' ', ';']).len().max(1);
        self.push(
            problem(
                codes::UNCLOSED_STRING,
                start,
                end,
                "this string is not closed on its line",
                "`\"` is missing",
            )
            .help("text over several lines stands between `\"\"\"` and `\"\"\"`")
            .fix("add `\"`", start + tail, start + tail, "\""),
        );
        self.swallow(start, end);
        self.unclosed_at = Some(self.pos);
    }

    /// Brackets that an unclosed string swallowed are not missed a second time.
    fn swallow(&mut self, start: usize, end: usize) {
        let text = self.text(start, end);
        for (slot, close) in self.swallowed.iter_mut().zip(['}', ']', ')']) {
            *slot = slot.saturating_add(text.matches(close).count() as u32);
        }
    }

    /// `${e}` at `i`, and where the string goes on behind it.
    fn hole(&mut self, i: usize) -> (StrPart, usize) {
        let open = std::mem::take(&mut self.open);
        let (base, depth, in_hole) = (self.base_depth, self.depth, self.in_hole);
        self.in_hole = true;
        self.pos = i + 2;
        let before = self.errors.len();
        let read = self.enter(i).and_then(|()| {
            self.base_depth = self.depth;
            self.expr()
        });
        let closed = read.is_ok() && self.is(b'}');
        let errors = self.errors.len();
        let result = match read {
            Ok(expr) if closed => {
                self.pos = self.look + 1;
                (StrPart::Expr(expr), self.pos)
            }
            read => {
                let end = self.hole_end(i + 2);
                match (end, read) {
                    (Some(_), Ok(_)) => {
                        self.unexpected("`}`");
                    }
                    (None, read) if self.errors.len() == before && (read.is_ok() || self.at_end()) => {
                        self.unclosed_hole(i);
                    }
                    _ => {}
                }
                // Without a `}` the text goes on at the next quotation mark.
                let end = end.unwrap_or_else(|| {
                    let mut j = self.pos;
                    while j < self.bytes.len() && self.at(j) != b'"' {
                        j += 1;
                    }
                    j
                });
                self.errors.truncate(errors + 1);
                self.pos = end;
                (StrPart::Expr(self.error_expr(i)), end)
            }
        };
        self.open = open;
        (self.base_depth, self.depth, self.in_hole) = (base, depth, in_hole);
        result
    }

    /// Behind the `}` of the interpolation that begins before `i`. Where one does not end before the limit, no other
    /// is tried: a nested one would read the same text again.
    #[cold]
    fn hole_end(&mut self, i: usize) -> Option<usize> {
        let limit = self.bytes.len();
        if self.endless_hole == Some(limit) {
            return None;
        }
        match skim::hole_end(self.bytes, i, self.in_line) {
            Skip::Closed(end) => Some(end),
            _ => {
                self.endless_hole = Some(limit);
                None
            }
        }
    }

    /// Where the line of `i` ends; one line is searched once.
    fn line_end(&mut self, i: usize) -> usize {
        let (from, to) = self.line;
        if !(from..=to).contains(&i) {
            self.line = (i, skim::line_end(self.bytes, i));
        }
        self.line.1
    }

    #[cold]
    fn unclosed_hole(&mut self, i: usize) {
        let place = self.pos;
        self.push(
            problem(codes::UNCLOSED_INTERPOLATION, i, i + 2, "this `${` is never closed", "`}` is missing")
                .help("a dollar sign before a brace is written `\\${`")
                .fix("add `}`", place, place, "}"),
        );
    }

    /// `"""…"""`
    fn multi_string(&mut self, start: usize) -> StrLit {
        let mut i = start + 3;
        let mut from = i;
        let mut raw = Vec::new();
        let mut closed = false;
        while i < self.bytes.len() {
            match self.at(i) {
                b'"' if self.at(i + 1) == b'"' && self.at(i + 2) == b'"' => {
                    closed = true;
                    break;
                }
                b'\\' => i = (i + 2).min(self.bytes.len()),
                b'$' if self.at(i + 1) == b'{' => {
                    if i > from {
                        raw.push(Raw::Text(from, i));
                    }
                    let (part, end) = self.hole(i);
                    raw.push(Raw::Hole(part));
                    from = end;
                    i = end;
                }
                _ => i += 1,
            }
        }
        if i > from {
            raw.push(Raw::Text(from, i));
        }
        if !closed {
            self.endless_string(start, 3, "`\"\"\"` is missing");
            return StrLit { parts: Vec::new(), span: self.span(start) };
        }
        let indent = self.common_indent(&raw);
        let mut parts = self.finish(raw, &indent);
        // The line break behind the opening quotes is not part of the text.
        if let Some(StrPart::Text(text)) = parts.first_mut() {
            let body = text.trim_start_matches([' ', '\t']);
            if let Some(body) = body.strip_prefix('\n') {
                *text = SmolStr::new(body);
            }
            if text.is_empty() {
                parts.remove(0);
            }
        }
        self.pos = i + 3;
        StrLit { parts, span: self.span(start) }
    }

    /// What all lines but the first begin with; lines of blanks do not count, the line of the closing quotes does.
    fn common_indent(&self, raw: &[Raw]) -> String {
        let mut common: Option<&str> = None;
        for piece in raw {
            let Raw::Text(start, end) = piece else { continue };
            let text = self.text(*start, *end);
            let mut lines = text.split('\n').peekable();
            lines.next();
            while let Some(line) = lines.next() {
                let last_line = lines.peek().is_none();
                let body = line.trim_start_matches([' ', '\t']);
                let blank = body.is_empty() || body == "\r";
                // The last line of a piece goes on with an interpolation or the closing quotes: it counts.
                if blank && !last_line {
                    continue;
                }
                let indent = line.get(..line.len() - body.len()).unwrap_or("");
                common = Some(match common {
                    None => indent,
                    Some(other) => {
                        let same = other.bytes().zip(indent.bytes()).take_while(|(a, b)| a == b).count();
                        other.get(..same).unwrap_or("")
                    }
                });
            }
        }
        common.unwrap_or("").to_owned()
    }

    /// Unescapes the texts and removes `indent` from the beginning of their lines.
    fn finish(&mut self, raw: Vec<Raw>, indent: &str) -> Vec<StrPart> {
        let mut parts: Vec<StrPart> = Vec::with_capacity(raw.len());
        for piece in raw {
            match piece {
                Raw::Hole(part) => parts.push(part),
                Raw::Text(start, end) => {
                    let text = self.unescape(start, end, indent);
                    if !text.is_empty() {
                        parts.push(StrPart::Text(SmolStr::new(text)));
                    }
                }
            }
        }
        parts
    }

    fn unescape(&mut self, start: usize, end: usize, indent: &str) -> String {
        let text = self.text(start, end);
        let mut out = String::with_capacity(text.len());
        let mut rest = text;
        loop {
            let Some(n) = rest.find(['\\', '\n', '\r']) else {
                out.push_str(rest);
                return out;
            };
            let (before, from) = rest.split_at_checked(n).unwrap_or((rest, ""));
            out.push_str(before);
            let place = start + text.len() - from.len();
            if let Some(behind) = from.strip_prefix('\r') {
                if !behind.starts_with('\n') {
                    out.push('\r');
                }
                rest = behind;
            } else if let Some(behind) = from.strip_prefix('\n') {
                out.push('\n');
                rest = match behind.strip_prefix(indent) {
                    Some(line) => line,
                    // A line of blanks that is shorter than the indentation is empty.
                    None => behind.trim_start_matches([' ', '\t']),
                };
                // Blanks on an otherwise empty line go as well.
                let body = rest.trim_start_matches([' ', '\t']);
                if !indent.is_empty() && (body.starts_with('\n') || body.starts_with("\r\n")) {
                    rest = body;
                }
            } else {
                rest = self.escape(place, from, &mut out);
            }
        }
    }

    /// Reads the escape that `text` begins with, at `place`; returns what follows it.
    fn escape<'t>(&mut self, place: usize, text: &'t str, out: &mut String) -> &'t str {
        let mut chars = text.char_indices().skip(1);
        let Some((_, c)) = chars.next() else {
            return "";
        };
        let behind = text.get(1 + c.len_utf8()..).unwrap_or("");
        match c {
            'n' => out.push('\n'),
            'r' => out.push('\r'),
            't' => out.push('\t'),
            '"' | '\\' | '$' => out.push(c),
            'u' => {
                if let Some((hex, rest)) = behind.strip_prefix('{').and_then(|b| b.split_once('}'))
                    && (1..=6).contains(&hex.len())
                    && hex.bytes().all(|b| b.is_ascii_hexdigit())
                {
                    match u32::from_str_radix(hex, 16).ok().and_then(char::from_u32) {
                        Some(c) => out.push(c),
                        None => self.push(
                            problem(
                                codes::BAD_ESCAPE,
                                place,
                                place + hex.len() + 4,
                                "no character has this number",
                                "not a character",
                            )
                            .help("characters go from 0 to 10FFFF, without D800 to DFFF"),
                        ),
                    }
                    return rest;
                }
                self.push(
                    problem(
                        codes::BAD_ESCAPE,
                        place,
                        place + 2,
                        "`\\u` needs a number in braces",
                        "not an escape",
                    )
                    .help("write one to six hexadecimal digits: `\\u{e9}`"),
                );
            }
            _ => {
                let end = place + 1 + c.len_utf8();
                self.push(
                    problem(codes::BAD_ESCAPE, place, end, format!("`\\{}` is not an escape", c.escape_debug()), "unknown")
                        .help("escapes are `\\n`, `\\r`, `\\t`, `\\\"`, `\\\\`, `\\$` and `\\u{…}`; a regular expression is best written `#\"…\"#`")
                        .fix("write a backslash", place, place + 1, "\\\\"),
                );
            }
        }
        behind
    }

    /// `'text'`, which comes next: a mistake, but readable.
    #[cold]
    pub(super) fn single_quoted(&mut self) -> StrLit {
        self.peek();
        let start = self.look;
        let line = skim::line_end(self.bytes, start);
        let inner = self.text(start + 1, line);
        match inner.find('\'') {
            Some(n) => {
                let end = start + 1 + n;
                self.pos = end + 1;
                let text = self.text(start + 1, end).to_owned();
                let mut error = problem(
                    codes::SINGLE_QUOTES,
                    start,
                    end + 1,
                    "strings are written with `\"`",
                    "single quotes have no meaning",
                );
                if !text.contains('"') {
                    error = error.fixes(
                        "write `\"`",
                        vec![(start, start + 1, "\"".to_owned()), (end, end + 1, "\"".to_owned())],
                    );
                }
                self.push(error);
                let parts =
                    if text.is_empty() { Vec::new() } else { vec![StrPart::Text(SmolStr::new(text))] };
                StrLit { parts, span: self.span(start) }
            }
            None => {
                self.push(problem(
                    codes::SINGLE_QUOTES,
                    start,
                    start + 1,
                    "strings are written with `\"`",
                    "single quotes have no meaning",
                ));
                self.pos = start + inner.trim_end().len() + 1;
                self.swallow(start, self.pos);
                self.unclosed_at = Some(self.pos);
                StrLit { parts: Vec::new(), span: self.span(start) }
            }
        }
    }

    /// A string that names something, so without interpolation, which comes next.
    pub(super) fn title(&mut self, what: &str) -> Option<StrLit> {
        if self.peek() != b'"' && self.peek() != b'#' {
            return None;
        }
        let lit = self.string();
        self.plain_text(&lit, what);
        Some(lit)
    }
}
