//! Words, numbers, texts and signs of a source, broken or not, in one pass.

use ivs_grammar::ast::Span;

/// What a piece of text is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    /// `// …`, `/* … */`
    Comment,
    /// `/// …`, `//! …`
    Doc,
    /// A name or a keyword.
    Word,
    /// `10_000`, `$49`, `2026-11-21`, `1.2.0`; without its unit.
    Number,
    /// What is attached to a number: `req/min`, `%`, `/month`.
    Unit,
    /// A piece of a string, with its quotes; what stands between `${` and `}` is not in it.
    Text,
    /// `{`, `[`, `(`, `${`
    Open,
    /// `}`, `]`, `)`
    Close,
    /// An operator, a dot, a comma, an `@`.
    Sign,
}

/// A piece of text.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Token {
    /// What it is.
    pub kind: Kind,
    /// Where it stands.
    pub span: Span,
}

/// What is open at the end of a text.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Mode {
    Bracket(u8),
    /// `${`
    Hole,
    Plain,
    Multi,
    Raw,
}

/// The tokens of a text, and what would close what is open at its end.
pub struct Lexed {
    /// In order; blanks are left out.
    pub tokens: Vec<Token>,
    /// `"}]}`: what closes open strings and brackets, innermost first.
    pub closers: String,
    /// Whether the text ends inside a comment.
    pub in_comment: bool,
    /// Whether the text ends inside a string.
    pub in_text: bool,
    /// How many brackets are open at its end.
    pub depth: usize,
}

fn at(bytes: &[u8], i: usize) -> u8 {
    bytes.get(i).copied().unwrap_or(0)
}

fn starts_word(b: u8) -> bool {
    b.is_ascii_alphabetic() || b == b'_' || b >= 0x80
}

fn in_word(b: u8) -> bool {
    b.is_ascii_alphanumeric() || b == b'_' || b >= 0x80
}

/// Where the word that begins at `i` ends.
fn word_end(bytes: &[u8], i: usize) -> usize {
    let mut j = i;
    loop {
        let b = at(bytes, j);
        if in_word(b) {
            j += 1;
        } else if b == b'-' && j > i && at(bytes, j + 1).is_ascii_alphanumeric() {
            j += 2;
        } else {
            return j;
        }
    }
}

fn digits(bytes: &[u8], mut i: usize) -> usize {
    while at(bytes, i).is_ascii_digit() || at(bytes, i) == b'_' {
        i += 1;
    }
    i
}

fn number_end(bytes: &[u8], i: usize) -> usize {
    let mut end = digits(bytes, i);
    // A date.
    if end == i + 4 && at(bytes, end) == b'-' && at(bytes, end + 1).is_ascii_digit() {
        let month = digits(bytes, end + 1);
        if at(bytes, month) == b'-' && at(bytes, month + 1).is_ascii_digit() {
            return digits(bytes, month + 1);
        }
    }
    while at(bytes, end) == b'.' && at(bytes, end + 1).is_ascii_digit() {
        end = digits(bytes, end + 1);
    }
    if matches!(at(bytes, end), b'e' | b'E') {
        let sign = usize::from(matches!(at(bytes, end + 1), b'+' | b'-'));
        if at(bytes, end + 1 + sign).is_ascii_digit() {
            let after = digits(bytes, end + 1 + sign);
            if !at(bytes, after).is_ascii_alphabetic() {
                end = after;
            }
        }
    }
    end
}

fn unit_word_end(bytes: &[u8], i: usize) -> usize {
    if at(bytes, i) == b'%' {
        return i + 1;
    }
    let mut j = i;
    if at(bytes, j) == 0xC2 && at(bytes, j + 1) == 0xB5 {
        j += 2;
    }
    if !at(bytes, j).is_ascii_alphabetic() {
        return i;
    }
    while at(bytes, j).is_ascii_alphanumeric() || at(bytes, j) == b'_' {
        j += 1;
    }
    j
}

fn unit_end(bytes: &[u8], i: usize) -> usize {
    let first = if at(bytes, i) == b'/' { i + 1 } else { i };
    let mut end = unit_word_end(bytes, first);
    if end == first {
        return i;
    }
    while at(bytes, end) == b'/' {
        let next = unit_word_end(bytes, end + 1);
        if next == end + 1 {
            break;
        }
        end = next;
    }
    end
}

fn line_end(bytes: &[u8], i: usize) -> usize {
    bytes.get(i..).and_then(|r| r.iter().position(|b| *b == b'\n')).map_or(bytes.len(), |n| i + n)
}

/// Cuts a text into tokens.
pub fn lex(text: &str) -> Lexed {
    let bytes = text.as_bytes();
    let mut out =
        Lexed { tokens: Vec::new(), closers: String::new(), in_comment: false, in_text: false, depth: 0 };
    let mut stack: Vec<Mode> = Vec::new();
    let mut i = 0;
    while i < bytes.len() {
        let start = i;
        let kind = match stack.last().copied() {
            Some(mode @ (Mode::Plain | Mode::Multi | Mode::Raw)) => {
                i = text_end(bytes, i, mode, &mut stack);
                Kind::Text
            }
            _ => match code(bytes, &mut i, &mut stack, &mut out.in_comment) {
                Some(kind) => kind,
                None => continue,
            },
        };
        if i > start {
            out.tokens.push(Token { kind, span: Span::new(start as u32, i as u32) });
        } else if stack.is_empty() {
            i += 1;
        }
    }
    for mode in stack.iter().rev() {
        out.closers.push_str(match mode {
            Mode::Bracket(b'[') => "]",
            Mode::Bracket(b'(') => ")",
            Mode::Bracket(_) | Mode::Hole => "}",
            Mode::Plain => "\"",
            Mode::Multi => "\"\"\"",
            Mode::Raw => "\"#",
        });
    }
    out.in_text = matches!(stack.last(), Some(Mode::Plain | Mode::Multi | Mode::Raw));
    out.depth = stack.len();
    out
}

/// Reads one token outside of strings; `None` for a blank.
fn code(bytes: &[u8], i: &mut usize, stack: &mut Vec<Mode>, in_comment: &mut bool) -> Option<Kind> {
    let c = at(bytes, *i);
    let next = at(bytes, *i + 1);
    match c {
        b' ' | b'\t' | b'\r' | b'\n' => {
            *i += 1;
            // A one-line string that is not closed ends with its line, and so does everything in it.
            if c == b'\n'
                && let Some(first) = stack.iter().position(|m| *m == Mode::Plain)
            {
                stack.truncate(first);
            }
            None
        }
        b'/' if next == b'/' => {
            let doc =
                matches!(at(bytes, *i + 2), b'!') || at(bytes, *i + 2) == b'/' && at(bytes, *i + 3) != b'/';
            *i = line_end(bytes, *i);
            *in_comment |= *i == bytes.len();
            Some(if doc { Kind::Doc } else { Kind::Comment })
        }
        b'/' if next == b'*' => {
            let rest = bytes.get(*i + 2..).unwrap_or_default();
            match rest.windows(2).position(|w| w == b"*/") {
                Some(n) => *i += n + 4,
                None => {
                    *i = bytes.len();
                    *in_comment = true;
                }
            }
            Some(Kind::Comment)
        }
        b'"' => {
            let multi = next == b'"' && at(bytes, *i + 2) == b'"';
            let mode = if multi { Mode::Multi } else { Mode::Plain };
            stack.push(mode);
            *i = text_end(bytes, *i + if multi { 3 } else { 1 }, mode, stack);
            Some(Kind::Text)
        }
        b'#' if next == b'"' => {
            stack.push(Mode::Raw);
            *i = text_end(bytes, *i + 2, Mode::Raw, stack);
            Some(Kind::Text)
        }
        b'{' | b'[' | b'(' => {
            stack.push(Mode::Bracket(c));
            *i += 1;
            Some(Kind::Open)
        }
        b'}' | b']' | b')' => {
            let fits = |m: &Mode| match m {
                Mode::Hole => c == b'}',
                Mode::Bracket(b) => matches!((*b, c), (b'{', b'}') | (b'[', b']') | (b'(', b')')),
                _ => false,
            };
            // `}` closes through open `(` and `[`.
            let floor =
                stack.iter().rposition(|m| matches!(m, Mode::Plain | Mode::Multi)).map_or(0, |n| n + 1);
            let partner = stack.iter().rposition(fits).filter(|n| *n >= floor);
            if let Some(n) = partner
                && (c == b'}' || n + 1 == stack.len())
            {
                stack.truncate(n);
            }
            *i += 1;
            Some(Kind::Close)
        }
        b'$' | 0xE2 | 0xC2
            if currency(bytes, *i) > 0 && at(bytes, *i + currency(bytes, *i)).is_ascii_digit() =>
        {
            *i = number_end(bytes, *i + currency(bytes, *i));
            Some(Kind::Number)
        }
        b'0'..=b'9' => {
            *i = number_end(bytes, *i);
            Some(Kind::Number)
        }
        b'%' | b'/' | b'a'..=b'z' | b'A'..=b'Z' | 0xC2 if attached(bytes, *i) && unit_end(bytes, *i) > *i => {
            *i = unit_end(bytes, *i);
            Some(Kind::Unit)
        }
        _ if starts_word(c) => {
            *i = word_end(bytes, *i).max(*i + 1);
            Some(Kind::Word)
        }
        _ => {
            let pair = matches!(
                (c, next),
                (b'.', b'.')
                    | (b'=', b'=')
                    | (b'!', b'=')
                    | (b'<', b'=')
                    | (b'>', b'=')
                    | (b'+', b'=')
                    | (b'?', b'?')
                    | (b'?', b'.')
                    | (b'-', b'>')
            );
            *i += 1 + usize::from(pair);
            Some(Kind::Sign)
        }
    }
}

/// Bytes of a currency sign.
fn currency(bytes: &[u8], i: usize) -> usize {
    match (at(bytes, i), at(bytes, i + 1), at(bytes, i + 2)) {
        (b'$', ..) => 1,
        (0xE2, 0x82, 0xAC) => 3,
        (0xC2, 0xA3, _) => 2,
        _ => 0,
    }
}

/// Whether a number ends right before `i`.
fn attached(bytes: &[u8], i: usize) -> bool {
    let Some(mut j) = i.checked_sub(1) else { return false };
    if !at(bytes, j).is_ascii_digit() {
        return false;
    }
    while j > 0 && (in_word(at(bytes, j - 1)) || matches!(at(bytes, j - 1), b'-' | b'.')) {
        let before = at(bytes, j - 1);
        if before.is_ascii_alphabetic() && !before.eq_ignore_ascii_case(&b'e') || before >= 0x80 {
            return false;
        }
        j -= 1;
    }
    at(bytes, j).is_ascii_digit() || at(bytes, j) == b'.'
}

/// Reads a piece of a string up to its end or the next hole.
fn text_end(bytes: &[u8], mut i: usize, mode: Mode, stack: &mut Vec<Mode>) -> usize {
    while i < bytes.len() {
        let (c, next) = (at(bytes, i), at(bytes, i + 1));
        match mode {
            Mode::Raw => {
                if c == b'"' && next == b'#' {
                    stack.pop();
                    return i + 2;
                }
                i += 1;
            }
            _ => match c {
                b'\\' if next != b'\n' => i += 2,
                b'$' if next == b'{' => {
                    stack.push(Mode::Hole);
                    return i + 2;
                }
                b'\n' if mode == Mode::Plain => {
                    stack.pop();
                    return i;
                }
                b'"' if mode == Mode::Plain => {
                    stack.pop();
                    return i + 1;
                }
                b'"' if next == b'"' && at(bytes, i + 2) == b'"' => {
                    stack.pop();
                    return i + 3;
                }
                _ => i += 1,
            },
        }
    }
    i.min(bytes.len())
}

/// The word around an offset: from where it begins to where it ends; empty where none stands.
pub fn word_at(text: &str, offset: usize) -> Span {
    let bytes = text.as_bytes();
    let mut offset = offset.min(bytes.len());
    while !text.is_char_boundary(offset) {
        offset -= 1;
    }
    let mut start = offset;
    // A word that is being written may end with a dash for now.
    if start > 1 && at(bytes, start - 1) == b'-' && in_word(at(bytes, start - 2)) {
        start -= 1;
    }
    while start > 0
        && (in_word(at(bytes, start - 1))
            || at(bytes, start - 1) == b'-'
                && start > 1
                && in_word(at(bytes, start - 2))
                && at(bytes, start).is_ascii_alphanumeric())
    {
        start -= 1;
    }
    // A word does not begin with a digit: what does is a number's unit, or the number.
    while start < offset && at(bytes, start).is_ascii_digit() {
        start += 1;
    }
    let end =
        if start < bytes.len() && starts_word(at(bytes, start)) { word_end(bytes, start) } else { offset };
    Span::new(start as u32, end.max(offset) as u32)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> String {
        let lexed = lex(text);
        let piece = |t: &Token| format!("{:?}:{}", t.kind, t.span.text(text));
        lexed.tokens.iter().map(piece).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn tokens_of_a_source() {
        assert_eq!(
            shown("cpu = 500m..2 // cores"),
            "Word:cpu Sign:= Number:500 Unit:m Sign:.. Number:2 Comment:// cores"
        );
        assert_eq!(shown("a-b - $49/month"), "Word:a-b Sign:- Number:$49 Unit:/month");
        assert_eq!(shown("x = 2026-11-21"), "Word:x Sign:= Number:2026-11-21");
        assert_eq!(shown("\"a ${b.c} d\""), "Text:\"a ${ Word:b Sign:. Word:c Close:} Text: d\"");
    }

    #[test]
    fn what_is_open_at_the_end() {
        let closers = |t: &str| lex(t).closers;
        assert_eq!(closers("service a {\n  x = [f(1, \"te"), "\")]}");
        assert_eq!(closers("a { b = \"x ${c."), "}\"}");
        assert_eq!(closers("a { b = \"x\n"), "}");
        assert_eq!(closers("a { /* "), "}");
        assert!(lex("a { // x").in_comment);
        assert!(!lex("a { // x\n").in_comment);
    }
}
