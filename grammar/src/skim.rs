//! Strings, comments and brackets, found without parsing: what the scanner and error recovery stand on.

use crate::chars::at;

/// Where the line that `i` stands in ends: at its line feed, or at the end of the text.
pub(crate) fn line_end(bytes: &[u8], i: usize) -> usize {
    bytes.get(i..).and_then(|rest| memchr::memchr(b'\n', rest)).map_or(bytes.len(), |n| i + n)
}

/// Where the block comment that begins at `i` ends; `None` if it is never closed.
pub(crate) fn block_comment_end(bytes: &[u8], i: usize) -> Option<usize> {
    let mut j = i + 2;
    while j < bytes.len() {
        if at(bytes, j) == b'*' && at(bytes, j + 1) == b'/' {
            return Some(j + 2);
        }
        j += 1;
    }
    None
}

/// Where a raw string that begins at `i` with `#"` ends; `None` if it is never closed.
pub(crate) fn raw_end(bytes: &[u8], i: usize) -> Option<usize> {
    let mut j = i + 2;
    while j < bytes.len() {
        if at(bytes, j) == b'"' && at(bytes, j + 1) == b'#' {
            return Some(j + 2);
        }
        j += 1;
    }
    None
}

/// A skipped string or interpolation.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Skip {
    /// It ends here.
    Closed(usize),
    /// A one-line string whose line ends here without `"`.
    CutByLine(usize),
    /// A string over lines, or a comment in it, that runs to the end of the text.
    Endless,
}

enum Mode {
    Plain,
    Multi,
    /// Inside `${`, with so many open braces.
    Hole(u32),
}

/// Skips the string that begins at `i` with `"`, interpolations included.
pub(crate) fn string_end(bytes: &[u8], i: usize) -> Skip {
    // Most strings have no interpolation: find their end without a stack.
    if !(at(bytes, i + 1) == b'"' && at(bytes, i + 2) == b'"') {
        let mut j = i + 1;
        loop {
            match at(bytes, j) {
                b'"' => return Skip::Closed(j + 1),
                b'\\' if at(bytes, j + 1) != b'\n' => j += 2,
                b'\n' => return Skip::CutByLine(j),
                b'$' if at(bytes, j + 1) == b'{' => break,
                0 if j >= bytes.len() => return Skip::CutByLine(bytes.len()),
                _ => j += 1,
            }
        }
        return run(bytes, j, vec![Mode::Plain]);
    }
    run(bytes, i + 3, vec![Mode::Multi])
}

/// Skips from inside an interpolation to behind its `}`.
pub(crate) fn hole_end(bytes: &[u8], i: usize, in_line: bool) -> Skip {
    let mut stack = Vec::new();
    if in_line {
        stack.push(Mode::Plain);
    }
    stack.push(Mode::Hole(0));
    let base = stack.len();
    run_to(bytes, i, stack, base - 1)
}

fn run(bytes: &[u8], i: usize, stack: Vec<Mode>) -> Skip {
    run_to(bytes, i, stack, 0)
}

/// Walks until the stack is down to `base` modes.
fn run_to(bytes: &[u8], mut i: usize, mut stack: Vec<Mode>, base: usize) -> Skip {
    // Where the outermost one-line string stands in `stack`.
    let mut plain = stack.iter().position(|m| matches!(m, Mode::Plain));
    loop {
        if stack.len() <= base {
            return Skip::Closed(i);
        }
        let c = at(bytes, i);
        if plain.is_some_and(|n| stack.len() <= n) {
            plain = None;
        }
        if i >= bytes.len() {
            return if plain == Some(0) { Skip::CutByLine(i) } else { Skip::Endless };
        }
        if c == b'\n' {
            // A one-line string ends with its line, and so does everything in it.
            if let Some(first) = plain.take() {
                stack.truncate(first);
                if stack.len() <= base {
                    return Skip::CutByLine(i);
                }
            }
            i += 1;
            continue;
        }
        match stack.last_mut() {
            None => return Skip::Closed(i),
            Some(Mode::Plain) => match c {
                b'"' => {
                    stack.pop();
                    i += 1;
                }
                b'\\' if at(bytes, i + 1) != b'\n' => i += 2,
                b'$' if at(bytes, i + 1) == b'{' => {
                    stack.push(Mode::Hole(0));
                    i += 2;
                }
                _ => i += 1,
            },
            Some(Mode::Multi) => match c {
                b'"' if at(bytes, i + 1) == b'"' && at(bytes, i + 2) == b'"' => {
                    stack.pop();
                    i += 3;
                }
                b'\\' if at(bytes, i + 1) != b'\n' => i += 2,
                b'$' if at(bytes, i + 1) == b'{' => {
                    stack.push(Mode::Hole(0));
                    i += 2;
                }
                _ => i += 1,
            },
            Some(Mode::Hole(braces)) => match c {
                b'{' => {
                    *braces += 1;
                    i += 1;
                }
                b'}' => {
                    if *braces == 0 {
                        stack.pop();
                    } else {
                        *braces -= 1;
                    }
                    i += 1;
                }
                b'"' if at(bytes, i + 1) == b'"' && at(bytes, i + 2) == b'"' => {
                    stack.push(Mode::Multi);
                    i += 3;
                }
                b'"' => {
                    plain.get_or_insert(stack.len());
                    stack.push(Mode::Plain);
                    i += 1;
                }
                b'#' if at(bytes, i + 1) == b'"' => match raw_end(bytes, i) {
                    Some(end) => i = end,
                    None => i += 2,
                },
                b'/' if at(bytes, i + 1) == b'/' => i = line_end(bytes, i),
                b'/' if at(bytes, i + 1) == b'*' => match block_comment_end(bytes, i) {
                    Some(end) => i = end,
                    None => i += 2,
                },
                _ => i += 1,
            },
        }
    }
}

/// The pairs of brackets of a text, strings and comments left out.
///
/// `}` closes through open `(` and `[`; those do not close through `{`. What stays open or closes nothing has no
/// pair.
#[derive(Debug, Default)]
pub(crate) struct Brackets {
    /// Open and close, ordered by open.
    pairs: Vec<(u32, u32)>,
    /// Closing brackets that close nothing.
    pub(crate) stray: Vec<u32>,
}

impl Brackets {
    /// Finds the brackets from `start` on.
    pub(crate) fn find(bytes: &[u8], start: usize) -> Self {
        let mut found = Brackets::default();
        let mut open: Vec<u32> = Vec::new();
        // Of each sort, the places in `open`: finding a partner takes constant time.
        let mut sorts: [Vec<usize>; 3] = Default::default();
        let mut i = start;
        while i < bytes.len() {
            let c = at(bytes, i);
            match c {
                b'{' | b'[' | b'(' => {
                    if let Some(sort) = sorts.get_mut(sort_of(c)) {
                        sort.push(open.len());
                    }
                    open.push(i as u32);
                }
                b'}' | b']' | b')' => {
                    let last = |sort: usize| sorts.get(sort).and_then(|s| s.last()).copied();
                    let floor = if c == b'}' { 0 } else { last(0).map_or(0, |n| n + 1) };
                    let partner = last(sort_of(c)).filter(|n| *n >= floor);
                    match partner.and_then(|n| open.get(n).map(|at| (n, *at))) {
                        Some((n, at)) => {
                            found.pairs.push((at, i as u32));
                            open.truncate(n);
                            for sort in &mut sorts {
                                while sort.last().is_some_and(|m| *m >= n) {
                                    sort.pop();
                                }
                            }
                        }
                        None => found.stray.push(i as u32),
                    }
                }
                _ => {
                    if let Some(next) = skip_token(bytes, i) {
                        i = next;
                        continue;
                    }
                }
            }
            i += 1;
        }
        found.pairs.sort_unstable();
        found
    }

    /// Where the bracket that opens at `open` is closed.
    pub(crate) fn close_of(&self, open: usize) -> Option<usize> {
        let n = self.pairs.binary_search_by_key(&(open as u32), |(o, _)| *o).ok()?;
        self.pairs.get(n).map(|(_, close)| *close as usize)
    }
}

fn sort_of(bracket: u8) -> usize {
    match bracket {
        b'{' | b'}' => 0,
        b'[' | b']' => 1,
        _ => 2,
    }
}

/// Skips a string or comment that begins at `i`; `None` if none does. What never closes ends with the text.
pub(crate) fn skip_token(bytes: &[u8], i: usize) -> Option<usize> {
    match at(bytes, i) {
        b'"' => Some(match string_end(bytes, i) {
            Skip::Closed(end) | Skip::CutByLine(end) => end,
            Skip::Endless => bytes.len(),
        }),
        b'#' if at(bytes, i + 1) == b'"' => Some(raw_end(bytes, i).unwrap_or(bytes.len())),
        b'#' => Some(line_end(bytes, i)),
        b'/' if at(bytes, i + 1) == b'/' => Some(line_end(bytes, i)),
        b'/' if at(bytes, i + 1) == b'*' => Some(block_comment_end(bytes, i).unwrap_or(bytes.len())),
        _ => None,
    }
}
