//! Types as written, resolved.

use crate::code;
use crate::names::{Found, Module, in_module, item_module, nearest_name, resolve};
use crate::suggest::closest;
use crate::ty::{Refined, Ty};
use crate::units::dimension_named;
use ivs_grammar::ast::{Expr, ItemKind, Path, Span, TypeExpr, TypeKind};
use ivs_source::{Db, Diagnostic, ItemDiagnostic, ItemId, ItemText, Label, Place, Severity, parse_item};
use ivs_value::Dim;
use smol_str::SmolStr;
use std::sync::Arc;

/// Reads the types of one item; counts its conditions.
pub(crate) struct TypeReader<'db, 'ast> {
    pub db: &'db dyn Db,
    pub module: Module,
    pub item: ItemId,
    /// The conditions seen so far, with the type that `it` has in each.
    pub conditions: Vec<(Ty, &'ast Expr)>,
    /// How many conditions of the item were read before.
    pub first: u32,
    pub diagnostics: Vec<ItemDiagnostic>,
    /// Text of the item, for showing conditions.
    pub text: ItemText,
}

const SCALARS: &[(&str, Ty)] = &[
    ("bool", Ty::Bool),
    ("int", Ty::Int),
    ("number", Ty::Number),
    ("percent", Ty::Percent),
    ("string", Ty::Str),
    ("date", Ty::Date),
    ("version", Ty::Version),
    ("version-range", Ty::VersionRange),
    ("url", Ty::Url),
    ("cron", Ty::Cron),
    ("cidr", Ty::Cidr),
    ("image-ref", Ty::ImageRef),
    ("object", Ty::Object),
    ("secret", Ty::Secret),
    ("quantity", Ty::Quantity),
    ("declaration", Ty::AnyRef),
];

/// Whether a word is the name of a type that is built in.
pub(crate) fn is_scalar(name: &str) -> bool {
    SCALARS.iter().any(|(n, _)| *n == name)
}

/// The names of the types that are built in.
pub fn scalar_types() -> impl Iterator<Item = &'static str> {
    SCALARS.iter().map(|(n, _)| *n)
}

/// What other languages call it.
const FOREIGN: &[(&str, &str)] = &[
    ("integer", "int"),
    ("i32", "int"),
    ("i64", "int"),
    ("long", "int"),
    ("boolean", "bool"),
    ("str", "string"),
    ("text", "string"),
    ("float", "number"),
    ("double", "number"),
    ("decimal", "number"),
    ("num", "number"),
    ("duration", "time"),
    ("timedelta", "time"),
    ("semver", "version"),
    ("uri", "url"),
    ("percentage", "percent"),
    ("null", "none"),
    ("any", "object"),
];

impl<'db, 'ast> TypeReader<'db, 'ast> {
    pub fn new(db: &'db dyn Db, item: ItemId) -> Self {
        TypeReader {
            db,
            module: item_module(db, item),
            item,
            conditions: Vec::new(),
            first: 0,
            diagnostics: Vec::new(),
            text: ivs_source::item_text(db, item).clone(),
        }
    }

    fn error(
        &mut self,
        code: &'static str,
        span: Span,
        message: String,
        label: &str,
        help: Option<String>,
    ) -> Ty {
        self.diagnostics.push(Diagnostic {
            code,
            severity: Severity::Error,
            message,
            primary: Label { place: Place { of: self.item, span }, text: label.into() },
            labels: Vec::new(),
            help: help.into_iter().collect(),
            fixes: Vec::new(),
        });
        Ty::Error
    }

    pub fn read(&mut self, t: &'ast TypeExpr) -> Ty {
        match &t.kind {
            TypeKind::Error => Ty::Error,
            TypeKind::None => Ty::None,
            TypeKind::Literal(s) => Ty::Literal(s.clone()),
            TypeKind::List(e) => Ty::list(self.read(e)),
            TypeKind::Map(k, v) => {
                let key = self.read(k);
                // References to several kinds are told apart by what they refer to.
                let references = |t: &Ty| matches!(t.core(), Ty::Ref(_) | Ty::AnyRef | Ty::Error);
                let fine = match key.core() {
                    Ty::Str | Ty::Enum(_) => true,
                    Ty::Union(ts) => ts.iter().all(references),
                    t => references(t),
                };
                if !fine && !key.is_text() {
                    let shown = key.show(self.db);
                    self.error(
                        code::WRONG_TYPE,
                        k.span,
                        format!("`{shown}` cannot be the key of a map"),
                        "keys are strings, enum members or references",
                        None,
                    );
                }
                Ty::Map(Arc::new((key, self.read(v))))
            }
            TypeKind::Range(a, b) => {
                let (a_ty, b_ty) = (self.read(a), self.read(b));
                if a_ty != b_ty && a_ty != Ty::Error && b_ty != Ty::Error {
                    let message =
                        format!("a range from `{}` to `{}`", a_ty.show(self.db), b_ty.show(self.db));
                    return self.error(code::WRONG_TYPE, t.span, message, "both ends have one type", None);
                }
                Ty::Range(Arc::new(a_ty))
            }
            TypeKind::Union(ts) => {
                let mut members: Vec<Ty> = Vec::new();
                let mut none = false;
                for t in ts {
                    match self.read(t) {
                        Ty::None => none = true,
                        Ty::Opt(t) => {
                            none = true;
                            members.push((*t).clone());
                        }
                        ty => members.push(ty),
                    }
                }
                let mut sorts: Vec<(Sort, &Ty)> = Vec::new();
                for m in &members {
                    let Some(sort) = sort_of(self.db, m) else { continue };
                    if let Some((_, first)) = sorts.iter().find(|(s, _)| s.overlaps(&sort)) {
                        let message = format!(
                            "`{}` and `{}` cannot be told apart",
                            first.show(self.db),
                            m.show(self.db)
                        );
                        return self.error(
                            code::WRONG_TYPE,
                            t.span,
                            message,
                            "the members of a union differ in their sort",
                            Some("make it an enum with fields: `enum e { a(…), b(…) }`".into()),
                        );
                    }
                    sorts.push((sort, m));
                }
                let union = match members.len() {
                    0 => return Ty::None,
                    1 => members.remove(0),
                    _ => Ty::Union(members.into()),
                };
                if none { union.opt() } else { union }
            }
            TypeKind::Where(base, cond) => {
                let base = self.read(base);
                let ordinal = self.first + self.conditions.len() as u32;
                self.conditions.push((base.clone(), cond));
                let text = SmolStr::new(cond.span.text(&self.text));
                Ty::Refined(Arc::new(Refined { base, item: self.item, ordinal, text, alias: None }))
            }
            TypeKind::Dim { first, rest } => {
                let Some(mut dim) = self.dimension(first) else { return Ty::Error };
                for (divides, path) in rest {
                    let Some(d) = self.dimension(path) else { return Ty::Error };
                    dim = if *divides { dim.div(&d) } else { dim.mul(&d) }.unwrap_or_default();
                }
                if dim.is_none() { Ty::Number } else { Ty::Dim(dim) }
            }
            TypeKind::Path(path) => self.path(path),
        }
    }

    fn dimension(&mut self, path: &Path) -> Option<Dim> {
        let word = path.words.last()?;
        if path.words.len() == 1 {
            if let Some(d) = dimension_named(self.db, self.module, &word.text) {
                return Some(d);
            }
            // A name for a dimension.
            if let Ty::Dim(d) = self.path(path) {
                return Some(d);
            }
            if self.diagnostics.iter().any(|d| d.primary.place.span == path.span) {
                return None;
            }
        }
        self.error(
            code::UNKNOWN_DIMENSION,
            path.span,
            format!("`{}` is not a dimension", path.span.text(&self.text.clone())),
            "a dimension or a counted unit is expected",
            Some("dimensions are declared with `dimension` and `unit`".into()),
        );
        None
    }

    fn path(&mut self, path: &Path) -> Ty {
        let Some((last, front)) = path.words.split_last() else { return Ty::Error };
        let mut found;
        if let Some((root, middle)) = front.split_first() {
            let Some(mut module) = resolve(self.db, self.module, root.text.clone()).module else {
                return self.unknown(path);
            };
            for word in middle {
                match in_module(self.db, self.module, module, &word.text).module {
                    Some(m) => module = m,
                    None => return self.unknown(path),
                }
            }
            found = in_module(self.db, self.module, module, &last.text);
        } else {
            if let Some((_, ty)) = SCALARS.iter().find(|(n, _)| last.text == *n) {
                return ty.clone();
            }
            found = resolve(self.db, self.module, last.text.clone()).clone();
            // A unit of the package goes before a struct or kind that the library has in scope everywhere.
            let own = found.units.iter().any(|u| !u.file(self.db).library(self.db));
            if found.prelude
                && own
                && let Some(d) = dimension_named(self.db, self.module, &last.text)
            {
                return Ty::Dim(d);
            }
        }
        let Found { things, decls, .. } = &mut found;
        for item in things.iter() {
            match item.key(self.db).keyword {
                "kind" => return Ty::Ref(*item),
                "struct" => return Ty::Struct(*item),
                "enum" => return Ty::Enum(*item),
                "type" => return type_alias(self.db, *item).clone(),
                _ => {}
            }
        }
        if front.is_empty()
            && let Some(d) = dimension_named(self.db, self.module, &last.text)
        {
            return Ty::Dim(d);
        }
        if let [template] = decls[..] {
            return Ty::RefTo(template);
        }
        self.unknown(path)
    }

    fn unknown(&mut self, path: &Path) -> Ty {
        let shown = path.span.text(&self.text).to_string();
        let near = path.words.last().and_then(|w| {
            let foreign =
                FOREIGN.iter().find(|(f, _)| w.text.eq_ignore_ascii_case(f)).map(|(_, o)| SmolStr::new(o));
            foreign.or_else(|| closest(&w.text, SCALARS.iter().map(|(n, _)| *n)).map(SmolStr::new)).or_else(
                || {
                    let is_type =
                        |i: ItemId| matches!(i.key(self.db).keyword, "kind" | "struct" | "enum" | "type");
                    nearest_name(self.db, self.module, &w.text, is_type)
                },
            )
        });
        let help = near.map(|n| format!("did you mean `{n}`?"));
        self.error(code::UNKNOWN_TYPE, path.span, format!("unknown type `{shown}`"), "not found", help)
    }
}

/// Whether a type leads to nothing: what is left of one that names itself.
pub(crate) fn is_hollow(ty: &Ty) -> bool {
    match ty {
        Ty::Error => true,
        Ty::List(t) | Ty::Range(t) | Ty::Opt(t) => is_hollow(t),
        Ty::Map(kv) => is_hollow(&kv.0) || is_hollow(&kv.1),
        Ty::Union(ts) => ts.iter().any(is_hollow),
        Ty::Refined(r) => is_hollow(&r.base),
        _ => false,
    }
}

/// What a value shows without being looked into.
#[derive(PartialEq, Eq)]
enum Sort {
    Number,
    Percent,
    /// `None` of any dimension.
    Dim(Option<Dim>),
    Block,
    /// `None` of any kind.
    Ref(Option<ItemId>),
    Enum(ItemId),
    /// One text, or `None` for any.
    Text(Option<SmolStr>),
    List,
    Range,
    Bool,
    Date,
    Version,
    Secret,
}

impl Sort {
    /// Whether a value may be of both.
    fn overlaps(&self, other: &Sort) -> bool {
        match (self, other) {
            (Sort::Dim(None), Sort::Dim(_)) | (Sort::Dim(_), Sort::Dim(None)) => true,
            (Sort::Ref(None), Sort::Ref(_)) | (Sort::Ref(_), Sort::Ref(None)) => true,
            (Sort::Text(None), Sort::Text(_)) | (Sort::Text(_), Sort::Text(None)) => true,
            (a, b) => a == b,
        }
    }
}

/// Values of a union are told apart by their sort: the sort of a type, if it has one.
fn sort_of(db: &dyn Db, ty: &Ty) -> Option<Sort> {
    Some(match ty.core() {
        Ty::Int | Ty::Number => Sort::Number,
        Ty::Percent => Sort::Percent,
        Ty::Dim(d) => Sort::Dim(Some(d.clone())),
        Ty::Quantity => Sort::Dim(None),
        Ty::Struct(_) | Ty::Map(_) | Ty::Record(_) | Ty::Object | Ty::LateObject => Sort::Block,
        Ty::Ref(k) => Sort::Ref(Some(*k)),
        Ty::RefTo(d) => Sort::Ref(crate::decl_kind(db, *d)),
        Ty::AnyRef => Sort::Ref(None),
        Ty::Enum(e) => Sort::Enum(*e),
        Ty::Literal(l) => Sort::Text(Some(l.clone())),
        Ty::Str | Ty::Url | Ty::Cron | Ty::Cidr | Ty::ImageRef | Ty::VersionRange => Sort::Text(None),
        Ty::List(_) => Sort::List,
        Ty::Range(_) => Sort::Range,
        Ty::Bool => Sort::Bool,
        Ty::Date => Sort::Date,
        Ty::Version => Sort::Version,
        Ty::Secret => Sort::Secret,
        _ => return None,
    })
}

fn no_type(_: &dyn Db, _: salsa::Id, _: ItemId) -> Ty {
    Ty::Error
}

/// The type that a `type` item names; [`Ty::Error`] if it names itself (reported by [`crate::typed`]).
#[salsa::tracked(returns(ref), cycle_result = no_type)]
pub fn type_alias(db: &dyn Db, item: ItemId) -> Ty {
    let parsed = parse_item(db, item);
    let Some(ItemKind::Type { name, ty }) = parsed.item().map(|i| &i.kind) else { return Ty::Error };
    match TypeReader::new(db, item).read(ty) {
        Ty::Refined(r) => Ty::Refined(Arc::new(Refined { alias: Some(name.text.clone()), ..(*r).clone() })),
        ty => ty,
    }
}
