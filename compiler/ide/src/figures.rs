//! Figures of a declaration: fields that formulas of its kind fill, and functions marked `@figure`.

use crate::hover::value_at;
use crate::spelled::spelled;
use ivs_eval::{Applied, Env, Inst, applied, instances};
use ivs_model::{Ty, item_module};
use ivs_source::{Db, ItemId};
use ivs_value::{Number, Quantity, Value};
use smol_str::SmolStr;

/// Members of a family that a lens tells of.
const MEMBERS: usize = 3;

/// What is told of a declaration.
pub struct Figure {
    /// The field, or the function in words: `monthly cost`.
    pub name: String,
    /// Its value as it is written.
    pub value: String,
}

/// All figures of a declaration that have a value: its fields first.
pub fn all(db: &dyn Db, env: Env, inst: Inst) -> Vec<Figure> {
    let fields = computed(db, inst).into_iter().filter_map(|name| of_field(db, env, inst, &name));
    fields.chain(functions(db, env, inst).into_iter().map(|(figure, _)| figure)).collect()
}

/// The figures to which the value at a path contributes: their formulas read it, or read what is computed from it.
pub fn of_path(db: &dyn Db, env: Env, inst: Inst, path: &[SmolStr]) -> Vec<Figure> {
    let reads: Vec<(SmolStr, Vec<Vec<SmolStr>>)> =
        computed(db, inst).into_iter().map(|name| (name.clone(), read_by(db, env, inst, &name))).collect();
    let meets = |read: &Vec<SmolStr>, path: &[SmolStr]| read.starts_with(path) || path.starts_with(read);
    // A field that one formula fills is read by the next.
    let mut names: Vec<&SmolStr> = Vec::new();
    loop {
        let next = reads.iter().find(|(name, read)| {
            !names.contains(&name)
                && !path.starts_with(std::slice::from_ref(name))
                && read
                    .iter()
                    .any(|r| meets(r, path) || names.iter().any(|n| r.starts_with(std::slice::from_ref(*n))))
        });
        match next {
            Some((name, _)) => names.push(name),
            None => break,
        }
    }
    let contributes = |(of, read): &(Inst, Vec<SmolStr>)| {
        *of == inst && (meets(read, path) || names.iter().any(|n| read.starts_with(std::slice::from_ref(*n))))
    };
    let called = functions(db, env, inst).into_iter().filter(|(_, a)| a.reads.iter().any(contributes));
    let called: Vec<Figure> = called.map(|(figure, _)| figure).collect();
    let fields = reads.iter().filter(|(n, _)| names.contains(&n));
    fields.filter_map(|(name, _)| of_field(db, env, inst, name)).chain(called).collect()
}

/// What is shown above a declaration, in one environment: `monthly cost $70.08`.
pub fn lenses(db: &dyn Db, environment: &str, decl: ItemId) -> Vec<String> {
    let Some(kind) = ivs_model::decl_kind(db, decl) else { return Vec::new() };
    let figures = ivs_model::figures(db).get(&kind).map(Vec::as_slice).unwrap_or_default();
    if !figures.iter().any(|f| f.lens) || ivs_model::decl_info(db, decl).template {
        return Vec::new();
    }
    let env = Env::new(db, SmolStr::new(environment));
    let members = instances(db, env, decl);
    let family = ivs_model::decl_info(db, decl).family;
    let told = |figure: &ivs_model::Figure| {
        let each = members.iter().take(MEMBERS).filter_map(|inst| {
            let text = shown(db, decl, &applied(db, env, figure.function, *inst).value)?;
            Some(match inst.key(db) {
                Some(key) if family => format!("[{}] {text}", key.text()),
                _ => text,
            })
        });
        let each: Vec<String> = each.collect();
        let more = if members.len() > MEMBERS { ", …" } else { "" };
        (!each.is_empty()).then(|| format!("{} {}{more}", name_of(db, figure.function), each.join(", ")))
    };
    figures.iter().filter(|f| f.lens).filter_map(told).collect()
}

/// The functions that tell something of a declaration, with what they read.
fn functions(db: &dyn Db, env: Env, inst: Inst) -> Vec<(Figure, Applied)> {
    let decl = inst.decl(db);
    let Some(kind) = ivs_model::decl_kind(db, decl) else { return Vec::new() };
    let figures = ivs_model::figures(db).get(&kind).map(Vec::as_slice).unwrap_or_default();
    let told = figures.iter().filter_map(|f| {
        let given = applied(db, env, f.function, inst);
        let value = shown(db, decl, &given.value)?;
        Some((Figure { name: name_of(db, f.function), value }, given))
    });
    told.collect()
}

/// A function's name in words.
fn name_of(db: &dyn Db, function: ItemId) -> String {
    function.key(db).name.replace('-', " ")
}

fn of_field(db: &dyn Db, env: Env, inst: Inst, name: &SmolStr) -> Option<Figure> {
    let value = value_at(db, env, inst, std::slice::from_ref(name))?;
    Some(Figure { name: name.to_string(), value: shown(db, inst.decl(db), &value)? })
}

fn shown(db: &dyn Db, decl: ItemId, value: &Value) -> Option<String> {
    match value {
        Value::Unknown | Value::None => None,
        v => Some(match in_cents(v) {
            Some(about) => format!("≈ {}", ivs_value::display(&about)),
            None => spelled(db, item_module(db, decl), v),
        }),
    }
}

/// An amount of a currency of at least 1 that has parts of a cent, without them: nobody reads on behind those.
fn in_cents(value: &Value) -> Option<Value> {
    let Value::Quantity(q) = value else { return None };
    let amount = matches!(q.unit.dim.factors(), [(_, 1)]) && q.unit.factor == Number::ONE;
    let rounded = q.base.round_to(&Number::fraction(1, 100)?)?;
    let about = amount && q.unit.currency().is_some() && q.base.abs() >= Number::ONE && rounded != q.base;
    about.then(|| Value::Quantity(Quantity { base: rounded, unit: q.unit.clone() }))
}

/// The fields of a declaration that are figures.
fn computed(db: &dyn Db, inst: Inst) -> Vec<SmolStr> {
    let schema = ivs_model::decl_schema(db, inst.decl(db));
    schema.fields.iter().filter(|f| is_computed(db, f)).map(|f| f.name.clone()).collect()
}

/// What the formula of a field reads of its own declaration.
fn read_by(db: &dyn Db, env: Env, inst: Inst, name: &SmolStr) -> Vec<Vec<SmolStr>> {
    let why = ivs_eval::why(db, env, inst, std::slice::from_ref(name));
    let causes = why.into_iter().flat_map(|w| w.causes);
    let own = causes.filter_map(|c| match c {
        ivs_eval::Cause::Value(of, path) if of == inst => Some(path),
        _ => None,
    });
    own.collect()
}

/// Whether a field is filled by a formula that reads something, and is a figure.
fn is_computed(db: &dyn Db, field: &ivs_model::Field) -> bool {
    let figure = matches!(
        field.ty.core(),
        Ty::Dim(_) | Ty::Quantity | Ty::Percent | Ty::Number | Ty::Int | Ty::Range(_)
    );
    let Some((owner, ordinal)) = field.owner else { return false };
    if !figure || !field.has_default {
        return false;
    }
    let body = ivs_model::body(db, owner);
    let Some(Some(default)) = body.defaults.get(usize::from(ordinal)) else { return false };
    let mut open = vec![*default];
    while let Some(e) = open.pop() {
        match body.exprs.get(e as usize) {
            Some(
                ivs_model::ir::TExpr::Field { .. }
                | ivs_model::ir::TExpr::SelfValue
                | ivs_model::ir::TExpr::SetOf(_),
            ) => {
                return true;
            }
            Some(x) => x.each_child(&mut |c| open.push(c)),
            None => {}
        }
    }
    false
}
