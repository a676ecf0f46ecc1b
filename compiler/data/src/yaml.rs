//! YAML 1.2: one document, without aliases and tags.
//!
//! Without aliases a file cannot say more than it has bytes, so there is nothing to laugh a billion times about.
//! What an unquoted scalar is follows the core schema of YAML 1.2; nothing is converted, numbers stay text.

use crate::{At, Counter, Key, Kind, MAX_NESTING, Node, Problem, What, at, twice};
use granit_parser::{Event, Options, Parser, ScalarStyle};
use smol_str::SmolStr;

/// A list or map under construction.
enum Open {
    List(usize, Vec<Node>),
    Map(usize, Vec<(Key, Node)>, Option<Key>),
}

pub(crate) fn read(text: &str) -> Result<Node, Problem> {
    let mut options = Options::default();
    options.emit_comments = false;
    options.emit_unresolved_aliases = true;
    options.flow_nesting_limit = MAX_NESTING;
    options.block_nesting_limit = MAX_NESTING;
    options.simple_key_max_lookahead = 64 << 10;
    let mut reader = Reader { text, open: Vec::new(), root: None, count: Counter::default() };
    let mut documents = 0;
    for next in Parser::new_from_str_with_options(text, options) {
        let (event, span) = next.map_err(|e| {
            let start = e.marker().byte_offset().unwrap_or(0).min(text.len());
            let message = e.info();
            if message.contains("nest") || message.contains("limit") {
                return Problem::too_deep(at(start, start + 1));
            }
            Problem::new(What::Syntax, at(start, start + 1), format!("this is not YAML: {message}"))
        })?;
        let bytes = span.byte_range().unwrap_or(0..0);
        let place = at(bytes.start, bytes.end);
        match event {
            Event::DocumentStart(..) => {
                documents += 1;
                if documents > 1 {
                    return Err(Problem::new(What::Refused, place, "a second document in one file")
                        .help("write one document, with a list in it"));
                }
            }
            Event::Alias(_) | Event::UnresolvedAlias(_) => {
                return Err(Problem::new(What::Refused, place, "aliases are not read")
                    .help("write the value out again, or give it a name in the language"));
            }
            Event::Scalar(value, style, _, tag) => {
                reader.untagged(tag.is_some(), &place)?;
                reader.scalar(&value, style, place)?;
            }
            Event::SequenceStart(_, _, tag) => {
                reader.untagged(tag.is_some(), &place)?;
                reader.begin(Open::List(bytes.start, Vec::new()), &place)?;
            }
            Event::MappingStart(_, _, tag) => {
                reader.untagged(tag.is_some(), &place)?;
                reader.begin(Open::Map(bytes.start, Vec::new(), None), &place)?;
            }
            Event::SequenceEnd | Event::MappingEnd => reader.end(bytes.end)?,
            _ => {}
        }
    }
    match reader.root {
        Some(node) => Ok(node),
        None => Ok(Node { kind: Kind::Null, at: at(0, text.len()) }),
    }
}

struct Reader<'a> {
    text: &'a str,
    open: Vec<Open>,
    root: Option<Node>,
    count: Counter,
}

impl Reader<'_> {
    fn untagged(&self, tagged: bool, place: &At) -> Result<(), Problem> {
        if !tagged {
            return Ok(());
        }
        Err(Problem::new(What::Refused, place.clone(), "tags are not read")
            .help("the annotation of the `load` says what a value is"))
    }

    fn begin(&mut self, open: Open, place: &At) -> Result<(), Problem> {
        self.key_is_scalar(place)?;
        if self.open.len() >= MAX_NESTING {
            return Err(Problem::too_deep(place.clone()));
        }
        self.open.push(open);
        Ok(())
    }

    fn key_is_scalar(&self, place: &At) -> Result<(), Problem> {
        match self.open.last() {
            Some(Open::Map(_, _, None)) => {
                Err(Problem::new(What::Refused, place.clone(), "a key of a map is a text"))
            }
            _ => Ok(()),
        }
    }

    fn end(&mut self, end: usize) -> Result<(), Problem> {
        let trimmed = |start: usize| {
            let shown = self.text.get(start..end).unwrap_or_default().trim_end();
            at(start, start + shown.len())
        };
        match self.open.pop() {
            Some(Open::List(start, xs)) => {
                let at = trimmed(start);
                self.put(Node { kind: Kind::List(xs), at })
            }
            Some(Open::Map(start, entries, _)) => {
                if let Some(problem) = twice(&entries) {
                    return Err(problem);
                }
                let at = trimmed(start);
                self.put(Node { kind: Kind::Map(entries), at })
            }
            None => Ok(()),
        }
    }

    fn scalar(&mut self, value: &str, style: ScalarStyle, place: At) -> Result<(), Problem> {
        if let Some(Open::Map(_, _, key @ None)) = self.open.last_mut() {
            if value == "<<" && style == ScalarStyle::Plain {
                return Err(Problem::new(What::Refused, place, "merge keys are not read")
                    .help("write the entries out"));
            }
            *key = Some(Key { text: SmolStr::new(value), at: place });
            return Ok(());
        }
        let kind = if style == ScalarStyle::Plain { plain(value) } else { Kind::Text(SmolStr::new(value)) };
        self.put(Node { kind, at: place })
    }

    fn put(&mut self, node: Node) -> Result<(), Problem> {
        self.count.one(&node.at)?;
        match self.open.last_mut() {
            Some(Open::List(_, xs)) => xs.push(node),
            Some(Open::Map(_, entries, key)) => {
                if let Some(key) = key.take() {
                    entries.push((key, node));
                }
            }
            None => self.root = Some(node),
        }
        Ok(())
    }
}

/// The core schema's resolution of an unquoted scalar.
fn plain(text: &str) -> Kind {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => Kind::Null,
        "true" | "True" | "TRUE" => Kind::Bool(true),
        "false" | "False" | "FALSE" => Kind::Bool(false),
        t if is_number(t) => Kind::Number(SmolStr::new(t)),
        t => Kind::Text(SmolStr::new(t)),
    }
}

/// `-12`, `1.5`, `1e3`, `.5`.
fn is_number(text: &str) -> bool {
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    let (mantissa, exponent) = match digits.split_once(['e', 'E']) {
        Some((m, e)) => (m, Some(e.strip_prefix(['-', '+']).unwrap_or(e))),
        None => (digits, None),
    };
    let all = |s: &str| s.bytes().all(|b| b.is_ascii_digit());
    let (whole, part) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    all(whole)
        && all(part)
        && !(whole.is_empty() && part.is_empty())
        && exponent.is_none_or(|e| !e.is_empty() && all(e))
}
