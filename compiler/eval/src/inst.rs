//! Environments, and declarations as they exist in one: members of families each by itself.

use ivs_model::{decl_info, decls_of_kind, library_thing, qualified_name};
use ivs_source::{Db, ItemId};
use ivs_value::{RefValue, Value};
use salsa::plumbing::{AsId, FromId};
use smol_str::SmolStr;
use std::sync::Arc;

/// An environment by name; the empty name is the base.
#[salsa::interned(unsafe(no_lifetime), revisions = usize::MAX, debug)]
#[derive(PartialOrd, Ord)]
pub struct Env {
    /// `staging`, or empty.
    #[returns(ref)]
    pub name: SmolStr,
}

/// What tells the members of a family apart.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Debug, salsa::SalsaValue)]
pub enum FamilyKey {
    /// A whole number.
    Int(i64),
    /// Text.
    Str(SmolStr),
    /// A member of an enum, by its place and name.
    Member(u32, SmolStr),
    /// A declaration: its qualified name and its id.
    Ref(SmolStr, SmolStr, u32),
}

impl FamilyKey {
    /// From a value, if it can be a key.
    pub fn of(value: &Value) -> Option<FamilyKey> {
        match value {
            Value::Number(n) => n.to_i64().map(FamilyKey::Int),
            Value::Str(s) => Some(FamilyKey::Str(s.clone())),
            Value::Member(m) => Some(FamilyKey::Member(m.index, m.name.clone())),
            Value::Ref(r) => Some(FamilyKey::Ref(r.qualified.clone(), r.name.clone(), r.id)),
            _ => None,
        }
    }
    /// As it is written between brackets.
    pub fn text(&self) -> SmolStr {
        match self {
            FamilyKey::Int(n) => SmolStr::from(n.to_string()),
            FamilyKey::Str(s) | FamilyKey::Member(_, s) | FamilyKey::Ref(_, s, _) => s.clone(),
        }
    }
}

/// A declaration, or a member of a family.
#[salsa::interned(unsafe(no_lifetime), revisions = usize::MAX, debug)]
#[derive(PartialOrd, Ord)]
pub struct Inst {
    /// The item.
    #[returns(copy)]
    pub decl: ItemId,
    /// Which member, of a family.
    #[returns(ref)]
    pub key: Option<FamilyKey>,
}

/// Its name for people and references: `general[eu-west-1]`.
pub fn inst_name(db: &dyn Db, inst: Inst) -> SmolStr {
    let name = &inst.decl(db).key(db).name;
    match inst.key(db) {
        None => name.clone(),
        Some(k) => SmolStr::from(format!("{name}[{}]", k.text())),
    }
}

/// With its module, for a stable order.
pub fn qualified_inst(db: &dyn Db, inst: Inst) -> SmolStr {
    let name = qualified_name(db, inst.decl(db));
    match inst.key(db) {
        None => name,
        Some(k) => SmolStr::from(format!("{name}[{}]", k.text())),
    }
}

/// A reference to it.
pub fn ref_to(db: &dyn Db, inst: Inst) -> Value {
    Value::Ref(ref_value(db, inst))
}

/// Made once: sets are gone through by many.
#[salsa::tracked(returns(clone))]
fn ref_value(db: &dyn Db, inst: Inst) -> Arc<RefValue> {
    let decl = inst.decl(db);
    Arc::new(RefValue {
        id: inst.as_id().as_bits() as u32,
        kind: ivs_model::decl_kind(db, decl).map_or_else(SmolStr::default, |k| k.key(db).name.clone()),
        name: inst_name(db, inst),
        qualified: qualified_inst(db, inst),
    })
}

/// What a reference refers to.
pub fn inst_of(r: &RefValue) -> Inst {
    Inst::from_id(salsa::Id::from_bits(u64::from(r.id)))
}

/// The declared environments, by name; the base is not among them.
pub fn environments(db: &dyn Db) -> Vec<SmolStr> {
    let Some(kind) = library_thing(db, "environment") else { return Vec::new() };
    let mut names: Vec<SmolStr> = decls_of_kind(db, kind).iter().map(|d| d.key(db).name.clone()).collect();
    names.sort();
    names.dedup();
    names
}

/// The environments whose overlays apply, lowest first: `environment staging-eu from staging`.
#[salsa::tracked(returns(ref))]
pub(crate) fn chain(db: &dyn Db, env: Env) -> Vec<SmolStr> {
    let mut names = declared_chain(db, env);
    if ivs_model::on_trial(db) {
        names.push(SmolStr::new_static(ivs_model::TRIAL));
    }
    names
}

fn declared_chain(db: &dyn Db, env: Env) -> Vec<SmolStr> {
    if env.name(db).is_empty() {
        return Vec::new();
    }
    let Some(kind) = library_thing(db, "environment") else { return vec![env.name(db).clone()] };
    let own = decls_of_kind(db, kind).iter().copied().find(|d| d.key(db).name == *env.name(db));
    let Some(own) = own else { return vec![env.name(db).clone()] };
    let mut names: Vec<SmolStr> = ivs_model::base_chain(db, own)
        .chain
        .iter()
        .copied()
        .filter(|d| !decl_info(db, *d).template)
        .map(|d| ivs_model::environment_name(db, ivs_model::item_module(db, d), &d.key(db).name))
        .collect();
    names.reverse();
    names
}
