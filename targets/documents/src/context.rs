//! What a template can read: the fields of its declaration.

use ivs_plan::Context;
use ivs_value::{RefValue, StructValue, Value};
use minijinja::Value as Shown;
use smol_str::SmolStr;
use std::collections::BTreeMap;

/// How many references are followed: the fields of what a field refers to, and of what that refers to.
const DEPTH: u32 = 2;

/// Elements and fields that are handed to a template at most; a graph of references can be larger than what it is made of.
const LARGEST: usize = 200_000;

/// The fields by name.
pub(crate) fn values(object: &StructValue, context: &dyn Context) -> BTreeMap<SmolStr, Shown> {
    let mut reader = Reader { context, left: LARGEST };
    let fields = object.shape.fields.iter().zip(object.fields.iter());
    fields
        .filter(|(name, _)| *name != "text" && *name != "format")
        .map(|(name, value)| (name.clone(), reader.shown(value, DEPTH)))
        .collect()
}

struct Reader<'a> {
    context: &'a dyn Context,
    left: usize,
}

impl Reader<'_> {
    fn shown(&mut self, value: &Value, depth: u32) -> Shown {
        self.left = self.left.saturating_sub(1);
        match value {
            Value::Unknown | Value::None => Shown::from(()),
            Value::Bool(b) => Shown::from(*b),
            Value::Number(n) => match n.to_i64() {
                Some(whole) => Shown::from(whole),
                None => Shown::from(ivs_value::display(value)),
            },
            Value::Str(s) => Shown::from(s.as_str()),
            Value::Member(m) if m.fields.is_none() => Shown::from(m.text.as_str()),
            Value::Member(m) => m.fields.as_ref().map_or(Shown::from(()), |f| self.fields(f, depth)),
            Value::List(items) => Shown::from(items.iter().map(|v| self.shown(v, depth)).collect::<Vec<_>>()),
            Value::Map(map) => {
                let entries = map.entries.iter().map(|(k, v)| {
                    let key = match k {
                        Value::Str(s) => s.to_string(),
                        Value::Member(m) => m.text.to_string(),
                        Value::Ref(r) => r.name.to_string(),
                        other => ivs_value::display(other),
                    };
                    (key, self.shown(v, depth))
                });
                ordered(entries.collect())
            }
            Value::Struct(s) => self.fields(s, depth),
            Value::Ref(r) => self.followed(r, depth),
            // Its address is nobody's business either.
            Value::Secret(_) => Shown::from("(secret)"),
            Value::Late(_) => Shown::from("(known once it is made)"),
            other => Shown::from(ivs_value::display(other)),
        }
    }

    fn fields(&mut self, s: &StructValue, depth: u32) -> Shown {
        let fields = s.shape.fields.iter().zip(s.fields.iter());
        let fields = fields.map(|(k, v)| (k.to_string(), self.shown(v, depth)));
        ordered(fields.collect())
    }

    fn followed(&mut self, r: &RefValue, depth: u32) -> Shown {
        if depth > 0
            && self.left > 0
            && let Some(object) = self.context.object(r)
        {
            return self.fields(&object, depth - 1);
        }
        ordered(vec![("name".to_owned(), Shown::from(r.name.as_str()))])
    }
}

/// A map that keeps the order of its entries.
pub(crate) fn ordered(entries: Vec<(String, Shown)>) -> Shown {
    Shown::from_object(Ordered(entries))
}

#[derive(Debug)]
struct Ordered(Vec<(String, Shown)>);

impl minijinja::value::Object for Ordered {
    fn get_value(self: &std::sync::Arc<Self>, key: &Shown) -> Option<Shown> {
        let key = key.as_str()?;
        self.0.iter().find(|(k, _)| k == key).map(|(_, v)| v.clone())
    }
    fn enumerate(self: &std::sync::Arc<Self>) -> minijinja::value::Enumerator {
        minijinja::value::Enumerator::Values(self.0.iter().map(|(k, _)| Shown::from(k.as_str())).collect())
    }
}
