//! What all lowerings share: the subject, whom it refers to, its name, findings, files.
use crate::codes;
use crate::names;
use crate::tree::{self, Node};
use ivs_plan::{Artifact, Context, Finding, Gravity, Lowered, Subject, read};
use ivs_value::{RefValue, StructValue, Value};
use smol_str::SmolStr;
use std::sync::Arc;

/// A lowering under way.
pub struct Desk<'a> {
    /// The value of the declaration.
    pub object: &'a StructValue,
    /// Its name in outputs: lower case letters, digits and `-`, at most 63.
    pub name: String,
    context: &'a dyn Context,
    out: Lowered,
    /// Something it needs has failed and is reported there.
    silent: bool,
}

impl<'a> Desk<'a> {
    /// Runs a lowering. Nothing is emitted if the value is incomplete or an error was found.
    pub fn run(subject: &'a Subject, context: &'a dyn Context, lower: impl FnOnce(&mut Desk<'a>)) -> Lowered {
        let object: &'a StructValue = &subject.object;
        let mut desk = Desk { object, name: String::new(), context, out: Lowered::default(), silent: false };
        match names::label(&subject.slug) {
            Some(name) => {
                desk.name = name;
                lower(&mut desk);
            }
            None => desk.find(
                codes::NAME,
                format!("`{}` has no letter or digit that a name could be made of", subject.slug),
                &["slug"],
                "set `slug` to lower case letters, digits and `-`",
            ),
        }
        if desk.silent || desk.failed() {
            desk.out.artifacts.clear();
        }
        desk.out
    }

    /// Whether an error was found.
    pub fn failed(&self) -> bool {
        self.out.findings.iter().any(|f| f.gravity == Gravity::Error)
    }

    /// The value of a declaration that is referred to. If it failed, nothing is emitted, silently.
    pub fn follow(&mut self, reference: &RefValue) -> Option<Arc<StructValue>> {
        let found = self.context.object(reference);
        self.silent |= found.is_none();
        found
    }

    /// The value of the declaration that a field refers to.
    pub fn follow_field(&mut self, object: &StructValue, field: &str) -> Option<(String, Arc<StructValue>)> {
        let reference = read::reference(object, field)?;
        let found = self.follow(reference)?;
        Some((self.called(&found, &reference.name)?, found))
    }

    /// The declarations of a list, each with its name in outputs.
    pub fn follow_list(&mut self, object: &StructValue, field: &str) -> Vec<(String, Arc<StructValue>)> {
        let references = read::list(object, field).iter().filter_map(Value::as_ref_value);
        let references: Vec<&RefValue> = references.collect();
        references
            .into_iter()
            .filter_map(|r| {
                let found = self.follow(r)?;
                Some((self.called(&found, &r.name)?, found))
            })
            .collect()
    }

    /// All enabled declarations of a kind, each with its name in outputs.
    pub fn all(&mut self, kind: &str) -> Vec<(String, Arc<StructValue>)> {
        let set = self.context.set_of(kind);
        set.iter()
            .filter_map(|r| {
                let found = self.follow(r)?;
                Some((self.called(&found, &r.name)?, found))
            })
            .collect()
    }

    /// The name in outputs of a declaration that was followed.
    pub fn called(&mut self, object: &StructValue, declared: &str) -> Option<String> {
        let name = names::label(read::text(object, "slug").unwrap_or(declared));
        self.silent |= name.is_none();
        name
    }

    /// Nothing is to be emitted: what is wrong is reported elsewhere.
    pub fn give_up(&mut self) {
        self.silent = true;
    }

    /// Who asks for what is not in the subject.
    pub fn context(&self) -> &'a dyn Context {
        self.context
    }

    /// Reports a mistake at a value of the declaration.
    pub fn find(&mut self, code: &'static str, message: String, path: &[&str], help: &str) {
        let path = path.iter().map(SmolStr::new).collect();
        self.add(Finding { code, message, path, help: Some(help.to_owned()), ..Finding::default() });
    }

    /// Reports what should be known, and emits all the same.
    pub fn warn(&mut self, code: &'static str, message: String, path: &[&str], help: &str) {
        let path = path.iter().map(SmolStr::new).collect();
        let gravity = Gravity::Warning;
        self.add(Finding { code, message, path, help: Some(help.to_owned()), gravity, ..Finding::default() });
    }

    /// Reports a finding once.
    pub fn add(&mut self, finding: Finding) {
        if !self.out.findings.contains(&finding) {
            self.out.findings.push(finding);
        }
    }

    /// A file of text below `marketplace/`.
    pub fn file(&mut self, folder: &str, file: &str, text: String) {
        let folder = SmolStr::from(format!("marketplace/{folder}"));
        let identity = SmolStr::from(format!("{folder}/{file}"));
        self.out.artifacts.push(Artifact {
            folder,
            file: file.into(),
            order: 0,
            identity,
            text: text.into(),
        });
    }

    /// A part of a file that several declarations write, in the order of their names.
    pub fn part(&mut self, folder: &str, file: &str, text: String) {
        let folder = SmolStr::from(format!("marketplace/{folder}"));
        let identity = SmolStr::from(format!("{} in {folder}/{file}", self.name));
        self.out.artifacts.push(Artifact {
            folder,
            file: file.into(),
            order: 1,
            identity,
            text: text.into(),
        });
    }

    /// A JSON file called as the declaration.
    pub fn json(&mut self, folder: &str, ending: &str, node: impl Into<Node>) {
        let file = format!("{}.{ending}", self.name);
        self.file(folder, &file, tree::json(&node.into()));
    }

    /// A YAML file.
    pub fn yaml(&mut self, folder: &str, file: &str, node: impl Into<Node>) {
        self.file(folder, file, tree::yaml(&node.into()));
    }
}

/// What a declaration is called by people: its title, or its declared name with a capital letter and spaces.
pub fn title(object: &StructValue) -> String {
    if let Some(title) = read::text(object, "title") {
        return title.to_owned();
    }
    let name = read::text(object, "name").unwrap_or_default().replace(['-', '_'], " ");
    let mut letters = name.chars();
    match letters.next() {
        Some(first) => first.to_uppercase().chain(letters).collect(),
        None => name,
    }
}

/// The version of a declaration: `1.2.0`.
pub fn version(object: &StructValue) -> Option<String> {
    match read::field(object, "version") {
        Value::Version(v) => Some(v.to_string()),
        _ => None,
    }
}

/// A day: `2026-11-21`.
pub fn day(object: &StructValue, field: &str) -> Option<String> {
    match read::field(object, field) {
        Value::Date(y, m, d) => Some(format!("{y:04}-{m:02}-{d:02}")),
        _ => None,
    }
}
