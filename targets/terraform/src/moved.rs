//! What was called otherwise before keeps its state: `moved` blocks in `moved.tf`.
use crate::expr::path;
use crate::{Block, hcl_text};
use ivs_plan::{Artifact, Context, Lowered, Subject, read};
use ivs_value::{RefValue, StructValue, Value};
use smol_str::SmolStr;
use std::cell::Cell;
use std::sync::Arc;

/// The field with the former slugs of a declaration, the oldest first.
const FIELD: &str = "moved_from";

/// Adds a block for each resource whose address was another when the declaration, or one that it refers to, had a former slug.
/// `lower` gives what a declaration becomes.
///
/// Declarations that were renamed more than once are taken back step by step, all together.
pub fn add(
    subject: &Subject,
    context: &dyn Context,
    lower: impl Fn(&Subject, &dyn Context) -> Lowered,
) -> Lowered {
    let now = Then { context, back: 0, most: Cell::new(formers(&subject.object).len()) };
    let mut lowered = lower(subject, &now);
    if lowered.artifacts.is_empty() {
        return lowered;
    }
    let mut blocks = Vec::new();
    let mut newer = resources(&lowered);
    for back in 1..=now.most.get() {
        let then = Then { context, back, most: Cell::new(0) };
        let object = named(&subject.object, back);
        let slug = object.as_deref().and_then(|o| read::text(o, "slug")).map(SmolStr::from);
        let former = Subject {
            slug: slug.unwrap_or_else(|| subject.slug.clone()),
            object: object.unwrap_or_else(|| subject.object.clone()),
            ..subject.clone()
        };
        let older = resources(&lower(&former, &then));
        step(subject, &older, &newer, &mut blocks);
        newer = older;
    }
    lowered.artifacts.extend(blocks);
    lowered
}

/// What other declarations were called so many renamings ago.
struct Then<'c> {
    context: &'c dyn Context,
    back: usize,
    /// The most renamings of a declaration that was asked for.
    most: Cell<usize>,
}

impl Context for Then<'_> {
    fn object(&self, reference: &RefValue) -> Option<Arc<StructValue>> {
        let object = self.context.object(reference)?;
        let renamed = formers(&object).len();
        self.most.set(self.most.get().max(renamed));
        Some(named(&object, self.back).unwrap_or(object))
    }
    fn set_of(&self, kind: &str) -> Vec<Arc<RefValue>> {
        self.context.set_of(kind)
    }
    fn definitions(&self) -> Vec<(SmolStr, Arc<str>)> {
        self.context.definitions()
    }
    fn schemas(&self) -> Vec<(SmolStr, Arc<str>)> {
        self.context.schemas()
    }
    fn package(&self) -> &str {
        self.context.package()
    }
}

/// What the provider calls a declaration that was renamed: its first slug.
pub fn called(object: &StructValue) -> Option<&str> {
    formers(object).first().and_then(Value::as_str)
}

/// Former slugs, the oldest first.
fn formers(object: &StructValue) -> &[Value] {
    read::list(object, FIELD)
}

/// A declaration as it was called so many renamings ago, or first; `None` if it is called so now.
fn named(object: &StructValue, back: usize) -> Option<Arc<StructValue>> {
    let formers = formers(object);
    let former = formers.get(formers.len().saturating_sub(back))?.clone();
    let fields = object.shape.fields.iter().zip(object.fields.iter());
    let fields = fields.map(|(name, value)| if name == "slug" { former.clone() } else { value.clone() });
    Some(Arc::new(StructValue { shape: object.shape.clone(), fields: fields.collect() }))
}

/// A resource of a root module.
#[derive(PartialEq, Eq)]
struct Resource {
    folder: SmolStr,
    kind: String,
    name: String,
}

/// The resources among artifacts, in their order.
fn resources(lowered: &Lowered) -> Vec<Resource> {
    let head = |a: &Artifact| {
        let mut words = a.text.lines().next()?.strip_prefix("resource ")?.split('"');
        let (kind, name) = (words.nth(1)?.to_owned(), words.nth(1)?.to_owned());
        Some(Resource { folder: a.folder.clone(), kind, name })
    };
    lowered.artifacts.iter().filter_map(head).collect()
}

/// From one name to the next. The same lowering made both, so the resources come in the same order.
fn step(subject: &Subject, older: &[Resource], newer: &[Resource], blocks: &mut Vec<Artifact>) {
    if older.len() != newer.len() {
        return;
    }
    for (old, new) in older.iter().zip(newer) {
        if old == new || old.kind != new.kind || old.folder != new.folder {
            continue;
        }
        let (from, to) = (format!("{}.{}", old.kind, old.name), format!("{}.{}", new.kind, new.name));
        let block = Block::new("moved").with("from", path(&from)).with("to", path(&to));
        // What several declarations need together, each of them moves; the text is the same and stands once.
        let of = format!("{} {}", subject.kind, subject.name);
        blocks.push(Artifact {
            folder: new.folder.clone(),
            file: SmolStr::new_static("moved.tf"),
            order: 0,
            identity: format!("what was {from}, of {of} in {}", new.folder).into(),
            text: Arc::from(hcl_text::print(&block.into())),
        });
    }
}
