//! What all lowerings share: the subject, its place and names, references, variables, outputs, findings.
use crate::expr::path;
use crate::region::{Provider, Region, settings};
use crate::{Block, Expr, codes, hcl_text, moved, names};
use ivs_plan::{Artifact, Context, Finding, Lowered, Subject, read};
use ivs_value::{RefValue, StructValue, Value};
use smol_str::SmolStr;
use std::sync::Arc;

/// The folder of resources that belong to no region.
const GLOBAL: &str = "global";

/// The folder under the output root that holds the root module of a region: `terraform/eu-west-1`.
pub fn folder(region_slug: &str) -> SmolStr {
    SmolStr::from(format!("terraform/{region_slug}"))
}

/// An input of a root module.
#[derive(Clone, Debug)]
pub struct Variable {
    /// Letters, digits, `_`.
    pub name: String,
    /// One sentence without a full stop.
    pub description: String,
    /// `string`, `number`, `bool`, `list(string)`.
    pub kind: &'static str,
    /// What it is unless given; without one, Terraform asks.
    pub default: Option<Expr>,
    /// Whether plans hide it.
    pub sensitive: bool,
}

impl Variable {
    fn block(self) -> Block {
        let block = Block::new("variable")
            .label(&self.name)
            .with("description", self.description)
            .with("type", path(self.kind))
            .with_some("default", self.default);
        if self.sensitive { block.with("sensitive", true).with("nullable", false) } else { block }
    }
}

/// A lowering under way.
pub struct Emit<'a> {
    /// The value of the declaration.
    pub object: &'a StructValue,
    /// What the provider calls it, or what that begins with: its slug, the oldest one if it had others before.
    pub slug: &'a str,
    /// Its name in Terraform, an identifier.
    pub name: String,
    subject: &'a Subject,
    context: &'a dyn Context,
    out: Lowered,
    folder: SmolStr,
    silent: bool,
}

impl<'a> Emit<'a> {
    /// Runs a lowering. Nothing is emitted if the value is incomplete, or a finding was made. What had another address when the
    /// declaration had another name is said to have moved.
    pub fn run(subject: &Subject, context: &dyn Context, lower: impl for<'b> Fn(&mut Emit<'b>)) -> Lowered {
        moved::add(subject, context, |subject, context| Emit::once(subject, context, &lower))
    }

    fn once(subject: &'a Subject, context: &'a dyn Context, lower: impl FnOnce(&mut Emit<'a>)) -> Lowered {
        let object: &'a StructValue = &subject.object;
        let mut emit = Emit {
            object,
            slug: moved::called(object).unwrap_or(&subject.slug),
            name: names::identifier(&subject.slug),
            subject,
            context,
            out: Lowered::default(),
            folder: folder(GLOBAL),
            silent: false,
        };
        if !subject.slug.bytes().any(|b| b.is_ascii_alphanumeric()) {
            let message = format!("`{}` has no letter or digit that a name could be made of", subject.slug);
            let help = "set `slug` to lower case letters, digits and `-`";
            emit.find(codes::NAME, message, &["slug"], Some(help.into()));
        } else {
            lower(&mut emit);
        }
        if emit.silent || !emit.out.findings.is_empty() && emit.failed() {
            emit.out.artifacts.clear();
        }
        emit.out
    }

    /// Whether a mistake was found that keeps the declaration from being emitted.
    pub fn failed(&self) -> bool {
        self.out.findings.iter().any(|f| f.gravity == ivs_plan::Gravity::Error)
    }

    /// Reports a mistake at a value of the declaration.
    pub fn find(&mut self, code: &'static str, message: String, path: &[&str], help: Option<String>) {
        let path = path.iter().map(SmolStr::new).collect();
        self.add(Finding { code, message, path, help, ..Finding::default() });
    }

    /// Reports a mistake.
    pub fn add(&mut self, finding: Finding) {
        if !self.out.findings.contains(&finding) {
            self.out.findings.push(finding);
        }
    }

    /// The declaration's slug: what the cluster and other declarations know it by.
    pub fn now(&self) -> &'a str {
        &self.subject.slug
    }

    /// The package's name.
    pub fn package(&self) -> &'a str {
        self.context.package()
    }

    /// All enabled declarations of a kind, with their values.
    pub fn all(&mut self, kind: &str) -> Vec<(Arc<RefValue>, Arc<StructValue>)> {
        let set = self.context.set_of(kind);
        set.into_iter().filter_map(|r| Some((r.clone(), self.follow(&r)?))).collect()
    }

    /// The value of a declaration that is referred to. If it failed, nothing is emitted, silently.
    pub fn follow(&mut self, reference: &RefValue) -> Option<Arc<StructValue>> {
        let found = self.context.object(reference);
        self.silent |= found.is_none();
        found
    }

    /// The value of the declaration that a field refers to, if it is set.
    pub fn referred(&mut self, field: &str) -> Option<Arc<StructValue>> {
        self.follow(read::reference(self.object, field)?)
    }

    /// Puts the declaration into the folder of the region that `field` refers to, with the provider's settings.
    /// `None` for a site of one's own.
    pub fn region(&mut self, field: &str) -> Option<Region> {
        let object = self.referred(field)?;
        self.enter(&object)
    }

    /// [`Emit::region`], for a region's value that was followed before.
    pub fn enter(&mut self, region: &StructValue) -> Option<Region> {
        let region = Region::of(region)?;
        self.folder = folder(&region.slug);
        let code = Variable {
            name: "region".into(),
            description: "Where everything in this folder is".into(),
            kind: "string",
            default: Some(region.code.clone().into()),
            sensitive: false,
        };
        self.shared_variable(code);
        self.settings(region.provider, Some(path("var.region")));
        Some(region)
    }

    /// The settings of a provider, in the folder that the declaration is in.
    pub fn settings(&mut self, provider: Provider, region: Option<Expr>) {
        let account = self.account(provider).and_then(|object| {
            let id = read::text(&object, "id")?.to_owned();
            let (name, what) = match provider {
                Provider::Aws => ("account_id", "Number of the AWS account"),
                Provider::Gcp => ("project", "Project of Google Cloud"),
                Provider::Azure => ("subscription_id", "Subscription of Azure"),
            };
            Some(self.shared_variable(Variable {
                name: name.into(),
                description: format!("{what} that everything in this folder belongs to"),
                kind: "string",
                default: Some(id.into()),
                sensitive: false,
            }))
        });
        let package = names::fit(self.package(), 63);
        self.shared("versions.tf", settings(provider, region, account, &package));
    }

    /// The `account` that is declared for a provider; at most one is.
    pub fn account(&mut self, provider: Provider) -> Option<Arc<StructValue>> {
        self.all("account")
            .into_iter()
            .map(|(_, object)| object)
            .find(|object| read::member(object, "provider").is_some_and(|m| m.name == provider.name()))
    }

    /// Adds a resource or data source, and gives its address: `aws_vpc.main`.
    pub fn push(&mut self, block: Block) -> String {
        let address = block.address();
        let what = if block.word() == "data" { "data source" } else { "resource" };
        let identity = format!("the {what} {address} in {}", self.folder);
        self.artifact("main.tf", identity, block);
        address
    }

    /// Adds a resource that other declarations of the folder add, too, word for word. Gives its address.
    pub fn push_shared(&mut self, block: Block) -> String {
        let address = block.address();
        self.shared("main.tf", block);
        address
    }

    /// Declares an input of this declaration alone, and gives the reference to it.
    pub fn variable(&mut self, variable: Variable) -> Expr {
        let reference = path(&format!("var.{}", variable.name));
        let identity = format!("the variable {} in {}", variable.name, self.folder);
        self.artifact("variables.tf", identity, variable.block());
        reference
    }

    /// Declares an input that other declarations of the folder declare, too, with the same words.
    pub fn shared_variable(&mut self, variable: Variable) -> Expr {
        let reference = path(&format!("var.{}", variable.name));
        self.shared("variables.tf", variable.block());
        reference
    }

    /// The sensitive variable that a secret's address becomes: `vault://kv/mailer#password` is `kv_mailer_password`.
    pub fn secret(&mut self, address: &str) -> Expr {
        let place = address.split_once("://").map_or(address, |(_, rest)| rest);
        self.shared_variable(Variable {
            name: names::identifier(place),
            description: format!("The secret at {address}"),
            kind: "string",
            default: None,
            sensitive: true,
        })
    }

    /// Gives a value to other parts: `output "NAME"`.
    pub fn output(&mut self, name: &str, description: &str, value: Expr) {
        let block = Block::new("output").label(name).with("description", description).with("value", value);
        let identity = format!("the output {name} in {}", self.folder);
        self.artifact("outputs.tf", identity, block);
    }

    /// Gives a value that plans hide to other parts.
    pub fn sensitive_output(&mut self, name: &str, description: &str, value: Expr) {
        let block = Block::new("output")
            .label(name)
            .with("description", description)
            .with("value", value)
            .with("sensitive", true);
        let identity = format!("the output {name} in {}", self.folder);
        self.artifact("outputs.tf", identity, block);
    }

    /// The declaration's labels as a map, if it has any: tags of AWS and Azure.
    pub fn tags(&self) -> Option<Expr> {
        let labels = read::entries(self.object, "labels");
        (!labels.is_empty()).then(|| {
            crate::object(labels.iter().map(|(k, v)| (read::key(k), read::as_text(v).unwrap_or_default())))
        })
    }

    /// The declaration's labels in Google's alphabet: lower case letters, digits, `-`, `_`.
    pub fn google_labels(&self) -> Option<Expr> {
        let labels = read::entries(self.object, "labels");
        (!labels.is_empty()).then(|| {
            crate::object(labels.iter().map(|(k, v)| {
                (names::fit(read::key(k), 63), names::fit(read::as_text(v).unwrap_or_default(), 63))
            }))
        })
    }

    /// Whole seconds, minutes, days … of a duration field: `size` of them in seconds. Reports what is not whole.
    pub fn whole(&mut self, value: &Value, unit: i64, name: &str, at: &[&str]) -> Option<i64> {
        if value.is_none() {
            return None;
        }
        let whole =
            read::base(value).and_then(|n| n.div(&ivs_value::Number::int(unit))).and_then(|n| n.to_i64());
        if whole.is_none() {
            let message = format!(
                "{} is no whole number of {name}, which the provider wants",
                ivs_value::display(value)
            );
            self.find(codes::NO_FORM, message, at, None);
        }
        whole
    }

    fn shared(&mut self, file: &'static str, block: Block) {
        let of = format!("{} {}", self.subject.kind, self.subject.name);
        let identity = format!("{} of {of} in {}", block.address(), self.folder);
        let twice = self.out.artifacts.iter().any(|a| a.identity == identity && a.folder == self.folder);
        if !twice {
            self.artifact(file, identity, block);
        }
    }

    fn artifact(&mut self, file: &'static str, identity: String, block: Block) {
        self.out.artifacts.push(Artifact {
            folder: self.folder.clone(),
            file: SmolStr::new_static(file),
            order: 0,
            identity: identity.into(),
            text: Arc::from(hcl_text::print(&block.into())),
        });
    }
}
