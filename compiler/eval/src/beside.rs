//! Declarations of one file, for the checks that begin there: these read whole objects, which a session keeps anyway, in place
//! of asking for each field by itself. What an edit changes in a file is decided again for all of it.

use crate::inst::{Env, Inst};
use crate::result::{ObjectResult, has_unknown, object};
use ivs_model::code;
use ivs_source::{Db, SourceFile};
use ivs_value::{StructValue, Value};
use rustc_hash::FxHashMap;
use smol_str::SmolStr;
use std::sync::Arc;

/// The declarations of a file, as far as somebody read of them.
pub(crate) struct Beside {
    file: SourceFile,
    objects: FxHashMap<Inst, Option<Arc<ObjectResult>>>,
}

impl Beside {
    pub fn new(file: SourceFile) -> Beside {
        Beside { file, objects: FxHashMap::default() }
    }

    /// The value of a path of a declaration, if it is one of these and the path leads through nothing but values that it holds.
    pub fn read(&mut self, db: &dyn Db, env: Env, inst: Inst, path: &[SmolStr]) -> Option<Value> {
        let file = self.file;
        let object = self.objects.entry(inst).or_insert_with(|| {
            let near = inst.decl(db).file(db) == file && crate::is_enabled(db, env, inst);
            near.then(|| object(db, env, inst)).filter(|o| o.whole || !may_loop(o))
        });
        let object = object.as_ref()?;
        follow(&object.value, path).filter(|v| object.whole || !has_unknown(v))
    }
}

/// Whether a declaration may lie on a loop: what is known of its values then depends on who asks first.
fn may_loop(object: &ObjectResult) -> bool {
    !object.waits.is_empty() || object.diagnostics.iter().any(|d| d.code == code::VALUE_CYCLE)
}

/// The value of a path in an object; nothing where it leads out of it, or where something is to be said of it.
fn follow(object: &StructValue, path: &[SmolStr]) -> Option<Value> {
    let (first, rest) = path.split_first()?;
    let mut at = object.get(first)?.clone();
    for name in rest {
        at = match &at {
            Value::None => return Some(Value::None),
            Value::Struct(s) => s.get(name)?.clone(),
            Value::Map(m) => {
                let entry = m.entries.iter().find(|(k, _)| crate::node::is_key(k, name));
                entry.map(|(_, v)| v.clone())?
            }
            other => other.part(name)?,
        };
    }
    Some(at)
}
