//! Objects as YAML text: block style, two blanks per level, sequences at the level of their key, as `kubectl` prints.
//!
//! Struct fields keep the order in which their types write them (`apiVersion`, `kind`, `metadata`, `spec`, below that by
//! name), maps are written as they come (callers use sorted maps). No anchors, tags, merge keys or documents.
//! The text is written while the object is walked; there is no tree in between.
mod scalar;
#[cfg(test)]
mod tests;

use serde::Serialize;
use serde::ser::{self, Impossible};
use std::cell::RefCell;
use std::fmt;
use std::sync::Arc;

/// Why an object cannot be printed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Error(String);

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Error {}

impl ser::Error for Error {
    fn custom<T: fmt::Display>(message: T) -> Self {
        Error(message.to_string())
    }
}

/// The object's text, ending in a newline.
///
/// # Errors
/// If a key is not text or longer than 1,000 bytes, or a number is not finite.
pub fn print<T: Serialize>(object: &T) -> Result<Arc<str>, Error> {
    thread_local! {
        static BUFFER: RefCell<String> = const { RefCell::new(String::new()) };
    }
    // Nobody else can hold the buffer: printing calls no code that prints.
    BUFFER.with_borrow_mut(|out| {
        out.clear();
        object.serialize(Node { out, indent: 0, place: Place::Root })?;
        Ok(Arc::from(out.as_str()))
    })
}

/// What stands before the value on its line.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Root,
    /// `key:`
    Key,
    /// `-`
    Dash,
}

/// A place where one value is to be written; `indent` is the column of the key or dash before it.
struct Node<'a> {
    out: &'a mut String,
    indent: usize,
    place: Place,
}

impl<'a> Node<'a> {
    /// Columns of what is nested in a mapping or block scalar here.
    fn inner(&self) -> usize {
        match self.place {
            Place::Root => 0,
            Place::Key | Place::Dash => self.indent + 2,
        }
    }

    fn space(&mut self) {
        if self.place != Place::Root {
            self.out.push(' ');
        }
    }

    fn word(mut self, word: &str) -> Result<(), Error> {
        self.space();
        self.out.push_str(word);
        self.out.push('\n');
        Ok(())
    }

    fn display(mut self, value: impl fmt::Display) -> Result<(), Error> {
        use fmt::Write;
        self.space();
        writeln!(self.out, "{value}").map_err(|_| Error("the text could not be written".into()))
    }

    fn text(mut self, text: &str) -> Result<(), Error> {
        self.space();
        let inner = if self.place == Place::Root { 2 } else { self.inner() };
        scalar::value(self.out, text, inner);
        Ok(())
    }

    fn sequence(self) -> Block<'a> {
        let indent = if self.place == Place::Key { self.indent } else { self.inner() };
        Block { out: self.out, indent, place: self.place, empty: true }
    }

    fn mapping(self) -> Block<'a> {
        let indent = self.inner();
        Block { out: self.out, indent, place: self.place, empty: true }
    }
}

/// A mapping or sequence whose entries begin at column `indent`.
struct Block<'a> {
    out: &'a mut String,
    indent: usize,
    place: Place,
    empty: bool,
}

const BLANKS: &str = "                                                                ";

fn blanks(out: &mut String, mut n: usize) {
    while let Some(rest) = n.checked_sub(BLANKS.len()) {
        out.push_str(BLANKS);
        n = rest;
    }
    out.push_str(BLANKS.get(..n).unwrap_or_default());
}

impl Block<'_> {
    /// Goes to the beginning of the next entry.
    fn begin(&mut self) {
        if self.empty {
            self.empty = false;
            match self.place {
                Place::Root => return,
                Place::Dash => return self.out.push(' '),
                Place::Key => self.out.push('\n'),
            }
        }
        blanks(self.out, self.indent);
    }

    fn value<T: Serialize + ?Sized>(&mut self, value: &T, place: Place) -> Result<(), Error> {
        value.serialize(Node { out: self.out, indent: self.indent, place })
    }

    fn item<T: Serialize + ?Sized>(&mut self, item: &T) -> Result<(), Error> {
        self.begin();
        self.out.push('-');
        self.value(item, Place::Dash)
    }

    fn field<T: Serialize + ?Sized>(&mut self, name: &'static str, value: &T) -> Result<(), Error> {
        self.begin();
        scalar::field(self.out, name)?;
        self.out.push(':');
        self.value(value, Place::Key)
    }

    fn finish(self, nothing: &str) -> Result<(), Error> {
        if self.empty {
            return Node { out: self.out, indent: self.indent, place: self.place }.word(nothing);
        }
        Ok(())
    }
}

macro_rules! shown {
    ($($name:ident: $type:ty),*) => {
        $(fn $name(self, value: $type) -> Result<(), Error> { self.display(value) })*
    };
}

impl<'a> ser::Serializer for Node<'a> {
    type Ok = ();
    type Error = Error;
    type SerializeSeq = Block<'a>;
    type SerializeTuple = Block<'a>;
    type SerializeTupleStruct = Block<'a>;
    type SerializeTupleVariant = Block<'a>;
    type SerializeMap = Block<'a>;
    type SerializeStruct = Block<'a>;
    type SerializeStructVariant = Block<'a>;

    shown!(serialize_i8: i8, serialize_i16: i16, serialize_i32: i32, serialize_i64: i64, serialize_i128: i128);
    shown!(serialize_u8: u8, serialize_u16: u16, serialize_u32: u32, serialize_u64: u64, serialize_u128: u128);
    shown!(serialize_bool: bool);

    fn serialize_f32(self, value: f32) -> Result<(), Error> {
        self.serialize_f64(f64::from(value))
    }
    fn serialize_f64(self, value: f64) -> Result<(), Error> {
        if !value.is_finite() {
            return Err(Error(format!("{value} is not a finite number")));
        }
        self.display(format_args!("{value:?}"))
    }
    fn serialize_char(self, value: char) -> Result<(), Error> {
        self.text(value.encode_utf8(&mut [0; 4]))
    }
    fn serialize_str(self, value: &str) -> Result<(), Error> {
        self.text(value)
    }
    fn serialize_bytes(self, _: &[u8]) -> Result<(), Error> {
        Err(Error("raw bytes have no place in an object".into()))
    }
    fn serialize_none(self) -> Result<(), Error> {
        self.word("null")
    }
    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<(), Error> {
        value.serialize(self)
    }
    fn serialize_unit(self) -> Result<(), Error> {
        self.word("null")
    }
    fn serialize_unit_struct(self, _: &'static str) -> Result<(), Error> {
        self.word("{}")
    }
    fn serialize_unit_variant(self, _: &'static str, _: u32, variant: &'static str) -> Result<(), Error> {
        self.text(variant)
    }
    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        value: &T,
    ) -> Result<(), Error> {
        value.serialize(self)
    }
    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        value: &T,
    ) -> Result<(), Error> {
        let mut block = self.mapping();
        block.field(variant, value)?;
        block.finish("{}")
    }
    fn serialize_seq(self, _: Option<usize>) -> Result<Block<'a>, Error> {
        Ok(self.sequence())
    }
    fn serialize_tuple(self, _: usize) -> Result<Block<'a>, Error> {
        Ok(self.sequence())
    }
    fn serialize_tuple_struct(self, _: &'static str, _: usize) -> Result<Block<'a>, Error> {
        Ok(self.sequence())
    }
    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Block<'a>, Error> {
        Err(Error("a variant with several values has no form in YAML".into()))
    }
    fn serialize_map(self, _: Option<usize>) -> Result<Block<'a>, Error> {
        Ok(self.mapping())
    }
    fn serialize_struct(self, _: &'static str, _: usize) -> Result<Block<'a>, Error> {
        Ok(self.mapping())
    }
    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Block<'a>, Error> {
        Err(Error("a variant with fields has no form in YAML".into()))
    }
}

macro_rules! sequence {
    ($($trait:ident $method:ident),*) => {
        $(impl ser::$trait for Block<'_> {
            type Ok = ();
            type Error = Error;
            fn $method<T: Serialize + ?Sized>(&mut self, item: &T) -> Result<(), Error> { self.item(item) }
            fn end(self) -> Result<(), Error> { self.finish("[]") }
        })*
    };
}
sequence!(
    SerializeSeq serialize_element,
    SerializeTuple serialize_element,
    SerializeTupleStruct serialize_field,
    SerializeTupleVariant serialize_field
);

macro_rules! fields {
    ($($trait:ident),*) => {
        $(impl ser::$trait for Block<'_> {
            type Ok = ();
            type Error = Error;
            fn serialize_field<T: Serialize + ?Sized>(&mut self, key: &'static str, value: &T) -> Result<(), Error> {
                self.field(key, value)
            }
            fn end(self) -> Result<(), Error> { self.finish("{}") }
        })*
    };
}
fields!(SerializeStruct, SerializeStructVariant);

impl ser::SerializeMap for Block<'_> {
    type Ok = ();
    type Error = Error;
    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), Error> {
        self.begin();
        key.serialize(Key { out: self.out })?;
        self.out.push(':');
        Ok(())
    }
    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Error> {
        self.value(value, Place::Key)
    }
    fn end(self) -> Result<(), Error> {
        self.finish("{}")
    }
}

/// Where a map's key is written. Keys are text.
struct Key<'a> {
    out: &'a mut String,
}

macro_rules! refused {
    ($($name:ident($($type:ty),*)),*) => {
        $(fn $name(self $(, _: $type)*) -> Result<(), Error> { Err(not_text()) })*
    };
}

fn not_text() -> Error {
    Error("a key that is not text".into())
}

impl ser::Serializer for Key<'_> {
    type Ok = ();
    type Error = Error;
    type SerializeSeq = Impossible<(), Error>;
    type SerializeTuple = Impossible<(), Error>;
    type SerializeTupleStruct = Impossible<(), Error>;
    type SerializeTupleVariant = Impossible<(), Error>;
    type SerializeMap = Impossible<(), Error>;
    type SerializeStruct = Impossible<(), Error>;
    type SerializeStructVariant = Impossible<(), Error>;

    fn serialize_str(self, value: &str) -> Result<(), Error> {
        scalar::key(self.out, value)
    }
    fn serialize_unit_variant(self, _: &'static str, _: u32, variant: &'static str) -> Result<(), Error> {
        scalar::key(self.out, variant)
    }
    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        value: &T,
    ) -> Result<(), Error> {
        value.serialize(self)
    }
    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<(), Error> {
        value.serialize(self)
    }
    refused!(
        serialize_bool(bool),
        serialize_i8(i8),
        serialize_i16(i16),
        serialize_i32(i32),
        serialize_i64(i64),
        serialize_u8(u8),
        serialize_u16(u16),
        serialize_u32(u32),
        serialize_u64(u64),
        serialize_f32(f32),
        serialize_f64(f64),
        serialize_char(char),
        serialize_bytes(&[u8]),
        serialize_none(),
        serialize_unit(),
        serialize_unit_struct(&'static str)
    );
    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: &T,
    ) -> Result<(), Error> {
        Err(not_text())
    }
    fn serialize_seq(self, _: Option<usize>) -> Result<Self::SerializeSeq, Error> {
        Err(not_text())
    }
    fn serialize_tuple(self, _: usize) -> Result<Self::SerializeSeq, Error> {
        Err(not_text())
    }
    fn serialize_tuple_struct(self, _: &'static str, _: usize) -> Result<Self::SerializeSeq, Error> {
        Err(not_text())
    }
    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Self::SerializeSeq, Error> {
        Err(not_text())
    }
    fn serialize_map(self, _: Option<usize>) -> Result<Self::SerializeMap, Error> {
        Err(not_text())
    }
    fn serialize_struct(self, _: &'static str, _: usize) -> Result<Self::SerializeStruct, Error> {
        Err(not_text())
    }
    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Self::SerializeStruct, Error> {
        Err(not_text())
    }
}
