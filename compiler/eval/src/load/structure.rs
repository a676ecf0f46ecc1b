//! Structs, and the rows of CSV.

use super::Reader;
use crate::constants::{constants, has_requirements};
use ivs_data::{At, Data, Key, Kind, Node};
use ivs_model::{Field, Schema, Ty, code, near, schema};
use ivs_source::{ItemId, Label};
use ivs_value::{Map, Shape, StructValue, Value, limits};
use smol_str::SmolStr;
use std::sync::Arc;

impl Reader<'_, '_> {
    /// The rows of a CSV file as a list, or as a map by the first column.
    pub(super) fn table(&mut self, data: &Data, ty: &Ty) -> Value {
        let Kind::List(rows) = &data.root.kind else { return Value::Unknown };
        if limits::collection(rows.len()).is_err() {
            return self.too_long(&data.root);
        }
        match ty {
            Ty::Refined(r) => {
                let value = self.table(data, &r.base);
                self.refined(value, r, &data.root)
            }
            Ty::Opt(t) => self.table(data, t),
            Ty::Map(kv) => {
                let first = self.columns.first().map(|c| c.text.clone()).unwrap_or_default();
                let known = match kv.1.core() {
                    Ty::Struct(s) => schema(self.db(), *s).field(&first).is_some(),
                    _ => false,
                };
                let skip = usize::from(!known);
                self.columns = self.columns.get(skip..).unwrap_or_default();
                if !self.head(&kv.1) {
                    return Value::Unknown;
                }
                self.by_key(rows, &kv.0, &kv.1, skip)
            }
            Ty::List(t) => {
                if !self.head(t) {
                    return Value::Unknown;
                }
                let mut out = Vec::with_capacity(rows.len());
                for row in rows {
                    out.push(self.value(row, t));
                }
                Value::List(out.into())
            }
            _ => self.value(&data.root, ty),
        }
    }

    fn by_key(&mut self, rows: &[Node], key_ty: &Ty, row_ty: &Ty, skip: usize) -> Value {
        let mut out: Vec<(Value, Value)> = Vec::with_capacity(rows.len());
        let mut seen: rustc_hash::FxHashMap<&str, &At> = rustc_hash::FxHashMap::default();
        for row in rows {
            let Kind::Map(cells) = &row.kind else { continue };
            let Some((_, first)) = cells.first() else { continue };
            let Kind::Plain(text) = &first.kind else { continue };
            if let Some(place) = seen.insert(text, &first.at) {
                let place = place.clone();
                let before = self.machine.diagnostics.len();
                let message = format!("two rows have the key `{text}`");
                self.error(
                    code::DATA_TWICE,
                    &first.at,
                    message,
                    "again",
                    "the first column is the key of the map",
                );
                let place = self.place(&place);
                if self.machine.diagnostics.len() > before
                    && let Some(d) = self.machine.diagnostics.last_mut()
                {
                    d.labels.insert(0, Label { place, text: "first here".into() });
                }
                continue;
            }
            let key = self.key(&Key { text: text.clone(), at: first.at.clone() }, key_ty);
            let rest =
                Node { kind: Kind::Map(cells.get(skip..).unwrap_or_default().to_vec()), at: row.at.clone() };
            let value = self.value(&rest, row_ty);
            if !key.is_unknown() {
                out.push((key, value));
            }
        }
        Value::Map(Arc::new(Map::new(out)))
    }

    /// Whether the columns are those of the rows' type; says once what is not.
    fn head(&mut self, row: &Ty) -> bool {
        let Ty::Struct(s) = row.core() else { return true };
        let schema = schema(self.db(), *s);
        let columns = self.columns;
        let mut fine = true;
        // A column that is misspelled is not missing as well.
        let mut meant: Vec<SmolStr> = Vec::new();
        for c in columns {
            if schema.field(&c.text).is_none() {
                meant.extend(self.unknown_key(schema, c, "column"));
                fine = false;
            }
        }
        let end = columns.last().map_or(0, |c| c.at.end);
        for f in &schema.fields {
            if f.demanded() && !meant.contains(&f.name) && !columns.iter().any(|c| c.text == f.name) {
                let start = columns.first().map_or(0, |c| c.at.start);
                self.lacking(schema, f, &(start..end), "no column");
                fine = false;
            }
        }
        fine
    }

    /// Gives the field that is probably meant.
    fn unknown_key(&mut self, schema: &Schema, key: &Key, what: &str) -> Option<SmolStr> {
        let meant = near(&key.text, schema.fields.iter().map(|f| f.name.as_str())).map(SmolStr::new);
        let help = match &meant {
            Some(n) => format!("did you mean `{n}`?"),
            None => {
                let names: Vec<String> =
                    schema.fields.iter().take(16).map(|f| format!("`{}`", f.name)).collect();
                format!("`{}` has {}", schema.name, names.join(", "))
            }
        };
        let message = format!("`{}` has no field `{}`", schema.name, key.text);
        self.error(code::DATA_UNKNOWN, &key.at, message, format!("unknown {what}"), help);
        meant
    }

    /// `label` says what there is not: "no key".
    fn lacking(&mut self, schema: &Schema, field: &Field, at: &At, label: &str) {
        let ty = field.ty.show(self.db());
        let message = format!("`{}` needs `{}`", schema.name, field.name);
        let help = match field.docs.is_empty() {
            true => format!("add it, a `{ty}`; or give the field a default: `{}: {ty} = …`", field.name),
            false => format!(
                "`{}`: {}",
                field.name,
                field.docs.lines().map(str::trim).collect::<Vec<_>>().join(" ")
            ),
        };
        self.error(code::DATA_MISSING, at, message, format!("{label} `{}`", field.name), help);
    }

    /// A struct from the entries of a map, or the cells of a row.
    pub(super) fn structure(&mut self, s: ItemId, entries: &[(Key, Node)], at: &At) -> Value {
        let schema = schema(self.db(), s);
        // Of rows, the columns were looked at once.
        let row = !self.columns.is_empty();
        let mut meant: Vec<SmolStr> = Vec::new();
        if !row {
            for (key, _) in entries {
                if schema.field(&key.text).is_none() {
                    meant.extend(self.unknown_key(schema, key, "key"));
                }
            }
        }
        let constants = constants(self.db(), self.machine.env, s);
        let mut given: Vec<Option<Value>> = Vec::with_capacity(schema.fields.len());
        let mut open = false;
        for f in &schema.fields {
            let found = entries.iter().find(|(k, _)| k.text == f.name).map(|(_, n)| n);
            let set = found.filter(|n| !self.is_absent(n, f));
            let value = match set {
                Some(node) => Some(self.value(node, &f.read_ty())),
                None if f.optional && !f.has_default => Some(Value::None),
                None if f.has_default => {
                    f.owner.and_then(|(_, o)| constants.get(o as usize).cloned().flatten())
                }
                None if meant.contains(&f.name) => Some(Value::Unknown),
                None => Some(self.absent(schema, f, found, at)),
            };
            open |= value.is_none();
            given.push(value);
        }
        if !open && !has_requirements(self.db(), s) {
            let fields: Box<[Value]> = given.into_iter().flatten().collect();
            return Value::Struct(Arc::new(StructValue { shape: schema.shape.clone(), fields }));
        }
        self.completed(s, schema, given, at)
    }

    /// Whether a field is left to its default: `null`, or an empty cell, of one that has it.
    fn is_absent(&self, node: &Node, f: &Field) -> bool {
        match &node.kind {
            Kind::Null => true,
            Kind::Plain(t) if t.is_empty() => f.optional || f.has_default || !matches!(f.ty.core(), Ty::Str),
            _ => false,
        }
    }

    /// A field that has no value and needs one: a struct is there, and its own fields are demanded.
    fn absent(&mut self, schema: &Schema, f: &Field, found: Option<&Node>, at: &At) -> Value {
        match f.ty.core() {
            Ty::Struct(s) if found.is_none() => self.structure(*s, &[], at),
            _ => {
                let label = if found.is_some() { "nothing is given for" } else { "no key" };
                self.lacking(schema, f, found.map_or(at, |n| &n.at), label);
                Value::Unknown
            }
        }
    }

    /// With defaults that are formulas, and with what has to hold of it.
    fn completed(&mut self, s: ItemId, schema: &Schema, given: Vec<Option<Value>>, at: &At) -> Value {
        let (mut names, mut values) = (Vec::new(), Vec::new());
        for (f, v) in schema.fields.iter().zip(given) {
            if let Some(v) = v {
                names.push(f.name.clone());
                values.push(v);
            }
        }
        let shape = Arc::new(Shape::new(Default::default(), names));
        let base = StructValue { shape, fields: values.into() };
        let before = self.machine.diagnostics.len();
        let node = self.machine.struct_node(s, &[], Some(Arc::new(base)), None);
        let value = self.machine.whole(node);
        // One struct at a time: nothing of it is needed any more.
        self.machine.nodes.clear();
        self.machine.contribs.clear();
        self.machine.lets.clear();
        self.machine.whens.clear();
        self.machine.inherited.clear();
        // What the struct demands is broken by the data, not by the `load`.
        let (site, place) = (self.site, self.place(at));
        for d in self.machine.diagnostics.iter_mut().skip(before) {
            d.labels.retain(|l| l.place.of != site.item);
            if d.primary.place.of == site.item {
                d.primary = Label { place: place.clone(), text: "of this".into() };
            } else {
                d.labels.push(Label { place: place.clone(), text: "of this".into() });
            }
            if let Some(rest) = d.message.strip_prefix("`` ") {
                d.message = format!("`{}` {rest}", schema.name);
            }
        }
        value
    }
}
