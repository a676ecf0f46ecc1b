//! What a session keeps between questions: equal parts of values once, and nothing of what an edit replaced.
#![allow(clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

use ivs_driver::{Database, Session};
use ivs_eval::{Env, Inst, object};
use ivs_model::{Module, module_index, modules};
use ivs_value::{StructValue, Value};
use smol_str::SmolStr;
use std::fmt::Write;
use std::sync::Arc;

const KINDS: &str = "
struct size { width: int = 1, height: int = 2 }
kind box { size: size, tags: {string: string}, spare?: box }
template box small {
  size { width = 3 }
  tags { colour = \"red\", shape = \"square\" }
}
";

fn session(boxes: &str) -> Session {
    let project = ivs_project::load_text("main.ivs", &format!("{KINDS}{boxes}"));
    Session::of(&project, 1)
}

fn value(db: &Database, name: &str) -> Arc<StructValue> {
    let modules = modules(db);
    let own = modules.files.keys().map(|m| Module::new(db, m.clone())).find(|m| modules.is_own(*m));
    let decl = module_index(db, own.expect("a module")).decls.get(name).expect("declared")[0];
    object(db, Env::new(db, SmolStr::default()), Inst::new(db, decl, None)).value.clone()
}

fn part<'v>(of: &'v StructValue, field: &str) -> &'v Value {
    of.get(field).expect("a field")
}

fn one(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Struct(a), Value::Struct(b)) => Arc::ptr_eq(a, b),
        (Value::Map(a), Value::Map(b)) => Arc::ptr_eq(a, b),
        _ => false,
    }
}

#[test]
fn what_declarations_agree_in_is_held_once() {
    let mut session =
        session("box a from small {}\nbox b from small {}\nbox c from small { size { height = 9 } }");
    assert_eq!(session.survey().diagnostics, []);
    let db = session.database();
    let (a, b, c) = (value(db, "a"), value(db, "b"), value(db, "c"));
    assert!(one(part(&a, "size"), part(&b, "size")));
    assert!(one(part(&a, "tags"), part(&c, "tags")));
    assert_ne!(part(&a, "size"), part(&c, "size"));
}

#[test]
fn references_of_two_sessions_stay_apart() {
    // The same words lead to declarations that only their own database knows by number.
    let text = |spare: &str| format!("box {spare} from small {{}}\nbox z from small {{ spare = {spare} }}");
    for spare in ["first", "second"] {
        let mut session = session(&text(spare));
        assert_eq!(session.survey().diagnostics, []);
        let z = value(session.database(), "z");
        let Value::Ref(found) = part(&z, "spare") else { panic!("{z:?}") };
        assert_eq!(found.name, spare);
    }
}

#[test]
fn a_sweep_lets_go_of_what_edits_replaced_and_changes_no_answer() {
    let mut session = session("");
    let text = |from: usize| {
        let mut text = KINDS.to_owned();
        for i in 0..600 {
            let _ = writeln!(text, "box b-{i} from small {{ size {{ height = {} }} }}", from + i);
        }
        text
    };
    let mut sizes = Vec::new();
    for round in 1..=6 {
        session.set_text("main.ivs", &text(round * 1_000));
        assert_eq!(session.survey().diagnostics, []);
        session.sweep();
        sizes.push(session.kept_parts());
        let b = value(session.database(), "b-7");
        let Value::Struct(size) = part(&b, "size") else { panic!("{b:?}") };
        assert_eq!(size.get("height"), Some(&Value::int(round as i64 * 1_000 + 7)));
    }
    assert!(sizes.iter().all(|n| *n < 2_500), "{sizes:?}");
}
