//! What is wrong with items and modules, names first.

use crate::code;
use crate::decl::{BaseError, base_chain, decl_info, decl_kind, overlay_targets};
use crate::infer::typed;
use crate::names::{Module, in_module, item_module, module_index, modules, use_targets};
use crate::suggest::{closest, nearest, question};
use crate::ty::Ty;
use ivs_grammar::ast::{ItemKind, Span};
use ivs_source::{
    Db, Diagnostic, Edit, Fix, ItemDiagnostic, ItemId, Label, Place, Program, Severity, parse_item,
};
use rustc_hash::FxHashMap;
use smol_str::SmolStr;

fn error(code: &'static str, of: ItemId, span: Span, message: String, label: &str) -> ItemDiagnostic {
    Diagnostic {
        code,
        severity: Severity::Error,
        message,
        primary: Label { place: Place { of, span }, text: label.into() },
        labels: Vec::new(),
        help: Vec::new(),
        fixes: Vec::new(),
    }
}

fn fix(title: String, of: ItemId, span: Span, text: &str) -> Fix<ItemId> {
    Fix { title, edits: vec![Edit { place: Place { of, span }, text: text.into() }] }
}

/// The place of an item's name.
fn name_span(db: &dyn Db, item: ItemId) -> Span {
    let known = typed(db, item).map.name;
    if known != Span::default() {
        return known;
    }
    // An item that could not be typed still has a name.
    match parse_item(db, item).item().map(|i| &i.kind) {
        Some(ItemKind::Let { name, .. } | ItemKind::Type { name, .. } | ItemKind::Fn { name, .. }) => {
            name.span
        }
        _ => known,
    }
}

/// Everything wrong with one item, by itself: syntax, names, types, bases, imports.
#[salsa::tracked(returns(ref))]
pub fn item_diagnostics(db: &dyn Db, item: ItemId) -> Vec<ItemDiagnostic> {
    let mut out = typed(db, item).diagnostics.clone();
    match item.key(db).keyword {
        "decl" => base_report(db, item, &mut out),
        "use" => use_report(db, item, &mut out),
        "overlay" => overlay_report(db, item, &mut out),
        "test" => test_report(db, item, &mut out),
        _ => {}
    }
    out
}

fn base_report(db: &dyn Db, item: ItemId, out: &mut Vec<ItemDiagnostic>) {
    if decl_info(db, item).base.is_none() || decl_kind(db, item).is_none() {
        return;
    }
    let chain = base_chain(db, item);
    if chain.error.is_none() && decl_info(db, item).base_version.is_none() {
        return;
    }
    let parsed = parse_item(db, item);
    let Some(ItemKind::Decl(d)) = parsed.item().map(|i| &i.kind) else { return };
    let Some(base) = &d.base else { return };
    let name = base.path.words.last().map_or("", |w| w.text.as_str());
    match &chain.error {
        // An error further up the chain is reported there.
        Some(BaseError::Unknown) if chain.chain.len() == 1 => {
            let kind = decl_kind(db, item);
            let near = crate::names::nearest_name(db, item_module(db, item), name, |i| {
                i.key(db).keyword == "decl" && decl_kind(db, i) == kind && i != item
            });
            let key = item.key(db);
            let mut d = error(
                code::UNKNOWN_BASE,
                item,
                base.path.span,
                format!("there is no `{} {name}` to derive from", key.kind),
                "not found",
            );
            match near {
                Some(n) => d.fixes.push(fix(format!("write `{n}`"), item, base.path.span, &n)),
                None => d.help.push("a base is a declaration or a template of the same kind".into()),
            }
            out.push(d);
        }
        Some(BaseError::Kind(other)) if chain.chain.len() == 1 => {
            let (mine, theirs) = (&item.key(db).kind, &other.key(db).kind);
            let mut d = error(
                code::BASE_KIND,
                item,
                base.path.span,
                format!("a `{mine}` cannot derive from a `{theirs}`"),
                "of another kind",
            );
            d.labels.push(Label {
                place: Place { of: *other, span: name_span(db, *other) },
                text: format!("`{name}` is a `{theirs}`"),
            });
            out.push(d);
        }
        Some(BaseError::Cycle(members)) => {
            // One error per loop, at its least name.
            let least = members.iter().copied().min_by_key(|m| crate::decl::qualified_name(db, *m));
            if least == Some(item) {
                let names: Vec<String> =
                    members.iter().chain(members.first()).map(|m| format!("`{}`", m.key(db).name)).collect();
                let mut d = error(
                    code::BASE_CYCLE,
                    item,
                    base.span,
                    format!("`{}` derives from itself", item.key(db).name),
                    "the loop is closed here",
                );
                d.help.push(format!("{} — break it at one of them", names.join(" from ")));
                out.push(d);
            }
        }
        Some(BaseError::TooLong) => {
            let d = error(
                code::LIMIT_BASES,
                item,
                base.span,
                format!("more than {} bases above each other", crate::decl::MAX_BASES),
                "the limit of the chain of bases",
            );
            // Only where the limit is passed first: the link just above is still within it.
            let above = crate::decl::resolve_base(db, item).and_then(Result::ok);
            if above.is_none_or(|a| base_chain(db, a).error != Some(BaseError::TooLong)) {
                out.push(d);
            }
        }
        _ => {}
    }
    if chain.error.is_none() && !chain.chain.is_empty() {
        version_report(db, item, base, out);
    }
}

/// `from t @ "^1.0"` against the version that `t` states.
fn version_report(db: &dyn Db, item: ItemId, base: &ivs_grammar::ast::Base, out: &mut Vec<ItemDiagnostic>) {
    let Some(range) = &decl_info(db, item).base_version else { return };
    let Some(lit) = &base.version else { return };
    let Some(Ok(target)) = crate::decl::resolve_base(db, item) else { return };
    let required = match ivs_value::checks::parse_version_range(range) {
        Ok(r) => r,
        Err(why) => {
            out.push(error(
                code::BAD_LITERAL,
                item,
                lit.span,
                format!("`{range}` is no version range"),
                &why,
            ));
            return;
        }
    };
    match stated_version(db, target) {
        Some((of, span, version)) if !required.matches(&version) => {
            let mut d = error(
                code::BASE_VERSION,
                item,
                lit.span,
                format!("`{}` has version {version}, `{range}` is asked for", target.key(db).name),
                "does not match",
            );
            d.labels.push(Label { place: Place { of, span }, text: format!("{version} — stated here") });
            out.push(d);
        }
        None => {
            let mut d = error(
                code::BASE_VERSION,
                item,
                lit.span,
                format!("`{}` states no version", target.key(db).name),
                "nothing to match",
            );
            d.help.push("add `version = 1.0.0` to it".into());
            out.push(d);
        }
        Some(_) => {}
    }
}

/// The `version = 1.2.0` of a declaration or the nearest base that has one.
fn stated_version(db: &dyn Db, item: ItemId) -> Option<(ItemId, Span, semver::Version)> {
    base_chain(db, item).chain.iter().copied().find_map(|link| {
        let (span, version) = own_version(db, link)?;
        Some((link, span, version))
    })
}

/// The `version = 1.2.0` that a declaration states in its own body, and the place of the value.
pub fn own_version(db: &dyn Db, item: ItemId) -> Option<(Span, semver::Version)> {
    let parsed = parse_item(db, item);
    let Some(ItemKind::Decl(d)) = parsed.item().map(|i| &i.kind) else { return None };
    d.block.entries.iter().find_map(|e| match &e.kind {
        ivs_grammar::ast::EntryKind::Set { path, value, .. } if path.first.text == "version" => {
            match &value.kind {
                ivs_grammar::ast::ExprKind::Version(v) => Some((value.span, semver::Version::parse(v).ok()?)),
                _ => None,
            }
        }
        _ => None,
    })
}

fn use_report(db: &dyn Db, item: ItemId, out: &mut Vec<ItemDiagnostic>) {
    let parsed = parse_item(db, item);
    let Some(ItemKind::Use { path, names, .. }) = parsed.item().map(|i| &i.kind) else { return };
    let here = item_module(db, item);
    if let Some(root) = path.words.first()
        && !crate::names::may_use(db, here, &root.text)
        && Program::get(db).packages(db).contains_key(&root.text)
    {
        let package = crate::names::package_of(db, here);
        let mut d = error(
            code::NOT_A_DEPENDENCY,
            item,
            root.span,
            format!("`{}` is not a dependency of `{package}`", root.text),
            "only a dependency of a dependency",
        );
        d.help.push(format!("name it under `[dependencies]` in the `ivs.toml` of `{package}`"));
        out.push(d);
        return;
    }
    for target in use_targets(db, item) {
        let known = modules(db)
            .files
            .keys()
            .any(|m| m == target.module.name(db) || m.starts_with(&format!("{}.", target.module.name(db))));
        if !known {
            let usable = |m: &&SmolStr| {
                let root = m.split('.').next().unwrap_or_default();
                crate::names::may_use(db, here, root)
            };
            let near =
                closest(target.module.name(db), modules(db).files.keys().filter(usable).map(SmolStr::as_str));
            let mut d = error(
                code::UNKNOWN_MODULE,
                item,
                path.span,
                format!("unknown module `{}`", target.module.name(db)),
                "not found",
            );
            match near {
                Some(n) => d.help.push(format!("did you mean `{n}`?")),
                None => d.help.push("a path begins with `std`, the package's name, or a dependency's".into()),
            }
            out.push(d);
            return;
        }
        let Some(name) = &target.name else { continue };
        let words = path.words.iter().chain(names.iter().flatten());
        let span = words.map(|w| w.span).nth(target.word).unwrap_or(path.span);
        let index = module_index(db, target.module);
        let found = in_module(db, here, target.module, name);
        // A dimension brings its base unit, under either name.
        if found.is_empty() && !crate::units::declares_base(db, target.module, name) {
            if let Some(hidden) = index.named(name).next() {
                let mut d = error(
                    code::PRIVATE_NAME,
                    item,
                    span,
                    format!("`{name}` is private to `{}`", target.module.name(db)),
                    "cannot be used here",
                );
                d.labels.push(Label {
                    place: Place { of: hidden, span: name_span(db, hidden) },
                    text: "declared `private` here".into(),
                });
                out.push(d);
                continue;
            }
            let mut all: Vec<&str> = index
                .decls
                .keys()
                .chain(index.things.keys())
                .chain(index.units.keys())
                .map(SmolStr::as_str)
                .collect();
            all.sort_unstable();
            let mut d = error(
                code::UNKNOWN_MODULE,
                item,
                span,
                format!("`{}` declares no `{name}`", target.module.name(db)),
                "not found",
            );
            match nearest(name, all)[..] {
                [n] => d.fixes.push(fix(format!("write `{n}`"), item, span, n)),
                ref several => d.help.extend(question(several)),
            }
            out.push(d);
        }
    }
}

fn test_report(db: &dyn Db, item: ItemId, out: &mut Vec<ItemDiagnostic>) {
    let parsed = parse_item(db, item);
    let Some(ItemKind::Test { environment, items, .. }) = parsed.item().map(|i| &i.kind) else { return };
    for inner in items {
        if let ivs_grammar::ast::TestItem::Item(i) = inner
            && matches!(i.kind, ItemKind::Test { .. })
        {
            let message = "a test cannot hold a test".to_owned();
            out.push(error(code::TEST_ITEM, item, i.span, message, "not here"));
        }
    }
    let Some(wanted) = environment else { return };
    let environments = crate::decl::environments_of(db, item_module(db, item));
    if environments.iter().any(|e| e.key(db).name == wanted.text) {
        return;
    }
    let message = format!("the environment `{}` is not declared", wanted.text);
    let mut d = error(code::TEST_ENVIRONMENT, item, wanted.span, message, "no such environment");
    match closest(&wanted.text, environments.iter().map(|e| e.key(db).name.as_str())) {
        Some(n) => d.fixes.push(fix(format!("write `{n}`"), item, wanted.span, n)),
        None => d.help.push(format!("declare it: `environment {} {{ }}`", wanted.text)),
    }
    out.push(d);
}

fn overlay_report(db: &dyn Db, item: ItemId, out: &mut Vec<ItemDiagnostic>) {
    let _ = overlay_targets(db, item);
    let name = &item.key(db).name;
    if crate::library_thing(db, "environment").is_none() || crate::names::is_trial(db, item) {
        return;
    }
    let environments = crate::decl::environments_of(db, item_module(db, item));
    if environments.iter().any(|e| e.key(db).name == *name) {
        return;
    }
    let span = name_span(db, item);
    let mut d = error(
        code::OVERLAY_ENVIRONMENT,
        item,
        span,
        format!("the environment `{name}` is not declared"),
        "no such environment",
    );
    match closest(name, environments.iter().map(|e| e.key(db).name.as_str())) {
        Some(n) => d.fixes.push(fix(format!("write `{n}`"), item, span, n)),
        None => d.help.push(format!("declare it: `environment {name} {{ }}`")),
    }
    out.push(d);
}

/// What is wrong between the items of a module: names declared twice.
#[salsa::tracked(returns(ref))]
pub fn module_diagnostics(db: &dyn Db, module: Module) -> Vec<ItemDiagnostic> {
    let index = module_index(db, module);
    let mut first: FxHashMap<(u8, SmolStr, SmolStr), ItemId> = FxHashMap::default();
    let mut out = Vec::new();
    for &item in &index.all {
        let key = item.key(db);
        let namespace = match key.keyword {
            "kind" | "struct" | "enum" | "type" | "fn" | "let" => (0, SmolStr::default(), key.name.clone()),
            "decl" => (1, key.kind.clone(), key.name.clone()),
            // While a test is run, its questions stand in a text of their own beside the package's.
            "test" if crate::names::runs_tests(db, item) => continue,
            "check" | "test" => (4, SmolStr::new_static(key.keyword), key.name.clone()),
            "dimension" => (2, SmolStr::default(), key.name.clone()),
            "unit" => {
                let dim = crate::unit_def(db, item).as_ref().map(|d| d.dim.to_string()).unwrap_or_default();
                (3, dim.into(), key.name.clone())
            }
            _ => continue,
        };
        if key.name.is_empty() {
            continue;
        }
        match first.get(&namespace) {
            None => {
                first.insert(namespace, item);
            }
            Some(&earlier) => {
                let what = if key.keyword == "decl" { key.kind.as_str() } else { key.keyword };
                let mut d = error(
                    code::DUPLICATE_NAME,
                    item,
                    name_span(db, item),
                    format!("`{what} {}` is declared twice", key.name),
                    "declared again",
                );
                d.labels.push(Label {
                    place: Place { of: earlier, span: name_span(db, earlier) },
                    text: "first declared here".into(),
                });
                d.help.push(
                    "rename one of the two; to amend a declaration, derive from it or use an overlay".into(),
                );
                out.push(d);
            }
        }
    }
    out.extend(recursion(db, index.all.iter().copied()));
    brought_twice(db, &index.uses, &mut out);
    for &item in index.all.iter().filter(|i| i.key(db).keyword == "struct" && endless(db, **i)) {
        out.extend(endless_report(db, item));
    }
    out
}

/// The structs that are always there in a value of a struct, with the fields that hold them.
fn always_within(db: &dyn Db, item: ItemId) -> Vec<(ItemId, SmolStr)> {
    let schema = crate::fields::schema(db, item);
    let within =
        schema.fields.iter().filter(|f| !f.optional && !f.has_default).filter_map(|f| match f.ty.core() {
            Ty::Struct(s) => Some((*s, f.name.clone())),
            _ => None,
        });
    within.collect()
}

/// The structs that are always there in a value of a struct, at any depth, without itself unless it is among them.
fn all_within(db: &dyn Db, item: ItemId) -> Vec<ItemId> {
    let mut found: Vec<ItemId> = Vec::new();
    let mut open = vec![item];
    while let Some(at) = open.pop() {
        for (s, _) in always_within(db, at) {
            if !found.contains(&s) {
                found.push(s);
                open.push(s);
            }
        }
    }
    found
}

/// Whether a value of a struct would always have another of the same struct within it, and so never end.
#[salsa::tracked(returns(copy))]
pub fn endless(db: &dyn Db, item: ItemId) -> bool {
    all_within(db, item).contains(&item)
}

fn endless_report(db: &dyn Db, item: ItemId) -> Option<ItemDiagnostic> {
    let all = all_within(db, item);
    let on_loop = |i: &&ItemId| all_within(db, **i).contains(&item);
    // One error per loop, at its least name.
    let least = all.iter().filter(on_loop).min_by_key(|i| crate::decl::qualified_name(db, **i))?;
    if *least != item {
        return None;
    }
    let (within, field) = always_within(db, item)
        .into_iter()
        .find(|(s, _)| *s == item || all_within(db, *s).contains(&item))?;
    let parsed = parse_item(db, item);
    let Some(ItemKind::Struct { block, .. }) = parsed.item().map(|i| &i.kind) else { return None };
    let span = block.entries.iter().find_map(|e| match &e.kind {
        ivs_grammar::ast::EntryKind::Def { name, .. } if name.text == field => Some(name.span),
        _ => None,
    })?;
    let mut d = error(
        code::RECURSION,
        item,
        span,
        format!("`{}` always contains itself", item.key(db).name),
        &match within == item {
            true => "a value of it would never end".to_owned(),
            false => format!(
                "a `{}` is always there, and in it another `{}`",
                within.key(db).name,
                item.key(db).name
            ),
        },
    );
    d.help.push("a field that may be absent, a list or a map ends it".into());
    d.fixes.push(fix(format!("let it be absent: `{field}?`"), item, span, &format!("{field}?")));
    Some(d)
}

/// Names that two `use`s bring from two modules, where nothing at the place of use could tell which is meant.
/// Constants are told apart where they are read: [`code::AMBIGUOUS_NAME`].
fn brought_twice(db: &dyn Db, uses: &[ItemId], out: &mut Vec<ItemDiagnostic>) {
    let namespace = |item: ItemId| {
        let key = item.key(db);
        match key.keyword {
            "kind" | "struct" | "enum" | "type" | "fn" => Some((0, SmolStr::default())),
            "decl" => Some((1, key.kind.clone())),
            _ => None,
        }
    };
    type Name = ((u8, SmolStr), SmolStr);
    let mut first: FxHashMap<Name, (ItemId, ItemId, Span)> = FxHashMap::default();
    for &item in uses {
        let parsed = parse_item(db, item);
        let Some(ItemKind::Use { path, names, .. }) = parsed.item().map(|i| &i.kind) else { continue };
        for target in use_targets(db, item) {
            let Some(name) = &target.name else { continue };
            let words = path.words.iter().chain(names.iter().flatten());
            let span = words.map(|w| w.span).nth(target.word).unwrap_or(path.span);
            let found = in_module(db, item_module(db, item), target.module, name);
            for brought in found.things.iter().chain(&found.decls) {
                let Some(space) = namespace(*brought) else { continue };
                let Some((other, by, place)) = first.get(&(space.clone(), target.local.clone())) else {
                    first.insert((space, target.local.clone()), (*brought, item, span));
                    continue;
                };
                if other == brought {
                    continue;
                }
                let module = |i: ItemId| i.file(db).module(db).clone();
                let mut d = error(
                    code::DUPLICATE_NAME,
                    item,
                    span,
                    format!("two `use`s bring a `{}`", target.local),
                    &format!("from `{}`", module(*brought)),
                );
                d.labels.push(Label {
                    place: Place { of: *by, span: *place },
                    text: format!("from `{}`", module(*other)),
                });
                d.help.push(format!(
                    "bring one of them under another name: `use {}.{name} as …`",
                    module(*brought)
                ));
                out.push(d);
            }
        }
    }
}

/// Functions and constants that need themselves: one report per loop, at its least name.
fn recursion(db: &dyn Db, items: impl Iterator<Item = ItemId>) -> Vec<ItemDiagnostic> {
    use petgraph::algo::tarjan_scc;
    use petgraph::graphmap::DiGraphMap;
    let mut graph: DiGraphMap<ItemId, ()> = DiGraphMap::new();
    let mut looped: Vec<ItemId> = Vec::new();
    for item in items {
        let key = item.key(db);
        match key.keyword {
            "fn" => {}
            "let" if typed(db, item).looped => looped.push(item),
            "let" => {}
            "type" if typed(db, item).result == Ty::Error && typed(db, item).diagnostics.is_empty() => {
                looped.push(item);
            }
            "unit" if crate::unit_def(db, item).is_none() && typed(db, item).diagnostics.is_empty() => {
                looped.push(item);
            }
            _ => continue,
        }
        graph.add_node(item);
        for used in &typed(db, item).uses {
            graph.add_edge(item, *used, ());
        }
    }
    // What is on a loop has no typed formula; its words tell what it needs.
    for &a in &looped {
        let text = ivs_source::item_text(db, a);
        let body = text.split_once('=').map_or("", |(_, b)| b);
        // A unit stands right behind its number: `2there`.
        let unit = a.key(db).keyword == "unit";
        let word =
            |c: char| if unit { c.is_alphabetic() } else { c.is_alphanumeric() || c == '_' || c == '-' };
        for &b in &looped {
            if body.split(|c| !word(c)).any(|w| w == b.key(db).name) {
                graph.add_edge(a, b, ());
            }
        }
    }
    let mut out = Vec::new();
    for mut group in tarjan_scc(&graph) {
        let looped = group.len() > 1 || group.first().is_some_and(|i| graph.contains_edge(*i, *i));
        if !looped {
            continue;
        }
        group.sort_by_key(|i| crate::decl::qualified_name(db, *i));
        let Some(&least) = group.first() else { continue };
        let names: Vec<String> = group.iter().map(|i| format!("`{}`", i.key(db).name)).collect();
        let mut d = error(
            code::RECURSION,
            least,
            name_span(db, least),
            format!("`{}` depends on itself", least.key(db).name),
            "evaluation would not end",
        );
        if group.len() > 1 {
            d.help.push(format!("the loop goes through {}", names.join(", ")));
        }
        d.help
            .push("functions and constants are not recursive; comprehensions go through collections".into());
        out.push(d);
    }
    out
}
