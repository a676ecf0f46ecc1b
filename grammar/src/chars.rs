//! What bytes mean: words, reserved words, units.

/// Whether a word may begin with this byte.
#[inline(always)]
pub(crate) fn starts_word(b: u8) -> bool {
    b.is_ascii_alphabetic() || b == b'_'
}

/// Whether this byte continues a word (a `-` does when a letter or digit follows).
#[inline(always)]
pub(crate) fn in_word(b: u8) -> bool {
    b.is_ascii_alphanumeric() || b == b'_'
}

/// The byte at `i`, 0 behind the end.
#[inline(always)]
pub(crate) fn at(bytes: &[u8], i: usize) -> u8 {
    match bytes.get(i) {
        Some(b) => *b,
        None => 0,
    }
}

/// Where the word that begins at `i` ends; `i` itself if none begins there.
#[inline]
pub(crate) fn word_end(bytes: &[u8], i: usize) -> usize {
    if !starts_word(at(bytes, i)) {
        return i;
    }
    let mut j = i + 1;
    loop {
        let b = at(bytes, j);
        if in_word(b) {
            j += 1;
        } else if b == b'-' && at(bytes, j + 1).is_ascii_alphanumeric() {
            j += 2;
        } else {
            return j;
        }
    }
}

/// Words that an expression cannot use as names.
pub(crate) fn is_reserved(word: &str) -> bool {
    matches!(
        word,
        "if" | "then"
            | "else"
            | "for"
            | "in"
            | "is"
            | "and"
            | "or"
            | "not"
            | "as"
            | "matches"
            | "where"
            | "true"
            | "false"
            | "none"
    )
}

/// Words that begin an item and therefore cannot name a kind.
pub const ITEM_WORDS: &[&str] = &[
    "use",
    "kind",
    "struct",
    "enum",
    "dimension",
    "unit",
    "type",
    "fn",
    "let",
    "overlay",
    "check",
    "test",
    "template",
    "private",
    "expect",
    "assert",
];

/// The static spelling of an item word.
pub(crate) fn item_word(word: &str) -> Option<&'static str> {
    // Most first words are kinds: reject by length before comparing sixteen strings.
    if !(2..=9).contains(&word.len()) {
        return None;
    }
    ITEM_WORDS.iter().copied().find(|w| *w == word)
}

/// Words that begin a statement of a block.
pub(crate) fn is_statement(word: &str) -> bool {
    matches!(word, "let" | "when" | "final" | "remove" | "require" | "fix" | "at")
}

/// Where the unit that begins at `i` ends (`req/min`, `%`, `µs`); `i` itself if none begins there.
pub(crate) fn unit_end(bytes: &[u8], i: usize) -> usize {
    let mut end = unit_word_end(bytes, i);
    if end == i {
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
    while in_word(at(bytes, j)) {
        j += 1;
    }
    j
}

/// Whether `//` at `i` begins a `///` line; four slashes are a plain comment.
pub(crate) fn is_doc(bytes: &[u8], i: usize) -> bool {
    at(bytes, i) == b'/' && at(bytes, i + 1) == b'/' && at(bytes, i + 2) == b'/' && at(bytes, i + 3) != b'/'
}

/// Whether `//!` stands at `i`.
pub(crate) fn is_module_doc(bytes: &[u8], i: usize) -> bool {
    at(bytes, i) == b'/' && at(bytes, i + 1) == b'/' && at(bytes, i + 2) == b'!'
}
