//! Values.
use crate::{Map, Number, OpError, Unit, ops};
use rustc_hash::FxHashMap;
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
    /// `attr(resource.logs, "arn")`, or a text with such in it: known to Terraform only, when it has made the resource.
    Late(Arc<LateValue>),
}

/// What will be known once resources are made: an attribute, or a text with attributes in it.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct LateValue {
    /// Its pieces in their order; at least one is an attribute. One piece is the attribute itself, whatever its type.
    pub pieces: Box<[LatePiece]>,
}

/// A piece of what is known late.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum LatePiece {
    /// Text that is known.
    Text(SmolStr),
    /// What a declaration's resource will have once it is made.
    Attribute {
        /// The declaration that the resource is made of.
        of: RefValue,
        /// The attribute's name: `arn`; of an attribute inside another, `endpoint.address`.
        name: SmolStr,
    },
}

impl LateValue {
    /// An attribute of what a declaration becomes.
    pub fn attribute(of: RefValue, name: SmolStr) -> Self {
        LateValue { pieces: Box::new([LatePiece::Attribute { of, name }]) }
    }

    /// The declarations that it waits for, as often as they are named.
    pub fn waits_for(&self) -> impl Iterator<Item = &RefValue> {
        self.pieces.iter().filter_map(|p| match p {
            LatePiece::Attribute { of, .. } => Some(of),
            LatePiece::Text(_) => None,
        })
    }
}

/// A text under construction, of which some may be known late.
#[derive(Clone, Default, Debug)]
pub struct LateText {
    before: Vec<LatePiece>,
    text: String,
    known: usize,
}

impl LateText {
    /// Adds text that is known.
    pub fn push_str(&mut self, text: &str) {
        self.known = self.known.saturating_add(text.len());
        self.text.push_str(text);
    }
    /// Adds what is known late.
    pub fn push_late(&mut self, late: &LateValue) {
        for piece in &late.pieces {
            match piece {
                LatePiece::Text(text) => self.push_str(text),
                attribute => {
                    self.seal();
                    self.before.push(attribute.clone());
                }
            }
        }
    }
    /// Bytes of the text that is known.
    pub fn known(&self) -> usize {
        self.known
    }
    /// The text; late, if some of it is.
    pub fn finish(mut self) -> Value {
        if self.before.is_empty() {
            return Value::Str(self.text.into());
        }
        self.seal();
        Value::Late(Arc::new(LateValue { pieces: self.before.into() }))
    }
    fn seal(&mut self) {
        if !self.text.is_empty() {
            self.before.push(LatePiece::Text(std::mem::take(&mut self.text).into()));
        }
    }
}

/// A number with a dimension.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Quantity {
    /// In base units.
    pub base: Number,
    /// The unit it is shown in.
    pub unit: Arc<Unit>,
}

/// The names of a struct's or kind's fields; shared by all its values.
#[derive(Debug, Default)]
pub struct Shape {
    /// `service`, `resources`; empty for a record.
    pub name: SmolStr,
    /// In order of declaration.
    pub fields: Box<[SmolStr]>,
    /// The places of many names.
    index: FxHashMap<SmolStr, u16>,
}

impl Shape {
    /// From its fields in order, no two of which are called alike.
    pub fn new(name: SmolStr, fields: impl IntoIterator<Item = SmolStr>) -> Shape {
        /// Fewer names than this are compared one by one.
        const FEW: usize = 8;
        let fields: Box<[SmolStr]> = fields.into_iter().collect();
        let index = match fields.len() > FEW {
            true => fields.iter().enumerate().map(|(i, f)| (f.clone(), i as u16)).collect(),
            false => FxHashMap::default(),
        };
        Shape { name, fields, index }
    }

    /// The place of a field.
    pub fn place(&self, name: &str) -> Option<usize> {
        match self.index.is_empty() {
            true => self.fields.iter().position(|f| f == name),
            false => self.index.get(name).map(|i| usize::from(*i)),
        }
    }
}

impl PartialEq for Shape {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name && self.fields == other.fields
    }
}

impl Eq for Shape {}

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

impl std::hash::Hash for RefValue {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.id.hash(state);
    }
}

impl Value {
    /// An integer.
    pub fn int(n: i64) -> Value {
        Value::Number(Number::int(n))
    }

    /// Text.
    pub fn str(text: impl Into<SmolStr>) -> Value {
        Value::Str(text.into())
    }

    /// A list. Does not check its length; see [`crate::limits::collection`].
    pub fn list(items: impl IntoIterator<Item = Value>) -> Value {
        Value::List(items.into_iter().collect())
    }

    /// A map of entries whose keys differ. Does not check them; see [`crate::funcs::map_of`].
    pub fn map(entries: impl IntoIterator<Item = (Value, Value)>) -> Value {
        Value::Map(Arc::new(Map::new(entries.into_iter().collect())))
    }

    /// `amount` of `unit`, a plain number if the unit is plain.
    ///
    /// # Errors
    /// [`OpError::Overflow`] past 128 bits.
    pub fn quantity(amount: &Number, unit: &Arc<Unit>) -> Result<Value, OpError> {
        if unit.dim.is_none() {
            return Ok(Value::Number(amount.mul(&unit.factor).ok_or(OpError::Overflow)?));
        }
        Ok(Value::Quantity(Quantity::new(amount, unit)?))
    }

    /// `a..b`.
    ///
    /// # Errors
    /// If the ends cannot be compared, or `a > b`.
    pub fn range(a: Value, b: Value) -> Result<Value, OpError> {
        match ops::compare(&a, &b)? {
            None => Ok(Value::Unknown),
            Some(std::cmp::Ordering::Greater) => Err(OpError::Invalid(format!(
                "the range {}..{} is empty: its first end is above its second",
                crate::display(&a),
                crate::display(&b)
            ))),
            Some(_) => Ok(Value::Range(Arc::new((a, b)))),
        }
    }

    /// Whether it is [`Value::Unknown`].
    pub fn is_unknown(&self) -> bool {
        matches!(self, Value::Unknown)
    }

    /// Whether it is [`Value::None`].
    pub fn is_none(&self) -> bool {
        matches!(self, Value::None)
    }

    /// The boolean, if it is one.
    pub fn as_bool(&self) -> Option<bool> {
        match self {
            Value::Bool(b) => Some(*b),
            _ => None,
        }
    }

    /// The text, if it is a string.
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Value::Str(s) => Some(s),
            _ => None,
        }
    }

    /// The number, if it is a plain one.
    pub fn as_number(&self) -> Option<&Number> {
        match self {
            Value::Number(n) => Some(n),
            _ => None,
        }
    }

    /// The quantity, if it is one.
    pub fn as_quantity(&self) -> Option<&Quantity> {
        match self {
            Value::Quantity(q) => Some(q),
            _ => None,
        }
    }

    /// The elements, if it is a list.
    pub fn as_list(&self) -> Option<&[Value]> {
        match self {
            Value::List(xs) => Some(xs),
            _ => None,
        }
    }

    /// The map, if it is one.
    pub fn as_map(&self) -> Option<&Map> {
        match self {
            Value::Map(m) => Some(m),
            _ => None,
        }
    }

    /// The struct, record or declaration, or a member's fields.
    pub fn as_struct(&self) -> Option<&StructValue> {
        match self {
            Value::Struct(s) => Some(s),
            Value::Member(m) => m.fields.as_deref(),
            _ => None,
        }
    }

    /// The reference, if it is one.
    pub fn as_ref_value(&self) -> Option<&RefValue> {
        match self {
            Value::Ref(r) => Some(r),
            _ => None,
        }
    }

    /// Whether it may be the key of a map or of a family.
    pub fn is_key(&self) -> bool {
        matches!(self, Value::Str(_) | Value::Number(_) | Value::Member(_) | Value::Ref(_))
    }

    /// What the language itself lets one read of a value: `.min` and `.max` of a range; `.major`, `.minor`,
    /// `.patch` of a version; `.year`, `.month`, `.day` of a date.
    pub fn part(&self, name: &str) -> Option<Value> {
        match (self, name) {
            (Value::Range(r), "min") => Some(r.0.clone()),
            (Value::Range(r), "max") => Some(r.1.clone()),
            (Value::Version(v), "major") => Number::from_i128(v.major.into()).map(Value::Number),
            (Value::Version(v), "minor") => Number::from_i128(v.minor.into()).map(Value::Number),
            (Value::Version(v), "patch") => Number::from_i128(v.patch.into()).map(Value::Number),
            (Value::Date(y, _, _), "year") => Some(Value::int(i64::from(*y))),
            (Value::Date(_, m, _), "month") => Some(Value::int(i64::from(*m))),
            (Value::Date(_, _, d), "day") => Some(Value::int(i64::from(*d))),
            _ => None,
        }
    }
}

impl Quantity {
    /// `amount` of `unit`.
    ///
    /// # Errors
    /// [`OpError::Overflow`] past 128 bits.
    pub fn new(amount: &Number, unit: &Arc<Unit>) -> Result<Self, OpError> {
        let base = amount.mul(&unit.factor).ok_or(OpError::Overflow)?;
        Ok(Quantity { base, unit: unit.clone() })
    }

    /// How many of its own unit: 500 of `500m`.
    ///
    /// # Errors
    /// [`OpError::Overflow`] past 128 bits.
    pub fn amount(&self) -> Result<Number, OpError> {
        self.base.div(&self.unit.factor).ok_or(OpError::Overflow)
    }

    /// How many of `unit`.
    ///
    /// # Errors
    /// [`OpError::Dimensions`] if it measures something else or another currency, [`OpError::Overflow`] past 128 bits.
    pub fn in_unit(&self, unit: &Unit) -> Result<Number, OpError> {
        ops::fitting(&self.unit, unit)?;
        self.base.div(&unit.factor).ok_or(OpError::Overflow)
    }

    /// The same, shown in another unit.
    ///
    /// # Errors
    /// [`OpError::Dimensions`] if that unit measures something else or another currency.
    pub fn shown_in(&self, unit: &Arc<Unit>) -> Result<Quantity, OpError> {
        ops::fitting(&self.unit, unit)?;
        Ok(Quantity { base: self.base.clone(), unit: unit.clone() })
    }
}

impl StructValue {
    /// The field's value, if the struct has such a field.
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.fields.get(self.shape.place(name)?)
    }
}
