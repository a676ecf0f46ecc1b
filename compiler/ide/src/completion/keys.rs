//! Keys of blocks: fields, keys of maps, statements.

use super::{In, Proposal, Question, Sort, hint, is_word};
use crate::tree::{around, bodies};
use ivs_grammar::ast::ItemKind;
use ivs_model::{BlockKeys, Field, MARKER, Symbol, Trace, Ty};
use ivs_value::Value;
use smol_str::SmolStr;

pub fn complete(
    q: &Question<'_>,
    trace: &Trace,
    of: In,
    second: bool,
    others: &[SmolStr],
    outermost: bool,
    out: &mut Vec<Proposal>,
) {
    match of {
        In::Check => return words(&["require", "let", "code", "severity"], out),
        In::Require => return words(&["message", "help", "severity", "at", "fix"], out),
        In::Definition => return words(&["require", "let"], out),
        In::Declaration | In::Template => {}
    }
    let here = trace.blocks.iter().filter(|(s, _)| s.start <= q.at && q.at <= s.end);
    let Some((_, keys)) = here.min_by_key(|(s, _)| s.end - s.start) else {
        return;
    };
    let follows = follows(q);
    match keys {
        BlockKeys::Fields(schema) => {
            for field in schema.fields.iter().filter(|f| !others.contains(&f.name)) {
                out.push(of_field(q, field, follows));
            }
        }
        BlockKeys::Map(key, value) => of_map(q, key, value, second, others, follows, out),
    }
    if !second {
        statements(outermost, out);
    }
}

/// Whether the key is followed by what it is set to already.
fn follows(q: &Question<'_>) -> bool {
    let rest = q.after.trim_start();
    rest.starts_with('=') || rest.starts_with('{') || rest.starts_with("+=") || rest.starts_with(':')
}

fn of_field(q: &Question<'_>, field: &Field, follows: bool) -> Proposal {
    let symbol = match field.owner {
        Some((item, ordinal)) => Symbol::Field(item, ordinal),
        None => Symbol::Builtin(field.name.clone()),
    };
    let mut detail = field.read_ty().show(q.db);
    if field.demanded() {
        detail.push_str(", required");
    }
    let rank = match field {
        f if f.demanded() => 1,
        f if f.builtin.is_some() => 4,
        _ => 2,
    };
    let mut proposal =
        Proposal::new(field.name.as_str(), Sort::Field).detail(detail).rank(rank).names(symbol);
    proposal.deprecated = field.deprecated.is_some();
    if proposal.deprecated {
        proposal.rank = 8;
    }
    match follows {
        true => proposal,
        false => {
            let text = set(q, &field.name, &field.ty);
            proposal.snippet(text)
        }
    }
}

/// What sets a field or key of a type.
fn set(q: &Question<'_>, name: &str, ty: &Ty) -> String {
    match ty.core() {
        Ty::Struct(s) => {
            let schema = ivs_model::schema(q.db, *s);
            let needed: Vec<&Field> = schema.fields.iter().filter(|f| f.demanded()).collect();
            let fields = needed
                .iter()
                .enumerate()
                .map(|(i, f)| format!("{} = ${{{}:{}}}", f.name, i + 1, hint(q.db, &f.ty)));
            let fields: Vec<String> = fields.collect();
            match fields.is_empty() {
                true => format!("{name} {{ $0 }}"),
                false => format!("{name} {{ {} }}$0", fields.join(", ")),
            }
        }
        Ty::Object | Ty::LateObject => format!("{name} {{ $0 }}"),
        Ty::Map(kv) if matches!(kv.1.core(), Ty::Struct(_)) => {
            format!("{name} ${{1:{}}} {{ $0 }}", hint(q.db, &kv.0))
        }
        Ty::Map(kv) => format!("{name} ${{1:{}}} = $0", hint(q.db, &kv.0)),
        Ty::List(_) => format!("{name} = [$0]"),
        _ => format!("{name} = $0"),
    }
}

fn of_map(
    q: &Question<'_>,
    key: &Ty,
    value: &Ty,
    second: bool,
    others: &[SmolStr],
    follows: bool,
    out: &mut Vec<Proposal>,
) {
    let fresh = |name: &SmolStr| !others.contains(name);
    let finished = |p: Proposal, name: &str| match follows {
        true => p,
        false => p.snippet(set(q, name, value)),
    };
    match key.core() {
        Ty::Enum(e) => {
            let schema = ivs_model::enum_schema(q.db, *e);
            for (i, m) in schema.members.iter().enumerate().filter(|(_, m)| fresh(&m.name)) {
                let p = Proposal::new(m.name.as_str(), Sort::Member).detail(schema.name.as_str());
                out.push(finished(p.rank(1).names(Symbol::Member(*e, i as u32)), &m.name));
            }
        }
        Ty::Ref(kind) => {
            for (name, item) in super::names::of_kind(q, Some(*kind)) {
                if fresh(&name) {
                    let p = super::names::named(q, &name, item).rank(1);
                    out.push(finished(p, &name));
                }
            }
        }
        _ => {
            let Some((decl, path)) = path(q, second) else { return };
            for name in set_below(q, decl, &path).into_iter().filter(|n| fresh(n) && *n != q.word) {
                let label = if is_word(&name) { name.to_string() } else { format!("{name:?}") };
                let p = Proposal::new(label.clone(), Sort::Key).detail(value.show(q.db)).rank(1);
                out.push(finished(p, &label));
            }
            for field in crate::schema::fields(q.db, decl, &path) {
                let name = SmolStr::new(&field.name);
                if !fresh(&name) {
                    continue;
                }
                let label = if is_word(&name) { field.name.clone() } else { format!("{:?}", field.name) };
                let about = crate::schema::about(&field);
                let p = Proposal::new(label.clone(), Sort::Field)
                    .detail(if field.required { format!("{}, required", field.ty) } else { field.ty.clone() })
                    .docs(format!("{}\n\n{}", about.of, about.docs))
                    .rank(if field.required { 1 } else { 2 });
                out.push(match (follows, field.ty.as_str()) {
                    (true, _) => p,
                    (false, "object") => p.snippet(format!("{label} {{ $0 }}")),
                    (false, ty) if ty.starts_with('[') => p.snippet(format!("{label} = [$0]")),
                    (false, ty) if ty.starts_with('{') => p.snippet(format!("{label} {{ $0 }}")),
                    (false, "string") => p.snippet(format!("{label} = \"$0\"")),
                    (false, _) => p.snippet(format!("{label} = $0")),
                });
            }
        }
    }
}

/// The declaration that is written or amended, and the keys of the blocks around the marker.
pub fn path(q: &Question<'_>, second: bool) -> Option<(ivs_source::ItemId, Vec<SmolStr>)> {
    let head = q.text.get(..q.at as usize)?;
    let closers = crate::lex::lex(head).closers;
    let text = format!("{head}{MARKER} = 0{closers}");
    let chunk = ivs_grammar::parse(&text);
    let tree = chunk.items.first()?;
    let item = q.item?;
    let all = bodies(q.db, item, tree);
    let body =
        all.iter().find(|b| b.block.span.start < q.at && q.at <= b.block.span.end).or(match &tree.kind {
            ItemKind::Decl(_) => all.first(),
            _ => None,
        })?;
    let mut path = around(body.block, q.at);
    if second {
        let steps = crate::tree::steps(body.block);
        let entry = steps.iter().find(|s| s.path.last().is_some_and(|k| k == MARKER))?;
        let (_, front) = entry.path.split_last()?;
        path = front.to_vec();
    }
    Some((body.decl, path))
}

/// The keys that a map has in the base, or by what is derived from.
fn set_below(q: &Question<'_>, decl: ivs_source::ItemId, path: &[SmolStr]) -> Vec<SmolStr> {
    let env = ivs_eval::Env::new(q.db, SmolStr::default());
    let Some(inst) = ivs_eval::instances(q.db, env, decl).into_iter().next() else { return Vec::new() };
    let key = ivs_eval::PathKey::of(path.iter().map(SmolStr::as_str));
    match ivs_eval::value(q.db, env, inst, key) {
        Value::Map(m) => m.entries.iter().map(|(k, _)| ivs_eval::key_text(k)).collect(),
        _ => Vec::new(),
    }
}

fn statements(outermost: bool, out: &mut Vec<Proposal>) {
    let all: &[(&str, &str, &str)] = &[
        ("when", "when ${1:condition} { $0 }", "Entries that apply if a condition holds."),
        ("let", "let ${1:name} = $0", "A local name: not overridable, not emitted."),
        ("final", "final $0", "Later layers may not set it."),
        ("remove", "remove ${1:map} $0", "Takes a key out of a map that a layer below sets."),
        ("require", "require ${1:condition} { message = \"$0\" }", "What has to hold for this declaration."),
    ];
    for (name, text, docs) in all {
        if *name == "require" && !outermost {
            continue;
        }
        out.push(Proposal::new(*name, Sort::Keyword).snippet(*text).docs(*docs).rank(6));
    }
}

fn words(words: &[&str], out: &mut Vec<Proposal>) {
    for w in words {
        let p = Proposal::new(*w, Sort::Keyword).rank(1);
        out.push(match *w {
            "require" => p.snippet("require ${1:condition} {\n  message = \"$0\"\n}"),
            "let" => p.snippet("let ${1:name} = $0"),
            "at" => p.snippet("at $0"),
            "fix" => p.snippet("fix ${1:path} = $0"),
            "code" | "message" | "help" => p.snippet(format!("{w} = \"$0\"")),
            _ => p.snippet(format!("{w} = $0")),
        });
    }
}
