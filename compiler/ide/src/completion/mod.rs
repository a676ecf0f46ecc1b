//! What may stand at an offset, in broken text too.
//!
//! A marker takes the place of the word that is being written, and the item is read and typed with it: what the marker
//! turns out to be tells what is asked for. Where the rest of the item is missing it is made up in a few ways, until the
//! marker is somewhere in the tree.

mod keys;
mod names;
mod role;
mod texts;
mod types;
mod units;

use crate::about::{About, about};
use crate::lex::{Kind, Token, lex, word_at};
use crate::place::around;
use ivs_grammar::ast::Span;
use ivs_model::{MARKER, Module, Symbol, Trace};
use ivs_source::{Db, ItemId, ItemKey, SourceFile, heads};
use role::{In, Role};
use rustc_hash::FxHashSet;
use smol_str::SmolStr;
use std::cell::Cell;

/// Proposals up to which an answer is complete.
const MOST: usize = 600;

/// What a proposal is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
#[allow(missing_docs)]
pub enum Sort {
    Field,
    Key,
    Declaration,
    Template,
    Kind,
    Struct,
    Enum,
    Member,
    Type,
    Function,
    Constant,
    Variable,
    Unit,
    Module,
    Check,
    Keyword,
    Snippet,
    Value,
    File,
}

/// Something that may stand at an offset.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Proposal {
    /// What is shown.
    pub label: String,
    /// What it is.
    pub sort: Sort,
    /// Its type, or what else fits on the line.
    pub detail: String,
    /// What is written in place of the word; with `$1`, `${2:text}` and `$0` if it is a snippet.
    pub insert: String,
    /// Whether `insert` is a snippet.
    pub snippet: bool,
    /// Smaller ones are shown first.
    pub rank: u8,
    /// Whether it is marked `@deprecated`.
    pub deprecated: bool,
    /// What it names, for [`resolve`].
    pub symbol: Option<Symbol>,
    /// Its documentation, where it is at hand.
    pub docs: Option<String>,
    /// The module that a `use` has to bring it from.
    pub import: Option<String>,
}

impl Proposal {
    fn new(label: impl Into<String>, sort: Sort) -> Proposal {
        let label = label.into();
        Proposal {
            insert: label.clone(),
            label,
            sort,
            detail: String::new(),
            snippet: false,
            rank: 5,
            deprecated: false,
            symbol: None,
            docs: None,
            import: None,
        }
    }
    fn detail(mut self, detail: impl Into<String>) -> Proposal {
        self.detail = detail.into();
        self
    }
    fn insert(mut self, text: impl Into<String>) -> Proposal {
        self.insert = text.into();
        self
    }
    fn snippet(mut self, text: impl Into<String>) -> Proposal {
        self.insert = text.into();
        self.snippet = true;
        self
    }
    fn rank(mut self, rank: u8) -> Proposal {
        self.rank = rank;
        self
    }
    fn names(mut self, symbol: Symbol) -> Proposal {
        self.symbol = Some(symbol);
        self
    }
    fn docs(mut self, docs: impl Into<String>) -> Proposal {
        self.docs = Some(docs.into());
        self
    }
}

/// An answer.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Completion {
    /// What is replaced; absolute bytes.
    pub replace: Span,
    /// By rank and label.
    pub proposals: Vec<Proposal>,
    /// Whether there are more than are listed.
    pub incomplete: bool,
}

/// What there is to say about a proposal.
pub fn resolve(db: &dyn Db, proposal: &Proposal) -> Option<About> {
    if let Some(symbol) = &proposal.symbol {
        return about(db, symbol);
    }
    let docs = proposal.docs.clone()?;
    Some(About { code: String::new(), of: String::new(), docs, deprecated: None })
}

/// What is asked.
struct Question<'a> {
    db: &'a dyn Db,
    module: Module,
    item: Option<ItemId>,
    /// The text of the item.
    text: &'a str,
    /// Where the word begins in it.
    at: u32,
    /// The word as far as it is written.
    prefix: &'a str,
    /// The whole word.
    word: &'a str,
    /// What follows the word on its line.
    after: &'a str,
    /// The blanks before the line's first word.
    indent: &'a str,
    /// Whether names were left out that do not fit what is written.
    partial: Cell<bool>,
}

/// Names in sight up to which all are proposed, whatever is written.
const LARGE: usize = 4000;

impl Question<'_> {
    /// The names in sight of some items; of very many, those that fit what is written, as far as an answer goes.
    fn seen(&self, want: &dyn Fn(&ItemKey) -> bool) -> Vec<(SmolStr, ItemId)> {
        let all = ivs_model::visible(self.db, self.module);
        let large = all.len() > LARGE;
        let mut out = Vec::new();
        for (name, item) in all {
            if !want(item.key(self.db)) {
                continue;
            }
            if large && (out.len() >= MOST || !subsequence(self.prefix, name)) {
                self.partial.set(true);
                continue;
            }
            out.push((name.clone(), *item));
        }
        out
    }

    /// Whether an item is a template.
    fn is_template(&self, item: ItemId) -> bool {
        heads(self.db, item.file(self.db)).get(item).is_some_and(|o| o.template)
    }
}

/// What may stand at an offset.
pub fn complete(db: &dyn Db, file: SourceFile, offset: u32) -> Completion {
    let text = file.text(db).as_ref();
    let mut end = (offset as usize).min(text.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    let (base, item, item_end) = around(db, file, end);
    let before = text.get(base..end).unwrap_or_default();
    let lexed = lex(before);
    if lexed.in_comment {
        return Completion::default();
    }
    let word = word_at(text, end);
    let start = (word.start as usize).max(base).min(end);
    let line = text.get(..start).and_then(|t| t.rfind('\n')).map_or(0, |n| n + 1);
    let indent_end =
        text.get(line..).map_or(line, |l| line + (l.len() - l.trim_start_matches([' ', '\t']).len()));
    let stop = (word.end as usize).max(end);
    let question = Question {
        db,
        module: Module::new(db, file.module(db).clone()),
        item,
        text: text.get(base..item_end.max(end)).unwrap_or_default(),
        at: (start - base) as u32,
        prefix: text.get(start..end).unwrap_or_default(),
        word: text.get(start..stop).unwrap_or_default(),
        after: text.get(stop..).and_then(|t| t.lines().next()).unwrap_or_default(),
        indent: text.get(line..indent_end.min(start).max(line)).unwrap_or_default(),
        partial: Cell::new(false),
    };
    let mut out = Vec::new();
    let mut replace = Span::new(start as u32, stop as u32);
    if let Some(span) = units::at_number(&question, &lexed, end - base) {
        units::complete(&question, span, end - base, &mut out);
        replace = Span::new(base as u32 + span.start, (base as u32 + span.end).max(end as u32));
    } else if lexed.in_text {
        let span = texts::complete(&question, &lexed, end - base, &mut out);
        replace = Span::new(base as u32 + span.start, base as u32 + span.end);
    } else {
        asked(&question, before, stop - base, &mut out);
    }
    let mut found = finish(replace, question.prefix, out);
    found.incomplete |= question.partial.get();
    found
}

fn finish(replace: Span, prefix: &str, mut proposals: Vec<Proposal>) -> Completion {
    let mut incomplete = false;
    if proposals.len() > MOST {
        incomplete = true;
        proposals.retain(|p| subsequence(prefix, &p.label));
    }
    proposals
        .sort_by(|a, b| (a.rank, &a.label, a.sort, &a.import).cmp(&(b.rank, &b.label, b.sort, &b.import)));
    let mut seen = FxHashSet::default();
    proposals.retain(|p| seen.insert((p.label.clone(), p.sort, p.import.clone())));
    proposals.truncate(MOST);
    Completion { replace, proposals, incomplete }
}

/// Whether the letters of one text stand in another in this order, large or small.
fn subsequence(wanted: &str, label: &str) -> bool {
    let mut rest = label.chars();
    wanted.chars().all(|c| rest.any(|l| l.eq_ignore_ascii_case(&c)))
}

/// What may follow where the rest of an item is made up.
const MADE_UP: &[&str] = &[
    "",
    " = 0",
    " {}",
    " x {}",
    ": int",
    " then 0 else 0",
    " else 0",
    " : 0",
    " : k = 0",
    "\n x = 0",
    "\n k x {}",
];

fn asked(q: &Question<'_>, before: &str, stop: usize, out: &mut Vec<Proposal>) {
    let head = q.text.get(..q.at as usize).unwrap_or_default();
    let head_tokens: Vec<Token> =
        lex(head).tokens.into_iter().filter(|t| !matches!(t.kind, Kind::Comment | Kind::Doc)).collect();
    let words: Vec<&str> = head_tokens.iter().map(|t| t.span.text(head)).collect();
    let on_line = before.rsplit('\n').next().unwrap_or_default();
    let first_on_line = on_line.trim().len() == q.prefix.len();
    let dotted = head.trim_end().ends_with('.');
    let depth = lex(head).depth;
    if depth == 0 && !dotted && (words.is_empty() || (first_on_line && q.indent.is_empty())) {
        return names::items(q, &[], out);
    }
    if depth == 0 && words.iter().all(|w| matches!(*w, "template" | "private")) {
        return names::items(q, &words, out);
    }
    let Some((role, trace)) = read(q, head, stop) else {
        return operators(q, &head_tokens, out);
    };
    match role {
        Role::Kind => names::kinds(q, false, out),
        Role::Amended(kind) => names::amended(q, &kind, out),
        Role::Base(kind) => names::bases(q, &kind, out),
        Role::Key { of, second, others, outermost } => {
            keys::complete(q, &trace, of, second, &others, outermost, out);
        }
        Role::Name { call, given, key } => names::complete(q, &trace, call, &given, key.as_deref(), out),
        Role::Member { base, words } => names::members(q, &trace, base, &words, out),
        Role::Selector => names::selected(q, &trace, out),
        Role::Type { front } => types::complete(q, &front, out),
        Role::UsePath(front) => names::modules(q, &front, out),
        Role::UseName(module, others) => names::module_items(q, &module, &others, out),
        Role::Attribute => attributes(out),
        Role::CheckName => names::checks(q, out),
        Role::Environment => {
            for environment in ivs_model::environments_of(q.db, q.module) {
                out.push(names::named(q, &environment.key(q.db).name, *environment).rank(1));
            }
        }
        Role::Unit => units::all(q, None, out),
        Role::Given => {}
    }
}

/// Reads the item with the marker in place of the word: in the way that makes the fewest mistakes.
fn read(q: &Question<'_>, head: &str, stop: usize) -> Option<(Role, Trace)> {
    let tail = q.text.get(stop..).unwrap_or_default();
    let cut = lex(head).closers;
    let whole = lex(&format!("{head}{MARKER}{tail}"));
    let mut tails: Vec<&str> = Vec::new();
    if whole.closers.is_empty() && !tail.trim().is_empty() {
        tails.push(tail);
    }
    tails.push(&cut);
    let mut best: Option<(usize, Role, String, ivs_grammar::ast::Chunk)> = None;
    for tail in tails {
        let (first, rest) = tail.split_at(tail.chars().next().map_or(0, char::len_utf8));
        let between = MADE_UP.iter().map(|m| format!("{head}{MARKER}{m}{tail}"));
        let behind = BEHIND.iter().map(|m| format!("{head}{MARKER}{tail}{m}"));
        // Behind an attribute comes what it is of, behind a member of a family its body.
        let inner = [" x = 0", " {}", " then 0 else 0", " : 0", " : k = 0"]
            .map(|m| format!("{head}{MARKER}{first}{m}{rest}"));
        // In brackets that are cut off within an `if` that is, too: what the brackets lack, then what the `if` lacks.
        let nested = ["", " : 0", " : k = 0"].into_iter().flat_map(|m| {
            [" else 0", " then 0 else 0"].map(|outer| format!("{head}{MARKER}{m}{first}{outer}{rest}"))
        });
        // `remove` takes two words, and is a field's name where something else follows.
        let removes = head.trim_end().ends_with("remove");
        let removed = removes.then(|| format!("{head}{MARKER} k{tail}"));
        // Behind a text that is a key of a map made by loops comes what it is set to.
        let keyed = tail.strip_prefix("}\"").map(|rest| format!("{head}{MARKER}}}\" = 0{rest}"));
        for text in removed.into_iter().chain(between).chain(behind).chain(inner).chain(keyed).chain(nested) {
            let chunk = ivs_grammar::parse(&text);
            let errors = chunk.errors.len();
            let worse = best.as_ref().is_some_and(|(least, ..)| *least <= errors);
            let Some(role) = (!worse).then(|| role::find(&chunk)).flatten() else { continue };
            best = Some((errors, role, text, chunk));
            if errors == 0 {
                break;
            }
        }
    }
    let (_, role, text, chunk) = best?;
    let trace = match q.item {
        Some(item) => ivs_model::probe(q.db, item, &text, &chunk),
        None => Trace::default(),
    };
    Some((role, trace))
}

/// What may follow behind what closes the open brackets.
const BEHIND: &[&str] = &[" -> int = 0", " {}", "\nk x {}"];

/// Words that may follow an expression or a head.
fn operators(q: &Question<'_>, tokens: &[Token], out: &mut Vec<Proposal>) {
    let ends = tokens
        .last()
        .is_some_and(|t| matches!(t.kind, Kind::Word | Kind::Number | Kind::Unit | Kind::Text | Kind::Close));
    if !ends {
        return;
    }
    let in_head = lex(q.text.get(..q.at as usize).unwrap_or_default()).depth == 0;
    let words: &[&str] = match in_head {
        true => &["from", "for", "if", "in", "by", "and", "or", "is", "not"],
        false => &["and", "or", "in", "is", "matches", "then", "else", "as", "for", "if"],
    };
    out.extend(words.iter().map(|w| Proposal::new(*w, Sort::Keyword).rank(7)));
}

fn attributes(out: &mut Vec<Proposal>) {
    let all = [
        ("allow", "allow(${1:check}, reason = \"${2:why}\")", "Excuses a finding of a check, with a reason."),
        ("deprecated", "deprecated(\"use ${1:…}\")", "Warns where it is used."),
        ("bare", "bare", "A plain number counts the base unit of this dimension."),
        ("group", "group(${1:members})", "Declarations of this kind stand for those that the field lists."),
        (
            "figure",
            "figure(lens)",
            "A function of one declaration whose value editors show with it; with `lens` above it, too.",
        ),
        ("stated", "stated", "A field whose value was measured, or promised by others: verdicts rest on it."),
    ];
    for (name, text, docs) in all {
        out.push(Proposal::new(name, Sort::Keyword).snippet(text).docs(docs));
    }
}

/// The names of the fields that a snippet asks for, and the lines that set them.
fn required(db: &dyn Db, schema: &ivs_model::Schema, indent: &str) -> String {
    let mut text = String::new();
    let mut stop = 2;
    for field in &schema.fields {
        match field.ty.core() {
            _ if field.demanded() => {
                text.push_str(&format!("\n{indent}  {} = ${{{stop}:{}}}", field.name, hint(db, &field.ty)));
                stop += 1;
            }
            // A struct is always there; what it needs is asked for.
            ivs_model::Ty::Struct(s) if !field.optional && !field.has_default => {
                let inner = ivs_model::schema(db, *s);
                let needed: Vec<String> = (inner.fields.iter().filter(|f| f.demanded()))
                    .map(|f| {
                        stop += 1;
                        format!("{} = ${{{}:{}}}", f.name, stop - 1, hint(db, &f.ty))
                    })
                    .collect();
                if !needed.is_empty() {
                    text.push_str(&format!("\n{indent}  {} {{ {} }}", field.name, needed.join(", ")));
                }
            }
            _ => {}
        }
    }
    text
}

/// What stands in place of a value that is to be written.
fn hint(db: &dyn Db, ty: &ivs_model::Ty) -> String {
    let shown = ty.show(db);
    shown.replace(['$', '}', '{', '\\'], "")
}

/// Names that are words of several may be keys, too.
fn is_word(text: &SmolStr) -> bool {
    let mut chars = text.chars();
    chars.next().is_some_and(|c| c.is_ascii_alphabetic() || c == '_')
        && chars.all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-')
        && !text.ends_with('-')
}
