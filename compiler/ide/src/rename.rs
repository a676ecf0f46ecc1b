//! Another name for what a word names, in every file, if nothing changes its meaning by it.

use crate::find::name_of;
use crate::place::{home, named};
use ivs_driver::Session;
use ivs_grammar::ITEM_WORDS;
use ivs_grammar::ast::Span;
use ivs_model::{Symbol, traced};
use ivs_source::{Db, Program, SourceFile, item_offset, item_text, items};
use smol_str::SmolStr;
use std::collections::{BTreeMap, BTreeSet};

/// How many of the files that hold a name are typed and evaluated under the new one. In all others every word still leads
/// where it led; what a value makes of the name shows where it is declared and in a few that mention it.
const CLOSE: usize = 32;

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
    let files = mentioning(db, &old, new);
    let found = session.each(&files, |db, file| words(db, *file, &old, new));
    let before: Vec<(SourceFile, Vec<Word>)> = files.into_iter().zip(found).collect();
    for (file, words) in &before {
        // Under another name (`use … as`, the base unit of a dimension) it keeps that: such words are not the old name.
        let hits = words.iter().filter(|w| w.spelled == old && named.symbols.contains(&w.symbol));
        let mut places: Vec<Span> = hits.map(|w| w.range).collect();
        places.dedup();
        if !places.is_empty() {
            let text = file.text(db);
            let quoted = |s: &Span| s.text(text).starts_with('"');
            let edit = |s: Span| (s, if quoted(&s) { format!("{new:?}") } else { new.to_owned() });
            edits.insert(file.path(db).clone(), places.into_iter().map(edit).collect());
        }
    }
    let mut homes: Vec<SmolStr> =
        named.symbols.iter().filter_map(|s| home(db, s)).map(|h| h.file.path(db).clone()).collect();
    homes.dedup();
    tried(session, &before, homes, &edits, &old, new)?;
    Ok(edits)
}

/// The package's files that hold one of two names.
fn mentioning(db: &dyn Db, old: &str, new: &str) -> Vec<SourceFile> {
    let files = Program::get(db).files(db).iter().copied();
    let holds = |f: &SourceFile| f.own(db) && (f.text(db).contains(old) || f.text(db).contains(new));
    files.filter(holds).collect()
}

/// A word that is spelled like one of two names.
struct Word {
    /// Absolute.
    range: Span,
    /// Without quotes.
    spelled: SmolStr,
    /// What it leads to, as one of several where it means several things.
    symbol: Symbol,
}

/// The words of a file that are spelled like one of two names, in order. What a name leads to depends on its spelling:
/// others keep their meaning, unless one of these changes its own.
fn words(db: &dyn Db, file: SourceFile, old: &str, new: &str) -> Vec<Word> {
    let mut out = Vec::new();
    for item in &items(db, file).ids {
        let text = item_text(db, *item);
        if !text.contains(old) && !text.contains(new) {
            continue;
        }
        let base = item_offset(db, *item);
        let trace = traced(db, *item);
        for m in &trace.mentions {
            let spelled = m.span.text(text).trim_matches('"');
            if spelled == old || spelled == new {
                let range = Span::new(m.span.start + base, m.span.end + base);
                out.push(Word { range, spelled: spelled.into(), symbol: m.symbol.clone() });
            }
        }
    }
    out.sort_by_key(|w| w.range);
    out
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

/// Where words of a file lead: by their place, the path and place of what they name, or what it is called.
type Meanings = BTreeSet<(u32, SmolStr, u32)>;

/// Applies the edits to a copy: every word has to lead where it led before, and nothing new may be wrong.
fn tried(
    session: &mut Session,
    before: &[(SourceFile, Vec<Word>)],
    homes: Vec<SmolStr>,
    edits: &BTreeMap<SmolStr, Vec<(Span, String)>>,
    old: &str,
    new: &str,
) -> Result<(), String> {
    let db: &dyn Db = session.database();
    let moved = |path: &SmolStr, offset: u32| -> u32 {
        let before = edits.get(path).into_iter().flatten().filter(|(s, _)| s.start < offset);
        let grown =
            before.fold(i64::from(offset), |at, (s, t)| at + t.len() as i64 - i64::from(s.end - s.start));
        u32::try_from(grown).unwrap_or(offset)
    };
    let mut copy = session.fork();
    for (path, edits) in edits {
        let Some(file) = crate::place::file(db, path) else { continue };
        let edits: Vec<(usize, usize, &str)> =
            edits.iter().map(|(s, t)| (s.start as usize, s.end as usize, t.as_str())).collect();
        let text = ivs_driver::apply_edits(file.text(db), &edits).ok_or("the places overlap")?;
        copy.set_text(path, &text);
    }
    let then = session.each(before, |db, (file, known)| meanings(db, file.path(db), known, &moved));
    let fresh: &dyn Db = copy.database();
    let by_path: BTreeMap<&SmolStr, SourceFile> = Program::get(fresh)
        .files(fresh)
        .iter()
        .filter(|f| f.own(fresh))
        .map(|f| (f.path(fresh), *f))
        .collect();
    let pairs: Vec<_> = before
        .iter()
        .zip(&then)
        .filter_map(|((f, _), then)| Some((*by_path.get(f.path(db))?, then)))
        .collect();
    let changed = copy.each(&pairs, |fresh, (file, then)| {
        let path = file.path(fresh);
        let now = meanings(fresh, path, &words(fresh, *file, old, new), &|_, offset| offset);
        let (offset, ..) = then.symmetric_difference(&now).next()?;
        let line = file.text(fresh).get(..*offset as usize).map_or(1, |t| t.matches('\n').count() + 1);
        Some(format!("with the name `{new}`, line {line} of `{path}` would mean something else"))
    });
    if let Some(why) = changed.into_iter().flatten().next() {
        return Err(why);
    }
    // Where it is declared first: only a few files are looked at closely.
    let mut paths = homes;
    for (file, _) in before {
        if !paths.contains(file.path(db)) {
            paths.push(file.path(db).clone());
        }
    }
    let counted = |session: &mut Session| {
        let found = session.glance_at(&paths, CLOSE).diagnostics;
        let mut codes: BTreeMap<&'static str, usize> = BTreeMap::new();
        found.iter().for_each(|d| *codes.entry(d.code).or_default() += 1);
        (found, codes)
    };
    let (_, wrong) = counted(session);
    let (found, codes) = counted(&mut copy);
    match codes.iter().find(|(code, n)| wrong.get(*code).is_none_or(|before| before < n)) {
        Some((code, _)) => {
            let message = found.iter().find(|d| d.code == *code).map_or("", |d| &d.message);
            Err(format!("with the name `{new}`, something is wrong: {message} ({code})"))
        }
        None => Ok(()),
    }
}

fn meanings(db: &dyn Db, path: &SmolStr, words: &[Word], moved: &dyn Fn(&SmolStr, u32) -> u32) -> Meanings {
    let meaning = |w: &Word| {
        let (target, at) = match home(db, &w.symbol) {
            Some(p) if p.file.own(db) => {
                let path = p.file.path(db);
                (path.clone(), moved(path, p.range.start))
            }
            Some(p) => (p.file.path(db).clone(), p.range.start),
            None => (name_of(db, &w.symbol).unwrap_or_default(), 0),
        };
        (moved(path, w.range.start), target, at)
    };
    words.iter().map(meaning).collect()
}
