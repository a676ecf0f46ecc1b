//! Values as they are written, in the units that they are written in and in base units.

use ivs_model::Module;
use ivs_source::Db;
use ivs_value::{Dim, Number, Quantity, Value, display};
use smol_str::SmolStr;

/// Characters of a value.
const WIDTH: usize = 160;

/// A value as it is written, with what it is in base units.
pub(crate) fn spelled(db: &dyn Db, module: Module, value: &Value) -> String {
    let shown = short(&display(value));
    match in_base_units(db, module, value) {
        Some(base) if base.starts_with('≈') => format!("{shown} {base}"),
        Some(base) => format!("{shown} = {base}"),
        None => shown,
    }
}

pub(crate) fn short(text: &str) -> String {
    match text.char_indices().nth(WIDTH) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text.to_owned(),
    }
}

/// `900000req/min` as `15000req/s`; `None` for what is written in base units.
pub(crate) fn in_base_units(db: &dyn Db, module: Module, value: &Value) -> Option<String> {
    match value {
        Value::Quantity(q) if q.unit.factor != Number::ONE => Some(base_text(db, module, q)?),
        Value::Range(ends) => {
            let (Value::Quantity(a), Value::Quantity(b)) = (&ends.0, &ends.1) else { return None };
            if a.unit.factor == Number::ONE && b.unit.factor == Number::ONE {
                return None;
            }
            Some(format!("{}..{}", base_text(db, module, a)?, base_text(db, module, b)?))
        }
        _ => None,
    }
}

fn base_text(db: &dyn Db, module: Module, q: &Quantity) -> Option<String> {
    // A price per second says nothing to anybody.
    if !q.base.is_zero() && q.base.abs() < Number::fraction(1, 100)? {
        return None;
    }
    Some(format!("{}{}", q.base.for_message(), base_spelling(db, module, &q.unit.dim)))
}

/// `req/s`: the base units of a dimension.
fn base_spelling(db: &dyn Db, module: Module, dim: &Dim) -> String {
    let mut over: Vec<String> = Vec::new();
    let mut under: Vec<String> = Vec::new();
    for (name, exponent) in dim.factors() {
        let spelling = base_unit(db, module, name);
        let list = if *exponent > 0 { &mut over } else { &mut under };
        list.extend(std::iter::repeat_n(spelling, usize::from(exponent.unsigned_abs())));
    }
    let mut unit = over.join("*");
    for u in &under {
        unit.push('/');
        unit.push_str(u);
    }
    unit
}

fn base_unit(db: &dyn Db, module: Module, name: &str) -> String {
    match name.split_once(':') {
        Some((_, code)) => code.to_owned(),
        None => dimension(db, module, name).unwrap_or_else(|| name.to_owned()),
    }
}

/// The base unit of a dimension that is declared.
fn dimension(db: &dyn Db, module: Module, name: &str) -> Option<String> {
    let found = ivs_model::resolve(db, module, SmolStr::new(name));
    let unit = found.units.iter().find(|u| u.key(db).keyword == "dimension")?;
    Some(ivs_model::unit_def(db, *unit).as_ref()?.name.to_string())
}

/// `0s`, `0req/s`: nothing of a dimension. A currency is for somebody to choose, so of money only the number.
pub(crate) fn zero(db: &dyn Db, module: Module, dim: &Dim) -> String {
    let known =
        dim.factors().iter().all(|(name, _)| name.contains(':') || dimension(db, module, name).is_some());
    match known {
        true => format!("0{}", base_spelling(db, module, dim)),
        false => "0".to_owned(),
    }
}
