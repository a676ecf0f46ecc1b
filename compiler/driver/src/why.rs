//! Why a value is what it is, as a tree with places: for `ivs why`, hovers and reports.

use crate::database::Database;
use crate::report::{Placer, ReportFile};
use ivs_eval::{Cause, Env, Inst, Role};
use ivs_source::{Db, ItemId, Place};
use ivs_value::Value;
use smol_str::SmolStr;

/// One layer of a value.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct WhyLayer {
    /// In words: `set here`, ``from base `mal` ``, ``default of `service` ``.
    pub origin: String,
    /// What it does to the value.
    pub role: Role,
    /// What this layer and those below it give.
    pub value: String,
    /// Its formula; bytes of a file of [`WhyReport::files`].
    pub place: Place<u32>,
}

/// A value and where it comes from.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct WhyNode {
    /// `text-service.scaling.replicas`, or the name of a constant, function or key.
    pub path: String,
    /// The value, printed; empty for a function.
    pub value: String,
    /// Topmost first.
    pub layers: Vec<WhyLayer>,
    /// What its formulas read.
    pub reads: Vec<WhyNode>,
    /// Whether its layers and reads were listed before, or lie deeper than was asked for.
    pub cut: bool,
}

/// The answer to `ivs why`.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct WhyReport {
    /// The files that places point into.
    pub files: Vec<ReportFile>,
    /// What was asked for: one value, or those that a line of an output shows.
    pub nodes: Vec<WhyNode>,
}

/// What can be explained.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Subject {
    Value(Inst, Vec<SmolStr>),
    Constant(ItemId, Vec<SmolStr>),
}

pub(crate) struct Explainer<'db> {
    db: &'db Database,
    env: Env,
    placer: Placer<'db>,
    done: Vec<Subject>,
    depth: usize,
}

impl<'db> Explainer<'db> {
    /// Explains reads down to `depth` values below the one that is asked for.
    pub(crate) fn new(db: &'db Database, env: Env, depth: usize) -> Self {
        Explainer { db, env, placer: Placer::new(db), done: Vec::new(), depth }
    }

    pub(crate) fn finish(self, nodes: Vec<WhyNode>) -> WhyReport {
        WhyReport { files: self.placer.files, nodes }
    }

    /// Explains a value; `None` if a declaration has no such path.
    pub(crate) fn explain(&mut self, subject: &Subject) -> Option<WhyNode> {
        self.node(subject, 0)
    }

    fn node(&mut self, subject: &Subject, depth: usize) -> Option<WhyNode> {
        match subject {
            Subject::Value(inst, path) => self.value(*inst, path, depth),
            Subject::Constant(item, path) => self.constant(*item, path, depth),
        }
    }

    fn value(&mut self, inst: Inst, path: &[SmolStr], depth: usize) -> Option<WhyNode> {
        let why = ivs_eval::why(self.db, self.env, inst, path)?;
        let layers: Vec<WhyLayer> = why
            .layers
            .iter()
            .map(|l| WhyLayer {
                origin: l.origin.clone(),
                role: l.role,
                value: shown(&l.value),
                place: self.placer.place(&l.place),
            })
            .collect();
        let mut node = WhyNode {
            path: joined(&ivs_eval::inst_name(self.db, why.inst), &why.path),
            value: shown(&why.value),
            layers,
            reads: Vec::new(),
            cut: false,
        };
        let subject = Subject::Value(why.inst, why.path.clone());
        self.read(&mut node, subject, &why.causes, depth);
        Some(node)
    }

    fn constant(&mut self, item: ItemId, path: &[SmolStr], depth: usize) -> Option<WhyNode> {
        let value = inside(ivs_eval::constant(self.db, self.env, item), path)?;
        let map = ivs_model::source_map(self.db, item);
        let formula = ivs_model::body(self.db, item).value;
        let span = formula.and_then(|e| map.exprs.get(e as usize).copied()).unwrap_or(map.name);
        let layer = |origin: &str, place: Place<u32>| WhyLayer {
            origin: origin.into(),
            role: Role::Decides,
            value: shown(&value),
            place,
        };
        let cell =
            ivs_eval::loaded_place(self.db, item, path).map(|p| layer("loaded", self.placer.place(&p)));
        let here = layer("constant", self.placer.place(&Place { of: item, span }));
        let mut node = WhyNode {
            path: joined(&item.key(self.db).name, path),
            value: shown(&value),
            layers: cell.into_iter().chain([here]).collect(),
            reads: Vec::new(),
            cut: false,
        };
        let causes = ivs_eval::causes_of_constant(self.db, item);
        self.read(&mut node, Subject::Constant(item, path.to_vec()), &causes, depth);
        Some(node)
    }

    fn read(&mut self, node: &mut WhyNode, subject: Subject, causes: &[Cause], depth: usize) {
        if self.done.contains(&subject) {
            node.layers.truncate(1);
            node.cut = !causes.is_empty();
            return;
        }
        if depth >= self.depth {
            node.cut = !causes.is_empty();
            return;
        }
        self.done.push(subject);
        for cause in causes {
            let read = match cause {
                Cause::Value(inst, path) => self.node(&Subject::Value(*inst, path.clone()), depth + 1),
                Cause::Constant(item, path) => {
                    let whole = || Subject::Constant(*item, Vec::new());
                    self.node(&Subject::Constant(*item, path.clone()), depth + 1)
                        .or_else(|| self.node(&whole(), depth + 1))
                }
                Cause::Function(item) => Some(self.function(*item)),
                Cause::Let(place, value) => Some(self.leaf("let", "in the body", place, value)),
                Cause::Key(place, value) => {
                    Some(self.leaf("key of the family", "one for each of these", place, value))
                }
            };
            node.reads.extend(read);
        }
    }

    fn leaf(&mut self, path: &str, origin: &str, place: &Place<ItemId>, value: &Value) -> WhyNode {
        WhyNode {
            path: path.into(),
            value: shown(value),
            layers: vec![WhyLayer {
                origin: origin.into(),
                role: Role::Decides,
                value: shown(value),
                place: self.placer.place(place),
            }],
            reads: Vec::new(),
            cut: false,
        }
    }

    fn function(&mut self, item: ItemId) -> WhyNode {
        let map = ivs_model::source_map(self.db, item);
        WhyNode {
            path: format!("{}()", item.key(self.db).name),
            value: String::new(),
            layers: vec![WhyLayer {
                origin: "function".into(),
                role: Role::Decides,
                value: String::new(),
                place: self.placer.place(&Place { of: item, span: map.name }),
            }],
            reads: Vec::new(),
            cut: false,
        }
    }
}

/// What a path of fields, keys and indices leads to.
fn inside(value: Value, path: &[SmolStr]) -> Option<Value> {
    path.iter().try_fold(value, |at, step| match &at {
        Value::List(xs) => xs.get(step.parse::<usize>().ok()?).cloned(),
        Value::Map(m) => {
            m.entries.iter().find(|(k, _)| ivs_eval::key_text(k) == *step).map(|(_, v)| v.clone())
        }
        Value::Struct(s) => s.get(step).cloned(),
        other => other.part(step),
    })
}

fn shown(value: &Value) -> String {
    match value {
        Value::Unknown => "could not be determined".into(),
        v => ivs_value::display(v),
    }
}

/// A path as it is written: `clients[0].storage`.
pub(crate) fn joined(head: &str, steps: &[SmolStr]) -> String {
    steps.iter().fold(head.to_owned(), |path, step| match step.parse::<usize>() {
        Ok(index) => format!("{path}[{index}]"),
        Err(_) => format!("{path}.{}", spelled(step)),
    })
}

/// A step of a path as it is written: keys that are no words stand in brackets.
pub(crate) fn spelled(step: &str) -> String {
    let plain = step.starts_with(|c: char| c.is_alphabetic() || c == '_')
        && step.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '-'));
    if plain { step.to_owned() } else { format!("{step:?}") }
}

/// What a path such as `text-service.scaling.replicas`, `service text-service.image` or `general[eu].slug` means.
///
/// # Errors
/// What is wrong with it, and what there is instead.
pub(crate) fn find(db: &Database, env: Env, path: &str) -> Result<Subject, String> {
    let steps = steps(path)?;
    let Some(((head, key), rest)) = steps.split_first() else { return Err("an empty path".into()) };
    let (kind, name) = match head.split_once(' ') {
        Some((kind, name)) => (Some(kind), name.trim()),
        None => (None, head.as_str()),
    };
    let all = ivs_model::modules(db);
    let modules: Vec<_> = all
        .files
        .keys()
        .map(|m| ivs_model::Module::new(db, m.clone()))
        .filter(|m| !all.library.contains(m) && !all.catalogues.contains(m))
        .collect();
    let mut decls: Vec<ItemId> = Vec::new();
    let mut constants: Vec<ItemId> = Vec::new();
    let mut known: Vec<SmolStr> = Vec::new();
    for module in &modules {
        let index = ivs_model::module_index(db, *module);
        decls.extend(index.decls.get(name).into_iter().flatten());
        constants.extend(index.all.iter().filter(|i| {
            let key = i.key(db);
            key.keyword == "let" && key.name == name
        }));
        known.extend(index.decls.keys().cloned());
    }
    decls.retain(|d| kind.is_none_or(|k| d.key(db).kind == k));
    let below = |steps: &[(SmolStr, Option<SmolStr>)]| -> Vec<SmolStr> {
        steps.iter().flat_map(|(name, key)| std::iter::once(name.clone()).chain(key.clone())).collect()
    };
    if kind.is_none()
        && decls.is_empty()
        && let [constant] = constants.as_slice()
    {
        return Ok(Subject::Constant(*constant, key.iter().cloned().chain(below(rest)).collect()));
    }
    let decl = match decls.as_slice() {
        [one] => *one,
        [] => {
            known.sort();
            let near = ivs_model::closest(name, known.iter().map(SmolStr::as_str));
            return Err(match near {
                Some(near) => format!("there is no declaration `{head}`; did you mean `{near}`?"),
                None => format!("there is no declaration `{head}`"),
            });
        }
        several => {
            let mut ways: Vec<String> =
                several.iter().map(|d| format!("`{} {name}`", d.key(db).kind)).collect();
            ways.dedup();
            return Err(format!("`{name}` is the name of several declarations: write {}", ways.join(" or ")));
        }
    };
    let mut members = ivs_eval::instances(db, env, decl);
    let inst = match key {
        Some(key) => {
            let keys: Vec<SmolStr> =
                members.iter().filter_map(|i| Some(i.key(db).as_ref()?.text())).collect();
            members
                .into_iter()
                .find(|i| i.key(db).as_ref().is_some_and(|k| k.text() == *key))
                .ok_or_else(|| format!("`{name}` has no member `{key}`; its keys are {}", keys.join(", ")))?
        }
        None if members.len() == 1 => members.remove(0),
        None if ivs_model::decl_info(db, decl).template => {
            return Err(format!("`{name}` is a template: ask for what derives from it"));
        }
        None => {
            let keys: Vec<String> = members
                .iter()
                .filter_map(|i| Some(format!("`{name}[{}]`", i.key(db).as_ref()?.text())))
                .collect();
            return Err(format!("`{name}` is a family: ask for one of {}", keys.join(", ")));
        }
    };
    Ok(Subject::Value(inst, below(rest)))
}

/// `a[b.c].d."e.f"` as steps: each with the key in brackets behind it.
fn steps(path: &str) -> Result<Vec<(SmolStr, Option<SmolStr>)>, String> {
    let mut out: Vec<(SmolStr, Option<SmolStr>)> = Vec::new();
    let mut rest = path;
    while !rest.is_empty() {
        let step;
        if let Some(quoted) = rest.strip_prefix('"') {
            (step, rest) =
                quoted.split_once('"').ok_or_else(|| format!("a `\"` is not closed in `{path}`"))?;
        } else {
            let end = rest.find(['.', '[']).unwrap_or(rest.len());
            (step, rest) = rest.split_at(end);
        }
        let mut key = None;
        if let Some(bracket) = rest.strip_prefix('[') {
            let (inner, behind) =
                bracket.split_once(']').ok_or_else(|| format!("a `[` is not closed in `{path}`"))?;
            key = Some(SmolStr::new(inner.trim_matches('"')));
            rest = behind;
        }
        out.push((SmolStr::new(step), key));
        rest = match rest.strip_prefix('.') {
            Some(more) => more,
            None if rest.is_empty() => rest,
            None => return Err(format!("`{path}` is not a path such as `text-service.scaling.replicas`")),
        };
    }
    Ok(out)
}

/// Whether a declaration has something at a path, else what it has there.
pub(crate) fn missing(db: &dyn Db, env: Env, inst: Inst, path: &[SmolStr]) -> String {
    let object = ivs_eval::object(db, env, inst);
    let mut at = Value::Struct(object.value.clone());
    let mut so_far = ivs_eval::inst_name(db, inst).to_string();
    for step in path {
        let names: Vec<SmolStr> = match &at {
            Value::Struct(s) => s.shape.fields.to_vec(),
            Value::Map(m) => m.entries.iter().map(|(k, _)| SmolStr::from(ivs_value::display(k))).collect(),
            _ => Vec::new(),
        };
        let next = match &at {
            Value::Struct(s) => s.get(step).cloned(),
            Value::Map(m) => {
                m.entries.iter().find(|(k, _)| ivs_eval::key_text(k) == *step).map(|(_, v)| v.clone())
            }
            other => other.part(step),
        };
        let Some(next) = next else {
            return match ivs_model::closest(step, names.iter().map(SmolStr::as_str)) {
                Some(near) => format!("`{so_far}` has no `{step}`; did you mean `{near}`?"),
                None if names.is_empty() => format!("`{so_far}` has nothing in it"),
                None => format!("`{so_far}` has no `{step}`; it has {}", names.join(", ")),
            };
        };
        so_far = format!("{so_far}.{}", spelled(step));
        at = next;
    }
    format!("`{so_far}` cannot be explained")
}
