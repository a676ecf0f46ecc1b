//! Lowering: declarations to artifacts, artifacts to files.

use crate::database::{Database, each};
use crate::decide::enabled;
use ivs_eval::{Env, Inst, inst_name, inst_of};
use ivs_model::{decl_kind, library_thing, schema, source_map};
use ivs_plan::{Artifact, Context, Finding, Layout, Lowered, Lowering, OutputFile, Subject, Target};
use ivs_source::{Db, Diagnostic, ItemDiagnostic, Label, Place, Program, Severity};
use ivs_target_kubernetes::Kubernetes;
use ivs_value::{RefValue, StructValue, Value};
use rustc_hash::FxHashMap;
use smol_str::SmolStr;
use std::sync::Arc;

/// The layout that `ivs.toml` chooses for a target: `layout = "declaration"` or `"folder"`.
pub(crate) fn layout(config: &ivs_project::Config, target: &str) -> Layout {
    match config.targets.get(target).and_then(|t| t.get("layout")) {
        Some(ivs_project::Setting::Text(t)) if t == "folder" => Layout::Folder,
        _ => Layout::Declaration,
    }
}

/// Every target.
pub fn targets() -> [&'static dyn Target; 1] {
    [&Kubernetes]
}

/// The lowering of a name such as `kubernetes.workload`, for a kind.
fn lowering(emits: &str, kind: &str) -> Option<&'static Lowering> {
    let (family, name) = emits.split_once('.')?;
    let target = targets().into_iter().find(|t| t.family() == family)?;
    target.lowerings().iter().find(|l| l.name == name && l.kind == kind)
}

struct Asks<'db> {
    db: &'db dyn Db,
    env: Env,
}

impl Context for Asks<'_> {
    fn object(&self, reference: &RefValue) -> Option<Arc<StructValue>> {
        let inst = inst_of(reference);
        ivs_eval::is_enabled(self.db, self.env, inst)
            .then(|| ivs_eval::object(self.db, self.env, inst).value.clone())
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
    Arc::new(lowered(db, env, inst, &object.value))
}

/// Whether a declaration is lowered to anything.
pub(crate) fn emits(db: &dyn Db, inst: Inst) -> bool {
    decl_kind(db, inst.decl(db)).is_some_and(|k| !schema(db, k).emits.is_empty())
}

/// Lowers an evaluated declaration.
pub(crate) fn lowered(db: &dyn Db, env: Env, inst: Inst, object: &Arc<StructValue>) -> Lowered {
    let mut all = Lowered::default();
    let Some(kind) = decl_kind(db, inst.decl(db)) else { return all };
    let schema = schema(db, kind);
    let slug = match object.get("slug") {
        Some(Value::Str(s)) => s.clone(),
        _ => SmolStr::default(),
    };
    let subject =
        Subject { kind: schema.name.clone(), name: inst_name(db, inst), slug, object: object.clone() };
    let asks = Asks { db, env };
    for emits in &schema.emits {
        if let Some(l) = lowering(emits, &schema.name) {
            let lowered = (l.run)(&subject, &asks);
            all.artifacts.extend(lowered.artifacts);
            all.findings.extend(lowered.findings);
        }
    }
    all
}

/// Lowers every enabled declaration and joins the artifacts into files.
pub(crate) fn emit(
    db: &Database,
    env: Env,
    threads: usize,
    layout: Layout,
) -> (Vec<ItemDiagnostic>, Vec<OutputFile>) {
    let insts: Vec<Inst> = enabled(db, env).into_iter().filter(|i| emits(db, *i)).collect();
    let lowered = each(db, threads, &insts, |db, i| lower(db, env, *i));
    join(db, env, layout, &insts, &lowered)
}

/// Joins what was lowered into files.
pub(crate) fn join<L: std::ops::Deref<Target = Lowered>>(
    db: &Database,
    env: Env,
    layout: Layout,
    insts: &[Inst],
    lowered: &[L],
) -> (Vec<ItemDiagnostic>, Vec<OutputFile>) {
    let mut findings = Vec::new();
    let mut owners: FxHashMap<&SmolStr, Inst> = FxHashMap::default();
    for (inst, l) in insts.iter().zip(lowered) {
        for f in &l.findings {
            findings.push(finding(db, env, *inst, f));
        }
        for a in &l.artifacts {
            if let Some(first) = owners.insert(&a.identity, *inst) {
                findings.push(twice(db, env, first, *inst, a));
            }
        }
    }
    let mut files = Vec::new();
    for target in targets() {
        let mut own: Vec<&Artifact> = lowered
            .iter()
            .flat_map(|l| &l.artifacts)
            .filter(|a| a.folder.split('/').next() == Some(target.family()))
            .collect();
        files.extend(target.join(&mut own, layout));
    }
    files.sort_by(|a, b| a.path.cmp(&b.path));
    (findings, files)
}

/// Where the value of a path was decided, else the declaration's name.
fn place(db: &dyn Db, env: Env, inst: Inst, path: &[SmolStr]) -> Label<ivs_source::ItemId> {
    for end in (1..=path.len()).rev() {
        if let Some(l) =
            ivs_eval::provenance(db, env, inst, path.get(..end).unwrap_or_default()).into_iter().next()
        {
            return Label { place: l.place, text: l.origin };
        }
    }
    let decl = inst.decl(db);
    Label { place: Place { of: decl, span: source_map(db, decl).name }, text: "in this declaration".into() }
}

fn finding(db: &dyn Db, env: Env, inst: Inst, f: &Finding) -> ItemDiagnostic {
    let decl = inst.decl(db);
    let mut primary = place(db, env, inst, &f.path);
    let mut labels = Vec::new();
    if primary.place.of.file(db).library(db) {
        // A default cannot be edited; the declaration can.
        labels.push(primary);
        primary = Label {
            place: Place { of: decl, span: source_map(db, decl).name },
            text: "in this declaration".into(),
        };
    }
    Diagnostic {
        code: f.code,
        severity: Severity::Error,
        message: f.message.clone(),
        primary,
        labels,
        help: f.help.iter().cloned().collect(),
        fixes: Vec::new(),
    }
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
