//! What a declaration lacks, and where it would go.

use crate::machine::{Keys, Machine, NodeId};
use crate::node::key_text;
use ivs_model::{Field, code, source_map};
use ivs_source::{Diagnostic, ItemId, Label, Place, Severity};
use smol_str::SmolStr;

impl<'db> Machine<'db> {
    /// The path of a slot from the object: `scaling.target.cpu`.
    pub(crate) fn path_of(&self, node: NodeId, slot: u32) -> Vec<SmolStr> {
        let mut out = Vec::new();
        let mut at = Some((node, slot));
        while let Some((n, s)) = at {
            let Some(node) = self.node(n) else { break };
            let name = match &node.keys {
                Keys::Fields(schema) => schema.fields.get(s as usize).map(|f| f.name.clone()),
                Keys::Map { keys, .. } => keys.get(s as usize).map(key_text),
            };
            out.extend(name);
            at = node.parent;
        }
        out.reverse();
        out
    }

    pub(crate) fn missing(&mut self, node: NodeId, slot: u32, field: &Field) {
        let path = self.path_of(node, slot).join(".");
        let place = self.nearest_place(node);
        let (what, name) = match self.inst {
            Some(i) => (i.decl(self.db).key(self.db).kind.clone(), crate::inst_name(self.db, i)),
            None => (SmolStr::default(), self.item.key(self.db).name.clone()),
        };
        let ty = field.ty.show(self.db);
        let mut help = Vec::new();
        if !field.docs.is_empty() {
            help.push(format!(
                "`{}`: {}",
                field.name,
                field.docs.lines().map(str::trim).collect::<Vec<_>>().join(" ")
            ));
        }
        help.push(format!("add `{} = …`, {}", field.name, article(&ty)));
        let fixes = self.only_value(&self.path_of(node, slot), &field.ty).into_iter().collect();
        self.report(Diagnostic {
            code: code::VALUE_REQUIRED,
            severity: Severity::Error,
            message: format!("`{what} {name}` needs `{path}`"),
            primary: Label { place, text: format!("`{}` is not set", field.name) },
            labels: Vec::new(),
            help,
            fixes,
        });
    }

    /// The nearest block that could hold what a node lacks, else the declaration's name.
    pub(crate) fn nearest_place(&mut self, node: NodeId) -> Place<ItemId> {
        let mut at = Some(node);
        let mut place = None;
        while let Some(n) = at {
            let Some(nd) = self.node(n) else { break };
            if n != 0
                && let Some((pn, ps)) = nd.parent
            {
                let upto = self.node(pn).map_or(0, |p| p.contribs.len());
                let steps = self.steps(pn, ps, upto);
                if let Some(s) = steps.first() {
                    place = self.mark_place(s.contrib, s.mark);
                    break;
                }
                at = Some(pn);
            } else {
                break;
            }
        }
        place.unwrap_or_else(|| Place { of: self.item, span: source_map(self.db, self.item).name })
    }
}

fn article(ty: &str) -> String {
    match ty.chars().next() {
        Some('a' | 'e' | 'i' | 'o') => format!("an `{ty}`"),
        _ => format!("a `{ty}`"),
    }
}
