//! Typing of what defines: fields of kinds and structs, types of fields, constants.

use super::Infer;
use crate::code;
use crate::fields::Schema;
use crate::ty::Ty;
use crate::types::TypeReader;
use ivs_grammar::ast::{EntryKind, Span};
use rustc_hash::FxHashMap;
use smol_str::SmolStr;
use std::sync::Arc;

impl<'db, 'ast> Infer<'db, 'ast> {
    /// Takes over what reading the types found, and types the conditions of `T where c`.
    pub(super) fn finish_types(&mut self, reader: TypeReader<'db, 'ast>) {
        self.diagnostics.extend(reader.diagnostics);
        let outer = std::mem::take(&mut self.locals);
        for (ty, cond) in reader.conditions {
            self.bind("it", ty, None);
            let id = self.check(cond, &Ty::Bool);
            self.body.conditions.push(id);
            self.locals.clear();
        }
        self.locals = outer;
    }

    /// A kind may give a field that every declaration has a default or bounds of its own, and no other meaning.
    fn builtin_again(&mut self, name: &ivs_grammar::ast::Word, field: &crate::fields::Field) {
        if self.item.key(self.db).keyword != "kind" {
            return;
        }
        let builtin = crate::fields::builtin_fields();
        let Some(builtin) = builtin.iter().find(|f| f.name == name.text) else { return };
        if matches!(field.ty, Ty::Error) || crate::fields::sharpens(self.db, builtin, field) {
            return;
        }
        let report = self.report(
            code::DUPLICATE_FIELD_DEFINITION,
            name.span,
            format!("every declaration has a field `{}` already", name.text),
        );
        let report = match builtin.name.as_str() {
            "name" => report.label("it is what the declaration is called"),
            _ => report.label(format!("it is `{}`", builtin.read_ty().show(self.db))).help(
                "its default and its bounds may be the kind's own, its type stays; or choose another name",
            ),
        };
        self.push(report);
    }

    /// The body of a kind or struct.
    pub(super) fn definition(
        &mut self,
        block: &'ast ivs_grammar::ast::Block,
        fields: &[crate::fields::Field],
        schema: Arc<Schema>,
    ) {
        let id = self.new_block(block.span);
        self.body.roots.push(id);
        self.open_definition(Some(schema), "self".into(), id, block);
        let mut seen: FxHashMap<&SmolStr, Span> = FxHashMap::default();
        let mut ordinal = 0;
        for entry in &block.entries {
            self.attributes(&entry.attrs);
            match &entry.kind {
                EntryKind::Def { name, .. } if ordinal >= crate::fields::MAX_FIELDS => {
                    let limit = crate::fields::MAX_FIELDS;
                    let report = self
                        .report(code::LIMIT_ELEMENTS, name.span, format!("more than {limit} fields"))
                        .label("the limit of a kind or struct");
                    self.push(report);
                    break;
                }
                EntryKind::Def { name, default, .. } => {
                    if let Some(first) = seen.get(&name.text) {
                        let report = self
                            .report(
                                code::DUPLICATE_FIELD_DEFINITION,
                                name.span,
                                format!("the field `{}` is defined twice", name.text),
                            )
                            .label("defined again")
                            .also(self.item, *first, "first defined here");
                        self.push(report);
                    } else if let Some(field) = fields.get(ordinal) {
                        self.builtin_again(name, field);
                    }
                    seen.entry(&name.text).or_insert(name.span);
                    let ty = fields.get(ordinal).map_or(Ty::Error, |f| f.read_ty());
                    ordinal += 1;
                    let value = default.as_ref().map(|e| self.check(e, &ty));
                    self.body.defaults.push(value);
                }
                EntryKind::Require { cond, block } => {
                    self.condition(id, entry.span, cond, block.as_ref(), None);
                }
                EntryKind::Let { .. } | EntryKind::Broken => {}
                _ => {
                    let report = self
                        .report(code::MISPLACED_ENTRY, entry.span, "a definition has fields, `let` and `require` only")
                        .label("this sets a value")
                        .help("fields are defined with `name: type`, with `= default` behind it if they have one");
                    self.push(report);
                }
            }
        }
        if !self.quiet {
            self.type_lets();
            self.all_sayings(id, block, None);
        }
        self.close_level(id);
    }

    /// Types a `let` on first use; gives its type.
    pub(super) fn type_let(&mut self, level: usize, index: usize) -> Ty {
        let Some(l) = self.levels.get_mut(level) else { return Ty::Error };
        let (locals, facts, block) = (l.locals, l.facts, l.block);
        let Some(var) = l.lets.get_mut(index) else { return Ty::Error };
        if let Some(ty) = &var.ty {
            return ty.clone();
        }
        if var.busy {
            let (name, span) = (var.name.clone(), var.value.span);
            var.ty = Some(Ty::Error);
            let report = self
                .report(code::RECURSION, span, format!("`let {name}` depends on itself"))
                .label("this needs its own value");
            self.push(report);
            return Ty::Error;
        }
        var.busy = true;
        let (value, annotation, at) = (var.value, var.annotation.clone(), var.index);
        let inner = self.levels.split_off(level + 1);
        let inner_locals = self.locals.split_off(locals.min(self.locals.len()));
        // What is known where it is read need not hold where it stands.
        let inner_facts = self.facts.split_off(facts.min(self.facts.len()));
        let inherited = self.inherited.take();
        let (id, ty) = match annotation {
            Some(ty) => {
                let id = self.check(value, &ty);
                let conform = crate::ir::TExpr::Conform { value: id, ty: Box::new(ty.clone()) };
                (self.add(conform, ty.clone(), value.span).0, ty)
            }
            None => self.expr(value, None),
        };
        self.inherited = inherited;
        self.facts.extend(inner_facts);
        self.locals.extend(inner_locals);
        self.levels.extend(inner);
        if let Some(slot) = self.block_mut(block).and_then(|b| b.lets.get_mut(at as usize)) {
            *slot = id;
        }
        if let Some(var) = self.levels.get_mut(level).and_then(|l| l.lets.get_mut(index)) {
            var.busy = false;
            // A loop that was reported inside stays silent outside.
            if var.ty.is_none() {
                var.ty = Some(ty.clone());
            }
        }
        ty
    }
}
