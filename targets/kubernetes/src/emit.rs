//! What all lowerings share: the subject, its names, labels and place, findings, printed objects.
use crate::{amounts, codes, definitions, names, patch, tree, yaml};
use ivs_plan::read;
use ivs_plan::{Artifact, Context, Finding, Gravity, Lowered, Spot, Subject};
use ivs_schema::{Fault, Kind};
use ivs_value::{RefValue, StructValue, Value};
use k8s_openapi::Metadata;
use k8s_openapi::apimachinery::pkg::api::resource::Quantity;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::{LabelSelector, ObjectMeta};
use serde::Serialize;
use serde_json::Value as Json;
use smol_str::{SmolStr, SmolStrBuilder};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Text by key, sorted.
pub type Texts = BTreeMap<String, String>;

/// Apply order: what others need comes first.
#[derive(Clone, Copy)]
#[repr(u16)]
pub enum Order {
    Namespace,
    Priority,
    NodeClass,
    NodePool,
    Flavor,
    Queue,
    Quota,
    Limits,
    Traffic,
    Account,
    Role,
    Binding,
    Config,
    LocalQueue,
    Store,
    Pooler,
    Gateway,
    Service,
    Workload,
    Credentials,
    Autoscaler,
    Vertical,
    Disruption,
    Route,
    Rules,
}

/// The namespace that a declaration belongs to.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Room {
    /// Its name in the cluster.
    pub name: String,
    /// `privileged`, `baseline` or `restricted`.
    pub isolation: Isolation,
    /// Whether traffic needs to be allowed.
    pub closed: bool,
}

/// Pod Security Standards.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[allow(missing_docs)]
pub enum Isolation {
    Privileged,
    Baseline,
    Restricted,
}

impl Isolation {
    /// The member of `isolation`; `restricted` unless given.
    pub fn of(object: &StructValue) -> Self {
        match read::member(object, "isolation").map(|m| m.name.as_str()) {
            Some("privileged") => Isolation::Privileged,
            Some("baseline") => Isolation::Baseline,
            _ => Isolation::Restricted,
        }
    }
    /// Its name in labels.
    pub fn label(self) -> &'static str {
        match self {
            Isolation::Privileged => "privileged",
            Isolation::Baseline => "baseline",
            Isolation::Restricted => "restricted",
        }
    }
}

/// Something that can be emitted.
pub trait Object: Serialize {
    /// Group with version, and kind.
    fn kind(&self) -> (&'static str, &'static str);
    /// Its name and place.
    fn meta(&self) -> &ObjectMeta;
}

impl<T: Serialize + Metadata<Ty = ObjectMeta>> Object for T {
    fn kind(&self) -> (&'static str, &'static str) {
        (T::API_VERSION, T::KIND)
    }
    fn meta(&self) -> &ObjectMeta {
        self.metadata()
    }
}

/// A lowering under way.
pub struct Emit<'a> {
    /// The value of the declaration.
    pub object: &'a StructValue,
    /// Its name in the cluster, a DNS label.
    pub name: String,
    subject: &'a Subject,
    context: &'a dyn Context,
    out: Lowered,
    /// Something it needs has failed and is reported there.
    silent: bool,
}

const MANAGED: [&str; 3] =
    ["app.kubernetes.io/name", "app.kubernetes.io/component", "app.kubernetes.io/managed-by"];

impl<'a> Emit<'a> {
    /// Runs a kind's main lowering, which also reports what is wrong with the declaration's name, labels and annotations.
    /// Nothing is emitted if the value is incomplete or a finding was made.
    pub fn run(subject: &'a Subject, context: &'a dyn Context, lower: impl FnOnce(&mut Emit<'a>)) -> Lowered {
        let mut emit = match Self::begin(subject, context) {
            Ok(emit) => emit,
            Err(lowered) => return lowered,
        };
        lower(&mut emit);
        emit.end()
    }

    /// Runs a further lowering of the same kind, if any of the fields is set: what [`Emit::run`] reports is not reported
    /// again.
    pub fn part(
        subject: &'a Subject,
        context: &'a dyn Context,
        needs: &[&str],
        lower: impl FnOnce(&mut Emit<'a>),
    ) -> Lowered {
        if !needs.iter().any(|name| is_set(read::field(&subject.object, name))) {
            return Lowered::default();
        }
        match Self::begin(subject, context) {
            Ok(mut emit) if emit.out.findings.is_empty() => {
                lower(&mut emit);
                emit.end()
            }
            _ => Lowered::default(),
        }
    }

    fn begin(subject: &'a Subject, context: &'a dyn Context) -> Result<Self, Lowered> {
        let object: &'a StructValue = &subject.object;
        let out = Lowered::default();
        let mut emit = Emit { object, name: String::new(), subject, context, out, silent: false };
        let Some(name) = names::dns(&subject.slug, names::LABEL) else {
            emit.find(
                codes::NAME,
                format!(
                    "`{}` has no letter or digit that a name in Kubernetes could be made of",
                    subject.slug
                ),
                &["slug"],
                Some("set `slug` to lower case letters, digits and `-`".into()),
            );
            return Err(emit.out);
        };
        emit.name = name;
        emit.check_labels();
        Ok(emit)
    }

    /// Whether a mistake was found that keeps the declaration from being emitted.
    pub fn failed(&self) -> bool {
        self.out.findings.iter().any(|f| f.gravity == Gravity::Error)
    }

    fn end(mut self) -> Lowered {
        if self.silent || self.failed() {
            self.out.artifacts.clear();
        }
        self.out
    }

    /// Reports a mistake at a value of the declaration.
    pub fn find(&mut self, code: &'static str, message: String, path: &[&str], help: Option<String>) {
        let path = path.iter().map(SmolStr::new).collect();
        self.add(Finding { code, message, path, help, ..Finding::default() });
    }

    /// Reports a mistake.
    pub fn add(&mut self, finding: Finding) {
        // Both ends of a range may be one value.
        if !self.out.findings.contains(&finding) {
            self.out.findings.push(finding);
        }
    }

    /// The package's name.
    pub fn package(&self) -> &'a str {
        self.context.package()
    }

    /// The value of a declaration that is referred to. If it failed, nothing is emitted, silently.
    pub fn follow(&mut self, reference: &RefValue) -> Option<Arc<StructValue>> {
        let found = self.context.object(reference);
        self.silent |= found.is_none();
        found
    }

    /// The name in the cluster of a declaration.
    pub fn name_of(&mut self, reference: &RefValue) -> Option<String> {
        let object = self.follow(reference)?;
        self.slug_of(&object, &reference.name)
    }

    /// The name in the cluster of a followed declaration; `name` is its declared name.
    pub fn slug_of(&mut self, object: &StructValue, name: &str) -> Option<String> {
        let slug = read::text(object, "slug").unwrap_or(name);
        let found = names::dns(slug, names::LABEL);
        self.silent |= found.is_none();
        found
    }

    /// The namespace of the declaration: `default`, as strict as can be and open, where none is given.
    pub fn room(&mut self) -> Room {
        self.room_of(self.object)
    }

    /// The namespace of another declaration.
    pub fn room_of(&mut self, object: &StructValue) -> Room {
        let mut room = Room { name: "default".to_owned(), isolation: Isolation::Restricted, closed: false };
        let Some(reference) = read::reference(object, "namespace") else { return room };
        let Some(namespace) = self.follow(reference) else { return room };
        if let Some(name) = self.slug_of(&namespace, &reference.name) {
            room.name = name;
        }
        room.isolation = Isolation::of(&namespace);
        room.closed = is_closed(&namespace);
        room
    }

    /// The kind of the declaration.
    pub fn kind(&self) -> &'a str {
        &self.subject.kind
    }

    /// All enabled declarations of a kind, in order of their names.
    pub fn all_of(&self, kind: &str) -> Vec<Arc<RefValue>> {
        self.context.set_of(kind)
    }

    /// What selects the declaration's pods and nothing else: its name and kind.
    pub fn selector(&self) -> Texts {
        selector(&self.name, &self.subject.kind)
    }

    /// The selector as Kubernetes wants it.
    pub fn label_selector(&self) -> LabelSelector {
        matching(self.selector())
    }

    /// Labels of every object and pod of the declaration.
    pub fn labels(&self) -> Texts {
        let mut labels = self.selector();
        labels.insert("app.kubernetes.io/managed-by".into(), "ivs".into());
        labels.insert("app.kubernetes.io/part-of".into(), names::label_value(self.package()));
        if let Value::Version(v) = read::field(self.object, "version") {
            labels.insert("app.kubernetes.io/version".into(), names::label_value(&v.to_string()));
        }
        for (key, value) in read::entries(self.object, "labels") {
            if let Some(value) = read::as_text(value) {
                labels.insert(read::key(key).to_owned(), value.to_owned());
            }
        }
        labels
    }

    fn check_labels(&mut self) {
        for (key, value) in read::entries(self.object, "labels") {
            let key = read::key(key);
            let value = read::as_text(value).unwrap_or_default();
            if MANAGED.contains(&key) {
                self.find(
                    codes::OWN_LABEL,
                    format!("the label `{key}` is set by the compiler, pods are selected by it"),
                    &["labels", key],
                    None,
                );
            } else if !names::is_label_key(key) {
                self.find(
                    codes::LABEL,
                    format!("`{key}` is no name of a label"),
                    &["labels", key],
                    Some(LABEL_HELP.into()),
                );
            } else if !names::is_label_value(value) {
                self.find(
                    codes::LABEL,
                    format!("`{value}` is no value of a label"),
                    &["labels", key],
                    Some(
                        "at most 63 letters, digits, `-`, `_`, `.`; longer or other text is an annotation"
                            .into(),
                    ),
                );
            }
        }
        for (key, _) in read::entries(self.object, "annotations") {
            let key = read::key(key);
            if !names::is_label_key(&key.to_ascii_lowercase()) {
                self.find(
                    codes::LABEL,
                    format!("`{key}` is no name of an annotation"),
                    &["annotations", key],
                    Some(LABEL_HELP.into()),
                );
            }
        }
    }

    /// The declaration's annotations.
    pub fn annotations(&self) -> Option<Texts> {
        let texts: Texts = read::entries(self.object, "annotations")
            .iter()
            .filter_map(|(k, v)| Some((read::key(k).to_owned(), read::as_text(v)?.to_owned())))
            .collect();
        (!texts.is_empty()).then_some(texts)
    }

    /// Metadata of an object in a namespace, or of the cluster.
    pub fn meta(&self, name: &str, namespace: Option<&str>) -> ObjectMeta {
        ObjectMeta {
            name: Some(name.to_owned()),
            namespace: namespace.map(str::to_owned),
            labels: Some(self.labels()),
            annotations: self.annotations(),
            ..ObjectMeta::default()
        }
    }

    /// Prints an object into the folder of its namespace, or `_cluster`.
    pub fn push<T: Object>(&mut self, order: Order, object: &T) {
        let folder = object.meta().namespace.as_deref().unwrap_or("_cluster");
        self.push_into(folder, order, object);
    }

    /// Prints an object that is a tree already. `root` is the field of the declaration that it comes from.
    pub fn push_tree(&mut self, order: Order, object: &Json, root: &str) {
        let text = |path: &str| object.pointer(path).and_then(Json::as_str);
        let (api, kind) = (text("/apiVersion").unwrap_or_default(), text("/kind").unwrap_or_default());
        let name = text("/metadata/name").or(text("/metadata/generateName")).unwrap_or_default();
        let namespace = text("/metadata/namespace");
        let identity = identity(api, kind, namespace, name);
        match yaml::print(&tree::Printed(object)) {
            Ok(text) => self.out.artifacts.push(Artifact {
                folder: joined(&["kubernetes/", namespace.unwrap_or("_cluster")]),
                file: file(&self.name),
                order: order as u16,
                identity,
                text,
            }),
            Err(error) => {
                self.find(codes::PRINT, format!("{kind} `{name}` cannot be printed: {error}"), &[root], None)
            }
        }
    }

    /// Judges an object by its schema. Faults stand at the paths that `place` makes of theirs.
    pub fn judge(&mut self, kind: &Kind, object: &Json, place: impl Fn(&[SmolStr]) -> Vec<SmolStr>) {
        for fault in kind.judge(object) {
            self.fault(fault, &place);
        }
    }

    /// Reports what a schema refuses.
    pub fn fault(&mut self, fault: Fault, place: impl Fn(&[SmolStr]) -> Vec<SmolStr>) {
        self.add(Finding {
            code: if fault.unjudged { codes::UNJUDGED } else { codes::SCHEMA },
            gravity: if fault.unjudged { ivs_plan::Gravity::Warning } else { ivs_plan::Gravity::Error },
            message: fault.message,
            path: place(&fault.path),
            help: fault.help,
            spot: match fault.spot {
                ivs_schema::Spot::Key => Spot::Key,
                ivs_schema::Spot::Value => Spot::Value,
            },
            fix: fault.instead,
        });
    }

    /// What is known of a kind of object, by the package's own definitions and by the compiler's.
    pub fn known(&self, api: &str, kind: &str) -> Option<Arc<Kind>> {
        definitions::catalog(self.context).kind(api, kind)
    }

    /// Prints an object into a folder below `kubernetes/`.
    pub fn push_into<T: Object>(&mut self, folder: &str, order: Order, object: &T) {
        self.print(joined(&["kubernetes/", folder]), "", order, object);
    }

    /// Prints an object that is not for the cluster the package describes: into a folder below the root of the outputs.
    pub fn push_below<T: Object>(&mut self, folder: &str, order: Order, object: &T) {
        self.print(folder.into(), "", order, object);
    }

    /// The same, for one of several clusters that each get an object of this name.
    pub fn push_site<T: Object>(&mut self, folder: &str, site: &str, order: Order, object: &T) {
        self.print(folder.into(), site, order, object);
    }

    fn print<T: Object>(&mut self, folder: SmolStr, site: &str, order: Order, object: &T) {
        if self.silent || self.failed() {
            return;
        }
        let (api, kind) = object.kind();
        let meta = object.meta();
        let name = meta.name.as_deref().unwrap_or_default();
        let mut identity = identity(api, kind, meta.namespace.as_deref(), name);
        if !site.is_empty() {
            identity = joined(&[&identity, " in ", site]);
        }
        let printed = match patch::patched(self, kind, name, object) {
            None => yaml::print(object),
            Some(tree) if self.failed() => return drop(tree),
            Some(tree) => yaml::print(&tree::Printed(&tree)),
        };
        match printed {
            Ok(text) => {
                let file = file(&self.name);
                self.out.artifacts.push(Artifact { folder, file, order: order as u16, identity, text });
            }
            Err(error) => {
                self.find(codes::PRINT, format!("{kind} `{name}` cannot be printed: {error}"), &[], None)
            }
        }
    }

    /// Prints a document that is no object of the cluster into the declaration's file of a folder. `order` is its place there.
    pub fn push_document(&mut self, folder: &str, order: u16, document: &Json) {
        let text = |path: &str| document.pointer(path).and_then(Json::as_str).unwrap_or_default();
        let (api, kind, name) = (text("/apiVersion"), text("/kind"), text("/metadata/name"));
        let identity = identity(api, kind, None, name);
        match yaml::print(&tree::Printed(document)) {
            Ok(text) => self.out.artifacts.push(Artifact {
                folder: folder.into(),
                file: file(&self.name),
                order,
                identity,
                text,
            }),
            Err(error) => {
                self.find(codes::PRINT, format!("{kind} `{name}` cannot be printed: {error}"), &[], None)
            }
        }
    }

    /// Cores, or pieces of something.
    pub fn decimal(&mut self, value: &Value, path: &[&str]) -> Quantity {
        let text = read::base(value).and_then(amounts::decimal);
        self.quantity(text, value, path, "Kubernetes counts in thousandths")
    }

    /// Bytes.
    pub fn bytes(&mut self, value: &Value, path: &[&str]) -> Quantity {
        let text = read::base(value).and_then(amounts::bytes);
        self.quantity(text, value, path, "Kubernetes counts whole bytes, below 8Ei")
    }

    fn quantity(&mut self, text: Option<String>, value: &Value, path: &[&str], help: &str) -> Quantity {
        let Some(text) = text else {
            let shown = ivs_value::display(value);
            self.find(
                codes::QUANTITY,
                format!("{shown} cannot be written exactly"),
                path,
                Some(help.to_owned()),
            );
            return Quantity(String::new());
        };
        Quantity(text)
    }

    /// Whole seconds.
    pub fn seconds(&mut self, value: &Value, path: &[&str]) -> i64 {
        amounts::seconds(value).unwrap_or_else(|| {
            let shown = ivs_value::display(value);
            self.find(
                codes::WHOLE,
                format!("{shown} is no whole number of seconds, which Kubernetes wants"),
                path,
                None,
            );
            0
        })
    }

    /// Whole seconds in 32 bits.
    pub fn seconds32(&mut self, value: &Value, path: &[&str]) -> i32 {
        let seconds = self.seconds(value, path);
        i32::try_from(seconds).unwrap_or_else(|_| {
            let shown = ivs_value::display(value);
            self.find(codes::WHOLE, format!("{shown} is longer than Kubernetes can count"), path, None);
            0
        })
    }

    /// Whole percents.
    pub fn percent(&mut self, value: &Value, path: &[&str]) -> i32 {
        amounts::whole_percent(value).unwrap_or_else(|| {
            let shown = ivs_value::display(value);
            self.find(
                codes::WHOLE,
                format!("{shown} is no whole percent, which Kubernetes wants"),
                path,
                None,
            );
            0
        })
    }

    /// An integer of 32 bits.
    pub fn int32(&mut self, value: &Value, path: &[&str]) -> i32 {
        read::base(value)
            .and_then(ivs_value::Number::to_i64)
            .and_then(|n| i32::try_from(n).ok())
            .unwrap_or_else(|| {
                let shown = ivs_value::display(value);
                self.find(
                    codes::WHOLE,
                    format!("{shown} is no whole number of 32 bits, which Kubernetes wants"),
                    path,
                    None,
                );
                0
            })
    }
}

pub const LABEL_HELP: &str =
    "letters, digits, `-`, `_`, `.`, at most 63, with a domain and `/` before them if wanted";

/// Whether a namespace or tenancy lets through only what is allowed.
pub fn is_closed(object: &StructValue) -> bool {
    read::member(object, "network").is_none_or(|m| m.name != "open")
}

/// What selects the pods of a declaration of that kind.
pub fn selector(name: &str, kind: &str) -> Texts {
    let mut labels = Texts::new();
    labels.insert("app.kubernetes.io/component".to_owned(), kind.to_owned());
    labels.insert("app.kubernetes.io/name".to_owned(), name.to_owned());
    labels
}

/// Selects by all of the labels.
pub fn matching(labels: Texts) -> LabelSelector {
    LabelSelector { match_expressions: None, match_labels: Some(labels) }
}

/// Whether a field says anything: neither `none`, `off` nor empty.
fn is_set(value: &Value) -> bool {
    match value {
        Value::None => false,
        Value::Member(member) => member.name != "off",
        Value::List(items) => !items.is_empty(),
        Value::Map(map) => !map.entries.is_empty(),
        _ => true,
    }
}

/// What no two objects share.
fn identity(api: &str, kind: &str, namespace: Option<&str>, name: &str) -> SmolStr {
    match namespace {
        Some(namespace) => joined(&[api, " ", kind, " ", namespace, "/", name]),
        None => joined(&[api, " ", kind, " ", name]),
    }
}

fn joined(parts: &[&str]) -> SmolStr {
    let mut text = SmolStrBuilder::new();
    parts.iter().for_each(|part| text.push_str(part));
    text.finish()
}

/// The file of a declaration; `kustomization.yaml` is the folder's index.
fn file(name: &str) -> SmolStr {
    if name == "kustomization" { "kustomization.objects.yaml".into() } else { joined(&[name, ".yaml"]) }
}
