//! Types, and what fits where.

use crate::decl::base_chain;
use crate::{decl_kind, enum_schema, schema};
use ivs_source::{Db, ItemId};
use ivs_value::Dim;
use smol_str::SmolStr;
use std::sync::Arc;

/// The type of a value.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
#[allow(missing_docs)]
pub enum Ty {
    /// Something that was reported; fits everything, silently.
    Error,
    /// The element of an empty list: fits everything.
    Never,
    Bool,
    Int,
    Number,
    Percent,
    Str,
    Date,
    Version,
    VersionRange,
    Url,
    Cron,
    Cidr,
    ImageRef,
    /// Any tree of values: the body of an escape hatch.
    Object,
    /// An object in which values may stand that only Terraform knows.
    LateObject,
    Secret,
    /// `attr(…)`: a value that only Terraform knows.
    Late,
    /// `none`
    None,
    /// A quantity of one dimension.
    Dim(Dim),
    /// A quantity of any dimension.
    Quantity,
    List(Arc<Ty>),
    Map(Arc<(Ty, Ty)>),
    Range(Arc<Ty>),
    Enum(ItemId),
    /// A member of a tagged union, once `is` has told which.
    Tagged(ItemId, u32),
    Struct(ItemId),
    /// A reference to a declaration of a kind.
    Ref(ItemId),
    /// A reference to one declaration or to what derives from one template: gives access to its parameters.
    RefTo(ItemId),
    /// A reference to any declaration.
    AnyRef,
    /// `"text"`
    Literal(SmolStr),
    /// Or `none`.
    Opt(Arc<Ty>),
    Union(Arc<[Ty]>),
    /// `T where c`
    Refined(Arc<Refined>),
    /// A block without an expected type.
    Record(Arc<Record>),
}

/// `T where c`.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Refined {
    /// `T`
    pub base: Ty,
    /// The item in which the condition stands.
    pub item: ItemId,
    /// Which of that item's conditions, in source order.
    pub ordinal: u32,
    /// How it was written, for messages.
    pub text: SmolStr,
    /// The name of the type, where it has one.
    pub alias: Option<SmolStr>,
}

/// The fields of an anonymous record.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default)]
pub struct Record {
    /// In order.
    pub fields: Vec<(SmolStr, Ty)>,
}

impl Ty {
    /// The list of `element`.
    pub fn list(element: Ty) -> Ty {
        Ty::List(Arc::new(element))
    }
    /// `self | none`.
    pub fn opt(self) -> Ty {
        match self {
            Ty::Opt(_) | Ty::None | Ty::Error => self,
            t => Ty::Opt(Arc::new(t)),
        }
    }
    /// Without `none`.
    pub fn some(&self) -> &Ty {
        match self {
            Ty::Opt(t) => t,
            t => t,
        }
    }
    /// Without conditions and `none`.
    pub fn core(&self) -> &Ty {
        match self {
            Ty::Opt(t) => t.core(),
            Ty::Refined(r) => r.base.core(),
            t => t,
        }
    }
    /// Without conditions.
    pub fn plain(&self) -> &Ty {
        match self {
            Ty::Refined(r) => r.base.plain(),
            t => t,
        }
    }
    /// Whether `none` is among its values.
    pub fn admits_none(&self) -> bool {
        match self {
            Ty::Opt(_) | Ty::None | Ty::Error => true,
            Ty::Union(ts) => ts.iter().any(Ty::admits_none),
            Ty::Refined(r) => r.base.admits_none(),
            _ => false,
        }
    }
    /// Whether its values are texts that are read by rules of their own.
    pub fn is_text(&self) -> bool {
        matches!(
            self.core(),
            Ty::Str | Ty::VersionRange | Ty::Url | Ty::Cron | Ty::Cidr | Ty::ImageRef | Ty::Literal(_)
        )
    }
    /// The dimension of a quantity (of either end of a range).
    pub fn dim(&self) -> Option<&Dim> {
        match self.core() {
            Ty::Dim(d) => Some(d),
            Ty::Range(t) => t.dim(),
            _ => None,
        }
    }
    /// Whether a value is a number, a percent or a quantity.
    pub fn is_numeric(&self) -> bool {
        matches!(self.core(), Ty::Int | Ty::Number | Ty::Percent | Ty::Dim(_) | Ty::Quantity | Ty::Error)
    }

    /// The type of a list's elements.
    pub fn element(&self) -> Option<&Ty> {
        match self.core() {
            Ty::List(t) => Some(t),
            _ => None,
        }
    }
    /// Whether a value has one in it that only Terraform knows.
    pub fn is_late(&self) -> bool {
        match self {
            Ty::Late => true,
            Ty::Opt(t) | Ty::List(t) | Ty::Range(t) => t.is_late(),
            Ty::Map(kv) => kv.0.is_late() || kv.1.is_late(),
            Ty::Refined(r) => r.base.is_late(),
            Ty::Union(ts) => ts.iter().any(Ty::is_late),
            Ty::Record(r) => r.fields.iter().any(|(_, t)| t.is_late()),
            _ => false,
        }
    }
    /// Whether a value may have a secret in it, or one that only Terraform knows: such a value is not compared, and not
    /// looked at.
    pub fn holds_secret(&self, db: &dyn Db) -> bool {
        fn holds(db: &dyn Db, ty: &Ty, seen: &mut Vec<ItemId>) -> bool {
            match ty {
                Ty::Secret | Ty::Late => true,
                Ty::Opt(t) | Ty::List(t) | Ty::Range(t) => holds(db, t, seen),
                Ty::Map(kv) => holds(db, &kv.0, seen) || holds(db, &kv.1, seen),
                Ty::Refined(r) => holds(db, &r.base, seen),
                Ty::Union(ts) => ts.iter().any(|t| holds(db, t, seen)),
                Ty::Record(r) => r.fields.iter().any(|(_, t)| holds(db, t, seen)),
                Ty::Struct(s) if !seen.contains(s) => {
                    seen.push(*s);
                    schema(db, *s).fields.iter().any(|f| holds(db, &f.ty, seen))
                }
                Ty::Enum(e) | Ty::Tagged(e, _) if !seen.contains(e) => {
                    seen.push(*e);
                    let members = enum_schema(db, *e);
                    let mut fields = members.members.iter().filter_map(|m| m.fields.as_ref());
                    fields.any(|s| s.fields.iter().any(|f| holds(db, &f.ty, seen)))
                }
                _ => false,
            }
        }
        holds(db, self, &mut Vec::new())
    }

    /// As a user would write it.
    pub fn show(&self, db: &dyn Db) -> String {
        let name = |i: &ItemId| i.key(db).name.to_string();
        match self {
            Ty::Error => "?".into(),
            Ty::Never => "nothing".into(),
            Ty::Bool => "bool".into(),
            Ty::Int => "int".into(),
            Ty::Number => "number".into(),
            Ty::Percent => "percent".into(),
            Ty::Str => "string".into(),
            Ty::Date => "date".into(),
            Ty::Version => "version".into(),
            Ty::VersionRange => "version-range".into(),
            Ty::Url => "url".into(),
            Ty::Cron => "cron".into(),
            Ty::Cidr => "cidr".into(),
            Ty::ImageRef => "image-ref".into(),
            Ty::Object | Ty::LateObject => "object".into(),
            Ty::Secret => "secret".into(),
            Ty::Late => "late value".into(),
            Ty::None => "none".into(),
            Ty::Dim(d) => d.to_string(),
            Ty::Quantity => "quantity".into(),
            Ty::List(t) => format!("[{}]", t.show(db)),
            Ty::Map(kv) => format!("{{{}: {}}}", kv.0.show(db), kv.1.show(db)),
            Ty::Range(t) => format!("{0}..{0}", t.show(db)),
            Ty::Enum(e) | Ty::Struct(e) | Ty::Ref(e) => name(e),
            // A template is a type of its own; any other declaration is shown by its kind.
            Ty::RefTo(d) if crate::decl_info(db, *d).template => name(d),
            Ty::RefTo(d) => d.key(db).kind.to_string(),
            Ty::Tagged(e, i) => {
                let schema = enum_schema(db, *e);
                schema.members.get(*i as usize).map_or_else(|| name(e), |m| m.name.to_string())
            }
            Ty::AnyRef => "declaration".into(),
            Ty::Literal(s) => format!("\"{s}\""),
            Ty::Opt(t) => format!("{} | none", t.show(db)),
            Ty::Union(ts) => ts.iter().map(|t| t.show(db)).collect::<Vec<_>>().join(" | "),
            Ty::Refined(r) => match &r.alias {
                Some(a) => a.to_string(),
                None => format!("{} where {}", r.base.show(db), r.text),
            },
            Ty::Record(r) => {
                let fields: Vec<String> =
                    r.fields.iter().map(|(n, t)| format!("{n}: {}", t.show(db))).collect();
                format!("{{ {} }}", fields.join(", "))
            }
        }
    }

    /// Whether it is `object`.
    pub fn is_object(&self) -> bool {
        matches!(self.core(), Ty::Object | Ty::LateObject)
    }

    /// Whether values of any shape can stand in it: `object`, or a map of them.
    pub fn is_free(&self) -> bool {
        match self.core() {
            Ty::Object | Ty::LateObject => true,
            Ty::Map(kv) => kv.1.is_free(),
            _ => false,
        }
    }

    /// Whether every value of `self` may stand where `to` is expected; bounds and formats are checked when evaluated.
    pub fn fits(&self, db: &dyn Db, to: &Ty) -> bool {
        match (self, to) {
            (Ty::Error | Ty::Never, _) | (_, Ty::Error) => true,
            (a, b) if a == b => true,
            (Ty::Refined(r), _) => r.base.fits(db, to),
            (_, Ty::Refined(r)) => self.fits(db, &r.base),
            (Ty::None, Ty::Opt(_)) => true,
            (Ty::Opt(a), Ty::Opt(b)) => a.fits(db, b),
            (Ty::Opt(a), Ty::Union(_)) => Ty::None.fits(db, to) && a.fits(db, to),
            (_, Ty::Opt(b)) => self.fits(db, b),
            (Ty::Union(ts), _) => ts.iter().all(|t| t.fits(db, to)),
            (_, Ty::Union(ts)) => ts.iter().any(|t| self.fits(db, t)),
            (_, Ty::LateObject) => true,
            (Ty::Secret | Ty::None, Ty::Object) => true,
            (Ty::Secret | Ty::Late | Ty::None, _) => false,
            (_, Ty::Object) => !self.is_late(),
            (Ty::Int, Ty::Number) => true,
            (Ty::Dim(a), Ty::Dim(b)) => dims_fit(a, b),
            // What a quantity measures is known when it is evaluated.
            (Ty::Dim(_), Ty::Quantity) | (Ty::Quantity, Ty::Dim(_) | Ty::Number) => true,
            (Ty::Literal(_), _) if to.is_text() && !matches!(to, Ty::Literal(_)) => true,
            (a, b) if a.is_text() && b.is_text() => {
                matches!(a, Ty::Str) && !matches!(b, Ty::Literal(_)) || matches!(b, Ty::Str)
            }
            (Ty::List(a), Ty::List(b)) | (Ty::Range(a), Ty::Range(b)) => a.fits(db, b),
            (Ty::Map(a), Ty::Map(b)) => a.0.fits(db, &b.0) && a.1.fits(db, &b.1),
            (Ty::Record(r), Ty::Map(b)) => {
                r.fields.iter().all(|(_, t)| t.fits(db, &b.1)) && Ty::Str.fits(db, &b.0)
            }
            (Ty::Tagged(a, _), Ty::Enum(b)) => a == b,
            (Ty::RefTo(a), Ty::Ref(k)) => decl_kind(db, *a) == Some(*k),
            (Ty::RefTo(a), Ty::RefTo(b)) => base_chain(db, *a).chain.contains(b),
            (Ty::Ref(_) | Ty::RefTo(_), Ty::AnyRef) => true,
            (Ty::Record(r), Ty::Struct(s)) => {
                let schema = schema(db, *s);
                r.fields
                    .iter()
                    .all(|(n, t)| schema.field(n).is_some_and(|(_, f)| t.fits(db, &f.ty.clone().opt())))
                    && schema
                        .fields
                        .iter()
                        .all(|f| !f.demanded() || r.fields.iter().any(|(n, _)| *n == f.name))
            }
            (Ty::Record(a), Ty::Record(b)) => {
                a.fields.len() == b.fields.len()
                    && a.fields.iter().all(|(n, t)| b.fields.iter().any(|(m, u)| n == m && t.fits(db, u)))
            }
            _ => false,
        }
    }

    /// The smallest type that both fit; `None` if there is none.
    pub fn join(&self, db: &dyn Db, other: &Ty) -> Option<Ty> {
        if self.fits(db, other) && !matches!(self, Ty::Error) {
            return Some(other.clone());
        }
        if other.fits(db, self) {
            return Some(self.clone());
        }
        match (self, other) {
            (Ty::None, t) | (t, Ty::None) => Some(t.clone().opt()),
            (Ty::Opt(a), b) | (b, Ty::Opt(a)) => a.join(db, b).map(Ty::opt),
            (Ty::Refined(r), t) | (t, Ty::Refined(r)) => r.base.join(db, t),
            (Ty::Tagged(a, _), Ty::Tagged(b, _)) if a == b => Some(Ty::Enum(*a)),
            (Ty::RefTo(a), Ty::RefTo(b)) => {
                let (a, b) = (decl_kind(db, *a), decl_kind(db, *b));
                if a == b { a.map(Ty::Ref) } else { Some(Ty::AnyRef) }
            }
            (Ty::RefTo(_) | Ty::Ref(_) | Ty::AnyRef, Ty::RefTo(_) | Ty::Ref(_) | Ty::AnyRef) => {
                Some(Ty::AnyRef)
            }
            (Ty::List(a), Ty::List(b)) => a.join(db, b).map(Ty::list),
            (Ty::Dim(_), Ty::Dim(_)) => Some(Ty::Quantity),
            (a, b) if a.is_text() && b.is_text() => Some(Ty::Str),
            (Ty::Record(a), Ty::Record(b)) => {
                let mut fields = Vec::new();
                for (n, t) in &a.fields {
                    let u = b.fields.iter().find(|(m, _)| m == n).map_or(Ty::None, |(_, u)| u.clone());
                    fields.push((n.clone(), t.join(db, &u)?));
                }
                for (n, u) in &b.fields {
                    if !a.fields.iter().any(|(m, _)| m == n) {
                        fields.push((n.clone(), u.clone().opt()));
                    }
                }
                Some(Ty::Record(Arc::new(Record { fields })))
            }
            _ => None,
        }
    }
}

/// Whether quantities of one dimension may stand where the other is expected. `money` admits every currency;
/// two currencies never meet.
pub(crate) fn dims_fit(a: &Dim, b: &Dim) -> bool {
    a == b || {
        let (ea, eb) = (erased(a), erased(b));
        ea == eb && (*a == ea || *b == eb)
    }
}

/// The dimension without currencies: `money:USD/time` is `money/time`.
pub(crate) fn erased(d: &Dim) -> Dim {
    if !d.factors().iter().any(|(n, _)| n.contains(':')) {
        return d.clone();
    }
    let plain = |n: &SmolStr| n.split(':').next().map_or_else(|| n.clone(), SmolStr::new);
    d.factors().iter().fold(Dim::NONE, |acc, (n, e)| {
        Dim::base(plain(n)).pow(*e).and_then(|p| acc.mul(&p)).unwrap_or_default()
    })
}
