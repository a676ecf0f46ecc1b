//! The places of the library where a text can stand: found in its schemas, and written as entries of a declaration.

use ivs_driver::Database;
use ivs_model::{Field, Schema, Ty, enum_schema, module_index, modules, schema};
use ivs_source::ItemId;
use std::fmt::Write as _;

/// A way from a field into its value.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Step {
    /// A field of a struct.
    Field(String),
    /// The key of a map.
    Key,
    /// The value of a map.
    Value,
    /// The element of a list.
    Element,
    /// A field of a member of an enum.
    Member(String, String),
    /// One of several types.
    Either(usize),
    /// A text somewhere in a tree of any values.
    Within,
}

/// Where a text can stand in declarations of a kind.
#[derive(Clone, Debug)]
pub struct Place {
    /// The field of the kind.
    pub field: Field,
    /// From its value to the text.
    pub steps: Vec<Step>,
    /// `service.port{key}`, `plan.include{}.limit(amount)`.
    pub name: String,
    /// The name of the field and of what it belongs to: `probe.path`.
    pub leaf: String,
}

impl Place {
    /// Whether the text is the key of a map.
    pub fn is_key(&self) -> bool {
        self.steps.last() == Some(&Step::Key)
    }
}

/// The kinds of the library, by name.
pub fn kinds(db: &Database) -> Vec<ItemId> {
    let modules = &modules(db).library;
    let mut all: Vec<ItemId> = modules
        .iter()
        .flat_map(|m| module_index(db, *m).all.iter().copied())
        .filter(|i| i.key(db).keyword == "kind")
        .collect();
    all.sort_by_key(|i| i.key(db).name.clone());
    all
}

/// Every place of a kind.
pub fn places(db: &Database, kind: ItemId) -> Vec<Place> {
    let name = kind.key(db).name.to_string();
    let mut found = Vec::new();
    for field in &schema(db, kind).fields {
        let mut finder = Finder { db, field, found: &mut found, steps: Vec::new(), within: Vec::new() };
        finder.walk(&field.ty, &format!("{name}.{}", field.name), &format!("{name}.{}", field.name));
    }
    found
}

struct Finder<'a> {
    db: &'a Database,
    field: &'a Field,
    found: &'a mut Vec<Place>,
    steps: Vec<Step>,
    /// The structs around, against endless ones.
    within: Vec<ItemId>,
}

impl Finder<'_> {
    fn step(&mut self, step: Step, ty: &Ty, name: &str, leaf: &str) {
        self.steps.push(step);
        self.walk(ty, name, leaf);
        self.steps.pop();
    }

    fn walk(&mut self, ty: &Ty, name: &str, leaf: &str) {
        match ty.core() {
            Ty::Str | Ty::Url | Ty::Cron | Ty::Cidr | Ty::ImageRef | Ty::VersionRange => {
                self.place(name, leaf);
            }
            Ty::Object | Ty::LateObject => {
                self.steps.push(Step::Within);
                self.place(name, leaf);
                self.steps.pop();
            }
            Ty::List(t) => self.step(Step::Element, t, &format!("{name}[]"), leaf),
            Ty::Map(kv) => {
                self.step(Step::Key, &kv.0, &format!("{name}{{key}}"), &format!("{leaf}{{key}}"));
                self.step(Step::Value, &kv.1, &format!("{name}{{}}"), leaf);
            }
            Ty::Union(all) => {
                for (i, t) in all.iter().enumerate() {
                    self.step(Step::Either(i), t, name, leaf);
                }
            }
            Ty::Struct(s) if !self.within.contains(s) => {
                self.within.push(*s);
                let of = s.key(self.db).name.to_string();
                for f in &schema(self.db, *s).fields {
                    let step = Step::Field(f.name.to_string());
                    self.step(step, &f.ty, &format!("{name}.{}", f.name), &format!("{of}.{}", f.name));
                }
                self.within.pop();
            }
            Ty::Enum(e) => {
                for m in &enum_schema(self.db, *e).members {
                    for f in m.fields.iter().flat_map(|s| &s.fields) {
                        let step = Step::Member(m.name.to_string(), f.name.to_string());
                        let (name, leaf) =
                            (format!("{name}.{}({})", m.name, f.name), format!("{}.{}", m.name, f.name));
                        self.step(step, &f.ty, &name, &leaf);
                    }
                }
            }
            _ => {}
        }
    }

    fn place(&mut self, name: &str, leaf: &str) {
        let field = self.field.clone();
        let (name, leaf) = (name.to_owned(), leaf.to_owned());
        self.found.push(Place { field, steps: self.steps.clone(), name, leaf });
    }
}

/// What is written where something has to stand.
pub struct Writer<'a> {
    pub db: &'a Database,
    /// Values of fields, by `struct.field`, `kind.field` or the name of the type.
    pub samples: &'a dyn Fn(&str) -> Option<&'static str>,
    /// Whether the fields that a struct demands are written beside the place.
    pub full: bool,
}

impl Writer<'_> {
    /// The entry that sets the text at a place, as an overlay writes it. `text` is spelled as a literal.
    pub fn entry(&self, place: &Place, text: &str) -> String {
        self.set(&place.field.name, &place.field.ty, &place.steps, text, &place.leaf)
    }

    fn set(&self, name: &str, ty: &Ty, steps: &[Step], text: &str, leaf: &str) -> String {
        match (ty.core(), steps) {
            (Ty::Struct(s), [Step::Field(f), rest @ ..]) => {
                format!("{name} {{ {} }}", self.inside(*s, f, rest, text, leaf))
            }
            (Ty::Map(kv), [step, rest @ ..]) if *step != Step::Within => {
                let key = if *step == Step::Key { text.to_owned() } else { self.sample(&kv.0, "") };
                match step {
                    Step::Key => match kv.1.core() {
                        Ty::Struct(_) => format!("{name} {key} {}", self.sample(&kv.1, leaf)),
                        _ => format!("{name} {key} = {}", self.sample(&kv.1, leaf)),
                    },
                    _ => self.set(&format!("{name} {key}"), &kv.1, rest, text, leaf),
                }
            }
            _ => format!("{name} = {}", self.value(ty, steps, text, leaf)),
        }
    }

    /// The entries of a struct that has the text somewhere in the field `f`.
    fn inside(&self, s: ItemId, f: &str, rest: &[Step], text: &str, leaf: &str) -> String {
        let fields = schema(self.db, s);
        let (_, field) = fields.field(f).unwrap();
        let mut out = self.set(f, &field.ty, rest, text, leaf);
        if self.full {
            out += &self.demanded(fields, s.key(self.db).name.as_str(), f);
        }
        out
    }

    /// The fields of a struct that somebody has to give, but for one.
    fn demanded(&self, of: &Schema, name: &str, but: &str) -> String {
        let mut out = String::new();
        for field in of.fields.iter().filter(|f| f.name != but) {
            let path = format!("{name}.{}", field.name);
            let sample = (self.samples)(&path);
            if field.demanded() || sample.is_some() {
                let value = sample.map_or_else(|| self.sample(&field.ty, &path), ToOwned::to_owned);
                let equals = if value.starts_with('{') && matches!(field.ty.core(), Ty::Struct(_)) {
                    ""
                } else {
                    "= "
                };
                write!(out, ", {} {equals}{value}", field.name).unwrap();
            } else if let Ty::Struct(s) = field.ty.core()
                && !field.optional
                && !field.has_default
            {
                let inner = self.demanded(schema(self.db, *s), s.key(self.db).name.as_str(), "");
                if !inner.is_empty() {
                    write!(out, ", {} {{ {} }}", field.name, inner.trim_start_matches(", ")).unwrap();
                }
            }
        }
        out
    }

    /// An expression with the text at the end of some steps.
    fn value(&self, ty: &Ty, steps: &[Step], text: &str, leaf: &str) -> String {
        match (ty.core(), steps) {
            (_, []) => text.to_owned(),
            (Ty::List(t), [Step::Element, rest @ ..]) => format!("[{}]", self.value(t, rest, text, leaf)),
            (Ty::Union(all), [Step::Either(i), rest @ ..]) => self.value(&all[*i], rest, text, leaf),
            (Ty::Struct(s), [Step::Field(f), rest @ ..]) => {
                let full = Writer { full: true, ..*self };
                format!("{{ {} }}", full.inside(*s, f, rest, text, leaf))
            }
            (Ty::Map(kv), [Step::Key, ..]) => format!("{{ {text} = {} }}", self.sample(&kv.1, leaf)),
            (Ty::Map(kv), [Step::Value, rest @ ..]) => {
                format!("{{ {} }}", self.set(&self.sample(&kv.0, ""), &kv.1, rest, text, leaf))
            }
            (Ty::Enum(e), [Step::Member(m, f), rest @ ..]) => {
                let members = enum_schema(self.db, *e);
                let (_, member) = members.member(m).unwrap();
                let fields = member.fields.as_ref().unwrap();
                let (_, field) = fields.field(f).unwrap();
                let mut out = format!("{m}({f} = {}", self.value(&field.ty, rest, text, leaf));
                out += &self.demanded(fields, m, f);
                out + ")"
            }
            (Ty::Object | Ty::LateObject, [Step::Within]) => format!("{{ data {{ note = {text} }} }}"),
            (ty, steps) => panic!("{steps:?} in {}", ty.show(self.db)),
        }
    }

    /// A value that a type admits.
    pub fn sample(&self, ty: &Ty, path: &str) -> String {
        if let Some(given) = (self.samples)(path) {
            return given.to_owned();
        }
        if let Ty::Refined(r) = ty.some() {
            let named = r.alias.as_ref().and_then(|a| (self.samples)(a));
            if let Some(given) = named.or_else(|| (self.samples)(&r.text)) {
                return given.to_owned();
            }
            return self.sample(&r.base, path);
        }
        if let Some(given) = (self.samples)(&ty.some().show(self.db)) {
            return given.to_owned();
        }
        match ty.core() {
            Ty::Bool => "true".to_owned(),
            Ty::Int | Ty::Number | Ty::Quantity => "1".to_owned(),
            Ty::Percent => "50%".to_owned(),
            Ty::Str => "\"sample\"".to_owned(),
            Ty::Date => "2026-01-01".to_owned(),
            Ty::Version => "1.0.0".to_owned(),
            Ty::List(t) => format!("[{}]", self.sample(t, path)),
            Ty::Range(t) => format!("{0}..{0}", self.sample(t, path)),
            Ty::Map(kv) => format!("{{ {} = {} }}", self.sample(&kv.0, ""), self.sample(&kv.1, path)),
            Ty::Object | Ty::LateObject => "{ }".to_owned(),
            Ty::Union(all) => self.sample(&all[0], path),
            Ty::Struct(s) => {
                let inner = self.demanded(schema(self.db, *s), s.key(self.db).name.as_str(), "");
                format!("{{ {} }}", inner.trim_start_matches(", "))
            }
            Ty::Enum(e) => {
                let members = enum_schema(self.db, *e);
                let plain = members.members.iter().find(|m| m.fields.is_none());
                let member = plain.unwrap_or(&members.members[0]);
                match &member.fields {
                    None => member.name.to_string(),
                    Some(fields) => {
                        let inner = self.demanded(fields, &member.name, "");
                        format!("{}({})", member.name, inner.trim_start_matches(", "))
                    }
                }
            }
            Ty::Ref(kind) => {
                let all = ivs_model::decls_of_kind(self.db, *kind);
                let own = all.iter().find(|d| d.file(self.db).own(self.db));
                own.unwrap_or_else(|| panic!("{path}: no declaration of {}", ty.show(self.db)))
                    .key(self.db)
                    .name
                    .to_string()
            }
            // Not a value: what is tried with it is refused, and the test says so.
            ty => format!("({path}: {}?)", ty.show(self.db)),
        }
    }
}
