//! Another name for what a word names, in every file, if nothing changes its meaning by it.

use crate::find::{name_of, of_symbols};
use crate::place::{home, named};
use ivs_driver::Session;
use ivs_grammar::ITEM_WORDS;
use ivs_grammar::ast::Span;
use ivs_model::{Symbol, traced};
use ivs_source::{Db, Program, SourceFile, item_offset, item_text, items};
use smol_str::SmolStr;
use std::collections::{BTreeMap, BTreeSet};

/// Words that an expression cannot use as names.
const RESERVED: &[&str] = &[
    "if",
    "then",
    "else",
    "for",
    "in",
    "is",
    "and",
    "or",
    "not",
    "as",
    "matches",
    "where",
    "true",
    "false",
    "none",
    "self",
    "inherited",
    "it",
];

/// What is to be renamed: its word, absolute bytes, and what it is called.
///
/// # Errors
/// Why it cannot have another name, in a sentence.
pub fn prepare(db: &dyn Db, file: SourceFile, offset: u32) -> Result<(Span, String), String> {
    let named = named(db, file, offset).ok_or("there is no name here")?;
    let word = named.range.text(file.text(db)).trim_matches('"').to_owned();
    for symbol in &named.symbols {
        renamable(db, symbol)?;
    }
    if named.symbols.is_empty() {
        return Err("there is no name here".into());
    }
    let quoted = named.range.text(file.text(db)).starts_with('"');
    let range = match quoted {
        true => Span::new(named.range.start + 1, named.range.end - 1),
        false => named.range,
    };
    Ok((range, word))
}

fn renamable(db: &dyn Db, symbol: &Symbol) -> Result<(), String> {
    let name = name_of(db, symbol).unwrap_or_default();
    match symbol {
        Symbol::Builtin(_) => Err(format!("every declaration has a field `{name}`")),
        Symbol::Function(_) => Err(format!("`{name}` is a function of the language")),
        Symbol::This | Symbol::Inherited => Err(format!("`{name}` is a word of the language")),
        Symbol::Module(module) => Err(format!("the module `{}` is a folder: rename that", module.name(db))),
        Symbol::Item(_) | Symbol::Field(..) | Symbol::Member(..) | Symbol::Local(..) => {
            let home =
                home(db, symbol).ok_or_else(|| format!("it is not known where `{name}` is declared"))?;
            match home.file.own(db) {
                true => Ok(()),
                false => Err(format!(
                    "`{name}` is declared in `{}`, which is not the package's own",
                    home.file.module(db)
                )),
            }
        }
    }
}

/// The edits that give what a word names another name: by path of the file, absolute bytes. They were tried on a copy of
/// the package.
///
/// # Errors
/// Why it cannot have this name, in a sentence.
pub fn rename(
    session: &mut Session,
    file: SourceFile,
    offset: u32,
    new: &str,
) -> Result<BTreeMap<SmolStr, Vec<(Span, String)>>, String> {
    let db: &dyn Db = session.database();
    let (_, old) = prepare(db, file, offset)?;
    let named = named(db, file, offset).ok_or("there is no name here")?;
    allowed(&named.symbols, new)?;
    let mut edits: BTreeMap<SmolStr, Vec<(Span, String)>> = BTreeMap::new();
    if old == new {
        return Ok(edits);
    }
    for r in of_symbols(db, &named.symbols, false) {
        let text = r.place.range.text(r.place.file.text(db));
        // Under another name (`use … as`, the base unit of a dimension) it keeps that.
        if text.trim_matches('"') != old {
            continue;
        }
        let new = if text.starts_with('"') { format!("{new:?}") } else { new.to_owned() };
        edits.entry(r.place.file.path(db).clone()).or_default().push((r.place.range, new));
    }
    tried(session, &edits, &old, new)?;
    Ok(edits)
}

/// Whether a word can be the name of such a thing.
fn allowed(symbols: &[Symbol], new: &str) -> Result<(), String> {
    let mut rest = new.chars();
    let begins = rest.next().is_some_and(|c| c.is_ascii_alphabetic() || c == '_');
    let dashes = new.split('-').skip(1).all(|p| p.starts_with(|c: char| c.is_ascii_alphanumeric()));
    if !begins || !dashes || !rest.all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-') {
        return Err(format!("`{new}` is no name: a letter, then letters, digits, `_` and `-`"));
    }
    let field = symbols.iter().all(|s| matches!(s, Symbol::Field(..)));
    if !field && RESERVED.contains(&new) {
        return Err(format!("`{new}` is a word of the language"));
    }
    if symbols.iter().any(|s| matches!(s, Symbol::Item(_))) && ITEM_WORDS.contains(&new) {
        return Err(format!("`{new}` begins an item"));
    }
    Ok(())
}

/// What every word of the items that have one of two names in them leads to.
type Meanings = BTreeSet<(SmolStr, u32, Vec<(SmolStr, u32)>)>;

/// Applies the edits to a copy: every word has to lead where it led before, and nothing new may be wrong.
fn tried(
    session: &mut Session,
    edits: &BTreeMap<SmolStr, Vec<(Span, String)>>,
    old: &str,
    new: &str,
) -> Result<(), String> {
    // What was found before is known already.
    let wrong = counted(session);
    let db: &dyn Db = session.database();
    let moved = |path: &SmolStr, offset: u32| -> u32 {
        let before = edits.get(path).into_iter().flatten().filter(|(s, _)| s.start < offset);
        let grown =
            before.fold(i64::from(offset), |at, (s, t)| at + t.len() as i64 - i64::from(s.end - s.start));
        u32::try_from(grown).unwrap_or(offset)
    };
    let before = meanings(db, old, new, &moved);
    let mut copy = session.fork();
    for (path, edits) in edits {
        let Some(file) = crate::place::file(db, path) else { continue };
        let edits: Vec<(usize, usize, &str)> =
            edits.iter().map(|(s, t)| (s.start as usize, s.end as usize, t.as_str())).collect();
        let text = ivs_driver::apply_edits(file.text(db), &edits).ok_or("the places overlap")?;
        copy.set_text(path, &text);
    }
    let after = meanings(copy.database(), old, new, &|_, offset| offset);
    if let Some((path, offset, _)) = before.symmetric_difference(&after).next() {
        let fresh = copy.database();
        let text = crate::place::file(fresh, path).map(|f| f.text(fresh).clone()).unwrap_or_default();
        let line = text.get(..*offset as usize).map_or(1, |t| t.matches('\n').count() + 1);
        return Err(format!("with the name `{new}`, line {line} of `{path}` would mean something else"));
    }
    let found = counted(&mut copy);
    match found.iter().find(|(code, n)| wrong.get(*code).is_none_or(|before| before < n)) {
        Some((code, _)) => {
            let all = copy.survey().diagnostics;
            let message =
                all.iter().find(|d| d.code == *code).map_or_else(String::new, |d| d.message.clone());
            Err(format!("with the name `{new}`, something is wrong: {message} ({code})"))
        }
        None => Ok(()),
    }
}

/// How often each code is found.
fn counted(session: &mut Session) -> BTreeMap<&'static str, usize> {
    let mut out = BTreeMap::new();
    for d in session.survey().diagnostics {
        *out.entry(d.code).or_insert(0) += 1;
    }
    out
}

fn meanings(db: &dyn Db, old: &str, new: &str, moved: &dyn Fn(&SmolStr, u32) -> u32) -> Meanings {
    let mut out = Meanings::new();
    for &file in Program::get(db).files(db).iter().filter(|f| f.own(db)) {
        let text = file.text(db);
        if !text.contains(old) && !text.contains(new) {
            continue;
        }
        for item in &items(db, file).ids {
            let text = item_text(db, *item);
            if !text.contains(old) && !text.contains(new) {
                continue;
            }
            let base = item_offset(db, *item);
            let trace = traced(db, *item);
            let mut words: BTreeMap<u32, Vec<(SmolStr, u32)>> = BTreeMap::new();
            for m in &trace.mentions {
                let target = match home(db, &m.symbol) {
                    Some(p) if p.file.own(db) => {
                        let path = p.file.path(db).clone();
                        let at = moved(&path, p.range.start);
                        (path, at)
                    }
                    Some(p) => (p.file.path(db).clone(), p.range.start),
                    None => (name_of(db, &m.symbol).unwrap_or_default(), 0),
                };
                words.entry(m.span.start + base).or_default().push(target);
            }
            for (at, mut targets) in words {
                targets.sort();
                targets.dedup();
                out.insert((file.path(db).clone(), moved(file.path(db), at), targets));
            }
        }
    }
    out
}
