//! `load`: a data file read as a type.
//!
//! The annotation decides what every value is; nothing is guessed from how it looks. What does not fit is reported
//! at its place in the data file.

mod name;
mod scalar;
mod structure;

use crate::conform::Site;
use crate::inst::Env;
use crate::machine::{Frame, Machine};
use ivs_data::{At, Data, Format, Key, Kind, Node, Problem, What};
use ivs_grammar::ast::Span;
use ivs_model::ir::TExpr;
use ivs_model::{DataFile, Module, Ty, body, code, data_file, item_module};
use ivs_source::{Db, Diagnostic, ItemDiagnostic, ItemId, Label, Place, Severity, SourceFile, data_item};
use ivs_value::{Map, Value, limits};
use rustc_hash::FxHashMap;
use smol_str::SmolStr;
use std::sync::Arc;

/// More complaints about one file help nobody.
const MAX_REPORTS: usize = 50;

/// A data file, read as text: the same for every environment and every type.
#[salsa::tracked(returns(clone))]
fn data_tree(db: &dyn Db, file: SourceFile) -> Arc<Result<Data, Problem>> {
    let format = Format::of(file.path(db)).unwrap_or(Format::Json);
    Arc::new(ivs_data::read(file.text(db), format))
}

/// Where a value stands in a data file: the path of keys and indices from its root.
pub fn data_place(db: &dyn Db, file: SourceFile, path: &[SmolStr]) -> Option<Place<ItemId>> {
    let tree = data_tree(db, file);
    let Ok(data) = tree.as_ref() else { return None };
    let node = data.root.find(path.iter().map(SmolStr::as_str))?;
    Some(Place { of: data_item(db, file), span: Span::new(node.at.start, node.at.end) })
}

/// What a `load` gave.
#[derive(PartialEq, Eq, Debug)]
pub(crate) struct Loaded {
    pub value: Value,
    pub diagnostics: Vec<ItemDiagnostic>,
}

fn nothing(_: &dyn Db, _: salsa::Id, _: Env, _: ItemId, _: u32) -> Arc<Loaded> {
    Arc::new(Loaded { value: Value::Unknown, diagnostics: Vec::new() })
}

/// The value of one `load` of an item.
#[salsa::tracked(returns(clone), cycle_result = nothing)]
pub(crate) fn loaded(db: &dyn Db, env: Env, item: ItemId, expr: u32) -> Arc<Loaded> {
    let ir = body(db, item);
    let unknown = || Arc::new(Loaded { value: Value::Unknown, diagnostics: Vec::new() });
    let Some(TExpr::Load { path, ty }) = ir.exprs.get(expr as usize) else { return unknown() };
    let module = item_module(db, item);
    let DataFile::Found(file) = data_file(db, module, path.clone()) else { return unknown() };
    let tree = data_tree(db, file);
    let mut reader = Reader {
        machine: Machine::detached(db, env, item),
        module,
        file: data_item(db, file),
        site: Site { item, expr },
        columns: &[],
        quantities: FxHashMap::default(),
        references: FxHashMap::default(),
    };
    let value = match tree.as_ref() {
        Err(problem) => reader.unreadable(problem),
        Ok(data) => {
            reader.columns = &data.columns;
            match data.columns.is_empty() {
                true => reader.value(&data.root, ty),
                false => reader.table(data, ty),
            }
        }
    };
    Arc::new(Loaded { value, diagnostics: reader.machine.diagnostics })
}

/// Reads one file as one type.
struct Reader<'db, 'd> {
    machine: Machine<'db>,
    module: Module,
    /// What places in the file are relative to.
    file: ItemId,
    /// The `load`.
    site: Site,
    /// The columns of a CSV file: what is wrong with them is said once, not in every row.
    columns: &'d [Key],
    /// Quantities by text and dimension: columns repeat themselves.
    quantities: FxHashMap<(SmolStr, ivs_value::Dim), Value>,
    /// References by text and kind.
    references: FxHashMap<(SmolStr, Option<ItemId>), Value>,
}

impl<'db, 'd> Reader<'db, 'd> {
    fn db(&self) -> &'db dyn Db {
        self.machine.db
    }

    /// Reports at a place of the data file.
    fn error(
        &mut self,
        code: &'static str,
        at: &At,
        message: String,
        label: impl Into<String>,
        help: impl Into<String>,
    ) -> Value {
        if self.machine.quiet || self.machine.diagnostics.len() >= MAX_REPORTS {
            return Value::Unknown;
        }
        let help = help.into();
        let read_here = Label { place: self.machine.place_of(self.site), text: "loaded here".into() };
        let mut help: Vec<String> = (!help.is_empty()).then_some(help).into_iter().collect();
        if self.machine.diagnostics.len() + 1 == MAX_REPORTS {
            help.push("nothing further is said of this file".into());
        }
        self.machine.report(Diagnostic {
            code,
            severity: Severity::Error,
            message,
            primary: Label { place: self.place(at), text: label.into() },
            labels: vec![read_here],
            help,
            fixes: Vec::new(),
        });
        Value::Unknown
    }

    fn place(&self, at: &At) -> Place<ItemId> {
        Place { of: self.file, span: Span::new(at.start, at.end) }
    }

    fn unreadable(&mut self, p: &Problem) -> Value {
        let code = match p.what {
            What::Syntax | What::Refused => code::DATA_SYNTAX,
            What::Duplicate => code::DATA_TWICE,
            What::Limit => code::LIMIT_DATA,
        };
        let label = match p.what {
            What::Duplicate => "again",
            What::Limit => "the limit was reached here",
            What::Syntax | What::Refused => "here",
        };
        self.error(code, &p.at, p.message.clone(), label, p.help.clone());
        if let Some(first) = &p.first {
            let place = self.place(first);
            if let Some(d) = self.machine.diagnostics.last_mut() {
                d.labels.insert(0, Label { place, text: "first here".into() });
            }
        }
        Value::Unknown
    }

    /// A value of another sort than the type's.
    fn mismatch(&mut self, node: &Node, ty: &Ty, help: impl Into<String>) -> Value {
        let wanted = ty.some().show(self.db());
        let message = format!("`{wanted}` is expected, this is {}", node.sort());
        self.error(code::DATA_TYPE, &node.at, message, node.sort(), help)
    }

    /// A node as a type.
    fn value(&mut self, node: &Node, ty: &Ty) -> Value {
        match ty {
            Ty::Opt(t) => match &node.kind {
                Kind::Null => Value::None,
                Kind::Plain(s) if s.is_empty() => Value::None,
                _ => self.value(node, t),
            },
            Ty::Refined(r) => {
                let value = self.value(node, &r.base);
                self.refined(value, r, node)
            }
            Ty::List(t) => match &node.kind {
                Kind::List(xs) => {
                    if limits::collection(xs.len()).is_err() {
                        return self.too_long(node);
                    }
                    let mut out = Vec::with_capacity(xs.len());
                    for x in xs {
                        out.push(self.value(x, t));
                    }
                    Value::List(out.into())
                }
                _ => self.mismatch(node, ty, self.cell_help()),
            },
            Ty::Map(kv) => match &node.kind {
                Kind::Map(entries) => self.map(entries, &kv.0, &kv.1, node),
                _ => self.mismatch(node, ty, self.cell_help()),
            },
            Ty::Struct(s) => match &node.kind {
                Kind::Map(entries) => self.structure(*s, entries, &node.at),
                _ => self.mismatch(node, ty, self.cell_help()),
            },
            Ty::Union(ts) => self.union(node, ty, ts),
            Ty::Object => self.object(node),
            Ty::Enum(e) => self.member(node, ty, *e),
            Ty::Ref(_) | Ty::RefTo(_) | Ty::AnyRef => self.reference(node, ty),
            _ => self.scalar(node, ty),
        }
    }

    fn cell_help(&self) -> &'static str {
        if self.columns.is_empty() {
            ""
        } else {
            "a cell of CSV holds one value; JSON, YAML and TOML hold lists and maps"
        }
    }

    fn too_long(&mut self, node: &Node) -> Value {
        let message = format!("more than {} elements", limits::COLLECTION);
        self.error(
            code::LIMIT_ELEMENTS,
            &node.at,
            message,
            "the limit of a list or map",
            "split the file, and load its parts",
        )
    }

    fn map(&mut self, entries: &[(Key, Node)], key_ty: &Ty, value_ty: &Ty, node: &Node) -> Value {
        if limits::collection(entries.len()).is_err() {
            return self.too_long(node);
        }
        let mut out = Vec::with_capacity(entries.len());
        for (key, value) in entries {
            let k = self.key(key, key_ty);
            let v = self.value(value, value_ty);
            if !k.is_unknown() {
                out.push((k, v));
            }
        }
        Value::Map(Arc::new(Map::new(out)))
    }

    /// A key as a type: it is always a text.
    fn key(&mut self, key: &Key, ty: &Ty) -> Value {
        let node = Node { kind: Kind::Text(key.text.clone()), at: key.at.clone() };
        self.value(&node, ty)
    }

    /// Any tree, as it is.
    fn object(&mut self, node: &Node) -> Value {
        match &node.kind {
            Kind::Null => Value::None,
            Kind::Bool(b) => Value::Bool(*b),
            Kind::Number(_) => self.scalar(node, &Ty::Number),
            Kind::Text(s) | Kind::Plain(s) => Value::Str(s.clone()),
            Kind::List(_) => self.value(node, &Ty::list(Ty::Object)),
            Kind::Map(entries) => self.map(entries, &Ty::Str, &Ty::Object, node),
        }
    }

    /// The member of a union that a node is of. Members differ in their sort, so at most one takes it; a text that
    /// may also be spelled as another value is a text only where it is marked as one.
    fn union(&mut self, node: &Node, ty: &Ty, ts: &[Ty]) -> Value {
        if matches!(node.kind, Kind::Null) {
            return self.mismatch(node, ty, "");
        }
        let structural = |t: &Ty| matches!(t.core(), Ty::Struct(_) | Ty::Map(_) | Ty::List(_) | Ty::Object);
        if matches!(node.kind, Kind::List(_) | Kind::Map(_)) {
            let list = matches!(node.kind, Kind::List(_));
            let fits = |t: &&Ty| match t.core() {
                Ty::List(_) => list,
                Ty::Struct(_) | Ty::Map(_) | Ty::Object | Ty::Enum(_) => !list,
                _ => false,
            };
            return match ts.iter().find(fits) {
                Some(t) => self.value(node, t),
                None => self.mismatch(node, ty, ""),
            };
        }
        let scalars: Vec<&Ty> = ts.iter().filter(|t| !structural(t)).collect();
        let text_last = matches!(node.kind, Kind::Plain(_));
        let is_text = |t: &Ty| t.is_text() && !matches!(t.core(), Ty::Literal(_));
        let (texts, others): (Vec<&Ty>, Vec<&Ty>) = scalars.into_iter().partition(|t| is_text(t));
        let order: Vec<&Ty> = if text_last {
            others.into_iter().chain(texts).collect()
        } else {
            let literal = |t: &&Ty| matches!(t.core(), Ty::Literal(_));
            let (literals, rest): (Vec<&Ty>, Vec<&Ty>) = others.into_iter().partition(literal);
            literals.into_iter().chain(texts).chain(rest).collect()
        };
        let quiet = std::mem::replace(&mut self.machine.quiet, true);
        let fitting = order.iter().copied().find(|t| !self.value(node, t).is_unknown());
        self.machine.quiet = quiet;
        match (fitting, &order[..]) {
            (Some(t), _) => self.value(node, t),
            (None, [one]) => self.value(node, one),
            (None, _) => self.mismatch(node, ty, ""),
        }
    }

    /// `T where c`.
    fn refined(&mut self, value: Value, r: &ivs_model::Refined, node: &Node) -> Value {
        if value.is_unknown() {
            return value;
        }
        let ir = body(self.db(), r.item);
        let Some(cond) = ir.conditions.get(r.ordinal as usize).copied() else { return value };
        let mut frame = Frame::of(ir, r.item);
        frame.locals.push(value.clone());
        self.machine.steps = 0;
        if self.machine.eval(&mut frame, cond) != Value::Bool(false) {
            return value;
        }
        let name = match &r.alias {
            Some(a) => format!("`{a}`"),
            None => format!("`{} where {}`", r.base.show(self.db()), r.text),
        };
        let shown = ivs_value::display(&value);
        let before = self.machine.diagnostics.len();
        let help = format!("`{}` has to hold of `it`", r.text);
        self.error(
            code::OUT_OF_RANGE,
            &node.at,
            format!("`{shown}` is no {name}"),
            format!("this is {shown}"),
            help,
        );
        let place = Place { of: r.item, span: frame.span(self.db(), cond) };
        if self.machine.diagnostics.len() > before
            && let Some(d) = self.machine.diagnostics.last_mut()
        {
            d.labels.push(Label { place, text: "what has to hold of it".into() });
        }
        Value::Unknown
    }
}
