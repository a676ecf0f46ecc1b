//! Dimensions and units: what a spelling such as `10_000req/min` measures.

use crate::names::{Module, item_module, library, module_index, resolve, use_targets};
use ivs_grammar::ast::{BinaryOp, Expr, ExprKind, ItemKind, NumberLit, UnaryOp};
use ivs_source::{Db, ItemId, parse_item};
use ivs_value::{Dim, Number, Unit};
use rustc_hash::FxHashMap;
use smol_str::SmolStr;
use std::sync::Arc;

/// A unit that an item declares (for a `dimension`, its base unit).
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct UnitDef {
    /// Its spelling.
    pub name: SmolStr,
    /// What it measures.
    pub dim: Dim,
    /// How many base units it is.
    pub factor: Number,
    /// Whether a plain number counts it (`@bare`).
    pub bare: bool,
}

fn no_unit(_: &dyn Db, _: salsa::Id, _: ItemId) -> Option<UnitDef> {
    None
}

/// The unit of a `unit` or `dimension` item; `None` if it is broken (reported by [`crate::typed`]).
#[salsa::tracked(returns(ref), cycle_result = no_unit)]
pub fn unit_def(db: &dyn Db, item: ItemId) -> Option<UnitDef> {
    let parsed = parse_item(db, item);
    let tree = parsed.item()?;
    match &tree.kind {
        ItemKind::Dimension { name, base } => Some(UnitDef {
            name: base.text.clone(),
            dim: Dim::base(name.text.clone()),
            factor: Number::ONE,
            bare: tree.attrs.iter().any(|a| a.name.text == "bare"),
        }),
        ItemKind::Unit { name, dimension, value } => {
            let module = item_module(db, item);
            let wanted =
                dimension.as_ref().and_then(|p| p.words.last()).map(|w| dimension_named(db, module, &w.text));
            let wanted = match wanted {
                Some(None) => return None,
                Some(Some(d)) => Some(d),
                None => None,
            };
            let (dim, factor) = match (value, wanted) {
                // A unit of money without a value converts to no other: a currency.
                (None, Some(of)) if of == Dim::money() => (of, Number::ONE),
                (None, Some(_)) => return None,
                (None, None) => (Dim::base(name.text.clone()), Number::ONE),
                (Some(e), wanted) => {
                    let made = constant(db, module, e, wanted.as_ref())?;
                    if wanted.is_some_and(|w| w != made.0) {
                        return None;
                    }
                    made
                }
            };
            Some(UnitDef { name: name.text.clone(), dim, factor, bare: false })
        }
        _ => None,
    }
}

/// The dimension of this name: declared, or that of a counted unit.
pub(crate) fn dimension_named(db: &dyn Db, module: Module, name: &SmolStr) -> Option<Dim> {
    let found = resolve(db, module, name.clone());
    let dimension = found.units.iter().find(|u| u.key(db).keyword == "dimension");
    if dimension.is_some() {
        return Some(Dim::base(name.clone()));
    }
    let unit = found.units.first()?;
    let def = unit_def(db, *unit).as_ref()?;
    (def.factor == Number::ONE).then(|| def.dim.clone())
}

/// A unit's value: numbers, units, and `* / -` between them.
fn constant(db: &dyn Db, module: Module, e: &Expr, want: Option<&Dim>) -> Option<(Dim, Number)> {
    match &e.kind {
        ExprKind::Paren(e) => constant(db, module, e, want),
        ExprKind::Number(n) => {
            let number = Number::parse(&n.digits)?;
            let candidates = literal_units(db, module, n);
            let unit = match (candidates.len(), &n.unit, &n.currency) {
                (_, None, None) => return Some((Dim::default(), number)),
                _ => pick(candidates, want).ok()?,
            };
            Some((unit.dim.clone(), number.mul(&unit.factor)?))
        }
        ExprKind::Unary { op: UnaryOp::Neg, operand, .. } => {
            let (d, n) = constant(db, module, operand, want)?;
            Some((d, Number::ZERO.sub(&n)?))
        }
        ExprKind::Binary { first, rest } => {
            let mut acc = constant(db, module, first, want)?;
            for r in rest {
                let (d, n) = constant(db, module, &r.expr, None)?;
                acc = match r.op {
                    BinaryOp::Mul => (acc.0.mul(&d)?, acc.1.mul(&n)?),
                    BinaryOp::Div => (acc.0.div(&d)?, acc.1.div(&n)?),
                    _ => return None,
                };
            }
            Some(acc)
        }
        _ => None,
    }
}

fn no_base_units(_: &dyn Db, _: salsa::Id, _: Module) -> FxHashMap<SmolStr, ItemId> {
    FxHashMap::default()
}

fn no_library_units(_: &dyn Db, _: salsa::Id) -> FxHashMap<SmolStr, ItemId> {
    FxHashMap::default()
}

fn no_units_named(_: &dyn Db, _: salsa::Id, _: Module, _: SmolStr) -> Vec<ItemId> {
    Vec::new()
}

fn no_meanings(_: &dyn Db, _: salsa::Id, _: Module, _: &'static str, _: SmolStr, _: bool) -> Vec<Arc<Unit>> {
    // A unit that is made of itself measures nothing.
    Vec::new()
}

/// Base units by spelling, of the dimensions that a module declares.
#[salsa::tracked(returns(ref), cycle_result = no_base_units)]
fn base_units(db: &dyn Db, module: Module) -> FxHashMap<SmolStr, ItemId> {
    let index = module_index(db, module);
    let mut dims: Vec<&ItemId> = index.dimensions.values().flatten().collect();
    dims.sort();
    dims.into_iter().filter_map(|&d| Some((unit_def(db, d).as_ref()?.name.clone(), d))).collect()
}

/// Whether a module declares a dimension with this base unit.
pub(crate) fn declares_base(db: &dyn Db, module: Module, unit: &SmolStr) -> bool {
    base_units(db, module).contains_key(unit)
}

#[salsa::tracked(returns(ref), cycle_result = no_library_units)]
fn library_base_units(db: &dyn Db) -> FxHashMap<SmolStr, ItemId> {
    let mut all = FxHashMap::default();
    for &m in &crate::names::modules(db).library {
        all.extend(base_units(db, m).iter().map(|(k, v)| (k.clone(), *v)));
    }
    all
}

/// What one word of a unit may mean in a module.
#[salsa::tracked(returns(ref), cycle_result = no_units_named)]
pub(crate) fn units_named(db: &dyn Db, module: Module, name: SmolStr) -> Vec<ItemId> {
    let mut found: Vec<ItemId> = resolve(db, module, name.clone())
        .units
        .iter()
        .filter(|u| u.key(db).keyword == "unit")
        .copied()
        .collect();
    found.extend(base_units(db, module).get(&name));
    for &item in &module_index(db, module).uses {
        for target in use_targets(db, item).iter() {
            found.extend(base_units(db, target.module).get(&name));
        }
    }
    let library = library(db).units.get(&name).into_iter().flatten().filter(|u| u.key(db).keyword == "unit");
    found.extend(library);
    found.extend(library_base_units(db).get(&name));
    found.sort();
    found.dedup();
    found
}

/// Every meaning of a unit's spelling in a module, e.g. of `m`: milli-cores and metres.
#[salsa::tracked(returns(ref), cycle_result = no_meanings)]
pub(crate) fn unit_meanings(
    db: &dyn Db,
    module: Module,
    currency: &'static str,
    text: SmolStr,
    per: bool,
) -> Vec<Arc<Unit>> {
    let mut meanings: Vec<Unit> = vec![Unit::plain()];
    let words: Vec<&str> = text.split('/').filter(|w| !w.is_empty()).collect();
    let all = (!currency.is_empty()).then_some((currency, false)).into_iter();
    let all = all.chain(words.iter().enumerate().map(|(i, w)| (*w, per || i > 0)));
    for (word, divides) in all {
        let mut next = Vec::new();
        for item in units_named(db, module, SmolStr::new(word)) {
            let Some(def) = unit_def(db, *item) else { continue };
            let one = Unit::new(def.name.clone(), def.factor.clone(), def.dim.clone());
            for m in &meanings {
                let unit = if divides { m.div(&one) } else { m.mul(&one) };
                let Some(unit) = unit else { continue };
                // One unit may be known by several ways: as its dimension's base and through a `use`.
                if !next.contains(&unit) {
                    next.push(unit);
                }
            }
        }
        meanings = next;
    }
    meanings.into_iter().map(Arc::new).collect()
}

/// Every meaning of a literal's unit; empty without a unit.
pub(crate) fn literal_units<'db>(db: &'db dyn Db, module: Module, n: &NumberLit) -> &'db [Arc<Unit>] {
    match (&n.unit, n.currency) {
        (None, None) => &[],
        (None, Some(c)) => unit_meanings(db, module, c, SmolStr::default(), false),
        (Some(u), c) => unit_meanings(db, module, c.unwrap_or(""), u.text.clone(), u.per || c.is_some()),
    }
}

/// Why no unit was chosen.
pub(crate) enum NoUnit {
    /// None of this name.
    Unknown,
    /// Several, and the place does not tell which.
    Ambiguous,
}

/// The meaning that the expected dimension chooses, or the only one.
pub(crate) fn pick<'a>(units: &'a [Arc<Unit>], want: Option<&Dim>) -> Result<&'a Arc<Unit>, NoUnit> {
    if let Some(want) = want
        && let Some(u) = units.iter().find(|u| crate::ty::dims_fit(&u.dim, want))
    {
        return Ok(u);
    }
    match units {
        [] => Err(NoUnit::Unknown),
        [one] => Ok(one),
        _ => Err(NoUnit::Ambiguous),
    }
}
