//! Every place that names the same thing.

use crate::place::{Location, item_at, named};
use crate::tree::{bodies, steps};
use ivs_grammar::ast::Span;
use ivs_model::{Symbol, traced};
use ivs_source::{Db, ItemId, Origin, Program, SourceFile, item_offset, item_text, items, parse_item};
use smol_str::SmolStr;

/// How a place uses what it names.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Use {
    /// The name is given here.
    Defines,
    /// The field or key is set here.
    Sets,
    /// It is read, or named otherwise.
    Reads,
}

/// A place that names something.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Reference {
    /// The word.
    pub place: Location,
    /// How.
    pub how: Use,
}

/// Every place that names what the word at an offset names, by file and place. Those in the library only where both are
/// the library's.
pub fn references(db: &dyn Db, file: SourceFile, offset: u32, declaration: bool) -> Vec<Reference> {
    let Some(named) = named(db, file, offset) else { return Vec::new() };
    let mut out = of_symbols(db, &named.symbols, file.library(db));
    if !declaration {
        out.retain(|r| r.how != Use::Defines);
    }
    out
}

/// The places of the same file that name what the word at an offset names.
pub fn highlight(db: &dyn Db, file: SourceFile, offset: u32) -> Vec<Reference> {
    let Some(named) = named(db, file, offset) else { return Vec::new() };
    let mut out = Vec::new();
    for symbol in &named.symbols {
        in_file(db, file, symbol, &spellings(db, symbol), &mut out);
    }
    out.sort_by_key(|r| (r.place.file.path(db).clone(), r.place.range, r.how));
    out.dedup();
    out
}

/// Every place that names one of some symbols.
pub fn of_symbols(db: &dyn Db, symbols: &[Symbol], library: bool) -> Vec<Reference> {
    let mut out = Vec::new();
    for symbol in symbols {
        let names = spellings(db, symbol);
        for &file in Program::get(db).files(db).iter() {
            if file.origin(db) == Origin::Library && !library {
                // Its own declaration is shown, and no more of the library.
                if let Some(home) = crate::place::home(db, symbol)
                    && home.file == file
                {
                    out.push(Reference { place: home, how: Use::Defines });
                }
                continue;
            }
            in_file(db, file, symbol, &names, &mut out);
        }
    }
    out.sort_by_key(|r| (r.place.file.path(db).clone(), r.place.range, r.how));
    out.dedup();
    out
}

fn in_file(db: &dyn Db, file: SourceFile, symbol: &Symbol, names: &[SmolStr], out: &mut Vec<Reference>) {
    let says = |text: &str| names.iter().any(|n| text.contains(n.as_str()));
    if !says(file.text(db)) {
        return;
    }
    match symbol {
        // Nothing outside of its item, and of what amends that, can name it.
        Symbol::Local(item, _) if item.file(db) == file && item.key(db).keyword != "decl" => {
            in_item(db, *item, symbol, out);
        }
        _ => {
            for item in &items(db, file).ids {
                if says(item_text(db, *item)) {
                    in_item(db, *item, symbol, out);
                }
            }
        }
    }
}

fn in_item(db: &dyn Db, item: ItemId, symbol: &Symbol, out: &mut Vec<Reference>) {
    let trace = traced(db, item);
    if !trace.mentions.iter().any(|m| m.symbol == *symbol) {
        return;
    }
    let base = item_offset(db, item);
    let set = keys_set(db, item);
    for m in trace.mentions.iter().filter(|m| m.symbol == *symbol) {
        let range = Span::new(m.span.start + base, m.span.end + base);
        let place = Location { file: item.file(db), range, full: range };
        let how = match m.defines {
            true => Use::Defines,
            false if set.contains(&m.span) => Use::Sets,
            false => Use::Reads,
        };
        out.push(Reference { place, how });
    }
}

/// The keys that an item sets.
fn keys_set(db: &dyn Db, item: ItemId) -> Vec<Span> {
    let parsed = parse_item(db, item);
    let Some(tree) = parsed.item() else { return Vec::new() };
    let all = bodies(db, item, tree);
    all.iter().flat_map(|b| steps(b.block)).map(|s| s.key).collect()
}

/// Every way that a symbol is written: a check by its code, too.
fn spellings(db: &dyn Db, symbol: &Symbol) -> Vec<SmolStr> {
    let code = match symbol {
        Symbol::Item(item) if item.key(db).keyword == "check" => {
            Some(SmolStr::new_static(ivs_eval::check_code(db, *item)))
        }
        _ => None,
    };
    name_of(db, symbol).into_iter().chain(code).collect()
}

/// How a symbol is written.
pub fn name_of(db: &dyn Db, symbol: &Symbol) -> Option<SmolStr> {
    Some(match symbol {
        Symbol::Item(item) => match item.key(db).keyword {
            "dimension" => return unit_or_name(db, *item),
            _ => item.key(db).name.clone(),
        },
        Symbol::Field(item, ordinal) => crate::goto::field(db, *item, *ordinal)?.name,
        Symbol::Builtin(name) | Symbol::Function(name) => name.clone(),
        Symbol::Member(item, index) => {
            ivs_model::enum_schema(db, *item).members.get(*index as usize)?.name.clone()
        }
        Symbol::Local(item, span) => SmolStr::new(span.text(item_text(db, *item))),
        Symbol::Module(module) => {
            let name = module.name(db);
            SmolStr::new(name.rsplit('.').next().unwrap_or(name))
        }
        Symbol::This => SmolStr::new_static("self"),
        Symbol::Inherited => SmolStr::new_static("inherited"),
    })
}

/// A dimension is named by its own name and by its base unit; the shorter is looked for, as it is most often in the other.
fn unit_or_name(db: &dyn Db, item: ItemId) -> Option<SmolStr> {
    let unit = ivs_model::unit_def(db, item).as_ref().map(|u| u.name.clone());
    let name = item.key(db).name.clone();
    match unit {
        Some(unit) if name.contains(unit.as_str()) => Some(unit),
        _ => Some(name),
    }
}

/// The places of a local name in its item, all of which are edited at once: of a loop's variable or a `let`.
pub fn linked(db: &dyn Db, file: SourceFile, offset: u32) -> Vec<Span> {
    let Some(named) = named(db, file, offset) else { return Vec::new() };
    let [symbol @ Symbol::Local(item, _)] = named.symbols.as_slice() else { return Vec::new() };
    let Some(at) = item_at(db, file, offset).filter(|a| a.item == *item) else { return Vec::new() };
    let mut spans: Vec<Span> = named
        .trace
        .mentions
        .iter()
        .filter(|m| m.symbol == *symbol)
        .map(|m| Span::new(m.span.start + at.base, m.span.end + at.base))
        .collect();
    spans.sort();
    spans.dedup();
    spans
}
