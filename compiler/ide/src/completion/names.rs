//! Names: what an expression may name, declarations of a kind, modules, items.

use super::{Proposal, Question, Sort, required};
use ivs_grammar::ast::Span;
use ivs_model::{Field, Module, Scope, Symbol, Trace, Ty, decl_kind, enum_schema, module_index, schema};
use ivs_source::{Db, ItemId};
use ivs_value::funcs::FUNCTIONS;
use rustc_hash::FxHashSet;
use smol_str::SmolStr;

/// A proposal for an item.
pub fn named(q: &Question<'_>, name: &str, item: ItemId) -> Proposal {
    let key = item.key(q.db);
    let (sort, detail) = match key.keyword {
        "decl" if q.is_template(item) => (Sort::Template, format!("template {}", key.kind)),
        "decl" => (Sort::Declaration, key.kind.to_string()),
        "kind" => (Sort::Kind, "kind".into()),
        "struct" => (Sort::Struct, "struct".into()),
        "enum" => (Sort::Enum, "enum".into()),
        "type" => (Sort::Type, "type".into()),
        "fn" => (Sort::Function, "function".into()),
        "let" => (Sort::Constant, "constant".into()),
        "unit" | "dimension" => (Sort::Unit, key.keyword.into()),
        "check" => (Sort::Check, "check".into()),
        other => (Sort::Value, other.into()),
    };
    Proposal::new(name, sort).detail(detail).names(Symbol::Item(item))
}

/// The declarations of a kind (of any, without one) that can be named, by the name that they have here.
pub fn of_kind(q: &Question<'_>, kind: Option<ItemId>) -> Vec<(SmolStr, ItemId)> {
    let named = kind.map(|k| k.key(q.db).name.clone());
    let mut all = q.seen(&|k| k.keyword == "decl" && named.as_ref().is_none_or(|n| last_word(&k.kind) == n));
    all.retain(|(_, i)| !q.is_template(*i) && kind.is_none_or(|k| decl_kind(q.db, *i) == Some(k)));
    all
}

/// `service` of `std.platform.service`.
fn last_word(path: &str) -> &str {
    path.rsplit('.').next().unwrap_or(path)
}

/// What begins an item.
pub fn items(q: &Question<'_>, before: &[&str], out: &mut Vec<Proposal>) {
    let template = before.contains(&"template");
    if !template {
        let all: &[(&str, &str, &str)] = &[
            ("use", "use $0", "Brings names of another module."),
            ("kind", "kind ${1:name} {\n  $0\n}", "A sort of declaration with identity."),
            ("struct", "struct ${1:name} {\n  $0\n}", "An embedded value without identity."),
            ("enum", "enum ${1:name} { $0 }", "A closed, ordered set of members."),
            ("dimension", "dimension ${1:name} = $0", "What quantities measure, and its base unit."),
            ("unit", "unit ${1:name} = $0", "A derived unit, or a counted thing."),
            ("type", "type ${1:name} = $0", "A name for a type."),
            ("fn", "fn ${1:name}(${2:x}: ${3:int}) -> ${4:int} = $0", "A pure function."),
            ("let", "let ${1:name} = $0", "A constant of the module."),
            ("overlay", "overlay ${1:environment} {\n  $0\n}", "What an environment changes."),
            (
                "check",
                "check ${1:name} for ${2:x} in ${3:kind} {\n  require $0\n}",
                "What has to hold, over all declarations.",
            ),
            (
                "test",
                "test \"${1:…}\" {\n  $0\n}",
                "Declarations seen only by it, and what is asked of them.",
            ),
            ("template", "template $0", "A base only: emits nothing, may declare parameters."),
            ("private", "private $0", "Other modules cannot see it."),
        ];
        for (name, text, docs) in all {
            if !(before.contains(&"private") && *name == "private") {
                out.push(Proposal::new(*name, Sort::Keyword).snippet(*text).docs(*docs).rank(6));
            }
        }
    }
    kinds(q, true, out);
}

/// Kinds; with a body that has their required fields, if they begin an item.
pub fn kinds(q: &Question<'_>, bodies: bool, out: &mut Vec<Proposal>) {
    for (name, item) in q.seen(&|k| k.keyword == "kind") {
        let own = item.file(q.db).own(q.db);
        let p = named(q, &name, item).rank(if own { 1 } else { 2 });
        let follows = q.after.trim_start().starts_with(|c: char| c.is_alphabetic());
        if !bodies || follows {
            out.push(p);
            continue;
        }
        let fields = required(q.db, schema(q.db, item), q.indent);
        out.push(p.snippet(match fields.is_empty() {
            true => format!("{name} ${{1:name}} {{ $0 }}"),
            false => format!("{name} ${{1:name}} {{{fields}$0\n{}}}", q.indent),
        }));
    }
}

fn kind_named(q: &Question<'_>, kind: &str) -> Option<ItemId> {
    let found = ivs_model::resolve(q.db, q.module, SmolStr::new(last_word(kind)));
    found.things.iter().copied().find(|t| t.key(q.db).keyword == "kind")
}

/// The declarations and templates that an overlay may amend.
pub fn amended(q: &Question<'_>, kind: &str, out: &mut Vec<Proposal>) {
    let Some(kind) = kind_named(q, kind) else { return };
    let named_as = kind.key(q.db).name.clone();
    for (name, item) in q.seen(&|k| k.keyword == "decl" && last_word(&k.kind) == named_as) {
        if decl_kind(q.db, item) == Some(kind) {
            let p = named(q, &name, item).rank(1);
            let open = q.after.trim_start().is_empty();
            out.push(if open { p.snippet(format!("{name} {{ $0 }}")) } else { p });
        }
    }
}

/// What a declaration of a kind may derive from.
pub fn bases(q: &Question<'_>, kind: &str, out: &mut Vec<Proposal>) {
    let written = last_word(kind).to_owned();
    let kind = kind_named(q, kind);
    for (name, item) in q.seen(&|k| k.keyword == "decl" && last_word(&k.kind) == written) {
        let fits = kind.is_none() || decl_kind(q.db, item) == kind;
        if fits && Some(item) != q.item {
            let template = q.is_template(item);
            out.push(named(q, &name, item).rank(if template { 1 } else { 2 }));
        }
    }
}

/// What an expression may name.
pub fn complete(
    q: &Question<'_>,
    trace: &Trace,
    call: Option<Span>,
    given: &[SmolStr],
    key: Option<&str>,
    out: &mut Vec<Proposal>,
) {
    let nothing = Scope::default();
    let scope = trace.scope.as_ref().unwrap_or(&nothing);
    if trace.scope.is_none() && key == Some("severity") {
        for word in ["error", "warning", "info"] {
            out.push(Proposal::new(word, Sort::Value).rank(1));
        }
        return;
    }
    if let Some(callee) = call {
        arguments(q, trace, callee, given, out);
        if callee.text(q.text) == "attr" {
            late(q, out);
        }
    }
    if scope.asked {
        return asked(q, scope.want.as_ref(), out);
    }
    if let Some(want) = &scope.want {
        expected(q, want, 1, out);
    }
    for (name, ty) in scope.locals.iter().rev().chain(scope.lets.iter().rev()) {
        let fits = fit(q.db, ty, scope.want.as_ref());
        out.push(Proposal::new(name.as_str(), Sort::Variable).detail(shown(q.db, ty)).rank(if fits {
            2
        } else {
            3
        }));
    }
    for (depth, schema) in scope.fields.iter().rev().enumerate() {
        for field in &schema.fields {
            let fits = depth == 0 && fit(q.db, &field.read_ty(), scope.want.as_ref());
            // A field that is being set is seldom read there.
            let own = key == Some(field.name.as_str());
            out.push(of_field(q, field).rank(match (own, fits) {
                (true, _) => 8,
                (false, true) => 3,
                (false, false) => 5,
            }));
        }
    }
    if let Some(this) = &scope.this {
        out.push(Proposal::new("self", Sort::Keyword).detail(this.show(q.db)).rank(5));
    }
    if let Some(inherited) = &scope.inherited {
        let p = Proposal::new("inherited", Sort::Keyword).detail(inherited.show(q.db));
        out.push(p.docs("The value of the same path one layer below.").rank(5));
    }
    functions(q, out);
    let wanted = ["let", "fn", "kind", "enum", "decl"];
    let expected: FxHashSet<Symbol> = out.iter().filter_map(|p| p.symbol.clone()).collect();
    for (name, item) in q.seen(&|k| wanted.contains(&k.keyword)) {
        if expected.contains(&Symbol::Item(item)) {
            continue;
        }
        let keyword = item.key(q.db).keyword;
        let p = named(q, &name, item);
        match keyword {
            "let" => {
                let own = !item.file(q.db).library(q.db);
                let fits = own && fit(q.db, &ivs_model::result_type(q.db, item), scope.want.as_ref());
                out.push(p.rank(match (own, fits) {
                    (true, true) => 3,
                    (true, false) => 5,
                    (false, _) => 7,
                }));
            }
            "decl" if !q.is_template(item) => out.push(p.rank(6)),
            "fn" => {
                let own = !item.file(q.db).library(q.db);
                out.push(call_of(q, item, &name).rank(if own { 5 } else { 7 }));
            }
            "kind" | "enum" => out.push(p.rank(7)),
            _ => {}
        }
    }
    for root in ivs_model::roots(q.db, q.module) {
        out.push(Proposal::new(root.as_str(), Sort::Module).rank(8));
    }
    for word in ["if", "not", "none", "true", "false"] {
        out.push(Proposal::new(word, Sort::Keyword).rank(8));
    }
}

/// What `attr` may be asked of.
fn late(q: &Question<'_>, out: &mut Vec<Proposal>) {
    for (name, item) in of_kind(q, None) {
        if decl_kind(q.db, item).is_some_and(|k| ivs_model::is_late(q.db, k)) {
            out.push(named(q, &name, item).rank(1));
        }
    }
}

/// What `is` may ask for: members of an enum, templates and declarations of a kind, kinds.
fn asked(q: &Question<'_>, of: Option<&Ty>, out: &mut Vec<Proposal>) {
    let kinds: Vec<ItemId> = match of.map(Ty::core) {
        Some(Ty::Enum(e) | Ty::Tagged(e, _)) => {
            members_of(q, *e, 1, out);
            // They are asked for by name alone.
            for p in out.iter_mut() {
                (p.insert, p.snippet) = (p.label.clone(), false);
            }
            return;
        }
        Some(Ty::Ref(kind)) => vec![*kind],
        Some(Ty::RefTo(d)) => decl_kind(q.db, *d).into_iter().collect(),
        Some(Ty::Union(ts)) => {
            ts.iter().filter_map(|t| if let Ty::Ref(k) = t.core() { Some(*k) } else { None }).collect()
        }
        _ => Vec::new(),
    };
    for (name, item) in q.seen(&|k| k.keyword == "decl") {
        if kinds.is_empty() || decl_kind(q.db, item).is_some_and(|k| kinds.contains(&k)) {
            let template = q.is_template(item);
            out.push(named(q, &name, item).rank(if template { 1 } else { 2 }));
        }
    }
    if kinds.len() != 1 {
        for (name, item) in q.seen(&|k| k.keyword == "kind") {
            if kinds.is_empty() || kinds.contains(&item) {
                out.push(named(q, &name, item).rank(2));
            }
        }
    }
}

fn shown(db: &dyn Db, ty: &Ty) -> String {
    match ty {
        Ty::Error => String::new(),
        ty => ty.show(db),
    }
}

fn fit(db: &dyn Db, ty: &Ty, want: Option<&Ty>) -> bool {
    *ty != Ty::Error && want.is_none_or(|w| ty.fits(db, w))
}

fn of_field(q: &Question<'_>, field: &Field) -> Proposal {
    let symbol = match field.owner {
        Some((item, ordinal)) => Symbol::Field(item, ordinal),
        None => Symbol::Builtin(field.name.clone()),
    };
    let mut p =
        Proposal::new(field.name.as_str(), Sort::Field).detail(field.read_ty().show(q.db)).names(symbol);
    p.deprecated = field.deprecated.is_some();
    p
}

/// What a type admits by name.
fn expected(q: &Question<'_>, want: &Ty, rank: u8, out: &mut Vec<Proposal>) {
    match want {
        Ty::Opt(t) => {
            expected(q, t, rank, out);
            out.push(Proposal::new("none", Sort::Value).rank(rank + 1));
        }
        Ty::Refined(r) => expected(q, &r.base, rank, out),
        Ty::Range(t) => expected(q, t, rank, out),
        Ty::Union(ts) => ts.iter().for_each(|t| expected(q, t, rank, out)),
        Ty::Bool => {
            for word in ["true", "false"] {
                out.push(Proposal::new(word, Sort::Value).rank(rank));
            }
        }
        Ty::Enum(e) | Ty::Tagged(e, _) => members_of(q, *e, rank, out),
        Ty::Ref(kind) => {
            for (name, item) in of_kind(q, Some(*kind)) {
                out.push(named(q, &name, item).rank(rank));
            }
            imported(q, *kind, rank + 1, out);
        }
        Ty::RefTo(base) => {
            for (name, item) in of_kind(q, decl_kind(q.db, *base)) {
                if ivs_model::base_chain(q.db, item).chain.contains(base) {
                    out.push(named(q, &name, item).rank(rank));
                }
            }
        }
        Ty::AnyRef => {
            for (name, item) in of_kind(q, None) {
                out.push(named(q, &name, item).rank(rank));
            }
        }
        Ty::Literal(text) => out.push(Proposal::new(format!("{text:?}"), Sort::Value).rank(rank)),
        Ty::List(_) => {
            out.push(Proposal::new("[…]", Sort::Snippet).snippet("[$0]").detail(want.show(q.db)).rank(rank))
        }
        Ty::Struct(s) => {
            let schema = schema(q.db, *s);
            let fields: Vec<String> = (schema.fields.iter().filter(|f| f.demanded()).enumerate())
                .map(|(i, f)| format!("{} = ${{{}:{}}}", f.name, i + 1, super::hint(q.db, &f.ty)))
                .collect();
            let text =
                if fields.is_empty() { "{ $0 }".into() } else { format!("{{ {} }}", fields.join(", ")) };
            out.push(
                Proposal::new("{…}", Sort::Snippet).snippet(text).detail(schema.name.as_str()).rank(rank),
            );
        }
        Ty::Secret => {
            out.push(
                Proposal::new("secret", Sort::Function)
                    .snippet("secret(\"vault://${1:mount/path}#${2:key}\")")
                    .rank(rank),
            );
        }
        _ => {}
    }
}

fn members_of(q: &Question<'_>, e: ItemId, rank: u8, out: &mut Vec<Proposal>) {
    let schema = enum_schema(q.db, e);
    for (i, m) in schema.members.iter().enumerate() {
        let symbol = Symbol::Member(e, i as u32);
        let mut p = Proposal::new(m.name.as_str(), Sort::Member)
            .detail(schema.name.as_str())
            .rank(rank)
            .names(symbol);
        p.deprecated = m.deprecated.is_some();
        let called = q.after.starts_with('(');
        if let (Some(fields), false) = (&m.fields, called) {
            let wanted: Vec<String> = (fields.fields.iter().filter(|f| f.demanded()).enumerate())
                .map(|(i, f)| format!("{} = ${{{}:{}}}", f.name, i + 1, super::hint(q.db, &f.ty)))
                .collect();
            p.detail = format!("{}{}", schema.name, crate::about::params(q.db, fields));
            p = p.snippet(format!("{}({})$0", m.name, wanted.join(", ")));
        }
        out.push(p);
    }
}

/// Declarations of a kind that a `use` would bring.
fn imported(q: &Question<'_>, kind: ItemId, rank: u8, out: &mut Vec<Proposal>) {
    let all = ivs_model::modules(q.db);
    let wanted = &kind.key(q.db).name;
    let here: Vec<ItemId> = of_kind(q, Some(kind)).into_iter().map(|(_, i)| i).collect();
    for name in all.files.keys() {
        let module = Module::new(q.db, name.clone());
        if module == q.module || all.catalogues.contains(&module) {
            continue;
        }
        let index = module_index(q.db, module);
        for item in index.instances.iter().filter(|i| i.key(q.db).kind == *wanted) {
            if !here.contains(item) && !index.private.contains(item) && decl_kind(q.db, *item) == Some(kind) {
                let mut p = named(q, &item.key(q.db).name, *item).rank(rank);
                p.detail = format!("{wanted}, from {name}");
                p.import = Some(name.to_string());
                out.push(p);
            }
        }
    }
}

fn functions(q: &Question<'_>, out: &mut Vec<Proposal>) {
    let called = q.after.starts_with('(');
    for f in FUNCTIONS {
        let p = Proposal::new(f.name, Sort::Function).detail(f.signature).docs(f.doc).rank(6);
        let p = p.names(Symbol::Function(SmolStr::new_static(f.name)));
        out.push(if called { p } else { p.snippet(format!("{}($0)", f.name)) });
    }
    for (name, text) in [("secret", "secret(\"$0\")"), ("load", "load(\"$0\")"), ("attr", "attr($1, \"$0\")")]
    {
        let p =
            Proposal::new(name, Sort::Function).rank(7).names(Symbol::Function(SmolStr::new_static(name)));
        out.push(if called { p } else { p.snippet(text) });
    }
}

fn call_of(q: &Question<'_>, item: ItemId, name: &str) -> Proposal {
    let fields = ivs_model::fn_params(q.db, item);
    let params: Vec<String> = fields.iter().map(|f| format!("{}: {}", f.name, f.ty.show(q.db))).collect();
    let result = ivs_model::fn_result(q.db, item).map_or_else(String::new, |t| t.show(q.db));
    let p = named(q, name, item).detail(format!("({}) -> {result}", params.join(", ")));
    match q.after.starts_with('(') {
        true => p,
        false => p.snippet(format!("{name}($0)")),
    }
}

/// Parameters that are given by name.
fn arguments(q: &Question<'_>, trace: &Trace, callee: Span, given: &[SmolStr], out: &mut Vec<Proposal>) {
    for (name, detail) in crate::signature::parameters(q.db, trace, callee) {
        if !given.iter().any(|g| *g == name) {
            let p = Proposal::new(format!("{name} ="), Sort::Field).detail(detail);
            let follows = q.after.trim_start().starts_with('=');
            out.push(if follows { p.insert(name).rank(0) } else { p.insert(format!("{name} = ")).rank(0) });
        }
    }
}

/// What may follow a dot.
pub fn members(q: &Question<'_>, trace: &Trace, base: Span, words: &[SmolStr], out: &mut Vec<Proposal>) {
    let meant = trace.mentions.iter().filter(|m| m.span == base).map(|m| &m.symbol);
    for symbol in meant {
        match symbol {
            Symbol::Item(e) if e.key(q.db).keyword == "enum" => return members_of(q, *e, 1, out),
            Symbol::Item(k) if k.key(q.db).keyword == "kind" => {
                for (name, item) in of_kind(q, Some(*k)) {
                    out.push(named(q, &name, item).rank(1));
                }
                return;
            }
            _ => {}
        }
    }
    if let Some(ty) = &trace.base {
        parts(q, ty, out);
    }
    if out.is_empty() && !words.is_empty() {
        let Some(module) = module_named(q, words) else { return };
        let index = module_index(q.db, module);
        for item in &index.all {
            let key = item.key(q.db);
            let names = matches!(key.keyword, "decl" | "let" | "fn" | "enum" | "kind");
            if names && (module == q.module || !index.private.contains(item)) {
                out.push(named(q, &key.name, *item).rank(1));
            }
        }
        modules(q, words, out);
    }
}

/// What a selector may name: fields of what is gone through.
pub fn selected(q: &Question<'_>, trace: &Trace, out: &mut Vec<Proposal>) {
    if let Some(ty) = &trace.base {
        parts(q, ty, out);
    }
}

/// What can be read from a value of a type.
fn parts(q: &Question<'_>, ty: &Ty, out: &mut Vec<Proposal>) {
    let mut plain = |names: &[(&str, &str)]| {
        for (name, detail) in names {
            out.push(Proposal::new(*name, Sort::Field).detail(*detail).rank(1));
        }
    };
    match ty {
        Ty::Refined(r) => parts(q, &r.base, out),
        Ty::Opt(t) => parts(q, t, out),
        Ty::Struct(s) | Ty::Ref(s) => fields(q, &schema(q.db, *s).fields, out),
        Ty::RefTo(d) => fields(q, &ivs_model::decl_schema(q.db, *d).fields, out),
        Ty::Tagged(e, i) => {
            let schema = enum_schema(q.db, *e);
            if let Some(of) = schema.members.get(*i as usize).and_then(|m| m.fields.as_ref()) {
                fields(q, &of.fields, out);
            }
        }
        Ty::Enum(_) => plain(&[("name", "string"), ("text", "string")]),
        Ty::Range(t) => {
            let end = t.show(q.db);
            plain(&[("min", &end), ("max", &end)]);
        }
        Ty::ImageRef => plain(&[
            ("repository", "string"),
            ("registry", "string | none"),
            ("tag", "string | none"),
            ("digest", "string | none"),
        ]),
        Ty::Version => plain(&[("major", "int"), ("minor", "int"), ("patch", "int")]),
        Ty::Date => plain(&[("year", "int"), ("month", "int"), ("day", "int")]),
        Ty::AnyRef => {
            let kind = ivs_model::library_thing(q.db, "environment");
            let all = kind.map(|k| schema(q.db, k));
            let builtin = all.iter().flat_map(|s| s.fields.iter().filter(|f| f.builtin.is_some()));
            out.extend(builtin.map(|f| of_field(q, f).rank(1)));
        }
        Ty::Record(r) => {
            for (name, ty) in &r.fields {
                out.push(Proposal::new(name.as_str(), Sort::Field).detail(ty.show(q.db)).rank(1));
            }
        }
        Ty::Union(ts) => {
            let mut common: Option<Vec<Proposal>> = None;
            for t in ts.iter() {
                let mut of = Vec::new();
                parts(q, t, &mut of);
                common = Some(match common {
                    None => of,
                    Some(before) => {
                        before.into_iter().filter(|p| of.iter().any(|o| o.label == p.label)).collect()
                    }
                });
            }
            out.extend(common.unwrap_or_default());
        }
        _ => {}
    }
}

fn fields(q: &Question<'_>, all: &[Field], out: &mut Vec<Proposal>) {
    out.extend(all.iter().map(|f| of_field(q, f).rank(if f.builtin.is_some() { 2 } else { 1 })));
}

/// The module that words lead to.
pub fn module_named(q: &Question<'_>, words: &[SmolStr]) -> Option<Module> {
    let (root, rest) = words.split_first()?;
    let root = ivs_model::resolve(q.db, q.module, root.clone()).module?;
    let mut name = root.name(q.db).to_string();
    for word in rest {
        name.push('.');
        name.push_str(word);
    }
    let below = format!("{name}.");
    let files = &ivs_model::modules(q.db).files;
    let known = files.range(SmolStr::new(&name)..).next();
    known
        .is_some_and(|(m, _)| *m == name || m.starts_with(&below))
        .then(|| Module::new(q.db, SmolStr::from(name)))
}

/// Parts of paths that lead to modules.
pub fn modules(q: &Question<'_>, front: &[SmolStr], out: &mut Vec<Proposal>) {
    if front.is_empty() {
        for root in ivs_model::roots(q.db, q.module) {
            out.push(Proposal::new(root.as_str(), Sort::Module).rank(1));
        }
        return;
    }
    let below = format!("{}.", front.join("."));
    let files = &ivs_model::modules(q.db).files;
    let mut last = String::new();
    for (name, _) in files.range(SmolStr::new(&below)..).take_while(|(m, _)| m.starts_with(&below)) {
        let part = name.get(below.len()..).and_then(|r| r.split('.').next()).unwrap_or_default();
        if part != last {
            out.push(Proposal::new(part, Sort::Module).rank(2));
            last = part.to_owned();
        }
    }
    let module = Module::new(q.db, SmolStr::from(front.join(".")));
    if files.contains_key(module.name(q.db)) {
        module_items(q, front, &[], out);
        if !q.after.starts_with('{') && q.item.is_some_and(|i| i.key(q.db).keyword == "use") {
            out.push(
                Proposal::new("{…}", Sort::Snippet).snippet("{$0}").detail("names of the module").rank(1),
            );
        }
    }
}

/// What another module declares.
pub fn module_items(q: &Question<'_>, module: &[SmolStr], others: &[SmolStr], out: &mut Vec<Proposal>) {
    let module = Module::new(q.db, SmolStr::from(module.join(".")));
    let index = module_index(q.db, module);
    for item in &index.all {
        let key = item.key(q.db);
        let names = !matches!(key.keyword, "use" | "overlay" | "test" | "check" | "");
        if names && !index.private.contains(item) && !others.contains(&key.name) {
            out.push(named(q, &key.name, *item).rank(1));
        }
    }
}

/// Checks.
pub fn checks(q: &Question<'_>, out: &mut Vec<Proposal>) {
    let all = ivs_model::modules(q.db);
    for name in all.files.keys() {
        let module = Module::new(q.db, name.clone());
        if all.catalogues.contains(&module) {
            continue;
        }
        for check in &module_index(q.db, module).checks {
            let own = check.file(q.db).own(q.db);
            let code = ivs_eval::check_code(q.db, *check);
            let p = named(q, &check.key(q.db).name, *check).rank(if own { 1 } else { 2 });
            out.push(p.detail(if code.is_empty() { name.to_string() } else { format!("{code}, {name}") }));
        }
    }
}
