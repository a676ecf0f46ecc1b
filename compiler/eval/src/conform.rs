//! What only values can tell: bounds, formats, dimensions of `quantity`, references to what is disabled.

use crate::inst::inst_of;
use crate::machine::{Frame, Machine};
use crate::path::disabled_report;
use ivs_model::{Field, Ty, body, code, schema};
use ivs_source::{Diagnostic, ItemId, Label, Place, Severity};
use ivs_value::checks::{self, Check};
use ivs_value::{Map, Value};
use std::sync::Arc;

/// An expression of an item, whose place is looked up only to report: a value must not depend on where it stands.
#[derive(Clone, Copy)]
pub(crate) struct Site {
    pub item: ItemId,
    pub expr: u32,
}

impl<'db> Machine<'db> {
    pub(crate) fn place_of(&self, site: Site) -> Place<ItemId> {
        let span = ivs_model::source_map(self.db, site.item).exprs.get(site.expr as usize).copied();
        Place { of: site.item, span: span.unwrap_or_default() }
    }

    /// The value as one that a field may have, or a report at `place`.
    pub(crate) fn conform_field(&mut self, value: Value, field: &Field, place: Site) -> Value {
        match value {
            Value::None if field.optional => Value::None,
            value => self.conform(value, &field.ty, place),
        }
    }

    /// The value as one of the type, or a report at `place`.
    pub(crate) fn conform(&mut self, value: Value, ty: &Ty, place: Site) -> Value {
        if self.fits(&value, ty) {
            return value;
        }
        match ty {
            Ty::Opt(t) => match value {
                Value::None => Value::None,
                v => self.conform(v, t, place),
            },
            Ty::Refined(r) => {
                let v = self.conform(value, &r.base, place);
                if v.is_unknown() {
                    return v;
                }
                let ir = body(self.db, r.item);
                let Some(cond) = ir.conditions.get(r.ordinal as usize).copied() else { return v };
                let mut frame = Frame::of(ir, r.item);
                frame.locals.push(v.clone());
                match self.eval(&mut frame, cond) {
                    Value::Bool(false) => {
                        let name = match &r.alias {
                            Some(a) => format!("`{a}`"),
                            None => format!("`{} where {}`", r.base.show(self.db), r.text),
                        };
                        let shown = ivs_value::display(&v);
                        let span = frame.span(self.db, cond);
                        self.report(Diagnostic {
                            code: code::OUT_OF_RANGE,
                            severity: Severity::Error,
                            message: format!("`{shown}` is no {name}"),
                            primary: Label { place: self.place_of(place), text: format!("this is {shown}") },
                            labels: vec![Label {
                                place: Place { of: r.item, span },
                                text: "what has to hold of it".into(),
                            }],
                            help: vec![format!("{} has to hold of `it`", backquoted(&r.text))],
                            fixes: Vec::new(),
                        });
                        Value::Unknown
                    }
                    _ => v,
                }
            }
            Ty::Url | Ty::Cron | Ty::Cidr | Ty::ImageRef | Ty::VersionRange => match &value {
                Value::Str(s) => match text_check(ty).map(|check| check(s)) {
                    Some(Err(why)) => self.wrong(place, why, &format!("not a `{}`", ty.show(self.db))),
                    _ => value,
                },
                _ => value,
            },
            Ty::Dim(d) => match &value {
                Value::Quantity(q) if q.unit.dim != *d => {
                    let message =
                        format!("`{d}` is expected, {} is `{}`", ivs_value::display(&value), q.unit.dim);
                    self.report_at(
                        place,
                        code::WRONG_DIMENSION,
                        message,
                        format!("measures `{}`", q.unit.dim),
                    )
                }
                _ => value,
            },
            Ty::Range(t) => match value {
                Value::Range(r) => {
                    let a = self.conform(r.0.clone(), t, place);
                    let b = self.conform(r.1.clone(), t, place);
                    if a.is_unknown() || b.is_unknown() {
                        Value::Unknown
                    } else {
                        Value::Range(Arc::new((a, b)))
                    }
                }
                v => v,
            },
            Ty::List(t) => match value {
                Value::List(xs) => {
                    let out: Arc<[Value]> = xs.iter().map(|x| self.conform(x.clone(), t, place)).collect();
                    Value::List(out)
                }
                v => v,
            },
            Ty::Map(kv) => match value {
                Value::Map(m) => {
                    let entries = m
                        .entries
                        .iter()
                        .map(|(k, v)| {
                            (self.conform(k.clone(), &kv.0, place), self.conform(v.clone(), &kv.1, place))
                        })
                        .collect();
                    Value::Map(Arc::new(Map::new(entries)))
                }
                // A record where a map is expected: its fields are the keys.
                Value::Struct(s) => {
                    let entries = s
                        .shape
                        .fields
                        .iter()
                        .zip(s.fields.iter())
                        .map(|(k, v)| (Value::Str(k.clone()), self.conform(v.clone(), &kv.1, place)))
                        .collect();
                    Value::Map(Arc::new(Map::new(entries)))
                }
                v => v,
            },
            Ty::Struct(item) => match value {
                Value::Struct(s) if s.shape.name.is_empty() => {
                    let schema = schema(self.db, *item);
                    let mut fields = Vec::with_capacity(schema.fields.len());
                    for f in &schema.fields {
                        if let Some(v) = s.get(&f.name) {
                            let v = self.conform_field(v.clone(), f, place);
                            fields.push((f.name.clone(), v));
                        }
                    }
                    let given = ivs_value::StructValue {
                        shape: Arc::new(ivs_value::Shape::new(
                            Default::default(),
                            fields.iter().map(|(n, _)| n.clone()),
                        )),
                        fields: fields.into_iter().map(|(_, v)| v).collect(),
                    };
                    let node = self.struct_node(*item, &[], Some(Arc::new(given)), None);
                    self.whole(node)
                }
                v => v,
            },
            Ty::Union(ts) => {
                let fitting = ts.iter().find(|t| shape_fits(&value, t));
                match fitting {
                    Some(t) => {
                        let t = t.clone();
                        self.conform(value, &t, place)
                    }
                    None => value,
                }
            }
            Ty::Literal(l) => match &value {
                Value::Str(s) if s != l => {
                    self.wrong(place, format!("`{s}` is not `{l}`"), "another text is expected")
                }
                _ => value,
            },
            Ty::Ref(_) | Ty::RefTo(_) | Ty::AnyRef => {
                if let Value::Ref(r) = &value
                    && !crate::is_enabled(self.db, self.env, inst_of(r))
                {
                    let r = r.clone();
                    self.report(disabled_report(&r, self.place_of(place)));
                    return Value::Unknown;
                }
                value
            }
            Ty::Number if matches!(value, Value::Quantity(_)) => {
                let shown = ivs_value::display(&value);
                let message = format!("a plain number is expected, {shown} has a unit");
                self.report_at(place, code::WRONG_DIMENSION, message, "its units do not cancel".into())
            }
            Ty::Int => match &value {
                Value::Number(n) if !n.is_integer() => {
                    let shown = ivs_value::display(&value);
                    self.wrong(place, format!("{shown} is not a whole number"), "a whole number is expected")
                }
                _ => value,
            },
            _ => value,
        }
    }

    /// Whether a value is one of the type as it is: most are, and are not made again.
    fn fits(&self, value: &Value, ty: &Ty) -> bool {
        if value.is_unknown() || !needs_look(ty) {
            return true;
        }
        match (ty, value) {
            (Ty::Opt(_), Value::None) => true,
            (Ty::Opt(t), v) => self.fits(v, t),
            (Ty::List(t), Value::List(xs)) => xs.iter().all(|x| self.fits(x, t)),
            (Ty::Map(kv), Value::Map(m)) => {
                m.entries.iter().all(|(k, v)| self.fits(k, &kv.0) && self.fits(v, &kv.1))
            }
            (Ty::Range(t), Value::Range(r)) => {
                [&r.0, &r.1].iter().all(|end| !end.is_unknown() && self.fits(end, t))
            }
            (Ty::Ref(_) | Ty::RefTo(_) | Ty::AnyRef, Value::Ref(r)) => {
                crate::is_enabled(self.db, self.env, inst_of(r))
            }
            (Ty::Int, Value::Number(n)) => n.is_integer(),
            (Ty::Number, Value::Number(_)) => true,
            (Ty::Dim(d), Value::Quantity(q)) => q.unit.dim == *d,
            (Ty::Literal(l), Value::Str(s)) => s == l,
            (Ty::Struct(_), Value::Struct(s)) => !s.shape.name.is_empty(),
            (_, Value::Str(s)) => text_check(ty).is_some_and(|check| check(s).is_ok()),
            _ => false,
        }
    }

    fn wrong(&mut self, place: Site, why: String, label: &str) -> Value {
        self.report_at(place, code::BAD_LITERAL, why, label.into())
    }

    fn report_at(&mut self, place: Site, code: &'static str, message: String, label: String) -> Value {
        self.report(Diagnostic {
            code,
            severity: Severity::Error,
            message,
            primary: Label { place: self.place_of(place), text: label },
            labels: Vec::new(),
            help: Vec::new(),
            fixes: Vec::new(),
        });
        Value::Unknown
    }
}

fn backquoted(text: &str) -> String {
    format!("`{text}`")
}

/// What a text of a type has to look like.
fn text_check(ty: &Ty) -> Option<fn(&str) -> Check> {
    Some(match ty {
        Ty::Url => checks::check_url,
        Ty::Cron => checks::check_cron,
        Ty::Cidr => checks::check_cidr,
        Ty::ImageRef => checks::check_image_ref,
        Ty::VersionRange => checks::check_version_range,
        _ => return None,
    })
}

/// Whether values of the type can be wrong in a way that typing does not see.
fn needs_look(ty: &Ty) -> bool {
    match ty {
        Ty::Opt(t) | Ty::Range(t) | Ty::List(t) => needs_look(t),
        Ty::Map(kv) => needs_look(&kv.0) || needs_look(&kv.1),
        Ty::Union(ts) => ts.iter().any(needs_look),
        Ty::Refined(_)
        | Ty::Url
        | Ty::Cron
        | Ty::Cidr
        | Ty::ImageRef
        | Ty::VersionRange
        | Ty::Dim(_)
        | Ty::Struct(_)
        | Ty::Literal(_)
        | Ty::Ref(_)
        | Ty::RefTo(_)
        | Ty::AnyRef
        | Ty::Int
        | Ty::Number => true,
        _ => false,
    }
}

/// Whether a value is of a type's sort, looked at from outside.
pub(crate) fn shape_fits(value: &Value, ty: &Ty) -> bool {
    match (value, ty.core()) {
        (Value::Number(n), Ty::Int) => n.is_integer(),
        (Value::Number(_), Ty::Number)
        | (Value::Percent(_), Ty::Percent)
        | (Value::Quantity(_), Ty::Quantity)
        | (Value::Bool(_), Ty::Bool)
        | (Value::Date(..), Ty::Date)
        | (Value::Version(_), Ty::Version)
        | (Value::Range(_), Ty::Range(_))
        | (Value::List(_), Ty::List(_))
        | (Value::Map(_), Ty::Map(_))
        | (Value::Struct(_), Ty::Struct(_) | Ty::Map(_))
        | (Value::Ref(_), Ty::Ref(_) | Ty::RefTo(_) | Ty::AnyRef)
        | (Value::Member(_), Ty::Enum(_) | Ty::Tagged(..))
        | (Value::Secret(_), Ty::Secret) => true,
        (Value::Quantity(q), Ty::Dim(d)) => q.unit.dim == *d,
        (Value::Str(s), Ty::Literal(l)) => s == l,
        (Value::Str(_), t) => t.is_text() && !matches!(t, Ty::Literal(_)),
        _ => false,
    }
}
