//! `ivs.toml`: what it may say, and precise complaints about the rest.

mod dependencies;

pub use dependencies::{GitSource, Reference, Requirement, Source};

use crate::problem::{self, Failure, Problems};
use crate::{CONFIG_FILE, codes, is_word};
use ivs_grammar::ast::Span;
use ivs_source::{Edit, Fix, Place, Severity};
use std::collections::BTreeMap;
use std::fmt;
use std::ops::Range;
use std::str::FromStr;
use std::sync::Arc;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// A package's configuration.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Config {
    /// `[package] name`: the first segment of its modules' names.
    pub package: String,
    /// `[package] version`: three numbers, as written.
    pub version: Option<String>,
    /// `[package] ivs`: the version of the language. Only 1 exists.
    pub language: u32,
    /// `[build] as-of`: the date that `build.date` gives.
    pub as_of: Option<Date>,
    /// `[targets.NAME]`: options by target. `kubernetes` has `layout`: a file per `"declaration"` (unless given) or per
    /// `"folder"`; and `crds`: files that define custom resources, `["crds/*.yaml"]`. `terraform` has `format`: `"hcl"`
    /// (unless given) or `"json"`; and `schemas`: files with schemas of providers, `["schemas/*.json"]`.
    pub targets: BTreeMap<String, BTreeMap<String, Setting>>,
    /// `[checks]`: severities by check or code.
    pub severities: BTreeMap<String, Severity>,
    /// `[dependencies]`, sorted by name.
    pub dependencies: Vec<Requirement>,
    /// Where each of them is said, in [`Config::text`].
    pub severity_places: BTreeMap<String, Span>,
    /// The text of `ivs.toml`.
    pub text: Arc<str>,
}

/// The value of a target's option.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Setting {
    /// `"text"`
    Text(String),
    /// `true`
    Flag(bool),
    /// `12`
    Number(i64),
    /// `["a", "b"]`
    List(Vec<String>),
}

/// A day of the Gregorian calendar.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Date {
    /// 0..=9999
    pub year: u16,
    /// 1..=12
    pub month: u8,
    /// 1..=31, as the month has days
    pub day: u8,
}

impl Date {
    /// The day, if there is such a one.
    pub fn new(year: u16, month: u8, day: u8) -> Option<Date> {
        let leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
        let days = match month {
            1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
            4 | 6 | 9 | 11 => 30,
            2 if leap => 29,
            2 => 28,
            _ => return None,
        };
        (year <= 9999 && (1..=days).contains(&day)).then_some(Date { year, month, day })
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }
}

impl FromStr for Date {
    type Err = String;
    fn from_str(text: &str) -> Result<Date, String> {
        let wrong = || format!("`{text}` is not a date; write it as 2026-11-21");
        let mut parts = text.split('-');
        let mut part = |digits: usize| {
            let p = parts.next().filter(|p| p.len() == digits && p.bytes().all(|b| b.is_ascii_digit()))?;
            p.parse::<u16>().ok()
        };
        let (Some(year), Some(month), Some(day)) = (part(4), part(2), part(2)) else { return Err(wrong()) };
        if parts.next().is_some() {
            return Err(wrong());
        }
        let (Ok(month), Ok(day)) = (u8::try_from(month), u8::try_from(day)) else { return Err(wrong()) };
        Date::new(year, month, day).ok_or_else(wrong)
    }
}

impl Config {
    /// The configuration of a package of which only the name is known.
    pub fn named(package: &str) -> Config {
        Config {
            package: package.to_owned(),
            version: None,
            language: 1,
            as_of: None,
            targets: BTreeMap::new(),
            severities: BTreeMap::new(),
            dependencies: Vec::new(),
            severity_places: BTreeMap::new(),
            text: Arc::from(""),
        }
    }

    /// The names of the packages that this one may use.
    pub fn dependency_names(&self) -> Vec<String> {
        self.dependencies.iter().map(|d| d.name.clone()).collect()
    }
}

/// Targets that exist, each with its options.
const TARGETS: &[(&str, &[&str])] =
    &[("kubernetes", &["layout", "crds"]), ("terraform", &["format", "schemas"])];

/// What an option may be, where it is one of several words.
const CHOICES: &[(&str, &[&str])] = &[("layout", &["declaration", "folder"]), ("format", &["hcl", "json"])];

/// Reads the text of an `ivs.toml`.
pub fn parse_config(text: &str) -> Result<Config, Failure> {
    let mut problems = Problems::default();
    match read(&Arc::from(text), &mut problems) {
        Some(config) if problems.is_empty() => Ok(config),
        _ => Err(problems.into_failure()),
    }
}

/// Reads `ivs.toml`. `None` only if the package has no usable name; other problems leave the rest readable.
pub(crate) fn read(text: &Arc<str>, problems: &mut Problems) -> Option<Config> {
    let file = problems.file(CONFIG_FILE, text);
    let mut reader = Reader { file, problems };
    let (table, errors) = DeTable::parse_recoverable(text);
    if !errors.is_empty() {
        for e in errors {
            let span = e.span().unwrap_or_default();
            let message = format!("`{CONFIG_FILE}` is not TOML: {}", e.message().replace('\n', ", "));
            reader.error(codes::NOT_TOML, &span, message, "", None);
        }
        return None;
    }
    let mut config = reader.top(table.get_ref())?;
    config.text = text.clone();
    Some(config)
}

type Table<'i> = DeTable<'i>;
type Value<'i> = Spanned<DeValue<'i>>;

struct Reader<'a> {
    file: u32,
    problems: &'a mut Problems,
}

impl Reader<'_> {
    fn error(
        &mut self,
        code: &'static str,
        at: &Range<usize>,
        message: String,
        label: &str,
        help: Option<String>,
    ) {
        let mut found = problem::error(code, self.file, span(at), message);
        found.primary.text = label.to_owned();
        found.help.extend(help);
        self.problems.push(found);
    }

    fn unknown(&mut self, key: &Spanned<toml::de::DeString<'_>>, place: &str, known: &[&str]) {
        let name = key.get_ref().as_ref();
        let at = span(&key.span());
        let message = format!("`{name}` is not a key of {place}");
        let mut found = problem::error(codes::UNKNOWN_KEY, self.file, at, message);
        let close = known.iter().map(|k| (strsim::damerau_levenshtein(k, name), k)).min();
        match close {
            Some((distance, k)) if distance <= 1 + k.len() / 4 => {
                let edit = Edit { place: Place { of: self.file, span: at }, text: (*k).to_owned() };
                found.fixes.push(Fix { title: format!("did you mean `{k}`?"), edits: vec![edit] });
            }
            _ if known.is_empty() => found.help.push(format!("{place} has no keys yet")),
            _ => found.help.push(format!("its keys are {}", list(known))),
        }
        self.problems.push(found);
    }

    fn table<'t, 'i>(&mut self, key: &str, value: &'t Value<'i>) -> Option<&'t Table<'i>> {
        let table = value.get_ref().as_table();
        if table.is_none() {
            self.wrong_type(key, value, "a table");
        }
        table
    }

    fn string<'t>(&mut self, key: &str, value: &'t Value<'_>) -> Option<&'t str> {
        let found = value.get_ref().as_str();
        if found.is_none() {
            self.wrong_type(key, value, "a string");
        }
        found
    }

    fn wrong_type(&mut self, key: &str, value: &Value<'_>, wanted: &str) {
        let message = format!("`{key}` is {wanted}, not {}", article(value.get_ref().type_str()));
        self.error(codes::BAD_VALUE, &value.span(), message, "", None);
    }

    fn top(&mut self, table: &Table<'_>) -> Option<Config> {
        let mut config = Config::named("");
        let mut named = false;
        for (key, value) in table {
            match key.get_ref().as_ref() {
                "package" => {
                    named = true;
                    let Some(inner) = self.table("package", value) else { continue };
                    self.package(inner, &key.span(), &mut config);
                }
                "build" => {
                    let Some(inner) = self.table("build", value) else { continue };
                    self.build(inner, &mut config);
                }
                "targets" => {
                    let Some(inner) = self.table("targets", value) else { continue };
                    self.targets(inner, &mut config);
                }
                "checks" => {
                    let Some(inner) = self.table("checks", value) else { continue };
                    self.severities(inner, "", &mut config);
                }
                "dependencies" => {
                    let Some(inner) = self.table("dependencies", value) else { continue };
                    config.dependencies = self.dependencies(inner);
                }
                _ => self.unknown(
                    key,
                    "`ivs.toml`",
                    &["package", "dependencies", "build", "targets", "checks"],
                ),
            }
        }
        if !named {
            let help = "add\n[package]\nname = \"my-platform\"\nversion = \"0.1.0\"\nivs = \"1\"".to_owned();
            let message = "`[package]` is missing".to_owned();
            self.error(codes::MISSING_KEY, &(0..0), message, "", Some(help));
        }
        (!config.package.is_empty()).then_some(config)
    }

    fn package(&mut self, table: &Table<'_>, at: &Range<usize>, config: &mut Config) {
        let (mut name, mut language) = (false, false);
        for (key, value) in table {
            match key.get_ref().as_ref() {
                "name" => {
                    name = true;
                    let Some(text) = self.string("name", value) else { continue };
                    if !is_word(text) || matches!(text, "std" | "self") {
                        let message = format!("`{text}` cannot name a package");
                        let help = match text {
                            "std" | "self" => format!("`{text}` means something else in paths"),
                            _ => "a name is a word: letters, digits, `_`, and `-` between them".to_owned(),
                        };
                        self.error(codes::BAD_VALUE, &value.span(), message, "", Some(help));
                        continue;
                    }
                    config.package = text.to_owned();
                }
                "version" => {
                    let Some(text) = self.string("version", value) else { continue };
                    if !is_version(text) {
                        let message = format!("`{text}` is not a version");
                        let help = "a version has three numbers: \"1.2.0\"".to_owned();
                        self.error(codes::BAD_VALUE, &value.span(), message, "", Some(help));
                    }
                    config.version = Some(text.to_owned());
                }
                "ivs" => {
                    language = true;
                    let Some(text) = self.string("ivs", value) else { continue };
                    if text != "1" {
                        let message = format!("this compiler knows version 1 of the language, not `{text}`");
                        let help = "write ivs = \"1\", or use a newer compiler".to_owned();
                        self.error(codes::LANGUAGE_VERSION, &value.span(), message, "", Some(help));
                    }
                }
                _ => self.unknown(key, "`[package]`", &["name", "version", "ivs"]),
            }
        }
        for (given, key, example) in [(name, "name", "my-platform"), (language, "ivs", "1")] {
            if !given {
                let help = format!("add {key} = \"{example}\"");
                self.error(
                    codes::MISSING_KEY,
                    at,
                    format!("`{key}` is missing in `[package]`"),
                    "",
                    Some(help),
                );
            }
        }
    }

    fn build(&mut self, table: &Table<'_>, config: &mut Config) {
        for (key, value) in table {
            if key.get_ref().as_ref() != "as-of" {
                self.unknown(key, "`[build]`", &["as-of"]);
                continue;
            }
            // TOML's own date and a string are both natural; a time of day is neither needed nor kept.
            let text = match value.get_ref() {
                DeValue::Datetime(d) => d.to_string(),
                DeValue::String(s) => s.to_string(),
                _ => {
                    self.wrong_type("as-of", value, "a date");
                    continue;
                }
            };
            match text.parse() {
                Ok(date) => config.as_of = Some(date),
                Err(message) => self.error(codes::BAD_VALUE, &value.span(), message, "", None),
            }
        }
    }

    fn targets(&mut self, table: &Table<'_>, config: &mut Config) {
        let names: Vec<&str> = TARGETS.iter().map(|(name, _)| *name).collect();
        for (key, value) in table {
            let name = key.get_ref().as_ref();
            let Some((_, options)) = TARGETS.iter().find(|(n, _)| *n == name) else {
                self.unknown(key, "`[targets]`", &names);
                continue;
            };
            let Some(inner) = self.table(name, value) else { continue };
            let mut given = BTreeMap::new();
            for (option, value) in inner {
                if !options.contains(&option.get_ref().as_ref()) {
                    self.unknown(option, &format!("`[targets.{name}]`"), options);
                } else if let Some(setting) = setting(value.get_ref()) {
                    // Only files that define something are a list, and they are always one.
                    let lists = matches!(option.get_ref().as_ref(), "crds" | "schemas");
                    if matches!(setting, Setting::List(_)) != lists {
                        let wanted = match setting {
                            Setting::List(_) => "a string, a number, or true or false",
                            _ => "a list of paths",
                        };
                        self.wrong_type(option.get_ref(), value, wanted);
                        continue;
                    }
                    let choice = CHOICES.iter().find(|(n, _)| *n == option.get_ref().as_ref());
                    let fits =
                        |words: &[&str]| matches!(&setting, Setting::Text(t) if words.contains(&t.as_str()));
                    if let Some((_, words)) = choice
                        && !fits(words)
                    {
                        let message =
                            format!("`{}` is one of \"{}\"", option.get_ref(), words.join("\", \""));
                        self.error(codes::BAD_VALUE, &value.span(), message, "", None);
                        continue;
                    }
                    given.insert(option.get_ref().to_string(), setting);
                } else {
                    self.wrong_type(option.get_ref(), value, "a string, a number, or true or false");
                }
            }
            config.targets.insert(name.to_owned(), given);
        }
    }

    /// `std.scaling.capacity = "warning"` is a table in a table to TOML.
    fn severities(&mut self, table: &Table<'_>, prefix: &str, config: &mut Config) {
        for (key, value) in table {
            let name = format!("{prefix}{}", key.get_ref());
            if let Some(inner) = value.get_ref().as_table() {
                self.severities(inner, &format!("{name}."), config);
                continue;
            }
            let Some(text) = self.string(&name, value) else { continue };
            let severity = match text {
                "error" => Severity::Error,
                "warning" => Severity::Warning,
                "info" => Severity::Info,
                _ => {
                    let message = format!("`{text}` is not a severity");
                    let help = "severities are \"error\", \"warning\" and \"info\"".to_owned();
                    self.error(codes::BAD_VALUE, &value.span(), message, "", Some(help));
                    continue;
                }
            };
            config.severity_places.insert(name.clone(), span(&value.span()));
            config.severities.insert(name, severity);
        }
    }
}

fn setting(value: &DeValue<'_>) -> Option<Setting> {
    match value {
        DeValue::String(s) => Some(Setting::Text(s.to_string())),
        DeValue::Boolean(b) => Some(Setting::Flag(*b)),
        DeValue::Integer(i) => i64::from_str_radix(i.as_str(), i.radix()).ok().map(Setting::Number),
        DeValue::Array(items) => {
            let texts = items.iter().map(|i| i.get_ref().as_str().map(str::to_owned));
            texts.collect::<Option<Vec<_>>>().map(Setting::List)
        }
        _ => None,
    }
}

/// Three numbers without leading zeros; what follows `-` or `+` is left to semantic versioning.
fn is_version(text: &str) -> bool {
    let core = text.split(['-', '+']).next().unwrap_or_default();
    let number =
        |p: &str| !p.is_empty() && p.bytes().all(|b| b.is_ascii_digit()) && (p == "0" || !p.starts_with('0'));
    core.split('.').count() == 3 && core.split('.').all(number)
}

pub(crate) fn span(range: &Range<usize>) -> Span {
    let at = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
    Span::new(at(range.start), at(range.end))
}

pub(crate) fn list(names: &[&str]) -> String {
    let quoted: Vec<String> = names.iter().map(|n| format!("`{n}`")).collect();
    match quoted.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{} and {last}", rest.join(", ")),
        _ => quoted.join(""),
    }
}

fn article(kind: &str) -> String {
    let vowel = kind.starts_with(['a', 'e', 'i', 'o', 'u']);
    format!("{} {kind}", if vowel { "an" } else { "a" })
}
