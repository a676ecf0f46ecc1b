//! Declarations: their kind, bases, parameters, and the overlays that amend them.

use crate::fields::{Schema, defined_fields, schema};
use crate::names::{Found, Module, in_module, item_module, module_index, modules, package_of, resolve};
use crate::types::TypeReader;
use ivs_grammar::ast::{ItemKind, StrPart};
use ivs_source::{Db, ItemId, Program, heads, parse_item};
use rustc_hash::FxHashMap;
use smol_str::SmolStr;
use std::sync::Arc;

/// The most bases that may stand above each other.
pub const MAX_BASES: usize = 64;

/// What a declaration's head says.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct DeclInfo {
    /// Whether it is a template.
    pub template: bool,
    /// The words of `from a.b`.
    pub base: Option<Vec<SmolStr>>,
    /// Whether the base is a member of a family: `from general[eu-west-1]`.
    pub base_index: bool,
    /// The version range after `@`.
    pub base_version: Option<SmolStr>,
    /// Whether it is a family.
    pub family: bool,
}

/// What a declaration's head says.
#[salsa::tracked(returns(ref))]
pub fn decl_info(db: &dyn Db, item: ItemId) -> DeclInfo {
    // The head alone, with an empty body: a tenth of the work.
    let head = heads(db, item.file(db)).get(item).and_then(|o| o.head.as_deref());
    let head = head.map(|h| ivs_grammar::parse(&format!("{h}{{}}")));
    let of_head = head.as_ref().filter(|c| c.errors.is_empty()).and_then(|c| match c.items.as_slice() {
        [one] => Some(one),
        _ => None,
    });
    let whole;
    let tree = match of_head {
        Some(one) if matches!(one.kind, ItemKind::Decl(_)) => Some(one),
        _ => {
            whole = parse_item(db, item);
            whole.item()
        }
    };
    let Some(ItemKind::Decl(d)) = tree.map(|i| &i.kind) else { return DeclInfo::default() };
    DeclInfo {
        template: d.template.is_some(),
        base: d.base.as_ref().map(|b| b.path.words.iter().map(|w| w.text.clone()).collect()),
        base_index: d.base.as_ref().is_some_and(|b| b.index.is_some()),
        base_version: d.base.as_ref().and_then(|b| b.version.as_ref()).and_then(|v| match &v.parts[..] {
            [StrPart::Text(t)] => Some(t.clone()),
            _ => None,
        }),
        family: d.family.is_some(),
    }
}

/// Resolves a dotted path to what its last word may mean.
pub(crate) fn resolve_path(db: &dyn Db, module: Module, words: &[SmolStr]) -> Option<Found> {
    let (last, front) = words.split_last()?;
    let Some((root, middle)) = front.split_first() else {
        return Some(resolve(db, module, last.clone()).clone());
    };
    let mut at = resolve(db, module, root.clone()).module?;
    for word in middle {
        at = in_module(db, module, at, word).module?;
    }
    Some(in_module(db, module, at, last))
}

/// The kind of a declaration; `None` if there is no such kind.
#[salsa::tracked(returns(copy))]
pub fn decl_kind(db: &dyn Db, item: ItemId) -> Option<ItemId> {
    kind_named(db, item_module(db, item), &item.key(db).kind)
}

/// The kind that a path such as `service` or `shop.widget` names.
pub(crate) fn kind_named(db: &dyn Db, module: Module, path: &str) -> Option<ItemId> {
    let is_kind = |f: &Found| f.things.iter().copied().find(|t| t.key(db).keyword == "kind");
    if !path.contains('.') {
        return is_kind(resolve(db, module, SmolStr::new(path)));
    }
    let words: Vec<SmolStr> = path.split('.').map(SmolStr::new).collect();
    is_kind(&resolve_path(db, module, &words)?)
}

/// Why a base cannot be used.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum BaseError {
    /// No declaration of this name and kind.
    Unknown,
    /// A declaration of another kind.
    Kind(ItemId),
    /// The chain comes back to itself: its members.
    Cycle(Vec<ItemId>),
    /// Longer than [`MAX_BASES`].
    TooLong,
}

/// The declaration that `from` names.
pub fn resolve_base(db: &dyn Db, item: ItemId) -> Option<Result<ItemId, BaseError>> {
    let words = decl_info(db, item).base.as_ref()?;
    let kind = decl_kind(db, item);
    let found = resolve_path(db, item_module(db, item), words).unwrap_or_default();
    let right = found.decls.iter().copied().find(|d| kind.is_none() || decl_kind(db, *d) == kind);
    Some(match (right, found.decls.first()) {
        (Some(d), _) => Ok(d),
        (None, Some(other)) => Err(BaseError::Kind(*other)),
        (None, None) => Err(BaseError::Unknown),
    })
}

/// A declaration and its bases.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct BaseChain {
    /// The declaration itself first, its root last; cut where an error stands.
    pub chain: Vec<ItemId>,
    /// The first thing wrong on the way.
    pub error: Option<BaseError>,
}

/// Follows `from`, without recursion, so that a loop or an endless chain is an error and nothing worse.
#[salsa::tracked(returns(ref))]
pub fn base_chain(db: &dyn Db, item: ItemId) -> BaseChain {
    let mut chain = vec![item];
    let mut at = item;
    loop {
        match resolve_base(db, at) {
            None => return BaseChain { chain, error: None },
            Some(Err(e)) => return BaseChain { chain, error: Some(e) },
            Some(Ok(next)) => {
                if let Some(start) = chain.iter().position(|c| *c == next) {
                    let cycle = chain.get(start..).unwrap_or_default().to_vec();
                    return BaseChain { chain, error: Some(BaseError::Cycle(cycle)) };
                }
                if chain.len() > MAX_BASES {
                    return BaseChain { chain, error: Some(BaseError::TooLong) };
                }
                chain.push(next);
                at = next;
            }
        }
    }
}

/// The fields of a declaration: its kind's, and the parameters of its templates.
#[salsa::tracked(returns(ref))]
pub fn decl_schema(db: &dyn Db, item: ItemId) -> Arc<Schema> {
    // Only templates declare parameters: whatever derives from one shares its fields.
    let info = decl_info(db, item);
    if info.template {
        return extended_schema(db, item).clone();
    }
    let template = match info.base {
        Some(_) => base_chain(db, item).chain.iter().copied().find(|l| decl_info(db, *l).template),
        None => None,
    };
    match template {
        Some(t) if decl_kind(db, t) == decl_kind(db, item) => extended_schema(db, t).clone(),
        _ => decl_kind(db, item).map(|k| schema(db, k).clone()).unwrap_or_default(),
    }
}

#[salsa::tracked(returns(ref))]
fn extended_schema(db: &dyn Db, item: ItemId) -> Arc<Schema> {
    let Some(kind) = decl_kind(db, item) else { return Arc::default() };
    let own = schema(db, kind);
    let mut extended = (**own).clone();
    for link in base_chain(db, item).chain.iter().rev() {
        if !decl_info(db, *link).template {
            continue;
        }
        let parsed = parse_item(db, *link);
        let Some(ItemKind::Decl(d)) = parsed.item().map(|i| &i.kind) else { continue };
        for field in defined_fields(&mut TypeReader::new(db, *link), &d.block) {
            if extended.field(&field.name).is_none() {
                extended.fields.push(field);
            }
        }
    }
    if extended.fields.len() == own.fields.len() {
        return own.clone();
    }
    Arc::new(extended.seal())
}

/// The declarations of each kind that are no templates, in order of their qualified names. Those of the library
/// (regions, instance types) and of dependencies are left out: a package means its own.
#[salsa::tracked(returns(ref))]
fn decls_by_kind(db: &dyn Db) -> FxHashMap<ItemId, Vec<ItemId>> {
    let mut by_kind: FxHashMap<ItemId, Vec<ItemId>> = FxHashMap::default();
    for name in modules(db).files.keys() {
        let module = Module::new(db, name.clone());
        if !modules(db).is_own(module) {
            continue;
        }
        for &item in &module_index(db, module).instances {
            if let Some(kind) = decl_kind(db, item)
                && is_first(db, item)
            {
                by_kind.entry(kind).or_default().push(item);
            }
        }
    }
    for list in by_kind.values_mut() {
        list.sort_by_cached_key(|i| qualified_name(db, *i));
    }
    by_kind
}

/// The environments that the package of a module declares, in order of their qualified names. An overlay amends in
/// one of its own package.
#[salsa::tracked(returns(ref))]
pub fn environments_of(db: &dyn Db, module: Module) -> Vec<ItemId> {
    let Some(kind) = crate::library_thing(db, "environment") else { return Vec::new() };
    let package = package_of(db, module);
    if package == Program::get(db).package(db) {
        return decls_of_kind(db, kind).clone();
    }
    let mut found: Vec<ItemId> = Vec::new();
    for &module in modules(db).dependencies.iter().filter(|m| package_of(db, **m) == package) {
        let declared = module_index(db, module).instances.iter().copied();
        found.extend(declared.filter(|i| decl_kind(db, *i) == Some(kind) && is_first(db, *i)));
    }
    found.sort_by_cached_key(|i| qualified_name(db, *i));
    found
}

/// What an environment is called among those of all packages: its name, behind that of its package if it is not of the
/// package under compilation. So an overlay in a dependency applies only where `environment e from dependency.e`
/// says so.
pub fn environment_name(db: &dyn Db, module: Module, name: &str) -> SmolStr {
    let package = package_of(db, module);
    if package == Program::get(db).package(db) {
        SmolStr::new(name)
    } else {
        SmolStr::from(format!("{package}.{name}"))
    }
}

/// Whether an item is the one that its name means; a second item of the name is reported and left out.
pub(crate) fn is_first(db: &dyn Db, item: ItemId) -> bool {
    let key = item.key(db);
    let index = module_index(db, item_module(db, item));
    let Some(same) = index.decls.get(&key.name) else { return true };
    same.len() == 1 || same.iter().find(|s| s.key(db).kind == key.kind) == Some(&item)
}

/// The declarations of a kind; see [`decls_by_kind`].
#[salsa::tracked(returns(ref))]
pub fn decls_of_kind(db: &dyn Db, kind: ItemId) -> Vec<ItemId> {
    decls_by_kind(db).get(&kind).cloned().unwrap_or_default()
}

/// `shop.services.cart`
pub fn qualified_name(db: &dyn Db, item: ItemId) -> SmolStr {
    SmolStr::from(format!("{}.{}", item.file(db).module(db), item.key(db).name))
}

/// A declaration that an overlay amends.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct OverlayTarget {
    /// The overlay's environment, as [`environment_name`] calls it.
    pub environment: SmolStr,
    /// The declaration; `None` if there is none of this kind and name.
    pub target: Option<ItemId>,
    /// Whether one member of a family is meant.
    pub indexed: bool,
}

/// The declarations that an overlay amends, in order of its blocks.
#[salsa::tracked(returns(ref))]
pub fn overlay_targets(db: &dyn Db, overlay: ItemId) -> Vec<OverlayTarget> {
    let parsed = parse_item(db, overlay);
    let Some(ItemKind::Overlay { name, items }) = parsed.item().map(|i| &i.kind) else { return Vec::new() };
    let module = item_module(db, overlay);
    let environment = match crate::names::is_trial(db, overlay) {
        true => SmolStr::new_static(crate::names::TRIAL),
        false => environment_name(db, module, &name.text),
    };
    targets_of(db, module, &environment, items)
}

/// The declarations that the items of an overlay amend.
pub fn targets_of(
    db: &dyn Db,
    module: Module,
    environment: &SmolStr,
    items: &[ivs_grammar::ast::Item],
) -> Vec<OverlayTarget> {
    let mut targets = Vec::with_capacity(items.len());
    for inner in items {
        let ItemKind::Decl(d) = &inner.kind else { continue };
        let words: Vec<&str> = d.kind.words.iter().map(|w| w.text.as_str()).collect();
        let kind = kind_named(db, module, &words.join("."));
        let found = resolve(db, module, d.name.text.clone());
        let target = found.decls.iter().copied().find(|t| kind.is_some() && decl_kind(db, *t) == kind);
        targets.push(OverlayTarget { environment: environment.clone(), target, indexed: d.index.is_some() });
    }
    targets
}

/// For each amended declaration, the overlay blocks that amend it, in order of files and places.
#[salsa::tracked(returns(ref))]
fn overlays_by_target(db: &dyn Db) -> FxHashMap<ItemId, Vec<(SmolStr, ItemId, u32)>> {
    let mut map: FxHashMap<ItemId, Vec<(SmolStr, ItemId, u32)>> = FxHashMap::default();
    for name in modules(db).files.keys() {
        for &overlay in &module_index(db, Module::new(db, name.clone())).overlays {
            for (i, t) in overlay_targets(db, overlay).iter().enumerate() {
                if let Some(target) = t.target {
                    map.entry(target).or_default().push((t.environment.clone(), overlay, i as u32));
                }
            }
        }
    }
    map
}

/// The overlay blocks that amend a declaration: environment, overlay item, and which of its blocks.
#[salsa::tracked(returns(ref))]
pub fn overlays_of(db: &dyn Db, decl: ItemId) -> Vec<(SmolStr, ItemId, u32)> {
    overlays_by_target(db).get(&decl).cloned().unwrap_or_default()
}

/// The kind whose set the first loop of a check goes through, as far as its head tells: a check of the library is not
/// even typed in a package that declares nothing of that kind.
#[salsa::tracked(returns(copy))]
pub fn check_set(db: &dyn Db, check: ItemId) -> Option<ItemId> {
    let head = ivs_source::heads(db, check.file(db)).get(check)?.head.as_ref()?;
    let chunk = ivs_grammar::parse(&format!("{head}{{}}"));
    let Some(ItemKind::Check { clauses, .. }) = chunk.items.first().map(|i| &i.kind) else { return None };
    match &clauses.loops.first()?.over.kind {
        ivs_grammar::ast::ExprKind::Name(name) => kind_named(db, item_module(db, check), name),
        _ => None,
    }
}

/// Whether the library or a dependency has a check of this qualified name, whether it runs on this package or not.
pub fn library_check(db: &dyn Db, name: &str) -> bool {
    let known = modules(db);
    let mut shipped = known.library.iter().chain(&known.dependencies);
    shipped.any(|m| module_index(db, *m).checks.iter().any(|c| qualified_name(db, *c) == name))
}
