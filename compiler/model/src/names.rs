//! Modules, and what a name may mean in one.
//!
//! A module is a folder of `.ivs` files. Its index is built from item heads alone, so that nothing is parsed to
//! know what is declared, and an edit inside a body changes no index.

use crate::suggest::nearest;
use ivs_grammar::ast::ItemKind;
use ivs_source::{Db, ItemId, Origin, Program, SourceFile, heads};
use rustc_hash::FxHashMap;
use smol_str::SmolStr;
use std::collections::BTreeMap;

/// A module, by its dotted name: `std.units`, `shop`, `shop.services`.
#[salsa::interned(unsafe(no_lifetime), revisions = usize::MAX, debug)]
#[derive(PartialOrd, Ord)]
pub struct Module {
    /// Dotted.
    #[returns(ref)]
    pub name: SmolStr,
}

/// All modules and their files.
#[derive(PartialEq, Eq, Debug)]
pub struct Modules {
    /// By name.
    pub files: BTreeMap<SmolStr, Vec<SourceFile>>,
    /// The names of library modules.
    pub library: Vec<Module>,
    /// Library modules below others, such as `std.aws.instances`: nothing of them is in scope, so they are only read where
    /// they are imported.
    pub catalogues: Vec<Module>,
    /// The names of the dependencies' modules.
    pub dependencies: Vec<Module>,
}

impl Modules {
    /// Whether a module is the package's own: neither the library's nor a dependency's.
    pub fn is_own(&self, module: Module) -> bool {
        ![&self.library, &self.catalogues, &self.dependencies].iter().any(|m| m.contains(&module))
    }
}

/// The package that a module belongs to: the first word of its name.
pub fn package_of(db: &dyn Db, module: Module) -> &str {
    let name = module.name(db);
    name.split_once('.').map_or(name.as_str(), |(root, _)| root)
}

/// Whether paths in `module` may begin with `root`: `std`, its own package, or a dependency of that.
pub(crate) fn may_use(db: &dyn Db, module: Module, root: &str) -> bool {
    let own = package_of(db, module);
    root == "std"
        || root == own
        || Program::get(db).packages(db).get(own).is_some_and(|d| d.iter().any(|name| name == root))
}

/// The modules of the program.
#[salsa::tracked(returns(ref))]
pub fn modules(db: &dyn Db) -> Modules {
    let program = Program::get(db);
    let mut files: BTreeMap<SmolStr, Vec<SourceFile>> = BTreeMap::new();
    let (mut library, mut catalogues, mut dependencies) = (Vec::new(), Vec::new(), Vec::new());
    for &file in program.files(db).iter() {
        let list = files.entry(file.module(db).clone()).or_default();
        if list.is_empty() {
            match file.origin(db) {
                Origin::Library if file.module(db).matches('.').count() > 1 => {
                    catalogues.push(Module::new(db, file.module(db).clone()));
                }
                Origin::Library => library.push(Module::new(db, file.module(db).clone())),
                Origin::Dependency => dependencies.push(Module::new(db, file.module(db).clone())),
                Origin::Own => {}
            }
        }
        list.push(file);
    }
    Modules { files, library, catalogues, dependencies }
}

/// What a module declares.
#[derive(PartialEq, Eq, Debug, Default)]
pub struct ModuleIndex {
    /// Kinds, structs, enums, types, functions, constants.
    pub things: FxHashMap<SmolStr, Vec<ItemId>>,
    /// Declarations and templates.
    pub decls: FxHashMap<SmolStr, Vec<ItemId>>,
    /// `unit` items by name.
    pub units: FxHashMap<SmolStr, Vec<ItemId>>,
    /// `dimension` items by name.
    pub dimensions: FxHashMap<SmolStr, Vec<ItemId>>,
    /// Every declaration that is no template, in the order of files and places.
    pub instances: Vec<ItemId>,
    /// Every template.
    pub templates: Vec<ItemId>,
    /// `overlay` items.
    pub overlays: Vec<ItemId>,
    /// `check` items.
    pub checks: Vec<ItemId>,
    /// `test` items.
    pub tests: Vec<ItemId>,
    /// `use` items.
    pub uses: Vec<ItemId>,
    /// All items, in the order of files and places.
    pub all: Vec<ItemId>,
    /// Items that other modules cannot see.
    pub private: Vec<ItemId>,
}

impl ModuleIndex {
    /// Everything of any namespace that has this name.
    pub fn named(&self, name: &str) -> impl Iterator<Item = ItemId> + '_ {
        [&self.things, &self.decls, &self.units, &self.dimensions]
            .into_iter()
            .filter_map({
                let name = SmolStr::new(name);
                move |m| m.get(&name)
            })
            .flatten()
            .copied()
    }
}

/// The index of a module; empty for a module that does not exist.
#[salsa::tracked(returns(ref))]
pub fn module_index(db: &dyn Db, module: Module) -> ModuleIndex {
    let mut index = ModuleIndex::default();
    let Some(files) = modules(db).files.get(module.name(db)) else { return index };
    for &file in files {
        for (id, head) in heads(db, file).iter() {
            let key = &head.key;
            index.all.push(id);
            if head.private {
                index.private.push(id);
            }
            let map = match key.keyword {
                "kind" | "struct" | "enum" | "type" | "fn" | "let" => &mut index.things,
                "decl" => {
                    if head.template { &mut index.templates } else { &mut index.instances }.push(id);
                    &mut index.decls
                }
                "unit" => &mut index.units,
                "dimension" => &mut index.dimensions,
                "overlay" => {
                    index.overlays.push(id);
                    continue;
                }
                "use" => {
                    index.uses.push(id);
                    continue;
                }
                "check" => {
                    index.checks.push(id);
                    continue;
                }
                "test" => {
                    index.tests.push(id);
                    continue;
                }
                _ => continue,
            };
            map.entry(key.name.clone()).or_default().push(id);
        }
    }
    index
}

/// What the path of a text ends with that holds the parts of a test while it is run.
pub const TEST_TEXT: &str = "#test";

/// What the path of a text ends with that holds the declarations of a test while it is run.
pub const TEST_ITEMS: &str = "#items";

/// How the path of a text begins that holds what is tried: overlays of every environment, above all others.
pub const TRIAL_TEXT: &str = "<--set ";

/// What the environment of such an overlay is called. It is no word, so none that is declared has this name.
pub const TRIAL: &str = "--set";

/// Whether an overlay stands in the text of a trial.
pub fn is_trial(db: &dyn Db, overlay: ItemId) -> bool {
    overlay.file(db).path(db).starts_with(TRIAL_TEXT)
}

/// Whether anything is tried.
#[salsa::tracked(returns(copy))]
pub fn on_trial(db: &dyn Db) -> bool {
    Program::get(db).files(db).iter().rev().any(|f| f.path(db).starts_with(TRIAL_TEXT))
}

/// Whether an item stands in the text of a test that is run.
pub fn runs_tests(db: &dyn Db, item: ItemId) -> bool {
    item.file(db).path(db).ends_with(TEST_TEXT)
}

/// The module of an item.
pub fn item_module(db: &dyn Db, item: ItemId) -> Module {
    file_module(db, item.file(db))
}

#[salsa::tracked(returns(copy))]
fn file_module(db: &dyn Db, file: SourceFile) -> Module {
    Module::new(db, file.module(db).clone())
}

/// A `use`, reduced to what it brings.
#[derive(PartialEq, Eq, Debug, Default)]
pub(crate) struct Scope {
    /// Local name to where it comes from.
    names: FxHashMap<SmolStr, Vec<(Module, SmolStr)>>,
    /// Local name of a module.
    modules: FxHashMap<SmolStr, Module>,
}

/// What `use` brings into a module.
#[salsa::tracked(returns(ref))]
pub(crate) fn scope(db: &dyn Db, module: Module) -> Scope {
    let mut scope = Scope::default();
    for &item in &module_index(db, module).uses {
        for target in use_targets(db, item).iter() {
            match &target.name {
                Some(name) => {
                    scope.names.entry(target.local.clone()).or_default().push((target.module, name.clone()));
                }
                None => {
                    scope.modules.insert(target.local.clone(), target.module);
                }
            }
        }
    }
    scope
}

/// One name that a `use` brings.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct UseTarget {
    /// What it is called here.
    pub local: SmolStr,
    /// Where it comes from.
    pub module: Module,
    /// What it is called there; `None` where the module itself is meant.
    pub name: Option<SmolStr>,
    /// Which word of the `use` says so, counted over path and list.
    pub word: usize,
}

/// What one `use` item brings, whether it exists or not.
#[salsa::tracked(returns(ref))]
pub(crate) fn use_targets(db: &dyn Db, item: ItemId) -> Vec<UseTarget> {
    let Some(text) = heads(db, item.file(db)).get(item).and_then(|o| o.head.as_deref()) else {
        return Vec::new();
    };
    let chunk = ivs_grammar::parse(text);
    let Some(ItemKind::Use { path, names, alias }) = chunk.items.first().map(|i| &i.kind) else {
        return Vec::new();
    };
    let words: Vec<&str> = path.words.iter().map(|w| w.text.as_str()).collect();
    if let Some(names) = names {
        let module = Module::new(db, SmolStr::from(words.join(".")));
        let mut targets: Vec<UseTarget> = Vec::new();
        for (i, n) in names.iter().enumerate() {
            targets.push(UseTarget {
                local: n.text.clone(),
                module,
                name: Some(n.text.clone()),
                word: words.len() + i,
            });
        }
        return targets;
    }
    let whole = SmolStr::from(words.join("."));
    let Some((last, front)) = words.split_last() else { return Vec::new() };
    let local = alias.as_ref().map_or_else(|| SmolStr::new(last), |w| w.text.clone());
    let word = words.len() - 1;
    if modules(db).files.contains_key(&whole) || front.is_empty() {
        return vec![UseTarget { local, module: Module::new(db, whole), name: None, word }];
    }
    let module = Module::new(db, SmolStr::from(front.join(".")));
    vec![UseTarget { local, module, name: Some(SmolStr::new(last)), word }]
}

/// What a bare name may mean in a module, fields and locals aside.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Found {
    /// Declarations and templates of any kind.
    pub decls: Vec<ItemId>,
    /// Kinds, structs, enums, types, functions, constants.
    pub things: Vec<ItemId>,
    /// Units and dimensions.
    pub units: Vec<ItemId>,
    /// A module.
    pub module: Option<Module>,
    /// Whether `things` are what the library has in scope everywhere: that gives way to all else of the name.
    pub prelude: bool,
}

impl Found {
    /// Whether nothing was found.
    pub fn is_empty(&self) -> bool {
        self.decls.is_empty() && self.things.is_empty() && self.units.is_empty() && self.module.is_none()
    }
}

/// Resolves one name in a module: what the module declares or uses, else what the library declares.
///
/// A query of its own per name: the firewall between an index that gains a name and bodies that never mention it.
#[salsa::tracked(returns(ref))]
pub fn resolve(db: &dyn Db, module: Module, name: SmolStr) -> Found {
    let mut found = Found::default();
    let own = module_index(db, module);
    found.decls.extend(own.decls.get(&name).into_iter().flatten());
    found.things.extend(own.things.get(&name).into_iter().flatten());
    found.units.extend(own.units.get(&name).into_iter().flatten());
    found.units.extend(own.dimensions.get(&name).into_iter().flatten());
    let scope = scope(db, module);
    for (from, there) in scope.names.get(&name).into_iter().flatten() {
        let index = module_index(db, *from);
        let seen = |id: &&ItemId| !index.private.contains(id);
        found.decls.extend(index.decls.get(there).into_iter().flatten().filter(seen));
        found.things.extend(index.things.get(there).into_iter().flatten().filter(seen));
        found.units.extend(index.units.get(there).into_iter().flatten().filter(seen));
        found.units.extend(index.dimensions.get(there).into_iter().flatten().filter(seen));
    }
    if found.things.is_empty() {
        found.things.extend(library(db).things.get(&name).into_iter().flatten());
        found.prelude = true;
    }
    if found.units.is_empty() {
        found.units.extend(library(db).units.get(&name).into_iter().flatten());
    }
    found.module = scope
        .modules
        .get(&name)
        .copied()
        .or_else(|| may_use(db, module, &name).then(|| Module::new(db, name.clone())));
    // Of several items of one namespace the first counts; the others are reported as duplicates.
    let mut seen: Vec<(&str, &str)> = Vec::new();
    found.decls.retain(|d| {
        let key = d.key(db);
        let fresh = !seen.contains(&(key.kind.as_str(), key.name.as_str()));
        seen.push((key.kind.as_str(), key.name.as_str()));
        fresh
    });
    // A thing declared twice is reported; two that are used under one name are ambiguous where they are named.
    let mut homes: Vec<SmolStr> = Vec::new();
    found.things.retain(|t| {
        let home = t.file(db).module(db);
        let fresh = !homes.contains(home);
        homes.push(home.clone());
        fresh
    });
    found
}

/// Library things and units that are in scope everywhere.
#[derive(PartialEq, Eq, Debug, Default)]
pub(crate) struct Library {
    things: FxHashMap<SmolStr, Vec<ItemId>>,
    pub(crate) units: FxHashMap<SmolStr, Vec<ItemId>>,
}

#[salsa::tracked(returns(ref))]
pub(crate) fn library(db: &dyn Db) -> Library {
    let mut library = Library::default();
    for &module in &modules(db).library {
        let index = module_index(db, module);
        let seen = |id: &ItemId| !index.private.contains(id);
        for (name, ids) in &index.things {
            for id in ids.iter().copied().filter(seen) {
                library.things.entry(name.clone()).or_default().push(id);
            }
        }
        for (name, ids) in index.units.iter().chain(&index.dimensions) {
            for id in ids.iter().copied().filter(seen) {
                library.units.entry(name.clone()).or_default().push(id);
            }
        }
    }
    for ids in library.things.values_mut().chain(library.units.values_mut()) {
        ids.sort();
    }
    library
}

/// A kind, struct, enum, type or function of the library.
pub fn library_thing(db: &dyn Db, name: &str) -> Option<ItemId> {
    library(db).things.get(name)?.first().copied()
}

/// The items of a name inside a module reached by a path such as `shop.services`, and the module of a longer path.
pub(crate) fn in_module(db: &dyn Db, from: Module, module: Module, name: &SmolStr) -> Found {
    let index = module_index(db, module);
    let seen = |id: &&ItemId| from == module || !index.private.contains(id);
    let child = SmolStr::from(format!("{}.{}", module.name(db), name));
    let mut units: Vec<ItemId> = index.units.get(name).into_iter().flatten().filter(seen).copied().collect();
    units.extend(index.dimensions.get(name).into_iter().flatten().filter(seen));
    Found {
        decls: index.decls.get(name).into_iter().flatten().filter(seen).copied().collect(),
        things: index.things.get(name).into_iter().flatten().filter(seen).copied().collect(),
        units,
        module: modules(db)
            .files
            .range(child.clone()..)
            .next()
            .is_some_and(|(m, _)| *m == child || m.starts_with(&format!("{child}.")))
            .then(|| Module::new(db, child)),
        prelude: false,
    }
}

/// Whether a `use` of a module brings a name, found or not.
pub(crate) fn is_used(db: &dyn Db, module: Module, name: &str) -> bool {
    scope(db, module).names.contains_key(name)
}

/// The name nearest to a mistyped one among all that a module can see, if no other is as near.
pub(crate) fn nearest_name(
    db: &dyn Db,
    module: Module,
    name: &str,
    want: impl Fn(ItemId) -> bool,
) -> Option<SmolStr> {
    match &nearest_names(db, module, name, want)[..] {
        [one] => Some(one.clone()),
        _ => None,
    }
}

/// The names nearest to a mistyped one among all that a module can see, by name.
pub(crate) fn nearest_names(
    db: &dyn Db,
    module: Module,
    name: &str,
    want: impl Fn(ItemId) -> bool,
) -> Vec<SmolStr> {
    let own = module_index(db, module);
    let scope = scope(db, module);
    let mut names: Vec<&SmolStr> = Vec::new();
    for map in [&own.things, &own.decls, &library(db).things] {
        names.extend(map.iter().filter(|(_, ids)| ids.iter().any(|i| want(*i))).map(|(n, _)| n));
    }
    for (local, from) in &scope.names {
        if from.iter().any(|(m, n)| module_index(db, *m).named(n).any(&want)) {
            names.push(local);
        }
    }
    nearest(name, names.into_iter().map(SmolStr::as_str)).into_iter().map(SmolStr::from).collect()
}

/// Everything that a bare name may mean in a module, fields and locals aside: what it declares, what it uses under which
/// name, and what the library has in scope. By name, each name of a namespace once.
#[salsa::tracked(returns(ref))]
pub fn visible(db: &dyn Db, module: Module) -> Vec<(SmolStr, ItemId)> {
    let own = module_index(db, module);
    let mut out: Vec<(SmolStr, ItemId)> = Vec::new();
    for map in [&own.decls, &own.things, &own.units, &own.dimensions] {
        out.extend(map.iter().flat_map(|(n, ids)| ids.iter().map(|i| (n.clone(), *i))));
    }
    for (local, from) in &scope(db, module).names {
        for (home, there) in from {
            let index = module_index(db, *home);
            out.extend(index.named(there).filter(|i| !index.private.contains(i)).map(|i| (local.clone(), i)));
        }
    }
    let library = library(db);
    for (name, ids) in library.things.iter().chain(&library.units) {
        if !own.things.contains_key(name) && !scope(db, module).names.contains_key(name) {
            out.extend(ids.iter().map(|i| (name.clone(), *i)));
        }
    }
    out.sort();
    out.dedup();
    out
}

/// The modules that paths in a module may begin with: `std`, its own package, dependencies, and those that it uses.
pub fn roots(db: &dyn Db, module: Module) -> Vec<SmolStr> {
    let own = package_of(db, module);
    let mut out: Vec<SmolStr> = vec!["std".into(), SmolStr::new(own)];
    out.extend(Program::get(db).packages(db).get(own).into_iter().flatten().cloned());
    out.extend(scope(db, module).modules.keys().cloned());
    out.sort();
    out.dedup();
    out
}
