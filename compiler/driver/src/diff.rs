//! What differs between two states of a package, or between two of its environments, value by value.

use crate::Session;
use crate::database::Database;
use crate::report::{Placer, ReportFile};
use crate::{decide, place};
use ivs_eval::{Env, Inst};
use ivs_model::{Module, decl_kind};
use ivs_source::Place;
use ivs_value::Value;
use smol_str::SmolStr;
use std::collections::BTreeMap;

/// Where a value, or a declaration, is decided.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Decided {
    /// In words: `set here`, ``overlay `staging` ``.
    pub origin: String,
    /// Bytes of a file of the side's files.
    pub place: Place<u32>,
}

/// A value that differs. One of the two is always there.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ValueDiff {
    /// `scaling.replicas`
    pub path: String,
    /// Before, printed, and who decided it.
    pub before: Option<(String, Decided)>,
    /// After.
    pub after: Option<(String, Decided)>,
}

/// A declaration that differs.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum DeclarationDiff {
    /// It is there, and enabled, only after.
    Added(Decided),
    /// It is there, and enabled, only before.
    Removed(Decided),
    /// Its values differ, in the order of their paths.
    Changed(Vec<ValueDiff>),
}

/// What differs.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Diff {
    /// The files that places of `before` point into.
    pub before_files: Vec<ReportFile>,
    /// The files that places of `after` point into.
    pub after_files: Vec<ReportFile>,
    /// By kind and name.
    pub declarations: BTreeMap<(String, String), DeclarationDiff>,
}

/// The leaves of one declaration: structs and maps are gone into, everything else is one value.
struct Leaves {
    inst: Inst,
    values: BTreeMap<String, (Vec<SmolStr>, String)>,
}

type State = BTreeMap<(String, String), Leaves>;

/// The declarations that `before` and `after` enable in an environment each, and the values in which they differ.
pub fn diff(before: (&mut Session, Option<&str>), after: (&mut Session, Option<&str>)) -> Diff {
    let (old, new) = (state(&mut *before.0, before.1), state(&mut *after.0, after.1));
    let (mut was, mut is) = (Vec::new(), Vec::new());
    let mut differ: Vec<(&(String, String), Vec<String>)> = Vec::new();
    for (key, leaves) in &old {
        let Some(now) = new.get(key) else {
            was.push((leaves.inst, Vec::new()));
            continue;
        };
        let mut paths: Vec<&String> = leaves.values.keys().chain(now.values.keys()).collect();
        paths.sort();
        paths.dedup();
        let text = |l: &Leaves, p: &String| l.values.get(p).map(|v| v.1.clone());
        paths.retain(|p| text(leaves, p) != text(now, p));
        for path in &paths {
            was.extend(leaves.values.get(*path).map(|v| (leaves.inst, v.0.clone())));
            is.extend(now.values.get(*path).map(|v| (now.inst, v.0.clone())));
        }
        if !paths.is_empty() {
            differ.push((key, paths.into_iter().cloned().collect()));
        }
    }
    is.extend(new.iter().filter(|(key, _)| !old.contains_key(*key)).map(|(_, l)| (l.inst, Vec::new())));
    let (before_files, was) = placed(before.0, before.1, was);
    let (after_files, is) = placed(after.0, after.1, is);
    let side = |of: &BTreeMap<(Inst, Vec<SmolStr>), Decided>, leaves: &Leaves, path: &String| {
        let (steps, value) = leaves.values.get(path)?;
        Some((value.clone(), of.get(&(leaves.inst, steps.clone()))?.clone()))
    };
    let mut declarations = BTreeMap::new();
    for (key, paths) in differ {
        let (Some(leaves), Some(now)) = (old.get(key), new.get(key)) else { continue };
        let values = paths.iter().map(|path| ValueDiff {
            path: path.clone(),
            before: side(&was, leaves, path),
            after: side(&is, now, path),
        });
        declarations.insert(key.clone(), DeclarationDiff::Changed(values.collect()));
    }
    for (key, leaves) in old.iter().filter(|(key, _)| !new.contains_key(*key)) {
        let decided = was.get(&(leaves.inst, Vec::new())).cloned();
        declarations.extend(decided.map(|d| (key.clone(), DeclarationDiff::Removed(d))));
    }
    for (key, leaves) in new.iter().filter(|(key, _)| !old.contains_key(*key)) {
        let decided = is.get(&(leaves.inst, Vec::new())).cloned();
        declarations.extend(decided.map(|d| (key.clone(), DeclarationDiff::Added(d))));
    }
    Diff { before_files, after_files, declarations }
}

fn state(session: &mut Session, env: Option<&str>) -> State {
    let env = SmolStr::new(env.unwrap_or_default());
    session.run(move |db, _| {
        let env = Env::new(db, env.clone());
        let mut out = State::new();
        for inst in decide::enabled(db, env) {
            let object = ivs_eval::object(db, env, inst).value.clone();
            let kind = decl_kind(db, inst.decl(db)).map(|k| k.key(db).name.to_string()).unwrap_or_default();
            let module = Module::new(db, inst.decl(db).file(db).module(db).clone());
            let name = format!("{}.{}", module.name(db), ivs_eval::inst_name(db, inst));
            let mut values = BTreeMap::new();
            for (field, value) in object.shape.fields.iter().zip(&object.fields) {
                leaves(value, &mut vec![field.clone()], &mut values);
            }
            out.insert((kind, name), Leaves { inst, values });
        }
        out
    })
}

fn leaves(value: &Value, path: &mut Vec<SmolStr>, out: &mut BTreeMap<String, (Vec<SmolStr>, String)>) {
    match value {
        // What is not there is no value.
        Value::None => {}
        Value::Struct(s) => {
            for (field, value) in s.shape.fields.iter().zip(&s.fields) {
                path.push(field.clone());
                leaves(value, path, out);
                path.pop();
            }
        }
        Value::Map(m) => {
            for (key, value) in &m.entries {
                path.push(ivs_eval::key_text(key));
                leaves(value, path, out);
                path.pop();
            }
        }
        leaf => {
            out.insert(path.join("."), (path.clone(), ivs_value::display(leaf)));
        }
    }
}

/// Where values are decided; of an empty path, where the declaration is.
#[allow(clippy::type_complexity)]
fn placed(
    session: &mut Session,
    env: Option<&str>,
    of: Vec<(Inst, Vec<SmolStr>)>,
) -> (Vec<ReportFile>, BTreeMap<(Inst, Vec<SmolStr>), Decided>) {
    let env = SmolStr::new(env.unwrap_or_default());
    session.run(move |db: &Database, _| {
        let env = Env::new(db, env.clone());
        let mut placer = Placer::new(db);
        let mut out = BTreeMap::new();
        for (inst, path) in &of {
            let label = place::place(db, env, *inst, path);
            let decided = Decided { place: placer.place(&label.place), origin: label.text };
            out.insert((*inst, path.clone()), decided);
        }
        (placer.files, out)
    })
}
