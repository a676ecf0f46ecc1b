//! Reading values in a lowering. Types were checked before; what does not fit all the same is answered with `None`.
use ivs_value::{Number, RefValue, StructValue, TaggedValue, Value};

static NONE: Value = Value::None;

/// A field, [`Value::None`] where the struct has none of that name.
pub fn field<'v>(object: &'v StructValue, name: &str) -> &'v Value {
    object.get(name).unwrap_or(&NONE)
}

/// A text field: a string or the output spelling of an enum's member.
pub fn text<'v>(object: &'v StructValue, name: &str) -> Option<&'v str> {
    as_text(field(object, name))
}

/// A string, or the output spelling of an enum's member.
pub fn as_text(value: &Value) -> Option<&str> {
    match value {
        Value::Str(s) => Some(s),
        Value::Member(m) => Some(&m.text),
        _ => None,
    }
}

/// A boolean field; `false` where it is not set.
pub fn flag(object: &StructValue, name: &str) -> bool {
    matches!(field(object, name), Value::Bool(true))
}

/// A member of an enum.
pub fn member<'v>(object: &'v StructValue, name: &str) -> Option<&'v TaggedValue> {
    match field(object, name) {
        Value::Member(m) => Some(m),
        _ => None,
    }
}

/// An embedded struct; `None` where it is optional and not set.
pub fn nested<'v>(object: &'v StructValue, name: &str) -> Option<&'v StructValue> {
    match field(object, name) {
        Value::Struct(s) => Some(s),
        _ => None,
    }
}

/// The elements of a list; none where it is not set.
pub fn list<'v>(object: &'v StructValue, name: &str) -> &'v [Value] {
    match field(object, name) {
        Value::List(items) => items,
        _ => &[],
    }
}

/// The strings of a list.
pub fn texts(object: &StructValue, name: &str) -> Option<Vec<String>> {
    let items: Vec<String> = list(object, name).iter().filter_map(as_text).map(str::to_owned).collect();
    (!items.is_empty()).then_some(items)
}

/// The entries of a map in their order; none where it is not set.
pub fn entries<'v>(object: &'v StructValue, name: &str) -> &'v [(Value, Value)] {
    match field(object, name) {
        Value::Map(map) => &map.entries,
        _ => &[],
    }
}

/// The entries of a map whose values are structs, with their keys as text.
pub fn structs<'v>(object: &'v StructValue, name: &str) -> impl Iterator<Item = (&'v str, &'v StructValue)> {
    entries(object, name).iter().filter_map(|(k, v)| match v {
        Value::Struct(s) => Some((key(k), s.as_ref())),
        _ => None,
    })
}

/// A key as text: a string, an enum member's name, a declaration's name.
pub fn key(value: &Value) -> &str {
    match value {
        Value::Str(s) => s,
        Value::Member(m) => &m.name,
        Value::Ref(r) => &r.name,
        _ => "",
    }
}

/// A reference.
pub fn reference<'v>(object: &'v StructValue, name: &str) -> Option<&'v RefValue> {
    match field(object, name) {
        Value::Ref(r) => Some(r),
        _ => None,
    }
}

/// A number, or a quantity in base units.
pub fn base(value: &Value) -> Option<&Number> {
    match value {
        Value::Number(n) => Some(n),
        Value::Quantity(q) => Some(&q.base),
        _ => None,
    }
}

/// Both ends of a range; one value is both.
pub fn ends(value: &Value) -> Option<(&Value, &Value)> {
    match value {
        Value::Range(r) => Some((&r.0, &r.1)),
        Value::Number(_) | Value::Quantity(_) => Some((value, value)),
        _ => None,
    }
}

/// An integer field.
pub fn int(object: &StructValue, name: &str) -> Option<i64> {
    base(field(object, name)).and_then(Number::to_i64)
}

/// An integer field that fits 32 bits.
pub fn int32(object: &StructValue, name: &str) -> Option<i32> {
    int(object, name).and_then(|n| i32::try_from(n).ok())
}
