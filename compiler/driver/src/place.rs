//! Where a finding of a target stands in the source.

use ivs_eval::{Env, Inst};
use ivs_model::source_map;
use ivs_plan::{Finding, Gravity, Spot};
use ivs_source::{Db, Diagnostic, Edit, Fix, ItemDiagnostic, ItemId, Label, Place, Severity, item_text};
use smol_str::SmolStr;

/// Where the value of a path was decided, else the declaration's name.
pub(crate) fn place(db: &dyn Db, env: Env, inst: Inst, path: &[SmolStr]) -> Label<ivs_source::ItemId> {
    for end in (1..=path.len()).rev() {
        if let Some(l) =
            ivs_eval::provenance(db, env, inst, path.get(..end).unwrap_or_default()).into_iter().next()
        {
            return Label { place: l.place, text: l.origin };
        }
    }
    let decl = inst.decl(db);
    Label { place: Place { of: decl, span: source_map(db, decl).name }, text: "in this declaration".into() }
}

/// A finding as a diagnostic.
pub(crate) fn finding(db: &dyn Db, env: Env, inst: Inst, f: &Finding) -> ItemDiagnostic {
    let decl = inst.decl(db);
    let mut primary = place(db, env, inst, &f.path);
    let mut exact = false;
    if let Some(spot) = ivs_eval::locate(db, env, inst, &f.path) {
        exact = spot.depth == f.path.len();
        let found = match f.spot {
            Spot::Key if exact => spot.key.or(spot.value),
            _ => spot.value.or(spot.key),
        };
        if let Some(found) = found {
            if found.of == decl || primary.text.starts_with("default of") {
                primary.text = "set here".into();
            }
            let inside = match f.spot {
                Spot::Text { start, end } if exact => within(db, &found, start, end),
                _ => None,
            };
            exact &= inside.is_some() || !matches!(f.spot, Spot::Text { .. });
            primary.place = inside.unwrap_or(found);
        }
    }
    let mut labels = Vec::new();
    if !primary.place.of.file(db).own(db) {
        // A default cannot be edited; the declaration can.
        labels.push(primary);
        primary = Label {
            place: Place { of: decl, span: source_map(db, decl).name },
            text: "in this declaration".into(),
        };
        exact = false;
    }
    let fixes = match &f.fix {
        Some(text) if exact => vec![Fix {
            title: format!("write `{text}`"),
            edits: vec![Edit { place: primary.place.clone(), text: text.clone() }],
        }],
        _ => Vec::new(),
    };
    Diagnostic {
        code: f.code,
        severity: match f.gravity {
            Gravity::Error => Severity::Error,
            Gravity::Warning => Severity::Warning,
        },
        message: f.message.clone(),
        primary,
        labels,
        help: f.help.iter().cloned().collect(),
        fixes,
    }
}

/// The place of bytes `start..end` of the text that a literal is, if its lines stand in the source as they are in
/// the text: without escapes, and with the indentation that `"""` removes.
fn within(db: &dyn Db, literal: &Place<ItemId>, start: u32, end: u32) -> Option<Place<ItemId>> {
    let source = item_text(db, literal.of);
    let shown = source.get(literal.span.start as usize..literal.span.end as usize)?;
    let hashes = shown.bytes().take_while(|b| *b == b'#').count();
    let open = shown.get(hashes..)?;
    let (quotes, body) = match open.strip_prefix("\"\"\"") {
        Some(body) if hashes == 0 => (3, body),
        _ => (1, open.strip_prefix('"')?),
    };
    let body = body.get(..body.len().checked_sub(quotes + hashes)?)?;
    let at = |offset: u32| -> Option<u32> {
        let mut skipped = hashes + quotes;
        let mut rest = offset as usize;
        if quotes == 1 {
            return (!body.contains('\\') || hashes > 0).then_some((skipped + rest) as u32);
        }
        let first = body.find('\n')?;
        let lines = body.get(first + 1..)?;
        skipped += first + 1;
        let indent = lines
            .lines()
            .filter(|l| !l.trim().is_empty())
            .map(|l| l.len() - l.trim_start_matches([' ', '\t']).len())
            .min()
            .unwrap_or(0);
        for line in lines.split_inclusive('\n') {
            let cut = indent.min(line.trim_end_matches(['\n', '\r']).len());
            let length = line.len() - cut;
            if rest < length {
                // An escape makes the text shorter than its source.
                return (!line.contains('\\') || hashes > 0).then_some((skipped + cut + rest) as u32);
            }
            rest -= length;
            skipped += line.len();
        }
        Some((skipped) as u32)
    };
    let base = literal.span.start;
    let span = ivs_grammar::ast::Span::new(base + at(start)?, base + at(end)?);
    Some(Place { of: literal.of, span })
}
