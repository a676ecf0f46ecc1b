//! Typing: trees to typed formulas.
//!
//! Types are declared at the edges (fields, parameters, results) and inferred inside. The expected type travels
//! inwards and decides spellings: enum members, declarations, units.

mod attribute;
mod block;
mod call;
mod check;
mod declaration;
mod definition;
mod elsewhere;
mod expr;
mod figure;
mod group;
mod item;
mod late;
mod load;
mod mismatch;
mod name;
mod number;
mod ops;
mod overlay;
mod postfix;
mod trace;

use crate::fields::Schema;
use crate::ir::{BlockId, BlockIr, Body, ExprId, MarkId, SourceMap, TExpr};
use crate::names::Module;
use crate::trace::{Symbol, Trace};
use crate::ty::Ty;
use ivs_grammar::ast::{Expr, Span};
use ivs_source::{Db, Diagnostic, Edit, Fix, ItemDiagnostic, ItemId, ItemText, Label, Place, Severity};
use rustc_hash::FxHashMap;
use smol_str::SmolStr;
use std::sync::Arc;

pub(crate) use trace::traced;

/// An item, typed.
#[derive(PartialEq, Eq, Debug)]
pub struct Typed {
    /// What evaluation runs.
    pub body: Arc<Body>,
    /// Where it stands.
    pub map: Arc<SourceMap>,
    /// What is wrong with it, syntax included.
    pub diagnostics: Vec<ItemDiagnostic>,
    /// The type of a constant, or a function's result.
    pub result: Ty,
    /// Functions, constants that its formulas name directly; for finding loops.
    pub uses: Vec<ItemId>,
    /// Whether its own type was needed to find its type.
    pub looped: bool,
}

fn no_typed(db: &dyn Db, _: salsa::Id, item: ItemId) -> Arc<Typed> {
    // A constant that needs its own type: reported as a loop by the module's report.
    let _ = (db, item);
    Arc::new(Typed {
        body: Arc::default(),
        map: Arc::default(),
        diagnostics: Vec::new(),
        result: Ty::Error,
        uses: Vec::new(),
        looped: true,
    })
}

/// Types an item.
#[salsa::tracked(returns(clone), cycle_result = no_typed)]
pub fn typed(db: &dyn Db, item: ItemId) -> Arc<Typed> {
    Arc::new(item::type_item(db, item, false))
}

fn no_body(_: &dyn Db, _: salsa::Id, _: ItemId) -> Arc<Body> {
    Arc::default()
}

/// The formulas of an item, without places: equal after an edit that only moves text. Of a check, kind or struct of the
/// library without what is said of a requirement that does not hold: most hold, and no start pays for it.
#[salsa::tracked(returns(deref), cycle_result = no_body)]
pub fn body(db: &dyn Db, item: ItemId) -> Arc<Body> {
    let quiet = matches!(item.key(db).keyword, "check" | "kind" | "struct") && item.file(db).library(db);
    match quiet {
        true => item::type_item(db, item, true).body,
        false => typed(db, item).body.clone(),
    }
}

/// [`body`], with all that is said. What both have, they have at the same place.
#[salsa::tracked(returns(deref))]
pub fn worded_body(db: &dyn Db, item: ItemId) -> Arc<Body> {
    typed(db, item).body.clone()
}

/// The places of an item's formulas. Only what reports to people may ask.
pub fn source_map(db: &dyn Db, item: ItemId) -> Arc<SourceMap> {
    typed(db, item).map.clone()
}

/// The type of a constant or of a function's result.
#[salsa::tracked(returns(clone))]
pub fn result_type(db: &dyn Db, item: ItemId) -> Ty {
    typed(db, item).result.clone()
}

/// A block around the place that is typed.
struct Level<'ast> {
    /// Its fields, if it is a struct's or kind's.
    schema: Option<Arc<Schema>>,
    /// How its fields are reached, for narrowing and for messages: `self.scaling`.
    path: SmolStr,
    /// Its `let`s.
    lets: Vec<LetVar<'ast>>,
    /// How many local variables were in sight where it began.
    locals: usize,
    /// How much was known where it began.
    facts: usize,
    block: BlockId,
}

struct LetVar<'ast> {
    name: SmolStr,
    span: Span,
    value: &'ast Expr,
    annotation: Option<Ty>,
    /// `None` while untouched; the type once typed.
    ty: Option<Ty>,
    busy: bool,
    index: u32,
}

struct LocalVar {
    name: SmolStr,
    ty: Ty,
    /// Where the name is given; nowhere for `it`.
    home: Option<Symbol>,
}

/// What `self` is.
#[derive(Clone)]
enum SelfTy {
    Nothing,
    Of(Ty),
}

struct Infer<'db, 'ast> {
    db: &'db dyn Db,
    item: ItemId,
    module: Module,
    text: ItemText,
    body: Body,
    map: SourceMap,
    /// The type of each expression.
    types: Vec<Ty>,
    /// The access path of each expression that has one, for narrowing.
    paths: FxHashMap<ExprId, SmolStr>,
    diagnostics: Vec<ItemDiagnostic>,
    levels: Vec<Level<'ast>>,
    locals: Vec<LocalVar>,
    self_ty: SelfTy,
    /// What is known of paths here: the innermost last.
    facts: Vec<(SmolStr, Ty)>,
    /// The type of `inherited`, where it means something.
    inherited: Option<Ty>,
    uses: Vec<ItemId>,
    /// The unit at the other end of the range that is typed: what a bare end most likely means.
    beside: Option<SmolStr>,
    /// Whether what is said of requirements that do not hold is left out.
    quiet: bool,
    /// What is kept of it all for editors.
    trace: Option<Box<Trace>>,
}

/// A diagnostic under construction.
struct Report(ItemDiagnostic);

impl Report {
    fn label(mut self, text: impl Into<String>) -> Self {
        self.0.primary.text = text.into();
        self
    }
    fn help(mut self, text: impl Into<String>) -> Self {
        self.0.help.push(text.into());
        self
    }
    fn also(mut self, of: ItemId, span: Span, text: impl Into<String>) -> Self {
        self.0.labels.push(Label { place: Place { of, span }, text: text.into() });
        self
    }
    /// An edit in the same item.
    fn fix(mut self, title: impl Into<String>, span: Span, text: impl Into<String>) -> Self {
        let place = Place { of: self.0.primary.place.of, span };
        self.0.fixes.push(Fix { title: title.into(), edits: vec![Edit { place, text: text.into() }] });
        self
    }
    /// The nearest of some names, as a fix.
    fn near(self, name: &str, span: Span, names: Vec<SmolStr>) -> Self {
        match crate::suggest::closest(name, names.iter().map(SmolStr::as_str)) {
            Some(n) => self.fix(format!("write `{n}`"), span, n),
            None => self,
        }
    }
    fn warning(mut self) -> Self {
        self.0.severity = Severity::Warning;
        self
    }
}

impl<'db, 'ast> Infer<'db, 'ast> {
    fn report(&self, code: &'static str, span: Span, message: impl Into<String>) -> Report {
        Report(Diagnostic {
            code,
            severity: Severity::Error,
            message: message.into(),
            primary: Label { place: Place { of: self.item, span }, text: String::new() },
            labels: Vec::new(),
            help: Vec::new(),
            fixes: Vec::new(),
        })
    }

    fn push(&mut self, report: Report) {
        self.diagnostics.push(report.0);
    }

    /// Reports and gives an expression that stays silent.
    fn fail(&mut self, report: Report) -> (ExprId, Ty) {
        let span = report.0.primary.place.span;
        self.push(report);
        self.add(TExpr::Error, Ty::Error, span)
    }

    fn add(&mut self, expr: TExpr, ty: Ty, span: Span) -> (ExprId, Ty) {
        let id = self.body.exprs.len() as ExprId;
        self.body.exprs.push(expr);
        self.map.exprs.push(span);
        self.types.push(ty.clone());
        (id, ty)
    }

    /// Adds an expression that is reached by a path, and applies what is known of it.
    fn add_path(&mut self, expr: TExpr, ty: Ty, span: Span, path: SmolStr) -> (ExprId, Ty) {
        let ty = self.facts.iter().rev().find(|(p, _)| *p == path).map_or(ty, |(_, t)| t.clone());
        let (id, ty) = self.add(expr, ty, span);
        self.paths.insert(id, path);
        (id, ty)
    }

    fn mark(&mut self, span: Span) -> MarkId {
        self.map.marks.push(span);
        self.map.marks.len() as MarkId - 1
    }

    fn new_block(&mut self, end: Span) -> BlockId {
        self.body.blocks.push(BlockIr::default());
        self.map.block_ends.push(Span::new(end.end.saturating_sub(1), end.end));
        self.body.blocks.len() as BlockId - 1
    }

    fn block_mut(&mut self, id: BlockId) -> Option<&mut BlockIr> {
        self.body.blocks.get_mut(id as usize)
    }

    fn ty_of(&self, id: ExprId) -> Ty {
        self.types.get(id as usize).cloned().unwrap_or(Ty::Error)
    }

    fn dimension_names(&self) -> Vec<SmolStr> {
        let own = &crate::names::module_index(self.db, self.module).dimensions;
        let library = &crate::names::library(self.db).units;
        let is_dimension = |ids: &Vec<ItemId>| ids.iter().any(|i| i.key(self.db).keyword == "dimension");
        let mut names: Vec<SmolStr> = own.keys().cloned().collect();
        names.extend(library.iter().filter(|(_, ids)| is_dimension(ids)).map(|(n, _)| n.clone()));
        names.sort();
        names
    }

    fn source(&self, span: Span) -> String {
        span.text(&self.text).to_string()
    }
}

/// The type of a family's keys; `None` if the declaration is no family.
fn family_key_ty(db: &dyn Db, family: ItemId) -> Option<Ty> {
    let parsed = ivs_source::parse_item(db, family);
    let Some(ivs_grammar::ast::ItemKind::Decl(d)) = parsed.item().map(|i| &i.kind) else { return None };
    d.family.as_ref()?;
    let ty = family_key_type_of(db, family);
    (ty != Ty::Error).then_some(ty)
}

fn no_key_type(_: &dyn Db, _: salsa::Id, _: ItemId) -> Ty {
    Ty::Error
}

#[salsa::tracked(returns(clone), cycle_result = no_key_type)]
fn family_key_type_of(db: &dyn Db, family: ItemId) -> Ty {
    item::key_type(db, family)
}
