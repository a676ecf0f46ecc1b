//! Data files: CSV, JSON, YAML and TOML as one sort of tree.
//!
//! Takes a text and its format. Gives a tree whose every node and key knows its place, or what keeps the text from
//! being read, with a place. Numbers stay text: nothing here rounds. Never touches a file, knows no type.

mod csv;
mod json;
mod toml;
mod yaml;

use smol_str::SmolStr;
use std::ops::Range;

/// How deep lists and maps may lie in each other.
pub const MAX_NESTING: usize = 256;
/// Most values in one file, lists and maps counted: ten for each element that a list may have.
pub const MAX_VALUES: usize = 1_000_000;

/// What the text of a data file is written in.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Format {
    /// Comma-separated values, the first line naming the columns (RFC 4180).
    Csv,
    /// RFC 8259, without comments or trailing commas.
    Json,
    /// YAML 1.2, one document, without aliases and tags.
    Yaml,
    /// TOML 1.
    Toml,
}

impl Format {
    /// By the ending of a file's name.
    pub fn of(path: &str) -> Option<Format> {
        let (_, ending) = path.rsplit_once('/').map_or(path, |(_, name)| name).rsplit_once('.')?;
        match ending.to_ascii_lowercase().as_str() {
            "csv" => Some(Format::Csv),
            "json" => Some(Format::Json),
            "yaml" | "yml" => Some(Format::Yaml),
            "toml" => Some(Format::Toml),
            _ => None,
        }
    }

    /// `CSV`.
    pub fn name(self) -> &'static str {
        match self {
            Format::Csv => "CSV",
            Format::Json => "JSON",
            Format::Yaml => "YAML",
            Format::Toml => "TOML",
        }
    }
}

/// Bytes of the file's text.
pub type At = Range<u32>;

/// A value of a data file.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Node {
    /// What it is.
    pub kind: Kind,
    /// Where it stands; a list or map from its first character to its last.
    pub at: At,
}

/// The sort of a value.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Kind {
    /// `null`, or nothing at all.
    Null,
    /// `true`, `false`.
    Bool(bool),
    /// A number as it is written.
    Number(SmolStr),
    /// A text that is marked as one: in quotes, or not to be taken for anything else.
    Text(SmolStr),
    /// A text whose format does not tell texts from other values: a cell of CSV, a date of TOML.
    Plain(SmolStr),
    /// In order.
    List(Vec<Node>),
    /// In order; no key twice.
    Map(Vec<(Key, Node)>),
}

/// A key of a map, or the head of a column.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Key {
    /// What it says.
    pub text: SmolStr,
    /// Where it stands.
    pub at: At,
}

impl Node {
    /// `a list`, for messages.
    pub fn sort(&self) -> &'static str {
        match self.kind {
            Kind::Null => "nothing",
            Kind::Bool(_) => "a truth value",
            Kind::Number(_) => "a number",
            Kind::Text(_) | Kind::Plain(_) => "a text",
            Kind::List(_) => "a list",
            Kind::Map(_) => "a map",
        }
    }

    /// The node that a path of keys and indices leads to.
    pub fn find<'a>(&self, path: impl IntoIterator<Item = &'a str>) -> Option<&Node> {
        let mut node = self;
        for word in path {
            node = match &node.kind {
                Kind::Map(entries) => &entries.iter().find(|(k, _)| k.text == word)?.1,
                Kind::List(xs) => xs.get(word.parse::<usize>().ok()?)?,
                _ => return None,
            };
        }
        Some(node)
    }
}

/// Why a text cannot be read.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Problem {
    /// Which sort of mistake.
    pub what: What,
    /// One sentence, no full stop.
    pub message: String,
    /// Where.
    pub at: At,
    /// Where the same was first.
    pub first: Option<At>,
    /// What to do; may be empty.
    pub help: String,
}

/// The sorts of mistakes in a text.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum What {
    /// The text breaks its format's rules.
    Syntax,
    /// A key or column twice.
    Duplicate,
    /// Something of the format that data has no use for: aliases, tags, several documents.
    Refused,
    /// Too deep, or too much.
    Limit,
}

impl Problem {
    fn new(what: What, at: At, message: impl Into<String>) -> Problem {
        Problem { what, message: message.into(), at, first: None, help: String::new() }
    }
    fn help(mut self, help: impl Into<String>) -> Problem {
        self.help = help.into();
        self
    }
    fn too_deep(at: At) -> Problem {
        Problem::new(What::Limit, at, format!("this nests deeper than {MAX_NESTING} levels"))
    }
    fn too_much(at: At) -> Problem {
        Problem::new(What::Limit, at, format!("more than {MAX_VALUES} values in one file"))
            .help("split the file, and load its parts")
    }
    fn duplicate(what: &str, key: &str, at: At, first: At) -> Problem {
        let mut p = Problem::new(What::Duplicate, at, format!("the {what} `{key}` stands here twice"));
        p.first = Some(first);
        p
    }
}

/// A text, read.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Data {
    /// The whole of it. CSV is a list of maps.
    pub root: Node,
    /// The columns of a CSV file.
    pub columns: Vec<Key>,
}

/// Reads a text.
///
/// # Errors
/// The first mistake.
pub fn read(text: &str, format: Format) -> Result<Data, Problem> {
    // A byte order mark is read, never written; places count it.
    let skip = if text.starts_with('\u{feff}') { 3 } else { 0 };
    let body = text.get(skip..).unwrap_or(text);
    let mut data = match format {
        Format::Csv => csv::read(body),
        Format::Json => json::read(body).map(whole),
        Format::Yaml => yaml::read(body).map(whole),
        Format::Toml => toml::read(body).map(whole),
    }
    .map_err(|mut p| {
        shift(&mut p.at, skip);
        if let Some(first) = &mut p.first {
            shift(first, skip);
        }
        p
    })?;
    if skip > 0 {
        shift_all(&mut data.root, skip);
        data.columns.iter_mut().for_each(|c| shift(&mut c.at, skip));
    }
    Ok(data)
}

fn whole(root: Node) -> Data {
    Data { root, columns: Vec::new() }
}

fn shift(at: &mut At, by: usize) {
    let by = offset(by);
    *at = at.start + by..at.end + by;
}

fn shift_all(root: &mut Node, by: usize) {
    shift(&mut root.at, by);
    match &mut root.kind {
        Kind::List(xs) => xs.iter_mut().for_each(|x| shift_all(x, by)),
        Kind::Map(entries) => {
            for (k, v) in entries {
                shift(&mut k.at, by);
                shift_all(v, by);
            }
        }
        _ => {}
    }
}

/// Files are at most 8 MiB, so every offset fits.
fn offset(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}

fn at(start: usize, end: usize) -> At {
    offset(start)..offset(end.max(start))
}

/// Counts the values of a file as they are made.
#[derive(Default)]
struct Counter(usize);

impl Counter {
    fn one(&mut self, at: &At) -> Result<(), Problem> {
        self.0 += 1;
        if self.0 > MAX_VALUES { Err(Problem::too_much(at.clone())) } else { Ok(()) }
    }
}

/// The first key that stands in a map twice. Large maps are searched by sorting.
fn twice(entries: &[(Key, Node)]) -> Option<Problem> {
    let mut keys: Vec<&Key> = entries.iter().map(|(k, _)| k).collect();
    keys.sort_by(|a, b| (&a.text, a.at.start).cmp(&(&b.text, b.at.start)));
    let pairs = keys.windows(2).filter_map(|w| match w {
        [a, b] if a.text == b.text => Some((*a, *b)),
        _ => None,
    });
    let (a, b) = pairs.min_by_key(|(_, b)| b.at.start)?;
    Some(Problem::duplicate("key", &a.text, b.at.clone(), a.at.clone()))
}
