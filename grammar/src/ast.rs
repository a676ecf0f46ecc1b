//! The syntax tree: what the text says, before any name is known.
//!
//! Spans are byte ranges relative to the start of the text that was parsed (a chunk), so that text inserted
//! above an item moves nothing in its tree. Chains (`a + b + c`, `x.y[z]`, `else if`) are flat lists, so that
//! building, walking and dropping a tree recurses only as deep as brackets nest.

use smol_str::SmolStr;

/// A byte range, relative to the start of the parsed text.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug, Default)]
pub struct Span {
    /// First byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

impl Span {
    /// The range from `start` up to, not including, `end`.
    pub const fn new(start: u32, end: u32) -> Self {
        Self { start, end }
    }
    /// The smallest range that covers both.
    pub fn to(self, other: Span) -> Span {
        Span::new(self.start.min(other.start), self.end.max(other.end))
    }
    /// The text the range covers; empty when out of bounds.
    pub fn text(self, source: &str) -> &str {
        source.get(self.start as usize..self.end as usize).unwrap_or("")
    }
}

/// One word as written.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Word {
    /// Its spelling.
    pub text: SmolStr,
    /// Its place.
    pub span: Span,
}

/// Words joined by dots.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Path {
    /// At least one word.
    pub words: Vec<Word>,
    /// From the first to the last word.
    pub span: Span,
}

/// One `///` line, without the marker and one leading blank.
pub type Doc = Word;

/// Everything that was read from one chunk of text.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Chunk {
    /// Usually one; several when the scanner could not split them.
    pub items: Vec<Item>,
    /// In order of their place.
    pub errors: Vec<SyntaxError>,
    /// `//!` lines at the beginning of a file's first chunk.
    pub module_docs: Vec<Doc>,
}

/// A mistake in the text, with everything needed to show and mend it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SyntaxError {
    /// `IVS0xxx`.
    pub code: &'static str,
    /// The place to underline.
    pub span: Span,
    /// The headline, one sentence without a full stop.
    pub message: String,
    /// What stands under the underline.
    pub label: String,
    /// What to do about it.
    pub help: Option<String>,
    /// An edit that mends it, if there is one.
    pub fix: Option<SyntaxFix>,
}

/// Replacements of text that belong together.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SyntaxFix {
    /// What the fix does: "write `=`".
    pub title: String,
    /// Each range and its new text.
    pub edits: Vec<(Span, String)>,
}

/// A top-level thing.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Item {
    /// `///` lines.
    pub docs: Vec<Doc>,
    /// `@…`.
    pub attrs: Vec<Attr>,
    /// Where `private` stands.
    pub private: Option<Span>,
    /// What it is.
    pub kind: ItemKind,
    /// From its first attribute, `private` or keyword to its end; docs are outside.
    pub span: Span,
}

/// `@word(args)`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Attr {
    /// The word after `@`.
    pub name: Word,
    /// What stands in parentheses.
    pub args: Vec<Arg>,
    /// The whole attribute.
    pub span: Span,
}

/// The sorts of items.
#[derive(Clone, PartialEq, Eq, Debug)]
#[allow(missing_docs)]
pub enum ItemKind {
    /// `use path.{a, b} as c`
    Use { path: Path, names: Option<Vec<Word>>, alias: Option<Word> },
    /// `kind K { … }`
    Kind { name: Word, block: Block },
    /// `struct S { … }`
    Struct { name: Word, block: Block },
    /// `enum E { a, b = "text", c(x: int) }`
    Enum { name: Word, members: Vec<Member> },
    /// `dimension time = s`
    Dimension { name: Word, base: Word },
    /// `unit nmi: length = 1852m`
    Unit { name: Word, dimension: Option<Path>, value: Option<Expr> },
    /// `type port = int where …`
    Type { name: Word, ty: TypeExpr },
    /// `fn f(a: T) -> T = e`
    Fn { name: Word, params: Vec<Param>, result: TypeExpr, body: Expr },
    /// `let x: T = e`
    Let { name: Word, ty: Option<TypeExpr>, value: Expr },
    /// `overlay staging { … }`; only declarations are meant to stand inside
    Overlay { name: Word, items: Vec<Item> },
    /// `check c for … if … { … }`
    Check { name: Word, clauses: Clauses, block: Block },
    /// `test "…" in staging { … }`
    Test { name: StrLit, environment: Option<Word>, items: Vec<TestItem> },
    /// `service s from t { … }`
    Decl(Decl),
    /// Text that could not be read; an error says so.
    Broken,
}

/// A declaration.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Decl {
    /// Where `template` stands.
    pub template: Option<Span>,
    /// The kind.
    pub kind: Path,
    /// The name.
    pub name: Word,
    /// `name[key]`, in overlays.
    pub index: Option<Box<Expr>>,
    /// `from base`.
    pub base: Option<Base>,
    /// `for x in xs if c by e`.
    pub family: Option<Family>,
    /// The body.
    pub block: Block,
}

/// `from path[index] @ "^1.0"`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Base {
    /// The base's name.
    pub path: Path,
    /// A member of a family.
    pub index: Option<Box<Expr>>,
    /// The version range.
    pub version: Option<StrLit>,
    /// From `from` to the end.
    pub span: Span,
}

/// `for … by …`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Family {
    /// The loops.
    pub clauses: Clauses,
    /// What makes the key.
    pub by: Option<Box<Expr>>,
}

/// Loops and a filter: `for k, v in m for x in v if c`.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Clauses {
    /// Outermost first.
    pub loops: Vec<Loop>,
    /// The filter.
    pub filter: Option<Box<Expr>>,
}

/// `for a in e` or `for k, v in e`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Loop {
    /// The first name: the element, or the key where a second name follows.
    pub first: Word,
    /// The second name.
    pub second: Option<Word>,
    /// What is gone through.
    pub over: Expr,
}

/// A member of an enum.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Member {
    /// `///` lines.
    pub docs: Vec<Doc>,
    /// `@…`.
    pub attrs: Vec<Attr>,
    /// Its name.
    pub name: Word,
    /// Fields of a tagged member; `None` without parentheses.
    pub params: Option<Vec<Param>>,
    /// Its spelling in outputs.
    pub text: Option<StrLit>,
}

/// A parameter of a function or a field of a tagged member.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Param {
    /// `///` lines.
    pub docs: Vec<Doc>,
    /// Its name.
    pub name: Word,
    /// Whether a `?` follows the name.
    pub optional: bool,
    /// Its type.
    pub ty: TypeExpr,
    /// Its default.
    pub default: Option<Expr>,
}

/// What stands inside a test.
#[derive(Clone, PartialEq, Eq, Debug)]
#[allow(missing_docs)]
pub enum TestItem {
    /// An item seen only by the test.
    Item(Item),
    /// `expect not CHECK at PLACE`
    Expect { not: bool, what: Path, at: Option<Place>, span: Span },
    /// `assert e`
    Assert { cond: Expr, span: Span },
}

/// `{ … }`.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Block {
    /// In source order.
    pub entries: Vec<Entry>,
    /// With both braces.
    pub span: Span,
}

/// One entry of a block.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Entry {
    /// `///` lines.
    pub docs: Vec<Doc>,
    /// `@…`.
    pub attrs: Vec<Attr>,
    /// What it is.
    pub kind: EntryKind,
    /// Without docs and separator.
    pub span: Span,
}

/// `=` or `+=`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum SetOp {
    /// `=`
    Set,
    /// `+=`
    Append,
}

/// A field name or map key: a word or a string without interpolation.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Key {
    /// The text, unescaped.
    pub text: SmolStr,
    /// Its place.
    pub span: Span,
    /// Whether it was written as a string.
    pub quoted: bool,
}

/// `f` or `f k`, on the left of `=` or before a block.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct EntryPath {
    /// The first key.
    pub first: Key,
    /// The second, in `f k = e` and `f k { … }`.
    pub second: Option<Key>,
}

/// The sorts of entries.
#[derive(Clone, PartialEq, Eq, Debug)]
#[allow(missing_docs)]
pub enum EntryKind {
    /// `f = e`, `f k = e`, `f += e`
    Set { path: EntryPath, op: SetOp, value: Expr, is_final: bool },
    /// `f { … }`, `f k { … }`
    Nest { path: EntryPath, block: Block, is_final: bool },
    /// `f?: T = e`
    Def { name: Word, optional: bool, ty: TypeExpr, default: Option<Expr> },
    /// `let x: T = e`
    Let { name: Word, ty: Option<TypeExpr>, value: Expr },
    /// `when c { … }`
    When { cond: Expr, block: Block },
    /// `remove f k`
    Remove { field: Word, key: Key },
    /// `require c { … }`
    Require { cond: Expr, block: Option<Block> },
    /// `fix place = e`
    Fix { place: Place, value: Expr },
    /// `at place, place`
    At { places: Vec<Place> },
    /// Text that could not be read; an error says so.
    Broken,
}

/// `name.field[index]`, the place of a finding.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Place {
    /// An expression made of a name, members and indices only.
    pub expr: Expr,
}

/// A type as written.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct TypeExpr {
    /// What it is.
    pub kind: TypeKind,
    /// Its place.
    pub span: Span,
}

/// The sorts of types.
#[derive(Clone, PartialEq, Eq, Debug)]
#[allow(missing_docs)]
pub enum TypeKind {
    /// `int`, `std.service`
    Path(Path),
    /// `money/time`, `cores*time`: the first, then operators (`true` divides) and paths; at least one
    Dim { first: Path, rest: Vec<(bool, Path)> },
    /// `[T]`
    List(Box<TypeExpr>),
    /// `{K: V}`
    Map(Box<TypeExpr>, Box<TypeExpr>),
    /// `T..T`
    Range(Box<TypeExpr>, Box<TypeExpr>),
    /// `A | B`, at least two
    Union(Vec<TypeExpr>),
    /// `"literal"`
    Literal(SmolStr),
    /// `none`
    None,
    /// `T where c`
    Where(Box<TypeExpr>, Box<Expr>),
    /// Text that could not be read.
    Error,
}

/// An expression.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Expr {
    /// What it is.
    pub kind: ExprKind,
    /// Its place.
    pub span: Span,
}

/// The sorts of expressions.
#[derive(Clone, PartialEq, Eq, Debug)]
#[allow(missing_docs)]
pub enum ExprKind {
    Bool(bool),
    None,
    /// `10_000req/min`, `$49/month`, `0.7`
    Number(NumberLit),
    /// `2026-11-21`
    Date(SmolStr),
    /// `1.2.0`
    Version(SmolStr),
    Str(StrLit),
    Name(SmolStr),
    /// `.a.b`
    Selector(Vec<Word>),
    List(Vec<Expr>),
    /// `[for … : e]`
    ListFor {
        clauses: Clauses,
        body: Box<Expr>,
    },
    /// `{for … : k = v}`
    MapFor {
        clauses: Clauses,
        key: Box<Expr>,
        value: Box<Expr>,
    },
    /// `{ … }`
    Block(Block),
    /// `if … then … else if … else …`, one arm per condition
    If {
        arms: Vec<(Expr, Expr)>,
        otherwise: Box<Expr>,
    },
    /// `-e`, `not e`
    Unary {
        op: UnaryOp,
        op_span: Span,
        operand: Box<Expr>,
    },
    /// Operands of equal rank, left to right: `a + b - c`. Never empty. Comparisons and ranges have exactly one.
    Binary {
        first: Box<Expr>,
        rest: Vec<Operand>,
    },
    /// `x.f`, `x?.f`, `x[i]`, `f(a)`, `x as u`, left to right. Never empty.
    Postfix {
        base: Box<Expr>,
        ops: Vec<PostfixOp>,
    },
    Paren(Box<Expr>),
    /// Text that could not be read; an error says so.
    Error,
}

/// An operator and what stands to its right.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Operand {
    /// The operator.
    pub op: BinaryOp,
    /// Its place.
    pub op_span: Span,
    /// What stands to its right.
    pub expr: Expr,
}

/// A number as written.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct NumberLit {
    /// ISO code of a leading `$`, `€` or `£`.
    pub currency: Option<&'static str>,
    /// Digits without `_`: `10000`, `0.5`, `1e6`.
    pub digits: SmolStr,
    /// The attached unit as written, without a leading `/`: `req/min`, `%`, `month`.
    pub unit: Option<UnitLit>,
}

/// A unit as written.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct UnitLit {
    /// `req/min`
    pub text: SmolStr,
    /// Whether it began with `/`: `$49/month`, `100/month`.
    pub per: bool,
    /// Its place, with a leading `/`.
    pub span: Span,
}

/// A string as written.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct StrLit {
    /// Text (unescaped, common indentation removed) and interpolations in turn. Empty for `""`.
    pub parts: Vec<StrPart>,
    /// With quotes.
    pub span: Span,
}

/// A piece of a string.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum StrPart {
    /// Plain text.
    Text(SmolStr),
    /// `${e}`
    Expr(Expr),
}

/// Operators with one operand.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[allow(missing_docs)]
pub enum UnaryOp {
    Neg,
    Not,
}

/// Operators with two operands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[allow(missing_docs)]
pub enum BinaryOp {
    Or,
    And,
    Eq,
    Ne,
    Lt,
    Le,
    Gt,
    Ge,
    In,
    Is,
    Matches,
    Coalesce,
    Range,
    Add,
    Sub,
    Mul,
    Div,
}

impl BinaryOp {
    /// As it is written.
    pub fn spelling(self) -> &'static str {
        match self {
            BinaryOp::Or => "or",
            BinaryOp::And => "and",
            BinaryOp::Eq => "==",
            BinaryOp::Ne => "!=",
            BinaryOp::Lt => "<",
            BinaryOp::Le => "<=",
            BinaryOp::Gt => ">",
            BinaryOp::Ge => ">=",
            BinaryOp::In => "in",
            BinaryOp::Is => "is",
            BinaryOp::Matches => "matches",
            BinaryOp::Coalesce => "??",
            BinaryOp::Range => "..",
            BinaryOp::Add => "+",
            BinaryOp::Sub => "-",
            BinaryOp::Mul => "*",
            BinaryOp::Div => "/",
        }
    }
}

/// What follows an expression.
#[derive(Clone, PartialEq, Eq, Debug)]
#[allow(missing_docs)]
pub enum PostfixOp {
    /// `.f` or, if `optional`, `?.f`
    Member {
        name: Word,
        optional: bool,
    },
    Index {
        index: Expr,
        span: Span,
    },
    Call {
        args: Vec<Arg>,
        span: Span,
    },
    /// `as req/s`
    As {
        unit: UnitLit,
    },
}

/// An argument, `e` or `name = e`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Arg {
    /// The parameter it is for.
    pub name: Option<Word>,
    /// Its value.
    pub value: Expr,
}
