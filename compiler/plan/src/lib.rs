//! What is to be produced: the contract between evaluated declarations and the targets that lower them.
//!
//! Takes evaluated declarations. Gives artifacts (folder, file, text) and findings at value paths. Never prints,
//! never writes a file, never asks the query engine directly.

pub mod read;
mod text;

pub use text::Text;

use ivs_value::{RefValue, StructValue};
use smol_str::SmolStr;
use std::sync::Arc;

/// One declaration, evaluated in one environment, that is to be lowered.
#[derive(Clone, Debug)]
pub struct Subject {
    /// Its kind's name: `service`.
    pub kind: SmolStr,
    /// Its name as written, with a family key in brackets: `general[eu-west-1]`.
    pub name: SmolStr,
    /// Its name in outputs.
    pub slug: SmolStr,
    /// Its value: every field of the kind (and template parameters), by name. No part of it is unknown: what failed is
    /// not lowered.
    pub object: Arc<StructValue>,
}

/// What a lowering may ask for besides its subject. Every question is recorded as a dependency.
pub trait Context {
    /// The value of a declaration that the subject refers to; `None` if it failed or is disabled.
    fn object(&self, reference: &RefValue) -> Option<Arc<StructValue>>;
    /// All enabled declarations of a kind, in order of their qualified names.
    fn set_of(&self, kind: &str) -> Vec<Arc<RefValue>>;
    /// Files that define custom resources, as `ivs.toml` names them: path and text.
    fn definitions(&self) -> Vec<(SmolStr, Arc<str>)> {
        Vec::new()
    }
    /// Files with schemas of Terraform's providers, as `ivs.toml` names them: path and text.
    fn schemas(&self) -> Vec<(SmolStr, Arc<str>)> {
        Vec::new()
    }
    /// The package's name from `ivs.toml`.
    fn package(&self) -> &str;
}

/// Code of the warning that something cannot be judged; of equal messages only the first is shown.
pub const UNJUDGED: &str = "IVS6202";

/// What a finding keeps from happening.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Gravity {
    /// Nothing is emitted.
    #[default]
    Error,
    /// Outputs are written.
    Warning,
}

/// Which part of an entry a finding is about.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Spot {
    /// The value.
    #[default]
    Value,
    /// The name before the `=`.
    Key,
    /// Bytes of the text that the value is, from `start` to `end`: of a template, for example. Only where the value is
    /// written as one text without holes, else the whole value.
    Text {
        /// First byte.
        start: u32,
        /// Byte after the last.
        end: u32,
    },
}

/// A mistake only the target can see (a name too long, a quantity that the format cannot hold).
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Finding {
    /// `IVS6xxx`.
    pub code: &'static str,
    /// One sentence without a full stop.
    pub message: String,
    /// The value it is about, from the subject: `["scaling", "replicas"]`.
    pub path: Vec<SmolStr>,
    /// What to do.
    pub help: Option<String>,
    /// Whether it is an error.
    pub gravity: Gravity,
    /// The value of the path, or its name.
    pub spot: Spot,
    /// What may stand in place of the spot, if that is certain.
    pub fix: Option<String>,
}

/// One object of an output file, printed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Artifact {
    /// Folder under the output root, `/`-separated: `kubernetes/nmox-studio`.
    pub folder: SmolStr,
    /// File in it; artifacts of equal folder and file are joined in the order of `order`, then `identity`.
    pub file: SmolStr,
    /// Place among the objects of one file: apply order of kinds.
    pub order: u16,
    /// What must be unique over the whole output: `apps/v1 Deployment nmox-studio/workspace-service`.
    pub identity: SmolStr,
    /// The object's text, ending in a newline, without a document separator.
    pub text: Arc<str>,
}

/// The result of lowering one declaration.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Lowered {
    /// In any order; joining sorts.
    pub artifacts: Vec<Artifact>,
    /// Mistakes; if any, nothing is emitted.
    pub findings: Vec<Finding>,
}

/// A file to be written.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct OutputFile {
    /// Under the output root, `/`-separated.
    pub path: String,
    /// Its bytes: LF, no BOM.
    pub text: Text,
}

/// A field of what a user writes freely: for completion and documentation.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct KnownField {
    /// Its name.
    pub name: String,
    /// `string`, `[object]`, `{string: quantity}`.
    pub ty: String,
    /// Whether it has to be there.
    pub required: bool,
    /// Its documentation, where its definition has one.
    pub docs: Option<String>,
    /// What it may be, if that is one of a few texts.
    pub values: Vec<String>,
    /// What is filled in where it is not set, as JSON.
    pub default: Option<String>,
    /// The schema it is from: `apps/v1 Deployment`.
    pub of: String,
}

/// A family of outputs. Lowerings are registered under the names that `@emits(…)` uses.
pub trait Target: Sync {
    /// The part of the name before the dot in `@emits(kubernetes.workload)`.
    fn family(&self) -> &'static str;
    /// Lowerings: name after the dot, kind it reads, and the field names it reads (checked against the library).
    fn lowerings(&self) -> &'static [Lowering];
    /// Whether lowering can find a mistake in what a user wrote freely (a whole object, a patch, a template): such
    /// declarations are lowered by `ivs check` too, all others only when something is built.
    fn judges(&self, kind: &str, object: &StructValue) -> bool {
        let _ = (kind, object);
        false
    }
    /// The fields that may stand at a path of what a user writes freely, as far as their schema is known.
    fn fields(
        &self,
        kind: &str,
        object: &StructValue,
        path: &[&str],
        context: &dyn Context,
    ) -> Vec<KnownField> {
        let _ = (kind, object, path, context);
        Vec::new()
    }
    /// The texts that a field of a kind may hold, by name, as far as schemas tell.
    fn texts(&self, kind: &str, field: &str, context: &dyn Context) -> Vec<KnownField> {
        let _ = (kind, field, context);
        Vec::new()
    }
    /// What a declaration has once it is made: what `attr` may ask for.
    fn made(&self, kind: &str, object: &StructValue, context: &dyn Context) -> Vec<KnownField> {
        let _ = (kind, object, context);
        Vec::new()
    }
    /// Called after all lowerings of one declaration.
    fn finish(&self, subject: &Subject, lowered: &mut Lowered) {
        let _ = (subject, lowered);
    }
    /// Joins all artifacts of this family into files, with index files such as `kustomization.yaml`.
    /// `artifacts` come in the order of their declarations; the result is sorted by path.
    fn join(&self, artifacts: &mut Vec<&Artifact>, layout: Layout) -> Vec<OutputFile>;
    /// [`Target::join`] with the target's own options, which few have.
    fn join_with(
        &self,
        artifacts: &mut Vec<&Artifact>,
        layout: Layout,
        options: &Options,
    ) -> Vec<OutputFile> {
        let _ = options;
        self.join(artifacts, layout)
    }
}

/// Options of a target in `ivs.toml` whose values are words, by name: `format` of `[targets.terraform]`.
pub type Options = std::collections::BTreeMap<String, String>;

/// How many files outputs are written to: `[targets.NAME] layout` of `ivs.toml`.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Layout {
    /// A file per declaration: what people review.
    #[default]
    Declaration,
    /// A file per folder: for thousands of declarations, which a file system takes longer to create than ivs to compile.
    Folder,
}

/// A function that turns a declaration into artifacts.
#[derive(Clone, Copy)]
pub struct Lowering {
    /// `workload`
    pub name: &'static str,
    /// `service`
    pub kind: &'static str,
    /// Fields of the kind that it reads, dotted: `scaling.replicas`.
    pub reads: &'static [&'static str],
    /// The function. Never panics.
    pub run: fn(&Subject, &dyn Context) -> Lowered,
}
