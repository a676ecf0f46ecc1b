//! One canonical layout.
//!
//! Works on tokens, so that comments and every spelling are kept: only blanks, line ends and separators change. A
//! block that was written on one line stays on it if it fits; any other has one entry a line.

use crate::ast::SyntaxError;
use crate::{parse, scan};

/// Columns that a one-line block may reach.
const WIDTH: usize = 120;

/// Lays a file out.
///
/// # Errors
/// The syntax errors of a text that cannot be read: it is not touched.
pub fn format(text: &str) -> Result<String, Vec<SyntaxError>> {
    let cut = scan(text);
    let mut errors = cut.errors;
    for chunk in &cut.chunks {
        let (start, end) = (chunk.span.start, chunk.span.end);
        let Some(part) = text.get(start as usize..end as usize) else { continue };
        for mut e in parse(part).errors {
            e.span.start += start;
            e.span.end += start;
            for edit in e.fix.iter_mut().flat_map(|f| &mut f.edits) {
                edit.0.start += start;
                edit.0.end += start;
            }
            errors.push(e);
        }
    }
    if !errors.is_empty() {
        return Err(errors);
    }
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let tokens = tokens(text);
    let mut at = 0;
    let top = group(&tokens, &mut at, "");
    let mut out = String::with_capacity(text.len());
    lines(&top, 0, &mut out, true);
    Ok(out)
}

/// A piece of text between blanks.
#[derive(Clone, Copy, PartialEq, Debug)]
enum Token<'a> {
    /// Anything that is printed as it is; whether a blank stood before it.
    Word(&'a str, bool),
    /// A string, with its quotes.
    Str(&'a str, bool),
    /// `{ [ (`; whether a blank stood before it.
    Open(&'a str, bool),
    /// `} ] )`
    Close(&'a str),
    Comma,
    /// `// …`, `/// …`, `//! …`; whether it stands on a line of its own.
    Line(&'a str, bool),
    /// `/* … */`
    Comment(&'a str),
    /// Line ends: one, or more with a blank line between.
    Newline(bool),
}

fn tokens(text: &str) -> Vec<Token<'_>> {
    let mut out: Vec<Token<'_>> = Vec::new();
    let mut i = 0;
    let bytes = text.as_bytes();
    let at = |i: usize| bytes.get(i).copied().unwrap_or(0);
    let slice = |a: usize, b: usize| text.get(a..b).unwrap_or("");
    let mut spaced = false;
    while i < bytes.len() {
        let start = i;
        match at(i) {
            b'\n' => {
                let mut ends = 0;
                while matches!(at(i), b'\n' | b' ' | b'\t' | b'\r') && i < bytes.len() {
                    ends += usize::from(at(i) == b'\n');
                    i += 1;
                }
                out.push(Token::Newline(ends > 1));
                spaced = true;
                continue;
            }
            b' ' | b'\t' | b'\r' => {
                i += 1;
                spaced = true;
                continue;
            }
            b'/' if at(i + 1) == b'/' => {
                while i < bytes.len() && at(i) != b'\n' {
                    i += 1;
                }
                let alone = matches!(out.last(), None | Some(Token::Newline(_)));
                out.push(Token::Line(slice(start, i).trim_end(), alone));
            }
            b'/' if at(i + 1) == b'*' => {
                i = text.get(i..).and_then(|t| t.find("*/")).map_or(bytes.len(), |n| i + n + 2);
                out.push(Token::Comment(slice(start, i)));
            }
            b'"' | b'#' if at(i) == b'"' || at(i + 1) == b'"' => {
                i = string_end(bytes, i);
                out.push(Token::Str(slice(start, i), spaced));
            }
            b'{' | b'[' | b'(' => {
                i += 1;
                out.push(Token::Open(slice(start, i), spaced));
            }
            b'}' | b']' | b')' => {
                i += 1;
                out.push(Token::Close(slice(start, i)));
            }
            b',' => {
                i += 1;
                out.push(Token::Comma);
            }
            _ => {
                while i < bytes.len()
                    && !matches!(
                        at(i),
                        b' ' | b'\t' | b'\r' | b'\n' | b'{' | b'[' | b'(' | b'}' | b']' | b')' | b',' | b'"'
                    )
                    && !(at(i) == b'/' && matches!(at(i + 1), b'/' | b'*') && i > start)
                    && !(at(i) == b'#' && at(i + 1) == b'"')
                {
                    i += 1;
                }
                split_signs(slice(start, i), spaced, &mut out);
            }
        }
        spaced = false;
    }
    out
}

/// Signs that always stand between blanks, taken out of a run: `a=1` is `a`, `=`, `1`.
fn split_signs<'a>(run: &'a str, spaced: bool, out: &mut Vec<Token<'a>>) {
    const SIGNS: &[&str] = &["==", "!=", "<=", ">=", "+=", "->", "??", "=", "<", ">", "|", ":"];
    let mut from = 0;
    let mut i = 0;
    let mut spaced = spaced;
    while i < run.len() {
        let rest = run.get(i..).unwrap_or("");
        let Some(sign) = SIGNS.iter().find(|s| rest.starts_with(**s)) else {
            i += rest.chars().next().map_or(1, char::len_utf8);
            continue;
        };
        if from < i {
            out.push(Token::Word(run.get(from..i).unwrap_or(""), spaced));
        }
        out.push(Token::Word(run.get(i..i + sign.len()).unwrap_or(""), true));
        i += sign.len();
        from = i;
        spaced = true;
    }
    if from < run.len() {
        out.push(Token::Word(run.get(from..).unwrap_or(""), spaced));
    }
}

/// One past the end of the string that begins at `i`; holes may hold strings.
fn string_end(bytes: &[u8], mut i: usize) -> usize {
    let at = |i: usize| bytes.get(i).copied().unwrap_or(0);
    if at(i) == b'#' {
        i += 2;
        while i < bytes.len() && !(at(i) == b'"' && at(i + 1) == b'#') {
            i += 1;
        }
        return (i + 2).min(bytes.len());
    }
    let many = at(i + 1) == b'"' && at(i + 2) == b'"';
    i += if many { 3 } else { 1 };
    while i < bytes.len() {
        match at(i) {
            b'\\' => i += 2,
            b'"' if !many => return i + 1,
            b'"' if at(i + 1) == b'"' && at(i + 2) == b'"' => return i + 3,
            b'$' if at(i + 1) == b'{' => {
                let mut depth = 1;
                i += 2;
                while i < bytes.len() && depth > 0 {
                    match at(i) {
                        b'{' => depth += 1,
                        b'}' => depth -= 1,
                        b'"' => i = string_end(bytes, i) - 1,
                        _ => {}
                    }
                    i += 1;
                }
            }
            _ => i += 1,
        }
    }
    bytes.len()
}

/// A bracket with what is in it.
struct Group<'a> {
    open: &'a str,
    close: &'a str,
    parts: Vec<Part<'a>>,
    /// Whether it is laid out over lines.
    broken: bool,
}

enum Part<'a> {
    Token(Token<'a>),
    Group(Group<'a>, bool),
}

fn group<'a>(tokens: &[Token<'a>], at: &mut usize, open: &'a str) -> Group<'a> {
    let mut parts = Vec::new();
    let mut broken = open.is_empty();
    let mut close = "";
    while let Some(t) = tokens.get(*at) {
        *at += 1;
        match *t {
            Token::Open(o, spaced) => {
                let inner = group(tokens, at, o);
                // A block over lines breaks the block around it; lists and arguments may hold one at their end.
                broken |= inner.broken && open == "{";
                parts.push(Part::Group(inner, spaced));
            }
            Token::Close(c) => {
                close = c;
                break;
            }
            Token::Newline(_) | Token::Line(..) => {
                broken = true;
                parts.push(Part::Token(*t));
            }
            _ => parts.push(Part::Token(*t)),
        }
    }
    let blank = parts.iter().all(|p| matches!(p, Part::Token(Token::Newline(_))));
    if blank && !open.is_empty() {
        broken = false;
        parts.clear();
    }
    Group { open, close, parts, broken }
}

/// An entry, element or item on its own line, with the comments that stand before it.
struct Entry<'g, 'a> {
    parts: Vec<&'g Part<'a>>,
    /// A comment at the end of its line.
    tail: Option<&'a str>,
    blank_before: bool,
    comment: bool,
}

/// Splits what is in a group at commas and line ends.
fn entries<'g, 'a>(g: &'g Group<'a>) -> Vec<Entry<'g, 'a>> {
    let words =
        |i: usize| match g.parts.iter().filter(|p| !matches!(p, Part::Token(Token::Newline(_)))).nth(i) {
            Some(Part::Token(Token::Word(w, _))) => Some(*w),
            _ => None,
        };
    let comprehension = !g.open.is_empty()
        && words(0) == Some("for")
        && words(1).is_some_and(|w| !matches!(w, "=" | ":" | "+="));
    let block = g.open.is_empty() || g.open == "{";
    let mut out: Vec<Entry<'g, 'a>> = Vec::new();
    let mut parts: Vec<&'g Part<'a>> = Vec::new();
    let mut blank = false;
    let mut next_blank = false;
    for (i, p) in g.parts.iter().enumerate() {
        match p {
            Part::Token(Token::Newline(b)) => {
                let goes_on = parts.is_empty()
                    || comprehension
                    || (!parts.is_empty() && continues(&parts, g.parts.get(i + 1..).unwrap_or_default()));
                if block && !goes_on {
                    out.push(Entry {
                        parts: std::mem::take(&mut parts),
                        tail: None,
                        blank_before: blank,
                        comment: false,
                    });
                    blank = *b;
                } else if parts.is_empty() {
                    blank |= *b;
                } else {
                    parts.push(p);
                }
            }
            Part::Token(Token::Comma) if !comprehension && !(block && keeps_commas(&parts, g)) => {
                out.push(Entry {
                    parts: std::mem::take(&mut parts),
                    tail: None,
                    blank_before: blank,
                    comment: false,
                });
                blank = false;
            }
            Part::Token(Token::Line(c, alone)) => {
                if *alone || (parts.is_empty() && out.is_empty()) {
                    if !parts.is_empty() {
                        out.push(Entry {
                            parts: std::mem::take(&mut parts),
                            tail: None,
                            blank_before: blank,
                            comment: false,
                        });
                        blank = false;
                    }
                    out.push(Entry {
                        parts: Vec::new(),
                        tail: Some(c),
                        blank_before: blank || next_blank,
                        comment: true,
                    });
                    blank = false;
                } else if parts.is_empty() {
                    if let Some(last) = out.last_mut() {
                        last.tail = Some(c);
                    }
                } else {
                    out.push(Entry {
                        parts: std::mem::take(&mut parts),
                        tail: Some(c),
                        blank_before: blank,
                        comment: false,
                    });
                    blank = false;
                }
                next_blank = false;
            }
            _ => parts.push(p),
        }
    }
    if parts.iter().any(|p| !matches!(p, Part::Token(Token::Newline(_)))) {
        out.push(Entry { parts, tail: None, blank_before: blank, comment: false });
    }
    out.retain(|e| e.tail.is_some() || e.parts.iter().any(|p| !matches!(p, Part::Token(Token::Newline(_)))));
    for e in &mut out {
        while matches!(e.parts.last(), Some(Part::Token(Token::Newline(_)))) {
            e.parts.pop();
        }
    }
    out
}

/// `at a, b`, `for k, v in` at the top: commas that are no separators.
fn keeps_commas(parts: &[&Part<'_>], g: &Group<'_>) -> bool {
    let word = |i: usize| match parts.get(i) {
        Some(Part::Token(Token::Word(w, _))) => Some(*w),
        _ => None,
    };
    let statement = word(0) == Some("at") && !matches!(word(1), Some("=" | "+=" | ":"));
    let header = g.open.is_empty()
        || parts.iter().enumerate().any(|(i, p)| i > 1 && matches!(p, Part::Token(Token::Word("for", _))));
    statement || header
}

/// Whether an entry goes on after a line end.
fn continues(before: &[&Part<'_>], after: &[Part<'_>]) -> bool {
    const JOINS: &[&str] = &[
        "+", "-", "*", "/", "??", "==", "!=", "<", "<=", ">", ">=", "..", "and", "or", "in", "is", "matches",
        "then", "else", "as", "|", "where", "not", "if",
    ];
    const FOLLOWS: &[&str] = &[
        "+", "-", "*", "/", "??", "==", "!=", "<", "<=", ">", ">=", "and", "or", "in", "is", "matches",
        "then", "else", "as", "|", "where", "from", "for", "if", "by", "->",
    ];
    let ends = match before.iter().rev().find(|p| !matches!(p, Part::Token(Token::Newline(_)))) {
        Some(Part::Token(Token::Word(w, _))) => {
            let field = before.len() == 1;
            (JOINS.contains(w) && !field) || w.ends_with("..")
        }
        _ => false,
    };
    let mut rest = after
        .iter()
        .filter(|p| !matches!(p, Part::Token(Token::Newline(_) | Token::Line(..) | Token::Comment(_))));
    let starts = match (rest.next(), rest.next()) {
        (Some(Part::Token(Token::Word(w, _))), second) => {
            let sets = matches!(second, Some(Part::Token(Token::Word("=" | "+=" | ":", _))))
                || matches!(second, Some(Part::Group(g, _)) if g.open == "{");
            let complete = matches!(before.last(), Some(Part::Group(g, _)) if g.open == "{" );
            let header = matches!(*w, "from" | "for" | "if" | "by");
            (FOLLOWS.contains(w) || w.starts_with('.')) && !sets && !(header && complete)
        }
        _ => false,
    };
    ends || starts
}

/// Prints a group's entries, one a line.
fn lines(g: &Group<'_>, depth: usize, out: &mut String, top: bool) {
    let all = entries(g);
    // Each entry is printed once: printing again at every level would double the work with each bracket.
    let texts: Vec<String> = all.iter().map(|e| entry_text(e, depth)).collect();
    let widths = alignment(g, &all, &texts);
    let comma = matches!(g.open, "[" | "(");
    let mut before: Option<(bool, bool)> = None;
    for (i, e) in all.iter().enumerate() {
        let mut text = texts.get(i).cloned().unwrap_or_default();
        let multi = if e.comment {
            false
        } else {
            let multi = text.contains('\n');
            if let (Some(Some(width)), Some((key, value))) = (widths.get(i), text.split_once(" = ")) {
                text = format!("{key:width$} = {value}");
            }
            let last = all.iter().skip(i + 1).all(|o| o.comment);
            let comprehension = comma && all.len() == 1 && text.starts_with("for ");
            if comma && !comprehension && !(last && g.open == "(") {
                text.push(',');
            }
            if let Some(c) = e.tail {
                text.push(' ');
                text.push_str(c);
            }
            multi
        };
        // Docs and comments belong to what follows: the blank line stands before them.
        let follows_multi = before.is_some_and(|(m, c)| m && !c);
        let leads_to_multi = top && {
            let target = all.iter().zip(&texts).skip(i).find(|(o, _)| !o.comment);
            let fresh = before.is_some_and(|(_, c)| !c);
            fresh && target.is_some_and(|(_, t)| t.contains('\n'))
        };
        if before.is_some() && (e.blank_before || (top && (follows_multi || leads_to_multi))) {
            out.push('\n');
        }
        pad(depth, out);
        out.push_str(&text);
        out.push('\n');
        // An attribute on a line of its own belongs to what follows, like a comment.
        before = Some((multi, e.comment || (text.starts_with('@') && !multi)));
    }
}

/// An entry, or a comment on a line of its own.
fn entry_text(e: &Entry<'_, '_>, depth: usize) -> String {
    let mut text = String::new();
    match e.tail {
        Some(comment) if e.comment => text.push_str(comment),
        _ => inline(&e.parts, depth, &mut text),
    }
    text
}

/// How wide the keys of consecutive one-line `key = value` entries are, so that their signs stand below each other.
fn alignment(g: &Group<'_>, all: &[Entry<'_, '_>], texts: &[String]) -> Vec<Option<usize>> {
    let key = |(e, text): (&Entry<'_, '_>, &String)| -> Option<usize> {
        let [Part::Token(Token::Word(key, _) | Token::Str(key, _)), Part::Token(Token::Word("=", _)), ..] =
            e.parts[..]
        else {
            return None;
        };
        (!e.comment && !text.contains('\n')).then(|| key.chars().count())
    };
    let mut widths = vec![None; all.len()];
    if g.open != "{" {
        return widths;
    }
    let mut run: Vec<(usize, usize)> = Vec::new();
    let mut close = |run: &mut Vec<(usize, usize)>| {
        let width = run.iter().map(|(_, w)| *w).max();
        for (i, _) in run.drain(..) {
            if let Some(slot) = widths.get_mut(i) {
                *slot = width;
            }
        }
    };
    for (i, e) in all.iter().enumerate() {
        let found = texts.get(i).and_then(|t| key((e, t)));
        if found.is_none() || e.blank_before {
            close(&mut run);
        }
        run.extend(found.map(|w| (i, w)));
    }
    close(&mut run);
    widths
}

fn pad(depth: usize, out: &mut String) {
    out.extend(std::iter::repeat_n(' ', depth * 2));
}

/// Prints the parts of one entry, from the column it stands in.
fn inline(parts: &[&Part<'_>], depth: usize, out: &mut String) {
    print(parts, depth, out, false);
}

/// `flat`: brackets that may stand on one line do, however long they are. To see whether something fits costs no more
/// than to print it.
fn print(parts: &[&Part<'_>], depth: usize, out: &mut String, flat: bool) {
    let mut last: Option<&Part<'_>> = None;
    let mut fresh = true;
    for p in parts {
        if let Part::Token(Token::Newline(_)) = p {
            out.push('\n');
            pad(depth + 1, out);
            fresh = true;
            last = None;
            continue;
        }
        if !fresh && space_between(last, p) {
            out.push(' ');
        }
        match p {
            Part::Token(Token::Word(w, _) | Token::Str(w, _)) => out.push_str(w),
            Part::Token(Token::Comment(c) | Token::Line(c, _)) => out.push_str(c),
            Part::Token(Token::Comma) => out.push(','),
            Part::Token(Token::Open(t, _) | Token::Close(t)) => out.push_str(t),
            Part::Token(Token::Newline(_)) => {}
            Part::Group(g, _) if flat && !g.broken => {
                one_line(g, depth, out, is_type(last) || out.ends_with('.'))
            }
            Part::Group(g, _) => bracket(g, depth, out, is_type(last)),
        }
        fresh = false;
        last = Some(p);
    }
}

/// Whether a bracket after this is a type: `{string: int}` stands without blanks.
fn is_type(before: Option<&Part<'_>>) -> bool {
    matches!(before, Some(Part::Token(Token::Word(":" | "|" | "->", _))))
}

fn bracket(g: &Group<'_>, depth: usize, out: &mut String, ty: bool) {
    if !g.broken {
        let mut one = String::new();
        let names = out.ends_with('.');
        one_line(g, depth, &mut one, ty || names);
        let before = out.rsplit('\n').next().map_or(0, |l| l.chars().count());
        let column = before + if out.contains('\n') { 0 } else { depth * 2 };
        let fits = g.open != "{"
            || g.parts.is_empty()
            || (!one.contains('\n') && column + one.chars().count() <= WIDTH);
        if fits {
            out.push_str(&one);
            return;
        }
    }
    out.push_str(g.open);
    out.push('\n');
    lines(g, depth + 1, out, false);
    pad(depth, out);
    out.push_str(g.close);
}

fn one_line(g: &Group<'_>, depth: usize, out: &mut String, ty: bool) {
    out.push_str(g.open);
    let mut body = String::new();
    let parts: Vec<&Part<'_>> =
        g.parts.iter().filter(|p| !matches!(p, Part::Token(Token::Newline(_)))).collect();
    // A comma before the end says nothing.
    let parts = match parts.split_last() {
        Some((Part::Token(Token::Comma), rest)) => rest,
        _ => &parts[..],
    };
    print(parts, depth, &mut body, true);
    // `{for … : k = v}`, `{string: int}` and `use a.{b}` have no blanks inside; blocks have.
    let names = ty || body.starts_with("for ");
    if g.open == "{" && !names && !body.is_empty() {
        out.push(' ');
        out.push_str(&body);
        out.push(' ');
    } else {
        out.push_str(&body);
    }
    out.push_str(g.close);
}

fn space_between(before: Option<&Part<'_>>, p: &Part<'_>) -> bool {
    let before_word = match before {
        Some(Part::Token(Token::Word(w, _))) => Some(*w),
        _ => None,
    };
    match p {
        Part::Token(Token::Comma) => false,
        Part::Token(Token::Word(":", _)) => false,
        Part::Token(Token::Word(_, spaced) | Token::Str(_, spaced)) => {
            *spaced
                || matches!(before, Some(Part::Token(Token::Comma)))
                || before_word.is_some_and(|w| matches!(w, "=" | "+=" | ":" | "->"))
        }
        Part::Token(_) => true,
        Part::Group(g, spaced) => match g.open {
            "{" => !before_word.is_some_and(|w| w.ends_with('.')),
            _ => {
                *spaced
                    || before_word.is_some_and(|w| matches!(w, "=" | "+=" | ":" | "->"))
                    || matches!(before, Some(Part::Token(Token::Comma)))
            }
        },
    }
}
