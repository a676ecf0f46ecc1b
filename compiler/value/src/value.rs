//! Values.
use crate::{Number, Unit};
use smol_str::SmolStr;
use std::sync::Arc;

/// What an expression evaluates to. Cheap to clone.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Value {
    /// Failed, and reported elsewhere; readers stay silent.
    Unknown,
    /// `none`.
    None,
    /// `true`, `false`.
    Bool(bool),
    /// `int` and `number`.
    Number(Number),
    /// `70%`, as the ratio 7/10.
    Percent(Number),
    /// A number with a dimension.
    Quantity(Quantity),
    /// Any kind of text: `string url cron cidr image-ref version-range`.
    Str(SmolStr),
    /// Year, month, day; valid.
    Date(i16, u8, u8),
    /// `1.2.0`.
    Version(Arc<semver::Version>),
    /// `a..b`, inclusive, `a <= b`.
    Range(Arc<(Value, Value)>),
    /// `[…]`.
    List(Arc<[Value]>),
    /// A keyed collection.
    Map(Arc<Map>),
    /// A value of a struct, an anonymous record, or a whole declaration.
    Struct(Arc<StructValue>),
    /// A member of an enum (with or without fields).
    Member(Arc<TaggedValue>),
    /// A reference to a declaration.
    Ref(Arc<RefValue>),
    /// A reference to a secret: `vault://mount/path#key`. Never its content.
    Secret(SmolStr),
}

/// A number with a dimension.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Quantity {
    /// In base units.
    pub base: Number,
    /// The unit it is shown in.
    pub unit: Arc<Unit>,
}

/// An ordered map; keys are strings, numbers, members or references and occur once.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Map {
    /// In order of first appearance.
    pub entries: Vec<(Value, Value)>,
}

/// The names of a struct's or kind's fields; shared by all its values.
#[derive(PartialEq, Eq, Debug, Default)]
pub struct Shape {
    /// `service`, `resources`; empty for a record.
    pub name: SmolStr,
    /// In order of declaration.
    pub fields: Box<[SmolStr]>,
}

/// A value with named fields.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct StructValue {
    /// Its field names.
    pub shape: Arc<Shape>,
    /// One value per name; [`Value::None`] where an optional field is not set.
    pub fields: Box<[Value]>,
}

/// A member of an enum.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct TaggedValue {
    /// The enum's name: `quality`.
    pub of: SmolStr,
    /// The member's name: `hd`.
    pub name: SmolStr,
    /// Its place in the enum, from 0; members compare by it.
    pub index: u32,
    /// Its spelling in outputs: `1080p`, or its name.
    pub text: SmolStr,
    /// Its fields, if it has any.
    pub fields: Option<Arc<StructValue>>,
}

/// A reference to a declaration (or to a member of a family).
#[derive(Clone, Debug)]
pub struct RefValue {
    /// Identifies the declaration to the compiler.
    pub id: u32,
    /// Its kind: `service`.
    pub kind: SmolStr,
    /// Its name: `text-service`, `node-pool-general[eu-west-1]`.
    pub name: SmolStr,
    /// With its module, for a stable order: `pluma.mal-qb`.
    pub qualified: SmolStr,
}

impl PartialEq for RefValue {
    fn eq(&self, other: &Self) -> bool {
        self.id == other.id
    }
}
impl Eq for RefValue {}

impl StructValue {
    /// The field's value, if the struct has such a field.
    pub fn get(&self, name: &str) -> Option<&Value> {
        let i = self.shape.fields.iter().position(|f| f == name)?;
        self.fields.get(i)
    }
}

impl Map {
    /// The value of a key.
    pub fn get(&self, key: &Value) -> Option<&Value> {
        self.entries.iter().find(|(k, _)| k == key).map(|(_, v)| v)
    }
}
