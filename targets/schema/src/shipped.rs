//! The schemas that come with the compiler: unpacked when one of their group is asked for.

use crate::groups::GROUPS;
use crate::{Kind, closed};
use serde_json::{Map, Value as Json, json};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, OnceLock};

/// Bytes that a group unpacks to at most; the largest has about one megabyte.
const LARGEST: usize = 16 << 20;

/// The file with all built-in groups.
const BUILT_IN: &str = "kubernetes";

/// Schemas of a group by key, still as text.
struct Group {
    text: String,
}

impl Group {
    /// The line that begins with `key`, without it.
    fn get(&self, key: &str) -> Option<&str> {
        // Lines are sorted, but few: a scan of one megabyte is shorter than building an index.
        self.text.lines().find_map(|l| l.strip_prefix(key)?.strip_prefix('\t'))
    }
}

fn group(name: &str) -> Option<&'static Group> {
    static UNPACKED: Mutex<BTreeMap<&'static str, &'static Group>> = Mutex::new(BTreeMap::new());
    let at = GROUPS.binary_search_by_key(&name, |(n, _)| n).ok()?;
    let (name, packed) = GROUPS.get(at)?;
    let mut unpacked = UNPACKED.lock().ok()?;
    if let Some(group) = unpacked.get(name) {
        return Some(group);
    }
    let bytes = miniz_oxide::inflate::decompress_to_vec_with_limit(packed, LARGEST).ok()?;
    // Kept as long as the process lives: at most once per group.
    let group: &'static Group = Box::leak(Box::new(Group { text: String::from_utf8(bytes).ok()? }));
    unpacked.insert(name, group);
    Some(group)
}

/// The kind, if it is one that the compiler knows by itself; the same one every time.
pub(crate) fn kind(api: &str, kind: &str) -> Option<Arc<Kind>> {
    type Known = BTreeMap<(String, String), Option<Arc<Kind>>>;
    static KNOWN: Mutex<Known> = Mutex::new(Known::new());
    let key = (api.to_owned(), kind.to_owned());
    if let Some(found) = KNOWN.lock().ok()?.get(&key) {
        return found.clone();
    }
    let found = built_in(api, kind).or_else(|| custom(api, kind));
    KNOWN.lock().ok()?.insert(key, found.clone());
    found
}

fn scoped<'g>(group: &'g Group, api: &str, kind: &str) -> Option<(&'g str, bool)> {
    // The core group has no name: `v1`.
    let api = if api.contains('/') { api.to_owned() } else { format!("/{api}") };
    ["Namespaced", "Cluster"]
        .into_iter()
        .find_map(|scope| Some((group.get(&format!("{api}/{kind}/{scope}"))?, scope == "Namespaced")))
}

/// API and name of every kind of that name, in any case.
pub(crate) fn named(kind: &str) -> Vec<(String, String)> {
    let keys = GROUPS.iter().filter_map(|(name, _)| group(name)).flat_map(|g| g.text.lines());
    keys.filter_map(|line| {
        let (front, scope) = line.split_once('\t')?.0.rsplit_once('/')?;
        let (api, name) = front.rsplit_once('/')?;
        let fits = matches!(scope, "Namespaced" | "Cluster") && name.eq_ignore_ascii_case(kind);
        fits.then(|| (api.trim_start_matches('/').to_owned(), name.to_owned()))
    })
    .collect()
}

fn built_in(api: &str, kind: &str) -> Option<Arc<Kind>> {
    let group = group(BUILT_IN)?;
    let (name, namespaced) = scoped(group, api, kind)?;
    let name: String = serde_json::from_str(name).ok()?;
    let mut components = Map::new();
    collect(group, &name, &mut components);
    let schema = json!({
        "allOf": [{ "$ref": format!("{}{name}", closed::COMPONENTS) }],
        "components": { "schemas": components },
    });
    Some(Kind::new(api, kind, namespaced, schema, None))
}

fn custom(api: &str, kind: &str) -> Option<Arc<Kind>> {
    let (name, _) = api.split_once('/')?;
    let (text, namespaced) = scoped(group(name)?, api, kind)?;
    let schema: Json = serde_json::from_str(text).ok()?;
    Some(whole(api, kind, namespaced, schema))
}

/// A custom resource by its schema, with the fields that every object has.
pub(crate) fn whole(api: &str, kind: &str, namespaced: bool, schema: Json) -> Arc<Kind> {
    Kind::new(api, kind, namespaced, closed::whole(&schema, metadata()), Some(schema))
}

/// The components that metadata of every object is made of.
fn metadata() -> &'static Map<String, Json> {
    static METADATA: OnceLock<Map<String, Json>> = OnceLock::new();
    METADATA.get_or_init(|| {
        let mut components = Map::new();
        if let Some(group) = group(BUILT_IN) {
            collect(group, closed::OBJECT_META, &mut components);
        }
        components
    })
}

/// A component and all that it refers to, closed.
fn collect(group: &Group, name: &str, into: &mut Map<String, Json>) {
    let mut open = vec![name.to_owned()];
    while let Some(name) = open.pop() {
        if into.contains_key(&name) {
            continue;
        }
        let Some(text) = group.get(&format!("#{name}")) else { continue };
        let mut rest = text;
        let mark = format!("\"{}", closed::COMPONENTS);
        while let Some((_, after)) = rest.split_once(&mark) {
            let (found, after) = after.split_once('"').unwrap_or((after, ""));
            open.push(found.to_owned());
            rest = after;
        }
        let schema: Json = serde_json::from_str(text).unwrap_or_default();
        into.insert(name.clone(), closed::component(&name, &schema));
    }
}
