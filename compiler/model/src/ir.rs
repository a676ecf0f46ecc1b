//! Typed formulas: what evaluation runs.
//!
//! No node holds a place. Places are kept beside, in a [`SourceMap`], so that moving text inside an item leaves its
//! formulas equal and nothing is evaluated again.

pub use crate::entries::Entries;
use ivs_grammar::ast::{BinaryOp, Span, UnaryOp};
use ivs_source::ItemId;
use ivs_value::{Dim, Unit, Value};
use smol_str::SmolStr;
use std::sync::Arc;
use thin_vec::ThinVec;

use crate::Ty;

/// An index into [`Body::exprs`].
pub type ExprId = u32;
/// An index into [`Body::blocks`].
pub type BlockId = u32;
/// An index into [`SourceMap::marks`].
pub type MarkId = u32;

/// All formulas of one item.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Body {
    /// Every node.
    pub exprs: Vec<TExpr>,
    /// Every block.
    pub blocks: Vec<BlockIr>,
    /// The conditions of `T where c`, in source order; `it` is local 0.
    pub conditions: Vec<ExprId>,
    /// Defaults of the fields that the item defines, in order.
    pub defaults: Vec<Option<ExprId>>,
    /// The blocks: one for a declaration, kind or struct; one per amended declaration for an overlay.
    pub roots: Vec<BlockId>,
    /// For each root of an overlay, the key of the family member it amends.
    pub keys: Vec<Option<ExprId>>,
    /// The loops of a family.
    pub family: Option<FamilyIr>,
    /// The formula of a function or constant.
    pub value: Option<ExprId>,
    /// What a check says.
    pub check: Option<Box<CheckIr>>,
    /// What a test asks, where it is run.
    pub test: Option<Box<TestIr>>,
}

/// A check: its requirements are those of its block.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct CheckIr {
    /// The loops and filter. Local variables are numbered from 0.
    pub clauses: ClausesIr,
    /// The block with `let`s and `require`s.
    pub block: BlockId,
    /// The stable alias of its name.
    pub code: Option<SmolStr>,
}

/// What a test asks, in order.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct TestIr {
    /// `assert`s and `expect`s.
    pub asks: Vec<AskIr>,
}

/// One question of a test.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum AskIr {
    /// `assert c`
    Assert(ExprId),
    /// `expect not CHECK at PLACE`
    Expect {
        /// Whether it must not be found.
        not: bool,
        /// The name of a check, or a code.
        what: SmolStr,
        /// Where.
        at: Option<ExprId>,
        /// The place of the question.
        mark: MarkId,
    },
}

/// Where everything stands, relative to the item's text.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct SourceMap {
    /// Of each expression.
    pub exprs: Vec<Span>,
    /// Of each entry, key and clause.
    pub marks: Vec<Span>,
    /// Of the item's name.
    pub name: Span,
    /// Of the closing brace of each block, where a new entry would go.
    pub block_ends: Vec<Span>,
    /// The `@allow`s of the item, outermost first.
    pub allows: Vec<Allow>,
}

/// `@allow(check, reason = "…")`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Allow {
    /// A check's name, as written, or a code.
    pub what: SmolStr,
    /// The attribute.
    pub span: Span,
    /// What is excused: the whole item, or one entry of it.
    pub scope: Option<Span>,
}

/// The loops of a family.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct FamilyIr {
    /// The loops and filter. Local variables are numbered from 0.
    pub clauses: ClausesIr,
    /// What makes the key.
    pub key: ExprId,
    /// How many variables the loops bind.
    pub binders: u32,
}

/// Loops and a filter.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ClausesIr {
    /// Outermost first.
    pub loops: Vec<LoopIr>,
    /// The filter.
    pub filter: Option<ExprId>,
}

/// One loop.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct LoopIr {
    /// What is gone through.
    pub over: ExprId,
    /// Whether key and value (or index and element) are bound, in this order, instead of the element alone.
    pub pair: bool,
}

/// A body: what one layer sets. Every struct and map that is written is one: it is small.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct BlockIr {
    /// At most one per key, except in `when` blocks.
    pub entries: Entries,
    /// `when c { … }`; the block's lets are those of its parent.
    pub whens: ThinVec<(ExprId, BlockId)>,
    /// `let`s, in order.
    pub lets: ThinVec<ExprId>,
    /// `require`s.
    pub requires: ThinVec<RequireIr>,
}

/// What an entry sets.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct EntryIr {
    /// Which field or key.
    pub key: KeyIr,
    /// What happens to it.
    pub op: OpIr,
    /// Whether later layers may not set it.
    pub is_final: bool,
    /// The place of the key.
    pub mark: MarkId,
}

/// A field or a key.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum KeyIr {
    /// A field of a kind or struct, by its place in the schema.
    Field(u16),
    /// A key of a map.
    Key(Box<Value>),
    /// A declaration as the key of a map.
    Decl(ItemId),
}

/// What an entry does.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum OpIr {
    /// `=`
    Set(ExprId),
    /// `+=`
    Append(ExprId),
    /// `{ … }`
    Merge(BlockId),
    /// `remove`
    Remove,
}

/// A requirement.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct RequireIr {
    /// What has to hold.
    pub cond: ExprId,
    /// Shown if it does not.
    pub message: Option<ExprId>,
    /// What to do.
    pub help: Option<ExprId>,
    /// `warning` or `info` instead of an error.
    pub severity: ivs_source::Severity,
    /// What identifies it in diagnostics; that of all requirements unless given. Those of a check have its code.
    pub code: Option<SmolStr>,
    /// Places to show first, in place of those that the condition read first.
    pub at: Box<[ExprId]>,
    /// Edits that belong together.
    pub fixes: Box<[FixIr]>,
    /// The place of the requirement.
    pub mark: MarkId,
}

/// `fix place = e`
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct FixIr {
    /// A path.
    pub place: ExprId,
    /// Its new value.
    pub value: ExprId,
}

/// What a value is turned into where another type is expected.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Convert {
    /// One value becomes a range with equal ends.
    Range,
    /// A plain number counts this unit.
    Unit(Arc<Unit>),
    /// A string becomes a text of this type, checked.
    Text(Ty),
}

/// A node.
#[derive(Clone, PartialEq, Eq, Debug)]
#[allow(missing_docs)]
pub enum TExpr {
    /// Reported; evaluates to unknown.
    Error,
    Const(Value),
    /// A string with holes.
    Interpolate(Box<[StrPartIr]>),
    List(Box<[ExprId]>),
    ListFor {
        clauses: Box<ClausesIr>,
        base: u32,
        body: ExprId,
    },
    MapFor {
        clauses: Box<ClausesIr>,
        base: u32,
        key: ExprId,
        value: ExprId,
    },
    /// A block where a struct is expected.
    Struct(ItemId, BlockId),
    /// A block where a map is expected: its type.
    Map(Box<Ty>, BlockId),
    /// A block without expectation.
    Record(Arc<ivs_value::Shape>, Box<[ExprId]>),
    /// A local variable: loop variable, parameter, `it`.
    Local(u32),
    /// A `let` of the block `depth` levels out.
    Let {
        depth: u32,
        index: u32,
    },
    /// A field of the object of the block `depth` levels out.
    Field {
        depth: u32,
        field: u16,
    },
    /// `self`: the declaration, or the struct in its own definition.
    SelfValue,
    Inherited,
    /// A declaration that is no family.
    Decl(ItemId),
    /// The members of a family.
    FamilyList(ItemId),
    /// A member of a family.
    FamilyMember(ItemId, ExprId),
    /// A constant of a module.
    Global(ItemId),
    /// `build.date`
    BuildDate,
    /// The enabled declarations of a kind.
    SetOf(ItemId),
    /// `x.f`, `x?.f`
    Member {
        base: ExprId,
        name: SmolStr,
        optional: bool,
    },
    Index {
        base: ExprId,
        index: ExprId,
    },
    /// A function of the library of functions.
    Call {
        function: &'static str,
        args: Box<[ExprId]>,
    },
    /// A function that an item declares; an argument left out is its default.
    CallFn {
        function: ItemId,
        args: Box<[Option<ExprId>]>,
    },
    /// A tagged value; arguments by field.
    Construct {
        of: ItemId,
        member: u32,
        args: Box<[Option<ExprId>]>,
    },
    /// `.a.b`
    Selector(Box<[SmolStr]>),
    As {
        value: ExprId,
        unit: Arc<Unit>,
    },
    AsPercent(ExprId),
    Unary {
        op: UnaryOp,
        operand: ExprId,
    },
    Binary {
        op: BinaryOp,
        left: ExprId,
        right: ExprId,
    },
    If {
        arms: Box<[(ExprId, ExprId)]>,
        otherwise: ExprId,
    },
    /// `x is member`
    IsMember {
        value: ExprId,
        member: u32,
    },
    /// `x is kind`, of a reference to declarations of several kinds
    IsKind {
        value: ExprId,
        kind: ItemId,
    },
    /// `x is template`
    IsTemplate {
        value: ExprId,
        template: ItemId,
    },
    /// `x is percent`: which part of a union
    IsType {
        value: ExprId,
        ty: Ty,
    },
    /// `x?.k` of a map or object: `none` where there is no such key
    Key {
        base: ExprId,
        name: SmolStr,
    },
    /// `x matches "…"`, the pattern known to be sound if constant.
    Convert {
        value: ExprId,
        to: Convert,
    },
    /// A quantity of a dimension that only evaluation knows.
    CheckDim {
        value: ExprId,
        dim: Dim,
    },
    /// A block of ranges and the like: the value must conform to a type.
    Conform {
        value: ExprId,
        ty: Box<Ty>,
    },
    /// `secret("vault://…")`
    Secret(SmolStr),
    /// `attr(resource.logs, "arn")`
    Late {
        of: ExprId,
        attribute: SmolStr,
    },
    /// `load("clients.csv")`, read as a type.
    Load {
        path: SmolStr,
        ty: Box<Ty>,
    },
}

/// A piece of a string.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum StrPartIr {
    /// Text.
    Text(SmolStr),
    /// A hole.
    Hole(ExprId),
}
