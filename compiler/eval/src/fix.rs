//! `fix PATH = e`: the edit of the place that decides PATH.
//!
//! What is made here is a proposal: whether it mends anything is found out by applying it to a copy.

use crate::machine::{Frame, Machine, Slot};
use crate::origin::Origin;
use ivs_grammar::ast::{BinaryOp, Block, EntryKind, ItemKind, Span};
use ivs_model::ir::{Convert, FixIr, TExpr};
use ivs_model::{Ty, body, source_map};
use ivs_source::{Edit, Fix, ItemId, Place, item_text, parse_item};
use ivs_value::Value;
use smol_str::SmolStr;

impl<'db> Machine<'db> {
    /// One edit for all `fix` lines. Without edits, if one of them has no place that can be edited.
    pub(crate) fn proposal(&mut self, f: &mut Frame<'db>, fixes: &[FixIr]) -> Option<Fix<ItemId>> {
        let mut titles = Vec::new();
        let mut edits = Vec::new();
        let mut whole = true;
        for fix in fixes {
            let value = self.eval(f, fix.value);
            if value.is_unknown() {
                return None;
            }
            let origin = self.origin_of(f, fix.place)?;
            let origin = self.home_of(&origin);
            let text = ivs_value::display(&value);
            let name = crate::inst_name(self.db, origin.inst);
            titles.push(format!("`{name}.{} = {text}`", crate::require::dotted(&origin.path)));
            match self.edit(&origin, &value, &text) {
                Some(edit) => edits.push(edit),
                None => whole = false,
            }
        }
        if titles.is_empty() {
            return None;
        }
        if !whole {
            edits.clear();
        }
        Some(Fix { title: format!("set {}", titles.join(" and ")), edits })
    }

    fn edit(&self, origin: &Origin, value: &Value, text: &str) -> Option<Edit<ItemId>> {
        if origin.element.is_some() || origin.path.is_empty() || text.contains(['…', '≈', '?']) {
            return None;
        }
        let decl = origin.inst.decl(self.db);
        let own = |item: ItemId| item.file(self.db).own(self.db);
        let mut m = Machine::of(self.db, self.env, origin.inst);
        m.quiet = true;
        let mut node = 0;
        for (i, name) in origin.path.iter().enumerate() {
            let slot = m.slot_named(node, name)?;
            let rest = origin.path.get(i + 1..).unwrap_or_default();
            let state = m.resolve(node, slot);
            if let (Slot::Node(inner), false) = (&state, rest.is_empty()) {
                node = *inner;
                continue;
            }
            // An end of a range is written in its range.
            let end = match rest {
                [end] if end == "min" || end == "max" => Some(end.as_str()),
                _ => None,
            };
            if let Some((item, e)) = m.deciding(node, slot)
                && own(item)
                && (item == decl || item.key(self.db).keyword == "overlay")
            {
                return match (end, rest.is_empty()) {
                    (None, true) => self.replace(item, e, text),
                    (Some(end), _) => self.replace_end(item, e, end, text),
                    _ => None,
                };
            }
            if !own(decl) {
                return None;
            }
            let (path, text) = match (end, &state) {
                (Some(end), Slot::Done(Value::Range(r))) => {
                    let (min, max) = if end == "min" { (value, &r.1) } else { (&r.0, value) };
                    let text = format!("{}..{}", ivs_value::display(min), ivs_value::display(max));
                    (origin.path.get(..=i).unwrap_or_default(), text)
                }
                _ => (&origin.path[..], text.to_owned()),
            };
            return self.new_entry(decl, path, &text);
        }
        None
    }

    fn span_of(&self, item: ItemId, e: u32) -> Option<Span> {
        source_map(self.db, item).exprs.get(e as usize).copied()
    }

    fn replace(&self, item: ItemId, e: u32, text: &str) -> Option<Edit<ItemId>> {
        let span = self.span_of(item, e)?;
        Some(Edit { place: Place { of: item, span }, text: text.to_owned() })
    }

    fn replace_end(&self, item: ItemId, e: u32, end: &str, text: &str) -> Option<Edit<ItemId>> {
        let ir = body(self.db, item);
        match ir.exprs.get(e as usize)? {
            TExpr::Binary { op: BinaryOp::Range, left, right } => {
                self.replace(item, if end == "min" { *left } else { *right }, text)
            }
            // One value stands for both ends.
            TExpr::Convert { value, to: Convert::Range } => {
                let span = self.span_of(item, *value)?;
                let old = span.text(item_text(self.db, item)).to_owned();
                let range = if end == "min" { format!("{text}..{old}") } else { format!("{old}..{text}") };
                Some(Edit { place: Place { of: item, span }, text: range })
            }
            TExpr::Convert { value, .. } | TExpr::Conform { value, .. } | TExpr::CheckDim { value, .. } => {
                self.replace_end(item, *value, end, text)
            }
            _ => None,
        }
    }

    /// The entry that would set a missing value, if its type has but one.
    pub(crate) fn only_value(&self, path: &[SmolStr], ty: &Ty) -> Option<Fix<ItemId>> {
        let decl = self.inst?.decl(self.db);
        if !decl.file(self.db).own(self.db) {
            return None;
        }
        let value = match ty {
            Ty::Ref(kind) => {
                let [only] = ivs_model::decls_of_kind(self.db, *kind)[..] else { return None };
                let name = only.key(self.db).name.clone();
                let seen = ivs_model::resolve(self.db, ivs_model::item_module(self.db, decl), name.clone());
                let plain = !ivs_model::decl_info(self.db, only).family && only != decl;
                (plain && seen.decls[..] == [only]).then(|| name.to_string())?
            }
            Ty::Enum(e) => match &ivs_model::enum_schema(self.db, *e).members[..] {
                [only] if only.fields.is_none() => only.name.to_string(),
                _ => return None,
            },
            Ty::Literal(text) => ivs_value::display(&Value::str(text.clone())),
            _ => return None,
        };
        let edit = self.new_entry(decl, path, &value)?;
        Some(Fix {
            title: format!("set `{} = {value}`: there is no other value", path.join(".")),
            edits: vec![edit],
        })
    }

    /// Takes the entry out whose key stands at a place.
    pub(crate) fn without(&self, key: &Place<ItemId>) -> Option<Fix<ItemId>> {
        if !key.of.file(self.db).own(self.db) {
            return None;
        }
        let source = item_text(self.db, key.of);
        let parsed = parse_item(self.db, key.of);
        let span = match &parsed.item()?.kind {
            ItemKind::Decl(d) => entry_at(&d.block, key.span)?,
            ItemKind::Overlay { items, .. } => items.iter().find_map(|i| match &i.kind {
                ItemKind::Decl(d) => entry_at(&d.block, key.span),
                _ => None,
            })?,
            _ => return None,
        };
        let place = Place { of: key.of, span: removal(source, span) };
        Some(Fix { title: "leave it out".into(), edits: vec![Edit { place, text: String::new() }] })
    }

    /// A new entry in a declaration's own body, below the last of the innermost block that is there.
    fn new_entry(&self, decl: ItemId, path: &[SmolStr], value: &str) -> Option<Edit<ItemId>> {
        let parsed = parse_item(self.db, decl);
        let ItemKind::Decl(d) = &parsed.item()?.kind else { return None };
        let text = item_text(self.db, decl);
        let (span, text) = insertion(text, &d.block, path, value)?;
        Some(Edit { place: Place { of: decl, span }, text })
    }
}

/// Where an entry that sets `path` goes in a block, and its text with what separates it from its neighbours.
pub fn insertion(source: &str, block: &Block, path: &[SmolStr], value: &str) -> Option<(Span, String)> {
    for entry in &block.entries {
        let EntryKind::Nest { path: key, block: inner, .. } = &entry.kind else { continue };
        let names: Vec<&str> =
            std::iter::once(&key.first).chain(&key.second).map(|k| k.text.as_str()).collect();
        let front: Vec<&str> = path.iter().take(names.len()).map(SmolStr::as_str).collect();
        if front == names && path.len() > names.len() {
            return insertion(source, inner, path.get(names.len()..)?, value);
        }
    }
    let (last, outer) = path.split_last()?;
    let mut entry = format!("{} = {value}", key(last));
    for name in outer.iter().rev() {
        entry = format!("{} {{ {entry} }}", key(name));
    }
    let line_of = |at: u32| source.get(..at as usize).and_then(|s| s.rfind('\n')).map_or(0, |i| i + 1);
    let indent = |at: u32| -> String {
        let line = source.get(line_of(at)..).unwrap_or_default();
        line.chars().take_while(|c| *c == ' ' || *c == '\t').collect()
    };
    let close = block.span.end.checked_sub(1)?;
    let Some(last) = block.entries.last() else {
        let span = Span::new(block.span.start + 1, close);
        if span.text(source).contains("//") || span.text(source).contains("/*") {
            let outer = indent(block.span.start);
            return Some((Span::new(close, close), format!("  {entry}\n{outer}")));
        }
        if span.text(source).contains('\n') {
            let outer = indent(block.span.start);
            return Some((span, format!("\n{outer}  {entry}\n{outer}")));
        }
        return Some((span, format!(" {entry} ")));
    };
    let end = last.span.end;
    if line_of(end) == line_of(close) {
        return Some((Span::new(end, end), format!(", {entry}")));
    }
    // Behind a comment that belongs to the last entry.
    let rest = source.get(end as usize..)?;
    let at = end + u32::try_from(rest.find(['\r', '\n']).unwrap_or(0)).ok()?;
    Some((Span::new(at, at), format!("\n{}{entry}", indent(last.span.start))))
}

/// A key as it is written.
fn key(name: &str) -> String {
    let mut chars = name.chars();
    let word = chars.next().is_some_and(|c| c.is_alphabetic() || c == '_')
        && name.chars().all(|c| c.is_alphanumeric() || c == '_' || c == '-');
    if word { name.to_owned() } else { ivs_value::display(&Value::str(name)) }
}

/// The entry of a block, at whatever depth, whose key stands at a place.
fn entry_at(block: &Block, key: Span) -> Option<Span> {
    block.entries.iter().find_map(|e| match &e.kind {
        EntryKind::Set { path, .. } => {
            let mut keys = std::iter::once(&path.first).chain(&path.second);
            keys.any(|k| k.span == key).then_some(e.span)
        }
        EntryKind::Nest { path, block, .. } => {
            let mut keys = std::iter::once(&path.first).chain(&path.second);
            if keys.any(|k| k.span == key) { Some(e.span) } else { entry_at(block, key) }
        }
        EntryKind::When { block, .. } => entry_at(block, key),
        _ => None,
    })
}

/// What goes with an entry that is taken out: its lines if it is alone on them, else one of the commas beside it.
fn removal(source: &str, span: Span) -> Span {
    let (start, end) = (span.start as usize, span.end as usize);
    let before = source.get(..start).unwrap_or_default();
    let after = source.get(end..).unwrap_or_default();
    let line_start = before.rfind('\n').map_or(0, |i| i + 1);
    let blank_before = before.get(line_start..).is_some_and(|s| s.trim().is_empty());
    let rest = after.split('\n').next().unwrap_or_default();
    let behind = rest.trim_end_matches('\r').trim_start_matches([' ', '\t', ',']);
    let new = |a: usize, b: usize| Span::new(a as u32, b as u32);
    if blank_before && line_start > 0 && (behind.is_empty() || behind.starts_with("//")) {
        let newline = usize::from(rest.len() < after.len());
        return new(line_start, end + rest.len() + newline);
    }
    let inner = before.trim_end_matches([' ', '\t']);
    if inner.ends_with('{') && rest.trim_start_matches([' ', '\t']).starts_with('}') {
        // What is left is `{ }`.
        return new(start, end + rest.len() - rest.trim_start_matches([' ', '\t']).len());
    }
    let gap = after.len() - after.trim_start_matches([' ', '\t']).len();
    if let Some(more) = after.get(gap..).and_then(|s| s.strip_prefix(',')) {
        let spaces = more.len() - more.trim_start_matches([' ', '\t']).len();
        return new(start, end + gap + 1 + spaces);
    }
    let trimmed = before.trim_end();
    if let Some(front) = trimmed.strip_suffix(',') {
        return new(front.len(), end);
    }
    span
}
