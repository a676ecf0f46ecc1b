//! Where what a word names is declared, what it is made of, and what is made of it.

use crate::place::{Location, home, item_at, location, named};
use crate::tree::{bodies, steps};
use ivs_eval::{Env, instances, provenance};
use ivs_model::{Module, Symbol, Ty, module_index, modules, resolve_base};
use ivs_source::{Db, ItemId, SourceFile, parse_item};
use rustc_hash::FxHashMap;
use smol_str::SmolStr;

/// Where what the word at an offset names is declared: several places for what has several meanings.
pub fn definition(db: &dyn Db, file: SourceFile, offset: u32) -> Vec<Location> {
    if let Some(place) = crate::links::loaded_file(db, file, offset) {
        return vec![place];
    }
    let Some(named) = named(db, file, offset) else { return Vec::new() };
    sorted(db, named.symbols.iter().filter_map(|s| home(db, s)).collect())
}

/// Where the word at an offset gets its value from: for a key, what the layer below says of the same path; for a
/// declaration, the root of its bases. The definition, where there is nothing of that sort.
pub fn declaration(db: &dyn Db, file: SourceFile, offset: u32) -> Vec<Location> {
    if let Some(below) = below(db, file, offset) {
        return vec![below];
    }
    let roots: Vec<Location> = named(db, file, offset)
        .iter()
        .flat_map(|n| &n.symbols)
        .filter_map(|s| match s {
            Symbol::Item(item) if item.key(db).keyword == "decl" => {
                let root = *ivs_model::base_chain(db, *item).chain.last()?;
                home(db, &Symbol::Item(root))
            }
            _ => None,
        })
        .collect();
    match roots.is_empty() {
        true => definition(db, file, offset),
        false => sorted(db, roots),
    }
}

/// What the layer below the entry at an offset says of its path.
fn below(db: &dyn Db, file: SourceFile, offset: u32) -> Option<Location> {
    let at = item_at(db, file, offset)?;
    let parsed = parse_item(db, at.item);
    let bodies = bodies(db, at.item, parsed.item()?);
    let body = bodies.iter().find(|b| b.block.span.start < at.offset && at.offset < b.block.span.end)?;
    let step = steps(body.block).into_iter().rfind(|s| s.key.start <= at.offset && at.offset <= s.key.end)?;
    let env = Env::new(db, SmolStr::new(body.overlay.unwrap_or_default()));
    let inst = *instances(db, env, body.decl).first()?;
    let links = provenance(db, env, inst, &step.path);
    let own = links.iter().position(|l| {
        l.place.of == at.item
            && l.place.span.start <= step.entry.span.end
            && step.entry.span.start <= l.place.span.end
    });
    let next = links.get(own.map_or(0, |n| n + 1))?;
    Some(location(db, next.place.of, next.place.span, next.place.span))
}

/// The declaration of the type of what stands at an offset: a kind, a struct, an enum, a dimension.
pub fn type_definition(db: &dyn Db, file: SourceFile, offset: u32) -> Vec<Location> {
    let Some(at) = item_at(db, file, offset) else { return Vec::new() };
    let trace = ivs_model::traced(db, at.item);
    let mut types: Vec<Ty> = Vec::new();
    if let Some(named) = named(db, file, offset) {
        types.extend(named.symbols.iter().filter_map(|s| type_of(db, s)));
    }
    if types.is_empty() {
        let around = trace
            .types
            .iter()
            .filter(|(s, t)| s.start <= at.offset && at.offset <= s.end && !matches!(t, Ty::Error));
        types.extend(around.min_by_key(|(s, _)| s.end - s.start).map(|(_, t)| t.clone()));
    }
    let mut items: Vec<ItemId> = Vec::new();
    for ty in &types {
        items_of(db, ivs_model::item_module(db, at.item), ty, &mut items);
    }
    sorted(db, items.iter().filter_map(|i| home(db, &Symbol::Item(*i))).collect())
}

/// The type of what a symbol stands for.
pub fn type_of(db: &dyn Db, symbol: &Symbol) -> Option<Ty> {
    match symbol {
        Symbol::Item(item) => match item.key(db).keyword {
            "decl" => ivs_model::decl_kind(db, *item).map(Ty::Ref),
            "let" | "fn" => Some(ivs_model::result_type(db, *item)),
            "type" => Some(ivs_model::type_alias(db, *item).clone()),
            "unit" => ivs_model::unit_def(db, *item).as_ref().map(|u| Ty::Dim(u.dim.clone())),
            _ => None,
        },
        Symbol::Field(item, ordinal) => field(db, *item, *ordinal).map(|f| f.read_ty()),
        Symbol::Member(item, _) => Some(Ty::Enum(*item)),
        Symbol::Local(item, span) => {
            let trace = ivs_model::traced(db, *item);
            let uses = trace.mentions.iter().filter(|m| m.symbol == *symbol && !m.defines);
            let mut typed = uses.filter_map(|m| trace.types.iter().find(|(s, _)| *s == m.span));
            let _ = span;
            typed.next().map(|(_, t)| t.clone())
        }
        _ => None,
    }
}

/// The field that an item defines at a place among its definitions.
pub fn field(db: &dyn Db, item: ItemId, ordinal: u16) -> Option<ivs_model::Field> {
    let owned = |f: &&ivs_model::Field| f.owner == Some((item, ordinal));
    match item.key(db).keyword {
        "kind" | "struct" => ivs_model::schema(db, item).fields.iter().find(owned).cloned(),
        "decl" => ivs_model::decl_schema(db, item).fields.iter().find(owned).cloned(),
        "fn" => ivs_model::fn_params(db, item).iter().find(owned).cloned(),
        "enum" => {
            let schema = ivs_model::enum_schema(db, item);
            schema
                .members
                .iter()
                .filter_map(|m| m.fields.as_ref())
                .find_map(|s| s.fields.iter().find(owned).cloned())
        }
        _ => None,
    }
}

fn items_of(db: &dyn Db, module: Module, ty: &Ty, out: &mut Vec<ItemId>) {
    match ty {
        Ty::Enum(i) | Ty::Tagged(i, _) | Ty::Struct(i) | Ty::Ref(i) => out.push(*i),
        Ty::RefTo(d) => out.extend(ivs_model::decl_kind(db, *d)),
        Ty::Opt(t) | Ty::List(t) | Ty::Range(t) => items_of(db, module, t, out),
        Ty::Map(kv) => items_of(db, module, &kv.1, out),
        Ty::Union(ts) => ts.iter().for_each(|t| items_of(db, module, t, out)),
        Ty::Refined(r) if r.alias.is_some() => out.push(r.item),
        Ty::Refined(r) => items_of(db, module, &r.base, out),
        Ty::Dim(d) => {
            for (name, _) in d.factors() {
                let plain = name.split(':').next().unwrap_or(name);
                let found = ivs_model::resolve(db, module, SmolStr::new(plain));
                out.extend(found.units.first());
            }
        }
        _ => {}
    }
}

/// What is made of what the word at an offset names: of a template or declaration what derives from it, of a kind its
/// declarations.
pub fn implementation(db: &dyn Db, file: SourceFile, offset: u32) -> Vec<Location> {
    let Some(named) = named(db, file, offset) else { return Vec::new() };
    let mut out = Vec::new();
    for symbol in &named.symbols {
        let Symbol::Item(item) = symbol else { continue };
        match item.key(db).keyword {
            "kind" => out.extend(ivs_model::decls_of_kind(db, *item)),
            "decl" => out.extend(derived(db).get(item).into_iter().flatten()),
            _ => {}
        }
    }
    sorted(db, out.iter().filter_map(|i| home(db, &Symbol::Item(*i))).collect())
}

/// What derives directly from each declaration, in the order of files and places.
#[salsa::tracked(returns(ref))]
pub fn derived(db: &dyn Db) -> FxHashMap<ItemId, Vec<ItemId>> {
    let mut out: FxHashMap<ItemId, Vec<ItemId>> = FxHashMap::default();
    let all = modules(db);
    for name in all.files.keys() {
        let module = Module::new(db, name.clone());
        if all.library.contains(&module) || all.catalogues.contains(&module) {
            continue;
        }
        let index = module_index(db, module);
        for item in index.templates.iter().chain(&index.instances) {
            if let Some(Ok(base)) = resolve_base(db, *item) {
                out.entry(base).or_default().push(*item);
            }
        }
    }
    out
}

/// By file and place, each once.
pub(crate) fn sorted(db: &dyn Db, mut places: Vec<Location>) -> Vec<Location> {
    places.sort_by_key(|p| (p.file.path(db).clone(), p.range));
    places.dedup();
    places
}
