//! `expand(group)`.

use crate::inst::inst_of;
use crate::machine::{Frame, Machine};
use ivs_model::ir::ExprId;
use ivs_model::{decl_kind, group_field};
use ivs_value::limits::collection;
use ivs_value::{OpError, RefValue, Value, graph};
use std::sync::Arc;

impl<'db> Machine<'db> {
    /// What a reference, or a list of them, comes to when groups are taken apart.
    pub(crate) fn expand(&mut self, f: &Frame<'db>, id: ExprId, of: &Value) -> Value {
        let refs = |v: &Value| match v {
            Value::List(xs) => xs.iter().filter_map(|x| x.as_ref_value().cloned()).collect(),
            Value::Ref(r) => vec![(**r).clone()],
            _ => Vec::<RefValue>::new(),
        };
        let mut unknown = false;
        let mut members = |r: &RefValue| -> Result<Option<Vec<RefValue>>, OpError> {
            let kind = decl_kind(self.db, inst_of(r).decl(self.db));
            let Some(field) = kind.and_then(|k| group_field(self.db, k)) else { return Ok(None) };
            let inside = self.read_names(f, id, &Value::Ref(Arc::new(r.clone())), &[field], false);
            unknown |= inside.is_unknown();
            Ok(Some(refs(&inside)))
        };
        let found = graph::expand(&refs(of), &mut members);
        if unknown {
            return Value::Unknown;
        }
        match found.and_then(|found| collection(found.len()).map(|()| found)) {
            Ok(found) => Value::List(found.into_iter().map(|r| Value::Ref(Arc::new(r))).collect()),
            Err(e) => self.op_failed(f, id, &e, &[of]),
        }
    }
}
