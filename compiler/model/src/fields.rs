//! The fields of kinds, structs and enum members: the part of an item that its users read.

use crate::ty::Ty;
use crate::types::TypeReader;
use ivs_grammar::ast::{Attr, Block, EntryKind, ExprKind, Item, ItemKind, Param, StrPart};
use ivs_source::{Db, ItemId, parse_item};
use ivs_value::Shape;
use rustc_hash::FxHashMap;
use smol_str::SmolStr;
use std::sync::Arc;

/// What fills a field that nobody sets.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Builtin {
    /// The declaration's name.
    Name,
    /// Its name in outputs, made from `name`.
    Slug,
    /// `true`
    Enabled,
    /// `{}`
    Labels,
    /// `none`
    Absent,
}

/// A field.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Field {
    /// Its name.
    pub name: SmolStr,
    /// Its type, without the `none` of an optional field.
    pub ty: Ty,
    /// Whether it may be `none`.
    pub optional: bool,
    /// Whether a formula fills it where nothing is set.
    pub has_default: bool,
    /// The item that defines it, and its place among that item's definitions; `None` for built-in fields.
    pub owner: Option<(ItemId, u16)>,
    /// What fills a built-in field.
    pub builtin: Option<Builtin>,
    /// Its documentation.
    pub docs: SmolStr,
    /// The text of `@deprecated`.
    pub deprecated: Option<SmolStr>,
}

impl Field {
    /// Whether somebody has to set it. A struct is always there; its own open fields are demanded.
    pub fn demanded(&self) -> bool {
        !self.optional
            && !self.has_default
            && self.builtin.is_none()
            && !matches!(self.ty.core(), Ty::Struct(_))
    }
    /// The type of reading it.
    pub fn read_ty(&self) -> Ty {
        if self.optional { self.ty.clone().opt() } else { self.ty.clone() }
    }
}

/// The fields of a kind or struct, or of a declaration with its templates' parameters.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Schema {
    /// Its name.
    pub name: SmolStr,
    /// In order: built-in ones first, then as defined, parameters of templates last.
    pub fields: Vec<Field>,
    /// Shared by its values.
    pub shape: Arc<Shape>,
    /// What it is lowered to: `kubernetes.workload`.
    pub emits: Vec<SmolStr>,
    /// Whether `body` takes any field.
    pub open: bool,
    /// Its documentation.
    pub docs: SmolStr,
    /// Where fields are, where there are many.
    index: FxHashMap<SmolStr, u16>,
}

/// Fields, or members of an enum, up to which one is looked for one by one.
const LINEAR: usize = 24;

/// Fields that a kind or struct may have: their places are numbered with 16 bits.
pub const MAX_FIELDS: usize = 60_000;

impl Schema {
    /// A field by name.
    pub fn field(&self, name: &str) -> Option<(u16, &Field)> {
        let i = match self.fields.len() > LINEAR {
            true => usize::from(*self.index.get(name)?),
            false => self.fields.iter().position(|f| f.name == name)?,
        };
        Some((i as u16, self.fields.get(i)?))
    }
    pub(crate) fn seal(mut self) -> Self {
        if self.fields.len() > LINEAR {
            self.index = self.fields.iter().enumerate().map(|(i, f)| (f.name.clone(), i as u16)).collect();
        }
        self.shape = Arc::new(Shape::new(self.name.clone(), self.fields.iter().map(|f| f.name.clone())));
        self
    }
}

/// Whether a kind's own definition of a field that every declaration has leaves that field what it is.
pub(crate) fn sharpens(db: &dyn Db, builtin: &Field, own: &Field) -> bool {
    builtin.name != "name" && own.ty.fits(db, &builtin.ty) && (builtin.optional || !own.optional)
}

/// Fields that every declaration has.
pub(crate) fn builtin_fields() -> Vec<Field> {
    let field = |name: &'static str, ty: Ty, builtin: Builtin, docs: &'static str| Field {
        name: SmolStr::new_static(name),
        ty,
        optional: builtin == Builtin::Absent,
        has_default: true,
        owner: None,
        builtin: Some(builtin),
        docs: SmolStr::new_static(docs),
        deprecated: None,
    };
    vec![
        field("name", Ty::Str, Builtin::Name, "The declaration's name."),
        field("slug", Ty::Str, Builtin::Slug, "Its name in outputs: lower case, digits and `-`."),
        field(
            "enabled",
            Ty::Bool,
            Builtin::Enabled,
            "A disabled declaration emits nothing and is in no set.",
        ),
        field("title", Ty::Str, Builtin::Absent, "Its name for people."),
        field("labels", Ty::Map(Arc::new((Ty::Str, Ty::Str))), Builtin::Labels, "Labels on every output."),
        field("version", Ty::Version, Builtin::Absent, "Its version."),
    ]
}

pub(crate) fn docs_of(docs: &[ivs_grammar::ast::Doc]) -> SmolStr {
    match docs {
        [] => SmolStr::default(),
        [one] => one.text.clone(),
        many => many.iter().map(|d| d.text.as_str()).collect::<Vec<_>>().join("\n").into(),
    }
}

fn attr_text(attrs: &[Attr], name: &str) -> Option<SmolStr> {
    let attr = attrs.iter().find(|a| a.name.text == name)?;
    let text = attr.args.first().and_then(|a| match &a.value.kind {
        ExprKind::Str(s) => match &s.parts[..] {
            [StrPart::Text(t)] => Some(t.clone()),
            _ => None,
        },
        _ => None,
    });
    Some(text.unwrap_or_default())
}

/// What `@deprecated` before an item says; `None` if nothing stands there.
#[salsa::tracked(returns(clone))]
pub fn deprecated(db: &dyn Db, item: ItemId) -> Option<SmolStr> {
    attr_text(&parse_item(db, item).item()?.attrs, "deprecated")
}

/// The fields that a body defines, in order. `reader` keeps their conditions and mistakes.
pub(crate) fn defined_fields<'ast>(reader: &mut TypeReader<'_, 'ast>, block: &'ast Block) -> Vec<Field> {
    let mut fields: Vec<Field> = Vec::new();
    for entry in &block.entries {
        let EntryKind::Def { name, optional, ty, default } = &entry.kind else { continue };
        if fields.len() >= MAX_FIELDS {
            break;
        }
        let ordinal = fields.len() as u16;
        let ty = reader.read(ty);
        let (ty, none) = match ty {
            Ty::Opt(t) => ((*t).clone(), true),
            ty => (ty, false),
        };
        fields.push(Field {
            name: name.text.clone(),
            ty,
            optional: *optional || none,
            has_default: default.is_some(),
            owner: Some((reader.item, ordinal)),
            builtin: None,
            docs: docs_of(&entry.docs),
            deprecated: attr_text(&entry.attrs, "deprecated"),
        });
    }
    fields
}

/// The fields of a kind or struct. Of fields defined twice the first counts.
#[salsa::tracked(returns(ref))]
pub fn schema(db: &dyn Db, item: ItemId) -> Arc<Schema> {
    let parsed = parse_item(db, item);
    let Some(tree) = parsed.item() else { return Arc::default() };
    let (name, block, is_kind) = match &tree.kind {
        ItemKind::Kind { name, block } => (name, block, true),
        ItemKind::Struct { name, block } => (name, block, false),
        _ => return Arc::default(),
    };
    let mut reader = TypeReader::new(db, item);
    let mut fields = if is_kind { builtin_fields() } else { Vec::new() };
    let late = late_fields(tree).unwrap_or_default();
    let mut places: FxHashMap<SmolStr, usize> =
        fields.iter().enumerate().map(|(i, f)| (f.name.clone(), i)).collect();
    for mut field in defined_fields(&mut reader, block) {
        if field.ty == Ty::Object && late.contains(&field.name) {
            field.ty = Ty::LateObject;
        }
        match places.get(&field.name).and_then(|i| fields.get_mut(*i)) {
            // A kind may sharpen a built-in field: its own default, bounds or documentation.
            Some(old) if old.builtin.is_some() => {
                if sharpens(db, old, &field) {
                    *old = field;
                }
            }
            Some(_) => {}
            None => {
                places.insert(field.name.clone(), fields.len());
                fields.push(field);
            }
        }
    }
    Arc::new(
        Schema {
            name: name.text.clone(),
            fields,
            shape: Arc::default(),
            emits: emits(tree),
            open: tree.attrs.iter().any(|a| a.name.text == "open"),
            docs: docs_of(&tree.docs),
            index: FxHashMap::default(),
        }
        .seal(),
    )
}

/// Fields that a library kind names with `@late(body)`: in their trees values may stand that only Terraform knows.
fn late_fields(tree: &Item) -> Option<Vec<SmolStr>> {
    let attr = tree.attrs.iter().find(|a| a.name.text == "late")?;
    let names = attr.args.iter().filter_map(|a| match &a.value.kind {
        ExprKind::Name(n) => Some(n.clone()),
        _ => None,
    });
    Some(names.collect())
}

/// Whether declarations of a kind are made by Terraform, which alone knows their attributes: library kinds marked `@late`.
#[salsa::tracked(returns(clone))]
pub fn is_late(db: &dyn Db, kind: ItemId) -> bool {
    parse_item(db, kind).item().is_some_and(|tree| late_fields(tree).is_some())
}

fn emits(tree: &Item) -> Vec<SmolStr> {
    let Some(attr) = tree.attrs.iter().find(|a| a.name.text == "emits") else { return Vec::new() };
    attr.args
        .iter()
        .filter_map(|a| match &a.value.kind {
            ExprKind::Postfix { base, ops } => {
                let ExprKind::Name(first) = &base.kind else { return None };
                let mut path = first.to_string();
                for op in ops {
                    let ivs_grammar::ast::PostfixOp::Member { name, .. } = op else { return None };
                    path.push('.');
                    path.push_str(&name.text);
                }
                Some(SmolStr::from(path))
            }
            ExprKind::Name(n) => Some(n.clone()),
            _ => None,
        })
        .collect()
}

/// Library kinds marked `@converts(from, to)`, with these two fields: their declarations say what one currency is worth
/// in another.
#[salsa::tracked(returns(ref))]
pub fn converting_kinds(db: &dyn Db) -> Vec<(ItemId, SmolStr, SmolStr)> {
    let modules = &crate::names::modules(db).library;
    let kinds = modules.iter().flat_map(|m| &crate::names::module_index(db, *m).all);
    let kinds = kinds.filter(|i| i.key(db).keyword == "kind");
    let name = |a: &ivs_grammar::ast::Arg| match &a.value.kind {
        ExprKind::Name(n) => Some(n.clone()),
        _ => None,
    };
    kinds
        .filter_map(|&kind| {
            let parsed = parse_item(db, kind);
            let attr = parsed.item()?.attrs.iter().find(|a| a.name.text == "converts")?;
            match &attr.args[..] {
                [from, to] => Some((kind, name(from)?, name(to)?)),
                _ => None,
            }
        })
        .collect()
}

/// A member of an enum.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct MemberSchema {
    /// Its name.
    pub name: SmolStr,
    /// Its spelling in outputs.
    pub text: SmolStr,
    /// Its fields, if it has parentheses.
    pub fields: Option<Arc<Schema>>,
    /// Its documentation.
    pub docs: SmolStr,
    /// The text of `@deprecated`.
    pub deprecated: Option<SmolStr>,
}

/// The members of an enum, as listed.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct EnumSchema {
    /// Its name.
    pub name: SmolStr,
    /// In order.
    pub members: Vec<MemberSchema>,
    /// Where members are, where there are many.
    index: FxHashMap<SmolStr, u32>,
}

impl EnumSchema {
    /// A member by name.
    pub fn member(&self, name: &str) -> Option<(u32, &MemberSchema)> {
        let i = match self.members.len() > LINEAR {
            true => *self.index.get(name)? as usize,
            false => self.members.iter().position(|m| m.name == name)?,
        };
        Some((i as u32, self.members.get(i)?))
    }
}

/// Fields from parameters; `first` counts definitions over all members, as their defaults are kept.
pub(crate) fn param_fields<'ast>(
    reader: &mut TypeReader<'_, 'ast>,
    params: &'ast [Param],
    first: u16,
) -> Vec<Field> {
    let mut fields = Vec::with_capacity(params.len());
    for (i, p) in params.iter().enumerate() {
        let ty = reader.read(&p.ty);
        fields.push(Field {
            name: p.name.text.clone(),
            ty: ty.some().clone(),
            optional: p.optional || matches!(ty, Ty::Opt(_)),
            has_default: p.default.is_some(),
            owner: Some((reader.item, first + i as u16)),
            builtin: None,
            docs: docs_of(&p.docs),
            deprecated: None,
        });
    }
    fields
}

/// The members of an enum.
#[salsa::tracked(returns(clone))]
pub fn enum_schema(db: &dyn Db, item: ItemId) -> Arc<EnumSchema> {
    let parsed = parse_item(db, item);
    let Some(ItemKind::Enum { name, members }) = parsed.item().map(|i| &i.kind) else {
        return Arc::default();
    };
    let mut reader = TypeReader::new(db, item);
    let mut count = 0;
    let mut out: Vec<MemberSchema> = Vec::with_capacity(members.len());
    let mut index: FxHashMap<SmolStr, u32> = FxHashMap::default();
    for m in members {
        let fields = m.params.as_ref().map(|params| {
            let fields = param_fields(&mut reader, params, count);
            count += params.len() as u16;
            Arc::new(Schema { name: m.name.text.clone(), fields, ..Schema::default() }.seal())
        });
        if index.contains_key(&m.name.text) {
            continue;
        }
        index.insert(m.name.text.clone(), out.len() as u32);
        let text = m.text.as_ref().and_then(|s| match &s.parts[..] {
            [StrPart::Text(t)] => Some(t.clone()),
            [] => Some(SmolStr::default()),
            _ => None,
        });
        out.push(MemberSchema {
            name: m.name.text.clone(),
            text: text.unwrap_or_else(|| m.name.text.clone()),
            fields,
            docs: docs_of(&m.docs),
            deprecated: attr_text(&m.attrs, "deprecated"),
        });
    }
    if out.len() <= LINEAR {
        index = FxHashMap::default();
    }
    Arc::new(EnumSchema { name: name.text.clone(), members: out, index })
}

/// The parameters and result of a function.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(crate) struct FnSchema {
    pub params: Vec<Field>,
    pub result: Option<Ty>,
}

#[salsa::tracked(returns(ref))]
pub(crate) fn fn_schema(db: &dyn Db, item: ItemId) -> FnSchema {
    let parsed = parse_item(db, item);
    let Some(ItemKind::Fn { params, result, .. }) = parsed.item().map(|i| &i.kind) else {
        return FnSchema::default();
    };
    let mut reader = TypeReader::new(db, item);
    let params = param_fields(&mut reader, params, 0);
    let result = Some(reader.read(result));
    FnSchema { params, result }
}

/// The parameters of a function, in order.
pub fn fn_params(db: &dyn Db, item: ItemId) -> &[Field] {
    &fn_schema(db, item).params
}

/// The result type of a function.
pub fn fn_result(db: &dyn Db, item: ItemId) -> Option<&Ty> {
    fn_schema(db, item).result.as_ref()
}
