//! Patches: what a declaration changes in the objects that it is lowered to.
use crate::emit::{Emit, Object};
use crate::{codes, tree};
use ivs_plan::read;
use ivs_plan::{Finding, Lowered, Spot, Subject};
use serde_json::Value as Json;
use smol_str::SmolStr;

/// The field with the patches, by kind of object.
const FIELD: &str = "patch";

/// Whether a declaration patches anything.
pub fn any(object: &ivs_value::StructValue) -> bool {
    !read::entries(object, FIELD).is_empty()
}

/// The object with the patches for it, if there are any. Mistakes are reported at the patch.
pub fn patched<T: Object>(emit: &mut Emit<'_>, kind: &str, name: &str, object: &T) -> Option<Json> {
    let entries = read::entries(emit.object, FIELD);
    if entries.is_empty() {
        return None;
    }
    let api = object.kind().0;
    let mut result: Option<Json> = None;
    for (key, value) in entries {
        let key = read::key(key);
        if !meant(key, kind, name) {
            continue;
        }
        let known = emit.known(api, kind)?;
        let mut path: Vec<SmolStr> = vec![FIELD.into(), key.into()];
        let patch = tree::patch(emit, value, &mut path);
        let below = |inner: &[SmolStr]| path.iter().chain(inner).cloned().collect::<Vec<_>>();
        let before = emit.failed();
        for what in ["/apiVersion", "/kind", "/metadata/name", "/metadata/namespace"] {
            if patch.pointer(what).is_some() {
                let inner: Vec<SmolStr> = what.split('/').skip(1).map(SmolStr::new).collect();
                emit.add(Finding {
                    code: codes::PATCH,
                    message: format!("a patch cannot change `{}`: it is what the object is", inner.join(".")),
                    path: below(&inner),
                    help: Some("set `slug` or `namespace` of the declaration".into()),
                    spot: Spot::Key,
                    ..Finding::default()
                });
            }
        }
        for fault in known.judge_part(&patch) {
            emit.fault(fault, below);
        }
        if emit.failed() && !before {
            return Some(Json::Null);
        }
        let whole = match &mut result {
            Some(whole) => whole,
            None => result.insert(serde_json::to_value(object).unwrap_or_default()),
        };
        known.merge(whole, &patch);
        // Where the patch says nothing of a faulty place, the patch as a whole is what led there.
        let whole = whole.clone();
        emit.judge(&known, &whole, |inner| {
            let written = (0..=inner.len())
                .rev()
                .find(|n| at(&patch, inner.get(..*n).unwrap_or_default()).is_some())
                .unwrap_or(0);
            below(inner.get(..written).unwrap_or_default())
        });
    }
    result
}

/// Whether a patch is for an object: `Deployment`, or `NetworkPolicy/name` where there are several.
fn meant(key: &str, kind: &str, name: &str) -> bool {
    match key.split_once('/') {
        Some((k, n)) => k == kind && n == name,
        None => key == kind,
    }
}

fn at<'a>(value: &'a Json, path: &[SmolStr]) -> Option<&'a Json> {
    path.iter().try_fold(value, |v, name| v.get(name.as_str()))
}

/// Reports patches of objects that the declaration does not emit.
pub fn unmatched(subject: &Subject, lowered: &mut Lowered) {
    let entries = read::entries(&subject.object, FIELD);
    // What failed emits nothing; then nothing can be said of its patches.
    if entries.is_empty() || lowered.artifacts.is_empty() || !lowered.findings.is_empty() {
        return;
    }
    let emitted: Vec<(&str, &str)> = lowered
        .artifacts
        .iter()
        .filter_map(|a| {
            let mut parts = a.identity.split(' ').skip(1);
            let (kind, name) = (parts.next()?, parts.next()?);
            Some((kind, name.rsplit_once('/').map_or(name, |(_, n)| n)))
        })
        .collect();
    let mut kinds: Vec<&str> = emitted.iter().map(|(k, _)| *k).collect();
    kinds.sort_unstable();
    kinds.dedup();
    for (key, _) in entries {
        let key = read::key(key);
        if emitted.iter().any(|(kind, name)| meant(key, kind, name)) {
            continue;
        }
        let wanted = key.split('/').next().unwrap_or(key);
        let near = kinds.iter().filter(|k| k.eq_ignore_ascii_case(wanted)).map(|k| (*k).to_owned()).next();
        let shown = |names: &[String]| names.iter().map(|n| format!("`{n}`")).collect::<Vec<_>>().join(", ");
        let all: Vec<String> = if kinds.contains(&wanted) {
            let own = emitted.iter().filter(|(k, _)| *k == wanted);
            own.map(|(k, n)| format!("{k}/{n}")).collect()
        } else {
            kinds.iter().map(|k| (*k).to_owned()).collect()
        };
        lowered.findings.push(Finding {
            code: codes::PATCH,
            message: format!("`{}` emits no {key}", subject.name),
            path: vec![FIELD.into(), key.into()],
            help: Some(format!("it emits {}", shown(&all))),
            spot: Spot::Key,
            fix: near.filter(|n| n != key),
            ..Finding::default()
        });
    }
    if !lowered.findings.is_empty() {
        lowered.artifacts.clear();
    }
}
