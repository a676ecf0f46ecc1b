//! Lowering: declarations to artifacts, artifacts to files.

use crate::by_file::{self, each_stretch};
use crate::database::Database;
use crate::decide::{enabled, own_modules};
use crate::place::{self, place};
use ivs_eval::{Env, Inst, inst_name, inst_of};
use ivs_model::{Schema, decl_kind, library_thing, schema};
use ivs_plan::{Artifact, Context, Layout, Lowered, Lowering, Options, OutputFile, Subject, Target};
use ivs_source::{Db, Diagnostic, ItemDiagnostic, Label, Place, Program, Severity};
use ivs_target_documents::Documents;
use ivs_target_interchange::{Budgets, Chains, Federation, Industry};
use ivs_target_kubernetes::{Delivery, Kubernetes, OpenSlo};
use ivs_target_marketplace::Marketplace;
use ivs_target_sql::Sql;
use ivs_target_terraform::Terraform;
use ivs_value::{RefValue, StructValue, Value};
use rustc_hash::{FxHashMap, FxHashSet};
use smol_str::SmolStr;
use std::cell::Cell;
use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock};

/// How outputs are written: what `[targets.NAME]` of `ivs.toml` says, by target.
#[derive(Clone, Debug, Default)]
pub(crate) struct Style(BTreeMap<String, Options>);

impl Style {
    /// The options whose values are words.
    pub(crate) fn of(config: &ivs_project::Config) -> Self {
        let words = |options: &BTreeMap<String, ivs_project::Setting>| {
            let words = options.iter().filter_map(|(name, setting)| match setting {
                ivs_project::Setting::Text(word) => Some((name.clone(), word.clone())),
                _ => None,
            });
            words.collect()
        };
        Style(config.targets.iter().map(|(name, options)| (name.clone(), words(options))).collect())
    }

    fn options(&self, target: &dyn Target) -> Options {
        self.0.get(target.family()).cloned().unwrap_or_default()
    }
}

/// `layout = "declaration"` or `"folder"`.
fn layout(options: &Options) -> Layout {
    match options.get("layout") {
        Some(word) if word == "folder" => Layout::Folder,
        _ => Layout::Declaration,
    }
}

/// Every target.
pub fn targets() -> &'static [&'static dyn Target] {
    &[
        &Documents,
        &Kubernetes,
        &OpenSlo,
        &Delivery,
        &Sql,
        &Marketplace,
        &Federation,
        &Industry,
        &Chains,
        &Budgets,
        &Terraform,
    ]
}

/// The lowering of a name such as `kubernetes.workload`, for a kind.
fn lowering(emits: &str, kind: &str) -> Option<&'static Lowering> {
    static BY_NAME: LazyLock<FxHashMap<String, Vec<&'static Lowering>>> = LazyLock::new(|| {
        let mut all: FxHashMap<String, Vec<&'static Lowering>> = FxHashMap::default();
        for target in targets() {
            for lowering in target.lowerings() {
                all.entry(format!("{}.{}", target.family(), lowering.name)).or_default().push(lowering);
            }
        }
        all
    });
    BY_NAME.get(emits)?.iter().copied().find(|l| l.kind == kind)
}

pub(crate) struct Asks<'db> {
    pub(crate) db: &'db dyn Db,
    pub(crate) env: Env,
    /// Whether something that was asked for has failed; it is reported where it did.
    failed: Cell<bool>,
}

impl<'db> Asks<'db> {
    pub(crate) fn new(db: &'db dyn Db, env: Env) -> Self {
        Asks { db, env, failed: Cell::new(false) }
    }
}

impl Context for Asks<'_> {
    fn object(&self, reference: &RefValue) -> Option<Arc<StructValue>> {
        let inst = inst_of(reference);
        let result = ivs_eval::is_enabled(self.db, self.env, inst)
            .then(|| ivs_eval::object(self.db, self.env, inst))?;
        if !result.whole {
            self.failed.set(true);
            return None;
        }
        Some(result.value.clone())
    }
    fn set_of(&self, kind: &str) -> Vec<Arc<RefValue>> {
        let Some(kind) = library_thing(self.db, kind) else { return Vec::new() };
        ivs_eval::set_of(self.db, self.env, kind)
            .iter()
            .filter_map(|i| match ivs_eval::reference(self.db, *i) {
                Value::Ref(r) => Some(r),
                _ => None,
            })
            .collect()
    }
    fn definitions(&self) -> Vec<(SmolStr, Arc<str>)> {
        crate::definitions::texts(self.db)
    }
    fn schemas(&self) -> Vec<(SmolStr, Arc<str>)> {
        crate::definitions::schemas(self.db)
    }
    fn package(&self) -> &str {
        Program::get(self.db).package(self.db)
    }
}

/// The artifacts of one declaration.
#[salsa::tracked(returns(clone))]
pub fn lower(db: &dyn Db, env: Env, inst: Inst) -> Arc<Lowered> {
    if !emits(db, inst) {
        return Arc::default();
    }
    let object = ivs_eval::object(db, env, inst);
    match object.whole {
        true => Arc::new(lowered(db, env, inst, &object.value)),
        false => Arc::default(),
    }
}

/// Whether a declaration is lowered to anything.
pub(crate) fn emits(db: &dyn Db, inst: Inst) -> bool {
    decl_kind(db, inst.decl(db)).is_some_and(|k| !schema(db, k).emits.is_empty())
}

fn subject(db: &dyn Db, inst: Inst, schema: &Schema, object: &Arc<StructValue>) -> Subject {
    let slug = match object.get("slug") {
        Some(Value::Str(s)) => s.clone(),
        _ => SmolStr::default(),
    };
    Subject { kind: schema.name.clone(), name: inst_name(db, inst), slug, object: object.clone() }
}

/// Whether lowering a declaration can find mistakes in what its author wrote freely: then `check` lowers it too.
pub(crate) fn judged(db: &dyn Db, inst: Inst, object: &StructValue) -> bool {
    let Some(kind) = decl_kind(db, inst.decl(db)) else { return false };
    let schema = schema(db, kind);
    !schema.emits.is_empty() && targets().iter().any(|t| t.judges(&schema.name, object))
}

/// Lowers an evaluated declaration.
pub(crate) fn lowered(db: &dyn Db, env: Env, inst: Inst, object: &Arc<StructValue>) -> Lowered {
    let asks = Asks::new(db, env);
    let lowered = lowered_with(db, inst, object, &asks);
    if asks.failed.get() { Lowered::default() } else { lowered }
}

/// [`lowered`], with somebody else to ask.
pub(crate) fn lowered_with(
    db: &dyn Db,
    inst: Inst,
    object: &Arc<StructValue>,
    asks: &dyn Context,
) -> Lowered {
    let mut all = Lowered::default();
    let Some(kind) = decl_kind(db, inst.decl(db)) else { return all };
    let schema = schema(db, kind);
    let subject = subject(db, inst, schema, object);
    for emits in &schema.emits {
        if let Some(l) = lowering(emits, &schema.name) {
            let lowered = (l.run)(&subject, asks);
            all.artifacts.extend(lowered.artifacts);
            all.findings.extend(lowered.findings);
        }
    }
    for target in targets() {
        target.finish(&subject, &mut all);
    }
    settle(&mut all.artifacts);
    all
}

/// Artifacts stay until all are written: without room to grow, and with each name once.
fn settle(artifacts: &mut Vec<Artifact>) {
    if artifacts.capacity() > artifacts.len() {
        let mut exact = Vec::with_capacity(artifacts.len());
        exact.append(artifacts);
        *artifacts = exact;
    }
    if let Some((first, rest)) = artifacts.split_first_mut() {
        for a in rest {
            if a.file == first.file {
                a.file = first.file.clone();
            }
            if a.folder == first.folder {
                a.folder = first.folder.clone();
            }
        }
    }
}

/// Every enabled declaration that is lowered to anything, and what to.
fn all_lowered(db: &Database, env: Env, threads: usize) -> (Vec<Inst>, Vec<Arc<Lowered>>) {
    let modules = own_modules(db);
    let stretches = each_stretch(db, threads, &modules, |db, file, n| by_file::lowered(db, env, file, n));
    stretches.iter().flat_map(|s| s.iter().cloned()).unzip()
}

/// Lowers every enabled declaration and joins the artifacts into files.
pub(crate) fn emit(
    db: &Database,
    env: Env,
    threads: usize,
    style: &Style,
) -> (Vec<ItemDiagnostic>, Vec<OutputFile>) {
    let (insts, lowered) = all_lowered(db, env, threads);
    join(db, env, style, &insts, &lowered)
}

/// Joins what was lowered into files.
pub(crate) fn join<L: std::ops::Deref<Target = Lowered>>(
    db: &Database,
    env: Env,
    style: &Style,
    insts: &[Inst],
    lowered: &[L],
) -> (Vec<ItemDiagnostic>, Vec<OutputFile>) {
    let mut findings = Vec::new();
    let mut owners: FxHashMap<&SmolStr, Inst> = FxHashMap::default();
    let mut clashes: FxHashSet<(Inst, Inst)> = FxHashSet::default();
    for (inst, l) in insts.iter().zip(lowered) {
        for f in &l.findings {
            findings.push(place::finding(db, env, *inst, f));
        }
        for a in &l.artifacts {
            // Of two declarations that make several objects, the first that both make is enough to say.
            if let Some(first) = owners.insert(&a.identity, *inst)
                && clashes.insert((first, *inst))
            {
                findings.push(twice(db, env, first, *inst, a));
            }
        }
    }
    let mut by_family: FxHashMap<&str, Vec<&Artifact>> = FxHashMap::default();
    for a in lowered.iter().flat_map(|l| &l.artifacts) {
        let family = a.folder.split_once('/').map_or(a.folder.as_str(), |(family, _)| family);
        by_family.entry(family).or_default().push(a);
    }
    let mut files = Vec::new();
    for target in targets() {
        let mut own = by_family.remove(target.family()).unwrap_or_default();
        let options = style.options(*target);
        files.extend(target.join_with(&mut own, layout(&options), &options));
    }
    files.sort_by(|a, b| a.path.cmp(&b.path));
    (findings, files)
}

/// The findings of a declaration as diagnostics.
pub(crate) fn findings(db: &dyn Db, env: Env, inst: Inst, lowered: &Lowered) -> Vec<ItemDiagnostic> {
    lowered.findings.iter().map(|f| place::finding(db, env, inst, f)).collect()
}

/// The declaration and the artifact that a line (from 1) of a file shows, and which line of the artifact it is (from 0).
pub(crate) fn line(
    db: &Database,
    env: Env,
    threads: usize,
    style: &Style,
    file: &str,
    line: usize,
) -> Result<(Inst, Artifact, usize), String> {
    let (insts, lowered) = all_lowered(db, env, threads);
    let (_, files) = join(db, env, style, &insts, &lowered);
    let Some(found) = files.iter().find(|f| f.path == file) else {
        let near = ivs_model::closest(file, files.iter().map(|f| f.path.as_str()));
        return Err(match near {
            Some(near) => format!("no output is called `{file}`; did you mean `{near}`?"),
            None => format!("no output is called `{file}`"),
        });
    };
    let mut first = 1;
    for piece in found.text.shared() {
        let count = piece.lines().count();
        if (first..first + count).contains(&line) {
            let owner = insts.iter().zip(&lowered).find_map(|(inst, l)| {
                l.artifacts.iter().find(|a| Arc::ptr_eq(&a.text, piece)).map(|a| (*inst, a.clone()))
            });
            return match owner {
                Some((inst, artifact)) => Ok((inst, artifact, line - first)),
                None => {
                    Err(format!("line {line} of `{file}` lists or separates objects; no value decides it"))
                }
            };
        }
        first += count;
    }
    Err(format!("`{file}` has {} lines", first - 1))
}

fn twice(db: &dyn Db, env: Env, first: Inst, second: Inst, a: &Artifact) -> ItemDiagnostic {
    let slug = [SmolStr::new_static("slug")];
    Diagnostic {
        code: "IVS6001",
        severity: Severity::Error,
        message: format!("two declarations produce {}", a.identity),
        primary: place(db, env, second, &slug),
        labels: vec![place(db, env, first, &slug)],
        help: vec!["rename one of the two, or set its `slug`".into()],
        fixes: Vec::new(),
    }
}

/// Most bytes of all output files together.
const MAX_OUTPUT: usize = 64 << 20;

/// What to say of outputs over the limit, at the first declaration.
pub(crate) fn too_large(db: &Database, env: Env, files: &[OutputFile]) -> Option<ItemDiagnostic> {
    let total: usize = files.iter().map(|f| f.text.len()).sum();
    if total <= MAX_OUTPUT {
        return None;
    }
    let largest = files.iter().max_by_key(|f| f.text.len())?;
    let of = enabled(db, env).first()?.decl(db);
    let span = ivs_model::source_map(db, of).name;
    let mib = |bytes: usize| bytes.div_ceil(1 << 20);
    Some(ItemDiagnostic {
        code: ivs_model::code::LIMIT_OUTPUT,
        severity: ivs_source::Severity::Error,
        message: format!(
            "the outputs have {} MiB together, {} MiB are the limit",
            mib(total),
            mib(MAX_OUTPUT)
        ),
        primary: Label { place: Place { of, span }, text: "the first declaration of the package".into() },
        labels: Vec::new(),
        help: vec![format!("the largest file is `{}`, {} MiB", largest.path, mib(largest.text.len()))],
        fixes: Vec::new(),
    })
}
